//! What tells a nodule from everything else at a place, in numbers that do not depend on how the
//! patient lies, on the scanner's grid, or on how much of the volume is at hand.
//!
//! Spheres of growing radius are laid around the place. On each: how much of it is as dense as
//! ground glass, tissue, bone, or darker than lung, and whether that lies all around (a nodule
//! within), on opposite sides (a vessel through), in a ring (a fissure or wall through) or on one
//! side (a wall beside). A sphere of which too little is known has no value.

use super::blobs::{Blobs, Falling};
use super::directions::{Spread, directions};
use super::tissue::{Tissue, ramp};

/// Radii of the spheres, mm.
const RADII_MM: [f64; 11] = [1.5, 2.5, 3.5, 5.0, 6.5, 8.5, 11.0, 14.0, 18.0, 23.0, 29.0];
/// Radii in multiples of the lesion's own half width.
const RELATIVE: [f64; 5] = [1.0, 1.5, 2.0, 2.75, 3.75];
/// Directions on each sphere.
const COUNT: usize = 96;
/// Of which at least so many are known.
const FEWEST: usize = 32;

/// Names of the features, in order.
pub fn names() -> Vec<String> {
    let mut names = Vec::new();
    for r in RADII_MM {
        for what in ["ground_glass", "tissue", "soft", "bone", "air"] {
            names.push(format!("{what} at {r} mm"));
        }
        for of in ["ground_glass", "tissue"] {
            for what in ["one_sided", "longest", "shortest"] {
                names.push(format!("{of} {what} at {r} mm"));
            }
        }
    }
    for r in RELATIVE {
        for what in ["dense", "one_sided", "longest", "shortest"] {
            names.push(format!("{what} at {r} half widths"));
        }
    }
    for scale in 0..super::blobs::SCALES {
        for what in ["falls_most", "falls_middle_ratio", "falls_least_ratio", "falls_least"] {
            names.push(format!("{what} at scale {scale}"));
        }
    }
    names.extend(["core_hu", "core_lowest_hu", "core_highest_hu", "half_width_mm"].map(str::to_owned));
    names
}

/// The features of one place; `NaN` where not enough is known.
/// - `at`: LPS mm
pub(super) fn features(tissue: &Tissue<'_>, blobs: &Blobs, at: [f64; 3]) -> Vec<f32> {
    let around = directions(COUNT);
    let read = |r: f64, d: &[f64; 3]| tissue.hu(std::array::from_fn(|a| at[a] + r * d[a]));
    let mut out = Vec::with_capacity(170);
    let mut profile: Vec<(f64, f32)> = Vec::with_capacity(RADII_MM.len());
    for r in RADII_MM {
        let (mut glass, mut tissue) = (Spread::default(), Spread::default());
        let (mut soft, mut bone, mut air, mut sum) = (0.0f32, 0.0f32, 0.0f32, 0.0f32);
        for d in &around {
            let Some(hu) = read(r, d) else { continue };
            glass.add(*d, ramp(hu, -750.0, -600.0));
            tissue.add(*d, ramp(hu, -500.0, -250.0));
            soft += ramp(hu, -150.0, 50.0);
            bone += ramp(hu, 150.0, 300.0);
            air += ramp(-hu, 920.0, 980.0);
            sum += hu.clamp(-1000.0, 100.0);
        }
        let n = glass.known();
        if n < FEWEST {
            out.extend([f32::NAN; 11]);
            continue;
        }
        let (g, t, n) = (glass.shape(), tissue.shape(), n as f32);
        profile.push((r, sum / n));
        out.extend([g.mean, t.mean, soft / n, bone / n, air / n]);
        out.extend([g.one_sided, g.longest, g.shortest, t.one_sided, t.longest, t.shortest]);
    }
    // The core, and how far it reaches: to half way between it and lung.
    let mut core: Vec<f32> = tissue.hu(at).into_iter().collect();
    core.extend([0.8, 1.6].iter().flat_map(|r| around.iter().step_by(4).filter_map(move |d| read(*r, d))));
    let mean = core.iter().sum::<f32>() / core.len().max(1) as f32;
    let low = core.iter().copied().fold(f32::INFINITY, f32::min);
    let high = core.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let half = (mean.clamp(-700.0, 50.0) - 860.0) / 2.0;
    let mut half_width = RADII_MM[RADII_MM.len() - 1];
    let mut before = (0.0, mean.min(100.0));
    for &(r, hu) in &profile {
        if hu < half {
            let share = f64::from((before.1 - half) / (before.1 - hu).max(1.0)).clamp(0.0, 1.0);
            half_width = before.0 + share * (r - before.0);
            break;
        }
        before = (r, hu);
    }
    let half_width = half_width.max(1.0);
    for times in RELATIVE {
        let mut dense = Spread::default();
        for d in &around {
            if let Some(hu) = read(times * half_width, d) {
                dense.add(*d, ramp(hu, half - 75.0, half + 75.0));
            }
        }
        if dense.known() < FEWEST {
            out.extend([f32::NAN; 4]);
        } else {
            let s = dense.shape();
            out.extend([s.mean, s.one_sided, s.longest, s.shortest]);
        }
    }
    for Falling { most, middle, least } in blobs.falling(at) {
        let unit = most.abs().max(0.01);
        out.extend([most, middle / unit, least / unit, least]);
    }
    if core.is_empty() {
        out.extend([f32::NAN; 3]);
    } else {
        out.extend([mean, low, high]);
    }
    out.push(half_width as f32);
    out
}
