//! Learning without labels: hidden slices are filled in, and the two directions of a lesion are told from
//! those of others.

use burn::module::{Module, Param};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::input::{SIDE, montage, places};
use super::{MaemcTraining, PRETRAINING};
use crate::networks::maemc::{CONTRAST, Compared, Maemc, Mask, SLICES, hidden_error};
use crate::training::cohort::Cohort;
use crate::training::course::Course;
use crate::training::draw::{Symmetry, generator};
use crate::training::learner::{At, Loss, Task};
use crate::training::pictures::Look;

/// The network as it learns without labels, and the directions that it has seen before.
#[derive(Module, Debug)]
pub(super) struct Pretraining {
    maemc: Maemc,
    /// `[queue, 128]`, of length 1; a ring. Kept with the layers, so that a stage goes on where it stopped.
    queue: Param<Tensor<2>>,
}

impl Pretraining {
    /// - `maemc`: with its first values
    /// - `seed`: of the first directions, which are random
    pub(super) fn new(maemc: Maemc, count: usize, seed: u64, device: &Device) -> Self {
        let mut random = generator(seed, "queue", &[]);
        let mut values: Vec<f32> =
            (0..count * CONTRAST).map(|_| StandardNormal.sample(&mut random)).collect();
        for direction in values.chunks_exact_mut(CONTRAST) {
            let length = direction.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-12);
            direction.iter_mut().for_each(|v| *v /= length);
        }
        let queue = Tensor::from_data(TensorData::new(values, [count, CONTRAST]), device);
        Self { maemc: maemc.follow(0.0), queue: Param::from_tensor(queue) }
    }

    /// What goes on to learn with labels.
    pub(super) fn into_maemc(self) -> Maemc {
        self.maemc
    }
}

/// Teaches the encoder without labels.
pub(super) struct PretrainingTask<'a> {
    /// Cases.
    pub(super) cohort: &'a Cohort,
    /// Every choice.
    pub(super) config: &'a MaemcTraining,
}

/// What a step reads.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    /// Axial, coronal: `[case][row][column]`.
    montages: [Vec<f32>; 2],
    masks: [Mask; 2],
    count: usize,
}

impl Task for PretrainingTask<'_> {
    type Net = Pretraining;
    type Batch = Batch;

    fn name(&self) -> &'static str {
        PRETRAINING
    }

    fn course(&self) -> Course {
        self.config.pretraining
    }

    fn batch(&self, cases: &[usize], look: Look) -> Batch {
        let one = |&case: &usize| {
            let number = match look {
                Look::Plain => u64::MAX,
                Look::Varied(number) => number,
            };
            let mut random = generator(self.config.seed, "mask", &[case as u64, number]);
            let orders = [0, 1].map(|_| {
                let mut order: [usize; SLICES] = std::array::from_fn(|n| n);
                order.shuffle(&mut random);
                order
            });
            let bytes = &self.cohort.inputs[case];
            let (place, symmetry) = drawn(bytes, look, self.config, case);
            ([0, 1].map(|direction| montage(bytes, place, direction, symmetry)), orders)
        };
        let read: Vec<_> = cases.par_iter().map(one).collect();
        let mut montages = [0, 1].map(|_| Vec::with_capacity(cases.len() * SIDE * SIDE));
        let mut orders = [0, 1].map(|_| Vec::with_capacity(cases.len()));
        for (pair, order) in read {
            for (n, (values, order)) in pair.into_iter().zip(order).enumerate() {
                montages[n].extend(values);
                orders[n].push(order);
            }
        }
        // Shuffles of all slices, some of which are kept: checked with the configuration.
        let mask = |orders| match Mask::new(orders, self.config.kept) {
            Ok(mask) => mask,
            Err(error) => unreachable!("a shuffle is a permutation: {error}"),
        };
        Batch { montages, masks: orders.map(mask), count: cases.len() }
    }

    fn loss(&self, net: &Pretraining, batch: &Batch, _learning: bool, device: &Device) -> Loss {
        let shape = [batch.count, 1, SIDE, SIDE];
        let [axial, coronal] =
            [0, 1].map(|n| Tensor::<4>::from_data(TensorData::new(batch.montages[n].clone(), shape), device));
        let [of_axial, of_coronal] = &batch.masks;
        let Compared { slices, query, key } =
            net.maemc.forward([axial.clone(), coronal], [of_axial, of_coronal]);
        let filled = hidden_error(axial, slices, of_axial);
        let own = (query.clone() * key.clone()).sum_dim(1);
        let others = query.matmul(net.queue.val().detach().transpose());
        let told = log_softmax(Tensor::cat(vec![own, others], 1) / self.config.temperature, 1);
        let compared = told.narrow(1, 0, 1).mean().neg();
        let balance = f64::from(self.config.balance);
        let total = filled.clone() * balance + compared.clone() * (1.0 - balance);
        Loss { total, parts: vec![("filling in", filled), ("comparing", compared)], carried: vec![key] }
    }

    fn after_step(&self, net: Pretraining, carried: Vec<Tensor<2>>, at: At) -> Pretraining {
        let maemc = net.maemc.follow(self.config.momentum);
        let Some(keys) = carried.into_iter().next() else { return Pretraining { maemc, queue: net.queue } };
        let queue = net.queue.map(|queue| {
            let (count, room) = (keys.dims()[0], queue.dims()[0]);
            // The queue need not be a multiple of the batch: a ring.
            let first = at.step * count % room;
            let until_end = count.min(room - first);
            let put = |queue: Tensor<2>, from: usize, to: usize, length: usize| {
                queue.slice_assign([to..to + length, 0..CONTRAST], keys.clone().narrow(0, from, length))
            };
            let queue = put(queue.detach(), 0, first, until_end);
            let queue = if count > until_end { put(queue, until_end, 0, count - until_end) } else { queue };
            queue.detach()
        });
        Pretraining { maemc, queue }
    }
}

/// Place and symmetry of one look at a case: the same in both stages.
pub(super) fn drawn(bytes: &[u8], look: Look, config: &MaemcTraining, case: usize) -> (usize, Symmetry) {
    match look {
        Look::Plain => (0, Symmetry::default()),
        Look::Varied(number) => {
            let mut random = generator(config.seed, "montage", &[case as u64, number]);
            let place = random.random_range(0..places(bytes));
            let bits: u8 = if config.augmentation.symmetries { random.random() } else { 0 };
            // Four quarter turns and a mirror: a transposition and two mirrors.
            let mirrored = [bits & 2 != 0, bits & 4 != 0, false];
            (place, Symmetry { transposed: bits & 1 != 0, mirrored })
        }
    }
}
