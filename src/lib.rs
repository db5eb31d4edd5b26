//! Triscope: a desktop chest-CT viewer that shows what a lung-nodule network sees, says and why.
//!
//! The rooms of the house, in order: a room may use only rooms declared above it
//! (`ARCHITECTURE.md` has the table, `tests/house` keeps it true).

/// The window: eframe wiring.
pub mod app;
/// The terminal.
pub mod cli;
/// Everything a person can ask for, as values.
pub mod command;
/// Why: saliency maps and contributions.
pub mod explain;
/// Writing: DICOM, NIfTI, PNG, JSON.
pub mod export;
/// Nodules and what is known of them.
pub mod findings;
/// Points, vectors and transforms typed by space; voxel grid, anatomical planes.
pub mod geometry;
/// Adapter, device, limits, lost devices, shader sources.
pub mod gpu;
/// Context boxes, crops as the network sees them, the thread that owns the network's device.
pub mod inference;
/// Files to volumes: scan, series, sort, defects, decode.
pub mod ingest;
/// Background work: progress, cancel, latest-wins worker.
pub mod jobs;
/// The networks: tensors in, logits out; their weights.
pub mod networks;
/// The views on the GPU, and their CPU twins.
pub mod render;
/// The document: series, volume, findings, viewport states; every change as a value.
pub mod session;
/// Phantom chests with known truth.
pub mod synth;
/// One gesture each: an event and a resolved view in, edits and commands out.
pub mod tools;
/// The interface: drawing only.
pub mod ui;
/// What a viewport shows, as numbers.
pub mod view;
/// Voxel values on a grid: sample, crop, reslice, window.
pub mod volume;
/// How it is done, for window and terminal alike.
pub mod workflow;
