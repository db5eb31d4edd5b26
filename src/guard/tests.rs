//! Features of shapes whose answer is known.

use super::blobs::Blobs;
use super::features::features;
use super::*;
use crate::geometry::{Point, VoxelGrid};
use crate::volume::{Padding, Unit, Volume};

const LUNG: f64 = -860.0;
const TISSUE: f64 = 30.0;

/// A volume with the origin in its middle: lung with a shape of tissue in it.
/// - `depth`: millimetres inside the shape, negative outside; its edge is blurred over a millimetre
fn shape(size: [usize; 3], depth: impl Fn([f64; 3]) -> f64) -> Volume {
    let spacing = [0.7, 0.7, 1.25];
    let origin: [f64; 3] = std::array::from_fn(|a| -((size[a] - 1) as f64) / 2.0 * spacing[a]);
    let grid = VoxelGrid::axis_aligned(size, spacing, Point::from_array(origin)).expect("a grid");
    let volume = Volume::loading(grid, Unit::Hu, Some(Padding { low: -2000, high: -2000 }));
    for k in 0..size[2] {
        let slice = (0..size[0] * size[1])
            .map(|n| {
                let at = [n % size[0], n / size[0], k];
                let mm = std::array::from_fn(|a| origin[a] + at[a] as f64 * spacing[a]);
                (LUNG + (TISSUE - LUNG) * (depth(mm) + 0.5).clamp(0.0, 1.0)).round() as i16
            })
            .collect();
        volume.int16().expect("whole numbers").fill(k, slice).expect("fits");
    }
    volume
}

const WIDE: [usize; 3] = [110, 110, 62];

fn length(v: [f64; 3]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// One feature by its name at the origin.
fn of(volume: &Volume, names_and: &[&str]) -> Vec<f32> {
    let tissue = Tissue::of(volume);
    let values = features(&tissue, &Blobs::around(&tissue, [0.0; 3]), [0.0; 3]);
    let names = names();
    assert_eq!(names.len(), values.len(), "every feature has a name");
    let find = |name: &&str| values[names.iter().position(|n| n == name).expect("a feature of that name")];
    names_and.iter().map(find).collect()
}

const BEYOND: [&str; 4] = [
    "dense at 2 half widths",
    "one_sided at 2 half widths",
    "longest at 2 half widths",
    "shortest at 2 half widths",
];

#[test]
fn a_ball_ends_on_every_side_at_its_radius() {
    let ball = shape(WIDE, |p| 5.0 - length(p));
    let [half_width, beyond, within] =
        of(&ball, &["half_width_mm", "dense at 2 half widths", "tissue at 3.5 mm"])[..]
    else {
        panic!("three features")
    };
    // Spheres are 1.5 mm apart there and the profile between them is taken for straight.
    assert!((half_width - 5.0).abs() < 0.6, "{half_width}");
    assert!(beyond < 0.01 && within > 0.99, "{beyond} {within}");
}

#[test]
fn a_tube_goes_on_at_two_opposite_ends() {
    let tube = shape(WIDE, |p| 2.5 - length([p[0], p[1], 0.0]));
    let [dense, one_sided, longest, shortest] = of(&tube, &BEYOND)[..] else { panic!("four") };
    assert!((0.02..0.35).contains(&dense), "{dense}");
    assert!(one_sided < 0.1 && longest > 0.8 && shortest < 0.1, "{one_sided} {longest} {shortest}");
}

#[test]
fn a_sheet_goes_on_in_a_ring() {
    let sheet = shape(WIDE, |p| 2.5 - p[0].abs());
    let [_, one_sided, longest, shortest] = of(&sheet, &BEYOND)[..] else { panic!("four") };
    // A ring has 1/2, 1/2, 0; this one is as wide as the sheet is thick.
    assert!(one_sided < 0.1 && (0.4..0.6).contains(&longest) && shortest < 0.15, "{longest} {shortest}");
}

#[test]
fn a_ball_on_a_wall_goes_on_at_one_side() {
    let on_wall = shape(WIDE, |p| (5.0 - length(p)).max(p[0] - 4.0));
    let [dense, one_sided, ..] = of(&on_wall, &BEYOND)[..] else { panic!("four") };
    assert!((0.15..0.45).contains(&dense) && one_sided > 0.6, "{dense} {one_sided}");
}

#[test]
fn what_is_not_known_is_neither_lung_nor_tissue() {
    // 8 mm of slices, as a nodule cut out of its scan has.
    let cut = shape([44, 44, 6], |p| 5.0 - length(p));
    let whole = shape(WIDE, |p| 5.0 - length(p));
    let names = ["tissue at 3.5 mm", "tissue at 5 mm", "tissue at 29 mm"];
    let [near, edge, far] = of(&cut, &names)[..] else { panic!("three") };
    let [same, whole_edge, there] = of(&whole, &names)[..] else { panic!("three") };
    // The sphere of 3.5 mm lies in the block almost whole, that of 29 mm not at all.
    assert!(
        (near - same).abs() < 0.02 && (edge - whole_edge).abs() < 0.1,
        "{near} {same}, {edge} {whole_edge}"
    );
    assert!(far.is_nan() && there.abs() < 0.01, "{far} {there}");
}

#[test]
fn a_click_beside_a_ball_finds_its_middle() {
    let ball = shape(WIDE, |p| 3.0 - length([p[0] - 3.0, p[1] + 2.0, p[2] - 1.0]));
    let tissue = Tissue::of(&ball);
    let found = Blobs::around(&tissue, [0.0; 3]).candidates();
    let nearest = found.iter().map(|c| length([c[0] - 3.0, c[1] + 2.0, c[2] - 1.0])).fold(f64::MAX, f64::min);
    assert_eq!(found[0], [0.0; 3], "the click itself comes first");
    // Candidates lie on a grid of one millimetre.
    assert!(nearest < 1.0, "{nearest} mm from the middle of {found:?}");
}

#[test]
fn places_are_told_by_density_and_by_the_lung_around() {
    let place = |depth: &dyn Fn([f64; 3]) -> f64| {
        let volume = shape(WIDE, depth);
        Place::of(&Tissue::of(&volume), [0.0; 3])
    };
    assert_eq!(place(&|_| -9.0), Some(Place::Lung));
    assert_eq!(place(&|p| 2.0 - length([p[0], p[1], 0.0])), Some(Place::Vessel));
    assert_eq!(place(&|p| p[0] + 2.0), Some(Place::Surface));
    assert_eq!(place(&|_| 9.0), Some(Place::Soft));
}

/// The verdict of the guard that comes with the program, crops as wide as at 0.7 mm.
fn verdict(volume: &Volume) -> Verdict {
    Look::at(&Tissue::of(volume), [0.0; 3]).judge(GuardModel::built_in(), [22.4, 44.8]).verdict
}

#[test]
fn the_guard_that_comes_with_the_program_knows_a_ball_from_a_tube_a_wall_and_nothing() {
    assert_eq!(verdict(&shape(WIDE, |p| 5.0 - length(p))), Verdict::Ok);
    assert_eq!(verdict(&shape(WIDE, |p| 2.5 - length([p[0], p[1], 0.0]))), Verdict::NotANodule);
    assert_eq!(verdict(&shape(WIDE, |p| p[0] + 2.0)), Verdict::NotANodule);
    assert_eq!(verdict(&shape(WIDE, |_| -9.0)), Verdict::NotANodule);
}

#[test]
fn a_file_of_another_edition_or_with_unknown_features_is_refused() {
    let model = GuardModel::built_in();
    let text = serde_json::to_string(model).expect("plain numbers");
    assert_eq!(&GuardModel::parse(&text).expect("its own text"), model);
    let old = serde_json::to_string(&GuardModel { edition: 0, ..model.clone() }).expect("plain numbers");
    assert!(GuardModel::parse(&old).expect_err("another edition").to_string().contains("edition 0"));
    let mut odd = model.clone();
    odd.nodule.trees.trees[0].asks[0].feature = 9999;
    let odd = serde_json::to_string(&odd).expect("plain numbers");
    assert!(GuardModel::parse(&odd).expect_err("no such feature").to_string().contains("9999"));
    assert!(GuardModel::parse("{}").is_err());
}

#[test]
fn a_doubt_leaves_a_verdict_about_the_point_alone() {
    let mut guard = Guard::default();
    guard.doubt("few slices".to_owned());
    assert_eq!(guard.verdict, Verdict::OutsideTraining);
    let mut guard = Guard { verdict: Verdict::NotANodule, reasons: vec!["it is bone".to_owned()] };
    guard.doubt("few slices".to_owned());
    assert_eq!((guard.verdict, guard.reasons.len()), (Verdict::NotANodule, 2));
}
