//! `triscope demo`: the window on the built-in case, or the same job where no window can be drawn.

use std::path::Path;

use super::args::Demo;
use super::classify::words;
use super::exit::Failure;
use super::output;
use super::progress::Terminal;
use crate::app::{self, AppError, Start};
use crate::inference::{DeviceChoice, EngineOptions};
use crate::workflow::batch::RESULT_FILE;
use crate::workflow::demo::{DemoError, demo};

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::Cancelled(_) => Self::Interrupted,
            other => Self::work(other),
        }
    }
}

/// Runs the command. With `--out` no window is tried.
pub(super) fn run(options: &Demo, terminal: &Terminal) -> Result<(), Failure> {
    if options.out.is_none() {
        match app::run(Start { example: true, ..Start::default() }) {
            Ok(()) => return Ok(()),
            Err(AppError::NoDisplay(_)) => {
                output::note("No display here: the same job is done without a window.");
            }
            Err(AppError::NoAdapter(why)) => output::note(&format!(
                "No graphics adapter can draw into a window here ({why}): the same job is done without one. \
                 A Vulkan driver opens it (on Debian: mesa-vulkan-drivers)."
            )),
            Err(error) => return Err(error.into()),
        }
    }
    headless(options.out.as_deref(), terminal)
}

fn headless(out: Option<&Path>, terminal: &Terminal) -> Result<(), Failure> {
    terminal.catch_interrupts();
    let done = demo(out, EngineOptions::alone(DeviceChoice::Auto), terminal.ctx())?;
    terminal.clear();
    for notice in &done.results.notices {
        output::note(notice);
    }
    output::print(&format!(
        "{}The case: {}\nPictures, maps and {RESULT_FILE}: {}\n",
        words(&done.results.report),
        done.case.display(),
        done.folder.display()
    ))
}
