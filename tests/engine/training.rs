//! From a manifest of real nodules to weights that the program answers with.

use std::path::Path;

use triscope::dataset::{self, Fold, Label, LabelRule, Manifest};
use triscope::inference::DeviceChoice;
use triscope::jobs::JobContext;
use triscope::networks::weights::WeightsFile;
use triscope::training::{Schedule, TrainConfig};
use triscope::workflow::models::{self, Besides};
use triscope::workflow::train::{TrainError, TrainRequest, train};

/// Two benign and two malignant cases of each of two folds.
fn manifest(folder: &Path) -> Option<std::path::PathBuf> {
    let root = Path::new("../shared/data/nodules");
    if !root.exists() {
        eprintln!("skipped: {} is not here", root.display());
        return None;
    }
    let built = dataset::build_nodules(root, LabelRule::Strict).expect("the table");
    let mut few = Vec::new();
    for fold in [0, 1] {
        for label in [Label::Negative, Label::Positive] {
            let of = |c: &&dataset::Case| c.fold == Some(Fold::Number(fold)) && c.label == Some(label);
            few.extend(built.cases.iter().filter(of).take(2).cloned());
        }
    }
    let from_here = |path: &str| dataset::relative(folder, &root.join(path)).expect("it exists");
    for case in &mut few {
        case.image = from_here(&case.image);
        case.mask = case.mask.as_deref().map(from_here);
    }
    let file = folder.join("cases.csv");
    std::fs::write(&file, Manifest::new(few).to_bytes().expect("rows")).expect("written");
    Some(file)
}

#[test]
fn labels_that_answer_another_question_teach_no_m3net() {
    let folder = tempfile::tempdir().expect("a folder");
    let head = "manifest_version,case_id,patient_id,image,i,j,k,question,label,spacing_i_mm,spacing_j_mm,\
                spacing_k_mm,fold\n";
    let manifest = folder.path().join("cases.csv");
    let request = TrainRequest {
        model: "m3net-compact".to_owned(),
        manifest: manifest.clone(),
        config: TrainConfig::default(),
        out: folder.path().join("out"),
        folds: Vec::new(),
        at_most: None,
    };
    let refused = |question: &str, fold: &str| {
        let row = format!("1,a,p,a.mhd,1,1,1,{question},1,1,1,1,{fold}\n");
        std::fs::write(&manifest, format!("{head}{row}")).expect("written");
        let ran = train(&request, DeviceChoice::Cpu, &JobContext::unobserved(), |_| {});
        ran.expect_err("nothing to learn").to_string()
    };
    let sentence = refused("point_is_nodule", "0");
    let why = "answer point_is_nodule; this network is asked about malignancy";
    assert!(sentence.contains(why), "{sentence}");
    assert!(!request.out.exists(), "nothing is left behind");
    // What has no fold teaches the guard alone; then it is the volume that is not there.
    let sentence = refused("point_is_nodule", "");
    assert!(sentence.contains("a.mhd"), "{sentence}");
}

#[test]
fn a_run_that_is_stopped_goes_on_and_its_weights_are_taken_by_the_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(manifest) = manifest(folder.path()) else { return };
    let once = Schedule { epochs: 1, batch: 2, ..Schedule::default() };
    let config = TrainConfig {
        validation: 0.0,
        encoders: [once; 3],
        fusion: Schedule { epochs: 2, ..once },
        fusion_views: 1,
        ..TrainConfig::default()
    };
    let request = TrainRequest {
        model: "m3net-compact".to_owned(),
        manifest,
        config,
        out: folder.path().join("out"),
        folds: vec![1],
        at_most: None,
    };
    let ctx = JobContext::unobserved();
    let run = |ctx: &JobContext, request: &TrainRequest| {
        let mut stages = Vec::new();
        let report = train(request, DeviceChoice::Cpu, ctx, |step| {
            stages.push(step.stage.to_owned());
            if step.stage == "micro" {
                ctx.cancel();
            }
        });
        (report, stages)
    };
    // Stopped after the first stage, then gone on with in a new job.
    let (stopped, stages) = run(&ctx, &request);
    assert!(matches!(stopped, Err(TrainError::Training(triscope::training::TrainingError::Cancelled(_)))));
    assert_eq!(stages, ["micro"]);
    let (report, stages) = run(&JobContext::unobserved(), &request);
    let report = report.expect("goes on");
    assert_eq!(stages, ["meso", "macro", "fusion", "fusion"]);
    assert!(report.finished && report.cases == 8 && report.left_out.is_empty(), "{report:?}");

    let weights = &report.weights[0];
    let file = WeightsFile::read(weights).expect("a weights file");
    let card = file.card_for("m3net-compact").expect("for this network");
    assert!(card.trained && card.trained_on.starts_with("4 nodules of "), "{}", card.trained_on);
    let imported = folder.path().join("imported.safetensors");
    let keys =
        models::import(weights, "m3net-compact", Besides::default(), &imported, &JobContext::unobserved())
            .expect("fits")
            .keys;
    assert!(keys.ignored.is_empty() && keys.loaded.contains(&"readers.weight".to_owned()));

    let other = TrainRequest { config: TrainConfig { seed: 2, ..request.config.clone() }, ..request.clone() };
    let (refused, _) = run(&JobContext::unobserved(), &other);
    let sentence = refused.expect_err("another run").to_string();
    assert!(sentence.contains("was begun with another"), "{sentence}");
    let written = std::fs::read_to_string(request.out.join("config.toml")).expect("written");
    assert_eq!(written, request.config.to_toml(), "a run that is refused replaces nothing");
    let nowhere = TrainRequest { folds: vec![7], ..request };
    let sentence = run(&JobContext::unobserved(), &nowhere).0.expect_err("no such fold").to_string();
    assert_eq!(sentence, "there is no fold 7; the manifest has 0, 1");
}
