//! Sequences: the few that a viewer needs, as small trees of the elements that are wanted.
//!
//! Lengths are checked against the bytes that are there, depth and size are bounded; everything that is
//! not wanted is stepped over. Source: DICOM PS3.5 section 7.5.

use std::collections::BTreeMap;

use dicom_core::dictionary::DataDictionary;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use super::walk::{
    ElementHeader, Encoding, ITEM, ITEM_END, MAX_DEPTH, SEQUENCE_END, UNDEFINED, WalkError, element_header,
    skip_sequence,
};
use crate::ingest::source::Tape;

/// What is kept of an item, sorted for the search.
const WANTED: [Tag; 38] = [
    tags::REFERENCED_FILE_ID,
    tags::FRAME_TYPE,
    tags::SLICE_THICKNESS,
    tags::RADIOPHARMACEUTICAL_START_TIME,
    tags::RADIONUCLIDE_TOTAL_DOSE,
    tags::RADIONUCLIDE_HALF_LIFE,
    tags::RADIOPHARMACEUTICAL_START_DATE_TIME,
    tags::CONVOLUTION_KERNEL,
    tags::FRAME_ACQUISITION_DATE_TIME,
    tags::EFFECTIVE_ECHO_TIME,
    tags::DIFFUSION_B_VALUE,
    tags::MR_ECHO_SEQUENCE,
    tags::MR_DIFFUSION_SEQUENCE,
    tags::CARDIAC_SYNCHRONIZATION_SEQUENCE,
    tags::MR_IMAGE_FRAME_TYPE_SEQUENCE,
    tags::CT_RECONSTRUCTION_SEQUENCE,
    tags::CT_IMAGE_FRAME_TYPE_SEQUENCE,
    tags::IMAGE_POSITION_PATIENT,
    tags::IMAGE_ORIENTATION_PATIENT,
    tags::IN_STACK_POSITION_NUMBER,
    tags::FRAME_CONTENT_SEQUENCE,
    tags::PLANE_POSITION_SEQUENCE,
    tags::PLANE_ORIENTATION_SEQUENCE,
    tags::TEMPORAL_POSITION_INDEX,
    tags::NOMINAL_CARDIAC_TRIGGER_DELAY_TIME,
    tags::NOMINAL_PERCENTAGE_OF_CARDIAC_PHASE,
    tags::PIXEL_SPACING,
    tags::WINDOW_CENTER,
    tags::WINDOW_WIDTH,
    tags::RESCALE_INTERCEPT,
    tags::RESCALE_SLOPE,
    tags::RESCALE_TYPE,
    tags::LUT_DESCRIPTOR,
    tags::MODALITY_LUT_TYPE,
    tags::LUT_DATA,
    tags::PIXEL_MEASURES_SEQUENCE,
    tags::FRAME_VOILUT_SEQUENCE,
    tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE,
];
/// Which sequences of a data set are read, and what of them is kept.
#[derive(Clone, Copy)]
pub(super) struct Wants {
    /// Sequences of the data set itself.
    pub(super) sequences: &'static [Tag],
    /// What is kept of an item, sorted.
    pub(super) kept: &'static [Tag],
    /// Longest value that is kept.
    pub(super) value_bytes: u32,
    /// All that one sequence may hold in memory.
    pub(super) kept_bytes: usize,
}

impl Wants {
    /// Of images. The longest value is a table of 65,536 numbers of 16 bits; a sequence has some 50,000 frames,
    /// or files of an index.
    pub(super) const IMAGE: Self = Self {
        sequences: &[
            tags::DIRECTORY_RECORD_SEQUENCE,
            tags::MODALITY_LUT_SEQUENCE,
            tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE,
            tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
            tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
        ],
        kept: &WANTED,
        value_bytes: 128 * 1024,
        kept_bytes: 64 << 20,
    };

    fn keeps(&self, tag: Tag) -> bool {
        self.kept.binary_search(&tag).is_ok()
    }

    /// Whether it is a sequence that is read.
    pub(super) fn reads(&self, tag: Tag) -> bool {
        self.sequences.contains(&tag)
    }
}

/// What an element costs besides its value.
const ELEMENT_BYTES: usize = 64;

/// One data set of a sequence.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    values: BTreeMap<Tag, Vec<u8>>,
    sequences: BTreeMap<Tag, Vec<Item>>,
    big_endian: bool,
}

impl Item {
    /// The first item of a sequence in it.
    pub(super) fn first(&self, sequence: Tag) -> Option<&Self> {
        self.sequences.get(&sequence)?.first()
    }

    /// All items of a sequence in it.
    pub(super) fn all(&self, sequence: Tag) -> &[Self] {
        self.sequences.get(&sequence).map_or(&[], Vec::as_slice)
    }

    /// A value as it lies in the file.
    pub(super) fn bytes(&self, tag: Tag) -> Option<&[u8]> {
        self.values.get(&tag).map(Vec::as_slice)
    }

    /// A value as text, without blanks around it; an empty one counts as missing.
    pub(super) fn text(&self, tag: Tag) -> Option<String> {
        let text = String::from_utf8_lossy(self.values.get(&tag)?);
        let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The parts of a text of several values.
    pub(super) fn texts(&self, tag: Tag) -> Vec<String> {
        let text = self.text(tag).unwrap_or_default();
        text.split('\\').map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect()
    }

    /// The numbers of a value, by the type that the standard gives it; as many as are numbers.
    pub(super) fn numbers(&self, tag: Tag) -> Vec<f64> {
        let Some(bytes) = self.values.get(&tag) else { return Vec::new() };
        let vr = StandardDataDictionary.by_tag(tag).map_or(VR::DS, |entry| entry.vr.relaxed());
        let big = self.big_endian;
        fn each<const N: usize>(bytes: &[u8], big: bool, number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
            let (groups, _) = bytes.as_chunks::<N>();
            let turned = |group: &[u8; N]| {
                let mut group = *group;
                if big {
                    group.reverse();
                }
                number(group)
            };
            groups.iter().map(turned).take_while(|n| n.is_finite()).collect()
        }
        match vr {
            VR::US | VR::OW => each::<2>(bytes, big, |b| f64::from(u16::from_le_bytes(b))),
            VR::SS => each::<2>(bytes, big, |b| f64::from(i16::from_le_bytes(b))),
            VR::UL => each::<4>(bytes, big, |b| f64::from(u32::from_le_bytes(b))),
            VR::SL => each::<4>(bytes, big, |b| f64::from(i32::from_le_bytes(b))),
            VR::FL => each::<4>(bytes, big, |b| f64::from(f32::from_le_bytes(b))),
            VR::FD => each::<8>(bytes, big, f64::from_le_bytes),
            _ => {
                let texts = self.texts(tag);
                texts.iter().map_while(|t| t.parse::<f64>().ok().filter(|n| n.is_finite())).collect()
            }
        }
    }

    /// Exactly `N` numbers, or more.
    pub(super) fn some<const N: usize>(&self, tag: Tag) -> Option<[f64; N]> {
        self.numbers(tag).get(..N)?.try_into().ok()
    }

    /// The first number.
    pub(super) fn number(&self, tag: Tag) -> Option<f64> {
        self.numbers(tag).first().copied()
    }
}

/// The items of a sequence whose header was just read.
pub(super) fn sequence(
    tape: &mut Tape<'_>,
    encoding: Encoding,
    header: &ElementHeader,
    wants: &Wants,
) -> Result<Vec<Item>, WalkError> {
    let mut left = wants.kept_bytes;
    items(tape, encoding, header, 0, (wants, &mut left))
}

fn items(
    tape: &mut Tape<'_>,
    encoding: Encoding,
    header: &ElementHeader,
    depth: usize,
    (wants, left): (&Wants, &mut usize),
) -> Result<Vec<Item>, WalkError> {
    if depth >= MAX_DEPTH {
        return Err(WalkError::Damaged);
    }
    // Items of an unknown value of undefined length are written implicitly (PS3.5 6.2.2).
    let inner = if header.vr == *b"UN" && header.len == UNDEFINED { Encoding::IMPLICIT_LE } else { encoding };
    let end = end_of(tape, header.len)?;
    let mut found = Vec::new();
    while end.is_none_or(|end| tape.at() < end) {
        let item = element_header(tape, inner)?;
        match item.tag {
            SEQUENCE_END if end.is_none() => break,
            ITEM => {
                *left = left.checked_sub(ELEMENT_BYTES).ok_or(WalkError::Damaged)?;
                found.push(one(tape, inner, item.len, depth, (wants, left))?);
            }
            _ => return Err(WalkError::Damaged),
        }
    }
    Ok(found)
}

/// Where something of this length ends; `None` where a mark tells.
fn end_of(tape: &Tape<'_>, len: u32) -> Result<Option<u64>, WalkError> {
    if len == UNDEFINED {
        return Ok(None);
    }
    if u64::from(len) > tape.left() {
        return Err(WalkError::CutOff);
    }
    Ok(Some(tape.at() + u64::from(len)))
}

fn one(
    tape: &mut Tape<'_>,
    encoding: Encoding,
    len: u32,
    depth: usize,
    (wants, left): (&Wants, &mut usize),
) -> Result<Item, WalkError> {
    let mut found = Item { big_endian: encoding.big_endian, ..Item::default() };
    let end = end_of(tape, len)?;
    while end.is_none_or(|end| tape.at() < end) {
        let element = element_header(tape, encoding)?;
        if element.tag == ITEM_END {
            break;
        }
        *left = left.checked_sub(ELEMENT_BYTES).ok_or(WalkError::Damaged)?;
        if !wants.keeps(element.tag) {
            pass(tape, encoding, &element, depth)?;
        } else if is_sequence(&element) {
            let inner = items(tape, encoding, &element, depth + 1, (wants, &mut *left))?;
            found.sequences.insert(element.tag, inner);
        } else if element.len <= wants.value_bytes {
            *left = left.checked_sub(element.len as usize).ok_or(WalkError::Damaged)?;
            found.values.insert(element.tag, tape.take_bytes(u64::from(element.len))?);
        } else {
            pass(tape, encoding, &element, depth)?;
        }
    }
    Ok(found)
}

fn pass(
    tape: &mut Tape<'_>,
    encoding: Encoding,
    element: &ElementHeader,
    depth: usize,
) -> Result<(), WalkError> {
    if element.len == UNDEFINED {
        return skip_sequence(tape, encoding, element.vr == *b"UN", depth + 1);
    }
    Ok(tape.skip(u64::from(element.len))?)
}

/// Whether a wanted element is a sequence: an implicit data set does not say.
fn is_sequence(element: &ElementHeader) -> bool {
    element.vr == *b"SQ"
        || element.len == UNDEFINED
        || StandardDataDictionary.by_tag(element.tag).is_some_and(|entry| entry.vr.relaxed() == VR::SQ)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wanted_elements_are_sorted_for_the_search() {
        let wrong = WANTED.windows(2).find(|pair| pair[0] >= pair[1]);
        assert!(wrong.is_none(), "{wrong:?}");
    }

    fn element(tag: Tag, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(tag.0.to_le_bytes());
        bytes.extend(tag.1.to_le_bytes());
        bytes.extend(vr);
        if vr == b"SQ" || vr == b"UN" {
            bytes.extend([0, 0]);
            bytes.extend((value.len() as u32).to_le_bytes());
        } else {
            bytes.extend((value.len() as u16).to_le_bytes());
        }
        bytes.extend(value);
        bytes
    }

    fn item(value: &[u8], marked: bool) -> Vec<u8> {
        let mut bytes = vec![0xFE, 0xFF, 0x00, 0xE0];
        bytes.extend(if marked { UNDEFINED } else { value.len() as u32 }.to_le_bytes());
        bytes.extend(value);
        if marked {
            bytes.extend([0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0]);
        }
        bytes
    }

    #[test]
    fn lengths_given_and_marked_are_read_alike_and_every_cut_is_seen() {
        for marked in [false, true] {
            let position = element(tags::IMAGE_POSITION_PATIENT, b"DS", b"1.5\\-2\\3e1 ");
            let mut plane = element(Tag(0x0009, 0x0010), b"SQ", &item(b"", marked));
            plane.extend(element(tags::PLANE_POSITION_SEQUENCE, b"SQ", &item(&position, marked)));
            plane.extend(element(tags::IN_STACK_POSITION_NUMBER, b"UL", &7u32.to_le_bytes()));
            let mut bytes = item(&plane, marked);
            bytes.extend(item(&plane, !marked));
            let header = ElementHeader {
                tag: tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
                vr: *b"SQ",
                len: bytes.len() as u32,
            };
            let read = |bytes: Vec<u8>| {
                sequence(&mut Tape::memory(bytes), Encoding::EXPLICIT_LE, &header, &Wants::IMAGE)
            };
            let items = read(bytes.clone()).expect("whole");
            assert_eq!(items.len(), 2);
            for item in &items {
                let plane = item.first(tags::PLANE_POSITION_SEQUENCE).expect("there");
                assert_eq!(plane.some(tags::IMAGE_POSITION_PATIENT), Some([1.5, -2.0, 30.0]));
                assert_eq!(item.number(tags::IN_STACK_POSITION_NUMBER), Some(7.0));
            }
            for len in 0..bytes.len() {
                assert!(read(bytes[..len].to_vec()).is_err(), "{len}");
            }
        }
    }
}
