//! One image file from its bytes, without a series around it: what the tests of transfer syntaxes
//! and the fuzz targets read.

use std::path::Path;

use super::dicom::{Header, SliceSource};
use super::error::IngestError;
use super::stack;

/// A file whose header could be read.
#[derive(Debug)]
pub struct Image {
    source: SliceSource,
    bytes: Vec<u8>,
    frames: i64,
}

impl Image {
    /// Reads the header.
    /// - `bytes`: a whole DICOM file
    /// - errors: why it is no image, as one sentence
    pub fn read(bytes: Vec<u8>) -> Result<Self, IngestError> {
        let sentence = |what: String| IngestError::Sentence(what);
        let header = Header::from_bytes(bytes.clone(), Path::new("file"))
            .map_err(|e| sentence(format!("The file cannot be read: {e}")))?;
        let source = stack::source(&header, header.rescale())
            .ok_or_else(|| sentence("The file does not say how large its image is".to_owned()))?;
        Ok(Self { source, bytes, frames: header.frames })
    }

    /// Columns and rows.
    pub fn size(&self) -> [usize; 2] {
        [usize::from(self.source.form.columns), usize::from(self.source.form.rows)]
    }

    /// Decodes the pixels: values after rescale, row by row.
    /// - errors: why they cannot be decoded, as one sentence
    pub fn decode(&self) -> Result<Box<[i16]>, IngestError> {
        if self.frames > 1 {
            return Err(IngestError::Sentence("The file holds several images in one".to_owned()));
        }
        self.source
            .decode_bytes(self.bytes.clone())
            .map_err(|fault| IngestError::Sentence(format!("The image cannot be read: {fault}")))
    }
}
