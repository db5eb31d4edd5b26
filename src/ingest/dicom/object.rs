//! The facts of a file that is no image but belongs to one: what it is called, and what it refers to.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::characters::Characters;
use super::header::{self, Values};
use super::items::{Item, Wants};
use super::walk::{self, Layout, WalkError};
use crate::ingest::source::{Source, Tape};

/// Elements that are read, sorted.
pub(super) const WANTED: [Tag; 18] = [
    tags::SPECIFIC_CHARACTER_SET,
    tags::STUDY_DATE,
    tags::SERIES_DATE,
    tags::CONTENT_DATE,
    tags::SERIES_DESCRIPTION,
    tags::SERIES_INSTANCE_UID,
    tags::FRAME_OF_REFERENCE_UID,
    tags::NUMBER_OF_FRAMES,
    tags::ROWS,
    tags::COLUMNS,
    tags::BITS_ALLOCATED,
    tags::PIXEL_PADDING_VALUE,
    tags::SEGMENTATION_TYPE,
    tags::MAXIMUM_FRACTIONAL_VALUE,
    tags::SEGMENTATION_FRACTIONAL_TYPE,
    tags::CONTENT_LABEL,
    tags::STRUCTURE_SET_LABEL,
    tags::STRUCTURE_SET_DATE,
];

/// What is read of every such file while scanning: names and references, no contours and no frames.
const FACTS: Wants = Wants {
    sequences: &[
        tags::REFERENCED_SERIES_SEQUENCE,
        tags::CONCEPT_NAME_CODE_SEQUENCE,
        tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE,
        tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE,
    ],
    kept: &[
        tags::CODE_MEANING,
        tags::REFERENCED_SERIES_SEQUENCE,
        tags::SERIES_INSTANCE_UID,
        tags::FRAME_OF_REFERENCE_UID,
        tags::RT_REFERENCED_STUDY_SEQUENCE,
        tags::RT_REFERENCED_SERIES_SEQUENCE,
    ],
    value_bytes: 1024,
    kept_bytes: 8 << 20,
};

/// What a segmentation, a structure set or a report says of itself.
#[derive(Clone, Debug, Default)]
pub(in crate::ingest) struct ObjectFacts {
    pub(in crate::ingest) series_uid: String,
    /// Label, or title of a report; may be empty.
    pub(in crate::ingest) title: String,
    /// `YYYYMMDD`, or empty.
    pub(in crate::ingest) date: String,
    /// Series Instance UIDs.
    pub(in crate::ingest) refers_to: Vec<String>,
    /// Frame of Reference UIDs.
    pub(in crate::ingest) frames_of_reference: Vec<String>,
}

impl ObjectFacts {
    pub(in crate::ingest) fn read(from: &Source) -> Result<Self, WalkError> {
        from.read(Self::from_tape)
    }

    fn from_tape(tape: &mut Tape<'_>) -> Result<Self, WalkError> {
        let layout = walk::walk(tape, &WANTED, &FACTS)?;
        let object = header::decode(&layout)?;
        let v = Values(&object);
        let text = |tag| v.text(tag).unwrap_or_default();
        let charset = layout.characters.declared();
        let items = |tag| layout.items.get(&tag).map_or(&[][..], Vec::as_slice);
        let code = items(tags::CONCEPT_NAME_CODE_SEQUENCE).first();
        let meaning = code.and_then(|code| words(code, tags::CODE_MEANING, &charset)).unwrap_or_default();
        let first = |texts: [String; 4]| texts.into_iter().find(|t| !t.is_empty()).unwrap_or_default();
        let mut facts = Self {
            series_uid: text(tags::SERIES_INSTANCE_UID),
            title: first([
                text(tags::STRUCTURE_SET_LABEL),
                meaning,
                text(tags::SERIES_DESCRIPTION),
                text(tags::CONTENT_LABEL),
            ]),
            date: first([
                text(tags::STRUCTURE_SET_DATE),
                text(tags::CONTENT_DATE),
                text(tags::SERIES_DATE),
                text(tags::STUDY_DATE),
            ]),
            refers_to: Vec::new(),
            frames_of_reference: v.text(tags::FRAME_OF_REFERENCE_UID).into_iter().collect(),
        };
        let series = |item: &Item| item.text(tags::SERIES_INSTANCE_UID);
        facts.refers_to.extend(items(tags::REFERENCED_SERIES_SEQUENCE).iter().filter_map(series));
        for study in items(tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE) {
            facts.refers_to.extend(study.all(tags::REFERENCED_SERIES_SEQUENCE).iter().filter_map(series));
        }
        for frame in items(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE) {
            facts.frames_of_reference.extend(frame.text(tags::FRAME_OF_REFERENCE_UID));
            for study in frame.all(tags::RT_REFERENCED_STUDY_SEQUENCE) {
                let named = study.all(tags::RT_REFERENCED_SERIES_SEQUENCE);
                facts.refers_to.extend(named.iter().filter_map(series));
            }
        }
        for list in [&mut facts.refers_to, &mut facts.frames_of_reference] {
            list.sort_unstable();
            list.dedup();
        }
        Ok(facts)
    }
}

/// A text of an item in the file's own characters; an empty one counts as missing.
/// - `charset`: Specific Character Set of the file
pub(super) fn words(item: &Item, tag: Tag, charset: &str) -> Option<String> {
    let text = Characters::of(charset.as_bytes()).text(item.bytes(tag)?);
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    (!text.is_empty()).then(|| text.to_owned())
}

/// The layout of the whole file with what `wants` names, and its Specific Character Set.
/// - errors: a sentence's end: why it cannot be read
pub(super) fn whole(from: &Source, wants: &Wants) -> Result<(Layout, String), String> {
    let layout = from.read_checked(|tape| walk::walk(tape, &WANTED, wants)).map_err(|e| match e {
        WalkError::NotDicom => "it is not a DICOM file any more".to_owned(),
        other => other.to_string(),
    })?;
    let charset = layout.characters.declared();
    Ok((layout, charset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_sorted_for_the_search() {
        assert!(WANTED.is_sorted() && FACTS.kept.is_sorted());
    }
}
