//! Random forests: read from a file, grown from examples, asked for the shares of the classes.
//!
//! Numbers in, numbers out; the features may come from any network. `file` describes the JSON form,
//! which a few lines of Python write from scikit-learn's `RandomForestClassifier`; `onnx` reads what is written of
//! one for other programs.
//!
//! Source: Breiman, Machine Learning 45 (2001) 5-32; choices as in scikit-learn.

mod error;
mod file;
mod grow;
mod onnx;
mod onnx_file;
mod tree;

#[cfg(test)]
mod tests;

pub use error::{Fault, ForestError};
pub use grow::{Examples, Recipe};

use tree::Tree;

/// Trees that vote with the shares of the classes in the leaf that an example falls into.
#[derive(Clone, Debug, PartialEq)]
pub struct Forest {
    features: usize,
    classes: Vec<String>,
    trees: Vec<Tree>,
}

impl Forest {
    /// Number of features of an example.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Names of the classes, in the order of the shares.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Number of trees.
    pub fn trees(&self) -> usize {
        self.trees.len()
    }

    /// The mean over the trees of the shares of the classes in the leaf: adds up to 1.
    /// - `features`: as many as [`Forest::features`], none of them undefined
    /// - errors: another number of features, or one that is no number
    pub fn predict(&self, features: &[f32]) -> Result<Vec<f64>, ForestError> {
        if features.len() != self.features {
            return Err(ForestError::Features { expected: self.features, found: features.len() });
        }
        if let Some(feature) = features.iter().position(|value| value.is_nan()) {
            return Err(ForestError::Undefined { feature });
        }
        let mut shares = vec![0.0f64; self.classes.len()];
        for tree in &self.trees {
            for (sum, share) in shares.iter_mut().zip(tree.leaf(features, self.classes.len())) {
                *sum += f64::from(*share) / self.trees.len() as f64;
            }
        }
        Ok(shares)
    }
}
