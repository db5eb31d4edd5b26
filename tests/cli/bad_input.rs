//! Bad input: each ends with one clear sentence, never with a panic.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use crate::run::{
    arg, command, copy_of_phantom, patch, phantom, program, ran, ran_of, scratch, shared, slices, triscope,
};

/// Image Position (Patient), explicit VR little endian: tag and VR.
const POSITION: [u8; 6] = [0x20, 0x00, 0x32, 0x00, b'D', b'S'];
/// The same made an element that nobody knows, without leaving the order of tags.
const NO_POSITION: [u8; 6] = [0x20, 0x00, 0x33, 0x00, b'D', b'S'];

fn code_of(json: &serde_json::Value) -> Vec<String> {
    let warnings = json["series"][0]["warnings"].as_array().cloned().unwrap_or_default();
    warnings.iter().filter_map(|w| w["code"].as_str().map(str::to_owned)).collect()
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let ran = triscope(&["info", "no/such/folder"]);
    assert!(ran.refused(1).contains("folder"), "{}", ran.stderr);
    // A hyphen alone, and what stands after two, is a path and no mistyped option.
    for missing in [&["info", "-"][..], &["info", "--", "-nope"], &["--", "-nope"]] {
        let ran = triscope(missing);
        assert!(ran.refused(1).contains("does not exist"), "{missing:?}: {}", ran.stderr);
    }
    assert!(triscope(&["info", "-nope"]).refused(2).contains("neither an option"));
}

#[test]
fn a_folder_without_dicom_says_what_to_choose() {
    let folder = scratch("no-dicom");
    fs::write(folder.join("letter.txt"), "Dear colleague").expect("written");
    let ran = triscope(&["info", arg(&folder), "--json"]);
    let sentence = ran.refused(1);
    assert!(sentence.contains("no-dicom") && sentence.contains("choose the folder"), "{sentence}");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).expect("a document all the same");
    assert_eq!(json["series"].as_array().map(Vec::len), Some(0));
    assert_eq!(json["skipped"].as_array().map(Vec::len), Some(1));
    let ran = triscope(&["info", arg(&folder)]);
    assert!(ran.refused(1).contains("choose the folder"), "{}", ran.stderr);
    assert!(ran.stdout.contains("1 file passed over:"), "{}", ran.stdout);
    let empty = scratch("no-files");
    assert!(triscope(&["info", arg(&empty)]).refused(1).contains("no images"));
    let ran = triscope(&["classify", arg(&folder), "--at", "0,0,0"]);
    assert!(ran.refused(1).contains("choose the folder"), "{}", ran.stderr);
}

#[test]
fn a_file_that_only_claims_to_be_dicom_is_passed_over() {
    let folder = copy_of_phantom("fake", 8);
    fs::write(folder.join("0000.dcm"), "<html>not an image</html>").expect("written");
    fs::write(folder.join("0001.dcm"), "").expect("written");
    let json = triscope(&["info", arg(&folder), "--json"]).json();
    assert_eq!(json["series"][0]["files"], 8);
    assert_eq!(json["skipped"].as_array().map(Vec::len), Some(2));
    let alone = triscope(&["classify", arg(&folder.join("0000.dcm")), "--at", "0,0,0"]);
    alone.refused(1);
}

#[test]
fn truncated_pixel_data_is_shown_and_refused_to_a_network() {
    let folder = copy_of_phantom("truncated", 12);
    let file = &slices(&folder)[5];
    let bytes = fs::read(file).expect("read");
    fs::write(file, &bytes[..bytes.len() - 4000]).expect("written");
    let json = triscope(&["info", arg(&folder), "--json"]).json();
    assert!(code_of(&json).contains(&"truncated".to_owned()), "{json}");
    assert_eq!(json["series"][0]["classifiable"], false);
    triscope(&["classify", arg(&folder), "--index", "40,40,6"]).refused(1);
}

#[test]
fn a_slice_of_another_size_is_found() {
    let folder = copy_of_phantom("mixed", 12);
    // Rows (0028,0010) US 2: 96 becomes 48.
    patch(
        &slices(&folder)[5],
        &[0x28, 0, 0x10, 0, b'U', b'S', 2, 0, 96, 0],
        &[0x28, 0, 0x10, 0, b'U', b'S', 2, 0, 48, 0],
    );
    let json = triscope(&["info", arg(&folder), "--json"]).json();
    assert!(code_of(&json).contains(&"mixed_size".to_owned()), "{json}");
    triscope(&["classify", arg(&folder), "--index", "40,40,6"]).refused(1);
}

#[test]
fn a_series_of_one_slice_is_no_volume() {
    let folder = copy_of_phantom("single", 1);
    let json = triscope(&["info", arg(&folder), "--json"]).json();
    assert_eq!(code_of(&json), ["single_slice"], "{json}");
    assert_eq!(json["series"][0]["classifiable"], false);
    triscope(&["classify", arg(&folder), "--index", "40,40,0"]).refused(1);
}

#[test]
fn slices_without_a_position_are_refused() {
    let folder = copy_of_phantom("no-position", 8);
    for file in slices(&folder) {
        patch(&file, &POSITION, &NO_POSITION);
    }
    let json = triscope(&["info", arg(&folder), "--json"]).json();
    assert!(code_of(&json).contains(&"no_position".to_owned()), "{json}");
    triscope(&["classify", arg(&folder), "--index", "40,40,4"]).refused(1);
}

#[test]
fn an_unknown_compression_is_named() {
    let folder = copy_of_phantom("syntax", 8);
    for file in slices(&folder) {
        patch(&file, b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.9\0");
    }
    let json = triscope(&["info", arg(&folder), "--json"]).json();
    assert!(code_of(&json).contains(&"unsupported_syntax".to_owned()), "{json}");
    let ran = triscope(&["classify", arg(&folder), "--index", "40,40,4"]);
    ran.refused(1);
}

#[cfg(unix)]
#[test]
fn a_folder_and_a_file_that_may_not_be_read_are_named() {
    use std::os::unix::fs::PermissionsExt;
    use std::process::{Command, Stdio};
    let close = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("its mode is changed");
    };
    let folder = scratch("forbidden");
    let closed = folder.join("closed");
    fs::create_dir(&closed).expect("made");
    close(&closed, 0o000);
    let file = copy_of_phantom("forbidden-file", 3);
    close(&slices(&file)[1], 0o000);
    // Root may read everything: the program then runs as nobody.
    let root = fs::read_dir(&closed).is_ok();
    let run = |arguments: &[&str]| {
        if !root {
            return triscope(arguments);
        }
        let mut nobody = Command::new("setpriv");
        nobody.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(program());
        ran(nobody.args(arguments).stdin(Stdio::null()))
    };
    if run(&["--version"]).code == Some(0) {
        let ran = run(&["classify", arg(&closed), "--at", "0,0,0"]);
        assert!(ran.refused(1).contains("closed"), "{}", ran.stderr);
        let json = run(&["info", arg(&file), "--json"]).json();
        let skipped = json["skipped"].as_array().expect("a list");
        assert_eq!(skipped.len(), 1, "{json}");
        assert!(skipped[0]["reason"].as_str().is_some_and(|r| r.contains("slice_0002.dcm")), "{json}");
    } else {
        eprintln!("skipped: nobody may not run the program here");
    }
    close(&closed, 0o755);
}

#[test]
fn a_series_that_is_not_there_is_named_with_those_that_are() {
    let ran = triscope(&["classify", arg(phantom()), "--series", "1.2.3", "--at", "0,0,0"]);
    assert!(ran.refused(1).contains("1.2.3"), "{}", ran.stderr);
}

#[test]
fn every_odd_file_of_the_collection_ends_in_words() {
    let Some(folder) = shared("data/odd") else { return };
    let kinds: Vec<_> = fs::read_dir(folder).expect("listed").flatten().map(|e| e.path()).collect();
    for kind in kinds.iter().filter(|k| k.is_dir()) {
        let ran = triscope(&["info", arg(kind), "--json"]);
        let json: serde_json::Value = serde_json::from_str(&ran.stdout).expect("a document");
        let code = if json["series"].as_array().is_some_and(Vec::is_empty) { 1 } else { 0 };
        assert_eq!(ran.code, Some(code), "{}: {}", kind.display(), ran.stderr);
        assert!(json["series"].is_array() && json["skipped"].is_array(), "{}", kind.display());
    }
}

#[test]
fn a_folder_removed_under_the_program_ends_in_one_sentence() {
    let mut refused = 0;
    // Wherever it is by then: looking for files, reading headers, reading slices, or done.
    for delay_ms in [0, 4, 8, 12, 16, 24, 32, 48, 64, 96] {
        let folder = copy_of_phantom("removed", 64);
        let picture = scratch("removed-picture").join("axial.png");
        let mut child = command();
        child.args(["render", arg(&folder), "--plane", "axial", "--size", "64x64", "--out", arg(&picture)]);
        let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        std::thread::sleep(Duration::from_millis(delay_ms));
        fs::remove_dir_all(&folder).expect("removed");
        let ran = ran_of(child.wait_with_output().expect("ends"));
        if ran.code == Some(0) {
            assert!(picture.exists());
        } else {
            assert!(!ran.refused(1).is_empty(), "{delay_ms} ms: {}", ran.stderr);
            assert!(!picture.exists());
            refused += 1;
        }
    }
    eprintln!("{refused} of 10 refused");
}
