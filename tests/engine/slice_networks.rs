//! LungNodule-SSM: its transformer's keys, and files of a gigabyte.

use std::collections::BTreeMap;
use std::path::PathBuf;

use burn::tensor::Device;
use triscope::networks::ssm::{Dino, DinoConfig, dino_layout, is_dead, published};
use triscope::networks::weights::{Array, Card, Import, WeightsError, WeightsFile, random};

#[test]
fn the_transformers_keys_and_shapes_equal_the_published_ones() {
    let path = PathBuf::from("../shared/golden/keys/dinov2_vitl14_keys.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not here", path.display());
        return;
    };
    let mut keys: BTreeMap<String, Vec<usize>> = serde_json::from_str(&text).expect("keys and shapes");
    let values: usize = keys.values().map(|shape| shape.iter().product::<usize>()).sum();
    // Counted in the published code.
    assert_eq!((keys.len(), values), (343, 304_368_640));
    keys.retain(|key, _| !is_dead(key));
    assert_eq!(keys.len(), 342);
    assert!(dino_layout(&DinoConfig::large()) == keys);
}

#[test]
fn a_file_with_registers_and_the_dead_token_loads_and_tells_both() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("registers.safetensors");
    let plain = DinoConfig { dim: 8, depth: 2, heads: 2, registers: 0 };
    let mut state = random(&dino_layout(&DinoConfig { registers: 4, ..plain }), 3);
    state.tensors.insert("mask_token".to_owned(), Array { shape: vec![1, 8], values: vec![1.0; 8] });
    std::fs::write(&path, state.to_safetensors(&Card::unknown("a transformer", "a test"))).expect("written");
    let state = published(WeightsFile::read(&path).expect("readable").state);
    let config = plain.with_registers_of(&state);
    assert_eq!(config.registers, 4);
    let load = |config: DinoConfig| {
        let mut net = Dino::new(&config, &Device::flex());
        let layout = dino_layout(&config);
        Import::load(&mut net, "a transformer", &layout, state.clone(), str::to_owned, is_dead)
    };
    let report = load(config).expect("fits");
    assert_eq!((report.ignored.as_slice(), report.loaded.len()), (&["mask_token".to_owned()][..], 35));
    let error = load(plain).expect_err("no place for registers").to_string();
    assert!(error.contains("1 unexpected (first: register_tokens)"), "{error}");
}

#[test]
fn reading_tells_how_far_it_is_and_can_be_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.safetensors");
    let config = DinoConfig { dim: 384, depth: 2, heads: 6, registers: 0 };
    let state = random(&dino_layout(&config), 3);
    std::fs::write(&path, state.to_safetensors(&Card::unknown("a transformer", "a test"))).expect("written");
    let mut shares = Vec::new();
    let file = WeightsFile::read_watched(&path, &mut |share| {
        shares.push(share);
        true
    });
    assert!(file.expect("readable").state == state);
    assert!(shares.is_sorted() && shares.len() > 30 && shares.last() == Some(&1.0), "{shares:?}");
    let mut told = 0;
    let stopped = WeightsFile::read_watched(&path, &mut |share| {
        told += 1;
        share < 0.5
    });
    assert!(matches!(&stopped, Err(WeightsError::Stopped { name }) if name == "large.safetensors"));
    assert!(told < shares.len(), "{told}");
}
