//! When a command can be carried out.

use crate::findings::Question;
use crate::inference::Mode;
use crate::ingest::Series;
use crate::networks::spec;
use crate::session::{Findings, Layout, Orientation, Pane, Session, Stage, WorkId};
use crate::volume::Unit;

/// At any time.
pub(super) fn always(_: &Session) -> bool {
    true
}

/// A series is on the screen; one that lies behind a report is out of reach.
pub(super) fn shown(session: &Session) -> bool {
    session.stage() == Stage::Open
}

/// There are slices or pictures to go through.
pub(super) fn sliced(session: &Session) -> bool {
    shown(session) || session.turns_pages()
}

/// A series on the screen holds Hounsfield units.
pub(super) fn in_hu(session: &Session) -> bool {
    shown(session) && session.volume().is_some_and(|volume| *volume.unit() == Unit::Hu)
}

/// A series on the screen holds standardized uptake values.
pub(super) fn in_suv(session: &Session) -> bool {
    shown(session) && session.volume().is_some_and(|volume| volume.unit().is_suv())
}

/// A series on the screen holds other values.
pub(super) fn beside_suv(session: &Session) -> bool {
    shown(session) && !in_suv(session)
}

/// The volume is seen in 3D.
pub(super) fn shown_in_3d(session: &Session) -> bool {
    shown(session) && session.look().shows_volume()
}

/// The volume is seen in 3D, and a table can be told from the body.
pub(super) fn tabled(session: &Session) -> bool {
    shown_in_3d(session) && in_hu(session)
}

/// There is a crop box in the 3D view.
pub(super) fn boxed(session: &Session) -> bool {
    shown_in_3d(session) && session.look().volume_view.crop_box.is_some()
}

/// Something is open.
pub(super) fn something(session: &Session) -> bool {
    session.stage() != Stage::Welcome
}

/// There is another series to go to.
pub(super) fn several(session: &Session) -> bool {
    session.stage() != Stage::Report && session.scan().series.len() > 1
}

/// There is another one that could lie beside the one on the screen.
pub(super) fn several_shown(session: &Session) -> bool {
    shown(session) && several(session)
}

/// A nodule is selected.
pub(super) fn selected(session: &Session) -> bool {
    shown(session) && session.selected().is_some()
}

/// Slices are being scanned.
pub(super) fn scanning(session: &Session) -> bool {
    session.working(WorkId::SliceScan).is_some()
}

/// All slices are there, and no scan of them runs.
pub(super) fn scannable(session: &Session) -> bool {
    shown(session) && session.open().is_some_and(|open| open.loaded) && !scanning(session)
}

/// There is a scan of slices, whole.
pub(super) fn scanned(session: &Session) -> bool {
    shown(session) && session.slice_scan().is_some() && !scanning(session)
}

/// The slices lie at irregular places, and nothing is marked that reading them again would take away.
pub(super) fn irregular(session: &Session) -> bool {
    shown(session) && !made(session) && session.series().is_some_and(Series::can_be_resampled)
}

/// There is a prior.
pub(super) fn compared(session: &Session) -> bool {
    shown(session) && session.prior().is_some()
}

/// Something that others drew belongs to the series.
pub(super) fn drawn(session: &Session) -> bool {
    shown(session) && session.drawn_files().next().is_some()
}

/// A PET lies over the series, or there is one that could.
pub(super) fn with_pet(session: &Session) -> bool {
    let own = |uid: &str| session.series().is_some_and(|now| now.uid == uid);
    let mut series = session.scan().series.iter();
    shown(session) && (session.pet().is_some() || series.any(|s| s.is_pet() && !own(&s.uid)))
}

/// A PET lies over the series.
pub(super) fn laid(session: &Session) -> bool {
    shown(session) && session.pet().is_some()
}

/// The selected nodule is marked in it.
pub(super) fn linked(session: &Session) -> bool {
    shown(session) && session.selected().is_some_and(|nodule| session.at_in_prior(nodule).is_some())
}

/// The selected nodule has an answer.
pub(super) fn answered(session: &Session) -> bool {
    shown(session) && session.selected().is_some_and(|n| matches!(n.question, Question::Answered { .. }))
}

/// There are answers around the selected nodule.
pub(super) fn surrounded(session: &Session) -> bool {
    shown(session) && session.selected().is_some_and(|n| n.neighbourhood().is_some())
}

/// Tissue was painted away.
pub(super) fn painted(session: &Session) -> bool {
    shown(session) && !session.findings().painted().is_empty()
}

/// There is a step to take back, and it can be seen.
pub(super) fn undoable(session: &Session) -> bool {
    session.stage() != Stage::Report && session.can_undo()
}

/// There is a step to bring back, and it can be seen.
pub(super) fn redoable(session: &Session) -> bool {
    session.stage() != Stage::Report && session.can_redo()
}

/// There is a map to show or to hide.
pub(super) fn mapped(session: &Session) -> bool {
    let explained =
        |question: &Question| matches!(question, Question::Answered { saliency, .. } if !saliency.is_empty());
    session.stage() != Stage::Report
        && (session.selected().is_some_and(|n| explained(&n.question)) || session.look().heatmap.on)
}

/// There is something to leave or to stop.
pub(super) fn running(session: &Session) -> bool {
    session.stage() == Stage::Report
        || session.sketch().is_some()
        || session.prior_sketch().is_some()
        || session.playing().is_some()
        || session.is_working()
        || (shown(session) && matches!(session.look().layout, Layout::Maps(_)))
}

/// A report is open.
pub(super) fn reported(session: &Session) -> bool {
    session.report().is_some()
}

/// There is a measurement.
pub(super) fn measured(session: &Session) -> bool {
    let some = |findings: &Findings| !findings.measurements().is_empty();
    shown(session) && (some(session.findings()) || session.prior_findings().is_some_and(some))
}

/// There is a measurement, or a segment with voxels.
pub(super) fn measured_or_drawn(session: &Session) -> bool {
    measured(session) || segmented(session)
}

/// There is a segment with voxels.
pub(super) fn segmented(session: &Session) -> bool {
    shown(session) && session.findings().segments().iter().any(|s| !s.voxels.is_empty())
}

/// There is a segment.
pub(super) fn begun(session: &Session) -> bool {
    shown(session) && !session.findings().segments().is_empty()
}

/// A segment is drawn in.
pub(super) fn segment_chosen(session: &Session) -> bool {
    shown(session) && session.findings().chosen_segment().is_some()
}

/// There is something that Delete takes away.
pub(super) fn removable(session: &Session) -> bool {
    let picked = session.findings().picked().or_else(|| session.prior_findings()?.picked());
    shown(session) && (picked.is_some() || session.selected().is_some())
}

/// Something was made that a session would hold.
pub(super) fn made(session: &Session) -> bool {
    session.case().all_findings().any(|(_, findings)| !findings.is_empty())
}

/// Something was made, or there are views at least.
pub(super) fn savable(session: &Session) -> bool {
    made(session) || shown(session)
}

/// There is a session to go on with.
pub(super) fn restorable(session: &Session) -> bool {
    session.has_last_session()
}

/// The files of the series on the screen recommend a window.
pub(super) fn window_recommended(session: &Session) -> bool {
    shown(session) && session.series().is_some_and(|series| !series.windows.is_empty())
}

/// The values of the series on the screen were counted.
pub(super) fn counted(session: &Session) -> bool {
    shown(session) && session.histogram().is_some()
}

/// The picked measurement is a region with values.
pub(super) fn region_picked(session: &Session) -> bool {
    shown(session) && session.findings().picked().is_some_and(|m| m.reading.statistics.is_some())
}

/// A plane was turned out of the patient's axes.
pub(super) fn oblique(session: &Session) -> bool {
    let turned = |pane| matches!(session.look().viewport(pane).orientation, Orientation::Oblique { .. });
    shown(session) && Pane::ALL.into_iter().any(turned)
}

/// The network leaves a choice of how its input is prepared.
pub(super) fn leaves_mode(session: &Session) -> bool {
    shown(session) && spec(session.look().network).is_ok_and(|spec| Mode::of(spec).len() > 1)
}
