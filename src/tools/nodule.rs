//! A click asks the network; a marked point can be dragged, and is asked about again on release.

use super::pointer::under;
use crate::command::Command;
use crate::findings::{Nodule, NoduleId};
use crate::geometry::{Point, Vector, Viewport};
use crate::session::{Edit, Session};
use crate::view::ResolvedView;

/// How near to a marked point the pointer must be to take hold of it, physical pixels.
pub const GRAB_RADIUS_PX: f64 = 9.0;
/// How far from the slice a marked point may lie to be taken hold of, mm; it is drawn as far.
pub(super) const GRAB_DEPTH_MM: f64 = 2.5;

/// A marked point in the hand.
#[derive(Clone, Debug)]
pub(super) struct Held {
    nodule: Nodule,
    from: Point<Viewport>,
    moved: bool,
}

/// The question of a click.
pub(super) fn click(view: &ResolvedView, at: Point<Viewport>) -> Command {
    Command::ClassifyAt(under(view, at))
}

/// The marked point under the pointer, the selected one first.
pub(super) fn grab(session: &Session, view: &ResolvedView, at: Point<Viewport>) -> Option<Held> {
    let near = |nodule: &&Nodule| {
        let p = &view.viewport_from_patient * nodule.at;
        p.z.abs() <= GRAB_DEPTH_MM && (p.x - at.x).hypot(p.y - at.y) <= GRAB_RADIUS_PX
    };
    let found = session.selected().filter(near);
    let nodule = found.or_else(|| session.findings().nodules().iter().rev().find(near))?;
    Some(Held { nodule: nodule.clone(), from: at, moved: false })
}

impl Held {
    /// Which point.
    pub(super) fn id(&self) -> NoduleId {
        self.nodule.id
    }

    /// The point follows the pointer; it keeps its depth.
    pub(super) fn drag(&mut self, view: &ResolvedView, to: Point<Viewport>) -> Edit {
        self.moved = true;
        let by = Vector::<Viewport>::new(to.x - self.from.x, to.y - self.from.y, 0.0);
        let at = self.nodule.at + view.patient_from_viewport.vector(by);
        Edit::SetNodule(self.nodule.moved(at))
    }

    /// What follows when it is let go.
    pub(super) fn release(&self) -> Option<Command> {
        self.moved.then_some(Command::Rerun(self.nodule.id))
    }
}
