//! The system's dialogs, away from the window's thread, and what to do where there are none.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::command::{Explaining, FilmChoice};
use crate::jobs::{Job, JobContext, Outcome, Wake, spawn};
use crate::language;
use crate::say;
use crate::workflow::session_file::ENDING;

/// A dialog that nobody can have answered so fast was never shown: there is no portal.
const TOO_FAST: Duration = Duration::from_millis(400);

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// A folder to open.
    Folder,
    /// Files to open.
    Files,
    /// A folder with the prior.
    PriorFolder,
    /// The prior's files.
    PriorFiles,
    /// A checkpoint for this network.
    Weights(&'static str),
    /// Where to save a picture; the suggested name.
    Picture(String),
    /// A file of own cases.
    Cases,
    /// A session.
    OpenSession,
    /// Where to save the session; the suggested name.
    Session(String),
    /// Where to save measurements; the suggested name.
    Measurements(String),
    /// Where to save a figure; the suggested name.
    Figure(String),
    /// Where to save maps as DICOM.
    MapsFolder {
        /// With patient and study.
        with_patient: bool,
    },
    /// Where to save segments.
    Segments {
        /// With patient and study.
        with_patient: bool,
    },
    /// Where to save a picture of all viewports; the suggested name.
    LayoutPicture(String),
    /// Where to save a film; the suggested name.
    Film(FilmChoice, String),
}

/// How a dialog ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// Open these.
    Open(Vec<PathBuf>),
    /// The prior is here.
    Prior(Vec<PathBuf>),
    /// Import this as that network's weights.
    Import(&'static str, PathBuf),
    /// Save the picture here.
    Save(PathBuf),
    /// Open this session.
    OpenSession(PathBuf),
    /// Save the session here.
    SaveSession(PathBuf),
    /// Save the measurements here.
    SaveMeasurements(PathBuf),
    /// Do this, now that the place is known.
    Explaining(Explaining),
    /// Save the segments here, with patient and study or without.
    SaveSegments(PathBuf, bool),
    /// Save the picture of all viewports here.
    SaveLayout(PathBuf),
    /// Save the film here.
    SaveFilm(FilmChoice, PathBuf),
    /// The user thought better of it.
    Nothing,
    /// There is no dialog on this system: ask for the path in the window.
    NoDialog(Ask),
}

/// At most one dialog at a time.
#[derive(Default)]
pub(super) struct Dialogs {
    open: Option<(Ask, Job<(Vec<PathBuf>, Duration)>)>,
}

impl Dialogs {
    /// Shows a dialog, unless one is open.
    /// - `folder`: where to start
    pub(super) fn ask(&mut self, ask: Ask, folder: Option<&Path>, wake: Wake) {
        if self.open.is_some() {
            return;
        }
        let (what, folder) = (ask.clone(), folder.map(Path::to_owned));
        let work = language::carrying(move |_: &JobContext| {
            let start = Instant::now();
            Ok((show(&what, folder.as_deref()), start.elapsed()))
        });
        let job = spawn("dialog", wake, work);
        self.open = Some((ask, job));
    }

    /// The answer, once.
    pub(super) fn poll(&mut self) -> Option<Reply> {
        let (_, job) = self.open.as_ref()?;
        let outcome = job.poll()?;
        let (ask, _) = self.open.take()?;
        Some(match outcome {
            Outcome::Done((paths, after)) => reply(ask, paths, after),
            Outcome::Cancelled => Reply::Nothing,
            Outcome::Failed(_) => Reply::NoDialog(ask),
        })
    }
}

fn reply(ask: Ask, mut paths: Vec<PathBuf>, after: Duration) -> Reply {
    match (paths.is_empty(), &ask) {
        (true, _) if after < TOO_FAST => Reply::NoDialog(ask),
        (true, _) => Reply::Nothing,
        (false, Ask::Picture(_)) => Reply::Save(paths.swap_remove(0)),
        (false, Ask::Figure(_)) => Reply::Explaining(Explaining::SaveFigureTo(paths.swap_remove(0))),
        (false, &Ask::MapsFolder { with_patient }) => {
            Reply::Explaining(Explaining::SaveMapsIn { folder: paths.swap_remove(0), with_patient })
        }
        (false, Ask::LayoutPicture(_)) => Reply::SaveLayout(paths.swap_remove(0)),
        (false, Ask::Measurements(_)) => Reply::SaveMeasurements(paths.swap_remove(0)),
        (false, &Ask::Segments { with_patient }) => {
            let path = paths.swap_remove(0);
            let ending = if with_patient { "dcm" } else { "nii.gz" };
            let path = if path.extension().is_none() { path.with_extension(ending) } else { path };
            Reply::SaveSegments(path, with_patient)
        }
        (false, Ask::Film(choice, _)) => {
            let path = paths.swap_remove(0);
            Reply::SaveFilm(
                *choice,
                if path.extension().is_none() { path.with_extension("gif") } else { path },
            )
        }
        (false, Ask::Cases) => Reply::Explaining(Explaining::AddCasesFrom(paths.swap_remove(0))),
        (false, Ask::Weights(network)) => Reply::Import(network, paths.swap_remove(0)),
        (false, Ask::PriorFolder | Ask::PriorFiles) => Reply::Prior(paths),
        (false, Ask::Session(_)) => {
            let path = paths.swap_remove(0);
            // By its ending it is told from other files that are dropped on the window.
            Reply::SaveSession(if path.extension().is_none() { path.with_extension(ENDING) } else { path })
        }
        (false, Ask::OpenSession) => Reply::OpenSession(paths.swap_remove(0)),
        (false, Ask::Folder | Ask::Files) => Reply::Open(paths),
    }
}

/// The name that is suggested for segments.
pub(super) fn segments_name(with_patient: bool) -> &'static str {
    if with_patient { "triscope-segments.dcm" } else { "triscope-segments.nii.gz" }
}

fn show(ask: &Ask, folder: Option<&Path>) -> Vec<PathBuf> {
    let mut dialog = rfd::FileDialog::new();
    if let Some(folder) = folder {
        dialog = dialog.set_directory(folder);
    }
    match ask {
        Ask::Folder => dialog.set_title(say!("dialog-folder")).pick_folder().into_iter().collect(),
        Ask::PriorFolder => dialog.set_title(say!("dialog-prior-folder")).pick_folder().into_iter().collect(),
        Ask::PriorFiles => dialog.set_title(say!("dialog-prior-files")).pick_files().unwrap_or_default(),
        Ask::Figure(name) => dialog
            .set_title(say!("dialog-figure"))
            .set_file_name(name)
            .add_filter(say!("dialog-png"), &["png"])
            .save_file()
            .into_iter()
            .collect(),
        Ask::MapsFolder { .. } => dialog.set_title(say!("dialog-maps")).pick_folder().into_iter().collect(),
        Ask::Weights(_) => dialog
            .set_title(say!("dialog-import"))
            .add_filter(say!("dialog-weights"), &["safetensors", "pt", "pth", "ckpt", "bin"])
            .add_filter(say!("dialog-all-files"), &["*"])
            .pick_file()
            .into_iter()
            .collect(),
        Ask::Cases => dialog
            .set_title(say!("dialog-cases"))
            .add_filter(say!("dialog-cases-filter"), &["safetensors"])
            .pick_file()
            .into_iter()
            .collect(),
        Ask::Files => dialog.set_title(say!("dialog-files")).pick_files().unwrap_or_default(),
        Ask::OpenSession => dialog
            .set_title(say!("dialog-open-session"))
            .add_filter(say!("dialog-session"), &[ENDING])
            .pick_file()
            .into_iter()
            .collect(),
        Ask::Session(name) => dialog
            .set_title(say!("dialog-save-session"))
            .set_file_name(name)
            .add_filter(say!("dialog-session"), &[ENDING])
            .save_file()
            .into_iter()
            .collect(),
        Ask::Measurements(name) => dialog
            .set_title(say!("dialog-measurements"))
            .set_file_name(name)
            .add_filter(say!("dialog-table"), &["csv"])
            .add_filter("JSON", &["json"])
            .save_file()
            .into_iter()
            .collect(),
        Ask::Film(_, name) => dialog
            .set_title(say!("dialog-film"))
            .set_file_name(name)
            .add_filter(say!("dialog-gif"), &["gif"])
            .add_filter(say!("dialog-pngs"), &["png"])
            .save_file()
            .into_iter()
            .collect(),
        Ask::Segments { with_patient: true } => dialog
            .set_title(say!("dialog-segments-with-patient"))
            .set_file_name(segments_name(true))
            .add_filter(say!("dialog-dicom-seg"), &["dcm"])
            .save_file()
            .into_iter()
            .collect(),
        Ask::Segments { with_patient: false } => dialog
            .set_title(say!("dialog-segments"))
            .set_file_name(segments_name(false))
            .add_filter(say!("dialog-nifti"), &["nii.gz", "nii"])
            .add_filter(say!("dialog-dicom-seg-without"), &["dcm"])
            .save_file()
            .into_iter()
            .collect(),
        Ask::LayoutPicture(name) => dialog
            .set_title(say!("dialog-picture"))
            .set_file_name(name)
            .add_filter(say!("dialog-png"), &["png"])
            .save_file()
            .into_iter()
            .collect(),
        Ask::Picture(name) => dialog
            .set_title(say!("dialog-picture"))
            .set_file_name(name)
            .add_filter(say!("dialog-png"), &["png"])
            .add_filter(say!("dialog-dicom"), &["dcm"])
            .save_file()
            .into_iter()
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_faster_than_a_hand_means_no_dialog() {
        let quick = Duration::from_millis(10);
        assert_eq!(reply(Ask::Folder, Vec::new(), quick), Reply::NoDialog(Ask::Folder));
        assert_eq!(reply(Ask::Folder, Vec::new(), Duration::from_secs(1)), Reply::Nothing);
    }

    #[test]
    fn a_chosen_path_is_opened_or_saved_to() {
        let (path, slow) = (PathBuf::from("x"), Duration::from_secs(1));
        assert_eq!(reply(Ask::Files, vec![path.clone()], slow), Reply::Open(vec![path.clone()]));
        assert_eq!(reply(Ask::PriorFolder, vec![path.clone()], slow), Reply::Prior(vec![path.clone()]));
        assert_eq!(reply(Ask::Picture("p".into()), vec![path.clone()], slow), Reply::Save(path));
    }
}
