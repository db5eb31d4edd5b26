//! Grad-CAM: gradients against finite differences, and the map's place on the CT.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use triscope::explain::{CamRule, Method, contribution, evidence, grad_cam, leave_one_out, native_map};
use triscope::geometry::{Point, Transform, Vector, Voxel, VoxelGrid};
use triscope::inference::{DeviceInfo, M3NetNetwork, WeightsChoice, context_boxes, prepare};
use triscope::jobs::JobContext;
use triscope::networks::m3net::published_layout;
use triscope::networks::weights::StateDict;
use triscope::networks::{Scale, Tapped, Taps, m3net_config};

use crate::support::volume;

fn flex() -> (Device, DeviceInfo) {
    (Device::flex(), DeviceInfo { backend: "flex".to_owned(), name: "test".to_owned() })
}

/// A network whose every encoder answers to brightness: its centre taps hand the crop's values from
/// layer to layer, and more of them mean more malignant.
fn answers_to_brightness() -> M3NetNetwork {
    let config = m3net_config("m3net-compact").expect("listed");
    let mut state = StateDict::default();
    for (key, shape) in published_layout(&config) {
        let count: usize = shape.iter().product();
        let mut values = vec![0.0f32; count];
        let last = key.rsplit('.').next().unwrap_or("");
        let norm = last == "weight" && shape.len() == 1;
        if last == "running_var" || norm {
            values.fill(1.0);
        }
        // Channel 0 to channel 0 through the centre of the kernel: stems and projections; the
        // residual branches stay zero, so a block is its skip connection.
        let passes = key.ends_with("net32.conv1.weight")
            || key.ends_with("net64.conv1.weight")
            || key.ends_with("net96.conv1.weight")
            || key.contains("downsample.0.weight");
        if passes {
            let kernel: usize = shape[2..].iter().product();
            values[kernel / 2] = 1.0;
        }
        // Logits of a scale: benign 0, malignant = the mean brightness.
        if key.starts_with("net") && key.ends_with("fc.weight") {
            values[shape[1]] = 10.0;
        }
        // The fusion. Tokens: feature 0 is the malignant logit; 1 and 2 are large constants, so that
        // the norms after it stay nearly linear; 3 tells micro (+2) from meso (-2).
        let square = |feature: usize| feature * shape.get(1).copied().unwrap_or(0) + feature;
        match key.as_str() {
            "proj32.weight" | "proj64.weight" | "proj96.weight" => values[1] = 1.0,
            "proj32.bias" => values[1..4].copy_from_slice(&[10.0, -10.0, 2.0]),
            "proj64.bias" => values[1..4].copy_from_slice(&[10.0, -10.0, -2.0]),
            // Values are handed on as they are.
            "cross1.v_proj.weight"
            | "cross1.out_proj.weight"
            | "cross2.v_proj.weight"
            | "cross2.out_proj.weight" => (0..128).for_each(|f| values[square(f)] = 1.0),
            // Each of the two near tokens attends to itself ...
            "cross1.q_proj.weight" | "cross1.k_proj.weight" => values[square(3)] = 1.0,
            // ... and the macro scale, which is a query alone, asks for the micro token the more the
            // brighter it is: key feature 0 is the token's feature 3.
            "cross2.q_proj.weight" => values[square(0)] = 1.0,
            "cross2.k_proj.weight" => values[3] = 1.0,
            // The malignant logit reads both.
            "fc_head.0.weight" => {
                values[0] = 1.0;
                values[3] = 1.0;
            }
            "fc_head.0.bias" => values[0] = 2.0,
            "fc_head.3.weight" => values[shape[1]] = 1.0,
            _ => {}
        }
        state.tensors.insert(key, triscope::networks::weights::Array { shape, values });
    }
    let (device, info) = flex();
    M3NetNetwork::from_state("m3net-compact", state, &device, info).expect("it fits")
}

/// A grid turned about two axes, voxels of unequal size.
fn oblique(size: [usize; 3]) -> VoxelGrid {
    let (a, b) = (0.4f64, -0.3f64);
    let x = Vector::new(a.cos(), a.sin(), 0.0);
    let y = Vector::new(-a.sin() * b.cos(), a.cos() * b.cos(), b.sin());
    let z = x.cross(y);
    VoxelGrid::new(size, Transform::from_axes(x * 0.7, y * 0.8, z * 1.5, Point::new(-30.0, 12.0, -200.0)))
        .expect("axes span space")
}

#[test]
fn the_map_of_a_network_that_answers_to_brightness_peaks_at_the_bright_corner() {
    let network = answers_to_brightness();
    let ctx = JobContext::unobserved();
    let grid = oblique([150, 140, 90]);
    let at: Point<Voxel> = Point::new(75.0, 70.0, 45.0);
    let contexts = context_boxes(&grid, at);
    for (index, scale) in Scale::ALL.into_iter().enumerate() {
        let bounds = contexts[index].bounds;
        // Each corner differs from the others along each axis by itself.
        for corner in [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]] {
            let blob: [f64; 3] = std::array::from_fn(|a| {
                let (low, size) = (bounds.min[a] as f64, bounds.size[a] as f64);
                if corner[a] == 1 { low + size * 0.75 } else { low + size * 0.25 }
            });
            let ct = volume(grid, |at| {
                let d2: f64 = (0..3).map(|a| (at[a] as f64 - blob[a]).powi(2)).sum();
                (-900.0 + 1000.0 * (-d2 / 18.0).exp()) as i16
            });
            let crops = [0, 1, 2].map(|n| prepare(&ct, &contexts[n]).expect("complete"));
            let forward = network.forward(&crops, &ctx).expect("an answer");
            let contribution = contribution(&network, &forward).expect("a gradient");
            // Every scale has a say, the macro one through the second attention.
            assert!(contribution.gradient[index][1] > 1e-4, "{contribution:?}");
            let evidence = evidence(&network, &forward, &contribution, scale).expect("a layer");
            let map = native_map(&network, &evidence, scale, CamRule::GradCam).expect("a map");
            let map = grad_cam(Method::GradCam, &map, &contexts[index], &grid);
            let peak = (grid.voxel_from_patient() * map.max_at(&grid).expect("not zero")).to_array();
            // One cell of the layer, half of it to either side, and the blob's place within it.
            let cell = if scale == Scale::Micro { [4.0, 4.0, 2.0] } else { [8.0, 8.0, 4.0] };
            for axis in 0..3 {
                let off = (peak[axis] - blob[axis]).abs();
                assert!(off <= cell[axis], "{scale:?} {corner:?}: peak {peak:?}, blob {blob:?}");
            }
        }
    }
}

#[test]
fn gradients_by_logits_and_by_features_agree_with_finite_differences() {
    let (device, info) = flex();
    let network =
        M3NetNetwork::load("m3net-compact", &WeightsChoice::BuiltIn, &device, info).expect("built in");
    let grid = oblique([100, 100, 60]);
    let ct = volume(grid, |[i, j, k]| ((i * 31 + j * 17 + k * 7) % 1200) as i16 - 900);
    let contexts = context_boxes(&grid, grid.centre_voxel());
    let crops = [0, 1, 2].map(|n| prepare(&ct, &contexts[n]).expect("complete"));
    let forward = network.forward(&crops, &JobContext::unobserved()).expect("an answer");
    let contribution = contribution(&network, &forward).expect("a gradient");

    let logits: Vec<Vec<f32>> = forward
        .scale_logits
        .iter()
        .map(|l| l.clone().into_data().try_to_vec::<f32>().expect("floats"))
        .collect();
    let margin = |logits: &[Vec<f32>]| -> f64 {
        let tensors =
            [0, 1, 2].map(|s| Tensor::<2>::from_data(TensorData::new(logits[s].clone(), [1, 2]), &device));
        let out =
            network.net().fuse(tensors, &mut Taps::off()).into_data().try_to_vec::<f32>().expect("floats");
        f64::from(out[1]) - f64::from(out[0])
    };
    let mut largest = 0.0f64;
    for scale in 0..3 {
        for class in 0..2 {
            let step = 1e-2f32;
            let moved = |by: f32| {
                let mut moved = logits.clone();
                moved[scale][class] += by;
                margin(&moved)
            };
            let slope = (moved(step) - moved(-step)) / f64::from(2.0 * step);
            let gradient = contribution.gradient[scale][class];
            largest = largest.max(slope.abs());
            // Single precision in the fusion (1e-6) over the step (2e-2), and its curvature.
            assert!(
                (slope - gradient).abs() < 1e-3 * largest.max(1.0),
                "{scale} {class}: {slope} {gradient}"
            );
        }
    }

    // The features of the meso scale: all of one channel moved at once, which is alpha's sum.
    let scale = Scale::Meso;
    let encoder = network.net().encoder(scale);
    let Tapped::D5(features) = forward.features[1].clone() else { panic!("volumetric") };
    let leaf = features.clone().autodiff().require_grad();
    let logit =
        encoder.after_explained(scale, Tapped::D5(leaf.clone())).expect("its layer").narrow(1, 1, 1).sum();
    let mut gradients = logit.backward();
    let gradient = leaf.grad_remove(&mut gradients).expect("a gradient");
    for channel in [0, 7, 15] {
        let expected: f32 = gradient.clone().narrow(1, channel, 1).sum().into_scalar();
        let moved = |by: f32| -> f64 {
            let [_, channels, d, h, w] = features.dims();
            let mut mask = vec![0.0f32; channels];
            mask[channel] = by;
            let mask = Tensor::<5>::from_data(TensorData::new(mask, [1, channels, 1, 1, 1]), &device);
            let x = features.clone() + mask.expand([1, channels, d, h, w]);
            let out = encoder.after_explained(scale, Tapped::D5(x)).expect("its layer");
            f64::from(out.narrow(1, 1, 1).sum().into_scalar::<f32>())
        };
        let step = 2e-3f32;
        let slope = (moved(step) - moved(-step)) / f64::from(2.0 * step);
        // ReLUs between here and the logit bend it: some units switch within the step.
        assert!(
            (slope - f64::from(expected)).abs() < 0.02 * slope.abs().max(0.05),
            "{channel}: {slope} {expected}"
        );
    }
}

#[test]
fn leaving_a_scale_out_and_its_gradient_are_reported_for_every_scale() {
    let (device, info) = flex();
    let network =
        M3NetNetwork::load("m3net-compact", &WeightsChoice::BuiltIn, &device, info).expect("built in");
    let grid = oblique([100, 100, 60]);
    let ct: Arc<_> = volume(grid, |[i, j, k]| ((i * 31 + j * 17 + k * 7) % 1200) as i16 - 900);
    let contexts = context_boxes(&grid, grid.centre_voxel());
    let crops = [0, 1, 2].map(|n| prepare(&ct, &contexts[n]).expect("complete"));
    let forward = network.forward(&crops, &JobContext::unobserved()).expect("an answer");
    // Left out in favour of itself, a scale changes nothing.
    let own = [0, 1, 2].map(|s| {
        let values = forward.scale_logits[s].clone().into_data().try_to_vec::<f32>().expect("floats");
        [values[0], values[1]]
    });
    let falls = leave_one_out(&network, &forward, own).expect("an answer");
    assert!(falls.iter().all(|f| f.abs() < 1e-5), "{falls:?}");
    let falls = leave_one_out(&network, &forward, [[0.0; 2]; 3]).expect("an answer");
    assert!(falls.iter().any(|f| f.abs() > 1e-3), "{falls:?}");
}
