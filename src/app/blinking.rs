//! Two maps in place of each other, in turn.

use std::time::Duration;

use super::core::Core;

/// How long each of them stands, seconds: twice in a second another one, well under what disturbs (WCAG 2.2,
/// 2.3.1: three flashes in a second).
const STANDS: f64 = 0.5;

impl Core {
    /// Whose turn it is; with reduced motion the key alone changes maps.
    pub(super) fn blink(&mut self, ctx: &egui::Context) {
        let heat = self.session.look().heatmap;
        let blinks = heat.on && heat.blink && !self.prefs.reduced_motion;
        if !blinks || self.session.compared_maps().is_none() {
            self.ui.second_turn = false;
            return;
        }
        let turns = ctx.input(|input| input.time) / STANDS;
        self.ui.second_turn = turns.rem_euclid(2.0) >= 1.0;
        let left = (1.0 - turns.rem_euclid(1.0)) * STANDS;
        ctx.request_repaint_after(Duration::from_secs_f64(left.clamp(0.01, STANDS)));
    }
}
