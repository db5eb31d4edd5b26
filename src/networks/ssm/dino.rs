//! The DINOv2 vision transformer: an image to a class token and a token for each patch.

use std::ops::Range;

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Initializer, LayerNorm};
use burn::tensor::{Device, Tensor};

use super::config::{DinoConfig, PATCH, TABLE};
use super::positions::{Resize, resized};
use crate::networks::layers::{VitBlock, vit_norm};
use crate::networks::taps::Taps;

/// What comes out, after the last norm.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// `[batch, dim]`: what is known of the whole image.
    pub class: Tensor<2>,
    /// `[batch, patch, dim]`, row by row.
    pub patches: Tensor<3>,
    /// Rows and columns of patches.
    pub grid: [usize; 2],
}

impl Tokens {
    /// How like each patch is to the whole image: the cosine of the angle between their tokens.
    /// - returns: `[batch, row, column]`, -1 to 1
    pub fn similarity(&self) -> Tensor<3> {
        let ([batch, _, dim], [rows, columns]) = (self.patches.dims(), self.grid);
        let class = self.class.clone().reshape([batch, 1, dim]);
        let length = |t: Tensor<3>| (t.clone() * t).sum_dim(2).sqrt();
        let lengths = length(self.patches.clone()) * length(class.clone());
        let product = (self.patches.clone() * class).sum_dim(2);
        (product / lengths.clamp_min(1e-8)).reshape([batch, rows, columns])
    }
}

/// The patches' projection, under its published name.
#[derive(Module, Debug)]
pub struct PatchEmbed {
    proj: Conv2d,
}

/// DINOv2 (Oquab et al., arXiv 2304.07193; dinov2, models/vision_transformer.py).
#[derive(Module, Debug)]
pub struct Dino {
    cls_token: Param<Tensor<3>>,
    pos_embed: Param<Tensor<3>>,
    register_tokens: Option<Param<Tensor<3>>>,
    patch_embed: PatchEmbed,
    blocks: Vec<VitBlock>,
    norm: LayerNorm,
}

impl Dino {
    /// All values zero, to be loaded.
    pub fn new(config: &DinoConfig, device: &Device) -> Self {
        let DinoConfig { dim, depth, registers, .. } = *config;
        let tokens = |count: usize| Initializer::Zeros.init([1, count, dim], device);
        let proj = Conv2dConfig::new([3, dim], [PATCH; 2])
            .with_stride([PATCH; 2])
            .with_initializer(Initializer::Zeros)
            .init(device);
        Self {
            cls_token: tokens(1),
            pos_embed: tokens(1 + TABLE * TABLE),
            register_tokens: (registers > 0).then(|| tokens(registers)),
            patch_embed: PatchEmbed { proj },
            blocks: (0..depth).map(|_| VitBlock::new(config.block(), device)).collect(),
            norm: vit_norm(dim, device),
        }
    }

    /// The tap that keeps what the class token of the last block attends to (`[batch, head, token]`);
    /// [`Dino::of_patches`] makes pictures of it.
    pub fn last_attention(&self) -> String {
        format!("blocks.{}.attn.class", self.blocks.len().saturating_sub(1))
    }

    /// The names under which the blocks offer their attention, mean over heads, first to last: `[batch, query, key]`.
    pub fn mean_attention(&self) -> Vec<String> {
        self.each_block("attn.mean")
    }

    /// The names under which the blocks probe their attention, first to last: `[batch, head, query, key]`.
    pub fn attention(&self) -> Vec<String> {
        self.each_block("attn.weights")
    }

    /// The name under which the last block probes what it reads: `[batch, token, dim]`.
    pub fn last_read(&self) -> String {
        format!("blocks.{}.norm1", self.blocks.len().saturating_sub(1))
    }

    fn each_block(&self, name: &str) -> Vec<String> {
        (0..self.blocks.len()).map(|n| format!("blocks.{n}.{name}")).collect()
    }

    /// How many tokens a grid of so many rows and columns of patches has, with those that are no patches.
    pub fn tokens_of(&self, [rows, columns]: [usize; 2]) -> usize {
        let registers = self.register_tokens.as_ref().map_or(0, |tokens| tokens.dims()[1]);
        1 + registers + rows * columns
    }

    /// Without the tokens that are no patches.
    /// - `attention`: `[batch, head, token]`
    /// - `grid`: rows and columns of patches, as in [`Tokens`]
    /// - returns: `[batch, head, row, column]`; what is missing to a sum of 1 goes to the class token
    ///   and the registers
    pub fn of_patches(attention: Tensor<3>, grid: [usize; 2]) -> Tensor<4> {
        let ([batch, heads, tokens], patches) = (attention.dims(), grid[0] * grid[1]);
        attention.narrow(2, tokens - patches, patches).reshape([batch, heads, grid[0], grid[1]])
    }

    /// Offers `pos_embed` (the resized positions), `blocks.N` (its output, `[batch, token, dim]`) and
    /// of each block what it offers itself.
    /// - `image`: `[batch, 3, row, column]`, multiples of [`PATCH`], each channel less ImageNet's mean
    ///   and divided by its deviation
    pub fn forward_tapped(&self, image: Tensor<4>, taps: &mut Taps) -> Tokens {
        let [_, _, height, width] = image.dims();
        let grid = [height / PATCH, width / PATCH];
        let positions = self.positions(grid);
        taps.offer("pos_embed", &positions);
        self.tokens(image, positions, taps)
    }

    /// Pieces of larger images, each patch at its place in the whole: what the network makes of an image of which
    /// the other patches are left out.
    /// - `image`: as in [`Dino::forward_tapped`], all pieces of one size
    /// - `whole`: rows and columns of patches of the images
    /// - `corners`: of each piece, the row and column of its first patch; a piece lies inside its image
    /// - `taps`: as in [`Dino::forward_tapped`], without `pos_embed`
    pub fn forward_pieces(
        &self,
        image: Tensor<4>,
        whole: [usize; 2],
        corners: &[[usize; 2]],
        taps: &mut Taps,
    ) -> Tokens {
        let ([_, _, height, width], positions) = (image.dims(), self.positions(whole));
        let [rows, columns] = [height / PATCH, width / PATCH];
        let [_, tokens, dim] = positions.dims();
        let grid = positions.clone().narrow(1, 1, tokens - 1).reshape([whole[0], whole[1], dim]);
        let of_piece = |[row, column]: &[usize; 2]| {
            let piece = grid.clone().narrow(0, *row, rows).narrow(1, *column, columns);
            Tensor::cat(vec![positions.clone().narrow(1, 0, 1), piece.reshape([1, rows * columns, dim])], 1)
        };
        let positions = Tensor::cat(corners.iter().map(of_piece).collect(), 0);
        self.tokens(image, positions, taps)
    }

    /// The layers that are offered of an image, from the input on: `[batch, token, dim]`, the patches last.
    pub fn layers(&self) -> Vec<String> {
        (0..self.blocks.len()).map(|n| format!("blocks.{n}")).collect()
    }

    /// The image up to the last block, for [`Dino::last`].
    /// - `image`: as in [`Dino::forward_tapped`]
    /// - returns: `[batch, token, dim]`
    pub fn before_last(&self, image: Tensor<4>) -> Tensor<3> {
        let [_, _, height, width] = image.dims();
        let x = self.embedded(image, self.positions([height / PATCH, width / PATCH]));
        self.through(0..self.blocks.len().saturating_sub(1), x, &mut Taps::off())
    }

    /// The last block: what is left of the way is short enough to be gone back with a published transformer, too.
    /// - `x`: of [`Dino::before_last`]
    /// - `grid`: rows and columns of patches
    /// - `taps`: as in [`Dino::forward_tapped`], of the last block alone
    pub fn last(&self, x: Tensor<3>, grid: [usize; 2], taps: &mut Taps) -> Tokens {
        let last = self.blocks.len().saturating_sub(1)..self.blocks.len();
        self.normalised(self.through(last, x, taps), grid)
    }

    /// `[1, 1 + rows x columns, dim]`
    fn positions(&self, grid: [usize; 2]) -> Tensor<3> {
        let resize = if self.register_tokens.is_some() { Resize::Antialias } else { Resize::Offset };
        resized(self.pos_embed.val(), grid, resize)
    }

    /// - `positions`: `[1 or batch, 1 + patch, dim]`
    fn tokens(&self, image: Tensor<4>, positions: Tensor<3>, taps: &mut Taps) -> Tokens {
        let [_, _, height, width] = image.dims();
        let x = self.embedded(image, positions);
        let x = self.through(0..self.blocks.len(), x, taps);
        self.normalised(x, [height / PATCH, width / PATCH])
    }

    /// Class token, registers and patches as the first block reads them.
    fn embedded(&self, image: Tensor<4>, positions: Tensor<3>) -> Tensor<3> {
        let x = self.patch_embed.proj.forward(image);
        let [batch, dim, rows, columns] = x.dims();
        let x = x.reshape([batch, dim, rows * columns]).swap_dims(1, 2);
        let each = |token: Tensor<3>| token.repeat_dim(0, batch);
        let x = Tensor::cat(vec![each(self.cls_token.val()), x], 1) + positions;
        let Some(registers) = &self.register_tokens else { return x };
        let rest = x.clone().narrow(1, 1, rows * columns);
        Tensor::cat(vec![x.narrow(1, 0, 1), each(registers.val()), rest], 1)
    }

    fn through(&self, blocks: Range<usize>, x: Tensor<3>, taps: &mut Taps) -> Tensor<3> {
        let some = self.blocks.iter().enumerate().take(blocks.end).skip(blocks.start);
        some.fold(x, |x, (n, block)| {
            let name = format!("blocks.{n}");
            let x = taps.within(&name, |taps| block.forward_tapped(x, taps));
            taps.offer(&name, &x);
            x
        })
    }

    fn normalised(&self, x: Tensor<3>, grid: [usize; 2]) -> Tokens {
        let x = self.norm.forward(x);
        let (tokens, patches) = (x.dims()[1], grid[0] * grid[1]);
        Tokens {
            class: x.clone().narrow(1, 0, 1).squeeze_dim::<2>(1),
            patches: x.narrow(1, tokens - patches, patches),
            grid,
        }
    }

    /// [`Dino::forward_tapped`] without taps.
    pub fn forward(&self, image: Tensor<4>) -> Tokens {
        self.forward_tapped(image, &mut Taps::off())
    }
}
