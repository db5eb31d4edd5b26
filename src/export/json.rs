//! A value as a JSON file that a person can read, too.

use std::io;
use std::path::Path;

use serde::Serialize;

use super::atomic::{WriteError, write_whole};

/// Writes the value, indented, with a line end; the same value gives the same bytes.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), WriteError> {
    let mut bytes =
        serde_json::to_vec_pretty(value).map_err(|e| WriteError::new(path, io::Error::other(e)))?;
    bytes.push(b'\n');
    write_whole(path, &bytes)
}
