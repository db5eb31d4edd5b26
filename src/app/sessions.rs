//! The session as a file: saved and opened when asked, kept by itself while the program runs.
//!
//! A running program writes what was made into its own file in the state folder, two seconds after a change
//! at most, and holds a lock beside it. What a program left behind, however it ended, is the last session
//! for the next one.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::core::Core;
use super::saving::Target;
use crate::command::Command;
use crate::export::hashed_uid;
use crate::jobs::{Job, Outcome, spawn};
use crate::session::{Edit, News, Severity};
use crate::workflow::session_file::{self, ENDING, SavedSession, saved};

/// Between two writes of a session that changes.
const EVERY: Duration = Duration::from_secs(2);
/// Programs of one user that keep their sessions at the same time.
const MOST: usize = 16;
/// How long a closed window's program waits for its last write.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sessions on their way from and to the disk.
#[derive(Default)]
pub(super) struct Sessions {
    /// Where this program keeps its own; `None` keeps nothing: tests, and systems without a home.
    slot: Option<Slot>,
    /// What the last program left.
    last: Option<PathBuf>,
    reading: Option<Job<Result<SavedSession, String>>>,
    /// Read; it waits until its series is on the screen.
    waiting: Option<SavedSession>,
    writing: Option<Job<Result<(), String>>>,
    written: u64,
    at: Option<Instant>,
    /// The folders and files whose session is in the slot.
    of: Vec<PathBuf>,
}

/// A file that no other program writes as long as the lock is held.
struct Slot {
    file: PathBuf,
    _lock: File,
}

impl Sessions {
    /// Takes a place in the folder, and finds what a program that ended has left there.
    pub(super) fn in_folder(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut slot = None;
        let mut left: Vec<(std::time::SystemTime, PathBuf)> = Vec::new();
        for n in 0..MOST {
            let file = folder.join(format!("session-{n}.{ENDING}"));
            let lock = File::create(folder.join(format!("session-{n}.lock")))?;
            if lock.try_lock().is_err() {
                continue;
            }
            left.extend(std::fs::metadata(&file).and_then(|m| m.modified()).map(|at| (at, file.clone())));
            slot.get_or_insert(Slot { file, _lock: lock });
        }
        let last = folder.join(format!("last.{ENDING}"));
        if let Some((_, newest)) = left.into_iter().max() {
            std::fs::rename(newest, &last)?;
        }
        let last = last.is_file().then_some(last);
        Ok(Self { slot, last, ..Self::default() })
    }
}

impl Core {
    /// Keeps what is made in this folder from now on; where that fails it is said, nothing else depends on it.
    pub fn keep_sessions_in(&mut self, folder: &Path) {
        match Sessions::in_folder(folder) {
            Ok(sessions) => self.sessions = sessions,
            Err(error) => self.warn(format!("Sessions are not kept: {error}")),
        }
        self.tell_of_last_session();
    }

    /// Says that there is a session to go on with.
    pub(super) fn tell_of_last_session(&mut self) {
        self.session.receive(News::LastSession(self.sessions.last.is_some()));
    }

    /// Opens the last session, and the folders that it was made in.
    pub(super) fn restore_session(&mut self) {
        if let Some(last) = self.sessions.last.clone() {
            self.open_session(last);
        }
    }

    /// Reads a session; it comes back as soon as its series is on the screen.
    pub(super) fn open_session(&mut self, path: PathBuf) {
        self.sessions.reading = Some(spawn("session", self.waker.now(), move |_| {
            Ok(session_file::read(&path).map_err(|error| error.to_string()))
        }));
    }

    /// Writes everything that was made, without paths.
    pub(super) fn save_session(&mut self, target: Target) {
        let Some(saved) = saved(&self.session) else { return };
        let job = spawn("session", self.waker.now(), move |ctx| {
            ctx.step("Writing the session", 0.0)?;
            let path = target.path();
            let written = session_file::write(&path, &saved);
            Ok(written.map(|()| path).map_err(|error| error.to_string()))
        });
        self.follow_saving("Session", job);
    }

    /// Keeps what was made, and brings back what was read.
    pub(super) fn poll_sessions(&mut self, ctx: &egui::Context) {
        self.poll_read_session();
        self.bring_back(ctx);
        self.keep_session(ctx);
    }

    fn poll_read_session(&mut self) {
        let Some(outcome) = self.sessions.reading.as_ref().and_then(Job::poll) else { return };
        self.sessions.reading = None;
        let saved = match outcome {
            Outcome::Done(Ok(saved)) => saved,
            Outcome::Done(Err(sentence)) => return self.fail(sentence),
            Outcome::Failed(failure) => return self.fail(failure.to_string()),
            Outcome::Cancelled => return,
        };
        if !self.knows_a_series_of(&saved) {
            if saved.paths.is_empty() {
                let text =
                    "The session is read. Open the folder of its series: what was made in it comes back then";
                self.session.receive(News::Notice(Severity::Info, text.to_owned()));
            } else {
                self.open(saved.paths.clone());
            }
        }
        self.sessions.waiting = Some(saved);
    }

    fn knows_a_series_of(&self, saved: &SavedSession) -> bool {
        let hashes: Vec<String> = self.session.scan().series.iter().map(|s| hashed_uid(&s.uid)).collect();
        saved.series.iter().any(|series| hashes.contains(&series.series))
    }

    /// Once a series of the session that waits is whole on the screen.
    fn bring_back(&mut self, ctx: &egui::Context) {
        let Some(open) = self.session.open().filter(|open| open.loaded) else { return };
        let Some(saved) = self.sessions.waiting.take() else { return };
        let index = open.index;
        let hash = |n: usize| self.session.scan().series.get(n).map(|s| hashed_uid(&s.uid));
        // The series that was on the screen comes first; the others when they are shown.
        let series = self.session.scan().series.len();
        let wanted = saved.open.is_some().then(|| (0..series).find(|n| hash(*n) == saved.open)).flatten();
        if wanted.is_some_and(|wanted| wanted != index) {
            if let Some(wanted) = wanted.filter(|_| self.session.work().is_empty()) {
                self.carry_out(Command::ShowSeries(wanted), ctx);
            }
            self.sessions.waiting = Some(saved);
            return;
        }
        let here = hash(index);
        let Some(restored) = session_file::restore(&saved, &self.session) else {
            self.sessions.waiting = Some(saved);
            return;
        };
        let (nodules, edits) = (restored.nodules.len(), restored.edits.len());
        if edits > 0 {
            self.session.apply(Edit::Many(restored.edits));
        }
        if nodules > 0 {
            self.start_network();
        }
        for nodule in &restored.nodules {
            self.asker.ask(nodule.id, &mut self.session);
        }
        if !restored.lost.is_empty() {
            self.warn(format!("Of the session not all came back: {}", restored.lost.join("; ")));
        }
        let open = saved.open.filter(|open| Some(open) != here.as_ref());
        let rest: Vec<_> = saved.series.into_iter().filter(|s| Some(&s.series) != here.as_ref()).collect();
        self.sessions.waiting = (!rest.is_empty()).then_some(SavedSession { open, series: rest, ..saved });
    }

    fn keep_session(&mut self, ctx: &egui::Context) {
        if let Some(outcome) = self.sessions.writing.as_ref().and_then(Job::poll) {
            self.sessions.writing = None;
            match outcome {
                Outcome::Done(Err(sentence)) => self.warn(format!("The session is not kept: {sentence}")),
                Outcome::Failed(failure) => self.warn(format!("The session is not kept: {failure}")),
                Outcome::Done(Ok(())) | Outcome::Cancelled => {}
            }
        }
        let sessions = &self.sessions;
        if sessions.slot.is_none()
            || sessions.written == self.session.revision()
            || sessions.writing.is_some()
        {
            return;
        }
        self.leave_other_case();
        let sessions = &self.sessions;
        let rest = sessions.at.map_or(Duration::ZERO, |at| EVERY.saturating_sub(at.elapsed()));
        if rest.is_zero() {
            self.write_session();
        } else {
            // Nothing else may draw a frame by then.
            ctx.request_repaint_after(rest);
        }
    }

    fn write_session(&mut self) {
        let Some(file) = self.sessions.slot.as_ref().map(|slot| slot.file.clone()) else { return };
        self.sessions.written = self.session.revision();
        let paths = self.case_paths();
        let saved = saved(&self.session).map(|saved| SavedSession { paths: paths.clone(), ..saved });
        if saved.is_none() && self.sessions.of.is_empty() {
            return;
        }
        self.sessions.of = if saved.is_some() { paths } else { Vec::new() };
        self.sessions.at = Some(Instant::now());
        self.sessions.writing = Some(spawn("session", self.waker.now(), move |_| {
            Ok(match saved {
                Some(saved) => session_file::write(&file, &saved).map_err(|error| error.to_string()),
                // Everything was taken back.
                None => std::fs::remove_file(&file).map_err(|error| error.to_string()),
            })
        }));
    }

    /// What was made in another case, which is closed now, becomes the last session.
    fn leave_other_case(&mut self) {
        let Some(slot) = &self.sessions.slot else { return };
        if self.sessions.of.is_empty() || self.sessions.of == self.case_paths() {
            return;
        }
        let last = slot.file.with_file_name(format!("last.{ENDING}"));
        if std::fs::rename(&slot.file, &last).is_ok() {
            self.sessions.last = Some(last);
            self.tell_of_last_session();
        }
        self.sessions.of.clear();
    }

    fn case_paths(&self) -> Vec<PathBuf> {
        self.session.paths().iter().map(|path| path.reveal().clone()).collect()
    }

    /// What was made last, when the window is closed.
    pub(super) fn finish_session(&mut self) {
        let begun = Instant::now();
        let wait = |core: &Self| {
            while core.sessions.writing.as_ref().is_some_and(|job| job.poll().is_none())
                && begun.elapsed() < PATIENCE
            {
                std::thread::sleep(Duration::from_millis(2));
            }
        };
        wait(self);
        if self.sessions.slot.is_some() && self.sessions.written != self.session.revision() {
            self.write_session();
            wait(self);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_left_is_the_last_session_of_the_next() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Sessions::in_folder(folder.path()).expect("a place");
        assert!(first.last.is_none());
        let file = first.slot.as_ref().expect("a place").file.clone();
        std::fs::write(&file, "first").expect("written");
        // While it runs another program has a place of its own, and leaves this one alone.
        let second = Sessions::in_folder(folder.path()).expect("a place");
        assert!(second.last.is_none());
        assert_ne!(second.slot.as_ref().expect("a place").file, file);
        drop((first, second));
        let third = Sessions::in_folder(folder.path()).expect("a place");
        let last = third.last.expect("a last session");
        assert_eq!(std::fs::read_to_string(last).expect("read"), "first");
        assert!(!file.exists());
    }
}
