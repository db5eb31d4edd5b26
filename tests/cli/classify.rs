//! `triscope classify` and `demo`: the main job without a window.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::run::{arg, command, nodule, phantom, ran, scratch, slices, synth, triscope};

/// What stands wherever an answer of the built-in weights is shown.
const CAUTION: &str = "Malignant means the impression of radiologists who read the same CT, not pathology; the \
     surroundings in training were simulated: what surrounds a nodule is no evidence";

fn ask(more: &[&str]) -> Value {
    let at = nodule(phantom());
    let mut arguments = vec!["classify", arg(phantom()), "--at", &at, "--device", "cpu", "--json"];
    arguments.extend(more);
    triscope(&arguments).json()
}

#[test]
fn an_answer_has_every_field_of_the_contract() {
    let json = ask(&["--explain", "grad_cam,native,grad_cam:micro"]);
    for field in ["triscope", "series", "device", "results", "timing_ms"] {
        assert!(!json[field].is_null(), "{field}");
    }
    for field in ["uid", "frame_of_reference_uid", "size", "spacing_mm", "warnings"] {
        assert!(!json["series"][field].is_null(), "series.{field}");
    }
    assert_eq!(json["device"]["backend"], "flex");
    assert!(json["device"]["name"].is_string());
    for stage in ["load", "upload", "crop", "forward", "explain"] {
        assert!(json["timing_ms"][stage].as_f64().is_some_and(|ms| ms >= 0.0), "timing_ms.{stage}");
    }
    assert!(json["timing_ms"]["upload"].as_f64() > Some(0.0), "handing three crops over takes some time");
    let point = &json["results"][0];
    let answer = &point["answers"][0];
    assert_eq!(answer["device"], json["device"]);
    for field in ["model", "mode", "weights", "weights_sha256", "trained_on", "intended_use", "question"] {
        assert!(answer[field].is_string(), "{field}");
    }
    assert_eq!((&answer["model"], &answer["mode"]), (&"m3net-compact".into(), &"paper".into()));
    assert_eq!((&answer["weights"], &answer["question"]), (&"built-in".into(), &"malignancy".into()));
    assert!(answer["note"].is_null(), "only untrained weights carry the warning");
    assert_eq!(answer["caution"], CAUTION);
    assert_eq!(answer["members"]["count"], 5);
    let interval: Vec<f64> =
        answer["interval"].as_array().expect("two").iter().filter_map(Value::as_f64).collect();
    assert_eq!(answer["classes"].as_array().map(Vec::len), Some(2));
    let logits: Vec<f64> =
        answer["logits"].as_array().expect("two").iter().filter_map(Value::as_f64).collect();
    let probability = answer["probability"].as_f64().expect("a number");
    assert!(interval[0] <= probability && probability <= interval[1], "{answer}");
    let temperature = answer["calibration"]["temperature"].as_f64().expect("calibrated");
    // The probability is that of the calibrated margin; all three are rounded to a billionth.
    assert!((probability - 1.0 / (1.0 + ((logits[0] - logits[1]) / temperature).exp())).abs() < 1e-7);
    for scale in ["micro", "meso", "macro"] {
        assert!(answer["scale_contribution"][scale].is_number(), "{scale}");
    }
    // Voxels of 5 mm are no CT that the weights were taught on.
    assert_eq!(answer["guard"]["verdict"], "outside_training");
    assert!(answer["guard"]["reasons"].to_string().contains("training had"), "{}", answer["guard"]);
    let asked: Vec<(&str, &str)> = answer["explanations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|e| (e["method"].as_str().expect("a name"), e["scale"].as_str().expect("a name")))
        .collect();
    assert_eq!(asked, [("grad_cam", "combined"), ("native", "combined"), ("grad_cam", "micro")]);
    for map in answer["explanations"].as_array().expect("a list") {
        // Maps of three shapes together have none.
        let one_shape = (map["scale"] != "combined").then_some(3);
        assert_eq!(map["native_shape"].as_array().map(Vec::len), one_shape);
        assert!(map["units"].is_string() && map["signed"].is_boolean());
        assert_eq!(map["max_at_lps_mm"].as_array().map(Vec::len), Some(3));
        assert!(map["file"].is_null(), "without --out there is no file");
    }
}

#[test]
fn explanations_alone_tell_their_parameters_and_what_they_add_up_to() {
    let folder = arg(phantom());
    let arguments = [
        "explain",
        folder,
        "--index",
        "40,41,30",
        "--explain",
        "integrated_gradients,occlusion",
        "--steps",
        "4",
        "--blocks",
        "2",
        "--refined",
        "0",
        "--fill",
        "-900",
        "--device",
        "cpu",
        "--json",
    ];
    let json = triscope(&arguments).json();
    let maps = json["results"][0]["answers"][0]["explanations"].as_array().expect("two").clone();
    let told = |n: usize, name: &str| maps[n]["told"][name].as_f64();
    assert_eq!((maps.len(), told(0, "steps"), told(0, "baseline")), (2, Some(4.0), Some(0.0)));
    assert!(told(0, "sum").is_some() && told(0, "difference").is_some());
    assert_eq!(
        (told(1, "blocks"), told(1, "refined_blocks"), told(1, "fill_hu")),
        (Some(8.0), Some(0.0), Some(-900.0))
    );
    assert_eq!(maps[1]["native_shape"], serde_json::json!([2, 2, 2]));
    assert!(maps.iter().all(|map| map["signed"] == true && map["units"] == "logit"));
}

#[test]
fn regions_tell_where_the_network_looked() {
    let json = ask(&[]);
    let answer = &json["results"][0]["answers"][0];
    let regions = answer["regions"].as_array().expect("three");
    for (region, (name, side)) in regions.iter().zip([("micro", 32), ("meso", 64), ("macro", 96)]) {
        assert_eq!(region["name"], name);
        assert_eq!(region["index_size"], serde_json::json!([side, side, 56]));
        assert_eq!(region["padded_voxels"], 0);
        assert_eq!(region["shifted_voxels"].as_array().map(Vec::len), Some(3));
        let corners = region["corners_lps_mm"].as_array().expect("eight");
        assert_eq!(corners.len(), 8);
        // Spacing of the phantom is 3.6 mm: from outer face to outer face.
        let width = corners[1][0].as_f64().expect("x") - corners[0][0].as_f64().expect("x");
        assert!((width - f64::from(side) * 3.6).abs() < 1e-6, "{name}: {width}");
    }
    assert!(answer["explanations"].as_array().is_some_and(Vec::is_empty));
}

#[test]
fn points_and_indices_are_answered_in_their_order() {
    let folder = arg(phantom());
    let arguments = [
        "classify",
        folder,
        "--index",
        "40,41,30",
        "--at",
        "0,0,0",
        "--index",
        "50,51,31.5",
        "--device",
        "cpu",
        "--json",
    ];
    let json = triscope(&arguments).json();
    let results = json["results"].as_array().expect("a list");
    assert_eq!(results.len(), 3);
    assert_eq!(results[0]["point_index"], serde_json::json!([40.0, 41.0, 30.0]));
    assert_eq!(results[1]["point_lps_mm"], serde_json::json!([0.0, 0.0, 0.0]));
    assert_eq!(results[2]["point_index"], serde_json::json!([50.0, 51.0, 31.5]));
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    let at = nodule(phantom());
    let mut files = Vec::new();
    for name in ["same-1", "same-2"] {
        let out = scratch(name);
        let arguments = [
            "classify",
            arg(phantom()),
            "--at",
            &at,
            "--explain",
            "grad_cam",
            "--device",
            "cpu",
            "--out",
            arg(&out),
        ];
        let ran = triscope(&arguments);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains(CAUTION), "{}", ran.stdout);
        let mut listed: Vec<_> = std::fs::read_dir(&out)
            .expect("listed")
            .flatten()
            .map(|e| (e.file_name().into_string().expect("plain"), std::fs::read(e.path()).expect("read")))
            .collect();
        listed.sort();
        files.push(listed);
    }
    let names: Vec<&str> = files[0].iter().map(|(n, _)| n.as_str()).collect();
    let pictures = ["p01_axial.png", "p01_coronal.png", "p01_sagittal.png"];
    assert!(names.contains(&"p01_grad_cam.nii.gz") && names.contains(&"result.json"), "{names:?}");
    assert!(pictures.iter().all(|p| names.contains(p)), "{names:?}");
    assert_eq!(names.len(), 5, "nothing else is left: {names:?}");
    for ((name, first), (_, second)) in files[0].iter().zip(&files[1]) {
        if name == "result.json" {
            let read = |bytes: &[u8]| {
                let mut json: Value = serde_json::from_slice(bytes).expect("JSON");
                assert_eq!(
                    json["results"][0]["answers"][0]["explanations"][0]["file"],
                    "p01_grad_cam.nii.gz"
                );
                json["timing_ms"] = Value::Null;
                json
            };
            assert_eq!(read(first), read(second));
        } else {
            assert!(first == second, "{name} differs from run to run");
        }
    }
}

#[test]
fn a_point_outside_is_named_with_the_volume() {
    for (option, value) in [("--at", "900,0,0"), ("--index", "-1,5,5"), ("--index", "5,5,64")] {
        let ran = triscope(&["classify", arg(phantom()), option, value]);
        assert!(ran.refused(1).contains("outside the volume"), "{}", ran.stderr);
    }
}

#[test]
fn a_thin_volume_is_padded_and_said() {
    let folder = scratch("thin");
    std::fs::remove_dir(&folder).expect("synth makes it");
    synth(&folder, "64,64,20", "5,5,10");
    let json =
        triscope(&["classify", arg(&folder), "--index", "32,32,10", "--device", "cpu", "--json"]).json();
    let answer = &json["results"][0]["answers"][0];
    // What lies there is said before what the volume lacks.
    assert_ne!(answer["guard"]["verdict"], "ok");
    assert!(answer["guard"]["reasons"].to_string().contains("filled with air"), "{}", answer["guard"]);
    // 36 of 56 slices of the micro crop lie outside.
    assert_eq!(answer["regions"][0]["padded_voxels"], 32 * 32 * 36);
    for file in slices(&folder).into_iter().skip(4) {
        std::fs::remove_file(file).expect("removed");
    }
    let info = triscope(&["info", arg(&folder), "--json"]).json();
    assert_eq!(
        (&info["series"][0]["usable"], &info["series"][0]["classifiable"]),
        (&true.into(), &false.into())
    );
    for force in [&[][..], &["--force"]] {
        let mut arguments = vec!["classify", arg(&folder), "--index", "32,32,2", "--device", "cpu"];
        arguments.extend(force);
        let ran = triscope(&arguments);
        assert!(ran.refused(1).contains("slices"), "under 5 slices no network is asked: {}", ran.stderr);
    }
}

#[test]
fn a_series_with_a_gap_is_refused_unless_forced() {
    let folder = crate::run::copy_of_phantom("gap-classify", 30);
    std::fs::remove_file(&slices(&folder)[20]).expect("removed");
    let arguments = ["classify", arg(&folder), "--index", "40,40,10", "--device", "cpu", "--json"];
    let ran_without = triscope(&arguments);
    assert!(ran_without.refused(1).contains("--force"), "{}", ran_without.stderr);
    let mut forced = arguments.to_vec();
    forced.push("--force");
    let json = triscope(&forced).json();
    assert!(json["series"]["warnings"].as_array().is_some_and(|w| !w.is_empty()));
    let guard = &json["results"][0]["answers"][0]["guard"];
    assert_ne!(guard["verdict"], "ok");
    assert!(guard["reasons"].to_string().contains("missing_slices"), "{guard}");
}

#[test]
fn all_networks_means_those_with_weights() {
    let json = ask(&["--model", "all"]);
    let answers = json["results"][0]["answers"].as_array().expect("a list");
    let models: Vec<_> = answers.iter().map(|answer| answer["model"].as_str().expect("a name")).collect();
    let compact = ["m3net", "mmcaf-net", "maemc-net", "csf-net", "lungnodule-ssm"]
        .map(|name| format!("{name}-compact"));
    assert_eq!(models, compact);
    // One date is not enough for one of them: it says what it needs, and the others answer.
    assert!([0, 1, 2, 4].iter().all(|n| answers[*n]["probability"].is_number()));
    let needs = answers[3]["guard"]["reasons"][0].as_str().expect("a reason");
    assert!(answers[3]["probability"].is_null() && needs.contains("--prior PATH"), "{needs}");
}

#[test]
fn a_network_without_weights_says_how_to_get_them() {
    let ran =
        triscope(&["classify", arg(phantom()), "--at", "0,0,0", "--model", "m3net-r18x3", "--device", "cpu"]);
    assert!(ran.refused(1).contains("models import"), "{}", ran.stderr);
}

#[test]
fn the_demo_does_its_job_without_a_display_and_on_one_that_nothing_can_draw_into() {
    let out = scratch("demo");
    // Where this user has the case already it is not made again: that takes most of a minute.
    let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli-home");
    let cache = users_cache().unwrap_or_else(|| home.join("cache"));
    let ran = ran(command().args(["demo", "--out", arg(&out)]).env("XDG_CACHE_HOME", &cache));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains(arg(&out)), "it says where: {}", ran.stdout);
    assert!(ran.stdout.contains(CAUTION));
    for file in ["result.json", "p01_axial.png", "p01_coronal.png", "p01_sagittal.png", "p01_grad_cam.nii.gz"]
    {
        assert!(out.join(file).is_file(), "{file}");
    }
    #[cfg(target_os = "linux")]
    demo_without_a_driver(&cache.join("triscope").join("phantom-1"));
}

#[cfg(target_os = "linux")]
fn demo_without_a_driver(case: &Path) {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let xvfb = Command::new("Xvfb")
        .args(["-displayfd", "1", "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut xvfb) = xvfb else {
        eprintln!("skipped: Xvfb is not installed");
        return;
    };
    let mut display = String::new();
    let told = BufReader::new(xvfb.stdout.take().expect("its output")).read_line(&mut display);
    // Results go beside the case, so it lies in a cache of its own.
    let cache = scratch("demo-cache");
    let place = cache.join("triscope");
    std::fs::create_dir(&place).expect("made");
    std::os::unix::fs::symlink(case, place.join("phantom-1")).expect("linked");
    let ran = ran(command()
        .arg("demo")
        .env("XDG_CACHE_HOME", &cache)
        .env("DISPLAY", format!(":{}", display.trim()))
        .env("WGPU_BACKEND", "vulkan")
        .env("VK_DRIVER_FILES", "/nowhere"));
    let _ = xvfb.kill();
    let _ = xvfb.wait();
    assert!(told.is_ok_and(|read| read > 1), "Xvfb names its display");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("No graphics adapter can draw into a window here"), "{}", ran.stderr);
    assert!(ran.stderr.contains("no pictures were drawn"), "what is left out is said: {}", ran.stderr);
    assert!(place.join("demo").join("result.json").is_file());
}

/// The user's own cache folder, if the built-in case lies in it.
fn users_cache() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
    cache.join("triscope").join("phantom-1").join("truth.json").is_file().then_some(cache)
}

#[test]
fn the_places_around_a_point_are_told_with_how_far_a_click_may_be_off() {
    let (folder, at) = (arg(phantom()), nodule(phantom()));
    let found = triscope(&[
        "explain",
        folder,
        "--at",
        &at,
        "--device",
        "cpu",
        "--around",
        "3",
        "--around-step",
        "4",
        "--json",
    ])
    .json();
    let answer = &found["results"][0]["answers"][0];
    // Nobody asked for maps.
    assert_eq!(answer["explanations"].as_array().map(Vec::len), Some(0));
    let around = &answer["neighbourhood"];
    assert_eq!((around["centres"].as_u64(), around["step_mm"].as_f64()), (Some(3), Some(4.0)));
    let places = around["places"].as_array().expect("places");
    assert_eq!(places.len() as u64 + around["outside"].as_u64().expect("a count"), 27);
    assert_eq!(places[0]["offset_mm"].as_array().map(|o| o.iter().all(|v| v == 0.0)), Some(true));
    let close =
        |a: &Value, b: &Value| (a.as_f64().expect("a number") - b.as_f64().expect("a number")).abs() < 1e-5;
    // The point itself has the answer that it has alone: all networks together, calibrated.
    assert!(
        close(&places[0]["probability"], &answer["probability"]),
        "{} {}",
        places[0],
        answer["probability"]
    );
    let jitter = &around["jitter"];
    let [low, mean, high] = [&jitter["range"][0], &jitter["mean"], &jitter["range"][1]];
    assert!(low.as_f64() <= mean.as_f64() && mean.as_f64() <= high.as_f64(), "{jitter}");
    assert!(around["same_side"]["radius_mm"].as_f64().is_some_and(|mm| mm >= 0.0), "{around}");
    for wrong in ["4", "1", "17", "many"] {
        assert_eq!(triscope(&["explain", folder, "--at", &at, "--around", wrong]).code, Some(2), "{wrong}");
    }
    // A network without members is asked as if each place had been clicked; without tissue, too.
    let (of, ball) = (["--model", "maemc-net-compact", "--device", "cpu"], format!("{at},6"));
    let ask = ["explain", folder, "--at", &at, "--around", "3", "--without", &ball, "--json"];
    let found = triscope(&[&ask[..], &of[..]].concat()).json();
    let answer = &found["results"][0]["answers"][0];
    let places = answer["neighbourhood"]["places"].as_array().expect("places");
    assert!(places.len() > 20 && close(&places[0]["probability"], &answer["probability"]), "{}", places[0]);
    let without = &answer["counterfactual"];
    let number = |value: &Value| value.as_f64().expect("a number");
    let before = number(&without["probability"]) - number(&without["change"]);
    assert!((before - number(&answer["probability"])).abs() < 1e-5, "{without}");
    assert!(number(&without["change"]).abs() > 0.0 && without["voxels"].as_u64() > Some(0), "{without}");
}

#[test]
fn the_answer_without_some_tissue_stands_beside_the_answer() {
    let (folder, at) = (arg(phantom()), nodule(phantom()));
    let ask = |ball: &str, fill: &str| {
        let found = triscope(&[
            "explain",
            folder,
            "--at",
            &at,
            "--device",
            "cpu",
            "--without",
            ball,
            "--fill-with",
            fill,
            "--json",
        ])
        .json();
        found["results"][0]["answers"][0].clone()
    };
    let answer = ask(&format!("{at},12"), "lung");
    let found = &answer["counterfactual"];
    let number = |value: &Value| value.as_f64().expect("a number");
    assert!(found["voxels"].as_u64().is_some_and(|n| n > 10), "{found}");
    assert_eq!(found["without"][0]["fill"], "lung");
    let change = number(&found["probability"]) - number(&answer["probability"]);
    assert!((number(&found["change"]) - change).abs() < 1e-6 && change != 0.0, "{found}");
    // Far away nothing is taken from what the network reads.
    let far = ask("10000,0,0,5", "air");
    assert_eq!(
        (number(&far["counterfactual"]["change"]), far["counterfactual"]["voxels"].as_u64()),
        (0.0, Some(0))
    );
    for wrong in ["1,2,3", "1,2,3,0", "1,2,3,x"] {
        let ran = triscope(&["explain", folder, "--at", &at, "--without", wrong]);
        assert_eq!(ran.code, Some(2), "{wrong}");
    }
}

#[test]
fn the_same_asked_otherwise_is_told_apart_from_the_ensemble() {
    let json = ask(&["--uncertainty"]);
    let answer = &json["results"][0]["answers"][0];
    assert!(answer["interval"].is_array());
    let [turned, dropped] =
        ["test_time_augmentation", "monte_carlo_dropout"].map(|way| &answer["uncertainty"][way]);
    assert_eq!((&turned["count"], &dropped["count"]), (&16.into(), &100.into()));
    assert!(turned["seed"].is_null(), "nothing is random in it");
    for way in [turned, dropped] {
        let number = |field: &str| way[field].as_f64().expect("a number");
        let range: Vec<f64> =
            way["range"].as_array().expect("two").iter().filter_map(Value::as_f64).collect();
        assert!(range[0] < number("mean") && number("mean") < range[1] && number("sd") > 0.0, "{way}");
    }
    // One of the positions is the crops as they are.
    let probability = answer["probability"].as_f64().expect("a number");
    assert!(turned["range"][0].as_f64() <= Some(probability + 1e-6));
    assert!(turned["range"][1].as_f64() >= Some(probability - 1e-6));
    // Random numbers begin at a seed: the same question has the same answer.
    assert_eq!(ask(&["--uncertainty"])["results"][0]["answers"][0]["uncertainty"], answer["uncertainty"]);
    assert!(ask(&[])["results"][0]["answers"][0]["uncertainty"].is_null(), "only where it is asked");
    // Other networks have no dropout that is left on; of one slice the order of slices cannot be turned.
    for (model, positions) in [("maemc-net-compact", 16), ("lungnodule-ssm-compact", 8)] {
        let json = ask(&["--model", model, "--uncertainty"]);
        let answer = &json["results"][0]["answers"][0];
        let turned = &answer["uncertainty"]["test_time_augmentation"];
        assert_eq!(turned["count"], positions, "{model}");
        assert!(answer["uncertainty"]["monte_carlo_dropout"].is_null(), "{model}");
        let probability = answer["probability"].as_f64().expect("a number");
        assert!(turned["range"][0].as_f64() <= Some(probability + 1e-6), "{model}");
        assert!(turned["range"][1].as_f64() >= Some(probability - 1e-6), "{model}");
        assert!(turned["sd"].as_f64() > Some(0.0), "{model}");
    }
}
