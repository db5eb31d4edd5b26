//! From paths to series: finds files, looks into archives, reads headers on all cores, hands them to
//! `assemble`.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::assemble::assemble;
use super::dicom::{Header, WalkError, is_index, not_an_image};
use super::dicomdir::{self, Named};
use super::error::IngestError;
use super::memory;
use super::objects::{Object, ObjectKind};
use super::private::Private;
use super::series::{Locked, Scan, Skipped};
use super::source::{self, ArchiveKind, Budget, Refusal, Source, Tape};
use super::volume_series;
use super::words::name;
use crate::jobs::{Cancelled, JobContext};

/// Archives inside archives that are looked into, the outermost counted.
const MOST_NESTED: usize = 4;
/// What an archive that was not looked into is passed over with.
const LEFT_CLOSED: &str = "is an archive beside images, and was not looked into; open it by itself";

/// Finds the series at `paths` (files, folders of any depth and archives), told apart by content.
///
/// Only headers are read. Files that are no images, or cannot be read, are listed in
/// [`Scan::skipped`]; a DICOMDIR that is itself one of `paths` stands for the files that it lists, any other
/// is not worth a word, and neither is the `truth.json` of a phantom. A volume file (NIfTI, MetaImage) counts where it is itself
/// one of `paths`, or in an archive without DICOM images. An archive is looked into where it is itself one
/// of `paths`, and inside folders and archives where there is no image beside it.
/// - errors: a path that is not there; [`IngestError::Cancelled`]
pub fn scan(paths: &[PathBuf], ctx: &JobContext) -> Result<Scan, IngestError> {
    scan_unlocked(paths, None, ctx)
}

/// The same with a password for archives that ask for one; those that it does not open are in
/// [`Scan::locked`].
/// - errors: as [`scan`]
pub fn scan_unlocked(
    paths: &[PathBuf],
    password: Option<&Private<String>>,
    ctx: &JobContext,
) -> Result<Scan, IngestError> {
    ctx.step("Looking for images", 0.0)?;
    let (files, skipped) = find(paths, ctx)?;
    let mut found = Found { skipped, ..Found::default() };
    let mut budget = Budget::new(memory::free_bytes() / 2);
    let mut pending: Vec<Source> = files.iter().map(|file| Source::disk(file)).collect();
    for depth in 0..=MOST_NESTED {
        look_at(std::mem::take(&mut pending), &mut found, ctx)?;
        let asked = |source: &Source| depth == 0 && paths.iter().any(|p| p == source.path());
        for (index, listed) in std::mem::take(&mut found.indices) {
            if asked(&index) {
                pending.extend(found.listed(index.path(), &listed, &files));
            }
        }
        if !pending.is_empty() {
            look_at(std::mem::take(&mut pending), &mut found, ctx)?;
        }
        let images = !found.headers.is_empty();
        let (now, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut found.archives).into_iter().partition(|(source, _)| asked(source) || !images);
        for (source, _) in &later {
            found.pass_over(source, LEFT_CLOSED);
        }
        if depth == MOST_NESTED {
            for (source, _) in &now {
                found.pass_over(source, "is an archive in too many others; unpack them first");
            }
            break;
        }
        for (archive, kind) in now {
            ctx.step("Opening the archive", 0.0)?;
            match source::members(&archive, kind, password, &mut budget, ctx) {
                Ok(unpacked) => {
                    pending.extend(unpacked.members);
                    found.skipped.extend(unpacked.skipped);
                }
                Err(refusal) => found.refused(&archive, refusal)?,
            }
        }
        if pending.is_empty() {
            break;
        }
    }
    ctx.step("Sorting slices", 1.0)?;
    let any_image = !found.headers.is_empty();
    let (mut series, without_place) = assemble(found.headers, ctx)?;
    let asked =
        |source: &Source| paths.iter().any(|p| p == source.path()) || !(any_image || source.is_a_file());
    series.extend(volume_series::among(found.strangers, asked, &mut found.skipped));
    let mut skipped = found.skipped;
    skipped.extend(without_place);
    skipped.sort_by(|a, b| a.file.cmp(&b.file));
    tracing::debug!(series = series.len(), skipped = skipped.len(), "scanned");
    let mut objects = found.objects;
    objects.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(Scan { series, skipped, objects, locked: found.locked })
}

/// What files turned out to be.
#[derive(Default)]
struct Found {
    headers: Vec<Header>,
    skipped: Vec<Skipped>,
    /// No DICOM: volume files perhaps.
    strangers: Vec<Source>,
    archives: Vec<(Source, ArchiveKind)>,
    indices: Vec<(Source, Vec<Vec<String>>)>,
    locked: Vec<Locked>,
    objects: Vec<Object>,
}

impl Found {
    fn pass_over(&mut self, source: &Source, why: &str) {
        let reason = format!("{} {why}", name(source.path()));
        self.skipped.push(Skipped { file: source.path().to_owned(), reason });
    }

    /// The files that a DICOMDIR lists, those of `known` left out.
    fn listed(&mut self, index: &Path, listed: &[Vec<String>], known: &[PathBuf]) -> Vec<Source> {
        let folder = index.parent().unwrap_or(Path::new(""));
        let mut files = Vec::new();
        for parts in listed {
            match dicomdir::find(folder, parts) {
                Named::File(file) => files.push(file),
                Named::Missing(file) => {
                    let reason = format!("{} is listed in the DICOMDIR, and is not there", name(&file));
                    self.skipped.push(Skipped { file, reason });
                }
                Named::Outside => {
                    let source = Source::disk(index);
                    self.pass_over(&source, "lists a file outside its own folder, which was not opened");
                }
            }
        }
        files.sort_unstable();
        files.dedup();
        files.retain(|file| known.binary_search(file).is_err());
        files.iter().map(|file| Source::disk(file)).collect()
    }

    fn refused(&mut self, archive: &Source, refusal: Refusal) -> Result<(), Cancelled> {
        match refusal {
            Refusal::Cancelled(cancelled) => return Err(cancelled),
            Refusal::Damaged(why) | Refusal::Words(why) => self.pass_over(archive, &why),
            Refusal::Locked { wrong } => {
                self.locked.push(Locked { file: archive.path().to_owned(), wrong });
                self.pass_over(archive, if wrong { WRONG_PASSWORD } else { LOCKED });
            }
        }
        Ok(())
    }
}

const LOCKED: &str = "is an archive that is locked by a password";
const WRONG_PASSWORD: &str = "is an archive that another password opens";

/// One file, looked at.
enum Looked {
    /// One file: a header for each of its frames.
    Images(Vec<Header>),
    /// Not worth a word; of a DICOMDIR, the names that it lists.
    Index(Source, Vec<Vec<String>>),
    Archive(Source, ArchiveKind),
    Stranger(Source),
    Passed(Skipped),
    /// No image, but it belongs to some.
    Object(Box<Object>, Skipped),
}

/// Reads headers on all cores; the order of the files stays.
fn look_at(sources: Vec<Source>, found: &mut Found, ctx: &JobContext) -> Result<(), Cancelled> {
    let total = sources.len().max(1);
    let done = AtomicUsize::new(0);
    let looked: Vec<Looked> = sources
        .into_par_iter()
        .map(|source| {
            let n = done.fetch_add(1, Ordering::Relaxed);
            // A report costs a lock and a repaint: not for every small file.
            if n.is_multiple_of(16) {
                ctx.step("Reading headers", n as f32 / total as f32)?;
            }
            Ok(examine(source))
        })
        .collect::<Result<_, Cancelled>>()?;
    for one in looked {
        match one {
            Looked::Images(headers) => found.headers.extend(headers),
            Looked::Index(source, listed) => found.indices.push((source, listed)),
            Looked::Archive(source, kind) => found.archives.push((source, kind)),
            Looked::Stranger(source) => found.strangers.push(source),
            Looked::Passed(skipped) => found.skipped.push(skipped),
            Looked::Object(object, skipped) => {
                found.objects.push(*object);
                found.skipped.push(skipped);
            }
        }
    }
    Ok(())
}

/// All files under `paths`, sorted, each once; folders that cannot be read are passed over.
fn find(paths: &[PathBuf], ctx: &JobContext) -> Result<(Vec<PathBuf>, Vec<Skipped>), IngestError> {
    let mut files = Vec::new();
    let mut skipped = Vec::new();
    for root in paths {
        if let Err(error) = std::fs::metadata(root) {
            return Err(IngestError::Sentence(unreachable_text(root, &error)));
        }
        for entry in WalkDir::new(root).follow_links(true) {
            ctx.check()?;
            match entry {
                Ok(entry) if entry.file_type().is_file() => files.push(entry.into_path()),
                Ok(_) => {}
                Err(error) => {
                    let file = error.path().unwrap_or(root).to_path_buf();
                    let reason = match error.io_error() {
                        Some(io) => format!("{} cannot be read: {}", name(&file), io_text(io)),
                        None => format!("{} leads back to a folder above it", name(&file)),
                    };
                    skipped.push(Skipped { file, reason });
                }
            }
        }
    }
    files.sort_unstable();
    files.dedup();
    Ok((files, skipped))
}

fn unreachable_text(path: &Path, error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::NotFound {
        format!("There is no file or folder {}", path.display())
    } else {
        format!("{} cannot be read: {}", path.display(), io_text(error))
    }
}

/// What the system says, in plain words where it is one of the usual two.
fn io_text(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => "you have no permission to read it".to_owned(),
        std::io::ErrorKind::NotFound => "it is not there any more".to_owned(),
        _ => error.to_string(),
    }
}

/// What a file is, by its content.
fn examine(source: Source) -> Looked {
    let passed_over = |what: &str| {
        let file = source.path().to_owned();
        Looked::Passed(Skipped { reason: format!("{} {what}", name(&file)), file })
    };
    let mut headers = match Header::read(&source) {
        Ok(headers) => headers,
        Err(WalkError::NotDicom) if is_truth(&source) => return Looked::Index(source, Vec::new()),
        Err(WalkError::NotDicom) => {
            return match source::kind(&source) {
                Ok(Some(kind)) => Looked::Archive(source, kind),
                Ok(None) => Looked::Stranger(source),
                Err(error) => passed_over(&format!("cannot be read: {}", io_text(&error))),
            };
        }
        Err(WalkError::CutOff) => {
            return passed_over("ends in the middle of its header (cut off while copying?)");
        }
        Err(WalkError::Damaged) => return passed_over("has a damaged header"),
        Err(WalkError::Io(error)) => return passed_over(&format!("cannot be read: {}", io_text(&error))),
    };
    let Some(first) = headers.first_mut() else { return Looked::Stranger(source) };
    if is_index(&first.sop_class) {
        return Looked::Index(source, std::mem::take(&mut first.listed));
    }
    match not_an_image(&first.sop_class, &first.modality) {
        Some(what) => match ObjectKind::of(&first.sop_class, &first.modality) {
            Some(kind) => {
                let file = source.path().to_owned();
                let skipped = Skipped { reason: format!("{} {what}", name(&file)), file };
                Looked::Object(Box::new(Object::read(&source, kind)), skipped)
            }
            None => passed_over(what),
        },
        None => Looked::Images(headers),
    }
}

/// Whether the file is what this program writes beside the slices of a phantom: like an index, not
/// worth a word.
fn is_truth(source: &Source) -> bool {
    // A truth of 64 nodules, the most there are, has some 40 kB.
    const LONGEST: u64 = 1 << 20;
    let read = |tape: &mut Tape<'_>| match tape.left() {
        length @ 0..=LONGEST => tape.take_bytes(length),
        _ => Ok(Vec::new()),
    };
    source.path().file_name().is_some_and(|name| name == "truth.json")
        && source.read(read).is_ok_and(|bytes| {
            let text = String::from_utf8_lossy(&bytes);
            ["\"seed\":", "\"spacing_mm\":", "\"nodules\":"].iter().all(|field| text.contains(field))
        })
}
