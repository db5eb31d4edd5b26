//! One frame of the 3D view as a value, and as the numbers of a uniform.

use std::sync::Arc;

use super::table::entry;
use crate::geometry::{Patient, Point, Vector, Voxel};
use crate::render::colormap::ColorMap;
use crate::render::frame::HeatmapLook;
use crate::render::slice::{StoredVoxels, padded};
use crate::view::ResolvedView;
use crate::volume::{Inside, Part, Transfer, Volume, Window};

/// The uniforms, in the layout of WGSL.
pub mod gpu {
    /// Mirror of `Ray` in `shaders/ray.wgsl`.
    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
    pub struct Ray {
        /// Voxel index of the viewport's top left corner at sample 0.
        pub origin: [f32; 4],
        /// Voxel steps for one pixel to the right.
        pub right: [f32; 4],
        /// Voxel steps for one pixel down.
        pub down: [f32; 4],
        /// Voxel steps from sample to sample.
        pub into: [f32; 4],
        /// Index of the last voxel along each axis.
        pub last: [f32; 4],
        /// Lowest voxel index that is shown.
        pub low: [f32; 4],
        /// Highest.
        pub high: [f32; 4],
        /// What the slope along the first index axis adds to the slope right, down and into the picture.
        pub slope_i: [f32; 4],
        /// The second.
        pub slope_j: [f32; 4],
        /// The third.
        pub slope_k: [f32; 4],
        /// Half-spaces that are shown: dot(xyz, index) <= w.
        pub kept: [[f32; 4]; 4],
        /// Ambient, diffuse, specular, power.
        pub shading: [f32; 4],
        /// Index in the saliency map = voxel index * w + xyz.
        pub map_place: [f32; 4],
        /// Index of the map's last value along each axis.
        pub map_last: [f32; 4],
        /// Index among the samples of the part that is shown = voxel index * this + the next.
        pub inside_scale: [f32; 4],
        /// See before.
        pub inside_offset: [f32; 4],
        /// Centre, 1 / width.
        pub window: [f32; 2],
        /// Value = stored * x + y.
        pub value: [f32; 2],
        /// Place in the table = stored * x + y.
        pub entry: [f32; 2],
        /// Lowest and highest stored value that is padding.
        pub padding: [i32; 2],
        /// 1 / largest magnitude of the map; 0 without one.
        pub per_max: f32,
        /// Share of the map's largest magnitude under which nothing is drawn.
        pub threshold: f32,
        /// Share of the light that one sample of the map takes away; of the brightest value, how much the
        /// map covers it.
        pub opacity: f32,
        /// Row of the colour map.
        pub map: u32,
        /// 1: black on white.
        pub invert: u32,
        /// WGSL rounds the size up to its alignment.
        pub unused: [u32; 3],
    }

    /// Mirror of `Stretch` in `shaders/stretch.wgsl`.
    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
    pub struct Stretch {
        /// Pixels of the small picture for one of the large one.
        pub scale: [f32; 2],
        /// Pixels of the small picture that hold anything.
        pub size: [f32; 2],
    }
}

/// One frame of the 3D view.
#[derive(Clone, Debug)]
pub struct RayFrame {
    /// What.
    pub volume: Arc<Volume>,
    /// From where: rays run along `into`, sample 0 lies in the plane of the view.
    pub view: ResolvedView,
    /// Colours and opacities; `None`: the brightest value.
    pub transfer: Option<Arc<Transfer>>,
    /// Grey-scale window of the brightest value.
    pub window: Window,
    /// Black on white, of the brightest value.
    pub invert: bool,
    /// Lowest and highest voxel index that is shown; the volume's own edges where `None`.
    pub crop: Option<[Point<Voxel>; 2]>,
    /// Planes that what lies on their normal's side of is cut away, at most four are heeded: a point of the
    /// plane, LPS mm, and its normal.
    pub cuts: Vec<(Point<Patient>, Vector<Patient>)>,
    /// What of the volume is shown, where that is found ([`Volume::part`]).
    pub part: Part,
    /// A saliency map as a cloud in it.
    pub heatmap: Option<HeatmapLook>,
}

impl RayFrame {
    /// Where the part is that alone is shown.
    pub fn inside(&self) -> Option<&Inside> {
        self.volume.part(self.part)
    }
}

/// From sample to sample of a picture at rest, mm: no coarser than the finest axis, within what can be seen.
pub fn fine_step_mm(volume: &Volume, reduced: usize) -> f64 {
    let finest = volume.grid().spacing_mm().into_iter().fold(f64::MAX, f64::min);
    (finest * reduced.max(1) as f64).clamp(0.25, 4.0)
}

/// Share of the light that a millimetre of a map takes away where it is drawn with full opacity.
const MAP_PER_MM: f64 = 0.35;

/// The uniform of a frame.
/// - `largest`: of the map's [`crate::explain::Saliency::largest_magnitude`]; 0 without one
/// - `step_mm`: from sample to sample
pub fn uniform(frame: &RayFrame, stored: &StoredVoxels, largest: f32, step_mm: f64) -> gpu::Ray {
    let factor = stored.reduced.max(1) as f64;
    // The centre of the first reduced voxel lies in the middle of the voxels that it stands for.
    let offset = (factor - 1.0) / 2.0;
    let reduced = |native: [f64; 3]| native.map(|index| (index - offset) / factor);
    let from_viewport = &frame.view.voxel_from_viewport;
    let [right, down, into] = from_viewport.axes().map(|axis| axis.to_array().map(|c| c / factor));
    let last = stored.size.map(|n| n as f64 - 1.0);
    let [low, high] = frame
        .crop
        .map_or([[f64::MIN; 3], [f64::MAX; 3]], |crop| crop.map(|corner| reduced(corner.to_array())));
    let grid = frame.volume.grid();
    // The last reduced voxel may stand for less than the others: beyond the volume's face there is nothing.
    let faces = reduced(grid.size().map(|n| n as f64 - 0.5));
    // A slope in indices is one in millimetres by the transposed matrix: what an index gains on the way
    // right, down and into the picture.
    let basis = frame.view.basis;
    let per_mm = [basis.right, basis.down, basis.into]
        .map(|axis| grid.voxel_from_patient().vector(axis).to_array().map(|c| c / factor));
    let slope = |a: usize| padded([per_mm[0][a], per_mm[1][a], per_mm[2][a]]);
    let shading = frame.transfer.as_ref().and_then(|transfer| transfer.shading);
    let shading = shading.map_or([1.0, 0.0, 0.0, 1.0], |s| [s.ambient, s.diffuse, s.specular, s.power]);
    let share = |x: f32| if x.is_finite() { x.clamp(0.0, 1.0) } else { 0.0 };
    let look = frame.heatmap.as_ref().filter(|_| largest > 0.0);
    let bounds = look.map(|look| look.saliency.bounds);
    let opacity = look.map_or(0.0, |look| match frame.transfer {
        None => f64::from(share(look.opacity)),
        Some(_) => 1.0 - (1.0 - MAP_PER_MM * f64::from(share(look.opacity))).powf(step_mm),
    });
    let place = bounds.map_or([0.0; 3], |b| b.min.map(|m| (offset - m as f64) as f32));
    let per_sample = frame.inside().map_or([1.0; 3], |inside| inside.step().map(|step| step as f64));
    gpu::Ray {
        origin: padded(reduced(from_viewport.origin().to_array())),
        right: padded(right),
        down: padded(down),
        into: padded(into.map(|c| c * step_mm)),
        last: padded(last),
        low: padded(low.map(|c| c.max(-0.5))),
        high: padded(std::array::from_fn(|a| high[a].min(faces[a]))),
        slope_i: slope(0),
        slope_j: slope(1),
        slope_k: slope(2),
        kept: std::array::from_fn(|n| {
            frame.cuts.get(n).map_or([0.0, 0.0, 0.0, 1.0], |cut| kept(frame, cut, offset, factor))
        }),
        shading,
        map_place: [place[0], place[1], place[2], factor as f32],
        map_last: bounds.map_or([0.0; 4], |b| padded(b.size.map(|n| n as f64 - 1.0))),
        inside_scale: padded(per_sample.map(|step| factor / step)),
        inside_offset: padded(per_sample.map(|step| offset / step)),
        window: [frame.window.centre() as f32, (1.0 / frame.window.width()) as f32],
        value: stored.value,
        entry: entry(stored.value),
        // A range that holds no value says that there is no padding.
        padding: stored.padding.map_or([1, 0], |p| [i32::from(p.low), i32::from(p.high)]),
        per_max: if look.is_some() { 1.0 / largest } else { 0.0 },
        threshold: look.map_or(1.0, |look| share(look.threshold)),
        opacity: opacity as f32,
        map: look.map_or(0, |look| ColorMap::for_signed(look.saliency.signed).row()),
        invert: u32::from(frame.invert),
        unused: [0; 3],
    }
}

/// A half-space in indices of the texture: what lies before the plane.
fn kept(
    frame: &RayFrame,
    (through, normal): &(Point<Patient>, Vector<Patient>),
    offset: f64,
    factor: f64,
) -> [f32; 4] {
    // dot(normal, patient - through) <= 0, where patient = axes * index + origin.
    let from_voxel = frame.volume.grid().patient_from_voxel();
    let per_index = from_voxel.axes().map(|axis| axis.dot(*normal));
    let at_origin = (from_voxel.origin() - *through).dot(*normal) + per_index.iter().sum::<f64>() * offset;
    let [x, y, z] = per_index.map(|c| (c * factor) as f32);
    [x, y, z, -at_origin as f32]
}
