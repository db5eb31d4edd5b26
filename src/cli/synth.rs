//! `triscope synth`: a phantom chest CT with known truth.

use super::args::Synth;
use super::exit::Failure;
use super::progress::Terminal;
use super::{later, output};
use crate::workflow::synth::{PhantomSpec, SynthesisError, synth};

impl From<SynthesisError> for Failure {
    fn from(error: SynthesisError) -> Self {
        match error {
            SynthesisError::Cancelled(_) => Self::Interrupted,
            other => Self::work(other),
        }
    }
}

/// Runs the command.
pub(super) fn run(raw: &Synth, terminal: &Terminal) -> Result<(), Failure> {
    if raw.followup.is_some() {
        return Err(later::option("--followup"));
    }
    let spec = PhantomSpec {
        seed: raw.seed,
        nodules: usize::from(raw.nodules),
        size: raw.size,
        spacing_mm: raw.spacing,
    };
    let truth = synth(&spec, &raw.out, terminal.ctx())?;
    terminal.clear();
    output::print(&format!(
        "{} slices with {} nodules and truth.json are in {}\n",
        spec.size[2],
        truth.nodules.len(),
        raw.out.display()
    ))
}
