//! One field at a time, by its words or as a number: for forms and tables.

use super::fields::{ClinicalFields, FieldName, Race, ScreeningResult, Sex, Smoking};
use super::stage::{MStage, NStage, TStage};

/// The value of a word.
fn of<T: Copy>(all: &[T], word: fn(T) -> &'static str, chosen: Option<&str>) -> Option<T> {
    all.iter().copied().find(|value| Some(word(*value)) == chosen)
}

fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().copied().map(word).collect()
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
            Self::Sex => words(Sex::ALL, Sex::word),
            Self::Age | Self::Weight => Vec::new(),
            Self::TStage => words(TStage::ALL, TStage::word),
            Self::NStage => words(NStage::ALL, NStage::word),
            Self::MStage => words(MStage::ALL, MStage::word),
            Self::Smoking => words(Smoking::ALL, Smoking::word),
            Self::Race => words(Race::ALL, Race::word),
            Self::ScreeningResult | Self::ScreeningResultAlone => {
                words(ScreeningResult::ALL, ScreeningResult::word)
            }
        }
    }
}

impl ClinicalFields {
    /// The same with a field chosen by one of its [`FieldName::choices`]; `None` and words that it does not
    /// have make it unknown.
    #[must_use]
    pub fn choosing(mut self, field: FieldName, chosen: Option<&str>) -> Self {
        match field {
            FieldName::Sex => self.sex = of(Sex::ALL, Sex::word, chosen),
            FieldName::Age | FieldName::Weight => {}
            FieldName::TStage => self.t_stage = of(TStage::ALL, TStage::word, chosen),
            FieldName::NStage => self.n_stage = of(NStage::ALL, NStage::word, chosen),
            FieldName::MStage => self.m_stage = of(MStage::ALL, MStage::word, chosen),
            FieldName::Smoking => self.smoking = of(Smoking::ALL, Smoking::word, chosen),
            FieldName::Race => self.race = of(Race::ALL, Race::word, chosen),
            FieldName::ScreeningResult => {
                self.screening_result = of(ScreeningResult::ALL, ScreeningResult::word, chosen);
            }
            FieldName::ScreeningResultAlone => {
                self.screening_result_alone = of(ScreeningResult::ALL, ScreeningResult::word, chosen);
            }
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
                assert_eq!(fields.word(field).as_deref(), Some(word), "{field}");
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
