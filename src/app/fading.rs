//! Notices that go by themselves.

use std::time::Duration;

use super::core::Core;
use crate::session::{News, NoticeId, Stays};
use crate::ui;

/// How long a sentence stays that nothing depends on, seconds: at least, and for each of its characters, as one
/// reads some 15 of them in a second and looks elsewhere first (BBC subtitle guidelines: 160 to 180 words a minute).
const LEAST_S: f64 = 5.0;
const PER_CHARACTER_S: f64 = 0.07;

/// Since when sentences have been on the screen, by the window's clock.
#[derive(Debug, Default)]
pub(super) struct Fading {
    since: Vec<(NoticeId, f64)>,
    seen: f64,
}

impl Core {
    /// Takes away what was on the screen for long enough. Under the pointer nothing goes.
    pub(super) fn fade_notices(&mut self, ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        let passed = (now - self.fading.seen).max(0.0);
        self.fading.seen = now;
        let held = ui::notices_rect(ctx)
            .zip(ctx.input(|input| input.pointer.latest_pos()))
            .is_some_and(|(rect, at)| rect.contains(at));
        if held {
            self.fading.since.iter_mut().for_each(|(_, since)| *since += passed);
        }
        let shown = ui::shown_notices(&self.session);
        let fading: Vec<(NoticeId, f64)> = shown
            .iter()
            .filter(|notice| notice.stays == Stays::ForAWhile)
            .map(|notice| (notice.id, LEAST_S.max(notice.text.chars().count() as f64 * PER_CHARACTER_S)))
            .collect();
        self.fading.since.retain(|(id, _)| fading.iter().any(|(other, _)| other == id));
        for (id, stays) in fading {
            let since = match self.fading.since.iter().find(|(other, _)| *other == id) {
                Some((_, since)) => *since,
                None => {
                    self.fading.since.push((id, now));
                    now
                }
            };
            let left = since + stays - now;
            if left <= 0.0 {
                self.session.receive(News::Dismiss(id));
            } else if !held {
                ctx.request_repaint_after(Duration::from_secs_f64(left.max(0.05)));
            }
        }
    }

    /// Says in a short sentence that something was done.
    pub(super) fn confirm(&mut self, text: &str) {
        self.session.receive(News::Notice(crate::session::Severity::Info, text.to_owned()));
    }
}
