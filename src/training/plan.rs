//! How much work a fold is, so that the time left can be told while it runs.

use super::config::TrainConfig;
use super::split::Split;
use crate::networks::M3NET_SCALES;

/// What learning from a picture costs beside looking at it: the way back is two more passes, one for
/// the gradients of the inputs of the layers and one for those of their values.
const LEARNING: f64 = 3.0;

/// The work of one fold, in voxels looked at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Name, epochs, work of one epoch, and work that comes before the first.
    stages: Vec<(&'static str, usize, f64, f64)>,
}

impl Plan {
    /// - `split`: of the fold
    pub fn new(config: &TrainConfig, split: &Split) -> Self {
        let voxels = |scale: usize| M3NET_SCALES[scale].crop.iter().product::<usize>() as f64;
        let (train, validation) = (split.train.len() as f64, split.validation.len() as f64);
        let mut stages: Vec<_> = M3NET_SCALES
            .iter()
            .enumerate()
            .map(|(n, scale)| {
                let epoch = voxels(n) * (LEARNING * train + validation);
                (scale.scale.name(), config.encoders[n].epochs, epoch, 0.0)
            })
            .collect();
        if let Some(together) = &config.mutual_information {
            let epoch = (0..3).map(voxels).sum::<f64>() * (LEARNING * train + validation);
            stages.push(("scales", together.schedule.epochs, epoch, 0.0));
        }
        // The fusion itself is nothing beside the looks that it learns from.
        let looks = (config.fusion_views + 1) as f64 * (train + validation) + split.test.len() as f64;
        stages.push(("fusion", config.fusion.epochs, 0.0, looks * (0..3).map(voxels).sum::<f64>()));
        Self { stages }
    }

    /// Of stages whose cases cost what is said.
    /// - `stages`: name, epochs, cost of looking at a case
    pub fn of(stages: &[(&'static str, usize, f64)], split: &Split) -> Self {
        let cases = LEARNING * split.train.len() as f64 + split.validation.len() as f64;
        Self {
            stages: stages.iter().map(|(name, epochs, cost)| (*name, *epochs, cost * cases, 0.0)).collect(),
        }
    }

    /// Of the whole fold.
    pub fn work(&self) -> f64 {
        self.stages.iter().map(|(_, epochs, epoch, before)| before + *epochs as f64 * epoch).sum()
    }

    /// What is done after so many epochs of a stage, everything before it included.
    pub fn done(&self, stage: &str, epochs: usize) -> f64 {
        let mut done = 0.0;
        for (name, all, epoch, before) in &self.stages {
            if *name == stage {
                return done + before + epochs as f64 * epoch;
            }
            done += before + *all as f64 * epoch;
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_grows_with_every_epoch_and_ends_at_the_whole() {
        let config = TrainConfig::default();
        let split = Split { train: vec![0; 70], validation: vec![0; 8], test: vec![0; 20] };
        let plan = Plan::new(&config, &split);
        let stages = [("micro", config.encoders[0].epochs), ("meso", 1), ("macro", 1), ("fusion", 1)];
        let done: Vec<f64> = stages.iter().map(|(stage, epochs)| plan.done(stage, *epochs)).collect();
        assert!(done.is_sorted_by(|a, b| a < b), "{done:?}");
        assert_eq!(plan.done("fusion", config.fusion.epochs), plan.work());
        assert_eq!(plan.done("meso", 0), plan.done("micro", config.encoders[0].epochs));
    }
}
