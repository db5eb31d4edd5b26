//! Arrays of numbers for Python: `.npy`, as `numpy.load` reads it.
//!
//! Source: numpy, "The .npy format", version 1: a magic word, the length of a Python dictionary, the
//! dictionary, then the values.

use std::path::Path;

use super::atomic::{WriteError, write_whole};

/// Writes an array of 32-bit floats.
/// - `values`: the last axis fastest
/// - `shape`: two axes or more
/// - errors: as many values as the shape says, or none is written; the file cannot be written
pub fn write_npy(path: &Path, values: &[f32], shape: &[usize]) -> Result<(), WriteError> {
    let count = shape.iter().try_fold(1usize, |count, n| count.checked_mul(*n));
    if count != Some(values.len()) {
        let words = "the array has more or fewer values than its shape says";
        return Err(WriteError::new(path, std::io::Error::new(std::io::ErrorKind::InvalidData, words)));
    }
    let sides: Vec<String> = shape.iter().map(usize::to_string).collect();
    let sides = sides.join(", ");
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({sides}), }}").into_bytes();
    // With the ten bytes before it and the line end, a multiple of 64: the values may be mapped.
    header.resize((header.len() + 11).next_multiple_of(64) - 11, b' ');
    header.push(b'\n');
    // Two numbers and some words are far below the 65535 bytes of version 1.
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header);
    bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    write_whole(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_has_the_bytes_that_numpy_writes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.npy");
        write_npy(&path, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[2, 3]).expect("written");
        let bytes = std::fs::read(&path).expect("read");
        // As numpy.save(numpy.arange(1, 7, dtype='<f4').reshape(2, 3)) does: a header of 118 bytes.
        assert_eq!(bytes[..10], *b"\x93NUMPY\x01\x00\x76\x00");
        assert!(bytes[10..].starts_with(b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  "));
        assert_eq!((bytes[127], bytes.len()), (b'\n', 128 + 24));
        assert_eq!(bytes[148..], 6.0_f32.to_le_bytes());
        write_npy(&path, &[1.0], &[2, 3]).expect_err("five are missing");
    }
}
