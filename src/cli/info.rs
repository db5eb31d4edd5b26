//! `triscope info`: what lies at a path, and every warning.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;

use super::args::Info;
use super::exit::Failure;
use super::progress::Terminal;
use super::{output, series};
use crate::ingest::{Defect, IngestError, Link, Object, Scan, Series, count, read_structures};
use crate::structures::Structure;
use crate::volume::{Values, Volume};
use crate::workflow::open::{self, OpenError, open_series};

#[derive(Serialize)]
struct Document<'a> {
    triscope: &'static str,
    path: String,
    series: Vec<SeriesDocument>,
    skipped: Vec<SkippedDocument<'a>>,
    /// Segmentations, structure sets and reports: no images; they are in `skipped` too.
    objects: Vec<ObjectDocument<'a>>,
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
    /// Of a PET: how its values become SUV, or why they do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    suv: Option<SuvDocument>,
    usable: bool,
    classifiable: bool,
    warnings: Vec<Warning>,
}

#[derive(Serialize)]
struct SuvDocument {
    /// `value_range` in SUV; null where there is none.
    value_range: Option<[f32; 2]>,
    /// The formula, or what is missing.
    source: String,
}

#[derive(Serialize)]
struct ObjectDocument<'a> {
    file: String,
    kind: &'static str,
    title: &'a str,
    /// `YYYYMMDD`, or empty.
    date: &'a str,
    series_uid: &'a str,
    /// UIDs of series found here that it belongs to, by its own word or by the frame of reference.
    belongs_to: Vec<&'a str>,
    /// What is drawn in it; absent of a report, and where it belongs to no series that is here.
    #[serde(skip_serializing_if = "Option::is_none")]
    structures: Option<Vec<StructureDocument>>,
    /// What must be known of it, or why nothing of it is drawn.
    remarks: Vec<String>,
}

#[derive(Serialize)]
struct StructureDocument {
    number: i64,
    name: String,
    /// As it is drawn.
    colour: String,
    drawn: bool,
    remarks: Vec<String>,
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
    let objects = scan
        .objects
        .iter()
        .map(|object| describe_object(&scan, object, terminal))
        .collect::<Result<_, _>>()?;
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
        objects,
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

/// What a file says that is no image, and what is drawn in it over the first series that it belongs to.
fn describe_object<'a>(
    scan: &'a Scan,
    object: &'a Object,
    terminal: &Terminal,
) -> Result<ObjectDocument<'a>, Failure> {
    let mut linked: Vec<(Link, &Series)> =
        scan.series.iter().filter_map(|series| Some((object.link(series)?, series))).collect();
    linked.sort_by_key(|(link, _)| *link);
    let mut remarks = Vec::new();
    let mut structures = None;
    match linked.first() {
        Some((_, series)) if object.is_drawn() => match read_structures(object, series, terminal.ctx()) {
            Ok(set) => {
                remarks.extend(set.remarks);
                let document = |s: Structure| {
                    let [r, g, b] = s.colour;
                    StructureDocument {
                        number: s.number,
                        colour: format!("#{r:02x}{g:02x}{b:02x}"),
                        drawn: s.shape.is_some(),
                        name: s.name,
                        remarks: s.remarks,
                    }
                };
                structures = Some(set.structures.into_iter().map(document).collect());
            }
            Err(IngestError::Cancelled(_)) => return Err(Failure::Interrupted),
            Err(error) => remarks.push(error.to_string()),
        },
        None if object.is_drawn() => {
            remarks.push(
                "The series that it refers to is not here, nor one of its frame of reference".to_owned(),
            );
        }
        _ => {}
    }
    Ok(ObjectDocument {
        file: object.file.display().to_string(),
        kind: object.kind.name(),
        title: object.title.reveal(),
        date: object.date.reveal(),
        series_uid: &object.series_uid,
        belongs_to: linked.into_iter().map(|(_, series)| series.uid.as_str()).collect(),
        structures,
        remarks,
    })
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
                defects.push(match error {
                    OpenError::Ingest(error) => error.defect(),
                    other => IngestError::Sentence(other.to_string()).defect(),
                });
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
        suv: found.suv.as_ref().map(|suv| SuvDocument {
            value_range: suv.as_ref().ok().zip(range).map(|(_, range)| range),
            source: suv.as_ref().map_or_else(Clone::clone, |suv| suv.source.clone()),
        }),
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
        if let Some(suv) = &s.suv {
            if let Some([low, high]) = suv.value_range {
                let _ = writeln!(text, "  SUV {low:.2} to {high:.2}");
            }
            let _ = writeln!(text, "  {}", suv.source);
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
    for object in &document.objects {
        let date = if object.date.is_empty() { String::new() } else { format!(", {}", object.date) };
        let _ = writeln!(text, "{} {}{date}  {}", object.kind, object.title, object.file);
        for series in &object.belongs_to {
            let _ = writeln!(text, "  belongs to {series}");
        }
        for structure in object.structures.iter().flatten() {
            let _ = writeln!(text, "  {} {} {}", structure.number, structure.name, structure.colour);
            for remark in &structure.remarks {
                let _ = writeln!(text, "    {remark}");
            }
        }
        for remark in &object.remarks {
            let _ = writeln!(text, "  {remark}");
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
