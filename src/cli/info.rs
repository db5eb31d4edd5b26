//! `triscope info`: what lies at a path, and every warning.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;

use super::args::Info;
use super::exit::Failure;
use super::progress::Terminal;
use super::{output, series};
use crate::ingest::{Defect, Scan, Series, count};
use crate::volume::{Values, Volume};
use crate::workflow::open::{self, OpenError, open_series};

#[derive(Serialize)]
struct Document<'a> {
    triscope: &'static str,
    path: String,
    series: Vec<SeriesDocument>,
    skipped: Vec<SkippedDocument<'a>>,
}

#[derive(Serialize)]
struct SeriesDocument {
    uid: String,
    modality: String,
    description: String,
    files: usize,
    size: [usize; 3],
    spacing_mm: Option<[f64; 3]>,
    origin_lps_mm: Option<[f64; 3]>,
    /// Row-major; columns are the axes of i, j, k.
    direction: Option<[f64; 9]>,
    frame_of_reference_uid: Option<String>,
    transfer_syntax: String,
    transfer_syntax_uid: String,
    /// Of all voxels, padding included; null where the pixels could not be read.
    value_range: Option<[f32; 2]>,
    unit: String,
    usable: bool,
    classifiable: bool,
    warnings: Vec<Warning>,
}

#[derive(Serialize)]
struct Warning {
    code: &'static str,
    text: String,
    slices: Vec<usize>,
}

#[derive(Serialize)]
struct SkippedDocument<'a> {
    file: String,
    reason: &'a str,
}

/// Runs the command.
pub(super) fn run(options: &Info, terminal: &Terminal) -> Result<(), Failure> {
    let scan = Arc::new(series::scan(&options.path, &options.read, terminal.ctx())?);
    let only = match &options.series {
        Some(uid) if !scan.series.is_empty() => Some(
            scan.named(uid)
                .ok_or_else(|| Failure::work(format!("{} holds no series {uid}", options.path.display())))?,
        ),
        _ => None,
    };
    let mut described = Vec::new();
    for (index, found) in scan.series.iter().enumerate() {
        if only.is_none_or(|only| only == index) {
            if let Some(uid) = &options.series {
                series::note_part(uid, found);
            }
            described.push(describe(&scan, index, found, terminal)?);
        }
    }
    terminal.clear();
    let document = Document {
        triscope: env!("CARGO_PKG_VERSION"),
        path: options.path.display().to_string(),
        series: described,
        skipped: scan
            .skipped
            .iter()
            .map(|s| SkippedDocument { file: s.file.display().to_string(), reason: &s.reason })
            .collect(),
    };
    if options.json {
        output::json(&document)?
    } else {
        output::print(&words(&document))?
    }
    if scan.series.is_empty() {
        return Err(Failure::work(format!("{}: {}", options.path.display(), open::nothing(&scan))));
    }
    Ok(())
}

/// The headers, and the pixels where they can be read: a warning that only decoding finds belongs here.
fn describe(
    scan: &Arc<Scan>,
    index: usize,
    found: &Series,
    terminal: &Terminal,
) -> Result<SeriesDocument, Failure> {
    let mut defects = found.defects.clone();
    let mut range = None;
    let mut usable = found.usable();
    if usable {
        match open_series(scan, index, terminal.ctx(), |_| {}) {
            Ok(opened) => {
                range = Some(full_range(&opened.volume));
                defects = opened.defects;
            }
            Err(OpenError::Cancelled(_)) => return Err(Failure::Interrupted),
            Err(error) => {
                usable = false;
                output::note(&format!("{}: {error}", found.uid));
            }
        }
    }
    let classifiable = usable && found.classifiable() && defects.iter().all(|d| d.classifiable());
    let geometry = found.grid.as_ref();
    Ok(SeriesDocument {
        uid: found.uid.clone(),
        modality: found.modality.clone(),
        description: found.description.reveal().clone(),
        files: found.files.len(),
        size: found.size,
        spacing_mm: geometry.map(|g| g.spacing_mm().map(tidy)),
        origin_lps_mm: geometry.map(|g| g.patient_from_voxel().origin().to_array().map(tidy)),
        direction: geometry.map(|g| {
            let axes = g.directions().map(|v| v.to_array());
            std::array::from_fn(|n| tidy(axes[n % 3][n / 3]))
        }),
        frame_of_reference_uid: found.frame_of_reference_uid.clone(),
        transfer_syntax: found.transfer_syntax.clone(),
        transfer_syntax_uid: found.transfer_syntax_uid.clone(),
        value_range: range,
        unit: found.unit.name().to_owned(),
        usable,
        classifiable,
        warnings: defects.into_iter().map(warning).collect(),
    })
}

/// Without the noise of the last digits (0.7000000000000001): a nanometre is enough. Never -0.
fn tidy(value: f64) -> f64 {
    (value * 1e9).round() / 1e9 + 0.0
}

fn warning(defect: Defect) -> Warning {
    Warning { code: defect.code.name(), text: defect.text, slices: defect.slices }
}

/// Lowest and highest value of all voxels. `Volume::range` leaves padding out; a description of
/// the file's values does not.
fn full_range(volume: &Volume) -> [f32; 2] {
    match volume.values() {
        Values::Int16(slices) => {
            let (mut low, mut high) = (i16::MAX, i16::MIN);
            for slice in slices.all() {
                for &v in slice {
                    low = low.min(v);
                    high = high.max(v);
                }
            }
            [f32::from(low), f32::from(high)]
        }
        Values::Float32(_) => volume.range(),
    }
}

fn words(document: &Document<'_>) -> String {
    let mut text = String::new();
    for s in &document.series {
        let _ = writeln!(text, "{} {}  {}", s.modality, s.description, s.uid);
        let [nx, ny, nz] = s.size;
        let _ = match s.spacing_mm {
            Some([dx, dy, dz]) => {
                writeln!(text, "  {nx} x {ny} x {nz} voxels of {dx:.4} x {dy:.4} x {dz:.4} mm")
            }
            None => writeln!(text, "  {nx} x {ny} pixels, {nz} of them"),
        };
        if let Some([x, y, z]) = s.origin_lps_mm {
            let _ = writeln!(text, "  first voxel at {x:.2}, {y:.2}, {z:.2} mm (LPS)");
        }
        let _ = writeln!(text, "  {}, {}", count(s.files, "file"), s.transfer_syntax);
        if let Some([low, high]) = s.value_range {
            let _ = writeln!(text, "  values {low} to {high} {}", s.unit);
        }
        let verdict = match (s.usable, s.classifiable) {
            (true, true) => "can be viewed and classified",
            (true, false) => "can be viewed; a network is refused",
            (false, _) => "cannot be viewed as a volume",
        };
        let _ = writeln!(text, "  {verdict}");
        for w in &s.warnings {
            let _ = writeln!(text, "  warning {}: {}", w.code, w.text);
        }
    }
    match document.skipped.len() {
        0 => {}
        n => {
            let _ = writeln!(text, "{} passed over:", count(n, "file"));
            for s in &document.skipped {
                let _ = writeln!(text, "  {}: {}", s.file, s.reason);
            }
        }
    }
    text
}
