//! Archives: what lies in them opens as if it lay in a folder, and none of them does harm.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use triscope::ingest::{self, DefectCode, Private, Scan};
use triscope::jobs::JobContext;
use triscope::workflow::open::{OpenError, Opened, Reading, open, open_as};
use zip::unstable::write::FileOptionsExt;
use zip::write::SimpleFileOptions;
use zip::{AesMode, CompressionMethod, ZipWriter};

use crate::slice_files::{Slice, folder};

const PASSWORD: &str = "a long pass phrase";

/// Names and bytes, in the order of their names.
pub type Files = Vec<(String, Vec<u8>)>;

pub fn slices() -> (tempfile::TempDir, Files) {
    let folder = folder(&(0..9).map(Slice::axial).collect::<Vec<_>>());
    let mut files: Files = fs::read_dir(folder.path())
        .expect("listed")
        .flatten()
        .map(|e| {
            let name = e.file_name().into_string().expect("plain");
            (format!("study/{name}"), fs::read(e.path()).expect("read"))
        })
        .collect();
    files.sort();
    (folder, files)
}

pub fn zip(files: &Files, options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name, options).expect("begun");
        writer.write_all(bytes).expect("written");
    }
    writer.finish().expect("finished").into_inner()
}

fn deflated() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

pub fn tar(files: &Files) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        // A name that leads upwards is refused by the builder's own way to set one.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, bytes.as_slice()).expect("added");
    }
    builder.into_inner().expect("finished")
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).expect("packed");
    packer.finish().expect("packed")
}

/// In two frames, as parallel writers make them.
pub fn zstandard(bytes: &[u8]) -> Vec<u8> {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    let (a, b) = bytes.split_at(bytes.len() / 3);
    [a, b].iter().flat_map(|part| compress_to_vec(*part, CompressionLevel::Fastest)).collect()
}

pub fn write(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("written");
    (folder, path)
}

pub fn opened(path: &Path) -> Result<Opened, OpenError> {
    open(&[path.to_path_buf()], None, &JobContext::unobserved(), |_| {})
}

pub fn scanned(path: &Path) -> Scan {
    ingest::scan(&[path.to_path_buf()], &JobContext::unobserved()).expect("a path that is there")
}

pub fn is_the_same(a: &Opened, b: &Opened) {
    assert_eq!(a.volume.grid(), b.volume.grid());
    assert_eq!(a.defects, b.defects);
    let (a, b) = (a.volume.int16().expect("whole"), b.volume.int16().expect("whole"));
    assert!(a.all() == b.all() && !a.all().is_empty());
}

#[test]
fn every_kind_of_archive_gives_the_volume_of_the_folder() {
    let (folder, files) = slices();
    let plain = opened(folder.path()).expect("a folder");
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in [
        ("deflated.zip", zip(&files, deflated())),
        ("stored.zip", zip(&files, stored)),
        ("bare.tar", tar(&files)),
        ("packed.tar.gz", gzip(&tar(&files))),
        ("packed.tar.zst", zstandard(&tar(&files))),
        // Content decides.
        ("no extension", gzip(&tar(&files))),
    ] {
        let (_kept, path) = write(name, &bytes);
        let found = opened(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
        is_the_same(&found, &plain);
        assert!(found.scan.skipped.is_empty(), "{name}: {:?}", found.scan.skipped);
        assert_eq!(found.series().files.len(), 9);
        assert!(found.series().files[0].starts_with(&path), "{:?}", found.series().files[0]);
        assert_eq!(fs::read_dir(path.parent().expect("a folder")).expect("listed").count(), 1);
    }
}

#[test]
fn archives_in_archives_are_looked_into_to_a_depth() {
    let (folder, files) = slices();
    let plain = opened(folder.path()).expect("a folder");
    let inner = zip(&files, deflated());
    let nested = gzip(&tar(&vec![("inner.zip".to_owned(), inner.clone())]));
    let (_kept, path) = write("outer.tar.gz", &nested);
    is_the_same(&opened(&path).expect("nested"), &plain);
    let in_zip = zip(&vec![("a/inner.zip".to_owned(), inner.clone())], deflated());
    let (_kept, path) = write("outer.zip", &in_zip);
    is_the_same(&opened(&path).expect("nested"), &plain);
    let mut deep = inner;
    for _ in 0..5 {
        deep = zip(&vec![("deeper.zip".to_owned(), deep)], deflated());
    }
    let (_kept, path) = write("deep.zip", &deep);
    let refused = opened(&path).expect_err("too deep").to_string();
    assert!(refused.contains("too many others"), "{refused}");
}

#[test]
fn an_archive_in_a_folder_is_looked_into_where_no_image_lies_beside_it() {
    let (folder, files) = slices();
    let plain = opened(folder.path()).expect("a folder");
    let (alone, _) = write("study.zip", &zip(&files, deflated()));
    is_the_same(&opened(alone.path()).expect("a folder with an archive"), &plain);
    fs::write(folder.path().join("copy.zip"), zip(&files, deflated())).expect("written");
    let beside = opened(folder.path()).expect("a folder");
    is_the_same(&beside, &plain);
    assert!(beside.scan.skipped.iter().any(|s| s.reason.contains("copy.zip is an archive beside images")));
}

#[test]
fn a_locked_zip_opens_with_its_password_and_says_so_without() {
    let (folder, files) = slices();
    let plain = opened(folder.path()).expect("a folder");
    let old = deflated().with_deprecated_encryption(PASSWORD.as_bytes()).expect("a password");
    for (name, bytes) in [
        ("aes.zip", zip(&files, deflated().with_aes_encryption(AesMode::Aes256, PASSWORD))),
        ("old.zip", zip(&files, old)),
    ] {
        let (_kept, path) = write(name, &bytes);
        let attempt = |password: Option<&str>| {
            let password = password.map(|p| Private::new(p.to_owned()));
            let ctx = JobContext::unobserved();
            open_as(
                std::slice::from_ref(&path),
                None,
                Reading { password: password.as_ref(), ..Reading::default() },
                &ctx,
                |_| {},
            )
        };
        is_the_same(&attempt(Some(PASSWORD)).unwrap_or_else(|e| panic!("{name}: {e}")), &plain);
        let Err(OpenError::Locked(archive)) = attempt(None) else { panic!("{name} is locked") };
        assert!(!archive.0.wrong && archive.to_string().starts_with(name), "{archive}");
        // One wrong password in 256 passes the first check of the old encryption.
        for n in 0..600 {
            let Err(error) = attempt(Some(&format!("wrong {n}"))) else { panic!("{name}: {n}") };
            assert!(matches!(&error, OpenError::Locked(a) if a.0.wrong), "{name}: {n}: {error}");
            assert!(!error.to_string().contains("wrong "), "{error}");
            if name == "aes.zip" && n > 3 {
                break;
            }
        }
    }
}

#[test]
fn what_unpacks_to_very_much_is_refused_in_words_and_soon() {
    let began = Instant::now();
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    let mut header = tar::Header::new_gnu();
    header.set_path("zeros").expect("fits");
    header.set_size(8 << 30);
    header.set_cksum();
    packer.write_all(header.as_bytes()).expect("packed");
    let zeros = vec![0; 1 << 20];
    for _ in 0..600 {
        packer.write_all(&zeros).expect("packed");
    }
    let (_kept, path) = write("bomb.tar.gz", &packer.finish().expect("packed"));
    let refused = opened(&path).expect_err("a bomb").to_string();
    assert!(refused.contains("100 times its size"), "{refused}");
    // A zip is never unpacked as a whole: a member is read as far as its header goes.
    let many: Files = (0..40).map(|n| (format!("{n}"), vec![0; 16 << 20])).collect();
    let (_kept, path) = write("bomb.zip", &zip(&many, deflated()));
    let refused = opened(&path).expect_err("no images").to_string();
    assert!(refused.contains("None of the 40 files"), "{refused}");
    assert!(began.elapsed() < Duration::from_secs(120), "{:?}", began.elapsed());
}

#[test]
fn names_that_lead_upwards_write_nothing_and_hide_nothing() {
    let (_folder, files) = slices();
    let files: Files = files.into_iter().enumerate().map(|(n, (_, b))| (format!("../../{n}"), b)).collect();
    let (kept, path) = write("upwards.tar", &tar(&files));
    let found = opened(&path).expect("a volume");
    assert_eq!(found.volume.grid().size()[2], 9);
    assert!(found.series().files.iter().all(|f| f.parent() == Some(&path)), "{:?}", found.series().files);
    assert_eq!(fs::read_dir(kept.path()).expect("listed").count(), 1);
}

#[test]
fn thousands_of_members_are_looked_at_soon() {
    let (_folder, files) = slices();
    let mut many: Files =
        (0..20_000).map(|n| (format!("notes/{n}.txt"), b"a line of text".to_vec())).collect();
    many.extend(files);
    let (_kept, path) = write("many.zip", &zip(&many, deflated()));
    let began = Instant::now();
    let found = opened(&path).expect("a volume");
    assert_eq!((found.volume.grid().size()[2], found.scan.skipped.len()), (9, 20_000));
    // Seconds on two busy cores; a look through all names for each name would take minutes.
    assert!(began.elapsed() < Duration::from_secs(120), "{:?}", began.elapsed());
}

#[test]
fn archives_cut_anywhere_are_read_as_far_as_they_go_or_refused_in_words() {
    let (_folder, files) = slices();
    for (name, bytes) in [
        ("cut.zip", zip(&files, deflated())),
        ("cut.tar", tar(&files)),
        ("cut.tar.gz", gzip(&tar(&files))),
        ("cut.tar.zst", zstandard(&tar(&files))),
    ] {
        for percent in 0..100 {
            let (_kept, path) = write(name, &bytes[..bytes.len() * percent / 100]);
            if let Err(refused) = opened(&path) {
                let refused = refused.to_string();
                assert!(refused.len() > 20 && !refused.contains('\n'), "{name} {percent}: {refused}");
            }
        }
    }
    // Of a tar that was cut the slices before that are there, and the loss is said.
    let whole = tar(&files);
    let (_kept, path) = write("cut.tar.gz", &gzip(&whole[..whole.len() / 2]));
    let scan = scanned(&path);
    assert!(scan.series.first().is_some_and(|s| (2..9).contains(&s.files.len())), "{:?}", scan.series);
    assert!(scan.skipped.iter().any(|s| s.reason.contains("members behind")), "{:?}", scan.skipped);
}

#[test]
fn what_is_said_of_damage_names_no_member() {
    let (_folder, files) = slices();
    let files: Files = files.into_iter().map(|(name, b)| (format!("MUSTERMANN\n{name}"), b)).collect();
    let mut whole = tar(&files);
    // The size in the last header, in letters.
    let last = whole.windows(10).rposition(|w| w == b"MUSTERMANN").expect("a header");
    whole[last + 124..last + 130].copy_from_slice(b"xyzxyz");
    let sum: u32 =
        (0..512).map(|n| if (148..156).contains(&n) { 32 } else { u32::from(whole[last + n]) }).sum();
    whole[last + 148..last + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    for (name, bytes) in [("damaged.tar", whole.clone()), ("damaged.tar.gz", gzip(&whole))] {
        let (_kept, path) = write(name, &bytes);
        let scan = scanned(&path);
        assert_eq!(scan.series.iter().map(|s| s.files.len()).collect::<Vec<_>>(), [8], "{name}");
        let [lost] = scan.skipped.as_slice() else { panic!("{name}: {:?}", scan.skipped) };
        assert!(lost.reason.starts_with(name) && lost.reason.contains("members behind"), "{}", lost.reason);
        assert!(!lost.reason.contains("MUSTERMANN") && !lost.reason.contains('\n'), "{}", lost.reason);
    }
}

#[test]
fn a_volume_file_in_an_archive_opens_where_no_dicom_image_is_beside_it() {
    let nifti = Path::new("../shared/data/odd/other-formats/lidc0001-cut.nii.gz");
    let Ok(bytes) = fs::read(nifti) else {
        eprintln!("skipped: {} is not here", nifti.display());
        return;
    };
    let plain = opened(nifti).expect("opens");
    let volume = ("ct.nii.gz".to_owned(), bytes);
    for (name, packed) in [
        ("volume.zip", zip(&vec![volume.clone()], deflated())),
        ("volume.tar.gz", gzip(&tar(&vec![volume.clone()]))),
    ] {
        let (_kept, path) = write(name, &packed);
        is_the_same(&opened(&path).unwrap_or_else(|e| panic!("{name}: {e}")), &plain);
    }
    let (_folder, mut files) = slices();
    files.push(volume);
    let (_kept, path) = write("both.zip", &zip(&files, deflated()));
    let scan = scanned(&path);
    assert_eq!((scan.series.len(), scan.skipped.len()), (1, 1));
}

/// A header and its voxels in two members: the header's own name for the other one, and the voxels.
pub fn detached(header: &str, data: &str) -> Files {
    let voxels: Vec<u8> = (0..4 * 3 * 6i16).flat_map(|n| (n * 37 - 900).to_le_bytes()).collect();
    let text = if header.ends_with(".mhd") {
        format!(
            "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = -10 5 100\nElementSpacing = 0.7 0.8 2.5\nDimSize = 4 3 6\nElementType = MET_SHORT\nElementDataFile = {data}\n"
        )
    } else {
        format!(
            "NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 4 3 6\nspace directions: (0.7,0,0) (0,0.8,0) (0,0,2.5)\nendian: little\nencoding: raw\nspace origin: (-10,5,100)\ndata file: {data}\n"
        )
    };
    let beside = Path::new(header).parent().expect("a folder").join(data);
    let beside = beside.to_str().expect("plain").replace("/./", "/");
    vec![(beside, voxels), (header.to_owned(), text.into_bytes())]
}

#[test]
fn voxels_in_another_member_are_read_from_the_archive() {
    for (header, data) in [("a/ct.mhd", "ct.raw"), ("a/b/ct.nhdr", "./ct.raw"), ("ct.mhd", "parts/ct.raw")] {
        let mut files = detached(header, data);
        // One of the same name elsewhere is another one.
        files.push(("z/ct.raw".to_owned(), vec![0; 10]));
        for (name, bytes) in [
            ("study.zip", zip(&files, deflated())),
            ("study.tar", tar(&files)),
            ("study.tar.gz", gzip(&tar(&files))),
            ("study.tar.zst", zstandard(&tar(&files))),
        ] {
            let (_kept, path) = write(name, &bytes);
            let found = opened(&path).unwrap_or_else(|e| panic!("{name}, {header}: {e}"));
            assert_eq!(found.volume.grid().size(), [4, 3, 6]);
            assert_eq!(found.volume.value([0, 0, 0]), Some(-900.0));
            assert_eq!(found.volume.value([3, 2, 5]), Some(f32::from(71i16 * 37 - 900)));
            let passed: Vec<&str> = found.scan.skipped.iter().map(|s| s.reason.as_str()).collect();
            assert_eq!(passed, ["ct.raw is not a DICOM file"], "{name}: the other one, and no more");
        }
    }
}

#[test]
fn voxels_that_are_not_in_the_archive_are_missed_by_name() {
    let mut files = detached("a/ct.mhd", "ct.raw");
    files.remove(0);
    let (_kept, path) = write("study.zip", &zip(&files, deflated()));
    // A file on disk is no member.
    fs::write(path.parent().expect("a folder").join("ct.raw"), [0; 144]).expect("written");
    let error = opened(&path).expect_err("no voxels").to_string();
    assert!(error.contains("keeps its voxels in ct.raw, which is not at hand"), "{error}");
}

/// Where a run of bytes is in a file.
fn find(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|w| w == wanted).expect("there")
}

#[test]
fn a_member_of_a_zip_that_does_not_fit_its_checksum_is_a_blank_slice() {
    let (_folder, files) = slices();
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut bytes = zip(&files, stored);
    let (name, slice) = &files[4];
    // In the middle of the pixels of one slice: nothing but the checksum tells.
    let at = find(&bytes, slice) + slice.len() - 20;
    bytes[at] ^= 4;
    let (_kept, path) = write("stored.zip", &bytes);
    let found = opened(&path).expect("the other slices");
    let damaged: Vec<_> = found.defects.iter().filter(|d| d.code == DefectCode::Truncated).collect();
    let [damaged] = damaged.as_slice() else { panic!("{:?}", found.defects) };
    let file = Path::new(name).file_name().expect("a name").to_string_lossy();
    assert!(damaged.text.contains("checksum") && damaged.text.contains(&*file), "{}", damaged.text);
    let [k] = damaged.slices.as_slice() else { panic!("{:?}", damaged.slices) };
    let volume = found.volume.int16().expect("whole numbers");
    assert!(volume.slice(*k).expect("there").iter().all(|v| *v == -1000));
    assert!(!damaged.classifiable());
}

#[test]
fn a_packed_tar_that_does_not_fit_its_checksum_is_not_opened() {
    let (_folder, files) = slices();
    let whole = tar(&files);
    let mut gz = GzEncoder::new(Vec::new(), Compression::none());
    gz.write_all(&whole).expect("packed");
    let gz = gz.finish().expect("packed");
    let zst = ruzstd::encoding::compress_to_vec(&*whole, ruzstd::encoding::CompressionLevel::Uncompressed);
    let (_, slice) = &files[4];
    for (name, mut bytes) in [("x.tar.gz", gz), ("x.tar.zst", zst)] {
        let at = find(&bytes, &slice[slice.len() - 60..]) + 40;
        bytes[at] ^= 4;
        let (_kept, path) = write(name, &bytes);
        let scan = scanned(&path);
        assert!(scan.series.is_empty(), "{name}");
        let [skipped] = scan.skipped.as_slice() else { panic!("{name}: {:?}", scan.skipped) };
        assert!(skipped.reason.contains("does not fit its checksum"), "{name}: {}", skipped.reason);
    }
}

#[test]
fn of_a_zip_that_was_cut_off_the_members_before_are_read() {
    let (_folder, files) = slices();
    for (name, bytes) in [
        ("deflated.zip", zip(&files, deflated())),
        (
            "stored.zip",
            zip(&files, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)),
        ),
    ] {
        let (_kept, path) = write(name, &bytes[..bytes.len() * 2 / 3]);
        let scan = scanned(&path);
        let [series] = scan.series.as_slice() else { panic!("{name}: {} series", scan.series.len()) };
        assert!((4..9).contains(&series.files.len()), "{name}: {}", series.files.len());
        assert!(scan.skipped.iter().any(|s| s.reason.contains("cut off")), "{name}: {:?}", scan.skipped);
        let (_kept, path) = write(name, &bytes[..100]);
        assert!(scanned(&path).series.is_empty());
    }
}

#[test]
fn a_packed_slice_is_read_and_other_archives_are_called_by_their_names() {
    let (_folder, files) = slices();
    let (kept, path) = write("0.dcm.gz", &gzip(&files[0].1));
    assert_eq!(scanned(&path).series[0].files, [path]);
    for (n, (_, bytes)) in files.iter().enumerate() {
        fs::write(kept.path().join(format!("{n}.dcm.gz")), gzip(bytes)).expect("written");
    }
    assert_eq!(opened(kept.path()).expect("a folder of packed slices").volume.grid().size()[2], 9);
    for (name, begins, words) in [
        ("x.7z", &b"7z\xBC\xAF\x27\x1C\0\x04 and more"[..], "7-Zip"),
        ("x.tar.xz", b"\xFD7zXZ\0\0\x04 and more", "is packed, and damaged"),
        ("x.tar.gz", &gzip(b"a letter")[..], "gzip"),
    ] {
        let (_kept, path) = write(name, begins);
        let scan = scanned(&path);
        assert!(scan.skipped[0].reason.contains(words), "{:?}", scan.skipped);
    }
}
