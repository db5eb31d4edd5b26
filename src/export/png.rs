//! A finished picture as PNG.

use std::io;
use std::path::Path;

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

use super::atomic::{WriteError, write_whole};

/// Writes a picture.
/// - `rgba`: four bytes a pixel, row by row from the top, `4 * width * height` of them
/// - errors: the file cannot be written, or the bytes do not fill the picture
pub fn write_png(path: &Path, rgba: &[u8], size_px: [u32; 2]) -> Result<(), WriteError> {
    write_whole(path, &encoded(path, rgba, size_px)?)
}

/// The same with its size on paper.
/// - `per_metre`: pixels to a metre, both ways
pub fn write_png_for_print(
    path: &Path,
    rgba: &[u8],
    size_px: [u32; 2],
    per_metre: u32,
) -> Result<(), WriteError> {
    let mut bytes = encoded(path, rgba, size_px)?;
    // Behind the signature and the header, which every PNG begins with. Source: PNG (Third Edition) 11.3.4.3.
    const AFTER_HEADER: usize = 8 + 25;
    bytes.splice(AFTER_HEADER..AFTER_HEADER, physical(per_metre));
    write_whole(path, &bytes)
}

/// The chunk that says how large pixels are: to a metre, unit 1.
fn physical(per_metre: u32) -> Vec<u8> {
    let mut chunk = b"pHYs".to_vec();
    chunk.extend(per_metre.to_be_bytes());
    chunk.extend(per_metre.to_be_bytes());
    chunk.push(1);
    let sum = crc(&chunk);
    let length = 9u32.to_be_bytes();
    length.into_iter().chain(chunk).chain(sum.to_be_bytes()).collect()
}

/// CRC-32 of a chunk. Source: PNG (Third Edition) 5.5.
fn crc(bytes: &[u8]) -> u32 {
    let step = |rest: u32, _| if rest & 1 == 1 { 0xEDB8_8320 ^ (rest >> 1) } else { rest >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

fn encoded(path: &Path, rgba: &[u8], [width, height]: [u32; 2]) -> Result<Vec<u8>, WriteError> {
    let error = |source| WriteError::new(path, source);
    let expected = u64::from(width) * u64::from(height) * 4;
    if rgba.len() as u64 != expected || expected == 0 {
        return Err(error(io::Error::new(
            io::ErrorKind::InvalidData,
            "the picture has no or not all pixels",
        )));
    }
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(rgba, width, height, ExtendedColorType::Rgba8)
        .map_err(|e| error(io::Error::other(e)))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_read_back_as_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.png");
        let rgba: Vec<u8> = (0..24).map(|n| if n % 4 == 3 { 255 } else { n * 9 }).collect();
        write_png(&path, &rgba, [3, 2]).expect("written");
        let read = image::open(&path).expect("read").into_rgba8();
        assert_eq!((read.dimensions(), read.as_raw().as_slice()), ((3, 2), rgba.as_slice()));
        write_png(&path, &rgba[1..], [3, 2]).expect_err("a byte is missing");
    }

    #[test]
    fn a_picture_for_print_says_how_large_it_is_and_is_the_same_picture() {
        // The check value of this CRC.
        assert_eq!(crc(b"123456789"), 0xCBF4_3926);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.png");
        let rgba = [9, 8, 7, 255].repeat(6);
        write_png_for_print(&path, &rgba, [3, 2], 15_750).expect("written");
        assert_eq!(image::open(&path).expect("read").into_rgba8().into_raw(), rgba);
        let bytes = std::fs::read(&path).expect("read");
        let at = bytes.windows(4).position(|w| w == b"pHYs").expect("there") + 4;
        assert_eq!(bytes[at..at + 9], [0, 0, 0x3D, 0x86, 0, 0, 0x3D, 0x86, 1]);
    }
}
