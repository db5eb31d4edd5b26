//! The table's encoder: a layer whose every edge is a function of its own, of one input.

use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::tensor::activation::silu;
use burn::tensor::{Device, Tensor};

/// Degree of the splines.
const DEGREE: usize = 3;
/// Intervals of the grid between its ends; as many splines, and [`DEGREE`] more.
const INTERVALS: usize = 5;

/// Kolmogorov-Arnold layer: output j is the sum over inputs i of
/// `mask_ij (base_ij silu(x_i) + spline_ij sum over k of coef_ijk B_k(x_i))`, with cubic B-splines B
/// (MMCAF-Net, models/kan/KANLayer.py).
#[derive(Module, Debug)]
pub struct Kan {
    /// Knots of each input, rising: `[in, 12]`. Not learned.
    grid: Param<Tensor<2>>,
    /// `[in, out, 8]`
    coef: Param<Tensor<3>>,
    /// `[in, out]`: 0 where an edge is cut. Not learned.
    mask: Param<Tensor<2>>,
    /// `[in, out]`
    scale_base: Param<Tensor<2>>,
    /// `[in, out]`
    scale_sp: Param<Tensor<2>>,
}

impl Kan {
    /// All values zero, to be loaded.
    pub fn new(from: usize, to: usize, device: &Device) -> Self {
        let zeros = |shape| Initializer::Zeros.init(shape, device);
        let splines = INTERVALS + DEGREE;
        Self {
            grid: zeros([from, splines + DEGREE + 1]),
            coef: Initializer::Zeros.init([from, to, splines], device),
            mask: zeros([from, to]),
            scale_base: zeros([from, to]),
            scale_sp: zeros([from, to]),
        }
    }

    /// `[batch, in]` to `[batch, out]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.edges(x).sum_dim(1).squeeze_dim::<2>(1)
    }

    /// What each input adds to each output: the terms whose sum over the inputs is the layer's output.
    /// - `x`: `[batch, in]`
    /// - returns: `[batch, in, out]`
    pub fn edges(&self, x: Tensor<2>) -> Tensor<3> {
        // [batch, in, 1, spline] * [1, in, out, spline]
        let splines = self.splines(x.clone()).unsqueeze_dim::<4>(2) * self.coef.val().unsqueeze::<4>();
        let splines = splines.sum_dim(3).squeeze_dim::<3>(3);
        let base = silu(x).unsqueeze_dim::<3>(2) * self.scale_base.val().unsqueeze::<3>();
        let both = base + splines * self.scale_sp.val().unsqueeze::<3>();
        both * self.mask.val().detach().unsqueeze::<3>()
    }

    /// Every B-spline at every input, by the recursion of Cox and de Boor: `[batch, in, 8]`. Intervals
    /// hold their lower end; outside the grid everything is 0.
    fn splines(&self, x: Tensor<2>) -> Tensor<3> {
        let grid = self.grid.val().detach().unsqueeze::<3>();
        let knots = grid.dims()[2];
        let x = x.unsqueeze_dim::<3>(2);
        let at = |first: usize, count: usize| grid.clone().narrow(2, first, count);
        let intervals = knots - 1;
        let (low, high) = (at(0, intervals), at(1, intervals));
        let shape = [x.dims()[0], x.dims()[1], intervals];
        let wide = x.clone().expand(shape);
        let mut splines =
            wide.clone().greater_equal(low.expand(shape)).bool_and(wide.lower(high.expand(shape))).float();
        // Knots that coincide enclose nothing: their splines are 0 and must not be divided by 0.
        let length = |from: Tensor<3>, to: Tensor<3>| {
            let length = to - from;
            length.clone() + length.equal_elem(0.0).float()
        };
        for degree in 1..=DEGREE {
            let count = intervals - degree;
            let rising = (x.clone() - at(0, count)) / length(at(0, count), at(degree, count));
            let falling = (at(degree + 1, count) - x.clone()) / length(at(1, count), at(degree + 1, count));
            splines = rising * splines.clone().narrow(2, 0, count) + falling * splines.narrow(2, 1, count);
        }
        splines
    }
}
