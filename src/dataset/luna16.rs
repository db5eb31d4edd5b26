//! LUNA16: scans of LIDC-IDRI as MetaImage in `subset0` .. `subset9`, with `annotations.csv` (nodules)
//! and `candidates_V2.csv` (places that a detector proposed). Its question is whether there is a nodule,
//! not whether it is malignant.
//!
//! Source: Setio et al., Medical Image Analysis 42:1-13, 2017; luna16.grand-challenge.org/Data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::Built;
use super::case::{Case, CasePoint, Fold, Label, LabelRule, Question, Ratings, rounded};
use super::error::DatasetError;
use super::places::relative;
use super::problem::Problem;
use super::table::{Cells, Table};
use crate::clinical::ClinicalFields;
use crate::geometry::{Point, VoxelGrid};
use crate::ingest;
use crate::jobs::JobContext;

const LICENCE: &str = "CC BY 4.0 (scans CC BY 3.0)";
const CITATION: &str = "doi:10.1016/j.media.2017.06.015; doi:10.7937/K9/TCIA.2015.LO9QL9SX";

/// A scan of the folder.
struct Scan {
    image: String,
    grid: VoxelGrid,
    fold: Option<Fold>,
}

/// Builds from a folder of LUNA16, whole or in part: nodules of `annotations.csv` are positive, the
/// candidates of class 0 negative. Without annotations the candidates of class 1 are the positive ones
/// (several may mark one nodule).
///
/// Scans lie anywhere below `root`; their subset is their fold. LUNA16 does not name patients, so the
/// series stands for its patient, which is said.
/// - errors: neither table nor scan is there; a cancel
pub fn build_luna16(root: &Path, ctx: &JobContext) -> Result<Built, DatasetError> {
    let (tables, headers) = find(root, ctx)?;
    let table = |name: &str| tables.get(name);
    let candidates = table("candidates_v2.csv").or(table("candidates.csv"));
    let annotations = table("annotations.csv");
    if candidates.is_none() && annotations.is_none() {
        return Err(DatasetError::new(format!(
            "{} holds neither annotations.csv nor candidates_V2.csv; choose the folder of LUNA16",
            root.display()
        )));
    }
    if headers.is_empty() {
        return Err(DatasetError::new(format!(
            "{} holds no .mhd files; unpack LUNA16's subsets there",
            root.display()
        )));
    }
    let mut built = Built::default();
    let scans = scans(root, &headers, &mut built.problems, ctx)?;
    let mut absent = 0;
    if let Some(path) = annotations {
        let rows =
            Rows { path, needed: &["seriesuid", "coordX", "coordY", "coordZ", "diameter_mm"], mark: 'a' };
        absent += rows.read(&scans, &mut built, ctx, |cells| {
            let mm = cells.number_in("diameter_mm", [0.1, 300.0], "millimetres");
            Some((Label::Positive, mm))
        })?;
    }
    if let Some(path) = candidates {
        let rows = Rows { path, needed: &["seriesuid", "coordX", "coordY", "coordZ", "class"], mark: 'c' };
        absent += rows.read(&scans, &mut built, ctx, |cells| match cells.text("class") {
            Some("0") => Some((Label::Negative, None)),
            Some("1") if annotations.is_none() => Some((Label::Positive, None)),
            Some("1") => None,
            _ => {
                cells.wrong("class", "is neither 0 nor 1");
                None
            }
        })?;
    }
    if absent > 0 {
        let rows = ingest::count(absent, "row");
        built.problems.push(Problem::warning(format!("{rows} left out, whose scans are not in the folder")));
    }
    built
        .problems
        .push(Problem::warning("LUNA16 does not name patients: each series stands for a patient of its own"));
    Ok(built)
}

/// Tables by name in lower case, and `.mhd` files.
fn find(root: &Path, ctx: &JobContext) -> Result<(BTreeMap<String, PathBuf>, Vec<PathBuf>), DatasetError> {
    if !root.is_dir() {
        return Err(DatasetError::new(format!("{} is no folder", root.display())));
    }
    let (mut tables, mut headers) = (BTreeMap::new(), Vec::new());
    for entry in WalkDir::new(root).follow_links(true).sort_by_file_name() {
        ctx.check()?;
        // What cannot be listed cannot be used; scans that are missing are said by row.
        let Ok(entry) = entry else { continue };
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if name.ends_with(".mhd") {
            headers.push(entry.into_path());
        } else if ["annotations.csv", "candidates.csv", "candidates_v2.csv"].contains(&name.as_str()) {
            tables.entry(name).or_insert_with(|| entry.into_path());
        }
    }
    Ok((tables, headers))
}

fn scans(
    root: &Path,
    headers: &[PathBuf],
    problems: &mut Vec<Problem>,
    ctx: &JobContext,
) -> Result<BTreeMap<String, Scan>, DatasetError> {
    let mut scans = BTreeMap::new();
    for (n, path) in headers.iter().enumerate() {
        ctx.step("Reading headers", n as f32 / headers.len() as f32)?;
        let (Some(uid), Ok(image)) = (path.file_stem().and_then(|s| s.to_str()), relative(root, path)) else {
            continue;
        };
        // Lung masks bear the same names as the scans.
        if image.to_lowercase().contains("seg-lungs") {
            continue;
        }
        match ingest::read_grid(path) {
            Ok(grid) => {
                let fold = subset(&image).map(Fold::Number);
                scans.entry(uid.to_owned()).or_insert(Scan { image, grid, fold });
            }
            Err(error) => problems.push(Problem::warning(format!("{error}; left out"))),
        }
    }
    Ok(scans)
}

/// The number in the folder's name `subsetN`.
fn subset(image: &str) -> Option<u8> {
    image.split('/').rev().find_map(|part| part.strip_prefix("subset")?.parse().ok()).filter(|n| *n < 10)
}

/// One of the two tables.
struct Rows<'a> {
    path: &'a Path,
    needed: &'a [&'a str],
    /// Between `luna16-` and the number of the row in the case's id.
    mark: char,
}

impl Rows<'_> {
    /// Adds the cases of a table; returns how many rows are of scans that are not there.
    fn read(
        &self,
        scans: &BTreeMap<String, Scan>,
        built: &mut Built,
        ctx: &JobContext,
        label: impl Fn(&mut Cells<'_>) -> Option<(Label, Option<f64>)>,
    ) -> Result<usize, DatasetError> {
        let mut table = Table::read(self.path)?;
        table.needs(self.needed, &self.path.display().to_string(), "table of LUNA16")?;
        built.problems.append(&mut table.problems);
        let mut absent = 0;
        for (n, mut cells) in table.rows().enumerate() {
            if n % 1000 == 0 {
                ctx.check()?;
            }
            let uid = cells.needed("seriesuid", "the series").unwrap_or_default();
            let point = cells.triple(["coordX", "coordY", "coordZ"], "LPS millimetres");
            let label = label(&mut cells);
            let failed = cells.failed();
            built.problems.append(&mut cells.problems);
            let (Some(point), Some((label, diameter_mm)), false) = (point, label, failed) else { continue };
            let Some(scan) = scans.get(uid) else {
                absent += 1;
                continue;
            };
            built.cases.push(Case {
                id: format!("luna16-{}{:06}", self.mark, n + 1),
                patient: uid.to_owned(),
                image: scan.image.clone(),
                series_uid: None,
                mask: None,
                point: CasePoint::Patient(Point::from_array(point.map(rounded))),
                question: Question::PointIsNodule,
                label: Some(label),
                label_rule: LabelRule::Given,
                ratings: Ratings::default(),
                characteristics: [None; 8],
                spacing_mm: scan.grid.spacing_mm(),
                diameter_mm: diameter_mm.map(rounded),
                fold: scan.fold,
                split: None,
                prior: None,
                lesion_slices: None,
                slice_box: None,
                clinical: ClinicalFields::default(),
                source: "LUNA16".to_owned(),
                licence: LICENCE.to_owned(),
                citation: CITATION.to_owned(),
            });
        }
        Ok(absent)
    }
}
