//! One tree as it is asked.

/// A question or a leaf.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Node {
    /// The questions' children; a leaf has itself.
    pub(super) left: u32,
    pub(super) right: u32,
    pub(super) feature: u32,
    /// At most this goes left. Single precision: see [`threshold`].
    pub(super) threshold: f32,
}

/// A tree whose root is node 0. Every question's children are nodes, and lead on to a leaf.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// For each node the shares of the classes, one node after the other.
    pub(super) shares: Vec<f32>,
}

impl Node {
    pub(super) fn is_leaf(&self) -> bool {
        self.left == self.right
    }
}

impl Tree {
    /// The shares in the leaf that an example falls into.
    /// - `features`: as many as the forest has
    pub(super) fn leaf(&self, features: &[f32], classes: usize) -> &[f32] {
        let mut at = 0usize;
        while let Some(node) = self.nodes.get(at).filter(|node| !node.is_leaf()) {
            let value = features.get(node.feature as usize).copied().unwrap_or(f32::NAN);
            at = (if value <= node.threshold { node.left } else { node.right }) as usize;
        }
        self.shares.get(at * classes..(at + 1) * classes).unwrap_or(&[])
    }
}

/// The largest single-precision number that is not above a threshold: compared with single-precision
/// features the two always say the same, which the nearest one would not.
///
/// Thresholds lie on such a number or midway between two (unless these are a hundred million times
/// apart); what is written in decimal may be off by the last bit of double precision, which is nothing
/// against the way from one to the next.
pub(super) fn threshold(double: f64) -> f32 {
    let near = double as f32;
    if f64::from(near) - double > 1e-14 * double.abs() { near.next_down() } else { near }
}
