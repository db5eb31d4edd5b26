//! LungNodule-SSM's slice, as the grey levels that its three channels are made of.
//!
//! The forest bends nowhere and has no derivative: derivatives are those of the detection head's logits, on the same
//! features. What is covered is asked of whatever answers.

use burn::tensor::{Device, Tensor};

use super::{Sampled, Slope, Worth, back, block, difference, number};
use crate::explain::error::ExplainError;
use crate::inference::Region;
use crate::inference::ssm::{CHANNELS, SlicePicture, SsmNetwork, of_hu};
use crate::jobs::JobContext;
use crate::networks::ssm::DinoDetector;

/// What LungNodule-SSM read.
#[derive(Debug)]
pub struct SsmSampled<'a> {
    network: &'a SsmNetwork,
    region: &'a Region,
    side: usize,
    /// 0 to 1.
    grey: Vec<f32>,
}

impl<'a> SsmSampled<'a> {
    /// - `picture`: of `side` x `side`
    pub fn new(network: &'a SsmNetwork, picture: &'a SlicePicture, side: usize) -> Self {
        let [[mean, deviation], ..] = CHANNELS;
        let grey = picture.values.iter().take(side * side).map(|v| v * deviation + mean).collect();
        Self { network, region: &picture.region, side, grey }
    }

    /// The three channels, `[1, 3, row, column]`.
    fn image(&self, grey: Tensor<4>) -> Tensor<4> {
        let channel = |[mean, deviation]: [f32; 2]| (grey.clone() - mean) / deviation;
        Tensor::cat(CHANNELS.map(channel).to_vec(), 1)
    }

    fn device(&self) -> &Device {
        self.network.device()
    }

    fn head(&self) -> Result<&DinoDetector, ExplainError> {
        self.network.head().ok_or(ExplainError::NoDerivative)
    }
}

impl Sampled for SsmSampled<'_> {
    fn values(&self) -> &[f32] {
        &self.grey
    }

    fn shape(&self) -> [usize; 3] {
        [1, self.side, self.side]
    }

    fn region(&self) -> &Region {
        self.region
    }

    fn of_hu(&self, hu: f32) -> f32 {
        of_hu(hu)
    }

    fn slope(&self, values: &[f32]) -> Result<Slope, ExplainError> {
        let head = self.head()?;
        let leaf = block(values, self.shape(), self.device()).autodiff().require_grad();
        let tokens = self.network.vit().forward(self.image(leaf.clone()));
        back(difference(head.forward(tokens.class).logits), &leaf)
    }

    fn margin(&self, values: &[f32]) -> Result<f64, ExplainError> {
        let image = self.image(block(values, self.shape(), self.device()));
        number(difference(self.head()?.forward(self.network.vit().forward(image).class).logits))
    }

    fn worth(&self, values: &[f32]) -> Result<Worth, ExplainError> {
        if !self.network.has_forest() {
            return Ok(Worth::Margin(self.margin(values)?));
        }
        let channel = |[mean, deviation]: [f32; 2]| values.iter().map(move |v| (v - mean) / deviation);
        let image: Vec<f32> = CHANNELS.into_iter().flat_map(channel).collect();
        let answer = self.network.forward(&image, self.side, false, &JobContext::unobserved())?;
        Ok(Worth::Probability(answer.probability))
    }
}
