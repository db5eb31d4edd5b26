//! The header of MetaImage (`.mha`; `.mhd` with a data file), the format of LUNA16.
//!
//! Lines `Key = Value`; the last, `ElementDataFile`, says where the voxels are. Positions are LPS
//! millimetres; row n of TransformMatrix is the direction of axis n. No maintained crate reads it
//! with limits. Source: ITK's MetaIO documentation, and what ITK writes.

use std::collections::BTreeMap;
use std::io::Read;

use super::fault::{Fault, fault, read_fault};
use super::parts::{listed, patterned, plain};
use super::voxels::{Element, Layout, checked_size};
use crate::geometry::{Point, Transform, Vector, VoxelGrid};

/// Longest header: real ones have some 500 bytes.
const LONGEST: usize = 64 << 10;

/// A header that was read.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) layout: Layout,
    /// Whether the voxels are packed (zlib).
    pub(super) packed: bool,
    /// Whether they are numbers written as text.
    pub(super) text: bool,
    pub(super) data: Data,
}

/// Where the voxels are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// After the header, in the same file.
    Here,
    /// In files beside it.
    Beside {
        /// Relative paths that do not leave the folder; several hold equal parts.
        files: Vec<String>,
        /// Bytes of each before the voxels; `None` for whatever is there.
        skip: Option<u64>,
    },
}

/// Reads the header up to the line that says where the voxels are.
/// - `start`: the bytes taken already
pub(super) fn header<'a>(
    start: Vec<u8>,
    mut source: Box<dyn Read + 'a>,
) -> Result<(Header, Box<dyn Read + 'a>), Fault> {
    const NEITHER: &str =
        "is neither NIfTI, MetaImage nor NRRD; give a .nii, .nii.gz, .mhd, .mha, .nrrd or .nhdr file";
    if !start.iter().all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace()) || start.is_empty() {
        return fault(NEITHER);
    }
    let mut keys: BTreeMap<String, String> = BTreeMap::new();
    let mut line = Vec::new();
    let mut length = 0;
    let mut waiting = start.into_iter();
    loop {
        let byte = match waiting.next() {
            Some(byte) => Some(byte),
            None => {
                let mut one = [0];
                match source.read(&mut one) {
                    Ok(0) => None,
                    Ok(_) => Some(one[0]),
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    Err(error) => return Err(read_fault(&error)),
                }
            }
        };
        length += 1;
        if length > LONGEST {
            return fault(if keys.is_empty() {
                NEITHER
            } else {
                "has a header without an end: it is damaged"
            });
        }
        match byte {
            Some(byte) if byte != b'\n' => {
                line.push(byte);
                continue;
            }
            _ => {}
        }
        let text = String::from_utf8_lossy(&line).trim().to_owned();
        line.clear();
        if let Some((key, value)) = text.split_once('=') {
            keys.insert(key.trim().to_owned(), value.trim().to_owned());
        } else if !text.is_empty() || (byte.is_none() && keys.is_empty()) {
            return fault(NEITHER);
        }
        if keys.contains_key("ElementDataFile") {
            let mut header = interpret(&Keys(&keys))?;
            if let Data::Beside { files, .. } = &mut header.data
                && files.is_empty()
            {
                *files = listed(source.as_mut())?;
            }
            return Ok((header, source));
        }
        if byte.is_none() {
            return fault("ends in the middle of its header (no ElementDataFile); copy it again");
        }
    }
}

struct Keys<'a>(&'a BTreeMap<String, String>);

impl Keys<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The first of several names of one thing.
    fn any(&self, keys: &[&'static str]) -> Option<(&'static str, &str)> {
        keys.iter().find_map(|k| Some((*k, self.text(k)?)))
    }

    /// Three finite numbers: the first ones, where there is an axis of time besides.
    fn of_space(&self, axes: usize, keys: &[&'static str]) -> Result<[f64; 3], Fault> {
        if axes == 3 {
            return self.numbers(keys);
        }
        let [x, y, z, _]: [f64; 4] = self.numbers(keys)?;
        Ok([x, y, z])
    }

    fn yes(&self, keys: &[&'static str]) -> bool {
        self.any(keys).is_some_and(|(_, v)| v.eq_ignore_ascii_case("true") || v == "1")
    }

    /// `N` finite numbers.
    fn numbers<const N: usize>(&self, keys: &[&'static str]) -> Result<[f64; N], Fault> {
        let Some((key, text)) = self.any(keys) else {
            return fault(format!("does not say its {}; save it again with it", keys.join(" or ")));
        };
        let numbers: Vec<f64> =
            text.split_whitespace().map_while(|n| n.parse().ok()).filter(|n: &f64| n.is_finite()).collect();
        let given = text.split_whitespace().count();
        match numbers.try_into() {
            Ok(numbers) if given == N => Ok(numbers),
            _ => fault(format!("says {key} = {}, where {N} numbers are needed", cut(text))),
        }
    }
}

/// Foreign text for a sentence: its beginning, without what a terminal would act on.
pub(super) fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn interpret(keys: &Keys<'_>) -> Result<Header, Fault> {
    let axes = match keys.text("NDims") {
        Some("3") => 3,
        // Of one time.
        Some("4") => 4,
        Some(other) => return fault(format!("has {} axes, where a volume has three", cut(other))),
        None => return fault("is no MetaImage: its header does not say NDims"),
    };
    let text = keys.text("BinaryData").is_some_and(|v| !v.eq_ignore_ascii_case("true") && v != "1");
    if keys.text("ElementNumberOfChannels").is_some_and(|n| n != "1") {
        return fault("has several values in each voxel; save it with one");
    }
    let element = element(keys.text("ElementType").unwrap_or_default())?;
    let size: [f64; 3] = if axes == 3 {
        keys.numbers(&["DimSize"])?
    } else {
        let [columns, rows, slices, times] = keys.numbers(&["DimSize"])?;
        if times != 1.0 {
            return fault(format!("holds {times} volumes, where one is needed; save one of them"));
        }
        [columns, rows, slices]
    };
    if size.iter().any(|n| *n < 0.0 || n.fract() != 0.0) {
        return fault("says a DimSize that is no number of voxels");
    }
    let size = checked_size(size.map(|n| n as u64), element)?;
    let spacing: [f64; 3] = keys.of_space(axes, &["ElementSpacing", "ElementSize"])?;
    if let Some(mm) = spacing.iter().find(|mm| **mm <= 0.0) {
        return fault(format!("says a spacing of {mm} mm; it must be above zero"));
    }
    const DIRECTIONS: [&str; 3] = ["TransformMatrix", "Rotation", "Orientation"];
    let directions: [f64; 9] = if axes == 3 {
        keys.numbers(&DIRECTIONS)?
    } else {
        let [xi, yi, zi, _, xj, yj, zj, _, xk, yk, zk, ..]: [f64; 16] = keys.numbers(&DIRECTIONS)?;
        [xi, yi, zi, xj, yj, zj, xk, yk, zk]
    };
    let origin: [f64; 3] = keys.of_space(axes, &["Offset", "Position", "Origin"])?;
    let [xi, yi, zi, xj, yj, zj, xk, yk, zk] = directions;
    let [si, sj, sk] = spacing;
    let i = Vector::new(xi, yi, zi) * si;
    let j = Vector::new(xj, yj, zj) * sj;
    let k = Vector::new(xk, yk, zk) * sk;
    let grid = VoxelGrid::new(size, Transform::from_axes(i, j, k, Point::from_array(origin)))
        .map_err(|e| Fault::Words(format!("cannot be used: {e}")))?;
    // Directions that are no unit vectors would change the spacing in silence.
    let stretched = grid.spacing_mm().iter().zip(spacing).any(|(a, b)| (a - b).abs() > 1e-3 * b);
    if stretched {
        return fault("says axes (TransformMatrix) that are no unit vectors: its spacing is not known");
    }
    let big_endian = keys.yes(&["BinaryDataByteOrderMSB", "ElementByteOrderMSB"]);
    // Numbers that were text arrive as doubles, in this order.
    let (element, big_endian) = if text { (Element::F64, false) } else { (element, big_endian) };
    let layout = Layout { grid, element, big_endian, slope: 1.0, intercept: 0.0 };
    Ok(Header { layout, packed: keys.yes(&["CompressedData"]), text, data: data(keys)? })
}

fn element(name: &str) -> Result<Element, Fault> {
    Ok(match name {
        "MET_CHAR" => Element::I8,
        "MET_UCHAR" => Element::U8,
        "MET_SHORT" => Element::I16,
        "MET_USHORT" => Element::U16,
        "MET_INT" => Element::I32,
        "MET_UINT" => Element::U32,
        "MET_LONG_LONG" => Element::I64,
        "MET_ULONG_LONG" => Element::U64,
        "MET_FLOAT" => Element::F32,
        "MET_DOUBLE" => Element::F64,
        // MET_LONG has four bytes on one system and eight on another.
        other => {
            return fault(format!(
                "stores voxels of type `{}`, which is not read; save it as MET_SHORT",
                cut(other)
            ));
        }
    })
}

fn data(keys: &Keys<'_>) -> Result<Data, Fault> {
    let file = keys.text("ElementDataFile").unwrap_or_default();
    if file.eq_ignore_ascii_case("LOCAL") {
        return Ok(Data::Here);
    }
    // Names follow in lines of their own.
    let list = file.split_whitespace().next() == Some("LIST");
    let files = match patterned(file) {
        _ if list => Vec::new(),
        Some(names) => names?,
        None => vec![plain(file)?],
    };
    let skip = match keys.text("HeaderSize") {
        None => Some(0),
        Some("-1") => None,
        Some(text) => match text.parse() {
            Ok(bytes) => Some(bytes),
            Err(_) => return fault(format!("says HeaderSize = {}, which is no number of bytes", cut(text))),
        },
    };
    Ok(Data::Beside { files, skip })
}
