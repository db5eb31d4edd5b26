//! Whether the volumes of a manifest are what it says: every one is read to its end.

use std::collections::BTreeMap;
use std::path::Path;

use super::case::{Case, CasePoint, SliceBox};
use super::error::DatasetError;
use super::images::{Image, load, load_mask, same_grid};
use super::manifest::Manifest;
use super::problem::Problem;
use super::table::shown;
use crate::geometry::{Patient, Point, VoxelGrid};
use crate::jobs::JobContext;
use crate::volume::Volume;

/// Spacings in a manifest agree with those of the volume to so much of themselves: tables round to
/// six decimals, headers to 32 bits.
const SPACING: f64 = 1e-3;
/// A table rounds a box or a slice to so much, mm.
const ROUNDED_MM: f64 = 1e-3;
/// A CT of a chest has voxels below this everywhere that there is air.
const AIR_HU: f32 = -200.0;

/// What a volume is to a case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Image,
    Prior,
}

impl Role {
    fn column(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Prior => "prior",
        }
    }
}

/// Reads the image, the earlier series and the mask of every case; a volume that several cases share is read once.
///
/// Checked are: presence, decoding and numbers of image, earlier series and mask; spacing; the points
/// within their volumes; slices and box of the lesion within the volume and around the point; the mask on
/// the image's grid, of zeros and ones, with something in it. A series that no
/// network would be asked about is a warning, as are values that do not look like HU.
/// - `folder`: the manifest's
/// - returns: what is wrong, in the order of the cases; each names its case
/// - errors: a cancel alone
pub fn check(manifest: &Manifest, folder: &Path, ctx: &JobContext) -> Result<Vec<Problem>, DatasetError> {
    let mut groups: BTreeMap<(&str, Option<&str>), Vec<(&Case, Role)>> = BTreeMap::new();
    for case in &manifest.cases {
        groups.entry((&case.image, case.series_uid.as_deref())).or_default().push((case, Role::Image));
        if let Some(prior) = &case.prior {
            groups.entry((&prior.image, prior.series_uid.as_deref())).or_default().push((case, Role::Prior));
        }
    }
    let total = groups.len().max(1);
    let mut problems: Vec<(&str, Problem)> = Vec::new();
    for (n, (named, cases)) in groups.iter().enumerate() {
        ctx.step("Reading volumes", n as f32 / total as f32)?;
        let Some((first, role)) = cases.first() else { continue };
        let image = match load(folder, *named, ctx) {
            Ok(image) => image,
            Err(DatasetError::Cancelled(cancelled)) => return Err(cancelled.into()),
            Err(error) => {
                problems.extend(cases.iter().map(|(c, role)| {
                    (c.id.as_str(), about(c, role.column(), Problem::error(error.to_string())))
                }));
                continue;
            }
        };
        problems.extend(
            oddities(&image).into_iter().map(|p| (first.id.as_str(), about(first, role.column(), p))),
        );
        for (case, role) in cases {
            let grid = image.volume.grid();
            if *role == Role::Prior {
                let found =
                    case.prior.as_ref().and_then(|prior| point(CasePoint::Patient(prior.point), grid));
                problems.extend(
                    found.map(|text| (case.id.as_str(), about(case, "prior_x_mm", Problem::error(text)))),
                );
                continue;
            }
            let mut found = place(case, grid);
            found.extend(lesion(case, grid));
            match load_mask(folder, case, ctx) {
                Ok(None) => {}
                Ok(Some(mask)) => found.extend(of_mask(case, &mask, &image).map(|p| ("mask", p))),
                Err(DatasetError::Cancelled(cancelled)) => return Err(cancelled.into()),
                Err(error) => found.push(("mask", Problem::error(error.to_string()))),
            }
            problems.extend(found.into_iter().map(|(column, p)| (case.id.as_str(), about(case, column, p))));
        }
    }
    problems.sort_by_key(|(id, _)| *id);
    Ok(problems.into_iter().map(|(_, p)| p).collect())
}

fn about(case: &Case, column: &str, mut problem: Problem) -> Problem {
    problem.text = format!("case {}: {}", shown(&case.id), problem.text);
    problem.column = Some(column.to_owned());
    problem
}

fn oddities(image: &Image) -> Vec<Problem> {
    let mut found: Vec<Problem> = image
        .defects
        .iter()
        .filter(|d| !d.classifiable())
        .map(|d| Problem::warning(d.text.clone()))
        .collect();
    let [low, high] = image.volume.range();
    if low > AIR_HU {
        found.push(Problem::warning(format!(
            "values go from {low} to {high}, and air has about -1000 HU: is this a CT in Hounsfield units?"
        )));
    }
    found
}

fn place(case: &Case, grid: &VoxelGrid) -> Vec<(&'static str, Problem)> {
    let mut found = Vec::new();
    let real = grid.spacing_mm();
    let columns = ["spacing_i_mm", "spacing_j_mm", "spacing_k_mm"];
    for ((column, said), real) in columns.into_iter().zip(case.spacing_mm).zip(real) {
        if (said - real).abs() > SPACING * real {
            found.push((
                column,
                Problem::error(format!("the manifest says {said} mm, and the volume has {real:.6} mm")),
            ));
        }
    }
    let column = match case.point {
        CasePoint::Patient(_) => "x_mm",
        CasePoint::Voxel(_) => "i",
    };
    found.extend(point(case.point, grid).map(|text| (column, Problem::error(text))));
    found
}

/// Slices and box of the lesion: inside the volume, and around the point.
fn lesion(case: &Case, grid: &VoxelGrid) -> Vec<(&'static str, Problem)> {
    let mut found = Vec::new();
    let k = case.point.voxel(grid).z;
    if let Some([first, last]) = case.lesion_slices {
        let slices = grid.size()[2];
        if last >= slices {
            found.push((
                "lesion_last",
                Problem::error(format!("is {last}, and the volume has {slices} slices, from 0")),
            ));
        } else if k < first as f64 - 1.0 || k > last as f64 + 1.0 {
            found.push((
                "lesion_first",
                Problem::error(format!("the point lies in slice {k:.1}, not in {first} to {last}")),
            ));
        }
    }
    if let Some(SliceBox { low, high }) = case.slice_box {
        let at = case.point.patient(grid);
        let inside = |x: f64, y: f64| {
            let corner = grid.voxel_from_patient() * Point::<Patient>::new(x, y, at.z);
            grid.voxel_at(corner).is_some()
        };
        let around = [at.x, at.y]
            .into_iter()
            .zip(low)
            .zip(high)
            .all(|((at, low), high)| (low - ROUNDED_MM..=high + ROUNDED_MM).contains(&at));
        if !(inside(low[0], low[1]) && inside(high[0], high[1])) {
            found.push((
                "box_x0_mm",
                Problem::error("the box reaches out of the volume; it is LPS millimetres"),
            ));
        } else if !around {
            found.push(("box_x0_mm", Problem::error("the point lies outside the box")));
        }
    }
    found
}

/// What is wrong with a point; nothing where it lies in the volume.
fn point(point: CasePoint, grid: &VoxelGrid) -> Option<String> {
    if grid.voxel_at(point.voxel(grid)).is_some() {
        return None;
    }
    let [columns, rows, slices] = grid.size();
    let volume = format!("the volume of {columns} x {rows} x {slices} voxels");
    Some(match point {
        CasePoint::Patient(p) => {
            let as_voxel = grid.voxel_at(Point::from_array(p.to_array())).is_some();
            let flipped = Point::new(-p.x, -p.y, p.z);
            let as_ras = grid.voxel_at(grid.voxel_from_patient() * flipped).is_some();
            let hint = match (as_voxel, as_ras) {
                (true, _) => "; as a voxel index it would lie inside: write it as i, j, k",
                (_, true) => "; as RAS it would lie inside: change the signs of x_mm and y_mm",
                _ => "; x_mm, y_mm, z_mm are LPS millimetres",
            };
            format!("({}, {}, {}) mm lies outside {volume}{hint}", p.x, p.y, p.z)
        }
        CasePoint::Voxel(p) => {
            let as_patient = grid.voxel_from_patient() * Point::from_array(p.to_array());
            let hint = if grid.voxel_at(as_patient).is_some() {
                "; as LPS millimetres it would lie inside: write it as x_mm, y_mm, z_mm"
            } else {
                "; i, j, k count from zero"
            };
            format!("voxel ({}, {}, {}) lies outside {volume}{hint}", p.x, p.y, p.z)
        }
    })
}

fn of_mask(case: &Case, mask: &Volume, image: &Image) -> Option<Problem> {
    let grid = image.volume.grid();
    if mask.grid().size() != grid.size() {
        let words = |g: &VoxelGrid| g.size().map(|n| n.to_string()).join(" x ");
        return Some(Problem::error(format!(
            "the mask has {} voxels, and the image {}",
            words(mask.grid()),
            words(grid)
        )));
    }
    if !same_grid(mask.grid(), grid) {
        return Some(Problem::error(
            "the mask lies elsewhere in the patient than the image (their affines differ)",
        ));
    }
    let Some(slices) = mask.int16() else {
        return Some(Problem::error("the mask holds fractions, where 1 is the nodule and 0 the rest"));
    };
    let mut inside = 0usize;
    let mut boxed = [[usize::MAX, 0]; 3];
    let [columns, rows, _] = grid.size();
    for (k, slice) in slices.all().into_iter().enumerate() {
        for (n, value) in slice.iter().enumerate() {
            match value {
                0 => {}
                1 => {
                    inside += 1;
                    for ([low, high], at) in boxed.iter_mut().zip([n % columns, (n / columns) % rows, k]) {
                        *low = at.min(*low);
                        *high = at.max(*high);
                    }
                }
                other => {
                    return Some(Problem::error(format!(
                        "the mask holds {other}, where 1 is the nodule and 0 the rest"
                    )));
                }
            }
        }
    }
    if inside == 0 {
        return Some(Problem::error("the mask is empty: it marks no voxel"));
    }
    // One voxel of room: a centroid is rounded in tables.
    let p = case.point.voxel(grid).to_array();
    let near = p.iter().zip(boxed).all(|(p, [low, high])| *p >= low as f64 - 1.0 && *p <= high as f64 + 1.0);
    (!near).then(|| Problem::warning("the point lies outside the box around the mask"))
}
