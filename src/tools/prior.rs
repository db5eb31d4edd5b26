//! Hands over the prior: its slices, zoom and pan, the point in it that is linked with a nodule, and what is
//! measured and drawn in it.

use super::measure::{self, Drawing, Drawn, HeldMeasurement};
use super::nodule::is_near;
use super::pointer::{Button, Modifiers, PointerEvent, under};
use super::scroll::Wheel;
use super::segment::{self, SegmentStroke};
use super::{crosshair, hands::CLICK_PX, pan, window_level, zoom};
use crate::command::{Command, Commands, Segmenting};
use crate::findings::{Nodule, NoduleId, PriorPoint, Question};
use crate::geometry::{Patient, Point, Vector, Viewport};
use crate::networks::spec;
use crate::session::{
    Edit, Findings, Pane, PriorLook, PriorSeries, Session, Tool, ViewportState, is_earlier,
};
use crate::view::{self, ResolvedView};
use crate::volume::Window;

/// The plane that the prior is seen in.
const PANE: Pane = Pane::Axial;

/// What the held button does.
#[derive(Clone, Debug)]
enum Gesture {
    Window(Window),
    Pan(ViewportState),
    Zoom(ViewportState),
    Crosshair,
    /// A nodule whose point in the prior, which was there, is in the hand.
    Point(NoduleId, Point<Patient>),
    Draw,
    Measurement(HeldMeasurement),
    Segment(SegmentStroke),
}

#[derive(Clone, Debug)]
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
    drawing: Option<Drawing>,
    /// Whether the last press but one marked the nodule, and whether the last one did.
    marked: [bool; 2],
    wheel: Wheel<()>,
    size_wheel: Wheel<()>,
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
            (self.going, self.drawing) = (None, None);
            return;
        };
        // Given up elsewhere: by a key, another tool, another series.
        if session.prior_sketch().is_none() {
            self.drawing = None;
        }
        let mut look = view::prior_look(session, view.size_px);
        for event in events {
            let before = look;
            let mut after = None;
            match *event {
                PointerEvent::Move { at, keys } if keys.shift => {
                    look.cursor = crosshair::inside(prior.volume.grid(), under(view, at));
                }
                PointerEvent::Move { at, .. } => self.follow(session, view, at, out),
                PointerEvent::Leave => {}
                PointerEvent::Press { at, button, keys } => {
                    self.press(session, view, (at, button, keys), &mut look, out);
                }
                PointerEvent::Drag { at, keys } => self.drag(session, view, (at, keys), &mut look, out),
                PointerEvent::Release { at } => after = Some(at),
                // Where the first click marked already, or gave a point, a second must not surprise.
                PointerEvent::DoubleClick { .. }
                    if gives_points(session.look().tool) || self.marked.contains(&true) => {}
                PointerEvent::DoubleClick { .. } => out.push(Command::ToggleDates),
                PointerEvent::Wheel { notches, keys, .. }
                    if keys.slab() && session.look().tool.segments() =>
                {
                    let by = self.size_wheel.turn((), -notches, false);
                    out.extend(segment::larger(session, by).map(Command::Edit));
                }
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
        self.marked = [self.marked[1], false];
        let left = button == Button::Left;
        let tool = session.look().tool;
        let nobody = Findings::default();
        let findings = session.prior_findings().unwrap_or(&nobody);
        // What lies under the pointer comes before the tool, unless a point is to be given or a brush is set down.
        let free = left && self.drawing.is_none() && !tool.segments();
        let held = if free { grab(session, view, at) } else { None };
        let measured = || measure::grab(findings, view, at).filter(|_| free);
        let mut first = Vec::new();
        let gesture = match (button, held, tool) {
            (Button::Middle, ..) => Gesture::Pan(look.viewport),
            (Button::Right, ..) => Gesture::Zoom(look.viewport),
            (Button::Left, Some((id, place)), _) => Gesture::Point(id, place),
            (Button::Left, None, _) if let Some(held) = measured() => Gesture::Measurement(held),
            (Button::Left, None, Tool::Crosshair) => Gesture::Crosshair,
            (Button::Left, None, _) if keys.shift && tool != Tool::Window => Gesture::Crosshair,
            (Button::Left, None, Tool::Pan) => Gesture::Pan(look.viewport),
            (Button::Left, None, Tool::Zoom) => Gesture::Zoom(look.viewport),
            (Button::Left, None, Tool::Measure(_)) => Gesture::Draw,
            (Button::Left, None, Tool::Segment | Tool::Erase) => {
                // Values that have not arrived cannot be counted.
                let Some(prior) = session.prior().filter(|prior| prior.loaded) else {
                    out.push(Command::Segmenting(Segmenting::Early { in_prior: true }));
                    return;
                };
                let drawn_in = (findings, prior.volume.as_ref());
                let begun = SegmentStroke::begin(session.look(), drawn_in, view, (at, keys));
                let Some((stroke, edits)) = begun else { return };
                first = edits;
                Gesture::Segment(stroke)
            }
            // Nothing is asked of the prior without this tissue: a drag changes the window there.
            (Button::Left, None, Tool::Window | Tool::Nodule | Tool::Paint | Tool::Occlude) => {
                Gesture::Window(session.prior_window().unwrap_or(session.look().window))
            }
        };
        out.push(Command::BeginGesture);
        out.extend(first.into_iter().map(|edit| Command::Edit(Edit::Segments(edit).in_prior())));
        match &gesture {
            Gesture::Crosshair => cross(session, view, at, look),
            Gesture::Point(id, _) => out.edit(Edit::Select(Some(*id))),
            Gesture::Measurement(held) => out.edit(Edit::Pick(Some(held.id())).in_prior()),
            Gesture::Draw => self.give(session, view, at, out),
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
        match &mut going.gesture {
            // With the nodule tool a drag is nothing, as over the other viewports.
            Gesture::Window(_) if session.look().tool == Tool::Nodule => {}
            Gesture::Window(start) if session.prior_shares_window() => {
                out.edit(window_level::drag(*start, from, at, keys));
            }
            // Other values have a window of their own.
            Gesture::Window(start) => look.window = Some(window_level::dragged(*start, from, at, keys)),
            Gesture::Pan(start) => look.viewport = pan::drag(*start, mm_per_px, from, at),
            Gesture::Zoom(start) => look.viewport = zoom::drag(*start, from, at),
            Gesture::Crosshair => cross(session, view, at, look),
            Gesture::Point(id, start) => {
                let by = Vector::<Viewport>::new(at.x - from.x, at.y - from.y, 0.0);
                let to = *start + view.patient_from_viewport.vector(by);
                out.extend(moved(session, *id, to).map(Command::Edit));
            }
            Gesture::Measurement(held) => out.edit(held.drag(view, at).in_prior()),
            Gesture::Segment(stroke) => {
                let dab = stroke.drag(session.look(), view, at);
                out.extend(dab.map(|edit| Command::Edit(Edit::Segments(edit).in_prior())));
            }
            Gesture::Draw => self.follow(session, view, at, out),
        }
    }

    /// The next point of what is being drawn, or the first of something new.
    fn give(&mut self, session: &Session, view: &ResolvedView, at: Point<Viewport>, out: &mut Commands) {
        let Tool::Measure(kind) = session.look().tool else { return };
        let nobody = Findings::default();
        let findings = session.prior_findings().unwrap_or(&nobody);
        let drawn = match self.drawing.as_mut().filter(|drawing| drawing.goes_on(kind, PANE)) {
            Some(drawing) => drawing.give(findings, view, at),
            None => {
                let drawing = Drawing::begin(kind, PANE, view, at);
                self.drawing.insert(drawing).after(findings, false)
            }
        };
        self.drawn(drawn, out);
    }

    /// The next point follows the pointer.
    fn follow(&mut self, session: &Session, view: &ResolvedView, at: Point<Viewport>, out: &mut Commands) {
        let Tool::Measure(kind) = session.look().tool else { return };
        let nobody = Findings::default();
        let findings = session.prior_findings().unwrap_or(&nobody);
        if let Some(drawing) = self.drawing.as_ref().filter(|drawing| drawing.goes_on(kind, PANE)) {
            let drawn = drawing.follow(findings, view, at);
            self.drawn(drawn, out);
        }
    }

    fn drawn(&mut self, drawn: Drawn, out: &mut Commands) {
        match drawn {
            Drawn::Sketch(sketch) => out.push(Command::PriorSketch(sketch)),
            Drawn::Whole(edit) => {
                self.drawing = None;
                out.push(Command::PriorSketch(None));
                out.extend(edit.map(|edit| Command::Edit(edit.in_prior())));
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
        // The end of a drag is a point; a click gave its own when it began.
        if matches!(going.gesture, Gesture::Draw) && going.far && self.drawing.is_some() {
            self.give(session, view, at, out);
        }
        out.push(Command::EndGesture);
        match going.gesture {
            Gesture::Point(id, _) if going.far && compares_dates(session) => out.push(Command::Rerun(id)),
            Gesture::Point(..) | Gesture::Draw | Gesture::Segment(_) => {}
            // With the nodule tool the nodule may be where the lines of a measurement are.
            Gesture::Measurement(_) if session.look().tool != Tool::Nodule => {}
            _ if going.far => {}
            gesture => {
                if going.left && !matches!(gesture, Gesture::Crosshair) && marks(session) {
                    self.marked[1] = true;
                    out.push(Command::LinkPrior(PriorPoint::new(prior.uid(), under(view, at))));
                }
                // A click beside it lets go of what was picked.
                if session.prior_findings().and_then(Findings::picked).is_some() {
                    out.edit(Edit::Pick(None).in_prior());
                }
            }
        }
    }
}

/// Whether a click means the selected nodule: with its tool, or where the network waits for nothing else.
fn marks(session: &Session) -> bool {
    let new = || session.selected().is_some_and(|nodule| session.at_in_prior(nodule).is_none());
    match session.look().tool {
        Tool::Nodule => true,
        Tool::Window | Tool::Pan | Tool::Zoom => click_marks_prior(session) && new(),
        _ => false,
    }
}

/// Whether a plain click marks a nodule that has no point in the second series yet: the chosen network compares
/// dates, and the series is the earlier one. Else the nodule tool does.
pub fn click_marks_prior(session: &Session) -> bool {
    let both = session.series().zip(session.prior().and_then(PriorSeries::series));
    compares_dates(session) && both.is_some_and(|(now, then)| is_earlier(now, then))
}

/// Whether a click of this tool is a point already: a second one must not surprise.
fn gives_points(tool: Tool) -> bool {
    matches!(tool, Tool::Nodule | Tool::Measure(_)) || tool.segments()
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
        is_near(view, &view.viewport_from_patient * place, at).then_some((nodule.id, place))
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
