//! Directions spread evenly over a sphere, and what a quantity looks like over them.

/// `count` unit vectors, as evenly spread as a Fibonacci lattice is (Gonzalez, Mathematical Geosciences
/// 42 (2010) 49-64).
pub(super) fn directions(count: usize) -> Vec<[f64; 3]> {
    let golden = std::f64::consts::PI * (3.0 - 5.0f64.sqrt());
    (0..count)
        .map(|n| {
            let z = 1.0 - (2.0 * n as f64 + 1.0) / count as f64;
            let (sin, cos) = (golden * n as f64).sin_cos();
            let r = (1.0 - z * z).max(0.0).sqrt();
            [r * cos, r * sin, z]
        })
        .collect()
}

/// A weight over directions, gathered one at a time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spread {
    weight: f64,
    count: f64,
    sum: [f64; 3],
    moment: [f64; 6],
}

/// How a weight is spread over the known directions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    /// Mean weight, 0 to 1.
    pub mean: f32,
    /// Length of the mean direction: 0 all around or on opposite sides, 1 on one side.
    pub one_sided: f32,
    /// Largest eigenvalue of the mean of `d dT`: 1/3 all around, 1/2 a ring, 1 two opposite ends.
    pub longest: f32,
    /// Smallest: 1/3 all around, 0 a ring or two ends.
    pub shortest: f32,
}

impl Spread {
    pub(super) fn add(&mut self, direction: [f64; 3], weight: f32) {
        let ([x, y, z], w) = (direction, f64::from(weight));
        self.count += 1.0;
        self.weight += w;
        for (sum, v) in self.sum.iter_mut().zip([x, y, z]) {
            *sum += w * v;
        }
        for (sum, v) in self.moment.iter_mut().zip([x * x, y * y, z * z, x * y, x * z, y * z]) {
            *sum += w * v;
        }
    }

    /// How many directions are known.
    pub(super) fn known(&self) -> usize {
        self.count as usize
    }

    /// - returns: all but the mean are those of an even spread where there is hardly any weight
    pub(super) fn shape(&self) -> Shape {
        let mean = if self.count > 0.0 { self.weight / self.count } else { 0.0 };
        if self.weight < 0.75 {
            return Shape { mean: mean as f32, one_sided: 0.0, longest: 1.0 / 3.0, shortest: 1.0 / 3.0 };
        }
        let one_sided = self.sum.iter().map(|v| v * v).sum::<f64>().sqrt() / self.weight;
        let [low, _, high] = eigenvalues(self.moment.map(|v| v / self.weight));
        Shape { mean: mean as f32, one_sided: one_sided as f32, longest: high as f32, shortest: low as f32 }
    }
}

/// Eigenvalues of a symmetric matrix `[xx, yy, zz, xy, xz, yz]`, ascending; the closed form of
/// Smith, Communications of the ACM 4 (1961) 168.
pub(super) fn eigenvalues([a, b, c, d, e, f]: [f64; 6]) -> [f64; 3] {
    let off = d * d + e * e + f * f;
    let q = (a + b + c) / 3.0;
    let p2 = (a - q).powi(2) + (b - q).powi(2) + (c - q).powi(2) + 2.0 * off;
    let p = (p2 / 6.0).sqrt();
    if p <= 1e-12 * (q.abs() + 1e-300) {
        return [q; 3];
    }
    let [x, y, z, u, v, w] = [(a - q) / p, (b - q) / p, (c - q) / p, d / p, e / p, f / p];
    let det = x * (y * z - w * w) - u * (u * z - w * v) + v * (u * w - y * v);
    let angle = (det / 2.0).clamp(-1.0, 1.0).acos() / 3.0;
    let high = q + 2.0 * p * angle.cos();
    let low = q + 2.0 * p * (angle + 2.0 * std::f64::consts::PI / 3.0).cos();
    [low, 3.0 * q - high - low, high]
}
