//! The voxels of a volume file, slice by slice, into the volume that is on the screen meanwhile.
//!
//! Stored as they are they have places, and are read as slices of DICOM are: outwards from the one that somebody looks
//! at, on all cores. What is packed comes in its own order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::defect::{Defect, DefectCode};
use super::error::IngestError;
use super::load::READING_SLICES;
use super::outward::Outward;
use super::series::Series;
use super::sheared::{BLANK_HU, counted};
use super::source::Source;
use super::upright::Upright;
use super::volume_file::{Filling, Layout, Members, Numbers, Placed, Stopped, in_order, layout_of, up_to};
use super::words::{defect_of, slices};
use crate::geometry::{Point, Transform, VoxelGrid};
use crate::jobs::JobContext;
use crate::volume::{Unit, Volume};

/// The file, what holds its voxels, and its header as it is now.
fn read_again(series: &Series) -> Result<(&Source, Option<&Members>, Layout), IngestError> {
    let Some(source) = &series.volume_file else {
        return Err(IngestError::Sentence("This series is no volume file".to_owned()));
    };
    let layout = layout_of(source)?;
    let stored = series.resampled().map(|straight| straight.stored).or(series.grid);
    if stored.is_some_and(|stored| stored.size() != layout.grid.size()) {
        return Err(changed(source));
    }
    Ok((source, series.volume_data.as_ref(), layout))
}

fn changed(source: &Source) -> IngestError {
    IngestError::Sentence(format!("{} changed while loading; open it again", source.path().display()))
}

/// The volume that [`load`] will fill. Whether its values are whole numbers of 16 bits one slice tells, where the type
/// can hold others.
/// - `room`: whether there is memory for so many bytes a voxel
/// - errors: as [`load`]
pub(super) fn begin(
    series: &Series,
    grid: VoxelGrid,
    room: impl Fn(usize) -> Result<(), IngestError>,
    ctx: &JobContext,
) -> Result<Arc<Volume>, IngestError> {
    noted(series, || {
        let (source, members, layout) = read_again(series)?;
        let unit = series.unit.clone();
        let whole = layout.is_whole() || {
            let k = layout.grid.size()[2] / 2;
            let one = match Placed::of(source, members) {
                Some(placed) => placed.slice(k),
                None => up_to(source, members, 0, ctx),
            };
            let one = one.map_err(|e| e.about(source.path()))?;
            matches!(one.blanked(blank(&unit)), Numbers::Whole(_))
        };
        if whole {
            room(size_of::<i16>())?;
            return Ok(Arc::new(Volume::loading(grid, unit, None)));
        }
        room(size_of::<f32>())?;
        Ok(Arc::new(Volume::loading_real(grid, unit)))
    })
}

/// What stands where nothing is known: air.
fn blank(unit: &Unit) -> i16 {
    if *unit == Unit::Hu { BLANK_HU } else { 0 }
}

/// Values that were no numbers: how many in which slice.
type Lost = Mutex<BTreeMap<usize, usize>>;

/// Fills the volume: slices as they are looked at where the file has places to go to, else in its own order.
/// - returns: the volume that took its place, where a slice turned out not to be of whole numbers; what is odd about
///   the values
/// - errors: the file was cut off, is damaged or does not fit its checksum; voxels in another file that is not
///   there; [`IngestError::Cancelled`]
pub(super) fn load(
    series: &Series,
    volume: &Volume,
    ctx: &JobContext,
    first: impl FnOnce(),
) -> Result<(Option<Arc<Volume>>, Option<Defect>), IngestError> {
    let blank = blank(volume.unit());
    noted(series, || {
        let Some(straight) = series.resampled() else {
            let filling = Filling::new(volume);
            let lost = Lost::default();
            let put = |k: usize, numbers: Numbers| {
                let none = numbers.lost();
                let numbers = if none > 0 { numbers.blanked(blank) } else { numbers };
                if none > 0 {
                    lost.lock().unwrap_or_else(PoisonError::into_inner).insert(k, none);
                }
                filling.put(k, numbers).map_err(|e| words(&e))
            };
            read_for_volume(series, volume, &|k| k, &put, ctx, first)?;
            let other = filling.done().map_err(|e| words(&e))?.map(Arc::new);
            return Ok((
                other,
                no_numbers(&lost.into_inner().unwrap_or_else(PoisonError::into_inner), blank),
            ));
        };
        let order = counted(&straight.stored);
        let upright = Upright::new(straight, order.len(), blank, volume.padding());
        let fill = |k: usize, values| match volume.int16() {
            Some(store) => store.fill(k, values).map_err(|e| words(&e)),
            None => Ok(()),
        };
        let put = |k: usize, numbers| match (numbers, order.iter().position(|stored| *stored == k)) {
            (Numbers::Whole(values), Some(slot)) => upright.arrive(slot, Some(values), &fill),
            _ => Err(IngestError::Sentence("The values of this file are no whole numbers".to_owned())),
        };
        let read_for = |k: usize| order.get(upright.read_for(k)).copied().unwrap_or(0);
        read_for_volume(series, volume, &read_for, &put, ctx, first)?;
        upright.rest(&fill)?;
        Ok((None, None))
    })
}

/// Values that mean nothing are no Hounsfield units.
fn no_numbers(lost: &BTreeMap<usize, usize>, blank: i16) -> Option<Defect> {
    let which: Vec<usize> = lost.keys().copied().collect();
    let at = slices(&which);
    let text = match lost.values().sum::<usize>() {
        0 => return None,
        1 => format!("1 value in {at} is no number: it is shown as {blank}"),
        n => format!("{n} values in {at} are no numbers: they are shown as {blank}"),
    };
    Some(defect_of(DefectCode::NotHu, which, text))
}

fn words(error: &dyn std::fmt::Display) -> IngestError {
    IngestError::Sentence(error.to_string())
}

/// What cannot be read is known of the series from then on.
fn noted<T>(series: &Series, read: impl FnOnce() -> Result<T, IngestError>) -> Result<T, IngestError> {
    read().inspect_err(|error| series.note(error))
}

/// Takes a slice of a volume file.
type Put<'a> = dyn Fn(usize, Numbers) -> Result<(), IngestError> + Sync + 'a;

/// Hands every slice of the file to `put`.
/// - `read_for`: the slice of the file to read first for one of the volume
/// - `first`: called when the volume has its first slice, or, of a stream, the one that is looked at; the others are
///   read when it returns
fn read_for_volume(
    series: &Series,
    volume: &Volume,
    read_for: &(dyn Fn(usize) -> usize + Sync),
    put: &Put<'_>,
    ctx: &JobContext,
    first: impl FnOnce(),
) -> Result<(), IngestError> {
    let (source, members, layout) = read_again(series)?;
    let total = layout.grid.size()[2];
    let mut first = Some(first);
    let step = |n: usize| ctx.step(READING_SLICES, n as f32 / total.max(1) as f32);
    let Some(placed) = Placed::of(source, members) else {
        let mut between = |k: usize| {
            ctx.check()?;
            if volume.slices_filled() > 0 {
                step(k.saturating_add(1))?;
            }
            // Nobody sees the ones before it.
            if volume.value([0, 0, volume.looked_at()]).is_some() {
                first.take().into_iter().for_each(|first| first());
            }
            // Who was told may have said that it is enough.
            ctx.check()?;
            Ok(())
        };
        let come = |k: usize, numbers| Ok(put(k, numbers)?);
        let read = in_order(source, members, &come, &mut between);
        read.map_err(|stopped: Stopped| stopped.about(source.path()))?;
        first.take().into_iter().for_each(|first| first());
        return Ok(());
    };
    let done = AtomicUsize::new(0);
    let one = |k: usize| {
        ctx.check()?;
        put(k, placed.slice(k).map_err(|e| e.about(source.path()))?)?;
        step(done.fetch_add(1, Ordering::Relaxed).saturating_add(1))?;
        Ok::<(), IngestError>(())
    };
    let mut order = Outward::new(volume, total, read_for);
    for k in order.by_ref() {
        one(k)?;
        if volume.slices_filled() > 0 {
            break;
        }
    }
    first.take().into_iter().for_each(|first| first());
    order.par_bridge().try_for_each(one)
}

/// The middle slice as a volume of its own, where it lies in the patient.
/// - errors: as [`load`]
pub(super) fn middle(series: &Series, ctx: &JobContext) -> Result<Volume, IngestError> {
    noted(series, || {
        let (source, members, layout) = read_again(series)?;
        let k = layout.grid.size()[2].saturating_sub(1) / 2;
        let numbers = match Placed::of(source, members) {
            Some(placed) => placed.slice(k),
            None => up_to(source, members, k, ctx),
        };
        let [columns, rows, _] = layout.grid.size();
        let [i, j, across] = layout.grid.patient_from_voxel().axes();
        let origin = layout.grid.patient_from_voxel() * Point::new(0.0, 0.0, k as f64);
        let one = VoxelGrid::new([columns, rows, 1], Transform::from_axes(i, j, across, origin))
            .map_err(|e| words(&e))?;
        let picture = Volume::loading(one, series.unit.clone(), None);
        let filling = Filling::new(&picture);
        let numbers = numbers.map_err(|e| e.about(source.path()))?.blanked(blank(&series.unit));
        filling.put(0, numbers).map_err(|e| words(&e))?;
        let other = filling.done().map_err(|e| words(&e))?;
        Ok(other.unwrap_or(picture))
    })
}
