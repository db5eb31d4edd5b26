//! No window: real DICOM through the pipe, golden tensors, GPU against its CPU twin, round trips.

mod gpu_against_reference;
mod shaders;
mod classify;
mod crops;
mod golden;
mod grad_cam;
mod support;
