//! Bytes that can be read from any place: a file on disk, what was unpacked into memory, or a part of either.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

/// Headers of CT slices are 2 to 20 kB: one or two reads of the system each.
const BUFFER_BYTES: usize = 16 * 1024;

/// Where they are. A clone costs nothing.
#[derive(Clone, Debug)]
pub(super) struct Store {
    holder: Holder,
    /// First byte and length of the part that counts; `None` for everything.
    part: Option<(u64, u64)>,
}

#[derive(Clone)]
enum Holder {
    Disk(Arc<Path>),
    Memory(Arc<Vec<u8>>),
}

impl fmt::Debug for Holder {
    /// What is in memory may be a patient's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disk(path) => write!(f, "Disk({})", path.display()),
            Self::Memory(bytes) => write!(f, "Memory({} bytes)", bytes.len()),
        }
    }
}

impl Store {
    /// A whole file.
    pub(super) fn disk(path: Arc<Path>) -> Self {
        Self { holder: Holder::Disk(path), part: None }
    }

    /// Bytes that are held in memory for as long as somebody may read them.
    pub(super) fn memory(bytes: Arc<Vec<u8>>) -> Self {
        Self { holder: Holder::Memory(bytes), part: None }
    }

    /// Whether it is a whole file on disk.
    pub(super) fn is_a_file(&self) -> bool {
        self.part.is_none() && matches!(self.holder, Holder::Disk(_))
    }

    /// `len` bytes of it from `start` on, cut to what is there when they are read.
    pub(super) fn part(&self, start: u64, len: u64) -> Self {
        let (offset, whole) = self.part.unwrap_or((0, u64::MAX));
        let start = start.min(whole);
        let len = len.min(whole.saturating_sub(start));
        Self { holder: self.holder.clone(), part: Some((offset.saturating_add(start), len)) }
    }

    /// Opens it.
    pub(super) fn open(&self) -> io::Result<StoreReader> {
        let mut reader = StoreReader { holder: self.holder.clone(), file: None, start: 0, len: 0, at: 0 };
        let there = match &self.holder {
            Holder::Memory(bytes) => bytes.len() as u64,
            Holder::Disk(path) => {
                let file = File::open(path)?;
                let len = file.metadata()?.len();
                reader.file = Some(BufReader::with_capacity(BUFFER_BYTES, file));
                len
            }
        };
        let (start, len) = self.part.unwrap_or((0, there));
        reader.start = start.min(there);
        reader.len = len.min(there - reader.start);
        if reader.start > 0 {
            reader.seek_to_place()?;
        }
        Ok(reader)
    }
}

/// Reads a [`Store`]. A clone opens its file anew on the first read, so that several threads can read
/// several members of one archive.
#[derive(Debug)]
pub(super) struct StoreReader {
    holder: Holder,
    file: Option<BufReader<File>>,
    start: u64,
    len: u64,
    at: u64,
}

impl Clone for StoreReader {
    fn clone(&self) -> Self {
        Self { holder: self.holder.clone(), file: None, start: self.start, len: self.len, at: self.at }
    }
}

impl StoreReader {
    /// How many bytes there are.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    fn seek_to_place(&mut self) -> io::Result<()> {
        let place = self.start.saturating_add(self.at);
        if let Some(file) = &mut self.file {
            file.seek(SeekFrom::Start(place))?;
        }
        Ok(())
    }
}

impl Read for StoreReader {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.len.saturating_sub(self.at)).unwrap_or(usize::MAX).min(bytes.len());
        let Some(bytes) = bytes.get_mut(..most).filter(|b| !b.is_empty()) else { return Ok(0) };
        let got = match &self.holder {
            Holder::Memory(held) => {
                let from = usize::try_from(self.start + self.at).unwrap_or(usize::MAX);
                let mut rest = held.get(from..).unwrap_or_default();
                rest.read(bytes)?
            }
            Holder::Disk(path) => {
                if self.file.is_none() {
                    self.file = Some(BufReader::with_capacity(BUFFER_BYTES, File::open(path)?));
                    self.seek_to_place()?;
                }
                self.file.as_mut().map_or(Ok(0), |file| file.read(bytes))?
            }
        };
        self.at += got as u64;
        Ok(got)
    }
}

impl Seek for StoreReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(back) => self.len.checked_add_signed(back),
            SeekFrom::Current(on) => self.at.checked_add_signed(on),
        };
        let place = place.filter(|p| i64::try_from(*p).is_ok()).ok_or(io::ErrorKind::InvalidInput)?;
        if let Some(file) = &mut self.file {
            // Within the buffer this costs no call of the system.
            file.seek_relative(place.wrapping_sub(self.at) as i64)?;
        }
        self.at = place;
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_part_reads_its_own_bytes_and_no_others() {
        let bytes: Vec<u8> = (0..100).collect();
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), &bytes).expect("written");
        for store in [Store::disk(Arc::from(file.path())), Store::memory(Arc::new(bytes))] {
            let part = store.part(10, 50).part(5, 500);
            let mut reader = part.open().expect("opens");
            assert_eq!(reader.len(), 45);
            let mut all = Vec::new();
            reader.read_to_end(&mut all).expect("reads");
            assert_eq!(all, (15..60).collect::<Vec<u8>>());
            reader.seek(SeekFrom::End(-2)).expect("seeks");
            let mut again = reader.clone();
            let mut two = [0; 2];
            again.read_exact(&mut two).expect("reads");
            assert_eq!(two, [58, 59]);
            assert!(again.read_exact(&mut two).is_err());
            assert_eq!(store.part(200, 5).open().expect("opens").len(), 0);
        }
    }
}
