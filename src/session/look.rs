//! How the case is looked at: everything that a viewport needs besides the case itself.

use super::overlays::{PetLook, StructuresLook};
use serde::{Deserialize, Serialize};

use super::prior::PriorLook;
use super::segments::{SegmentBrush, SegmentsLook};
use super::viewport::{Slab, ViewportState};
use super::volume_view::VolumeView;
use crate::explain::{Method, Wanted};
use crate::geometry::{Patient, Plane, Point};
use crate::inference::Mode;
use crate::measure::Kind;
use crate::networks::{DEFAULT_MODEL, spec};
use crate::volume::{Colours, Fill, Preset, Window};

/// One of the three slice viewports, by the plane that it starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pane {
    /// Top left.
    Axial,
    /// Top right.
    Coronal,
    /// Bottom right.
    Sagittal,
}

impl Pane {
    /// In the order in which the focus moves.
    pub const ALL: [Pane; 3] = [Pane::Axial, Pane::Coronal, Pane::Sagittal];

    /// 0, 1 or 2: its place in [`Look::viewports`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The plane that it shows at the start and after a reset.
    pub const fn plane(self) -> Plane {
        match self {
            Pane::Axial => Plane::Axial,
            Pane::Coronal => Plane::Coronal,
            Pane::Sagittal => Plane::Sagittal,
        }
    }

    /// Word in the interface, and accessible name of the viewport.
    pub const fn label(self) -> &'static str {
        match self {
            Pane::Axial => "Axial",
            Pane::Coronal => "Coronal",
            Pane::Sagittal => "Sagittal",
        }
    }
}

/// How the viewports lie beside each other where all are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Arrangement {
    /// Two by two: the three planes, and the prior or what the network saw.
    #[default]
    Quarters,
    /// One large at the left, the others small beside it.
    Large(Pane),
    /// The three planes in a row.
    Row,
}

impl Arrangement {
    /// Words in the interface.
    pub const fn label(self) -> &'static str {
        match self {
            Arrangement::Quarters => "2 × 2",
            Arrangement::Large(_) => "1 + 3",
            Arrangement::Row => "3 in a row",
        }
    }
}

/// Which viewports are on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// All, as they are arranged.
    Grid,
    /// One viewport over the whole centre.
    Single(Pane),
    /// The axial plane on both dates, side by side.
    Dates,
    /// The 3D view over the whole centre.
    Volume,
    /// One viewport twice, side by side: with the map that is looked at, and with the one that it is compared with.
    Maps(Pane),
}

/// What the corners of a viewport say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CornerText {
    /// Everything, the patient's name included.
    #[default]
    Full,
    /// Everything but the patient.
    NoPatient,
    /// Only the orientation letters.
    None,
}

impl CornerText {
    /// In the order in which the key steps through them.
    pub const ALL: [CornerText; 3] = [CornerText::Full, CornerText::NoPatient, CornerText::None];

    /// What the key steps to next.
    pub const fn next(self) -> Self {
        match self {
            CornerText::Full => CornerText::NoPatient,
            CornerText::NoPatient => CornerText::None,
            CornerText::None => CornerText::Full,
        }
    }

    /// Words in the interface.
    pub const fn label(self) -> &'static str {
        match self {
            CornerText::Full => "Full text",
            CornerText::NoPatient => "Without patient",
            CornerText::None => "No text",
        }
    }
}

/// What is painted with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brush {
    /// What it leaves in the place of tissue.
    pub fill: Fill,
    /// Of its ball, mm.
    pub radius_mm: f64,
    /// What is painted is shown; else the CT.
    pub shown: bool,
    /// Side of the block that is left out under the pointer, mm.
    pub block_mm: f64,
}

impl Brush {
    /// Smallest and largest radius, mm.
    pub const RADII_MM: [f64; 2] = [1.0, 20.0];
    /// Smallest and largest side of a block, mm.
    pub const BLOCKS_MM: [f64; 2] = [2.0, 40.0];
}

impl Default for Brush {
    fn default() -> Self {
        Self { fill: Fill::Lung, radius_mm: 4.0, shown: true, block_mm: 10.0 }
    }
}

/// What a left drag or click does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tool {
    /// Drag changes window width and centre.
    Window,
    /// Drag moves the picture.
    Pan,
    /// Drag enlarges the picture.
    Zoom,
    /// The shared cursor follows the pointer.
    Crosshair,
    /// A click asks the network.
    Nodule,
    /// Drags and clicks measure something.
    Measure(Kind),
    /// Drags paint tissue away.
    Paint,
    /// A block of tissue under the pointer is left out of the question.
    Occlude,
    /// Drags draw in a segment.
    Segment,
    /// Drags take voxels out of a segment.
    Erase,
}

impl Tool {
    /// Those with a button of their own, in the order of the top bar; what measures has a menu.
    pub const ALL: [Tool; 5] = [Tool::Window, Tool::Pan, Tool::Zoom, Tool::Crosshair, Tool::Nodule];

    /// Word in the interface.
    pub const fn label(self) -> &'static str {
        match self {
            Tool::Window => "Window",
            Tool::Pan => "Pan",
            Tool::Zoom => "Zoom",
            Tool::Crosshair => "Crosshair",
            Tool::Nodule => "Nodule",
            Tool::Measure(kind) => kind.label(),
            Tool::Paint => "Paint away",
            Tool::Occlude => "Leave out",
            Tool::Segment => "Segment brush",
            Tool::Erase => "Segment eraser",
        }
    }

    /// Whether it draws in segments.
    pub const fn segments(self) -> bool {
        matches!(self, Tool::Segment | Tool::Erase)
    }
}

/// A map that another one is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Against {
    /// Of which network that was asked beside; `None`: of the one whose map is shown.
    pub model: Option<&'static str>,
    /// Of which method.
    pub method: Method,
}

/// How the saliency map lies over the CT.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heatmap {
    /// Whether it is drawn; off until the user asks.
    pub on: bool,
    /// Which map: a method, and one scale or all combined.
    pub map: Wanted,
    /// A map that is taken off it; `None` shows the map itself.
    pub against: Option<Against>,
    /// It and that one in turn, in place of each other.
    pub blink: bool,
    /// 0 (invisible) to 1.
    pub opacity: f32,
    /// Part of the map's maximum (0 to 1) under which nothing is drawn.
    pub threshold: f32,
    /// Lines at the map's levels, which leave the tissue between them free, instead of an area.
    pub contour: bool,
}

impl Default for Heatmap {
    fn default() -> Self {
        let [combined, ..] = Wanted::ALL_GRAD_CAM;
        Self {
            on: false,
            map: combined,
            against: None,
            blink: false,
            opacity: 0.62,
            threshold: 0.25,
            contour: false,
        }
    }
}

/// Everything that decides how the open volume is shown. Plain values, compared to see a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// The shared cursor: every viewport shows the slice through it. LPS mm.
    pub cursor: Point<Patient>,
    /// Shared grey-scale window, in the unit of the volume.
    pub window: Window,
    /// The preset that the window comes from, until it is changed by hand.
    pub preset: Option<Preset>,
    /// Black on white.
    pub invert: bool,
    /// Which colours stand for values.
    pub colours: Colours,
    /// One per [`Pane`], in their order.
    pub viewports: [ViewportState; 3],
    /// What is on the screen.
    pub layout: Layout,
    /// How all of them lie beside each other.
    pub arrangement: Arrangement,
    /// The viewport that keys act on.
    pub focus: Pane,
    /// Thickness that a slab gets when it is switched on, mm.
    pub slab_thickness_mm: f64,
    /// Outlines of the crops.
    pub boxes: bool,
    /// What is painted with.
    pub brush: Brush,
    /// What segments are drawn with.
    pub segment_brush: SegmentBrush,
    /// How segments are drawn.
    pub segments: SegmentsLook,
    /// Dots where the network was asked around a nodule's point.
    pub neighbourhood: bool,
    /// The map over the CT.
    pub heatmap: Heatmap,
    /// Corner text.
    pub corner_text: CornerText,
    /// The active tool.
    pub tool: Tool,
    /// Name of the network that questions go to.
    pub network: &'static str,
    /// How inputs are prepared, by the networks that leave a choice.
    pub mode: Mode,
    /// Names of those that are asked beside it, in the order in which they were chosen.
    pub beside: Vec<&'static str>,
    /// How the prior is looked at.
    pub prior: PriorLook,
    /// Whether the fourth viewport shows the volume in 3D.
    pub in_3d: bool,
    /// How the volume is looked at in 3D.
    pub volume_view: VolumeView,
    /// Which structures that others drew are drawn.
    pub structures: StructuresLook,
    /// How the PET lies over the series.
    pub pet: PetLook,
}

impl Look {
    /// The look at the start: lung window, three fitted planes.
    /// - `cursor`: where the planes meet, LPS mm
    pub fn fitted(cursor: Point<Patient>) -> Self {
        Self {
            cursor,
            window: Preset::Lung.window([0.0, 0.0]),
            preset: Some(Preset::Lung),
            invert: false,
            colours: Colours::Grey,
            viewports: Pane::ALL.map(|pane| ViewportState::fitted(pane.plane())),
            layout: Layout::Grid,
            arrangement: Arrangement::Quarters,
            focus: Pane::Axial,
            slab_thickness_mm: 10.0,
            boxes: true,
            brush: Brush::default(),
            segment_brush: SegmentBrush::default(),
            segments: SegmentsLook::default(),
            neighbourhood: true,
            heatmap: Heatmap::default(),
            corner_text: CornerText::Full,
            tool: Tool::Window,
            network: DEFAULT_MODEL,
            mode: Mode::default(),
            beside: Vec::new(),
            prior: PriorLook::default(),
            in_3d: false,
            volume_view: VolumeView::default(),
            structures: StructuresLook::default(),
            pet: PetLook::default(),
        }
    }

    /// One viewport's state.
    pub fn viewport(&self, pane: Pane) -> &ViewportState {
        let [axial, coronal, sagittal] = &self.viewports;
        match pane {
            Pane::Axial => axial,
            Pane::Coronal => coronal,
            Pane::Sagittal => sagittal,
        }
    }

    /// How the input of a network is prepared: as chosen, where it leaves the choice.
    pub fn mode_of(&self, network: &str) -> Mode {
        spec(network).map_or_else(|_| Mode::default(), |spec| self.mode.for_network(spec))
    }

    /// The slab of the viewport that has the focus.
    pub fn slab(&self) -> Option<Slab> {
        self.viewport(self.focus).slab
    }

    /// Whether the 3D view is on the screen: a row of three planes has no room for it.
    pub fn shows_volume(&self) -> bool {
        let in_grid = self.in_3d && self.layout == Layout::Grid && self.arrangement != Arrangement::Row;
        in_grid || self.layout == Layout::Volume
    }

    /// Whether the viewport is on the screen.
    pub fn shows(&self, pane: Pane) -> bool {
        match self.layout {
            Layout::Grid => true,
            Layout::Single(one) | Layout::Maps(one) => one == pane,
            Layout::Dates => pane == Pane::Axial,
            Layout::Volume => false,
        }
    }
}

impl Default for Look {
    fn default() -> Self {
        Self::fitted(Point::new(0.0, 0.0, 0.0))
    }
}
