//! An earlier series of the same patient: found, and checked against the later one before the two are compared.

use std::path::PathBuf;
use std::sync::Arc;

use super::classify::{ClassifyError, Prior};
use super::open::{self, OpenError, OpenEvent, Opened, open_series};
use crate::geometry::{Patient, Point};
use crate::ingest::{self, Defect, Private, Series};
use crate::jobs::JobContext;
use crate::session::doubts;
use crate::volume::Volume;

/// Why a series is not its own prior.
pub const SAME_SERIES: &str = "it is the very series that is asked about; choose one of another date";

/// Finds the series at `paths` and loads the largest CT besides the later one.
/// - `now`: UID of the later series
/// - `password`: for archives that ask for one
/// - errors: as [`open::open_as`]; nothing but the later series there
pub fn open_prior(
    paths: &[PathBuf],
    now: &str,
    password: Option<&Private<String>>,
    ctx: &JobContext,
    mut on_event: impl FnMut(OpenEvent),
) -> Result<Opened, OpenError> {
    let scan = Arc::new(ingest::scan_unlocked(paths, password, ctx)?);
    let Some(chosen) = scan.series.iter().position(|s| s.uid != now && s.usable() && s.is_ct()) else {
        return Err(match scan.series.iter().find(|s| s.uid != now) {
            Some(other) => OpenError::NotUsable(
                other.obstacle().unwrap_or("There is no CT among these series").to_owned(),
            ),
            None if scan.series.is_empty() => open::nothing(&scan),
            None => OpenError::NotUsable(format!("This series cannot be the prior: {SAME_SERIES}")),
        });
    };
    on_event(OpenEvent::Scanned { scan: Arc::clone(&scan), chosen });
    open_series(&scan, chosen, ctx, on_event)
}

/// The earlier series, checked against the later one.
///
/// A series of another patient, or one that is not earlier, is doubted and not refused ([`doubts`]). The very
/// same series is refused.
/// - `volume`, `defects`: of the earlier series
/// - `at`: the same lesion in it, LPS mm of that series
/// - errors: the same series; a point outside it; defects that forbid a network, unless `force`
pub fn prior(
    now: &Series,
    then: &Series,
    (volume, defects): (&Arc<Volume>, &[Defect]),
    at: Point<Patient>,
    force: bool,
) -> Result<Prior, ClassifyError> {
    let refuse = |why: String| Err(ClassifyError::Prior(why));
    if now.uid == then.uid {
        return refuse(SAME_SERIES.to_owned());
    }
    let grid = volume.grid();
    if !at.is_finite() || grid.voxel_at(grid.voxel_from_patient() * at).is_none() {
        let [x, y, z] = at.to_array();
        return refuse(format!("the point ({x:.1}, {y:.1}, {z:.1}) mm lies outside it"));
    }
    if !force && let Some(defect) = defects.iter().find(|d| !d.classifiable()) {
        let text = defect.text.trim_end_matches('.');
        return refuse(format!("{text} ({}). With --force it is used all the same", defect.code.name()));
    }
    Ok(Prior { volume: Arc::clone(volume), defects: defects.to_vec(), at, doubts: doubts(now, then) })
}
