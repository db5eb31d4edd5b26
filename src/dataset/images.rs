//! The volume and the mask of a case, from its manifest's folder.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use walkdir::WalkDir;

use super::case::{Case, Prior};
use super::error::DatasetError;
use super::places::from_manifest;
use crate::geometry::VoxelGrid;
use crate::ingest::{self, Defect, Scan, Series};
use crate::jobs::JobContext;
use crate::volume::{Unit, Volume};

/// A volume and what is odd about it.
#[derive(Clone, Debug)]
pub struct Image {
    /// Complete; HU.
    pub volume: Arc<Volume>,
    /// Of a DICOM series; a volume file has none.
    pub defects: Vec<Defect>,
}

/// Loads a case's image: a volume file, or the series of a folder.
/// - `folder`: the manifest's
/// - errors: one sentence where it is missing, cannot be read or is no volume; a cancel
pub fn load_image(folder: &Path, case: &Case, ctx: &JobContext) -> Result<Image, DatasetError> {
    load(folder, (&case.image, case.series_uid.as_deref()), ctx)
}

/// Loads a case's earlier series as [`load_image`] its image; `None` where it has none.
/// - errors: as [`load_image`]
pub fn load_prior(folder: &Path, case: &Case, ctx: &JobContext) -> Result<Option<Image>, DatasetError> {
    let Some(Prior { image, series_uid, .. }) = &case.prior else { return Ok(None) };
    load(folder, (image, series_uid.as_deref()), ctx).map(Some)
}

/// - `named`: path from the manifest's folder, and which series
pub(super) fn load(
    folder: &Path,
    named: (&str, Option<&str>),
    ctx: &JobContext,
) -> Result<Image, DatasetError> {
    let path = from_manifest(folder, named.0);
    if path.is_dir() {
        let scan = ingest::scan(&[path], ctx)?;
        let series = chosen(&scan, named)?;
        let volume = ingest::begin(series)?;
        let loaded = ingest::load(series, &volume, ctx)?;
        return Ok(Image { volume: loaded.volume, defects: loaded.defects });
    }
    let volume = ingest::read_volume(&path, Unit::Hu, ctx)?;
    Ok(Image { volume: Arc::new(volume), defects: Vec::new() })
}

/// Loads a case's mask: 1 in the nodule, 0 outside; `None` where it has none.
/// - errors: as [`load_image`]; whether it fits the image is for [`super::check`]
pub fn load_mask(folder: &Path, case: &Case, ctx: &JobContext) -> Result<Option<Arc<Volume>>, DatasetError> {
    let Some(mask) = &case.mask else { return Ok(None) };
    let unit = Unit::Named("mask".to_owned());
    Ok(Some(Arc::new(ingest::read_volume(&from_manifest(folder, mask), unit, ctx)?)))
}

/// What tells whether the files of a case's image and earlier series are what they were, without reading
/// them: the name of each from its own folder, its length, and when it was last changed.
/// - `folder`: the manifest's
pub fn trace(folder: &Path, case: &Case) -> String {
    let images = [Some(&case.image), case.prior.as_ref().map(|prior| &prior.image)];
    let paths = images.into_iter().flatten().map(|image| from_manifest(folder, image));
    paths.flat_map(|path| files_of(&path)).map(|(root, file)| line(&root, &file)).collect()
}

/// The files of an image, each with the folder that it is named from, in an order that is always the same.
fn files_of(image: &Path) -> Vec<(PathBuf, PathBuf)> {
    if image.is_dir() {
        let files = WalkDir::new(image).follow_links(true).sort_by_file_name().into_iter().flatten();
        let files = files.filter(|entry| entry.file_type().is_file());
        return files.map(|entry| (image.to_owned(), entry.into_path())).collect();
    }
    let folder = image.parent().unwrap_or(Path::new("")).to_owned();
    let beside = ingest::files_beside(image).into_iter().map(|name| folder.join(name));
    let all: Vec<PathBuf> = [image.to_owned()].into_iter().chain(beside).collect();
    all.into_iter().map(|file| (folder.clone(), file)).collect()
}

/// What tells one state of a file from another; a file that is not there has its name alone.
fn line(root: &Path, file: &Path) -> String {
    let name = file.strip_prefix(root).unwrap_or(file).display();
    let known = std::fs::metadata(file).ok();
    let length = known.as_ref().map(Metadata::len);
    let since = known.and_then(|known| known.modified().ok()?.duration_since(UNIX_EPOCH).ok());
    format!("{name} {length:?} {:?}\n", since.map(|since| since.as_nanos()))
}

fn chosen<'a>(scan: &'a Scan, (image, series_uid): (&str, Option<&str>)) -> Result<&'a Series, DatasetError> {
    let found = match series_uid {
        Some(uid) => scan.named(uid).and_then(|n| scan.series.get(n)),
        None => {
            if scan.series.iter().filter(|s| s.usable()).count() > 1 {
                return Err(DatasetError::new(format!(
                    "{image} holds several series; write which in series_uid"
                )));
            }
            scan.series.first()
        }
    };
    match (found, series_uid) {
        (Some(series), _) => Ok(series),
        (None, Some(uid)) => Err(DatasetError::new(format!("{image} holds no series {uid}"))),
        (None, None) => Err(DatasetError::new(format!("{image} holds no images"))),
    }
}

/// Whether two grids hold the same voxels: equal size, and every corner of one within a fiftieth of a
/// voxel of the other's (affines are stored in 32 bits).
pub(super) fn same_grid(a: &VoxelGrid, b: &VoxelGrid) -> bool {
    let [x, y, z] = a.size().map(|n| n.saturating_sub(1) as f64);
    let corners = [[0.0; 3], [x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, z]];
    let voxel = a.spacing_mm().into_iter().fold(f64::INFINITY, f64::min);
    a.size() == b.size()
        && corners
            .map(crate::geometry::Point::from_array)
            .iter()
            .all(|c| (a.patient_from_voxel() * *c).distance(b.patient_from_voxel() * *c) <= 0.02 * voxel)
}
