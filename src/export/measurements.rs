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

/// What was measured and drawn in one series.
#[derive(Clone, Debug)]
pub struct SeriesMeasurements {
    /// Of the series; written hashed.
    pub series_uid: String,
    /// Of its values.
    pub unit: Unit,
    /// In the order of the list.
    pub measurements: Vec<Measured>,
    /// Those with voxels.
    pub segments: Vec<SegmentValues>,
}

/// Writes them as CSV (a row for each number) where the name ends in `.csv`, else as JSON.
/// - `series`: the one on the screen, then others that it is compared with; each position belongs to its own series
///
/// # Errors
/// Where the file cannot be written whole; what was there before stays.
pub fn write_measurements(path: &Path, series: &[SeriesMeasurements]) -> Result<(), WriteError> {
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
        write_whole(path, &table(series))
    } else {
        write_json(path, &document(series))
    }
}

/// `x y z; x y z`, LPS mm.
fn places(measured: &Measured) -> String {
    let place = |p: [f64; 3]| format!("{:.3} {:.3} {:.3}", p[0], p[1], p[2]);
    let places: Vec<String> = measured.measurement.points.iter().map(|p| place(p.to_array())).collect();
    places.join("; ")
}

fn table(series: &[SeriesMeasurements]) -> Vec<u8> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    let head = ["name", "kind", "quantity", "value", "unit", "points_lps_mm", "series"];
    // Writing into memory cannot fail.
    let _ = rows.write_record(head);
    for one in series {
        of_series(&mut rows, one);
    }
    rows.into_inner().unwrap_or_default()
}

fn of_series(rows: &mut csv::Writer<Vec<u8>>, one: &SeriesMeasurements) {
    let series = hashed_uid(&one.series_uid);
    for measured in &one.measurements {
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
    for segment in &one.segments {
        let mut row = |quantity: &str, value: &str, unit: &str| {
            let _ = rows.write_record([&segment.name, "segment", quantity, value, unit, "", &series]);
        };
        for quantity in &segment.quantities {
            row(quantity.name, &quantity.number(), &quantity.unit);
        }
        row("Voxels", &segment.voxels.to_string(), "");
    }
}

fn document(series: &[SeriesMeasurements]) -> Value {
    let made = |of: &SeriesMeasurements| {
        json!({
            "series": hashed_uid(&of.series_uid),
            "unit": of.unit.name(),
            "measurements": of.measurements.iter().map(one).collect::<Vec<_>>(),
            "segments": of.segments.iter().map(segment).collect::<Vec<_>>(),
        })
    };
    let mut document = series.first().map_or_else(|| json!({}), made);
    document["version"] = json!(VERSION);
    document["program"] = json!(concat!("Triscope ", env!("CARGO_PKG_VERSION")));
    document["space"] = json!("patient, LPS, mm");
    if let Some(others) = series.get(1..).filter(|others| !others.is_empty()) {
        document["compared_with"] = others.iter().map(made).collect();
    }
    document
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

    fn of(series_uid: &str) -> SeriesMeasurements {
        let series_uid = series_uid.to_owned();
        SeriesMeasurements { series_uid, unit: Unit::Hu, measurements: measured(), segments: segments() }
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
        let table = String::from_utf8(table(&[of("1.2.840.1")])).expect("text");
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
        let document = document(&[of("1.2.840.1")]);
        assert_eq!(document["measurements"][1]["points"][0], json!([0.5, 0.5, 1.0]));
        assert_eq!(document["measurements"][1]["statistics"]["values"], json!(6));
        assert_eq!(document["segments"][0]["unknown"], json!(4));
        assert!(!document.to_string().contains("1.2.840"));
    }

    #[test]
    fn what_was_made_in_the_prior_stands_under_its_own_series() {
        let both = [of("1.2.840.1"), of("1.2.840.2")];
        let table = String::from_utf8(table(&both)).expect("text");
        for series in &both {
            assert_eq!(table.matches(&hashed_uid(&series.series_uid)).count(), 1 + 6 + 1 + 2);
        }
        let document = document(&both);
        assert_eq!(document["series"], json!(hashed_uid("1.2.840.1")));
        assert_eq!(document["compared_with"][0]["series"], json!(hashed_uid("1.2.840.2")));
        assert_eq!(document["compared_with"][0]["measurements"], document["measurements"]);
    }
}
