//! Lowest and highest values of blocks of voxels: what is empty under a transfer function is leapt over.
//!
//! Source: Levoy, "Efficient ray tracing of volume data", ACM TOG 9(3), 1990; distances as in Zuiderveld,
//! Koning, Viergever, "Acceleration of ray-casting using 3D distance transforms", VBC 1992.

use super::table::{TABLE_SIZE, place};
use crate::volume::{Inside, Padding};

/// Voxels along each side; as in `shaders/ray.wgsl`.
const BLOCK: usize = 8;

/// Farthest distance that is told apart: leaps are no longer than this.
const FARTHEST: u8 = 64;

/// Lowest and highest stored value of every block, of what samples in it can be mixed from: its own voxels
/// and the first ones of its neighbours.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocks {
    /// Voxels: columns, rows, slices.
    voxels: [usize; 3],
    size: [usize; 3],
    low: Vec<i16>,
    high: Vec<i16>,
}

impl Blocks {
    /// Of a texture of which no slice was looked at.
    /// - `voxels`: columns, rows, slices
    pub fn new(voxels: [usize; 3]) -> Self {
        let size = voxels.map(|n| n.div_ceil(BLOCK).max(1));
        let count = size.iter().product();
        Self { voxels, size, low: vec![i16::MAX; count], high: vec![i16::MIN; count] }
    }

    /// Blocks along each axis.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// Adds slice `k`.
    /// - `values`: stored values, rows after each other; those that are padding count for nothing
    pub fn add(&mut self, k: usize, values: &[i16], padding: Option<Padding>) {
        let [width, height, _] = self.voxels;
        let [across, down, _] = self.size;
        let mut line = vec![(i16::MAX, i16::MIN); across];
        let layers = [Some(k / BLOCK), (k.is_multiple_of(BLOCK) && k > 0).then(|| k / BLOCK - 1)];
        for (j, row) in values.chunks_exact(width.max(1)).take(height).enumerate() {
            for (b, found) in line.iter_mut().enumerate() {
                let part = row.get(b * BLOCK..((b + 1) * BLOCK + 1).min(width)).unwrap_or(&[]);
                *found = range(part, padding);
            }
            let rows = [Some(j / BLOCK), (j.is_multiple_of(BLOCK) && j > 0).then(|| j / BLOCK - 1)];
            for layer in layers.into_iter().flatten() {
                for row in rows.into_iter().flatten() {
                    let at = (layer * down + row) * across;
                    let lows = self.low.get_mut(at..at + across).unwrap_or(&mut []);
                    let highs = self.high.get_mut(at..at + across).unwrap_or(&mut []);
                    for ((low, high), found) in lows.iter_mut().zip(highs).zip(&line) {
                        *low = (*low).min(found.0);
                        *high = (*high).max(found.1);
                    }
                }
            }
        }
    }

    /// Highest stored value of every block.
    pub fn highest(&self) -> &[i16] {
        &self.high
    }

    /// How many blocks away from each the nearest one lies in which something shows: 0 where it does itself.
    /// - `table`: of [`super::table()`]; `value`: value = stored * first + second
    /// - `only`: blocks in which anything may show, where not in all
    /// - `also`: voxels, lowest and highest index, in which a map shows whatever their values are: 0 there, or -1
    ///   where nothing else may show
    pub fn distances(
        &self,
        table: &[[f32; 4]],
        value: [f32; 2],
        only: Option<&[bool]>,
        also: Option<[[f64; 3]; 2]>,
    ) -> Vec<i16> {
        // How many entries up to each take light away.
        let mut until = Vec::with_capacity(TABLE_SIZE + 1);
        until.push(0u32);
        for entry in table {
            until.push(until.last().copied().unwrap_or(0) + u32::from(entry[3] > 0.0));
        }
        let shows = |low: i16, high: i16| {
            let [a, b] = [place(low, value), place(high, value)];
            low <= high && until.get(b.max(a) + 1) > until.get(a.min(b))
        };
        let mut near: Vec<u8> = self
            .low
            .iter()
            .zip(&self.high)
            .enumerate()
            .map(|(n, (low, high))| {
                let may = only.is_none_or(|only| only.get(n).copied().unwrap_or(false));
                if may && shows(*low, *high) { 0 } else { FARTHEST }
            })
            .collect();
        if let Some([low, high]) = also {
            let block = |at: f64, a: usize| ((at.max(0.0) as usize) / BLOCK).min(self.size[a] - 1);
            let [from, to]: [[usize; 3]; 2] =
                [low, high].map(|corner| std::array::from_fn(|a| block(corner[a], a)));
            for k in from[2]..=to[2] {
                for j in from[1]..=to[1] {
                    let at = (k * self.size[1] + j) * self.size[0];
                    near.get_mut(at + from[0]..=at + to[0]).unwrap_or(&mut []).fill(0);
                }
            }
        }
        let only_the_map = |n: usize| only.is_some_and(|only| !only.get(n).copied().unwrap_or(false));
        let bare: Vec<bool> = near.iter().enumerate().map(|(n, far)| *far == 0 && only_the_map(n)).collect();
        spread(&mut near, self.size);
        near.into_iter().zip(bare).map(|(far, bare)| if bare { -1 } else { i16::from(far) }).collect()
    }
}

/// Blocks of a texture in which something lies by air inside the body.
/// - `size`: blocks along each axis; `reduced`: voxels of the volume for one of the texture, along each axis
pub fn by_air(inside: &Inside, size: [usize; 3], reduced: usize) -> Vec<bool> {
    let mut near = vec![false; size.iter().product()];
    let (samples, step) = (inside.size(), inside.step());
    let factor = reduced.max(1) as f64;
    // A sample has a say up to its neighbours. The centre of the first voxel of the texture lies in the middle
    // of those that it stands for.
    let blocks = |sample: usize, a: usize| {
        let block =
            |native: usize| ((native as f64 - (factor - 1.0) / 2.0) / factor).max(0.0) as usize / BLOCK;
        let at = sample * step[a];
        block(at.saturating_sub(step[a])).min(size[a] - 1)..=block(at + step[a]).min(size[a] - 1)
    };
    let rows = inside.levels().chunks_exact(samples[0]);
    for (row, levels) in rows.enumerate() {
        let [j, k] = [row % samples[1], row / samples[1]];
        for (i, _) in levels.iter().enumerate().filter(|(_, level)| **level > 0.0) {
            let x = blocks(i, 0);
            for k in blocks(k, 2) {
                for j in blocks(j, 1) {
                    let at = (k * size[1] + j) * size[0];
                    near.get_mut(at + x.start()..=at + x.end()).unwrap_or(&mut []).fill(true);
                }
            }
        }
    }
    near
}

fn range(values: &[i16], padding: Option<Padding>) -> (i16, i16) {
    let start = (i16::MAX, i16::MIN);
    match padding {
        None => values.iter().fold(start, |(low, high), v| (low.min(*v), high.max(*v))),
        Some(padding) => values
            .iter()
            .filter(|v| !padding.contains(**v))
            .fold(start, |(low, high), v| (low.min(*v), high.max(*v))),
    }
}

/// Chebyshev distances to the nearest zero, forwards and back.
fn spread(near: &mut [u8], [width, height, depth]: [usize; 3]) {
    let at = |i: usize, j: usize, k: usize| (k * height + j) * width + i;
    // One axis after the other: the largest of three distances along axes is not their transform, so all
    // neighbours that were passed are looked at.
    let lines = [(-1isize, -1isize), (-1, 0), (-1, 1), (0, -1)];
    let mut pass = |backwards: bool| {
        let turn = |n: usize, of: usize| if backwards { of - 1 - n } else { n };
        let sign = if backwards { -1isize } else { 1 };
        for k in 0..depth {
            for j in 0..height {
                let (z, y) = (turn(k, depth), turn(j, height));
                let before: Vec<usize> = lines
                    .iter()
                    .filter_map(|(dk, dj)| {
                        let k = z.checked_add_signed(dk * sign).filter(|k| *k < depth)?;
                        let j = y.checked_add_signed(dj * sign).filter(|j| *j < height)?;
                        Some(at(0, j, k))
                    })
                    .collect();
                for i in 0..width {
                    let x = turn(i, width);
                    let here = at(x, y, z);
                    let mut nearest = near[here];
                    if nearest == 0 {
                        continue;
                    }
                    let mut look = |index: usize| nearest = nearest.min(near[index].saturating_add(1));
                    for line in &before {
                        for x in x.saturating_sub(1)..=(x + 1).min(width - 1) {
                            look(line + x);
                        }
                    }
                    if let Some(x) = x.checked_add_signed(-sign).filter(|x| *x < width) {
                        look(at(x, y, z));
                    }
                    near[here] = nearest;
                }
            }
        }
    };
    pass(false);
    pass(true);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::ray::table;
    use crate::volume::{Node, Transfer};
    use proptest::prelude::*;

    #[test]
    fn a_block_holds_what_samples_in_it_are_mixed_from() {
        let mut blocks = Blocks::new([17, 9, 9]);
        assert_eq!(blocks.size(), [3, 2, 2]);
        let padding = Some(Padding { low: -2000, high: -2000 });
        for k in 0..9 {
            let mut values = vec![-1000i16; 17 * 9];
            values[0] = -2000;
            if k == 8 {
                // The first voxel of the last block along every axis: all eight blocks mix with it.
                values[8 * 17 + 8] = 500;
            }
            blocks.add(k, &values, padding);
        }
        let high = |i: usize, j: usize, k: usize| blocks.highest()[(k * 2 + j) * 3 + i];
        for (i, j, k) in [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)] {
            assert_eq!(high(i, j, k), 500);
        }
        assert_eq!(high(2, 1, 1), -1000);
        assert!(blocks.low.iter().all(|low| *low == -1000));
    }

    proptest! {
        #[test]
        fn distances_are_those_of_the_nearest_block_that_shows(
            size in [1usize..6, 1usize..6, 1usize..6],
            seeds in proptest::collection::vec(any::<bool>(), 216),
        ) {
            let mut blocks = Blocks::new(size.map(|n| n * BLOCK));
            let count: usize = size.iter().product();
            blocks.low = vec![0; count];
            blocks.high = seeds.iter().take(count).map(|shows| if *shows { 200 } else { 50 }).collect();
            let of = |value, opacity| Node { value, colour: [0.5; 3], opacity };
            let transfer = Transfer::new(&[of(100.0, 0.0), of(300.0, 0.8)], None);
            let found = blocks.distances(&table(&transfer, 1.0), [1.0, 0.0], None, None);
            let place = |n: usize| [n % size[0], n / size[0] % size[1], n / (size[0] * size[1])];
            for (n, distance) in found.iter().enumerate() {
                let here = place(n);
                let nearest = (0..count)
                    .filter(|m| seeds[*m])
                    .map(|m| (0..3).map(|a| here[a].abs_diff(place(m)[a])).max().unwrap_or(0))
                    .min()
                    .unwrap_or(usize::from(FARTHEST));
                prop_assert_eq!(usize::try_from(*distance).unwrap_or(0), nearest);
            }
        }
    }
}
