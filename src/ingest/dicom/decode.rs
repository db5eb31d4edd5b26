//! One slice from its file to values, ready for the volume.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use dicom_core::value::PixelFragmentSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use dicom_pixeldata::PixelDecoder;

use super::codestream::{self, Announced};
use super::colour::Palette;
use super::header::{self, PixelForm};
use super::inflated::Inflated;
use super::jpeg;
use super::jpeg_2000;
use super::jpeg_lossless;
use super::jpeg_ls;
use super::lut::Lut;
use super::rescale::Rescale;
use super::walk::{self, EXPLICIT_BIG_ENDIAN, PixelPlace};
use crate::ingest::source::{Source, Tape};

/// Where a slice comes from, and how its bytes become values.
#[derive(Clone, Debug)]
pub(in crate::ingest) struct SliceSource {
    pub(in crate::ingest) from: Source,
    pub(in crate::ingest) syntax: String,
    /// `None` where the file ends before its pixel data.
    pub(in crate::ingest) pixels: Option<PixelPlace>,
    pub(in crate::ingest) form: PixelForm,
    pub(in crate::ingest) photometric: String,
    pub(in crate::ingest) rescale: Rescale,
    /// A table that values go through behind `rescale`.
    pub(in crate::ingest) lut: Option<Arc<Lut>>,
    /// What the frames of a deflated file share.
    pub(in crate::ingest) inflated: Option<Arc<Inflated>>,
    /// Of a coloured picture: whether there is one for each colour, one after the other.
    pub(in crate::ingest) planar: bool,
    /// The colours that stored numbers stand for, where they do.
    pub(in crate::ingest) palette: Option<Arc<Palette>>,
}

/// Why a slice could not be read.
#[derive(Debug, thiserror::Error)]
pub(in crate::ingest) enum SliceFault {
    /// Fewer pixels than rows and columns ask for.
    #[error("its pixel data end too early")]
    Truncated,
    /// The compressed picture is damaged.
    #[error("its compressed pixel data are damaged ({0})")]
    Damaged(String),
    /// A form of pixel data that cannot be read.
    #[error("{0}")]
    Unsupported(String),
    /// The file is gone, locked, on a drive that fails ...
    #[error("it cannot be read: {0}")]
    Io(io::Error),
}

impl From<io::Error> for SliceFault {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Truncated } else { Self::Io(error) }
    }
}

impl SliceSource {
    /// The values of the slice, row by row.
    pub(in crate::ingest) fn decode(&self) -> Result<Box<[i16]>, SliceFault> {
        self.open(|tape| self.decode_from(tape))
    }

    /// The values of a slice of real numbers, row by row, as they are stored.
    pub(in crate::ingest) fn decode_real(&self) -> Result<Box<[f32]>, SliceFault> {
        self.open(|tape| self.real_from(tape))
    }

    fn real_from(&self, tape: &mut Tape<'_>) -> Result<Box<[f32]>, SliceFault> {
        let place = self.pixels.ok_or(SliceFault::Truncated)?;
        let bytes = self.form.bytes();
        match place.claimed {
            Some(claimed) if u64::from(claimed) < bytes => return Err(SliceFault::Truncated),
            Some(_) if header::is_native(&self.syntax) && self.form.samples_per_pixel == 1 => {}
            _ => return Err(SliceFault::Damaged("it does not fit its transfer syntax".to_owned())),
        }
        tape.go_to(place.offset)?;
        let bytes = tape.take_bytes(bytes)?;
        let big = self.is_big_endian();
        match self.form.bits_allocated {
            32 => {
                let number = if big { f32::from_be_bytes } else { f32::from_le_bytes };
                Ok(bytes.as_chunks::<4>().0.iter().map(|b| number(*b)).collect())
            }
            64 => {
                let number = if big { f64::from_be_bytes } else { f64::from_le_bytes };
                Ok(bytes.as_chunks::<8>().0.iter().map(|b| number(*b) as f32).collect())
            }
            bits => Err(SliceFault::Unsupported(format!("its pixels are real numbers of {bits} bits"))),
        }
    }

    /// Reads the data set: of a deflated file its inflated copy, which frames of one file share and which is
    /// dropped when they are done.
    fn open<T>(&self, read: impl FnOnce(&mut Tape<'_>) -> Result<T, SliceFault>) -> Result<T, SliceFault> {
        if self.syntax != walk::DEFLATED {
            return self.from.read_checked(read);
        }
        let inflate = || {
            self.from
                .read_checked(|tape| walk::inflated(tape).map_err(|e| SliceFault::Damaged(e.to_string())))
        };
        let bytes = match &self.inflated {
            Some(shared) => shared.bytes(inflate)?,
            None => Arc::new(inflate()?),
        };
        read(&mut Tape::shared(bytes))
    }

    fn decode_from(&self, tape: &mut Tape<'_>) -> Result<Box<[i16]>, SliceFault> {
        let mut values = self.stored(tape)?;
        if let Some(lut) = &self.lut {
            lut.apply(&mut values);
        }
        Ok(values)
    }

    /// The values of the slice without its table.
    fn stored(&self, tape: &mut Tape<'_>) -> Result<Box<[i16]>, SliceFault> {
        let place = self.pixels.ok_or(SliceFault::Truncated)?;
        if self.form.samples_per_pixel != 1 {
            return Err(SliceFault::Unsupported("its pixels are coloured".to_owned()));
        }
        if self.form.real {
            return Err(SliceFault::Unsupported("its pixels are real numbers".to_owned()));
        }
        tape.go_to(place.offset)?;
        match place.claimed {
            Some(claimed) if u64::from(claimed) < self.form.bytes() => Err(SliceFault::Truncated),
            Some(_) if header::is_native(&self.syntax) => self.native(tape),
            None if !header::is_native(&self.syntax) => self.compressed(fragments(tape, place.fragments)?),
            _ => Err(SliceFault::Damaged("it does not fit its transfer syntax".to_owned())),
        }
    }

    /// The bytes of a coloured picture.
    /// - `samples`: so many a pixel, where they are not compressed
    pub(super) fn colour_bytes(&self, samples: u64) -> Result<Vec<u8>, SliceFault> {
        self.open(|tape| self.colour_bytes_from(tape, samples))
    }

    fn colour_bytes_from(&self, tape: &mut Tape<'_>, samples: u64) -> Result<Vec<u8>, SliceFault> {
        let place = self.pixels.ok_or(SliceFault::Truncated)?;
        tape.go_to(place.offset)?;
        let pixels = self.form.pixels();
        if place.claimed.is_some() {
            return Ok(tape.take_bytes(pixels as u64 * samples * u64::from(self.form.bits_allocated / 8))?);
        }
        let picture = fragments(tape, place.fragments)?.concat();
        if picture.is_empty() {
            return Err(SliceFault::Truncated);
        }
        self.check(&picture)?;
        let length = pixels * 3 * usize::from(self.form.bits_allocated / 8);
        let decoded = if self.is_jpeg_ls() {
            let size = [usize::from(self.form.columns), usize::from(self.form.rows)];
            let stored = jpeg_ls::decode_colours(&picture, size);
            let stored = stored.map_err(|why| SliceFault::Damaged(why.to_owned()))?;
            match self.form.bits_allocated {
                8 => stored.into_iter().map(|level| level as u8).collect(),
                _ => stored.into_iter().flat_map(u16::to_le_bytes).collect(),
            }
        } else {
            self.run_decoder(picture)?
        };
        decoded.get(..length).map(<[u8]>::to_vec).ok_or(SliceFault::Truncated)
    }

    /// Whether numbers of more than a byte begin with their upper one.
    pub(super) fn is_big_endian(&self) -> bool {
        self.syntax == EXPLICIT_BIG_ENDIAN
    }

    /// Whether what is decoded is in the colours that the header names: decoders of JPEG and JPEG 2000 turn
    /// them into red, green and blue.
    pub(super) fn keeps_colours(&self) -> bool {
        header::is_native(&self.syntax) || self.syntax == uids::RLE_LOSSLESS || self.is_jpeg_ls()
    }

    fn is_jpeg_ls(&self) -> bool {
        matches!(self.syntax.as_str(), uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS)
    }

    /// Numbers as they are: straight into the slice, without a second copy of 16-bit words.
    fn native(&self, tape: &mut Tape<'_>) -> Result<Box<[i16]>, SliceFault> {
        let count = self.form.pixels();
        let big = self.syntax == EXPLICIT_BIG_ENDIAN;
        match self.form.bits_allocated {
            16 => {
                if self.form.bytes() > tape.left() {
                    return Err(SliceFault::Truncated);
                }
                let mut words = vec![0i16; count].into_boxed_slice();
                tape.fill(bytemuck::cast_slice_mut(&mut words))?;
                if big {
                    words.iter_mut().for_each(|v| *v = i16::from_be(*v));
                } else {
                    words.iter_mut().for_each(|v| *v = i16::from_le(*v));
                }
                self.rescale.words(&mut words, self.form);
                Ok(words)
            }
            8 => Ok(self.bytes(&tape.take_bytes(count as u64)?)),
            32 => Ok(self.long_words(&tape.take_bytes(self.form.bytes())?, big)),
            bits => Err(SliceFault::Unsupported(format!("its pixels have {bits} bits"))),
        }
    }

    fn bytes(&self, bytes: &[u8]) -> Box<[i16]> {
        let mut words: Box<[i16]> = bytes.iter().map(|&b| i16::from(b)).collect();
        // In a 16-bit word the stored bits lie where they lay in the byte.
        self.rescale.words(&mut words, PixelForm { bits_allocated: 16, ..self.form });
        words
    }

    fn long_words(&self, bytes: &[u8], big: bool) -> Box<[i16]> {
        let up = 31u32.saturating_sub(u32::from(self.form.high_bit));
        let down = 32u32.saturating_sub(u32::from(self.form.bits_stored)) & 31;
        let (words, _) = bytes.as_chunks::<4>();
        words
            .iter()
            .map(|&b| {
                let word = if big { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) };
                let word = word.wrapping_shl(up);
                let stored = if self.form.signed {
                    f64::from((word as i32).wrapping_shr(down))
                } else {
                    f64::from(word.wrapping_shr(down))
                };
                self.rescale.value(stored)
            })
            .collect()
    }

    /// Compressed pictures: checked by their own header, decoded by dicom-pixeldata.
    pub(super) fn compressed(&self, fragments: Vec<Vec<u8>>) -> Result<Box<[i16]>, SliceFault> {
        let mut picture = fragments.into_iter().reduce(|mut all, next| {
            all.extend(next);
            all
        });
        let picture = picture.take().filter(|p| !p.is_empty()).ok_or(SliceFault::Truncated)?;
        let announced = self.check(&picture)?;
        let pixels = self.form.pixels();
        // The depth that the picture itself announces decides where its sign is. A deeper one than the header's
        // holds the word with what lies above the stored bits; of a lossy one it may hold values that grew past
        // them, and is left alone.
        let stored = self.form.bits_stored;
        let precision = match announced.map(|a| u16::from(a.precision)) {
            Some(deeper)
                if deeper > stored && stored > 0 && header::LOSSLESS.contains(&self.syntax.as_str()) =>
            {
                stored
            }
            Some(announced) => announced,
            None => stored,
        };
        let form = PixelForm { bits_stored: precision, high_bit: precision.saturating_sub(1), ..self.form };
        if header::is_wide_jpeg(&self.syntax) && (precision > 8 || !header::is_known(&self.syntax)) {
            let size = [usize::from(form.columns), usize::from(form.rows)];
            let stored = jpeg::decode(&picture, size).map_err(SliceFault::Damaged)?;
            let mut words: Box<[i16]> = stored.into_iter().map(u16::cast_signed).collect();
            self.rescale.words(&mut words, PixelForm { bits_allocated: 16, ..form });
            return Ok(words);
        }
        if let Some(mut words) = self.quick(&picture, announced)? {
            self.rescale.words(&mut words, PixelForm { bits_allocated: 16, ..form });
            return Ok(words);
        }
        let decoded = self.run_decoder(picture)?;
        let as_bytes = precision <= 8 && announced.is_some() && self.is_jpeg_or_ls();
        if self.form.bits_allocated == 8 || as_bytes {
            let bytes = decoded.get(..pixels).ok_or(SliceFault::Truncated)?;
            return Ok(Self { form, ..self.clone() }.bytes(bytes));
        }
        let bytes = decoded.get(..pixels.saturating_mul(2)).ok_or(SliceFault::Truncated)?;
        let (words, _) = bytes.as_chunks::<2>();
        let mut words: Box<[i16]> = words.iter().map(|&b| i16::from_le_bytes(b)).collect();
        self.rescale.words(&mut words, form);
        Ok(words)
    }

    /// The stored numbers of a picture for which there is a better way than dicom-pixeldata; `None` where there
    /// is none.
    fn quick(&self, picture: &[u8], announced: Option<Announced>) -> Result<Option<Box<[i16]>>, SliceFault> {
        let size = [usize::from(self.form.columns), usize::from(self.form.rows)];
        match self.syntax.as_str() {
            uids::JPEG_LOSSLESS | uids::JPEG_LOSSLESS_SV1 => {
                let stored = jpeg_lossless::decode(picture, size);
                let stored = stored.map_err(|why| SliceFault::Damaged(why.to_owned()))?;
                Ok(stored.map(|stored| stored.into_iter().map(u16::cast_signed).collect()))
            }
            uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS => {
                let stored = jpeg_ls::decode(picture, size);
                let stored = stored.map_err(|why| SliceFault::Damaged(why.to_owned()))?;
                Ok(Some(stored.into_iter().map(u16::cast_signed).collect()))
            }
            uids::JPEG2000 | uids::JPEG2000_LOSSLESS => {
                Ok(announced.and_then(|announced| jpeg_2000::decode(picture, announced)))
            }
            _ => Ok(None),
        }
    }

    /// Whether its pixels are stored as they are.
    pub(in crate::ingest) fn is_native(&self) -> bool {
        header::is_native(&self.syntax)
    }

    fn is_jpeg_or_ls(&self) -> bool {
        // JPEG 4.50-4.70, JPEG-LS 4.80-4.81; JPEG 2000 begins at 4.90.
        let number = self.syntax.strip_prefix(JPEG_FAMILY).and_then(|n| n.parse::<u16>().ok());
        number.is_some_and(|n| n < 90)
    }

    /// What the compressed bytes say of themselves, which must be what the header says.
    fn check(&self, picture: &[u8]) -> Result<Option<Announced>, SliceFault> {
        let form = &self.form;
        if self.syntax == uids::RLE_LOSSLESS {
            let segments = usize::from(form.bits_allocated.div_ceil(8)) * usize::from(form.samples_per_pixel);
            return if codestream::rle_is_whole(picture, segments, form.pixels()) {
                Ok(None)
            } else {
                Err(SliceFault::Damaged("its runs end too early".to_owned()))
            };
        }
        let announced = if self.is_jpeg_or_ls() {
            codestream::jpeg(picture)
        } else if is_jpeg_2000(&self.syntax) {
            codestream::jpeg_2000(picture)
        } else {
            return Ok(None);
        };
        let announced = announced.ok_or_else(|| SliceFault::Damaged("no picture begins there".to_owned()))?;
        let size = (announced.columns, announced.rows);
        let fits = size == (u32::from(form.columns), u32::from(form.rows))
            && announced.components == form.samples_per_pixel
            && u16::from(announced.precision) <= form.bits_allocated;
        if !fits {
            return Err(SliceFault::Damaged(format!(
                "they are {} x {} pixels of {} bits where the header says {} x {} of {}",
                announced.columns,
                announced.rows,
                announced.precision,
                form.columns,
                form.rows,
                form.bits_allocated
            )));
        }
        Ok(Some(announced))
    }

    fn run_decoder(&self, mut picture: Vec<u8>) -> Result<Vec<u8>, SliceFault> {
        if picture.len() % 2 == 1 {
            picture.push(0);
        }
        let form = &self.form;
        let mut object = InMemDicomObject::new_empty();
        let mut put = |tag: Tag, vr: VR, value: PrimitiveValue| {
            object.put_element(DataElement::new(tag, vr, value));
        };
        put(tags::SAMPLES_PER_PIXEL, VR::US, form.samples_per_pixel.into());
        if form.samples_per_pixel > 1 {
            put(tags::PLANAR_CONFIGURATION, VR::US, 0u16.into());
        }
        put(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, self.photometric.as_str().into());
        put(tags::ROWS, VR::US, form.rows.into());
        put(tags::COLUMNS, VR::US, form.columns.into());
        put(tags::BITS_ALLOCATED, VR::US, form.bits_allocated.into());
        put(tags::BITS_STORED, VR::US, form.bits_stored.into());
        put(tags::HIGH_BIT, VR::US, form.high_bit.into());
        put(tags::PIXEL_REPRESENTATION, VR::US, u16::from(form.signed).into());
        let pixels = PixelFragmentSequence::new(Vec::new(), vec![picture]);
        object.put_element(DataElement::new(tags::PIXEL_DATA, VR::OB, pixels));
        // Only the transfer syntax matters; the other two have to be there.
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(self.syntax.as_str())
            .media_storage_sop_class_uid(uids::CT_IMAGE_STORAGE)
            .media_storage_sop_instance_uid("2.25.1")
            .build()
            .map_err(|e| SliceFault::Damaged(e.to_string()))?;
        let object = object.with_exact_meta(meta);
        // Decoders of other makers may panic on damaged bytes: that is this slice's fault, not the
        // program's end.
        let decoded = catch_unwind(AssertUnwindSafe(|| {
            object.decode_pixel_data_frame(0).map(|p| p.into_data()).map_err(|e| innermost(&e))
        }));
        decoded.unwrap_or_else(|_| Err("the decoder gave up".to_owned())).map_err(SliceFault::Damaged)
    }
}

/// The first cause, in the decoder's own words.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

const JPEG_FAMILY: &str = "1.2.840.10008.1.2.4.";

fn is_jpeg_2000(syntax: &str) -> bool {
    let number = syntax.strip_prefix(JPEG_FAMILY).and_then(|n| n.parse::<u16>().ok());
    number.is_some_and(|n| matches!(n, 90..=93 | 201..=203))
}

/// The fragments of compressed pixel data, the offset table left out.
/// - `count`: so many, of which the first is next; `None` for all, behind the table
pub(super) fn fragments(tape: &mut Tape<'_>, count: Option<u32>) -> Result<Vec<Vec<u8>>, SliceFault> {
    let mut found = Vec::new();
    let mut first = count.is_none();
    loop {
        if count.is_some_and(|count| found.len() >= count as usize) {
            return Ok(found);
        }
        let mut head = [0u8; 8];
        match tape.fill(&mut head) {
            Ok(()) => {}
            // Some writers forget the delimiter at the end of the file.
            Err(_) if !found.is_empty() => return Ok(found),
            Err(error) => return Err(error.into()),
        }
        let [g0, g1, e0, e1, l0, l1, l2, l3] = head;
        match ([g0, g1], [e0, e1]) {
            ([0xFE, 0xFF], [0x00, 0xE0]) => {}
            ([0xFE, 0xFF], [0xDD, 0xE0]) => return Ok(found),
            _ => return Err(SliceFault::Damaged("its fragments are not marked".to_owned())),
        }
        let bytes = tape.take_bytes(u64::from(u32::from_le_bytes([l0, l1, l2, l3])))?;
        if !std::mem::take(&mut first) {
            found.push(bytes);
        }
    }
}
