//! The three stages. Parts that are not to learn run without gradients, as they will answer: running
//! statistics, nothing dropped. (The published code leaves them in training: its statistics drift.)

use burn::module::{Module, ParamId, list_param_ids};
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::input::{Mark, Planes};
use super::place::{Lesion, missed, shut, there, told};
use super::{IMAGE, JOINT, MmcafTraining, TABLE, TRUNK};
use crate::inference::mmcaf::table;
use crate::jobs::JobContext;
use crate::networks::layers::Drop;
use crate::networks::mmcaf::{Field, Mmcaf, MmcafConfig};
use crate::networks::{Tapped, Taps};
use crate::training::cohort::Cohort;
use crate::training::course::Course;
use crate::training::curriculum::numbers;
use crate::training::described::{DESCRIBED, DescribingHead};
use crate::training::error::TrainingError;
use crate::training::learner::{Loss, Task};
use crate::training::losses::binary_loss;
use crate::training::pictures::Look;

/// The network, and while its trunk learns a head on the trunk, and one that tells what is
/// [said](crate::training::described) of the lesion, and those that tell where it lies.
#[derive(Module, Debug)]
pub(super) struct TrunkInTraining {
    net: Mmcaf,
    head: Linear,
    described: DescribingHead,
    places: Vec<Linear>,
}

impl TrunkInTraining {
    /// - `widths`: channels of the levels, fine to coarse
    pub(super) fn new(net: Mmcaf, widths: [usize; 3], device: &Device) -> Self {
        let head = |width| LinearConfig::new(width, 1).with_initializer(Initializer::Zeros).init(device);
        let pooled = 2 * widths[2] + widths.iter().sum::<usize>();
        let places = widths.into_iter().map(head).collect();
        Self { net, head: head(pooled), described: DescribingHead::new(pooled, DESCRIBED, device), places }
    }

    /// Without the head.
    pub(super) fn into_net(self) -> Mmcaf {
        self.net
    }
}

/// The network, and while its image's encoder learns a head on the features that tells what is
/// [said](crate::training::described) of the lesion.
#[derive(Module, Debug)]
pub(super) struct ImageInTraining {
    net: Mmcaf,
    described: DescribingHead,
}

impl ImageInTraining {
    /// With a head that says nothing yet.
    pub(super) fn new(net: Mmcaf, device: &Device) -> Self {
        Self { net, described: DescribingHead::new(MmcafConfig::FEATURES, DESCRIBED, device) }
    }

    /// Without the head.
    pub(super) fn into_net(self) -> Mmcaf {
        self.net
    }
}

/// What all stages share.
pub(super) struct Shared<'a> {
    /// Cases.
    pub(super) cohort: &'a Cohort,
    /// Every choice.
    pub(super) config: &'a MmcafTraining,
    /// How much of every slice is read.
    pub(super) field: Field,
    /// Of the classes.
    pub(super) weights: [f32; 2],
}

/// What a step reads.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    /// Rows and columns of every window, or of every piece of one.
    side: usize,
    windows: Vec<f32>,
    rows: Vec<f32>,
    positive: Vec<bool>,
    /// Which they are.
    cases: Vec<usize>,
    /// Where their points lie in the windows.
    marks: Vec<Mark>,
    /// Features of the image, where they are kept; there are no windows then.
    features: Option<Vec<f32>>,
}

impl Batch {
    /// `[case, slice, row, column]`
    pub(super) fn windows(&self, device: &Device) -> Tensor<4> {
        let shape = [self.positive.len(), MmcafConfig::WINDOW[0], self.side, self.side];
        Tensor::from_data(TensorData::new(self.windows.clone(), shape), device)
    }

    /// `[case, 7]`
    pub(super) fn table(&self, device: &Device) -> Tensor<2> {
        let shape = [self.positive.len(), MmcafConfig::TABLE];
        Tensor::from_data(TensorData::new(self.rows.clone(), shape), device)
    }
}

impl Shared<'_> {
    /// Rows of the table.
    pub(super) fn rows(&self, cases: &[usize]) -> Vec<f32> {
        cases.iter().flat_map(|&n| table(&self.cohort.cases[n].fields).values).collect()
    }

    /// - `course`, `sides`: of the stage
    fn batch(&self, cases: &[usize], look: Look, course: Course, sides: &[usize]) -> Batch {
        let side = course.turn(sides, look).unwrap_or(self.field.window()[1]);
        let one = |&case: &usize| Planes::new(&self.cohort.inputs[case]).look(look, self.config, case, side);
        let read: Vec<(Vec<f32>, Mark)> = cases.par_iter().map(one).collect();
        let windows = read.iter().flat_map(|(values, _)| values.iter().copied()).collect();
        let marks = read.iter().map(|(_, mark)| *mark).collect();
        let positive = cases.iter().map(|&n| self.cohort.cases[n].positive).collect();
        Batch {
            side,
            windows,
            rows: self.rows(cases),
            positive,
            cases: cases.to_vec(),
            marks,
            features: None,
        }
    }

    /// What is known of cases besides their windows.
    fn without_windows(&self, cases: &[usize]) -> Batch {
        Batch {
            side: 0,
            windows: Vec::new(),
            rows: self.rows(cases),
            positive: cases.iter().map(|&n| self.cohort.cases[n].positive).collect(),
            cases: cases.to_vec(),
            marks: Vec::new(),
            features: None,
        }
    }

    /// Where the lesions of a batch lie.
    fn lesions(&self, batch: &Batch) -> Vec<Lesion> {
        let size = |case: usize| self.cohort.cases[case].diameter_mm;
        let cases = batch.cases.iter().zip(&batch.marks);
        cases.map(|(case, mark)| Lesion { mark: *mark, diameter_mm: size(*case) }).collect()
    }

    /// How much is left out.
    fn drop(&self, learning: bool) -> Drop {
        if learning && self.config.dropout { Drop::AsPublished } else { Drop::Nothing }
    }

    /// The answer's loss, and beside it, where it is asked, how wrongly the features tell what is said of the lesion.
    fn described(
        &self,
        answer: Tensor<1>,
        head: &DescribingHead,
        features: Tensor<2>,
        batch: &Batch,
    ) -> Loss {
        match f64::from(self.config.described_weight) {
            0.0 => Loss { total: answer.clone(), parts: vec![("answer", answer)], carried: Vec::new() },
            weight => {
                let all: [usize; DESCRIBED] = std::array::from_fn(|n| n);
                let error = head.error(features, self.cohort.described(&batch.cases, &all));
                Loss::described(answer, error, weight)
            }
        }
    }

    fn loss(&self, logit: Tensor<2>, batch: &Batch) -> Tensor<1> {
        binary_loss(logit, &batch.positive, self.weights, self.config.focus)
    }
}

/// On the device with gradients, but without any: what a part says that is not to learn.
fn still<const D: usize>(tensor: Tensor<D>, learning: bool) -> Tensor<D> {
    if learning { Tensor::from_inner(tensor) } else { tensor }
}

/// Device and layers of a part that is not to learn.
fn resting(net: &Mmcaf, learning: bool, device: &Device) -> (Mmcaf, Device) {
    if learning { (net.valid(), device.clone().inner()) } else { (net.clone(), device.clone()) }
}

/// The trunk by itself.
pub(super) struct TrunkTask<'a>(pub(super) &'a Shared<'a>);

impl Task for TrunkTask<'_> {
    type Net = TrunkInTraining;
    type Batch = Batch;

    fn name(&self) -> &'static str {
        TRUNK
    }

    fn course(&self) -> Course {
        self.0.config.trunk
    }

    fn batch(&self, cases: &[usize], look: Look) -> Batch {
        self.0.batch(cases, look, self.course(), &self.0.config.pieces.trunk)
    }

    fn loss(&self, net: &TrunkInTraining, batch: &Batch, learning: bool, device: &Device) -> Loss {
        let encoder = net.net.image_encoder();
        let levels = encoder.levels(batch.windows(device), &mut Taps::off(), self.0.drop(learning));
        let Some(coarse) = levels.last().cloned() else { unreachable!("three levels") };
        // A lesion fills few cells, which a mean alone would lose behind the norms.
        let cells = coarse.flatten::<3>(2, 4);
        let whole = Tensor::cat(vec![cells.clone().mean_dim(2), cells.max_dim(2)], 1).squeeze_dim::<2>(2);
        let places = told(&net.places, levels);
        let pooled = Tensor::cat(vec![whole, there(&places)], 1);
        let answer = self.0.loss(net.head.forward(pooled.clone()), batch);
        if !learning {
            return answer.into();
        }
        let mut loss = self.0.described(answer, &net.described, pooled, batch);
        let place = f64::from(self.0.config.where_weight);
        if place > 0.0 {
            let missed = missed(&places, &self.0.lesions(batch), device);
            loss.total = loss.total + missed.clone() * place;
            loss.parts.push(("where", missed));
        }
        loss
    }
}

/// The image's encoder, its trunk as it is or at its own rate.
pub(super) struct ImageTask<'a>(pub(super) &'a Shared<'a>);

impl Task for ImageTask<'_> {
    type Net = ImageInTraining;
    type Batch = Batch;

    fn name(&self) -> &'static str {
        IMAGE
    }

    fn course(&self) -> Course {
        self.0.config.image
    }

    fn batch(&self, cases: &[usize], look: Look) -> Batch {
        self.0.batch(cases, look, self.course(), &self.0.config.pieces.image)
    }

    fn rates(&self, net: &ImageInTraining) -> Vec<(f64, Vec<ParamId>)> {
        let (config, encoder) = (self.0.config, net.net.image_encoder());
        let slow = [(config.joining_rate, encoder.joining()), (config.trunk_rate, encoder.trunk())];
        let is_slow = |id: &ParamId| slow.iter().any(|(_, ids)| ids.contains(id));
        let others = list_param_ids(net).into_iter().filter(|id| !is_slow(id)).collect();
        [(1.0, others)].into_iter().chain(slow).collect()
    }

    fn loss(&self, learned: &ImageInTraining, batch: &Batch, learning: bool, device: &Device) -> Loss {
        let net = &learned.net;
        let levels = if self.0.config.trunk_rate > 0.0 {
            let drop = self.0.drop(learning);
            net.image_encoder().levels(batch.windows(device), &mut Taps::off(), drop)
        } else {
            let (trunk, place) = resting(net, learning, device);
            let levels = trunk.image_encoder().levels(batch.windows(&place), &mut Taps::off(), Drop::Nothing);
            levels.into_iter().map(|level| still(level, learning)).collect()
        };
        let mut taps = Taps::of(&Mmcaf::GATES);
        let features = net.features_of(levels, &mut taps, self.0.drop(learning));
        let answer = self.0.loss(net.image_encoder().answer(features.clone()), batch);
        if !learning {
            return answer.into();
        }
        let mut loss = self.0.described(answer, &learned.described, features, batch);
        let weight = f64::from(self.0.config.where_weight);
        if weight == 0.0 {
            return loss;
        }
        let gates = Mmcaf::GATES.iter().filter_map(|name| match taps.take(name) {
            Some(Tapped::D5(gate)) => Some(gate),
            _ => None,
        });
        let shut = shut(gates.collect(), &self.0.lesions(batch), device);
        loss.total = loss.total + shut.clone() * weight;
        loss.parts.push(("gates", shut));
        loss
    }
}

/// Features of the image as the resting encoder tells them, by look and case.
pub(super) struct Views {
    plain: Vec<Vec<f32>>,
    varied: Vec<Vec<Vec<f32>>>,
}

impl Views {
    /// Numbers of looks that no epoch has.
    const FIRST: u64 = 1 << 32;
    /// Windows that are read together.
    const TOGETHER: usize = 16;

    /// Asks the encoder.
    /// - `device`: without gradients
    /// - errors: cancelled, numbers that cannot be read back
    pub(super) fn of(
        net: &Mmcaf,
        shared: &Shared<'_>,
        device: &Device,
        ctx: &JobContext,
    ) -> Result<Self, TrainingError> {
        let (count, config) = (shared.cohort.cases.len(), shared.config);
        let all: Vec<usize> = (0..count).collect();
        let mut done = 0;
        let mut look = |look: Look| -> Result<Vec<Vec<f32>>, TrainingError> {
            let mut told = Vec::with_capacity(count);
            for cases in all.chunks(Self::TOGETHER) {
                let share = done as f32 / (count * (config.joint_views + 1)).max(1) as f32;
                ctx.step("What the image's encoder says", share)?;
                let batch = shared.batch(cases, look, config.joint, &config.pieces.joint);
                let features = net.image_features(batch.windows(device), &mut Taps::off(), Drop::Nothing);
                let [_, width] = features.dims();
                let values: Vec<f32> = numbers(features)?.into_iter().map(|v| v as f32).collect();
                told.extend(values.chunks_exact(width).map(<[f32]>::to_vec));
                done += cases.len();
            }
            Ok(told)
        };
        let plain = look(Look::Plain)?;
        let varied = (0..config.joint_views as u64).map(|n| look(Look::Varied(Self::FIRST + n)));
        Ok(Self { plain, varied: varied.collect::<Result<_, _>>()? })
    }

    /// Mean and variance of each feature over cases as they are. A variance is at least a hundredth of the mean of
    /// all: a feature that only a few of these cases have would be blown up in the next one that has it.
    pub(super) fn statistics(&self, cases: &[usize]) -> [Vec<f32>; 2] {
        let mean = |of: &dyn Fn(f64, usize) -> f64| -> Vec<f64> {
            let sum = |n| cases.iter().map(|&case| of(f64::from(self.plain[case][n]), n)).sum::<f64>();
            (0..MmcafConfig::FEATURES).map(|n| sum(n) / cases.len().max(1) as f64).collect()
        };
        let middle = mean(&|value, _| value);
        let variance = mean(&|value, n| (value - middle[n]).powi(2));
        let least = 0.01 * variance.iter().sum::<f64>() / variance.len() as f64;
        let single = |values: Vec<f64>, least: f64| values.into_iter().map(|v| v.max(least) as f32).collect();
        [single(middle, f64::NEG_INFINITY), single(variance, least)]
    }

    fn at(&self, case: usize, look: Look) -> &[f32] {
        let of = match look {
            Look::Varied(number) if !self.varied.is_empty() => {
                &self.varied[number as usize % self.varied.len()]
            }
            _ => &self.plain,
        };
        &of[case]
    }
}

/// The table's encoder by its own head; nothing is read of the image.
pub(super) struct TableTask<'a>(pub(super) &'a Shared<'a>);

impl Task for TableTask<'_> {
    type Net = Mmcaf;
    type Batch = Batch;

    fn name(&self) -> &'static str {
        TABLE
    }

    fn course(&self) -> Course {
        self.0.config.table
    }

    fn batch(&self, cases: &[usize], _look: Look) -> Batch {
        self.0.without_windows(cases)
    }

    fn loss(&self, net: &Mmcaf, batch: &Batch, _learning: bool, device: &Device) -> Loss {
        self.0.loss(net.answer_told(net.kan().forward(batch.table(device))), batch).into()
    }
}

/// Table, fusion and classifier, the image's encoder as it is.
pub(super) struct JointTask<'a> {
    /// What all stages share.
    pub(super) shared: &'a Shared<'a>,
    /// Features that are kept; `None`: they are computed for every step.
    pub(super) views: Option<&'a Views>,
}

impl Task for JointTask<'_> {
    type Net = Mmcaf;
    type Batch = Batch;

    fn name(&self) -> &'static str {
        JOINT
    }

    fn course(&self) -> Course {
        self.shared.config.joint
    }

    fn rates(&self, net: &Mmcaf) -> Vec<(f64, Vec<ParamId>)> {
        let table: Vec<ParamId> = net.of_table();
        let others = list_param_ids(net).into_iter().filter(|id| !table.contains(id)).collect();
        vec![(1.0, others), (self.shared.config.table_rate, table)]
    }

    fn batch(&self, cases: &[usize], look: Look) -> Batch {
        let shared = self.shared;
        let Some(views) = self.views else {
            return shared.batch(cases, look, self.course(), &shared.config.pieces.joint);
        };
        let features = cases.iter().flat_map(|&n| views.at(n, look).iter().copied()).collect();
        Batch { features: Some(features), ..shared.without_windows(cases) }
    }

    fn loss(&self, net: &Mmcaf, batch: &Batch, learning: bool, device: &Device) -> Loss {
        let shared = self.shared;
        let features = match &batch.features {
            Some(kept) => {
                let shape = [batch.positive.len(), MmcafConfig::FEATURES];
                Tensor::from_data(TensorData::new(kept.clone(), shape), device)
            }
            None => {
                let (encoder, place) = resting(net, learning, device);
                let read = encoder.image_features(batch.windows(&place), &mut Taps::off(), Drop::Nothing);
                still(read, learning)
            }
        };
        let told = net.kan().forward(batch.table(device));
        let joined = net.join(features, told.clone(), &mut Taps::off(), shared.drop(learning));
        let joint = shared.loss(joined, batch);
        if !learning {
            return joint.into();
        }
        // The published answer never uses this head: it learns beside, and moves nothing else unless it is told to.
        let alone = if shared.config.table_teaches { told } else { told.detach() };
        let table = shared.loss(net.answer_told(alone), batch);
        Loss {
            total: joint.clone() + table.clone(),
            parts: vec![("answer", joint), ("table alone", table)],
            carried: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::clinical::ClinicalFields;
    use crate::networks::mmcaf::random;
    use crate::networks::weights::{Array, collect};
    use crate::training::cohort::CohortCase;
    use crate::training::learner::{At, Learner};
    use crate::training::mmcaf::{MmcafPieces, first_values, loaded};

    /// Four cases: a wide bright cylinder in grainy air is positive, a thin one negative.
    fn cohort() -> Cohort {
        let mut cohort = Cohort::default();
        for n in 0..4u32 {
            let positive = n % 2 == 1;
            let radius = if positive { 60.0 } else { 12.0 };
            let mut bytes: Vec<u8> = [12u32, 1, 0].iter().flat_map(|v| v.to_le_bytes()).collect();
            let mark = [6.0f32, 95.5, 95.5, 3.0, 2.0, 2.0];
            bytes.extend(mark.iter().flat_map(|v| v.to_le_bytes()));
            for at in 0..MmcafConfig::WINDOW.iter().product::<usize>() as u32 {
                let (row, column) = (at / 192 % 192, at % 192);
                let away = (f64::from(row) - 96.0).hypot(f64::from(column) - 96.0);
                let grain = (at.wrapping_add(n * 7919).wrapping_mul(2_654_435_761) >> 21) as u16;
                let level = if away < radius { 40_000 } else { 0 };
                bytes.extend((level + grain).to_le_bytes());
            }
            cohort.inputs.push(Arc::from(bytes));
            cohort.cases.push(CohortCase {
                id: format!("c{n}"),
                patient: format!("p{n}"),
                positive,
                fields: ClinicalFields::default(),
                diameter_mm: None,
                described: Default::default(),
                part: None,
                fold: None,
            });
        }
        cohort
    }

    #[test]
    fn every_layer_of_the_trunk_learns_and_its_loss_falls_on_four_cases() {
        let device = Device::flex().autodiff();
        let (cohort, config) = (cohort(), MmcafTraining::default());
        let shared = Shared { cohort: &cohort, config: &config, field: Field::Whole, weights: [1.0; 2] };
        let (task, layers) = (TrunkTask(&shared), MmcafConfig::compact());
        let net = loaded("mmcaf-net-compact", &layers, first_values(&layers, 1), &device).expect("fits");
        let mut learner =
            Learner::new(TrunkInTraining::new(net, layers.widths, &device), &task.course(), &device);
        let values = |learner: &Learner<TrunkInTraining>| {
            let all = collect(&learner.net, str::to_owned).expect("on this machine").tensors;
            all.into_iter().filter(|(key, _)| key.contains("image_encoder.encoder.")).collect::<Vec<_>>()
        };
        let (before, batch) = (values(&learner), task.batch(&[0, 1, 2, 3], Look::Plain));
        let mut losses = Vec::new();
        for step in 0..10 {
            let (next, loss, _) = learner.step(&task, &batch, 3e-3, 1, At { step, steps: 10 });
            learner = next;
            losses.push(loss);
        }
        // Half of ln 2 twice halved: what is lost without any answer.
        assert!((losses[0] - 0.25 * std::f64::consts::LN_2).abs() < 1e-6, "{losses:?}");
        assert!(losses[9] < 0.5 * losses[0], "{losses:?}");
        for ((key, before), (_, after)) in before.iter().zip(values(&learner)) {
            assert_ne!(before.values, after.values, "{key} was left as it was");
        }
    }

    #[test]
    fn layers_that_join_levels_learn_slowly_and_every_layer_learns_once() {
        let device = Device::flex().autodiff();
        let (cohort, layers) = (Cohort::default(), MmcafConfig::compact());
        let config = MmcafTraining { joining_rate: 0.1, ..MmcafTraining::default() };
        let shared = Shared { cohort: &cohort, config: &config, field: Field::Whole, weights: [1.0; 2] };
        let net = loaded("mmcaf-net-compact", &layers, first_values(&layers, 1), &device).expect("fits");
        let net = ImageInTraining::new(net, &device);
        let rates = ImageTask(&shared).rates(&net);
        assert_eq!(rates.iter().map(|(share, _)| *share).collect::<Vec<_>>(), [1.0, 0.1, 0.0]);
        // Five convolutions with a bias each, twice.
        assert_eq!(rates[1].1.len(), 20);
        let sorted = |mut ids: Vec<ParamId>| {
            ids.sort();
            ids
        };
        let all = rates.into_iter().flat_map(|(_, ids)| ids).collect();
        assert_eq!(sorted(all), sorted(list_param_ids(&net)));
    }

    #[test]
    fn features_that_are_kept_say_what_is_computed_anew() {
        let device = Device::flex();
        let (cohort, layers) = (cohort(), MmcafConfig::compact());
        let pieces = MmcafPieces { joint: vec![32], ..MmcafPieces::default() };
        let config = MmcafTraining { joint_views: 2, pieces, ..MmcafTraining::default() };
        let shared = Shared { cohort: &cohort, config: &config, field: Field::Whole, weights: [1.0; 2] };
        let net = loaded("mmcaf-net-compact", &layers, random(&layers, 1), &device).expect("fits");
        let views = Views::of(&net, &shared, &device, &JobContext::unobserved()).expect("read");
        let [kept, anew] = [Some(&views), None].map(|views| JointTask { shared: &shared, views });
        let cases = [2, 0, 3];
        let loss = |task: &JointTask<'_>, look| {
            let batch = task.batch(&cases, look);
            f64::from(task.loss(&net, &batch, false, &device).total.into_scalar::<f32>())
        };
        let [a, b] = [loss(&kept, Look::Plain), loss(&anew, Look::Plain)];
        // Single precision of features that were read in batches of another size.
        assert!((a - b).abs() < 1e-5 * b.abs().max(1.0), "{a} {b}");
        let varied = |number| views.at(2, Look::Varied(number)).to_vec();
        assert!(varied(0) != varied(1) && varied(0) == varied(2) && varied(0) != views.plain[2]);
    }

    #[test]
    fn statistics_that_are_held_are_those_of_all_cases_and_stay() {
        let plain = [[1.0, 0.0], [5.0, 0.0], [3.0, 0.0], [100.0, 7.0]];
        let wide = |[a, b]: [f32; 2]| {
            (0..MmcafConfig::FEATURES).map(|n| if n % 2 == 0 { a } else { b }).collect::<Vec<f32>>()
        };
        let views = Views { plain: plain.map(wide).to_vec(), varied: Vec::new() };
        let [mean, variance] = views.statistics(&[0, 1, 2]);
        // 8/3 for half of the features; a hundredth of the mean of all for those that are dead.
        assert_eq!(mean, wide([3.0, 0.0]));
        let near = |a: &f32, b: f32| (a - b).abs() < 1e-6;
        assert!(variance.iter().zip(wide([8.0 / 3.0, 0.04 / 3.0])).all(|(a, b)| near(a, b)), "{variance:?}");

        let device = Device::flex().autodiff();
        let (cohort, layers, config) = (cohort(), MmcafConfig::compact(), MmcafTraining::default());
        let shared = Shared { cohort: &cohort, config: &config, field: Field::Whole, weights: [1.0; 2] };
        let task = JointTask { shared: &shared, views: Some(&views) };
        let net = loaded("mmcaf-net-compact", &layers, first_values(&layers, 1), &device).expect("fits");
        let before = collect(&net, str::to_owned).expect("on this machine").tensors;
        let [a, b] = [mean.clone(), variance.clone()]
            .map(|values| Tensor::<1>::from_data(TensorData::new(values, [24]), &device.clone().inner()));
        let mut learner = Learner::new(net.with_image_statistics(a, b), &task.course(), &device);
        let batch = task.batch(&[0, 1, 2, 3], Look::Plain);
        // The first step moves the heads, which are zero; through them the second moves what is before.
        for step in 0..2 {
            learner = learner.step(&task, &batch, 1e-2, 1, At { step, steps: 2 }).0;
        }
        let after = collect(&learner.net, str::to_owned).expect("on this machine").tensors;
        let of = |name: &str| after[&format!("multiscale_fusion.{name}")].values.clone();
        assert_eq!((of("norm_img.running_mean"), of("norm_img.running_var")), (mean, variance));
        for learned in ["norm_tab.running_mean", "sample_img1.weight"] {
            assert_ne!(of(learned), before[&format!("multiscale_fusion.{learned}")].values, "{learned}");
        }
    }

    #[test]
    fn the_trunk_learns_with_the_image_where_it_is_told_to() {
        let device = Device::flex().autodiff();
        let (cohort, layers) = (cohort(), MmcafConfig::compact());
        let pieces = MmcafPieces { image: vec![32], ..MmcafPieces::default() };
        let learned = |trunk_rate| {
            let mut config = MmcafTraining { trunk_rate, pieces: pieces.clone(), ..MmcafTraining::default() };
            // Decay moves what no gradient reaches.
            config.image.weight_decay = 0.0;
            let shared = Shared { cohort: &cohort, config: &config, field: Field::Whole, weights: [1.0; 2] };
            let task = ImageTask(&shared);
            let net = loaded("mmcaf-net-compact", &layers, first_values(&layers, 1), &device).expect("fits");
            let batch = task.batch(&[0, 1, 2, 3], Look::Plain);
            let mut learner = Learner::new(ImageInTraining::new(net, &device), &task.course(), &device);
            // The first step moves the heads, which are zero; through them the second moves what is before.
            for step in 0..2 {
                learner = learner.step(&task, &batch, 1e-2, 1, At { step, steps: 2 }).0;
            }
            collect(&learner.net, str::to_owned).expect("on this machine").tensors
        };
        let [still, moved] = [0.0, 0.5].map(learned);
        let first = first_values(&layers, 1).tensors;
        let key = "image_encoder.encoder.in_conv.0.weight";
        let of = |learned: &BTreeMap<String, Array>| {
            let found = learned.iter().find(|(name, _)| name.ends_with("encoder.in_conv.0.weight"));
            found.expect("there").1.values.clone()
        };
        assert_eq!(of(&still), first[key].values);
        assert_ne!(of(&moved), first[key].values);
    }

    #[test]
    fn the_tables_head_moves_the_tables_encoder_where_it_is_told_to() {
        let device = Device::flex().autodiff();
        let (cohort, layers) = (cohort(), MmcafConfig::compact());
        let pieces = MmcafPieces { joint: vec![32], ..MmcafPieces::default() };
        let learned = |table_teaches| {
            let config = MmcafTraining { table_teaches, pieces: pieces.clone(), ..MmcafTraining::default() };
            let shared = Shared { cohort: &cohort, config: &config, field: Field::Whole, weights: [1.0; 2] };
            let task = JointTask { shared: &shared, views: None };
            let net = loaded("mmcaf-net-compact", &layers, first_values(&layers, 1), &device).expect("fits");
            let batch = task.batch(&[0, 1, 2, 3], Look::Plain);
            let mut learner = Learner::new(net, &task.course(), &device);
            // The first step moves the heads, which are zero; through them the second moves what is before.
            for step in 0..2 {
                learner = learner.step(&task, &batch, 1e-2, 1, At { step, steps: 2 }).0;
            }
            collect(&learner.net, str::to_owned).expect("on this machine").tensors
        };
        let [alone, taught] = [false, true].map(learned);
        assert_ne!(alone["kan.coef"].values, taught["kan.coef"].values);
        assert_eq!(alone["tab_cls.weight"].shape, taught["tab_cls.weight"].shape);
    }

    #[test]
    fn features_begin_small_enough_for_a_step() {
        let device = Device::flex();
        let (cohort, config, layers) = (cohort(), MmcafTraining::default(), MmcafConfig::compact());
        let shared = Shared { cohort: &cohort, config: &config, field: Field::Whole, weights: [1.0; 2] };
        let batch = TrunkTask(&shared).batch(&[0, 1], Look::Plain);
        let net = loaded("mmcaf-net-compact", &layers, first_values(&layers, 1), &device).expect("fits");
        let features = net.image_features(batch.windows(&device), &mut Taps::off(), Drop::Nothing);
        let largest: f32 = features.max().into_scalar();
        // Random values in every layer bring tens of thousands.
        assert!(largest > 0.01 && largest < 100.0, "{largest}");
    }
}
