//! The sheet of networks: weights are read and imported away from the window's thread.

use std::path::PathBuf;
use std::sync::Arc;

use super::core::Core;
use super::waker::Waker;
use super::words::sentence;
use crate::ingest::Private;
use crate::jobs::{Job, Outcome, spawn};
use crate::networks::weights::WeightsError;
use crate::session::{Imported, NetworkFacts, News, Session, Severity, Work, WorkId};
use crate::ui::Sheet;
use crate::workflow::models::{self, Besides, ModelReport, ModelsError};

/// What an import came to: `None` where it was stopped.
type Ended = Option<Imported>;

/// The jobs of the sheet.
#[derive(Default)]
pub(super) struct Shelf {
    reading: Option<Job<Result<NetworkFacts, String>>>,
    importing: Option<Job<Ended>>,
}

impl Shelf {
    /// Reads all of a network's weights, to tell of them; an earlier wish is dropped.
    fn read(&mut self, name: &'static str, waker: &Waker) {
        self.reading = Some(spawn("weights", waker.now(), move |ctx| {
            ctx.step("Reading weights", 0.0)?;
            Ok(models::info(name).map(facts).map_err(sentence))
        }));
    }

    fn import(&mut self, name: &'static str, file: PathBuf, waker: &Waker) {
        let source = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        self.importing = Some(spawn("import", waker.soon(), move |ctx| {
            let refused = |text: String, keys| Imported {
                model: name,
                source: source.clone(),
                refused: Some(sentence(text)),
                keys,
            };
            let Some(folder) = models::folder() else {
                return Ok(Some(refused("This system names no folder for weights".to_owned(), None)));
            };
            let out = folder.join(format!("{name}.safetensors"));
            if let Err(error) = std::fs::create_dir_all(&folder) {
                let text = format!("The folder of weights cannot be made ({error})");
                return Ok(Some(refused(text, None)));
            }
            Ok(Some(match models::import(&file, name, Besides::default(), &out, ctx) {
                Ok(report) => {
                    Imported { model: name, source: source.clone(), refused: None, keys: Some(report.keys) }
                }
                Err(ModelsError::Cancelled(_)) => return Ok(None),
                Err(ModelsError::Weights(WeightsError::DoNotFit { model, report })) => {
                    let error = WeightsError::DoNotFit { model, report: report.clone() };
                    refused(error.to_string(), Some(*report))
                }
                Err(error) => refused(error.to_string(), None),
            }))
        }));
    }

    /// Asks the import to stop.
    pub(super) fn cancel(&self) {
        if let Some(job) = &self.importing {
            job.context().cancel();
        }
    }

    /// Everything that has come since the last frame.
    /// - returns: a network whose weights were replaced
    fn poll(&mut self, session: &mut Session) -> Option<&'static str> {
        if let Some(job) = &self.reading {
            match job.poll() {
                None => {
                    let progress = job.context().progress();
                    session.receive(News::Working(Work { id: WorkId::Weights, progress }));
                }
                Some(outcome) => {
                    self.reading = None;
                    session.receive(News::Stopped(WorkId::Weights));
                    match outcome {
                        Outcome::Done(Ok(facts)) => session.receive(News::NetworkFacts(Arc::new(facts))),
                        Outcome::Done(Err(text)) => session.receive(News::Notice(Severity::Error, text)),
                        Outcome::Failed(failure) => {
                            session.receive(News::Notice(Severity::Error, failure.to_string()));
                        }
                        Outcome::Cancelled => {}
                    }
                }
            }
        }
        let job = self.importing.as_ref()?;
        let Some(outcome) = job.poll() else {
            let progress = job.context().progress();
            session.receive(News::Working(Work { id: WorkId::Import, progress }));
            return None;
        };
        self.importing = None;
        session.receive(News::Stopped(WorkId::Import));
        match outcome {
            Outcome::Done(Some(imported)) => {
                let installed = imported.refused.is_none().then_some(imported.model);
                session.receive(News::Imported(Some(Arc::new(imported))));
                return installed;
            }
            Outcome::Done(None) | Outcome::Cancelled => {
                let text = "The import was stopped: nothing was written";
                session.receive(News::Notice(Severity::Info, text.to_owned()));
            }
            Outcome::Failed(failure) => session.receive(News::Notice(Severity::Error, failure.to_string())),
        }
        None
    }
}

fn facts(report: ModelReport) -> NetworkFacts {
    NetworkFacts {
        name: report.name,
        reads: report.reads,
        parameters: report.parameters,
        options: report.options,
        weights: report.weights,
        weights_sha256: report.weights_sha256,
        members: report.members.len(),
        card: report.card,
        fault: report.fault,
        folder: models::folder().map(Private::new),
    }
}

impl Core {
    /// Opens the sheet at the chosen network, or closes it.
    pub(super) fn toggle_networks(&mut self) {
        match self.ui.sheet {
            Some(Sheet::Networks(_)) => {
                self.ui.sheet = None;
                self.session.receive(News::Imported(None));
            }
            _ => self.show_network(self.session.look().network),
        }
    }

    /// The sheet shows this network; its weights are read anew, as they may have been replaced.
    pub(super) fn show_network(&mut self, name: &'static str) {
        self.ui.sheet = Some(Sheet::Networks(name));
        self.shelf.read(name, &self.waker);
        self.asker.look_for_weights(&self.waker);
    }

    /// Imports a checkpoint into the folder of weights.
    pub(super) fn import_weights(&mut self, name: &'static str, file: PathBuf) {
        self.ui.weights_path = None;
        self.session.receive(News::Imported(None));
        self.shelf.import(name, file, &self.waker);
    }

    pub(super) fn poll_shelf(&mut self) {
        if let Some(name) = self.shelf.poll(&mut self.session) {
            self.shelf.read(name, &self.waker);
            self.asker.look_for_weights(&self.waker);
        }
    }
}
