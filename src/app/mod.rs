//! The window: eframe, jobs, dialogs, keys, devices. Says when and where, never how a thing is
//! computed.
//!
//! [`run`] opens the window and returns when it is closed. One frame is: reports of jobs, keys and
//! pointer, drawing, then the commands that all of these asked for, carried out in one place.

mod again;
mod asker;
mod bench;
mod beside;
mod blinking;
mod cases;
mod checks;
mod cine;
mod conference;
mod core;
mod comparisons;
mod counterfactuals;
mod dialogs;
mod dispatch;
mod error;
mod explaining;
mod fading;
mod films;
mod first_look;
mod graphics;
mod histograms;
mod inbox;
mod inside;
mod keeper;
mod keyboard;
mod layout_picture;
mod locked;
mod measurements;
mod neighbourhoods;
mod network;
mod mode;
mod more_maps;
mod networks;
mod opinions;
mod overlays;
mod pages;
mod picture;
mod preferences;
mod prior_marks;
mod priors;
mod probes;
mod rebinding;
mod reports;
mod resume;
mod rounds;
mod saving;
mod session_voxels;
mod sessions;
mod screen;
mod segments;
mod shell;
mod slice_scans;
mod thumbnails;
mod volume;
mod uncertainties;
mod viewing;
mod waker;
mod window;
mod window_place;
mod words;

pub use self::core::{Core, Start};
pub use bench::{WindowBench, WindowTimings, bench_window};
pub use error::AppError;
pub use graphics::setup;
pub use rounds::RoundMemory;
pub use shell::Shell;
pub use window::run;
