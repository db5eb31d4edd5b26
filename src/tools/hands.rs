//! Which gesture an event belongs to, and what of it is still going on.

use super::crop::{self, HeldFace};
use super::measure::{self, Drawing, Drawn, HeldMeasurement};
use super::nodule::{self, Held};
use super::paint::Painting;
use super::pointer::{Button, Modifiers, Pointed, PointerEvent};
use super::scroll::Wheel;
use super::segment::{self, SegmentStroke};
use super::turn_planes::{self, HeldPlanes};
use super::{crosshair, pan, slab, window_level, zoom};
use crate::command::{Command, Commands, Segmenting};
use crate::geometry::{Patient, Point, Viewport, VoxelGrid};
use crate::session::{Edit, Pane, Session, Tool, ViewportState};
use crate::view::{self, ResolvedView};
use crate::volume::{Volume, Window};

/// Up to here a press and a release are a click, physical pixels.
pub(super) const CLICK_PX: f64 = 4.0;

/// What the held button does.
#[derive(Clone, Debug)]
enum Gesture {
    Window(Window),
    Pan(ViewportState),
    Zoom(ViewportState),
    /// With the cursor as it was before.
    Crosshair(Point<Patient>),
    Mark,
    Point(Held),
    Draw,
    Paint(Painting),
    Segment(SegmentStroke),
    Measurement(HeldMeasurement),
    Planes(HeldPlanes),
    Crop(HeldFace),
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
    drawing: Option<Drawing>,
    wheel: Wheel<Pane>,
    slab_wheel: Wheel<Pane>,
}

impl Hands {
    /// Nothing held.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one event in and asks for what follows. Events without an open volume do nothing.
    pub fn handle(&mut self, session: &Session, pointed: &Pointed, out: &mut Commands) {
        let Some(volume) = session.volume() else {
            (self.going, self.drawing) = (None, None);
            return;
        };
        let grid = volume.grid();
        // Given up elsewhere: by a key, another tool, another series.
        if session.sketch().is_none() {
            self.drawing = None;
        }
        let Pointed { pane, view, event } = pointed;
        match *event {
            PointerEvent::Move { at, keys } if keys.shift => out.edit(crosshair::in_plane(grid, view, at)),
            PointerEvent::Move { at, .. } => self.follow(session, *pane, view, at, out),
            PointerEvent::Leave => {}
            PointerEvent::Press { at, button, keys } => {
                self.press(session, volume, *pane, view, (at, button, keys), out);
            }
            PointerEvent::Drag { at, keys } => self.drag(session, volume, view, (at, keys), out),
            PointerEvent::Release { at } => self.release(session, volume, view, at, out),
            PointerEvent::DoubleClick { .. } => match session.look().tool {
                // The first click asked already, or gave a point: a second must not surprise.
                Tool::Nodule
                | Tool::Measure(_)
                | Tool::Paint
                | Tool::Occlude
                | Tool::Segment
                | Tool::Erase => {}
                _ => {
                    out.push(Command::Focus(*pane));
                    out.push(Command::ToggleMaximise);
                }
            },
            PointerEvent::Wheel { at, notches, keys } => {
                self.turn(session, grid, *pane, view, (at, notches, keys), out);
            }
        }
    }

    fn press(
        &mut self,
        session: &Session,
        volume: &Volume,
        pane: Pane,
        view: &ResolvedView,
        (at, button, keys): (Point<Viewport>, Button, Modifiers),
        out: &mut Commands,
    ) {
        // A second button while one is held belongs to no gesture.
        if self.going.is_some() {
            return;
        }
        let (look, grid) = (session.look(), volume.grid());
        let state = *look.viewport(pane);
        // What lies under the pointer comes before the tool, unless a point of a drawing is to be given.
        let grab = || {
            let planes = || match look.tool {
                Tool::Crosshair => turn_planes::grab(grid, look, pane, view, at),
                _ => None,
            };
            let point = nodule::grab(session, view, at).map(Gesture::Point);
            point
                .or_else(|| measure::grab(session.findings(), view, at).map(Gesture::Measurement))
                .or_else(|| planes().map(Gesture::Planes))
                .or_else(|| crop::grab(session, view, at).map(Gesture::Crop))
        };
        // A brush is not to be caught by what it paints over.
        let brush = matches!(look.tool, Tool::Paint | Tool::Occlude) || look.tool.segments();
        let free = button == Button::Left && self.drawing.is_none() && !brush;
        let held = if free { grab() } else { None };
        // What a stroke in a segment begins with.
        let mut first = Vec::new();
        let gesture = match (button, held, look.tool) {
            (Button::Middle, ..) => Gesture::Pan(state),
            (Button::Right, ..) => Gesture::Zoom(state),
            (Button::Left, Some(held), _) => held,
            (Button::Left, None, _) if keys.shift && look.tool != Tool::Window => {
                Gesture::Crosshair(look.cursor)
            }
            (Button::Left, None, Tool::Window) => Gesture::Window(look.window),
            (Button::Left, None, Tool::Pan) => Gesture::Pan(state),
            (Button::Left, None, Tool::Zoom) => Gesture::Zoom(state),
            // All planes come to the block.
            (Button::Left, None, Tool::Crosshair | Tool::Occlude) => Gesture::Crosshair(look.cursor),
            (Button::Left, None, Tool::Nodule) => Gesture::Mark,
            (Button::Left, None, Tool::Measure(_)) => Gesture::Draw,
            (Button::Left, None, Tool::Segment | Tool::Erase) => {
                // Values that have not arrived cannot be counted.
                if !session.open().is_some_and(|open| open.loaded) {
                    out.push(Command::Segmenting(Segmenting::Early { in_prior: false }));
                    return;
                }
                let drawn_in = (session.findings(), volume);
                let Some((stroke, edits)) = SegmentStroke::begin(session.look(), drawn_in, view, (at, keys))
                else {
                    return;
                };
                first = edits;
                Gesture::Segment(stroke)
            }
            (Button::Left, None, Tool::Paint) => {
                // What lies nearby is copied: all of it must be there.
                if !session.open().is_some_and(|open| open.loaded) {
                    out.push(Command::Segmenting(Segmenting::Early { in_prior: false }));
                    return;
                }
                let (painting, edit) = Painting::begin(session, view, at);
                out.push(Command::Focus(pane));
                out.push(Command::BeginGesture);
                out.edit(edit);
                self.going = Some(Going {
                    pane,
                    gesture: Gesture::Paint(painting),
                    from: at,
                    mm_per_px: view.mm_per_px,
                    far: false,
                });
                return;
            }
        };
        out.push(Command::Focus(pane));
        out.push(Command::BeginGesture);
        out.extend(first.into_iter().map(|edit| Command::Edit(Edit::Segments(edit))));
        match &gesture {
            Gesture::Crosshair(_) => out.edit(crosshair::to(volume, view, at)),
            Gesture::Point(held) => out.edit(Edit::Select(Some(held.id()))),
            Gesture::Measurement(held) => out.edit(Edit::Pick(Some(held.id()))),
            Gesture::Draw => self.give(session, pane, view, at, out),
            _ => {}
        }
        self.going = Some(Going { pane, gesture, from: at, mm_per_px: view.mm_per_px, far: false });
    }

    /// The next point of what is being drawn, or the first of something new.
    fn give(
        &mut self,
        session: &Session,
        pane: Pane,
        view: &ResolvedView,
        at: Point<Viewport>,
        out: &mut Commands,
    ) {
        let Tool::Measure(kind) = session.look().tool else { return };
        let drawn = match self.drawing.as_mut().filter(|drawing| drawing.goes_on(kind, pane)) {
            Some(drawing) => drawing.give(session.findings(), view, at),
            None => {
                let drawing = Drawing::begin(kind, pane, view, at);
                self.drawing.insert(drawing).after(session.findings(), false)
            }
        };
        self.drawn(drawn, out);
    }

    /// The next point follows the pointer.
    fn follow(
        &mut self,
        session: &Session,
        pane: Pane,
        view: &ResolvedView,
        at: Point<Viewport>,
        out: &mut Commands,
    ) {
        let Tool::Measure(kind) = session.look().tool else { return };
        if let Some(drawing) = self.drawing.as_ref().filter(|drawing| drawing.goes_on(kind, pane)) {
            let drawn = drawing.follow(session.findings(), view, at);
            self.drawn(drawn, out);
        }
    }

    fn drawn(&mut self, drawn: Drawn, out: &mut Commands) {
        match drawn {
            Drawn::Sketch(sketch) => out.push(Command::Sketch(sketch)),
            Drawn::Whole(edit) => {
                self.drawing = None;
                out.push(Command::Sketch(None));
                out.extend(edit.map(Command::Edit));
            }
        }
    }

    fn drag(
        &mut self,
        session: &Session,
        volume: &Volume,
        view: &ResolvedView,
        (at, keys): (Point<Viewport>, Modifiers),
        out: &mut Commands,
    ) {
        let Some(going) = self.going.as_mut() else { return };
        let from = going.from;
        going.far |= (at.x - from.x).hypot(at.y - from.y) > CLICK_PX;
        if !going.far {
            return;
        }
        let (pane, grid) = (going.pane, volume.grid());
        match &mut going.gesture {
            Gesture::Window(start) => out.edit(window_level::drag(*start, from, at, keys)),
            Gesture::Pan(start) => {
                out.edit(Edit::Viewport(pane, pan::drag(*start, going.mm_per_px, from, at)))
            }
            Gesture::Zoom(start) => out.edit(Edit::Viewport(pane, zoom::drag(*start, from, at))),
            Gesture::Crosshair(start) => {
                let lay = (session.look().viewport(pane), *start);
                out.edit(crosshair::dragged(volume, lay, view, at));
            }
            Gesture::Mark => {}
            Gesture::Point(held) => out.edit(held.drag(view, at)),
            Gesture::Measurement(held) => out.edit(held.drag(view, at)),
            Gesture::Planes(held) => out.edit(held.drag(grid, session.look(), at, keys.shift)),
            Gesture::Crop(held) => out.edit(held.drag(grid, session.look().volume_view, view, at)),
            Gesture::Paint(painting) => out.extend(painting.drag(session, view, at).map(Command::Edit)),
            Gesture::Segment(stroke) => {
                out.extend(
                    stroke.drag(session.look(), view, at).map(|edit| Command::Edit(Edit::Segments(edit))),
                );
            }
            Gesture::Draw => self.follow(session, pane, view, at, out),
        }
    }

    fn release(
        &mut self,
        session: &Session,
        volume: &Volume,
        view: &ResolvedView,
        at: Point<Viewport>,
        out: &mut Commands,
    ) {
        let Some(going) = self.going.take() else { return };
        // The end of a drag is a point; a click gave its own when it began.
        if matches!(going.gesture, Gesture::Draw) && going.far && self.drawing.is_some() {
            self.give(session, going.pane, view, at, out);
        }
        out.push(Command::EndGesture);
        match going.gesture {
            Gesture::Mark if !going.far => out.push(nodule::click(volume, view, at)),
            Gesture::Point(held) => {
                if let Some(command) = held.release() {
                    out.push(command);
                }
            }
            // A lesion that is measured can be asked about where its lines are.
            Gesture::Measurement(_) if !going.far && session.look().tool == Tool::Nodule => {
                out.push(nodule::click(volume, view, at));
            }
            Gesture::Draw
            | Gesture::Paint(_)
            | Gesture::Segment(_)
            | Gesture::Measurement(_)
            | Gesture::Planes(_)
            | Gesture::Crop(_) => {}
            // A click beside it lets go of what was picked.
            _ if !going.far && session.findings().picked().is_some() => out.edit(Edit::Pick(None)),
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
        if keys.slab() && session.look().tool.segments() {
            let by = self.slab_wheel.turn(pane, -notches, false);
            out.extend(segment::larger(session, by).map(Command::Edit));
            return;
        }
        if keys.slab() {
            // Away from the user is thicker, as it is larger with Ctrl.
            let by = self.slab_wheel.turn(pane, -notches, false);
            out.extend(slab::thicker(session.look(), by).map(Command::Edit));
            return;
        }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::findings::{Nodule, NoduleId, Question};
    use crate::geometry::{Patient, VoxelGrid};
    use crate::session::{News, Projection, Slab};
    use crate::volume::{Unit, Volume};

    const SIZE_PX: [u32; 2] = [400, 300];

    /// A session with an empty volume of 100 x 80 x 60 voxels, and hands.
    struct Bench {
        session: Session,
        hands: Hands,
        asked: Vec<Command>,
    }

    impl Bench {
        fn new(tool: Tool) -> Self {
            let grid =
                VoxelGrid::axis_aligned([100, 80, 60], [0.7, 0.7, 1.25], Point::new(-35.0, -28.0, -300.0))
                    .expect("a grid");
            let mut session = Session::new();
            let volume = Arc::new(Volume::loading(grid, Unit::Hu, None));
            session.receive(News::Opened { index: 0, volume });
            session.apply(Edit::Tool(tool));
            Self { session, hands: Hands::new(), asked: Vec::new() }
        }

        fn view(&self, pane: Pane) -> ResolvedView {
            let look = self.session.look();
            view::resolve(self.session.grid().expect("open"), look.viewport(pane), look.cursor, SIZE_PX)
        }

        /// Hands an event in and carries out what follows, as the window does.
        fn does(&mut self, pane: Pane, event: PointerEvent) {
            let pointed = Pointed { pane, view: self.view(pane), event };
            let mut out = Commands::new();
            self.hands.handle(&self.session, &pointed, &mut out);
            for command in out.take() {
                match command {
                    Command::Edit(edit) => self.session.apply(edit),
                    Command::BeginGesture => self.session.begin_gesture(),
                    Command::EndGesture => self.session.end_gesture(),
                    Command::Focus(pane) => self.session.apply(Edit::Focus(pane)),
                    other => self.asked.push(other),
                }
            }
        }

        fn drag(&mut self, pane: Pane, button: Button, from: [f64; 2], to: [f64; 2]) {
            let (from, to) = (px(from), px(to));
            self.does(pane, PointerEvent::Press { at: from, button, keys: Modifiers::default() });
            for part in [0.5, 1.0] {
                let at = from + (to - from) * part;
                self.does(pane, PointerEvent::Drag { at, keys: Modifiers::default() });
            }
            self.does(pane, PointerEvent::Release { at: to });
        }

        /// The patient point under a pixel.
        fn under(&self, pane: Pane, at: [f64; 2]) -> Point<Patient> {
            super::super::pointer::under(&self.view(pane), px(at))
        }
    }

    fn px([x, y]: [f64; 2]) -> Point<Viewport> {
        Point::new(x, y, 0.0)
    }

    fn wheel(at: [f64; 2], notches: f64, keys: Modifiers) -> PointerEvent {
        PointerEvent::Wheel { at: px(at), notches, keys }
    }

    /// Rounding of a few products of numbers up to 1000 in f64.
    const NEAR_MM: f64 = 1e-9;

    #[test]
    fn a_line_of_the_crop_box_is_pulled_in_a_plane_and_only_where_it_is_seen() {
        let mut bench = Bench::new(Tool::Window);
        let grid = *bench.session.grid().expect("open");
        let whole = crate::session::CropBox::whole(&grid);
        let look = bench.session.look().volume_view;
        bench.session.apply(Edit::VolumeView(crate::session::VolumeView { crop_box: Some(whole), ..look }));
        let view = bench.view(Pane::Axial);
        let at = &view.viewport_from_patient * whole.face(&grid, 1);
        let (from, to) = ([at.x, at.y], [at.x - 60.0, at.y]);
        let face = |bench: &Bench| {
            bench.session.look().volume_view.crop_box.map(|crop| crop.face(&grid, 1).x).expect("a box")
        };
        bench.drag(Pane::Axial, Button::Left, from, to);
        assert_eq!(face(&bench), whole.face(&grid, 1).x, "there is no 3D view on the screen");
        bench.session.apply(Edit::In3d(true));
        bench.drag(Pane::Axial, Button::Left, from, to);
        let moved = whole.face(&grid, 1).x - face(&bench);
        assert!((moved - 60.0 * view.mm_per_px).abs() < NEAR_MM, "{moved}");
        bench.session.undo();
        assert!((face(&bench) - whole.face(&grid, 1).x).abs() < NEAR_MM);
    }

    #[test]
    fn a_left_drag_changes_the_window_and_is_one_step_of_undo() {
        let mut bench = Bench::new(Tool::Window);
        let before = bench.session.look().window;
        bench.drag(Pane::Axial, Button::Left, [100.0, 100.0], [200.0, 100.0]);
        assert!(bench.session.look().window.width() > before.width());
        assert_eq!(bench.session.look().preset, None);
        bench.session.undo();
        assert_eq!(bench.session.look().window, before);
    }

    #[test]
    fn a_click_with_the_window_tool_changes_nothing() {
        let mut bench = Bench::new(Tool::Window);
        bench.drag(Pane::Axial, Button::Left, [100.0, 100.0], [102.0, 101.0]);
        assert!(!bench.session.can_undo() && bench.asked.is_empty());
    }

    #[test]
    fn a_middle_drag_carries_the_point_under_the_pointer() {
        for pane in Pane::ALL {
            let mut bench = Bench::new(Tool::Window);
            let held = bench.under(pane, [120.0, 90.0]);
            bench.drag(pane, Button::Middle, [120.0, 90.0], [170.0, 200.0]);
            assert!(held.distance(bench.under(pane, [170.0, 200.0])) < NEAR_MM, "{pane:?}");
            assert_eq!(bench.session.look().focus, pane);
        }
    }

    #[test]
    fn ctrl_and_wheel_keep_the_point_under_the_pointer() {
        let ctrl = Modifiers { ctrl: true, ..Modifiers::default() };
        for pane in Pane::ALL {
            let mut bench = Bench::new(Tool::Window);
            bench.drag(pane, Button::Middle, [120.0, 90.0], [170.0, 200.0]);
            let held = bench.under(pane, [50.0, 220.0]);
            bench.does(pane, wheel([50.0, 220.0], 3.0, ctrl));
            assert!(held.distance(bench.under(pane, [50.0, 220.0])) < NEAR_MM, "{pane:?}");
            assert!(bench.session.look().viewport(pane).zoom > 1.4);
        }
    }

    #[test]
    fn a_right_drag_up_enlarges_within_limits() {
        let mut bench = Bench::new(Tool::Window);
        bench.drag(Pane::Axial, Button::Right, [100.0, 200.0], [100.0, 100.0]);
        let zoom = bench.session.look().viewport(Pane::Axial).zoom;
        assert!((1.6..1.7).contains(&zoom), "{zoom}");
        bench.drag(Pane::Axial, Button::Right, [100.0, 200.0], [100.0, -1e7]);
        assert!(bench.session.look().viewport(Pane::Axial).zoom.is_finite());
    }

    #[test]
    fn the_wheel_steps_through_native_slices_and_stops_at_the_ends() {
        let mut bench = Bench::new(Tool::Window);
        let index = |bench: &Bench| bench.view(Pane::Axial).slice.expect("a plane").index;
        let start = index(&bench);
        bench.does(Pane::Axial, wheel([10.0, 10.0], -1.0, Modifiers::default()));
        assert_eq!(index(&bench), start + 1);
        bench.does(Pane::Axial, wheel([10.0, 10.0], 1.0, Modifiers { shift: true, ..Modifiers::default() }));
        assert_eq!(index(&bench), start - 9);
        bench.does(Pane::Axial, wheel([10.0, 10.0], 1e9, Modifiers::default()));
        assert_eq!(index(&bench), 0);
    }

    #[test]
    fn the_crosshair_brings_the_cursor_to_the_pointer_and_stays_inside() {
        let mut bench = Bench::new(Tool::Crosshair);
        let wanted = bench.under(Pane::Coronal, [200.0, 100.0]);
        bench.drag(Pane::Coronal, Button::Left, [190.0, 150.0], [200.0, 100.0]);
        assert!(bench.session.look().cursor.distance(wanted) < NEAR_MM);
        bench.drag(Pane::Coronal, Button::Left, [200.0, 100.0], [-5000.0, 9000.0]);
        let (grid, cursor) = (bench.session.grid().expect("open"), bench.session.look().cursor);
        assert!(grid.voxel_at(grid.voxel_from_patient() * cursor).is_some());
    }

    #[test]
    fn shift_and_move_brings_the_cursor_without_a_button() {
        let mut bench = Bench::new(Tool::Window);
        let wanted = bench.under(Pane::Axial, [210.0, 140.0]);
        let keys = Modifiers { shift: true, ..Modifiers::default() };
        bench.does(Pane::Axial, PointerEvent::Move { at: px([210.0, 140.0]), keys });
        assert!(bench.session.look().cursor.distance(wanted) < NEAR_MM);
    }

    #[test]
    fn a_click_with_the_nodule_tool_asks_and_a_drag_does_not() {
        let mut bench = Bench::new(Tool::Nodule);
        let wanted = bench.under(Pane::Axial, [210.0, 140.0]);
        bench.drag(Pane::Axial, Button::Left, [210.0, 140.0], [210.0, 140.0]);
        assert_eq!(bench.asked, [Command::ClassifyAt(wanted)]);
        bench.drag(Pane::Axial, Button::Left, [210.0, 140.0], [290.0, 140.0]);
        assert_eq!(bench.asked.len(), 1);
    }

    #[test]
    fn a_marked_point_follows_the_hand_and_is_asked_again_on_release() {
        let mut bench = Bench::new(Tool::Window);
        let at = bench.under(Pane::Axial, [210.0, 140.0]);
        let nodule = Nodule::new(NoduleId(0), at, Question::Cancelled);
        bench.session.apply(Edit::AddNodule(0, nodule));
        let wanted = bench.under(Pane::Axial, [240.0, 170.0]);
        bench.drag(Pane::Axial, Button::Left, [213.0, 138.0], [243.0, 168.0]);
        let moved = bench.session.selected().expect("marked");
        assert!(moved.at.distance(wanted) < NEAR_MM);
        assert_eq!(moved.question, Question::Unasked);
        assert_eq!(bench.asked, [Command::Rerun(NoduleId(0))]);
        bench.session.undo();
        assert_eq!(bench.session.selected().map(|n| n.at), Some(at));
    }

    #[test]
    fn a_point_of_another_slice_is_not_in_the_way() {
        let mut bench = Bench::new(Tool::Window);
        let mut at = bench.under(Pane::Axial, [210.0, 140.0]);
        at.z += 10.0;
        let nodule = Nodule::new(NoduleId(0), at, Question::Cancelled);
        bench.session.apply(Edit::AddNodule(0, nodule));
        bench.drag(Pane::Axial, Button::Left, [210.0, 140.0], [250.0, 140.0]);
        assert_eq!(bench.session.selected().map(|n| n.at), Some(at));
        assert_eq!(bench.session.look().preset, None);
    }

    /// A bench whose volume is -800 HU but for one bright voxel 6 mm from the middle slice, seen in a slab of
    /// maxima of 20 mm; where the voxel lies in the patient, and where in the axial view.
    fn in_a_slab(tool: Tool) -> (Bench, Point<Patient>, [f64; 2]) {
        let mut bench = Bench::new(tool);
        let volume = bench.session.volume().expect("open");
        for k in 0..60 {
            let mut slice = vec![-800i16; 100 * 80];
            if k == 35 {
                slice[40 * 100 + 50] = 300;
            }
            volume.int16().expect("whole numbers").fill(k, slice.into()).expect("a slice");
        }
        let bright = volume.grid().patient_from_voxel() * Point::new(50.0, 40.0, 35.0);
        let slab = Slab { thickness_mm: 20.0, projection: Projection::Max };
        bench.session.apply(Edit::Slab(Some(slab)));
        let at = &bench.view(Pane::Axial).viewport_from_patient * bright;
        (bench, bright, [at.x, at.y])
    }

    #[test]
    fn in_a_slab_of_maxima_a_click_asks_about_what_is_seen_and_its_ring_can_be_pulled() {
        let (mut bench, bright, at) = in_a_slab(Tool::Nodule);
        bench.drag(Pane::Axial, Button::Left, at, at);
        let [Command::ClassifyAt(asked)] = bench.asked[..] else { panic!("{:?}", bench.asked) };
        assert!(asked.distance(bright) < NEAR_MM, "{asked:?} {bright:?}");
        bench.session.apply(Edit::AddNodule(0, Nodule::new(NoduleId(0), bright, Question::Cancelled)));
        bench.drag(Pane::Axial, Button::Left, at, [at[0] + 30.0, at[1]]);
        let moved = bench.session.selected().expect("marked").at;
        assert!(moved.x > bright.x + 1.0 && (moved.z - bright.z).abs() < NEAR_MM, "{moved:?}");
    }

    #[test]
    fn the_crosshair_goes_to_what_a_slab_shows_and_back_again() {
        let (mut bench, bright, at) = in_a_slab(Tool::Crosshair);
        let beside = px([at[0] + 60.0, at[1]]);
        let keys = Modifiers::default();
        bench.does(Pane::Axial, PointerEvent::Press { at: beside, button: Button::Left, keys });
        let start = bench.session.look().cursor;
        assert!((start.z - bright.z).abs() > 6.0, "where all is equal the middle counts: {start:?}");
        bench.does(Pane::Axial, PointerEvent::Drag { at: px(at), keys });
        assert!(bench.session.look().cursor.distance(bright) < NEAR_MM);
        bench.does(Pane::Axial, PointerEvent::Drag { at: beside, keys });
        assert!(bench.session.look().cursor.distance(start) < NEAR_MM, "the slab stays under the hand");
        bench.does(Pane::Axial, PointerEvent::Release { at: beside });
        // A pointer that only moves takes no slab along.
        let keys = Modifiers { shift: true, ..keys };
        bench.does(Pane::Axial, PointerEvent::Move { at: px(at), keys });
        assert!((bench.session.look().cursor.z - start.z).abs() < NEAR_MM);
    }

    #[test]
    fn a_brush_before_all_slices_are_there_says_so() {
        for tool in [Tool::Segment, Tool::Erase, Tool::Paint] {
            let mut bench = Bench::new(tool);
            bench.drag(Pane::Axial, Button::Left, [100.0, 100.0], [140.0, 100.0]);
            let early = Command::Segmenting(Segmenting::Early { in_prior: false });
            assert_eq!(bench.asked, [early], "{tool:?}");
            assert!(!bench.session.can_undo());
            bench.drag(Pane::Axial, Button::Middle, [100.0, 100.0], [140.0, 100.0]);
            assert_eq!(bench.asked.len(), 1, "any slice can be panned");
        }
    }

    #[test]
    fn a_double_click_maximises_except_with_the_nodule_tool() {
        let mut bench = Bench::new(Tool::Window);
        bench.does(Pane::Sagittal, PointerEvent::DoubleClick { at: px([5.0, 5.0]) });
        assert_eq!(bench.asked, [Command::ToggleMaximise]);
        assert_eq!(bench.session.look().focus, Pane::Sagittal);
        let mut bench = Bench::new(Tool::Nodule);
        bench.does(Pane::Sagittal, PointerEvent::DoubleClick { at: px([5.0, 5.0]) });
        assert!(bench.asked.is_empty());
    }

    #[test]
    fn without_a_volume_nothing_happens() {
        let mut bench = Bench::new(Tool::Nodule);
        let view = bench.view(Pane::Axial);
        let pointed =
            Pointed { pane: Pane::Axial, view, event: PointerEvent::DoubleClick { at: px([1.0, 1.0]) } };
        let mut out = Commands::new();
        bench.hands.handle(&Session::new(), &pointed, &mut out);
        assert!(out.is_empty());
    }
}
