//! A radiotherapy structure set: regions as contours in patient space.
//!
//! Source: DICOM PS3.3 A.19 (RT Structure Set IOD), C.8.8.5 (Structure Set), C.8.8.6 (ROI Contour).

use dicom_dictionary_std::tags;

use super::items::{Item, Wants};
use super::object::{whole, words};
use crate::geometry::Point;
use crate::ingest::source::Source;
use crate::ingest::words::count;
use crate::jobs::{Cancelled, JobContext};
use crate::structures::{Contours, Path, Shape, Structure, StructureSet, readable, unasked};

const WANTS: Wants = Wants {
    sequences: &[tags::STRUCTURE_SET_ROI_SEQUENCE, tags::ROI_CONTOUR_SEQUENCE],
    kept: &[
        tags::ROI_NUMBER,
        tags::REFERENCED_FRAME_OF_REFERENCE_UID,
        tags::ROI_NAME,
        tags::ROI_DISPLAY_COLOR,
        tags::CONTOUR_SEQUENCE,
        tags::CONTOUR_GEOMETRIC_TYPE,
        tags::CONTOUR_DATA,
        tags::REFERENCED_ROI_NUMBER,
    ],
    // A contour of 100,000 points.
    value_bytes: 8 << 20,
    kept_bytes: 512 << 20,
};

/// Reads all regions.
/// - `frames`: of reference, in which positions are those of the series that they are drawn over; regions of
///   others are not read. Empty where none is known
/// - errors of the inner result: why nothing of it can be read, a sentence's end
pub(in crate::ingest) fn read(
    from: &Source,
    frames: &[&str],
    ctx: &JobContext,
) -> Result<Result<StructureSet, String>, Cancelled> {
    let (layout, charset) = match whole(from, &WANTS) {
        Ok(read) => read,
        Err(why) => return Ok(Err(why)),
    };
    let items = |tag| layout.items.get(&tag).map_or(&[][..], Vec::as_slice);
    let mut set = StructureSet::default();
    if layout.cut_off {
        set.remarks.push("The file ends early: what follows in it is missing here".to_owned());
    }
    let contours = items(tags::ROI_CONTOUR_SEQUENCE);
    let regions = items(tags::STRUCTURE_SET_ROI_SEQUENCE);
    for (place, region) in regions.iter().enumerate() {
        ctx.step("Reading contours", place as f32 / regions.len().max(1) as f32)?;
        let number = region.number(tags::ROI_NUMBER);
        let of =
            contours.iter().find(|c| number.is_some() && c.number(tags::REFERENCED_ROI_NUMBER) == number);
        let colour = of
            .and_then(|c| c.some::<3>(tags::ROI_DISPLAY_COLOR))
            .map(|c| c.map(|n| n.clamp(0.0, 255.0) as u8));
        let number = number.map_or(place as i64 + 1, |n| n as i64);
        let mut remarks = Vec::new();
        let frame = region.text(tags::REFERENCED_FRAME_OF_REFERENCE_UID);
        let elsewhere = frame.is_some_and(|frame| !frames.is_empty() && !frames.contains(&frame.as_str()));
        let shape = if elsewhere {
            remarks
                .push("It lies in another frame of reference than this series, and is not drawn".to_owned());
            None
        } else {
            of.map(|of| paths(of, &mut remarks)).filter(|paths| !paths.is_empty()).map(|paths| {
                let (contours, more) = Contours::new(paths);
                remarks.extend(more);
                Shape::Contours(contours)
            })
        };
        if shape.is_none() && remarks.is_empty() {
            remarks.push("It has no contours".to_owned());
        }
        set.structures.push(Structure {
            number,
            name: words(region, tags::ROI_NAME, &charset).unwrap_or_else(|| format!("Region {number}")),
            colour: readable(colour.unwrap_or_else(|| unasked(place))),
            shape,
            remarks,
        });
    }
    if set.structures.is_empty() {
        return Ok(Err("it names no regions".to_owned()));
    }
    Ok(Ok(set))
}

fn paths(region: &Item, remarks: &mut Vec<String>) -> Vec<Path> {
    let (mut paths, mut damaged, mut unknown) = (Vec::new(), 0usize, 0usize);
    for contour in region.all(tags::CONTOUR_SEQUENCE) {
        let kind = contour.text(tags::CONTOUR_GEOMETRIC_TYPE).unwrap_or_default();
        let closed = match kind.as_str() {
            "CLOSED_PLANAR" | "CLOSEDPLANAR_XOR" => true,
            "OPEN_PLANAR" | "OPEN_NONPLANAR" | "POINT" => false,
            _ => {
                unknown += 1;
                continue;
            }
        };
        let Some(points) = points(contour.bytes(tags::CONTOUR_DATA).unwrap_or_default()) else {
            damaged += 1;
            continue;
        };
        // Some writers close a point or a single line: there is nothing inside.
        let closed = closed && points.len() > 2;
        paths.push(Path { points, closed });
    }
    for (n, what) in [(damaged, "damaged"), (unknown, "of an unknown kind")] {
        if n > 0 {
            remarks.push(format!("{} left out: {what}", count(n, "contour")));
        }
    }
    paths
}

/// Triplets of decimal strings, LPS mm; `None` where a number is missing or is none.
fn points(bytes: &[u8]) -> Option<Vec<Point<crate::geometry::Patient>>> {
    let text = std::str::from_utf8(bytes).ok()?.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    let mut points = Vec::new();
    let mut numbers = text.split('\\').map(|n| n.trim().parse::<f64>().ok().filter(|n| n.is_finite()));
    while let Some(x) = numbers.next() {
        let (y, z) = (numbers.next()?, numbers.next()?);
        points.push(Point::new(x?, y?, z?));
    }
    // What is kilometres away is no place in a patient.
    let near = |p: &Point<_>| p.x.abs().max(p.y.abs()).max(p.z.abs()) < 1e6;
    (!points.is_empty() && points.iter().all(near)).then_some(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_sorted_for_the_search() {
        assert!(WANTS.kept.is_sorted());
    }

    #[test]
    fn contours_are_triplets_of_numbers_or_nothing() {
        assert_eq!(points(b"1\\2.5\\-3e1 ").map(|p| p[0].to_array()), Some([1.0, 2.5, -30.0]));
        for wrong in [&b"1\\2"[..], b"1\\2\\x", b"", b"1\\2\\3\\4", b"1\\2\\nan", b"1\\2\\1e300", b"\xff"] {
            assert_eq!(points(wrong), None, "{wrong:?}");
        }
    }
}
