//! Every method with a published formula against PyTorch and captum, on one network of made-up weights.
//!
//! `tests/data/explanations/make.py` wrote the numbers; weights, input and chance are the same sums here and there.

use std::path::PathBuf;
use std::sync::OnceLock;

use burn::tensor::Device;

use super::cam::CamRule;
use super::contribution::{Contribution, contribution};
use super::grad_cam::{evidence, native_map};
use super::guided::guided;
use super::input::{CropMaps, integrated, margin, mean_slope, slope, times_input, values_of};
use super::kernel_shap::share_out;
use super::occlusion::{Occluding, occlude};
use super::rise::{Pattern, seen_through};
use super::score_cam::score_cam;
use super::supervoxels::Supervoxels;
use crate::geometry::{Point, VoxelGrid};
use crate::inference::{Crop, DeviceInfo, Forward, M3NetNetwork, context_boxes};
use crate::jobs::JobContext;
use crate::networks::m3net::published_layout;
use crate::networks::weights::{Array, StateDict, WeightsFile};
use crate::networks::{Rule, Scale, m3net_config};

/// Largest difference, of the largest value of the map: two programs add hundreds of thousands of products in single
/// precision, each in its own order.
const BOUND: f64 = 1e-3;
const GRID: [usize; 3] = [120, 110, 64];
const RANGES: [[f32; 2]; 3] = [[-1000.0, 400.0], [-980.0, 300.0], [-1024.0, 600.0]];
const FILL_HU: f32 = -850.0;
/// One value in so many of each crop is held against PyTorch's, and of a layer's cells.
const STRIDES: [usize; 3] = [251, 1009, 2003];
const CELLS: usize = 3;

/// SplitMix64 of a number, 0 to 1 in steps of 2^-24. Source: Steele et al. 2014, doi 10.1145/2660193.2660195.
fn unit(n: u64) -> f64 {
    let mut z = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 40) as f64 / f64::from(1u32 << 24)
}

/// FNV-1a.
fn hashed(text: &str) -> u64 {
    let step = |value: u64, byte: u8| (value ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    text.bytes().fold(0xCBF2_9CE4_8422_2325, step)
}

fn filled(key: &str, shape: &[usize]) -> Vec<f32> {
    let fan: usize = shape.iter().skip(1).product();
    let last = key.rsplit('.').next().unwrap_or("");
    let from = hashed(key);
    let value = |n: u64| {
        let u = unit(from.wrapping_add(n));
        if shape.len() > 1 {
            let gain: f64 = if shape.len() == 5 { 6.0 } else { 3.0 };
            let more = if key.contains(".fc.") { 0.8 } else { 1.0 };
            (2.0 * u - 1.0) * (gain / fan as f64).sqrt() * more
        } else if last == "weight" || last == "running_var" {
            0.75 + 0.5 * u
        } else {
            0.2 * (2.0 * u - 1.0)
        }
    };
    (0..shape.iter().product::<usize>() as u64).map(|n| value(n) as f32).collect()
}

struct Asked {
    grid: VoxelGrid,
    network: M3NetNetwork,
    crops: [Crop; 3],
    forward: Forward,
    contribution: Contribution,
    theirs: StateDict,
}

fn asked() -> &'static Asked {
    static ASKED: OnceLock<Asked> = OnceLock::new();
    ASKED.get_or_init(|| {
        let place = ["tests", "data", "explanations", "maps.safetensors"];
        let file = place.iter().fold(PathBuf::from(env!("CARGO_MANIFEST_DIR")), |path, part| path.join(part));
        let theirs = WeightsFile::read(&file).expect("the fixture").state;
        let mut state = StateDict::default();
        for (key, shape) in published_layout(&m3net_config("m3net-compact").expect("listed")) {
            let values = filled(&key, &shape);
            state.tensors.insert(key, Array { shape, values });
        }
        let info = DeviceInfo { backend: "flex".to_owned(), name: "test".to_owned() };
        let network = M3NetNetwork::from_state("m3net-compact", state, &Device::flex(), info).expect("fits");
        let grid =
            VoxelGrid::axis_aligned(GRID, [0.7, 0.7, 1.25], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let contexts = context_boxes(&grid, grid.centre_voxel());
        let crops = [0, 1, 2].map(|n: usize| {
            let context = contexts[n];
            let (min, [ni, nj, nk]) = (context.bounds.min, context.bounds.size);
            assert_eq!(min.map(|v| v as f32), theirs.tensors["starts"].values[3 * n..3 * n + 3]);
            let mut values = Vec::with_capacity(ni * nj * nk);
            for k in min[2]..min[2] + nk as i64 {
                for i in min[0]..min[0] + ni as i64 {
                    for j in min[1]..min[1] + nj as i64 {
                        let [x, y, z] = [i - 63, j - 52, k - 30].map(|v| v as f64);
                        let d2 = x * x + y * y + (1.8 * z).powi(2);
                        let noise = unit((i + 256 * j + 65536 * k) as u64);
                        let value = 0.1 + 0.6 * (-d2 / 90.0).exp() + 0.25 * noise;
                        values.push(value.clamp(0.0, 1.0) as f32);
                    }
                }
            }
            Crop { context, values: values.into(), range_hu: RANGES[n] }
        });
        let forward = network.forward(&crops, &JobContext::unobserved()).expect("an answer");
        let contribution = contribution(&network, &forward).expect("a derivative");
        Asked { grid, network, crops, forward, contribution, theirs }
    })
}

/// The largest difference to PyTorch's values, as a share of the map's largest value there.
fn off(name: &str, ours: impl IntoIterator<Item = f64>) -> f64 {
    let theirs = &asked().theirs.tensors;
    let expected = &theirs.get(name).unwrap_or_else(|| panic!("{name} is in the fixture")).values;
    let largest = match theirs.get(&format!("{name}.largest")) {
        Some(largest) => f64::from(largest.values[0]),
        None => expected.iter().fold(0.0f64, |most, v| most.max(f64::from(v.abs()))),
    };
    let ours: Vec<f64> = ours.into_iter().collect();
    assert_eq!(ours.len(), expected.len(), "{name}");
    let worst = ours.iter().zip(expected).fold(0.0f64, |most, (a, b)| most.max((a - f64::from(*b)).abs()));
    // Where a map of theirs is zero throughout, so must ours be.
    worst / largest.max(f64::MIN_POSITIVE)
}

fn over_the_input(name: &str, maps: &CropMaps) {
    for n in 0..3 {
        let values = maps[n].iter().step_by(STRIDES[n]).map(|v| f64::from(*v));
        assert!(off(&format!("{name}.{n}"), values) < BOUND, "{name}.{n}");
    }
}

#[test]
fn the_same_weights_and_input_give_the_same_answer() {
    let Asked { forward, .. } = asked();
    assert!(off("margin", [forward.logits[1] - forward.logits[0]]) < BOUND);
    let logits = forward.scale_logits.iter().flat_map(|logits| {
        logits.clone().into_data().try_to_vec::<f32>().expect("floats").into_iter().map(f64::from)
    });
    assert!(off("logits", logits) < BOUND);
}

#[test]
fn gradient_and_its_kin_are_pytorchs() {
    let Asked { network, crops, .. } = asked();
    let found = slope(network, crops, &values_of(crops)).expect("a derivative").by_input;
    over_the_input("gradient", &found);
    over_the_input("gradient_x_input", &times_input(found, crops));
    let noisy = (0..2u64).map(|sample| {
        let mut values = values_of(crops);
        for (n, values) in values.iter_mut().enumerate() {
            let from = (sample * 3 + n as u64 + 1) << 32;
            for (place, v) in values.iter_mut().enumerate() {
                *v += (0.2 * (2.0 * unit(from + place as u64) - 1.0)) as f32;
            }
        }
        Ok(values)
    });
    over_the_input("smooth_grad", &mean_slope(network, crops, noisy).expect("maps"));
    let ctx = JobContext::unobserved();
    over_the_input("integrated_gradients", &integrated(network, crops, 4, &ctx).expect("maps").maps);
}

#[test]
fn guided_backpropagation_is_captums_and_without_its_rule_the_gradient() {
    let Asked { network, crops, .. } = asked();
    over_the_input("guided_backprop", &guided(network, crops, Rule::Guided).expect("maps"));
    over_the_input("gradient", &guided(network, crops, Rule::Derivative).expect("maps"));
}

#[test]
fn activation_maps_of_a_layer_are_captums_and_pytorchs() {
    let Asked { network, crops, forward, contribution, .. } = asked();
    let rules = [
        ("grad_cam", CamRule::GradCam),
        ("grad_cam_pp", CamRule::GradCamPlusPlus),
        ("hires_cam", CamRule::HiResCam),
        ("layer_cam", CamRule::LayerCam),
    ];
    for (n, scale) in Scale::ALL.into_iter().enumerate() {
        let evidence = evidence(network, forward, contribution, scale).expect("a layer");
        for (name, rule) in rules {
            let map = native_map(network, &evidence, scale, rule).expect("a map").map;
            let values = map.values.iter().step_by(CELLS).map(|v| f64::from(*v));
            assert!(off(&format!("{name}.{n}"), values) < BOUND, "{name}.{n}");
        }
    }
    let micro = evidence(network, forward, contribution, Scale::Micro).expect("a layer");
    let ctx = JobContext::unobserved();
    let found = score_cam(network, crops, forward, &micro, Scale::Micro, &ctx).expect("a map");
    assert!(off("score_cam.0", found.iter().step_by(CELLS).map(|v| f64::from(*v))) < BOUND);
}

#[test]
fn what_is_lost_with_tissue_is_what_pytorch_loses() {
    let Asked { network, crops, forward, .. } = asked();
    let ctx = JobContext::unobserved();
    let how = Occluding { blocks: [2, 2, 1], refined: 1, fill_hu: FILL_HU };
    let found = occlude(network, crops, forward, how, &ctx, |_| ()).expect("asked");
    assert!(off("occlusion", found.iter().map(|block| block.effect)) < BOUND);

    let patterns = (1..=3u64).map(|number| {
        // Two more corners than cells along each axis.
        let corners = (0..5 * 5 * 4).map(|n| f32::from(u8::from(unit(1000 * number + n) < 0.5)));
        Pattern { cells: [3, 3, 2], corners: corners.collect(), moved: [0.25, 0.5, 0.125] }
    });
    let patterns: Vec<Pattern> = patterns.collect();
    let (found, _) = seen_through(network, crops, patterns.into_iter(), FILL_HU, |_| Ok(())).expect("asked");
    assert!(off("rise.2", found.iter().step_by(STRIDES[2]).map(|v| f64::from(*v))) < BOUND);
}

#[test]
fn from_every_coalition_with_its_weight_kernel_shap_gives_the_shapley_values() {
    let Asked { grid, network, crops, .. } = asked();
    assert_eq!(grid.size(), GRID);
    let (min, [ni, nj, nk]) = (crops[2].context.bounds.min, crops[2].context.bounds.size);
    let mut labels = Vec::with_capacity(ni * nj * nk);
    for _ in 0..nk {
        for i in 0..ni {
            let right = u16::from(min[0] + i as i64 >= 60);
            labels.extend((0..nj).map(|j| right + 2 * u16::from(min[1] + j as i64 >= 55)));
        }
    }
    let pieces = Supervoxels { labels, count: 4 };
    // All but none and all; of one and three present 3 / (4 x 3), of two 3 / (6 x 4).
    let every = (1..15u32).map(|bits| {
        let present: Vec<bool> = (0..4).map(|n| bits >> n & 1 == 1).collect();
        let weight = if bits.count_ones() == 2 { 0.125 } else { 0.25 };
        (present, weight)
    });
    let every: Vec<(Vec<bool>, f64)> = every.collect();
    let (shares, whole) = share_out(network, crops, &pieces, FILL_HU, every, |_| Ok(())).expect("asked");
    assert!(off("kernel_shap", shares.iter().copied()) < BOUND);
    assert!((shares.iter().sum::<f64>() - whole).abs() < 1e-9);
    let margin = margin(network, crops, &values_of(crops)).expect("a margin");
    assert!(off("margin", [margin]) < BOUND);
}
