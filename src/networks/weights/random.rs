//! Random values of a seed, the same on every machine: what benchmarks use, and training begins with.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use super::state::{Array, StateDict};
use crate::networks::m3net::Layout;

/// Of a network whose answer does not matter.
pub const RANDOM_SEED: u64 = 20_240_601;

/// Values for every tensor of a layout.
///
/// Convolutions: uniform with variance 2 / fan-in (He et al. 2015, arXiv 1502.01852), so that signals
/// neither vanish nor explode through ReLUs; linear layers: uniform with variance 1 / fan-in; norms
/// are the identity; other biases zero. ConvNeXt's layer scales are 0.1, not their published 1e-6,
/// which would leave its blocks without a say.
///
/// Only integer arithmetic, one division and one square root per tensor, all exact by IEEE 754:
/// the same seed gives the same bits everywhere. Each tensor has a stream of its own (by its key),
/// so that a layer more does not change the others.
pub fn random(layout: &Layout, seed: u64) -> StateDict {
    let tensors = layout.iter().map(|(key, shape)| {
        let count = shape.iter().product();
        let values = match kind(key, shape) {
            Kind::Constant(value) => vec![value; count],
            Kind::Uniform { variance } => uniform(key, seed, (3.0 * variance).sqrt(), count),
        };
        (key.clone(), Array { shape: shape.clone(), values })
    });
    StateDict { tensors: tensors.collect() }
}

enum Kind {
    Constant(f32),
    Uniform { variance: f64 },
}

fn kind(key: &str, shape: &[usize]) -> Kind {
    let last = key.rsplit('.').next().unwrap_or(key);
    match last {
        "running_var" => Kind::Constant(1.0),
        "gamma" => Kind::Constant(0.1),
        // Norm weights are the only weights of one axis.
        "weight" if shape.len() == 1 => Kind::Constant(1.0),
        "weight" | "in_proj_weight" => {
            let fan_in = shape.iter().skip(1).product::<usize>().max(1) as f64;
            Kind::Uniform { variance: if shape.len() > 2 { 2.0 } else { 1.0 } / fan_in }
        }
        _ => Kind::Constant(0.0),
    }
}

fn uniform(key: &str, seed: u64, bound: f64, count: usize) -> Vec<f32> {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(key.as_bytes());
    let mut random = ChaCha8Rng::from_seed(hash.finalize().into());
    // 24 bits: what a float holds exactly between 0 and 1.
    let unit = |bits: u32| f64::from(bits >> 8) / f64::from(1u32 << 24);
    (0..count).map(|_| ((2.0 * unit(random.next_u32()) - 1.0) * bound) as f32).collect()
}
