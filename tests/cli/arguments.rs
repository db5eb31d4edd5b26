//! Exit codes, help, and what this version says of commands that it does not have.

use crate::run::triscope;

#[test]
fn help_and_version_go_to_stdout_and_are_no_failure() {
    let help = triscope(&["--help"]);
    assert_eq!(help.code, Some(0));
    for command in ["demo", "info", "render", "classify", "explain", "models", "synth", "dataset", "bench"] {
        assert!(help.stdout.contains(command), "{command} is listed");
    }
    let version = triscope(&["--version"]);
    assert_eq!(version.stdout.trim(), concat!("triscope ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_arguments_end_with_code_2() {
    for wrong in [
        &["info"][..],
        &["--conference", "--idle", "1"],
        &["--idle", "60"],
        &["info", "a", "b"],
        &["info", "x", "--series"],
        &["render", "x", "--out", "a.png"],
        &["render", "x", "--plane", "axial"],
        &["render", "x", "--plane", "axial", "--out", "a.png", "--window", "nan,1"],
        &["render", "x", "--plane", "axial", "--out", "a.png", "--size", "0x10"],
        &["render", "x", "--plane", "axial", "--out", "a.png", "--slab", "inf"],
        &["render", "x", "--plane", "axial", "--out", "a.png", "--fov", "-3"],
        &["render", "x", "--oblique", "0,0,1,0,0,1", "--out", "a.png"],
        &["classify", "x"],
        &["classify", "x", "--at", "1,2"],
        &["classify", "x", "--at", "NaN,0,0"],
        &["classify", "x", "--index", "inf,0,0"],
        &["classify", "x", "--at", "0,0,0", "--model", "no-such-net"],
        &["classify", "x", "--at", "0,0,0", "--explain", "deep_lift"],
        &["explain", "x", "--at", "0,0,0", "--out", "r", "--dicom", "r"],
        &["classify", "x", "--at", "0,0,0", "--mode", "modern"],
        &["explain", "x"],
        &["explain", "x", "--at", "0,0,0", "--steps", "0"],
        &["explain", "x", "--at", "0,0,0", "--noise", "2"],
        &["explain", "x", "--at", "0,0,0", "--blocks", "0"],
        &["classify", "x", "--at", "0,0,0", "--prior", "y"],
        &["classify", "x", "--at", "0,0,0", "--device", "toaster"],
        &["synth", "--out", "x", "--size", "1,2"],
        &["synth", "--out", "x", "--nodules", "-4"],
        &["synth", "--out", "x", "--spacing", "0,1,1"],
        &["synth", "--out", "x", "--followup", "0"],
        &["synth", "--out", "x", "--kernel", "smooth"],
        &["bench"],
        &["dataset"],
        &["dataset", "build", "x"],
        &["dataset", "build", "--from", "kits", "x"],
        &["dataset", "build", "--from", "lidc", "x", "--folds", "1"],
        &["dataset", "build", "--from", "lidc", "x", "--label", "given"],
        &["dataset", "build", "--from", "lidc", "x", "--question", "malignancy"],
        &["dataset", "build", "--from", "luna16", "x", "--label", "strict"],
        &["dataset", "build", "--from", "phantoms", "x", "--for", "csf-net", "--label", "published"],
        &["dataset", "check"],
        &["train", "--data", "x.csv", "--out", "y", "--model", "no-such-net"],
        &["evaluate", "--data", "x.csv"],
        &["evaluate", "--data", "x.csv", "--out", "y", "--control", "z"],
        &["evaluate", "--data", "x.csv", "--out", "y", "--robustness", "some"],
        &["evaluate", "--data", "x.csv", "--out", "y", "--model", "no-such-net"],
        &[
            "evaluate",
            "--data",
            "x",
            "--out",
            "y",
            "--model",
            "csf-net",
            "--run",
            "z",
            "--robustness",
            "full",
        ],
        &["evaluate", "--data", "x", "--out", "y", "--model", "csf-net", "--run", "z", "--surroundings", "0"],
        &["embed", "--data", "x.csv", "--out", "y.parquet"],
        &["embed", "--data", "x.csv", "--out", "y.npy", "--model", "no-such-net"],
        &["embed", "--data", "x.csv", "--out", "y.npy", "--model", "csf-net"],
        &["models", "import", "x"],
        &["scan"],
        &["scan", "x", "--every", "0"],
        &["scan", "x", "--threshold", "2"],
        &["--no-such-option"],
    ] {
        let ran = triscope(wrong);
        assert_eq!(ran.code, Some(2), "{wrong:?}: {}", ran.stderr);
        assert!(ran.stdout.is_empty() && !ran.stderr.is_empty(), "{wrong:?}");
    }
}

#[test]
fn the_window_needs_a_display_and_something_to_open() {
    let ran = triscope::<&str>(&[]);
    assert!(ran.refused(1).contains("no display"), "{}", ran.stderr);
    assert!(!ran.stderr.contains(".rs:"), "no word of source files: {}", ran.stderr);
    assert!(triscope(&["no/such/folder"]).refused(1).contains("no/such/folder"));
    assert!(triscope(&["clasify"]).refused(2).contains("neither a command nor"));
}
