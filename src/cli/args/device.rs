//! `--device`, of every command that asks a network.

use clap::ValueEnum;

use crate::inference::DeviceChoice;

/// `--device`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Device {
    /// A real GPU if there is one, else the CPU
    Auto,
    /// A GPU, even one in software
    Gpu,
    /// The CPU
    Cpu,
}

impl From<Device> for DeviceChoice {
    fn from(name: Device) -> Self {
        match name {
            Device::Auto => DeviceChoice::Auto,
            Device::Gpu => DeviceChoice::Gpu,
            Device::Cpu => DeviceChoice::Cpu,
        }
    }
}
