//! What is left out while a network learns, and only then.

use burn::nn::DropoutConfig;
use burn::tensor::{Distribution, Tensor};

/// Whether values are left out by the shares that a network was published with.
///
/// No device decides this: an explanation takes gradients too, and must explain the answer that was
/// given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drop {
    /// Inference and explanation.
    Nothing,
    /// Learning, on an autodiff device.
    AsPublished,
    /// The same on any device, by the device's own random numbers: to ask a network that has learned.
    Sampled,
}

impl Drop {
    /// Single values; what stays is scaled by `1 / (1 - share)`.
    pub fn some<const D: usize>(self, x: Tensor<D>, share: f64) -> Tensor<D> {
        match self {
            Self::Nothing => x,
            Self::AsPublished => DropoutConfig::new(share).init().forward(x),
            Self::Sampled => {
                let stays = 1.0 - share;
                let mask = Tensor::<D>::random(x.dims(), Distribution::Bernoulli(stays), &x.device());
                x * mask.div_scalar(stays)
            }
        }
    }

    /// Whole channels of single items: `[batch, channel, d, h, w]`.
    pub fn channels(self, x: Tensor<5>, share: f64) -> Tensor<5> {
        let [batch, channels, ..] = x.dims();
        self.by_factor(x, [batch, channels, 1, 1, 1], share)
    }

    /// Everything of single items: a residual branch that is skipped.
    pub fn items(self, x: Tensor<5>, share: f64) -> Tensor<5> {
        let [batch, ..] = x.dims();
        self.by_factor(x, [batch, 1, 1, 1, 1], share)
    }

    fn by_factor(self, x: Tensor<5>, shape: [usize; 5], share: f64) -> Tensor<5> {
        match self {
            Self::Nothing => x,
            Self::AsPublished | Self::Sampled => {
                let ones = Tensor::<5>::ones(shape, &x.device());
                x * self.some(ones, share)
            }
        }
    }
}
