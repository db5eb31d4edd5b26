//! A volume on a straight grid, made while its slices arrive: each of its slices as soon as the two stored ones
//! that it lies between are there, which are let go once nothing needs them any more.

use std::sync::{Arc, Mutex, PoisonError};

use super::straight::{Between, Straight};
use crate::volume::Padding;

/// What has arrived and is still needed.
pub(super) struct Upright<'a> {
    straight: &'a Straight,
    blank: i16,
    padding: Option<Padding>,
    /// Of each stored slice: the straight ones that need it.
    needed_by: Vec<Vec<usize>>,
    held: Mutex<Held>,
}

struct Held {
    /// By stored slice.
    values: Vec<Option<Stored>>,
    /// By stored slice: straight ones that are still to be made of it.
    left: Vec<usize>,
    /// By straight slice: whether somebody makes or has made it.
    taken: Vec<bool>,
}

impl<'a> Upright<'a> {
    /// - `stored`: number of stored slices, missing ones counted
    /// - `blank`: where nothing was measured; `padding`: what among the values says the same
    pub(super) fn new(straight: &'a Straight, stored: usize, blank: i16, padding: Option<Padding>) -> Self {
        let depth = straight.depth();
        let mut needed_by = vec![Vec::new(); stored];
        for k in 0..depth {
            for slot in straight.between(k).into_iter().flat_map(Between::slots) {
                if let Some(list) = needed_by.get_mut(slot) {
                    list.push(k);
                }
            }
        }
        let held = Held {
            values: vec![None; stored],
            left: needed_by.iter().map(Vec::len).collect(),
            taken: vec![false; depth],
        };
        Self { straight, blank, padding, needed_by, held: Mutex::new(held) }
    }

    /// The stored slice to read first for a straight one.
    pub(super) fn read_for(&self, k: usize) -> usize {
        self.straight.between(k).map_or(0, |between| between.nearest())
    }

    /// A stored slice is there: hands every straight slice that it completes to `made`.
    /// - `values`: `None` where it cannot be read: of what it would have said nothing is made up
    /// - errors: those of `made`
    pub(super) fn arrive<E>(
        &self,
        slot: usize,
        values: Option<Box<[i16]>>,
        mut made: impl FnMut(usize, Box<[i16]>) -> Result<(), E>,
    ) -> Result<(), E> {
        let needed_by = self.needed_by.get(slot).map_or(&[][..], Vec::as_slice);
        if needed_by.is_empty() {
            return Ok(());
        }
        let ready = self.ready(slot, values.map(Arc::from), needed_by);
        for (k, between, parts) in ready {
            let of = |slot: usize| {
                parts.iter().find(|(number, _)| *number == slot).and_then(|(_, values)| values.as_deref())
            };
            made(k, self.straight.slice(k, of, self.blank, self.padding))?;
            self.let_go(between);
        }
        Ok(())
    }

    /// The straight slices that nothing stored makes: beyond the ends and over gaps.
    /// - errors: those of `made`
    pub(super) fn rest<E>(&self, mut made: impl FnMut(usize, Box<[i16]>) -> Result<(), E>) -> Result<(), E> {
        for k in (0..self.straight.depth()).filter(|k| self.straight.between(*k).is_none()) {
            made(k, self.straight.slice(k, |_| None, self.blank, self.padding))?;
        }
        Ok(())
    }

    fn ready(&self, slot: usize, values: Stored, needed_by: &[usize]) -> Vec<(usize, Between, Parts)> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = held.values.get_mut(slot) {
            *place = Some(values);
        }
        let mut ready = Vec::new();
        for &k in needed_by {
            let Some(between) = self.straight.between(k) else { continue };
            let part = |slot: usize| Some((slot, held.values.get(slot)?.clone()?));
            let parts: Option<Parts> = between.slots().map(part).collect();
            if let (Some(parts), Some(taken @ false)) = (parts, held.taken.get_mut(k)) {
                *taken = true;
                ready.push((k, between, parts));
            }
        }
        ready
    }

    fn let_go(&self, between: Between) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for slot in between.slots() {
            let Some(left) = held.left.get_mut(slot) else { continue };
            *left = left.saturating_sub(1);
            if *left == 0
                && let Some(place) = held.values.get_mut(slot)
            {
                *place = None;
            }
        }
    }
}

/// A stored slice; `None` where it cannot be read.
type Stored = Option<Arc<[i16]>>;
/// Some with their numbers.
type Parts = Vec<(usize, Stored)>;

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::convert::Infallible;

    use super::*;
    use crate::geometry::{Patient, Point, Transform, Vector, VoxelGrid};
    use crate::ingest::order::Orientation;

    /// Slices of one pixel at 0, 2, 3, 5, 6 and 8 mm: seven straight ones of 4/3 mm.
    fn straight() -> Straight {
        let positions: Vec<Point<Patient>> =
            [0.0, 2.0, 3.0, 5.0, 6.0, 8.0].map(|z| Point::new(0.0, 0.0, z)).into();
        let axes = [Vector::new(1.0, 0.0, 0.0), Vector::new(0.0, 1.0, 0.0), Vector::new(0.0, 0.0, 1.6)];
        let [i, j, k] = axes;
        let stored = VoxelGrid::new([1, 1, 6], Transform::from_axes(i, j, k, positions[0])).expect("a grid");
        let axial = Orientation::new([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]).expect("axes");
        Straight::new(stored, &positions, &[0, 1, 2, 3, 4, 5], &axial, [1.0; 2]).expect("straight")
    }

    /// What becomes of them in this order of arrival, and how many stored slices are held in the end.
    fn made(order: &[usize], value: impl Fn(usize) -> Option<i16>) -> (Vec<Option<i16>>, usize) {
        let straight = straight();
        let upright = Upright::new(&straight, 6, -1000, None);
        let found = RefCell::new(vec![None; straight.depth()]);
        let keep = |k: usize, slice: Box<[i16]>| -> Result<(), Infallible> {
            assert_eq!(found.borrow_mut()[k].replace(slice[0]), None, "made once");
            Ok(())
        };
        for &slot in order {
            upright.arrive(slot, value(slot).map(|v| vec![v].into()), &keep).expect("kept");
        }
        upright.rest(&keep).expect("kept");
        let held = upright.held.lock().expect("free").values.iter().flatten().count();
        (found.into_inner(), held)
    }

    #[test]
    fn every_slice_is_made_once_in_any_order_and_nothing_is_held_afterwards() {
        let value = |slot: usize| Some([0, 20, 30, 50, 60, 80][slot]);
        let (in_order, held) = made(&[0, 1, 2, 3, 4, 5], value);
        assert_eq!(held, 0);
        // Ten a millimetre, rounded.
        let mm = |k: usize| 8.0 * k as f64 / (in_order.len() - 1) as f64;
        for (k, value) in in_order.iter().enumerate() {
            assert!((f64::from(value.expect("made")) - 10.0 * mm(k)).abs() <= 0.5, "{k}: {value:?}");
        }
        assert_eq!(made(&[3, 2, 4, 5, 0, 1], value), (in_order, 0));
    }

    #[test]
    fn a_slice_that_cannot_be_read_leaves_blank_what_it_would_have_made() {
        let whole = made(&[0, 1, 2, 3, 4, 5], |_| Some(40)).0;
        assert!(whole.iter().all(|v| *v == Some(40)));
        let (found, held) = made(&[0, 1, 2, 3, 4, 5], |slot| (slot != 3).then_some(40));
        let straight = straight();
        for (k, value) in found.iter().enumerate() {
            let needs = straight.between(k).expect("measured").slots().any(|slot| slot == 3);
            assert_eq!(*value, Some(if needs { -1000 } else { 40 }), "{k}");
        }
        assert_eq!(held, 0);
    }
}
