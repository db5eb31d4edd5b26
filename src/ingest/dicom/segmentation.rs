//! A segmentation: frames to segments, each on a grid of its own.
//!
//! A frame belongs to the segment and to the place that its functional groups name; the order of frames means
//! nothing. Sources: DICOM PS3.3 A.51 (Segmentation IOD), C.8.20 (Segmentation modules), C.7.6.16
//! (functional groups); PS3.5 8.1.1 (pixels of one bit).

use std::collections::BTreeMap;
use std::io::Read;

use dicom_dictionary_std::{tags, uids};

use super::decode::{self, SliceFault, SliceSource};
use super::frame_places::{FramePlace, Places};
use super::header::{self, PixelForm, Values, is_native, syntax_name};
use super::items::{Item, Wants};
use super::object::{whole, words};
use super::rescale::Rescale;
use super::walk::{self, DEFLATED, EXPLICIT_BIG_ENDIAN, PixelPlace, WalkError};
use crate::geometry::{Transform, VoxelGrid};
use crate::ingest::memory;
use crate::ingest::source::{Source, Tape};
use crate::ingest::words::count;
use crate::jobs::{Cancelled, JobContext};
use crate::structures::{Mask, Shape, Structure, StructureSet, readable, srgb_from_cielab, unasked};

pub(super) const WANTS: Wants = Wants {
    sequences: &[
        tags::SEGMENT_SEQUENCE,
        tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
        tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
    ],
    kept: &[
        tags::SLICE_THICKNESS,
        tags::SPACING_BETWEEN_SLICES,
        tags::IMAGE_POSITION_PATIENT,
        tags::IMAGE_ORIENTATION_PATIENT,
        tags::PLANE_POSITION_SEQUENCE,
        tags::PLANE_ORIENTATION_SEQUENCE,
        tags::PIXEL_SPACING,
        tags::PIXEL_MEASURES_SEQUENCE,
        tags::SEGMENT_NUMBER,
        tags::SEGMENT_LABEL,
        tags::SEGMENT_IDENTIFICATION_SEQUENCE,
        tags::REFERENCED_SEGMENT_NUMBER,
        tags::RECOMMENDED_DISPLAY_CIE_LAB_VALUE,
    ],
    value_bytes: 16 * 1024,
    kept_bytes: 256 << 20,
};

/// How the pixels of a frame say what belongs to a segment.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Coding {
    /// One bit a pixel.
    Bits,
    /// One byte a pixel; this value is all of it.
    Shares(f64),
    /// The number of the segment, in one byte or two.
    Labels { wide: bool, big_endian: bool },
}

impl Coding {
    /// Of a pixel.
    fn bits(self) -> u16 {
        match self {
            Coding::Bits => 1,
            Coding::Shares(_) | Coding::Labels { wide: false, .. } => 8,
            Coding::Labels { .. } => 16,
        }
    }
}

/// One bit a pixel, the lowest of a byte first. Source: DICOM PS3.5 8.1.1.
fn bits_of(bytes: &[u8], skip: usize, pixels: usize) -> Vec<u16> {
    let bit = |n: usize| bytes.get(n / 8).map_or(0, |byte| u16::from(byte >> (n % 8) & 1));
    (0..pixels).map(|n| bit(skip + n)).collect()
}

const DAMAGED: &str = "its frames do not fit its header";

/// How compressed frames are read: by what reads slices.
struct Packed(SliceSource);

impl Packed {
    fn new(from: &Source, syntax: &str, form: PixelForm, pixels: PixelPlace) -> Result<Self, String> {
        let name = || syntax_name(syntax);
        if syntax != DEFLATED_FRAMES && (form.bits_allocated < 8 || !header::is_known(syntax)) {
            return Err(format!("its frames are compressed in a way that is not read ({})", name()));
        }
        Ok(Self(SliceSource {
            from: from.clone(),
            syntax: syntax.to_owned(),
            pixels: Some(pixels),
            form,
            photometric: "MONOCHROME2".to_owned(),
            rescale: Rescale { slope: 1.0, intercept: 0.0 },
            lut: None,
            inflated: None,
            planar: false,
            palette: None,
        }))
    }

    /// The compressed frames.
    /// - `count`: so many; where there are more fragments than frames nothing says which belong together
    fn fragments(&self, tape: &mut Tape<'_>, count: usize) -> Result<Vec<Vec<u8>>, Stop> {
        let Some(place) = self.0.pixels else { return Ok(Vec::new()) };
        tape.go_to(place.offset)?;
        let found = decode::fragments(tape, None).map_err(|fault| Stop::Words(fault.to_string()))?;
        if found.len() > count {
            return Err(Stop::Words("its compressed frames cannot be told apart".to_owned()));
        }
        Ok(found)
    }

    fn frame(&self, bytes: Vec<u8>) -> Result<Vec<u16>, Stop> {
        let form = self.0.form;
        let damaged = |fault: SliceFault| Stop::Words(format!("a frame cannot be read: {fault}"));
        if self.0.syntax == DEFLATED_FRAMES {
            let mut raw = Vec::new();
            // One byte more than there may be tells a bomb from a frame.
            flate2::read::DeflateDecoder::new(bytes.as_slice())
                .take(form.bytes() + 2)
                .read_to_end(&mut raw)?;
            if (raw.len() as u64) < form.bytes() {
                return Err(damaged(SliceFault::Truncated));
            }
            return Ok(match form.bits_allocated {
                1 => bits_of(&raw, 0, form.pixels()),
                8 => raw.into_iter().take(form.pixels()).map(u16::from).collect(),
                _ => raw.as_chunks::<2>().0.iter().map(|w| u16::from_le_bytes(*w)).collect(),
            });
        }
        let values = self.0.compressed(vec![bytes]).map_err(damaged)?;
        Ok(values.into_iter().map(i16::cast_unsigned).collect())
    }
}

/// Deflated Image Frame Compression: each frame by itself. Source: DICOM PS3.5 A.4.
const DEFLATED_FRAMES: &str = uids::DEFLATED_IMAGE_FRAME_COMPRESSION;

/// The part of a frame that holds something of a segment.
#[derive(Clone, Debug)]
struct Piece {
    /// Column, row and plane of its first pixel.
    at: [i64; 3],
    size: [usize; 2],
    shares: Vec<u8>,
}

/// Reads all segments.
/// - errors of the inner result: why nothing of it can be read, a sentence's end
pub(in crate::ingest) fn read(
    from: &Source,
    ctx: &JobContext,
) -> Result<Result<StructureSet, String>, Cancelled> {
    let file = match File::open(from) {
        Ok(file) => file,
        Err(why) => return Ok(Err(why)),
    };
    let pieces = from.read_checked(|tape| {
        if !file.deflated {
            return file.pieces(tape, ctx);
        }
        let bytes = walk::inflated(tape).map_err(|e: WalkError| Stop::Words(e.to_string()))?;
        file.pieces(&mut Tape::memory(bytes), ctx)
    });
    match pieces {
        Ok((pieces, lost)) => Ok(Ok(file.set(pieces, lost))),
        Err(Stop::Cancelled(cancelled)) => Err(cancelled),
        Err(Stop::Words(why)) => Ok(Err(why)),
    }
}

/// Why reading frames ended.
enum Stop {
    Cancelled(Cancelled),
    Words(String),
}

impl From<Cancelled> for Stop {
    fn from(cancelled: Cancelled) -> Self {
        Self::Cancelled(cancelled)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Words(format!("it cannot be read: {error}"))
    }
}

/// What its elements say.
struct File {
    deflated: bool,
    pixels: PixelPlace,
    /// Of compressed frames.
    packed: Option<Packed>,
    size: [usize; 2],
    coding: Coding,
    segments: Vec<(i64, String, [u8; 3])>,
    /// Of each frame: its segment (of a label map: none) and its place.
    frames: Vec<(Option<i64>, FramePlace)>,
    places: Places,
    remarks: Vec<String>,
}

impl File {
    fn open(from: &Source) -> Result<Self, String> {
        let (mut layout, charset) = whole(from, &WANTS)?;
        let object = header::decode(&layout).map_err(|e| e.to_string())?;
        let v = Values(&object);
        let mut items = |tag| layout.items.remove(&tag).unwrap_or_default();
        let segments = items(tags::SEGMENT_SEQUENCE);
        let shared = items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).into_iter().next().unwrap_or_default();
        let per_frame = items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
        let number = |tag| v.number(tag).filter(|n| *n >= 1.0).map(|n| n as usize);
        let (Some(rows), Some(columns)) = (number(tags::ROWS), number(tags::COLUMNS)) else {
            return Err("it does not say how large its frames are (Rows or Columns is missing)".to_owned());
        };
        let pixels = layout.pixels.ok_or("it ends before its frames")?;
        let coding = coding(v, layout.syntax == EXPLICIT_BIG_ENDIAN)?;
        let form = PixelForm {
            columns: u16::try_from(columns).map_err(|_| DAMAGED)?,
            rows: u16::try_from(rows).map_err(|_| DAMAGED)?,
            samples_per_pixel: 1,
            bits_allocated: coding.bits(),
            bits_stored: coding.bits(),
            high_bit: coding.bits().saturating_sub(1),
            signed: false,
            real: false,
        };
        let packed = match (is_native(&layout.syntax), pixels.claimed.is_some()) {
            (true, true) => None,
            (false, false) => Some(Packed::new(from, &layout.syntax, form, pixels)?),
            _ => return Err(DAMAGED.to_owned()),
        };
        let mut remarks = Vec::new();
        if let Coding::Shares(_) = coding {
            let what = v.text(tags::SEGMENTATION_FRACTIONAL_TYPE).unwrap_or_default().to_lowercase();
            // PS3.3 C.8.20.2: one of two words.
            remarks.push(
                match what.as_str() {
                    "probability" => {
                        "Each voxel holds a probability: outlines run where half of the largest value is reached"
                    }
                    "occupancy" => {
                        "Each voxel holds an occupancy: outlines run where half of the largest value is reached"
                    }
                    _ => "Each voxel holds a fraction: outlines run where half of the largest value is reached",
                }
                .to_owned(),
            );
        }
        let announced = number(tags::NUMBER_OF_FRAMES).unwrap_or(1);
        if announced != per_frame.len() {
            remarks.push(format!(
                "The file announces {} and describes {}: those that it describes are drawn",
                count(announced, "frame"),
                per_frame.len()
            ));
        }
        let segment_of = |frame: &Item| {
            let named = frame.first(tags::SEGMENT_IDENTIFICATION_SEQUENCE);
            let named = named.or_else(|| shared.first(tags::SEGMENT_IDENTIFICATION_SEQUENCE));
            named.and_then(|item| item.number(tags::REFERENCED_SEGMENT_NUMBER)).map(|n| n as i64)
        };
        let places = Places::new(&per_frame, &shared)?;
        remarks.extend(places.remarks.iter().cloned());
        let frames = per_frame.iter().map(segment_of).zip(places.frames.iter().copied()).collect();
        let segments = segments.iter().enumerate().map(|(place, s)| segment(s, place, &charset)).collect();
        Ok(Self {
            deflated: layout.syntax == DEFLATED,
            pixels,
            packed,
            size: [columns, rows],
            coding,
            segments,
            frames,
            places,
            remarks,
        })
    }

    /// What each frame holds of each segment, and how many frames are missing at the end of the file.
    fn pieces(
        &self,
        tape: &mut Tape<'_>,
        ctx: &JobContext,
    ) -> Result<(BTreeMap<i64, Vec<Piece>>, usize), Stop> {
        let [columns, rows] = self.size;
        let pixels = columns as u64 * rows as u64;
        let mut budget = memory::free_bytes() / 4;
        // A frame is unpacked to two bytes a pixel, beside its own bytes.
        if pixels.saturating_mul(4) > budget {
            return Err(Stop::Words("its frames are larger than the memory that is free".to_owned()));
        }
        let mut unpacked = match &self.packed {
            Some(_) if self.pixels.available > budget => {
                return Err(Stop::Words("its frames are larger than the memory that is free".to_owned()));
            }
            Some(packed) => Some((packed, packed.fragments(tape, self.frames.len())?)),
            None => None,
        };
        let mut found: BTreeMap<i64, Vec<Piece>> = BTreeMap::new();
        let mut lost = 0;
        let all = self.frames.len().max(1) as f32;
        for (n, (segment, place)) in self.frames.iter().enumerate() {
            ctx.step("Reading segments", n as f32 / all)?;
            let FramePlace::At { column, row, plane } = *place else { continue };
            let values = match &mut unpacked {
                Some((packed, fragments)) => {
                    fragments.get_mut(n).map(|frame| packed.frame(std::mem::take(frame))).transpose()?
                }
                None => self.frame(tape, n as u64, pixels)?,
            };
            let Some(values) = values else {
                lost += 1;
                continue;
            };
            let mut keep = |number: i64, share: &dyn Fn(u16) -> u8| -> Result<(), Stop> {
                let Some((at, size)) = bounds(&values, columns, share) else { return Ok(()) };
                let bytes = size[0] as u64 * size[1] as u64;
                budget = budget.checked_sub(2 * bytes).ok_or_else(|| {
                    Stop::Words("its segments are larger than the memory that is free".to_owned())
                })?;
                let lines = values.chunks_exact(columns).skip(at[1]).take(size[1]);
                let shares =
                    lines.flat_map(|l| l.iter().skip(at[0]).take(size[0]).map(|v| share(*v))).collect();
                let at = [column + at[0] as i64, row + at[1] as i64, plane];
                found.entry(number).or_default().push(Piece { at, size, shares });
                Ok(())
            };
            match (self.coding, segment) {
                (Coding::Bits, Some(number)) => keep(*number, &|v| if v > 0 { 255 } else { 0 })?,
                (Coding::Shares(most), Some(number)) => {
                    keep(*number, &|v| (f64::from(v) / most * 255.0).round().clamp(0.0, 255.0) as u8)?;
                }
                (Coding::Labels { .. }, _) => {
                    // What is no segment is background.
                    for (number, ..) in self.segments.iter().filter(|(number, ..)| *number > 0) {
                        keep(*number, &|v| if i64::from(v) == *number { 255 } else { 0 })?;
                    }
                }
                (_, None) => {}
            }
        }
        Ok((found, lost))
    }

    /// The pixels of a frame; `None` where the file ends before.
    fn frame(&self, tape: &mut Tape<'_>, n: u64, pixels: u64) -> Result<Option<Vec<u16>>, Stop> {
        let bits = u64::from(self.coding.bits());
        let first = n.saturating_mul(pixels).saturating_mul(bits);
        let end = first.saturating_add(pixels.saturating_mul(bits));
        let (from, to) = (first / 8, end.div_ceil(8));
        let there = self.pixels.available.min(self.pixels.claimed.map_or(u64::MAX, u64::from));
        if to > there {
            return Ok(None);
        }
        tape.go_to(self.pixels.offset.saturating_add(from))?;
        let bytes = tape.take_bytes(to - from)?;
        Ok(Some(match self.coding {
            // Frames follow each other without filling bits.
            Coding::Bits => bits_of(&bytes, (first % 8) as usize, pixels as usize),
            Coding::Shares(_) | Coding::Labels { wide: false, .. } => {
                bytes.into_iter().map(u16::from).collect()
            }
            Coding::Labels { big_endian, .. } => {
                let (words, _) = bytes.as_chunks::<2>();
                let word =
                    |w: &[u8; 2]| if big_endian { u16::from_be_bytes(*w) } else { u16::from_le_bytes(*w) };
                words.iter().map(word).collect()
            }
        }))
    }

    fn set(&self, mut pieces: BTreeMap<i64, Vec<Piece>>, lost: usize) -> StructureSet {
        let mut remarks = self.remarks.clone();
        if lost > 0 {
            remarks.push(format!("{} missing: the file ends before", count(lost, "frame")));
        }
        let labels = matches!(self.coding, Coding::Labels { .. });
        let structures = self.segments.iter().filter(|(number, ..)| *number > 0 || !labels);
        let structures = structures.map(|(number, name, colour)| {
            let mask = pieces.remove(number).map(|pieces| self.mask(&pieces));
            let (shape, why) = match mask {
                Some(Ok(mask)) => (Some(Shape::Mask(mask)), None),
                Some(Err(why)) => (None, Some(why)),
                None => (None, Some("Nothing is marked in it".to_owned())),
            };
            Structure {
                number: *number,
                name: name.clone(),
                colour: *colour,
                shape,
                remarks: why.into_iter().collect(),
            }
        });
        let structures = structures.collect();
        if !pieces.is_empty() {
            let frames = pieces.values().map(Vec::len).sum();
            remarks.push(format!(
                "{} left out: of segments that the file does not describe",
                count(frames, "frame")
            ));
        }
        StructureSet { structures, remarks }
    }

    /// One segment on the smallest grid that holds it.
    fn mask(&self, pieces: &[Piece]) -> Result<Mask, String> {
        const TOO_LARGE: &str = "It is larger than the memory that is free";
        let mut low = [i64::MAX; 3];
        let mut high = [i64::MIN; 3];
        for piece in pieces {
            let [wide, tall] = piece.size.map(|n| n as i64);
            for ((low, high), (at, size)) in
                low.iter_mut().zip(&mut high).zip(piece.at.into_iter().zip([wide, tall, 1]))
            {
                *low = (*low).min(at);
                *high = (*high).max(at + size);
            }
        }
        let mut size = [0usize; 3];
        for (size, (low, high)) in size.iter_mut().zip(low.iter().zip(high)) {
            *size = usize::try_from(high - low).map_err(|_| TOO_LARGE)?;
        }
        let axes = self.places.axes().ok_or(
            "All of it lies in one plane, of which the file does not say how thick it is (Spacing Between Slices \
             and Slice Thickness are missing)",
        )?;
        let [i, j, k] = axes;
        let [x, y, z] = low.map(|n| n as f64);
        let origin = self.places.origin + i * x + j * y + k * z;
        let grid = VoxelGrid::new(size, Transform::from_axes(i, j, k, origin)).map_err(|e| e.to_string())?;
        let voxels = grid.voxel_count();
        if voxels as u64 > memory::free_bytes() / 2 {
            return Err(TOO_LARGE.to_owned());
        }
        let mut shares = vec![0u8; voxels];
        for piece in pieces {
            let mut first = [0usize; 3];
            for (first, (at, low)) in first.iter_mut().zip(piece.at.iter().zip(low)) {
                *first = usize::try_from(at - low).unwrap_or(0);
            }
            for (n, line) in piece.shares.chunks_exact(piece.size[0].max(1)).enumerate() {
                let at = (first[2] * size[1] + first[1] + n) * size[0] + first[0];
                for (share, new) in shares.iter_mut().skip(at).zip(line) {
                    // Two frames of one segment at one place: what either marks is marked.
                    *share = (*share).max(*new);
                }
            }
        }
        Mask::new(grid, shares).ok_or_else(|| TOO_LARGE.to_owned())
    }
}

fn coding(v: Values<'_>, big_endian: bool) -> Result<Coding, String> {
    let bits = v.number(tags::BITS_ALLOCATED).unwrap_or(0.0) as u32;
    let kind = v.text(tags::SEGMENTATION_TYPE).unwrap_or_default();
    Ok(match (kind.as_str(), bits) {
        ("BINARY", 1) => Coding::Bits,
        // Written so by some, against the standard: any value marks.
        ("BINARY", 8) => Coding::Shares(1.0),
        ("FRACTIONAL", 8) => {
            Coding::Shares(v.number(tags::MAXIMUM_FRACTIONAL_VALUE).filter(|n| *n > 0.0).unwrap_or(255.0))
        }
        ("LABELMAP", 8 | 16) => Coding::Labels { wide: bits == 16, big_endian },
        _ => return Err(format!("its frames are of a kind that is not read ({kind} with {bits} bits)")),
    })
}

fn segment(item: &Item, place: usize, charset: &str) -> (i64, String, [u8; 3]) {
    let number = item.number(tags::SEGMENT_NUMBER).map_or(place as i64 + 1, |n| n as i64);
    let colour = item.some::<3>(tags::RECOMMENDED_DISPLAY_CIE_LAB_VALUE);
    let colour = colour.map(|lab| srgb_from_cielab(lab.map(|n| n.clamp(0.0, 65535.0) as u16)));
    let name = words(item, tags::SEGMENT_LABEL, charset).unwrap_or_else(|| format!("Segment {number}"));
    (number, name, readable(colour.unwrap_or_else(|| unasked(place))))
}

/// First column and row, and size, of what is not zero.
fn bounds(values: &[u16], columns: usize, share: &dyn Fn(u16) -> u8) -> Option<([usize; 2], [usize; 2])> {
    let (mut low, mut high) = ([usize::MAX; 2], [0usize; 2]);
    for (row, line) in values.chunks_exact(columns.max(1)).enumerate() {
        let inside = |v: &u16| share(*v) > 0;
        let (Some(first), Some(last)) = (line.iter().position(inside), line.iter().rposition(inside)) else {
            continue;
        };
        low = [low[0].min(first), low[1].min(row)];
        high = [high[0].max(last), high[1].max(row)];
    }
    (low[0] <= high[0]).then(|| (low, [high[0] - low[0] + 1, high[1] - low[1] + 1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_sorted_for_the_search() {
        assert!(WANTS.kept.is_sorted());
    }

    #[test]
    fn bounds_are_those_of_what_is_marked() {
        let values = [0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0];
        assert_eq!(bounds(&values, 4, &|v| v as u8), Some(([1, 1], [3, 2])));
        assert_eq!(bounds(&values, 4, &|v| u8::from(v == 9)), Some(([3, 2], [1, 1])));
        assert_eq!(bounds(&values, 4, &|_| 0), None);
    }
}
