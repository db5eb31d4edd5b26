//! How far the work is, on stderr, and Ctrl+C. One per process, made by `cli::main`.

use std::io::{IsTerminal, stderr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::jobs::{JobContext, Progress};

/// Work shorter than this shows no bar.
const QUIET: Duration = Duration::from_secs(1);
/// Steps of the bar.
const STEPS: u64 = 1000;

/// The job context of a command, with a bar on stderr where that is a terminal.
pub(super) struct Terminal {
    ctx: JobContext,
    bar: Arc<Mutex<Bar>>,
}

struct Bar {
    started: Instant,
    shown: Option<ProgressBar>,
}

impl Terminal {
    /// Makes the context. Ctrl+C still ends the program, as a window wants it.
    pub(super) fn new() -> Self {
        let bar = Arc::new(Mutex::new(Bar { started: Instant::now(), shown: None }));
        let ctx = if stderr().is_terminal() {
            let bar = Arc::clone(&bar);
            JobContext::new(move |progress| {
                bar.lock().unwrap_or_else(PoisonError::into_inner).show(progress);
            })
        } else {
            JobContext::unobserved()
        };
        Self { ctx, bar }
    }

    /// Lets Ctrl+C cancel the work at its next step; a second Ctrl+C ends the program at once.
    pub(super) fn catch_interrupts(&self) {
        let interrupted = self.ctx.clone();
        let handler = move || {
            if interrupted.is_cancelled() {
                std::process::exit(130);
            }
            interrupted.cancel();
        };
        if let Err(error) = ctrlc::set_handler(handler) {
            // The system's own handling stays: the program ends in the middle of its work.
            tracing::warn!(%error, "Ctrl+C cannot be caught");
        }
    }

    /// For the functions that do the work.
    pub(super) fn ctx(&self) -> &JobContext {
        &self.ctx
    }

    /// A line on stderr that stays, above the bar.
    pub(super) fn say(&self, line: &str) {
        let bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        match &bar.shown {
            Some(shown) if !shown.is_hidden() => shown.println(line),
            _ => super::output::note(line),
        }
    }

    /// Takes the bar away, before anything is printed.
    pub(super) fn clear(&self) {
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shown) = bar.shown.take() {
            shown.finish_and_clear();
        }
        bar.started = Instant::now();
    }
}

impl Bar {
    fn show(&mut self, progress: &Progress) {
        if self.shown.is_none() {
            if self.started.elapsed() < QUIET {
                return;
            }
            let bar = ProgressBar::new(STEPS);
            if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} %") {
                bar.set_style(style);
            }
            self.shown = Some(bar);
        }
        if let Some(bar) = &self.shown {
            bar.set_message(progress.what.clone());
            bar.set_position((f64::from(progress.done) * STEPS as f64) as u64);
        }
    }
}
