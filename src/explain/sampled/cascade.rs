//! Which layers of a network become random in which step, from the answer down to the input.

use crate::explain::trust::Step;
use crate::networks::Family;

/// From the answer down; names for four architectures, told in `docs/networks.md`.
pub const CASCADE: [Step; 5] = [
    Step { name: "answer", rank: "rank_answer", ssim: "ssim_answer" },
    Step { name: "deep layers", rank: "rank_deep", ssim: "ssim_deep" },
    Step { name: "middle layers", rank: "rank_middle", ssim: "ssim_middle" },
    Step { name: "early layers", rank: "rank_early", ssim: "ssim_early" },
    Step { name: "everything", rank: "rank_all", ssim: "ssim_all" },
];

const ANSWER: usize = 0;
const DEEP: usize = 1;
const MIDDLE: usize = 2;
const EARLY: usize = 3;
const ALL: usize = 4;

/// The steps of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cascade {
    family: Family,
    /// Blocks of a transformer.
    blocks: usize,
}

impl Cascade {
    /// - `keys`: published names of all tensors
    pub fn of<'a>(family: Family, keys: impl Iterator<Item = &'a str>) -> Self {
        Self {
            family,
            blocks: keys.filter_map(|key| number(key, "blocks.")).max().map_or(0, |last| last + 1),
        }
    }

    /// The step of [`CASCADE`] in which a tensor becomes random.
    pub fn step(&self, key: &str) -> usize {
        match self.family {
            Family::Mmcaf => match key.strip_prefix("image_encoder.") {
                None => ANSWER,
                Some(rest) if !rest.starts_with("encoder.") => DEEP,
                Some(rest) if rest.starts_with("encoder.encoders.2") => MIDDLE,
                Some(rest) if rest.starts_with("encoder.encoders.1") => EARLY,
                Some(_) => ALL,
            },
            Family::Csf => match number(key, "layers.") {
                Some(10..) => DEEP,
                Some(5..10) => MIDDLE,
                Some(_) => EARLY,
                None if ["conv1.", "conv2.", "first_cbam."].iter().any(|part| key.starts_with(part)) => ALL,
                None => ANSWER,
            },
            Family::M3Net | Family::Maemc | Family::Ssm => match number(key, "blocks.") {
                Some(block) => [EARLY, MIDDLE, DEEP][(3 * block / self.blocks.max(1)).min(2)],
                None if ["cls_token", "pos_embed", "patch_embed", "register", "mask_token"]
                    .iter()
                    .any(|part| key.starts_with(part)) =>
                {
                    ALL
                }
                None => ANSWER,
            },
        }
    }
}

/// The number behind a name.
fn number(key: &str, name: &str) -> Option<usize> {
    key.strip_prefix(name)?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::{Architecture, spec};

    #[test]
    fn every_step_of_every_network_makes_something_random() {
        for model in ["mmcaf-net", "maemc-net-compact", "csf-net", "lungnodule-ssm", "lungnodule-ssm-compact"]
        {
            let family = spec(model).expect("known").family;
            let layout = Architecture::named(model).expect("listed").keys().needed;
            let cascade = Cascade::of(family, layout.keys().map(String::as_str));
            let mut counts = [0; CASCADE.len()];
            layout.keys().for_each(|key| counts[cascade.step(key)] += 1);
            assert!(counts.iter().all(|n| *n > 0), "{model}: {counts:?}");
        }
    }

    #[test]
    fn blocks_fall_into_thirds_and_heads_to_the_answer() {
        let keys: Vec<String> = (0..6).map(|n| format!("blocks.{n}.norm1.weight")).collect();
        let cascade = Cascade::of(Family::Maemc, keys.iter().map(String::as_str));
        let steps: Vec<usize> = keys.iter().map(|key| cascade.step(key)).collect();
        assert_eq!(steps, [EARLY, EARLY, MIDDLE, MIDDLE, DEEP, DEEP]);
        assert_eq!((cascade.step("head.weight"), cascade.step("patch_embed.proj.bias")), (ANSWER, ALL));
        let cascade = Cascade::of(Family::Csf, ["layers.3.x"].into_iter());
        assert_eq!([12, 9, 4].map(|n| cascade.step(&format!("layers.{n}.c.weight"))), [DEEP, MIDDLE, EARLY]);
    }
}
