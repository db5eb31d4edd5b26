//! How the map lies over the CT.

use std::sync::Arc;

use egui::{TextStyle, Ui};

use crate::command::{Command, Commands};
use crate::explain::{Method, Saliency, Wanted};
use crate::findings::Nodule;
use crate::networks::{Family, Scale};
use crate::session::{Edit, Heatmap, WorkId};
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{Press, line_ui, paragraph_ui, press_ui, segments_ui, slider_row_ui};
use crate::ui::{Scene, words};

/// On or off, which scale, opacity, threshold.
pub fn explanation_ui(ui: &mut Ui, scene: &Scene<'_>, nodule: &Nodule, out: &mut Commands) {
    let t = tokens(ui);
    let heat = scene.session.look().heatmap;
    let shown = nodule.shown_saliency(heat.map);
    let there = shown.is_some();
    ui.horizontal(|ui| {
        line_ui(ui, "Explanation", text::strong(), t.text);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let command = Command::ToggleHeatmap;
            let words = if heat.on { "Heatmap on" } else { "Heatmap off" };
            let press = Press::new("", words).selected(heat.on).filled().enabled(there || heat.on);
            if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
                out.push(command);
            }
        });
    });
    if !there {
        let coming = scene.session.working(WorkId::Classify(nodule.id)).is_some();
        let words = if coming { "The maps are being computed." } else { "There are no maps. Ask again." };
        paragraph_ui(ui, words, t.muted);
        return;
    }
    ui.add_space(2.0);
    let map = |map: Wanted| Edit::Heatmap(Heatmap { map, on: true, ..heat });
    let family = nodule.answer().map_or(Family::M3Net, |answer| answer.detail.family());
    let mut maps: Vec<&Arc<Saliency>> = Vec::new();
    for map in Wanted::in_the_window(family).into_iter().filter_map(|wanted| nodule.saliency(wanted)) {
        if maps.iter().all(|known| known.method != map.method) {
            maps.push(map);
        }
    }
    let chosen = maps.iter().position(|map| shown.is_some_and(|s| s.method == map.method)).unwrap_or(0);
    let signed = shown.is_some_and(|map| map.signed);
    let names: Vec<&str> = maps.iter().map(|map| words::method(map)).collect();
    if let Some(n) = segments_ui(ui, "Method", &names, chosen)
        && let Some(method) = maps.get(n).and_then(|map| Method::named(map.method))
    {
        out.edit(map(Wanted { method, scale: None }));
    }
    if family == Family::M3Net {
        // What is for and against is weighed between the scales: there is no such map of one.
        ui.add_enabled_ui(!signed, |ui| {
            let words = ["Combined", Scale::Micro.name(), Scale::Meso.name(), Scale::Macro.name()];
            let chosen = heat.map.scale.and_then(|s| Scale::ALL.iter().position(|x| *x == s));
            if let Some(n) = segments_ui(ui, "Map", &words, chosen.map_or(0, |n| n + 1)) {
                let scale = n.checked_sub(1).and_then(|n| Scale::ALL.get(n).copied());
                out.edit(map(Wanted { scale, ..heat.map }));
            }
        });
    }
    if let Some(n) = segments_ui(ui, "Drawn as", &["Area", "Lines"], usize::from(heat.contour)) {
        out.edit(Edit::Heatmap(Heatmap { contour: n == 1, on: true, ..heat }));
    }
    ui.add_space(size::HALF);
    let opacity =
        if heat.contour { "lines are opaque".to_owned() } else { format!("{:.0} %", heat.opacity * 100.0) };
    ui.add_enabled_ui(!heat.contour, |ui| {
        slider(ui, out, ("Opacity", heat.opacity, &opacity), |opacity| Heatmap { opacity, ..heat });
    });
    let threshold = format!("{:.2} of the largest", heat.threshold);
    slider(ui, out, ("Threshold", heat.threshold, &threshold), |threshold| Heatmap { threshold, ..heat });
    if let Some(map) = shown {
        let cells = match map.native_shape {
            Some([d, h, w]) => {
                format!("The network's own map has {d} × {h} × {w} cells; finer detail is interpolation.")
            }
            None if signed => "Orange speaks for the class asked about, blue against it: each scale's map, \
                               weighted by its contribution. Finer detail is interpolation."
                .to_owned(),
            None => {
                "Sum of the three scales' maps; choose one to see its cells. Finer detail is interpolation."
                    .to_owned()
            }
        };
        paragraph_ui(ui, &cells, t.muted);
        if let Some(answer) = nodule.answer().filter(|answer| answer.ensemble > 1) {
            let count = words::count(answer.ensemble);
            paragraph_ui(ui, &format!("Maps explain the first of the {count} networks."), t.muted);
        }
        if map.largest_magnitude() == 0.0 {
            line_ui(ui, "This map is zero everywhere.", TextStyle::Body, t.warning);
        }
        let key = scene.key(&Command::HideHeatmap);
        if heat.on && !key.is_empty() {
            paragraph_ui(ui, &format!("Hold {key} to see the CT alone."), t.muted);
        }
    }
}

fn slider(
    ui: &mut Ui,
    out: &mut Commands,
    (name, value, shown): (&str, f32, &str),
    change: impl FnOnce(f32) -> Heatmap,
) {
    let (new, response) = slider_row_ui(ui, name, value, shown);
    if response.drag_started() {
        out.push(Command::BeginGesture);
    }
    if let Some(new) = new {
        out.edit(Edit::Heatmap(change(new)));
    }
    if response.drag_stopped() {
        out.push(Command::EndGesture);
    }
}
