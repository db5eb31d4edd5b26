//! Running jobs of the case: what they report goes into the session, frame by frame.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use super::first_look::FirstLook;
use super::waker::Waker;
use crate::dataset::CasePoint;
use crate::geometry::{Patient, Point};
use crate::ingest::{Private, Scan};
use crate::jobs::{Cancelled, Job, Outcome, spawn};
use crate::session::{CasePlace, Edit, LockedPaths, News, Report, Session, Severity, Work, WorkId};
use crate::volume::Volume;
use crate::workflow::builtin_case::{BuiltinCaseError, builtin_case};
use crate::workflow::open::{self, OpenError, OpenEvent, Opened, Reading};
use crate::workflow::review;

/// What was found at paths.
enum Found {
    Case(Result<Opened, OpenError>),
    Report(Result<Report, String>),
}

type OpenJob = Job<Found>;

/// Opening paths, or one series of a scan.
struct Opening {
    job: OpenJob,
    events: Receiver<OpenEvent>,
    /// What was asked for; empty for another series of the same scan.
    paths: Vec<PathBuf>,
    /// Index of the series that is being opened, once it is known.
    chosen: Option<usize>,
    /// Reading waits for it.
    first_look: FirstLook,
    /// What is being filled, once that has begun.
    volume: Option<Arc<Volume>>,
    /// A nodule to ask about when all is there: the built-in case shows what the program is for.
    nodule: Option<Point<Patient>>,
    /// Where the cursor is put as soon as the series is there.
    cursor: Option<CasePoint>,
}

impl Opening {
    fn work(&self) -> WorkId {
        if self.volume.is_some() { WorkId::Load } else { WorkId::Scan }
    }
}

/// Where the built-in case lies, and its largest nodule.
type Example = (PathBuf, Option<Point<Patient>>);

/// The jobs of the case.
#[derive(Default)]
pub(super) struct Inbox {
    opening: Option<Opening>,
    /// Still fills the series on the screen while something else is being looked for: if that is
    /// nothing, the series is whole nevertheless.
    behind: Option<Opening>,
    example: Option<Job<Result<Example, String>>>,
    /// The nodule of a built-in case that has just been loaded.
    nodule: Option<Point<Patient>>,
    /// The work that the session knows of.
    told: Vec<WorkId>,
}

impl Inbox {
    /// Looks for series at these paths and opens the largest CT.
    pub(super) fn open_paths(&mut self, paths: Vec<PathBuf>, waker: &Waker) {
        self.open_case(paths, None, None, None, waker);
    }

    /// The same with a password for archives that ask for one: it is held while the case is open, as slices are read
    /// with it, and written nowhere.
    pub(super) fn open_locked(&mut self, paths: Vec<PathBuf>, password: Private<String>, waker: &Waker) {
        self.open_case(paths, None, None, Some(password), waker);
    }

    /// Opens the volume of a report's case, with the cursor on its nodule.
    pub(super) fn open_place(&mut self, place: CasePlace, waker: &Waker) {
        let CasePlace { image, series_uid, point } = place;
        self.open_case(vec![image.reveal().clone()], None, Some((series_uid, point)), None, waker);
    }

    /// - `place`: which series, and where the cursor goes; then it is no report
    fn open_case(
        &mut self,
        paths: Vec<PathBuf>,
        nodule: Option<Point<Patient>>,
        place: Option<(Option<String>, CasePoint)>,
        password: Option<Private<String>>,
        waker: &Waker,
    ) {
        let (send, events) = channel();
        let asked = paths.clone();
        let first_look = FirstLook::default();
        let hand_on = first_look.hand_on(send, waker);
        let cursor = place.as_ref().map(|(_, point)| *point);
        let job = spawn("open", waker.patiently(), move |ctx| {
            if let ([path], None) = (asked.as_slice(), &place)
                && let Some((kind, folder)) = review::recognise(path)
            {
                ctx.step("Reading the report", 0.0)?;
                return Ok(Found::Report(review::read(kind, &folder).map_err(|e| e.to_string())));
            }
            let wanted = place.as_ref().and_then(|(uid, _)| uid.as_deref());
            let reading = Reading { password: password.as_ref(), ..Reading::default() };
            finish(open::open_as(&asked, wanted, reading, ctx, hand_on))
        });
        self.start(Opening { job, events, paths, chosen: None, first_look, volume: None, nodule, cursor });
    }

    /// Opens another series of the scan.
    pub(super) fn open_series(&mut self, scan: &Arc<Scan>, index: usize, waker: &Waker) {
        let (send, events) = channel();
        let scan = Arc::clone(scan);
        let first_look = FirstLook::default();
        let hand_on = first_look.hand_on(send, waker);
        let job = spawn("open", waker.patiently(), move |ctx| {
            finish(open::open_series(&scan, index, ctx, hand_on))
        });
        let chosen = Some(index);
        let paths = Vec::new();
        self.start(Opening {
            job,
            events,
            paths,
            chosen,
            first_look,
            volume: None,
            nodule: None,
            cursor: None,
        });
    }

    /// Opens a series of the same files found anew: its slices as stored, or resampled.
    /// - `paths`: where they were found
    pub(super) fn open_again(&mut self, scan: Scan, paths: Vec<PathBuf>, index: usize, waker: &Waker) {
        let (send, events) = channel();
        let scan = Arc::new(scan);
        let first_look = FirstLook::default();
        let mut hand_on = first_look.hand_on(send, waker);
        let job = spawn("open", waker.patiently(), move |ctx| {
            hand_on(OpenEvent::Scanned { scan: Arc::clone(&scan), chosen: index });
            finish(open::open_series(&scan, index, ctx, hand_on))
        });
        self.start(Opening {
            job,
            events,
            paths,
            chosen: Some(index),
            first_look,
            volume: None,
            nodule: None,
            cursor: None,
        });
    }

    /// Makes the built-in case where it is not there yet, then opens it.
    pub(super) fn open_example(&mut self, waker: &Waker) {
        let job = spawn("example", waker.soon(), |ctx| match builtin_case(ctx) {
            Ok(case) => {
                let largest = case.truth.nodules.first();
                Ok(Ok((case.folder, largest.map(|n| Point::from_array(n.centre_lps_mm)))))
            }
            Err(BuiltinCaseError::Cancelled(stop)) => Err(stop),
            Err(error) => Ok(Err(error.to_string())),
        });
        self.example = Some(job);
    }

    fn start(&mut self, opening: Opening) {
        // Dropping a job stops it. The one that fills the screen is kept until there is a successor.
        if let Some(old) = self.opening.take().filter(|o| o.volume.is_some()) {
            self.behind = Some(old);
        }
        self.example = None;
        self.opening = Some(opening);
    }

    /// Stops everything, for a closed case.
    pub(super) fn stop(&mut self) {
        (self.opening, self.behind, self.example) = (None, None, None);
    }

    /// Asks one piece of work to stop.
    pub(super) fn cancel(&self, id: WorkId) {
        for opening in self.opening.iter().chain(&self.behind).filter(|o| o.work() == id) {
            opening.job.context().cancel();
        }
        if let (WorkId::Example, Some(job)) = (id, &self.example) {
            job.context().cancel();
        }
    }

    /// What is on the GPU has been drawn: reading need not wait for it any more.
    pub(super) fn first_is_shown(&self, on_screen: &Arc<Volume>) {
        let opening =
            self.opening.as_ref().filter(|o| o.volume.as_ref().is_some_and(|v| Arc::ptr_eq(v, on_screen)));
        if let Some(opening) = opening {
            opening.first_look.taken();
        }
    }

    /// Everything that happened since the last frame.
    pub(super) fn poll(&mut self, session: &mut Session, waker: &Waker) {
        self.poll_example(session, waker);
        if let Some(mut opening) = self.opening.take() {
            if !settle(&mut opening, session) {
                self.opening = Some(opening);
            } else if session.volume().is_some_and(|v| v.is_complete()) && opening.nodule.is_some() {
                self.nodule = opening.nodule;
            } else if opening.volume.is_none()
                && let Some(behind) = self.behind.take()
            {
                // What was looked for came to nothing: the series on the screen is the one again.
                self.opening = Some(behind);
            }
            // A series that has begun, or even ended since the last frame, is the successor.
            if self.opening.is_none() || self.opening.as_ref().is_some_and(|o| o.volume.is_some()) {
                self.behind = None;
            }
        }
        if let Some(mut behind) = self.behind.take()
            && !settle(&mut behind, session)
        {
            self.behind = Some(behind);
        }
        self.report(session);
    }

    /// The nodule of a built-in case that is all there now, once.
    pub(super) fn take_nodule(&mut self) -> Option<Point<Patient>> {
        self.nodule.take()
    }

    fn poll_example(&mut self, session: &mut Session, waker: &Waker) {
        let Some(outcome) = self.example.as_ref().and_then(Job::poll) else { return };
        self.example = None;
        match outcome {
            Outcome::Done(Ok((folder, nodule))) => self.open_case(vec![folder], nodule, None, None, waker),
            Outcome::Done(Err(sentence)) => session.receive(News::OpenFailed(sentence)),
            Outcome::Cancelled => {}
            Outcome::Failed(failure) => session.receive(News::OpenFailed(failure.to_string())),
        }
    }

    /// What runs now, for the status bar.
    fn report(&mut self, session: &mut Session) {
        let example = self.example.as_ref().map(|job| (WorkId::Example, job.context().progress()));
        let opening = self.opening.iter().chain(&self.behind);
        let running: Vec<(WorkId, _)> =
            opening.map(|o| (o.work(), o.job.context().progress())).chain(example).collect();
        for id in [WorkId::Scan, WorkId::Load, WorkId::Example] {
            match running.iter().find(|(running, _)| *running == id) {
                Some((_, progress)) => {
                    session.receive(News::Working(Work { id, progress: progress.clone() }));
                }
                None if self.told.contains(&id) => session.receive(News::Stopped(id)),
                None => {}
            }
        }
        self.told = running.into_iter().map(|(id, _)| id).collect();
    }
}

/// The range for the full window is counted here, once, away from the window; what the 3D view cuts by is found
/// meanwhile, so that no frame waits for it.
fn finish(opened: Result<Opened, OpenError>) -> Result<Found, Cancelled> {
    if let Ok(opened) = &opened {
        opened.volume.range();
        let volume = Arc::clone(&opened.volume);
        let find = move || {
            volume.inside();
            volume.body();
        };
        // Without a thread it is found when it is asked for.
        std::thread::Builder::new().name("parts".to_owned()).spawn(find).ok();
    }
    Ok(Found::Case(opened))
}

/// Hands on what a job reported; true when it has ended.
fn settle(opening: &mut Opening, session: &mut Session) -> bool {
    // First whether it ended, then its events: none can be missed in between.
    let outcome = opening.job.poll();
    for event in opening.events.try_iter() {
        match event {
            OpenEvent::Scanned { scan, chosen } => {
                opening.chosen = Some(chosen);
                session.receive(News::Scanned(scan, opening.paths.clone()));
            }
            OpenEvent::Began { volume, series } => {
                opening.volume = Some(Arc::clone(&volume));
                let cursor = opening.cursor.map(|point| point.patient(volume.grid()));
                session.receive(News::Opened { index: series, volume });
                if let Some(cursor) = cursor {
                    session.apply(Edit::Cursor(cursor));
                }
            }
            OpenEvent::FirstSlice => {}
        }
    }
    let Some(outcome) = outcome else { return false };
    let news = match outcome {
        Outcome::Done(Found::Report(Ok(report))) => News::ReportOpened(Arc::new(report)),
        Outcome::Done(Found::Report(Err(sentence))) => News::OpenFailed(sentence),
        Outcome::Done(Found::Case(Ok(opened))) => {
            News::Loaded { volume: opened.volume, defects: opened.defects }
        }
        Outcome::Done(Found::Case(Err(OpenError::Cancelled(_)))) | Outcome::Cancelled => {
            match &opening.volume {
                Some(volume) => News::Notice(Severity::Info, stopped(volume)),
                None => return true,
            }
        }
        Outcome::Done(Found::Case(Err(OpenError::Locked(archive)))) => News::Locked(Some(LockedPaths {
            paths: Private::new(opening.paths.clone()),
            as_prior: false,
            archive: archive.0,
        })),
        Outcome::Done(Found::Case(Err(OpenError::NotUsable(sentence)))) => match opening.chosen {
            Some(index) => News::Unusable(index),
            None => News::OpenFailed(sentence),
        },
        Outcome::Done(Found::Case(Err(error))) => {
            let known =
                |index: &usize| session.scan().series.get(*index).is_some_and(|s| s.unread().is_some());
            match opening.chosen.filter(known) {
                // The list of series says why from now on. What came of it before may be wrong, and leaves the screen.
                Some(index) => News::Unusable(index),
                None => failed(opening, error.to_string()),
            }
        }
        Outcome::Failed(failure) => failed(opening, failure.to_string()),
    };
    session.receive(news);
    true
}

fn failed(opening: &Opening, sentence: String) -> News {
    match opening.volume {
        // What is there stays on the screen.
        Some(_) => News::Notice(Severity::Error, sentence),
        None => News::OpenFailed(sentence),
    }
}

fn stopped(volume: &Volume) -> String {
    let (there, all) = (volume.slices_filled(), volume.grid().size()[2]);
    format!(
        "Loading was stopped: {there} of {all} slices are there. Choose the series again to load the rest"
    )
}
