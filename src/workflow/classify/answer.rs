//! What every family's answer has in common.

use super::Request;
use super::forced::forced;
use super::guarded::judged_within;
use crate::clinical::FieldName;
use crate::inference::{Answer, Detail, Known, Mode, Region, Said};

/// What a network with one answer said.
pub(super) struct Spoken {
    /// For each class, as far as the network has logits.
    pub logits: Vec<f64>,
    /// Of the class that the question names.
    pub probability: f64,
    /// Everything that was read.
    pub regions: Vec<Region>,
    /// What networks of this family alone have to say.
    pub detail: Detail,
    /// Sentences that a reader must know before the number.
    pub doubts: Vec<String>,
    /// Clinical fields that it could be told and was not.
    pub unknown: Vec<FieldName>,
    /// Preparing the input.
    pub crop_ms: f64,
    /// Handing it to the device.
    pub upload_ms: f64,
    /// The network itself.
    pub forward_ms: f64,
}

/// The answer of one network, no ensemble.
pub(super) fn answer(known: &Known, request: &Request, spoken: Spoken) -> Answer {
    let Spoken { logits, probability, regions, detail, doubts, unknown, crop_ms, upload_ms, forward_ms } =
        spoken;
    let temperature = known.temperature(request.mode);
    let mut guard = judged_within(known, request, &regions);
    for reason in known.untaught(request.mode).into_iter().chain(forced(request)).chain(doubts) {
        guard.doubt(reason);
    }
    // What nobody knows is said, and makes the picture no less like those of training.
    if !unknown.is_empty() {
        let words: Vec<&str> = unknown.iter().map(|field| field.words()).collect();
        guard.reasons.push(format!("taken as unknown: {}", words.join(", ")));
    }
    // Two logits for whoever compares members; their margin is what the probability says.
    let margin = (probability / (1.0 - probability)).ln().clamp(-50.0, 50.0) * temperature.unwrap_or(1.0);
    let said = Said { logits: [0.0, margin], readers: None, forward_ms: upload_ms + forward_ms };
    Answer {
        model: known.spec.name.to_owned(),
        mode: request.mode.name().to_owned(),
        weights: known.weights.clone(),
        weights_sha256: known.weights_sha256.clone(),
        options: known.architecture.options(),
        trained_on: known.card.trained_on.clone(),
        intended_use: known.card.intended_use.clone(),
        trained: known.card.trained,
        question: known.spec.question.to_owned(),
        classes: known.spec.classes.iter().map(|c| (*c).to_owned()).collect(),
        caution: known.card.caution.clone(),
        probability,
        logits,
        ensemble: 1,
        said: vec![said],
        temperature,
        readers: None,
        regions,
        detail,
        device: known.info.clone(),
        crop_ms,
        upload_ms,
        forward_ms,
        guard,
        at: request.at,
    }
}

/// `sigmoid(margin / temperature)` with the temperature of the weights, where it was measured in this mode.
pub(super) fn probability(known: &Known, mode: Mode, margin: f64) -> f64 {
    1.0 / (1.0 + (-margin / known.temperature(mode).unwrap_or(1.0)).exp())
}
