//! Tables and card of a network besides M3Net, for people.

use super::family::{FamilyReport, SIZE};
use crate::evaluation::{Estimate, Summary};

/// `tables.md`.
pub(super) fn tables(report: &FamilyReport) -> String {
    format!("# {} on {}\n\n{}{}", report.model, report.data, about(report), figures(report, "##"))
}

/// `card.md`: what must be known of the weights before their answer is read.
pub(super) fn card(report: &FamilyReport) -> String {
    let answer = &report.answer;
    let mut text = format!("# {}: model card\n\n", report.model);
    text += "Written by `triscope evaluate` from what it computed; see Reproduce at the end.\n\n";
    if report.simulated > 0 {
        text += &format!(
            "> {} of the {} cases are simulated: these figures say whether the network learns what was put into phantoms, and nothing of how it answers to patients.\n\n",
            report.simulated, report.evaluated
        );
    }
    if let Some(caution) = &answer.caution {
        text += &format!("> Said with every answer: {}.\n\n", caution.trim_end_matches('.'));
    }
    text += &format!(
        "## Question\n\n`{}`: positive is {}, negative is {}.\n",
        report.question, report.classes[1], report.classes[0]
    );
    text += "\n## Intended use\n\nResearch on how this network answers and why. Not a medical device, not for a diagnosis, not for choosing a patient's follow-up.\n";
    text += &format!(
        "\n## Taught on\n\n{}. {} cases taught, {} measured progress and gave the temperature. Inputs in mode `{}`.",
        answer.trained_on, answer.taught[0], answer.taught[1], answer.mode
    );
    if !answer.options.is_empty() {
        let words: Vec<String> =
            answer.options.iter().map(|(name, word)| format!("{name} `{word}`")).collect();
        text += &format!(" Variants that the sources leave open: {}.", words.join(", "));
    }
    text += &format!(
        " All figures are of the weights rounded to 16 bits, as they are written here; that moved no probability by more than {:.4}.",
        answer.moved_by_rounding
    );
    text += "\n\n## Evaluated on\n\n";
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
    text += &format!("\n## Results\n\n{}{}", about(report), figures(report, "###"));
    text += "\n## Limits\n\n";
    text += "- The figures hold for cases as these are: other scanners, kernels and populations are not among them.\n";
    if report.simulated > 0 {
        text += "- A phantom's label follows from how it was made. What the network found may not exist in patients.\n";
    }
    if answer.temperature.is_none() {
        text += "- No temperature could be fitted: probabilities are as taught.\n";
    }
    for left in &answer.left_out {
        text += &format!("- not shown: {}: {}.\n", left.case, left.why);
    }
    text += &format!(
        "\n## Reproduce\n\nTriscope {}, weights of SHA-256 `{}`, on {}:\n\n```sh\ntriscope evaluate --model {} --data {} --run {} --out figures\n```\n",
        report.triscope, answer.weights_sha256, answer.device, report.model, report.data, report.run
    );
    text
}

fn about(report: &FamilyReport) -> String {
    let held = match report.answer.held_out {
        Some(fold) => format!("fold {fold} was held out of teaching"),
        None => "they had no part in teaching".to_owned(),
    };
    let left = match report.of_taught_patients {
        0 => String::new(),
        count => format!(
            " {count} further cases were left out, since other cases of their patients taught the network or \
             measured its progress."
        ),
    };
    format!(
        "{} cases of {} patients, {} {}; {held}.{left} Intervals are 95 %, by {} bootstrap samples of whole patients (seed {}); DeLong's take cases as independent.\n\n",
        report.evaluated,
        report.patients,
        report.malignant,
        report.classes[1],
        report.bootstrap[0],
        report.bootstrap[1]
    )
}

fn words(e: Estimate) -> String {
    format!("{:.3} ({:.3} to {:.3})", e.value, e.interval.low, e.interval.high)
}

fn figures(report: &FamilyReport, level: &str) -> String {
    let answer = &report.answer;
    let mut text = format!("{level} Figures\n\nAt a probability of 0.5 of {}.\n\n", report.classes[1]);
    text += &summaries(&answer.summary, answer.uncalibrated.as_ref());
    if let Some(temperature) = answer.temperature {
        text += &format!(
            "\nTemperature {temperature:.3}, fitted on the {} cases that measured progress.\n",
            answer.taught[1]
        );
    }
    let c = &answer.confusion;
    let [no, yes] = report.classes;
    text += &format!(
        "\n| | answered {yes} | answered {no} |\n|---|---|---|\n| is {yes} | {} | {} |\n| is {no} | {} | {} |\n",
        c.true_positives, c.false_negatives, c.false_positives, c.true_negatives
    );
    text += &format!("\n{level} Beside what can be said otherwise\n\n");
    text += &report.comparison.to_markdown().replacen(
        &format!("{} nodules, {} malignant", report.comparison.cases, report.comparison.malignant),
        &format!("{} cases, {} {yes}", report.comparison.cases, report.comparison.malignant),
        1,
    );
    text += "\nWhat each is:\n\n";
    for row in &report.comparison.rows {
        text += &format!("- **{}**: {}.\n", row.name, row.what);
    }
    for reason in &report.baselines_left_out {
        text += &format!("- left out: {reason}.\n");
    }
    if report.comparison.rows.iter().all(|row| row.name != SIZE) {
        text += &format!("\nNothing stands against {SIZE}: not every case has a diameter.\n");
    }
    text
}

fn summaries(shown: &Summary, raw: Option<&Summary>) -> String {
    let Some(raw) = raw else {
        let rows = shown.figures.iter().map(|(name, e)| format!("| {name} | {} |\n", words(*e)));
        return format!("| figure | value (95 % CI) |\n|---|---|\n{}", rows.collect::<String>());
    };
    let mut text =
        "| figure | as shown, after temperature (95 % CI) | as taught (95 % CI) |\n|---|---|---|\n"
            .to_owned();
    for ((name, after), (_, before)) in shown.figures.iter().zip(&raw.figures) {
        text += &format!("| {name} | {} | {} |\n", words(*after), words(*before));
    }
    text
}
