//! A transfer function as the rows of a texture: colour and opacity of one sample.

use crate::volume::Transfer;

/// Entries: one for each HU from [`LOWEST`].
pub const TABLE_SIZE: usize = 4096;

/// Value of the first entry, HU.
const LOWEST: f32 = -1024.0;

/// Place in the table = stored * first + second.
/// - `value`: value = stored * first + second
pub(super) fn entry([scale, offset]: [f32; 2]) -> [f32; 2] {
    [scale, offset - LOWEST]
}

/// Place in the table of a stored value, a whole number within it.
pub(super) fn place(stored: i16, value: [f32; 2]) -> usize {
    let [scale, offset] = entry(value);
    (f32::from(stored) * scale + offset).round().clamp(0.0, TABLE_SIZE as f32 - 1.0) as usize
}

/// Red, green, blue, and the share of the light that a sample takes away.
///
/// A step of s millimetres takes 1 - (1 - a)^s away where one millimetre takes a (Beer and Lambert's law).
/// - `step_mm`: from sample to sample
pub fn table(transfer: &Transfer, step_mm: f64) -> Vec<[f32; 4]> {
    (0..TABLE_SIZE)
        .map(|n| {
            let ([r, g, b], opacity) = transfer.at(LOWEST + n as f32);
            let taken = 1.0 - (1.0 - f64::from(opacity)).powf(step_mm);
            [r, g, b, taken as f32]
        })
        .collect()
}

/// The most light that one entry takes away: all of it would be without end as a sum.
const MOST: f64 = 0.999;

/// What the entries before each one take away, summed up, so that all values which a ray passes from one sample to the
/// next have their say whatever lies between: red, green and blue of each weighed by its optical depth, and the
/// optical depth, -ln(1 - share). One more than the table has entries.
///
/// A surface of opacity that is thinner than a step would else be met by one ray and missed by its neighbour, and
/// shows rings like wood. Source: Engel, Kraus and Ertl, Graphics Hardware (2001) 9-16, section 4, without the
/// attenuation within a step.
pub fn sums(table: &[[f32; 4]]) -> Vec<[f32; 4]> {
    let mut sum = [0.0f64; 4];
    let mut all = vec![[0.0; 4]];
    all.extend(table.iter().map(|entry| {
        let [r, g, b, taken] = entry.map(f64::from);
        let depth = -(1.0 - taken.min(MOST)).ln();
        sum = [sum[0] + r * depth, sum[1] + g * depth, sum[2] + b * depth, sum[3] + depth];
        sum.map(|v| v as f32)
    }));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::volume::Node;

    #[test]
    fn two_short_steps_take_as_much_light_as_a_long_one() {
        let of = |value, opacity| Node { value, colour: [0.5; 3], opacity };
        let transfer = Transfer::new(&[of(-1000.0, 0.0), of(1000.0, 0.8)], None);
        let (short, long) = (table(&transfer, 0.5), table(&transfer, 1.0));
        for (a, b) in short.iter().zip(&long) {
            let twice = 1.0 - (1.0 - a[3]) * (1.0 - a[3]);
            assert!((twice - b[3]).abs() < 1e-6, "{twice} {}", b[3]);
        }
        let sums = sums(&long);
        assert_eq!(sums.len(), TABLE_SIZE + 1);
        for n in [0, 500, 2023, 4000] {
            // One entry by itself is what the table says; to single precision of sums of some thousands.
            let own: [f32; 4] = std::array::from_fn(|c| sums[n + 1][c] - sums[n][c]);
            let taken = 1.0 - (-own[3]).exp();
            assert!((taken - long[n][3]).abs() < 3e-4, "{n}: {taken} {}", long[n][3]);
            assert!((own[0] - 0.5 * own[3]).abs() < 3e-4);
        }
        assert_eq!(place(-1024, [1.0, 0.0]), 0);
        assert_eq!(place(40, [1.0, 0.0]), 1064);
        assert_eq!(place(i16::MAX, [1.0, 0.0]), TABLE_SIZE - 1);
    }
}
