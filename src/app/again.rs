//! The question of an answer, to be asked again: about other places, without some tissue, for other maps.

use std::sync::Arc;

use super::asker::compares_dates;
use super::priors::{Earlier, earlier};
use crate::findings::{Nodule, NoduleId};
use crate::inference::Answer;
use crate::session::Session;
use crate::workflow::classify::Request;

/// Whether a nodule's answer is still this one: of the same first member to the same question. What the others said
/// may have come since.
pub(super) fn is_still(session: &Session, id: NoduleId, answer: &Answer) -> bool {
    let current = session.findings().nodule(id).and_then(Nodule::answer);
    current.is_some_and(|now| {
        now.at == answer.at
            && now.model == answer.model
            && now.mode == answer.mode
            && now.weights_sha256 == answer.weights_sha256
            && now.said.first() == answer.said.first()
    })
}

/// Whether the earlier date of a network that compares dates is there to be read; of others nothing is needed.
pub(super) fn is_at_hand(session: &Session, id: NoduleId, answer: &Answer) -> bool {
    let link = session.findings().nodule(id).and_then(|nodule| nodule.prior.as_ref());
    let loaded = session.open().is_some_and(|open| open.loaded);
    loaded && (!compares_dates(&answer.model) || matches!(earlier(session, link), Earlier::There(_)))
}

/// What was asked, without maps, of the first member alone.
/// - errors: the series is closed, the earlier date cannot be used: a sentence
pub(super) fn asked_again(session: &Session, id: NoduleId, answer: &Answer) -> Result<Request, String> {
    let Some(open) = session.open() else { return Err("The series is closed".to_owned()) };
    let link = session.findings().nodule(id).and_then(|nodule| nodule.prior.as_ref());
    let prior = match compares_dates(&answer.model).then(|| earlier(session, link)) {
        Some(Earlier::There(prior)) => Some(prior),
        Some(Earlier::Refused(text)) => return Err(text),
        // What the network says of its absence is the sentence.
        Some(Earlier::Loading | Earlier::Needed) | None => None,
    };
    Ok(Request {
        model: answer.model.clone(),
        prior,
        mode: answer.mode.parse().unwrap_or_default(),
        fields: session.fields(),
        // Looked for on the network's thread: no file is touched here.
        weights: None,
        explain: Vec::new(),
        all_members: false,
        ..Request::new(Arc::clone(&open.volume), open.defects.clone(), answer.at)
    })
}
