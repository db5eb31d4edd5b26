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
    let mut runs = Vec::new();
    for (&k, text) in slices {
        let wrong = RunsError { slice: k };
        for word in text.split_ascii_whitespace() {
            let [j, i, length] = numbers(word).ok_or_else(|| wrong.clone())?;
            let inside = i.checked_add(length).is_some_and(|end| end <= nx) && j < ny && k < nz;
            if !inside {
                return Err(wrong);
            }
            runs.push(([i, j, k], length));
        }
    }
    Ok(Voxels::of_runs(volume, runs))
}

/// `row:column+length`.
fn numbers(word: &str) -> Option<[usize; 3]> {
    let (row, rest) = word.split_once(':')?;
    let (column, length) = rest.split_once('+')?;
    Some([row.parse().ok()?, column.parse().ok()?, length.parse().ok()?])
}
