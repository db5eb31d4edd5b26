//! The 3D view as numbers: where a pixel lies, and where rays meet what is shown.

use super::fit::fitted_mm_per_px;
use super::resolve::{ResolvedView, resolve};
use crate::geometry::{Patient, Plane, Point, Vector, Viewport, Voxel, VoxelGrid};
use crate::session::{Look, Orientation, Pane, Turn, ViewportState, VolumeView};
use crate::volume::{Part, Projection, Sample, Transfer, Volume, sample};

/// Room around the volume, as a share of its size: its corners stay in sight from most sides.
const MARGIN: f64 = 1.06;

/// Half of what is seen around the cursor where nothing is left out, mm, and room around that.
const CLOSE_MM: f64 = 40.0;
const CLOSE_MARGIN: f64 = 1.1;

/// Light that must be gone where a ray is said to meet something.
const MET: f64 = 0.5;

/// Resolves the 3D view: its plane goes through the middle of the volume, rays along `into`.
///
/// The same enlargement from every side: turning never zooms.
/// - `cursor`: LPS mm, the middle of the picture where one looks at it
/// - `size_px`: physical pixels, at least 1 each
pub fn resolve_volume(
    grid: &VoxelGrid,
    state: &VolumeView,
    cursor: Point<Patient>,
    size_px: [u32; 2],
) -> ResolvedView {
    let orientation = Orientation::Oblique { right: state.right, down: state.down };
    let fit = |of| fitted_mm_per_px(grid, of, Turn::default(), size_px.map(|n| n.max(1)));
    let all = Plane::ALL.map(|plane| fit(Orientation::Anatomical(plane))).into_iter().fold(0.0, f64::max);
    let away = if state.at_cursor { cursor - grid.centre() } else { Vector::new(0.0, 0.0, 0.0) };
    let [right, down] = [state.right, state.down].map(|axis| away.dot(axis));
    let plane = ViewportState {
        orientation,
        zoom: state.zoom * fit(orientation) / (all * MARGIN),
        pan_mm: [state.pan_mm[0] + right, state.pan_mm[1] + down],
        slab: None,
        turn: Turn::default(),
    };
    ResolvedView { projection: Projection::Max, ..resolve(grid, &plane, grid.centre(), size_px) }
}

/// Brought to the cursor: what is shown around it fills the viewport.
pub fn brought_to_cursor(grid: &VoxelGrid, state: VolumeView) -> VolumeView {
    let half_mm = state.around_cursor_mm.filter(|mm| mm.is_finite() && *mm > 0.0).unwrap_or(CLOSE_MM);
    // In a square of one pixel: the largest extent of all sides.
    let fit = |plane| fitted_mm_per_px(grid, Orientation::Anatomical(plane), Turn::default(), [1; 2]);
    let all = Plane::ALL.map(fit).into_iter().fold(0.0, f64::max);
    let zoom = all * MARGIN / (2.0 * half_mm * CLOSE_MARGIN);
    let fitted = VolumeView { zoom: 1.0, pan_mm: [0.0; 2], at_cursor: true, ..state };
    fitted.zoomed(zoom, [0.0; 2])
}

/// Where the planes of [`Plane::ALL`] look, as they lie now, however their pictures are flipped.
pub fn normals(grid: &VoxelGrid, look: &Look) -> [Vector<Patient>; 3] {
    Pane::ALL.map(|pane| {
        let upright = ViewportState { turn: Turn::default(), ..*look.viewport(pane) };
        resolve(grid, &upright, look.cursor, [64, 64]).basis.into
    })
}

/// What is shown of a volume: cut planes and the lowest and highest voxel index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown3d {
    /// Lowest and highest voxel index.
    pub crop: Option<[Point<Voxel>; 2]>,
    /// Planes, by a point (LPS mm) and a normal; what lies on the normal's side is cut away.
    pub cuts: Vec<(Point<Patient>, Vector<Patient>)>,
    /// What of the volume is shown, where that is found.
    pub part: Part,
}

impl Shown3d {
    /// What a state shows of a volume.
    /// - `cursor`: LPS mm
    /// - `normals`: of the planes of [`Plane::ALL`] as they are shown now, towards where they look
    pub fn of(
        grid: &VoxelGrid,
        state: &VolumeView,
        cursor: Point<Patient>,
        normals: [Vector<Patient>; 3],
    ) -> Self {
        let cut = |(cut, normal): (Option<bool>, Vector<Patient>)| {
            cut.map(|ahead| (cursor, if ahead { normal } else { -normal }))
        };
        // What lies towards the eye goes, from wherever one looks.
        let into = state.basis().into;
        let before = state.before_cursor_mm.filter(|mm| mm.is_finite() && *mm > 0.0);
        let before = before.map(|mm| (cursor - into * mm, -into));
        let cuts = state.cuts.into_iter().zip(normals).filter_map(cut).chain(before).collect();
        let crop = state.around_cursor_mm.filter(|mm| mm.is_finite() && *mm > 0.0).map(|mm| {
            let voxel = (grid.voxel_from_patient() * cursor).to_array();
            let spacing = grid.spacing_mm();
            [-1.0, 1.0]
                .map(|side| Point::from_array(std::array::from_fn(|a| voxel[a] + side * mm / spacing[a])))
        });
        let by_hand = state.crop_box.map(|by_hand| by_hand.voxels(grid));
        let crop = match (crop, by_hand) {
            (Some([low, high]), Some([lower, upper])) => {
                let both = |a: Point<Voxel>, b: Point<Voxel>, pick: fn(f64, f64) -> f64| {
                    let (a, b) = (a.to_array(), b.to_array());
                    Point::from_array(std::array::from_fn(|n| pick(a[n], b[n])))
                };
                Some([both(low, lower, f64::max), both(high, upper, f64::min)])
            }
            (one, other) => one.or(other),
        };
        Self { crop, cuts, part: state.part() }
    }

    fn keeps(&self, at: Point<Patient>, voxel: Point<Voxel>) -> bool {
        let within = self.crop.is_none_or(|[low, high]| {
            let (p, low, high) = (voxel.to_array(), low.to_array(), high.to_array());
            (0..3).all(|a| p[a] >= low[a] && p[a] <= high[a])
        });
        within && self.cuts.iter().all(|(through, normal)| (at - *through).dot(*normal) <= 0.0)
    }
}

/// Where the ray through a pixel meets what is shown: half of its light is gone there, or the value is the
/// highest on it. `None` where it meets nothing.
/// - `transfer`: `None` for the brightest value
/// - `at`: viewport px
pub fn met(
    volume: &Volume,
    view: &ResolvedView,
    transfer: Option<&Transfer>,
    shown: &Shown3d,
    at: Point<Viewport>,
) -> Option<Point<Patient>> {
    let grid = volume.grid();
    let spacing = grid.spacing_mm().into_iter().fold(f64::MAX, f64::min).clamp(0.25, 4.0);
    let reach = grid
        .bounds()
        .corners()
        .map(|corner| (&view.viewport_from_patient * (grid.patient_from_voxel() * corner)).z);
    let near = reach.into_iter().fold(f64::MAX, f64::min);
    let far = reach.into_iter().fold(f64::MIN, f64::max);
    let count = ((far - near) / spacing).clamp(0.0, 20_000.0) as usize;
    let inside = volume.part(shown.part);
    let mut left = 1.0;
    let mut best: Option<(f64, Point<Patient>)> = None;
    for n in 0..=count {
        let depth = near + n as f64 * spacing;
        let patient = &view.patient_from_viewport * Point::new(at.x, at.y, depth);
        let voxel = grid.voxel_from_patient() * patient;
        if !shown.keeps(patient, voxel) {
            continue;
        }
        let index = voxel.to_array();
        if inside.is_some_and(|inside| inside.level_at(index) <= 0.0) {
            continue;
        }
        let Sample::Value(value) = sample(volume, voxel) else { continue };
        match transfer {
            Some(transfer) => {
                left *= (1.0 - f64::from(transfer.at(value as f32).1)).powf(spacing);
                if left <= MET {
                    return Some(patient);
                }
            }
            None if best.is_none_or(|(highest, _)| value > highest) => best = Some((value, patient)),
            None => {}
        }
    }
    best.map(|(_, patient)| patient)
}
