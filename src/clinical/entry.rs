//! One field at a time, by its words or as a number: for forms and tables.

use super::fields::{ClinicalFields, FieldName, Race, ScreeningResult, Sex, Smoking};
use super::stage::{MStage, NStage, TStage};

const SEXES: [(&str, Sex); 2] = [("female", Sex::Female), ("male", Sex::Male)];
const SMOKING: [(&str, Smoking); 3] =
    [("never", Smoking::Never), ("former", Smoking::Former), ("current", Smoking::Current)];
const RACES: [(&str, Race); 6] = [
    ("White", Race::White),
    ("Black", Race::Black),
    ("Asian", Race::Asian),
    ("American Indian", Race::AmericanIndian),
    ("Pacific Islander", Race::PacificIslander),
    ("several", Race::SeveralRaces),
];
const RESULTS: [(&str, ScreeningResult); 4] = [
    ("negative", ScreeningResult::Negative),
    ("minor abnormality", ScreeningResult::MinorAbnormality),
    ("significant abnormality", ScreeningResult::SignificantAbnormality),
    ("positive", ScreeningResult::Positive),
];

/// The word of a value, and the value of a word.
fn word<T: PartialEq>(list: &[(&'static str, T)], value: Option<&T>) -> Option<&'static str> {
    list.iter().find(|(_, known)| Some(known) == value).map(|(word, _)| *word)
}

fn value<T: Copy>(list: &[(&'static str, T)], wanted: Option<&str>) -> Option<T> {
    list.iter().find(|(word, _)| Some(*word) == wanted).map(|(_, value)| *value)
}

fn words<T>(list: &[(&'static str, T)]) -> Vec<&'static str> {
    list.iter().map(|(word, _)| *word).collect()
}

impl FieldName {
    /// Of a number: its unit, and least and most; `None` for a field of words.
    pub const fn number(self) -> Option<(&'static str, [u32; 2])> {
        match self {
            Self::Age => Some(("years", ClinicalFields::AGE_YEARS)),
            Self::Weight => Some(("kg", ClinicalFields::WEIGHT_KG)),
            _ => None,
        }
    }

    /// The words that a field can have; none for a number.
    pub fn choices(self) -> Vec<&'static str> {
        match self {
            Self::Sex => words(&SEXES),
            Self::Age | Self::Weight => Vec::new(),
            Self::TStage => TStage::ALL.iter().map(|stage| stage.word()).collect(),
            Self::NStage => NStage::ALL.iter().map(|stage| stage.word()).collect(),
            Self::MStage => MStage::ALL.iter().map(|stage| stage.word()).collect(),
            Self::Smoking => words(&SMOKING),
            Self::Race => words(&RACES),
            Self::ScreeningResult | Self::ScreeningResultAlone => words(&RESULTS),
        }
    }
}

impl ClinicalFields {
    /// The word of a field, one of its [`FieldName::choices`]; `None` where nobody knows it, or for a number.
    pub fn chosen(&self, field: FieldName) -> Option<&'static str> {
        match field {
            FieldName::Sex => word(&SEXES, self.sex.as_ref()),
            FieldName::Age | FieldName::Weight => None,
            FieldName::TStage => self.t_stage.map(TStage::word),
            FieldName::NStage => self.n_stage.map(NStage::word),
            FieldName::MStage => self.m_stage.map(MStage::word),
            FieldName::Smoking => word(&SMOKING, self.smoking.as_ref()),
            FieldName::Race => word(&RACES, self.race.as_ref()),
            FieldName::ScreeningResult => word(&RESULTS, self.screening_result.as_ref()),
            FieldName::ScreeningResultAlone => word(&RESULTS, self.screening_result_alone.as_ref()),
        }
    }

    /// The same with a field chosen by its word; `None` and words that it does not have make it unknown.
    #[must_use]
    pub fn choosing(mut self, field: FieldName, chosen: Option<&str>) -> Self {
        let stage = |all: &[&'static str]| all.iter().position(|word| Some(*word) == chosen);
        let place = stage(&field.choices());
        match field {
            FieldName::Sex => self.sex = value(&SEXES, chosen),
            FieldName::Age | FieldName::Weight => {}
            FieldName::TStage => self.t_stage = place.and_then(|n| TStage::ALL.get(n).copied()),
            FieldName::NStage => self.n_stage = place.and_then(|n| NStage::ALL.get(n).copied()),
            FieldName::MStage => self.m_stage = place.and_then(|n| MStage::ALL.get(n).copied()),
            FieldName::Smoking => self.smoking = value(&SMOKING, chosen),
            FieldName::Race => self.race = value(&RACES, chosen),
            FieldName::ScreeningResult => self.screening_result = value(&RESULTS, chosen),
            FieldName::ScreeningResultAlone => self.screening_result_alone = value(&RESULTS, chosen),
        }
        self
    }

    /// The number of a field; `None` where nobody knows it, or for a field of words.
    pub fn counted(&self, field: FieldName) -> Option<f64> {
        match field {
            FieldName::Age => self.age_years,
            FieldName::Weight => self.weight_kg,
            _ => None,
        }
    }

    /// The same with another number in a field; a field of words stays as it is.
    #[must_use]
    pub fn counting(mut self, field: FieldName, number: Option<f64>) -> Self {
        match field {
            FieldName::Age => self.age_years = number,
            FieldName::Weight => self.weight_kg = number,
            _ => {}
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_every_field_comes_back_as_it_was_chosen() {
        for field in FieldName::ALL {
            for word in field.choices() {
                let fields = ClinicalFields::default().choosing(field, Some(word));
                assert_eq!(fields.chosen(field), Some(word), "{field}");
                assert!(fields.knows(field));
                assert_eq!(fields.choosing(field, None), ClinicalFields::default());
            }
            let Some((_, [low, high])) = field.number() else {
                assert!(!field.choices().is_empty(), "{field}");
                continue;
            };
            for number in [low, high].map(f64::from) {
                let fields = ClinicalFields::default().counting(field, Some(number));
                assert_eq!((fields.counted(field), fields.check()), (Some(number), Ok(())));
            }
        }
    }
}
