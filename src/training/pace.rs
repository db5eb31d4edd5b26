//! How many pictures a second each encoder learns from, on noise.

use std::time::Instant;

use super::config::TrainConfig;
use super::encoder::{Crops, EncoderInTraining, EncoderTask};
use super::error::TrainingError;
use super::learner::{At, Goal, Learner, Task};
use super::marks::Marks;
use super::pictures::Pictures;
use super::run::first_values;
use super::traits::TRAITS;
use crate::inference::LearningDevice;
use crate::jobs::JobContext;
use crate::networks::{M3NET_SCALES, m3net_config as layers_of};

/// Times each encoder by itself, as stage one learns: forwards, backwards, and the optimiser's step.
/// - `batch`: pictures of a step
/// - `steps`: timed ones, after one that is not; at least 3
/// - returns: pictures a second of the median step: micro, meso, macro
/// - errors: no such network, a cancel
pub fn pace(
    model: &str,
    device: &LearningDevice,
    batch: usize,
    steps: usize,
    ctx: &JobContext,
) -> Result<[f64; 3], TrainingError> {
    let (config, pictures) = (TrainConfig::default(), Pictures::new(Vec::new(), Vec::new(), 1, 0));
    let autodiff = device.device.clone().autodiff();
    let (encoders, _) = first_values(model, config.seed, &autodiff)?.into_parts();
    let (widths, steps) = (layers_of(model)?.features(), steps.max(3));
    let mut paces = [0.0; 3];
    for (n, encoder) in encoders.into_iter().enumerate() {
        let scale = M3NET_SCALES[n];
        let task = EncoderTask { pictures: &pictures, config: &config, scale };
        let crops = noise(scale.crop, batch);
        let net = EncoderInTraining::new(encoder, widths[n], &autodiff);
        let mut learner = Learner::new(net, &task.course(), &autodiff);
        let mut seconds = Vec::with_capacity(steps);
        for step in 0..=steps {
            ctx.step(&format!("Learning, {}", scale.scale.name()), step as f32 / (steps + 1) as f32)?;
            let start = Instant::now();
            learner = learner.step(&task, &crops, 1e-3, step as u64, At { step, steps }).0;
            if step > 0 {
                seconds.push(start.elapsed().as_secs_f64());
            }
        }
        seconds.sort_by(f64::total_cmp);
        paces[n] = batch as f64 / seconds[steps / 2].max(1e-9);
    }
    Ok(paces)
}

/// Pictures of nothing: what is timed does not depend on what they show.
fn noise(size: [usize; 3], batch: usize) -> Crops {
    let voxels = batch * size.iter().product::<usize>();
    let values = (0..voxels)
        .map(|n| ((n as u32).wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 24) as f32)
        .collect();
    let goal =
        |n: usize| Goal { malignant: (n % 2) as f32, ratings: Some([0.5, 0.1]), traits: [Some(0.0); TRAITS] };
    let marks = Marks { shares: vec![0.0; voxels], known: vec![1.0; batch] };
    Crops { values, size, goals: (0..batch).map(goal).collect(), marks }
}
