//! How well a binary classifier does: plain numbers in, figures, tables and plots out.
//!
//! `Predictions` is the table that everything starts from: one row per nodule, several of one patient
//! perhaps. `Scored` is what a figure needs of it. `Bootstrap` gives any figure its interval by patient.
//! Nothing here knows of CT, networks, files or windows; whoever has predictions calls it.

mod bootstrap;
mod calibration;
mod comparison;
mod delong;
mod draw;
mod error;
mod interval;
mod logistic;
pub mod plot;
mod predictions;
mod principal;
mod roc;
mod scored;
mod stability;
mod table;
mod temperature;
#[cfg(test)]
mod tests;
mod subgroups;
mod threshold;

pub use bootstrap::{Bootstrap, Difference, Estimate};
pub use calibration::{
    BINS, CalibrationBin, brier, expected_calibration_error, negative_log_likelihood, reliability_curve,
};
pub use comparison::{Comparison, ComparisonRow, Contender};
pub use delong::{AucEstimate, PairedTest, delong, delong_paired, obuchowski, obuchowski_paired};
pub use draw::{nodule_level_folds, shuffled};
pub use error::EvaluationError;
pub use interval::{Interval, quantile, wilson};
pub use logistic::{Logistic, cross_validated};
pub use predictions::{Case, Predictions, probability};
pub use principal::Principal;
pub use roc::{PrecisionRecallPoint, RocPoint, auc, average_precision, precision_recall_curve, roc_curve};
pub use scored::Scored;
pub use stability::Stability;
pub use subgroups::{Stratum, SubgroupRow, SubgroupTable, Summary};
pub use table::{PredictionsTable, csv_bytes};
pub use temperature::{CrossFitted, Temperature, cross_fitted_temperature};
pub use threshold::{Confusion, Threshold, youden_out_of_fold};
