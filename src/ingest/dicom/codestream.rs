//! What a compressed picture says of itself, read before a decoder sees it.
//!
//! Decoders allocate by these numbers, and some are C or came from C: a picture whose own size is
//! not the one in the DICOM header is refused here. Sources: ITU-T T.81 B.2.2 (JPEG), T.87 C.2.2
//! (JPEG-LS), T.800 A.5.1 (JPEG 2000), DICOM PS3.5 annex G (RLE).

/// Size and depth that the compressed bytes announce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Announced {
    pub(super) columns: u32,
    pub(super) rows: u32,
    pub(super) components: u16,
    /// Bits of one value.
    pub(super) precision: u8,
    /// Whether values below zero are there: JPEG 2000 alone says so.
    pub(super) signed: bool,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// JPEG and JPEG-LS: the first frame header.
pub(super) fn jpeg(bytes: &[u8]) -> Option<Announced> {
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return None;
    }
    let mut at = 2usize;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            // Fill bytes before a marker.
            0xFF => at += 1,
            0x01 | 0xD0..=0xD8 => at += 2,
            // Frame headers: SOF0-SOF15 without DHT, JPG and DAC, and SOF55 of JPEG-LS.
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF | 0xF7 => {
                return Some(Announced {
                    precision: *bytes.get(at + 4)?,
                    rows: u16_at(bytes, at + 5)?.into(),
                    columns: u16_at(bytes, at + 7)?.into(),
                    components: u16::from(*bytes.get(at + 9)?),
                    signed: false,
                });
            }
            // Scan, end: no frame header came.
            0xDA | 0xD9 => return None,
            _ => at = at.checked_add(2)?.checked_add(usize::from(u16_at(bytes, at + 2)?))?,
        }
    }
}

/// JPEG 2000 and its high-throughput form: the SIZ segment, bare or in a JP2 box file. Pictures of
/// very many tiles are refused: their tables are what makes a decoder ask for memory.
pub(super) fn jpeg_2000(bytes: &[u8]) -> Option<Announced> {
    const SOC_SIZ: [u8; 4] = [0xFF, 0x4F, 0xFF, 0x51];
    let start = bytes.get(..bytes.len().min(4096))?.windows(4).position(|w| w == SOC_SIZ)?;
    let siz = bytes.get(start + 4..)?;
    let (right, bottom) = (u32_at(siz, 4)?, u32_at(siz, 8)?);
    let (left, top) = (u32_at(siz, 12)?, u32_at(siz, 16)?);
    let (tile_width, tile_height) = (u32_at(siz, 20)?, u32_at(siz, 24)?);
    let (columns, rows) = (right.checked_sub(left)?, bottom.checked_sub(top)?);
    if tile_width == 0 || tile_height == 0 {
        return None;
    }
    let tiles = u64::from(right.div_ceil(tile_width)) * u64::from(bottom.div_ceil(tile_height));
    let depth = *siz.get(38)?;
    (tiles <= 4096).then_some(Announced {
        columns,
        rows,
        components: u16_at(siz, 36)?,
        precision: (depth & 0x7F) + 1,
        signed: depth & 0x80 != 0,
    })
}

/// The codestream of a JPEG 2000 picture of one component, where it is of the plain kind that scanners and archives
/// write: one way of coding for the whole picture, all its tiles there, their parts in order, nothing that makes a
/// decoder ask for much more memory or time than its pixels do. Source: ITU-T T.800 A.4 to A.6.
/// - returns: from its first marker on; `None` where it is of another kind, or damaged
pub(super) fn plain_jpeg_2000(bytes: &[u8]) -> Option<&[u8]> {
    const SOC_SIZ: [u8; 4] = [0xFF, 0x4F, 0xFF, 0x51];
    let start = bytes.get(..bytes.len().min(4096))?.windows(4).position(|w| w == SOC_SIZ)?;
    let code = bytes.get(start..)?;
    let siz = code.get(4..)?;
    let [right, bottom, left, top, wide, high, across, down] =
        [4, 8, 12, 16, 20, 24, 28, 32].map(|at| u32_at(siz, at).unwrap_or(0));
    let whole = |from: u32, to: u32, side: u32| side > 0 && from <= to && to - from >= 1;
    if !whole(left, right, wide)
        || !whole(top, bottom, high)
        || (across, down) != (left.min(across), top.min(down))
    {
        return None;
    }
    let pixels = u64::from(right - left) * u64::from(bottom - top);
    // A kilobyte may stand for an even picture, but not for hundreds of megabytes.
    if pixels > (16 << 20) && pixels / 64 > code.len() as u64 {
        return None;
    }
    let tiles = [(right - across, wide), (bottom - down, high)].map(|(length, side)| length.div_ceil(side));
    let tiles = usize::try_from(u64::from(tiles[0]) * u64::from(tiles[1])).ok().filter(|n| *n <= 4096)?;
    let (mut at, mut coded) = (2usize, false);
    // The main header.
    loop {
        let marker = u16_at(code, at)?;
        if marker == 0xFF90 {
            break;
        }
        let body = code.get(at + 4..at.checked_add(2)?.checked_add(usize::from(u16_at(code, at + 2)?))?)?;
        match marker {
            0xFF52 => {
                let [style, _, l0, l1, _, _, x, y, ..] = *body else { return None };
                // Precincts of their own size and code blocks below 16 make tables longer than the pixels.
                let layers = u16::from_be_bytes([l0, l1]);
                coded = style & 1 == 0 && layers <= 64 && (2..=8).contains(&x) && (2..=8).contains(&y);
                // Tag trees are as deep as the longer side of a tile has code blocks.
                let longest = wide.min(right).max(high.min(bottom)) >> x.min(y).saturating_add(2).min(31);
                let depth = 32 - longest.leading_zeros();
                if !coded || tiles as u64 * 4u64.saturating_pow(depth) > 10_000_000 {
                    return None;
                }
            }
            // Size, quantisation, lengths, comments.
            0xFF51 | 0xFF5C | 0xFF55 | 0xFF57 | 0xFF64 => {}
            _ => return None,
        }
        at += 2 + usize::from(u16_at(code, at + 2)?);
    }
    // The parts of tiles: how many have come, and how many are announced.
    let mut parts = vec![(0u16, 0u16); tiles];
    while u16_at(code, at) == Some(0xFF90) {
        let (tile, length) = (u16_at(code, at + 4)?, u32_at(code, at + 6)? as usize);
        let (&number, &count) = (code.get(at + 10)?, code.get(at + 11)?);
        let (come, announced) = parts.get_mut(usize::from(tile))?;
        if u16::from(number) != *come {
            return None;
        }
        *come += 1;
        if count > 0 {
            *announced = count.into();
        }
        let mut within = at + 12;
        loop {
            match u16_at(code, within)? {
                0xFF93 => break,
                // Lengths of packets, comments.
                0xFF58 | 0xFF64 => within += 2 + usize::from(u16_at(code, within + 2)?),
                _ => return None,
            }
        }
        // Without a length it is the last, up to the end.
        if length == 0 {
            at = code.len();
            break;
        }
        at = at.checked_add(length)?;
        if length < within + 2 - (at - length) || at > code.len() {
            return None;
        }
    }
    let ended = at == code.len() || u16_at(code, at) == Some(0xFFD9);
    let all = parts.iter().all(|(come, announced)| *come > 0 && (*announced == 0 || announced == come));
    (coded && ended && all).then_some(code)
}

/// Whether RLE bytes hold `segments` segments that unpack to at least `pixels` bytes each.
pub(super) fn rle_is_whole(bytes: &[u8], segments: usize, pixels: usize) -> bool {
    let word = |n: usize| -> Option<usize> {
        let at = n.checked_mul(4)?;
        Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?) as usize)
    };
    if word(0) != Some(segments) || segments > 15 {
        return false;
    }
    (1..=segments).all(|n| {
        let end = if n == segments { Some(bytes.len()) } else { word(n + 1) };
        let segment = word(n).zip(end).and_then(|(start, end)| bytes.get(start..end));
        segment.is_some_and(|s| unpacked_len(s).is_some_and(|len| len >= pixels))
    })
}

/// Length after unpacking; `None` where a run reaches past the end by more than the final padding.
fn unpacked_len(segment: &[u8]) -> Option<usize> {
    let (mut at, mut len) = (0usize, 0usize);
    while let Some(&head) = segment.get(at) {
        match head {
            128 => at += 1,
            129.. => {
                segment.get(at + 1)?;
                len += 257 - usize::from(head);
                at += 2;
            }
            _ => {
                len += usize::from(head) + 1;
                at += usize::from(head) + 2;
            }
        }
    }
    Some(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_header_of_a_jpeg_is_found_behind_other_segments() {
        let bytes = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC3, 0, 11, 12, 0, 3, 0, 5, 1, 1, 0x11, 0];
        let announced = Announced { columns: 5, rows: 3, components: 1, precision: 12, signed: false };
        assert_eq!(jpeg(&bytes), Some(announced));
        for end in 0..17 {
            assert_eq!(jpeg(&bytes[..end]), None);
        }
    }

    #[test]
    fn the_size_of_a_jpeg_2000_is_that_of_its_picture_and_not_of_its_canvas() {
        let mut bytes = vec![0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0, 0];
        for n in [110u32, 220, 10, 20, 64, 64, 0, 0] {
            bytes.extend(n.to_be_bytes());
        }
        bytes.extend([0, 1, 0x80 | 15, 1, 1]);
        let announced = Announced { columns: 100, rows: 200, components: 1, precision: 16, signed: true };
        assert_eq!(jpeg_2000(&bytes), Some(announced));
    }

    /// A codestream of 64 x 32 pixels in tiles of 32 x 32, of these parts: tile, number, how many there are.
    fn in_tiles(parts: &[(u16, u8, u8)], code_block: u8, more: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0, 0];
        for n in [64u32, 32, 0, 0, 32, 32, 0, 0] {
            bytes.extend(n.to_be_bytes());
        }
        bytes.extend([0, 1, 15, 1, 1]);
        bytes.extend([0xFF, 0x52, 0, 12, 0, 0, 0, 1, 0, 5, code_block, code_block, 0, 1]);
        bytes.extend([0xFF, 0x5C, 0, 4, 0, 0]);
        bytes.extend(more);
        for (tile, number, count) in parts {
            bytes.extend([0xFF, 0x90, 0, 10]);
            bytes.extend(tile.to_be_bytes());
            bytes.extend(17u32.to_be_bytes());
            bytes.extend([*number, *count, 0xFF, 0x93, 1, 2, 3]);
        }
        bytes.extend([0xFF, 0xD9]);
        bytes
    }

    #[test]
    fn a_jpeg_2000_is_plain_where_all_its_tiles_are_there_in_order() {
        let whole = [(0, 0, 2), (1, 0, 1), (0, 1, 2)];
        let bytes = in_tiles(&whole, 4, &[]);
        assert_eq!(plain_jpeg_2000(&bytes), Some(&bytes[..]));
        // Bare or in boxes: it begins at its own first marker.
        let boxed = [&b"boxes"[..], &bytes].concat();
        assert_eq!(plain_jpeg_2000(&boxed), Some(&bytes[..]));
        // A part that is missing, twice there or of a tile that there is not; another count than announced.
        let wrong: [&[(u16, u8, u8)]; 5] = [
            &whole[..1],
            &[(0, 1, 2), (1, 0, 1), (0, 0, 2)],
            &[(0, 0, 1), (0, 0, 1), (1, 0, 1)],
            &[(0, 0, 1), (1, 0, 1), (2, 0, 1)],
            &[(0, 0, 3), (1, 0, 1), (0, 1, 3)],
        ];
        assert!(wrong.iter().all(|parts| plain_jpeg_2000(&in_tiles(parts, 4, &[])).is_none()));
        for end in 0..bytes.len() - 2 {
            assert_eq!(plain_jpeg_2000(&bytes[..end]), None, "cut at {end}");
        }
    }

    #[test]
    fn a_jpeg_2000_with_regions_small_code_blocks_or_more_pixels_than_bytes_is_not_plain() {
        let whole = [(0, 0, 1), (1, 0, 1)];
        assert!(plain_jpeg_2000(&in_tiles(&whole, 2, &[])).is_some());
        assert!(plain_jpeg_2000(&in_tiles(&whole, 1, &[])).is_none(), "code blocks of 8 x 8");
        let region = [0xFF, 0x5E, 0, 5, 0, 0, 7];
        assert!(plain_jpeg_2000(&in_tiles(&whole, 4, &region)).is_none());
        let mut huge = in_tiles(&[(0, 0, 1)], 4, &[]);
        for at in [8, 12, 24, 28] {
            huge[at..at + 4].copy_from_slice(&30_000u32.to_be_bytes());
        }
        assert!(plain_jpeg_2000(&huge).is_none(), "a kilobyte for 900 million pixels");
    }

    #[test]
    fn rle_that_unpacks_to_too_little_is_not_whole() {
        let mut bytes = vec![0u8; 64];
        bytes[0] = 1;
        bytes[4] = 64;
        bytes.extend([253, 7, 1, 8, 9]);
        assert!(rle_is_whole(&bytes, 1, 6));
        assert!(!rle_is_whole(&bytes, 1, 7));
        assert!(!rle_is_whole(&bytes, 2, 6));
        assert!(!rle_is_whole(&bytes[..60], 1, 1));
    }
}
