//! The phantom chest: what it is made of, that its truth is true, and that a seed is a promise.

use triscope::geometry::{Point, VoxelGrid};
use triscope::jobs::JobContext;
use triscope::synth::{Attachment, Chest, Dose, Kernel, Phantom, PhantomSpec, Pose, Scan, SynthError};
use triscope::volume::Volume;

const SPEC: PhantomSpec = PhantomSpec {
    seed: 3,
    nodules: 4,
    size: [128, 128, 56],
    spacing_mm: [2.8, 2.8, 5.6],
    ..PhantomSpec::DEFAULT
};

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
        let value = median_around(&volume, at, 3);
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
    let alone = rayon_pool(1, || {
        (Phantom::new(&SPEC, &ctx).expect("a phantom").truth().clone(), first.slices().paint(21))
    });
    assert_eq!(alone.0, *first.truth());
    assert_eq!(rayon_pool(3, || first.slices().paint(21)), alone.1);
    let other = Phantom::new(&PhantomSpec { seed: 4, ..SPEC }, &ctx).expect("a phantom");
    assert_ne!(other.slices().paint(21), alone.1);
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

fn quiet(kernel: Kernel) -> Scan {
    Scan { kernel, dose: Dose::Standard, thickness_mm: None, seed: 1, noisy: false }
}

#[test]
fn a_region_is_the_same_part_of_a_larger_picture() {
    let chest = Chest::new(5, &Pose::default());
    let whole = VoxelGrid::axis_aligned([120, 100, 20], [1.0, 1.0, 2.5], Point::new(-130.0, -40.0, -60.0));
    let part = VoxelGrid::axis_aligned([40, 30, 16], [1.0, 1.0, 2.5], Point::new(-90.0, -10.0, -55.0));
    for kernel in Kernel::ALL {
        let [whole, part] = [&whole, &part]
            .map(|g| chest.region(g.as_ref().expect("a grid"), &quiet(kernel)).expect("painted"));
        let mut most = 0.0f32;
        for k in 0..16 {
            for j in 0..30 {
                for i in 0..40 {
                    let large = whole.volume.value([i + 40, j + 30, k + 2]).expect("inside");
                    most = most.max((part.volume.value([i, j, k]).expect("inside") - large).abs());
                    assert_eq!(part.lung[k][j * 40 + i], whole.lung[k + 2][(j + 30) * 120 + i + 40]);
                }
            }
        }
        // Single precision of positions, then rounding to whole numbers.
        assert!(most <= 2.0, "{kernel:?}: {most} HU");
    }
}

#[test]
fn places_lie_in_the_lung_and_touch_what_they_say() {
    let chest = Chest::new(6, &Pose::default());
    for attachment in Attachment::ALL {
        let places = chest.places(attachment, 5.0, 6, 0);
        assert!(places.len() >= 4, "{attachment:?}: {}", places.len());
        assert_eq!(places, chest.places(attachment, 5.0, 6, 0));
        assert_ne!(places, chest.places(attachment, 5.0, 6, 1));
        for place in &places {
            let grid = Chest::grid_around(place.centre, [40, 40, 30], [0.7, 0.7, 1.0]).expect("a grid");
            let region = chest.region(&grid, &quiet(Kernel::Standard)).expect("painted");
            assert!(region.lung[15][20 * 40 + 20], "{place:?}");
            // Of a ball of the nodule's radius, how much is lung and how much is not.
            let (mut outside, mut vessel, mut all) = (0, 0, 0);
            for (k, mask) in region.lung.iter().enumerate() {
                for (n, inside) in mask.iter().enumerate() {
                    let (i, j) = (n % 40, n / 40);
                    let d = [(i as f32 - 20.0) * 0.7, (j as f32 - 20.0) * 0.7, k as f32 - 15.0];
                    if d.iter().map(|v| v * v).sum::<f32>() < 25.0 {
                        all += 1;
                        outside += usize::from(!inside);
                        vessel += usize::from(region.volume.value([i, j, k]).expect("inside") > -500.0);
                    }
                }
            }
            let share = outside as f32 / all as f32;
            match attachment {
                // Half a radius from the wall, an eighth to a third of the ball is cut off.
                Attachment::JuxtaPleural => assert!((0.02..0.5).contains(&share), "{place:?}: {share}"),
                _ => assert!(share < 0.01, "{place:?}: {share}"),
            }
            if attachment == Attachment::JuxtaVascular {
                assert!(vessel > 10, "{place:?}: {vessel} voxels of vessel");
            }
        }
    }
}

#[test]
fn noise_of_a_region_is_what_it_says() {
    let chest = Chest::new(7, &Pose::default());
    let grid =
        Chest::grid_around(Point::new(20.0, -30.0, -88.0), [24, 24, 20], [0.7, 0.7, 1.25]).expect("a grid");
    for kernel in Kernel::ALL {
        let scan = Scan { noisy: true, dose: Dose::Low, ..quiet(kernel) };
        let [noisy, still] =
            [scan, Scan { noisy: false, ..scan }].map(|s| chest.region(&grid, &s).expect("painted"));
        let mut squares = 0.0;
        for k in 0..20 {
            for n in 0..576 {
                let at = [n % 24, n / 24, k];
                let difference =
                    noisy.volume.value(at).expect("inside") - still.volume.value(at).expect("inside");
                squares += f64::from(difference).powi(2);
            }
        }
        let deviation = (squares / (576.0 * 20.0)).sqrt() as f32;
        // Correlated over about three voxels: some thousand independent values.
        assert!(
            (deviation / noisy.noise_hu - 1.0).abs() < 0.1,
            "{kernel:?}: {deviation} of {}",
            noisy.noise_hu
        );
    }
}
