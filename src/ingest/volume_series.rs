//! A volume file that was named by itself, as a series: one file, whole, on its own grid.

use std::path::{Component, Path};
use std::sync::Arc;

use super::defect::{Defect, DefectCode};
use super::error::IngestError;
use super::foreign;
use super::private::Private;
use super::series::{Series, Skipped};
use super::sheared::Shear;
use super::source::Source;
use super::volume_file::{Members, data_beside, layout_of};
use super::words::{defect, name};
use crate::volume::{Polarity, Unit};

/// What a file of no other kind is passed over with.
pub(super) const NOT_DICOM: &str = "is not a DICOM file";
/// Ends of names that promise a volume file: for the sentence alone, as content decides.
const ENDS: [&str; 7] = [".nii", ".nii.gz", ".hdr", ".mha", ".mhd", ".nrrd", ".nhdr"];
/// So many files of no known kind are looked at for the sentence about them.
const FEW: usize = 100;

/// Series of files that are no DICOM, but volume files that were asked for; all others are passed over:
/// masks and results lie beside a study.
/// - `asked`: whether a file was
pub(super) fn among(
    strangers: Vec<Source>,
    asked: impl Fn(&Source) -> bool,
    skipped: &mut Vec<Skipped>,
) -> Vec<Series> {
    let mut found: Vec<Series> = Vec::new();
    let mut passed = Vec::new();
    let few = strangers.len() < FEW;
    for source in &strangers {
        let file = source.path();
        let was_asked = asked(source);
        let not_dicom = || {
            // Among the thousand files of a folder nobody waits for what each of them may be.
            let known = if was_asked || few { foreign::sentence(source, was_asked) } else { None };
            format!("{} {}", name(file), known.unwrap_or(NOT_DICOM))
        };
        let reason = match was_asked.then(|| series(source, &strangers)) {
            Some(Ok(series)) => {
                found.push(series);
                continue;
            }
            Some(Err(error)) if promises_volume(file) => error.to_string(),
            Some(Err(_)) | None => not_dicom(),
        };
        passed.push(Skipped { file: file.to_owned(), reason });
    }
    // The voxels of a header are no file of their own.
    let voxels = |file: &Path| {
        found.iter().filter_map(|s| s.volume_data.as_ref()).any(|data| match data {
            Members::One(source) => source.path() == file,
            Members::Several(all) => all.iter().any(|(_, source)| source.path() == file),
        })
    };
    skipped.extend(passed.into_iter().filter(|passed| !voxels(&passed.file)));
    found
}

/// The members of the same archive that hold the voxels of a header, where that names others.
fn data_of(header: &Source, members: &[Source]) -> Option<Members> {
    if header.is_a_file() {
        return None;
    }
    let member = |file: &String| {
        let parts = Path::new(file).components().filter(|part| matches!(part, Component::Normal(_)));
        let mut path = header.path().parent()?.to_owned();
        path.extend(parts);
        members.iter().find(|member| member.path() == path && !member.is_a_file()).cloned()
    };
    match data_beside(header).as_slice() {
        [] => None,
        [file] => member(file).map(Members::One),
        files => Some(Members::Several(files.iter().filter_map(|f| Some((f.clone(), member(f)?))).collect())),
    }
}

fn promises_volume(file: &Path) -> bool {
    let name = name(file).to_lowercase();
    ENDS.iter().any(|end| name.ends_with(end))
}

/// From the header alone.
/// - `members`: among which its voxels are, where it does not hold them and is no file on disk
fn series(source: &Source, members: &[Source]) -> Result<Series, IngestError> {
    let file = source.path();
    let layout = layout_of(source)?;
    let mut defects = vec![assumed()];
    let (grid, straight) = match Shear::of(&layout.grid) {
        None => (layout.grid, None),
        Some(shear) => {
            let (straight, told) = shear.mended(&layout.grid, layout.is_whole());
            defects.push(told);
            (straight.as_ref().map_or(layout.grid, |s| s.grid), straight)
        }
    };
    if grid.size()[2] < 2 {
        let text = "The file has only one slice: it is no volume and cannot be shown in three planes";
        defects.insert(0, defect(DefectCode::SingleSlice, text));
    }
    Ok(Series {
        uid: file.to_string_lossy().into_owned(),
        modality: "CT".to_owned(),
        number: None,
        description: Private::new(name(file)),
        patient_name: Private::default(),
        patient_id: Private::default(),
        clinical: Private::default(),
        study_date: Private::default(),
        files: vec![file.to_owned()],
        size: grid.size(),
        grid: Some(grid),
        slice_thickness_mm: None,
        frame_of_reference_uid: None,
        transfer_syntax: "volume file (NIfTI, MetaImage or NRRD)".to_owned(),
        transfer_syntax_uid: String::new(),
        unit: Unit::Hu,
        padding: None,
        polarity: Polarity::default(),
        windows: Vec::new(),
        suv: None,
        defects,
        pixel_shape: None,
        slices: Vec::new(),
        straight,
        as_stored: false,
        real: false,
        volume_file: Some(source.clone()),
        volume_data: data_of(source, members),
        unread: Arc::default(),
    })
}

fn assumed() -> Defect {
    defect(
        DefectCode::AssumedHu,
        "A volume file does not say what its values are: they are taken as the Hounsfield units of a CT",
    )
}
