//! Forests as ONNX.
//!
//! What `skl2onnx` and its kin write of a random forest: one `TreeEnsembleClassifier` that reads the graph's input,
//! its questions of the form `feature <= threshold`, its weights the shares of the leaves over the number of trees.
//!
//! Source: onnx.proto; ONNX operators, ai.onnx.ml, TreeEnsembleClassifier 1 and 3.

use std::collections::BTreeMap;

use super::Forest;
use super::error::ForestError;
use super::file::{ForestFile, TreeFile};
use super::onnx_file::{Attribute, Graph};

/// The operator that is a forest.
const CLASSIFIER: &str = "TreeEnsembleClassifier";
/// What may stand behind it: the same answer in another form.
const HARMLESS: [&str; 3] = ["ZipMap", "Cast", "Identity"];

/// Shares that are kept, a quarter of a gigabyte: a hundred trees of 80,000 nodes for two classes.
const MOST_SHARES: usize = 1 << 24;

fn unreadable<T>(why: impl Into<String>) -> Result<T, ForestError> {
    Err(ForestError::Unreadable { why: why.into() })
}

/// The operator's lists by their names.
struct Lists<'a>(&'a [Attribute]);

impl<'a> Lists<'a> {
    fn named(&self, name: &str) -> Option<&'a Attribute> {
        self.0.iter().find(|attribute| attribute.name == name)
    }

    fn ints(&self, name: &str) -> &'a [i64] {
        self.named(name).map_or(&[], |attribute| attribute.ints.as_slice())
    }

    fn floats(&self, name: &str) -> &'a [f32] {
        self.named(name).map_or(&[], |attribute| attribute.floats.as_slice())
    }

    fn strings(&self, name: &str) -> &'a [Vec<u8>] {
        self.named(name).map_or(&[], |attribute| attribute.strings.as_slice())
    }
}

/// Where a node is: its tree and its place in that tree, in the order in which they are written.
type Places = BTreeMap<(i64, i64), (usize, usize)>;

impl Forest {
    /// Reads and checks a forest of either form: JSON, or ONNX.
    /// - errors: as [`Forest::from_json`] and [`Forest::from_onnx`]
    pub fn read(bytes: &[u8]) -> Result<Self, ForestError> {
        // A message of ONNX begins with the tag of its version, a control character.
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        if first == Some(&b'{') { Self::from_json(bytes) } else { Self::from_onnx(bytes) }
    }

    /// Reads and checks a forest in an ONNX file.
    /// - errors: no ONNX; other steps than one classifier by trees; questions of another form, shares that are
    ///   changed afterwards; nodes as in [`Forest::from_json`]
    pub fn from_onnx(bytes: &[u8]) -> Result<Self, ForestError> {
        let graph = Graph::of_model(bytes).or_else(|error| unreadable(error.to_string()))?;
        let (forests, others): (Vec<_>, Vec<_>) =
            graph.operators.iter().partition(|operator| operator.kind == CLASSIFIER);
        let [forest] = forests.as_slice() else {
            return unreadable(format!("it has {} operators {CLASSIFIER}, not one", forests.len()));
        };
        if let Some(other) = others.iter().find(|other| !HARMLESS.contains(&other.kind.as_str())) {
            return unreadable(format!("it does more than ask a forest: {}", other.kind));
        }
        let input = graph.inputs.iter().find(|input| forest.inputs.first() == Some(&input.name));
        let Some(input) = input else {
            return unreadable("the forest does not read what the file is given");
        };
        let n_features = input.shape.last().and_then(|width| usize::try_from(*width).ok()).unwrap_or(0);
        let lists = Lists(&forest.attributes);
        let transform = lists.named("post_transform").map_or(b"NONE".as_slice(), |a| a.text.as_slice());
        if transform != b"NONE" || !lists.floats("base_values").is_empty() {
            return unreadable("the shares of its leaves are changed afterwards");
        }
        let numbered = lists.ints("classlabels_int64s").iter().map(i64::to_string);
        let named = lists.strings("classlabels_strings").iter();
        let named = named.map(|name| String::from_utf8_lossy(name).into_owned());
        let classes: Vec<String> = numbered.chain(named).collect();
        let (mut trees, places) = questions(&lists)?;
        shares(&lists, &places, &mut trees, classes.len())?;
        Self::checked(ForestFile { n_features, classes, trees })
    }
}

/// The nodes without what their leaves say.
fn questions(lists: &Lists<'_>) -> Result<(Vec<TreeFile<f64>>, Places), ForestError> {
    let [of_tree, own, feature, left, right] =
        ["nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids"]
            .map(|name| lists.ints(name));
    let (limits, modes) = (lists.floats("nodes_values"), lists.strings("nodes_modes"));
    let lengths = [own.len(), feature.len(), left.len(), right.len(), limits.len(), modes.len()];
    if of_tree.is_empty() || lengths.iter().any(|length| *length != of_tree.len()) {
        return unreadable("the lists of its nodes differ in length, or are missing");
    }
    let (mut places, mut numbers, mut counts) = (Places::new(), BTreeMap::new(), Vec::<usize>::new());
    for (tree, node) in of_tree.iter().zip(own) {
        let next = numbers.len();
        let number = *numbers.entry(*tree).or_insert(next);
        if number == counts.len() {
            counts.push(0);
        }
        let place = counts.get_mut(number).map(|count| std::mem::replace(count, *count + 1)).unwrap_or(0);
        if places.insert((*tree, *node), (number, place)).is_some() {
            return unreadable(format!("node {node} of tree {tree} is there twice"));
        }
    }
    let mut trees: Vec<TreeFile<f64>> = counts.iter().map(|_| TreeFile::default()).collect();
    let child = |tree: i64, child: i64| places.get(&(tree, child)).map_or(-2, |(_, place)| *place as i64);
    let ends = left.iter().zip(right);
    let asks = feature.iter().zip(limits).zip(modes);
    for (((tree, node), (left, right)), ((feature, limit), mode)) in
        of_tree.iter().zip(own).zip(ends).zip(asks)
    {
        let Some(lists) = places.get(&(*tree, *node)).and_then(|(number, _)| trees.get_mut(*number)) else {
            continue;
        };
        let (left, right) = match mode.as_slice() {
            b"LEAF" => (-1, -1),
            b"BRANCH_LEQ" => (child(*tree, *left), child(*tree, *right)),
            other => {
                let other = String::from_utf8_lossy(other);
                return unreadable(format!("its questions are not of the form BRANCH_LEQ: {other}"));
            }
        };
        lists.children_left.push(left);
        lists.children_right.push(right);
        lists.feature.push(*feature);
        lists.threshold.push(Some(f64::from(*limit)));
    }
    Ok((trees, places))
}

/// What the leaves say; of other nodes nothing is written, and nothing is asked.
fn shares(
    lists: &Lists<'_>,
    places: &Places,
    trees: &mut [TreeFile<f64>],
    classes: usize,
) -> Result<(), ForestError> {
    let [of_tree, of_node, of_class] =
        ["class_treeids", "class_nodeids", "class_ids"].map(|name| lists.ints(name));
    let weights = lists.floats("class_weights");
    if [of_node.len(), of_class.len(), weights.len()].iter().any(|length| *length != of_tree.len()) {
        return unreadable("the lists of its leaves' shares differ in length");
    }
    // Of two classes the second one's share alone is written, all under one number.
    let second_alone = classes == 2 && of_class.windows(2).all(|pair| pair.first() == pair.last());
    // Every node has a share of every class: names of classes and nodes take a byte or two each in the file.
    if places.len().saturating_mul(classes) > MOST_SHARES {
        return unreadable(format!("it has {} nodes and {classes} classes, too many to keep", places.len()));
    }
    // Nothing would be filled up to a whole, and every answer would be the first class.
    if of_tree.is_empty() {
        return unreadable("none of its leaves has a share");
    }
    let (count, inner) = (trees.len() as f64, vec![Some(1.0); classes]);
    let nothing = vec![Some(0.0); classes];
    for tree in &mut *trees {
        let ends = tree.children_left.iter();
        tree.value = ends.map(|left| if *left == -1 { nothing.clone() } else { inner.clone() }).collect();
    }
    for (((tree, node), class), weight) in of_tree.iter().zip(of_node).zip(of_class).zip(weights) {
        let class = if second_alone { 1 } else { usize::try_from(*class).unwrap_or(usize::MAX) };
        let place = places.get(&(*tree, *node));
        let row = place.and_then(|(number, place)| trees.get_mut(*number)?.value.get_mut(*place));
        let Some(share) = row.and_then(|row| row.get_mut(class)) else {
            return unreadable(format!("tree {tree} gives a share to a class or node that is not there"));
        };
        *share = share.map(|before| before + f64::from(*weight) * count);
    }
    if second_alone {
        for row in trees.iter_mut().flat_map(|tree| tree.value.iter_mut()) {
            if let [Some(first), Some(second)] = row.as_mut_slice() {
                // In single precision a whole share may be a little more.
                let whole = *second > 1.0 && *second < 1.0 + 1e-5;
                *first += if whole { 0.0 } else { 1.0 - *second };
            }
        }
    }
    Ok(())
}
