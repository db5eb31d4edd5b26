//! Maps from what is lost when samples are covered.

use super::{Sampled, Worth};
use crate::explain::error::ExplainError;
use crate::explain::noise::generator;
use crate::explain::occlusion::{Occluding, parts};
use crate::explain::rise::{Covering, Pattern, SeenMean};
use crate::geometry::VoxelBox;
use crate::jobs::JobContext;

/// A map, and in what it counts.
pub(super) struct Covered {
    pub(super) map: Vec<f32>,
    pub(super) unit: &'static str,
}

/// Blocks along columns, rows and slices, no more than there are samples.
pub(super) fn blocks(wanted: [usize; 3], [slices, rows, columns]: [usize; 3]) -> [usize; 3] {
    let most = [columns, rows, slices];
    std::array::from_fn(|axis| wanted[axis].clamp(1, most[axis].max(1)))
}

/// Takes away block after block, then the parts of the strongest, as [`crate::explain::occlude`] does.
pub(super) fn occlude(of: &dyn Sampled, how: Occluding, ctx: &JobContext) -> Result<Covered, ExplainError> {
    let shape @ [slices, rows, columns] = of.shape();
    let whole = VoxelBox { min: [0; 3], size: [columns, rows, slices] };
    let coarse = parts(&whole, blocks(how.blocks, shape));
    let (with, fill) = (of.worth(of.values())?, of.of_hu(how.fill_hu));
    let mut map = vec![0.0; of.values().len()];
    let work = coarse.len() + 8 * how.refined.min(coarse.len());
    let mut asked = 0usize;
    let mut ask = |block: &VoxelBox, map: &mut [f32]| {
        asked += 1;
        ctx.step(&format!("Occlusion: {asked} of {work} blocks"), asked as f32 / work as f32)?;
        let mut without = of.values().to_vec();
        over(block, shape, |n| without.get_mut(n).into_iter().for_each(|v| *v = fill));
        let effect = with.value() - of.worth(&without)?.value();
        over(block, shape, |n| map.get_mut(n).into_iter().for_each(|v| *v = effect as f32));
        Ok::<f64, ExplainError>(effect)
    };
    let mut found = Vec::with_capacity(coarse.len());
    for block in coarse {
        found.push((ask(&block, &mut map)?, block));
    }
    found.sort_by(|(a, _), (b, _)| b.abs().total_cmp(&a.abs()));
    for (_, block) in found.iter().take(how.refined) {
        for part in parts(block, [2; 3]) {
            ask(&part, &mut map)?;
        }
    }
    Ok(Covered { map, unit: with.unit() })
}

/// Every sample of a block.
fn over(block: &VoxelBox, [_, rows, columns]: [usize; 3], mut each: impl FnMut(usize)) {
    let along = |axis: usize| {
        let from = usize::try_from(block.min[axis]).unwrap_or(0);
        from..from + block.size[axis]
    };
    for slice in along(2) {
        for row in along(1) {
            along(0).for_each(|column| each((slice * rows + row) * columns + column));
        }
    }
}

/// How far above the mean of all answers are those in which a sample was seen, and that mean, in probabilities, as
/// [`crate::explain::rise`].
pub(super) fn rise(
    of: &dyn Sampled,
    how: Covering,
    ctx: &JobContext,
) -> Result<(Vec<f32>, f64), ExplainError> {
    let [slices, rows, columns] = of.shape();
    let how = Covering { cells: blocks(how.cells, of.shape()), ..how };
    let (mut random, count, fill) = (generator(how.seed), how.patterns.max(1), of.of_hu(how.fill_hu));
    let mut mean = SeenMean::new(of.values().len());
    let middle = |n: usize, of: usize| (n as f64 + 0.5) / of.max(1) as f64;
    for number in 0..count {
        ctx.step(&format!("RISE: pattern {} of {count}", number + 1), number as f32 / count as f32)?;
        let pattern = Pattern::draw(&how, &mut random);
        let mut seen = Vec::with_capacity(of.values().len());
        for slice in 0..slices {
            for row in 0..rows {
                let at = |column| [middle(column, columns), middle(row, rows), middle(slice, slices)];
                seen.extend((0..columns).map(|column| pattern.at(at(column))));
            }
        }
        let covered: Vec<f32> = of.values().iter().zip(&seen).map(|(v, s)| fill + (v - fill) * s).collect();
        mean.add(Worth::probability(of.worth(&covered)?), &seen);
    }
    Ok(mean.map())
}
