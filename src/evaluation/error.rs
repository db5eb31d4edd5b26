//! Why there is no figure, in the words that the user reads.

/// Each is one sentence; see `Display`. No value of a table is repeated: it may be a patient's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// The file could not be read or is no text.
    #[error("the table of predictions cannot be read: {0}")]
    Unreadable(String),
    /// A column that is needed is not in the first line.
    #[error(
        "the table of predictions has no column `{0}`; its first line must name the columns, with commas between them"
    )]
    NoColumn(&'static str),
    /// A column is there twice.
    #[error("the table of predictions has two columns `{0}`; keep one")]
    TwoColumns(String),
    /// A line with too few or too many fields.
    #[error("line {line} of the predictions has {found} fields where the first line names {expected}")]
    Fields {
        /// Counted from 1.
        line: u64,
        /// Fields in this line.
        found: u64,
        /// Columns.
        expected: u64,
    },
    /// A value that does not fit its column.
    #[error("line {line} of the predictions, column `{column}`: {problem}")]
    Value {
        /// Counted from 1.
        line: u64,
        /// Its name.
        column: &'static str,
        /// What is wrong and what to write.
        problem: &'static str,
    },
    /// A case that does not fit the rest, counted from 1 without the line of names.
    #[error("case {number} of the predictions: {problem}")]
    Case {
        /// Counted from 1.
        number: usize,
        /// What is wrong and what to do.
        problem: &'static str,
    },
    /// Nothing to evaluate.
    #[error("there are no predictions; evaluate a table with at least one case")]
    NoCases,
    /// Two lists that belong together and do not fit.
    #[error("there are {found} {what} for {cases} cases; give one for each")]
    Lengths {
        /// What was given beside the cases.
        what: &'static str,
        /// Number of cases.
        cases: usize,
        /// Number of the others.
        found: usize,
    },
    /// A figure that compares classes, without enough of one.
    #[error("there are {malignant} malignant and {benign} benign cases; this figure needs {needed} of each")]
    Classes {
        /// Number of malignant cases.
        malignant: usize,
        /// Number of benign cases.
        benign: usize,
        /// How many of each it needs.
        needed: usize,
    },
    /// A variance from one patient.
    #[error(
        "all cases of a class are of one patient; a variance needs two patients with malignant and two with benign cases"
    )]
    Patients,
    /// Two classifiers on other cases.
    #[error(
        "the two classifiers were not given the same cases; compare them on the same labels in the same order"
    )]
    OtherLabels,
    /// A figure with nothing to divide by.
    #[error("this figure is not defined for these cases, or for most samples of them; there are too few")]
    Undefined,
    /// Nothing remains to fit on.
    #[error("all cases are of one fold; what is fitted out of fold needs two")]
    OneFold,
    /// A model without a fit.
    #[error("the logistic regression has no fit: {0}")]
    NoFit(&'static str),
    /// The library that draws failed.
    #[error("the plot cannot be drawn: {0}")]
    NoPlot(String),
}
