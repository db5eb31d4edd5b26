//! `triscope bench`: one stage, timed. With `--json` the figures are one line, as the peers' are.

use super::args::{BenchOne, Stage};
use super::exit::Failure;
use super::progress::Terminal;
use super::{bench_window, later, output};
use crate::workflow::bench;

/// Runs the command.
pub(super) fn run(stage: &Stage, terminal: &Terminal) -> Result<(), Failure> {
    match stage {
        Stage::Load(options) => load(options, terminal),
        Stage::Reslice(_) => Err(later::command("bench reslice")),
        Stage::Render(_) => Err(later::command("bench render")),
        Stage::Window(options) => bench_window::run(options),
        Stage::Classify(_) => Err(later::command("bench classify")),
    }
}

fn load(options: &BenchOne, terminal: &Terminal) -> Result<(), Failure> {
    let report = bench::load::load(&options.path, None, terminal.ctx())?;
    terminal.clear();
    let json = serde_json::to_string(&report)
        .map_err(|e| Failure::work(format!("the result could not be written as JSON: {e}")))?;
    if options.json {
        return output::print(&format!("{json}\n"));
    }
    let [slices, rows, columns] = report.shape;
    let memory = report.peak_rss_mb.map_or("unknown".to_owned(), |mb| format!("{mb:.0} MB"));
    output::print(&format!(
        "{columns} x {rows} x {slices} voxels in {:.0} ms ({:.0} ms of CPU): headers {:.0}, pixels {:.0}; \
         first slice after {:.0} ms; memory {memory}\n",
        report.load_ms, report.load_cpu_ms, report.scan_ms, report.decode_ms, report.first_slice_ms
    ))
}
