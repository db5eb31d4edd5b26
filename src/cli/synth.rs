//! `triscope synth`: a phantom chest CT with known truth.

use super::args::Synth;
use super::exit::Failure;
use super::output;
use super::progress::Terminal;
use crate::workflow::synth::{PhantomSpec, SynthesisError, synth, synth_followup};

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
    let spec = PhantomSpec {
        seed: raw.seed,
        nodules: usize::from(raw.nodules),
        size: raw.size,
        spacing_mm: raw.spacing,
        kernel: raw.kernel.map(Into::into),
        dose: raw.dose.map(Into::into),
    };
    let out = raw.out.display();
    let text = if let Some(days) = raw.followup {
        let [prior, current] = synth_followup(&spec, days, &raw.out, terminal.ctx())?;
        format!(
            "{} slices each, {days} days apart, with {} and {} nodules and truth.json are in {out}/prior and {out}/current\n",
            spec.size[2],
            prior.nodules.len(),
            current.nodules.len(),
        )
    } else {
        let truth = synth(&spec, &raw.out, terminal.ctx())?;
        format!("{} slices with {} nodules and truth.json are in {out}\n", spec.size[2], truth.nodules.len())
    };
    terminal.clear();
    output::print(&text)
}
