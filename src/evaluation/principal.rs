//! Principal components: the directions in which rows of numbers differ most.

/// Rounds of the subspace iteration that finds them.
const ROUNDS: usize = 60;

/// A mean, and orthogonal directions with the variance along each, most first (Pearson, Phil. Mag. 2 (1901)
/// 559-572; found by subspace iteration on the centred rows, without their covariance matrix).
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    /// Of each column.
    pub mean: Vec<f64>,
    /// Unit vectors and the variance along each; one of nothing where rows differ along fewer directions.
    pub components: Vec<(Vec<f64>, f64)>,
    /// Variance along all directions.
    pub total: f64,
}

impl Principal {
    /// - `rows`: all of one length, finite
    /// - `kept`: number of directions, at most the length of a row
    pub fn of(rows: &[&[f32]], kept: usize) -> Self {
        let (count, width) = (rows.len().max(1) as f64, rows.first().map_or(0, |row| row.len()));
        let mean: Vec<f64> =
            (0..width).map(|a| rows.iter().map(|r| f64::from(r[a])).sum::<f64>() / count).collect();
        let centred: Vec<Vec<f64>> =
            rows.iter().map(|r| r.iter().zip(&mean).map(|(v, m)| f64::from(*v) - m).collect()).collect();
        let total: f64 = centred.iter().flatten().map(|v| v * v).sum::<f64>() / count;
        // Started from fixed vectors: no chance takes part.
        let mut basis: Vec<Vec<f64>> = (0..kept.min(width))
            .map(|c| (0..width).map(|a| 1.0 / (1.0 + ((a * 7 + c * 13) % 31) as f64)).collect())
            .collect();
        orthonormal(&mut basis);
        for _ in 0..ROUNDS {
            basis = basis.iter().map(|b| times(&centred, b)).collect();
            orthonormal(&mut basis);
        }
        let variance = |b: &Vec<f64>| centred.iter().map(|row| dot(row, b).powi(2)).sum::<f64>() / count;
        let variances: Vec<f64> = basis.iter().map(variance).collect();
        Self { mean, components: basis.into_iter().zip(variances).collect(), total }
    }

    /// Variance along the directions that are not kept.
    pub fn left(&self) -> f64 {
        (self.total - self.components.iter().map(|(_, v)| v).sum::<f64>()).max(0.0)
    }

    /// How far a row lies from the mean along each direction.
    /// - `row`: as long as the mean
    pub fn along(&self, row: &[f32]) -> Vec<f64> {
        let centred: Vec<f64> = row.iter().zip(&self.mean).map(|(v, m)| f64::from(*v) - m).collect();
        self.components.iter().map(|(direction, _)| dot(direction, &centred)).collect()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The covariance times a vector, without the matrix.
fn times(rows: &[Vec<f64>], vector: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; vector.len()];
    for row in rows {
        let along = dot(row, vector);
        out.iter_mut().zip(row).for_each(|(o, v)| *o += along * v);
    }
    out
}

/// Gram-Schmidt; a vector that is nothing new becomes nothing.
fn orthonormal(basis: &mut [Vec<f64>]) {
    for n in 0..basis.len() {
        let (before, rest) = basis.split_at_mut(n);
        let Some(vector) = rest.first_mut() else { return };
        for other in before {
            let along = dot(vector, other);
            vector.iter_mut().zip(other.iter()).for_each(|(v, o)| *v -= along * o);
        }
        let length = dot(vector, vector).sqrt();
        vector.iter_mut().for_each(|v| *v = if length > 1e-12 { *v / length } else { 0.0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_axis_of_a_cloud_comes_first_with_its_variance() {
        // Along (3, 4)/5 by -2..2, across it by +-0.5.
        let rows: Vec<[f32; 2]> = (-2..=2)
            .flat_map(|n| [-0.5f32, 0.5].map(|s| (n as f32, s)))
            .map(|(long, short)| [1.0 + 0.6 * long - 0.8 * short, 2.0 + 0.8 * long + 0.6 * short])
            .collect();
        let rows: Vec<&[f32]> = rows.iter().map(|row| row.as_slice()).collect();
        let found = Principal::of(&rows, 2);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-5, "{a} {b}");
        close(found.mean[0], 1.0);
        close(found.mean[1], 2.0);
        // The mean of 4, 1, 0, 1, 4; and a quarter.
        close(found.components[0].1, 2.0);
        close(found.components[1].1, 0.25);
        close(found.components[0].0[0].abs(), 0.6);
        close(found.left(), 0.0);
        close(found.along(rows[9])[0].abs(), 2.0);
    }

    #[test]
    fn rows_that_are_all_alike_lie_at_the_mean() {
        let found = Principal::of(&[&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]], 2);
        assert_eq!((found.total, found.along(&[1.0, 2.0, 3.0])), (0.0, vec![0.0, 0.0]));
    }
}
