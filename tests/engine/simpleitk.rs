//! Voxel values and places as SimpleITK has them (`tests/data/simpleitk`): two readers that share no code.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use triscope::geometry::{Patient, Point, Transform, Vector, Voxel};
use triscope::ingest::{self, Scan, preview};
use triscope::jobs::JobContext;
use triscope::volume::Volume;

#[derive(Deserialize)]
struct Figures {
    folders: std::collections::BTreeMap<String, Vec<Expected>>,
    files: std::collections::BTreeMap<String, Expected>,
    slices: std::collections::BTreeMap<String, Expected>,
}

#[derive(Deserialize)]
struct Expected {
    size: [usize; 3],
    spacing: [f64; 3],
    origin: [f64; 3],
    direction: [[f64; 3]; 3],
    /// Where they are whole numbers of 16 bits.
    values: Option<Values>,
}

#[derive(Deserialize)]
struct Values {
    sum: i64,
    range: [i16; 2],
    sha256: String,
}

impl Expected {
    fn patient_from_voxel(&self) -> Transform<Patient, Voxel> {
        let axis = |n: usize| Vector::<Patient>::from_array(self.direction[n]) * self.spacing[n];
        Transform::from_axes(axis(0), axis(1), axis(2), Point::from_array(self.origin))
    }

    fn values_are(&self, volume: &Volume, what: &str) {
        let Some(values) = &self.values else { return };
        let mut hash = Sha256::new();
        let (mut sum, mut low, mut high) = (0i64, i16::MAX, i16::MIN);
        for slice in volume.int16().expect("whole numbers").all() {
            hash.update(slice.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
            for value in slice {
                sum += i64::from(*value);
                (low, high) = (low.min(*value), high.max(*value));
            }
        }
        assert_eq!((sum, [low, high]), (values.sum, values.range), "{what}");
        let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, values.sha256, "{what}");
    }

    /// Every outer corner of the volume, less than a hundredth of a millimetre apart: files write positions with
    /// as few decimals.
    fn place_is(&self, volume: &Volume, what: &str) {
        let (grid, theirs) = (volume.grid(), self.patient_from_voxel());
        for corner in grid.bounds().corners() {
            let (ours, theirs) = (grid.patient_from_voxel() * corner, &theirs * corner);
            assert!(ours.distance(theirs) < 0.01, "{what}: {ours:?} {theirs:?}");
        }
    }
}

fn figures() -> Figures {
    serde_json::from_str(include_str!("../data/simpleitk/figures.json")).expect("figures")
}

fn there(name: &str) -> Option<PathBuf> {
    let path = Path::new("../shared/data").join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    }
    Some(path)
}

fn scanned(path: &Path) -> Scan {
    ingest::scan(&[path.to_owned()], &JobContext::unobserved()).expect("scanned")
}

/// The series of a scan that has the size, loaded.
fn volume_of_size(scan: &Scan, size: [usize; 3], what: &str) -> std::sync::Arc<Volume> {
    let series = scan.series.iter().find(|s| s.size == size && s.usable());
    let series = series.unwrap_or_else(|| {
        panic!("{what}: {:?}", scan.series.iter().map(|s| (s.size, s.obstacle())).collect::<Vec<_>>())
    });
    let volume = ingest::begin(series).expect("begun");
    ingest::load(series, &volume, &JobContext::unobserved()).expect("loaded").volume
}

#[test]
fn every_well_formed_series_has_the_values_and_the_places_that_simpleitk_gives_it() {
    let figures = figures();
    assert!(figures.folders.len() >= 17);
    for (name, series) in figures.folders {
        let Some(path) = there(&name) else { return };
        let scan = scanned(&path);
        for expected in series {
            let volume = volume_of_size(&scan, expected.size, &name);
            expected.place_is(&volume, &name);
            expected.values_are(&volume, &name);
        }
    }
}

#[test]
fn volume_files_have_the_values_and_the_places_that_simpleitk_gives_them() {
    for (name, expected) in figures().files {
        let Some(path) = there(&name) else { return };
        let volume = volume_of_size(&scanned(&path), expected.size, &name);
        expected.place_is(&volume, &name);
        expected.values_are(&volume, &name);
    }
}

#[test]
fn one_slice_in_ten_transfer_syntaxes_has_the_values_that_simpleitk_gives_it() {
    for (name, expected) in figures().slices {
        let Some(path) = there(&name) else { return };
        let scan = scanned(&path);
        let volume = preview(&scan.series[0], &JobContext::unobserved()).expect("decoded");
        assert_eq!(volume.grid().size(), expected.size);
        expected.values_are(&volume, &name);
    }
}
