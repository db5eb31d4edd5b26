//! Maps and pictures as DICOM files, away from what was opened.

use std::path::{Component, Path, PathBuf};

use crate::explain::Saliency;
use crate::export::{
    Explained, Filing, ParametricMap, PendingFolder, WriteError, write_parametric_map,
    write_secondary_capture,
};
use crate::geometry::VoxelGrid;
use crate::inference::Answer;
use crate::ingest::{IngestError, Series, origin};
use crate::jobs::{Cancelled, JobContext};
use crate::ui::picture::Picture;

/// Where DICOM files go, and whose they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsDicom {
    /// A folder that is not there yet, or empty; of a picture the file.
    pub folder: PathBuf,
    /// Patient, study and UIDs as the series has them; else left out and replaced.
    pub with_patient: bool,
    /// What was opened: nothing is written into these folders.
    pub opened: Vec<PathBuf>,
}

/// Why there are no DICOM files, in the words that the user reads.
#[derive(Debug, thiserror::Error)]
pub enum DicomError {
    /// A place in what was opened.
    #[error("{} lies in the folder that was opened, in which nothing is ever written; choose another place", .0.display())]
    InOpened(PathBuf),
    /// The file that was opened.
    #[error("{} is what was opened, which is never replaced; choose another name", .0.display())]
    Opened(PathBuf),
    /// Where it leads is not known before it is made.
    #[error("{} leads back out of a folder that is not there; name the place without ..", .0.display())]
    Unclear(PathBuf),
    /// Other results go there, too, and a folder with files in it is taken for somebody's.
    #[error("{} is to take the other results, too; give the DICOM files a folder of their own", .0.display())]
    Shared(PathBuf),
    /// The files of the series cannot be read again.
    #[error("{0}")]
    Origin(String),
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<IngestError> for DicomError {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Origin(other.to_string()),
        }
    }
}

/// Parametric Maps on their way into a folder, which appears when they are all there.
#[derive(Debug)]
pub struct MapFiles {
    folder: PendingFolder,
    filing: Filing,
}

impl MapFiles {
    /// Reads whose the series is, and makes room.
    /// - errors: a place in what was opened or with something in it; files of the series that are gone; cancelled
    pub fn begin(to: &AsDicom, series: &Series, ctx: &JobContext) -> Result<Self, DicomError> {
        apart(&to.folder, &to.opened)?;
        let filing = Filing::new(origin(series, ctx)?, to.with_patient);
        Ok(Self { folder: PendingFolder::begin(&to.folder)?, filing })
    }

    /// Writes the maps of an answer, one file each.
    /// - `start`: how their names begin
    /// - returns: their names, in their order
    pub fn write<'a>(
        &self,
        start: &str,
        answer: &Answer,
        maps: impl IntoIterator<Item = &'a Saliency>,
        grid: &VoxelGrid,
    ) -> Result<Vec<String>, DicomError> {
        let mut names = Vec::new();
        for (n, saliency) in maps.into_iter().enumerate() {
            let scale = saliency.scale.map_or(String::new(), |s| format!("_{}", s.name()));
            let name = format!("{start}_{}{scale}.dcm", saliency.method);
            let map = ParametricMap { saliency, grid, answer: Explained::from(answer), number: n + 1 };
            write_parametric_map(&self.folder.path().join(&name), map, &self.filing)?;
            names.push(name);
        }
        Ok(names)
    }

    /// The folder is complete.
    pub fn finish(self) -> Result<(), DicomError> {
        Ok(self.folder.finish()?)
    }
}

/// Writes a picture of a series as a Secondary Capture; a file that is there stays.
/// - `to`: the file in place of the folder, and whose it is
/// - errors: as [`MapFiles::begin`]; a file of this name
pub fn write_view(
    to: &AsDicom,
    picture: &Picture,
    series: &Series,
    ctx: &JobContext,
) -> Result<(), DicomError> {
    apart(&to.folder, &to.opened)?;
    let filing = Filing::new(origin(series, ctx)?, to.with_patient);
    Ok(write_secondary_capture(&to.folder, &picture.rgba, picture.size_px, "A view of Triscope", &filing)?)
}

/// Whether a picture is wanted as DICOM, by its name.
pub fn is_dicom(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("dcm"))
}

/// Refuses a place inside a folder that was opened, by whatever name it is called.
pub fn apart(target: &Path, opened: &[PathBuf]) -> Result<(), DicomError> {
    let target = std::path::absolute(target).unwrap_or_else(|_| target.to_owned());
    // What is opened is never replaced.
    let same = |file: &PathBuf| file.is_file() && file.canonicalize().ok() == target.canonicalize().ok();
    // A way back out of a folder that is yet to be made leads somewhere else once it is there.
    let unclear = target.components().any(|part| part == Component::ParentDir)
        && target.parent().is_none_or(|above| !above.exists());
    if unclear {
        return Err(DicomError::Unclear(target));
    }
    if opened.iter().any(same) {
        return Err(DicomError::Opened(target));
    }
    // What is there of it already: the rest is yet to be made.
    let there = target.ancestors().find_map(|above| above.canonicalize().ok());
    let inside = |folder: &PathBuf| {
        let folder = folder.canonicalize().ok().filter(|folder| folder.is_dir());
        there.as_ref().zip(folder).is_some_and(|(there, folder)| there.starts_with(folder))
    };
    if opened.iter().any(inside) { Err(DicomError::InOpened(target)) } else { Ok(()) }
}

/// Refuses a folder for DICOM files that would not be empty any more once other results are written: the same as
/// theirs, or one around it, by whatever name it is called.
/// - `out`: where the other results go
pub fn own_folder(dicom: &Path, out: &Path) -> Result<(), DicomError> {
    let place = |path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        // What is there by its real name, with what is yet to be made behind it.
        let there = path.ancestors().find_map(|above| Some((above.canonicalize().ok()?, above)));
        there.and_then(|(real, above)| Some(real.join(path.strip_prefix(above).ok()?))).unwrap_or(path)
    };
    if place(out).starts_with(place(dicom)) { Err(DicomError::Shared(dicom.to_owned())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dicom_files_have_a_folder_that_takes_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("results");
        let refused = own_folder(&out, &out).expect_err("the same");
        assert!(refused.to_string().contains("a folder of their own"), "{refused}");
        assert!(own_folder(folder.path(), &out).is_err(), "around it");
        std::fs::create_dir(folder.path().join("x")).expect("made");
        assert!(
            own_folder(&folder.path().join("x").join("..").join("results"), &out).is_err(),
            "another name"
        );
        own_folder(&out.join("dicom"), &out).expect("inside it");
        own_folder(&folder.path().join("maps"), &out).expect("beside it");
    }

    #[test]
    fn a_place_in_the_opened_folder_is_refused_by_any_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let ct = folder.path().join("ct");
        std::fs::create_dir(&ct).expect("made");
        let opened = [ct.clone()];
        let around = ct.join("..").join("ct").join("x");
        for inside in [ct.clone(), ct.join("new"), ct.join("deep").join("er"), around] {
            let refused = apart(&inside, &opened).expect_err("inside");
            assert!(refused.to_string().contains("nothing is ever written"), "{refused}");
        }
        apart(&folder.path().join("maps"), &opened).expect("beside it");
        // A file that was opened is no folder, and is not replaced itself.
        let file = folder.path().join("ct.nii.gz");
        std::fs::write(&file, "x").expect("written");
        apart(&folder.path().join("maps"), std::slice::from_ref(&file)).expect("beside it");
        let refused = apart(&file, std::slice::from_ref(&file)).expect_err("itself");
        assert!(refused.to_string().contains("never replaced"), "{refused}");
        let back = folder.path().join("new").join("..").join("ct").join("x");
        assert!(apart(&back, &opened).is_err(), "leads into it once `new` is made");
    }
}
