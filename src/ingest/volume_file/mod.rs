//! One file that is a whole volume, and not DICOM: NIfTI-1 and -2, MetaImage, NRRD. `dataset` reads its images
//! and masks through here.
//!
//! Told apart by content, never by name. Sizes are believed only as far as bytes arrive: a header
//! that lies costs no memory.

mod metaimage;
mod nifti;
mod nrrd;
mod voxels;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::bufread::ZlibDecoder;

use super::defect::DefectCode;
use super::error::IngestError;
use super::source::Source;
use super::unpack::{Gzip, to_the_end};
use super::words::{defect, name};
use crate::geometry::VoxelGrid;
use crate::jobs::JobContext;
use crate::volume::{Unit, Volume};
use voxels::Layout;

/// Most bytes of voxels that a file may announce: a chest CT of 512 x 512 x 4,000 voxels of 32 bits.
const MOST_BYTES: u64 = 4 << 30;
/// Most voxels along one axis: what NIfTI-1 can say.
const MOST_ALONG_AN_AXIS: usize = 32_767;
/// First bytes of gzip.
const GZIP: [u8; 2] = [0x1F, 0x8B];
/// Most bytes behind the voxels of a packed file, at the end of which its checksum is.
const MOST_BEHIND: u64 = 256 << 20;
/// Compressed bytes that are taken at a time.
const PACKED_BUFFER: usize = 1 << 16;

/// Reads a volume file to its end.
///
/// Whole numbers of 16 bits become an int16 volume, whatever type the file stores them in; all
/// others become real numbers.
/// - `path`: `.nii`, `.nii.gz`, `.mha`, `.nrrd`, or `.mhd` or `.nhdr` with its data file beside it
/// - `unit`: what a value means; the formats do not say
/// - returns: the volume on its grid in patient space (LPS mm; NIfTI's RAS is turned)
/// - errors: one sentence where the file is of another format or type, cut off, too large, holds a
///   value that is no number, or does not say where it lies; [`IngestError::Cancelled`]
pub fn read_volume(path: &Path, unit: Unit, ctx: &JobContext) -> Result<Volume, IngestError> {
    check(path)?;
    volume_from(&Source::disk(path), None, unit, ctx)
}

/// The same from a file or a member of an archive.
/// - `data`: the member that holds the voxels, where that is another one
/// - errors: as [`read_volume`]; voxels in another member that is not there
pub(super) fn volume_from(
    source: &Source,
    data: Option<&Source>,
    unit: Unit,
    ctx: &JobContext,
) -> Result<Volume, IngestError> {
    let read =
        |near: Near<'_>| source.read_checked(|tape| volume_of(&mut BufReader::new(tape), near, unit, ctx));
    let volume = match data {
        Some(data) => data.read_checked(|tape| {
            let length = tape.left();
            read(Near::Data(length, Box::new(BufReader::new(tape))))
        }),
        None => {
            // Beside a member of an archive, the folder is none.
            let folder = source.path().parent();
            read(Near::Folder(folder.filter(|folder| folder.is_dir() || folder.as_os_str().is_empty())))
        }
    };
    volume.map_err(|fault: Fault| fault.about(source.path()))
}

/// Where the voxels of a header lie that does not hold them itself.
enum Near<'a> {
    /// In a file of this folder, where there is one.
    Folder(Option<&'a Path>),
    /// Here: so many bytes.
    Data(u64, Box<dyn Read + 'a>),
}

/// The file in which a volume file keeps its voxels, where that is another one: a relative path that does
/// not leave the folder.
pub(super) fn data_beside(source: &Source) -> Option<String> {
    let found = source.read(|tape| {
        let data = match header_of(&mut BufReader::new(tape))? {
            Opened::Nifti(..) => metaimage::Data::Here,
            Opened::MetaImage(header, _) => header.data,
            Opened::Nrrd(header, _) => header.data,
        };
        Ok::<_, Fault>(data)
    });
    match found {
        Ok(metaimage::Data::Beside { file, .. }) => Some(file),
        Ok(metaimage::Data::Here) | Err(_) => None,
    }
}

/// The same from the bytes of a file, which must hold header and voxels.
/// - errors: as [`read_volume`], about "the file"
pub fn read_volume_bytes(bytes: &[u8], unit: Unit) -> Result<Volume, IngestError> {
    let ctx = JobContext::unobserved();
    volume_of(&mut &*bytes, Near::Folder(None), unit, &ctx)
        .map_err(|fault| fault.about(Path::new("the file")))
}

/// Size and place of a volume file, from its header alone.
/// - errors: as [`read_volume`], of the header
pub fn read_grid(path: &Path) -> Result<VoxelGrid, IngestError> {
    check(path)?;
    Ok(layout_of(&Source::disk(path))?.grid)
}

/// What the header of a file or of a member of an archive says.
/// - errors: as [`read_grid`]
pub(super) fn layout_of(source: &Source) -> Result<Layout, IngestError> {
    source
        .read(|tape| {
            Ok(match header_of(&mut BufReader::new(tape))? {
                Opened::Nifti(layout, _) => layout,
                Opened::MetaImage(header, _) => header.layout,
                Opened::Nrrd(header, _) => header.layout,
            })
        })
        .map_err(|fault: Fault| fault.about(source.path()))
}

/// Whether a file that begins so may be a volume: what of a packed archive is kept.
pub(super) fn may_begin(head: &[u8]) -> bool {
    let text = |word: &[u8]| head.windows(word.len()).any(|w| w == word);
    nifti::begins(head)
        || nifti::is_second_version(head)
        || nrrd::begins(head)
        || text(b"NDims")
        || text(b"ObjectType")
}

fn check(path: &Path) -> Result<(), IngestError> {
    let sentence = |what: String| IngestError::Sentence(what);
    match std::fs::metadata(path) {
        Ok(file) if file.is_file() => Ok(()),
        Ok(_) => Err(sentence(format!("{} is no file", name(path)))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(sentence(format!("There is no file {}", path.display())))
        }
        Err(error) => Err(sentence(format!("{} cannot be read: {error}", name(path)))),
    }
}

/// Why a file is no volume: what follows its name in the sentence.
#[derive(Debug)]
enum Fault {
    Words(String),
    /// Its header can be read, its voxels cannot.
    Unread(DefectCode, String),
    Stop(crate::jobs::Cancelled),
}

impl Fault {
    fn about(self, path: &Path) -> IngestError {
        match self {
            Self::Words(words) => IngestError::Sentence(format!("{} {words}", name(path))),
            Self::Unread(code, words) => IngestError::Unread(defect(code, format!("{} {words}", name(path)))),
            Self::Stop(cancelled) => cancelled.into(),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        read_fault(&error)
    }
}

impl From<crate::jobs::Cancelled> for Fault {
    fn from(cancelled: crate::jobs::Cancelled) -> Self {
        Self::Stop(cancelled)
    }
}

fn fault<T>(words: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Words(words.into()))
}

/// A failure of the system, or of a decompressor, while reading.
fn read_fault(error: &io::Error) -> Fault {
    let damaged = |words: &str| Fault::Unread(DefectCode::Truncated, words.to_owned());
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            damaged("ends too early: it was cut off while copying; copy it again")
        }
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            damaged("is damaged: it cannot be decompressed, or does not fit its checksum; copy it again")
        }
        _ => Fault::Words(format!("cannot be read: {error}")),
    }
}

/// A header that was read, and where the bytes after it come from.
enum Opened<'a> {
    Nifti(Layout, Box<dyn Read + 'a>),
    MetaImage(metaimage::Header, Box<dyn Read + 'a>),
    Nrrd(nrrd::Header, Box<dyn Read + 'a>),
}

fn header_of<'a>(source: &'a mut dyn Read) -> Result<Opened<'a>, Fault> {
    let mut start = Vec::with_capacity(2);
    Read::take(&mut *source, 2).read_to_end(&mut start).map_err(|e| read_fault(&e))?;
    let packed = start == GZIP;
    let whole = io::Cursor::new(start).chain(source);
    let mut source: Box<dyn Read + 'a> = if packed {
        Box::new(Gzip::new(BufReader::with_capacity(PACKED_BUFFER, whole)))
    } else {
        Box::new(whole)
    };
    let mut start = Vec::with_capacity(nifti::HEADER_BYTES);
    source.by_ref().take(4).read_to_end(&mut start).map_err(|e| read_fault(&e))?;
    if nifti::begins(&start) || nifti::is_second_version(&start) {
        let (layout, rest) = nifti::header(start, source)?;
        return Ok(Opened::Nifti(layout, rest));
    }
    if nrrd::begins(&start) {
        let (header, rest) = nrrd::header(start, source)?;
        return Ok(Opened::Nrrd(header, rest));
    }
    let (header, rest) = metaimage::header(start, source)?;
    Ok(Opened::MetaImage(header, rest))
}

fn volume_of(source: &mut dyn Read, near: Near<'_>, unit: Unit, ctx: &JobContext) -> Result<Volume, Fault> {
    let (layout, mut data) = match header_of(source)? {
        Opened::Nifti(layout, rest) => (layout, rest),
        Opened::MetaImage(header, rest) => {
            let data: Box<dyn Read> = match &header.data {
                metaimage::Data::Here => rest,
                metaimage::Data::Beside { file, skip } => {
                    beside(near, file, *skip, header.layout.bytes(), !header.packed)?
                }
            };
            let data = if header.packed { unpacked(data)? } else { data };
            (header.layout, data)
        }
        Opened::Nrrd(header, rest) => {
            let data = nrrd_data(&header, rest, near)?;
            (header.layout, data)
        }
    };
    let volume = voxels::read(&layout, &mut data, unit, ctx)?;
    // What unpacks compares with the checksum when it comes to its end.
    to_the_end(&mut data, MOST_BEHIND).map_err(|e| read_fault(&e))?;
    Ok(volume)
}

/// The voxels of a NRRD: lines are left out as they are stored, bytes after unpacking.
fn nrrd_data<'a>(
    header: &nrrd::Header,
    rest: Box<dyn Read + 'a>,
    near: Near<'a>,
) -> Result<Box<dyn Read + 'a>, Fault> {
    let mut data = match (&header.data, header.skip) {
        (metaimage::Data::Here, Some(_)) => rest,
        (metaimage::Data::Here, None) => {
            return fault("counts its voxels from the end of the file; save it with a byte skip above zero");
        }
        (metaimage::Data::Beside { file, .. }, None) => {
            beside(near, file, None, header.layout.bytes(), false)?
        }
        (metaimage::Data::Beside { file, .. }, Some(_)) => beside(near, file, Some(0), 0, false)?,
    };
    for _ in 0..header.lines {
        let mut one = [0];
        while one != *b"\n" {
            if data.read(&mut one).map_err(|e| read_fault(&e))? == 0 {
                return Err(read_fault(&io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }
    let mut data: Box<dyn Read + 'a> = match header.encoding {
        nrrd::Encoding::Raw => data,
        nrrd::Encoding::Gzip => Box::new(Gzip::new(BufReader::with_capacity(PACKED_BUFFER, data))),
        nrrd::Encoding::Text => Box::new(nrrd::Numbers::new(data)),
    };
    let skip = header.skip.unwrap_or(0);
    io::copy(&mut data.by_ref().take(skip), &mut io::sink()).map_err(|e| read_fault(&e))?;
    Ok(data)
}

/// A data file, after its own header of `skip` bytes (`None`: whatever is there before the voxels).
/// - `needed`: bytes of the voxels; where that is `exact`, the file must end with them
fn beside<'a>(
    near: Near<'a>,
    file: &str,
    skip: Option<u64>,
    needed: u64,
    exact: bool,
) -> Result<Box<dyn Read + 'a>, Fault> {
    let (length, mut data) = match near {
        Near::Data(length, data) => (length, data),
        Near::Folder(None) => {
            return no_voxels(format!("keeps its voxels in {file}, which is not at hand"));
        }
        Near::Folder(Some(folder)) => opened(folder, file)?,
    };
    let skip = match skip {
        Some(bytes) => bytes,
        None => length.checked_sub(needed).ok_or_else(|| short(file, length, needed))?,
    };
    if exact && length.checked_sub(skip) != Some(needed) {
        return Err(short(file, length.saturating_sub(skip), needed));
    }
    io::copy(&mut data.by_ref().take(skip), &mut io::sink()).map_err(|e| read_fault(&e))?;
    Ok(data)
}

/// A data file on disk, and its length.
fn opened(folder: &Path, file: &str) -> Result<(u64, Box<dyn Read>), Fault> {
    let opened = File::open(folder.join(file)).and_then(|f| Ok((f.metadata()?.len(), f)));
    match opened {
        Ok((length, opened)) => Ok((length, Box::new(BufReader::new(opened)))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            no_voxels(format!("keeps its voxels in {file}, which is not beside it; copy both files"))
        }
        Err(error) => no_voxels(format!("keeps its voxels in {file}, which cannot be read: {error}")),
    }
}

fn no_voxels<T>(words: String) -> Result<T, Fault> {
    Err(Fault::Unread(DefectCode::NoPixelData, words))
}

fn short(file: &str, length: u64, needed: u64) -> Fault {
    let words = format!(
        "announces {needed} bytes of voxels, and {file} holds {length}; it was cut off, or the header belongs \
         to another file"
    );
    Fault::Unread(DefectCode::Truncated, words)
}

/// MetaImage packs with zlib; some writers use gzip.
fn unpacked(data: Box<dyn Read + '_>) -> Result<Box<dyn Read + '_>, Fault> {
    let mut data = data;
    let mut start = Vec::with_capacity(2);
    data.by_ref().take(2).read_to_end(&mut start).map_err(|e| read_fault(&e))?;
    let gzip = start == GZIP;
    let whole = BufReader::with_capacity(PACKED_BUFFER, io::Cursor::new(start).chain(data));
    Ok(if gzip { Box::new(Gzip::new(whole)) } else { Box::new(ZlibDecoder::new(whole)) })
}

#[cfg(test)]
mod tests;
