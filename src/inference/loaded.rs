//! A network of any family, with its weights on a device.

use std::sync::Arc;

use burn::tensor::Device;

use super::answer::DeviceInfo;
use super::csf::CsfNetwork;
use super::error::InferenceError;
use super::m3net::M3NetNetwork;
use super::maemc::MaemcNetwork;
use super::mmcaf::MmcafNetwork;
use super::opened::{Known, Opened, WeightsChoice};
use super::ssm::SsmNetwork;
use crate::networks::Architecture;
use crate::networks::weights::StateDict;

/// Ready to answer.
#[derive(Clone, Debug)]
pub enum Loaded {
    /// M3Net.
    M3Net(Arc<M3NetNetwork>),
    /// MMCAF-Net.
    Mmcaf(Arc<MmcafNetwork>),
    /// MAEMC-NET.
    Maemc(Arc<MaemcNetwork>),
    /// CSF-Net.
    Csf(Arc<CsfNetwork>),
    /// LungNodule-SSM.
    Ssm(Arc<SsmNetwork>),
}

/// A network on its way to having learned nothing.
pub struct Randomised {
    opened: Opened,
    random: StateDict,
    device: Device,
}

impl Randomised {
    /// Published names of everything that it has learned or that can become random.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.random.tensors.keys().map(String::as_str)
    }

    /// Makes what is chosen random, besides what already is.
    /// - `chosen`: by its published name
    /// - returns: the network as it is then
    /// - errors: as [`Loaded::load`]
    pub fn further(&mut self, chosen: impl Fn(&str) -> bool) -> Result<Loaded, InferenceError> {
        let chosen = self.random.tensors.iter().filter(|(key, _)| chosen(key));
        for (key, array) in chosen {
            self.opened.state.tensors.insert(key.clone(), array.clone());
        }
        Loaded::of(self.opened.clone(), &self.device)
    }
}

impl Loaded {
    /// Reads weights, compares them with the network's layers and puts them on the device.
    /// - errors: unknown name, no weights, weights that do not fit
    pub fn load(
        model: &str,
        weights: &WeightsChoice,
        device: &Device,
        info: DeviceInfo,
    ) -> Result<Self, InferenceError> {
        Self::of(Opened::read(model, weights, info)?, device)
    }

    /// Networks like it with more and more of what it has learned made random; its weights are read once more.
    /// - `weights`: those that it has
    /// - errors: as [`Loaded::load`]; an M3Net is made random layer by layer elsewhere
    pub fn randomised(&self, weights: &WeightsChoice, seed: u64) -> Result<Randomised, InferenceError> {
        let known = self.known();
        let device = match self {
            Self::M3Net(_) => return Err(InferenceError::NothingAnswers(known.spec.name.to_owned())),
            Self::Mmcaf(network) => network.device(),
            Self::Maemc(network) => network.device(),
            Self::Csf(network) => network.device(),
            Self::Ssm(network) => network.device(),
        };
        let opened = Opened::read(known.spec.name, weights, known.info.clone())?;
        let random = opened.architecture.random(seed);
        Ok(Randomised { opened, random, device: device.clone() })
    }

    fn of(opened: Opened, device: &Device) -> Result<Self, InferenceError> {
        Ok(match opened.architecture {
            Architecture::M3Net(_) => Self::M3Net(Arc::new(M3NetNetwork::build(opened, usize::MAX, device)?)),
            Architecture::Mmcaf(config) => {
                Self::Mmcaf(Arc::new(MmcafNetwork::build(opened, &config, device)?))
            }
            Architecture::Maemc(config) => {
                Self::Maemc(Arc::new(MaemcNetwork::build(opened, &config, device)?))
            }
            Architecture::Csf(config) => Self::Csf(Arc::new(CsfNetwork::build(opened, &config, device)?)),
            Architecture::Ssm(config) => Self::Ssm(Arc::new(SsmNetwork::build(opened, &config, device)?)),
        })
    }

    /// What is known of it.
    pub fn known(&self) -> &Known {
        match self {
            Self::M3Net(network) => &network.known,
            Self::Mmcaf(network) => &network.known,
            Self::Maemc(network) => &network.known,
            Self::Csf(network) => &network.known,
            Self::Ssm(network) => &network.known,
        }
    }
}
