//! The one stage: both dates and the fields at once.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rayon::prelude::*;

use super::input::{VALUES, pair};
use super::{CsfTraining, JOINT};
use crate::inference::Mode;
use crate::inference::csf::{Categories, SIZE, standardise};
use crate::networks::csf::{Clinical, CsfNet};
use crate::networks::{Tapped, Taps};
use crate::training::cohort::Cohort;
use crate::training::course::Course;
use crate::training::described::{DESCRIBED, DIAMETERS, DescribingHead};
use crate::training::draw::{Symmetry, generator};
use crate::training::error::TrainingError;
use crate::training::learner::{Loss, Task};
use crate::training::losses::{binary_loss, margin_of};
use crate::training::pictures::Look;
use crate::training::turns::{add_noise, turned};

/// The clinical fields of all cases as codes.
#[derive(Clone, Debug)]
pub(super) struct Table {
    codes: Vec<[usize; 6]>,
    /// Of somebody of whom nothing is known.
    unknown: [usize; 6],
}

impl Table {
    /// - errors: a field that the categories cannot do without
    pub(super) fn new(cohort: &Cohort, categories: &Categories) -> Result<Self, TrainingError> {
        let codes = cohort.cases.iter().map(|case| {
            let found = categories.codes(&case.fields);
            found.map(|found| found.codes).map_err(|e| TrainingError::Config(format!("{}: {e}", case.id)))
        });
        Ok(Self { codes: codes.collect::<Result<_, _>>()?, unknown: categories.unknown() })
    }
}

/// The network, and while it learns two heads: one tells of each date by itself how large the nodule is, the
/// other from both dates joined everything that is [said](crate::training::described) of it.
#[derive(Module, Debug)]
pub(super) struct CsfInTraining {
    net: CsfNet,
    dated: DescribingHead,
    joined: DescribingHead,
}

impl CsfInTraining {
    /// The trunk's last layer on either date, and the dates joined: what the heads read.
    const TAPS: [&'static str; 3] = ["t1.layers.15", "t0.layers.15", "tepfushon"];

    /// - `width`: channels of the trunk's last layer
    pub(super) fn new(net: CsfNet, width: usize, device: &Device) -> Self {
        let head = |told| DescribingHead::new(width, told, device);
        Self { net, dated: head(1), joined: head(DESCRIBED) }
    }

    /// Without the heads.
    pub(super) fn into_net(self) -> CsfNet {
        self.net
    }

    /// How far the heads are from what is known of a batch.
    /// - `taps`: of [`CsfInTraining::TAPS`]
    fn error(&self, taps: &mut Taps, cohort: &Cohort, cases: &[usize]) -> Option<Tensor<1>> {
        let pooled = Self::TAPS.map(|name| match taps.take(name) {
            Some(Tapped::D5(x)) => Some(x.flatten::<3>(2, 4).mean_dim(2).squeeze_dim::<2>(2)),
            _ => None,
        });
        let [Some(later), Some(earlier), Some(both)] = pooled else { return None };
        let dated = [later, earlier].into_iter().zip(DIAMETERS);
        let dated = dated.map(|(x, which)| self.dated.error(x, cohort.described(cases, &[which])));
        let all: [usize; DESCRIBED] = std::array::from_fn(|n| n);
        let joined = self.joined.error(both, cohort.described(cases, &all));
        Some(dated.fold(joined, |sum, error| sum + error))
    }
}

/// Teaches the whole network.
pub(super) struct CsfTask<'a> {
    /// Cases.
    pub(super) cohort: &'a Cohort,
    /// Every choice.
    pub(super) config: &'a CsfTraining,
    /// Codes of the fields.
    pub(super) table: Table,
    /// Of the classes.
    pub(super) weights: [f32; 2],
}

/// What a step reads.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    /// Earlier, later: `[case][z][y][x]`.
    regions: [Vec<f32>; 2],
    codes: Vec<[usize; 6]>,
    positive: Vec<bool>,
    /// Which they are.
    cases: Vec<usize>,
}

impl CsfTask<'_> {
    fn case(&self, case: usize, look: Look) -> ([Vec<f32>; 2], [usize; 6]) {
        let varied = self.config.augmentation;
        let bytes = &self.cohort.inputs[case];
        let mut codes = self.table.codes[case];
        let mut regions = match look {
            Look::Plain => pair(bytes, 0).map(|shades| shades.iter().map(|s| f32::from(*s)).collect()),
            Look::Varied(number) => {
                let mut random = generator(self.config.seed, "csf", &[case as u64, number]);
                let place = random.random_range(0..=varied.shifts);
                let bits: u8 = if varied.symmetries { random.random() } else { 0 };
                let mirrored = [bits & 2 != 0, bits & 4 != 0, bits & 8 != 0];
                let symmetry = Symmetry { transposed: bits & 1 != 0, mirrored };
                for (code, unknown) in codes.iter_mut().zip(self.table.unknown) {
                    if random.random::<f32>() < varied.unknown {
                        *code = unknown;
                    }
                }
                let deviation = random.random::<f32>() * varied.noise;
                pair(bytes, place).map(|shades| {
                    let mut values: Vec<f32> =
                        turned(shades, SIZE, symmetry).into_iter().map(f32::from).collect();
                    add_noise(&mut values, deviation, &mut random);
                    values
                })
            }
        };
        if self.config.mode == Mode::Clinical {
            regions.iter_mut().for_each(|values| {
                standardise(values);
            });
        }
        (regions, codes)
    }

    /// Regions and codes on a device.
    pub(super) fn tensors(
        &self,
        net: &CsfNet,
        batch: &Batch,
        device: &Device,
    ) -> Result<([Tensor<4>; 2], Clinical), TrainingError> {
        let [columns, rows, slices] = SIZE;
        let shape = [batch.positive.len(), slices, rows, columns];
        let regions = [0, 1]
            .map(|date| Tensor::<4>::from_data(TensorData::new(batch.regions[date].clone(), shape), device));
        let clinical =
            net.clinical(&batch.codes).map_err(|error| TrainingError::Config(error.to_string()))?;
        Ok((regions, clinical))
    }
}

impl Task for CsfTask<'_> {
    type Net = CsfInTraining;
    type Batch = Batch;

    fn name(&self) -> &'static str {
        JOINT
    }

    fn course(&self) -> Course {
        self.config.joint
    }

    fn batch(&self, cases: &[usize], look: Look) -> Batch {
        let read: Vec<_> = cases.par_iter().map(|&case| self.case(case, look)).collect();
        let mut regions = [0, 1].map(|_| Vec::with_capacity(cases.len() * VALUES));
        let mut codes = Vec::with_capacity(cases.len());
        for (own, of_case) in read {
            regions.iter_mut().zip(own).for_each(|(all, values)| all.extend(values));
            codes.push(of_case);
        }
        let positive = cases.iter().map(|&n| self.cohort.cases[n].positive).collect();
        Batch { regions, codes, positive, cases: cases.to_vec() }
    }

    fn loss(&self, net: &CsfInTraining, batch: &Batch, learning: bool, device: &Device) -> Loss {
        // The codes are those of the categories with which the layers were made.
        let Ok((regions, clinical)) = self.tensors(&net.net, batch, device) else {
            unreachable!("codes of the network's own categories")
        };
        let answer = |logits| binary_loss(margin_of(logits), &batch.positive, self.weights, 0.0);
        if !learning {
            return answer(net.net.forward(regions, &clinical)).into();
        }
        let weight = f64::from(self.config.described_weight);
        let mut taps = if weight > 0.0 { Taps::of(&CsfInTraining::TAPS) } else { Taps::off() };
        let answer = answer(net.net.forward_learning(regions, &clinical, &mut taps));
        match net.error(&mut taps, self.cohort, &batch.cases) {
            Some(error) => Loss::described(answer, error, weight),
            None => answer.into(),
        }
    }
}
