//! How the network's input is prepared, where it leaves a choice.

use egui::{Align, Layout, TextStyle, Ui, vec2};

use crate::command::{Command, Commands};
use crate::inference::Mode;
use crate::language::named;
use crate::networks::spec;
use crate::say;
use crate::ui::Scene;
use crate::ui::theme::tokens;
use crate::ui::widgets::{line_ui, segments_ui};

/// One line: the ways by name, the chosen one marked.
pub fn mode_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let look = scene.session.look();
    let Ok(spec) = spec(look.network) else { return };
    let modes = Mode::of(spec);
    if modes.len() < 2 {
        return;
    }
    let t = tokens(ui);
    let words: Vec<&str> = modes.iter().map(|mode| named("mode", mode.name())).collect();
    let now = look.mode_of(look.network);
    let chosen = modes.iter().position(|mode| *mode == now).unwrap_or(0);
    ui.horizontal(|ui| {
        line_ui(ui, say!("mode-input"), TextStyle::Body, t.muted);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.allocate_ui(vec2(168.0, 26.0), |ui| {
                let pressed = segments_ui(ui, say!("mode-input"), &words, chosen);
                // There are two: another one is the next one.
                if pressed.is_some_and(|n| n != chosen) {
                    out.push(Command::NextMode);
                }
            });
        });
    });
}
