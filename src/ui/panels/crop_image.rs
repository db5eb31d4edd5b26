//! A slice of a crop as pixels: rows down, as a radiologist expects, with the map over it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use egui::{Color32, ColorImage, Context, Id, TextureHandle, TextureOptions};

use super::thumbnails::kept_texture;
use crate::inference::Crop;
use crate::render::{HeatmapLook, contour};
use crate::ui::theme;
use crate::ui::viewport::heat_colour;

/// A map over a crop, and how the crop's samples lie among the map's voxels.
#[derive(Clone, Copy)]
pub struct OverCrop<'a> {
    /// The map, on the CT's voxels.
    pub look: &'a HeatmapLook,
    /// Voxels from one sample of the crop to the next: [`Sampling::step`](crate::inference::Sampling::step).
    pub step: [f64; 3],
}

/// The texture of slice `k` of a crop.
/// - `place`: who shows it; two places may show different slices
pub fn crop_texture(
    ctx: &Context,
    place: &str,
    crop: &Crop,
    k: usize,
    heat: Option<OverCrop<'_>>,
) -> TextureHandle {
    let mut key = DefaultHasher::new();
    (Arc::as_ptr(&crop.values).cast::<f32>() as usize, k).hash(&mut key);
    if let Some(OverCrop { look, .. }) = heat {
        let map = Arc::as_ptr(&look.saliency) as usize;
        (map, look.opacity.to_bits(), look.threshold.to_bits(), look.contour).hash(&mut key);
        // The map is known by its address, and with it its own largest magnitude.
        (look.largest_of(0.0).to_bits(), look.signed()).hash(&mut key);
    }
    let id = Id::unique(("crop", place, crop.context.scale.name()));
    let owner = (Arc::clone(&crop.values), heat.map(|heat| Arc::clone(&heat.look.saliency)));
    kept_texture(ctx, id, key.finish(), owner, TextureOptions::NEAREST, || crop_image(crop, k, heat))
}

/// Slice `k` of a crop, columns to the right and rows down.
///
/// `Crop::values` is [slice][column][row]: the network reads the transposed picture.
pub fn crop_image(crop: &Crop, k: usize, heat: Option<OverCrop<'_>>) -> ColorImage {
    let [columns, rows, _] = crop.context.bounds.size;
    let mut pixels = Vec::with_capacity(columns * rows);
    let largest = heat.map_or(0.0, |heat| heat.look.largest_of(heat.look.saliency.largest_magnitude()));
    for j in 0..rows {
        for i in 0..columns {
            let value = crop.values.get((k * columns + i) * rows + j).copied().unwrap_or(0.0);
            let grey = (value.clamp(0.0, 1.0) * 255.0).round() as u8;
            let mut colour = theme::grey(grey);
            if let Some(heat) = heat
                && largest > 0.0
            {
                let share = |i, j| map_value(&heat, crop, [i, j, k]) / largest;
                colour = over(colour, heat.look, &share, [i, j], [columns, rows]);
            }
            pixels.push(colour);
        }
    }
    ColorImage::new([columns, rows], pixels)
}

/// A pixel with the map over it: filled, or a line of one voxel inside each level's edge.
/// - `share`: the map at a column and row, as part of its largest magnitude
fn over(
    below: Color32,
    look: &HeatmapLook,
    share: &dyn Fn(usize, usize) -> f32,
    [i, j]: [usize; 2],
    [columns, rows]: [usize; 2],
) -> Color32 {
    let (signed, threshold) = (look.signed(), f64::from(look.threshold));
    let band = |i, j| contour::band(f64::from(share(i, j)), threshold, signed);
    let here = band(i, j);
    if here == 0 {
        return below;
    }
    if !look.contour {
        return below.lerp_to_gamma(heat_colour(share(i, j), signed), look.opacity);
    }
    let beside = [
        (i.saturating_sub(1), j),
        ((i + 1).min(columns - 1), j),
        (i, j.saturating_sub(1)),
        (i, (j + 1).min(rows - 1)),
    ];
    let edge =
        beside.into_iter().map(|(i, j)| band(i, j)).any(|there| there.abs() < here.abs() || there == -here);
    if edge { heat_colour(contour::level(here, threshold) as f32, signed) } else { below }
}

/// The map at the voxel nearest to a sample of the crop; zero outside the map.
fn map_value(heat: &OverCrop<'_>, crop: &Crop, sample: [usize; 3]) -> f32 {
    let map = &heat.look.saliency;
    let mut at = [0usize; 3];
    for axis in 0..3 {
        let place = crop.context.bounds.min[axis] + sample[axis] as i64;
        let index = (place as f64 * heat.step[axis]).round() as i64 - map.bounds.min[axis];
        match usize::try_from(index) {
            Ok(index) if index < map.bounds.size[axis] => at[axis] = index,
            _ => return 0.0,
        }
    }
    let [columns, rows, _] = map.bounds.size;
    map.values.get((at[2] * rows + at[1]) * columns + at[0]).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Saliency;
    use crate::geometry::VoxelBox;
    use crate::inference::ContextBox;
    use crate::networks::Scale;

    /// A map over a crop of the CT's own voxels.
    fn over(look: &HeatmapLook) -> Option<OverCrop<'_>> {
        Some(OverCrop { look, step: [1.0; 3] })
    }

    #[test]
    fn a_crop_is_shown_with_its_rows_down_and_the_map_in_its_place() {
        let bounds = VoxelBox { min: [10, 20, 30], size: [3, 2, 2] };
        let context = ContextBox { scale: Scale::Micro, bounds, shifted: [0; 3], padded: [0; 3] };
        // [slice][column][row]: bright at slice 1, column 2, row 0.
        let mut values = vec![0.0f32; 12];
        values[(3 + 2) * 2] = 1.0;
        let crop = Crop { context, values: values.into(), range_hu: [-1000.0, 400.0] };
        let plain = crop_image(&crop, 1, None);
        assert_eq!(plain.size, [3, 2]);
        assert_eq!((plain.pixels[2], plain.pixels[0]), (Color32::WHITE, Color32::BLACK));

        // One voxel of the CT: column 11, row 21, slice 31, which is column 1, row 1 of the crop.
        let saliency = Saliency {
            method: "grad_cam",
            scale: None,
            bounds: VoxelBox { min: [11, 21, 31], size: [1, 1, 1] },
            values: vec![2.0].into(),
            native_shape: Some([1, 1, 1]),
            unit: "logit",
            signed: false,
            told: Vec::new(),
        };
        let look = HeatmapLook {
            saliency: Arc::new(saliency),
            opacity: 1.0,
            threshold: 0.5,
            contour: false,
            shared: None,
        };
        let mapped = crop_image(&crop, 1, over(&look));
        assert_eq!(mapped.pixels[3 + 1], heat_colour(1.0, false));
        assert_eq!(mapped.pixels[0], Color32::BLACK);
        // Samples half as far apart as voxels: column 11 of the samples is nearest to column 6 of the voxels.
        let finer = OverCrop { look: &look, step: [0.5, 1.0, 1.0] };
        assert_eq!(crop_image(&crop, 1, Some(finer)).pixels[3 + 1], Color32::BLACK);
    }

    #[test]
    fn a_signed_map_is_measured_by_its_largest_magnitude_as_on_the_viewports() {
        let bounds = VoxelBox { min: [0; 3], size: [3, 1, 1] };
        let context = ContextBox { scale: Scale::Micro, bounds, shifted: [0; 3], padded: [0; 3] };
        let crop = Crop { context, values: vec![0.0f32; 3].into(), range_hu: [-1000.0, 400.0] };
        let saliency = Saliency {
            method: "native",
            scale: None,
            bounds,
            // Against, weakly for, nothing: the positive value alone would fill the whole scale.
            values: vec![-4.0, 1.0, 0.0].into(),
            native_shape: None,
            unit: "logit",
            signed: true,
            told: Vec::new(),
        };
        let look = |threshold| HeatmapLook {
            saliency: Arc::new(saliency.clone()),
            opacity: 1.0,
            threshold,
            contour: false,
            shared: None,
        };
        let [against, weak, nothing] =
            <[Color32; 3]>::try_from(crop_image(&crop, 0, over(&look(0.2))).pixels).expect("three pixels");
        assert_eq!([against, weak], [heat_colour(-1.0, true), heat_colour(0.25, true)]);
        assert_eq!(nothing, Color32::BLACK);
        let lines = HeatmapLook { contour: true, ..look(0.2) };
        let drawn = crop_image(&crop, 0, over(&lines)).pixels;
        assert_eq!(drawn[0], heat_colour(contour::level(-3, f64::from(0.2f32)) as f32, true));
        assert_ne!(drawn[1], Color32::BLACK, "its band ends beside it");
        let hidden = crop_image(&crop, 0, over(&look(0.3))).pixels;
        assert_eq!(hidden[1], Color32::BLACK, "a quarter of the largest magnitude is under the threshold");
    }
}
