//! Forests as JSON.
//!
//! ```json
//! { "n_features": 1024, "classes": ["0", "1"],
//!   "trees": [ { "children_left": [1, -1, -1], "children_right": [2, -1, -1], "feature": [7, -2, -2],
//!                "threshold": [0.25, -2.0, -2.0], "value": [[0.4, 0.6], [1.0, 0.0], [0.0, 1.0]] } ] }
//! ```
//!
//! The lists are those of scikit-learn's `tree_`, one entry for each node, the root first: a leaf's
//! children are -1; a feature that is at most the threshold goes left; `value` is what the classes count
//! among the examples of a node, as numbers or as shares (its middle axis, of length 1, left out:
//! `tree_.value[:, 0, :].tolist()`). Of nodes that are no leaves feature and threshold count, of leaves
//! the value.

use serde::{Deserialize, Serialize};

use super::Forest;
use super::error::{Fault, ForestError};
use super::tree::{Node, Tree, threshold};

/// - `N`: of the shares; read in double precision and kept and written in single, whose digits are few
#[derive(Serialize, Deserialize)]
pub(super) struct ForestFile<N> {
    pub(super) n_features: usize,
    pub(super) classes: Vec<String>,
    pub(super) trees: Vec<TreeFile<N>>,
}

#[derive(Default, Serialize, Deserialize)]
pub(super) struct TreeFile<N> {
    pub(super) children_left: Vec<i64>,
    pub(super) children_right: Vec<i64>,
    pub(super) feature: Vec<i64>,
    /// `None`: written as something that is no number.
    pub(super) threshold: Vec<Option<f64>>,
    pub(super) value: Vec<Vec<Option<N>>>,
}

impl Forest {
    /// Reads and checks a forest.
    /// - errors: one sentence each, with the tree and the node where it is about one
    pub fn from_json(bytes: &[u8]) -> Result<Self, ForestError> {
        let file: ForestFile<f64> = serde_json::from_slice(bytes).or_else(|error| {
            // Python writes NaN and Infinity, which JSON has not; to say in which node, read around them.
            String::from_utf8_lossy(bytes)
                .replace("-Infinity", "null")
                .replace("Infinity", "null")
                .replace("NaN", "null")
                .parse::<serde_json::Value>()
                .and_then(serde_json::from_value)
                .map_err(|_| ForestError::Unreadable { why: error.to_string() })
        })?;
        Self::checked(file)
    }

    /// What was read, where it is a forest.
    pub(super) fn checked(file: ForestFile<f64>) -> Result<Self, ForestError> {
        let (features, classes) = (file.n_features, file.classes);
        for (what, empty) in
            [("trees", file.trees.is_empty()), ("features", features == 0), ("classes", classes.is_empty())]
        {
            if empty {
                return Err(ForestError::Empty { what });
            }
        }
        let read = |(tree, lists): (usize, TreeFile<f64>)| lists.checked(tree, features, classes.len());
        let trees = file.trees.into_iter().enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(Self { features, classes, trees })
    }

    /// The same as a file's bytes; the same forest gives the same bytes.
    pub fn to_json(&self) -> Vec<u8> {
        let lists = |tree: &Tree| {
            let of = |value: fn(&Node) -> i64| tree.nodes.iter().map(value).collect();
            let leaf = |node: &Node, value: u32| if node.is_leaf() { -1 } else { i64::from(value) };
            TreeFile {
                children_left: tree.nodes.iter().map(|node| leaf(node, node.left)).collect(),
                children_right: tree.nodes.iter().map(|node| leaf(node, node.right)).collect(),
                feature: of(|node| if node.is_leaf() { -2 } else { i64::from(node.feature) }),
                threshold: tree
                    .nodes
                    .iter()
                    .map(|node| Some(if node.is_leaf() { -2.0 } else { f64::from(node.threshold) }))
                    .collect(),
                value: tree
                    .shares
                    .chunks(self.classes.len())
                    .map(|shares| shares.iter().copied().map(Some).collect())
                    .collect(),
            }
        };
        let trees = self.trees.iter().map(lists).collect();
        let file = ForestFile { n_features: self.features, classes: self.classes.clone(), trees };
        serde_json::to_vec(&file).unwrap_or_default()
    }
}

impl TreeFile<f64> {
    fn checked(self, tree: usize, features: usize, classes: usize) -> Result<Tree, ForestError> {
        let count = self.children_left.len();
        if count == 0 {
            return Err(ForestError::Lists { tree, list: "children_left", expected: 0, found: 0 });
        }
        for (list, found) in [
            ("children_right", self.children_right.len()),
            ("feature", self.feature.len()),
            ("threshold", self.threshold.len()),
            ("value", self.value.len()),
        ] {
            if found != count {
                return Err(ForestError::Lists { tree, list, expected: count, found });
            }
        }
        let wrong = |node: usize, fault: Fault| ForestError::Node { tree, node, fault };
        let mut ways = vec![0u32; count];
        if let Some(root) = ways.first_mut() {
            *root = 1;
        }
        let mut nodes = Vec::with_capacity(count);
        let mut shares = Vec::with_capacity(count * classes);
        let ends = self.children_left.into_iter().zip(self.children_right);
        let asks = self.feature.into_iter().zip(self.threshold);
        for (node, (((left, right), (feature, limit)), value)) in ends.zip(asks).zip(self.value).enumerate() {
            let fault = |fault: Fault| wrong(node, fault);
            let own = u32::try_from(node).unwrap_or(u32::MAX);
            nodes.push(match (left, right) {
                (-1, -1) => Node { left: own, right: own, feature: 0, threshold: 0.0 },
                (-1, _) | (_, -1) => return Err(fault(Fault::OneChild)),
                _ => {
                    let mut child = |child: i64| {
                        let at = usize::try_from(child).ok().filter(|at| *at < count);
                        let at = at.ok_or_else(|| fault(Fault::Child { child }))?;
                        ways[at] += 1;
                        if ways[at] > 1 {
                            return Err(wrong(at, Fault::Twice));
                        }
                        u32::try_from(at).map_err(|_| fault(Fault::Child { child }))
                    };
                    let (left, right) = (child(left)?, child(right)?);
                    let asked = usize::try_from(feature).ok().filter(|asked| *asked < features);
                    let asked = asked.and_then(|asked| u32::try_from(asked).ok());
                    let feature = asked.ok_or_else(|| fault(Fault::Feature { feature }))?;
                    let limit = limit.filter(|limit| limit.is_finite());
                    let limit = limit.ok_or_else(|| fault(Fault::Threshold))?;
                    Node { left, right, feature, threshold: threshold(limit) }
                }
            });
            let value: Option<Vec<f64>> = value.into_iter().collect();
            let value = value.filter(|v| v.len() == classes && v.iter().all(|v| *v >= 0.0));
            let value = value.ok_or_else(|| fault(Fault::Value))?;
            let sum: f64 = value.iter().sum();
            if !(sum > 0.0 && sum.is_finite()) {
                return Err(fault(Fault::Value));
            }
            // Shares stay as they are written, so that a forest is the same after any number of readings.
            let whole = if (sum - 1.0).abs() < 1e-6 { 1.0 } else { sum };
            shares.extend(value.iter().map(|v| (v / whole) as f32));
        }
        // Every node is reached once at most; a circle apart from the root would be reached by none.
        let mut reached = vec![false; count];
        let mut open = vec![0usize];
        while let Some(at) = open.pop() {
            reached[at] = true;
            let node = nodes[at];
            if !node.is_leaf() {
                open.extend([node.left as usize, node.right as usize]);
            }
        }
        match reached.iter().position(|reached| !reached) {
            Some(node) => Err(wrong(node, Fault::Lost)),
            None => Ok(Tree { nodes, shares }),
        }
    }
}
