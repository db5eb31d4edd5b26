//! What is wrong with a manifest or a data set, and where.

use std::fmt;

use serde::Serialize;

/// Whether the manifest can be used all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It must be mended before training.
    Error,
    /// It is odd, and said.
    Warning,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Error or warning.
    pub severity: Severity,
    /// Line of the file, counted from 1 (the header is line 1), where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The column, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// One sentence: what, and what to do.
    pub text: String,
}

impl Problem {
    /// An error about the whole file.
    pub(super) fn error(text: impl Into<String>) -> Self {
        Self { severity: Severity::Error, line: None, column: None, text: text.into() }
    }

    /// A warning about the whole.
    pub(super) fn warning(text: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(text) }
    }

    /// The same, about one line and column.
    pub(super) fn at(mut self, line: u64, column: &str) -> Self {
        self.line = Some(line);
        self.column = (!column.is_empty()).then(|| column.to_owned());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, &self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, {column}: {}", self.text),
            (Some(line), None) => write!(f, "line {line}: {}", self.text),
            (None, Some(column)) => write!(f, "column {column}: {}", self.text),
            (None, None) => f.write_str(&self.text),
        }
    }
}
