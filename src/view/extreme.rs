//! How deep in a slab lies what it shows.

use super::resolve::ResolvedView;
use crate::geometry::{Patient, Point, Viewport};
use crate::session::Projection;
use crate::volume::{Sample, Volume, sample};

/// Values that differ by no more are equal: rounding of weights in f64, in the unit of the volume.
const EQUAL: f64 = 1e-6;

/// The place that is seen at a position of the viewport: in a slab of highest or lowest values where that value
/// lies, nearest to the middle where several are equal. Of a mean, of one slice, and where no value is known: the
/// middle.
/// - `at`: viewport px
pub fn extreme_depth(volume: &Volume, view: &ResolvedView, at: Point<Viewport>) -> Point<Patient> {
    let place = |depth_mm: f64| &view.patient_from_viewport * Point::new(at.x, at.y, depth_mm);
    let sign = match view.projection {
        Projection::Max => 1.0,
        Projection::Min => -1.0,
        Projection::Mean => return place(0.0),
    };
    let grid = volume.grid();
    // The samples that the picture is made of, from the middle outwards.
    let each_side = view.slab_steps.saturating_sub(1) / 2;
    let depths_mm = (1..=each_side).flat_map(|n| {
        let mm = f64::from(n) * view.slab_step_mm;
        [-mm, mm]
    });
    let mut best: Option<(f64, Point<Patient>)> = None;
    for depth_mm in std::iter::once(0.0).chain(depths_mm) {
        let patient = place(depth_mm);
        let Sample::Value(value) = sample(volume, grid.voxel_from_patient() * patient) else { continue };
        if best.is_none_or(|(extreme, _)| sign * value > extreme + EQUAL) {
            best = Some((sign * value, patient));
        }
    }
    best.map_or_else(|| place(0.0), |(_, patient)| patient)
}

#[cfg(test)]
mod tests {
    use super::super::resolve::resolve;
    use super::*;
    use crate::geometry::{Plane, VoxelGrid};
    use crate::session::{Slab, ViewportState};
    use crate::volume::Unit;

    /// 5 x 5 x 9 voxels of 1 x 1 x 2 mm at -800, with 300 and -1000 in the middle column, 4 mm from the middle slice;
    /// the topmost slice has not arrived.
    fn column() -> Volume {
        let grid = VoxelGrid::axis_aligned([5, 5, 9], [1.0, 1.0, 2.0], Point::new(0.0, 0.0, 0.0));
        let grid = grid.expect("a grid");
        let volume = Volume::loading(grid, Unit::Hu, None);
        for k in 0..8usize {
            let value = |n: usize| match (n, k) {
                (12, 6) => 300,
                (12, 2) => -1000,
                _ => -800,
            };
            let slice: Box<[i16]> = (0..25).map(value).collect();
            volume.int16().expect("whole numbers").fill(k, slice).expect("a slice");
        }
        volume
    }

    /// What a click on a voxel's place goes to in a slab of 8 mm around the slice at 8 mm.
    fn seen(volume: &Volume, at: [f64; 2], projection: Option<Projection>) -> [f64; 3] {
        let slab = projection.map(|projection| Slab { thickness_mm: 8.0, projection });
        let state = ViewportState { slab, ..ViewportState::fitted(Plane::Axial) };
        let middle = Point::new(at[0], at[1], 8.0);
        let view = resolve(volume.grid(), &state, middle, [300, 200]);
        extreme_depth(volume, &view, &view.viewport_from_patient * middle).to_array()
    }

    fn assert_near(place: [f64; 3], wanted: [f64; 3]) {
        // Rounding of a few products of numbers up to 1000 in f64.
        assert!(place.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-9), "{place:?}, not {wanted:?}");
    }

    #[test]
    fn a_slab_of_extremes_is_met_where_its_value_lies() {
        let volume = column();
        assert_near(seen(&volume, [2.0, 2.0], Some(Projection::Max)), [2.0, 2.0, 12.0]);
        assert_near(seen(&volume, [2.0, 2.0], Some(Projection::Min)), [2.0, 2.0, 4.0]);
        for flat in [Some(Projection::Mean), None] {
            assert_near(seen(&volume, [2.0, 2.0], flat), [2.0, 2.0, 8.0]);
        }
    }

    #[test]
    fn of_equal_values_the_middle_one_counts_and_where_none_is_known_the_slice() {
        let volume = column();
        assert_near(seen(&volume, [0.0, 4.0], Some(Projection::Max)), [0.0, 4.0, 8.0]);
        let empty = Volume::loading(*volume.grid(), Unit::Hu, None);
        assert_near(seen(&empty, [2.0, 2.0], Some(Projection::Max)), [2.0, 2.0, 8.0]);
        assert_near(seen(&volume, [-50.0, 2.0], Some(Projection::Min)), [-50.0, 2.0, 8.0]);
    }
}
