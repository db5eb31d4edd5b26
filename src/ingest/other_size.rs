//! Slices of another size than most of their stack, which are left out of the volume and named.

use std::path::PathBuf;

use super::defect::{Defect, DefectCode};
use super::dicom::Header;
use super::order::Orientation;
use super::words::{count, defect_of, names, slices};
use crate::geometry::Point;

/// Slices that were left out.
pub(super) struct OtherSize {
    files: Vec<PathBuf>,
    /// Places along the normal, mm.
    along: Vec<f64>,
    /// What they are in place of what is usual.
    what: String,
}

/// The slices of the size (rows, columns and pixel spacing) that most have, and the others.
pub(super) fn usual_size(
    headers: Vec<Header>,
    orientation: &Orientation,
) -> (Vec<Header>, Option<OtherSize>) {
    let mut sizes: Vec<((u16, u16), [f64; 2], usize)> = Vec::new();
    let facts = |h: &Header| Some(((h.form?.columns, h.form?.rows), h.pixel_spacing?));
    let same = |a: &[f64; 2], b: &[f64; 2]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-3 * a.max(*b));
    for header in &headers {
        let Some((size, spacing)) = facts(header) else { continue };
        match sizes.iter_mut().find(|(s, mm, _)| *s == size && same(mm, &spacing)) {
            Some((.., n)) => *n += 1,
            None => sizes.push((size, spacing, 1)),
        }
    }
    let most = sizes.iter().max_by_key(|(size, _, n)| (*n, u32::from(size.0) * u32::from(size.1)));
    let Some(((columns, rows), spacing, _)) = most.copied() else { return (headers, None) };
    let (kept, other): (Vec<Header>, Vec<Header>) = headers
        .into_iter()
        .partition(|h| facts(h).is_some_and(|(s, mm)| s == (columns, rows) && same(&spacing, &mm)));
    let Some(form) = other.first().and_then(|h| h.form) else { return (kept, None) };
    let what = if (form.columns, form.rows) == (columns, rows) {
        "whose pixels have another spacing".to_owned()
    } else {
        format!("of another size ({} x {} instead of {columns} x {rows})", form.columns, form.rows)
    };
    let along = |h: &Header| Some(orientation.along(Point::from_array(h.position?)));
    let other = OtherSize {
        files: other.iter().map(|h| h.file().to_owned()).collect(),
        along: other.iter().filter_map(along).collect(),
        what,
    };
    (kept, Some(other))
}

impl OtherSize {
    /// What is said of them.
    /// - `along`, `slots`: places along the normal and numbers of the slices that were kept
    pub(super) fn defect(&self, along: &[f64], slots: &[usize]) -> Defect {
        let mut places: Vec<usize> = self.along.iter().filter_map(|mm| slot_at(*mm, along, slots)).collect();
        places.sort_unstable();
        places.dedup();
        let at = if places.is_empty() { String::new() } else { format!(" ({})", slices(&places)) };
        let text = format!(
            "{} {} left out{at}: {}",
            count(self.files.len(), "slice"),
            self.what,
            names(self.files.iter().map(PathBuf::as_path))
        );
        defect_of(DefectCode::MixedSize, places, text)
    }
}

/// The slice of the volume at a place: one that was kept there, or a blank one.
/// - returns: `None` beyond the ends, and between two slices that follow each other
fn slot_at(mm: f64, along: &[f64], slots: &[usize]) -> Option<usize> {
    /// Of the distance between two slices.
    const NEAR: f64 = 0.25;
    let pairs = along.iter().zip(along.iter().skip(1));
    let numbers = slots.iter().zip(slots.iter().skip(1));
    pairs.zip(numbers).find_map(|((a, b), (from, to))| {
        let steps = to.checked_sub(*from)?;
        let passed = (mm - a) / (b - a) * steps as f64;
        let nearest = passed.round();
        let within = (0.0..=steps as f64).contains(&nearest) && (passed - nearest).abs() <= NEAR;
        within.then(|| from.saturating_add(nearest as usize))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_that_was_left_out_has_the_number_of_its_place() {
        // Slices 1, 2, 5 and 6 of six that are 2.5 mm apart.
        let (along, slots) = ([10.0, 12.5, 20.0, 22.5], [0, 1, 4, 5]);
        let at = |mm: f64| slot_at(mm, &along, &slots);
        assert_eq!([15.0, 17.5, 12.5, 10.01].map(at), [Some(2), Some(3), Some(1), Some(0)]);
        assert_eq!([8.0, 25.0, 21.3].map(at), [None; 3], "beyond the ends, and between two");
        let other = OtherSize {
            files: vec!["a".into(), "b".into(), "c".into()],
            along: vec![17.5, 15.0, 99.0],
            what: "whose pixels have another spacing".to_owned(),
        };
        let told = other.defect(&along, &slots);
        assert_eq!(told.slices, [2, 3]);
        assert_eq!(told.text, "3 slices whose pixels have another spacing left out (slices 3-4): a, b, c");
        assert!(other.defect(&[], &[]).text.contains("left out: a"));
    }
}
