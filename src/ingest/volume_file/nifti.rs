//! The header of NIfTI-1 and NIfTI-2 (`.nii`, `.nii.gz`). The `nifti` crate reads the fields of version 1,
//! the only one that it knows; voxels are read by `voxels`, because the crate sets memory aside for whatever
//! size a header claims.
//!
//! Sources: nifti1.h, nifti2.h.

use std::io::{self, Read};

use glam::{DMat3, DQuat, DVec3};
use nifti::{Endianness, NiftiHeader};

use super::fault::{Fault, fault, read_fault};
use super::voxels::{Element, Layout, checked_size};
use crate::geometry::{Patient, Point, Transform, Vector, Voxel, VoxelGrid};

/// Size of the header, and its first field.
pub(super) const HEADER_BYTES: usize = 348;
/// Size of the header of version 2.
const SECOND_HEADER_BYTES: usize = 540;
/// Its magic, which breaks where a file was sent as text.
const SECOND_MAGIC: &[u8; 8] = b"n+2\0\r\n\x1a\n";
/// The same of a header whose voxels are in a file of their own.
const SECOND_PAIR: &[u8; 8] = b"ni2\0\r\n\x1a\n";
/// A word behind the header announces extensions; voxels begin behind it at the earliest.
const EXTENDER_BYTES: usize = 4;

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
    first_field(start).is_some_and(|n| n.contains(&(SECOND_HEADER_BYTES as i32)))
}

/// What a header of either version says.
struct Fields {
    /// Whether the voxels are in a file of their own (`.hdr` and `.img`).
    pair: bool,
    big_endian: bool,
    /// Number of axes, then the length of each.
    dim: [u64; 8],
    datatype: i16,
    /// Handedness, then the spacing along each axis.
    pixdim: [f64; 8],
    vox_offset: f64,
    slope: f64,
    intercept: f64,
    units: u32,
    qform_code: i64,
    sform_code: i64,
    quatern: [f64; 3],
    qoffset: [f64; 3],
    srow: [[f64; 4]; 3],
}

/// Where the voxels are.
pub(super) enum Data<'a> {
    /// Next in the file.
    Here(Box<dyn Read + 'a>),
    /// In the other half of a pair, behind so many bytes.
    Pair(u64),
}

/// Reads the header and goes to the first voxel.
/// - `start`: the bytes taken already
pub(super) fn header<'a>(
    start: Vec<u8>,
    mut source: Box<dyn Read + 'a>,
) -> Result<(Layout, Data<'a>), Fault> {
    let second = is_second_version(&start);
    let length = if second { SECOND_HEADER_BYTES } else { HEADER_BYTES };
    let mut bytes = start;
    let missing = length.saturating_sub(bytes.len()) as u64;
    source.by_ref().take(missing).read_to_end(&mut bytes).map_err(|e| read_fault(&e))?;
    if bytes.len() < length {
        return fault("ends in the middle of its header: it was cut off while copying; copy it again");
    }
    let fields = if second { second_version(&bytes)? } else { first_version(&bytes)? };
    let layout = layout(&fields)?;
    let earliest = if fields.pair { 0 } else { length + EXTENDER_BYTES };
    let offset = fields.vox_offset;
    // Also for an offset that is no number.
    if !(earliest as f64..=1e6).contains(&offset) || offset.fract() != 0.0 {
        return fault(format!("has a damaged NIfTI header (voxels at byte {offset})"));
    }
    if fields.pair {
        return Ok((layout, Data::Pair(offset as u64)));
    }
    let skip = offset as u64 - length as u64;
    io::copy(&mut source.by_ref().take(skip), &mut io::sink()).map_err(|e| read_fault(&e))?;
    Ok((layout, Data::Here(source)))
}

fn first_version(bytes: &[u8]) -> Result<Fields, Fault> {
    let header = match NiftiHeader::from_reader(bytes) {
        Ok(header) => header,
        Err(nifti::NiftiError::InvalidFormat) => {
            return fault(
                "is ANALYZE 7.5, which does not say where a volume lies; save it as NIfTI-1 (.nii.gz)",
            );
        }
        Err(error) => return fault(format!("has a damaged NIfTI header ({error})")),
    };
    Ok(Fields {
        pair: &header.magic == nifti::header::MAGIC_CODE_NI1,
        big_endian: header.endianness == Endianness::Big,
        dim: header.dim.map(u64::from),
        datatype: header.datatype,
        pixdim: header.pixdim.map(f64::from),
        vox_offset: f64::from(header.vox_offset),
        slope: f64::from(header.scl_slope),
        intercept: f64::from(header.scl_inter),
        units: u32::from(header.xyzt_units),
        qform_code: i64::from(header.qform_code),
        sform_code: i64::from(header.sform_code),
        quatern: [header.quatern_b, header.quatern_c, header.quatern_d].map(f64::from),
        qoffset: [header.quatern_x, header.quatern_y, header.quatern_z].map(f64::from),
        srow: [header.srow_x, header.srow_y, header.srow_z].map(|row| row.map(f64::from)),
    })
}

/// The fields of version 2, at the places that nifti2.h gives them.
fn second_version(bytes: &[u8]) -> Result<Fields, Fault> {
    let magic = bytes.get(4..12);
    let pair = magic == Some(SECOND_PAIR);
    if !pair && magic != Some(SECOND_MAGIC) {
        return fault("has a damaged NIfTI-2 header; save it again");
    }
    let places = Places { bytes, big_endian: first_field(bytes).is_some_and(|[_, big]| big == 540) };
    let row = |at: usize| std::array::from_fn(|n| places.double(at + 8 * n));
    Ok(Fields {
        pair,
        big_endian: places.big_endian,
        // A length below zero is none.
        dim: std::array::from_fn(|n| u64::try_from(places.long(16 + 8 * n)).unwrap_or(0)),
        datatype: i16::from_le_bytes(places.bytes(12)),
        pixdim: std::array::from_fn(|n| places.double(104 + 8 * n)),
        vox_offset: places.long(168) as f64,
        slope: places.double(176),
        intercept: places.double(184),
        qform_code: places.int(344).into(),
        sform_code: places.int(348).into(),
        quatern: std::array::from_fn(|n| places.double(352 + 8 * n)),
        qoffset: std::array::from_fn(|n| places.double(376 + 8 * n)),
        srow: [row(400), row(432), row(464)],
        units: places.int(500).cast_unsigned(),
    })
}

/// Numbers at places of a header that is long enough.
struct Places<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Places<'_> {
    /// In little-endian order, whatever the file's.
    fn bytes<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut bytes = [0; N];
        for (to, from) in bytes.iter_mut().zip(self.bytes.iter().skip(at)) {
            *to = *from;
        }
        if self.big_endian {
            bytes.reverse();
        }
        bytes
    }

    fn double(&self, at: usize) -> f64 {
        f64::from_le_bytes(self.bytes(at))
    }

    fn long(&self, at: usize) -> i64 {
        i64::from_le_bytes(self.bytes(at))
    }

    fn int(&self, at: usize) -> i32 {
        i32::from_le_bytes(self.bytes(at))
    }
}

fn layout(header: &Fields) -> Result<Layout, Fault> {
    // NIFTI_TYPE_... of nifti1.h.
    let element = match header.datatype {
        256 => Element::I8,
        2 => Element::U8,
        4 => Element::I16,
        512 => Element::U16,
        8 => Element::I32,
        768 => Element::U32,
        1024 => Element::I64,
        1280 => Element::U64,
        16 => Element::F32,
        64 => Element::F64,
        _ => {
            return fault(format!(
                "stores voxels of NIfTI type {}, which are no plain numbers; save it as 16-bit integers",
                header.datatype
            ));
        }
    };
    let size = size(header, element)?;
    let scale = match header.units & 7 {
        1 => 1000.0,
        3 => 1e-3,
        // 2 is millimetres; 0 says nothing, and every writer of CT means millimetres.
        _ => 1.0,
    };
    let transform = place(header, size, scale)?;
    let grid = VoxelGrid::new(size, transform).map_err(|e| Fault::Words(format!("cannot be used: {e}")))?;
    // A slope of zero means that values are stored as they are; so does one that is no number.
    let scaled = header.slope != 0.0 && header.slope.is_finite() && header.intercept.is_finite();
    let (slope, intercept) = if scaled { (header.slope, header.intercept) } else { (1.0, 0.0) };
    Ok(Layout { grid, element, big_endian: header.big_endian, slope, intercept })
}

fn size(header: &Fields, element: Element) -> Result<[usize; 3], Fault> {
    let [axes, columns, rows, slices, more @ ..] = header.dim;
    let further = usize::try_from(axes).unwrap_or(0).saturating_sub(3);
    if !(1..=7).contains(&axes) {
        return fault(format!("has a damaged NIfTI header ({axes} axes)"));
    }
    if axes < 3 || more.iter().take(further).any(|n| *n > 1) {
        return fault(format!(
            "is no single volume (its axes are {:?}); save one volume of three axes",
            header.dim.get(1..=further.saturating_add(3).min(7)).unwrap_or_default()
        ));
    }
    checked_size([columns, rows, slices], element)
}

/// Where the voxels lie. The sform is preferred, as most readers do; where both are given for one space (their
/// codes are the same), they must mean the same place.
fn place(header: &Fields, size: [usize; 3], scale: f64) -> Result<Transform<Patient, Voxel>, Fault> {
    let sform = (header.sform_code > 0).then(|| {
        let [x, y, z] = header.srow;
        let column = |n: usize| {
            let at = |row: [f64; 4]| row.get(n).copied().unwrap_or(f64::NAN);
            DVec3::new(at(x), at(y), at(z))
        };
        lps([column(0), column(1), column(2)], column(3), scale)
    });
    let qform = (header.qform_code > 0).then(|| {
        let [b, c, d] = header.quatern;
        let a = (1.0 - b * b - c * c - d * d).max(0.0).sqrt();
        let turn = DMat3::from_quat(DQuat::from_xyzw(b, c, d, a).normalize());
        let [handed, i, j, k, ..] = header.pixdim;
        let k = if handed < 0.0 { -k } else { k };
        lps([turn.x_axis * i, turn.y_axis * j, turn.z_axis * k], DVec3::from_array(header.qoffset), scale)
    });
    match (sform, qform) {
        (Some(sform), Some(qform)) => {
            let apart = furthest(&sform, &qform, size);
            let voxel = sform.axes().map(Vector::length).into_iter().fold(f64::INFINITY, f64::min);
            // Half a voxel: less is the rounding of 32-bit quaternions. A qform that is no number at
            // all (never filled in) is passed over.
            let one_space = header.sform_code == header.qform_code;
            if one_space && apart.is_finite() && apart > 0.5 * voxel {
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
