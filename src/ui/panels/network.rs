//! Which network is asked: a menu of all, those without weights disabled with the reason.

use egui::{Align, Frame, Layout, Margin, ScrollArea, TextStyle, Ui};

use crate::command::{Command, Commands};
use crate::findings::Nodule;
use crate::networks::spec;
use crate::session::NetworkChoice;
use crate::ui::theme::tokens;
use crate::ui::widgets::{Press, line_ui, menu, menu_row_ui, note_ui, paragraph_ui, press_ui};
use crate::ui::{Scene, icons, words};

/// One line with the chosen network; a note where it cannot be asked, and where the answer below is
/// another's.
pub fn network_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let chosen = scene.session.look().network;
    ui.horizontal(|ui| {
        line_ui(ui, "Network", TextStyle::Body, t.muted);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = press_ui(ui, Press::new("", chosen).menu());
            let button = button.on_hover_text("The network that is asked about nodules");
            menu(&button).show(|ui| {
                ui.set_width(320.0);
                ui.spacing_mut().item_spacing.y = 0.0;
                ScrollArea::vertical().max_height(560.0).show(ui, |ui| {
                    for network in scene.session.networks() {
                        row_ui(ui, network, network.name == chosen, out);
                    }
                });
            });
        });
    });
    let fault =
        scene.session.networks().iter().find(|n| n.name == chosen).and_then(|n| n.weights.as_ref().err());
    if let Some(sentence) = fault {
        note_ui(ui, icons::WARNING, t.warning, &words::sentence(sentence));
    }
    let other = scene.session.selected().and_then(Nodule::answer).filter(|answer| answer.model != chosen);
    if let Some(answer) = other {
        paragraph_ui(ui, &format!("This answer is of {}.", answer.model), t.muted);
    }
}

fn row_ui(ui: &mut Ui, network: &NetworkChoice, chosen: bool, out: &mut Commands) {
    let t = tokens(ui);
    let usable = network.weights.is_ok();
    let press = Press::new("", network.name).selected(chosen).enabled(usable);
    if menu_row_ui(ui, press).clicked() && !chosen {
        out.push(Command::ChooseNetwork(network.name));
    }
    // Under the name, which stands beside the place of the tick.
    Frame::new().inner_margin(Margin { left: 34, right: 10, top: 0, bottom: 5 }).show(ui, |ui| {
        let asked = spec(network.name).map(|spec| words::question(spec.question)).unwrap_or_default();
        let row = ui.scope(|ui| match &network.weights {
            Ok(weights) if weights.starts_with(network.name) => line_ui(ui, asked, TextStyle::Small, t.muted),
            Ok(weights) => line_ui(ui, &format!("{asked}; weights {weights}"), TextStyle::Small, t.muted),
            Err(sentence) => {
                // How to get them is for those who want to know.
                let (short, _) = sentence.split_once(':').unwrap_or((sentence, ""));
                line_ui(ui, &format!("{asked}; {short}"), TextStyle::Small, t.muted);
            }
        });
        if let Err(sentence) = &network.weights {
            row.response.on_hover_text(words::sentence(sentence));
        }
    });
}
