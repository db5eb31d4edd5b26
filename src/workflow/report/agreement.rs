//! How far methods point at the same places, in the report.

use std::sync::Arc;

use serde::Serialize;

use super::tidy;
use crate::explain::{Saliency, agreements};

/// Two methods.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AgreementReport {
    /// Their names.
    pub methods: [&'static str; 2],
    /// Spearman's correlation of the magnitudes of their maps of all scales.
    pub rank_correlation: f64,
    /// Dice overlap of the strongest tenth of the places of each; a tenth by chance.
    pub overlap: f64,
}

impl AgreementReport {
    /// Every pair of maps of all scales together.
    pub fn all(maps: &[Arc<Saliency>]) -> Vec<Self> {
        let combined: Vec<Arc<Saliency>> = maps.iter().filter(|map| map.scale.is_none()).cloned().collect();
        let report = |pair: crate::explain::Agreement| Self {
            methods: pair.methods,
            rank_correlation: tidy(pair.rank_correlation),
            overlap: tidy(pair.overlap),
        };
        agreements(&combined).into_iter().map(report).collect()
    }
}
