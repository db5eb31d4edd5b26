//! The typefaces: Inter with tabular figures for text, Phosphor for icons.
//!
//! Names in other scripts come from the system's fonts, which eframe looks up character by
//! character (its feature `system_fonts`); so both families stay short here.

use std::sync::Arc;

use egui::{Context, FontData, FontDefinitions, FontFamily, FontTweak};

const REGULAR: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/fonts/Inter-Regular-tabular.ttf"));
const SEMIBOLD: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/fonts/Inter-SemiBold-tabular.ttf"));
const ICONS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/icons/Phosphor.ttf"));

/// The family of numbers and names that matter.
pub fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// Sets the fonts of a context.
pub fn install_fonts(ctx: &Context) {
    let mut fonts = FontDefinitions::empty();
    // Phosphor's glyphs hang above the baseline; text beside them sits lower.
    let icon_tweak = FontTweak { y_offset_factor: 0.08, ..FontTweak::default() };
    for (name, data) in [
        ("inter", FontData::from_static(REGULAR)),
        ("inter-strong", FontData::from_static(SEMIBOLD)),
        ("phosphor", FontData::from_static(ICONS).tweak(icon_tweak)),
    ] {
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
    }
    for (family, names) in [
        (FontFamily::Proportional, ["inter", "phosphor"]),
        (FontFamily::Monospace, ["inter", "phosphor"]),
        (strong_family(), ["inter-strong", "phosphor"]),
    ] {
        fonts.families.insert(family, names.map(str::to_owned).to_vec());
    }
    ctx.set_fonts(fonts);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme;

    #[test]
    fn figures_are_equally_wide_and_icons_are_there() {
        let ctx = Context::default();
        theme::install(&ctx, true);
        let _ = ctx.run_ui(egui::RawInput::default(), |ui| {
            let font = egui::FontId::proportional(13.0);
            ui.fonts_mut(|f| {
                let zero = f.glyph_width(&font, '0');
                for figure in "123456789".chars() {
                    assert!((f.glyph_width(&font, figure) - zero).abs() < 1e-3, "{figure}");
                }
                for (name, icon) in crate::ui::icons::ALL {
                    assert!(f.has_glyphs(&font, icon), "{name}");
                }
                assert!(f.has_glyphs(&font, "ÄéŁñç × − ° µ αβγ Дмитрий"));
            });
        });
    }
}
