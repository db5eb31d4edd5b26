//! No window: real DICOM through the pipe, golden tensors, GPU against its CPU twin, round trips.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helper fails by panicking, too")]

mod bad_weights;
mod geometry_properties;
mod gpu_against_reference;
mod phantom;
mod polarity;
mod shaders;
mod classify;
mod cohorts;
mod ensembles;
mod evaluation;
mod evaluations;
mod families;
mod crops;
mod explanations;
mod neighbourhood;
mod export_round_trip;
mod devices;
mod golden;
mod csf;
mod csf_input;
mod golden_mmcaf;
mod maemc;
mod measurements;
mod multi_frame;
mod guard;
mod grad_cam;
mod support;
mod thumbnails;
mod weights;
mod archives;
mod bad_input_files;
mod odd_files;
mod odd_table;
mod rays;
mod real_series;
mod slice_files;
mod views;
mod fuzz_corpus;
mod datasets;
mod slice_networks;
mod training;
