//! The layout of one DICOM file: where its elements are, without decoding any.
//!
//! Every length is checked against the bytes that are there before anything is read, so that a
//! damaged file can neither ask for memory nor lead past its end. The few elements that a viewer
//! needs are handed to dicom-object afterwards; sequences, private elements and pixel data are
//! stepped over. Source: DICOM PS3.5 section 7, PS3.10 section 7.

use std::collections::BTreeMap;
use std::io::{self, Read};

use dicom_core::dictionary::DataDictionary;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags, uids};
use dicom_encoding::transfer_syntax::{Codec, TransferSyntaxIndex};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use super::characters::Characters;
use super::items::{self, Item, Wants};
use crate::ingest::source::Tape;

pub(super) const ITEM: Tag = Tag(0xFFFE, 0xE000);
pub(super) const ITEM_END: Tag = Tag(0xFFFE, 0xE00D);
pub(super) const SEQUENCE_END: Tag = Tag(0xFFFE, 0xE0DD);
pub(super) const UNDEFINED: u32 = 0xFFFF_FFFF;
/// Sequences in sequences: real files stay under ten.
pub(super) const MAX_DEPTH: usize = 32;
/// Longest value that is kept; the longest that matter are lists of a few numbers.
const MAX_VALUE_BYTES: u32 = 64 * 1024;
/// A deflated file may not blow up to more than this.
const MAX_INFLATED_BYTES: u64 = 512 << 20;
/// Of a deflated file so much is inflated first: more than what stands before a picture.
const HEADER_BYTES: u64 = 64 << 10;

/// Why a file has no layout.
#[derive(Debug, thiserror::Error)]
pub(in crate::ingest) enum WalkError {
    /// It does not begin like a DICOM file.
    #[error("it is not a DICOM file")]
    NotDicom,
    /// An element reaches past the end.
    #[error("the file ends in the middle of its header (cut off while copying?)")]
    CutOff,
    /// Sequences without end.
    #[error("its header is damaged")]
    Damaged,
    /// The system does not give the bytes.
    #[error("{0}")]
    Io(io::Error),
}

impl From<io::Error> for WalkError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::CutOff } else { Self::Io(error) }
    }
}

/// How numbers and element headers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Encoding {
    pub(super) big_endian: bool,
    pub(super) explicit: bool,
}

impl Encoding {
    pub(super) const EXPLICIT_LE: Self = Self { big_endian: false, explicit: true };
    pub(super) const IMPLICIT_LE: Self = Self { big_endian: false, explicit: false };
    const EXPLICIT_BE: Self = Self { big_endian: true, explicit: true };

    fn of_syntax(uid: &str) -> Self {
        if uid == uids::IMPLICIT_VR_LITTLE_ENDIAN {
            Self::IMPLICIT_LE
        } else if uid == EXPLICIT_BIG_ENDIAN {
            Self::EXPLICIT_BE
        } else {
            Self::EXPLICIT_LE
        }
    }

    fn syntax(self) -> &'static str {
        match (self.big_endian, self.explicit) {
            (true, _) => EXPLICIT_BIG_ENDIAN,
            (false, true) => uids::EXPLICIT_VR_LITTLE_ENDIAN,
            (false, false) => uids::IMPLICIT_VR_LITTLE_ENDIAN,
        }
    }

    fn u16(self, b: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(b) } else { u16::from_le_bytes(b) }
    }

    fn u32(self, b: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) }
    }
}

/// Explicit VR Big Endian, retired but still met.
#[expect(deprecated, reason = "retired from the standard, not from archives")]
pub(super) const EXPLICIT_BIG_ENDIAN: &str = uids::EXPLICIT_VR_BIG_ENDIAN;
/// Deflated Explicit VR Little Endian.
pub(super) const DEFLATED: &str = uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN;

/// Where the pixel data are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) struct PixelPlace {
    /// First byte of the value, in the file (in the inflated data set of a deflated one).
    pub(in crate::ingest) offset: u64,
    /// Length that the element claims; `None` for fragments (compressed).
    pub(in crate::ingest) claimed: Option<u32>,
    /// Bytes that are there from `offset` to the end.
    pub(in crate::ingest) available: u64,
    /// How many fragments of several frames are this one's, of which the first is at `offset`; `None`
    /// where all are, behind their offset table.
    pub(in crate::ingest) fragments: Option<u32>,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Layout {
    /// Transfer syntax, as the file says or as its bytes show.
    pub(super) syntax: String,
    /// Media Storage SOP Class UID.
    pub(super) media_class: Option<String>,
    /// How its texts are written; those in `elements` are UTF-8 already.
    pub(super) characters: Characters,
    /// The wanted elements one after the other: implicit VR little endian, but explicit VR big
    /// endian where the file is.
    pub(super) elements: Vec<u8>,
    /// Whether `elements` are big endian.
    pub(super) big_endian: bool,
    /// Pixel Data (7FE0,0010), or what stands in its place.
    pub(super) pixels: Option<PixelPlace>,
    /// They are Float or Double Float Pixel Data (7FE0,0008 and 7FE0,0009).
    pub(super) real: bool,
    /// Sequences that are read, as far as they are there.
    pub(super) items: BTreeMap<Tag, Vec<Item>>,
    /// The header ends before the pixel data could begin.
    pub(super) cut_off: bool,
}

pub(super) struct ElementHeader {
    pub(super) tag: Tag,
    pub(super) vr: [u8; 2],
    pub(super) len: u32,
}

/// The layout of a file.
/// - `wanted`: elements of the data set that are kept, sorted
pub(super) fn walk(tape: &mut Tape<'_>, wanted: &[Tag], wants: &Wants) -> Result<Layout, WalkError> {
    let Start { encoding, syntax, media_class } = start(tape)?;
    if syntax == DEFLATED {
        let mut stream = stream(tape)?;
        let mut bytes = some(&mut stream, HEADER_BYTES)?;
        let whole = (bytes.len() as u64) < HEADER_BYTES;
        let read = |bytes: &[u8]| {
            let mut inner = Tape::memory(bytes.to_vec());
            data_set(&mut inner, encoding, syntax.clone(), media_class.clone(), (wanted, wants))
        };
        // Inflating every picture to read what stands before it takes as long as loading them.
        if !whole
            && let Ok(mut layout) = read(&bytes)
            && let Some(pixels) = &mut layout.pixels
        {
            // How much there is shows when it is inflated.
            pixels.available = MAX_INFLATED_BYTES.saturating_sub(pixels.offset);
            return Ok(layout);
        }
        bytes.extend(some(&mut stream, MAX_INFLATED_BYTES - HEADER_BYTES).unwrap_or_default());
        return read(&bytes);
    }
    data_set(tape, encoding, syntax, media_class, (wanted, wants))
}

struct Start {
    encoding: Encoding,
    syntax: String,
    media_class: Option<String>,
}

/// Preamble and file meta information, where there are any; stops at the data set.
fn start(tape: &mut Tape<'_>) -> Result<Start, WalkError> {
    let head: [u8; 132] = tape.peek()?;
    if tape.left() < 8 {
        return Err(WalkError::NotDicom);
    }
    if head.ends_with(b"DICM") {
        tape.skip(132)?;
    } else if head.starts_with(b"DICM") {
        tape.skip(4)?;
    } else if !begins_like_a_data_set(&head) {
        // Cut out of a larger file, the padding byte of the value before may still be there.
        tape.skip(1)?;
        if !matches!(head.first(), Some(0 | b' ')) || !begins_like_a_data_set(&tape.peek()?) {
            return Err(WalkError::NotDicom);
        }
    }
    let mut syntax = None;
    let mut media_class = None;
    // Group 0002 is explicit VR little endian whatever follows.
    while tape.left() >= 8 && tape.peek::<2>()? == [2, 0] {
        let bytes: [u8; 8] = tape.peek()?;
        let encoding = if has_vr(&bytes) { Encoding::EXPLICIT_LE } else { Encoding::IMPLICIT_LE };
        let element = element_header(tape, encoding)?;
        match element.tag {
            tags::TRANSFER_SYNTAX_UID if element.len <= 128 => syntax = Some(text(tape, element.len)?),
            tags::MEDIA_STORAGE_SOP_CLASS_UID if element.len <= 128 => {
                media_class = Some(text(tape, element.len)?);
            }
            _ => tape.skip(u64::from(element.len))?,
        }
    }
    let seen = seen_encoding(&tape.peek()?);
    let syntax = syntax.filter(|s| !s.is_empty());
    let (encoding, syntax) = match (syntax, seen) {
        (Some(s), _) if s == DEFLATED => (Encoding::EXPLICIT_LE, s),
        // Some writers name one encoding and write another: the bytes are right.
        (Some(s), Some(seen)) if seen != Encoding::of_syntax(&s) => {
            let native =
                [uids::IMPLICIT_VR_LITTLE_ENDIAN, uids::EXPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_BIG_ENDIAN];
            let syntax = if native.contains(&s.as_str()) { seen.syntax().to_owned() } else { s };
            (seen, syntax)
        }
        (Some(s), _) => (Encoding::of_syntax(&s), s),
        (None, Some(seen)) => (seen, seen.syntax().to_owned()),
        (None, None) => return Err(WalkError::NotDicom),
    };
    Ok(Start { encoding, syntax, media_class })
}

/// Whether the bytes can be the first element of a file without preamble: group 0002 or 0008,
/// written in any of the three ways, with a length that a first element can have.
fn begins_like_a_data_set(head: &[u8; 132]) -> bool {
    let [g0, g1, e0, e1, a, b, c, d, ..] = *head;
    match ([g0, g1], [e0, e1]) {
        ([2, 0] | [8, 0], [element, 0]) => {
            let short = if a.is_ascii_uppercase() && b.is_ascii_uppercase() {
                true
            } else {
                u32::from_le_bytes([a, b, c, d]) <= 1024
            };
            short && element <= 0x70
        }
        ([0, 8], [0, element]) => a.is_ascii_uppercase() && b.is_ascii_uppercase() && element <= 0x70,
        _ => false,
    }
}

fn has_vr(element: &[u8; 8]) -> bool {
    let [_, _, _, _, a, b, ..] = *element;
    a.is_ascii_uppercase() && b.is_ascii_uppercase()
}

/// Whether a file with these first bytes may be DICOM, for who has to choose before it is read.
pub(in crate::ingest) fn may_begin(bytes: &[u8]) -> bool {
    let mut head = [0; 132];
    for (to, from) in head.iter_mut().zip(bytes) {
        *to = *from;
    }
    let mut behind_padding = [0; 132];
    for (to, from) in behind_padding.iter_mut().zip(bytes.iter().skip(1)) {
        *to = *from;
    }
    head.ends_with(b"DICM")
        || head.starts_with(b"DICM")
        || begins_like_a_data_set(&head)
        || begins_like_a_data_set(&behind_padding)
}

/// How the first element of a data set is written, judged by its bytes.
fn seen_encoding(element: &[u8; 8]) -> Option<Encoding> {
    let explicit = has_vr(element);
    let [g0, g1, ..] = *element;
    match (g0, g1) {
        // Data sets begin with a low group; a high one shows that the bytes stand the other way round.
        (0, 1..=0x10) if explicit => Some(Encoding::EXPLICIT_BE),
        (1..=0x40, 0) => Some(if explicit { Encoding::EXPLICIT_LE } else { Encoding::IMPLICIT_LE }),
        _ => None,
    }
}

fn text(tape: &mut Tape<'_>, len: u32) -> Result<String, WalkError> {
    let bytes = tape.take_bytes(u64::from(len))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.trim_matches(|c: char| c == '\0' || c.is_whitespace()).to_owned())
}

/// The data set of a deflated file, inflated: it begins behind the file meta information.
pub(super) fn inflated(tape: &mut Tape<'_>) -> Result<Vec<u8>, WalkError> {
    start(tape)?;
    inflate(tape)
}

/// The rest of a deflated file, inflated.
fn inflate(tape: &mut Tape<'_>) -> Result<Vec<u8>, WalkError> {
    some(&mut stream(tape)?, MAX_INFLATED_BYTES)
}

/// What inflates the rest of a deflated file.
fn stream<'a>(tape: &'a mut Tape<'_>) -> Result<Box<dyn Read + 'a>, WalkError> {
    let syntax = TransferSyntaxRegistry.get(DEFLATED).ok_or(WalkError::Damaged)?;
    let Codec::Dataset(Some(adapter)) = syntax.codec() else { return Err(WalkError::Damaged) };
    Ok(adapter.adapt_reader(Box::new(tape)))
}

/// At most so many of the next bytes. What can be inflated before an error is kept: files with odd padding
/// behind the stream are common.
fn some(stream: &mut dyn Read, most: u64) -> Result<Vec<u8>, WalkError> {
    let mut bytes = Vec::new();
    match stream.take(most).read_to_end(&mut bytes) {
        Err(_) if bytes.is_empty() => Err(WalkError::Damaged),
        _ => Ok(bytes),
    }
}

fn data_set(
    tape: &mut Tape<'_>,
    encoding: Encoding,
    syntax: String,
    media_class: Option<String>,
    what: (&[Tag], &Wants),
) -> Result<Layout, WalkError> {
    let mut layout = Layout {
        syntax,
        media_class,
        characters: Characters::default(),
        elements: Vec::with_capacity(2048),
        big_endian: encoding.big_endian,
        pixels: None,
        real: false,
        items: BTreeMap::new(),
        cut_off: false,
    };
    match elements(tape, encoding, what, &mut layout) {
        Ok(()) => Ok(layout),
        // What came before the end may still name the series that this slice belongs to.
        Err(WalkError::CutOff) if !layout.elements.is_empty() => {
            layout.cut_off = true;
            Ok(layout)
        }
        Err(error) => Err(error),
    }
}

fn elements(
    tape: &mut Tape<'_>,
    encoding: Encoding,
    (wanted, wants): (&[Tag], &Wants),
    layout: &mut Layout,
) -> Result<(), WalkError> {
    while tape.left() >= 8 {
        let element = element_header(tape, encoding)?;
        match element.tag {
            tags::PIXEL_DATA | tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA => {
                layout.real = element.tag != tags::PIXEL_DATA;
                layout.pixels = Some(PixelPlace {
                    offset: tape.at(),
                    claimed: (element.len != UNDEFINED).then_some(element.len),
                    available: tape.left(),
                    fragments: None,
                });
                return Ok(());
            }
            tag if wants.reads(tag) => {
                let found = items::sequence(tape, encoding, &element, wants)?;
                layout.items.insert(tag, found);
                continue;
            }
            // A stray item mark: what it opens or closes is read as if it were not there.
            Tag(0xFFFE, _) => continue,
            Tag(group, _) if group > 0x7FE0 => return Ok(()),
            _ => {}
        }
        if element.len == UNDEFINED {
            skip_sequence(tape, encoding, element.vr == *b"UN", 0)?;
        } else if element.len <= MAX_VALUE_BYTES
            && element.vr != *b"SQ"
            && wanted.binary_search(&element.tag).is_ok()
        {
            let value = tape.take_bytes(u64::from(element.len))?;
            if element.tag == tags::SPECIFIC_CHARACTER_SET {
                // It stands before every text.
                layout.characters = Characters::of(&value);
                continue;
            }
            let value = layout.characters.in_utf8(element.tag, value);
            keep(&mut layout.elements, encoding, &element, &value);
        } else {
            tape.skip(u64::from(element.len))?;
        }
    }
    Ok(())
}

/// Appends a wanted element. Little endian ones lose their VR: the dictionary's is right where a
/// writer put UN or a wrong one. Big endian ones must have one, and letters that are no VR would be
/// read with a length of another size, of gigabytes perhaps: the dictionary's stands for them too.
///
/// Of numbers only whole ones are kept: who reads the rest of one takes its last byte for the next element's first.
fn keep(to: &mut Vec<u8>, encoding: Encoding, element: &ElementHeader, value: &[u8]) {
    let Tag(group, number) = element.tag;
    let known = || StandardDataDictionary.by_tag(element.tag).map_or(VR::UN, |entry| entry.vr.relaxed());
    let vr = match VR::from_binary(element.vr) {
        Some(vr) if encoding.big_endian => vr,
        _ => known(),
    };
    let value = value.get(..value.len() - value.len() % bytes_of_number(vr)).unwrap_or(value);
    if encoding.big_endian {
        let vr = vr.to_bytes();
        // Nothing that is wanted is longer than a short length tells.
        let Ok(short) = u16::try_from(value.len()) else { return };
        to.extend(group.to_be_bytes());
        to.extend(number.to_be_bytes());
        to.extend(vr);
        if has_long_length(vr, [0, 0]) {
            to.extend([0, 0]);
            to.extend((value.len() as u32).to_be_bytes());
        } else {
            to.extend(short.to_be_bytes());
        }
    } else {
        to.extend(group.to_le_bytes());
        to.extend(number.to_le_bytes());
        to.extend((value.len() as u32).to_le_bytes());
    }
    to.extend(value);
}

/// Bytes of one number of a VR (PS3.5 table 6.2-1); 1 for texts and bytes.
fn bytes_of_number(vr: VR) -> usize {
    match vr {
        VR::US | VR::SS | VR::OW => 2,
        VR::UL | VR::SL | VR::FL | VR::AT | VR::OF | VR::OL => 4,
        VR::FD | VR::OD | VR::SV | VR::UV | VR::OV => 8,
        _ => 1,
    }
}

pub(super) fn element_header(tape: &mut Tape<'_>, encoding: Encoding) -> Result<ElementHeader, WalkError> {
    let mut head = [0u8; 8];
    tape.fill(&mut head)?;
    let [g0, g1, e0, e1, a, b, c, d] = head;
    let tag = Tag(encoding.u16([g0, g1]), encoding.u16([e0, e1]));
    let vr = [a, b];
    // Items and delimiters have no VR; an element without letters for one was written implicitly.
    if !encoding.explicit || tag.0 == 0xFFFE || !has_vr(&head) {
        return Ok(ElementHeader { tag, vr: [0; 2], len: encoding.u32([a, b, c, d]) });
    }
    if has_long_length(vr, [c, d]) {
        let mut len = [0u8; 4];
        tape.fill(&mut len)?;
        return Ok(ElementHeader { tag, vr, len: encoding.u32(len) });
    }
    Ok(ElementHeader { tag, vr, len: u32::from(encoding.u16([c, d])) })
}

/// VRs with a 32-bit length (PS3.5 table 7.1-1); VRs of the future are to be written so too.
fn has_long_length(vr: [u8; 2], next: [u8; 2]) -> bool {
    const SHORT: [&[u8; 2]; 20] = [
        b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH",
        b"SL", b"SS", b"ST", b"TM", b"UI", b"UL",
    ];
    const LONG: [&[u8; 2]; 13] =
        [b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"];
    if LONG.contains(&&vr) {
        return true;
    }
    !SHORT.contains(&&vr) && vr != *b"US" && next == [0, 0]
}

/// Steps over the items of a sequence of undefined length.
///
/// - `unknown`: its VR is UN, so that its items are implicit VR little endian (PS3.5 6.2.2)
pub(super) fn skip_sequence(
    tape: &mut Tape<'_>,
    encoding: Encoding,
    unknown: bool,
    depth: usize,
) -> Result<(), WalkError> {
    if depth >= MAX_DEPTH {
        return Err(WalkError::Damaged);
    }
    let inner = if unknown { Encoding::IMPLICIT_LE } else { encoding };
    loop {
        let item = element_header(tape, inner)?;
        match item.tag {
            SEQUENCE_END => return Ok(()),
            ITEM if item.len != UNDEFINED => tape.skip(u64::from(item.len))?,
            ITEM => skip_item(tape, inner, depth)?,
            _ => return Err(WalkError::Damaged),
        }
    }
}

fn skip_item(tape: &mut Tape<'_>, encoding: Encoding, depth: usize) -> Result<(), WalkError> {
    loop {
        let element = element_header(tape, encoding)?;
        if element.tag == ITEM_END {
            return Ok(());
        }
        if element.len == UNDEFINED {
            skip_sequence(tape, encoding, element.vr == *b"UN", depth + 1)?;
        } else {
            tape.skip(u64::from(element.len))?;
        }
    }
}
