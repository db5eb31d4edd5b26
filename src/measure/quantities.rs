//! What a measurement says: numbers with units.

use super::kind::Kind;
use super::measurement::Measurement;
use super::statistics::{Statistics, own_value, statistics};
use crate::geometry::{Patient, Vector};
use crate::volume::{Unit, Volume};

/// A number that was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// What it is.
    pub name: &'static str,
    /// How much.
    pub value: f64,
    /// In what: `mm`, `mm²`, `°`, or the unit of the volume.
    pub unit: String,
    /// Decimals that mean anything.
    pub decimals: usize,
}

impl Quantity {
    /// A number in a unit, of which so many decimals mean anything.
    pub fn new(name: &'static str, value: f64, unit: &str, decimals: usize) -> Self {
        Self { name, value, unit: unit.to_owned(), decimals }
    }

    /// The number without its unit.
    pub fn number(&self) -> String {
        let text = format!("{:.*}", self.decimals, self.value);
        // A rounded nothing has no sign.
        let nothing = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
        if nothing { text.replace('-', "") } else { text }
    }

    /// The number and its unit.
    pub fn text(&self) -> String {
        let gap = if self.unit == "°" { "" } else { " " };
        format!("{}{gap}{}", self.number(), self.unit)
    }
}

/// Everything that a measurement says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// In the order in which they are listed.
    pub quantities: Vec<Quantity>,
    /// Of a region: its values.
    pub statistics: Option<Statistics>,
    /// Why something that belongs here is missing, or what must be known of it; one sentence.
    pub remark: Option<String>,
}

/// Reads a measurement off a volume. Points, areas and angles do not depend on it; values do, and are
/// those that have arrived by now.
pub fn read(volume: &Volume, measurement: &Measurement) -> Reading {
    let mut reading = Reading::default();
    let quantities = &mut reading.quantities;
    match (measurement.kind, measurement.points.as_slice()) {
        (Kind::Length, [a, b]) => quantities.push(Quantity::new("Length", a.distance(*b), "mm", 1)),
        (Kind::Bidirectional, [a, b, c, d]) => {
            let (first, second) = (a.distance(*b), c.distance(*d));
            quantities.push(Quantity::new("Long axis", first.max(second), "mm", 1));
            quantities.push(Quantity::new("Short axis", first.min(second), "mm", 1));
        }
        (Kind::Angle, [a, vertex, b]) => {
            quantities.extend(between(*a - *vertex, *b - *vertex).map(|deg| angle("Angle", deg)));
        }
        (Kind::Cobb, [a, b, c, d]) => {
            // Lines have no direction: of the two angles the one up to 90 degrees.
            let deg = between(*b - *a, *d - *c).map(|deg| deg.min(180.0 - deg));
            quantities.extend(deg.map(|deg| angle("Cobb angle", deg)));
        }
        (Kind::Probe, [at]) => {
            let voxel = volume.grid().voxel_at(volume.grid().voxel_from_patient() * *at);
            match voxel.map(|voxel| own_value(volume, voxel)) {
                Some(Some(value)) => {
                    quantities.push(Quantity::new("Value", value, volume.unit().name(), decimals(volume)));
                }
                Some(None) => reading.remark = Some("Nothing is known of this voxel.".to_owned()),
                None => reading.remark = Some("Outside of the volume.".to_owned()),
            }
        }
        (kind, _) if kind.is_region() => region(volume, measurement, &mut reading),
        _ => {}
    }
    reading
}

fn region(volume: &Volume, measurement: &Measurement, reading: &mut Reading) {
    let area = measurement.area_mm2();
    reading.quantities.extend(area.map(|area| Quantity::new("Area", area, "mm²", 1)));
    let Some(figures) = statistics(volume, measurement) else {
        reading.remark = Some("No known voxel has its centre inside.".to_owned());
        return;
    };
    let (unit, places) = (volume.unit().name(), decimals(volume));
    for (name, value, more) in [
        ("Mean", figures.mean, 1),
        ("SD", figures.sd, 1),
        ("Minimum", figures.min, 0),
        ("Maximum", figures.max, 0),
    ] {
        reading.quantities.push(Quantity::new(name, value, unit, places + more));
    }
    reading.remark = match (figures.unknown, figures.native) {
        (0, true) => None,
        (0, false) => Some("Values are mixed between voxels: this plane is none of the slices.".to_owned()),
        (unknown, _) => Some(format!(
            "{unknown} of {} positions inside have no known value and are left out.",
            figures.count + unknown
        )),
    };
    reading.statistics = Some(figures);
}

fn angle(name: &'static str, deg: f64) -> Quantity {
    Quantity::new(name, deg, "°", 1)
}

/// Decimals of values themselves: whole HU, two of SUV, and three for units of which nothing is known.
pub fn decimals(volume: &Volume) -> usize {
    match (volume.unit(), volume.int16()) {
        (Unit::Hu | Unit::Stored, _) | (_, Some(_)) => 0,
        (unit, _) if unit.is_suv() => 2,
        _ => 3,
    }
}

/// The angle between two directions, degrees from 0 to 180; `None` where one is none.
fn between(a: Vector<Patient>, b: Vector<Patient>) -> Option<f64> {
    let (a, b) = (a.unit()?, b.unit()?);
    // Exact for small angles, where the cosine is not.
    Some(a.cross(b).length().atan2(a.dot(b)).to_degrees())
}

impl Reading {
    /// The one thing that a list has room for.
    pub fn brief(&self) -> String {
        let mean = self.quantities.iter().find(|q| q.name == "Mean");
        mean.map(Quantity::text).or_else(|| self.lines().into_iter().next()).unwrap_or_default()
    }

    /// What stands beside it on the picture: short lines, the most important first.
    pub fn lines(&self) -> Vec<String> {
        let by = |name: &str| self.quantities.iter().find(|q| q.name == name);
        if let (Some(long), Some(short)) = (by("Long axis"), by("Short axis")) {
            return vec![format!("{} × {}", long.number(), short.text())];
        }
        if let (Some(mean), Some(sd), Some(min), Some(max)) =
            (by("Mean"), by("SD"), by("Minimum"), by("Maximum"))
        {
            let area = by("Area").map(Quantity::text);
            let mean = format!("Mean {}, SD {}", mean.text(), sd.number());
            let range = format!("{} … {}", min.number(), max.text());
            return [mean, range].into_iter().chain(area).collect();
        }
        self.quantities.iter().map(Quantity::text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Plane, Point, VoxelGrid};
    use crate::measure::MeasureId;

    /// 20 x 20 x 10 voxels of 0.5 x 0.5 x 2 mm; the value of a voxel is its column.
    fn columns() -> Volume {
        let grid = VoxelGrid::axis_aligned([20, 20, 10], [0.5, 0.5, 2.0], Point::new(0.0, 0.0, 0.0))
            .expect("a grid");
        let volume = Volume::loading(grid, Unit::Hu, None);
        for k in 0..10 {
            let slice: Box<[i16]> = (0..400).map(|n| n % 20).collect();
            volume.int16().expect("whole numbers").fill(k, slice).expect("a slice");
        }
        volume
    }

    fn read_of(kind: Kind, points: &[[f64; 3]]) -> Reading {
        read_in(Plane::Axial, kind, points)
    }

    fn read_in(plane: Plane, kind: Kind, points: &[[f64; 3]]) -> Reading {
        let points: Vec<Point<Patient>> = points.iter().copied().map(Point::from_array).collect();
        let one = Measurement::drawn(MeasureId(0), kind, &points, plane.basis(), String::new());
        read(&columns(), &one.expect("a measurement"))
    }

    #[test]
    fn lengths_and_angles() {
        assert_eq!(read_of(Kind::Length, &[[0.0, 0.0, 0.0], [3.0, 4.0, 12.0]]).lines(), ["13.0 mm"]);
        let right = [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 5.0, 0.0]];
        assert_eq!(read_of(Kind::Angle, &right).lines(), ["90.0°"]);
        let lines = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [3.0, 3.0, 0.0], [2.0, 4.0, 0.0]];
        assert_eq!(read_of(Kind::Cobb, &lines).lines(), ["45.0°"]);
        assert_eq!(
            read_of(Kind::Bidirectional, &[[0.0, 0.0, 0.0], [8.0, 0.0, 0.0]]).lines(),
            ["8.0 × 4.0 mm"]
        );
    }

    #[test]
    fn a_rectangle_reads_the_voxels_whose_centres_it_holds() {
        // Columns 2 to 5, rows 1 to 3.
        let reading = read_of(Kind::Rectangle, &[[0.9, 0.4, 4.0], [2.6, 1.6, 4.0]]);
        let figures = reading.statistics.as_ref().expect("figures");
        assert_eq!((figures.count, figures.mean, figures.min, figures.max), (12, 3.5, 2.0, 5.0));
        assert!(figures.native && reading.remark.is_none());
        assert_eq!(reading.lines()[0], "Mean 3.5 HU, SD 1.1");
        // Coronal: columns 2 to 5 again, slices 1 and 2.
        let reading = read_in(Plane::Coronal, Kind::Rectangle, &[[0.9, 2.0, 1.5], [2.6, 2.0, 4.5]]);
        assert_eq!(reading.statistics.map(|f| (f.count, f.mean)), Some((8, 3.5)));
    }

    #[test]
    fn between_slices_values_are_mixed_and_said_to_be() {
        let reading = read_of(Kind::Rectangle, &[[1.0, 1.0, 5.0], [5.0, 4.0, 5.0]]);
        let figures = reading.statistics.expect("figures");
        // Tolerance: rounding of trilinear weights in f64.
        assert!(!figures.native && (figures.mean - 6.0).abs() < 1e-9, "{figures:?}");
        assert!(reading.remark.is_some_and(|said| said.contains("mixed")));
    }

    #[test]
    fn a_probe_reads_one_voxel_and_says_where_there_is_none() {
        assert_eq!(read_of(Kind::Probe, &[[3.6, 0.0, 0.0]]).lines(), ["7 HU"]);
        let outside = read_of(Kind::Probe, &[[-9.0, 0.0, 0.0]]);
        assert!(outside.quantities.is_empty() && outside.remark.is_some());
    }

    #[test]
    fn a_region_outside_of_the_volume_says_so() {
        let reading = read_of(Kind::Ellipse, &[[-9.0, -9.0, 0.0], [-5.0, -5.0, 0.0]]);
        assert!(reading.statistics.is_none() && reading.remark.is_some());
        assert_eq!(reading.quantities.len(), 1);
    }
}
