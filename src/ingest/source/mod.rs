//! Where bytes come from: a file on disk, a member of an archive, memory. Whoever reads headers or pixels
//! asks a [`Source`] and does not know which it is.
//!
//! Nothing is ever unpacked to disk, and no name inside an archive is ever opened on disk: it is shown in
//! messages and tells folders apart, no more.

mod archive;
mod counted;
mod packed;
mod store;
mod tape;
mod zipped;

use std::io;
use std::path::Path;
use std::sync::Arc;

pub(super) use archive::{ArchiveKind, Budget, Refusal, kind, members};
pub(super) use counted::Counted;
pub(super) use tape::Tape;

use store::Store;
use zipped::Zipped;

/// What a file or a member is read from. A clone costs nothing.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// As shown: of a member, the path of the archive with its own name behind it.
    path: Arc<Path>,
    bytes: Bytes,
}

#[derive(Clone, Debug)]
enum Bytes {
    Stored(Store),
    Zipped(Zipped),
}

impl Source {
    /// A file on disk.
    pub(super) fn disk(path: &Path) -> Self {
        let path: Arc<Path> = Arc::from(path);
        Self { bytes: Bytes::Stored(Store::disk(Arc::clone(&path))), path }
    }

    /// Bytes in memory under a name.
    pub(super) fn memory(path: &Path, bytes: Arc<Vec<u8>>) -> Self {
        Self { path: Arc::from(path), bytes: Bytes::Stored(Store::memory(bytes)) }
    }

    /// Its path, for messages and to tell folders apart. Only that of a file on disk leads anywhere.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is a file on disk by itself.
    pub(super) fn is_a_file(&self) -> bool {
        matches!(&self.bytes, Bytes::Stored(store) if store.is_a_file())
    }

    /// Whether any place of it can be gone to without reading what is before.
    pub(super) fn has_places(&self) -> bool {
        matches!(self.bytes, Bytes::Stored(_))
    }

    /// Reads it from its start, with a tape that ends with the call.
    pub(super) fn read<T, E: From<io::Error>>(
        &self,
        with: impl FnOnce(&mut Tape<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.bytes {
            Bytes::Stored(store) => with(&mut Tape::placed(store.open()?)),
            Bytes::Zipped(member) => member.read(with),
        }
    }

    /// The same where what is read must be what was packed: a member of an archive is read on to its end and
    /// compared with its checksum, whatever `with` needs of it.
    /// - errors: also `InvalidData` where it is damaged
    pub(super) fn read_checked<T, E: From<io::Error>>(
        &self,
        with: impl FnOnce(&mut Tape<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.bytes {
            Bytes::Stored(_) => self.read(with),
            Bytes::Zipped(member) => member.read_checked(with),
        }
    }
}
