//! Several networks in one weights file: packed, read back, imported, asked.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use triscope::explain::Wanted;
use triscope::geometry::{Point, VoxelGrid};
use triscope::inference::{Answer, DeviceChoice, Engine, EngineOptions, Event, Question, WeightsChoice};
use triscope::jobs::{JobContext, Outcome};
use triscope::networks::m3net::{published_layout, readers_layout};
use triscope::networks::m3net_config;
use triscope::networks::weights::{
    Array, Calibration, Card, Metadata, Precision, StateDict, WeightsFile, pack, random,
};
use triscope::workflow::classify::{Part, Request, ask, ask_others, run};
use triscope::workflow::models::{self, Besides};

use crate::support::volume;

const MODEL: &str = "m3net-compact";

/// A network of a seed, with the head that predicts the readers' ratings.
fn member(seed: u64) -> StateDict {
    let config = m3net_config(MODEL).expect("listed");
    let mut state = random(&published_layout(&config), seed);
    for (n, (key, shape)) in readers_layout(&config).into_iter().enumerate() {
        let count = shape.iter().product::<usize>();
        let values = (0..count).map(|v| ((v * 37 + n * 11 + seed as usize) % 101) as f32 / 1e4).collect();
        state.tensors.insert(key, Array { shape, values });
    }
    state
}

fn card() -> Card {
    Card {
        trained_on: "a test".to_owned(),
        calibration: Some(Calibration { temperature: 1.5 }),
        caution: Some("This is a test.".to_owned()),
        ..Card::unknown(MODEL, "memory")
    }
}

fn written(folder: &Path, members: &[StateDict], precision: Precision) -> PathBuf {
    let metadata = Metadata::from([("triscope.more".to_owned(), "[1, 2]".to_owned())]);
    let path = folder.join(format!("{precision:?}-{}.safetensors", members.len()));
    std::fs::write(&path, pack(members, &card(), precision, &metadata).expect("they fit")).expect("a file");
    path
}

#[test]
fn members_come_back_from_a_file_as_they_were_packed() {
    let folder = tempfile::tempdir().expect("a folder");
    let members = [member(1), member(2), member(3)];
    let path = written(folder.path(), &members, Precision::Single);
    let file = WeightsFile::read(&path).expect("readable");
    assert_eq!(file.metadata.get("triscope.more").map(String::as_str), Some("[1, 2]"));
    let read = file.card.clone().expect("a card");
    assert_eq!((read.calibration, read.caution.clone()), (card().calibration, card().caution));
    assert!(file.state.tensors.keys().all(|key| key.starts_with("members.")));
    assert!(file.state.into_members() == members);

    // One network alone is an ordinary file.
    let alone =
        WeightsFile::read(&written(folder.path(), &members[..1], Precision::Single)).expect("readable");
    assert!(alone.state == members[0]);
    assert!(alone.state.into_members() == members[..1]);
}

#[test]
fn half_precision_halves_the_file_and_keeps_each_value_to_eleven_bits() {
    let folder = tempfile::tempdir().expect("a folder");
    let members = [member(1), member(2)];
    let [half, single] = [Precision::Half, Precision::Single].map(|precision| {
        let path = written(folder.path(), &members, precision);
        let size = std::fs::metadata(&path).expect("a file").len();
        (WeightsFile::read(&path).expect("its hash is that of the stored values"), size)
    });
    assert!(half.1 * 2 < single.1 + 200_000, "{} and {}", half.1, single.1);
    for (read, packed) in half.0.state.into_members().iter().zip(&members) {
        for (key, array) in &packed.tensors {
            for (a, b) in read.tensors[key].values.iter().zip(&array.values) {
                // Half a unit of the last of 11 bits; below 2^-14 steps of 2^-24 (IEEE 754, binary16).
                let tolerance = (b.abs() / 2048.0).max(1.0 / f32::exp2(25.0));
                assert!((a - b).abs() <= tolerance, "{key}: {a} for {b}");
            }
        }
    }
}

#[test]
fn an_ensemble_is_imported_whole_and_reported_as_such() {
    let folder = tempfile::tempdir().expect("a folder");
    let members = [member(1), member(2), member(3)];
    let path = written(folder.path(), &members, Precision::Half);
    let out = folder.path().join("out.safetensors");
    let report =
        models::import(&path, MODEL, Besides::default(), &out, &JobContext::unobserved()).expect("it fits");
    assert_eq!(report.keys.members, 3);
    assert_eq!(report.keys.loaded.len(), 3 * members[0].tensors.len(), "the readers' head is among them");
    assert!(report.keys.loaded.contains(&"members.2.readers.bias".to_owned()));
    assert!(report.keys.ignored.is_empty());
    let (before, after) =
        (WeightsFile::read(&path).expect("readable"), WeightsFile::read(&out).expect("readable"));
    assert!(before.state == after.state);
    assert_eq!(before.metadata, after.metadata);
    assert_eq!(after.card.and_then(|card| card.calibration), card().calibration);
}

/// The sentence with which the file is refused, the same by an import and by a question.
fn refusal(path: &Path) -> String {
    let error = models::import(
        path,
        MODEL,
        Besides::default(),
        &path.with_extension("out"),
        &JobContext::unobserved(),
    )
    .expect_err("refused")
    .to_string();
    assert!(!error.contains('\n'), "one sentence: {error}");
    error
}

/// A file with these tensors as they are, whatever they are.
fn unchecked(folder: &Path, state: &StateDict) -> PathBuf {
    let path = folder.join("bad.safetensors");
    std::fs::write(&path, state.to_safetensors(&card())).expect("a file");
    path
}

#[test]
fn a_damaged_ensemble_is_refused_with_one_sentence_that_names_the_member() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(folder.path(), &[member(1), member(2), member(3)], Precision::Single);
    let whole = WeightsFile::read(&path).expect("readable").state;

    let mut lacking = whole.clone();
    lacking.tensors.remove("members.1.proj32.bias");
    let error = refusal(&unchecked(folder.path(), &lacking));
    assert!(error.contains("1 missing (first: members.1.proj32.bias)"), "{error}");

    let mut headless = whole.clone();
    headless.tensors.retain(|key, _| !key.starts_with("members.2.readers."));
    let error = refusal(&unchecked(folder.path(), &headless));
    assert!(error.contains("2 missing (first: members.2.readers.bias)"), "{error}");

    let mut gap = whole.clone();
    gap.tensors.retain(|key, _| !key.starts_with("members.1."));
    let error = refusal(&unchecked(folder.path(), &gap));
    assert!(error.contains("missing (first: members.1."), "{error}");

    let mut mixed = whole.clone();
    mixed.tensors.insert("proj32.bias".to_owned(), whole.tensors["members.0.proj32.bias"].clone());
    let error = refusal(&unchecked(folder.path(), &mixed));
    assert!(error.contains("1 unexpected (first: proj32.bias)"), "{error}");

    let mut other = whole.clone();
    other.tensors.insert("members.2.readers.bias".to_owned(), Array { shape: vec![3], values: vec![0.0; 3] });
    let error = refusal(&unchecked(folder.path(), &other));
    assert!(error.contains("1 of another shape (first: members.2.readers.bias)"), "{error}");

    let mut broken = whole;
    if let Some(array) = broken.tensors.get_mut("members.2.net64.fc.bias") {
        array.values[0] = f32::NAN;
    }
    let error = refusal(&unchecked(folder.path(), &broken));
    assert!(error.contains("'members.2.net64.fc.bias'"), "{error}");

    let bytes = std::fs::read(&path).expect("a file");
    std::fs::write(&path, &bytes[..bytes.len() - 1000]).expect("a file");
    let error = refusal(&path);
    assert!(error.contains("damaged or incomplete"), "{error}");
}

#[test]
fn a_calibration_that_cannot_be_computed_with_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for temperature in [0.0, -1.0] {
        let card = Card { calibration: Some(Calibration { temperature }), ..card() };
        let path = folder.path().join("cold.safetensors");
        std::fs::write(&path, member(1).to_safetensors(&card)).expect("a file");
        let error = refusal(&path);
        assert!(error.contains("temperature of its calibration is no positive number"), "{error}");
    }
}

/// A ball in noise, just large enough for every crop.
fn request(weights: &Path) -> Request {
    let grid =
        VoxelGrid::axis_aligned([96, 96, 56], [0.7, 0.7, 1.25], Point::new(0.0, 0.0, 0.0)).expect("a grid");
    let at = grid.centre();
    let volume = volume(grid, |at| {
        let d2: f64 = at.into_iter().zip([48.0, 48.0, 28.0]).map(|(v, c)| (v as f64 - c).powi(2)).sum();
        let noise = ((at[0] * 7 + at[1] * 13 + at[2] * 29) % 41) as i16;
        if d2 < 36.0 { 40 + noise } else { -850 + noise }
    });
    let weights = Some(WeightsChoice::File(weights.to_owned()));
    Request { weights, explain: vec![Wanted::ALL_GRAD_CAM[0]], ..Request::new(volume, Vec::new(), at) }
}

fn engine() -> Engine {
    Engine::start(EngineOptions::beside_a_window(DeviceChoice::Cpu, None)).expect("a thread")
}

fn margin(answer: &Answer) -> f64 {
    answer.logits[1] - answer.logits[0]
}

fn sigmoid(margin: f64) -> f64 {
    1.0 / (1.0 + (-margin).exp())
}

#[test]
fn an_ensemble_answers_with_the_mean_of_its_members_and_their_range() {
    let folder = tempfile::tempdir().expect("a folder");
    let (engine, ctx) = (engine(), JobContext::unobserved());
    let ask = |weights: &Path| run(&engine, request(weights), &ctx).expect("an answer").answer;
    let members = [member(1), member(2), member(3)];
    let singles: Vec<_> = members
        .iter()
        .map(|state| {
            let path = folder.path().join("one.safetensors");
            std::fs::write(&path, state.to_safetensors(&card())).expect("a file");
            ask(&path)
        })
        .collect();
    let whole = ask(&written(folder.path(), &members, Precision::Single));
    let mean = |value: &dyn Fn(&Answer) -> f64| singles.iter().map(|a| value(a)).sum::<f64>() / 3.0;
    // The same values through the same kernels; sums in another order.
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    for class in 0..2 {
        close(whole.logits[class], mean(&|a| a.logits[class]));
    }
    // The card's temperature is 1.5.
    close(whole.probability, sigmoid(mean(&margin) / 1.5));
    for (member, single) in whole.members().into_iter().zip(&singles) {
        close(single.probability, sigmoid(margin(single) / 1.5));
        close(member, single.probability);
        assert_eq!(single.interval(), None, "one network alone has none");
    }
    let [low, high] = whole.interval().expect("every member has answered");
    close(low, singles.iter().map(|a| a.probability).fold(1.0, f64::min));
    close(high, singles.iter().map(|a| a.probability).fold(0.0, f64::max));
    assert!(low < whole.probability && whole.probability < high);
    let readers = whole.readers.expect("every member predicts them");
    close(readers.mean, mean(&|a| a.readers.expect("predicted").mean));
    close(readers.sd, mean(&|a| a.readers.expect("predicted").sd));
    assert_eq!(
        whole.m3net().expect("M3Net").scale_contribution,
        singles[0].m3net().expect("M3Net").scale_contribution,
        "the first is explained"
    );
    assert_eq!(whole.caution.as_deref(), Some("This is a test."));
}

/// Every part of a question, until it ends.
fn parts(question: &Question<Part>, mut at_part: impl FnMut(&Part)) -> (Vec<Part>, Outcome<()>) {
    let mut all = Vec::new();
    loop {
        match question.wait_a_moment() {
            Some(Event::Part(part)) => {
                at_part(&part);
                all.push(part);
            }
            Some(Event::Ended(outcome)) => return (all, outcome),
            None => {}
        }
    }
}

#[test]
fn the_first_member_answers_and_is_explained_before_the_others_are_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(folder.path(), &[member(1), member(2)], Precision::Half);
    let engine = engine();
    let question = ask(&engine, Arc::new(|| {}), request(&path)).expect("it can be asked");
    let (parts, outcome) = parts(&question, |_| {});
    assert_eq!(outcome, Outcome::Done(()));
    let [Part::Answer(first), Part::Explained { saliency, .. }, Part::Members(whole)] = parts.as_slice()
    else {
        panic!("{parts:?}")
    };
    assert_eq!(saliency.len(), 1);
    assert!(!first.is_whole() && first.interval().is_none());
    assert_eq!((first.said.len(), whole.said.len()), (1, 2));
    assert_eq!(first.said[0], whole.said[0]);
    assert_eq!(first.m3net(), whole.m3net());
}

#[test]
fn the_others_can_be_asked_later_and_say_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(folder.path(), &[member(1), member(2), member(3)], Precision::Single);
    let (engine, ctx) = (engine(), JobContext::unobserved());
    let wake = || -> triscope::jobs::Wake { Arc::new(|| {}) };
    let at_once = run(&engine, request(&path), &ctx).expect("an answer").answer;
    let first = Request { all_members: false, ..request(&path) };
    let first = run(&engine, first, &ctx).expect("an answer").answer;
    assert!(!first.is_whole());
    let question = ask_others(&engine, wake(), request(&path), Arc::clone(&first));
    let (later, _) = parts(&question, |_| {});
    let [Part::Members(whole)] = later.as_slice() else { panic!("{later:?}") };
    assert_eq!((whole.probability, &whole.logits), (at_once.probability, &at_once.logits));
    assert_eq!(whole.members(), at_once.members());

    // Other weights under the same name: one answer is of one file, so it begins anew.
    written(folder.path(), &[member(4), member(5), member(6)], Precision::Single);
    let question = ask_others(&engine, wake(), request(&path), first);
    let (anew, _) = parts(&question, |_| {});
    let [Part::Answer(first), Part::Explained { .. }, Part::Members(other)] = anew.as_slice() else {
        panic!("{anew:?}")
    };
    assert_ne!(whole.weights_sha256, other.weights_sha256);
    assert_eq!(first.said[0], other.said[0]);
}

#[test]
fn a_question_can_be_stopped_between_members_and_keeps_the_first_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(folder.path(), &[member(1), member(2), member(3)], Precision::Half);
    let engine = engine();
    let question = ask(&engine, Arc::new(|| {}), request(&path)).expect("it can be asked");
    let (parts, outcome) = parts(&question, |part| {
        // What the first member says is there; the others are to be spared.
        if matches!(part, Part::Explained { .. }) {
            question.context().cancel();
        }
    });
    assert_eq!(outcome, Outcome::Cancelled);
    assert!(matches!(parts.as_slice(), [Part::Answer(_), Part::Explained { .. }]), "{parts:?}");
}
