//! One file that is a whole volume, and not DICOM: NIfTI-1 and -2, MetaImage, NRRD. `dataset` reads its images
//! and masks through here.
//!
//! Told apart by content, never by name. Sizes are believed only as far as bytes arrive: a header
//! that lies costs no memory.

mod data;
mod fault;
mod filling;
mod metaimage;
mod nifti;
mod nrrd;
mod parts;
mod placed;
mod voxels;

use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use super::error::IngestError;
use super::source::{Source, Tape};
use super::unpack::{Packing, to_the_end};
use super::words::name;
use crate::geometry::VoxelGrid;
use crate::jobs::JobContext;
use crate::volume::{Unit, Volume};
pub(super) use data::Members;
use data::{Near, beside, nrrd_data, pair_data, pair_names, several, unpacked};
pub(super) use fault::Stopped;
use fault::{Fault, read_fault};
pub(super) use filling::{Filling, Numbers};
pub(super) use placed::Placed;
pub(super) use voxels::Layout;

/// Most bytes of voxels that a file may announce: a chest CT of 512 x 512 x 4,000 voxels of 32 bits.
const MOST_BYTES: u64 = 4 << 30;
/// Most voxels along one axis: what NIfTI-1 can say.
const MOST_ALONG_AN_AXIS: usize = 32_767;
/// Most bytes behind the voxels of a packed file, at the end of which its checksum is.
const MOST_BEHIND: u64 = 256 << 20;

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
    let source = Source::disk(path);
    let volume = Volume::loading(layout_of(&source)?.grid, unit, None);
    let filling = Filling::new(&volume);
    let come = |k: usize, numbers: Numbers| {
        numbers.all_are(k)?;
        Ok(filling.put(k, numbers).map_err(Fault::from)?)
    };
    in_order(&source, None, &come, &mut |_| Ok(ctx.check()?)).map_err(|e: Stopped| e.about(path))?;
    let other = filling.done().map_err(|e| Fault::from(e).about(path))?;
    Ok(other.unwrap_or(volume))
}

/// Hands all slices of a file, or of a member of an archive, to `come`, in the order in which they stand there, the
/// last one when everything behind it was read and compared with its checksum.
/// - `members`: those that hold the voxels, where others do
/// - `between`: called after each slice that was unpacked, with its number
/// - errors: as [`read_volume`]; voxels in another member that is not there; those of `come` and `between`
pub(super) fn in_order(
    source: &Source,
    members: Option<&Members>,
    come: &(dyn Fn(usize, Numbers) -> Result<(), Stopped> + Sync),
    between: &mut dyn FnMut(usize) -> Result<(), Stopped>,
) -> Result<(), Stopped> {
    let last = voxels_of(source, members, true, |layout, data| {
        let last = voxels::stream(layout, data, come, between)?;
        Ok::<_, Stopped>(last.map(|numbers| (layout.grid.size()[2].saturating_sub(1), numbers)))
    })?;
    last.map_or(Ok(()), |(k, numbers)| come(k, numbers))
}

/// One slice of a file whose slices are not to be had by themselves: everything before it is read, and nothing
/// behind it.
/// - errors: as [`in_order`]
pub(super) fn up_to(
    source: &Source,
    members: Option<&Members>,
    k: usize,
    ctx: &JobContext,
) -> Result<Numbers, Stopped> {
    voxels_of(source, members, false, |layout, data| {
        let mut stored = Vec::new();
        for before in 0..=k {
            ctx.check()?;
            stored = voxels::one(layout, data, before, stored)?;
        }
        Ok(voxels::numbers(layout, &stored))
    })
}

/// Opens the voxels of a file and hands them to `with`.
/// - `whole`: whether what is behind them is read, too, and compared with its checksum
fn voxels_of<T>(
    source: &Source,
    members: Option<&Members>,
    whole: bool,
    with: impl FnOnce(&Layout, &mut dyn Read) -> Result<T, Stopped>,
) -> Result<T, Stopped> {
    let header = |near: Near<'_>, with| {
        let open = |tape: &mut Tape<'_>| opened(&mut BufReader::new(tape), near, whole, with);
        if whole { source.read_checked(open) } else { source.read(open) }
    };
    match members {
        Some(Members::One(data)) => {
            let open = |tape: &mut Tape<'_>| {
                let length = tape.left();
                header(Near::Data(length, Box::new(BufReader::new(tape))), with)
            };
            if whole { data.read_checked(open) } else { data.read(open) }
        }
        Some(Members::Several(members)) => header(Near::Members(members), with),
        None => {
            // Beside a member of an archive, the folder is none.
            let folder = source.path().parent();
            let folder = folder.filter(|folder| folder.is_dir() || folder.as_os_str().is_empty());
            header(Near::Folder(folder, pair_names(source.path())), with)
        }
    }
}

/// The files in which a volume file keeps its voxels, where others hold them: relative paths that do not leave the
/// folder.
pub(super) fn data_beside(source: &Source) -> Vec<String> {
    let found = source.read(|tape| {
        let data = match header_of(&mut BufReader::new(tape))? {
            Opened::Nifti(_, nifti::Data::Here(_)) => metaimage::Data::Here,
            // In an archive nothing is packed once more.
            Opened::Nifti(_, nifti::Data::Pair(_)) => {
                let files = pair_names(source.path()).into_iter().take(1).collect();
                metaimage::Data::Beside { files, skip: None }
            }
            Opened::MetaImage(header, _) => header.data,
            Opened::Nrrd(header, _) => header.data,
        };
        Ok::<_, Fault>(data)
    });
    match found {
        Ok(metaimage::Data::Beside { files, .. }) => files,
        Ok(metaimage::Data::Here) | Err(_) => Vec::new(),
    }
}

/// Names of the files in which a volume file keeps its voxels, where others hold them: relative paths that do
/// not leave its folder. Some may not be there: the other half of a pair has several names.
pub fn files_beside(path: &Path) -> Vec<String> {
    let named = data_beside(&Source::disk(path));
    if named.is_empty() { named } else { named.into_iter().chain(pair_names(path)).collect() }
}

/// The same from the bytes of a file, which must hold header and voxels.
/// - errors: as [`read_volume`], about "the file"
pub fn read_volume_bytes(bytes: &[u8], unit: Unit) -> Result<Volume, IngestError> {
    let name = Path::new("the file");
    let source = Source::memory(name, Arc::new(bytes.to_vec()));
    let volume = Volume::loading(layout_of(&source)?.grid, unit, None);
    let filling = Filling::new(&volume);
    let near = Near::Folder(None, Vec::new());
    let come = |k: usize, numbers: Numbers| {
        numbers.all_are(k)?;
        filling.put(k, numbers).map_err(Fault::from)
    };
    let with = |layout: &Layout, data: &mut dyn Read| {
        let last = voxels::stream(layout, data, &come, &mut |_| Ok(()))?;
        Ok::<_, Fault>(last.map(|numbers| (layout.grid.size()[2].saturating_sub(1), numbers)))
    };
    let last = opened(&mut &*bytes, near, true, with).map_err(|fault| fault.about(name))?;
    let last = last.map_or(Ok(()), |(k, numbers)| come(k, numbers));
    let other = last.and_then(|()| Ok(filling.done()?)).map_err(|fault| fault.about(name))?;
    Ok(other.unwrap_or(volume))
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

/// A header that was read, and where the bytes after it come from.
enum Opened<'a> {
    Nifti(Layout, nifti::Data<'a>),
    MetaImage(metaimage::Header, Box<dyn Read + 'a>),
    Nrrd(nrrd::Header, Box<dyn Read + 'a>),
}

fn header_of<'a>(source: &'a mut dyn Read) -> Result<Opened<'a>, Fault> {
    let mut start = Vec::with_capacity(Packing::HEAD);
    Read::take(&mut *source, Packing::HEAD as u64).read_to_end(&mut start).map_err(|e| read_fault(&e))?;
    let packing = Packing::of(&start);
    let whole = io::Cursor::new(start).chain(source);
    let mut source: Box<dyn Read + 'a> = match packing {
        Some(packing) => packing.open(whole),
        None => Box::new(whole),
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

/// - `whole`: whether what is behind the voxels is read, too
fn opened<T, E: From<Fault>>(
    source: &mut dyn Read,
    near: Near<'_>,
    whole: bool,
    with: impl FnOnce(&Layout, &mut dyn Read) -> Result<T, E>,
) -> Result<T, E> {
    let (layout, mut data) = match header_of(source)? {
        Opened::Nifti(layout, nifti::Data::Here(rest)) => (layout, rest),
        Opened::Nifti(layout, nifti::Data::Pair(skip)) => {
            let data = pair_data(near, skip, layout.bytes())?;
            (layout, data)
        }
        Opened::MetaImage(header, rest) => {
            // Numbers that are text or packed have no length that is known.
            let plain = (!header.packed && !header.text).then_some(header.layout.bytes());
            let data: Box<dyn Read> = match &header.data {
                metaimage::Data::Here => rest,
                metaimage::Data::Beside { files, skip } => match files.as_slice() {
                    [file] => beside(near, file, *skip, plain)?,
                    _ if plain.is_none() => {
                        return Err(E::from(several_packed()));
                    }
                    files => several(near, files, *skip, header.layout.bytes(), nrrd::Encoding::Raw)?,
                },
            };
            let data = if header.packed { unpacked(data)? } else { data };
            let data = if header.text { Box::new(nrrd::Numbers::new(data)) } else { data };
            (header.layout, data)
        }
        Opened::Nrrd(header, rest) => {
            let data = nrrd_data(&header, rest, near)?;
            (header.layout, data)
        }
    };
    let got = with(&layout, &mut data)?;
    if whole {
        // What unpacks compares with the checksum when it comes to its end.
        to_the_end(&mut data, MOST_BEHIND).map_err(|e| read_fault(&e))?;
    }
    Ok(got)
}

fn several_packed() -> Fault {
    Fault::Words("keeps packed voxels, or text, in several files; save it as one".to_owned())
}

#[cfg(test)]
mod tests;
