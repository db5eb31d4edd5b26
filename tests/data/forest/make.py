"""Writes the fixtures of src/forest/tests.rs with scikit-learn 1.9.1 and NumPy:

    python make.py

forest.json: a forest in the form that src/forest/file.rs describes; forest.onnx: the same as skl2onnx 1.20.0 writes
it; two.onnx: one of two classes, and two.json what scikit-learn says. cases.json: examples, and what
scikit-learn says of them. examples.json: examples with their classes, some to grow from and some not,
and the share of the latter that forests of scikit-learn call rightly.
"""

import json

import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from skl2onnx import to_onnx


def exported(forest):
    trees = [estimator.tree_ for estimator in forest.estimators_]
    return {
        "n_features": forest.n_features_in_,
        "classes": [str(name) for name in forest.classes_],
        "trees": [
            {
                "children_left": t.children_left.tolist(),
                "children_right": t.children_right.tolist(),
                "feature": t.feature.tolist(),
                "threshold": t.threshold.tolist(),
                "value": t.value[:, 0, :].tolist(),
            }
            for t in trees
        ],
    }


def write(name, value):
    with open(name, "w") as file:
        json.dump(value, file, separators=(",", ":"))
        file.write("\n")


def data(count, classes):
    x, y = make_classification(
        count, 9, n_informative=5, n_classes=classes, flip_y=0.1, class_sep=1.0, random_state=1
    )
    return x.round(2).astype(np.float32), y


x, y = data(160, 3)
# Leaves of three or more: shares other than 0 and 1.
forest = RandomForestClassifier(12, min_samples_leaf=3, random_state=42).fit(x[:120], y[:120])
write("forest.json", exported(forest))
# Besides new examples some that lie on thresholds.
edges = x[120:140].copy()
for row, tree in enumerate(forest.estimators_[:12]):
    edges[row, tree.tree_.feature[0]] = np.float32(tree.tree_.threshold[0])
cases = np.concatenate([x[120:], edges])
write("cases.json", {"x": [[float(v) for v in case] for case in cases], "p": forest.predict_proba(cases).tolist()})

def write_onnx(name, forest, x):
    # Its own name and domain, so that the file is the same each time.
    model = to_onnx(forest, x[:1], options={"zipmap": False}, name="forest")
    with open(name, "wb") as file:
        file.write(model.SerializeToString(deterministic=True))


write_onnx("forest.onnx", forest, x)
x2, y2 = data(160, 2)
two = RandomForestClassifier(5, min_samples_leaf=4, random_state=42).fit(x2[:120], y2[:120])
write_onnx("two.onnx", two, x2)
write("two.json", {"x": [[float(v) for v in case] for case in x2[120:]], "p": two.predict_proba(x2[120:]).tolist()})

x, y = data(500, 2)
grown = [RandomForestClassifier(random_state=seed).fit(x[:300], y[:300]) for seed in range(20)]
right = [float(forest.score(x[300:], y[300:])) for forest in grown]
nodes = [float(np.mean([t.tree_.node_count for t in forest.estimators_])) for forest in grown]
write(
    "examples.json",
    {
        "x": [round(float(v), 2) for v in x.flatten()],
        "y": y.tolist(),
        "grow": 300,
        "right": [min(right), max(right)],
        "nodes": [min(nodes), max(nodes)],
    },
)
print(right, nodes)
