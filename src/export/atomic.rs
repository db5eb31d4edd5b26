//! Files and folders that are whole or not there.
//!
//! Everything is written beside its place and moved there at the end, so that a full disk, a fault
//! or a cancel leaves what was there before and nothing half-written. Every writer goes through here.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How names of unfinished files and folders begin.
const PARTIAL: &str = ".partial-";

/// Why a result could not be written, in the words that the user reads.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written: {}. Nothing half-written was left behind", .path.display(), why(.source))]
pub struct WriteError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

impl WriteError {
    /// - `path`: what was to be written
    pub fn new(path: &Path, source: io::Error) -> Self {
        Self { path: path.to_owned(), source }
    }
}

/// In plain words where it is what happens most.
fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull => "there is no space left on the device".to_owned(),
        _ => error.to_string(),
    }
}

/// What the system said, out of the error of a library that writes files: their own words are often
/// those of a programmer.
pub(super) fn io_error(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(now) = cause {
        if let Some(io) = now.downcast_ref::<io::Error>() {
            return io
                .raw_os_error()
                .map_or_else(|| io::Error::new(io.kind(), io.to_string()), io::Error::from_raw_os_error);
        }
        cause = now.source();
    }
    io::Error::other(error)
}

/// Name beside `path` under which it is written first. It keeps the extension, by which writers
/// choose a format, and begins with a dot, by which viewers of folders pass over it. The process's
/// number keeps two programs that write the same file out of each other's way.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut hidden = OsString::from(format!("{PARTIAL}{}-", std::process::id()));
    hidden.push(name);
    Ok(path.with_file_name(hidden))
}

/// Sees to it that what was written is on the disk before it takes the place of something older: else a
/// power cut could leave an empty file under the final name.
fn settle(partial: &Path) -> io::Result<()> {
    fs::OpenOptions::new().write(true).open(partial)?.sync_all()
}

/// Lets `write` make a file under another name and moves it to `path`; an older file there is
/// replaced whole.
pub fn write_whole_with(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), WriteError> {
    moved(path, |partial| write(partial).and_then(|()| settle(partial)))
}

/// As [`write_whole_with`], for one of many files of a [`PendingFolder`]: none of them counts before the
/// folder is complete, and waiting for the disk each time would take longer than writing them.
pub(super) fn write_one_of_many_with(
    path: &Path,
    write: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<(), WriteError> {
    moved(path, write)
}

fn moved(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), WriteError> {
    let error = |source| WriteError::new(path, source);
    let partial = beside(path).map_err(error)?;
    write(&partial).and_then(|()| fs::rename(&partial, path)).map_err(|source| {
        // It may not have come into being at all.
        let _ = fs::remove_file(&partial);
        error(source)
    })
}

/// Writes the file beside its place and moves it there.
///
/// Something at `path` that is no plain file (a pipe, a device) is written to directly: moving a
/// file over it would remove it.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    if fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
        return fs::write(path, bytes).map_err(|source| WriteError::new(path, source));
    }
    write_whole_with(path, |partial| fs::write(partial, bytes))
}

/// A folder for results. Those that it had to make vanish again with it if nothing was written.
#[derive(Debug)]
pub struct OutputFolder {
    path: PathBuf,
    /// The outermost first.
    made: Vec<PathBuf>,
}

impl OutputFolder {
    /// Makes the folder, with those above it, where it is missing.
    pub fn make(path: &Path) -> Result<Self, WriteError> {
        let missing = path.ancestors().filter(|p| !p.as_os_str().is_empty()).take_while(|p| !p.exists());
        let mut made: Vec<PathBuf> = missing.map(Path::to_path_buf).collect();
        made.reverse();
        // Made before the first error: removed by the drop.
        let folder = Self { path: path.to_path_buf(), made };
        fs::create_dir_all(path).map_err(|source| WriteError::new(path, source))?;
        Ok(folder)
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        // A folder with something in it refuses, and so do those above it.
        for folder in self.made.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// A folder that is being filled under another name and appears at its place when it is complete.
/// Dropped before that, it vanishes.
#[derive(Debug)]
pub struct PendingFolder {
    target: PathBuf,
    partial: PathBuf,
    done: bool,
    /// Dropped after the rest: what lies above stays only around something.
    _above: Option<OutputFolder>,
}

impl PendingFolder {
    /// - `target`: a folder that is not there yet, or empty
    /// - errors: a `target` with something in it, or a place that cannot be written to
    pub fn begin(target: &Path) -> Result<Self, WriteError> {
        let error = |source| WriteError::new(target, source);
        if fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(error(io::Error::new(
                io::ErrorKind::DirectoryNotEmpty,
                "there is something in this folder; choose an empty or a new one",
            )));
        }
        // `folder/.` and `folder/` name the same as `folder`.
        let target: PathBuf = target.components().collect();
        let name = target.file_name().ok_or_else(|| error(io::ErrorKind::InvalidFilename.into()))?;
        let parent = target.parent().filter(|p| !p.as_os_str().is_empty());
        let above = parent.map(OutputFolder::make).transpose()?;
        remove_abandoned(parent.unwrap_or(Path::new(".")), name);
        // Several programs may fill a folder of this name at once: the first to finish wins.
        let mut hidden = OsString::from(format!("{PARTIAL}{}-", std::process::id()));
        hidden.push(name);
        let partial = target.with_file_name(hidden);
        fs::create_dir(&partial).map_err(error)?;
        Ok(Self { target, partial, done: false, _above: above })
    }

    /// Where to write for now.
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// Moves the folder to its place.
    pub fn finish(mut self) -> Result<(), WriteError> {
        let error = |source| WriteError::new(&self.target, source);
        if self.target.exists() {
            // Empty, as `begin` made sure; anything that came since stays and stops this.
            fs::remove_dir(&self.target).map_err(error)?;
        }
        fs::rename(&self.partial, &self.target).map_err(error)?;
        self.done = true;
        Ok(())
    }
}

/// Removes what runs that were ended from outside left of a folder of this name: half-filled folders
/// in which nothing has happened for an hour.
fn remove_abandoned(parent: &Path, name: &OsStr) {
    const HOUR: Duration = Duration::from_secs(3600);
    let ending = format!("-{}", name.to_string_lossy());
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let file_name = entry.file_name();
        let file_name = file_name.to_string_lossy();
        let ours = file_name.starts_with(PARTIAL) && file_name.ends_with(&ending);
        let quiet =
            || entry.metadata().and_then(|m| m.modified()).is_ok_and(|t| t.elapsed().is_ok_and(|e| e > HOUR));
        if ours && quiet() {
            // Another program may be doing the same.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

impl Drop for PendingFolder {
    fn drop(&mut self) {
        if !self.done {
            // Nothing more can be done about what cannot be removed.
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder).expect("listed").count()
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_lies_beside_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("result.json");
        for text in ["first", "second"] {
            write_whole(&file, text.as_bytes()).expect("written");
            assert_eq!(fs::read_to_string(&file).expect("read"), text);
        }
        assert_eq!(names(folder.path()), 1);
    }

    #[test]
    fn a_failure_names_the_file_keeps_the_old_one_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("map.nii.gz");
        write_whole(&file, b"old").expect("written");
        let error = write_whole_with(&file, |partial| {
            fs::write(partial, b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        })
        .expect_err("the disk is full");
        assert!(error.to_string().contains("map.nii.gz"), "{error}");
        assert_eq!(fs::read(&file).expect("read"), b"old");
        assert_eq!(names(folder.path()), 1);
    }

    #[test]
    fn a_folder_in_the_way_of_a_file_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("taken");
        fs::create_dir(&file).expect("made");
        fs::write(file.join("inside"), "x").expect("written");
        write_whole(&file, b"x").expect_err("a folder is in the way");
        assert_eq!(names(folder.path()), 1);
    }

    #[test]
    fn a_pending_folder_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("deep").join("series");
        let pending = PendingFolder::begin(&target).expect("begun");
        fs::write(pending.path().join("a"), "1").expect("written");
        drop(pending);
        assert_eq!(names(folder.path()), 0, "the folder above it was made for it alone");
        let pending = PendingFolder::begin(&target).expect("begun again");
        fs::write(pending.path().join("a"), "1").expect("written");
        pending.finish().expect("moved");
        assert_eq!(names(&target), 1);
        assert_eq!(names(&folder.path().join("deep")), 1);
        let error = PendingFolder::begin(&target).expect_err("not empty any more");
        assert!(error.to_string().contains("choose an empty or a new one"), "{error}");
    }

    #[test]
    fn a_full_disk_is_named_in_plain_words_through_any_library() {
        #[derive(Debug, thiserror::Error)]
        #[error("Io(Os {{ code: 28 }})")]
        struct Wrapped(#[source] io::Error);
        let inner = io::Error::from(io::ErrorKind::StorageFull);
        let text = WriteError::new(Path::new("map.nii.gz"), io_error(Wrapped(inner))).to_string();
        assert!(text.contains("no space left on the device") && !text.contains("Os {"), "{text}");
        let other = io_error(std::fmt::Error).to_string();
        assert_eq!(other, std::fmt::Error.to_string());
    }

    #[test]
    fn a_folder_for_results_goes_again_if_nothing_was_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let deep = folder.path().join("a").join("b");
        drop(OutputFolder::make(&deep).expect("made"));
        assert_eq!(names(folder.path()), 0);
        fs::create_dir(folder.path().join("a")).expect("the user's own");
        drop(OutputFolder::make(&deep).expect("made"));
        assert_eq!((names(folder.path()), deep.exists()), (1, false));
        let kept = OutputFolder::make(&deep).expect("made");
        fs::write(kept.path().join("result.json"), "{}").expect("written");
        drop(kept);
        assert_eq!(names(&deep), 1);
    }
}
