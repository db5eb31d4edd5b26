//! What tells a mass in the lung from the heart, the liver and the chest wall: how far lung is, in
//! which directions, and what lies before it. Needed where everything near is dense.

use super::directions::{Spread, directions};
use super::tissue::Tissue;

/// Rays from the place.
const RAYS: usize = 160;
/// Between samples along a ray, and its length, mm.
const STEP_MM: f64 = 2.0;
const STEPS: usize = 50;
/// Shares of rays that have met lung are taken at these distances, mm.
const WITHIN_MM: [f64; 8] = [10.0, 15.0, 20.0, 30.0, 40.0, 55.0, 75.0, 100.0];

/// Names of the features, in order.
pub fn far_names() -> Vec<String> {
    let mut names: Vec<String> = WITHIN_MM.iter().map(|mm| format!("lung within {mm} mm")).collect();
    names.extend(WITHIN_MM.iter().map(|mm| format!("lung within {mm} mm, no bone before")));
    for mm in [40, 75] {
        names.extend(
            ["one_sided", "longest", "shortest", "sideways", "backwards", "upwards"]
                .map(|w| format!("lung {w} within {mm} mm")),
        );
    }
    for mm in [12, 24, 40] {
        names.extend(["fat", "bone", "enhanced"].map(|w| format!("{w} within {mm} mm")));
    }
    names.extend(["hu within 10 mm", "deviation within 10 mm"].map(str::to_owned));
    names.extend([10, 25, 50, 75].map(|q| format!("tissue up to lung, quantile {q}")));
    names
}

/// The features of a place.
/// - `at`: LPS mm
pub(super) fn far_features(tissue: &Tissue<'_>, at: [f64; 3]) -> Vec<f32> {
    let rays = directions(RAYS);
    let mut hits: Vec<(f64, bool)> = Vec::with_capacity(RAYS);
    let mut near = (0.0f64, 0.0f64, 0.0f64);
    let mut counts = [[0.0f32; 4]; 3];
    for d in &rays {
        let (mut lung_run, mut bone_run, mut bone, mut hit) = (0, 0, false, f64::INFINITY);
        for n in 1..=STEPS {
            let r = n as f64 * STEP_MM;
            let Some(hu) = tissue.hu(std::array::from_fn(|a| at[a] + r * d[a])) else { break };
            lung_run = if (-975.0..-500.0).contains(&hu) { lung_run + 1 } else { 0 };
            bone_run = if hu > 250.0 { bone_run + 1 } else { 0 };
            bone |= bone_run >= 2;
            if lung_run >= 2 {
                hit = r - STEP_MM;
                break;
            }
            // Outside of the body nothing follows.
            if hu < -975.0 && lung_run == 0 && n > 1 && r > 4.0 {
                break;
            }
            if r <= 10.0 {
                let v = f64::from(hu.clamp(-200.0, 300.0));
                near = (near.0 + 1.0, near.1 + v, near.2 + v * v);
            }
            for (count, within) in counts.iter_mut().zip([12.0, 24.0, 40.0]) {
                if r <= within && lung_run == 0 {
                    count[0] += 1.0;
                    count[1] += f32::from(u8::from((-140.0..-40.0).contains(&hu)));
                    count[2] += f32::from(u8::from(hu > 250.0));
                    count[3] += f32::from(u8::from((110.0..250.0).contains(&hu)));
                }
            }
        }
        hits.push((hit, bone));
    }
    let total = RAYS as f32;
    let share = |keep: &dyn Fn(&(f64, bool)) -> bool| hits.iter().filter(|h| keep(h)).count() as f32 / total;
    let mut out: Vec<f32> = WITHIN_MM.iter().map(|mm| share(&|h| h.0 <= *mm)).collect();
    out.extend(WITHIN_MM.iter().map(|mm| share(&|h| h.0 <= *mm && !h.1)));
    for mm in [40.0, 75.0] {
        let (mut spread, mut sum, mut n) = (Spread::default(), [0.0f64; 3], 0.0f64);
        for (d, (hit, _)) in rays.iter().zip(&hits) {
            let met = *hit <= mm;
            spread.add(*d, f32::from(u8::from(met)));
            if met {
                n += 1.0;
                sum = std::array::from_fn(|a| sum[a] + d[a]);
            }
        }
        let shape = spread.shape();
        let mean = sum.map(|v| if n > 0.0 { (v / n) as f32 } else { 0.0 });
        out.extend([shape.one_sided, shape.longest, shape.shortest, mean[0].abs(), mean[1], mean[2]]);
    }
    for [n, fat, bone, enhanced] in counts {
        let n = n.max(1.0);
        out.extend([fat / n, bone / n, enhanced / n]);
    }
    let mean = near.1 / near.0.max(1.0);
    out.extend([mean as f32, (near.2 / near.0.max(1.0) - mean * mean).max(0.0).sqrt() as f32]);
    let mut reach: Vec<f64> = hits.iter().map(|h| h.0.min(STEP_MM * STEPS as f64)).collect();
    reach.sort_by(f64::total_cmp);
    out.extend([10, 25, 50, 75].map(|q| reach[q * (RAYS - 1) / 100] as f32));
    out
}

/// How far tissue reaches up to lung in three of four directions, mm.
/// - `features`: those of a place
pub(super) fn far_reach(features: &[f32]) -> f32 {
    features.last().copied().unwrap_or(f32::INFINITY)
}

/// How far tissue reaches up to lung in the middle of all directions, mm.
/// - `features`: those of a place
pub(super) fn middle_reach(features: &[f32]) -> f32 {
    features.len().checked_sub(2).and_then(|n| features.get(n)).copied().unwrap_or(0.0)
}
