//! What a person does in the window: find by label, click, type, look.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helper fails by panicking, too")]

mod answers;
mod display;
mod ensembles;
mod families;
mod films;
mod interrogating;
mod keyboard;
mod keys;
mod languages;
mod locked;
mod measuring;
mod modes;
mod networks;
mod opening;
#[path = "../engine/overlay_files.rs"]
mod overlay_files;
mod overlays;
mod preferences;
mod prior_marks;
mod priors;
mod real;
mod reports;
mod segments;
mod sessions;
mod slice_scans;
mod support;
mod states;
mod two_maps;
mod viewing;
mod volumes;
