//! Tissue that was painted away: what stands in its place, its outline, and the words that it is no CT. The
//! three are drawn by one function, so that none is ever seen without the others.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use egui::{Align2, Color32, ColorImage, Id, Painter, Pos2, Rect, Stroke, TextureOptions, pos2};

use super::halo::{Halo, halo_text};
use super::{Place, boxes};
use crate::geometry::{Point, Viewport, Voxel, VoxelBox};
use crate::say;
use crate::ui::panels::kept_texture;
use crate::ui::theme::{self, PICTURE};
use crate::ui::viewport::Shown;
use crate::volume::{Painted, Volume};

/// What stands beside every edit.
pub(super) fn badge() -> &'static str {
    say!("painted-edited")
}

/// Draws it, where the slice cuts it.
pub(super) fn painted(painter: &Painter, place: &Place, shown: &Shown) {
    let Some(painted) = &shown.painted else { return };
    let Some([min, max]) = painted.bounds().and_then(|bounds| on_screen(&bounds, shown)) else { return };
    let size = [0, 1].map(|a| (max[a] - min[a]) as usize);
    let mut key = DefaultHasher::new();
    (Arc::as_ptr(painted) as usize).hash(&mut key);
    (min, max, shown.invert, shown.slab.is_some()).hash(&mut key);
    let numbers = shown.view.voxel_from_viewport.rows().into_iter().flatten();
    let numbers = numbers.chain([shown.window.width(), shown.window.centre()]);
    numbers.for_each(|v| v.to_bits().hash(&mut key));
    // One texture for each plane: each has its own picture.
    let id = Id::unique(("painted", shown.home.map(|plane| plane.name()), place.rect.min.x as i32));
    let owner = (Arc::clone(painted), Arc::clone(&shown.volume));
    let texture = kept_texture(painter.ctx(), id, key.finish(), owner, TextureOptions::NEAREST, || {
        image(shown, painted, min, size)
    });
    let corner = |[x, y]: [i64; 2]| place.pos(Point::new(x as f64, y as f64, 0.0));
    let rect = Rect::from_min_max(corner(min), corner(max));
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    painter.image(texture.id(), rect, whole, Color32::WHITE);
    let words = if shown.slab.is_some() { say!("painted-edited-slab") } else { badge() };
    let look = Halo::strong().in_colour(PICTURE.warning);
    let size = painter.layout_no_wrap(words.to_owned(), look.font.clone(), look.colour).size();
    let names = boxes::labelled(painter, place, shown).unwrap_or(Rect::NOTHING);
    let middle = rect.center().x;
    // Above it, where there is room and no box has its name, else below.
    let [above, below] = [
        Align2::CENTER_BOTTOM.anchor_size(pos2(middle, rect.top() - 3.0), size),
        Align2::CENTER_TOP.anchor_size(pos2(middle, rect.bottom() + 3.0), size),
    ];
    let free = |at: &Rect| place.rect.contains_rect(*at) && !names.intersects(*at);
    let at = [above, below].into_iter().find(free).unwrap_or(below);
    halo_text(painter, at.min, Align2::LEFT_TOP, words, &look, 260.0);
}

/// The ball of the brush under the pointer.
pub fn brush(painter: &Painter, rect: Rect, at: Pos2, radius: f32, colour: Color32) {
    let painter = painter.with_clip_rect(rect);
    painter.circle_stroke(at, radius, Stroke::new(3.0, PICTURE.halo.gamma_multiply(0.7)));
    painter.circle_stroke(at, radius, Stroke::new(1.25, colour));
    // Where it is too small to be seen as a ring, its middle still is.
    painter.circle_filled(at, 1.0, colour);
}

/// The pixels among which the box may be seen, the upper end not included; `None` where the slice does not cut
/// it.
fn on_screen(bounds: &VoxelBox, shown: &Shown) -> Option<[[i64; 2]; 2]> {
    let to =
        |p: Point<Voxel>| &shown.view.viewport_from_patient * (shown.volume.grid().patient_from_voxel() * p);
    let corners = bounds.corners().map(to);
    let depth = |pick: fn(f64, f64) -> f64, from: f64| corners.iter().map(|c| c.z).fold(from, pick);
    if depth(f64::min, f64::INFINITY) > 0.0 || depth(f64::max, f64::NEG_INFINITY) < 0.0 {
        return None;
    }
    let (mut min, mut max) = ([0; 2], [0; 2]);
    for (axis, pixels) in shown.view.size_px.into_iter().enumerate() {
        let along = corners.map(|c| if axis == 0 { c.x } else { c.y });
        let low = along.iter().copied().fold(f64::INFINITY, f64::min);
        let high = along.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let limit = |v: f64| v.clamp(0.0, f64::from(pixels)) as i64;
        // Between voxels the edit reaches half a voxel further than its own faces.
        let more =
            2.0 + shown.volume.grid().spacing_mm().into_iter().fold(0.0, f64::max) / shown.view.mm_per_px;
        (min[axis], max[axis]) = (limit((low - more).floor()), limit((high + more).ceil()));
    }
    (max[0] > min[0] && max[1] > min[1]).then_some([min, max])
}

/// Grey where something was painted, amber along its edge, clear elsewhere.
fn image(shown: &Shown, painted: &Painted, min: [i64; 2], [width, height]: [usize; 2]) -> ColorImage {
    let mixed: Vec<Option<(f64, f64)>> = (0..width * height)
        .map(|n| {
            let at = |from: i64, n: usize| (from + n as i64) as f64 + 0.5;
            let p: Point<Viewport> = Point::new(at(min[0], n % width), at(min[1], n / width), 0.0);
            mixture(&shown.volume, painted, &shown.view.voxel_from_viewport * p)
        })
        .collect();
    let inside = |x: usize, y: usize| {
        let pixel = mixed.get(y * width + x).copied().flatten();
        x < width && y < height && pixel.is_some_and(|(share, _)| share >= 0.5)
    };
    let edge = |x: usize, y: usize| {
        let around = [(x + 1, y), (x, y + 1), (x.wrapping_sub(1), y), (x, y.wrapping_sub(1))];
        inside(x, y) && around.into_iter().any(|(x, y)| x >= width || y >= height || !inside(x, y))
    };
    let pixel = |n: usize| match mixed.get(n).copied().flatten() {
        _ if edge(n % width, n / width) => PICTURE.warning,
        // A slab is made of many slices: what is painted in one is not what it shows.
        Some((_, value)) if shown.slab.is_none() => {
            let grey = shown.window.grey(value);
            let grey = if shown.invert { 1.0 - grey } else { grey };
            theme::grey((grey * 255.0).round() as u8)
        }
        _ => Color32::TRANSPARENT,
    };
    ColorImage::new([width, height], (0..width * height).map(pixel).collect())
}

/// How much of the eight voxels around a position is painted, and their mixture, trilinear as the slice is
/// drawn; `None` where none of them is painted, or one of them is not there.
fn mixture(volume: &Volume, painted: &Painted, p: Point<Voxel>) -> Option<(f64, f64)> {
    let (size, bounds) = (volume.grid().size(), painted.bounds()?);
    let p = p.to_array();
    let (mut base, mut part) = ([0usize; 3], [0.0; 3]);
    for axis in 0..3 {
        let n = size[axis] as f64;
        let first = bounds.min[axis] as f64 - 1.0;
        let reach = first..=first + bounds.size[axis] as f64 + 1.0;
        if !(-0.5..=n - 0.5).contains(&p[axis]) || !reach.contains(&p[axis]) {
            return None;
        }
        let x = p[axis].clamp(0.0, n - 1.0);
        (base[axis], part[axis]) = (x.floor() as usize, x.fract());
    }
    let (mut share, mut value) = (0.0, 0.0);
    for corner in 0..8usize {
        let (mut weight, mut at) = (1.0, base);
        for axis in 0..3 {
            let upper = corner >> axis & 1;
            weight *= if upper == 1 { part[axis] } else { 1.0 - part[axis] };
            at[axis] += upper;
        }
        if weight > 0.0 {
            let own = painted.value(at);
            share += if own.is_some() { weight } else { 0.0 };
            value += weight * f64::from(own.or_else(|| volume.value(at))?);
        }
    }
    (share > 0.0).then_some((share, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::VoxelGrid;
    use crate::volume::{Fill, Stroke, Unit};

    #[test]
    fn between_painted_and_other_voxels_values_mix_as_the_slice_does() {
        let grid = VoxelGrid::axis_aligned([8, 8, 8], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let volume = Volume::loading(grid, Unit::Hu, None);
        for k in 0..8 {
            volume.int16().expect("whole numbers").fill(k, vec![40; 64].into()).expect("fits");
        }
        let painted = Painted::of(&volume, &[Stroke::ball(Fill::Air, 0.5, Point::new(4.0, 4.0, 4.0))]);
        let at = |x: f64| mixture(&volume, &painted, Point::new(x, 4.0, 4.0));
        assert_eq!(at(4.0), Some((1.0, -1000.0)));
        assert_eq!(at(4.5), Some((0.5, -480.0)));
        assert_eq!((at(5.0), at(2.9)), (None, None));
    }
}
