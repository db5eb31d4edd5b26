//! Hands over the prior: its slices, zoom and pan, and the point in it that is linked with a nodule.

use super::nodule::{GRAB_DEPTH_MM, GRAB_RADIUS_PX};
use super::pointer::{Button, Modifiers, PointerEvent, under};
use super::scroll::Wheel;
use super::{crosshair, hands::CLICK_PX, pan, window_level, zoom};
use crate::command::{Command, Commands};
use crate::findings::{Nodule, NoduleId, PriorPoint, Question};
use crate::geometry::{Patient, Point, Vector, Viewport};
use crate::networks::spec;
use crate::session::{Edit, PriorLook, PriorSeries, Session, Tool, ViewportState};
use crate::view::{self, ResolvedView};
use crate::volume::Window;

/// What the held button does.
#[derive(Clone, Copy, Debug)]
enum Gesture {
    Window(Window),
    Pan(ViewportState),
    Zoom(ViewportState),
    Crosshair,
    /// A nodule whose point in the prior, which was there, is in the hand.
    Point(NoduleId, Point<Patient>),
}

#[derive(Clone, Copy, Debug)]
struct Going {
    gesture: Gesture,
    /// Whether the left button is held: a click marks the nodule.
    left: bool,
    from: Point<Viewport>,
    mm_per_px: f64,
    far: bool,
}

/// The gesture in progress over the prior, and the wheel's fractions.
#[derive(Debug, Default)]
pub struct PriorHands {
    going: Option<Going>,
    wheel: Wheel<()>,
}

impl PriorHands {
    /// Whether a button is held.
    pub fn busy(&self) -> bool {
        self.going.is_some()
    }

    /// Takes the events of one frame in and asks for what follows.
    /// - `view`: what the viewport showed
    pub fn handle(
        &mut self,
        session: &Session,
        view: &ResolvedView,
        events: &[PointerEvent],
        out: &mut Commands,
    ) {
        let Some(prior) = session.prior() else {
            self.going = None;
            return;
        };
        let mut look = view::prior_look(session, view.size_px);
        for event in events {
            let before = look;
            let mut after = None;
            match *event {
                PointerEvent::Move { at, keys } if keys.shift => {
                    look.cursor = crosshair::inside(prior.volume.grid(), under(view, at));
                }
                PointerEvent::Move { .. } | PointerEvent::Leave => {}
                PointerEvent::Press { at, button, keys } => {
                    self.press(session, view, (at, button, keys), &mut look, out);
                }
                PointerEvent::Drag { at, keys } => self.drag(session, view, (at, keys), &mut look, out),
                PointerEvent::Release { at } => after = Some(at),
                // With the nodule tool the first click marked already: a second must not surprise.
                PointerEvent::DoubleClick { .. } if session.look().tool == Tool::Nodule => {}
                PointerEvent::DoubleClick { .. } => out.push(Command::ToggleDates),
                // The prior is shown slice by slice.
                PointerEvent::Wheel { keys, .. } if keys.slab() => {}
                PointerEvent::Wheel { at, notches, keys } if keys.ctrl => {
                    look.viewport = zoom::wheel(look.viewport, view, at, notches);
                }
                PointerEvent::Wheel { notches, keys, .. } => {
                    let steps = self.wheel.turn((), notches, keys.shift);
                    look.cursor = view::step(prior.volume.grid(), view, look.cursor, steps);
                }
            }
            // Before the gesture ends, so that it is one step of undo with the rest.
            if look != before {
                out.edit(view::prior_edit(session, look, view.size_px));
            }
            if let Some(at) = after {
                self.release(session, prior, view, at, out);
            }
        }
    }

    fn press(
        &mut self,
        session: &Session,
        view: &ResolvedView,
        (at, button, keys): (Point<Viewport>, Button, Modifiers),
        look: &mut PriorLook,
        out: &mut Commands,
    ) {
        // A second button while one is held belongs to no gesture.
        if self.going.is_some() {
            return;
        }
        let left = button == Button::Left;
        let held = if left { grab(session, view, at) } else { None };
        let tool = session.look().tool;
        let gesture = match (button, held, tool) {
            (Button::Middle, ..) => Gesture::Pan(look.viewport),
            (Button::Right, ..) => Gesture::Zoom(look.viewport),
            (Button::Left, Some((id, place)), _) => Gesture::Point(id, place),
            (Button::Left, None, Tool::Crosshair) => Gesture::Crosshair,
            (Button::Left, None, _) if keys.shift && tool != Tool::Window => Gesture::Crosshair,
            (Button::Left, None, Tool::Pan) => Gesture::Pan(look.viewport),
            (Button::Left, None, Tool::Zoom) => Gesture::Zoom(look.viewport),
            // Measuring and drawing in the prior are not built: a drag changes the window there.
            (
                Button::Left,
                None,
                Tool::Window | Tool::Nodule | Tool::Measure(_) | Tool::Paint | Tool::Segment | Tool::Erase,
            ) => Gesture::Window(session.look().window),
        };
        out.push(Command::BeginGesture);
        match gesture {
            Gesture::Crosshair => cross(session, view, at, look),
            Gesture::Point(id, _) => out.edit(Edit::Select(Some(id))),
            _ => {}
        }
        self.going = Some(Going { gesture, left, from: at, mm_per_px: view.mm_per_px, far: false });
    }

    fn drag(
        &mut self,
        session: &Session,
        view: &ResolvedView,
        (at, keys): (Point<Viewport>, Modifiers),
        look: &mut PriorLook,
        out: &mut Commands,
    ) {
        let Some(going) = self.going.as_mut() else { return };
        let from = going.from;
        going.far |= (at.x - from.x).hypot(at.y - from.y) > CLICK_PX;
        if !going.far {
            return;
        }
        let mm_per_px = going.mm_per_px;
        match going.gesture {
            // With the nodule tool a drag is nothing, as over the other viewports.
            Gesture::Window(_) if session.look().tool == Tool::Nodule => {}
            Gesture::Window(start) => out.edit(window_level::drag(start, from, at, keys)),
            Gesture::Pan(start) => look.viewport = pan::drag(start, mm_per_px, from, at),
            Gesture::Zoom(start) => look.viewport = zoom::drag(start, from, at),
            Gesture::Crosshair => cross(session, view, at, look),
            Gesture::Point(id, start) => {
                let by = Vector::<Viewport>::new(at.x - from.x, at.y - from.y, 0.0);
                let to = start + view.patient_from_viewport.vector(by);
                out.extend(moved(session, id, to).map(Command::Edit));
            }
        }
    }

    fn release(
        &mut self,
        session: &Session,
        prior: &PriorSeries,
        view: &ResolvedView,
        at: Point<Viewport>,
        out: &mut Commands,
    ) {
        let Some(going) = self.going.take() else { return };
        out.push(Command::EndGesture);
        let new = session.selected().is_none_or(|nodule| session.at_in_prior(nodule).is_none());
        match going.gesture {
            Gesture::Point(id, _) if going.far && compares_dates(session) => out.push(Command::Rerun(id)),
            Gesture::Point(..) | Gesture::Crosshair => {}
            // Where the nodule is not marked yet, a click can mean nothing else.
            _ if going.left && !going.far && (new || session.look().tool == Tool::Nodule) => {
                out.push(Command::LinkPrior(PriorPoint::new(prior.uid(), under(view, at))));
            }
            _ => {}
        }
    }
}

/// The prior's cursor goes where the pointer is.
fn cross(session: &Session, view: &ResolvedView, at: Point<Viewport>, look: &mut PriorLook) {
    if let Some(prior) = session.prior() {
        look.cursor = crosshair::inside(prior.volume.grid(), under(view, at));
    }
}

/// Whether the chosen network reads the prior: what it said of another point in it holds no longer.
fn compares_dates(session: &Session) -> bool {
    spec(session.look().network).is_ok_and(|spec| spec.family.compares_dates())
}

/// The point of the prior under the pointer, the selected nodule's first.
fn grab(session: &Session, view: &ResolvedView, at: Point<Viewport>) -> Option<(NoduleId, Point<Patient>)> {
    let near = |nodule: &Nodule| {
        let place = session.at_in_prior(nodule)?;
        let p = &view.viewport_from_patient * place;
        let near = p.z.abs() <= GRAB_DEPTH_MM && (p.x - at.x).hypot(p.y - at.y) <= GRAB_RADIUS_PX;
        near.then_some((nodule.id, place))
    };
    let selected = session.selected().and_then(near);
    selected.or_else(|| session.findings().nodules().iter().rev().find_map(near))
}

/// The nodule with its point in the prior at another place, as it is now: it may have been answered since it
/// was taken hold of.
fn moved(session: &Session, id: NoduleId, to: Point<Patient>) -> Option<Edit> {
    let nodule = session.findings().nodule(id)?;
    let mut moved = nodule.linked(Some(PriorPoint::new(session.prior()?.uid(), to)));
    if compares_dates(session) {
        moved.learn(Question::Unasked);
    }
    Some(Edit::SetNodule(moved))
}
