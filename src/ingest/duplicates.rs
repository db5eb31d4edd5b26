//! Several slices at one position: copies, contradictions, or phases.

use rayon::prelude::*;

use super::dicom::Header;
use super::stack::{Placed, source};
use crate::jobs::{Cancelled, JobContext};

/// What became of the positions.
pub(super) enum Picked {
    /// One slice at each position.
    One {
        /// Sorted along the normal.
        slices: Vec<Placed>,
        /// Copies that were left out, with the index of the slice that they repeat.
        repeated: Vec<(usize, Vec<Header>)>,
        /// Other pictures at the position of a slice, left out.
        conflicts: Vec<(usize, Vec<Header>)>,
    },
    /// Several pictures at every position: one stack for each.
    Phases(Vec<Vec<Placed>>),
}

/// Decides for every position; pixels are compared only where there is more than one slice.
pub(super) fn pick(groups: Vec<Vec<Placed>>, ctx: &JobContext) -> Result<Picked, Cancelled> {
    if groups.iter().all(|g| g.len() == 1) {
        let slices = groups.into_iter().flatten().collect();
        return Ok(Picked::One { slices, repeated: Vec::new(), conflicts: Vec::new() });
    }
    // Marks that are made to tell phases apart are believed without looking at pixels.
    if let Some(phases) = by_marks(&groups, 0..5) {
        return Ok(Picked::Phases(phases));
    }
    let sorted: Vec<(Vec<Placed>, Vec<Header>)> = groups
        .into_par_iter()
        .map(|group| {
            ctx.check()?;
            Ok(distinct(group))
        })
        .collect::<Result<_, Cancelled>>()?;
    let (pictures, copies): (Vec<_>, Vec<_>) = sorted.into_iter().unzip();
    let contradicting = pictures.iter().filter(|p| p.len() > 1).count();
    // Where most positions hold several pictures this is no slip but a series in time.
    if contradicting * 2 > pictures.len() {
        if let Some(phases) = by_marks(&pictures, 0..8) {
            return Ok(Picked::Phases(phases));
        }
        if let Some(phases) = by_rank(&pictures) {
            return Ok(Picked::Phases(phases));
        }
    }
    let mut slices = Vec::new();
    let mut conflicts = Vec::new();
    for (n, group) in pictures.into_iter().enumerate() {
        let mut group = group.into_iter();
        slices.extend(group.next());
        let others: Vec<Header> = group.map(|p| p.header).collect();
        if !others.is_empty() {
            conflicts.push((n, others));
        }
    }
    let repeated = (0..).zip(copies).filter(|(_, c)| !c.is_empty()).collect();
    Ok(Picked::One { slices, repeated, conflicts })
}

/// Whether all are copies of one picture.
pub(super) fn all_alike(headers: &[Header]) -> bool {
    let mut pictures = headers.iter().map(values);
    let first = pictures.next().flatten();
    first.is_some() && pictures.all(|p| p == first)
}

/// The different pictures among slices of one position, and the copies. A copy that cannot be
/// decoded counts as one of the first that can.
fn distinct(group: Vec<Placed>) -> (Vec<Placed>, Vec<Header>) {
    if group.len() < 2 {
        return (group, Vec::new());
    }
    let mut kept: Vec<(Placed, Option<Box<[i16]>>)> = Vec::new();
    let mut copies = Vec::new();
    for slice in group {
        let picture = values(&slice.header);
        let repeats = picture.is_none() || kept.iter().any(|(_, p)| *p == picture);
        match kept.first_mut() {
            Some(first) if first.1.is_none() && picture.is_some() => {
                let broken = std::mem::replace(first, (slice, picture));
                copies.push(broken.0.header);
            }
            Some(_) if repeats => copies.push(slice.header),
            _ => kept.push((slice, picture)),
        }
    }
    (kept.into_iter().map(|(slice, _)| slice).collect(), copies)
}

fn values(header: &Header) -> Option<Box<[i16]>> {
    source(header, header.rescale())?.decode().ok()
}

/// Numbers by value, then what is no number by its letters: one order for a mix of both.
pub(super) fn by_number_then_text(a: &str, b: &str) -> std::cmp::Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(x), Ok(y)) => x.total_cmp(&y).then_with(|| a.cmp(b)),
        (Ok(_), Err(_)) => std::cmp::Ordering::Less,
        (Err(_), Ok(_)) => std::cmp::Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

/// Splits by the first mark whose values differ at every position and are the same set everywhere.
fn by_marks(groups: &[Vec<Placed>], marks: std::ops::Range<usize>) -> Option<Vec<Vec<Placed>>> {
    let most = groups.iter().map(Vec::len).max()?;
    // One slice too many is no phase.
    let full = groups.iter().filter(|g| g.len() == most).count();
    if most < 2 || full * 2 < groups.len() {
        return None;
    }
    for mark in marks {
        let value = |p: &Placed| p.header.phase.marks.get(mark).cloned().flatten();
        let mut all: Vec<String> = groups.iter().flatten().filter_map(value).collect();
        all.sort_by(|a, b| by_number_then_text(a, b));
        all.dedup();
        let separates = all.len() == most
            && groups.iter().all(|g| {
                let mut here: Vec<_> = g.iter().map(value).collect();
                here.sort_unstable();
                here.windows(2).all(|pair| pair.first() != pair.last()) && here.iter().all(Option::is_some)
            });
        if separates {
            let part = |v: &String| -> Vec<Placed> {
                groups.iter().flatten().filter(|p| value(p).as_ref() == Some(v)).cloned().collect()
            };
            return Some(all.iter().map(part).collect());
        }
    }
    None
}

/// Splits by the order of instances at each position, where every position has as many.
fn by_rank(groups: &[Vec<Placed>]) -> Option<Vec<Vec<Placed>>> {
    let count = groups.first()?.len();
    if count < 2 || groups.iter().any(|g| g.len() != count) {
        return None;
    }
    Some((0..count).map(|n| groups.iter().filter_map(|g| g.get(n).cloned()).collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::by_number_then_text;
    use std::cmp::Ordering;

    #[test]
    fn marks_have_one_order_even_where_numbers_and_words_mix() {
        let marks = ["9", "10", "1a", "", "-3", "nan", "1e1", "b"];
        for a in marks {
            for b in marks {
                assert_eq!(by_number_then_text(a, b), by_number_then_text(b, a).reverse(), "{a} {b}");
                for c in marks {
                    let below = |x: &str, y: &str| by_number_then_text(x, y) == Ordering::Less;
                    assert!(!(below(a, b) && below(b, c)) || below(a, c), "{a} {b} {c}");
                }
            }
        }
    }
}
