//! The header of NIfTI-1 (`.nii`, `.nii.gz`). The `nifti` crate reads its fields; voxels are read by
//! `voxels`, because the crate sets memory aside for whatever size a header claims.
//!
//! Source: nifti1.h.

use std::io::{self, Read};

use glam::{DMat3, DQuat, DVec3};
use nifti::{Endianness, NiftiHeader, NiftiType};

use super::voxels::{Element, Layout, checked_size};
use super::{Fault, fault, read_fault};
use crate::geometry::{Patient, Point, Transform, Vector, Voxel, VoxelGrid};

/// Size of the header, and its first field.
pub(super) const HEADER_BYTES: usize = 348;
/// Size of the header of version 2.
const SECOND_VERSION_BYTES: i32 = 540;
/// Voxels begin here at the earliest: header and a word that announces extensions.
const EARLIEST: f32 = 352.0;

fn first_field(start: &[u8]) -> Option<[i32; 2]> {
    let bytes: [u8; 4] = start.get(..4)?.try_into().ok()?;
    Some([i32::from_le_bytes(bytes), i32::from_be_bytes(bytes)])
}

/// Whether a file that begins so is NIfTI-1 (or the older ANALYZE, which the magic tells apart).
pub(super) fn begins(start: &[u8]) -> bool {
    first_field(start).is_some_and(|n| n.contains(&(HEADER_BYTES as i32)))
}

/// Whether it is NIfTI-2.
pub(super) fn is_second_version(start: &[u8]) -> bool {
    first_field(start).is_some_and(|n| n.contains(&SECOND_VERSION_BYTES))
}

/// Reads the header and goes to the first voxel.
/// - `start`: the bytes taken already
pub(super) fn header<'a>(
    start: Vec<u8>,
    mut source: Box<dyn Read + 'a>,
) -> Result<(Layout, Box<dyn Read + 'a>), Fault> {
    let mut bytes = start;
    let missing = HEADER_BYTES.saturating_sub(bytes.len()) as u64;
    source.by_ref().take(missing).read_to_end(&mut bytes).map_err(|e| read_fault(&e))?;
    if bytes.len() < HEADER_BYTES {
        return fault("ends in the middle of its header: it was cut off while copying; copy it again");
    }
    let header = match NiftiHeader::from_reader(bytes.as_slice()) {
        Ok(header) => header,
        Err(nifti::NiftiError::InvalidFormat) => {
            return fault(
                "is ANALYZE 7.5, which does not say where a volume lies; save it as NIfTI-1 (.nii.gz)",
            );
        }
        Err(error) => return fault(format!("has a damaged NIfTI header ({error})")),
    };
    if &header.magic == nifti::header::MAGIC_CODE_NI1 {
        return fault("is one half of a pair (.hdr and .img); save it as one file (.nii or .nii.gz)");
    }
    let layout = layout(&header)?;
    let offset = header.vox_offset;
    // Also for an offset that is no number.
    if !(EARLIEST..=1e6).contains(&offset) || offset.fract() != 0.0 {
        return fault(format!("has a damaged NIfTI header (voxels at byte {offset})"));
    }
    let skip = offset as u64 - HEADER_BYTES as u64;
    io::copy(&mut source.by_ref().take(skip), &mut io::sink()).map_err(|e| read_fault(&e))?;
    Ok((layout, source))
}

fn layout(header: &NiftiHeader) -> Result<Layout, Fault> {
    let element = match header.data_type() {
        Ok(NiftiType::Int8) => Element::I8,
        Ok(NiftiType::Uint8) => Element::U8,
        Ok(NiftiType::Int16) => Element::I16,
        Ok(NiftiType::Uint16) => Element::U16,
        Ok(NiftiType::Int32) => Element::I32,
        Ok(NiftiType::Uint32) => Element::U32,
        Ok(NiftiType::Int64) => Element::I64,
        Ok(NiftiType::Uint64) => Element::U64,
        Ok(NiftiType::Float32) => Element::F32,
        Ok(NiftiType::Float64) => Element::F64,
        _ => {
            return fault(format!(
                "stores voxels of NIfTI type {}, which are no plain numbers; save it as 16-bit integers",
                header.datatype
            ));
        }
    };
    let size = size(header, element)?;
    let scale = match header.xyzt_units & 7 {
        1 => 1000.0,
        3 => 1e-3,
        // 2 is millimetres; 0 says nothing, and every writer of CT means millimetres.
        _ => 1.0,
    };
    let transform = place(header, size, scale)?;
    let grid = VoxelGrid::new(size, transform).map_err(|e| Fault::Words(format!("cannot be used: {e}")))?;
    // A slope of zero means that values are stored as they are; so does one that is no number.
    let scaled = header.scl_slope != 0.0 && header.scl_slope.is_finite() && header.scl_inter.is_finite();
    let (slope, intercept) =
        if scaled { (f64::from(header.scl_slope), f64::from(header.scl_inter)) } else { (1.0, 0.0) };
    Ok(Layout { grid, element, big_endian: header.endianness == Endianness::Big, slope, intercept })
}

fn size(header: &NiftiHeader, element: Element) -> Result<[usize; 3], Fault> {
    let [axes, columns, rows, slices, more @ ..] = header.dim;
    let further = usize::from(axes).saturating_sub(3);
    if !(1..=7).contains(&axes) {
        return fault(format!("has a damaged NIfTI header ({axes} axes)"));
    }
    if axes < 3 || more.iter().take(further).any(|n| *n > 1) {
        return fault(format!(
            "is no single volume (its axes are {:?}); save one volume of three axes",
            header.dim.get(1..=usize::from(axes)).unwrap_or_default()
        ));
    }
    checked_size([columns, rows, slices].map(u64::from), element)
}

/// Where the voxels lie. The sform is preferred, as most readers do; where both are given they must
/// mean the same place.
fn place(header: &NiftiHeader, size: [usize; 3], scale: f64) -> Result<Transform<Patient, Voxel>, Fault> {
    let sform = (header.sform_code > 0).then(|| {
        let rows = [header.srow_x, header.srow_y, header.srow_z].map(|row| row.map(f64::from));
        let [x, y, z] = rows;
        let column = |n: usize| {
            let at = |row: [f64; 4]| row.get(n).copied().unwrap_or(f64::NAN);
            DVec3::new(at(x), at(y), at(z))
        };
        lps([column(0), column(1), column(2)], column(3), scale)
    });
    let qform = (header.qform_code > 0).then(|| {
        let [b, c, d] = [header.quatern_b, header.quatern_c, header.quatern_d].map(f64::from);
        let a = (1.0 - b * b - c * c - d * d).max(0.0).sqrt();
        let turn = DMat3::from_quat(DQuat::from_xyzw(b, c, d, a).normalize());
        let [handed, i, j, k, ..] = header.pixdim.map(f64::from);
        let k = if handed < 0.0 { -k } else { k };
        let origin = [header.quatern_x, header.quatern_y, header.quatern_z].map(f64::from);
        lps([turn.x_axis * i, turn.y_axis * j, turn.z_axis * k], DVec3::from_array(origin), scale)
    });
    match (sform, qform) {
        (Some(sform), Some(qform)) => {
            let apart = furthest(&sform, &qform, size);
            let voxel = sform.axes().map(Vector::length).into_iter().fold(f64::INFINITY, f64::min);
            // Half a voxel: less is the rounding of 32-bit quaternions. A qform that is no number at
            // all (never filled in) is passed over.
            if apart.is_finite() && apart > 0.5 * voxel {
                return fault(format!(
                    "says two different places, {apart:.1} mm apart (sform and qform); save it again with \
                     one of them"
                ));
            }
            Ok(sform)
        }
        (Some(one), None) | (None, Some(one)) => Ok(one),
        (None, None) => fault(
            "does not say where it lies in the patient (neither sform nor qform); save it with its affine",
        ),
    }
}

/// RAS columns and origin to LPS millimetres.
fn lps(axes: [DVec3; 3], origin: DVec3, scale: f64) -> Transform<Patient, Voxel> {
    let turn = |v: DVec3| [-v.x * scale, -v.y * scale, v.z * scale];
    let [i, j, k] = axes.map(|v| Vector::from_array(turn(v)));
    Transform::from_axes(i, j, k, Point::from_array(turn(origin)))
}

/// Largest distance between the two images of a corner of the volume, mm.
fn furthest(a: &Transform<Patient, Voxel>, b: &Transform<Patient, Voxel>, size: [usize; 3]) -> f64 {
    let [x, y, z] = size.map(|n| n.saturating_sub(1) as f64);
    let corners = [[0.0; 3], [x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, z], [x, y, z]];
    corners
        .iter()
        .map(|c| (a * Point::from_array(*c)).distance(b * Point::from_array(*c)))
        .fold(0.0, f64::max)
}
