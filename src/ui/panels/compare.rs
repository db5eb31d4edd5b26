//! One method beside another: how far they agree, and where they differ.

use egui::{Align, Layout, TextStyle, Ui};

use crate::command::{Command, Commands, Explaining, entry};
use crate::explain::{Method, Saliency};
use crate::findings::Nodule;
use crate::say;
use crate::session::{self, Edit, Heatmap};
use crate::ui::theme::tokens;
use crate::ui::widgets::{Press, line_ui, menu, menu_row_ui, paragraph_ui, press_ui};
use crate::ui::{Scene, words};

/// Draws the menu of the other maps, and what the two have in common; nothing where there is one map.
/// - `shown`: the map that is looked at
pub fn compare_ui(ui: &mut Ui, scene: &Scene<'_>, nodule: &Nodule, shown: &Saliency, out: &mut Commands) {
    let t = tokens(ui);
    let heat = scene.session.look().heatmap;
    let maps = nodule.combined_maps();
    let others = || maps.iter().filter(|map| map.method != shown.method);
    if others().next().is_none() {
        return;
    }
    let agreement = |other: &str| nodule.comparison().and_then(|c| c.agreement(shown.method, other));
    let against = heat.against.and_then(|method| others().find(|map| map.method == method.name()));
    ui.horizontal(|ui| {
        line_ui(ui, say!("compare-title"), TextStyle::Body, t.muted);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let name = against.map_or(say!("compare-nothing"), |map| words::method(map));
            let tip = say!("compare-tip");
            let button = press_ui(ui, Press::new("", name).menu()).on_hover_text(tip);
            menu(&button).show(|ui| {
                ui.set_width(240.0);
                ui.spacing_mut().item_spacing.y = 0.0;
                if menu_row_ui(ui, Press::new("", say!("compare-nothing")).selected(against.is_none()))
                    .clicked()
                {
                    out.edit(Edit::Heatmap(Heatmap { against: None, ..heat }));
                    ui.close();
                }
                for map in others() {
                    let Some(method) = Method::named(map.method) else { continue };
                    let rank = agreement(map.method).map(|a| words::signed(a.rank_correlation, 2));
                    let rank = rank.unwrap_or_default();
                    let press =
                        Press::new("", words::method(map)).key(&rank).selected(heat.against == Some(method));
                    if menu_row_ui(ui, press).clicked() {
                        out.edit(Edit::Heatmap(Heatmap { against: Some(method), on: true, ..heat }));
                        ui.close();
                    }
                }
            });
        });
    });
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
    let Some(other) = against else { return };
    let [this, that] = [words::method(shown), words::method(other)];
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
        format!("{}. {colours}", words::minus(shown, other))
    };
    if heat.blink && scene.prefs.reduced_motion {
        let key = scene.key(&Command::Explaining(Explaining::ShowOtherMap));
        sentence += &say!("compare-motion", key = key);
    }
    if let Some(found) = agreement(other.method) {
        sentence += &say!(
            "compare-correlation",
            correlation = words::signed(found.rank_correlation, 2),
            share = format!("{:.0}", found.overlap * 100.0)
        );
    }
    paragraph_ui(ui, &sentence, t.muted);
}
