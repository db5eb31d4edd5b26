//! How work ends before its time: a full disk, a closed pipe, Ctrl+C. Nothing half-written stays.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::run::{arg, command, phantom, ran, scratch, triscope};

/// Everything in a folder, hidden files too.
fn listed(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder)
        .expect("listed")
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect()
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_named_and_nothing_half_written_stays() {
    let folder = scratch("full-disk");
    let out = folder.join("phantom");
    // A limit on the size of files stands in for a full disk: writing fails in the middle of a file.
    // The signal that comes with it is ignored, as no full disk sends one.
    let program = crate::run::program();
    let script =
        r#"trap "" XFSZ; ulimit -f 4; exec "$0" synth --out "$1" --size 128,128,16 --spacing 2.8,2.8,10"#;
    let ran = ran(Command::new("bash").args(["-c", script]).arg(program).arg(&out).stdin(Stdio::null()));
    assert!(ran.refused(1).contains("cannot be written"), "{}", ran.stderr);
    assert_eq!(listed(&folder), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn results_that_do_not_fit_on_the_disk_are_named_and_none_is_half_written() {
    let out = scratch("full-results");
    // As above: 4 blocks of 1 KiB hold none of the maps.
    let script = r#"trap "" XFSZ; ulimit -f 4
        exec "$0" classify "$1" --at "$2" --explain grad_cam --device cpu --out "$3""#;
    let at = crate::run::nodule(phantom());
    let mut limited = Command::new("bash");
    limited.args(["-c", script]).arg(crate::run::program()).arg(phantom()).arg(at).arg(&out);
    let ran = ran(limited.stdin(Stdio::null()));
    assert!(ran.refused(1).contains("cannot be written"), "{}", ran.stderr);
    let left = listed(&out);
    assert!(left.iter().all(|name| !name.starts_with('.') && name != "result.json"), "{left:?}");
    for name in left {
        let length = std::fs::metadata(out.join(&name)).expect("there").len();
        assert!(length < 4096, "{name} was cut off at the limit");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_without_room_is_named() {
    let full = Path::new("/dev/full");
    let ran_picture = triscope(&["render", arg(phantom()), "--plane", "axial", "--out", arg(full)]);
    assert!(ran_picture.refused(1).contains("/dev/full"), "{}", ran_picture.stderr);
    let device = std::fs::OpenOptions::new().write(true).open(full).expect("it is there");
    let mut child = command();
    child.args(["info", arg(phantom()), "--json"]).stdout(device).stderr(Stdio::piped());
    let out = child.spawn().expect("starts").wait_with_output().expect("ends");
    let stderr = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("standard output"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_with_a_sentence_and_leaves_nothing() {
    let folder = scratch("interrupted");
    let out = folder.join("phantom");
    let mut child = command()
        .args(["synth", "--out", arg(&out), "--size", "512,512,400", "--spacing", "0.7,0.7,0.8"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    // It has begun to write when something lies in the folder.
    let started = Instant::now();
    while listed(&folder).is_empty() {
        assert!(started.elapsed() < Duration::from_secs(60), "it never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    let asked = Instant::now();
    while child.try_wait().expect("waits").is_none() {
        assert!(asked.elapsed() < Duration::from_secs(30), "it does not stop");
        std::thread::sleep(Duration::from_millis(20));
    }
    let out_put = child.wait_with_output().expect("ended");
    let stderr = String::from_utf8_lossy(&out_put.stderr);
    assert_eq!(out_put.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("stopped by Ctrl+C"), "{stderr}");
    assert_eq!(listed(&folder), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn ctrl_c_while_the_network_works_leaves_no_half_written_result() {
    let out = scratch("interrupted-question");
    // Enough points that the work cannot end before it is stopped.
    let at = crate::run::nodule(phantom());
    let mut classify = command();
    classify.args([
        "classify",
        arg(phantom()),
        "--device",
        "cpu",
        "--explain",
        "grad_cam",
        "--out",
        arg(&out),
    ]);
    for _ in 0..200 {
        classify.args(["--at", &at]);
    }
    let mut child = classify.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    let started = Instant::now();
    while !listed(&out).iter().any(|name| name.ends_with(".nii.gz")) {
        assert!(child.try_wait().expect("waits").is_none(), "it ended of itself");
        assert!(started.elapsed() < Duration::from_secs(120), "it never wrote anything");
        std::thread::sleep(Duration::from_millis(20));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    let ended = child.wait_with_output().expect("ended");
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("stopped by Ctrl+C"), "{stderr}");
    let left = listed(&out);
    assert!(left.iter().all(|name| !name.starts_with('.') && name != "result.json"), "{left:?}");
    for map in left.iter().filter(|name| name.ends_with(".nii.gz")) {
        // Whole to its last block: gzip's own sum.
        let whole = Command::new("gzip").args(["-t", arg(&out.join(map))]).status().expect("gzip runs");
        assert!(whole.success(), "{map}");
    }
}

#[test]
fn a_folder_with_something_in_it_is_not_written_over() {
    let folder = scratch("taken");
    std::fs::write(folder.join("mine.txt"), "mine").expect("written");
    let ran = triscope(&["synth", "--out", arg(&folder), "--size", "64,64,16", "--spacing", "5.6,5.6,10"]);
    ran.refused(1);
    assert_eq!(listed(&folder), ["mine.txt"]);
}

#[test]
fn the_same_seed_gives_the_same_phantom() {
    let folders = ["seed-1", "seed-2"].map(|name| scratch(name).join("phantom"));
    for folder in &folders {
        crate::run::synth(folder, "64,64,16", "5.6,5.6,10");
    }
    let names = listed(&folders[0]);
    assert_eq!(names.len(), 17);
    for name in names {
        let read = |folder: &Path| std::fs::read(folder.join(&name)).expect("read");
        assert!(read(&folders[0]) == read(&folders[1]), "{name}");
    }
}
