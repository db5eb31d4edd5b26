//! From a series to its volume.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::defect::{Defect, DefectCode};
use super::dicom::{SliceFault, SliceSource};
use super::error::IngestError;
use super::memory;
use super::outward::Outward;
use super::reals;
use super::series::{Loaded, Series};
use super::upright::Upright;
use super::volume_load;
use super::words::{defect_of, names, slices};
use crate::jobs::JobContext;
use crate::volume::{Padding, Unit, Values, Volume};

/// Air, for slices of a CT of which nothing is known.
const AIR_HU: i16 = -1000;

/// What is reported while slices arrive; the first report says that the first slice is there.
pub const READING_SLICES: &str = "Reading slices";

/// The empty volume that [`load`] will fill: it can be shown at once, slices appear as they arrive. A map of real
/// numbers is read to its end here.
/// - errors: the series is no volume; there is not enough memory; a volume file cannot be read
pub fn begin(series: &Series) -> Result<Arc<Volume>, IngestError> {
    begin_reading(series, &JobContext::unobserved())
}

/// The same with the progress of what is read here.
/// - errors: also [`IngestError::Cancelled`]
pub fn begin_reading(series: &Series, ctx: &JobContext) -> Result<Arc<Volume>, IngestError> {
    let grid = match (series.obstacle(), series.grid) {
        (None, Some(grid)) => grid,
        (why, _) => return Err(IngestError::Sentence(why.unwrap_or("This series is no volume").to_owned())),
    };
    let room = |of_a_voxel: usize| {
        let bytes = grid.voxel_count().saturating_mul(of_a_voxel);
        // The system would give address space for more, and then swap, or end the program.
        too_large(grid.size(), bytes as u64, memory::free_bytes())
            .map_or(Ok(()), |sentence| Err(IngestError::Sentence(sentence)))
    };
    if series.volume_file.is_some() {
        return volume_load::begin(series, grid, room, ctx);
    }
    if series.real {
        return reals::whole(series, grid, ctx);
    }
    if series.suv_of_whole().is_some() {
        room(size_of::<f32>())?;
        return Ok(Arc::new(Volume::loading_real(grid, series.unit.clone()).shown(series.polarity)));
    }
    room(size_of::<i16>())?;
    Ok(Arc::new(Volume::loading(grid, series.unit.clone(), series.padding).shown(series.polarity)))
}

/// Why a volume of so many bytes is not begun, with the numbers.
pub(super) fn too_large([columns, rows, depth]: [usize; 3], bytes: u64, free: u64) -> Option<String> {
    let megabytes = |bytes: u64| bytes / 1_000_000;
    (bytes > free).then(|| {
        format!(
            "The volume needs {} MB of memory ({columns} x {rows} x {depth} voxels), and {} MB are free; close \
             other programs or open a part of the series",
            megabytes(bytes),
            megabytes(free)
        )
    })
}

/// Decodes every slice into `volume` on all cores, outwards from where somebody looks ([`Volume::look_at`]), at
/// first from the middle.
///
/// A slice that turns out to be broken is filled with air (with the padding value, where the series
/// has one) and named in a defect; the volume goes on.
/// - `volume`: from [`begin`] for the same series, without slices yet
/// - returns: the same volume, or of a volume file whose values turned out to be real numbers another one
/// - errors: the files are gone; no slice at all can be decoded; [`IngestError::Cancelled`]
pub fn load(series: &Series, volume: &Arc<Volume>, ctx: &JobContext) -> Result<Loaded, IngestError> {
    load_showing(series, volume, ctx, || {})
}

/// The same, and says when the first slice is there: the others are begun when `first` returns.
/// - errors: as [`load`]
pub fn load_showing(
    series: &Series,
    volume: &Arc<Volume>,
    ctx: &JobContext,
    first: impl FnOnce(),
) -> Result<Loaded, IngestError> {
    if series.volume_file.is_some() {
        let (other, odd) = volume_load::load(series, volume, ctx, first)?;
        let volume = other.unwrap_or_else(|| Arc::clone(volume));
        return Ok(Loaded { volume, defects: series.defects.iter().cloned().chain(odd).collect() });
    }
    if series.real {
        first();
        return Ok(Loaded { volume: Arc::clone(volume), defects: series.defects.clone() });
    }
    let suv = series.suv_of_whole();
    if volume.int16().is_some() == suv.is_some() {
        return Err(IngestError::Sentence("This volume cannot be filled from files".to_owned()));
    }
    let slice_len = volume.grid().size()[0].saturating_mul(volume.grid().size()[1]);
    let blank = match (series.padding, &series.unit) {
        (Some(padding), _) => padding.low,
        (None, Unit::Hu) => AIR_HU,
        (None, _) => 0,
    };
    let total = series.slices.len();
    let stored_len = series.resampled().map_or(slice_len, |straight| {
        let [columns, rows, _] = straight.stored.size();
        columns.saturating_mul(rows)
    });
    let done = AtomicUsize::new(0);
    let faults: Mutex<Vec<(usize, SliceFault)>> = Mutex::new(Vec::new());
    let cut_off: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    // `None` of what cannot be read, or is not there.
    let decode = |k: usize| {
        let Some(source) = series.slices.get(k).and_then(Option::as_ref) else { return Ok(None) };
        match source.decode() {
            Ok(values) if values.len() == stored_len => {
                if is_cut_off(source, &values, series.padding) {
                    cut_off.lock().unwrap_or_else(PoisonError::into_inner).push(k);
                }
                Ok(Some(values))
            }
            Ok(_) => Err(changed(source.from.path())),
            Err(SliceFault::Io(error)) if gone(&error) => {
                Err(removed(source.from.path(), done.load(Ordering::Relaxed), total))
            }
            Err(fault) => {
                faults.lock().unwrap_or_else(PoisonError::into_inner).push((k, fault));
                Ok(None)
            }
        }
    };
    let fill = |k: usize, values: Box<[i16]>| {
        let filled = match (volume.values(), suv) {
            (Values::Int16(store), _) => store.fill(k, values),
            (Values::Float32(store), per_value) => store.fill(k, scaled(&values, per_value.unwrap_or(1.0))),
        };
        filled.map_err(|e| IngestError::Sentence(e.to_string()))
    };
    let upright = series.resampled().map(|straight| Upright::new(straight, total, blank, series.padding));
    let read = |k: usize| {
        ctx.check()?;
        let values = decode(k)?;
        match &upright {
            None => fill(k, values.unwrap_or_else(|| blank_slice(slice_len, blank)))?,
            Some(upright) => upright.arrive(k, values, &fill)?,
        }
        let n = done.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        Ok::<(), IngestError>(ctx.step(READING_SLICES, n as f32 / total.max(1) as f32)?)
    };
    let read_for = |k: usize| upright.as_ref().map_or(k, |upright| upright.read_for(k));
    let mut order = Outward::new(volume, total, &read_for);
    for k in order.by_ref() {
        read(k)?;
        if volume.slices_filled() > 0 {
            break;
        }
    }
    first();
    // A bridge hands out slices one by one in this order; splitting the list would let the second
    // core begin at the edge of the volume.
    order.par_bridge().try_for_each(read)?;
    if let Some(upright) = &upright {
        upright.rest(&fill)?;
    }
    let mut faults = faults.into_inner().unwrap_or_else(PoisonError::into_inner);
    faults.sort_by_key(|(k, _)| *k);
    let sources = series.slices.iter().flatten().count();
    if let Some((_, first)) = faults.first()
        && faults.len() == sources
    {
        let error = IngestError::unread(first, nothing_decoded(series, first));
        // A drive that fails may be back a moment later.
        if !matches!(first, SliceFault::Io(_)) {
            series.note(&error);
        }
        return Err(error);
    }
    let mut defects = series.defects.clone();
    defects.extend(broken(series, &faults));
    defects.extend(beyond_16_bits(series, cut_off.into_inner().unwrap_or_else(PoisonError::into_inner)));
    Ok(Loaded { volume: Arc::clone(volume), defects })
}

/// Whole numbers in the unit of which one is `per_value`.
pub(super) fn scaled(values: &[i16], per_value: f64) -> Box<[f32]> {
    values.iter().map(|v| (f64::from(*v) * per_value) as f32).collect()
}

fn blank_slice(len: usize, value: i16) -> Box<[i16]> {
    vec![value; len].into_boxed_slice()
}

fn gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::StaleNetworkFileHandle | io::ErrorKind::NotADirectory
    )
}

fn removed(file: &Path, arrived: usize, total: usize) -> IngestError {
    let folder = file.parent().unwrap_or(file);
    IngestError::Sentence(format!(
        "Files of {} were removed while loading ({arrived} of {total} slices had arrived); open the folder again",
        folder.display()
    ))
}

fn changed(file: &Path) -> IngestError {
    IngestError::Sentence(format!("{} changed while loading; open the folder again", file.display()))
}

fn nothing_decoded(series: &Series, fault: &SliceFault) -> String {
    let advice = match fault {
        SliceFault::Damaged(_) | SliceFault::Unsupported(_) => {
            format!(" ({}); export the study uncompressed", series.transfer_syntax)
        }
        SliceFault::Truncated | SliceFault::Io(_) => "; copy the files again".to_owned(),
    };
    format!("No slice of this series can be read: {fault}{advice}")
}

/// Whether values of the slice lie beyond what 16 bits hold: they are then at its ends, where the
/// rescale can reach beyond them. Padding means nothing and may.
fn is_cut_off(source: &SliceSource, values: &[i16], padding: Option<Padding>) -> bool {
    // A compressed picture has bits of its own, whatever the header says.
    let bits =
        i32::from(if source.is_native() { source.form.bits_stored } else { source.form.bits_allocated });
    let stored = match source.form.signed {
        true => [-(2f64.powi(bits - 1)), 2f64.powi(bits - 1) - 1.0],
        false => [0.0, 2f64.powi(bits) - 1.0],
    };
    let within = f64::from(i16::MIN)..=f64::from(i16::MAX);
    let rescale = source.rescale;
    let can = stored.iter().any(|s| !within.contains(&(s * rescale.slope + rescale.intercept)));
    let is_padding = |v: i16| padding.is_some_and(|p| (p.low..=p.high).contains(&v));
    let is_end = |v: i16| (v == i16::MIN) | (v == i16::MAX);
    // A stretch at a time, without leaving it early: many values are then looked at in one instruction.
    let has_end = |some: &[i16]| some.iter().fold(false, |found, v| found | is_end(*v));
    can && values.chunks(1024).any(|some| has_end(some) && some.iter().any(|v| is_end(*v) && !is_padding(*v)))
}

/// Values that were cut off are no Hounsfield units any more. What has another unit is told already.
fn beyond_16_bits(series: &Series, mut slots: Vec<usize>) -> Option<Defect> {
    if slots.is_empty() || series.unit != Unit::Hu {
        return None;
    }
    slots.sort_unstable();
    let text = format!(
        "Values of {} lie beyond 16 bits after Rescale Slope and Intercept and were cut off: they are no \
         Hounsfield units",
        slices(&slots)
    );
    Some(defect_of(DefectCode::NotHu, slots, text))
}

/// Broken slices that the headers did not show.
fn broken(series: &Series, faults: &[(usize, SliceFault)]) -> Option<Defect> {
    let known =
        |k: &usize| series.defects.iter().any(|d| d.code == DefectCode::Truncated && d.slices.contains(k));
    let new: Vec<&(usize, SliceFault)> = faults.iter().filter(|(k, _)| !known(k)).collect();
    let (_, first) = new.first()?;
    let slots: Vec<usize> = new.iter().map(|(k, _)| *k).collect();
    let files = slots.iter().filter_map(|k| series.slices.get(*k)?.as_ref()).map(|s| s.from.path());
    let text = format!("Nothing is shown of {} ({}): {first}", slices(&slots), names(files));
    Some(defect_of(DefectCode::Truncated, slots, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_larger_than_free_memory_is_refused_with_the_numbers() {
        let size = [1024, 1024, 3000];
        let bytes = 2 * 1024 * 1024 * 3000;
        let text = too_large(size, bytes, 4_000_000_000).expect("refused");
        assert!(
            text.contains("6291 MB")
                && text.contains("4000 MB are free")
                && text.contains("1024 x 1024 x 3000")
        );
        assert_eq!(too_large(size, bytes, bytes), None);
    }
}
