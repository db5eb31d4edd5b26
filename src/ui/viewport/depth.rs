//! What lies behind tissue in the 3D view, and what was drawn as wires in it.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use super::outlines::OutlineMark;
use super::shown::Shown;
use crate::geometry::{Patient, Point, Vector, VoxelGrid};
use crate::segments::{Segment, SegmentId, Voxels};
use crate::session::{Session, StructureKey};
use crate::structures::{CutPlane, Line, Structure, StructureSet};
use crate::view::{self, Shown3d};
use crate::volume::Transfer;

/// What lies so much deeper than the tissue before it is behind it, mm.
const BEHIND_MM: f64 = 3.0;
/// So many places are asked about at most in a frame; others count as before all tissue.
const MOST: usize = 48;
/// Slices through a segment or structure that are drawn in 3D.
const WIRES: usize = 12;

/// Which marks and measurements lie behind tissue; those without an entry do not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Behind {
    /// In the order of [`Shown::marks`].
    pub marks: Vec<bool>,
    /// In the order of [`Shown::measurements`], by their middles.
    pub measurements: Vec<bool>,
}

impl Behind {
    /// Sends a ray to each of them. The brightest value on a ray has no depth: nothing lies behind it.
    pub(super) fn of(shown: &Shown, cut: &Shown3d, transfer: Option<&Transfer>) -> Self {
        if transfer.is_none() || !shown.volume.is_complete() {
            return Self::default();
        }
        let behind = |at: Point<Patient>| {
            let place = &shown.view.viewport_from_patient * at;
            let pixel = Point::new(place.x, place.y, 0.0);
            let met = view::met(&shown.volume, &shown.view, transfer, cut, pixel);
            met.is_some_and(|met| (&shown.view.viewport_from_patient * met).z + BEHIND_MM < place.z)
        };
        let marks: Vec<bool> = shown.marks.iter().take(MOST).map(|mark| behind(mark.at)).collect();
        let middles = shown.measurements.iter().map(|mark| mark.measurement.middle());
        let left = MOST - marks.len();
        Self { marks, measurements: middles.take(left).map(|at| at.is_some_and(behind)).collect() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Segment(SegmentId),
    Structure(StructureKey),
}

#[derive(Debug)]
enum Of {
    Segment(Weak<Voxels>),
    Structure(Weak<StructureSet>),
}

#[derive(Debug)]
struct Known {
    of: Of,
    lines: Arc<Vec<Line>>,
}

/// Outlines in a few slices each, one above the other: they stand for a body in 3D. Cut once, one body a frame.
#[derive(Debug, Default)]
pub struct WireCache {
    known: BTreeMap<Key, Known>,
}

impl WireCache {
    /// Those of the segments and structures that are shown, and whether some are still to be cut.
    pub fn wires(&mut self, session: &Session) -> (Vec<OutlineMark>, bool) {
        let Some(grid) = session.grid() else { return (Vec::new(), false) };
        let (mut marks, mut missing) = (Vec::new(), false);
        // While a stroke goes on it would be cut anew at each dab: what was known stands until the hand rests.
        let drawing = session.in_gesture() && session.look().tool.segments();
        let mut keys = Vec::new();
        for segment in super::outlines::shown_segments(session) {
            let key = Key::Segment(segment.id);
            let same = |of: &Of| {
                let of_these = |v: &Weak<Voxels>| std::ptr::eq(v.as_ptr(), Arc::as_ptr(&segment.voxels));
                matches!(of, Of::Segment(v) if drawing || of_these(v))
            };
            let cut = || (Of::Segment(Arc::downgrade(&segment.voxels)), segment_wires(grid, segment));
            self.mark(key, segment.colour, same, cut, (&mut marks, &mut missing));
            keys.push(key);
        }
        for wanted in super::outlines::wanted(session) {
            let key = Key::Structure(wanted.key);
            let same =
                |of: &Of| matches!(of, Of::Structure(s) if std::ptr::eq(s.as_ptr(), Arc::as_ptr(wanted.set)));
            let cut = || (Of::Structure(Arc::downgrade(wanted.set)), structure_wires(grid, wanted.structure));
            self.mark(key, wanted.structure.colour, same, cut, (&mut marks, &mut missing));
            keys.push(key);
        }
        self.known.retain(|key, _| keys.contains(key));
        (marks, missing)
    }

    fn mark(
        &mut self,
        key: Key,
        colour: [u8; 3],
        same: impl Fn(&Of) -> bool,
        cut: impl FnOnce() -> (Of, Vec<Line>),
        (marks, missing): (&mut Vec<OutlineMark>, &mut bool),
    ) {
        let fresh = self.known.get(&key).is_some_and(|known| same(&known.of));
        if !fresh && !*missing {
            let (of, lines) = cut();
            self.known.insert(key, Known { of, lines: Arc::new(lines) });
            *missing = true;
        }
        // What was known before stands until it is cut anew.
        if let Some(known) = self.known.get(&key).filter(|known| !known.lines.is_empty()) {
            marks.push(OutlineMark { colour, filled: false, lines: Arc::clone(&known.lines) });
        }
    }
}

/// A slice of the volume as a plane.
fn slice(grid: &VoxelGrid, k: f64) -> CutPlane {
    let [right, across, _] = grid.directions();
    let into = right.cross(across).unit().unwrap_or(Vector::new(0.0, 0.0, 1.0));
    let origin = grid.patient_from_voxel() * Point::new(0.0, 0.0, k);
    CutPlane { origin, right, down: into.cross(right), into, half_mm: grid.spacing_mm()[2] / 2.0 }
}

/// So many slices from the first to the last.
fn slices(first: f64, last: f64) -> impl Iterator<Item = f64> {
    let count = ((last - first).max(0.0) as usize + 1).min(WIRES);
    (0..count).map(move |n| (first + (last - first) * (n as f64 + 0.5) / count as f64).round())
}

fn segment_wires(grid: &VoxelGrid, segment: &Segment) -> Vec<Line> {
    let (mut first, mut last) = (usize::MAX, 0);
    segment.voxels.runs(|[_, _, k], _| (first, last) = (first.min(k), last.max(k)));
    if first > last {
        return Vec::new();
    }
    slices(first as f64, last as f64).flat_map(|k| segment.cut(grid, &slice(grid, k))).collect()
}

fn structure_wires(grid: &VoxelGrid, structure: &Structure) -> Vec<Line> {
    let index = |p: Point<Patient>| (grid.voxel_from_patient() * p).z;
    let ends = structure.corners().into_iter().map(index);
    let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), k| (l.min(k), h.max(k)));
    let last = grid.size()[2] as f64 - 1.0;
    let (low, high) = (low.max(0.0).ceil(), high.min(last).floor());
    if low > high {
        return Vec::new();
    }
    slices(low, high).flat_map(|k| structure.cut(&slice(grid, k))).collect()
}
