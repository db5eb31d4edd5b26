//! Where the lesion is, told by each cell of the trunk's levels while it learns. Ours: nothing published does.
//!
//! A lesion fills a few of a window's hundreds of thousands of samples. The label alone, one bit a case, teaches the
//! trunk to see it only after many more cases than these.

use burn::nn::Linear;
use burn::tensor::activation::{log_sigmoid, softmax};
use burn::tensor::{Device, Tensor, TensorData};

use super::input::Mark;

/// Samples between cells of the finest level, along slices, rows and columns; each further level has twice as many.
const STEP: [f32; 3] = [2.0, 4.0, 4.0];
/// What a lesion is taken for whose size the manifest does not say.
const DIAMETER_MM: f32 = 20.0;

/// A lesion in a window.
pub(super) struct Lesion {
    /// Its middle.
    pub(super) mark: Mark,
    /// Its size.
    pub(super) diameter_mm: Option<f64>,
}

impl Lesion {
    /// Whether a cell lies in it: its middle, or where that is nearest to the lesion's.
    /// - `cell`, `step`: the cell's place and how far cells lie apart, in samples
    fn holds(&self, cell: [f32; 3], step: [f32; 3]) -> bool {
        let radius = self.diameter_mm.map_or(DIAMETER_MM, |mm| mm as f32) / 2.0;
        let away: [f32; 3] = std::array::from_fn(|axis| cell[axis] - self.mark.at[axis]);
        let mm2: f32 = (0..3).map(|axis| (away[axis] * self.mark.spacing_mm[axis]).powi(2)).sum();
        mm2 <= radius * radius || (0..3).all(|axis| away[axis].abs() <= step[axis] / 2.0)
    }
}

/// What a head tells of every cell of a level.
pub(super) struct Told {
    /// `[case, cell, channel]`
    cells: Tensor<3>,
    /// That the lesion lies there, `[case, cell, 1]`.
    logits: Tensor<3>,
    /// Slices, rows and columns of cells.
    shape: [usize; 3],
}

/// - `levels`: `[case, channel, slice, row, column]`, fine to coarse, each with its head
pub(super) fn told(heads: &[Linear], levels: Vec<Tensor<5>>) -> Vec<Told> {
    let of_level = |(level, head): (Tensor<5>, &Linear)| {
        let [_, _, slices, rows, columns] = level.dims();
        let cells = level.flatten::<3>(2, 4).swap_dims(1, 2);
        Told { logits: head.forward(cells.clone()), cells, shape: [slices, rows, columns] }
    };
    levels.into_iter().zip(heads).map(of_level).collect()
}

/// The features of every level where the lesion is told to lie: the mean over cells, each weighed by what its head
/// says.
/// - returns: `[case, channels of all levels]`
pub(super) fn there(levels: &[Told]) -> Tensor<2> {
    let of_level = |told: &Told| {
        let shares = softmax(told.logits.clone(), 1);
        (told.cells.clone() * shares).sum_dim(1).squeeze_dim::<2>(1)
    };
    Tensor::cat(levels.iter().map(of_level).collect(), 1)
}

/// What the heads miss of lesions, mean over levels.
pub(super) fn missed(levels: &[Told], lesions: &[Lesion], device: &Device) -> Tensor<1> {
    let count = levels.len().max(1) as f64;
    let of_level = |(n, told): (usize, &Told)| {
        let logits = told.logits.clone();
        error([log_sigmoid(logits.clone()), log_sigmoid(logits.neg())], (n, told.shape), lesions, device)
    };
    let all = levels.iter().enumerate().map(of_level).reduce(|a, b| a + b);
    all.unwrap_or_else(|| Tensor::zeros([1], device)) / count
}

/// What gates miss of lesions, mean over levels: open there, shut elsewhere.
/// - `gates`: `[case, 1, slice, row, column]`, 0 to 1, fine to coarse
pub(super) fn shut(gates: Vec<Tensor<5>>, lesions: &[Lesion], device: &Device) -> Tensor<1> {
    let count = gates.len().max(1) as f64;
    let of_level = |(n, gate): (usize, Tensor<5>)| {
        let [_, _, slices, rows, columns] = gate.dims();
        let gate = gate.flatten::<3>(2, 4).swap_dims(1, 2).clamp(1e-6, 1.0 - 1e-6);
        let logs = [gate.clone().log(), (gate.neg() + 1.0).log()];
        error(logs, (n, [slices, rows, columns]), lesions, device)
    };
    let all = gates.into_iter().enumerate().map(of_level).reduce(|a, b| a + b);
    all.unwrap_or_else(|| Tensor::zeros([1], device)) / count
}

/// Cross-entropy; cells within and without count the same, hundreds of which stand against each one.
/// - `logs`: of the probabilities that a lesion lies in a cell and that none does, `[case, cell, 1]`
/// - `level`: number of the level, and slices, rows and columns of its cells
fn error(
    [holds, holds_not]: [Tensor<3>; 2],
    (level, [slices, rows, columns]): (usize, [usize; 3]),
    lesions: &[Lesion],
    device: &Device,
) -> Tensor<1> {
    let step = STEP.map(|samples| samples * (1 << level) as f32);
    let cells = slices * rows * columns;
    let mut inside = Vec::with_capacity(lesions.len() * cells);
    for lesion in lesions {
        inside.extend((0..cells).map(|cell| {
            let at = [cell / (rows * columns), cell / columns % rows, cell % columns];
            let at = std::array::from_fn(|axis| at[axis] as f32 * step[axis]);
            f32::from(u8::from(lesion.holds(at, step)))
        }));
    }
    let inside = Tensor::<3>::from_data(TensorData::new(inside, [lesions.len(), cells, 1]), device);
    let outside = inside.clone().neg() + 1.0;
    let mean =
        |log: Tensor<3>, weight: Tensor<3>| (log.neg() * weight.clone()).sum() / weight.sum().clamp_min(1.0);
    (mean(holds, inside) + mean(holds_not, outside)) * 0.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::LinearConfig;

    #[test]
    fn a_lesion_lies_in_the_cells_of_its_size_and_in_one_at_least() {
        let mark = Mark { at: [6.0, 50.0, 70.0], spacing_mm: [3.0, 1.8, 1.8] };
        let lesion = Lesion { mark, diameter_mm: Some(30.0) };
        let step = [2.0, 4.0, 4.0];
        assert!(lesion.holds([6.0, 50.0, 78.0], step), "14.4 mm away");
        assert!(!lesion.holds([6.0, 50.0, 79.0], step), "16.2 mm away");
        assert!(lesion.holds([10.0, 50.0, 70.0], step) && !lesion.holds([12.0, 50.0, 70.0], step));
        let small = Lesion { mark, diameter_mm: Some(4.0) };
        assert!(small.holds([6.0, 48.0, 72.0], step) && !small.holds([6.0, 48.0, 76.0], step));
    }

    #[test]
    fn heads_that_know_nothing_miss_a_bit_and_those_that_see_it_less() {
        let device = Device::flex();
        // One channel that is the lesion: 3 slices of 6 x 6 cells, the lesion in the cell (1, 2, 3).
        let mut values = vec![-1.0f32; 108];
        values[36 + 12 + 3] = 1.0;
        let level = Tensor::<5>::from_data(TensorData::new(values, [1, 1, 3, 6, 6]), &device);
        let mark = Mark { at: [2.0, 8.0, 12.0], spacing_mm: [3.0, 2.0, 2.0] };
        let lesions = [Lesion { mark, diameter_mm: Some(2.0) }];
        let mut head = LinearConfig::new(1, 1).init(&device);
        let mut told = |weight: f32| -> f32 {
            head.weight = burn::module::Param::from_tensor(Tensor::from_data([[weight]], &device));
            head.bias = None;
            missed(&super::told(&[head.clone()], vec![level.clone()]), &lesions, &device).into_scalar()
        };
        assert!((told(0.0) - std::f32::consts::LN_2).abs() < 1e-6);
        assert!(told(4.0) < 0.02 && told(-4.0) > 3.9);
        // A gate that is open there alone, and one that is half open everywhere.
        let gate = (level.clone() * 20.0 + 0.5).clamp(0.0, 1.0);
        let closed: f32 = shut(vec![gate.clone()], &lesions, &device).into_scalar();
        let half: f32 = shut(vec![gate * 0.0 + 0.5], &lesions, &device).into_scalar();
        assert!(closed < 1e-4 && (half - std::f32::consts::LN_2).abs() < 1e-5, "{closed} {half}");
        // What is read where the lesion is told to lie is the lesion's own feature.
        head.weight = burn::module::Param::from_tensor(Tensor::from_data([[20.0]], &device));
        let read: f32 = there(&super::told(&[head], vec![level])).into_scalar();
        assert!((read - 1.0).abs() < 1e-3, "{read}");
    }
}
