//! How much the answers move when the same nodule is clicked, scanned or reconstructed a little otherwise.

use super::error::EvaluateError;
use super::network::Prediction;
use crate::evaluation::plot::JitterCurve;
use crate::evaluation::{Interval, Stability, probability, quantile, shuffled};
use crate::jobs::JobContext;
use crate::training::{Change, Pictures, Taught, TrainingError};

/// How much of it is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// Nothing.
    None,
    /// Some cases of each fold, by a seed.
    #[default]
    Quick,
    /// Every case.
    Full,
}

impl Effort {
    /// As on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quick => "quick",
            Self::Full => "full",
        }
    }
}

/// Cases of each fold that `quick` looks at.
const QUICK: usize = 10;
/// Farthest distances of clicks from the centre, mm.
const CLICKS_MM: [f32; 4] = [1.0, 2.0, 3.0, 4.0];
/// Clicks at each distance, in directions of their own.
const DIRECTIONS: usize = 2;
/// Clicks of each case.
const CLICKS: usize = CLICKS_MM.len() * DIRECTIONS;
/// Standard deviation of added noise, HU.
const NOISE_HU: f32 = 20.0;
/// Of the softer kernel, mm: about what lies between a kernel for the lung and one for soft tissue.
const SOFTER_MM: f32 = 0.5;
/// Of everything random here.
const SEED: u64 = 1;

/// Margins of changed pictures, gathered fold by fold.
#[derive(Clone, Debug, Default)]
pub struct Changed {
    cases: Vec<ChangedCase>,
}

#[derive(Clone, Debug)]
struct ChangedCase {
    fold: u32,
    plain: f64,
    /// Clicks, then noise, softer kernel, thicker slices.
    margins: Vec<f64>,
    /// How far each click lies from the centre, mm.
    clicks_mm: Vec<f64>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Robustness {
    /// Cases that were looked at.
    pub cases: usize,
    /// One for each kind of change.
    pub rows: Vec<Stability>,
    /// Median change of probability by the distance of the click, with its quartiles.
    pub clicks: JitterCurve,
}

impl Changed {
    /// Asks a fold's network about changed pictures of its held-out cases.
    /// - errors: a device that failed, a cancel
    pub fn ask(
        &mut self,
        effort: Effort,
        taught: &Taught,
        pictures: &Pictures,
        predictions: &[Prediction],
        ctx: &JobContext,
    ) -> Result<(), EvaluateError> {
        let mut chosen = shuffled(predictions.len(), SEED);
        match effort {
            Effort::None => return Ok(()),
            Effort::Quick => chosen.truncate(QUICK),
            Effort::Full => {}
        }
        chosen.sort_unstable();
        let mut asked: Vec<(usize, Change)> = Vec::new();
        for &n in &chosen {
            let picture = predictions[n].picture;
            let spacing = pictures.nodules[picture].block.spacing_mm;
            asked.extend((0..CLICKS).map(|click| {
                let mm = CLICKS_MM[click / DIRECTIONS];
                (picture, Change::click(spacing, mm, SEED, &[picture as u64, click as u64]))
            }));
            asked.extend(
                [Change::Noise(NOISE_HU), Change::Softer(SOFTER_MM), Change::Thicker].map(|c| (picture, c)),
            );
        }
        let size = taught.picture_size();
        let changed = |n: usize| pictures.changed(asked[n].0, asked[n].1, size, SEED);
        let told = |done: usize| -> Result<(), TrainingError> {
            ctx.step("Changed pictures", done as f32 / asked.len().max(1) as f32)?;
            Ok(())
        };
        let replies = taught.ask(asked.len(), changed, ctx, told)?;
        let each = CLICKS + 3;
        for ((&n, own), asked) in chosen.iter().zip(replies.chunks(each)).zip(asked.chunks(each)) {
            self.cases.push(ChangedCase {
                fold: predictions[n].fold,
                plain: predictions[n].reply.margin(),
                margins: own.iter().map(|r| r.margin()).collect(),
                clicks_mm: asked.iter().take(CLICKS).map(|(_, c)| f64::from(c.distance_mm())).collect(),
            });
        }
        Ok(())
    }

    /// The figures; `None` where nothing was asked.
    /// - `temperature`: of a fold
    /// - errors: margins that are no numbers
    pub fn figures(&self, temperature: impl Fn(u32) -> f64) -> Result<Option<Robustness>, EvaluateError> {
        if self.cases.is_empty() {
            return Ok(None);
        }
        let of = |case: &ChangedCase, margin: f64| probability(margin / temperature(case.fold));
        let plain: Vec<f64> = self.cases.iter().map(|c| of(c, c.plain)).collect();
        let changed = |from: usize, to: usize| -> Vec<Vec<f64>> {
            self.cases.iter().map(|c| c.margins[from..to].iter().map(|m| of(c, *m)).collect()).collect()
        };
        let mut rows = Vec::new();
        let kinds = [
            (format!("clicks within {} mm of the centre", CLICKS_MM[CLICKS_MM.len() - 1]), 0, CLICKS),
            (format!("white noise of {NOISE_HU} HU (standard deviation) added"), CLICKS, CLICKS + 1),
            (
                format!("softer kernel: Gaussian of {SOFTER_MM} mm in the plane of the slices"),
                CLICKS + 1,
                CLICKS + 2,
            ),
            ("slices twice as thick at the same distance".to_owned(), CLICKS + 2, CLICKS + 3),
        ];
        for (name, from, to) in kinds {
            rows.push(Stability::new(&name, &plain, &changed(from, to))?);
        }
        Ok(Some(Robustness { cases: self.cases.len(), rows, clicks: self.clicks(&plain, of) }))
    }

    /// By farthest distance: where the clicks lie in the median, and how much they change.
    fn clicks(&self, plain: &[f64], of: impl Fn(&ChangedCase, f64) -> f64) -> JitterCurve {
        let none = (0.0, 0.0, Interval { low: 0.0, high: 0.0 });
        let mut points = vec![none];
        for at in 0..CLICKS_MM.len() {
            let (mut distances, mut changes) = (Vec::new(), Vec::new());
            for (case, p) in self.cases.iter().zip(plain) {
                for click in at * DIRECTIONS..(at + 1) * DIRECTIONS {
                    distances.push(case.clicks_mm[click]);
                    changes.push((of(case, case.margins[click]) - p).abs());
                }
            }
            distances.sort_by(f64::total_cmp);
            changes.sort_by(f64::total_cmp);
            let part = |share| quantile(&changes, share).unwrap_or(0.0);
            let interval = Interval { low: part(0.25), high: part(0.75) };
            points.push((quantile(&distances, 0.5).unwrap_or(0.0), part(0.5), interval));
        }
        let name = format!("median and quartiles, {} nodules, {DIRECTIONS} clicks each", self.cases.len());
        JitterCurve { name, points }
    }
}
