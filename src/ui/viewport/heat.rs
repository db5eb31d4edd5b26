//! Colours of the heatmap on the processor, for the colour bar and the small crops: from the same
//! tables as the shader's.

use egui::Color32;

use crate::render::ColorMap;

/// Colour of a share of the map's largest magnitude: 0 to 1, or -1 to 1 where `signed`.
pub fn heat_colour(share: f32, signed: bool) -> Color32 {
    let place = if signed { share * 0.5 + 0.5 } else { share };
    let [r, g, b] = ColorMap::for_signed(signed).colour(f64::from(place));
    crate::ui::theme::from_unit([r, g, b])
}
