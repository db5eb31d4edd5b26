//! How it is done, for window and terminal alike.

pub mod batch;
pub mod bench;
pub mod builtin_case;
pub mod classify;
pub mod cohort;
pub mod counterfactual;
pub mod dataset;
pub mod demo;
pub mod embed;
pub mod evaluate;
pub mod film;
pub mod guard;
pub mod models;
pub mod neighbourhood;
pub mod open;
pub mod overlays;
pub mod preferences;
pub mod prior;
pub mod render;
pub mod report;
pub mod scan;
pub mod session_file;
pub mod review;
pub mod synth;
pub mod thumbnails;
pub mod train;
