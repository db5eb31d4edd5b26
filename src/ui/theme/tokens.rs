//! The values: dark and light chrome, the colours on pictures (the same in both), sizes in points.

use egui::Color32;

/// Colours of everything around the pictures.
#[derive(Debug)]
pub struct Tokens {
    /// Behind everything.
    pub window: Color32,
    /// Bars and side panels.
    pub panel: Color32,
    /// A card on a panel.
    pub card: Color32,
    /// A control at rest, a bar's empty part.
    pub control: Color32,
    /// A control under the pointer.
    pub control_hover: Color32,
    /// Hairlines.
    pub line: Color32,
    /// Around a field or a filled button, which may lie on a ground of its own colour.
    pub edge: Color32,
    /// Text.
    pub text: Color32,
    /// Text of less weight.
    pub muted: Color32,
    /// The one accent: what is chosen, what is going on.
    pub accent: Color32,
    /// Behind what is chosen.
    pub accent_soft: Color32,
    /// Text on `accent_soft`.
    pub on_accent_soft: Color32,
    /// Something is not as it should be.
    pub warning: Color32,
    /// Something did not work.
    pub error: Color32,
    /// All is well.
    pub good: Color32,
    /// A contribution towards the class that the question names.
    pub towards: Color32,
    /// A contribution away from it.
    pub away: Color32,
    /// Series of a plot, in order; dashes tell them apart, too.
    pub series: [Color32; 6],
    /// Behind a modal sheet.
    pub veil: Color32,
}

/// The dark theme: the one that pictures are read in.
pub static DARK: Tokens = Tokens {
    window: Color32::from_rgb(0x0E, 0x10, 0x13),
    panel: Color32::from_rgb(0x15, 0x18, 0x1D),
    card: Color32::from_rgb(0x1B, 0x1F, 0x26),
    control: Color32::from_rgb(0x26, 0x2B, 0x33),
    control_hover: Color32::from_rgb(0x2F, 0x36, 0x40),
    line: Color32::from_rgb(0x26, 0x2B, 0x33),
    edge: Color32::from_rgb(0x26, 0x2B, 0x33),
    text: Color32::from_rgb(0xD6, 0xDB, 0xE1),
    muted: Color32::from_rgb(0x8A, 0x93, 0x9E),
    accent: Color32::from_rgb(0x4C, 0xB4, 0xFF),
    accent_soft: Color32::from_rgb(0x1B, 0x33, 0x49),
    on_accent_soft: Color32::from_rgb(0xC4, 0xE4, 0xFF),
    warning: Color32::from_rgb(0xF0, 0xA8, 0x3C),
    error: Color32::from_rgb(0xFF, 0x7B, 0x72),
    good: Color32::from_rgb(0x5E, 0xC4, 0x7A),
    towards: Color32::from_rgb(0xE2, 0x78, 0x4E),
    away: Color32::from_rgb(0x5B, 0x9B, 0xD8),
    series: [
        Color32::from_rgb(0x4C, 0xB4, 0xFF),
        Color32::from_rgb(0xF0, 0x8A, 0x4B),
        Color32::from_rgb(0x4F, 0xC7, 0x9A),
        Color32::from_rgb(0xE5, 0x8F, 0xC4),
        Color32::from_rgb(0xE6, 0xC2, 0x4A),
        Color32::from_rgb(0xA9, 0xA4, 0xFF),
    ],
    veil: Color32::from_rgba_premultiplied(0x04, 0x05, 0x06, 0xB0),
};

/// The light theme: panels only, the viewports stay black.
pub static LIGHT: Tokens = Tokens {
    window: Color32::from_rgb(0xE3, 0xE7, 0xEB),
    panel: Color32::from_rgb(0xF5, 0xF6, 0xF8),
    card: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    control: Color32::from_rgb(0xE4, 0xE8, 0xED),
    control_hover: Color32::from_rgb(0xD7, 0xDD, 0xE4),
    line: Color32::from_rgb(0xCD, 0xD3, 0xDA),
    edge: Color32::from_rgb(0xA6, 0xB0, 0xBB),
    text: Color32::from_rgb(0x1A, 0x1E, 0x24),
    muted: Color32::from_rgb(0x55, 0x5F, 0x6B),
    accent: Color32::from_rgb(0x0A, 0x66, 0xB8),
    accent_soft: Color32::from_rgb(0xD2, 0xE7, 0xF9),
    on_accent_soft: Color32::from_rgb(0x0B, 0x3B, 0x66),
    warning: Color32::from_rgb(0x8A, 0x55, 0x00),
    error: Color32::from_rgb(0xB3, 0x26, 0x1E),
    good: Color32::from_rgb(0x1E, 0x70, 0x38),
    towards: Color32::from_rgb(0xB8, 0x4E, 0x22),
    away: Color32::from_rgb(0x2C, 0x6C, 0xAE),
    series: [
        Color32::from_rgb(0x00, 0x66, 0xB0),
        Color32::from_rgb(0xC2, 0x4E, 0x00),
        Color32::from_rgb(0x00, 0x7F, 0x5F),
        Color32::from_rgb(0xA8, 0x4D, 0x82),
        Color32::from_rgb(0x8A, 0x62, 0x00),
        Color32::from_rgb(0x5B, 0x55, 0xC8),
    ],
    veil: Color32::from_rgba_premultiplied(0x0C, 0x0E, 0x10, 0x80),
};

/// Colours on pictures: bright and dark tissue lies under them, whatever the theme.
#[derive(Debug)]
pub struct PictureTokens {
    /// Behind and around a picture.
    pub ground: Color32,
    /// Letters, corner text, scale bar.
    pub text: Color32,
    /// The halo around them.
    pub halo: Color32,
    /// Less important text.
    pub muted: Color32,
    /// A warning on a picture.
    pub warning: Color32,
    /// Marks of nodules.
    pub mark: Color32,
    /// The mark of the selected nodule.
    pub mark_selected: Color32,
    /// Ring of the viewport that keys act on.
    pub focus: Color32,
    /// Axial plane.
    pub axial: Color32,
    /// Coronal plane.
    pub coronal: Color32,
    /// Sagittal plane.
    pub sagittal: Color32,
    /// Box of the smallest crop (solid).
    pub micro: Color32,
    /// Box of the middle crop (dashed).
    pub meso: Color32,
    /// Box of the largest crop (dotted).
    pub macro_: Color32,
    /// Box and score of a candidate of a slice scan.
    pub candidate: Color32,
    /// Measurements.
    pub measure: Color32,
    /// The measurement that is in the hand.
    pub measure_picked: Color32,
}

/// The colours on pictures.
pub static PICTURE: PictureTokens = PictureTokens {
    ground: Color32::BLACK,
    text: Color32::from_rgb(0xE6, 0xEA, 0xEE),
    halo: Color32::from_rgba_premultiplied(0, 0, 0, 0xB4),
    muted: Color32::from_rgb(0xB4, 0xBB, 0xC4),
    warning: Color32::from_rgb(0xF7, 0xB4, 0x4A),
    mark: Color32::from_rgb(0xD6, 0xDB, 0xE1),
    mark_selected: Color32::from_rgb(0x4C, 0xB4, 0xFF),
    focus: Color32::from_rgb(0x4C, 0xB4, 0xFF),
    axial: Color32::from_rgb(0xE8, 0x5D, 0x5D),
    coronal: Color32::from_rgb(0x52, 0xC4, 0x73),
    sagittal: Color32::from_rgb(0xE8, 0xC2, 0x4B),
    micro: Color32::from_rgb(0x4C, 0xB4, 0xFF),
    meso: Color32::from_rgb(0xF5, 0xB8, 0x41),
    macro_: Color32::from_rgb(0xE0, 0x7B, 0xE0),
    candidate: Color32::from_rgb(0x7F, 0xE0, 0xC8),
    measure: Color32::from_rgb(0xC3, 0xE8, 0x6A),
    measure_picked: Color32::from_rgb(0xEC, 0xFF, 0xB8),
};

/// Sizes in points, on a grid of 8 with halves.
pub mod size {
    /// Half a step.
    pub const HALF: f32 = 4.0;
    /// One step.
    pub const STEP: f32 = 8.0;
    /// Two steps.
    pub const DOUBLE: f32 = 16.0;
    /// Height of the top bar.
    pub const TOP_BAR: f32 = 44.0;
    /// Height of the status bar.
    pub const STATUS_BAR: f32 = 26.0;
    /// Height of a control.
    pub const CONTROL: f32 = 28.0;
    /// Usual width of the left panel.
    pub const LEFT_PANEL: f32 = 232.0;
    /// Usual width of the right panel.
    pub const RIGHT_PANEL: f32 = 320.0;
    /// Corner radius of controls.
    pub const RADIUS: u8 = 4;
    /// Corner radius of cards.
    pub const CARD_RADIUS: u8 = 6;
    /// Smallest text.
    pub const SMALL: f32 = 12.0;
    /// Running text.
    pub const BODY: f32 = 13.0;
    /// Headings.
    pub const HEADING: f32 = 15.0;
    /// The number that a card is about.
    pub const NUMBER: f32 = 30.0;
    /// Icons in running text.
    pub const ICON: f32 = 17.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast ratio. Source: WCAG 2.2, relative luminance.
    fn contrast(a: Color32, b: Color32) -> f64 {
        let luminance = |c: Color32| {
            let part = |v: u8| {
                let v = f64::from(v) / 255.0;
                if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(c.r()) + 0.7152 * part(c.g()) + 0.0722 * part(c.b())
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// A colour with opacity (premultiplied) laid over another.
    fn over(ink: Color32, ground: Color32) -> Color32 {
        let part = |ink: u8, ground: u8, a: u8| {
            let left = f64::from(ground) * (1.0 - f64::from(a) / 255.0);
            (f64::from(ink) + left).round().min(255.0) as u8
        };
        let a = ink.a();
        Color32::from_rgb(
            part(ink.r(), ground.r(), a),
            part(ink.g(), ground.g(), a),
            part(ink.b(), ground.b(), a),
        )
    }

    #[test]
    fn all_text_has_a_contrast_of_four_and_a_half() {
        for t in [&DARK, &LIGHT] {
            for ground in [t.window, t.panel, t.card] {
                for text in [t.text, t.muted, t.warning, t.error, t.good, t.accent] {
                    assert!(contrast(text, ground) >= 4.5, "{text:?} on {ground:?}");
                }
            }
            for ground in [t.control, t.control_hover, t.accent_soft] {
                assert!(contrast(t.text, ground) >= 4.5, "text on {ground:?}");
            }
            // Choices beside the chosen one, and hints in fields; under the pointer they are `text`.
            assert!(contrast(t.muted, t.control) >= 4.5, "muted on a control");
            // Keys on what is switched on, and the lesser line of a chosen row.
            assert!(contrast(t.accent, t.accent_soft) >= 4.5, "accent on what is chosen");
            assert!(contrast(t.on_accent_soft, t.accent_soft) >= 4.5);
            let lesser = over(t.on_accent_soft.gamma_multiply(0.8), t.accent_soft);
            assert!(contrast(lesser, t.accent_soft) >= 4.5, "{lesser:?} on what is chosen");
            // Figures beside bars.
            for bar in [t.towards, t.away] {
                assert!(contrast(bar, t.card) >= 3.0, "{bar:?} on a card");
            }
            // Lines, not text. Source: WCAG 2.2, 1.4.11.
            for series in t.series {
                assert!(contrast(series, t.card) >= 3.0, "{series:?} on a card");
            }
        }
        for text in [
            PICTURE.text,
            PICTURE.muted,
            PICTURE.warning,
            PICTURE.micro,
            PICTURE.meso,
            PICTURE.macro_,
            PICTURE.candidate,
            PICTURE.measure,
            PICTURE.measure_picked,
        ] {
            assert!(contrast(text, PICTURE.ground) >= 4.5, "{text:?} on black");
        }
    }
}
