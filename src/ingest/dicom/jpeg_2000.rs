//! JPEG 2000 of one component (1.2.840.10008.1.2.4.90 and .91), by a decoder in Rust.
//!
//! It takes two thirds of the time of the one that dicom-pixeldata brings. What is not plain is left to that one:
//! the high-throughput form, colours, ways of coding that change within a picture, and whatever it refuses.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};

use super::codestream::{Announced, plain_jpeg_2000};

/// Decodes a picture of one component.
/// - `announced`: what the bytes say of themselves, already held against the DICOM header
/// - returns: the stored numbers as 16-bit words, signed ones in two's complement, row by row; `None` where it
///   is of another kind or damaged
pub(super) fn decode(bytes: &[u8], announced: Announced) -> Option<Box<[i16]>> {
    if announced.components != 1 || announced.precision > 16 {
        return None;
    }
    let bytes = plain_jpeg_2000(bytes)?;
    // A decoder that panics on damaged bytes is this slice's fault, not the program's end.
    catch_unwind(AssertUnwindSafe(|| words(bytes, announced))).ok().flatten()
}

fn words(bytes: &[u8], announced: Announced) -> Option<Box<[i16]>> {
    // Strict: a picture that is cut off must not be filled up in silence.
    let settings =
        DecodeSettings { resolve_palette_indices: false, strict: true, ..DecodeSettings::default() };
    let image = Image::new(bytes, &settings).ok()?;
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).ok()?;
    let [component] = decoded.components() else { return None };
    let pixels = (announced.columns as usize).checked_mul(announced.rows as usize)?;
    let samples = component.samples();
    if samples.len() != pixels || component.bit_depth() != announced.precision {
        return None;
    }
    // Every value comes as if it were unsigned: signed ones have half the range added (T.800 G.1 has them
    // without). Floats hold 16 bits exactly; lossy pictures have fractions and may reach beyond the range.
    let half = if announced.signed { 1i32 << (announced.precision - 1) } else { 0 };
    let most = ((1i64 << announced.precision) - 1) as f32;
    let word = |v: &f32| (v.round_ties_even().clamp(0.0, most) as i32 - half) as i16;
    Some(samples.iter().map(word).collect())
}
