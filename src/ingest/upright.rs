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
    values: Vec<Option<Arc<[i16]>>>,
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
    /// - errors: those of `made`
    pub(super) fn arrive<E>(
        &self,
        slot: usize,
        values: Box<[i16]>,
        mut made: impl FnMut(usize, Box<[i16]>) -> Result<(), E>,
    ) -> Result<(), E> {
        let needed_by = self.needed_by.get(slot).map_or(&[][..], Vec::as_slice);
        if needed_by.is_empty() {
            return Ok(());
        }
        let ready = self.ready(slot, Arc::from(values), needed_by);
        for (k, between, parts) in ready {
            let of = |slot: usize| {
                parts.iter().find(|(number, _)| *number == slot).map(|(_, values)| values.as_ref())
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

    fn ready(&self, slot: usize, values: Arc<[i16]>, needed_by: &[usize]) -> Vec<(usize, Between, Parts)> {
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

/// Stored slices with their numbers.
type Parts = Vec<(usize, Arc<[i16]>)>;
