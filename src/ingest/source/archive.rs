//! Archives, told by their first bytes, and what lies in them.
//!
//! Zip keeps a table of its members and packs each by itself, a bare tar packs nothing: their members are
//! read from the archive whenever they are needed. A packed tar is one stream: it is unpacked once, and
//! what can be an image stays in memory, under a [`Budget`].

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::packed;
use super::store::Store;
use super::{Bytes, Source, Tape, zipped};
use crate::ingest::private::Private;
use crate::ingest::series::Skipped;
use crate::ingest::unpack::Packing;
use crate::ingest::words::name;
use crate::jobs::{Cancelled, JobContext};

/// Size of a block of tar.
pub(super) const BLOCK: usize = 512;

/// Which archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) enum ArchiveKind {
    /// `.zip`
    Zip,
    /// `.tar`
    Tar,
    /// `.tar.gz`, `.tar.bz2`, `.tar.xz`, `.tar.zst`
    PackedTar(Packing),
    /// One DICOM file, `.dcm.gz`
    PackedFile(Packing),
}

/// Bytes that may still be unpacked into memory.
#[derive(Debug)]
pub(in crate::ingest) struct Budget {
    pub(super) left: u64,
    pub(super) whole: u64,
}

impl Budget {
    /// So many bytes for all archives of one scan.
    pub(in crate::ingest) fn new(bytes: u64) -> Self {
        Self { left: bytes, whole: bytes }
    }
}

/// What lies in an archive.
#[derive(Debug, Default)]
pub(in crate::ingest) struct Unpacked {
    /// Members, in their order.
    pub(in crate::ingest) members: Vec<Source>,
    /// Members that are certainly no images, and were not kept.
    pub(in crate::ingest) skipped: Vec<Skipped>,
}

/// Why an archive is not read.
#[derive(Debug)]
pub(in crate::ingest) enum Refusal {
    /// It needs a password.
    Locked {
        /// One was given, and is not the right one.
        wrong: bool,
    },
    /// It is damaged: what follows its name in the sentence.
    Damaged(String),
    /// Anything else, likewise.
    Words(String),
    /// Asked to stop.
    Cancelled(Cancelled),
}

impl From<Cancelled> for Refusal {
    fn from(cancelled: Cancelled) -> Self {
        Self::Cancelled(cancelled)
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                Self::Damaged("is an archive that was cut off: copy it again".to_owned())
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound => {
                Self::Words(format!("cannot be read: {error}"))
            }
            io::ErrorKind::OutOfMemory => Self::Words(
                "needs more than 512 MB of memory to be unpacked, or is damaged; pack it as .zip or .tar.gz"
                    .to_owned(),
            ),
            // What the readers say names members, and names may be a patient's.
            _ => Self::Damaged("is a damaged archive: copy it again".to_owned()),
        }
    }
}

/// Whether it is an archive, by its first bytes.
/// - errors: it cannot be read
pub(in crate::ingest) fn kind(source: &Source) -> io::Result<Option<ArchiveKind>> {
    source.read(|tape| {
        let head: [u8; BLOCK] = tape.peek()?;
        Ok(if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            Some(ArchiveKind::Zip)
        } else if is_tar(&head) {
            Some(ArchiveKind::Tar)
        } else {
            packed::kind(&head, tape)
        })
    })
}

/// Whether a block is the header of a tar member: its check sum is that of its bytes, the place of the sum
/// itself counted as blanks. Also tells tars from before `ustar`.
pub(super) fn is_tar(block: &[u8; BLOCK]) -> bool {
    let digits: String = block.get(148..156).unwrap_or_default().iter().map(|b| char::from(*b)).collect();
    let written = u32::from_str_radix(digits.trim_matches(|c: char| c == '\0' || c == ' '), 8);
    let own = |n: usize| (148..156).contains(&n);
    let sum: u32 = (0..).zip(block).map(|(n, b)| if own(n) { 32 } else { u32::from(*b) }).sum();
    block.first() != Some(&0) && written == Ok(sum)
}

/// What lies in the archive.
/// - `password`: for a zip that asks for one
/// - errors: locked, damaged, more than `budget` allows; [`Refusal::Cancelled`]
pub(in crate::ingest) fn members(
    archive: &Source,
    kind: ArchiveKind,
    password: Option<&Private<String>>,
    budget: &mut Budget,
    ctx: &JobContext,
) -> Result<Unpacked, Refusal> {
    match kind {
        ArchiveKind::Zip => zipped::members(archive.path(), &stored(archive, budget)?, password, budget, ctx),
        ArchiveKind::Tar => tar_members(archive.path(), &stored(archive, budget)?, ctx),
        ArchiveKind::PackedTar(packing) => archive.read_checked(|tape| {
            let len = tape.left();
            packed::members(archive.path(), packing, (tape, len), budget, ctx)
        }),
        ArchiveKind::PackedFile(packing) => {
            archive.read_checked(|tape| packed::one_file(archive.path(), packing, tape, budget))
        }
    }
}

/// Where any place of the archive can be gone to; one that is itself packed is unpacked into memory.
fn stored(archive: &Source, budget: &mut Budget) -> Result<Store, Refusal> {
    match &archive.bytes {
        Bytes::Stored(store) => Ok(store.clone()),
        Bytes::Zipped(_) => archive.read_checked(|tape: &mut Tape<'_>| {
            let bytes = within(tape, budget)?;
            Ok(Store::memory(bytes.into()))
        }),
    }
}

/// All bytes, taken out of the budget.
pub(super) fn within(source: &mut dyn Read, budget: &mut Budget) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    source.take(budget.left.saturating_add(1)).read_to_end(&mut bytes)?;
    match budget.left.checked_sub(bytes.len() as u64) {
        Some(left) => {
            budget.left = left;
            Ok(bytes)
        }
        None => Err(too_much(budget)),
    }
}

fn too_much(budget: &Budget) -> Refusal {
    Refusal::Words(format!(
        "holds more than {} MB, which is more than half of the free memory; unpack it and open the folder",
        budget.whole / 1_000_000
    ))
}

/// The members of a bare tar, each a part of it.
fn tar_members(shown: &Path, store: &Store, ctx: &JobContext) -> Result<Unpacked, Refusal> {
    let mut unpacked = Unpacked::default();
    let mut archive = tar::Archive::new(store.open()?);
    for (n, entry) in archive.entries_with_seek()?.enumerate() {
        ctx.check()?;
        let entry = match entry {
            Ok(entry) => entry,
            // What came before can still be read.
            Err(_) if !unpacked.members.is_empty() => {
                unpacked.skipped.push(cut(shown, "is a damaged archive: copy it again"));
                break;
            }
            Err(error) => return Err(error.into()),
        };
        let path = inside(shown, &entry.path_bytes(), n);
        if is_file(entry.header().entry_type()) {
            let part = store.part(entry.raw_file_position(), entry.size());
            unpacked.members.push(Source { path: path.into(), bytes: Bytes::Stored(part) });
        }
    }
    Ok(unpacked)
}

/// What of a damaged archive is missing.
pub(super) fn cut(shown: &Path, why: &str) -> Skipped {
    let reason = format!("{} {why}; members behind the damage are missing", name(shown));
    Skipped { file: shown.to_owned(), reason }
}

/// Whether a member of a tar is a file whose bytes lie there as they are.
pub(super) fn is_file(kind: tar::EntryType) -> bool {
    kind.is_file() || kind.is_contiguous()
}

/// The path to show for a member: the archive's with the member's own behind it, without anything that
/// leads upwards or that a terminal would act on.
pub(super) fn inside(archive: &Path, member: &[u8], n: usize) -> PathBuf {
    const LONGEST_PART: usize = 255;
    let text = String::from_utf8_lossy(member);
    let mut path = archive.to_owned();
    let parts = text.split(['/', '\\']).filter(|part| !["", ".", ".."].contains(part));
    let mut any = false;
    for part in parts {
        path.push(part.chars().filter(|c| !c.is_control()).take(LONGEST_PART).collect::<String>());
        any = true;
    }
    if !any {
        path.push(format!("member {}", n.saturating_add(1)));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_inside_an_archive_lead_nowhere_else() {
        let archive = Path::new("x.zip");
        let parts = |name: &str| -> Vec<String> {
            let path = inside(archive, name.as_bytes(), 4);
            let inside = path.strip_prefix(archive).expect("inside");
            inside.iter().map(|part| part.to_string_lossy().into_owned()).collect()
        };
        let secret = format!("..{0}..{0}etc{0}passwd", '/');
        assert_eq!(parts("ct\\001"), ["ct", "001"]);
        assert_eq!(parts(&secret), ["etc", "passwd"]);
        assert_eq!(parts(secret.trim_start_matches('.')), ["etc", "passwd"]);
        assert_eq!(parts("..\\..\\w\\x"), ["w", "x"]);
        assert_eq!(parts("a\u{1b}[2J\nb"), ["a[2Jb"]);
        assert_eq!(parts("..\\.."), ["member 5"]);
        assert_eq!(parts(&"n".repeat(9000)).concat().len(), 255);
    }

    #[test]
    fn a_tar_is_told_by_its_check_sum() {
        let mut header = tar::Header::new_old();
        header.set_path("001").expect("fits");
        header.set_size(3);
        header.set_cksum();
        let mut block = *header.as_bytes();
        assert!(is_tar(&block));
        block[3] ^= 1;
        assert!(!is_tar(&block) && !is_tar(&[0; BLOCK]));
    }
}
