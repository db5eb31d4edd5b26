//! How many rays a frame can afford, from what earlier ones cost.

/// Time that a frame may spend on rays, ms.
const BUDGET_MS: f64 = 28.0;

/// Fewest rays of a frame: below, a picture would never be done.
const FEWEST: f64 = 6000.0;

/// What rays cost on this adapter, for whole pictures and for those that are still being turned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    fine_ms: f64,
    coarse_ms: f64,
}

impl Default for Pace {
    /// As a software adapter on two cores does: a faster one is known after the first picture.
    fn default() -> Self {
        Self { fine_ms: 0.004, coarse_ms: 0.001 }
    }
}

impl Pace {
    /// Takes in what some rays took.
    pub fn learn(&mut self, rays: f64, fine: bool, took_ms: f64) {
        // A handful says more of the start of a pass than of rays.
        if rays < 1000.0 || !took_ms.is_finite() {
            return;
        }
        let slot = if fine { &mut self.fine_ms } else { &mut self.coarse_ms };
        let each = (took_ms / rays).clamp(1e-7, 1.0);
        // Rays through bone and through air differ: the dearer ones count for more.
        *slot = if each > *slot { each } else { 0.5 * *slot + 0.5 * each };
    }

    /// How many rays a frame can afford.
    pub fn rays(&self, fine: bool) -> f64 {
        (BUDGET_MS / if fine { self.fine_ms } else { self.coarse_ms }).max(FEWEST)
    }

    /// Pixels of the large picture for one ray along each axis, while it is being turned.
    pub fn divider(&self, [width, height]: [u32; 2]) -> u32 {
        let all = f64::from(width) * f64::from(height);
        ((all / self.rays(false)).sqrt().ceil() as u32).clamp(2, 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_adapter_is_given_more_and_a_slow_picture_counts_at_once() {
        let mut pace = Pace::default();
        assert_eq!(pace.divider([512, 512]), 4);
        for _ in 0..20 {
            pace.learn(100_000.0, true, 1.0);
            pace.learn(100_000.0, false, 0.5);
        }
        assert!(pace.rays(true) > 1e6, "{pace:?}");
        assert_eq!(pace.divider([512, 512]), 2);
        pace.learn(100_000.0, true, 1000.0);
        assert!(pace.rays(true) <= FEWEST);
        pace.learn(10.0, true, 1000.0);
        pace.learn(1e5, true, f64::NAN);
        assert!(pace.rays(true) >= FEWEST);
    }
}
