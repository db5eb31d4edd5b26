//! What the network saw: the three crops after its normalisation, in the panel and large in the
//! fourth viewport.

use egui::{Align2, Color32, FontId, Rect, Role, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::crop_image::{OverCrop, crop_texture};
use super::inside::inside_ui;
use super::seen::seen_strip_ui;
use crate::command::{Command, Commands};
use crate::findings::{Nodule, Question};
use crate::inference::{Answer, Crop, M3NetDetail, Mode, Region};
use crate::language::named;
use crate::say;
use crate::ui::theme::{PICTURE, region_colour, size, strong_family, text, tokens};
use crate::ui::viewport::overlay::{Halo, halo_text, region_line};
use crate::ui::viewport::{heatmap, on_pixels, scrolled};
use crate::ui::widgets::{line_ui, place_slider_ui, splits};
use crate::ui::{CropSlice, Scene, UiState, icons, words};

/// From line to line over a crop, points.
const LINE: f32 = 15.0;
/// Of what stands under a picture in the panel.
const SIZE_LINE: f32 = 15.0;

/// How the crops of an answer came to look like this.
fn how(answer: &Answer) -> &'static str {
    match answer.m3net().map(|seen| seen.sampling.mode()) {
        Some(Mode::Clinical) => say!("crops-resampled"),
        Some(Mode::Paper) | None => say!("crops-own-range"),
    }
}

/// The slice to show, of the widest crop, and how many that has: the one chosen for this answer, or the one
/// that the nodule's point lies in.
fn slice_of(state: &mut UiState, nodule: &Nodule, answer: &Answer) -> (usize, usize) {
    // What was chosen for another is forgotten as soon as this one is looked at.
    state.crop_slice = state.crop_slice.filter(|c| c.nodule == nodule.id && c.at == answer.at);
    let chosen = state.crop_slice;
    let Some(seen) = answer.m3net() else { return (0, 1) };
    let bounds = seen.crops[2].context.bounds;
    let depth = bounds.size[2].max(1);
    let at_nodule = || {
        let k = (seen.sampling.grid().voxel_from_patient() * answer.at).z.round() as i64;
        usize::try_from(k - bounds.min[2]).unwrap_or(0)
    };
    (chosen.map_or_else(at_nodule, |c| c.slice).min(depth - 1), depth)
}

/// Remembers a slice for as long as this answer is looked at.
fn choose(state: &mut UiState, nodule: &Nodule, answer: &Answer, slice: usize) {
    state.crop_slice = Some(CropSlice { nodule: nodule.id, at: answer.at, slice });
}

/// A crop's own slice where the widest one shows its slice `k`: cubes reach less far the narrower they are.
fn own_slice(seen: &M3NetDetail, crop: &Crop, k: usize) -> Option<usize> {
    let (own, widest) = (crop.context.bounds, seen.crops[2].context.bounds);
    usize::try_from(widest.min[2] + k as i64 - own.min[2]).ok().filter(|own_k| *own_k < own.size[2])
}

/// A slice of a crop in its frame.
/// - `place`: who shows it
/// - `k`: its own slice; `None` where it has none there, and nothing but its frame is drawn
pub fn picture(ui: &Ui, place: &str, rect: Rect, crop: &Crop, k: Option<usize>, heat: Option<OverCrop<'_>>) {
    let (rect, _) = on_pixels(rect, ui.pixels_per_point());
    ui.painter().rect_filled(rect, 0.0, PICTURE.ground);
    if let Some(k) = k {
        let texture = crop_texture(ui.ctx(), place, crop, k, heat);
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(texture.id(), rect.shrink(1.0), whole, Color32::WHITE);
    }
    let edge = rect.shrink(0.5);
    let path = vec![edge.left_top(), edge.right_top(), edge.right_bottom(), edge.left_bottom()];
    region_line(ui.painter(), path, crop.context.scale.into(), 1.75);
}

/// The crops of an answer of M3Net, each with its box in the patient.
fn crops_of(answer: &Answer) -> impl Iterator<Item = (&Crop, &Region)> {
    answer.m3net().into_iter().flat_map(|seen| &seen.crops).zip(&answer.regions)
}

fn said(region: &Region) -> String {
    let moved = words::box_moved(region);
    let moved = if moved.is_empty() { moved } else { format!(", {moved}") };
    let (name, voxels, mm) =
        (named("region", region.name.name()), words::box_voxels(region), words::box_mm(region));
    say!("crops-crop", name = name, voxels = voxels, mm = mm, moved = moved)
}

/// `22×22×70 mm`: under a small picture there is no room for spaces, and perhaps not for one line. Never without its unit.
fn size_words(ui: &Ui, region: &Region, width: f32) -> Vec<String> {
    let mm = words::box_mm(region).replace(" × ", "×");
    let fits = |words: &str| {
        let font = Halo::plain().font;
        ui.painter().layout_no_wrap(words.to_owned(), font, PICTURE.text).size().x <= width
    };
    let plain = mm.trim_end_matches(" mm");
    match plain.rsplit_once('×') {
        _ if fits(&mm) => vec![mm],
        Some((flat, depth)) => vec![flat.to_owned(), format!("×{depth} mm")],
        None => vec![mm],
    }
}

/// The crops side by side, with a slider through their slices.
pub fn crops_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut UiState,
    (nodule, answer): (&Nodule, &Answer),
    out: &mut Commands,
) {
    let t = tokens(ui);
    let Some(seen) = answer.m3net() else { return };
    let (k, depth) = slice_of(state, nodule, answer);
    let heat = heatmap(scene.session).filter(|_| !state.heatmap_hidden);
    let heat = heat.as_ref().map(|look| OverCrop { look, step: seen.sampling.step() });
    splits(
        ui,
        |ui| {
            line_ui(ui, say!("crops-title"), text::strong(), t.text);
            let font = egui::RichText::new(icons::INFO).text_style(text::icon()).color(t.muted);
            ui.add(egui::Label::new(font).selectable(false)).on_hover_text(how(answer));
        },
        |ui| line_ui(ui, &say!("crops-slice", slice = k + 1, depth = depth), TextStyle::Small, t.muted),
    );
    ui.add_space(2.0);
    let gap = 6.0;
    let side = (ui.available_width() - 2.0 * gap) / 3.0;
    let sizes: Vec<Vec<String>> = crops_of(answer).map(|(_, region)| size_words(ui, region, side)).collect();
    let lines = sizes.iter().map(Vec::len).max().unwrap_or(1).max(1);
    let (all, _) = ui.allocate_exact_size(
        vec2(ui.available_width(), side + 34.0 + SIZE_LINE * (lines - 1) as f32),
        Sense::hover(),
    );
    for ((n, (crop, region)), size) in crops_of(answer).enumerate().zip(sizes) {
        let left = all.left() + (side + gap) * n as f32;
        let rect = Rect::from_min_size(pos2(left, all.top()), vec2(side, side));
        let response = ui.interact(rect, ui.scope_id().with(("crop", n)), Sense::hover());
        let name = said(region);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        picture(ui, "panel", rect, crop, own_slice(seen, crop, k), heat);
        if let Some(next) = scrolled(ui, &response, &mut state.crop_wheel, "panel", k, depth) {
            choose(state, nodule, answer, next);
        }
        response.on_hover_text(name);
        let small = TextStyle::Small.resolve(ui.style());
        let strong = FontId::new(size::SMALL, strong_family());
        let ink = if ui.visuals().dark_mode { region_colour(region.name) } else { t.text };
        let name = named("region", region.name.name());
        ui.painter().text(pos2(left, rect.bottom() + 3.0), Align2::LEFT_TOP, name, strong, ink);
        for (line, words) in size.into_iter().enumerate() {
            let galley = ui.painter().layout_no_wrap(words, small.clone(), t.muted);
            let at = pos2(left, rect.bottom() + 18.0 + SIZE_LINE * line as f32);
            ui.painter().galley(at, galley, t.muted);
        }
    }
    if let Some(next) = place_slider_ui(ui, say!("crops-slice-of-crops"), k, depth) {
        choose(state, nodule, answer, next);
    }
    inside_ui(ui, scene, answer, out);
}

/// The fourth viewport: the crops, large; or, quietly, how to get them.
pub fn strip_ui(ui: &Ui, rect: Rect, scene: &Scene<'_>, state: &mut UiState) {
    ui.painter().rect_filled(rect, 0.0, PICTURE.ground);
    let selected = scene.session.selected();
    let Some((nodule, answer)) = selected.and_then(|nodule| Some((nodule, nodule.answer()?))) else {
        empty_ui(ui, rect, scene);
        return;
    };
    if answer.m3net().is_none() {
        seen_strip_ui(ui, rect, answer);
        return;
    }
    let Some(seen) = answer.m3net() else { return };
    let (k, depth) = slice_of(state, nodule, answer);
    let heat = heatmap(scene.session).filter(|_| !state.heatmap_hidden);
    let heat = heat.as_ref().map(|look| OverCrop { look, step: seen.sampling.step() });
    let top = 34.0;
    let gap = 10.0;
    let room = Rect::from_min_max(rect.min + vec2(12.0, top), rect.max - vec2(12.0, 12.0));
    // The macro crop large, the two others stacked beside it at half its size.
    let big = ((room.width() - gap) * 2.0 / 3.0 + gap / 6.0).min(room.height());
    let small = (big - gap) / 2.0;
    if small < 24.0 {
        return;
    }
    let origin = pos2(
        rect.center().x - (big + gap + small) / 2.0,
        rect.top() + top + (room.height() - big).max(0.0) / 2.0,
    );
    let places = [
        Rect::from_min_size(origin + vec2(big + gap, 0.0), vec2(small, small)),
        Rect::from_min_size(origin + vec2(big + gap, small + gap), vec2(small, small)),
        Rect::from_min_size(origin, vec2(big, big)),
    ];
    let all = ui.interact(rect, ui.scope_id().with("strip"), Sense::hover());
    all.widget_info(|| {
        WidgetInfo::labeled(Role::Image, true, say!("crops-saw-slice", slice = k + 1, depth = depth))
    });
    if let Some(next) = scrolled(ui, &all, &mut state.crop_wheel, "strip", k, depth) {
        choose(state, nodule, answer, next);
    }
    for ((crop, region), place) in crops_of(answer).zip(places) {
        picture(ui, "strip", place, crop, own_slice(seen, crop, k), heat);
        let width = place.width() - 12.0;
        let name = named("region", region.name.name()).to_owned();
        let name = (name, Halo::strong().in_colour(region_colour(region.name)));
        let sizes = size_words(ui, region, width).into_iter().map(|mm| (mm, Halo::plain()));
        let moved = Some(words::box_moved(region)).filter(|moved| !moved.is_empty());
        let moved = moved.map(|moved| (moved, Halo::plain().in_colour(PICTURE.warning)));
        // What no longer fits into a small picture stands under it in the panel: it must not run into the next one.
        let room = ((place.height() - 6.0) / LINE).max(0.0) as usize;
        let fits = |(text, look): &(String, Halo)| {
            ui.painter().layout_no_wrap(text.clone(), look.font.clone(), look.colour).size().x <= width
        };
        let lines: Vec<_> = std::iter::once(name).chain(sizes).chain(moved).filter(fits).collect();
        for (n, (text, look)) in lines.iter().take(room).enumerate() {
            let at = place.min + vec2(6.0, 4.0 + LINE * n as f32);
            halo_text(ui.painter(), at, Align2::LEFT_TOP, text, look, width);
        }
    }
    let painter = ui.painter();
    let right = pos2(rect.right() - 10.0, rect.top() + size::STEP);
    let slice = say!("crops-slice", slice = k + 1, depth = depth);
    let corner = rect.min + vec2(10.0, size::STEP);
    let wide = |text: &str, look: &Halo| {
        painter.layout_no_wrap(text.to_owned(), look.font.clone(), look.colour).size().x
    };
    let (title, strong, plain) = (say!("crops-title"), Halo::strong(), Halo::plain());
    if wide(title, &strong) + wide(&slice, &plain) + 20.0 + size::STEP <= rect.width() {
        halo_text(painter, corner, Align2::LEFT_TOP, title, &strong, rect.width());
        halo_text(painter, right, Align2::RIGHT_TOP, &slice, &plain, rect.width());
    } else {
        // The frames tell what they are; which slice they show is to be read nowhere else.
        halo_text(painter, corner, Align2::LEFT_TOP, &slice, &plain, rect.width() - 20.0);
    }
    all.on_hover_text_at_pointer(how(answer));
}

fn empty_ui(ui: &Ui, rect: Rect, scene: &Scene<'_>) {
    let key = scene.key(&Command::ClassifyHere);
    let (first, second) = match scene.session.selected().map(|n| &n.question) {
        Some(Question::Running) => (say!("crops-asking"), String::new()),
        Some(Question::Unasked) => (say!("crops-let-go"), String::new()),
        Some(Question::NeedsPrior) => (say!("crops-compares"), say!("crops-choose-prior").to_owned()),
        // Who has opened something that no network may judge is told so beside it.
        _ if scene.session.open().is_some() && !scene.session.is_classifiable() => {
            (say!("crops-title"), String::new())
        }
        _ => (say!("crops-title"), say!("crops-press", key = key)),
    };
    let in_3d = say!("crops-in-3d", key = scene.key(&Command::ToggleVolume));
    let muted = Halo::plain().in_colour(PICTURE.muted).sized(size::BODY);
    let strong = Halo::strong().sized(size::BODY);
    let c = rect.center();
    halo_text(ui.painter(), c - vec2(0.0, 2.0), Align2::CENTER_BOTTOM, first, &strong, rect.width() - 24.0);
    halo_text(ui.painter(), c + vec2(0.0, 3.0), Align2::CENTER_TOP, &second, &muted, rect.width() - 24.0);
    // Whoever looks for a 3D view looks here first.
    let below = c + vec2(0.0, 3.0 + 2.0 * size::BODY);
    halo_text(ui.painter(), below, Align2::CENTER_TOP, &in_3d, &muted, rect.width() - 24.0);
    let said = ui.interact(rect, ui.scope_id().with(say!("crops-empty")), Sense::hover());
    said.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{first}. {second}. {in_3d}")));
}
