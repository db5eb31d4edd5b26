//! The terminal: arguments in, exit code out. Everything that a command computes it has from
//! `workflow` and the rooms above, the same code as the window.

mod args;
mod bench;
mod exit;
mod generate;
mod info;
mod later;
mod output;
mod progress;
mod run;
mod series;
mod values;

pub use run::main;
