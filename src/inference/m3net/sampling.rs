//! What crops are cut from: the volume's own voxels (mode `paper`), or a sample every millimetre (mode
//! `clinical`).

use super::context::{ContextBox, boxes, snapped};
use super::prepare::{Crop, prepare};
use crate::geometry::{Patient, Point, Transform, VoxelBox, VoxelGrid};
use crate::inference::place::outside;
use crate::inference::trilinear::{block, cells};
use crate::inference::{InferenceError, Mode, Region};
use crate::networks::{M3NET_SCALES, Scale, ScaleSpec};
use crate::volume::Volume;

/// HU that become 0 and 1 in mode `clinical`: window 1400, level -300. What is padded is air, the lower end.
const WINDOW: [f64; 2] = [-1000.0, 400.0];
/// No patient is longer; a header may say so.
const MOST_SAMPLES: f64 = 1e5;

/// The cubes of mode `clinical`: as many samples of 1 mm along every axis.
const CUBES: [ScaleSpec; 3] = [
    ScaleSpec { scale: Scale::Micro, crop: [32; 3] },
    ScaleSpec { scale: Scale::Meso, crop: [64; 3] },
    ScaleSpec { scale: Scale::Macro, crop: [96; 3] },
];

/// The grid that an answer's crops count their boxes in, and how it lies in the volume.
///
/// Mode `paper`: the volume's own voxels. Mode `clinical`: samples along the volume's own axes, the first one
/// at the centre of its first voxel, then one every millimetre as far as the outermost centres: nothing is
/// sampled that was not measured. Both grids begin at the same place and have the same axes, so that along
/// each of them a voxel's index is a sample's times a factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    mode: Mode,
    grid: VoxelGrid,
    step: [f64; 3],
}

impl Sampling {
    /// - `volume`: grid of the volume
    /// - errors: axes that cannot be sampled
    pub fn of(mode: Mode, volume: &VoxelGrid) -> Result<Self, InferenceError> {
        if mode == Mode::Paper {
            return Ok(Self { mode, grid: *volume, step: [1.0; 3] });
        }
        let (size, spacing, [i, j, k]) = (volume.size(), volume.spacing_mm(), volume.directions());
        let samples = |a: usize| {
            let length = snapped((size[a] as f64 - 1.0) * spacing[a]);
            length.floor().clamp(0.0, MOST_SAMPLES) as usize + 1
        };
        let map = Transform::from_axes(i, j, k, volume.patient_from_voxel().origin());
        let grid = VoxelGrid::new(std::array::from_fn(samples), map).map_err(InferenceError::NoSamples)?;
        Ok(Self { mode, grid, step: spacing.map(|mm| 1.0 / mm) })
    }

    /// How the crops are prepared.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Of the samples: what the boxes of crops count in.
    pub fn grid(&self) -> &VoxelGrid {
        &self.grid
    }

    /// Voxels of the volume from one sample to the next along columns, rows, slices.
    pub fn step(&self) -> [f64; 3] {
        self.step
    }

    /// The boxes of every scale around a point, micro to macro, in samples.
    ///
    /// The rule of the published crop ([`super::context_boxes`]) in both modes: begun half a crop before the
    /// point, moved inside, truncated; an axis with fewer samples than the crop is padded on both sides. Mode
    /// `paper` reads 32, 64 and 96 columns and rows of 56 slices, mode `clinical` cubes of 32, 64 and 96 mm.
    /// - `at`: in the patient, LPS mm; one outside gives the boxes of the nearest place inside
    pub fn boxes(&self, at: Point<Patient>) -> [ContextBox; 3] {
        let crops = match self.mode {
            Mode::Paper => M3NET_SCALES,
            Mode::Clinical => CUBES,
        };
        boxes(&self.grid, self.grid.voxel_from_patient() * at, crops)
    }

    /// A box as every network's is shown.
    ///
    /// In mode `clinical` the corners lie between voxels, half a millimetre past the outermost samples, and
    /// `bounds` are the voxels that the samples are mixed from.
    /// - `volume`: grid of the volume
    pub fn region(&self, context: &ContextBox, volume: &VoxelGrid) -> Region {
        if self.mode == Mode::Paper {
            return context.region(volume);
        }
        let VoxelBox { min, size } = context.bounds;
        let place = |a: usize, sample: i64| snapped(sample as f64 * self.step[a]);
        let low: [i64; 3] = std::array::from_fn(|a| place(a, min[a]).floor() as i64);
        let end: [i64; 3] = std::array::from_fn(|a| {
            let last = min[a].saturating_add(size[a] as i64 - 1);
            (place(a, last).ceil() as i64).saturating_add(1)
        });
        Region {
            name: context.scale.into(),
            bounds: VoxelBox {
                min: low,
                size: std::array::from_fn(|a| usize::try_from(end[a].saturating_sub(low[a])).unwrap_or(1)),
            },
            corners: context.bounds.corners().map(|corner| self.grid.patient_from_voxel() * corner),
            shifted: std::array::from_fn(|a| (context.shifted[a] as f64 * self.step[a]).round() as i64),
            padded: outside(low, end, volume),
        }
    }

    /// A crop as the network reads it, of one of [`Sampling::boxes`].
    ///
    /// Mode `paper`: [`prepare`]. Mode `clinical`: trilinear at every sample, then -1000 to 400 HU become 0 to
    /// 1 and what lies outside is cut off; padding is air. The same window for all three scales: what is bright
    /// in one crop is as bright in the others. Tensor axes are [slice, column, row] as in mode `paper`.
    /// Resampling, window and cubes are ours, and need weights that were taught with them.
    /// - errors: a slice that has not arrived, values that are no numbers
    pub fn crop(&self, volume: &Volume, context: &ContextBox) -> Result<Crop, InferenceError> {
        if self.mode == Mode::Paper {
            return prepare(volume, context);
        }
        let VoxelBox { min, size } = context.bounds;
        let samples = self.grid.size();
        // Which of the crop's samples lie in the volume.
        let inside: [std::ops::Range<usize>; 3] = std::array::from_fn(|a| {
            let within = |sample: i64| sample.saturating_sub(min[a]).clamp(0, size[a] as i64) as usize;
            within(0)..within(samples[a] as i64)
        });
        let along = |a: usize| {
            let places = inside[a].clone().map(|n| (min[a] + n as i64) as f64 * self.step[a]);
            cells(places, volume.grid().size()[a])
        };
        let found = block(volume, &std::array::from_fn(along), windowed)?;
        let [columns, rows, slices] = inside;
        let mut values = vec![0.0; size.iter().product()];
        let mut lines = found.chunks_exact(columns.len().max(1));
        for k in slices {
            for j in rows.clone() {
                let Some(line) = lines.next() else { continue };
                for (i, value) in columns.clone().zip(line) {
                    if let Some(slot) = values.get_mut((k * size[0] + i) * size[1] + j) {
                        *slot = *value;
                    }
                }
            }
        }
        Ok(Crop { context: *context, values: values.into(), range_hu: WINDOW.map(|hu| hu as f32) })
    }
}

/// After the window.
fn windowed(hu: f64) -> f32 {
    ((hu - WINDOW[0]) / (WINDOW[1] - WINDOW[0])).clamp(0.0, 1.0) as f32
}

#[cfg(test)]
mod tests;
