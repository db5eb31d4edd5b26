//! What a viewer needs to know of one file, as plain values: no DICOM type leaves this module.

use std::io;
use std::path::Path;
use std::sync::Arc;

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};
use dicom_encoding::transfer_syntax::TransferSyntaxIndex;
use dicom_object::InMemDicomObject;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use super::colour::{Palette, PaletteTable};
use super::frames;
use super::inflated::Inflated;
use super::items::Wants;
use super::lut::Lut;
use super::rescale::Rescale;
use super::walk::{self, EXPLICIT_BIG_ENDIAN, Layout, PixelPlace, WalkError};
use crate::clinical::{ClinicalFields, Sex, Smoking};
use crate::ingest::private::Private;
use crate::ingest::source::{Source, Tape};
use crate::ingest::suv::{Moment, PetFacts};
use crate::volume::Polarity;

/// The elements that are read, sorted.
const WANTED: [Tag; 63] = [
    tags::SPECIFIC_CHARACTER_SET,
    tags::IMAGE_TYPE,
    tags::SOP_CLASS_UID,
    tags::STUDY_DATE,
    tags::SERIES_DATE,
    tags::ACQUISITION_DATE,
    tags::SERIES_TIME,
    tags::ACQUISITION_TIME,
    tags::CONTENT_TIME,
    tags::MODALITY,
    tags::SERIES_DESCRIPTION,
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::PATIENT_SEX,
    tags::PATIENT_AGE,
    tags::PATIENT_WEIGHT,
    tags::SMOKING_STATUS,
    tags::SLICE_THICKNESS,
    tags::ECHO_TIME,
    tags::TRIGGER_TIME,
    tags::CONVOLUTION_KERNEL,
    tags::DIFFUSION_B_VALUE,
    tags::SERIES_INSTANCE_UID,
    tags::SERIES_NUMBER,
    tags::ACQUISITION_NUMBER,
    tags::INSTANCE_NUMBER,
    tags::IMAGE_POSITION_PATIENT,
    tags::IMAGE_ORIENTATION_PATIENT,
    tags::FRAME_OF_REFERENCE_UID,
    tags::TEMPORAL_POSITION_IDENTIFIER,
    tags::NOMINAL_PERCENTAGE_OF_CARDIAC_PHASE,
    tags::SAMPLES_PER_PIXEL,
    tags::PHOTOMETRIC_INTERPRETATION,
    tags::PLANAR_CONFIGURATION,
    tags::NUMBER_OF_FRAMES,
    tags::ROWS,
    tags::COLUMNS,
    tags::PIXEL_SPACING,
    tags::PIXEL_ASPECT_RATIO,
    tags::CORRECTED_IMAGE,
    tags::BITS_ALLOCATED,
    tags::BITS_STORED,
    tags::HIGH_BIT,
    tags::PIXEL_REPRESENTATION,
    tags::PIXEL_PADDING_VALUE,
    tags::PIXEL_PADDING_RANGE_LIMIT,
    tags::WINDOW_CENTER,
    tags::WINDOW_WIDTH,
    tags::RESCALE_INTERCEPT,
    tags::RESCALE_SLOPE,
    tags::RESCALE_TYPE,
    tags::WINDOW_CENTER_WIDTH_EXPLANATION,
    tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
    tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
    tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
    tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    tags::LOSSY_IMAGE_COMPRESSION,
    tags::UNITS,
    tags::SUV_TYPE,
    tags::DECAY_CORRECTION,
    tags::EXTENDED_OFFSET_TABLE,
];

/// How the stored values of an image lie in its pixel data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) struct PixelForm {
    pub(in crate::ingest) columns: u16,
    pub(in crate::ingest) rows: u16,
    pub(in crate::ingest) samples_per_pixel: u16,
    pub(in crate::ingest) bits_allocated: u16,
    pub(in crate::ingest) bits_stored: u16,
    pub(in crate::ingest) high_bit: u16,
    pub(in crate::ingest) signed: bool,
    /// Real numbers, as IEEE 754 has them (PS3.3 C.7.6.24, C.7.6.25).
    pub(in crate::ingest) real: bool,
}

impl PixelForm {
    /// Number of pixels.
    pub(in crate::ingest) fn pixels(&self) -> usize {
        usize::from(self.columns) * usize::from(self.rows)
    }

    /// Bytes of one frame without compression, where they are whole and some.
    pub(in crate::ingest) fn whole_bytes(&self) -> Option<u64> {
        self.bits_allocated.is_multiple_of(8).then(|| self.bytes()).filter(|bytes| *bytes > 0)
    }

    /// Bytes of one frame without compression.
    pub(in crate::ingest) fn bytes(&self) -> u64 {
        let bits = self.pixels() as u64 * u64::from(self.samples_per_pixel) * u64::from(self.bits_allocated);
        bits.div_ceil(8)
    }

    /// Whether its values are colours, or places in a table of colours.
    /// - `photometric`: Photometric Interpretation; one that is left out means grey
    pub(in crate::ingest) fn is_coloured(&self, photometric: &str) -> bool {
        self.samples_per_pixel != 1 || !(photometric.starts_with("MONOCHROME") || photometric.is_empty())
    }
}

/// The values that tell apart several pictures at one position.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::ingest) struct PhaseMarks {
    /// In the order in which they are tried: temporal position, cardiac phase, trigger time, echo
    /// time, b-value, acquisition number, acquisition time, content time.
    pub(in crate::ingest) marks: [Option<String>; 8],
}

/// One file.
#[derive(Clone, Debug)]
pub(in crate::ingest) struct Header {
    /// What it was read from, and its pixels will be.
    pub(in crate::ingest) from: Source,
    pub(in crate::ingest) syntax: String,
    pub(in crate::ingest) sop_class: String,
    pub(in crate::ingest) series_uid: String,
    pub(in crate::ingest) series_number: Option<i64>,
    pub(in crate::ingest) series_description: Private<String>,
    pub(in crate::ingest) patient_name: Private<String>,
    pub(in crate::ingest) patient_id: Private<String>,
    /// Of the patient, as far as the tags tell.
    pub(in crate::ingest) clinical: Private<ClinicalFields>,
    /// Study Date, `YYYYMMDD`.
    pub(in crate::ingest) study_date: Private<String>,
    pub(in crate::ingest) modality: String,
    pub(in crate::ingest) image_type: Vec<String>,
    pub(in crate::ingest) instance_number: Option<i64>,
    pub(in crate::ingest) phase: PhaseMarks,
    pub(in crate::ingest) kernel: Option<String>,
    /// Image Position (Patient), LPS mm.
    pub(in crate::ingest) position: Option<[f64; 3]>,
    /// Image Orientation (Patient): direction of a row, then of a column.
    pub(in crate::ingest) orientation: Option<[f64; 6]>,
    /// Distance between rows, then between columns, mm.
    pub(in crate::ingest) pixel_spacing: Option<[f64; 2]>,
    /// Height and width of a pixel by ratio, where the spacing is not known.
    pub(in crate::ingest) pixel_aspect: Option<[f64; 2]>,
    /// Slice Thickness, mm.
    pub(in crate::ingest) slice_thickness: Option<f64>,
    pub(in crate::ingest) frame_of_reference: Option<String>,
    pub(in crate::ingest) photometric: String,
    /// Images in the file: where there are several, this is the header of one of them, unless they cannot
    /// be told apart.
    pub(in crate::ingest) frames: i64,
    /// `None` where the size of the image or of a pixel is missing.
    pub(in crate::ingest) form: Option<PixelForm>,
    pub(in crate::ingest) slope: Option<f64>,
    pub(in crate::ingest) intercept: Option<f64>,
    pub(in crate::ingest) rescale_type: Option<String>,
    /// Pixel Padding Value and Range Limit, as numbers of 16 bits whatever VR they came in.
    pub(in crate::ingest) padding: Option<[i64; 2]>,
    /// Width, centre and explanation.
    pub(in crate::ingest) windows: Vec<(f64, f64, Option<String>)>,
    pub(in crate::ingest) lossy: bool,
    pub(in crate::ingest) pixels: Option<PixelPlace>,
    /// The table that the file has in place of slope and intercept.
    pub(in crate::ingest) lut: Option<Arc<Lut>>,
    /// Such a table is there; without `lut` it cannot be used.
    pub(in crate::ingest) modality_lut: bool,
    /// Of a PET: what its values become standardized uptake values by.
    pub(in crate::ingest) pet: Option<Arc<PetFacts>>,
    /// Of a coloured picture: whether there is one for each colour, one after the other.
    pub(in crate::ingest) planar: bool,
    /// The colours that stored numbers stand for.
    pub(in crate::ingest) palette: Option<Arc<Palette>>,
    /// What the frames of a deflated file share.
    pub(in crate::ingest) inflated: Option<Arc<Inflated>>,
    /// Of a DICOMDIR: the parts of the names of the files that it lists.
    pub(in crate::ingest) listed: Vec<Vec<String>>,
    pub(in crate::ingest) cut_off: bool,
}

impl Header {
    /// Reads the header of a file, up to its pixel data: one for each of its frames.
    pub(in crate::ingest) fn read(from: &Source) -> Result<Vec<Self>, WalkError> {
        from.read(|tape| Self::from_tape(tape, from))
    }

    fn from_tape(tape: &mut Tape<'_>, from: &Source) -> Result<Vec<Self>, WalkError> {
        let mut layout = walk::walk(tape, &WANTED, &Wants::IMAGE)?;
        let items = std::mem::take(&mut layout.items);
        let object = decode(&layout)?;
        let values = Values(&object);
        let known = values.text(tags::SOP_CLASS_UID).is_some()
            || values.text(tags::MODALITY).is_some()
            || values.number(tags::ROWS).is_some()
            || layout.media_class.is_some();
        if !known {
            return Err(if layout.cut_off { WalkError::CutOff } else { WalkError::NotDicom });
        }
        let mut header = Self::collect(from, layout, values);
        if let Some(table) = items.get(&tags::MODALITY_LUT_SEQUENCE).and_then(|items| items.first()) {
            header.modality_lut = true;
            header.lut = header.form.and_then(|form| Lut::new(table, form)).map(Arc::new);
        }
        let injected =
            items.get(&tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE).and_then(|items| items.first());
        if let (Some(injected), Some(pet)) = (injected, header.pet.as_mut().and_then(Arc::get_mut)) {
            pet.dose_bq = injected.number(tags::RADIONUCLIDE_TOTAL_DOSE);
            pet.half_life_s = injected.number(tags::RADIONUCLIDE_HALF_LIFE);
            pet.injected = Moment::of(
                injected.text(tags::RADIOPHARMACEUTICAL_START_DATE_TIME).as_deref(),
                pet.series_date.as_deref(),
                injected.text(tags::RADIOPHARMACEUTICAL_START_TIME).as_deref(),
            );
        }
        if let Some(records) = items.get(&tags::DIRECTORY_RECORD_SEQUENCE) {
            let names = records.iter().map(|record| record.texts(tags::REFERENCED_FILE_ID));
            header.listed = names.filter(|name| !name.is_empty()).collect();
        }
        let extended = object.get(tags::EXTENDED_OFFSET_TABLE).and_then(|e| e.value().to_multi_int().ok());
        Ok(frames::split(tape, header, &items, &extended.unwrap_or_default()))
    }

    fn collect(from: &Source, layout: Layout, v: Values<'_>) -> Self {
        let owned = |tag| v.text(tag).unwrap_or_default();
        let positive = |pair: &[f64; 2]| pair.iter().all(|&n| n > 0.0);
        Self {
            from: from.clone(),
            sop_class: v.text(tags::SOP_CLASS_UID).or(layout.media_class).unwrap_or_default(),
            series_uid: owned(tags::SERIES_INSTANCE_UID),
            series_number: v.number(tags::SERIES_NUMBER).map(|n| n as i64),
            series_description: Private::new(owned(tags::SERIES_DESCRIPTION)),
            patient_name: Private::new(owned(tags::PATIENT_NAME)),
            patient_id: Private::new(owned(tags::PATIENT_ID)),
            clinical: Private::new(clinical(v)),
            study_date: Private::new(owned(tags::STUDY_DATE)),
            modality: owned(tags::MODALITY),
            image_type: v.texts(tags::IMAGE_TYPE),
            instance_number: v.number(tags::INSTANCE_NUMBER).map(|n| n as i64),
            phase: PhaseMarks {
                marks: [
                    tags::TEMPORAL_POSITION_IDENTIFIER,
                    tags::NOMINAL_PERCENTAGE_OF_CARDIAC_PHASE,
                    tags::TRIGGER_TIME,
                    tags::ECHO_TIME,
                    tags::DIFFUSION_B_VALUE,
                    tags::ACQUISITION_NUMBER,
                    tags::ACQUISITION_TIME,
                    tags::CONTENT_TIME,
                ]
                .map(|tag| v.text(tag)),
            },
            kernel: v.text(tags::CONVOLUTION_KERNEL),
            position: v.numbers(tags::IMAGE_POSITION_PATIENT),
            orientation: v.numbers(tags::IMAGE_ORIENTATION_PATIENT),
            pixel_spacing: v.numbers(tags::PIXEL_SPACING).filter(positive),
            pixel_aspect: v.numbers(tags::PIXEL_ASPECT_RATIO).filter(positive),
            slice_thickness: v.number(tags::SLICE_THICKNESS).filter(|mm| *mm > 0.0),
            frame_of_reference: v.text(tags::FRAME_OF_REFERENCE_UID),
            photometric: owned(tags::PHOTOMETRIC_INTERPRETATION),
            frames: v.number(tags::NUMBER_OF_FRAMES).map_or(1, |n| n as i64),
            form: pixel_form(v).map(|form| PixelForm { real: layout.real, ..form }),
            slope: v.number(tags::RESCALE_SLOPE),
            intercept: v.number(tags::RESCALE_INTERCEPT),
            rescale_type: v.text(tags::RESCALE_TYPE),
            padding: padding(v),
            windows: windows(v),
            lossy: v.text(tags::LOSSY_IMAGE_COMPRESSION).as_deref() == Some("01")
                || lossy_syntax(&layout.syntax),
            pixels: layout.pixels,
            lut: None,
            modality_lut: false,
            pet: (v.text(tags::MODALITY).as_deref() == Some("PT")).then(|| Arc::new(pet(v))),
            inflated: None,
            planar: v.small(tags::PLANAR_CONFIGURATION) == Some(1),
            palette: palette(v).map(Arc::new),
            listed: Vec::new(),
            cut_off: layout.cut_off,
            syntax: layout.syntax,
        }
    }

    /// Path of the file, as shown.
    pub(in crate::ingest) fn file(&self) -> &Path {
        self.from.path()
    }

    /// Rescale of the file; a slope of zero counts as missing.
    pub(in crate::ingest) fn rescale(&self) -> Rescale {
        if let Some(lut) = &self.lut {
            return lut.before();
        }
        Rescale {
            slope: self.slope.filter(|s| *s != 0.0).unwrap_or(1.0),
            intercept: self.intercept.unwrap_or(0.0),
        }
    }

    /// Which end of the values is meant to be bright. Source: DICOM PS3.3 C.7.6.3.1.2.
    pub(in crate::ingest) fn polarity(&self) -> Polarity {
        if self.photometric == "MONOCHROME1" { Polarity::LowIsBright } else { Polarity::HighIsBright }
    }

    /// Why its pixels cannot be decoded whatever they are, in words for a sentence.
    pub(in crate::ingest) fn undecodable(&self) -> Option<String> {
        undecodable(&self.syntax, self.form)
    }

    /// Whether the pixel data are stored as they are, number after number.
    pub(in crate::ingest) fn is_native(&self) -> bool {
        is_native(&self.syntax)
    }
}

/// What the tags tell of the patient; what lies out of its range is not known.
///
/// Patient's Age is a number and a letter for its unit; only years are whole years. Smoking Status knows a
/// present smoker and not who stopped, so that `NO` tells nothing here. Source: DICOM PS3.3 C.7.2.2 (Patient
/// Study Module), C.7.1.1 (Patient Module).
fn clinical(v: Values<'_>) -> ClinicalFields {
    let sex = match v.text(tags::PATIENT_SEX).as_deref() {
        Some("F") => Some(Sex::Female),
        Some("M") => Some(Sex::Male),
        _ => None,
    };
    let age = v.text(tags::PATIENT_AGE);
    let within = |[low, high]: [u32; 2]| move |n: &f64| (f64::from(low)..=f64::from(high)).contains(n);
    ClinicalFields {
        sex,
        age_years: age
            .and_then(|age| age.strip_suffix('Y')?.trim().parse().ok())
            .filter(within(ClinicalFields::AGE_YEARS)),
        weight_kg: v.number(tags::PATIENT_WEIGHT).filter(within(ClinicalFields::WEIGHT_KG)),
        smoking: (v.text(tags::SMOKING_STATUS).as_deref() == Some("YES")).then_some(Smoking::Current),
        ..ClinicalFields::default()
    }
}

/// What a PET says of its values, without what stands in its sequence.
fn pet(v: Values<'_>) -> PetFacts {
    let text = |tag| v.text(tag);
    let moment = |date, time| Moment::of(None, text(date).as_deref(), text(time).as_deref());
    PetFacts {
        units: text(tags::UNITS).unwrap_or_default(),
        suv_type: text(tags::SUV_TYPE),
        decay_correction: text(tags::DECAY_CORRECTION).unwrap_or_default(),
        corrected: v.texts(tags::CORRECTED_IMAGE),
        // Some write grams: a body that no scanner takes is no weight.
        weight_kg: v.number(tags::PATIENT_WEIGHT).filter(|kg| (0.5..=500.0).contains(kg)),
        series_date: text(tags::SERIES_DATE),
        series: moment(tags::SERIES_DATE, tags::SERIES_TIME),
        acquired: moment(tags::ACQUISITION_DATE, tags::ACQUISITION_TIME),
        injected: None,
        dose_bq: None,
        half_life_s: None,
    }
}

/// Whether the transfer syntax stores numbers as they are.
pub(super) fn is_native(syntax: &str) -> bool {
    [uids::IMPLICIT_VR_LITTLE_ENDIAN, uids::EXPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_BIG_ENDIAN, walk::DEFLATED]
        .contains(&syntax)
}

/// The transfer syntax by its standard's name.
pub(in crate::ingest) fn syntax_name(uid: &str) -> String {
    let known = TransferSyntaxRegistry.get(uid).map(|syntax| syntax.name());
    let retired = RETIRED_JPEG.iter().find(|(retired, _)| *retired == uid).map(|(_, name)| *name);
    known.or(retired).unwrap_or("unknown transfer syntax").to_owned()
}

/// Processes of JPEG that left the standard and are read all the same. Source: DICOM PS3.6 annex A.
const RETIRED_JPEG: [(&str, &str); 2] = [
    ("1.2.840.10008.1.2.4.53", "JPEG Spectral Selection, Non-Hierarchical (Processes 6 & 8)"),
    ("1.2.840.10008.1.2.4.55", "JPEG Full Progression, Non-Hierarchical (Processes 10 & 12)"),
];

/// Whether it is JPEG by cosine transform that may have 12 bits, which [`super::jpeg`] reads.
pub(super) fn is_wide_jpeg(syntax: &str) -> bool {
    syntax == uids::JPEG_EXTENDED12_BIT || RETIRED_JPEG.iter().any(|(retired, _)| *retired == syntax)
}

/// Whether dicom-pixeldata has a decoder.
pub(super) fn is_known(syntax: &str) -> bool {
    TransferSyntaxRegistry.get(syntax).is_some_and(|known| known.can_decode_all())
}

/// The sizes of a number in memory that are read as they are, in bits.
const NATIVE_BITS: [u16; 3] = [8, 16, 32];
/// The same for real numbers.
const REAL_BITS: [u16; 2] = [32, 64];
/// The same for compressed pictures: what their decoders give back.
const COMPRESSED_BITS: [u16; 2] = [8, 16];

/// What of a compression or of its numbers no decoder here can read, in words for a sentence.
fn undecodable(syntax: &str, form: Option<PixelForm>) -> Option<String> {
    let name = || syntax_name(syntax);
    if !is_known(syntax) && !is_wide_jpeg(syntax) {
        return Some(format!("{}, {syntax}", name()));
    }
    let form = form?;
    let known: &[u16] = match (is_native(syntax), form.real) {
        (true, false) => &NATIVE_BITS,
        (true, true) => &REAL_BITS,
        (false, false) => &COMPRESSED_BITS,
        // The standard compresses whole numbers alone.
        (false, true) => &[],
    };
    if !known.contains(&form.bits_allocated) {
        return Some(format!("{}, {}-bit values", name(), form.bits_allocated));
    }
    let most = if syntax == uids::JPEG_BASELINE8_BIT { 8 } else { 12 };
    if (syntax == uids::JPEG_BASELINE8_BIT || is_wide_jpeg(syntax)) && form.bits_stored > most {
        return Some(format!("{} with {}-bit values, {syntax}", name(), form.bits_stored));
    }
    None
}

/// Syntaxes of JPEG, JPEG-LS and JPEG 2000 that give back what went in.
pub(super) const LOSSLESS: [&str; 6] = [
    uids::JPEG_LOSSLESS,
    uids::JPEG_LOSSLESS_SV1,
    uids::JPEGLS_LOSSLESS,
    uids::JPEG2000_LOSSLESS,
    uids::HTJ2K_LOSSLESS,
    uids::HTJ2K_LOSSLESS_RPCL,
];

/// Syntaxes that lose something by definition. Those that may be either way (JPEG 2000, JPEG-LS
/// near-lossless, High-Throughput JPEG 2000) count as lossy: only their lossless twins promise it.
fn lossy_syntax(uid: &str) -> bool {
    // JPEG and its kin stand under 1.2.840.10008.1.2.4.
    uid.starts_with("1.2.840.10008.1.2.4.") && !LOSSLESS.contains(&uid) && uid != uids::JPEGXL_LOSSLESS
}

pub(super) fn decode(layout: &Layout) -> Result<InMemDicomObject, WalkError> {
    let uid = if layout.big_endian { EXPLICIT_BIG_ENDIAN } else { uids::IMPLICIT_VR_LITTLE_ENDIAN };
    let syntax = TransferSyntaxRegistry.get(uid).ok_or(WalkError::Damaged)?;
    // Texts are UTF-8 whatever the file said.
    let characters: &[u8] = if layout.big_endian {
        b"\0\x08\0\x05CS\0\x0AISO_IR 192"
    } else {
        b"\x08\0\x05\0\x0A\0\0\0ISO_IR 192"
    };
    let elements = io::Read::chain(characters, layout.elements.as_slice());
    InMemDicomObject::read_dataset_with_ts(elements, syntax).map_err(|_| WalkError::Damaged)
}

/// Reads values out of a data set; what is missing or no number is `None`.
#[derive(Clone, Copy)]
pub(super) struct Values<'a>(pub(super) &'a InMemDicomObject);

impl Values<'_> {
    pub(super) fn texts(self, tag: Tag) -> Vec<String> {
        let Some(element) = self.0.get(tag) else { return Vec::new() };
        let Ok(text) = element.to_str() else { return Vec::new() };
        text.split('\\')
            .map(|t| t.trim_matches(|c: char| c == '\0' || c.is_whitespace()).to_owned())
            .collect()
    }

    /// The whole value as text; an empty one counts as missing.
    pub(super) fn text(self, tag: Tag) -> Option<String> {
        let text = self.texts(tag).join("\\");
        (!text.is_empty()).then_some(text)
    }

    pub(super) fn list(self, tag: Tag) -> Vec<f64> {
        self.texts(tag).iter().map_while(|t| t.parse::<f64>().ok().filter(|n| n.is_finite())).collect()
    }

    pub(super) fn number(self, tag: Tag) -> Option<f64> {
        self.list(tag).first().copied()
    }

    pub(super) fn numbers<const N: usize>(self, tag: Tag) -> Option<[f64; N]> {
        self.list(tag).get(..N)?.try_into().ok()
    }

    pub(super) fn small(self, tag: Tag) -> Option<u16> {
        let n = self.number(tag)?;
        (n >= 0.0 && n <= f64::from(u16::MAX)).then_some(n as u16)
    }
}

fn pixel_form(v: Values<'_>) -> Option<PixelForm> {
    let (columns, rows) = (v.small(tags::COLUMNS)?, v.small(tags::ROWS)?);
    let bits_allocated = v.small(tags::BITS_ALLOCATED)?;
    if columns == 0 || rows == 0 || bits_allocated == 0 {
        return None;
    }
    let bits_stored = v.small(tags::BITS_STORED).filter(|b| (1..=bits_allocated).contains(b));
    let bits_stored = bits_stored.unwrap_or(bits_allocated);
    // A high bit that cannot be is taken as the usual one.
    let high_bit = v.small(tags::HIGH_BIT).filter(|h| *h < bits_allocated && *h + 1 >= bits_stored);
    Some(PixelForm {
        columns,
        rows,
        samples_per_pixel: v.small(tags::SAMPLES_PER_PIXEL).unwrap_or(1),
        bits_allocated,
        bits_stored,
        high_bit: high_bit.unwrap_or(bits_stored - 1),
        signed: v.small(tags::PIXEL_REPRESENTATION) == Some(1),
        real: false,
    })
}

/// Padding as stored values. Writers use the wrong VR (63536 for -2000): only the bits count.
fn padding(v: Values<'_>) -> Option<[i64; 2]> {
    let signed = v.small(tags::PIXEL_REPRESENTATION) == Some(1);
    let stored = |n: f64| {
        let bits = (n as i64) as u16;
        if signed { i64::from(bits as i16) } else { i64::from(bits) }
    };
    let value = v.number(tags::PIXEL_PADDING_VALUE).map(stored)?;
    let limit = v.number(tags::PIXEL_PADDING_RANGE_LIMIT).map_or(value, stored);
    Some([value.min(limit), value.max(limit)])
}

/// The tables of a picture whose numbers are places in them; `None` where one is missing or is none. A palette
/// that a grey picture has besides is not read.
fn palette(v: Values<'_>) -> Option<Palette> {
    if v.text(tags::PHOTOMETRIC_INTERPRETATION).as_deref() != Some("PALETTE COLOR") {
        return None;
    }
    const TABLES: [[Tag; 2]; 3] = [
        [tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR, tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA],
        [tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR, tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA],
        [tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR, tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA],
    ];
    let form = pixel_form(v)?;
    let [red, green, blue] = TABLES.map(|[descriptor, data]| {
        let descriptor = v.numbers(descriptor)?;
        PaletteTable::new(descriptor, &v.list(data), form)
    });
    Some(Palette { tables: [red?, green?, blue?] })
}

fn windows(v: Values<'_>) -> Vec<(f64, f64, Option<String>)> {
    let names = v.texts(tags::WINDOW_CENTER_WIDTH_EXPLANATION);
    let pairs = v.list(tags::WINDOW_WIDTH).into_iter().zip(v.list(tags::WINDOW_CENTER));
    pairs
        .enumerate()
        .filter(|(_, (width, _))| *width >= 1.0)
        .map(|(n, (width, centre))| (width, centre, names.get(n).filter(|t| !t.is_empty()).cloned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wanted_elements_are_sorted_for_the_search() {
        assert!(WANTED.is_sorted());
    }

    #[test]
    fn what_no_decoder_here_can_read_is_known_from_the_header() {
        let form = |bits_allocated, bits_stored| {
            let high_bit = bits_stored - 1;
            let form = PixelForm {
                columns: 1,
                rows: 1,
                samples_per_pixel: 1,
                bits_allocated,
                bits_stored,
                high_bit,
                signed: false,
                real: false,
            };
            Some(form)
        };
        for (syntax, allocated, stored) in [
            (uids::JPEG_BASELINE8_BIT, 8, 8),
            (uids::JPEG_EXTENDED12_BIT, 8, 8),
            (uids::JPEG_EXTENDED12_BIT, 16, 12),
            ("1.2.840.10008.1.2.4.55", 16, 12),
            (uids::JPEG_LOSSLESS_SV1, 16, 12),
            (uids::JPEG2000_LOSSLESS, 16, 16),
            (uids::RLE_LOSSLESS, 16, 16),
            (uids::EXPLICIT_VR_LITTLE_ENDIAN, 32, 32),
        ] {
            assert_eq!(undecodable(syntax, form(allocated, stored)), None, "{syntax} {allocated}");
        }
        for (syntax, allocated, stored, word) in [
            (uids::JPEG_EXTENDED12_BIT, 16, 16, "16-bit"),
            (uids::JPEG_BASELINE8_BIT, 16, 12, "12-bit"),
            (uids::RLE_LOSSLESS, 32, 32, "32-bit"),
            (uids::EXPLICIT_VR_LITTLE_ENDIAN, 1, 1, "1-bit"),
            ("1.2.840.10008.1.2.4.52", 16, 12, "1.2.840.10008.1.2.4.52"),
        ] {
            let why = undecodable(syntax, form(allocated, stored));
            assert!(why.as_ref().is_some_and(|w| w.contains(word)), "{syntax} {allocated}: {why:?}");
        }
    }
}
