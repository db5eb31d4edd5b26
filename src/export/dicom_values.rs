//! Values and elements as DICOM spells them.

use std::io;

use dicom_core::value::{DataSetSequence, Value};
use dicom_core::{DataElement, Length, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use dicom_object::mem::InMemElement;
use sha2::{Digest, Sha256};

/// A UID under 2.25, the arc of UUIDs: the UUID (version 8, "custom") is a digest of the parts one after the
/// other. Source: DICOM PS3.5 B.2; RFC 9562 5.8.
pub(super) fn uid_of(parts: &[&[u8]]) -> String {
    let digest = parts.iter().fold(Sha256::new(), |digest, part| digest.chain_update(part)).finalize();
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    format!("2.25.{}", u128::from_be_bytes(bytes))
}

/// A Decimal String: at most 16 characters. Source: DICOM PS3.5 6.2, DS.
pub(super) fn decimal(value: f64) -> String {
    // Nine decimals are a millionth of a micrometre; fewer where the value is long.
    (0..=9)
        .rev()
        .map(|places| {
            let text = format!("{value:.places$}");
            let text =
                if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
            if text == "-0" { "0".to_owned() } else { text.to_owned() }
        })
        .find(|text| text.len() <= 16)
        .unwrap_or_else(|| format!("{value:.8e}"))
}

/// Several of them.
pub(super) fn decimals(values: &[f64]) -> String {
    values.iter().map(|&v| decimal(v)).collect::<Vec<_>>().join("\\")
}

/// A text.
pub(super) fn text(tag: Tag, vr: VR, value: &str) -> InMemElement {
    DataElement::new(tag, vr, PrimitiveValue::from(value))
}

/// A whole number of 16 bits.
pub(super) fn number(tag: Tag, value: u16) -> InMemElement {
    DataElement::new(tag, VR::US, PrimitiveValue::from(value))
}

/// A number in double precision.
pub(super) fn double(tag: Tag, value: f64) -> InMemElement {
    DataElement::new(tag, VR::FD, PrimitiveValue::from(value))
}

/// Type 2: must be there, may be empty.
pub(super) fn empty(tag: Tag, vr: VR) -> InMemElement {
    DataElement::new(tag, vr, PrimitiveValue::Empty)
}

/// A sequence of data sets.
pub(super) fn sequence(tag: Tag, items: Vec<InMemDicomObject>) -> InMemElement {
    DataElement::new(tag, VR::SQ, Value::Sequence(DataSetSequence::new(items, Length::UNDEFINED)))
}

/// One data set.
pub(super) fn item(elements: impl IntoIterator<Item = InMemElement>) -> InMemDicomObject {
    InMemDicomObject::from_element_iter(elements)
}

/// A coded concept (PS3.3 8.8): value, scheme, meaning.
pub(super) fn code(tag: Tag, [value, scheme, meaning]: [&str; 3]) -> InMemElement {
    // A Short String holds sixteen characters.
    let longer = value.chars().count() > 16;
    let concept = [
        if longer {
            text(tags::LONG_CODE_VALUE, VR::UC, value)
        } else {
            text(tags::CODE_VALUE, VR::SH, value)
        },
        text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme),
        text(tags::CODE_MEANING, VR::LO, meaning),
    ];
    sequence(tag, vec![item(concept)])
}

/// Rows or columns.
/// - errors: more than an image of the standard has
pub(super) fn side(n: usize) -> io::Result<u16> {
    u16::try_from(n).map_err(io::Error::other)
}

/// As many characters of a text as a value representation holds; never half a character, no backslash, which
/// would part it.
pub(super) fn fitted(value: &str, characters: usize) -> String {
    let whole: String = value.replace('\\', "/").chars().take(characters).collect();
    whole.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_strings_are_short_and_exact() {
        assert_eq!(
            ["0.7", "-178.9", "1", "0"],
            [0.7, -178.9, 1.0, -0.0].map(decimal).each_ref().map(String::as_str)
        );
        assert!(decimal(-1_234.567_890_123_456).len() <= 16);
        assert!(decimal(1.0e20).len() <= 16);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(fitted("é\\ü and more", 3), "é/ü");
    }
}
