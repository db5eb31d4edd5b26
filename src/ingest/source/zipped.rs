//! Members of a zip: found in its table, unpacked one by one when they are read.

use std::fmt;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use flate2::Crc;
use zip::read::{ZipReadOptions, read_zipfile_from_stream};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::archive::{Budget, Refusal, Unpacked, cut, inside, within};
use super::packed::{HARMLESS_BYTES, MOST_TO_ONE, too_much};
use super::store::{Store, StoreReader};
use super::{Bytes, Source, Tape};
use crate::ingest::private::Private;
use crate::ingest::series::Skipped;
use crate::ingest::unpack::Packing;
use crate::ingest::words::name;
use crate::jobs::JobContext;

/// Deflate packs 1032 bytes into one at most: a member that announces more lies.
const DEFLATE_TO_ONE: u64 = 1032;
/// The password is tried on the smallest member, which is read to its end where it is no larger than this.
const TRIED_BYTES: u64 = 16 << 20;

/// One member. A clone costs nothing.
#[derive(Clone)]
pub(super) struct Zipped {
    archive: Arc<Opened>,
    index: usize,
    /// Unpacked, as announced.
    len: u64,
    /// Packed by Zstandard, with this checksum of what it unpacks to.
    zstandard: Option<u32>,
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
        if let Some(sum) = self.zstandard {
            let packed = zip.by_index_raw(self.index).map_err(io::Error::from)?;
            let bytes = Summed { source: Packing::Zstandard.open(packed), crc: Crc::new(), sum };
            return with(&mut Tape::stream(Box::new(bytes), self.len));
        }
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

/// Compares what went through with its checksum at the end.
struct Summed<R> {
    source: R,
    crc: Crc,
    sum: u32,
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let got = self.source.read(bytes)?;
        self.crc.update(bytes.get(..got).unwrap_or_default());
        if got == 0 && !bytes.is_empty() && self.crc.sum() != self.sum {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it does not fit its checksum"));
        }
        Ok(got)
    }
}

/// How members are packed that cannot be read here. Source: PKWARE's APPNOTE 4.4.5.
fn unknown(method: CompressionMethod, encrypted: bool) -> Option<String> {
    match method {
        CompressionMethod::Stored
        | CompressionMethod::Deflated
        | CompressionMethod::Deflate64
        | CompressionMethod::Bzip2
        | CompressionMethod::Lzma
        | CompressionMethod::Xz => None,
        CompressionMethod::ZSTD if !encrypted => None,
        CompressionMethod::ZSTD => Some("Zstandard behind a password".to_owned()),
        CompressionMethod::PPMD => Some("PPMd".to_owned()),
        CompressionMethod::SHRINK => Some("Shrink".to_owned()),
        CompressionMethod::IMPLODE => Some("Implode".to_owned()),
        CompressionMethod::JPEG => Some("JPEG".to_owned()),
        CompressionMethod::WAVPACK => Some("WavPack".to_owned()),
        // Its own words end with the number.
        other => Some(format!("{other:?}").replace("Unsupported", "method ").replace(['(', ')'], "")),
    }
}

/// What members unpack to, in bytes, as announced and as packed: of methods without a bound of their own.
#[derive(Default)]
struct Unbound {
    announced: u64,
    packed: u64,
}

impl Unbound {
    /// - errors: more than any study, which is made to harm
    fn add(&mut self, announced: u64, packed: u64) -> Result<(), Refusal> {
        self.announced = self.announced.saturating_add(announced);
        self.packed = self.packed.saturating_add(packed);
        let most = HARMLESS_BYTES.max(self.packed.saturating_mul(MOST_TO_ONE));
        if self.announced > most { Err(too_much()) } else { Ok(()) }
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
    let mut unbound = Unbound::default();
    for index in 0..opened.zip.len() {
        ctx.check()?;
        let entry = opened.zip.by_index_data(index).map_err(refusal)?;
        if entry.is_dir() || entry.is_symlink() {
            continue;
        }
        let path = match entry.name() {
            Ok(name) => inside(shown, name.as_bytes(), index),
            Err(_) => inside(shown, entry.name_raw(), index),
        };
        let method = entry.compression();
        if let Some(method) = unknown(method, entry.encrypted()) {
            let reason = format!(
                "{} is packed in the zip by {method}, which is not read; unpack the archive and open the folder",
                name(&path)
            );
            unpacked.skipped.push(Skipped { file: path, reason });
            continue;
        }
        let most = entry.compressed_size().saturating_mul(DEFLATE_TO_ONE).saturating_add(1 << 16);
        let bound = matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated);
        let len = if bound { entry.size().min(most) } else { entry.size() };
        if !bound {
            unbound.add(len, entry.compressed_size())?;
        }
        if entry.encrypted() && len > 0 && locked.is_none_or(|(smallest, _)| len < smallest) {
            locked = Some((len, index));
        }
        let member = Zipped {
            archive: Arc::clone(&opened),
            index,
            len,
            zstandard: (method == CompressionMethod::ZSTD).then_some(entry.crc32()),
            whole: Arc::default(),
        };
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
    let store = store.open()?;
    let most = HARMLESS_BYTES.max(store.len().saturating_mul(MOST_TO_ONE));
    let before = budget.left;
    let mut here = Budget { left: before.min(most), whole: budget.whole };
    let mut reader = BufReader::new(store);
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
        match within(&mut member, &mut here) {
            Err(Refusal::Words(_)) if most < before => return Err(too_much()),
            Ok(bytes) if !folder => unpacked.members.push(Source::memory(&path, bytes.into())),
            Ok(_) => {}
            Err(Refusal::Damaged(_)) => break,
            Err(refusal) => return Err(refusal),
        }
    }
    budget.left = before.saturating_sub(before.min(most).saturating_sub(here.left));
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
