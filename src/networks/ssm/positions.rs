//! The position table, resized to the patches of an image.
//!
//! Along each axis the resizing is a constant matrix from the table's cells to the image's patches, so
//! that it is the same on every device, whatever a device makes of scale factors.

use burn::tensor::Tensor;

use super::config::TABLE;
use crate::networks::layers::AxisMap;

/// What DINOv2 adds to the wanted size before it divides by the table's, so that rounding never loses a
/// patch. It moves every sample, and is thus part of the network.
/// Source: dinov2, models/vision_transformer.py, interpolate_offset.
const OFFSET: f64 = 0.1;

/// How the table is resized. Source: dinov2, hub/backbones.py.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resize {
    /// Bicubic at the four nearest cells, with [`OFFSET`]: the transformers without registers.
    Offset,
    /// Bicubic with antialiasing, without an offset: those with registers.
    Antialias,
}

/// The table for an image of other patches than it was taught on; the same table where they are equal.
/// - `table`: `[1, 1 + TABLE², dim]`, the class token's position first, then row by row
/// - `patches`: rows, columns
/// - returns: `[1, 1 + rows x columns, dim]`
pub(super) fn resized(table: Tensor<3>, patches: [usize; 2], resize: Resize) -> Tensor<3> {
    if patches == [TABLE; 2] {
        return table;
    }
    let ([_, cells, dim], [rows, columns]) = (table.dims(), patches);
    let (class, grid) = (table.clone().narrow(1, 0, 1), table.narrow(1, 1, cells - 1));
    let along = |count: usize| {
        let weights: Vec<_> = (0..count).map(|at| weights(at, count, resize)).collect();
        AxisMap::new(TABLE, count, |at, cell| weights[at][cell])
    };
    let grid = along(rows).apply(grid.reshape([TABLE, TABLE, dim]), 0);
    let grid = along(columns).apply(grid, 1);
    Tensor::cat(vec![class, grid.reshape([1, rows * columns, dim])], 1)
}

/// What each cell of the table counts for patch `at` of `count`; they add up to 1.
fn weights(at: usize, count: usize, resize: Resize) -> [f64; TABLE] {
    let mut weights = [0.0; TABLE];
    match resize {
        Resize::Offset => {
            let step = TABLE as f64 / (count as f64 + OFFSET);
            let place = (at as f64 + 0.5) * step - 0.5;
            let first = place.floor() - 1.0;
            for tap in 0..4 {
                let cell = first + f64::from(tap);
                // Beyond the border the border is repeated.
                let inside = cell.clamp(0.0, (TABLE - 1) as f64) as usize;
                weights[inside] += cubic(place - cell, -0.75);
            }
        }
        Resize::Antialias => {
            let step = TABLE as f64 / count as f64;
            // Where the table is made smaller, the kernel grows with the step.
            let wide = step.max(1.0);
            let place = (at as f64 + 0.5) * step;
            for (cell, weight) in weights.iter_mut().enumerate() {
                *weight = cubic((cell as f64 + 0.5 - place) / wide, -0.5);
            }
            let sum: f64 = weights.iter().sum();
            weights.iter_mut().for_each(|weight| *weight /= sum);
        }
    }
    weights
}

/// The cubic convolution kernel.
/// Source: Keys, IEEE Trans. ASSP 29 (1981) 1153-1160. PyTorch takes `a` as -0.75, and -0.5 with
/// antialiasing.
fn cubic(x: f64, a: f64) -> f64 {
    match x.abs() {
        x if x <= 1.0 => ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0,
        x if x < 2.0 => (((x - 5.0) * x + 8.0) * x - 4.0) * a,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};

    #[test]
    fn weights_of_every_patch_add_up_to_one() {
        for resize in [Resize::Offset, Resize::Antialias] {
            for count in [1, 6, 18, 36, 37, 50] {
                for at in 0..count {
                    let sum: f64 = weights(at, count, resize).iter().sum();
                    assert!((sum - 1.0).abs() < 1e-12, "{resize:?} {count} {at}: {sum}");
                }
            }
        }
    }

    #[test]
    fn antialiased_resizing_equals_pytorchs() {
        // torch.nn.functional.interpolate(double, mode="bicubic", antialias=True), PyTorch 2.15.
        let table = |row: usize, column: usize| ((row * TABLE + column) * 7 % 17) as f64;
        let theirs = [
            ([8, 36], [7.333_973_323_027_455, 7.485_948_142_704_812, 7.256_451_980_584_317]),
            ([40, 36], [0.060_069_410_472_342_04, 12.588_883_978_801_162, 5.808_633_691_335_081]),
        ];
        for ([rows, columns], values) in theirs {
            for ([row, column], expected) in [[0, 0], [3, 5], [7, 35]].into_iter().zip(values) {
                let down = weights(row, rows, Resize::Antialias);
                let across = weights(column, columns, Resize::Antialias);
                let sum = |r: usize| (0..TABLE).map(|c| across[c] * table(r, c)).sum::<f64>();
                let got = (0..TABLE).map(|r| down[r] * sum(r)).sum::<f64>();
                // Both in double precision.
                assert!((got - expected).abs() < 1e-9, "{rows} x {columns}, {row}, {column}: {got}");
            }
        }
    }

    #[test]
    fn a_table_of_the_same_size_is_left_as_it_is() {
        let device = Device::flex();
        let values: Vec<f32> = (0..(1 + TABLE * TABLE) * 2).map(|n| (n % 31) as f32).collect();
        let table = Tensor::<3>::from_data(TensorData::new(values, [1, 1 + TABLE * TABLE, 2]), &device);
        let same = resized(table.clone(), [TABLE; 2], Resize::Offset);
        assert_eq!(same.into_data(), table.into_data());
    }

    #[test]
    fn rows_and_columns_of_a_ramp_stay_apart() {
        // Rows count 100, columns 1.
        let device = Device::flex();
        let ramp = (0..TABLE * TABLE).map(|n| (n / TABLE * 100 + n % TABLE) as f32);
        let values: Vec<f32> = std::iter::once(-7.0).chain(ramp).collect();
        let table = Tensor::<3>::from_data(TensorData::new(values, [1, 1 + TABLE * TABLE, 1]), &device);
        for (resize, offset) in [(Resize::Offset, OFFSET), (Resize::Antialias, 0.0)] {
            let got = resized(table.clone(), [8, 6], resize).into_data().try_to_vec::<f32>().expect("floats");
            assert_eq!((got.len(), got[0]), (49, -7.0));
            let place = |at: f64, n: f64| (at + 0.5) * TABLE as f64 / (n + offset) - 0.5;
            let expected = 100.0 * place(4.0, 8.0) + place(2.0, 6.0);
            // The kernel of -0.75 is up to 0.05 of a cell beside a straight line, thus 5 along the rows.
            assert!((f64::from(got[1 + 4 * 6 + 2]) - expected).abs() < 5.0, "{} {expected}", got[27]);
        }
    }
}
