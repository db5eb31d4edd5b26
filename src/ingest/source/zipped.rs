//! Members of a zip: found in its table, unpacked one by one when they are read.

use std::fmt;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use zip::ZipArchive;
use zip::read::{ZipReadOptions, read_zipfile_from_stream};
use zip::result::ZipError;

use super::archive::{Budget, Refusal, Unpacked, cut, inside, within};
use super::store::{Store, StoreReader};
use super::{Bytes, Source, Tape};
use crate::ingest::private::Private;
use crate::jobs::JobContext;

/// Deflate packs 1032 bytes into one at most: a member that announces more lies.
const MOST_TO_ONE: u64 = 1032;
/// The password is tried on the smallest member, which is read to its end where it is no larger than this.
const TRIED_BYTES: u64 = 16 << 20;

/// One member. A clone costs nothing.
#[derive(Clone)]
pub(super) struct Zipped {
    archive: Arc<Opened>,
    index: usize,
    /// Unpacked, as announced.
    len: u64,
    /// Whether it fits its checksum, once it was read to its end: frames of one member ask for it one by one.
    whole: Arc<OnceLock<bool>>,
}

struct Opened {
    /// A clone of it reads beside the others.
    zip: ZipArchive<StoreReader>,
    password: Option<Private<String>>,
}

impl Opened {
    fn options(&self) -> ZipReadOptions<'_> {
        ZipReadOptions::new().password(self.password.as_ref().map(|p| p.reveal().as_bytes()))
    }
}

impl fmt::Debug for Zipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zipped(member {}, {} bytes)", self.index, self.len)
    }
}

impl Zipped {
    /// Reads it with a tape that goes forwards alone.
    pub(super) fn read<T, E: From<io::Error>>(
        &self,
        with: impl FnOnce(&mut Tape<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut zip = self.archive.zip.clone();
        let member =
            zip.by_index_with_options(self.index, self.archive.options()).map_err(io::Error::from)?;
        with(&mut Tape::stream(Box::new(member), self.len))
    }

    /// The same, and compares the member with its checksum.
    /// - errors: also `InvalidData` where it does not fit
    pub(super) fn read_checked<T, E: From<io::Error>>(
        &self,
        with: impl FnOnce(&mut Tape<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let damaged = || {
            let words = "it does not fit the checksum of the archive; copy the archive again";
            E::from(io::Error::new(io::ErrorKind::InvalidData, words))
        };
        if self.whole.get() == Some(&false) {
            return Err(damaged());
        }
        self.read(|tape| {
            let read = with(tape)?;
            // The archive compares when it comes to the end.
            if *self.whole.get_or_init(|| tape.finish().is_ok()) { Ok(read) } else { Err(damaged()) }
        })
    }
}

/// All files of a zip. Of one that was cut off, which has lost its table, those before.
/// - errors: locked, damaged; [`Refusal::Cancelled`]
pub(super) fn members(
    shown: &Path,
    store: &Store,
    password: Option<&Private<String>>,
    budget: &mut Budget,
    ctx: &JobContext,
) -> Result<Unpacked, Refusal> {
    let zip = match ZipArchive::new(store.open()?) {
        Ok(zip) => zip,
        Err(error) => {
            let lost = matches!(error, ZipError::InvalidArchive(_));
            let before = if lost { without_table(shown, store, budget, ctx)? } else { Unpacked::default() };
            return if before.members.is_empty() { Err(refusal(error)) } else { Ok(before) };
        }
    };
    let opened = Arc::new(Opened { zip, password: password.cloned() });
    let mut unpacked = Unpacked::default();
    // Size and index of the smallest member behind a password.
    let mut locked: Option<(u64, usize)> = None;
    for index in 0..opened.zip.len() {
        ctx.check()?;
        let entry = opened.zip.by_index_data(index).map_err(refusal)?;
        if entry.is_dir() || entry.is_symlink() {
            continue;
        }
        let most = entry.compressed_size().saturating_mul(MOST_TO_ONE).saturating_add(1 << 16);
        let len = entry.size().min(most);
        if entry.encrypted() && len > 0 && locked.is_none_or(|(smallest, _)| len < smallest) {
            locked = Some((len, index));
        }
        let path = match entry.name() {
            Ok(name) => inside(shown, name.as_bytes(), index),
            Err(_) => inside(shown, entry.name_raw(), index),
        };
        let member = Zipped { archive: Arc::clone(&opened), index, len, whole: Arc::default() };
        unpacked.members.push(Source { path: path.into(), bytes: Bytes::Zipped(member) });
    }
    if let Some((_, index)) = locked {
        unlock(&opened, index)?;
    }
    Ok(unpacked)
}

/// Members one after the other by the headers in front of them, unpacked into memory and compared with their
/// checksums. Those whose length stands behind them, and locked ones, end it.
fn without_table(
    shown: &Path,
    store: &Store,
    budget: &mut Budget,
    ctx: &JobContext,
) -> Result<Unpacked, Refusal> {
    let mut reader = BufReader::new(store.open()?);
    let mut unpacked = Unpacked::default();
    let mut index = 0;
    while let Ok(Some(mut member)) = read_zipfile_from_stream(&mut reader) {
        ctx.check()?;
        let path = match member.name() {
            Ok(name) => inside(shown, name.as_bytes(), index),
            Err(_) => inside(shown, member.name_raw(), index),
        };
        index = index.saturating_add(1);
        let folder = member.is_dir() || member.is_symlink();
        match within(&mut member, budget) {
            Ok(bytes) if !folder => unpacked.members.push(Source::memory(&path, bytes.into())),
            Ok(_) => {}
            Err(Refusal::Damaged(_)) => break,
            Err(refusal) => return Err(refusal),
        }
    }
    if !unpacked.members.is_empty() {
        unpacked.skipped.push(cut(shown, "is a zip archive that was cut off: copy it again"));
    }
    Ok(unpacked)
}

/// Tries the password. The old encryption accepts one wrong password in 256 at first: only the check sum at
/// the end tells.
fn unlock(opened: &Opened, index: usize) -> Result<(), Refusal> {
    if opened.password.is_none() {
        return Err(Refusal::Locked { wrong: false });
    }
    let mut zip = opened.zip.clone();
    let member = zip.by_index_with_options(index, opened.options()).map_err(refusal)?;
    match io::copy(&mut member.take(TRIED_BYTES), &mut io::sink()) {
        Ok(_) => Ok(()),
        Err(_) => Err(Refusal::Locked { wrong: true }),
    }
}

fn refusal(error: ZipError) -> Refusal {
    match error {
        ZipError::Io(error) => error.into(),
        ZipError::InvalidPassword => Refusal::Locked { wrong: true },
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Refusal::Locked { wrong: false },
        ZipError::InvalidArchive(_) => {
            Refusal::Damaged("is a damaged or cut-off zip archive: copy it again".to_owned())
        }
        other => Refusal::Words(format!("is a zip archive that cannot be read ({other}): unpack it first")),
    }
}
