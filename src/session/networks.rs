//! What is known of a network and the weights that it would answer with, and what became of an import.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::ingest::Private;
use crate::networks::weights::{Card, Import};

/// A network and its weights, read as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkFacts {
    /// Its name.
    pub name: &'static str,
    /// What it reads, in words.
    pub reads: &'static str,
    /// Number of trained values.
    pub parameters: usize,
    /// Variants that its sources leave open, as its weights or else we decide them.
    pub options: BTreeMap<&'static str, &'static str>,
    /// `built-in` or a file name; `None` where there are none.
    pub weights: Option<String>,
    /// SHA-256 of the file, hex.
    pub weights_sha256: Option<String>,
    /// Networks in it: several make an ensemble.
    pub members: usize,
    /// What the file tells of itself.
    pub card: Option<Card>,
    /// Why the installed file is not used.
    pub fault: Option<String>,
    /// Where weights are looked for.
    pub folder: Option<Private<PathBuf>>,
}

/// What became of an import into a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The network.
    pub model: &'static str,
    /// Name of the file that was read.
    pub source: String,
    /// The sentence that says why nothing was written; `None` where the weights are installed.
    pub refused: Option<String>,
    /// Every key, where the file was read as far as that.
    pub keys: Option<Import>,
}
