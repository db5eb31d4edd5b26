//! How a stage steps: optimiser, learning rate by the number of the step, epochs.

use burn::grad_clipping::GradientClippingConfig;
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, AdamWConfig, ModuleOptimizer, SgdConfig};
use serde::{Deserialize, Serialize};

use super::config::Schedule;
use super::error::TrainingError;
use super::pictures::Look;

/// Which optimiser steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Optimiser {
    /// Adam, its weight decay beside the gradient (Loshchilov and Hutter 2019).
    #[default]
    AdamW,
    /// Adam, its weight decay in the gradient (L2).
    Adam,
    /// Stochastic gradient descent with momentum, its weight decay in the gradient (L2).
    Sgd,
}

/// One stage's optimisation, where more has to be said than M3Net's [`Schedule`] says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Course {
    /// Passes over the training cases.
    pub epochs: usize,
    /// Cases of one step.
    pub batch: usize,
    /// What steps.
    pub optimiser: Optimiser,
    /// Highest learning rate.
    pub learning_rate: f64,
    /// Share of all steps in which it rises.
    pub warm_up: f64,
    /// Share of it that is left when a half cosine has brought it down.
    pub floor: f64,
    /// In place of the cosine: shares of the epochs after each of which a tenth of the rate is left; 1
    /// never.
    pub tenths: [f64; 2],
    /// Weight decay, as the optimiser has it.
    pub weight_decay: f32,
    /// Of Adam: how much of the mean and of the square of the gradients is kept from step to step.
    pub betas: [f32; 2],
    /// Of SGD: how much of the last step is kept, and how much of the gradient is taken away for it.
    pub momentum: [f64; 2],
    /// Largest length of a layer's gradient; 0 for no limit.
    pub clip: f32,
    /// Stops after this many epochs without a lower validation loss, and keeps the best one; 0 never
    /// stops early and keeps the last one.
    pub patience: usize,
}

impl Default for Course {
    fn default() -> Self {
        Self {
            epochs: 20,
            batch: 8,
            optimiser: Optimiser::AdamW,
            learning_rate: 1e-3,
            warm_up: 0.1,
            floor: 0.0,
            tenths: [1.0; 2],
            weight_decay: 1e-2,
            betas: [0.9, 0.999],
            momentum: [0.9, 0.9],
            clip: 0.0,
            patience: 0,
        }
    }
}

impl From<&Schedule> for Course {
    fn from(schedule: &Schedule) -> Self {
        let Schedule { epochs, batch, learning_rate, warm_up, weight_decay, patience } = *schedule;
        Self { epochs, batch, learning_rate, warm_up, weight_decay, patience, ..Self::default() }
    }
}

impl Course {
    /// Of several things the one whose turn it is: each has an equal share of the epochs, one after the other.
    /// Progress is measured with the last one, so that the figures of all epochs are of the same.
    /// - returns: `None` of nothing
    pub(super) fn turn<T: Copy>(&self, of: &[T], look: Look) -> Option<T> {
        let turn = match look {
            Look::Plain => of.len(),
            Look::Varied(epoch) => epoch as usize * of.len() / self.epochs.max(1),
        };
        of.get(turn).or(of.last()).copied()
    }

    /// Learning rate of one step: a pure function of its number, so that nothing need be saved.
    /// - `steps`: of the whole stage
    pub fn rate(&self, step: usize, steps: usize) -> f64 {
        let rising = (self.warm_up * steps as f64).max(1.0);
        let at = step as f64 + 0.5;
        if at < rising {
            return self.learning_rate * at / rising;
        }
        if self.tenths.iter().any(|share| *share < 1.0) {
            let over = |share: &&f64| at >= **share * steps as f64;
            return self.learning_rate * 0.1f64.powi(self.tenths.iter().filter(over).count() as i32);
        }
        let done = ((at - rising) / (steps as f64 - rising).max(1.0)).min(1.0);
        let fallen = 0.5 * (1.0 + (std::f64::consts::PI * done).cos());
        self.learning_rate * (self.floor + (1.0 - self.floor) * fallen)
    }

    /// The optimiser, before its first step.
    pub(super) fn optimiser(&self) -> ModuleOptimizer {
        let clip = (self.clip > 0.0).then_some(GradientClippingConfig::Norm(self.clip));
        let decay = (self.weight_decay > 0.0).then(|| WeightDecayConfig::new(self.weight_decay));
        let [beta_1, beta_2] = self.betas;
        match self.optimiser {
            Optimiser::AdamW => AdamWConfig::new()
                .with_weight_decay(self.weight_decay)
                .with_beta_1(beta_1)
                .with_beta_2(beta_2)
                .with_grad_clipping(clip)
                .init(),
            Optimiser::Adam => AdamConfig::new()
                .with_beta_1(beta_1)
                .with_beta_2(beta_2)
                .with_weight_decay(decay)
                .with_grad_clipping(clip)
                .init(),
            Optimiser::Sgd => {
                let [momentum, dampening] = self.momentum;
                let momentum = MomentumConfig::new().with_momentum(momentum).with_dampening(dampening);
                SgdConfig::new()
                    .with_momentum(Some(momentum))
                    .with_weight_decay(decay)
                    .with_gradient_clipping(clip)
                    .init()
            }
        }
    }

    /// - `stage`: its name in the configuration
    /// - errors: values out of their range
    pub(super) fn check(&self, stage: &str) -> Result<(), TrainingError> {
        let share = |v: f64| (0.0..=1.0).contains(&v);
        let wrong = if self.epochs == 0 || self.batch < 2 {
            Some("epochs must be at least 1, and batch at least 2")
        } else if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            Some("learning_rate must be above 0")
        } else if ![self.warm_up, self.floor, self.tenths[0], self.tenths[1]].into_iter().all(share) {
            Some("warm_up, floor and tenths must lie between 0 and 1")
        } else if ![self.weight_decay, self.clip].iter().all(|v| *v >= 0.0 && v.is_finite()) {
            Some("weight_decay and clip must not be negative")
        } else if !self.betas.iter().all(|b| (0.0..1.0).contains(b))
            || !self.momentum.iter().all(|m| share(*m))
        {
            Some("betas must be at least 0 and below 1, and momentum between 0 and 1")
        } else {
            None
        };
        wrong.map_or(Ok(()), |why| Err(TrainingError::Config(format!("{stage}: {why}"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_has_the_same_rates_to_the_last_bit_as_a_course() {
        let schedule = Schedule { learning_rate: 1.7e-3, warm_up: 0.13, ..Schedule::default() };
        let course = Course::from(&schedule);
        for step in 0..977 {
            let (a, b) = (schedule.rate(step, 977), course.rate(step, 977));
            assert_eq!(a.to_bits(), b.to_bits(), "{step}");
        }
    }

    #[test]
    fn a_rate_falls_to_its_floor_or_by_tenths() {
        let course = Course { floor: 0.1, warm_up: 0.0, learning_rate: 1.0, ..Course::default() };
        // Half a step before the end the cosine has not quite reached it.
        assert!((course.rate(999, 1000) - 0.1).abs() < 1e-5);
        let tenths = Course { tenths: [0.4, 0.7], ..course };
        let rates = [10, 39, 40, 69, 70, 99].map(|step| tenths.rate(step, 100));
        for (found, expected) in rates.into_iter().zip([1.0, 1.0, 0.1, 0.1, 0.01, 0.01]) {
            assert!((found - expected).abs() < 1e-12, "{rates:?}");
        }
    }

    #[test]
    fn values_out_of_range_are_told_with_their_stage() {
        let error = |course: Course| course.check("joint").expect_err("bad").to_string();
        assert!(error(Course { batch: 1, ..Course::default() }).contains("joint: epochs"));
        assert!(error(Course { betas: [0.9, 1.0], ..Course::default() }).contains("betas"));
        assert!(error(Course { learning_rate: f64::NAN, ..Course::default() }).contains("learning_rate"));
        assert!(Course::default().check("joint").is_ok());
    }
}
