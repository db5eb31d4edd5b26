//! No window: real DICOM through the pipe, golden tensors, GPU against its CPU twin, round trips.
