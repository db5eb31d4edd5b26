//! `triscope dataset`: manifests built, checked and counted as a user would.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{arg, phantom, scratch, shared, triscope};

/// A folder with a list of all nodules of the phantom.
fn list(name: &str) -> PathBuf {
    let folder = scratch(name);
    let truth = fs::read_to_string(phantom().join("truth.json")).expect("there is a truth");
    let truth: serde_json::Value = serde_json::from_str(&truth).expect("in JSON");
    let mut text = "path,x,y,z,label,patient_id,note\n".to_owned();
    for (n, nodule) in truth["nodules"].as_array().expect("nodules").iter().enumerate() {
        let [x, y, z] = [0, 1, 2].map(|a| nodule["centre_lps_mm"][a].as_f64().expect("a number"));
        let label = u8::from(nodule["malignant"] == true);
        text += &format!("{},{x},{y},{z},{label},person {},x\n", phantom().display(), n % 3);
    }
    fs::write(folder.join("points.csv"), text).expect("written");
    folder
}

fn build(folder: &Path, more: &[&str]) -> crate::run::Ran {
    let (points, out) = (folder.join("points.csv"), folder.join("m.csv"));
    let mut arguments = vec!["dataset", "build", "--from", "points", arg(&points), "--out", arg(&out)];
    arguments.extend(more);
    triscope(&arguments)
}

#[test]
fn own_points_become_a_manifest_that_checks_and_counts() {
    let folder = list("dataset-points");
    let manifest = folder.join("m.csv");
    let ran = build(&folder, &["--folds", "3"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("6 cases of 3 patients"), "{}", ran.stdout);
    assert!(ran.stderr.contains("column note"), "an unknown column is said: {}", ran.stderr);
    let first = fs::read(&manifest).expect("written");
    assert_eq!(build(&folder, &["--folds", "3"]).code, Some(0), "an older manifest is replaced");
    assert!(fs::read(&manifest).expect("written") == first, "the same bytes");
    let check = triscope(&["dataset", "check", arg(&manifest), "--json"]).json();
    assert_eq!((check["cases"].as_u64(), check["errors"].as_u64()), (Some(6), Some(0)), "{check}");
    let stats = triscope(&["dataset", "stats", arg(&manifest), "--json"]).json();
    assert_eq!((stats["cases"].as_u64(), stats["patients"].as_u64()), (Some(6), Some(3)), "{stats}");
    assert_eq!(stats["folds"].as_array().map(Vec::len), Some(3), "one patient in each: {stats}");
    let words = triscope(&["dataset", "stats", arg(&manifest)]);
    assert!(words.stdout.contains("6 cases of 3 patients"), "{}", words.stdout);
    let names: Vec<_> = fs::read_dir(&folder).expect("listed").flatten().map(|e| e.file_name()).collect();
    assert_eq!(names.len(), 2, "nothing half-written: {names:?}");
}

#[test]
fn a_point_in_another_unit_is_found_when_the_volumes_are_read() {
    let folder = scratch("dataset-units");
    let text = format!("path,x,y,z,label\n{},90,90,60,1\n", phantom().display());
    fs::write(folder.join("points.csv"), text).expect("written");
    assert_eq!(build(&folder, &[]).code, Some(0));
    let manifest = folder.join("m.csv");
    let text = fs::read_to_string(&manifest).expect("written").replace(",90,90,60,", ",9000,90,60,");
    fs::write(&manifest, text).expect("written");
    let ran = triscope(&["dataset", "check", arg(&manifest)]);
    assert!(ran.refused(1).contains("1 error"), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("error: column x_mm: case point-00001: (9000, 90, 60) mm lies outside"),
        "{}",
        ran.stdout
    );
    let ran = triscope(&["dataset", "check", arg(&manifest), "--json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).expect("a document all the same");
    assert_eq!((ran.code, json["errors"].as_u64()), (Some(1), Some(1)));
}

#[test]
fn wrong_rows_are_listed_and_nothing_is_written() {
    let folder = scratch("dataset-wrong");
    let text = format!("path,x,y,z,label\nno/such,0,0,0,1\n{},0,0,0,maybe\n", phantom().display());
    fs::write(folder.join("points.csv"), text).expect("written");
    let ran = build(&folder, &[]);
    assert!(ran.refused(1).contains("2 errors"), "{}", ran.stderr);
    assert!(ran.stderr.contains("error: line 2, path: There is no file or folder"), "{}", ran.stderr);
    assert!(ran.stderr.contains("error: line 3, label: `maybe` is no label"), "{}", ran.stderr);
    assert!(!folder.join("m.csv").exists());
    let points = folder.join("points.csv");
    let row = |fold: u8| format!("{},0,0,0,1,one,{fold}\n", phantom().display());
    fs::write(&points, format!("path,x,y,z,label,patient_id,fold\n{}{}", row(0), row(1))).expect("written");
    let ran = build(&folder, &[]);
    assert!(ran.refused(1).contains("put all cases of a patient into one fold"), "{}", ran.stderr);
    assert!(!folder.join("m.csv").exists());
    let ran = triscope(&["dataset", "build", "--from", "points", arg(&points), "--out", arg(&points)]);
    assert!(ran.refused(1).contains("is no manifest"), "the list itself is never replaced: {}", ran.stderr);
    let out = folder.join("none").join("m.csv");
    let ran = triscope(&["dataset", "build", "--from", "points", arg(&points), "--out", arg(&out)]);
    assert!(ran.refused(1).contains("none"), "{}", ran.stderr);
}

#[test]
fn what_is_no_data_set_and_no_manifest_is_named() {
    let folder = scratch("dataset-none");
    let file = folder.join("letter.txt");
    fs::write(&file, "Dear colleague").expect("written");
    for (source, word) in
        [("nodules", "nodules.csv"), ("lidc", "LIDC-XML-only"), ("luna16", "annotations.csv")]
    {
        let out = folder.join("m.csv");
        let ran = triscope(&["dataset", "build", "--from", source, arg(&folder), "--out", arg(&out)]);
        assert!(ran.refused(1).contains(word), "{source}: {}", ran.stderr);
    }
    for command in ["check", "stats"] {
        assert!(triscope(&["dataset", command, arg(&file)]).refused(1).contains("is no manifest"));
        assert!(triscope(&["dataset", command, arg(&folder)]).refused(1).contains("is a folder"));
        assert!(triscope(&["dataset", command, "no/such.csv"]).refused(1).contains("no file"));
        fs::write(folder.join("b.csv"), [0xFF, 0xFE, 0, 1]).expect("written");
        assert!(triscope(&["dataset", command, arg(&folder.join("b.csv"))]).refused(1).contains("not text"));
    }
}

#[test]
fn the_nodule_volumes_have_the_numbers_that_their_page_says() {
    let Some(nodules) = shared("data/nodules") else { return };
    let out = scratch("dataset-nodules").join("manifest.csv");
    let ran = triscope(&["dataset", "build", "--from", "nodules", arg(&nodules), "--out", arg(&out)]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("990 cases of 550 patients"), "{}", ran.stdout);
    assert!(ran.stdout.contains("402 positive, 442 negative, 146 undecided"), "{}", ran.stdout);
    let stats = triscope(&["dataset", "stats", arg(&out), "--json"]).json();
    assert_eq!(stats["folds"].as_array().map(Vec::len), Some(6), "five and the held out: {stats}");
    assert_eq!(stats["folds"][0]["name"], "-1");
    let check = triscope(&["dataset", "check", arg(&out), "--json"]).json();
    assert_eq!((check["cases"].as_u64(), check["problems"].as_array().map(Vec::len)), (Some(990), Some(0)));
}

#[test]
fn phantom_cases_are_painted_for_a_network_and_check() {
    let folder = scratch("dataset-phantoms");
    let build = |name: &str, more: &[&str]| {
        let (volumes, out) = (folder.join(name), folder.join(format!("{name}.csv")));
        let mut arguments = vec!["dataset", "build", "--from", "phantoms", arg(&volumes), "--out", arg(&out)];
        arguments.extend(more);
        triscope(&arguments)
    };
    let asked = ["--for", "csf-net-compact", "--cases", "4", "--seed", "7", "--folds", "2"];
    let ran = build("a", &asked);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("4 cases of 4 patients") && ran.stdout.contains("2 positive, 2 negative"));
    let check = triscope(&["dataset", "check", arg(&folder.join("a.csv")), "--json"]).json();
    let counts = ["cases", "errors", "warnings"].map(|key| check[key].as_u64());
    assert_eq!(counts, [Some(4), Some(0), Some(0)], "{check}");
    let names = |name: &str| {
        let mut names: Vec<String> = fs::read_dir(folder.join(name))
            .expect("listed")
            .flatten()
            .map(|e| e.file_name().into_string().expect("a plain name"))
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("a").len(), 8, "two dates of each");
    assert_eq!(build("b", &asked).code, Some(0));
    assert_eq!(names("a"), names("b"));
    for name in names("a") {
        let [a, b] = ["a", "b"].map(|f| fs::read(folder.join(f).join(&name)).expect("written"));
        assert!(a == b, "{name}: the same seed gives the same bytes");
    }
    // What is wrong is said before anything is painted.
    assert!(build("a", &asked).refused(1).contains("there is something in this folder"));
    assert!(build("c", &[]).refused(2).contains("--from phantoms needs --for"));
    assert!(build("c", &["--for", "m3net-compact"]).refused(2).contains("real nodules"));
    assert!(build("c", &["--for", "m4net"]).refused(2).contains("'m4net'"));
    fs::remove_file(folder.join(names("a").first().map(|n| format!("a/{n}")).expect("a file")))
        .expect("removed");
    let ran = triscope(&["dataset", "check", arg(&folder.join("a.csv"))]);
    assert!(ran.refused(1).contains("1 error"), "{}", ran.stderr);
    assert!(ran.stdout.contains("column prior: case pair-7-00001"), "{}", ran.stdout);
}
