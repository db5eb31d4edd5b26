//! MMCAF-Net's own numbers, part by part, reproduced through the importer of users' files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use burn::module::Module;
use burn::nn::LinearConfig;
use burn::tensor::{Device, Tensor};
use triscope::networks::layers::Drop;
use triscope::networks::mmcaf::{
    Bottleneck, ChannelAttention, Field, Fusion, Kan, Mmcaf, MmcafConfig, MultiKernel, SpatialAttention,
    Tokens, Unite, UpBlock, is_without_effect, key_of, path_of, published_layout, random,
};
use triscope::networks::weights::{Array, Import, StateDict, WeightsFile, collect, load_into};
use triscope::networks::{Tapped, Taps, layout_of};

use crate::golden::{BOUND, error, fixture, load, tensor};

/// Every fixture of a part, on any device.
pub fn parts(device: &Device) {
    bottleneck(device);
    gates(device);
    blocks(device);
    kan(device);
    fusion(device);
}

/// Those that a software adapter can be waited for: the blocks and the fusion compile for longer than the
/// whole of the other networks. On the processor all of them are checked.
pub fn quick_parts(device: &Device) {
    bottleneck(device);
    gates(device);
    kan(device);
}

fn bottleneck(device: &Device) {
    let Some(state) = fixture("penet_bottleneck.safetensors") else { return };
    let mut block = Bottleneck::new(64, 64, 2, 32, device);
    load(&mut block, &state);
    assert!(error(block.forward(tensor(&state, "in.0", device)), &state, "out.0") < BOUND);
}

fn gates(device: &Device) {
    let Some(state) = fixture("mmcaf_cab32.safetensors") else { return };
    let mut gate = ChannelAttention::new(32, device);
    load(&mut gate, &state);
    assert!(error(gate.forward(&tensor(&state, "in.0", device)), &state, "out.0") < BOUND);

    let Some(state) = fixture("mmcaf_sab.safetensors") else { return };
    let mut gate = SpatialAttention::new(device);
    load(&mut gate, &state);
    assert!(error(gate.forward(&tensor(&state, "in.0", device)), &state, "out.0") < BOUND);
}

fn blocks(device: &Device) {
    let Some(state) = fixture("mmcaf_dcfb16.safetensors") else { return };
    let mut block = MultiKernel::new(16, device);
    load(&mut block, &state);
    let x: Tensor<5> = tensor(&state, "in.0", device);
    assert!(error(block.forward(x.clone()), &state, "out.0") < BOUND);
    assert!(error(block.fold().forward(x), &state, "out.0") < BOUND);

    let Some(state) = fixture("mmcaf_ucb16.safetensors") else { return };
    let mut block = UpBlock::new(16, device);
    load(&mut block, &state);
    let x: Tensor<5> = tensor(&state, "in.0", device);
    assert!(error(block.forward(x.clone()), &state, "out.0") < BOUND);
    assert!(error(block.fold().forward(x), &state, "out.0") < BOUND);

    let Some(state) = fixture("mmcaf_bfpu16.safetensors") else { return };
    let mut block = Unite::new(16, device);
    load(&mut block, &state);
    let [coarse, fine] = ["in.0", "in.1"].map(|key| tensor::<5>(&state, key, device));
    assert!(error(block.forward(coarse, fine), &state, "out.0") < BOUND);
}

fn kan(device: &Device) {
    let Some(state) = fixture("mmcaf_kan.safetensors") else { return };
    let mut kan = Kan::new(7, 24, device);
    load(&mut kan, &state);
    let x: Tensor<2> = tensor(&state, "in.0", device);
    assert!(error(kan.forward(x.clone()), &state, "out.0") < BOUND);
    let edges = kan.edges(x);
    assert_eq!(edges.dims(), [5, 7, 24]);
    assert!(error(edges.sum_dim(1).squeeze_dim::<2>(1), &state, "out.0") < BOUND);
}

fn fusion(device: &Device) {
    for (name, tokens) in [("tokens48", Tokens::Apart), ("mean24", Tokens::Averaged)] {
        assert_eq!(tokens.name(), name);
        let Some(state) = fixture(&format!("mmcaf_msca_{name}.safetensors")) else { return };
        let (classifier, own) =
            state.under("w.").tensors.into_iter().partition(|t| t.0.starts_with("fin_cls."));
        let (classifier, own) = (StateDict { tensors: classifier }, StateDict { tensors: own });
        let mut fusion = Fusion::new(tokens, device);
        let layout = layout_of(&fusion, key_of);
        load_into(&mut fusion, name, &layout, own, path_of).expect("every key fits");
        let [image, table] = ["in.0", "in.1"].map(|key| tensor::<2>(&state, key, device));
        let mut taps = Taps::of(&["fused"]);
        let fused = fusion.fold().forward_tapped(image, table, &mut taps);
        if tokens == Tokens::Averaged {
            assert!(error(fused, &state, "out.0") < BOUND);
            continue;
        }
        let Some(Tapped::D3(inner)) = taps.take("fused") else { panic!("fused is tapped") };
        assert!(error(inner, &state, "x.fused") < BOUND);
        let mut linear = LinearConfig::new(48, 1).init(device);
        let layout = layout_of(&linear, str::to_owned);
        load_into(&mut linear, name, &layout, classifier.under("fin_cls."), str::to_owned).expect("it fits");
        assert!(error(linear.forward(fused), &state, "out.0") < BOUND);
    }
}

/// Every level a few channels wide: the whole way from window to logit in a small file, which
/// tests/bench/mmcaf.py writes.
const TINY: MmcafConfig =
    MmcafConfig { stem: 4, widths: [8, 16, 32], groups: 2, tokens: Tokens::Apart, field: Field::Whole };

#[test]
fn every_part_equals_the_published_one_on_flex() {
    parts(&Device::flex());
}

#[test]
fn the_whole_network_equals_the_published_one_tap_by_tap() {
    let ((state, net), device) = (tiny(), Device::flex());
    let window = tensor::<4>(&state, "in.0", &device);
    let table = tensor::<2>(&state, "in.1", &device);
    for net in [net.clone(), net.fold()] {
        let mut taps =
            Taps::of(&["image_encoder.sab1", "image_encoder.dcfb1", "image_encoder.bfpu2", "kan.edges"]);
        let logit = net.forward_tapped(window.clone(), table.clone(), &mut taps);
        for (name, key) in [("sab1", "x.sab1"), ("dcfb1", "x.dcfb1"), ("bfpu2", "x.bfpu2")] {
            let Some(Tapped::D5(inner)) = taps.take(&format!("image_encoder.{name}")) else {
                panic!("{name}")
            };
            assert!(error(inner, &state, key) < BOUND, "{name}");
        }
        let Some(Tapped::D3(edges)) = taps.take("kan.edges") else { panic!("edges are tapped") };
        assert_eq!(edges.dims(), [2, 7, 24]);
        assert!(error(logit, &state, "out.0") < BOUND);
        assert!(error(net.answer_image(window.clone()), &state, "out.image") < BOUND);
        assert!(error(net.answer_table(table.clone()), &state, "out.table") < BOUND);
    }
}

fn tiny() -> (StateDict, Mmcaf) {
    let io = PathBuf::from("tests/data/golden/mmcaf_tiny.safetensors");
    let state = WeightsFile::read(&io).expect("the fixture").state;
    let mut net = Mmcaf::new(&TINY, &Device::flex());
    load_into(&mut net, "tiny", &published_layout(&TINY), state.under("w."), path_of)
        .expect("every key fits");
    (state, net)
}

#[test]
fn what_an_explanation_takes_gradients_of_is_the_answer_that_was_given() {
    let (state, net) = tiny();
    let (device, net) = (Device::flex(), net.fold());
    let (window, table) = (tensor::<4>(&state, "in.0", &device), tensor::<2>(&state, "in.1", &device));
    let encoder = net.image_encoder();
    let mut pyramid = encoder.pyramid(window, &mut Taps::off(), Drop::Nothing);
    let united = encoder.unite(pyramid.clone(), &mut Taps::off()).autodiff().require_grad();
    pyramid.fine = pyramid.fine.autodiff().require_grad();
    let (leaf_fine, leaf_united) = (pyramid.fine.clone(), united.clone());
    let by_fine = net.after_pyramid(pyramid, table.clone());
    let by_united = net.after_united(united, table.clone());
    for (logit, leaf) in [(by_fine, leaf_fine), (by_united, leaf_united)] {
        assert!(error(logit.clone().inner(), &state, "out.0") < BOUND);
        let gradients = logit.sum().backward();
        let gradient = leaf.grad(&gradients).expect("a gradient");
        assert_eq!(gradient.dims(), leaf.dims());
        let largest: f32 = gradient.abs().max().into_scalar();
        assert!(largest > 0.0 && largest.is_finite());
    }
    // The table's: each column's own term by the chain of what follows.
    let leaf = table.autodiff().require_grad();
    let features = Tensor::<2>::zeros([2, MmcafConfig::FEATURES], &device);
    let logit = net.fuse(features, leaf.clone(), &mut Taps::off(), Drop::Nothing);
    assert!(leaf.grad(&logit.sum().backward()).is_some());
}

#[test]
fn the_cells_of_every_spatial_layer_cover_the_window() {
    let (_, net) = tiny();
    let layers = [
        "encoder.encoders.0",
        "encoder.encoders.1",
        "encoder.encoders.2",
        "sab1",
        "sab2",
        "sab3",
        "dcfb1",
        "dcfb2",
        "dcfb3",
        "bfpu1",
        "bfpu2",
    ]
    .map(|name| format!("image_encoder.{name}"));
    for read in Field::ALL.map(Field::window) {
        let mut taps = Taps::of(&layers.each_ref().map(String::as_str));
        let [slices, rows, columns] = read;
        let window = Tensor::<4>::zeros([1, slices, rows, columns], &Device::flex());
        net.image_features(window, &mut taps, Drop::Nothing);
        for layer in &layers {
            let Some(Tapped::D5(inner)) = taps.take(layer) else { panic!("{layer} is tapped") };
            let cells = Mmcaf::cells(layer).expect("a spatial layer");
            for (axis, size) in read.map(|n| n as f64).into_iter().enumerate() {
                let last = cells.first[axis] + cells.step[axis] * (inner.dims()[axis + 2] - 1) as f64;
                let inside = last < size && last + cells.step[axis] >= size;
                assert!(inside, "{layer}, axis {axis}: {last} of {size}");
            }
        }
    }
    assert!(Mmcaf::cells("kan").is_none() && Mmcaf::cells("image_encoder.fc").is_none());
}

#[test]
fn learning_reaches_every_layer_that_the_answer_reads() {
    let (state, net) = tiny();
    let device = Device::flex().autodiff();
    let net = net.train();
    let window = tensor::<4>(&state, "in.0", &device);
    let logit = net.forward_learning(window, tensor::<2>(&state, "in.1", &device));
    let gradients = burn::optim::GradientsParams::from_grads(logit.sum().backward(), &net);
    // All but grid, mask and the heads by themselves: `tab_cls` and `fused_cls`, two tensors each.
    let learned = layout_of(&net, key_of).into_keys().filter(|key| !key.contains("running_")).count();
    assert_eq!(gradients.len(), learned - 2 - 4);
}

#[test]
fn a_full_size_published_checkpoint_loads_whole_and_what_is_dead_in_it_is_named() {
    let path = PathBuf::from("../shared/golden/keys/mmcaf_keys.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not here", path.display());
        return;
    };
    let published: BTreeMap<String, Vec<usize>> = serde_json::from_str(&text).expect("keys and shapes");
    assert_eq!(published.len(), 461);
    let config = MmcafConfig::full();
    let layout = published_layout(&config);
    let alive: BTreeMap<_, _> =
        published.clone().into_iter().filter(|(key, _)| !is_without_effect(key)).collect();
    assert_eq!(layout, alive);
    let count = |of: &BTreeMap<String, Vec<usize>>| -> usize {
        let learned = of.iter().filter(|(key, _)| !key.contains("running_") && !key.contains("num_batches"));
        learned.map(|(_, shape)| shape.iter().product::<usize>()).sum()
    };
    // Counted in the network that the published code builds: parameters, and those that are dead.
    assert_eq!(count(&published), 106_884_087);
    assert_eq!(count(&published) - count(&alive), 17_616_449 + 25);

    let mut state = random(&config, 11);
    for (key, shape) in published.iter().filter(|(key, _)| is_without_effect(key)) {
        let values = vec![0.5; shape.iter().product()];
        state.tensors.insert(key.clone(), Array { shape: shape.clone(), values });
    }
    let expected = state.clone();
    let mut net = Mmcaf::new(&config, &Device::flex());
    let report = Import::load(&mut net, "mmcaf-full", &layout, state, path_of, is_without_effect)
        .expect("every key fits");
    assert_eq!((report.loaded.len(), report.ignored.len()), (layout.len(), 461 - layout.len()));
    assert!(report.missing.is_empty() && report.unexpected.is_empty());
    let inside = collect(&net, key_of).expect("values");
    assert!(inside.tensors.iter().all(|(key, array)| expected.tensors[key] == *array));
}

#[test]
fn a_checkpoint_as_its_training_program_wraps_it_loads_and_computes_the_same() {
    let folder = PathBuf::from("tests/data/golden");
    // {ckpt_info, model_name, model_args, model_state, optimizer, lr_scheduler}, keys with `module.`.
    let state = WeightsFile::read(&folder.join("mmcaf_wrapped.pth.tar")).expect("a checkpoint").state;
    let device = Device::flex();
    let mut kan = Kan::new(3, 4, &device);
    let layout = layout_of(&kan, |path| format!("kan.{path}"));
    let path_of = |key: &str| key.strip_prefix("kan.").unwrap_or(key).to_owned();
    load_into(&mut kan, "wrapped", &layout, state, path_of).expect("every key fits");
    let io = WeightsFile::read(&folder.join("mmcaf_wrapped_io.safetensors")).expect("the fixture").state;
    assert!(error(kan.forward(tensor(&io, "in.0", &device)), &io, "out.0") < BOUND);
}

/// The table's encoder as training begins with it, some tensors filled.
fn begun(device: &Device, filled: &[(&str, f32)]) -> Kan {
    let mut kan = Kan::new(MmcafConfig::TABLE, MmcafConfig::FEATURES, device);
    let mut state = random(&MmcafConfig::compact(), 5).under("kan.");
    for (key, value) in filled {
        state.tensors.get_mut(*key).expect("a tensor").values.fill(*value);
    }
    let layout = layout_of(&kan, str::to_owned);
    load_into(&mut kan, "kan", &layout, state, str::to_owned).expect("every key fits");
    kan
}

#[test]
fn splines_hold_their_lower_end_and_end_at_the_grid() {
    let device = Device::flex();
    // No base; all coefficients 1: between -1 and 1 the splines sum to 1, and beyond 2.2 there are none.
    let kan = begun(&device, &[("scale_base", 0.0), ("coef", 1.0)]);
    for (x, expected) in [(-1.0, 1.0), (-0.6, 1.0), (0.0, 1.0), (0.99, 1.0), (2.3, 0.0), (-2.3, 0.0)] {
        let edges = kan.edges(Tensor::full([1, MmcafConfig::TABLE], x, &device));
        let furthest: f32 = (edges - expected).abs().max().into_scalar();
        // A partition of unity, by three steps of single precision.
        assert!(furthest < 1e-5, "{x}: {furthest}");
    }
}

#[test]
fn the_table_keeps_its_grid_and_mask_while_it_learns() {
    let device = Device::flex().autodiff();
    let kan = begun(&device, &[]);
    let x = Tensor::<2>::from_floats([[0.1, -0.5, 0.9, 0.0, -1.0, 0.3, 0.7]], &device).require_grad();
    let gradients = kan.forward(x.clone()).sum().backward();
    assert!(x.grad(&gradients).is_some());
    let taught = burn::optim::GradientsParams::from_grads(gradients, &kan);
    // coef, scale_base and scale_sp; neither grid nor mask.
    assert_eq!(taught.len(), 3);
    assert_eq!(kan.num_params(), 1932);
}
