//! A stack of slices of one orientation becomes one or more series.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::defect::{Defect, DefectCode};
use super::dicom::{Header, Rescale, SliceSource, syntax_name};
use super::duplicates::{self, Picked};
use super::order::{Arrangement, Oddity, Orientation, arrange, far_apart, places};
use super::other_size::{OtherSize, usual_size};
use super::overlapping;
use super::series::Series;
use super::straight::Straight;
use super::values;
use super::words::{count, defect, defect_of, names, slices};
use crate::geometry::{Patient, Point, Transform, VoxelGrid};
use crate::jobs::{Cancelled, JobContext};
use crate::volume::{Polarity, Unit};

/// A header whose place in the patient is known.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) header: Header,
    pub(super) position: Point<Patient>,
    /// Along the normal, mm.
    pub(super) along_mm: f64,
}

/// Turns placed slices of one orientation into series: one, or one for each phase.
pub(super) fn build(
    headers: Vec<Header>,
    orientation: Orientation,
    ctx: &JobContext,
) -> Result<Vec<Series>, Cancelled> {
    let (headers, other) = usual_size(headers, &orientation);
    let mut placed: Vec<Placed> = headers
        .into_iter()
        .filter_map(|header| {
            let position = Point::from_array(header.position?);
            let along_mm = orientation.along(position);
            Some(Placed { header, position, along_mm })
        })
        .collect();
    placed.sort_by(in_order);
    let mut found = Vec::new();
    let phases = overlapping::split(placed);
    let all = phases.len();
    for (n, phase) in phases.into_iter().enumerate() {
        let mut defects = Vec::new();
        if all > 1 {
            defects.push(part_of(n, all, "the series holds several pictures of the same places"));
        }
        let pieces = in_pieces(phase);
        let several = pieces.len();
        for piece in pieces {
            let mut defects = defects.clone();
            if several > 1 {
                let text = format!(
                    "The slices lie in {several} places far from each other; this part has {} of them",
                    count(piece.len(), "slice")
                );
                defects.push(defect(DefectCode::MissingSlices, text));
            }
            found.extend(of_one_place(piece, &orientation, other.as_ref(), defects, ctx)?);
        }
    }
    Ok(found)
}

fn part_of(n: usize, all: usize, why: &str) -> Defect {
    defect(DefectCode::MultiPhase, format!("This is part {} of {all}: {why}", n + 1))
}

/// Slices that have nothing to do with each other, apart.
/// - `placed`: sorted along the normal
fn in_pieces(mut placed: Vec<Placed>) -> Vec<Vec<Placed>> {
    let along: Vec<f64> = placed.iter().map(|p| p.along_mm).collect();
    // First slice of each place, and where it lies: several at one place say nothing of distances.
    let mut firsts: Vec<(usize, f64)> = (0..).zip(along.iter().copied()).collect();
    let places = places(&along);
    firsts.dedup_by_key(|(n, _)| places.get(*n).copied());
    let apart: Vec<f64> = firsts.iter().map(|(_, mm)| *mm).collect();
    let mut pieces = Vec::new();
    for begin in far_apart(&apart).into_iter().rev().filter_map(|place| firsts.get(place)) {
        pieces.push(placed.split_off(begin.0));
    }
    pieces.push(placed);
    pieces.reverse();
    pieces
}

/// One series, or one for each of several pictures at every position.
fn of_one_place(
    placed: Vec<Placed>,
    orientation: &Orientation,
    other: Option<&OtherSize>,
    defects: Vec<Defect>,
    ctx: &JobContext,
) -> Result<Vec<Series>, Cancelled> {
    let groups = by_position(placed);
    let total: usize = groups.iter().map(Vec::len).sum();
    if groups.len() == 1 && total > 1 {
        let headers: Vec<Header> = groups.into_iter().flatten().map(|p| p.header).collect();
        let why = if duplicates::all_alike(&headers) { "copies of one picture" } else { "a series in time" };
        let text = format!("All {total} slices share one position ({why}): they are no volume");
        return Ok(vec![flat(headers, vec![defect(DefectCode::SingleSlice, text)])]);
    }
    let mut found = Vec::new();
    match duplicates::pick(groups, ctx)? {
        Picked::One { slices, repeated, conflicts } => {
            found.push(one(slices, orientation, other, (repeated, conflicts), defects));
        }
        Picked::Phases(phases) => {
            let all = phases.len();
            for (n, phase) in phases.into_iter().enumerate() {
                let mut defects = defects.clone();
                defects.push(defect(
                    DefectCode::MultiPhase,
                    format!(
                        "The series holds {all} pictures at every position; this is part {} of {all}",
                        n + 1
                    ),
                ));
                found.push(one(phase, orientation, other, (Vec::new(), Vec::new()), defects));
            }
        }
    }
    Ok(found)
}

fn in_order(a: &Placed, b: &Placed) -> Ordering {
    let key = |p: &Placed| p.header.instance_number.unwrap_or(i64::MAX);
    a.along_mm
        .total_cmp(&b.along_mm)
        .then_with(|| key(a).cmp(&key(b)))
        .then_with(|| a.header.file().cmp(b.header.file()))
}

fn by_position(placed: Vec<Placed>) -> Vec<Vec<Placed>> {
    let along: Vec<f64> = placed.iter().map(|p| p.along_mm).collect();
    let places = places(&along);
    let mut groups: Vec<Vec<Placed>> =
        vec![Vec::new(); places.last().map_or(0, |last| last.saturating_add(1))];
    for (slice, place) in placed.into_iter().zip(places) {
        if let Some(group) = groups.get_mut(place) {
            group.push(slice);
        }
    }
    for group in &mut groups {
        // Positions that differ by rounding alone must not decide which copy is kept.
        group.sort_by(|a, b| {
            let key = |p: &Placed| p.header.instance_number.unwrap_or(i64::MAX);
            key(a).cmp(&key(b)).then_with(|| a.header.file().cmp(b.header.file()))
        });
    }
    groups
}

fn single_text() -> String {
    "The series has only one slice: it is no volume and cannot be shown in three planes".to_owned()
}

/// One volume from slices at different positions, sorted.
/// - `(repeated, conflicts)`: what was left out at the position of which slice
fn one(
    placed: Vec<Placed>,
    orientation: &Orientation,
    other: Option<&OtherSize>,
    (repeated, conflicts): (Vec<(usize, Vec<Header>)>, Vec<(usize, Vec<Header>)>),
    mut defects: Vec<Defect>,
) -> Series {
    let along: Vec<f64> = placed.iter().map(|p| p.along_mm).collect();
    let positions: Vec<Point<Patient>> = placed.iter().map(|p| p.position).collect();
    let headers: Vec<Header> = placed.into_iter().map(|p| p.header).collect();
    let spacing = headers.first().and_then(|h| h.pixel_spacing).unwrap_or([1.0; 2]);
    let arrangement = arrange(&positions, orientation, spacing[0].min(spacing[1]));
    let Some(arrangement) = arrangement else {
        defects.splice(0..0, other.map(|other| other.defect(&[], &[])));
        defects.insert(0, defect(DefectCode::SingleSlice, single_text()));
        return flat(headers, defects);
    };
    defects.splice(0..0, other.map(|other| other.defect(&along, &arrangement.slots)));
    let slot = |n: usize| arrangement.slots.get(n).copied().unwrap_or(n);
    if !repeated.is_empty() {
        let copies: usize = repeated.iter().map(|(_, copies)| copies.len()).sum();
        let slots: Vec<usize> = repeated.iter().map(|(n, _)| slot(*n)).collect();
        let text = format!(
            "{} with the same pixels as another at its position left out ({})",
            count(copies, "doubled slice"),
            slices(&slots)
        );
        defects.push(defect_of(DefectCode::DuplicateSlices, slots, text));
    }
    if !conflicts.is_empty() {
        let slots: Vec<usize> = conflicts.iter().map(|(n, _)| slot(*n)).collect();
        let files = conflicts.iter().flat_map(|(_, h)| h.iter().map(|h| h.file()));
        let text = format!(
            "Different pictures lie at one position ({}); the first is shown, left out: {}",
            slices(&slots),
            names(files)
        );
        defects.push(defect_of(DefectCode::DuplicateConflict, slots, text));
    }
    describe(&arrangement, &mut defects);
    let form = headers.first().and_then(|h| h.form);
    let (columns, rows) = form.map_or((0, 0), |f| (usize::from(f.columns), usize::from(f.rows)));
    let size = [columns, rows, arrangement.depth()];
    let axes = [orientation.row * spacing[1], orientation.column * spacing[0], arrangement.step];
    let grid = positions.first().and_then(|origin| {
        let [i, j, k] = axes;
        VoxelGrid::new(size, Transform::from_axes(i, j, k, *origin)).ok()
    });
    let irregular = |o: &Oddity| !matches!(o, Oddity::Missing { .. });
    let straight = grid.filter(|_| arrangement.oddities.iter().any(irregular)).and_then(|stored| {
        let pixel_mm = [spacing[1], spacing[0]];
        Straight::new(stored, &positions, &arrangement.slots, orientation, pixel_mm)
    });
    let mut series = finish(headers, Some(&arrangement), size, grid, defects);
    series.straight = straight;
    series.with_slices_as_stored(false)
}

/// Sentences for what is odd about the places.
fn describe(arrangement: &Arrangement, defects: &mut Vec<Defect>) {
    let mut blank = Vec::new();
    let mut gaps = 0usize;
    for oddity in &arrangement.oddities {
        match oddity {
            Oddity::Missing { after, count } => {
                gaps += 1;
                blank.extend((1..=*count).map(|n| after + n));
            }
            Oddity::Uneven { shortest_mm, longest_mm, after } => defects.push(defect_of(
                DefectCode::UnevenSpacing,
                after.clone(),
                format!(
                    "Distances between slices differ ({shortest_mm:.2} to {longest_mm:.2} mm, after {}): \
                     positions along the slices are not exact",
                    slices(after)
                ),
            )),
            Oddity::Tilt { degrees } => defects.push(defect(
                DefectCode::GantryTilt,
                format!(
                    "The gantry was tilted by {degrees:.1} degrees: the volume is sheared as it was scanned"
                ),
            )),
            Oddity::Sideways { largest_mm, slots } => defects.push(defect_of(
                DefectCode::UnevenSpacing,
                slots.clone(),
                format!("Slices are shifted to the side by up to {largest_mm:.1} mm ({})", slices(slots)),
            )),
        }
    }
    if !blank.is_empty() {
        let places = if gaps == 1 { "one place" } else { "several places" };
        let verb = if blank.len() == 1 { "is" } else { "are" };
        let text = format!(
            "{} {verb} missing in {places} ({}): left blank, so that all others keep their true position",
            count(blank.len(), "slice"),
            slices(&blank)
        );
        defects.push(defect_of(DefectCode::MissingSlices, blank, text));
    }
}

/// A series that is no volume: its files are listed, the reason is among `defects`.
pub(super) fn flat(headers: Vec<Header>, defects: Vec<Defect>) -> Series {
    let size = headers
        .first()
        .and_then(|h| h.form)
        .map_or([0; 3], |f| [usize::from(f.columns), usize::from(f.rows), headers.len()]);
    finish(headers, None, size, None, defects)
}

/// Everything about a series that does not depend on places.
fn finish(
    headers: Vec<Header>,
    arrangement: Option<&Arrangement>,
    size: [usize; 3],
    grid: Option<VoxelGrid>,
    mut defects: Vec<Defect>,
) -> Series {
    let meaning = values::meaning(&headers);
    let mut sources: Vec<Option<SliceSource>> = vec![None; size[2]];
    let mut broken: Vec<(usize, &Path)> = Vec::new();
    for (n, (header, rescale)) in headers.iter().zip(&meaning.rescales).enumerate() {
        let slot = arrangement.and_then(|a| a.slots.get(n).copied()).unwrap_or(n);
        let Some(source) = source(header, *rescale) else { continue };
        if cut_short(&source, header.is_native()) {
            broken.push((slot, header.file()));
        }
        if let Some(place) = sources.get_mut(slot) {
            *place = Some(source);
        }
    }
    if headers.iter().all(|h| h.pixels.is_none()) {
        let text = if headers.iter().any(|h| h.cut_off) {
            "The files end before their pixel data: they were cut off while copying"
        } else {
            "The files hold no pixel data"
        };
        defects.insert(0, defect(DefectCode::NoPixelData, text));
    } else if !broken.is_empty() {
        let slots: Vec<usize> = broken.iter().map(|(slot, _)| *slot).collect();
        let text = format!(
            "The pixel data of {} are cut off, so that nothing is shown there: {}",
            slices(&slots),
            names(broken.iter().map(|(_, file)| *file))
        );
        defects.push(defect_of(DefectCode::Truncated, slots, text));
    }
    compression(&headers, &mut defects);
    let mut kernels: Vec<&str> = headers.iter().filter_map(|h| h.kernel.as_deref()).collect();
    kernels.sort_unstable();
    kernels.dedup();
    if kernels.len() > 1 {
        let text = format!("The slices were made with different kernels ({})", kernels.join(", "));
        defects.push(defect(DefectCode::MixedKernel, text));
    }
    let unit = if grid.is_some() { meaning.unit } else { Unit::Stored };
    defects.extend(meaning.defects);
    let first = headers.first();
    let text = |f: fn(&Header) -> &String| first.map(|h| f(h).clone()).unwrap_or_default();
    let syntax = text(|h| &h.syntax);
    let mut files: Vec<PathBuf> = headers.iter().map(|h| h.file().to_owned()).collect();
    // Frames of one file follow each other, in whatever order.
    files.dedup();
    Series {
        uid: text(|h| &h.series_uid),
        modality: text(|h| &h.modality),
        number: first.and_then(|h| h.series_number),
        description: first.map(|h| h.series_description.clone()).unwrap_or_default(),
        patient_name: first.map(|h| h.patient_name.clone()).unwrap_or_default(),
        patient_id: first.map(|h| h.patient_id.clone()).unwrap_or_default(),
        clinical: first.map(|h| h.clinical.clone()).unwrap_or_default(),
        study_date: first.map(|h| h.study_date.clone()).unwrap_or_default(),
        files,
        size,
        grid,
        slice_thickness_mm: first.and_then(|h| h.slice_thickness),
        frame_of_reference_uid: first.and_then(|h| h.frame_of_reference.clone()),
        transfer_syntax: syntax_name(&syntax),
        transfer_syntax_uid: syntax,
        unit,
        padding: meaning.padding,
        polarity: first.map_or(Polarity::default(), Header::polarity),
        windows: meaning.windows,
        suv: meaning.suv,
        defects,
        pixel_shape: first.and_then(|h| h.pixel_spacing.or(h.pixel_aspect)),
        slices: sources,
        straight: None,
        as_stored: false,
        real: values::is_real(&headers),
        volume_file: None,
        volume_data: None,
        unread: Arc::default(),
    }
}

/// How the slice will be read.
pub(super) fn source(header: &Header, rescale: Rescale) -> Option<SliceSource> {
    Some(SliceSource {
        from: header.from.clone(),
        syntax: header.syntax.clone(),
        pixels: header.pixels,
        form: header.form?,
        photometric: header.photometric.clone(),
        rescale,
        lut: header.lut.clone(),
        inflated: header.inflated.clone(),
        planar: header.planar,
        palette: header.palette.clone(),
    })
}

/// Whether the file cannot hold the pixels that its header announces.
fn cut_short(source: &SliceSource, native: bool) -> bool {
    match source.pixels {
        None => true,
        Some(place) if native => {
            let needed = source.form.bytes();
            place.available < needed || place.claimed.is_some_and(|c| u64::from(c) < needed)
        }
        Some(place) => place.available < 16,
    }
}

fn compression(headers: &[Header], defects: &mut Vec<Defect>) {
    let mut unreadable: Vec<String> = headers.iter().filter_map(Header::undecodable).collect();
    unreadable.sort_unstable();
    if let Some(why) = unreadable.first() {
        let n = unreadable.len();
        let text = format!(
            "{} stored in a way that cannot be read ({why}); export the study uncompressed, with 16 bits a \
             value",
            if n == 1 { "1 file is".to_owned() } else { format!("{n} files are") },
        );
        defects.insert(0, defect(DefectCode::UnsupportedSyntax, text));
    }
    if headers.iter().any(|h| h.lossy) {
        defects.push(defect(
            DefectCode::Lossy,
            "The images went through lossy compression: fine detail may be changed",
        ));
    }
}
