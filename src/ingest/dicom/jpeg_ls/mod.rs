//! JPEG-LS, lossless and near-lossless (1.2.840.10008.1.2.4.80 and .81).
//!
//! The crate that decodes it is C++: on damaged bytes it may look for the end of a code for seconds. Here every value
//! costs a bounded number of steps, and every code has the length that the standard allows.
//!
//! Source: ITU-T T.87 (ISO/IEC 14495-1): annexes A (the process), B (several components), C (segments). Names in
//! capitals are its own.

mod bits;
mod code;
mod model;
#[cfg(test)]
mod tests;

use bits::Bits;
use code::{Code, presets};
use model::Model;

/// The head is damaged, or says what nobody can read here.
const HEAD: &str = "the head of its JPEG-LS is damaged or of another kind";
/// The values are.
const VALUES: &str = "its JPEG-LS is cut off or damaged";

/// Decodes a grey picture.
/// - `bytes`: from its first marker on; `size`: columns and rows, as the DICOM header says them
/// - returns: the stored numbers, row by row
/// - errors: it is damaged, or has several components, a point transform or a mapping table
pub(super) fn decode(bytes: &[u8], size: [usize; 2]) -> Result<Vec<u16>, &'static str> {
    planes(bytes, size, 1)?.pop().ok_or(VALUES)
}

/// Decodes a picture of three components, whatever order they are stored in.
/// - returns: the stored numbers, those of a pixel together, in the components' own order
/// - errors: as [`decode`]; components of unlike sizes; a transform of colours, which DICOM does not know
pub(super) fn decode_colours(bytes: &[u8], size: [usize; 2]) -> Result<Vec<u16>, &'static str> {
    let planes = planes(bytes, size, 3)?;
    let [a, b, c] = planes.as_slice() else { return Err(VALUES) };
    Ok(a.iter().zip(b).zip(c).flat_map(|((a, b), c)| [*a, *b, *c]).collect())
}

/// One plane for each component.
fn planes(bytes: &[u8], size: [usize; 2], components: usize) -> Result<Vec<Vec<u16>>, &'static str> {
    let (mut frame, mut restart, mut preset) = (None, 0usize, [0; 5]);
    let (mut planes, mut done) = (Vec::new(), 0);
    let mut at = bytes.starts_with(&[0xFF, 0xD8]).then_some(2usize).ok_or(HEAD)?;
    while done < components {
        // The scans that are there were whole: what is amiss behind one is that another is missing.
        let amiss = if done > 0 { VALUES } else { HEAD };
        let (marker, body, behind) = segment(bytes, at).ok_or(amiss)?;
        at = behind;
        match marker {
            0xF7 if frame.is_none() => frame = Some(Frame::read(body, size, components).ok_or(HEAD)?),
            0xF8 => preset = presets(body).ok_or(HEAD)?,
            // T.87 C.2.5: two to four bytes; it counts rows.
            0xDD if (2..=4).contains(&body.len()) => {
                restart = body.iter().fold(0, |all, byte| all << 8 | usize::from(*byte));
            }
            0xDA => {
                let frame = frame.as_ref().ok_or(HEAD)?;
                let scan = Scan::read(body, frame, preset, restart, done).ok_or(HEAD)?;
                if planes.is_empty() {
                    planes = empty(size, components, bytes.len()).ok_or(VALUES)?;
                }
                done += scan.components;
                let first = done - scan.components;
                let some = planes.get_mut(first..done).ok_or(VALUES)?;
                let length = scan.pixels(bytes.get(at..).unwrap_or_default(), some, size).ok_or(VALUES)?;
                at += length;
            }
            // Of colours that were turned into others; 0 for none.
            0xE8 if body.starts_with(b"mrfx") && body.get(4) != Some(&0) => return Err(HEAD),
            // Applications' own segments and comments.
            0xE0..=0xEF | 0xFE => {}
            _ => return Err(amiss),
        }
    }
    Ok(planes)
}

/// The next segment: its marker, what it holds, and where the next one begins.
fn segment(bytes: &[u8], mut at: usize) -> Option<(u8, &[u8], usize)> {
    loop {
        let (&mark, &marker) = (bytes.get(at)?, bytes.get(at + 1)?);
        if mark != 0xFF {
            return None;
        }
        if marker != 0xFF {
            let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
            let behind = at.checked_add(2)?.checked_add(length)?;
            return Some((marker, bytes.get(at + 4..behind)?, behind));
        }
        at += 1;
    }
}

/// Planes of zeros; `None` where so few bytes hold no such picture.
fn empty([columns, rows]: [usize; 2], components: usize, bytes: usize) -> Option<Vec<Vec<u16>>> {
    // A bit may stand for a whole row, but a kilobyte for no gigabyte.
    let count = columns.checked_mul(rows).filter(|count| *count > 0)?;
    let too_large = count > LARGE && count / LARGE_SHARE > bytes;
    (!too_large).then(|| vec![vec![0u16; count]; components])
}

/// Pictures of more pixels than this ...
const LARGE: usize = 16 << 20;
/// ... have a byte for so many of them at least.
const LARGE_SHARE: usize = 1 << 10;

/// The frame header.
struct Frame {
    precision: u32,
    /// What the components are called, in their order.
    names: Vec<u8>,
}

impl Frame {
    fn read(body: &[u8], size: [usize; 2], components: usize) -> Option<Self> {
        let (&[precision, r0, r1, c0, c1, count], each) = body.split_first_chunk()?;
        let [rows, columns] = [[r0, r1], [c0, c1]].map(|pair| usize::from(u16::from_be_bytes(pair)));
        let (each, _) = each.as_chunks::<3>();
        let fits = [columns, rows] == size && (2..=16).contains(&precision);
        if !fits || usize::from(count) != components || each.len() < components {
            return None;
        }
        let each = each.get(..components)?;
        // Several have one size: 1 x 1 pixels to a value.
        if components > 1 && each.iter().any(|[_, sampling, _]| *sampling != 0x11) {
            return None;
        }
        Some(Self { precision: precision.into(), names: each.iter().map(|[name, ..]| *name).collect() })
    }
}

/// A scan's header, and what was said before it.
struct Scan {
    code: Code,
    /// How many of them it holds.
    components: usize,
    /// Whether the values of a pixel follow each other; else rows do.
    by_pixel: bool,
    /// Rows between two restart markers; 0 for none.
    restart: usize,
}

impl Scan {
    /// - `done`: components of the scans before it
    fn read(body: &[u8], frame: &Frame, preset: [i32; 5], restart: usize, done: usize) -> Option<Self> {
        let (&count, rest) = body.split_first()?;
        let components = usize::from(count);
        let (each, rest) = rest.split_at_checked(components.checked_mul(2)?)?;
        let [near, order @ 0..=2, transform, ..] = *rest else { return None };
        let (each, _) = each.as_chunks::<2>();
        // In the frame's order, without mapping tables.
        let names = frame.names.get(done..done.checked_add(components)?)?;
        let expected = each.iter().zip(names).all(|([name, table], wanted)| name == wanted && *table == 0);
        if components == 0 || !expected || transform & 15 != 0 || (components > 1 && order == 0) {
            return None;
        }
        let code = Code::new(frame.precision, preset, near.into())?;
        Some(Self { code, components, by_pixel: components > 1 && order == 2, restart })
    }

    /// Fills the planes of its components.
    /// - returns: how many bytes of `coded` it takes
    fn pixels(&self, coded: &[u8], planes: &mut [Vec<u16>], [columns, rows]: [usize; 2]) -> Option<usize> {
        let classes = self.code.classes();
        let stretch = if self.restart > 0 { self.restart.min(rows) } else { rows };
        let last = rows.div_ceil(stretch).checked_sub(1)?;
        let mut rest = coded;
        for n in 0..=last {
            let (scan, behind) = rest.split_at_checked(scan_end(rest))?;
            let mut model = Model::new(&self.code, &classes);
            let bits = Bits::new(scan);
            let (from, to) = (n * stretch * columns, ((n + 1) * stretch).min(rows) * columns);
            let some = planes.iter_mut().map(|plane| plane.get_mut(from..to));
            let mut some = some.collect::<Option<Vec<&mut [u16]>>>()?;
            if self.code.near == 0 {
                model.stretch::<true>(bits, &mut some, columns, self.by_pixel)?;
            } else {
                model.stretch::<false>(bits, &mut some, columns, self.by_pixel)?;
            }
            rest = behind;
            if n < last {
                // Counted from 0 to 7, over and over: none was lost, none came twice.
                let fill = behind.iter().take_while(|b| **b == 0xFF).count();
                if fill == 0 || behind.get(fill) != Some(&(0xD0 + (n % 8) as u8)) {
                    return None;
                }
                rest = behind.get(fill + 1..)?;
            }
        }
        Some(coded.len() - rest.len())
    }
}

/// Where the bits of a scan end: at a marker, or with the bytes, since some writers forget the last mark.
fn scan_end(coded: &[u8]) -> usize {
    let mut at = 0;
    while let Some(rest) = coded.get(at..) {
        let Some(run) = rest.iter().position(|b| *b == 0xFF) else { break };
        match rest.get(run + 1) {
            // Behind 0xFF a bit is left out (T.87 C.1): the next byte is below 0x80.
            Some(0..0x80) => at += run + 2,
            _ => return at + run,
        }
    }
    coded.len()
}
