//! Simulated surroundings for nodules of which only the nodule is at hand.
//!
//! What is chosen here must not tell the label: chest and place follow from the case's number and
//! the seed, the place's room is the same for every nodule, and spacing, slice thickness, kernel and
//! noise are those of the nodule's own scan, because a picture of two qualities would betray itself.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::cut::block_around;
use super::draw::generator;
use super::patch::{Block, Nodule};
use crate::geometry::{Patient, Point};
use crate::synth::{Attachment, Chest, Dose, Kernel, Pose, Scan, SynthError};

/// Lung that is kept free at a nodule's place, whatever the nodule's size: a place that suits the
/// nodule would tell its size, and size tells the label. mm
const ROOM_MM: f32 = 5.0;

/// Columns, rows, slices of simulated surroundings: the macro crop, and what jitter and rotation
/// reach beyond it; past the border its nearest voxels are repeated.
pub const SURROUNDINGS: [usize; 3] = [128, 128, 72];

/// A piece of a chest of nobody, with a place for a nodule in its middle.
/// - `number`: of the case: another number, another chest
/// - errors: a spacing that no picture has
pub fn surroundings(nodule: &Nodule, number: u64, seed: u64) -> Result<Block, SynthError> {
    let mut random = generator(seed, "surroundings", &[number]);
    let attachment = attachment(&mut random);
    let scan = scan_of(nodule, &mut random);
    let spacing = nodule.block.spacing_mm.map(f64::from);
    loop {
        let (chest, place) = room(attachment, &mut random);
        let grid = Chest::grid_around(place, SURROUNDINGS, spacing)?;
        let region = chest.region(&grid, &scan)?;
        let at = (grid.voxel_from_patient() * place).to_array().map(|v| v.round() as i32);
        let middle = SURROUNDINGS.map(|n| n as i32 / 2);
        if let Some(block) = block_around(&region.volume, middle, SURROUNDINGS) {
            return Ok(Block { centre: at, ..block });
        }
    }
}

/// What the place touches, whatever the nodule.
pub(super) fn attachment(random: &mut ChaCha8Rng) -> Attachment {
    match random.random_range(0..10) {
        0..5 => Attachment::Isolated,
        5..8 => Attachment::JuxtaPleural,
        _ => Attachment::JuxtaVascular,
    }
}

/// A scan like the nodule's own.
pub(super) fn scan_of(nodule: &Nodule, random: &mut ChaCha8Rng) -> Scan {
    Scan { seed: random.random(), ..like(nodule, random.random()) }
}

/// A chest and a place in it.
pub(super) fn room(attachment: Attachment, random: &mut ChaCha8Rng) -> (Chest, Point<Patient>) {
    loop {
        let chest = Chest::new(random.random(), &Pose::default());
        // A chest may have no room left for a place of this kind; then another chest has.
        if let Some(place) = chest.places(attachment, ROOM_MM, 1, random.random()).pop() {
            return (chest, place.centre);
        }
    }
}

/// Kernel and dose whose noise comes nearest to that around the nodule.
///
/// Compared are the medians of absolute differences between neighbours and between voxels three
/// apart in-plane, in lung outside the nodule: their size tells the dose, their ratio the kernel.
/// Vessels are few enough to leave medians alone.
/// - `seed`: decides where there is too little lung to measure
fn like(nodule: &Nodule, seed: u64) -> Scan {
    let Some(found) = graininess(nodule) else { return Scan::of_seed(seed) };
    let spacing = nodule.block.spacing_mm;
    let mut best = (f32::INFINITY, Scan::of_seed(seed));
    for kernel in Kernel::ALL {
        let base = Scan { kernel, dose: Dose::Standard, thickness_mm: None, seed, noisy: true };
        let size = [64, 64];
        let grain = base.grain(0, size, [spacing[0], spacing[1]]);
        let unit = [1, 3].map(|step| median_difference(&grain, size[0], step));
        for dose in Dose::ALL {
            let scan = Scan { dose, ..base };
            let noise = scan.noise_hu(f64::from(spacing[2]));
            let misfit: f32 = (0..2).map(|n| (found[n] / (unit[n] * noise).max(1e-3)).ln().abs()).sum();
            if misfit < best.0 {
                best = (misfit, scan);
            }
        }
    }
    best.1
}

/// Lowest and highest HU of aerated lung, and pairs of it that make a measurement.
const LUNG_HU: std::ops::Range<i16> = -1000..-700;
const FEWEST_PAIRS: usize = 200;

fn graininess(nodule: &Nodule) -> Option<[f32; 2]> {
    let [nx, ny, nz] = nodule.block.size;
    let lung = |at: usize| {
        let (hu, opacity) = (nodule.block.values.get(at)?, nodule.opacity.get(at)?);
        (LUNG_HU.contains(hu) && *opacity == 0).then_some(f32::from(*hu))
    };
    let measure = |step: usize| {
        let mut differences = Vec::new();
        for row in 0..ny * nz {
            for i in step..nx {
                if let (Some(a), Some(b)) = (lung(row * nx + i), lung(row * nx + i - step)) {
                    differences.push((a - b).abs());
                }
            }
        }
        (differences.len() >= FEWEST_PAIRS).then(|| median(&mut differences))
    };
    Some([measure(1)?, measure(3)?])
}

fn median_difference(values: &[f32], width: usize, step: usize) -> f32 {
    let rows = values.chunks_exact(width);
    median(
        &mut rows
            .flat_map(|row| row.windows(step + 1).map(move |w| (w[step] - w[0]).abs()))
            .collect::<Vec<_>>(),
    )
}

fn median(values: &mut [f32]) -> f32 {
    let middle = values.len() / 2;
    if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(middle, f32::total_cmp).1 }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Lung of the noise of a scan, and no nodule in it.
    fn noise_of(scan: Scan) -> Nodule {
        let (size, spacing_mm) = ([48usize, 48, 4], [0.7, 0.7, 1.25]);
        let noise = scan.noise_hu(1.25);
        let values = (0..4)
            .flat_map(|k| scan.grain(k, [48, 48], [0.7, 0.7]))
            .map(|v| (v * noise - 850.0) as i16)
            .collect();
        Nodule {
            id: "n".into(),
            patient: "p".into(),
            fold: 0,
            label: None,
            rating_mean: None,
            rating_spread: None,
            traits: [None; 12],
            block: Block { size, spacing_mm, values, centre: [24, 24, 2] },
            opacity: Arc::from(vec![0; 48 * 48 * 4]),
        }
    }

    #[test]
    fn kernel_and_dose_of_a_scan_are_found_again_from_its_noise() {
        for kernel in [Kernel::Soft, Kernel::Standard, Kernel::Lung] {
            for dose in [Dose::Standard, Dose::High] {
                let scan = Scan { kernel, dose, thickness_mm: None, seed: 11, noisy: true };
                let found = like(&noise_of(scan), 5);
                assert_eq!((found.kernel, found.dose), (kernel, dose));
            }
        }
    }
}
