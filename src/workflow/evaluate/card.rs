//! `card.md`: what must be known of the weights before their answer is read.

use super::page::{about, main_tables};
use super::report::{EvaluationReport, NetworkReport};

/// What "malignant" means where labels come from readers' ratings; said wherever an answer is shown.
pub(super) const IMPRESSION: &str =
    "malignant means the impression of radiologists who read the same CT, not pathology";

/// Said wherever surroundings were simulated.
pub(super) const SIMULATED: &str =
    "the surroundings in training were simulated: what surrounds a nodule is no evidence";

/// Whether labels follow from readers' ratings.
fn rated(report: &EvaluationReport) -> bool {
    report.label_rules.keys().any(|rule| *rule != "given")
}

/// What must be said wherever an answer of these weights is shown: one sentence.
pub(super) fn caution(report: &EvaluationReport, network: &NetworkReport) -> Option<String> {
    let mut parts = Vec::new();
    if rated(report) {
        parts.push(IMPRESSION);
    }
    if network.simulated > 0 {
        parts.push(SIMULATED);
    }
    let text = parts.join("; ");
    let first = text.chars().next()?;
    Some(format!("{}{}", first.to_uppercase(), text.get(first.len_utf8()..)?))
}

/// The card; `None` where no network was asked.
pub(super) fn card(report: &EvaluationReport) -> Option<String> {
    let network = report.network.as_ref()?;
    let mut text = format!("# {}: model card\n\n", report.model);
    text += "Written by `triscope evaluate` from what it computed; see Reproduce at the end.\n\n";
    if let Some(caution) = caution(report, network) {
        text += &format!("> {caution}.\n\n");
    }
    text += &meaning(report);
    text += "\n## Intended use\n\nResearch on how a three-scale nodule network answers and why. Not a medical device, not for a diagnosis, not for choosing a patient's follow-up.\n";
    text += &data(report);
    text += &protocol(report, network);
    text += "\n## Results\n\n";
    text += &about(report);
    text += &main_tables(report, "###");
    text += &limits(report, network);
    text += &reproduce(report, network);
    Some(text)
}

fn meaning(report: &EvaluationReport) -> String {
    let rules: Vec<String> =
        report.label_rules.iter().map(|(rule, cases)| format!("{rule} ({cases} cases)")).collect();
    let mut text = format!("## What \"malignant\" means\n\nLabel rule: {}. ", rules.join(", "));
    text += if rated(report) {
        "A nodule counts as malignant where the radiologists' mean rating is above 3 on a scale from 1 (highly unlikely) to 5 (highly suspicious), as benign below 3; exactly 3 is left out (strict) or benign (published). **No pathology was looked at**: the network learns and is measured on the impression of readers of the same CT.\n"
    } else {
        "The labels are those of the source; what they rest on is for the source to say.\n"
    };
    text
}

fn data(report: &EvaluationReport) -> String {
    let mut text = format!("\n## Data\n\n`{}`:\n\n", report.data);
    for source in &report.sources {
        let or = |value: &str| {
            if value.is_empty() { "not told by the manifest".to_owned() } else { value.to_owned() }
        };
        text += &format!(
            "- {}: {} cases. Licence: {}. Cite: {}\n",
            or(&source.source),
            source.cases,
            or(&source.licence),
            or(&source.citation)
        );
    }
    text
}

fn protocol(report: &EvaluationReport, network: &NetworkReport) -> String {
    let mut text = "\n## Protocol\n\nPatients are never divided between folds. Each fold's network was taught by the other folds and answers its own, plainly looked at: centred on the nodule, native voxels, nothing varied. Figures are of single networks.\n\n| fold | held-out cases | AUC of the labelled ones | training state says these cases |\n|---:|---:|---:|---|\n".to_owned();
    for fold in &network.folds {
        let begun = match fold.begun_with_these_cases {
            Some(true) => "yes",
            Some(false) => {
                "**no: begun with another configuration or other cases, so the held-out cases may have taught it**"
            }
            None => "not known: no training state is there that can be compared",
        };
        let auc = fold.auc.map_or("-".to_owned(), |auc| format!("{auc:.3}"));
        text += &format!("| {} | {} | {auc} | {begun} |\n", fold.fold, fold.cases);
    }
    if !network.left_out.is_empty() {
        text += &format!("\n{} cases were not shown to the network:\n\n", network.left_out.len());
        let mut reasons = std::collections::BTreeMap::new();
        for left in &network.left_out {
            *reasons.entry(left.why.as_str()).or_insert(0) += 1;
        }
        for (why, count) in reasons {
            text += &format!("- {count}: {why}\n");
        }
    }
    text += &format!(
        "\nThe figures are of weights of 32 bits; those that are written have 16, which moves no probability \
         of a single network by more than {:.4}. Computed on {} by Triscope {}.\n",
        network.moved_by_rounding, network.device, report.triscope
    );
    text
}

fn limits(report: &EvaluationReport, network: &NetworkReport) -> String {
    let mut limits = Vec::new();
    if rated(report) {
        limits.push("Labels are readers' impressions, with all that readers share; agreement with them is no accuracy against disease.".to_owned());
    }
    if network.simulated > 0 {
        limits.push(format!(
            "{} of {} nodules were shown in simulated chests, in training as in evaluation: the figures say nothing of real surroundings, and nothing near a nodule (pleura, vessels, other nodules) is evidence for the network. How it does on whole chests is not measured here.",
            network.simulated, network.answered
        ));
    }
    limits.push("The packed weights hold the networks of all finished folds and answer with the mean of their margins. That mean is not measured: no case of this data is unseen by all of them.".to_owned());
    limits.push(if network.temperature.at_limit {
        "No temperature comes with them: the one that was fitted lies at its limit.".to_owned()
    } else {
        "Their temperature is that of single networks.".to_owned()
    });
    limits.push(
        "One data set, one reading protocol; no other hospital, scanner or population was looked at."
            .to_owned(),
    );
    limits.push("Every case is a nodule that readers marked: what the network says of a vessel, a scar or nothing at all is not measured.".to_owned());
    if !network.unfinished_folds.is_empty() {
        limits.push("Not all folds are finished: figures are of those that are.".to_owned());
    }
    if network.control.is_none() {
        limits.push(
            "Whether the pictures tell the label without the nodule (shortcut control) is not computed."
                .to_owned(),
        );
    }
    let list: String = limits.into_iter().map(|limit| format!("- {limit}\n")).collect();
    format!("\n## Limits\n\n{list}")
}

fn reproduce(report: &EvaluationReport, network: &NetworkReport) -> String {
    let run = report.run.as_deref().unwrap_or("run");
    let control = network.control.as_ref().map_or(String::new(), |c| format!(" --control {}", c.run));
    let effort = network.robustness.as_ref().map_or("none", |r| r.effort);
    let surroundings =
        network.surroundings.as_ref().map_or(String::new(), |s| format!(" --surroundings {}", s.looks));
    format!(
        "\n## Reproduce\n\n```sh\ntriscope train --model {model} --data {data} --config {run}/config.toml --out {run}\ntriscope evaluate --model {model} --data {data} --run {run}{control} --robustness {effort}{surroundings} --out OUT\n```\n\nThe same manifest, configuration and device give the same figures; `predictions.csv` has every answer that they are made of.\n",
        model = report.model,
        data = report.data
    )
}
