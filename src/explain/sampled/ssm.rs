//! LungNodule-SSM's slice, as the grey levels that its three channels are made of.
//!
//! The forest bends nowhere and has no derivative: derivatives are those of the detection head's logits, on the same
//! features. What is covered is asked of whatever answers.

use std::sync::Arc;

use burn::tensor::{Device, Tensor};

use super::attended::{raising, shares};
use super::{Attended, Counted, Layer, Sampled, Slope, Worth, back, block, difference, number};
use crate::explain::error::ExplainError;
use crate::explain::ssm::patch_cells;
use crate::inference::Region;
use crate::inference::ssm::{CHANNELS, SlicePicture, SsmNetwork, of_hu};
use crate::jobs::JobContext;
use crate::networks::Taps;
use crate::networks::ssm::{DinoDetector, PATCH};

/// What LungNodule-SSM read.
#[derive(Debug)]
pub struct SsmSampled<'a> {
    network: &'a SsmNetwork,
    region: &'a Region,
    side: usize,
    /// 0 to 1.
    grey: Arc<[f32]>,
}

impl<'a> SsmSampled<'a> {
    /// - `picture`: of `side` x `side`
    pub fn new(network: &'a SsmNetwork, picture: &'a SlicePicture, side: usize) -> Self {
        Self { network, region: &picture.region, side, grey: picture.grey() }
    }

    /// The three channels, `[1, 3, row, column]`.
    fn image(&self, grey: Tensor<4>) -> Tensor<4> {
        let channel = |[mean, deviation]: [f32; 2]| (grey.clone() - mean) / deviation;
        Tensor::cat(CHANNELS.map(channel).to_vec(), 1)
    }

    /// Rows and columns of patches.
    fn grid(&self) -> [usize; 2] {
        [self.side / PATCH; 2]
    }

    /// What was read.
    pub(super) fn read(&self) -> Tensor<4> {
        self.image(block(&self.grey, self.shape(), self.device()))
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

    fn layer(&self) -> Result<Layer, ExplainError> {
        let (head, vit, grid) = (self.head()?, self.network.vit(), self.grid());
        let name = vit.last_read();
        let mut taps = Taps::probing(&[&name]);
        let tokens = vit.last(vit.before_last(self.read()).autodiff(), grid, &mut taps);
        let mut gradients = difference(head.forward(tokens.class).logits).backward();
        Layer::of_tokens(&mut taps, &name, &mut gradients, [1, grid[0], grid[1]], patch_cells())
    }

    fn attended(&self, counted: Counted) -> Result<Attended, ExplainError> {
        let (vit, [rows, columns]) = (self.network.vit(), self.grid());
        let blocks = match counted {
            Counted::Shares => {
                let names = vit.mean_attention();
                let mut taps = Taps::of(&names.iter().map(String::as_str).collect::<Vec<_>>());
                vit.forward_tapped(self.read(), &mut taps);
                shares(&mut taps, &names)?
            }
            Counted::Raising => {
                let names = vit.attention();
                let mut taps = Taps::probing(&names.iter().map(String::as_str).collect::<Vec<_>>());
                let class = vit.forward_tapped(self.read().autodiff(), &mut taps).class;
                let mut gradients = difference(self.head()?.forward(class).logits).backward();
                raising(&mut taps, &names, &mut gradients)?
            }
        };
        // The class token is the first, and all that is read.
        let reads =
            (0..vit.tokens_of([rows, columns])).map(|token| if token == 0 { 1.0 } else { 0.0 }).collect();
        Ok(Attended { blocks, reads, shape: [1, rows, columns], cells: patch_cells() })
    }
}
