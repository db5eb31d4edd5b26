//! Reading one DICOM file.

/// Where a slice comes from.
#[derive(Clone, Debug)]
pub(super) struct SliceSource {}
