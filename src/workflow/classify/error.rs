//! Why a network did not answer, in the words that the user reads.

use crate::explain::{ExplainError, Method, Wanted};
use crate::inference::InferenceError;
use crate::inference::csf::CodesError;
use crate::jobs::{Cancelled, JobFailure};
use crate::networks::{NetworkSpec, UnknownNetwork, spec};

/// Names of the methods that a network has.
fn methods(model: &str) -> String {
    let all = spec(model).map(Method::of).unwrap_or_default();
    all.into_iter().map(Method::name).collect::<Vec<_>>().join(", ")
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClassifyError {
    /// The point is nowhere in the CT.
    #[error(
        "the point ({:.1}, {:.1}, {:.1}) mm lies outside the volume, which reaches from ({:.1}, {:.1}, {:.1}) to ({:.1}, {:.1}, {:.1}) mm",
        .at[0], .at[1], .at[2], .low[0], .low[1], .low[2], .high[0], .high[1], .high[2]
    )]
    Outside {
        /// The point, LPS millimetres.
        at: [f64; 3],
        /// Smallest coordinates of the volume.
        low: [f64; 3],
        /// Largest coordinates of the volume.
        high: [f64; 3],
    },
    /// A defect that makes every answer worthless.
    #[error(
        "this series cannot be classified ({code}): {text}. With --force the network answers all the same"
    )]
    Defect {
        /// Name of the defect.
        code: &'static str,
        /// Its sentence.
        text: String,
    },
    /// Not Hounsfield units.
    #[error(
        "this volume holds {0}, not Hounsfield units; the network reads CT alone. With --force it answers all the same"
    )]
    NotHu(String),
    /// Too thin.
    #[error("this series has {slices} slices; the network needs at least {fewest}, with --force too")]
    TooThin {
        /// Slices that there are.
        slices: usize,
        /// Slices that the network needs.
        fewest: usize,
    },
    /// A method of other networks.
    #[error(
        "{model} cannot be explained by {wanted}; it has {list}",
        list = methods(.model)
    )]
    NoMethod {
        /// Name of the network.
        model: &'static str,
        /// What was asked for.
        wanted: Wanted,
    },
    /// A method of networks with ReLUs.
    #[error("{wanted} is defined for ReLUs alone, and {model} has other activations; it has {list}", list = methods(.model))]
    NoRelus {
        /// Name of the network.
        model: &'static str,
        /// What was asked for.
        wanted: Wanted,
    },
    /// Two dates are compared, and there is one.
    #[error(
        "{0} compares two dates: it needs an earlier series of the same patient and the point in it (--prior PATH --prior-at X,Y,Z)"
    )]
    NeedsPrior(&'static str),
    /// The clinical fields cannot be told to the network.
    #[error(transparent)]
    Codes(CodesError),
    /// M3Net alone can be asked this.
    #[error("{what} is for M3Net alone; {model} cannot be asked it yet")]
    M3NetAlone {
        /// Name of the network.
        model: &'static str,
        /// What was asked for.
        what: &'static str,
    },
    /// Other weights than those that answered.
    #[error("the weights of {0} were replaced since this answer; ask the network again")]
    Replaced(String),
    /// Tissue is taken out of one date.
    #[error("{what} is asked of networks that read one date; {model} compares two")]
    TwoDates {
        /// Name of the network.
        model: &'static str,
        /// What was asked for.
        what: &'static str,
    },
    /// A network of another kind.
    #[error("{0} does not scan volumes; lungnodule-ssm and lungnodule-ssm-compact do")]
    NoScanner(&'static str),
    /// The earlier series cannot be used.
    #[error("the earlier series cannot be used: {0}")]
    Prior(String),
    /// No such network.
    #[error(transparent)]
    Unknown(#[from] UnknownNetwork),
    /// The network did not answer.
    #[error(transparent)]
    Inference(#[from] InferenceError),
    /// It answered, but could not be explained.
    #[error(transparent)]
    Explain(#[from] ExplainError),
    /// A fault of the program.
    #[error(transparent)]
    Fault(#[from] JobFailure),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl ClassifyError {
    /// A network cannot be explained so.
    pub(super) fn no_method(spec: &NetworkSpec, wanted: Wanted) -> Self {
        let model = spec.name;
        // Of one scale it is refused for the scale, not for the method.
        let relus = Method::of(spec).contains(&wanted.method);
        match wanted.method {
            Method::GuidedBackprop if !relus => Self::NoRelus { model, wanted },
            _ => Self::NoMethod { model, wanted },
        }
    }
}
