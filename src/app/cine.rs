//! Playing through the slices of a viewport.

use std::time::{Duration, Instant};

use super::core::Core;
use crate::session::{Edit, News, Playing};
use crate::view;

/// Slices in a second.
const PER_SECOND: f64 = 15.0;
/// A window that was not drawn for longer does not catch up.
const CATCH_UP: f64 = 4.0;

impl Core {
    /// Plays the focused viewport, or stops.
    pub(super) fn toggle_play(&mut self) {
        let playing = match self.session.playing() {
            Some(_) => None,
            None => Some(Playing { pane: self.session.look().focus, per_second: PER_SECOND }),
        };
        self.played = None;
        self.session.receive(News::Playing(playing));
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
            if next == cursor {
                next = view::to_end(grid, &shown, cursor, false);
            }
            self.session.apply(Edit::Cursor(next));
        }
        let next = self.played.map_or(0.0, |at| 1.0 / per_second - at.elapsed().as_secs_f64());
        ctx.request_repaint_after(Duration::from_secs_f64(next.max(0.0)));
    }
}
