//! Learning without labels: a student tells of pieces of a slice what its slowly following teacher tells
//! of others, and of hidden patches what it tells of them seen.
//!
//! Source: DINO (Caron et al. 2021, arXiv 2104.14294), iBOT (Zhou et al. 2022, arXiv 2111.07832), which
//! DINOv2 (arXiv 2304.07193) joins, with its KoLeo term. Ours: one small head for slices and patches, and
//! DINO's centring unless Sinkhorn's is asked for, which wants batches that a laptop does not have.

use burn::module::{Module, Param};
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::activation::{gelu, log_softmax, softmax};
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rand::seq::SliceRandom;
use rayon::prelude::*;

use super::input::{hide, piece};
use super::{PRETRAINING, SsmTraining};
use crate::networks::layers::followed;
use crate::networks::layout_of;
use crate::networks::ssm::{Dino, PATCH};
use crate::networks::weights::{load_into, random};
use crate::training::cohort::Cohort;
use crate::training::course::Course;
use crate::training::draw::generator;
use crate::training::error::TrainingError;
use crate::training::learner::{At, Loss, Task};
use crate::training::pictures::Look;

/// Features between the head's layers.
const HIDDEN: usize = 256;
/// Features before the prototypes.
const NARROW: usize = 64;

/// Tokens to their likeness to prototypes.
#[derive(Module, Debug)]
pub(super) struct Sorting {
    fc1: Linear,
    fc2: Linear,
    prototypes: Linear,
}

impl Sorting {
    fn new(dim: usize, count: usize, seed: u64, device: &Device) -> Result<Self, TrainingError> {
        let linear = |from, to, bias| -> Linear {
            LinearConfig::new(from, to).with_bias(bias).with_initializer(Initializer::Zeros).init(device)
        };
        let mut head = Self {
            fc1: linear(dim, HIDDEN, true),
            fc2: linear(HIDDEN, NARROW, true),
            prototypes: linear(NARROW, count, false),
        };
        let layout = layout_of(&head, str::to_owned);
        load_into(&mut head, "head", &layout, random(&layout, seed), str::to_owned)?;
        Ok(head)
    }

    /// `[token, dim]` to `[token, prototype]`, -1 to 1: cosines.
    fn forward(&self, tokens: Tensor<2>) -> Tensor<2> {
        let x = unit(self.fc2.forward(gelu(self.fc1.forward(tokens))), 1);
        // burn's weights are input by output: a prototype is a column.
        x.matmul(unit(self.prototypes.weight.val(), 0))
    }
}

/// Of length 1 along an axis.
fn unit(x: Tensor<2>, axis: usize) -> Tensor<2> {
    let length = (x.clone() * x.clone()).sum_dim(axis).sqrt().clamp_min(1e-6);
    x / length
}

/// Answers of a batch made an even division of it over the prototypes, each row still a sharing out of 1.
///
/// Source: Sinkhorn-Knopp as in SwAV (Caron et al. 2020, arXiv 2006.09882, section 3.1), three rounds.
/// - `likeness`: `[token, prototype]`
fn sinkhorn(likeness: Tensor<2>, sharpness: f64) -> Tensor<2> {
    const ROUNDS: usize = 3;
    // The largest of all is taken away first: only ratios matter, and none may overflow.
    let largest = likeness.clone().max().unsqueeze::<2>();
    let mut shares = ((likeness - largest) / sharpness).exp();
    for _ in 0..ROUNDS {
        let of_prototype = shares.clone().sum_dim(0).clamp_min(1e-12);
        shares = shares / of_prototype;
        let of_token = shares.clone().sum_dim(1).clamp_min(1e-12);
        shares = shares / of_token;
    }
    shares
}

/// How near each slice's features lie to those of its nearest neighbour in the batch: the mean of `-ln` of the
/// distance, in nats, `[1]`.
///
/// Source: KoLeo (Sablayrolles et al. 2019, arXiv 1806.03198), as DINOv2 uses it.
/// - `features`: `[slice, dim]`, at least two
fn koleo(features: Tensor<2>) -> Tensor<1> {
    let directions = unit(features, 1);
    let [slices, _] = directions.dims();
    // A slice is no neighbour of its own.
    let own = Tensor::<2>::eye(slices, &directions.device()) * 4.0;
    let likeness = directions.clone().matmul(directions.transpose()) - own;
    let distance = (likeness.max_dim(1) * -2.0 + 2.0).clamp_min(1e-8).sqrt();
    distance.log().mean().neg()
}

/// Student, teacher, and what is taken away from the teacher's answers.
#[derive(Module, Debug)]
pub(super) struct SelfTaught {
    student: Dino,
    sorting: Sorting,
    teacher: Dino,
    teachers_sorting: Sorting,
    /// Mean answer to slices and to patches, `[2, prototype]`. Kept with the layers, so that a stage goes on
    /// where it stopped.
    centre: Param<Tensor<2>>,
}

impl SelfTaught {
    /// - `vit`: with its first values, `dim` features wide
    pub(super) fn new(
        vit: Dino,
        teacher: Dino,
        dim: usize,
        config: &SsmTraining,
        device: &Device,
    ) -> Result<Self, TrainingError> {
        let sorting = || Sorting::new(dim, config.prototypes, config.seed, device);
        let (sorting, copy) = (sorting()?, sorting()?);
        let centre = Tensor::zeros([2, config.prototypes], device);
        Ok(Self {
            teacher: followed(teacher, &vit, 0.0),
            teachers_sorting: followed(copy, &sorting, 0.0),
            student: vit,
            sorting,
            centre: Param::from_tensor(centre),
        })
    }

    /// What is asked later: the teacher, as in DINO.
    pub(super) fn into_teacher(self) -> Dino {
        self.teacher
    }
}

/// Teaches the transformer without labels.
pub(super) struct PretrainingTask<'a> {
    /// Cases.
    pub(super) cohort: &'a Cohort,
    /// Every choice.
    pub(super) config: &'a SsmTraining,
}

/// What a step reads: pieces of each kind, case by case.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    /// First and second large piece of every case.
    large: [Vec<f32>; 2],
    /// The same with hidden patches.
    covered: [Vec<f32>; 2],
    /// Of every case and patch, 1 where it is hidden.
    hidden: [Vec<f32>; 2],
    small: Vec<Vec<f32>>,
    count: usize,
}

/// Pieces of one case.
struct Pieces {
    large: [Vec<f32>; 2],
    covered: [Vec<f32>; 2],
    hidden: [Vec<f32>; 2],
    small: Vec<Vec<f32>>,
}

impl PretrainingTask<'_> {
    fn pieces(&self, case: usize, look: Look) -> Pieces {
        let crops = self.config.crops;
        let number = match look {
            Look::Plain => u64::MAX,
            Look::Varied(number) => number,
        };
        let mut random = generator(self.config.seed, "pieces", &[case as u64, number]);
        let bytes = &self.cohort.inputs[case];
        let large =
            [0, 1].map(|_| piece(bytes, crops.large, crops.large_area, crops.brightness, &mut random));
        let patches = (crops.large / PATCH).pow(2);
        let mut masks = [0, 1].map(|_| {
            let some = random.random::<f32>() < crops.hidden;
            let [low, high] = crops.hidden_patches;
            let share = low + random.random::<f32>() * (high - low);
            let count = if some { (share * patches as f32).round() as usize } else { 0 };
            let mut mask: Vec<bool> = (0..patches).map(|n| n < count).collect();
            mask.shuffle(&mut random);
            mask
        });
        let mut covered = large.clone();
        for (values, mask) in covered.iter_mut().zip(&masks) {
            hide(values, crops.large, mask);
        }
        let small = (0..crops.small_count)
            .map(|_| piece(bytes, crops.small, crops.small_area, crops.brightness, &mut random))
            .collect();
        let hidden = [0, 1].map(|n| {
            std::mem::take(&mut masks[n]).into_iter().map(|hidden| f32::from(u8::from(hidden))).collect()
        });
        Pieces { large, covered, hidden, small }
    }
}

impl Task for PretrainingTask<'_> {
    type Net = SelfTaught;
    type Batch = Batch;

    fn name(&self) -> &'static str {
        PRETRAINING
    }

    fn course(&self) -> Course {
        self.config.pretraining
    }

    fn batch(&self, cases: &[usize], look: Look) -> Batch {
        let all: Vec<Pieces> = cases.par_iter().map(|&case| self.pieces(case, look)).collect();
        let both = |of: &dyn Fn(&Pieces) -> &[Vec<f32>; 2]| {
            [0, 1].map(|n| all.iter().flat_map(|pieces| of(pieces)[n].iter().copied()).collect())
        };
        Batch {
            large: both(&|p| &p.large),
            covered: both(&|p| &p.covered),
            hidden: both(&|p| &p.hidden),
            small: (0..self.config.crops.small_count)
                .map(|n| all.iter().flat_map(|pieces| pieces.small[n].iter().copied()).collect())
                .collect(),
            count: cases.len(),
        }
    }

    fn loss(&self, net: &SelfTaught, batch: &Batch, learning: bool, device: &Device) -> Loss {
        let [teachers, students] = self.config.sharpness;
        let crops = self.config.crops;
        // The teacher has no gradients at all.
        let (teacher, place) =
            if learning { (net.valid(), device.clone().inner()) } else { (net.clone(), device.clone()) };
        let images = |values: &[f32], px: usize, device: &Device| {
            Tensor::<4>::from_data(TensorData::new(values.to_vec(), [batch.count, 3, px, px]), device)
        };
        let still = |x: Tensor<2>| if learning { Tensor::from_inner(x) } else { x };
        let rows = |x: Tensor<3>| {
            let [batch, patches, dim] = x.dims();
            x.reshape([batch * patches, dim])
        };
        let centre = teacher.centre.val();
        let sharp = |x: Tensor<2>, which: usize| match self.config.sinkhorn {
            true => sinkhorn(x, teachers),
            false => softmax((x - centre.clone().narrow(0, which, 1)) / teachers, 1),
        };
        let (mut slices, mut patches, mut means) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
        for values in &batch.large {
            let seen = teacher.teacher.forward(images(values, crops.large, &place));
            let of_slices = teacher.teachers_sorting.forward(seen.class);
            let of_patches = teacher.teachers_sorting.forward(rows(seen.patches));
            means[0].push(of_slices.clone().mean_dim(0));
            means[1].push(of_patches.clone().mean_dim(0));
            slices.push(still(sharp(of_slices, 0)));
            patches.push(still(sharp(of_patches, 1)));
        }
        let told = |x: Tensor<2>| log_softmax(net.sorting.forward(x) / students, 1);
        let differs = |wanted: &Tensor<2>, told: Tensor<2>| (wanted.clone() * told).sum_dim(1).neg();
        let mut of_slices = Vec::new();
        let (mut of_patches, mut hidden, mut near) = (Vec::new(), Vec::new(), Vec::new());
        for (n, values) in batch.covered.iter().enumerate() {
            let seen = net.student.forward(images(values, crops.large, device));
            near.extend((batch.count > 1).then(|| koleo(seen.class.clone())));
            of_slices.push(differs(&slices[1 - n], told(seen.class)).mean());
            let count = batch.hidden[n].len();
            let mask = Tensor::<2>::from_data(TensorData::new(batch.hidden[n].clone(), [count, 1]), device);
            of_patches.push((differs(&patches[n], told(rows(seen.patches))) * mask.clone()).sum());
            hidden.push(mask.sum());
        }
        for values in &batch.small {
            let small = told(net.student.forward(images(values, crops.small, device)).class);
            of_slices.extend(slices.iter().map(|wanted| differs(wanted, small.clone()).mean()));
        }
        let count = of_slices.len() as f64;
        let alike = Tensor::cat(of_slices, 0).sum() / count;
        let guessed = Tensor::cat(of_patches, 0).sum() / Tensor::cat(hidden, 0).sum().clamp_min(1.0);
        let [of_slices, of_patches] = means.map(|means| Tensor::cat(means, 0).mean_dim(0));
        let mut total = alike.clone() + guessed.clone() * f64::from(self.config.hidden_weight);
        let mut parts = vec![("pieces", alike), ("hidden patches", guessed)];
        if !near.is_empty() && self.config.koleo_weight > 0.0 {
            let near = Tensor::cat(near, 0).mean();
            total = total + near.clone() * f64::from(self.config.koleo_weight);
            parts.push(("nearness", near));
        }
        Loss { total, parts, carried: vec![still(Tensor::cat(vec![of_slices, of_patches], 0)).detach()] }
    }

    fn after_step(&self, net: SelfTaught, carried: Vec<Tensor<2>>, at: At) -> SelfTaught {
        let done = at.step as f64 / at.steps.max(1) as f64;
        let rest = 0.5 * (1.0 + (std::f64::consts::PI * done).cos());
        let momentum = 1.0 - (1.0 - self.config.momentum) * rest;
        let kept = self.config.centring;
        let centre = match carried.into_iter().next() {
            Some(mean) => net.centre.map(|centre| (centre.detach() * kept + mean * (1.0 - kept)).detach()),
            None => net.centre,
        };
        SelfTaught {
            teacher: followed(net.teacher, &net.student, momentum),
            teachers_sorting: followed(net.teachers_sorting, &net.sorting, momentum),
            student: net.student,
            sorting: net.sorting,
            centre,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(tensor: Tensor<2>) -> Vec<f32> {
        tensor.into_data().try_to_vec::<f32>().expect("on this machine")
    }

    #[test]
    fn sinkhorn_divides_a_batch_evenly_over_the_prototypes() {
        let device = Device::flex();
        // All tokens like the first prototype best, by different amounts.
        let likeness = Tensor::<2>::from_data([[0.9f32, 0.1], [0.8, 0.3], [0.7, 0.5], [0.6, 0.55]], &device);
        let shares = values(sinkhorn(likeness, 0.2));
        let rows: Vec<f32> = shares.chunks(2).map(|row| row[0] + row[1]).collect();
        assert!(rows.iter().all(|sum| (sum - 1.0).abs() < 1e-5), "{rows:?}");
        let first: f32 = shares.iter().step_by(2).sum();
        // Three rounds come within some hundredths of half the batch.
        assert!((first - 2.0).abs() < 0.1, "{shares:?}");
        assert!(shares[0] > shares[2] && shares[2] > shares[4], "{shares:?}");
    }

    #[test]
    fn koleo_is_the_mean_of_minus_the_logarithm_of_the_nearest_distance() {
        let device = Device::flex();
        // Directions at 0, 90 and 180 degrees; lengths do not count.
        let features = Tensor::<2>::from_data([[2.0f32, 0.0], [0.0, 1.0], [-3.0, 0.0]], &device);
        let found = koleo(features).into_data().try_to_vec::<f32>().expect("on this machine")[0];
        // Each one's nearest is at a right angle: a distance of the root of 2.
        assert!((found + 0.5 * 2f32.ln()).abs() < 1e-5, "{found}");
    }
}
