//! The scale bar: a round length that fits.

use super::resolve::ResolvedView;

/// A line of known length to draw in a viewport.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleBar {
    /// Length in the patient, mm: 1, 2 or 5 times a power of ten.
    pub length_mm: f64,
    /// Length on the screen, physical pixels.
    pub length_px: f64,
    /// `5 cm`, or `2 mm` under a centimetre.
    pub label: String,
}

/// The longest round bar of at most `share` (0 to 1) of the viewport's width.
pub fn scale_bar(view: &ResolvedView, share: f64) -> ScaleBar {
    let longest_mm = (f64::from(view.size_px[0]) * share.clamp(0.01, 1.0) * view.mm_per_px).max(1e-3);
    let power = 10f64.powf(longest_mm.log10().floor());
    // A hair of slack: 10 mm must fit in 10 mm whatever the logarithm's rounding.
    let length_mm = [10.0, 5.0, 2.0, 1.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|length| *length <= longest_mm * (1.0 + 1e-9))
        .unwrap_or(power);
    let label = if length_mm >= 10.0 * (1.0 - 1e-9) {
        format!("{:.0} cm", length_mm / 10.0)
    } else if length_mm >= 1.0 - 1e-9 {
        format!("{length_mm:.0} mm")
    } else {
        format!("{length_mm} mm")
    };
    ScaleBar { length_mm, length_px: length_mm / view.mm_per_px, label }
}
