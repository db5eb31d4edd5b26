//! The two dates joined: both feature maps, smoothed and convolved, beside the later one.

use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::nn::conv::Conv3d;
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor};

use super::config::AfterTemporal;
use crate::networks::layers::{AxisMap, biased_conv3d, normalised};
use crate::networks::taps::Taps;

/// Temporal residual fusion: `sigmoid(w0) F(t0, t1) + sigmoid(w1) t1`. Source: CSF-NET, models/temporal.
#[derive(Module, Debug)]
pub struct TemporalFusion {
    weight_t0: Param<Tensor<1>>,
    weight_t1: Param<Tensor<1>>,
    conv3d: Conv3d,
    rectified: bool,
}

impl TemporalFusion {
    /// All values zero, to be loaded.
    /// - `channels`: of each date
    pub fn new(channels: usize, after: AfterTemporal, device: &Device) -> Self {
        Self {
            weight_t0: Initializer::Zeros.init([1], device),
            weight_t1: Initializer::Zeros.init([1], device),
            conv3d: biased_conv3d([2 * channels, channels], 3, [1; 3], 1, device),
            rectified: after == AfterTemporal::Relu,
        }
    }

    /// - `earlier`, `later`: `[batch, channel, d, h, w]`
    /// - returns: the same shape
    pub fn forward(&self, earlier: Tensor<5>, later: Tensor<5>, taps: &mut Taps) -> Tensor<5> {
        let both = Tensor::cat(vec![earlier, later.clone()], 1);
        let joined = normalised(&self.conv3d, &None, (2..5).fold(both, smoothed));
        let joined = if self.rectified { taps.relu(joined) } else { joined };
        let share = |weight: &Param<Tensor<1>>| sigmoid(weight.val()).reshape([1, 1, 1, 1, 1]);
        joined * share(&self.weight_t0) + later * share(&self.weight_t1)
    }
}

/// Twice the length, interpolated corner on corner, then the means of pairs: the length is kept, and each
/// value takes a little of its neighbours.
fn smoothed(x: Tensor<5>, axis: usize) -> Tensor<5> {
    let n = x.dims()[axis];
    AxisMap::linear(n, 2 * n).then(&AxisMap::mean(2 * n, n)).apply(x, axis)
}
