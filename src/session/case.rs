//! The case: what was found on disk, the series that is open, and its nodules.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::overlays::{DrawnFile, PetSeries};
use super::pages::Pages;
use super::prior::PriorSeries;
use super::slice_scan::SliceScan;
use crate::clinical::ClinicalFields;
use crate::findings::{Nodule, NoduleId};
use crate::geometry::VoxelGrid;
use crate::ingest::{Defect, Scan, Series};
use crate::measure::{MeasureId, Measurement, Reading, read};
use crate::segments::{Segment, SegmentId};
use crate::structures::StructureSet;
use crate::volume::{Painted, Volume, VolumeHistogram};

/// The series on the screen. Its slices may still be arriving.
#[derive(Clone, Debug)]
pub struct OpenSeries {
    /// Place in the scan's list.
    pub index: usize,
    /// The voxels.
    pub volume: Arc<Volume>,
    /// What is odd about it; stays on screen.
    pub defects: Vec<Defect>,
    /// Every slice was tried; some may be missing where files are broken.
    pub loaded: bool,
    /// How often its values occur, once all of them were counted.
    pub histogram: Option<Arc<VolumeHistogram>>,
}

/// A measurement, and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The measurement.
    pub measurement: Measurement,
    /// What was read off the volume.
    pub reading: Reading,
}

impl Measured {
    /// Reads a measurement off the volume; without one it says nothing.
    pub fn read(measurement: Measurement, volume: Option<&Volume>) -> Self {
        let reading = volume.map(|volume| read(volume, &measurement)).unwrap_or_default();
        Self { measurement, reading }
    }
}

/// What was found in one series: nodules, measurements and segments, each in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    pub(super) nodules: Vec<Nodule>,
    pub(super) selected: Option<NoduleId>,
    pub(super) next: u32,
    /// What the user says of the patient, in place of what the files tell.
    pub(super) fields: Option<ClinicalFields>,
    pub(super) measurements: Vec<Measured>,
    pub(super) picked: Option<MeasureId>,
    pub(super) next_measurement: u32,
    pub(super) segments: Vec<Segment>,
    pub(super) chosen_segment: Option<SegmentId>,
    pub(super) next_segment: u32,
    /// Tissue that was painted away, beside the volume and never in it.
    pub(super) painted: Arc<Painted>,
    /// Of the volume in which something was made last.
    pub(super) grid: Option<VoxelGrid>,
}

impl Findings {
    /// All of them.
    pub fn nodules(&self) -> &[Nodule] {
        &self.nodules
    }

    /// One of them.
    pub fn nodule(&self, id: NoduleId) -> Option<&Nodule> {
        self.nodules.iter().find(|n| n.id == id)
    }

    /// The one that the right panel is about.
    pub fn selected(&self) -> Option<&Nodule> {
        self.selected.and_then(|id| self.nodule(id))
    }

    /// Tissue that was painted away: what the network is asked about besides the CT. It is no CT, and leaves
    /// the program in no file.
    pub fn painted(&self) -> &Arc<Painted> {
        &self.painted
    }

    /// The grid of the volume in which something was made.
    pub fn grid(&self) -> Option<&VoxelGrid> {
        self.grid.as_ref()
    }

    /// Whether nothing was made that a session would keep.
    pub fn is_empty(&self) -> bool {
        self.nodules.is_empty() && self.measurements.is_empty() && self.segments.is_empty()
    }

    /// All measurements.
    pub fn measurements(&self) -> &[Measured] {
        &self.measurements
    }

    /// One of them.
    pub fn measurement(&self, id: MeasureId) -> Option<&Measured> {
        self.measurements.iter().find(|m| m.measurement.id == id)
    }

    /// The one that was taken hold of last, or chosen in the list.
    pub fn picked(&self) -> Option<&Measured> {
        self.picked.and_then(|id| self.measurement(id))
    }

    /// The identity that a new measurement will have: never used before in this series.
    pub fn next_measurement(&self) -> MeasureId {
        MeasureId(self.next_measurement)
    }

    /// What the user says of the patient, in place of what the files tell.
    pub fn fields(&self) -> Option<&ClinicalFields> {
        self.fields.as_ref()
    }

    /// The identity that a new nodule will have: never used before in this series.
    pub fn next_id(&self) -> NoduleId {
        NoduleId(self.next)
    }
}

/// A small picture of a series for the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbnail {
    /// Columns and rows.
    pub size_px: [usize; 2],
    /// Red, green and blue of each pixel; else one grey level.
    pub coloured: bool,
    /// Row by row.
    pub levels: Arc<[u8]>,
}

impl Thumbnail {
    /// A grey picture.
    /// - `levels`: one a pixel, row by row
    pub fn grey(size_px: [usize; 2], levels: impl Into<Arc<[u8]>>) -> Self {
        Self { size_px, coloured: false, levels: levels.into() }
    }

    /// Levels of a pixel.
    pub fn channels(&self) -> usize {
        if self.coloured { 3 } else { 1 }
    }

    /// The same smaller by a whole factor: size and levels, means over squares of `by` x `by`
    /// pixels, rounded. What does not fill a square at the right and lower edge is left out.
    pub fn shrunk(&self, by: usize) -> ([usize; 2], Vec<u8>) {
        let ([width, height], channels) = (self.size_px, self.channels());
        let by = by.clamp(1, width.min(height).max(1));
        let size = [width / by, height / by];
        let share = (by * by) as u32;
        let mut levels = Vec::with_capacity(size[0] * size[1] * channels);
        for rows in self.levels.chunks_exact((width * by * channels).max(1)) {
            for column in 0..size[0] {
                for channel in 0..channels {
                    let pixels = rows.chunks_exact(width * channels);
                    let square = pixels.flat_map(|row| {
                        row[column * by * channels..][..by * channels].iter().skip(channel).step_by(channels)
                    });
                    let sum: u32 = square.map(|level| u32::from(*level)).sum();
                    levels.push(((sum + share / 2) / share) as u8);
                }
            }
        }
        (size, levels)
    }
}

/// What the centre of the window shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing was opened yet.
    Welcome,
    /// Something is being opened and nothing can be shown yet.
    Opening,
    /// A series is on the screen.
    Open,
    /// A report of training or evaluation is on the screen, perhaps over a series.
    Report,
    /// The chosen series cannot be viewed; its defects say why. Its index in the scan.
    Unusable(usize),
    /// Nothing could be opened; the sentence says why and what would help.
    Failed(String),
}

/// Everything that came from disk, and what was found in it.
#[derive(Clone, Debug, Default)]
pub struct Case {
    pub(super) scan: Arc<Scan>,
    pub(super) chosen: Option<usize>,
    pub(super) open: Option<OpenSeries>,
    pub(super) prior: Option<PriorSeries>,
    pub(super) failure: Option<String>,
    pub(super) findings: BTreeMap<String, Findings>,
    pub(super) scans: BTreeMap<String, Arc<SliceScan>>,
    pub(super) thumbnails: BTreeMap<usize, Thumbnail>,
    pub(super) pages: Pages,
    /// What was read for the series on the screen, by the place among the scan's objects.
    pub(super) structures: BTreeMap<usize, Result<Arc<StructureSet>, String>>,
    pub(super) pet: Option<PetSeries>,
}

impl Case {
    /// Series and skipped files.
    pub fn scan(&self) -> &Arc<Scan> {
        &self.scan
    }

    /// The series that was chosen, whether or not it can be viewed.
    pub fn chosen(&self) -> Option<usize> {
        self.chosen
    }

    /// The header facts of the chosen series.
    pub fn series(&self) -> Option<&Series> {
        self.chosen.and_then(|i| self.scan.series.get(i))
    }

    /// What was found in every series that was on the screen, by UID.
    pub fn all_findings(&self) -> impl Iterator<Item = (&str, &Findings)> {
        self.findings.iter().map(|(uid, findings)| (uid.as_str(), findings))
    }

    /// The files with structures that belong to the chosen series.
    pub fn drawn_files(&self) -> impl Iterator<Item = DrawnFile<'_>> {
        let objects = self.scan.objects.iter().enumerate();
        self.series().into_iter().flat_map(move |series| {
            objects.clone().filter(|(_, object)| object.is_drawn()).filter_map(|(place, object)| {
                let link = object.link(series)?;
                Some(DrawnFile { place, object, link, set: self.structures.get(&place) })
            })
        })
    }

    /// Of the chosen series, where it is no volume: its pictures one by one.
    pub fn pages(&self) -> &Pages {
        &self.pages
    }

    /// Small picture of a series of the scan, once it is there.
    pub fn thumbnail(&self, index: usize) -> Option<&Thumbnail> {
        self.thumbnails.get(&index)
    }
}
