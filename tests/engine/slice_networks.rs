//! LungNodule-SSM: its transformer's keys, and files of a gigabyte.

use std::collections::BTreeMap;
use std::path::PathBuf;

use burn::tensor::{Device, Tensor, TensorData};
use triscope::networks::Taps;
use triscope::networks::ssm::{Dino, DinoConfig, Tokens, dino_layout, is_dead, published};
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
fn pieces_are_looked_at_where_they_lie_in_their_image() {
    let config = DinoConfig { dim: 8, depth: 2, heads: 2, registers: 0 };
    let mut state = random(&dino_layout(&config), 3);
    // Positions that differ from cell to cell.
    let table = state.tensors.get_mut("pos_embed").expect("a table");
    table.values.iter_mut().enumerate().for_each(|(n, v)| *v = (n as f32 * 0.37).sin());
    let device = Device::flex();
    let mut net = Dino::new(&config, &device);
    Import::load(&mut net, "a transformer", &dino_layout(&config), state, str::to_owned, is_dead)
        .expect("fits");
    let image = |from: usize, side: usize| {
        let values: Vec<f32> = (0..3 * side * side).map(|n| ((from + n) as f32 * 0.11).cos()).collect();
        Tensor::<4>::from_data(TensorData::new(values, [1, 3, side, side]), &device)
    };
    let class = |tokens: Tokens| tokens.class.into_data().try_to_vec::<f32>().expect("on this machine");
    let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
    // A piece that is the whole is the whole.
    let whole = class(net.forward(image(0, 42)));
    assert!(close(&class(net.forward_pieces(image(0, 42), [3, 3], &[[0, 0]], &mut Taps::off())), &whole));
    // Each of several is told as it is alone, and told otherwise elsewhere.
    let alone = |from: usize, corner: [usize; 2]| {
        class(net.forward_pieces(image(from, 28), [5, 4], &[corner], &mut Taps::off()))
    };
    let both = Tensor::cat(vec![image(0, 28), image(9, 28)], 0);
    let both = class(net.forward_pieces(both, [5, 4], &[[0, 1], [3, 2]], &mut Taps::off()));
    assert!(close(&both, &[alone(0, [0, 1]), alone(9, [3, 2])].concat()), "single precision");
    assert!(!close(&alone(0, [0, 1]), &alone(0, [3, 2])));
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
