//! The guard that comes with the program on real series. Places that are no nodule were picked in axial
//! slices with the structure in the middle, and looked at; what it says of them decided nothing.
//!
//! `lung1-001` taught its classifiers nothing, but the distances from which something is a mass were chosen
//! with its tumour in view. Of `lidc-0314` other places taught it, the nodule did not.

use triscope::geometry::VoxelGrid;
use triscope::guard::{Guard, GuardModel, Look, Tissue, Verdict};
use triscope::volume::Volume;

use crate::support::real_ct;

fn judged(volume: &Volume, at: [f64; 3]) -> Guard {
    let columns_mm = across(volume.grid());
    Look::at(&Tissue::of(volume), at).judge(GuardModel::built_in(), [32.0 * columns_mm, 64.0 * columns_mm])
}

fn across(grid: &VoxelGrid) -> f64 {
    grid.spacing_mm()[0].min(grid.spacing_mm()[1])
}

/// Clicks around a point: itself and twenty on a sphere.
fn clicks_around(at: [f64; 3], distance: f64) -> Vec<[f64; 3]> {
    let golden = std::f64::consts::PI * (3.0 - 5.0f64.sqrt());
    let mut clicks = vec![at];
    clicks.extend((0..20).map(|n| {
        let z: f64 = 1.0 - (2.0 * f64::from(n) + 1.0) / 20.0;
        let (sin, cos) = (golden * f64::from(n)).sin_cos();
        let r = (1.0 - z * z).sqrt();
        [at[0] + distance * r * cos, at[1] + distance * r * sin, at[2] + distance * z]
    }));
    clicks
}

/// How many of the places are called no nodule; tells which are not.
fn refused(volume: &Volume, places: &[(&str, [f64; 3])]) -> usize {
    let wrong = |(name, at): &&(&str, [f64; 3])| {
        let guard = judged(volume, *at);
        if guard.verdict != Verdict::NotANodule {
            eprintln!("{name} at {at:?}: {:?}", guard);
        }
        guard.verdict != Verdict::NotANodule
    };
    places.len() - places.iter().filter(wrong).count()
}

/// Trunk, hilum, walls and organs of lidc-0314, LPS mm.
const LIDC_0314: [(&str, [f64; 3]); 30] = [
    ("lung", [-42.7, 242.8, -549.2]),
    ("lung", [-27.3, 200.8, -519.1]),
    ("lung", [10.0, 221.4, -597.4]),
    ("lung", [-44.8, 215.2, -529.0]),
    ("lung", [-96.0, 162.3, -507.1]),
    ("lung", [-78.0, 206.4, -523.9]),
    ("fissure", [-65.2, 149.1, -549.6]),
    ("vessel", [-76.2, 231.2, -535.1]),
    ("vessel", [-60.0, 170.6, -542.5]),
    ("fissure", [-56.6, 141.3, -555.4]),
    ("trachea", [-14.2, 150.0, -452.8]),
    ("heart", [10.0, 110.0, -602.8]),
    ("heart", [40.0, 120.0, -583.8]),
    ("heart", [0.0, 120.0, -583.8]),
    ("heart", [20.0, 130.0, -565.8]),
    ("heart", [40.0, 120.0, -565.8]),
    ("heart", [0.0, 140.0, -546.8]),
    ("heart", [20.0, 110.0, -546.8]),
    ("heart", [0.0, 120.0, -527.8]),
    ("heart", [50.0, 140.0, -583.8]),
    ("aorta", [8.0, 182.0, -565.8]),
    ("liver", [-80.0, 120.0, -602.8]),
    ("liver", [-100.0, 180.0, -602.8]),
    ("liver", [-60.0, 110.0, -602.8]),
    ("rib", [-78.1, 249.1, -512.1]),
    ("vertebra", [-22.1, 228.6, -570.2]),
    ("vertebra", [-8.3, 226.8, -505.8]),
    ("chest wall", [96.7, 210.6, -573.8]),
    ("chest wall", [92.7, 237.6, -633.4]),
    ("muscle", [-54.2, 253.4, -657.7]),
];

/// The same of lung1-001.
const LUNG1_001: [(&str, [f64; 3]); 34] = [
    ("lung", [83.8, -276.1, -461.0]),
    ("lung", [-37.5, -186.1, -381.9]),
    ("lung", [43.2, -282.1, -450.6]),
    ("lung", [34.0, -244.1, -445.4]),
    ("lung", [100.5, -149.3, -487.6]),
    ("lung", [48.9, -162.1, -513.0]),
    ("vessel", [66.5, -265.6, -464.3]),
    ("vessel", [-35.2, -183.8, -449.1]),
    ("vessel", [-48.8, -173.4, -454.3]),
    ("vessel", [-35.2, -178.1, -459.2]),
    ("vessel", [67.4, -159.0, -507.1]),
    ("trachea", [5.9, -246.0, -288.2]),
    ("trachea", [-0.5, -218.7, -386.9]),
    ("trachea", [-14.1, -204.1, -391.4]),
    ("bronchus", [-45.4, -171.6, -491.1]),
    ("chest wall", [109.2, -272.2, -450.8]),
    ("chest wall", [115.8, -257.9, -447.8]),
    ("chest wall", [-41.5, -97.8, -467.8]),
    ("rib", [57.4, -268.1, -397.5]),
    ("clavicle", [78.1, -192.5, -320.9]),
    ("rib", [51.2, -240.2, -363.4]),
    ("rib", [-40.1, -86.1, -497.6]),
    ("heart", [20.0, -250.0, -540.5]),
    ("heart", [50.0, -240.0, -540.5]),
    ("heart", [0.0, -250.0, -519.5]),
    ("heart", [40.0, -250.0, -519.5]),
    ("heart", [40.0, -220.0, -519.5]),
    ("heart", [0.0, -240.0, -498.5]),
    ("heart", [30.0, -240.0, -498.5]),
    ("heart", [0.0, -240.0, -474.5]),
    ("heart", [10.0, -230.0, -474.5]),
    ("aorta", [20.0, -160.0, -474.5]),
    ("aorta", [20.0, -160.0, -453.5]),
    ("vertebra", [-5.0, -120.0, -498.5]),
];

#[test]
fn a_real_nodule_is_accepted_also_where_the_click_is_four_millimetres_off() {
    let Some(volume) = real_ct("lidc-0314") else { return };
    let clicks = clicks_around([-57.27, 131.30, -520.56], 4.0);
    let verdicts: Vec<Verdict> = clicks.iter().map(|at| judged(&volume, *at).verdict).collect();
    assert!(verdicts.iter().all(|v| *v == Verdict::Ok), "{verdicts:?}");
}

#[test]
fn real_places_that_are_no_nodule_are_refused() {
    for (folder, places) in [("lidc-0314", &LIDC_0314[..]), ("lung1-001", &LUNG1_001[..])] {
        let Some(volume) = real_ct(folder) else { continue };
        let right = refused(&volume, places);
        // The bar is nine of ten.
        assert!(right * 10 >= places.len() * 9, "{folder}: {right} of {} refused", places.len());
    }
}

#[test]
fn a_tumour_larger_than_the_crops_is_told_where_it_is_solid() {
    let Some(volume) = real_ct("lung1-001") else { return };
    // Its middle as the outline gives it, and places where it is solid for 8 mm around. Two places in its
    // ragged lower edge, (80, -205, -474.5) and (95, -205, -474.5), are called no nodule instead: known.
    let clicks = [
        [82.28, -201.47, -456.84],
        [90.0, -200.0, -453.5],
        [80.0, -190.0, -453.5],
        [95.0, -205.0, -453.5],
        [100.0, -215.0, -465.5],
        [75.0, -195.0, -462.5],
        [85.0, -210.0, -465.5],
    ];
    for at in clicks {
        let guard = judged(&volume, at);
        assert_eq!(guard.verdict, Verdict::LesionExceedsContext, "{at:?}: {guard:?}");
    }
}
