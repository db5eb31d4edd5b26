//! Segments as a DICOM segmentation (SEG): one bit a voxel, a frame for each slice of each segment.
//!
//! Sources: DICOM PS3.3 A.51 (Segmentation IOD), C.8.20 (Segmentation modules), C.7.6.16 (functional groups),
//! C.7.6.17 (dimensions), C.12.2 (Common Instance Reference); PS3.16 for the codes; PS3.5 8.1.1 (pixels of one
//! bit).

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::mem::InMemElement;
use dicom_object::{FileDicomObject, FileMetaTableBuilder, InMemDicomObject};

use super::dicom_values::{
    code, decimals, empty, fitted, item, number as whole, sequence, side, text as words,
};
use super::filing::Filing;
use super::segments::SegmentsFile;
use crate::geometry::Point;
use crate::ingest::{DefectCode, Instance};
use crate::segments::Segment;
use crate::structures::cielab_from_srgb;

fn numbers(tag: Tag, values: &[f64]) -> InMemElement {
    words(tag, VR::DS, &decimals(values))
}

/// A pointer to an attribute, as dimensions have it.
fn pointer(tag: Tag, to: Tag) -> InMemElement {
    DataElement::new(tag, VR::AT, PrimitiveValue::Tags([to].as_slice().into()))
}

/// The file, whole, in memory.
/// - `filing`: whose it is
/// - errors: more rows, columns or segments than the format holds
pub(super) fn segmentation(
    file: &SegmentsFile,
    segments: &[&Segment],
    filing: &Filing,
) -> io::Result<FileDicomObject<InMemDicomObject>> {
    let grid = file.volume.grid();
    let [nx, ny, _] = grid.size();
    let (frames, pixels) = frames(segments, [nx, ny]);
    // Under the patient a file says when it was made, so that an archive tells it from those before. Without, it
    // tells nobody's day, and the same segments give the same bytes.
    let made = file.with_patient.then(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
    let moment = made.map(|made| made.as_nanos().to_le_bytes()).unwrap_or_default();
    let told: Vec<String> = segments.iter().map(|s| format!("{} {:?}", s.name, s.colour)).collect();
    let geometry = format!("{grid:?} {} {}", told.join("\n"), env!("CARGO_PKG_VERSION"));
    let parts = [moment.as_slice(), geometry.as_bytes(), pixels.as_slice()];
    let uid = |what: &str| filing.new_uid(what, &parts);
    let spacing = grid.spacing_mm();
    let [right, down, _] = grid.directions();
    let distance = {
        let [i, j, k] = grid.patient_from_voxel().axes();
        i.cross(j).unit().map_or(spacing[2], |normal| normal.dot(k).abs())
    };
    let lossy = file.series.defects.iter().any(|defect| defect.code == DefectCode::Lossy);
    let instance = uid("segmentation");
    let dimensions = uid("dimensions of a segmentation");

    let mut object = InMemDicomObject::from_element_iter(filing.elements());
    let own = filing.series_elements(&uid("series of segments"), "SEG", "Segments drawn by hand");
    own.into_iter().chain(filing.frame_elements()).for_each(|element| drop(object.put(element)));
    let elements = vec![
        words(tags::IMAGE_TYPE, VR::CS, "DERIVED\\PRIMARY"),
        words(tags::SOP_CLASS_UID, VR::UI, uids::SEGMENTATION_STORAGE),
        words(tags::SOP_INSTANCE_UID, VR::UI, &instance),
        words(tags::INSTANCE_NUMBER, VR::IS, "1"),
        words(tags::CONTENT_LABEL, VR::CS, "SEGMENTS"),
        words(tags::CONTENT_DESCRIPTION, VR::LO, "Segments drawn by hand"),
        empty(tags::CONTENT_CREATOR_NAME, VR::PN),
        whole(tags::SAMPLES_PER_PIXEL, 1),
        words(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
        words(tags::NUMBER_OF_FRAMES, VR::IS, &frames.len().to_string()),
        whole(tags::ROWS, side(ny)?),
        whole(tags::COLUMNS, side(nx)?),
        whole(tags::BITS_ALLOCATED, 1),
        whole(tags::BITS_STORED, 1),
        whole(tags::HIGH_BIT, 0),
        whole(tags::PIXEL_REPRESENTATION, 0),
        words(tags::BURNED_IN_ANNOTATION, VR::CS, "NO"),
        words(tags::LOSSY_IMAGE_COMPRESSION, VR::CS, if lossy { "01" } else { "00" }),
        words(tags::SEGMENTATION_TYPE, VR::CS, "BINARY"),
        sequence(tags::SEGMENT_SEQUENCE, described(segments)?),
        sequence(
            tags::DIMENSION_ORGANIZATION_SEQUENCE,
            vec![item([words(tags::DIMENSION_ORGANIZATION_UID, VR::UI, &dimensions)])],
        ),
        sequence(
            tags::DIMENSION_INDEX_SEQUENCE,
            [
                (tags::REFERENCED_SEGMENT_NUMBER, tags::SEGMENT_IDENTIFICATION_SEQUENCE),
                (tags::IMAGE_POSITION_PATIENT, tags::PLANE_POSITION_SEQUENCE),
            ]
            .map(|(index, group)| {
                item([
                    words(tags::DIMENSION_ORGANIZATION_UID, VR::UI, &dimensions),
                    pointer(tags::DIMENSION_INDEX_POINTER, index),
                    pointer(tags::FUNCTIONAL_GROUP_POINTER, group),
                ])
            })
            .to_vec(),
        ),
        sequence(
            tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
            vec![item([
                sequence(
                    tags::PIXEL_MEASURES_SEQUENCE,
                    vec![item([
                        numbers(tags::SLICE_THICKNESS, &[distance]),
                        numbers(tags::SPACING_BETWEEN_SLICES, &[distance]),
                        // Between rows first, then between columns (PS3.3 10.7.1.3).
                        numbers(tags::PIXEL_SPACING, &[spacing[1], spacing[0]]),
                    ])],
                ),
                sequence(
                    tags::PLANE_ORIENTATION_SEQUENCE,
                    vec![item([numbers(
                        tags::IMAGE_ORIENTATION_PATIENT,
                        &[right.to_array(), down.to_array()].concat(),
                    )])],
                ),
            ])],
        ),
        sequence(
            tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
            frames.iter().map(|frame| frame_groups(file, frame, filing)).collect(),
        ),
        DataElement::new(tags::PIXEL_DATA, VR::OB, PrimitiveValue::U8(pixels.into())),
    ];
    elements.into_iter().for_each(|element| drop(object.put(element)));
    if let Some(made) = made {
        let [date, time] = clock(made.as_secs());
        for (tags, vr, value) in [
            ([tags::INSTANCE_CREATION_DATE, tags::SERIES_DATE, tags::CONTENT_DATE], VR::DA, date),
            ([tags::INSTANCE_CREATION_TIME, tags::SERIES_TIME, tags::CONTENT_TIME], VR::TM, time),
        ] {
            tags.into_iter().for_each(|tag| drop(object.put(words(tag, vr, &value))));
        }
    }
    let images = &filing.origin().instances;
    if !images.is_empty() {
        let images = images.iter().map(|image| item(reference(image, filing)));
        object.put(sequence(
            tags::REFERENCED_SERIES_SEQUENCE,
            vec![item([
                words(tags::SERIES_INSTANCE_UID, VR::UI, &filing.source_series_uid()),
                sequence(tags::REFERENCED_INSTANCE_SEQUENCE, images.collect()),
            ])],
        ));
    }
    let meta = FileMetaTableBuilder::new().transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN);
    object.with_meta(meta).map_err(io::Error::other)
}

/// Class and instance of an image that was drawn on.
fn reference(image: &Instance, filing: &Filing) -> [InMemElement; 2] {
    [
        words(tags::REFERENCED_SOP_CLASS_UID, VR::UI, &image.class_uid),
        words(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, &filing.instance_uid(image)),
    ]
}

/// Segment Sequence.
fn described(segments: &[&Segment]) -> io::Result<Vec<InMemDicomObject>> {
    const TISSUE: [&str; 3] = ["85756007", "SCT", "Tissue"];
    let one = |(n, segment): (usize, &&Segment)| {
        let number = u16::try_from(n + 1).map_err(|_| io::Error::other("more segments than DICOM holds"))?;
        let colour = cielab_from_srgb(segment.colour);
        let name: String = segment.name.chars().filter(|c| !c.is_control()).collect();
        Ok(item([
            whole(tags::SEGMENT_NUMBER, number),
            words(tags::SEGMENT_LABEL, VR::LO, &fitted(&name, 64)),
            words(tags::SEGMENT_ALGORITHM_TYPE, VR::CS, "MANUAL"),
            code(tags::SEGMENTED_PROPERTY_CATEGORY_CODE_SEQUENCE, TISSUE),
            code(tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE, TISSUE),
            DataElement::new(
                tags::RECOMMENDED_DISPLAY_CIE_LAB_VALUE,
                VR::US,
                PrimitiveValue::U16(colour.as_slice().into()),
            ),
        ]))
    };
    segments.iter().enumerate().map(one).collect()
}

/// A slice of a segment.
struct Frame {
    /// Place of its segment, from 0.
    segment: usize,
    /// Slice of the volume.
    slice: usize,
    /// Its place among the slices that any segment has, from 1.
    index: u32,
}

/// Per-frame Functional Groups: which segment it is, where it lies, and what it was drawn on.
fn frame_groups(file: &SegmentsFile, frame: &Frame, filing: &Filing) -> InMemDicomObject {
    let grid = file.volume.grid();
    let corner = grid.patient_from_voxel() * Point::new(0.0, 0.0, frame.slice as f64);
    let segment = frame.segment as u32 + 1;
    let indices = PrimitiveValue::U32([segment, frame.index].as_slice().into());
    let mut groups = vec![
        sequence(
            tags::FRAME_CONTENT_SEQUENCE,
            vec![item([DataElement::new(tags::DIMENSION_INDEX_VALUES, VR::UL, indices)])],
        ),
        sequence(
            tags::PLANE_POSITION_SEQUENCE,
            vec![item([numbers(tags::IMAGE_POSITION_PATIENT, &corner.to_array())])],
        ),
        sequence(
            tags::SEGMENT_IDENTIFICATION_SEQUENCE,
            vec![item([whole(tags::REFERENCED_SEGMENT_NUMBER, segment as u16)])],
        ),
    ];
    let origin = filing.origin();
    // Where each slice is an object of its own; resampled slices are none.
    let image = origin.of_slice.get(frame.slice).copied().flatten().and_then(|n| origin.instances.get(n));
    if let Some(image) = image {
        let [class, instance] = reference(image, filing);
        let source = item([
            class,
            instance,
            code(
                tags::PURPOSE_OF_REFERENCE_CODE_SEQUENCE,
                ["121322", "DCM", "Source image for image processing operation"],
            ),
        ]);
        groups.push(sequence(
            tags::DERIVATION_IMAGE_SEQUENCE,
            vec![item([
                sequence(tags::SOURCE_IMAGE_SEQUENCE, vec![source]),
                code(tags::DERIVATION_CODE_SEQUENCE, ["113076", "DCM", "Segmentation"]),
            ])],
        ));
    }
    item(groups)
}

/// The slices of every segment in which it has voxels, and their pixels: bits without a gap between frames, the
/// lowest bit first.
fn frames(segments: &[&Segment], [nx, ny]: [usize; 2]) -> (Vec<Frame>, Vec<u8>) {
    let (mut frames, mut bytes): (Vec<Frame>, Vec<u8>) = (Vec::new(), Vec::new());
    for (n, segment) in segments.iter().enumerate() {
        segment.voxels.runs(|[i, j, k], length| {
            if frames.last().is_none_or(|last| (last.segment, last.slice) != (n, k)) {
                frames.push(Frame { segment: n, slice: k, index: 0 });
                bytes.resize((frames.len() * nx * ny).div_ceil(8), 0);
            }
            let first = (frames.len() - 1) * nx * ny + j * nx + i;
            for bit in first..first + length {
                if let Some(byte) = bytes.get_mut(bit / 8) {
                    *byte |= 1 << (bit % 8);
                }
            }
        });
    }
    let mut slices: Vec<usize> = frames.iter().map(|frame| frame.slice).collect();
    slices.sort_unstable();
    slices.dedup();
    for frame in &mut frames {
        frame.index = slices.binary_search(&frame.slice).unwrap_or(0) as u32 + 1;
    }
    // A value has an even length.
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    (frames, bytes)
}

/// Date and time of day in universal time, as DICOM writes them.
/// - `seconds`: since 1970
///
/// Source: H. Hinnant, chrono-Compatible Low-Level Date Algorithms (`civil_from_days`).
fn clock(seconds: u64) -> [String; 2] {
    let days = (seconds / 86_400) as i64 + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let shifted = (5 * day + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let day = day - (153 * shifted + 2) / 5 + 1;
    let rest = seconds % 86_400;
    [
        format!("{year:04}{month:02}{day:02}"),
        format!("{:02}{:02}{:02}", rest / 3600, rest / 60 % 60, rest % 60),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_knows_leap_years() {
        assert_eq!(clock(0), ["19700101", "000000"]);
        assert_eq!(clock(951_782_399), ["20000228", "235959"]);
        assert_eq!(clock(951_782_400), ["20000229", "000000"]);
        assert_eq!(clock(1_772_323_200), ["20260301", "000000"]);
    }
}
