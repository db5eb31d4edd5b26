//! The bytes of the voxels: in the file of the header, in another one, in several, packed or as text.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::bufread::ZlibDecoder;

use super::fault::{Fault, fault, read_fault};
use super::parts::Parts;
use super::{MOST_BEHIND, MOST_BYTES, metaimage, nrrd};
use crate::ingest::defect::DefectCode;
use crate::ingest::source::Source;
use crate::ingest::unpack::Packing;
use crate::ingest::words::name;

/// Where the voxels of a header lie that does not hold them itself.
pub(super) enum Near<'a> {
    /// In a file of this folder, where there is one; names of the other half of a pair.
    Folder(Option<&'a Path>, Vec<String>),
    /// Here: so many bytes.
    Data(u64, Box<dyn Read + 'a>),
    /// In several members of an archive, by the names that the header has for them.
    Members(&'a [(String, Source)]),
}

/// The members of an archive that hold the voxels of a header.
#[derive(Clone, Debug)]
pub(in crate::ingest) enum Members {
    One(Source),
    /// By the names that the header has for them; those that are not there are left out.
    Several(Vec<(String, Source)>),
}

/// The voxels of a NRRD: lines are left out as they are stored, bytes after unpacking.
pub(super) fn nrrd_data<'a>(
    header: &nrrd::Header,
    rest: Box<dyn Read + 'a>,
    near: Near<'a>,
) -> Result<Box<dyn Read + 'a>, Fault> {
    let needed = header.layout.bytes();
    let mut data = match (&header.data, header.skip) {
        (metaimage::Data::Here, Some(_)) => rest,
        (metaimage::Data::Here, None) => from_the_end(rest, needed)?,
        (metaimage::Data::Beside { files, .. }, skip) => match files.as_slice() {
            [file] if skip.is_none() => beside(near, file, None, Some(needed))?,
            [file] => beside(near, file, Some(0), None)?,
            _ if header.lines > 0 => return fault("leaves out lines of several files; save it as one"),
            files => return several(near, files, skip, needed, header.encoding),
        },
    };
    for _ in 0..header.lines {
        let mut one = [0];
        while one != *b"\n" {
            if data.read(&mut one).map_err(|e| read_fault(&e))? == 0 {
                return Err(read_fault(&io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }
    let mut data = decoded(data, header.encoding);
    let skip = header.skip.unwrap_or(0);
    io::copy(&mut data.by_ref().take(skip), &mut io::sink()).map_err(|e| read_fault(&e))?;
    Ok(data)
}

fn decoded<'a>(data: Box<dyn Read + 'a>, encoding: nrrd::Encoding) -> Box<dyn Read + 'a> {
    match encoding {
        nrrd::Encoding::Raw => data,
        nrrd::Encoding::Gzip => Packing::Gzip.open(data),
        nrrd::Encoding::Bzip2 => Packing::Bzip2.open(data),
        nrrd::Encoding::Text => Box::new(nrrd::Numbers::new(data)),
        nrrd::Encoding::Hex => Box::new(nrrd::Digits::new(data)),
    }
}

/// The last bytes of what is left.
fn from_the_end<'a>(rest: Box<dyn Read + 'a>, needed: u64) -> Result<Box<dyn Read + 'a>, Fault> {
    let mut bytes = Vec::new();
    let most = needed.saturating_add(MOST_BEHIND);
    rest.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| read_fault(&e))?;
    let there = bytes.len() as u64;
    let skip = match there.checked_sub(needed).filter(|_| there <= most) {
        Some(skip) => usize::try_from(skip).unwrap_or(usize::MAX),
        None => return Err(short("it", there, needed)),
    };
    let mut bytes = io::Cursor::new(bytes);
    bytes.set_position(skip as u64);
    Ok(Box::new(bytes))
}

/// A data file, after its own header of `skip` bytes (`None`: whatever is there before the voxels).
/// - `needed`: bytes of the voxels, where the file holds them as they are: it must have so many, and may have more
pub(super) fn beside<'a>(
    near: Near<'a>,
    file: &str,
    skip: Option<u64>,
    needed: Option<u64>,
) -> Result<Box<dyn Read + 'a>, Fault> {
    let (length, mut data) = match near {
        Near::Data(length, data) => (length, data),
        Near::Folder(None, _) | Near::Members(_) => {
            return no_voxels(format!("keeps its voxels in {file}, which is not at hand"));
        }
        Near::Folder(Some(folder), _) => opened(folder, file)?,
    };
    let skip = skip_of(file, length, skip, needed)?;
    io::copy(&mut data.by_ref().take(skip), &mut io::sink()).map_err(|e| read_fault(&e))?;
    Ok(data)
}

/// Bytes before the voxels of a data file.
pub(super) fn skip_of(file: &str, length: u64, skip: Option<u64>, needed: Option<u64>) -> Result<u64, Fault> {
    let Some(needed) = needed else { return Ok(skip.unwrap_or(0)) };
    let most = length.checked_sub(needed).ok_or_else(|| short(file, length, needed))?;
    let skip = skip.unwrap_or(most);
    if skip > most { Err(short(file, length.saturating_sub(skip), needed)) } else { Ok(skip) }
}

/// Several data files of equal parts, each after its own header of `skip` bytes.
pub(super) fn several<'a>(
    near: Near<'a>,
    files: &[String],
    skip: Option<u64>,
    needed: u64,
    encoding: nrrd::Encoding,
) -> Result<Box<dyn Read + 'a>, Fault> {
    let sources: Vec<Source> = match near {
        Near::Folder(Some(folder), _) => files.iter().map(|file| Source::disk(&folder.join(file))).collect(),
        Near::Members(members) => files.iter().map(|file| member(members, file)).collect::<Result<_, _>>()?,
        Near::Folder(None, _) | Near::Data(..) => {
            return no_voxels(format!("keeps its voxels in {} files, which are not at hand", files.len()));
        }
    };
    let each = needed / files.len().max(1) as u64;
    if each.saturating_mul(files.len() as u64) != needed {
        return fault(format!(
            "keeps its voxels in {} files, of which none can have an equal part",
            files.len()
        ));
    }
    let plain = (encoding == nrrd::Encoding::Raw).then_some(each);
    // All are looked at before the first one is read.
    for (file, source) in files.iter().zip(&sources) {
        skip_of(file, length_of(source, file)?, skip, plain)?;
    }
    let open = move |source: &Source| part(source, skip, plain, encoding);
    Ok(Box::new(Parts::new(sources, each, open)))
}

/// The member with this name.
fn member(members: &[(String, Source)], file: &str) -> Result<Source, Fault> {
    let found = members.iter().find(|(name, _)| name == file).map(|(_, source)| source.clone());
    found.map_or_else(|| no_voxels(format!("keeps its voxels in {file}, which is not in the archive")), Ok)
}

/// Bytes of a data file.
pub(super) fn length_of(source: &Source, file: &str) -> Result<u64, Fault> {
    source.read(|tape| Ok::<_, io::Error>(tape.left())).or_else(|error| missing(file, &error))
}

/// One of several data files, behind its own header.
/// - `plain`: bytes of its voxels, where it holds them as they are
fn part<'a>(
    source: &Source,
    skip: Option<u64>,
    plain: Option<u64>,
    encoding: nrrd::Encoding,
) -> io::Result<Box<dyn Read + 'a>> {
    let mut length = 0;
    let data: Box<dyn Read> = if source.is_a_file() {
        let file = File::open(source.path())?;
        length = file.metadata()?.len();
        Box::new(BufReader::new(file))
    } else {
        // A member comes with its archive's reader: its bytes are taken as a whole.
        let bytes = source.read_checked(|tape| {
            length = tape.left();
            tape.take_bytes(length.min(MOST_BYTES))
        })?;
        Box::new(io::Cursor::new(bytes))
    };
    let skip = skip.unwrap_or(plain.map_or(0, |each| length.saturating_sub(each)));
    let mut data = decoded(data, encoding);
    io::copy(&mut data.by_ref().take(skip), &mut io::sink())?;
    Ok(data)
}

/// Names that the other half of a pair may have, plain and packed.
pub(super) fn pair_names(header: &Path) -> Vec<String> {
    let header = name(header);
    let lower = header.to_lowercase();
    let stem = [".hdr.gz", ".hdr"].into_iter().find_map(|end| {
        let stem = lower.strip_suffix(end)?;
        header.get(..stem.len())
    });
    stem.map(|stem| ["img", "IMG", "img.gz"].map(|end| format!("{stem}.{end}")).to_vec()).unwrap_or_default()
}

/// The voxels of a NIfTI whose header is a file of its own.
pub(super) fn pair_data<'a>(near: Near<'a>, skip: u64, needed: u64) -> Result<Box<dyn Read + 'a>, Fault> {
    let file = match &near {
        Near::Data(..) | Near::Members(_) => "the other half".to_owned(),
        Near::Folder(folder, names) => {
            let there = |file: &&String| folder.is_some_and(|folder| folder.join(file.as_str()).is_file());
            match names.iter().find(there).or(names.first()) {
                Some(file) => file.clone(),
                None => {
                    return no_voxels(
                        "is one half of a NIfTI pair and not named .hdr; save it as one file (.nii.gz)"
                            .to_owned(),
                    );
                }
            }
        }
    };
    if !file.ends_with(".gz") {
        return beside(near, &file, Some(skip), Some(needed));
    }
    let mut data = decoded(beside(near, &file, Some(0), None)?, nrrd::Encoding::Gzip);
    io::copy(&mut data.by_ref().take(skip), &mut io::sink()).map_err(|e| read_fault(&e))?;
    Ok(data)
}

/// A data file on disk, and its length.
fn opened(folder: &Path, file: &str) -> Result<(u64, Box<dyn Read>), Fault> {
    let opened = File::open(folder.join(file)).and_then(|f| Ok((f.metadata()?.len(), f)));
    match opened {
        Ok((length, opened)) => Ok((length, Box::new(BufReader::new(opened)))),
        Err(error) => missing(file, &error),
    }
}

fn missing<T>(file: &str, error: &io::Error) -> Result<T, Fault> {
    if error.kind() == io::ErrorKind::NotFound {
        no_voxels(format!("keeps its voxels in {file}, which is not beside it; copy both files"))
    } else {
        no_voxels(format!("keeps its voxels in {file}, which cannot be read: {error}"))
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
pub(super) fn unpacked(data: Box<dyn Read + '_>) -> Result<Box<dyn Read + '_>, Fault> {
    let mut data = data;
    let mut start = Vec::with_capacity(2);
    data.by_ref().take(2).read_to_end(&mut start).map_err(|e| read_fault(&e))?;
    let gzip = Packing::of(&start) == Some(Packing::Gzip);
    let whole = io::Cursor::new(start).chain(data);
    Ok(if gzip { Packing::Gzip.open(whole) } else { Box::new(ZlibDecoder::new(BufReader::new(whole))) })
}
