//! The fusion: features of image and table ask each other at three widths, then the widths are joined.

use burn::module::{Module, RunningState};
use burn::nn::{BatchNorm, Dropout, DropoutConfig, Linear, Relu};
use burn::tensor::activation::{relu, softmax};
use burn::tensor::{Device, Tensor};

use super::config::{MmcafConfig, Tokens};
use super::penet::linear;
use crate::networks::layers::{Drop, attend, batch_norm};
use crate::networks::taps::Taps;

/// Share of features left out on the way down. Source: MMCAF-Net, model_utils/multiscale_fusion.py.
const DROPPED: f64 = 0.5;

/// Attention of one modality to the other, added to what asked; no projection behind it.
///
/// Each modality is a single token, and softmax over one key is 1 whatever was asked: the answer is the
/// query plus the other's value, and query and key projections are without effect.
#[derive(Module, Debug)]
pub struct CrossAttention {
    q_proj: Linear,
    k_proj: Linear,
    v_proj: Linear,
    heads: usize,
}

impl CrossAttention {
    fn new(width: usize, heads: usize, device: &Device) -> Self {
        let square = || linear(width, width, device);
        Self { q_proj: square(), k_proj: square(), v_proj: square(), heads }
    }

    /// `[batch, token, width]` each; as many tokens out as ask.
    fn forward(&self, asks: Tensor<3>, other: Tensor<3>) -> Tensor<3> {
        let (query, key) = (self.q_proj.forward(asks.clone()), self.k_proj.forward(other.clone()));
        asks + attend([query, key, self.v_proj.forward(other)], self.heads, |weights| weights)
    }
}

/// Two widths into the larger one (MMCAF-Net, model_utils/BSF.py).
#[derive(Module, Debug)]
pub struct Join {
    fc1x: Linear,
    fc1y: Linear,
}

impl Join {
    fn new(width: usize, device: &Device) -> Self {
        Self { fc1x: linear(width, width, device), fc1y: linear(width / 2, width, device) }
    }

    /// - `x`: `[batch, token, width]`
    /// - `y`: `[batch, token, width / 2]`
    fn forward(&self, x: Tensor<3>, y: Tensor<3>) -> Tensor<3> {
        let (x, y) = (self.fc1x.forward(x), self.fc1y.forward(y));
        let both = x.clone() + y.clone();
        both.clone() + both * softmax(x * y, 2)
    }
}

/// Three widths of cross-attention (MMCAF-Net, model_utils/multiscale_fusion.py).
#[derive(Module, Debug)]
pub struct Fusion {
    norm_img: BatchNorm,
    norm_tab: BatchNorm,
    down1: (Linear, Relu, Dropout),
    down2: (Linear, Relu, Dropout),
    cross_attention1: CrossAttention,
    cross_attention2: CrossAttention,
    cross_attention3: CrossAttention,
    sample_img1: Linear,
    sample_tab1: Linear,
    sample_img2: Linear,
    sample_tab2: Linear,
    #[module(skip)]
    tokens: Tokens,
    /// `SF1` and `SF2` in the published keys.
    sf1: Join,
    sf2: Join,
}

impl Fusion {
    /// All values zero, to be loaded.
    pub fn new(tokens: Tokens, device: &Device) -> Self {
        let [wide, half, quarter] = [1, 2, 4].map(|part| MmcafConfig::FEATURES / part);
        let down = |to| (linear(wide, to, device), Relu::new(), DropoutConfig::new(DROPPED).init());
        Self {
            norm_img: batch_norm(wide, device),
            norm_tab: batch_norm(wide, device),
            down1: down(half),
            down2: down(quarter),
            cross_attention1: CrossAttention::new(wide, 4, device),
            cross_attention2: CrossAttention::new(half, 2, device),
            cross_attention3: CrossAttention::new(quarter, 2, device),
            sample_img1: linear(wide, half, device),
            sample_tab1: linear(wide, half, device),
            sample_img2: linear(half, quarter, device),
            sample_tab2: linear(half, quarter, device),
            tokens,
            sf1: Join::new(half, device),
            sf2: Join::new(wide, device),
        }
    }

    /// - `image`, `table`: `[batch, 24]` each
    /// - returns: what the classifier reads, `[batch, 48]` or `[batch, 24]` ([`Tokens`])
    pub fn forward_tapped(&self, image: Tensor<2>, table: Tensor<2>, taps: &mut Taps) -> Tensor<2> {
        self.forward(image, table, taps, Drop::Nothing)
    }

    /// The same, with or without what learning leaves out.
    pub fn forward(&self, image: Tensor<2>, table: Tensor<2>, taps: &mut Taps, drop: Drop) -> Tensor<2> {
        let token = |norm: &BatchNorm, features| norm.forward(features).unsqueeze_dim::<3>(1);
        let (image, table) = (token(&self.norm_img, image), token(&self.norm_tab, table));
        let down = |by: &Linear, x: &Tensor<3>| drop.some(relu(by.forward(x.clone())), DROPPED);
        let both = |attention: &CrossAttention, image: Tensor<3>, table: Tensor<3>| {
            let of_image = attention.forward(image.clone(), table.clone());
            (of_image, attention.forward(table, image))
        };
        let (image1, table1) = both(&self.cross_attention1, image.clone(), table.clone());
        let (image2, table2) = both(
            &self.cross_attention2,
            down(&self.down1.0, &image) + self.sample_img1.forward(image1.clone()),
            down(&self.down1.0, &table) + self.sample_tab1.forward(table1.clone()),
        );
        let (image3, table3) = both(
            &self.cross_attention3,
            down(&self.down2.0, &image) + self.sample_img2.forward(image2.clone()),
            down(&self.down2.0, &table) + self.sample_tab2.forward(table2.clone()),
        );
        let tokens = |image, table| {
            let both = Tensor::cat(vec![image, table], 1);
            match self.tokens {
                Tokens::Apart => both,
                Tokens::Averaged => both.mean_dim(1),
            }
        };
        let narrow = self.sf1.forward(tokens(image2, table2), tokens(image3, table3));
        let fused = self.sf2.forward(tokens(image1, table1), narrow);
        taps.offer("fused", &fused);
        fused.flatten(1, 2)
    }

    /// With these statistics in the image's norm, which keeps them while the rest learns.
    /// - `mean`, `variance`: `[24]`
    pub(super) fn with_image_statistics(mut self, mean: Tensor<1>, variance: Tensor<1>) -> Self {
        let norm = &mut self.norm_img;
        norm.running_mean = RunningState::new(mean);
        norm.running_var = RunningState::new(variance);
        Self { norm_img: self.norm_img.freeze(), ..self }
    }

    /// The same function; its norms keep their statistics.
    pub fn fold(self) -> Self {
        Self { norm_img: self.norm_img.freeze(), norm_tab: self.norm_tab.freeze(), ..self }
    }
}
