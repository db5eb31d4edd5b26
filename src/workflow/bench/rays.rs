//! The 3D view through the window's shaders, off screen: turned as a peer's benchmark turns it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::figures::{round, time};
use super::render::RenderBenchError;
use crate::geometry::{Patient, Vector};
use crate::gpu::{Gpu, describe};
use crate::jobs::JobContext;
use crate::render::{Offscreen, RayFrame};
use crate::session::VolumeView;
use crate::view::resolve_volume;
use crate::volume::{Node, Part, Preset, Shading, Transfer, Volume};

const LEAST_FRAMES: usize = 5;
const AT_LEAST: Duration = Duration::from_millis(2000);

/// From frame to frame, radians: three degrees.
const TURN: f64 = 3.0 * std::f64::consts::PI / 180.0;

/// Figures of turning.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RayReport {
    /// Adapter and backend.
    pub adapter: String,
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// What was shown: `composite` or `mip`.
    pub mode: &'static str,
    /// Volume to first whole picture: shaders, upload, blocks, drawing; ms.
    pub first_ms: f64,
    /// A whole picture, median, ms.
    pub frame_ms: f64,
    /// The quickest.
    pub frame_best_ms: f64,
    /// Whole pictures counted.
    pub frames: usize,
    /// The picture that is shown while one turns it, median, ms.
    pub turning_ms: f64,
    /// Mean of red, green and blue of the first picture, 0 to 255.
    pub mean_grey: f64,
}

/// Colours, opacities and light that the peer's benchmark uses; opacity per millimetre.
fn peers_transfer() -> Transfer {
    let opacity = [(-1024.0, 0.0), (-500.0, 0.0), (-300.0, 0.04), (50.0, 0.1), (150.0, 0.25), (600.0, 0.7)];
    let colour = [
        (-1024.0f32, [0.0f32; 3]),
        (-300.0, [0.7, 0.4, 0.3]),
        (50.0, [0.9, 0.6, 0.5]),
        (400.0, [1.0, 1.0, 0.9]),
    ];
    let mut values: Vec<f32> = opacity.iter().map(|o| o.0).chain(colour.iter().map(|c| c.0)).collect();
    values.sort_by(f32::total_cmp);
    values.dedup();
    let tones = colour.map(|(value, colour)| Node { value, colour, opacity: 0.0 });
    let clear = opacity.map(|(value, opacity)| Node { value, colour: [0.0; 3], opacity });
    let (tones, clear) = (Transfer::new(&tones, None), Transfer::new(&clear, None));
    let nodes: Vec<Node> = values
        .into_iter()
        .map(|value| Node { value, colour: tones.at(value).0, opacity: clear.at(value).1 })
        .collect();
    Transfer::new(&nodes, Some(Shading { ambient: 0.1, diffuse: 0.7, specular: 0.2, power: 10.0 }))
}

/// Times whole pictures from every side, and those that are shown meanwhile. Returns the first picture, too.
/// - `size_px`: of the viewport
/// - `maximum`: the brightest value in place of the transfer function
pub fn rays(
    volume: &Arc<Volume>,
    gpu: &Gpu,
    size_px: [u32; 2],
    maximum: bool,
    ctx: &JobContext,
) -> Result<(RayReport, Vec<u8>), RenderBenchError> {
    ctx.step("Uploading", 0.0)?;
    let mut turned = Turned {
        volume,
        transfer: (!maximum).then(|| Arc::new(peers_transfer())),
        view: tilted(VolumeView { zoom: 1.4, ..VolumeView::default() }),
        size_px,
    };
    let mut renderer = Offscreen::new(gpu);
    let begun = Instant::now();
    renderer.upload(volume)?;
    renderer.draw_rays(&turned.frame())?;
    let first_ms = round(begun.elapsed().as_secs_f64() * 1e3);
    let picture = renderer.ray_picture(&turned.frame())?;
    ctx.step("Timing whole pictures", 0.2)?;
    let whole = time(ctx, LEAST_FRAMES, AT_LEAST, |_| {
        turned.turn();
        renderer.draw_rays(&turned.frame()).map_err(RenderBenchError::from)
    })?;
    ctx.step("Timing turning", 0.8)?;
    let turning = time(ctx, LEAST_FRAMES, AT_LEAST, |_| {
        turned.turn();
        renderer.draw_some_rays(&turned.frame()).map(|_| ()).map_err(RenderBenchError::from)
    })?;
    let sum: u64 = picture.chunks_exact(4).flat_map(|p| &p[..3]).map(|byte| u64::from(*byte)).sum();
    let report = RayReport {
        adapter: describe(&gpu.info),
        size: size_px,
        mode: if maximum { "mip" } else { "composite" },
        first_ms,
        frame_ms: whole.median_ms,
        frame_best_ms: whole.best_ms,
        frames: whole.count,
        turning_ms: turning.median_ms,
        mean_grey: round(sum as f64 / (picture.len() as f64 / 4.0 * 3.0)),
    };
    Ok((report, picture))
}

/// As the peer's camera: from before and a little above.
fn tilted(view: VolumeView) -> VolumeView {
    view.turned(0.0, (100.0f64 / 700.0).atan())
}

struct Turned<'a> {
    volume: &'a Arc<Volume>,
    transfer: Option<Arc<Transfer>>,
    view: VolumeView,
    size_px: [u32; 2],
}

impl Turned<'_> {
    /// The camera goes around the patient's long axis.
    fn turn(&mut self) {
        let (sin, cos) = TURN.sin_cos();
        let about = |v: Vector<Patient>| Vector::new(v.x * cos - v.y * sin, v.x * sin + v.y * cos, v.z);
        self.view.right = about(self.view.right);
        self.view.down = about(self.view.down);
    }

    fn frame(&self) -> RayFrame {
        RayFrame {
            volume: Arc::clone(self.volume),
            view: resolve_volume(self.volume.grid(), &self.view, self.volume.grid().centre(), self.size_px),
            transfer: self.transfer.clone(),
            window: Preset::Lung.window([0.0, 0.0]),
            invert: false,
            crop: None,
            cuts: Vec::new(),
            part: Part::All,
            heatmap: None,
        }
    }
}
