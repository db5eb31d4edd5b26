//! `triscope bench`: one line of figures in the names that the benchmark scripts read.

use std::path::Path;

use crate::run::{arg, phantom, triscope};

#[test]
fn load_tells_the_volume_that_it_timed() {
    let ran = triscope(&["bench", "load", arg(phantom()), "--json"]);
    let json = ran.json();
    assert_eq!(ran.stdout.lines().count(), 1, "the scripts read one line");
    assert_eq!(json["shape"], serde_json::json!([64, 96, 96]));
    assert_eq!(json["dtype"], "int16");
    for field in ["load_ms", "load_cpu_ms", "sum", "min", "max", "first"] {
        assert!(json[field].is_number(), "{field}");
    }
    assert!(json["min"].as_i64() >= Some(-1024) && json["max"].as_i64() > Some(200), "{json}");
}

#[test]
fn classify_times_the_forward_pass() {
    let json = triscope(&["bench", "classify", "--device", "cpu", "--seed", "3", "--json"]).json();
    assert!(json["forward_ms"].as_f64() > Some(0.0), "{json}");
    assert!(json["runs"].as_u64() >= Some(3), "{json}");
}

#[test]
fn explain_times_each_method_that_is_named() {
    let named = ["--methods", "grad_cam,gradient", "--runs", "1", "--device", "cpu", "--json"];
    let json = triscope(&[&["bench", "explain"], &named[..]].concat()).json();
    for figure in ["grad_cam_ms", "gradient_ms"] {
        assert!(json[figure].as_f64() > Some(0.0), "{json}");
    }
    assert!(json["occlusion_ms"].is_null() && json["runs"] == 1, "{json}");
    let wrong = ["bench", "explain", "--model", "maemc-net-compact", "--methods", "guided_backprop"];
    triscope(&wrong).refused(1);
}

#[test]
fn a_weights_file_is_timed_by_the_network_that_reads_it_and_refused_by_another() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/weights/maemc-net-compact.safetensors");
    let of = |model| ["bench", "weights", arg(&file), "--model", model, "--device", "cpu", "--runs", "1"];
    let json = triscope(&[&of("maemc-net-compact")[..], &["--json"]].concat()).json();
    assert_eq!(json["bytes"].as_u64(), std::fs::metadata(&file).ok().map(|known| known.len()));
    assert!(json["load_ms"].as_f64() > Some(0.0) && json["runs"] == 1, "{json}");
    assert!(!triscope(&of("csf-net-compact")).refused(1).is_empty());
}

#[test]
fn what_cannot_be_timed_is_said() {
    triscope(&["bench", "load", "no/such/folder"]).refused(1);
    assert_eq!(triscope(&["bench", "classify", "--model", "nothing"]).code, Some(2));
}
