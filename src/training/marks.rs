//! A third head while an encoder learns: it marks the cells of the picture that are the nodule's.
//!
//! One label a picture does not say what the picture is of. Who must also outline the nodule learns
//! to look at it, and not at the vessels beside it. The head is left behind afterwards.

use burn::module::Module;
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::networks::{Tapped, Taps};

/// Marks logits from the features of the first three layers of a 3-D ResNet: a sum of what each cell
/// of each layer says, on the grid of the first.
#[derive(Module, Debug)]
pub struct MarksHead {
    layers: Vec<Linear>,
}

/// Which part of each voxel of the pictures of one step is the nodule's.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// 0 to 1, `[picture][slice][column][row]`.
    pub shares: Vec<f32>,
    /// Whether a picture's nodule has a mask; 0 or 1 for each.
    pub known: Vec<f32>,
}

impl MarksHead {
    /// What it reads, by the names that the encoder gives them.
    pub const TAPS: [&'static str; 3] = ["layer1", "layer2", "layer3"];

    /// - `width`: channels of the first layer
    pub fn new(width: usize, device: &Device) -> Self {
        let linear = |n: usize| {
            // One bias is enough for a sum.
            let config = LinearConfig::new(width << n, 1).with_bias(n == 0);
            config.with_initializer(Initializer::Zeros).init(device)
        };
        Self { layers: (0..3).map(linear).collect() }
    }

    /// Mean cross-entropy of a cell over the pictures that have a mask, in nats.
    /// - `taps`: kept [`MarksHead::TAPS`] of the forward pass
    /// - `size`: columns, rows, slices of the pictures
    /// - returns: `None` for an encoder without these layers
    pub fn loss(&self, taps: &mut Taps, marks: &Marks, size: [usize; 3]) -> Option<Tensor<1>> {
        let mut sum: Option<Tensor<4>> = None;
        for (head, name) in self.layers.iter().zip(Self::TAPS) {
            let Some(Tapped::D5(features)) = taps.take(name) else { return None };
            let [n, channels, d, h, w] = features.dims();
            // Channels are far apart in memory: a product from the left reads each of them in one run.
            let weight = head.weight.val().swap_dims(0, 1).unsqueeze::<3>().expand([n, 1, channels]);
            let said = weight.matmul(features.reshape([n, channels, d * h * w])).reshape([n, d, h, w]);
            sum = Some(match sum {
                None => match &head.bias {
                    Some(bias) => said + bias.val().reshape([1, 1, 1, 1]),
                    None => said,
                },
                Some(sum) => {
                    let grid = sum.dims();
                    sum + spread(said, [grid[1], grid[2], grid[3]])
                }
            });
        }
        let said = sum?;
        let [n, d, h, w] = said.dims();
        let device = said.device();
        let target = TensorData::new(pooled(&marks.shares, n, size, [d, h, w]), [n, d, h, w]);
        let target = Tensor::<4>::from_data(target, &device);
        let known = Tensor::<4>::from_data(TensorData::new(marks.known.clone(), [n, 1, 1, 1]), &device);
        let outside = target.clone().neg() + 1.0;
        let loss = target * log_sigmoid(said.clone()) + outside * log_sigmoid(said.neg());
        Some((loss * known).mean().neg())
    }
}

/// The same values on a finer grid, each cell as the coarse one that it lies in.
fn spread(x: Tensor<4>, to: [usize; 3]) -> Tensor<4> {
    let device = x.device();
    (0..3).fold(x, |x, axis| {
        let (from, to) = (x.dims()[axis + 1], to[axis]);
        let index: Vec<i32> = (0..to).map(|n| (n * from / to) as i32).collect();
        x.select(axis + 1, Tensor::<1, Int>::from_data(TensorData::new(index, [to]), &device))
    })
}

/// Mean of the voxels of each cell.
/// - `shares`: `[picture][slice][column][row]`
/// - `size`: columns, rows, slices
/// - `grid`: cells along slices, columns, rows; none more than voxels
fn pooled(shares: &[f32], pictures: usize, size: [usize; 3], grid: [usize; 3]) -> Vec<f32> {
    let [columns, rows, slices] = size;
    let [d, h, w] = grid;
    let mut sums = vec![0.0; pictures * d * h * w];
    let mut counts = vec![0u32; d * h * w];
    for (at, &share) in shares.iter().enumerate() {
        let (k, i, j) = (at / (rows * columns) % slices, at / rows % columns, at % rows);
        let cell = ((k * d / slices) * h + i * h / columns) * w + j * w / rows;
        let picture = at / (rows * columns * slices);
        sums[picture * counts.len() + cell] += share;
        if picture == 0 {
            counts[cell] += 1;
        }
    }
    let cells = counts.len();
    for (at, sum) in sums.iter_mut().enumerate() {
        *sum /= counts[at % cells].max(1) as f32;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Tolerance;

    #[test]
    fn a_cell_is_marked_by_the_share_of_its_voxels() {
        // Two pictures of 4 columns, 2 rows, 2 slices; cells of two columns.
        let mut shares = vec![0.0; 32];
        shares[..4].fill(1.0);
        shares[16 + 8 + 4] = 0.5;
        assert_eq!(pooled(&shares, 2, [4, 2, 2], [2, 2, 1]), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.125]);
    }

    #[test]
    fn a_finer_grid_repeats_the_cells_of_the_coarse_one() {
        let device = Device::flex();
        let x = Tensor::<4>::from_data(TensorData::new(vec![1.0f32, 2.0], [1, 1, 1, 2]), &device);
        let wide = spread(x, [1, 2, 4]).into_data();
        let expected = TensorData::new(vec![1.0f32, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0], [1, 1, 2, 4]);
        wide.assert_approx_eq::<f32>(&expected, Tolerance::default());
    }
}
