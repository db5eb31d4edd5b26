//! Simulated surroundings kept on disk: they take minutes to make and are the same every time.
//!
//! A file is the SHA-256 of what it was made from, the centre, then the values, all little-endian.
//! One that is damaged or of something else is made again; nobody else reads them.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::TrainingError;
use super::patch::{Block, Nodule};
use super::simulate::{SURROUNDINGS, surroundings};
use crate::export::write_whole;

/// Changes with the way surroundings are made, so that old files are not taken for new ones.
const EDITION: u64 = 1;

/// Of a folder.
#[derive(Clone, Debug)]
pub struct SurroundingsCache {
    folder: PathBuf,
    seed: u64,
}

impl SurroundingsCache {
    /// Makes the folder if it is not there.
    /// - errors: it cannot be made
    pub fn open(folder: &Path, seed: u64) -> Result<Self, TrainingError> {
        fs::create_dir_all(folder).map_err(|source| TrainingError::File {
            file: folder.to_owned(),
            what: "written",
            source,
        })?;
        Ok(Self { folder: folder.to_owned(), seed })
    }

    /// The surroundings of a case: read, or made and written.
    /// - `number`: of the case in its manifest
    /// - errors: a spacing that no picture has, disk full
    pub fn get(&self, nodule: &Nodule, number: u64) -> Result<Block, TrainingError> {
        let file = self.folder.join(format!("{number:05}.i16"));
        let key = self.key(nodule, number);
        if let Some(block) = read(&file, &key, nodule.block.spacing_mm) {
            return Ok(block);
        }
        let block = surroundings(nodule, number, self.seed)?;
        let mut bytes = key.to_vec();
        bytes.extend(block.centre.iter().flat_map(|v| v.to_le_bytes()));
        bytes.extend(block.values.iter().flat_map(|v| v.to_le_bytes()));
        write_whole(&file, &bytes)?;
        Ok(block)
    }

    fn key(&self, nodule: &Nodule, number: u64) -> [u8; 32] {
        let mut hash = Sha256::new();
        for word in [EDITION, self.seed, number] {
            hash.update(word.to_le_bytes());
        }
        for mm in nodule.block.spacing_mm {
            hash.update(mm.to_le_bytes());
        }
        // Its own noise decides kernel and dose.
        hash.update(nodule.id.as_bytes());
        for value in nodule.block.values.iter() {
            hash.update(value.to_le_bytes());
        }
        hash.finalize().into()
    }
}

fn read(file: &Path, key: &[u8; 32], spacing_mm: [f32; 3]) -> Option<Block> {
    let bytes = fs::read(file).ok()?;
    let rest = bytes.strip_prefix(key.as_slice())?;
    let (centre, values) = rest.split_at_checked(12)?;
    let mut centre = centre.chunks_exact(4).filter_map(|c| Some(i32::from_le_bytes(c.try_into().ok()?)));
    let centre = [centre.next()?, centre.next()?, centre.next()?];
    let values: Vec<i16> =
        values.chunks_exact(2).filter_map(|c| Some(i16::from_le_bytes(c.try_into().ok()?))).collect();
    let whole = values.len() == SURROUNDINGS.iter().product::<usize>();
    whole.then(|| Block { size: SURROUNDINGS, spacing_mm, values: values.into(), centre })
}
