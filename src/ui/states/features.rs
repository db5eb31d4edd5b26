//! The channels of a layer over the window: a sheet of small pictures, and one of them large.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Color32, ColorImage, Id, Rect, Role, ScrollArea, Sense, TextStyle, TextureOptions, Ui, WidgetInfo, pos2,
    vec2,
};

use super::sheet::sheet_ui;
use crate::command::{Command, Commands, Explaining};
use crate::explain::{FeatureMaps, InsideWanted, LayerWanted, read_parts};
use crate::findings::Nodule;
use crate::inference::{Answer, RegionName};
use crate::language::named;
use crate::say;
use crate::ui::panels::kept_texture;
use crate::ui::theme::{self, PICTURE, size, tokens};
use crate::ui::widgets::{Press, line_ui, paragraph_ui, place_slider_ui, press_ui, segments_ui};
use crate::ui::{Scene, UiState, icons};

/// Widest sheet, points.
const WIDTH: f32 = 980.0;
/// Sides of a small picture, points: the largest with which all fit, else the last, which is scrolled. And what stands
/// below it.
const SIDES: [f32; 4] = [216.0, 176.0, 136.0, 104.0];
const BELOW: f32 = 20.0;

/// More layers than these stand on a slider.
const SIDE_BY_SIDE: usize = 6;

/// What is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeatureChoice {
    /// What was read there; `None` until it was chosen, and for a network that does not read it.
    pub part: Option<RegionName>,
    /// The number of the layer; `None` the middle one.
    pub layer: Option<usize>,
    /// The slice, from 0; `None` the middle one.
    pub slice: Option<usize>,
    /// The channel that is shown large, from 0.
    pub channel: Option<usize>,
}

/// Draws the sheet; Escape, the cross or a click beside it closes it.
pub fn features_ui(ui: &Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let Some(answer) = scene.session.selected().and_then(Nodule::answer) else {
        state.sheet = None;
        return;
    };
    let mut choice = state.features;
    let parts = read_parts(answer);
    // Of M3Net's three crops the middle one first.
    let part = choice.part.filter(|part| parts.contains(part)).or(parts.get(parts.len() / 2).copied());
    let Some(part) = part else { return };
    if choice.part != Some(part) {
        choice = FeatureChoice { part: Some(part), ..FeatureChoice::default() };
    }
    let known = scene.session.features_of(answer).filter(|maps| maps.part == part);
    // Another network may have fewer layers than the one before.
    if let (Some(known), Some(layer)) = (known, choice.layer)
        && layer >= known.layers.len()
    {
        choice.layer = None;
    }
    let wanted = LayerWanted { part, layer: choice.layer };
    let maps = known.filter(|maps| maps.layer == wanted.layer.unwrap_or(maps.layers.len() / 2));
    if maps.is_none() {
        asked_once(state, answer, InsideWanted::Layer(wanted), out);
    }
    let title = say!("features-title", model = answer.model.as_str());
    let closed = sheet_ui(ui, "features", &title, WIDTH, |ui, width, room| {
        part_ui(ui, (parts, part), &mut choice);
        // The layers are known with the first of them.
        if let Some(known) = known {
            let now = choice.layer.unwrap_or(known.layers.len() / 2);
            if let Some(layer) = layer_ui(ui, &known.layers, now) {
                choice = FeatureChoice { part: choice.part, layer: Some(layer), ..FeatureChoice::default() };
            }
        }
        match maps {
            Some(maps) => maps_ui(ui, (width, room - 130.0), maps, &mut choice),
            None if scene.session.lacks_inside(answer, InsideWanted::Layer(wanted)) => {
                paragraph_ui(ui, say!("features-none"), tokens(ui).muted);
            }
            None => paragraph_ui(ui, say!("features-coming"), tokens(ui).muted),
        }
    });
    state.features = choice;
    if closed {
        state.sheet = None;
    }
}

/// Which of the blocks that it read; nothing of a network that reads one.
fn part_ui(ui: &mut Ui, (parts, now): (&[RegionName], RegionName), choice: &mut FeatureChoice) {
    if parts.len() < 2 {
        return;
    }
    let words: Vec<&str> = parts.iter().map(|part| named("region", part.name())).collect();
    let now = parts.iter().position(|part| *part == now).unwrap_or(0);
    if let Some(part) =
        segments_ui(ui, say!("features-crop"), &words, now).and_then(|n| parts.get(n).copied())
    {
        *choice = FeatureChoice { part: Some(part), ..FeatureChoice::default() };
    }
    ui.add_space(size::HALF);
}

/// Which layer.
/// - `now`: the one that is shown
/// - returns: another one that was chosen
pub(super) fn layer_ui(ui: &mut Ui, layers: &[String], now: usize) -> Option<usize> {
    let chosen = if layers.len() <= SIDE_BY_SIDE {
        let layers: Vec<&str> = layers.iter().map(String::as_str).collect();
        segments_ui(ui, say!("features-layer"), &layers, now)
    } else {
        let last = layers.len();
        let chosen = place_slider_ui(ui, say!("features-layer"), now, last);
        let name = layers.get(now).map_or("", String::as_str);
        let words = say!("features-layer-of", name = name, number = now + 1, count = last);
        line_ui(ui, &words, TextStyle::Body, tokens(ui).text);
        chosen
    };
    ui.add_space(size::HALF);
    chosen.filter(|layer| *layer != now)
}

/// Asks for what is not there; what is on its way is not asked for again.
pub(super) fn asked_once(
    state: &mut UiState,
    answer: &Arc<Answer>,
    wanted: InsideWanted,
    out: &mut Commands,
) {
    let on_its_way = |(of, what): &(Arc<Answer>, _)| Arc::ptr_eq(of, answer) && *what == wanted;
    if !state.inside_asked.as_ref().is_some_and(on_its_way) {
        state.inside_asked = Some((Arc::clone(answer), wanted));
        out.push(Command::Explaining(Explaining::LookInside(wanted)));
    }
}

/// The slices, then all channels or one.
fn maps_ui(ui: &mut Ui, (width, room): (f32, f32), maps: &Arc<FeatureMaps>, choice: &mut FeatureChoice) {
    let t = tokens(ui);
    let [depth, columns, rows] = maps.shape;
    let slice = choice.slice.unwrap_or(depth / 2).min(depth.saturating_sub(1));
    let channels = maps.channels();
    let told = if depth > 1 {
        say!(
            "features-told",
            channels = channels,
            columns = columns,
            rows = rows,
            slice = slice + 1,
            depth = depth
        )
    } else {
        say!("features-told-flat", channels = channels, columns = columns, rows = rows)
    };
    line_ui(ui, &told, TextStyle::Body, t.text);
    if depth > 1 {
        choice.slice = place_slider_ui(ui, say!("features-slice"), slice, depth).or(choice.slice);
    }
    ui.add_space(size::HALF);
    if let Some(channel) = choice.channel.filter(|channel| *channel < channels) {
        if press_ui(ui, Press::new(icons::LEFT, say!("features-all")).filled()).clicked() {
            choice.channel = None;
        }
        let side = (width - 2.0 * size::STEP).min(room - 60.0).max(SIDES[3]);
        let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, said(maps, channel)));
        channel_picture(ui, "large", rect, maps, (channel, slice));
        if response.clicked() {
            choice.channel = None;
        }
        line_ui(ui, &said(maps, channel), TextStyle::Body, t.text);
        return;
    }
    let area = ScrollArea::vertical().max_height(room).min_scrolled_height(room).auto_shrink(false);
    area.show(ui, |ui| {
        // What was read comes first.
        let count = channels + 1;
        let room_across = width - size::DOUBLE;
        let across = |side: f32| ((room_across + size::STEP) / (side + size::STEP)).floor().max(1.0) as usize;
        let high = |side: f32| count.div_ceil(across(side)) as f32 * (side + BELOW);
        let side = SIDES.into_iter().find(|side| high(*side) <= room).unwrap_or(SIDES[3]);
        let across = across(side);
        let (all, _) = ui.allocate_exact_size(vec2(room_across, high(side)), Sense::hover());
        let place = |n: usize| {
            let [x, y] = [n % across, n / across].map(|n| n as f32);
            let corner = all.min + vec2(x * (side + size::STEP), y * (side + BELOW));
            Rect::from_min_size(corner, vec2(side, side))
        };
        let below = |ui: &Ui, rect: Rect, words: String| {
            let small = TextStyle::Small.resolve(ui.style());
            let mut job = LayoutJob::simple_singleline(words, small, t.muted);
            // No wider than its picture: the words of the next one begin there.
            job.wrap = TextWrapping::truncate_at_width(rect.width());
            let galley = ui.painter().layout_job(job);
            ui.painter().galley(rect.left_bottom() + vec2(0.0, 1.0), galley, t.muted);
        };
        let k = maps.slice_read(slice);
        picture_ui(ui, ("read", 0), place(0), (maps, k), || {
            grey(maps.read.plane(k), maps.read.shape, maps.read.range)
        });
        let words = say!("features-read", slice = k + 1);
        let response = ui.interact(place(0), ui.scope_id().with("read"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
        below(ui, place(0), say!("features-read-short", slice = k + 1));
        for channel in 0..channels {
            let rect = place(channel + 1);
            // Hundreds of channels: what is scrolled away is not drawn.
            if !ui.is_rect_visible(rect.expand2(vec2(0.0, BELOW))) {
                continue;
            }
            let response = ui.interact(rect, ui.scope_id().with(("channel", channel)), Sense::click());
            let words = said(maps, channel);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
            channel_picture(ui, "small", rect, maps, (channel, slice));
            if response.hovered() {
                let edge = egui::Stroke::new(1.5, t.accent);
                ui.painter().rect_stroke(rect, 0.0, edge, egui::StrokeKind::Outside);
            }
            let [low, high] = maps.ranges.get(channel).copied().unwrap_or_default();
            let range = format!("{}: {} … {}", channel + 1, number(low), number(high));
            below(ui, rect, range);
            if response.on_hover_text(words).clicked() {
                choice.channel = Some(channel);
            }
        }
    });
}

fn said(maps: &FeatureMaps, channel: usize) -> String {
    let [low, high] = maps.ranges.get(channel).copied().unwrap_or_default();
    say!("features-channel", channel = channel + 1, low = number(low), high = number(high))
}

/// Short enough to stand below a small picture.
fn number(value: f32) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middling if middling >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A slice of a channel, from its smallest value (black) to its largest (white) of all slices; columns to the right
/// and rows down, as everywhere.
fn channel_picture(
    ui: &Ui,
    place: &'static str,
    rect: Rect,
    maps: &Arc<FeatureMaps>,
    (channel, slice): (usize, usize),
) {
    let range = maps.ranges.get(channel).copied().unwrap_or_default();
    picture_ui(ui, (place, channel), rect, (maps, slice), || {
        grey(maps.plane(channel, slice), maps.shape, range)
    });
}

/// A picture of one slice of some maps, kept until they are gone.
/// - `place`: who shows it, and the number of the channel
fn picture_ui(
    ui: &Ui,
    place: (&'static str, usize),
    rect: Rect,
    (maps, slice): (&Arc<FeatureMaps>, usize),
    image: impl FnOnce() -> ColorImage,
) {
    let mut key = DefaultHasher::new();
    (Arc::as_ptr(maps) as usize, slice).hash(&mut key);
    let id = Id::unique(("features", place));
    let owner = Arc::clone(maps);
    let texture = kept_texture(ui.ctx(), id, key.finish(), owner, TextureOptions::NEAREST, image);
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().rect_filled(rect, 0.0, PICTURE.ground);
    ui.painter().image(texture.id(), rect, whole, Color32::WHITE);
}

/// - `plane`: columns, each with its rows
/// - `range`: what is black and what is white
pub(super) fn grey(plane: &[f32], [_, columns, rows]: [usize; 3], [low, high]: [f32; 2]) -> ColorImage {
    let span = if high > low { high - low } else { 1.0 };
    let pixel = |n: usize| {
        let (i, j) = (n % columns.max(1), n / columns.max(1));
        let value = plane.get(i * rows + j).copied().unwrap_or(low);
        theme::grey((((value - low) / span).clamp(0.0, 1.0) * 255.0).round() as u8)
    };
    ColorImage::new([columns, rows], (0..columns * rows).map(pixel).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_run_to_the_right_and_rows_down_from_black_to_white() {
        let image = grey(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [1, 2, 3], [0.0, 5.0]);
        assert_eq!(image.size, [2, 3]);
        // Column 1, row 2 holds the last value; column 0, row 1 the second.
        assert_eq!((image[(1, 2)], image[(0, 1)]), (theme::grey(255), theme::grey(51)));
    }
}
