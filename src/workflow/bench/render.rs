//! Slice steps through the window's shaders, off screen: one viewport of a given size.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::figures::{figures, round, time};
use crate::geometry::{Patient, Plane, Point, Vector, VoxelGrid};
use crate::gpu::{Gpu, describe};
use crate::jobs::{Cancelled, JobContext};
use crate::render::{Offscreen, RenderError, SliceFrame, Upload};
use crate::session::{Orientation, ViewportState};
use crate::view::{ResolvedView, resolve, step, to_end};
use crate::volume::{Colours, Preset, Sampling, Volume};

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
    cursor: Point<Patient>,
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
            layer: None,
            sampling: Sampling::default(),
            colours: Colours::default(),
            heatmap: None,
        }
    }

    fn first(&mut self) -> Result<Upload, RenderError> {
        let frame = self.frame();
        let upload = self.renderer.upload(&frame.volume)?;
        self.renderer.draw(&frame)?;
        Ok(upload)
    }

    /// Wall-clock figures of a step, and the median on the GPU.
    fn time(&mut self, ctx: &JobContext) -> Result<(super::figures::Figures, Option<f64>), RenderBenchError> {
        let grid = *self.volume.grid();
        let view = self.frame().view;
        let mut walk = Walk::new(grid, view, self.cursor);
        let mut on_gpu = Vec::new();
        // Time stamps are read between frames, in frames of their own: reading waits.
        for _ in 0..LEAST_FRAMES {
            self.cursor = walk.next_cursor();
            let frame = self.frame();
            self.renderer.draw(&frame)?;
            on_gpu.extend(self.renderer.gpu_ms());
        }
        // `draw` returns when the GPU has finished: the clock stops after it.
        let times = time(ctx, LEAST_FRAMES, AT_LEAST, |_| {
            self.cursor = walk.next_cursor();
            let frame = self.frame();
            self.renderer.draw(&frame).map_err(RenderBenchError::from)
        })?;
        let on_gpu = (!on_gpu.is_empty()).then(|| figures(on_gpu).median_ms);
        Ok((times, on_gpu))
    }
}

/// The cursor from slice to slice, back and forth inside the volume: no two frames in a row are
/// alike, since a frame that shows the same again is not drawn.
struct Walk {
    grid: VoxelGrid,
    view: ResolvedView,
    cursor: Point<Patient>,
    forward: i64,
}

impl Walk {
    fn new(grid: VoxelGrid, view: ResolvedView, cursor: Point<Patient>) -> Self {
        let cursor = to_end(&grid, &view, cursor, false);
        Self { grid, view, cursor, forward: 1 }
    }

    fn next_cursor(&mut self) -> Point<Patient> {
        let mut next = step(&self.grid, &self.view, self.cursor, self.forward);
        // A micrometre: at the end the cursor stays where it is, up to rounding.
        if (next - self.cursor).length() < 1e-3 {
            self.forward = -self.forward;
            next = step(&self.grid, &self.view, self.cursor, self.forward);
        }
        self.cursor = next;
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_shows_another_slice() {
        let grid = VoxelGrid::axis_aligned([30, 20, 12], [0.7, 0.8, 2.5], Point::new(-9.0, 4.0, 7.0))
            .expect("a grid");
        let turned = Orientation::Oblique {
            right: Vector::new(0.94, 0.0, -0.34),
            down: Vector::new(0.17, 0.87, 0.47),
        };
        for orientation in
            [Orientation::Anatomical(Plane::Axial), Orientation::Anatomical(Plane::Sagittal), turned]
        {
            let state = ViewportState { orientation, ..ViewportState::fitted(Plane::Axial) };
            let view = resolve(&grid, &state, grid.centre(), [64, 64]);
            let mut walk = Walk::new(grid, view, grid.centre());
            let mut before = walk.cursor;
            for n in 0..200 {
                let now = walk.next_cursor();
                assert!((now - before).length() > 0.1, "step {n} of {orientation:?} shows the same slice");
                let index = (grid.voxel_from_patient() * now).to_array();
                // A millionth of a voxel for rounding: an oblique walk may end on a face.
                let inside = |(v, n): (f64, usize)| v > -0.5 - 1e-6 && v < n as f64 - 0.5 + 1e-6;
                assert!(index.into_iter().zip(grid.size()).all(inside), "{n} of {orientation:?}: {index:?}");
                before = now;
            }
        }
    }
}
