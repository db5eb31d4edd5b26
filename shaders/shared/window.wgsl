// Linear grey-scale window (DICOM PS3.3 C.11.2.1.3.2, LINEAR_EXACT): 0 black to 1 white.
fn grey(value: f32, centre: f32, per_width: f32) -> f32 {
    return clamp((value - centre) * per_width + 0.5, 0.0, 1.0);
}
