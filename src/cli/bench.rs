//! `triscope bench`: one stage, timed. With `--json` the figures are one line, as the peers' are.

use super::args::{BenchClassify, BenchOne, Stage};
use super::classify::known_model;
use super::exit::Failure;
use super::progress::Terminal;
use super::{bench_window, later, output, series};
use crate::workflow::bench;

/// Timed forward passes, after one that is not.
const RUNS: usize = 7;

/// Runs the command.
pub(super) fn run(stage: &Stage, terminal: &Terminal) -> Result<(), Failure> {
    match stage {
        Stage::Load(options) => load(options, terminal),
        Stage::Reslice(_) => Err(later::command("bench reslice")),
        Stage::Render(_) => Err(later::command("bench render")),
        Stage::Window(options) => bench_window::run(options),
        Stage::Classify(options) => classify(options, terminal),
    }
}

fn load(options: &BenchOne, terminal: &Terminal) -> Result<(), Failure> {
    let report = bench::load::load(&options.path, None, terminal.ctx())?;
    terminal.clear();
    if options.json {
        return output::json_line(&report);
    }
    let [slices, rows, columns] = report.shape;
    let memory = report.peak_rss_mb.map_or("unknown".to_owned(), |mb| format!("{mb:.0} MB"));
    output::print(&format!(
        "{columns} x {rows} x {slices} voxels in {:.0} ms ({:.0} ms of CPU): headers {:.0}, pixels {:.0}; \
         first slice after {:.0} ms; memory {memory}\n",
        report.load_ms, report.load_cpu_ms, report.scan_ms, report.decode_ms, report.first_slice_ms
    ))
}

fn classify(options: &BenchClassify, terminal: &Terminal) -> Result<(), Failure> {
    let model = known_model(&options.model)?;
    let volume = match &options.path {
        Some(path) => Some(series::load(path, None, terminal.ctx())?.opened.volume),
        None => None,
    };
    let device = options.device.into();
    let report = bench::classify::classify(
        model,
        volume,
        options.seed,
        device,
        options.threads,
        RUNS,
        terminal.ctx(),
    )?;
    terminal.clear();
    if options.json {
        return output::json_line(&report);
    }
    output::print(&format!(
        "{} with {} weights on {} ({}): forward {:.1} ms (best {:.1}), crops {:.1} ms, click to probability {:.1} ms, \
         maps {:.1} ms, first question {:.0} ms\n",
        report.model,
        report.weights,
        report.backend,
        report.device,
        report.forward_ms,
        report.forward_best_ms,
        report.crop_ms,
        report.click_to_probability_ms,
        report.explain_ms,
        report.first_ms
    ))
}
