//! A saliency map as a DICOM Parametric Map on the CT's voxels. Source: DICOM PS3.3 A.75.

use std::io;
use std::path::Path;

use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileDicomObject, FileMetaTableBuilder, InMemDicomObject};

use super::atomic::{WriteError, io_error, write_one_of_many_with};
use super::dicom_values::{
    code, decimal, decimals, double, empty, fitted, item, number, sequence, side, text,
};
use super::filing::Filing;
use crate::explain::{Method, Saliency};
use crate::geometry::{Patient, Point, VoxelBox, VoxelGrid};
use crate::inference::Answer;

/// Image Type and Frame Type: computed, a quantity throughout a volume. Source: PS3.3 C.8.32.2.
const TYPE: &str = "DERIVED\\PRIMARY\\VOLUME\\QUANTITY";

/// A map and what it explains.
#[derive(Clone, Copy, Debug)]
pub struct ParametricMap<'a> {
    /// The map; what of its box lies in the CT is written, a frame for each slice, caudal slices of the grid first.
    pub saliency: &'a Saliency,
    /// The CT's.
    pub grid: &'a VoxelGrid,
    /// What it explains.
    pub answer: Explained<'a>,
    /// Its number among the maps of the answer, from 1.
    pub number: usize,
}

/// The answer that a map explains.
#[derive(Clone, Copy, Debug)]
pub struct Explained<'a> {
    /// Network.
    pub model: &'a str,
    /// How its input was prepared.
    pub mode: &'a str,
    /// SHA-256 of its weights, hex.
    pub weights_sha256: &'a str,
    /// The question.
    pub question: &'a str,
    /// Of the class that the question names.
    pub probability: f64,
    /// The point asked about.
    pub at: Point<Patient>,
}

impl<'a> From<&'a Answer> for Explained<'a> {
    fn from(answer: &'a Answer) -> Self {
        Self {
            model: &answer.model,
            mode: &answer.mode,
            weights_sha256: &answer.weights_sha256,
            question: &answer.question,
            probability: answer.probability,
            at: answer.at,
        }
    }
}

/// Writes the map as one file of a folder that counts when it is complete. The values are stored as they are, in
/// single precision, and are real-world values themselves; the same input gives the same bytes.
/// - `filing`: whose it is
/// - errors: a map that covers no voxel of the CT; a file that cannot be written
pub fn write_parametric_map(path: &Path, map: ParametricMap<'_>, filing: &Filing) -> Result<(), WriteError> {
    write_one_of_many_with(path, |partial| {
        let object = map.object(filing)?;
        object.write_all(std::fs::File::create(partial)?).map_err(io_error)
    })
}

impl ParametricMap<'_> {
    fn object(&self, filing: &Filing) -> io::Result<FileDicomObject<InMemDicomObject>> {
        let bounds = inside(&self.saliency.bounds, self.grid);
        let [columns, rows, frames] = bounds.size;
        let values = self.values(&bounds)?;
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let Self { saliency, answer, .. } = *self;
        let scale = saliency.scale.map_or("combined", |scale| scale.name());
        let about: Vec<String> = answer.at.to_array().iter().map(|v| decimal(*v)).collect();
        let about = about.join(", ");
        let weights = answer.weights_sha256;
        // What tells one answer from another, and one of its maps from the others.
        let asked = format!("{} {} {weights} {about}", answer.model, answer.mode);
        let series_uid = filing.new_uid("series of maps", &[asked.as_bytes()]);
        let instance = format!("{} {scale} {:?}", saliency.method, saliency.told);
        let geometry = format!("{bounds:?} {:?}", self.grid);
        let derivation = format!(
            "{} ({scale}) of {}, mode {}, weights {weights}, asked about {about} mm (LPS), {:.4} for {}. Research use, \
             not a medical device.",
            saliency.method, answer.model, answer.mode, answer.probability, answer.question
        );
        // Everything that is told of it: an archive keeps one object of a UID.
        let told = format!("{derivation} {} {}", self.number, env!("CARGO_PKG_VERSION"));
        let parts =
            [asked.as_bytes(), instance.as_bytes(), geometry.as_bytes(), told.as_bytes(), bytes.as_slice()];
        let sop_uid = filing.new_uid("map", &parts);
        let dimension_uid = filing.new_uid("dimensions of a map", &parts);
        let source = &filing.origin().modality;
        let modality = if source.is_empty() { "OT" } else { source };
        // Of the series, which holds the maps of all methods.
        let description = format!("Triscope maps of {}", answer.model);
        let mut object = InMemDicomObject::from_element_iter(filing.elements());
        for element in filing.series_elements(&series_uid, modality, &description) {
            object.put(element);
        }
        for element in filing.frame_elements() {
            object.put(element);
        }
        let elements = [
            text(tags::IMAGE_TYPE, VR::CS, TYPE),
            text(tags::SOP_CLASS_UID, VR::UI, uids::PARAMETRIC_MAP_STORAGE),
            text(tags::SOP_INSTANCE_UID, VR::UI, &sop_uid),
            text(tags::DERIVATION_DESCRIPTION, VR::ST, &fitted(&derivation, 1024)),
            text(tags::PIXEL_PRESENTATION, VR::CS, "MONOCHROME"),
            text(tags::INSTANCE_NUMBER, VR::IS, &self.number.to_string()),
            sequence(
                tags::DIMENSION_ORGANIZATION_SEQUENCE,
                vec![item([text(tags::DIMENSION_ORGANIZATION_UID, VR::UI, &dimension_uid)])],
            ),
            text(tags::DIMENSION_ORGANIZATION_TYPE, VR::CS, "3D"),
            sequence(tags::DIMENSION_INDEX_SEQUENCE, vec![dimension(&dimension_uid)]),
            number(tags::SAMPLES_PER_PIXEL, 1),
            text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
            text(tags::NUMBER_OF_FRAMES, VR::IS, &frames.to_string()),
            number(tags::ROWS, side(rows)?),
            number(tags::COLUMNS, side(columns)?),
            number(tags::BITS_ALLOCATED, 32),
            text(tags::BURNED_IN_ANNOTATION, VR::CS, "NO"),
            text(tags::RECOGNIZABLE_VISUAL_FEATURES, VR::CS, "NO"),
            text(tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "00"),
            sequence(tags::ACQUISITION_CONTEXT_SEQUENCE, Vec::new()),
            text(tags::CONTENT_LABEL, VR::CS, "SALIENCY"),
            text(tags::CONTENT_DESCRIPTION, VR::LO, &fitted(&description, 64)),
            empty(tags::CONTENT_CREATOR_NAME, VR::PN),
            text(tags::PRESENTATION_LUT_SHAPE, VR::CS, "IDENTITY"),
            sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![self.shared(scale)]),
            sequence(
                tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
                (0..frames).map(|frame| self.frame(frame, &bounds, filing)).collect(),
            ),
            DataElement::new(tags::FLOAT_PIXEL_DATA, VR::OF, PrimitiveValue::F32(values.into())),
        ];
        for element in elements {
            object.put(element);
        }
        if let Some(references) = references(&bounds, filing) {
            object.put(references);
        }
        let meta = FileMetaTableBuilder::new().transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN);
        object.with_meta(meta).map_err(io::Error::other)
    }

    /// The values of a box inside the map's.
    fn values(&self, bounds: &VoxelBox) -> io::Result<Vec<f32>> {
        let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what);
        let whole = &self.saliency.bounds;
        let [ni, nj, nk] = whole.size;
        if self.saliency.values.len() != ni * nj * nk {
            return Err(wrong("the map's values do not fill its box"));
        }
        let [columns, rows, frames] = bounds.size;
        if columns * rows * frames == 0 {
            return Err(wrong("the map covers no voxel of the CT"));
        }
        let first: [usize; 3] =
            std::array::from_fn(|a| usize::try_from(bounds.min[a] - whole.min[a]).unwrap_or(0));
        let lines =
            (0..frames).flat_map(|k| (0..rows).map(move |j| ((first[2] + k) * nj + first[1] + j) * ni));
        Ok(lines.flat_map(|line| &self.saliency.values[line + first[0]..][..columns]).copied().collect())
    }

    /// What all frames have in common. Source: PS3.3 C.7.6.16.2.
    fn shared(&self, scale: &str) -> InMemDicomObject {
        let spacing = self.grid.spacing_mm();
        let [row, column, _] = self.grid.directions();
        let orientation: Vec<f64> = row.to_array().into_iter().chain(column.to_array()).collect();
        let largest = f64::from(self.saliency.largest_magnitude());
        // A map of zeros has a range all the same.
        let high = if largest > 0.0 { largest } else { 1.0 };
        let low = if self.saliency.signed { -high } else { 0.0 };
        let unit = unit(self.saliency.unit);
        let explanation = format!("{} ({scale}) of {}", self.saliency.method, self.answer.model);
        let group = |tag, elements: Vec<_>| sequence(tag, vec![item(elements)]);
        item([
            group(
                tags::PIXEL_MEASURES_SEQUENCE,
                vec![
                    text(tags::SLICE_THICKNESS, VR::DS, &decimal(spacing[2])),
                    text(tags::SPACING_BETWEEN_SLICES, VR::DS, &decimal(spacing[2])),
                    // Between rows first, then between columns (PS3.3 10.7.1.3).
                    text(tags::PIXEL_SPACING, VR::DS, &decimals(&[spacing[1], spacing[0]])),
                ],
            ),
            group(
                tags::PLANE_ORIENTATION_SEQUENCE,
                vec![text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, &decimals(&orientation))],
            ),
            group(
                tags::FRAME_VOILUT_SEQUENCE,
                vec![
                    text(tags::WINDOW_CENTER, VR::DS, &decimal((low + high) / 2.0)),
                    text(tags::WINDOW_WIDTH, VR::DS, &decimal(high - low)),
                    // The other function takes no width under one.
                    text(tags::VOILUT_FUNCTION, VR::CS, "LINEAR_EXACT"),
                ],
            ),
            group(
                tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE,
                vec![
                    text(tags::RESCALE_INTERCEPT, VR::DS, "0"),
                    text(tags::RESCALE_SLOPE, VR::DS, "1"),
                    text(tags::RESCALE_TYPE, VR::LO, "US"),
                ],
            ),
            group(tags::PARAMETRIC_MAP_FRAME_TYPE_SEQUENCE, vec![text(tags::FRAME_TYPE, VR::CS, TYPE)]),
            group(
                tags::REAL_WORLD_VALUE_MAPPING_SEQUENCE,
                vec![
                    text(tags::LUT_EXPLANATION, VR::LO, &fitted(&explanation, 64)),
                    code(tags::MEASUREMENT_UNITS_CODE_SEQUENCE, [&unit, "UCUM", self.saliency.unit]),
                    text(tags::LUT_LABEL, VR::SH, &fitted(self.saliency.method, 16)),
                    double(tags::DOUBLE_FLOAT_REAL_WORLD_VALUE_FIRST_VALUE_MAPPED, low),
                    double(tags::DOUBLE_FLOAT_REAL_WORLD_VALUE_LAST_VALUE_MAPPED, high),
                    sequence(tags::QUANTITY_DEFINITION_SEQUENCE, self.quantity()),
                    double(tags::REAL_WORLD_VALUE_INTERCEPT, 0.0),
                    double(tags::REAL_WORLD_VALUE_SLOPE, 1.0),
                ],
            ),
        ])
    }

    /// What the values are: a kind of saliency (PS3.16 CID 217), and the method by its name here.
    fn quantity(&self) -> Vec<InMemDicomObject> {
        let kind = match Method::named(self.saliency.method) {
            Some(
                Method::GradCam
                | Method::Native
                | Method::GradCamPlusPlus
                | Method::HiResCam
                | Method::LayerCam,
            ) => ["130403", "DCM", "Gradient-weighted class activation"],
            Some(Method::ScoreCam) => ["130402", "DCM", "Class activation"],
            _ => ["130404", "DCM", "Saliency"],
        };
        let coded = item([
            text(tags::VALUE_TYPE, VR::CS, "CODE"),
            code(tags::CONCEPT_NAME_CODE_SEQUENCE, ["246205007", "SCT", "Quantity"]),
            code(tags::CONCEPT_CODE_SEQUENCE, kind),
        ]);
        let named = item([
            text(tags::VALUE_TYPE, VR::CS, "TEXT"),
            code(tags::CONCEPT_NAME_CODE_SEQUENCE, ["111001", "DCM", "Algorithm Name"]),
            text(tags::TEXT_VALUE, VR::UT, self.saliency.method),
        ]);
        vec![coded, named]
    }

    /// What one frame has to itself: its place, and the slice that it lies on.
    fn frame(&self, frame: usize, bounds: &VoxelBox, filing: &Filing) -> InMemDicomObject {
        let [i, j, k] = bounds.min.map(|v| v as f64);
        let position = self.grid.patient_from_voxel() * Point::new(i, j, k + frame as f64);
        let index = u32::try_from(frame + 1).unwrap_or(u32::MAX);
        let group = |tag, elements: Vec<_>| sequence(tag, vec![item(elements)]);
        let mut groups = vec![
            group(
                tags::FRAME_CONTENT_SEQUENCE,
                vec![DataElement::new(tags::DIMENSION_INDEX_VALUES, VR::UL, PrimitiveValue::from(index))],
            ),
            group(
                tags::PLANE_POSITION_SEQUENCE,
                vec![text(tags::IMAGE_POSITION_PATIENT, VR::DS, &decimals(&position.to_array()))],
            ),
        ];
        let slice = usize::try_from(bounds.min[2]).unwrap_or(0) + frame;
        let origin = filing.origin();
        let from = origin.of_slice.get(slice).copied().flatten().and_then(|n| origin.instances.get(n));
        if let Some(instance) = from {
            let source = item([
                text(tags::REFERENCED_SOP_CLASS_UID, VR::UI, &instance.class_uid),
                text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, &filing.instance_uid(instance)),
                code(
                    tags::PURPOSE_OF_REFERENCE_CODE_SEQUENCE,
                    ["121322", "DCM", "Source image for image processing operation"],
                ),
            ]);
            groups.push(group(
                tags::DERIVATION_IMAGE_SEQUENCE,
                vec![
                    sequence(tags::SOURCE_IMAGE_SEQUENCE, vec![source]),
                    code(
                        tags::DERIVATION_CODE_SEQUENCE,
                        ["112187", "DCM", "Unspecified method of calculation"],
                    ),
                ],
            ));
        }
        item(groups)
    }
}

/// Frames are told apart by where they lie. Source: PS3.3 C.7.6.17.
fn dimension(organization_uid: &str) -> InMemDicomObject {
    let pointer = |tag, value| DataElement::new(tag, VR::AT, PrimitiveValue::Tags([value].as_slice().into()));
    item([
        text(tags::DIMENSION_ORGANIZATION_UID, VR::UI, organization_uid),
        pointer(tags::DIMENSION_INDEX_POINTER, tags::IMAGE_POSITION_PATIENT),
        pointer(tags::FUNCTIONAL_GROUP_POINTER, tags::PLANE_POSITION_SEQUENCE),
        text(tags::DIMENSION_DESCRIPTION_LABEL, VR::LO, "Image Position (Patient)"),
    ])
}

/// The objects that frames refer to; all of the series where slices cannot be told apart. Source: PS3.3 C.12.2.
fn references(bounds: &VoxelBox, filing: &Filing) -> Option<dicom_object::mem::InMemElement> {
    let origin = filing.origin();
    let first = usize::try_from(bounds.min[2]).unwrap_or(0);
    let apart = origin.of_slice.iter().skip(first).take(bounds.size[2]).flatten();
    let used: Vec<usize> = if origin.of_slice.is_empty() {
        (0..origin.instances.len()).collect()
    } else {
        apart.copied().collect()
    };
    let referred = |n: usize| {
        let instance = origin.instances.get(n)?;
        Some(item([
            text(tags::REFERENCED_SOP_CLASS_UID, VR::UI, &instance.class_uid),
            text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, &filing.instance_uid(instance)),
        ]))
    };
    let instances: Vec<InMemDicomObject> = used.into_iter().filter_map(referred).collect();
    (!instances.is_empty()).then(|| {
        let series = item([
            sequence(tags::REFERENCED_INSTANCE_SEQUENCE, instances),
            text(tags::SERIES_INSTANCE_UID, VR::UI, &filing.source_series_uid()),
        ]);
        sequence(tags::REFERENCED_SERIES_SEQUENCE, vec![series])
    })
}

/// A unit of the program as UCUM spells it: what it does not know is an annotation of the unit one.
fn unit(unit: &str) -> String {
    match unit {
        "share" | "probability" => "1".to_owned(),
        other => format!("{{{}}}", other.replace(' ', "_")),
    }
}

/// The part of a box that lies on voxels of the grid.
fn inside(bounds: &VoxelBox, grid: &VoxelGrid) -> VoxelBox {
    let size = grid.size();
    let end = |a: usize| bounds.min[a].saturating_add(bounds.size[a] as i64).clamp(0, size[a] as i64);
    let min: [i64; 3] = std::array::from_fn(|a| bounds.min[a].clamp(0, size[a] as i64));
    VoxelBox { min, size: std::array::from_fn(|a| usize::try_from(end(a) - min[a]).unwrap_or(0)) }
}

#[cfg(test)]
mod tests;
