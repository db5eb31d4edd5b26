//! Where something round and denser than its surroundings lies near a place: a click on a nodule is
//! not its centre.
//!
//! Density is smoothed at several scales and judged by its second derivatives: at the middle of a
//! ball it falls in every direction, along a vessel in two, beside a wall in one. What is not known
//! takes no part in the smoothing.

use std::sync::LazyLock;

use super::directions::eigenvalues;
use super::tissue::{Tissue, ramp};

/// Samples along each side of a cube around the place; odd.
const SIDE: usize = 29;
const MIDDLE: i32 = SIDE as i32 / 2;

/// Distance between samples and the deviations of the smoothing, mm: a ball of radius r answers most
/// to a deviation of about r / 1.7.
const LEVELS: [(f64, [f64; 3]); 2] = [(1.0, [1.0, 1.6, 2.5]), (2.0, [4.0, 6.5, 10.0])];
/// Number of scales.
pub(super) const SCALES: usize = 6;

/// The weights of the smoothing where everything is known, which is nearly always; by scale.
static ALL_KNOWN: LazyLock<Vec<Vec<f32>>> = LazyLock::new(|| {
    let ones = vec![1.0; SIDE * SIDE * SIDE];
    let of = |(step, sigmas): (f64, [f64; 3])| sigmas.map(|sigma| blurred(&ones, sigma / step));
    LEVELS.into_iter().flat_map(of).collect()
});

/// Candidates further than this from the place belong to another click, mm.
pub const REACH_MM: f64 = 5.0;
/// Candidates closer to each other than this are one, mm.
const APART_MM: f64 = 1.6;
/// Of each scale, the best so many.
const PER_SCALE: usize = 3;

/// Density smoothed at one scale, with its second derivatives at hand.
struct Smooth {
    step_mm: f64,
    sigma_mm: f64,
    values: Vec<f32>,
}

/// Smoothed density around a place.
pub(super) struct Blobs {
    origin: [f64; 3],
    scales: Vec<Smooth>,
}

/// How density falls around a place at one scale; eigenvalues of the Hessian times the square of the
/// deviation, sign turned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Falling {
    /// Fastest fall.
    pub most: f32,
    /// In between.
    pub middle: f32,
    /// Slowest fall, below 0 where it rises: large only for something round.
    pub least: f32,
}

fn index(i: i32, j: i32, k: i32) -> usize {
    ((k as usize) * SIDE + j as usize) * SIDE + i as usize
}

impl Blobs {
    /// - `at`: LPS mm
    pub(super) fn around(tissue: &Tissue<'_>, at: [f64; 3]) -> Self {
        let mut scales = Vec::with_capacity(SCALES);
        for (step_mm, sigmas) in LEVELS {
            let count = SIDE * SIDE * SIDE;
            let (mut density, mut known) = (vec![0.0f32; count], vec![0.0f32; count]);
            for n in 0..count {
                let [i, j, k] = [n % SIDE, n / SIDE % SIDE, n / (SIDE * SIDE)];
                let p = [i, j, k].map(|v| (v as f64 - f64::from(MIDDLE)) * step_mm);
                if let Some(hu) = tissue.hu([at[0] + p[0], at[1] + p[1], at[2] + p[2]]) {
                    density[n] = ramp(hu, -900.0, 0.0);
                    known[n] = 1.0;
                }
            }
            let all = known.iter().all(|v| *v == 1.0);
            for sigma_mm in sigmas {
                let sums = blurred(&density, sigma_mm / step_mm);
                let partly = (!all).then(|| blurred(&known, sigma_mm / step_mm));
                let weights = partly.as_ref().or_else(|| ALL_KNOWN.get(scales.len()));
                let over = |(sum, weight): (f32, &f32)| if *weight > 1e-3 { sum / weight } else { 0.0 };
                let values = sums.into_iter().zip(weights.into_iter().flatten()).map(over).collect();
                scales.push(Smooth { step_mm, sigma_mm, values });
            }
        }
        Self { origin: at, scales }
    }

    /// Places near the middle where density falls in every direction, and the middle itself first.
    /// LPS mm.
    pub(super) fn candidates(&self) -> Vec<[f64; 3]> {
        let mut found: Vec<(f32, [f64; 3])> = Vec::new();
        for smooth in &self.scales {
            let reach = (REACH_MM / smooth.step_mm).floor() as i32;
            let side = 2 * reach + 3;
            // One further than is looked for, so that a maximum can be told at the border.
            let falls: Vec<f32> = (0..side * side * side)
                .map(|n| {
                    let at = [n % side, n / side % side, n / (side * side)].map(|v| v - reach - 1);
                    smooth.falling_at(at).least
                })
                .collect();
            let of = |[i, j, k]: [i32; 3]| {
                falls[(((k + reach + 1) * side + j + reach + 1) * side + i + reach + 1) as usize]
            };
            let mut peaks: Vec<(f32, [f64; 3])> = Vec::new();
            for n in 0..(2 * reach + 1).pow(3) {
                let wide = 2 * reach + 1;
                let at = [n % wide, n / wide % wide, n / (wide * wide)].map(|v| v - reach);
                let mm = at.map(|v| f64::from(v) * smooth.step_mm);
                let here = of(at);
                if mm.iter().map(|v| v * v).sum::<f64>() > REACH_MM * REACH_MM || here < 0.01 {
                    continue;
                }
                let peak = (0..27).filter(|&n| n != 13).all(|n| {
                    let d = [n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1];
                    of([at[0] + d[0], at[1] + d[1], at[2] + d[2]]) <= here
                });
                if peak {
                    peaks.push((here, mm));
                }
            }
            peaks.sort_by(|a, b| b.0.total_cmp(&a.0));
            peaks.truncate(PER_SCALE);
            found.extend(peaks);
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut kept: Vec<[f64; 3]> = vec![[0.0; 3]];
        for (_, at) in found {
            let far =
                |o: &[f64; 3]| (0..3).map(|a| (o[a] - at[a]).powi(2)).sum::<f64>() > APART_MM * APART_MM;
            if kept.iter().skip(1).all(far) {
                kept.push(at);
            }
        }
        kept.iter().map(|at| std::array::from_fn(|a| self.origin[a] + at[a])).collect()
    }

    /// How density falls around a place within reach, at every scale, small to large.
    pub(super) fn falling(&self, at: [f64; 3]) -> [Falling; SCALES] {
        std::array::from_fn(|n| {
            let smooth = &self.scales[n];
            smooth.falling_at(std::array::from_fn(|a| {
                ((at[a] - self.origin[a]) / smooth.step_mm).round() as i32
            }))
        })
    }
}

impl Smooth {
    /// - `at`: in samples from the middle
    fn falling_at(&self, at: [i32; 3]) -> Falling {
        let [i, j, k] = at.map(|v| (v + MIDDLE).clamp(1, SIDE as i32 - 2));
        let v = |di: i32, dj: i32, dk: i32| f64::from(self.values[index(i + di, j + dj, k + dk)]);
        let centre = 2.0 * v(0, 0, 0);
        let cross = |a: f64, b: f64, c: f64, d: f64| (a + b - c - d) / 4.0;
        let hessian = [
            v(1, 0, 0) + v(-1, 0, 0) - centre,
            v(0, 1, 0) + v(0, -1, 0) - centre,
            v(0, 0, 1) + v(0, 0, -1) - centre,
            cross(v(1, 1, 0), v(-1, -1, 0), v(1, -1, 0), v(-1, 1, 0)),
            cross(v(1, 0, 1), v(-1, 0, -1), v(1, 0, -1), v(-1, 0, 1)),
            cross(v(0, 1, 1), v(0, -1, -1), v(0, 1, -1), v(0, -1, 1)),
        ];
        let unit = (self.sigma_mm / self.step_mm).powi(2);
        let [most, middle, least] = eigenvalues(hessian.map(|h| h * unit)).map(|v| -v as f32);
        Falling { most, middle, least }
    }
}

/// Smoothed by a Gaussian along each axis; beyond the border nothing is counted.
fn blurred(values: &[f32], sigma: f64) -> Vec<f32> {
    let radius = (2.5 * sigma).ceil() as usize;
    let weights: Vec<f32> =
        (0..=radius).map(|n| (-(n as f64).powi(2) / (2.0 * sigma * sigma)).exp() as f32).collect();
    let mut from = values.to_vec();
    for stride in [1, SIDE, SIDE * SIDE] {
        let mut to = vec![0.0f32; from.len()];
        for (n, out) in to.iter_mut().enumerate() {
            let at = n / stride % SIDE;
            let line = n - at * stride;
            let (first, last) = (at.saturating_sub(radius), (at + radius).min(SIDE - 1));
            *out = (first..=last).map(|m| from[line + m * stride] * weights[m.abs_diff(at)]).sum();
        }
        from = to;
    }
    from
}
