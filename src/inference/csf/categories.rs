//! Clinical fields as the codes of CSF-Net's embedding.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::clinical::{ClinicalFields, FieldName, Sex, Smoking};

/// How the training table says that nothing is known. Source: CSF-NET, data/dataset.py.
const NOT_KNOWN: &str = "NA";

/// The fields in the order of the codes, and by their names in the National Lung Screening Trial.
/// Source: CSF-NET, data/dataset.py.
pub const FIELDS: [(FieldName, &str); 6] = [
    (FieldName::Race, "race"),
    (FieldName::Smoking, "cigsmok"),
    (FieldName::Sex, "gender"),
    (FieldName::Age, "age"),
    (FieldName::ScreeningResult, "scr_res0"),
    (FieldName::ScreeningResultAlone, "scr_iso0"),
];

/// Which words of the training table the codes of each field stand for: a field's code is the place of its
/// word in the list (scikit-learn's `LabelEncoder`: all words that the table has, sorted).
///
/// In a weights file: JSON, `{"race": ["1", "2", "NA"], "cigsmok": ["0", "1"], ...}`, six lists in the
/// metadata under [`Categories::METADATA_KEY`]. Words are codes of the trial, as text (`1` and `1.0` are
/// the same), or `NA`. Published checkpoints tell the number of categories alone: see
/// [`FieldCodes::unknown`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Categories {
    /// 1 to 6, see [`crate::clinical::Race`].
    pub race: Vec<String>,
    /// 0 formerly, 1 still. The trial took nobody who never smoked.
    pub cigsmok: Vec<String>,
    /// 1 male, 2 female.
    pub gender: Vec<String>,
    /// Whole years: each is a category.
    pub age: Vec<String>,
    /// 1 to 4, see [`crate::clinical::ScreeningResult`]: of the first screening CT.
    pub scr_res0: Vec<String>,
    /// The same, read by itself.
    pub scr_iso0: Vec<String>,
}

/// The codes of one patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldCodes {
    /// In the order race, cigsmok, gender, age, scr_res0, scr_iso0.
    pub codes: [usize; 6],
    /// Fields that were taken as unknown because nobody told them.
    pub unknown: Vec<FieldName>,
    /// Fields that were taken as unknown although they were told: the weights have no category for what
    /// they are.
    pub unseen: Vec<FieldName>,
}

/// Why there are no codes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodesError {
    /// The lists are none.
    #[error("the weights' list of clinical categories cannot be read ({0})")]
    Unreadable(String),
    /// A field has no word, or a word twice.
    #[error(
        "the weights' list of clinical categories is damaged: the words of '{0}' are missing or occur twice"
    )]
    Damaged(&'static str),
    /// They do not belong to these weights.
    #[error(
        "the weights' list of clinical categories is not theirs: '{field}' has {listed} words and {known} categories"
    )]
    Count {
        /// Name in the trial.
        field: &'static str,
        /// Words in the list.
        listed: usize,
        /// Categories of the network.
        known: usize,
    },
    /// Nothing honest can be said of this patient.
    #[error(
        "these weights cannot do without the clinical field {0} and have no category for what is known of it; enter it, with a value that they were trained on"
    )]
    NoCategory(FieldName),
}

impl Categories {
    /// Under which a safetensors file carries them, as JSON text.
    pub const METADATA_KEY: &str = "triscope.csf_categories";

    /// Reads and checks them.
    /// - `counts`: categories of the network, in the order of [`FieldCodes::codes`]
    /// - errors: no such object; lists that are empty, have a word twice, or are not as long as the counts
    pub fn from_json(json: &str, counts: &[usize; 6]) -> Result<Self, CodesError> {
        let categories: Self =
            serde_json::from_str(json).map_err(|error| CodesError::Unreadable(error.to_string()))?;
        categories.check(counts)?;
        Ok(categories)
    }

    /// Those of a table: of each field the words that it has, sorted as text, and always `NA`, so that
    /// nobody is refused whose field is not known.
    pub fn of<'a>(table: impl Iterator<Item = &'a ClinicalFields>) -> Self {
        let mut words: [BTreeSet<String>; 6] = Default::default();
        for fields in table {
            for (set, (name, _)) in words.iter_mut().zip(FIELDS) {
                set.extend(number(fields, name));
            }
        }
        let [race, cigsmok, gender, age, scr_res0, scr_iso0] =
            words.map(|set| set.into_iter().chain([NOT_KNOWN.to_owned()]).collect());
        Self { race, cigsmok, gender, age, scr_res0, scr_iso0 }
    }

    /// How many categories each field has, in the order of [`FieldCodes::codes`].
    pub fn counts(&self) -> [usize; 6] {
        self.lists().map(<[String]>::len)
    }

    /// The codes of somebody of whom nothing is known; 0 where the training lacked nothing.
    pub fn unknown(&self) -> [usize; 6] {
        self.lists().map(|words| words.iter().position(|word| same(word, NOT_KNOWN)).unwrap_or(0))
    }

    /// As they are written.
    pub fn to_json(&self) -> String {
        // Lists of text have no reason to fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether they can be those of a network.
    /// - `counts`: its categories
    /// - errors: as [`Categories::from_json`]
    pub fn check(&self, counts: &[usize; 6]) -> Result<(), CodesError> {
        for ((words, (_, field)), &known) in self.lists().into_iter().zip(FIELDS).zip(counts) {
            let twice =
                words.iter().enumerate().any(|(n, word)| words.iter().skip(n + 1).any(|w| same(word, w)));
            if words.is_empty() || twice {
                return Err(CodesError::Damaged(field));
            }
            if words.len() != known {
                return Err(CodesError::Count { field, listed: words.len(), known });
            }
        }
        Ok(())
    }

    /// The codes of a patient.
    ///
    /// A field that is not known, or whose value no case of the training had (an age that nobody was of,
    /// never smoked), is taken as `NA`, as the published table does, and named. Where the training had no
    /// `NA` for it there is an error: every code left would be a statement about the patient that nobody
    /// made. Age is taken in whole years, downward.
    /// - errors: a field that cannot be left out
    pub fn codes(&self, fields: &ClinicalFields) -> Result<FieldCodes, CodesError> {
        let mut found = FieldCodes { codes: [0; 6], unknown: Vec::new(), unseen: Vec::new() };
        for ((words, (name, _)), code) in self.lists().into_iter().zip(FIELDS).zip(&mut found.codes) {
            let known = number(fields, name);
            let place = |wanted: &str| words.iter().position(|word| same(word, wanted));
            *code = match known.as_deref().and_then(place) {
                Some(code) => code,
                None => {
                    let list = if fields.knows(name) { &mut found.unseen } else { &mut found.unknown };
                    list.push(name);
                    place(NOT_KNOWN).ok_or(CodesError::NoCategory(name))?
                }
            };
        }
        Ok(found)
    }

    fn lists(&self) -> [&[String]; 6] {
        [&self.race, &self.cigsmok, &self.gender, &self.age, &self.scr_res0, &self.scr_iso0]
            .map(Vec::as_slice)
    }
}

impl FieldCodes {
    /// For weights that tell how many categories they have and not which: whatever is known of the patient
    /// cannot be put into codes. Every field gets its last category, which is `NA` wherever the training
    /// table had one (letters are sorted behind digits), and all are listed as unknown or unseen.
    /// - `counts`: categories of the network
    pub fn unknown(counts: &[usize; 6], fields: &ClinicalFields) -> Self {
        let (unseen, unknown) =
            FIELDS.map(|(name, _)| name).into_iter().partition(|name| fields.knows(*name));
        Self { codes: counts.map(|count| count.saturating_sub(1)), unknown, unseen }
    }
}

/// What is known of a field, as the trial writes it; `None` also where it has no code for it.
fn number(fields: &ClinicalFields, name: FieldName) -> Option<String> {
    let code = match name {
        FieldName::Race => fields.race?.code(),
        FieldName::Smoking => match fields.smoking? {
            Smoking::Never => return None,
            Smoking::Former => 0,
            Smoking::Current => 1,
        },
        FieldName::Sex => match fields.sex? {
            Sex::Male => 1,
            Sex::Female => 2,
        },
        FieldName::Age => return Some(fields.age_years?.floor().to_string()),
        FieldName::ScreeningResult => fields.screening_result?.code(),
        FieldName::ScreeningResultAlone => fields.screening_result_alone?.code(),
        FieldName::Weight | FieldName::TStage | FieldName::NStage | FieldName::MStage => return None,
    };
    Some(code.to_string())
}

/// Whether two words are one: tables with gaps write 1 as 1.0.
fn same(a: &str, b: &str) -> bool {
    let number = |word: &str| word.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a.trim() == b.trim(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinical::{Race, ScreeningResult};

    const COUNTS: [usize; 6] = [3, 2, 2, 4, 5, 3];

    fn categories() -> Categories {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Categories {
            race: list(&["1", "3", "NA"]),
            cigsmok: list(&["0", "1"]),
            gender: list(&["1", "2"]),
            age: list(&["55", "61", "64", "NA"]),
            scr_res0: list(&["1.0", "2.0", "3.0", "4.0", "NA"]),
            scr_iso0: list(&["1", "4", "NA"]),
        }
    }

    fn patient() -> ClinicalFields {
        ClinicalFields {
            sex: Some(Sex::Female),
            age_years: Some(61.7),
            smoking: Some(Smoking::Former),
            race: Some(Race::Asian),
            screening_result: Some(ScreeningResult::SignificantAbnormality),
            screening_result_alone: Some(ScreeningResult::Positive),
            ..ClinicalFields::default()
        }
    }

    #[test]
    fn codes_are_the_places_of_the_trials_words() {
        let found = categories().codes(&patient()).expect("all known");
        assert_eq!(found, FieldCodes { codes: [1, 0, 1, 1, 2, 1], unknown: vec![], unseen: vec![] });
    }

    #[test]
    fn what_is_not_known_is_na_and_named_apart_from_what_the_training_never_saw() {
        let fields = ClinicalFields {
            race: None,
            age_years: Some(40.0),
            screening_result_alone: Some(ScreeningResult::MinorAbnormality),
            ..patient()
        };
        let found = categories().codes(&fields).expect("NA is there");
        assert_eq!(found.codes, [2, 0, 1, 3, 2, 2]);
        assert_eq!(found.unknown, [FieldName::Race]);
        assert_eq!(found.unseen, [FieldName::Age, FieldName::ScreeningResultAlone]);
    }

    #[test]
    fn a_field_that_no_case_lacked_is_not_guessed() {
        for fields in [
            ClinicalFields { smoking: Some(Smoking::Never), ..patient() },
            ClinicalFields { smoking: None, ..patient() },
        ] {
            let error = categories().codes(&fields).expect_err("no NA");
            assert_eq!(error, CodesError::NoCategory(FieldName::Smoking));
            assert!(error.to_string().contains("the clinical field smoking"));
        }
    }

    #[test]
    fn a_tables_words_are_sorted_and_nobody_is_refused() {
        let other = ClinicalFields { age_years: Some(55.2), race: None, ..patient() };
        let found = Categories::of([&patient(), &other].into_iter());
        assert_eq!(found.age, ["55", "61", "NA"]);
        assert_eq!(
            (found.race.as_slice(), found.counts()),
            (&["3".to_owned(), "NA".to_owned()][..], [2, 2, 2, 3, 2, 2])
        );
        assert_eq!(found.unknown(), [1, 1, 1, 2, 1, 1]);
        assert!(found.check(&found.counts()).is_ok());
        let codes = found.codes(&ClinicalFields::default()).expect("NA is there");
        assert_eq!(codes.codes, found.unknown());
    }

    #[test]
    fn weights_that_tell_numbers_alone_get_their_last_categories() {
        let fields = ClinicalFields { sex: Some(Sex::Male), ..ClinicalFields::default() };
        let found = FieldCodes::unknown(&[6, 2, 2, 20, 0, 3], &fields);
        assert_eq!(found.codes, [5, 1, 1, 19, 0, 2]);
        assert_eq!((found.unknown.len(), found.unseen.as_slice()), (5, &[FieldName::Sex][..]));
    }

    #[test]
    fn lists_come_back_as_they_were_written_and_are_held_to_the_network() {
        let json = categories().to_json();
        assert_eq!(Categories::from_json(&json, &COUNTS), Ok(categories()));
        let wrong = [3, 2, 2, 5, 5, 3];
        assert_eq!(
            Categories::from_json(&json, &wrong),
            Err(CodesError::Count { field: "age", listed: 4, known: 5 })
        );
        let twice = json.replace(r#"["0","1"]"#, r#"["1.0","1"]"#);
        assert_eq!(Categories::from_json(&twice, &COUNTS), Err(CodesError::Damaged("cigsmok")));
        let empty = json.replace(r#"["0","1"]"#, "[]");
        assert_eq!(Categories::from_json(&empty, &COUNTS), Err(CodesError::Damaged("cigsmok")));
        for strange in ["", "{}", "[]", &json.replace("race", "races")] {
            assert!(matches!(Categories::from_json(strange, &COUNTS), Err(CodesError::Unreadable(_))));
        }
    }
}
