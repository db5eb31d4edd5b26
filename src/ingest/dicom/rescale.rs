//! From stored numbers to values of the volume.

use super::header::PixelForm;

/// Linear map from stored numbers to values: `stored * slope + intercept`, rounded to the nearest
/// whole number (ties to even), kept within 16 bits. Exact where slope and intercept are whole.
///
/// Source: DICOM PS3.3 C.11.1.1.2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::ingest) struct Rescale {
    pub(in crate::ingest) slope: f64,
    pub(in crate::ingest) intercept: f64,
}

impl Rescale {
    /// The value of one stored number.
    pub(in crate::ingest) fn value(self, stored: f64) -> i16 {
        // `as` keeps the result within 16 bits and makes a zero of no number.
        (stored * self.slope + self.intercept).round_ties_even() as i16
    }

    /// The intercept, where adding it is all there is to do.
    fn whole_shift(self) -> Option<i16> {
        let shift = self.intercept as i16;
        (self.slope == 1.0 && f64::from(shift) == self.intercept).then_some(shift)
    }

    /// Turns 16-bit words in place into values: takes the stored bits out of each word, whatever
    /// lies in the others, extends the sign, rescales.
    pub(super) fn words(self, words: &mut [i16], form: PixelForm) {
        unpack(words, form);
        // Unsigned numbers of less than 16 bits fit a signed word by now.
        let wide = !form.signed && form.bits_stored >= 16;
        match (self.whole_shift(), wide) {
            (Some(0), false) => {}
            (Some(shift), false) => words.iter_mut().for_each(|v| *v = v.saturating_add(shift)),
            (Some(shift), true) => {
                let shift = i32::from(shift);
                for v in words {
                    let value = i32::from(*v as u16).wrapping_add(shift);
                    *v = value.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
                }
            }
            (None, false) => words.iter_mut().for_each(|v| *v = self.value(f64::from(*v))),
            (None, true) => words.iter_mut().for_each(|v| *v = self.value(f64::from(*v as u16))),
        }
    }
}

/// Stored bits down to bit 0, sign extended.
fn unpack(words: &mut [i16], form: PixelForm) {
    if form.bits_stored >= 16 {
        return;
    }
    let up = 15u32.saturating_sub(u32::from(form.high_bit));
    let down = 16u32.saturating_sub(u32::from(form.bits_stored)) & 15;
    if form.signed {
        words.iter_mut().for_each(|v| *v = v.wrapping_shl(up).wrapping_shr(down));
    } else {
        words.iter_mut().for_each(|v| *v = (*v as u16).wrapping_shl(up).wrapping_shr(down) as i16);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(bits_stored: u16, high_bit: u16, signed: bool) -> PixelForm {
        PixelForm {
            columns: 1,
            rows: 1,
            samples_per_pixel: 1,
            bits_allocated: 16,
            bits_stored,
            high_bit,
            signed,
            real: false,
        }
    }

    fn one(word: u16, form: PixelForm, slope: f64, intercept: f64) -> i16 {
        let mut words = [word as i16];
        Rescale { slope, intercept }.words(&mut words, form);
        words[0]
    }

    #[test]
    fn dirty_high_bits_do_not_reach_the_values() {
        assert_eq!(one(0xF7FF, form(12, 11, false), 1.0, -1024.0), 2047 - 1024);
        assert_eq!(one(0x5FFF, form(12, 11, true), 1.0, 0.0), -1);
        assert_eq!(one(0xABC7, form(12, 15, false), 1.0, 0.0), 0xABC);
    }

    #[test]
    fn the_full_unsigned_range_is_shifted_without_wrapping() {
        assert_eq!(one(65535, form(16, 15, false), 1.0, -1024.0), i16::MAX);
        assert_eq!(one(40000, form(16, 15, false), 1.0, -32768.0), 7232);
        assert_eq!(one(0x8000, form(16, 15, true), 1.0, -1024.0), i16::MIN);
    }

    #[test]
    fn fractions_are_rounded_and_extremes_are_kept_within_sixteen_bits() {
        assert_eq!(one(5, form(16, 15, true), 0.5, -1000.0), -998);
        assert_eq!(one(0xFFFF, form(16, 15, true), 0.25, 0.0), 0);
        assert_eq!(one(30000, form(16, 15, true), 3.0, 0.0), i16::MAX);
        assert_eq!(one(60000, form(16, 15, false), 0.5, 1.0), 30001);
    }
}
