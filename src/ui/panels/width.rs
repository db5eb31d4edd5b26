//! A panel's own width: what stands in it never makes it wider, since pictures would move.

use egui::{ScrollArea, Ui, UiBuilder};

/// Scrolls what `inner` draws, no wider than the panel is.
pub(super) fn scrolled_ui(ui: &mut Ui, inner: impl FnOnce(&mut Ui)) {
    let rect = ui.available_rect_before_wrap();
    let mut own = ui.new_child(UiBuilder::new().max_rect(rect));
    own.shrink_clip_rect(rect);
    ScrollArea::vertical().auto_shrink(false).show(&mut own, |ui| {
        // Less what the bar takes.
        ui.set_max_width(ui.available_width().min(rect.width()));
        inner(ui);
    });
    ui.advance_cursor_after_rect(rect);
}
