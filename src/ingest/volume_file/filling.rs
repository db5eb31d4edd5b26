//! Slices of a volume file as they come: whole numbers of 16 bits for as long as that is exact, else real numbers.

use std::sync::OnceLock;

use super::fault::Fault;
use crate::ingest::defect::DefectCode;
use crate::volume::{SliceError, Volume};

/// The values of a slice.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ingest) enum Numbers {
    /// All of them whole numbers of 16 bits.
    Whole(Box<[i16]>),
    Real(Box<[f32]>),
}

impl Numbers {
    /// How many values are no numbers.
    pub(in crate::ingest) fn lost(&self) -> usize {
        match self {
            Self::Whole(_) => 0,
            Self::Real(values) => values.iter().filter(|v| !v.is_finite()).count(),
        }
    }

    /// The same with another value in the place of those that are none.
    pub(in crate::ingest) fn blanked(self, blank: i16) -> Self {
        let Self::Real(mut values) = self else { return self };
        values.iter_mut().filter(|v| !v.is_finite()).for_each(|v| *v = blank.into());
        let whole = values.iter().all(|v| f32::from(*v as i16) == *v);
        if whole { Self::Whole(values.iter().map(|v| *v as i16).collect()) } else { Self::Real(values) }
    }

    /// Refuses values that are no numbers.
    /// - `k`: number of the slice, for the sentence
    pub(super) fn all_are(&self, k: usize) -> Result<(), Fault> {
        let (Self::Real(values), n @ 1..) = (self, self.lost()) else { return Ok(()) };
        let first = values.iter().find(|v| !v.is_finite()).copied().unwrap_or(f32::NAN);
        let words = format!(
            "holds values that are no numbers ({first} in slice {}, {n} there in all); replace them by the \
             value of air and save it again",
            k + 1
        );
        Err(Fault::Unread(DefectCode::NotHu, words))
    }

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
    fn what_is_no_number_gives_its_place_to_another_value() {
        let some = Numbers::Real([3.0, f32::NAN, f32::INFINITY].into());
        assert_eq!(some.lost(), 2);
        assert!(some.all_are(4).is_err_and(|fault| format!("{fault:?}").contains("NaN in slice 5, 2 there")));
        assert_eq!(some.blanked(-1000), Numbers::Whole([3, -1000, -1000].into()));
        let some = Numbers::Real([3.5, f32::NAN].into());
        assert_eq!(some.blanked(0), Numbers::Real([3.5, 0.0].into()));
        assert!(Numbers::Whole([3].into()).all_are(0).is_ok());
    }

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
