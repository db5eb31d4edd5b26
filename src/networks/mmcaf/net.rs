//! The whole network: a window of CT and a row of a table to one logit.

use burn::module::{Module, ParamId, list_param_ids};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

use super::config::MmcafConfig;
use super::fusion::Fusion;
use super::image::{ImageEncoder, Pyramid};
use super::kan::Kan;
use super::penet::linear;
use crate::networks::layers::Drop;
use crate::networks::spec::CellGrid;
use crate::networks::taps::Taps;

/// MMCAF-Net. Inner tensors are offered under these names:
/// - `image_encoder.encoder.encoders.0` to `.2`: the trunk's levels
/// - `image_encoder.sab1` to `sab3`: the gate of every voxel, fine to coarse, `[batch, 1, d, h, w]`
/// - `image_encoder.dcfb1` to `dcfb3`: the levels after gates and kernels
/// - `image_encoder.bfpu1`, `image_encoder.bfpu2`: two levels, and all three, in one
/// - `image_encoder.fc`, `kan`: features of image and table, `[batch, 24]`
/// - `kan.edges`: what each column of the table adds to each of these, `[batch, 7, 24]`
/// - `multiscale_fusion.fused`: the tokens before the classifier
#[derive(Module, Debug)]
pub struct Mmcaf {
    image_encoder: ImageEncoder,
    kan: Kan,
    multiscale_fusion: Fusion,
    fin_cls: Linear,
    tab_cls: Linear,
}

impl Mmcaf {
    /// All values zero, to be loaded.
    pub fn new(config: &MmcafConfig, device: &Device) -> Self {
        Self {
            image_encoder: ImageEncoder::new(config, device),
            kan: Kan::new(MmcafConfig::TABLE, MmcafConfig::FEATURES, device),
            multiscale_fusion: Fusion::new(config.tokens, device),
            fin_cls: linear(config.tokens.features(), 1, device),
            tab_cls: linear(MmcafConfig::FEATURES, 1, device),
        }
    }

    /// The part that reads the image.
    pub fn image_encoder(&self) -> &ImageEncoder {
        &self.image_encoder
    }

    /// The part that reads the table.
    pub fn kan(&self) -> &Kan {
        &self.kan
    }

    /// - `window`: `[batch, slice, row, column]`
    /// - `table`: `[batch, 7]`, each column between -1 and 1; beyond -2.2 and 2.2 the splines are 0
    /// - returns: logits `[batch, 1]`
    pub fn forward_tapped(&self, window: Tensor<4>, table: Tensor<2>, taps: &mut Taps) -> Tensor<2> {
        self.run(window, table, taps, Drop::Nothing)
    }

    /// [`Mmcaf::forward_tapped`] without taps.
    pub fn forward(&self, window: Tensor<4>, table: Tensor<2>) -> Tensor<2> {
        self.run(window, table, &mut Taps::off(), Drop::Nothing)
    }

    /// The same with dropout and skipped branches, on an autodiff device: the forward pass of learning.
    pub fn forward_learning(&self, window: Tensor<4>, table: Tensor<2>) -> Tensor<2> {
        self.run(window, table, &mut Taps::off(), Drop::AsPublished)
    }

    fn run(&self, window: Tensor<4>, table: Tensor<2>, taps: &mut Taps, drop: Drop) -> Tensor<2> {
        let features = self.image_features(window, taps, drop);
        self.fuse(features, table, taps, drop)
    }

    /// - `window`: `[batch, slice, row, column]`
    /// - returns: `[batch, 24]`
    pub fn image_features(&self, window: Tensor<4>, taps: &mut Taps, drop: Drop) -> Tensor<2> {
        taps.within("image_encoder", |taps| {
            let pyramid = self.image_encoder.pyramid(window, taps, drop);
            let united = self.image_encoder.unite(pyramid, taps);
            self.image_encoder.features(united, taps, drop)
        })
    }

    /// The gates of every voxel of the levels, fine to coarse, as they are offered.
    pub const GATES: [&str; 3] = ["image_encoder.sab1", "image_encoder.sab2", "image_encoder.sab3"];

    /// The layers that are offered of a window, from the input on.
    pub const LAYERS: [&str; 12] = [
        "image_encoder.encoder.max_pool",
        "image_encoder.encoder.encoders.0",
        "image_encoder.encoder.encoders.1",
        "image_encoder.encoder.encoders.2",
        "image_encoder.sab3",
        "image_encoder.dcfb3",
        "image_encoder.sab2",
        "image_encoder.dcfb2",
        "image_encoder.sab1",
        "image_encoder.dcfb1",
        "image_encoder.bfpu1",
        "image_encoder.bfpu2",
    ];

    /// [`Mmcaf::image_features`] from the trunk's levels on: where the trunk is not to learn.
    /// - `levels`: of [`ImageEncoder::levels`]
    pub fn features_of(&self, levels: Vec<Tensor<5>>, taps: &mut Taps, drop: Drop) -> Tensor<2> {
        taps.within("image_encoder", |taps| {
            let pyramid = self.image_encoder.pyramid_of(levels, taps, drop);
            let united = self.image_encoder.unite(pyramid, taps);
            self.image_encoder.features(united, taps, drop)
        })
    }

    /// The parameters of the table's encoder and of its own head.
    pub fn of_table(&self) -> Vec<ParamId> {
        list_param_ids(&self.kan).into_iter().chain(list_param_ids(&self.tab_cls)).collect()
    }

    /// The table's features, `[batch, 24]`, to one logit, `[batch, 1]`.
    pub fn answer_told(&self, told: Tensor<2>) -> Tensor<2> {
        self.tab_cls.forward(told)
    }

    /// Features of the image and the table's row to the answer's logit, `[batch, 1]`.
    pub fn fuse(&self, image: Tensor<2>, table: Tensor<2>, taps: &mut Taps, drop: Drop) -> Tensor<2> {
        let edges = self.kan.edges(table);
        taps.offer("kan.edges", &edges);
        let told = edges.sum_dim(1).squeeze_dim::<2>(1);
        taps.offer("kan", &told);
        self.join(image, told, taps, drop)
    }

    /// Features of the image and of the table, `[batch, 24]` each, to the answer's logit, `[batch, 1]`.
    pub fn join(&self, image: Tensor<2>, told: Tensor<2>, taps: &mut Taps, drop: Drop) -> Tensor<2> {
        let fused =
            taps.within("multiscale_fusion", |taps| self.multiscale_fusion.forward(image, told, taps, drop));
        self.fin_cls.forward(fused)
    }

    /// With the image's features brought to mean 0 and variance 1 by these figures, which stay while the rest learns:
    /// of an encoder that rests they can be known beforehand, and the few cases of one step need not guess them.
    /// - `mean`, `variance`: `[24]`
    pub fn with_image_statistics(self, mean: Tensor<1>, variance: Tensor<1>) -> Self {
        let multiscale_fusion = self.multiscale_fusion.with_image_statistics(mean, variance);
        Self { multiscale_fusion, ..self }
    }

    /// The image by itself: the head that taught the image encoder, `[batch, 1]`.
    pub fn answer_image(&self, window: Tensor<4>) -> Tensor<2> {
        let features = self.image_features(window, &mut Taps::off(), Drop::Nothing);
        self.image_encoder.answer(features)
    }

    /// The table by itself: `[batch, 7]` to `[batch, 1]`. The published answer never uses this head.
    pub fn answer_table(&self, table: Tensor<2>) -> Tensor<2> {
        self.answer_told(self.kan.forward(table))
    }

    /// From the pyramid's levels to the answer, for what has changed a level or wants its gradient.
    pub fn after_pyramid(&self, pyramid: Pyramid, table: Tensor<2>) -> Tensor<2> {
        let united = self.image_encoder.unite(pyramid, &mut Taps::off());
        self.after_united(united, table)
    }

    /// From the output of `bfpu2`, `[batch, channel, d, h, w]`, to the answer.
    pub fn after_united(&self, united: Tensor<5>, table: Tensor<2>) -> Tensor<2> {
        let taps = &mut Taps::off();
        let features = self.image_encoder.features(united, taps, Drop::Nothing);
        self.fuse(features, table, taps, Drop::Nothing)
    }

    /// Where the cells of a spatial layer lie in the window (slices, rows, columns).
    ///
    /// Kernels are odd and padded evenly, so cell n is centred on voxel `stride x n`: the stem strides 2
    /// in-plane, the pooling and each further level 2 along all axes. What the way up and the joining of
    /// levels put into a cell comes from corners laid on corners, and may lie beside it by up to one cell
    /// of the coarser level.
    /// - `layer`: a name of a spatial tensor, as offered to [`Taps`]
    pub fn cells(layer: &str) -> Option<CellGrid> {
        let step = match layer.strip_prefix("image_encoder.")? {
            "encoder.encoders.0" | "sab1" | "dcfb1" => 2.0,
            "encoder.encoders.1" | "sab2" | "dcfb2" | "bfpu1" => 4.0,
            "encoder.encoders.2" | "sab3" | "dcfb3" | "bfpu2" => 8.0,
            _ => return None,
        };
        Some(CellGrid { first: [0.0; 3], step: [step, 2.0 * step, 2.0 * step] })
    }

    /// The same function with every batch norm inside its convolution or held to its statistics: for
    /// inference alone, and after loading, because folded norms have no keys any more.
    pub fn fold(self) -> Self {
        Self {
            image_encoder: self.image_encoder.fold(),
            multiscale_fusion: self.multiscale_fusion.fold(),
            ..self
        }
    }
}
