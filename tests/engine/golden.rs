//! The published architecture's own numbers, reproduced through the importer of users' files.

use std::path::PathBuf;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use triscope::networks::m3net::{BasicBlock, ConvNext, Encoder2dConfig, Fusion, ResNet3d, ResNet3dConfig};
use triscope::networks::ssm::{self, Dino, DinoConfig};
use triscope::networks::weights::{Import, StateDict, WeightsFile, load_into};
use triscope::networks::{Tapped, Taps, layout_of};

/// The fixture, or `None` with a reason where the shared folder is absent.
pub fn fixture(name: &str) -> Option<StateDict> {
    let path = PathBuf::from("../shared/golden").join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    }
    Some(WeightsFile::read(&path).expect("the fixture is a safetensors file").state)
}

pub fn tensor<const D: usize>(state: &StateDict, key: &str, device: &Device) -> Tensor<D> {
    let array = state.tensors.get(key).unwrap_or_else(|| panic!("{key} is in the fixture"));
    Tensor::from_data(TensorData::new(array.values.clone(), array.shape.clone()), device)
}

pub fn load<M: Module>(module: &mut M, state: &StateDict) {
    let layout = layout_of(module, str::to_owned);
    let report = load_into(module, "fixture", &layout, state.under("w."), str::to_owned);
    let report = report.expect("every key fits");
    assert!(report.ignored.iter().all(|key| key.ends_with("num_batches_tracked")), "{report:?}");
}

/// Largest error relative to the largest expected value.
pub fn error<const D: usize>(got: Tensor<D>, state: &StateDict, key: &str) -> f32 {
    let expected = &state.tensors[key];
    assert_eq!(got.dims().to_vec(), expected.shape, "{key}");
    let got = got.into_data().try_to_vec::<f32>().expect("floats");
    let scale = expected.values.iter().fold(0.0f32, |m, v| m.max(v.abs()));
    let worst = got.iter().zip(&expected.values).fold(0.0f32, |m, (a, b)| m.max((a - b).abs()));
    eprintln!("{key}: {:.1e}", worst / scale);
    worst / scale
}

/// Heads of the fixture's transformer, of 8 features each.
const DINO_HEADS: usize = 4;

/// The fixtures' own bound: single precision over a few hundred thousand additions.
pub const BOUND: f32 = 1e-4;

pub fn basic_block(device: &Device) {
    let Some(state) = fixture("m3_basicblock.safetensors") else { return };
    let mut block = BasicBlock::new(4, 8, 2, device);
    load(&mut block, &state);
    let x: Tensor<5> = tensor(&state, "in.0", device);
    assert!(error(block.forward(x.clone(), &mut Taps::off()), &state, "out.0") < BOUND);
    // Batch norms with non-trivial statistics fold into the convolutions without a difference.
    assert!(error(block.fold().forward(x, &mut Taps::off()), &state, "out.0") < BOUND);
}

pub fn fusion(device: &Device) {
    let Some(state) = fixture("m3_fusion.safetensors") else { return };
    let mut fusion = Fusion::new(device);
    load(&mut fusion, &state);
    let logits = ["in.0", "in.1", "in.2"].map(|key| tensor::<2>(&state, key, device));
    let mut taps = Taps::of(&["cross1", "cross2", "transformer_fusion", "norm"]);
    let answer = fusion.forward_tapped(logits, &mut taps);
    for (ours, theirs) in
        [("cross1", "x.cross1"), ("cross2", "x.cross2"), ("transformer_fusion", "x.transformer")]
    {
        let Some(Tapped::D3(inner)) = taps.take(ours) else { panic!("{ours} is tapped") };
        assert!(error(inner, &state, theirs) < BOUND);
    }
    let Some(Tapped::D2(norm)) = taps.take("norm") else { panic!("norm is tapped") };
    assert!(error(norm, &state, "x.norm") < BOUND);
    assert!(error(answer, &state, "out.0") < BOUND);
}

pub fn resnet(device: &Device) {
    let Some(state) = fixture("m3_resnet_narrow.safetensors") else { return };
    let mut net = ResNet3d::new(ResNet3dConfig { width: 8, blocks: [2, 2, 2, 2] }, device);
    load(&mut net, &state);
    let net = net.fold();
    let mut taps = Taps::of(&["layer4"]);
    let logits = net.forward_tapped(tensor(&state, "in.0", device), &mut taps);
    let Some(Tapped::D5(layer4)) = taps.take("layer4") else { panic!("layer4 is tapped") };
    assert!(error(layer4, &state, "x.layer4") < BOUND);
    assert!(error(logits, &state, "out.0") < BOUND);
}

fn dino_of(state: &StateDict, device: &Device) -> Dino {
    let config = DinoConfig { dim: 32, depth: 2, heads: DINO_HEADS, registers: 0 };
    let mut net = Dino::new(&config, device);
    let (layout, weights) = (ssm::dino_layout(&config), state.under("w."));
    let report = Import::load(&mut net, "fixture", &layout, weights, str::to_owned, ssm::is_dead);
    assert_eq!(report.expect("every key fits").ignored, ["mask_token"]);
    net
}

/// DINOv2 on an oblong image, its table of positions resized.
pub fn dino(device: &Device) {
    let Some(state) = fixture("dinov2_tiny504.safetensors") else { return };
    let oblong = dino_of(&state, device).forward(tensor(&state, "in.1", device));
    assert_eq!(oblong.grid, [8, 6]);
    assert!(error(oblong.class, &state, "out1.cls") < BOUND);
}

#[test]
fn the_slice_transformer_equals_the_published_one_on_flex() {
    let device = Device::flex();
    dino(&device);
    // The true geometry: 36 x 36 patches. A software GPU takes minutes to tune its kernels for them.
    let Some(state) = fixture("dinov2_tiny504.safetensors") else { return };
    let net = dino_of(&state, &device);
    let attention = net.last_attention();
    let mut taps = Taps::of(&["pos_embed", &attention]);
    let tokens = net.forward_tapped(tensor(&state, "in.0", &device), &mut taps);
    let Some(Tapped::D3(positions)) = taps.take("pos_embed") else { panic!("positions are tapped") };
    assert!(error(positions, &state, "x.pos504") < BOUND);
    assert_eq!(tokens.grid, [36, 36]);
    let similarity: f32 = tokens.similarity().abs().max().into_scalar();
    assert!(similarity > 0.1 && similarity <= 1.0 + 1e-5, "{similarity}");
    assert!(error(tokens.class, &state, "out.cls") < BOUND);
    assert!(error(tokens.patches, &state, "out.patch") < BOUND);
    let Some(Tapped::D3(attention)) = taps.take(&attention) else { panic!("the attention is tapped") };
    assert_eq!(Dino::of_patches(attention.clone(), tokens.grid).dims(), [1, DINO_HEADS, 36, 36]);
    // Sums of 1297 weights in single precision.
    let off: f32 = (attention.sum_dim(2) - 1.0).abs().max().into_scalar();
    assert!(off < 1e-5, "{off}");
}

#[test]
fn the_residual_block_equals_the_published_one_on_flex() {
    basic_block(&Device::flex());
}

#[test]
fn the_fusion_equals_the_published_one_layer_by_layer_on_flex() {
    fusion(&Device::flex());
}

#[test]
fn the_volumetric_encoder_equals_the_published_one_on_flex() {
    resnet(&Device::flex());
}

#[test]
fn checkpoints_as_pytorch_saves_them_load_and_compute_the_same() {
    let folder = PathBuf::from("tests/data/golden");
    let io = WeightsFile::read(&folder.join("block_io.safetensors")).expect("the fixture").state;
    let device = Device::flex();
    // Half precision keeps eleven bits of each weight.
    for (file, bound) in [
        ("block.pt", BOUND),
        ("block_legacy.pth", BOUND),
        ("block_wrapped.pt", BOUND),
        ("block_half.pt", 3e-3),
    ] {
        let state = WeightsFile::read(&folder.join(file)).expect(file).state;
        let mut block = BasicBlock::new(2, 3, 2, &device);
        let layout = layout_of(&block, str::to_owned);
        load_into(&mut block, file, &layout, state, str::to_owned).expect("every key fits");
        assert!(
            error(block.forward(tensor(&io, "in.0", &device), &mut Taps::off()), &io, "out.0") < bound,
            "{file}"
        );
    }
}

#[test]
fn the_planar_encoder_equals_pytorchs_at_a_small_size() {
    let path = PathBuf::from("tests/data/golden/convnext.safetensors");
    let state = WeightsFile::read(&path).expect("the fixture").state;
    let device = Device::flex();
    let config = Encoder2dConfig { slices: 5, depths: [1, 1, 2, 1], dims: [4, 6, 8, 12], side: 16 };
    let mut net = ConvNext::new(config, &device);
    load(&mut net, &state);
    let logits = net.forward_tapped(tensor(&state, "in.0", &device), &mut Taps::off());
    assert!(error(logits, &state, "out.0") < BOUND);
}
