//! MAEMC-NET against PyTorch and against MAE's own numbers; the keys of its files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use burn::tensor::{Device, Tensor, TensorData};
use triscope::networks::maemc::{
    self, Classifier, Encoder, KEPT, Mae, Maemc, MaemcConfig, Mask, Pooling, Positions, SLICES, StackConfig,
};
use triscope::networks::weights::{Array, Import, StateDict, WeightsFile, random};
use triscope::networks::{Tapped, Taps};

use crate::golden::{BOUND, error, fixture};

#[test]
fn positions_on_the_grid_are_those_of_the_published_autoencoder() {
    let Some(state) = fixture("mae_sincos5.safetensors") else { return };
    for (key, width) in [("pos1024", 1024), ("pos512", 512)] {
        let positions = TensorData::new(maemc::positions(Positions::Grid, width), [1 + SLICES, width]);
        let positions = Tensor::<2>::from_data(positions, &Device::flex());
        assert!(error(positions, &state, key) < BOUND, "{key}");
    }
    let positions = |kind| Array { shape: vec![1, 26, 1024], values: maemc::positions(kind, 1024) };
    let told = |array: Array| {
        let state = StateDict { tensors: [("pos_embed".to_owned(), array)].into() };
        maemc::positions_of(&state, &MaemcConfig::full())
    };
    assert_eq!(told(state.tensors["pos1024"].clone()), Ok(Some(Positions::Grid)));
    assert_eq!(told(positions(Positions::Line)), Ok(Some(Positions::Line)));
    let mut other = positions(Positions::Line);
    other.values[2000] += 0.01;
    assert!(told(other).is_err_and(|e| e.to_string().contains("pos_embed")));
    assert_eq!(maemc::positions_of(&StateDict::default(), &MaemcConfig::full()), Ok(None));
}

#[test]
fn positions_on_the_line_take_turns_between_sine_and_cosine() {
    let values = maemc::positions(Positions::Line, 8);
    assert_eq!(values[..8], [0.0; 8], "the class token has none");
    // Slice 3: 3 / 10000^(2i / 8) for i = 0 to 3 is 3, 0.3, 0.03, 0.003.
    for (n, angle) in [3.0f32, 0.3, 0.03, 0.003].into_iter().enumerate() {
        let [sine, cosine] = [0, 1].map(|k| values[4 * 8 + 2 * n + k]);
        assert!((sine - angle.sin()).abs() < 1e-6 && (cosine - angle.cos()).abs() < 1e-6, "{n}");
    }
}

/// The rule by which `tests/data/golden/maemc.py` makes what it does not store.
fn ramp(shape: &[usize], step: usize, size: usize, scale: f32, shift: f32) -> Array {
    let n = shape.iter().product::<usize>();
    let value = |i: usize| ((i * step % size) as f32 / (size as f32 / 2.0) - 1.0) * scale + shift;
    Array { shape: shape.to_vec(), values: (0..n).map(value).collect() }
}

fn orders(pairs: [(usize, usize); 2]) -> Mask {
    let order = |(a, b)| std::array::from_fn(|n| (n * a + b) % SLICES);
    Mask::new(pairs.map(order).to_vec(), KEPT).expect("permutations")
}

/// The kinds of positions, as the fixture names them.
pub const KINDS: [(Positions, &str); 2] = [(Positions::Line, "line"), (Positions::Grid, "grid")];

/// Autoencoder, classifier and comparison of directions.
pub fn whole(device: &Device, kinds: &[(Positions, &str)]) {
    let path = PathBuf::from("tests/data/golden/maemc.safetensors");
    let state = WeightsFile::read(&path).expect("the fixture").state;
    let mut weights = state.under("w.");
    for part in ["", "momentum."] {
        let patches = ramp(&[12, 2, 50, 50], 41, 107, 1.0 / 50.0, 0.0);
        weights.tensors.insert(format!("{part}patch_embed.proj.weight"), patches);
    }
    weights.tensors.insert("decoder_pred.weight".to_owned(), ramp(&[5000, 8], 43, 109, 1.0, 0.0));
    let montages = || {
        [(29, 103), (37, 101)].map(|(step, size)| {
            let Array { shape, values } = ramp(&[2, 2, 250, 250], step, size, 0.5, 0.5);
            Tensor::<4>::from_data(TensorData::new(values, shape), device)
        })
    };
    let masks = [orders([(7, 0), (3, 4)]), orders([(11, 2), (24, 9)])];
    for &(positions, name) in kinds {
        let config = MaemcConfig {
            channels: 2,
            encoder: StackConfig { width: 12, blocks: 2, heads: 3 },
            decoder: StackConfig { width: 8, blocks: 1, heads: 2 },
            positions,
            pooling: Pooling::Class,
        };
        let out = |what: &str| format!("out.{name}.{what}");
        let mut mae = Mae::new(&config, device);
        let only = |keys: fn(&str) -> bool| {
            let kept = weights.tensors.iter().filter(|(key, _)| keys(key));
            StateDict { tensors: kept.map(|(key, array)| (key.clone(), array.clone())).collect() }
        };
        let rest = |key: &str| ["momentum.", "query.", "key.", "head."].iter().any(|p| key.starts_with(p));
        let layout = maemc::published_layout(&config);
        let dead = maemc::is_without_effect;
        let report =
            Import::load(&mut mae, "mae", &layout, weights.clone(), maemc::path_of, |k| dead(k) || rest(k));
        assert_eq!(report.expect("fits").loaded.len(), layout.len());
        let [axial, _] = montages();
        let mut taps = Taps::of(&["norm", "reconstruction"]);
        let (tokens, slices) = mae.forward_tapped(axial.clone(), &masks[0], &mut taps);
        assert!(error(tokens, &state, &out("tokens")) < BOUND);
        let Some(Tapped::D5(tapped)) = taps.take("reconstruction") else { panic!("slices are tapped") };
        let every = burn::tensor::Slice::new(0, None, 5);
        let eighth = [8..9, 0..2].map(burn::tensor::Slice::from);
        let part = tapped.slice([burn::tensor::Slice::full(), eighth[0], eighth[1], every, every]);
        assert!(error(part.squeeze_dim::<4>(1), &state, &out("slice")) < BOUND);
        let errors = maemc::slice_errors(axial.clone(), slices.clone());
        assert!(error(errors, &state, &out("errors")) < BOUND);
        if positions == Positions::Line {
            let loss = maemc::hidden_error(axial.clone(), slices.clone(), &masks[0]);
            assert!(error(loss, &state, "out.line.loss") < BOUND);
        }
        let montage = maemc::montage_of(maemc::slices_of(axial.clone()));
        assert_eq!(montage.into_data(), axial.clone().into_data());

        for (pooling, what) in [(Pooling::Class, "class"), (Pooling::Mean, "mean")] {
            let config = MaemcConfig { pooling, ..config };
            let mut net = Classifier::new(&config, device);
            let layout = maemc::classifier_layout(&config);
            let path_of = maemc::classifier_path_of;
            Import::load(&mut net, "classifier", &layout, weights.clone(), path_of, maemc::is_of_pretraining)
                .expect("fits");
            let names = net.encoder().attention_taps();
            assert_eq!(names.len(), 2);
            let mut taps = Taps::of(&[&names[1]]);
            assert!(error(net.forward_tapped(axial.clone(), &mut taps), &state, &out(what)) < BOUND);
            let Some(Tapped::D4(attention)) = taps.take(&names[1]) else { panic!("attention is tapped") };
            assert!(error(attention, &state, &out("attention")) < BOUND);
        }

        let mut net = Maemc::new(&config, device);
        let layout = maemc::pretraining_layout(&config);
        let without_head = only(|key| !key.starts_with("head."));
        Import::load(&mut net, "maemc", &layout, without_head, maemc::pretraining_path_of, dead)
            .expect("fits");
        let compared = net.forward(montages(), [&masks[0], &masks[1]]);
        assert!(error(compared.query.clone(), &state, &out("query")) < BOUND);
        assert!(error(compared.key, &state, &out("key")) < BOUND);
        // A copy of the encoder and its head sees what they see.
        let copied = net.follow(0.0).forward([axial.clone(), axial], [&masks[0], &masks[0]]);
        assert!(error(copied.query, &state, &out("query")) < BOUND);
        assert!(error(copied.key, &state, &out("query")) < BOUND);
    }
}

#[test]
fn maemc_net_equals_pytorch_with_both_kinds_of_positions_on_flex() {
    whole(&Device::flex(), &KINDS);
}

#[test]
fn the_momentum_encoder_takes_its_share_and_no_gradient() {
    let device = Device::flex().autodiff();
    let stack = StackConfig { width: 8, blocks: 1, heads: 2 };
    let config = MaemcConfig { encoder: stack, decoder: stack, ..MaemcConfig::full() };
    let mut net = Maemc::new(&config, &device);
    let layout = maemc::pretraining_layout(&config);
    let state = random(&layout, 9);
    let value = |state: &StateDict, key: &str| state.tensors[key].values[3];
    let path_of = maemc::pretraining_path_of;
    Import::load(&mut net, "maemc", &layout, state.clone(), path_of, maemc::is_without_effect).expect("fits");
    let net = net.follow(0.75);
    let after = triscope::networks::weights::collect(&net, maemc::key_of).expect("values");
    for key in ["blocks.0.mlp.fc1.weight", "patch_embed.proj.weight"] {
        let slow = format!("momentum.{key}");
        let expected = 0.75 * value(&state, &slow) + 0.25 * value(&state, key);
        assert!((value(&after, &slow) - expected).abs() < 1e-6, "{key}");
        assert_eq!(value(&after, key), value(&state, key), "{key}");
    }
    let mask = orders([(7, 0), (3, 4)]);
    let montage = ramp(&[2, 1, 250, 250], 29, 103, 0.5, 0.5);
    let montage =
        || Tensor::<4>::from_data(TensorData::new(montage.values.clone(), montage.shape.clone()), &device);
    let compared = net.forward([montage(), montage()], [&mask, &mask]);
    assert_eq!(compared.query.dims(), [2, 128]);
    let loss = (compared.query * compared.key).sum();
    let gradients = burn::optim::GradientsParams::from_grads(loss.backward(), &net);
    // Class token, patches, one block of 12 tensors, norm, and the query's head: of the encoder alone.
    assert_eq!(gradients.len(), 1 + 2 + 12 + 2 + 2);
}

#[test]
fn keys_and_shapes_are_those_of_the_published_autoencoder() {
    let path = PathBuf::from("../shared/golden/keys/maemc_mae_keys.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not here", path.display());
        return;
    };
    let published: BTreeMap<String, Vec<usize>> = serde_json::from_str(&text).expect("keys and shapes");
    assert_eq!(published.len(), 398);
    let config = MaemcConfig { channels: 3, ..MaemcConfig::full() };
    let (fixed, learned): (BTreeMap<_, _>, BTreeMap<_, _>) =
        published.into_iter().partition(|(key, _)| maemc::is_without_effect(key));
    assert_eq!(fixed.keys().collect::<Vec<_>>(), ["decoder_pos_embed", "pos_embed"]);
    let layout = maemc::published_layout(&config);
    assert_eq!(layout, learned);
    let count = |keys: &BTreeMap<String, Vec<usize>>| -> usize {
        keys.values().map(|shape| shape.iter().product::<usize>()).sum()
    };
    // Counted in the network that the published code builds, fixed positions among them.
    assert_eq!(count(&layout) + count(&fixed), 339_626_316);

    let mut state = random(&layout, 3);
    for (key, shape) in &fixed {
        let values = maemc::positions(Positions::Grid, shape[2]);
        state.tensors.insert(key.clone(), Array { shape: shape.clone(), values });
    }
    assert_eq!(maemc::positions_of(&state, &config), Ok(Some(Positions::Grid)));
    let mut net = Mae::new(&config, &Device::flex());
    let report = Import::load(&mut net, "mae", &layout, state, maemc::path_of, maemc::is_without_effect);
    let report = report.expect("nothing is missing, nothing is unknown");
    assert_eq!(report.loaded.len(), 396);
    assert_eq!(report.ignored, ["decoder_pos_embed", "pos_embed"]);
}

#[test]
fn the_grey_encoder_and_its_copies_have_the_expected_sizes() {
    let config = MaemcConfig::compact();
    let stack = |s: StackConfig| s.blocks * (12 * s.width * s.width + 13 * s.width) + 2 * s.width;
    let (encoder, decoder) = (config.encoder, config.decoder);
    // Class token, 2500 pixels to a token, blocks and norm; token, there and back, blocks and norm.
    let of_encoder = encoder.width * (1 + 2501) + stack(encoder);
    let of_decoder = decoder.width * (1 + encoder.width + 1) + (decoder.width + 1) * 2500 + stack(decoder);
    let count = |layout: BTreeMap<String, Vec<usize>>| -> usize {
        layout.values().map(|shape| shape.iter().product::<usize>()).sum()
    };
    assert_eq!(count(maemc::published_layout(&config)), of_encoder + of_decoder);
    assert!(of_encoder + of_decoder < 3_700_000, "{}", of_encoder + of_decoder);
    assert_eq!(count(maemc::classifier_layout(&config)), of_encoder + 2 * encoder.width + 2);
    let heads = 2 * 128 * (encoder.width + 1);
    assert_eq!(count(maemc::pretraining_layout(&config)), 2 * of_encoder + of_decoder + heads);
    let net = Encoder::new(&config, &Device::flex());
    assert_eq!(net.attention_taps()[5], "blocks.5.attn.weights");
}
