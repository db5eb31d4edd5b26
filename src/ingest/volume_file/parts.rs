//! Voxels in several files, one after the other: a list of names, or a pattern with numbers.

use std::io::{self, Read};
use std::path::{Component, Path};

use super::MOST_ALONG_AN_AXIS;
use super::fault::{Fault, fault};

/// What is said of a name that leads elsewhere.
const OUTSIDE: &str =
    "names a data file outside its own folder; put both into one folder and name it plainly";

/// A name of a data file that does not leave the folder: a header from elsewhere must not name others.
pub(super) fn plain(name: &str) -> Result<String, Fault> {
    let name = name.strip_prefix("./").unwrap_or(name);
    if name.is_empty() || name.contains(char::is_control) {
        return fault("names its data file by what is no name: its header is damaged");
    }
    let within = Path::new(name).components().all(|c| matches!(c, Component::Normal(_)));
    if within { Ok(name.to_owned()) } else { fault(OUTSIDE) }
}

/// Names in the lines behind a header.
pub(super) fn listed(source: &mut dyn Read) -> Result<Vec<String>, Fault> {
    const LONGEST_LIST: u64 = 4 << 20;
    let mut bytes = Vec::new();
    Read::take(&mut *source, LONGEST_LIST)
        .read_to_end(&mut bytes)
        .map_err(|e| super::fault::read_fault(&e))?;
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    some(lines.map(plain).collect::<Result<_, _>>()?)
}

fn some(names: Vec<String>) -> Result<Vec<String>, Fault> {
    if names.is_empty() || names.len() > MOST_ALONG_AN_AXIS {
        return fault(format!("keeps its voxels in {} files, which cannot be", names.len()));
    }
    Ok(names)
}

/// Names of a pattern as `slice%03d.raw 1 60 1`: first number, last one, step, and what may follow.
/// - returns: `None` where it is no pattern
pub(super) fn patterned(text: &str) -> Option<Result<Vec<String>, Fault>> {
    let (before, rest) = text.split_once('%')?;
    let (width, rest) = rest.split_once(['d', 'i'])?;
    let zeros = width.starts_with('0');
    let width: usize = if width.is_empty() { 0 } else { width.parse().ok().filter(|n| *n < 20)? };
    let mut words: Vec<&str> = rest.split_whitespace().collect();
    let behind = if rest.starts_with(char::is_whitespace) || words.is_empty() { "" } else { words.remove(0) };
    let number = |n: usize| words.get(n).and_then(|word| word.parse::<i64>().ok());
    let (first, last, step) = (number(0)?, number(1)?, number(2)?);
    let usable = step > 0 && first >= 0 && last >= first && (last - first) / step < MOST_ALONG_AN_AXIS as i64;
    if !usable || before.contains('%') || behind.contains('%') {
        return Some(fault("names its data files by a pattern that cannot be; list them by name"));
    }
    let step = usize::try_from(step).ok()?;
    let name = |n: i64| {
        let number = if zeros { format!("{n:0width$}") } else { format!("{n:width$}") };
        plain(&format!("{before}{number}{behind}"))
    };
    Some((first..=last).step_by(step).map(name).collect::<Result<Vec<_>, _>>().and_then(some))
}

/// The files one after the other, each opened when the one before it has ended.
pub(super) struct Parts<'a, N> {
    names: std::vec::IntoIter<N>,
    open: Box<dyn FnMut(&N) -> io::Result<Box<dyn Read + 'a>> + 'a>,
    /// Bytes of each.
    each: u64,
    now: Option<(Box<dyn Read + 'a>, u64)>,
}

impl<'a, N> Parts<'a, N> {
    /// - `each`: bytes that every file gives once `open` has made them plain
    pub(super) fn new(
        names: Vec<N>,
        each: u64,
        open: impl FnMut(&N) -> io::Result<Box<dyn Read + 'a>> + 'a,
    ) -> Self {
        Self { names: names.into_iter(), open: Box::new(open), each, now: None }
    }
}

impl<N> Read for Parts<'_, N> {
    /// - errors: `UnexpectedEof` where a file gives too little, so that none takes the place of another
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some((part, left)) = &mut self.now else {
                let Some(name) = self.names.next() else { return Ok(0) };
                self.now = Some(((self.open)(&name)?, self.each));
                continue;
            };
            let most = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
            let Some(bytes) = bytes.get_mut(..most) else { return Ok(0) };
            if *left == 0 {
                // To its checksum, where it has one.
                super::to_the_end(part, super::MOST_BEHIND)?;
                self.now = None;
                continue;
            }
            if bytes.is_empty() {
                return Ok(0);
            }
            let got = part.read(bytes)?;
            if got == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            *left = left.saturating_sub(got as u64);
            return Ok(got);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_numbers_in_names() {
        let names = |text| patterned(text).map(|names| names.map_err(|_| ()));
        let some = |names: &[&str]| Some(Ok(names.iter().map(|n| (*n).to_owned()).collect()));
        assert_eq!(names("s%03d.raw 9 11 1"), some(&["s009.raw", "s010.raw", "s011.raw"]));
        assert_eq!(names("s%d 1 5 2"), some(&["s1", "s3", "s5"]));
        assert_eq!(names("s%02d.raw 0 1 1 2"), some(&["s00.raw", "s01.raw"]));
        assert_eq!(names("plain.raw"), None);
        for wrong in ["../s%d 0 1 1", "s%d 5 1 1", "s%d 0 9 0", "s%d%d.raw 0 1 1", "s%d 0 99999999 1"] {
            assert_eq!(names(wrong), Some(Err(())), "{wrong}");
        }
    }

    #[test]
    fn parts_follow_each_other_and_a_short_one_takes_no_place_of_the_next() {
        let names = || vec!["a".to_owned(), "b".to_owned()];
        let open = |short: usize| {
            move |name: &String| -> io::Result<Box<dyn Read>> {
                let bytes = if name == "a" { vec![1; 4 - short] } else { vec![2; 6] };
                Ok(Box::new(io::Cursor::new(bytes)))
            }
        };
        let mut all = Vec::new();
        Parts::new(names(), 4, open(0)).read_to_end(&mut all).expect("whole");
        assert_eq!(all, [1, 1, 1, 1, 2, 2, 2, 2]);
        assert!(Parts::new(names(), 4, open(1)).read_to_end(&mut all).is_err());
    }
}
