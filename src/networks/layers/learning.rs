//! The convolutions that know their own way back, for learning and for gradients on the processor.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex};
use burn::tensor::module::conv3d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};

use super::direct_conv3d::{direct_conv3d, direct_conv3d_by_input, direct_conv3d_by_kernel};
use super::same_conv3d::{FEW_CHANNELS, same_conv3d, same_conv3d_by_input, same_conv3d_by_kernel};
use super::stem_conv3d::{stem_conv3d, stem_conv3d_by_input, stem_conv3d_by_kernel};

/// The processor with gradients.
type Learning = Autodiff<Flex, NoCheckpointing>;

/// Whether [`learning_conv3d`] is the quicker way: on burn's processor backend with gradients.
/// - `weight`: `[out, in, 3, 3, 3]` with stride 1, or `[out, 1, 7, 7, 7]` with stride (1, 2, 2); padded
///   by half a kernel
pub fn learning_conv3d_applies(x: &Tensor<5>, weight: &Tensor<5>, stride: [usize; 3]) -> bool {
    Kind::of(weight, stride).is_some() && learns_here(x)
}

/// Whether a tensor is on burn's processor backend with gradients.
pub fn learns_here(x: &Tensor<5>) -> bool {
    x.is_autodiff() && x.device() == Device::flex().autodiff()
}

/// Convolution without bias whose gradients are worked out by our own layers: the same sums as burn's,
/// in another order.
/// - `x`, `weight`, `stride`: for which [`learning_conv3d_applies`]; anything else goes burn's way
pub fn learning_conv3d(x: Tensor<5>, weight: Tensor<5>, stride: [usize; 3]) -> Tensor<5> {
    let [out, channels, ..] = weight.dims();
    match Kind::of(&weight, stride) {
        // Without a gradient by the kernel burn's is the quicker way of wide layers.
        Some(Kind::Same) if !weight.is_autodiff() && out.max(channels) > FEW_CHANNELS => {
            burns(x, weight, stride, 1)
        }
        Some(kind) => kind.learning(x, tracked(weight)),
        None => burns(x, weight, stride, 1),
    }
}

/// A convolution in groups, or of few outputs, whose gradients are worked out by our own layers.
/// - `x`: on the processor with gradients ([`learns_here`])
/// - `weight`: `[out, in / groups, k, k, k]`, k odd; padded by half of it
pub fn learning_grouped_conv3d(x: Tensor<5>, weight: Tensor<5>, stride: usize, groups: usize) -> Tensor<5> {
    Kind::Direct { stride, groups }.learning(x, tracked(weight))
}

/// An explanation asks for the gradient by its input alone: its weights have none, and none is worked out.
fn tracked(weight: Tensor<5>) -> Tensor<5> {
    if weight.is_autodiff() { weight } else { weight.autodiff() }
}

fn burns(x: Tensor<5>, weight: Tensor<5>, stride: [usize; 3], groups: usize) -> Tensor<5> {
    let half = weight.dims()[2] / 2;
    conv3d(x, weight, None, ConvOptions::new(stride, [half; 3], [1; 3], groups))
}

fn to_primitive(tensor: Tensor<5>) -> FloatTensor<Flex> {
    // Asked for on the processor alone.
    tensor.try_into_primitive::<Flex>().unwrap_or_else(|e| unreachable!("on the processor: {e:?}"))
}

/// Which convolution.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// 3 x 3 x 3, the size kept.
    Same,
    /// 7 x 7 x 7 on one channel, halved in-plane.
    Stem,
    /// Any odd kernel, in groups or of few outputs.
    Direct { stride: usize, groups: usize },
}

impl Kind {
    fn of(weight: &Tensor<5>, stride: [usize; 3]) -> Option<Self> {
        let [_, channels, kd, kh, kw] = weight.dims();
        match ([kd, kh, kw], stride) {
            ([3, 3, 3], [1, 1, 1]) => Some(Self::Same),
            ([7, 7, 7], [1, 2, 2]) if channels == 1 => Some(Self::Stem),
            _ => None,
        }
    }

    fn learning(self, x: Tensor<5>, weight: Tensor<5>) -> Tensor<5> {
        let own = |t: &Tensor<5>| t.clone().try_into_primitive::<Learning>();
        let (Ok(own_x), Ok(own_weight)) = (own(&x), own(&weight)) else {
            let (stride, groups) = match self {
                Self::Same => ([1; 3], 1),
                Self::Stem => ([1, 2, 2], 1),
                Self::Direct { stride, groups } => ([stride; 3], groups),
            };
            return burns(x, weight, stride, groups);
        };
        let y = to_primitive(self.forward(x.inner(), weight.inner()));
        let nodes = [own_x.node(), own_weight.node()];
        let y = match self.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(mut prepared) => {
                let state = (prepared.checkpoint(&own_x), prepared.checkpoint(&own_weight));
                prepared.finish(state, y)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(y),
        };
        Tensor::from_primitive::<Learning>(y)
    }

    fn forward(self, x: Tensor<5>, weight: Tensor<5>) -> Tensor<5> {
        match self {
            Self::Direct { stride, groups } => direct_conv3d(x, weight, None, stride, groups),
            Self::Same => same_conv3d(x, weight, None),
            Self::Stem => stem_conv3d(x, weight, None),
        }
    }

    fn by_input(self, x: &Tensor<5>, weight: Tensor<5>, gradient: Tensor<5>) -> Tensor<5> {
        match self {
            Self::Direct { stride, groups } => {
                direct_conv3d_by_input(x.dims(), weight, gradient, stride, groups)
            }
            Self::Same => same_conv3d_by_input(weight, gradient),
            Self::Stem => stem_conv3d_by_input(x.dims(), weight, gradient),
        }
    }

    fn by_kernel(self, x: Tensor<5>, shape: [usize; 5], gradient: Tensor<5>) -> Tensor<5> {
        match self {
            Self::Direct { stride, groups } => direct_conv3d_by_kernel(x, shape, gradient, stride, groups),
            Self::Same => same_conv3d_by_kernel(x, gradient),
            Self::Stem => stem_conv3d_by_kernel(x, gradient),
        }
    }
}

impl Backward<Flex, 2> for Kind {
    /// Input and kernel.
    type State = (NodeId, NodeId);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let [node_x, node_weight] = ops.parents;
        let plain = |primitive: FloatTensor<Flex>| Tensor::<5>::from_primitive::<Flex>(primitive);
        let gradient = plain(grads.consume::<Flex>(&ops.node));
        let x = plain(checkpointer.retrieve_node_output(ops.state.0));
        let weight = plain(checkpointer.retrieve_node_output(ops.state.1));
        let shape = weight.dims();
        if let Some(node) = node_x {
            let by_input = self.by_input(&x, weight, gradient.clone());
            grads.register::<Flex>(node.id, to_primitive(by_input));
        }
        if let Some(node) = node_weight {
            grads.register::<Flex>(node.id, to_primitive(self.by_kernel(x, shape, gradient)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;

    #[test]
    fn output_and_gradients_equal_burns_through_a_chain_of_layers() {
        let device = Device::flex().autodiff();
        let from = |step: usize, shape: [usize; 5]| {
            let n = shape.iter().product::<usize>();
            let values: Vec<f32> = (0..n).map(|i| ((i * step) % 103) as f32 / 51.5 - 1.0).collect();
            Tensor::<5>::from_data(TensorData::new(values, shape), &device).require_grad()
        };
        let (x, stem, same) =
            (from(29, [2, 1, 5, 8, 6]), from(37, [4, 1, 7, 7, 7]), from(31, [3, 4, 3, 3, 3]));
        type Conv<'a> = &'a dyn Fn(Tensor<5>, &Tensor<5>, [usize; 3]) -> Tensor<5>;
        let through = |conv: Conv<'_>| {
            let y = conv(conv(x.clone(), &stem, [1, 2, 2]), &same, [1; 3]);
            let gradients = (y.clone() * y.clone()).mean().backward();
            let of = |t: &Tensor<5>| t.grad(&gradients).expect("a gradient");
            [y.inner(), of(&x), of(&stem), of(&same)]
        };
        let own = through(&|x, weight, stride| {
            assert!(learning_conv3d_applies(&x, weight, stride));
            learning_conv3d(x, weight.clone(), stride)
        });
        let burns = through(&|x, weight, stride| {
            let half = weight.dims()[2] / 2;
            conv3d(x, weight.clone(), None, ConvOptions::new(stride, [half; 3], [1; 3], 1))
        });
        for (own, burns) in own.into_iter().zip(burns) {
            assert_eq!(own.dims(), burns.dims());
            let (largest, difference): (f32, f32) =
                (burns.clone().abs().max().into_scalar(), (own - burns).abs().max().into_scalar());
            // Sums of up to some thousand products in single precision, in another order.
            assert!(difference <= 2e-5 * largest.max(1.0), "{difference} of {largest}");
        }
    }
}
