//! Weights: seeded, imported, written, found again; keys against the published lists.

use std::collections::BTreeMap;
use std::path::PathBuf;

use burn::tensor::Device;
use triscope::inference::{DeviceInfo, M3NetNetwork, WeightsChoice};
use triscope::jobs::JobContext;
use triscope::networks::m3net::{is_without_effect, published_layout};
use triscope::networks::weights::{Card, RANDOM_SEED, UNTRAINED, WeightsFile, built_in, random};
use triscope::networks::{m3net_config, names};
use triscope::workflow::models::{self, Besides};

#[test]
fn key_lists_and_shapes_equal_the_published_ones() {
    for (model, file, entries) in [
        ("m3net-r18x3", "m3net_resnet18x3_keys.json", 418),
        ("m3net-cnb-r34-r18", "m3net_cnb_r34_r18_keys.json", 0),
    ] {
        let path = PathBuf::from("../shared/golden/keys").join(file);
        let Ok(text) = std::fs::read_to_string(&path) else {
            eprintln!("skipped: {} is not here", path.display());
            continue;
        };
        let published: BTreeMap<String, Vec<usize>> = serde_json::from_str(&text).expect("keys and shapes");
        assert!(entries == 0 || published.len() == entries, "{model}: {}", published.len());
        let layout = published_layout(&m3net_config(model).expect("listed"));
        let with_effect: BTreeMap<_, _> =
            published.into_iter().filter(|(key, _)| !is_without_effect(key)).collect();
        let missing: Vec<_> = with_effect.keys().filter(|k| !layout.contains_key(*k)).take(5).collect();
        let extra: Vec<_> = layout.keys().filter(|k| !with_effect.contains_key(*k)).take(5).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{model}: missing {missing:?}, extra {extra:?}");
        assert_eq!(layout, with_effect, "{model}");
    }
}

#[test]
fn parameter_counts_equal_the_measured_ones() {
    for (model, expected) in [("m3net-r18x3", 99_889_928), ("m3net-cnb-r34-r18", 184_608_072)] {
        let report = models::info(model).expect("listed");
        // Counted in the networks that the published code builds.
        assert_eq!(report.parameters, expected, "{model}");
        assert!(report.weights.is_none() && !report.default, "{model} has no weights of its own");
    }
    assert_eq!(models::list().expect("all").len(), names().len());
}

#[test]
fn built_in_weights_are_whole_calibrated_and_small_enough() {
    let file = built_in("m3net-compact").expect("it has some").expect("they are whole");
    let card = file.card_for("m3net-compact").expect("of this network");
    assert!(card.trained && card.calibration.is_some());
    assert!(card.caution.as_ref().is_some_and(|c| c.contains("not pathology")), "{:?}", card.caution);
    // A file changed by hand is told by its card.
    assert_eq!(card.values_sha256.as_deref(), Some(file.state.sha256().as_str()));
    assert!(file.metadata.contains_key("triscope.guard"), "what its training pictures were like");
    let report = models::info("m3net-compact").expect("listed");
    assert_eq!(report.members.len(), 5, "a network of each fold");
    assert!(report.members.iter().all(|m| m.readers));
    assert_eq!(report.weights_sha256.as_deref(), Some(file.sha256.as_str()));
    let size = std::fs::metadata("assets/weights/m3net-compact.safetensors").expect("carried").len();
    assert!(size <= 25_000_000, "{size} bytes");
}

#[test]
fn random_weights_are_the_same_everywhere_and_say_that_they_mean_nothing() {
    let card = Card::random("m3net-compact", RANDOM_SEED);
    assert!(!card.trained);
    assert_eq!(card.trained_on, UNTRAINED);
    assert_eq!(UNTRAINED, "untrained weights: this number means nothing; import or train weights");
    let layout = published_layout(&m3net_config("m3net-compact").expect("listed"));
    let state = random(&layout, RANDOM_SEED);
    // Recorded once; another value means that other machines train from other values than this one.
    assert_eq!(state.sha256(), "11569b5bc9012638a7759fbbc26e2152617e223bb1326b8c34b4ecddaf73c65f");
    assert_ne!(random(&layout, RANDOM_SEED + 1).sha256(), state.sha256());
}

#[test]
fn an_imported_checkpoint_is_found_verified_and_answers_like_its_source() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, out) = (folder.path().join("trained.safetensors"), folder.path().join("ours.safetensors"));
    let layout = published_layout(&m3net_config("m3net-compact").expect("listed"));
    let mut state = random(&layout, 7);
    // What a published checkpoint holds beside what counts.
    let counter = triscope::networks::weights::Array { shape: vec![], values: vec![3.0] };
    state.tensors.insert("net32.bn1.num_batches_tracked".to_owned(), counter);
    let card = Card { trained_on: "phantoms".to_owned(), ..Card::unknown("m3net-compact", "here") };
    std::fs::write(&source, state.to_safetensors(&card)).expect("a file");

    let report =
        models::import(&source, "m3net-compact", Besides::default(), &out, &JobContext::unobserved())
            .expect("it fits");
    assert_eq!(report.keys.loaded.len(), layout.len());
    assert_eq!(report.keys.ignored, ["net32.bn1.num_batches_tracked"]);
    let file = WeightsFile::read(&out).expect("ours");
    let card = file.card.clone().expect("a card");
    assert_eq!(card.source_sha256.as_deref(), Some(report.source_sha256.as_str()));
    assert_eq!((card.trained, card.trained_on.as_str()), (true, "phantoms"));

    let (device, info) = (Device::flex(), DeviceInfo { backend: "flex".to_owned(), name: String::new() });
    let network =
        M3NetNetwork::load("m3net-compact", &WeightsChoice::File(out.clone()), &device, info.clone());
    let network = network.expect("it loads");
    assert_eq!(network.known.weights, "ours.safetensors");
    assert_eq!(network.known.weights_sha256, file.sha256);
    let error = M3NetNetwork::load("m3net-r18x3", &WeightsChoice::File(out.clone()), &device, info);
    assert!(error.expect_err("another network").to_string().contains("holds weights of m3net-compact"));

    // One value changed: the card's hash tells.
    let mut bytes = std::fs::read(&out).expect("ours");
    let last = bytes.len() - 2;
    bytes[last] ^= 0x10;
    std::fs::write(&out, bytes).expect("a file");
    let error = WeightsFile::read(&out).expect_err("changed").to_string();
    assert!(error.contains("changed or damaged"), "{error}");
}

#[test]
fn half_precision_checkpoints_are_read_as_single_precision() {
    let folder = tempfile::tempdir().expect("a folder");
    // 1.0, -2.0 as IEEE half and as bfloat16.
    for (kind, bytes) in [("F16", [0x00u8, 0x3c, 0x00, 0xc0]), ("BF16", [0x80, 0x3f, 0x00, 0xc0])] {
        let header = format!(r#"{{"a":{{"dtype":"{kind}","shape":[2],"data_offsets":[0,4]}}}}"#);
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend_from_slice(header.as_bytes());
        file.extend_from_slice(&bytes);
        let path = folder.path().join(kind);
        std::fs::write(&path, file).expect("a file");
        let state = WeightsFile::read(&path).expect("readable").state;
        assert_eq!(state.tensors["a"].values, [1.0, -2.0], "{kind}");
    }
}

#[test]
fn an_import_that_is_stopped_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let layout = published_layout(&m3net_config("m3net-compact").expect("listed"));
    let source = folder.path().join("trained.safetensors");
    let card = Card::unknown("m3net-compact", "here");
    std::fs::write(&source, random(&layout, 7).to_safetensors(&card)).expect("a file");
    let out = folder.path().join("ours.safetensors");
    for stage in ["Reading", "Comparing", "Writing"] {
        let handle: std::sync::Arc<std::sync::OnceLock<JobContext>> = std::sync::Arc::default();
        let own = std::sync::Arc::clone(&handle);
        // Ctrl+C in the middle of this stage; the next look at the context finds it. The last look
        // comes before the file is written.
        let ctx = JobContext::new(move |progress| {
            if progress.what.starts_with(stage) {
                own.get().expect("set").cancel();
            }
        });
        handle.set(ctx.clone()).ok().expect("once");
        let ended = models::import(&source, "m3net-compact", Besides::default(), &out, &ctx);
        assert!(matches!(ended, Err(models::ModelsError::Cancelled(_))), "{stage}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1, "{stage}");
    }
}
