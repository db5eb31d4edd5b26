//! A tar that is packed as a whole (gzip, bzip2, xz, Zstandard): one stream, unpacked once. What can be an image
//! is kept in memory, everything else is passed over as it goes by.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::rc::Rc;

use super::archive::{ArchiveKind, BLOCK, Budget, Refusal, Unpacked, cut, inside, is_file, is_tar, within};
use super::{Counted, Source, Tape};
use crate::ingest::dicom;
use crate::ingest::series::Skipped;
use crate::ingest::unpack::{Packing, to_the_end};
use crate::ingest::volume_file;
use crate::ingest::volume_series::NOT_DICOM;
use crate::ingest::words::name;
use crate::jobs::JobContext;

/// A study may be packed to a fiftieth; what unpacks to more than this many times its size is made to harm.
pub(super) const MOST_TO_ONE: u64 = 100;
/// Below this nothing harms.
pub(super) const HARMLESS_BYTES: u64 = 256 << 20;

/// Whether it is a packed tar or DICOM file, from the first block that comes out.
pub(super) fn kind(head: &[u8; BLOCK], tape: &mut Tape<'_>) -> Option<ArchiveKind> {
    let packing = Packing::of(head)?;
    let mut block = [0; BLOCK];
    packing.open(tape).read_exact(&mut block).ok()?;
    if is_tar(&block) {
        return Some(ArchiveKind::PackedTar(packing));
    }
    // Volumes are packed too: nothing but the mark of DICOM counts.
    (block.get(128..132) == Some(b"DICM")).then_some(ArchiveKind::PackedFile(packing))
}

/// One packed file, unpacked into memory.
/// - errors: damaged, more than `budget` allows
pub(super) fn one_file(
    shown: &Path,
    packing: Packing,
    source: impl Read,
    budget: &mut Budget,
) -> Result<Unpacked, Refusal> {
    let bytes = within(&mut *packing.open(source), budget)?;
    // It keeps its name: it is itself what is shown.
    let member = Source::memory(shown, bytes.into());
    Ok(Unpacked { members: vec![member], skipped: Vec::new() })
}

/// What comes out, under watch: a member that is passed over may be endless.
struct Watched<'a> {
    source: Box<dyn Read + 'a>,
    went_in: Rc<Cell<u64>>,
    came_out: u64,
    len: u64,
    /// Set where it was stopped for what came out.
    harmful: Rc<Cell<bool>>,
    /// How unpacking failed, where it did: what reads the tar gives other words to it.
    failed: Rc<Cell<Option<ErrorKind>>>,
    ctx: &'a JobContext,
}

impl Read for Watched<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let got = self.source.read(bytes).inspect_err(|error| self.failed.set(Some(error.kind())))?;
        let before = self.came_out;
        self.came_out = self.came_out.saturating_add(got as u64);
        if self.came_out > HARMLESS_BYTES.max(self.went_in.get().saturating_mul(MOST_TO_ONE)) {
            self.harmful.set(true);
            return Err(io::Error::other("too much"));
        }
        // One look for every megabyte.
        if before >> 20 != self.came_out >> 20 {
            let done = self.went_in.get() as f32 / self.len.max(1) as f32;
            self.ctx.step("Unpacking", done.min(1.0)).map_err(io::Error::other)?;
        }
        Ok(got)
    }
}

/// Unpacks all; what can be an image or an archive is kept.
///
/// Of a stream that was cut off, what came before is kept. Of one that is damaged, nothing: what it unpacked to
/// before the damage was noticed may already be other than it was.
/// - `source`: the packed stream, and how long it is
/// - errors: damaged, more than `budget` allows; [`Refusal::Cancelled`]
pub(super) fn members(
    shown: &Path,
    packing: Packing,
    (source, len): (impl Read, u64),
    budget: &mut Budget,
    ctx: &JobContext,
) -> Result<Unpacked, Refusal> {
    let mut kept = Unpacked::default();
    let (went_in, harmful) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
    let failed = Rc::new(Cell::new(None));
    let counted = Counted { source, count: Rc::clone(&went_in) };
    let source = packing.open(counted);
    let watched = Watched {
        source,
        went_in,
        came_out: 0,
        len,
        harmful: Rc::clone(&harmful),
        failed: Rc::clone(&failed),
        ctx,
    };
    let mut archive = tar::Archive::new(watched);
    let mut ended = None;
    for (n, entry) in archive.entries()?.enumerate() {
        ctx.check()?;
        let one = entry.map_err(Refusal::from).and_then(|mut entry| {
            let path = inside(shown, &entry.path_bytes(), n);
            if !is_file(entry.header().entry_type()) {
                return Ok(());
            }
            let mut head = Vec::with_capacity(BLOCK);
            entry.by_ref().take(BLOCK as u64).read_to_end(&mut head)?;
            let voxels = may_be_voxels(&path) && entry.size() <= budget.left / 2;
            if !(is_worth_keeping(&head) || voxels) {
                let reason = format!("{} {NOT_DICOM}", name(&path));
                kept.skipped.push(Skipped { file: path, reason });
                return Ok(());
            }
            let bytes = within(&mut head.as_slice().chain(entry), budget)?;
            kept.members.push(Source::memory(&path, bytes.into()));
            Ok(())
        });
        // Asked to stop in the middle of a member, it looks like damage.
        ctx.check()?;
        if harmful.get() {
            return Err(too_much());
        }
        match one {
            Ok(()) => {}
            // What came before can perhaps be read.
            Err(Refusal::Damaged(why)) if !kept.members.is_empty() => {
                ended = Some(why);
                break;
            }
            Err(refusal) => return Err(refusal),
        }
    }
    // The checksum stands at the end of the stream, behind the end of the tar.
    let whole = match failed.get() {
        None => to_the_end(&mut archive.into_inner(), u64::MAX),
        Some(kind) => Err(kind.into()),
    };
    ctx.check()?;
    match (whole, ended) {
        _ if harmful.get() => return Err(too_much()),
        (Ok(()), None) => {}
        (Ok(()), Some(why)) => kept.skipped.push(cut(shown, &why)),
        (Err(error), _) if error.kind() == ErrorKind::UnexpectedEof => {
            kept.skipped.push(cut(shown, "is an archive that was cut off: copy it again"));
        }
        (Err(_), _) => {
            return Err(Refusal::Damaged(
                "is a damaged archive: what it unpacks to does not fit its checksum; nothing of it was opened, \
                 copy it again"
                    .to_owned(),
            ));
        }
    }
    Ok(kept)
}

pub(super) fn too_much() -> Refusal {
    Refusal::Words(format!(
        "unpacks to more than {MOST_TO_ONE} times its size, which no study does; it was not opened"
    ))
}

/// Whether a member may hold the voxels of a header in another one. Their content tells nothing, and the header
/// may come later: names alone can say it.
fn may_be_voxels(path: &Path) -> bool {
    const ENDS: [&str; 3] = ["raw", "zraw", "img"];
    path.extension().is_some_and(|end| ENDS.iter().any(|known| end.eq_ignore_ascii_case(known)))
}

/// Whether a member may be an image, a volume or another archive.
fn is_worth_keeping(head: &[u8]) -> bool {
    let tar = <&[u8; BLOCK]>::try_from(head).is_ok_and(is_tar);
    dicom::may_begin(head)
        || volume_file::may_begin(head)
        || tar
        || head.starts_with(b"PK\x03\x04")
        || Packing::of(head).is_some()
}
