//! The image encoder: the trunk's three levels, gated, brought together from coarse to fine and back.

use burn::module::{Module, ParamId, list_param_ids};
use burn::nn::{BatchNorm, Dropout, DropoutConfig, Linear, Relu};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::blocks::{MultiKernel, Unite, UpBlock};
use super::config::MmcafConfig;
use super::gates::{ChannelAttention, SpatialAttention};
use super::penet::{Penet, linear};
use crate::networks::layers::{Drop, batch_norm, trilinear};
use crate::networks::taps::Taps;

/// Shares left out while the encoder learns: channels of a level, and features.
/// Source: MMCAF-Net, models/img_encoder1.py.
const OF_CHANNELS: f64 = 0.3;
const OF_FEATURES: f64 = 0.5;

/// A norm, and what follows it in the published code.
type Norm = (BatchNorm, Relu);

/// The levels after their gates and kernels: what the rest of the encoder is made from.
#[derive(Clone, Debug)]
pub struct Pyramid {
    /// `[batch, widths[0], 6, 48, 48]` for the published window.
    pub fine: Tensor<5>,
    /// `[batch, widths[1], 3, 24, 24]`
    pub middle: Tensor<5>,
    /// `[batch, widths[2], 2, 12, 12]`
    pub coarse: Tensor<5>,
}

/// Trunk, pyramid, and features (MMCAF-Net, models/img_encoder1.py).
#[derive(Module, Debug)]
pub struct ImageEncoder {
    encoder: Penet,
    scale1: Norm,
    scale2: Norm,
    scale3: Norm,
    sab: SpatialAttention,
    cab1: ChannelAttention,
    cab2: ChannelAttention,
    cab3: ChannelAttention,
    dcfb1: MultiKernel,
    dcfb2: MultiKernel,
    dcfb3: MultiKernel,
    ucb1: UpBlock,
    ucb2: UpBlock,
    bfpu1: Unite,
    bfpu2: Unite,
    fc: (Linear, Relu, Dropout),
    fused_cls: (Linear, Relu),
}

impl ImageEncoder {
    /// All values zero, to be loaded.
    pub fn new(config: &MmcafConfig, device: &Device) -> Self {
        let [fine, middle, coarse] = config.widths;
        let norm = |channels| (batch_norm(channels, device), Relu::new());
        let features = MmcafConfig::FEATURES;
        Self {
            encoder: Penet::new(config, device),
            scale1: norm(fine),
            scale2: norm(middle),
            scale3: norm(coarse),
            sab: SpatialAttention::new(device),
            cab1: ChannelAttention::new(fine, device),
            cab2: ChannelAttention::new(middle, device),
            cab3: ChannelAttention::new(coarse, device),
            dcfb1: MultiKernel::new(fine, device),
            dcfb2: MultiKernel::new(middle, device),
            dcfb3: MultiKernel::new(coarse, device),
            ucb1: UpBlock::new(middle, device),
            ucb2: UpBlock::new(coarse, device),
            bfpu1: Unite::new(middle, device),
            bfpu2: Unite::new(coarse, device),
            fc: (linear(coarse, features, device), Relu::new(), DropoutConfig::new(OF_FEATURES).init()),
            fused_cls: (linear(features, 1, device), Relu::new()),
        }
    }

    /// Trunk and pyramid.
    /// - `window`: `[batch, slice, row, column]`
    pub fn pyramid(&self, window: Tensor<4>, taps: &mut Taps, drop: Drop) -> Pyramid {
        let levels = self.levels(window, taps, drop);
        self.pyramid_of(levels, taps, drop)
    }

    /// The trunk alone: its three levels, fine to coarse, `[batch, channel, d, h, w]`.
    /// - `window`: `[batch, slice, row, column]`
    pub fn levels(&self, window: Tensor<4>, taps: &mut Taps, drop: Drop) -> Vec<Tensor<5>> {
        taps.within("encoder", |taps| self.encoder.forward(window, taps, drop))
    }

    /// The pyramid of the trunk's levels.
    /// - `levels`: of [`ImageEncoder::levels`]
    pub fn pyramid_of(&self, levels: Vec<Tensor<5>>, taps: &mut Taps, drop: Drop) -> Pyramid {
        let norms = [&self.scale1, &self.scale2, &self.scale3];
        let mut levels = levels.into_iter().zip(norms);
        let mut next = || {
            let (level, (norm, _)) = levels.next().unwrap_or_else(|| unreachable!("three levels"));
            drop.channels(relu(norm.forward(level)), OF_CHANNELS)
        };
        let (fine, middle, coarse) = (next(), next(), next());
        let up = |block: &UpBlock, from: &Tensor<5>, to: &Tensor<5>| {
            let [_, _, d, h, w] = to.dims();
            to.clone() + trilinear(block.forward(from.clone()), [d, h, w])
        };
        let coarse = self.gated(coarse, (&self.cab3, &self.dcfb3), "3", taps);
        let middle = up(&self.ucb2, &coarse, &middle);
        let middle = self.gated(middle, (&self.cab2, &self.dcfb2), "2", taps);
        let fine = up(&self.ucb1, &middle, &fine);
        let fine = self.gated(fine, (&self.cab1, &self.dcfb1), "1", taps);
        Pyramid { fine, middle, coarse }
    }

    /// A level through its channel gate, the gate for voxels that all levels share, and its kernels.
    fn gated(
        &self,
        x: Tensor<5>,
        (channels, kernels): (&ChannelAttention, &MultiKernel),
        level: &str,
        taps: &mut Taps,
    ) -> Tensor<5> {
        let x = channels.forward(&x) * x;
        let gate = self.sab.forward(&x);
        taps.offer(&format!("sab{level}"), &gate);
        let x = kernels.forward(gate * x);
        taps.offer(&format!("dcfb{level}"), &x);
        x
    }

    /// The pyramid brought together: `[batch, widths[2], 2, 12, 12]` for the published window.
    pub fn unite(&self, pyramid: Pyramid, taps: &mut Taps) -> Tensor<5> {
        let near = self.bfpu1.forward(pyramid.middle, pyramid.fine);
        taps.offer("bfpu1", &near);
        let united = self.bfpu2.forward(pyramid.coarse, near);
        taps.offer("bfpu2", &united);
        united
    }

    /// The layers that bring the levels together, which a learning rate may treat otherwise.
    pub fn joining(&self) -> Vec<ParamId> {
        let mut ids = list_param_ids(&self.bfpu1);
        ids.extend(list_param_ids(&self.bfpu2));
        ids
    }

    /// The trunk's layers, likewise.
    pub fn trunk(&self) -> Vec<ParamId> {
        list_param_ids(&self.encoder)
    }

    /// From the united levels to `[batch, 24]`, none below zero.
    pub fn features(&self, united: Tensor<5>, taps: &mut Taps, drop: Drop) -> Tensor<2> {
        let [batch, channels, ..] = united.dims();
        let largest = united.flatten::<3>(2, 4).max_dim(2).reshape([batch, channels]);
        let features = relu(self.fc.0.forward(largest));
        taps.offer("fc", &features);
        drop.some(features, OF_FEATURES)
    }

    /// The image by itself: features to one logit, `[batch, 1]`.
    pub fn answer(&self, features: Tensor<2>) -> Tensor<2> {
        self.fused_cls.0.forward(features)
    }

    /// The same function with every batch norm inside its convolution, where it has one before it; the
    /// others keep their statistics.
    pub fn fold(self) -> Self {
        let kept = |(norm, place): Norm| (norm.freeze(), place);
        Self {
            scale1: kept(self.scale1),
            scale2: kept(self.scale2),
            scale3: kept(self.scale3),
            dcfb1: self.dcfb1.fold(),
            dcfb2: self.dcfb2.fold(),
            dcfb3: self.dcfb3.fold(),
            ucb1: self.ucb1.fold(),
            ucb2: self.ucb2.fold(),
            ..self
        }
    }
}
