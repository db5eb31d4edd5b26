//! The networks besides M3Net: from a manifest of small made-up cases to weights that the program answers
//! with, and to figures.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use triscope::clinical::{ClinicalFields, Sex, Smoking};
use triscope::dataset::{
    Case, CasePoint, Label, LabelRule, Manifest, Prior, Question, Ratings, SliceBox, Split, load_image,
};
use triscope::evaluation::Bootstrap;
use triscope::explain::Parameters;
use triscope::geometry::Point;
use triscope::inference::{DeviceChoice, Engine, EngineOptions, WeightsChoice};
use triscope::jobs::JobContext;
use triscope::networks::weights::WeightsFile;
use triscope::session::{ReportKind, Severity};
use triscope::training::{TrainingError, curriculum};
use triscope::workflow::classify::{self, Request};
use triscope::workflow::evaluate::{FamilyEvaluateRequest, evaluate_family};
use triscope::workflow::review;
use triscope::workflow::train::{FamilyRequest, RunCases, STAGES, TrainError, TrainReport, train_family};

const SIZE: [usize; 3] = [72, 72, 30];

/// A ball of tissue in even lung, as MetaImage of 1 mm.
fn volume(folder: &Path, name: &str, radius_mm: f64) {
    let header = format!(
        "ObjectType = Image\nNDims = 3\nDimSize = {} {} {}\nOffset = 0 0 0\nElementSpacing = 1 1 1\n\
         TransformMatrix = 1 0 0 0 1 0 0 0 1\nElementType = MET_SHORT\nElementByteOrderMSB = False\n\
         ElementDataFile = {name}.raw\n",
        SIZE[0], SIZE[1], SIZE[2]
    );
    fs::write(folder.join(format!("{name}.mhd")), header).expect("written");
    let value = |n: usize| {
        let at = [n % SIZE[0], n / SIZE[0] % SIZE[1], n / SIZE[0] / SIZE[1]].map(|v| v as f64);
        let away = [at[0] - 36.0, at[1] - 36.0, at[2] - 15.0].iter().map(|v| v * v).sum::<f64>();
        let grain = (n.wrapping_mul(2_654_435_761) >> 7 & 63) as i16;
        if away <= radius_mm * radius_mm { 40 + grain / 4 } else { -880 + grain }
    };
    let bytes = (0..SIZE.iter().product::<usize>()).flat_map(|n| value(n).to_le_bytes());
    fs::write(folder.join(format!("{name}.raw")), bytes.collect::<Vec<u8>>()).expect("written");
}

/// Sixteen cases: large balls are positive; eight teach, four measure progress, four are held out.
fn manifest(folder: &Path, question: Question) -> PathBuf {
    let mut cases = Vec::new();
    for n in 0..16_usize {
        let positive = n % 2 == 1;
        let (id, radius) = (format!("c{n:02}"), if positive { 9.0 } else { 3.0 } + 0.1 * n as f64);
        volume(folder, &id, radius);
        volume(folder, &format!("{id}-prior"), 3.0);
        cases.push(Case {
            image: format!("{id}.mhd"),
            mask: None,
            patient: format!("p{n:02}"),
            series_uid: None,
            point: CasePoint::Voxel(Point::new(36.0, 36.0, 15.0)),
            question,
            label: Some(if positive { Label::Positive } else { Label::Negative }),
            label_rule: LabelRule::Given,
            ratings: Ratings::default(),
            characteristics: [None; 8],
            spacing_mm: [1.0; 3],
            diameter_mm: Some(2.0 * radius),
            fold: None,
            split: Some(match n {
                0..8 => Split::Train,
                8..12 => Split::Validation,
                _ => Split::Test,
            }),
            prior: Some(Prior {
                image: format!("{id}-prior.mhd"),
                series_uid: None,
                point: Point::new(36.0, 36.0, 15.0),
                diameter_mm: Some(2.0 * radius),
            }),
            lesion_slices: Some([12, 18]),
            slice_box: positive.then_some(SliceBox { low: [27.0, 27.0], high: [45.0, 45.0] }),
            clinical: ClinicalFields {
                age_years: Some(50.0 + n as f64),
                sex: Some(if n % 3 == 0 { Sex::Male } else { Sex::Female }),
                smoking: (n != 5).then_some(Smoking::Former),
                ..ClinicalFields::default()
            },
            source: "phantom balls".to_owned(),
            licence: "none needed".to_owned(),
            citation: "this test".to_owned(),
            id,
        });
    }
    let file = folder.join("cases.csv");
    fs::write(&file, Manifest::new(cases).to_bytes().expect("rows")).expect("written");
    file
}

fn request(model: &str, manifest: &Path, config: &str, out: &Path) -> FamilyRequest {
    FamilyRequest {
        model: model.to_owned(),
        manifest: manifest.to_owned(),
        curriculum: curriculum(model, config).expect("a configuration"),
        out: out.to_owned(),
        fold: None,
        begin_with: None,
        at_most: None,
    }
}

/// Runs it; stops after an epoch of this stage where one is named.
fn run(
    request: &FamilyRequest,
    stop_in: Option<&str>,
) -> (Result<TrainReport, TrainError>, Vec<(String, f32)>) {
    let ctx = JobContext::unobserved();
    let mut epochs = Vec::new();
    let report = train_family(request, DeviceChoice::Cpu, &ctx, |step| {
        let last = step.state.epochs.last().expect("an epoch");
        epochs.push((step.stage.to_owned(), last.train_loss));
        epochs.extend(last.parts.iter().map(|(part, loss)| (format!("{}, {part}", step.stage), *loss)));
        if stop_in == Some(step.stage) {
            ctx.cancel();
        }
    });
    (report, epochs)
}

/// Values of a run's weights.
fn values(out: &Path) -> String {
    WeightsFile::read(&out.join("weights.safetensors")).expect("weights").state.sha256()
}

/// Teaches twice, once with a stop in between, and holds the results against each other; then asks and
/// evaluates.
/// - returns: losses of the epochs, stage by stage, and of their parts (`stage, part`)
fn from_end_to_end(model: &str, question: Question, config: &str, stop_in: &str) -> Vec<(String, f32)> {
    // What is dropped is drawn by the processor's backend, of which a program has one: a run has it alone.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = manifest(folder.path(), question);
    let [whole, halved] = ["whole", "halved"].map(|name| folder.path().join(name));
    let (report, epochs) = run(&request(model, &manifest, config, &whole), None);
    let report = report.expect("trains");
    assert!(report.finished && report.cases == 16 && report.left_out.is_empty(), "{report:?}");
    let (stopped, _) = run(&request(model, &manifest, config, &halved), Some(stop_in));
    let cancelled = matches!(stopped, Err(TrainError::Training(TrainingError::Cancelled(_))));
    assert!(cancelled, "stopped in {stop_in}: {stopped:?}");
    let (again, _) = run(&request(model, &manifest, config, &halved), None);
    assert!(again.expect("goes on").finished);
    assert_eq!(values(&whole), values(&halved), "a stop changes nothing");
    assert!(whole.join(STAGES).join(format!("{stop_in}.svg")).is_file());

    let card = WeightsFile::read(&whole.join("weights.safetensors")).expect("weights").card.expect("a card");
    assert!(
        card.trained && card.trained_on.starts_with("simulated nodules, not patients: 8 cases"),
        "{card:?}"
    );
    let weights = whole.join("weights.safetensors");
    answers(model, folder.path(), &weights);
    figures(model, &manifest, &whole, &folder.path().join("figures"));

    if model == "csf-net-compact" {
        whose_patients_taught(model, &manifest, &whole);
    }

    let there = || ["config.toml", RunCases::FILE].map(|name| fs::read(halved.join(name)).expect("there"));
    let before = there();
    let (refused, _) = run(&request(model, &manifest, &format!("seed = 2\n{config}"), &halved), None);
    let sentence = refused.expect_err("another run").to_string();
    assert!(sentence.contains("was begun with another"), "{sentence}");
    assert!(there() == before, "a run that is refused replaces nothing");
    let mut cases: RunCases = serde_json::from_slice(&before[1]).expect("cases");
    assert_eq!((cases.patients.len(), cases.patients[0].as_str()), (12, "p00"));
    cases.train[0] = "c15".to_owned();
    fs::write(halved.join(RunCases::FILE), serde_json::to_vec(&cases).expect("JSON")).expect("written");
    let other = evaluation(model, &manifest, &halved, &folder.path().join("none"));
    let other = evaluate_family(&other, DeviceChoice::Cpu, &JobContext::unobserved());
    let sentence = other.expect_err("cases of another run").to_string();
    assert!(sentence.contains("names other cases than those that taught"), "{sentence}");
    epochs
}

/// Whether a loss is lower in the last epoch than in the first.
fn falls(epochs: &[(String, f32)], name: &str) -> bool {
    let of = |epoch: &&(String, f32)| epoch.0 == name;
    epochs.iter().find(of).zip(epochs.iter().rfind(of)).is_some_and(|(first, last)| last.1 < first.1)
}

/// The program answers with the weights.
fn answers(model: &str, folder: &Path, weights: &Path) {
    let (manifest, _) = Manifest::load(&folder.join("cases.csv")).expect("reads");
    let case = &manifest.cases[13];
    let ctx = JobContext::unobserved();
    let image = load_image(folder, case, &ctx).expect("a volume").volume;
    let prior = triscope::dataset::load_prior(folder, case, &ctx).expect("a volume").expect("an earlier one");
    let request = Request {
        at: case.point.patient(image.grid()),
        volume: image,
        defects: Vec::new(),
        model: model.to_owned(),
        mode: triscope::inference::Mode::Paper,
        fields: case.clinical.clone(),
        lesion_slices: case.lesion_slices,
        prior: Some(classify::Prior {
            volume: Arc::clone(&prior.volume),
            defects: Vec::new(),
            at: Point::new(36.0, 36.0, 15.0),
            doubts: Vec::new(),
        }),
        weights: Some(WeightsChoice::File(weights.to_owned())),
        explain: Vec::new(),
        parameters: Parameters::default(),
        turned: false,
        all_members: false,
        force: true,
    };
    let engine = Engine::start(EngineOptions::alone(DeviceChoice::Cpu));
    let said = classify::run(&engine.expect("a thread"), request, &ctx).expect("answers");
    assert!(said.answer.trained && (0.0..=1.0).contains(&said.answer.probability));
    if let Some(field) = said.answer.options.get("field") {
        // What was taught to read a third of 72 columns and rows is asked so.
        assert_eq!((*field, said.answer.regions[0].bounds.size), ("third", [24, 24, 12]));
    }
}

fn evaluation(model: &str, manifest: &Path, run: &Path, out: &Path) -> FamilyEvaluateRequest {
    FamilyEvaluateRequest {
        model: model.to_owned(),
        manifest: manifest.to_owned(),
        run: run.to_owned(),
        out: out.to_owned(),
        bootstrap: Bootstrap { samples: 50, seed: 1 },
    }
}

/// Those who were held out and a further case of a patient who taught are evaluated without the latter.
fn whose_patients_taught(model: &str, manifest: &Path, run: &Path) {
    let (all, _) = Manifest::load(manifest).expect("reads");
    let mut later: Vec<Case> = all.cases[12..].iter().map(|c| Case { split: None, ..c.clone() }).collect();
    later.push(Case { id: "c16".to_owned(), patient: "p00".to_owned(), ..later[3].clone() });
    let file = manifest.with_file_name("later.csv");
    fs::write(&file, Manifest::new(later).to_bytes().expect("rows")).expect("written");
    let request = evaluation(model, &file, run, &manifest.with_file_name("later"));
    let report = evaluate_family(&request, DeviceChoice::Cpu, &JobContext::unobserved()).expect("figures");
    assert_eq!((report.evaluated, report.cases, report.of_taught_patients), (4, 4, 1));
    let card = fs::read_to_string(request.out.join("card.md")).expect("a card");
    assert!(card.contains("1 further cases were left out, since other cases of their patients"), "{card}");
}

fn figures(model: &str, manifest: &Path, run: &Path, out: &Path) {
    let request = evaluation(model, manifest, run, out);
    let report = evaluate_family(&request, DeviceChoice::Cpu, &JobContext::unobserved()).expect("figures");
    assert_eq!((report.evaluated, report.malignant, report.simulated), (4, 2, 4));
    assert_eq!(report.of_taught_patients, 0);
    assert_eq!(report.comparison.rows[0].name, model);
    let size =
        report.comparison.rows.iter().find(|row| row.name == "size alone").expect("diameters are there");
    assert_eq!(size.auc.value, 1.0);
    for file in ["card.md", "tables.md", "predictions.csv", "evaluation.json", "plots/roc.svg"] {
        assert!(out.join(file).is_file(), "{file}");
    }
    // The weights that the figures are of, as they would be installed.
    let weights = WeightsFile::read(&out.join(format!("{model}.safetensors"))).expect("weights");
    assert_eq!(weights.sha256, report.answer.weights_sha256);
    let told = weights.card_for(model).expect("its own").trained_on;
    assert!(told.contains("AUC") && told.contains("size alone 1.000"), "{told}");
    // Half precision holds 11 bits of each value; margins here are a few units.
    assert!(report.answer.moved_by_rounding < 0.02, "{}", report.answer.moved_by_rounding);
    let card = fs::read_to_string(out.join("card.md")).expect("a card");
    assert!(card.contains("simulated") && card.contains(report.classes[1]), "{card}");
    let caution = weights.card_for(model).expect("its own").caution;
    assert_eq!(caution, report.answer.caution);
    assert!(
        caution.is_none_or(|caution| card.contains(&format!("Said with every answer: {caution}"))),
        "{card}"
    );
    assert!(report.files.iter().all(|file| out.join(file).is_file()));
    // The window reads both.
    for (folder, expected) in [(run, ReportKind::Run), (out, ReportKind::Evaluation)] {
        let (kind, _) = review::recognise(folder).expect("one of ours");
        assert_eq!(kind, expected);
        let shown = review::read(kind, folder).expect("reads");
        let broken: Vec<_> = shown.notes.iter().filter(|(how, _)| *how == Severity::Error).collect();
        assert!(broken.is_empty() && shown.parts.len() >= 2, "{broken:?}");
    }
}

#[test]
fn csf_net_is_taught_stopped_asked_and_evaluated() {
    let config =
        "[augmentation]\nshifts = 1\nnoise = 2.0\n[joint]\nepochs = 4\nbatch = 4\nlearning_rate = 3e-3";
    let epochs = from_end_to_end("csf-net-compact", Question::Malignancy, config, "joint");
    // Large against small balls, and how large they are now and were before.
    let of = |name: &str| {
        epochs.iter().filter(|(part, _)| part == name).map(|(_, loss)| *loss).collect::<Vec<_>>()
    };
    for part in ["joint, answer", "joint, description"] {
        let losses = of(part);
        assert!(losses.len() == 4 && losses[3] < 0.9 * losses[0], "{part}: {losses:?}");
    }
}

#[test]
fn maemc_net_learns_without_labels_then_with_them_and_goes_on_where_it_was_stopped() {
    let course = "epochs = 5\nbatch = 4\nlearning_rate = 1e-3";
    let config = format!("queue = 6\n[pretraining]\n{course}\n[finetuning]\n{course}\npatience = 0");
    let question = Question::AdenocarcinomaVsGranuloma;
    let epochs = from_end_to_end("maemc-net-compact", question, &config, "pretraining");
    // Comparing grows harder while the queue fills with directions of real lesions.
    assert!(falls(&epochs, "pretraining, filling in") && falls(&epochs, "finetuning"), "{epochs:?}");
}

#[test]
fn mmcaf_net_learns_in_three_stages_of_which_each_leaves_the_parts_before_it_alone() {
    let course = "epochs = 2\nbatch = 4\nlearning_rate = 1e-3";
    let config = format!(
        "field = \"third\"\n[augmentation]\njitter_slices = 2\n[trunk]\n{course}\n[image]\n{course}\n[joint]\n{course}\npatience = 0"
    );
    let question = Question::AdenocarcinomaVsSquamous;
    let epochs = from_end_to_end("mmcaf-net-compact", question, &config, "image");
    let stages: Vec<&str> = epochs.iter().map(|(stage, _)| stage.as_str()).collect();
    let trunk = ["trunk", "trunk, answer", "trunk, description"];
    let joint = ["joint", "joint, answer", "joint, table alone"];
    assert_eq!(stages[..6], [trunk, trunk].concat());
    let image = ["image", "image, answer", "image, description"];
    assert_eq!(stages[6..12], [image, image].concat());
    assert_eq!(stages[12..], [joint, joint].concat());
}

#[test]
fn lungnodule_ssm_learns_without_labels_and_with_them_grows_a_forest_and_learns_to_detect() {
    let course = "epochs = 2\nbatch = 4\nlearning_rate = 1e-3";
    let crops = "large = 42\nsmall = 28\nsmall_count = 1";
    let config = format!(
        "prototypes = 16\ntrees = 10\ntuned = true\ntuning_patches = [2, 4]\n[crops]\n{crops}\n[pretraining]\n{course}\n[tuning]\n{course}\n[detection]\nepochs = 8\nbatch = 4\npatience = 0"
    );
    let question = Question::SliceContainsNodule;
    let epochs = from_end_to_end("lungnodule-ssm-compact", question, &config, "pretraining");
    assert!(falls(&epochs, "detection") && falls(&epochs, "pretraining"), "{epochs:?}");
    for part in ["pretraining, hidden patches", "tuning, where"] {
        assert!(epochs.iter().any(|(name, _)| name == part), "{part}: {epochs:?}");
    }
}
