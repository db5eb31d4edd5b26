//! Signed distances in millimetres (negative inside) and how they become grey values.
//!
//! Every organ of the phantom is such a distance. Edges are as wide as the scanner blurs them, so
//! that a voxel half filled by a rib holds half a rib. Used by every file of this room.

use glam::Vec3;

/// How much of a voxel lies inside a surface, from 0 to 1.
/// - `d_mm`: signed distance of the voxel's centre
/// - `edge_mm`: width over which the edge is blurred, > 0
#[inline]
pub(super) fn coverage(d_mm: f32, edge_mm: f32) -> f32 {
    let t = (0.5 - d_mm / edge_mm).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// 0 below `low`, 1 above `high`, smooth between them.
#[inline]
pub(super) fn ramp(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// 1 between `low` and `high`, 0 further than `soft` outside, smooth between.
#[inline]
pub(super) fn plateau(low: f32, high: f32, soft: f32, x: f32) -> f32 {
    ramp(low - soft, low, x) * (1.0 - ramp(high, high + soft, x))
}

/// A sine to about one thousandth, many times faster than the exact one: for ripples and bows.
#[inline]
pub(super) fn wave(x: f32) -> f32 {
    let turns = x * (0.5 / std::f32::consts::PI);
    let t = turns - (turns + 0.5f32.copysign(turns)) as i32 as f32;
    // A parabola per half turn, then corrected by its own square.
    let y = 8.0 * t - 16.0 * t * t.abs();
    0.225 * (y * y.abs() - y) + y
}

/// Length of a flat vector; no value here is large enough to need the careful one.
#[inline]
pub(super) fn length(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

/// Straight mixture of two values.
#[inline]
pub(super) fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// Union of two shapes whose seam is rounded over `k` mm.
#[inline]
pub(super) fn smooth_min(a: f32, b: f32, k: f32) -> f32 {
    let h = (k - (a - b).abs()).max(0.0) / k;
    a.min(b) - h * h * k * 0.25
}

/// Intersection of two shapes whose edge is rounded over `k` mm.
#[inline]
pub(super) fn smooth_max(a: f32, b: f32, k: f32) -> f32 {
    -smooth_min(-a, -b, k)
}

/// A tube piece with round ends, from radius `ra` at `a` to `rb` at `b`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tube {
    pub a: Vec3,
    pub b: Vec3,
    pub ra: f32,
    pub rb: f32,
}

impl Tube {
    pub(super) fn new(a: Vec3, ra: f32, b: Vec3, rb: f32) -> Self {
        Self { a, b, ra, rb }
    }

    /// Distance, and how far along the tube the nearest place lies (0 to 1).
    #[inline]
    pub(super) fn distance(&self, p: Vec3) -> f32 {
        let (ab, ap) = (self.b - self.a, p - self.a);
        let t = (ap.dot(ab) / ab.length_squared().max(1e-6)).clamp(0.0, 1.0);
        (ap - ab * t).length() - mix(self.ra, self.rb, t)
    }

    /// Lower and upper corner of a box around the tube, `margin` mm larger on every side.
    pub(super) fn bounds(&self, margin: f32) -> (Vec3, Vec3) {
        let (ra, rb) = (Vec3::splat(self.ra + margin), Vec3::splat(self.rb + margin));
        ((self.a - ra).min(self.b - rb), (self.a + ra).max(self.b + rb))
    }
}

/// An ellipsoid of any orientation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ellipsoid {
    centre: Vec3,
    axes: [Vec3; 3],
    semi: Vec3,
}

impl Ellipsoid {
    /// Along the patient's axes.
    pub(super) fn upright(centre: Vec3, semi: Vec3) -> Self {
        Self { centre, axes: [Vec3::X, Vec3::Y, Vec3::Z], semi }
    }

    /// The first semi-axis points along `long`.
    pub(super) fn along(centre: Vec3, long: Vec3, semi: Vec3) -> Self {
        let x = long.normalize_or(Vec3::X);
        let y = x.any_orthonormal_vector();
        Self { centre, axes: [x, y, x.cross(y)], semi }
    }

    /// The same, `mm` thicker on every side (thinner where negative).
    pub(super) fn grown(&self, mm: f32) -> Self {
        Self { semi: (self.semi + Vec3::splat(mm)).max(Vec3::splat(1.0)), ..*self }
    }

    /// Distance, exact on the surface and of first order near it.
    #[inline]
    pub(super) fn distance(&self, p: Vec3) -> f32 {
        let q = p - self.centre;
        let q = Vec3::new(q.dot(self.axes[0]), q.dot(self.axes[1]), q.dot(self.axes[2]));
        let (k0, k1) = ((q / self.semi).length(), (q / (self.semi * self.semi)).length());
        if k1 < 1e-9 { -self.semi.min_element() } else { k0 * (k0 - 1.0) / k1 }
    }

    /// Lower and upper corner of a box around it, `margin` mm larger on every side.
    pub(super) fn bounds(&self, margin: f32) -> (Vec3, Vec3) {
        let reach = (0..3).fold(Vec3::ZERO, |sum, n| {
            let along = self.axes[n] * self.semi[n];
            sum + along * along
        });
        let reach = Vec3::new(reach.x.sqrt(), reach.y.sqrt(), reach.z.sqrt()) + Vec3::splat(margin);
        (self.centre - reach, self.centre + reach)
    }
}

/// Distance of a flat oval with half-widths `rx`, `ry`, centred at the origin.
#[inline]
pub(super) fn oval(x: f32, y: f32, rx: f32, ry: f32) -> f32 {
    let (u, v) = (x / rx, y / ry);
    let k0 = length(u, v);
    let k1 = length(u / rx, v / ry);
    if k1 < 1e-9 { -rx.min(ry) } else { k0 * (k0 - 1.0) / k1 }
}

/// A quantity that changes smoothly along the body's axis, given at a few heights.
#[derive(Clone, Debug)]
pub(super) struct Profile(pub &'static [(f32, f32)]);

impl Profile {
    /// Value at height `z` mm (held constant past both ends) and its slope per mm.
    pub(super) fn at(&self, z: f32) -> (f32, f32) {
        let knots = self.0;
        let last = knots.len() - 1;
        if z <= knots[0].0 {
            return (knots[0].1, 0.0);
        }
        if z >= knots[last].0 {
            return (knots[last].1, 0.0);
        }
        let n = knots.iter().rposition(|k| k.0 <= z).unwrap_or(0).min(last - 1);
        let slope = |m: usize| -> f32 {
            if m == 0 || m == last {
                return 0.0;
            }
            (knots[m + 1].1 - knots[m - 1].1) / (knots[m + 1].0 - knots[m - 1].0)
        };
        let ((z0, v0), (z1, v1)) = (knots[n], knots[n + 1]);
        let width = z1 - z0;
        let t = (z - z0) / width;
        let (m0, m1) = (slope(n) * width, slope(n + 1) * width);
        let (t2, t3) = (t * t, t * t * t);
        let value = (2.0 * t3 - 3.0 * t2 + 1.0) * v0
            + (t3 - 2.0 * t2 + t) * m0
            + (3.0 * t2 - 2.0 * t3) * v1
            + (t3 - t2) * m1;
        let rate = (6.0 * t2 - 6.0 * t) * v0
            + (3.0 * t2 - 4.0 * t + 1.0) * m0
            + (6.0 * t - 6.0 * t2) * v1
            + (3.0 * t2 - 2.0 * t) * m1;
        (value, rate / width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_voxel_is_covered_on_the_surface() {
        assert_eq!(coverage(0.0, 1.5), 0.5);
        assert_eq!([coverage(-2.0, 1.5), coverage(2.0, 1.5)], [1.0, 0.0]);
    }

    #[test]
    fn the_fast_wave_is_a_sine() {
        for n in -200..200 {
            let x = n as f32 * 0.17;
            assert!((wave(x) - x.sin()).abs() < 2e-3, "{x}");
        }
    }

    #[test]
    fn distances_are_exact_for_round_shapes() {
        let ball = Ellipsoid::upright(Vec3::new(1.0, 2.0, 3.0), Vec3::splat(5.0));
        // Single precision of values about ten.
        assert!((ball.distance(Vec3::new(1.0, 2.0, 11.0)) - 3.0).abs() < 1e-4);
        let tube = Tube::new(Vec3::ZERO, 2.0, Vec3::X * 10.0, 4.0);
        assert!((tube.distance(Vec3::new(5.0, 7.0, 0.0)) - 4.0).abs() < 1e-4);
        assert!((oval(0.0, 9.0, 4.0, 4.0) - 5.0).abs() < 1e-4);
    }

    #[test]
    fn a_profile_passes_through_its_knots_and_is_smooth() {
        let profile = Profile(&[(-10.0, 1.0), (0.0, 4.0), (20.0, 2.0)]);
        assert_eq!(profile.at(0.0).0, 4.0);
        assert_eq!([profile.at(-50.0).0, profile.at(50.0).0], [1.0, 2.0]);
        let (below, above) = (profile.at(-0.001), profile.at(0.001));
        assert!((below.1 - above.1).abs() < 0.01);
    }
}
