//! Two studies of one chest some time apart: nodules grown, the chest lying and breathing
//! differently, other noise.
//!
//! The current study holds the nodules at the size that readers see; in the prior they are as much
//! smaller as their volume doubling time says. Used by `workflow::synth`.

use super::build::Pose;
use super::nodule::Nodule;
use super::noise::{Purpose, between, generator};
use super::phantom::{Phantom, PhantomSpec, SynthError};
use super::truth::GrowthTruth;
use crate::jobs::JobContext;

/// Nodules of less than this are not there yet: no reader would find them.
const VISIBLE_MM: f32 = 2.0;

/// One chest at two times.
pub struct FollowUp {
    /// The earlier study.
    pub prior: Phantom,
    /// The later one.
    pub current: Phantom,
}

impl FollowUp {
    /// Builds both; nothing is painted yet.
    /// - `days`: between the two
    pub fn new(spec: &PhantomSpec, days: u32, ctx: &JobContext) -> Result<Self, SynthError> {
        let still = Phantom::new(spec, ctx)?;
        let growths: Vec<GrowthTruth> = still
            .nodules()
            .iter()
            .enumerate()
            .map(|(n, nodule)| growth(nodule, n, spec.seed, days))
            .collect();
        let mut earlier = Vec::new();
        let mut now = Vec::new();
        for (nodule, mut growth) in still.nodules().iter().zip(growths) {
            let ratio = growth.volume_ratio.unwrap_or(1.0) as f32;
            let mut past = nodule.clone();
            past.growth = ratio.cbrt().recip();
            if past.radius_mm() * 2.0 < VISIBLE_MM {
                growth.volume_ratio = None;
            } else {
                earlier.push((past, Some(growth.clone())));
            }
            now.push((nodule.clone(), Some(growth)));
        }
        ctx.step("Building the chest of the current study", 0.04)?;
        let prior = still.with_nodules(earlier).named("prior", days);
        let current = Phantom::posed(spec, &another_day(spec.seed), now, spec.seed ^ 0x9e37_79b9_7f4a_7c15)?
            .named("current", days);
        Ok(Self { prior, current })
    }
}

/// How the same person lies and breathes another time: some millimetres, some degrees.
pub(super) fn another_day(seed: u64) -> Pose {
    let mut rng = generator(seed, Purpose::Pose, 0);
    let mut pick = |most: f32| between(&mut rng, -most, most);
    Pose {
        shift_mm: [pick(9.0), pick(6.0), pick(10.0)],
        turn_deg: pick(3.0),
        lean_deg: [pick(1.5), pick(1.5)],
        breath_mm: pick(10.0),
    }
}

/// Draws a volume doubling time by what the nodule is.
///
/// Malignant: 20 to 400 days, log-normal around 150 for solid nodules, around 300 for those with
/// ground glass. Source: Detterbeck, Gibson, J Thorac Oncol 3 (2008) 781-792 (range); Hasegawa et
/// al., Br J Radiol 73 (2000) 1252-1259 (mean 149 days solid, 457 and 813 with ground glass, which
/// the range cuts). Benign: half do not grow, the others slower than 500 days. Source: Revel et al.,
/// Radiology 241 (2006) 890-898 (of nodules beyond 500 days 98 % are benign).
fn growth(nodule: &Nodule, n: usize, seed: u64, days: u32) -> GrowthTruth {
    let mut rng = generator(seed, Purpose::Nodule, 2_000_000 + n as u64);
    let mut log = |low: f32, high: f32| (low.ln() + between(&mut rng, 0.0, 1.0) * (high / low).ln()).exp();
    let (class, time) = if nodule.malignant {
        let middle = if nodule.ratings.texture < 4.0 { 300.0 } else { 150.0 };
        // The mean of three uniform logarithms is close to normal.
        let spread = (log(0.16, 6.25) * log(0.16, 6.25) * log(0.16, 6.25)).cbrt();
        ("malignant", Some((middle * spread).clamp(20.0, 400.0)))
    } else if log(1.0, 4.0) < 2.0 {
        ("stable", None)
    } else {
        ("benign_slow", Some(log(500.0, 3000.0)))
    };
    let round = |v: f64| (v * 10_000.0).round() / 10_000.0;
    GrowthTruth {
        class: class.to_owned(),
        doubling_time_days: time.map(|t| round(f64::from(t))),
        volume_ratio: Some(time.map_or(1.0, |t| round((f64::from(days) / f64::from(t)).exp2()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: PhantomSpec = PhantomSpec {
        seed: 4,
        nodules: 8,
        size: [128, 128, 64],
        spacing_mm: [2.8, 2.8, 5.0],
        ..PhantomSpec::DEFAULT
    };

    #[test]
    fn nodules_grow_by_their_doubling_time_and_stay_in_their_lobe() {
        let pair = FollowUp::new(&SPEC, 180, &JobContext::unobserved()).expect("two studies");
        let (prior, current) = (pair.prior.truth(), pair.current.truth());
        assert_eq!([prior.study.as_deref(), current.study.as_deref()], [Some("prior"), Some("current")]);
        assert_eq!(current.nodules.len(), 8);
        let mut compared = 0;
        for now in &current.nodules {
            let growth = now.growth.as_ref().expect("a growth");
            assert_eq!(now.malignant, growth.class == "malignant");
            if let Some(days) = growth.doubling_time_days {
                assert_eq!(now.malignant, (20.0..=400.0).contains(&days), "{growth:?}");
            }
            let Some(ratio) = growth.volume_ratio else { continue };
            let then = prior.nodules.iter().find(|p| p.ratings == now.ratings).expect("in the prior");
            assert_eq!((&then.lobe, &then.attachment), (&now.lobe, &now.attachment));
            let apart: f64 = (0..3).map(|a| (then.centre_lps_mm[a] - now.centre_lps_mm[a]).powi(2)).sum();
            // Shift, turn and breath add up to no more than this.
            assert!((0.5..40.0).contains(&apart.sqrt()), "{}", apart.sqrt());
            if now.attachment == "isolated" {
                // Both volumes are counted on 56 steps; the lung cuts nothing off an isolated one.
                assert!((now.volume_mm3 / then.volume_mm3 / ratio - 1.0).abs() < 0.03, "{then:?} {now:?}");
                compared += 1;
            }
        }
        assert!(compared > 0);
    }
}
