//! Why a forest was not read, grown or asked.

use crate::jobs::Cancelled;

/// Each is one sentence for the user. Trees and nodes are counted from 0, as in the file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ForestError {
    /// Neither of the two forms.
    #[error(
        "the forest cannot be read ({why}); expected JSON with n_features, classes and trees, or ONNX with a \
         TreeEnsembleClassifier"
    )]
    Unreadable {
        /// The reader's words.
        why: String,
    },
    /// Nothing to ask.
    #[error("the forest has no {what}; export it again")]
    Empty {
        /// What is missing: trees, features or classes.
        what: &'static str,
    },
    /// The lists of a tree are not of one length.
    #[error(
        "the lists of tree {tree} of the forest differ in length, or are empty: {list} has {found}, children_left {expected}"
    )]
    Lists {
        /// Which tree.
        tree: usize,
        /// Name of the list.
        list: &'static str,
        /// Number of nodes.
        expected: usize,
        /// Length of the list.
        found: usize,
    },
    /// A node that cannot be.
    #[error("node {node} of tree {tree} of the forest {fault}; export the forest again")]
    Node {
        /// Which tree.
        tree: usize,
        /// Which node of it.
        node: usize,
        /// What is wrong.
        fault: Fault,
    },
    /// Another number of features than the forest was grown for.
    #[error(
        "the forest asks for {expected} features, and the network gives {found}: they do not belong together"
    )]
    Features {
        /// What the forest was grown for.
        expected: usize,
        /// What was given.
        found: usize,
    },
    /// A feature that is no number.
    #[error("feature {feature} is no number, so the forest cannot be asked")]
    Undefined {
        /// Which one, from 0.
        feature: usize,
    },
    /// Examples from which nothing can be learned.
    #[error("a forest cannot be grown: {why}")]
    Examples {
        /// What they lack.
        why: &'static str,
    },
    /// Somebody asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// What is wrong with a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A child that is not there.
    #[error("has a child {child}, which is no node of the tree")]
    Child {
        /// As written in the file.
        child: i64,
    },
    /// A leaf has no child, every other node two.
    #[error("has one child, where there must be two or none")]
    OneChild,
    /// A way back up, or two ways down.
    #[error("is reached on two ways, so the tree has no end")]
    Twice,
    /// No way down.
    #[error("is reached on no way from the root")]
    Lost,
    /// A feature that is not there.
    #[error("asks for feature {feature}, which is none of the forest's")]
    Feature {
        /// As written in the file.
        feature: i64,
    },
    /// A threshold that is no number.
    #[error("has a threshold that is no number")]
    Threshold,
    /// Class shares that are none.
    #[error("has class values that are no shares (one for each class, none negative, not all 0)")]
    Value,
}
