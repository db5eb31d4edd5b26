//! From the file to changes of the document.

use super::saved::{SavedLook, SavedMeasurement, SavedSession, SavedViewport};
use crate::export::hashed_uid;
use crate::findings::{Nodule, Question};
use crate::geometry::{Patient, PlaneBasis, Point, Vector};
use crate::measure::{Kind, MeasureId, Measurement};
use crate::networks::spec;
use crate::session::{Edit, Layout, Orientation, Pane, Projection, Session, Slab, Turn, ViewportState};
use crate::volume::{Preset, Window};

/// Directions whose lengths and angle are off by more than this are no axes of a screen.
const UPRIGHT: f64 = 1e-3;

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
/// stays: nodules and measurements are added.
pub fn restore(saved: &SavedSession, session: &Session) -> Option<Restored> {
    let hash = hashed_uid(&session.series()?.uid);
    let series = saved.series.iter().find(|series| series.series == hash)?;
    let grid = session.grid()?;
    let findings = session.findings();
    let mut restored = Restored::default();
    let mut unknown = 0usize;

    let first = findings.next_measurement().0;
    for (n, saved) in (0u32..).zip(&series.measurements) {
        match measurement(MeasureId(first.saturating_add(n)), saved) {
            Some(measurement) => restored.edits.push(Edit::AddMeasurement(usize::MAX, measurement)),
            None => unknown += 1,
        }
    }
    if unknown > 0 {
        restored.lost.push(format!("{unknown} of its measurements cannot be understood"));
    }

    let mut outside = 0usize;
    let mut id = findings.next_id();
    for saved in &series.nodules {
        let at: Point<Patient> = Point::from_array(saved.at);
        if at.is_finite() && grid.voxel_at(grid.voxel_from_patient() * at).is_some() {
            restored.nodules.push(Nodule::new(id, at, Question::Unasked));
            id.0 = id.0.saturating_add(1);
        } else {
            outside += 1;
        }
    }
    if outside > 0 {
        restored.lost.push(format!("{outside} of its nodules lie outside of this volume"));
    }
    let list = findings.nodules().len();
    let add = |(n, nodule): (usize, &Nodule)| Edit::AddNodule(list + n, nodule.clone());
    restored.edits.extend(restored.nodules.iter().enumerate().map(add));
    if let Some(look) = saved.look.as_ref().filter(|_| saved.open.as_ref() == Some(&hash)) {
        look_of(look, &mut restored);
    }
    Some(restored)
}

fn measurement(id: MeasureId, saved: &SavedMeasurement) -> Option<Measurement> {
    let kind = Kind::named(&saved.kind)?;
    let [right, down] = saved.plane.map(Vector::<Patient>::from_array);
    let upright = [right.length() - 1.0, down.length() - 1.0, right.dot(down)];
    if upright.iter().any(|off| off.is_nan() || off.abs() > UPRIGHT) {
        return None;
    }
    let [_, most] = kind.points();
    let points: Vec<_> = saved.points.iter().take(most).copied().map(Point::from_array).collect();
    let basis = PlaneBasis { right, down, into: right.cross(down) };
    Measurement::drawn(id, kind, &points, basis, saved.name.clone())
}

fn look_of(look: &SavedLook, restored: &mut Restored) {
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
    edits.push(Edit::Boxes(look.boxes));
    for (pane, saved) in Pane::ALL.into_iter().zip(&look.viewports) {
        edits.push(Edit::Viewport(pane, viewport(saved, pane)));
    }
    let single = look.single.and_then(|n| Pane::ALL.get(n)).map(|pane| Layout::Single(*pane));
    edits.push(Edit::Layout(single.unwrap_or(Layout::Grid)));
    match spec(&look.network) {
        Ok(spec) => edits.push(Edit::Network(spec.name)),
        Err(_) => restored.lost.push(format!("this program has no network {}", look.network)),
    }
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
