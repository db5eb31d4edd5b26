//! One viewport as it is drawn: the slice and everything over it, without a window or a session.
//!
//! The window fills it from the session each frame, `picture` from a request: the same overlay
//! code draws both.

use std::sync::Arc;

use super::outlines::OutlineMark;
use super::pair::Side;
use crate::geometry::{Patient, Plane, Point};
use crate::inference::Region;
use crate::measure::Measurement;
use crate::render::{HeatmapLook, LayerLook, SliceFrame};
use crate::session::{CornerText, Pane, Slab};
use crate::view::{ResolvedView, Screen};
use crate::volume::{Colours, Painted, Sampling, Volume, Window};

/// A marked point.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where, LPS mm.
    pub at: Point<Patient>,
    /// Its number in the list.
    pub label: String,
    /// The one that the panel is about.
    pub selected: bool,
}

/// A candidate of a slice scan.
#[derive(Clone, Debug, PartialEq)]
pub struct CandidateBox {
    /// Outer corners, LPS mm, in the order of [`Region::corners`].
    pub corners: [Point<Patient>; 8],
    /// Its number in the list.
    pub label: String,
}

/// A place around a nodule's point, and what the network says of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProbabilityDot {
    /// Where, LPS mm.
    pub at: Point<Patient>,
    /// 0 to 1.
    pub probability: f64,
    /// To the next one, mm.
    pub step_mm: f64,
}

/// A block of tissue that is left out of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownBlock {
    /// Outer corners, LPS mm, in the order of [`Region::corners`].
    pub corners: [Point<Patient>; 8],
    /// What that does to the answer, in the view that the pointer is over.
    pub label: Option<String>,
    /// It is of this very block; else of the one before.
    pub current: bool,
}

/// A measurement, and what stands beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasurementMark {
    /// Its points.
    pub measurement: Measurement,
    /// What it says, a short line each.
    pub lines: Vec<String>,
    /// It is in the hand, being drawn, or chosen in the list: its handles are shown.
    pub picked: bool,
}

/// Another volume as a layer of colour, and what is said of it.
#[derive(Clone, Debug)]
pub struct ShownLayer {
    /// How it lies.
    pub look: LayerLook,
    /// What it is.
    pub title: String,
    /// Unit of its values.
    pub unit: String,
    /// Why it may not lie where it should.
    pub doubt: Option<String>,
}

/// What stands in the corners besides what the view itself says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Patient's name and number; shown with [`CornerText::Full`] alone.
    pub patient: Vec<String>,
    /// Whether it is a second series beside the one on the screen: said before the plane.
    pub second: Option<Second>,
    /// Modality of the series, as its files tell: `CT`, `PT`.
    pub modality: String,
    /// How the prior is linked with the series on the screen; empty where it is not.
    pub link: String,
    /// Where it follows to a place without a slice: which end it stands at.
    pub beyond: Option<&'static str>,
    /// Series description.
    pub description: String,
    /// Badges: what is odd about the series.
    pub warnings: Vec<String>,
    /// The same in sentences.
    pub explained: Vec<String>,
    /// Lossy compression somewhere in the image's history.
    pub lossy: bool,
}

/// What a second series is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    /// Of an earlier date, or of one that is not known.
    Prior,
    /// Of the same date or a later one.
    Beside,
}

impl Facts {
    /// Without anything that files tell of the patient, series descriptions included.
    pub fn anonymous(self) -> Self {
        Self { patient: Vec::new(), description: String::new(), ..self }
    }
}

/// One viewport, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The voxels.
    pub volume: Arc<Volume>,
    /// The slice, in physical pixels.
    pub view: ResolvedView,
    /// The other planes through the cursor: where they cut this one.
    pub others: Vec<(Plane, ResolvedView)>,
    /// The plane that the viewport is named for, also where it shows another: its colour.
    pub home: Option<Plane>,
    /// The crosshair's lines have handles.
    pub turnable: bool,
    /// The shared cursor, LPS mm.
    pub cursor: Point<Patient>,
    /// Grey-scale window.
    pub window: Window,
    /// Black on white.
    pub invert: bool,
    /// How voxels become the picture.
    pub sampling: Sampling,
    /// Which colours stand for values.
    pub colours: Colours,
    /// How fine the screen is, where one is known.
    pub screen: Option<Screen>,
    /// Slab, if not a single slice.
    pub slab: Option<Slab>,
    /// Boxes to outline; empty draws none.
    pub boxes: Vec<Region>,
    /// Boxes of the candidates of a slice scan, with their numbers.
    pub candidates: Vec<CandidateBox>,
    /// Outlines of segments and of what others drew, in this view.
    pub outlines: Vec<OutlineMark>,
    /// Another volume over the slice, under the map.
    pub layer: Option<ShownLayer>,
    /// The map over the slice.
    pub heatmap: Option<HeatmapLook>,
    /// What the map shows, where two are compared, beside each other or as their difference: named on the picture.
    pub map_name: Option<String>,
    /// The map is the difference of two, one of which fails a test of what maps are for: said beside it.
    pub cautioned: bool,
    /// The colours of the map with their numbers: one bar serves two views.
    pub colour_bar: bool,
    /// The map comes from weights that were not trained: said beside it.
    pub untrained: bool,
    /// Tissue that was painted away, where it is to be seen; drawn with its mark, and in no file.
    pub painted: Option<Arc<Painted>>,
    /// What the network says of the places around the selected nodule's point.
    pub probabilities: Vec<ProbabilityDot>,
    /// Marked points.
    pub marks: Vec<Mark>,
    /// Outer corners of the crop box of the 3D view, where that is on the screen, LPS mm.
    pub crop_box: Option<[Point<Patient>; 8]>,
    /// Tissue that is left out under the pointer.
    pub block: Option<ShownBlock>,
    /// Measurements.
    pub measurements: Vec<MeasurementMark>,
    /// How much text.
    pub text: CornerText,
    /// What the text says of the series.
    pub facts: Facts,
    /// The volume was reduced by this factor to fit the adapter; 1 is whole.
    pub reduced: usize,
    /// Keys act on this viewport.
    pub focused: bool,
}

impl Shown {
    /// What the renderer needs of it.
    pub fn frame(&self) -> SliceFrame {
        SliceFrame {
            volume: Arc::clone(&self.volume),
            view: self.view.clone(),
            window: self.window,
            invert: self.invert,
            layer: self.layer.as_ref().map(|layer| layer.look.clone()),
            sampling: self.sampling,
            colours: self.colours,
            heatmap: self.heatmap.clone(),
        }
    }
}

/// What a part of the centre shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaneKind {
    /// Slices of the series.
    Slices(Pane),
    /// The same with one of two maps, beside the other.
    OfTwo(Pane, Side),
    /// Slices of the prior.
    Prior,
    /// The volume in 3D.
    Volume,
}

/// Where it was drawn last, physical pixels of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawnPane {
    /// What it shows.
    pub kind: PaneKind,
    /// Its upper left corner.
    pub at_px: [i64; 2],
    /// Width and height.
    pub size_px: [u32; 2],
}

impl DrawnPane {
    /// - `rect`: on whole physical pixels, points
    pub(super) fn new(kind: PaneKind, rect: egui::Rect, scale: f32, size_px: [u32; 2]) -> Self {
        Self { kind, at_px: [rect.left(), rect.top()].map(|v| (v * scale).round() as i64), size_px }
    }
}
