//! `triscope bench`: one stage, timed. With `--json` the figures are one line, as the peers' are.

use std::sync::Arc;

use super::args::{
    BenchClassify, BenchExplain, BenchOne, BenchRays, BenchTrain, BenchWeights, HowRead, Stage,
};
use super::classify::known_model;
use super::exit::Failure;
use super::progress::Terminal;
use super::{bench_window, output, series};
use crate::export::write_png;
use crate::gpu;
use crate::volume::Volume;
use crate::workflow::bench;

/// Timed forward passes, after one that is not.
const RUNS: usize = 7;

/// Side of the picture that `bench render` times, as the peers' are.
const RENDER_PX: u32 = 512;

/// Runs the command.
pub(super) fn run(stage: &Stage, terminal: &Terminal) -> Result<(), Failure> {
    match stage {
        Stage::Load(options) => load(options, terminal),
        Stage::Reslice(options) => reslice(options, terminal),
        Stage::Render(options) => render(options, terminal),
        Stage::Rays(options) => rays(options, terminal),
        Stage::Window(options) => bench_window::run(options),
        Stage::Classify(options) => classify(options, terminal),
        Stage::Explain(options) => explain(options, terminal),
        Stage::Train(options) => train(options, terminal),
        Stage::Weights(options) => weights(options, terminal),
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
    let device = options.device.into();
    let report = bench::classify::classify(
        model,
        asked_about(options, terminal)?,
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
         maps {:.1} ms, {} more networks {:.1} ms, first question {:.0} ms\n",
        report.model,
        report.weights,
        report.backend,
        report.device,
        report.forward_ms,
        report.forward_best_ms,
        report.crop_ms,
        report.click_to_probability_ms,
        report.explain_ms,
        report.members.saturating_sub(1),
        report.members_ms,
        report.first_ms
    ))
}

fn weights(options: &BenchWeights, terminal: &Terminal) -> Result<(), Failure> {
    let (model, runs) = (known_model(&options.model)?, usize::from(options.runs));
    let report = bench::weights::weights(model, &options.file, options.device.into(), runs, terminal.ctx())?;
    terminal.clear();
    if options.json {
        return output::json_line(&report);
    }
    let memory = report.peak_rss_mb.map_or("unknown".to_owned(), |mb| format!("{mb:.0} MB"));
    output::print(&format!(
        "{}: {:.0} MB loaded in {:.0} ms (median of {}; the first {:.0} ms); memory {memory}\n",
        report.model,
        report.bytes as f64 / 1e6,
        report.load_ms,
        report.runs,
        report.first_ms
    ))
}

/// The CT of a question; `None` for noise.
fn asked_about(options: &BenchClassify, terminal: &Terminal) -> Result<Option<Arc<Volume>>, Failure> {
    let load = |path| series::load(path, None, &HowRead::default(), terminal.ctx());
    Ok(options.path.as_deref().map(load).transpose()?.map(|loaded| loaded.opened.volume))
}

fn explain(options: &BenchExplain, terminal: &Terminal) -> Result<(), Failure> {
    let of = &options.of;
    let asked = bench::explain::Asked {
        model: known_model(&of.model)?.to_owned(),
        volume: asked_about(of, terminal)?,
        seed: of.seed,
        methods: options.methods.clone(),
        runs: usize::from(options.runs),
    };
    let report = bench::explain::explain(&asked, of.device.into(), of.threads, terminal.ctx())?;
    terminal.clear();
    if of.json {
        return output::json_line(&report);
    }
    let lines: String = report
        .figures
        .iter()
        .map(|(name, ms)| format!("{:>24}  {ms:10.1} ms\n", name.trim_end_matches("_ms")))
        .collect();
    output::print(&format!(
        "{} with {} weights on {} ({}), medians of {}\n{lines}",
        report.model, report.weights, report.backend, report.device, report.runs
    ))
}

fn train(options: &BenchTrain, terminal: &Terminal) -> Result<(), Failure> {
    use crate::training::TrainingError;
    use bench::train::TrainBenchError;
    let model = known_model(&options.model)?;
    let (device, batch) = (options.device.into(), usize::from(options.batch));
    let report =
        bench::train::train(model, device, batch, RUNS, terminal.ctx()).map_err(|error| match error {
            TrainBenchError::Training(TrainingError::Cancelled(_)) => Failure::Interrupted,
            other => Failure::work(other),
        })?;
    terminal.clear();
    if options.json {
        return output::json_line(&report);
    }
    output::print(&format!(
        "{} on {}, batches of {}: {:.1} pictures a second for micro, {:.1} for meso, {:.1} for macro\n",
        report.model,
        report.device,
        report.batch,
        report.micro_per_second,
        report.meso_per_second,
        report.macro_per_second
    ))
}

fn reslice(options: &BenchOne, terminal: &Terminal) -> Result<(), Failure> {
    let volume = volume(options, terminal)?;
    let report = bench::reslice::reslice(&volume, terminal.ctx())?;
    terminal.clear();
    if options.json {
        return output::json_line(&report);
    }
    let lines: String = report
        .figures
        .iter()
        .filter(|(name, _)| name.ends_with("_ms") && !name.ends_with("_best_ms"))
        .map(|(name, ms)| {
            let plane = name.trim_end_matches("_ms");
            let best_ms = report.figures.get(&format!("{plane}_best_ms")).copied().unwrap_or(*ms);
            format!("{plane:>20}  {ms:8.2} ms, best {best_ms:.2}\n")
        })
        .collect();
    output::print(&lines)
}

fn render(options: &BenchOne, terminal: &Terminal) -> Result<(), Failure> {
    let volume = volume(options, terminal)?;
    let gpu = gpu::headless(None).map_err(Failure::work)?;
    let report = bench::render::render(&volume, &gpu, [RENDER_PX; 2], terminal.ctx()).map_err(not_drawn)?;
    terminal.clear();
    if options.json {
        return output::json_line(&report);
    }
    let on_gpu = report.gpu_ms.map_or("unknown".to_owned(), |ms| format!("{ms:.2} ms"));
    output::print(&format!(
        "{}: axial step {:.2} ms (best {:.2}) at {RENDER_PX} x {RENDER_PX}, on the GPU alone {on_gpu}; \
         first frame after {:.0} ms\n",
        report.adapter, report.frame_ms, report.frame_best_ms, report.first_ms
    ))
}

fn rays(options: &BenchRays, terminal: &Terminal) -> Result<(), Failure> {
    let volume = volume(&options.one, terminal)?;
    let gpu = gpu::headless(None).map_err(Failure::work)?;
    let (report, picture) =
        bench::rays::rays(&volume, &gpu, options.size, options.mip, terminal.ctx()).map_err(not_drawn)?;
    terminal.clear();
    if let Some(png) = &options.png {
        write_png(png, &picture, options.size).map_err(Failure::work)?;
    }
    if options.one.json {
        return output::json_line(&report);
    }
    let [width, height] = report.size;
    output::print(&format!(
        "{}: a whole picture in {:.1} ms (best {:.1}) at {width} x {height}, while it is turned {:.1} ms; the \
         first after {:.0} ms\n",
        report.adapter, report.frame_ms, report.frame_best_ms, report.turning_ms, report.first_ms
    ))
}

fn not_drawn(error: bench::render::RenderBenchError) -> Failure {
    match error {
        bench::render::RenderBenchError::Cancelled(_) => Failure::Interrupted,
        other => Failure::work(other),
    }
}

/// From an array that other tools read too, or from a series.
fn volume(options: &BenchOne, terminal: &Terminal) -> Result<Arc<Volume>, Failure> {
    if options.path.extension().is_some_and(|e| e.eq_ignore_ascii_case("npy")) {
        let volume = bench::npy::read_npy(&options.path, options.spacing).map_err(Failure::work)?;
        return Ok(Arc::new(volume));
    }
    Ok(series::load(&options.path, None, &HowRead::default(), terminal.ctx())?.opened.volume)
}
