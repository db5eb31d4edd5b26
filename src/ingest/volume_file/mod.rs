//! One file that is a whole volume, and not DICOM: NIfTI-1 and MetaImage. `dataset` reads its images
//! and masks through here.
//!
//! Told apart by content, never by name. Sizes are believed only as far as bytes arrive: a header
//! that lies costs no memory.

mod metaimage;
mod nifti;
mod voxels;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::bufread::{MultiGzDecoder, ZlibDecoder};

use super::error::IngestError;
use super::words::name;
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

/// Reads a volume file to its end.
///
/// Whole numbers of 16 bits become an int16 volume, whatever type the file stores them in; all
/// others become real numbers.
/// - `path`: `.nii`, `.nii.gz`, `.mha`, or `.mhd` with its data file beside it
/// - `unit`: what a value means; the formats do not say
/// - returns: the volume on its grid in patient space (LPS mm; NIfTI's RAS is turned)
/// - errors: one sentence where the file is of another format or type, cut off, too large, holds a
///   value that is no number, or does not say where it lies; [`IngestError::Cancelled`]
pub fn read_volume(path: &Path, unit: Unit, ctx: &JobContext) -> Result<Volume, IngestError> {
    let file = open(path)?;
    let mut source = BufReader::new(file);
    volume_of(&mut source, path.parent(), unit, ctx).map_err(|fault| fault.about(path))
}

/// The same from the bytes of a file, which must hold header and voxels.
/// - errors: as [`read_volume`], about "the file"
pub fn read_volume_bytes(bytes: &[u8], unit: Unit) -> Result<Volume, IngestError> {
    let ctx = JobContext::unobserved();
    volume_of(&mut &*bytes, None, unit, &ctx).map_err(|fault| fault.about(Path::new("the file")))
}

/// Size and place of a volume file, from its header alone.
/// - errors: as [`read_volume`], of the header
pub fn read_grid(path: &Path) -> Result<VoxelGrid, IngestError> {
    let mut source = BufReader::new(open(path)?);
    let opened = header_of(&mut source).map_err(|fault| fault.about(path))?;
    Ok(match opened {
        Opened::Nifti(layout, _) => layout.grid,
        Opened::MetaImage(header, _) => header.layout.grid,
    })
}

fn open(path: &Path) -> Result<File, IngestError> {
    let sentence = |what: String| IngestError::Sentence(what);
    match File::open(path).and_then(|f| Ok((f.metadata()?.is_file(), f))) {
        Ok((true, file)) => Ok(file),
        Ok((false, _)) => Err(sentence(format!("{} is no file", name(path)))),
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
    Stop(crate::jobs::Cancelled),
}

impl Fault {
    fn about(self, path: &Path) -> IngestError {
        match self {
            Self::Words(words) => IngestError::Sentence(format!("{} {words}", name(path))),
            Self::Stop(cancelled) => cancelled.into(),
        }
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
    Fault::Words(match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            "ends too early: it was cut off while copying; copy it again".to_owned()
        }
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            "is damaged: it cannot be decompressed; copy it again".to_owned()
        }
        _ => format!("cannot be read: {error}"),
    })
}

/// A header that was read, and where the bytes after it come from.
enum Opened<'a> {
    Nifti(Layout, Box<dyn Read + 'a>),
    MetaImage(metaimage::Header, Box<dyn Read + 'a>),
}

fn header_of<'a>(source: &'a mut dyn Read) -> Result<Opened<'a>, Fault> {
    let mut start = Vec::with_capacity(2);
    Read::take(&mut *source, 2).read_to_end(&mut start).map_err(|e| read_fault(&e))?;
    let packed = start == GZIP;
    let whole = io::Cursor::new(start).chain(source);
    let mut source: Box<dyn Read + 'a> =
        if packed { Box::new(MultiGzDecoder::new(BufReader::new(whole))) } else { Box::new(whole) };
    let mut start = Vec::with_capacity(nifti::HEADER_BYTES);
    source.by_ref().take(4).read_to_end(&mut start).map_err(|e| read_fault(&e))?;
    if nifti::begins(&start) {
        let (layout, rest) = nifti::header(start, source)?;
        return Ok(Opened::Nifti(layout, rest));
    }
    if nifti::is_second_version(&start) {
        return fault("is NIfTI-2, which is not read; save it as NIfTI-1");
    }
    let (header, rest) = metaimage::header(start, source)?;
    Ok(Opened::MetaImage(header, rest))
}

fn volume_of(
    source: &mut dyn Read,
    folder: Option<&Path>,
    unit: Unit,
    ctx: &JobContext,
) -> Result<Volume, Fault> {
    match header_of(source)? {
        Opened::Nifti(layout, mut rest) => voxels::read(&layout, &mut rest, unit, ctx),
        Opened::MetaImage(header, rest) => {
            let data: Box<dyn Read> = match &header.data {
                metaimage::Data::Here => rest,
                metaimage::Data::Beside { file, skip } => beside(&header, folder, file, *skip)?,
            };
            let mut data = if header.packed { unpacked(data)? } else { data };
            voxels::read(&header.layout, &mut data, unit, ctx)
        }
    }
}

/// The data file of an `.mhd`, after its own header of `skip` bytes (`None`: whatever is there
/// before the voxels).
fn beside(
    header: &metaimage::Header,
    folder: Option<&Path>,
    file: &str,
    skip: Option<u64>,
) -> Result<Box<dyn Read>, Fault> {
    let Some(folder) = folder else {
        return fault(format!("keeps its voxels in {file}, which is not at hand"));
    };
    let path = folder.join(file);
    let opened = File::open(&path).and_then(|f| Ok((f.metadata()?.len(), f)));
    let (length, opened) = match opened {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return fault(format!("keeps its voxels in {file}, which is not beside it; copy both files"));
        }
        Err(error) => return fault(format!("keeps its voxels in {file}, which cannot be read: {error}")),
    };
    let needed = header.layout.bytes();
    let skip = match skip {
        Some(bytes) => bytes,
        None => length.checked_sub(needed).ok_or_else(|| short(file, length, needed))?,
    };
    if !header.packed && length.checked_sub(skip) != Some(needed) {
        return Err(short(file, length.saturating_sub(skip), needed));
    }
    let mut opened = BufReader::new(opened);
    io::copy(&mut opened.by_ref().take(skip), &mut io::sink()).map_err(|e| read_fault(&e))?;
    Ok(Box::new(opened))
}

fn short(file: &str, length: u64, needed: u64) -> Fault {
    Fault::Words(format!(
        "announces {needed} bytes of voxels, and {file} holds {length}; it was cut off, or the header belongs \
         to another file"
    ))
}

/// MetaImage packs with zlib; some writers use gzip.
fn unpacked(data: Box<dyn Read + '_>) -> Result<Box<dyn Read + '_>, Fault> {
    let mut data = data;
    let mut start = Vec::with_capacity(2);
    data.by_ref().take(2).read_to_end(&mut start).map_err(|e| read_fault(&e))?;
    let gzip = start == GZIP;
    let whole = BufReader::new(io::Cursor::new(start).chain(data));
    Ok(if gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(ZlibDecoder::new(whole)) })
}

#[cfg(test)]
mod tests;
