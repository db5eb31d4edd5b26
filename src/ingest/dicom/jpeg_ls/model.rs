//! What was learned of the values before, and how the next one is told from it.

use super::bits::Bits;
use super::code::{Code, DIFFERENCES};

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

/// A row that is read, and the one above it.
struct Line {
    /// With a value on either side; zeros lie above the first row.
    above: Vec<i32>,
    row: Vec<i32>,
    run_index: usize,
}

impl Line {
    fn new(columns: usize) -> Self {
        Self { above: vec![0; columns + 2], row: vec![0; columns + 2], run_index: 0 }
    }

    /// Values beside the row.
    fn begin(&mut self) -> Option<()> {
        if let Some([.., last, edge]) = self.above.get_mut(..) {
            *edge = *last;
        }
        *self.row.first_mut()? = *self.above.get(1)?;
        Some(())
    }

    fn end(&mut self, out: &mut [u16]) {
        out.iter_mut().zip(self.row.iter().skip(1)).for_each(|(out, value)| *out = *value as u16);
        std::mem::swap(&mut self.above, &mut self.row);
    }
}

/// What was learned, and what is read by it.
pub(super) struct Model<'a> {
    code: &'a Code,
    classes: &'a [i8],
    /// By 81 Q1 + 9 Q2 + Q3, 365 of them.
    contexts: [Context; 512],
    ends: [RunEnd; 2],
    run_index: usize,
}

impl<'a> Model<'a> {
    pub(super) fn new(code: &'a Code, classes: &'a [i8]) -> Self {
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
    /// - `planes`: of each component
    /// - `by_pixel`: whether the values of a pixel follow each other; else rows do
    /// - errors: `None` for bits that no writer writes, or that end too early
    pub(super) fn stretch<const LOSSLESS: bool>(
        &mut self,
        mut bits: Bits<'_>,
        planes: &mut [&mut [u16]],
        columns: usize,
        by_pixel: bool,
    ) -> Option<()> {
        let mut lines: Vec<Line> = planes.iter().map(|_| Line::new(columns)).collect();
        let rows = planes.first()?.len() / columns.max(1);
        for n in 0..rows {
            lines.iter_mut().try_for_each(Line::begin)?;
            if by_pixel {
                self.pixels::<LOSSLESS>(&mut bits, &mut lines)?;
            } else {
                for line in &mut lines {
                    // All learn from each other but of the lengths of runs.
                    self.run_index = line.run_index;
                    self.row::<LOSSLESS>(&mut bits, &line.above, &mut line.row)?;
                    line.run_index = self.run_index;
                }
            }
            for (line, plane) in lines.iter_mut().zip(planes.iter_mut()) {
                line.end(plane.get_mut(n * columns..(n + 1) * columns)?);
            }
            if bits.is_over() {
                return None;
            }
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
                up = *above.get(x)?;
                left = self.run_end(bits, left, up, (left - up).abs() <= self.code.near)?;
                self.run_index = self.run_index.saturating_sub(1);
                *row.get_mut(x)? = left;
                x += 1;
                (corner, up) = (*above.get(x - 1)?, *above.get(x)?);
                last = class(up - corner)?;
            }
        }
        Some(())
    }

    /// A row of all components, pixel by pixel (T.87 B.3): a run is one of all, and neither ends before the other.
    fn pixels<const LOSSLESS: bool>(&mut self, bits: &mut Bits<'_>, lines: &mut [Line]) -> Option<()> {
        let end = lines.first()?.row.len().checked_sub(1)?;
        let mut x = 1;
        while x < end {
            let even = lines
                .iter()
                .map(|line| self.place(line, x))
                .try_fold(true, |even, place| place.map(|place| even && place == 0))?;
            if even {
                let behind = x + self.run(bits, end - x)?;
                for line in lines.iter_mut() {
                    let left = *line.row.get(x - 1)?;
                    line.row.get_mut(x..behind)?.fill(left);
                }
                x = behind;
                if x >= end {
                    break;
                }
                for line in lines.iter_mut() {
                    // Told from the value above, even where it is like the one before.
                    let value = self.run_end(bits, *line.row.get(x - 1)?, *line.above.get(x)?, false)?;
                    *line.row.get_mut(x)? = value;
                }
                self.run_index = self.run_index.saturating_sub(1);
            } else {
                for line in lines.iter_mut() {
                    let near = [*line.row.get(x - 1)?, *line.above.get(x)?, *line.above.get(x - 1)?];
                    let value = self.regular::<LOSSLESS>(bits, self.place(line, x)?, near)?;
                    *line.row.get_mut(x)? = value;
                }
            }
            x += 1;
        }
        Some(())
    }

    /// How the neighbours of a value differ: 81 Q1 + 9 Q2 + Q3.
    fn place(&self, line: &Line, x: usize) -> Option<i32> {
        let class = |difference: i32| {
            self.classes.get(difference as usize & DIFFERENCES).map(|class| i32::from(*class))
        };
        let (left, corner) = (*line.row.get(x - 1)?, *line.above.get(x - 1)?);
        let (up, next) = (*line.above.get(x)?, *line.above.get(x + 1)?);
        Some(81 * class(next - up)? + 9 * class(up - corner)? + class(corner - left)?)
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

    /// The value that ends a run (T.87 A.7.2); the steps of the lengths are left as they are.
    /// - `alike`: whether it is told from the values of the run; else from the value above
    #[inline]
    fn run_end(&mut self, bits: &mut Bits<'_>, left: i32, up: i32, alike: bool) -> Option<i32> {
        let code = self.code;
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
