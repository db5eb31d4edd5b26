//! One date's CT as CSF-Net's preparation leaves it: lungs and what surrounds them in 256 shades, the rest
//! one shade.

use std::sync::Arc;

use crate::geometry::{Point, Voxel};
use crate::inference::error::InferenceError;
use crate::jobs::JobContext;
use crate::volume::{Lungs, LungsError, Mask, Volume, lungs};

// Source of all numbers: DSB2017, preprocessing/full_prep.py.

/// What is masked or outside the volume.
pub(super) const MASKED: u8 = 170;
/// Brighter than this is bone, which is masked around the lungs: 282 HU.
const BONE: u8 = 210;
/// From black to white, HU.
const RANGE_HU: [f64; 2] = [-1200.0, 600.0];
/// Shades of the darkest and of the brightest tissue.
pub const SHADES: [f32; 2] = [0.0, 255.0];

/// The shade of tissue that is not masked.
pub(super) fn shade_of(hu: f64) -> u8 {
    let [low, high] = RANGE_HU;
    (((hu - low) / (high - low)).clamp(0.0, 1.0) * 255.0) as u8
}

/// A CT with the masks of its lungs: made once, asked at every point of it.
#[derive(Clone, Debug)]
pub struct MaskedCt {
    volume: Arc<Volume>,
    masks: Option<Masks>,
}

#[derive(Clone, Debug)]
struct Masks {
    lungs: Mask,
    around: Mask,
}

impl MaskedCt {
    /// Looks for the lungs: about half a second for a whole chest. Where there are none, nothing is masked,
    /// which every [`super::Input`] says. (The published preparation ends there with an error.)
    /// - `volume`: HU, axial slices
    /// - errors: slices that have not arrived; asked to stop
    pub fn new(volume: Arc<Volume>, ctx: &JobContext) -> Result<Self, InferenceError> {
        let found = lungs(&volume, ctx).map_err(|error| match error {
            LungsError::StillLoading => InferenceError::StillLoading,
            LungsError::Cancelled(cancelled) => InferenceError::Cancelled(cancelled),
        })?;
        Ok(Self::with(volume, found.as_ref()))
    }

    /// The same with lungs that are known.
    pub(super) fn with(volume: Arc<Volume>, lungs: Option<&Lungs>) -> Self {
        let masks = lungs.map(|lungs| Masks { lungs: lungs.mask(), around: lungs.surroundings() });
        Self { volume, masks }
    }

    /// The CT itself.
    pub fn volume(&self) -> &Arc<Volume> {
        &self.volume
    }

    /// Both lungs; `None` where none were found.
    pub fn lungs(&self) -> Option<&Mask> {
        self.masks.as_ref().map(|masks| &masks.lungs)
    }

    /// The lungs and what surrounds them, all that is not masked; `None` where no lungs were found.
    pub fn around(&self) -> Option<&Mask> {
        self.masks.as_ref().map(|masks| &masks.around)
    }

    /// Whether the voxel at a position is masked; outside the volume nothing is.
    pub(super) fn masks(&self, at: Point<Voxel>) -> bool {
        let voxel = self.volume.grid().voxel_at(at);
        self.around().zip(voxel).is_some_and(|(around, voxel)| !around.contains(voxel))
    }

    /// A voxel as prepared: `(HU + 1200) / 1800` from 0 to 1, times 255, truncated; 170 outside the lungs and
    /// their surroundings, and for bone in the surroundings.
    ///
    /// Padding of the file is read as it is, as published.
    /// - `voxel`: inside the grid
    /// - errors: a slice that has not arrived, a value that is no number
    pub(super) fn shade(&self, voxel: [usize; 3]) -> Result<u8, InferenceError> {
        let hu = f64::from(self.volume.value(voxel).ok_or(InferenceError::StillLoading)?);
        if !hu.is_finite() {
            return Err(InferenceError::NoNumbers);
        }
        let shade = shade_of(hu);
        Ok(match &self.masks {
            Some(masks) if !masks.around.contains(voxel) => MASKED,
            Some(masks) if shade > BONE && !masks.lungs.contains(voxel) => MASKED,
            _ => shade,
        })
    }
}
