//! Colours, sizes, text styles and fonts: the only place of the program with a colour in it.
//!
//! `app` and `picture` call [`install`] once per context; every panel asks [`tokens`].

#![expect(clippy::disallowed_methods, reason = "this is the place where colours are made")]

mod fonts;
mod paper;
mod style;
mod tokens;

pub use fonts::{install_fonts, strong_family};
pub use paper::PAPER;
pub use style::{apply, text};
pub use tokens::{DARK, LIGHT, PICTURE, PictureTokens, Tokens, size};

use egui::Context;

use crate::geometry::Plane;
use crate::inference::RegionName;

/// Fonts and styles of a fresh context.
pub fn install(ctx: &Context, dark: bool) {
    install_fonts(ctx);
    apply(ctx, dark);
}

/// The tokens of the theme that `ui` is drawn in.
pub fn tokens(ui: &egui::Ui) -> &'static Tokens {
    if ui.visuals().dark_mode { &DARK } else { &LIGHT }
}

/// Colour of a plane's frame and crosshair line.
pub fn plane_colour(plane: Plane) -> egui::Color32 {
    match plane {
        Plane::Axial => PICTURE.axial,
        Plane::Coronal => PICTURE.coronal,
        Plane::Sagittal => PICTURE.sagittal,
    }
}

/// Colour of a region's box, picture frame and bar. A network has three at most, and no two of one
/// network are alike.
pub fn region_colour(name: RegionName) -> egui::Color32 {
    match name {
        RegionName::Micro
        | RegionName::Window
        | RegionName::Axial
        | RegionName::Current
        | RegionName::Slice => PICTURE.micro,
        RegionName::Meso | RegionName::Coronal | RegionName::Prior => PICTURE.meso,
        RegionName::Macro => PICTURE.macro_,
    }
}

/// A grey of a picture.
pub fn grey(value: u8) -> egui::Color32 {
    egui::Color32::from_gray(value)
}

/// A colour of the heatmap, channels 0 to 1 in sRGB: data, not design, but made here like all others.
pub fn from_unit([r, g, b]: [f64; 3]) -> egui::Color32 {
    let byte = |v: f64| (v.clamp(0.0, 1.0) * 255.0).round() as u8;
    egui::Color32::from_rgb(byte(r), byte(g), byte(b))
}
