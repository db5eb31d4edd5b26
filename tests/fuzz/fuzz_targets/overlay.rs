//! Any bytes as a segmentation or a structure set that belongs to a small CT: read and cut, or refused in words.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use triscope_fuzz::geometry::{Point, Vector};
use triscope_fuzz::ingest::{Series, read_structures, scan};
use triscope_fuzz::jobs::JobContext;
use triscope_fuzz::structures::CutPlane;

/// The slices of the corpus, in an archive.
static CT: LazyLock<Series> = LazyLock::new(|| {
    let slices = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/file/slices.tar"));
    let found = scan(&[slices], &JobContext::unobserved()).expect("the corpus is there");
    found.series.into_iter().next().expect("a series")
});

libfuzzer_sys::fuzz_target!(init: triscope_fuzz::let_guards_work(), |bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("any");
    std::fs::write(&path, bytes).expect("written");
    let ctx = JobContext::unobserved();
    for mut object in scan(&[path], &ctx).expect("the file is there").objects {
        object.refers_to = vec![CT.uid.clone()];
        let Ok(set) = read_structures(&object, &CT, &ctx) else { continue };
        for structure in &set.structures {
            let origin = structure.middle().unwrap_or(Point::new(0.0, 0.0, 0.0));
            let (right, down) = (Vector::new(1.0, 0.0, 0.0), Vector::new(0.0, 1.0, 0.0));
            let into = Vector::new(0.0, 0.0, 1.0);
            structure.cut(&CutPlane { origin, right, down, into, half_mm: 1.0 });
        }
    }
});
