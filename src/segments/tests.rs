use super::{Dab, Voxels, from_runs, range_of_tissue, to_runs};
use crate::geometry::{Patient, Point, Vector, VoxelGrid};
use crate::volume::{Unit, Volume};

/// 41 x 43 x 29 voxels; the value is -500 + i - j + 3 k.
fn volume() -> Volume {
    let grid = VoxelGrid::axis_aligned([41, 43, 29], [0.8, 0.7, 1.5], Point::new(-16.0, -15.0, -20.0));
    let volume = Volume::loading(grid.expect("a grid"), Unit::Hu, None);
    for k in 0..29i16 {
        let slice: Vec<i16> = (0..41 * 43).map(|n: i16| -500 + n % 41 - n / 41 + 3 * k).collect();
        volume.int16().expect("whole numbers").fill(k as usize, slice.into()).expect("fits");
    }
    volume
}

fn ball(radius_mm: f64, from: Point<Patient>, to: Point<Patient>) -> Dab {
    Dab { radius_mm, way: [from, to], flat: None, range: None, erase: false }
}

fn centre() -> Point<Patient> {
    Point::new(0.1, -0.2, 0.4)
}

/// Every voxel of the grid, one by one.
fn all(volume: &Volume) -> impl Iterator<Item = ([usize; 3], Point<Patient>)> {
    let [nx, ny, nz] = volume.grid().size();
    (0..nx * ny * nz).map(move |n| {
        let at = [n % nx, n / nx % ny, n / (nx * ny)];
        (at, volume.grid().patient_from_voxel() * Point::from_array(at.map(|v| v as f64)))
    })
}

fn holds(voxels: &Voxels, at: [usize; 3]) -> bool {
    voxels.holds(at.map(|n| n as i64))
}

#[test]
fn a_ball_marks_the_voxels_whose_centres_lie_in_it_and_counts_them_and_their_values() {
    let volume = volume();
    let voxels = Voxels::none(volume.grid()).with(&volume, &ball(6.3, centre(), centre())).expect("marked");
    let mut values = Vec::new();
    for (at, p) in all(&volume) {
        let inside = p.distance(centre()) <= 6.3;
        assert_eq!(holds(&voxels, at), inside, "{at:?}");
        values.extend(inside.then(|| f64::from(volume.value(at).expect("there"))));
    }
    let figures = voxels.figures();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    let [found_mean, found_sd] = figures.mean_and_sd().expect("values");
    assert_eq!(figures.voxels, values.len() as u64);
    // Sums of whole numbers are exact; the root is taken of the difference of two of some 10^5.
    assert!((found_mean - mean).abs() < 1e-9 && (found_sd - sd).abs() < 1e-6);
    assert_eq!(f64::from(figures.min), values.iter().copied().fold(f64::INFINITY, f64::min));
    // The ball's diameter, within a voxel.
    assert!((voxels.longest_mm() - 12.6).abs() < 0.8, "{}", voxels.longest_mm());
    let bounds = voxels.bounds().expect("marked");
    for (at, _) in all(&volume).filter(|(at, _)| holds(&voxels, *at)) {
        assert!(bounds.contains(Point::from_array(at.map(|v| v as f64))));
    }
    assert!(voxels.middle(volume.grid()).expect("marked").distance(centre()) < 1.0);
}

#[test]
fn a_way_is_whole_and_painting_again_changes_nothing() {
    let volume = volume();
    let (from, to) = (Point::new(-9.0, -3.0, -8.0), Point::new(8.0, 6.0, 9.0));
    let dab = ball(2.5, from, to);
    let voxels = Voxels::none(volume.grid()).with(&volume, &dab).expect("marked");
    let along = to - from;
    for (at, p) in all(&volume) {
        let share = ((p - from).dot(along) / along.dot(along)).clamp(0.0, 1.0);
        assert_eq!(holds(&voxels, at), p.distance(from + along * share) <= 2.5, "{at:?}");
    }
    assert!(voxels.with(&volume, &dab).is_none());
    let nothing =
        [ball(f64::NAN, from, to), ball(-1.0, from, to), ball(2.0, Point::new(900.0, 0.0, 0.0), to)];
    assert!(nothing[..2].iter().all(|dab| voxels.with(&volume, dab).is_none()));
    // A way from far outside marks what it passes, and ends where it ends.
    assert!(voxels.with(&volume, &nothing[2]).is_some());
}

#[test]
fn a_disc_stays_in_its_slice_and_a_range_leaves_other_values_alone() {
    let volume = volume();
    // Not quite in the middle of slice 13 (-0.5 mm): the slice is still the one.
    let at = Point::new(0.0, 0.0, -0.3);
    let disc = Dab { flat: Some(Vector::new(0.0, 0.0, 1.0)), ..ball(5.0, at, at) };
    let voxels = Voxels::none(volume.grid()).with(&volume, &disc).expect("marked");
    for (v, p) in all(&volume) {
        assert_eq!(holds(&voxels, v), v[2] == 13 && p.x.hypot(p.y) <= 5.0, "{v:?}");
    }
    let range = Some([-470.0, -455.0]);
    let some = Voxels::none(volume.grid()).with(&volume, &Dab { range, ..disc }).expect("marked");
    let figures = some.figures();
    assert!(figures.voxels > 0 && figures.voxels < voxels.figures().voxels);
    assert!(figures.min >= -470.0 && figures.max <= -455.0);
    // Taking away asks for no value.
    assert!(voxels.with(&volume, &Dab { erase: true, range, ..disc }).expect("changed").is_empty());
}

#[test]
fn a_disc_in_a_slanted_plane_of_thick_slices_is_whole() {
    let grid = VoxelGrid::axis_aligned([9, 21, 7], [0.7, 0.7, 5.0], Point::new(-2.8, -7.0, -15.0));
    let volume = Volume::loading(grid.expect("a grid"), Unit::Hu, None);
    for k in 0..7 {
        volume.int16().expect("whole numbers").fill(k, vec![0; 9 * 21].into()).expect("fits");
    }
    let normal = Vector::new(0.0, 1.0, 1.0).unit().expect("a direction");
    let at = centre();
    let disc = Dab { flat: Some(normal), ..ball(2.0, at, at) };
    let voxels = Voxels::none(volume.grid()).with(&volume, &disc).expect("marked");
    // 0.7 and 5 mm, each seen at 45 degrees.
    let half = (0.7 + 5.0) / 2.0 * std::f64::consts::FRAC_1_SQRT_2;
    let mut count = 0;
    for (v, p) in all(&volume) {
        let depth = (p - at).dot(normal);
        let aside = p - at - normal * depth;
        let inside = depth > -half && depth <= half && aside.dot(aside) <= 4.0;
        assert_eq!(holds(&voxels, v), inside, "{v:?}");
        count += usize::from(inside);
    }
    // 51 cubic millimetres are some twenty voxels.
    assert!(count > 10, "{count}");
}

#[test]
fn what_is_erased_is_gone_and_what_shares_blocks_keeps_them() {
    let volume = volume();
    let whole = Voxels::none(volume.grid()).with(&volume, &ball(9.0, centre(), centre())).expect("marked");
    let hole = Dab { erase: true, ..ball(4.0, centre(), centre()) };
    let ring = whole.with(&volume, &hole).expect("changed");
    for (at, p) in all(&volume) {
        let far = p.distance(centre());
        assert_eq!(holds(&ring, at), far <= 9.0 && far > 4.0);
        assert_eq!(holds(&whole, at), far <= 9.0, "a copy is what it was");
    }
    let again = ring.with(&volume, &Dab { erase: false, ..hole }).expect("changed");
    // The sums are of whole numbers, in whatever order.
    assert_eq!(again, whole);
    let none = whole.with(&volume, &Dab { erase: true, ..ball(20.0, centre(), centre()) }).expect("changed");
    assert!(none.is_empty() && none.bounds().is_none() && none.middle(volume.grid()).is_none());
    assert!(none.with(&volume, &hole).is_none());
}

#[test]
fn runs_lead_back_to_the_same_voxels_and_broken_ones_are_refused() {
    let volume = volume();
    let ring = Voxels::none(volume.grid())
        .with(&volume, &ball(9.0, centre(), centre()))
        .and_then(|v| v.with(&volume, &Dab { erase: true, ..ball(4.0, centre(), centre()) }))
        .expect("marked");
    let runs = to_runs(&ring);
    assert_eq!(from_runs(&volume, &runs), Ok(ring.clone()));
    let mut count = 0;
    ring.runs(|_, length| count += length as u64);
    assert_eq!(count, ring.figures().voxels);
    for broken in ["5", "5:6", "5:6+x", "5:40+2", "43:0+1", "-1:0+1", "0:0+18446744073709551615"] {
        let slices = [(3, broken.to_owned())].into();
        assert_eq!(from_runs(&volume, &slices).expect_err(broken).slice, 3);
    }
    assert!(from_runs(&volume, &[(29, "0:0+1".to_owned())].into()).is_err());
    assert!(from_runs(&volume, &[(99, "0:0+0".to_owned())].into()).is_err());
    assert_eq!(from_runs(&volume, &[(3, String::new())].into()), Ok(Voxels::none(volume.grid())));
}

#[test]
fn the_tissue_under_a_point_has_a_range_around_its_mean() {
    let volume = volume();
    let at = volume.grid().patient_from_voxel() * Point::new(20.0, 20.0, 10.0);
    let [low, high] = range_of_tissue(&volume, at).expect("inside");
    // -470 there, spread by a few units: the least width counts.
    assert_eq!([low, high], [-530.0, -410.0]);
    assert!(range_of_tissue(&volume, Point::new(900.0, 0.0, 0.0)).is_none());
}
