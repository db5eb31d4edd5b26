//! The encoder with two logits behind it: what answers.

use burn::module::{Module, ParamId, list_param_ids};
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use super::config::{MaemcConfig, Pooling, SLICES};
use super::encoder::Encoder;
use crate::networks::taps::Taps;

/// Encoder and head: granuloma or adenocarcinoma from all 25 slices of an axial montage. The encoder's
/// published names have no prefix; here they are under `encoder` (see `keys`).
#[derive(Module, Debug)]
pub struct Classifier {
    encoder: Encoder,
    head: Linear,
    #[module(skip)]
    pooling: Pooling,
}

impl Classifier {
    /// All values zero, to be loaded.
    pub fn new(config: &MaemcConfig, device: &Device) -> Self {
        Self::from_encoder(Encoder::new(config, device), config, device)
    }

    /// With an encoder that has learned without labels; the head is zero.
    pub fn from_encoder(encoder: Encoder, config: &MaemcConfig, device: &Device) -> Self {
        let head = LinearConfig::new(config.encoder.width, 2).with_initializer(Initializer::Zeros);
        Self { encoder, head: head.init(device), pooling: config.pooling }
    }

    /// The encoder, for the names of its taps.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Of which tokens the answer is made: the share of each, the class token first.
    pub fn reads(&self) -> Vec<f64> {
        let slice = 1.0 / SLICES as f64;
        match self.pooling {
            Pooling::Class => std::iter::once(1.0).chain([0.0; SLICES]).collect(),
            Pooling::Mean => std::iter::once(0.0).chain([slice; SLICES]).collect(),
        }
    }

    /// Parameters by depth: [`Encoder::by_depth`], the head with the norm before it.
    pub fn by_depth(&self) -> Vec<Vec<ParamId>> {
        let mut parts = self.encoder.by_depth();
        if let Some(last) = parts.last_mut() {
            last.extend(list_param_ids(&self.head));
        }
        parts
    }

    /// Offers what [`Encoder::tokens`] does, and `pooled`.
    /// - `montage`: `[batch, channel, 250, 250]`, from 0 to 1
    /// - returns: logits `[batch, 2]`, granuloma first
    pub fn forward_tapped(&self, montage: Tensor<4>, taps: &mut Taps) -> Tensor<2> {
        let tokens = self.encoder.tokens(montage, None, taps);
        let pooled = match self.pooling {
            Pooling::Class => tokens.narrow(1, 0, 1),
            Pooling::Mean => tokens.narrow(1, 1, SLICES).mean_dim(1),
        };
        // A norm looks at each token by itself: only the one that is read needs it.
        let pooled = self.encoder.normalised(pooled).squeeze_dim::<2>(1);
        taps.offer("pooled", &pooled);
        self.head.forward(pooled)
    }

    /// [`Classifier::forward_tapped`] without taps.
    pub fn forward(&self, montage: Tensor<4>) -> Tensor<2> {
        self.forward_tapped(montage, &mut Taps::off())
    }
}
