//! Boxes in single slices to candidates in the volume, where a network answers slice by slice.

use crate::geometry::{Patient, Point, Voxel, VoxelGrid};

/// Two boxes are of one nodule if they share more than this of what they cover together. Ours: the
/// published network stops at the slice.
const OVERLAP: f64 = 0.1;
/// So many slices without a box may lie between two boxes of one nodule.
const GAP: usize = 1;

/// A rectangle in a slice, in columns and rows; the centre of the first pixel is at 0, so that the slice
/// begins at -0.5.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SliceBox {
    /// Left and upper edge.
    pub min: [f64; 2],
    /// Right and lower edge.
    pub max: [f64; 2],
}

impl SliceBox {
    /// From shares of a slice, cut at its edges.
    /// - `shares`: left and upper edge, width and height, each a share of the slice's size, as
    ///   `networks::ssm::Detection` has them: they hold for whatever size the slice was resized to
    /// - `size`: columns and rows of the slice
    pub fn of_shares(shares: [f32; 4], size: [usize; 2]) -> Self {
        let edge = |axis: usize, share: f32| f64::from(share.clamp(0.0, 1.0)) * size[axis] as f64 - 0.5;
        let [left, top, width, height] = shares;
        Self { min: [edge(0, left), edge(1, top)], max: [edge(0, left + width), edge(1, top + height)] }
    }

    /// Outer corners in the patient of the box over a run of slices, LPS mm: half a voxel beyond the centres
    /// of its first and last slice; corner n takes the upper side of axis a where bit a of n is set, as in
    /// [`super::Region`].
    /// - `slices`: first and last, both inside
    /// - `grid`: of the volume whose slices were asked about
    pub fn corners(&self, slices: [usize; 2], grid: &VoxelGrid) -> [Point<Patient>; 8] {
        let [first, last] = slices.map(|k| k as f64);
        let sides = [[self.min[0], self.max[0]], [self.min[1], self.max[1]], [first - 0.5, last + 0.5]];
        std::array::from_fn(|n| {
            let corner = Point::new(sides[0][n & 1], sides[1][n >> 1 & 1], sides[2][n >> 2 & 1]);
            grid.patient_from_voxel() * corner
        })
    }

    /// Columns times rows.
    pub fn area(&self) -> f64 {
        (0..2).map(|axis| (self.max[axis] - self.min[axis]).max(0.0)).product()
    }

    /// Share of what both cover in what either covers, 0 to 1.
    pub fn overlap(&self, other: &Self) -> f64 {
        let both = Self {
            min: std::array::from_fn(|axis| self.min[axis].max(other.min[axis])),
            max: std::array::from_fn(|axis| self.max[axis].min(other.max[axis])),
        };
        let either = self.area() + other.area() - both.area();
        if either > 0.0 { both.area() / either } else { 0.0 }
    }

    fn around(&self, other: &Self) -> Self {
        Self {
            min: std::array::from_fn(|axis| self.min[axis].min(other.min[axis])),
            max: std::array::from_fn(|axis| self.max[axis].max(other.max[axis])),
        }
    }
}

/// What a network found in one slice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SliceFinding {
    /// Which slice.
    pub slice: usize,
    /// Where in it.
    pub bounds: SliceBox,
    /// How sure the network is, 0 to 1.
    pub probability: f64,
}

/// Boxes of neighbouring slices that are one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// First and last slice.
    pub slices: [usize; 2],
    /// Around the boxes of all its slices.
    pub bounds: SliceBox,
    /// The highest of its slices.
    pub probability: f64,
    /// Middle of the box in the slice of the highest probability.
    pub at: Point<Voxel>,
    /// Its findings, by their place in the list that was given; sorted by slice.
    pub findings: Vec<usize>,
}

/// Joins findings whose slices are neighbours, or have one without a box between them, and whose boxes
/// overlap; and so on from slice to slice. Two boxes of one slice are joined through others alone.
/// - returns: sorted by first slice; every finding is in one candidate
pub fn grouped(findings: &[SliceFinding]) -> Vec<Candidate> {
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|n| (findings[*n].slice, *n));
    // Group of each finding in that order: the place of an earlier one, or its own.
    let mut leader: Vec<usize> = (0..order.len()).collect();
    fn first(leader: &[usize], mut at: usize) -> usize {
        while leader[at] != at {
            at = leader[at];
        }
        at
    }
    for (place, n) in order.iter().enumerate() {
        let own = &findings[*n];
        for earlier in (0..place).rev() {
            let other = &findings[order[earlier]];
            let apart = own.slice - other.slice;
            if apart > GAP + 1 {
                break;
            }
            if apart > 0 && own.bounds.overlap(&other.bounds) > OVERLAP {
                let (a, b) = (first(&leader, place), first(&leader, earlier));
                leader[a.max(b)] = a.min(b);
            }
        }
    }
    let mut candidates: Vec<(usize, Candidate)> = Vec::new();
    for (place, n) in order.iter().enumerate() {
        let (own, group) = (&findings[*n], first(&leader, place));
        let middle = |axis: usize| f64::midpoint(own.bounds.min[axis], own.bounds.max[axis]);
        let at = Point::new(middle(0), middle(1), own.slice as f64);
        match candidates.iter_mut().find(|(known, _)| *known == group) {
            Some((_, candidate)) => {
                candidate.slices[1] = own.slice;
                candidate.bounds = candidate.bounds.around(&own.bounds);
                candidate.findings.push(*n);
                if own.probability > candidate.probability {
                    (candidate.probability, candidate.at) = (own.probability, at);
                }
            }
            None => candidates.push((
                group,
                Candidate {
                    slices: [own.slice; 2],
                    bounds: own.bounds,
                    probability: own.probability,
                    at,
                    findings: vec![*n],
                },
            )),
        }
    }
    candidates.into_iter().map(|(_, candidate)| candidate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::VoxelBox;

    fn finding(slice: usize, [left, top, side]: [f64; 3], probability: f64) -> SliceFinding {
        let bounds = SliceBox { min: [left, top], max: [left + side, top + side] };
        SliceFinding { slice, bounds, probability }
    }

    #[test]
    fn shares_become_pixels_of_the_slice_and_end_at_its_edges() {
        let found = SliceBox::of_shares([0.25, 0.5, 0.125, 0.25], [512, 400]);
        assert_eq!(found, SliceBox { min: [127.5, 199.5], max: [191.5, 299.5] });
        let cut = SliceBox::of_shares([0.75, 0.0, 0.5, 1.0], [512, 400]);
        assert_eq!(cut.max, [511.5, 399.5]);
    }

    #[test]
    fn the_corners_of_a_box_over_the_whole_of_a_slice_are_those_of_its_voxels() {
        let grid = VoxelGrid::axis_aligned([40, 30, 20], [0.7, 0.8, 2.5], Point::new(-10.0, 5.0, 100.0))
            .expect("a grid");
        let whole = SliceBox::of_shares([0.0, 0.0, 1.0, 1.0], [40, 30]).corners([3, 5], &grid);
        let bounds = VoxelBox { min: [0, 0, 3], size: [40, 30, 3] };
        for (found, corner) in whole.into_iter().zip(bounds.corners()) {
            // Rounding of positions below 200 mm.
            assert!(found.distance(grid.patient_from_voxel() * corner) < 1e-9);
        }
    }

    #[test]
    fn overlap_is_shared_area_over_joint_area() {
        let [a, b] = [[0.0, 0.0, 10.0], [5.0, 0.0, 10.0]].map(|place| finding(0, place, 1.0).bounds);
        assert!((a.overlap(&b) - 50.0 / 150.0).abs() < 1e-12);
        assert_eq!(a.overlap(&a), 1.0);
        assert_eq!(a.overlap(&finding(0, [20.0, 0.0, 10.0], 1.0).bounds), 0.0);
        let nothing = SliceBox { min: [1.0; 2], max: [1.0; 2] };
        assert_eq!(nothing.overlap(&nothing), 0.0);
    }

    #[test]
    fn boxes_that_overlap_from_slice_to_slice_are_one_candidate() {
        // Slides to the right, so that the first and the last box share nothing; slice 12 is missing.
        let nodule = [(10, 0.0, 0.6), (11, 4.0, 0.9), (13, 8.0, 0.7), (14, 12.0, 0.8)]
            .map(|(slice, left, p)| finding(slice, [left, 0.0, 10.0], p));
        let found = grouped(&nodule);
        assert_eq!(found.len(), 1);
        let candidate = &found[0];
        assert_eq!((candidate.slices, candidate.probability), ([10, 14], 0.9));
        assert_eq!(candidate.bounds, SliceBox { min: [0.0, 0.0], max: [22.0, 10.0] });
        assert_eq!(candidate.at, Point::new(9.0, 5.0, 11.0));
        assert_eq!(candidate.findings, [0, 1, 2, 3]);
    }

    #[test]
    fn distance_in_slices_and_too_small_an_overlap_keep_candidates_apart() {
        let apart = |a, b| grouped(&[a, b]).len() == 2;
        let here = finding(5, [0.0, 0.0, 10.0], 0.5);
        assert!(!apart(here, finding(7, [0.0, 0.0, 10.0], 0.5)), "one slice between them");
        assert!(apart(here, finding(8, [0.0, 0.0, 10.0], 0.5)), "two slices between them");
        assert!(apart(here, finding(5, [0.0, 0.0, 10.0], 0.5)), "the same slice");
        // Shares of 20 / 180 and of 18 / 182, the latter below a tenth.
        assert!(!apart(here, finding(6, [8.0, 0.0, 10.0], 0.5)));
        assert!(apart(here, finding(6, [8.2, 0.0, 10.0], 0.5)));
        assert!(grouped(&[]).is_empty());
    }

    #[test]
    fn two_groups_that_a_later_box_joins_become_one_and_the_order_given_does_not_matter() {
        let findings = [
            finding(1, [0.0, 0.0, 10.0], 0.2),
            finding(1, [8.0, 0.0, 10.0], 0.3),
            finding(2, [4.0, 0.0, 10.0], 0.4),
            finding(2, [90.0, 0.0, 10.0], 0.1),
        ];
        let found = grouped(&findings);
        assert_eq!(found.iter().map(|c| c.findings.clone()).collect::<Vec<_>>(), [vec![0, 1, 2], vec![3]]);
        let mut turned = findings;
        turned.reverse();
        let sorted = |mut found: Vec<Candidate>| -> Vec<_> {
            found.sort_by(|a, b| a.probability.total_cmp(&b.probability));
            found.into_iter().map(|c| (c.slices, c.bounds, c.probability, c.at)).collect()
        };
        assert_eq!(sorted(found), sorted(grouped(&turned)));
    }
}
