//! Drawing in a segment: a ball or a disc follows the pointer through the plane of the slice.

use super::pointer::{Modifiers, under};
use crate::geometry::{Patient, Point, Viewport};
use crate::segments::{Dab, SegmentId};
use crate::session::{Edit, Findings, Look, SegmentEdit, Session, Tool};
use crate::view::ResolvedView;
use crate::volume::Volume;

/// From here on the brush has moved, as a share of its radius: what lies between is touched anyway.
const STEP: f64 = 0.1;

/// The brush on the tissue.
#[derive(Clone, Copy, Debug)]
pub(super) struct SegmentStroke {
    id: SegmentId,
    erase: bool,
    last: Point<Patient>,
}

impl SegmentStroke {
    /// The brush is set down in a series.
    /// - `findings`, `volume`: of that series
    ///
    /// The first stroke begins a segment; one that is hidden is shown, as nobody draws
    /// unseen. `None` where there is nothing to take away from.
    pub(super) fn begin(
        look: &Look,
        (findings, volume): (&Findings, &Volume),
        view: &ResolvedView,
        (at, keys): (Point<Viewport>, Modifiers),
    ) -> Option<(Self, Vec<SegmentEdit>)> {
        let erase = look.tool == Tool::Erase || keys.ctrl;
        let mut edits = Vec::new();
        let id = match findings.chosen_segment() {
            Some(segment) => {
                if !segment.shown {
                    edits.push(SegmentEdit::Set(crate::segments::Segment { shown: true, ..segment.clone() }));
                }
                segment.id
            }
            None if erase => return None,
            None => {
                let new = findings.new_segment(Some(volume))?;
                let id = new.id;
                edits.push(SegmentEdit::Add(findings.segments().len(), new));
                id
            }
        };
        if !look.segments.on {
            edits.push(SegmentEdit::Look(crate::session::SegmentsLook { on: true, ..look.segments }));
        }
        let at = under(view, at);
        let stroke = Self { id, erase, last: at };
        edits.push(stroke.dab(look, view, [at, at]));
        Some((stroke, edits))
    }

    /// It is drawn on; `None` where it has hardly moved.
    pub(super) fn drag(
        &mut self,
        look: &Look,
        view: &ResolvedView,
        at: Point<Viewport>,
    ) -> Option<SegmentEdit> {
        let to = under(view, at);
        if to.distance(self.last) < look.segment_brush.radius_mm * STEP {
            return None;
        }
        let way = [std::mem::replace(&mut self.last, to), to];
        Some(self.dab(look, view, way))
    }

    fn dab(&self, look: &Look, view: &ResolvedView, way: [Point<Patient>; 2]) -> SegmentEdit {
        let brush = look.segment_brush;
        let dab = Dab {
            radius_mm: brush.radius_mm,
            way,
            flat: brush.flat.then_some(view.basis.into),
            range: brush.limited.then_some(brush.range),
            erase: self.erase,
        };
        SegmentEdit::Paint(self.id, dab)
    }
}

/// Another size of the brush; `None` where there is none to go to.
pub(super) fn larger(session: &Session, steps: i64) -> Option<Edit> {
    let brush = session.look().segment_brush;
    let new = brush.stepped(steps);
    (new != brush).then_some(Edit::Segments(SegmentEdit::Brush(new)))
}
