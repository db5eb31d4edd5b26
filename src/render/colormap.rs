//! Colour maps: for saliency perceptually uniform ones, for the values of other modalities their usual ones; never a rainbow.
//!
//! One table serves the shader (as a texture), its CPU twin and the colour bar of the window.

use std::sync::LazyLock;

use super::inferno::INFERNO;
use crate::volume::Colours;

/// A map from a share to a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorMap {
    /// Dark to bright ("inferno"): for maps that are never negative.
    Sequential,
    /// Blue over dark grey to orange: for maps where the sign matters; 0.5 is zero.
    Diverging,
    /// Black, red, yellow, white: for emission. Source: DICOM PS3.6 B.1.1 ("Hot Iron").
    HotIron,
}

impl ColorMap {
    /// All, in the order of their rows in the shader's texture.
    pub const ALL: [ColorMap; 3] = [ColorMap::Sequential, ColorMap::Diverging, ColorMap::HotIron];

    /// The colours of a colours; `None`: grey.
    pub const fn of_colours(colours: Colours) -> Option<Self> {
        match colours {
            Colours::Grey => None,
            Colours::HotIron => Some(ColorMap::HotIron),
            Colours::Inferno => Some(ColorMap::Sequential),
            Colours::Diverging => Some(ColorMap::Diverging),
        }
    }

    /// The map for a saliency whose negative values mean something, or not.
    pub const fn for_signed(signed: bool) -> Self {
        if signed { ColorMap::Diverging } else { ColorMap::Sequential }
    }

    /// Row in the texture and number in the shader.
    pub(super) const fn row(self) -> u32 {
        self as u32
    }

    /// The 256 sRGB colours of shares 0 to 1.
    pub fn table(self) -> &'static [[u8; 3]; 256] {
        match self {
            ColorMap::Sequential => &INFERNO,
            ColorMap::Diverging => &DIVERGING,
            ColorMap::HotIron => &HOT_IRON,
        }
    }

    /// The sRGB colour at `share` (clamped to 0..=1), linear between neighbours as in the shader;
    /// each channel 0..=1.
    pub fn colour(self, share: f64) -> [f64; 3] {
        let at = share.clamp(0.0, 1.0) * 255.0;
        // A share that is no number has no place: the lower end.
        let at = if at.is_finite() { at } else { 0.0 };
        let (low, high) = (self.table()[at.floor() as usize], self.table()[at.ceil() as usize]);
        let f = at - at.floor();
        std::array::from_fn(|c| (f64::from(low[c]) * (1.0 - f) + f64::from(high[c]) * f) / 255.0)
    }
}

/// Straight lines in Oklab from a dark grey to a blue and to an orange of the same lightness: equal
/// steps of the map are equally visible, on either side.
/// Source of Oklab: B. Ottosson, "A perceptual color space for image processing", 2020.
static DIVERGING: LazyLock<[[u8; 3]; 256]> = LazyLock::new(|| {
    const MIDDLE: [f64; 3] = [0.22, 0.0, 0.0];
    const BLUE: [f64; 3] = [0.75, -0.055, -0.125];
    const ORANGE: [f64; 3] = [0.75, 0.075, 0.125];
    std::array::from_fn(|n| {
        let x = n as f64 / 127.5 - 1.0;
        let end = if x < 0.0 { BLUE } else { ORANGE };
        let lab = std::array::from_fn(|c| MIDDLE[c] + (end[c] - MIDDLE[c]) * x.abs());
        srgb_from_oklab(lab)
    })
});

/// Red rises over the lower half, green over the upper half, blue over the last quarter. Source: DICOM PS3.6
/// B.1.1 (Hot Iron).
static HOT_IRON: LazyLock<[[u8; 3]; 256]> = LazyLock::new(|| {
    let rise = |n: usize, from: usize, by: usize| (n.saturating_sub(from) * by).min(255) as u8;
    std::array::from_fn(|n| [rise(n, 0, 2), rise(n, 128, 2), rise(n, 192, 4)])
});

fn srgb_from_oklab([lightness, a, b]: [f64; 3]) -> [u8; 3] {
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
    [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s,
    ]
    .map(|linear| {
        let linear = linear.clamp(0.0, 1.0);
        let encoded =
            if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
        (encoded * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance([r, g, b]: [u8; 3]) -> f64 {
        let linear = |c: u8| (f64::from(c) / 255.0).powf(2.2);
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    #[test]
    fn the_sequential_map_grows_brighter_all_the_way() {
        let table = ColorMap::Sequential.table();
        // Rounding to 8 bits may take one step of a channel back: 2e-3 of luminance.
        assert!(table.windows(2).all(|pair| luminance(pair[1]) > luminance(pair[0]) - 2e-3));
        assert_eq!(table[0], [0, 0, 4]);
        assert_eq!(table[255], [252, 255, 164]);
    }

    #[test]
    fn the_diverging_map_is_dark_and_grey_at_zero_and_equally_light_at_its_ends() {
        let table = ColorMap::Diverging.table();
        let [r, g, b] = table[127];
        assert!(r.abs_diff(g) <= 3 && g.abs_diff(b) <= 3 && r < 40, "{:?}", table[127]);
        // Oklab lightness is not luminance: the two ends agree within a tenth.
        assert!((luminance(table[0]) - luminance(table[255])).abs() < 0.1);
        assert!(table[0][2] > table[0][0] && table[255][0] > table[255][2], "blue, then orange");
    }

    #[test]
    fn a_share_outside_the_map_takes_its_end() {
        assert_eq!(ColorMap::Sequential.colour(-3.0), ColorMap::Sequential.colour(0.0));
        assert_eq!(ColorMap::Sequential.colour(f64::NAN), ColorMap::Sequential.colour(0.0));
        assert_eq!(ColorMap::Diverging.colour(7.0), ColorMap::Diverging.colour(1.0));
    }
}
