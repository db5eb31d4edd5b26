//! Which gesture an event belongs to, and what of it is still going on.

use super::nodule::{self, Held};
use super::pointer::{Button, Modifiers, Pointed, PointerEvent};
use super::scroll::Wheel;
use super::{crosshair, pan, window_level, zoom};
use crate::command::{Command, Commands};
use crate::geometry::{Point, Viewport, VoxelGrid};
use crate::session::{Edit, Pane, Session, Tool, ViewportState};
use crate::view::{self, ResolvedView};
use crate::volume::Window;

/// Up to here a press and a release are a click, physical pixels.
const CLICK_PX: f64 = 4.0;

/// What the held button does.
#[derive(Clone, Debug)]
enum Gesture {
    Window(Window),
    Pan(ViewportState),
    Zoom(ViewportState),
    Crosshair,
    Mark,
    Point(Held),
}

#[derive(Clone, Debug)]
struct Going {
    pane: Pane,
    gesture: Gesture,
    from: Point<Viewport>,
    /// Of the view at the start.
    mm_per_px: f64,
    /// The pointer went further than a click does.
    far: bool,
}

/// The user's hands: the gesture in progress and the wheel's fractions. One per window.
#[derive(Debug, Default)]
pub struct Hands {
    going: Option<Going>,
    wheel: Wheel,
}

impl Hands {
    /// Nothing held.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a button is held: a result that moves the picture would tear it from the hand.
    pub fn busy(&self) -> bool {
        self.going.is_some()
    }

    /// Takes one event in and asks for what follows. Events without an open volume do nothing.
    pub fn handle(&mut self, session: &Session, pointed: &Pointed, out: &mut Commands) {
        let Some(grid) = session.grid() else {
            self.going = None;
            return;
        };
        let Pointed { pane, view, event } = pointed;
        match *event {
            PointerEvent::Move { at, keys } if keys.shift => out.edit(crosshair::to(grid, view, at)),
            PointerEvent::Move { .. } | PointerEvent::Leave => {}
            PointerEvent::Press { at, button, keys } => {
                self.press(session, grid, *pane, view, (at, button, keys), out);
            }
            PointerEvent::Drag { at, keys } => self.drag(grid, view, at, keys, out),
            PointerEvent::Release { at } => self.release(view, at, out),
            PointerEvent::DoubleClick { .. } => {
                // With the nodule tool the first click asked already: a second must not surprise.
                if session.look().tool != Tool::Nodule {
                    out.push(Command::Focus(*pane));
                    out.push(Command::ToggleMaximise);
                }
            }
            PointerEvent::Wheel { at, notches, keys } => {
                self.turn(session, grid, *pane, view, (at, notches, keys), out);
            }
        }
    }

    fn press(
        &mut self,
        session: &Session,
        grid: &VoxelGrid,
        pane: Pane,
        view: &ResolvedView,
        (at, button, keys): (Point<Viewport>, Button, Modifiers),
        out: &mut Commands,
    ) {
        // A second button while one is held belongs to no gesture.
        if self.going.is_some() {
            return;
        }
        let look = session.look();
        let state = *look.viewport(pane);
        let held = if button == Button::Left { nodule::grab(session, view, at) } else { None };
        let gesture = match (button, held, look.tool) {
            (Button::Middle, ..) => Gesture::Pan(state),
            (Button::Right, ..) => Gesture::Zoom(state),
            (Button::Left, Some(held), _) => Gesture::Point(held),
            (Button::Left, None, _) if keys.shift && look.tool != Tool::Window => Gesture::Crosshair,
            (Button::Left, None, Tool::Window) => Gesture::Window(look.window),
            (Button::Left, None, Tool::Pan) => Gesture::Pan(state),
            (Button::Left, None, Tool::Zoom) => Gesture::Zoom(state),
            (Button::Left, None, Tool::Crosshair) => Gesture::Crosshair,
            (Button::Left, None, Tool::Nodule) => Gesture::Mark,
        };
        out.push(Command::Focus(pane));
        out.push(Command::BeginGesture);
        match &gesture {
            Gesture::Crosshair => out.edit(crosshair::to(grid, view, at)),
            Gesture::Point(held) => out.edit(Edit::Select(Some(held.id()))),
            _ => {}
        }
        self.going = Some(Going { pane, gesture, from: at, mm_per_px: view.mm_per_px, far: false });
    }

    fn drag(
        &mut self,
        grid: &VoxelGrid,
        view: &ResolvedView,
        at: Point<Viewport>,
        keys: Modifiers,
        out: &mut Commands,
    ) {
        let Some(going) = self.going.as_mut() else { return };
        let from = going.from;
        going.far |= (at.x - from.x).hypot(at.y - from.y) > CLICK_PX;
        if !going.far {
            return;
        }
        let pane = going.pane;
        match &mut going.gesture {
            Gesture::Window(start) => out.edit(window_level::drag(*start, from, at, keys.shift)),
            Gesture::Pan(start) => {
                out.edit(Edit::Viewport(pane, pan::drag(*start, going.mm_per_px, from, at)))
            }
            Gesture::Zoom(start) => out.edit(Edit::Viewport(pane, zoom::drag(*start, from, at))),
            Gesture::Crosshair => out.edit(crosshair::to(grid, view, at)),
            Gesture::Mark => {}
            Gesture::Point(held) => out.edit(held.drag(view, at)),
        }
    }

    fn release(&mut self, view: &ResolvedView, at: Point<Viewport>, out: &mut Commands) {
        let Some(going) = self.going.take() else { return };
        out.push(Command::EndGesture);
        match going.gesture {
            Gesture::Mark if !going.far => out.push(nodule::click(view, at)),
            Gesture::Point(held) => {
                if let Some(command) = held.release() {
                    out.push(command);
                }
            }
            _ => {}
        }
    }

    fn turn(
        &mut self,
        session: &Session,
        grid: &VoxelGrid,
        pane: Pane,
        view: &ResolvedView,
        (at, notches, keys): (Point<Viewport>, f64, Modifiers),
        out: &mut Commands,
    ) {
        out.push(Command::Focus(pane));
        if keys.ctrl {
            let state = *session.look().viewport(pane);
            out.edit(Edit::Viewport(pane, zoom::wheel(state, view, at, notches)));
            return;
        }
        let steps = self.wheel.turn(pane, notches, keys.shift);
        if steps != 0 {
            out.edit(Edit::Cursor(view::step(grid, view, session.look().cursor, steps)));
        }
    }
}
