//! Every file and folder of the odd collection, by its own table: what becomes of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use triscope::ingest::{self, DefectCode, Series};
use triscope::jobs::JobContext;

/// What becomes of an entry.
enum Becomes {
    /// A volume of this size as the first of so many series, with these remarks, which the headers show.
    Volume([usize; 3], usize, &'static [DefectCode]),
    /// One picture without planes: a word of the reason.
    Picture(&'static str),
    /// Listed, not shown: a word of the reason.
    Listed(&'static str),
    /// Passed over: a word of the reason.
    Passed(&'static str),
}

use Becomes::{Listed, Passed, Picture, Volume};
use DefectCode as D;

const ONE: &str = "only one slice";
const NOWHERE: &str = "do not say where their slices lie";
const REFERENCE: [usize; 3] = [96, 96, 16];

/// In the order of the collection's README, which says what each one is.
const TABLE: [(&str, Becomes); 94] = [
    ("transfer-syntax/ct-1.2-implicit-le.dcm", Picture(ONE)),
    ("transfer-syntax/ct-1.2.1-explicit-le.dcm", Picture(ONE)),
    ("transfer-syntax/ct-1.2.2-explicit-be.dcm", Picture(ONE)),
    ("transfer-syntax/ct-1.2.1.99-deflated.dcm", Picture(ONE)),
    ("transfer-syntax/ct-1.2.5-rle.dcm", Picture(ONE)),
    ("transfer-syntax/ct-4.50-jpeg-baseline-8bit.dcm", Picture(ONE)),
    ("transfer-syntax/ct-4.51-jpeg-extended-12bit.dcm", Picture(ONE)),
    ("transfer-syntax/ct-4.53-jpeg-spectral.dcm", Picture(ONE)),
    ("transfer-syntax/ct-4.55-jpeg-progressive.dcm", Picture(ONE)),
    ("transfer-syntax/ct-4.57-jpeg-lossless-p14.dcm", Picture(ONE)),
    ("transfer-syntax/ct-4.70-jpeg-lossless-sv1.dcm", Picture(ONE)),
    ("transfer-syntax/ct-4.80-jpegls-lossless.dcm", Picture(ONE)),
    ("transfer-syntax/ct-4.81-jpegls-near.dcm", Picture(ONE)),
    ("transfer-syntax/ct-4.90-j2k-lossless.dcm", Picture(ONE)),
    ("transfer-syntax/ct-4.91-j2k-lossy.dcm", Picture(ONE)),
    ("transfer-syntax/HTJ2KLossless_08_RGB.dcm", Listed("coloured")),
    ("transfer-syntax/nema-mr1_jply.dcm", Picture(ONE)),
    ("transfer-syntax/jpeg_ls.dcm", Picture(ONE)),
    ("enhanced-multiframe/eCT_Supplemental.dcm", Volume([512, 512, 2], 1, &[D::NotHu])),
    // Their functional groups were taken out.
    ("enhanced-multiframe/emri_small.dcm", Picture("does not say where they lie")),
    ("enhanced-multiframe/emri_small_jpeg_ls_lossless.dcm", Picture("does not say where they lie")),
    ("enhanced-multiframe/IM-0001-0170-0001.dcm", Volume([256, 256, 8], 1, &[D::NotCt])),
    ("enhanced-multiframe/mf.dcm", Volume([24, 38, 3], 1, &[])),
    ("enhanced-multiframe/multiframe-test1.dcm", Picture("does not say where they lie")),
    ("gantry-tilt/dicom2nifti-001/", Volume([512, 521, 4], 1, &[D::GantryTilt, D::NoWindow])),
    ("scouts-and-dose-pages/philips-phantom-S4010/", Picture("share one position")),
    ("not-a-volume/dicom2nifti-001/", Picture("share one position")),
    ("slice-increment/dicom2nifti-001/", Volume([512, 512, 5], 1, &[D::MissingSlices, D::NoWindow])),
    ("orientation/rt-utils-oriented/", Volume([100, 50, 3], 1, &[D::NoWindow])),
    ("no-pixel-data/rtplan.dcm", Passed("plan")),
    ("no-pixel-data/waveform_ecg.dcm", Passed("waveform")),
    ("broken/no_meta.dcm", Picture(ONE)),
    ("broken/MR_truncated.dcm", Listed(ONE)),
    ("broken/badVR.dcm", Passed("dose grid")),
    ("broken/MR_small_padded.dcm", Picture(ONE)),
    ("broken/J2K_pixelrep_mismatch.dcm", Picture(ONE)),
    ("broken/dwv-test_no-number-rows.dcm", Passed("Rows")),
    ("broken/CR-MONO1-10-chest", Picture(NOWHERE)),
    ("broken/explicit_VR-UN.dcm", Picture(ONE)),
    // A zip of two slices, one of them without its size.
    ("broken/dwv-test_bad.zip", Listed(NOWHERE)),
    ("broken/image_dfl.dcm", Picture(NOWHERE)),
    ("colour/TestPattern_RGB.dcm", Listed("coloured")),
    ("colour/TestPattern_Palette_16.dcm", Listed("coloured")),
    ("colour/TestPattern_JPEG-Baseline_YBR422.dcm", Listed("coloured")),
    ("colour/SC_rgb_jpeg_dcmtk.dcm", Listed("coloured")),
    ("colour/SC_rgb_small_odd.dcm", Listed("coloured")),
    ("colour/FreezePattern.dcm", Listed("coloured")),
    ("lut-window/vlut_04.dcm", Picture(NOWHERE)),
    ("lut-window/mlut_18.dcm", Picture(NOWHERE)),
    ("float-pixels/parametric_map_float.dcm", Picture(NOWHERE)),
    ("seg/dcmqi-23x38x3/", Volume([23, 38, 3], 1, &[])),
    ("seg/dcmqi-23x38x3/label.seg", Passed("segmentation")),
    ("seg/dcmqi-ct-3slice/", Volume([512, 512, 3], 1, &[D::Padding])),
    ("seg/dcmqi-ct-3slice/liver.dcm", Passed("segmentation")),
    ("seg/dcmqi-ct-3slice/partial_overlaps.dcm", Passed("segmentation")),
    ("seg/sparse-labelmap-ppv5.dcm", Passed("segmentation")),
    ("sr/sr.dcm", Passed("report")),
    ("sr/seg.dcm", Passed("segmentation")),
    ("sr/rwvm.dcm", Passed("real-world values")),
    ("sr/sr_document.dcm", Passed("report")),
    ("sr/sr-circle.dcm", Passed("report")),
    ("rt/rt-utils/ct_1.dcm", Picture(ONE)),
    ("rt/rt-utils/ct_2.dcm", Picture(ONE)),
    ("rt/rt-utils/rt.dcm", Passed("contours")),
    ("rt/rtdose.dcm", Passed("dose grid")),
    ("pet/sts-001/", Volume([41, 43, 59], 1, &[D::NotCt, D::NoWindow])),
    ("pet/sts-001/RS.dcm", Passed("contours")),
    ("other-formats/breast1_image.nrrd", Volume([45, 120, 21], 1, &[D::AssumedHu])),
    ("other-formats/prostate_phantom_subvolume.nrrd", Volume([82, 67, 13], 1, &[D::AssumedHu])),
    ("other-formats/sts001-pet.nii.gz", Volume([41, 43, 59], 1, &[D::AssumedHu])),
    ("old-8bit/gdcm-CT-MONO2-8-abdo.dcm", Picture(NOWHERE)),
    ("multi-phase/dwv-toutatix/osirix-toutatix-100.dcm", Picture(ONE)),
    ("multi-phase/dwv-toutatix/osirix-toutatix-101.dcm", Picture(ONE)),
    // One of its CT series has a slice that lies 200 mm away from the three others: a part of its own.
    ("dicomdir/", Volume([16, 16, 5], 24, &[D::Padding])),
    ("derived/reference/", Volume(REFERENCE, 1, &[])),
    ("derived/missing-slices/", Volume(REFERENCE, 1, &[D::MissingSlices])),
    ("derived/duplicate-positions/", Volume(REFERENCE, 1, &[D::DuplicateSlices])),
    ("derived/duplicate-files/", Volume(REFERENCE, 1, &[D::DuplicateSlices])),
    ("derived/instance-number-shuffled/", Volume(REFERENCE, 1, &[])),
    ("derived/prone-orientation/", Volume(REFERENCE, 1, &[])),
    ("derived/sagittal-stack/", Volume([96, 16, 96], 1, &[])),
    ("derived/rescale-per-slice/", Volume(REFERENCE, 1, &[])),
    ("derived/two-series-one-folder/", Volume(REFERENCE, 3, &[])),
    ("derived/no-rescale-tags/", Volume(REFERENCE, 1, &[D::NoRescale])),
    ("derived/non-square-pixels/", Volume([48, 96, 16], 1, &[])),
    ("derived/one-slice-other-matrix/", Volume(REFERENCE, 1, &[D::MixedSize, D::MissingSlices])),
    ("derived/one-slice-truncated/", Volume(REFERENCE, 1, &[D::Truncated])),
    ("derived/junk-in-folder/", Volume(REFERENCE, 1, &[])),
    ("derived/names-nested-unicode/", Volume(REFERENCE, 1, &[])),
    ("derived/padding-value/", Volume(REFERENCE, 1, &[D::Padding])),
    ("other-formats/lidc0001-cut.mhd", Volume(REFERENCE, 1, &[D::AssumedHu])),
    ("other-formats/lidc0001-cut-compressed.mha", Volume(REFERENCE, 1, &[D::AssumedHu])),
    ("other-formats/lidc0001-cut.nii.gz", Volume(REFERENCE, 1, &[D::AssumedHu])),
    ("other-formats/lidc0001-cut.nrrd", Volume(REFERENCE, 1, &[D::AssumedHu])),
];

#[test]
fn every_entry_of_the_collection_becomes_what_its_table_says() {
    let root = Path::new("../shared/data/odd");
    let Ok(readme) = fs::read_to_string(root.join("README.md")) else {
        eprintln!("skipped: {} is not here", root.display());
        return;
    };
    let listed: BTreeSet<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" | ").next()?.split(" (").next())
        .filter(|entry| entry.contains('/') && !entry.starts_with("file"))
        .collect();
    let known: BTreeSet<&str> = TABLE.iter().map(|(entry, _)| *entry).collect();
    assert_eq!(listed.symmetric_difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new());
    let mut wrong = Vec::new();
    for (entry, becomes) in &TABLE {
        if let Err(what) = check(&root.join(entry), becomes) {
            wrong.push(format!("{entry}: {what}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(path: &Path, becomes: &Becomes) -> Result<(), String> {
    let ctx = JobContext::unobserved();
    let scan = ingest::scan(&[path.to_path_buf()], &ctx).map_err(|e| e.to_string())?;
    let first = scan.series.first();
    let not = |word: &str, said: Option<&str>| match said {
        Some(said) if said.contains(word) => Ok(()),
        other => Err(format!("{other:?} without `{word}`")),
    };
    match *becomes {
        Volume(size, count, defects) => {
            let series = first.ok_or("no series")?;
            let found: Vec<DefectCode> = series.defects.iter().map(|d| d.code).collect();
            if (series.size, scan.series.len(), found.as_slice()) != (size, count, defects) {
                return Err(format!("{:?}, {} series, {found:?}", series.size, scan.series.len()));
            }
            let volume = ingest::begin(series).map_err(|e| e.to_string())?;
            ingest::load(series, &volume, &ctx).map_err(|e| e.to_string())?;
            if volume.is_complete() { Ok(()) } else { Err("not complete".to_owned()) }
        }
        Picture(word) => {
            let series = first.ok_or("no series")?;
            not(word, series.obstacle())?;
            ingest::preview(series, &ctx).map(drop).map_err(|e| e.to_string())
        }
        Listed(word) => not(word, first.and_then(Series::obstacle)),
        Passed(word) if scan.series.is_empty() => not(word, scan.skipped.first().map(|s| s.reason.as_str())),
        Passed(_) => Err(format!("{} series", scan.series.len())),
    }
}
