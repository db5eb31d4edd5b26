//! A stage from end to end on small simulated cases: it learns, and a kill changes nothing.

use burn::module::Module;
use burn::tensor::Device;

use super::*;
use crate::jobs::JobContext;
use crate::networks::m3net::{M3Net, path_of, published_layout};
use crate::networks::weights::{StateDict, collect, load_into, random};
use crate::networks::{Scale, ScaleSpec, m3net_config};

/// Balls in noise: large ones are malignant.
fn cases() -> Pictures {
    let spacing_mm = [0.7, 0.7, 1.25];
    let (mut nodules, mut chests) = (Vec::new(), Vec::new());
    for n in 0..10u32 {
        let radius = if n % 2 == 0 { 2.0 } else { 6.0 };
        let size = [16usize, 16, 9];
        let inside = |at: usize| {
            let [i, j, k] = [at % 16, at / 16 % 16, at / 256];
            let distance = |a: usize, c: f32| (a as f32 - c).powi(2);
            distance(i, 8.0) + distance(j, 8.0) + 3.0 * distance(k, 4.0) < radius * radius
        };
        let voxels = size.iter().product::<usize>();
        nodules.push(Nodule {
            id: format!("case {n}"),
            patient: format!("patient {}", n / 2),
            fold: n / 2 % 5,
            label: Some(n % 2 == 1),
            rating_mean: Some(if n % 2 == 1 { 4.5 } else { 1.5 }),
            rating_spread: Some(0.5),
            traits: [None; 12],
            block: Block { size, spacing_mm, values: vec![40; voxels].into(), centre: [8, 8, 4] },
            opacity: (0..voxels).map(|at| if inside(at) { 255 } else { 0 }).collect(),
        });
        let size = [40, 40, 60];
        let values = (0..size.iter().product::<usize>() as u32)
            .map(|at| (at.wrapping_mul(2_654_435_761).wrapping_add(n * 97) >> 25) as i16 - 900)
            .collect();
        chests.push(Block { size, spacing_mm, values, centre: [20, 20, 30] });
    }
    Pictures::new(nodules, chests, 3, 5)
}

fn small() -> TrainConfig {
    let micro = Schedule { epochs: 3, batch: 2, ..Schedule::default() };
    TrainConfig { encoders: [micro; 3], validation: 0.25, ..TrainConfig::default() }
}

fn fresh(device: &Device) -> EncoderInTraining {
    let config = m3net_config("m3net-compact").expect("listed");
    let layout = published_layout(&config);
    let mut net = M3Net::new(&config, device);
    load_into(&mut net, "m3net-compact", &layout, random(&layout, 3), path_of).expect("fits");
    let ([micro, ..], _) = net.into_parts();
    EncoderInTraining::new(micro, 64, device)
}

fn values(net: &EncoderInTraining) -> StateDict {
    collect(net, str::to_owned).expect("on this machine")
}

fn run(
    folder: &std::path::Path,
    stop_after: Option<usize>,
) -> Result<(EncoderInTraining, StageState), TrainingError> {
    let device = Device::flex().autodiff();
    let (pictures, config) = (cases(), small());
    let split = split(&pictures, Some(0), &config)?;
    // Small crops: the layers do not mind, and a test takes seconds.
    let scale = ScaleSpec { scale: Scale::Micro, crop: [32, 32, 16] };
    let task = EncoderTask { pictures: &pictures, config: &config, scale };
    let ctx = JobContext::unobserved();
    let (device, ctx) = (&device, &ctx);
    let stage =
        Stage { split: &split, seed: 1, fold: 0, fingerprint: "test".to_owned(), folder, device, ctx };
    stage.fit(&task, fresh(device), |state| {
        if Some(state.epochs.len()) == stop_after {
            ctx.cancel();
        }
    })
}

#[test]
fn folds_and_validation_never_share_a_patient() {
    let (pictures, config) = (cases(), small());
    for fold in 0..5 {
        let split = split(&pictures, Some(fold), &config).expect("enough");
        let patients = |cases: &[usize]| {
            cases
                .iter()
                .map(|&c| pictures.nodules[c].patient.clone())
                .collect::<std::collections::BTreeSet<_>>()
        };
        let (train, validation, test) =
            (patients(&split.train), patients(&split.validation), patients(&split.test));
        assert!(train.is_disjoint(&validation) && train.is_disjoint(&test) && validation.is_disjoint(&test));
        assert_eq!(split.train.len() + split.validation.len() + split.test.len(), 10);
    }
    let few = TrainConfig { encoders: [Schedule { batch: 64, ..Schedule::default() }; 3], ..small() };
    assert!(matches!(split(&pictures, None, &few), Err(TrainingError::TooFew { .. })));
}

#[test]
fn a_stage_that_is_stopped_and_goes_on_ends_with_the_same_values() {
    let [whole, halved] = [0; 2].map(|_| tempfile::tempdir().expect("a folder"));
    let (net, history) = run(whole.path(), None).expect("trains");
    assert!(matches!(run(halved.path(), Some(1)), Err(TrainingError::Cancelled(_))));
    let (again, continued) = run(halved.path(), None).expect("goes on");
    let losses =
        |s: &StageState| s.epochs.iter().map(|e| (e.train_loss, e.validation_loss)).collect::<Vec<_>>();
    assert_eq!(losses(&history), losses(&continued));
    assert_eq!(values(&net), values(&again));
    assert!(history.finished && history.epochs.len() == 3);
    // A finished stage is not trained again.
    let (_, third) = run(halved.path(), None).expect("reads");
    assert_eq!(third, continued);
}

#[test]
fn a_stage_leaves_the_layers_alone_that_it_began_with_and_returns_those_of_its_best_epoch() {
    let device = Device::flex().autodiff();
    let (pictures, config, folder) = (cases(), small(), tempfile::tempdir().expect("a folder"));
    let split = split(&pictures, Some(0), &config).expect("enough");
    let scale = ScaleSpec { scale: Scale::Micro, crop: [32, 32, 16] };
    let task = EncoderTask { pictures: &pictures, config: &config, scale };
    let ctx = &JobContext::unobserved();
    let (seed, fold, fingerprint) = (1, 0, "test".to_owned());
    let stage = Stage { split: &split, seed, fold, fingerprint, folder: folder.path(), device: &device, ctx };
    let began = fresh(&device);
    let before = values(&began);
    // As a warm start does: the next stage is given what the one before ended with.
    let (net, _) = stage.fit(&task, began.clone(), |_| {}).expect("trains");
    assert_eq!(values(&began), before, "running statistics of norms included");
    assert_ne!(values(&net), before);
    // Read back from disk it is the same, also in what an answer is made with.
    let (again, _) = stage.fit(&task, fresh(&device), |_| {}).expect("reads");
    let of = |net: &EncoderInTraining| collect(&net.valid(), str::to_owned).expect("on this machine");
    assert_eq!(of(&net), of(&again));
}

#[test]
fn centred_logits_sum_to_zero_and_keep_their_margin() {
    use burn::tensor::{Tensor, TensorData};
    let device = Device::flex();
    let encoder = fresh(&device).into_encoder();
    let values: Vec<f32> =
        (0..32 * 32 * 16u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as f32 / 255.0).collect();
    let crop = Tensor::<4>::from_data(TensorData::new(values, [1, 16, 32, 32]), &device);
    let ask = |encoder: &crate::networks::m3net::Encoder| {
        let logits = encoder.forward_tapped(crop.clone(), &mut crate::networks::Taps::off());
        logits.into_data().try_to_vec::<f32>().expect("on this machine")
    };
    let before = ask(&encoder);
    let after = ask(&encoder.centred());
    // Sums of 64 products of single precision.
    assert!((after[0] + after[1]).abs() < 1e-5, "{after:?}");
    assert!(((before[1] - before[0]) - (after[1] - after[0])).abs() < 1e-5, "{before:?} {after:?}");
    assert!((before[0] + before[1]).abs() > 1e-3, "there was something to take away: {before:?}");
}
