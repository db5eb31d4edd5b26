//! The values of the tissue under the pointer.

use crate::geometry::{Patient, Point};
use crate::measure::own_value;
use crate::volume::Volume;

/// How far around a position its tissue is looked at, mm: less than a small nodule.
const AROUND_MM: f64 = 2.0;
/// Standard deviations to either side of the mean.
const WIDE: f64 = 2.5;
/// Least to either side, in the unit of the volume: what noise leaves of one tissue.
const LEAST: f64 = 60.0;

/// The range of values that tissue like that around a position has: mean and two and a half standard deviations to
/// either side, whole numbers; `None` where nothing is known there.
pub fn range_of_tissue(volume: &Volume, at: Point<Patient>) -> Option<[f32; 2]> {
    let grid = volume.grid();
    let centre = (grid.voxel_from_patient() * at).to_array();
    let spacing = grid.spacing_mm();
    let middle = grid.voxel_at(Point::from_array(centre))?;
    let size = grid.size();
    let range = |axis: usize| {
        let by = AROUND_MM / spacing[axis];
        let low = (centre[axis] - by).ceil().max(0.0) as usize;
        let high = (centre[axis] + by).floor().min(size[axis] as f64 - 1.0).max(0.0) as usize;
        // Of thick slices the one that it lies in.
        low.min(middle[axis])..=high.max(middle[axis])
    };
    let mut values = Vec::new();
    for k in range(2) {
        for j in range(1) {
            for i in range(0) {
                let p = grid.patient_from_voxel() * Point::new(i as f64, j as f64, k as f64);
                if p.distance(at) <= AROUND_MM || [i, j, k] == middle {
                    values.extend(own_value(volume, [i, j, k]));
                }
            }
        }
    }
    let n = values.len() as f64;
    if values.is_empty() {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let sd = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt();
    let half = (WIDE * sd).max(LEAST);
    Some([(mean - half).round() as f32, (mean + half).round() as f32])
}
