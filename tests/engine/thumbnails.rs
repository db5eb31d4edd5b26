//! Small pictures of series, made from one slice each.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use dicom_core::VR;
use dicom_dictionary_std::tags;
use triscope::ingest::{DefectCode, Scan, scan};
use triscope::jobs::JobContext;
use triscope::session::Thumbnail;
use triscope::volume::Preset;
use triscope::workflow::open::open;
use triscope::workflow::thumbnails::thumbnails;

use crate::slice_files::{Pixels, Slice, folder};

fn scanned(folder: &Path) -> Scan {
    scan(&[folder.to_owned()], &JobContext::unobserved()).expect("scanned")
}

fn pictures(scan: &Scan) -> Vec<Option<Thumbnail>> {
    let all: Vec<usize> = (0..scan.series.len()).collect();
    let mut found = vec![None; all.len()];
    thumbnails(scan, &all, &JobContext::unobserved(), |index, picture| found[index] = picture).expect("done");
    found
}

fn of(series: &str, slice: Slice) -> Slice {
    Slice { series: series.to_owned(), ..slice }
}

#[test]
fn every_series_that_can_be_decoded_has_the_picture_of_its_middle_slice() {
    let mut slices: Vec<Slice> = (0..5).map(|k| of("2.25.1", Slice::axial(k))).collect();
    slices.push(of("2.25.2", Slice::axial(0)));
    let unread =
        Slice { pixels: Pixels::Fragment(vec![0; 64]), syntax: "1.2.840.10008.1.2.4.57", ..Slice::axial(1) };
    slices.push(of("2.25.3", unread));
    let mut coloured = of("2.25.4", Slice::axial(2));
    coloured.more.push((tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "PALETTE COLOR".to_owned()));
    slices.push(coloured);
    let folder = folder(&slices);
    let scan = scanned(folder.path());
    let uids: Vec<&str> = scan.series.iter().map(|s| s.uid.as_str()).collect();
    assert_eq!(uids[0], "2.25.1", "{uids:?}");
    let found = pictures(&scan);
    let of = |uid: &str| found[uids.iter().position(|u| *u == uid).expect("found")].as_ref();
    // The volume's middle slice in the window that the program begins with: 1200 + pixel - 1024 HU.
    let volume = of("2.25.1").expect("a picture");
    let level = |hu: f64| (Preset::Lung.window([0.0, 0.0]).grey(hu) * 255.0).round() as u8;
    assert_eq!((volume.size_px, volume.levels[0], volume.levels[53]), ([9, 6], level(176.0), level(223.0)));
    // One slice is no volume and says so; its picture is there all the same, in the file's own window.
    let lone = &scan.series[uids.iter().position(|u| *u == "2.25.2").expect("found")];
    assert!(lone.defects.iter().any(|d| d.code == DefectCode::SingleSlice) && !lone.classifiable());
    let grey = |stored: f64| (((stored - 1024.0 - 40.0) / 400.0 + 0.5) * 255.0).round() as u8;
    assert_eq!(of("2.25.2").expect("a picture").levels[0], grey(1000.0));
    assert_eq!([of("2.25.3"), of("2.25.4")], [None, None]);
}

#[test]
fn the_picture_of_a_volume_is_that_of_the_slice_in_the_volume() {
    let slices: Vec<Slice> = (0..7).map(Slice::axial).collect();
    let folder = folder(&slices);
    let whole = open(&[folder.path().to_owned()], None, &JobContext::unobserved(), |_| {}).expect("opens");
    let found = pictures(&whole.scan);
    let window = Preset::Lung.window([0.0, 0.0]);
    let value = whole.volume.value([0, 0, 3]).expect("complete");
    let level = (window.grey(f64::from(value)) * 255.0).round() as u8;
    assert_eq!(found[0].as_ref().expect("a picture").levels[0], level);
}

#[test]
fn a_cancelled_job_stops_before_the_next_series() {
    let slices: Vec<Slice> = (0..6).map(|n| of(&format!("2.25.{}", 10 + n), Slice::axial(n))).collect();
    let folder = folder(&slices);
    let scan = scanned(folder.path());
    assert_eq!(scan.series.len(), 6);
    let ctx = JobContext::unobserved();
    let made = AtomicUsize::new(0);
    let ended = thumbnails(&scan, &[0, 1, 2, 3, 4, 5], &ctx, |_, _| {
        if made.fetch_add(1, Ordering::Relaxed) == 1 {
            ctx.cancel();
        }
    });
    assert!(ended.is_err());
    assert_eq!(made.into_inner(), 2);
}
