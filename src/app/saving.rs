//! Files on their way to the disk, with progress, cancel, and a sentence at the end of each.

use std::path::{Path, PathBuf};

use super::core::Core;
use crate::jobs::{Job, JobContext, Outcome};
use crate::session::{News, Severity, Work, WorkId};

/// A file that a job writes.
pub(super) struct Saving {
    /// What it is, as the sentence at the end begins.
    what: &'static str,
    job: Box<dyn Writing>,
}

/// A file that was written.
pub(super) struct Saved {
    pub(super) path: PathBuf,
    /// What must be known of it, a sentence each.
    pub(super) remarks: Vec<String>,
}

impl From<PathBuf> for Saved {
    fn from(path: PathBuf) -> Self {
        Self { path, remarks: Vec::new() }
    }
}

/// A job that writes a file, whatever else it tells of it.
trait Writing {
    fn context(&self) -> &JobContext;
    fn poll(&self) -> Option<Outcome<Result<Saved, String>>>;
}

impl<T: Into<Saved>> Writing for Job<Result<T, String>> {
    fn context(&self) -> &JobContext {
        Job::context(self)
    }

    fn poll(&self) -> Option<Outcome<Result<Saved, String>>> {
        Some(match Job::poll(self)? {
            Outcome::Done(written) => Outcome::Done(written.map(Into::into)),
            Outcome::Cancelled => Outcome::Cancelled,
            Outcome::Failed(failure) => Outcome::Failed(failure),
        })
    }
}

/// Where a file goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// To this file; an older one is replaced, as the dialog has asked.
    File(PathBuf),
    /// To the working folder, under this name or one with a number that is not taken.
    Here(String),
}

impl Target {
    /// The file to write; looks at the disk.
    pub(super) fn path(self) -> PathBuf {
        match self {
            Target::File(path) => path,
            Target::Here(name) => free_name(&std::env::current_dir().unwrap_or_default(), &name),
        }
    }
}

impl Core {
    /// Follows a job that writes a file.
    pub(super) fn follow_saving<T: Into<Saved> + 'static>(
        &mut self,
        what: &'static str,
        job: Job<Result<T, String>>,
    ) {
        let progress = job.context().progress();
        self.session.receive(News::Working(Work { id: WorkId::Save, progress }));
        self.saving.push(Saving { what, job: Box::new(job) });
    }

    /// Stops before the file is written, if it is not yet.
    pub(super) fn cancel_saving(&self) {
        self.saving.iter().for_each(|saving| saving.job.context().cancel());
    }

    /// Says how far saving is, and how it ended.
    pub(super) fn poll_saving(&mut self) {
        let Some(Saving { what, job }) = self.saving.first() else { return };
        let Some(outcome) = job.poll() else {
            let progress = job.context().progress();
            self.session.receive(News::Working(Work { id: WorkId::Save, progress }));
            return;
        };
        let (severity, text) = match outcome {
            Outcome::Done(Ok(Saved { path, remarks })) if remarks.is_empty() => {
                (Severity::Info, format!("{what} saved: {}", path.display()))
            }
            Outcome::Done(Ok(Saved { path, remarks })) => {
                (Severity::Warning, format!("{what} saved: {}. {}", path.display(), remarks.join(". ")))
            }
            Outcome::Done(Err(sentence)) => (Severity::Error, sentence),
            Outcome::Cancelled => (Severity::Info, "Nothing was saved".to_owned()),
            Outcome::Failed(failure) => (Severity::Error, failure.to_string()),
        };
        self.saving.remove(0);
        if self.saving.is_empty() {
            self.session.receive(News::Stopped(WorkId::Save));
        }
        self.session.receive(News::Notice(severity, text));
    }
}

/// `name` in `folder`, with a number before its ending where it is taken.
fn free_name(folder: &Path, name: &str) -> PathBuf {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let numbered = |n: usize| if n == 1 { name.to_owned() } else { format!("{stem}-{n}.{ending}") };
    let names = (1..1000).map(|n| folder.join(numbered(n)));
    names.into_iter().find(|path| !path.exists()).unwrap_or_else(|| folder.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let folder = tempfile::tempdir().expect("a folder");
        let free = || free_name(folder.path(), "a.csv");
        assert_eq!(free(), folder.path().join("a.csv"));
        std::fs::write(free(), "").expect("written");
        assert_eq!(free(), folder.path().join("a-2.csv"));
    }
}
