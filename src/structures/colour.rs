//! Colours that files recommend, and colours for those that recommend none.

/// Red, green and blue of a Recommended Display CIELab Value.
///
/// L* runs from 0 to 100 and a*, b* from -128 to 127 over the 16 bits; the white is D50. Sources: DICOM PS3.3
/// C.10.7.1.1; CIE 15 (Lab); IEC 61966-2-1 (sRGB), with Bradford's adaptation from D50 to D65.
pub fn srgb_from_cielab(encoded: [u16; 3]) -> [u8; 3] {
    let [l, a, b] = encoded.map(|n| f64::from(n) / f64::from(u16::MAX));
    let (l, a, b) = (l * 100.0, a * 255.0 - 128.0, b * 255.0 - 128.0);
    let fy = (l + 16.0) / 116.0;
    let linear = |f: f64| if f > 6.0 / 29.0 { f * f * f } else { (f - 4.0 / 29.0) * 108.0 / 841.0 };
    let [x, y, z] = [0.964_22 * linear(fy + a / 500.0), linear(fy), 0.825_21 * linear(fy - b / 200.0)];
    [
        3.133_856_1 * x - 1.616_866_7 * y - 0.490_614_6 * z,
        -0.978_768_4 * x + 1.916_141_5 * y + 0.033_454_0 * z,
        0.071_945_3 * x - 0.228_991_4 * y + 1.405_242_7 * z,
    ]
    .map(|c| {
        let c = c.clamp(0.0, 1.0);
        let encoded = if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
        (encoded * 255.0).round() as u8
    })
}

/// The Recommended Display CIELab Value of a colour: the way back. Sources: as [`srgb_from_cielab`].
pub fn cielab_from_srgb(colour: [u8; 3]) -> [u16; 3] {
    let [r, g, b] = colour.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    let [x, y, z] = [
        (0.436_074_7 * r + 0.385_064_9 * g + 0.143_080_4 * b) / 0.964_22,
        0.222_504_5 * r + 0.716_878_6 * g + 0.060_616_9 * b,
        (0.013_932_2 * r + 0.097_104_5 * g + 0.714_173_3 * b) / 0.825_21,
    ]
    .map(|t| if t > (6.0f64 / 29.0).powi(3) { t.cbrt() } else { t * 841.0 / 108.0 + 4.0 / 29.0 });
    let (l, a, b) = (116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z));
    [l / 100.0, (a + 128.0) / 255.0, (b + 128.0) / 255.0]
        .map(|share| (share.clamp(0.0, 1.0) * f64::from(u16::MAX)).round() as u16)
}

/// Least luminance of a line on a CT: lung is nearly black, and so is a line in the blue that many files
/// recommend.
const LEAST_LUMINANCE: f64 = 0.2;

/// The colour mixed with as much white as it needs to be seen on a dark picture.
pub fn readable(colour: [u8; 3]) -> [u8; 3] {
    let mut shown = colour;
    for tenths in 0..=10 {
        let white = f64::from(tenths) / 10.0;
        shown = colour.map(|c| (f64::from(c) + (255.0 - f64::from(c)) * white).round() as u8);
        if luminance(shown) >= LEAST_LUMINANCE {
            break;
        }
    }
    shown
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [r, g, b] = colour.map(|c| (f64::from(c) / 255.0).powf(2.2));
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// A colour for the structure at this place of a file that recommends none: neighbours differ, for the
/// colour-blind as well. Source: M. Okabe, K. Ito, Color Universal Design, 2008 (without black).
pub fn unasked(place: usize) -> [u8; 3] {
    const COLOURS: [[u8; 3]; 7] = [
        [230, 159, 0],
        [86, 180, 233],
        [0, 158, 115],
        [240, 228, 66],
        [0, 114, 178],
        [213, 94, 0],
        [204, 121, 167],
    ];
    COLOURS.get(place % COLOURS.len()).copied().unwrap_or([255; 3])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(l: f64, a: f64, b: f64) -> [u16; 3] {
        [l / 100.0, (a + 128.0) / 255.0, (b + 128.0) / 255.0].map(|share| (share * 65535.0).round() as u16)
    }

    #[test]
    fn known_colours_come_back() {
        // Lab with D50 of pure sRGB colours, by any calculator of colours; a byte of rounding.
        for (lab, rgb) in [
            ((100.0, 0.0, 0.0), [255, 255, 255]),
            ((0.0, 0.0, 0.0), [0, 0, 0]),
            ((54.29, 80.81, 69.89), [255, 0, 0]),
            ((87.82, -79.29, 80.99), [0, 255, 0]),
            ((29.57, 68.30, -112.03), [0, 0, 255]),
        ] {
            let found = srgb_from_cielab(encoded(lab.0, lab.1, lab.2));
            assert!(found.iter().zip(rgb).all(|(a, b)| a.abs_diff(b) <= 2), "{found:?} {rgb:?}");
        }
    }

    #[test]
    fn colours_lead_to_lab_and_back() {
        for colour in (0..7).map(unasked).chain([[0; 3], [255; 3], [255, 0, 0], [12, 34, 56]]) {
            let back = srgb_from_cielab(cielab_from_srgb(colour));
            assert!(back.iter().zip(colour).all(|(a, b)| a.abs_diff(b) <= 1), "{colour:?} {back:?}");
        }
    }

    #[test]
    fn a_dark_colour_is_lightened_and_a_light_one_is_left() {
        assert_eq!(readable([255, 255, 0]), [255, 255, 0]);
        assert_eq!(readable([255, 0, 0]), [255, 0, 0]);
        let blue = readable([0, 0, 255]);
        assert!(luminance(blue) >= LEAST_LUMINANCE && blue[2] == 255 && blue[0] < 200, "{blue:?}");
        assert!(luminance(readable([0, 0, 0])) >= LEAST_LUMINANCE);
    }
}
