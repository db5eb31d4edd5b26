//! From the file to changes of the document.

use std::sync::Arc;

use super::saved::{
    SavedGrid, SavedLook, SavedMeasurement, SavedRuns, SavedSegment, SavedSeries, SavedSession,
    SavedViewport, SavedVolumeView,
};
use crate::export::hashed_uid;
use crate::findings::{Nodule, Question};
use crate::geometry::{Patient, PlaneBasis, Point, Vector, VoxelGrid};
use crate::measure::{Kind, MeasureId, Measurement};
use crate::networks::spec;
use crate::segments::Segment;
use crate::session::{
    CropBox, Edit, Findings, Layout, Orientation, Pane, Projection, SegmentEdit, Session, Slab, Turn,
    ViewportState, VolumeView,
};
use crate::structures::readable;
use crate::volume::{Colours, Preset, Volume, VolumePreset, Window};

/// Directions whose lengths and angle are off by more than this are no axes of a screen.
const UPRIGHT: f64 = 1e-3;
/// Positions nearer than this are the same, mm.
const SAME_MM: f64 = 1e-3;
/// Farther from the middle of the volume nothing is measured, mm.
const FAR_MM: f64 = 10_000.0;

/// What a session makes of the series on the screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Restored {
    /// The changes, to be carried out as one.
    pub edits: Vec<Edit>,
    /// Nodules that the network is to be asked about again, in the order of the list.
    pub nodules: Vec<Nodule>,
    /// What could not be brought back, in words.
    pub lost: Vec<String>,
}

/// What `saved` has for the series on the screen; `None` where it has nothing of it. What is there already
/// stays, and what is the same is not added again. Segments are voxels by then: see [`super::filled`].
pub fn restore(saved: &SavedSession, session: &Session) -> Option<Restored> {
    let uid = session.series().map(|series| series.uid.as_str()).filter(|uid| !uid.is_empty())?;
    let hash = hashed_uid(uid);
    let series = saved.series.iter().find(|series| series.series == hash)?;
    let (grid, volume) = (session.grid()?, session.volume()?);
    let findings = session.findings();
    let mut restored = Restored::default();
    if !marks(series, findings, volume, &mut restored) {
        return Some(restored);
    }

    let mut outside = 0usize;
    let mut id = findings.next_id();
    for saved in &series.nodules {
        let at: Point<Patient> = Point::from_array(saved.at);
        if !at.is_finite() || grid.voxel_at(grid.voxel_from_patient() * at).is_none() {
            outside += 1;
        } else if findings.nodules().iter().all(|nodule| nodule.at.distance(at) > SAME_MM) {
            restored.nodules.push(Nodule::new(id, at, Question::Unasked));
            id.0 = id.0.saturating_add(1);
        }
    }
    if outside > 0 {
        restored.lost.push(format!("{outside} of its nodules lie outside of this volume"));
    }
    let list = findings.nodules().len();
    let add = |(n, nodule): (usize, &Nodule)| Edit::AddNodule(list + n, nodule.clone());
    restored.edits.extend(restored.nodules.iter().enumerate().map(add));
    if let Some(look) = saved.look.as_ref().filter(|_| saved.open.as_ref() == Some(&hash)) {
        look_of(look, grid, &mut restored);
    }
    Some(restored)
}

/// What `saved` has for the prior that is open: measurements and segments; `None` where it has nothing of it. Nodules
/// of that series wait until it is on the screen itself.
pub fn restore_in_prior(saved: &SavedSession, session: &Session) -> Option<Restored> {
    let prior = session.prior().filter(|prior| !prior.uid().is_empty())?;
    let hash = hashed_uid(prior.uid());
    let series = saved.series.iter().find(|series| series.series == hash)?;
    let nobody = Findings::default();
    let mut restored = Restored::default();
    marks(series, session.prior_findings().unwrap_or(&nobody), &prior.volume, &mut restored);
    restored.edits = restored.edits.into_iter().map(Edit::in_prior).collect();
    Some(restored)
}

/// Measurements and segments that are not there yet; false where they were made on another grid.
/// - `findings`, `volume`: of the series that they belong to
fn marks(series: &SavedSeries, findings: &Findings, volume: &Volume, restored: &mut Restored) -> bool {
    let grid = volume.grid();
    if series.grid.as_ref().is_some_and(|saved| !same_grid(saved, grid)) {
        let sentence =
            "what was made in this series was made on another grid (other slices, or slices as stored)";
        restored.lost.push(sentence.to_owned());
        return false;
    }
    let mut unknown = 0usize;
    let mut next = findings.next_measurement();
    for saved in &series.measurements {
        match measurement(next, saved, grid) {
            Some(new) if findings.measurements().iter().any(|old| same(&old.measurement, &new)) => {}
            Some(new) => {
                restored.edits.push(Edit::AddMeasurement(usize::MAX, new));
                next.0 = next.0.saturating_add(1);
            }
            None => unknown += 1,
        }
    }
    if unknown > 0 {
        restored.lost.push(format!("{unknown} of its measurements cannot be understood"));
    }
    segments(&series.segments, (findings, volume), restored);
    true
}

fn same_grid(saved: &SavedGrid, grid: &VoxelGrid) -> bool {
    let SavedGrid { size, origin, axes } = super::made::grid(grid);
    let near = |a: &[f64; 3], b: &[f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= SAME_MM);
    size == saved.size
        && near(&origin, &saved.origin)
        // Over all voxels: a small difference of the step is a large one of the far side.
        && axes.iter().zip(&saved.axes).zip(size).all(|((a, b), n)| {
            let far = |axis: &[f64; 3]| axis.map(|v| v * n as f64);
            near(&far(a), &far(b))
        })
}

fn same(a: &Measurement, b: &Measurement) -> bool {
    a.kind == b.kind
        && a.name == b.name
        && a.points.len() == b.points.len()
        && a.points.iter().zip(&b.points).all(|(a, b)| a.distance(*b) <= SAME_MM)
}

/// Segments that are not there yet; of those that cannot be understood it is said.
fn segments(saved: &[SavedSegment], (findings, volume): (&Findings, &Volume), restored: &mut Restored) {
    let Some(first) = findings.new_segment(Some(volume)) else { return };
    let (mut id, mut unknown) = (first.id, 0usize);
    for saved in saved {
        // What is text still could not be understood: see `filled`.
        let voxels = match &saved.runs {
            SavedRuns::Voxels(voxels) if voxels.size() == volume.grid().size() => Arc::clone(voxels),
            SavedRuns::Voxels(_) | SavedRuns::Text(_) => {
                unknown += 1;
                continue;
            }
        };
        let same = |old: &Segment| old.name == saved.name && old.voxels == voxels;
        if findings.segments().iter().any(same) {
            continue;
        }
        let name: String = saved.name.chars().take(Kind::LONGEST_NAME).collect();
        let new = Segment { id, name, colour: readable(saved.colour), shown: saved.shown, voxels };
        restored.edits.push(Edit::Segments(SegmentEdit::Add(usize::MAX, new)));
        id.0 = id.0.saturating_add(1);
    }
    if unknown > 0 {
        restored.lost.push(format!("{unknown} of its segments cannot be understood"));
    }
}

fn measurement(id: MeasureId, saved: &SavedMeasurement, grid: &VoxelGrid) -> Option<Measurement> {
    let kind = Kind::named(&saved.kind)?;
    let [right, down] = saved.plane.map(Vector::<Patient>::from_array);
    let upright = [right.length() - 1.0, down.length() - 1.0, right.dot(down)];
    if upright.iter().any(|off| off.is_nan() || off.abs() > UPRIGHT) {
        return None;
    }
    let [_, most] = kind.points();
    let points: Vec<_> = saved.points.iter().take(most).copied().map(Point::from_array).collect();
    // Beside the volume a hand may have measured; far away it has not.
    if points.iter().any(|p| !p.is_finite() || p.distance(grid.centre()) > FAR_MM) {
        return None;
    }
    let basis = PlaneBasis { right, down, into: right.cross(down) };
    let name = saved.name.chars().take(kind.longest_name()).collect();
    Measurement::drawn(id, kind, &points, basis, name)
}

fn look_of(look: &SavedLook, grid: &VoxelGrid, restored: &mut Restored) {
    let edits = &mut restored.edits;
    let cursor = Point::from_array(look.cursor);
    if cursor.is_finite() {
        edits.push(Edit::Cursor(cursor));
    }
    let [width, centre] = look.window;
    if width.is_finite() && centre.is_finite() {
        let preset = look.preset.as_ref().and_then(|name| Preset::ALL.into_iter().find(|p| p.name() == name));
        edits.push(Edit::Window(Window::new(width, centre), preset));
    }
    edits.push(Edit::Invert(look.invert));
    let colours = look.colours.as_deref().and_then(Colours::from_name);
    edits.push(Edit::Colours(colours.unwrap_or_default()));
    edits.push(Edit::Boxes(look.boxes));
    for (pane, saved) in Pane::ALL.into_iter().zip(&look.viewports) {
        edits.push(Edit::Viewport(pane, viewport(saved, pane)));
    }
    edits.push(Edit::In3d(look.in_3d));
    if let Some(saved) = &look.volume_view {
        match volume_view(saved, grid) {
            Some(view) => edits.push(Edit::VolumeView(view)),
            None => restored
                .lost
                .push("the 3D view is looked at in a way that this program does not know".to_owned()),
        }
    }
    let single = look.single.and_then(|n| Pane::ALL.get(n)).copied();
    // Keys act on what is on the screen.
    edits.extend(single.map(Edit::Focus));
    let single = single.map(Layout::Single);
    edits.push(Edit::Layout(single.unwrap_or(Layout::Grid)));
    edits.push(Edit::Mode(look.mode));
    match spec(&look.network) {
        Ok(spec) => edits.push(Edit::Network(spec.name)),
        Err(_) => restored.lost.push(format!("this program has no network {}", look.network)),
    }
}

/// `None` where its axes are none, or colours are named that this program has not.
fn volume_view(saved: &SavedVolumeView, grid: &VoxelGrid) -> Option<VolumeView> {
    let [right, down] = [saved.right, saved.down].map(Vector::<Patient>::from_array);
    let off = [right.length() - 1.0, down.length() - 1.0, right.dot(down)];
    let numbers = [saved.zoom, saved.pan_mm[0], saved.pan_mm[1], f64::from(saved.shift_hu)];
    if off.iter().any(|off| off.is_nan() || off.abs() > UPRIGHT) || numbers.iter().any(|n| !n.is_finite()) {
        return None;
    }
    let start = VolumeView {
        right,
        down,
        pan_mm: saved.pan_mm,
        preset: VolumePreset::from_name(&saved.colours)?,
        shift: saved.shift_hu.clamp(-2000.0, 2000.0),
        shaded: saved.shaded,
        cuts: saved.cuts,
        around_cursor_mm: saved.around_cursor_mm.filter(|mm| mm.is_finite() && *mm > 0.0),
        before_cursor_mm: saved.before_cursor_mm.filter(|mm| mm.is_finite() && *mm > 0.0),
        at_cursor: saved.at_cursor,
        table: saved.table,
        crop_box: saved
            .crop_box
            .and_then(|corners| CropBox::between(grid, corners.map(Point::<Patient>::from_array))),
        ..VolumeView::default()
    };
    // Kept within its bounds, as by hand.
    Some(VolumeView { pan_mm: saved.pan_mm, ..start.zoomed(saved.zoom, [0.0; 2]) })
}

fn viewport(saved: &SavedViewport, pane: Pane) -> ViewportState {
    let slab = saved.slab.as_ref().and_then(|(thickness_mm, name)| {
        let projection = Projection::ALL.into_iter().find(|p| p.name() == name)?;
        (thickness_mm.is_finite() && *thickness_mm > 0.0)
            .then_some(Slab { thickness_mm: *thickness_mm, projection })
    });
    // Axes that are none are put right where they are used.
    let oblique = saved.oblique.map(|axes| axes.map(Vector::<Patient>::from_array));
    let orientation = oblique
        .map_or(Orientation::Anatomical(pane.plane()), |[right, down]| Orientation::Oblique { right, down });
    let turn = Turn { quarters: saved.quarters % 4, behind: saved.behind };
    ViewportState { zoom: saved.zoom, pan_mm: saved.pan_mm, slab, turn, orientation }
}
