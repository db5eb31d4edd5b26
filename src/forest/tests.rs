//! Against scikit-learn, and against files that are broken.

use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::jobs::JobContext;

const FOREST: &[u8] = include_bytes!("../../tests/data/forest/forest.json");
const CASES: &[u8] = include_bytes!("../../tests/data/forest/cases.json");
const EXAMPLES: &[u8] = include_bytes!("../../tests/data/forest/examples.json");

#[test]
fn a_forest_of_scikit_learn_gives_the_same_shares() {
    #[derive(Deserialize)]
    struct Cases {
        x: Vec<Vec<f32>>,
        p: Vec<Vec<f64>>,
    }
    let forest = Forest::from_json(FOREST).expect("a forest");
    assert_eq!((forest.features(), forest.classes().len(), forest.trees()), (9, 3, 12));
    let cases: Cases = serde_json::from_slice(CASES).expect("cases");
    for (n, (x, expected)) in cases.x.iter().zip(&cases.p).enumerate() {
        let got = forest.predict(x).expect("nine features");
        // Shares in single precision; a wrong way at one threshold would be 1/12 of a leaf's share.
        assert!(got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-7), "{n}: {got:?} {expected:?}");
    }
    let again = Forest::from_json(&forest.to_json()).expect("its own form");
    assert_eq!(again, forest);
}

/// The one forest of three classes, the other of two, both as `skl2onnx` writes them.
const ONNX: &[u8] = include_bytes!("../../tests/data/forest/forest.onnx");
const TWO: &[u8] = include_bytes!("../../tests/data/forest/two.onnx");
const TWO_CASES: &[u8] = include_bytes!("../../tests/data/forest/two.json");

#[test]
fn a_forest_in_onnx_gives_the_shares_that_scikit_learn_gives() {
    #[derive(Deserialize)]
    struct Cases {
        x: Vec<Vec<f32>>,
        p: Vec<Vec<f64>>,
    }
    for (file, cases, shape) in [(ONNX, CASES, (9, 3, 12)), (TWO, TWO_CASES, (9, 2, 5))] {
        let forest = Forest::read(file).expect("a forest");
        assert_eq!((forest.features(), forest.classes().len(), forest.trees()), shape);
        assert_eq!(forest.classes()[..2], ["0", "1"]);
        let cases: Cases = serde_json::from_slice(cases).expect("cases");
        for (n, (x, expected)) in cases.x.iter().zip(&cases.p).enumerate() {
            let got = forest.predict(x).expect("nine features");
            // Single precision, divided by the number of trees and multiplied by it.
            assert!(got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{n}: {got:?} {expected:?}");
        }
        let again = Forest::read(&forest.to_json()).expect("its own form");
        assert_eq!(again, forest);
    }
}

#[test]
fn onnx_that_is_no_forest_or_another_one_is_refused_in_a_sentence() {
    let refused = |bytes: &[u8]| Forest::read(bytes).expect_err("refused").to_string();
    // Bytes of the same length, so that the lengths around them stay right.
    let changed = |from: &str, to: &str| {
        let mut bytes = TWO.to_vec();
        // The last one: the first may be a step's own name.
        let at = bytes.windows(from.len()).rposition(|w| w == from.as_bytes()).expect("there");
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        refused(&bytes)
    };
    let operator = changed("TreeEnsembleClassifier", "TreeEnsembleRegressors");
    assert!(operator.contains("it has 0 operators TreeEnsembleClassifier, not one"), "{operator}");
    let question = changed("BRANCH_LEQ", "BRANCH_EQQ");
    assert!(question.contains("not of the form BRANCH_LEQ: BRANCH_EQQ"), "{question}");
    let lists = changed("nodes_treeids", "nodes_treeidz");
    assert!(lists.contains("the lists of its nodes differ in length"), "{lists}");
    let lists = changed("class_treeids", "class_treeidz");
    assert!(lists.contains("the lists of its leaves' shares differ"), "{lists}");
    let changed_afterwards = changed("NONE", "SOFT");
    assert!(changed_afterwards.contains("changed afterwards"), "{changed_afterwards}");
    assert!(refused(b"").contains("it has 0 operators"), "nothing at all");
    assert!(refused(b"PK\x03\x04").contains("the forest cannot be read"));
    // Cut off anywhere it is no forest, and nothing worse; behind the graph, that ends with its answers' shapes, only
    // versions are told.
    for end in 0..TWO.len() - 120 {
        assert!(Forest::read(&TWO[..end]).is_err(), "{end}");
    }
    for at in 0..TWO.len() {
        let mut bytes = TWO.to_vec();
        bytes[at] ^= 0x55;
        if let Ok(forest) = Forest::read(&bytes) {
            assert!(forest.predict(&vec![0.5; forest.features()]).is_ok(), "{at}");
        }
    }
}

/// A field of a message that holds bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut length = bytes.len();
    let mut out = vec![number << 3 | 2];
    while length > 127 {
        out.push(length as u8 | 128);
        length >>= 7;
    }
    out.push(length as u8);
    [out, bytes.to_vec()].concat()
}

/// A list of the operator: whole numbers of a byte each (field 8), or single-precision ones (field 7).
fn list(name: &str, field_number: u8, values: Vec<u8>) -> Vec<u8> {
    field(5, &[field(1, name.as_bytes()), field(field_number, &values)].concat())
}

#[test]
fn a_leaf_of_an_onnx_forest_without_a_share_is_refused() {
    // One question of one feature, two leaves, three classes.
    let forest = |leaves: &[u8]| {
        let modes = [field(9, b"BRANCH_LEQ"), field(9, b"LEAF"), field(9, b"LEAF")].concat();
        let weights = leaves.iter().flat_map(|_| 1.0f32.to_le_bytes()).collect();
        let operator = [
            field(1, b"X"),
            field(4, b"TreeEnsembleClassifier"),
            list("nodes_treeids", 8, vec![0; 3]),
            list("nodes_nodeids", 8, vec![0, 1, 2]),
            list("nodes_featureids", 8, vec![0; 3]),
            list("nodes_truenodeids", 8, vec![1, 0, 0]),
            list("nodes_falsenodeids", 8, vec![2, 0, 0]),
            list("nodes_values", 7, vec![0; 12]),
            field(5, &[field(1, b"nodes_modes"), modes].concat()),
            list("class_treeids", 8, vec![0; leaves.len()]),
            list("class_nodeids", 8, leaves.to_vec()),
            list("class_ids", 8, leaves.to_vec()),
            list("class_weights", 7, weights),
            list("classlabels_int64s", 8, vec![0, 1, 2]),
        ];
        let shape = field(1, &field(2, &field(1, &[1 << 3, 1])));
        let input = [field(1, b"X"), field(2, &shape)].concat();
        Forest::read(&field(7, &[field(1, &operator.concat()), field(11, &input)].concat()))
    };
    let whole = forest(&[1, 2]).expect("both leaves have one");
    assert_eq!([-1.0, 1.0].map(|x| whole.predict(&[x]).expect("a feature")[2]), [0.0, 1.0]);
    let one = forest(&[1]).expect_err("the other has none").to_string();
    assert!(one.contains("node 2 of tree 0 of the forest has class values"), "{one}");
    let none = forest(&[]).expect_err("neither has one").to_string();
    assert!(none.contains("none of its leaves has a share"), "{none}");
}

#[test]
fn onnx_of_thousands_of_nodes_and_classes_asks_for_no_gigabytes() {
    // Nodes are numbered by two bytes each, so that none is there twice.
    let numbers: Vec<u8> = (1 << 7..1 << 13).flat_map(|n: u16| [n as u8 | 128, (n >> 7) as u8]).collect();
    let count = numbers.len() / 2;
    let zeros = || vec![0; count];
    let leaves: Vec<u8> = (0..count).flat_map(|_| field(9, b"LEAF")).collect();
    let operator = [
        field(1, b"X"),
        field(4, b"TreeEnsembleClassifier"),
        list("nodes_treeids", 8, zeros()),
        list("nodes_nodeids", 8, numbers),
        list("nodes_featureids", 8, zeros()),
        list("nodes_truenodeids", 8, zeros()),
        list("nodes_falsenodeids", 8, zeros()),
        list("nodes_values", 7, vec![0; 4 * count]),
        field(5, &[field(1, b"nodes_modes"), leaves].concat()),
        list("classlabels_int64s", 8, zeros()),
    ];
    let file = field(7, &[field(1, &operator.concat()), field(11, &field(1, b"X"))].concat());
    let refused = Forest::read(&file).expect_err("too many").to_string();
    assert!(refused.contains("it has 8064 nodes and 8064 classes, too many to keep"), "{refused}");
}

#[derive(Deserialize)]
struct Grown {
    x: Vec<f32>,
    y: Vec<usize>,
    grow: usize,
    right: [f64; 2],
    nodes: [f64; 2],
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| n.to_string()).collect()
}

#[test]
fn a_grown_forest_is_as_large_and_as_good_as_scikit_learns() {
    let all: Grown = serde_json::from_slice(EXAMPLES).expect("examples");
    let examples = Examples { features: &all.x[..all.grow * 9], labels: &all.y[..all.grow] };
    let grow = |recipe| Forest::grow(&examples, names(2), &recipe, &JobContext::unobserved()).expect("grown");
    let forest = grow(Recipe::default());
    assert_eq!(forest.trees(), 100);
    let nodes = forest.trees.iter().map(|tree| tree.nodes.len()).sum::<usize>() as f64 / 100.0;
    // Means of 20 forests of scikit-learn lie in this range; half of it more on either side.
    let beside = |[low, high]: [f64; 2], slack: f64| low - slack..high + slack;
    assert!(beside(all.nodes, 1.5).contains(&nodes), "{nodes} of {:?}", all.nodes);
    let called = |(x, y): (&[f32], &usize)| {
        let shares = forest.predict(x).expect("nine features");
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-6);
        (shares[1] > 0.5) == (*y == 1)
    };
    let held_out = all.x[all.grow * 9..].chunks(9).zip(&all.y[all.grow..]);
    let right = held_out.clone().filter(|case| called(*case)).count() as f64 / held_out.len() as f64;
    assert!(beside(all.right, 0.03).contains(&right), "{right} of {:?}", all.right);
    // What it grew from: without a limit of depth every tree knows its own examples.
    let own = examples.features.chunks(9).zip(examples.labels);
    assert!(own.filter(|case| called(*case)).count() as f64 >= 0.99 * all.grow as f64);
    assert_eq!(grow(Recipe::default()), forest, "the same seed");
    assert_ne!(grow(Recipe { seed: 43, ..Recipe::default() }), forest, "another seed");
    assert_eq!(Forest::from_json(&forest.to_json()).expect("its own form"), forest);
}

#[test]
fn examples_that_cannot_be_told_apart_share_a_leaf() {
    let features = [1.0, 5.0, 1.0, 5.0, 1.0, 5.0, 2.0, 5.0];
    let examples = Examples { features: &features, labels: &[0, 1, 1, 1] };
    let recipe = Recipe { trees: 400, seed: 1 };
    let forest = Forest::grow(&examples, names(2), &recipe, &JobContext::unobserved()).expect("grown");
    let share = |x: [f32; 2]| forest.predict(&x).expect("two features")[0];
    // A third of the alike are of class 0; drawings of four examples leave the mean near it.
    assert!((share([1.0, 5.0]) - 1.0 / 3.0).abs() < 0.1, "{}", share([1.0, 5.0]));
    assert!(share([2.0, 5.0]) < share([1.0, 5.0]));
}

#[test]
fn examples_from_which_nothing_can_be_learned_are_refused() {
    let refused = |features: &[f32], labels: &[usize]| {
        let examples = Examples { features, labels };
        let ctx = JobContext::unobserved();
        Forest::grow(&examples, names(2), &Recipe::default(), &ctx).expect_err("refused").to_string()
    };
    assert!(refused(&[], &[]).contains("no examples"));
    assert!(refused(&[1.0, 2.0, 3.0], &[0, 1]).contains("same number of features"));
    assert!(refused(&[1.0, 2.0], &[0, 2]).contains("no name"));
    assert!(refused(&[1.0, f32::NAN], &[0, 1]).contains("no number"));
    assert!(refused(&[1.0, 2.0], &[1, 1]).contains("one class"));
    let ctx = JobContext::unobserved();
    ctx.cancel();
    let examples = Examples { features: &[1.0, 2.0], labels: &[0, 1] };
    let stopped = Forest::grow(&examples, names(2), &Recipe::default(), &ctx);
    assert!(matches!(stopped, Err(ForestError::Cancelled(_))));
}

/// As written: shares are kept in single precision.
fn shares(forest: &Forest, features: &[f32]) -> [f32; 2] {
    let shares = forest.predict(features).expect("two features");
    [shares[0] as f32, shares[1] as f32]
}

/// One question and two leaves.
fn stump() -> Value {
    json!({
        "n_features": 2, "classes": ["no", "yes"],
        "trees": [{
            "children_left": [1, -1, -1], "children_right": [2, -1, -1], "feature": [1, -2, -2],
            "threshold": [0.5, -2.0, -2.0], "value": [[5, 5], [4, 1], [0, 3]]
        }]
    })
}

#[test]
fn counts_become_shares_and_a_threshold_itself_goes_left() {
    let forest = Forest::from_json(stump().to_string().as_bytes()).expect("a forest");
    assert_eq!(shares(&forest, &[9.0, 0.5]), [0.8, 0.2]);
    assert_eq!(shares(&forest, &[9.0, 0.5f32.next_up()]), [0.0, 1.0]);
    let error = forest.predict(&[1.0]).expect_err("one feature").to_string();
    assert!(error.contains("asks for 2 features") && error.contains("gives 1"), "{error}");
    assert!(forest.predict(&[1.0, f32::NAN]).expect_err("no number").to_string().contains("feature 1"));
}

#[test]
fn thresholds_between_two_single_precision_numbers_keep_their_side() {
    // Nearest to this in single precision is 0.1 itself, a little above it: it must go right.
    let mut file = stump();
    let limit = f64::from(0.1f32) - 1e-12;
    file["trees"][0]["threshold"][0] = json!(limit);
    let forest = Forest::from_json(file.to_string().as_bytes()).expect("a forest");
    assert_eq!(shares(&forest, &[0.0, 0.1]), [0.0, 1.0]);
    assert_eq!(shares(&forest, &[0.0, 0.1f32.next_down()]), [0.8, 0.2]);
}

#[test]
fn broken_forests_are_refused_in_one_sentence_with_tree_and_node() {
    let tree = |list: &'static str, node: usize, value: Value| {
        move |file: &mut Value| file["trees"][0][list][node] = value.clone()
    };
    let cases: Vec<(Box<dyn Fn(&mut Value)>, &str)> = vec![
        (
            Box::new(tree("children_left", 0, json!(0))),
            "node 0 of tree 0 of the forest is reached on two ways",
        ),
        (
            Box::new(tree("children_left", 0, json!(2))),
            "node 2 of tree 0 of the forest is reached on two ways",
        ),
        (Box::new(tree("children_right", 0, json!(3))), "node 0 of tree 0 of the forest has a child 3"),
        (Box::new(tree("children_right", 0, json!(-7))), "has a child -7"),
        (Box::new(tree("children_right", 0, json!(-1))), "node 0 of tree 0 of the forest has one child"),
        (Box::new(tree("feature", 0, json!(2))), "asks for feature 2"),
        (Box::new(tree("feature", 0, json!(-2))), "asks for feature -2"),
        (Box::new(tree("threshold", 0, Value::Null)), "has a threshold that is no number"),
        (Box::new(tree("value", 1, json!([1]))), "node 1 of tree 0 of the forest has class values"),
        (Box::new(tree("value", 2, json!([0, 0]))), "node 2 of tree 0 of the forest has class values"),
        (Box::new(tree("value", 2, json!([2, -1]))), "node 2 of tree 0 of the forest has class values"),
        (Box::new(tree("value", 2, json!([Value::Null, 1]))), "node 2 of tree 0 of the forest has class"),
        (Box::new(|file| file["trees"][0]["feature"] = json!([1])), "feature has 1, children_left 3"),
        (Box::new(|file| file["trees"][0]["children_left"] = json!([])), "are empty"),
        (Box::new(|file| file["trees"] = json!([])), "has no trees"),
        (Box::new(|file| file["classes"] = json!([])), "has no classes"),
        (Box::new(|file| file["n_features"] = json!(0)), "has no features"),
        (Box::new(|file| file["n_features"] = json!(-1)), "cannot be read"),
    ];
    for (break_it, expected) in cases {
        let mut file = stump();
        break_it(&mut file);
        let error = Forest::from_json(file.to_string().as_bytes()).expect_err(expected).to_string();
        assert!(error.contains(expected) && !error.contains('\n'), "{expected}: {error}");
    }
    // Two nodes that lead to each other, apart from the root.
    let mut file = stump();
    file["trees"][0] = json!({
        "children_left": [-1, 2, 1], "children_right": [-1, 3, 4], "feature": [0, 0, 0],
        "threshold": [0.0, 0.0, 0.0], "value": [[1, 0], [1, 0], [1, 0]]
    });
    let error = Forest::from_json(file.to_string().as_bytes()).expect_err("no such node").to_string();
    assert!(error.contains("has a child 3"), "{error}");
    file["trees"][0] = json!({
        "children_left": [-1, 2, -1, -1], "children_right": [-1, 3, -1, -1], "feature": [0, 0, 0, 0],
        "threshold": [0.0, 0.0, 0.0, 0.0], "value": [[1, 0], [1, 0], [1, 0], [1, 0]]
    });
    let error = Forest::from_json(file.to_string().as_bytes()).expect_err("lost nodes").to_string();
    assert!(error.contains("node 1 of tree 0 of the forest is reached on no way"), "{error}");
}

#[test]
fn numbers_that_json_has_not_are_named_and_other_texts_refused() {
    let text = stump().to_string();
    for bad in ["NaN", "Infinity", "-Infinity"] {
        let text = text.replace("0.5", bad);
        let error = Forest::from_json(text.as_bytes()).expect_err(bad).to_string();
        assert!(error.contains("node 0 of tree 0") && error.contains("threshold"), "{bad}: {error}");
    }
    for text in ["", "{}", "[1, 2", "\u{0}\u{1}", &text[..text.len() / 2]] {
        let error = Forest::from_json(text.as_bytes()).expect_err("no forest").to_string();
        assert!(error.contains("cannot be read") && !error.contains('\n'), "{text}: {error}");
    }
}
