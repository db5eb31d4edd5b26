//! In which order slices are read: outwards from the one that somebody looks at.

use crate::volume::Volume;

/// The same for one picture alone: the middle one, then its neighbours, in case it cannot be read.
pub(super) fn from_the_middle(total: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..total).collect();
    order.sort_by_key(|k| (k.abs_diff(total / 2), usize::MAX - k));
    order
}

/// Numbers of slices that are still to be read, each handed out once: the nearest to the slice that is looked
/// at when it is asked for, of two as near the higher one.
pub(super) struct Outward<'a> {
    volume: &'a Volume,
    /// The slice to read for a slice of the volume: another one where the volume is resampled.
    read_for: &'a (dyn Fn(usize) -> usize + Sync),
    left: Vec<bool>,
    count: usize,
}

impl<'a> Outward<'a> {
    /// - `total`: how many there are to read
    /// - `read_for`: number of the slice to read for a slice of the volume
    pub(super) fn new(
        volume: &'a Volume,
        total: usize,
        read_for: &'a (dyn Fn(usize) -> usize + Sync),
    ) -> Self {
        Self { volume, read_for, left: vec![true; total], count: total }
    }

    fn nearest(&self) -> Option<usize> {
        let last = self.left.len().checked_sub(1)?;
        let from = (self.read_for)(self.volume.looked_at()).min(last);
        let is_left = |k: &usize| self.left.get(*k) == Some(&true);
        (0..=last).find_map(|away| {
            let above = Some(from + away).filter(is_left);
            above.or_else(|| from.checked_sub(away).filter(is_left))
        })
    }
}

impl Iterator for Outward<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.count == 0 {
            return None;
        }
        let k = self.nearest()?;
        *self.left.get_mut(k)? = false;
        self.count -= 1;
        Some(k)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, VoxelGrid};
    use crate::volume::Unit;

    fn volume(depth: usize) -> Volume {
        let grid = VoxelGrid::axis_aligned([1, 1, depth], [1.0; 3], Point::new(0.0, 0.0, 0.0));
        Volume::loading(grid.expect("a grid"), Unit::Hu, None)
    }

    #[test]
    fn slices_are_read_from_the_middle_outwards() {
        for (total, order) in [(5, vec![2, 3, 1, 4, 0]), (4, vec![2, 3, 1, 0]), (1, vec![0]), (0, vec![])] {
            let volume = volume(total.max(1));
            assert_eq!(Outward::new(&volume, total, &|k| k).collect::<Vec<_>>(), order);
            assert_eq!(from_the_middle(total), order);
        }
    }

    #[test]
    fn who_looks_elsewhere_is_served_there_and_every_slice_comes_once() {
        let volume = volume(20);
        let mut order = Outward::new(&volume, 20, &|k| k);
        assert_eq!(order.next(), Some(10));
        volume.look_at(17);
        assert_eq!(order.by_ref().take(4).collect::<Vec<_>>(), [17, 18, 16, 19]);
        volume.look_at(500);
        let mut rest: Vec<usize> = order.collect();
        assert_eq!(rest.first(), Some(&15));
        rest.sort_unstable();
        assert_eq!(rest, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15]);
    }
}
