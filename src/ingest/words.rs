//! Names of files and slices inside sentences.

use std::path::Path;

use super::defect::{Defect, DefectCode};

/// Last part of a path, for a message.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The first three file names and how many more.
pub(super) fn names<'a>(paths: impl IntoIterator<Item = &'a Path>) -> String {
    let mut all: Vec<String> = paths.into_iter().map(name).collect();
    // Slices of one file.
    all.dedup();
    match all.as_slice() {
        [a, b, c, _, ..] => format!("{a}, {b}, {c} and {} more", all.len() - 3),
        few => few.join(", "),
    }
}

/// Slices by the number that the views show, counted from one: `slice 8`, `slices 3, 5 and 7-9`.
pub(super) fn slices(slots: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for slot in slots {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == *slot => *end = *slot,
            _ => runs.push((*slot, *slot)),
        }
    }
    let mut parts: Vec<String> = runs
        .iter()
        .map(|(a, b)| if a == b { format!("{}", a + 1) } else { format!("{}-{}", a + 1, b + 1) })
        .collect();
    if parts.len() > 6 {
        let more = parts.len() - 5;
        parts.truncate(5);
        parts.push(format!("{more} other places"));
    }
    let word = if slots.len() == 1 { "slice" } else { "slices" };
    match parts.as_slice() {
        [] => "no slice".to_owned(),
        [one] => format!("{word} {one}"),
        [most @ .., last] => format!("{word} {} and {last}", most.join(", ")),
    }
}

/// `1 slice`, `2 slices`.
pub fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// A defect about no slice in particular.
pub(super) fn defect(code: DefectCode, text: impl Into<String>) -> Defect {
    Defect { code, text: text.into(), slices: Vec::new(), mended: false }
}

/// A defect of some slices.
pub(super) fn defect_of(code: DefectCode, slices: Vec<usize>, text: impl Into<String>) -> Defect {
    Defect { code, text: text.into(), slices, mended: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_counted_from_one_and_runs_are_joined() {
        assert_eq!(slices(&[7]), "slice 8");
        assert_eq!(slices(&[2, 4, 6, 7, 8]), "slices 3, 5 and 7-9");
        assert_eq!(slices(&[0, 1]), "slices 1-2");
    }
}
