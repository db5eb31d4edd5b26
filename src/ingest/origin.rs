//! The files that a series comes from, by the names that the standard gives them: for what is written about
//! the series and refers to it.

use super::dicom::Named;
use super::error::IngestError;
use super::private::Private;
use super::series::Series;
use super::words::name;
use crate::jobs::JobContext;

/// One DICOM object that slices came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// SOP Class UID.
    pub class_uid: String,
    /// SOP Instance UID.
    pub uid: String,
}

/// Whom a series belongs to: attributes of the Patient and General Study modules, each empty where the files do
/// not say. Source: DICOM PS3.3 C.7.1.1, C.7.2.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Belonging {
    /// Patient's Name.
    pub patient_name: String,
    /// Patient ID.
    pub patient_id: String,
    /// Patient's Birth Date.
    pub birth_date: String,
    /// Patient's Sex.
    pub sex: String,
    /// Patient's Age.
    pub age: String,
    /// Patient Identity Removed.
    pub identity_removed: String,
    /// De-identification Method.
    pub removed_how: String,
    /// Study Date.
    pub study_date: String,
    /// Study Time.
    pub study_time: String,
    /// Study ID.
    pub study_id: String,
    /// Study Description.
    pub study_description: String,
    /// Accession Number.
    pub accession_number: String,
    /// Referring Physician's Name.
    pub referring_physician: String,
}

/// Where a volume comes from. Of a file that is no DICOM every UID but the series' own stand-in is empty.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Series Instance UID, or what stands for it.
    pub series_uid: String,
    /// Study Instance UID; may be empty.
    pub study_uid: String,
    /// Frame of Reference UID; may be empty.
    pub frame_of_reference_uid: String,
    /// `CT` ...; may be empty.
    pub modality: String,
    /// Patient and study.
    pub belonging: Private<Belonging>,
    /// The objects, each once, in the order of the slices.
    pub instances: Vec<Instance>,
    /// By slice of the volume, which of `instances` it is; empty where slices were resampled or one object holds
    /// many.
    pub of_slice: Vec<Option<usize>>,
}

/// Reads the headers of a series once more, for the names of its files.
/// - errors: a file that is gone or damaged since it was opened; cancelled
pub fn origin(series: &Series, ctx: &JobContext) -> Result<Origin, IngestError> {
    let mut found = Origin::unread(series);
    let mut last: Option<(&std::path::Path, usize)> = None;
    for slice in &series.slices {
        ctx.check()?;
        let Some(slice) = slice else {
            found.of_slice.push(None);
            continue;
        };
        if let Some((_, index)) = last.filter(|(path, _)| *path == slice.from.path()) {
            found.of_slice.push(Some(index));
            continue;
        }
        let named = Named::read(&slice.from).map_err(|error| {
            IngestError::Sentence(format!("{} cannot be read again: {error}", name(slice.from.path())))
        })?;
        let instance = Instance { class_uid: named.sop_class.clone(), uid: named.sop_instance.clone() };
        if found.study_uid.is_empty() {
            found.of(named);
        }
        let known = found.instances.iter().position(|known| *known == instance);
        let index = known.unwrap_or(found.instances.len());
        if known.is_none() {
            found.instances.push(instance);
        }
        last = Some((slice.from.path(), index));
        found.of_slice.push(Some(index));
    }
    let one_each = found.instances.len() == found.of_slice.iter().flatten().count();
    if series.is_resampled() || !one_each || found.of_slice.len() != series.size[2] {
        found.of_slice.clear();
    }
    // Without a name nothing can be referred to.
    if found.instances.iter().any(|instance| instance.uid.is_empty() || instance.class_uid.is_empty()) {
        found.instances.clear();
        found.of_slice.clear();
    }
    Ok(found)
}

impl Origin {
    /// What is known of a series without its files: its own UIDs, and nothing of patient, study and images.
    pub fn unread(series: &Series) -> Self {
        Self {
            series_uid: series.uid.clone(),
            study_uid: String::new(),
            frame_of_reference_uid: series.frame_of_reference_uid.clone().unwrap_or_default(),
            modality: series.modality.clone(),
            belonging: Private::default(),
            instances: Vec::new(),
            of_slice: Vec::new(),
        }
    }

    /// Takes over what all files of a series share.
    fn of(&mut self, named: Named) {
        self.study_uid = named.study;
        if !named.series.is_empty() {
            self.series_uid = named.series;
        }
        if !named.frame_of_reference.is_empty() {
            self.frame_of_reference_uid = named.frame_of_reference;
        }
        if !named.modality.is_empty() {
            self.modality = named.modality;
        }
        self.belonging = Private::new(Belonging {
            patient_name: named.patient_name,
            patient_id: named.patient_id,
            birth_date: named.birth_date,
            sex: named.sex,
            age: named.age,
            identity_removed: named.identity_removed,
            removed_how: named.removed_how,
            study_date: named.study_date,
            study_time: named.study_time,
            study_id: named.study_id,
            study_description: named.study_description,
            accession_number: named.accession_number,
            referring_physician: named.referring_physician,
        });
    }
}
