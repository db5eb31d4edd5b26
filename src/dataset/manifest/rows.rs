//! Rows of a manifest to cases, and back.

use super::super::case::{Case, CasePoint, Characteristic, Fold, Label, LabelRule, Question, Ratings};
use super::super::error::DatasetError;
use super::super::places;
use super::super::table::{Cells, shown};
use super::more::{self, More};
use super::{COLUMNS, VERSION};
use crate::geometry::Point;

/// Finest and coarsest spacing that a CT can have, mm: beyond it a unit is wrong.
const SPACING_MM: [f64; 2] = [0.05, 20.0];
/// Largest diameter of a lesion, mm.
const MOST_DIAMETER_MM: f64 = 300.0;
/// Derived figures are written with three decimals; half of the last, and rounding of others.
const DERIVED: f64 = 1.5e-3;

/// The case of a row; `None`, with the reasons noted, where something in it is wrong.
pub(super) fn case(cells: &mut Cells<'_>) -> Option<Case> {
    let version = cells.needed("manifest_version", "1");
    if let Some(other) = version.filter(|v| *v != VERSION.to_string()) {
        cells.wrong(
            "manifest_version",
            format!("is `{}`, and this version of Triscope reads {VERSION}", shown(other)),
        );
    }
    let id = cells.needed("case_id", "a name unlike any other");
    let patient = cells.needed("patient_id", "a name that all cases of the patient share");
    let image = path(cells, "image");
    if image.is_none() && cells.text("image").is_none() {
        cells.needed("image", "the path of the volume");
    }
    let mask = path(cells, "mask");
    let point = point(cells);
    let question = word(cells, "question", &Question::ALL, Question::name);
    if cells.text("question").is_none() {
        cells.needed("question", "what the label answers, such as malignancy");
    }
    let label = label(cells);
    let label_rule = word(cells, "label_rule", &LabelRule::ALL, LabelRule::name).unwrap_or(LabelRule::Given);
    let ratings = ratings(cells);
    if let Some(ratings) = &ratings {
        derived(cells, ratings);
        agrees(cells, label, label_rule, ratings);
    }
    let characteristics = Characteristic::ALL.map(|c| {
        let [low, high] = c.scale();
        cells.number_in(c.name(), c.scale(), &format!("the mean of the readers, {low} to {high}"))
    });
    let spacing = ["spacing_i_mm", "spacing_j_mm", "spacing_k_mm"].map(|column| spacing(cells, column));
    let diameter_mm = diameter(cells, "diameter_mm");
    let fold = fold(cells);
    let More { split, prior, lesion_slices, slice_box, clinical } = More::read(cells, more::path_as_it_is);
    if cells.failed() {
        return None;
    }
    let text = |column| cells.text(column).map(str::to_owned);
    let [i, j, k] = spacing;
    Some(Case {
        id: id?.to_owned(),
        patient: patient?.to_owned(),
        image: image?,
        series_uid: text("series_uid"),
        mask,
        point: point?,
        question: question?,
        label,
        label_rule,
        ratings: ratings.unwrap_or_default(),
        characteristics,
        spacing_mm: [i?, j?, k?],
        diameter_mm,
        fold,
        split,
        prior,
        lesion_slices,
        slice_box,
        clinical,
        source: text("source").unwrap_or_default(),
        licence: text("licence").unwrap_or_default(),
        citation: text("citation").unwrap_or_default(),
    })
}

fn path(cells: &mut Cells<'_>, column: &str) -> Option<String> {
    let path = cells.text(column)?;
    if let Some(fault) = places::fault(path) {
        cells.wrong(column, format!("`{}` {fault}", shown(path)));
        return None;
    }
    Some(path.to_owned())
}

fn point(cells: &mut Cells<'_>) -> Option<CasePoint> {
    let patient = cells.triple(["x_mm", "y_mm", "z_mm"], "LPS millimetres");
    let voxel = cells.triple(["i", "j", "k"], "a zero-based voxel index");
    match (patient, voxel) {
        (Some(_), Some(_)) => {
            cells.wrong(
                "i",
                "the place is given twice, in millimetres and as a voxel; leave one of them empty",
            );
            None
        }
        (Some(p), None) => Some(CasePoint::Patient(Point::from_array(p))),
        (None, Some(p)) => Some(CasePoint::Voxel(Point::from_array(p))),
        (None, None) => {
            if !cells.failed() {
                cells.wrong("x_mm", "the place is missing; write x_mm, y_mm, z_mm (LPS) or i, j, k (voxels)");
            }
            None
        }
    }
}

/// One of a few words.
pub(super) fn word<T: Copy>(
    cells: &mut Cells<'_>,
    column: &str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Option<T> {
    let text = cells.text(column)?;
    let found = all.iter().copied().find(|t| name(*t) == text);
    if found.is_none() {
        let words = all.iter().map(|t| name(*t)).collect::<Vec<_>>().join(", ");
        cells.wrong(column, format!("`{}` is not known; write one of {words}", shown(text)));
    }
    found
}

fn label(cells: &mut Cells<'_>) -> Option<Label> {
    match cells.text("label")? {
        "0" => Some(Label::Negative),
        "1" => Some(Label::Positive),
        other => {
            cells.wrong("label", format!("`{}` is no label; write 0, 1 or nothing", shown(other)));
            None
        }
    }
}

fn ratings(cells: &mut Cells<'_>) -> Option<Ratings> {
    let Some(text) = cells.text("malignancy") else { return Some(Ratings::default()) };
    let values: Result<Vec<u8>, &str> =
        text.split('|').map(|part| part.trim().parse::<u8>().map_err(|_| part)).collect();
    let wrong = match values.map(Ratings::new) {
        Ok(Ok(ratings)) => return Some(ratings),
        Ok(Err(rating)) => rating.to_string(),
        Err(part) => shown(part),
    };
    cells.wrong(
        "malignancy",
        format!("`{wrong}` is no rating; write whole numbers from 1 to 5, separated by |, such as 2|3|4"),
    );
    None
}

/// Derived columns must say what they are derived from.
fn derived(cells: &mut Cells<'_>, ratings: &Ratings) {
    let count = (!ratings.values().is_empty()).then_some(ratings.values().len() as f64);
    for (column, value) in
        [("malignancy_mean", ratings.mean()), ("malignancy_sd", ratings.spread()), ("ratings", count)]
    {
        let Some(given) = cells.number(column, "a number, or nothing: it is derived from malignancy") else {
            continue;
        };
        match value {
            None => cells.odd(column, "is not used: it is derived from malignancy, which is empty"),
            Some(value) if (given - value).abs() > DERIVED => {
                cells.wrong(
                    column,
                    format!("is {given}, and the ratings give {}; leave it empty", short(value, 3)),
                );
            }
            Some(_) => {}
        }
    }
}

fn agrees(cells: &mut Cells<'_>, label: Option<Label>, rule: LabelRule, ratings: &Ratings) {
    // A label that could not be read is told already.
    let unread = label.is_none() && cells.text("label").is_some();
    if rule == LabelRule::Given || unread {
        return;
    }
    let expected = rule.label(ratings);
    if expected != label {
        let word = |l| match l {
            Some(Label::Positive) => "1",
            Some(Label::Negative) => "0",
            None => "empty",
        };
        cells.wrong(
            "label",
            format!(
                "is {}, and the rule `{}` makes it {}; correct it, or write `given` as its rule",
                word(label),
                rule.name(),
                word(expected)
            ),
        );
    }
}

fn spacing(cells: &mut Cells<'_>, column: &str) -> Option<f64> {
    const WHAT: &str = "the distance of voxel centres in millimetres";
    cells.needed(column, WHAT)?;
    let mm = cells.number(column, WHAT)?;
    let [low, high] = SPACING_MM;
    if mm <= 0.0 {
        cells.wrong(column, format!("{mm} is no spacing; write {WHAT}, above 0"));
    } else if !(low..=high).contains(&mm) {
        cells.wrong(column, format!("{mm} mm is no spacing of a CT; write {WHAT}, not in another unit"));
    } else {
        return Some(mm);
    }
    None
}

pub(super) fn diameter(cells: &mut Cells<'_>, column: &str) -> Option<f64> {
    let mm = cells.number(column, "millimetres")?;
    if mm > 0.0 && mm <= MOST_DIAMETER_MM {
        return Some(mm);
    }
    cells.wrong(column, format!("{mm} is no diameter of a nodule; write millimetres, above 0"));
    None
}

fn fold(cells: &mut Cells<'_>) -> Option<Fold> {
    let text = cells.text("fold")?;
    if text == "-1" {
        return Some(Fold::HeldOut);
    }
    match text.parse::<u8>() {
        Ok(n) if n < super::super::MOST_FOLDS => Some(Fold::Number(n)),
        _ => {
            let text =
                format!("`{}` is no fold; write 0, 1, 2 ..., -1 for held out, or nothing", shown(text));
            cells.wrong("fold", text);
            None
        }
    }
}

/// With so many decimals at most, and no zeros at the end.
fn short(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The file of these cases.
pub(super) fn write(cases: &[Case]) -> Result<Vec<u8>, DatasetError> {
    let failed = |why: String| DatasetError::new(format!("The manifest could not be written: {why}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Columns of which most data sets know nothing are left out where no case has anything in them.
    let written: Vec<&str> = COLUMNS
        .iter()
        .map(|c| c.name)
        .filter(|name| {
            !more::NAMES.contains(name) || cases.iter().any(|case| !more::cell(case, name).is_empty())
        })
        .collect();
    writer.write_record(&written).map_err(|e| failed(e.to_string()))?;
    for case in cases {
        writer.write_record(written.iter().map(|c| cell(case, c))).map_err(|e| failed(e.to_string()))?;
    }
    writer.into_inner().map_err(|e| failed(e.to_string()))
}

/// What stands in a column. Numbers are the shortest that read back the same.
fn cell(case: &Case, column: &str) -> String {
    let number = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
    let of_point = |patient: bool, axis: usize| {
        let p = match case.point {
            CasePoint::Patient(p) if patient => p.to_array(),
            CasePoint::Voxel(p) if !patient => p.to_array(),
            _ => return String::new(),
        };
        number(p.get(axis).copied())
    };
    let [si, sj, sk] = case.spacing_mm;
    match column {
        "manifest_version" => VERSION.to_string(),
        "case_id" => case.id.clone(),
        "patient_id" => case.patient.clone(),
        "image" => case.image.clone(),
        "series_uid" => case.series_uid.clone().unwrap_or_default(),
        "mask" => case.mask.clone().unwrap_or_default(),
        "x_mm" => of_point(true, 0),
        "y_mm" => of_point(true, 1),
        "z_mm" => of_point(true, 2),
        "i" => of_point(false, 0),
        "j" => of_point(false, 1),
        "k" => of_point(false, 2),
        "question" => case.question.name().to_owned(),
        "label" => match case.label {
            Some(Label::Positive) => "1".to_owned(),
            Some(Label::Negative) => "0".to_owned(),
            None => String::new(),
        },
        "label_rule" => case.label_rule.name().to_owned(),
        "malignancy" => case.ratings.values().iter().map(u8::to_string).collect::<Vec<_>>().join("|"),
        "malignancy_mean" => case.ratings.mean().map(|v| short(v, 3)).unwrap_or_default(),
        "malignancy_sd" => case.ratings.spread().map(|v| short(v, 3)).unwrap_or_default(),
        "ratings" if case.ratings.values().is_empty() => String::new(),
        "ratings" => case.ratings.values().len().to_string(),
        "spacing_i_mm" => si.to_string(),
        "spacing_j_mm" => sj.to_string(),
        "spacing_k_mm" => sk.to_string(),
        "diameter_mm" => number(case.diameter_mm),
        "fold" => case.fold.map(|f| f.to_string()).unwrap_or_default(),
        "source" => case.source.clone(),
        "licence" => case.licence.clone(),
        "citation" => case.citation.clone(),
        other if more::NAMES.contains(&other) => more::cell(case, other),
        other => {
            let which = Characteristic::ALL.into_iter().find(|c| c.name() == other);
            number(which.and_then(|c| case.characteristic(c)))
        }
    }
}
