//! A manifest of LIDC-IDRI: readings matched to series, joined into nodules, placed in the patient.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::cluster::cluster;
use super::readings::{Reading, ReadingFile, read_readings};
use super::{CITATION, LICENCE, SOURCE};
use crate::clinical::ClinicalFields;
use crate::dataset::Built;
use crate::dataset::case::{Case, CasePoint, Characteristic, LabelRule, Question, Ratings, rounded};
use crate::dataset::error::DatasetError;
use crate::dataset::folds::fixed_folds;
use crate::dataset::places::relative;
use crate::dataset::problem::Problem;
use crate::geometry::{Point, VoxelGrid};
use crate::ingest::{self, Series};
use crate::jobs::JobContext;

/// Most readers of one nodule.
const MOST_READERS: usize = 4;
/// How many problems of one kind are told singly.
const TOLD: usize = 20;

/// Builds from a folder that holds DICOM series and XML files of readings, in any arrangement.
///
/// Every nodule of 3 mm and more becomes a case, whatever the number of its readers; its point is the
/// mean of the readers' centroids. Patients of the fixed list ([`fixed_folds`]) get their fold where
/// `fixed` is true; the others have none yet.
/// - errors: there is no series, or no file of readings; a cancel
pub fn build_lidc(
    root: &Path,
    rule: LabelRule,
    fixed: bool,
    ctx: &JobContext,
) -> Result<Built, DatasetError> {
    let mut built = Built::default();
    let files = readings_below(root, &mut built.problems, ctx)?;
    if files.is_empty() {
        return Err(DatasetError::new(format!(
            "{} holds no readings of LIDC-IDRI (.xml); download LIDC-XML-only as well and put it there",
            root.display()
        )));
    }
    let scan = ingest::scan(&[root.to_path_buf()], ctx)?;
    let mut patients = Patients::default();
    let (mut without_series, mut without_readings) = (Vec::new(), 0usize);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let series: Vec<&Series> = {
        let mut all: Vec<&Series> = scan.series.iter().filter(|s| s.is_ct()).collect();
        all.sort_by(|a, b| a.uid.cmp(&b.uid));
        all
    };
    for (n, one) in series.iter().enumerate() {
        ctx.step("Joining readings", n as f32 / series.len() as f32)?;
        let uid = one.uid.split('#').next().unwrap_or_default();
        let Some(file) = files.get(uid) else {
            without_readings += 1;
            continue;
        };
        if seen.insert(uid) {
            of_series(root, one, file, rule, &mut patients, &mut built);
        }
    }
    without_series.extend(files.keys().filter(|uid| !seen.contains(uid.as_str())));
    for (n, what) in [
        (without_series.len(), "file of readings without its series"),
        (without_readings, "CT series without readings"),
    ] {
        if n > 0 {
            let word = if n == 1 { "is" } else { "are" };
            built.problems.push(Problem::warning(format!("{n} {what} {word} in the folder and left out")));
        }
    }
    if fixed {
        let folds = fixed_folds();
        for case in &mut built.cases {
            case.fold = folds.get(case.patient.as_str()).copied();
        }
    }
    if built.cases.is_empty() {
        return Err(DatasetError::new(format!(
            "{} holds no series together with its readings; both belong into one folder",
            root.display()
        )));
    }
    Ok(built)
}

/// Readings by series. Copies of a file are one; two that differ are said.
fn readings_below(
    root: &Path,
    problems: &mut Vec<Problem>,
    ctx: &JobContext,
) -> Result<BTreeMap<String, ReadingFile>, DatasetError> {
    if !root.is_dir() {
        return Err(DatasetError::new(format!("{} is no folder", root.display())));
    }
    ctx.step("Looking for readings", 0.0)?;
    let mut found: BTreeMap<String, ReadingFile> = BTreeMap::new();
    for entry in WalkDir::new(root).follow_links(true).sort_by_file_name() {
        ctx.check()?;
        // What cannot be listed shows as a series without readings.
        let Ok(entry) = entry else { continue };
        let is_xml = entry.path().extension().is_some_and(|e| e.eq_ignore_ascii_case("xml"));
        if !is_xml || !entry.file_type().is_file() {
            continue;
        }
        match read_readings(entry.path()) {
            Ok(None) => {}
            Ok(Some(file)) => {
                let uid = file.series_uid.clone();
                let known = found.entry(uid).or_insert_with(|| file.clone());
                if *known != file {
                    problems.push(Problem::warning(format!(
                        "{} differs from another file of readings of its series; the first is used",
                        entry.path().display()
                    )));
                }
            }
            Err(DatasetError::Cancelled(cancelled)) => return Err(cancelled.into()),
            Err(error) => problems.push(Problem::warning(format!("{error}; left out"))),
        }
    }
    Ok(found)
}

/// Names for patients: LIDC-IDRI's own, or numbers where the files bear other names.
#[derive(Default)]
struct Patients {
    numbered: BTreeMap<String, String>,
    /// Scans of each so far.
    scans: BTreeMap<String, usize>,
}

impl Patients {
    fn name(&mut self, series: &Series) -> String {
        // Public names of the data set; anything else could be a person's.
        let id = series.patient_id.reveal().trim();
        let number =
            id.strip_prefix("LIDC-IDRI-").filter(|n| n.len() == 4 && n.bytes().all(|b| b.is_ascii_digit()));
        if number.is_some() {
            return id.to_owned();
        }
        let key = if id.is_empty() { series.uid.clone() } else { id.to_owned() };
        let next = format!("P{:04}", self.numbered.len() + 1);
        self.numbered.entry(key).or_insert(next).clone()
    }
}

fn of_series(
    root: &Path,
    series: &Series,
    file: &ReadingFile,
    rule: LabelRule,
    patients: &mut Patients,
    built: &mut Built,
) {
    let patient = patients.name(series);
    let scan = patients.scans.entry(patient.clone()).or_default();
    *scan += 1;
    // The first scan of a patient needs no number: almost all have one.
    let name = if *scan == 1 { patient.clone() } else { format!("{patient}-s{scan}") };
    let about = |text: &str| format!("{name}: {text}");
    for text in file.oddities.iter().take(TOLD) {
        built.problems.push(Problem::warning(about(text)));
    }
    let (Some(grid), Some(image)) = (series.grid, folder_of(root, series)) else {
        let why = series.obstacle().unwrap_or("its files lie in no common folder below the given one");
        built.problems.push(Problem::warning(format!("{} and was left out: {why}", about("cannot be used"))));
        return;
    };
    let readings: Vec<Reading> = file.readings.iter().filter(|r| r.malignancy.is_some()).cloned().collect();
    let spacing_mm = grid.spacing_mm();
    let [si, sj, sk] = spacing_mm;
    let thickness_mm = series.slice_thickness_mm.unwrap_or_else(|| {
        built.problems.push(Problem::warning(about(
            "the files do not say Slice Thickness; readings were joined within the distance of slices instead",
        )));
        sk
    });
    for (n, group) in cluster(&readings, [si, sj], thickness_mm).iter().enumerate() {
        let group: Vec<&Reading> = group.iter().filter_map(|n| readings.get(*n)).collect();
        let id = format!("{name}-n{:02}", n + 1);
        if group.len() > MOST_READERS {
            built.problems.push(Problem::warning(format!(
                "{id} has {} readings of four readers: nodules that touch could not be parted",
                group.len()
            )));
        }
        match place(&group, &grid) {
            Ok(point) => {
                built.cases.push(case(id, &patient, &image, series, &group, point, rule, spacing_mm));
            }
            Err(why) => built.problems.push(Problem::warning(format!("{id} was left out: it {why}"))),
        }
    }
}

/// The folder below which all slices of the series lie, from `root`.
fn folder_of(root: &Path, series: &Series) -> Option<String> {
    let mut folders = series.files.iter().filter_map(|f| f.parent());
    let first = folders.next()?.to_path_buf();
    let common: PathBuf = folders.fold(first, |common, folder| {
        common.components().zip(folder.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
    });
    relative(root, &common).ok()
}

/// Mean of the readers' centroids in patient space.
fn place(group: &[&Reading], grid: &VoxelGrid) -> Result<CasePoint, &'static str> {
    let centroids: Vec<[f64; 3]> = group.iter().filter_map(|r| r.centroid()).collect();
    let n = centroids.len() as f64;
    let mut mean = [0.0; 3];
    for centroid in &centroids {
        for (a, b) in mean.iter_mut().zip(centroid) {
            *a += b / n;
        }
    }
    let [i, j, z_mm] = mean;
    let [.., along] = grid.patient_from_voxel().axes();
    // Readings name slices by z: only an axial stack has one z a slice.
    if along.z.abs() < 0.9 * along.length() {
        return Err("cannot be placed, because its series is no axial stack, and readings name slices by z");
    }
    let [at_i, at_j, _] = grid.patient_from_voxel().axes();
    let origin = grid.patient_from_voxel().origin();
    let k = (z_mm - origin.z - i * at_i.z - j * at_j.z) / along.z;
    let point = Point::new(i, j, k);
    if grid.voxel_at(point).is_none() {
        return Err("lies outside its series: the readings belong to another one, or slices are missing");
    }
    let p = grid.patient_from_voxel() * point;
    Ok(CasePoint::Patient(Point::from_array(p.to_array().map(rounded))))
}

#[expect(clippy::too_many_arguments, reason = "a row has many columns; each comes from elsewhere")]
fn case(
    id: String,
    patient: &str,
    image: &str,
    series: &Series,
    group: &[&Reading],
    point: CasePoint,
    rule: LabelRule,
    spacing_mm: [f64; 3],
) -> Case {
    // On the scale: the reader of the XML leaves out others.
    let ratings = Ratings::new(group.iter().filter_map(|r| r.malignancy).collect()).unwrap_or_default();
    let mean = |values: Vec<f64>| {
        (!values.is_empty()).then(|| rounded(values.iter().sum::<f64>() / values.len() as f64))
    };
    let characteristics = Characteristic::ALL.map(|c| {
        mean(
            group
                .iter()
                .filter_map(|r| r.characteristics.get(c.index()).copied().flatten())
                .map(f64::from)
                .collect(),
        )
    });
    let [si, sj, _] = spacing_mm;
    Case {
        id,
        patient: patient.to_owned(),
        image: image.to_owned(),
        series_uid: Some(series.uid.clone()),
        mask: None,
        point,
        question: Question::Malignancy,
        label: rule.label(&ratings),
        label_rule: rule,
        ratings,
        characteristics,
        spacing_mm,
        diameter_mm: mean(group.iter().map(|r| r.diameter_mm([si, sj])).collect()),
        fold: None,
        split: None,
        prior: None,
        lesion_slices: None,
        slice_box: None,
        clinical: ClinicalFields::default(),
        source: SOURCE.to_owned(),
        licence: LICENCE.to_owned(),
        citation: CITATION.to_owned(),
    }
}

#[cfg(test)]
mod tests;
