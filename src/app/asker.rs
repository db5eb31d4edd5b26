//! Questions to the network: which wait, which run, and what comes back.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checks::Checks;
use super::comparisons::Comparisons;
use super::counterfactuals::Counterfactuals;
use super::inside::Insides;
use super::more_maps::MoreMaps;
use super::neighbourhoods::Neighbourhoods;
use super::network::NetworkThread;
use super::opinions::Opinions;
use super::priors::{Earlier, earlier};
use super::probes::Probes;
use super::slice_scans::SliceScans;
use super::uncertainties::Uncertainties;
use super::waker::Waker;
use super::words::sentence;
use crate::explain::{Around, InsideWanted, Saliency, Wanted};
use crate::findings::{Nodule, NoduleId, PriorPoint, Question};
use crate::geometry::{Patient, Point};
use crate::inference::{self, Answer, EngineOptions};
use crate::jobs::{Job, Outcome, Progress, spawn};
use crate::networks::spec;
use crate::session::{Edit, NetworkChoice, News, Session, Work, WorkId};
use crate::volume::{Unit, Volume};
use crate::workflow::classify::{self, Part, Request, fewest_slices};
use crate::workflow::models;

/// Nearer than this two points are one nodule.
const SAME_MM: f64 = 1.0;

/// A question that has not ended.
struct Asked {
    at: Point<Patient>,
    /// The nodule's point on the earlier date.
    prior: Option<PriorPoint>,
    /// `None` while it waits for slices, for the network or for other questions.
    question: Option<inference::Question<Part>>,
    answer: Option<Arc<Answer>>,
    saliency: Vec<Arc<Saliency>>,
    /// The first member of an ensemble has answered and is explained; the others are asked when no
    /// nodule waits for its first answer.
    others: bool,
}

impl Asked {
    fn new(nodule: &Nodule) -> Self {
        Self::at(nodule.at, nodule.prior.clone())
    }

    fn at(at: Point<Patient>, prior: Option<PriorPoint>) -> Self {
        Self { at, prior, question: None, answer: None, saliency: Vec::new(), others: false }
    }
}

/// How far a question is.
enum Stage {
    /// More is to come.
    Open,
    /// Its work has ended with an answer.
    Answered,
    /// Nothing more is to be asked.
    Over,
}

/// The network's side of the window.
#[derive(Default)]
pub(super) struct Asker {
    thread: NetworkThread,
    asked: BTreeMap<NoduleId, Asked>,
    /// The volume that the questions are about.
    volume: Option<Arc<Volume>>,
    /// Asks other networks when nothing waits for the chosen one.
    opinions: Opinions,
    /// Computes maps that somebody asked for.
    maps: MoreMaps,
    /// Holds maps beside each other.
    comparisons: Comparisons,
    /// Asks what tissue does to the answer.
    counterfactuals: Counterfactuals,
    /// Asks what the block under the pointer does to the answer.
    probes: Probes,
    /// Asks what was computed on the way.
    insides: Insides,
    /// Asks about the places around a point.
    around: Neighbourhoods,
    /// Asks the same otherwise.
    uncertainties: Uncertainties,
    /// Goes through every slice when nobody is asked.
    scans: SliceScans,
    /// Checks the map that is looked at when there is nothing else to do.
    checks: Checks,
    /// Looks which networks have weights.
    looking: Option<Job<Vec<NetworkChoice>>>,
}

impl Asker {
    /// Reads the weights in the background, so that the first question is not the slow one.
    pub(super) fn warm_up(&mut self, options: &EngineOptions, session: &mut Session, waker: &Waker) {
        self.thread.start(options, session, waker);
        if session.networks().is_empty() {
            self.look_for_weights(waker);
        }
    }

    /// Looks which networks have weights, in the background: they may have been imported meanwhile.
    pub(super) fn look_for_weights(&mut self, waker: &Waker) {
        if self.looking.is_none() {
            self.looking = Some(spawn("weights", waker.now(), |_| Ok(models::choices())));
        }
    }

    /// Another adapter was chosen: the network goes there, and what is being asked is asked there.
    pub(super) fn move_to(&mut self, options: EngineOptions, session: &mut Session, waker: &Waker) {
        if self.thread.move_to(options, session, waker) {
            for asked in self.asked.values_mut() {
                *asked = Asked::at(asked.at, asked.prior.take());
            }
        }
    }

    /// Asks about a nodule; an earlier question about it is dropped.
    pub(super) fn ask(&mut self, id: NoduleId, session: &mut Session) {
        let Some(asked) = session.findings().nodule(id).map(Asked::new) else { return };
        session.receive(News::Question { id, at: asked.at, question: Question::Running });
        self.asked.insert(id, asked);
    }

    /// Computes maps of the selected nodule.
    /// - `trust`: and checks them
    pub(super) fn explain(&mut self, maps: Vec<Wanted>, trust: bool, session: &mut Session) {
        self.maps.ask(maps, trust, session);
    }

    /// Asks for a layer of the selected nodule's network.
    pub(super) fn look_inside(&mut self, what: InsideWanted, session: &Session) {
        self.insides.ask(what, session);
    }

    /// Stops checking the map on the screen.
    pub(super) fn stop_checks(&mut self, session: &mut Session) {
        self.checks.stop(session);
    }

    /// Stops that; maps that are there stay.
    pub(super) fn stop_maps(&mut self, session: &mut Session) {
        self.maps.stop(session);
    }

    /// Asks the same about the selected nodule otherwise.
    pub(super) fn ask_again_otherwise(&mut self, session: &mut Session) {
        self.uncertainties.ask(session);
    }

    /// Stops that; what is known stays.
    pub(super) fn stop_asking_otherwise(&mut self, session: &mut Session) {
        self.uncertainties.stop(session);
    }

    /// Asks about the places around the selected nodule's point.
    pub(super) fn ask_around(&mut self, how: Around, session: &mut Session) {
        self.around.ask(how, session);
    }

    /// Stops that; what is known stays.
    pub(super) fn stop_around(&mut self, session: &mut Session) {
        self.around.stop(session);
    }

    /// Begins a scan of all slices.
    pub(super) fn scan_slices(&mut self, model: &'static str, every: usize, session: &mut Session) {
        self.scans.start(model, every, session);
    }

    /// Stops it; what was found so far stays.
    pub(super) fn stop_scan(&mut self, session: &mut Session) {
        self.scans.stop(session);
    }

    /// - returns: whether a scan runs that follows it
    pub(super) fn scan_threshold(&mut self, threshold: f64, session: &mut Session) -> bool {
        let follows = self.scans.threshold(threshold);
        self.scans.tell(session);
        follows
    }

    /// Stops a question; an answer that is already there stays.
    pub(super) fn cancel(&mut self, id: NoduleId, session: &mut Session) {
        let Some(asked) = self.asked.remove(&id) else { return };
        session.receive(News::Stopped(WorkId::Classify(id)));
        if asked.answer.is_none() {
            session.receive(News::Question { id, at: asked.at, question: Question::Cancelled });
        }
    }

    /// A question whose nodule is taken away.
    pub(super) fn forget(&mut self, id: NoduleId, session: &mut Session) {
        self.asked.remove(&id);
        session.receive(News::Stopped(WorkId::Classify(id)));
    }

    /// The nodule at a point: a known one a millimetre away, or else a new one.
    pub(super) fn mark(at: Point<Patient>, session: &mut Session) -> NoduleId {
        let near = session.findings().nodules().iter().find(|n| n.at.distance(at) < SAME_MM);
        if let Some(id) = near.map(|n| n.id) {
            session.apply(Edit::Select(Some(id)));
            return id;
        }
        let id = session.findings().next_id();
        let place = session.findings().nodules().len();
        let nodule = Nodule::new(id, at, Question::Running);
        session.apply(Edit::Many(vec![Edit::AddNodule(place, nodule), Edit::Cursor(at)]));
        id
    }

    /// Asks what undo, redo or a change of series brought back without an answer.
    pub(super) fn reconcile(&mut self, session: &mut Session) {
        let gone: Vec<NoduleId> =
            self.asked.keys().copied().filter(|id| session.findings().nodule(*id).is_none()).collect();
        gone.into_iter().for_each(|id| self.forget(id, session));
        // An answer came back that is another than the one that is being waited for.
        let answered = |(id, asked): (&NoduleId, &Asked)| {
            let answer = session.findings().nodule(*id).and_then(Nodule::answer)?;
            (!asked.answer.as_ref().is_some_and(|ours| Arc::ptr_eq(ours, answer))).then_some(*id)
        };
        let settled: Vec<NoduleId> = self.asked.iter().filter_map(answered).collect();
        settled.into_iter().for_each(|id| self.forget(id, session));
        // An answer of some members of an ensemble is none yet: the others were not asked any more.
        let open = |n: &&Nodule| match &n.question {
            Question::Unasked | Question::Running => true,
            Question::Answered { answer, .. } => !answer.is_whole(),
            // The prior that it is marked in was chosen again.
            Question::NeedsPrior => session.at_in_prior(n).is_some(),
            Question::Failed(_) | Question::Cancelled => false,
        };
        let unanswered: Vec<Nodule> = session.findings().nodules().iter().filter(open).cloned().collect();
        for nodule in unanswered {
            if self
                .asked
                .get(&nodule.id)
                .is_some_and(|asked| asked.at == nodule.at && asked.prior == nodule.prior)
            {
                continue;
            }
            match nodule.question {
                // What is known stays on the screen while the others are asked.
                Question::Answered { ref answer, ref saliency } if !saliency.is_empty() => {
                    let (answer, saliency) = (Some(Arc::clone(answer)), saliency.clone());
                    let asked = Asked { answer, saliency, others: true, ..Asked::new(&nodule) };
                    self.asked.insert(nodule.id, asked);
                }
                _ => self.ask(nodule.id, session),
            }
        }
    }

    /// Everything that came back since the last frame.
    /// - `held`: a point of the prior is in the hand: nobody is asked beside the chosen network yet
    /// - `checks`: whether maps are checked that nobody asked to be
    pub(super) fn poll(&mut self, session: &mut Session, waker: &Waker, held: bool, checks: bool) {
        self.thread.poll(session, waker);
        if let Some(outcome) = self.looking.as_ref().and_then(Job::poll) {
            self.looking = None;
            if let Outcome::Done(networks) = outcome {
                session.receive(News::Networks(networks));
            }
        }
        self.follow_volume(session);
        // First answers come first: the other members of an ensemble make room for them.
        let first = self.asked.values().any(|asked| !asked.others);
        let ids: Vec<NoduleId> = self.asked.keys().copied().collect();
        for id in ids {
            let Some(mut asked) = self.asked.remove(&id) else { continue };
            let now = session.findings().nodule(id);
            if compares_dates(session.look().network) && now.is_some_and(|n| n.prior != asked.prior) {
                // Its point in the prior is being moved; it is asked about again when it is let go.
                session.receive(News::Stopped(WorkId::Classify(id)));
                continue;
            }
            if first && asked.others {
                asked.question = None;
            } else if asked.question.is_none()
                && let Err(question) = self.begin(&mut asked, session, waker)
            {
                session.receive(News::Question { id, at: asked.at, question });
                session.receive(News::Stopped(WorkId::Classify(id)));
                continue;
            }
            match settle(id, &mut asked, session) {
                Stage::Open => {}
                Stage::Answered if asked.answer.as_ref().is_some_and(|answer| !answer.is_whole()) => {
                    (asked.question, asked.others) = (None, true);
                }
                Stage::Answered | Stage::Over => {
                    session.receive(News::Stopped(WorkId::Classify(id)));
                    continue;
                }
            }
            let progress = match &asked.question {
                Some(question) => question.context().progress(),
                None if asked.others => Progress { what: "Asking the other networks".to_owned(), done: 0.6 },
                None => Progress { what: "Waiting for slices".to_owned(), done: 0.0 },
            };
            session.receive(News::Working(Work { id: WorkId::Classify(id), progress }));
            self.asked.insert(id, asked);
        }
        // Whoever is looked at goes before those beside it.
        let engine = self.thread.engine().ok().flatten().filter(|_| self.asked.is_empty() && !held);
        self.comparisons.poll(session, waker);
        // The hand waits for these.
        self.counterfactuals.poll(engine, session, waker);
        let engine = engine.filter(|_| self.counterfactuals.is_idle());
        self.probes.poll(engine, session, waker);
        let engine = engine.filter(|_| self.probes.is_idle());
        self.insides.poll(engine, session, waker);
        let engine = engine.filter(|_| self.insides.is_idle());
        self.maps.poll(engine, session, waker);
        let engine = engine.filter(|_| self.maps.is_idle());
        self.around.poll(engine, session, waker);
        let engine = engine.filter(|_| self.around.is_idle());
        self.uncertainties.poll(engine, session, waker);
        let engine = engine.filter(|_| self.uncertainties.is_idle());
        self.opinions.poll(engine, session, waker);
        let engine = engine.filter(|_| self.opinions.is_idle());
        self.scans.poll(engine, session, waker);
        let engine = engine.filter(|_| session.working(WorkId::SliceScan).is_none());
        self.checks.poll(engine, checks, session, waker);
        // What may begin now begins in the next frame, which nothing else might bring.
        let room = self.asked.values().all(|asked| asked.others);
        if room && self.asked.values().any(|asked| asked.question.is_none()) {
            waker.now()();
        }
    }

    /// Questions about a series that is no longer on the screen stop; they are asked again when it
    /// comes back.
    fn follow_volume(&mut self, session: &mut Session) {
        let same = match (&self.volume, session.volume()) {
            (Some(ours), Some(shown)) => Arc::ptr_eq(ours, shown),
            (None, None) => true,
            _ => false,
        };
        if same {
            return;
        }
        self.volume = session.volume().map(Arc::clone);
        for id in std::mem::take(&mut self.asked).into_keys() {
            session.receive(News::Stopped(WorkId::Classify(id)));
        }
        self.reconcile(session);
    }

    /// Hands a waiting question to the network, if slices and network are there.
    /// - errors: what is known instead, where it cannot be asked
    fn begin(&self, asked: &mut Asked, session: &Session, waker: &Waker) -> Result<(), Question> {
        let Some(open) = session.open() else { return Ok(()) };
        if !open.loaded {
            return match session.working(WorkId::Load) {
                Some(_) => Ok(()),
                None => Err(Question::Failed(
                    "Loading was stopped before every slice was there. Choose the series again".to_owned(),
                )),
            };
        }
        // What the window can say of it before the network is asked, in the window's words: the terminal's
        // speak of options. It was checked at the click too, but slices tell of defects while they load.
        if let Some(text) = refusal(session, asked.at) {
            return Err(Question::Failed(text));
        }
        // Another network may have been chosen since the first member answered.
        let model = asked.answer.as_ref().filter(|_| asked.others).map(|first| first.model.clone());
        let model = model.unwrap_or_else(|| session.look().network.to_owned());
        let mode = match asked.answer.as_ref().filter(|_| asked.others) {
            Some(first) => first.mode.parse().unwrap_or_default(),
            None => session.look().mode_of(&model),
        };
        let prior = match compares_dates(&model).then(|| earlier(session, asked.prior.as_ref())) {
            None => None,
            Some(Earlier::There(prior)) => Some(prior),
            Some(Earlier::Loading) => return Ok(()),
            Some(Earlier::Needed) => return Err(Question::NeedsPrior),
            Some(Earlier::Refused(text)) => return Err(Question::Failed(text)),
        };
        let engine = self.thread.engine().map_err(|text| Question::Failed(text.to_owned()))?;
        let Some(engine) = engine else { return Ok(()) };
        let maps = spec(&model).map(|spec| Wanted::in_the_window(spec.family)).unwrap_or_default();
        let request = Request {
            model,
            mode,
            fields: session.fields(),
            prior,
            // Looked for on the network's thread: no file is touched here.
            weights: None,
            explain: maps,
            all_members: false,
            ..Request::new(Arc::clone(&open.volume), open.defects.clone(), asked.at)
        };
        asked.question = Some(match &asked.answer {
            Some(first) if asked.others => {
                classify::ask_others(engine, waker.now(), request, Arc::clone(first))
            }
            _ => classify::ask(engine, waker.now(), request)
                .map_err(|error| Question::Failed(sentence(error)))?,
        });
        Ok(())
    }
}

/// Whether the network of this name compares today with an earlier date.
pub(super) fn compares_dates(model: &str) -> bool {
    spec(model).is_ok_and(|spec| spec.family.compares_dates())
}

/// Hands on what a question brought.
fn settle(id: NoduleId, asked: &mut Asked, session: &mut Session) -> Stage {
    let Some(question) = &asked.question else { return Stage::Open };
    let mut failed = false;
    let at = asked.at;
    while let Some(event) = question.poll() {
        let mut know = |question| session.receive(News::Question { id, at, question });
        match event {
            inference::Event::Part(Part::Answer(answer)) => {
                (asked.answer, asked.saliency) = (Some(Arc::clone(&answer)), Vec::new());
                know(Question::Answered { answer, saliency: Vec::new() });
            }
            inference::Event::Part(Part::Explained { saliency, .. }) => {
                asked.saliency.clone_from(&saliency);
                if let Some(answer) = asked.answer.clone() {
                    know(Question::Answered { answer, saliency });
                }
            }
            inference::Event::Part(Part::Members(answer)) => {
                asked.answer = Some(Arc::clone(&answer));
                know(Question::Answered { answer, saliency: asked.saliency.clone() });
            }
            inference::Event::Part(Part::Turned(_)) => {}
            inference::Event::Part(Part::Failed(text)) => {
                failed = true;
                know(Question::Failed(sentence(text)));
            }
            inference::Event::Ended(Outcome::Done(())) if failed => return Stage::Over,
            inference::Event::Ended(Outcome::Done(())) => return Stage::Answered,
            inference::Event::Ended(Outcome::Cancelled) => {
                if asked.answer.is_none() {
                    know(Question::Cancelled);
                }
                return Stage::Over;
            }
            inference::Event::Ended(Outcome::Failed(failure)) => {
                know(Question::Failed(sentence(failure)));
                return Stage::Over;
            }
        }
    }
    Stage::Open
}

/// Why the network is not asked about this point: one sentence, or `None` where it can be.
pub(super) fn refusal(session: &Session, at: Point<Patient>) -> Option<String> {
    let (open, series) = (session.open()?, session.series()?);
    let grid = open.volume.grid();
    let inside = at.is_finite() && grid.voxel_at(grid.voxel_from_patient() * at).is_some();
    let slices = grid.size()[2];
    let fewest = spec(session.look().network).map_or(1, |spec| fewest_slices(spec.family));
    let obstacle = series.defects.iter().chain(&open.defects).find(|d| !d.classifiable());
    match obstacle {
        _ if !inside => Some("This point lies outside the volume. Choose one inside the picture".to_owned()),
        Some(defect) => {
            Some(format!("The network cannot be asked about this series. {}", sentence(&defect.text)))
        }
        None if *open.volume.unit() != Unit::Hu => {
            Some("The network reads CT alone; this series holds no Hounsfield units".to_owned())
        }
        None if slices < fewest => {
            Some(format!("This series has {slices} slices; the network needs at least {fewest}"))
        }
        None => None,
    }
}
