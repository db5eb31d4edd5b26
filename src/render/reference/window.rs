//! Twin of `shaders/shared/window.wgsl`.

/// Linear grey-scale window, 0 black to 1 white.
/// Source: DICOM PS3.3 C.11.2.1.3.2 (LINEAR_EXACT).
pub fn grey(value: f64, centre: f64, per_width: f64) -> f64 {
    ((value - centre) * per_width + 0.5).clamp(0.0, 1.0)
}
