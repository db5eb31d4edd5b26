//! What lies over a series: reads what others drew, and makes a PET ready to be laid over it.

use std::sync::Arc;

use crate::ingest::{Object, Scan, Series, Suv, read_structures};
use crate::jobs::JobContext;
use crate::structures::StructureSet;
use crate::volume::Volume;

use super::open::{OpenError, open_series};

/// A PET ready to be laid over another series.
#[derive(Debug)]
pub struct Pet {
    /// Real numbers, in SUV or in the files' own units.
    pub volume: Arc<Volume>,
    /// How they became SUV, or the sentence that says why they did not.
    pub suv: Result<Suv, String>,
}

/// Everything that others drew and that belongs to a series, one file after the other.
/// - `done`: told of each file by its place among the scan's objects; a sentence where nothing of it can be
///   read
/// - errors: it was stopped
pub fn structures(
    scan: &Scan,
    series: &Series,
    ctx: &JobContext,
    mut done: impl FnMut(usize, Result<StructureSet, String>),
) -> Result<(), crate::jobs::Cancelled> {
    let drawn = |object: &Object| object.is_drawn() && object.link(series).is_some();
    for (place, object) in scan.objects.iter().enumerate().filter(|(_, object)| drawn(object)) {
        ctx.step("Reading what others drew", 0.0)?;
        let read = read_structures(object, series, ctx).map_err(|error| error.to_string());
        ctx.check()?;
        done(place, read);
    }
    Ok(())
}

/// The series of a scan that can lie over this one: PET that is a volume, those of the same frame of reference
/// first.
pub fn pets<'a>(scan: &'a Scan, over: &'a Series) -> impl Iterator<Item = (usize, &'a Series)> {
    let of = |same: bool| {
        let series = scan.series.iter().enumerate();
        series.filter(move |(_, s)| s.is_pet() && s.uid != over.uid && s.same_frame(over) == same)
    };
    of(true).chain(of(false))
}

/// Loads a PET whole and turns its values into SUV where its tags allow it.
/// - errors: as of opening a series
pub fn pet(scan: &Arc<Scan>, index: usize, ctx: &JobContext) -> Result<Pet, OpenError> {
    let opened = open_series(scan, index, ctx, |_| {})?;
    let series = scan.series.get(index);
    let unknown = || Err("This is no PET: its values are shown as they are stored".to_owned());
    let suv = series.and_then(|series| series.suv.clone()).unwrap_or_else(unknown);
    let volume = opened.volume;
    if volume.float32().is_some() {
        volume.range();
        return Ok(Pet { volume, suv });
    }
    let depth = volume.grid().size()[2];
    let mut slices: Vec<Box<[f32]>> = Vec::with_capacity(depth);
    for k in 0..depth {
        ctx.check()?;
        let slice = volume.int16().and_then(|values| values.slice(k)).unwrap_or_default();
        slices.push(slice.iter().map(|v| f32::from(*v)).collect());
    }
    let (grid, unit) = (*volume.grid(), volume.unit().clone());
    let volume = Volume::real(grid, unit, slices).map_err(|error| OpenError::NotUsable(error.to_string()))?;
    volume.range();
    Ok(Pet { volume: Arc::new(volume), suv })
}
