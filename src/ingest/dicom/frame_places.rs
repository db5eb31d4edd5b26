//! Where the frames of a segmentation lie: one regular stack, of which frames may be missing.
//!
//! Source: DICOM PS3.3 C.7.6.16.2.1 (Pixel Measures), .3 (Plane Position), .4 (Plane Orientation).

use dicom_dictionary_std::tags;

use super::items::Item;
use crate::geometry::{Patient, Point, Vector};
use crate::ingest::words::count;

/// Directions and spacings that differ by less are the same.
const SAME: f64 = 1e-3;
/// A frame may lie this share of a step beside its place in the stack.
const BESIDE: f64 = 0.1;
/// Planes at one place, mm.
const SAME_PLANE_MM: f64 = 0.01;
/// A stack has no more planes.
const MOST_PLANES: f64 = 100_000.0;

/// One frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum FramePlace {
    /// Its first pixel, in columns, rows and planes of the stack.
    At { column: i64, row: i64, plane: i64 },
    /// It does not belong to the stack.
    Aside,
}

/// The stack.
#[derive(Debug)]
pub(super) struct Places {
    /// Centre of the first pixel of the frame by which the stack is counted.
    pub(super) origin: Point<Patient>,
    column_step: Vector<Patient>,
    row_step: Vector<Patient>,
    normal: Vector<Patient>,
    /// From plane to plane, mm; `None` where there is one plane of unknown thickness.
    pub(super) step_mm: Option<f64>,
    /// In the order of the file.
    pub(super) frames: Vec<FramePlace>,
    pub(super) remarks: Vec<String>,
}

/// Position, directions of a row and a column, and distances between columns and between rows.
type Plane = (Point<Patient>, [Vector<Patient>; 2], [f64; 2]);

fn plane(frame: &Item, shared: &Item) -> Option<Plane> {
    let group = |tag| frame.first(tag).or_else(|| shared.first(tag));
    let position = group(tags::PLANE_POSITION_SEQUENCE)?.some::<3>(tags::IMAGE_POSITION_PATIENT)?;
    let [a, b, c, d, e, f] =
        group(tags::PLANE_ORIENTATION_SEQUENCE)?.some::<6>(tags::IMAGE_ORIENTATION_PATIENT)?;
    let [between_rows, between_columns] =
        group(tags::PIXEL_MEASURES_SEQUENCE)?.some::<2>(tags::PIXEL_SPACING)?;
    let (row, column) = (Vector::new(a, b, c).unit()?, Vector::new(d, e, f).unit()?);
    let whole = between_rows > 0.0 && between_columns > 0.0 && row.dot(column).abs() < 0.01;
    whole.then(|| (Point::from_array(position), [row, column], [between_columns, between_rows]))
}

impl Places {
    /// - errors: why no stack can be made of them, a sentence's end
    pub(super) fn new(frames: &[Item], shared: &Item) -> Result<Self, String> {
        let planes: Vec<Option<Plane>> = frames.iter().map(|frame| plane(frame, shared)).collect();
        let first = planes.iter().flatten().next().copied().ok_or(
            "it does not say where its frames lie (Image Position, Image Orientation or Pixel Spacing is missing)",
        )?;
        let (origin, [row, column], spacing) = first;
        let normal = row.cross(column).unit().ok_or("the directions of its frames are no directions")?;
        let same = |plane: &Plane| {
            let (_, [r, c], mm) = plane;
            let near = |a: Vector<Patient>, b: Vector<Patient>| (a - b).length() < SAME;
            near(*r, row) && near(*c, column) && mm.iter().zip(spacing).all(|(a, b)| (a - b).abs() < SAME * b)
        };
        let depth = |plane: &Plane| (plane.0 - origin).dot(normal);
        let of_stack = || planes.iter().flatten().filter(|p| same(p));
        let mut depths: Vec<f64> = of_stack().map(depth).collect();
        depths.sort_by(f64::total_cmp);
        depths.dedup_by(|next, kept| *next - *kept < SAME_PLANE_MM);
        let measures = |tag| {
            let group = |item: &Item| item.first(tags::PIXEL_MEASURES_SEQUENCE)?.number(tag);
            frames.first().and_then(group).or_else(|| group(shared)).filter(|mm: &f64| *mm > 0.0)
        };
        let step_mm = step(&depths, measures(tags::SPACING_BETWEEN_SLICES), measures(tags::SLICE_THICKNESS))?;
        let place = |plane: &Option<Plane>| {
            let Some(plane) = plane.as_ref().filter(|p| same(p)) else { return FramePlace::Aside };
            let from = plane.0 - origin;
            let steps = [from.dot(row) / spacing[0], from.dot(column) / spacing[1]];
            if steps.iter().any(|n| (n - n.round()).abs() > BESIDE || n.abs() > 1e6) {
                return FramePlace::Aside;
            }
            let [column, row] = steps.map(|n| n.round() as i64);
            FramePlace::At { column, row, plane: step_mm.map_or(0, |mm| (depth(plane) / mm).round() as i64) }
        };
        let places: Vec<FramePlace> = planes.iter().map(place).collect();
        let aside = places.iter().filter(|p| **p == FramePlace::Aside).count();
        let mut remarks = Vec::new();
        if aside > 0 {
            remarks.push(format!(
                "{} left out: no place, or another orientation, pixel spacing or pixel grid than the first",
                count(aside, "frame")
            ));
        }
        Ok(Self {
            origin,
            column_step: row * spacing[0],
            row_step: column * spacing[1],
            normal,
            step_mm,
            frames: places,
            remarks,
        })
    }

    /// Steps from column to column, row to row and plane to plane.
    pub(super) fn axes(&self) -> Option<[Vector<Patient>; 3]> {
        Some([self.column_step, self.row_step, self.normal * self.step_mm?])
    }
}

/// From plane to plane: what the file says where its frames agree, else the least distance between them.
fn step(depths: &[f64], said: Option<f64>, thickness: Option<f64>) -> Result<Option<f64>, String> {
    let (Some(first), Some(last)) = (depths.first(), depths.last()) else { return Ok(None) };
    let plausible = |mm: &f64| (1e-3..=1e3).contains(mm);
    let (said, thickness) = (said.filter(plausible), thickness.filter(plausible));
    if depths.len() == 1 {
        return Ok(said.or(thickness));
    }
    let fits = |mm: &f64| {
        let steps = (last - first) / mm;
        let beside = |d: &f64| {
            let n = (d - first) / mm;
            (n - n.round()).abs() <= BESIDE
        };
        steps < MOST_PLANES && depths.iter().all(beside)
    };
    let distances = depths.windows(2).filter_map(|pair| Some(pair.get(1)? - pair.first()?));
    let least = distances.fold(f64::INFINITY, f64::min);
    let step = said
        .filter(fits)
        .or_else(|| Some(least).filter(fits))
        .ok_or("its frames lie at uneven distances: between them nothing is known, and it is not drawn")?;
    // A rounding error in what the file says must not add up over many planes.
    let planes = ((last - first) / step).round();
    Ok(Some(if planes >= 1.0 { (last - first) / planes } else { step }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_the_files_where_frames_agree_and_theirs_where_not() {
        assert_eq!(step(&[0.0, 5.0, 10.0], Some(2.5), None), Ok(Some(2.5)));
        assert_eq!(step(&[0.0, 5.0, 15.0], Some(3.0), None), Ok(Some(5.0)));
        assert_eq!(step(&[0.0, 5.0, 15.0], None, None), Ok(Some(5.0)));
        assert_eq!(step(&[4.0], None, Some(3.0)), Ok(Some(3.0)));
        assert_eq!(step(&[4.0], None, None), Ok(None));
        assert!(step(&[0.0, 5.0, 7.3], Some(5.0), None).is_err());
    }
}
