//! One slice on the CPU: the planes, sizes and names of the comparison with other tools.
//!
//! Between two calls the plane moves by 0.37 mm, as in scrolling: no call finds its answer ready.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::figures::time;
use crate::geometry::{Point, Vector, Voxel};
use crate::jobs::{Cancelled, JobContext};
use crate::volume::{Preset, Projection, Reslice, Volume, reslice_grey};

/// Planes in the order in which they are reported.
const PLANES: [&str; 5] = ["axial", "coronal", "sagittal", "oblique", "oblique_slab20"];
/// Picture sizes; the slab is timed at the first alone.
const SIZES: [usize; 2] = [512, 1024];
/// Of one plane: calls, and time.
const LEAST_CALLS: usize = 10;
const AT_LEAST: Duration = Duration::from_millis(300);

/// Figures of all planes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResliceReport {
    /// Which resampler was timed.
    pub tool: &'static str,
    /// Cores that it used.
    pub threads: usize,
    /// `axial_512_ms` (median), `axial_512_best_ms`, `axial_512_mean` (grey levels) and so on.
    #[serde(flatten)]
    pub figures: BTreeMap<String, f64>,
}

/// Times the resampler that thumbnails and saliency maps use.
pub fn reslice(volume: &Volume, ctx: &JobContext) -> Result<ResliceReport, Cancelled> {
    let window = Preset::Lung.window([0.0, 0.0]);
    let mut report = BTreeMap::new();
    let all = PLANES.len() * SIZES.len();
    for (n, size) in SIZES.into_iter().enumerate() {
        for (m, name) in PLANES.into_iter().enumerate() {
            if size != SIZES[0] && name.ends_with("slab20") {
                continue;
            }
            ctx.step(&format!("Timing {name} at {size}"), (n * PLANES.len() + m) as f32 / all as f32)?;
            let figures = time(ctx, LEAST_CALLS, AT_LEAST, |call| {
                let shift_mm = 0.37 * (call % 40) as f64 - 7.0;
                std::hint::black_box(reslice_grey(volume, &plane(volume, name, size, shift_mm), window));
                Ok::<(), Cancelled>(())
            })?;
            let grey = reslice_grey(volume, &plane(volume, name, size, 0.0), window);
            let mean = grey.iter().map(|g| f64::from(*g)).sum::<f64>() / grey.len() as f64;
            report.insert(format!("{name}_{size}_ms"), figures.median_ms);
            report.insert(format!("{name}_{size}_best_ms"), figures.best_ms);
            report.insert(format!("{name}_{size}_mean"), (mean * 1e3).round() / 1e3);
        }
    }
    Ok(ResliceReport { tool: "triscope", threads: rayon::current_num_threads(), figures: report })
}

/// The plane of this name, `size` samples square, moved along its normal by `shift_mm`.
///
/// Volume millimetres, voxel 0 at 0: through the middle, isotropic, as wide as the longest side in
/// the plane. The oblique plane is turned by 30 degrees about x and 20 about y.
fn plane(volume: &Volume, name: &str, size: usize, shift_mm: f64) -> Reslice {
    let spacing = volume.grid().spacing_mm();
    let dims = volume.grid().size();
    let extent: [f64; 3] = std::array::from_fn(|a| (dims[a] as f64 - 1.0) * spacing[a]);
    let (sin_x, cos_x) = 30f64.to_radians().sin_cos();
    let (sin_y, cos_y) = 20f64.to_radians().sin_cos();
    let (right, down) = match name {
        "axial" => ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
        "coronal" => ([1.0, 0.0, 0.0], [0.0, 0.0, -1.0]),
        "sagittal" => ([0.0, 1.0, 0.0], [0.0, 0.0, -1.0]),
        _ => ([cos_y, 0.0, -sin_y], [sin_y * sin_x, cos_x, cos_y * sin_x]),
    };
    let across: Vector<Voxel> = Vector::from_array(right).cross(Vector::from_array(down));
    let across = across.to_array();
    let in_plane = if matches!(name, "coronal" | "sagittal") {
        extent[2].max(extent[1])
    } else {
        extent[0].max(extent[1])
    };
    let px = in_plane / size as f64;
    let steps = if name.ends_with("slab20") { 21u32 } else { 1 };
    let half = px * (size as f64 - 1.0) / 2.0;
    let origin: [f64; 3] = std::array::from_fn(|a| {
        extent[a] / 2.0 + across[a] * (0.43 + shift_mm)
            - (right[a] + down[a]) * half
            - across[a] * f64::from(steps - 1) / 2.0
    });
    let voxels = |mm: [f64; 3], by: f64| -> [f64; 3] { std::array::from_fn(|a| mm[a] * by / spacing[a]) };
    Reslice {
        slab_step: Vector::from_array(voxels(across, 1.0)),
        steps,
        projection: Projection::Max,
        ..Reslice::plane(
            Point::from_array(voxels(origin, 1.0)),
            Vector::from_array(voxels(right, px)),
            Vector::from_array(voxels(down, px)),
            [size; 2],
        )
    }
}
