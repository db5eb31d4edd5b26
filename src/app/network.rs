//! The thread that owns the network: started in the background, warmed up, and its state told.

use std::time::Duration;

use super::waker::Waker;
use super::words::sentence;
use crate::inference::{self, DeviceChoice, EngineOptions, InferenceError};
use crate::jobs::{Job, Outcome, spawn};
use crate::session::{Engine, GraphicsDevice, News, Preferences, Session, Severity};
use crate::workflow::models::weights_for;

/// Nothing where the network is loaded, else why it is not.
type Loaded = Result<(), String>;

/// Off, starting, running or failed.
#[derive(Default)]
pub(super) struct NetworkThread {
    starting: Option<Job<Result<inference::Engine, InferenceError>>>,
    engine: Option<inference::Engine>,
    loading: Option<inference::Question<Loaded>>,
    failure: Option<String>,
    /// What it was started with.
    options: Option<EngineOptions>,
}

/// Where the network runs beside this window: as the user prefers, and where that is a graphics
/// adapter, on the one that was chosen or else the one that draws.
pub(super) fn options(prefs: &Preferences, graphics: &GraphicsDevice) -> EngineOptions {
    let device = match prefs.network_device.as_str() {
        "gpu" => DeviceChoice::Gpu,
        "cpu" => DeviceChoice::Cpu,
        _ => DeviceChoice::Auto,
    };
    // Who chose nothing and draws by software, because no other adapter reaches the screen, may still
    // have a GPU that computes.
    let drawing = graphics.current.as_ref().filter(|a| !a.software).map(|a| a.name.clone());
    let adapter = Some(prefs.adapter.clone()).filter(|name| !name.is_empty()).or(drawing);
    EngineOptions::beside_a_window(device, adapter)
}

/// The longest wait for adapters that are being looked for.
const LONGEST_START: Duration = Duration::from_secs(3);

impl Drop for NetworkThread {
    /// Drivers are being loaded while the engine starts: a program that ends meanwhile would tear them down
    /// under it.
    fn drop(&mut self) {
        if let Some(starting) = self.starting.take() {
            drop(starting.end(LONGEST_START));
        }
    }
}

impl NetworkThread {
    /// Starts the thread, once. Looking for adapters takes a while: a job does it.
    pub(super) fn start(&mut self, options: &EngineOptions, session: &mut Session, waker: &Waker) {
        // One that did not start would fail again in every frame.
        if self.options.is_none() {
            self.start_with(options.clone(), session, waker);
        }
    }

    /// Starts it anew where it was started with other options: another adapter was chosen.
    /// - returns: whether what was asked before must be asked again
    pub(super) fn move_to(&mut self, options: EngineOptions, session: &mut Session, waker: &Waker) -> bool {
        let moves = self.options.as_ref().is_some_and(|now| *now != options);
        if moves {
            self.start_with(options, session, waker);
        }
        moves
    }

    fn start_with(&mut self, options: EngineOptions, session: &mut Session, waker: &Waker) {
        session.receive(News::Engine(Engine::Starting));
        let (before, starting) = (self.engine.take(), self.starting.take());
        *self = Self::default();
        self.options = Some(options.clone());
        let wake = waker.now();
        self.starting = Some(spawn("network", waker.now(), move |_| {
            // Waits for its thread, which is not for a frame.
            drop((before, starting));
            let engine = inference::Engine::start(options);
            Ok(engine.inspect(|engine| engine.watch(wake)))
        }));
    }

    /// The engine; `None` while it starts.
    /// - errors: the sentence that says why there is none
    pub(super) fn engine(&self) -> Result<Option<&inference::Engine>, &str> {
        match &self.failure {
            Some(sentence) => Err(sentence),
            None => Ok(self.engine.as_ref()),
        }
    }

    /// What became of starting and loading; which device answers now, and what is to be said of it.
    pub(super) fn poll(&mut self, session: &mut Session, waker: &Waker) {
        if let Some(outcome) = self.starting.as_ref().and_then(Job::poll) {
            self.starting = None;
            match outcome {
                Outcome::Done(Ok(engine)) => {
                    self.loading = Some(load(&engine, session.look().network, waker));
                    self.engine = Some(engine);
                }
                Outcome::Done(Err(error)) => self.fail(sentence(error), session),
                Outcome::Failed(failure) => self.fail(failure.to_string(), session),
                Outcome::Cancelled => {}
            }
        }
        self.poll_loading(session);
        let Some(engine) = &self.engine else { return };
        if let Engine::Ready { device } = session.engine()
            && *device != engine.device()
        {
            session.receive(News::Engine(Engine::Ready { device: engine.device() }));
        }
        for notice in engine.take_notices() {
            session.receive(News::Notice(Severity::Warning, sentence(notice)));
        }
    }

    fn poll_loading(&mut self, session: &mut Session) {
        let (Some(loading), Some(engine)) = (&self.loading, &self.engine) else { return };
        match loading.poll() {
            Some(inference::Event::Part(loaded)) => {
                session.receive(News::Engine(Engine::Ready { device: engine.device() }));
                // Another network may still answer.
                if let Err(text) = loaded {
                    session.receive(News::Notice(Severity::Error, text));
                }
            }
            Some(inference::Event::Ended(Outcome::Failed(failure))) => {
                self.loading = None;
                self.fail(failure.to_string(), session);
            }
            Some(inference::Event::Ended(_)) => self.loading = None,
            None => {}
        }
    }

    fn fail(&mut self, text: String, session: &mut Session) {
        self.failure = Some(text.clone());
        session.receive(News::Engine(Engine::Failed(text)));
    }
}

/// Loads the network that is asked first.
fn load(engine: &inference::Engine, model: &'static str, waker: &Waker) -> inference::Question<Loaded> {
    engine.submit("loading the network", waker.now(), move |runtime, _, parts| {
        parts.send(runtime.network(model, &weights_for(model)).map(|_| ()).map_err(sentence));
        Ok(())
    })
}
