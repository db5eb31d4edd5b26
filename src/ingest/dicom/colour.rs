//! Coloured pictures: one frame as red, green and blue. They hold no values and lie nowhere.
//!
//! Source: DICOM PS3.3 C.7.6.3.1.2 (Photometric Interpretation), C.7.6.3.1.3 (Planar Configuration), C.7.6.3.1.5
//! and C.7.9 (palettes).

use super::decode::{SliceFault, SliceSource};
use super::header::{self, PixelForm};
use super::rescale::Rescale;

/// The three tables of a palette.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ingest) struct Palette {
    /// Red, green, blue.
    pub(super) tables: [PaletteTable; 3],
}

/// From stored numbers to levels of one colour.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ingest) struct PaletteTable {
    /// The stored number of the first entry; lower ones take its level.
    first: i32,
    /// Of the stored numbers from there on; higher ones take the last. Never empty.
    levels: Vec<u8>,
}

impl PaletteTable {
    /// - `descriptor`: number of entries (0: 65,536), first stored number, bits of an entry
    /// - `data`: 16-bit words: an entry each, or two entries of 8 bits, the first in the low byte
    /// - returns: `None` where it is no table
    pub(super) fn new(descriptor: [f64; 3], data: &[f64], form: PixelForm) -> Option<Self> {
        let [count, first, bits] = descriptor.map(|n| n as i64 as u16);
        let first = if form.signed { i32::from(first as i16) } else { i32::from(first) };
        let count = if count == 0 { 65_536 } else { usize::from(count) };
        let words: Vec<u16> = data.iter().map(|word| *word as u16).collect();
        let mut levels: Vec<u8> = match bits {
            8 if words.len() == count.div_ceil(2) => words.iter().flat_map(|w| w.to_le_bytes()).collect(),
            // Some writers put 8 bits into words of their own.
            8 => words.iter().map(|w| *w as u8).collect(),
            16 => words.iter().map(|w| w.to_be_bytes()[0]).collect(),
            _ => return None,
        };
        levels.truncate(count);
        (levels.len() == count).then_some(Self { first, levels })
    }

    fn level(&self, stored: i32) -> u8 {
        let last = self.levels.len().saturating_sub(1);
        let place = usize::try_from(stored.saturating_sub(self.first)).unwrap_or(0).min(last);
        self.levels.get(place).copied().unwrap_or(0)
    }
}

impl SliceSource {
    /// The picture: red, green and blue of each pixel, row by row; levels of more than 8 bits are cut down to
    /// their upper ones.
    /// - errors: no picture in colours that are known, a palette without its tables, pixels that cannot be
    ///   decoded
    pub(in crate::ingest) fn colours(&self) -> Result<Vec<u8>, SliceFault> {
        let unknown = |why: String| SliceFault::Unsupported(why);
        match (self.form.samples_per_pixel, self.photometric.as_str()) {
            (1, "PALETTE COLOR") => self.through_palette(),
            (3, _) if !matches!(self.form.bits_allocated, 8 | 16) => {
                Err(unknown(format!("its colours have {} bits", self.form.bits_allocated)))
            }
            (3, "RGB" | "YBR_FULL" | "YBR_FULL_422" | "YBR_ICT" | "YBR_RCT") => {
                let samples = self.samples()?;
                Ok(self.as_rgb(&samples))
            }
            (samples, colours) => {
                Err(unknown(format!("its colours ({colours}, {samples} a pixel) are not known")))
            }
        }
    }

    fn through_palette(&self) -> Result<Vec<u8>, SliceFault> {
        let palette = self
            .palette
            .as_ref()
            .ok_or_else(|| SliceFault::Unsupported("it has no colour tables".to_owned()))?;
        // Stored numbers of 16 bits fit a signed word once the middle of them is taken away.
        let shift = if !self.form.signed && self.form.bits_stored >= 16 { 32_768 } else { 0 };
        let rescale = Rescale { slope: 1.0, intercept: -f64::from(shift) };
        let stored = Self { rescale, lut: None, ..self.clone() }.decode()?;
        let colour =
            |word: &i16| palette.tables.each_ref().map(|table| table.level(i32::from(*word) + shift));
        Ok(stored.iter().flat_map(colour).collect())
    }

    /// 8-bit levels, the three of a pixel together, in the picture's own colours.
    fn samples(&self) -> Result<Vec<u8>, SliceFault> {
        let (pixels, half) = (self.form.pixels(), self.is_halved());
        let wide = self.form.bits_allocated == 16;
        let bytes = self.colour_bytes(if half { 2 } else { 3 })?;
        // The upper 8 of the stored bits.
        let down = self.form.bits_stored.saturating_sub(8).min(8);
        let levels: Vec<u8> = if wide {
            let word = if self.is_big_endian() { u16::from_be_bytes } else { u16::from_le_bytes };
            let (words, _) = bytes.as_chunks::<2>();
            words.iter().map(|&b| (word(b) >> down).min(255) as u8).collect()
        } else {
            bytes
        };
        if half {
            // Two pixels share their colour: Y1 Y2 Cb Cr.
            let (pairs, _) = levels.as_chunks::<4>();
            return Ok(pairs
                .iter()
                .flat_map(|&[a, b, cb, cr]| [a, cb, cr, b, cb, cr])
                .take(pixels * 3)
                .collect());
        }
        if !self.is_planar() {
            return Ok(levels);
        }
        let plane = |n: usize| levels.get(n * pixels..(n + 1) * pixels).ok_or(SliceFault::Truncated);
        let (red, green, blue) = (plane(0)?, plane(1)?, plane(2)?);
        Ok(red.iter().zip(green).zip(blue).flat_map(|((r, g), b)| [*r, *g, *b]).collect())
    }

    /// Whether two pixels share their colour; in compressed pictures that is the decoder's matter.
    fn is_halved(&self) -> bool {
        self.photometric == "YBR_FULL_422" && header::is_native(&self.syntax)
    }

    /// Whether there is a picture for each colour; decoders give back pixels whole.
    fn is_planar(&self) -> bool {
        self.planar && header::is_native(&self.syntax)
    }

    /// Samples to red, green and blue. Decoders of JPEG and its kin give these back already, whatever the
    /// header says of the compressed picture.
    fn as_rgb(&self, samples: &[u8]) -> Vec<u8> {
        let stays = self.photometric == "RGB" || !self.keeps_colours();
        if stays {
            return samples.to_vec();
        }
        let (pixels, _) = samples.as_chunks::<3>();
        pixels.iter().flat_map(|&ybr| rgb_of(ybr)).collect()
    }
}

/// Source: DICOM PS3.3 C.7.6.3.1.2, YBR_FULL.
fn rgb_of([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let [y, cb, cr] = [f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0];
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb]
        .map(|v| v.round().clamp(0.0, 255.0) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(signed: bool) -> PixelForm {
        PixelForm {
            columns: 1,
            rows: 1,
            samples_per_pixel: 1,
            bits_allocated: 16,
            bits_stored: 16,
            high_bit: 15,
            signed,
            real: false,
        }
    }

    #[test]
    fn a_table_takes_words_of_one_entry_or_of_two_and_holds_at_its_ends() {
        let wide = PaletteTable::new([3.0, 10.0, 16.0], &[256.0, 32_768.0, 65_535.0], form(false));
        let wide = wide.expect("a table");
        assert_eq!([0, 10, 11, 12, 40_000].map(|n| wide.level(n)), [1, 1, 128, 255, 255]);
        let packed = PaletteTable::new([3.0, 65_535.0, 8.0], &[513.0, 3.0], form(true)).expect("a table");
        // The first stored number is -1.
        assert_eq!([-5, -1, 0, 1, 9].map(|n| packed.level(n)), [1, 1, 2, 3, 3]);
        assert_eq!(
            PaletteTable::new([3.0, 0.0, 8.0], &[7.0, 8.0, 9.0], form(false)).map(|t| t.level(1)),
            Some(8)
        );
        assert_eq!(PaletteTable::new([3.0, 0.0, 16.0], &[7.0], form(false)), None, "too short");
        assert_eq!(PaletteTable::new([3.0, 0.0, 12.0], &[7.0; 3], form(false)), None, "no such width");
    }

    #[test]
    fn luminance_and_colour_differences_become_red_green_and_blue() {
        assert_eq!(rgb_of([128, 128, 128]), [128; 3]);
        // Pure red, green and blue by the standard's own equations, rounded.
        assert_eq!(rgb_of([76, 85, 255]), [254, 0, 0]);
        assert_eq!(rgb_of([150, 44, 21]), [0, 255, 1]);
        assert_eq!(rgb_of([29, 255, 107]), [0, 0, 254]);
    }
}
