//! A CT series as DICOM files: one file per axial slice, Explicit VR Little Endian, of no patient.
//!
//! `workflow::synth` writes phantoms through here. Identifiers come from the contents' identity, not
//! from clock or chance: the same phantom is the same bytes.

use std::io;
use std::path::Path;

use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use sha2::{Digest, Sha256};

use super::atomic::{WriteError, io_error, write_one_of_many_with};
use crate::geometry::{Point, VoxelGrid};

/// Stored value of 0 HU: 12 unsigned bits hold -1024 to 3071 HU.
const INTERCEPT_HU: i16 = -1024;

/// What all files of one series share.
#[derive(Debug)]
pub struct CtSeries {
    grid: VoxelGrid,
    description: String,
    uid_root: [u8; 32],
}

impl CtSeries {
    /// - `identity`: bytes that tell this series from every other; same bytes, same UIDs
    pub fn new(grid: VoxelGrid, description: &str, identity: &[u8]) -> Self {
        Self { grid, description: description.to_owned(), uid_root: Sha256::digest(identity).into() }
    }

    /// Series Instance UID.
    pub fn series_uid(&self) -> String {
        self.uid("series")
    }

    fn uid(&self, purpose: &str) -> String {
        uid_of(&self.uid_root, purpose)
    }

    /// Writes slice `k` as `slice_0001.dcm` (counted from 1, caudal first) into `folder`.
    /// - `hu`: row by row; values outside -1024 to 3071 are clamped
    /// - errors: the file cannot be written; nothing half-written stays
    /// - panics: a slice of another size than the grid's, or no such slice
    pub fn write_slice(&self, folder: &Path, k: usize, hu: &[i16]) -> Result<(), WriteError> {
        let path = folder.join(format!("slice_{:04}.dcm", k + 1));
        write_one_of_many_with(&path, |partial| {
            let file = std::fs::File::create(partial)?;
            self.object(k, hu)?.write_all(file).map_err(io_error)
        })
    }

    fn object(&self, k: usize, hu: &[i16]) -> io::Result<dicom_object::FileDicomObject<InMemDicomObject>> {
        let [nx, ny, nz] = self.grid.size();
        assert!(k < nz && hu.len() == nx * ny, "slice {k} fits the grid");
        let spacing = self.grid.spacing_mm();
        let [row, column, _] = self.grid.directions();
        let position = self.grid.patient_from_voxel() * Point::new(0.0, 0.0, k as f64);
        let stored: Vec<u16> = hu
            .iter()
            // In 0..=4095 after the clamp.
            .map(|&v| (i32::from(v) - i32::from(INTERCEPT_HU)).clamp(0, 4095) as u16)
            .collect();
        let join = |values: &[f64]| values.iter().map(|&v| decimal(v)).collect::<Vec<_>>().join("\\");
        let orientation: Vec<f64> = row.to_array().into_iter().chain(column.to_array()).collect();
        let text = |tag: Tag, vr: VR, value: &str| DataElement::new(tag, vr, PrimitiveValue::from(value));
        let number = |tag: Tag, value: u16| DataElement::new(tag, VR::US, PrimitiveValue::from(value));
        // Type 2: must be there, may be empty.
        let empty = |tag: Tag, vr: VR| DataElement::new(tag, vr, PrimitiveValue::Empty);
        let side = |n: usize| u16::try_from(n).map_err(io::Error::other);

        let object = InMemDicomObject::from_element_iter([
            text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 100"),
            text(tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\AXIAL"),
            text(tags::SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE),
            text(tags::SOP_INSTANCE_UID, VR::UI, &self.uid(&format!("slice {k}"))),
            empty(tags::STUDY_DATE, VR::DA),
            empty(tags::STUDY_TIME, VR::TM),
            empty(tags::ACCESSION_NUMBER, VR::SH),
            text(tags::MODALITY, VR::CS, "CT"),
            text(tags::MANUFACTURER, VR::LO, "Triscope"),
            empty(tags::REFERRING_PHYSICIAN_NAME, VR::PN),
            text(tags::SERIES_DESCRIPTION, VR::LO, &self.description),
            text(tags::MANUFACTURER_MODEL_NAME, VR::LO, "Phantom"),
            empty(tags::PATIENT_NAME, VR::PN),
            empty(tags::PATIENT_ID, VR::LO),
            empty(tags::PATIENT_BIRTH_DATE, VR::DA),
            empty(tags::PATIENT_SEX, VR::CS),
            text(tags::PATIENT_IDENTITY_REMOVED, VR::CS, "YES"),
            text(tags::DEIDENTIFICATION_METHOD, VR::LO, "Computed phantom, no person"),
            text(tags::BODY_PART_EXAMINED, VR::CS, "CHEST"),
            text(tags::SLICE_THICKNESS, VR::DS, &decimal(spacing[2])),
            empty(tags::KVP, VR::DS),
            text(tags::PATIENT_POSITION, VR::CS, "HFS"),
            text(tags::STUDY_INSTANCE_UID, VR::UI, &self.uid("study")),
            text(tags::SERIES_INSTANCE_UID, VR::UI, &self.series_uid()),
            empty(tags::STUDY_ID, VR::SH),
            text(tags::SERIES_NUMBER, VR::IS, "1"),
            empty(tags::ACQUISITION_NUMBER, VR::IS),
            text(tags::INSTANCE_NUMBER, VR::IS, &(k + 1).to_string()),
            text(tags::IMAGE_POSITION_PATIENT, VR::DS, &join(&position.to_array())),
            text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, &join(&orientation)),
            text(tags::FRAME_OF_REFERENCE_UID, VR::UI, &self.uid("frame")),
            empty(tags::POSITION_REFERENCE_INDICATOR, VR::LO),
            number(tags::SAMPLES_PER_PIXEL, 1),
            text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
            number(tags::ROWS, side(ny)?),
            number(tags::COLUMNS, side(nx)?),
            // Between rows first, then between columns (PS3.3 10.7.1.3).
            text(tags::PIXEL_SPACING, VR::DS, &join(&[spacing[1], spacing[0]])),
            number(tags::BITS_ALLOCATED, 16),
            number(tags::BITS_STORED, 12),
            number(tags::HIGH_BIT, 11),
            number(tags::PIXEL_REPRESENTATION, 0),
            text(tags::BURNED_IN_ANNOTATION, VR::CS, "NO"),
            text(tags::WINDOW_CENTER, VR::DS, "-600\\40"),
            text(tags::WINDOW_WIDTH, VR::DS, "1500\\400"),
            text(tags::RESCALE_INTERCEPT, VR::DS, &INTERCEPT_HU.to_string()),
            text(tags::RESCALE_SLOPE, VR::DS, "1"),
            text(tags::RESCALE_TYPE, VR::LO, "HU"),
            text(tags::WINDOW_CENTER_WIDTH_EXPLANATION, VR::LO, "LUNG\\SOFT TISSUE"),
            DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(stored.into())),
        ]);
        let meta = FileMetaTableBuilder::new().transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN);
        object.with_meta(meta).map_err(io::Error::other)
    }
}

/// A UID under 2.25, the arc of UUIDs: the UUID (version 8, "custom") is a digest of the identity and of what the
/// UID is for. Source: DICOM PS3.5 B.2; RFC 9562 5.8.
pub(super) fn uid_of(identity: &[u8; 32], purpose: &str) -> String {
    let digest = Sha256::new().chain_update(identity).chain_update(purpose).finalize();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn series(identity: &[u8]) -> CtSeries {
        let grid = VoxelGrid::axis_aligned([4, 3, 2], [0.7, 0.8, 1.25], Point::new(-1.0, -2.0, -3.0));
        CtSeries::new(grid.expect("a grid"), "Phantom chest", identity)
    }

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
    fn uids_are_valid_distinct_and_follow_the_identity() {
        let (a, b) = (series(b"1"), series(b"2"));
        assert_eq!(a.series_uid(), series(b"1").series_uid());
        let all = [a.series_uid(), b.series_uid(), a.uid("study"), a.uid("slice 0")];
        for (n, uid) in all.iter().enumerate() {
            // PS3.5 9.1: up to 64 characters, no leading zero in a component.
            assert!(uid.len() <= 64 && uid.starts_with("2.25.") && !uid.starts_with("2.25.0"), "{uid}");
            assert!(all[..n].iter().all(|other| other != uid));
        }
    }

    #[test]
    fn a_slice_says_where_it_lies_and_names_nobody() {
        let object =
            series(b"1").object(1, &[-2000, -1024, 0, 40, 3071, 9000, 0, 0, 0, 0, 0, 0]).expect("an object");
        let text = |tag| object.element(tag).expect("present").to_str().expect("text").into_owned();
        assert_eq!(text(tags::IMAGE_POSITION_PATIENT), "-1\\-2\\-1.75");
        assert_eq!(text(tags::PIXEL_SPACING), "0.8\\0.7");
        assert_eq!(text(tags::IMAGE_ORIENTATION_PATIENT), "1\\0\\0\\0\\1\\0");
        for tag in [tags::PATIENT_NAME, tags::PATIENT_ID, tags::PATIENT_BIRTH_DATE, tags::STUDY_DATE] {
            assert_eq!(text(tag), "");
        }
        let stored =
            object.element(tags::PIXEL_DATA).expect("pixels").to_multi_int::<u16>().expect("numbers");
        assert_eq!(stored[..6], [0, 0, 1024, 1064, 4095, 4095]);
    }
}
