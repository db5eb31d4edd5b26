//! Fixed positions: what tells a token its slice. Never learned, so no parameter.

use burn::tensor::{Device, Tensor, TensorData};

use super::config::{GRID, MaemcConfig, Positions, SLICES};
use crate::networks::weights::StateDict;

/// Wavelengths grow from 2 pi to this many times that.
const LONGEST: f64 = 10_000.0;

/// Position of every token: the class token's is zero, then the slices'.
/// - `width`: features of a token, a multiple of 4
/// - returns: `[26, width]`, row by row
/// - source: [`Positions::Line`]: Vaswani et al. 2017, section 3.5, as the paper has it;
///   [`Positions::Grid`]: mae, util/pos_embed.py
pub fn positions(kind: Positions, width: usize) -> Vec<f32> {
    let mut values = vec![0.0; width];
    for slice in 0..SLICES {
        let (row, column) = (slice / GRID, slice % GRID);
        let token = (0..width).map(|feature| match kind {
            Positions::Line => {
                let angle = slice as f64 / wave(feature / 2, width / 2);
                if feature % 2 == 0 { angle.sin() } else { angle.cos() }
            }
            Positions::Grid => {
                let (half, quarter) = (width / 2, width / 4);
                let (at, feature) = (if feature < half { column } else { row }, feature % half);
                let angle = at as f64 / wave(feature % quarter, quarter);
                if feature < quarter { angle.sin() } else { angle.cos() }
            }
        });
        values.extend(token.map(|v| v as f32));
    }
    values
}

/// The n-th of `count` wavelengths, by 2 pi.
fn wave(n: usize, count: usize) -> f64 {
    LONGEST.powf(n as f64 / count as f64)
}

/// [`positions`] as a constant, `[1, 26, width]`.
pub(super) fn constant(kind: Positions, width: usize, device: &Device) -> Tensor<3> {
    Tensor::from_data(TensorData::new(positions(kind, width), [1, 1 + SLICES, width]), device)
}

/// A checkpoint whose positions are of no known kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{key} holds neither of the two kinds of fixed positions for 25 slices: the weights are of another network"
)]
pub struct UnknownPositions {
    /// Published key.
    pub key: String,
}

/// The positions with which a checkpoint was made: a network for it is made with these.
/// - returns: `None` where the checkpoint does not hold them; it needs none
/// - errors: positions of another kind, or of another number of slices
pub fn positions_of(state: &StateDict, config: &MaemcConfig) -> Result<Option<Positions>, UnknownPositions> {
    let widths = [("pos_embed", config.encoder.width), ("decoder_pos_embed", config.decoder.width)];
    let mut found = None;
    for (key, width) in widths {
        let Some(array) = state.tensors.get(key) else { continue };
        let equal = |kind: &Positions| {
            let own = positions(*kind, width);
            // MAE computes in single and in double precision, depending on the version.
            array.values.len() == own.len() && array.values.iter().zip(own).all(|(a, b)| (a - b).abs() < 1e-4)
        };
        let kind = [Positions::Line, Positions::Grid].into_iter().find(equal);
        let agrees = kind.is_some() && found.is_none_or(|other| kind == Some(other));
        found = Some(kind.filter(|_| agrees).ok_or_else(|| UnknownPositions { key: key.to_owned() })?);
    }
    Ok(found)
}
