//! Series whose pixels are real numbers: maps (Parametric Map Storage, those of this program among them).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::dicom::{SliceFault, SliceSource};
use super::error::IngestError;
use super::load::{READING_SLICES, too_large};
use super::memory;
use super::series::Series;
use crate::geometry::VoxelGrid;
use crate::jobs::JobContext;
use crate::volume::Volume;

/// The volume of such a series, read to its end on all cores; slices that are missing are 0.
/// - errors: slices at irregular places, since only whole numbers are resampled; not enough memory; a slice that
///   cannot be read; [`IngestError::Cancelled`]
pub(super) fn whole(series: &Series, grid: VoxelGrid, ctx: &JobContext) -> Result<Arc<Volume>, IngestError> {
    let sentence = |words: String| IngestError::Sentence(words);
    if series.is_resampled() {
        return Err(sentence(
            "The slices of this map lie at irregular places, and real numbers are not resampled; open its slices \
             as stored"
                .to_owned(),
        ));
    }
    let [columns, rows, depth] = grid.size();
    let bytes = grid.voxel_count().saturating_mul(size_of::<f32>());
    if let Some(words) = too_large(grid.size(), bytes as u64, memory::free_bytes()) {
        return Err(sentence(words));
    }
    let length = columns.saturating_mul(rows);
    let done = AtomicUsize::new(0);
    let slice = |k: usize| {
        let n = done.fetch_add(1, Ordering::Relaxed);
        ctx.step(READING_SLICES, n as f32 / depth.max(1) as f32)?;
        one(series, k, length)
    };
    let slices = (0..depth).into_par_iter().map(slice).collect::<Result<Vec<_>, _>>()?;
    let volume = Volume::real(grid, series.unit.clone(), slices).map_err(|e| sentence(e.to_string()))?;
    Ok(Arc::new(volume.shown(series.polarity)))
}

fn one(series: &Series, k: usize, length: usize) -> Result<Box<[f32]>, IngestError> {
    match series.slices.get(k).and_then(Option::as_ref) {
        None => Ok(vec![0.0; length].into_boxed_slice()),
        Some(source) => numbers(source).map_err(|fault| {
            let words = format!("Slice {} of this map cannot be read: {fault}; copy the files again", k + 1);
            IngestError::unread(&fault, words)
        }),
    }
}

/// The values of a slice; 0 for any that is no number.
pub(super) fn numbers(source: &SliceSource) -> Result<Box<[f32]>, SliceFault> {
    let mut values = source.decode_real()?;
    values.iter_mut().filter(|v| !v.is_finite()).for_each(|v| *v = 0.0);
    Ok(values)
}
