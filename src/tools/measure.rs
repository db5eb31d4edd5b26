//! Measuring: points are given by drags and clicks, and moved by their handles.
//!
//! A drag gives two points, its beginning and its end; a click gives one, and the next point follows the
//! pointer until it is given. Both can be mixed. A polygon ends where its first or its last point is clicked
//! again: a double click ends it, too.

use super::hands::CLICK_PX;
use super::pointer::under;
use crate::geometry::{Patient, Point, Vector, Viewport};
use crate::measure::{Kind, MeasureId, Measurement};
use crate::session::{Edit, Findings, Pane};
use crate::view::{self, Hold, ResolvedView, SeenMeasurement};

/// How near to a handle, and to a line, the pointer must be to take hold of it, physical pixels.
const REACH_PX: [f64; 2] = [super::GRAB_RADIUS_PX, 5.0];

/// A measurement that is being drawn.
#[derive(Clone, Debug)]
pub(super) struct Drawing {
    kind: Kind,
    pane: Pane,
    given: Vec<Point<Patient>>,
    view: ResolvedView,
}

/// What becomes of a drawing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Drawn {
    /// It goes on; what there is of it so far.
    Sketch(Option<Measurement>),
    /// It is whole: this is its edit. `None` where it measures nothing.
    Whole(Option<Edit>),
}

impl Drawing {
    /// Begins with a first point.
    pub(super) fn begin(kind: Kind, pane: Pane, view: &ResolvedView, at: Point<Viewport>) -> Self {
        Self { kind, pane, given: vec![under(view, at)], view: view.clone() }
    }

    /// Whether it is of this tool, and a point in this viewport can belong to it: points of what is flat lie
    /// in one plane.
    pub(super) fn goes_on(&self, kind: Kind, pane: Pane) -> bool {
        self.kind == kind && (self.pane == pane || !kind.is_flat())
    }

    /// Gives the next point.
    pub(super) fn give(&mut self, findings: &Findings, view: &ResolvedView, at: Point<Viewport>) -> Drawn {
        let closes = self.kind == Kind::Polygon && self.ends(view, at);
        if !closes {
            self.given.push(under(view, at));
        }
        self.after(findings, closes)
    }

    /// What follows from the points that are given: a kind of one point is whole with its first.
    pub(super) fn after(&self, findings: &Findings, closes: bool) -> Drawn {
        if closes || Some(self.given.len()) == self.kind.given() {
            Drawn::Whole(self.whole(findings))
        } else {
            Drawn::Sketch(self.sketch(findings, None))
        }
    }

    /// With the point that follows the pointer.
    pub(super) fn follow(&self, findings: &Findings, view: &ResolvedView, at: Point<Viewport>) -> Drawn {
        Drawn::Sketch(self.sketch(findings, Some(under(view, at))))
    }

    /// Whether the first or the last point lies there; the polygon has an area by then.
    fn ends(&self, view: &ResolvedView, at: Point<Viewport>) -> bool {
        let near = |p: &Point<Patient>, px: f64| {
            let p = &view.viewport_from_patient * *p;
            (p.x - at.x).hypot(p.y - at.y) <= px
        };
        let (first, last) = (self.given.first(), self.given.last());
        self.given.len() >= 3
            && (first.is_some_and(|p| near(p, REACH_PX[0])) || last.is_some_and(|p| near(p, CLICK_PX)))
    }

    fn sketch(&self, findings: &Findings, next: Option<Point<Patient>>) -> Option<Measurement> {
        let points: Vec<_> = self.given.iter().copied().chain(next).collect();
        let name = name(findings, self.kind);
        Measurement::sketch(findings.next_measurement(), self.kind, &points, self.view.basis, name)
    }

    fn whole(&self, findings: &Findings) -> Option<Edit> {
        let (id, name) = (findings.next_measurement(), name(findings, self.kind));
        let whole = Measurement::drawn(id, self.kind, &self.given, self.view.basis, name)?;
        Some(Edit::AddMeasurement(findings.measurements().len(), whole))
    }
}

/// `Length 3`: the lowest number that no other of the kind has.
fn name(findings: &Findings, kind: Kind) -> String {
    let taken = |name: &str| findings.measurements().iter().any(|m| m.measurement.name == name);
    let names = (1..=findings.measurements().len() + 1).map(|n| format!("{} {n}", kind.label()));
    names.into_iter().find(|name| !taken(name)).unwrap_or_default()
}

/// A measurement in the hand.
#[derive(Clone, Debug)]
pub(super) struct HeldMeasurement {
    measurement: Measurement,
    hold: Hold,
    from: Point<Viewport>,
}

/// The measurement under the pointer, the picked one first.
pub(super) fn grab(findings: &Findings, view: &ResolvedView, at: Point<Viewport>) -> Option<HeldMeasurement> {
    let near = |measurement: &Measurement| {
        let seen: SeenMeasurement = view::seen(view, measurement);
        let (hold, _) = view::hold(&seen, at, REACH_PX)?;
        Some(HeldMeasurement { measurement: measurement.clone(), hold, from: at })
    };
    let picked = findings.picked().and_then(|m| near(&m.measurement));
    picked.or_else(|| findings.measurements().iter().rev().find_map(|m| near(&m.measurement)))
}

impl HeldMeasurement {
    /// Which one.
    pub(super) fn id(&self) -> MeasureId {
        self.measurement.id
    }

    /// It follows the pointer; what is moved keeps its depth.
    pub(super) fn drag(&self, view: &ResolvedView, to: Point<Viewport>) -> Edit {
        let by = Vector::<Viewport>::new(to.x - self.from.x, to.y - self.from.y, 0.0);
        let by = view.patient_from_viewport.vector(by);
        Edit::SetMeasurement(match self.hold {
            Hold::Whole => self.measurement.moved(by),
            Hold::Handle(handle) => match self.measurement.handles().get(handle) {
                Some(at) => self.measurement.with_handle(handle, *at + by),
                None => self.measurement.clone(),
            },
        })
    }
}
