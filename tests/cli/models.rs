//! `triscope models`: lists, imports, and files that must be refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::run::{arg, nodule, phantom, scratch, triscope};

pub const MODEL: &str = "m3net-compact";

/// A safetensors file of 32-bit floats: length of the header, header in JSON, values.
pub fn safetensors(path: &Path, tensors: &BTreeMap<String, Vec<usize>>, value: impl Fn(&str, usize) -> f32) {
    let mut header = serde_json::Map::new();
    let mut data = Vec::new();
    for (key, shape) in tensors {
        let start = data.len();
        for n in 0..shape.iter().product::<usize>() {
            data.extend(value(key, n).to_le_bytes());
        }
        let entry =
            serde_json::json!({ "dtype": "F32", "shape": shape, "data_offsets": [start, data.len()] });
        header.insert(key.clone(), entry);
    }
    let header = Value::Object(header).to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.bytes());
    bytes.extend(data);
    fs::write(path, bytes).expect("written");
}

/// The report of an import, as JSON, whether it worked or not.
pub fn import(file: &Path, network: &str, out: &Path) -> (Option<i32>, Value, String) {
    let ran = triscope(&["models", "import", arg(file), "--as", network, "--out", arg(out), "--json"]);
    let json =
        if ran.stdout.is_empty() { Value::Null } else { serde_json::from_str(&ran.stdout).expect("JSON") };
    (ran.code, json, ran.stderr)
}

/// Every key of the network with its shape, as the program tells them: keys from an import that has
/// none of them, shapes from one that has them all wrong.
fn layout(folder: &Path) -> BTreeMap<String, Vec<usize>> {
    let layout = layout_of(folder, MODEL);
    // 418 published keys of this topology, of which 60 are counters without effect.
    assert_eq!(layout.len(), 358);
    layout
}

/// The same of any network.
pub fn layout_of(folder: &Path, model: &str) -> BTreeMap<String, Vec<usize>> {
    let (file, out) = (folder.join("probe.safetensors"), folder.join("never.safetensors"));
    safetensors(&file, &BTreeMap::from([("stranger".to_owned(), vec![1])]), |_, _| 0.0);
    let (code, report, _) = import(&file, model, &out);
    assert_eq!(code, Some(1));
    assert_eq!(report["unexpected"], serde_json::json!(["stranger"]));
    let missing = report["missing"].as_array().expect("a list");
    let odd =
        missing.iter().map(|k| (k.as_str().expect("a key").to_owned(), vec![1, 1, 1, 1, 1, 1])).collect();
    safetensors(&file, &odd, |_, _| 0.0);
    let (code, report, _) = import(&file, model, &out);
    assert_eq!(code, Some(1));
    let wrong = report["wrong_shape"].as_array().expect("a list");
    assert_eq!(wrong.len(), missing.len());
    assert!(!out.exists(), "nothing is written unless everything fits");
    wrong
        .iter()
        .map(|w| {
            let shape = w["expected"].as_array().expect("a shape").iter().filter_map(Value::as_u64);
            (w["key"].as_str().expect("a key").to_owned(), shape.map(|n| n as usize).collect())
        })
        .collect()
}

/// Small values of both signs; variances are positive.
pub fn plausible(key: &str, n: usize) -> f32 {
    if key.ends_with("running_var") { 1.0 } else { ((n * 37 + key.len() * 11) % 101) as f32 / 1000.0 - 0.05 }
}

fn weights(name: &str) -> (PathBuf, BTreeMap<String, Vec<usize>>) {
    let folder = scratch(name);
    let layout = layout(&folder);
    let file = folder.join("trained.safetensors");
    safetensors(&file, &layout, plausible);
    (file, layout)
}

#[test]
fn every_network_is_listed_with_its_weights() {
    let json = triscope(&["models", "--json"]).json();
    let names: Vec<&str> =
        json["models"].as_array().expect("a list").iter().filter_map(|m| m["name"].as_str()).collect();
    let all = [
        "m3net-compact",
        "m3net-r18x3",
        "m3net-cnb-r34-r18",
        "mmcaf-net",
        "mmcaf-net-compact",
        "maemc-net",
        "maemc-net-compact",
        "csf-net",
        "csf-net-compact",
        "lungnodule-ssm",
        "lungnodule-ssm-compact",
    ];
    assert_eq!(names, all);
    let one = triscope(&["models", "info", MODEL, "--json"]).json();
    assert_eq!(one["weights"], "built-in");
    assert_eq!(one["weights_sha256"].as_str().map(str::len), Some(64));
    assert_eq!(one["crops"], serde_json::json!([[32, 32, 56], [64, 64, 56], [96, 96, 56]]));
    // The published size of the full network: models of another size are another network.
    assert_eq!(json["models"][1]["parameters"], 99_889_928);
    assert_eq!(triscope(&["models", "info", "no-such-net"]).code, Some(2));
    let other = triscope(&["models", "info", "mmcaf-net", "--json"]).json();
    assert_eq!((&other["family"], &other["options"]["tokens"]), (&"MMCAF-Net".into(), &"tokens48".into()));
    assert_eq!(other["question"], "adenocarcinoma_vs_squamous");
    assert!(other["crops"].is_null() && other["weights"].is_null());
}

#[test]
fn imported_weights_answer_under_their_own_name() {
    let (file, layout) = weights("weights-good");
    let out = file.with_file_name("mine.safetensors");
    let (code, report, stderr) = import(&file, MODEL, &out);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(report["loaded"].as_array().map(Vec::len), Some(layout.len()));
    for list in ["missing", "unexpected", "wrong_shape"] {
        assert_eq!(report[list], Value::Array(Vec::new()), "{list}");
    }
    let at = nodule(phantom());
    let ask = |weights: &Path| {
        triscope(&[
            "classify",
            arg(phantom()),
            "--at",
            &at,
            "--weights",
            arg(weights),
            "--device",
            "cpu",
            "--json",
        ])
        .json()
    };
    let (own, imported) = (ask(&file), ask(&out));
    let answer = &imported["results"][0]["answers"][0];
    assert_eq!(answer["weights"], "mine.safetensors");
    assert!(answer["note"].is_null(), "only untrained weights carry the warning");
    assert_eq!(answer["logits"], own["results"][0]["answers"][0]["logits"]);
}

#[test]
fn weights_that_cannot_be_trusted_are_refused() {
    let (file, layout) = weights("weights-bad");
    let out = file.with_file_name("out.safetensors");
    let bytes = fs::read(&file).expect("read");
    let refused = |file: &Path, network: &str, word: &str| {
        let (code, report, stderr) = import(file, network, &out);
        assert_eq!(code, Some(1), "{word}: {stderr}");
        assert!(report["error"].as_str().is_some_and(|e| e.contains(word)), "{word}: {report}");
        assert_eq!(report["model"], network);
        assert!(
            stderr.contains(word) && stderr.lines().filter(|l| l.starts_with("triscope:")).count() == 1,
            "{stderr}"
        );
        assert!(!out.exists(), "{word}");
        let ran = triscope(&[
            "classify",
            arg(phantom()),
            "--at",
            "0,0,0",
            "--model",
            network,
            "--weights",
            arg(file),
            "--device",
            "cpu",
        ]);
        assert!(ran.refused(1).contains(word), "{}", ran.stderr);
    };
    let truncated = file.with_file_name("truncated.safetensors");
    fs::write(&truncated, &bytes[..bytes.len() - 5000]).expect("written");
    refused(&truncated, MODEL, "truncated.safetensors");

    let not_finite = file.with_file_name("nan.safetensors");
    safetensors(&not_finite, &layout, |key, n| {
        if key == "fc_head.0.bias" && n == 3 { f32::NAN } else { plausible(key, n) }
    });
    refused(&not_finite, MODEL, "fc_head.0.bias");

    refused(&file, "m3net-r18x3", "do not fit m3net-r18x3");

    let text = file.with_file_name("letter.pt");
    fs::write(&text, "Dear reader").expect("written");
    refused(&text, MODEL, "no weights file");

    refused(&file.with_file_name("gone.pt"), MODEL, "gone.pt");
}

#[test]
fn an_ensemble_answers_with_its_range_and_is_imported_whole() {
    let (_, layout) = weights("weights-ensemble");
    let folder = scratch("weights-ensemble-packed");
    let value = |member: usize, key: &str, n: usize| {
        // Each another network: the last layer leans another way.
        let lean = if key == "fc_head.3.bias" { member as f32 * (n as f32 - 0.5) } else { 0.0 };
        plausible(key, n) + lean
    };
    let at = nodule(phantom());
    let ask = |weights: &Path| {
        let options = ["--weights", arg(weights), "--device", "cpu", "--json"];
        let asked = [&["classify", arg(phantom()), "--at", &at][..], &options].concat();
        triscope(&asked).json()["results"][0]["answers"][0].clone()
    };
    let single = |member: usize| {
        let file = folder.join(format!("member{member}.safetensors"));
        safetensors(&file, &layout, |key, n| value(member, key, n));
        ask(&file)
    };
    let singles = [single(0), single(1)];
    let packed = folder.join("packed.safetensors");
    let both = [0, 1].into_iter().flat_map(|m| layout.iter().map(move |(key, shape)| (m, key, shape)));
    let keys = both.map(|(m, key, shape)| (format!("members.{m}.{key}"), shape.clone())).collect();
    safetensors(&packed, &keys, |key, n| {
        let (member, key) = key.trim_start_matches("members.").split_once('.').expect("a member's key");
        value(member.parse().expect("a number"), key, n)
    });
    let imported = folder.join("imported.safetensors");
    let (code, report, stderr) = import(&packed, MODEL, &imported);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(report["members"], 2);
    assert_eq!(report["loaded"].as_array().map(Vec::len), Some(2 * layout.len()));

    let number = |value: &Value| value.as_f64().expect("a number");
    for file in [&packed, &imported] {
        let answer = ask(file);
        let members: Vec<f64> = singles.iter().map(|a| number(&a["probability"])).collect();
        assert!(members[0] < members[1], "{members:?}");
        assert_eq!(
            answer["members"],
            serde_json::json!({"count": 2, "probabilities": members, "explained": 0})
        );
        assert_eq!(answer["interval"], serde_json::json!(members));
        for class in 0..2 {
            let mean = singles.iter().map(|a| number(&a["logits"][class])).sum::<f64>() / 2.0;
            // Numbers are printed to a billionth.
            assert!((number(&answer["logits"][class]) - mean).abs() < 2e-9);
        }
        let margin = number(&answer["logits"][1]) - number(&answer["logits"][0]);
        assert!((number(&answer["probability"]) - 1.0 / (1.0 + (-margin).exp())).abs() < 4e-9);
        assert_eq!(answer["scale_contribution"], singles[0]["scale_contribution"]);
        for absent in ["calibration", "readers", "caution"] {
            assert!(answer[absent].is_null(), "{absent} is not known of these weights");
        }
    }
    assert!(singles[0]["interval"].is_null() && singles[0]["members"].is_null());
}

/// CRC-32 as zip archives use it (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 })
    })
}

/// A zip archive of stored files: local headers, central directory, its end (PKWARE APPNOTE 4.3).
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let mut facts = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        facts.extend(crc32(bytes).to_le_bytes());
        facts.extend([(bytes.len() as u32).to_le_bytes(), (bytes.len() as u32).to_le_bytes()].concat());
        facts.extend((name.len() as u16).to_le_bytes());
        facts.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&facts);
        directory.extend([0; 10]);
        directory.extend((archive.len() as u32).to_le_bytes());
        directory.extend(name.bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&facts);
        archive.extend(name.bytes());
        archive.extend(*bytes);
    }
    let start = archive.len() as u32;
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([(files.len() as u16).to_le_bytes(), (files.len() as u16).to_le_bytes()].concat());
    archive.extend((directory.len() as u32).to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0, 0]);
    archive
}

#[test]
fn code_in_a_pickle_is_named_and_never_run() {
    let folder = scratch("weights-code");
    let marker = folder.join("executed");
    // os.system("touch MARKER") as pickle protocol 2 writes it: GLOBAL, argument, TUPLE1, REDUCE, STOP.
    let call = format!("touch {}", marker.display());
    let mut pickle = b"\x80\x02cposix\nsystem\nX".to_vec();
    pickle.extend((call.len() as u32).to_le_bytes());
    pickle.extend(call.bytes());
    pickle.extend(b"\x85R.");
    let out = folder.join("out.safetensors");
    let bare = folder.join("bare.pt");
    fs::write(&bare, &pickle).expect("written");
    let archive = folder.join("archive.pt");
    fs::write(&archive, zip(&[("archive/data.pkl", &pickle), ("archive/version", b"3\n")])).expect("written");
    for file in [&bare, &archive] {
        let (code, _, stderr) = import(file, MODEL, &out);
        assert_eq!(code, Some(1), "{}: {stderr}", file.display());
        assert!(!stderr.contains("a fault in Triscope"), "{stderr}");
        assert!(
            stderr.contains("code") || stderr.contains("no weights file"),
            "{}: {stderr}",
            file.display()
        );
        assert!(!marker.exists(), "{} was executed", file.display());
        assert!(!out.exists());
    }
}
