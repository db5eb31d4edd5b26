//! Whether a map can be relied on: it changes when the network's weights are made random, and what it points at
//! matters to the answer.

mod cascade;
mod curves;
mod similarity;

pub use cascade::Step;
pub(super) use curves::{area, turns};
pub(super) use similarity::ranks;
pub use similarity::{rank_correlation, ssim};

use super::contribution::contribution;
use super::error::ExplainError;
use super::m3net::{M3NetAnswered, M3NetMaps};
use super::method::Wanted;
use super::parameters::Parameters;
use super::saliency::Saliency;
use crate::inference::{InferenceError, M3NetNetwork};
use crate::jobs::JobContext;
use crate::networks::weights::StateDict;
use cascade::LAYERS;

use curves::Curves;

/// From this likeness on, to the map of a network that knows nothing, a map fails: by rank or by structure.
const TOO_ALIKE: f64 = 0.5;
/// Steps of each curve.
pub(super) const STEPS: usize = 10;

/// Whether a map is unlike that of a network that knows nothing.
pub(super) fn passed(rank: f64, structure: f64) -> bool {
    rank.abs() < TOO_ALIKE && structure < TOO_ALIKE
}

/// Checks maps of one answer, and keeps what does not depend on the map.
#[derive(Debug)]
pub struct Trust<'a> {
    of: M3NetAnswered<'a>,
    /// With more and more of its layers random, by the name of the last of them.
    randomised: Vec<(&'static str, M3NetNetwork)>,
    /// Of tissue taken away, and put back, in a random order.
    random: Option<Curves>,
}

impl<'a> Trust<'a> {
    /// - `state`: the weights of the member that answered
    /// - errors: weights that do not fit
    pub fn new(of: M3NetAnswered<'a>, state: &StateDict) -> Result<Self, InferenceError> {
        let randomised = cascade::networks(of.network, state)?;
        Ok(Self { of, randomised, random: None })
    }

    /// What the checks say, by name: `rank_LAYER` and `ssim_LAYER`, the likeness to the map once everything from
    /// the answer down to that layer is random (Adebayo et al. 2018, arXiv 1810.03292, section 4, cascading);
    /// `randomisation_passed`, 1 where the last of them are both below one half; `deletion`, `insertion`: area
    /// under the probability as the strongest places are replaced by lung, or put back into it (Petsiuk et al.
    /// 2018, arXiv 1806.07421, section 3.2); `deletion_random`, `insertion_random`: the same in a random order.
    /// - errors: cancelled, a device that failed, numbers that are none
    pub fn check(
        &mut self,
        map: &Saliency,
        wanted: Wanted,
        how: Parameters,
        ctx: &JobContext,
    ) -> Result<Vec<(&'static str, f64)>, ExplainError> {
        let M3NetAnswered { network, crops, grid, .. } = self.of;
        let mut told = Vec::new();
        let mut last = (0.0, 0.0);
        for ((rank_name, ssim_name), (layer, random)) in
            LAYERS.iter().map(|l| (l.rank, l.ssim)).zip(&self.randomised)
        {
            ctx.step(&format!("Randomisation check: {layer}"), 0.0)?;
            let forward = random.forward(crops, ctx)?;
            let contribution = contribution(random, &forward)?;
            let of = M3NetAnswered {
                network: random,
                crops,
                forward: &forward,
                contribution: &contribution,
                grid,
            };
            let other = M3NetMaps::new(of, how).map(wanted, ctx)?;
            last = (
                rank_correlation(&map.values, &other.values),
                ssim(&map.values, &other.values, map.bounds.size),
            );
            told.extend([(rank_name, last.0), (ssim_name, last.1)]);
        }
        told.push(("randomisation_passed", f64::from(u8::from(passed(last.0, last.1)))));
        let fill_hu = how.occluding.fill_hu;
        ctx.step("Deletion and insertion", 0.5)?;
        let own = Curves::of(network, crops, &curves::strongest_first(map), fill_hu, STEPS, ctx)?;
        let random = match &self.random {
            Some(random) => random.clone(),
            None => {
                let order = curves::random_order(&crops[2].context.bounds, how.covering.seed);
                Curves::of(network, crops, &order, fill_hu, STEPS, ctx)?
            }
        };
        told.extend([
            ("deletion", own.deletion),
            ("insertion", own.insertion),
            ("deletion_random", random.deletion),
            ("insertion_random", random.insertion),
        ]);
        self.random = Some(random);
        Ok(told)
    }
}
