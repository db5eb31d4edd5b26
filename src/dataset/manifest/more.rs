//! Columns that some networks need besides a place and a label: the split, an earlier series, the
//! slices of the lesion, a box in the slice, clinical fields. All of them may be missing or empty.

use super::super::case::{Case, Prior, SliceBox, Split};
use super::super::places;
use super::super::table::{Cells, shown};
use super::rows::{diameter, word};
use crate::clinical::{
    ClinicalFields, FieldName, MStage, NStage, Race, ScreeningResult, Sex, Smoking, TStage,
};
use crate::geometry::Point;

/// Columns that are written only where a case has something in them.
pub(in crate::dataset) const NAMES: [&str; 23] = [
    "split",
    "prior",
    "prior_series_uid",
    "prior_x_mm",
    "prior_y_mm",
    "prior_z_mm",
    "prior_diameter_mm",
    "lesion_first",
    "lesion_last",
    "box_x0_mm",
    "box_y0_mm",
    "box_x1_mm",
    "box_y1_mm",
    "sex",
    "age_years",
    "weight_kg",
    "t_stage",
    "n_stage",
    "m_stage",
    "smoking",
    "race",
    "screening_result",
    "screening_result_alone",
];

const PRIOR_POINT: [&str; 3] = ["prior_x_mm", "prior_y_mm", "prior_z_mm"];
const BOX: [&str; 4] = ["box_x0_mm", "box_y0_mm", "box_x1_mm", "box_y1_mm"];
const LESION: [&str; 2] = ["lesion_first", "lesion_last"];
/// More slices than any series has.
const MOST_SLICES: f64 = 100_000.0;

/// What a row says in these columns; what is wrong is noted in `cells`.
#[derive(Debug, Default)]
pub(in crate::dataset) struct More {
    pub split: Option<Split>,
    pub prior: Option<Prior>,
    pub lesion_slices: Option<[usize; 2]>,
    pub slice_box: Option<SliceBox>,
    pub clinical: ClinicalFields,
}

impl More {
    /// - `path`: makes the path of the earlier series what a manifest holds, or notes why not
    pub(in crate::dataset) fn read(
        cells: &mut Cells<'_>,
        path: impl FnOnce(&mut Cells<'_>, &str) -> Option<String>,
    ) -> Self {
        Self {
            split: word(cells, "split", &Split::ALL, Split::name),
            prior: prior(cells, path),
            lesion_slices: lesion_slices(cells),
            slice_box: slice_box(cells),
            clinical: clinical(cells),
        }
    }
}

/// A path that can stand in a manifest as it is.
pub(super) fn path_as_it_is(cells: &mut Cells<'_>, path: &str) -> Option<String> {
    if let Some(fault) = places::fault(path) {
        cells.wrong("prior", format!("`{}` {fault}", shown(path)));
        return None;
    }
    Some(path.to_owned())
}

fn prior(cells: &mut Cells<'_>, path: impl FnOnce(&mut Cells<'_>, &str) -> Option<String>) -> Option<Prior> {
    let point = cells.triple(PRIOR_POINT, "LPS millimetres in the earlier series");
    let given = PRIOR_POINT.iter().any(|c| cells.text(c).is_some());
    let series_uid = cells.text("prior_series_uid").map(str::to_owned);
    let diameter_mm = diameter(cells, "prior_diameter_mm");
    let Some(text) = cells.text("prior") else {
        if given || series_uid.is_some() || cells.text("prior_diameter_mm").is_some() {
            cells.wrong(
                "prior",
                "is empty, and the other columns of the earlier series are not; write its path",
            );
        }
        return None;
    };
    if !given {
        cells.wrong(
            "prior_x_mm",
            "the place in the earlier series is missing; write prior_x_mm, prior_y_mm, prior_z_mm (LPS)",
        );
    }
    if cells.text("image") == Some(text) && cells.text("series_uid") == series_uid.as_deref() {
        cells.wrong("prior", "is the image itself; write the earlier series, or nothing");
        return None;
    }
    let image = path(cells, text)?;
    Some(Prior { image, series_uid, point: Point::from_array(point?), diameter_mm })
}

fn lesion_slices(cells: &mut Cells<'_>) -> Option<[usize; 2]> {
    let given = LESION.map(|c| cells.text(c).is_some());
    if given == [false; 2] {
        return None;
    }
    let mut slice = |column| {
        const WHAT: &str = "the number of a slice, counted from zero";
        cells.needed(column, WHAT)?;
        let number = cells.number_in(column, [0.0, MOST_SLICES], WHAT)?;
        if number.fract() != 0.0 {
            cells.wrong(column, format!("{number} is between two slices; write {WHAT}"));
            return None;
        }
        // Whole and within bounds.
        Some(number as usize)
    };
    let [first, last] = LESION.map(&mut slice);
    let (first, last) = (first?, last?);
    if first > last {
        cells.wrong("lesion_first", format!("{first} comes after lesion_last, {last}; exchange them"));
        return None;
    }
    Some([first, last])
}

fn slice_box(cells: &mut Cells<'_>) -> Option<SliceBox> {
    if BOX.iter().all(|c| cells.text(c).is_none()) {
        return None;
    }
    let [x0, y0, x1, y1] = BOX.map(|column| {
        const WHAT: &str = "LPS millimetres";
        cells.needed(column, WHAT)?;
        cells.number(column, WHAT)
    });
    let (low, high) = ([x0?, y0?], [x1?, y1?]);
    for (column, low, high) in [("box_x0_mm", low[0], high[0]), ("box_y0_mm", low[1], high[1])] {
        if low >= high {
            cells.wrong(column, format!("{low} is not below the box's other end, {high}; exchange them"));
            return None;
        }
    }
    Some(SliceBox { low, high })
}

fn clinical(cells: &mut Cells<'_>) -> ClinicalFields {
    let name = FieldName::key;
    let mut number = |field: FieldName, [low, high]: [u32; 2], unit: &str| {
        let what = format!("{unit} from {low} to {high}, or nothing");
        cells.number_in(name(field), [f64::from(low), f64::from(high)], &what)
    };
    ClinicalFields {
        age_years: number(FieldName::Age, ClinicalFields::AGE_YEARS, "years"),
        weight_kg: number(FieldName::Weight, ClinicalFields::WEIGHT_KG, "kilograms"),
        sex: word(cells, name(FieldName::Sex), Sex::ALL, Sex::word),
        t_stage: word(cells, name(FieldName::TStage), TStage::ALL, TStage::word),
        n_stage: word(cells, name(FieldName::NStage), NStage::ALL, NStage::word),
        m_stage: word(cells, name(FieldName::MStage), MStage::ALL, MStage::word),
        smoking: word(cells, name(FieldName::Smoking), Smoking::ALL, Smoking::word),
        race: word(cells, name(FieldName::Race), Race::ALL, Race::word),
        screening_result: word(
            cells,
            name(FieldName::ScreeningResult),
            ScreeningResult::ALL,
            ScreeningResult::word,
        ),
        screening_result_alone: word(
            cells,
            name(FieldName::ScreeningResultAlone),
            ScreeningResult::ALL,
            ScreeningResult::word,
        ),
    }
}

/// What stands in one of [`NAMES`]; empty for any other column.
pub(super) fn cell(case: &Case, column: &str) -> String {
    let of = |columns: &[&str], values: Option<Vec<String>>| {
        let n = columns.iter().position(|c| *c == column)?;
        Some(values.and_then(|v| v.get(n).cloned()).unwrap_or_default())
    };
    let prior = case.prior.as_ref();
    let found = match column {
        "split" => case.split.map(|s| s.name().to_owned()),
        "prior" => prior.map(|p| p.image.clone()),
        "prior_series_uid" => prior.and_then(|p| p.series_uid.clone()),
        "prior_diameter_mm" => prior.and_then(|p| p.diameter_mm).map(|mm| mm.to_string()),
        _ => of(&PRIOR_POINT, prior.map(|p| p.point.to_array().map(|v| v.to_string()).to_vec()))
            .or_else(|| of(&LESION, case.lesion_slices.map(|s| s.map(|k| k.to_string()).to_vec())))
            .or_else(|| {
                let ends = case.slice_box.map(|b| [b.low[0], b.low[1], b.high[0], b.high[1]]);
                of(&BOX, ends.map(|e| e.map(|v| v.to_string()).to_vec()))
            })
            .or_else(|| {
                let field = FieldName::ALL.into_iter().find(|f| f.key() == column)?;
                case.clinical.word(field)
            }),
    };
    found.unwrap_or_default()
}
