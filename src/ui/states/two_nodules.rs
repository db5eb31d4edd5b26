//! Two nodules over the window: what the network saw of each, both maps on one scale, and where they differ.

use std::sync::Arc;

use egui::{Id, Rect, Role, Sense, Slider, TextStyle, Ui, WidgetInfo, vec2};

use super::sheet::sheet_ui;
use crate::cases::distance;
use crate::command::{Command, Commands};
use crate::explain::{Method, Saliency, Wanted, difference};
use crate::findings::{Nodule, NoduleId};
use crate::geometry::VoxelBox;
use crate::inference::{Answer, Crop, M3NetDetail};
use crate::language::{heard, named};
use crate::networks::Scale;
use crate::render::HeatmapLook;
use crate::say;
use crate::session::Heatmap;
use crate::ui::panels::{OverCrop, crop_picture, guard_notes, scales_ui};
use crate::ui::theme::{size, text, tokens};
use crate::ui::viewport::{look, shared_scale};
use crate::ui::widgets::{
    Press, ends_ui, fact_ui, line_ui, note_ui, paragraph_ui, press_ui, segments_ui, small_paragraph_ui,
};
use crate::ui::{Scene, UiState, icons, words};

/// Widest sheet, and between its columns, points.
const WIDTH: f32 = 1040.0;
const GAP: f32 = 16.0;
/// Where the difference is kept.
const KEPT: &str = "two-maps";
/// Of the window, below the pictures.
const BELOW: f32 = 330.0;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoChoice {
    /// The nodule beside the selected one; `None` for the first one that there is.
    pub other: Option<NoduleId>,
    /// Which crop of both.
    pub scale: Scale,
    /// Slices from those through the points.
    pub slice: i64,
}

impl Default for TwoChoice {
    fn default() -> Self {
        Self { other: None, scale: Scale::Macro, slice: 0 }
    }
}

/// One of the two.
#[derive(Clone, Copy)]
struct One<'a> {
    number: usize,
    nodule: &'a Nodule,
    answer: &'a Answer,
    seen: &'a M3NetDetail,
}

impl<'a> One<'a> {
    fn of((number, nodule): (usize, &'a Nodule)) -> Option<Self> {
        let answer = nodule.answer()?;
        Some(Self { number, nodule, answer, seen: answer.m3net()? })
    }

    fn name(&self) -> String {
        say!("two-nodule", number = self.number)
    }

    fn crop(&self, scale: Scale) -> &'a Crop {
        &self.seen.crops[scale as usize]
    }

    /// The sample that its point lies in, of the crops' grid.
    fn sample(&self) -> [i64; 3] {
        let at = self.seen.sampling.grid().voxel_from_patient() * self.answer.at;
        [at.x, at.y, at.z].map(|v| v.round() as i64)
    }

    /// A crop's own slice so many behind the one through the point.
    fn slice(&self, scale: Scale, from_point: i64) -> Option<usize> {
        let bounds = self.crop(scale).context.bounds;
        usize::try_from(self.sample()[2] + from_point - bounds.min[2]).ok().filter(|k| *k < bounds.size[2])
    }
}

/// Draws the sheet; Escape, the cross or a click beside it closes it.
pub fn two_nodules_ui(ui: &Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let session = scene.session;
    let selected = session.selected().map(|nodule| nodule.id);
    let place = session.findings().nodules().iter().position(|nodule| Some(nodule.id) == selected);
    let first = place.and_then(|n| One::of((n + 1, session.findings().nodules().get(n)?)));
    let others: Vec<One<'_>> =
        first.iter().flat_map(|first| session.others_seen(first.answer)).filter_map(One::of).collect();
    let mut choice = state.two;
    let second = others.iter().find(|one| Some(one.nodule.id) == choice.other).or(others.first()).copied();
    let (Some(first), Some(second)) = (first, second) else {
        state.sheet = None;
        return;
    };
    let title = say!("two-title", first = first.number, second = second.number);
    let closed = sheet_ui(ui, "two", &title, WIDTH, |ui, width, room| {
        choose_ui(ui, scene, &others, second, &mut choice, out);
        let side = ((width - 2.0 * GAP) / 3.0).min(room - BELOW).max(120.0);
        let heat = session.look().heatmap;
        // Of both the same method's map, or there is nothing to compare.
        let shown = first.nodule.shown_saliency(heat.map).filter(|_| heat.on);
        let same =
            shown.and_then(|map| Some(Wanted { method: Method::named(map.method)?, scale: map.scale }));
        let maps = [shown, same.and_then(|wanted| second.nodule.saliency(wanted))];
        let drawn = Drawn::of(ui, heat, maps, [first, second]);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let column = (width - 2.0 * GAP) / 3.0;
            for (n, one) in [first, second].into_iter().enumerate() {
                ui.vertical(|ui| {
                    ui.set_width(column);
                    one_ui(ui, side, (n, [first, second]), &drawn, choice);
                    told_ui(ui, one, maps[n].is_some() || !heat.on);
                });
            }
            ui.vertical(|ui| {
                ui.set_width(column);
                apart_ui(ui, scene, side, [first, second], &drawn, choice);
            });
        });
        ui.add_space(size::HALF);
        let scale = drawn.looks.iter().flatten().next().map(|look| {
            let (end, unit) = (format!("{:.2}", look.end_of_scale()), heard(look.unit()));
            say!(
                "two-scale",
                method = words::method_and_scale(&look.saliency),
                end = end,
                unit = unit.as_ref()
            )
        });
        let told = scale.as_deref().into_iter().chain([say!("two-hold")]).collect::<Vec<_>>().join(" ");
        paragraph_ui(ui, &told, tokens(ui).muted);
    });
    state.two = choice;
    if closed {
        state.sheet = None;
        ui.data_mut(|data| data.remove::<Kept>(Id::unique(KEPT)));
    }
}

/// Which nodule stands beside, which crop, which slice, with the map or without.
fn choose_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    others: &[One<'_>],
    second: One<'_>,
    choice: &mut TwoChoice,
    out: &mut Commands,
) {
    let t = tokens(ui);
    if others.len() > 1 {
        let names: Vec<String> = others.iter().map(One::name).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let now = others.iter().position(|one| one.nodule.id == second.nodule.id).unwrap_or(0);
        if let Some(one) = segments_ui(ui, say!("two-beside"), &names, now).and_then(|n| others.get(n)) {
            choice.other = Some(one.nodule.id);
        }
        ui.add_space(size::HALF);
    }
    let scales = Scale::ALL.map(|scale| named("scale", scale.name()));
    let now = Scale::ALL.iter().position(|scale| *scale == choice.scale).unwrap_or(0);
    if let Some(scale) = segments_ui(ui, say!("two-crop"), &scales, now).and_then(|n| Scale::ALL.get(n)) {
        choice.scale = *scale;
    }
    ui.add_space(size::HALF);
    let half = (second.crop(choice.scale).context.bounds.size[2] / 2) as i64;
    choice.slice = choice.slice.clamp(-half, half);
    ui.horizontal(|ui| {
        let command = Command::ToggleHeatmap;
        let on = scene.session.look().heatmap.on;
        let words = if on { say!("explanation-heatmap-on") } else { say!("explanation-heatmap-off") };
        let press = Press::new("", words).selected(on).filled();
        if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
            out.push(command);
        }
        let place = match choice.slice {
            0 => say!("two-through-points").to_owned(),
            n => say!("two-from-points", slices = words::with_sign(n as f64).replace(".00", "")),
        };
        let mut slice = choice.slice;
        ui.spacing_mut().slider_width = (ui.available_width() - 240.0).max(80.0);
        let slider = ui.add(Slider::new(&mut slice, -half..=half).show_value(false));
        slider.widget_info(|| WidgetInfo::slider(true, choice.slice as f64, say!("two-slice")));
        choice.slice = slice;
        line_ui(ui, &place, TextStyle::Small, t.muted);
    });
    ui.add_space(size::HALF);
}

/// Both maps as they are drawn, and what is left of the first without the second.
struct Drawn {
    looks: [Option<HeatmapLook>; 2],
    apart: Option<HeatmapLook>,
}

impl Drawn {
    fn of(ui: &Ui, heat: Heatmap, maps: [Option<&Arc<Saliency>>; 2], [first, second]: [One<'_>; 2]) -> Self {
        let [Some(a), Some(b)] = maps else {
            return Self { looks: maps.map(|map| map.map(|map| look(heat, map, None))), apart: None };
        };
        let shared = Some(shared_scale(a, b));
        let apart = laid_together(ui, [a, b], [first, second]).map(|map| look(heat, &map, None));
        Self { looks: [a, b].map(|map| Some(look(heat, map, shared))), apart }
    }
}

/// A difference of two maps, kept while the sheet shows it.
#[derive(Clone)]
struct Kept {
    of: [Arc<Saliency>; 2],
    map: Option<Arc<Saliency>>,
}

/// The first map less the second, each divided by its largest magnitude: the second is moved, by whole voxels, so
/// that its point lies on the first one's. Nothing is registered but the points.
fn laid_together(
    ui: &Ui,
    [a, b]: [&Arc<Saliency>; 2],
    [first, second]: [One<'_>; 2],
) -> Option<Arc<Saliency>> {
    let id = Id::unique(KEPT);
    if let Some(kept) = ui.data(|data| data.get_temp::<Kept>(id))
        && Arc::ptr_eq(&kept.of[0], a)
        && Arc::ptr_eq(&kept.of[1], b)
    {
        return kept.map;
    }
    // Maps lie on the CT's voxels, of which a sample is `step`.
    let step = first.seen.sampling.step();
    let (here, there) = (first.sample(), second.sample());
    let moved = std::array::from_fn(|axis| {
        let voxels = ((here[axis] - there[axis]) as f64 * step[axis]).round() as i64;
        b.bounds.min[axis].saturating_add(voxels)
    });
    let other = Saliency { bounds: VoxelBox { min: moved, size: b.bounds.size }, ..(**b).clone() };
    let map = difference(a, &other).map(Arc::new);
    let kept = Kept { of: [Arc::clone(a), Arc::clone(b)], map: map.clone() };
    ui.data_mut(|data| data.insert_temp(id, kept));
    map
}

/// One nodule's picture; while it is held, the other one's in its place.
fn one_ui(ui: &mut Ui, side: f32, (n, two): (usize, [One<'_>; 2]), drawn: &Drawn, choice: TwoChoice) {
    let t = tokens(ui);
    let one = two[n];
    ends_ui(
        ui,
        (&one.name(), text::strong(), t.text),
        (&words::patient_position(one.answer.at).replace("   ", "  "), TextStyle::Small, t.muted),
    );
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, say!("two-picture", number = one.number)));
    let shown = if response.is_pointer_button_down_on() { 1 - n } else { n };
    picture_ui(ui, ["two-first", "two-second"][n], rect, two[shown], drawn.looks[shown].as_ref(), choice);
}

fn picture_ui(ui: &Ui, place: &str, rect: Rect, one: One<'_>, map: Option<&HeatmapLook>, choice: TwoChoice) {
    let heat = map.map(|look| OverCrop { look, step: one.seen.sampling.step() });
    crop_picture(ui, place, rect, one.crop(choice.scale), one.slice(choice.scale, choice.slice), heat);
}

/// What the network said of one.
/// - `mapped`: false where it has no map by the method that is shown
fn told_ui(ui: &mut Ui, one: One<'_>, mapped: bool) {
    let t = tokens(ui);
    if !mapped {
        small_paragraph_ui(ui, say!("two-no-map"), t.warning);
    }
    for note in guard_notes(&one.answer.guard) {
        note_ui(ui, icons::WARNING, t.warning, &note);
    }
    let range = one
        .answer
        .interval()
        .map(|[low, high]| say!("two-range", low = format!("{low:.2}"), high = format!("{high:.2}")));
    let said = format!("{:.2}", one.answer.probability);
    fact_ui(
        ui,
        say!("two-probability"),
        &[Some(said), range].into_iter().flatten().collect::<Vec<_>>().join(", "),
    );
    scales_ui(ui, one.seen);
}

/// Where they differ.
fn apart_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    side: f32,
    [first, second]: [One<'_>; 2],
    drawn: &Drawn,
    choice: TwoChoice,
) {
    let t = tokens(ui);
    let name = say!("two-minus", first = first.number, second = second.number);
    ends_ui(ui, (&name, text::strong(), t.text), ("", TextStyle::Small, t.muted));
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    match &drawn.apart {
        Some(look) => picture_ui(ui, "two-apart", rect, first, Some(look), choice),
        None => {
            ui.painter().rect_filled(rect, 0.0, t.card);
            let on = scene.session.look().heatmap.on;
            let words = if on { say!("two-no-difference") } else { say!("two-heatmap-off") };
            let words = egui::Label::new(words).wrap();
            ui.put(rect.shrink(GAP), words);
        }
    }
    let apart = first.answer.probability - second.answer.probability;
    fact_ui(ui, say!("two-probability"), &words::with_sign(apart));
    let far = distance(&first.seen.pooled, &second.seen.pooled);
    let [set, _] = scene.session.cases_of(first.answer);
    if let Some(usual) = set.map(|set| set.map.usual()).filter(|usual| *usual > 0.0) {
        fact_ui(ui, say!("two-features"), &format!("{:.1}", far / usual));
        small_paragraph_ui(ui, say!("two-features-told"), t.muted);
    }
    if drawn.apart.is_some() {
        small_paragraph_ui(ui, &say!("two-colours", first = first.number, second = second.number), t.muted);
    }
}
