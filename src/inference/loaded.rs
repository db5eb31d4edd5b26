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

    /// The same network with random values in place of all that it has learned.
    /// - `weights`: those that it has
    /// - errors: as [`Loaded::load`]; an M3Net is made random layer by layer elsewhere
    pub fn untaught(&self, weights: &WeightsChoice, seed: u64) -> Result<Self, InferenceError> {
        let known = self.known();
        let device = match self {
            Self::M3Net(_) => return Err(InferenceError::NothingAnswers(known.spec.name.to_owned())),
            Self::Mmcaf(network) => network.device(),
            Self::Maemc(network) => network.device(),
            Self::Csf(network) => network.device(),
            Self::Ssm(network) => network.device(),
        };
        let opened = Opened::read(known.spec.name, weights, known.info.clone())?;
        let state = opened.architecture.random(seed);
        Self::of(Opened { state, ..opened }, device)
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
