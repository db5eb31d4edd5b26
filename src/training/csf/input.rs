//! What CSF-Net reads of a case, at its point and at places beside it, as shades.

use rand::RngExt;

use super::CsfTraining;
use crate::geometry::{Patient, Point, Vector};
use crate::inference::csf::{Date, MaskedCt, SIZE};
use crate::inference::{InferenceError, Mode};
use crate::jobs::JobContext;
use crate::training::curriculum::Seen;
use crate::training::draw::generator;

/// Values of one date's region.
pub(super) const VALUES: usize = SIZE[0] * SIZE[1] * SIZE[2];

/// Regions of the earlier and the later date, one pair for each place, the point's own first. A shade is a
/// byte: the published preparation makes 256 of them.
pub(super) fn read(
    seen: &Seen<'_>,
    config: &CsfTraining,
    ctx: &JobContext,
) -> Result<Vec<u8>, InferenceError> {
    let (prior, then) = seen.prior.as_ref().ok_or(InferenceError::NoAnswer)?;
    let (earlier, later) = (MaskedCt::new(prior.clone(), ctx)?, MaskedCt::new(seen.volume.clone(), ctx)?);
    let mut random = generator(config.seed, "shift", &[seen.number]);
    let mut bytes = Vec::with_capacity((1 + config.augmentation.shifts) * 2 * VALUES);
    for place in 0..=config.augmentation.shifts {
        let mut within = || (2.0 * random.random::<f64>() - 1.0) * config.augmentation.shift_mm;
        let drawn = Vector::new(within(), within(), within());
        let away = if place == 0 { Vector::new(0.0, 0.0, 0.0) } else { drawn };
        let mut add = |ct: &MaskedCt, at: Point<Patient>, date| -> Result<(), InferenceError> {
            let input = ct.input(at + away, date, Mode::Paper)?;
            bytes.extend(input.values.iter().map(|shade| shade.clamp(0.0, 255.0) as u8));
            Ok(())
        };
        add(&earlier, *then, Date::Prior)?;
        add(&later, seen.at, Date::Current)?;
    }
    Ok(bytes)
}

/// A pair of regions.
/// - `place`: 0 is the point's own; beyond the last it begins anew behind that one
pub(super) fn pair(bytes: &[u8], place: usize) -> [&[u8]; 2] {
    let places = (bytes.len() / (2 * VALUES)).max(1);
    let own = if place < places { place } else { place % places };
    let start = own * 2 * VALUES;
    let of = |n: usize| bytes.get(start + n * VALUES..start + (n + 1) * VALUES).unwrap_or(&[]);
    [of(0), of(1)]
}
