//! Paths inside a manifest: from its own folder, with `/` on every system, so that a data set can be
//! moved as a whole.

use std::path::{Component, Path, PathBuf};

use super::error::DatasetError;

/// The path from `folder` to `target`, both of which exist.
/// - returns: parts joined by `/`; `.` where they are the same
/// - errors: one of them cannot be found; they have no common root; a name is not UTF-8
pub fn relative(folder: &Path, target: &Path) -> Result<String, DatasetError> {
    let whole = |path: &Path| {
        path.canonicalize().map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => {
                DatasetError::new(format!("There is no file or folder {}", path.display()))
            }
            _ => DatasetError::new(format!("{} cannot be read: {e}", path.display())),
        })
    };
    let (from, to) = (whole(folder)?, whole(target)?);
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return Err(DatasetError::new(format!(
            "{} lies on another drive than the manifest; write the manifest beside the data",
            target.display()
        )));
    }
    let up = from.components().skip(common).map(|_| "..".to_owned());
    let mut parts: Vec<String> = up.collect();
    for part in to.components().skip(common) {
        let name = part.as_os_str().to_str().ok_or_else(|| {
            DatasetError::new(format!("The name of {} is not UTF-8; rename it", target.display()))
        })?;
        parts.push(name.to_owned());
    }
    Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

/// A manifest's path on this system.
/// - `folder`: the manifest's
pub fn from_manifest(folder: &Path, path: &str) -> PathBuf {
    let mut whole = folder.to_path_buf();
    whole.extend(path.split('/').filter(|part| !part.is_empty() && *part != "."));
    whole
}

/// Why a path cannot stand in a manifest, or nothing.
pub(super) fn fault(path: &str) -> Option<&'static str> {
    if path.contains('\\') {
        return Some("has backslashes; write the path with /");
    }
    let rooted = Path::new(path).components().any(|c| matches!(c, Component::RootDir | Component::Prefix(_)));
    // `C:` is a drive on one system and a name on another.
    if rooted || path.starts_with('/') || path.chars().nth(1) == Some(':') {
        return Some("is absolute; write it from the manifest's folder, so that the data can be moved");
    }
    None
}

/// `path` as seen from a folder from which its own root is `prefix`.
pub(super) fn below(prefix: &str, path: &str) -> String {
    if prefix == "." {
        return path.to_owned();
    }
    if path == "." { prefix.to_owned() } else { format!("{prefix}/{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_and_lead_back() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path();
        std::fs::create_dir_all(root.join("a").join("b")).expect("made");
        std::fs::create_dir_all(root.join("c")).expect("made");
        assert_eq!(relative(&root.join("c"), &root.join("a").join("b")).expect("there"), "../a/b");
        assert_eq!(relative(root, &root.join("a")).expect("there"), "a");
        assert_eq!(relative(root, root).expect("there"), ".");
        let error = relative(root, &root.join("none")).expect_err("nothing there").to_string();
        assert!(error.contains("none"), "{error}");
        assert_eq!(from_manifest(Path::new("m"), "../a/./b"), Path::new("m").join("..").join("a").join("b"));
        assert_eq!(below("../x", "y/z.nii"), "../x/y/z.nii");
        assert_eq!((below(".", "y"), below("../x", ".")), ("y".to_owned(), "../x".to_owned()));
    }

    #[test]
    fn a_path_that_cannot_move_with_the_data_is_refused() {
        for wrong in ["/data/x.nii", "C:/x.nii", "C:\\x.nii", "a\\b"] {
            assert!(fault(wrong).is_some(), "{wrong}");
        }
        for right in ["x.nii", "../data/x", "a b/c", "."] {
            assert!(fault(right).is_none(), "{right}");
        }
    }
}
