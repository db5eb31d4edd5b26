//! A device to learn on: all of it, for as long as the program runs.

use burn::tensor::Device;

use super::adapter;
use super::answer::DeviceInfo;
use super::device::DeviceChoice;
use super::error::InferenceError;

/// Where a network is trained. The caller's thread is the one that works.
#[derive(Clone, Debug)]
pub struct LearningDevice {
    pub(crate) device: Device,
    /// Its name, for people.
    pub info: DeviceInfo,
}

impl LearningDevice {
    /// The adapter where there is one, else the processor with all its cores.
    /// - errors: a GPU was demanded and there is none
    pub fn choose(choice: DeviceChoice) -> Result<Self, InferenceError> {
        let gpu = match choice {
            DeviceChoice::Cpu => None,
            DeviceChoice::Auto => adapter::open(None, false).ok(),
            DeviceChoice::Gpu => Some(adapter::open(None, true)?),
        };
        Ok(match gpu {
            Some(gpu) => Self { device: gpu.device, info: gpu.info },
            None => {
                let cores = std::thread::available_parallelism().map_or(1, usize::from);
                let name = format!("CPU, {cores} cores");
                Self { device: Device::flex(), info: DeviceInfo { backend: "flex".to_owned(), name } }
            }
        })
    }
}
