//! `workflow::evaluate` and `workflow::embed` from end to end: small cases in volumes of their own, a
//! run whose folds have random weights.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use triscope::clinical::ClinicalFields;
use triscope::dataset::{
    Case, CasePoint, Characteristic, Fold, LabelRule, Manifest, Question, Ratings, load_image, load_mask,
};
use triscope::evaluation::{Bootstrap, Scored};
use triscope::geometry::Point;
use triscope::inference::{DeviceChoice, Engine, EngineOptions, LearningDevice, WeightsChoice};
use triscope::ingest;
use triscope::jobs::JobContext;
use triscope::networks::m3net::{published_layout, readers_layout};
use triscope::networks::m3net_config;
use triscope::networks::weights::{Array, Card, StateDict, WeightsFile, built_in, random};
use triscope::session::{ReportKind, ReportPart, Severity};
use triscope::training::{
    Look, Pictures, Reply, SURROUNDINGS, Subject, Taught, TrainConfig, block_around, is_whole, nearest_voxel,
    nodule, surroundings,
};
use triscope::volume::Unit;
use triscope::workflow::classify::{self, Request};
use triscope::workflow::embed::{EmbedRequest, embed};
use triscope::workflow::evaluate::{Effort, EvaluateError, EvaluateRequest, EvaluationReport, evaluate};
use triscope::workflow::review;

const MODEL: &str = "m3net-compact";
const SIZE: [usize; 3] = [96, 96, 56];

/// Ratings by number of the case: malignant, benign, undecided.
const RATINGS: [[u8; 3]; 3] = [[4, 5, 4], [1, 2, 2], [3, 3, 3]];

/// A ball of tissue in even lung, and its mask, as MetaImage.
fn volumes(folder: &Path, name: &str, radius_mm: f64) {
    let at = |n: usize| [n % SIZE[0], n / SIZE[0] % SIZE[1], n / SIZE[0] / SIZE[1]];
    let inside = |n: usize| {
        let [i, j, k] = at(n).map(|v| v as f64);
        let mm = [(i - 48.0) * 0.7, (j - 48.0) * 0.7, (k - 28.0) * 1.25];
        mm.iter().map(|v| v * v).sum::<f64>() <= radius_mm * radius_mm
    };
    let write = |suffix: &str, value: &dyn Fn(usize) -> i16| {
        let header = format!(
            "ObjectType = Image\nNDims = 3\nDimSize = {} {} {}\nOffset = 0 0 0\nElementSpacing = 0.7 0.7 1.25\n\
             TransformMatrix = 1 0 0 0 1 0 0 0 1\nElementType = MET_SHORT\nElementByteOrderMSB = False\n\
             ElementDataFile = {name}{suffix}.raw\n",
            SIZE[0], SIZE[1], SIZE[2]
        );
        fs::write(folder.join(format!("{name}{suffix}.mhd")), header).expect("written");
        let values = (0..SIZE.iter().product::<usize>()).flat_map(|n| value(n).to_le_bytes());
        fs::write(folder.join(format!("{name}{suffix}.raw")), values.collect::<Vec<u8>>()).expect("written");
    };
    // Grain that tells neighbours apart.
    let grain = |n: usize| (n.wrapping_mul(2_654_435_761) >> 7 & 63) as i16;
    write("", &|n| if inside(n) { 20 + grain(n) / 4 } else { -880 + grain(n) });
    write("-mask", &|n| i16::from(inside(n)));
}

/// Twelve cases of twelve patients in three folds: in each a malignant and a benign pair, one of the four
/// undecided in fold 2.
fn manifest(folder: &Path) -> PathBuf {
    let mut cases = Vec::new();
    for n in 0..12_usize {
        let ratings = Ratings::new(RATINGS[if n == 11 { 2 } else { n % 2 }].to_vec()).expect("ratings");
        let (id, radius_mm) = (format!("n{n:02}"), 2.0 + 0.4 * n as f64 + 1.5 * (n % 2) as f64);
        volumes(folder, &id, radius_mm);
        let mut characteristics = [None; 8];
        for which in Characteristic::ALL {
            characteristics[which.index()] =
                Some(which.scale()[0] + (n * (which.index() + 3) % 4) as f64 * 0.5);
        }
        cases.push(Case {
            image: format!("{id}.mhd"),
            mask: Some(format!("{id}-mask.mhd")),
            patient: format!("p{n:02}"),
            id,
            series_uid: None,
            point: CasePoint::Voxel(Point::new(48.0, 48.0, 28.0)),
            question: Question::Malignancy,
            label: LabelRule::Strict.label(&ratings),
            label_rule: LabelRule::Strict,
            ratings,
            characteristics,
            spacing_mm: [0.7, 0.7, 1.25],
            diameter_mm: Some(2.0 * radius_mm),
            fold: Some(Fold::Number((n / 4) as u8)),
            split: None,
            prior: None,
            lesion_slices: None,
            slice_box: None,
            clinical: ClinicalFields::default(),
            source: "balls".to_owned(),
            licence: "none needed".to_owned(),
            citation: "this test".to_owned(),
        });
    }
    let file = folder.join("cases.csv");
    fs::write(&file, Manifest::new(cases).to_bytes().expect("rows")).expect("written");
    file
}

/// Random values of a seed, with the head that predicts the readers' ratings.
fn network(seed: u64) -> StateDict {
    let config = m3net_config(MODEL).expect("listed");
    let mut state = random(&published_layout(&config), seed);
    for (key, shape) in readers_layout(&config) {
        let count = shape.iter().product::<usize>();
        let values = (0..count).map(|v| (v * 37 % 101) as f32 / 1e4).collect();
        state.tensors.insert(key, Array { shape, values });
    }
    state
}

/// A run's folder with weights of these folds.
fn run(folder: &Path, folds: &[u64]) -> PathBuf {
    let run = folder.join("run");
    fs::create_dir_all(&run).expect("made");
    fs::write(run.join("config.toml"), TrainConfig::default().to_toml()).expect("written");
    for &fold in folds {
        let bytes = network(fold).to_safetensors(&Card::random(MODEL, fold));
        fs::write(run.join(format!("fold{fold}.safetensors")), bytes).expect("written");
    }
    run
}

fn request(folder: &Path, manifest: &Path) -> EvaluateRequest {
    EvaluateRequest {
        model: MODEL.to_owned(),
        manifest: manifest.to_owned(),
        run: None,
        control: None,
        out: folder.join("out"),
        effort: Effort::None,
        surroundings: 0,
        bootstrap: Bootstrap { samples: 200, seed: 1 },
    }
}

fn done(request: &EvaluateRequest) -> EvaluationReport {
    evaluate(request, DeviceChoice::Cpu, &JobContext::unobserved()).expect("evaluates")
}

fn refused(request: &EvaluateRequest) -> String {
    let error: EvaluateError =
        evaluate(request, DeviceChoice::Cpu, &JobContext::unobserved()).expect_err("cannot be");
    error.to_string()
}

fn rows(file: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(file).expect("a table");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

#[test]
fn finished_folds_answer_what_they_have_not_seen_and_everything_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = manifest(folder.path());
    let run = run(folder.path(), &[0, 2]);
    let whole = EvaluateRequest {
        run: Some(run.clone()),
        control: Some(run.clone()),
        effort: Effort::Quick,
        surroundings: 2,
        ..request(folder.path(), &manifest)
    };
    let report = done(&whole);
    assert_eq!((report.cases, report.evaluated, report.malignant), (12, 7, 4));
    let network = report.network.as_ref().expect("asked");
    assert_eq!((network.answered, network.simulated), (8, 0));
    assert_eq!(network.unfinished_folds, [1]);
    assert_eq!(network.temperatures_out_of_fold.len(), 2);
    assert!(network.folds.iter().all(|f| f.auc.is_some_and(|auc| (0.0..=1.0).contains(&auc))));
    assert!(network.folds.iter().all(|f| f.begun_with_these_cases.is_none() && f.mean_logits_of == 8));
    // Half precision holds 11 bits of each value; margins of these random weights are some tenths.
    assert!(network.moved_by_rounding > 0.0 && network.moved_by_rounding < 0.01, "{network:?}");
    let robustness = network.robustness.as_ref().expect("asked");
    assert_eq!((robustness.cases, robustness.changes.len()), (8, 4));
    assert!(network.surroundings.is_none(), "seen in their own volumes, these have no others");
    // The control is the run itself: it answers alike, and is none.
    let control = network.control.as_ref().expect("given");
    assert!(!control.of_ball && control.what.contains("no control"));
    assert_eq!(control.comparison.rows[0].auc, control.comparison.rows[1].auc);
    let names: Vec<&str> = report.comparison.rows.iter().map(|r| r.name.as_str()).collect();
    for name in
        ["m3net-compact", "ten hand-made features", "slices of the crop", "micro alone", "shortcut control"]
    {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    assert_eq!(network.ablations.rows.len(), 1 + 3 + 6);
    for file in &report.files {
        assert!(whole.out.join(file).is_file(), "{file}");
    }
    for file in ["card.md", "tables.md", "predictions.csv", "plots/jitter.svg", "plots/reliability.png"] {
        assert!(report.files.iter().any(|f| f == file), "{file} in {:?}", report.files);
    }
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(whole.out.join("evaluation.json")).expect("read")).expect("JSON");
    assert_eq!(json["network"]["temperature"]["value"], network.temperature.value);

    let card = fs::read_to_string(whole.out.join("card.md")).expect("read");
    for words in
        ["not pathology", "Folds 1 are not finished", "balls", "none needed", "this test", "--run run"]
    {
        assert!(card.contains(words), "{words}");
    }
    assert!(!card.contains("simulated"), "nothing was simulated");
    let here = folder.path().display().to_string();
    for file in report.files.iter().filter(|f| !f.ends_with(".png") && !f.ends_with(".safetensors")) {
        let text = fs::read_to_string(whole.out.join(file)).expect("text");
        assert!(!text.contains(&here), "{file} names a folder of this machine");
    }

    // A prediction is what the fold's network says of the case's own volume.
    let table = rows(&whole.out.join("predictions.csv"));
    assert_eq!(table.len(), 12);
    let of = |name: &str| table.iter().find(|row| row["case"] == name).expect("a row");
    assert_eq!((of("n05")["margin"].as_str(), of("n11")["label"].as_str()), ("", ""));
    let written: f64 = of("n09")["logit_malignant"].parse().expect("a logit");
    // One picture and a batch of eight add up in other orders: 32 bits, some hundred layers' roundings.
    let same = (written - asked(folder.path(), &run, "n09")).abs();
    assert!(same < 1e-4, "{same}");

    // The packed file answers as the folds do, to 16 bits, and carries what was found.
    let packed = WeightsFile::read(&whole.out.join("m3net-compact.safetensors")).expect("a file");
    let card = packed.card.clone().expect("a card");
    assert!(!card.trained, "random values are no training");
    assert!(card.caution.is_some_and(|c| c.contains("not pathology")));
    assert_eq!(
        card.calibration.map(|c| c.temperature),
        (!network.temperature.at_limit).then_some(network.temperature.value)
    );
    assert_eq!(packed.state.into_members().len(), 2);

    // The window reads back what was written: curves, and every misclassified case with its picture.
    assert_eq!(review::recognise(&whole.out), Some((ReportKind::Evaluation, whole.out.clone())));
    let shown = review::read(ReportKind::Evaluation, &whole.out).expect("read back");
    assert!(shown.notes.iter().all(|(severity, _)| *severity < Severity::Error), "{:?}", shown.notes);
    let plots = shown.parts.iter().find_map(|part| match part {
        ReportPart::Plots(plots) => Some(plots.len()),
        _ => None,
    });
    assert_eq!(plots, Some(4));
    let missed = shown.missed().expect("listed");
    let wrong = table.iter().filter(|row| {
        let said: Option<f64> = row["probability"].parse().ok();
        said.is_some_and(|p| !row["label"].is_empty() && (p >= 0.5) != (row["label"] == "1"))
    });
    assert_eq!(missed.all().count(), wrong.count());
    assert!(missed.all().count() > 0, "random weights are right of every case");
    let mut pictures = 0;
    let cut = review::pictures(missed, &JobContext::unobserved(), |case, picture| {
        let picture = picture.unwrap_or_else(|why| panic!("{case}: {why}"));
        // A ball of tissue in the middle of dark lung.
        let [width, height] = picture.size_px;
        let grey = |x: usize, y: usize| picture.levels[y * width + x];
        assert!(grey(width / 2, height / 2) > 200 && grey(4, height / 2) < 100, "{case}");
        pictures += 1;
    });
    assert!(cut.is_ok() && pictures == missed.all().count());

    // Margins of these random weights are some tenths; their layers add up errors of 2^-11.
    let packed = WeightsFile::read(&whole.out.join(format!("{MODEL}.safetensors"))).expect("weights");
    reproduce(&whole.out, packed, &manifest, &TrainConfig::default(), 2, 0.02);
}

#[test]
fn what_one_fold_that_was_begun_otherwise_cannot_tell_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = manifest(folder.path());
    let run = run(folder.path(), &[0]);
    let stage = run.join("fold0/micro");
    fs::create_dir_all(&stage).expect("made");
    let state = r#"{"fingerprint":"2:0","epochs":[],"best":0,"finished":true}"#;
    fs::write(stage.join("state.json"), state).expect("written");
    let request = EvaluateRequest { run: Some(run), ..request(folder.path(), &manifest) };
    let report = done(&request);
    let network = report.network.as_ref().expect("asked");
    assert_eq!(network.folds[0].begun_with_these_cases, Some(false));
    let packed = WeightsFile::read(&request.out.join(format!("{MODEL}.safetensors"))).expect("a file");
    let card = packed.card.expect("a card");
    assert!(card.trained_on.starts_with("balls (12 nodules)"), "{}", card.trained_on);
    let told = ["AUC", "begun with other cases"].map(|words| card.trained_on.contains(words));
    assert_eq!(told, [false, true], "{}", card.trained_on);
    // What the page says of the temperature is what the weights carry.
    let page = fs::read_to_string(request.out.join("tables.md")).expect("read");
    let said = ["on the very cases that are evaluated", "No temperature ships"].map(|w| page.contains(w));
    assert_eq!(said, [card.calibration.is_some(), card.calibration.is_none()], "{page}");
}

/// The malignant logit of fold 2's network, asked as the program is asked by a click.
fn asked(folder: &Path, run: &Path, case: &str) -> f64 {
    let ctx = JobContext::unobserved();
    let file = folder.join(format!("{case}.mhd"));
    let image = Arc::new(ingest::read_volume(&file, Unit::Hu, &ctx).expect("a volume"));
    let engine = Engine::start(EngineOptions::beside_a_window(DeviceChoice::Cpu, None)).expect("a thread");
    let point = image.grid().patient_from_voxel() * Point::new(48.0, 48.0, 28.0);
    let weights = WeightsChoice::File(run.join("fold2.safetensors"));
    let question = Request { weights: Some(weights), explain: vec![], ..Request::new(image, vec![], point) };
    classify::run(&engine, question, &ctx).expect("an answer").answer.logits[1]
}

#[test]
fn baselines_need_no_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = manifest(folder.path());
    let report = done(&request(folder.path(), &manifest));
    assert_eq!((report.evaluated, report.malignant), (11, 6));
    assert!(report.network.is_none() && report.comparison.reference.is_some());
    assert!(!report.files.iter().any(|f| f.ends_with(".safetensors") || f == "card.md"));
    assert_eq!(report.rules.len(), 4, "two rules, two splits");
    // Again the same bytes.
    let file = folder.path().join("out/evaluation.json");
    let first = fs::read(&file).expect("read");
    done(&request(folder.path(), &manifest));
    assert!(first == fs::read(&file).expect("read"), "the same evaluation");
    assert_eq!(rows(&folder.path().join("out/tables/features.csv")).len(), 12);
}

/// A manifest of the real nodules; `None` where they are not here.
fn real_nodules(folder: &Path) -> Option<PathBuf> {
    let root = Path::new("../shared/data/nodules");
    if !root.exists() {
        eprintln!("skipped: {} is not here", root.display());
        return None;
    }
    let cases = triscope::dataset::build_nodules(root, LabelRule::Strict).expect("the table").cases;
    let from_here = triscope::dataset::relative(folder, root).expect("both exist");
    let manifest = folder.join("nodules.csv");
    let bytes = Manifest::new(cases).below(&from_here).to_bytes().expect("rows");
    fs::write(&manifest, bytes).expect("written");
    Some(manifest)
}

#[test]
fn the_built_in_weights_give_on_one_fold_the_figures_of_their_card() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(manifest) = real_nodules(folder.path()) else { return };
    let out = Path::new("docs/models/m3net-compact");
    let config = fs::read_to_string(out.join("config.toml")).expect("beside the figures");
    let config = TrainConfig::parse(&config).expect("a configuration");
    let packed = built_in(MODEL).expect("it has some").expect("whole");
    // 16 bits move margins of these cases by up to 0.01; another processor's sums by less.
    reproduce(out, packed, &manifest, &config, usize::MAX, 0.02);
}

#[test]
fn baselines_of_the_real_nodules_are_those_of_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(manifest) = real_nodules(folder.path()) else { return };
    let report = done(&request(folder.path(), &manifest));
    assert_eq!((report.evaluated, report.malignant, report.patients), (839, 397, 494));
    assert_eq!(report.comparison.reference.as_deref(), Some("size: mean diameter"));
    // The same features and regressions in NumPy give these to the last digit shown.
    for (name, expected) in [
        ("size: mean diameter", 0.9044),
        ("size: mask volume", 0.8983),
        ("ten hand-made features", 0.9401),
        ("readers' eight other ratings", 0.9335),
        ("readers' ratings and size", 0.9610),
        ("slices of the crop", 0.5),
    ] {
        let row = report.comparison.rows.iter().find(|row| row.name == name).expect("a row");
        assert!((row.auc.value - expected).abs() < 0.0005, "{name}: {:?}", row.auc);
    }
}

#[test]
fn what_cannot_be_evaluated_is_said_in_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let manifest = manifest(root);
    let plain = request(root, &manifest);
    let of_run = |run: PathBuf| EvaluateRequest { run: Some(run), ..plain.clone() };

    let sentence = refused(&of_run(root.join("nowhere")));
    assert!(sentence.contains("no folder of a training run: config.toml"), "{sentence}");
    let empty = run(root, &[]);
    let sentence = refused(&of_run(empty.clone()));
    assert!(sentence.contains("no fold of") && sentence.contains("triscope train"), "{sentence}");
    let other = network(1).to_safetensors(&Card::random("m3net-r18x3", 1));
    fs::write(empty.join("fold1.safetensors"), other).expect("written");
    let sentence = refused(&of_run(empty.clone()));
    assert!(sentence.contains("fold1.safetensors holds weights of m3net-r18x3"), "{sentence}");
    assert!(!plain.out.exists(), "nothing is left where nothing was found");

    let balls = TrainConfig { subject: Subject::Ball, ..TrainConfig::default() };
    fs::write(empty.join("config.toml"), balls.to_toml()).expect("written");
    let sentence = refused(&of_run(empty));
    assert!(sentence.contains("give it as --control"), "{sentence}");

    fs::write(root.join("file"), "").expect("written");
    let sentence = refused(&EvaluateRequest { out: root.join("file/out"), ..plain.clone() });
    assert!(sentence.contains("cannot be written"), "{sentence}");
    let sentence = refused(&EvaluateRequest { model: "no-such-net".to_owned(), ..plain.clone() });
    assert!(sentence.contains("no-such-net"), "{sentence}");

    let text = fs::read_to_string(&manifest).expect("read");
    let written = |text: String| {
        let file = root.join("other.csv");
        fs::write(&file, text).expect("written");
        EvaluateRequest { manifest: file, ..plain.clone() }
    };
    let sentence =
        refused(&written(text.replace(",malignancy,", ",point_is_nodule,").replace(",strict,", ",given,")));
    assert!(sentence.contains("answer point_is_nodule"), "{sentence}");
    let sentence = refused(&written(text.replace("n03.mhd", "gone.mhd")));
    assert!(sentence.contains("gone.mhd"), "{sentence}");
    fs::remove_file(root.join("n07-mask.mhd")).expect("removed");
    let sentence = refused(&plain);
    assert!(sentence.contains("n07-mask.mhd"), "{sentence}");
}

#[test]
fn features_are_written_for_each_case_with_their_names_beside() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = manifest(folder.path());
    let run = run(folder.path(), &[2]);
    let out = folder.path().join("features.npy");
    let request = EmbedRequest {
        model: MODEL.to_owned(),
        weights: Some(run.join("fold2.safetensors")),
        manifest,
        out: out.clone(),
        surroundings: None,
    };
    let ctx = JobContext::unobserved();
    let report = embed(&request, DeviceChoice::Cpu, &ctx).expect("features");
    assert_eq!((report.shape, report.members), ([12, 192], 1));
    let last = report.scales[2];
    assert_eq!((last.scale, last.first, last.count), ("macro", 128, 64));
    let bytes = fs::read(&out).expect("read");
    assert_eq!(bytes.len(), 128 + 12 * 192 * 4);
    let table = rows(&folder.path().join("features.csv"));
    assert_eq!((table.len(), table[3]["case"].as_str(), table[3]["fold"].as_str()), (12, "n03", "0"));
    // For the window: the same numbers, with what is known of each case.
    let cases = EmbedRequest { out: folder.path().join("cases.safetensors"), ..request.clone() };
    let report = embed(&cases, DeviceChoice::Cpu, &ctx).expect("cases");
    assert_eq!(report.files, std::slice::from_ref(&cases.out));
    let set = triscope::workflow::cases::read(&cases.out).expect("what was written");
    assert_eq!((set.known.len(), set.known.width(), set.known.simulated), (12, 192, 0));
    let first: Vec<u8> = set.known.features(3).iter().flat_map(|v| v.to_le_bytes()).collect();
    assert_eq!(first, bytes[128 + 3 * 192 * 4..128 + 4 * 192 * 4]);
    let fourth = &set.known.cases[3];
    assert_eq!((fourth.name.as_str(), fourth.label.map(u8::from)), ("n03", table[3]["label"].parse().ok()));
    assert!(set.known.picture(11).len() == 48 * 48 && (0.0..=1.0).contains(&fourth.probability));
    let parquet = EmbedRequest { out: folder.path().join("features.parquet"), ..request };
    let sentence = embed(&parquet, DeviceChoice::Cpu, &ctx).expect_err("no such format").to_string();
    assert!(sentence.contains("written as .npy"), "{sentence}");
}

/// Whether an evaluation's files give again what they say: the headline from `predictions.csv`, and the
/// answers and the AUC of the first fold from the packed weights and the data.
/// - `out`: folder with `evaluation.json` and `predictions.csv`
/// - `packed`: the weights
/// - `manifest`: the cases that were evaluated, all of them, because surroundings follow their numbers
/// - `few`: labelled held-out cases of the first fold that are asked again; all where there are no more
/// - `tolerance`: of a margin: weights of 16 bits have a relative error of up to 2^-11 each
pub fn reproduce(
    out: &Path,
    packed: WeightsFile,
    manifest: &Path,
    config: &TrainConfig,
    few: usize,
    tolerance: f64,
) {
    let told: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("evaluation.json")).expect("read")).expect("JSON");
    let model = told["model"].as_str().expect("a name");
    let table = rows(&out.join("predictions.csv"));
    let area = |rows: &[&BTreeMap<String, String>], margins: Vec<f64>| {
        let malignant = rows.iter().map(|row| row["label"] == "1").collect();
        triscope::evaluation::auc(&Scored::new(margins, malignant).expect("cases")).expect("classes")
    };
    let written = |row: &BTreeMap<String, String>| row["margin"].parse::<f64>().expect("a margin");
    let answered: Vec<_> =
        table.iter().filter(|row| !row["margin"].is_empty() && !row["label"].is_empty()).collect();
    // Margins are written to the last bit.
    let pooled = area(&answered, answered.iter().map(|row| written(row)).collect());
    let written_down = told["comparison"]["rows"][0]["auc"]["value"].as_f64().expect("an area");
    // A decimal number is read to its last digit but one.
    assert!((pooled - written_down).abs() < 1e-12, "{pooled} {written_down}");

    let first = &told["network"]["folds"][0];
    let fold = first["fold"].to_string();
    let held_out: Vec<_> = answered.into_iter().filter(|row| row["fold"] == fold).take(few).collect();
    let ctx = JobContext::unobserved();
    let cases = Manifest::load(manifest).expect("a manifest").0.cases;
    let folder = manifest.parent().expect("a folder");
    let (nodules, chests): (Vec<_>, Vec<_>) = held_out
        .par_iter()
        .map(|row| {
            let number = cases.iter().position(|case| case.id == row["case"]).expect("in the manifest");
            let case = &cases[number];
            let image = load_image(folder, case, &ctx).expect("an image").volume;
            let whole = is_whole(&image, SIZE);
            let mask = load_mask(folder, case, &ctx).expect("a mask").filter(|_| !whole);
            let nodule = nodule(case, &image, mask.as_deref()).expect("a nodule");
            let chest = if whole {
                block_around(&image, nearest_voxel(&image, case), SURROUNDINGS).expect("complete")
            } else {
                surroundings(&nodule, number as u64, config.seed).expect("a chest")
            };
            (nodule, chest)
        })
        .unzip();
    let pictures = Pictures::new(nodules, chests, 1, config.seed);
    let device = LearningDevice::choose(DeviceChoice::Cpu).expect("a processor");
    let member = packed.state.into_members().remove(0);
    let taught = Taught::new(model, member, &device).expect("fits");
    let plain = |n: usize| pictures.hu(n, Look::Plain, config, taught.picture_size());
    let replies = taught.ask(held_out.len(), plain, &ctx, |_| Ok(())).expect("answers");
    for (row, reply) in held_out.iter().zip(&replies) {
        let difference = (written(row) - reply.margin()).abs();
        assert!(difference <= tolerance, "{}: {} {reply:?}", row["case"], written(row));
    }
    if few > held_out.len() {
        let again = area(&held_out, replies.iter().map(Reply::margin).collect());
        let told = first["auc"].as_f64().expect("an area");
        // A margin that moves by the tolerance may change places with a neighbour.
        assert!((again - told).abs() <= 0.002, "{again} {told}");
    }
}
