//! What CSF-Net reads of real CTs, against the same steps in SciPy.
//!
//! The expected numbers were computed from the same files with SciPy 1.17, step by step after the published
//! preparation: gaussian_filter, label, binary_fill_holes, binary_erosion, distance_transform_edt,
//! ConvexHull, binary_dilation; map_coordinates for the input. Masks agreed voxel by voxel.

use std::sync::Arc;
use std::time::Instant;

use triscope::geometry::Point;
use triscope::inference::Mode;
use triscope::inference::csf::{Date, MaskedCt, SIZE};
use triscope::jobs::JobContext;
use triscope::volume::lungs;

use crate::support::real_ct;

#[test]
fn both_lungs_of_real_chests_are_those_of_the_published_steps() {
    // Voxels of the two lungs and of their surroundings; millilitres of the lungs, by a voxel's size.
    let chests = [
        ("lidc-0314", [3_004_745, 1_434_735, 7_464_837], [1834.0, 875.7]),
        ("lung1-001", [935_475, 678_584, 3_459_296], [2676.4, 1941.4]),
    ];
    for (folder, expected, millilitres) in chests {
        let Some(volume) = real_ct(folder) else { return };
        let started = Instant::now();
        let found = lungs(&volume, &JobContext::unobserved()).expect("complete").expect("lungs");
        let around = found.surroundings();
        eprintln!("{folder}: lungs in {:.2} s", started.elapsed().as_secs_f64());
        let [first, second] = found.parts.each_ref();
        assert_eq!([first.count(), second.count(), around.count()], expected, "{folder}");
        assert!(found.mask().without(&around).is_empty());
        let voxel_ml = volume.grid().spacing_mm().iter().product::<f64>() / 1000.0;
        for (part, millilitres) in found.parts.iter().zip(millilitres) {
            // Written to a tenth.
            assert!((part.count() as f64 * voxel_ml - millilitres).abs() < 0.1, "{folder}");
        }
    }
}

#[test]
fn an_annotated_nodule_is_inside_the_mask_and_is_read_as_scipy_reads_it() {
    let Some(volume) = real_ct("lidc-0314") else { return };
    let ct = MaskedCt::new(Arc::clone(&volume), &JobContext::unobserved()).expect("complete");
    let nodule = Point::new(-57.27, 131.30, -520.56);
    let voxel = volume.grid().voxel_at(volume.grid().voxel_from_patient() * nodule).expect("inside");
    assert!(ct.lungs().expect("lungs").contains(voxel) && ct.around().expect("lungs").contains(voxel));

    let input = ct.input(nodule, Date::Current, Mode::Paper).expect("numbers");
    assert!(input.reasons.is_empty(), "{:?}", input.reasons);
    assert_eq!((input.region.bounds.min, input.region.padded), ([143, 203, 151], [0; 3]));
    // The files' positions carry noise of 5e-5 mm: at up to 170 shades a millimetre 0.0085 shades, which
    // moves at most that share of 65536 values over a rounding's edge, by one.
    let sum: f64 = input.values.iter().map(|v| f64::from(*v)).sum();
    assert!((sum - 6_305_547.0).abs() <= 557.0, "{sum}");
    let at = |i: usize, j: usize, k: usize| input.values[(k * SIZE[1] + j) * SIZE[0] + i];
    let expected = [
        ([0, 0, 0], 170.0),
        ([32, 32, 8], 180.0),
        ([63, 63, 15], 168.0),
        ([10, 50, 3], 48.0),
        ([60, 5, 12], 170.0),
        ([5, 32, 8], 44.0),
    ];
    for ([i, j, k], shade) in expected {
        assert!((at(i, j, k) - shade).abs() <= 1.0, "({i}, {j}, {k}): {}", at(i, j, k));
    }
    // Below the lungs everything is masked, and that is said.
    let below = ct.input(Point::new(-57.27, 131.30, -672.0), Date::Prior, Mode::Paper).expect("numbers");
    assert!(below.values.iter().all(|v| *v == 170.0));
    assert!(
        below.reasons[0].starts_with("earlier CT: the point lies outside of the lungs"),
        "{:?}",
        below.reasons
    );
}
