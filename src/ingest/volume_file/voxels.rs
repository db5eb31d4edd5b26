//! Voxels as they stand in a file, one after the other, to slices of a volume.

use std::io::Read;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use super::fault::{Fault, fault, read_fault};
use super::filling::Numbers;
use super::{MOST_ALONG_AN_AXIS, MOST_BYTES};
use crate::geometry::VoxelGrid;
use crate::ingest::defect::DefectCode;

/// How one voxel is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Element {
    /// Bytes of one.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }
}

/// Where voxels lie in patient space and how they are stored: columns fastest, then rows, then slices.
#[derive(Clone, Debug)]
pub(in crate::ingest) struct Layout {
    pub(in crate::ingest) grid: VoxelGrid,
    pub(super) element: Element,
    pub(super) big_endian: bool,
    /// Value = stored x slope + intercept.
    pub(super) slope: f64,
    pub(super) intercept: f64,
}

impl Layout {
    /// Whether values are certainly whole numbers of 16 bits.
    pub(in crate::ingest) fn is_whole(&self) -> bool {
        let small = matches!(self.element, Element::I8 | Element::U8 | Element::I16);
        small && (self.slope, self.intercept) == (1.0, 0.0)
    }

    /// Bytes of one slice.
    pub(super) fn slice_bytes(&self) -> usize {
        let [columns, rows, _] = self.grid.size();
        columns * rows * self.element.bytes()
    }

    /// Bytes of all voxels.
    pub(super) fn bytes(&self) -> u64 {
        // `checked_size` has refused what would not fit.
        self.grid.voxel_count() as u64 * self.element.bytes() as u64
    }
}

/// Columns, rows and slices, none of them absurd.
/// - errors: an axis without voxels or with too many, more bytes than a CT can have
pub(super) fn checked_size(size: [u64; 3], element: Element) -> Result<[usize; 3], Fault> {
    let [columns, rows, slices] = size;
    let words = || format!("{columns} x {rows} x {slices} voxels");
    if size.contains(&0) {
        return fault(format!("announces a volume of {}, which is none", words()));
    }
    let bytes = size.iter().try_fold(element.bytes() as u64, |n, s| n.checked_mul(*s));
    let fits = size.iter().all(|s| *s <= MOST_ALONG_AN_AXIS as u64);
    if !fits || bytes.is_none_or(|b| b > MOST_BYTES) {
        return fault(format!("announces {}, which is no chest CT: its header is damaged", words()));
    }
    Ok(size.map(|s| s as usize))
}

/// Slices that are unpacked before those in front of them are values.
const AHEAD: usize = 2;

/// Reads all voxels, slice after slice: while one becomes values on a thread of its own, the next one is unpacked.
/// - `come`: takes every slice but the last one
/// - `between`: called after each slice that was unpacked, with its number
/// - returns: the values of the last slice, which counts when what is behind it is whole, too
/// - errors: the source ends too early; those of `come` and `between`
pub(super) fn stream<E: From<Fault> + Send>(
    layout: &Layout,
    source: &mut dyn Read,
    come: &(dyn Fn(usize, Numbers) -> Result<(), E> + Sync),
    between: &mut dyn FnMut(usize) -> Result<(), E>,
) -> Result<Option<Numbers>, E> {
    let (send, arrived) = sync_channel(AHEAD);
    let (give_back, empty) = channel();
    std::thread::scope(|scope| {
        let gathering = std::thread::Builder::new().name("voxels".to_owned());
        let gathering = gathering
            .spawn_scoped(scope, move || gather(layout, &arrived, &give_back, come))
            .map_err(|e| Fault::Words(format!("cannot be read: the system gives no thread ({e})")))?;
        let sent = unpack(layout, source, &send, &empty, between);
        drop(send);
        let gathered = gathering.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // Where gathering ended first, it knows why.
        gathered.and_then(|last| sent.map(|()| last))
    })
}

/// Takes the bytes of one slice after the other from the source.
/// - `send`: to what makes values of them; it may have ended
/// - `empty`: buffers that it gives back
fn unpack<E: From<Fault>>(
    layout: &Layout,
    source: &mut dyn Read,
    send: &SyncSender<Vec<u8>>,
    empty: &Receiver<Vec<u8>>,
    between: &mut dyn FnMut(usize) -> Result<(), E>,
) -> Result<(), E> {
    for k in 0..layout.grid.size()[2] {
        let stored = one(layout, source, k, empty.try_recv().unwrap_or_default())?;
        if send.send(stored).is_err() {
            return Ok(());
        }
        between(k)?;
    }
    Ok(())
}

/// The bytes of the next slice.
/// - `k`: its number
/// - `buffer`: to put them in
pub(super) fn one(
    layout: &Layout,
    source: &mut dyn Read,
    k: usize,
    mut buffer: Vec<u8>,
) -> Result<Vec<u8>, Fault> {
    buffer.clear();
    let bytes = layout.slice_bytes();
    // Grows as bytes arrive: an announced size alone costs nothing.
    Read::take(&mut *source, bytes as u64).read_to_end(&mut buffer).map_err(|e| read_fault(&e))?;
    if buffer.len() < bytes {
        let depth = layout.grid.size()[2];
        let words =
            format!("ends in slice {} of {depth}: it was cut off while copying; copy it again", k + 1);
        return Err(Fault::Unread(DefectCode::Truncated, words));
    }
    Ok(buffer)
}

/// Makes values of the bytes of all slices; the last ones come back.
fn gather<E: From<Fault>>(
    layout: &Layout,
    arrived: &Receiver<Vec<u8>>,
    give_back: &Sender<Vec<u8>>,
    come: &(dyn Fn(usize, Numbers) -> Result<(), E> + Sync),
) -> Result<Option<Numbers>, E> {
    let depth = layout.grid.size()[2];
    for (k, stored) in arrived.iter().enumerate() {
        let values = numbers(layout, &stored);
        // Where nobody needs it any more it is dropped.
        give_back.send(stored).ok();
        if k.saturating_add(1) >= depth {
            return Ok(Some(values));
        }
        // Nothing is held back that is whole: who looks at it waits for nothing.
        come(k, values)?;
    }
    Ok(None)
}

/// What the bytes of a slice stand for; values that are no numbers among them.
pub(super) fn numbers(layout: &Layout, stored: &[u8]) -> Numbers {
    if let Some(words) = words(layout, stored) {
        return Numbers::Whole(words);
    }
    let values = values(layout, stored);
    // What 16 bits do not hold comes back as another number.
    if values.iter().all(|v| f64::from(*v as i16) == *v) {
        Numbers::Whole(values.iter().map(|v| *v as i16).collect())
    } else {
        Numbers::Real(values.iter().map(|v| *v as f32).collect())
    }
}

/// The values of a slice where they are stored as they are, in the numbers that most volumes of HU have:
/// without the way over larger ones.
fn words(layout: &Layout, stored: &[u8]) -> Option<Box<[i16]>> {
    let as_stored = (layout.slope, layout.intercept) == (1.0, 0.0);
    match layout.element {
        Element::I16 if as_stored => {
            let (pairs, _) = stored.as_chunks::<2>();
            Some(if layout.big_endian {
                pairs.iter().map(|pair| i16::from_be_bytes(*pair)).collect()
            } else {
                pairs.iter().map(|pair| i16::from_le_bytes(*pair)).collect()
            })
        }
        _ => None,
    }
}

fn values(layout: &Layout, stored: &[u8]) -> Vec<f64> {
    fn each<const N: usize>(bytes: &[u8], big: bool, number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
        let (groups, _) = bytes.as_chunks::<N>();
        groups
            .iter()
            .map(|group| {
                let mut group = *group;
                if big {
                    group.reverse();
                }
                number(group)
            })
            .collect()
    }
    let big = layout.big_endian;
    let mut values = match layout.element {
        Element::I8 => each::<1>(stored, big, |b| f64::from(i8::from_le_bytes(b))),
        Element::U8 => each::<1>(stored, big, |b| f64::from(u8::from_le_bytes(b))),
        Element::I16 => each::<2>(stored, big, |b| f64::from(i16::from_le_bytes(b))),
        Element::U16 => each::<2>(stored, big, |b| f64::from(u16::from_le_bytes(b))),
        Element::I32 => each::<4>(stored, big, |b| f64::from(i32::from_le_bytes(b))),
        Element::U32 => each::<4>(stored, big, |b| f64::from(u32::from_le_bytes(b))),
        Element::I64 => each::<8>(stored, big, |b| i64::from_le_bytes(b) as f64),
        Element::U64 => each::<8>(stored, big, |b| u64::from_le_bytes(b) as f64),
        Element::F32 => each::<4>(stored, big, |b| f64::from(f32::from_le_bytes(b))),
        Element::F64 => each::<8>(stored, big, f64::from_le_bytes),
    };
    if (layout.slope, layout.intercept) != (1.0, 0.0) {
        for value in &mut values {
            *value = *value * layout.slope + layout.intercept;
        }
    }
    values
}
