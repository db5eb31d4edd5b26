//! What kind of object a file holds, and why some kinds are no picture of their own.

use dicom_dictionary_std::uids;

/// Why an object of this class (or, without a known class, of this modality) is passed over;
/// `None` for images.
pub(in crate::ingest) fn not_an_image(sop_class: &str, modality: &str) -> Option<&'static str> {
    by_class(sop_class).or_else(|| by_modality(modality))
}

/// Whether it is a DICOMDIR: an index of other files, not worth a word.
pub(in crate::ingest) fn is_index(sop_class: &str) -> bool {
    sop_class == uids::MEDIA_STORAGE_DIRECTORY_STORAGE
}

fn by_class(uid: &str) -> Option<&'static str> {
    // Whole branches of the standard's tree of storage classes, then single classes.
    const STORAGE: &str = "1.2.840.10008.5.1.4.1.1.";
    let class = uid.strip_prefix(STORAGE)?;
    Some(match class.split('.').next().unwrap_or_default() {
        "88" => "is a report, not an image",
        "9" => "is a waveform, not an image",
        "11" => "is a presentation state, not an image",
        "104" => "is a document, not an image",
        "66" => match class {
            "66.4" | "66.7" => "is a segmentation, not an image",
            "66.5" | "66.6" => "is a surface or a set of tracks, not an image",
            "66.1" | "66.3" => "is a registration, not an image",
            _ => "holds raw data, not an image",
        },
        "67" => "is a table of real-world values, not an image",
        "481" => match class {
            "481.1" => return None,
            "481.2" => "is a radiotherapy dose grid, not a CT",
            "481.3" => "is a set of radiotherapy contours, not an image",
            _ => "is a radiotherapy plan or record, not an image",
        },
        "4" if class == "4.2" => "is a spectroscopy, not an image",
        _ => return None,
    })
}

fn by_modality(modality: &str) -> Option<&'static str> {
    Some(match modality {
        "SR" | "KO" => "is a report, not an image",
        "SEG" => "is a segmentation, not an image",
        "RTSTRUCT" => "is a set of radiotherapy contours, not an image",
        "RTPLAN" | "RTRECORD" => "is a radiotherapy plan or record, not an image",
        "RTDOSE" => "is a radiotherapy dose grid, not a CT",
        "PR" => "is a presentation state, not an image",
        "ECG" | "HD" | "EPS" | "AU" => "is a waveform, not an image",
        "REG" => "is a registration, not an image",
        "RWV" => "is a table of real-world values, not an image",
        "DOC" => "is a document, not an image",
        _ => return None,
    })
}
