//! Slices of a volume file as they come: whole numbers of 16 bits for as long as that is exact, else real numbers.

use std::sync::OnceLock;

use super::fault::Fault;
use crate::volume::{SliceError, Volume};

/// The values of a slice.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ingest) enum Numbers {
    /// All of them whole numbers of 16 bits.
    Whole(Box<[i16]>),
    Real(Box<[f32]>),
}

impl Numbers {
    fn real(self) -> Box<[f32]> {
        match self {
            Self::Whole(values) => values.iter().map(|v| f32::from(*v)).collect(),
            Self::Real(values) => values,
        }
    }
}

/// A volume that is being filled. One of whole numbers is left as it is from the first slice that is not whole on;
/// a volume of real numbers takes its place.
pub(in crate::ingest) struct Filling<'a> {
    given: &'a Volume,
    real: OnceLock<Volume>,
}

impl<'a> Filling<'a> {
    /// - `given`: without slices yet
    pub(in crate::ingest) fn new(given: &'a Volume) -> Self {
        Self { given, real: OnceLock::new() }
    }

    /// Slice `k` is there; many threads may give different slices at once.
    /// - errors: it does not fit the volume, or came twice
    pub(in crate::ingest) fn put(&self, k: usize, numbers: Numbers) -> Result<(), SliceError> {
        match (self.given.int16(), numbers, self.real.get()) {
            (Some(store), Numbers::Whole(values), None) => store.fill(k, values),
            (Some(_), numbers, _) => {
                let real = self.real.get_or_init(|| self.another());
                real.float32().map_or(Ok(()), |store| store.fill(k, numbers.real()))
            }
            (None, numbers, _) => self.given.float32().map_or(Ok(()), |store| store.fill(k, numbers.real())),
        }
    }

    fn another(&self) -> Volume {
        Volume::loading_real(*self.given.grid(), self.given.unit().clone())
    }

    /// All slices have come.
    /// - returns: the volume that took the place of the given one, where that could not hold all
    pub(in crate::ingest) fn done(self) -> Result<Option<Volume>, SliceError> {
        let Some(real) = self.real.into_inner() else { return Ok(None) };
        if let (Some(whole), Some(store)) = (self.given.int16(), real.float32()) {
            for (k, values) in (0..whole.depth()).filter_map(|k| Some((k, whole.slice(k)?))) {
                store.fill(k, values.iter().map(|v| f32::from(*v)).collect())?;
            }
        }
        Ok(Some(real))
    }
}

impl From<SliceError> for Fault {
    fn from(error: SliceError) -> Self {
        Self::Words(format!("cannot be used: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, VoxelGrid};
    use crate::volume::Unit;

    #[test]
    fn one_slice_that_is_not_whole_makes_all_of_them_real() {
        let grid = VoxelGrid::axis_aligned([2, 1, 3], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let given = Volume::loading(grid, Unit::Hu, None);
        let filling = Filling::new(&given);
        filling.put(1, Numbers::Whole([3, 4].into())).expect("fits");
        assert_eq!(given.slices_filled(), 1, "it can be looked at");
        filling.put(0, Numbers::Real([0.5, 1.0].into())).expect("fits");
        filling.put(2, Numbers::Whole([5, 6].into())).expect("fits");
        assert!(filling.put(2, Numbers::Whole([5, 6].into())).is_err(), "twice");
        let real = filling.done().expect("whole").expect("another volume");
        assert!(real.is_complete() && !given.is_complete());
        let values: Vec<f32> = real.float32().expect("real").all().concat();
        assert_eq!(values, [0.5, 1.0, 3.0, 4.0, 5.0, 6.0]);
        let given = Volume::loading(grid, Unit::Hu, None);
        let filling = Filling::new(&given);
        (0..3).for_each(|k| filling.put(k, Numbers::Whole([7, 8].into())).expect("fits"));
        assert!(filling.done().expect("whole").is_none() && given.is_complete());
    }
}
