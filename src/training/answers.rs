//! What a taught network says of pictures of cases: plain numbers, for evaluation and for features.

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::error::TrainingError;
use crate::inference::{LearningDevice, Readers, ReadersHead, normalise, read};
use crate::jobs::JobContext;
use crate::networks::m3net::{FusionLayers, M3Net, path_of, published_layout};
use crate::networks::weights::{StateDict, load_into};
use crate::networks::{M3NET_SCALES, M3NET_WIDEST, Tapped, Taps, m3net_config};

/// Pictures that are asked about at once.
const BATCH: usize = 8;

/// A network with the weights of one fold, on a device.
pub struct Taught {
    net: M3Net,
    /// `None` for weights that were taught without it.
    head: Option<ReadersHead>,
    device: Device,
}

/// What it says of one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Benign, malignant.
    pub logits: [f64; 2],
    /// Each scale's own logits: micro, meso, macro.
    pub scales: [[f64; 2]; 3],
    /// What it expects of the readers; `None` for weights without that head.
    pub readers: Option<Readers>,
    /// Pooled features of the scales, micro first.
    pub features: Vec<f64>,
}

impl Reply {
    /// The logit margin of the answer.
    pub fn margin(&self) -> f64 {
        margin(self.logits)
    }
}

/// Malignant less benign.
fn margin([benign, malignant]: [f64; 2]) -> f64 {
    malignant - benign
}

impl Taught {
    /// Builds the network from the tensors of one network (see `networks::weights`).
    /// - errors: an unknown network, keys or shapes that do not fit
    pub fn new(model: &str, mut state: StateDict, device: &LearningDevice) -> Result<Self, TrainingError> {
        let layers = m3net_config(model)?;
        let head = ReadersHead::taken_from(&mut state);
        let mut net = M3Net::new(&layers, &device.device);
        load_into(&mut net, model, &published_layout(&layers), state, path_of)?;
        Ok(Self { net: net.fold(), head, device: device.device.clone() })
    }

    /// Columns, rows and slices of the largest crop: what pictures are made in.
    pub fn picture_size(&self) -> [usize; 3] {
        M3NET_WIDEST
    }

    /// Asks about pictures, a few at a time, on the calling thread; crops are prepared on all cores.
    /// - `count`: number of pictures
    /// - `picture`: HU of one of them in [`Taught::picture_size`], order [slice][column][row]; smaller
    ///   crops are its middle
    /// - `told`: called with the number of those that are answered
    /// - errors: a cancel, a device that failed, values that are no numbers
    pub fn ask(
        &self,
        count: usize,
        picture: impl Fn(usize) -> Vec<f32> + Sync,
        ctx: &JobContext,
        mut told: impl FnMut(usize) -> Result<(), TrainingError>,
    ) -> Result<Vec<Reply>, TrainingError> {
        let whole = self.picture_size();
        let mut replies = Vec::with_capacity(count);
        for first in (0..count).step_by(BATCH) {
            ctx.check()?;
            told(first)?;
            let some: Vec<usize> = (first..(first + BATCH).min(count)).collect();
            let pictures: Vec<[Vec<f32>; 3]> = some
                .par_iter()
                .map(|&number| {
                    let hu = picture(number);
                    M3NET_SCALES.map(|scale| {
                        let mut crop = centred(&hu, whole, scale.crop);
                        normalise(&mut crop);
                        crop
                    })
                })
                .collect();
            replies.extend(self.ask_some(&pictures)?);
        }
        Ok(replies)
    }

    fn ask_some(&self, pictures: &[[Vec<f32>; 3]]) -> Result<Vec<Reply>, TrainingError> {
        let count = pictures.len();
        let mut features: Vec<Vec<f64>> = vec![Vec::new(); count];
        let mut scales = vec![[[0.0; 2]; 3]; count];
        for (number, scale) in M3NET_SCALES.iter().enumerate() {
            let [columns, rows, slices] = scale.crop;
            let values: Vec<f32> = pictures.iter().flat_map(|crops| crops[number].iter().copied()).collect();
            let crops =
                Tensor::from_data(TensorData::new(values, [count, slices, columns, rows]), &self.device);
            let tap = format!("{}.avgpool", M3Net::scope(scale.scale));
            let mut taps = Taps::of(&[&tap]);
            let logits = numbers(self.net.encode(scale.scale, crops, &mut taps))?;
            let pooled = match taps.take(&tap) {
                Some(Tapped::D2(pooled)) => numbers(pooled)?,
                _ => Vec::new(),
            };
            for (n, (own, logits)) in scales.iter_mut().zip(logits.chunks_exact(2)).enumerate() {
                own[number].copy_from_slice(logits);
                let width = pooled.len() / count;
                features[n].extend_from_slice(&pooled[width * n..width * (n + 1)]);
            }
        }
        let logits = self.fuse(&scales, FusionLayers::ALL)?;
        let said = scales.into_iter().zip(features).zip(logits);
        Ok(said
            .map(|((scales, features), logits)| {
                let readers = self.head.as_ref().map(|head| head.read(&features));
                Reply { logits, scales, readers, features }
            })
            .collect())
    }

    /// The answers of the fusion, or of a part of it, to each scale's logits.
    /// - `scales`: of each picture: micro, meso, macro
    /// - returns: benign, malignant of each
    pub fn fuse(
        &self,
        scales: &[[[f64; 2]; 3]],
        layers: FusionLayers,
    ) -> Result<Vec<[f64; 2]>, TrainingError> {
        if scales.is_empty() {
            return Ok(Vec::new());
        }
        let tensor = |n: usize| {
            let values: Vec<f32> = scales.iter().flat_map(|s| s[n].map(|v| v as f32)).collect();
            Tensor::<2>::from_data(TensorData::new(values, [scales.len(), 2]), &self.device)
        };
        let logits = numbers(self.net.fuse_ablated([tensor(0), tensor(1), tensor(2)], layers))?;
        Ok(logits.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect())
    }
}

fn numbers(tensor: Tensor<2>) -> Result<Vec<f64>, TrainingError> {
    read(tensor).map_err(|error| TrainingError::Device(error.to_string()))
}

/// The middle of a picture, as a crop of this size around the same voxel is cut: half of the size, rounded
/// down, lies before it.
/// - `hu`: [slice][column][row]
/// - `from`, `to`: columns, rows, slices; `to` nowhere larger
fn centred(hu: &[f32], from: [usize; 3], to: [usize; 3]) -> Vec<f32> {
    let start: [usize; 3] = std::array::from_fn(|a| from[a] / 2 - to[a] / 2);
    let mut crop = Vec::with_capacity(to.iter().product());
    for k in start[2]..start[2] + to[2] {
        for i in start[0]..start[0] + to[0] {
            let row = (k * from[0] + i) * from[1] + start[1];
            crop.extend_from_slice(&hu[row..row + to[1]]);
        }
    }
    crop
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_picture_is_the_crop_around_the_same_voxel() {
        // Value tells slice, column, row.
        let from = [6, 4, 3];
        let hu: Vec<f32> = (0..72).map(|n| (n / 24 * 100 + n / 4 % 6 * 10 + n % 4) as f32).collect();
        assert_eq!(centred(&hu, from, from), hu);
        // Half of 6 is 3 and of 2 is 1: columns 2 and 3, rows 1 and 2, slice 1.
        assert_eq!(centred(&hu, from, [2, 2, 1]), [121.0, 122.0, 131.0, 132.0]);
    }
}
