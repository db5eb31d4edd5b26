//! The session as a file: saved and opened when asked, kept by itself while the program runs.
//!
//! A running program writes what was made into its own file in the state folder, two seconds after a change
//! at most, and holds a lock beside it. What a program left behind, however it ended, and what was made in a
//! case that was closed, is put aside under a name of its own; the newest is the last session.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::core::Core;
use super::saving::Target;
use super::session_voxels::Filling;
use crate::command::Command;
use crate::export::hashed_uid;
use crate::jobs::{Job, Outcome, spawn};
use crate::session::{Edit, News};
use crate::workflow::session_file::{self, ENDING, SavedSession, saved, views_alone};

/// Between two writes of a session that changes.
const EVERY: Duration = Duration::from_secs(2);
/// Programs of one user that keep their sessions at the same time.
const MOST: usize = 16;
/// How the names of sessions begin that were put aside, and how many of them are kept.
const LEFT: &str = "left-";
const KEPT: usize = 10;
/// How long a closed window's program waits for its last write.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sessions on their way from and to the disk.
#[derive(Default)]
pub(super) struct Sessions {
    /// Where this program keeps its own; `None` keeps nothing: tests, and systems without a home.
    slot: Option<Slot>,
    /// What was left last, by a program that ended or for another case.
    last: Option<PathBuf>,
    reading: Option<Job<Result<SavedSession, String>>>,
    /// Read; it waits until its series are on the screen, and is kept with what is made meanwhile.
    pub(super) waiting: Option<SavedSession>,
    /// Its series was asked for: the user may have chosen another since.
    asked: bool,
    /// Its segments on their way from text to voxels.
    pub(super) filling: Vec<Filling>,
    writing: Option<Job<Result<(), String>>>,
    /// Revision of the document in the slot, and when it was written.
    written: Option<u64>,
    at: Option<Instant>,
    /// The case whose session is in the slot.
    of: Option<u64>,
}

/// A file that no other program writes as long as the lock is held.
struct Slot {
    file: PathBuf,
    _lock: File,
}

impl Slot {
    /// Puts what is in the slot aside, under a name of its own; nothing where it is empty. Of what was put
    /// aside the oldest go.
    fn put_aside(file: &Path) -> Option<PathBuf> {
        let folder = file.parent()?;
        let modified = std::fs::metadata(file).and_then(|m| m.modified()).ok()?;
        let since = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        // Two programs may have written in the same moment.
        let slot = file.file_stem().unwrap_or_default().to_string_lossy();
        let aside = folder.join(format!("{LEFT}{:015}-{slot}.{ENDING}", since.as_millis()));
        std::fs::rename(file, &aside).ok()?;
        let left = left_in(folder);
        for old in left.iter().take(left.len().saturating_sub(KEPT)) {
            let _ = std::fs::remove_file(old);
        }
        Some(aside)
    }
}

/// Sessions that were put aside, the oldest first.
fn left_in(folder: &Path) -> Vec<PathBuf> {
    let is_left = |path: &PathBuf| {
        path.extension().is_some_and(|ending| ending == ENDING)
            && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(LEFT))
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut left: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_left).collect();
    left.sort();
    left
}

impl Sessions {
    /// Takes a place in the folder, and finds what programs that ended have left there.
    pub(super) fn in_folder(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut slot = None;
        for n in 0..MOST {
            let file = folder.join(format!("session-{n}.{ENDING}"));
            let lock = folder.join(format!("session-{n}.lock"));
            if slot.is_some() && !lock.exists() {
                // Nobody was ever there.
                continue;
            }
            let lock = File::create(lock)?;
            if lock.try_lock().is_ok() {
                Slot::put_aside(&file);
                slot.get_or_insert(Slot { file, _lock: lock });
            }
        }
        if slot.is_none() {
            return Err(std::io::Error::other("no place in the state folder can be locked"));
        }
        Ok(Self { slot, last: left_in(folder).pop(), ..Self::default() })
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

    /// Says whether there is a session to go on with.
    fn tell_of_last_session(&mut self) {
        self.session.receive(News::LastSession(self.sessions.last.is_some()));
    }

    /// Opens the last session, and the folders that it was made in.
    pub(super) fn restore_session(&mut self) {
        if let Some(last) = self.sessions.last.clone() {
            self.open_session(last, true);
        }
    }

    /// Takes away what was put aside: it names folders.
    pub(super) fn forget_left_sessions(&mut self) {
        if let Some(folder) = self.sessions.slot.as_ref().and_then(|slot| slot.file.parent()) {
            for left in left_in(folder) {
                let _ = std::fs::remove_file(left);
            }
        }
        self.sessions.last = None;
        self.tell_of_last_session();
    }

    /// Reads a session; it comes back as soon as its series is on the screen.
    /// - `own`: of the state folder: it names the folders of its case, which no other file may
    pub(super) fn open_session(&mut self, path: PathBuf, own: bool) {
        self.sessions.reading = Some(spawn("session", self.waker.now(), move |_| {
            let mut read = session_file::read(&path).map_err(|error| error.to_string());
            if let Ok(saved) = &mut read
                && !own
            {
                saved.paths.clear();
            }
            Ok(read)
        }));
    }

    /// Everything that was made, with what was read and still waits for its series.
    fn whole_session(&self) -> Option<SavedSession> {
        let waiting = self.sessions.waiting.as_ref();
        let Some(mut made) = saved(&self.session) else { return waiting.cloned() };
        let rest = waiting.into_iter().flat_map(|waiting| &waiting.series);
        let rest: Vec<_> =
            rest.filter(|s| made.series.iter().all(|made| made.series != s.series)).cloned().collect();
        made.series.extend(rest);
        Some(made)
    }

    /// Writes everything that was made, without paths; where nothing was, the views alone.
    pub(super) fn save_session(&mut self, target: Target) {
        let Some(saved) = self.whole_session().or_else(|| views_alone(&self.session)) else { return };
        let saved = SavedSession { paths: Vec::new(), ..saved };
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
        self.bring_back_in_prior();
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
                self.session.receive(News::Wanting(text.to_owned()));
            } else {
                self.open(saved.paths.clone());
            }
        }
        self.sessions.waiting = Some(saved);
        (self.sessions.written, self.sessions.asked) = (None, false);
        self.sessions.filling.clear();
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
        // The series that was on the screen comes first, and is asked for once; the others when they are shown.
        let series = self.session.scan().series.len();
        let wanted = saved.open.is_some().then(|| (0..series).find(|n| hash(*n) == saved.open)).flatten();
        if let Some(wanted) = wanted.filter(|wanted| *wanted != index && !self.sessions.asked) {
            if !self.session.is_working() {
                self.sessions.asked = true;
                self.carry_out(Command::ShowSeries(wanted), ctx);
            }
            self.sessions.waiting = Some(saved);
            return;
        }
        let here = hash(index);
        let volume = Arc::clone(&open.volume);
        let Some(saved) = self.fill(saved, here.as_deref().unwrap_or_default(), &volume) else { return };
        let Some(restored) = session_file::restore(&saved, &self.session) else {
            self.sessions.waiting = Some(saved);
            return;
        };
        if !restored.edits.is_empty() {
            self.session.apply(Edit::Many(restored.edits));
        }
        if !restored.nodules.is_empty() {
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
        if sessions.slot.is_none() || self.is_kept() || sessions.writing.is_some() {
            return;
        }
        self.leave_other_case();
        let rest = self.sessions.at.map_or(Duration::ZERO, |at| EVERY.saturating_sub(at.elapsed()));
        if rest.is_zero() {
            self.write_session();
        } else {
            // Nothing else may draw a frame by then.
            ctx.request_repaint_after(rest);
        }
    }

    fn is_kept(&self) -> bool {
        self.sessions.written == Some(self.session.revision())
    }

    /// Before what was made goes with its case.
    pub(super) fn keep_now(&mut self) {
        let same = self.sessions.of.is_none_or(|of| of == self.session.case_number());
        if self.sessions.writing.is_none() && same && !self.is_kept() && saved(&self.session).is_some() {
            self.write_session();
        }
    }

    /// Writes what was made and puts it aside for a program that takes over, at once: this one ends.
    /// - returns: whether anything was
    pub(super) fn leave_session(&self) -> bool {
        let (Some(slot), Some(whole)) = (&self.sessions.slot, self.whole_session()) else { return false };
        let paths: Vec<PathBuf> = self.session.paths().iter().map(|path| path.reveal().clone()).collect();
        let whole = if paths.is_empty() { whole } else { SavedSession { paths, ..whole } };
        session_file::write(&slot.file, &whole).is_ok() && Slot::put_aside(&slot.file).is_some()
    }

    fn write_session(&mut self) {
        let Some(file) = self.sessions.slot.as_ref().map(|slot| slot.file.clone()) else { return };
        self.sessions.written = Some(self.session.revision());
        let paths: Vec<PathBuf> = self.session.paths().iter().map(|path| path.reveal().clone()).collect();
        // What only waits was made in the folders that it names itself.
        let named =
            |saved: SavedSession| if paths.is_empty() { saved } else { SavedSession { paths, ..saved } };
        let whole = self.whole_session().map(named);
        if whole.is_none() && self.sessions.of.is_none() {
            return;
        }
        self.sessions.of = whole.is_some().then(|| self.session.case_number());
        self.sessions.at = Some(Instant::now());
        self.sessions.writing = Some(spawn("session", self.waker.now(), move |_| {
            Ok(match whole {
                Some(whole) => session_file::write(&file, &whole).map_err(|error| error.to_string()),
                // Everything was taken back.
                None => std::fs::remove_file(&file).map_err(|error| error.to_string()),
            })
        }));
    }

    /// What was made in another case, or in this one before it was opened again, is put aside.
    fn leave_other_case(&mut self) {
        let Some(slot) = &self.sessions.slot else { return };
        if self.sessions.of.is_none_or(|of| of == self.session.case_number()) {
            return;
        }
        self.sessions.of = None;
        if let Some(aside) = Slot::put_aside(&slot.file) {
            self.sessions.last = Some(aside);
            self.tell_of_last_session();
        }
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
        if self.sessions.slot.is_some() && !self.is_kept() {
            self.leave_other_case();
            self.write_session();
            wait(self);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(sessions: &Sessions, text: &str) -> PathBuf {
        let file = sessions.slot.as_ref().expect("a place").file.clone();
        std::fs::write(&file, text).expect("written");
        file
    }

    #[test]
    fn what_a_program_left_is_the_last_session_of_the_next() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Sessions::in_folder(folder.path()).expect("a place");
        assert!(first.last.is_none());
        let file = write(&first, "first");
        // While it runs another program has a place of its own, and leaves this one alone.
        let second = Sessions::in_folder(folder.path()).expect("a place");
        assert!(second.last.is_none());
        assert_ne!(write(&second, "second"), file);
        drop((first, second));
        let third = Sessions::in_folder(folder.path()).expect("a place");
        assert!(third.last.is_some() && !file.exists());
        // Both are still there, the newest last, and what the third makes overwrites neither.
        write(&third, "third");
        let left: Vec<String> =
            left_in(folder.path()).iter().map(|file| std::fs::read_to_string(file).expect("read")).collect();
        assert_eq!(left.len(), 2, "{left:?}");
        assert!(left.contains(&"first".to_owned()) && left.contains(&"second".to_owned()), "{left:?}");
    }

    #[test]
    fn of_what_was_put_aside_the_oldest_go() {
        let folder = tempfile::tempdir().expect("a folder");
        for n in 0..KEPT + 3 {
            std::fs::write(folder.path().join(format!("{LEFT}{n:015}.{ENDING}")), "old").expect("written");
        }
        let place = Sessions::in_folder(folder.path()).expect("a place");
        let file = write(&place, "new");
        let aside = Slot::put_aside(&file).expect("put aside");
        let left = left_in(folder.path());
        assert_eq!((left.len(), left.last()), (KEPT, Some(&aside)));
        assert!(Slot::put_aside(&file).is_none());
    }
}
