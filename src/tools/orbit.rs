//! Hands over the 3D view: turning, panning, enlarging, and going to what one sees.

use super::hands::CLICK_PX;
use super::nodule::GRAB_RADIUS_PX;
use super::pointer::{Button, Modifiers, PointerEvent};
use crate::command::{Command, Commands};
use crate::geometry::{Patient, Point, Viewport};
use crate::session::{Edit, Session, Tool, VolumeView};
use crate::view::{self, CropHandle, ResolvedView};

/// One notch of the wheel, as over slices.
const NOTCH: f64 = 1.1;

/// What the held button does.
#[derive(Clone, Copy, Debug)]
enum Gesture {
    Turn,
    Roll,
    Pan,
    Zoom,
    /// A face of the crop box.
    Face(CropHandle),
}

#[derive(Clone, Copy, Debug)]
struct Going {
    gesture: Gesture,
    start: VolumeView,
    from: Point<Viewport>,
    /// A click without a drag goes to what is seen.
    click: bool,
    far: bool,
}

/// The gesture in progress over the 3D view.
#[derive(Debug, Default)]
pub struct VolumeHands {
    going: Option<Going>,
}

impl VolumeHands {
    /// Lets go of what is held where the view is not drawn any more: nobody would tell of its end.
    pub fn give_up(&mut self, out: &mut Commands) {
        if self.going.take().is_some() {
            out.push(Command::EndGesture);
        }
    }

    /// Takes the events of one frame in and asks for what follows.
    /// - `view`: what the viewport showed
    /// - `met`: what lies under a pixel, LPS mm
    pub fn handle(
        &mut self,
        session: &Session,
        view: &ResolvedView,
        events: &[PointerEvent],
        met: impl Fn(Point<Viewport>) -> Option<Point<Patient>>,
        out: &mut Commands,
    ) {
        let mut look = session.look().volume_view;
        for event in events {
            let before = look;
            let mut ended = None;
            match *event {
                PointerEvent::Move { .. } | PointerEvent::Leave => {}
                PointerEvent::Press { at, button, keys } => {
                    self.press(session, (&look, view), at, (button, keys), out)
                }
                PointerEvent::Drag { at, .. } => look = self.drag(session, look, view, at),
                PointerEvent::Release { at } => ended = Some(at),
                // With the nodule tool the first click asked already: a second must not surprise.
                PointerEvent::DoubleClick { .. } if session.look().tool == Tool::Nodule => {}
                PointerEvent::DoubleClick { .. } => out.push(Command::MaximiseVolume),
                PointerEvent::Wheel { at, notches, .. } => {
                    look = look.zoomed(NOTCH.powf(notches), away_mm(view, at));
                }
            }
            // Before the gesture ends, so that it is one step of undo with the rest.
            if look != before {
                out.edit(Edit::VolumeView(look));
            }
            if let Some(at) = ended
                && let Some(going) = self.going.take()
            {
                out.push(Command::EndGesture);
                if let Some(place) = met(at).filter(|_| going.click && !going.far) {
                    out.edit(Edit::Cursor(place));
                    if session.look().tool == Tool::Nodule {
                        out.push(Command::ClassifyAt(place));
                    }
                }
            }
        }
    }

    fn press(
        &mut self,
        session: &Session,
        (look, view): (&VolumeView, &ResolvedView),
        at: Point<Viewport>,
        (button, keys): (Button, Modifiers),
        out: &mut Commands,
    ) {
        // A second button while one is held belongs to no gesture.
        if self.going.is_some() {
            return;
        }
        let tool = session.look().tool;
        let face = session.grid().zip(look.crop_box).and_then(|(grid, crop)| {
            let near = |handle: &CropHandle| (handle.at.x - at.x).hypot(handle.at.y - at.y);
            let handles = view::crop_handles(grid, &crop, view).into_iter();
            handles.filter(|h| near(h) <= GRAB_RADIUS_PX).min_by(|a, b| near(a).total_cmp(&near(b)))
        });
        let gesture = match (button, tool) {
            (Button::Left, _) if face.is_some() => face.map_or(Gesture::Turn, Gesture::Face),
            (Button::Middle, _) | (Button::Left, Tool::Pan) => Gesture::Pan,
            (Button::Right, _) | (Button::Left, Tool::Zoom) => Gesture::Zoom,
            (Button::Left, _) if keys.ctrl => Gesture::Roll,
            (Button::Left, _) => Gesture::Turn,
        };
        let points = matches!(tool, Tool::Crosshair | Tool::Nodule) || keys.shift;
        let click = button == Button::Left && points && !matches!(gesture, Gesture::Face(_));
        out.push(Command::BeginGesture);
        self.going = Some(Going { gesture, start: *look, from: at, click, far: false });
    }

    fn drag(
        &mut self,
        session: &Session,
        look: VolumeView,
        view: &ResolvedView,
        at: Point<Viewport>,
    ) -> VolumeView {
        let Some(going) = &mut self.going else { return look };
        let by = [at.x - going.from.x, at.y - going.from.y];
        going.far |= by[0].hypot(by[1]) > CLICK_PX;
        if !going.far {
            return look;
        }
        // Colours and cuts may be chosen by keys meanwhile.
        let VolumeView { right, down, zoom, pan_mm, .. } = going.start;
        let start = VolumeView { right, down, zoom, pan_mm, ..look };
        let [width, height] = view.size_px.map(|n| f64::from(n.max(1)));
        let across = width.min(height);
        match going.gesture {
            Gesture::Face(handle) => match (session.grid(), going.start.crop_box) {
                (Some(grid), Some(crop)) => {
                    let crop_box = Some(crop.with_face_moved(grid, handle.face, handle.mm(by)));
                    VolumeView { crop_box, ..look }
                }
                _ => look,
            },
            // From edge to edge is half a turn: what one pushes stays about under the hand.
            Gesture::Turn => {
                let half = std::f64::consts::PI / across;
                start.turned(by[0] * half, 0.0).turned(0.0, by[1] * half)
            }
            Gesture::Roll => {
                let middle = [width / 2.0, height / 2.0];
                let angle = |p: Point<Viewport>| (p.y - middle[1]).atan2(p.x - middle[0]);
                start.rolled(angle(at) - angle(going.from))
            }
            Gesture::Pan => {
                let mm = view.mm_per_px;
                VolumeView { pan_mm: [start.pan_mm[0] - by[0] * mm, start.pan_mm[1] - by[1] * mm], ..start }
            }
            Gesture::Zoom => start.zoomed((-by[1] / 150.0).exp(), [0.0; 2]),
        }
    }
}

/// From the middle of the viewport, mm right and down on the screen.
fn away_mm(view: &ResolvedView, at: Point<Viewport>) -> [f64; 2] {
    let [width, height] = view.size_px.map(f64::from);
    [(at.x - width / 2.0) * view.mm_per_px, (at.y - height / 2.0) * view.mm_per_px]
}
