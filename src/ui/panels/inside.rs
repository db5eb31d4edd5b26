//! The ways from an answer to what the network computed before it.

use egui::Ui;

use crate::command::{Command, Commands, Explaining};
use crate::explain::attends;
use crate::inference::Answer;
use crate::say;
use crate::ui::widgets::{Press, press_ui};
use crate::ui::{Scene, icons};

/// Draws a row of buttons, each for a sheet.
pub(super) fn inside_ui(ui: &mut Ui, scene: &Scene<'_>, answer: &Answer, out: &mut Commands) {
    let sheets = [
        (true, Explaining::ShowFeatures, icons::LAYOUT, say!("crops-features")),
        (attends(answer), Explaining::ShowAttention, icons::ATTENTION, say!("crops-attention")),
        (answer.m3net().is_some(), Explaining::ShowCases, icons::NODULE, say!("crops-cases")),
    ];
    ui.horizontal_wrapped(|ui| {
        for (_, command, icon, words) in sheets.into_iter().filter(|(there, ..)| *there) {
            let command = Command::Explaining(command);
            if press_ui(ui, Press::new(icon, words).filled()).on_hover_text(scene.tip(&command)).clicked() {
                out.push(command);
            }
        }
    });
}
