//! The earlier series that the one on the screen is compared with.

use std::sync::Arc;

use super::news::GpuUse;
use super::viewport::ViewportState;
use crate::geometry::{Patient, Plane, Point, Vector, VoxelGrid};
use crate::ingest::{Defect, Scan, Series};
use crate::volume::{Volume, Window};

/// The prior: another series, perhaps of another folder. Its slices may still be arriving.
#[derive(Clone, Debug)]
pub struct PriorSeries {
    /// What it was found in.
    pub scan: Arc<Scan>,
    /// Place in that scan's list.
    pub index: usize,
    /// The voxels.
    pub volume: Arc<Volume>,
    /// What is odd about it.
    pub defects: Vec<Defect>,
    /// Every slice was tried.
    pub loaded: bool,
    /// How much of it is on the GPU.
    pub gpu: GpuUse,
}

impl PriorSeries {
    /// Its header facts.
    pub fn series(&self) -> Option<&Series> {
        self.scan.series.get(self.index)
    }

    /// Its UID; empty where its scan does not know it.
    pub fn uid(&self) -> &str {
        self.series().map_or("", |series| &series.uid)
    }
}

/// How the prior is looked at. Plain values, as of [`super::Look`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriorLook {
    /// Where the shown slice lies, LPS mm of the prior: no position of the series that it is compared with.
    pub cursor: Point<Patient>,
    /// Zoom and pan.
    pub viewport: ViewportState,
    /// Whether it follows the series on the screen; then neither of the above counts.
    pub link: SeriesLink,
    /// Its own window, where its values mean something else than those on the screen and somebody changed it.
    pub window: Option<Window>,
}

/// What ties the places of two series to each other: for looking alone, no point of one becomes one of the other.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum SeriesLink {
    /// Nothing: each is looked at by itself.
    #[default]
    None,
    /// Both lie in one frame of reference: a position is the same in both. Source: DICOM PS3.3 C.7.4.1.1.1.
    Frame,
    /// By hand: a position of the prior is one of the series on the screen and this, mm.
    Offset(Vector<Patient>),
}

impl SeriesLink {
    /// From a position of the series on the screen to that of the prior, mm; `None` where they are not linked.
    pub fn offset(self) -> Option<Vector<Patient>> {
        match self {
            Self::None => None,
            Self::Frame => Some(Vector::new(0.0, 0.0, 0.0)),
            Self::Offset(by) => Some(by),
        }
    }
}

impl PriorLook {
    /// The axial plane, fitted.
    /// - `cursor`: LPS mm of the prior
    pub fn fitted(cursor: Point<Patient>) -> Self {
        Self { cursor, viewport: ViewportState::fitted(Plane::Axial), link: SeriesLink::None, window: None }
    }

    /// At the slice that lies as far along the prior as the cursor does along the current series: where to
    /// begin to look, no more.
    pub(super) fn beginning(current: &VoxelGrid, cursor: Point<Patient>, prior: &VoxelGrid) -> Self {
        let last = |grid: &VoxelGrid| (grid.size()[2] as f64 - 1.0).max(1.0);
        let share = (current.voxel_from_patient() * cursor).z / last(current);
        let mut voxel = prior.centre_voxel();
        voxel.z = share.clamp(0.0, 1.0) * last(prior);
        Self::fitted(prior.patient_from_voxel() * prior.clamp(voxel))
    }
}

impl Default for PriorLook {
    fn default() -> Self {
        Self::fitted(Point::new(0.0, 0.0, 0.0))
    }
}

/// What speaks against two series being two dates of one patient, one sentence each, without naming anybody.
///
/// They are doubted and not refused: identifiers are often replaced when data are shared.
pub fn doubts(now: &Series, then: &Series) -> Vec<String> {
    let mut doubts: Vec<String> = other_patient(now, then).map(str::to_owned).into_iter().collect();
    if !is_earlier(now, then) {
        doubts.push("by its date, the second series is no earlier one".to_owned());
    }
    doubts
}

/// What speaks against two series being of one patient.
pub fn other_patient(now: &Series, then: &Series) -> Option<&'static str> {
    let [a, b] = [&now.patient_id, &then.patient_id].map(|id| id.reveal().trim());
    let other = !a.is_empty() && !b.is_empty() && a != b;
    other.then_some("the two series carry different patient identifiers")
}

/// Whether the second series may be an earlier one: by its date, and where either is not known, of one kind with the
/// series on the screen.
pub fn is_earlier(now: &Series, then: &Series) -> bool {
    // What shares its frame of reference was taken with it.
    if now.same_frame(then) {
        return false;
    }
    let [a, b] = [&now.study_date, &then.study_date].map(|date| date.reveal().trim());
    if a.is_empty() || b.is_empty() {
        return now.modality == then.modality;
    }
    // Dates are written so that their order is that of their text. Source: DICOM PS3.5 6.2, DA.
    b < a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_begins_to_look_as_far_along_the_prior_as_the_cursor_lies() {
        let grid =
            |slices, z| VoxelGrid::axis_aligned([10, 10, slices], [1.0, 1.0, 2.0], Point::new(5.0, 6.0, z));
        let (now, then) = (grid(101, -300.0).expect("a grid"), grid(51, 40.0).expect("a grid"));
        let look = PriorLook::beginning(&now, Point::new(0.0, 0.0, -250.0), &then);
        // A quarter of 100 slices up, and a quarter of 50.
        assert!((look.cursor.z - (40.0 + 25.0)).abs() < 1e-9, "{:?}", look.cursor);
        let below = PriorLook::beginning(&now, Point::new(0.0, 0.0, -9000.0), &then);
        assert_eq!(below.cursor.z, 40.0);
    }
}
