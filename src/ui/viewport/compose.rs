//! From the session to one viewport: what is shown, with which boxes, map and marks.

use std::sync::Arc;

use super::shown::{
    CandidateBox, Facts, Mark, MeasurementMark, ProbabilityDot, Shown, ShownBlock, ShownLayer,
};
use crate::explain::{DIFFERENCE, Method, Saliency, Why};
use crate::findings::{Nodule, Question};
use crate::inference::{Region, RegionName, regions};
use crate::ingest::{Defect, DefectCode, Series};
use crate::language::heard;
use crate::networks::Architecture;
use crate::render::{HeatmapLook, LayerLook};
use crate::say;
use crate::session::{
    Compared, Engine, Findings, Heatmap, Layout, Measured, Pane, PetLook, PetSeries, Session, Tool,
    ViewportState,
};
use crate::ui::words;
use crate::view;
use crate::volume::Sampling;

/// The viewport of `pane` as it is now, interpolated linearly, without outlines of what others drew, which are
/// kept from frame to frame; `None` while nothing is open.
/// - `size_px`: physical pixels
pub fn compose(session: &Session, pane: Pane, size_px: [u32; 2]) -> Option<Shown> {
    let volume = session.volume()?;
    let grid = volume.grid();
    let look = session.look();
    let state = look.viewport(pane);
    // What is drawn goes into one slice: nobody is to draw on tissue that lies beside it.
    let state = &ViewportState { slab: state.slab.filter(|_| !look.tool.segments()), ..*state };
    let others = Pane::ALL
        .into_iter()
        .filter(|other| *other != pane)
        .map(|other| {
            // Only where the other slice lies matters here, not how it is zoomed.
            let fitted = ViewportState { zoom: 1.0, pan_mm: [0.0; 2], slab: None, ..*look.viewport(other) };
            (other.plane(), view::resolve(grid, &fitted, look.cursor, [64, 64]))
        })
        .collect();
    let heat = heatmap(session);
    let difference = heat.as_ref().and_then(|look| difference_of(session, look));
    Some(Shown {
        volume: Arc::clone(volume),
        view: view::resolve(grid, state, look.cursor, size_px),
        others,
        home: Some(pane.plane()),
        turnable: look.tool == Tool::Crosshair,
        cursor: look.cursor,
        window: look.window,
        invert: volume.polarity().inverted(look.invert),
        sampling: Sampling::default(),
        colours: look.colours,
        screen: None,
        slab: state.slab,
        boxes: if look.boxes {
            session.selected().map_or_else(Vec::new, |n| boxes(session, n))
        } else {
            Vec::new()
        },
        candidates: if look.boxes { candidates(session) } else { Vec::new() },
        outlines: Vec::new(),
        layer: session.pet().and_then(|pet| layer_of(pet, look.pet)),
        map_name: difference.as_ref().map(words::minus),
        cautioned: difference.is_some_and(|two| two.maps.into_iter().any(|map| caution(map).is_some())),
        heatmap: heat,
        colour_bar: true,
        untrained: session.selected().and_then(Nodule::answer).is_some_and(|answer| !answer.trained),
        painted: Some(session.findings().painted())
            .filter(|painted| look.brush.shown && !painted.is_empty())
            .cloned(),
        probabilities: probabilities(session),
        marks: marks(session),
        crop_box: look
            .volume_view
            .crop_box
            .filter(|_| look.shows_volume())
            .map(|crop| crop.all_corners(grid)),
        block: block(session, pane),
        measurements: measurements(Some(session.findings()), session.sketch()),
        text: look.corner_text,
        facts: facts(session),
        reduced: session.gpu().reduced,
        focused: look.focus == pane,
    })
}

/// What is left out under the pointer; its words where the pointer is.
fn block(session: &Session, pane: Pane) -> Option<ShownBlock> {
    let (nodule, answer, block) = session.probing()?;
    // The number in the panel is the mean of all networks.
    let whose = match answer.ensemble {
        0 | 1 => String::new(),
        count => format!("{}: ", say!("occluding-first-short", count = count)),
    };
    let region = Region::of_voxels(RegionName::Micro, block, answer.samples(session.grid()?));
    let known = session.probed().filter(|known| known.nodule == nodule.id);
    let here = session.hover().is_some_and(|hover| hover.pane == pane);
    let label = known.filter(|_| here).map(|known| {
        let [before, after] = known.before_and_after;
        format!("{whose}{before:.2} \u{2192} {after:.2}")
    });
    let current = known.is_some_and(|known| known.block == block);
    Some(ShownBlock { corners: region.corners, label, current })
}

/// What the network reads, or would read, around a nodule.
pub fn boxes(session: &Session, nodule: &Nodule) -> Vec<Region> {
    if let Some(answer) = nodule.answer() {
        return answer.regions_here();
    }
    match (session.grid(), session.engine()) {
        (Some(grid), Engine::Ready { .. }) => {
            let look = session.look();
            let mode = look.mode_of(look.network);
            let read = |layers: Architecture| regions(&layers, mode, grid, nodule.at);
            session.architecture(look.network).map_or_else(Vec::new, read)
        }
        _ => Vec::new(),
    }
}

/// Where a slice scan found something; a forest says of whole slices, which have no box.
fn candidates(session: &Session) -> Vec<CandidateBox> {
    let (Some(scan), Some(grid)) = (session.slice_scan().filter(|scan| scan.has_boxes()), session.grid())
    else {
        return Vec::new();
    };
    let found = scan.candidates.iter().enumerate();
    found
        .map(|(n, candidate)| CandidateBox {
            corners: candidate.bounds.corners(candidate.slices, grid),
            label: format!("c{}", n + 1),
        })
        .collect()
}

/// The map over the CT, where one is asked for and there.
pub fn heatmap(session: &Session) -> Option<HeatmapLook> {
    let heat = session.look().heatmap;
    if !heat.on {
        return None;
    }
    let nodule = session.selected()?;
    let shown = nodule.shown_saliency(heat.map)?;
    // Side by side and in turn the two maps themselves are looked at.
    let apart = heat.blink || matches!(session.look().layout, Layout::Maps(_));
    let compared =
        session.compared_maps().filter(|_| !apart).and_then(|two| nodule.comparison()?.difference(two));
    let saliency = compared.unwrap_or(shown);
    let Heatmap { opacity, threshold, contour, .. } = heat;
    Some(HeatmapLook { saliency: Arc::clone(saliency), opacity, threshold, contour, shared: None })
}

/// Which two maps the map is the difference of; `None` for a map of one method.
fn difference_of<'a>(session: &'a Session, look: &HeatmapLook) -> Option<Compared<'a>> {
    session.compared().filter(|_| look.saliency.method == DIFFERENCE)
}

/// What must stand beside a map whatever it shows; `None` for most methods.
pub fn caution(map: &Saliency) -> Option<&'static str> {
    Method::named(map.method).and_then(Method::caution)
}

/// A PET as a layer of colour; `None` where it is not shown.
pub fn layer_of(pet: &PetSeries, look: PetLook) -> Option<ShownLayer> {
    look.on.then(|| ShownLayer {
        look: LayerLook { volume: Arc::clone(&pet.volume), range: look.range, opacity: look.opacity },
        title: "PET".to_owned(),
        unit: pet.volume.unit().name().to_owned(),
        doubt: (!pet.same_frame).then(|| say!("compose-pet-another-frame").to_owned()),
    })
}

/// What is known of the places around the selected nodule: those of the grid, where they are wanted.
fn probabilities(session: &Session) -> Vec<ProbabilityDot> {
    let found = session.selected().and_then(Nodule::neighbourhood);
    let Some(found) = found.filter(|_| session.look().neighbourhood) else { return Vec::new() };
    let step_mm = found.how.step_mm;
    let grid = found.places.iter().filter(|place| place.why == Why::Grid);
    grid.filter_map(|place| Some(ProbabilityDot { at: place.at, probability: place.probability?, step_mm }))
        .collect()
}

fn marks(session: &Session) -> Vec<Mark> {
    let selected = session.selected().map(|n| n.id);
    let several = session.findings().nodules().len() > 1;
    session
        .findings()
        .nodules()
        .iter()
        .enumerate()
        .map(|(n, nodule)| Mark {
            at: nodule.at,
            label: if several { (n + 1).to_string() } else { String::new() },
            selected: selected == Some(nodule.id),
        })
        .collect()
}

/// All measurements and the one that is being drawn.
pub(super) fn measurements(findings: Option<&Findings>, sketch: Option<&Measured>) -> Vec<MeasurementMark> {
    let picked = findings.and_then(Findings::picked).map(|m| m.measurement.id);
    let all = findings.map_or(&[][..], Findings::measurements);
    let all = all.iter().map(|m| (m, picked == Some(m.measurement.id)));
    all.chain(sketch.map(|sketch| (sketch, true)))
        .map(|(measured, picked)| MeasurementMark {
            measurement: measured.measurement.clone(),
            lines: measured.reading.lines().iter().map(|line| line.replace('-', "−")).collect(),
            picked,
        })
        .collect()
}

fn facts(session: &Session) -> Facts {
    session.series().map_or_else(Facts::default, |series| {
        let facts = facts_of(series, session.defects());
        if session.is_anonymous() { facts.anonymous() } else { facts }
    })
}

/// What the corners say of a series; the terminal's pictures say the same.
/// - `defects`: those of its headers and those found while decoding
pub fn facts_of(series: &Series, defects: &[Defect]) -> Facts {
    let name = words::person_name(series.patient_name.reveal());
    // Data that are shared have one identifier for both often.
    let number = series.patient_id.reveal().trim();
    let number = if number.eq_ignore_ascii_case(&name) { "" } else { number };
    let patient = [name, number.to_owned()].into_iter().filter(|text| !text.is_empty()).collect();
    let mut warnings: Vec<String> = defects
        .iter()
        .filter(|d| words::defect_on_picture(d.code))
        .map(|d| words::defect_badge(d, series.size[2]).to_owned())
        .collect();
    warnings.dedup();
    let on_picture = defects.iter().filter(|d| words::defect_on_picture(d.code));
    let explained = on_picture.map(|d| heard(&d.text).into_owned()).collect();
    Facts {
        patient,
        second: None,
        modality: series.modality.trim().to_owned(),
        link: String::new(),
        beyond: None,
        description: series.description.reveal().trim().to_owned(),
        warnings,
        explained,
        lossy: defects.iter().any(|d| d.code == DefectCode::Lossy),
    }
}

/// Whether the network is working on this nodule.
pub fn is_running(nodule: &Nodule) -> bool {
    matches!(nodule.question, Question::Running)
}
