//! The phantom chest: what it is made of, that its truth is true, and that a seed is a promise.

use triscope::geometry::{Point, VoxelGrid};
use triscope::jobs::JobContext;
use triscope::synth::{Phantom, PhantomSpec, SynthError};
use triscope::volume::Volume;

const SPEC: PhantomSpec =
    PhantomSpec { seed: 3, nodules: 4, size: [128, 128, 56], spacing_mm: [2.8, 2.8, 5.6] };

fn phantom() -> (Phantom, Volume) {
    let ctx = JobContext::unobserved();
    let phantom = Phantom::new(&SPEC, &ctx).expect("a phantom");
    let volume = phantom.volume(&ctx).expect("painted");
    (phantom, volume)
}

/// Middle value of the voxels within `reach` of a place: a vessel beside it does not count.
fn median_around(volume: &Volume, lps_mm: [f64; 3], reach: i64) -> f32 {
    let grid: &VoxelGrid = volume.grid();
    let at = grid.voxel_at(grid.voxel_from_patient() * Point::from_array(lps_mm)).expect("inside");
    let near = |axis: usize| (-reach..=reach).map(move |d| (at[axis] as i64 + d) as usize);
    let mut values = Vec::new();
    for k in near(2) {
        for j in near(1) {
            values.extend(near(0).map(|i| volume.value([i, j, k]).expect("inside")));
        }
    }
    values.sort_by(f32::total_cmp);
    values[values.len() / 2]
}

#[test]
fn a_chest_has_air_lungs_blood_and_bone_in_their_places() {
    let (_, volume) = phantom();
    // Places that every build keeps (warp and scale move them by a few millimetres); values are
    // those of the tissue, with room for its texture.
    for (name, at, range) in [
        ("air beside the patient", [-160.0, -130.0, -40.0], -1010.0..-985.0),
        ("right lung", [-90.0, -30.0, -40.0], -920.0..-700.0),
        ("left lung", [95.0, 10.0, -60.0], -920.0..-700.0),
        ("heart", [20.0, -40.0, -86.0], 90.0..190.0),
        ("liver", [-80.0, 0.0, -160.0], 80.0..160.0),
        ("chest wall at the side", [-150.0, 10.0, -60.0], -130.0..420.0),
    ] {
        let value = median_around(&volume, at, 1);
        assert!(range.contains(&value), "{name}: {value} HU");
    }
    // Lungs of a grown-up in inspiration hold three to seven litres.
    let voxel_litres = 2.8 * 2.8 * 5.6 / 1.0e6;
    let slices = volume.int16().expect("whole numbers").all();
    let lung = slices.iter().flat_map(|s| s.iter()).filter(|v| (-935..-600).contains(*v)).count();
    let litres = lung as f64 * voxel_litres;
    assert!((3.0..7.5).contains(&litres), "{litres} l");
    let bone = slices.iter().flat_map(|s| s.iter()).filter(|v| **v > 300).count();
    assert!(bone as f64 * voxel_litres > 0.3, "ribs and spine are there");
}

#[test]
fn every_nodule_lies_where_its_truth_says() {
    let (phantom, volume) = phantom();
    let truth = phantom.truth();
    assert_eq!(truth.nodules.len(), SPEC.nodules);
    for nodule in &truth.nodules {
        let index = phantom.grid().patient_from_voxel() * Point::from_array(nodule.centre_index);
        for (a, b) in index.to_array().into_iter().zip(nodule.centre_lps_mm) {
            // Both are rounded to thousandths, the index in units of up to 6 mm.
            assert!((a - b).abs() < 0.006, "{nodule:?}");
        }
        assert!((3.0..31.0).contains(&nodule.diameter_mm), "{nodule:?}");
        let sphere = std::f64::consts::PI / 6.0 * nodule.diameter_mm.powi(3);
        assert!((sphere / nodule.volume_mm3 - 1.0).abs() < 0.01, "{nodule:?}");
        // Soft tissue fills the voxels of a nodule that is some of them wide.
        if nodule.diameter_mm > 12.0 {
            let value = median_around(&volume, nodule.centre_lps_mm, 0);
            assert!((-40.0..130.0).contains(&value), "{value} HU in {nodule:?}");
        }
    }
    let sizes: Vec<f64> = truth.nodules.iter().map(|n| n.diameter_mm).collect();
    assert!(sizes[0] > 2.0 * sizes[sizes.len() - 1], "sizes differ: {sizes:?}");
}

#[test]
fn a_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let ctx = JobContext::unobserved();
    let first = Phantom::new(&SPEC, &ctx).expect("a phantom");
    let alone =
        rayon_pool(1, || (Phantom::new(&SPEC, &ctx).expect("a phantom").truth().clone(), first.slice(21)));
    assert_eq!(alone.0, *first.truth());
    assert_eq!(rayon_pool(3, || first.slice(21)), alone.1);
    let other = Phantom::new(&PhantomSpec { seed: 4, ..SPEC }, &ctx).expect("a phantom");
    assert_ne!(other.slice(21), alone.1);
    assert_ne!(other.truth().nodules[0].centre_lps_mm, first.truth().nodules[0].centre_lps_mm);
}

fn rayon_pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(work)
}

#[test]
fn what_cannot_be_made_is_said_in_a_sentence() {
    let ctx = JobContext::unobserved();
    let refused = |spec: PhantomSpec| match Phantom::new(&spec, &ctx) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("must be refused: {spec:?}"),
    };
    let sentence = refused(PhantomSpec { size: [4, 128, 56], ..SPEC });
    assert!(sentence.contains("4 x 128 x 56"), "{sentence}");
    let sentence = refused(PhantomSpec { spacing_mm: [0.0, 2.8, 5.6], ..SPEC });
    assert!(sentence.contains("0 x 2.8 x 5.6 mm"), "{sentence}");
    // Sixteen voxels of two millimetres a side in the middle of the chest hold no lung for forty nodules.
    let sentence = refused(PhantomSpec { size: [16, 16, 16], spacing_mm: [2.0; 3], nodules: 40, ..SPEC });
    assert!(sentence.contains("of 40 nodules fit"), "{sentence}");
    ctx.cancel();
    assert!(matches!(Phantom::new(&SPEC, &ctx), Err(SynthError::Cancelled(_))));
}
