//! Lossless JPEG of one component (1.2.840.10008.1.2.4.57 and .70): the form in which many archives keep CT.
//!
//! The crate that decodes JPEG for everything else takes more than twice the time for these, and a
//! radiologist waits for it. What is not read here is left to that crate.
//!
//! Source: ITU-T T.81: annexes B (segments), C (code tables), F.2.2.1 (signed numbers), H (lossless process).

/// Codes of up to so many bits are found in one step; longer ones are rare.
const QUICK: u32 = 11;

/// Decodes a picture of one component.
/// - `bytes`: from its first marker on; `size`: columns and rows, as the DICOM header says them
/// - returns: the stored numbers, row by row; `None` where it is of another kind
/// - errors: it is damaged
pub(super) fn decode(bytes: &[u8], size: [usize; 2]) -> Result<Option<Vec<u16>>, &'static str> {
    let Some((header, coded)) = Header::read(bytes, size) else { return Ok(None) };
    let pixels = header.scan(size[0]).and_then(|scan| scan.pixels(coded, size));
    // Other decoders would fill up what is missing: nobody is asked again.
    pixels.map(Some).ok_or("its lossless JPEG is cut off or damaged")
}

/// What stands before the scan of a lossless picture of one component.
struct Header<'a> {
    tables: [Option<Table>; 4],
    precision: u32,
    /// Values between two restart markers; 0 for none.
    restart: usize,
    /// The scan's own header.
    scan: &'a [u8],
}

impl<'a> Header<'a> {
    /// - returns: with the bytes behind it; `None` where it is of another kind
    fn read(bytes: &'a [u8], size: [usize; 2]) -> Option<(Self, &'a [u8])> {
        let mut tables: [Option<Table>; 4] = [const { None }; 4];
        let (mut precision, mut restart) = (None, 0usize);
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
                0xC4 => read_tables(body, &mut tables)?,
                0xC3 if precision.is_none() => precision = Some(frame(body, size)?),
                // Other frames, marks without a length, and the end.
                0xC0..=0xCF | 0x01 | 0xD0..=0xD9 | 0xDE | 0xDF => return None,
                0xDD => restart = usize::from(u16::from_be_bytes([*body.first()?, *body.get(1)?])),
                0xDA => {
                    let header = Self { tables, precision: precision?, restart, scan: body };
                    return Some((header, bytes.get(at..)?));
                }
                _ => {}
            }
        }
    }

    /// - `columns`: of the picture
    fn scan(&self, columns: usize) -> Option<Scan<'_>> {
        let [1, _, table, predictor, _, bits, ..] = *self.scan else { return None };
        let shift = u32::from(bits & 15);
        // T.81 H.1.1: whole rows lie between two restarts.
        let whole_rows = columns > 0 && self.restart.is_multiple_of(columns);
        let fits = (1..=7).contains(&predictor) && shift < self.precision && whole_rows;
        let table = self.tables.get(usize::from(table >> 4))?.as_ref()?;
        let restart = self.restart.checked_div(columns)?;
        fits.then_some(Scan { table, precision: self.precision, predictor, shift, restart })
    }
}

/// The frame header: the number of bits.
fn frame(body: &[u8], size: [usize; 2]) -> Option<u32> {
    let [precision, r0, r1, c0, c1, 1, ..] = *body else { return None };
    let [rows, columns] = [[r0, r1], [c0, c1]].map(|pair| usize::from(u16::from_be_bytes(pair)));
    ([columns, rows] == size && (2..=16).contains(&precision)).then_some(precision.into())
}

fn read_tables(mut body: &[u8], tables: &mut [Option<Table>; 4]) -> Option<()> {
    while let Some((&head, rest)) = body.split_first() {
        let counts = rest.first_chunk::<16>()?;
        let total: usize = counts.iter().map(|n| usize::from(*n)).sum();
        let values = rest.get(16..16 + total)?;
        // Tables of the upper class belong to the cosine transform, and are passed over.
        if head < 16 {
            *tables.get_mut(usize::from(head))? = Some(Table::new(counts, values)?);
        }
        body = rest.get(16 + total..)?;
    }
    Some(())
}

/// A code table.
struct Table {
    /// By the next [`QUICK`] bits: length of the code and its value; length 0 where the code is longer.
    quick: Vec<[u8; 2]>,
    /// Of each length: the first code behind those of it, left-aligned in 16 bits, and where its values end.
    ends: [(u32, usize); 17],
    values: Vec<u8>,
}

impl Table {
    fn new(counts: &[u8; 16], values: &[u8]) -> Option<Self> {
        let mut table = Self { quick: vec![[0; 2]; 1 << QUICK], ends: [(0, 0); 17], values: values.to_vec() };
        let (mut code, mut used) = (0u32, 0usize);
        for (length, (count, end)) in (1u32..).zip(counts.iter().zip(table.ends.iter_mut().skip(1))) {
            for value in values.get(used..used + usize::from(*count))? {
                // A difference has 0 to 16 bits.
                if *value > 16 {
                    return None;
                }
                if length <= QUICK {
                    let places = 1usize << (QUICK - length);
                    let first = (code as usize) << (QUICK - length);
                    table.quick.get_mut(first..first + places)?.fill([length as u8, *value]);
                }
                code += 1;
            }
            used += usize::from(*count);
            if code > 1 << length {
                return None;
            }
            *end = (code << (16 - length), used);
            code <<= 1;
        }
        Some(table)
    }

    /// Length and value of a code that is longer than [`QUICK`] bits.
    /// - `next`: the next 16 bits
    #[cold]
    fn long(&self, next: u32) -> Option<[u8; 2]> {
        let (length, (end, used)) = (0u8..).zip(self.ends).skip(1).find(|(_, (end, _))| next < *end)?;
        let back = (end - next - 1) >> (16 - u32::from(length));
        Some([length, *self.values.get(used.checked_sub(1 + back as usize)?)?])
    }
}

/// The bits of a scan without the zeros behind its 0xFF bytes.
struct Bits<'a> {
    /// With zeros behind its end, so that whole words can be read.
    bytes: &'a [u8],
    at: usize,
    held: u64,
    count: u32,
}

impl Bits<'_> {
    /// 32 bits at least are held behind this: the longest code and the longest number.
    #[inline(always)]
    fn fill(&mut self) {
        if self.count < 32 {
            let word = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<4>());
            let word = word.map_or(0, |word| u32::from_be_bytes(*word));
            self.held |= u64::from(word) << (32 - self.count);
            self.at += 4;
            self.count += 32;
        }
    }

    /// The difference of the next value from what was foretold.
    #[inline(always)]
    fn difference(&mut self, table: &Table) -> Option<i32> {
        self.fill();
        let [length, bits] = match table.quick.get((self.held >> (64 - QUICK)) as usize) {
            Some([0, _]) | None => table.long((self.held >> 48) as u32)?,
            Some(found) => *found,
        };
        self.drop(length.into());
        match bits {
            0 => Some(0),
            16 => Some(32768),
            bits => {
                let bits = u32::from(bits);
                let value = (self.held >> (64 - bits)) as i32;
                self.drop(bits);
                // Those that begin with a zero are below zero.
                let below = (value >> (bits - 1)) - 1;
                Some(value + (below & (1 - (1 << bits))))
            }
        }
    }

    #[inline(always)]
    fn drop(&mut self, count: u32) {
        self.held <<= count;
        self.count -= count;
    }

    /// How many bits were taken.
    fn taken(&self) -> usize {
        (8 * self.at).saturating_sub(self.count as usize)
    }
}

/// What the scan header says.
struct Scan<'a> {
    table: &'a Table,
    precision: u32,
    /// Which neighbours foretell a value: 1 to 7 (T.81 table H.1).
    predictor: u8,
    /// Lower bits that were left out.
    shift: u32,
    /// Rows between two restart markers; 0 for none.
    restart: usize,
}

impl Scan<'_> {
    fn pixels(&self, coded: &[u8], [columns, rows]: [usize; 2]) -> Option<Vec<u16>> {
        // A value costs a bit at least.
        let count = columns.checked_mul(rows)?;
        if count == 0 || count > coded.len().saturating_mul(8) {
            return None;
        }
        let mut pixels = vec![0u16; count];
        let mut rest = coded;
        let mut plain = Vec::with_capacity(coded.len() + 8);
        let stretch = if self.restart > 0 { self.restart.saturating_mul(columns) } else { count };
        let last = count.div_ceil(stretch) - 1;
        for (n, some) in pixels.chunks_mut(stretch).enumerate() {
            let end = unstuffed(rest, &mut plain)?;
            self.stretch(&plain, some, columns)?;
            if n < last {
                // Counted from 0 to 7, over and over (T.81 B.1.1.3): none was lost, none came twice.
                let due = 0xD0 + (n % 8) as u8;
                if rest.get(end + 1) != Some(&due) {
                    return None;
                }
                rest = rest.get(end + 2..)?;
            }
        }
        if self.shift > 0 {
            pixels.iter_mut().for_each(|v| *v <<= self.shift);
        }
        Some(pixels)
    }

    /// The rows between two markers.
    /// - `plain`: their bits, with eight zero bytes behind them
    fn stretch(&self, plain: &[u8], pixels: &mut [u16], columns: usize) -> Option<()> {
        let mut bits = Bits { bytes: plain, at: 0, held: 0, count: 0 };
        let (first, rest) = pixels.split_at_mut_checked(columns)?;
        let mut left = 1i32 << (self.precision - self.shift - 1);
        for value in first.iter_mut() {
            left = (left + bits.difference(self.table)?) & 0xFFFF;
            *value = left as u16;
        }
        let mut above: &[u16] = first;
        for row in rest.chunks_exact_mut(columns) {
            self.row(&mut bits, above, row)?;
            above = row;
        }
        // All bits but those that fill up the last byte, and a byte of padding: else something is amiss.
        let left_over = (8 * (plain.len() - PADDING)).checked_sub(bits.taken())?;
        (left_over < 16).then_some(())
    }

    fn row(&self, bits: &mut Bits<'_>, above: &[u16], row: &mut [u16]) -> Option<()> {
        match self.predictor {
            1 => self.run(bits, above, row, |a, _, _| a),
            2 => self.run(bits, above, row, |_, b, _| b),
            3 => self.run(bits, above, row, |_, _, c| c),
            4 => self.run(bits, above, row, |a, b, c| a + b - c),
            5 => self.run(bits, above, row, |a, b, c| a + ((b - c) >> 1)),
            6 => self.run(bits, above, row, |a, b, c| b + ((a - c) >> 1)),
            _ => self.run(bits, above, row, |a, b, _| (a + b) >> 1),
        }
    }

    /// - `foretold`: from the value to the left, above, and above to the left
    #[inline(always)]
    fn run(
        &self,
        bits: &mut Bits<'_>,
        above: &[u16],
        row: &mut [u16],
        foretold: impl Fn(i32, i32, i32) -> i32,
    ) -> Option<()> {
        let (first, mut corner) = (*above.first()?, i32::from(*above.first()?));
        // The first of a row is foretold by the one above it; counting is modulo 2^16.
        let mut left = (i32::from(first) + bits.difference(self.table)?) & 0xFFFF;
        let mut places = row.iter_mut().zip(above);
        *places.next()?.0 = left as u16;
        for (value, up) in places {
            let up = i32::from(*up);
            left = (foretold(left, up, corner) + bits.difference(self.table)?) & 0xFFFF;
            *value = left as u16;
            corner = up;
        }
        Some(())
    }
}

/// Zero bytes behind the bits of a scan.
const PADDING: usize = 8;

/// Takes the zeros from behind 0xFF bytes, up to the next marker or the end: some writers forget the last mark.
/// - `plain`: cleared and filled, [`PADDING`] behind it
/// - returns: where the marker begins
fn unstuffed(coded: &[u8], plain: &mut Vec<u8>) -> Option<usize> {
    plain.clear();
    let mut at = 0;
    let end = loop {
        let rest = coded.get(at..)?;
        let run = rest.iter().position(|b| *b == 0xFF).unwrap_or(rest.len());
        match rest.get(run + 1) {
            Some(0) => {
                plain.extend_from_slice(rest.get(..=run)?);
                at += run + 2;
            }
            next => {
                plain.extend_from_slice(rest.get(..run)?);
                // Fill bytes before a marker.
                let fill = rest.get(run..)?.iter().take_while(|b| **b == 0xFF).count();
                let behind = rest.get(run + fill);
                if next == Some(&0xFF) && behind == Some(&0) {
                    return None;
                }
                break at + run + fill.saturating_sub(1);
            }
        }
    };
    plain.extend_from_slice(&[0; PADDING]);
    Some(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Lengths of the codes of 0 to 16 bits: some are longer than what is found in one step.
    const LENGTHS: [u32; 17] = [2, 3, 3, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16];

    #[derive(Clone, Debug)]
    struct Picture {
        size: [usize; 2],
        precision: u32,
        predictor: u8,
        shift: u32,
        /// Rows between two restart markers; 0 for none.
        restart: usize,
        values: Vec<u16>,
    }

    /// Writes a lossless JPEG, straight from T.81 annex H.
    fn encoded(p: &Picture) -> Vec<u8> {
        let [columns, rows] = p.size;
        let two = |n: usize| [(n >> 8) as u8, n as u8];
        let mut out = vec![0xFF, 0xD8, 0xFF, 0xC4, 0, 36, 0];
        out.extend((1..=16).map(|length| LENGTHS.iter().filter(|l| **l == length).count() as u8));
        out.extend(0..17u8);
        out.extend([0xFF, 0xDD, 0, 4]);
        out.extend(two(p.restart * columns));
        out.extend([0xFF, 0xC3, 0, 11, p.precision as u8]);
        out.extend([two(rows), two(columns)].concat());
        out.extend([1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, p.predictor, 0, p.shift as u8]);
        let mut codes = [0u32; 17];
        let mut code = 0;
        for n in 1..17 {
            code = (code + 1) << (LENGTHS[n] - LENGTHS[n - 1]);
            codes[n] = code;
        }
        let (mut held, mut count) = (0u64, 0u32);
        let put = |held: &mut u64, count: &mut u32, out: &mut Vec<u8>, value: u32, bits: u32| {
            *held = *held << bits | u64::from(value);
            *count += bits;
            while *count >= 8 {
                *count -= 8;
                let byte = (*held >> *count) as u8;
                out.push(byte);
                if byte == 0xFF {
                    out.push(0);
                }
            }
        };
        let at = |x: usize, y: usize| i32::from(p.values[y * columns + x] >> p.shift);
        for y in 0..rows {
            let begins = y == 0 || (p.restart > 0 && y % p.restart == 0);
            if begins && y > 0 {
                let fill = (8 - count % 8) % 8;
                put(&mut held, &mut count, &mut out, (1 << fill) - 1, fill);
                out.extend([0xFF, 0xD0 + ((y / p.restart - 1) % 8) as u8]);
            }
            for x in 0..columns {
                let foretold = match (x, begins) {
                    (0, true) => 1 << (p.precision - p.shift - 1),
                    (_, true) => at(x - 1, y),
                    (0, false) => at(0, y - 1),
                    _ => {
                        let (a, b, c) = (at(x - 1, y), at(x, y - 1), at(x - 1, y - 1));
                        match p.predictor {
                            1 => a,
                            2 => b,
                            3 => c,
                            4 => a + b - c,
                            5 => a + ((b - c) >> 1),
                            6 => b + ((a - c) >> 1),
                            _ => (a + b) >> 1,
                        }
                    }
                };
                // Modulo 2^16, -32767 to 32768.
                let difference = (at(x, y) - foretold) as i16;
                let difference = if difference == i16::MIN { 32768 } else { i32::from(difference) };
                let size = 32 - difference.unsigned_abs().leading_zeros();
                put(&mut held, &mut count, &mut out, codes[size as usize], LENGTHS[size as usize]);
                if size > 0 && size < 16 {
                    let value = if difference < 0 { difference - 1 } else { difference };
                    put(&mut held, &mut count, &mut out, value as u32 & ((1 << size) - 1), size);
                }
            }
        }
        let fill = (8 - count % 8) % 8;
        put(&mut held, &mut count, &mut out, (1 << fill) - 1, fill);
        out.extend([0xFF, 0xD9]);
        out
    }

    fn pictures() -> impl Strategy<Value = Picture> {
        let shape = (1usize..24, 1usize..12, 2u32..=16, 1u8..=7, 0usize..4);
        shape.prop_flat_map(|(columns, rows, precision, predictor, restart)| {
            let most = (1u32 << precision) - 1;
            (prop::collection::vec(0..=most, columns * rows), 0..precision.min(4)).prop_map(
                move |(values, shift)| {
                    // Runs of nearly equal values, and leaps.
                    let near = |n: usize| if n.is_multiple_of(3) { values[n] } else { values[n / 7 * 7] };
                    let value = |n: usize| (near(n) >> shift << shift) as u16;
                    let values = (0..columns * rows).map(value).collect();
                    Picture { size: [columns, rows], precision, predictor, shift, restart, values }
                },
            )
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back_by_every_predictor(picture in pictures()) {
            let bytes = encoded(&picture);
            prop_assert_eq!(decode(&bytes, picture.size), Ok(Some(picture.values)));
        }

        #[test]
        fn a_picture_that_is_cut_off_is_not_read(picture in pictures(), share in 0.0f64..1.0) {
            let bytes = encoded(&picture);
            let end = ((bytes.len() - 2) as f64 * share) as usize;
            prop_assert!(!matches!(decode(&bytes[..end], picture.size), Ok(Some(_))));
        }

        #[test]
        fn damaged_bytes_are_read_or_not_and_nothing_more(
            picture in pictures(),
            places in prop::collection::vec((0usize..4000, 0u8..=255), 1..6),
        ) {
            let mut bytes = encoded(&picture);
            let length = bytes.len();
            places.into_iter().for_each(|(at, byte)| bytes[at % length] = byte);
            let found = decode(&bytes, picture.size);
            let length = found.ok().flatten().map(|values| values.len());
            prop_assert!(length.is_none_or(|length| length == picture.values.len()));
        }
    }
}
