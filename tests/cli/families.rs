//! The networks besides M3Net, asked as a user asks them: weights by file, fields, a prior.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::models::{import, layout_of, plausible, safetensors};
use crate::run::{arg, nodule, phantom, scratch, triscope};

/// Weights of a network under its published keys, imported.
fn weights(model: &str) -> PathBuf {
    let folder = scratch(&format!("weights-{model}"));
    let mut layout = layout_of(&folder, model);
    if model.starts_with("csf-net") {
        // The embedding has room for one category of each field, after two rows of no field.
        layout.insert("categories_offset".to_owned(), vec![6]);
    }
    if model.starts_with("lungnodule-ssm") {
        let wide = layout["cls_token"][2];
        for (key, outputs, inputs) in [("shared_fc", 256, wide), ("class_fc", 2, 256), ("bbox_fc", 4, 256)] {
            layout.insert(format!("detector.{key}.weight"), vec![outputs, inputs]);
            layout.insert(format!("detector.{key}.bias"), vec![outputs]);
        }
    }
    let file = folder.join("trained.safetensors");
    safetensors(&file, &layout, |key, n| match key {
        "categories_offset" => 2.0 + n as f32,
        _ if key.ends_with("kan.grid") || key == "kan.grid" => -2.2 + 0.4 * (n % 12) as f32,
        _ => plausible(key, n),
    });
    let out = folder.join("mine.safetensors");
    let (code, report, stderr) = import(&file, model, &out);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(report["loaded"].as_array().map(Vec::len), Some(layout.len()));
    out
}

fn ask(model: &str, weights: &Path, more: &[&str]) -> Value {
    let at = nodule(phantom());
    let mut arguments = vec!["classify", arg(phantom()), "--at", &at, "--device", "cpu", "--json"];
    arguments.extend(["--model", model, "--weights", arg(weights)]);
    arguments.extend(more);
    triscope(&arguments).json()["results"][0]["answers"][0].clone()
}

fn names(answer: &Value, list: &str, field: &str) -> Vec<String> {
    let all = answer[list].as_array().expect("a list");
    all.iter().map(|entry| entry[field].as_str().expect("a name").to_owned()).collect()
}

fn reasons(answer: &Value) -> String {
    answer["guard"]["reasons"].to_string()
}

#[test]
fn mmcaf_reads_twelve_slices_and_says_what_each_field_did() {
    let folder = scratch("mmcaf-fields");
    let fields = folder.join("fields.json");
    std::fs::write(&fields, r#"{"sex": "female", "age_years": 61, "t_stage": "T2a"}"#).expect("written");
    let file = weights("mmcaf-net-compact");
    let answer = ask("mmcaf-net-compact", &file, &["--explain", "grad_cam,native", "--fields", arg(&fields)]);
    assert_eq!(answer["question"], "adenocarcinoma_vs_squamous");
    assert_eq!(answer["options"], json!({ "tokens": "tokens48", "field": "whole" }));
    assert_eq!(names(&answer, "regions", "name"), ["window"]);
    assert_eq!(answer["regions"][0]["index_size"][2], 12);
    assert_eq!(names(&answer, "explanations", "method"), ["grad_cam", "native"]);
    let told: BTreeMap<String, bool> = answer["field_contribution"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|f| {
            (f["field"].as_str().expect("a key").to_owned(), f["known"].as_bool().expect("known or not"))
        })
        .collect();
    assert_eq!(told.len(), 7);
    assert!(told["sex"] && told["age_years"] && told["t_stage"] && !told["smoking"]);
    assert!(reasons(&answer).contains("taken as unknown: weight"), "{answer}");
    // One logit: the probability is its sigmoid; both are rounded to a billionth.
    let logit = answer["logits"][0].as_f64().expect("a number");
    let probability = answer["probability"].as_f64().expect("a number");
    assert!((probability - 1.0 / (1.0 + (-logit).exp())).abs() < 1e-8, "{answer}");

    let clinical = ask("mmcaf-net-compact", &file, &["--mode", "clinical", "--fields", arg(&fields)]);
    assert_eq!((&clinical["mode"], &answer["mode"]), (&"clinical".into(), &"paper".into()));

    std::fs::write(&fields, r#"{"age_years": 610}"#).expect("written");
    let at = nodule(phantom());
    let arguments = ["classify", arg(phantom()), "--at", &at, "--model", "mmcaf-net-compact", "--weights"];
    let ran = triscope(&[&arguments[..], &[arg(&file), "--fields", arg(&fields)]].concat());
    assert!(ran.refused(1).contains("between 18 and 120"), "{}", ran.stderr);
}

#[test]
fn maemc_attends_to_slices_and_has_one_mode() {
    let file = weights("maemc-net-compact");
    let answer = ask("maemc-net-compact", &file, &["--explain", "attention_rollout"]);
    assert_eq!(answer["question"], "adenocarcinoma_vs_granuloma");
    assert_eq!(names(&answer, "regions", "name"), ["axial", "coronal"]);
    let shares: Vec<f64> =
        answer["slice_attention"].as_array().expect("a list").iter().filter_map(Value::as_f64).collect();
    let sum: f64 = shares.iter().sum();
    assert!(shares.len() == 25 && shares.iter().all(|s| *s >= 0.0) && sum < 1.0 && sum > 0.0, "{shares:?}");
    assert_eq!(answer["explanations"][0]["native_shape"], json!([25, 1, 1]));

    let at = nodule(phantom());
    let arguments = ["classify", arg(phantom()), "--at", &at, "--model", "maemc-net-compact", "--weights"];
    let clinical = triscope(&[&arguments[..], &[arg(&file), "--mode", "clinical"]].concat());
    assert!(clinical.refused(1).contains("no mode clinical"), "{}", clinical.stderr);
    let guided = triscope(&[&arguments[..], &[arg(&file), "--explain", "guided_backprop"]].concat());
    assert!(guided.refused(1).contains("defined for ReLUs alone"), "{}", guided.stderr);
}

#[test]
fn what_was_computed_on_the_way_is_written_as_arrays() {
    let out = scratch("inside");
    let at = nodule(phantom());
    let file = weights("maemc-net-compact");
    let ran = triscope(&[
        "explain",
        arg(phantom()),
        "--at",
        &at,
        "--model",
        "maemc-net-compact",
        "--weights",
        arg(&file),
        "--explain",
        "native",
        "--inside",
        "--out",
        arg(&out),
        "--json",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let arrays = report["results"][0]["answers"][0]["inside"].as_array().expect("a list").clone();
    let of = |kind: &str| arrays.iter().filter(|array| array["kind"] == kind).collect::<Vec<_>>();
    // The montage, the patches' embedding and six blocks, and the attention of each block.
    assert_eq!([of("read").len(), of("features").len(), of("attention").len()], [1, 7, 6]);
    assert_eq!(of("read")[0]["shape"], json!([1, 250, 250]));
    let last = of("attention")[5];
    assert_eq!((&last["axes"], &last["asks"][0]), (&json!(["head", "asks", "asked"]), &json!("class")));
    assert_eq!(last["asked"][25], "slice 24");
    for array in &arrays {
        let bytes = std::fs::read(out.join(array["file"].as_str().expect("a name"))).expect("there");
        let shape: Vec<u64> =
            array["shape"].as_array().expect("a list").iter().filter_map(Value::as_u64).collect();
        let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        assert_eq!((bytes.len() - header) as u64, 4 * shape.iter().product::<u64>(), "{array}");
        if array["kind"] == "attention" {
            let shares: Vec<f32> =
                bytes[header..].as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
            assert!(
                shares.chunks_exact(26).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-4),
                "{array}"
            );
        }
    }
    // Without a folder there is nowhere to put them.
    let ran = triscope(&["explain", arg(phantom()), "--at", &at, "--inside"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("--out"), "{}", ran.stderr);
}

#[test]
fn csf_needs_an_earlier_date_and_never_the_same_series() {
    let folder = scratch("followup");
    let ran = triscope(&[
        "synth",
        "--out",
        arg(&folder),
        "--followup",
        "300",
        "--size",
        "160,160,64",
        "--spacing",
        "2,2,3",
        "--nodules",
        "2",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let (prior, current) = (folder.join("prior"), folder.join("current"));
    let (then, now) = (nodule(&prior), nodule(&current));
    let file = weights("csf-net-compact");
    let arguments =
        ["classify", arg(&current), "--at", &now, "--device", "cpu", "--json", "--model", "csf-net-compact"];
    let with = |more: &[&str]| triscope(&[&arguments[..], &["--weights", arg(&file)], more].concat());

    let alone = with(&[]);
    assert!(alone.refused(1).contains("--prior PATH"), "{}", alone.stderr);
    let same = with(&["--prior", arg(&current), "--prior-at", &now]);
    assert!(same.refused(1).contains("the very series"), "{}", same.stderr);
    let outside = with(&["--prior", arg(&prior), "--prior-at", "9000,0,0"]);
    assert!(outside.refused(1).contains("outside"), "{}", outside.stderr);

    let explain = "grad_cam,gradient,native,date_difference";
    let json = with(&["--prior", arg(&prior), "--prior-at", &then, "--explain", explain]).json();
    let answer = &json["results"][0]["answers"][0];
    assert_eq!(answer["question"], "malignancy");
    assert_eq!(names(answer, "regions", "name"), ["current", "prior"]);
    assert_eq!(
        names(answer, "explanations", "method"),
        ["grad_cam", "gradient", "native", "date_difference"]
    );
    assert_eq!(names(answer, "field_contribution", "field").len(), 6);
    assert!(reasons(answer).contains("taken as unknown"), "{answer}");
}

#[test]
fn ssm_answers_about_the_slice_and_shows_the_heads_box() {
    let file = weights("lungnodule-ssm-compact");
    let answer = ask("lungnodule-ssm-compact", &file, &["--explain", "native"]);
    assert_eq!(answer["question"], "slice_contains_nodule");
    assert_eq!(
        (&answer["answered_by"], names(&answer, "regions", "name")),
        (&"detector".into(), vec!["slice".to_owned()])
    );
    let index = answer["regions"][0]["index_min"][2].as_i64().expect("a slice");
    assert_eq!(answer["detection"]["index_min"][2], index);
    assert_eq!(answer["explanations"][0]["native_shape"], json!([1, 36, 36]));
}

#[test]
fn a_transformer_alone_is_imported_and_cannot_answer() {
    let model = "lungnodule-ssm-compact";
    let folder = scratch("transformer-alone");
    let layout = layout_of(&folder, model);
    let (file, out) = (folder.join("vit.safetensors"), folder.join("mine.safetensors"));
    safetensors(&file, &layout, plausible);
    let (code, _, stderr) = import(&file, model, &out);
    assert_eq!(code, Some(0), "{stderr}");
    let ran = triscope(&[
        "classify",
        arg(phantom()),
        "--at",
        &nodule(phantom()),
        "--model",
        model,
        "--weights",
        arg(&out),
    ]);
    assert!(ran.refused(1).contains("neither a forest nor a detection head"), "{}", ran.stderr);
}

#[test]
fn a_forest_and_a_head_are_imported_with_their_transformer_and_the_forest_answers() {
    let model = "lungnodule-ssm-compact";
    let folder = scratch("forest");
    let layout = layout_of(&folder, model);
    let wide = layout["cls_token"][2];
    let [vit, head, forest] = ["vit", "head", "forest"].map(|name| folder.join(name));
    safetensors(&vit, &layout, plausible);
    let heads = [("shared_fc", 256, wide), ("class_fc", 2, 256), ("bbox_fc", 4, 256)];
    let heads = heads.into_iter().flat_map(|(key, outputs, inputs)| {
        [(format!("{key}.weight"), vec![outputs, inputs]), (format!("{key}.bias"), vec![outputs])]
    });
    safetensors(&head, &heads.collect(), plausible);
    // One tree, one leaf: three quarters for the class asked about.
    let tree = json!({
        "children_left": [-1], "children_right": [-1], "feature": [-2], "threshold": [-2.0], "value": [[1.0, 3.0]]
    });
    let written = json!({ "n_features": wide, "classes": ["0", "1"], "trees": [tree] });
    std::fs::write(&forest, written.to_string()).expect("written");
    let out = folder.join("mine.safetensors");
    let arguments =
        ["models", "import", arg(&vit), "--as", model, "--out", arg(&out), "--forest", arg(&forest)];
    let ran = triscope(&[&arguments[..], &["--detector", arg(&head)]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let answer = ask(model, &out, &[]);
    assert_eq!((&answer["answered_by"], &answer["probability"]), (&"forest".into(), &json!(0.75)));
    assert!(answer["detection"]["probability"].is_number());

    std::fs::write(&forest, written.to_string().replace(&wide.to_string(), "7")).expect("written");
    let ran = triscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let at = nodule(phantom());
    let ran = triscope(&["classify", arg(phantom()), "--at", &at, "--model", model, "--weights", arg(&out)]);
    assert!(ran.refused(1).contains("reads 7 features"), "{}", ran.stderr);
    std::fs::write(&forest, "[]").expect("written");
    assert_eq!(triscope(&arguments).code, Some(1));
    let other = triscope(&[
        "models",
        "import",
        arg(&vit),
        "--as",
        "csf-net",
        "--out",
        arg(&out),
        "--forest",
        arg(&forest),
    ]);
    assert!(other.refused(1).contains("not to csf-net"), "{}", other.stderr);
}

#[test]
fn a_volume_is_scanned_slice_by_slice_into_candidates() {
    let model = "lungnodule-ssm-compact";
    let file = weights(model);
    let arguments =
        ["scan", arg(phantom()), "--model", model, "--weights", arg(&file), "--device", "cpu", "--json"];
    let with = |more: &[&str]| triscope(&[&arguments[..], more].concat());
    let json = with(&["--every", "16", "--threshold", "0"]).json();
    assert_eq!(
        (&json["question"], &json["answered_by"]),
        (&"slice_contains_nodule".into(), &"detector".into())
    );
    let slices = json["slices"].as_array().expect("a list");
    let count = json["series"]["size"][2].as_u64().expect("slices").div_ceil(16);
    assert_eq!(slices.len() as u64, count);
    assert_eq!(slices[1]["index"], 16);
    let candidates = json["candidates"].as_array().expect("a list");
    // Nothing is left out at a threshold of nothing: every slice is in one of them.
    assert!(!candidates.is_empty());
    let highest = |list: &[Value], field: &str| {
        list.iter().filter_map(|entry| entry[field].as_f64()).fold(f64::NEG_INFINITY, f64::max)
    };
    assert_eq!(candidates[0]["score"].as_f64(), Some(highest(slices, "probability")));
    assert_eq!(candidates[0]["corners_lps_mm"].as_array().map(Vec::len), Some(8));
    let none = with(&["--every", "40", "--threshold", "1"]).json();
    assert_eq!(none["candidates"], json!([]));
    let other = triscope(&["scan", arg(phantom()), "--model", "m3net-compact"]);
    assert!(other.refused(1).contains("does not scan"), "{}", other.stderr);
    let without = triscope(&["scan", arg(phantom()), "--model", "lungnodule-ssm"]);
    assert!(without.refused(1).contains("models import"), "{}", without.stderr);
    // The compact one has weights of its own, and its forest answers.
    let own = triscope(&["scan", arg(phantom()), "--every", "32", "--device", "cpu", "--json"]).json();
    assert_eq!(own["answered_by"], "forest");
}

#[test]
fn other_networks_are_asked_what_their_input_does_and_their_maps_are_checked() {
    let at = nodule(phantom());
    let methods = [
        "gradient",
        "gradient_x_input",
        "smooth_grad",
        "integrated_gradients",
        "occlusion",
        "rise",
        "native",
        "hires_cam",
        "kernel_shap",
        "attention_relevance",
    ];
    let arguments = ["explain", arg(phantom()), "--at", &at, "--device", "cpu", "--json", "--trust"];
    let few = ["--steps", "3", "--samples", "2", "--blocks", "2", "--refined", "1", "--patterns", "3"];
    let of = ["--model", "maemc-net-compact", "--explain", &methods.join(",")];
    let asked = || triscope(&[&arguments[..], &few, &of].concat()).json()["results"][0]["answers"][0].clone();
    let answer = asked();
    assert_eq!(names(&answer, "explanations", "method"), methods);
    for map in answer["explanations"].as_array().expect("maps") {
        let told = &map["told"];
        for figure in ["deletion", "insertion", "deletion_random", "insertion_random"] {
            assert!(told[figure].is_number(), "{map}");
        }
        for step in ["answer", "deep", "middle", "early", "all"] {
            assert!(["rank", "ssim"].iter().all(|kind| told[format!("{kind}_{step}")].is_number()), "{map}");
        }
        let passed =
            told["rank_all"].as_f64().map(f64::abs) < Some(0.5) && told["ssim_all"].as_f64() < Some(0.5);
        assert_eq!(told["randomisation_passed"], f64::from(u8::from(passed)), "{map}");
        let unsigned = [json!("native"), json!("hires_cam"), json!("attention_relevance")];
        assert_eq!(map["signed"], !unsigned.contains(&map["method"]));
        let shape = match map["method"].as_str() {
            Some("occlusion") => json!([2, 2, 2]),
            Some("rise") => json!([4, 6, 6]),
            // A value for each token, which is a slice.
            Some("native" | "hires_cam" | "attention_relevance") => json!([25, 1, 1]),
            Some("kernel_shap") => serde_json::Value::Null,
            _ => json!([25, 50, 50]),
        };
        assert_eq!(map["native_shape"], shape);
    }
    // Chance is of a seed: the same question has the same maps.
    assert_eq!(asked()["explanations"], answer["explanations"]);
}

#[test]
fn derivatives_are_of_transformers_whose_way_back_fits() {
    let (at, file) = (nodule(phantom()), weights("lungnodule-ssm-compact"));
    let start =
        ["explain", arg(phantom()), "--at", &at, "--device", "cpu", "--json", "--explain", "gradient"];
    let compact = ["--model", "lungnodule-ssm-compact", "--weights", arg(&file)];
    let json = triscope(&[&start[..], &compact].concat()).json();
    assert_eq!(json["results"][0]["answers"][0]["explanations"][0]["native_shape"], json!([1, 504, 504]));
    let full = triscope(&[&start[..], &["--model", "lungnodule-ssm"]].concat());
    assert!(full.refused(1).contains("occlusion"), "{}", full.stderr);
}
