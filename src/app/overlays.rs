//! What lies over the series on the screen: read in the background when a series is opened, PET when it is asked
//! for.

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Weak};

use super::core::Core;
use super::waker::Waker;
use super::words::sentence;
use crate::ingest::Scan;
use crate::jobs::{Job, Outcome, spawn};
use crate::session::{Edit, News, PetLook, Session, Severity, StructuresLook, Work, WorkId};
use crate::structures::StructureSet;
use crate::volume::Volume;
use crate::workflow::open::OpenError;
use crate::workflow::overlays;

/// What was read of one file, by its place among the scan's objects.
type Read = (usize, Result<StructureSet, String>);

struct Reading {
    job: Job<()>,
    sets: Receiver<Read>,
    volume: Arc<Volume>,
}

struct Laying {
    job: Job<Result<overlays::Pet, OpenError>>,
    scan: Arc<Scan>,
    /// The series that it is laid over.
    over: Arc<Volume>,
    index: usize,
}

/// The jobs.
#[derive(Default)]
pub(super) struct Overlays {
    reading: Option<Reading>,
    /// The volume for which they were read last; it is not kept alive.
    read: Weak<Volume>,
    laying: Option<Laying>,
}

impl Overlays {
    /// Asks one of them to stop.
    pub(super) fn cancel(&self, id: WorkId) {
        let reading = self.reading.as_ref().map(|r| r.job.context()).filter(|_| id == WorkId::Structures);
        let laying = self.laying.as_ref().map(|l| l.job.context()).filter(|_| id == WorkId::Pet);
        reading.into_iter().chain(laying).for_each(|context| context.cancel());
    }

    /// Everything that has come since the last frame.
    pub(super) fn poll(&mut self, session: &mut Session, waker: &Waker) {
        self.begin(session, waker);
        self.poll_reading(session);
        self.poll_laying(session);
    }

    /// Another series is on the screen: what was drawn in it is read.
    fn begin(&mut self, session: &Session, waker: &Waker) {
        let open = session.open().map(|open| (open.index, &open.volume));
        let Some((index, volume)) = open.filter(|(_, volume)| self.read.as_ptr() != Arc::as_ptr(volume))
        else {
            return;
        };
        self.read = Arc::downgrade(volume);
        if session.drawn_files().next().is_none() {
            return;
        }
        let (send, sets) = channel();
        let (scan, now) = (Arc::clone(session.scan()), waker.now());
        let job = spawn("structures", waker.soon(), move |ctx| match scan.series.get(index) {
            Some(series) => overlays::structures(&scan, series, ctx, |place, set| {
                // Nobody listens any more where the job was dropped; it stops at its next step.
                let _ = send.send((place, set));
                now();
            }),
            None => Ok(()),
        });
        self.reading = Some(Reading { job, sets, volume: Arc::clone(volume) });
    }

    fn poll_reading(&mut self, session: &mut Session) {
        let Some(reading) = self.reading.take() else { return };
        if session.volume().is_none_or(|volume| !Arc::ptr_eq(volume, &reading.volume)) {
            // Another series; dropping the job stops it.
            session.receive(News::Stopped(WorkId::Structures));
            return;
        }
        let outcome = reading.job.poll();
        for (object, set) in reading.sets.try_iter() {
            let volume = Arc::clone(&reading.volume);
            session.receive(News::Structures { volume, object, set: set.map(Arc::new) });
        }
        let Some(outcome) = outcome else {
            let progress = reading.job.context().progress();
            session.receive(News::Working(Work { id: WorkId::Structures, progress }));
            self.reading = Some(reading);
            return;
        };
        session.receive(News::Stopped(WorkId::Structures));
        let why = match outcome {
            Outcome::Done(()) => return,
            Outcome::Cancelled => "Reading was stopped. Open the case again to read it".to_owned(),
            Outcome::Failed(failure) => failure.to_string(),
        };
        let left: Vec<usize> = session.drawn_files().filter(|f| f.set.is_none()).map(|f| f.place).collect();
        for object in left {
            let volume = Arc::clone(&reading.volume);
            session.receive(News::Structures { volume, object, set: Err(why.clone()) });
        }
    }

    /// Lays a PET of the scan over the series on the screen.
    fn lay(&mut self, index: usize, session: &Session, waker: &Waker) {
        let Some(over) = session.volume().map(Arc::clone) else { return };
        let scan = Arc::clone(session.scan());
        let of = Arc::clone(&scan);
        let job = spawn("pet", waker.soon(), move |ctx| Ok(overlays::pet(&of, index, ctx)));
        self.laying = Some(Laying { job, scan, over, index });
    }

    fn poll_laying(&mut self, session: &mut Session) {
        let Some(laying) = self.laying.take() else { return };
        if session.volume().is_none_or(|volume| !Arc::ptr_eq(volume, &laying.over)) {
            session.receive(News::Stopped(WorkId::Pet));
            return;
        }
        let Some(outcome) = laying.job.poll() else {
            let progress = laying.job.context().progress();
            session.receive(News::Working(Work { id: WorkId::Pet, progress }));
            self.laying = Some(laying);
            return;
        };
        session.receive(News::Stopped(WorkId::Pet));
        session.receive(match outcome {
            Outcome::Done(Ok(pet)) => {
                let one = laying.scan.series.get(laying.index);
                let same = one.zip(session.series()).is_some_and(|(a, b)| a.same_frame(b));
                News::PetLaid { index: laying.index, volume: pet.volume, suv: pet.suv, same_frame: same }
            }
            Outcome::Done(Err(OpenError::Cancelled(_))) | Outcome::Cancelled => {
                News::Notice(Severity::Info, "Loading the PET was stopped: it is not shown".to_owned())
            }
            Outcome::Done(Err(error)) => News::Notice(Severity::Error, sentence(error)),
            Outcome::Failed(failure) => News::Notice(Severity::Error, failure.to_string()),
        });
    }
}

impl Core {
    /// All that others drew, shown or hidden.
    pub(super) fn toggle_structures(&mut self) {
        let look = self.session.look().structures.clone();
        self.session.apply(Edit::Structures(StructuresLook { on: !look.on, ..look }));
    }

    /// The PET over the series shown or hidden; without one the first that fits is laid over it.
    pub(super) fn toggle_pet(&mut self) {
        if self.session.pet().is_some() {
            let look = self.session.look().pet;
            self.session.apply(Edit::Pet(PetLook { on: !look.on, ..look }));
            return;
        }
        // It is on its way.
        if self.overlays.laying.is_some() {
            return;
        }
        let (scan, series) = (self.session.scan(), self.session.series());
        let first = series.and_then(|series| overlays::pets(scan, series).next()).map(|(index, _)| index);
        match first {
            Some(index) => self.lay_pet(index),
            None => self.warn("There is no PET in this case that could lie over the series"),
        }
    }

    /// This series of the scan lies over the one on the screen.
    pub(super) fn lay_pet(&mut self, index: usize) {
        self.overlays.lay(index, &self.session, &self.waker);
    }

    /// No PET any more, and none on its way.
    pub(super) fn close_pet(&mut self) {
        self.overlays.laying = None;
        self.session.receive(News::Stopped(WorkId::Pet));
        self.session.receive(News::PetClosed);
    }
}
