//! What the networks besides M3Net saw: all of their input as one picture, or one for each date or direction.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use egui::{
    Align2, Color32, ColorImage, Id, Rect, Role, Sense, TextStyle, TextureOptions, Ui, WidgetInfo, pos2, vec2,
};

use super::contribution::{Bar, bars_ui};
use super::inside::inside_ui;
use super::thumbnails::kept_texture;
use crate::command::Commands;
use crate::inference::{
    Answer, CsfDetail, Detail, FieldShare, MaemcDetail, MmcafDetail, RegionName, SsmDetail,
};
use crate::language::{heard, named};
use crate::networks::csf::CsfNet;
use crate::networks::maemc::{GRID, PATCH};
use crate::say;
use crate::ui::theme::{self, PICTURE, region_colour, size, text, tokens};
use crate::ui::viewport::on_pixels;
use crate::ui::viewport::overlay::{Halo, halo_text, region_line};
use crate::ui::widgets::{line_ui, paragraph_ui, small_paragraph_ui};
use crate::ui::{Scene, words};

/// One picture of the input.
struct Seen {
    region: RegionName,
    words: &'static str,
    values: Arc<[f32]>,
    /// What is black and what is white.
    range: [f32; 2],
    tiles: Tiles,
}

/// How values lie in a picture.
#[derive(Clone, Copy)]
struct Tiles {
    /// Columns and rows of one tile.
    size: [usize; 2],
    /// Tiles beside and below each other.
    count: [usize; 2],
    /// Whether the values are tile after tile; else they are row by row of the whole picture.
    one_by_one: bool,
}

impl Tiles {
    fn picture(&self) -> [usize; 2] {
        [self.size[0] * self.count[0], self.size[1] * self.count[1]]
    }

    /// Index of a pixel's value.
    fn index(&self, x: usize, y: usize) -> usize {
        let ([width, height], [across, _]) = (self.size, self.count);
        if self.one_by_one {
            let tile = y / height * across + x / width;
            (tile * height + y % height) * width + x % width
        } else {
            y * self.picture()[0] + x
        }
    }
}

fn pictures(answer: &Answer) -> Vec<Seen> {
    match &answer.detail {
        Detail::M3Net(_) => Vec::new(),
        Detail::Mmcaf(MmcafDetail { seen, shape: [_, rows, columns], .. }) => {
            let tiles = Tiles { size: [*columns, *rows], count: [4, 3], one_by_one: true };
            // What the published mean of all pictures was taken off of.
            let range = [-0.158_97, 0.841_03];
            vec![Seen {
                region: RegionName::Window,
                words: say!("seen-window"),
                values: Arc::clone(seen),
                range,
                tiles,
            }]
        }
        Detail::Ssm(SsmDetail { seen, side, .. }) => vec![Seen {
            region: RegionName::Slice,
            words: say!("seen-whole"),
            values: Arc::clone(seen),
            range: [0.0, 1.0],
            tiles: Tiles { size: [*side; 2], count: [1; 2], one_by_one: false },
        }],
        Detail::Maemc(MaemcDetail { axial, coronal, .. }) => {
            let tiles = Tiles { size: [PATCH; 2], count: [GRID; 2], one_by_one: false };
            [
                (RegionName::Axial, say!("seen-axial"), axial),
                (RegionName::Coronal, say!("seen-coronal"), coronal),
            ]
            .map(|(region, words, values)| Seen {
                region,
                words,
                values: Arc::clone(values),
                range: [0.0, 1.0],
                tiles,
            })
            .into()
        }
        Detail::Csf(CsfDetail { seen: [prior, current], .. }) => {
            let [columns, rows, _] = CsfNet::REGION;
            let tiles = Tiles { size: [columns, rows], count: [4, 4], one_by_one: true };
            [
                (RegionName::Prior, say!("seen-prior"), prior),
                (RegionName::Current, say!("seen-current"), current),
            ]
            .map(|(region, words, values)| Seen {
                region,
                words,
                values: Arc::clone(values),
                range: extremes(values),
                tiles,
            })
            .into()
        }
    }
}

/// Smallest and largest value: each picture runs from its own darkest to its own brightest.
fn extremes(values: &[f32]) -> [f32; 2] {
    let low = values.iter().copied().fold(f32::INFINITY, f32::min);
    let high = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if high > low { [low, high] } else { [low - 1.0, low] }
}

fn image(seen: &Seen) -> ColorImage {
    let [width, height] = seen.tiles.picture();
    let [low, high] = seen.range;
    let pixel = |n: usize| {
        let value = seen.values.get(seen.tiles.index(n % width, n / width)).copied().unwrap_or(low);
        theme::grey((((value - low) / (high - low)).clamp(0.0, 1.0) * 255.0).round() as u8)
    };
    ColorImage::new([width, height], (0..width * height).map(pixel).collect())
}

fn draw(ui: &Ui, place: &str, rect: Rect, seen: &Seen) {
    let (rect, _) = on_pixels(rect, ui.pixels_per_point());
    let mut key = DefaultHasher::new();
    (Arc::as_ptr(&seen.values).cast::<f32>() as usize).hash(&mut key);
    let id = Id::unique(("seen", place, seen.region.name()));
    let owner = Arc::clone(&seen.values);
    // Large pictures shrink here; they must not shimmer.
    let texture = kept_texture(ui.ctx(), id, key.finish(), owner, TextureOptions::LINEAR, || image(seen));
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().rect_filled(rect, 0.0, PICTURE.ground);
    ui.painter().image(texture.id(), rect.shrink(1.0), whole, Color32::WHITE);
    let edge = rect.shrink(0.5);
    let path = vec![edge.left_top(), edge.right_top(), edge.right_bottom(), edge.left_bottom()];
    region_line(ui.painter(), path, seen.region, 1.75);
}

/// Rectangles for pictures side by side in a room, each as large as all can be.
fn places(room: Rect, seen: &[Seen], gap: f32) -> Vec<Rect> {
    let aspect = |s: &Seen| {
        let [width, height] = s.tiles.picture();
        width as f32 / height as f32
    };
    let across: f32 = seen.iter().map(aspect).sum();
    let free = room.width() - gap * seen.len().saturating_sub(1) as f32;
    let height = (free / across.max(0.01)).min(room.height()).max(0.0);
    let used = across * height + gap * seen.len().saturating_sub(1) as f32;
    let mut left = room.center().x - used / 2.0;
    let top = room.center().y - height / 2.0;
    seen.iter()
        .map(|s| {
            let rect = Rect::from_min_size(pos2(left, top), vec2(aspect(s) * height, height));
            left = rect.right() + gap;
            rect
        })
        .collect()
}

/// In the panel: the pictures, and what the clinical fields did.
pub fn seen_ui(ui: &mut Ui, scene: &Scene<'_>, answer: &Answer, out: &mut Commands) {
    let (t, anonymous) = (tokens(ui), scene.session.is_anonymous());
    line_ui(ui, say!("seen-title"), text::strong(), t.text);
    ui.add_space(2.0);
    let seen = pictures(answer);
    if !seen.is_empty() {
        let width = ui.available_width();
        let room = Rect::from_min_size(ui.cursor().min, vec2(width, width));
        let height = places(room, &seen, 6.0).first().map_or(0.0, Rect::height);
        let (all, _) = ui.allocate_exact_size(vec2(width, height + 34.0), Sense::hover());
        let room = Rect::from_min_size(all.min, vec2(width, height));
        for (n, (seen, rect)) in seen.iter().zip(places(room, &seen, 6.0)).enumerate() {
            let response = ui.interact(rect, ui.scope_id().with(("seen", n)), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, seen.words));
            draw(ui, "panel", rect, seen);
            let font = TextStyle::Small.resolve(ui.style());
            let galley = ui.painter().layout(seen.words.to_owned(), font, t.muted, rect.width());
            ui.painter().with_clip_rect(all).galley(pos2(rect.left(), rect.bottom() + 3.0), galley, t.muted);
            response.on_hover_text(seen.words);
        }
    }
    inside_ui(ui, scene, answer, out);
    match &answer.detail {
        Detail::Ssm(detail) => {
            let by = if detail.forest { say!("seen-forest") } else { say!("seen-head") };
            paragraph_ui(ui, &say!("seen-whole-slice", by = by), t.muted);
            if let Some(found) = &detail.detection {
                let sentence = say!("seen-box", score = format!("{:.2}", found.probability));
                paragraph_ui(ui, &sentence, t.muted);
            }
        }
        Detail::Maemc(detail) => {
            ui.add_space(size::STEP);
            let bars = detail.slices.iter().enumerate().map(|(n, share)| Bar {
                name: say!("seen-slice", slice = n + 1),
                colour: region_colour(RegionName::Axial),
                value: *share * 100.0,
            });
            let mut bars: Vec<Bar> = bars.collect();
            bars.sort_by(|a, b| b.value.total_cmp(&a.value));
            bars.truncate(5);
            bars_ui(ui, say!("seen-attended"), say!("seen-share"), &bars);
        }
        // How much each field counts tells of the field.
        Detail::Mmcaf(_) | Detail::Csf(_) if anonymous => {}
        Detail::Mmcaf(MmcafDetail { fields, .. }) | Detail::Csf(CsfDetail { fields, .. }) => {
            ui.add_space(size::STEP);
            fields_ui(ui, answer, fields);
        }
        Detail::M3Net(_) => {}
    }
}

fn fields_ui(ui: &mut Ui, answer: &Answer, fields: &[FieldShare]) {
    let t = tokens(ui);
    let bars: Vec<Bar> = fields
        .iter()
        .map(|share| Bar {
            name: if share.known {
                named("field", share.field.words()).to_owned()
            } else {
                say!("seen-unknown", field = named("field", share.field.words()))
            },
            colour: if share.known { t.accent } else { t.muted },
            value: share.share,
        })
        .collect();
    bars_ui(ui, say!("seen-each-field"), "logits", &bars);
    let class = answer.classes.get(1).map_or(say!("seen-class-asked").into(), |class| heard(class));
    small_paragraph_ui(ui, &say!("seen-right", class = class), t.muted);
}

/// In the fourth viewport: the pictures, large.
pub fn seen_strip_ui(ui: &Ui, rect: Rect, answer: &Answer) {
    let seen = pictures(answer);
    let all = ui.interact(rect, ui.scope_id().with("strip"), Sense::hover());
    all.widget_info(|| WidgetInfo::labeled(Role::Image, true, say!("seen-title")));
    let room = Rect::from_min_max(rect.min + vec2(12.0, 34.0), rect.max - vec2(12.0, 12.0));
    for (seen, place) in seen.iter().zip(places(room, &seen, 10.0)) {
        draw(ui, "strip", place, seen);
        let look = Halo::strong().in_colour(region_colour(seen.region));
        let at = place.min + vec2(6.0, 4.0);
        halo_text(ui.painter(), at, Align2::LEFT_TOP, seen.words, &look, place.width() - 12.0);
    }
    let corner = rect.min + vec2(10.0, size::STEP);
    let width = rect.width() - 20.0;
    let title = say!("seen-title");
    halo_text(ui.painter(), corner, Align2::LEFT_TOP, title, &Halo::strong(), width);
    let region = answer.regions.first().map(words::box_mm).unwrap_or_default();
    let long = |text: &str, look: &Halo| {
        ui.painter().layout_no_wrap(text.to_owned(), look.font.clone(), look.colour).size().x
    };
    // Where both have no room: the box on the CT bears its size, too.
    if long(title, &Halo::strong()) + long(&region, &Halo::plain()) + size::DOUBLE <= width {
        let right = pos2(rect.right() - 10.0, rect.top() + size::STEP);
        halo_text(ui.painter(), right, Align2::RIGHT_TOP, &region, &Halo::plain(), width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_lie_row_by_row_however_their_values_do() {
        let one_by_one = Tiles { size: [2, 3], count: [2, 2], one_by_one: true };
        assert_eq!(one_by_one.picture(), [4, 6]);
        // Pixel (3, 4): tile 3, its row 1, its column 1.
        assert_eq!(one_by_one.index(3, 4), 3 * 6 + 2 + 1);
        let whole = Tiles { one_by_one: false, ..one_by_one };
        assert_eq!(whole.index(3, 4), 4 * 4 + 3);
    }

    #[test]
    fn pictures_side_by_side_fill_the_room_and_keep_their_shape() {
        let seen = |count| Seen {
            region: RegionName::Window,
            words: "",
            values: Vec::new().into(),
            range: [0.0, 1.0],
            tiles: Tiles { size: [10, 10], count, one_by_one: true },
        };
        let room = Rect::from_min_size(pos2(0.0, 0.0), vec2(110.0, 200.0));
        let two = places(room, &[seen([1, 1]), seen([1, 1])], 10.0);
        assert_eq!((two[0].size(), two[1].left()), (vec2(50.0, 50.0), 60.0));
        let wide = places(Rect::from_min_size(pos2(0.0, 0.0), vec2(900.0, 30.0)), &[seen([4, 3])], 10.0);
        assert_eq!(wide[0].size(), vec2(40.0, 30.0));
    }
}
