use rayon::prelude::*;

use super::super::build::Pose;
use super::super::chest::Chest;
use super::*;
use crate::dataset::{CasePoint, Label, Manifest};
use crate::geometry::VoxelGrid;

fn first_two(cohort: Cohort) -> Vec<Sample> {
    [0u64, 1].into_par_iter().map(|n| cohort.draw(5, n).picture().expect("a place")).collect()
}

fn bytes(volume: &Volume) -> Vec<i16> {
    volume.int16().expect("whole numbers").all().concat()
}

/// Mean HU of the voxels within so many millimetres of a position.
fn mean_within(volume: &Volume, at: [f64; 3], mm: f64) -> f64 {
    let grid: &VoxelGrid = volume.grid();
    let (mut sum, mut count) = (0.0, 0usize);
    let [nx, ny, nz] = grid.size();
    for (k, j, i) in (0..nz).flat_map(|k| (0..ny).flat_map(move |j| (0..nx).map(move |i| (k, j, i)))) {
        let p = grid.patient_from_voxel() * crate::geometry::Point::new(i as f64, j as f64, k as f64);
        let far: f64 = p.to_array().iter().zip(at).map(|(a, b)| (a - b).powi(2)).sum();
        if far <= mm * mm {
            sum += f64::from(volume.value([i, j, k]).expect("inside"));
            count += 1;
        }
    }
    sum / count.max(1) as f64
}

#[test]
fn every_cohort_paints_what_its_row_says_where_it_says() {
    for cohort in Cohort::ALL {
        let samples = first_two(cohort);
        for (n, sample) in samples.iter().enumerate() {
            let case = &sample.case;
            assert_eq!(case.label, Some([Label::Negative, Label::Positive][n]), "{cohort:?}");
            assert_eq!(
                (case.question, case.image.as_str()),
                (cohort.question(), &*Sample::image_name(&case.id))
            );
            assert_eq!(case.spacing_mm, sample.image.grid().spacing_mm());
            let CasePoint::Patient(at) = case.point else { panic!("millimetres") };
            let grid = sample.image.grid();
            assert!(grid.voxel_at(grid.voxel_from_patient() * at).is_some(), "{cohort:?}: inside");
            assert!(sample.image.is_complete());
            if let Some([first, last]) = case.lesion_slices {
                let k = (grid.voxel_from_patient() * at).z;
                assert!((first as f64 - 1.0..=last as f64 + 1.0).contains(&k) && last < grid.size()[2]);
            }
            if let Some(b) = case.slice_box {
                // As wide as its readers say, cut off its middle and between two directions.
                let longest = (0..2).map(|a| b.high[a] - b.low[a]).fold(0.0, f64::max);
                let said = case.diameter_mm.expect("a nodule");
                assert!((0.4..1.5).contains(&(longest / said)), "{longest} {said}");
            }
            // A nodule is denser than the lung around it (-850 HU); what is hollow or of ground glass as well.
            if case.diameter_mm.is_some() {
                let here = mean_within(&sample.image, at.to_array(), 2.0);
                assert!(here > -800.0, "{cohort:?} {n}: {here} HU");
            }
            assert_eq!(case.prior.is_some(), cohort == Cohort::MalignancyPairs);
            if let (Some(prior), Some(volume)) = (&case.prior, &sample.prior) {
                let here = mean_within(volume, prior.point.to_array(), 1.5);
                assert!(here > -800.0, "{here} HU");
                assert_ne!(prior.point, at, "the patient lies otherwise on the other date");
            }
        }
        // Rows that the manifest takes.
        let manifest = Manifest::new(samples.into_iter().map(|s| s.case).collect());
        manifest.to_bytes().expect("a manifest");
    }
}

#[test]
fn the_same_seed_gives_the_same_case_and_another_one_another() {
    for cohort in [Cohort::MalignancyPairs, Cohort::Granuloma] {
        let [one, again] = [3, 3].map(|n| cohort.draw(8, n).picture().expect("a place"));
        assert_eq!(one.case, again.case);
        assert_eq!(bytes(&one.image), bytes(&again.image));
        assert_eq!(one.prior.as_ref().map(bytes), again.prior.as_ref().map(bytes));
        let other = cohort.draw(9, 3).picture().expect("a place");
        assert_ne!(one.case.point, other.case.point);
    }
}

#[test]
fn the_volumes_of_the_two_dates_have_the_ratio_that_was_drawn() {
    let mut compared = 0;
    for number in 0..10 {
        let subject = Cohort::MalignancyPairs.draw(21, number);
        let Plan::Pair(pair) = &subject.plan else { panic!("a pair") };
        let chest = Chest::new(number, &Pose::default());
        let Some(nodules) = pair.nodules(&chest, number) else { continue };
        let [later, earlier] = nodules.map(|n| n.measure(&chest.build, &chest.around));
        if later.volume_mm3 == later.whole_mm3 && earlier.volume_mm3 == earlier.whole_mm3 {
            let ratio = subject.volume_ratio.expect("two dates");
            // Both volumes are counted on 56 steps.
            assert!((later.volume_mm3 / earlier.volume_mm3 / ratio - 1.0).abs() < 0.03, "{ratio}");
            compared += 1;
        }
    }
    assert!(compared > 2, "{compared}");
}

#[test]
fn labels_are_half_and_half_and_sizes_within_what_each_network_is_for() {
    for cohort in Cohort::ALL {
        let all: Vec<Subject> = (0..600).map(|n| cohort.draw(2, n)).collect();
        assert_eq!(all.iter().filter(|s| s.positive).count(), 300);
        let [low, high] = match cohort {
            Cohort::MalignancyPairs => [4.0, 30.0],
            Cohort::Histology => [15.0, 60.0],
            Cohort::Granuloma => [7.0, 30.0],
            Cohort::Slices => [4.0, 31.0],
        };
        for subject in &all {
            if let Some(d) = subject.diameter_mm {
                assert!((low..=high).contains(&d), "{cohort:?}: {d} mm");
            }
            assert_eq!(subject.clinical.check(), Ok(()));
            if let Some(ratio) = subject.volume_ratio {
                let earlier = subject.diameter_mm.expect("a nodule") / ratio.cbrt();
                // To a rounding of single precision.
                assert!(earlier > 2.99, "seen on both dates: {earlier} mm");
            }
        }
    }
}
