//! What was found on disk: series with their slices, and the files that were passed over.
//!
//! Made by `scan`; read by the series list in the window, by `triscope info` and by `load`.

use crate::clinical::ClinicalFields;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::defect::{Defect, DefectCode};
use super::dicom::SliceSource;
use super::error::IngestError;
use super::objects::Object;
use super::private::Private;
use super::source::Source;
use super::straight::Straight;
use super::suv::Suv;
use super::volume_file::Members;
use crate::geometry::VoxelGrid;
use crate::volume::{Padding, Polarity, Unit, Volume, Window};

/// Fewer slices than this are no volume that a network could be asked about: nine tenths of the crop
/// would be padding. Not a matter of technique, but no force overrides it.
pub const FEWEST_SLICES: usize = 5;

/// A series as found on disk: headers read, slices sorted, nothing decoded.
#[derive(Clone, Debug)]
pub struct Series {
    /// Series Instance UID; a part split off (orientation, phase) has `#1`, `#2` ... after it.
    pub uid: String,
    /// `CT`, `MR` ...
    pub modality: String,
    /// Series Number, for the list.
    pub number: Option<i64>,
    /// Series Description.
    pub description: Private<String>,
    /// Patient's name, for the corner text alone.
    pub patient_name: Private<String>,
    /// Patient ID, for the corner text alone.
    pub patient_id: Private<String>,
    /// What the tags tell of the patient besides, for networks that take clinical fields.
    pub clinical: Private<ClinicalFields>,
    /// Study Date, `YYYYMMDD`, or nothing: to tell which of two series is the earlier one.
    pub study_date: Private<String>,
    /// Files in slice order (doubled ones left out).
    pub files: Vec<PathBuf>,
    /// Columns, rows and slices, known also where the series is no volume. Slices left blank where
    /// some are missing are counted.
    pub size: [usize; 3],
    /// Grid of the volume; `None` where the series is no volume.
    pub grid: Option<VoxelGrid>,
    /// Slice Thickness of the first file, mm: how readings of LIDC-IDRI were joined. Distances are never
    /// taken from it; overlapping and gapped reconstructions differ from it.
    pub slice_thickness_mm: Option<f64>,
    /// Frame of Reference UID: positions of two series can be compared where it is the same. Source:
    /// DICOM PS3.3 C.7.4.1.1.1.
    pub frame_of_reference_uid: Option<String>,
    /// Transfer syntax of the first file, by its standard's name.
    pub transfer_syntax: String,
    /// The same by its UID.
    pub transfer_syntax_uid: String,
    /// What one unit of a value means: of a PET whose tags allow it SUV.
    pub unit: Unit,
    /// What of the values is padding, after rescale.
    pub padding: Option<Padding>,
    /// Which end of the values is meant to be bright.
    pub polarity: Polarity,
    /// Windows that the files recommend, in the unit of the volume.
    pub windows: Vec<FileWindow>,
    /// Of a PET: how what its slices are read to became standardized uptake values, or the sentence that says why they
    /// do not. `None` of everything else.
    pub suv: Option<Result<Suv, String>>,
    /// What is odd about it, as known from the headers.
    pub defects: Vec<Defect>,
    /// Height and width of a pixel, in mm or by ratio alone; `None` where the files do not say.
    pub(super) pixel_shape: Option<[f64; 2]>,
    /// Where each slice comes from, in slice order; `None` for a slice that is missing.
    pub(super) slices: Vec<Option<SliceSource>>,
    /// How its slices are resampled, where their places are not regular: then `size` and `grid` are those of the
    /// straight volume, and `slices` are fewer or more.
    pub(super) straight: Option<Straight>,
    /// Whether they are not.
    pub(super) as_stored: bool,
    /// Whether its pixels are real numbers.
    pub(super) real: bool,
    /// Its only file, where that is a whole volume and no DICOM; then `slices` is empty.
    pub(super) volume_file: Option<Source>,
    /// The members of an archive that hold its voxels, where others do.
    pub(super) volume_data: Option<Members>,
    /// Why nothing of it can be read, where reading it has shown that. Copies of the series know it, too.
    pub(super) unread: Arc<OnceLock<Defect>>,
}

impl Series {
    /// SUV of one of the whole numbers that slices are read to, where values are shown as SUV.
    pub(super) fn suv_of_whole(&self) -> Option<f64> {
        let suv = self.suv.as_ref()?.as_ref().ok()?;
        self.unit.is_suv().then_some(suv.per_value)
    }

    /// Whether its slices lie at irregular places, from which a straight volume can be made.
    pub fn can_be_resampled(&self) -> bool {
        self.straight.is_some()
    }

    /// Whether its volume is that one.
    pub fn is_resampled(&self) -> bool {
        self.resampled().is_some()
    }

    /// How it is made.
    pub(super) fn resampled(&self) -> Option<&Straight> {
        self.straight.as_ref().filter(|_| !self.as_stored)
    }

    /// The same series with its slices as they are stored, at their mean distance and sheared, where positions
    /// are not exact and no network is asked; or resampled by their true places. Others stay as they are.
    #[must_use]
    pub fn with_slices_as_stored(mut self, as_stored: bool) -> Self {
        let Some(straight) = &self.straight else { return self };
        let grid = if as_stored { straight.stored } else { straight.grid };
        straight.tell(&mut self.defects, as_stored);
        (self.size, self.grid, self.as_stored) = (grid.size(), Some(grid), as_stored);
        self
    }

    /// Whether it can be viewed in three planes, as far as is known: headers may promise what files do not hold.
    pub fn usable(&self) -> bool {
        self.grid.is_some() && self.obstacles().next().is_none()
    }

    /// What keeps it from being viewed: of the headers, and why nothing of it can be read, once that was tried.
    pub fn obstacles(&self) -> impl Iterator<Item = &Defect> {
        self.defects.iter().filter(|d| !d.code.viewable()).chain(self.unread.get())
    }

    /// Why nothing of it can be read, where reading it has shown that.
    pub fn unread(&self) -> Option<&Defect> {
        self.unread.get()
    }

    /// Reading it ended so.
    pub(super) fn note(&self, error: &IngestError) {
        if let IngestError::Unread(defect) = error {
            self.unread.set(defect.clone()).ok();
        }
    }

    /// Whether it is one file that is a whole volume, and not DICOM.
    pub fn is_volume_file(&self) -> bool {
        self.volume_file.is_some()
    }

    /// Whether a network may be run on it.
    pub fn classifiable(&self) -> bool {
        self.usable() && self.size[2] >= FEWEST_SLICES && self.defects.iter().all(|d| d.classifiable())
    }

    /// The sentence to show where it cannot be viewed.
    pub fn obstacle(&self) -> Option<&str> {
        if self.usable() {
            return None;
        }
        let defect = self.obstacles().next().or(self.defects.first());
        Some(defect.map_or("This series is no volume: the places of its slices are not known", |d| &d.text))
    }

    /// Whether it is computed tomography.
    pub fn is_ct(&self) -> bool {
        self.defects.iter().all(|d| d.code != DefectCode::NotCt)
    }

    /// Whether positions in it and in the other can be compared. Source: DICOM PS3.3 C.7.4.1.1.1.
    pub fn same_frame(&self, other: &Self) -> bool {
        self.frame_of_reference_uid.is_some() && self.frame_of_reference_uid == other.frame_of_reference_uid
    }

    /// Whether it can lie over another one as a PET.
    pub fn is_pet(&self) -> bool {
        self.modality == "PT" && self.usable()
    }

    /// How many pictures can be looked at one by one, where it is no volume; 0 of a volume file.
    pub fn pictures(&self) -> usize {
        self.slices.len()
    }

    /// Whether its pictures are coloured: a dose report or another page, no slices.
    pub fn is_coloured(&self) -> bool {
        self.slices.iter().flatten().next().is_some_and(|s| s.form.is_coloured(&s.photometric))
    }
}

/// A window that a file recommends.
#[derive(Clone, Debug, PartialEq)]
pub struct FileWindow {
    /// Its explanation in the file, or `Window 1`, `Window 2` ...
    pub name: String,
    /// Width and centre, in the unit of the volume.
    pub window: Window,
}

/// A file that was passed over, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Which.
    pub file: PathBuf,
    /// One sentence.
    pub reason: String,
}

/// Everything found at some paths.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// Series, largest usable CT first.
    pub series: Vec<Series>,
    /// Files passed over, by path; those of `objects` among them.
    pub skipped: Vec<Skipped>,
    /// Segmentations, structure sets and reports, by path.
    pub objects: Vec<Object>,
    /// Archives among them that a password would open.
    pub locked: Vec<Locked>,
}

/// An archive that was passed over for want of its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Which.
    pub file: PathBuf,
    /// A password was given, and does not open it.
    pub wrong: bool,
}

impl Scan {
    /// Index of the series with this UID. The bare UID of a series that was split means its largest
    /// part that can be used.
    pub fn named(&self, uid: &str) -> Option<usize> {
        let whole = self.series.iter().position(|s| s.uid == uid);
        // They are in this order.
        whole.or_else(|| self.series.iter().position(|s| s.uid.split('#').next() == Some(uid)))
    }
}

/// A series with all its slices.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Complete.
    pub volume: Arc<Volume>,
    /// Those of the headers and those found while decoding.
    pub defects: Vec<Defect>,
}
