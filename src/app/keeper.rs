//! Preferences on their way to the disk, away from the window's thread: one write at a time, and of
//! several wishes meanwhile the last.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::core::Core;
use super::waker::Waker;
use crate::jobs::{Job, Outcome, spawn};
use crate::session::Preferences;
use crate::workflow::preferences;

/// How long a closed window's program waits for its last write: a folder on a network may hang.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where preferences are kept, and what is being written.
#[derive(Default)]
pub(super) struct Keeper {
    /// `None` keeps nothing: tests, and systems without a home.
    file: Option<PathBuf>,
    running: Option<Job<Result<(), String>>>,
    next: Option<Preferences>,
}

impl Keeper {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file: Some(file), running: None, next: None }
    }

    /// The preferences file, where there is one.
    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Wants these to be kept.
    pub(super) fn keep(&mut self, prefs: &Preferences, waker: &Waker) {
        if self.file.is_some() {
            self.next = Some(prefs.clone());
            self.advance(waker);
        }
    }

    /// How a write ended, if it failed, in a sentence; begins the next one.
    pub(super) fn poll(&mut self, waker: &Waker) -> Option<String> {
        let outcome = self.running.as_ref().and_then(Job::poll)?;
        self.running = None;
        self.advance(waker);
        match outcome {
            Outcome::Done(Err(sentence)) => Some(sentence),
            Outcome::Failed(failure) => Some(failure.to_string()),
            Outcome::Done(Ok(())) | Outcome::Cancelled => None,
        }
    }

    fn advance(&mut self, waker: &Waker) {
        if self.running.is_some() {
            return;
        }
        let (Some(file), Some(prefs)) = (self.file.clone(), self.next.take()) else { return };
        self.running = Some(spawn("preferences", waker.now(), move |_| {
            Ok(preferences::write(&prefs, &file).map_err(|error| error.to_string()))
        }));
    }

    /// Waits until everything is written: the window is closed and nothing is drawn any more.
    fn finish(&mut self, waker: &Waker) {
        let begun = Instant::now();
        while self.running.is_some() && begun.elapsed() < PATIENCE {
            if let Some(sentence) = self.poll(waker) {
                tracing::warn!("{sentence}");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Core {
    /// Keeps preferences in this file from now on, and keys beside it.
    pub fn keep_preferences_in(&mut self, file: PathBuf) {
        self.ui.key_file = Some(file.with_file_name("keymap.toml"));
        self.keeper = Keeper::new(file);
    }

    /// Keeps the preferences; a failure is said, nothing else depends on it.
    pub(super) fn save_prefs(&mut self) {
        self.keeper.keep(&self.prefs, &self.waker);
    }

    pub(super) fn poll_prefs(&mut self) {
        if let Some(sentence) = self.keeper.poll(&self.waker) {
            self.warn(sentence);
        }
    }

    /// What is still to be written when the window is closed.
    pub(super) fn finish_prefs(&mut self) {
        // Where the window was is known only now.
        if self.prefs.window != self.window_kept {
            self.save_prefs();
        }
        self.keeper.finish(&self.waker);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_several_wishes_is_on_the_disk_when_the_window_is_closed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("preferences.toml");
        let (mut keeper, waker) = (Keeper::new(file.clone()), Waker::default());
        let mut prefs = Preferences::default();
        for dark in [false, true, false] {
            prefs.dark = dark;
            keeper.keep(&prefs, &waker);
        }
        keeper.finish(&waker);
        assert_eq!(preferences::read(&file).expect("read"), prefs);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_one_sentence() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("taken"), "a file").expect("written");
        let (mut keeper, waker) =
            (Keeper::new(folder.path().join("taken").join("preferences.toml")), Waker::default());
        keeper.keep(&Preferences::default(), &waker);
        let begun = Instant::now();
        let sentence = loop {
            if let Some(sentence) = keeper.poll(&waker) {
                break sentence;
            }
            assert!(begun.elapsed() < PATIENCE, "no answer");
            std::thread::yield_now();
        };
        assert!(sentence.starts_with("The preferences are not kept"), "{sentence}");
    }

    #[cfg(unix)]
    #[test]
    fn a_recent_path_that_is_no_unicode_costs_itself_alone() {
        use std::os::unix::ffi::OsStrExt;
        let mut prefs = Preferences { dark: false, ..Preferences::default() };
        prefs.remember(std::path::Path::new("a"));
        prefs.remember(std::path::Path::new(std::ffi::OsStr::from_bytes(b"\xff")));
        let again = Preferences::from_toml(&prefs.to_toml().expect("written")).expect("read");
        assert!(!again.dark);
        assert_eq!(again.recent.len(), 1);
        assert_eq!(again.recent[0].reveal(), std::path::Path::new("a"));
    }
}
