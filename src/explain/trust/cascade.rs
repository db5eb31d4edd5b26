//! The network with more and more of its layers random, from the answer down to the input.

use crate::inference::{InferenceError, M3NetNetwork};
use crate::networks::Architecture;
use crate::networks::weights::StateDict;

/// Of the random values.
const SEED: u64 = 1;

/// A step of the cascade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What becomes random in this step.
    pub name: &'static str,
    /// Names of its two figures.
    pub rank: &'static str,
    /// See `rank`.
    pub ssim: &'static str,
}

/// From the answer down.
pub const LAYERS: [Step; 7] = [
    Step { name: "fusion", rank: "rank_fusion", ssim: "ssim_fusion" },
    Step { name: "logits of the scales", rank: "rank_logits", ssim: "ssim_logits" },
    Step { name: "fourth layer", rank: "rank_layer4", ssim: "ssim_layer4" },
    Step { name: "third layer", rank: "rank_layer3", ssim: "ssim_layer3" },
    Step { name: "second layer", rank: "rank_layer2", ssim: "ssim_layer2" },
    Step { name: "first layer", rank: "rank_layer1", ssim: "ssim_layer1" },
    Step { name: "everything", rank: "rank_all", ssim: "ssim_all" },
];

/// The step in which a tensor becomes random.
fn step_of(key: &str) -> usize {
    if !key.starts_with("net") {
        return 0;
    }
    let under = |names: [&str; 2]| names.iter().any(|name| key.contains(name));
    match () {
        () if under([".fc.", ".head."]) => 1,
        () if under([".layer4.", ".stages.3."]) => 2,
        () if under([".layer3.", ".stages.2."]) => 3,
        () if under([".layer2.", ".stages.1."]) => 4,
        () if under([".layer1.", ".stages.0."]) => 5,
        () => 6,
    }
}

/// One network for each step of [`LAYERS`].
/// - `state`: of one network, under published keys
/// - errors: weights that do not fit
pub(super) fn networks(
    of: &M3NetNetwork,
    state: &StateDict,
) -> Result<Vec<(&'static str, M3NetNetwork)>, InferenceError> {
    let model = of.known.spec.name;
    let random = Architecture::of(model, state)?.random(SEED);
    let mut mixed = state.clone();
    let mut networks = Vec::with_capacity(LAYERS.len());
    for (step, layer) in LAYERS.iter().enumerate() {
        for (key, array) in random.tensors.iter().filter(|(key, _)| step_of(key) == step) {
            mixed.tensors.insert(key.clone(), array.clone());
        }
        networks.push((layer.name, of.with_state(mixed.clone())?));
    }
    Ok(networks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tensor_of_a_network_becomes_random_in_one_step_and_each_step_has_some() {
        for model in ["m3net-compact", "m3net-cnb-r34-r18"] {
            let layout = Architecture::named(model).expect("listed").keys().needed;
            let mut counts = [0; LAYERS.len()];
            layout.keys().for_each(|key| counts[step_of(key)] += 1);
            assert!(counts.iter().all(|n| *n > 0), "{model}: {counts:?}");
        }
    }
}
