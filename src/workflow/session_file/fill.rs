//! Segments of a session from text to voxels: of large ones that takes seconds, and none of them the window's.

use std::sync::Arc;

use super::saved::{SavedRuns, SavedSeries, SavedSession};
use crate::jobs::{Cancelled, JobContext};
use crate::segments::from_runs;
use crate::volume::Volume;

/// Whether segments of this series are text still.
pub fn wants_filling(saved: &SavedSession, hash: &str) -> bool {
    let text = |series: &SavedSeries| {
        series.segments.iter().any(|segment| matches!(segment.runs, SavedRuns::Text(_)))
    };
    saved.series.iter().any(|series| series.series == hash && text(series))
}

/// The series with voxels in place of text; what cannot be understood stays text.
/// - `volume`: the volume of the series
pub fn filled(mut series: SavedSeries, volume: &Volume, ctx: &JobContext) -> Result<SavedSeries, Cancelled> {
    for segment in &mut series.segments {
        ctx.check()?;
        if let SavedRuns::Text(text) = &segment.runs
            && let Ok(voxels) = from_runs(volume, text)
        {
            segment.runs = SavedRuns::Voxels(Arc::new(voxels));
        }
    }
    Ok(series)
}

#[cfg(test)]
mod tests {
    use super::super::saved::SavedSegment;
    use super::*;
    use crate::geometry::{Point, VoxelGrid};
    use crate::volume::Unit;

    #[test]
    fn runs_become_voxels_and_what_is_no_run_stays_text() {
        let grid = VoxelGrid::axis_aligned([8, 8, 4], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let volume = Volume::loading(grid, Unit::Hu, None);
        let segment = |name: &str, runs: &str| SavedSegment {
            name: name.to_owned(),
            colour: [200; 3],
            shown: true,
            says: Vec::new(),
            runs: SavedRuns::Text(Arc::new([(1, runs.to_owned())].into())),
        };
        let series = SavedSeries {
            series: "a".to_owned(),
            grid: None,
            nodules: Vec::new(),
            measurements: Vec::new(),
            segments: vec![segment("whole", "2:3+4"), segment("outside", "2:7+4")],
        };
        let done = filled(series, &volume, &JobContext::unobserved()).expect("not cancelled");
        let SavedRuns::Voxels(voxels) = &done.segments[0].runs else { panic!("voxels") };
        assert!(voxels.holds([3, 2, 1]) && voxels.holds([6, 2, 1]) && !voxels.holds([7, 2, 1]));
        assert!(matches!(done.segments[1].runs, SavedRuns::Text(_)));
    }
}
