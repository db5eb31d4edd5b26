//! The prior: found and loaded in the background, and handed to the networks that compare dates.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use super::core::Core;
use super::waker::Waker;
use super::words::sentence;
use crate::findings::{NoduleId, PriorPoint};
use crate::ingest::{Private, Scan};
use crate::jobs::{Job, Outcome, spawn};
use crate::session::{Edit, LockedPaths, News, Session, Severity, Work, WorkId};
use crate::volume::Unit;
use crate::workflow::classify;
use crate::workflow::open::{self, OpenError, OpenEvent, Opened};
use crate::workflow::prior::{SAME_SERIES, open_prior, prior};

/// A prior on its way.
struct Opening {
    job: Job<Result<Opened, OpenError>>,
    events: Receiver<OpenEvent>,
    /// What was asked for; empty for another series of the case.
    paths: Vec<PathBuf>,
    /// What it was found in; of another folder not known before it was looked through.
    found: Option<Arc<Scan>>,
    /// The case that it is the prior of.
    case: Arc<Scan>,
    began: bool,
}

/// The job of the prior.
#[derive(Default)]
pub(super) struct Priors {
    opening: Option<Opening>,
}

impl Priors {
    /// Another series of the case.
    fn open_series(&mut self, index: usize, session: &Session, waker: &Waker) {
        let case = Arc::clone(session.scan());
        let (send, events) = channel();
        let (scan, now) = (Arc::clone(&case), waker.now());
        let job = spawn("prior", waker.soon(), move |ctx| {
            Ok(open::open_series(&scan, index, ctx, |event| {
                // Nobody listens any more where the job was dropped; it stops at its next step.
                let _ = send.send(event);
                now();
            }))
        });
        let found = Some(Arc::clone(&case));
        self.opening = Some(Opening { job, events, paths: Vec::new(), found, case, began: false });
    }

    /// A series somewhere else.
    /// - `password`: for archives that ask for one; held while the prior is open, as slices are read with it
    pub(super) fn open_paths(
        &mut self,
        paths: Vec<PathBuf>,
        password: Option<Private<String>>,
        session: &Session,
        waker: &Waker,
    ) {
        let Some(current) = session.series().map(|series| series.uid.clone()) else { return };
        let case = Arc::clone(session.scan());
        let (send, events) = channel();
        let (now, asked) = (waker.now(), paths.clone());
        let job = spawn("prior", waker.soon(), move |ctx| {
            Ok(open_prior(&asked, &current, password.as_ref(), ctx, |event| {
                let _ = send.send(event);
                now();
            }))
        });
        self.opening = Some(Opening { job, events, paths, found: None, case, began: false });
    }

    /// Whether one is on its way.
    pub(super) fn is_opening(&self) -> bool {
        self.opening.is_some()
    }

    /// Asks it to stop.
    pub(super) fn cancel(&self) {
        if let Some(opening) = &self.opening {
            opening.job.context().cancel();
        }
    }

    /// Everything that has come since the last frame.
    /// - returns: whether a prior is whole since then
    pub(super) fn poll(&mut self, session: &mut Session) -> bool {
        let Some(mut opening) = self.opening.take() else { return false };
        if !Arc::ptr_eq(session.scan(), &opening.case) {
            // Another case; dropping the job stops it.
            session.receive(News::Stopped(WorkId::Prior));
            return false;
        }
        // First whether it ended, then its events: none can be missed in between.
        let outcome = opening.job.poll();
        for event in opening.events.try_iter() {
            match event {
                OpenEvent::Scanned { scan, .. } => opening.found = Some(scan),
                OpenEvent::Began { volume, series } => {
                    if let Some(scan) = opening.found.clone() {
                        opening.began = true;
                        session.receive(News::PriorBegan { scan, index: series, volume });
                    }
                }
                OpenEvent::FirstSlice => {}
            }
        }
        let Some(outcome) = outcome else {
            let progress = opening.job.context().progress();
            session.receive(News::Working(Work { id: WorkId::Prior, progress }));
            self.opening = Some(opening);
            return false;
        };
        session.receive(News::Stopped(WorkId::Prior));
        let notice = match outcome {
            Outcome::Done(Ok(opened)) => {
                session.receive(News::PriorLoaded { volume: opened.volume, defects: opened.defects });
                return true;
            }
            Outcome::Done(Err(OpenError::Cancelled(_))) | Outcome::Cancelled => News::Notice(
                Severity::Info,
                "Loading the prior was stopped: nothing of it is used".to_owned(),
            ),
            Outcome::Done(Err(OpenError::Locked(archive))) => {
                let paths = Private::new(std::mem::take(&mut opening.paths));
                News::Locked(Some(LockedPaths { paths, as_prior: true, archive: archive.0 }))
            }
            Outcome::Done(Err(error)) => News::Notice(Severity::Error, sentence(error)),
            Outcome::Failed(failure) => News::Notice(Severity::Error, failure.to_string()),
        };
        if opening.began {
            session.receive(News::PriorClosed);
        }
        session.receive(notice);
        false
    }
}

/// What a network that compares dates gets of the earlier one.
pub(super) enum Earlier {
    /// No prior, or the nodule is not marked in it.
    Needed,
    /// Slices are on their way.
    Loading,
    /// It cannot be used, with the sentence.
    Refused(String),
    /// All of it.
    There(classify::Prior),
}

/// The earlier date of a nodule.
/// - `link`: the nodule's point in it
pub(super) fn earlier(session: &Session, link: Option<&PriorPoint>) -> Earlier {
    let (Some(open), Some(now)) = (session.prior(), session.series()) else { return Earlier::Needed };
    let Some(then) = open.series() else { return Earlier::Needed };
    let Some(at) = link.and_then(|link| link.at_in(&then.uid)) else { return Earlier::Needed };
    if !open.loaded {
        return Earlier::Loading;
    }
    let grid = open.volume.grid();
    let defects = || then.defects.iter().chain(&open.defects);
    if grid.voxel_at(grid.voxel_from_patient() * at).is_none() {
        let text = "The point lies outside the prior. Choose one inside its picture";
        return Earlier::Refused(text.to_owned());
    }
    if let Some(defect) = defects().find(|d| !d.classifiable()) {
        return Earlier::Refused(format!("The prior cannot be used. {}", sentence(&defect.text)));
    }
    if *open.volume.unit() != Unit::Hu {
        let text = "The prior cannot be used: it holds no Hounsfield units";
        return Earlier::Refused(text.to_owned());
    }
    match prior(now, then, (&open.volume, &open.defects), at, false) {
        Ok(prior) => Earlier::There(prior),
        Err(error) => Earlier::Refused(sentence(error)),
    }
}

impl Core {
    /// A series of the list becomes the prior.
    pub(super) fn choose_prior(&mut self, index: usize) {
        let Some(series) = self.session.scan().series.get(index) else { return };
        if self.session.series().is_some_and(|now| now.uid == series.uid) {
            self.warn(format!("This series cannot be the prior: {SAME_SERIES}"));
            return;
        }
        self.priors.open_series(index, &self.session, &self.waker);
        self.show_right_panel();
    }

    /// A series somewhere else becomes the prior.
    pub(super) fn open_prior(&mut self, paths: Vec<PathBuf>) {
        self.ui.prior_path = None;
        if !paths.is_empty() {
            self.priors.open_paths(paths, None, &self.session, &self.waker);
            self.show_right_panel();
        }
    }

    /// No prior any more, and none on its way.
    pub(super) fn close_prior(&mut self) {
        self.priors = Priors::default();
        self.session.receive(News::Stopped(WorkId::Prior));
        self.session.receive(News::PriorClosed);
    }

    /// The steps that follow stand there.
    fn show_right_panel(&mut self) {
        if !self.prefs.right_panel {
            self.prefs.right_panel = true;
            self.save_prefs();
        }
    }

    pub(super) fn poll_priors(&mut self) {
        if self.priors.poll(&mut self.session) {
            // Nodules that were marked in it before.
            self.asker.reconcile(&mut self.session);
        }
    }

    /// The selected nodule lies there in the prior, or is not marked in it any more: one step of undo.
    pub(super) fn link_prior(&mut self, to: Option<PriorPoint>) {
        let Some(nodule) = self.session.selected() else {
            self.warn("Mark the nodule in the current series first, then in the prior");
            return;
        };
        let Some(open) = self.session.prior() else { return };
        let grid = open.volume.grid();
        let inside = |to: &PriorPoint| {
            to.at_in(open.uid())
                .is_some_and(|at| at.is_finite() && grid.voxel_at(grid.voxel_from_patient() * at).is_some())
        };
        if to.as_ref().is_some_and(|to| !inside(to)) {
            self.warn("This point lies outside the prior. Choose one inside its picture");
            return;
        }
        let (id, linked) = (nodule.id, nodule.linked(to.clone()));
        let asks = super::asker::compares_dates(self.session.look().network);
        let linked = if asks && to.is_some() { linked.asked_again() } else { linked };
        self.session.apply(Edit::SetNodule(linked));
        if asks {
            self.ask_anew(id, to.is_some());
        }
    }

    /// - `linked`: whether there are two dates to compare
    fn ask_anew(&mut self, id: NoduleId, linked: bool) {
        if linked {
            self.start_network();
            self.asker.ask(id, &mut self.session);
        } else {
            self.asker.forget(id, &mut self.session);
        }
    }
}
