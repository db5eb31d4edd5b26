//! The cases that were taken for the other class, and where they lie on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{ReviewError, name};
use crate::dataset::{Case, Manifest, from_manifest};
use crate::ingest::Private;
use crate::session::{CasePlace, Missed, MissedCases, ReportPart, Severity};

/// Heading and cases; a note instead where they cannot be told.
/// - `manifest`: its path from the folder, as the evaluation wrote it
/// - `data`: its file name
pub(super) fn part(
    folder: &Path,
    manifest: Option<&str>,
    data: &str,
    notes: &mut Vec<(Severity, String)>,
) -> Vec<ReportPart> {
    let cases = match missed(&folder.join("predictions.csv")) {
        Ok(cases) => cases,
        Err(error) => {
            notes.push((Severity::Error, error.to_string()));
            return Vec::new();
        }
    };
    let mut cases = cases;
    let (wrong, right) = (cases.all().count(), "No nodule stands on the wrong side of a probability of 0.5.");
    let about = if wrong == 0 { right } else { "At a probability of 0.5 as answered, the most wrong first." };
    cases.manifest = Some(places(folder, manifest, data, &mut cases));
    vec![ReportPart::Heading("Misclassified".to_owned(), about.to_owned()), ReportPart::Missed(cases)]
}

/// The cases of the table that have a label and an answer on its wrong side.
fn missed(file: &Path) -> Result<MissedCases, ReviewError> {
    let fault = |e: &dyn std::fmt::Display| {
        ReviewError::new(format!("predictions.csv cannot be read ({e}): misclassified cases are not shown"))
    };
    let mut reader = csv::Reader::from_path(file).map_err(|e| fault(&e))?;
    let head = reader.headers().map_err(|e| fault(&e))?.clone();
    let place = |column: &str| {
        let at = head.iter().position(|name| name == column);
        at.ok_or_else(|| fault(&format!("it has no column {column}")))
    };
    let [case, label, probability, ratings, diameter] =
        [place("case")?, place("label")?, place("probability")?, place("ratings")?, place("diameter_mm")?];
    let mut found = MissedCases::default();
    for record in reader.records() {
        let record = record.map_err(|e| fault(&e))?;
        let field = |at: usize| record.get(at).unwrap_or_default();
        let malignant = match field(label) {
            "1" => true,
            "0" => false,
            _ => continue,
        };
        // Folds that are not finished have left it empty.
        let Ok(probability) = field(probability).parse::<f64>() else { continue };
        if (probability >= 0.5) == malignant {
            continue;
        }
        let missed = Missed {
            case: field(case).to_owned(),
            probability,
            ratings: field(ratings).split('|').filter_map(|r| r.parse().ok()).collect(),
            diameter_mm: field(diameter).parse().ok(),
            place: None,
        };
        if malignant { found.false_negatives.push(missed) } else { found.false_positives.push(missed) }
    }
    found.false_positives.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    found.false_negatives.sort_by(|a, b| a.probability.total_cmp(&b.probability));
    Ok(found)
}

/// Finds the cases in the manifest.
fn places(
    folder: &Path,
    manifest: Option<&str>,
    data: &str,
    cases: &mut MissedCases,
) -> Result<Private<PathBuf>, String> {
    let beside = [Some(folder.join(data)), folder.parent().map(|up| up.join(data))];
    let named = manifest.map(|path| from_manifest(folder, path));
    let file = named.into_iter().chain(beside.into_iter().flatten()).find(|file| file.is_file()).ok_or_else(|| {
        format!(
            "The manifest {data} is not where it was: there are no pictures of these cases. Put it beside {}, \
             with its volumes where it says",
            name(folder)
        )
    })?;
    let (read, _) = Manifest::load(&file).map_err(|e| e.to_string())?;
    let by_id: BTreeMap<&str, &Case> = read.cases.iter().map(|case| (case.id.as_str(), case)).collect();
    let home = file.parent().unwrap_or(Path::new("."));
    for missed in cases.false_positives.iter_mut().chain(&mut cases.false_negatives) {
        missed.place = by_id.get(missed.case.as_str()).map(|case| CasePlace {
            image: Private::new(from_manifest(home, &case.image)),
            series_uid: case.series_uid.clone(),
            point: case.point,
        });
    }
    Ok(Private::new(file))
}
