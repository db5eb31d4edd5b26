//! What a person does in the window: find by label, click, type, look.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helper fails by panicking, too")]

mod answers;
mod display;
mod ensembles;
mod families;
mod keyboard;
mod measuring;
mod networks;
mod opening;
mod preferences;
mod priors;
mod real;
mod reports;
mod sessions;
mod slice_scans;
mod support;
mod states;
mod viewing;
mod volumes;
