//! How far an answer moves when nothing of the nodule is changed: what was read turned and mirrored, and M3Net with
//! its dropout left on.
//!
//! Both are told apart from the range of an ensemble: they ask other questions, and none of the three is a
//! confidence interval.

use super::error::ExplainError;
use super::sampled::{Sampled, Worth};
use crate::geometry::{Patient, Point};
use crate::inference::{Answer, Crop, M3NetNetwork};
use crate::jobs::JobContext;

/// Passes with dropout.
pub const PASSES: usize = 100;
/// Of the values that are left out.
pub const SEED: u64 = 1;
/// Positions that are asked about at once.
const BATCH: usize = 4;
/// What is done meanwhile.
const TURNING: &str = "Turning and mirroring the crops";

/// What several ways of asking the same question came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Varied {
    /// The probability that each of them gives, by all networks of an ensemble together.
    pub probabilities: Vec<f64>,
}

impl Varied {
    /// Their mean.
    pub fn mean(&self) -> f64 {
        self.probabilities.iter().sum::<f64>() / self.probabilities.len().max(1) as f64
    }

    /// Their standard deviation, of a sample; 0 for fewer than two.
    pub fn sd(&self) -> f64 {
        let (n, mean) = (self.probabilities.len(), self.mean());
        let squares: f64 = self.probabilities.iter().map(|p| (p - mean).powi(2)).sum();
        if n < 2 { 0.0 } else { (squares / (n as f64 - 1.0)).sqrt() }
    }

    /// Lowest and highest.
    pub fn range(&self) -> [f64; 2] {
        let over = |pick: fn(f64, f64) -> f64, from| self.probabilities.iter().copied().fold(from, pick);
        [over(f64::min, f64::INFINITY), over(f64::max, f64::NEG_INFINITY)]
    }
}

/// Of one answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Uncertainty {
    /// The point, LPS mm.
    pub at: Point<Patient>,
    /// Name of the network.
    pub model: String,
    /// How its input was prepared.
    pub mode: String,
    /// SHA-256 of its weights, hex.
    pub weights_sha256: String,
    /// Test-time augmentation: what was read mirrored along each axis and turned by quarters in the slice, as it is
    /// first. Source: Wang et al. 2019, doi 10.1016/j.neucom.2019.01.103.
    pub turned: Varied,
    /// Monte Carlo dropout: the fusion with the shares left out with which it was published; the encoders have none.
    /// Of M3Net alone. Source: Gal and Ghahramani 2016, arXiv 1506.02142.
    pub dropped: Option<Varied>,
}

impl Uncertainty {
    /// Whether it is about this answer.
    pub fn belongs_to(&self, answer: &Answer) -> bool {
        self.at == answer.at
            && self.model == answer.model
            && self.mode == answer.mode
            && self.weights_sha256 == answer.weights_sha256
    }
}

/// A position of what was read: which axes run backwards, and whether columns and rows change places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The three axes of the values, the slowest first.
    backwards: [bool; 3],
    transposed: bool,
}

impl Position {
    /// All of a block, as it is first; without those that would need square slices, and of one slice without those that
    /// change nothing.
    /// - `shape`: of the values, the slowest axis first
    fn all([slices, down, across]: [usize; 3]) -> Vec<Self> {
        (0..16u8)
            .map(|n| Self { backwards: [0, 1, 2].map(|a| n >> a & 1 == 1), transposed: n >> 3 & 1 == 1 })
            .filter(|at| (slices > 1 || !at.backwards[0]) && (down == across || !at.transposed))
            .collect()
    }

    /// The same values in this position.
    pub(super) fn of(self, values: &[f32], [slices, down, across]: [usize; 3]) -> Vec<f32> {
        let at = |n: usize, of: usize, backwards: bool| if backwards { of - 1 - n } else { n };
        let mut turned = Vec::with_capacity(values.len());
        let [back_k, back_i, back_j] = self.backwards;
        for k in 0..slices {
            let k = at(k, slices, back_k);
            for i in 0..down {
                for j in 0..across {
                    let (i, j) = if self.transposed { (j, i) } else { (i, j) };
                    let (i, j) = (at(i, down, back_i), at(j, across, back_j));
                    turned.push(values.get((k * down + i) * across + j).copied().unwrap_or(0.0));
                }
            }
        }
        turned
    }
}

/// Asks a network that reads one block of samples.
/// - `temperature`: by which its margin is divided before it is a probability
/// - errors: values that are no numbers, a device that failed; cancelled
pub fn turned_answers(of: &dyn Sampled, temperature: f64, ctx: &JobContext) -> Result<Varied, ExplainError> {
    let positions = Position::all(of.shape());
    let mut probabilities = Vec::with_capacity(positions.len());
    for position in &positions {
        ctx.step(TURNING, probabilities.len() as f32 / positions.len() as f32)?;
        probabilities.push(match of.turned(*position)? {
            Worth::Margin(margin) => 1.0 / (1.0 + (-margin / temperature).exp()),
            Worth::Probability(probability) => probability,
        });
    }
    Ok(Varied { probabilities })
}

/// Asks every network of an ensemble, in its own crops.
/// - `crops`: of the answer, micro to macro
/// - errors: values that are no numbers, a device that failed; cancelled
pub fn uncertainty(
    network: &M3NetNetwork,
    answer: &Answer,
    crops: &[Crop; 3],
    ctx: &JobContext,
) -> Result<Uncertainty, ExplainError> {
    let temperature = answer.temperature.unwrap_or(1.0);
    let crop_shape = |crop: &Crop| {
        let [columns, rows, slices] = crop.context.bounds.size;
        [slices, columns, rows]
    };
    // Those that all three crops have.
    let of_crops = crops.each_ref().map(|crop| Position::all(crop_shape(crop)));
    let fewest = of_crops.into_iter().min_by_key(Vec::len);
    let positions = fewest.unwrap_or_default();
    let members = network.members();
    let together = |sum: f64| 1.0 / (1.0 + (-sum / members as f64 / temperature).exp());
    let total = positions.len() * members;
    let mut sums = vec![0.0f64; positions.len()];
    let mut asked = 0;
    for (batch, sums) in positions.chunks(BATCH).zip(sums.chunks_mut(BATCH)) {
        let turned: Vec<[Crop; 3]> =
            batch.iter().map(|position| crops.each_ref().map(|crop| turned(crop, *position))).collect();
        for member in 0..members {
            // The passes with dropout cost less than one position.
            ctx.step(TURNING, asked as f32 / total as f32)?;
            for (sum, margin) in sums.iter_mut().zip(network.margins(member, &turned, ctx)?) {
                *sum += margin;
            }
            asked += batch.len();
        }
    }
    let mut dropped = vec![0.0f64; PASSES];
    for member in 0..members {
        ctx.step("Leaving the dropout on", 1.0)?;
        let margins = network.margins_with_dropout(member, crops, (PASSES, SEED + member as u64), ctx)?;
        for (sum, margin) in dropped.iter_mut().zip(margins) {
            *sum += margin;
        }
    }
    let varied = |sums: Vec<f64>| Varied { probabilities: sums.into_iter().map(together).collect() };
    Ok(Uncertainty {
        at: answer.at,
        model: answer.model.clone(),
        mode: answer.mode.clone(),
        weights_sha256: answer.weights_sha256.clone(),
        turned: varied(sums),
        dropped: Some(varied(dropped)),
    })
}

/// The same values in another position; its normalisation is the same.
fn turned(crop: &Crop, position: Position) -> Crop {
    let [columns, rows, slices] = crop.context.bounds.size;
    Crop { values: position.of(&crop.values, [slices, columns, rows]).into(), ..crop.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::VoxelBox;
    use crate::inference::ContextBox;
    use crate::networks::Scale;

    fn crop(size: [usize; 3]) -> Crop {
        let bounds = VoxelBox { min: [0; 3], size };
        let context = ContextBox { scale: Scale::Micro, bounds, shifted: [0; 3], padded: [0; 3] };
        let values = (0..size.iter().product()).map(|n: usize| n as f32).collect();
        Crop { context, values, range_hu: [0.0, 1.0] }
    }

    #[test]
    fn every_position_is_another_order_of_the_same_values_and_the_first_is_their_own() {
        let crop = crop([3, 3, 2]);
        let all: Vec<Crop> =
            Position::all([2, 3, 3]).into_iter().map(|position| turned(&crop, position)).collect();
        assert_eq!(all.len(), 16);
        assert_eq!(all[0], crop);
        for (n, a) in all.iter().enumerate() {
            let mut sorted: Vec<f32> = a.values.to_vec();
            sorted.sort_by(f32::total_cmp);
            assert_eq!(sorted, crop.values.to_vec());
            assert!(all[..n].iter().all(|b| b.values != a.values), "{n}");
        }
        // One backwards axis, read by hand: [slice][column][row], slices swapped.
        assert_eq!(all[1].values[..3], [9.0, 10.0, 11.0]);
        // Rows backwards.
        assert_eq!(all[4].values[..3], [2.0, 1.0, 0.0]);
        // Columns and rows change places.
        assert_eq!(all[8].values[..3], [0.0, 3.0, 6.0]);
    }

    #[test]
    fn a_crop_that_is_not_square_is_mirrored_and_not_turned() {
        let crop = crop([2, 3, 2]);
        let positions = Position::all([2, 2, 3]);
        assert_eq!(positions.len(), 8);
        for position in positions {
            assert_eq!(turned(&crop, position).values.len(), 12);
        }
        // Of one slice the order of slices is none.
        assert_eq!(Position::all([1, 4, 4]).len(), 8);
    }

    #[test]
    fn figures_of_several_answers_are_those_of_a_sample() {
        let varied = Varied { probabilities: vec![0.2, 0.4, 0.6] };
        assert!((varied.mean() - 0.4).abs() < 1e-12 && (varied.sd() - 0.2).abs() < 1e-12);
        assert_eq!(varied.range(), [0.2, 0.6]);
        assert_eq!(Varied { probabilities: vec![0.3] }.sd(), 0.0);
    }
}
