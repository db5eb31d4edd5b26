//! Outlines of what others drew and of segments, for each viewport, kept from frame to frame.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use rayon::prelude::*;

use crate::geometry::VoxelGrid;
use crate::segments::{Segment, SegmentId, Voxels};
use crate::session::{Findings, Pane, Session, StructureKey};
use crate::structures::{CutPlane, Line, Structure, StructureSet};
use crate::view::{ResolvedView, cut_plane};

/// Place of the prior's viewport behind those of the three planes.
const PRIOR: usize = 3;

/// What a plane cuts of one structure or segment.
#[derive(Clone, Debug, PartialEq)]
pub struct OutlineMark {
    /// Red, green and blue.
    pub colour: [u8; 3],
    /// What it encloses is filled, lightly.
    pub filled: bool,
    /// Its lines, LPS mm.
    pub lines: Arc<Vec<Line>>,
}

/// A structure to be cut.
pub(super) struct Wanted<'a> {
    pub(super) key: StructureKey,
    pub(super) set: &'a Arc<StructureSet>,
    pub(super) structure: &'a Structure,
}

/// Outlines that were cut before: zooming and panning cuts nothing anew.
#[derive(Debug, Default)]
pub struct OutlineCache {
    known: BTreeMap<(usize, StructureKey), Known>,
    drawn: BTreeMap<(usize, SegmentId), KnownSegment>,
}

#[derive(Debug)]
struct KnownSegment {
    plane: CutPlane,
    voxels: Weak<Voxels>,
    lines: Arc<Vec<Line>>,
}

#[derive(Debug)]
struct Known {
    plane: CutPlane,
    set: Weak<StructureSet>,
    lines: Arc<Vec<Line>>,
}

impl OutlineCache {
    /// The outlines in a viewport.
    pub fn marks(&mut self, session: &Session, pane: Pane, view: &ResolvedView) -> Vec<OutlineMark> {
        let wanted = wanted(session);
        let plane = cut_plane(view);
        let drawn = (shown_segments(session), session.grid());
        let known = |id| session.findings().segment(id).is_some();
        let filled = session.look().segments.filled;
        let mut marks = self.segments(drawn, pane.index(), (&plane, filled), known);
        if wanted.is_empty() {
            return marks;
        }
        let place = |key| (pane.index(), key);
        let fits = |known: &Known, set: &Arc<StructureSet>| {
            known.plane == plane && std::ptr::eq(known.set.as_ptr(), Arc::as_ptr(set))
        };
        let missing = |w: &&Wanted<'_>| self.known.get(&place(w.key)).is_none_or(|known| !fits(known, w.set));
        let missing: Vec<&Wanted<'_>> = wanted.iter().filter(missing).collect();
        let cut: Vec<_> = missing.into_par_iter().map(|w| (w, w.structure.cut(&plane))).collect();
        for (w, lines) in cut {
            let known = Known { plane, set: Arc::downgrade(w.set), lines: Arc::new(lines) };
            self.known.insert(place(w.key), known);
        }
        let mark = |w: &Wanted<'_>| {
            let lines = Arc::clone(&self.known.get(&place(w.key))?.lines);
            (!lines.is_empty()).then_some(OutlineMark { colour: w.structure.colour, filled: false, lines })
        };
        marks.extend(wanted.iter().filter_map(mark));
        marks
    }

    /// The outlines of what was drawn in the prior, in its viewport.
    pub fn prior_marks(&mut self, session: &Session, view: &ResolvedView) -> Vec<OutlineMark> {
        let drawn = (prior_segments(session), session.prior().map(|prior| prior.volume.grid()));
        let findings = session.prior_findings();
        let known = |id| findings.is_some_and(|findings| findings.segment(id).is_some());
        let filled = session.look().segments.filled;
        self.segments(drawn, PRIOR, (&cut_plane(view), filled), known)
    }

    /// Those of segments: of all of them only what was drawn in since is cut anew.
    /// - `place`: of the viewport
    /// - `known`: whether there is still a segment of this identity
    fn segments<'a>(
        &mut self,
        (segments, grid): (impl Iterator<Item = &'a Segment>, Option<&VoxelGrid>),
        place: usize,
        (plane, filled): (&CutPlane, bool),
        known: impl Fn(SegmentId) -> bool,
    ) -> Vec<OutlineMark> {
        let Some(grid) = grid else { return Vec::new() };
        self.drawn.retain(|(at, id), _| *at != place || known(*id));
        let place = |segment: &Segment| (place, segment.id);
        let fits = |known: &KnownSegment, segment: &Segment| {
            known.plane == *plane && std::ptr::eq(known.voxels.as_ptr(), Arc::as_ptr(&segment.voxels))
        };
        let mut marks = Vec::new();
        for segment in segments {
            let known = self.drawn.get(&place(segment)).filter(|known| fits(known, segment));
            let lines = match known {
                Some(known) => Arc::clone(&known.lines),
                None => {
                    let lines = Arc::new(segment.cut(grid, plane));
                    let voxels = Arc::downgrade(&segment.voxels);
                    let known = KnownSegment { plane: *plane, voxels, lines: Arc::clone(&lines) };
                    self.drawn.insert(place(segment), known);
                    lines
                }
            };
            if !lines.is_empty() {
                marks.push(OutlineMark { colour: segment.colour, filled, lines });
            }
        }
        marks
    }
}

/// The segments that are shown, the one that is drawn in first: nothing covers it.
pub(super) fn shown_segments(session: &Session) -> impl Iterator<Item = &Segment> {
    shown_of(session, session.findings())
}

/// The same of the prior.
fn prior_segments(session: &Session) -> impl Iterator<Item = &Segment> {
    session.prior_findings().into_iter().flat_map(|findings| shown_of(session, findings))
}

fn shown_of<'a>(session: &Session, findings: &'a Findings) -> impl Iterator<Item = &'a Segment> + use<'a> {
    let chosen = findings.chosen_segment();
    let others = findings.segments().iter().filter(move |s| chosen.is_none_or(|chosen| chosen.id != s.id));
    let on = session.look().segments.on;
    chosen.into_iter().chain(others).filter(move |segment| on && segment.shown && !segment.voxels.is_empty())
}

/// The outlines of what was drawn in the prior, cut for this once.
pub fn prior_outlines(session: &Session, view: &ResolvedView) -> Vec<OutlineMark> {
    let plane = cut_plane(view);
    let filled = session.look().segments.filled;
    let Some(prior) = session.prior() else { return Vec::new() };
    let mark = |segment: &Segment| {
        let lines = Arc::new(segment.cut(prior.volume.grid(), &plane));
        (!lines.is_empty()).then_some(OutlineMark { colour: segment.colour, filled, lines })
    };
    prior_segments(session).filter_map(mark).collect()
}

/// The outlines in any view, cut for this once.
pub fn outlines(session: &Session, view: &ResolvedView) -> Vec<OutlineMark> {
    let plane = cut_plane(view);
    let filled = session.look().segments.filled;
    let drawn = session.grid().into_iter().flat_map(|grid| {
        shown_segments(session).filter_map(move |segment| {
            let lines = Arc::new(segment.cut(grid, &plane));
            (!lines.is_empty()).then_some(OutlineMark { colour: segment.colour, filled, lines })
        })
    });
    let mut marks: Vec<OutlineMark> = drawn.collect();
    let mark = |w: &Wanted<'_>| {
        let lines = Arc::new(w.structure.cut(&plane));
        (!lines.is_empty()).then_some(OutlineMark { colour: w.structure.colour, filled: false, lines })
    };
    marks.par_extend(wanted(session).par_iter().filter_map(mark));
    marks
}

/// The outlines of these structures in any view, for a picture without a session.
pub fn outlines_of(sets: &[StructureSet], view: &ResolvedView) -> Vec<OutlineMark> {
    let plane = cut_plane(view);
    let mark = |structure: &Structure| {
        let lines = Arc::new(structure.cut(&plane));
        (!lines.is_empty()).then_some(OutlineMark { colour: structure.colour, filled: false, lines })
    };
    sets.iter().flat_map(|set| &set.structures).filter_map(mark).collect()
}

/// The structures that are shown.
pub(super) fn wanted(session: &Session) -> Vec<Wanted<'_>> {
    let look = &session.look().structures;
    if !look.on {
        return Vec::new();
    }
    let mut wanted = Vec::new();
    for file in session.drawn_files() {
        let Some(Ok(set)) = file.set else { continue };
        for (n, structure) in set.structures.iter().enumerate() {
            let key = (file.place, n);
            if look.shows(key) && structure.shape.is_some() {
                wanted.push(Wanted { key, set, structure });
            }
        }
    }
    wanted
}
