//! Every change by the user, as a value with an inverse.

use std::sync::Arc;

use super::case::{Findings, Measured};
use super::look::{Arrangement, Brush, CornerText, Heatmap, Layout, Look, Pane, Tool};
use super::overlays::{PetLook, StructuresLook};
use super::prior::PriorLook;
use super::segments::SegmentEdit;
use super::viewport::{Slab, ViewportState};
use super::volume_view::VolumeView;
use crate::clinical::ClinicalFields;
use crate::findings::{Nodule, NoduleId};
use crate::geometry::{Patient, Point};
use crate::inference::Mode;
use crate::measure::{MeasureId, Measurement};
use crate::segments::SegmentId;
use crate::volume::{Colours, Painted, Preset, Stroke, Volume, Window};

/// One change. [`Session::apply`](super::Session::apply) carries it out and remembers its inverse.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Move the shared cursor. LPS mm.
    Cursor(Point<Patient>),
    /// Change the window; the preset it comes from, if any.
    Window(Window, Option<Preset>),
    /// Black on white.
    Invert(bool),
    /// Which colours stand for values.
    Colours(Colours),
    /// Change one viewport.
    Viewport(Pane, ViewportState),
    /// The same slab in every viewport; `None` shows single slices.
    Slab(Option<Slab>),
    /// Another thickness, mm, of every slab that is shown, and of the next one.
    SlabThickness(f64),
    /// All three viewports at once, and the thickness of the next slab.
    Viewports([ViewportState; 3], f64),
    /// Which viewports are on the screen.
    Layout(Layout),
    /// How all of them lie beside each other.
    Arrange(Arrangement),
    /// The viewport that keys act on. Not undone.
    Focus(Pane),
    /// Outlines of the crops.
    Boxes(bool),
    /// Dots where the network was asked around a nodule's point.
    Neighbourhood(bool),
    /// What is painted with. Not undone.
    Brush(Brush),
    /// Tissue that is painted away: all strokes, in their order.
    Paint(Arc<[Stroke]>),
    /// The map over the CT.
    Heatmap(Heatmap),
    /// Corner text.
    CornerText(CornerText),
    /// The active tool. Not undone.
    Tool(Tool),
    /// The network that questions go to.
    Network(&'static str),
    /// How inputs are prepared.
    Mode(Mode),
    /// The networks that are asked beside it.
    Beside(Vec<&'static str>),
    /// How the prior is looked at.
    Prior(PriorLook),
    /// Whether the fourth viewport shows the volume in 3D.
    In3d(bool),
    /// How the volume is looked at in 3D.
    VolumeView(VolumeView),
    /// Which structures that others drew are drawn.
    Structures(StructuresLook),
    /// How the PET lies over the series.
    Pet(PetLook),
    /// What is known of the patient of this series; `None`: what the files tell.
    Fields(Option<ClinicalFields>),
    /// A new nodule at this place of the list.
    AddNodule(usize, Nodule),
    /// Take a nodule away.
    RemoveNodule(NoduleId),
    /// Another point or answer for a nodule of the same identity.
    SetNodule(Nodule),
    /// The nodule that the right panel is about. Not undone.
    Select(Option<NoduleId>),
    /// A new measurement at this place of the list.
    AddMeasurement(usize, Measurement),
    /// Take a measurement away.
    RemoveMeasurement(MeasureId),
    /// Other points or another name for a measurement of the same identity.
    SetMeasurement(Measurement),
    /// The measurement that is taken hold of; `None`: none. Not undone.
    Pick(Option<MeasureId>),
    /// Segments that the reader draws, and what they are drawn with.
    Segments(SegmentEdit),
    /// A measurement or a segment of the prior that is open: it belongs to that series.
    InPrior(Box<Edit>),
    /// Several as one.
    Many(Vec<Edit>),
}

/// What an edit is about: within one gesture the first inverse about a thing is the one to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    Cursor,
    Window,
    Invert,
    Colours,
    Viewport(Pane),
    Viewports,
    Layout,
    Arrangement,
    Boxes,
    Painted,
    Neighbourhood,
    Heatmap,
    CornerText,
    Network,
    Mode,
    Beside,
    Prior,
    In3d,
    VolumeView,
    Structures,
    Pet,
    Fields,
    Nodule(NoduleId),
    Nodules,
    Measurement(MeasureId),
    Measurements,
    Segment(SegmentId),
    Segments,
    PriorMeasurement(MeasureId),
    PriorSegment(SegmentId),
    PriorLists,
    Interface,
    Many,
}

impl Edit {
    /// The same for the prior.
    pub fn in_prior(self) -> Self {
        Self::InPrior(Box::new(self))
    }

    /// Whether a measurement or a nodule is taken hold of by it.
    pub(super) fn takes_hold(&self) -> bool {
        matches!(
            self,
            Edit::Pick(Some(_)) | Edit::AddMeasurement(..) | Edit::Select(Some(_)) | Edit::AddNodule(..)
        )
    }

    /// Whether Ctrl+Z takes it back.
    pub fn undoable(&self) -> bool {
        match self {
            Edit::Focus(_) | Edit::Tool(_) | Edit::Brush(_) | Edit::Select(_) | Edit::Pick(_) => false,
            Edit::Segments(edit) => edit.undoable(),
            Edit::InPrior(edit) => edit.undoable(),
            Edit::Many(edits) => edits.iter().any(Edit::undoable),
            _ => true,
        }
    }

    /// What it changes.
    pub(super) fn about(&self) -> About {
        match self {
            Edit::Cursor(_) => About::Cursor,
            Edit::Window(..) => About::Window,
            Edit::Invert(_) => About::Invert,
            Edit::Colours(_) => About::Colours,
            Edit::Viewport(pane, _) => About::Viewport(*pane),
            Edit::Slab(_) | Edit::SlabThickness(_) | Edit::Viewports(..) => About::Viewports,
            Edit::Layout(_) => About::Layout,
            Edit::Arrange(_) => About::Arrangement,
            Edit::Boxes(_) => About::Boxes,
            Edit::Neighbourhood(_) => About::Neighbourhood,
            Edit::Heatmap(_) => About::Heatmap,
            Edit::CornerText(_) => About::CornerText,
            Edit::Network(_) => About::Network,
            Edit::Mode(_) => About::Mode,
            Edit::Beside(_) => About::Beside,
            Edit::Prior(_) => About::Prior,
            Edit::In3d(_) => About::In3d,
            Edit::VolumeView(_) => About::VolumeView,
            Edit::Structures(_) => About::Structures,
            Edit::Pet(_) => About::Pet,
            Edit::Fields(_) => About::Fields,
            Edit::SetNodule(nodule) => About::Nodule(nodule.id),
            Edit::AddNodule(..) | Edit::RemoveNodule(_) => About::Nodules,
            Edit::SetMeasurement(measurement) => About::Measurement(measurement.id),
            Edit::AddMeasurement(..) | Edit::RemoveMeasurement(_) => About::Measurements,
            Edit::Segments(edit) => edit.about().map_or(About::Segments, About::Segment),
            Edit::InPrior(edit) => match edit.about() {
                About::Measurement(id) => About::PriorMeasurement(id),
                About::Segment(id) => About::PriorSegment(id),
                _ => About::PriorLists,
            },
            Edit::Paint(_) => About::Painted,
            Edit::Focus(_) | Edit::Tool(_) | Edit::Brush(_) | Edit::Select(_) | Edit::Pick(_) => {
                About::Interface
            }
            Edit::Many(_) => About::Many,
        }
    }

    /// Whether it joins the step before where that was about the same thing: scrolling through a
    /// volume is one step back, not three hundred.
    pub(super) fn flows(&self) -> bool {
        matches!(
            self,
            Edit::Cursor(_)
                | Edit::Viewport(..)
                | Edit::SlabThickness(_)
                | Edit::Prior(_)
                | Edit::Heatmap(_)
                | Edit::VolumeView(_)
                | Edit::Pet(_)
        )
    }

    /// The same without what it says of the prior; `None` where nothing is left.
    pub(super) fn without_prior(self) -> Option<Edit> {
        match self {
            Edit::Prior(_) | Edit::InPrior(_) => None,
            Edit::Many(edits) => {
                let edits: Vec<Edit> = edits.into_iter().filter_map(Edit::without_prior).collect();
                (!edits.is_empty()).then_some(Edit::Many(edits))
            }
            other => Some(other),
        }
    }

    /// Carries it out and returns what takes it back; `None` where nothing changed.
    /// - `volume`: what measurements are read off
    pub(super) fn carry_out(
        self,
        look: &mut Look,
        findings: &mut Findings,
        volume: Option<&Volume>,
    ) -> Option<Edit> {
        match self {
            Edit::Cursor(to) => swap(&mut look.cursor, to).map(Edit::Cursor),
            Edit::Window(window, preset) => {
                let old = (look.window, look.preset);
                (look.window, look.preset) = (window, preset);
                (old != (window, preset)).then_some(Edit::Window(old.0, old.1))
            }
            Edit::Colours(to) => swap(&mut look.colours, to).map(Edit::Colours),
            Edit::Invert(to) => swap(&mut look.invert, to).map(Edit::Invert),
            Edit::Viewport(pane, state) => {
                let slot = look.viewports.get_mut(pane.index())?;
                swap(slot, state).map(|old| Edit::Viewport(pane, old))
            }
            Edit::Slab(slab) => {
                let viewports = look.viewports.map(|v| ViewportState { slab, ..v });
                let thickness = slab.map_or(look.slab_thickness_mm, |s| s.thickness_mm);
                Edit::Viewports(viewports, thickness).carry_out(look, findings, volume)
            }
            Edit::SlabThickness(mm) => {
                let [least, most] = Slab::RANGE_MM;
                let thickness_mm = if mm.is_finite() { mm.clamp(least, most) } else { least };
                let thick = |slab: Slab| Slab { thickness_mm, ..slab };
                let viewports = look.viewports.map(|v| ViewportState { slab: v.slab.map(thick), ..v });
                Edit::Viewports(viewports, thickness_mm).carry_out(look, findings, volume)
            }
            Edit::Viewports(viewports, thickness) => {
                let old = (look.viewports, look.slab_thickness_mm);
                (look.viewports, look.slab_thickness_mm) = (viewports, thickness);
                (old != (viewports, thickness)).then_some(Edit::Viewports(old.0, old.1))
            }
            Edit::Layout(to) => swap(&mut look.layout, to).map(Edit::Layout),
            Edit::Arrange(to) => swap(&mut look.arrangement, to).map(Edit::Arrange),
            Edit::Focus(to) => swap(&mut look.focus, to).map(Edit::Focus),
            Edit::Boxes(to) => swap(&mut look.boxes, to).map(Edit::Boxes),
            Edit::Neighbourhood(to) => swap(&mut look.neighbourhood, to).map(Edit::Neighbourhood),
            Edit::Brush(to) => swap(&mut look.brush, to).map(Edit::Brush),
            Edit::Paint(strokes) => paint(&mut findings.painted, &strokes, volume?),
            Edit::Heatmap(to) => swap(&mut look.heatmap, to).map(Edit::Heatmap),
            Edit::CornerText(to) => swap(&mut look.corner_text, to).map(Edit::CornerText),
            Edit::Tool(to) => swap(&mut look.tool, to).map(Edit::Tool),
            Edit::Network(to) => swap(&mut look.network, to).map(Edit::Network),
            Edit::Mode(to) => swap(&mut look.mode, to).map(Edit::Mode),
            Edit::Beside(to) => swap(&mut look.beside, to).map(Edit::Beside),
            Edit::Prior(to) => swap(&mut look.prior, to).map(Edit::Prior),
            Edit::In3d(to) => swap(&mut look.in_3d, to).map(Edit::In3d),
            Edit::VolumeView(to) => swap(&mut look.volume_view, to).map(Edit::VolumeView),
            Edit::Structures(to) => swap(&mut look.structures, to).map(Edit::Structures),
            Edit::Pet(to) => swap(&mut look.pet, to).map(Edit::Pet),
            Edit::Fields(to) => swap(&mut findings.fields, to).map(Edit::Fields),
            Edit::AddNodule(at, nodule) => {
                let id = nodule.id;
                findings.next = findings.next.max(id.0.saturating_add(1));
                findings.nodules.insert(at.min(findings.nodules.len()), nodule);
                (findings.selected, findings.picked) = (Some(id), None);
                findings.grid = volume.map(|volume| *volume.grid()).or(findings.grid);
                Some(Edit::RemoveNodule(id))
            }
            Edit::RemoveNodule(id) => {
                let at = findings.nodules.iter().position(|n| n.id == id)?;
                let nodule = findings.nodules.remove(at);
                if findings.selected == Some(id) {
                    findings.selected = findings.nodules.last().map(|n| n.id);
                }
                Some(Edit::AddNodule(at, nodule))
            }
            Edit::SetNodule(nodule) => {
                let slot = findings.nodules.iter_mut().find(|n| n.id == nodule.id)?;
                Some(Edit::SetNodule(std::mem::replace(slot, nodule)))
            }
            Edit::Select(to) => {
                // What was chosen last is what Delete takes away.
                findings.picked = None;
                swap(&mut findings.selected, to).map(Edit::Select)
            }
            Edit::AddMeasurement(at, measurement) => {
                let id = measurement.id;
                findings.next_measurement = findings.next_measurement.max(id.0.saturating_add(1));
                let measured = Measured::read(measurement, volume);
                findings.measurements.insert(at.min(findings.measurements.len()), measured);
                findings.picked = Some(id);
                findings.grid = volume.map(|volume| *volume.grid()).or(findings.grid);
                Some(Edit::RemoveMeasurement(id))
            }
            Edit::RemoveMeasurement(id) => {
                let at = findings.measurements.iter().position(|m| m.measurement.id == id)?;
                let Measured { measurement, .. } = findings.measurements.remove(at);
                if findings.picked == Some(id) {
                    findings.picked = None;
                }
                Some(Edit::AddMeasurement(at, measurement))
            }
            Edit::SetMeasurement(measurement) => {
                let slot = findings.measurements.iter_mut().find(|m| m.measurement.id == measurement.id)?;
                let old = std::mem::replace(slot, Measured::read(measurement, volume)).measurement;
                (old != slot.measurement).then_some(Edit::SetMeasurement(old))
            }
            Edit::Pick(to) => swap(&mut findings.picked, to).map(Edit::Pick),
            Edit::Segments(edit) => edit.carry_out(look, findings, volume).map(Edit::Segments),
            // Of another series: who has the findings of both carries it out.
            Edit::InPrior(_) => None,
            Edit::Many(edits) => {
                let mut inverse: Vec<Edit> =
                    edits.into_iter().filter_map(|e| e.carry_out(look, findings, volume)).collect();
                inverse.reverse();
                (!inverse.is_empty()).then_some(Edit::Many(inverse))
            }
        }
    }
}

/// Brings what is painted to these strokes: one more costs no more than itself.
fn paint(painted: &mut Arc<Painted>, strokes: &[Stroke], volume: &Volume) -> Option<Edit> {
    let before = painted.strokes();
    if before == strokes {
        return None;
    }
    let inverse = Edit::Paint(Arc::from(before));
    let new = match strokes.strip_prefix(before) {
        Some(more) => {
            more.iter().fold(painted.as_ref().clone(), |painted, stroke| painted.with(volume, *stroke))
        }
        None => Painted::of(volume, strokes),
    };
    *painted = Arc::new(new);
    Some(inverse)
}

fn swap<T: PartialEq>(slot: &mut T, to: T) -> Option<T> {
    let old = std::mem::replace(slot, to);
    (old != *slot).then_some(old)
}
