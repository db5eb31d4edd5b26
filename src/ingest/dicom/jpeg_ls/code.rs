//! The numbers by which a scan is coded, and how differences are told apart.

/// MAXVAL, T1, T2, T3 and RESET (T.87 C.2.4.1.1); 0 for what is as usual.
pub(super) fn presets(body: &[u8]) -> Option<[i32; 5]> {
    let (&1, words) = body.split_first()? else { return None };
    let words: &[u8; 10] = words.try_into().ok()?;
    let mut preset = [0; 5];
    preset.iter_mut().zip(words.as_chunks::<2>().0).for_each(|(value, word)| {
        *value = u16::from_be_bytes(*word).into();
    });
    Some(preset)
}

/// The numbers of the process (T.87 table A.1, A.2.1, C.2.4.1.1.1).
pub(super) struct Code {
    /// MAXVAL
    pub(super) most: i32,
    pub(super) near: i32,
    /// T1, T2, T3
    thresholds: [i32; 3],
    pub(super) reset: u32,
    pub(super) range: i32,
    /// Bits of an error that is written as it is: qbpp.
    pub(super) bits: u32,
    /// The longest code: LIMIT.
    pub(super) limit: u32,
}

impl Code {
    pub(super) fn new(precision: u32, [most, t1, t2, t3, reset]: [i32; 5], near: i32) -> Option<Self> {
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
    pub(super) fn classes(&self) -> Vec<i8> {
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
pub(super) const DIFFERENCES: usize = (1 << 17) - 1;
