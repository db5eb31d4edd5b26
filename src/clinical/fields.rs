//! The fields themselves, their ranges, and reading them from JSON.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::stage::{MStage, NStage, TStage};

/// Sex, as DICOM and the networks' tables have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

impl Sex {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Female, Self::Male];

    /// As in a file of fields.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
        }
    }
}

/// Smoking of cigarettes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Smoking {
    /// Never.
    Never,
    /// Formerly.
    Former,
    /// Still.
    Current,
}

impl Smoking {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Never, Self::Former, Self::Current];

    /// As in a file of fields.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Former => "former",
            Self::Current => "current",
        }
    }
}

/// Race, in the categories of the National Lung Screening Trial's participant form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Race {
    /// White: 1.
    White,
    /// Black or African-American: 2.
    Black,
    /// Asian: 3.
    Asian,
    /// American Indian or Alaskan Native: 4.
    AmericanIndian,
    /// Native Hawaiian or other Pacific Islander: 5.
    PacificIslander,
    /// More than one: 6.
    SeveralRaces,
}

impl Race {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::White,
        Self::Black,
        Self::Asian,
        Self::AmericanIndian,
        Self::PacificIslander,
        Self::SeveralRaces,
    ];

    /// As in a file of fields.
    pub const fn word(self) -> &'static str {
        match self {
            Self::White => "white",
            Self::Black => "black",
            Self::Asian => "asian",
            Self::AmericanIndian => "american_indian",
            Self::PacificIslander => "pacific_islander",
            Self::SeveralRaces => "several_races",
        }
    }

    /// Code of the trial.
    pub const fn code(self) -> u8 {
        match self {
            Self::White => 1,
            Self::Black => 2,
            Self::Asian => 3,
            Self::AmericanIndian => 4,
            Self::PacificIslander => 5,
            Self::SeveralRaces => 6,
        }
    }
}

/// What a reader of a screening CT came to, in the categories of the National Lung Screening Trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScreeningResult {
    /// Negative, no significant abnormality: 1.
    Negative,
    /// Negative, minor abnormalities not suspicious for lung cancer: 2.
    MinorAbnormality,
    /// Negative, significant abnormalities not suspicious for lung cancer: 3.
    SignificantAbnormality,
    /// Positive: a nodule of 4 mm or more, or another abnormality suspicious for lung cancer: 4.
    Positive,
}

impl ScreeningResult {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::Negative, Self::MinorAbnormality, Self::SignificantAbnormality, Self::Positive];

    /// As in a file of fields.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::MinorAbnormality => "minor_abnormality",
            Self::SignificantAbnormality => "significant_abnormality",
            Self::Positive => "positive",
        }
    }

    /// Code of the trial.
    pub const fn code(self) -> u8 {
        match self {
            Self::Negative => 1,
            Self::MinorAbnormality => 2,
            Self::SignificantAbnormality => 3,
            Self::Positive => 4,
        }
    }
}

/// Names a field, for forms and reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FieldName {
    /// [`ClinicalFields::sex`].
    Sex,
    /// [`ClinicalFields::age_years`].
    Age,
    /// [`ClinicalFields::weight_kg`].
    Weight,
    /// [`ClinicalFields::t_stage`].
    TStage,
    /// [`ClinicalFields::n_stage`].
    NStage,
    /// [`ClinicalFields::m_stage`].
    MStage,
    /// [`ClinicalFields::smoking`].
    Smoking,
    /// [`ClinicalFields::race`].
    Race,
    /// [`ClinicalFields::screening_result`].
    ScreeningResult,
    /// [`ClinicalFields::screening_result_alone`].
    ScreeningResultAlone,
}

impl FieldName {
    /// Those that there are.
    pub const ALL: [Self; 10] = [
        Self::Sex,
        Self::Age,
        Self::Weight,
        Self::TStage,
        Self::NStage,
        Self::MStage,
        Self::Smoking,
        Self::Race,
        Self::ScreeningResult,
        Self::ScreeningResultAlone,
    ];

    /// Key in a file of fields.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Sex => "sex",
            Self::Age => "age_years",
            Self::Weight => "weight_kg",
            Self::TStage => "t_stage",
            Self::NStage => "n_stage",
            Self::MStage => "m_stage",
            Self::Smoking => "smoking",
            Self::Race => "race",
            Self::ScreeningResult => "screening_result",
            Self::ScreeningResultAlone => "screening_result_alone",
        }
    }

    /// Words for a sentence or a form.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Sex => "sex",
            Self::Age => "age",
            Self::Weight => "weight",
            Self::TStage => "T stage",
            Self::NStage => "N stage",
            Self::MStage => "M stage",
            Self::Smoking => "smoking",
            Self::Race => "race",
            Self::ScreeningResult => "first screening result",
            Self::ScreeningResultAlone => "first screening result, read by itself",
        }
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// What is known of a patient. In a file: a JSON object with these keys, each of which may be absent or
/// `null`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClinicalFields {
    /// `female` or `male`.
    pub sex: Option<Sex>,
    /// Whole years, 18 to 120.
    pub age_years: Option<f64>,
    /// Body weight, 20 to 300 kg.
    pub weight_kg: Option<f64>,
    /// `Tis`, `T1`, `T1a` to `T4`.
    pub t_stage: Option<TStage>,
    /// `N0` to `N3`.
    pub n_stage: Option<NStage>,
    /// `M0`, `M1`, `M1a` to `M1c`.
    pub m_stage: Option<MStage>,
    /// `never`, `former` or `current`.
    pub smoking: Option<Smoking>,
    /// As in the National Lung Screening Trial.
    pub race: Option<Race>,
    /// Of the first screening CT, read beside earlier ones where there were any.
    pub screening_result: Option<ScreeningResult>,
    /// Of the first screening CT, read by itself.
    pub screening_result_alone: Option<ScreeningResult>,
}

/// Why fields cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldsError {
    /// No JSON of this kind.
    #[error(
        "the clinical fields cannot be read ({0}); they are a JSON object with the keys sex, age_years, weight_kg, t_stage, n_stage, m_stage, smoking, race, screening_result, screening_result_alone"
    )]
    Unreadable(String),
    /// Out of its range.
    #[error("the clinical field {field} is {value}; it must lie between {low} and {high}")]
    OutOfRange {
        /// Key of the field.
        field: &'static str,
        /// What it is.
        value: String,
        /// Least.
        low: u32,
        /// Most.
        high: u32,
    },
}

impl ClinicalFields {
    /// Years that a patient can have.
    pub const AGE_YEARS: [u32; 2] = [18, 120];
    /// Kilograms that a patient can have.
    pub const WEIGHT_KG: [u32; 2] = [20, 300];

    /// Reads and checks them.
    /// - errors: no such object, an unknown key or word, a number out of its range
    pub fn from_json(bytes: &[u8]) -> Result<Self, FieldsError> {
        let unreadable = |error: serde_json::Error| FieldsError::Unreadable(error.to_string());
        // An object, and no list of values in the order of the keys.
        let object: serde_json::Map<_, _> = serde_json::from_slice(bytes).map_err(unreadable)?;
        let fields: Self = serde_json::from_value(object.into()).map_err(unreadable)?;
        fields.check()?;
        Ok(fields)
    }

    /// Whether the numbers lie in their ranges.
    pub fn check(&self) -> Result<(), FieldsError> {
        let numbers =
            [("age_years", self.age_years, Self::AGE_YEARS), ("weight_kg", self.weight_kg, Self::WEIGHT_KG)];
        for (field, value, [low, high]) in numbers {
            if let Some(value) = value
                && !(f64::from(low)..=f64::from(high)).contains(&value)
            {
                return Err(FieldsError::OutOfRange { field, value: value.to_string(), low, high });
            }
        }
        Ok(())
    }

    /// A field as it stands in a file of fields; `None` where it is unknown.
    pub fn word(&self, field: FieldName) -> Option<String> {
        let word = match field {
            FieldName::Sex => self.sex.map(Sex::word),
            FieldName::Age => return self.age_years.map(|years| years.to_string()),
            FieldName::Weight => return self.weight_kg.map(|kg| kg.to_string()),
            FieldName::TStage => self.t_stage.map(TStage::word),
            FieldName::NStage => self.n_stage.map(NStage::word),
            FieldName::MStage => self.m_stage.map(MStage::word),
            FieldName::Smoking => self.smoking.map(Smoking::word),
            FieldName::Race => self.race.map(Race::word),
            FieldName::ScreeningResult => self.screening_result.map(ScreeningResult::word),
            FieldName::ScreeningResultAlone => self.screening_result_alone.map(ScreeningResult::word),
        };
        word.map(str::to_owned)
    }

    /// Whether a field is known.
    pub fn knows(&self, field: FieldName) -> bool {
        match field {
            FieldName::Sex => self.sex.is_some(),
            FieldName::Age => self.age_years.is_some(),
            FieldName::Weight => self.weight_kg.is_some(),
            FieldName::TStage => self.t_stage.is_some(),
            FieldName::NStage => self.n_stage.is_some(),
            FieldName::MStage => self.m_stage.is_some(),
            FieldName::Smoking => self.smoking.is_some(),
            FieldName::Race => self.race.is_some(),
            FieldName::ScreeningResult => self.screening_result.is_some(),
            FieldName::ScreeningResultAlone => self.screening_result_alone.is_some(),
        }
    }

    /// These fields, with the other's in place of those that are unknown here.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            sex: self.sex.or(other.sex),
            age_years: self.age_years.or(other.age_years),
            weight_kg: self.weight_kg.or(other.weight_kg),
            t_stage: self.t_stage.or(other.t_stage),
            n_stage: self.n_stage.or(other.n_stage),
            m_stage: self.m_stage.or(other.m_stage),
            smoking: self.smoking.or(other.smoking),
            race: self.race.or(other.race),
            screening_result: self.screening_result.or(other.screening_result),
            screening_result_alone: self.screening_result_alone.or(other.screening_result_alone),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_by_their_words_and_what_is_absent_is_unknown() {
        let fields = ClinicalFields::from_json(
            br#"{"sex": "female", "age_years": 63, "t_stage": "T2a", "smoking": "former", "weight_kg": null}"#,
        )
        .expect("fields");
        assert_eq!((fields.sex, fields.smoking), (Some(Sex::Female), Some(Smoking::Former)));
        assert_eq!(fields.t_stage.map(TStage::number), Some(2));
        let known: Vec<_> = FieldName::ALL.into_iter().filter(|name| fields.knows(*name)).collect();
        assert_eq!(known, [FieldName::Sex, FieldName::Age, FieldName::TStage, FieldName::Smoking]);
        let json = serde_json::to_vec(&fields).expect("written");
        assert_eq!(ClinicalFields::from_json(&json), Ok(fields));
    }

    #[test]
    fn every_word_is_the_one_that_is_read() {
        fn reads<T: Copy + PartialEq + std::fmt::Debug + for<'de> Deserialize<'de>>(
            all: &[T],
            word: fn(T) -> &'static str,
        ) {
            for value in all {
                let json = serde_json::Value::from(word(*value));
                assert_eq!(serde_json::from_value::<T>(json).expect("a word"), *value);
            }
        }
        reads(Sex::ALL, Sex::word);
        reads(Smoking::ALL, Smoking::word);
        reads(Race::ALL, Race::word);
        reads(ScreeningResult::ALL, ScreeningResult::word);
        let fields = ClinicalFields { age_years: Some(63.0), sex: Some(Sex::Male), ..Default::default() };
        let words: Vec<_> = FieldName::ALL.into_iter().filter_map(|name| fields.word(name)).collect();
        assert_eq!(words, ["male", "63"]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_in_a_sentence() {
        let said = |json: &str| ClinicalFields::from_json(json.as_bytes()).expect_err("refused").to_string();
        assert!(said(r#"{"age_years": 630}"#).contains("age_years is 630; it must lie between 18 and 120"));
        assert!(said(r#"{"weight_kg": -1}"#).contains("between 20 and 300"));
        for strange in ["[]", "{", r#"{"agee": 3}"#, r#"{"sex": "M"}"#, r#"{"t_stage": "T5"}"#] {
            assert!(said(strange).contains("cannot be read"), "{strange}");
        }
        // The keys that the sentence lists are those that there are.
        let all = FieldsError::Unreadable(String::new()).to_string();
        assert!(FieldName::ALL.iter().all(|name| all.contains(name.key())), "{all}");
    }
}
