//! Small pictures of a report's cases: an axial slice through each nodule, cut from its own volume.

use std::path::Path;

use crate::dataset::{Manifest, from_manifest, load_image};
use crate::geometry::{Patient, Point, Vector, Voxel, VoxelGrid};
use crate::jobs::{Cancelled, JobContext};
use crate::session::{MissedCases, Thumbnail};
use crate::volume::{Preset, Reslice, Volume, reslice_grey};

/// Side of a picture in the patient, mm: the nodule and what it touches, within these ends.
const SIDE_MM: [f64; 2] = [32.0, 72.0];
/// Side of a picture in diameters of its nodule.
const DIAMETERS: f64 = 1.8;
/// Darker than air: where no volume is, the picture is black.
const NOWHERE: f32 = -20_000.0;
/// Side of a picture, pixels.
const SIDE_PX: usize = 192;

/// Makes the pictures in the order of the sheet and hands over each as soon as it is there, or the
/// sentence that says why there is none. One volume at a time is in memory.
pub fn pictures(
    cases: &MissedCases,
    ctx: &JobContext,
    mut on_picture: impl FnMut(&str, Result<Thumbnail, String>),
) -> Result<(), Cancelled> {
    let Some(Ok(manifest)) = &cases.manifest else { return Ok(()) };
    let file = manifest.reveal();
    let read = Manifest::load(file);
    let home = file.parent().unwrap_or(Path::new("."));
    let total = cases.all().count();
    for (number, missed) in cases.all().enumerate() {
        ctx.step("Cutting pictures of misclassified cases", number as f32 / total as f32)?;
        let made = match &read {
            Ok((manifest, _)) => one(home, manifest, &missed.case, ctx),
            Err(error) => Err(error.to_string()),
        };
        // What a stopped job could not read is no fault of the volume.
        ctx.check()?;
        on_picture(&missed.case, made);
    }
    Ok(())
}

/// The picture of a case, by its id.
fn one(home: &Path, manifest: &Manifest, id: &str, ctx: &JobContext) -> Result<Thumbnail, String> {
    let named = manifest.cases.iter().find(|case| case.id == id);
    let case = named.ok_or("The manifest does not name this case any more")?;
    let file = from_manifest(home, &case.image);
    if !file.exists() {
        // The last part of the path alone: there is little room on the sheet.
        let name = case.image.rsplit('/').next().unwrap_or(&case.image);
        return Err(format!("Its volume {name} is not where the manifest says"));
    }
    let image = load_image(home, case, ctx).map_err(|e| e.to_string())?;
    picture(&image.volume, case.point.voxel(image.volume.grid()), case.diameter_mm)
}

/// The axial slice (patient's left at the right, back below) through the voxel nearest to a point.
fn picture(volume: &Volume, at: Point<Voxel>, diameter_mm: Option<f64>) -> Result<Thumbnail, String> {
    let grid = volume.grid();
    let nearest = Point::new(at.x.round(), at.y.round(), at.z.round());
    if grid.voxel_at(nearest).is_none() {
        return Err("The nodule's place in the manifest lies outside the volume".to_owned());
    }
    let centre = grid.patient_from_voxel() * nearest;
    let [least, most] = SIDE_MM;
    let step = diameter_mm.map_or(least, |mm| (DIAMETERS * mm).clamp(least, most)) / SIDE_PX as f64;
    let half = (SIDE_PX as f64 - 1.0) / 2.0 * step;
    let first = Point::<Patient>::new(centre.x - half, centre.y - half, centre.z);
    let origin = grid.voxel_from_patient() * first;
    let right = direction(grid, first, [step, 0.0]);
    let down = direction(grid, first, [0.0, step]);
    let plane = Reslice { outside: NOWHERE, ..Reslice::plane(origin, right, down, [SIDE_PX; 2]) };
    let grey = reslice_grey(volume, &plane, Preset::Lung.window(volume.range_at_hand()));
    Ok(Thumbnail::grey([SIDE_PX; 2], grey))
}

/// A step in the patient, mm along x and y, as one in the volume's own indices.
fn direction(grid: &VoxelGrid, from: Point<Patient>, [x, y]: [f64; 2]) -> Vector<Voxel> {
    let [a, b] = [from, Point::new(from.x + x, from.y + y, from.z)].map(|p| grid.voxel_from_patient() * p);
    Vector::new(b.x - a.x, b.y - a.y, b.z - a.z)
}
