//! A click asks the network; a marked point can be dragged, and is asked about again on release.

use crate::command::Command;
use crate::findings::{Nodule, NoduleId};
use crate::geometry::{Point, Vector, Viewport};
use crate::session::{Edit, Session};
use crate::view::{self, ResolvedView};
use crate::volume::Volume;

/// How near to a marked point the pointer must be to take hold of it, physical pixels.
pub const GRAB_RADIUS_PX: f64 = 9.0;

/// A marked point in the hand.
#[derive(Clone, Debug)]
pub(super) struct Held {
    nodule: Nodule,
    from: Point<Viewport>,
    moved: bool,
}

/// The question of a click: about what is seen there, however deep in a slab it lies.
pub(super) fn click(volume: &Volume, view: &ResolvedView, at: Point<Viewport>) -> Command {
    Command::ClassifyAt(view::extreme_depth(volume, view, at))
}

/// Whether a marked point, as the viewport has it, can be taken hold of there.
pub(super) fn is_near(view: &ResolvedView, mark: Point<Viewport>, at: Point<Viewport>) -> bool {
    mark.z.abs() <= view.mark_depth_mm() && (mark.x - at.x).hypot(mark.y - at.y) <= GRAB_RADIUS_PX
}

/// The marked point under the pointer, the selected one first.
pub(super) fn grab(session: &Session, view: &ResolvedView, at: Point<Viewport>) -> Option<Held> {
    let near = |nodule: &&Nodule| is_near(view, &view.viewport_from_patient * nodule.at, at);
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
