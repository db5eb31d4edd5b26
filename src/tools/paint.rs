//! Painting tissue away: a ball follows the pointer through the plane of the slice.

use std::sync::Arc;

use super::pointer::under;
use crate::geometry::{Patient, Point, Viewport};
use crate::session::{Edit, Session};
use crate::view::ResolvedView;
use crate::volume::Stroke;

/// From here on the ball has moved, as a share of its radius: what lies between is painted anyway.
const STEP: f64 = 0.15;

/// The brush on the tissue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Painting {
    last: Point<Patient>,
}

impl Painting {
    /// The brush is set down.
    pub(super) fn begin(session: &Session, view: &ResolvedView, at: Point<Viewport>) -> (Self, Edit) {
        let at = under(view, at);
        (Self { last: at }, stroke(session, [at, at]))
    }

    /// It is drawn on; `None` where it has hardly moved.
    pub(super) fn drag(
        &mut self,
        session: &Session,
        view: &ResolvedView,
        at: Point<Viewport>,
    ) -> Option<Edit> {
        let to = under(view, at);
        if to.distance(self.last) < session.look().brush.radius_mm * STEP {
            return None;
        }
        let way = [std::mem::replace(&mut self.last, to), to];
        Some(stroke(session, way))
    }
}

/// All strokes so far and this one.
fn stroke(session: &Session, way: [Point<Patient>; 2]) -> Edit {
    let brush = session.look().brush;
    let mut strokes = session.findings().painted().strokes().to_vec();
    strokes.push(Stroke { fill: brush.fill, radius_mm: brush.radius_mm, way });
    Edit::Paint(Arc::from(strokes))
}
