//! Crops of a real CT, voxel for voxel as the published preparation cuts them.

use crate::golden::fixture;
use crate::support::lidc_0314;
use triscope::geometry::{Point, Voxel};
use triscope::inference::{context_boxes, prepare};

#[test]
fn crops_of_a_real_ct_equal_the_published_ones_inside_and_at_the_border() {
    let (Some(golden), Some(volume)) = (fixture("m3_crops.safetensors"), lidc_0314()) else { return };
    for place in ["inside", "border"] {
        let values = |key: &str| &golden.tensors[&format!("{place}.{key}")].values;
        let at: Point<Voxel> = Point::from_array(std::array::from_fn(|a| f64::from(values("point")[a])));
        for (context, size) in context_boxes(volume.grid(), at).iter().zip([32, 64, 96]) {
            let start: Vec<i64> = values(&format!("start{size}")).iter().map(|&v| v as i64).collect();
            assert_eq!(context.bounds.min.to_vec(), start, "{place} {size}");
            let crop = prepare(&volume, context).expect("the volume is complete");
            let raw = values(&format!("raw{size}"));
            let (low, high) = raw.iter().fold((f32::MAX, f32::MIN), |(l, h), &v| (l.min(v), h.max(v)));
            for (n, (&got, &hu)) in crop.values.iter().zip(raw).enumerate() {
                let expected = (f64::from(hu - low) / (f64::from(high - low) + 1e-8)) as f32;
                assert_eq!(got, expected, "{place} {size} voxel {n}");
            }
            // The published tensor itself, in the middle: 8 x 8 x 8.
            let [columns, rows, slices] = context.bounds.size;
            let centre = values(&format!("in{size}.centre"));
            for (n, &expected) in centre.iter().enumerate() {
                let (d, h, w) = (n / 64 + slices / 2 - 4, n / 8 % 8 + columns / 2 - 4, n % 8 + rows / 2 - 4);
                let got = crop.values[(d * columns + h) * rows + w];
                // Theirs may have been divided in single precision: one unit in the last place of 1.
                assert!((got - expected).abs() <= f32::EPSILON, "{place} {size} {n}: {got} {expected}");
            }
        }
    }
}
