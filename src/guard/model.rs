//! What is fitted of the guard, and how well it did where it had not seen the patient.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::far::far_names;
use super::features::names;
use super::trees::Trees;

/// Changes with the features, so that an old file is refused and not misread.
pub const EDITION: u32 = 1;

/// A classifier with the margin from which it says yes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cut {
    /// The classifier.
    pub trees: Trees,
    /// Least margin, log odds.
    pub least: f32,
}

/// One row of the figures: clicks of one kind, from patients who were left out of the fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Where the clicks are from: `nodule volumes`, `simulated chests`, `phantoms`, or a case.
    pub source: String,
    /// `nodule`, `mass`, or the name of a place.
    pub class: String,
    /// Clicks.
    pub clicks: usize,
    /// Of these, called a nodule (for a mass and soft tissue: called a mass).
    pub called: usize,
}

/// The fitted guard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuardModel {
    /// Of the features.
    pub edition: u32,
    /// What it was fitted on, in words.
    pub fitted_on: String,
    /// Tells nodules from all else, by what lies near.
    pub nodule: Cut,
    /// Tells masses from organs where everything near is dense.
    pub mass: Cut,
    /// Cross-validated, patients apart.
    pub figures: Vec<Figure>,
}

/// Why a file is no guard.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// Not the format.
    #[error("it is no fitted guard: {0}")]
    Format(#[from] serde_json::Error),
    /// Another version of the features.
    #[error(
        "it was fitted by another version of triscope (edition {found}, this one reads {EDITION}); fit it again with triscope train --guard"
    )]
    Edition {
        /// What it says.
        found: u32,
    },
    /// Questions about features that there are not.
    #[error("it asks for feature {0}, which there is not")]
    Feature(u16),
}

impl GuardModel {
    /// Reads the fitted file.
    /// - errors: see [`GuardError`]
    pub fn parse(text: &str) -> Result<Self, GuardError> {
        let model: Self = serde_json::from_str(text)?;
        if model.edition != EDITION {
            return Err(GuardError::Edition { found: model.edition });
        }
        for (cut, count) in [(&model.nodule, names().len()), (&model.mass, far_names().len())] {
            if let Some(feature) = cut.trees.features().find(|f| usize::from(*f) >= count) {
                return Err(GuardError::Feature(feature));
            }
        }
        Ok(model)
    }

    /// As the file has it, on one line.
    pub fn to_json(&self) -> String {
        match serde_json::to_string(self) {
            Ok(text) => text,
            Err(error) => unreachable!("plain numbers and words: {error}"),
        }
    }

    /// The one that comes with the program.
    pub fn built_in() -> &'static Self {
        static MODEL: LazyLock<GuardModel> =
            LazyLock::new(|| match GuardModel::parse(include_str!("../../assets/guard/guard.json")) {
                Ok(model) => model,
                Err(error) => unreachable!("the asset is read by a test: {error}"),
            });
        &MODEL
    }
}
