//! From the document to the file.

use std::sync::Arc;

use super::VERSION;
use super::saved::{
    SavedAnswer, SavedGrid, SavedLook, SavedMeasurement, SavedNodule, SavedRuns, SavedSegment, SavedSeries,
    SavedSession, SavedViewport, SavedVolumeView,
};
use crate::export::hashed_uid;
use crate::findings::Nodule;
use crate::geometry::VoxelGrid;
use crate::segments::Segment;
use crate::session::{Findings, Layout, Look, Measured, Orientation, Pane, Session, VolumeView};
use crate::volume::{Colours, Volume};

/// The document as a file has it; `None` where nothing was made in it. Paths of the case are left out.
pub fn saved(session: &Session) -> Option<SavedSession> {
    // What segments say needs their volume; of a series that is not open it stays unsaid.
    let here = session.series().map(|series| series.uid.as_str()).zip(session.volume());
    let series: Vec<SavedSeries> = session
        .case()
        .all_findings()
        .filter(|(_, findings)| !findings.is_empty())
        .map(|(uid, findings)| made_in(uid, findings, here.filter(|(open, _)| *open == uid).map(|(_, v)| v)))
        .collect();
    (!series.is_empty()).then(|| with_views(session, series))
}

/// How the series on the screen is looked at, where nothing was made in any; `None` where nothing is open.
pub fn views_alone(session: &Session) -> Option<SavedSession> {
    let uid = &session.open().and_then(|_| session.series())?.uid;
    let here =
        SavedSeries { series: hashed_uid(uid), grid: session.grid().map(grid), ..SavedSeries::default() };
    Some(with_views(session, vec![here]))
}

fn with_views(session: &Session, series: Vec<SavedSeries>) -> SavedSession {
    let open = session.open().and_then(|_| session.series()).map(|series| hashed_uid(&series.uid));
    SavedSession {
        triscope_session: VERSION,
        program: concat!("Triscope ", env!("CARGO_PKG_VERSION")).to_owned(),
        look: open.as_ref().map(|_| look(session.look())),
        open,
        series,
        paths: Vec::new(),
    }
}

fn made_in(uid: &str, findings: &Findings, volume: Option<&Arc<Volume>>) -> SavedSeries {
    let segment = |segment: &Segment| SavedSegment {
        name: segment.name.clone(),
        colour: segment.colour,
        shown: segment.shown,
        says: volume
            .map(|volume| segment.quantities(volume))
            .unwrap_or_default()
            .iter()
            .map(|quantity| format!("{} {}", quantity.name.to_lowercase(), quantity.text()))
            .collect(),
        runs: SavedRuns::Voxels(Arc::clone(&segment.voxels)),
    };
    SavedSeries {
        series: hashed_uid(uid),
        grid: findings.grid().map(grid),
        nodules: findings.nodules().iter().map(nodule).collect(),
        measurements: findings.measurements().iter().map(measurement).collect(),
        segments: findings.segments().iter().map(segment).collect(),
    }
}

pub(super) fn grid(grid: &VoxelGrid) -> SavedGrid {
    let transform = grid.patient_from_voxel();
    SavedGrid {
        size: grid.size(),
        origin: transform.origin().to_array(),
        axes: transform.axes().map(|axis| axis.to_array()),
    }
}

fn nodule(nodule: &Nodule) -> SavedNodule {
    let answer = nodule.answer().map(|answer| SavedAnswer {
        network: answer.model.clone(),
        mode: answer.mode.parse().unwrap_or_default(),
        weights_sha256: answer.weights_sha256.clone(),
        question: answer.question.clone(),
        probability: answer.probability,
        guard: answer.guard.verdict.name().to_owned(),
    });
    SavedNodule { at: nodule.at.to_array(), answer }
}

fn measurement(Measured { measurement, reading }: &Measured) -> SavedMeasurement {
    SavedMeasurement {
        kind: measurement.kind.name().to_owned(),
        name: measurement.name.clone(),
        points: measurement.points.iter().map(|p| p.to_array()).collect(),
        plane: [measurement.basis.right, measurement.basis.down].map(|v| v.to_array()),
        says: reading.lines(),
    }
}

fn look(look: &Look) -> SavedLook {
    let viewport = |pane: Pane| {
        let state = look.viewport(pane);
        let slab = state.slab.map(|slab| (slab.thickness_mm, slab.projection.name().to_owned()));
        let oblique = match state.orientation {
            Orientation::Oblique { right, down } => Some([right, down].map(|v| v.to_array())),
            Orientation::Anatomical(_) => None,
        };
        SavedViewport {
            oblique,
            zoom: state.zoom,
            pan_mm: state.pan_mm,
            slab,
            quarters: state.turn.quarters,
            behind: state.turn.behind,
        }
    };
    SavedLook {
        cursor: look.cursor.to_array(),
        window: [look.window.width(), look.window.centre()],
        preset: look.preset.map(|preset| preset.name().to_owned()),
        invert: look.invert,
        colours: (look.colours != Colours::Grey).then(|| look.colours.name().to_owned()),
        viewports: Pane::ALL.map(viewport),
        single: match look.layout {
            Layout::Single(pane) => Some(pane.index()),
            Layout::Grid | Layout::Dates | Layout::Volume | Layout::Maps(_) => None,
        },
        in_3d: look.in_3d,
        volume_view: Some(volume_view(&look.volume_view)),
        boxes: look.boxes,
        network: look.network.to_owned(),
        mode: look.mode,
    }
}

fn volume_view(view: &VolumeView) -> SavedVolumeView {
    SavedVolumeView {
        right: view.right.to_array(),
        down: view.down.to_array(),
        zoom: view.zoom,
        pan_mm: view.pan_mm,
        colours: view.preset.name().to_owned(),
        shift_hu: view.shift,
        shaded: view.shaded,
        cuts: view.cuts,
        around_cursor_mm: view.around_cursor_mm,
        before_cursor_mm: view.before_cursor_mm,
        at_cursor: view.at_cursor,
        table: view.table,
        crop_box: view.crop_box.map(|crop| crop.corners().map(|corner| corner.to_array())),
    }
}
