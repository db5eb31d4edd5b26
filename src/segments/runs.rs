//! Marked voxels as short text, by slice: runs along rows, for files that a person can read.
//!
//! A slice is words `row:column+length`, such as `180:245+12 181:244+14`.

use std::collections::BTreeMap;

use super::voxels::Voxels;
use crate::volume::Volume;

/// Why text is no runs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its voxels of slice {slice} cannot be understood")]
pub struct RunsError {
    /// Which slice.
    pub slice: usize,
}

/// The runs of every slice that has any.
pub fn to_runs(voxels: &Voxels) -> BTreeMap<usize, String> {
    let mut slices: BTreeMap<usize, String> = BTreeMap::new();
    voxels.runs(|[i, j, k], length| {
        let text = slices.entry(k).or_default();
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&format!("{j}:{i}+{length}"));
    });
    slices
}

/// The voxels of runs, with their values.
/// - `volume`: on whose grid they lie
///
/// # Errors
/// Where a word is no run, or a run leaves the grid.
pub fn from_runs(volume: &Volume, slices: &BTreeMap<usize, String>) -> Result<Voxels, RunsError> {
    let [nx, ny, nz] = volume.grid().size();
    let mut marked: BTreeMap<usize, Vec<bool>> = BTreeMap::new();
    for (&k, text) in slices {
        let wrong = RunsError { slice: k };
        let mut slice = vec![false; nx * ny];
        for word in text.split_ascii_whitespace() {
            let [j, i, length] = numbers(word).ok_or_else(|| wrong.clone())?;
            let end = i.checked_add(length).filter(|end| *end <= nx && j < ny && k < nz);
            let end = end.ok_or_else(|| wrong.clone())?;
            slice.get_mut(j * nx + i..j * nx + end).ok_or_else(|| wrong.clone())?.fill(true);
        }
        if slice.contains(&true) {
            marked.insert(k, slice);
        }
    }
    let none = Voxels::none(volume.grid());
    let ends = marked.keys().next().zip(marked.keys().next_back());
    let Some((&first, &last)) = ends else { return Ok(none) };
    let reach = [[0, 0, first], [nx - 1, ny - 1, last]];
    let which = |[i, j, k]: [usize; 3]| {
        marked.get(&k).and_then(|slice| slice.get(j * nx + i)).copied().unwrap_or(false)
    };
    Ok(none.changed(volume, reach, false, which).unwrap_or(none))
}

/// `row:column+length`.
fn numbers(word: &str) -> Option<[usize; 3]> {
    let (row, rest) = word.split_once(':')?;
    let (column, length) = rest.split_once('+')?;
    Some([row.parse().ok()?, column.parse().ok()?, length.parse().ok()?])
}
