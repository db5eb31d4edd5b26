//! The manifest: a CSV file with one row for each case. [`COLUMNS`] is its definition.

mod more;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::case::{Case, Fold, Split};
use super::error::DatasetError;
use super::places;
use super::problem::{Problem, Severity};
use super::table::{Table, shown};

/// Version of the format, in the column `manifest_version` of every row: rows of two manifests can be
/// joined, and none loses what it is.
pub const VERSION: u32 = 1;

/// A column of the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// Whether the header must have it.
    pub needed: bool,
    /// What its cells hold: unit, space, range.
    pub meaning: &'static str,
}

const fn needed(name: &'static str, meaning: &'static str) -> Column {
    Column { name, needed: true, meaning }
}

const fn free(name: &'static str, meaning: &'static str) -> Column {
    Column { name, needed: false, meaning }
}

/// Every column, in the order in which they are written. A cell may be empty unless it says otherwise.
pub const COLUMNS: [Column; 59] = [
    needed("manifest_version", "1; never empty"),
    needed("case_id", "name of the case, unlike any other; never empty"),
    needed(
        "patient_id",
        "name of the patient, no patient's data; all cases of a patient share a fold; never empty",
    ),
    needed(
        "image",
        "volume file (.nii, .nii.gz, .mhd, .mha) or folder of DICOM files, from the manifest's folder, with /; never empty",
    ),
    free("series_uid", "SeriesInstanceUID, where `image` is a folder of several series"),
    free("mask", "volume file on the image's grid, 1 in the nodule and 0 outside"),
    free("x_mm", "the nodule's place, LPS millimetres (x to the patient's left)"),
    free("y_mm", "LPS millimetres (y to the back)"),
    free("z_mm", "LPS millimetres (z to the head)"),
    free("i", "instead of x_mm, y_mm, z_mm: column, zero-based, integers at voxel centres"),
    free("j", "row, zero-based"),
    free("k", "slice, zero-based: ascending along the slice normal (DICOM), as stored (files)"),
    needed(
        "question",
        "what the label answers: `malignancy`, `point_is_nodule`, `adenocarcinoma_vs_squamous`, `adenocarcinoma_vs_granuloma` or `slice_contains_nodule`; never empty",
    ),
    needed("label", "0 no, 1 yes, empty undecided or unknown"),
    free(
        "label_rule",
        "`strict`: mean malignancy > 3 is 1, < 3 is 0, = 3 empty; `published`: > 3 is 1, <= 3 is 0; `given` (or empty): from the source",
    ),
    free(
        "malignancy",
        "every rating, 1 to 5, separated by | (a reader who outlined a nodule twice counts twice)",
    ),
    free("malignancy_mean", "derived from `malignancy`"),
    free("malignancy_sd", "derived: standard deviation of these ratings, divided by their number"),
    free("ratings", "derived: number of ratings"),
    free("subtlety", "mean over the readers: 1 extremely subtle .. 5 obvious"),
    free("sphericity", "mean: 1 linear .. 5 round"),
    free("margin", "mean: 1 poorly defined .. 5 sharp"),
    free("lobulation", "mean: 1 none .. 5 marked"),
    free("spiculation", "mean: 1 none .. 5 marked"),
    free("texture", "mean: 1 non-solid .. 3 part-solid .. 5 solid"),
    free(
        "calcification",
        "mean of kinds: 1 popcorn, 2 laminated, 3 solid, 4 non-central, 5 central, 6 absent",
    ),
    free("internal_structure", "mean of kinds: 1 soft tissue, 2 fluid, 3 fat, 4 air"),
    needed("spacing_i_mm", "distance of columns, millimetres, above 0; never empty"),
    needed("spacing_j_mm", "distance of rows; never empty"),
    needed("spacing_k_mm", "distance of slices; never empty"),
    free("diameter_mm", "mean over the readers of the largest in-plane diameter, millimetres, above 0"),
    free("fold", "0, 1, 2 ...; -1 is held out of training and validation; empty not assigned"),
    free(
        "split",
        "`train`, `validation` or `test`, where the data set is divided once; all cases of a patient share it",
    ),
    free(
        "prior",
        "an earlier series of the patient, as `image`; with the next four for networks that compare two dates",
    ),
    free("prior_series_uid", "SeriesInstanceUID, where `prior` is a folder of several series"),
    free(
        "prior_x_mm",
        "the nodule's place in the earlier series, in its own LPS millimetres; never empty beside a `prior`",
    ),
    free("prior_y_mm", "LPS millimetres in the earlier series"),
    free("prior_z_mm", "LPS millimetres in the earlier series"),
    free("prior_diameter_mm", "`diameter_mm` on the earlier date"),
    free("lesion_first", "first slice that shows the lesion, zero-based, counted as `k`"),
    free("lesion_last", "last slice that shows the lesion, counted as `k`"),
    free("box_x0_mm", "smallest x of the nodule in the axial slice through its place, LPS millimetres"),
    free("box_y0_mm", "smallest y"),
    free("box_x1_mm", "largest x"),
    free("box_y1_mm", "largest y"),
    free("sex", "`female` or `male`; this and all that follow of the patient: empty is unknown"),
    free("age_years", "18 to 120 years"),
    free("weight_kg", "20 to 300 kilograms"),
    free("t_stage", "`Tis`, `T1`, `T1a` to `T1c`, `T2`, `T2a`, `T2b`, `T3`, `T4`"),
    free("n_stage", "`N0` to `N3`"),
    free("m_stage", "`M0`, `M1`, `M1a` to `M1c`"),
    free("smoking", "`never`, `former` or `current`"),
    free(
        "race",
        "`white`, `black`, `asian`, `american_indian`, `pacific_islander` or `several_races`, as in the National Lung Screening Trial",
    ),
    free(
        "screening_result",
        "of the first screening CT, read beside earlier ones: `negative`, `minor_abnormality`, `significant_abnormality` or `positive`",
    ),
    free("screening_result_alone", "the same, read by itself"),
    free("source", "data set"),
    free("licence", "licence of the data"),
    free("citation", "what to cite"),
    free("comment", "for people; not read"),
];

/// Cases, by case id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// In ascending order of their ids.
    pub cases: Vec<Case>,
}

impl Manifest {
    /// Sorts the cases.
    pub fn new(mut cases: Vec<Case>) -> Self {
        cases.sort_by(|a, b| a.id.cmp(&b.id));
        Self { cases }
    }

    /// Reads a manifest for use: any error in it is an end.
    /// - returns: the cases, and warnings
    /// - errors: the file cannot be read or is no manifest; a row is wrong: the first such sentence
    pub fn load(path: &Path) -> Result<(Self, Vec<Problem>), DatasetError> {
        let (manifest, problems) = Self::read(path)?;
        let errors = problems.iter().filter(|p| p.severity == Severity::Error).count();
        match problems.iter().find(|p| p.severity == Severity::Error) {
            None => Ok((manifest, problems)),
            Some(first) => {
                let more = if errors > 1 { format!(", and {} more", errors - 1) } else { String::new() };
                Err(DatasetError::new(format!(
                    "{} cannot be used: {first}{more}; triscope dataset check lists all",
                    path.display()
                )))
            }
        }
    }

    /// Reads a manifest for checking: rows without errors, and everything that is wrong.
    /// - errors: the file cannot be read, is not CSV, or is no manifest
    pub fn read(path: &Path) -> Result<(Self, Vec<Problem>), DatasetError> {
        Self::from_table(Table::read(path)?, &path.display().to_string())
    }

    /// The same from the bytes of a file.
    /// - errors: as [`Self::read`]
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, Vec<Problem>), DatasetError> {
        Self::from_table(Table::from_bytes(bytes, "the file")?, "the file")
    }

    fn from_table(mut table: Table, name: &str) -> Result<(Self, Vec<Problem>), DatasetError> {
        let needed: Vec<&str> = COLUMNS.iter().filter(|c| c.needed).map(|c| c.name).collect();
        table.needs(&needed, name, "manifest")?;
        let mut problems = std::mem::take(&mut table.problems);
        for column in table.header() {
            if !COLUMNS.iter().any(|c| c.name == column) {
                let mut problem = Problem::warning("is unknown and not read");
                problem.column = Some(shown(column));
                problems.push(problem);
            }
        }
        if table.len() == 0 {
            problems.push(Problem::error("has no cases; build it again"));
        }
        let mut cases = Vec::with_capacity(table.len());
        for mut cells in table.rows() {
            if let Some(case) = rows::case(&mut cells) {
                cases.push((cells.line, case));
            }
            problems.append(&mut cells.problems);
        }
        across(&cases, &mut problems);
        problems.sort_by_key(|p| (p.line, p.severity));
        Ok((Self::new(cases.into_iter().map(|(_, case)| case).collect()), problems))
    }

    /// The bytes of the file: the same cases give the same bytes.
    /// - errors: a case that the format cannot hold, by the sentence of its first error
    pub fn to_bytes(&self) -> Result<Vec<u8>, DatasetError> {
        let bytes = rows::write(&self.cases)?;
        if self.cases.is_empty() {
            return Ok(bytes);
        }
        // What is written must be read as it was meant.
        let (again, problems) = Self::from_bytes(&bytes)?;
        match problems.iter().find(|p| p.severity == Severity::Error) {
            Some(first) => Err(DatasetError::new(format!("The manifest would not be whole: {first}"))),
            None if again != *self => Err(DatasetError::new(
                "The manifest would not say what was found: a name begins or ends with a blank",
            )),
            None => Ok(bytes),
        }
    }

    /// The cases with paths from another folder.
    /// - `prefix`: the path from there to the folder from which they are now ([`places::relative`])
    pub fn below(mut self, prefix: &str) -> Self {
        for case in &mut self.cases {
            case.image = places::below(prefix, &case.image);
            if let Some(mask) = &mut case.mask {
                *mask = places::below(prefix, mask);
            }
            if let Some(prior) = &mut case.prior {
                prior.image = places::below(prefix, &prior.image);
            }
        }
        self
    }
}

/// What only shows across rows: a case twice, a patient in two folds or splits.
fn across(cases: &[(u64, Case)], problems: &mut Vec<Problem>) {
    let mut ids: BTreeMap<&str, u64> = BTreeMap::new();
    let mut folds: BTreeMap<&str, (Option<Fold>, u64)> = BTreeMap::new();
    let mut splits: BTreeMap<&str, (Option<Split>, u64)> = BTreeMap::new();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut told_split: BTreeSet<&str> = BTreeSet::new();
    for (line, case) in cases {
        if let Some(first) = ids.insert(&case.id, *line) {
            let text = format!(
                "`{}` is there already, in line {first}; give each case a name of its own",
                shown(&case.id)
            );
            problems.push(Problem::error(text).at(*line, "case_id"));
        }
        let (fold, first) = *folds.entry(&case.patient).or_insert((case.fold, *line));
        if fold != case.fold && told.insert(&case.patient) {
            let word = |f: Option<Fold>| f.map_or("no fold".to_owned(), |f| format!("fold {f}"));
            let text = format!(
                "patient `{}` is in {} here and in {} in line {first}; put all cases of a patient into one fold",
                shown(&case.patient),
                word(case.fold),
                word(fold)
            );
            problems.push(Problem::error(text).at(*line, "fold"));
        }
        let (split, first) = *splits.entry(&case.patient).or_insert((case.split, *line));
        if split != case.split && told_split.insert(&case.patient) {
            let word = |s: Option<Split>| s.map_or("no split", Split::name);
            let text = format!(
                "patient `{}` is in {} here and in {} in line {first}; put all cases of a patient into one split",
                shown(&case.patient),
                word(case.split),
                word(split)
            );
            problems.push(Problem::error(text).at(*line, "split"));
        }
    }
}

pub(super) use more::{More, NAMES as MORE_NAMES};

#[cfg(test)]
pub(super) mod tests;
