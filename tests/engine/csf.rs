//! CSF-Net against PyTorch: its parts, the whole network, and the keys of a published file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use burn::tensor::{Device, Tensor, TensorData};
use triscope::networks::csf::{
    self, AfterTemporal, Attending, Cbam, CrossModalFusion, CsfBlock, CsfConfig, CsfNet, Keys, Trunk,
};
use triscope::networks::weights::{Array, Import, StateDict, WeightsFile};
use triscope::networks::{Rule, Tapped, Taps};

use crate::golden::{BOUND, error, fixture, load, tensor};

pub fn parts(device: &Device) {
    if let Some(state) = fixture("csf_resblock.safetensors") {
        let mut block = CsfBlock::new(4, 8, device);
        load(&mut block, &state);
        let x: Tensor<5> = tensor(&state, "in.0", device);
        assert!(error(block.forward(x.clone(), &mut Taps::off()), &state, "out.0") < BOUND);
        assert!(error(block.fold().forward(x, &mut Taps::off()), &state, "out.0") < BOUND);
    }
    if let Some(state) = fixture("csf_cbam8.safetensors") {
        let mut cbam = Cbam::new(8, device);
        load(&mut cbam, &state);
        let (y, _) = cbam.forward(tensor(&state, "in.0", device));
        assert!(error(y, &state, "out.0") < BOUND);
    }
    if let Some(state) = fixture("csf_cmfa16.safetensors") {
        let mut fusion = CrossModalFusion::new(16, device);
        load(&mut fusion, &state);
        for (keys, out) in [(Keys::Batch, "out.0"), (Keys::Own, "out.1")] {
            let [image, fields] = ["in.0", "in.1"].map(|key| tensor(&state, key, device));
            let y = fusion.forward_tapped(image, fields, keys, &mut Taps::off(), false);
            assert!(error(y, &state, out) < BOUND, "{out}");
        }
    }
}

/// The rule by which `tests/data/golden/csf.py` makes its regions.
pub fn regions(batch: usize, device: &Device) -> [Tensor<4>; 2] {
    [(29, 103), (37, 101)].map(|(step, size)| {
        let n = batch * 16 * 64 * 64;
        let values: Vec<f32> = (0..n).map(|i| (i * step % size) as f32 / (size as f32 / 2.0) - 1.0).collect();
        Tensor::from_data(TensorData::new(values, [batch, 16, 64, 64]), device)
    })
}

fn filled(config: &CsfConfig, state: &StateDict, device: &Device) -> CsfNet {
    let mut net = CsfNet::new(config, device);
    let (layout, weights) = (csf::published_layout(config), state.under("w."));
    let report =
        Import::load(&mut net, "csf", &layout, weights, csf::path_of, csf::is_without_effect).expect("fits");
    assert_eq!(report.ignored, ["categories_offset"]);
    net
}

/// A reading of the network, and its answer in the fixture.
type Reading = (Attending, AfterTemporal, &'static str);

pub const READINGS: [Reading; 4] = [
    (Attending::Patient, AfterTemporal::Nothing, "out.patient"),
    (Attending::Batch, AfterTemporal::Nothing, "out.batch"),
    (Attending::Patient, AfterTemporal::Relu, "out.relu"),
    (Attending::Tokens, AfterTemporal::Nothing, "out.tokens"),
];

/// The whole network, two patients at once.
pub fn whole(device: &Device, readings: &[Reading]) {
    let path = PathBuf::from("tests/data/golden/csf.safetensors");
    let state = WeightsFile::read(&path).expect("the fixture").state;
    let categories = csf::categories_of(&state.under("w.")).expect("told by the file");
    assert_eq!(categories, [3, 2, 2, 4, 2, 2]);
    let config = CsfConfig {
        stage1: [4, 4, 8],
        stage2: [8, 8, 8],
        stage3: [8, 8, 8, 12],
        features: 8,
        ..CsfConfig::full(categories)
    };
    let codes = [[0, 1, 0, 3, 1, 0], [2, 0, 1, 1, 0, 1]];
    for &(attending, after_temporal, out) in readings {
        let net = filled(&CsfConfig { attending, after_temporal, ..config }, &state, device);
        let clinical = net.clinical(&codes).expect("known categories");
        if out == "out.patient" {
            // Neither the quick ways of the processor nor the parts that explanations use differ.
            assert!(error(net.forward(regions(2, device), &clinical), &state, out) < BOUND, "{out}");
        }
        let net = net.fold();
        let gate = "t1.layers.9.gate";
        let explained = CsfNet::DATES.map(|date| format!("{date}.{}", Trunk::EXPLAINED.0));
        let mut taps = Taps::of(&[gate, "tepfushon", &explained[0], &explained[1], "fusion.V.weights"]);
        let logits = net.forward_tapped(regions(2, device), &clinical, &mut taps);
        assert!(error(logits, &state, out) < BOUND, "{out}");
        let Some(Tapped::D5(gate)) = taps.take(gate) else { panic!("the gate is tapped") };
        assert!(error(gate, &state, "x.t1.layers.9.gate") < BOUND);
        if after_temporal == AfterTemporal::Nothing {
            let Some(Tapped::D5(joined)) = taps.take("tepfushon") else { panic!("the dates are tapped") };
            assert!(error(joined, &state, "x.tepfushon") < BOUND);
        }
        let features = explained.map(|name| match taps.take(&name) {
            Some(Tapped::D5(x)) => x,
            _ => panic!("{name} is tapped"),
        });
        assert_eq!(features[0].dims(), [2, 8, 4, 16, 16]);
        let again = net.after_explained(features, net.embed(&clinical));
        assert!(error(again, &state, out) < BOUND, "{out}");
        let Some(Tapped::D4(weights)) = taps.take("fusion.V.weights") else { panic!("weights are tapped") };
        let expected = match attending {
            Attending::Patient => [2, 4, 1, 1],
            Attending::Batch => [1, 4, 2, 2],
            Attending::Tokens => [2, 4, 1, 128],
        };
        assert_eq!(weights.dims(), expected);
    }
}

#[test]
fn the_parts_of_csf_net_equal_the_published_ones_on_flex() {
    parts(&Device::flex());
}

#[test]
fn csf_net_equals_pytorch_in_each_of_its_readings_on_flex() {
    whole(&Device::flex(), &READINGS);
}

#[test]
fn a_patients_answer_depends_on_others_only_in_the_reading_that_says_so() {
    let device = Device::flex();
    let answers = |attending: Attending| {
        let config = CsfConfig { attending, ..CsfConfig::compact([6, 2, 2, 20, 5, 3]) };
        let mut net = CsfNet::new(&config, &device);
        let layout = csf::published_layout(&config);
        let state = csf::random(&config, 5);
        Import::load(&mut net, "csf", &layout, state, csf::path_of, csf::is_without_effect).expect("fits");
        let codes = [[0, 1, 0, 3, 1, 0], [5, 0, 1, 19, 0, 1]];
        let both = net.forward(regions(2, &device), &net.clinical(&codes).expect("known"));
        let one = regions(2, &device).map(|x| x.narrow(0, 1, 1));
        let one = net.forward(one, &net.clinical(&codes[1..]).expect("known"));
        let difference = (both.narrow(0, 1, 1) - one.clone()).abs().max();
        difference.into_scalar::<f32>() / one.abs().max().into_scalar::<f32>()
    };
    // The order of sums in single precision.
    assert!(answers(Attending::Patient) < 1e-5);
    assert!(answers(Attending::Tokens) < 1e-5);
    assert!(answers(Attending::Batch) > 1e-4);
}

#[test]
fn a_field_is_left_out_by_the_mean_of_its_categories() {
    let device = Device::flex();
    let config = CsfConfig::compact([6, 2, 2, 20, 5, 3]);
    let mut net = CsfNet::new(&config, &device);
    let layout = csf::published_layout(&config);
    let state = csf::random(&config, 5);
    let table = state.tensors["categorical_embeds.weight"].clone();
    Import::load(&mut net, "csf", &layout, state, csf::path_of, csf::is_without_effect).expect("fits");
    let clinical = net.clinical(&[[0, 1, 0, 3, 1, 0], [5, 0, 1, 19, 0, 1]]).expect("known");
    let with: Vec<f32> = net.embed(&clinical).into_data().try_to_vec().expect("floats");
    let without: Vec<f32> = net.embed_without(&clinical, 1).into_data().try_to_vec().expect("floats");
    let width = config.width();
    // Two special rows and six of race come before the two of smoking.
    let mean = |feature: usize| (table.values[8 * width + feature] + table.values[9 * width + feature]) / 2.0;
    for (n, (with, without)) in with.iter().zip(&without).enumerate() {
        if n / width % 6 == 1 {
            assert!((without - mean(n % width)).abs() < 1e-6, "{n}");
        } else {
            assert_eq!(with, without, "{n}");
        }
    }
}

#[test]
fn a_published_file_of_csf_net_loads_whole_and_its_dead_keys_are_named() {
    let path = PathBuf::from("../shared/golden/keys/csf_keys.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not here", path.display());
        return;
    };
    let published: BTreeMap<String, Vec<usize>> = serde_json::from_str(&text).expect("keys and shapes");
    assert_eq!(published.len(), 339);
    // The list was made with categories that add up to 38.
    let categories = [6, 2, 2, 20, 5, 3];
    let config = CsfConfig::full(categories);
    let layout = csf::published_layout(&config);
    let (dead, used): (BTreeMap<_, _>, BTreeMap<_, _>) =
        published.into_iter().partition(|(key, _)| csf::is_without_effect(key));
    assert_eq!(layout, used);
    let learned = |keys: &BTreeMap<String, Vec<usize>>| -> usize {
        let buffer = |key: &str| {
            key.contains(".running_") || key.contains("num_batches") || key == "categories_offset"
        };
        keys.iter().filter(|(key, _)| !buffer(key)).map(|(_, shape)| shape.iter().product::<usize>()).sum()
    };
    // Counted in the network that the published code builds.
    assert_eq!(learned(&used) + learned(&dead), 100_382_370);
    assert_eq!(learned(&used), 43_192_992);

    let mut state = csf::random(&config, 3);
    for key in dead.keys() {
        // The list of categories is there already.
        state.tensors.entry(key.clone()).or_insert(Array { shape: vec![1], values: vec![0.0] });
    }
    assert_eq!(csf::categories_of(&state), Ok(categories));
    let mut net = CsfNet::new(&config, &Device::flex());
    let report = Import::load(&mut net, "csf", &layout, state, csf::path_of, csf::is_without_effect);
    let report = report.expect("nothing is missing, nothing is unknown");
    assert_eq!(report.loaded.len(), layout.len());
    assert_eq!(report.ignored, dead.into_keys().collect::<Vec<_>>());
}

#[test]
fn the_compact_csf_net_is_well_below_a_million_parameters() {
    let layout = csf::published_layout(&CsfConfig::compact([6, 2, 2, 20, 5, 3]));
    let count: usize = layout.values().map(|shape| shape.iter().product::<usize>()).sum();
    assert!(count < 900_000, "{count}");
}

#[test]
fn a_way_back_in_pieces_is_the_whole_way_and_a_guided_one_lets_only_gains_through() {
    let device = Device::flex();
    for &(attending, after_temporal, _) in &READINGS {
        let config = CsfConfig { attending, after_temporal, ..CsfConfig::compact([6, 2, 2, 20, 5, 3]) };
        let mut net = CsfNet::new(&config, &device);
        let layout = csf::published_layout(&config);
        let state = csf::random(&config, 5);
        Import::load(&mut net, "csf", &layout, state, csf::path_of, csf::is_without_effect).expect("fits");
        let net = net.fold();
        let clinical = net.clinical(&[[0, 1, 0, 3, 1, 0]]).expect("known");
        let back = |mut taps: Taps, cut: bool| {
            let leaves = regions(1, &device).map(|x| x.autodiff().require_grad());
            let features = leaves.clone().map(|leaf| net.encode(leaf, &mut taps));
            let embedded = net.embed(&clinical).autodiff().require_grad();
            let logits = net.join(features, embedded, &mut taps);
            let margin = (logits.clone().narrow(1, 1, 1) - logits.narrow(1, 0, 1)).sum();
            if cut {
                return taps.back(&margin, &leaves).into_iter().map(|g| g.expect("a gradient")).collect();
            }
            let mut gradients = margin.backward();
            leaves.map(|leaf| leaf.grad_remove(&mut gradients).expect("a gradient")).to_vec()
        };
        let whole: Vec<Tensor<4>> = back(Taps::off(), false);
        let pieces: Vec<Tensor<4>> = back(Taps::cut(Rule::Derivative), true);
        let guided: Vec<Tensor<4>> = back(Taps::cut(Rule::Guided), true);
        let largest = |t: &Tensor<4>| t.clone().abs().max().into_scalar::<f32>();
        for date in 0..2 {
            let scale = largest(&whole[date]);
            assert!(scale > 0.0);
            // The same sums, added in another order where a tensor is read twice.
            let off = largest(&(whole[date].clone() - pieces[date].clone()));
            assert!(off <= 1e-5 * scale, "{attending:?} {date}: {off} of {scale}");
            assert!(largest(&(whole[date].clone() - guided[date].clone())) > 1e-3 * scale, "{attending:?}");
        }
    }
}
