//! Times the real window: start, first picture, slice steps, steps while the network runs.
//!
//! It opens the window as a user would and asks for commands frame by frame. A frame's time is
//! that from the beginning of one frame to the beginning of the next: what a user sees.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::core::{Core, Start};
use super::error::AppError;
use super::rounds::{Next, RoundMemory, Rounds};
use super::window::run_core;
use crate::command::Command;
use crate::findings::Question;
use crate::session::{Engine, Pane, Session, Stage};

/// Steps before the first that counts: pipelines and caches are warm then.
const WARM_UP: usize = 12;
/// Longer than this nothing is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// What to time.
#[derive(Clone, Debug)]
pub struct WindowBench {
    /// Folder of a series; `None` times the built-in case.
    pub path: Option<PathBuf>,
    /// Slice steps to time, and again while the network runs.
    pub steps: usize,
    /// Questions to ask, one after the other.
    pub questions: usize,
    /// Rounds of use, after that.
    pub rounds: usize,
}

/// What was measured; milliseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WindowTimings {
    /// Adapter and backend that drew.
    pub adapter: String,
    /// From the call to the first frame on screen.
    pub start_ms: f64,
    /// From opening to the first frame with a slice in it.
    pub first_image_ms: f64,
    /// From opening to the first frame with every slice on the GPU.
    pub complete_ms: f64,
    /// Frames of slice steps, in order.
    pub step_ms: Vec<f64>,
    /// Frames of slice steps while the network ran, in order.
    pub busy_ms: Vec<f64>,
    /// From asking to the answer on screen, per question.
    pub answer_ms: Vec<f64>,
    /// From asking to the answer of every member on screen, and so the interval, per question.
    pub interval_ms: Vec<f64>,
    /// What went wrong, where something did.
    pub failure: Option<String>,
    /// Memory of the process at the end, bytes.
    pub process_bytes: u64,
    /// Of it or of the adapter: our textures, bytes.
    pub gpu_bytes: u64,
    /// What each round of use left.
    pub rounds: Vec<RoundMemory>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Starting,
    Loading,
    Steps,
    Busy,
    Use,
    Done,
}

/// Drives the window; looked at once per frame.
pub(super) struct Driver {
    plan: WindowBench,
    phase: Phase,
    began: Instant,
    opened: Instant,
    last: Option<Instant>,
    frames: usize,
    asked: Option<Instant>,
    rounds: Rounds,
    found: WindowTimings,
}

/// Opens the window, times it, closes it.
/// - errors: as [`super::run`]; what fails after that is in [`WindowTimings::failure`]
pub fn bench_window(plan: WindowBench) -> Result<WindowTimings, AppError> {
    let mut core = Core::plain(Start::default());
    core.driver = Some(Driver::new(plan));
    let core = Rc::new(RefCell::new(core));
    run_core(&core)?;
    let driver = core.borrow_mut().driver.take();
    Ok(driver.map(|d| d.found).unwrap_or_default())
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

impl Driver {
    fn new(plan: WindowBench) -> Self {
        let now = Instant::now();
        let rounds = Rounds::new(plan.path.clone(), plan.rounds);
        Self {
            plan,
            rounds,
            phase: Phase::Starting,
            began: now,
            opened: now,
            last: None,
            frames: 0,
            asked: None,
            found: WindowTimings::default(),
        }
    }

    /// What to do in this frame; `None` closes the window.
    pub(super) fn frame(&mut self, session: &Session) -> Option<Vec<Command>> {
        let now = Instant::now();
        let since = self.last.replace(now).map(|last| ms(now - last));
        self.frames += 1;
        // Rounds have a patience of their own.
        if now - self.opened > PATIENCE && !matches!(self.phase, Phase::Use | Phase::Done) {
            self.found.failure = Some("it took too long".to_owned());
            self.phase = Phase::Done;
        }
        match self.phase {
            Phase::Starting => Some(self.starting(now, session)),
            Phase::Loading => Some(self.loading(now, session)),
            Phase::Steps => Some(self.steps(since, session)),
            Phase::Busy => Some(self.busy(now, since, session)),
            Phase::Use => Some(self.using(session)),
            Phase::Done => {
                self.found.process_bytes = session.memory().process_bytes;
                self.found.gpu_bytes = session.gpu().bytes;
                None
            }
        }
    }

    /// Whether it waits for what is being opened.
    pub(super) fn waits(&self) -> bool {
        self.phase == Phase::Loading
    }

    fn starting(&mut self, now: Instant, session: &Session) -> Vec<Command> {
        // The second frame begins when the first is on screen.
        if self.frames < 2 {
            return Vec::new();
        }
        if self.found.start_ms == 0.0 {
            self.found.start_ms = ms(now - self.began);
        }
        // Weights are read once the window is there, in less time than a person needs to choose a folder.
        if matches!(session.engine(), Engine::Idle | Engine::Starting) {
            return Vec::new();
        }
        if let Some(adapter) = &session.graphics().current {
            self.found.adapter = format!("{} ({})", adapter.name, adapter.backend);
        }
        self.opened = now;
        self.phase = Phase::Loading;
        vec![match self.plan.path.clone() {
            Some(path) => Command::OpenPaths(vec![path]),
            None => Command::OpenExample,
        }]
    }

    fn loading(&mut self, now: Instant, session: &Session) -> Vec<Command> {
        match session.stage() {
            Stage::Failed(sentence) => self.fail(sentence),
            Stage::Unusable(_) => self.fail("the series cannot be viewed".to_owned()),
            Stage::Report => self.fail("this is a report, and no series".to_owned()),
            Stage::Welcome | Stage::Opening | Stage::Open => {}
        }
        let gpu = session.gpu();
        // What was uploaded before the last frame is on screen when this one begins.
        if gpu.slices > 0 && self.found.first_image_ms == 0.0 {
            self.found.first_image_ms = ms(now - self.opened);
        }
        if session.open().is_some_and(|o| o.loaded) && gpu.slices == gpu.total && gpu.total > 0 {
            self.found.complete_ms = ms(now - self.opened);
            self.enter(Phase::Steps);
        }
        Vec::new()
    }

    fn steps(&mut self, since: Option<f64>, session: &Session) -> Vec<Command> {
        if self.frames > WARM_UP {
            self.found.step_ms.extend(since);
        }
        if self.frames >= WARM_UP + self.plan.steps {
            self.enter(if self.plan.questions > 0 { Phase::Busy } else { self.last_phase() });
        }
        self.step(session)
    }

    fn busy(&mut self, now: Instant, since: Option<f64>, session: &Session) -> Vec<Command> {
        self.found.busy_ms.extend(since);
        let mut out = self.step(session);
        let Some(asked) = self.asked else {
            self.asked = Some(now);
            // A new place each time, near the middle.
            let mut at = session.grid().map_or(session.look().cursor, |g| g.centre());
            at.x += 3.0 * self.found.answer_ms.len() as f64;
            out.push(Command::ClassifyAt(at));
            return out;
        };
        match session.findings().nodules().last().map(|n| &n.question) {
            Some(Question::Answered { saliency, answer }) => {
                let questions = session.findings().nodules().len();
                if self.found.answer_ms.len() < questions {
                    self.found.answer_ms.push(ms(now - asked));
                }
                if answer.is_whole() && self.found.interval_ms.len() < questions {
                    self.found.interval_ms.push(ms(now - asked));
                }
                // The maps are computed after the answer: frames count until all is there.
                if !saliency.is_empty() && answer.is_whole() {
                    self.asked = None;
                }
            }
            Some(Question::Failed(sentence)) => self.fail(sentence.clone()),
            Some(Question::Cancelled) => self.fail("the question was cancelled".to_owned()),
            None if now - asked > Duration::from_secs(1) => {
                let why = session.notices().last().map_or("nothing was asked", |n| &n.text);
                self.fail(why.to_owned());
            }
            Some(Question::NeedsPrior) => self.fail("the network compares two dates".to_owned()),
            Some(Question::Unasked | Question::Running) | None => {}
        }
        if self.asked.is_none() && self.found.answer_ms.len() >= self.plan.questions {
            self.enter(self.last_phase());
        }
        out
    }

    fn last_phase(&self) -> Phase {
        if self.plan.rounds > 0 { Phase::Use } else { Phase::Done }
    }

    fn using(&mut self, session: &Session) -> Vec<Command> {
        match self.rounds.frame(session) {
            Next::Do(commands) => return commands,
            Next::Done => self.enter(Phase::Done),
            Next::Failed(sentence) => self.fail(sentence),
        }
        self.found.rounds = std::mem::take(&mut self.rounds.done);
        Vec::new()
    }

    /// One slice in one viewport after the other, back and forth.
    fn step(&self, session: &Session) -> Vec<Command> {
        let pane = Pane::ALL.get(self.frames % 3).copied().unwrap_or(Pane::Axial);
        let forth = (self.frames / 60).is_multiple_of(2);
        if session.open().is_none() {
            return Vec::new();
        }
        vec![Command::Step(pane, if forth { 1 } else { -1 })]
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.frames = 0;
    }

    fn fail(&mut self, sentence: String) {
        self.found.failure = Some(sentence);
        self.phase = Phase::Done;
    }
}
