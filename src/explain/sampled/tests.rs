//! The formulas on the real layers with random weights: derivatives against differences, sums against what they
//! should add up to.

use std::sync::Arc;

use burn::tensor::Device;

use super::cover::{occlude, rise};
use super::layer::score_cam;
use super::shared::kernel_shap;
use super::slope::{integrated, smooth};
use super::*;
use crate::explain::attention::{RELEVANCE, ROLLOUT, carried};
use crate::explain::cam::CamRule;
use crate::explain::input::Smoothing;
use crate::explain::kernel_shap::Sharing;
use crate::explain::maemc_rollout;
use crate::explain::method::Method;
use crate::explain::occlusion::Occluding;
use crate::explain::parameters::Parameters;
use crate::explain::rise::Covering;
use crate::explain::ssm::patch_cells;
use crate::geometry::{Point, VoxelGrid};
use crate::inference::csf::{Date, MaskedCt};
use crate::inference::mmcaf::windows;
use crate::inference::ssm::{Resolution, slice_picture};
use crate::inference::{DeviceInfo, Loaded, Mode, WeightsChoice, maemc};
use crate::jobs::JobContext;
use crate::networks::Taps;
use crate::networks::mmcaf::Field;
use crate::volume::{Unit, Volume};

fn loaded(model: &str) -> Loaded {
    let info = DeviceInfo { backend: "flex".to_owned(), name: "test".to_owned() };
    Loaded::load(model, &WeightsChoice::Random(3), &Device::flex(), info).expect("builds")
}

/// A ball of tissue in an uneven ground.
/// - `ground`: its least HU. Where a network cuts it off it is even, and what takes the largest of equal values has no
///   derivative to be compared with
fn chest(ground: i32) -> Arc<Volume> {
    let grid =
        VoxelGrid::axis_aligned([96, 96, 40], [0.8, 0.8, 1.5], Point::new(0.0, 0.0, 0.0)).expect("a grid");
    let volume = Volume::loading(grid, Unit::Hu, None);
    for k in 0..40i32 {
        let hu = |n: i32| {
            let (i, j) = (n % 96, n / 96);
            let d2 = (i - 48).pow(2) + (j - 48).pow(2) + 4 * (k - 20).pow(2);
            let uneven = ground + (7 * i + 5 * j + 11 * k) % 97;
            (if d2 < 100 { ground + 930 - d2 } else { uneven }) as i16
        };
        volume
            .int16()
            .expect("whole numbers")
            .fill(k as usize, (0..96 * 96).map(hu).collect())
            .expect("fits");
    }
    Arc::new(volume)
}

/// What must hold of every network.
/// - `step`: of the input, for a difference that neither rounding nor bends spoil
/// - `short`: by what share 24 steps may miss the difference that they should add up to; a quarter of the steps misses more
fn holds(of: &dyn Sampled, step: f32, short: f64) {
    let ctx = JobContext::unobserved();
    let (values, count) = (of.values(), of.shape().iter().product::<usize>());
    assert_eq!(values.len(), count);
    let slope = of.slope(values).expect("a way back");
    let margin = of.margin(values).expect("a margin");
    assert!((slope.margin - margin).abs() < 1e-3 * (1.0 + margin.abs()), "{} {margin}", slope.margin);

    // Along the derivative itself the margin rises by its length: the largest change, best told from rounding.
    let length = slope.by_input.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
    let along = |sign: f32| {
        let by = |(v, g): (&f32, &f32)| v + sign * step * (f64::from(*g) / length) as f32;
        of.margin(&values.iter().zip(&slope.by_input).map(by).collect::<Vec<_>>()).expect("a margin")
    };
    let risen = (along(1.0) - along(-1.0)) / (2.0 * f64::from(step));
    // Central differences of layers with bends.
    assert!((risen / length - 1.0).abs() < 0.05, "{risen} {length}");

    let none = Smoothing { samples: 1, noise: 0.0, seed: 1 };
    assert_eq!(smooth(of, none, &ctx).expect("maps"), slope.by_input, "without noise it is the derivative");

    let missed = |steps: usize| {
        let found = integrated(of, steps, &ctx).expect("maps");
        (found.sum - found.difference).abs() / found.difference.abs().max(0.05)
    };
    let (few, many) = (missed(6), missed(24));
    assert!(many < short && (many < few || few < 0.02), "{few} {many}");

    // One block is everything.
    let whole = Occluding { blocks: [1; 3], refined: 0, fill_hu: -850.0 };
    let map = occlude(of, whole, &ctx).expect("maps").map;
    let empty = vec![of.of_hu(-850.0); count];
    let lost = of.worth(values).expect("worth").value() - of.worth(&empty).expect("worth").value();
    assert!(
        map.iter().all(|v| (f64::from(*v) - lost).abs() < 1e-5 * (1.0 + lost.abs())),
        "{} {lost}",
        map[0]
    );

    // All is seen through every pattern: the mean is the answer itself, and no place is above it.
    let open = Covering { patterns: 2, seen: 1.0, ..Covering::default() };
    let (map, mean) = rise(of, open, &ctx).expect("maps");
    let answer = of.worth(values).expect("worth").probability();
    assert!(map.iter().all(|v| v.abs() < 1e-6) && (mean - answer).abs() < 1e-4, "{mean} {answer}");

    // Shares of pieces add up to what all of them do.
    let few = Sharing { pieces: 6, coalitions: 24, ..Sharing::default() };
    let (found, _) = kernel_shap(of, few, &ctx).expect("maps");
    assert!(
        (found.shares.iter().sum::<f64>() - found.difference).abs() < 1e-6 * (1.0 + found.difference.abs())
    );
    assert!((found.difference - lost).abs() < 1e-5 * (1.0 + lost.abs()), "{} {lost}", found.difference);
    assert_eq!(found.values.len(), count);
}

/// A layer's derivative against differences: what the margin does when its features move along it.
/// - `after`: the margin that other features of the layer give
fn layer_holds(of: &dyn Sampled, after: impl Fn(&[f32]) -> f64) {
    let evidence = of.layer().expect("a layer").evidence;
    let places = evidence.shape.iter().product::<usize>();
    assert!(
        places > 0
            && evidence.features.len().is_multiple_of(places)
            && evidence.gradient.len() == evidence.features.len()
    );
    let length = evidence.gradient.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
    assert!(length > 0.0);
    // Far enough that rounding of logits in the thousands is little beside what they change, near enough for bends.
    let step = 1e-5 * evidence.features.iter().map(|v| v * v).sum::<f32>().sqrt();
    let along = |sign: f32| {
        let by = |(v, g): (&f32, &f32)| v + sign * step * (f64::from(*g) / length) as f32;
        after(&evidence.features.iter().zip(&evidence.gradient).map(by).collect::<Vec<_>>())
    };
    let risen = (along(1.0) - along(-1.0)) / (2.0 * f64::from(step));
    assert!((risen / length - 1.0).abs() < 0.02, "{risen} {length}");
    let mut maps = SampledMaps::new(Parameters::default());
    let ctx = JobContext::unobserved();
    let grid =
        VoxelGrid::axis_aligned([96, 96, 40], [0.8, 0.8, 1.5], Point::new(0.0, 0.0, 0.0)).expect("a grid");
    for (method, rule) in [
        (Method::GradCamPlusPlus, CamRule::GradCamPlusPlus),
        (Method::HiResCam, CamRule::HiResCam),
        (Method::LayerCam, CamRule::LayerCam),
    ] {
        let map = maps.map(method, of, &grid, &ctx).expect("maps");
        assert_eq!((map.native_shape, map.unit, map.signed), (Some(evidence.shape), "logit", false));
        let most = evidence.map(rule).into_iter().fold(0.0, f32::max);
        let largest = map.values.iter().copied().fold(0.0, f32::max);
        // Between cells it can only be less.
        assert!(largest <= most * 1.0001 && (most == 0.0 || largest > 0.0), "{method:?} {largest} {most}");
    }
}

#[test]
fn of_csf_net_the_later_date_is_asked() {
    let Loaded::Csf(network) = loaded("csf-net-compact") else { panic!("CSF-Net") };
    let (volume, ctx) = (chest(-900), JobContext::unobserved());
    let at = volume.grid().centre();
    for mode in [Mode::Paper, Mode::Clinical] {
        let ct = MaskedCt::new(Arc::clone(&volume), &ctx).expect("read");
        let dates = [Date::Prior, Date::Current].map(|date| ct.input(at, date, mode).expect("read"));
        let forward = network.forward([&dates[0].values, &dates[1].values], [0; 6], &ctx).expect("answers");
        let of = CsfSampled::new(&network, &forward, [&dates[0], &dates[1]]);
        let [benign, malignant] = forward.logits;
        assert!((of.margin(of.values()).expect("a margin") - (malignant - benign)).abs() < 1e-4);
        holds(&of, 1e-4 * of.range(), 0.15);
        let [earlier, later] = forward.features.clone();
        layer_holds(&of, |features| {
            let later = Tensor::from_data(TensorData::new(features.to_vec(), later.dims()), &later.device());
            let logits = network.net().after_explained([earlier.clone(), later], forward.embedded.clone());
            number(difference(logits)).expect("a margin")
        });
    }
}

#[test]
fn of_mmcaf_net_the_window_is_asked() {
    let Loaded::Mmcaf(network) = loaded("mmcaf-net-compact") else { panic!("MMCAF-Net") };
    let ctx = JobContext::unobserved();
    for (mode, ground) in [(Mode::Paper, -60), (Mode::Clinical, -900)] {
        let volume = chest(ground);
        let window =
            windows(&volume, volume.grid().centre(), None, mode, Field::Whole).expect("read").remove(0);
        let forward = network.forward(&window.values, [0.0; 7], &ctx).expect("answers");
        let of = MmcafSampled::new(&network, &forward, &window, mode);
        assert!(
            (of.margin(of.values()).expect("a margin") - forward.logit).abs()
                < 1e-4 * (1.0 + forward.logit.abs())
        );
        // Random layers answer in thousands of logits and bend all the way from air.
        holds(&of, 1e-4, 0.3);
        layer_holds(&of, |features| {
            let united = &forward.united;
            let united =
                Tensor::from_data(TensorData::new(features.to_vec(), united.dims()), &united.device());
            number(network.net().after_united(united, forward.table.clone()).sum()).expect("a margin")
        });
    }
}

#[test]
fn of_maemc_net_slices_behind_each_other_are_its_montage() {
    let Loaded::Maemc(network) = loaded("maemc-net-compact") else { panic!("MAEMC-NET") };
    let (volume, ctx) = (chest(-900), JobContext::unobserved());
    let [axial, _] = maemc::montages(&volume, volume.grid().centre(), Mode::Paper).expect("read");
    let forward = network.forward(&axial.values, &ctx).expect("answers");
    let of = MaemcSampled::new(&network, &axial);
    let [granuloma, adenocarcinoma] = forward.logits;
    assert!((of.margin(of.values()).expect("a margin") - (adenocarcinoma - granuloma)).abs() < 1e-4);
    holds(&of, 1e-2, 0.15);

    // The rollout that comes with the answer.
    let rollout = of.attended(Counted::Shares).expect("a transformer").patches(ROLLOUT);
    let own = maemc_rollout(&forward).expect("shares");
    assert!(rollout.iter().zip(own).all(|(a, b)| (f64::from(*a) - b).abs() < 1e-6), "{rollout:?} {own:?}");
    let raising = of.attended(Counted::Raising).expect("a transformer").patches(RELEVANCE);
    assert!(raising.iter().all(|v| *v >= 0.0) && raising.iter().any(|v| *v > 0.0), "{raising:?}");
    let layer = of.layer().expect("a layer").evidence;
    assert_eq!((layer.shape, layer.features.len() % 25), ([25, 1, 1], 0));
    assert!(layer.gradient.iter().any(|v| *v != 0.0));
}

#[test]
fn of_lungnodule_ssm_the_head_is_derived_and_what_answers_is_covered() {
    let Loaded::Ssm(network) = loaded("lungnodule-ssm-compact") else { panic!("LungNodule-SSM") };
    let (volume, ctx) = (chest(-900), JobContext::unobserved());
    // Small: the cost grows with the square of the patches.
    let resolution = Resolution::new(112).expect("a multiple of 14");
    let picture = slice_picture(&volume, 20, resolution).expect("read");
    let forward = network.forward(&picture.values, 112, false, &ctx).expect("answers");
    let of = SsmSampled::new(&network, &picture, 112);
    let Some([none, nodule]) = forward.logits else { panic!("random weights have a head") };
    assert!((of.margin(of.values()).expect("a margin") - (nodule - none)).abs() < 1e-4);
    holds(&of, 1e-2, 0.15);

    // Going back through the last block alone is going back through all of them.
    let (vit, head) = (network.vit(), network.head().expect("random weights have a head"));
    let name = vit.last_read();
    let mut taps = Taps::probing(&[&name]);
    let class = vit.forward_tapped(of.read().autodiff(), &mut taps).class;
    let mut gradients = difference(head.forward(class).logits).backward();
    let cells = patch_cells();
    let whole =
        Layer::of_tokens(&mut taps, &name, &mut gradients, [1, 8, 8], cells).expect("probed").evidence;
    let layer = of.layer().expect("a layer").evidence;
    let close = |a: &[f32], b: &[f32]| {
        let largest = b.iter().fold(0.0f32, |most, v| most.max(v.abs()));
        a.len() == b.len() && largest > 0.0 && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-4 * largest)
    };
    assert!(close(&layer.features, &whole.features) && close(&layer.gradient, &whole.gradient));
    let score = score_cam(&of, &of.layer().expect("a layer"), &JobContext::unobserved()).expect("asked");
    assert!(score.len() == 64 && score.iter().all(|v| *v >= 0.0));

    // Shares add up to one with what stays at the class token.
    let shares = of.attended(Counted::Shares).expect("a transformer");
    let tokens = carried(shares.reads.clone(), &shares.blocks, ROLLOUT);
    assert!((tokens.iter().sum::<f64>() - 1.0).abs() < 1e-4 && tokens.len() == 65);
    let raising = of.attended(Counted::Raising).expect("a transformer").patches(RELEVANCE);
    assert!(raising.len() == 64 && raising.iter().all(|v| *v >= 0.0) && raising.iter().any(|v| *v > 0.0));
}

#[test]
fn maps_lie_over_what_was_read_and_say_how_they_were_made() {
    let Loaded::Maemc(network) = loaded("maemc-net-compact") else { panic!("MAEMC-NET") };
    let (volume, ctx) = (chest(-900), JobContext::unobserved());
    let grid = volume.grid();
    let [axial, _] = maemc::montages(&volume, grid.centre(), Mode::Paper).expect("read");
    let of = MaemcSampled::new(&network, &axial);
    let mut maps = SampledMaps::new(Parameters::default());
    let map = maps.map(Method::Occlusion, &of, grid, &ctx).expect("maps");
    assert_eq!((map.native_shape, map.unit, map.signed), (Some([4, 4, 4]), "logit", true));
    assert!(map.told.contains(&("blocks", 64.0)) && map.told.contains(&("refined_blocks", 8.0)));
    assert_eq!(map.values.len(), map.bounds.size.iter().product::<usize>());
    let gradient = maps.map(Method::Gradient, &of, grid, &ctx).expect("maps");
    assert_eq!((gradient.native_shape, gradient.bounds), (Some([25, 50, 50]), map.bounds));
    assert!(gradient.values.iter().any(|v| *v < 0.0) && gradient.values.iter().any(|v| *v > 0.0));
    assert!(maps.map(Method::Native, &of, grid, &ctx).is_err());
}
