//! Places of slices: each oddity on its own, and random stacks that must come out as they were put.

use proptest::prelude::*;

use super::*;

const AXIAL: [f64; 6] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];

fn at(z: &[f64]) -> Vec<Point<Patient>> {
    z.iter().map(|z| Point::new(-100.0, -50.0, *z)).collect()
}

fn axial(z: &[f64]) -> Arrangement {
    arrange(&at(z), &Orientation::new(AXIAL).expect("axes"), 0.7).expect("two slices and more")
}

#[test]
fn even_slices_have_the_mean_distance_and_no_oddity() {
    let found = axial(&[0.0, 0.6, 1.3, 1.9, 2.5]);
    assert!((found.step.z - 0.625).abs() < 1e-12 && found.step.x == 0.0);
    assert_eq!((found.slots.as_slice(), found.oddities.len()), (&[0, 1, 2, 3, 4][..], 0));
}

#[test]
fn a_gap_of_whole_slices_keeps_its_place() {
    let found = axial(&[0.0, 2.5, 5.0, 12.5, 15.0]);
    assert_eq!(found.slots, [0, 1, 2, 5, 6]);
    assert_eq!(found.oddities, [Oddity::Missing { after: 2, count: 2 }]);
    assert_eq!(found.step.z, 2.5);
}

#[test]
fn distances_that_no_whole_number_explains_are_uneven() {
    let found = axial(&[0.0, 1.0, 2.0, 3.5, 4.5]);
    assert_eq!(found.slots, [0, 1, 2, 3, 4]);
    let Some(Oddity::Uneven { shortest_mm, longest_mm, after }) = found.oddities.first() else {
        panic!("uneven");
    };
    assert_eq!((*shortest_mm, *longest_mm, after.as_slice()), (1.0, 1.5, &[2][..]));
}

#[test]
fn what_lies_far_away_is_another_piece() {
    assert_eq!(far_apart(&[0.0, 1.0, 2.0, 90.0]), [3]);
    assert_eq!(far_apart(&[-500.0, -499.0, 0.0, 1.0, 2.0, 3.0, 700.0]), [2, 6]);
    // Eight blank slices between four that are there.
    assert!(far_apart(&[0.0, 1.0, 2.0, 11.0]).is_empty());
    assert!(far_apart(&[0.0]).is_empty() && far_apart(&[]).is_empty());
}

#[test]
fn a_long_gap_is_blank_whether_or_not_the_other_slices_are_even() {
    let found = axial(&[0.0, 2.0, 4.0, 6.0, 26.0, 28.0, 30.0, 32.0]);
    assert_eq!(found.slots, [0, 1, 2, 3, 13, 14, 15, 16]);
    assert_eq!(found.oddities, [Oddity::Missing { after: 3, count: 9 }]);
    let found = axial(&[0.0, 2.0, 4.5, 6.0, 22.3, 24.0, 26.0, 28.4]);
    assert!(matches!(found.oddities.first(), Some(Oddity::Uneven { .. })));
    assert!(found.oddities.contains(&Oddity::Missing { after: 3, count: 7 }), "{:?}", found.oddities);
    // Thin slices, then thick ones: nothing is missing.
    let found = axial(&[0.0, 1.0, 2.0, 3.0, 8.0, 13.0, 18.0]);
    assert!(matches!(found.oddities.as_slice(), [Oddity::Uneven { .. }]), "{:?}", found.oddities);
}

#[test]
fn coordinates_rounded_to_tenths_are_even() {
    for begin in [0.0, 0.013, 0.31, -7.77] {
        let z: Vec<f64> = (0..16).map(|k| ((begin + 0.625 * f64::from(k)) * 10.0).round() / 10.0).collect();
        let found = axial(&z);
        assert!(found.oddities.is_empty(), "{z:?} {:?}", found.oddities);
    }
}

#[test]
fn a_table_that_was_moved_is_no_tilt() {
    let mut positions = at(&(0..16).map(f64::from).collect::<Vec<_>>());
    positions.iter_mut().skip(8).for_each(|p| p.x += 5.0);
    let found = arrange(&positions, &Orientation::new(AXIAL).expect("axes"), 0.7).expect("a stack");
    assert_eq!(found.oddities, [Oddity::Sideways { largest_mm: 5.0, slots: (8..16).collect() }]);
}

#[test]
fn a_tilted_gantry_is_a_shear_of_the_true_angle() {
    let (sin, cos) = 14f64.to_radians().sin_cos();
    let axes = Orientation::new([1.0, 0.0, 0.0, 0.0, cos, -sin]).expect("axes");
    let positions = at(&[0.0, 5.0, 10.0, 15.0]);
    let found = arrange(&positions, &axes, 0.4).expect("a stack");
    let [Oddity::Tilt { degrees }] = found.oddities.as_slice() else { panic!("a tilt alone") };
    assert!((degrees - 14.0).abs() < 1e-9);
    assert!((found.step.length() - 5.0).abs() < 1e-12);
}

#[test]
fn a_slice_out_of_line_is_named() {
    let mut positions = at(&[0.0, 1.0, 2.0, 3.0]);
    positions[2].x += 4.0;
    let found = arrange(&positions, &Orientation::new(AXIAL).expect("axes"), 0.7).expect("a stack");
    assert_eq!(found.oddities, [Oddity::Sideways { largest_mm: 4.0, slots: vec![2] }]);
}

#[test]
fn directions_that_are_none_are_refused() {
    assert!(Orientation::new([0.0; 6]).is_none());
    assert!(Orientation::new([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]).is_none());
    assert!(Orientation::new([1.0, 0.0, 0.0, 0.5, 0.9, 0.0]).is_none());
    assert!(Orientation::new([f64::NAN; 6]).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_random_regular_stack_is_found_again_whatever_its_direction(
        angles in prop::array::uniform3(-3.1f64..3.1),
        origin in prop::array::uniform3(-900.0f64..900.0),
        spacing in 0.3f64..8.0,
        count in 2usize..60,
        noise in prop::collection::vec(-0.004f64..0.004, 60),
    ) {
        let (axes, place) = oblique(angles, origin);
        let positions: Vec<_> = (0..count)
            .map(|k| place + axes.normal * (spacing * k as f64 + noise[k]))
            .collect();
        let found = arrange(&positions, &axes, 0.5).expect("a stack");
        prop_assert!(found.oddities.is_empty(), "{:?}", found.oddities);
        prop_assert_eq!(found.depth(), count);
        // Noise of 0.004 mm at both ends over the whole way.
        prop_assert!((found.step.length() - spacing).abs() <= 0.009 / (count - 1) as f64);
    }

    #[test]
    fn left_out_slices_leave_their_slots_free(
        angles in prop::array::uniform3(-3.1f64..3.1),
        spacing in 0.3f64..8.0,
        count in 12usize..60,
        gap in 1usize..3,
        after in 2usize..9,
    ) {
        let (axes, place) = oblique(angles, [0.0; 3]);
        let kept: Vec<usize> = (0..count).filter(|k| *k <= after || *k > after + gap).collect();
        prop_assume!(kept.last() == Some(&(count - 1)));
        let positions: Vec<_> = kept.iter().map(|k| place + axes.normal * (spacing * *k as f64)).collect();
        let found = arrange(&positions, &axes, 0.5).expect("a stack");
        prop_assert_eq!(found.slots, kept);
        prop_assert_eq!(found.oddities, vec![Oddity::Missing { after, count: gap }]);
    }

    #[test]
    fn no_positions_make_it_panic(z in prop::collection::vec(prop::num::f64::ANY, 0..20)) {
        let mut z = z;
        z.sort_by(f64::total_cmp);
        let _ = arrange(&at(&z), &Orientation::new(AXIAL).expect("axes"), 0.7);
    }
}

/// Axes turned about x, then y, then z, and a place.
fn oblique([a, b, c]: [f64; 3], origin: [f64; 3]) -> (Orientation, Point<Patient>) {
    let turn = |[x, y, z]: [f64; 3]| {
        let (y, z) = (y * a.cos() - z * a.sin(), y * a.sin() + z * a.cos());
        let (x, z) = (x * b.cos() + z * b.sin(), z * b.cos() - x * b.sin());
        [x * c.cos() - y * c.sin(), x * c.sin() + y * c.cos(), z]
    };
    let ([x, y, z], [u, v, w]) = (turn([1.0, 0.0, 0.0]), turn([0.0, 1.0, 0.0]));
    (Orientation::new([x, y, z, u, v, w]).expect("axes"), Point::from_array(origin))
}

#[test]
fn places_that_rounding_tells_apart_are_one_and_thin_slices_are_not() {
    // Doubled slices a millimetre apart, written with two decimals by two writers: 10 micrometres and more.
    assert_eq!(places(&[0.0, 0.01, 1.0, 1.0, 1.995, 2.0, 2.012]), [0, 0, 1, 1, 2, 2, 2]);
    // A series in time at one place.
    assert_eq!(places(&[5.0, 5.004, 5.008, 5.012]), [0, 0, 0, 0]);
    // Micro-CT of 100, 20, 10 and 5 micrometres.
    for step in [0.1, 0.04, 0.03, 0.02, 0.01, 0.005] {
        let along: Vec<f64> = (0..40).map(|k| 100.0 + f64::from(k) * step).collect();
        assert_eq!(places(&along), (0..40).collect::<Vec<_>>(), "{step}");
        // The same with every slice doubled.
        let twice: Vec<f64> = along.iter().flat_map(|mm| [*mm, mm + 1e-9]).collect();
        assert_eq!(places(&twice), (0..80).map(|n| n / 2).collect::<Vec<_>>(), "{step}");
    }
    assert_eq!(places(&[]), Vec::<usize>::new());
    assert_eq!(places(&[3.0]), [0]);
}
