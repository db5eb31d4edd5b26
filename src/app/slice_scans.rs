//! A scan of all slices in the background. It makes room for every question about a nodule, and goes on after.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::core::Core;
use super::waker::Waker;
use super::words::sentence;
use crate::geometry::{Patient, Point};
use crate::inference::{Engine, Event, Question, candidates};
use crate::jobs::{Outcome, Progress};
use crate::networks::{Family, spec};
use crate::session::{Edit, News, ScanState, Session, SliceScan, Work, WorkId};
use crate::volume::Volume;
use crate::workflow::scan::{self, ScanPart, ScanRequest};

/// Slices from here on make candidates, until the user says otherwise; the terminal's default.
const THRESHOLD: f64 = 0.5;

/// A scan that has not ended.
struct Running {
    series_uid: String,
    volume: Arc<Volume>,
    scan: SliceScan,
    /// `None` while the network has more urgent work.
    question: Option<Question<ScanPart>>,
    /// Since the network took it in hand, and how many slices it had then: what the time left is told from.
    since: Option<(Instant, usize)>,
    /// Time that the slices before that took.
    spent: Duration,
}

/// The scan, if one runs.
#[derive(Default)]
pub(super) struct SliceScans {
    running: Option<Running>,
}

impl SliceScans {
    /// Begins, or goes on where the same was stopped.
    pub(super) fn start(&mut self, model: &'static str, every: usize, session: &mut Session) {
        let (Some(open), Some(series)) = (session.open(), session.series()) else { return };
        let volume = Arc::clone(&open.volume);
        let every = every.max(1);
        let total = volume.grid().size()[2].div_ceil(every);
        let before = session.slice_scan().map(|scan| scan.as_ref().clone());
        let threshold = before.as_ref().map_or(THRESHOLD, |scan| scan.threshold);
        let goes_on = |scan: &SliceScan| {
            let part = matches!(scan.state, ScanState::Stopped | ScanState::Failed(_));
            part && scan.model == model && scan.every == every && !scan.is_whole()
        };
        let fresh = SliceScan {
            model,
            every,
            total,
            threshold,
            scanner: None,
            slices: Vec::new(),
            candidates: Vec::new(),
            state: ScanState::Running,
        };
        let scan = before.filter(goes_on).unwrap_or(fresh);
        let scan = SliceScan { state: ScanState::Running, ..scan };
        let series_uid = series.uid.clone();
        let running =
            Running { series_uid, volume, scan, question: None, since: None, spent: Duration::ZERO };
        running.tell(session);
        self.running = Some(running);
    }

    /// Stops; what was found so far stays.
    pub(super) fn stop(&mut self, session: &mut Session) {
        self.end(ScanState::Stopped, session);
    }

    fn end(&mut self, state: ScanState, session: &mut Session) {
        let Some(mut running) = self.running.take() else { return };
        running.scan.state = if running.scan.is_whole() { ScanState::Whole } else { state };
        running.tell(session);
        session.receive(News::Stopped(WorkId::SliceScan));
    }

    /// Everything that came back; the next piece where nothing else waits for the network.
    /// - `engine`: `None` while it is not there, or has more urgent work
    pub(super) fn poll(&mut self, engine: Option<&Engine>, session: &mut Session, waker: &Waker) {
        let Some(running) = &mut self.running else { return };
        if !session.volume().is_some_and(|shown| Arc::ptr_eq(shown, &running.volume)) {
            // Another series is on the screen.
            self.end(ScanState::Stopped, session);
            return;
        }
        match running.collect() {
            Collected::Nothing => {}
            Collected::Something => running.tell(session),
            Collected::Ended(state) => {
                self.end(state, session);
                return;
            }
        }
        if engine.is_none() && running.question.is_some() {
            running.rest();
        }
        let waits = running.question.is_none();
        if let Some(engine) = engine.filter(|_| waits)
            && let Err(text) = running.ask(engine, session, waker)
        {
            self.end(ScanState::Failed(text), session);
            return;
        }
        let progress = running.progress();
        session.receive(News::Working(Work { id: WorkId::SliceScan, progress }));
    }
}

/// What a look at the question brought.
enum Collected {
    Nothing,
    Something,
    Ended(ScanState),
}

impl Running {
    fn tell(&self, session: &mut Session) {
        let (series_uid, scan) = (self.series_uid.clone(), Some(Arc::new(self.scan.clone())));
        session.receive(News::SliceScan { series_uid, scan });
    }

    fn collect(&mut self) -> Collected {
        let Some(question) = self.question.take() else { return Collected::Nothing };
        let mut told = Collected::Nothing;
        let (mut failed, mut ended) = (None, false);
        while let Some(event) = question.poll() {
            match event {
                Event::Part(ScanPart::Began(scanner)) => {
                    if self.scan.scanner.as_ref().is_some_and(|known| *known != scanner) {
                        // Other weights, or another device: what is known would be of two networks.
                        self.scan.slices.clear();
                        (self.since, self.spent) = (None, Duration::ZERO);
                    }
                    self.scan.scanner = Some(scanner);
                    self.since = Some((Instant::now(), self.scan.slices.len()));
                    told = Collected::Something;
                }
                Event::Part(ScanPart::Slice(slice)) => {
                    // After a change of device a piece begins in the middle, and is asked anew from the first.
                    if slice.slice == self.scan.slices.len() * self.scan.every {
                        self.scan.slices.push(slice);
                    }
                    told = Collected::Something;
                }
                Event::Part(ScanPart::Failed(text)) => failed = Some(sentence(text)),
                Event::Ended(Outcome::Failed(failure)) => {
                    return Collected::Ended(ScanState::Failed(sentence(failure)));
                }
                Event::Ended(_) => {
                    if let Some(text) = failed {
                        return Collected::Ended(ScanState::Failed(text));
                    }
                    if self.scan.is_whole() {
                        self.regroup();
                        return Collected::Ended(ScanState::Whole);
                    }
                    ended = true;
                    break;
                }
            }
        }
        if !ended {
            self.question = Some(question);
        }
        if matches!(told, Collected::Something) {
            self.regroup();
        }
        told
    }

    fn regroup(&mut self) {
        regroup(&mut self.scan, &self.volume);
    }

    /// Gives the network free; dropping a question stops it.
    fn rest(&mut self) {
        self.question = None;
        if let Some((since, _)) = self.since.take() {
            self.spent += since.elapsed();
        }
    }

    fn ask(&mut self, engine: &Engine, session: &Session, waker: &Waker) -> Result<(), String> {
        let Some(open) = session.open() else { return Ok(()) };
        if let Some(text) = super::asker::refusal(session, open.volume.grid().centre()) {
            return Err(text);
        }
        let request = ScanRequest {
            volume: Arc::clone(&self.volume),
            defects: open.defects.clone(),
            model: self.scan.model,
            weights: None,
            every: self.scan.every,
            from: self.scan.slices.len() * self.scan.every,
            threshold: self.scan.threshold,
            force: false,
        };
        self.question = Some(scan::ask(engine, waker.now(), request).map_err(sentence)?);
        Ok(())
    }

    /// How far it is, and how long it will take at the pace so far.
    fn progress(&self) -> Progress {
        let (known, total) = (self.scan.slices.len(), self.scan.total.max(1));
        let done = known as f32 / total as f32;
        let what = match (&self.question, self.since) {
            (None, _) => "Slice scan waits for the network".to_owned(),
            (Some(_), None) => "Loading the network".to_owned(),
            (Some(_), Some((since, _))) => {
                let spent = self.spent + since.elapsed();
                let left = time_left(spent, known, total);
                format!("Slice {} of {total}{}", (known + 1).min(total), left)
            }
        };
        Progress { what, done }
    }
}

/// `, about 2 min left`; nothing before there is a pace to tell it from.
fn time_left(spent: Duration, known: usize, total: usize) -> String {
    if known < 2 {
        return String::new();
    }
    let left = spent.as_secs_f64() / known as f64 * total.saturating_sub(known) as f64;
    match left {
        left if left < 60.0 => format!(", about {:.0} s left", left.max(1.0)),
        left => format!(", about {:.0} min left", (left / 60.0).ceil()),
    }
}

fn regroup(scan: &mut SliceScan, volume: &Volume) {
    let [columns, rows, _] = volume.grid().size();
    scan.candidates = candidates(&scan.slices, scan.every, scan.threshold, [columns, rows]);
}

impl Core {
    /// Begins a scan with what the panel says.
    pub(super) fn scan_slices(&mut self) {
        let Some(model) = self.scanner() else {
            self.warn("No LungNodule-SSM has weights yet; the network menu says what is missing");
            return;
        };
        self.start_network();
        let every = self.ui.scan_every.max(1);
        self.asker.scan_slices(model, every, &mut self.session);
        if !self.prefs.left_panel {
            self.prefs.left_panel = true;
            self.save_prefs();
        }
    }

    /// The network that scans: the one chosen for questions where it can, else the first that has weights.
    fn scanner(&self) -> Option<&'static str> {
        let scans = |name: &str| spec(name).is_ok_and(|spec| spec.family == Family::Ssm);
        let mut usable = self.session.networks().iter().filter(|n| n.weights.is_ok() && scans(n.name));
        let chosen = self.session.look().network;
        usable.clone().find(|n| n.name == chosen).or_else(|| usable.next()).map(|n| n.name)
    }

    /// Other slices make candidates.
    pub(super) fn scan_threshold(&mut self, threshold: f64) {
        if self.asker.scan_threshold(threshold, &mut self.session) {
            return;
        }
        let known = self.session.slice_scan().map(|scan| scan.as_ref().clone());
        let (Some(mut scan), Some(volume)) = (known, self.session.volume()) else { return };
        scan.threshold = threshold;
        regroup(&mut scan, volume);
        self.tell_scan(Some(scan));
    }

    /// Forgets scores and candidates of the series on the screen.
    pub(super) fn forget_scan(&mut self) {
        self.tell_scan(None);
    }

    fn tell_scan(&mut self, scan: Option<SliceScan>) {
        let Some(series_uid) = self.session.series().map(|series| series.uid.clone()) else { return };
        self.session.receive(News::SliceScan { series_uid, scan: scan.map(Arc::new) });
    }

    /// The cursor goes to a candidate.
    pub(super) fn go_to_candidate(&mut self, place: usize) {
        let scan = self.session.slice_scan();
        let Some(candidate) = scan.and_then(|scan| scan.candidates.get(place)) else { return };
        let Some(grid) = self.session.grid() else { return };
        let at: Point<Patient> = grid.patient_from_voxel() * grid.clamp(candidate.at);
        self.session.apply(Edit::Cursor(at));
    }
}

impl SliceScans {
    /// - returns: whether a scan runs that follows it
    pub(super) fn threshold(&mut self, threshold: f64) -> bool {
        let Some(running) = &mut self.running else { return false };
        running.scan.threshold = threshold;
        running.regroup();
        true
    }

    /// Says anew what is known, after a change by hand.
    pub(super) fn tell(&self, session: &mut Session) {
        if let Some(running) = &self.running {
            running.tell(session);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_the_pace_and_is_silent_before_there_is_one() {
        let after = |seconds, known| time_left(Duration::from_secs(seconds), known, 100);
        assert_eq!(after(3, 1), "");
        assert_eq!(after(10, 50), ", about 10 s left");
        assert_eq!(after(100, 40), ", about 3 min left");
        assert_eq!(after(100, 100), ", about 1 s left");
    }
}
