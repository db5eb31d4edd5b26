//! JPEG by cosine transform with up to 12 bits and one component: extended sequential, spectral selection
//! and full progression, as DICOM has them (1.2.840.10008.1.2.4.51, .53, .55). The crates that decode JPEG
//! know 8 bits alone.
//!
//! Source: ITU-T T.81: annexes A.3 (transform), B (segments), F.2 (sequential), G.2 (progressive).

/// Scans that one picture may have; real ones have up to ten or so.
const MOST_SCANS: usize = 128;
/// Where each coefficient, in the order in which they are stored, has its place: T.81 figure A.6.
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// In the order in which they are stored.
type Coefficients = [i32; 64];

/// Decodes a picture of one component.
/// - `bytes`: from its first marker on; `size`: columns and rows, as the DICOM header says them
/// - returns: the stored numbers, row by row
/// - errors: why not, in words
pub(super) fn decode(bytes: &[u8], size: [usize; 2]) -> Result<Vec<u16>, String> {
    let mut decoder = Decoder::default();
    decoder.read(bytes, size)?;
    decoder.pixels(size)
}

#[derive(Default)]
struct Decoder {
    tables: [Option<[u16; 64]>; 4],
    dc: [Option<Huffman>; 4],
    ac: [Option<Huffman>; 4],
    /// Blocks between two restart markers; 0 for none.
    restart: usize,
    frame: Option<Frame>,
    blocks: Vec<Coefficients>,
    scans: usize,
}

#[derive(Clone, Copy)]
struct Frame {
    precision: u8,
    progressive: bool,
    table: usize,
}

/// What one scan holds of each coefficient.
#[derive(Clone, Copy)]
struct Scan {
    dc: usize,
    ac: usize,
    first: usize,
    last: usize,
    /// Bits known before, and bits still unknown behind.
    high: u8,
    low: u8,
}

fn broken<T>(what: &str) -> Result<T, String> {
    Err(what.to_owned())
}

impl Decoder {
    fn read(&mut self, bytes: &[u8], size: [usize; 2]) -> Result<(), String> {
        let mut at = 2usize;
        loop {
            let marker = match (bytes.get(at), bytes.get(at + 1)) {
                (Some(0xFF), Some(0xFF)) => {
                    at += 1;
                    continue;
                }
                (Some(0xFF), Some(marker)) => *marker,
                // Some writers forget the mark at the end.
                (None, _) | (_, None) if self.scans > 0 => return Ok(()),
                _ => return broken("a marker is missing"),
            };
            at += 2;
            if marker == 0xD9 {
                return if self.scans > 0 { Ok(()) } else { broken("it holds no scan") };
            }
            let length = match (bytes.get(at), bytes.get(at + 1)) {
                (Some(a), Some(b)) => usize::from(u16::from_be_bytes([*a, *b])),
                _ => return broken("it ends too early"),
            };
            let body = at.checked_add(length).and_then(|end| bytes.get(at + 2..end));
            let Some(body) = body else { return broken("a segment reaches past its end") };
            at += length;
            match marker {
                0xDB => self.quantisation(body)?,
                0xC4 => self.huffman(body)?,
                0xDD => {
                    let [a, b, ..] = *body else { return broken("a restart interval is cut off") };
                    self.restart = usize::from(u16::from_be_bytes([a, b]));
                }
                0xC0..=0xC2 => self.begin(marker, body, bytes.len(), size)?,
                0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                    return broken("it is of a process that is not read");
                }
                0xDA => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    at += self.scan(body, rest)?;
                }
                _ => {}
            }
        }
    }

    fn quantisation(&mut self, mut body: &[u8]) -> Result<(), String> {
        while let Some((&head, rest)) = body.split_first() {
            let wide = head >> 4 != 0;
            let bytes = if wide { 128 } else { 64 };
            let (Some(values), Some(place)) =
                (rest.get(..bytes), self.tables.get_mut(usize::from(head & 15)))
            else {
                return broken("a quantisation table is cut off");
            };
            let mut table = [0u16; 64];
            for (to, pair) in table.iter_mut().zip(values.chunks(bytes / 64)) {
                *to = pair.iter().fold(0, |value, byte| value << 8 | u16::from(*byte));
            }
            *place = Some(table);
            body = rest.get(bytes..).unwrap_or_default();
        }
        Ok(())
    }

    fn huffman(&mut self, mut body: &[u8]) -> Result<(), String> {
        while let Some((&head, rest)) = body.split_first() {
            let Some(counts) = rest.first_chunk::<16>() else { return broken("a code table is cut off") };
            let total: usize = counts.iter().map(|n| usize::from(*n)).sum();
            let Some(values) = rest.get(16..16 + total) else { return broken("a code table is cut off") };
            let tables = if head >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            let Some(place) = tables.get_mut(usize::from(head & 15)) else {
                return broken("a code table has a number that there is not");
            };
            *place = Some(Huffman::new(counts, values)?);
            body = rest.get(16 + total..).unwrap_or_default();
        }
        Ok(())
    }

    fn begin(&mut self, marker: u8, body: &[u8], bytes: usize, size: [usize; 2]) -> Result<(), String> {
        let [precision, r0, r1, c0, c1, components, _, _, table, ..] = *body else {
            return broken("its frame header is cut off");
        };
        let [rows, columns] = [[r0, r1], [c0, c1]].map(|pair| usize::from(u16::from_be_bytes(pair)));
        if components != 1 || [columns, rows] != size || !matches!(precision, 8 | 12) || self.frame.is_some()
        {
            return broken("its frame header is not that of one grey picture of 8 or 12 bits");
        }
        let count = columns.div_ceil(8).saturating_mul(rows.div_ceil(8));
        // A block costs a bit at least.
        if count > bytes.saturating_mul(8) {
            return broken("it is too short for its size");
        }
        self.frame = Some(Frame { precision, progressive: marker == 0xC2, table: usize::from(table) });
        self.blocks = vec![[0; 64]; count];
        Ok(())
    }

    /// One scan; returns the bytes that it takes.
    fn scan(&mut self, body: &[u8], coded: &[u8]) -> Result<usize, String> {
        let (Some(frame), &[1, _, tables, first, last, bits, ..]) = (self.frame, body) else {
            return broken("a scan is not one of one component");
        };
        self.scans += 1;
        if self.scans > MOST_SCANS {
            return broken("it has too many scans");
        }
        // What a sequential scan says of its bounds means nothing, and some writers put zeros there.
        let (first, last, bits) = if frame.progressive { (first, last, bits) } else { (0, 63, 0) };
        let scan = Scan {
            dc: usize::from(tables >> 4),
            ac: usize::from(tables & 15),
            first: usize::from(first),
            last: usize::from(last),
            high: bits >> 4,
            low: bits & 15,
        };
        let mixed = frame.progressive && scan.first == 0 && scan.last > 0;
        if scan.first > scan.last || scan.last > 63 || scan.low > 13 || mixed {
            return broken("a scan has bounds that cannot be");
        }
        let Self { dc, ac, restart, blocks, .. } = self;
        let needs_dc = scan.first == 0 && scan.high == 0;
        let dc = dc.get(scan.dc).and_then(Option::as_ref);
        let ac = ac.get(scan.ac).and_then(Option::as_ref);
        if (needs_dc && dc.is_none()) || (scan.last > 0 && ac.is_none()) {
            return broken("a code table is missing");
        }
        let mut bits = Bits { bytes: coded, at: 0, held: 0, count: 0 };
        let mut state = State::default();
        for (n, block) in blocks.iter_mut().enumerate() {
            if *restart > 0 && n > 0 && n.is_multiple_of(*restart) {
                bits.restart()?;
                state = State::default();
            }
            if !frame.progressive {
                state.sequential(&mut bits, dc, ac, block)?;
            } else if scan.first == 0 {
                state.dc(&mut bits, dc, &scan, block)?;
            } else if scan.high == 0 {
                state.ac(&mut bits, ac, &scan, block)?;
            } else {
                state.refine(&mut bits, ac, &scan, block)?;
            }
        }
        Ok(bits.end())
    }

    fn pixels(&self, [columns, rows]: [usize; 2]) -> Result<Vec<u16>, String> {
        let Some(frame) = self.frame else { return broken("it has no frame header") };
        let Some(table) = self.tables.get(frame.table).and_then(Option::as_ref) else {
            return broken("a quantisation table is missing");
        };
        let transform = Transform::new();
        let middle = f64::from(1u32 << (frame.precision - 1));
        let most = f64::from((1u32 << frame.precision) - 1);
        let mut pixels = vec![0u16; columns.saturating_mul(rows)];
        let across = columns.div_ceil(8);
        for (n, block) in self.blocks.iter().enumerate() {
            let (left, top) = (n % across * 8, n / across * 8);
            let values = transform.inverse(block, table);
            for (y, line) in values.chunks_exact(8).enumerate().take(rows.saturating_sub(top)) {
                let start = (top + y) * columns + left;
                let width = columns.saturating_sub(left).min(8);
                let Some(to) = pixels.get_mut(start..start + width) else { continue };
                for (to, value) in to.iter_mut().zip(line) {
                    *to = (value + middle).round().clamp(0.0, most) as u16;
                }
            }
        }
        Ok(pixels)
    }
}

/// A code table: for each length the first code, the last, and where its values begin (T.81 F.2.2.3).
struct Huffman {
    first: [i32; 17],
    /// -1 where no code has this length.
    last: [i32; 17],
    start: [usize; 17],
    values: Vec<u8>,
}

impl Huffman {
    fn new(counts: &[u8; 16], values: &[u8]) -> Result<Self, String> {
        let mut table = Self { first: [0; 17], last: [-1; 17], start: [0; 17], values: values.to_vec() };
        let (mut code, mut used) = (0i32, 0usize);
        let places = table.first.iter_mut().zip(&mut table.last).zip(&mut table.start).skip(1);
        for (length, (count, ((first, last), start))) in (1..).zip(counts.iter().zip(places)) {
            (*first, *start) = (code, used);
            if *count > 0 {
                code += i32::from(*count);
                used += usize::from(*count);
                *last = code - 1;
            }
            if code > 1 << length {
                return broken("a code table holds more codes than there are");
            }
            code <<= 1;
        }
        Ok(table)
    }
}

/// The bits of a scan.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u32,
    count: u32,
}

impl Bits<'_> {
    fn bit(&mut self) -> Result<i32, String> {
        if self.count == 0 {
            let Some(&byte) = self.bytes.get(self.at) else { return broken("it ends too early") };
            if byte == 0xFF {
                // A zero behind it says that it is no marker.
                if self.bytes.get(self.at + 1) != Some(&0) {
                    return broken("a scan ends too early");
                }
                self.at += 1;
            }
            self.at += 1;
            (self.held, self.count) = (byte.into(), 8);
        }
        self.count -= 1;
        Ok((self.held >> self.count & 1) as i32)
    }

    fn bits(&mut self, count: u8) -> Result<i32, String> {
        let mut value = 0;
        for _ in 0..count {
            value = value << 1 | self.bit()?;
        }
        Ok(value)
    }

    /// A number of so many bits; those that begin with a zero are below zero (T.81 F.2.2.1).
    fn signed(&mut self, count: u8) -> Result<i32, String> {
        if count == 0 {
            return Ok(0);
        }
        if count > 16 {
            return broken("a number has too many bits");
        }
        let value = self.bits(count)?;
        let half = 1i32 << (count - 1);
        Ok(if value < half { value - (half << 1) + 1 } else { value })
    }

    fn code(&mut self, table: Option<&Huffman>) -> Result<u8, String> {
        let Some(table) = table else { return broken("a code table is missing") };
        let mut code = 0;
        let lengths = table.first.iter().zip(&table.last).zip(&table.start).skip(1);
        for ((first, last), start) in lengths {
            code = code << 1 | self.bit()?;
            if code <= *last {
                let place = usize::try_from(code - first).unwrap_or(usize::MAX).saturating_add(*start);
                return table.values.get(place).copied().ok_or_else(|| "a code means nothing".to_owned());
            }
        }
        broken("a code means nothing")
    }

    /// Goes behind the next restart marker.
    fn restart(&mut self) -> Result<(), String> {
        self.count = 0;
        match self.bytes.get(self.at..self.at + 2) {
            Some([0xFF, 0xD0..=0xD7]) => {
                self.at += 2;
                Ok(())
            }
            _ => broken("a restart marker is missing"),
        }
    }

    /// Where the next marker is.
    fn end(&self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let marker = rest.windows(2).position(|w| matches!(w, [0xFF, b] if !matches!(b, 0 | 0xD0..=0xD7)));
        self.at + marker.unwrap_or(rest.len())
    }
}

/// What goes on from block to block.
#[derive(Default)]
struct State {
    dc: i32,
    /// Blocks without further coefficients that are still to come.
    run: u32,
}

impl State {
    /// A whole block (T.81 F.2.2).
    fn sequential(
        &mut self,
        bits: &mut Bits<'_>,
        dc: Option<&Huffman>,
        ac: Option<&Huffman>,
        block: &mut Coefficients,
    ) -> Result<(), String> {
        let size = bits.code(dc)?;
        self.dc = self.dc.wrapping_add(bits.signed(size)?);
        let mut places = block.iter_mut();
        if let Some(first) = places.next() {
            *first = self.dc;
        }
        loop {
            if places.len() == 0 {
                return Ok(());
            }
            let code = bits.code(ac)?;
            let (zeros, size) = (usize::from(code >> 4), code & 15);
            match (zeros, size) {
                (15, 0) => drop(places.nth(15)),
                (_, 0) => return Ok(()),
                _ => {
                    let value = bits.signed(size)?;
                    match places.nth(zeros) {
                        Some(place) => *place = value,
                        None => return broken("a block has too many coefficients"),
                    }
                }
            }
        }
    }

    /// The mean of a block, or one more bit of it (T.81 G.1.2.1).
    fn dc(
        &mut self,
        bits: &mut Bits<'_>,
        table: Option<&Huffman>,
        scan: &Scan,
        block: &mut Coefficients,
    ) -> Result<(), String> {
        let [mean, ..] = block;
        if scan.high == 0 {
            let size = bits.code(table)?;
            self.dc = self.dc.wrapping_add(bits.signed(size)?);
            *mean = self.dc.wrapping_shl(scan.low.into());
        } else if bits.bit()? == 1 {
            *mean |= 1 << scan.low;
        }
        Ok(())
    }

    /// Some coefficients of a block for the first time (T.81 G.1.2.2).
    fn ac(
        &mut self,
        bits: &mut Bits<'_>,
        table: Option<&Huffman>,
        scan: &Scan,
        block: &mut Coefficients,
    ) -> Result<(), String> {
        if self.run > 0 {
            self.run -= 1;
            return Ok(());
        }
        let mut places = block.get_mut(scan.first..=scan.last).unwrap_or_default().iter_mut();
        while places.len() > 0 {
            let code = bits.code(table)?;
            let (zeros, size) = (code >> 4, code & 15);
            match (zeros, size) {
                (15, 0) => drop(places.nth(15)),
                (_, 0) => {
                    // So many blocks end here, this one among them.
                    self.run = (1 << zeros) - 1 + bits.bits(zeros)?.cast_unsigned();
                    return Ok(());
                }
                _ => {
                    let value = bits.signed(size)?.wrapping_shl(scan.low.into());
                    match places.nth(zeros.into()) {
                        Some(place) => *place = value,
                        None => return broken("a block has too many coefficients"),
                    }
                }
            }
        }
        Ok(())
    }

    /// One more bit of coefficients, and those that only now are more than zero (T.81 G.1.2.3).
    fn refine(
        &mut self,
        bits: &mut Bits<'_>,
        table: Option<&Huffman>,
        scan: &Scan,
        block: &mut Coefficients,
    ) -> Result<(), String> {
        let one = 1i32 << scan.low;
        let mut places = block.get_mut(scan.first..=scan.last).unwrap_or_default().iter_mut();
        let correct = |bits: &mut Bits<'_>, place: &mut i32| -> Result<(), String> {
            if bits.bit()? == 1 && *place & one == 0 {
                *place += if *place > 0 { one } else { -one };
            }
            Ok(())
        };
        if self.run == 0 {
            while places.len() > 0 {
                let code = bits.code(table)?;
                let (mut zeros, size) = (code >> 4, code & 15);
                let value = match (zeros, size) {
                    (15, 0) => 0,
                    (_, 0) => {
                        self.run = (1 << zeros) + bits.bits(zeros)?.cast_unsigned();
                        break;
                    }
                    (_, 1) => {
                        if bits.bit()? == 1 {
                            one
                        } else {
                            -one
                        }
                    }
                    _ => return broken("a refinement has more than one bit"),
                };
                for place in places.by_ref() {
                    if *place != 0 {
                        correct(bits, place)?;
                    } else if zeros == 0 {
                        *place = value;
                        break;
                    } else {
                        zeros -= 1;
                    }
                }
            }
        }
        if self.run > 0 {
            for place in places.filter(|place| **place != 0) {
                correct(bits, place)?;
            }
            self.run -= 1;
        }
        Ok(())
    }
}

/// The inverse cosine transform of T.81 A.3.3, as two passes of exact cosines.
struct Transform {
    /// Share of frequency `u` at place `x`, at 8 x + u.
    share: [f64; 64],
}

impl Transform {
    fn new() -> Self {
        let share = std::array::from_fn(|n| {
            let (x, u) = ((n / 8) as f64, (n % 8) as f64);
            let scale = if n % 8 == 0 { 0.5f64.sqrt() } else { 1.0 };
            scale / 2.0 * ((2.0 * x + 1.0) * u * std::f64::consts::PI / 16.0).cos()
        });
        Self { share }
    }

    /// Values of a block around zero, line by line.
    fn inverse(&self, block: &Coefficients, table: &[u16; 64]) -> [f64; 64] {
        let mut frequencies = [0.0; 64];
        for ((value, step), place) in block.iter().zip(table).zip(&ZIGZAG) {
            if let Some(to) = frequencies.get_mut(usize::from(*place)) {
                *to = f64::from(*value) * f64::from(*step);
            }
        }
        // Lines, then columns: the second pass works on the first one's result turned round.
        let turned = self.pass(&frequencies);
        self.pass(&turned)
    }

    /// Transforms every line; line and column of the result are exchanged.
    fn pass(&self, from: &[f64; 64]) -> [f64; 64] {
        let mut to = [0.0; 64];
        for (line, values) in from.chunks_exact(8).enumerate() {
            for (x, shares) in self.share.chunks_exact(8).enumerate() {
                let sum: f64 = values.iter().zip(shares).map(|(value, share)| value * share).sum();
                if let Some(to) = to.get_mut(8 * x + line) {
                    *to = sum;
                }
            }
        }
        to
    }
}
