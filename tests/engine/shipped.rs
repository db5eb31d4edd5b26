//! Weights of the networks besides M3Net that come with the program: on cases that are painted anew they give
//! the answers that their card's figures were counted from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use triscope::dataset::CasePoint;
use triscope::explain::Parameters;
use triscope::inference::{DeviceChoice, Engine, EngineOptions, Mode, WeightsChoice};
use triscope::jobs::JobContext;
use triscope::networks::weights::built_in;
use triscope::synth::{Cohort, Sample};
use triscope::workflow::classify::{self, Prior, Request};

/// Network, what it was evaluated on, and the seed of that: another one than that of the teaching cases.
const SHIPPED: [(&str, Cohort, u64); 2] =
    [("maemc-net-compact", Cohort::Granuloma, 2), ("csf-net-compact", Cohort::MalignancyPairs, 2)];

fn beside(model: &str, file: &str) -> PathBuf {
    Path::new("docs/models").join(model).join(file)
}

/// Probability of each case as it was written with the figures.
fn told(model: &str) -> BTreeMap<String, f64> {
    let mut table = csv::Reader::from_path(beside(model, "predictions.csv")).expect("beside the card");
    let head = table.headers().expect("a head").clone();
    let place = |name: &str| head.iter().position(|h| h == name).expect(name);
    let (case, probability) = (place("case"), place("probability"));
    let rows = table.records().map(|row| row.expect("a row"));
    rows.map(|row| (row[case].to_owned(), row[probability].parse().expect("a number"))).collect()
}

#[test]
fn shipped_weights_answer_to_cases_of_another_seed_as_their_card_counted() {
    let engine = Engine::start(EngineOptions::alone(DeviceChoice::Cpu)).expect("a thread");
    let ctx = JobContext::unobserved();
    for (model, cohort, seed) in SHIPPED {
        let told = told(model);
        for number in 0..12 {
            let Sample { case, image, prior } = cohort.draw(seed, number).picture().expect("a place");
            let CasePoint::Patient(at) = case.point else { panic!("millimetres") };
            let request = Request {
                at,
                volume: Arc::new(image),
                defects: Vec::new(),
                model: model.to_owned(),
                mode: Mode::Paper,
                fields: case.clinical.clone(),
                lesion_slices: case.lesion_slices,
                prior: prior.zip(case.prior.as_ref()).map(|(volume, then)| Prior {
                    volume: Arc::new(volume),
                    defects: Vec::new(),
                    at: then.point,
                    doubts: Vec::new(),
                }),
                weights: Some(WeightsChoice::BuiltIn),
                explain: Vec::new(),
                parameters: Parameters::default(),
                all_members: false,
                force: true,
            };
            let said = classify::run(&engine, request, &ctx).expect("answers").answer;
            let expected = told.get(&case.id).expect("it was evaluated");
            // Sums in another order; the volume went through a file of whole HU then, as it is here.
            assert!(
                (said.probability - expected).abs() < 1e-3,
                "{}: {} {expected}",
                case.id,
                said.probability
            );
        }
    }
}

#[test]
fn shipped_weights_are_those_of_their_figures_and_better_than_size_alone() {
    let mut bytes = 0;
    for (model, ..) in SHIPPED {
        let file = built_in(model).expect("it has some").expect("whole");
        let card = file.card_for(model).expect("of this network");
        assert!(card.trained && card.calibration.is_some(), "{model}");
        assert!(card.trained_on.contains("simulated nodules, not patients"), "{}", card.trained_on);
        // A file changed by hand is told by its card.
        assert_eq!(card.values_sha256.as_deref(), Some(file.state.sha256().as_str()));
        let figures = fs::read(beside(model, "evaluation.json")).expect("beside the card");
        let figures: serde_json::Value = serde_json::from_slice(&figures).expect("JSON");
        assert_eq!(figures["answer"]["weights_sha256"], file.sha256.as_str(), "{model}");
        let rows = figures["comparison"]["rows"].as_array().expect("classifiers");
        let auc = |name: &str| &rows.iter().find(|row| row["name"] == name).expect(name)["auc"];
        let low = auc(model)["interval"]["low"].as_f64().expect("a number");
        let high = auc("size alone")["interval"]["high"].as_f64().expect("a number");
        assert!(low > high, "{model}: {low} {high}");
        bytes += fs::metadata(format!("assets/weights/{model}.safetensors")).expect("carried").len();
    }
    assert!(bytes <= 15_000_000, "{bytes} bytes");
}
