//! The frame of a sheet: over the whole window, with a title and a cross, as wide as it wants to be.

use egui::{Align, Frame, Id, Label, Layout, Margin, Modal, RichText, TextStyle, Ui};

use crate::say;
use crate::ui::icons;
use crate::ui::theme::{size, tokens};
use crate::ui::widgets::{Press, press_ui};

/// Left free beside a sheet, and above and below what it holds, points.
const BESIDE: f32 = 96.0;
const AROUND: f32 = 160.0;

/// Draws a sheet over the window.
/// - `name`: tells it from other sheets
/// - `widest`: what it is never wider than, points
/// - `inner`: what it holds; told its width and how high it may be
/// - returns: whether Escape, the cross or a click beside it closed it
pub(super) fn sheet_ui(
    ui: &Ui,
    name: &'static str,
    title: &str,
    widest: f32,
    inner: impl FnOnce(&mut Ui, f32, f32),
) -> bool {
    let t = tokens(ui);
    let window = ui.content_rect();
    let width = (window.width() - BESIDE).min(widest);
    let mut closed = false;
    let modal = Modal::new(Id::unique(name))
        .frame(Frame::popup(ui.style()).inner_margin(Margin::same(20)))
        .backdrop_color(t.veil)
        .show(ui, |ui| {
            ui.set_width(width);
            ui.horizontal(|ui| {
                let title = RichText::new(title).text_style(TextStyle::Heading).color(t.text);
                ui.add(Label::new(title).selectable(false));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    closed =
                        press_ui(ui, Press::new(icons::CLOSE, say!("sheet-close")).icon_only()).clicked();
                });
            });
            ui.add_space(size::STEP);
            inner(ui, width, window.height() - AROUND);
        });
    closed || modal.should_close()
}
