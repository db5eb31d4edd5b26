//! The thread that owns the network: started in the background, warmed up, and its state told.

use super::waker::Waker;
use super::words::sentence;
use crate::inference::{self, DeviceChoice, EngineOptions, InferenceError};
use crate::jobs::{Job, Outcome, spawn};
use crate::networks::DEFAULT_MODEL;
use crate::session::{Engine, News, Session};
use crate::workflow::models::weights_for;

/// What loading the network says of it.
type Loaded = Result<Engine, String>;

/// Off, starting, running or failed.
#[derive(Default)]
pub(super) struct NetworkThread {
    starting: Option<Job<Result<inference::Engine, InferenceError>>>,
    engine: Option<inference::Engine>,
    loading: Option<inference::Question<Loaded>>,
    failure: Option<String>,
}

impl NetworkThread {
    /// Starts the thread, once. Looking for adapters takes a while: a job does it.
    pub(super) fn start(&mut self, device: &str, session: &mut Session, waker: &Waker) {
        // One that did not start would fail again in every frame.
        if self.starting.is_some() || self.engine.is_some() || self.failure.is_some() {
            return;
        }
        let choice = match device {
            "gpu" => DeviceChoice::Gpu,
            "cpu" => DeviceChoice::Cpu,
            _ => DeviceChoice::Auto,
        };
        session.receive(News::Engine(Engine::Starting));
        self.starting = Some(spawn("network", waker.now(), move |_| {
            Ok(inference::Engine::start(EngineOptions::beside_a_window(choice)))
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

    /// What became of starting and loading.
    pub(super) fn poll(&mut self, session: &mut Session, waker: &Waker) {
        if let Some(outcome) = self.starting.as_ref().and_then(Job::poll) {
            self.starting = None;
            match outcome {
                Outcome::Done(Ok(engine)) => {
                    self.loading = Some(load(&engine, waker));
                    self.engine = Some(engine);
                }
                Outcome::Done(Err(error)) => self.fail(sentence(error), session),
                Outcome::Failed(failure) => self.fail(failure.to_string(), session),
                Outcome::Cancelled => {}
            }
        }
        let Some(loading) = &self.loading else { return };
        match loading.poll() {
            Some(inference::Event::Part(Ok(ready))) => session.receive(News::Engine(ready)),
            Some(inference::Event::Part(Err(text))) => self.fail(text, session),
            Some(inference::Event::Ended(Outcome::Failed(failure))) => {
                self.fail(failure.to_string(), session);
                self.loading = None;
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

/// Loads the default network, and says what it is.
fn load(engine: &inference::Engine, waker: &Waker) -> inference::Question<Loaded> {
    engine.submit("loading the network", waker.now(), |runtime, _, parts| {
        parts.send(match runtime.network(DEFAULT_MODEL, &weights_for(DEFAULT_MODEL)) {
            Ok(network) => Ok(Engine::Ready {
                spec: network.spec().clone(),
                device: network.info.clone(),
                trained: network.card.trained,
                trained_on: network.card.trained_on.clone(),
            }),
            Err(error) => Err(sentence(error)),
        });
        Ok(())
    })
}
