//! Cohorts of phantoms: what a rule of thumb makes of them. A network that is no better has learned nothing.

use std::path::Path;

use triscope::clinical::{ClinicalFields, ScreeningResult, Sex, Smoking};
use triscope::dataset::{Manifest, load_image, load_prior};
use triscope::evaluation::{Scored, auc, cross_validated};
use triscope::geometry::Point;
use triscope::jobs::JobContext;
use triscope::synth::{Cohort, Subject};
use triscope::volume::Volume;
use triscope::workflow::cohort::{CohortSpec, build_cohort};
use triscope::workflow::dataset::DatasetWorkError;

/// A row of numbers from the fields; what is unknown is 0, as the middle of a field's range nearly is.
fn features(fields: &ClinicalFields) -> Vec<f64> {
    let yes = |is: Option<bool>| is.map_or(0.0, |yes| if yes { 1.0 } else { -1.0 });
    let positive = |result: Option<ScreeningResult>| yes(result.map(|r| r == ScreeningResult::Positive));
    vec![
        yes(fields.sex.map(|s| s == Sex::Female)),
        yes(fields.smoking.map(|s| s == Smoking::Never)),
        yes(fields.smoking.map(|s| s == Smoking::Current)),
        fields.age_years.map_or(0.0, |years| (years - 63.0) / 10.0),
        fields.weight_kg.map_or(0.0, |kg| (kg - 70.0) / 10.0),
        fields.t_stage.map_or(0.0, |t| f64::from(t.number()) - 2.0),
        fields.n_stage.map_or(0.0, |n| f64::from(n.number()) - 1.0),
        fields.m_stage.map_or(0.0, |m| f64::from(m.number()) - 0.5),
        positive(fields.screening_result),
        positive(fields.screening_result_alone),
    ]
}

/// AUC of a logistic regression in five folds.
fn learned(rows: &[Vec<f64>], labels: &[bool]) -> f64 {
    let folds: Vec<u32> = (0..rows.len()).map(|n| (n / 2 % 5) as u32).collect();
    auc(&cross_validated(rows, labels, &folds, 1.0).expect("fitted")).expect("both labels")
}

/// What `docs/datasets.md` says of size, fields, both, and growth.
const TOLD: [(Cohort, [Option<f64>; 4]); 3] = [
    (Cohort::MalignancyPairs, [Some(0.50), Some(0.62), Some(0.62), Some(0.86)]),
    (Cohort::Histology, [Some(0.51), Some(0.64), Some(0.64), None]),
    (Cohort::Granuloma, [Some(0.51), None, None, None]),
];

#[test]
fn neither_size_nor_fields_alone_answer_the_question_and_the_manual_says_how_far_they_do() {
    for (cohort, told) in TOLD {
        let all: Vec<Subject> = (0..4000).map(|n| cohort.draw(1, n)).collect();
        let labels: Vec<bool> = all.iter().map(|s| s.positive).collect();
        let of = |scores: Vec<f64>| {
            auc(&Scored::new(scores, labels.clone()).expect("scores")).expect("both labels")
        };
        let size = |s: &Subject| s.diameter_mm.expect("a nodule").ln();
        let of_size = of(all.iter().map(size).collect());
        let rows: Vec<Vec<f64>> = all.iter().map(|s| features(&s.clinical)).collect();
        let with_size = |(s, row): (&Subject, &Vec<f64>)| [row.as_slice(), &[size(s)]].concat();
        let both: Vec<Vec<f64>> = all.iter().zip(&rows).map(with_size).collect();
        let known = all.iter().any(|s| s.clinical != ClinicalFields::default());
        let growth: Option<Vec<f64>> = all.iter().map(|s| s.volume_ratio).collect();
        let found = [
            // What matters is how far size tells, not which way.
            Some(of_size.max(1.0 - of_size)),
            known.then(|| learned(&rows, &labels)),
            known.then(|| learned(&both, &labels)),
            growth.map(of),
        ];
        let all_found = found;
        for (found, told) in found.iter().zip(told) {
            assert_eq!(found.is_some(), told.is_some(), "{cohort:?}");
            // A hundredth for the two digits of the manual and for other roundings of other processors.
            let apart = found.zip(told).map_or(0.0, |(found, told)| (found - told).abs());
            assert!(apart < 0.01, "{cohort:?}: {all_found:?}, and the manual says {told:?}");
            assert!(found.is_none_or(|auc| auc < 0.9), "{cohort:?}: {found:?}");
        }
        // The labels are matched by size: twice the standard error of 4000 cases is 0.018.
        assert!(of_size.max(1.0 - of_size) < 0.52, "{cohort:?}: {all_found:?}");
    }
}

fn spec(folder: &Path, cohort: Cohort) -> CohortSpec {
    CohortSpec {
        cohort,
        cases: 2,
        seed: 4,
        folder: folder.join("volumes"),
        out: folder.join("cases.csv"),
        folds: 2,
        nodules: None,
    }
}

/// Whether two volumes hold the same values at the same places in the patient.
fn assert_same(read: &Volume, painted: &Volume) {
    assert_eq!(read.grid().size(), painted.grid().size());
    let [nx, ny, nz] = read.grid().size();
    for index in
        [[0, 0, 0], [nx - 1, 0, 0], [0, ny - 1, 0], [nx - 1, ny - 1, nz - 1], [nx / 2, ny / 3, nz / 2]]
    {
        assert_eq!(read.value(index), painted.value(index), "{index:?}");
        let at = Point::from_array(index.map(|n| n as f64));
        let [a, b] = [read, painted].map(|v| v.grid().patient_from_voxel() * at);
        // The file's affine has 32 bits: some hundred-thousandths of a millimetre at 300 mm.
        assert!(a.distance(b) < 1e-3, "{a:?} {b:?}");
    }
}

#[test]
fn what_is_written_is_what_was_painted_where_it_was_painted() {
    for cohort in [Cohort::MalignancyPairs, Cohort::Slices] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let spec = spec(folder.path(), cohort);
        let ctx = JobContext::unobserved();
        build_cohort(&spec, &ctx).expect("built");
        let (manifest, problems) = Manifest::load(&spec.out).expect("a manifest");
        assert_eq!(problems, []);
        for (n, case) in manifest.cases.iter().enumerate() {
            let painted = cohort.draw(spec.seed, n as u64).picture().expect("a place");
            assert_same(&load_image(folder.path(), case, &ctx).expect("read").volume, &painted.image);
            let prior = load_prior(folder.path(), case, &ctx).expect("read");
            assert_eq!(prior.is_some(), painted.prior.is_some());
            if let (Some(read), Some(painted)) = (prior, painted.prior) {
                assert_same(&read.volume, &painted);
            }
            assert_eq!((case.point, &case.clinical), (painted.case.point, &painted.case.clinical));
            assert_eq!(case.slice_box, painted.case.slice_box);
            assert!(case.fold.is_some() && case.split.is_some());
        }
    }
}

#[test]
fn a_cancelled_cohort_and_a_manifest_without_a_folder_leave_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let spec = spec(folder.path(), Cohort::Granuloma);
    let ctx = JobContext::unobserved();
    ctx.cancel();
    assert!(matches!(build_cohort(&spec, &ctx), Err(DatasetWorkError::Cancelled(_))));
    let elsewhere = CohortSpec { out: folder.path().join("no/such/cases.csv"), ..spec.clone() };
    let error = build_cohort(&elsewhere, &JobContext::unobserved()).expect_err("no folder").to_string();
    assert!(error.contains("There is no folder"), "{error}");
    std::fs::write(&spec.out, "a letter").expect("written");
    let error = build_cohort(&spec, &JobContext::unobserved()).expect_err("taken").to_string();
    assert!(error.contains("is no manifest"), "{error}");
    std::fs::remove_file(&spec.out).expect("removed");
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0);
    // The manifest may lie among the volumes.
    let inside = CohortSpec { out: spec.folder.join("cases.csv"), ..spec };
    build_cohort(&inside, &JobContext::unobserved()).expect("built");
    let (manifest, _) = Manifest::load(&inside.out).expect("a manifest");
    assert_eq!(manifest.cases[0].image, "granuloma-4-00001.nii.gz");
}

#[test]
fn real_nodules_make_two_slices_each_of_which_one_shows_them() {
    let root = Path::new("../shared/data/nodules");
    if !root.is_dir() {
        eprintln!("skipped: {} is not here", root.display());
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cases = triscope::dataset::build_nodules(root, triscope::dataset::LabelRule::Strict);
    let from_here = triscope::dataset::relative(folder.path(), root).expect("both exist");
    let manifest = Manifest::new(cases.expect("the table").cases).below(&from_here);
    let nodules = folder.path().join("nodules.csv");
    std::fs::write(&nodules, manifest.to_bytes().expect("rows")).expect("written");
    let ctx = JobContext::unobserved();
    let spec = CohortSpec { cases: 4, nodules: Some(nodules), ..spec(folder.path(), Cohort::Slices) };
    build_cohort(&spec, &ctx).expect("built");
    let (built, problems) = Manifest::load(&spec.out).expect("a manifest");
    assert_eq!(problems, []);
    assert_eq!(triscope::dataset::check(&built, folder.path(), &ctx).expect("checked"), []);
    for pair in built.cases.chunks(2) {
        // Of one patient, so that they never lie on two sides of a division; of one spacing.
        assert_eq!(pair[0].patient, pair[1].patient);
        assert_eq!(pair[0].spacing_mm, pair[1].spacing_mm);
        assert_eq!((pair[0].slice_box, pair[0].diameter_mm), (None, None));
        let found = pair[1].slice_box.expect("a box");
        // Readers' mean diameter is of the whole nodule; a slice away from its middle shows less of it.
        let width = found.high[0] - found.low[0];
        let diameter = pair[1].diameter_mm.expect("measured");
        assert!(width > 0.3 * diameter && width < 2.0 * diameter, "{width} {diameter}");
        assert!(pair[1].source.ends_with("in simulated chests") && pair[1].licence.starts_with("CC BY"));
    }
    let others = CohortSpec { cohort: Cohort::Granuloma, ..spec };
    let refused = build_cohort(&others, &ctx).expect_err("another question").to_string();
    assert!(refused.contains("lungnodule-ssm alone"), "{refused}");
}
