//! The terminal: arguments in, exit code out. Everything that a command computes it has from
//! `workflow` and the rooms above, the same code as the window.

mod args;
mod bench;
mod bench_use;
mod bench_window;
mod classify;
mod dataset;
mod demo;
mod embed;
mod evaluate;
mod exit;
mod explain;
mod generate;
mod info;
mod models;
mod output;
mod progress;
mod render;
mod run;
mod scan;
mod series;
mod synth;
mod train;
mod values;
mod window;

pub use run::main;
