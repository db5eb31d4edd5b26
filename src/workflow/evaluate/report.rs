//! Everything that an evaluation found, as values: `evaluation.json` is this, and
//! `workflow::review` reads it back for the window.

use std::collections::BTreeMap;

use serde::Serialize;

use super::network::FoldReport;
use super::rules::RuleRow;
use crate::evaluation::{Comparison, Stability, SubgroupTable, Summary, Temperature};
use crate::workflow::train::LeftOut;

/// One evaluation. File names are without their folders, but for the manifest.
#[derive(Clone, Debug, Serialize)]
pub struct EvaluationReport {
    /// Version of the program.
    pub triscope: &'static str,
    /// Network.
    pub model: String,
    /// The manifest's file name.
    pub data: String,
    /// Path from OUT to the manifest, with `/`; absent where there is none (another drive).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
    /// Name of the run's folder; absent without a network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// What the labels answer.
    pub question: &'static str,
    /// How the labels were made, with the number of cases of each rule.
    pub label_rules: BTreeMap<&'static str, usize>,
    /// Samples of the bootstrap by patient, and its seed.
    pub bootstrap: [u64; 2],
    /// Cases with a fold.
    pub cases: usize,
    /// Patients of the cases that the figures are of.
    pub patients: usize,
    /// Labelled cases that the figures are of.
    pub evaluated: usize,
    /// Malignant ones among them.
    pub malignant: usize,
    /// Every classifier on the same cases.
    pub comparison: Comparison,
    /// Baselines that could not be had.
    pub baselines_left_out: Vec<String>,
    /// The published rule and split beside ours; empty where a case has no ratings.
    pub rules: Vec<RuleRow>,
    /// Sources of the data.
    pub sources: Vec<SourceReport>,
    /// What the network did; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<NetworkReport>,
    /// Files written, in OUT.
    pub files: Vec<String>,
}

/// Where cases come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SourceReport {
    /// Data set.
    pub source: String,
    /// Its licence.
    pub licence: String,
    /// What to cite.
    pub citation: String,
    /// Number of cases.
    pub cases: usize,
}

/// The network's figures.
#[derive(Clone, Debug, Serialize)]
pub struct NetworkReport {
    /// Where it was computed.
    pub device: String,
    /// Finished folds.
    pub folds: Vec<FoldReport>,
    /// Folds of the manifest that the run has not finished: their cases are in no figure.
    pub unfinished_folds: Vec<u32>,
    /// Cases of finished folds that were answered, labelled or not.
    pub answered: usize,
    /// Of those, nodules that were put into simulated surroundings.
    pub simulated: usize,
    /// Largest change of a probability of a single network by rounding to the 16 bits of the weights that are
    /// written; the figures are of the run's own, of 32.
    pub moved_by_rounding: f64,
    /// Cases that the network was not shown, with the reason.
    pub left_out: Vec<LeftOut>,
    /// Every figure before calibration.
    pub summary: Summary,
    /// Every figure after it, each fold by the temperature of the others; absent with one fold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibrated: Option<Summary>,
    /// Temperature of each finished fold, fitted on the others; empty with one fold.
    pub temperatures_out_of_fold: Vec<Temperature>,
    /// Temperature on all evaluated cases: the one that ships.
    pub temperature: Temperature,
    /// Figures by size, texture and slice spacing.
    pub subgroups: Vec<SubgroupTable>,
    /// Figures by size of the baseline that knows size alone and that others are held against: within a
    /// group there is little size left to tell by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_by_size: Option<SubgroupTable>,
    /// The network with something taken from it, held against the whole.
    pub ablations: Comparison,
    /// A network that was taught on the same pictures without the nodules; absent where none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control: Option<ControlReport>,
    /// Small changes of the pictures; absent where none were asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub robustness: Option<RobustnessReport>,
    /// The nodules in other simulated surroundings; absent where none were asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surroundings: Option<SurroundingsReport>,
    /// What the network expects of the readers' ratings; absent for weights without that head.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readers: Option<ReadersReport>,
}

impl NetworkReport {
    /// Whether any fold was begun with something else, so that its held-out cases may have taught it.
    pub(super) fn begun_otherwise(&self) -> bool {
        self.folds.iter().any(|fold| fold.begun_with_these_cases == Some(false))
    }
}

/// The shortcut control.
#[derive(Clone, Debug, Serialize)]
pub struct ControlReport {
    /// Name of its run's folder.
    pub run: String,
    /// Whether it was shown the same ball in every nodule's place; otherwise it is no control.
    pub of_ball: bool,
    /// What it is, in a sentence.
    pub what: String,
    /// Its area beside the network's, on the cases that both have answered.
    pub comparison: Comparison,
}

/// Small changes of the pictures.
#[derive(Clone, Debug, Serialize)]
pub struct RobustnessReport {
    /// `quick` or `full`.
    pub effort: &'static str,
    /// Cases that were looked at, of all that were answered.
    pub cases: usize,
    /// One for each kind of change.
    pub changes: Vec<Stability>,
}

/// Other simulated surroundings of the same nodules.
#[derive(Clone, Debug, Serialize)]
pub struct SurroundingsReport {
    /// Surroundings that each nodule was seen in.
    pub looks: usize,
    /// Area under the ROC curve of each, one picture of every nodule.
    pub each: Vec<f64>,
    /// The mean margin over all of them, held against one picture and against size alone.
    pub comparison: Comparison,
    /// That mean by size of the nodule.
    pub by_size: SubgroupTable,
}

/// Expected ratings beside given ones, over all answered cases with ratings.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ReadersReport {
    /// Number of cases.
    pub cases: usize,
    /// Mean absolute difference of expected and given mean rating, on the scale 1 to 5.
    pub mean_error: f64,
    /// The same where the mean of all given means is always expected.
    pub mean_error_of_constant: f64,
    /// Mean absolute difference of expected and given standard deviation.
    pub spread_error: f64,
}
