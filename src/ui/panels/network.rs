//! Which network is asked: a menu of all, those without weights disabled with the reason.

use egui::{Align, Frame, Layout, Margin, ScrollArea, TextStyle, Ui};

use super::mode::mode_ui;
use crate::command::{Command, Commands};
use crate::findings::Nodule;
use crate::language::heard;
use crate::networks::spec;
use crate::say;
use crate::session::{Edit, NetworkChoice};
use crate::ui::theme::tokens;
use crate::ui::widgets::{
    Press, line_ui, menu, menu_row_ui, note_ui, paragraph_ui, press_ui, small_paragraph_ui,
};
use crate::ui::{Scene, icons, words};

/// One line with the chosen network; a note where it cannot be asked, and where the answer below is
/// another's.
pub fn network_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let chosen = scene.session.look().network;
    ui.horizontal(|ui| {
        line_ui(ui, say!("network-title"), TextStyle::Body, t.muted);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = press_ui(ui, Press::new("", chosen).menu());
            let button = button.on_hover_text(say!("network-asked"));
            menu(&button).show(|ui| {
                ui.set_width(320.0);
                ui.spacing_mut().item_spacing.y = 0.0;
                ScrollArea::vertical().min_scrolled_height(560.0).max_height(560.0).show(ui, |ui| {
                    for network in scene.session.networks() {
                        row_ui(ui, network, network.name == chosen, out);
                    }
                    beside_ui(ui, scene, out);
                    ui.separator();
                    let networks = Command::ToggleNetworks;
                    let key = scene.key(&networks);
                    let press = Press::new(icons::INFO, say!("network-weights")).key(&key);
                    if menu_row_ui(ui, press).on_hover_text(scene.tip(&networks)).clicked() {
                        out.push(networks);
                        ui.close();
                    }
                });
            });
        });
    });
    mode_ui(ui, scene, out);
    let fault =
        scene.session.networks().iter().find(|n| n.name == chosen).and_then(|n| n.weights.as_ref().err());
    if let Some(sentence) = fault {
        note_ui(ui, icons::WARNING, t.warning, &words::full_sentence(&heard(sentence)));
    }
    let other = scene.session.selected().and_then(Nodule::answer).filter(|answer| answer.model != chosen);
    if let Some(answer) = other {
        paragraph_ui(ui, &say!("network-answer-of", model = answer.model), t.muted);
    }
}

/// Which networks are asked beside the chosen one.
fn beside_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let look = scene.session.look();
    let usable = scene.session.networks().iter().filter(|n| n.weights.is_ok() && n.name != look.network);
    let usable: Vec<_> = usable.collect();
    if usable.is_empty() {
        return;
    }
    Frame::new().inner_margin(Margin { left: 12, right: 10, top: 6, bottom: 2 }).show(ui, |ui| {
        line_ui(ui, say!("network-others"), TextStyle::Small, t.muted);
    });
    for network in usable {
        let on = look.beside.contains(&network.name);
        let words = say!("network-also", others = network.name);
        if menu_row_ui(ui, Press::new("", &words).selected(on)).clicked() {
            let mut beside: Vec<_> =
                look.beside.iter().copied().filter(|name| *name != network.name).collect();
            if !on {
                beside.push(network.name);
            }
            out.edit(Edit::Beside(beside));
        }
    }
}

/// A network with weights says what it is asked; of one without them the reason is for those who want to
/// know it.
fn row_ui(ui: &mut Ui, network: &NetworkChoice, chosen: bool, out: &mut Commands) {
    let t = tokens(ui);
    let weights = match &network.weights {
        Ok(weights) => weights,
        Err(sentence) => {
            let sentence = heard(sentence);
            let (short, _) = sentence.split_once(':').unwrap_or((&sentence, ""));
            let key = if short.len() < 24 { short } else { say!("network-cannot") };
            let press = Press::new("", network.name).selected(chosen).enabled(false).key(key);
            menu_row_ui(ui, press).on_hover_text(words::sentence(&sentence));
            return;
        }
    };
    if menu_row_ui(ui, Press::new("", network.name).selected(chosen)).clicked() && !chosen {
        out.push(Command::ChooseNetwork(network.name));
    }
    // Under the name, which stands beside the place of the tick.
    Frame::new().inner_margin(Margin { left: 34, right: 10, top: 0, bottom: 5 }).show(ui, |ui| {
        let asked = spec(network.name).map(|spec| words::question(spec.question)).unwrap_or_default();
        // A file that bears the network's name says nothing new.
        let named = weights.starts_with(network.name);
        let sentence = if named {
            asked.to_owned()
        } else {
            say!("network-asked-weights", asked = asked, weights = weights)
        };
        small_paragraph_ui(ui, &sentence, t.muted);
    });
}
