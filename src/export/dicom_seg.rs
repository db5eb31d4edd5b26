//! Segments as a DICOM segmentation (SEG): one bit a voxel, a frame for each slice of each segment.
//!
//! Sources: DICOM PS3.3 A.51 (Segmentation IOD), C.8.20 (Segmentation modules), C.7.6.16 (functional groups),
//! C.7.6.17 (dimensions), C.12.2 (Common Instance Reference); PS3.16 for the codes; PS3.5 8.1.1 (pixels of one
//! bit).

use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileDicomObject, FileMetaTableBuilder, InMemDicomObject, OpenFileOptions};
use sha2::{Digest, Sha256};

use super::dicom_values::{code, decimals, item, number as whole, sequence, text as words, uid_of};
use super::segments::SegmentsFile;
use crate::geometry::Point;
use crate::ingest::DefectCode;
use crate::jobs::{Cancelled, JobContext};
use crate::segments::Segment;
use crate::structures::cielab_from_srgb;

type Element = DataElement<InMemDicomObject>;

/// An image that was drawn on: its class and its instance.
struct Image {
    class: String,
    instance: String,
}

/// What the series' own files tell; empty where they are none that can be read.
#[derive(Default)]
struct Origin {
    /// Elements of patient and study, as they stand there.
    elements: Vec<Element>,
    images: Vec<Image>,
}

/// Copied from the first file: a segmentation belongs to the same patient and study.
const COPIED: [(Tag, VR); 11] = [
    (tags::STUDY_DATE, VR::DA),
    (tags::STUDY_TIME, VR::TM),
    (tags::ACCESSION_NUMBER, VR::SH),
    (tags::REFERRING_PHYSICIAN_NAME, VR::PN),
    (tags::PATIENT_NAME, VR::PN),
    (tags::PATIENT_ID, VR::LO),
    (tags::PATIENT_BIRTH_DATE, VR::DA),
    (tags::PATIENT_SEX, VR::CS),
    (tags::STUDY_INSTANCE_UID, VR::UI),
    (tags::STUDY_ID, VR::SH),
    (tags::STUDY_DESCRIPTION, VR::LO),
];

/// The file, whole, in memory.
/// - errors: outer: cancelled; inner: more rows, columns or frames than the format holds
pub(super) fn segmentation(
    ctx: &JobContext,
    file: &SegmentsFile,
    segments: &[&Segment],
) -> Result<io::Result<FileDicomObject<InMemDicomObject>>, Cancelled> {
    let origin = if file.anonymous { Origin::default() } else { origin(ctx, file)? };
    Ok(object(file, segments, &origin))
}

/// Reads the headers of the series' files.
fn origin(ctx: &JobContext, file: &SegmentsFile) -> Result<Origin, Cancelled> {
    let files = &file.series.files;
    let mut origin = Origin::default();
    for (n, path) in files.iter().enumerate() {
        ctx.step("Reading what was drawn on", n as f32 / files.len().max(1) as f32)?;
        let last = if n == 0 { tags::PIXEL_DATA } else { Tag(0x0008, 0x0020) };
        let Some(header) = header(path, last) else { return Ok(Origin::default()) };
        let text = |tag| {
            let text = header.element(tag).ok()?.to_str().ok()?.trim_end_matches(['\0', ' ']).to_owned();
            (!text.is_empty()).then_some(text)
        };
        let (Some(class), Some(instance)) = (text(tags::SOP_CLASS_UID), text(tags::SOP_INSTANCE_UID)) else {
            return Ok(Origin::default());
        };
        if n == 0 {
            let copied = COPIED.iter().filter_map(|(tag, vr)| Some(words(*tag, *vr, &text(*tag)?)));
            origin.elements = copied.collect();
        }
        origin.images.push(Image { class, instance });
    }
    Ok(origin)
}

fn header(path: &Path, last: Tag) -> Option<FileDicomObject<InMemDicomObject>> {
    OpenFileOptions::new().read_until(last).open_file(path).ok()
}

fn numbers(tag: Tag, values: &[f64]) -> Element {
    words(tag, VR::DS, &decimals(values))
}

/// A pointer to an attribute, as dimensions have it.
fn pointer(tag: Tag, to: Tag) -> Element {
    DataElement::new(tag, VR::AT, PrimitiveValue::Tags([to].as_slice().into()))
}

fn object(
    file: &SegmentsFile,
    segments: &[&Segment],
    origin: &Origin,
) -> io::Result<FileDicomObject<InMemDicomObject>> {
    let grid = file.volume.grid();
    let [nx, ny, _] = grid.size();
    let short =
        |n: usize| u16::try_from(n).map_err(|_| io::Error::other("the series is too large for DICOM"));
    let (frames, pixels) = frames(segments, [nx, ny]);
    let made = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let [date, time] = clock(made.as_secs());
    // Another file each time that one is written: a person may have drawn on.
    let identity = Sha256::new()
        .chain_update(&file.series.uid)
        .chain_update(made.as_nanos().to_le_bytes())
        .chain_update(&pixels)
        .finalize();
    let uid = |purpose: &str| uid_of(&[&identity, purpose.as_bytes()]);
    let spacing = grid.spacing_mm();
    let [right, down, _] = grid.directions();
    let distance = {
        let [i, j, k] = grid.patient_from_voxel().axes();
        i.cross(j).unit().map_or(spacing[2], |normal| normal.dot(k).abs())
    };
    let known = file.series.frame_of_reference_uid.clone().filter(|_| !file.anonymous);
    let frame_of_reference = known.unwrap_or_else(|| uid("frame"));
    let series_uid = file.series.uid.split('#').next().unwrap_or_default();
    let lossy = file.series.defects.iter().any(|defect| defect.code == DefectCode::Lossy);
    let instance = uid("instance");
    let dimensions = uid("dimensions");

    let mut whole_file: Vec<Element> = vec![
        words(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
        words(tags::IMAGE_TYPE, VR::CS, "DERIVED\\PRIMARY"),
        words(tags::INSTANCE_CREATION_DATE, VR::DA, &date),
        words(tags::INSTANCE_CREATION_TIME, VR::TM, &time),
        words(tags::SOP_CLASS_UID, VR::UI, uids::SEGMENTATION_STORAGE),
        words(tags::SOP_INSTANCE_UID, VR::UI, &instance),
        words(tags::SERIES_DATE, VR::DA, &date),
        words(tags::SERIES_TIME, VR::TM, &time),
        words(tags::CONTENT_DATE, VR::DA, &date),
        words(tags::CONTENT_TIME, VR::TM, &time),
        words(tags::MODALITY, VR::CS, "SEG"),
        words(tags::MANUFACTURER, VR::LO, "Triscope"),
        words(tags::SERIES_DESCRIPTION, VR::LO, "Segments drawn by hand"),
        words(tags::MANUFACTURER_MODEL_NAME, VR::LO, "Triscope"),
        words(tags::DEVICE_SERIAL_NUMBER, VR::LO, "0"),
        words(tags::SOFTWARE_VERSIONS, VR::LO, env!("CARGO_PKG_VERSION")),
        words(tags::SERIES_INSTANCE_UID, VR::UI, &uid("series")),
        words(tags::SERIES_NUMBER, VR::IS, "900"),
        words(tags::INSTANCE_NUMBER, VR::IS, "1"),
        words(tags::FRAME_OF_REFERENCE_UID, VR::UI, &frame_of_reference),
        DataElement::new(tags::POSITION_REFERENCE_INDICATOR, VR::LO, PrimitiveValue::Empty),
        words(tags::CONTENT_LABEL, VR::CS, "SEGMENTS"),
        words(tags::CONTENT_DESCRIPTION, VR::LO, "Segments drawn by hand"),
        DataElement::new(tags::CONTENT_CREATOR_NAME, VR::PN, PrimitiveValue::Empty),
        whole(tags::SAMPLES_PER_PIXEL, 1),
        words(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
        words(tags::NUMBER_OF_FRAMES, VR::IS, &frames.len().to_string()),
        whole(tags::ROWS, short(ny)?),
        whole(tags::COLUMNS, short(nx)?),
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
            frames.iter().map(|frame| frame_groups(file, frame, origin)).collect(),
        ),
        DataElement::new(tags::PIXEL_DATA, VR::OB, PrimitiveValue::U8(pixels.into())),
    ];
    if !origin.images.is_empty() {
        let images = origin.images.iter().map(|image| item(reference(image)));
        whole_file.push(sequence(
            tags::REFERENCED_SERIES_SEQUENCE,
            vec![item([
                words(tags::SERIES_INSTANCE_UID, VR::UI, series_uid),
                sequence(tags::REFERENCED_INSTANCE_SEQUENCE, images.collect()),
            ])],
        ));
    }
    let mut object = InMemDicomObject::from_element_iter(whole_file);
    // Type 2 elements must be there, may be empty.
    for (tag, vr) in COPIED.into_iter().filter(|(tag, _)| *tag != tags::STUDY_DESCRIPTION) {
        object.put(DataElement::new(tag, vr, PrimitiveValue::Empty));
    }
    object.put(words(tags::STUDY_INSTANCE_UID, VR::UI, &uid("study")));
    origin.elements.iter().for_each(|element| drop(object.put(element.clone())));
    let meta = FileMetaTableBuilder::new().transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN);
    object.with_meta(meta).map_err(io::Error::other)
}

/// Class and instance of an image.
fn reference(image: &Image) -> [Element; 2] {
    [
        words(tags::REFERENCED_SOP_CLASS_UID, VR::UI, &image.class),
        words(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, &image.instance),
    ]
}

/// Segment Sequence.
fn described(segments: &[&Segment]) -> io::Result<Vec<InMemDicomObject>> {
    const TISSUE: [&str; 3] = ["85756007", "SCT", "Tissue"];
    let one = |(n, segment): (usize, &&Segment)| {
        let number = u16::try_from(n + 1).map_err(|_| io::Error::other("more segments than DICOM holds"))?;
        let colour = cielab_from_srgb(segment.colour);
        // A long string has 64 characters and no backslash (PS3.5 6.2, LO).
        let name: String = segment.name.chars().filter(|c| *c != '\\' && !c.is_control()).take(64).collect();
        Ok(item([
            whole(tags::SEGMENT_NUMBER, number),
            words(tags::SEGMENT_LABEL, VR::LO, name.trim()),
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
fn frame_groups(file: &SegmentsFile, frame: &Frame, origin: &Origin) -> InMemDicomObject {
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
    // Where each slice is a file; of resampled slices none is.
    let own = origin.images.len() == grid.size()[2] && !file.series.is_resampled();
    if let Some(image) = origin.images.get(frame.slice).filter(|_| own) {
        let [class, instance] = reference(image);
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
