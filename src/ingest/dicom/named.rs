//! What names a file and whom it belongs to: read only when something is to be written that refers to it.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::header::{self, Values};
use super::items::Wants;
use super::walk::{self, WalkError};
use crate::ingest::source::Source;

/// Elements that are read, sorted.
const WANTED: [Tag; 20] = [
    tags::SPECIFIC_CHARACTER_SET,
    tags::SOP_CLASS_UID,
    tags::SOP_INSTANCE_UID,
    tags::STUDY_DATE,
    tags::STUDY_TIME,
    tags::ACCESSION_NUMBER,
    tags::MODALITY,
    tags::REFERRING_PHYSICIAN_NAME,
    tags::STUDY_DESCRIPTION,
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::PATIENT_BIRTH_DATE,
    tags::PATIENT_SEX,
    tags::PATIENT_AGE,
    tags::PATIENT_IDENTITY_REMOVED,
    tags::DEIDENTIFICATION_METHOD,
    tags::STUDY_INSTANCE_UID,
    tags::SERIES_INSTANCE_UID,
    tags::STUDY_ID,
    tags::FRAME_OF_REFERENCE_UID,
];

/// Nothing inside sequences.
const NO_SEQUENCES: Wants = Wants { sequences: &[], kept: &[], value_bytes: 0, kept_bytes: 0 };

/// The texts of one file, each empty where the file does not say.
#[derive(Clone, Default)]
pub(in crate::ingest) struct Named {
    pub(in crate::ingest) sop_class: String,
    pub(in crate::ingest) sop_instance: String,
    pub(in crate::ingest) study: String,
    pub(in crate::ingest) series: String,
    pub(in crate::ingest) frame_of_reference: String,
    pub(in crate::ingest) modality: String,
    pub(in crate::ingest) study_date: String,
    pub(in crate::ingest) study_time: String,
    pub(in crate::ingest) study_id: String,
    pub(in crate::ingest) study_description: String,
    pub(in crate::ingest) accession_number: String,
    pub(in crate::ingest) referring_physician: String,
    pub(in crate::ingest) patient_name: String,
    pub(in crate::ingest) patient_id: String,
    pub(in crate::ingest) birth_date: String,
    pub(in crate::ingest) sex: String,
    pub(in crate::ingest) age: String,
    pub(in crate::ingest) identity_removed: String,
    pub(in crate::ingest) removed_how: String,
}

impl Named {
    pub(in crate::ingest) fn read(from: &Source) -> Result<Self, WalkError> {
        from.read(|tape| {
            let layout = walk::walk(tape, &WANTED, &NO_SEQUENCES)?;
            let object = header::decode(&layout)?;
            let text = |tag| Values(&object).text(tag).unwrap_or_default();
            Ok(Self {
                sop_class: text(tags::SOP_CLASS_UID),
                sop_instance: text(tags::SOP_INSTANCE_UID),
                study: text(tags::STUDY_INSTANCE_UID),
                series: text(tags::SERIES_INSTANCE_UID),
                frame_of_reference: text(tags::FRAME_OF_REFERENCE_UID),
                modality: text(tags::MODALITY),
                study_date: text(tags::STUDY_DATE),
                study_time: text(tags::STUDY_TIME),
                study_id: text(tags::STUDY_ID),
                study_description: text(tags::STUDY_DESCRIPTION),
                accession_number: text(tags::ACCESSION_NUMBER),
                referring_physician: text(tags::REFERRING_PHYSICIAN_NAME),
                patient_name: text(tags::PATIENT_NAME),
                patient_id: text(tags::PATIENT_ID),
                birth_date: text(tags::PATIENT_BIRTH_DATE),
                sex: text(tags::PATIENT_SEX),
                age: text(tags::PATIENT_AGE),
                identity_removed: text(tags::PATIENT_IDENTITY_REMOVED),
                removed_how: text(tags::DEIDENTIFICATION_METHOD),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wanted_elements_are_sorted_for_the_search() {
        assert!(WANTED.is_sorted());
    }
}
