//! What networks read of cases, kept on disk: cutting it out of volumes takes longer than an epoch.
//!
//! A file is the SHA-256 of what it depends on, the SHA-256 of its bytes, then these. One that is damaged
//! or of something else is made again; nobody else reads them.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::TrainingError;
use crate::dataset::Case;
use crate::export::write_whole;

/// Of a folder.
#[derive(Clone, Debug)]
pub struct InputCache {
    folder: PathBuf,
    depends_on: String,
}

impl InputCache {
    /// Makes the folder if it is not there.
    /// - `depends_on`: what the inputs of all cases depend on
    /// - errors: it cannot be made
    pub fn open(folder: &Path, depends_on: String) -> Result<Self, TrainingError> {
        std::fs::create_dir_all(folder).map_err(|source| TrainingError::File {
            file: folder.to_owned(),
            what: "written",
            source,
        })?;
        Ok(Self { folder: folder.to_owned(), depends_on })
    }

    /// Named by what it depends on: cases of several manifests lie side by side.
    fn file(&self, key: &[u8; 32]) -> PathBuf {
        let name: String = key.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("{name}.input"))
    }

    fn key(&self, case: &Case, number: u64) -> [u8; 32] {
        let mut hash = Sha256::new();
        let (point, prior) = (format!("{:?}", case.point), format!("{:?}", case.prior));
        let slices = format!("{:?} {:?}", case.lesion_slices, case.slice_box);
        for text in [&self.depends_on, &case.id, &case.image, &point, &prior, &slices] {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        hash.update(number.to_le_bytes());
        hash.finalize().into()
    }

    /// The input of a case, where it was kept.
    /// - `number`: of the case in its manifest
    pub fn get(&self, case: &Case, number: u64) -> Option<Vec<u8>> {
        let key = self.key(case, number);
        let bytes = std::fs::read(self.file(&key)).ok()?;
        let rest = bytes.strip_prefix(key.as_slice())?;
        let (sum, input) = rest.split_at_checked(32)?;
        (Sha256::digest(input).as_slice() == sum).then(|| input.to_vec())
    }

    /// Keeps it.
    /// - errors: disk full
    pub fn put(&self, case: &Case, number: u64, input: &[u8]) -> Result<(), TrainingError> {
        let key = self.key(case, number);
        let mut bytes = key.to_vec();
        bytes.extend_from_slice(&Sha256::digest(input));
        bytes.extend_from_slice(input);
        Ok(write_whole(&self.file(&key), &bytes)?)
    }
}
