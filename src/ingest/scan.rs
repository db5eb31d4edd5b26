//! From paths to series: finds files, reads their headers on all cores, hands them to `assemble`.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::assemble::assemble;
use super::dicom::{Header, WalkError, is_index, not_an_image};
use super::error::IngestError;
use super::series::{Scan, Skipped};
use super::volume_series;
use super::words::name;
use crate::jobs::{Cancelled, JobContext};

/// Finds the series at `paths` (files and folders of any depth), told apart by content.
///
/// Only headers are read. Files that are no images, or cannot be read, are listed in
/// [`Scan::skipped`]; a DICOMDIR is an index and not worth a word, and
/// neither is the `truth.json` of a phantom. A volume file (NIfTI, MetaImage) counts where it is itself
/// one of `paths`.
/// - errors: a path that is not there; [`IngestError::Cancelled`]
pub fn scan(paths: &[PathBuf], ctx: &JobContext) -> Result<Scan, IngestError> {
    ctx.step("Looking for images", 0.0)?;
    let (files, mut skipped) = find(paths, ctx)?;
    let total = files.len().max(1);
    let done = AtomicUsize::new(0);
    let read: Vec<Result<Option<Header>, Skipped>> = files
        .into_par_iter()
        .map(|file| {
            let n = done.fetch_add(1, Ordering::Relaxed);
            // A report costs a lock and a repaint: not for every small file.
            if n.is_multiple_of(16) {
                ctx.step("Reading headers", n as f32 / total as f32)?;
            }
            Ok(examine(&file))
        })
        .collect::<Result<_, Cancelled>>()?;
    let mut headers = Vec::with_capacity(read.len());
    for outcome in read {
        match outcome {
            Ok(header) => headers.extend(header),
            Err(passed_over) => skipped.push(passed_over),
        }
    }
    ctx.step("Sorting slices", 1.0)?;
    let (mut series, without_place) = assemble(headers, ctx)?;
    series.extend(volume_series::named(paths, &mut skipped));
    skipped.extend(without_place);
    skipped.sort_by(|a, b| a.file.cmp(&b.file));
    tracing::debug!(series = series.len(), skipped = skipped.len(), "scanned");
    Ok(Scan { series, skipped })
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

/// The header of an image, nothing for an index, or why the file is passed over.
fn examine(file: &Path) -> Result<Option<Header>, Skipped> {
    let passed_over =
        |what: String| Skipped { file: file.to_path_buf(), reason: format!("{} {what}", name(file)) };
    let header = match Header::read(file) {
        Ok(header) => header,
        Err(WalkError::NotDicom) if is_truth(file) => return Ok(None),
        Err(error) => {
            return Err(passed_over(match error {
                WalkError::NotDicom => volume_series::NOT_DICOM.to_owned(),
                WalkError::CutOff => "ends in the middle of its header (cut off while copying?)".to_owned(),
                WalkError::Damaged => "has a damaged header".to_owned(),
                WalkError::Io(error) => format!("cannot be read: {}", io_text(&error)),
            }));
        }
    };
    if is_index(&header.sop_class) {
        return Ok(None);
    }
    match not_an_image(&header.sop_class, &header.modality) {
        Some(what) => Err(passed_over(what.to_owned())),
        None => Ok(Some(header)),
    }
}

/// Whether the file is what this program writes beside the slices of a phantom: like an index, not
/// worth a word.
fn is_truth(file: &Path) -> bool {
    // A truth of 64 nodules, the most there are, has some 40 kB.
    const LONGEST: u64 = 1 << 20;
    file.file_name().is_some_and(|name| name == "truth.json")
        && std::fs::metadata(file).is_ok_and(|m| m.len() <= LONGEST)
        && std::fs::read(file).is_ok_and(|bytes| {
            let text = String::from_utf8_lossy(&bytes);
            ["\"seed\":", "\"spacing_mm\":", "\"nodules\":"].iter().all(|field| text.contains(field))
        })
}
