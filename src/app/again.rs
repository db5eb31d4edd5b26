//! The question of an answer, to be asked again: about other places, without some tissue, for other maps.

use std::sync::Arc;

use super::asker::compares_dates;
use super::priors::{Earlier, earlier};
use crate::findings::NoduleId;
use crate::inference::Answer;
use crate::session::Session;
use crate::workflow::classify::Request;

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
