//! The volumetric encoder of one scale: a 3-D ResNet of basic blocks.

use burn::module::Module;
use burn::nn::conv::Conv3d;
use burn::nn::{BatchNorm, Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use super::blocks::BasicBlock;
use super::config::ResNet3dConfig;
use crate::networks::layers::{batch_norm, conv3d, fold, max_pool3d_k3s2p1, normalised};
use crate::networks::taps::Taps;

/// 3-D ResNet (M3-Net, Model/ResNet18.py and ResNet34.py).
///
/// For a crop of 56 x 96 x 96 and width 64: conv1 64 x 56 x 48 x 48, pooled and layer1
/// 64 x 28 x 24 x 24, layer2 128 x 14 x 12 x 12, layer3 256 x 7 x 6 x 6, layer4 512 x 4 x 3 x 3.
#[derive(Module, Debug)]
pub struct ResNet3d {
    conv1: Conv3d,
    bn1: Option<BatchNorm>,
    layer1: Vec<BasicBlock>,
    layer2: Vec<BasicBlock>,
    layer3: Vec<BasicBlock>,
    layer4: Vec<BasicBlock>,
    pub(super) fc: Linear,
}

impl ResNet3d {
    /// All values zero, to be loaded.
    pub fn new(config: ResNet3dConfig, device: &Device) -> Self {
        let width = config.width;
        let layer = |index: usize| {
            let out = width << index;
            let (first_in, stride) = if index == 0 { (width, 1) } else { (out / 2, 2) };
            (0..config.blocks[index])
                .map(|block| match block {
                    0 => BasicBlock::new(first_in, out, stride, device),
                    _ => BasicBlock::new(out, out, 1, device),
                })
                .collect()
        };
        Self {
            conv1: conv3d([1, width], 7, [1, 2, 2], 3, device),
            bn1: Some(batch_norm(width, device)),
            layer1: layer(0),
            layer2: layer(1),
            layer3: layer(2),
            layer4: layer(3),
            fc: LinearConfig::new(width * 8, 2).with_initializer(Initializer::Zeros).init(device),
        }
    }

    /// - `crop`: `[batch, slice, column, row]`
    /// - returns: logits `[batch, 2]`
    pub fn forward_tapped(&self, crop: Tensor<4>, taps: &mut Taps) -> Tensor<2> {
        let x = taps.relu(normalised(&self.conv1, &self.bn1, crop.unsqueeze_dim::<5>(1)));
        taps.offer("relu", &x);
        let x = taps.seam(max_pool3d_k3s2p1(x));
        taps.offer("maxpool", &x);
        self.after(0, x, taps)
    }

    /// The rest of the way from the output of layer `done` (0: the pooled stem) to the logits.
    /// - `x`: `[batch, channel, d, h, w]`
    pub fn after(&self, done: usize, x: Tensor<5>, taps: &mut Taps) -> Tensor<2> {
        let layers = [&self.layer1, &self.layer2, &self.layer3, &self.layer4];
        let mut x = x;
        for (blocks, name) in layers.into_iter().zip(["layer1", "layer2", "layer3", "layer4"]).skip(done) {
            for block in blocks {
                x = block.forward(x, taps);
            }
            taps.offer(name, &x);
        }
        // [batch, channel, everything] -> the mean over space
        let pooled = x.flatten::<3>(2, 4).mean_dim(2).squeeze_dim::<2>(2);
        taps.offer("avgpool", &pooled);
        self.fc.forward(pooled)
    }

    /// The same function with every batch norm inside its convolution.
    pub fn fold(mut self) -> Self {
        let all = |blocks: Vec<BasicBlock>| blocks.into_iter().map(BasicBlock::fold).collect();
        (self.conv1, self.bn1) = fold(self.conv1, self.bn1);
        self.layer1 = all(self.layer1);
        self.layer2 = all(self.layer2);
        self.layer3 = all(self.layer3);
        self.layer4 = all(self.layer4);
        self
    }
}
