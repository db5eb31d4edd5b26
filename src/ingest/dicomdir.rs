//! A DICOMDIR: which files it names, and where they are.
//!
//! Of the index only the names of files are taken: what a file is, it says itself. Source: DICOM PS3.3
//! annex F, PS3.10 section 8 (a file's name has at most eight parts of at most eight characters).

use std::path::{Path, PathBuf};

/// Parts of a name that are followed.
const MOST_PARTS: usize = 8;

/// Where a file that the index names is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// There.
    File(PathBuf),
    /// Not there; as it would have to be.
    Missing(PathBuf),
    /// A name that leads out of the folder of the index.
    Outside,
}

/// Finds a file by the parts of its name, whatever their case on this system.
/// - `folder`: that of the DICOMDIR
pub(super) fn find(folder: &Path, parts: &[String]) -> Named {
    let plain = |part: &String| {
        !part.is_empty() && ![".", ".."].contains(&part.as_str()) && !part.contains(['/', '\\', ':', '\0'])
    };
    if parts.is_empty() || parts.len() > MOST_PARTS || !parts.iter().all(plain) {
        return Named::Outside;
    }
    let mut path = folder.to_owned();
    for part in parts {
        match entry(&path, part) {
            Some(there) => path = there,
            None => return Named::Missing(folder.join(parts.iter().collect::<PathBuf>())),
        }
    }
    if path.is_file() { Named::File(path) } else { Named::Missing(path) }
}

/// An entry of a folder by its name; discs are often copied with names in small letters.
fn entry(folder: &Path, name: &str) -> Option<PathBuf> {
    for spelt in [name.to_owned(), name.to_lowercase(), name.to_uppercase()] {
        let path = folder.join(spelt);
        if path.exists() {
            return Some(path);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_followed_inside_the_folder_and_nowhere_else() {
        let root = tempfile::tempdir().expect("a folder");
        let disc = root.path().join("disc");
        let study = disc.join("dicom").join("st1");
        std::fs::create_dir_all(&study).expect("made");
        std::fs::write(study.join("im1"), b"x").expect("written");
        std::fs::write(root.path().join("secret"), b"x").expect("written");
        let find = |parts: &[&str]| find(&disc, &parts.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>());
        assert_eq!(find(&["DICOM", "ST1", "IM1"]), Named::File(study.join("im1")));
        assert_eq!(
            find(&["DICOM", "ST1", "IM2"]),
            Named::Missing(disc.join("DICOM").join("ST1").join("IM2"))
        );
        assert!(matches!(find(&["DICOM", "ST1"]), Named::Missing(_)));
        for parts in
            [&["..", "secret"][..], &["../secret"], &["/etc", "passwd"], &["", "secret"], &[], &["a"; 9]]
        {
            assert_eq!(find(parts), Named::Outside, "{parts:?}");
        }
    }
}
