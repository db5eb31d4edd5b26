//! The clinical fields: categories as codes, and how many of them the weights know.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::FIELDS;
use crate::networks::weights::{Array, StateDict};

/// Rows of the embedding before those of the first field. Source: CSF-NET (num_special_tokens).
const SPECIAL: usize = 2;

/// More than any table of people has: a file that asks for more is damaged.
const MOST_CATEGORIES: usize = 10_000;

/// Key of the first row of each field.
pub(super) const OFFSETS: &str = "categories_offset";
/// Key of the embedding.
const EMBEDDING: &str = "categorical_embeds.weight";

/// First row of each field in the embedding.
pub(super) fn offsets(categories: &[usize; 6]) -> [usize; 6] {
    let mut next = SPECIAL;
    categories.map(|count| {
        let first = next;
        next += count;
        first
    })
}

/// Rows of the embedding.
pub(super) fn rows(categories: &[usize; 6]) -> usize {
    SPECIAL + categories.iter().sum::<usize>()
}

/// A category that the weights were not trained with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("category {code} of '{field}' is not known to the weights, which have {known} (from 0)")]
pub struct UnknownCategory {
    /// Field, as in [`FIELDS`].
    pub field: &'static str,
    /// What was asked about.
    pub code: usize,
    /// Number of categories.
    pub known: usize,
}

/// Codes of the six fields of each patient of a batch, checked against a network's categories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clinical {
    /// Rows of the embedding, patient by patient.
    rows: Vec<i64>,
    patients: usize,
}

impl Clinical {
    /// - `categories`: of each field, as the network has them
    /// - `codes`: of each patient, in the order of [`FIELDS`], from 0
    /// - errors: a code that the network has no category for
    pub fn new(categories: &[usize; 6], codes: &[[usize; 6]]) -> Result<Self, UnknownCategory> {
        let offsets = offsets(categories);
        let mut rows = Vec::with_capacity(codes.len() * FIELDS.len());
        for patient in codes {
            for (((&code, &known), &offset), field) in
                patient.iter().zip(categories).zip(&offsets).zip(FIELDS)
            {
                if code >= known {
                    return Err(UnknownCategory { field, code, known });
                }
                // Fewer rows than any embedding that fits into memory.
                rows.push((offset + code) as i64);
            }
        }
        Ok(Self { rows, patients: codes.len() })
    }

    /// `[batch, 6]`, rows of the embedding.
    pub(super) fn tensor(&self, device: &Device) -> Tensor<2, Int> {
        Tensor::from_data(TensorData::new(self.rows.clone(), [self.patients, FIELDS.len()]), device)
    }
}

/// Why a checkpoint does not tell its categories.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CategoriesError {
    /// It lacks one of the two tensors that tell.
    #[error("the weights do not tell how many categories each clinical field has: {key} is missing")]
    Missing {
        /// Published key.
        key: &'static str,
    },
    /// The first rows of the fields are none.
    #[error(
        "the weights do not tell how many categories each clinical field has: {OFFSETS} is no list of six rising numbers from {SPECIAL} on, below the rows of {EMBEDDING}"
    )]
    Inconsistent,
}

/// Categories of each field, as a checkpoint has them: a network for it is made with these.
/// - errors: a checkpoint without the buffer or the embedding, or with one that does not fit the other
pub fn categories_of(state: &StateDict) -> Result<[usize; 6], CategoriesError> {
    let tensor = |key: &'static str| state.tensors.get(key).ok_or(CategoriesError::Missing { key });
    let (buffer, embedding) = (tensor(OFFSETS)?, tensor(EMBEDDING)?);
    let rows = embedding.shape.first().copied().unwrap_or(0);
    let firsts: [f32; 6] = buffer.values.as_slice().try_into().map_err(|_| CategoriesError::Inconsistent)?;
    let whole = |v: f32| (v.fract() == 0.0 && v >= 0.0 && v <= rows as f32).then_some(v as usize);
    let mut ends = firsts.iter().skip(1).copied().map(whole).chain([Some(rows)]);
    let mut counts = [0; 6];
    let mut first = SPECIAL;
    if whole(firsts[0]) != Some(first) {
        return Err(CategoriesError::Inconsistent);
    }
    for count in &mut counts {
        let end = ends.next().flatten().filter(|end| *end > first).ok_or(CategoriesError::Inconsistent)?;
        (*count, first) = (end - first, end);
    }
    Ok(counts)
}

/// Categories with which a network has as many rows in its embedding as these weights: where the values
/// that tell them apart have not been read, or are wrong.
pub fn any_categories(state: &StateDict) -> [usize; 6] {
    let rows = state.tensors.get(EMBEDDING).and_then(|array| array.shape.first()).copied().unwrap_or(0);
    let mut counts = [1; 6];
    counts[0] = rows.saturating_sub(SPECIAL + 5).clamp(1, MOST_CATEGORIES);
    counts
}

/// Key and shape of what [`categories_array`] gives.
pub fn categories_shape() -> (String, Vec<usize>) {
    (OFFSETS.to_owned(), vec![FIELDS.len()])
}

/// The tensor of a checkpoint that tells the categories, with its published key: to be added to what is
/// written.
pub fn categories_array(categories: &[usize; 6]) -> (String, Array) {
    let values = offsets(categories).iter().map(|first| *first as f32).collect();
    (OFFSETS.to_owned(), Array { shape: vec![FIELDS.len()], values })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(offsets: &[f32], rows: usize) -> StateDict {
        let tensors = [
            (OFFSETS.to_owned(), Array { shape: vec![offsets.len()], values: offsets.to_vec() }),
            (EMBEDDING.to_owned(), Array { shape: vec![rows, 4], values: vec![0.0; rows * 4] }),
        ];
        StateDict { tensors: tensors.into() }
    }

    #[test]
    fn categories_are_read_back_as_they_were_written() {
        let categories = [6, 2, 2, 20, 5, 3];
        let (key, array) = categories_array(&categories);
        let mut written = state(&[], rows(&categories));
        written.tensors.insert(key, array);
        assert_eq!(categories_of(&written), Ok(categories));
    }

    #[test]
    fn buffers_that_tell_no_categories_are_refused() {
        let good = [2.0, 8.0, 10.0, 12.0, 32.0, 37.0];
        assert_eq!(categories_of(&state(&good, 40)), Ok([6, 2, 2, 20, 5, 3]));
        let with = |n: usize, value: f32| {
            let mut offsets = good;
            offsets[n] = value;
            categories_of(&state(&offsets, 40))
        };
        for (n, value) in [(0, 0.0), (1, 2.0), (2, 9.5), (3, f32::NAN), (4, -1.0), (5, 40.0), (5, 1e30)] {
            assert_eq!(with(n, value), Err(CategoriesError::Inconsistent), "{n}: {value}");
        }
        assert_eq!(categories_of(&state(&good[..5], 40)), Err(CategoriesError::Inconsistent));
        assert_eq!(categories_of(&state(&good, 37)), Err(CategoriesError::Inconsistent));
        let error = categories_of(&StateDict::default()).expect_err("nothing there").to_string();
        assert!(error.contains(OFFSETS), "{error}");
    }

    #[test]
    fn a_code_beyond_the_categories_is_refused_by_name() {
        let categories = [6, 2, 2, 20, 5, 3];
        assert!(Clinical::new(&categories, &[[5, 1, 1, 19, 4, 2], [0; 6]]).is_ok());
        let error = Clinical::new(&categories, &[[0; 6], [0, 0, 2, 0, 0, 0]]).expect_err("too high");
        assert_eq!(error, UnknownCategory { field: "gender", code: 2, known: 2 });
    }
}
