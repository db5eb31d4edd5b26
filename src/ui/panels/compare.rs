//! One method beside another: how far they agree, and where they differ.

use egui::{Align, Layout, TextStyle, Ui, vec2};

use crate::command::{Command, Commands, Explaining, entry};
use crate::explain::Saliency;
use crate::findings::Nodule;
use crate::say;
use crate::session::{self, Against, Edit, Heatmap};
use crate::ui::theme::tokens;
use crate::ui::widgets::{Press, line_ui, menu, menu_row_ui, paragraph_ui, press_ui};
use crate::ui::{Scene, words};

/// Draws the menu of the other maps, and what the two have in common; nothing where there is one map.
/// - `shown`: the map that is looked at
pub fn compare_ui(ui: &mut Ui, scene: &Scene<'_>, nodule: &Nodule, shown: &Saliency, out: &mut Commands) {
    let t = tokens(ui);
    let heat = scene.session.look().heatmap;
    let session = scene.session;
    if session.other_maps().next().is_none() {
        return;
    }
    let compared = session.compared();
    ui.horizontal(|ui| {
        line_ui(ui, say!("compare-title"), TextStyle::Body, t.muted);
        // The name of another network takes a line of its own.
        if compared.is_none_or(|two| two.models.is_none()) {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                partner_ui(ui, scene, nodule, shown, out)
            });
        }
    });
    if compared.is_some_and(|two| two.models.is_some()) {
        let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
        ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
            partner_ui(ui, scene, nodule, shown, out);
        });
    }
    let look = scene.session.look();
    let beside = matches!(look.layout, session::Layout::Maps(_));
    ui.horizontal_wrapped(|ui| {
        for (asked, on) in [(Explaining::SideBySide, beside), (Explaining::Blink, heat.on && heat.blink)] {
            let command = Command::Explaining(asked);
            let Some(entry) = entry(&command) else { continue };
            let press = Press::new("", entry.said()).selected(on).filled().enabled(scene.enabled(&command));
            if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
                out.push(command);
            }
        }
    });
    let Some(compared) = compared else { return };
    let ([_, other], [this, that]) = (compared.maps, words::compared_methods(&compared));
    let mut sentence = if beside || heat.blink {
        let place = if beside {
            say!("compare-left-right", this = this, that = that)
        } else {
            say!("compare-in-turn", this = this, that = that)
        };
        let scale =
            if shown.unit == other.unit { say!("compare-one-scale") } else { say!("compare-own-scales") };
        format!("{place}, {scale}.")
    } else {
        let colours = say!("compare-colours", this = this, that = that);
        format!("{}. {colours}", words::minus(&compared))
    };
    if heat.blink && scene.prefs.reduced_motion {
        let key = scene.key(&Command::Explaining(Explaining::ShowOtherMap));
        sentence += &say!("compare-motion", key = key);
    }
    if compared.models.is_some() {
        sentence += " ";
        sentence += say!("compare-two-networks");
    }
    if let Some(found) = nodule.comparison().and_then(|known| known.of_two(compared.maps)) {
        sentence += &say!(
            "compare-correlation",
            correlation = words::signed(found.rank_correlation, 2),
            share = format!("{:.0}", found.overlap * 100.0)
        );
    }
    paragraph_ui(ui, &sentence, t.muted);
}

/// The menu of what the map can be compared with.
fn partner_ui(ui: &mut Ui, scene: &Scene<'_>, nodule: &Nodule, shown: &Saliency, out: &mut Commands) {
    let (session, heat) = (scene.session, scene.session.look().heatmap);
    let compared = session.compared();
    let [_, second] = compared.as_ref().map(words::compared_methods).unwrap_or_default();
    let name = if compared.is_some() { &second } else { say!("compare-nothing") };
    let button = press_ui(ui, Press::new("", name).menu()).on_hover_text(say!("compare-tip"));
    menu(&button).show(|ui| {
        ui.set_width(240.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        if menu_row_ui(ui, Press::new("", say!("compare-nothing")).selected(compared.is_none())).clicked() {
            out.edit(Edit::Heatmap(Heatmap { against: None, ..heat }));
            ui.close();
        }
        for (against, map) in session.other_maps() {
            let rank = rank(nodule, shown, against).unwrap_or_default();
            let name = match against.model {
                Some(model) => words::of_network(model, words::method(map)),
                None => words::method(map).to_owned(),
            };
            let press = Press::new("", &name).key(&rank).selected(heat.against == Some(against));
            if menu_row_ui(ui, press).clicked() {
                out.edit(Edit::Heatmap(Heatmap { against: Some(against), on: true, ..heat }));
                ui.close();
            }
        }
    });
}

/// How far a map agrees with another one of the same network, where that is known.
fn rank(nodule: &Nodule, shown: &Saliency, against: Against) -> Option<String> {
    let known = nodule.comparison().filter(|_| against.model.is_none())?;
    Some(words::signed(known.agreement(shown.method, against.method.name())?.rank_correlation, 2))
}
