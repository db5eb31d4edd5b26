//! The detection head: whether a slice shows a nodule, and where.

use burn::module::Module;
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor};

use super::config::DinoConfig;
use crate::networks::layers::Drop;
use crate::networks::{Layout, layout_of};

/// Features between the two layers.
const HIDDEN: usize = 256;

/// Share of them that is left out while the head learns. Source: LungNodule-SSM, model.py.
const DROPOUT: f64 = 0.3;

/// One answer per slice.
#[derive(Clone, Debug)]
pub struct Detection {
    /// `[batch, 2]`: no nodule, nodule.
    pub logits: Tensor<2>,
    /// `[batch, 4]`: left and upper edge, width and height, as shares of the slice's columns and rows
    /// (0 to 1). There is one for every slice, whatever the logits say.
    pub boxes: Tensor<2>,
}

/// LungNodule-SSM, model.py, DinoDetector.
#[derive(Module, Debug)]
pub struct DinoDetector {
    shared_fc: Linear,
    class_fc: Linear,
    bbox_fc: Linear,
}

impl DinoDetector {
    /// All values zero, to be loaded.
    /// - `dim`: features of the class token; published: 1024
    pub fn new(dim: usize, device: &Device) -> Self {
        let linear = |from, to| LinearConfig::new(from, to).with_initializer(Initializer::Zeros).init(device);
        Self { shared_fc: linear(dim, HIDDEN), class_fc: linear(HIDDEN, 2), bbox_fc: linear(HIDDEN, 4) }
    }

    /// - `class`: the slices' class tokens, `[batch, dim]`
    pub fn forward(&self, class: Tensor<2>) -> Detection {
        self.run(class, Drop::Nothing)
    }

    /// The same with dropout, on an autodiff device: the forward pass of learning.
    pub fn forward_learning(&self, class: Tensor<2>) -> Detection {
        self.run(class, Drop::AsPublished)
    }

    fn run(&self, class: Tensor<2>, drop: Drop) -> Detection {
        let x = drop.some(relu(self.shared_fc.forward(class)), DROPOUT);
        Detection { logits: self.class_fc.forward(x.clone()), boxes: sigmoid(self.bbox_fc.forward(x)) }
    }
}

/// Every tensor of a head that was taught on class tokens of `dim` features.
pub fn detector_layout(dim: usize) -> Layout {
    layout_of(&DinoDetector::new(dim, &Device::flex()), str::to_owned)
}

/// What keys of the head begin with in a file that holds the transformer as well.
pub const HEAD: &str = "detector.";

/// Every tensor of the head in a file that holds the transformer as well.
pub fn head_layout(vit: &DinoConfig) -> Layout {
    detector_layout(vit.dim).into_iter().map(|(key, shape)| (format!("{HEAD}{key}"), shape)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::weights::{load_into, random};

    #[test]
    fn the_published_head_has_its_six_tensors_and_answers_with_shares() {
        let layout = detector_layout(1024);
        let keys: Vec<_> = layout.keys().map(String::as_str).collect();
        let named =
            ["bbox_fc", "class_fc", "shared_fc"].map(|n| [format!("{n}.bias"), format!("{n}.weight")]);
        assert_eq!(keys, named.as_flattened());
        assert_eq!(layout["shared_fc.weight"], [256, 1024]);
        // Counted in the published code.
        assert_eq!(layout.values().map(|shape| shape.iter().product::<usize>()).sum::<usize>(), 263_942);
        let device = Device::flex();
        let mut head = DinoDetector::new(1024, &device);
        let mut state = random(&layout, 1);
        let bias = &mut state.tensors.get_mut("bbox_fc.bias").expect("a bias").values;
        bias.copy_from_slice(&[0.0, 3.0f32.ln(), -50.0, 50.0]);
        load_into(&mut head, "head", &layout, state, str::to_owned).expect("fits");
        let found = head.forward(Tensor::zeros([2, 1024], &device));
        assert_eq!((found.logits.dims(), found.boxes.dims()), ([2, 2], [2, 4]));
        let boxes = found.boxes.into_data().try_to_vec::<f32>().expect("floats");
        for (got, expected) in boxes.iter().zip([0.5, 0.75, 0.0, 1.0, 0.5, 0.75, 0.0, 1.0]) {
            assert!((got - expected).abs() < 1e-6, "{boxes:?}");
        }
    }
}
