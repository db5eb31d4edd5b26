//! Arrays that other tools read too: int16 `.npy` files, for benchmarks.
//!
//! The format is a magic word, a length and a Python dictionary of three entries before the
//! values. Only what `numpy.save` writes for such an array is taken; anything else is an error.
//! Source: numpy, "The .npy format" (versions 1 and 2).

use std::path::Path;

use crate::geometry::{GridError, Point, VoxelGrid};
use crate::volume::{SliceError, Unit, Volume};

/// Why an array cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum NpyError {
    /// Not there, or not readable.
    #[error("{file} cannot be read: {source}")]
    Open {
        /// File name.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not an array of the right kind.
    #[error("{file} is not an int16 .npy array of slices, rows and columns in C order: {why}")]
    Kind {
        /// File name.
        file: String,
        /// What differs.
        why: &'static str,
    },
    /// Spacing or size that is no grid.
    #[error("{file} cannot be placed: {source}")]
    Grid {
        /// File name.
        file: String,
        /// Why.
        source: GridError,
    },
}

/// A volume from an int16 `.npy` array (slices, rows, columns) of HU.
/// - `spacing_mm`: along columns, rows, slices
pub fn read_npy(path: &Path, spacing_mm: [f64; 3]) -> Result<Volume, NpyError> {
    let file = || path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let bytes = std::fs::read(path).map_err(|source| NpyError::Open { file: file(), source })?;
    let ([depth, height, width], values) =
        parse(&bytes).map_err(|why| NpyError::Kind { file: file(), why })?;
    let grid = VoxelGrid::axis_aligned([width, height, depth], spacing_mm, Point::new(0.0, 0.0, 0.0))
        .map_err(|source| NpyError::Grid { file: file(), source })?;
    let volume = Volume::loading(grid, Unit::Hu, None);
    if let Some(slices) = volume.int16() {
        for (k, slice) in values.chunks_exact(2 * width * height).enumerate() {
            let values = slice.as_chunks::<2>().0.iter().map(|b| i16::from_le_bytes(*b)).collect();
            let length = |_: SliceError| NpyError::Kind { file: file(), why: "its size" };
            slices.fill(k, values).map_err(length)?;
        }
    }
    Ok(volume)
}

/// Shape and the bytes of the values.
fn parse(bytes: &[u8]) -> Result<([usize; 3], &[u8]), &'static str> {
    const CUT: &str = "it is cut off";
    let rest = bytes.strip_prefix(b"\x93NUMPY").ok_or("it does not begin as one")?;
    let (header, values) = match rest {
        [1, _, a, b, rest @ ..] => {
            rest.split_at_checked(usize::from(u16::from_le_bytes([*a, *b]))).ok_or(CUT)?
        }
        [2, _, a, b, c, d, rest @ ..] => {
            let length = u32::from_le_bytes([*a, *b, *c, *d]);
            rest.split_at_checked(usize::try_from(length).map_err(|_| CUT)?).ok_or(CUT)?
        }
        _ => return Err("its version"),
    };
    let header = std::str::from_utf8(header).map_err(|_| "its header")?;
    let entry = |name: &str| Some(header.split_once(&format!("'{name}':"))?.1.trim_start());
    if !entry("descr").is_some_and(|text| text.starts_with("'<i2'")) {
        return Err("its values are not little-endian int16");
    }
    if !entry("fortran_order").is_some_and(|text| text.starts_with("False")) {
        return Err("its order");
    }
    let shape = entry("shape")
        .and_then(|text| text.strip_prefix('(')?.split_once(')'))
        .map(|(inner, _)| inner.split(',').map(str::trim).filter(|n| !n.is_empty()))
        .ok_or("its shape")?;
    let shape: Vec<usize> = shape.map(|n| n.parse().map_err(|_| "its shape")).collect::<Result<_, _>>()?;
    let shape: [usize; 3] = shape.try_into().map_err(|_| "it has not three axes")?;
    let needed = shape.iter().try_fold(2usize, |n, &s| n.checked_mul(s)).ok_or("its shape")?;
    if needed == 0 {
        return Err("it is empty");
    }
    if values.len() != needed {
        return Err(CUT);
    }
    Ok((shape, values))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(descr: &str, shape: &str, values: usize) -> Vec<u8> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend((0..values as i16).flat_map(i16::to_le_bytes));
        bytes
    }

    #[test]
    fn an_array_becomes_a_volume_with_its_axes_turned_round() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.npy");
        std::fs::write(&path, array("<i2", "(2, 3, 4)", 24)).expect("written");
        let volume = read_npy(&path, [0.5, 0.6, 2.0]).expect("read");
        assert_eq!(volume.grid().size(), [4, 3, 2]);
        assert_eq!(volume.value([1, 2, 1]), Some(12.0 + 8.0 + 1.0));
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(parse(b"PK\x03\x04"), Err("it does not begin as one"));
        assert!(parse(&array("<f4", "(2, 3, 4)", 24)).is_err());
        assert!(parse(&array("<i2", "(2, 12)", 24)).is_err());
        assert!(parse(&array("<i2", "(2, 3, 4)", 23)).is_err());
        assert!(parse(&array("<i2", "(99999999999, 99999999999, 4)", 3)).is_err());
        assert!(parse(&array("<i2", "(0, 3, 4)", 0)).is_err());
        let whole = array("<i2", "(2, 3, 4)", 24);
        assert!((0..whole.len()).all(|n| parse(&whole[..n]).is_err()));
    }
}
