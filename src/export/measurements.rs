//! Measurements as text, CSV and JSON: what was measured and where, nothing of the patient.

use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::atomic::{WriteError, write_whole};
use super::json::write_json;
use crate::measure::Quantity;
use crate::segments::Segment;
use crate::session::Measured;
use crate::volume::{Unit, Volume};

/// Layout of the JSON file.
const VERSION: u32 = 1;
/// Characters of a hashed UID: enough to tell the series of a hospital apart.
const HASH_LENGTH: usize = 16;

/// A UID that cannot be read back: the first hexadecimal digits of its SHA-256.
pub fn hashed_uid(uid: &str) -> String {
    let digest = Sha256::digest(uid.as_bytes());
    let mut text: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    text.truncate(HASH_LENGTH);
    text
}

/// A line for each measurement and segment, as for a report: its name and what it says.
pub fn measurement_text(measurements: &[Measured], segments: &[SegmentValues]) -> String {
    let line = |name: &str, quantities: &[Quantity]| {
        let said: Vec<String> =
            quantities.iter().map(|q| format!("{} {}", q.name.to_lowercase(), q.text())).collect();
        let said = if said.is_empty() { String::new() } else { format!(": {}", said.join(", ")) };
        format!("{name}{said}\n")
    };
    let measured = measurements.iter().map(|m| line(&m.measurement.name, &m.reading.quantities));
    measured.chain(segments.iter().map(|s| line(&s.name, &s.quantities))).collect()
}

/// What a segment says.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentValues {
    /// What the user calls it.
    pub name: String,
    /// Volume, diameter, values.
    pub quantities: Vec<Quantity>,
    /// How many voxels.
    pub voxels: u64,
    /// Those of them without a known value.
    pub unknown: u64,
}

impl SegmentValues {
    /// Of every segment that has voxels.
    /// - `volume`: whose voxels they are
    pub fn of(segments: &[Segment], volume: &Volume) -> Vec<Self> {
        let drawn = segments.iter().filter(|s| !s.voxels.is_empty());
        drawn
            .map(|segment| {
                let figures = segment.voxels.figures();
                Self {
                    name: segment.name.clone(),
                    quantities: segment.quantities(volume),
                    voxels: figures.voxels,
                    unknown: figures.voxels - figures.known,
                }
            })
            .collect()
    }
}

/// Writes them as CSV (a row for each number) where the name ends in `.csv`, else as JSON.
/// - `series_uid`: of the series that they were made in; written hashed
///
/// # Errors
/// Where the file cannot be written whole; what was there before stays.
pub fn write_measurements(
    path: &Path,
    series_uid: &str,
    unit: &Unit,
    measurements: &[Measured],
    segments: &[SegmentValues],
) -> Result<(), WriteError> {
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
        write_whole(path, &table(series_uid, measurements, segments))
    } else {
        write_json(path, &document(series_uid, unit, measurements, segments))
    }
}

/// `x y z; x y z`, LPS mm.
fn places(measured: &Measured) -> String {
    let place = |p: [f64; 3]| format!("{:.3} {:.3} {:.3}", p[0], p[1], p[2]);
    let places: Vec<String> = measured.measurement.points.iter().map(|p| place(p.to_array())).collect();
    places.join("; ")
}

fn table(series_uid: &str, measurements: &[Measured], segments: &[SegmentValues]) -> Vec<u8> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    let series = hashed_uid(series_uid);
    let head = ["name", "kind", "quantity", "value", "unit", "points_lps_mm", "series"];
    // Writing into memory cannot fail.
    let _ = rows.write_record(head);
    for measured in measurements {
        let (name, kind) = (measured.measurement.name.as_str(), measured.measurement.kind.name());
        let points = places(measured);
        let mut row = |quantity: &str, value: &str, unit: &str| {
            let _ = rows.write_record([name, kind, quantity, value, unit, &points, &series]);
        };
        for quantity in &measured.reading.quantities {
            row(quantity.name, &quantity.number(), &quantity.unit);
        }
        if let Some(figures) = &measured.reading.statistics {
            row("Values", &figures.count.to_string(), "");
        }
        if measured.reading.quantities.is_empty() {
            row("", "", "");
        }
    }
    for segment in segments {
        let mut row = |quantity: &str, value: &str, unit: &str| {
            let _ = rows.write_record([&segment.name, "segment", quantity, value, unit, "", &series]);
        };
        for quantity in &segment.quantities {
            row(quantity.name, &quantity.number(), &quantity.unit);
        }
        row("Voxels", &segment.voxels.to_string(), "");
    }
    rows.into_inner().unwrap_or_default()
}

fn document(series_uid: &str, unit: &Unit, measurements: &[Measured], segments: &[SegmentValues]) -> Value {
    json!({
        "version": VERSION,
        "program": concat!("Triscope ", env!("CARGO_PKG_VERSION")),
        "space": "patient, LPS, mm",
        "series": hashed_uid(series_uid),
        "unit": unit.name(),
        "measurements": measurements.iter().map(one).collect::<Vec<_>>(),
        "segments": segments.iter().map(segment).collect::<Vec<_>>(),
    })
}

fn quantity(q: &Quantity) -> Value {
    json!({ "name": q.name, "value": q.value, "unit": q.unit })
}

fn segment(segment: &SegmentValues) -> Value {
    json!({
        "name": segment.name,
        "voxels": segment.voxels,
        "unknown": segment.unknown,
        "quantities": segment.quantities.iter().map(quantity).collect::<Vec<_>>(),
    })
}

fn one(Measured { measurement, reading }: &Measured) -> Value {
    let statistics = reading.statistics.as_ref().map(|figures| {
        json!({
            "values": figures.count,
            "unknown": figures.unknown,
            "native_voxels": figures.native,
            "mean": figures.mean,
            "sd": figures.sd,
            "minimum": figures.min,
            "maximum": figures.max,
            "histogram": {
                "from": figures.histogram.from,
                "bar": figures.histogram.width,
                "counts": figures.histogram.counts,
            },
        })
    });
    json!({
        "name": measurement.name,
        "kind": measurement.kind.name(),
        "points": measurement.points.iter().map(|p| p.to_array()).collect::<Vec<_>>(),
        "plane": {
            "right": measurement.basis.right.to_array(),
            "down": measurement.basis.down.to_array(),
        },
        "quantities": reading.quantities.iter().map(quantity).collect::<Vec<_>>(),
        "statistics": statistics,
        "remark": reading.remark,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Plane, Point, VoxelGrid};
    use crate::measure::{Kind, MeasureId, Measurement};
    use crate::volume::Volume;

    fn measured() -> Vec<Measured> {
        let grid = VoxelGrid::axis_aligned([8, 8, 2], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let volume = Volume::loading(grid, Unit::Hu, None);
        for k in 0..2 {
            volume.int16().expect("int16").fill(k, vec![-700; 64].into()).expect("a slice");
        }
        let make = |kind, name: &str, points: [[f64; 3]; 2]| {
            let points = points.map(Point::from_array);
            let one = Measurement::drawn(MeasureId(0), kind, &points, Plane::Axial.basis(), name.to_owned());
            Measured::read(one.expect("a measurement"), Some(&volume))
        };
        vec![
            make(Kind::Length, "across, \"widest\"", [[1.0, 1.0, 0.0], [4.0, 5.0, 0.0]]),
            make(Kind::Rectangle, "Rectangle 1", [[0.5, 0.5, 1.0], [3.5, 2.5, 1.0]]),
            make(Kind::Arrow, "look here", [[0.5, 0.5, 1.0], [3.5, 2.5, 1.0]]),
        ]
    }

    fn segments() -> Vec<SegmentValues> {
        let quantities = vec![Quantity::new("Volume", 1.234, "ml", 2)];
        vec![SegmentValues { name: "upper lobe".to_owned(), quantities, voxels: 99, unknown: 4 }]
    }

    #[test]
    fn text_is_a_line_for_each() {
        let text = measurement_text(&measured(), &segments());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "across, \"widest\": length 5.0 mm");
        assert!(lines[1].starts_with("Rectangle 1: area 6.0 mm², mean -700.0 HU, sd 0.0 HU"), "{text}");
        assert_eq!(lines[2], "look here");
        assert_eq!(lines[3], "upper lobe: volume 1.23 ml");
    }

    #[test]
    fn a_table_has_a_row_for_each_number_and_no_uid() {
        let table = String::from_utf8(table("1.2.840.1", &measured(), &segments())).expect("text");
        let rows: Vec<csv::StringRecord> =
            csv::Reader::from_reader(table.as_bytes()).records().collect::<Result<_, _>>().expect("rows");
        assert_eq!(rows.len(), 1 + 6 + 1 + 2);
        assert_eq!((&rows[8][1], &rows[8][3], &rows[9][3]), ("segment", "1.23", "99"));
        assert_eq!(&rows[0][0], "across, \"widest\"");
        assert_eq!((&rows[0][3], &rows[0][4]), ("5.0", "mm"));
        assert!(!table.contains("1.2.840") && rows.iter().all(|row| row[6] == *hashed_uid("1.2.840.1")));
    }

    #[test]
    fn a_document_says_where_everything_lies() {
        let document = document("1.2.840.1", &Unit::Hu, &measured(), &segments());
        assert_eq!(document["measurements"][1]["points"][0], json!([0.5, 0.5, 1.0]));
        assert_eq!(document["measurements"][1]["statistics"]["values"], json!(6));
        assert_eq!(document["segments"][0]["unknown"], json!(4));
        assert!(!document.to_string().contains("1.2.840"));
    }
}
