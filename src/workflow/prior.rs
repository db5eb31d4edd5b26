//! An earlier series of the same patient: what may be said against the pair before it is compared.

use super::classify::{ClassifyError, Prior};
use super::open::Opened;
use crate::geometry::{Patient, Point};
use crate::ingest::Series;

/// The earlier series, checked against the later one.
///
/// A series of another patient, or one that is not earlier, is doubted and not refused: identifiers are
/// often replaced when data are shared. The very same series is refused.
/// - `at`: the same lesion in the earlier series, LPS mm of that series
/// - errors: the same series; a point outside it; defects that forbid a network, unless `force`
pub fn prior(
    current: &Opened,
    earlier: &Opened,
    at: Point<Patient>,
    force: bool,
) -> Result<Prior, ClassifyError> {
    let refuse = |why: String| Err(ClassifyError::Prior(why));
    let (now, then) = (current.series(), earlier.series());
    if now.uid == then.uid {
        return refuse("it is the very series that is asked about; choose one of another date".to_owned());
    }
    let grid = earlier.volume.grid();
    if grid.voxel_at(grid.voxel_from_patient() * at).is_none() {
        let [x, y, z] = at.to_array();
        return refuse(format!("the point ({x:.1}, {y:.1}, {z:.1}) mm lies outside it"));
    }
    if !force && let Some(defect) = earlier.defects.iter().find(|d| !d.code.classifiable()) {
        let text = defect.text.trim_end_matches('.');
        return refuse(format!("{text} ({}). With --force it is used all the same", defect.code.name()));
    }
    Ok(Prior {
        volume: std::sync::Arc::clone(&earlier.volume),
        defects: earlier.defects.clone(),
        at,
        doubts: doubts(now, then),
    })
}

/// What speaks against the pair, without naming anybody.
fn doubts(now: &Series, then: &Series) -> Vec<String> {
    let mut doubts = Vec::new();
    let [a, b] = [&now.patient_id, &then.patient_id].map(|id| id.reveal().trim());
    if !a.is_empty() && !b.is_empty() && a != b {
        doubts.push("the two series carry different patient identifiers".to_owned());
    }
    let [a, b] = [&now.study_date, &then.study_date].map(|date| date.reveal().trim());
    // Dates are written so that their order is that of their text. Source: DICOM PS3.5 6.2, DA.
    if !a.is_empty() && !b.is_empty() && b >= a {
        doubts.push("by its date, the earlier series is not earlier".to_owned());
    }
    doubts
}
