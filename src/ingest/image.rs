//! One image file from its bytes, without a series around it: what the tests of transfer syntaxes
//! and the fuzz targets read.

use std::path::Path;
use std::sync::Arc;

use super::dicom::{Header, SliceSource};
use super::error::IngestError;
use super::source::Source;
use super::stack;

/// A file whose header could be read.
#[derive(Debug)]
pub struct Image {
    source: SliceSource,
    frames: i64,
}

impl Image {
    /// Reads the header.
    /// - `bytes`: a whole DICOM file
    /// - errors: why it is no image, as one sentence
    pub fn read(bytes: Vec<u8>) -> Result<Self, IngestError> {
        let sentence = |what: String| IngestError::Sentence(what);
        let headers = Header::read(&Source::memory(Path::new("file"), Arc::new(bytes)))
            .map_err(|e| sentence(format!("The file cannot be read: {e}")))?;
        let header =
            headers.into_iter().next().ok_or_else(|| sentence("The file holds no image".to_owned()))?;
        let source = stack::source(&header, header.rescale())
            .ok_or_else(|| sentence("The file does not say how large its image is".to_owned()))?;
        Ok(Self { source, frames: header.frames })
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
            .decode()
            .map_err(|fault| IngestError::Sentence(format!("The image cannot be read: {fault}")))
    }
}
