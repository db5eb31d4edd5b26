//! Image formation: what a scanner and its reconstruction make of an object.
//!
//! A kernel blurs (and sharp ones enhance) inside the slice; noise has the power spectrum of
//! filtered back projection under the same kernel, rising from almost nothing at zero frequency to a
//! peak and falling with the kernel. Used by `region` for pictures and by those who blend something
//! into them.

use rand::Rng;

use super::noise::{Purpose, between, generator};

/// Reconstruction kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kernel {
    /// For the mediastinum: MTF 50 % at 3.2, 10 % at 5.8 line pairs per cm.
    Soft,
    /// MTF 50 % at 4.4, 10 % at 7.7 line pairs per cm.
    Standard,
    /// For the lung, with edge enhancement: MTF 128 % at 3.8, 50 % at 7.9, 10 % at 11.7 line pairs
    /// per cm.
    Lung,
}

/// Tube current, in words; noise goes with the inverse root of the dose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dose {
    /// As for screening: a fifth of the standard dose.
    Low,
    /// A diagnostic chest CT.
    Standard,
    /// Twice the standard dose.
    High,
}

/// One Gaussian of a filter: standard deviation in mm and weight.
type Term = (f32, f32);

impl Kernel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Soft, Self::Standard, Self::Lung];

    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Soft => "soft",
            Self::Standard => "standard",
            Self::Lung => "lung",
        }
    }

    /// The point spread in the plane: a Gaussian, less a wider one for edge enhancement.
    fn spread(self) -> [Term; 2] {
        match self {
            Self::Soft => [(0.585, 1.0), (1.0, 0.0)],
            Self::Standard => [(0.457, 1.12), (1.0, -0.12)],
            Self::Lung => [(0.33, 1.9), (0.8, -0.9)],
        }
    }

    /// The noise's amplitude spectrum, sqrt(f) MTF(f), as Gaussians (weights relative to the first).
    /// Fitted to it over 0 to 12 line pairs per cm; the largest misfit is 2 % of the peak on average.
    fn grain(self) -> [Term; 3] {
        match self {
            Self::Soft => [(0.552, 1.0), (1.027, -0.489), (3.193, -0.273)],
            Self::Standard => [(0.431, 1.0), (0.816, -0.551), (2.531, -0.237)],
            Self::Lung => [(0.307, 1.0), (0.653, -0.756), (1.973, -0.118)],
        }
    }

    /// Modulation transfer at a spatial frequency in line pairs per mm.
    pub fn mtf(self, per_mm: f32) -> f32 {
        let gauss = |sigma: f32| (-2.0 * (std::f32::consts::PI * sigma * per_mm).powi(2)).exp();
        self.spread().iter().map(|(sigma, weight)| weight * gauss(*sigma)).sum()
    }

    /// Standard deviation in the middle of the chest, HU, for 1.25 mm slices at standard dose.
    fn noise_hu(self) -> f32 {
        match self {
            Self::Soft => 11.0,
            Self::Standard => 17.0,
            Self::Lung => 52.0,
        }
    }
}

impl Dose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Low, Self::Standard, Self::High];

    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Standard => "standard",
            Self::High => "high",
        }
    }

    fn relative(self) -> f32 {
        match self {
            Self::Low => 0.2,
            Self::Standard => 1.0,
            Self::High => 2.0,
        }
    }
}

/// How a picture is taken. Two scans of one chest with different seeds differ in their noise alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scan {
    /// Reconstruction kernel.
    pub kernel: Kernel,
    /// Tube current.
    pub dose: Dose,
    /// Slice thickness in mm; `None` for the distance between slices.
    pub thickness_mm: Option<f64>,
    /// Of the noise.
    pub seed: u64,
    /// `false` leaves the noise out, for those who blend something in and add it afterwards.
    pub noisy: bool,
}

impl Scan {
    /// Kernel and dose drawn by the seed.
    pub fn of_seed(seed: u64) -> Self {
        let mut rng = generator(seed, Purpose::Scan, 0);
        let mut pick = |n: usize| (between(&mut rng, 0.0, 1.0) * n as f32) as usize % n;
        Self { kernel: Kernel::ALL[pick(3)], dose: Dose::ALL[pick(3)], thickness_mm: None, seed, noisy: true }
    }

    /// Standard deviation of the noise in the middle of a chest, HU.
    /// - `slice_mm`: slice thickness
    pub fn noise_hu(&self, slice_mm: f64) -> f32 {
        let photons = self.dose.relative() * (slice_mm / 1.25) as f32;
        self.kernel.noise_hu() / photons.sqrt()
    }

    /// The noise of slice `k`: zero mean, unit deviation, the kernel's power spectrum.
    /// - `size`, `spacing_mm`: columns and rows
    /// - returns: `width * height` values, row by row; multiply by [`Scan::noise_hu`]
    pub fn grain(&self, k: i64, size: [usize; 2], spacing_mm: [f32; 2]) -> Vec<f32> {
        // A spiral scan's slices share some of their projections with the next.
        const SHARED: f32 = 0.18;
        let mut white = white_noise(self.seed, k, size);
        for next in [k - 1, k + 1] {
            for (w, n) in white.iter_mut().zip(white_noise(self.seed, next, size)) {
                *w += SHARED * n;
            }
        }
        let unit = 1.0 / (1.0 + 2.0 * SHARED * SHARED).sqrt();
        let terms = self.kernel.grain();
        let taps = terms.map(|(sigma, _)| spacing_mm.map(|s| Taps::gaussian(sigma / s)));
        // White noise through a sum of separable filters keeps a variance that is known exactly.
        let mut variance = 0.0;
        for (a, (_, wa)) in taps.iter().zip(terms) {
            for (b, (_, wb)) in taps.iter().zip(terms) {
                variance += wa * wb * a[0].dot(&b[0]) * a[1].dot(&b[1]);
            }
        }
        let gain = unit / variance.max(1e-9).sqrt();
        let mut sum = vec![0.0; white.len()];
        for (taps, (_, weight)) in taps.iter().zip(terms) {
            let part = filtered(&white, size, taps);
            sum.iter_mut().zip(part).for_each(|(s, p)| *s += gain * weight * p);
        }
        sum
    }

    /// Blurs one painted slice as the kernel does.
    /// - `painted_mm`: standard deviation of the blur that the painting has already
    pub(super) fn blur(
        &self,
        hu: &[f32],
        size: [usize; 2],
        spacing_mm: [f32; 2],
        painted_mm: f32,
    ) -> Vec<f32> {
        let mut sum = vec![0.0; hu.len()];
        for (sigma, weight) in self.kernel.spread() {
            if weight == 0.0 {
                continue;
            }
            let left = (sigma * sigma - painted_mm * painted_mm).max(0.0).sqrt();
            let part = filtered(hu, size, &spacing_mm.map(|s| Taps::gaussian(left / s)));
            sum.iter_mut().zip(part).for_each(|(s, p)| *s += weight * p);
        }
        sum
    }

    /// Voxels around a picture that its blur looks at.
    pub(super) fn margin(&self, spacing_mm: [f32; 2]) -> usize {
        let widest = self.kernel.spread().iter().filter(|t| t.1 != 0.0).map(|t| t.0).fold(0.0, f32::max);
        spacing_mm.map(|s| Taps::gaussian(widest / s).0.len() - 1).into_iter().max().unwrap_or(0)
    }
}

/// One half of a symmetric filter of sum one: middle first.
struct Taps(Vec<f32>);

impl Taps {
    /// - `sigma`: in samples
    fn gaussian(sigma: f32) -> Self {
        if sigma < 0.15 {
            return Self(vec![1.0]);
        }
        let reach = (3.0 * sigma).ceil() as usize;
        // A sample is as wide as a voxel: integrated, not just read, so that narrow ones are right.
        let cell = |n: usize| {
            let steps = 8;
            (0..steps)
                .map(|s| {
                    let x = (n as f32 + (s as f32 + 0.5) / steps as f32 - 0.5) / sigma;
                    (-0.5 * x * x).exp()
                })
                .sum::<f32>()
        };
        let half: Vec<f32> = (0..=reach).map(cell).collect();
        let sum = half[0] + 2.0 * half[1..].iter().sum::<f32>();
        Self(half.iter().map(|h| h / sum).collect())
    }

    /// Of both filters as whole rows of numbers.
    fn dot(&self, other: &Self) -> f32 {
        let both: f32 = self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum();
        2.0 * both - self.0[0] * other.0[0]
    }
}

/// A slice through a separable filter; beyond its border it continues as at the border.
fn filtered(values: &[f32], [width, height]: [usize; 2], [along, down]: &[Taps; 2]) -> Vec<f32> {
    let reach = along.0.len() - 1;
    let mut rows = vec![0.0; values.len()];
    let mut padded = vec![0.0; width + 2 * reach];
    for (row, out) in values.chunks_exact(width).zip(rows.chunks_exact_mut(width)) {
        padded[..reach].fill(row[0]);
        padded[reach..reach + width].copy_from_slice(row);
        padded[reach + width..].fill(row[width - 1]);
        out.iter_mut().zip(&padded[reach..]).for_each(|(o, v)| *o = along.0[0] * v);
        for (n, tap) in along.0.iter().enumerate().skip(1) {
            let (before, after) = (&padded[reach - n..][..width], &padded[reach + n..][..width]);
            for (o, (b, a)) in out.iter_mut().zip(before.iter().zip(after)) {
                *o += tap * (b + a);
            }
        }
    }
    if down.0.len() == 1 {
        return rows;
    }
    let mut sum = vec![0.0; values.len()];
    for (j, out) in sum.chunks_exact_mut(width).enumerate() {
        let row = |n: usize| &rows[n.min(height - 1) * width..][..width];
        out.iter_mut().zip(row(j)).for_each(|(o, v)| *o = down.0[0] * v);
        for (n, tap) in down.0.iter().enumerate().skip(1) {
            for (o, (b, a)) in out.iter_mut().zip(row(j.saturating_sub(n)).iter().zip(row(j + n))) {
                *o += tap * (b + a);
            }
        }
    }
    sum
}

/// Zero mean, unit deviation, independent from voxel to voxel.
fn white_noise(seed: u64, k: i64, [width, height]: [usize; 2]) -> Vec<f32> {
    // Slices below the first count down from the top of the stream's 32 bits.
    let mut rng = generator(seed, Purpose::Scanner, k as u64);
    let mut bytes = vec![0u8; width * 4];
    let mut white = Vec::with_capacity(width * height);
    for _ in 0..height {
        rng.fill_bytes(&mut bytes);
        // The sum of four uniform values is close enough to a normal one; the filter does the rest.
        white.extend(bytes.as_chunks::<4>().0.iter().map(|b| {
            let sum = b.iter().map(|&v| u16::from(v)).sum::<u16>();
            (f32::from(sum) - 510.0) / 147.8
        }));
    }
    white
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(kernel: Kernel) -> Scan {
        Scan { kernel, dose: Dose::Standard, thickness_mm: None, seed: 7, noisy: true }
    }

    #[test]
    fn the_grain_has_no_mean_and_unit_deviation_for_every_kernel_and_spacing() {
        for kernel in Kernel::ALL {
            for mm in [0.5f32, 0.7, 0.95] {
                let grain = scan(kernel).grain(3, [256, 256], [mm; 2]);
                let n = grain.len() as f32;
                let mean = grain.iter().sum::<f32>() / n;
                let deviation = (grain.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n).sqrt();
                // Neighbours are correlated, so 65,536 samples fix the two to a few hundredths.
                assert!(mean.abs() < 0.03, "{kernel:?} {mm}: {mean}");
                assert!((0.93..1.07).contains(&deviation), "{kernel:?} {mm}: {deviation}");
            }
        }
    }

    #[test]
    fn sharper_kernels_pass_more_detail_and_more_noise() {
        for (kernel, half) in [(Kernel::Soft, 0.32), (Kernel::Standard, 0.445), (Kernel::Lung, 0.788)] {
            // The stated frequencies have two digits.
            assert!((kernel.mtf(half) - 0.5).abs() < 0.02, "{kernel:?}: {}", kernel.mtf(half));
            assert!((kernel.mtf(0.0) - 1.0).abs() < 1e-5);
        }
        let noise = Kernel::ALL.map(|k| scan(k).noise_hu(1.25));
        assert!(noise[0] < noise[1] && noise[1] < noise[2]);
        let low = Scan { dose: Dose::Low, ..scan(Kernel::Soft) };
        assert!(low.noise_hu(1.25) > 2.0 * noise[0]);
        assert!(scan(Kernel::Soft).noise_hu(5.0) < noise[0]);
    }

    #[test]
    fn a_filter_keeps_a_flat_slice_flat() {
        let flat = vec![-850.0; 40 * 30];
        for kernel in Kernel::ALL {
            let blurred = scan(kernel).blur(&flat, [40, 30], [0.7, 0.7], 0.2);
            // Single precision of a weighted sum of some hundred values.
            assert!(blurred.iter().all(|v| (v + 850.0).abs() < 0.05));
        }
    }
}
