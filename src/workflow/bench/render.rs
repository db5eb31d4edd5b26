//! Slice steps through the window's shaders, off screen: one viewport of a given size.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::figures::{figures, round, time};
use crate::geometry::{Patient, Plane, Vector};
use crate::gpu::{Gpu, describe};
use crate::jobs::{Cancelled, JobContext};
use crate::render::{Offscreen, RenderError, SliceFrame, Upload};
use crate::session::{Orientation, ViewportState};
use crate::view::{resolve, step, to_end};
use crate::volume::{Preset, Volume};

/// Of one plane: frames, and time.
const LEAST_FRAMES: usize = 20;
const AT_LEAST: Duration = Duration::from_millis(1000);

/// Why frames could not be timed.
#[derive(Debug, thiserror::Error)]
pub enum RenderBenchError {
    /// The pictures failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Figures of slice steps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RenderReport {
    /// Adapter and backend.
    pub adapter: String,
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// Volume to first frame: shaders, upload, drawing; ms.
    pub first_ms: f64,
    /// An axial step, median, ms.
    pub frame_ms: f64,
    /// The quickest axial step, ms.
    pub frame_best_ms: f64,
    /// An axial step on the GPU alone, by its time stamps, median, ms; absent without them.
    pub gpu_ms: Option<f64>,
    /// Frames counted.
    pub frames: usize,
    /// Voxels per axis that were averaged to fit the adapter; 1 where it fits.
    pub reduced: usize,
    /// Bytes of the volume's texture.
    pub texture_bytes: u64,
    /// `coronal_frame_ms`, `coronal_gpu_ms`, and so on for sagittal and oblique.
    #[serde(flatten)]
    pub planes: BTreeMap<String, f64>,
}

/// Times slice steps in each plane, the whole plane fitted, in the lung window.
/// - `size_px`: of the viewport
pub fn render(
    volume: &Arc<Volume>,
    gpu: &Gpu,
    size_px: [u32; 2],
    ctx: &JobContext,
) -> Result<RenderReport, RenderBenchError> {
    ctx.step("Uploading", 0.0)?;
    let begun = Instant::now();
    let mut steps = Steps::new(volume, gpu, Orientation::Anatomical(Plane::Axial), size_px);
    let upload = steps.first()?;
    let first_ms = round(begun.elapsed().as_secs_f64() * 1e3);
    ctx.step("Timing axial", 0.1)?;
    let (axial, axial_gpu) = steps.time(ctx)?;

    let mut planes = BTreeMap::new();
    let turned =
        Orientation::Oblique { right: Vector::new(0.94, 0.0, -0.34), down: Vector::new(0.17, 0.87, 0.47) };
    for (n, (name, orientation)) in [
        ("coronal", Orientation::Anatomical(Plane::Coronal)),
        ("sagittal", Orientation::Anatomical(Plane::Sagittal)),
        ("oblique", turned),
    ]
    .into_iter()
    .enumerate()
    {
        ctx.step(&format!("Timing {name}"), 0.3 + 0.2 * n as f32)?;
        steps.state.orientation = orientation;
        steps.cursor = volume.grid().centre();
        let (times, gpu_ms) = steps.time(ctx)?;
        planes.insert(format!("{name}_frame_ms"), times.median_ms);
        planes.insert(format!("{name}_frame_best_ms"), times.best_ms);
        if let Some(ms) = gpu_ms {
            planes.insert(format!("{name}_gpu_ms"), ms);
        }
    }
    Ok(RenderReport {
        adapter: describe(&gpu.info),
        size: size_px,
        first_ms,
        frame_ms: axial.median_ms,
        frame_best_ms: axial.best_ms,
        gpu_ms: axial_gpu,
        frames: axial.count,
        reduced: upload.reduced,
        texture_bytes: upload.bytes,
        planes,
    })
}

/// One viewport that is scrolled up and down.
struct Steps<'a> {
    volume: &'a Arc<Volume>,
    state: ViewportState,
    cursor: crate::geometry::Point<Patient>,
    size_px: [u32; 2],
    renderer: Offscreen,
}

impl<'a> Steps<'a> {
    fn new(volume: &'a Arc<Volume>, gpu: &Gpu, orientation: Orientation, size_px: [u32; 2]) -> Self {
        Self {
            volume,
            state: ViewportState { orientation, ..ViewportState::fitted(Plane::Axial) },
            cursor: volume.grid().centre(),
            size_px,
            renderer: Offscreen::new(gpu),
        }
    }

    fn frame(&self) -> SliceFrame {
        SliceFrame {
            volume: Arc::clone(self.volume),
            view: resolve(self.volume.grid(), &self.state, self.cursor, self.size_px),
            window: Preset::Lung.window([0.0, 0.0]),
            invert: false,
            heatmap: None,
        }
    }

    fn first(&mut self) -> Result<Upload, RenderError> {
        let frame = self.frame();
        let upload = self.renderer.upload(&frame)?;
        self.renderer.draw(&frame)?;
        Ok(upload)
    }

    /// Wall-clock figures of a step, and the median on the GPU.
    fn time(&mut self, ctx: &JobContext) -> Result<(super::figures::Figures, Option<f64>), RenderBenchError> {
        let grid = *self.volume.grid();
        let view = self.frame().view;
        self.cursor = to_end(&grid, &view, self.cursor, false);
        let turn = view.slice.map_or(40, |slice| slice.total.saturating_sub(1).max(1));
        let walk = |steps: &mut Self, call: usize| {
            let forward = if (call / turn).is_multiple_of(2) { 1 } else { -1 };
            steps.cursor = step(&grid, &view, steps.cursor, forward);
            steps.frame()
        };
        let mut on_gpu = Vec::new();
        // Time stamps are read between frames, in frames of their own: reading waits.
        for call in 0..LEAST_FRAMES {
            let frame = walk(self, call);
            self.renderer.draw(&frame)?;
            on_gpu.extend(self.renderer.gpu_ms());
        }
        let times = time(ctx, LEAST_FRAMES, AT_LEAST, |call| {
            let frame = walk(self, call);
            self.renderer.draw(&frame).map_err(RenderBenchError::from)
        })?;
        let on_gpu = (!on_gpu.is_empty()).then(|| figures(on_gpu).median_ms);
        Ok((times, on_gpu))
    }
}
