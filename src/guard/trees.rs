//! A small classifier: shallow trees, each correcting those before it (Friedman, Annals of Statistics
//! 29 (2001) 1189-1232), with the second-order steps and the way of unknown values of Chen & Guestrin
//! (KDD 2016). Deterministic: no chance takes part.

use serde::{Deserialize, Serialize};

/// Splits of one tree: three levels, every node splits.
const SPLITS: usize = 7;
const LEAVES: usize = 8;
/// Values are sorted into at most so many bins for learning.
const BINS: usize = 48;
/// Bin of unknown values.
const UNKNOWN: u8 = u8::MAX;

/// One question: whether a feature is at most a threshold. In files `[feature, threshold, unknown_left]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "(u16, f32, bool)", into = "(u16, f32, bool)")]
pub struct Ask {
    /// Index of the feature.
    pub feature: u16,
    /// At most this goes left.
    pub threshold: f32,
    /// Where an unknown value goes.
    pub unknown_left: bool,
}

impl From<(u16, f32, bool)> for Ask {
    fn from((feature, threshold, unknown_left): (u16, f32, bool)) -> Self {
        Self { feature, threshold, unknown_left }
    }
}

impl From<Ask> for (u16, f32, bool) {
    fn from(ask: Ask) -> Self {
        (ask.feature, ask.threshold, ask.unknown_left)
    }
}

/// Three questions deep: nodes by level, then the leaves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    /// The root, its two children, their four.
    pub asks: [Ask; SPLITS],
    /// Left to right.
    pub leaves: [f32; LEAVES],
}

/// The classifier.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trees {
    /// Margin before the first tree.
    pub base: f32,
    /// In order.
    pub trees: Vec<Tree>,
}

/// How to learn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// Number of trees.
    pub trees: usize,
    /// Share of each tree's step that is taken, 0 to 1.
    pub rate: f32,
    /// Weight by which leaves are drawn to nothing.
    pub shrink: f32,
    /// Least weight of the examples on either side of a split.
    pub least: f32,
}

impl Default for Recipe {
    fn default() -> Self {
        Self { trees: 120, rate: 0.15, shrink: 5.0, least: 12.0 }
    }
}

impl Trees {
    /// Log odds.
    /// - `features`: as in learning; `NaN` is unknown, and so is what is missing
    pub fn margin(&self, features: &[f32]) -> f32 {
        self.base + self.trees.iter().map(|tree| tree.value(features)).sum::<f32>()
    }

    /// The features that are asked for.
    pub fn features(&self) -> impl Iterator<Item = u16> {
        self.trees.iter().flat_map(|tree| tree.asks.iter().map(|ask| ask.feature))
    }

    /// Learns to tell the examples apart by the logistic loss.
    /// - `rows`: features of each example, all of one length
    /// - `positive`: what each is
    /// - `weights`: what each counts, above 0
    pub fn fit(rows: &[&[f32]], positive: &[bool], weights: &[f32], recipe: &Recipe) -> Self {
        let Some(width) = rows.first().map(|row| row.len()) else { return Self::default() };
        let bins = Bins::of(rows, width);
        let sum = |which: bool| {
            let of = positive.iter().zip(weights).filter(|(p, _)| **p == which);
            of.map(|(_, w)| f64::from(*w)).sum::<f64>().max(1e-6)
        };
        let base = (sum(true) / sum(false)).ln() as f32;
        let mut margins = vec![base; rows.len()];
        let mut trees = Vec::with_capacity(recipe.trees);
        for _ in 0..recipe.trees {
            let steps: Vec<[f32; 2]> = margins
                .iter()
                .zip(positive.iter().zip(weights))
                .map(|(margin, (&positive, &weight))| {
                    let p = 1.0 / (1.0 + (-margin).exp());
                    let goal = if positive { 1.0 } else { 0.0 };
                    [weight * (goal - p), weight * (p * (1.0 - p)).max(1e-6)]
                })
                .collect();
            let (tree, leaf_of) = bins.tree(&steps, recipe);
            for (margin, leaf) in margins.iter_mut().zip(leaf_of) {
                *margin += tree.leaves[usize::from(leaf)];
            }
            trees.push(tree);
        }
        Self { base, trees }
    }
}

impl Tree {
    fn value(&self, features: &[f32]) -> f32 {
        let mut node = 0;
        while node < SPLITS {
            let ask = self.asks[node];
            let value = features.get(usize::from(ask.feature)).copied().unwrap_or(f32::NAN);
            let left = if value.is_nan() { ask.unknown_left } else { value <= ask.threshold };
            node = 2 * node + if left { 1 } else { 2 };
        }
        self.leaves[node - SPLITS]
    }
}

/// Features as bins, one column after the other.
struct Bins {
    /// Upper ends of the bins of each feature; the last bin has none.
    edges: Vec<Vec<f32>>,
    columns: Vec<Vec<u8>>,
}

/// Sum of first and second derivatives.
type Pair = [f64; 2];

impl Bins {
    fn of(rows: &[&[f32]], width: usize) -> Self {
        use rayon::prelude::*;
        let one = |feature: usize| {
            let mut values: Vec<f32> = rows.iter().map(|r| r[feature]).filter(|v| !v.is_nan()).collect();
            values.sort_by(f32::total_cmp);
            let mut edges: Vec<f32> =
                (1..BINS).filter_map(|n| values.get(n * values.len() / BINS).copied()).collect();
            edges.dedup();
            // Nothing lies beyond the highest value.
            if edges.last() == values.last() {
                edges.pop();
            }
            let column = rows
                .iter()
                .map(|r| match r[feature] {
                    v if v.is_nan() => UNKNOWN,
                    v => edges.partition_point(|edge| *edge < v) as u8,
                })
                .collect();
            (edges, column)
        };
        let (edges, columns) = (0..width).into_par_iter().map(one).unzip();
        Self { edges, columns }
    }

    /// - `steps`: first and second derivative of each example
    /// - returns: the tree, and the leaf of each example
    fn tree(&self, steps: &[[f32; 2]], recipe: &Recipe) -> (Tree, Vec<u8>) {
        let nothing = Ask { feature: 0, threshold: f32::MAX, unknown_left: true };
        let mut asks = [nothing; SPLITS];
        let mut node_of = vec![0u8; steps.len()];
        for level in 0..3 {
            let first = (1usize << level) - 1;
            let count = 1usize << level;
            let found = self.splits(steps, &node_of, first, count, recipe);
            asks[first..first + count].copy_from_slice(&found);
            let bins: Vec<u8> = (first..first + count)
                .map(|n| {
                    let edges = &self.edges[usize::from(asks[n].feature)];
                    edges.partition_point(|edge| *edge < asks[n].threshold).min(254) as u8
                })
                .collect();
            for (n, node) in node_of.iter_mut().enumerate() {
                let ask = asks[usize::from(*node)];
                let bin = self.columns[usize::from(ask.feature)][n];
                let left =
                    if bin == UNKNOWN { ask.unknown_left } else { bin <= bins[usize::from(*node) - first] };
                *node = 2 * *node + if left { 1 } else { 2 };
            }
        }
        let mut sums = [[0.0f64; 2]; LEAVES];
        for (node, step) in node_of.iter_mut().zip(steps) {
            *node -= SPLITS as u8;
            for (sum, v) in sums[usize::from(*node)].iter_mut().zip(step) {
                *sum += f64::from(*v);
            }
        }
        let leaves = sums
            .map(|[g, h]| (g / (h + f64::from(recipe.shrink))) as f32 * recipe.rate)
            .map(|v| (v * 1e4).round() / 1e4);
        (Tree { asks, leaves }, node_of)
    }

    /// The best question of each node of a level.
    fn splits(
        &self,
        steps: &[[f32; 2]],
        node_of: &[u8],
        first: usize,
        count: usize,
        recipe: &Recipe,
    ) -> Vec<Ask> {
        use rayon::prelude::*;
        let nothing = (0.0f64, Ask { feature: 0, threshold: f32::MAX, unknown_left: true });
        let of_feature = |feature: usize| -> Vec<(f64, Ask)> {
            let mut sums = vec![[[0.0f64; 2]; BINS + 1]; count];
            for ((node, step), &bin) in node_of.iter().zip(steps).zip(&self.columns[feature]) {
                let bin = if bin == UNKNOWN { BINS } else { usize::from(bin) };
                let cell = &mut sums[usize::from(*node) - first][bin];
                cell[0] += f64::from(step[0]);
                cell[1] += f64::from(step[1]);
            }
            sums.iter().map(|sums| self.best(feature, sums, recipe).unwrap_or(nothing)).collect()
        };
        let all: Vec<Vec<(f64, Ask)>> = (0..self.columns.len()).into_par_iter().map(of_feature).collect();
        (0..count)
            .map(|node| {
                let better = |best: (f64, Ask), next: (f64, Ask)| if next.0 > best.0 { next } else { best };
                all.iter().map(|found| found[node]).fold(nothing, better).1
            })
            .collect()
    }

    fn best(&self, feature: usize, sums: &[Pair; BINS + 1], recipe: &Recipe) -> Option<(f64, Ask)> {
        let add = |a: Pair, b: Pair| [a[0] + b[0], a[1] + b[1]];
        let unknown = sums[BINS];
        let known = sums[..BINS].iter().fold([0.0; 2], |a, b| add(a, *b));
        let shrink = f64::from(recipe.shrink);
        let worth = |[g, h]: Pair| g * g / (h + shrink);
        let whole = worth(add(known, unknown));
        let mut best: Option<(f64, Ask)> = None;
        let mut left = [0.0; 2];
        for (bin, &threshold) in self.edges[feature].iter().enumerate() {
            left = add(left, sums[bin]);
            let right = [known[0] - left[0], known[1] - left[1]];
            for unknown_left in [true, false] {
                let (a, b) =
                    if unknown_left { (add(left, unknown), right) } else { (left, add(right, unknown)) };
                // Second derivatives are at most a quarter of the weight.
                if a[1].min(b[1]) < 0.25 * f64::from(recipe.least) * 0.2 {
                    continue;
                }
                let gain = worth(a) + worth(b) - whole;
                if gain > best.map_or(1e-9, |b| b.0) {
                    best = Some((gain, Ask { feature: feature as u16, threshold, unknown_left }));
                }
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two features, the class is whether both or neither are above their thresholds: no line tells it.
    fn crossed() -> (Vec<[f32; 2]>, Vec<bool>) {
        let rows: Vec<[f32; 2]> =
            (0..400).map(|n| [(n % 20) as f32 / 20.0, (n / 20) as f32 / 20.0]).collect();
        let positive = rows.iter().map(|[a, b]| (*a > 0.47) == (*b > 0.28)).collect();
        (rows, positive)
    }

    #[test]
    fn what_no_line_can_tell_apart_is_learned() {
        let (rows, positive) = crossed();
        let rows: Vec<&[f32]> = rows.iter().map(<[f32; 2]>::as_slice).collect();
        let trees = Trees::fit(&rows, &positive, &vec![1.0; rows.len()], &Recipe::default());
        let right = rows.iter().zip(&positive).filter(|(r, p)| (trees.margin(r) > 0.0) == **p).count();
        // Edges of bins leave at most a row of the grid on the wrong side.
        assert!(right >= 380, "{right} of 400");
    }

    #[test]
    fn an_unknown_value_goes_the_way_of_its_like() {
        let rows: Vec<[f32; 1]> = (0..100).map(|n| [if n < 50 { f32::NAN } else { n as f32 }]).collect();
        let positive: Vec<bool> = (0..100).map(|n| n < 50).collect();
        let rows: Vec<&[f32]> = rows.iter().map(<[f32; 1]>::as_slice).collect();
        let trees = Trees::fit(&rows, &positive, &[1.0; 100], &Recipe::default());
        assert!(trees.margin(&[f32::NAN]) > 1.0);
        assert!(trees.margin(&[]) > 1.0, "a missing value is an unknown one");
        assert!(trees.margin(&[75.0]) < -1.0);
    }

    #[test]
    fn the_same_examples_give_the_same_trees_which_survive_a_file() {
        let (rows, positive) = crossed();
        let rows: Vec<&[f32]> = rows.iter().map(<[f32; 2]>::as_slice).collect();
        let fit = || Trees::fit(&rows, &positive, &vec![1.0; rows.len()], &Recipe::default());
        let trees = fit();
        assert_eq!(trees, fit());
        let text = serde_json::to_string(&trees).expect("plain numbers");
        assert_eq!(serde_json::from_str::<Trees>(&text).expect("its own text"), trees);
    }
}
