//! Volume files fill their volume slice after slice, from wherever their voxels are, and nothing of a damaged one
//! becomes a whole volume.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use triscope::ingest::{self, DefectCode, IngestError, Scan};
use triscope::jobs::JobContext;
use triscope::volume::{Unit, Volume};
use triscope::workflow::open::{OpenError, OpenEvent, Opened, open};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use crate::archives::{Files, tar, zip};

const SIZE: [usize; 3] = [4, 3, 7];

/// Voxel n holds n x 37 - 900.
fn voxels() -> Vec<i16> {
    (0..(SIZE[0] * SIZE[1] * SIZE[2]) as i16).map(|n| n * 37 - 900).collect()
}

fn bytes_of(values: &[i16]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).expect("packed");
    packer.finish().expect("packed")
}

/// A header of NRRD; `data` are lines about where the voxels are.
fn nrrd(kind: &str, encoding: &str, data: &str) -> Vec<u8> {
    let [columns, rows, depth] = SIZE;
    format!(
        "NRRD0004\ntype: {kind}\ndimension: 3\nspace: left-posterior-superior\nsizes: {columns} {rows} {depth}\n\
         space directions: (0.7,0,0) (0,0.8,0) (0,0,2.5)\nendian: little\nencoding: {encoding}\n\
         space origin: (-10,5,100)\n{data}\n"
    )
    .into_bytes()
}

fn mhd(data: &str) -> Vec<u8> {
    let [columns, rows, depth] = SIZE;
    format!(
        "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n\
         TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = -10 5 100\nElementSpacing = 0.7 0.8 2.5\n\
         DimSize = {columns} {rows} {depth}\nElementType = MET_SHORT\nElementDataFile = {data}\n"
    )
    .into_bytes()
}

fn write(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("written");
    (folder, path)
}

/// What was told while a file was opened: volumes that could be shown, and which slices were there at the first one.
#[derive(Default)]
struct Told {
    began: Vec<Arc<Volume>>,
    first: Vec<usize>,
    scan: Option<Arc<Scan>>,
}

fn opened(path: &Path) -> (Result<Opened, OpenError>, Told) {
    let mut told = Told::default();
    let there = |volume: &Volume| {
        (0..volume.grid().size()[2]).filter(|k| volume.value([0, 0, *k]).is_some()).collect::<Vec<_>>()
    };
    let result = open(&[path.to_path_buf()], None, &JobContext::unobserved(), |event| match event {
        OpenEvent::Scanned { scan, .. } => told.scan = Some(scan),
        OpenEvent::Began { volume, .. } => told.began.push(volume),
        OpenEvent::FirstSlice => told.first = there(told.began.last().expect("begun")),
    });
    (result, told)
}

fn values(volume: &Volume) -> Vec<i16> {
    volume.int16().expect("whole numbers").all().concat()
}

#[test]
fn slices_are_shown_as_they_come_the_middle_one_first_where_it_can_be_had() {
    let plain = bytes_of(&voxels());
    let attached = [nrrd("short", "raw", ""), plain.clone()].concat();
    let skipped = [nrrd("short", "raw", "byte skip: -1\n"), b"xyz".to_vec(), plain.clone()].concat();
    let local = [mhd("LOCAL"), plain.clone()].concat();
    for (name, bytes) in [("a.nrrd", &attached), ("b.nrrd", &skipped), ("c.mha", &local)] {
        let (_kept, path) = write(name, bytes);
        let (found, told) = opened(&path);
        let found = found.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(values(&found.volume), voxels(), "{name}");
        assert_eq!((told.began.len(), told.first), (1, vec![3]), "{name}: the middle one");
        // A bare tar has places, too.
        let (_kept, path) = write("x.tar", &tar(&vec![(name.to_owned(), bytes.clone())]));
        let (found, told) = opened(&path);
        assert_eq!(values(&found.expect("opens").volume), voxels());
        assert_eq!(told.first, [3]);
    }
    // A stream has none: it is told when the one that is looked at is there, before the last ones are unpacked.
    let packed = [nrrd("short", "gzip", ""), gzip(&plain)].concat();
    for (name, bytes) in [("d.nrrd", packed), ("e.nrrd.gz", gzip(&attached))] {
        let (_kept, path) = write(name, &bytes);
        let (found, told) = opened(&path);
        assert_eq!(values(&found.expect("opens").volume), voxels());
        assert!(
            told.first.starts_with(&[0, 1, 2, 3]) && told.first.len() < SIZE[2],
            "{name}: {:?}",
            told.first
        );
    }
}

#[test]
fn cancelling_ends_reading_between_two_slices() {
    let plain = bytes_of(&voxels());
    let packed = [nrrd("short", "gzip", ""), gzip(&plain)].concat();
    for bytes in [[mhd("LOCAL"), plain.clone()].concat(), packed] {
        let (_kept, path) = write("x", &bytes);
        let ctx = JobContext::unobserved();
        let mut begun = None;
        let stopped = open(&[path], None, &ctx, |event| match event {
            OpenEvent::Began { volume, .. } => begun = Some(volume),
            OpenEvent::FirstSlice => ctx.cancel(),
            OpenEvent::Scanned { .. } => {}
        });
        assert!(matches!(stopped, Err(OpenError::Cancelled(_))), "{stopped:?}");
        assert!(!begun.expect("begun").is_complete());
    }
}

#[test]
fn types_that_can_hold_fractions_are_whole_numbers_as_long_as_they_are() {
    let whole = voxels();
    let of_floats = |values: &[f32]| -> Vec<u8> { values.iter().flat_map(|v| v.to_le_bytes()).collect() };
    let floats: Vec<f32> = whole.iter().map(|v| f32::from(*v)).collect();
    let mut halves = floats.clone();
    // Behind the slices that are looked at first: the middle one, and of a stream the first one.
    let last = halves.len() - 5;
    halves[last] += 0.5;
    for encoding in ["raw", "gzip"] {
        let file = |values: &[f32]| {
            let data = of_floats(values);
            [nrrd("float", encoding, ""), if encoding == "gzip" { gzip(&data) } else { data }].concat()
        };
        let (_kept, path) = write("whole.nrrd", &file(&floats));
        let (found, told) = opened(&path);
        assert_eq!(values(&found.expect("opens").volume), whole);
        assert_eq!(told.began.len(), 1);
        // What turned out not to be whole comes as another volume, when all of it is there.
        let (_kept, path) = write("halves.nrrd", &file(&halves));
        let (found, told) = opened(&path);
        let volume = found.expect("opens").volume;
        assert_eq!(volume.float32().expect("real numbers").all().concat(), halves);
        let [first, second] = told.began.as_slice() else { panic!("{} volumes", told.began.len()) };
        assert!(!first.is_complete() && Arc::ptr_eq(second, &volume));
        // Told by the slices that are looked at first.
        let quarters: Vec<f32> = floats.iter().map(|v| v + 0.25).collect();
        let (_kept, path) = write("quarters.nrrd", &file(&quarters));
        let (found, told) = opened(&path);
        let volume = found.expect("opens").volume;
        assert_eq!(volume.float32().expect("real numbers").all().concat(), quarters);
        assert!(told.began.len() == 1 && told.began[0].is_complete() && told.first.is_empty());
    }
}

#[test]
fn values_that_are_no_numbers_are_shown_as_air_and_told_by_their_slices() {
    let mut floats: Vec<f32> = voxels().into_iter().map(f32::from).collect();
    let slice = SIZE[0] * SIZE[1];
    floats[2 * slice + 5] = f32::NAN;
    floats[6 * slice..].fill(f32::NEG_INFINITY);
    let data: Vec<u8> = floats.iter().flat_map(|v| v.to_le_bytes()).collect();
    for (name, bytes) in [
        ("raw.nrrd", [nrrd("float", "raw", ""), data.clone()].concat()),
        ("packed.nrrd", [nrrd("float", "gzip", ""), gzip(&data)].concat()),
    ] {
        let (_kept, path) = write(name, &bytes);
        let found = opened(&path).0.unwrap_or_else(|e| panic!("{name}: {e}"));
        let told = found.defects.iter().find(|d| d.code == DefectCode::NotHu).expect("told");
        assert_eq!(told.slices, [2, 6]);
        assert!(told.text.starts_with("13 values in slices 3 and 7 are no numbers"), "{}", told.text);
        let mut expected = voxels();
        expected[2 * slice + 5] = -1000;
        expected[6 * slice..].fill(-1000);
        assert_eq!(values(&found.volume), expected, "{name}");
        // What teaches a network is not read so.
        let ctx = JobContext::unobserved();
        let refused = ingest::read_volume(&path, Unit::Hu, &ctx).expect_err("no numbers").to_string();
        assert!(refused.contains("no numbers"), "{refused}");
    }
}

#[test]
fn voxels_in_several_members_of_an_archive_come_in_the_order_of_their_names() {
    let plain = bytes_of(&voxels());
    let slice = plain.len() / SIZE[2];
    let parts: Files = plain
        .chunks(slice)
        .enumerate()
        .map(|(n, bytes)| (format!("a/s{n:02}.raw"), bytes.to_vec()))
        .collect();
    let names: String = (0..SIZE[2]).map(|n| format!("s{n:02}.raw\n")).collect();
    let list = nrrd("short", "raw", &format!("data file: LIST\n{names}"));
    let list = list.strip_suffix(b"\n").expect("a line").to_vec();
    let packed: Files = parts.iter().map(|(name, b)| (name.replace(".raw", ".raw.gz"), gzip(b))).collect();
    let of_packed = nrrd("short", "gzip", "data file: s%02d.raw.gz 0 6 1\n");
    let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, header, data) in [
        ("a/ct.nhdr", list.clone(), &parts),
        ("a/ct.nhdr", nrrd("short", "raw", "data file: s%02d.raw 0 6 1\n"), &parts),
        ("a/ct.nhdr", of_packed, &packed),
        ("a/ct.mhd", [mhd("LIST"), names.clone().into_bytes()].concat(), &parts),
        ("a/ct.mhd", mhd("s%02d.raw 0 6 1"), &parts),
    ] {
        let mut files = data.clone();
        files.push((name.to_owned(), header));
        for (archive, bytes) in
            [("x.zip", zip(&files, deflated)), ("x.tar", tar(&files)), ("x.tar.gz", gzip(&tar(&files)))]
        {
            let (_kept, path) = write(archive, &bytes);
            let (found, _) = opened(&path);
            let found = found.unwrap_or_else(|e| panic!("{archive}, {name}: {e}"));
            assert_eq!(values(&found.volume), voxels(), "{archive}, {name}");
            // Its parts are no files of their own.
            assert!(found.scan.skipped.is_empty(), "{archive}: {:?}", found.scan.skipped);
        }
    }
    // One that is not there, and one that is short.
    let mut files = parts.clone();
    files.remove(2);
    files.push(("a/ct.nhdr".to_owned(), list.clone()));
    let (_kept, path) = write("x.zip", &zip(&files, deflated));
    let error = opened(&path).0.expect_err("a part is missing").to_string();
    assert!(error.contains("s02.raw, which is not in the archive"), "{error}");
    let mut files = parts;
    files[4].1.truncate(5);
    files.push(("a/ct.nhdr".to_owned(), list));
    let (_kept, path) = write("x.tar", &tar(&files));
    let error = opened(&path).0.expect_err("a part is short").to_string();
    assert!(error.contains("s04.raw holds 5"), "{error}");
}

#[test]
fn of_a_damaged_file_nothing_is_whole_and_its_series_says_why_from_then_on() {
    let plain = bytes_of(&voxels());
    let whole = [nrrd("short", "gzip", ""), gzip(&plain)].concat();
    let mut sum = whole.clone();
    // In the checksum, which is read when all slices are there.
    let at = sum.len() - 6;
    sum[at] ^= 1;
    let cut = [mhd("LOCAL"), plain[..plain.len() - 3].to_vec()].concat();
    for (name, bytes, code) in [
        ("sum.nrrd", sum, DefectCode::Truncated),
        ("cut.nrrd", whole[..whole.len() - 12].to_vec(), DefectCode::Truncated),
        ("cut.mha", cut, DefectCode::Truncated),
        ("alone.mhd", mhd("elsewhere.raw"), DefectCode::NoPixelData),
    ] {
        let (_kept, path) = write(name, &bytes);
        let (found, told) = opened(&path);
        let Err(OpenError::Ingest(IngestError::Unread(defect))) = found else { panic!("{name}: {found:?}") };
        assert_eq!(defect.code, code, "{name}: {}", defect.text);
        assert!(told.began.iter().all(|volume| !volume.is_complete()), "{name}");
        let scan = told.scan.expect("scanned");
        let series = &scan.series[0];
        assert_eq!(series.unread(), Some(&defect));
        assert!(!series.usable() && !series.classifiable());
        assert_eq!(series.obstacle(), Some(defect.text.as_str()));
    }
    // Nobody need open it: its small picture shows it.
    let (_kept, path) = write("alone.mhd", &mhd("elsewhere.raw"));
    let ctx = JobContext::unobserved();
    let scan = ingest::scan(&[path], &ctx).expect("scans");
    assert!(scan.series[0].usable() && ingest::preview(&scan.series[0], &ctx).is_err());
    assert!(!scan.series[0].usable());
}
