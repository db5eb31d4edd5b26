//! One stage: a task is learned for as many epochs as it has, and can stop and go on at any of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use burn::module::Module;
use burn::tensor::Device;
use rand::RngExt;
use rand::seq::SliceRandom;

use super::checkpoint::{Epoch, StageFolder, StageState, arrays_error};
use super::draw::generator;
use super::error::TrainingError;
use super::learner::{At, Learner, Task};
use super::pictures::Look;
use super::split::Split;
use crate::jobs::JobContext;

/// Where and with what a stage is run.
pub struct Stage<'a> {
    /// Which cases teach.
    pub split: &'a Split,
    /// Of the run.
    pub seed: u64,
    /// Held out: part of every seed.
    pub fold: u64,
    /// What the run is begun with, as a hash: a checkpoint of another run is refused.
    pub fingerprint: String,
    /// Of this stage alone.
    pub folder: &'a Path,
    /// An autodiff device.
    pub device: &'a Device,
    /// Progress and cancel.
    pub ctx: &'a JobContext,
}

impl Stage<'_> {
    /// Learns until the stage is over.
    ///
    /// Everything random is drawn from the seed and the number of the epoch, so a run that was
    /// killed and goes on ends with the same values as one that was not.
    /// - `fresh`: the layers with their first values, on the stage's device
    /// - `told`: called after each epoch
    /// - returns: the layers after their last epoch, or after the best where the schedule stops early,
    ///   and the whole history
    /// - errors: a checkpoint of another run, a loss that is no number, cancelled, disk full
    pub fn fit<T: Task>(
        &self,
        task: &T,
        fresh: T::Net,
        mut told: impl FnMut(&StageState),
    ) -> Result<(T::Net, StageState), TrainingError> {
        let folder = StageFolder::open(self.folder)?;
        let fresh = apart(&fresh);
        let mut state = folder.state(&self.fingerprint)?;
        let course = task.course();
        let mut learner = Learner::new(apart(&fresh), &course, self.device);
        if let Some(last) = state.epochs.len().checked_sub(1)
            && !state.finished
        {
            learner.net = folder.load(last, learner.net)?;
            let file = folder.moments(last);
            learner.optimiser = learner.optimiser.load(&file).map_err(|e| arrays_error(&file, "read", &e))?;
        }
        while !state.finished {
            let epoch = state.epochs.len();
            let (next, record) = self.epoch(task, learner, epoch)?;
            learner = next;
            learner.net = apart(&learner.net);
            folder.save(epoch, learner.net.clone())?;
            let file = folder.moments(epoch);
            learner.optimiser.save(&file).map_err(|e| arrays_error(&file, "written", &e))?;
            state.epochs.push(record);
            state.best = if course.patience > 0 { best(&state.epochs) } else { epoch };
            let waited = epoch - state.best;
            state.finished = epoch + 1 == course.epochs || (course.patience > 0 && waited >= course.patience);
            folder.commit(&state)?;
            told(&state);
        }
        Ok((folder.load(state.best, fresh)?, state))
    }

    fn epoch<T: Task>(
        &self,
        task: &T,
        mut learner: Learner<T::Net>,
        epoch: usize,
    ) -> Result<(Learner<T::Net>, Epoch), TrainingError> {
        let course = task.course();
        let mut random = generator(self.seed, task.name(), &[self.fold, epoch as u64]);
        let mut order = self.split.train.clone();
        order.shuffle(&mut random);
        // The last, smaller batch is left out: its norm statistics would be those of few pictures.
        let per_epoch = order.len() / course.batch;
        let (start, mut sum) = (Instant::now(), 0.0);
        let mut parts: BTreeMap<String, f64> = BTreeMap::new();
        for (n, cases) in order.chunks_exact(course.batch).enumerate() {
            let step = epoch * per_epoch + n;
            let steps = course.epochs * per_epoch;
            let words = format!("{}: epoch {} of {}", task.name(), epoch + 1, course.epochs);
            self.ctx.step(&words, step as f32 / steps as f32)?;
            let batch = task.batch(cases, Look::Varied(epoch as u64));
            let (rate, at) = (course.rate(step, steps), At { step, steps });
            let (next, loss, of_it) = learner.step(task, &batch, rate, random.random(), at);
            if !loss.is_finite() {
                return Err(TrainingError::Diverged { epoch: epoch + 1 });
            }
            learner = next;
            sum += loss;
            for (name, part) in of_it {
                *parts.entry(name.to_owned()).or_default() += part;
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        let record = Epoch {
            train_loss: (sum / per_epoch.max(1) as f64) as f32,
            validation_loss: self.validate(task, &learner)?.map(|loss| loss as f32),
            learning_rate: course.rate((epoch + 1) * per_epoch - 1, course.epochs * per_epoch) as f32,
            pictures_per_second: ((per_epoch * course.batch) as f64 / seconds.max(1e-9)) as f32,
            parts: parts.into_iter().map(|(name, sum)| (name, (sum / per_epoch as f64) as f32)).collect(),
        };
        Ok((learner, record))
    }

    fn validate<T: Task>(&self, task: &T, learner: &Learner<T::Net>) -> Result<Option<f64>, TrainingError> {
        let cases = &self.split.validation;
        let mut sum = 0.0;
        for some in cases.chunks(task.course().batch) {
            self.ctx.check()?;
            sum += learner.measure(task, &task.batch(some, Look::Plain)) * some.len() as f64;
        }
        Ok((!cases.is_empty()).then(|| sum / cases.len() as f64))
    }
}

/// The epoch of the lowest validation loss, the later of equals; the last one without validation.
fn best(epochs: &[Epoch]) -> usize {
    let mut best = 0;
    for (n, epoch) in epochs.iter().enumerate() {
        let better = match (epoch.validation_loss, epochs[best].validation_loss) {
            (Some(now), Some(then)) => now <= then,
            _ => true,
        };
        if better {
            best = n;
        }
    }
    best
}

/// The same layers with statistics of their own. Clones share the running statistics of their norms:
/// what one learns would change the other, and what one is loaded with would be overruled by the last
/// update of the other.
fn apart<N: Module>(net: &N) -> N {
    net.valid().train()
}
