//! Pictures for the list of series, made while nothing else is read.
//!
//! That of the series on the screen comes first, with its first slices; the others when all of it is
//! there. Looking for another case, or loading another series, stops the job; it goes on afterwards.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use super::waker::Waker;
use crate::ingest::Scan;
use crate::jobs::{Job, spawn};
use crate::session::{News, Session, Thumbnail, WorkId};
use crate::workflow::thumbnails::thumbnails;

/// Of a folder with very many series only the first have pictures: more than a list can show at once.
const MOST: usize = 30;
/// Pictures that wait for the next frame.
const WAITING: usize = 4;

struct Running {
    job: Job<()>,
    pictures: Receiver<(usize, Option<Thumbnail>)>,
    /// Series that are still to come.
    left: Vec<usize>,
}

/// The job, and which series it has tried.
#[derive(Default)]
pub(super) struct Thumbnails {
    scan: Arc<Scan>,
    tried: Vec<bool>,
    running: Option<Running>,
}

impl Thumbnails {
    /// Everything that has come since the last frame; starts and stops the job.
    pub(super) fn poll(&mut self, session: &mut Session, waker: &Waker) {
        let scan = session.case().scan();
        if !Arc::ptr_eq(&self.scan, scan) {
            let tried = vec![false; scan.series.len()];
            *self = Self { scan: Arc::clone(scan), tried, running: None };
        }
        self.collect(session);
        let wanted = self.wanted(session);
        // Another order is no reason to begin anew; what must not be read now is.
        if self.running.as_ref().is_some_and(|r| r.left.iter().any(|index| !wanted.contains(index))) {
            self.running = None;
        }
        if self.running.is_none() && !wanted.is_empty() {
            self.running = Some(start(&self.scan, wanted, waker));
        }
    }

    fn collect(&mut self, session: &mut Session) {
        let Some(running) = &mut self.running else { return };
        // First whether it ended, then its pictures: none can be missed in between.
        let ended = running.job.poll().is_some();
        for (index, picture) in running.pictures.try_iter() {
            running.left.retain(|left| *left != index);
            if let Some(tried) = self.tried.get_mut(index) {
                *tried = true;
            }
            if let Some(picture) = picture {
                session.receive(News::Thumbnail { series: index, picture });
            }
        }
        if ended {
            // What a failed job leaves would fail again.
            for index in std::mem::take(&mut running.left) {
                if let Some(tried) = self.tried.get_mut(index) {
                    *tried = true;
                }
            }
            self.running = None;
        }
    }

    /// What may be read now and has not been.
    fn wanted(&self, session: &Session) -> Vec<usize> {
        let runs = |id| session.work().iter().any(|work| work.id == id);
        if runs(WorkId::Scan) || runs(WorkId::Example) {
            return Vec::new();
        }
        let chosen = session.case().chosen();
        let missing = |index: &usize| self.tried.get(*index) == Some(&false);
        let first = chosen.into_iter().filter(missing);
        if runs(WorkId::Load) {
            // The others are begun when the first slice has been on the screen: nothing comes before that.
            let seen = session.volume().is_none_or(|volume| volume.slices_filled() > 1);
            return first.filter(|_| seen).collect();
        }
        let others = (0..self.tried.len().min(MOST)).filter(|index| Some(*index) != chosen);
        first.chain(others.filter(missing)).collect()
    }
}

fn start(scan: &Arc<Scan>, which: Vec<usize>, waker: &Waker) -> Running {
    let (send, pictures) = sync_channel(WAITING);
    let (scan, wake, left) = (Arc::clone(scan), waker.soon(), which.clone());
    let job = spawn("thumbnails", waker.soon(), move |ctx| {
        thumbnails(&scan, &which, ctx, |index, picture| {
            // Nobody listens any more where the job was dropped; it stops at its next step.
            let _ = send.send((index, picture));
            wake();
        })
    });
    Running { job, pictures, left }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::Progress;
    use crate::session::Work;

    fn session(work: &[WorkId]) -> Session {
        let mut session = Session::new();
        session.receive(News::Unusable(40));
        for id in work {
            session.receive(News::Working(Work { id: *id, progress: Progress::default() }));
        }
        session
    }

    #[test]
    fn nothing_is_read_for_the_list_while_something_else_is_read() {
        let series = Thumbnails { tried: vec![false; 50], ..Thumbnails::default() };
        assert!(series.wanted(&session(&[WorkId::Scan])).is_empty());
        assert!(series.wanted(&session(&[WorkId::Load, WorkId::Example])).is_empty());
        // While slices arrive, the chosen series alone, wherever it stands in the list.
        assert_eq!(series.wanted(&session(&[WorkId::Load])), [40]);
        let all = series.wanted(&session(&[]));
        assert_eq!((all.len(), all[0], all[1], all[30]), (31, 40, 0, 29));
        let mut tried = vec![true; 50];
        tried[7] = false;
        assert_eq!(Thumbnails { tried, ..Thumbnails::default() }.wanted(&session(&[])), [7]);
    }

    #[test]
    fn looking_for_another_folder_stops_the_job() {
        let mut session = session(&[]);
        let mut thumbnails = Thumbnails { scan: Arc::clone(session.case().scan()), ..Thumbnails::default() };
        let (_hold, pictures) = sync_channel(1);
        let job = spawn("wait", Arc::new(|| {}), |ctx| {
            loop {
                ctx.check()?;
                std::thread::yield_now();
            }
        });
        let context = job.context().clone();
        thumbnails.running = Some(Running { job, pictures, left: vec![0] });
        session.receive(News::Working(Work { id: WorkId::Scan, progress: Progress::default() }));
        thumbnails.poll(&mut session, &Waker::default());
        assert!(thumbnails.running.is_none() && context.is_cancelled());
    }
}
