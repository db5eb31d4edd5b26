//! The plots of an evaluation.

use super::baselines::{RATINGS, TEN_FEATURES};
use super::error::EvaluateError;
use super::figures::Findings;
use crate::evaluation::Scored;
use crate::evaluation::plot::{Corner, Plot};

/// Each plot with the name of its file.
pub(super) fn plots(findings: &Findings) -> Result<Vec<(&'static str, Plot)>, EvaluateError> {
    let report = &findings.report;
    let network = report.network.as_ref().map(|_| report.model.as_str());
    let names = [network, report.comparison.reference.as_deref(), Some(TEN_FEATURES), Some(RATINGS)];
    let curves: Vec<(&str, &Scored, &[usize])> = names
        .into_iter()
        .flatten()
        .filter_map(|name| findings.contenders.iter().find(|c| c.name == name))
        .map(|c| (c.name.as_str(), &c.scored, findings.patients.as_slice()))
        .collect();
    let title = |what: &str| format!("{what}: {}, {} nodules out of fold", report.data, report.evaluated);
    let bootstrap = &findings.bootstrap;
    let mut plots = vec![
        ("roc", Plot::roc(&title("ROC"), &curves, bootstrap)?),
        ("pr", Plot::precision_recall(&title("Precision and recall"), &curves, bootstrap)?),
    ];
    if network.is_some() {
        let mut curves = vec![("as answered", &findings.contenders[0].scored)];
        curves.extend(findings.calibrated.as_ref().map(|scored| ("after temperature", scored)));
        plots.push(("reliability", Plot::reliability(&title("Calibration"), &curves)));
    }
    if let Some(robustness) = &findings.robustness {
        let curves = std::slice::from_ref(&robustness.clicks);
        let label = "Absolute change of probability";
        let mut plot = Plot::jitter("Clicks beside the centre", label, curves)?;
        // Changes begin at zero and rise; one scale for all but the unsteadiest networks.
        plot.y.range = [0.0, plot.y.range[1].max(0.1)];
        plot.names = Corner::UpperLeft;
        plots.push(("jitter", plot));
    }
    Ok(plots)
}
