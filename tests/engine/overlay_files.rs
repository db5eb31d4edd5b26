//! Segmentations and structure sets written for a test.

use std::path::Path;

use dicom_core::value::DataSetSequence;
use dicom_core::value::PixelFragmentSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};

pub type Group = Vec<DataElement<InMemDicomObject>>;

pub fn text(tag: Tag, vr: VR, value: &str) -> DataElement<InMemDicomObject> {
    DataElement::new(tag, vr, PrimitiveValue::from(value))
}

pub fn number(tag: Tag, value: u16) -> DataElement<InMemDicomObject> {
    DataElement::new(tag, VR::US, PrimitiveValue::from(value))
}

pub fn sequence(tag: Tag, items: Vec<Group>) -> DataElement<InMemDicomObject> {
    let items: Vec<InMemDicomObject> = items.into_iter().map(object).collect();
    DataElement::new(tag, VR::SQ, DataSetSequence::from(items))
}

fn object(group: Group) -> InMemDicomObject {
    let mut object = InMemDicomObject::new_empty();
    for element in group {
        object.put_element(element);
    }
    object
}

pub fn numbers(list: &[f64]) -> String {
    list.iter().map(f64::to_string).collect::<Vec<_>>().join("\\")
}

/// Writes elements as a file of this class.
pub fn write(path: &Path, class: &str, elements: Group) {
    write_in(uids::EXPLICIT_VR_LITTLE_ENDIAN, path, class, elements);
}

fn write_in(syntax: &str, path: &Path, class: &str, elements: Group) {
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(syntax)
        .media_storage_sop_class_uid(class)
        .media_storage_sop_instance_uid("2.25.4711")
        .build()
        .expect("complete");
    let mut all =
        vec![text(tags::SOP_CLASS_UID, VR::UI, class), text(tags::SOP_INSTANCE_UID, VR::UI, "2.25.4711")];
    all.extend(elements);
    object(all).with_exact_meta(meta).write_to_file(path).expect("written");
}

/// A segmentation; every field can be changed before it is written.
pub struct Segmentation {
    pub kind: &'static str,
    pub refers_to: Option<&'static str>,
    pub frame_of_reference: Option<&'static str>,
    /// Number, label.
    pub segments: Vec<(u16, &'static str)>,
    /// Columns, rows.
    pub size: [u16; 2],
    /// Between rows, between columns.
    pub spacing: [f64; 2],
    pub orientation: [f64; 6],
    /// Between planes; `None` leaves it out.
    pub between: Option<f64>,
    /// Segment, position, and one value for each pixel.
    pub frames: Vec<(u16, [f64; 3], Vec<u8>)>,
    /// Transfer syntax of compressed frames: RLE of bytes, or deflated frames.
    pub packed: Option<&'static str>,
}

/// A frame in RLE that repeats nothing. Source: DICOM PS3.5 annex G.
fn in_runs(frame: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = [1u32, 64].iter().flat_map(|n| n.to_le_bytes()).collect();
    bytes.resize(64, 0);
    for run in frame.chunks(128) {
        bytes.push((run.len() - 1) as u8);
        bytes.extend(run);
    }
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

fn deflated(frame: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut out, frame).expect("packed");
    let mut bytes = out.finish().expect("packed");
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

impl Segmentation {
    pub fn write(&self, path: &Path) {
        let mut measures = vec![text(tags::PIXEL_SPACING, VR::DS, &numbers(&self.spacing))];
        measures.extend(self.between.map(|mm| text(tags::SPACING_BETWEEN_SLICES, VR::DS, &mm.to_string())));
        let shared = vec![
            sequence(
                tags::PLANE_ORIENTATION_SEQUENCE,
                vec![vec![text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, &numbers(&self.orientation))]],
            ),
            sequence(tags::PIXEL_MEASURES_SEQUENCE, vec![measures]),
        ];
        let frame = |(segment, position, _): &(u16, [f64; 3], Vec<u8>)| {
            vec![
                sequence(
                    tags::PLANE_POSITION_SEQUENCE,
                    vec![vec![text(tags::IMAGE_POSITION_PATIENT, VR::DS, &numbers(position))]],
                ),
                sequence(
                    tags::SEGMENT_IDENTIFICATION_SEQUENCE,
                    vec![vec![number(tags::REFERENCED_SEGMENT_NUMBER, *segment)]],
                ),
            ]
        };
        let segment = |(n, label): &(u16, &str)| {
            // Pure green in Lab.
            let green = PrimitiveValue::U16([57557u16, 12515, 53711].as_slice().into());
            vec![
                number(tags::SEGMENT_NUMBER, *n),
                text(tags::SEGMENT_LABEL, VR::LO, label),
                DataElement::new(tags::RECOMMENDED_DISPLAY_CIE_LAB_VALUE, VR::US, green),
            ]
        };
        let bits = if self.kind == "BINARY" { 1 } else { 8 };
        let bits_of_one = bits == 1;
        let values: Vec<u8> = self.frames.iter().flat_map(|(.., values)| values.iter().copied()).collect();
        let bytes: Vec<u8> = if bits == 8 {
            values
        } else {
            let byte =
                |group: &[u8]| group.iter().enumerate().fold(0, |b, (n, v)| b | (u8::from(*v > 0) << n));
            values.chunks(8).map(byte).collect()
        };
        let mut all = vec![
            text(tags::MODALITY, VR::CS, "SEG"),
            text(tags::SERIES_INSTANCE_UID, VR::UI, "2.25.4712"),
            text(tags::SERIES_DESCRIPTION, VR::LO, "By hand"),
            text(tags::CONTENT_DATE, VR::DA, "20240301"),
            number(tags::ROWS, self.size[1]),
            number(tags::COLUMNS, self.size[0]),
            number(tags::BITS_ALLOCATED, bits),
            number(tags::BITS_STORED, bits),
            number(tags::HIGH_BIT, bits - 1),
            number(tags::PIXEL_REPRESENTATION, 0),
            number(tags::SAMPLES_PER_PIXEL, 1),
            text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
            text(tags::NUMBER_OF_FRAMES, VR::IS, &self.frames.len().to_string()),
            text(tags::SEGMENTATION_TYPE, VR::CS, self.kind),
            sequence(tags::SEGMENT_SEQUENCE, self.segments.iter().map(segment).collect()),
            sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared]),
            sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, self.frames.iter().map(frame).collect()),
        ];
        let packed = |frame: &[u8]| {
            let bits: Vec<u8> = frame
                .chunks(8)
                .map(|group| group.iter().enumerate().fold(0, |b, (n, v)| b | (u8::from(*v > 0) << n)))
                .collect();
            match self.packed {
                Some(uids::RLE_LOSSLESS) => in_runs(frame),
                _ => deflated(if bits_of_one { &bits } else { frame }),
            }
        };
        all.push(match self.packed {
            None => DataElement::new(tags::PIXEL_DATA, VR::OB, PrimitiveValue::U8(bytes.into())),
            Some(_) => {
                let fragments = self.frames.iter().map(|(.., frame)| packed(frame)).collect::<Vec<_>>();
                DataElement::new(tags::PIXEL_DATA, VR::OB, PixelFragmentSequence::new(Vec::new(), fragments))
            }
        });
        if self.kind == "FRACTIONAL" {
            all.push(text(tags::SEGMENTATION_FRACTIONAL_TYPE, VR::CS, "PROBABILITY"));
            all.push(number(tags::MAXIMUM_FRACTIONAL_VALUE, 200));
        }
        all.extend(self.frame_of_reference.map(|uid| text(tags::FRAME_OF_REFERENCE_UID, VR::UI, uid)));
        all.extend(self.refers_to.map(|uid| {
            sequence(
                tags::REFERENCED_SERIES_SEQUENCE,
                vec![vec![text(tags::SERIES_INSTANCE_UID, VR::UI, uid)]],
            )
        }));
        write_in(
            self.packed.unwrap_or(uids::EXPLICIT_VR_LITTLE_ENDIAN),
            path,
            uids::SEGMENTATION_STORAGE,
            all,
        );
    }
}

/// A structure set of regions: name, frame of reference, colour, and contours by kind and points.
pub struct Region {
    pub name: &'static str,
    pub frame_of_reference: &'static str,
    pub colour: Option<&'static str>,
    pub contours: Vec<(&'static str, Vec<f64>)>,
}

pub fn write_regions(path: &Path, refers_to: &str, frame_of_reference: &str, regions: &[Region]) {
    let numbered = || regions.iter().zip(1..);
    let names = numbered().map(|(region, n): (&Region, i32)| {
        vec![
            text(tags::ROI_NUMBER, VR::IS, &n.to_string()),
            text(tags::ROI_NAME, VR::LO, region.name),
            text(tags::REFERENCED_FRAME_OF_REFERENCE_UID, VR::UI, region.frame_of_reference),
        ]
    });
    let contours = numbered().map(|(region, n): (&Region, i32)| {
        let each = region.contours.iter().map(|(kind, points)| {
            vec![
                text(tags::CONTOUR_GEOMETRIC_TYPE, VR::CS, kind),
                text(tags::NUMBER_OF_CONTOUR_POINTS, VR::IS, &(points.len() / 3).to_string()),
                text(tags::CONTOUR_DATA, VR::DS, &numbers(points)),
            ]
        });
        let mut item = vec![
            sequence(tags::CONTOUR_SEQUENCE, each.collect()),
            text(tags::REFERENCED_ROI_NUMBER, VR::IS, &n.to_string()),
        ];
        item.extend(region.colour.map(|colour| text(tags::ROI_DISPLAY_COLOR, VR::IS, colour)));
        item
    });
    let series = vec![text(tags::SERIES_INSTANCE_UID, VR::UI, refers_to)];
    let study = vec![sequence(tags::RT_REFERENCED_SERIES_SEQUENCE, vec![series])];
    let frame = vec![
        text(tags::FRAME_OF_REFERENCE_UID, VR::UI, frame_of_reference),
        sequence(tags::RT_REFERENCED_STUDY_SEQUENCE, vec![study]),
    ];
    let all = vec![
        text(tags::MODALITY, VR::CS, "RTSTRUCT"),
        text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
        text(tags::SERIES_INSTANCE_UID, VR::UI, "2.25.4713"),
        text(tags::STRUCTURE_SET_LABEL, VR::SH, "Plan"),
        sequence(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE, vec![frame]),
        sequence(tags::STRUCTURE_SET_ROI_SEQUENCE, names.collect()),
        sequence(tags::ROI_CONTOUR_SEQUENCE, contours.collect()),
    ];
    write(path, uids::RT_STRUCTURE_SET_STORAGE, all);
}

/// A PET over a box; its window, dose and units are added where they are wanted.
pub struct Pet<'a> {
    pub frame_of_reference: &'a str,
    pub size: [usize; 3],
    /// In the plane, and between planes.
    pub spacing: [f64; 2],
    pub origin: [f64; 3],
    /// Rescale Slope of each slice, over and over.
    pub slopes: &'a [&'a str],
    /// Stored value by column, row, slice.
    pub value: &'a dyn Fn([usize; 3]) -> u16,
}

impl Pet<'_> {
    /// Writes its slices; `more` is added to each, in place of what stands there.
    pub fn write(&self, folder: &Path, more: impl Fn(usize) -> Group) {
        let [nx, ny, nz] = self.size;
        let [x, y, z] = self.origin;
        let [pixel, step] = self.spacing;
        for k in 0..nz {
            let stored: Vec<u16> = (0..nx * ny).map(|n| (self.value)([n % nx, n / nx, k])).collect();
            let mut all = vec![
                text(tags::MODALITY, VR::CS, "PT"),
                text(tags::SERIES_INSTANCE_UID, VR::UI, "2.25.88"),
                text(tags::SERIES_DESCRIPTION, VR::LO, "PET of a test"),
                text(tags::FRAME_OF_REFERENCE_UID, VR::UI, self.frame_of_reference),
                text(tags::INSTANCE_NUMBER, VR::IS, &k.to_string()),
                text(tags::SERIES_DATE, VR::DA, "20240301"),
                text(tags::SERIES_TIME, VR::TM, "103000"),
                text(tags::ACQUISITION_DATE, VR::DA, "20240301"),
                text(tags::ACQUISITION_TIME, VR::TM, &format!("10{}000", 3 + k % 3)),
                text(tags::CORRECTED_IMAGE, VR::CS, "DECY\\ATTN"),
                text(tags::PATIENT_WEIGHT, VR::DS, "70"),
                text(tags::IMAGE_POSITION_PATIENT, VR::DS, &numbers(&[x, y, z + step * k as f64])),
                text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0"),
                text(tags::PIXEL_SPACING, VR::DS, &numbers(&[pixel, pixel])),
                text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
                text(tags::RESCALE_SLOPE, VR::DS, self.slopes[k % self.slopes.len()]),
                text(tags::RESCALE_INTERCEPT, VR::DS, "0"),
                number(tags::SAMPLES_PER_PIXEL, 1),
                number(tags::ROWS, ny as u16),
                number(tags::COLUMNS, nx as u16),
                number(tags::BITS_ALLOCATED, 16),
                number(tags::BITS_STORED, 16),
                number(tags::HIGH_BIT, 15),
                number(tags::PIXEL_REPRESENTATION, 1),
                DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(stored.into())),
            ];
            all.extend(more(k));
            let path = folder.join(format!("pet{k:03}"));
            write(&path, uids::POSITRON_EMISSION_TOMOGRAPHY_IMAGE_STORAGE, all);
        }
    }
}
