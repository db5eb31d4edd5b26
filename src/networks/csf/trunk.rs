//! The trunk: one region of interest to its features. The same weights serve both dates.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::blocks::{Cbam, ConvNorm, CsfBlock, conv_norm, folded, halving, rectified};
use super::config::CsfConfig;
use crate::networks::spec::CellGrid;
use crate::networks::taps::Taps;

/// A member of the published list `layers`.
#[derive(Module, Debug)]
pub enum Layer {
    /// Halves the size.
    Pool(ConvNorm),
    /// Residual block.
    Block(CsfBlock),
    /// Gate: the end of a stage.
    Gate(Cbam),
}

/// The trunk.
///
/// For a region of 16 x 64 x 64 at full size: stem 4 x 16 x 64 x 64, stage 1 64 x 8 x 32 x 32, stage 2
/// 256 x 4 x 16 x 16, stage 3 512 x 2 x 8 x 8.
#[derive(Module, Debug)]
pub struct Trunk {
    conv1: ConvNorm,
    conv2: ConvNorm,
    first_cbam: Cbam,
    layers: Vec<Layer>,
}

/// Every cell of the stride stands over voxel `stride x n`: kernels are odd and padded evenly.
const fn cells(stride: f64) -> CellGrid {
    CellGrid { first: [0.0; 3], step: [stride; 3] }
}

impl Trunk {
    /// The four spatial gates, fine to coarse, and where their cells lie in the region: the network's own
    /// saliency. Each is `[batch, 1, d, h, w]`, from 0 to 1.
    pub const GATES: [(&'static str, CellGrid); 4] = [
        ("first_cbam.gate", cells(1.0)),
        ("layers.4.gate", cells(2.0)),
        ("layers.9.gate", cells(4.0)),
        ("layers.15.gate", cells(8.0)),
    ];

    /// The layer whose features Grad-CAM looks at, the end of stage 2: 4 x 16 x 16 cells. Stage 3 has 2 x
    /// 8 x 8, which is coarse.
    pub const EXPLAINED: (&'static str, CellGrid) = ("layers.9", cells(4.0));

    /// Members of `layers` up to and with [`Trunk::EXPLAINED`].
    pub(super) const AFTER_EXPLAINED: usize = 10;

    /// All values zero, to be loaded.
    pub fn new(config: &CsfConfig, device: &Device) -> Self {
        let mut layers = Vec::new();
        let mut channels = config.stem;
        for stage in [&config.stage1[..], &config.stage2, &config.stage3] {
            layers.push(Layer::Pool(halving(channels, device)));
            for &wider in stage {
                layers.push(Layer::Block(CsfBlock::new(channels, wider, device)));
                channels = wider;
            }
            layers.push(Layer::Gate(Cbam::new(channels, device)));
        }
        Self {
            conv1: conv_norm([1, config.stem], 3, device),
            conv2: conv_norm([config.stem, config.stem], 3, device),
            first_cbam: Cbam::new(config.stem, device),
            layers,
        }
    }

    /// The layers that are offered of a region, from the input on.
    pub fn layers(&self) -> Vec<String> {
        let mut names = ["first_cbam.gate", "first_cbam"].map(str::to_owned).to_vec();
        for (n, layer) in self.layers.iter().enumerate() {
            if matches!(layer, Layer::Gate(_)) {
                names.push(format!("layers.{n}.gate"));
            }
            names.push(format!("layers.{n}"));
        }
        names
    }

    /// - `region`: `[batch, slice, row, column]`
    /// - returns: `[batch, channel, d, h, w]`, an eighth of the size along each axis, rounded up
    pub fn forward_tapped(&self, region: Tensor<4>, taps: &mut Taps) -> Tensor<5> {
        let x = rectified(&self.conv1, region.unsqueeze_dim::<5>(1), taps);
        let (x, gate) = self.first_cbam.forward(rectified(&self.conv2, x, taps));
        taps.offer("first_cbam.gate", &gate);
        taps.offer("first_cbam", &x);
        let x = taps.seam(x);
        self.after(0, x, taps)
    }

    /// The rest of the way from the output of the first `done` members of `layers` (0: the stem).
    /// - `x`: `[batch, channel, d, h, w]`
    pub fn after(&self, done: usize, x: Tensor<5>, taps: &mut Taps) -> Tensor<5> {
        self.layers.iter().enumerate().skip(done).fold(x, |x, (n, layer)| {
            let y = match layer {
                Layer::Pool(pool) => rectified(pool, x, taps),
                Layer::Block(block) => block.forward(x, taps),
                Layer::Gate(cbam) => {
                    let (y, gate) = cbam.forward(x);
                    taps.offer(&format!("layers.{n}.gate"), &gate);
                    y
                }
            };
            taps.offer(&format!("layers.{n}"), &y);
            taps.seam(y)
        })
    }

    /// The same function with every batch norm inside its convolution.
    pub fn fold(self) -> Self {
        let layers = self.layers.into_iter().map(|layer| match layer {
            Layer::Pool(pool) => Layer::Pool(folded(pool)),
            Layer::Block(block) => Layer::Block(block.fold()),
            Layer::Gate(cbam) => Layer::Gate(cbam),
        });
        Self {
            conv1: folded(self.conv1),
            conv2: folded(self.conv2),
            first_cbam: self.first_cbam,
            layers: layers.collect(),
        }
    }
}
