//! `triscope info`.

use std::io::Write as _;

use crate::run::{arg, copy_of_phantom, phantom, shared, triscope};

#[test]
fn a_phantom_is_described_in_the_names_of_the_contract() {
    let json = triscope(&["info", arg(phantom()), "--json"]).json();
    assert_eq!(json["triscope"], env!("CARGO_PKG_VERSION"));
    assert_eq!(json["path"], arg(phantom()));
    let series = json["series"].as_array().expect("a list");
    assert_eq!(series.len(), 1);
    let s = &series[0];
    assert_eq!(s["modality"], "CT");
    assert_eq!(s["files"], 64);
    assert_eq!(s["size"], serde_json::json!([96, 96, 64]));
    assert_eq!(s["spacing_mm"], serde_json::json!([3.6, 3.6, 5.0]));
    assert_eq!(s["direction"], serde_json::json!([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]));
    assert_eq!((&s["unit"], &s["usable"], &s["classifiable"]), (&"HU".into(), &true.into(), &true.into()));
    let range = s["value_range"].as_array().expect("a range");
    assert!(range[0].as_f64() < Some(-900.0) && range[1].as_f64() > Some(200.0), "air and bone: {range:?}");
    for field in [
        "uid",
        "description",
        "origin_lps_mm",
        "transfer_syntax",
        "transfer_syntax_uid",
        "frame_of_reference_uid",
        "warnings",
    ] {
        assert!(!s[field].is_null(), "{field}");
    }
    // truth.json lies in the same folder: an output of this program, not worth a word.
    assert_eq!(json["skipped"].as_array().map(Vec::len), Some(0));
}

#[test]
fn words_for_a_person_name_size_and_verdict() {
    let ran = triscope(&["info", arg(phantom())]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains("96 x 96 x 64") && ran.stdout.contains("can be viewed and classified"));
}

#[test]
fn a_missing_slice_is_a_warning_with_its_place() {
    let folder = copy_of_phantom("gap", 20);
    std::fs::remove_file(&crate::run::slices(&folder)[9]).expect("removed");
    let json = triscope(&["info", arg(&folder), "--json"]).json();
    let s = &json["series"][0];
    let warning = s["warnings"].as_array().expect("a list").iter().find(|w| w["code"] == "missing_slices");
    let warning = warning.unwrap_or_else(|| panic!("missing_slices in {}", s["warnings"]));
    assert!(warning["text"].is_string() && warning["slices"].is_array());
    assert_eq!((&s["usable"], &s["classifiable"]), (&true.into(), &false.into()));
}

#[test]
fn a_real_series_has_the_geometry_of_its_documentation() {
    let Some(folder) = shared("data/ct/lidc-partial/LIDC-IDRI-0002") else { return };
    let json = triscope(&["info", arg(&folder), "--json"]).json();
    let s = &json["series"][0];
    assert_eq!(s["size"], serde_json::json!([512, 512, 12]));
    assert_eq!(s["value_range"], serde_json::json!([-3024.0, 1561.0]));
    assert_eq!(s["origin_lps_mm"], serde_json::json!([-175.5, -174.5, -94.5]));
    assert!(s["warnings"].as_array().is_some_and(|w| w.iter().any(|w| w["code"] == "padding")));
}

#[test]
fn paths_may_begin_with_a_hyphen() {
    let Some(folder) = shared("data/ct/lidc-partial/LIDC-IDRI-0001") else { return };
    let name = std::fs::read_dir(&folder)
        .expect("listed")
        .flatten()
        .map(|e| e.file_name().into_string().expect("a plain name"))
        .find(|n| n.starts_with('-'))
        .expect("the names begin with a hyphen");
    let ran = crate::run::ran(crate::run::command().current_dir(&folder).args(["info", &name, "--json"]));
    assert_eq!(ran.json()["series"][0]["files"], 1);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::Stdio;
    let mut child = crate::run::command()
        .args(["info", arg(phantom()), "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let out = child.wait_with_output().expect("ends");
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(out.stderr.is_empty(), "{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn the_bare_uid_of_a_split_series_means_its_largest_part() {
    let Some(folder) = shared("data/odd/enhanced-multiframe") else { return };
    let json = triscope(&["info", arg(&folder), "--json"]).json();
    let list = json["series"].as_array().expect("a list");
    let uid = |s: &serde_json::Value| s["uid"].as_str().unwrap_or_default().to_owned();
    let parts: Vec<String> = list.iter().map(uid).filter(|uid| uid.contains('#')).collect();
    let Some(first) = parts.first() else { return eprintln!("not tested here: nothing is split") };
    let bare = first.split('#').next().unwrap_or_default();
    let ran = triscope(&["info", arg(&folder), "--series", bare, "--json"]);
    let only = ran.json();
    assert_eq!(only["series"].as_array().map(Vec::len), Some(1));
    assert_eq!(uid(&only["series"][0]).split('#').next(), Some(bare));
    assert!(ran.stderr.contains("was split") && ran.stderr.contains("#n"), "{}", ran.stderr);
}

#[test]
fn somebody_elses_truth_is_passed_over_in_words() {
    let folder = copy_of_phantom("other-truth", 4);
    std::fs::write(folder.join("truth.json"), "{}").expect("written");
    let json = triscope(&["info", arg(&folder), "--json"]).json();
    assert!(json["skipped"][0]["file"].as_str().is_some_and(|f| f.ends_with("truth.json")), "{json}");
    assert!(json["skipped"][0]["reason"].is_string());
}

#[test]
fn scouts_share_a_position_and_stand_before_pages_of_colour() {
    let Some(folder) = shared("data/odd/scouts-and-dose-pages") else { return };
    let json = triscope(&["info", arg(&folder), "--json"]).json();
    let first = &json["series"][0];
    assert_eq!(first["size"], serde_json::json!([512, 256, 3]));
    assert_eq!(first["warnings"][0]["code"], "single_slice");
    assert!(first["warnings"][0]["text"].as_str().is_some_and(|t| t.contains("3 slices share one position")));
}

#[test]
fn the_images_of_a_multi_frame_file_are_counted() {
    let Some(folder) = shared("data/odd/enhanced-multiframe") else { return };
    let json = triscope(&["info", arg(&folder.join("emri_small.dcm")), "--json"]).json();
    let s = &json["series"][0];
    assert_eq!(s["size"], serde_json::json!([64, 64, 10]));
    assert!(
        s["warnings"][0]["text"].as_str().is_some_and(|t| t.contains("10 images") && t.contains("where"))
    );
}

#[test]
fn a_locked_archive_is_opened_by_the_password_of_a_file() {
    let folder = copy_of_phantom("locked", 6);
    let archive = folder.join("study.zip");
    let mut writer = zip::ZipWriter::new(std::fs::File::create(&archive).expect("created"));
    let options =
        zip::write::SimpleFileOptions::default().with_aes_encryption(zip::AesMode::Aes256, "a pass phrase");
    for file in crate::run::slices(&folder) {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        writer.start_file(name, options).expect("begun");
        writer.write_all(&std::fs::read(&file).expect("read")).expect("written");
    }
    writer.finish().expect("finished");
    let refused = triscope(&["info", arg(&archive), "--json"]);
    assert!(refused.refused(1).contains("study.zip is locked by a password"), "{}", refused.stderr);
    let password = folder.join("password");
    std::fs::write(&password, "a pass phrase\n").expect("written");
    let json = triscope(&["info", arg(&archive), "--json", "--password-file", arg(&password)]).json();
    assert_eq!(json["series"][0]["size"], serde_json::json!([96, 96, 6]));
    std::fs::write(&password, "another one\n").expect("written");
    let refused = triscope(&["info", arg(&archive), "--password-file", arg(&password)]);
    assert!(refused.refused(1).contains("not its password"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("another one"));
}

#[test]
fn a_volume_file_that_cannot_be_read_says_why_in_the_document() {
    let folder = tempfile::tempdir().expect("a folder");
    let header = "ObjectType = Image\nNDims = 3\nBinaryData = True\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\n\
                  ElementSpacing = 1 1 1\nDimSize = 3 2 8\nElementType = MET_SHORT\nElementDataFile = ";
    for (name, data, bytes, code) in [
        ("cut.mha", "LOCAL", 60, "truncated"),
        ("alone.mhd", "alone.raw", 0, "no_pixel_data"),
        ("whole.mha", "LOCAL", 96, "assumed_hu"),
    ] {
        let mut file = format!("{header}{data}\n").into_bytes();
        file.resize(file.len() + bytes, 0);
        let path = folder.path().join(name);
        std::fs::write(&path, file).expect("written");
        let json = triscope(&["info", arg(&path), "--json"]).json();
        let s = &json["series"][0];
        let last = s["warnings"].as_array().and_then(|w| w.last()).expect("a warning");
        assert_eq!(last["code"], code, "{name}: {last}");
        assert_eq!(s["usable"], code == "assumed_hu", "{name}");
        assert!(last["text"].as_str().is_some_and(|t| t.len() > 20), "{name}: {last}");
    }
}
