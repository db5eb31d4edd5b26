//! The layers of a network by its name, and what of them a file decides: what a checkpoint of it holds.

use std::collections::BTreeMap;

use super::csf::{self, AfterTemporal, Attending, CsfConfig};
use super::layout::Layout;
use super::m3net::{self, EncoderConfig, M3NetConfig};
use super::maemc::{self, MaemcConfig, Pooling, Positions};
use super::mmcaf::{self, Field, MmcafConfig, Tokens};
use super::registry::{Size, UnknownNetwork, m3net_config, spec};
use super::spec::Family;
use super::ssm::{self, DinoConfig, SsmConfig};
use super::weights::{Metadata, StateDict, WeightsError, WeightsFile, random};

/// A network's layers, all sizes and options decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// M3Net.
    M3Net(M3NetConfig),
    /// MMCAF-Net.
    Mmcaf(MmcafConfig),
    /// MAEMC-NET, as it answers: encoder and head.
    Maemc(MaemcConfig),
    /// CSF-Net.
    Csf(CsfConfig),
    /// LungNodule-SSM: the transformer, and a detection head where the file has one.
    Ssm(SsmConfig),
}

/// What weights of a network must and may hold.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Every tensor that is needed.
    pub needed: Layout,
    /// Tensors of a part that may be there besides: all of it or nothing of it.
    pub besides: Layout,
    /// Whether a published key is known to have no effect on the answer.
    pub is_without_effect: fn(&str) -> bool,
}

impl Architecture {
    /// Under which a safetensors file names its options, as a JSON object of words.
    pub const OPTIONS_KEY: &str = "triscope.options";

    /// As published under this name, where no file says more.
    /// - errors: [`UnknownNetwork`]
    pub fn named(name: &str) -> Result<Self, UnknownNetwork> {
        Self::of(name, &StateDict::default())
    }

    /// By name, with what the shapes of these weights tell of sizes and options.
    ///
    /// What they do not tell is as published; where they tell nonsense, too: comparing keys and shapes
    /// will say so.
    /// - `state`: under published keys ([`Architecture::published`]); values are needed of none but
    ///   CSF-Net's list of categories
    /// - errors: [`UnknownNetwork`]
    pub fn of(name: &str, state: &StateDict) -> Result<Self, UnknownNetwork> {
        let spec = spec(name)?;
        let full = spec.size == Size::Full;
        Ok(match spec.family {
            Family::M3Net => Self::M3Net(m3net_config(name)?),
            Family::Mmcaf => {
                let config = if full { MmcafConfig::full() } else { MmcafConfig::compact() };
                Self::Mmcaf(MmcafConfig { tokens: Tokens::of(state).unwrap_or_default(), ..config })
            }
            Family::Maemc => {
                let config = if full { MaemcConfig::full() } else { MaemcConfig::compact() };
                Self::Maemc(config.with_options_of(state))
            }
            Family::Csf => {
                let categories = csf::categories_of(state).unwrap_or_else(|_| csf::any_categories(state));
                Self::Csf(if full { CsfConfig::full(categories) } else { CsfConfig::compact(categories) })
            }
            Family::Ssm => {
                let vit = if full { DinoConfig::large() } else { DinoConfig::compact() };
                // The smaller published transformers answer under the same name.
                let vit = if full { vit.of_width_in(state) } else { vit };
                Self::Ssm(SsmConfig { vit: vit.with_registers_of(state) })
            }
        })
    }

    /// [`Architecture::of`] a file, with the options that its header names ([`Architecture::OPTIONS_KEY`]).
    /// - errors: [`UnknownNetwork`]; options or values that tell nonsense
    pub fn of_file(name: &str, file: &WeightsFile) -> Result<Self, WeightsError> {
        let nonsense = |why: String| damaged(&file.name, &why);
        let found = Self::of(name, &file.state)?;
        match &found {
            Self::Maemc(config) => {
                maemc::positions_of(&file.state, config).map_err(|error| nonsense(error.to_string()))?;
            }
            Self::Csf(_) => {
                csf::categories_of(&file.state).map_err(|error| nonsense(error.to_string()))?;
            }
            Self::M3Net(_) | Self::Mmcaf(_) | Self::Ssm(_) => {}
        }
        found.chosen_in(&file.metadata, &file.name)
    }

    /// The same with the options that a file's header names.
    /// - `file`: its name
    /// - errors: options that tell nonsense
    pub(super) fn chosen_in(self, metadata: &Metadata, file: &str) -> Result<Self, WeightsError> {
        let nonsense = |why: String| damaged(file, &why);
        let Some(text) = metadata.get(Self::OPTIONS_KEY) else { return Ok(self) };
        let chosen: BTreeMap<String, String> =
            serde_json::from_str(text).map_err(|error| nonsense(error.to_string()))?;
        chosen.iter().try_fold(self, |found, (name, word)| {
            found.with(name, word).ok_or_else(|| nonsense(format!("no option {name} = {word}")))
        })
    }

    /// The same with one of its options.
    /// - `name`, `word`: as [`Architecture::options`] has them; options that shapes tell may be named,
    ///   and must be those
    /// - returns: `None` where there is no such option
    pub fn with(self, name: &str, word: &str) -> Option<Self> {
        let told = self.options().get(name) == Some(&word);
        match (self, name) {
            _ if told => Some(self),
            (Self::Mmcaf(config), "field") => {
                Some(Self::Mmcaf(MmcafConfig { field: Field::named(word)?, ..config }))
            }
            (Self::Maemc(config), "pooling") => {
                let pooling = [Pooling::Class, Pooling::Mean].into_iter().find(|p| p.name() == word)?;
                Some(Self::Maemc(MaemcConfig { pooling, ..config }))
            }
            (Self::Maemc(config), "positions") => {
                let positions = [Positions::Line, Positions::Grid].into_iter().find(|p| p.name() == word)?;
                Some(Self::Maemc(MaemcConfig { positions, ..config }))
            }
            (Self::Csf(config), "attending") => {
                let all = [Attending::Patient, Attending::Batch, Attending::Tokens];
                let attending = all.into_iter().find(|a| a.name() == word)?;
                Some(Self::Csf(CsfConfig { attending, ..config }))
            }
            (Self::Csf(config), "after_temporal") => {
                let all = [AfterTemporal::Nothing, AfterTemporal::Relu];
                let after_temporal = all.into_iter().find(|a| a.name() == word)?;
                Some(Self::Csf(CsfConfig { after_temporal, ..config }))
            }
            _ => None,
        }
    }

    /// Whether a network that reads crops takes them with any number of slices: one that takes slices as
    /// channels does not.
    pub fn reads_any_depth(&self) -> bool {
        let Self::M3Net(config) = self else { return false };
        config.encoders.iter().all(|encoder| matches!(encoder, EncoderConfig::ResNet3d(_)))
    }

    /// The tensors under the keys that are compared: those of other spellings of this network renamed.
    pub fn published(name: &str, state: StateDict) -> StateDict {
        match spec(name).map(|spec| spec.family) {
            Ok(Family::Ssm) => ssm::published(state),
            _ => state,
        }
    }

    /// What its weights must and may hold.
    pub fn keys(&self) -> Keys {
        match self {
            Self::M3Net(config) => Keys {
                needed: m3net::published_layout(config),
                besides: m3net::readers_layout(config),
                is_without_effect: m3net::is_without_effect,
            },
            Self::Mmcaf(config) => Keys {
                needed: mmcaf::published_layout(config),
                besides: Layout::new(),
                is_without_effect: mmcaf::is_without_effect,
            },
            Self::Maemc(config) => Keys {
                needed: maemc::classifier_layout(config),
                besides: Layout::new(),
                is_without_effect: maemc::is_of_pretraining,
            },
            Self::Csf(config) => Keys {
                needed: csf::published_layout(config),
                // Told beside the layers, and needed to make them.
                besides: Layout::from([csf::categories_shape()]),
                is_without_effect: csf::is_without_effect,
            },
            Self::Ssm(config) => Keys {
                needed: ssm::dino_layout(&config.vit),
                besides: ssm::head_layout(&config.vit),
                is_without_effect: ssm::is_dead,
            },
        }
    }

    /// Random values of a seed, of everything that is needed to answer.
    pub fn random(&self, seed: u64) -> StateDict {
        match self {
            Self::M3Net(_) | Self::Maemc(_) => random(&self.keys().needed, seed),
            Self::Mmcaf(config) => mmcaf::random(config, seed),
            Self::Csf(config) => csf::random(config, seed),
            Self::Ssm(_) => {
                let Keys { mut needed, besides, .. } = self.keys();
                needed.extend(besides);
                random(&needed, seed)
            }
        }
    }

    /// [`Architecture::options`] as an entry of a file's header.
    pub fn options_entry(&self) -> (String, String) {
        // Words have no reason to fail.
        (Self::OPTIONS_KEY.to_owned(), serde_json::to_string(&self.options()).unwrap_or_default())
    }

    /// Variants that sources leave open and these layers decide, by name: said with every answer.
    pub fn options(&self) -> BTreeMap<&'static str, &'static str> {
        match self {
            Self::M3Net(_) => BTreeMap::new(),
            Self::Mmcaf(config) => [("tokens", config.tokens.name()), ("field", config.field.name())].into(),
            Self::Maemc(config) => {
                [("positions", config.positions.name()), ("pooling", config.pooling.name())].into()
            }
            Self::Csf(config) => {
                [("attending", config.attending.name()), ("after_temporal", config.after_temporal.name())]
                    .into()
            }
            Self::Ssm(config) => [("transformer", config.vit.name())].into(),
        }
    }
}

fn damaged(file: &str, why: &str) -> WeightsError {
    WeightsError::Damaged { name: file.to_owned(), why: format!("its options: {why}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::names;
    use crate::networks::weights::Import;

    #[test]
    fn every_small_network_takes_its_own_random_weights_and_no_other_takes_them() {
        let small: Vec<_> = names().into_iter().filter(|name| name.ends_with("-compact")).collect();
        assert_eq!(small.len(), 5);
        for own in &small {
            let state = Architecture::named(own).expect("listed").random(3);
            for other in &small {
                let architecture = Architecture::of(other, &state).expect("listed");
                let fits = Import::compare(&architecture.keys(), &state).fits();
                assert_eq!(fits, own == other, "{own} as {other}");
            }
        }
    }

    #[test]
    fn a_file_tells_what_its_shapes_show() {
        let state = Architecture::named("mmcaf-net-compact").expect("listed").random(1);
        let mut averaged = state.clone();
        let classifier = averaged.tensors.get_mut("fin_cls.weight").expect("a classifier");
        (classifier.shape[1], classifier.values) = (24, vec![0.0; 24]);
        let tokens =
            |state: &StateDict| Architecture::of("mmcaf-net-compact", state).expect("listed").options();
        assert_eq!((tokens(&state)["tokens"], tokens(&averaged)["tokens"]), ("tokens48", "mean24"));
        let categories = [6, 2, 2, 20, 5, 3];
        let state = Architecture::Csf(CsfConfig::compact(categories)).random(1);
        assert_eq!(
            Architecture::of("csf-net-compact", &state),
            Ok(Architecture::Csf(CsfConfig::compact(categories)))
        );
        let small = random(&ssm::dino_layout(&DinoConfig::small()), 1);
        let Ok(Architecture::Ssm(found)) = Architecture::of("lungnodule-ssm", &small) else {
            panic!("an SSM")
        };
        assert_eq!(found.vit, DinoConfig::small());
    }
}
