#!/usr/bin/env python3
"""Fits what `src/synth/ratings.rs` holds as constants: how radiologists rate lung nodules.

    python3 tests/phantom/fit_ratings.py FOLDER      (needs numpy)

FOLDER holds `nodules.csv`, one row per nodule with the mean of its readers' ratings, made from the
LIDC-IDRI annotations (Armato et al., Med Phys 38 (2011) 915-931; doi 10.7937/K9/TCIA.2015.LO9QL9SX,
CC BY 3.0). Nodules of three or more readers count. Prints

- the marginal of every rating: quantiles at 0, 5, ... 100 %;
- their joint statistics: the correlation matrix of normal scores (a Gaussian copula);
- a logistic model of "calcified" (mean rating below 4.5 of 6) on them;
- a logistic model of "mean malignancy above 3" (exactly 3 left out) on the same ratings, with its
  cross-validated AUC over folds of patients.
"""
import csv
import math
import statistics
import sys

import numpy as np

RATINGS = ["diameter", "spiculation", "lobulation", "margin", "sphericity", "texture"]


def read(folder):
    rows = []
    with open(f"{folder}/nodules.csv", newline="") as file:
        for row in csv.DictReader(file):
            if int(row["n_readers"]) < 3 or not row["diameter_mean_mm"]:
                continue
            # Outlines lie on the first pixels outside the nodule: about 1.2 mm too wide in all.
            diameter = max(float(row["diameter_mean_mm"]) - 1.2, 2.5)
            rows.append(
                [diameter]
                + [float(row[f"{name}_mean"]) for name in RATINGS[1:]]
                + [float(row["calcification_mean"]) < 4.5, float(row["malignancy_mean"]), row["patient_id"]]
            )
    return rows


def normal_scores(values):
    order = np.argsort(np.argsort(values + 1e-6 * np.random.default_rng(1).random(len(values))))
    normal = statistics.NormalDist()
    return np.array([normal.inv_cdf((rank + 0.5) / len(values)) for rank in order])


def logistic(x, y, ridge=1e-3):
    x = np.column_stack([np.ones(len(x)), x])
    weights = np.zeros(x.shape[1])
    for _ in range(40):
        p = 1 / (1 + np.exp(-x @ weights))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(weights))
        weights += np.linalg.solve(hessian, x.T @ (y - p) - ridge * weights)
    return weights


def auc(score, y):
    ranks = np.empty(len(score))
    ranks[np.argsort(score)] = np.arange(1, len(score) + 1)
    positive = y.sum()
    return (ranks[y == 1].sum() - positive * (positive + 1) / 2) / (positive * (len(y) - positive))


def main():
    rows = read(sys.argv[1])
    table = np.array([row[:6] for row in rows], float)
    calcified = np.array([row[6] for row in rows], float)
    malignancy = np.array([row[7] for row in rows])
    print(f"{len(rows)} nodules, {len({row[8] for row in rows})} patients")
    for n, name in enumerate(RATINGS):
        quantiles = np.percentile(table[:, n], np.arange(0, 101, 5))
        print(name, [round(float(q), 2) for q in quantiles])
    scores = np.column_stack([normal_scores(table[:, n]) for n in range(6)])
    print("correlation of normal scores")
    for line in np.corrcoef(scores.T):
        print([round(float(v), 3) for v in line])
    everything = np.column_stack([np.log(table[:, 0]), table[:, 1:]])
    print(f"calcified: {calcified.mean():.3f} of all; logistic: constant, ln diameter, spiculation .. texture")
    print([round(float(w), 3) for w in logistic(everything, calcified, 0.1)])

    keep = malignancy != 3
    features = np.column_stack([np.log(table[:, 0]), table[:, 1:], calcified])[keep]
    label = (malignancy[keep] > 3).astype(float)
    patients = [row[8] for row, used in zip(rows, keep) if used]
    fold = np.array([int(patient[-4:]) % 5 for patient in patients])
    pooled = np.zeros(len(label))
    for held in range(5):
        weights = logistic(features[fold != held], label[fold != held])
        pooled[fold == held] = weights[0] + features[fold == held] @ weights[1:]
    weights = logistic(features, label)
    print("logistic: constant, ln diameter, spiculation .. texture, calcified")
    print([round(float(w), 3) for w in weights])
    print(f"{len(label)} nodules, {int(label.sum())} above 3; cross-validated AUC {auc(pooled, label):.3f}")
    loss = np.mean(np.log1p(np.exp(-np.where(label == 1, pooled, -pooled))))
    print(f"cross-entropy {loss:.3f} (always the mean: {-(label.mean() * math.log(label.mean()) + (1 - label.mean()) * math.log(1 - label.mean())):.3f})")


if __name__ == "__main__":
    main()
