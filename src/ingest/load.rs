//! From a series to its volume.

use std::sync::Arc;

use super::error::IngestError;
use super::series::{Loaded, Series};
use crate::jobs::JobContext;
use crate::volume::Volume;

/// The empty volume that [`load`] will fill: it can be shown at once, slices appear as they arrive.
pub fn begin(series: &Series) -> Result<Arc<Volume>, IngestError> {
    let _ = series;
    unimplemented!()
}

/// Decodes every slice into `volume` on all cores, middle slices first.
pub fn load(series: &Series, volume: &Arc<Volume>, ctx: &JobContext) -> Result<Loaded, IngestError> {
    let _ = (series, volume, ctx);
    unimplemented!()
}

/// Lowest and highest value of a series, padding left out, without keeping the volume.
pub fn value_range(series: &Series, ctx: &JobContext) -> Result<[i16; 2], IngestError> {
    let _ = (series, ctx);
    unimplemented!()
}
