//! The header of NRRD (`.nrrd`; `.nhdr` with a data file), the format of 3D Slicer.
//!
//! Lines `field: value` up to a blank one. The directions of the axes and the place of the first voxel
//! are given in a space that the header names; those of patients are turned to LPS here. No crate that is
//! kept reads it. Source: the definition of the format (teem.sourceforge.net/nrrd/format.html).

use std::collections::BTreeMap;
use std::io::Read;

use super::fault::{Fault, fault, read_fault};
use super::metaimage::{Data, cut};
use super::parts::{listed, patterned, plain};
use super::voxels::{Element, Layout, checked_size};
use crate::geometry::{Point, Transform, Vector, VoxelGrid};

/// First bytes of every version.
const MAGIC: &[u8] = b"NRRD";
/// Longest header: those of sequences with many key/value pairs have some 100 kB.
const LONGEST: usize = 1 << 20;

/// Whether a file that begins so is NRRD.
pub(super) fn begins(start: &[u8]) -> bool {
    start.starts_with(MAGIC)
}

/// How voxels stand in the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Raw,
    Gzip,
    Bzip2,
    Text,
    /// Two digits a byte.
    Hex,
}

/// A header that was read.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) layout: Layout,
    pub(super) encoding: Encoding,
    /// Here, or in a file beside it; `skip` is counted after unpacking.
    pub(super) data: Data,
    /// Bytes before the voxels, after unpacking; `None` for whatever is there.
    pub(super) skip: Option<u64>,
    /// Lines before the data, as they are stored.
    pub(super) lines: usize,
}

/// Reads the header up to the blank line that ends it.
/// - `start`: the bytes taken already
pub(super) fn header<'a>(
    start: Vec<u8>,
    mut source: Box<dyn Read + 'a>,
) -> Result<(Header, Box<dyn Read + 'a>), Fault> {
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    let mut line = Vec::new();
    let mut waiting = start.into_iter();
    let mut first = true;
    for _ in 0..LONGEST {
        let byte = match waiting.next() {
            Some(byte) => Some(byte),
            None => next(source.as_mut())?,
        };
        match byte {
            Some(byte) if byte != b'\n' => {
                line.push(byte);
                continue;
            }
            _ => {}
        }
        let text = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
        line.clear();
        if std::mem::take(&mut first) {
            if !matches!(text.strip_prefix("NRRD000"), Some("1" | "2" | "3" | "4" | "5")) {
                return fault(format!("is of a version of NRRD that is not known ({})", cut(&text)));
            }
        } else if text.is_empty() {
            // A header alone ends with its file.
            return Ok((interpret(&Fields(&fields))?, source));
        } else if !text.starts_with('#') && !is_a_pair(&text) {
            let Some((field, value)) = text.split_once(':') else {
                return fault("has a damaged NRRD header (a line without a colon)");
            };
            let list = joined(field) == "datafile" && value.split_whitespace().next() == Some("LIST");
            fields.insert(joined(field), value.trim().to_owned());
            if list {
                // Names in lines up to the end: the header has no other one.
                let mut header = interpret(&Fields(&fields))?;
                let files = listed(source.as_mut())?;
                header.data = Data::Beside { files, skip: None };
                return Ok((header, source));
            }
        }
        if byte.is_none() {
            return Ok((interpret(&Fields(&fields))?, source));
        }
    }
    fault("has a header without an end: it is damaged")
}

/// The next byte; `None` at the end.
fn next(source: &mut dyn Read) -> Result<Option<u8>, Fault> {
    let mut one = [0];
    loop {
        match source.read(&mut one) {
            Ok(0) => return Ok(None),
            Ok(_) => return Ok(Some(one[0])),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(read_fault(&error)),
        }
    }
}

/// `key:=value`: free text, which a reader may pass over.
fn is_a_pair(line: &str) -> bool {
    line.split_once(':').is_some_and(|(_, value)| value.starts_with('='))
}

/// Fields are written with and without blanks: `data file`, `datafile`.
fn joined(field: &str) -> String {
    field.trim().to_lowercase().replace(' ', "")
}

struct Fields<'a>(&'a BTreeMap<String, String>);

impl Fields<'_> {
    fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    fn needed(&self, field: &'static str, name: &'static str) -> Result<&str, Fault> {
        self.text(field)
            .ok_or_else(|| Fault::Words(format!("does not say its {name}; save it again with it")))
    }

    fn numbers(&self, field: &'static str, name: &'static str) -> Result<Vec<f64>, Fault> {
        let text = self.needed(field, name)?;
        let numbers: Option<Vec<f64>> = text.split_whitespace().map(|n| n.parse().ok()).collect();
        match numbers {
            Some(numbers) if numbers.iter().all(|n: &f64| n.is_finite()) => Ok(numbers),
            _ => fault(format!("says {name}: {}, which are no numbers", cut(text))),
        }
    }

    /// A number of bytes or lines; nothing is none.
    fn count(&self, field: &str, name: &str) -> Result<u64, Fault> {
        let Some(text) = self.text(field) else { return Ok(0) };
        text.parse().map_err(|_| Fault::Words(format!("says {name}: {}, which is no number", cut(text))))
    }
}

/// A vector in brackets; `none` for an axis that is none of space.
fn vectors(text: &str) -> Option<Vec<Option<[f64; 3]>>> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("none") {
            found.push(None);
            rest = after.trim_start();
            continue;
        }
        let (inside, after) = rest.strip_prefix('(')?.split_once(')')?;
        let numbers: Vec<f64> = inside.split(',').map(|n| n.trim().parse().ok()).collect::<Option<_>>()?;
        let vector: [f64; 3] = numbers.try_into().ok()?;
        found.push(vector.iter().all(|n| n.is_finite()).then_some(vector));
        rest = after.trim_start();
    }
    Some(found)
}

/// Signs that turn the axes of a space into those of LPS.
fn to_lps(space: &str) -> Option<[f64; 3]> {
    match space.to_lowercase().replace(' ', "-").as_str() {
        "left-posterior-superior" | "lps" => Some([1.0, 1.0, 1.0]),
        "right-anterior-superior" | "ras" => Some([-1.0, -1.0, 1.0]),
        "left-anterior-superior" | "las" => Some([1.0, -1.0, 1.0]),
        _ => None,
    }
}

/// Millimetres in a unit of the header, the same for all axes.
fn millimetres(fields: &Fields<'_>) -> Result<f64, Fault> {
    let Some(text) = fields.text("spaceunits") else { return Ok(1.0) };
    let mut units: Vec<&str> = text.split('"').filter(|u| !u.trim().is_empty()).collect();
    units.dedup();
    match units.as_slice() {
        [] | ["mm" | "millimeter" | "millimeters"] => Ok(1.0),
        ["cm" | "centimeter"] => Ok(10.0),
        ["m" | "meter"] => Ok(1000.0),
        ["um" | "\u{b5}m" | "micrometer"] => Ok(1e-3),
        _ => fault(format!("gives its places in {}; save it in millimetres", cut(text))),
    }
}

fn interpret(fields: &Fields<'_>) -> Result<Header, Fault> {
    let element = element(fields.needed("type", "type")?)?;
    let size = fields.numbers("sizes", "sizes")?;
    let axes = fields.numbers("dimension", "dimension")?;
    if axes.first() != Some(&(size.len() as f64)) {
        return fault("says a dimension that is not the number of its sizes");
    }
    let no_place =
        || fault("does not say where it lies in the patient (space and space directions); save it with them");
    let Some(signs) = fields.text("space").and_then(to_lps) else { return no_place() };
    let Some(directions) = fields.text("spacedirections") else { return no_place() };
    let Some(origin) = fields.text("spaceorigin") else { return no_place() };
    let (Some(directions), Some(origin)) = (vectors(directions), vectors(origin)) else {
        return fault("says a place that is no list of vectors of three numbers");
    };
    let [Some(origin)] = origin.as_slice() else {
        return fault("says a space origin that is no vector of three numbers");
    };
    // An axis of one value that is none of space changes nothing.
    if directions.len() != size.len() {
        return fault("says other numbers of sizes and of space directions");
    }
    let spatial: Vec<(f64, Option<[f64; 3]>)> = size
        .iter()
        .copied()
        .zip(directions)
        .filter(|(n, direction)| direction.is_some() || *n != 1.0)
        .collect();
    let [(columns, Some(i)), (rows, Some(j)), (slices, Some(k))] = spatial.as_slice() else {
        return fault("is no single volume (three axes of space are needed); save one volume");
    };
    if [columns, rows, slices].iter().any(|n| **n < 0.0 || n.fract() != 0.0) {
        return fault("says sizes that are no numbers of voxels");
    }
    let size = checked_size([*columns, *rows, *slices].map(|n| n as u64), element)?;
    let scale = millimetres(fields)?;
    let turned = |v: &[f64; 3]| -> [f64; 3] {
        let [x, y, z] = *v;
        let [a, b, c] = signs;
        [x * a * scale, y * b * scale, z * c * scale]
    };
    let [i, j, k] = [i, j, k].map(|v| Vector::from_array(turned(v)));
    let grid = VoxelGrid::new(size, Transform::from_axes(i, j, k, Point::from_array(turned(origin))))
        .map_err(|e| Fault::Words(format!("cannot be used: {e}")))?;
    let encoding = encoding(fields.needed("encoding", "encoding")?)?;
    let big_endian = match fields.text("endian").map(str::to_lowercase).as_deref() {
        Some("little") => false,
        Some("big") => true,
        None if element.bytes() == 1 || encoding == Encoding::Text => false,
        _ => return fault("does not say its byte order (endian); save it again with it"),
    };
    // Numbers that were text arrive as doubles, in this order.
    let (element, big_endian) =
        if encoding == Encoding::Text { (Element::F64, false) } else { (element, big_endian) };
    let skip = match fields.text("byteskip") {
        Some("-1") if encoding == Encoding::Raw => None,
        _ => Some(fields.count("byteskip", "byte skip")?),
    };
    let lines = usize::try_from(fields.count("lineskip", "line skip")?).unwrap_or(usize::MAX);
    let layout = Layout { grid, element, big_endian, slope: 1.0, intercept: 0.0 };
    Ok(Header { layout, encoding, data: data(fields)?, skip, lines })
}

fn encoding(name: &str) -> Result<Encoding, Fault> {
    Ok(match name.to_lowercase().as_str() {
        "raw" => Encoding::Raw,
        "gzip" | "gz" => Encoding::Gzip,
        "bzip2" | "bz2" => Encoding::Bzip2,
        "text" | "txt" | "ascii" => Encoding::Text,
        "hex" => Encoding::Hex,
        _ => return fault(format!("is encoded as {}, which is not read; save it as gzip", cut(name))),
    })
}

fn element(name: &str) -> Result<Element, Fault> {
    Ok(match name.to_lowercase().as_str() {
        "signed char" | "int8" | "int8_t" => Element::I8,
        "uchar" | "unsigned char" | "uint8" | "uint8_t" => Element::U8,
        "short" | "short int" | "signed short" | "signed short int" | "int16" | "int16_t" => Element::I16,
        "ushort" | "unsigned short" | "unsigned short int" | "uint16" | "uint16_t" => Element::U16,
        "int" | "signed int" | "int32" | "int32_t" => Element::I32,
        "uint" | "unsigned int" | "uint32" | "uint32_t" => Element::U32,
        "longlong"
        | "long long"
        | "long long int"
        | "signed long long"
        | "signed long long int"
        | "int64"
        | "int64_t" => Element::I64,
        "ulonglong" | "unsigned long long" | "unsigned long long int" | "uint64" | "uint64_t" => Element::U64,
        "float" => Element::F32,
        "double" => Element::F64,
        _ => {
            return fault(format!(
                "stores voxels of type `{}`, which is not read; save it as short",
                cut(name)
            ));
        }
    })
}

fn data(fields: &Fields<'_>) -> Result<Data, Fault> {
    let Some(file) = fields.text("datafile") else { return Ok(Data::Here) };
    let files = match patterned(file) {
        // Whoever reads the list puts the names there.
        _ if file.split_whitespace().next() == Some("LIST") => Vec::new(),
        Some(names) => names?,
        None => vec![plain(file)?],
    };
    Ok(Data::Beside { files, skip: None })
}

/// Numbers that are written as text, as the doubles that `voxels` reads.
pub(super) struct Numbers<'a> {
    source: Box<dyn Read + 'a>,
    /// Bytes of a number that was begun to be handed on.
    ready: std::vec::IntoIter<u8>,
}

impl<'a> Numbers<'a> {
    /// Separated by blanks, commas or lines.
    pub(super) fn new(source: Box<dyn Read + 'a>) -> Self {
        Self { source, ready: Vec::new().into_iter() }
    }

    fn next_number(&mut self) -> std::io::Result<Option<f64>> {
        /// Longer than any number is written.
        const LONGEST_NUMBER: usize = 64;
        let mut text = String::new();
        loop {
            let mut one = [0];
            let got = self.source.read(&mut one)?;
            let blank = one[0].is_ascii_whitespace() || one[0] == b',';
            match (got, blank, text.is_empty()) {
                (0, _, true) => return Ok(None),
                (1.., true, true) => {}
                (1.., false, _) if text.len() < LONGEST_NUMBER => text.push(char::from(one[0])),
                _ => break,
            }
        }
        let number = text.parse::<f64>();
        number.map(Some).map_err(|_| std::io::Error::other("its text holds a word that is no number"))
    }
}

impl Read for Numbers<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        if self.ready.len() == 0 {
            match self.next_number()? {
                Some(number) => self.ready = number.to_le_bytes().to_vec().into_iter(),
                None => return Ok(0),
            }
        }
        let mut got = 0;
        for (to, from) in bytes.iter_mut().zip(self.ready.by_ref()) {
            *to = from;
            got += 1;
        }
        Ok(got)
    }
}

/// Bytes that are written as two digits each, blanks and lines between them or not.
pub(super) struct Digits<'a> {
    source: Box<dyn Read + 'a>,
}

impl<'a> Digits<'a> {
    pub(super) fn new(source: Box<dyn Read + 'a>) -> Self {
        Self { source }
    }

    fn digit(&mut self) -> std::io::Result<Option<u32>> {
        let mut one = [0];
        while self.source.read(&mut one)? > 0 {
            if !one[0].is_ascii_whitespace() {
                let digit = char::from(one[0]).to_digit(16);
                return digit.map(Some).ok_or_else(|| std::io::ErrorKind::InvalidData.into());
            }
        }
        Ok(None)
    }
}

impl Read for Digits<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let mut got = 0;
        for byte in bytes {
            let Some(high) = self.digit()? else { break };
            let low = self.digit()?.ok_or(std::io::ErrorKind::UnexpectedEof)?;
            *byte = (high * 16 + low) as u8;
            got += 1;
        }
        Ok(got)
    }
}
