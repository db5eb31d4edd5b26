//! The XML of readings: what up to four radiologists drew and rated in one series.

use std::path::Path;

use roxmltree::{Document, Node, ParsingOptions};

use crate::dataset::case::{Characteristic, RATING_SCALE};
use crate::dataset::error::DatasetError;

/// Largest XML: real ones reach 2 MB.
const MOST_BYTES: u64 = 64 << 20;

/// Readings of one series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadingFile {
    /// SeriesInstanceUID.
    pub series_uid: String,
    /// Readings of nodules of 3 mm and more: those with characteristics and more than one outline
    /// point, in the order of the file.
    pub readings: Vec<Reading>,
    /// Marks of nodules under 3 mm, which have a place alone.
    pub small_nodules: usize,
    /// Marks of non-nodules.
    pub non_nodules: usize,
    /// What was odd, one sentence each.
    pub oddities: Vec<String>,
}

/// One reader's outline and rating of one nodule.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Place of the reading session in the file; readers are anonymous.
    pub session: usize,
    /// Nodule ID that the reader's program gave.
    pub nodule_id: String,
    /// Malignancy, 1 to 5; `None` where the file holds no rating on the scale.
    pub malignancy: Option<u8>,
    /// The other ratings, in the order of [`Characteristic::ALL`].
    pub characteristics: [Option<u8>; 8],
    /// Outlines, slice by slice.
    pub contours: Vec<Contour>,
}

/// One outline in one slice. It runs over the first pixels outside the nodule.
#[derive(Clone, Debug, PartialEq)]
pub struct Contour {
    /// Image Position (Patient) z of the slice, mm.
    pub z_mm: f64,
    /// False for an outline around a hole.
    pub inclusion: bool,
    /// Column and row, zero-based, in pixels of the series.
    pub points: Vec<[f64; 2]>,
}

impl Reading {
    /// All outline points as (column, row in pixels; z in mm): holes included, as pylidc counts them.
    pub fn points(&self) -> impl Iterator<Item = [f64; 3]> {
        self.contours.iter().flat_map(|c| c.points.iter().map(|[i, j]| [*i, *j, c.z_mm]))
    }

    /// Mean of the outline points (column, row in pixels; z in mm), as pylidc has it; not weighted by
    /// area. `None` without a point.
    pub fn centroid(&self) -> Option<[f64; 3]> {
        let mut sum = [0.0; 3];
        let mut n = 0usize;
        for point in self.points() {
            for (a, b) in sum.iter_mut().zip(point) {
                *a += b;
            }
            n += 1;
        }
        (n > 0).then(|| sum.map(|s| s / n as f64))
    }

    /// Largest distance of two points of one outline, mm.
    /// - `spacing_mm`: of columns and rows
    pub fn diameter_mm(&self, [si, sj]: [f64; 2]) -> f64 {
        let mut largest: f64 = 0.0;
        for contour in &self.contours {
            for (n, [i, j]) in contour.points.iter().enumerate() {
                for [other_i, other_j] in contour.points.iter().skip(n + 1) {
                    largest = largest.max(((i - other_i) * si).hypot((j - other_j) * sj));
                }
            }
        }
        largest
    }
}

/// Reads a file of readings.
/// - returns: `None` for XML of another kind (LIDC-IDRI has readings of chest radiographs too)
/// - errors: the file cannot be read, is no XML, or lacks the series
pub fn read_readings(path: &Path) -> Result<Option<ReadingFile>, DatasetError> {
    let name = path.display();
    let unreadable = |e: std::io::Error| DatasetError::new(format!("{name} cannot be read: {e}"));
    let length = std::fs::metadata(path).map_err(unreadable)?.len();
    if length > MOST_BYTES {
        return Err(DatasetError::new(format!(
            "{name} is too large for readings of one series ({} MB)",
            length >> 20
        )));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    // Names of readers' programs may be in any encoding; numbers and UIDs are ASCII.
    parse(&String::from_utf8_lossy(&bytes)).map_err(|what| DatasetError::new(format!("{name} {what}")))
}

/// - errors: what follows the file's name
pub(super) fn parse(text: &str) -> Result<Option<ReadingFile>, String> {
    let options = ParsingOptions { nodes_limit: 8_000_000, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text.trim_start_matches('\u{FEFF}'), options)
        .map_err(|e| format!("is no whole XML file ({e})"))?;
    let root = document.root_element();
    if root.tag_name().name() != "LidcReadMessage" {
        return Ok(None);
    }
    let header = child(root, "ResponseHeader");
    let uid =
        header.and_then(|h| text_of(h, "SeriesInstanceUid").or_else(|| text_of(h, "SeriesInstanceUID")));
    let Some(uid) = uid else {
        return Err("does not say which series it is about (SeriesInstanceUid)".to_owned());
    };
    let mut file = ReadingFile { series_uid: uid.to_owned(), ..ReadingFile::default() };
    for (session, node) in children(root, "readingSession").enumerate() {
        file.non_nodules += children(node, "nonNodule").count();
        for nodule in children(node, "unblindedReadNodule") {
            match reading(nodule, session, &mut file.oddities) {
                Some(reading) => file.readings.push(reading),
                None => file.small_nodules += 1,
            }
        }
    }
    Ok(Some(file))
}

fn children<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |c| c.is_element() && c.tag_name().name() == name)
}

fn child<'a>(node: Node<'a, 'a>, name: &'static str) -> Option<Node<'a, 'a>> {
    children(node, name).next()
}

fn text_of<'a>(node: Node<'a, 'a>, name: &'static str) -> Option<&'a str> {
    child(node, name)?.text().map(str::trim).filter(|t| !t.is_empty())
}

/// `None` for a mark of a nodule under 3 mm.
fn reading(node: Node<'_, '_>, session: usize, oddities: &mut Vec<String>) -> Option<Reading> {
    let nodule_id = text_of(node, "noduleID").unwrap_or_default().to_owned();
    let rated = child(node, "characteristics").filter(|c| c.children().any(|n| n.is_element()))?;
    let mut contours = Vec::new();
    for roi in children(node, "roi") {
        let z_mm =
            text_of(roi, "imageZposition").and_then(|t| t.parse::<f64>().ok()).filter(|z| z.is_finite());
        let Some(z_mm) = z_mm else {
            oddities
                .push(format!("an outline of nodule `{nodule_id}` does not say its slice and was left out"));
            continue;
        };
        let inclusion = !text_of(roi, "inclusion").is_some_and(|t| t.eq_ignore_ascii_case("false"));
        let edge = |p: Node<'_, '_>| {
            let at = |name| text_of(p, name)?.parse::<f64>().ok().filter(|n| n.is_finite());
            Some([at("xCoord")?, at("yCoord")?])
        };
        let points: Vec<[f64; 2]> = children(roi, "edgeMap").filter_map(edge).collect();
        if points.len() != children(roi, "edgeMap").count() {
            oddities.push(format!("outline points of nodule `{nodule_id}` are no numbers and were left out"));
        }
        contours.push(Contour { z_mm, inclusion, points });
    }
    if contours.iter().map(|c| c.points.len()).sum::<usize>() < 2 {
        return None;
    }
    let rating = |name: &'static str, [low, high]: [u8; 2]| {
        let rating = text_of(rated, name)?.parse::<u8>().ok()?;
        (low..=high).contains(&rating).then_some(rating)
    };
    let malignancy = rating("malignancy", RATING_SCALE);
    if malignancy.is_none() {
        oddities.push(format!(
            "a reading of nodule `{nodule_id}` has no malignancy from 1 to 5 and was left out"
        ));
    }
    let characteristics = Characteristic::ALL.map(|c| {
        let name = if c == Characteristic::InternalStructure { "internalStructure" } else { c.name() };
        rating(name, c.scale().map(|v| v as u8))
    });
    Some(Reading { session, nodule_id, malignancy, characteristics, contours })
}
