//! The encoder: a vision transformer whose patches are whole slices.

use burn::module::{Module, Param, ParamId, list_param_ids};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Initializer, LayerNorm};
use burn::tensor::{Device, Tensor};

use super::config::{GRID, MaemcConfig, PATCH, SLICES};
use super::mask::Mask;
use super::positions::constant;
use crate::networks::layers::{VitBlock, vit_norm};
use crate::networks::taps::Taps;

/// A montage as its slices.
/// - `montage`: `[batch, channel, 250, 250]`
/// - returns: `[batch, 25, channel, 50, 50]`
pub fn slices_of(montage: Tensor<4>) -> Tensor<5> {
    let [batch, channels, ..] = montage.dims();
    let tiles = montage.reshape([batch, channels, GRID, PATCH, GRID, PATCH]);
    tiles.permute([0, 2, 4, 1, 3, 5]).reshape([batch, SLICES, channels, PATCH, PATCH])
}

/// Slices as a montage: [`slices_of`] backwards.
pub fn montage_of(slices: Tensor<5>) -> Tensor<4> {
    let [batch, _, channels, ..] = slices.dims();
    let tiles = slices.reshape([batch, GRID, GRID, channels, PATCH, PATCH]);
    tiles.permute([0, 3, 1, 4, 2, 5]).reshape([batch, channels, GRID * PATCH, GRID * PATCH])
}

/// One token of a slice.
#[derive(Module, Debug)]
pub struct PatchEmbed {
    /// A convolution in the published code; a patch is as large as its kernel, so it is a product here.
    proj: Conv2d,
}

impl PatchEmbed {
    fn forward(&self, slices: Tensor<5>) -> Tensor<3> {
        let weight = self.proj.weight.val().flatten::<2>(1, 3).transpose();
        let y = slices.flatten::<3>(2, 4).matmul(weight.unsqueeze::<3>());
        match &self.proj.bias {
            Some(bias) => y + bias.val().unsqueeze::<3>(),
            None => y,
        }
    }
}

/// The encoder, and the momentum encoder (paper, section on the network; mae, models_mae.py).
#[derive(Module, Debug)]
pub struct Encoder {
    cls_token: Param<Tensor<3>>,
    patch_embed: PatchEmbed,
    blocks: Vec<VitBlock>,
    norm: LayerNorm,
    /// `[1, 26, width]`
    positions: Tensor<3>,
}

impl Encoder {
    /// All values zero, to be loaded; positions in place.
    pub fn new(config: &MaemcConfig, device: &Device) -> Self {
        let stack = config.encoder;
        let proj = Conv2dConfig::new([config.channels, stack.width], [PATCH; 2]).with_stride([PATCH; 2]);
        Self {
            cls_token: Initializer::Zeros.init([1, 1, stack.width], device),
            patch_embed: PatchEmbed { proj: proj.with_initializer(Initializer::Zeros).init(device) },
            blocks: (0..stack.blocks).map(|_| VitBlock::new(stack.block(), device)).collect(),
            norm: vit_norm(stack.width, device),
            positions: constant(config.positions, stack.width, device),
        }
    }

    /// Parameters by depth, for learning rates that differ: the slices' tokens, then block by block, then the
    /// norm behind the last.
    pub fn by_depth(&self) -> Vec<Vec<ParamId>> {
        let mut first = vec![self.cls_token.id];
        first.extend(list_param_ids(&self.patch_embed));
        let blocks = self.blocks.iter().map(list_param_ids);
        [first].into_iter().chain(blocks).chain([list_param_ids(&self.norm)]).collect()
    }

    /// The layers that are offered of a montage, from the input on; each token but the class token is one slice.
    pub fn layers(&self) -> Vec<String> {
        let blocks = (0..self.blocks.len()).map(|n| format!("blocks.{n}"));
        ["patch_embed".to_owned()].into_iter().chain(blocks).collect()
    }

    /// The names under which the blocks offer their attention, first to last: `[batch, head, 26, 26]`,
    /// query by key, the class token first. Each other token is one slice, so that what the class token
    /// attends to is the share of each slice.
    pub fn attention_taps(&self) -> Vec<String> {
        (0..self.blocks.len()).map(|n| format!("blocks.{n}.attn.weights")).collect()
    }

    /// The name under which the last block probes what it reads: `[batch, 26, width]`, the class token first.
    pub fn last_read(&self) -> String {
        format!("blocks.{}.norm1", self.blocks.len().saturating_sub(1))
    }

    /// Tokens as the last block leaves them, before the norm.
    ///
    /// Offers `patch_embed` (the slices' tokens, positions added), `blocks.N`, and what
    /// [`VitBlock::forward_tapped`] does, under `blocks.N`.
    /// - `montage`: `[batch, channel, 250, 250]`
    /// - `mask`: which slices are seen; `None`: all
    /// - returns: `[batch, 1 + seen, width]`, the class token first
    pub fn tokens(&self, montage: Tensor<4>, mask: Option<&Mask>, taps: &mut Taps) -> Tensor<3> {
        let [_, _, width] = self.positions.dims();
        let x = self.patch_embed.forward(slices_of(montage));
        let x = x + self.positions.clone().narrow(1, 1, SLICES);
        taps.offer("patch_embed", &x);
        let x = match mask {
            Some(mask) => mask.seen(x),
            None => x,
        };
        let class = self.cls_token.val() + self.positions.clone().narrow(1, 0, 1);
        let class = class.expand([x.dims()[0], 1, width]);
        let x = Tensor::cat(vec![class, x], 1);
        self.blocks.iter().enumerate().fold(x, |x, (n, block)| {
            let name = format!("blocks.{n}");
            let y = taps.within(&name, |taps| block.forward_tapped(x, taps));
            taps.offer(&name, &y);
            y
        })
    }

    /// The norm behind the last block.
    pub fn normalised(&self, tokens: Tensor<3>) -> Tensor<3> {
        self.norm.forward(tokens)
    }

    /// [`Encoder::tokens`], normalised; offers `norm`.
    pub fn forward_tapped(&self, montage: Tensor<4>, mask: Option<&Mask>, taps: &mut Taps) -> Tensor<3> {
        let x = self.normalised(self.tokens(montage, mask, taps));
        taps.offer("norm", &x);
        x
    }
}
