//! JPEG-LS of one component, lossless and near-lossless (1.2.840.10008.1.2.4.80 and .81).
//!
//! The crate that decodes it for pictures in colours is C++: on damaged bytes it may look for the end of a code for
//! seconds. Here every value costs a bounded number of steps, and every code has the length that the standard allows.
//!
//! Source: ITU-T T.87 (ISO/IEC 14495-1): annexes A (the process), C (segments). Names in capitals are its own.

/// Decodes a grey picture.
/// - `bytes`: from its first marker on; `size`: columns and rows, as the DICOM header says them
/// - returns: the stored numbers, row by row
/// - errors: it is damaged, or has several components, a point transform or a mapping table
pub(super) fn decode(bytes: &[u8], size: [usize; 2]) -> Result<Vec<u16>, &'static str> {
    let header = Header::read(bytes, size).ok_or("the head of its JPEG-LS is damaged or of another kind")?;
    header.pixels(size).ok_or("its JPEG-LS is cut off or damaged")
}

/// What stands before the scan.
struct Header<'a> {
    code: Code,
    /// Rows between two restart markers; 0 for none.
    restart: usize,
    /// Behind the scan's own header.
    coded: &'a [u8],
}

impl<'a> Header<'a> {
    fn read(bytes: &'a [u8], size: [usize; 2]) -> Option<Self> {
        let (mut precision, mut restart, mut preset) = (None, 0usize, [0; 5]);
        let mut at = bytes.starts_with(&[0xFF, 0xD8]).then_some(2usize)?;
        loop {
            let (&mark, &marker) = (bytes.get(at)?, bytes.get(at + 1)?);
            if mark != 0xFF {
                return None;
            }
            if marker == 0xFF {
                at += 1;
                continue;
            }
            let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
            let body = bytes.get(at + 4..at.checked_add(2)?.checked_add(length)?)?;
            at += 2 + length;
            match marker {
                0xF7 if precision.is_none() => precision = Some(frame(body, size)?),
                0xF8 => preset = presets(body)?,
                // T.87 C.2.5: two to four bytes; it counts rows.
                0xDD if (2..=4).contains(&body.len()) => {
                    restart = body.iter().fold(0, |all, byte| all << 8 | usize::from(*byte));
                }
                0xDA => {
                    let [1, _, 0, near, 0..=2, transform, ..] = *body else { return None };
                    let code = Code::new(precision?, preset, near.into())?;
                    let coded = bytes.get(at..)?;
                    return (transform & 15 == 0).then_some(Self { code, restart, coded });
                }
                // Applications' own segments and comments.
                0xE0..=0xEF | 0xFE => {}
                _ => return None,
            }
        }
    }

    fn pixels(&self, [columns, rows]: [usize; 2]) -> Option<Vec<u16>> {
        // A bit may stand for a whole row, but a kilobyte for no gigabyte.
        let count = columns.checked_mul(rows).filter(|count| *count > 0)?;
        if count > LARGE && count / LARGE_SHARE > self.coded.len() {
            return None;
        }
        let mut pixels = vec![0u16; count];
        let classes = self.code.classes();
        let stretch = if self.restart > 0 { self.restart.saturating_mul(columns) } else { count };
        let last = count.div_ceil(stretch) - 1;
        let mut rest = self.coded;
        for (n, some) in pixels.chunks_mut(stretch).enumerate() {
            let (scan, behind) = rest.split_at_checked(scan_end(rest))?;
            let mut model = Model::new(&self.code, &classes);
            let bits = Bits::new(scan);
            if self.code.near == 0 {
                model.stretch::<true>(bits, some, columns)?;
            } else {
                model.stretch::<false>(bits, some, columns)?;
            }
            if n < last {
                // Counted from 0 to 7, over and over: none was lost, none came twice.
                let fill = behind.iter().take_while(|b| **b == 0xFF).count();
                if fill == 0 || behind.get(fill) != Some(&(0xD0 + (n % 8) as u8)) {
                    return None;
                }
                rest = behind.get(fill + 1..)?;
            }
        }
        Some(pixels)
    }
}

/// Pictures of more pixels than this ...
const LARGE: usize = 16 << 20;
/// ... have a byte for so many of them at least.
const LARGE_SHARE: usize = 1 << 10;

/// The frame header: the number of bits.
fn frame(body: &[u8], size: [usize; 2]) -> Option<u32> {
    let [precision, r0, r1, c0, c1, 1, ..] = *body else { return None };
    let [rows, columns] = [[r0, r1], [c0, c1]].map(|pair| usize::from(u16::from_be_bytes(pair)));
    ([columns, rows] == size && (2..=16).contains(&precision)).then_some(precision.into())
}

/// MAXVAL, T1, T2, T3 and RESET (T.87 C.2.4.1.1); 0 for what is as usual.
fn presets(body: &[u8]) -> Option<[i32; 5]> {
    let (&1, words) = body.split_first()? else { return None };
    let words: &[u8; 10] = words.try_into().ok()?;
    let mut preset = [0; 5];
    preset.iter_mut().zip(words.as_chunks::<2>().0).for_each(|(value, word)| {
        *value = u16::from_be_bytes(*word).into();
    });
    Some(preset)
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

/// The numbers of the process (T.87 table A.1, A.2.1, C.2.4.1.1.1).
struct Code {
    /// MAXVAL
    most: i32,
    near: i32,
    /// T1, T2, T3
    thresholds: [i32; 3],
    reset: u32,
    range: i32,
    /// Bits of an error that is written as it is: qbpp.
    bits: u32,
    /// The longest code: LIMIT.
    limit: u32,
}

impl Code {
    fn new(precision: u32, [most, t1, t2, t3, reset]: [i32; 5], near: i32) -> Option<Self> {
        let highest = (1 << precision) - 1;
        let most = if most == 0 { highest } else { most };
        if most > highest || near > (most / 2).min(255) {
            return None;
        }
        let between = |value: i32, low: i32| if value > most || value < low { low } else { value };
        let usual = if most >= 128 {
            let factor = (most.min(4095) + 128) / 256;
            [factor + 2 + 3 * near, 4 * factor + 3 + 5 * near, 17 * factor + 4 + 7 * near]
        } else {
            let factor = 256 / (most + 1);
            [(3 / factor + 3 * near).max(2), (7 / factor + 5 * near).max(3), (21 / factor + 7 * near).max(4)]
        };
        let mut low = near + 1;
        let mut thresholds = [t1, t2, t3];
        for (value, usual) in thresholds.iter_mut().zip(usual) {
            if *value == 0 {
                *value = between(usual, low);
            }
            if *value < low || *value > most {
                return None;
            }
            low = *value;
        }
        let reset = if reset == 0 { 64 } else { reset };
        if reset < 3 || reset > most.max(255) {
            return None;
        }
        let range = (most + 2 * near) / (2 * near + 1) + 1;
        // Bits that numbers below `n` need.
        let bits = |n: i32| 32 - (n - 1).leading_zeros();
        let depth = bits(most + 1).max(2);
        let limit = 2 * (depth + depth.max(8));
        Some(Self { most, near, thresholds, reset: reset as u32, range, bits: bits(range), limit })
    }

    /// The class of every difference of two values (T.87 A.3.3), at its lower 17 bits.
    fn classes(&self) -> Vec<i8> {
        let [t1, t2, t3] = self.thresholds;
        let mut classes = vec![0i8; 1 << 17];
        for d in 0..=self.most {
            let class = i8::from(d > self.near) + i8::from(d >= t1) + i8::from(d >= t2) + i8::from(d >= t3);
            for (at, class) in [(d, class), (-d, -class)] {
                if let Some(place) = classes.get_mut(at as usize & DIFFERENCES) {
                    *place = class;
                }
            }
        }
        classes
    }
}

/// The bits by which a difference is looked up.
const DIFFERENCES: usize = (1 << 17) - 1;

/// What was learned of values whose neighbours differ alike: A, B, C and N of T.87 A.2.
#[derive(Clone, Copy)]
struct Context {
    sum: u32,
    bias: i32,
    correction: i32,
    count: u32,
}

/// What was learned of the values that end runs: A, N and Nn.
#[derive(Clone, Copy)]
struct RunEnd {
    sum: u32,
    count: u32,
    below: u32,
}

/// Steps of the lengths of runs: J of T.87 A.2.1.
const STEPS: [u8; 32] =
    [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// The Golomb parameter: how many bits of an error are written as they are.
#[inline(always)]
fn golomb(sum: u32, count: u32) -> u32 {
    let k = count.leading_zeros().saturating_sub(sum.leading_zeros());
    k + u32::from(count << k < sum)
}

struct Model<'a> {
    code: &'a Code,
    classes: &'a [i8],
    /// By 81 Q1 + 9 Q2 + Q3, 365 of them.
    contexts: [Context; 512],
    ends: [RunEnd; 2],
    run_index: usize,
}

impl<'a> Model<'a> {
    fn new(code: &'a Code, classes: &'a [i8]) -> Self {
        let sum = ((code.range + 32) / 64).max(2) as u32;
        Self {
            code,
            classes,
            contexts: [Context { sum, bias: 0, correction: 0, count: 1 }; 512],
            ends: [RunEnd { sum, count: 1, below: 0 }; 2],
            run_index: 0,
        }
    }

    /// The rows between two markers.
    fn stretch<const LOSSLESS: bool>(
        &mut self,
        mut bits: Bits<'_>,
        pixels: &mut [u16],
        columns: usize,
    ) -> Option<()> {
        // With a value on either side; zeros lie above the first row.
        let mut above = vec![0i32; columns + 2];
        let mut row = vec![0i32; columns + 2];
        for out in pixels.chunks_exact_mut(columns) {
            if let Some([.., last, edge]) = above.get_mut(..) {
                *edge = *last;
            }
            *row.first_mut()? = *above.get(1)?;
            self.row::<LOSSLESS>(&mut bits, &above, &mut row)?;
            out.iter_mut().zip(row.iter().skip(1)).for_each(|(out, value)| *out = *value as u16);
            if bits.is_over() {
                return None;
            }
            std::mem::swap(&mut above, &mut row);
        }
        // All bits but those that fill up the last byte, and a byte of padding: else something is amiss.
        (bits.left() < 16).then_some(())
    }

    /// - `above`, `row`: of one length; `row` begins with the value to the left of its first
    fn row<const LOSSLESS: bool>(
        &mut self,
        bits: &mut Bits<'_>,
        above: &[i32],
        row: &mut [i32],
    ) -> Option<()> {
        let end = row.len().checked_sub(1)?;
        let (above, classes) = (above.get(..=end)?, self.classes.get(..=DIFFERENCES)?);
        let class =
            |difference: i32| classes.get(difference as usize & DIFFERENCES).map(|class| i32::from(*class));
        let mut x = 1;
        let (mut left, mut up, mut corner) = (*row.first()?, *above.get(1)?, *above.first()?);
        let mut last = class(up - corner)?;
        while x < end {
            let next = *above.get(x + 1)?;
            let first = class(next - up)?;
            let place = 81 * first + 9 * last + class(corner - left)?;
            last = first;
            if place != 0 {
                left = self.regular::<LOSSLESS>(bits, place, [left, up, corner])?;
                *row.get_mut(x)? = left;
                x += 1;
                (corner, up) = (up, next);
                continue;
            }
            let behind = x + self.run(bits, end - x)?;
            row.get_mut(x..behind)?.fill(left);
            x = behind;
            if x < end {
                left = self.run_end(bits, left, *above.get(x)?)?;
                *row.get_mut(x)? = left;
                x += 1;
                (corner, up) = (*above.get(x - 1)?, *above.get(x)?);
                last = class(up - corner)?;
            }
        }
        Some(())
    }

    /// A value whose neighbours differ (T.87 A.4 to A.6).
    /// - `place`: 81 Q1 + 9 Q2 + Q3; `near`: Ra, Rb, Rc
    #[inline(always)]
    fn regular<const LOSSLESS: bool>(
        &mut self,
        bits: &mut Bits<'_>,
        place: i32,
        [left, up, corner]: [i32; 3],
    ) -> Option<i32> {
        let code = self.code;
        // 0, or -1 where the signs of all differences are turned round.
        let turned = place >> 31;
        let context = self.contexts.get_mut(((place ^ turned) - turned) as usize & 511)?;
        let (low, high) = (left.min(up), left.max(up));
        // The middle one of the two and of the plane through all three.
        let foretold = (left + up - corner).max(low).min(high);
        let foretold = (foretold + ((context.correction ^ turned) - turned)).clamp(0, code.most);
        let k = golomb(context.sum, context.count);
        let mapped = bits.golomb(k, code.limit - code.bits - 1, code.bits)?;
        let mut error = (mapped >> 1) as i32 ^ -((mapped & 1) as i32);
        if LOSSLESS && k == 0 && 2 * context.bias <= -(context.count as i32) {
            error = !error;
        }
        if error.unsigned_abs() > code.range as u32 {
            return None;
        }
        let step = if LOSSLESS { 1 } else { 2 * code.near + 1 };
        context.sum += error.unsigned_abs();
        context.bias += error * step;
        if context.count == code.reset {
            context.sum >>= 1;
            context.bias >>= 1;
            context.count >>= 1;
        }
        context.count += 1;
        let count = context.count as i32;
        if context.bias <= -count {
            context.bias = (context.bias + count).max(1 - count);
            context.correction = (context.correction - 1).max(-128);
        } else if context.bias > 0 {
            context.bias = (context.bias - count).min(0);
            context.correction = (context.correction + 1).min(127);
        }
        value::<LOSSLESS>(code, foretold + ((error ^ turned) - turned) * step)
    }

    /// How many values are like the one before them (T.87 A.7.1).
    /// - `most`: so many are left in the row
    #[inline]
    fn run(&mut self, bits: &mut Bits<'_>, most: usize) -> Option<usize> {
        let mut length = 0;
        loop {
            let step = u32::from(*STEPS.get(self.run_index & 31)?);
            bits.fill();
            if bits.take(1) == 1 {
                length += 1 << step;
                if length <= most {
                    self.run_index = (self.run_index + 1).min(31);
                }
                if length >= most {
                    return Some(most);
                }
            } else {
                length += bits.take(step) as usize;
                // The value that ends it has a place.
                return (length < most).then_some(length);
            }
        }
    }

    /// The value that ends a run (T.87 A.7.2).
    #[inline]
    fn run_end(&mut self, bits: &mut Bits<'_>, left: i32, up: i32) -> Option<i32> {
        let code = self.code;
        let alike = (left - up).abs() <= code.near;
        let end = self.ends.get_mut(usize::from(alike))?;
        let sum = if alike { end.sum + (end.count >> 1) } else { end.sum };
        let k = golomb(sum, end.count);
        let step = u32::from(*STEPS.get(self.run_index & 31)?);
        let zeros = (code.limit - step - 1).checked_sub(code.bits + 1)?;
        let mapped = bits.golomb(k, zeros, code.bits)?;
        let twice = mapped + u32::from(alike);
        let size = twice.div_ceil(2) as i32;
        if size > code.range {
            return None;
        }
        let below = (twice & 1 == 1) == (k != 0 || 2 * end.below >= end.count);
        let error = if below { -size } else { size };
        end.below += u32::from(error < 0);
        end.sum += (mapped + 1 - u32::from(alike)) >> 1;
        if end.count == code.reset {
            end.sum >>= 1;
            end.count >>= 1;
            end.below >>= 1;
        }
        end.count += 1;
        self.run_index = self.run_index.saturating_sub(1);
        let (foretold, error) = match alike {
            true => (left, error),
            false => (up, if left > up { -error } else { error }),
        };
        value::<false>(code, foretold + error * (2 * code.near + 1))
    }
}

/// Counted modulo RANGE and kept within the picture's values (T.87 A.4.5).
/// - returns: `None` where no writer comes to it
#[inline(always)]
fn value<const LOSSLESS: bool>(code: &Code, value: i32) -> Option<i32> {
    let near = if LOSSLESS { 0 } else { code.near };
    let around = if LOSSLESS { code.range } else { code.range * (2 * near + 1) };
    let value = if value < -near {
        value + around
    } else if value > code.most + near {
        value - around
    } else {
        value
    };
    if value < -near || value > code.most + near {
        return None;
    }
    Some(if LOSSLESS { value } else { value.clamp(0, code.most) })
}

/// The bits of a scan; behind 0xFF a byte has seven (T.87 C.1).
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The first 0xFF from `at` on; `at` itself behind one.
    whole: usize,
    /// Whether the byte before `at` is 0xFF.
    short: bool,
    /// The next bits, from the top; below `count` of them are zeros, or bits that come anyway.
    held: u64,
    count: u32,
    /// Bits that were held behind the end.
    beyond: u32,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let mut bits = Self { bytes, at: 0, whole: 0, short: false, held: 0, count: 0, beyond: 0 };
        bits.find_mark();
        bits
    }

    fn find_mark(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.whole = self.at + rest.iter().position(|b| *b == 0xFF).unwrap_or(rest.len());
    }

    /// 56 bits at least are held behind this.
    #[inline(always)]
    fn fill(&mut self) {
        let word = self.bytes.get(self.at..self.whole).and_then(|rest| rest.first_chunk::<8>());
        match word {
            Some(word) => {
                self.held |= u64::from_be_bytes(*word) >> self.count;
                let taken = (63 - self.count) >> 3;
                self.at += taken as usize;
                self.count += 8 * taken;
            }
            None => self.fill_slowly(),
        }
    }

    #[cold]
    #[inline(never)]
    fn fill_slowly(&mut self) {
        while self.count < 56 {
            let size = if self.short { 7 } else { 8 };
            match self.bytes.get(self.at) {
                Some(&byte) => {
                    self.held |= u64::from(byte) << (64 - size - self.count);
                    self.short = byte == 0xFF;
                    self.at += 1;
                }
                None => {
                    self.beyond += 8;
                    self.short = false;
                }
            }
            self.count += size;
        }
        if self.short {
            self.whole = self.at;
        } else if self.at >= self.whole {
            self.find_mark();
        }
    }

    /// - `count`: at most as many as are held, 63
    #[inline(always)]
    fn take(&mut self, count: u32) -> u32 {
        let value = (self.held >> 1 >> (63 - count)) as u32;
        self.held <<= count;
        self.count -= count;
        value
    }

    /// A number in the code of T.87 A.5.3.
    /// - `k`: bits that are written as they are; `most`: zeros in front of a number of `bits` bits
    /// - returns: `None` for a code that is longer than any
    #[inline(always)]
    fn golomb(&mut self, k: u32, most: u32, bits: u32) -> Option<u32> {
        if self.count < 40 {
            self.fill();
        }
        let zeros = self.held.leading_zeros();
        if zeros < most && zeros + 1 + k <= self.count {
            self.held <<= zeros + 1;
            self.count -= zeros + 1;
            return Some(zeros << k | self.take(k));
        }
        self.long(k, most, bits)
    }

    #[cold]
    #[inline(never)]
    fn long(&mut self, k: u32, most: u32, bits: u32) -> Option<u32> {
        self.fill();
        // No more than 55: 16 bits with NEAR 255.
        let zeros = self.held.leading_zeros();
        if zeros > most || zeros >= self.count {
            return None;
        }
        self.take(zeros + 1);
        self.fill();
        Some(if zeros < most { zeros << k | self.take(k) } else { self.take(bits) + 1 })
    }

    /// Whether more was taken than there is.
    fn is_over(&self) -> bool {
        self.beyond > self.count
    }

    /// How many bits were not taken.
    fn left(&self) -> usize {
        let behind = 8 * (self.bytes.len() - self.at.min(self.bytes.len()));
        (behind + self.count as usize).saturating_sub(self.beyond as usize)
    }
}

#[cfg(test)]
mod tests {
    use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
    use dicom_dictionary_std::{tags, uids};
    use dicom_encoding::adapters::EncodeOptions;
    use dicom_encoding::{Codec, TransferSyntaxIndex};
    use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
    use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    struct Picture {
        size: [usize; 2],
        precision: u32,
        /// 100 for lossless.
        quality: u8,
        values: Vec<u16>,
    }

    /// The picture as an object of which the bits are not compressed, or are.
    fn object(
        p: &Picture,
        syntax: &str,
        pixels: DataElement<InMemDicomObject>,
    ) -> dicom_object::DefaultDicomObject {
        let mut object = InMemDicomObject::new_empty();
        let mut put = |tag: Tag, value: usize| {
            object.put_element(DataElement::new(tag, VR::US, PrimitiveValue::from(value as u16)));
        };
        let [columns, rows] = p.size;
        put(tags::SAMPLES_PER_PIXEL, 1);
        put(tags::ROWS, rows);
        put(tags::COLUMNS, columns);
        put(tags::BITS_ALLOCATED, if p.precision > 8 { 16 } else { 8 });
        put(tags::BITS_STORED, p.precision as usize);
        put(tags::HIGH_BIT, p.precision as usize - 1);
        put(tags::PIXEL_REPRESENTATION, 0);
        object.put_element(DataElement::new(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"));
        object.put_element(pixels);
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(syntax)
            .media_storage_sop_class_uid(uids::CT_IMAGE_STORAGE)
            .media_storage_sop_instance_uid("2.25.1");
        object.with_exact_meta(meta.build().unwrap())
    }

    fn codec<T>(
        ask: impl FnOnce(
            &dyn dicom_encoding::adapters::PixelDataReader,
            &dyn dicom_encoding::adapters::PixelDataWriter,
        ) -> T,
    ) -> T {
        let syntax = TransferSyntaxRegistry.get(uids::JPEGLS_NEAR_LOSSLESS).unwrap();
        let Codec::EncapsulatedPixelData(Some(reader), Some(writer)) = syntax.codec() else {
            panic!("CharLS")
        };
        ask(&**reader, &**writer)
    }

    /// As CharLS writes it.
    fn encoded(p: &Picture) -> Vec<u8> {
        let bytes: Vec<u8> = match p.precision {
            ..=8 => p.values.iter().map(|v| *v as u8).collect(),
            _ => p.values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        let pixels = DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::from(bytes));
        let object = object(p, uids::EXPLICIT_VR_LITTLE_ENDIAN, pixels);
        let mut options = EncodeOptions::new();
        options.quality = Some(p.quality);
        let mut out = Vec::new();
        codec(|_, writer| writer.encode_frame(&object, 0, options, &mut out)).unwrap();
        out
    }

    /// What CharLS reads.
    fn read_by_charls(p: &Picture, bytes: &[u8]) -> Vec<u16> {
        let fragments = dicom_core::value::PixelFragmentSequence::new(vec![], vec![bytes.to_vec()]);
        let pixels = DataElement::new(tags::PIXEL_DATA, VR::OB, fragments);
        let object = object(p, uids::JPEGLS_NEAR_LOSSLESS, pixels);
        let mut out = Vec::new();
        codec(|reader, _| reader.decode_frame(&object, 0, &mut out)).unwrap();
        match p.precision {
            ..=8 => out.into_iter().map(u16::from).collect(),
            _ => out.as_chunks::<2>().0.iter().map(|b| u16::from_le_bytes(*b)).collect(),
        }
    }

    fn pictures() -> impl Strategy<Value = Picture> {
        let shape = (1usize..40, 1usize..16, 4u32..=16, prop_oneof![Just(100u8), 0u8..100], 1usize..60);
        shape.prop_flat_map(|(columns, rows, precision, quality, even)| {
            let most = (1u32 << precision) - 1;
            // NEAR is at most 255, and the writer makes it of the quality.
            let quality = if precision > 10 { quality.max(97) } else { quality };
            prop::collection::vec(0..=most, columns * rows).prop_map(move |values| {
                // Even stretches, slopes and leaps.
                let near =
                    |n: usize| if n.is_multiple_of(even) { values[n] } else { values[n / even * even] };
                let value = |n: usize| (near(n) + (n % 7 == even % 9) as u32).min(most) as u16;
                let values = (0..columns * rows).map(value).collect();
                Picture { size: [columns, rows], precision, quality, values }
            })
        })
    }

    /// The example of T.87 annex H.3: lossless, 4 x 4, 8 bits.
    const EXAMPLE: [u8; 60] = [
        0xFF, 0xD8, 0xFF, 0xF7, 0x00, 0x0B, 0x08, 0x00, 0x04, 0x00, 0x04, 0x01, 0x01, 0x11, 0x00, 0xFF, 0xDA,
        0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0xC0, 0x00, 0x00, 0x6C, 0x80, 0x20, 0x8E, 0x01, 0xC0,
        0x00, 0x00, 0x57, 0x40, 0x00, 0x00, 0x6E, 0xE6, 0x00, 0x00, 0x01, 0xBC, 0x18, 0x00, 0x00, 0x05, 0xD8,
        0x00, 0x00, 0x91, 0x60, 0xFF, 0xD9, 0, 0, 0,
    ];

    #[test]
    fn the_example_of_the_standard_is_read() {
        let values = [0, 0, 90, 74, 68, 50, 43, 205, 64, 145, 145, 145, 100, 145, 145, 145];
        assert_eq!(decode(&EXAMPLE[..57], [4, 4]), Ok(values.to_vec()));
        // With the byte that makes the length even, and without the last mark.
        assert_eq!(decode(&EXAMPLE[..58], [4, 4]), Ok(values.to_vec()));
        assert_eq!(decode(&EXAMPLE[..55], [4, 4]), Ok(values.to_vec()));
        assert!(decode(&EXAMPLE[..57], [4, 5]).is_err());
        assert!(decode(&EXAMPLE[..53], [4, 4]).is_err());
    }

    /// Written by CharLS with T1 = 5, T2 = 11, T3 = 40, RESET = 8 and NEAR = 2.
    const PRESET: [u8; 173] = [
        0xFF, 0xD8, 0xFF, 0xF7, 0x00, 0x0B, 0x0C, 0x00, 0x07, 0x00, 0x0D, 0x01, 0x01, 0x11, 0x00, 0xFF, 0xF8,
        0x00, 0x0D, 0x01, 0x0F, 0xFF, 0x00, 0x05, 0x00, 0x0B, 0x00, 0x28, 0x00, 0x08, 0xFF, 0xDA, 0x00, 0x08,
        0x01, 0x01, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x7E, 0x11, 0x12, 0x4A, 0xB8, 0x00, 0x00, 0x04,
        0xC8, 0x04, 0x04, 0x00, 0xC7, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0xAF, 0x43, 0xF0, 0x00, 0x6E, 0x00,
        0x80, 0x0F, 0x02, 0xCF, 0xC9, 0x61, 0xC4, 0xE4, 0xD8, 0x00, 0x00, 0x00, 0x00, 0x52, 0x00, 0x00, 0x00,
        0x00, 0x80, 0xCF, 0x81, 0xA0, 0x00, 0x00, 0x03, 0x10, 0x80, 0x88, 0x77, 0x10, 0x80, 0x00, 0x00, 0x00,
        0x01, 0xE0, 0x00, 0x00, 0x00, 0x00, 0xC7, 0xB0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x66, 0x56, 0x1E, 0x05,
        0x11, 0x1D, 0x27, 0x1F, 0x78, 0x02, 0xBA, 0x04, 0x5B, 0x85, 0xF0, 0x00, 0x00, 0x00, 0x00, 0x38, 0xF0,
        0x00, 0x00, 0x00, 0x07, 0xB5, 0x98, 0x71, 0x38, 0x64, 0xA1, 0x40, 0x1A, 0x00, 0x29, 0x12, 0x92, 0xD4,
        0x00, 0x00, 0x00, 0x00, 0x0A, 0xF7, 0x08, 0xB5, 0x1D, 0xB4, 0x04, 0x03, 0xF8, 0x02, 0x04, 0xC0, 0xCC,
        0x00, 0xFF, 0xD9,
    ];

    #[test]
    fn thresholds_and_resets_of_its_own_are_kept_to() {
        let values = decode(&PRESET, [13, 7]).unwrap();
        for (n, value) in values.into_iter().enumerate() {
            let (x, y) = (n % 13, n / 13);
            let was = if y % 3 == 0 { 1000 } else { (x * x * 7 + y * 29) % 97 * if x > 6 { 40 } else { 1 } };
            assert!(usize::from(value).abs_diff(was) <= 2, "{x} {y}: {value} was {was}");
        }
        // Without its thresholds the bits mean something else.
        let usual = [&PRESET[..15], &PRESET[30..]].concat();
        assert_ne!(decode(&usual, [13, 7]), decode(&PRESET, [13, 7]));
    }

    #[test]
    fn a_mapping_table_a_point_transform_and_several_components_are_refused() {
        for (at, byte) in [(11, 3), (19, 2), (21, 1), (24, 2), (22, 200), (3, 0xC3)] {
            let mut bytes = EXAMPLE;
            bytes[at] = byte;
            assert_eq!(
                decode(&bytes, [4, 4]),
                Err("the head of its JPEG-LS is damaged or of another kind"),
                "{at}"
            );
        }
    }

    #[test]
    fn a_kilobyte_is_no_picture_of_gigabytes() {
        let mut bytes = EXAMPLE;
        bytes[7..11].fill(0xFF);
        assert_eq!(decode(&bytes, [65535, 65535]), Err("its JPEG-LS is cut off or damaged"));
    }

    /// Where the bits of a scan begin, as CharLS writes it.
    fn scan_begins(bytes: &[u8]) -> usize {
        bytes.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap() + 10
    }

    proptest! {
        #[test]
        fn what_charls_wrote_is_read_as_charls_reads_it(picture in pictures()) {
            let bytes = encoded(&picture);
            let read = decode(&bytes, picture.size);
            if picture.quality == 100 {
                prop_assert_eq!(read.as_ref(), Ok(&picture.values));
            }
            prop_assert_eq!(read, Ok(read_by_charls(&picture, &bytes)));
        }

        #[test]
        fn behind_a_restart_marker_nothing_is_remembered(picture in pictures(), times in 2usize..12) {
            let bytes = encoded(&picture);
            let (head, scan) = bytes[..bytes.len() - 2].split_at(scan_begins(&bytes));
            let [columns, rows] = picture.size;
            let all = rows * times;
            let mut head = head.to_vec();
            let frame = head.windows(2).position(|w| w == [0xFF, 0xF7]).unwrap();
            head[frame + 5..frame + 7].copy_from_slice(&(all as u16).to_be_bytes());
            let mut again = [&[0xFF, 0xD8, 0xFF, 0xDD, 0, 4, 0, rows as u8][..], &head[2..]].concat();
            for n in 0..times {
                again.extend_from_slice(scan);
                // Fill bytes may come before any marker.
                again.extend_from_slice(&[0xFF, 0xFF][n % 2..]);
                again.push(if n + 1 < times { 0xD0 + (n % 8) as u8 } else { 0xD9 });
            }
            let one = decode(&bytes, picture.size);
            prop_assert_eq!(decode(&again, [columns, all]), one.map(|values| values.repeat(times)));
            let last = again.len() - 2 - scan.len();
            let mark = again[..=last].iter().rposition(|b| (0xD0..=0xD7).contains(b)).unwrap();
            again[mark] ^= 1;
            prop_assert!(decode(&again, [columns, all]).is_err());
        }

        #[test]
        fn a_picture_that_is_cut_off_is_not_read(picture in pictures(), share in 0.0f64..1.0) {
            let bytes = encoded(&picture);
            // Its last byte may be there for its padding alone.
            let end = ((bytes.len() - 4) as f64 * share) as usize;
            prop_assert!(decode(&bytes[..end], picture.size).is_err());
        }

        #[test]
        fn damaged_bytes_are_read_or_not_in_a_time_that_their_pixels_bound(
            picture in pictures(),
            places in prop::collection::vec((0usize..4000, 0u8..=255), 1..6),
        ) {
            let mut bytes = encoded(&picture);
            let length = bytes.len();
            places.into_iter().for_each(|(at, byte)| bytes[at % length] = byte);
            let begun = std::time::Instant::now();
            let found = decode(&bytes, picture.size);
            prop_assert!(begun.elapsed().as_millis() < 500);
            prop_assert!(found.is_err() || found.is_ok_and(|values| values.len() == picture.values.len()));
        }
    }
}
