//! The folder of nodule volumes: `nodules.csv`, and for each row an image and a mask of one nodule cut
//! out of a LIDC-IDRI scan, with all readers' ratings.

use std::path::Path;

use super::Built;
use super::case::{Case, CasePoint, Characteristic, Fold, LabelRule, Question, Ratings, rounded};
use super::error::DatasetError;
use super::lidc::{CITATION, LICENCE, SOURCE};
use super::places;
use super::problem::Problem;
use super::table::{Cells, Table};
use crate::clinical::ClinicalFields;
use crate::geometry::Point;

/// The table, in the folder.
const TABLE: &str = "nodules.csv";

/// Its columns of characteristics.
const RATED: [(Characteristic, &str); 8] = [
    (Characteristic::Subtlety, "subtlety_mean"),
    (Characteristic::Sphericity, "sphericity_mean"),
    (Characteristic::Margin, "margin_mean"),
    (Characteristic::Lobulation, "lobulation_mean"),
    (Characteristic::Spiculation, "spiculation_mean"),
    (Characteristic::Texture, "texture_mean"),
    (Characteristic::Calcification, "calcification_mean"),
    (Characteristic::InternalStructure, "internalStructure_mean"),
];

/// Builds from the folder of nodule volumes. Its folds are kept; rows that it marks as not usable are
/// left out and said.
///
/// The point is the table's place of the nodule, within 2.5 mm of the mask's centroid. The label follows `rule` from the readers' ratings; that the
/// table's own label (strict) says the same is checked.
/// - errors: the table is missing or is another one
pub fn build_nodules(root: &Path, rule: LabelRule) -> Result<Built, DatasetError> {
    let file = root.join(TABLE);
    let mut table = Table::read(&file)?;
    let needed = [
        "id",
        "patient_id",
        "file",
        "mask",
        "sx_mm",
        "sy_mm",
        "sz_mm",
        "lps_x_mm",
        "lps_y_mm",
        "lps_z_mm",
        "malignancy_all",
        "label",
        "usable",
        "fold",
    ];
    table.needs(&needed, &file.display().to_string(), "table of nodule volumes")?;
    let mut built = Built { cases: Vec::new(), problems: std::mem::take(&mut table.problems) };
    let mut left_out = Vec::new();
    for mut cells in table.rows() {
        match cells.text("usable") {
            Some("1") => built.cases.extend(case(&mut cells, rule)),
            Some("0") => left_out.extend(cells.text("id")),
            _ => cells.wrong("usable", "is neither 0 nor 1"),
        }
        built.problems.append(&mut cells.problems);
    }
    if !left_out.is_empty() {
        built.problems.push(Problem::warning(format!(
            "{} left out, which the table marks as not usable: {}",
            crate::ingest::count(left_out.len(), "case"),
            left_out.join(", ")
        )));
    }
    Ok(built)
}

fn case(cells: &mut Cells<'_>, rule: LabelRule) -> Option<Case> {
    let id = cells.needed("id", "the name of the volume")?;
    let patient = cells.needed("patient_id", "the patient")?;
    let image = cells.needed("file", "the path of the image")?;
    for column in ["file", "mask"] {
        if let Some(fault) = cells.text(column).and_then(places::fault) {
            cells.wrong(column, fault);
        }
    }
    let spacing = cells.triple(["sx_mm", "sy_mm", "sz_mm"], "millimetres");
    let point = cells.triple(["lps_x_mm", "lps_y_mm", "lps_z_mm"], "LPS millimetres");
    let ratings: Option<Vec<u8>> =
        cells.needed("malignancy_all", "ratings")?.split('|').map(|r| r.trim().parse().ok()).collect();
    let ratings = ratings.and_then(|values| Ratings::new(values).ok());
    if ratings.is_none() {
        cells.wrong("malignancy_all", "holds what is no rating from 1 to 5");
    }
    let fold = match cells.text("fold") {
        Some("-1") => Some(Fold::HeldOut),
        Some(text) => text.parse().ok().map(Fold::Number),
        None => None,
    };
    let characteristics = Characteristic::ALL.map(|c| {
        let (_, column) = RATED.iter().find(|(which, _)| *which == c)?;
        cells.number_in(column, c.scale(), "the mean of the readers")
    });
    let diameter_mm = cells.number("diameter_mean_mm", "millimetres");
    let (ratings, point, spacing_mm) = (ratings?, point?, spacing?);
    let strict = LabelRule::Strict.label(&ratings).map(|l| l as u8).map(|n| n.to_string());
    if strict.as_deref() != cells.text("label") {
        cells.odd("label", "differs from what the readers' ratings make it; the ratings are used");
    }
    (!cells.failed()).then(|| Case {
        id: id.to_owned(),
        patient: patient.to_owned(),
        image: image.to_owned(),
        series_uid: None,
        mask: cells.text("mask").map(str::to_owned),
        point: CasePoint::Patient(Point::from_array(point.map(rounded))),
        question: Question::Malignancy,
        label: rule.label(&ratings),
        label_rule: rule,
        ratings,
        characteristics,
        spacing_mm,
        diameter_mm,
        fold,
        split: None,
        prior: None,
        lesion_slices: None,
        slice_box: None,
        clinical: ClinicalFields::default(),
        source: format!("{SOURCE} nodule volumes"),
        licence: LICENCE.to_owned(),
        citation: CITATION.to_owned(),
    })
}
