//! Which readings are of one nodule.

use super::readings::Reading;

/// Most readings that one nodule can have: there were four readers.
const MOST_READERS: usize = 4;
/// Each further attempt takes so much of the last tolerance.
const FACTOR: f64 = 0.9;
/// No attempt is made below this, mm.
const FLOOR_MM: f64 = 0.1;

/// Groups readings into nodules by single linkage: two readings belong together where any of their
/// outline points lie within a tolerance. It begins at the slice thickness and shrinks by 0.9 until no
/// group has more than four readings, or it would fall below 0.1 mm.
///
/// - `spacing_mm`: of columns and rows; z of outlines is in millimetres already
/// - `thickness_mm`: Slice Thickness, the first tolerance
/// - returns: indices into `readings`, groups in the order of their first reading; a group may have more
///   than four where the smallest tolerance does not part it
/// - source: `cluster_annotations` of pylidc, by which M3Net's table was made
pub fn cluster(readings: &[Reading], spacing_mm: [f64; 2], thickness_mm: f64) -> Vec<Vec<usize>> {
    let [si, sj] = spacing_mm;
    let points: Vec<Vec<[f64; 3]>> =
        readings.iter().map(|r| r.points().map(|[i, j, z]| [i * si, j * sj, z]).collect()).collect();
    let mut pairs = Vec::new();
    for (a, of_a) in points.iter().enumerate() {
        for (b, of_b) in points.iter().enumerate().skip(a + 1) {
            // The tolerance only shrinks: what is further apart is never joined.
            if let Some(distance) = nearest_mm(of_a, of_b).filter(|d| *d <= thickness_mm) {
                pairs.push((a, b, distance));
            }
        }
    }
    let mut tolerance = thickness_mm;
    loop {
        let groups = joined(readings.len(), &pairs, tolerance);
        let next = tolerance * FACTOR;
        if groups.iter().all(|g| g.len() <= MOST_READERS) || next < FLOOR_MM || next.is_nan() {
            return groups;
        }
        tolerance = next;
    }
}

/// Smallest distance of two points; `None` where one list is empty.
fn nearest_mm(a: &[[f64; 3]], b: &[[f64; 3]]) -> Option<f64> {
    let square = |p: &[f64; 3], q: &[f64; 3]| p.iter().zip(q).map(|(x, y)| (x - y).powi(2)).sum::<f64>();
    let all = a.iter().flat_map(|p| b.iter().map(move |q| square(p, q)));
    all.min_by(f64::total_cmp).map(f64::sqrt)
}

/// Connected groups at a tolerance.
fn joined(count: usize, pairs: &[(usize, usize, f64)], tolerance: f64) -> Vec<Vec<usize>> {
    // Each points to the first of its group.
    let mut first: Vec<usize> = (0..count).collect();
    for (a, b, _) in pairs.iter().filter(|(.., d)| *d <= tolerance) {
        if let (Some(&of_a), Some(&of_b)) = (first.get(*a), first.get(*b)) {
            let (low, high) = (of_a.min(of_b), of_a.max(of_b));
            first.iter_mut().filter(|f| **f == high).for_each(|f| *f = low);
        }
    }
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (n, first) in first.into_iter().enumerate() {
        if let Some(group) = groups.get_mut(first) {
            group.push(n);
        }
    }
    groups.retain(|g| !g.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::lidc::Contour;

    fn reading(i: f64, z_mm: f64) -> Reading {
        let points = vec![[i, 10.0], [i + 2.0, 10.0], [i + 1.0, 12.0]];
        let contour = |z_mm| Contour { z_mm, inclusion: true, points: points.clone() };
        Reading {
            session: 0,
            nodule_id: String::new(),
            malignancy: Some(3),
            characteristics: [None; 8],
            contours: vec![contour(z_mm), contour(z_mm + 1.0)],
        }
    }

    #[test]
    fn readings_join_through_others_and_not_across_a_gap() {
        // Points 2 px = 1 mm apart along i; 0 and 2 touch only through 1.
        let readings = [reading(0.0, 0.0), reading(4.0, 0.0), reading(8.0, 0.0), reading(0.0, 5.0)];
        assert_eq!(cluster(&readings, [0.5, 0.5], 1.0), [vec![0, 1, 2], vec![3]]);
        assert_eq!(cluster(&readings, [0.5, 0.5], 0.99), [vec![0], vec![1], vec![2], vec![3]]);
        assert_eq!(cluster(&readings, [0.5, 0.5], 4.0), [vec![0, 1, 2, 3]]);
        assert!(cluster(&[], [0.5, 0.5], 1.0).is_empty());
    }

    #[test]
    fn more_than_four_readings_are_parted_by_a_smaller_tolerance() {
        // Two nodules of three readings, 1.6 mm apart: 2.0, 1.8, 1.62, 1.458.
        let near = [0.0, 0.2, 0.4].map(|i| reading(i, 0.0));
        let far = [0.0, 0.2, 0.4].map(|i| reading(i + 5.6, 0.0));
        let readings: Vec<Reading> = near.into_iter().chain(far).collect();
        assert_eq!(cluster(&readings, [0.5, 0.5], 2.0), [vec![0, 1, 2], vec![3, 4, 5]]);
    }

    #[test]
    fn what_cannot_be_parted_stays_together_and_the_search_ends() {
        let readings: Vec<Reading> = (0..5).map(|_| reading(0.0, 0.0)).collect();
        assert_eq!(cluster(&readings, [0.5, 0.5], 2.5), [vec![0, 1, 2, 3, 4]]);
        assert_eq!(cluster(&readings, [0.5, 0.5], f64::NAN).len(), 5);
    }
}
