//! How the map lies over the CT.

use std::sync::Arc;

use egui::{Align, Layout, TextStyle, Ui};

use super::compare::compare_ui;
use super::take_away::take_away_ui;
use crate::command::{Command, Commands};
use crate::explain::{Method, Saliency, Wanted};
use crate::findings::{Nodule, Question};
use crate::inference::Answer;
use crate::language::{heard, named};
use crate::networks::{Family, Scale};
use crate::say;
use crate::session::{Edit, Heatmap, WorkId};
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{
    Press, line_ui, menu, menu_row_ui, menu_width, meter_ui, note_ui, paragraph_ui, press_ui, segments_ui,
    slider_row_ui, small_paragraph_ui,
};
use crate::ui::{Scene, icons, methods, words};

/// On or off, which scale, opacity, threshold.
pub fn explanation_ui(ui: &mut Ui, scene: &Scene<'_>, nodule: &Nodule, out: &mut Commands) {
    let t = tokens(ui);
    let heat = scene.session.look().heatmap;
    let shown = nodule.shown_saliency(heat.map);
    let there = shown.is_some();
    ui.horizontal(|ui| {
        line_ui(ui, say!("explanation-title"), text::strong(), t.text);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let command = Command::ToggleHeatmap;
            let words =
                if heat.on { say!("explanation-heatmap-on") } else { say!("explanation-heatmap-off") };
            let press = Press::new("", words).selected(heat.on).filled().enabled(there || heat.on);
            if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
                out.push(command);
            }
        });
    });
    if !there {
        let coming = scene.session.working(WorkId::Classify(nodule.id)).is_some();
        let words = if coming { say!("explanation-coming") } else { say!("explanation-none") };
        paragraph_ui(ui, words, t.muted);
        return;
    }
    ui.add_space(2.0);
    let map = |map: Wanted| Edit::Heatmap(Heatmap { map, on: true, ..heat });
    let family = nodule.answer().map_or(Family::M3Net, |answer| answer.detail.family());
    method_ui(ui, scene, nodule, out);
    if scene.session.working(WorkId::Explain).is_some() {
        computing_ui(ui, scene, out);
        return;
    }
    if family == Family::M3Net {
        // Some methods have no map of one scale: what is weighed between them, or taken from all.
        let apart = Scale::ALL.iter().any(|scale| {
            let method = shown.and_then(|map| Method::named(map.method)).unwrap_or(heat.map.method);
            nodule.saliency(Wanted { method, scale: Some(*scale) }).is_some()
        });
        ui.add_enabled_ui(apart, |ui| {
            let words = [
                say!("explanation-combined"),
                named("scale", Scale::Micro.name()),
                named("scale", Scale::Meso.name()),
                named("scale", Scale::Macro.name()),
            ];
            let chosen = heat.map.scale.and_then(|s| Scale::ALL.iter().position(|x| *x == s));
            if let Some(n) = segments_ui(ui, say!("explanation-map"), &words, chosen.map_or(0, |n| n + 1)) {
                let scale = n.checked_sub(1).and_then(|n| Scale::ALL.get(n).copied());
                out.edit(map(Wanted { scale, ..heat.map }));
            }
        });
    }
    if let Some(shown) = shown {
        compare_ui(ui, scene, nodule, shown, out);
    }
    if let Some(n) = segments_ui(
        ui,
        say!("explanation-drawn-as"),
        &[say!("explanation-area"), say!("explanation-lines")],
        usize::from(heat.contour),
    ) {
        out.edit(Edit::Heatmap(Heatmap { contour: n == 1, on: true, ..heat }));
    }
    ui.add_space(size::HALF);
    let opacity = if heat.contour {
        say!("explanation-lines-opaque").to_owned()
    } else {
        format!("{:.0} %", heat.opacity * 100.0)
    };
    ui.add_enabled_ui(!heat.contour, |ui| {
        slider(ui, out, (say!("explanation-opacity"), heat.opacity, &opacity), |opacity| Heatmap {
            opacity,
            ..heat
        });
    });
    let threshold = say!("explanation-of-largest", share = format!("{:.2}", heat.threshold));
    slider(ui, out, (say!("explanation-threshold"), heat.threshold, &threshold), |threshold| Heatmap {
        threshold,
        ..heat
    });
    if let Some(map) = shown {
        let cells = of_map(map);
        paragraph_ui(ui, &cells, t.muted);
        if let Some(caution) = Method::named(map.method).and_then(Method::caution) {
            note_ui(ui, icons::WARNING, t.warning, &words::full_sentence(&heard(caution)));
        }
        trust_ui(ui, scene, map, out);
        if let Some(answer) = nodule.answer().filter(|answer| answer.ensemble > 1) {
            let count = words::count(answer.ensemble);
            paragraph_ui(ui, &say!("explanation-first-network", count = count), t.muted);
        }
        if map.largest_magnitude() == 0.0 {
            paragraph_ui(ui, say!("explanation-zero"), t.warning);
        }
        let key = scene.key(&Command::HideHeatmap);
        if heat.on && !key.is_empty() {
            paragraph_ui(ui, &say!("explanation-hold", key = key), t.muted);
        }
        take_away_ui(ui, scene, out);
    }
}

/// How fine a map is, what its colours mean, and what it says of itself.
fn of_map(map: &Saliency) -> String {
    let voxel_by_voxel = matches!(
        Method::named(map.method),
        Some(
            Method::Gradient
                | Method::GradientTimesInput
                | Method::SmoothGrad
                | Method::IntegratedGradients
                | Method::GuidedBackprop
        )
    );
    let told = |name: &str| map.figure(name);
    let mut words = match map.native_shape {
        _ if map.method == Method::KernelShap.name() => say!(
            "explanation-pieces",
            pieces = format!("{:.0}", told("supervoxels").unwrap_or(0.0)),
            coalitions = format!("{:.0}", told("coalitions").unwrap_or(0.0))
        ),
        // M3Net's crops are read voxel by voxel; what others read is resampled.
        None if voxel_by_voxel => say!("explanation-added-up").to_owned(),
        _ if voxel_by_voxel && map.scale.is_some() => say!("explanation-each-voxel").to_owned(),
        Some([d, h, w]) => {
            say!("explanation-own-cells", d = d, h = h, w = w)
        }
        None if map.method == Method::Native.name() => say!("explanation-weighted").to_owned(),
        None => say!("explanation-sum").to_owned(),
    };
    if map.signed {
        words += say!("explanation-signed");
    }
    if let (Some(sum), Some(difference)) = (told("sum"), told("difference")) {
        words +=
            &say!("explanation-adds-up", sum = format!("{sum:.2}"), difference = format!("{difference:.2}"));
    }
    words
}

/// What the checks of a map found, or a button for them.
fn trust_ui(ui: &mut Ui, scene: &Scene<'_>, map: &Saliency, out: &mut Commands) {
    let t = tokens(ui);
    let told = |name: &str| map.figure(name);
    let Some(passed) = told("randomisation_passed") else {
        if let Some(work) = scene.session.working(WorkId::Check) {
            small_paragraph_ui(ui, say!("explanation-checking"), t.muted);
            meter_ui(ui, say!("explanation-checking"), work.progress.done, ui.available_width());
            return;
        }
        let tip = say!("explanation-check-tip");
        let wanted = Method::named(map.method).map(|method| Wanted { method, scale: map.scale });
        if press_ui(ui, Press::new("", say!("explanation-check")).filled()).on_hover_text(tip).clicked()
            && let Some(wanted) = wanted
        {
            out.push(Command::CheckMap(wanted));
        }
        return;
    };
    let figure = |name: &str| told(name).unwrap_or(f64::NAN);
    let alike = say!(
        "explanation-alike",
        rank = format!("{:.2}", figure("rank_all")),
        structure = format!("{:.2}", figure("ssim_all"))
    );
    if passed > 0.0 {
        note_ui(ui, icons::CHECK, t.good, &say!("explanation-another", alike = alike));
    } else {
        let words = say!("explanation-like", alike = alike);
        note_ui(ui, icons::WARNING, t.warning, &words);
    }
    let words = say!(
        "explanation-curves",
        first = format!("{:.2}", figure("deletion")),
        random = format!("{:.2}", figure("deletion_random")),
        back = format!("{:.2}", figure("insertion")),
        back_random = format!("{:.2}", figure("insertion_random"))
    );
    paragraph_ui(ui, &words, t.muted);
}

/// The menu of methods: those that are there, and those that are computed when they are chosen.
fn method_ui(ui: &mut Ui, scene: &Scene<'_>, nodule: &Nodule, out: &mut Commands) {
    let t = tokens(ui);
    let heat = scene.session.look().heatmap;
    let mut there: Vec<&Arc<Saliency>> = Vec::new();
    if let Question::Answered { saliency, .. } = &nodule.question {
        for map in saliency {
            if there.iter().all(|known| known.method != map.method) {
                there.push(map);
            }
        }
    }
    let shown = nodule.shown_saliency(heat.map);
    let is_shown = |map: &Saliency| shown.is_some_and(|shown| shown.method == map.method);
    let choose = |method| Edit::Heatmap(Heatmap { map: Wanted { method, scale: None }, on: true, ..heat });
    ui.horizontal(|ui| {
        line_ui(ui, say!("explanation-method"), TextStyle::Body, t.muted);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let computing = scene.session.working(WorkId::Explain).is_some();
            let name = match shown {
                _ if computing => methods::name(heat.map.method),
                Some(map) => words::method(map),
                None => say!("explanation-no-map"),
            };
            let about = shown.and_then(|map| Method::named(map.method)).unwrap_or(heat.map.method);
            let button = press_ui(ui, Press::new("", name).menu()).on_hover_text(methods::told(about));
            menu(&button).show(|ui| {
                let model = nodule.answer().map_or("", |answer| answer.model.as_str());
                let asked: Vec<(Method, String)> = Method::on_demand(model)
                    .into_iter()
                    .filter(|method| there.iter().all(|map| map.method != method.name()))
                    .map(|method| (method, nodule.answer().map_or_else(String::new, |a| cost(method, a))))
                    .collect();
                // What they cost stands in a column.
                let lines = asked.iter().map(|(method, cost)| (methods::name(*method), cost.as_str()));
                ui.set_width(menu_width(ui, lines).max(240.0));
                ui.spacing_mut().item_spacing.y = 0.0;
                for map in &there {
                    let Some(method) = Method::named(map.method) else { continue };
                    let row = menu_row_ui(ui, Press::new("", words::method(map)).selected(is_shown(map)));
                    if row.on_hover_text(methods::told(method)).clicked() {
                        out.edit(choose(method));
                        ui.close();
                    }
                }
                for (method, cost) in asked {
                    let row = menu_row_ui(ui, Press::new("", methods::name(method)).key(&cost));
                    if row.on_hover_text(methods::told(method)).clicked() {
                        out.edit(choose(method));
                        out.push(Command::Explain(method));
                        ui.close();
                    }
                }
            });
        });
    });
}

/// What it takes to compute a method's maps, by the time that the answer took on this machine.
fn cost(method: Method, answer: &Answer) -> String {
    let passes = method.passes().filter(|_| answer.m3net().is_some());
    let Some(passes) = passes else { return say!("explanation-compute").to_owned() };
    let seconds = (passes as f64 * answer.forward_ms / 1000.0).ceil().max(1.0);
    say!("explanation-compute-about", seconds = format!("{seconds:.0}"))
}

/// How far the maps are, and a way to stop.
fn computing_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let Some(work) = scene.session.working(WorkId::Explain) else { return };
    paragraph_ui(ui, &heard(&work.progress.what), t.muted);
    meter_ui(ui, say!("explanation-computing"), work.progress.done, ui.available_width());
    if press_ui(ui, Press::new(icons::STOP, say!("explanation-stop")).filled()).clicked() {
        out.push(Command::Cancel(WorkId::Explain));
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
