//! From the headers of many files to series: grouped, split, sorted, judged.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use super::defect::{Defect, DefectCode};
use super::dicom::Header;
use super::identity;
use super::order::Orientation;
use super::series::{Series, Skipped};
use super::stack;
use super::words::{count, defect, name};
use crate::jobs::{Cancelled, JobContext};

/// Groups images into series; files that are no part of one come back with the reason.
pub(super) fn assemble(
    headers: Vec<Header>,
    ctx: &JobContext,
) -> Result<(Vec<Series>, Vec<Skipped>), Cancelled> {
    let mut groups: BTreeMap<String, Vec<Header>> = BTreeMap::new();
    let mut skipped = Vec::new();
    for header in headers {
        // A slice that was cut off before its place belongs nowhere.
        let lost = header.cut_off && header.position.is_none();
        if header.form.is_none() || lost {
            skipped.push(without_size(&header));
            continue;
        }
        // Without a series the folder is what keeps slices together.
        let series = if header.series_uid.is_empty() {
            header.file().parent().unwrap_or(Path::new("")).to_string_lossy().into_owned()
        } else {
            header.series_uid.clone()
        };
        groups.entry(series).or_default().push(header);
    }
    let mut found = Vec::new();
    for headers in groups.into_values() {
        ctx.check()?;
        let (mut parts, mut volumes) = (Vec::new(), 0);
        for (headers, why) in identity::apart(headers) {
            let (mut series, stacks) = one_series(headers, ctx)?;
            volumes += stacks;
            if let Some(why) = why {
                series.iter_mut().for_each(|s| s.defects.push(defect(DefectCode::MixedOrientation, &why)));
            }
            // Volumes stay before what is none.
            let before = parts.iter().filter(|s: &&Series| s.grid.is_some()).count();
            parts.splice(before..before, series);
        }
        found.extend(numbered(parts, volumes));
    }
    let key = |s: &Series| {
        let voxels: usize = s.size.iter().fold(1, |n, s| n.saturating_mul(*s));
        let of_grey_ct = s.is_ct() && !s.is_coloured();
        // A map of a CT is never what a folder is opened for.
        (!(s.usable() && s.is_ct() && !s.real), !s.usable(), !of_grey_ct, Reverse(voxels), s.uid.clone())
    };
    found.sort_by_cached_key(key);
    Ok((found, skipped))
}

fn without_size(header: &Header) -> Skipped {
    let file = header.file().to_owned();
    let name = name(&file);
    let reason = if header.cut_off {
        format!("{name} ends in the middle of its header (cut off while copying?)")
    } else if header.pixels.is_some() {
        format!("{name} does not say how large its image is (Rows, Columns or Bits Allocated is missing)")
    } else {
        format!("{name} holds no image")
    };
    Skipped { file, reason }
}

/// No patient lies farther from the origin of a scanner, and no scanner has such pixels.
const FARTHEST_MM: f64 = 1e5;
const PIXELS_MM: std::ops::RangeInclusive<f64> = 1e-3..=100.0;

/// What the files of one Series Instance UID are made of.
#[derive(Default)]
struct Sorted {
    stacks: Vec<(Orientation, Vec<Header>)>,
    unplaced: Vec<Header>,
    scouts: Vec<Header>,
    coloured: Vec<Header>,
    /// Frames of one file each, without places.
    several_frames: Vec<Vec<Header>>,
}

fn sort_out(headers: Vec<Header>) -> Sorted {
    let mut sorted = Sorted::default();
    for header in headers {
        let colour = header.form.is_some_and(|f| f.is_coloured(&header.photometric));
        let near = |p: &[f64; 3]| p.iter().all(|mm| mm.abs() < FARTHEST_MM);
        let sized = |s: &[f64; 2]| s.iter().all(|mm| PIXELS_MM.contains(mm));
        let places =
            header.position.as_ref().is_some_and(near) && header.pixel_spacing.as_ref().is_some_and(sized);
        let orientation = header.orientation.and_then(Orientation::new);
        if header.frames > 1 && (colour || orientation.is_none() || !places) {
            match sorted
                .several_frames
                .last_mut()
                .filter(|f| f.last().is_some_and(|l| l.file() == header.file()))
            {
                Some(frames) => frames.push(header),
                None => sorted.several_frames.push(vec![header]),
            }
        } else if colour {
            sorted.coloured.push(header);
        } else if header.image_type.iter().any(|t| t == "LOCALIZER") {
            sorted.scouts.push(header);
        } else if let (Some(orientation), true) = (orientation, places) {
            match sorted.stacks.iter_mut().find(|(o, _)| o.agrees(&orientation)) {
                Some((_, stack)) => stack.push(header),
                None => sorted.stacks.push((orientation, vec![header])),
            }
        } else {
            sorted.unplaced.push(header);
        }
    }
    sorted
}

/// Its parts, and how many of them, at the beginning, come from stacks of slices.
fn one_series(headers: Vec<Header>, ctx: &JobContext) -> Result<(Vec<Series>, usize), Cancelled> {
    let sorted = sort_out(headers);
    let orientations = sorted.stacks.len();
    let mut main = Vec::new();
    for (orientation, headers) in sorted.stacks {
        for mut series in stack::build(headers, orientation, ctx)? {
            if orientations > 1 {
                series.defects.push(defect(
                    DefectCode::MixedOrientation,
                    format!(
                        "The series holds slices of {orientations} orientations; this part has {} of one",
                        count(series.pictures(), "slice")
                    ),
                ));
            }
            main.push(series);
        }
    }
    main.sort_by_key(|s| Reverse(s.pictures()));
    let stacks = main.len();
    let mut aside: Vec<(Vec<Header>, Defect)> = Vec::new();
    aside.push((
        sorted.unplaced,
        defect(
            DefectCode::NoPosition,
            "The files do not say where their slices lie (Image Position, Image Orientation or Pixel Spacing \
             is missing or no possible value: directions at no right angle, a spacing not above zero): they are no volume",
        ),
    ));
    aside.push((
        sorted.scouts,
        defect(DefectCode::NotHu, "These are scout images (localizers), not slices of a volume"),
    ));
    aside.push((
        sorted.coloured,
        defect(
            DefectCode::NotHu,
            "These are coloured pictures (such as a dose report), not slices of a volume",
        ),
    ));
    for frames in sorted.several_frames {
        let count = frames.first().map_or(0, |h| h.frames);
        let colour = frames.iter().any(|h| h.form.is_some_and(|f| f.is_coloured(&h.photometric)));
        let why = if colour {
            format!("This file holds {count} coloured pictures, no slices of a volume")
        } else if frames.len() < 2 {
            format!("This file holds {count} images in one (multi-frame), which cannot be told apart")
        } else {
            format!(
                "This file holds {count} images in one (multi-frame) and does not say where they lie: they are \
                 pictures, no volume"
            )
        };
        let code = if colour { DefectCode::NotHu } else { DefectCode::NoPosition };
        aside.push((frames, defect(code, why)));
    }
    let aside = aside.into_iter().filter(|(headers, _)| !headers.is_empty());
    main.extend(aside.map(|(headers, why)| stack::flat(headers, vec![why])));
    Ok((main, stacks))
}

/// Parts of one Series Instance UID have numbers behind it. A single volume, which comes first, keeps its UID
/// whatever else the series holds.
fn numbered(mut parts: Vec<Series>, volumes: usize) -> Vec<Series> {
    let first = usize::from(volumes == 1);
    if parts.len() > 1 {
        for (n, series) in parts.iter_mut().enumerate().skip(first) {
            series.uid = format!("{}#{}", series.uid, n + 1);
        }
    }
    parts
}
