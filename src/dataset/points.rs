//! A user's own data: a CSV with one point a row, and the volumes beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Built;
use super::case::{Case, CasePoint, Fold, Label, LabelRule, Question, Ratings, rounded};
use super::error::DatasetError;
use super::manifest::{MORE_NAMES, More};
use super::places::{from_manifest, relative};
use super::problem::Problem;
use super::table::{Cells, Table, shown};
use crate::geometry::Point;
use crate::ingest;
use crate::jobs::JobContext;

/// Columns that are read, besides those that only some networks need: `path` and `label` must be there, and one of the two places.
const KNOWN: [&str; 17] = [
    "path",
    "x",
    "y",
    "z",
    "i",
    "j",
    "k",
    "label",
    "case_id",
    "patient_id",
    "series_uid",
    "mask",
    "diameter_mm",
    "malignancy",
    "fold",
    "licence",
    "citation",
];

/// What is known of an image.
#[derive(Clone)]
struct Known {
    image: String,
    series_uid: Option<String>,
    /// DICOM Patient ID, to tell patients apart; never written.
    patient: Option<String>,
    spacing_mm: [f64; 3],
}

/// Builds from a list of points: columns `path` (a folder of DICOM files or a volume file, from the
/// list's folder), `x`, `y`, `z` (LPS mm) or `i`, `j`, `k` (voxels), and `label` (0, 1 or nothing).
///
/// Free columns: `case_id`, `patient_id`, `series_uid`, `mask`, `diameter_mm`, `malignancy` (readers'
/// ratings with |), `fold`, `licence`, `citation`, and those of a manifest from `split` to
/// `screening_result_alone` (`prior` as `path`). Without `patient_id` the Patient ID of the DICOM
/// files tells patients apart, and they are written as P0001, P0002 ... : no patient's data goes into a
/// manifest. A volume file without it counts as a patient of its own, which is said.
/// - `question`: what the labels answer
/// - returns: paths relative to the list's folder
/// - errors: the list cannot be read or is another table; a cancel
pub fn build_points(
    list: &Path,
    question: Question,
    rule: LabelRule,
    ctx: &JobContext,
) -> Result<Built, DatasetError> {
    let mut table = Table::read(list)?;
    let name = list.display().to_string();
    table.needs(&["path", "label"], &name, "list of points")?;
    if !table.has("x") && !table.has("i") {
        return Err(DatasetError::new(format!(
            "{name} is no list of points: it has neither columns x, y, z (LPS mm) nor i, j, k (voxels)"
        )));
    }
    let folder = list.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut built = Built { cases: Vec::new(), problems: std::mem::take(&mut table.problems) };
    for column in
        table.header().iter().filter(|c| !KNOWN.contains(&c.as_str()) && !MORE_NAMES.contains(&c.as_str()))
    {
        let mut problem = Problem::warning("is unknown and not read");
        problem.column = Some(shown(column));
        built.problems.push(problem);
    }
    let total = table.len().max(1);
    let mut images: BTreeMap<(String, Option<String>), Result<Known, String>> = BTreeMap::new();
    let mut patients: BTreeMap<String, String> = BTreeMap::new();
    let mut unnamed = 0;
    for (n, mut cells) in table.rows().enumerate() {
        ctx.step("Reading headers", n as f32 / total as f32)?;
        let path = cells.needed("path", "the path of a volume").unwrap_or_default().to_owned();
        let uid = cells.text("series_uid").map(str::to_owned);
        if !path.is_empty() {
            let key = (path.clone(), uid.clone());
            if !images.contains_key(&key) {
                let known = match look(folder, &path, uid.as_deref(), ctx) {
                    Err(DatasetError::Cancelled(cancelled)) => return Err(cancelled.into()),
                    Err(error) => Err(error.to_string()),
                    Ok(known) => Ok(known),
                };
                images.insert(key.clone(), known);
            }
            match images.get(&key) {
                Some(Ok(known)) => {
                    let patient = match (cells.text("patient_id"), &known.patient) {
                        (Some(given), _) => given.to_owned(),
                        (None, key) => {
                            unnamed += usize::from(key.is_none());
                            let key = key
                                .as_ref()
                                .map_or_else(|| format!("image {}", known.image), |id| format!("id {id}"));
                            let next = format!("P{:04}", patients.len() + 1);
                            patients.entry(key).or_insert(next).clone()
                        }
                    };
                    built.cases.extend(case(&mut cells, known, patient, folder, (question, rule), n));
                }
                Some(Err(sentence)) => cells.wrong("path", sentence.clone()),
                None => {}
            }
        }
        built.problems.append(&mut cells.problems);
    }
    if unnamed > 0 {
        built.problems.push(Problem::warning(format!(
            "{} without a patient: each volume counts as a patient of its own; write patient_id where one \
             patient has several",
            ingest::count(unnamed, "row")
        )));
    }
    Ok(built)
}

/// Where a path of the list leads: `/` joins on every system; an absolute path replaces the folder.
fn found(folder: &Path, path: &str) -> PathBuf {
    if Path::new(path).is_absolute() { Path::new(path).to_path_buf() } else { from_manifest(folder, path) }
}

/// What the headers of an image say.
fn look(folder: &Path, path: &str, uid: Option<&str>, ctx: &JobContext) -> Result<Known, DatasetError> {
    let whole = found(folder, path);
    let image = relative(folder, &whole)?;
    if !whole.is_dir() {
        let grid = ingest::read_grid(&whole)?;
        return Ok(Known { image, series_uid: None, patient: None, spacing_mm: grid.spacing_mm() });
    }
    let scan = ingest::scan(&[whole], ctx)?;
    let usable: Vec<_> = scan.series.iter().filter(|s| s.usable()).collect();
    let series = match (uid, usable.as_slice()) {
        (Some(uid), _) => scan
            .named(uid)
            .and_then(|n| scan.series.get(n))
            .ok_or_else(|| DatasetError::new(format!("{} holds no series {}", shown(path), shown(uid))))?,
        (None, [one]) => one,
        (None, []) => {
            return Err(DatasetError::new(format!("{} holds no series that is a volume", shown(path))));
        }
        (None, _) => {
            return Err(DatasetError::new(format!(
                "{} holds several series; write which in series_uid",
                shown(path)
            )));
        }
    };
    let grid = series.grid.ok_or_else(|| DatasetError::new(series.obstacle().unwrap_or("is no volume")))?;
    let patient = Some(series.patient_id.reveal().trim().to_owned()).filter(|id| !id.is_empty());
    Ok(Known { image, series_uid: Some(series.uid.clone()), patient, spacing_mm: grid.spacing_mm() })
}

fn case(
    cells: &mut Cells<'_>,
    known: &Known,
    patient: String,
    folder: &Path,
    (question, rule): (Question, LabelRule),
    n: usize,
) -> Option<Case> {
    let patient_point = cells.triple(["x", "y", "z"], "LPS millimetres");
    let voxel = cells.triple(["i", "j", "k"], "a zero-based voxel index");
    let point = match (patient_point, voxel) {
        (Some(p), None) => Some(CasePoint::Patient(Point::from_array(p.map(rounded)))),
        (None, Some(p)) => Some(CasePoint::Voxel(Point::from_array(p.map(rounded)))),
        (Some(_), Some(_)) => {
            cells.wrong(
                "i",
                "the place is given twice, in millimetres and as a voxel; leave one of them empty",
            );
            None
        }
        (None, None) => {
            if !cells.failed() {
                cells.wrong("x", "the place is missing; write x, y, z (LPS millimetres) or i, j, k (voxels)");
            }
            None
        }
    };
    let given = match cells.text("label") {
        None => None,
        Some("0") => Some(Label::Negative),
        Some("1") => Some(Label::Positive),
        Some(other) => {
            let text = format!("`{}` is no label; write 0, 1 or nothing", shown(other));
            cells.wrong("label", text);
            None
        }
    };
    let ratings = match cells.text("malignancy") {
        None => Ratings::default(),
        Some(text) => {
            let values: Option<Vec<u8>> = text.split('|').map(|r| r.trim().parse().ok()).collect();
            values.and_then(|v| Ratings::new(v).ok()).unwrap_or_else(|| {
                cells.wrong(
                    "malignancy",
                    "holds what is no rating; write whole numbers from 1 to 5, separated by |",
                );
                Ratings::default()
            })
        }
    };
    let mask = cells.text("mask").and_then(|mask| match relative(folder, &from_manifest(folder, mask)) {
        Ok(path) => Some(path),
        Err(error) => {
            cells.wrong("mask", error.to_string());
            None
        }
    });
    let fold = match cells.text("fold") {
        None => None,
        Some("-1") => Some(Fold::HeldOut),
        Some(text) => match text.parse::<u8>() {
            Ok(fold) => Some(Fold::Number(fold)),
            Err(_) => {
                cells.wrong("fold", "is no fold; write 0, 1, 2 ..., -1 for held out, or nothing");
                None
            }
        },
    };
    let diameter_mm = cells.number_in("diameter_mm", [0.1, 300.0], "millimetres");
    let More { split, prior, lesion_slices, slice_box, clinical } =
        More::read(cells, |cells, path| match relative(folder, &found(folder, path)) {
            Ok(path) => Some(path),
            Err(error) => {
                cells.wrong("prior", error.to_string());
                None
            }
        });
    if cells.failed() {
        return None;
    }
    // A label that is written wins over what the ratings would make it.
    let (label, label_rule) = match (given, rule.label(&ratings)) {
        (None, Some(label)) if question == Question::Malignancy => (Some(label), rule),
        (given, _) => (given, LabelRule::Given),
    };
    let text = |column| cells.text(column).map(str::to_owned);
    Some(Case {
        id: text("case_id").unwrap_or_else(|| format!("point-{:05}", n + 1)),
        patient,
        image: known.image.clone(),
        series_uid: known.series_uid.clone(),
        mask,
        point: point?,
        question,
        label,
        label_rule,
        ratings,
        characteristics: [None; 8],
        spacing_mm: known.spacing_mm,
        diameter_mm,
        fold,
        split,
        prior,
        lesion_slices,
        slice_box,
        clinical,
        source: "list of points".to_owned(),
        licence: text("licence").unwrap_or_default(),
        citation: text("citation").unwrap_or_default(),
    })
}
