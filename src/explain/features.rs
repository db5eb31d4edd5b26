//! What a layer computed of what it read: all channels, for sheets of pictures.

use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};

use super::error::ExplainError;
use super::picture::{Picture, UNIT, extremes, plane};
use super::sampled::block;
use crate::inference::csf::CsfNetwork;
use crate::inference::maemc::MaemcNetwork;
use crate::inference::mmcaf::MmcafNetwork;
use crate::inference::ssm::{SlicePicture, SsmNetwork};
use crate::inference::{Answer, Crop, Detail, Loaded, M3NetNetwork, RegionName, read_single};
use crate::networks::csf::CsfNet;
use crate::networks::layers::Drop;
use crate::networks::m3net::M3Net;
use crate::networks::maemc::{GRID, PATCH};
use crate::networks::mmcaf::Mmcaf;
use crate::networks::{Scale, Tapped, Taps, m3net_config, ssm};

/// The layer that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LayerWanted {
    /// Of what was read there: one of [`read_parts`].
    pub part: RegionName,
    /// Its number; `None`, or one that there is not, for one in the middle, fine enough to be seen and deep enough to mean something.
    pub layer: Option<usize>,
}

/// The channels of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureMaps {
    /// Of what was read there.
    pub part: RegionName,
    /// The layers of the network's way from there, from the input on, by their names in the published code.
    pub layers: Vec<String>,
    /// Which of them this is.
    pub layer: usize,
    /// Cells along slices, columns, rows; one slice of a planar layer. Tokens are cells where their patches lie.
    pub shape: [usize; 3],
    /// Channel after channel, each of `shape`, rows fastest; no unit.
    pub values: Arc<[f32]>,
    /// Smallest and largest value of each channel, over all of its slices.
    pub ranges: Vec<[f32; 2]>,
    /// What the network read.
    pub read: Picture,
    /// Slices of it from one slice of cells to the next.
    step: usize,
}

impl FeatureMaps {
    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.ranges.len()
    }

    /// One slice of a channel: columns, each with its rows; empty where there is none.
    pub fn plane(&self, channel: usize, slice: usize) -> &[f32] {
        plane(&self.values, self.shape, channel, slice)
    }

    /// The slice of what was read over which a slice of cells is centred: kernels are odd and padded evenly, so cell n
    /// stands over slice `stride x n`; a planar layer takes all slices at once, of which the middle one is shown.
    pub fn slice_read(&self, slice: usize) -> usize {
        let [slices, ..] = self.read.shape;
        if self.shape[0] > 1 { (slice * self.step).min(slices.saturating_sub(1)) } else { slices / 2 }
    }
}

/// What the layers of a network's answer can be looked at for: M3Net's crops, both dates, or the one block.
pub fn read_parts(answer: &Answer) -> &'static [RegionName] {
    match answer.detail {
        Detail::M3Net(_) => &[RegionName::Micro, RegionName::Meso, RegionName::Macro],
        Detail::Mmcaf(_) => &[RegionName::Window],
        // The classifier reads the axial slices alone.
        Detail::Maemc(_) => &[RegionName::Axial],
        Detail::Csf(_) => &[RegionName::Prior, RegionName::Current],
        Detail::Ssm(_) => &[RegionName::Slice],
    }
}

/// Runs the network once more on what it read, and keeps a layer.
/// - `network`: that answered, or the first of them
/// - `slice`: what LungNodule-SSM read; its answer keeps one channel, as it was before it was scaled
/// - errors: another network; a part or layer that it does not have, a device that failed, numbers that are none
pub fn feature_maps(
    network: &Loaded,
    answer: &Answer,
    slice: Option<&SlicePicture>,
    wanted: LayerWanted,
) -> Result<FeatureMaps, ExplainError> {
    match (network, &answer.detail) {
        (Loaded::M3Net(network), Detail::M3Net(seen)) => {
            let scale = Scale::ALL.into_iter().find(|scale| RegionName::from(*scale) == wanted.part);
            let scale = scale.ok_or(ExplainError::NoLayer(wanted.part.name()))?;
            let layers = m3net_config(&answer.model).map_or(&[][..], |c| c.encoders[scale as usize].layers());
            of_crop(network, (&seen.crops[scale as usize], scale), layers, wanted)
        }
        (Loaded::Mmcaf(network), Detail::Mmcaf(seen)) => of_window(network, &seen.seen, wanted),
        (Loaded::Maemc(network), Detail::Maemc(seen)) => of_montage(network, &seen.axial, wanted),
        (Loaded::Csf(network), Detail::Csf(seen)) => {
            let date = usize::from(wanted.part == RegionName::Current);
            of_date(network, &seen.seen[date], wanted)
        }
        (Loaded::Ssm(network), Detail::Ssm(_)) => {
            of_slice(network, slice.ok_or(ExplainError::NoLayer("slice"))?, wanted)
        }
        _ => Err(ExplainError::NoLayer(wanted.part.name())),
    }
}

fn of_crop(
    network: &M3NetNetwork,
    (crop, scale): (&Crop, Scale),
    layers: &[&str],
    wanted: LayerWanted,
) -> Result<FeatureMaps, ExplainError> {
    let layers = layers.iter().map(|name| (*name).to_owned()).collect();
    let [columns, rows, slices] = crop.context.bounds.size;
    let read = Picture { shape: [slices, columns, rows], values: Arc::clone(&crop.values), range: UNIT };
    let run = |layer: &str| {
        let name = format!("{}.{layer}", M3Net::scope(scale));
        let mut taps = Taps::of(&[&name]);
        network.net().encode(scale, network.input(crop, crop.values.to_vec()), &mut taps);
        taps.take(&name)
    };
    kept(wanted, layers, read, Cells::Columns, run)
}

fn of_window(network: &MmcafNetwork, seen: &[f32], wanted: LayerWanted) -> Result<FeatureMaps, ExplainError> {
    let shape = network.field().window();
    let layers = Mmcaf::LAYERS.map(str::to_owned).to_vec();
    let run = |layer: &str| {
        let mut taps = Taps::of(&[layer]);
        network.net().image_features(block(seen, shape, network.device()), &mut taps, Drop::Nothing);
        taps.take(layer)
    };
    let mut maps = kept(wanted, layers, Picture::of_rows(seen, shape, extremes(seen)), Cells::Rows, run)?;
    let cells = maps.layers.get(maps.layer).and_then(|layer| Mmcaf::cells(layer));
    maps.step = cells.map_or(maps.step, |cells| cells.step[0] as usize);
    Ok(maps)
}

fn of_montage(
    network: &MaemcNetwork,
    seen: &[f32],
    wanted: LayerWanted,
) -> Result<FeatureMaps, ExplainError> {
    let side = GRID * PATCH;
    let layers = network.net().encoder().layers();
    let run = |layer: &str| {
        let mut taps = Taps::of(&[layer]);
        let montage = block(seen, [1, side, side], network.device());
        network.net().forward_tapped(montage.repeat_dim(1, network.channels()), &mut taps);
        taps.take(layer)
    };
    kept(wanted, layers, Picture::of_montage(seen), Cells::Tokens([GRID; 2]), run)
}

fn of_date(network: &CsfNetwork, seen: &[f32], wanted: LayerWanted) -> Result<FeatureMaps, ExplainError> {
    let [columns, rows, slices] = CsfNet::REGION;
    let run = |layer: &str| {
        let mut taps = Taps::of(&[layer]);
        network.net().encode(network.region(seen), &mut taps);
        taps.take(layer)
    };
    let read = Picture::of_rows(seen, [slices, rows, columns], extremes(seen));
    kept(wanted, network.net().layers(), read, Cells::Rows, run)
}

fn of_slice(
    network: &SsmNetwork,
    picture: &SlicePicture,
    wanted: LayerWanted,
) -> Result<FeatureMaps, ExplainError> {
    let read = Picture::of_slice(picture);
    let [_, side, _] = read.shape;
    let layers = network.vit().layers();
    let run = |layer: &str| {
        let mut taps = Taps::of(&[layer]);
        let image = TensorData::new(picture.values.to_vec(), [1, 3, side, side]);
        network.vit().forward_tapped(Tensor::<4>::from_data(image, network.device()), &mut taps);
        taps.take(layer)
    };
    kept(wanted, layers, read, Cells::Tokens([side / ssm::PATCH; 2]), run)
}

/// How a layer's cells lie in its tensor.
#[derive(Clone, Copy)]
enum Cells {
    /// The last axis is rows: M3Net reads the transposed picture.
    Columns,
    /// The last axis is columns.
    Rows,
    /// Patches, the last of the tokens, row by row: so many rows and columns.
    Tokens([usize; 2]),
}

/// - `run`: keeps the layer of a name
fn kept(
    wanted: LayerWanted,
    layers: Vec<String>,
    read: Picture,
    cells: Cells,
    run: impl FnOnce(&str) -> Option<Tapped>,
) -> Result<FeatureMaps, ExplainError> {
    let none = ExplainError::NoLayer(wanted.part.name());
    // Another network of the family, or another crop, may have fewer.
    let layer = wanted.layer.filter(|n| *n < layers.len()).unwrap_or(layers.len() / 2);
    let Some(name) = layers.get(layer) else { return Err(none) };
    let Some(tapped) = run(name) else { return Err(none) };
    let (shape, values) = channels(tapped, cells).ok_or(none)?;
    let values = read_single(values)?;
    let ranges = values.chunks_exact(shape.iter().product::<usize>().max(1)).map(extremes).collect();
    let step = read.shape[0].div_ceil(shape[0].max(1));
    Ok(FeatureMaps { part: wanted.part, layers, layer, shape, values: values.into(), ranges, read, step })
}

/// - returns: slices, columns and rows of cells, and all values: [channel][slice][column][row]
fn channels(tapped: Tapped, cells: Cells) -> Option<([usize; 3], Tensor<1>)> {
    match (tapped, cells) {
        (Tapped::D5(x), Cells::Columns) => {
            let [_, _, d, h, w] = x.dims();
            Some(([d, h, w], x.flatten::<1>(0, 4)))
        }
        (Tapped::D5(x), _) => {
            let [_, _, d, h, w] = x.dims();
            Some(([d, w, h], x.swap_dims(3, 4).flatten::<1>(0, 4)))
        }
        (Tapped::D4(x), Cells::Columns) => {
            let [_, _, h, w] = x.dims();
            Some(([1, h, w], x.flatten::<1>(0, 3)))
        }
        (Tapped::D3(x), Cells::Tokens([rows, columns])) => {
            let [_, tokens, dim] = x.dims();
            let patches = x.narrow(1, tokens.checked_sub(rows * columns)?, rows * columns);
            let cells: Tensor<4> = patches.swap_dims(1, 2).reshape([1, dim, rows, columns]);
            Some(([1, columns, rows], cells.swap_dims(2, 3).flatten::<1>(0, 3)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn maps(shape: [usize; 3], read: [usize; 3], step: usize) -> FeatureMaps {
        let values: Vec<f32> = (0..2 * shape.iter().product::<usize>()).map(|n| n as f32).collect();
        let of_read = vec![0.0; read.iter().product()];
        FeatureMaps {
            part: RegionName::Meso,
            layers: vec!["layer2".to_owned()],
            layer: 0,
            shape,
            values: values.into(),
            ranges: vec![[0.0, 11.0], [12.0, 23.0]],
            read: Picture { shape: read, values: of_read.into(), range: UNIT },
            step,
        }
    }

    #[test]
    fn a_plane_is_a_slice_of_its_channel_and_nothing_beyond_it() {
        // Two channels of three slices of 2 x 2.
        let maps = maps([3, 2, 2], [12, 8, 8], 4);
        assert_eq!(maps.channels(), 2);
        assert_eq!(maps.plane(1, 0), [12.0, 13.0, 14.0, 15.0]);
        assert_eq!(maps.plane(0, 2), [8.0, 9.0, 10.0, 11.0]);
        assert!(maps.plane(0, 3).is_empty() && maps.plane(2, 0).is_empty());
        assert_eq!([0, 1, 2].map(|slice| maps.slice_read(slice)), [0, 4, 8]);
    }

    #[test]
    fn a_planar_layer_stands_over_the_middle_slice() {
        assert_eq!(maps([1, 2, 3], [25, 8, 8], 25).slice_read(0), 12);
    }

    #[test]
    fn patches_are_the_last_tokens_row_by_row() {
        let device = Device::flex();
        // A class token, then 2 x 3 patches of two features.
        let values: Vec<f32> = (0..14).map(|n| n as f32).collect();
        let tokens = Tensor::<3>::from_data(TensorData::new(values, [1, 7, 2]), &device);
        let (shape, of) = channels(Tapped::D3(tokens), Cells::Tokens([2, 3])).expect("there");
        assert_eq!(shape, [1, 3, 2]);
        let of = read_single(of).expect("numbers");
        // Column 0 of the first channel: patches 0 and 3, which are tokens 1 and 4.
        assert_eq!(of[..2], [2.0, 8.0]);
        assert_eq!(of[6..8], [3.0, 9.0]);
    }
}
