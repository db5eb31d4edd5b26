use std::io::Write as _;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::*;
use crate::geometry::Point;
use crate::volume::Values;

/// A NIfTI-1 file of 3 x 2 x 2 int16 voxels 0..12, spacing 0.5 x 0.75 x 2, RAS diagonal -,-,+.
fn nifti() -> Vec<u8> {
    let mut bytes = vec![0u8; 352];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, &348i32.to_le_bytes());
    for (n, dim) in [3i16, 3, 2, 2, 1, 1, 1, 1].iter().enumerate() {
        put(40 + 2 * n, &dim.to_le_bytes());
    }
    put(70, &4i16.to_le_bytes());
    put(72, &16i16.to_le_bytes());
    for (n, mm) in [1.0f32, 0.5, 0.75, 2.0].iter().enumerate() {
        put(76 + 4 * n, &mm.to_le_bytes());
    }
    put(108, &352f32.to_le_bytes());
    put(123, &[2]);
    put(254, &1i16.to_le_bytes());
    let rows = [[-0.5f32, 0.0, 0.0, 10.0], [0.0, -0.75, 0.0, 20.0], [0.0, 0.0, 2.0, -30.0]];
    for (n, value) in rows.iter().flatten().enumerate() {
        put(280 + 4 * n, &value.to_le_bytes());
    }
    put(344, b"n+1\0");
    for value in 0i16..12 {
        bytes.extend((value - 5).to_le_bytes());
    }
    bytes
}

/// The same as NIfTI-2, in either byte order.
fn second_nifti(big: bool) -> Vec<u8> {
    let mut bytes = vec![0u8; 544];
    let mut put = |at: usize, value: &[u8]| {
        let mut value = value.to_vec();
        if big {
            value.reverse();
        }
        bytes[at..at + value.len()].copy_from_slice(&value);
    };
    put(0, &540i32.to_le_bytes());
    put(12, &4i16.to_le_bytes());
    put(14, &16i16.to_le_bytes());
    for (n, dim) in [3i64, 3, 2, 2, 1, 1, 1, 1].iter().enumerate() {
        put(16 + 8 * n, &dim.to_le_bytes());
    }
    for (n, mm) in [1.0f64, 0.5, 0.75, 2.0].iter().enumerate() {
        put(104 + 8 * n, &mm.to_le_bytes());
    }
    put(168, &544i64.to_le_bytes());
    put(348, &1i32.to_le_bytes());
    let rows = [[-0.5f64, 0.0, 0.0, 10.0], [0.0, -0.75, 0.0, 20.0], [0.0, 0.0, 2.0, -30.0]];
    for (n, value) in rows.iter().flatten().enumerate() {
        put(400 + 8 * n, &value.to_le_bytes());
    }
    put(500, &2i32.to_le_bytes());
    bytes[4..12].copy_from_slice(b"n+2\0\r\n\x1a\n");
    for value in 0i16..12 {
        bytes.extend(if big { (value - 5).to_be_bytes() } else { (value - 5).to_le_bytes() });
    }
    bytes
}

/// The same volume as NRRD; its first voxel is at LPS (-10, -20, -30).
fn nrrd(changes: &[(&str, &str)], data: &[u8]) -> Vec<u8> {
    let mut text = String::from("NRRD0004\n# made for a test\nkey:=value: anything\n");
    let fields = [
        ("type", "short"),
        ("dimension", "3"),
        ("space", "left-posterior-superior"),
        ("sizes", "3 2 2"),
        ("space directions", "(0.5,0,0) (0,0.75,0) (0,0,2)"),
        ("kinds", "domain domain domain"),
        ("endian", "little"),
        ("encoding", "raw"),
        ("space origin", "(-10,-20,-30)"),
    ];
    for (field, value) in fields {
        let value = changes.iter().find(|(f, _)| *f == field).map_or(value, |(_, v)| v);
        if !value.is_empty() {
            text += &format!("{field}: {value}\n");
        }
    }
    for (field, value) in changes.iter().filter(|(f, _)| fields.iter().all(|(g, _)| f != g)) {
        text += &format!("{field}: {value}\n");
    }
    text += "\n";
    let mut bytes = text.into_bytes();
    bytes.extend(data);
    bytes
}

#[test]
fn nrrd_in_every_space_and_encoding_is_the_same_volume() {
    check_counted(&read(&second_nifti(false)).expect("NIfTI-2"));
    check_counted(&read(&second_nifti(true)).expect("NIfTI-2, big-endian"));
    check_counted(&read(&gz(&second_nifti(false))).expect("packed NIfTI-2"));
    check_counted(&read(&nrrd(&[], &counted())).expect("plain"));
    for (space, directions, origin) in [
        ("RAS", "(-0.5,0,0) (0,-0.75,0) (0,0,2)", "(10,20,-30)"),
        ("right-anterior-superior", "(-0.5,0,0) (0,-0.75,0) (0,0,2)", "(10,20,-30)"),
        ("left-anterior-superior", "(0.5,0,0) (0,-0.75,0) (0,0,2)", "(-10, 20, -30)"),
    ] {
        let changes = [("space", space), ("space directions", directions), ("space origin", origin)];
        check_counted(&read(&nrrd(&changes, &counted())).expect(space));
    }
    let cm = [
        ("space units", "\"cm\" \"cm\" \"cm\""),
        ("space directions", "(0.05,0,0) (0,0.075,0) (0,0,0.2)"),
        ("space origin", "(-1,-2,-3)"),
    ];
    let volume = read(&nrrd(&cm, &counted())).expect("centimetres");
    let far = volume.grid().patient_from_voxel() * Point::new(2.0, 1.0, 1.0);
    // Products of decimals in f64.
    assert!(far.distance(Point::new(-9.0, -19.25, -28.0)) < 1e-9, "{far:?}");
    check_counted(&read(&nrrd(&[("encoding", "gzip")], &gz(&counted()))).expect("gzip"));
    for name in ["bzip2", "bz2"] {
        check_counted(&read(&nrrd(&[("encoding", name)], &bz2(&counted()))).expect("bzip2"));
    }
    let damaged = read(&nrrd(&[("encoding", "bzip2")], &bz2(&counted())[..20])).expect_err("cut off");
    assert!(damaged.contains("too early"), "{damaged}");
    check_counted(
        &read(&nrrd(&[("encoding", "ascii"), ("endian", "")], b"-5 -4 -3 -2\n-1,0 1\t2 3 4 5 6\n"))
            .expect("text"),
    );
    let swapped: Vec<u8> = counted().chunks(2).flat_map(|b| [b[1], b[0]]).collect();
    check_counted(&read(&nrrd(&[("endian", "big")], &swapped)).expect("big-endian"));
    let hex: String = counted().iter().map(|b| format!("{b:02X}\n")).collect();
    check_counted(&read(&nrrd(&[("encoding", "hex")], hex.as_bytes())).expect("hex"));
    let behind = [b"anything".to_vec(), counted()].concat();
    check_counted(&read(&nrrd(&[("byte skip", "-1")], &behind)).expect("counted from the end"));
    // An axis of one value before the others, and bytes and lines that are left out.
    let four = [
        ("dimension", "4"),
        ("sizes", "1 3 2 2"),
        ("space directions", "none (0.5,0,0) (0,0.75,0) (0,0,2)"),
        ("kinds", "vector domain domain domain"),
    ];
    check_counted(&read(&nrrd(&four, &counted())).expect("four axes"));
    let behind = [b"line\nxx".to_vec(), counted()].concat();
    check_counted(&read(&nrrd(&[("line skip", "1"), ("byte skip", "2")], &behind)).expect("skips"));
    for (field, value, word) in [
        ("space", "", "where it lies"),
        ("space", "scanner-xyz", "where it lies"),
        ("space origin", "", "where it lies"),
        ("space directions", "(1,0) (0,1) (0,0)", "three numbers"),
        ("space directions", "none (0,0.75,0) (0,0,2)", "no single volume"),
        ("space directions", "(1,0,0) (1,0,0) (0,0,2)", "span space"),
        ("sizes", "3 2", "dimension"),
        ("sizes", "3 2 99999999", "no chest CT"),
        ("sizes", "3 2 -2", "no numbers of voxels"),
        ("sizes", "3 2 3", "slice 3 of 3"),
        ("type", "block", "which is not read"),
        ("encoding", "hex", "decompressed"),
        ("encoding", "lz4", "which is not read"),
        ("endian", "", "byte order"),
        ("data file", "/etc/passwd", "outside its own folder"),
        ("data file", "../x.raw", "outside its own folder"),
        ("data file", "LIST", "no name"),
        ("data file", "x%03d.raw 1 3 1", "3 files, which are not at hand"),
        ("data file", "x.raw", "not at hand"),
        ("byte skip", "x", "no number"),
        ("space units", "\"inch\"", "millimetres"),
    ] {
        let text = read(&nrrd(&[(field, value)], &counted())).expect_err(word);
        assert!(text.contains(word) && !text.contains('\n'), "{word}: {text}");
    }
    let text = read(&nrrd(&[("encoding", "text")], b"1 2 three")).expect_err("a word");
    assert!(text.contains("no number"), "{text}");
    assert!(read(b"NRRD0009\n\n").expect_err("a version").contains("version"));
}

#[test]
fn a_nhdr_finds_its_data_beside_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let header = folder.path().join("ct.nhdr");
    let ctx = JobContext::unobserved();
    std::fs::write(&header, nrrd(&[("data file", "./ct.raw"), ("byte skip", "-1")], &[])).expect("written");
    std::fs::write(folder.path().join("ct.raw"), [b"a header".to_vec(), counted()].concat())
        .expect("written");
    check_counted(&read_volume(&header, Unit::Hu, &ctx).expect("raw, counted from the end"));
    let packed = nrrd(&[("datafile", "ct.raw.gz"), ("encoding", "gzip")], &[]);
    std::fs::write(&header, packed).expect("written");
    assert!(read_volume(&header, Unit::Hu, &ctx).expect_err("no data").to_string().contains("not beside it"));
    std::fs::write(folder.path().join("ct.raw.gz"), gz(&counted())).expect("written");
    check_counted(&read_volume(&header, Unit::Hu, &ctx).expect("packed"));
    let packed = nrrd(&[("datafile", "ct.raw.bz2"), ("encoding", "bzip2"), ("byte skip", "3")], &[]);
    std::fs::write(&header, packed).expect("written");
    let bytes = bz2(&[b"abc".to_vec(), counted()].concat());
    std::fs::write(folder.path().join("ct.raw.bz2"), bytes).expect("written");
    check_counted(&read_volume(&header, Unit::Hu, &ctx).expect("packed by bzip2"));
}

fn bz2(bytes: &[u8]) -> Vec<u8> {
    let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    packer.write_all(bytes).expect("packed");
    packer.finish().expect("packed")
}

fn set(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).expect("packed");
    packer.finish().expect("packed")
}

fn mha(changes: &[(&str, &str)], data: &[u8]) -> Vec<u8> {
    let mut text = String::new();
    for (key, value) in [
        ("ObjectType", "Image"),
        ("NDims", "3"),
        ("BinaryData", "True"),
        ("BinaryDataByteOrderMSB", "False"),
        ("CompressedData", "False"),
        ("TransformMatrix", "1 0 0 0 1 0 0 0 1"),
        ("Offset", "-10 -20 -30"),
        ("ElementSpacing", "0.5 0.75 2"),
        ("DimSize", "3 2 2"),
        ("ElementType", "MET_SHORT"),
        ("ElementDataFile", "LOCAL"),
    ] {
        let value = changes.iter().find(|(k, _)| *k == key).map_or(value, |(_, v)| v);
        text += &format!("{key} = {value}\n");
    }
    let mut bytes = text.into_bytes();
    bytes.extend(data);
    bytes
}

fn counted() -> Vec<u8> {
    (0i16..12).flat_map(|v| (v - 5).to_le_bytes()).collect()
}

fn read(bytes: &[u8]) -> Result<Volume, String> {
    read_volume_bytes(bytes, Unit::Hu).map_err(|e| e.to_string())
}

fn check_counted(volume: &Volume) {
    assert_eq!(volume.grid().size(), [3, 2, 2]);
    assert_eq!(volume.grid().spacing_mm(), [0.5, 0.75, 2.0]);
    assert!(volume.is_complete() && volume.int16().is_some());
    assert_eq!(volume.value([0, 0, 0]), Some(-5.0));
    assert_eq!(volume.value([2, 0, 0]), Some(-3.0));
    assert_eq!(volume.value([0, 1, 0]), Some(-2.0));
    assert_eq!(volume.value([2, 1, 1]), Some(6.0));
    let far = volume.grid().patient_from_voxel() * Point::new(2.0, 1.0, 1.0);
    // RAS (9, 19.25, -28) is LPS (-9, -19.25, -28).
    assert_eq!(far.to_array(), [-9.0, -19.25, -28.0]);
}

#[test]
fn nifti_and_metaimage_of_one_volume_are_the_same_volume() {
    check_counted(&read(&nifti()).expect("plain NIfTI"));
    check_counted(&read(&gz(&nifti())).expect("packed NIfTI"));
    check_counted(&read(&mha(&[], &counted())).expect("MetaImage"));
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    packer.write_all(&counted()).expect("packed");
    let packed = packer.finish().expect("packed");
    check_counted(&read(&mha(&[("CompressedData", "True")], &packed)).expect("packed MetaImage"));
    check_counted(&read(&mha(&[("CompressedData", "True")], &gz(&counted()))).expect("packed by gzip"));
    let swapped: Vec<u8> = counted().chunks(2).flat_map(|b| [b[1], b[0]]).collect();
    check_counted(&read(&mha(&[("BinaryDataByteOrderMSB", "True")], &swapped)).expect("big-endian"));
}

#[test]
fn rows_of_the_transform_matrix_are_the_directions_of_the_axes() {
    // Axis i runs to +y, axis j to -x.
    let turned = read(&mha(&[("TransformMatrix", "0 1 0 -1 0 0 0 0 1")], &counted())).expect("turned");
    let one = turned.grid().patient_from_voxel() * Point::new(1.0, 0.0, 0.0);
    assert_eq!(one.to_array(), [-10.0, -19.5, -30.0]);
    let other = turned.grid().patient_from_voxel() * Point::new(0.0, 1.0, 0.0);
    assert_eq!(other.to_array(), [-10.75, -20.0, -30.0]);
}

#[test]
fn a_qform_alone_gives_the_place_and_a_second_place_is_refused() {
    let mut bytes = nifti();
    // Rotation by 180 degrees about z: (b, c, d) = (0, 0, 1), axes -x, -y, z in RAS.
    set(&mut bytes, 252, &1i16.to_le_bytes());
    set(&mut bytes, 264, &1f32.to_le_bytes());
    for (at, mm) in [(268, 10f32), (272, 20.0), (276, -30.0)] {
        set(&mut bytes, at, &mm.to_le_bytes());
    }
    check_counted(&read(&bytes).expect("both say the same"));
    let mut alone = bytes.clone();
    set(&mut alone, 254, &0i16.to_le_bytes());
    let volume = read(&alone).expect("a qform");
    let far = volume.grid().patient_from_voxel() * Point::new(2.0, 1.0, 1.0);
    // Half-angle formulas in f64 of an exact quaternion.
    assert!(far.distance(Point::new(-9.0, -19.25, -28.0)) < 1e-9, "{far:?}");
    set(&mut bytes, 268, &13f32.to_le_bytes());
    assert!(read(&bytes).expect_err("two places").contains("3.0 mm apart"));
    // Of two spaces they may differ: the sform counts.
    set(&mut bytes, 252, &2i16.to_le_bytes());
    check_counted(&read(&bytes).expect("two spaces"));
    let mut none = alone.clone();
    set(&mut none, 252, &0i16.to_le_bytes());
    assert!(read(&none).expect_err("no place").contains("where it lies"));
}

#[test]
fn slope_and_type_decide_whether_values_stay_whole() {
    let mut bytes = nifti();
    set(&mut bytes, 112, &2f32.to_le_bytes());
    set(&mut bytes, 116, &(-1024f32).to_le_bytes());
    let volume = read(&bytes).expect("scaled");
    assert!(volume.int16().is_some());
    assert_eq!(volume.value([0, 0, 0]), Some(-1034.0));
    set(&mut bytes, 112, &0.5f32.to_le_bytes());
    let volume = read(&bytes).expect("halves");
    assert!(matches!(volume.values(), Values::Float32(_)));
    assert_eq!(volume.value([0, 0, 0]), Some(-1026.5));
    assert_eq!(volume.value([1, 0, 0]), Some(-1026.0));
    let floats: Vec<u8> = (0..12).flat_map(|v| (v as f32 - 5.0).to_le_bytes()).collect();
    check_counted(&read(&mha(&[("ElementType", "MET_FLOAT")], &floats)).expect("whole numbers in floats"));
}

#[test]
fn every_way_to_be_wrong_has_its_sentence() {
    let mut cases: Vec<(Vec<u8>, &str)> = Vec::new();
    let mut changed = |at: usize, value: &[u8], word: &'static str| {
        let mut bytes = nifti();
        set(&mut bytes, at, value);
        cases.push((bytes, word));
    };
    changed(42, &30000i16.to_le_bytes(), "cut off");
    changed(42, &(-1i16).to_le_bytes(), "damaged");
    changed(44, &0i16.to_le_bytes(), "which is none");
    changed(40, &9i16.to_be_bytes(), "damaged");
    changed(40, &2i16.to_le_bytes(), "no single volume");
    changed(70, &128i16.to_le_bytes(), "no plain numbers");
    changed(108, &f32::NAN.to_le_bytes(), "voxels at byte");
    changed(344, b"ni1\0", "pair");
    changed(344, &[0; 4], "ANALYZE");
    changed(280, &0f32.to_le_bytes(), "spacing");
    changed(280, &f32::NAN.to_le_bytes(), "spacing");
    changed(0, &540i32.to_le_bytes(), "in the middle of its header");
    let mut four = nifti();
    set(&mut four, 40, &4i16.to_le_bytes());
    set(&mut four, 48, &5i16.to_le_bytes());
    cases.push((four, "no single volume"));
    cases.push((nifti()[..300].to_vec(), "in the middle of its header"));
    cases.push((nifti()[..370].to_vec(), "slice 2 of 2"));
    let packed = gz(&nifti());
    cases.push((packed[..packed.len() - 12].to_vec(), "ends too early"));
    // The checksum stands behind the voxels, which are all there, and before the length.
    let mut sum = packed.clone();
    let at = sum.len() - 6;
    sum[at] ^= 1;
    cases.push((sum, "checksum"));
    let mut sum = ZlibEncoder::new(Vec::new(), Compression::default());
    sum.write_all(&counted()).expect("packed");
    let mut sum = sum.finish().expect("packed");
    let at = sum.len() - 1;
    sum[at] ^= 1;
    cases.push((mha(&[("CompressedData", "True")], &sum), "checksum"));
    let mut broken = packed.clone();
    broken[14] ^= 0xFF;
    cases.push((broken, ""));
    let nan: Vec<u8> = (0..12).flat_map(|v| if v == 7 { f32::NAN } else { 1.0 }.to_le_bytes()).collect();
    for (key, value, data, word) in [
        ("ElementType", "MET_FLOAT", nan.as_slice(), "no numbers (NaN in slice 2"),
        ("DimSize", "3 2", &[], "3 numbers"),
        ("DimSize", "3 2 x", &[], "3 numbers"),
        ("DimSize", "3 2 -2", &[], "no number of voxels"),
        ("DimSize", "99999999 99999999 99999999", &[], "no chest CT"),
        ("DimSize", "3 2 3", &counted(), "slice 3 of 3"),
        ("ElementSpacing", "0.5 0 2", &[], "above zero"),
        ("ElementSpacing", "0.5 -1 2", &[], "above zero"),
        ("ElementSpacing", "nan 1 2", &[], "3 numbers"),
        ("TransformMatrix", "2 0 0 0 1 0 0 0 1", &[], "unit vectors"),
        ("TransformMatrix", "1 0 0 1 0 0 0 0 1", &[], "span space"),
        ("ElementType", "MET_LONG", &[], "MET_LONG"),
        ("NDims", "5", &[], "three"),
        ("NDims", "4", &[], "4 numbers"),
        ("BinaryData", "False", b"1 2 3", "slice 1 of 2"),
        ("BinaryData", "False", b"1 2 x", "no number"),
        ("ElementDataFile", "LIST", &[], "0 files"),
        ("ElementDataFile", "slice%03d.raw 1 2 1", &[], "2 files, which are not at hand"),
        ("ElementDataFile", "slice%03d.raw 2 1 1", &[], "pattern"),
        ("ElementDataFile", "/etc/passwd", &[], "outside its own folder"),
        ("ElementDataFile", "../x.raw", &[], "outside its own folder"),
        ("ElementDataFile", "x.raw", &[], "not at hand"),
        ("CompressedData", "True", &counted(), "decompressed"),
    ] {
        cases.push((mha(&[(key, value)], data), word));
    }
    cases.push((b"ObjectType = Image\nNDims = 3\n".to_vec(), "no ElementDataFile"));
    cases.push((b"<html>hello</html>".to_vec(), "neither"));
    cases.push((Vec::new(), "neither"));
    cases.push((vec![0xFF; 5000], "neither"));
    for (bytes, word) in cases {
        let text = read(&bytes).expect_err(word);
        assert!(text.contains(word) && text.len() > 20 && !text.contains('\n'), "{word}: {text}");
    }
}

#[test]
fn an_mhd_finds_its_data_beside_it_and_says_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| {
        let path: PathBuf = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    };
    let ctx = JobContext::unobserved();
    let header = write("ct.mhd", &mha(&[("ElementDataFile", "ct.raw")], &[]));
    let error = read_volume(&header, Unit::Hu, &ctx).expect_err("no data");
    assert!(
        error.to_string().starts_with("ct.mhd") && error.to_string().contains("not beside it"),
        "{error}"
    );
    assert_eq!(read_grid(&header).expect("the header is enough").size(), [3, 2, 2]);
    write("ct.raw", &counted());
    check_counted(&read_volume(&header, Unit::Hu, &ctx).expect("reads"));
    write("ct.raw", &counted()[..20]);
    let error = read_volume(&header, Unit::Hu, &ctx).expect_err("cut off").to_string();
    assert!(error.contains("24 bytes") && error.contains("holds 20"), "{error}");
    ctx.cancel();
    write("ct.raw", &counted());
    assert!(matches!(read_volume(&header, Unit::Hu, &ctx), Err(IngestError::Cancelled(_))));
    let error = read_volume(&folder.path().join("no.nii"), Unit::Hu, &ctx).expect_err("nothing there");
    assert!(error.to_string().contains("no file"), "{error}");
}

#[test]
fn voxels_in_several_files_come_in_the_order_of_their_names() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| {
        let path: PathBuf = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    };
    let ctx = JobContext::unobserved();
    let (first, second) = (counted()[..12].to_vec(), counted()[12..].to_vec());
    write("s1.raw", &first);
    write("s2.raw", &second);
    write("s1.raw.gz", &gz(&first));
    write("s2.raw.gz", &gz(&second));
    let headers = [
        write("list.mhd", &mha(&[("ElementDataFile", "LIST")], b"s1.raw\ns2.raw\n")),
        write("pattern.mhd", &mha(&[("ElementDataFile", "s%01d.raw 1 2 1")], &[])),
        write("pattern.nhdr", &nrrd(&[("data file", "s%d.raw 1 2 1 2")], &[])),
        write("packed.nhdr", &nrrd(&[("data file", "s%d.raw.gz 1 2 1"), ("encoding", "gzip")], &[])),
        write("list.nhdr", &nrrd(&[("data file", "LIST\ns1.raw\ns2.raw")], &[])),
    ];
    for header in &headers {
        check_counted(&read_volume(header, Unit::Hu, &ctx).unwrap_or_else(|e| panic!("{e}")));
    }
    // One that is short takes nothing of the next.
    write("s1.raw", &first[..10]);
    write("s1.raw.gz", &gz(&first[..10]));
    for header in &headers {
        let error = read_volume(header, Unit::Hu, &ctx).expect_err("short");
        assert!(matches!(error, IngestError::Unread(_)), "{error}");
    }
    std::fs::remove_file(folder.path().join("s2.raw")).expect("removed");
    let error = read_volume(&headers[0], Unit::Hu, &ctx).expect_err("one is missing").to_string();
    assert!(error.contains("s1.raw") || error.contains("s2.raw"), "{error}");
    let error = read_volume(
        &write("odd.mhd", &mha(&[("ElementDataFile", "LIST")], b"a\nb\nc\nd\ne\n")),
        Unit::Hu,
        &ctx,
    );
    assert!(error.expect_err("no equal parts").to_string().contains("equal part"));
}

#[test]
fn text_a_time_of_one_and_a_longer_data_file_are_read() {
    let text = b"-5 -4 -3\n-2 -1 0 1 2 3 4 5 6\n";
    check_counted(&read(&mha(&[("BinaryData", "False")], text)).expect("text"));
    let four = [
        ("NDims", "4"),
        ("DimSize", "3 2 2 1"),
        ("ElementSpacing", "0.5 0.75 2 1"),
        ("Offset", "-10 -20 -30 0"),
        ("TransformMatrix", "1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1"),
    ];
    check_counted(&read(&mha(&four, &counted())).expect("four axes"));
    let several = [four[0], ("DimSize", "3 2 2 2"), four[2], four[3], four[4]];
    assert!(read(&mha(&several, &counted())).expect_err("two times").contains("2 volumes"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let header = folder.path().join("long.mhd");
    std::fs::write(&header, mha(&[("ElementDataFile", "long.raw")], &[])).expect("written");
    std::fs::write(folder.path().join("long.raw"), [counted(), vec![9; 50]].concat()).expect("written");
    check_counted(&read_volume(&header, Unit::Hu, &JobContext::unobserved()).expect("longer"));
}

#[test]
fn both_halves_of_a_nifti_pair_are_one_volume() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut header = nifti()[..348].to_vec();
    set(&mut header, 108, &0f32.to_le_bytes());
    set(&mut header, 344, b"ni1\0");
    let path = folder.path().join("ct.hdr");
    std::fs::write(&path, &header).expect("written");
    let ctx = JobContext::unobserved();
    assert_eq!(read_grid(&path).expect("the header is enough").size(), [3, 2, 2]);
    let error = read_volume(&path, Unit::Hu, &ctx).expect_err("one half").to_string();
    assert!(error.contains("ct.img") && error.contains("not beside it"), "{error}");
    std::fs::write(folder.path().join("ct.img.gz"), gz(&counted())).expect("written");
    check_counted(&read_volume(&path, Unit::Hu, &ctx).expect("a packed half"));
    std::fs::write(folder.path().join("ct.img"), counted()).expect("written");
    check_counted(&read_volume(&path, Unit::Hu, &ctx).expect("two halves"));
}

proptest::proptest! {
    #[test]
    fn damaged_files_are_read_or_refused(
        which in 0usize..6,
        at in proptest::collection::vec((0usize..700, proptest::prelude::any::<u8>()), 1..8),
        length in 0usize..700,
    ) {
        let mut bytes = match which {
            0 => nifti(),
            1 => gz(&nifti()),
            2 => nrrd(&[], &counted()),
            3 => nrrd(&[("encoding", "ascii")], b"-5 -4 -3 -2 -1 0 1 2 3 4 5 6"),
            4 => second_nifti(false),
            _ => mha(&[], &counted()),
        };
        for (at, value) in at {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        bytes.truncate(length.max(1));
        if let Ok(volume) = read(&bytes) {
            proptest::prop_assert!(volume.is_complete());
        }
    }
}
