//! Small DICOM slices written for a test: what the shared folder has no file for.

use std::path::Path;

use dicom_core::value::PixelFragmentSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};

/// One slice; every field can be changed before it is written.
#[derive(Clone, Debug)]
pub struct Slice {
    pub series: String,
    pub instance: i32,
    pub size: [u16; 2],
    pub position: Option<[f64; 3]>,
    pub orientation: Option<[f64; 6]>,
    pub rescale: Option<[&'static str; 2]>,
    pub syntax: &'static str,
    pub pixels: Pixels,
    pub more: Vec<(Tag, VR, String)>,
}

/// What stands in the pixel data.
#[derive(Clone, Debug)]
pub enum Pixels {
    /// 16-bit signed words.
    Words(Vec<i16>),
    /// One compressed fragment.
    Fragment(Vec<u8>),
    /// One compressed picture in several fragments.
    Fragments(Vec<Vec<u8>>),
    /// No such element.
    Absent,
}

/// Patient's name in every file: it must not turn up in any message.
pub const SECRET: &str = "GEHEIM^NIEMAND";

impl Slice {
    /// Slice `k` of an 8 x 6 axial CT with 2 mm between slices; stored value = 1000 + 100 k + pixel.
    pub fn axial(k: i32) -> Self {
        Self {
            series: "2.25.77".to_owned(),
            instance: k + 1,
            size: [8, 6],
            position: Some([-10.0, -20.0, 2.0 * f64::from(k)]),
            orientation: Some([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
            rescale: Some(["1", "-1024"]),
            syntax: uids::EXPLICIT_VR_LITTLE_ENDIAN,
            pixels: Pixels::Words((0..48).map(|n| (1000 + 100 * k + n) as i16).collect()),
            more: Vec::new(),
        }
    }

    /// Writes the slice.
    pub fn write(&self, path: &Path) {
        let mut object = InMemDicomObject::new_empty();
        let uid = format!("{}.{}", self.series, self.instance);
        let mut text = |tag: Tag, vr: VR, value: &str| {
            object.put_element(DataElement::new(tag, vr, PrimitiveValue::from(value)));
        };
        text(tags::SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE);
        text(tags::SOP_INSTANCE_UID, VR::UI, &uid);
        text(tags::MODALITY, VR::CS, "CT");
        text(tags::PATIENT_NAME, VR::PN, SECRET);
        text(tags::PATIENT_ID, VR::LO, SECRET);
        text(tags::SERIES_DESCRIPTION, VR::LO, SECRET);
        text(tags::SERIES_INSTANCE_UID, VR::UI, &self.series);
        text(tags::INSTANCE_NUMBER, VR::IS, &self.instance.to_string());
        text(tags::PIXEL_SPACING, VR::DS, "0.7\\0.8");
        text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2");
        text(tags::WINDOW_CENTER, VR::DS, "40");
        text(tags::WINDOW_WIDTH, VR::DS, "400");
        if let Some(position) = self.position {
            text(tags::IMAGE_POSITION_PATIENT, VR::DS, &numbers(&position));
        }
        if let Some(orientation) = self.orientation {
            text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, &numbers(&orientation));
        }
        if let Some([slope, intercept]) = self.rescale {
            text(tags::RESCALE_SLOPE, VR::DS, slope);
            text(tags::RESCALE_INTERCEPT, VR::DS, intercept);
        }
        for (tag, vr, value) in &self.more {
            text(*tag, *vr, value);
        }
        for (tag, value) in [
            (tags::SAMPLES_PER_PIXEL, 1),
            (tags::COLUMNS, self.size[0]),
            (tags::ROWS, self.size[1]),
            (tags::BITS_ALLOCATED, 16),
            (tags::BITS_STORED, 16),
            (tags::HIGH_BIT, 15),
            (tags::PIXEL_REPRESENTATION, 1u16),
        ] {
            object.put_element(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
        }
        match &self.pixels {
            Pixels::Words(words) => {
                let words: Vec<u16> = words.iter().map(|w| *w as u16).collect();
                object.put_element(DataElement::new(
                    tags::PIXEL_DATA,
                    VR::OW,
                    PrimitiveValue::U16(words.into()),
                ));
            }
            Pixels::Fragment(bytes) => {
                let fragments = PixelFragmentSequence::new(Vec::new(), vec![bytes.clone()]);
                object.put_element(DataElement::new(tags::PIXEL_DATA, VR::OB, fragments));
            }
            Pixels::Fragments(all) => {
                let fragments = PixelFragmentSequence::new(Vec::new(), all.clone());
                object.put_element(DataElement::new(tags::PIXEL_DATA, VR::OB, fragments));
            }
            Pixels::Absent => {}
        }
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(self.syntax)
            .media_storage_sop_class_uid(uids::CT_IMAGE_STORAGE)
            .media_storage_sop_instance_uid(uid.as_str())
            .build()
            .expect("complete");
        object.with_exact_meta(meta).write_to_file(path).expect("written");
    }
}

fn numbers(list: &[f64]) -> String {
    list.iter().map(f64::to_string).collect::<Vec<_>>().join("\\")
}

/// A folder with these slices, named so that names do not follow positions.
pub fn folder(slices: &[Slice]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (n, slice) in slices.iter().enumerate() {
        slice.write(&folder.path().join(format!("{:02}", (n * 7) % 97)));
    }
    folder
}
