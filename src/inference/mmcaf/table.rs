//! Clinical fields to the row that the network's table encoder reads.

use crate::clinical::{ClinicalFields, FieldName, Sex, Smoking};
use crate::networks::mmcaf::MmcafConfig;

/// The columns in their order. Ours: the authors name these seven and not their order.
/// Source of the names: MMCAF-Net, README, the figure of SHAP values.
pub const COLUMNS: [FieldName; MmcafConfig::TABLE] = [
    FieldName::Sex,
    FieldName::Age,
    FieldName::Weight,
    FieldName::TStage,
    FieldName::NStage,
    FieldName::MStage,
    FieldName::Smoking,
];

/// Years that become -1 and 1. Ours: adults with lung cancer, and who screening is for, lie inside.
const AGE_YEARS: [f64; 2] = [20.0, 90.0];
/// Kilograms that become -1 and 1. Ours.
const WEIGHT_KG: [f64; 2] = [30.0, 130.0];

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// In the order of [`COLUMNS`], each from -1 to 1.
    pub values: [f32; MmcafConfig::TABLE],
    /// Which of them nobody knows; they are 0, the middle. In the order of [`COLUMNS`].
    pub unknown: Vec<FieldName>,
}

/// The row of a patient: each field brought from its range to -1 to 1, between which the network's splines
/// have their knots, and cut off there.
///
/// The published table is normalised already, by bounds that are not published: every range is ours, and
/// weights must have been taught with them.
///
/// | column | -1 | 1 | between |
/// |---|---|---|---|
/// | sex | female | male | |
/// | age | 20 years | 90 years | linear |
/// | weight | 30 kg | 130 kg | linear |
/// | T stage | Tis (0) | T4 | by number alone: T1 -0.5, T2 0, T3 0.5 |
/// | N stage | N0 | N3 | by number: N1 -1/3, N2 1/3 |
/// | M stage | M0 | M1, M1a to M1c | |
/// | smoking | never | current | former 0 |
///
/// A known field may be 0 as well (T2, former smoker, 55 years, 80 kg): the network cannot tell it from one
/// that is unknown, so that [`Table::unknown`] belongs beside the answer.
pub fn table(fields: &ClinicalFields) -> Table {
    let value = |field: FieldName| -> Option<f64> {
        match field {
            FieldName::Sex => fields.sex.map(|sex| match sex {
                Sex::Female => -1.0,
                Sex::Male => 1.0,
            }),
            FieldName::Age => fields.age_years.and_then(|years| scaled(years, AGE_YEARS)),
            FieldName::Weight => fields.weight_kg.and_then(|kg| scaled(kg, WEIGHT_KG)),
            FieldName::TStage => {
                fields.t_stage.and_then(|stage| scaled(f64::from(stage.number()), [0.0, 4.0]))
            }
            FieldName::NStage => {
                fields.n_stage.and_then(|stage| scaled(f64::from(stage.number()), [0.0, 3.0]))
            }
            FieldName::MStage => {
                fields.m_stage.and_then(|stage| scaled(f64::from(stage.number()), [0.0, 1.0]))
            }
            FieldName::Smoking => fields.smoking.map(|smoking| match smoking {
                Smoking::Never => -1.0,
                Smoking::Former => 0.0,
                Smoking::Current => 1.0,
            }),
            // No columns of this table.
            FieldName::Race | FieldName::ScreeningResult | FieldName::ScreeningResultAlone => None,
        }
    };
    let known = COLUMNS.map(value);
    Table {
        values: known.map(|value| value.unwrap_or(0.0) as f32),
        unknown: COLUMNS.into_iter().zip(known).filter(|(_, v)| v.is_none()).map(|(name, _)| name).collect(),
    }
}

/// From a range to -1 to 1, cut off; `None` for no number, which is as good as unknown.
fn scaled(value: f64, [low, high]: [f64; 2]) -> Option<f64> {
    (!value.is_nan()).then(|| 2.0 * (value.clamp(low, high) - low) / (high - low) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinical::{MStage, NStage, TStage};

    #[test]
    fn a_row_of_known_fields_is_in_its_order_and_its_ranges() {
        let fields = ClinicalFields {
            sex: Some(Sex::Female),
            age_years: Some(72.5),
            weight_kg: Some(55.0),
            t_stage: Some(TStage::T1c),
            n_stage: Some(NStage::N2),
            m_stage: Some(MStage::M1b),
            smoking: Some(Smoking::Current),
            ..ClinicalFields::default()
        };
        let row = table(&fields);
        // (72.5 - 20) / 35 - 1 and (55 - 30) / 50 - 1.
        assert_eq!(row.values, [-1.0, 0.5, -0.5, -0.5, 1.0 / 3.0, 1.0, 1.0]);
        assert!(row.unknown.is_empty());
        let other = ClinicalFields {
            sex: Some(Sex::Male),
            age_years: Some(110.0),
            weight_kg: Some(25.0),
            t_stage: Some(TStage::Is),
            n_stage: Some(NStage::N0),
            m_stage: Some(MStage::M0),
            smoking: Some(Smoking::Never),
            ..ClinicalFields::default()
        };
        assert_eq!(table(&other).values, [1.0, 1.0, -1.0, -1.0, -1.0, -1.0, -1.0]);
    }

    #[test]
    fn what_is_unknown_is_the_middle_and_is_listed() {
        let nothing = table(&ClinicalFields::default());
        assert_eq!((nothing.values, nothing.unknown), ([0.0; 7], COLUMNS.to_vec()));
        let fields = ClinicalFields {
            age_years: Some(f64::NAN),
            smoking: Some(Smoking::Former),
            t_stage: Some(TStage::T2b),
            ..ClinicalFields::default()
        };
        let row = table(&fields);
        assert_eq!(row.values, [0.0; 7]);
        let unknown =
            [FieldName::Sex, FieldName::Age, FieldName::Weight, FieldName::NStage, FieldName::MStage];
        assert_eq!(row.unknown, unknown);
    }
}
