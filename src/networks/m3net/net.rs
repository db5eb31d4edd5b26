//! The whole network: an encoder per scale, and the fusion.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::config::{EncoderConfig, M3NetConfig};
use super::convnext::ConvNext;
use super::fusion::{Fusion, FusionLayers};
use super::resnet3d::ResNet3d;
use crate::networks::spec::{CellGrid, Scale};
use crate::networks::taps::{Tapped, Taps};

/// The encoder of one scale, of either kind.
#[derive(Module, Debug)]
pub enum Encoder {
    /// Volumetric.
    ResNet3d(ResNet3d),
    /// Planar.
    ConvNext(ConvNext),
}

impl Encoder {
    /// All values zero, to be loaded.
    pub fn new(config: EncoderConfig, device: &Device) -> Self {
        match config {
            EncoderConfig::ResNet3d(config) => Self::ResNet3d(ResNet3d::new(config, device)),
            EncoderConfig::ConvNext(config) => Self::ConvNext(ConvNext::new(config, device)),
        }
    }

    /// - `crop`: `[batch, slice, column, row]`
    /// - returns: logits `[batch, 2]`
    pub fn forward_tapped(&self, crop: Tensor<4>, taps: &mut Taps) -> Tensor<2> {
        match self {
            Self::ResNet3d(net) => net.forward_tapped(crop, taps),
            Self::ConvNext(net) => net.forward_tapped(crop, taps),
        }
    }

    /// The layer whose features Grad-CAM looks at: fine enough to point at something, deep enough
    /// to mean something. Deeper layers have no in-plane resolution left at the micro scale.
    pub fn explained_layer(&self, scale: Scale) -> &'static str {
        match (self, scale) {
            (Self::ResNet3d(_), Scale::Micro) => "layer1",
            (Self::ResNet3d(_), Scale::Meso | Scale::Macro) => "layer2",
            (Self::ConvNext(_), _) => "stages.2",
        }
    }

    /// From the features of [`Encoder::explained_layer`] to the logits `[batch, 2]`.
    /// - returns: `None` where the features are not of that layer's rank
    pub fn after_explained(&self, scale: Scale, features: Tapped) -> Option<Tensor<2>> {
        let taps = &mut Taps::off();
        match (self, features) {
            (Self::ResNet3d(net), Tapped::D5(x)) => {
                Some(net.after(if scale == Scale::Micro { 1 } else { 2 }, x, taps))
            }
            (Self::ConvNext(net), Tapped::D4(x)) => Some(net.after(3, x, taps)),
            _ => None,
        }
    }

    /// Where the cells of [`Encoder::explained_layer`] lie in the crop (columns, rows, slices).
    ///
    /// Volumetric: kernels are odd and padded evenly, so cell n is centred on voxel `stride x n`; the
    /// stem strides 2 in-plane, pooling and layer2 stride 2 along all axes. Planar: the crop is
    /// stretched corner to corner onto the plane, then 2 x 2 patches are joined twice; its one cell
    /// in depth stands for all slices.
    pub fn explained_cells(&self, scale: Scale, crop: [usize; 3]) -> CellGrid {
        let [columns, rows, slices] = crop.map(|n| n as f64);
        match (self, scale) {
            (Self::ResNet3d(_), Scale::Micro) => CellGrid { first: [0.0; 3], step: [2.0, 4.0, 4.0] },
            (Self::ResNet3d(_), _) => CellGrid { first: [0.0; 3], step: [4.0, 8.0, 8.0] },
            (Self::ConvNext(net), _) => {
                let [h, w] = [columns, rows].map(|n| (n - 1.0) / (net.side() as f64 - 1.0));
                CellGrid { first: [(slices - 1.0) / 2.0, 1.5 * h, 1.5 * w], step: [slices, 4.0 * h, 4.0 * w] }
            }
        }
    }

    /// The same answer, with logits that sum to zero. What an encoder adds to both classes alike is no
    /// part of its answer, and nothing taught it: a fusion that reads logits would read noise in it.
    #[must_use]
    pub fn centred(mut self) -> Self {
        let head = match &mut self {
            Self::ResNet3d(net) => &mut net.fc,
            Self::ConvNext(net) => &mut net.clf.fc,
        };
        // burn's weights are `[feature, class]`.
        head.weight = head.weight.clone().map(|w| w.clone() - w.mean_dim(1));
        head.bias = head.bias.clone().map(|bias| bias.map(|b| b.clone() - b.mean_dim(0)));
        self
    }

    fn fold(self) -> Self {
        match self {
            Self::ResNet3d(net) => Self::ResNet3d(net.fold()),
            // Layer norms depend on the input; there is nothing to fold.
            Self::ConvNext(net) => Self::ConvNext(net),
        }
    }
}

/// M3Net. The fusion's published names have no prefix; here they are under `fusion` (see `keys`).
#[derive(Module, Debug)]
pub struct M3Net {
    net32: Encoder,
    net64: Encoder,
    net96: Encoder,
    fusion: Fusion,
}

impl M3Net {
    /// All values zero, to be loaded.
    pub fn new(config: &M3NetConfig, device: &Device) -> Self {
        let [micro, meso, wide] = config.encoders;
        Self {
            net32: Encoder::new(micro, device),
            net64: Encoder::new(meso, device),
            net96: Encoder::new(wide, device),
            fusion: Fusion::new(device),
        }
    }

    /// The encoder of a scale.
    pub fn encoder(&self, scale: Scale) -> &Encoder {
        match scale {
            Scale::Micro => &self.net32,
            Scale::Meso => &self.net64,
            Scale::Macro => &self.net96,
        }
    }

    /// The three encoders, micro to macro, and the fusion: to teach them one by one.
    pub fn into_parts(self) -> ([Encoder; 3], Fusion) {
        ([self.net32, self.net64, self.net96], self.fusion)
    }

    /// The whole of parts that were taught.
    /// - `encoders`: micro to macro
    pub fn from_parts(encoders: [Encoder; 3], fusion: Fusion) -> Self {
        let [net32, net64, net96] = encoders;
        Self { net32, net64, net96, fusion }
    }

    /// The name under which a scale's encoder offers its tensors.
    pub const fn scope(scale: Scale) -> &'static str {
        match scale {
            Scale::Micro => "net32",
            Scale::Meso => "net64",
            Scale::Macro => "net96",
        }
    }

    /// One scale's crop to its logits.
    /// - `crop`: `[batch, slice, column, row]`
    pub fn encode(&self, scale: Scale, crop: Tensor<4>, taps: &mut Taps) -> Tensor<2> {
        taps.within(Self::scope(scale), |taps| self.encoder(scale).forward_tapped(crop, taps))
    }

    /// The scales' logits (micro, meso, macro, `[batch, 2]` each) to the answer's `[batch, 2]`.
    pub fn fuse(&self, logits: [Tensor<2>; 3], taps: &mut Taps) -> Tensor<2> {
        self.fusion.forward_tapped(logits, taps)
    }

    /// [`M3Net::fuse`] with the published dropout on: another draw for each item of the batch.
    pub fn fuse_sampled(&self, logits: [Tensor<2>; 3]) -> Tensor<2> {
        self.fusion.forward_sampled(logits)
    }

    /// [`M3Net::fuse`] without some of the fusion's layers.
    pub fn fuse_ablated(&self, logits: [Tensor<2>; 3], layers: FusionLayers) -> Tensor<2> {
        self.fusion.forward_ablated(logits, layers)
    }

    /// Crops (micro, meso, macro, `[batch, slice, column, row]`) to logits `[batch, 2]`, benign first.
    pub fn forward_tapped(&self, crops: [Tensor<4>; 3], taps: &mut Taps) -> Tensor<2> {
        let [micro, meso, wide] = crops;
        let logits = [
            self.encode(Scale::Micro, micro, taps),
            self.encode(Scale::Meso, meso, taps),
            self.encode(Scale::Macro, wide, taps),
        ];
        self.fuse(logits, taps)
    }

    /// [`M3Net::forward_tapped`] without taps.
    pub fn forward(&self, crops: [Tensor<4>; 3]) -> Tensor<2> {
        self.forward_tapped(crops, &mut Taps::off())
    }

    /// The same function with every batch norm inside its convolution: for inference alone, and
    /// after loading, because the folded norms have no keys any more.
    pub fn fold(self) -> Self {
        Self { net32: self.net32.fold(), net64: self.net64.fold(), net96: self.net96.fold(), ..self }
    }
}
