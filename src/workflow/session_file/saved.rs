//! The file's layout, version 1. Positions are LPS mm, directions unit vectors of patient space.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::inference::Mode;
use crate::segments::{Voxels, to_runs};

/// Everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SavedSession {
    /// Layout of the file.
    pub triscope_session: u32,
    /// Who wrote it.
    pub program: String,
    /// The series that was on the screen, by the hash of its UID.
    pub open: Option<String>,
    /// How it was looked at.
    pub look: Option<SavedLook>,
    /// What was made in each series.
    pub series: Vec<SavedSeries>,
    /// Folders and files of the case: in the program's own state alone, never in a file that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<PathBuf>,
}

/// What was made in one series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SavedSeries {
    /// Hash of its UID.
    pub series: String,
    /// The grid of its volume: positions mean nothing in another.
    #[serde(default)]
    pub grid: Option<SavedGrid>,
    /// Nodules, in the order of the list.
    #[serde(default)]
    pub nodules: Vec<SavedNodule>,
    /// Measurements, in the order of the list.
    #[serde(default)]
    pub measurements: Vec<SavedMeasurement>,
    /// Segments, in the order of the list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SavedSegment>,
}

/// A segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedSegment {
    /// What the user calls it.
    pub name: String,
    /// Red, green and blue.
    pub colour: [u8; 3],
    /// Whether it is drawn.
    pub shown: bool,
    /// What it said, for whoever reads the file; not read back.
    #[serde(default)]
    pub says: Vec<String>,
    /// Its voxels.
    pub runs: SavedRuns,
}

/// Voxels of the series' grid: for each slice runs along its rows, `row:column+length`, all counted from 0.
#[derive(Clone, Debug)]
pub enum SavedRuns {
    /// As they are in the document: they become text where the file is written, away from the window.
    Voxels(Arc<Voxels>),
    /// As they were read: they become voxels where the series is on the screen, away from the window.
    Text(Arc<BTreeMap<usize, String>>),
}

impl SavedRuns {
    /// As text.
    pub fn text(&self) -> Cow<'_, BTreeMap<usize, String>> {
        match self {
            SavedRuns::Voxels(voxels) => Cow::Owned(to_runs(voxels)),
            SavedRuns::Text(text) => Cow::Borrowed(text),
        }
    }
}

impl PartialEq for SavedRuns {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Serialize for SavedRuns {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.text().serialize(to)
    }
}

impl<'de> Deserialize<'de> for SavedRuns {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(from).map(|text| SavedRuns::Text(Arc::new(text)))
    }
}

/// A voxel grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedGrid {
    /// Voxels along each axis.
    pub size: [usize; 3],
    /// The centre of the first voxel.
    pub origin: [f64; 3],
    /// From voxel to voxel along each axis, mm.
    pub axes: [[f64; 3]; 3],
}

/// A nodule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedNodule {
    /// Where.
    pub at: [f64; 3],
    /// What the network said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<SavedAnswer>,
}

/// What a network said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedAnswer {
    /// Its name.
    pub network: String,
    /// How its input was prepared: `paper` where nothing is said.
    #[serde(default)]
    pub mode: Mode,
    /// SHA-256 of its weights.
    pub weights_sha256: String,
    /// What was asked.
    pub question: String,
    /// The probability.
    pub probability: f64,
    /// Whether it can be read.
    pub guard: String,
}

/// A measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedMeasurement {
    /// Name of its kind.
    pub kind: String,
    /// What the user calls it.
    pub name: String,
    /// Its points.
    pub points: Vec<[f64; 3]>,
    /// Screen axes of the viewport that it was drawn in: right, and down.
    pub plane: [[f64; 3]; 2],
    /// What it said, for whoever reads the file; not read back.
    #[serde(default)]
    pub says: Vec<String>,
}

/// How the series on the screen was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedLook {
    /// The shared cursor.
    pub cursor: [f64; 3],
    /// Width and centre, in the unit of the volume.
    pub window: [f64; 2],
    /// Name of the preset that it comes from.
    pub preset: Option<String>,
    /// Black on white.
    pub invert: bool,
    /// Name of the colours that stand for values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colours: Option<String>,
    /// Axial, coronal, sagittal.
    pub viewports: [SavedViewport; 3],
    /// The viewport that stands alone, by its place; `None`: all of them.
    pub single: Option<usize>,
    /// Whether the fourth viewport shows the volume in 3D.
    #[serde(default)]
    pub in_3d: bool,
    /// How the volume is looked at in 3D.
    #[serde(default)]
    pub volume_view: Option<SavedVolumeView>,
    /// Outlines of what the network reads.
    pub boxes: bool,
    /// The network that questions go to.
    pub network: String,
    /// How inputs are prepared.
    #[serde(default)]
    pub mode: Mode,
}

/// How the volume was looked at in 3D.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedVolumeView {
    /// Screen axes: towards the right edge.
    pub right: [f64; 3],
    /// Towards the lower edge.
    pub down: [f64; 3],
    /// 1 shows all of the volume.
    pub zoom: f64,
    /// To the right and down, mm.
    pub pan_mm: [f64; 2],
    /// Name of the colours.
    pub colours: String,
    /// How much higher the values lie that colours are given to, HU.
    pub shift_hu: f32,
    /// Whether surfaces are lit.
    pub shaded: bool,
    /// By plane, axial, coronal, sagittal: whether the side ahead of it is cut away, or the other.
    pub cuts: [Option<bool>; 3],
    /// Half the side of the cube around the cursor, mm.
    pub around_cursor_mm: Option<f64>,
    /// How far before the cursor everything is cut away, mm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_cursor_mm: Option<f64>,
    /// Whether `pan_mm` counts from the cursor, not from the middle of the volume.
    #[serde(default)]
    pub at_cursor: bool,
    /// Whether what the body lies on is shown.
    #[serde(default)]
    pub table: bool,
    /// Two opposite corners of the box outside of which nothing is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop_box: Option<[[f64; 3]; 2]>,
}

/// How one viewport was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedViewport {
    /// 1 fits the whole plane.
    pub zoom: f64,
    /// To the right and down, mm.
    pub pan_mm: [f64; 2],
    /// Thickness, mm, and name of the projection of a slab.
    pub slab: Option<(f64, String)>,
    /// Screen axes of a plane that was turned: right, and down; `None`: along the patient's axes.
    #[serde(default)]
    pub oblique: Option<[[f64; 3]; 2]>,
    /// Quarter turns clockwise.
    #[serde(default)]
    pub quarters: u8,
    /// Looked at from the other side.
    #[serde(default)]
    pub behind: bool,
}
