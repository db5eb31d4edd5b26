//! Which slices an encoder sees: the host draws, the network obeys.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::SLICES;

/// Why a mask is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// Not each slice once.
    #[error("the order of montage {item} does not name each of the {SLICES} slices once")]
    NoPermutation {
        /// Item of the batch, from 0.
        item: usize,
    },
    /// Nothing or too much is kept.
    #[error("{kept} of {SLICES} slices cannot be kept: at least 1, at most all")]
    Kept {
        /// What was asked for.
        kept: usize,
    },
}

/// For each montage of a batch the order of its slices; those at the front are seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    kept: usize,
    orders: Vec<[usize; SLICES]>,
}

impl Mask {
    /// - `orders`: of each montage a permutation of its slices
    /// - `kept`: how many of them are seen, the first ones (published: [`super::KEPT`])
    /// - errors: no permutation, none or too many kept
    pub fn new(orders: Vec<[usize; SLICES]>, kept: usize) -> Result<Self, MaskError> {
        if kept == 0 || kept > SLICES {
            return Err(MaskError::Kept { kept });
        }
        for (item, order) in orders.iter().enumerate() {
            let mut sorted = *order;
            sorted.sort_unstable();
            if sorted.iter().enumerate().any(|(n, slice)| n != *slice) {
                return Err(MaskError::NoPermutation { item });
            }
        }
        Ok(Self { kept, orders })
    }

    /// How many slices of a montage are seen.
    pub fn kept(&self) -> usize {
        self.kept
    }

    /// `[batch, 25]`: 1 where a slice is hidden, 0 where it is seen.
    pub fn hidden(&self, device: &Device) -> Tensor<2> {
        let values: Vec<f32> = self.ranks().map(|rank| if rank < self.kept { 0.0 } else { 1.0 }).collect();
        Tensor::from_data(TensorData::new(values, [self.orders.len(), SLICES]), device)
    }

    /// The seen tokens of `[batch, 25, width]`, in the mask's order.
    pub(super) fn seen(&self, tokens: Tensor<3>) -> Tensor<3> {
        let order = self.orders.iter().map(|order| order.iter().take(self.kept).copied());
        let rows = order.enumerate().flat_map(|(item, order)| order.map(move |slice| item * SLICES + slice));
        pick(tokens, rows, self.kept)
    }

    /// Tokens `[batch, 25, width]` in the mask's order, back in the slices' order.
    pub(super) fn restored(&self, tokens: Tensor<3>) -> Tensor<3> {
        let rows = self.ranks().enumerate().map(|(n, rank)| n / SLICES * SLICES + rank);
        pick(tokens, rows, SLICES)
    }

    /// Montage by montage and slice by slice, its place in the order.
    fn ranks(&self) -> impl Iterator<Item = usize> + '_ {
        self.orders.iter().flat_map(|order| {
            let mut ranks = [0; SLICES];
            for (rank, &slice) in order.iter().enumerate() {
                // A permutation: checked when it was made.
                if let Some(place) = ranks.get_mut(slice) {
                    *place = rank;
                }
            }
            ranks
        })
    }
}

/// `[batch, tokens, width]`, of it these rows of all batches one after the other.
fn pick(x: Tensor<3>, rows: impl Iterator<Item = usize>, each: usize) -> Tensor<3> {
    let [batch, tokens, width] = x.dims();
    // Fewer than there are values in a tensor.
    let rows: Vec<i64> = rows.map(|row| row as i64).collect();
    let count = rows.len();
    let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [count]), &x.device());
    x.reshape([batch * tokens, width]).select(0, rows).reshape([batch, each, width])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_comes_back_to_its_place() {
        let mut order: [usize; SLICES] = std::array::from_fn(|n| n * 7 % SLICES);
        let second = std::array::from_fn(|n| SLICES - 1 - n);
        let mask = Mask::new(vec![order, second], 12).expect("two permutations");
        let values: Vec<f32> = (0..2 * SLICES).map(|n| n as f32).collect();
        let x = Tensor::<3>::from_data(TensorData::new(values.clone(), [2, SLICES, 1]), &Device::flex());
        let seen: Vec<f32> = mask.seen(x.clone()).into_data().try_to_vec().expect("floats");
        assert_eq!(seen[..4], [0.0, 7.0, 14.0, 21.0]);
        assert_eq!(seen[12..15], [49.0, 48.0, 47.0]);
        let whole = Mask::new(vec![order, second], SLICES).expect("two permutations");
        let back: Vec<f32> = whole.restored(whole.seen(x)).into_data().try_to_vec().expect("floats");
        assert_eq!(back, values);
        let hidden: Vec<f32> = mask.hidden(&Device::flex()).into_data().try_to_vec().expect("floats");
        assert_eq!((hidden.iter().sum::<f32>(), hidden[7], hidden[SLICES]), (26.0, 0.0, 1.0));
        order[3] = order[4];
        assert_eq!(Mask::new(vec![second, order], 12), Err(MaskError::NoPermutation { item: 1 }));
        assert_eq!(Mask::new(vec![second], 0), Err(MaskError::Kept { kept: 0 }));
        assert_eq!(Mask::new(vec![second], 26), Err(MaskError::Kept { kept: 26 }));
    }
}
