//! Methods for every network that reads one block of samples around a point: what is asked is the network's very
//! input, whatever lies behind it.
//!
//! M3Net reads three crops that overlap, and has its own road ([`super::M3NetMaps`]); the formulas are the same.

mod attended;
mod cascade;
mod cover;
mod csf;
mod layer;
mod maemc;
mod maps;
mod mmcaf;
mod shared;
mod slope;
mod ssm;
#[cfg(test)]
mod tests;
mod trust;

pub use attended::{Attended, Counted};
pub use cascade::{CASCADE, Cascade};
pub use csf::CsfSampled;
pub use layer::Layer;
pub use maemc::MaemcSampled;
pub use maps::SampledMaps;
pub use mmcaf::MmcafSampled;
pub use ssm::SsmSampled;
pub use trust::SampledTrust;

use burn::tensor::{Device, Tensor, TensorData};

use super::error::ExplainError;
use super::uncertainty::Position;
use crate::inference::{Region, read};

/// A network and the block of samples that it answered to.
pub trait Sampled {
    /// What it read: slices, rows, columns; columns fastest.
    fn values(&self) -> &[f32];
    /// Slices, rows, columns.
    fn shape(&self) -> [usize; 3];
    /// What the samples fill in the CT, evenly along the axes of its grid.
    fn region(&self) -> &Region;
    /// What it reads where the CT has so many Hounsfield units.
    fn of_hu(&self, hu: f32) -> f32;
    /// From the darkest to the brightest value that it can read.
    fn range(&self) -> f32 {
        1.0
    }
    /// The logit, or the difference of two, that speaks for what the network is asked; with its derivative by each
    /// value.
    /// - errors: a device that failed, numbers that are none, a network that has none
    fn slope(&self, values: &[f32]) -> Result<Slope, ExplainError>;
    /// The same without a way back.
    /// - errors: as [`Sampled::slope`]
    fn margin(&self, values: &[f32]) -> Result<f64, ExplainError>;
    /// What is asked when tissue is covered: the margin, unless something else answers.
    /// - errors: as [`Sampled::slope`]
    fn worth(&self, values: &[f32]) -> Result<Worth, ExplainError> {
        Ok(Worth::Margin(self.margin(values)?))
    }
    /// What is asked when all that was read stands in another position.
    /// - errors: as [`Sampled::slope`]
    fn turned(&self, position: Position) -> Result<Worth, ExplainError> {
        self.worth(&position.of(self.values(), self.shape()))
    }
    /// The layer that class activation maps look at, as it answered.
    /// - errors: as [`Sampled::slope`]
    fn layer(&self) -> Result<Layer, ExplainError>;
    /// What the tokens of each block attended to.
    /// - errors: as [`Sampled::slope`]; a network that is no transformer
    fn attended(&self, _counted: Counted) -> Result<Attended, ExplainError> {
        Err(ExplainError::NoLayer("attention"))
    }
}

/// The margin at some input, and its derivative.
#[derive(Clone, Debug, PartialEq)]
pub struct Slope {
    /// Logits.
    pub margin: f64,
    /// Logits for a step of 1 of the input.
    pub by_input: Vec<f32>,
}

/// What an input is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Worth {
    /// Logits.
    Margin(f64),
    /// Of an answer that has no logits.
    Probability(f64),
}

impl Worth {
    /// As it is counted.
    fn value(self) -> f64 {
        match self {
            Self::Margin(value) | Self::Probability(value) => value,
        }
    }

    /// As a probability; of a margin before any calibration, of a forest after it.
    fn probability(self) -> f64 {
        match self {
            Self::Margin(margin) => 1.0 / (1.0 + (-margin).exp()),
            Self::Probability(value) => value,
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Margin(_) => "logit",
            Self::Probability(_) => "probability",
        }
    }
}

/// A block on a device, `[1, slice, row, column]`.
pub(super) fn block(values: &[f32], [slices, rows, columns]: [usize; 3], device: &Device) -> Tensor<4> {
    Tensor::from_data(TensorData::new(values.to_vec(), [1, slices, rows, columns]), device)
}

/// The second logit less the first.
fn difference(logits: Tensor<2>) -> Tensor<1> {
    (logits.clone().narrow(1, 1, 1) - logits.narrow(1, 0, 1)).sum()
}

/// A number from the device.
fn number(margin: Tensor<1>) -> Result<f64, ExplainError> {
    read(margin)?.first().copied().ok_or(ExplainError::NoNumber)
}

/// Whole tensors from the device.
fn single(values: Tensor<2>) -> Result<Vec<f32>, ExplainError> {
    Ok(read(values)?.into_iter().map(|v| v as f32).collect())
}

/// Down from a margin to what it was computed from.
/// - `margin`: on a device that follows derivatives
fn back<const D: usize>(margin: Tensor<1>, leaf: &Tensor<D>) -> Result<Slope, ExplainError> {
    let mut gradients = margin.backward();
    let gradient = leaf.grad_remove(&mut gradients).ok_or(ExplainError::NoNumber)?;
    let by_input = read(gradient)?.into_iter().map(|v| v as f32).collect();
    Ok(Slope { margin: number(margin.inner())?, by_input })
}
