//! What one layer of an M3Net's encoder computed of a crop: every channel, as plain numbers.

use std::sync::Arc;

use super::error::ExplainError;
use crate::inference::{Crop, M3NetNetwork, read};
use crate::networks::m3net::M3Net;
use crate::networks::{Scale, Tapped, Taps};

/// The channels of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureMaps {
    /// Of which crop.
    pub scale: Scale,
    /// Name of the layer in the published code.
    pub layer: &'static str,
    /// Cells along slices, columns, rows of the crop; a planar encoder has one slice.
    pub shape: [usize; 3],
    /// Channel after channel, each of `shape`, rows of the crop fastest; no unit.
    pub values: Arc<[f32]>,
    /// Smallest and largest value of each channel, over all of its slices.
    pub ranges: Vec<[f32; 2]>,
}

impl FeatureMaps {
    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.ranges.len()
    }

    /// One slice of a channel: columns of the crop, each with its rows; empty where there is none.
    pub fn plane(&self, channel: usize, slice: usize) -> &[f32] {
        let [depth, columns, rows] = self.shape;
        let size = columns * rows;
        let start = (channel * depth + slice) * size;
        if slice < depth { self.values.get(start..start + size).unwrap_or(&[]) } else { &[] }
    }
}

/// Runs the encoder of a scale once more and keeps a layer.
/// - `layer`: one of [`EncoderConfig::layers`](crate::networks::m3net::EncoderConfig::layers)
/// - errors: a layer that the encoder does not have, a device that failed, numbers that are none
pub fn feature_maps(
    network: &M3NetNetwork,
    crop: &Crop,
    scale: Scale,
    layer: &'static str,
) -> Result<FeatureMaps, ExplainError> {
    let name = format!("{}.{layer}", M3Net::scope(scale));
    let mut taps = Taps::of(&[&name]);
    let input = network.input(crop, crop.values.to_vec());
    network.net().encode(scale, input, &mut taps);
    let (shape, values) = match taps.take(&name) {
        Some(Tapped::D5(x)) => {
            let [_, _, d, h, w] = x.dims();
            ([d, h, w], read(x)?)
        }
        Some(Tapped::D4(x)) => {
            let [_, _, h, w] = x.dims();
            ([1, h, w], read(x)?)
        }
        _ => return Err(ExplainError::NoLayer(scale.name())),
    };
    let values: Vec<f32> = values.into_iter().map(|v| v as f32).collect();
    let places: usize = shape.iter().product();
    let range = |channel: &[f32]| {
        channel.iter().fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], v| [low.min(*v), high.max(*v)])
    };
    let ranges = values.chunks_exact(places.max(1)).map(range).collect();
    Ok(FeatureMaps { scale, layer, shape, values: values.into(), ranges })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_is_a_slice_of_its_channel_and_nothing_beyond_it() {
        // Two channels of three slices of 2 x 2.
        let values: Vec<f32> = (0..24).map(|n| n as f32).collect();
        let maps = FeatureMaps {
            scale: Scale::Meso,
            layer: "layer2",
            shape: [3, 2, 2],
            values: values.into(),
            ranges: vec![[0.0, 11.0], [12.0, 23.0]],
        };
        assert_eq!((maps.channels(), maps.plane(1, 2)), (2, &[20.0, 21.0, 22.0, 23.0][..]));
        assert!(maps.plane(0, 3).is_empty() && maps.plane(2, 0).is_empty());
    }
}
