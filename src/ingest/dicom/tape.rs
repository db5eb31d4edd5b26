//! A file, or what was inflated out of one, read forwards with its length in view.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

/// Headers of CT slices are 2 to 20 kB: one or two reads of the system each.
const BUFFER_BYTES: usize = 16 * 1024;

enum Source {
    File(BufReader<File>),
    Memory(Cursor<Vec<u8>>),
}

/// Bytes that are read once, forwards, and never past their end.
pub(super) struct Tape {
    source: Source,
    at: u64,
    len: u64,
}

impl Tape {
    /// From a file.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Ok(Self { source: Source::File(BufReader::with_capacity(BUFFER_BYTES, file)), at: 0, len })
    }

    /// From bytes in memory.
    pub(super) fn memory(bytes: Vec<u8>) -> Self {
        let len = bytes.len() as u64;
        Self { source: Source::Memory(Cursor::new(bytes)), at: 0, len }
    }

    /// Where the next byte is.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> u64 {
        self.len.saturating_sub(self.at)
    }

    /// Fills `bytes`.
    /// - errors: `UnexpectedEof` where fewer are left; nothing is read then
    pub(super) fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        if (bytes.len() as u64) > self.left() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match &mut self.source {
            Source::File(file) => file.read_exact(bytes)?,
            Source::Memory(memory) => memory.read_exact(bytes)?,
        }
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// The next `len` bytes; never allocates more than is there.
    pub(super) fn take(&mut self, len: u64) -> io::Result<Vec<u8>> {
        if len > self.left() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut bytes = vec![0; usize::try_from(len).map_err(|_| io::ErrorKind::OutOfMemory)?];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// The next bytes without moving on: as many as are left, up to `N`; the rest stays zero.
    pub(super) fn peek<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        let count = (N as u64).min(self.left()) as usize;
        let start = self.at;
        if let Some(head) = bytes.get_mut(..count) {
            self.fill(head)?;
        }
        self.go_to(start)?;
        Ok(bytes)
    }

    /// Leaves out `len` bytes.
    /// - errors: `UnexpectedEof` where fewer are left
    pub(super) fn skip(&mut self, len: u64) -> io::Result<()> {
        if len > self.left() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.go_to(self.at + len)
    }

    /// Moves to a place counted from the start.
    pub(super) fn go_to(&mut self, at: u64) -> io::Result<()> {
        if at > self.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match &mut self.source {
            // Within the buffer this costs no call of the system.
            Source::File(file) => file.seek_relative(at.wrapping_sub(self.at) as i64)?,
            Source::Memory(memory) => {
                memory.seek(SeekFrom::Start(at))?;
            }
        }
        self.at = at;
        Ok(())
    }
}

impl Read for Tape {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let got = match &mut self.source {
            Source::File(file) => file.read(bytes)?,
            Source::Memory(memory) => memory.read(bytes)?,
        };
        self.at += got as u64;
        Ok(got)
    }
}
