//! A file, a member of an archive, or what was inflated out of one, read forwards with its length in view.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use super::store::{Store, StoreReader};
use crate::ingest::unpack::to_the_end;

/// What is taken from a stream at once: its announced length is not believed.
const STEP_BYTES: u64 = 1 << 20;

enum Bytes<'a> {
    /// Any place can be gone to.
    Placed(StoreReader),
    /// Unpacked on the way: forwards alone.
    Stream {
        reader: BufReader<Box<dyn Read + 'a>>,
        /// Peeked at, not read yet.
        ahead: Vec<u8>,
    },
}

/// Bytes that are read once, forwards, and never past their end.
pub(in crate::ingest) struct Tape<'a> {
    bytes: Bytes<'a>,
    at: u64,
    len: u64,
}

impl<'a> Tape<'a> {
    /// From bytes in memory.
    pub(in crate::ingest) fn memory(bytes: Vec<u8>) -> Tape<'static> {
        Tape::shared(Arc::new(bytes))
    }

    /// The same without a copy.
    pub(in crate::ingest) fn shared(bytes: Arc<Vec<u8>>) -> Tape<'static> {
        let len = bytes.len() as u64;
        match Store::memory(bytes).open() {
            Ok(reader) => Tape { bytes: Bytes::Placed(reader), at: 0, len },
            // Memory opens always.
            Err(_) => Tape::stream(Box::new(io::empty()), 0),
        }
    }

    /// From where any place can be gone to.
    pub(super) fn placed(reader: StoreReader) -> Self {
        let len = reader.len();
        Self { bytes: Bytes::Placed(reader), at: 0, len }
    }

    /// From what is unpacked on the way.
    /// - `len`: as announced; where fewer come, reading ends with `UnexpectedEof`
    pub(super) fn stream(reader: Box<dyn Read + 'a>, len: u64) -> Self {
        Self { bytes: Bytes::Stream { reader: BufReader::new(reader), ahead: Vec::new() }, at: 0, len }
    }

    /// Where the next byte is.
    pub(in crate::ingest) fn at(&self) -> u64 {
        self.at
    }

    /// How many bytes are left.
    pub(in crate::ingest) fn left(&self) -> u64 {
        self.len.saturating_sub(self.at)
    }

    /// Fills `bytes`.
    /// - errors: `UnexpectedEof` where fewer are left; nothing is read then
    pub(in crate::ingest) fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        if (bytes.len() as u64) > self.left() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.read_exact(bytes)
    }

    /// The next `len` bytes; never allocates more than is there.
    pub(in crate::ingest) fn take_bytes(&mut self, len: u64) -> io::Result<Vec<u8>> {
        if len > self.left() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let whole = usize::try_from(len).map_err(|_| io::ErrorKind::OutOfMemory)?;
        if matches!(self.bytes, Bytes::Placed(_)) {
            let mut bytes = vec![0; whole];
            self.fill(&mut bytes)?;
            return Ok(bytes);
        }
        let mut bytes = Vec::with_capacity(whole.min(STEP_BYTES as usize));
        self.by_ref().take(len).read_to_end(&mut bytes)?;
        if bytes.len() < whole { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
    }

    /// The next bytes without moving on: as many as are left, up to `N`; the rest stays zero.
    pub(in crate::ingest) fn peek<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        let count = (N as u64).min(self.left()) as usize;
        let start = self.at;
        let Some(head) = bytes.get_mut(..count) else { return Ok(bytes) };
        match &mut self.bytes {
            Bytes::Placed(_) => {
                self.fill(head)?;
                self.go_to(start)?;
            }
            Bytes::Stream { reader, ahead } => {
                let missing = count.saturating_sub(ahead.len()) as u64;
                reader.by_ref().take(missing).read_to_end(ahead)?;
                for (to, from) in head.iter_mut().zip(ahead.iter()) {
                    *to = *from;
                }
            }
        }
        Ok(bytes)
    }

    /// Leaves out `len` bytes.
    /// - errors: `UnexpectedEof` where fewer are left
    pub(in crate::ingest) fn skip(&mut self, len: u64) -> io::Result<()> {
        if len > self.left() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.go_to(self.at + len)
    }

    /// Moves to a place counted from the start; of a stream only to one that is still to come.
    pub(in crate::ingest) fn go_to(&mut self, at: u64) -> io::Result<()> {
        if at > self.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Bytes::Placed(reader) = &mut self.bytes {
            reader.seek(SeekFrom::Start(at))?;
            self.at = at;
            return Ok(());
        }
        let on = at.checked_sub(self.at).ok_or(io::ErrorKind::InvalidInput)?;
        let passed = io::copy(&mut self.by_ref().take(on), &mut io::sink())?;
        if passed < on { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    /// Reads on to the end, so that what unpacks a stream comes to the checksum behind it.
    /// - errors: those of the stream; `InvalidData` where more comes than was announced
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if let Bytes::Stream { reader, ahead } = &mut self.bytes {
            ahead.clear();
            return to_the_end(reader, self.len);
        }
        Ok(())
    }
}

impl Read for Tape<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left()).unwrap_or(usize::MAX).min(bytes.len());
        let Some(bytes) = bytes.get_mut(..most).filter(|b| !b.is_empty()) else { return Ok(0) };
        let got = match &mut self.bytes {
            Bytes::Placed(reader) => reader.read(bytes)?,
            Bytes::Stream { reader, ahead } if ahead.is_empty() => reader.read(bytes)?,
            Bytes::Stream { ahead, .. } => {
                let got = ahead.as_slice().read(bytes)?;
                ahead.drain(..got);
                got
            }
        };
        self.at += got as u64;
        Ok(got)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_and_a_file_are_the_same_tape() {
        let bytes: Vec<u8> = (0..200).collect();
        let packed = bytes.clone();
        for mut tape in [Tape::memory(bytes), Tape::stream(Box::new(io::Cursor::new(packed)), 200)] {
            assert_eq!(tape.peek::<4>().expect("there"), [0, 1, 2, 3]);
            tape.skip(10).expect("there");
            assert_eq!(tape.peek::<2>().expect("there"), [10, 11]);
            assert_eq!(tape.take_bytes(5).expect("there"), [10, 11, 12, 13, 14]);
            tape.go_to(190).expect("there");
            assert_eq!((tape.at(), tape.left()), (190, 10));
            assert_eq!(tape.peek::<16>().expect("there")[..10], (190..200).collect::<Vec<u8>>());
            assert!(tape.take_bytes(11).is_err());
            assert_eq!(tape.take_bytes(10).expect("there").len(), 10);
            assert!(tape.skip(1).is_err());
        }
    }

    #[test]
    fn a_stream_that_announces_too_much_ends_in_an_error() {
        let mut tape = Tape::stream(Box::new(io::Cursor::new(vec![1; 10])), 1 << 40);
        assert!(tape.take_bytes(1 << 39).is_err());
        let mut tape = Tape::stream(Box::new(io::Cursor::new(vec![1; 10])), 1 << 40);
        assert!(tape.skip(11).is_err());
    }
}
