//! The whole network: the trunk on both dates, the dates joined, the clinical fields, the head.

use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig, Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use super::clinical::{Clinical, UnknownCategory, offsets, rows};
use super::cmaf::{CrossModalFusion, Keys};
use super::config::{Attending, CsfConfig};
use super::temporal::TemporalFusion;
use super::trunk::Trunk;
use crate::networks::taps::Taps;

/// CSF-Net: two regions of interest and six clinical fields to one answer (arXiv 2501.16400; CSF-NET,
/// class ConvRes_table). The trunk's published names have no prefix; here they are under `trunk`.
#[derive(Module, Debug)]
pub struct CsfNet {
    trunk: Trunk,
    tepfushon: TemporalFusion,
    fc2: Linear,
    fc3: Linear,
    categorical_embeds: Embedding,
    linear_proj: Linear,
    fusion: CrossModalFusion,
    c1: Linear,
    c2: Linear,
    categories: [usize; 6],
    #[module(skip)]
    attending: Attending,
}

impl CsfNet {
    /// Columns, rows, slices of a region of interest.
    pub const REGION: [usize; 3] = [64, 64, 16];

    /// The scopes of the taps, earlier date first.
    pub const DATES: [&'static str; 2] = ["t0", "t1"];

    /// All values zero, to be loaded.
    pub fn new(config: &CsfConfig, device: &Device) -> Self {
        let linear = |from: usize, to: usize| -> Linear {
            LinearConfig::new(from, to).with_initializer(Initializer::Zeros).init(device)
        };
        let (width, features) = (config.width(), config.features);
        Self {
            trunk: Trunk::new(config, device),
            tepfushon: TemporalFusion::new(width, config.after_temporal, device),
            fc2: linear(width, 2 * features),
            fc3: linear(2 * features, features),
            categorical_embeds: EmbeddingConfig::new(rows(&config.categories), width)
                .with_initializer(Initializer::Zeros)
                .init(device),
            linear_proj: linear(width, features),
            fusion: CrossModalFusion::new(features, device),
            c1: linear(2 * features, features),
            c2: linear(features, 2),
            categories: config.categories,
            attending: config.attending,
        }
    }

    /// The clinical fields of a batch, as codes from 0 in the order of `FIELDS`.
    /// - errors: a code that the weights have no category for
    pub fn clinical(&self, codes: &[[usize; 6]]) -> Result<Clinical, UnknownCategory> {
        Clinical::new(&self.categories, codes)
    }

    /// The embedded fields, `[batch, 6, width]`.
    pub fn embed(&self, clinical: &Clinical) -> Tensor<3> {
        let device = self.categorical_embeds.weight.val().device();
        self.categorical_embeds.forward(clinical.tensor(&device))
    }

    /// The embedded fields, with the mean of its categories in place of what one field says.
    /// - `field`: 0 to 5, as in `FIELDS`; another one changes nothing
    pub fn embed_without(&self, clinical: &Clinical, field: usize) -> Tensor<3> {
        let embedded = self.embed(clinical);
        let ([patients, _, width], firsts) = (embedded.dims(), offsets(&self.categories));
        let (Some(&first), Some(&count)) = (firsts.get(field), self.categories.get(field)) else {
            return embedded;
        };
        let known = self.categorical_embeds.weight.val().narrow(0, first, count);
        let mean = known.mean_dim(0).unsqueeze::<3>().expand([patients, 1, width]);
        embedded.slice_assign([0..patients, field..field + 1, 0..width], mean)
    }

    /// The layers that are offered of one date's region, from the input on.
    pub fn layers(&self) -> Vec<String> {
        self.trunk.layers()
    }

    /// One date's region to its features.
    /// - `region`: `[batch, slice, row, column]`
    /// - returns: `[batch, channel, d, h, w]`
    pub fn encode(&self, region: Tensor<4>, taps: &mut Taps) -> Tensor<5> {
        self.trunk.forward_tapped(region, taps)
    }

    /// Both dates' features and the embedded fields to logits `[batch, 2]`, benign first.
    ///
    /// Offers `tepfushon` (the dates joined), `fc3` (the picture's features), and what
    /// [`CrossModalFusion::forward_tapped`] does, under `fusion`.
    /// - `features`: earlier, later
    /// - `embedded`: of [`CsfNet::embed`]
    pub fn join(&self, features: [Tensor<5>; 2], embedded: Tensor<3>, taps: &mut Taps) -> Tensor<2> {
        self.run(features, embedded, taps, false)
    }

    /// One date's features from the output of [`Trunk::EXPLAINED`] on.
    pub fn rest_of_trunk(&self, x: Tensor<5>) -> Tensor<5> {
        self.trunk.after(Trunk::AFTER_EXPLAINED, x, &mut Taps::off())
    }

    /// [`CsfNet::join`] from the output of [`Trunk::EXPLAINED`] on both dates.
    pub fn after_explained(&self, features: [Tensor<5>; 2], embedded: Tensor<3>) -> Tensor<2> {
        self.join(features.map(|x| self.rest_of_trunk(x)), embedded, &mut Taps::off())
    }

    /// Regions of the earlier and the later date and the clinical fields to logits `[batch, 2]`, benign
    /// first. Each date's tensors are offered under its name in [`CsfNet::DATES`]: the gates and layers
    /// of [`Trunk`].
    /// - `regions`: `[batch, slice, row, column]` each
    pub fn forward_tapped(&self, regions: [Tensor<4>; 2], clinical: &Clinical, taps: &mut Taps) -> Tensor<2> {
        let features = self.both(regions, taps);
        self.join(features, self.embed(clinical), taps)
    }

    /// [`CsfNet::forward_tapped`] without taps.
    pub fn forward(&self, regions: [Tensor<4>; 2], clinical: &Clinical) -> Tensor<2> {
        self.forward_tapped(regions, clinical, &mut Taps::off())
    }

    /// [`CsfNet::forward_tapped`] with dropout, on an autodiff device: the forward pass of learning.
    pub fn forward_learning(
        &self,
        regions: [Tensor<4>; 2],
        clinical: &Clinical,
        taps: &mut Taps,
    ) -> Tensor<2> {
        let features = self.both(regions, taps);
        self.run(features, self.embed(clinical), taps, true)
    }

    /// The same function with every batch norm inside its convolution: for inference alone, and after
    /// loading, because the folded norms have no keys any more.
    pub fn fold(self) -> Self {
        Self { trunk: self.trunk.fold(), ..self }
    }

    fn both(&self, [earlier, later]: [Tensor<4>; 2], taps: &mut Taps) -> [Tensor<5>; 2] {
        let [t0, t1] = Self::DATES;
        [taps.within(t0, |taps| self.encode(earlier, taps)), taps.within(t1, |taps| self.encode(later, taps))]
    }

    fn run(
        &self,
        [earlier, later]: [Tensor<5>; 2],
        embedded: Tensor<3>,
        taps: &mut Taps,
        learning: bool,
    ) -> Tensor<2> {
        let joined = self.tepfushon.forward(earlier, later, taps);
        taps.offer("tepfushon", &joined);
        // [batch, channel, cell]
        let cells = taps.seam(joined.flatten::<3>(2, 4));
        let pooled = cells.clone().mean_dim(2).squeeze_dim::<2>(2);
        let image = self.fc3.forward(taps.relu(self.fc2.forward(pooled)));
        taps.offer("fc3", &image);
        let fields = taps.seam(self.linear_proj.forward(embedded));
        let told = fields.clone().mean_dim(1).squeeze_dim::<2>(1);
        let keys = match self.attending {
            Attending::Patient => Keys::Own,
            Attending::Batch => Keys::Batch,
            Attending::Tokens => {
                let cells = self.fc3.forward(taps.relu(self.fc2.forward(cells.swap_dims(1, 2))));
                Keys::Tokens(cells, fields)
            }
        };
        let both =
            taps.within("fusion", |taps| self.fusion.forward_tapped(image, told, keys, taps, learning));
        taps.offer("fusion", &both);
        self.c2.forward(taps.relu(self.c1.forward(both)))
    }
}
