//! Growing: every tree from its own drawing of the examples, every split among its own drawing of the
//! features.
//!
//! The choices are scikit-learn's defaults (`RandomForestClassifier`): Gini impurity, as many features at
//! a split as the root of their number, examples drawn with replacement, no limit of depth, two
//! examples to split and one to make a leaf. The drawings are our own, so a tree of the same seed is
//! another one there.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use super::Forest;
use super::error::ForestError;
use super::tree::{Node, Tree, threshold};
use crate::jobs::{Cancelled, JobContext};

/// Values closer than this are one. Source: scikit-learn, FEATURE_THRESHOLD.
const SAME: f32 = 1e-7;

/// What is not left at its published default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Number of trees.
    pub trees: usize,
    /// Seed of all drawings.
    pub seed: u64,
}

impl Default for Recipe {
    /// Source: LungNodule-SSM, train.py: 100 trees, random_state 42.
    fn default() -> Self {
        Self { trees: 100, seed: 42 }
    }
}

/// Labelled examples.
#[derive(Clone, Copy, Debug)]
pub struct Examples<'a> {
    /// Features, one example after the other.
    pub features: &'a [f32],
    /// Class of each example: an index into the classes' names.
    pub labels: &'a [usize],
}

impl Forest {
    /// Grows a forest on all cores. The same examples and recipe give the same forest.
    /// - `classes`: names of the classes; two or more
    /// - errors: examples that are none, whose lists do not fit, that are no numbers or of fewer than two
    ///   classes; cancelled
    pub fn grow(
        examples: &Examples<'_>,
        classes: Vec<String>,
        recipe: &Recipe,
        ctx: &JobContext,
    ) -> Result<Self, ForestError> {
        let Examples { features, labels } = *examples;
        let count = labels.len();
        let width = features.len().checked_div(count).unwrap_or(0);
        let wrong = |why| Err(ForestError::Examples { why });
        if recipe.trees == 0 || width == 0 {
            return wrong("there are no examples, no features or no trees");
        }
        if width * count != features.len() || u32::try_from(count.max(width)).is_err() {
            return wrong("not every example has the same number of features, or there are too many");
        }
        if labels.iter().any(|label| *label >= classes.len()) {
            return wrong("an example is of a class that has no name");
        }
        if features.iter().any(|value| !value.is_finite()) {
            return wrong("a feature is no number");
        }
        if labels.iter().all(|label| labels.first() == Some(label)) {
            return wrong("all examples are of one class");
        }
        let grower = Grower { features, labels, width, classes: classes.len() };
        let trees = (0..recipe.trees)
            .into_par_iter()
            .map(|n| grower.tree(recipe.seed, n as u64, ctx))
            .collect::<Result<_, _>>()?;
        Ok(Self { features: width, classes, trees })
    }
}

struct Grower<'a> {
    features: &'a [f32],
    labels: &'a [usize],
    width: usize,
    classes: usize,
}

/// A number below `end`, every one as often as any other.
fn below(random: &mut ChaCha8Rng, end: usize) -> usize {
    let end = end as u64;
    // Draws beyond the last whole multiple would favour small numbers.
    let limit = u64::MAX - u64::MAX % end;
    loop {
        let draw = random.next_u64();
        if draw < limit {
            return (draw % end) as usize;
        }
    }
}

/// A question that was found.
struct Split {
    feature: usize,
    threshold: f32,
    /// Sum over both sides of the classes' squared weights over the side's weight: the higher, the
    /// purer.
    purity: f64,
}

impl Grower<'_> {
    fn tree(&self, seed: u64, n: u64, ctx: &JobContext) -> Result<Tree, Cancelled> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(n);
        let count = self.labels.len();
        let mut drawn = vec![0.0f64; count];
        for _ in 0..count {
            drawn[below(&mut random, count)] += 1.0;
        }
        let mut order: Vec<u32> = (0..self.width as u32).collect();
        // Examples of a node are a range of this list.
        let mut inside: Vec<u32> = (0..count as u32).filter(|e| drawn[*e as usize] > 0.0).collect();
        let mut sorted: Vec<(f32, u32)> = Vec::with_capacity(inside.len());
        let mut tree = Tree { nodes: Vec::new(), shares: Vec::new() };
        // Range of examples; the question whose right child it is, if it is one.
        let mut open: Vec<(usize, usize, Option<usize>)> = vec![(0, inside.len(), None)];
        while let Some((begin, end, right_of)) = open.pop() {
            ctx.check()?;
            let own = tree.nodes.len() as u32;
            if let Some(parent) = right_of {
                tree.nodes[parent].right = own;
            }
            let members = &mut inside[begin..end];
            let mut weights = vec![0.0; self.classes];
            for example in members.iter() {
                weights[self.labels[*example as usize]] += drawn[*example as usize];
            }
            let sum: f64 = weights.iter().sum();
            tree.shares.extend(weights.iter().map(|weight| (weight / sum) as f32));
            let pure = weights.iter().filter(|weight| **weight > 0.0).count() < 2;
            let found = (!pure && members.len() > 1)
                .then(|| self.split(members, &drawn, &weights, &mut order, &mut random, &mut sorted));
            let Some(Split { feature, threshold, .. }) = found.flatten() else {
                tree.nodes.push(Node { left: own, right: own, feature: 0, threshold: 0.0 });
                continue;
            };
            let goes_left = |example: &u32| self.value(*example, feature) <= threshold;
            // In their order, so that nothing depends on how they are moved.
            let (left, right): (Vec<u32>, Vec<u32>) = members.iter().partition(|example| goes_left(example));
            let middle = begin + left.len();
            members[..left.len()].copy_from_slice(&left);
            members[left.len()..].copy_from_slice(&right);
            tree.nodes.push(Node { left: own + 1, right: own, feature: feature as u32, threshold });
            open.push((middle, end, Some(own as usize)));
            open.push((begin, middle, None));
        }
        Ok(tree)
    }

    fn value(&self, example: u32, feature: usize) -> f32 {
        self.features[example as usize * self.width + feature]
    }

    /// The best question among some features; more are looked at only while all were constant.
    /// - `weights`: of the classes in the node
    fn split(
        &self,
        members: &[u32],
        drawn: &[f64],
        weights: &[f64],
        order: &mut [u32],
        random: &mut ChaCha8Rng,
        sorted: &mut Vec<(f32, u32)>,
    ) -> Option<Split> {
        let wanted = self.width.isqrt().max(1);
        let mut best: Option<Split> = None;
        let mut varied = false;
        for looked in 0..self.width {
            if looked >= wanted && varied {
                break;
            }
            let pick = looked + below(random, self.width - looked);
            order.swap(looked, pick);
            let feature = order[looked] as usize;
            sorted.clear();
            sorted.extend(members.iter().map(|example| (self.value(*example, feature), *example)));
            sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let mut left = vec![0.0; self.classes];
            for pair in sorted.windows(2) {
                let [(low, example), (high, _)] = *pair else { continue };
                left[self.labels[example as usize]] += drawn[example as usize];
                if high - low <= SAME {
                    continue;
                }
                varied = true;
                let purity = purity(&left, weights);
                if best.as_ref().is_none_or(|best| purity > best.purity) {
                    let middle = f64::midpoint(f64::from(low), f64::from(high));
                    best = Some(Split { feature, threshold: threshold(middle), purity });
                }
            }
        }
        best
    }
}

fn purity(left: &[f64], all: &[f64]) -> f64 {
    let side = |weights: &mut dyn Iterator<Item = f64>| {
        let (squares, sum) = weights.fold((0.0, 0.0), |(squares, sum), w| (squares + w * w, sum + w));
        squares / sum
    };
    side(&mut left.iter().copied()) + side(&mut all.iter().zip(left).map(|(all, left)| all - left))
}
