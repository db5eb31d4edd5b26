//! The bits of a scan, and numbers in Golomb's code among them.

/// The bits of a scan; behind 0xFF a byte has seven (T.87 C.1).
pub(super) struct Bits<'a> {
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
    pub(super) fn new(bytes: &'a [u8]) -> Self {
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
    pub(super) fn fill(&mut self) {
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
    pub(super) fn take(&mut self, count: u32) -> u32 {
        let value = (self.held >> 1 >> (63 - count)) as u32;
        self.held <<= count;
        self.count -= count;
        value
    }

    /// A number in the code of T.87 A.5.3.
    /// - `k`: bits that are written as they are; `most`: zeros in front of a number of `bits` bits
    /// - returns: `None` for a code that is longer than any
    #[inline(always)]
    pub(super) fn golomb(&mut self, k: u32, most: u32, bits: u32) -> Option<u32> {
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
    pub(super) fn is_over(&self) -> bool {
        self.beyond > self.count
    }

    /// How many bits were not taken.
    pub(super) fn left(&self) -> usize {
        let behind = 8 * (self.bytes.len() - self.at.min(self.bytes.len()));
        (behind + self.count as usize).saturating_sub(self.beyond as usize)
    }
}
