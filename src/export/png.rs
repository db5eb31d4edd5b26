//! A finished picture as PNG.

use std::io;
use std::path::Path;

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

use super::atomic::{WriteError, write_whole};

/// Writes a picture.
/// - `rgba`: four bytes a pixel, row by row from the top, `4 * width * height` of them
/// - errors: the file cannot be written, or the bytes do not fill the picture
pub fn write_png(path: &Path, rgba: &[u8], [width, height]: [u32; 2]) -> Result<(), WriteError> {
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
    write_whole(path, &bytes)
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
}
