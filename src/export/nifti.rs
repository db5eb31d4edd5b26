//! A saliency map as `.nii.gz` on the CT's own grid, so that 3D Slicer, ITK-SNAP and napari lay it
//! over the CT without a transform (`classify --out` and the window's export); a CT itself, for cohorts of
//! phantoms.

use std::io;
use std::path::Path;

use glam::{DMat3, DQuat, DVec3};
use ndarray::{Array3, ShapeBuilder};
use nifti::NiftiHeader;
use nifti::writer::WriterOptions;

use super::atomic::{WriteError, io_error, write_one_of_many_with, write_whole_with};
use crate::explain::Saliency;
use crate::geometry::VoxelGrid;
use crate::segments::Segment;
use crate::volume::Volume;

/// NIFTI_XFORM_SCANNER_ANAT: coordinates of the scanner. Source: nifti1.h.
const SCANNER: i16 = 1;
/// NIFTI_UNITS_MM.
const MILLIMETRES: u8 = 2;

/// Writes the map over the whole CT, zero outside its box.
/// - `path`: ends in `.nii.gz`
/// - `grid`: the CT's; patient LPS becomes NIfTI's RAS
/// - errors: the file cannot be written; nothing half-written stays
pub fn write_saliency(path: &Path, saliency: &Saliency, grid: &VoxelGrid) -> Result<(), WriteError> {
    write_whole_with(path, |partial| {
        let array = on_grid(saliency, grid)?;
        let header = header(saliency, grid);
        WriterOptions::new(partial)
            .compress(true)
            .reference_header(&header)
            .write_nifti(&array)
            .map_err(io_error)
    })
}

/// Writes a CT of whole Hounsfield units, as one of many files of a folder that counts when it is complete.
/// - `path`: ends in `.nii.gz`
/// - errors: slices that have not arrived or are no whole numbers; the file cannot be written
pub fn write_ct(path: &Path, volume: &Volume) -> Result<(), WriteError> {
    write_one_of_many_with(path, |partial| {
        let [nx, ny, nz] = volume.grid().size();
        let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what);
        let slices = volume.int16().ok_or_else(|| wrong("the volume holds no whole numbers"))?;
        let values = slices.all().concat();
        let array = Array3::from_shape_vec((nx, ny, nz).f(), values)
            .map_err(|_| wrong("not all slices of the volume are there"))?;
        WriterOptions::new(partial)
            .compress(true)
            .reference_header(&placed(volume.grid()))
            .write_nifti(&array)
            .map_err(io_error)
    })
}

/// Writes segments as labels on the volume's grid: the place in the list, from 1, empty ones counted; of a voxel of several the last.
/// - errors: the file cannot be written; more segments than labels
/// - returns: how many voxels belong to several segments
pub(super) fn label_map(path: &Path, grid: &VoxelGrid, segments: &[Segment]) -> io::Result<usize> {
    let [nx, ny, nz] = grid.size();
    let mut labels = vec![0u8; nx * ny * nz];
    // A bit for each voxel that a second segment has: asked for where there are two.
    let mut shared = vec![0u64; if segments.len() > 1 { labels.len().div_ceil(64) } else { 0 }];
    for (n, segment) in segments.iter().enumerate() {
        let label = u8::try_from(n + 1).map_err(|_| io::Error::other("a label map holds 255 segments"))?;
        segment.voxels.runs(|[i, j, k], length| {
            let first = (k * ny + j) * nx + i;
            if let Some(run) = labels.get_mut(first..first + length) {
                for (at, _) in run.iter().enumerate().filter(|(_, label)| **label != 0) {
                    let at = first + at;
                    if let Some(bits) = shared.get_mut(at / 64) {
                        *bits |= 1 << (at % 64);
                    }
                }
                run.fill(label);
            }
        });
    }
    let names = segments.iter().enumerate().map(|(n, s)| format!("{} {}", n + 1, s.name));
    let header = NiftiHeader {
        cal_max: segments.len() as f32,
        descrip: description(&names.collect::<Vec<_>>().join("; ")),
        ..placed(grid)
    };
    let array = Array3::from_shape_vec((nx, ny, nz).f(), labels).map_err(io::Error::other)?;
    let compressed = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
    WriterOptions::new(path)
        .compress(compressed)
        .reference_header(&header)
        .write_nifti(&array)
        .map_err(io_error)?;
    Ok(shared.iter().map(|bits| bits.count_ones() as usize).sum())
}

/// 80 bytes are there for it; a longer text is cut, never an error.
fn description(text: &str) -> Vec<u8> {
    let mut description: Vec<u8> = text.bytes().take(79).collect();
    description.resize(80, 0);
    description
}

/// The map's values on all voxels of the CT, columns fastest in memory.
fn on_grid(saliency: &Saliency, grid: &VoxelGrid) -> io::Result<Array3<f32>> {
    let [nx, ny, nz] = grid.size();
    let bounds = saliency.bounds;
    let [bx, by, bz] = bounds.size;
    if saliency.values.len() != bx * by * bz {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the map's values do not fill its box"));
    }
    let mut values = vec![0.0f32; nx * ny * nz];
    // Box index at which the CT begins (a padded crop reaches outside), and where the CT ends.
    let first: [usize; 3] = std::array::from_fn(|a| usize::try_from(-bounds.min[a]).unwrap_or(0));
    let place = |b: usize, axis: usize| usize::try_from(b as i64 + bounds.min[axis]).unwrap_or(usize::MAX);
    for k in (first[2]..bz).take_while(|&k| place(k, 2) < nz) {
        for j in (first[1]..by).take_while(|&j| place(j, 1) < ny) {
            let row = &saliency.values[(k * by + j) * bx..][..bx];
            let from = (place(k, 2) * ny + place(j, 1)) * nx;
            for i in (first[0]..bx).take_while(|&i| place(i, 0) < nx) {
                values[from + place(i, 0)] = row[i];
            }
        }
    }
    Array3::from_shape_vec((nx, ny, nz).f(), values).map_err(io::Error::other)
}

/// Geometry of the CT in NIfTI's words: RAS is LPS with the first two coordinates negated.
fn placed(grid: &VoxelGrid) -> NiftiHeader {
    let spacing = grid.spacing_mm().map(|s| s as f32);
    let rows = grid.patient_from_voxel().rows();
    let ras = |row: [f64; 4], sign: f64| row.map(|v| (sign * v) as f32);
    let (handed, quaternion) = rotation(grid);
    NiftiHeader {
        pixdim: [handed, spacing[0], spacing[1], spacing[2], 0.0, 0.0, 0.0, 0.0],
        xyzt_units: MILLIMETRES,
        sform_code: SCANNER,
        // Readers differ in which of the two they prefer; both say the same.
        qform_code: if quaternion.is_some() { SCANNER } else { 0 },
        quatern_b: quaternion.map_or(0.0, |q| q.x as f32),
        quatern_c: quaternion.map_or(0.0, |q| q.y as f32),
        quatern_d: quaternion.map_or(0.0, |q| q.z as f32),
        quatern_x: -rows[0][3] as f32,
        quatern_y: -rows[1][3] as f32,
        quatern_z: rows[2][3] as f32,
        srow_x: ras(rows[0], -1.0),
        srow_y: ras(rows[1], -1.0),
        srow_z: ras(rows[2], 1.0),
        ..NiftiHeader::default()
    }
}

/// Geometry, range and words of a map.
fn header(saliency: &Saliency, grid: &VoxelGrid) -> NiftiHeader {
    // Readers lay their colours over this range: for a signed map zero must stay its middle.
    let largest = saliency.largest_magnitude();
    let mut header = NiftiHeader {
        cal_min: if saliency.signed { -largest } else { 0.0 },
        cal_max: largest,
        ..placed(grid)
    };
    let scale = saliency.scale.map_or("combined", |s| s.name());
    let text = format!("Triscope {} {scale} ({})", saliency.method, saliency.unit);
    header.descrip = description(&text);
    header
}

/// Directions of the grid's axes in RAS as a rotation: -1 for a left-handed grid whose third axis is
/// turned, and the quaternion with w >= 0; `None` where the axes are not perpendicular (a tilted
/// gantry), which a quaternion cannot say. Source: nifti1.h, method 2.
fn rotation(grid: &VoxelGrid) -> (f32, Option<DQuat>) {
    let [i, j, k] = grid.directions().map(|d| DVec3::new(-d.x, -d.y, d.z));
    let handed = if i.cross(j).dot(k) < 0.0 { -1.0 } else { 1.0 };
    // A ten-thousandth: what decimal strings of orientations leave open.
    let square = i.dot(j).abs().max(j.dot(k).abs()).max(k.dot(i).abs()) < 1e-4;
    let turned = DQuat::from_mat3(&DMat3::from_cols(i, j, k * handed));
    let turned = if turned.w < 0.0 { -turned } else { turned };
    (handed as f32, square.then_some(turned))
}
