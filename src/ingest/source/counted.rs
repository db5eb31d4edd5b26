//! How many bytes went through a reader that others hold by then.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// Counts what goes through.
pub(in crate::ingest) struct Counted<R> {
    pub(in crate::ingest) source: R,
    /// Bytes so far.
    pub(in crate::ingest) count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let got = self.source.read(bytes)?;
        self.count.set(self.count.get().saturating_add(got as u64));
        Ok(got)
    }
}
