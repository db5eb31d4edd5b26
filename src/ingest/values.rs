//! What the numbers of a series mean: rescale of each slice, unit, padding, recommended windows.

use super::defect::{Defect, DefectCode};
use super::dicom::{Header, Lut, Rescale};
use super::series::FileWindow;
use super::suv::{Suv, suv};
use super::words::{count, defect};
use crate::volume::{Padding, Unit, Window};

/// Lowest value that CT scanners give to something measured; what lies lower was put there.
const LOWEST_MEASURED_HU: i16 = -1024;

/// Defined terms of Rescale Type that are no Hounsfield units. Source: DICOM PS3.3 C.11.1.1.2.
const UNITS: [(&str, &str); 7] = [
    ("OD", "optical density"),
    ("MGML", "mg/ml"),
    ("Z_EFF", "effective atomic number"),
    ("ED", "electron density"),
    ("EDW", "electron density relative to water"),
    ("HU_MOD", "modified Hounsfield units"),
    ("PCT", "per cent"),
];

/// The meaning of a series' values.
#[derive(Clone, Debug)]
pub(super) struct Meaning {
    /// Of each slice, in the order of the headers.
    pub(super) rescales: Vec<Rescale>,
    pub(super) unit: Unit,
    pub(super) padding: Option<Padding>,
    pub(super) windows: Vec<FileWindow>,
    /// Of a PET: how its values become SUV, or why they do not.
    pub(super) suv: Option<Result<Suv, String>>,
    pub(super) defects: Vec<Defect>,
}

/// Judges the headers of one stack of slices.
pub(super) fn meaning(headers: &[Header]) -> Meaning {
    let mut defects = Vec::new();
    let is_ct = headers.iter().all(|h| h.modality == "CT");
    let (rescales, scale) = rescales(headers, is_ct);
    let suv = suv(headers, scale);
    let in_suv = match &suv {
        Some(Ok(suv)) => suv.per_value.is_normal() && suv.per_value > 0.0 && !is_real(headers),
        _ => false,
    };
    let unit = if is_real(headers) {
        defects.push(defect(
            DefectCode::NotHu,
            "The pixels are real numbers (Float Pixel Data), as maps have them, and no Hounsfield units; any that \
             is no number is shown as 0",
        ));
        Unit::Stored
    } else if is_ct {
        ct_unit(headers, &mut defects)
    } else {
        other_unit(headers, in_suv, &mut defects)
    };
    let padding = padding(headers, &rescales, &unit, &mut defects);
    let mut windows = windows(headers, scale);
    let (unit, padding) = match &suv {
        Some(Ok(suv)) if in_suv => {
            for file in &mut windows {
                let [width, centre] = [file.window.width(), file.window.centre()].map(|n| n * suv.per_value);
                file.window = Window::new(width, centre);
            }
            // It would be a number of real values.
            (Unit::suv(), None)
        }
        _ => (unit, padding),
    };
    if windows.is_empty() {
        defects.push(defect(DefectCode::NoWindow, "The files recommend no window; a preset is used"));
    }
    Meaning { rescales, unit, padding, windows, suv, defects }
}

/// Whether their pixels are real numbers.
pub(super) fn is_real(headers: &[Header]) -> bool {
    !headers.is_empty() && headers.iter().all(|h| h.form.is_some_and(|form| form.real))
}

/// Rescale of each slice, and the factor by which all values of the series were made smaller.
///
/// CT values are Hounsfield units as the files say. Of anything else the unit is not told, and
/// slopes may be small fractions that differ from slice to slice (PET): there all slices are
/// brought to one common scale, on which the largest slope is 1 (of 16 bits without a sign: a half).
fn rescales(headers: &[Header], is_ct: bool) -> (Vec<Rescale>, f64) {
    let given: Vec<Rescale> = headers.iter().map(Header::rescale).collect();
    let whole = given.iter().all(|r| r.slope.fract() == 0.0 && r.intercept.fract() == 0.0);
    // A PET may use all 16 bits without a sign, which would be cut off in half.
    let full = |h: &Header| h.pet.is_some() && h.form.is_some_and(|f| !f.signed && f.bits_stored > 15);
    let full = headers.iter().any(full);
    let largest = given.iter().map(|r| r.slope.abs()).fold(0.0, f64::max) * if full { 2.0 } else { 1.0 };
    let whole = whole && !full;
    if is_ct || whole || !largest.is_normal() {
        return (given, 1.0);
    }
    let brought = |r: &Rescale| Rescale { slope: r.slope / largest, intercept: r.intercept / largest };
    (given.iter().map(brought).collect(), largest)
}

fn ct_unit(headers: &[Header], defects: &mut Vec<Defect>) -> Unit {
    let without =
        headers.iter().filter(|h| h.slope.is_none_or(|s| s == 0.0) || h.intercept.is_none()).count();
    let few_bits = headers.iter().any(|h| h.form.is_some_and(|f| f.bits_stored <= 8));
    let tables: Vec<&Lut> = headers.iter().filter_map(|h| h.lut.as_deref()).collect();
    let unread = headers.iter().any(|h| h.modality_lut && h.lut.is_none());
    let whole = tables.len() == headers.len() && !tables.is_empty();
    if whole && tables.iter().all(|table| table.is_hu()) {
        return Unit::Hu;
    }
    let other = headers.iter().filter_map(|h| h.rescale_type.as_deref()).find(|t| {
        // `US` (unspecified) is what many older scanners write beside true Hounsfield units.
        !t.eq_ignore_ascii_case("HU") && !t.eq_ignore_ascii_case("US")
    });
    let perfusion = headers.iter().any(|h| h.image_type.iter().any(|t| t == "PERFUSION"));
    if unread {
        defects.push(defect(
            DefectCode::NotHu,
            "The values are no Hounsfield units: they have to go through a table (Modality LUT) that cannot be read",
        ));
    } else if tables.iter().any(|table| table.halved) {
        defects.push(defect(
            DefectCode::NotHu,
            "The values went through a table (Modality LUT) whose values lie beyond 16 bits: they are shown halved, \
             and are no Hounsfield units",
        ));
    } else if !tables.is_empty() {
        defects.push(defect(
            DefectCode::NotHu,
            "The values went through a table (Modality LUT) that does not give Hounsfield units",
        ));
    } else if perfusion {
        defects.push(defect(
            DefectCode::NotHu,
            "The values are no Hounsfield units: these are maps of blood flow, made from other images",
        ));
    } else if let Some(kind) = other {
        defects.push(defect(
            DefectCode::NotHu,
            match UNITS.iter().find(|(term, _)| kind.eq_ignore_ascii_case(term)) {
                Some((term, what)) => {
                    format!(
                        "The values are no Hounsfield units: the files give their unit as {term} ({what})"
                    )
                }
                // Free text may hold anything.
                None => "The values are no Hounsfield units: the files give them another unit".to_owned(),
            },
        ));
    } else if without > 0 {
        defects.push(defect(
            DefectCode::NoRescale,
            if without == headers.len() {
                "Rescale Slope and Intercept are missing: the values are not known to be Hounsfield units"
                    .to_owned()
            } else {
                format!(
                    "Rescale Slope and Intercept are missing in {}: the values are not known to be \
                     Hounsfield units",
                    count(without, "slice")
                )
            },
        ));
    } else if few_bits {
        defects.push(defect(
            DefectCode::NotHu,
            "The values are no Hounsfield units: they were squeezed into 8 bits when the images were made",
        ));
    } else {
        return Unit::Hu;
    }
    Unit::Stored
}

fn other_unit(headers: &[Header], in_suv: bool, defects: &mut Vec<Defect>) -> Unit {
    let modality = headers.iter().map(|h| h.modality.as_str()).find(|m| *m != "CT").unwrap_or_default();
    let text = match modality {
        "MR" => {
            "This is magnetic resonance, not CT: values have no fixed meaning and no network may judge them"
        }
        "PT" if in_suv => {
            "This is a PET, not a CT: values are SUV by body weight, and no network may judge them"
        }
        "PT" => "This is a PET, not a CT: values are shown on one common scale without a unit",
        "" => "The files do not say how they were made (no Modality): they are not known to be a CT",
        _ => "This is not a CT: values have no Hounsfield meaning and no network may judge them",
    };
    defects.push(defect(DefectCode::NotCt, text));
    Unit::Stored
}

const AMBIGUOUS_PADDING: &str = "The table of values (Modality LUT) gives places without measurement the values of \
                                 others; they are shown as they are";

/// Padding of the series in rescaled values. Where slices rescale it to different values, the range
/// over them may only lie below everything that can be measured.
fn padding(
    headers: &[Header],
    rescales: &[Rescale],
    unit: &Unit,
    defects: &mut Vec<Defect>,
) -> Option<Padding> {
    let mut found: Option<Padding> = None;
    let mut differs = false;
    for (header, rescale) in headers.iter().zip(rescales) {
        let Some([low, high]) = header.padding else { continue };
        let ends = match &header.lut {
            None => [rescale.value(low as f64), rescale.value(high as f64)],
            Some(table) => match table.values_of_none_but(low, high) {
                Some(ends) => ends,
                None => {
                    defects.push(defect(DefectCode::Padding, AMBIGUOUS_PADDING));
                    return None;
                }
            },
        };
        let this = Padding { low: ends[0].min(ends[1]), high: ends[0].max(ends[1]) };
        match &mut found {
            None => found = Some(this),
            Some(all) if *all != this => {
                differs = true;
                *all = Padding { low: all.low.min(this.low), high: all.high.max(this.high) };
            }
            Some(_) => {}
        }
    }
    let padding = found?;
    if differs && padding.high > LOWEST_MEASURED_HU {
        defects.push(defect(
            DefectCode::Padding,
            "The files mark places without measurement by values that differ from slice to slice; they are \
             shown as they are",
        ));
        return None;
    }
    let unit = unit.name();
    let range = if padding.low == padding.high {
        format!("{} {unit}", padding.low)
    } else {
        format!("{} to {} {unit}", padding.low, padding.high)
    };
    defects.push(defect(
        DefectCode::Padding,
        format!("Voxels of {range} mark places where nothing was measured; statistics leave them out"),
    ));
    Some(padding)
}

/// The windows of the first slice that has any, each once.
fn windows(headers: &[Header], scale: f64) -> Vec<FileWindow> {
    let Some(header) = headers.iter().find(|h| !h.windows.is_empty()) else { return Vec::new() };
    let mut found: Vec<FileWindow> = Vec::new();
    for (n, (width, centre, name)) in header.windows.iter().enumerate() {
        let window = Window::new(width / scale, centre / scale);
        if found.iter().all(|f| f.window != window) {
            let name = name.clone().unwrap_or_else(|| format!("Window {}", n + 1));
            found.push(FileWindow { name, window });
        }
    }
    found
}
