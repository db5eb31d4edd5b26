//! A panel's own width: what stands in it never makes it wider, since pictures would move.

use egui::{Margin, ScrollArea, Ui, UiBuilder};

/// Around what is scrolled: the bar stands in the margin at the right.
pub(super) const SCROLLED: Margin = Margin { left: 10, right: 4, top: 8, bottom: 8 };

/// Scrolls what `inner` draws, no wider than the panel is.
pub(super) fn scrolled_ui(ui: &mut Ui, inner: impl FnOnce(&mut Ui)) {
    let rect = ui.available_rect_before_wrap();
    let mut own = ui.new_child(UiBuilder::new().max_rect(rect));
    own.shrink_clip_rect(rect);
    ScrollArea::vertical().auto_shrink(false).show(&mut own, |ui| {
        // Less what the bar takes, whether there is one or not: no line is broken anew when it comes.
        let bar = ui.spacing().scroll.allocated_width();
        ui.set_max_width(ui.available_width().min(rect.width() - bar));
        inner(ui);
    });
    ui.advance_cursor_after_rect(rect);
}
