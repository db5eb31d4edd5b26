//! Maps over the input against what they claim: derivatives, sums, blocks that are taken away.

use std::sync::OnceLock;

use burn::tensor::Device;
use triscope::explain::{
    CropMaps, M3NetAnswered, M3NetMaps, Method, Occluding, Parameters, Sharing, Smoothing, Trust, Wanted,
    contribution, evidence, integrated, kernel_shap, margin, occlude, slope, smooth, values_of,
};
use triscope::geometry::{Point, VoxelGrid};
use triscope::inference::{Crop, DeviceInfo, Forward, M3NetNetwork, WeightsChoice, context_boxes, prepare};
use triscope::jobs::JobContext;
use triscope::networks::Scale;

use crate::support::volume;

struct Asked {
    grid: VoxelGrid,
    network: M3NetNetwork,
    crops: [Crop; 3],
    forward: Forward,
}

/// A network of random values, and what it says of a ball of tissue in lung.
fn asked() -> &'static Asked {
    static ASKED: OnceLock<Asked> = OnceLock::new();
    ASKED.get_or_init(|| {
        let info = DeviceInfo { backend: "flex".to_owned(), name: "test".to_owned() };
        let weights = WeightsChoice::Random(3);
        let network = M3NetNetwork::load("m3net-compact", &weights, &Device::flex(), info).expect("loads");
        let origin = Point::new(0.0, 0.0, 0.0);
        let grid = VoxelGrid::axis_aligned([120, 110, 64], [0.7, 0.7, 1.25], origin).expect("a grid");
        let contexts = context_boxes(&grid, grid.centre_voxel());
        let centre = grid.centre_voxel().to_array();
        let ct = volume(grid, |at| {
            let d2: f64 = (0..3).map(|a| (at[a] as f64 - centre[a]).powi(2)).sum();
            let tissue = if d2 < 64.0 { 30 } else { -860 };
            tissue + ((at[0] * 31 + at[1] * 17 + at[2] * 7) % 40) as i16
        });
        let crops = [0, 1, 2].map(|n| prepare(&ct, &contexts[n]).expect("complete"));
        let forward = network.forward(&crops, &JobContext::unobserved()).expect("an answer");
        Asked { grid, network, crops, forward }
    })
}

/// The inputs, moved along themselves.
fn scaled(inputs: &CropMaps, by: f32) -> CropMaps {
    inputs.each_ref().map(|values| values.iter().map(|v| v * by).collect())
}

#[test]
fn the_derivative_by_the_input_is_what_the_margin_really_does() {
    let Asked { network, crops, .. } = asked();
    let inputs = values_of(crops);
    let found = slope(network, crops, &inputs).expect("a derivative");
    assert!((found.margin - margin(network, crops, &inputs).expect("a margin")).abs() < 1e-5);
    let told: f64 = found
        .by_input
        .iter()
        .zip(&inputs)
        .map(|(g, x)| g.iter().zip(x).map(|(g, x)| f64::from(*g) * f64::from(*x)).sum::<f64>())
        .sum();
    let step = 2e-3;
    let [more, less] =
        [1.0 + step, 1.0 - step].map(|by| margin(network, crops, &scaled(&inputs, by)).expect("a margin"));
    let done = (more - less) / (2.0 * f64::from(step));
    // Some of 2.5 million voxels' ways cross the bend of a ReLU within the step.
    assert!((told - done).abs() < 0.02 * done.abs().max(1e-3), "{told} {done}");
}

#[test]
fn integrated_gradients_add_up_to_what_the_input_changed() {
    let crops = &asked().crops;
    let ctx = JobContext::unobserved();
    // Trained weights: random ones make logits of about nothing, which the fusion's layer norm turns over
    // within a millionth of the way.
    let info = DeviceInfo { backend: "flex".to_owned(), name: "test".to_owned() };
    let built_in = WeightsChoice::BuiltIn;
    let network = M3NetNetwork::load("m3net-compact", &built_in, &Device::flex(), info).expect("loads");
    let found = integrated(&network, crops, 32, &ctx).expect("maps");
    let sum: f64 = found.maps.iter().flatten().map(|v| f64::from(*v)).sum();
    // Millions of small numbers in single precision.
    assert!((sum - found.sum).abs() < 1e-3 * found.sum.abs().max(1.0), "{sum} {}", found.sum);
    // 32 points of a function with bends: two percent of how far the margin strays on the way.
    let inputs = values_of(crops);
    let margins: Vec<f64> = (0..=20)
        .map(|n| margin(&network, crops, &scaled(&inputs, n as f32 / 20.0)).expect("a margin"))
        .collect();
    let highest = margins.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let lowest = margins.iter().copied().fold(f64::INFINITY, f64::min);
    let off = (found.sum - found.difference).abs();
    assert!(highest - lowest > 1.0 && off < 0.02 * (highest - lowest), "{off} of {lowest} to {highest}");
}

#[test]
fn smooth_grad_without_noise_is_the_gradient() {
    let Asked { network, crops, .. } = asked();
    let how = Smoothing { samples: 1, noise: 0.0, seed: 1 };
    let smoothed = smooth(network, crops, how, &JobContext::unobserved()).expect("maps");
    assert_eq!(smoothed, slope(network, crops, &values_of(crops)).expect("a derivative").by_input);
}

#[test]
fn a_block_over_everything_leaves_what_the_network_says_of_even_lung() {
    let Asked { network, crops, forward, .. } = asked();
    let how = Occluding { blocks: [1; 3], refined: 0, fill_hu: -850.0 };
    let found = occlude(network, crops, forward, how, &JobContext::unobserved(), |_| ()).expect("asked");
    let filled = crops.each_ref().map(|crop| {
        let [low, high] = crop.range_hu;
        vec![(-850.0 - low) / (high - low); crop.values.len()]
    });
    let expected = forward.logits[1] - forward.logits[0] - margin(network, crops, &filled).expect("a margin");
    assert_eq!(found.len(), 1);
    // Single precision, in another order of the batch.
    assert!((found[0].effect - expected).abs() < 1e-4, "{} {expected}", found[0].effect);
}

#[test]
fn strong_blocks_are_asked_again_in_parts_and_a_coarse_picture_comes_first() {
    let Asked { network, crops, forward, .. } = asked();
    let how = Occluding { blocks: [2, 2, 1], refined: 1, fill_hu: -850.0 };
    let mut told = Vec::new();
    let ctx = JobContext::unobserved();
    let found = occlude(network, crops, forward, how, &ctx, |so_far| told.push(so_far.len())).expect("asked");
    assert_eq!((found.len(), told.first(), told.last()), (12, Some(&1), Some(&12)));
    let strongest = found[..4].iter().max_by(|a, b| a.effect.abs().total_cmp(&b.effect.abs())).expect("four");
    let voxels: usize = found[4..].iter().map(|b| b.block.size.iter().product::<usize>()).sum();
    assert_eq!(voxels, strongest.block.size.iter().product::<usize>());
}

#[test]
fn a_map_is_checked_against_random_layers_and_by_covering_what_it_points_at() {
    let Asked { grid, crops, .. } = asked();
    let ctx = JobContext::unobserved();
    let info = DeviceInfo { backend: "flex".to_owned(), name: "test".to_owned() };
    let built_in = WeightsChoice::BuiltIn;
    let network = M3NetNetwork::load("m3net-compact", &built_in, &Device::flex(), info).expect("loads");
    let forward = network.forward(crops, &ctx).expect("an answer");
    let contribution = contribution(&network, &forward).expect("a derivative");
    let of = M3NetAnswered { network: &network, crops, forward: &forward, contribution: &contribution, grid };
    let how = Parameters::default();
    let state = built_in.file("m3net-compact").expect("there").state;
    let first = state.into_members().into_iter().next().expect("a member");
    let mut trust = Trust::new(of, &first).expect("fits");
    let wanted = Wanted { method: Method::GradCam, scale: None };
    let map = M3NetMaps::new(of, how).map(wanted, &ctx).expect("a map");
    let told = trust.check(&map, wanted, how, &ctx).expect("checked");
    let figure = |name: &str| told.iter().find(|(known, _)| *known == name).expect("told").1;
    for name in ["rank_fusion", "rank_layer4", "rank_all", "ssim_fusion", "ssim_all"] {
        assert!((-1.0..=1.0 + 1e-9).contains(&figure(name)), "{name}: {}", figure(name));
    }
    for name in ["deletion", "insertion", "deletion_random", "insertion_random"] {
        assert!((0.0..=1.0).contains(&figure(name)), "{name}: {}", figure(name));
    }
    // The same question has the same answer.
    assert_eq!(trust.check(&map, wanted, how, &ctx).expect("checked"), told);
}

#[test]
fn maps_of_the_scales_add_up_to_the_combined_one_on_the_ct() {
    let Asked { grid, network, crops, forward } = asked();
    let contribution = contribution(network, forward).expect("a derivative");
    let answered = M3NetAnswered { network, crops, forward, contribution: &contribution, grid };
    let mut maps = M3NetMaps::new(answered, Parameters::default());
    let ctx = JobContext::unobserved();
    let mut map =
        |scale| maps.map(Wanted { method: Method::GradientTimesInput, scale }, &ctx).expect("a map");
    let whole = map(None);
    assert!(whole.signed && whole.native_shape.is_none());
    let at = grid.centre_voxel().to_array().map(|v| v.round() as i64);
    let value = |map: &triscope::explain::Saliency| {
        let [i, j, k]: [usize; 3] = std::array::from_fn(|a| (at[a] - map.bounds.min[a]) as usize);
        map.values[(k * map.bounds.size[1] + j) * map.bounds.size[0] + i]
    };
    let parts: Vec<_> = Scale::ALL.into_iter().map(|scale| map(Some(scale))).collect();
    assert_eq!(parts[0].native_shape, Some([56, 32, 32]));
    let sum: f32 = parts.iter().map(value).sum();
    // The same three numbers, added in the same order.
    assert!((value(&whole) - sum).abs() <= 1e-6 * sum.abs().max(1e-6), "{} {sum}", value(&whole));
    // A voxel of the map is the voxel of the CT: the crop's own value lies where it was read.
    let slope = slope(network, crops, &values_of(crops)).expect("a derivative");
    let micro = &crops[0].context.bounds;
    let [i, j, k]: [usize; 3] = std::array::from_fn(|a| (at[a] - micro.min[a]) as usize);
    let n = (k * micro.size[0] + i) * micro.size[1] + j;
    assert!((value(&parts[0]) - slope.by_input[0][n] * crops[0].values[n]).abs() < 1e-9);
}

#[test]
fn shapley_shares_add_up_to_what_all_tissue_together_does() {
    let Asked { grid, network, crops, .. } = asked();
    let ctx = JobContext::unobserved();
    let how = Sharing { pieces: 8, coalitions: 2, ..Sharing::default() };
    let found = kernel_shap(network, crops, grid, how, &ctx).expect("shares");
    assert_eq!(found.values.len(), crops[2].values.len());
    // Two coalitions tell nobody apart: more were asked about.
    assert!(found.coalitions >= 2 * found.shares.len(), "{}", found.coalitions);
    let lung = crops.each_ref().map(|crop| {
        let [low, high] = crop.range_hu;
        vec![(-850.0 - low) / (high - low); crop.values.len()]
    });
    let whole = margin(network, crops, &values_of(crops)).expect("a margin");
    let expected = whole - margin(network, crops, &lung).expect("a margin");
    let sum: f64 = found.shares.iter().sum();
    // The same numbers through the same network; the last share is what the others leave.
    assert!((found.difference - expected).abs() < 1e-6 && (sum - expected).abs() < 1e-6, "{sum} {expected}");
}

#[test]
fn score_cam_mixes_the_features_of_a_layer_and_needs_no_derivative() {
    let Asked { grid, network, crops, forward } = asked();
    let ctx = JobContext::unobserved();
    let contribution = contribution(network, forward).expect("a derivative");
    let of = M3NetAnswered { network, crops, forward, contribution: &contribution, grid };
    let mut maps = M3NetMaps::new(of, Parameters::default());
    let map = |maps: &mut M3NetMaps<'_>, scale| {
        maps.map(Wanted { method: Method::ScoreCam, scale }, &ctx).expect("a map")
    };
    let micro = map(&mut maps, Some(Scale::Micro));
    let features = evidence(network, forward, &contribution, Scale::Micro).expect("features").features;
    let largest = features.iter().copied().fold(0.0, f32::max);
    // Weights add up to one: no place is stronger than the strongest feature.
    assert!(
        micro.values.iter().all(|v| (0.0..=largest * 1.0001).contains(v)) && micro.largest_magnitude() > 0.0
    );
    assert_eq!((micro.unit, micro.signed), ("feature", false));
    let all = map(&mut maps, None);
    assert!(all.largest_magnitude() > 0.0 && all.bounds.size[0] > micro.bounds.size[0]);
}
