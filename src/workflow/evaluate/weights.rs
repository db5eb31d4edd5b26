//! The networks of a run's finished folds as one weights file, with the card that they have earned.

use super::Asked;
use super::card::caution;
use super::error::EvaluateError;
use super::report::{EvaluationReport, NetworkReport};
use crate::guard::TrainingRange;
use crate::networks::weights::{
    Calibration, Card, Metadata, Precision, StateDict, WeightsError, WeightsFile, pack,
};

/// The bytes of the file: members in the order of their folds, 16 bits, calibrated.
///
/// What else the folds' files carry in their headers is taken along where all carry the same.
/// - returns: `None` where no network was asked
/// - errors: weights that cannot be read any more, or do not fit into 16 bits
pub(super) fn packed(
    report: &EvaluationReport,
    asked: Option<&Asked>,
) -> Result<Option<Vec<u8>>, EvaluateError> {
    let (Some(asked), Some(network)) = (asked, &report.network) else { return Ok(None) };
    let answered = |fold: u32| network.folds.iter().any(|f| f.fold == fold);
    let files: Vec<WeightsFile> = asked
        .run
        .folds
        .iter()
        .filter(|(fold, _)| answered(*fold))
        .map(|(_, file)| WeightsFile::read(file))
        .collect::<Result<_, WeightsError>>()?;
    let mut metadata = shared(&files);
    if let Some(range) = training_range(asked).and_then(|range| range.to_json()) {
        metadata.insert(TrainingRange::METADATA_KEY.to_owned(), range);
    }
    let members: Vec<StateDict> = files.iter().map(|file| file.state.clone()).collect();
    let trained = files.iter().all(|file| file.card.as_ref().is_none_or(|card| card.trained));
    // At a limit the fit says nothing: such a temperature would make every answer certain or none.
    let calibration =
        (!network.temperature.at_limit).then_some(Calibration { temperature: network.temperature.value });
    let sources: Vec<String> =
        report.sources.iter().map(|s| format!("{} ({} nodules)", s.source, s.cases)).collect();
    let licences: Vec<&str> = report.sources.iter().map(|s| s.licence.as_str()).collect();
    let card = Card {
        model: report.model.clone(),
        origin: format!("trained with triscope train, {} networks of a cross-validation", members.len()),
        trained,
        trained_on: format!("{}; {}", sources.join(", "), measured(report, network)),
        intended_use: "research; not for a diagnosis".to_owned(),
        licence: format!("data: {}", licences.join(", ")),
        mode: None,
        calibration,
        caution: caution(report, network),
        source_sha256: None,
        values_sha256: None,
    };
    Ok(Some(pack(&members, &card, Precision::Half, &metadata)?))
}

/// How well the networks do, where what they answered had no part in teaching them.
fn measured(report: &EvaluationReport, network: &NetworkReport) -> String {
    if network.begun_otherwise() {
        return "how well it does is not known, as its run was begun with other cases or another configuration"
            .to_owned();
    }
    let auc = report.comparison.rows.first().map_or(f64::NAN, |row| row.auc.value);
    format!("AUC out of fold {auc:.3} on {} of them", report.evaluated)
}

/// Spacings of all cases, and what the first network makes of those that it had not seen: what a new
/// picture is compared with is what the first member makes of it.
fn training_range(asked: &Asked) -> Option<TrainingRange> {
    let spacings: Vec<[f64; 3]> =
        asked.pictures.nodules.iter().map(|n| n.block.spacing_mm.map(f64::from)).collect();
    let first = asked.predicted.folds.first()?.fold;
    let own = asked.predicted.predictions.iter().filter(|p| p.fold == first);
    let features: Vec<Vec<f32>> = own.map(|p| p.reply.features.iter().map(|v| *v as f32).collect()).collect();
    TrainingRange::fit(&spacings, &features)
}

/// What all files say alike.
fn shared(files: &[WeightsFile]) -> Metadata {
    let Some((first, others)) = files.split_first() else { return Metadata::new() };
    let everywhere = |(name, value): &(&String, &String)| {
        others.iter().all(|other| other.metadata.get(*name) == Some(*value))
    };
    first.metadata.iter().filter(everywhere).map(|(n, v)| (n.clone(), v.clone())).collect()
}
