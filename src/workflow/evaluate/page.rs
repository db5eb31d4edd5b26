//! `tables.md` and the tables as CSV: every figure for people and for programs.

use super::error::EvaluateError;
use super::features::FEATURES;
use super::figures::{Findings, fitted_on};
use super::report::{EvaluationReport, NetworkReport};
use super::rules;
use crate::evaluation::Stability;

/// Every table as CSV, with the name of its file.
pub(super) fn tables(findings: &Findings) -> Result<Vec<(String, Vec<u8>)>, EvaluateError> {
    let report = &findings.report;
    let mut tables = vec![("comparison".to_owned(), report.comparison.to_csv()?)];
    if !report.rules.is_empty() {
        tables.push(("label_rules".to_owned(), rules::to_csv(&report.rules)?));
    }
    if let Some(network) = &report.network {
        tables.push(("summary".to_owned(), network.summary.to_csv()?));
        if let Some(calibrated) = &network.calibrated {
            tables.push(("summary_calibrated".to_owned(), calibrated.to_csv()?));
        }
        for (table, name) in network.subgroups.iter().zip(["size", "texture", "slice_spacing"]) {
            tables.push((format!("by_{name}"), table.to_csv()?));
        }
        if let Some(table) = &network.reference_by_size {
            tables.push(("by_size_of_reference".to_owned(), table.to_csv()?));
        }
        tables.push(("ablations".to_owned(), network.ablations.to_csv()?));
        if let Some(control) = &network.control {
            tables.push(("control".to_owned(), control.comparison.to_csv()?));
        }
        if let Some(robustness) = &network.robustness {
            tables.push(("robustness".to_owned(), Stability::to_csv(&robustness.changes)?));
        }
        if let Some(surroundings) = &network.surroundings {
            tables.push(("surroundings".to_owned(), surroundings.comparison.to_csv()?));
            tables.push(("surroundings_by_size".to_owned(), surroundings.by_size.to_csv()?));
        }
    }
    Ok(tables)
}

/// The page.
pub(super) fn page(report: &EvaluationReport) -> String {
    let mut text = format!("# {} on {}\n\n", report.model, report.data);
    text += &about(report);
    text += &main_tables(report, "##");
    text
}

/// Which cases, which folds, which intervals: one paragraph.
pub(super) fn about(report: &EvaluationReport) -> String {
    let mut text = format!(
        "{} nodules of {} patients, {} malignant, out of {} cases with a fold. ",
        report.evaluated, report.patients, report.malignant, report.cases
    );
    text += &match &report.network {
        None => "No network was asked; the baselines stand alone. ".to_owned(),
        Some(network) => {
            let folds = |list: Vec<u32>| list.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
            let finished = folds(network.folds.iter().map(|f| f.fold).collect());
            let mut words =
                format!("Each is answered by the network of its own fold (finished: {finished}). ");
            if !network.unfinished_folds.is_empty() {
                words += &format!(
                    "**Folds {} are not finished: their cases are in no figure.** ",
                    folds(network.unfinished_folds.clone())
                );
            }
            words
        }
    };
    text += &format!(
        "Intervals are 95 %, by {} bootstrap samples of whole patients (seed {}); DeLong's take nodules as independent.\n\n",
        report.bootstrap[0], report.bootstrap[1]
    );
    text
}

/// The tables with their headings.
/// - `level`: marks of a heading
pub(super) fn main_tables(report: &EvaluationReport, level: &str) -> String {
    let mut text = String::new();
    if let Some(network) = &report.network {
        text += &format!("{level} Figures\n\nAt a probability of 0.5, as answered.\n\n");
        text += &network.summary.to_markdown();
        text += &calibration(network, level);
    }
    text += &format!(
        "\n{level} Beside what can be said without the network\n\nThe same cases and folds; what is fitted is fitted on {}. The reference is the better of the two that know size alone, chosen on these very cases; p is of \"not better than the reference\", one-sided.\n\n",
        fitted_on(report)
    );
    text += &report.comparison.to_markdown();
    text += "\nWhat each is:\n\n";
    for row in &report.comparison.rows {
        text += &format!("- **{}**: {}.\n", row.name, row.what);
    }
    for reason in &report.baselines_left_out {
        text += &format!("- left out: {reason}.\n");
    }
    text += "\nThe ten features: ";
    text += &FEATURES.map(|(name, what)| format!("`{name}` ({what})")).join(", ");
    text += ".\n";
    text += &label_rules(report, level);
    if let Some(network) = &report.network {
        text += &network_tables(network, level);
    }
    text
}

fn calibration(network: &NetworkReport, level: &str) -> String {
    let mut text = format!("\n{level} Calibration\n\n");
    let Some(calibrated) = &network.calibrated else {
        text += "With one finished fold there is no other to fit a temperature on: calibration out of fold \
                 is not computed. ";
        return text + &shipped(network) + "\n";
    };
    let values: Vec<String> =
        network.temperatures_out_of_fold.iter().map(|t| format!("{:.3}", t.value)).collect();
    let limit = if network.temperatures_out_of_fold.iter().any(|t| t.at_limit) {
        " **A temperature lies at its limit (0.01 or 100): do not rely on it.**"
    } else {
        ""
    };
    text += &format!(
        "One temperature for each fold, fitted on the others ({}). {}{limit}\n\n| figure | as answered (95 % CI) | after temperature (95 % CI) |\n|---|---|---|\n",
        values.join(", "),
        shipped(network)
    );
    for (name, before) in network.summary.figures.iter().filter(|(name, _)| {
        ["Brier score", "calibration error (10 bins)", "negative log likelihood"].contains(name)
    }) {
        let after = calibrated.figures.iter().find(|(other, _)| other == name).map(|(_, e)| *e);
        let words = |e: &crate::evaluation::Estimate| {
            format!("{:.3} ({:.3} to {:.3})", e.value, e.interval.low, e.interval.high)
        };
        text +=
            &format!("| {name} | {} | {} |\n", words(before), after.as_ref().map_or("-".to_owned(), words));
    }
    text + "\nBins hold equal numbers of cases.\n"
}

/// What is done with the temperature on all evaluated cases.
fn shipped(network: &NetworkReport) -> String {
    if network.temperature.at_limit {
        return "**No temperature ships**: fitted on all evaluated cases it lies at its limit (0.01 or 100), \
                which says nothing."
            .to_owned();
    }
    let on = match &network.calibrated {
        Some(_) => "on all of them",
        None => "on the very cases that are evaluated: what it does to others is not measured",
    };
    format!("The temperature that ships, {:.3}, is fitted {on}.", network.temperature.value)
}

fn label_rules(report: &EvaluationReport, level: &str) -> String {
    if report.rules.is_empty() {
        return format!(
            "\n{level} Label rule and split\n\nNot computed: a case has no ratings, from which the published rule makes its labels.\n"
        );
    }
    let mut text = format!(
        "\n{level} Label rule and split\n\nM3Net was published with a mean rating of exactly 3 as benign (strict: left out) and with a split by nodule, where nodules of one patient teach and test (strict: by patient)."
    );
    text += "\n\n";
    text += &rules::to_markdown(&report.rules);
    text += "\nThe network's rows are the same answers under two label rules. **What a split by nodule would flatter the network by is not computed**: it needs networks that were taught on such a split. For the ten features both splits are fitted here. No row is comparable with the published accuracy, whose split and subset of the data are not public.\n";
    text
}

fn network_tables(network: &NetworkReport, level: &str) -> String {
    let mut text = format!(
        "\n{level} By size, texture and slice spacing\n\nA figure is given where there are at least ten cases of the class; below 6 mm and from 20 mm on only counts, because there labels nearly follow from size. 6 to < 10 mm is the two groups before it together.\n"
    );
    for table in &network.subgroups {
        text += &format!("\n{}", table.to_markdown());
    }
    if let Some(table) = &network.reference_by_size {
        text += &format!(
            "\nThe same for the reference, which knows size alone (at the probability of 0.5 of its own model):\n\n{}",
            table.to_markdown()
        );
    }
    let of = network.folds.first().map_or(0, |f| f.mean_logits_of);
    text += &format!(
        "\n{level} With something taken away\n\nThe taught network, asked differently; nothing is taught again, so a part may look needed only because the rest was taught beside it. A scale that is left out has its two logits replaced by their mean over training cases of the fold ({of} of them). A difference below 0 is what the part is worth to the taught network; p is of \"not better than the whole\".\n\n"
    );
    text += &network.ablations.to_markdown();
    text += &format!("\n{level} Shortcut control\n\n");
    text += &match &network.control {
        None => "Not computed: no run on pictures without the nodules was given (`--control`).\n".to_owned(),
        Some(control) => format!(
            "{}: {}. An interval above 0.5 says that the pictures tell the label by something besides the nodule.\n\n{}",
            control.run,
            control.what,
            control.comparison.to_markdown()
        ),
    };
    text += &format!("\n{level} Small changes of the pictures\n\n");
    text += &match &network.robustness {
        None => "Not computed.\n".to_owned(),
        Some(robustness) => format!(
            "{} of {} answered nodules, chosen by a seed. Probabilities are {}. Clicks fall on whole voxels: two directions each at up to 1, 2, 3 and 4 mm.\n\n{}",
            robustness.cases,
            network.answered,
            if network.calibrated.is_some() { "those after temperature" } else { "as answered" },
            Stability::to_markdown(&robustness.changes)
        ),
    };
    if let Some(surroundings) = &network.surroundings {
        let lowest = surroundings.each.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = surroundings.each.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        text += &format!(
            "\n{level} The same nodules in other surroundings\n\nEvery figure above is of one picture of each nodule, as a click gives one. Here each nodule was put into {} simulated surroundings, drawn by a seed whatever its label. One picture of each has an area of {lowest:.3} to {highest:.3}. The mean of a nodule's {} margins is what the network says of the nodule itself, once what its surroundings did to the answer has been averaged out: **no click can have it**, but the difference is what the surroundings cost.\n\n{}\n{}",
            surroundings.looks,
            surroundings.looks,
            surroundings.comparison.to_markdown(),
            surroundings.by_size.to_markdown()
        );
    }
    if let Some(readers) = &network.readers {
        text += &format!(
            "\n{level} Readers' ratings\n\nOver {} nodules the readers' head misses their mean rating (1 to 5) by {:.2} on average; always expecting the mean of all would miss it by {:.2}. It misses their standard deviation by {:.2}.\n",
            readers.cases, readers.mean_error, readers.mean_error_of_constant, readers.spread_error
        );
    }
    text
}
