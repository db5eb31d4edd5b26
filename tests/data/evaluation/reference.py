"""Writes reference.json: small fixed vectors and the figures that other programs give for them.

scikit-learn and SciPy where they have the figure; DeLong's and Obuchowski's variances pair by pair from
their definitions, not by the fast midranks that the program uses.

    python3 -m venv venv && venv/bin/pip install scikit-learn scipy && venv/bin/python reference.py
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit
from scipy.stats import norm
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def components(score, label):
    """DeLong 1988, equations 4 and 5, every pair."""
    x, y = score[label == 1], score[label == 0]
    psi = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
    return psi.mean(), psi.mean(axis=1), psi.mean(axis=0)


def delong_covariance(scores, label):
    parts = [components(s, label) for s in scores]
    s10 = np.cov([p[1] for p in parts])
    s01 = np.cov([p[2] for p in parts])
    return s10 / (label == 1).sum() + s01 / (label == 0).sum()


def obuchowski_covariance(scores, label, patient):
    """Obuchowski 1997, section 2.2, sums over clusters."""
    auc, v10, v01 = zip(*(components(s, label) for s in scores))
    patients = np.unique(patient)
    m, n = (label == 1).sum(), (label == 0).sum()
    i = len(patients)
    i10 = len(np.unique(patient[label == 1]))
    i01 = len(np.unique(patient[label == 0]))
    own1, own0 = patient[label == 1], patient[label == 0]
    e10 = np.array([[(v10[k][own1 == p] - auc[k]).sum() for p in patients] for k in (0, 1)])
    e01 = np.array([[(v01[k][own0 == p] - auc[k]).sum() for p in patients] for k in (0, 1)])
    s10 = i10 / (i10 - 1) / m * (e10 @ e10.T)
    s01 = i01 / (i01 - 1) / n * (e01 @ e01.T)
    s11 = i / (i - 1) * (e10 @ e01.T)
    return s10 / m + s01 / n + (s11 + s11.T) / (m * n)


def paired_p(auc, covariance):
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    return 2 * norm.sf(abs(auc[0] - auc[1]) / np.sqrt(variance))


def nll(margin, label):
    return np.mean(np.logaddexp(0, np.where(label == 1, -margin, margin)))


def ece(probability, label):
    bins = np.array_split(np.argsort(probability, kind="stable"), 10)
    return sum(len(b) * abs(probability[b].mean() - label[b].mean()) for b in bins) / len(label)


def temperature(margin, label):
    fit = minimize_scalar(
        lambda t: nll(margin / t, label), bounds=(0.01, 100), method="bounded", options={"xatol": 1e-12}
    )
    return fit.x


def one(name, seed, patients, ties):
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), rng.integers(1, 4, patients))
    count = len(patient)
    effect = rng.normal(0, 1, patients)[patient]
    truth = effect + rng.normal(0, 1, count)
    label = (truth + rng.normal(0, 1, count) > 0.2).astype(int)
    first = 2.5 * truth + rng.normal(0, 1.5, count)
    second = 1.5 * truth + rng.normal(0, 2.0, count)
    decimals = 0 if ties else 4
    first, second = (np.round(m, decimals) + 0.0 for m in (first, second))
    folds = patient % 4
    features = np.round(np.stack([truth * 3 + 10, rng.normal(0, 1, count), effect * 100], axis=1), 3)
    probability = expit(first)
    called = (first >= 0).astype(int)
    auc = [metrics.roc_auc_score(label, s) for s in (first, second)]
    fpr, tpr, threshold = metrics.roc_curve(label, first, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(label, first)
    delong = delong_covariance((first, second), label)
    clustered = obuchowski_covariance((first, second), label, patient)

    def model():
        fit = LogisticRegression(C=2.0, solver="newton-cholesky", tol=1e-14, max_iter=1000)
        return make_pipeline(StandardScaler(), fit)

    pooled = np.zeros(count)
    for fold in np.unique(folds):
        fit = model().fit(features[folds != fold], label[folds != fold])
        pooled[folds == fold] = fit.decision_function(features[folds == fold])
    whole = model().fit(features, label)[-1]
    return {
        "name": name,
        "label": label.tolist(),
        "patient": patient.tolist(),
        "fold": folds.tolist(),
        "first": first.tolist(),
        "second": second.tolist(),
        "features": features.tolist(),
        "auc": auc,
        "delong_variance": delong[0, 0],
        "delong_p": paired_p(auc, delong),
        "clustered_variance": clustered[0, 0],
        "clustered_p": paired_p(auc, clustered),
        "roc": np.stack([fpr[1:], tpr[1:], threshold[1:]], axis=1).tolist(),
        # From the highest threshold down, without the point (0, 1) that belongs to no threshold.
        "precision_recall": np.stack([recall[:-1], precision[:-1]], axis=1)[::-1].tolist(),
        "average_precision": metrics.average_precision_score(label, first),
        "accuracy": metrics.accuracy_score(label, called),
        "balanced_accuracy": metrics.balanced_accuracy_score(label, called),
        "sensitivity": metrics.recall_score(label, called),
        "specificity": metrics.recall_score(label, called, pos_label=0),
        "precision": metrics.precision_score(label, called),
        "f1": metrics.f1_score(label, called),
        "youden": threshold[np.argmax(tpr - fpr)],
        "brier": metrics.brier_score_loss(label, probability),
        "nll": nll(first, label),
        # With ties the bins depend on the order of equal cases: no figure.
        "ece": None if ties else ece(probability, label),
        "temperature": temperature(first, label),
        "logistic_coefficients": whole.coef_[0].tolist(),
        "logistic_intercept": whole.intercept_[0],
        "logistic_pooled": pooled.tolist(),
    }


sets = [one("whole margins, many ties", 1, 20, True), one("four decimals", 2, 60, False)]
text = json.dumps(sets, indent=None, separators=(",", ":")).replace('"name"', '\n"name"')
Path(__file__).with_name("reference.json").write_text(text + "\n")
