//! How what is written about a series says where it belongs: under the patient and study of the series, or under
//! nobody.
//!
//! Without the patient every UID of the series is replaced by one derived from it, always the same, so that two
//! files about one series still know each other while neither leads back to it.

use dicom_core::VR;
use dicom_dictionary_std::tags;
use dicom_object::mem::InMemElement;

use super::dicom_values::{empty, fitted, text, uid_of};
use crate::ingest::{Belonging, Instance, Origin};

/// Stands where the standard demands a date and none may be told: a clock would make two files of one input
/// differ.
const NO_DATE: &str = "19000101";
/// Midnight: no time is told.
const NO_TIME: &str = "000000";

/// Whose the file is.
#[derive(Clone, Debug)]
pub struct Filing {
    origin: Origin,
    with_patient: bool,
}

impl Filing {
    /// - `with_patient`: patient, study and UIDs as the series has them, so that an archive files it with its study;
    ///   else names are left out and UIDs are replaced
    pub fn new(origin: Origin, with_patient: bool) -> Self {
        Self { origin, with_patient }
    }

    /// The series that it is about.
    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// A UID of the series as it is written; of an empty one, one derived from the series.
    /// - `what`: what it is the UID of
    fn uid(&self, known: &str, what: &str) -> String {
        match (known, self.with_patient) {
            ("", _) => uid_of(&[b"triscope of ", what.as_bytes(), self.origin.series_uid.as_bytes()]),
            (known, true) => known.to_owned(),
            (known, false) => uid_of(&[b"triscope for ", known.as_bytes()]),
        }
    }

    /// Study Instance UID.
    fn study_uid(&self) -> String {
        self.uid(&self.origin.study_uid, "study")
    }

    /// Series Instance UID of the series that it is about.
    pub(super) fn source_series_uid(&self) -> String {
        self.uid(&self.origin.series_uid, "series")
    }

    /// Frame of Reference UID.
    pub(super) fn frame_of_reference_uid(&self) -> String {
        self.uid(&self.origin.frame_of_reference_uid, "frame")
    }

    /// SOP Instance UID of an object that slices came from.
    pub(super) fn instance_uid(&self, instance: &Instance) -> String {
        self.uid(&instance.uid, "instance")
    }

    /// A UID of something new: the same for the same parts, another one with the patient than without.
    pub(super) fn new_uid(&self, what: &str, parts: &[&[u8]]) -> String {
        let series = self.source_series_uid();
        let begin: [&[u8]; 3] = [b"triscope new ", what.as_bytes(), series.as_bytes()];
        let all: Vec<&[u8]> = begin.iter().chain(parts).copied().collect();
        uid_of(&all)
    }

    /// Patient, study and equipment; when it was made. Source: DICOM PS3.3 C.7.1.1, C.7.2.1, C.7.5.1, C.7.5.2,
    /// C.12.1.
    pub(super) fn elements(&self) -> Vec<InMemElement> {
        let nobody = Belonging::default();
        let of = if self.with_patient { self.origin.belonging.reveal() } else { &nobody };
        let or = |value: &str, otherwise: &str| {
            let given = value.len() == otherwise.len() && value.bytes().all(|b| b.is_ascii_digit());
            if given { value.to_owned() } else { otherwise.to_owned() }
        };
        let mut all = vec![
            text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
            text(tags::STUDY_DATE, VR::DA, &of.study_date),
            text(tags::CONTENT_DATE, VR::DA, &or(&of.study_date, NO_DATE)),
            text(tags::STUDY_TIME, VR::TM, &of.study_time),
            text(tags::CONTENT_TIME, VR::TM, NO_TIME),
            text(tags::ACCESSION_NUMBER, VR::SH, &of.accession_number),
            text(tags::MANUFACTURER, VR::LO, "Triscope"),
            text(tags::REFERRING_PHYSICIAN_NAME, VR::PN, &of.referring_physician),
            text(tags::MANUFACTURER_MODEL_NAME, VR::LO, "Triscope, research use"),
            text(tags::PATIENT_NAME, VR::PN, &of.patient_name),
            text(tags::PATIENT_ID, VR::LO, &of.patient_id),
            text(tags::PATIENT_BIRTH_DATE, VR::DA, &of.birth_date),
            text(tags::PATIENT_SEX, VR::CS, &of.sex),
            // A program has none; the standard demands one.
            text(tags::DEVICE_SERIAL_NUMBER, VR::LO, "none"),
            text(tags::SOFTWARE_VERSIONS, VR::LO, env!("CARGO_PKG_VERSION")),
            text(tags::BODY_PART_EXAMINED, VR::CS, "CHEST"),
            text(tags::STUDY_INSTANCE_UID, VR::UI, &self.study_uid()),
            text(tags::STUDY_ID, VR::SH, &of.study_id),
            text(tags::SERIES_NUMBER, VR::IS, "9000"),
            text(tags::CONTENT_QUALIFICATION, VR::CS, "RESEARCH"),
        ];
        let removed = if self.with_patient {
            [of.identity_removed.clone(), of.removed_how.clone()]
        } else {
            ["YES".to_owned(), "Patient and study left out, UIDs replaced".to_owned()]
        };
        let optional = [
            (tags::STUDY_DESCRIPTION, VR::LO, &of.study_description),
            (tags::PATIENT_AGE, VR::AS, &of.age),
            (tags::PATIENT_IDENTITY_REMOVED, VR::CS, &removed[0]),
            (tags::DEIDENTIFICATION_METHOD, VR::LO, &removed[1]),
        ];
        let told = optional.into_iter().filter(|(_, _, value)| !value.is_empty());
        all.extend(told.map(|(tag, vr, value)| text(tag, vr, value)));
        all
    }

    /// Series Description, and the elements of a series of the program's own.
    /// - `uid`: see [`Self::new_uid`]
    pub(super) fn series_elements(&self, uid: &str, modality: &str, description: &str) -> [InMemElement; 3] {
        [
            text(tags::MODALITY, VR::CS, modality),
            text(tags::SERIES_DESCRIPTION, VR::LO, &fitted(description, 64)),
            text(tags::SERIES_INSTANCE_UID, VR::UI, uid),
        ]
    }

    /// Position Reference Indicator and the frame of reference. Source: DICOM PS3.3 C.7.4.1.
    pub(super) fn frame_elements(&self) -> [InMemElement; 2] {
        [
            text(tags::FRAME_OF_REFERENCE_UID, VR::UI, &self.frame_of_reference_uid()),
            empty(tags::POSITION_REFERENCE_INDICATOR, VR::LO),
        ]
    }
}
