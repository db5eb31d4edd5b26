//! Predictions as CSV, read and written.
//!
//! The first line names the columns, in any order: `case`, `patient`, `label` (0 benign, 1 malignant),
//! and `margin` or `probability` must be there; `fold`, `diameter_mm`, `texture`, `slice_spacing_mm` and
//! `ratings` (joined by `|`, as in `2|2|4`) may be, and a field of theirs may be empty.

use std::io::Read;

use super::predictions::{margin, probability};
use super::{Case, EvaluationError, Predictions};

const COLUMNS: [&str; 10] = [
    "case",
    "patient",
    "fold",
    "label",
    "margin",
    "probability",
    "diameter_mm",
    "texture",
    "slice_spacing_mm",
    "ratings",
];
/// A table that gives both may have rounded the probability to three decimals.
const ROUNDED: f64 = 1e-3;

/// Predictions as they were read.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictionsTable {
    /// What was in them.
    pub predictions: Predictions,
    /// Columns of other names, which were passed over: for a word to the user.
    pub passed_over: Vec<String>,
}

/// Where each known column stands.
struct Header([Option<usize>; COLUMNS.len()]);

impl Header {
    fn new(names: &csv::StringRecord) -> Result<(Self, Vec<String>), EvaluationError> {
        let mut places = [None; COLUMNS.len()];
        let mut passed_over = Vec::new();
        for (at, name) in names.iter().enumerate() {
            // Spreadsheets begin a UTF-8 file with this mark.
            let name = name.trim_start_matches('\u{feff}').trim();
            let Some(column) = COLUMNS.iter().position(|c| *c == name) else {
                passed_over.push(name.to_owned());
                continue;
            };
            if let Some(place) = places.get_mut(column)
                && place.replace(at).is_some()
            {
                return Err(EvaluationError::TwoColumns(name.to_owned()));
            }
        }
        let header = Self(places);
        for needed in ["case", "patient", "label"] {
            if header.place(needed).is_none() {
                return Err(EvaluationError::NoColumn(needed));
            }
        }
        if header.place("margin").is_none() && header.place("probability").is_none() {
            return Err(EvaluationError::NoColumn("margin"));
        }
        Ok((header, passed_over))
    }

    fn place(&self, column: &str) -> Option<usize> {
        let index = COLUMNS.iter().position(|c| *c == column)?;
        self.0.get(index).copied().flatten()
    }
}

/// One line of the table.
struct Line<'a> {
    header: &'a Header,
    record: &'a csv::StringRecord,
    number: u64,
}

impl<'a> Line<'a> {
    fn wrong(&self, column: &'static str, problem: &'static str) -> EvaluationError {
        EvaluationError::Value { line: self.number, column, problem }
    }

    /// The field, `None` where it is empty or its column is not there.
    fn field(&self, column: &str) -> Option<&'a str> {
        let field = self.record.get(self.header.place(column)?)?.trim();
        (!field.is_empty()).then_some(field)
    }

    fn name(&self, column: &'static str) -> Result<String, EvaluationError> {
        let name = self.field(column).ok_or_else(|| self.wrong(column, "it is empty; name it"))?;
        Ok(name.to_owned())
    }

    fn number(&self, column: &'static str) -> Result<Option<f64>, EvaluationError> {
        let parsed = |field: &str| field.parse().ok().filter(|v: &f64| v.is_finite());
        self.field(column)
            .map(|f| parsed(f).ok_or_else(|| self.wrong(column, "this is no finite number")))
            .transpose()
    }

    fn size_mm(&self, column: &'static str) -> Result<Option<f64>, EvaluationError> {
        match self.number(column)? {
            Some(mm) if mm <= 0.0 => Err(self.wrong(column, "a size in mm must be greater than 0")),
            size => Ok(size),
        }
    }

    fn malignant(&self) -> Result<bool, EvaluationError> {
        match self.field("label") {
            Some("0") => Ok(false),
            Some("1") => Ok(true),
            _ => Err(self.wrong("label", "this is no label; write 0 (benign) or 1 (malignant)")),
        }
    }

    fn margin(&self) -> Result<f64, EvaluationError> {
        let given = self.number("margin")?;
        let chance = self.number("probability")?;
        if chance.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
            return Err(self.wrong("probability", "a probability goes from 0 to 1"));
        }
        match (given, chance) {
            (Some(m), Some(p)) if (probability(m) - p).abs() > ROUNDED => {
                Err(self.wrong("probability", "it is not that of the margin, 1 / (1 + exp(-margin)); keep one of both"))
            }
            (Some(m), _) => Ok(m),
            (None, Some(p)) if p == 0.0 || p == 1.0 => Err(self.wrong(
                "probability",
                "0 and 1 are rounded, and the order of such cases is lost; write a column `margin` with the logit",
            )),
            (None, Some(p)) => Ok(margin(p)),
            (None, None) => Err(self.wrong("margin", "there is neither a margin nor a probability; write one")),
        }
    }

    fn case(&self) -> Result<Case, EvaluationError> {
        let fold = self.field("fold").map(|f| {
            f.parse().map_err(|_| {
                self.wrong("fold", "this is no number of a fold; write 0, 1, 2 or leave it empty")
            })
        });
        let texture = match self.number("texture")? {
            Some(t) if !(1.0..=5.0).contains(&t) => {
                return Err(self.wrong("texture", "texture goes from 1 (non-solid) to 5 (solid)"));
            }
            texture => texture,
        };
        let rating = |text: &str| {
            let rating = text.trim().parse().ok().filter(|r| (1..=5).contains(r));
            rating.ok_or_else(|| self.wrong("ratings", "ratings go from 1 to 5, joined by |, as in 2|2|4"))
        };
        Ok(Case {
            case: self.name("case")?,
            patient: self.name("patient")?,
            fold: fold.transpose()?,
            malignant: self.malignant()?,
            margin: self.margin()?,
            diameter_mm: self.size_mm("diameter_mm")?,
            texture,
            slice_spacing_mm: self.size_mm("slice_spacing_mm")?,
            ratings: self.field("ratings").map_or(Ok(Vec::new()), |f| f.split('|').map(rating).collect())?,
        })
    }
}

impl Predictions {
    /// Reads a table; columns are described at the top of this file.
    ///
    /// - errors: one sentence with the line and the column, without what stands there
    pub fn read_csv(from: impl Read) -> Result<PredictionsTable, EvaluationError> {
        let mut reader = csv::ReaderBuilder::new().from_reader(from);
        let (header, passed_over) = Header::new(reader.headers().map_err(|e| unreadable(&e))?)?;
        let mut cases = Vec::new();
        let mut lines = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|e| unreadable(&e))?;
            let number = record.position().map_or(0, csv::Position::line);
            cases.push(Line { header: &header, record: &record, number }.case()?);
            lines.push(number);
        }
        // Cases are counted; who reads a file counts lines.
        let predictions = Self::new(cases).map_err(|error| match error {
            EvaluationError::Case { number, problem } => {
                let line = lines.get(number - 1).copied().unwrap_or(0);
                EvaluationError::Value { line, column: "case", problem }
            }
            other => other,
        })?;
        Ok(PredictionsTable { predictions, passed_over })
    }

    /// The table as UTF-8 with all columns; reading it gives the same numbers to the last bit.
    pub fn to_csv(&self) -> Result<Vec<u8>, EvaluationError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let text = |value: Option<f64>| value.map_or_else(String::new, |v| v.to_string());
        writer.write_record(COLUMNS).map_err(|e| unreadable(&e))?;
        for case in self.cases() {
            let ratings: Vec<String> = case.ratings.iter().map(u8::to_string).collect();
            writer
                .write_record([
                    case.case.clone(),
                    case.patient.clone(),
                    case.fold.map_or_else(String::new, |f| f.to_string()),
                    u8::from(case.malignant).to_string(),
                    case.margin.to_string(),
                    case.probability().to_string(),
                    text(case.diameter_mm),
                    text(case.texture),
                    text(case.slice_spacing_mm),
                    ratings.join("|"),
                ])
                .map_err(|e| unreadable(&e))?;
        }
        writer.into_inner().map_err(|e| EvaluationError::Unreadable(e.to_string()))
    }
}

/// A table as CSV in UTF-8.
/// - `head`: names of the columns
/// - errors: a row of another length
pub fn csv_bytes(
    head: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<Vec<u8>, EvaluationError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(head).map_err(|e| unreadable(&e))?;
    for row in rows {
        writer.write_record(row).map_err(|e| unreadable(&e))?;
    }
    writer.into_inner().map_err(|e| EvaluationError::Unreadable(e.to_string()))
}

/// The sentence for what the CSV reader found, without the text that it found.
fn unreadable(error: &csv::Error) -> EvaluationError {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            EvaluationError::Fields { line, found: *len, expected: *expected_len }
        }
        csv::ErrorKind::Utf8 { .. } => {
            EvaluationError::Unreadable(format!("line {line} is not UTF-8 text; save it as CSV in UTF-8"))
        }
        csv::ErrorKind::Io(error) => EvaluationError::Unreadable(error.to_string()),
        _ => EvaluationError::Unreadable(format!("line {line} is no CSV")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
case,patient,fold,label,margin,probability,diameter_mm,texture,slice_spacing_mm,ratings
a,P1,0,1,2.5,0.9241,12.4,4.75,1.25,3|4|5
\"b, lower\",P2,1,0,-0.25,,,,,
";

    fn read(text: &str) -> Result<PredictionsTable, EvaluationError> {
        Predictions::read_csv(text.as_bytes())
    }

    #[test]
    fn a_table_is_read_and_comes_back_to_the_last_bit() {
        let mut read_first = read(TABLE).expect("a sound table").predictions;
        assert_eq!(read_first.cases()[0].ratings, [3, 4, 5]);
        assert_eq!(read_first.cases()[1].diameter_mm, None);
        assert_eq!(read_first.cases()[1].case, "b, lower");
        let mut cases = read_first.cases().to_vec();
        cases[0].margin = 0.1 + 0.2;
        cases[1].margin = -1.0 / 3.0e17;
        read_first = Predictions::new(cases).expect("sound");
        let bytes = read_first.to_csv().expect("written");
        assert_eq!(Predictions::read_csv(&*bytes).expect("read again").predictions, read_first);
    }

    #[test]
    fn columns_may_stand_in_any_order_and_others_are_named() {
        let table = read("\u{feff}site,probability,label,patient,case\nX,0.25,1,P,a\n").expect("read");
        assert_eq!(table.passed_over, ["site"]);
        // ln(1/3), by the definition of the logit.
        assert!((table.predictions.cases()[0].margin - (1.0_f64 / 3.0).ln()).abs() < 1e-15);
    }

    #[test]
    fn every_bad_table_gives_one_sentence_with_its_place() {
        let head =
            "case,patient,fold,label,margin,probability,diameter_mm,texture,slice_spacing_mm,ratings\n";
        for (body, words) in [
            ("a,P,0,2,1,,,,,\n", "line 2 of the predictions, column `label`: this is no label"),
            ("a,P,0,1,1,,,,,\nb,P,0,,1,,,,,\n", "line 3 of the predictions, column `label`"),
            (",P,0,1,1,,,,,\n", "column `case`: it is empty"),
            ("a,,0,1,1,,,,,\n", "column `patient`: it is empty"),
            ("a,P,x,1,1,,,,,\n", "column `fold`: this is no number of a fold"),
            ("a,P,-1,1,1,,,,,\n", "column `fold`"),
            ("a,P,0,1,NaN,,,,,\n", "column `margin`: this is no finite number"),
            ("a,P,0,1,,,,,,\n", "neither a margin nor a probability"),
            ("a,P,0,1,,1.5,,,,\n", "column `probability`: a probability goes from 0 to 1"),
            ("a,P,0,1,,1.0,,,,\n", "write a column `margin`"),
            ("a,P,0,1,1,0.2,,,,\n", "it is not that of the margin"),
            ("a,P,0,1,1,,-3,,,\n", "column `diameter_mm`: a size in mm must be greater than 0"),
            ("a,P,0,1,1,,,0.5,,\n", "column `texture`: texture goes from 1"),
            ("a,P,0,1,1,,,,thin,\n", "column `slice_spacing_mm`: this is no finite number"),
            ("a,P,0,1,1,,,,,3|7\n", "column `ratings`: ratings go from 1 to 5"),
            ("a,P,0,1\n", "line 2 of the predictions has 4 fields where the first line names 10"),
            (
                "a,P,0,1,1,,,,,\na,Q,0,1,1,,,,,\n",
                "line 3 of the predictions, column `case`: its identity is there twice",
            ),
            (
                "a,P,0,1,1,,,,,\nb,P,1,1,1,,,,,\n",
                "line 3 of the predictions, column `case`: its patient is in another fold",
            ),
            ("", "there are no predictions"),
        ] {
            let sentence = read(&format!("{head}{body}")).expect_err(words).to_string();
            assert!(sentence.contains(words), "{sentence}\n instead of {words}");
        }
        for (text, words) in [
            ("", "no column `case`"),
            ("case;patient;label;margin\n", "no column `case`"),
            ("case,patient,margin\n", "no column `label`"),
            ("case,patient,label\n", "no column `margin`"),
            ("case,patient,label,margin,label\n", "two columns `label`"),
        ] {
            let sentence = read(text).expect_err(words).to_string();
            assert!(sentence.contains(words), "{sentence}\n instead of {words}");
        }
        let sentence =
            Predictions::read_csv(&b"case,patient,label,margin\n\xff,P,1,1\n"[..]).expect_err("no text");
        assert!(sentence.to_string().contains("line 2 is not UTF-8"), "{sentence}");
    }

    #[test]
    fn a_sentence_never_repeats_what_stands_in_the_table() {
        let sentence =
            read("case,patient,label,margin\nDoe^Jane,P,Doe^Jane,Doe^Jane\n").expect_err("no label");
        assert!(!sentence.to_string().contains("Doe"), "{sentence}");
    }
}
