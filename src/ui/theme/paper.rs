//! Colours of what is printed: on white, whatever the theme.

use egui::Color32;

/// Of a page.
#[derive(Debug)]
pub struct PaperTokens {
    /// The page.
    pub ground: Color32,
    /// Text.
    pub ink: Color32,
    /// Less important text.
    pub soft: Color32,
    /// Hairlines.
    pub rule: Color32,
    /// Around the strongest places of a map: on dark lung, bright bone and every colour of the maps.
    pub strongest: Color32,
    /// What must not be missed.
    pub warning: Color32,
}

/// The one page.
pub static PAPER: PaperTokens = PaperTokens {
    ground: Color32::WHITE,
    ink: Color32::from_gray(17),
    soft: Color32::from_gray(85),
    rule: Color32::from_gray(120),
    strongest: Color32::WHITE,
    warning: Color32::from_rgb(0xB3, 0x26, 0x1E),
};
