//! A tar that is packed as a whole (gzip, Zstandard): one stream, unpacked once. What can be an image
//! is kept in memory, everything else is passed over as it goes by.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use super::archive::{BLOCK, Budget, Refusal, Unpacked, cut, inside, is_file, is_tar, within};
use super::{Source, Tape};
use crate::ingest::dicom;
use crate::ingest::series::Skipped;
use crate::ingest::volume_file;
use crate::ingest::volume_series::NOT_DICOM;
use crate::ingest::words::name;
use crate::jobs::JobContext;

/// How a stream is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) enum Packing {
    /// gzip
    Gzip,
    /// Zstandard
    Zstandard,
}

/// A study may be packed to a fiftieth; what unpacks to more than this many times its size is made to harm.
const MOST_TO_ONE: u64 = 100;
/// Below this nothing harms.
const HARMLESS_BYTES: u64 = 256 << 20;

/// Whether it is a packed tar, from the first block that comes out.
pub(super) fn kind(head: &[u8; BLOCK], tape: &mut Tape<'_>) -> Option<Packing> {
    let packing = if head.starts_with(&[0x1F, 0x8B]) {
        Packing::Gzip
    } else if head.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) {
        Packing::Zstandard
    } else {
        return None;
    };
    let mut block = [0; BLOCK];
    let mut stream = unpacked(packing, tape).ok()?;
    stream.read_exact(&mut block).ok()?;
    is_tar(&block).then_some(packing)
}

fn unpacked<'a>(packing: Packing, source: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let source = BufReader::with_capacity(1 << 16, source);
    Ok(match packing {
        Packing::Gzip => Box::new(MultiGzDecoder::new(source)),
        Packing::Zstandard => Box::new(Frames { decoder: None, source: Some(source) }),
    })
}

/// Zstandard frames one after the other: parallel writers make many of one file.
struct Frames<R: Read> {
    decoder: Option<StreamingDecoder<BufReader<R>, ruzstd::decoding::FrameDecoder>>,
    source: Option<BufReader<R>>,
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        use std::io::BufRead as _;
        loop {
            if let Some(decoder) = &mut self.decoder {
                let got = decoder.read(bytes)?;
                if got > 0 || bytes.is_empty() {
                    return Ok(got);
                }
                self.source = self.decoder.take().map(StreamingDecoder::into_inner);
            }
            let Some(mut source) = self.source.take() else { return Ok(0) };
            if source.fill_buf()?.is_empty() {
                self.source = Some(source);
                return Ok(0);
            }
            let decoder = StreamingDecoder::new(source);
            self.decoder =
                Some(decoder.map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e.to_string()))?);
        }
    }
}

/// Counts what goes through.
struct Counted<R> {
    source: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let got = self.source.read(bytes)?;
        self.count.set(self.count.get().saturating_add(got as u64));
        Ok(got)
    }
}

/// What comes out, under watch: a member that is passed over may be endless.
struct Watched<'a> {
    source: Box<dyn Read + 'a>,
    went_in: Rc<Cell<u64>>,
    came_out: u64,
    len: u64,
    /// Set where it was stopped for what came out.
    harmful: Rc<Cell<bool>>,
    ctx: &'a JobContext,
}

impl Read for Watched<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let got = self.source.read(bytes)?;
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
/// - `source`: the packed stream, and how long it is
/// - errors: damaged from its beginning, more than `budget` allows; [`Refusal::Cancelled`]
pub(super) fn members(
    shown: &Path,
    packing: Packing,
    (source, len): (impl Read, u64),
    budget: &mut Budget,
    ctx: &JobContext,
) -> Result<Unpacked, Refusal> {
    let mut kept = Unpacked::default();
    let (went_in, harmful) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
    let counted = Counted { source, count: Rc::clone(&went_in) };
    let source = unpacked(packing, counted)?;
    let mut archive =
        tar::Archive::new(Watched { source, went_in, came_out: 0, len, harmful: Rc::clone(&harmful), ctx });
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
            return Err(Refusal::Words(format!(
                "unpacks to more than {MOST_TO_ONE} times its size, which no study does; it was not opened"
            )));
        }
        match one {
            Ok(()) => {}
            // What came before can still be read.
            Err(Refusal::Damaged(why)) if !kept.members.is_empty() => {
                kept.skipped.push(cut(shown, &why));
                break;
            }
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(kept)
}

/// Whether a member may hold the voxels of a header in another one. Their content tells nothing, and the header
/// may come later: names alone can say it.
fn may_be_voxels(path: &Path) -> bool {
    const ENDS: [&str; 2] = ["raw", "zraw"];
    path.extension().is_some_and(|end| ENDS.iter().any(|known| end.eq_ignore_ascii_case(known)))
}

/// Whether a member may be an image, a volume or another archive.
fn is_worth_keeping(head: &[u8]) -> bool {
    const ARCHIVES: [&[u8]; 3] = [b"PK\x03\x04", &[0x1F, 0x8B], &[0x28, 0xB5, 0x2F, 0xFD]];
    let tar = <&[u8; BLOCK]>::try_from(head).is_ok_and(is_tar);
    dicom::may_begin(head)
        || volume_file::may_begin(head)
        || tar
        || ARCHIVES.iter().any(|a| head.starts_with(a))
}
