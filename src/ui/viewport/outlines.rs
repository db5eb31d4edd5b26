//! Outlines of what others drew, for each viewport, kept from frame to frame.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use rayon::prelude::*;

use crate::session::{Pane, Session, StructureKey};
use crate::structures::{CutPlane, Line, Structure, StructureSet};
use crate::view::{ResolvedView, cut_plane};

/// What a plane cuts of one structure.
#[derive(Clone, Debug, PartialEq)]
pub struct OutlineMark {
    /// Red, green and blue.
    pub colour: [u8; 3],
    /// Its lines, LPS mm.
    pub lines: Arc<Vec<Line>>,
}

/// A structure to be cut.
struct Wanted<'a> {
    key: StructureKey,
    set: &'a Arc<StructureSet>,
    structure: &'a Structure,
}

/// Outlines that were cut before: zooming and panning cuts nothing anew.
#[derive(Debug, Default)]
pub struct OutlineCache {
    known: BTreeMap<(usize, StructureKey), Known>,
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
        if wanted.is_empty() {
            return Vec::new();
        }
        let plane = cut_plane(view);
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
            (!lines.is_empty()).then_some(OutlineMark { colour: w.structure.colour, lines })
        };
        wanted.iter().filter_map(mark).collect()
    }
}

/// The outlines in any view, cut for this once.
pub fn outlines(session: &Session, view: &ResolvedView) -> Vec<OutlineMark> {
    let plane = cut_plane(view);
    let mark = |w: &Wanted<'_>| {
        let lines = Arc::new(w.structure.cut(&plane));
        (!lines.is_empty()).then_some(OutlineMark { colour: w.structure.colour, lines })
    };
    wanted(session).par_iter().filter_map(mark).collect()
}

/// The outlines of these structures in any view, for a picture without a session.
pub fn outlines_of(sets: &[StructureSet], view: &ResolvedView) -> Vec<OutlineMark> {
    let plane = cut_plane(view);
    let mark = |structure: &Structure| {
        let lines = Arc::new(structure.cut(&plane));
        (!lines.is_empty()).then_some(OutlineMark { colour: structure.colour, lines })
    };
    sets.iter().flat_map(|set| &set.structures).filter_map(mark).collect()
}

/// The structures that are shown.
fn wanted(session: &Session) -> Vec<Wanted<'_>> {
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
