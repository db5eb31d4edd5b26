//! A finished picture as a DICOM Secondary Capture. Source: DICOM PS3.3 A.8.1.

use std::io;
use std::path::Path;

use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};

use super::atomic::{WriteError, io_error, write_whole_with};
use super::dicom_values::{empty, fitted, number, side, text};
use super::filing::Filing;

/// Writes a picture; a file that is there stays.
/// - `rgba`: four bytes a pixel, row by row from the top; the picture is opaque
/// - `description`: what it shows, nothing of the patient
/// - errors: the bytes do not fill the picture, a file of this name, or one that cannot be written
pub fn write_secondary_capture(
    path: &Path,
    rgba: &[u8],
    [width, height]: [u32; 2],
    description: &str,
    filing: &Filing,
) -> Result<(), WriteError> {
    let error = |kind, what: &str| WriteError::new(path, io::Error::new(kind, what));
    if rgba.is_empty() || rgba.len() as u64 != u64::from(width) * u64::from(height) * 4 {
        return Err(error(io::ErrorKind::InvalidData, "the picture has no or not all pixels"));
    }
    if path.exists() {
        return Err(error(io::ErrorKind::AlreadyExists, "there is a file of this name; choose another one"));
    }
    write_whole_with(path, |partial| {
        let mut rgb: Vec<u8> = rgba.chunks_exact(4).flat_map(|pixel| &pixel[..3]).copied().collect();
        let sop_uid = filing.new_uid("picture", &[&rgb, &width.to_le_bytes()]);
        if rgb.len() % 2 == 1 {
            rgb.push(0);
        }
        let series_uid = filing.new_uid("series of pictures", &[]);
        let mut object = InMemDicomObject::from_element_iter(filing.elements());
        for element in filing.series_elements(&series_uid, "OT", "Triscope pictures") {
            object.put(element);
        }
        let elements = [
            text(tags::IMAGE_TYPE, VR::CS, "DERIVED\\SECONDARY"),
            text(tags::SOP_CLASS_UID, VR::UI, uids::SECONDARY_CAPTURE_IMAGE_STORAGE),
            text(tags::SOP_INSTANCE_UID, VR::UI, &sop_uid),
            // From a workstation, by its digital data.
            text(tags::CONVERSION_TYPE, VR::CS, "WSD"),
            text(tags::DERIVATION_DESCRIPTION, VR::ST, &fitted(description, 1024)),
            text(tags::INSTANCE_NUMBER, VR::IS, "1"),
            empty(tags::PATIENT_ORIENTATION, VR::CS),
            text(tags::IMAGE_COMMENTS, VR::LT, "Research use. Not a medical device."),
            number(tags::SAMPLES_PER_PIXEL, 3),
            text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "RGB"),
            number(tags::PLANAR_CONFIGURATION, 0),
            number(tags::ROWS, side(height as usize)?),
            number(tags::COLUMNS, side(width as usize)?),
            number(tags::BITS_ALLOCATED, 8),
            number(tags::BITS_STORED, 8),
            number(tags::HIGH_BIT, 7),
            number(tags::PIXEL_REPRESENTATION, 0),
            text(tags::BURNED_IN_ANNOTATION, VR::CS, "NO"),
            text(tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "00"),
            DataElement::new(tags::PIXEL_DATA, VR::OB, PrimitiveValue::U8(rgb.into())),
        ];
        for element in elements {
            object.put(element);
        }
        let meta = FileMetaTableBuilder::new().transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN);
        let object = object.with_meta(meta).map_err(io::Error::other)?;
        object.write_all(std::fs::File::create(partial)?).map_err(io_error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{Origin, Private};

    fn filing(with_patient: bool) -> Filing {
        let origin = Origin {
            series_uid: "1.2.3".to_owned(),
            study_uid: "1.2.4".to_owned(),
            frame_of_reference_uid: String::new(),
            modality: "CT".to_owned(),
            belonging: Private::default(),
            instances: Vec::new(),
            of_slice: Vec::new(),
        };
        Filing::new(origin, with_patient)
    }

    #[test]
    fn a_picture_is_read_back_and_one_that_is_there_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.dcm");
        let rgba: Vec<u8> = (0..36).map(|n| if n % 4 == 3 { 255 } else { n * 7 }).collect();
        let write = || write_secondary_capture(&path, &rgba, [3, 3], "A view", &filing(false));
        write().expect("written");
        let object = dicom_object::open_file(&path).expect("read");
        let pixels = object.element(tags::PIXEL_DATA).expect("there").to_bytes().expect("bytes");
        let rgb: Vec<u8> = rgba.chunks_exact(4).flat_map(|p| p[..3].to_vec()).collect();
        // Nine pixels have an odd number of bytes, which the standard fills up.
        assert_eq!((&pixels[..27], pixels.len()), (rgb.as_slice(), 28));
        let text = |tag| object.element(tag).expect("there").to_str().expect("text").into_owned();
        assert_eq!(text(tags::SOP_CLASS_UID), uids::SECONDARY_CAPTURE_IMAGE_STORAGE);
        assert_ne!(text(tags::STUDY_INSTANCE_UID), "1.2.4");
        match std::process::Command::new("dciodvfy").arg(&path).output() {
            Err(_) => eprintln!("passed over: dciodvfy (the package dicom3tools) is not here"),
            Ok(said) => {
                let said = String::from_utf8_lossy(&said.stderr).into_owned();
                assert!(said.contains("SCImage"), "{said}");
                assert!(!said.lines().any(|line| line.starts_with("Error")), "{said}");
            }
        }
        let refused = write().expect_err("it is there").to_string();
        assert!(refused.contains("choose another one"), "{refused}");
        let half =
            write_secondary_capture(&folder.path().join("b.dcm"), &rgba[4..], [3, 3], "", &filing(true));
        half.expect_err("a pixel is missing");
    }

    #[test]
    fn the_same_picture_is_the_same_file_and_another_one_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let written = |name: &str, grey: u8, with_patient| {
            let path = folder.path().join(name);
            let rgba = [grey, grey, grey, 255].repeat(4);
            write_secondary_capture(&path, &rgba, [2, 2], "A view", &filing(with_patient)).expect("written");
            let object = dicom_object::open_file(&path).expect("read");
            let uid =
                object.element(tags::SOP_INSTANCE_UID).expect("there").to_str().expect("text").into_owned();
            (std::fs::read(&path).expect("read"), uid)
        };
        let first = written("1.dcm", 9, false);
        assert_eq!(first, written("2.dcm", 9, false));
        assert_ne!(first.1, written("3.dcm", 8, false).1);
        assert_ne!(first.1, written("4.dcm", 9, true).1, "with another study it is another object");
    }
}
