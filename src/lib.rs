//! Triscope: a desktop chest-CT viewer that shows what a lung-nodule network sees, says and why.
//!
//! The rooms of the house, in order: a room may use only rooms declared above it
//! (`ARCHITECTURE.md` has the table, `tests/house` keeps it true).

/// Points, vectors and transforms typed by space; voxel grid, anatomical planes.
pub mod geometry;
/// Background work: progress and cancel.
pub mod jobs;
/// What the window says, in the language that its reader chose.
pub mod language;
/// Adapter, device, limits, lost devices, shader sources.
pub mod gpu;
/// Voxel values on a grid: sample, crop, reslice, window.
pub mod volume;
/// Measurements in patient space: points, and what follows from them and the voxels.
pub mod measure;
/// What others drew: segments and contours in patient space, and where a plane cuts them.
pub mod structures;
/// What the reader draws: segments of the volume's own voxels, painted by a brush.
pub mod segments;
/// What some networks are told of a patient besides the picture.
pub mod clinical;
/// Files to volumes: scan, series, sort, defects, decode.
pub mod ingest;
/// Cases for training: manifests, what builds them and what checks them.
pub mod dataset;
/// Phantom chests with known truth.
pub mod synth;
/// How well a classifier does: plain numbers in, figures, tables and plots out.
pub mod evaluation;
/// Random forests: read from a file, grown from examples, asked.
pub mod forest;
/// Whether an answer can be read: is there a nodule, is all of it seen, is it like training.
pub mod guard;
/// Cases that a network was asked about before: its features of them, and which are like another one.
pub mod cases;
/// The networks: tensors in, logits out; their weights.
pub mod networks;
/// Context boxes, crops as the network sees them, the thread that owns the network's device.
pub mod inference;
/// Why: saliency maps and contributions.
pub mod explain;
/// Nodules and what is known of them.
pub mod findings;
/// The document: series, volume, findings, viewport states; every change as a value.
pub mod session;
/// What a viewport shows, as numbers.
pub mod view;
/// The views on the GPU, and their CPU twins.
pub mod render;
/// Writing: DICOM, NIfTI, PNG, JSON.
pub mod export;
/// Teaching a network: pictures, stages, checkpoints.
pub mod training;
/// Everything a person can ask for, as values.
pub mod command;
/// One gesture each: an event and a resolved view in, edits and commands out.
pub mod tools;
/// The interface: drawing only.
pub mod ui;
/// How it is done, for window and terminal alike.
pub mod workflow;
/// The window: eframe wiring.
pub mod app;
/// The terminal.
pub mod cli;
