//! What goes on around an open report: a run is read again while it is trained, and pictures of
//! misclassified cases are cut, both away from the window's thread.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use super::core::Core;
use super::waker::Waker;
use crate::jobs::{Job, spawn};
use crate::session::{News, Report, ReportKind, Session, Stage, Thumbnail, Work, WorkId};
use crate::workflow::review::{self, ReviewError};

/// How often a run's folder is looked at: an epoch takes longer.
const EVERY: Duration = Duration::from_secs(3);
/// How long a watch may go on after it was dropped.
const NAP: Duration = Duration::from_millis(100);
/// Pictures that wait for the next frame.
const WAITING: usize = 4;

struct Watch {
    _job: Job<()>,
    reads: Receiver<Result<Report, ReviewError>>,
}

struct Pictures {
    job: Job<()>,
    pictures: Receiver<(String, Result<Thumbnail, String>)>,
}

/// The jobs of the open report.
#[derive(Default)]
pub(super) struct Reports {
    of: Option<Arc<Report>>,
    watch: Option<Watch>,
    pictures: Option<Pictures>,
}

impl Reports {
    /// Everything that has come since the last frame; starts and stops the jobs.
    pub(super) fn poll(&mut self, session: &mut Session, waker: &Waker) {
        let open = session.report().map(|open| Arc::clone(&open.report));
        let same = match (&self.of, &open) {
            (Some(ours), Some(open)) => Arc::ptr_eq(ours, open),
            (None, None) => true,
            _ => false,
        };
        if !same {
            if self.pictures.is_some() {
                session.receive(News::Stopped(WorkId::ReportPictures));
            }
            // Dropping a job stops it.
            *self = Self { of: open, watch: None, pictures: None };
            if let Some(report) = &self.of {
                self.watch = (report.kind == ReportKind::Run).then(|| watch(report, waker));
                self.pictures = report.missed().map(|_| pictures(report, waker));
            }
        }
        self.collect_reads(session);
        self.collect_pictures(session);
    }

    /// Stops cutting pictures; those that are there stay.
    pub(super) fn cancel_pictures(&self) {
        if let Some(pictures) = &self.pictures {
            pictures.job.context().cancel();
        }
    }

    fn collect_reads(&mut self, session: &mut Session) {
        let Some(watch) = &self.watch else { return };
        for read in watch.reads.try_iter() {
            match read {
                Ok(report) => {
                    let report = Arc::new(report);
                    self.of = Some(Arc::clone(&report));
                    session.receive(News::ReportRenewed(report));
                }
                Err(error) => session.receive(News::ReportTrouble(error.to_string())),
            }
        }
    }

    fn collect_pictures(&mut self, session: &mut Session) {
        let Some(running) = &self.pictures else { return };
        // First whether it ended, then its pictures: none can be missed in between.
        let ended = running.job.poll().is_some();
        for (case, picture) in running.pictures.try_iter() {
            session.receive(News::ReportPicture { case, picture });
        }
        if ended {
            self.pictures = None;
            session.receive(News::Stopped(WorkId::ReportPictures));
        } else {
            let progress = running.job.context().progress();
            session.receive(News::Working(Work { id: WorkId::ReportPictures, progress }));
        }
    }
}

fn watch(report: &Arc<Report>, waker: &Waker) -> Watch {
    let (send, reads) = sync_channel(1);
    let (kind, folder, wake) = (report.kind, report.folder.clone(), waker.now());
    let job = spawn("report", waker.soon(), move |ctx| {
        let mut before = Vec::new();
        loop {
            for _ in 0..EVERY.as_millis() / NAP.as_millis() {
                ctx.check()?;
                std::thread::sleep(NAP);
            }
            let now = review::state_of(kind, folder.reveal());
            if now != before {
                before = now;
                if send.send(review::read(kind, folder.reveal())).is_err() {
                    return Ok(());
                }
                wake();
            }
        }
    });
    Watch { _job: job, reads }
}

fn pictures(report: &Arc<Report>, waker: &Waker) -> Pictures {
    let (send, pictures) = sync_channel(WAITING);
    let (report, wake) = (Arc::clone(report), waker.soon());
    let job = spawn("report pictures", waker.soon(), move |ctx| {
        let Some(missed) = report.missed() else { return Ok(()) };
        review::pictures(missed, ctx, |case, picture| {
            // Nobody listens any more where the job was dropped; it stops at its next step.
            let _ = send.send((case.to_owned(), picture));
            wake();
        })
    });
    Pictures { job, pictures }
}

impl Core {
    /// The open report comes on the screen, or goes behind what else is open.
    pub(super) fn toggle_report(&mut self) {
        let shown = self.session.stage() == Stage::Report;
        self.session.receive(News::ReportShown(!shown));
    }

    /// Closes what is on the screen; true where that was a report.
    pub(super) fn close_report(&mut self) -> bool {
        let shown = self.session.stage() == Stage::Report;
        if shown {
            self.session.receive(News::ReportClosed);
        }
        shown
    }

    /// Opens a case of the report with the cursor on its nodule.
    pub(super) fn open_report_case(&mut self, case: &str) {
        let open = self.session.report();
        let place = open.and_then(|open| open.report.missed_case(case)?.place.clone());
        match place {
            Some(place) => self.inbox.open_place(place, &self.waker),
            None => self.warn(format!("The manifest of the evaluation does not say where {case} lies")),
        }
    }
}
