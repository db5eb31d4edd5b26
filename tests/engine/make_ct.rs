//! Round trips of the benchmark's generator: every transfer syntax that it writes gives the true volume, and
//! every defect the right warning.
//!
//! Needs `../shared/bench/make_ct.py` and a Python with its packages: the one that `PYTHON` names, else
//! `python3`. Where one is missing the tests say so and end.

use std::path::Path;
use std::process::Command;

use triscope::ingest::{DefectCode, Scan};
use triscope::jobs::JobContext;
use triscope::volume::Volume;
use triscope::workflow::open::{Opened, Reading, open_as};

const SCRIPT: &str = "../shared/bench/make_ct.py";
const SLICES: usize = 14;
const SIDE: usize = 48;

/// A series that the script wrote, and its true HU.
struct Made {
    folder: tempfile::TempDir,
    truth: Vec<i16>,
}

fn python() -> Option<String> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let ready = Path::new(SCRIPT).exists()
        && Command::new(&python)
            .args(["-c", "import numpy, scipy, pydicom, pylibjpeg"])
            .output()
            .is_ok_and(|out| out.status.success());
    if !ready {
        eprintln!("skipped: {SCRIPT}, or a Python with its packages, is not here (PYTHON names one)");
    }
    ready.then_some(python)
}

/// - returns: `None` where the script has no encoder for what is asked
fn made(python: &str, options: &[&str]) -> Option<Made> {
    let folder = tempfile::tempdir().expect("a folder");
    let truth = folder.path().join("truth.npy");
    let out = Command::new(python)
        .arg(SCRIPT)
        .arg(folder.path().join("ct"))
        .args(["--slices", &SLICES.to_string(), "--size", &SIDE.to_string(), "--spacing", "2.5"])
        .args(["--vessel-targets", "12", "--nodule-count", "1", "--jobs", "1", "--truth-npy"])
        .arg(&truth)
        .args(options)
        .output()
        .expect("run");
    if !out.status.success() {
        let text = String::from_utf8_lossy(&out.stderr).into_owned();
        eprintln!("skipped {options:?}: {}", text.lines().last().unwrap_or_default());
        return None;
    }
    let bytes = std::fs::read(truth).expect("the truth");
    // NumPy's format 1: ten bytes, then a header as long as the last two of them say.
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]])) + 10;
    let (words, _) = bytes[header..].as_chunks::<2>();
    let truth: Vec<i16> = words.iter().map(|b| i16::from_le_bytes(*b)).collect();
    assert_eq!(truth.len(), SLICES * SIDE * SIDE);
    Some(Made { folder, truth })
}

impl Made {
    fn opened(&self, slices_as_stored: bool) -> Opened {
        let reading = Reading { slices_as_stored, ..Reading::default() };
        let paths = [self.folder.path().join("ct")];
        open_as(&paths, None, reading, &JobContext::unobserved(), |_| ()).expect("opens")
    }

    /// Slices that differ from the truth.
    fn differing(&self, volume: &Volume) -> Vec<usize> {
        assert_eq!(volume.grid().size(), [SIDE, SIDE, SLICES]);
        let slices = volume.int16().expect("whole numbers").all();
        let truth = self.truth.chunks_exact(SIDE * SIDE);
        slices.iter().zip(truth).enumerate().filter(|(_, (a, b))| &***a != *b).map(|(k, _)| k).collect()
    }
}

fn codes(opened: &Opened) -> Vec<DefectCode> {
    opened.defects.iter().map(|defect| defect.code).collect()
}

#[test]
fn every_transfer_syntax_and_way_of_storing_gives_the_true_volume() {
    let Some(python) = python() else { return };
    let syntaxes = [
        "explicit-le",
        "implicit-le",
        "explicit-be",
        "deflated",
        "rle",
        "jpeg-lossless",
        "jpeg-ls",
        "j2k-lossless",
    ];
    let mut written = 0;
    let ways: Vec<Vec<&str>> = syntaxes
        .iter()
        .map(|syntax| vec!["--transfer-syntax", syntax])
        .chain([
            vec!["--unsigned12"],
            vec!["--monochrome1"],
            vec!["--per-slice-rescale"],
            vec!["--shuffle-names"],
            vec!["--shuffle-instance-numbers"],
        ])
        .collect();
    for way in ways {
        let Some(made) = made(&python, &way) else { continue };
        written += 1;
        let opened = made.opened(false);
        assert_eq!(made.differing(&opened.volume), [0usize; 0], "{way:?}");
        assert_eq!(codes(&opened), [], "{way:?}");
        assert!(opened.series().classifiable(), "{way:?}");
    }
    // Encoders of compressed pictures may be missing; what Python itself writes may not.
    assert!(written >= 9, "{written} written");
}

#[test]
fn every_defect_is_said_and_leaves_the_other_slices_as_they_are() {
    let Some(python) = python() else { return };
    let made = |options: &[&str]| made(&python, options).expect("no encoder is needed");

    let gap = made(&["--drop-slices", "5,6"]);
    let opened = gap.opened(false);
    assert_eq!(codes(&opened), [DefectCode::MissingSlices]);
    assert_eq!(gap.differing(&opened.volume), [5, 6]);
    assert!(!opened.series().classifiable());

    let twice = made(&["--duplicate-slices", "3,7"]);
    let opened = twice.opened(false);
    assert_eq!(codes(&opened), [DefectCode::DuplicateSlices]);
    assert_eq!(twice.differing(&opened.volume), [0usize; 0]);

    let cut = made(&["--truncate-file", "4"]);
    let opened = cut.opened(false);
    assert_eq!(codes(&opened), [DefectCode::Truncated]);
    assert_eq!(cut.differing(&opened.volume), [4]);

    let tilted = made(&["--gantry-tilt", "12"]);
    let stored = tilted.opened(true);
    assert_eq!(codes(&stored), [DefectCode::GantryTilt]);
    assert_eq!(tilted.differing(&stored.volume), [0usize; 0], "as stored every value is the scanner's");
    assert!(!stored.series().classifiable());
    let straight = tilted.opened(false);
    assert_eq!(codes(&straight), [DefectCode::GantryTilt]);
    assert!(straight.defects[0].mended && straight.series().is_resampled());

    let mixed = made(&["--mixed-series"]);
    let opened = mixed.opened(false);
    let scan: &Scan = &opened.scan;
    assert_eq!((scan.series.len(), scan.skipped.len()), (2, 1), "two series and a text file");
    assert_eq!(mixed.differing(&opened.volume), [0usize; 0], "the larger one is opened");
}
