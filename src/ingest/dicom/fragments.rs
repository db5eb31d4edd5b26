//! The fragments of compressed pixel data, and which of them make a frame.
//!
//! Sources: DICOM PS3.5 annex A.4 (fragments, Basic Offset Table; RLE has one fragment for each frame), PS3.3
//! C.7.6.3.1.8 (Extended Offset Table), annex G.5 (header of RLE), ITU-T T.81 B.1.1.3 (SOI), T.800 A.4.1 and A.5.1 (SOC,
//! SIZ), ISO/IEC 18181-1 D.2 and 18181-2 4 (JPEG XL).

use std::ops::Range;

use super::walk::PixelPlace;
use crate::ingest::source::Tape;

/// More fragments than any file has: one whose items are empty would fill the memory.
const MOST_FRAGMENTS: usize = 1 << 22;
/// Start of image: all of JPEG and JPEG-LS, and the marker behind it.
const SOI: [u8; 3] = [0xFF, 0xD8, 0xFF];
/// Start of codestream and the segment that must follow it: JPEG 2000.
const SOC: [u8; 4] = [0xFF, 0x4F, 0xFF, 0x51];
/// Signature box of JPEG XL, and the mark of a bare codestream.
const JXL_BOX: [u8; 12] = [0, 0, 0, 12, b'J', b'X', b'L', b' ', 0x0D, 0x0A, 0x87, 0x0A];
const JXL: [u8; 2] = [0xFF, 0x0A];
/// Header of a frame in RLE, and the most segments that it can have.
const RLE_HEADER: usize = 64;
const RLE_SEGMENTS: u32 = 15;

/// How a fragment begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begins {
    Jpeg,
    Jpeg2000,
    JpegXl,
    Rle,
    /// None of them, or too little of it is there to say.
    Otherwise,
}

impl Begins {
    /// - `len`: of the fragment
    fn of(head: &[u8; RLE_HEADER], len: u64) -> Self {
        if head.starts_with(&SOI) {
            Self::Jpeg
        } else if head.starts_with(&SOC) {
            Self::Jpeg2000
        } else if head.starts_with(&JXL) || head.starts_with(&JXL_BOX) {
            Self::JpegXl
        } else if is_rle(head, len) {
            Self::Rle
        } else {
            Self::Otherwise
        }
    }
}

/// Whether a frame of RLE begins so: how many segments there are and where each one begins, rising from behind the
/// header on; what is not used is zero.
fn is_rle(head: &[u8; RLE_HEADER], len: u64) -> bool {
    let (words, _) = head.as_chunks::<4>();
    let mut words = words.iter().map(|w| u32::from_le_bytes(*w));
    let count = words.next().unwrap_or(0);
    let mut last = None;
    (1..=RLE_SEGMENTS).contains(&count)
        && len >= RLE_HEADER as u64
        && words.enumerate().all(|(n, word)| {
            let rises = last.map_or(word == RLE_HEADER as u32, |last| word > last);
            last = Some(word);
            if n < count as usize { rises } else { word == 0 }
        })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fragment {
    /// Where the header of its item is.
    at: u64,
    begins: Begins,
}

/// What lies behind the mark of compressed pixel data.
#[derive(Debug)]
pub(super) struct Fragments {
    /// Basic Offset Table, from the first fragment.
    offsets: Vec<u64>,
    /// Whole ones.
    found: Vec<Fragment>,
    /// One that the end of the file cut off.
    cut: Option<Fragment>,
}

/// A frame: where its first fragment is, and how many it has.
pub(super) type Frame = (u64, u32);

impl Fragments {
    /// - returns: `None` without an offset table, which may be empty but must be there
    pub(super) fn read(tape: &mut Tape<'_>, place: PixelPlace) -> Option<Self> {
        tape.go_to(place.offset).ok()?;
        let mut offsets = None;
        let mut found = Vec::new();
        let mut cut = None;
        while found.len() < MOST_FRAGMENTS {
            let at = tape.at();
            let mut head = [0u8; 8];
            // Some writers forget the mark at the end.
            if tape.fill(&mut head).is_err() {
                if tape.left() > 0 {
                    cut = Some(Fragment { at, begins: Begins::Otherwise });
                }
                break;
            }
            let [g0, g1, e0, e1, l0, l1, l2, l3] = head;
            if [g0, g1, e0, e1] != [0xFE, 0xFF, 0x00, 0xE0] {
                break;
            }
            let len = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
            if offsets.is_none() {
                let bytes = tape.take_bytes(len).ok()?;
                let (words, _) = bytes.as_chunks::<4>();
                offsets = Some(words.iter().map(|w| u32::from_le_bytes(*w).into()).collect());
                continue;
            }
            let begins = if len < 4 { Begins::Otherwise } else { Begins::of(&tape.peek().ok()?, len) };
            let fragment = Fragment { at, begins };
            if tape.skip(len).is_err() {
                cut = Some(fragment);
                break;
            }
            found.push(fragment);
        }
        Some(Self { offsets: offsets?, found, cut })
    }

    /// The frames that are whole, in their order.
    /// - `announced`: how many there should be
    /// - `extended`: Extended Offset Table, or nothing
    /// - `one_each`: whether the transfer syntax has one fragment for each frame; where fragments say themselves that
    ///   this was not kept, their marks count
    /// - returns: `None` where nothing tells which fragment is whose
    pub(super) fn frames(&self, announced: usize, extended: &[u64], one_each: bool) -> Option<Vec<Frame>> {
        let tables = [self.offsets.as_slice(), extended];
        let by_table = tables
            .into_iter()
            .filter(|table| table.len() == announced)
            .find_map(|table| self.by_table(table));
        let whole = self.cut.is_none() && self.found.len() == announced;
        let split = one_each && self.found.iter().any(|f| f.begins != Begins::Rle);
        let ranges = match by_table {
            Some(ranges) => ranges,
            None if split && self.found.first().is_some_and(|f| f.begins == Begins::Rle) => {
                self.by_marks(announced)?
            }
            None if whole || (one_each && self.found.len() <= announced) => {
                (0..self.found.len()).map(|n| n..n + 1).collect()
            }
            None if one_each => return None,
            None => self.by_marks(announced)?,
        };
        let frame =
            |range: Range<usize>| Some((self.found.get(range.start)?.at, u32::try_from(range.len()).ok()?));
        ranges.into_iter().map(frame).collect()
    }

    /// - `table`: where each frame begins, from the first fragment
    /// - returns: `None` where it is not true
    fn by_table(&self, table: &[u64]) -> Option<Vec<Range<usize>>> {
        if table.first() != Some(&0) || !table.is_sorted_by(|a, b| a < b) {
            return None;
        }
        let Some(first) = self.found.first() else { return Some(Vec::new()) };
        let mut starts = Vec::new();
        for offset in table {
            let at = first.at.saturating_add(*offset);
            match self.found.binary_search_by_key(&at, |fragment| fragment.at) {
                Ok(n) => starts.push(n),
                // Behind all that is there.
                Err(n) if n == self.found.len() => break,
                Err(_) => return None,
            }
        }
        let last_is_whole = match table.get(starts.len()) {
            None => self.cut.is_none(),
            Some(next) => self.cut.is_some_and(|cut| first.at.saturating_add(*next) == cut.at),
        };
        Some(self.between(&starts, last_is_whole))
    }

    /// By the marks with which pictures begin.
    fn by_marks(&self, announced: usize) -> Option<Vec<Range<usize>>> {
        let mark = self.found.first().or(self.cut.as_ref())?.begins;
        if mark == Begins::Otherwise {
            return None;
        }
        let starts: Vec<usize> =
            self.found.iter().enumerate().filter(|(_, f)| f.begins == mark).map(|(n, _)| n).collect();
        let last_is_whole = self.cut.is_none_or(|cut| cut.begins == mark);
        (starts.len() <= announced).then(|| self.between(&starts, last_is_whole))
    }

    /// From each start to the next one; behind the last one all, where it `is_whole`.
    fn between(&self, starts: &[usize], last_is_whole: bool) -> Vec<Range<usize>> {
        let last = last_is_whole.then_some(self.found.len());
        let ends = starts.iter().skip(1).copied().chain(last);
        starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: [u8; 6] = [0xFF, 0xD8, 0xFF, 0xF7, 1, 2];
    const MORE: [u8; 6] = [9, 8, 7, 6, 5, 4];

    fn item(bytes: &[u8]) -> Vec<u8> {
        let mut item = vec![0xFE, 0xFF, 0x00, 0xE0];
        item.extend((bytes.len() as u32).to_le_bytes());
        item.extend(bytes);
        item
    }

    /// Pixel data of these fragments, with their end.
    fn data(table: &[u32], fragments: &[&[u8]]) -> Vec<u8> {
        let table: Vec<u8> = table.iter().flat_map(|n| n.to_le_bytes()).collect();
        let mut bytes = item(&table);
        bytes.extend(fragments.iter().flat_map(|f| item(f)));
        bytes.extend([0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]);
        bytes
    }

    /// Number of the first fragment of each frame (each has 14 bytes here), and how many it has.
    fn frames(bytes: Vec<u8>, announced: usize, extended: &[u64], one_each: bool) -> Option<Vec<(u64, u32)>> {
        let table = u64::from(bytes[4]) + 8;
        let place = PixelPlace { offset: 0, claimed: None, available: bytes.len() as u64, fragments: None };
        let fragments = Fragments::read(&mut Tape::memory(bytes), place)?;
        let found = fragments.frames(announced, extended, one_each)?;
        Some(found.into_iter().map(|(at, count)| ((at - table) / 14, count)).collect())
    }

    #[test]
    fn a_table_a_mark_or_the_number_tells_whose_a_fragment_is() {
        let two_each: [&[u8]; 6] = [&MARK, &MORE, &MARK, &MORE, &MARK, &MORE];
        let whole = vec![(0, 2), (2, 2), (4, 2)];
        assert_eq!(frames(data(&[0, 28, 56], &two_each), 3, &[], false), Some(whole.clone()));
        assert_eq!(frames(data(&[], &two_each), 3, &[], false), Some(whole.clone()));
        let without: [&[u8]; 6] = [&MORE; 6];
        assert_eq!(frames(data(&[], &without), 3, &[0, 28, 56], false), Some(whole.clone()));
        assert_eq!(frames(data(&[], &without), 3, &[], false), None, "nothing tells");
        assert_eq!(frames(data(&[], &without), 6, &[], false).map(|f| f.len()), Some(6));
        // A table that is not true is none.
        for wrong in [[4, 32, 60], [0, 30, 56], [0, 0, 0], [0, 56, 28]] {
            assert_eq!(frames(data(&wrong, &two_each), 3, &[], false), Some(whole.clone()));
            assert_eq!(frames(data(&wrong, &without), 3, &[], false), None);
        }
    }

    #[test]
    fn of_what_was_cut_off_the_whole_frames_stay() {
        let fragments: [&[u8]; 6] = [&MARK, &MORE, &MARK, &MORE, &MARK, &MORE];
        for (table, extended) in [(vec![0, 28, 56], vec![]), (vec![], vec![0, 28, 56]), (vec![], vec![])] {
            let all = data(&table, &fragments);
            let from = 8 + 4 * table.len();
            // In the third frame; in its first fragment; in the second frame; in the first.
            for (cut, whole) in [(from + 80, 2), (from + 68, 2), (from + 45, 1), (from + 20, 0)] {
                let found = frames(all[..cut].to_vec(), 3, &extended, false).map(|f| f.len());
                assert_eq!(found, Some(whole), "{table:?} {extended:?} {cut}");
            }
        }
        // Headers of RLE tell which fragments continue a frame, whatever their number is.
        let rle = |pixels: &[u8]| {
            let mut frame = vec![0; RLE_HEADER];
            frame[0] = 2;
            frame[4] = 64;
            frame[8] = 66;
            frame.extend(pixels);
            frame
        };
        let (a, b, c) = (rle(&[1; 6]), rle(&[2; 6]), rle(&[3; 6]));
        let frames_of = |fragments: &[&[u8]], announced| {
            let place = PixelPlace { offset: 0, claimed: None, available: 0, fragments: None };
            let found = Fragments::read(&mut Tape::memory(data(&[], fragments)), place).expect("read");
            found.frames(announced, &[], true).map(|f| f.iter().map(|f| f.1).collect::<Vec<u32>>())
        };
        assert_eq!(frames_of(&[&a, &MORE, &b, &c, &MORE, &MORE], 3), Some(vec![2, 1, 3]));
        assert_eq!(frames_of(&[&a, &MORE, &b], 3), Some(vec![2, 1]), "as many as frames, and not one each");
        assert_eq!(frames_of(&[&a, &b, &c], 3), Some(vec![1, 1, 1]));
        assert_eq!(frames_of(&[&a, &b, &c, &MORE], 2), None, "more than were announced");
        // One each, whatever they begin with: RLE.
        let all = data(&[], &[&MORE[..]; 5]);
        assert_eq!(frames(all[..8 + 40].to_vec(), 5, &[], true), Some(vec![(0, 1), (1, 1)]));
        assert_eq!(frames(data(&[], &[&MORE[..]; 3]), 5, &[], true).map(|f| f.len()), Some(3));
        assert_eq!(frames(all, 4, &[], true), None, "more than were announced");
    }
}
