//! Which slice attends to which, block by block: a matrix whose cells name their slices in the picture above.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use egui::{
    Color32, ColorImage, Id, Pos2, Rect, Role, Sense, Slider, Stroke, StrokeKind, TextStyle, TextureOptions,
    Ui, WidgetInfo, pos2, vec2,
};

use super::thumbnails::kept_texture;
use crate::inference::MaemcDetail;
use crate::networks::maemc::{GRID, SLICES};
use crate::say;
use crate::ui::theme::{PICTURE, size, text, tokens};
use crate::ui::viewport::heat_colour;
use crate::ui::widgets::{bare_slider_ui, line_ui, paragraph_ui};

/// The class token and one for each slice.
const TOKENS: usize = 1 + SLICES;

/// Draws the matrix of one block, and under the pointer what it says; both slices are outlined in the montage.
/// - `montage`: where the slices are shown
pub fn attention_ui(ui: &mut Ui, detail: &MaemcDetail, montage: Option<Rect>) {
    let t = tokens(ui);
    let count = detail.attention.len();
    // Which block, for as long as the window lives.
    let id = Id::unique("attention_block");
    let chosen = ui.data(|d| d.get_temp::<usize>(id)).unwrap_or(count.saturating_sub(1));
    let block = chosen.min(count.saturating_sub(1));
    let Some(shares) = detail.attention.get(block) else { return };
    line_ui(ui, say!("attention-title"), text::strong(), t.text);
    if count > 1 {
        line_ui(ui, &say!("attention-block", block = block + 1, count = count), TextStyle::Body, t.muted);
        let mut shown = block + 1;
        let slider = bare_slider_ui(ui, |ui| ui.add(Slider::new(&mut shown, 1..=count).show_value(false)));
        slider.widget_info(|| WidgetInfo::slider(true, (block + 1) as f64, say!("attention-blocks")));
        if slider.changed() {
            ui.data_mut(|d| d.insert_temp(id, shown.saturating_sub(1)));
        }
    }
    let side = ui.available_width().min(240.0);
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, say!("attention-title")));
    let mut key = DefaultHasher::new();
    (Arc::as_ptr(shares).cast::<f32>() as usize).hash(&mut key);
    let texture = kept_texture(
        ui.ctx(),
        Id::unique("attention"),
        key.finish(),
        Arc::clone(shares),
        TextureOptions::NEAREST,
        || image(shares),
    );
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().image(texture.id(), rect, whole, Color32::WHITE);
    let Some([asks, asked]) = response.hover_pos().and_then(|at| cell(rect, at)) else {
        paragraph_ui(ui, say!("attention-how"), t.muted);
        return;
    };
    let each = side / TOKENS as f32;
    let corner = rect.min + vec2(asked as f32, asks as f32) * each;
    let here = Rect::from_min_size(corner, vec2(each, each));
    ui.painter().rect_stroke(here, 0.0, Stroke::new(1.5, PICTURE.text), StrokeKind::Outside);
    if let Some(montage) = montage {
        // Who asks first: where both are one slice the other's line stays to be seen.
        for (token, colour, inset) in [(asks, PICTURE.focus, 0.0), (asked, PICTURE.warning, 2.0)] {
            if let Some(tile) = tile(montage, token) {
                let stroke = Stroke::new(2.0, colour);
                ui.painter().rect_stroke(tile.shrink(inset), 0.0, stroke, StrokeKind::Inside);
            }
        }
    }
    let share = shares.get(asks * TOKENS + asked).copied().unwrap_or(0.0) * 100.0;
    let words = say!("attention-cell", asks = name(asks), asked = name(asked), share = format!("{share:.1}"));
    paragraph_ui(ui, &words, t.text);
    ui.add_space(size::HALF);
}

fn name(token: usize) -> String {
    if token == 0 { say!("attention-class").to_owned() } else { say!("seen-slice", slice = token) }
}

/// The row and column of the matrix under a place.
fn cell(rect: Rect, at: Pos2) -> Option<[usize; 2]> {
    let share = |at: f32, low: f32, long: f32| {
        let n = ((at - low) / long.max(1.0) * TOKENS as f32).floor();
        (0.0..TOKENS as f32).contains(&n).then_some(n as usize)
    };
    Some([share(at.y, rect.top(), rect.height())?, share(at.x, rect.left(), rect.width())?])
}

/// Where a token's slice lies in the montage; the class token lies nowhere.
fn tile(montage: Rect, token: usize) -> Option<Rect> {
    let slice = token.checked_sub(1).filter(|slice| *slice < SLICES)?;
    let each = montage.size() / GRID as f32;
    let place = vec2((slice % GRID) as f32, (slice / GRID) as f32);
    Some(Rect::from_min_size(montage.min + place * each, each))
}

fn image(shares: &[f32]) -> ColorImage {
    let largest = shares.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    let pixel = |n: usize| heat_colour(shares.get(n).copied().unwrap_or(0.0) / largest, false);
    ColorImage::new([TOKENS; 2], (0..TOKENS * TOKENS).map(pixel).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_names_who_asks_by_its_row_and_its_slices_lie_in_the_montage() {
        let matrix = Rect::from_min_size(pos2(10.0, 20.0), vec2(260.0, 260.0));
        // Ten points each: row 7, column 25.
        assert_eq!(cell(matrix, pos2(10.0 + 255.0, 20.0 + 75.0)), Some([7, 25]));
        assert_eq!(cell(matrix, pos2(9.0, 30.0)), None);
        let montage = Rect::from_min_size(pos2(0.0, 0.0), vec2(100.0, 100.0));
        assert_eq!(tile(montage, 0), None);
        // The seventh slice: second of the second line.
        assert_eq!(tile(montage, 7), Some(Rect::from_min_size(pos2(20.0, 20.0), vec2(20.0, 20.0))));
        assert_eq!(tile(montage, 25).map(|tile| tile.max), Some(pos2(100.0, 100.0)));
        assert_eq!(tile(montage, 26), None);
    }
}
