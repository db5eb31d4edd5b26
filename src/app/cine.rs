//! Playing through the slices of a viewport.

use std::time::{Duration, Instant};

use super::core::Core;
use crate::session::{Edit, News, Playing};
use crate::view;

/// Paces that the keys step through, slices in a second.
const PACES: [f64; 12] = [1.0, 2.0, 3.0, 5.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 45.0, 60.0];
/// A window that was not drawn for longer does not catch up.
const CATCH_UP: f64 = 4.0;
/// A step that moves the cursor by less has not moved it, mm.
const STILL_MM: f64 = 1e-6;

impl Core {
    /// Plays the focused viewport, or stops.
    pub(super) fn toggle_play(&mut self) {
        let playing = match self.session.playing() {
            Some(_) => None,
            None => {
                Some(Playing { pane: self.session.look().focus, per_second: self.prefs.slices_per_second() })
            }
        };
        self.played = None;
        self.session.receive(News::Playing(playing));
    }

    /// The next pace up or down.
    pub(super) fn change_pace(&mut self, faster: bool) {
        let now = self.prefs.slices_per_second();
        let next = match faster {
            true => PACES.into_iter().find(|pace| *pace > now),
            false => PACES.into_iter().rev().find(|pace| *pace < now),
        };
        self.play_at(next.unwrap_or(now));
    }

    /// Plays at this pace from now on, and at the next start.
    /// - `per_second`: slices
    pub(super) fn play_at(&mut self, per_second: f64) {
        self.prefs.play_speed = per_second;
        self.save_prefs();
        if let Some(playing) = self.session.playing().copied() {
            self.played = None;
            let per_second = self.prefs.slices_per_second();
            self.session.receive(News::Playing(Some(Playing { per_second, ..playing })));
        }
    }

    /// Steps as far as time has gone on, and from the last slice to the first.
    pub(super) fn play(&mut self, ctx: &egui::Context) {
        let Some(Playing { pane, per_second }) = self.session.playing().copied() else { return };
        let now = Instant::now();
        let since = *self.played.get_or_insert(now);
        let due = ((now - since).as_secs_f64() * per_second).floor();
        if due >= 1.0 {
            let left = since + Duration::from_secs_f64(due / per_second);
            self.played = Some(if due > CATCH_UP { now } else { left });
            let (Some(shown), Some(grid)) = (self.resolved(pane), self.session.grid()) else { return };
            let cursor = self.session.look().cursor;
            let mut next = view::step(grid, &shown, cursor, due.min(CATCH_UP) as i64);
            // At the end a step may still move it by a rounding.
            if next.distance(cursor) < STILL_MM {
                next = view::to_end(grid, &shown, cursor, false);
            }
            self.session.apply(Edit::Cursor(next));
        }
        let next = self.played.map_or(0.0, |at| 1.0 / per_second - at.elapsed().as_secs_f64());
        ctx.request_repaint_after(Duration::from_secs_f64(next.max(0.0)));
    }
}
