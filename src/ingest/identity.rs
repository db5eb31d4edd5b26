//! Files of one Series Instance UID that cannot belong together: another patient, or another frame of reference.
//! Copies of a phantom, careless anonymizers and some archives give them.
//!
//! Source: DICOM PS3.3 C.7.4.1 (a series has one frame of reference), A.1.2 (one patient, one study).

use std::collections::BTreeMap;

use super::dicom::Header;

/// The files, apart, each part with the sentence that says why where there are several.
pub(super) fn apart(headers: Vec<Header>) -> Vec<(Vec<Header>, Option<String>)> {
    let patient = |h: &Header| Some(h.patient_id.reveal().clone()).filter(|id| !id.is_empty());
    let frame = |h: &Header| h.frame_of_reference.clone();
    let (patients, frames) = (usual(&headers, patient), usual(&headers, frame));
    // Who gives each slice a frame of its own says nothing about places.
    let by_frame = frames.several > 1 && frames.several * 2 <= headers.len();
    if patients.several < 2 && !by_frame {
        let why = (frames.several > 1).then(|| {
            "Nearly every slice names a frame of reference of its own: their positions are compared all the same"
                .to_owned()
        });
        return vec![(headers, why)];
    }
    let mut parts: BTreeMap<(String, String), Vec<Header>> = BTreeMap::new();
    for header in headers {
        // What says nothing belongs to most of the others.
        let patient = patient(&header).unwrap_or_else(|| patients.most.clone());
        let frame = frame(&header).filter(|_| by_frame).unwrap_or_else(|| frames.most.clone());
        let frame = if by_frame { frame } else { String::new() };
        parts.entry((patient, frame)).or_default().push(header);
    }
    let of = match (patients.several > 1, by_frame) {
        (true, _) => "several patients",
        (false, _) => "several frames of reference, whose positions cannot be compared",
    };
    let all = parts.len();
    let mut parts: Vec<Vec<Header>> = parts.into_values().collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts
        .into_iter()
        .map(|part| {
            let files = part.len();
            (part, Some(format!("Files with one Series Instance UID belong to {of}; this is one of {all} parts, with {files} of the files")))
        })
        .collect()
}

struct Usual {
    /// How many different ones there are.
    several: usize,
    /// What most say.
    most: String,
}

fn usual(headers: &[Header], of: impl Fn(&Header) -> Option<String>) -> Usual {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for value in headers.iter().filter_map(of) {
        *counts.entry(value).or_default() += 1;
    }
    let most = counts.iter().max_by_key(|(_, n)| **n).map(|(value, _)| value.clone());
    Usual { several: counts.len(), most: most.unwrap_or_default() }
}
