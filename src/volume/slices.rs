//! Slice-wise storage that can be read while it is being filled.

use std::sync::{Arc, OnceLock};

/// Why a slice was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SliceError {
    /// No such slice.
    #[error("slice {0} is outside the volume")]
    Outside(usize),
    /// Wrong number of values.
    #[error("a slice of {got} values was given where {expected} are needed")]
    Length {
        /// Values given.
        got: usize,
        /// Values needed.
        expected: usize,
    },
    /// The slice is there already.
    #[error("slice {0} was given twice")]
    Twice(usize),
}

/// `depth` slices of `width * height` values each, row by row (index `j * width + i`).
///
/// Each slice is one allocation, so loading needs no second copy of the volume and no lock: a
/// slice is either absent or complete.
#[derive(Debug)]
pub struct Slices<T> {
    slice_len: usize,
    // A box behind the count: what was decoded is not copied once more.
    slices: Vec<OnceLock<Arc<Box<[T]>>>>,
}

impl<T> Slices<T> {
    /// Storage without any slice yet.
    /// - `size`: columns, rows, slices
    pub fn empty(size: [usize; 3]) -> Self {
        Self { slice_len: size[0] * size[1], slices: (0..size[2]).map(|_| OnceLock::new()).collect() }
    }

    /// Fills slice `k`; many threads may fill different slices at once.
    pub fn fill(&self, k: usize, values: Box<[T]>) -> Result<(), SliceError> {
        if values.len() != self.slice_len {
            return Err(SliceError::Length { got: values.len(), expected: self.slice_len });
        }
        let slice = self.slices.get(k).ok_or(SliceError::Outside(k))?;
        slice.set(Arc::new(values)).map_err(|_| SliceError::Twice(k))
    }

    /// Other slices of the same size: those that `edited` gives are new, the rest are shared with these.
    /// - returns: `None` while slices are missing
    pub(super) fn with(&self, edited: impl Fn(usize, &[T]) -> Option<Box<[T]>>) -> Option<Self> {
        let slice = |(k, slice): (usize, &OnceLock<Arc<Box<[T]>>>)| {
            let known = slice.get()?;
            Some(match edited(k, known) {
                Some(new) if new.len() == self.slice_len => OnceLock::from(Arc::new(new)),
                _ => OnceLock::from(Arc::clone(known)),
            })
        };
        let slices = self.slices.iter().enumerate().map(slice).collect::<Option<_>>()?;
        Some(Self { slice_len: self.slice_len, slices })
    }

    /// The values of slice `k`, or `None` while it is not there.
    pub fn slice(&self, k: usize) -> Option<&[T]> {
        self.slices.get(k)?.get().map(|slice| &***slice)
    }

    /// Every slice in order; absent ones are empty. For inner loops that index by hand.
    pub fn all(&self) -> Vec<&[T]> {
        self.slices.iter().map(|s| s.get().map_or(&[][..], |slice| &***slice)).collect()
    }

    /// Number of slices, filled or not.
    pub fn depth(&self) -> usize {
        self.slices.len()
    }

    /// Number of slices that are there.
    pub fn filled(&self) -> usize {
        self.slices.iter().filter(|s| s.get().is_some()).count()
    }
}
