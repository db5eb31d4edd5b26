//! Something is being opened and nothing can be shown yet.

use egui::{Label, Rect, RichText, TextStyle, Ui};

use super::column_ui;
use crate::command::{Command, Commands};
use crate::language::heard;
use crate::say;
use crate::ui::theme::{size, tokens};
use crate::ui::widgets::{Press, meter_ui, paragraph_ui, press_ui};
use crate::ui::{Scene, icons};

/// Says what is being done, how far it is, and how to stop it.
pub fn opening_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let Some(work) = scene.session.work().first() else { return };
    column_ui(ui, rect, 420.0, 130.0, |ui| {
        ui.spacing_mut().item_spacing.y = size::STEP;
        ui.add(
            Label::new(RichText::new(say!("opening-title")).text_style(TextStyle::Heading).color(t.text))
                .selectable(false),
        );
        let what = if work.progress.what.is_empty() {
            say!("opening-starting").into()
        } else {
            heard(&work.progress.what)
        };
        paragraph_ui(ui, &what, t.muted);
        meter_ui(ui, &what, work.progress.done, ui.available_width());
        ui.add_space(size::HALF);
        if press_ui(ui, Press::new(icons::STOP, say!("opening-cancel")).filled()).clicked() {
            out.push(Command::Cancel(work.id));
        }
    });
}
