//! Several stacks in one series whose slices lie between each other: phases whose positions differ a little, or two
//! reconstructions. Where positions agree, `duplicates` tells them apart with more to go by.

use std::collections::BTreeMap;

use super::dicom::Header;
use super::order::places;
use super::stack::Placed;

/// Marks that are made to tell phases apart, in [`super::dicom::Header::phase`].
const PHASES: std::ops::Range<usize> = 0..5;
/// Each stack holds at least so many slices, and reaches over this share of the shortest.
const FEWEST: usize = 3;
const SHARED: f64 = 0.5;

/// The stacks that the slices belong to: one, or as many as a mark tells apart, by it.
/// - `placed`: sorted along the normal; each stack comes back so
pub(super) fn split(placed: Vec<Placed>) -> Vec<Vec<Placed>> {
    let mark = |n: usize| move |h: &Header| h.phase.marks.get(n).cloned().flatten();
    let by_phase = PHASES.filter_map(|n| stacks(&placed, mark(n))).next();
    match by_phase.or_else(|| stacks(&placed, reconstruction)) {
        Some(stacks) => stacks,
        None => vec![placed],
    }
}

/// Thickness and kernel: slices that differ in both were made one beside the other.
fn reconstruction(header: &Header) -> Option<String> {
    Some(format!("{:.2} {}", header.slice_thickness?, header.kernel.as_deref()?))
}

fn stacks(placed: &[Placed], mark: impl Fn(&Header) -> Option<String>) -> Option<Vec<Vec<Placed>>> {
    let mut found: BTreeMap<String, Vec<Placed>> = BTreeMap::new();
    for slice in placed {
        found.entry(mark(&slice.header)?).or_default().push(slice.clone());
    }
    if found.len() < 2 || found.values().any(|stack| stack.len() < FEWEST) || at_same_places(placed, &found) {
        return None;
    }
    let reach = |stack: &Vec<Placed>| Some([stack.first()?.along_mm, stack.last()?.along_mm]);
    let reaches: Vec<[f64; 2]> = found.values().filter_map(reach).collect();
    let common =
        reaches.iter().fold([f64::NEG_INFINITY, f64::INFINITY], |c, r| [c[0].max(r[0]), c[1].min(r[1])]);
    let shortest = reaches.iter().map(|r| r[1] - r[0]).fold(f64::INFINITY, f64::min);
    // One behind the other they are parts of one scan.
    if common[1] - common[0] < SHARED * shortest {
        return None;
    }
    let mut found: Vec<(String, Vec<Placed>)> = found.into_iter().collect();
    found.sort_by(|a, b| super::duplicates::by_number_then_text(&a.0, &b.0));
    Some(found.into_iter().map(|(_, stack)| stack).collect())
}

/// Whether the stacks' slices share their positions, nearly all.
fn at_same_places(placed: &[Placed], stacks: &BTreeMap<String, Vec<Placed>>) -> bool {
    let along: Vec<f64> = placed.iter().map(|p| p.along_mm).collect();
    let places = places(&along);
    let shared = places.iter().zip(places.iter().skip(1)).filter(|(a, b)| a == b).count();
    let most = stacks.values().map(Vec::len).max().unwrap_or(0);
    // All slices but those of the longest stack lie where another one does.
    shared + stacks.len() > placed.len().saturating_sub(most)
}
