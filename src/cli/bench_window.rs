//! `bench window`: figures of the real window, for a person or as JSON.

use serde::Serialize;

use super::args::BenchWindow;
use super::bench_use::Use;
use super::exit::Failure;
use super::output;
use crate::app::{WindowBench, WindowTimings, bench_window};

/// Median, 95th percentile and worst of some frames, milliseconds.
#[derive(Debug, Serialize, PartialEq)]
struct Frames {
    count: usize,
    median_ms: f64,
    p95_ms: f64,
    worst_ms: f64,
}

/// The JSON document.
#[derive(Debug, Serialize)]
struct Report {
    adapter: String,
    start_ms: f64,
    first_image_ms: f64,
    complete_ms: f64,
    step: Frames,
    step_during_inference: Frames,
    click_to_probability_ms: Option<f64>,
    click_to_interval_ms: Option<f64>,
    memory_mb: f64,
    texture_mb: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rounds: Option<Use>,
}

/// Opens the window, times it, closes it, prints the figures.
pub(super) fn run(options: &BenchWindow) -> Result<(), Failure> {
    let plan = WindowBench {
        path: options.path.clone(),
        steps: options.steps as usize,
        questions: options.questions as usize,
        rounds: options.rounds as usize,
    };
    let found = bench_window(plan).map_err(Failure::work)?;
    if let Some(sentence) = &found.failure {
        return Err(Failure::work(format!("the window could not be timed to its end: {sentence}")));
    }
    let report = report(found);
    if options.json { output::json(&report) } else { output::print(&text(&report)) }
}

fn report(found: WindowTimings) -> Report {
    Report {
        adapter: found.adapter,
        start_ms: found.start_ms,
        first_image_ms: found.first_image_ms,
        complete_ms: found.complete_ms,
        step: frames(found.step_ms),
        step_during_inference: frames(found.busy_ms),
        click_to_probability_ms: median(found.answer_ms),
        click_to_interval_ms: median(found.interval_ms),
        memory_mb: megabytes(found.process_bytes),
        texture_mb: megabytes(found.gpu_bytes),
        rounds: Use::of(&found.rounds),
    }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

fn frames(mut values: Vec<f64>) -> Frames {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let last = values.len().saturating_sub(1);
        values.get((last as f64 * share).round() as usize).copied().unwrap_or(0.0)
    };
    Frames { count: values.len(), median_ms: at(0.5), p95_ms: at(0.95), worst_ms: at(1.0) }
}

fn text(report: &Report) -> String {
    let frames = |f: &Frames| {
        format!(
            "median {:.1} ms, 95 % under {:.1}, worst {:.1} ({} frames)",
            f.median_ms, f.p95_ms, f.worst_ms, f.count
        )
    };
    let or_none = |ms: Option<f64>| ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.0} ms"));
    let asked = or_none(report.click_to_probability_ms);
    let interval = or_none(report.click_to_interval_ms);
    let rounds = report.rounds.as_ref().map_or(String::new(), Use::text);
    format!(
        "drawn by                  {}\nstart to first frame      {:.0} ms\nfirst image               {:.0} ms\n\
         all slices on screen      {:.0} ms\nslice step                {}\nslice step, network busy  {}\n\
         click to probability      {asked}\nclick to interval         {interval}\nmemory                    {:.0} MB, textures {:.0} MB\n{rounds}",
        report.adapter,
        report.start_ms,
        report.first_image_ms,
        report.complete_ms,
        frames(&report.step),
        frames(&report.step_during_inference),
        report.memory_mb,
        report.texture_mb,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_by_their_middle_and_their_worst() {
        let values = (1..=100).rev().map(f64::from).collect();
        assert_eq!(frames(values), Frames { count: 100, median_ms: 51.0, p95_ms: 95.0, worst_ms: 100.0 });
        assert_eq!(frames(Vec::new()).count, 0);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
    }
}
