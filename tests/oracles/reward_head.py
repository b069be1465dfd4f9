"""Writes reward-head.json: compared pairs, and what a reward head, its posterior, its calibration and its uncertainties are of them.

Python 3.11 with requirements.txt; run `python reward_head.py` in this folder. Inputs are seeded (integer_noise.py).
Weights: scikit-learn's LogisticRegression without intercept, same C; a tie is two rows of weight one half, one for each side.
Posterior: NumPy's inverse of the Hessian at those weights. Information gain: SciPy's adaptive quadrature. Temperature: SciPy's bounded
minimisation of the log-loss. Brier score and log-loss: scikit-learn's; the calibration error is summed plainly.
"""
import json
import warnings
from pathlib import Path

import numpy as np
from integer_noise import bell, noise
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

warnings.simplefilter("ignore", FutureWarning)


def unit(seed, count):
    return noise(seed, count).astype(np.float64) / 2**32


def pairs(seed, rows, columns, ties=0.1, scale=1.0):
    x = np.round(bell(seed, rows * columns).reshape(rows, columns) * scale, 6)
    w = bell(seed + 1_000_000, columns) / np.sqrt(columns) * 2 / scale
    y = (unit(seed + 2_000_000, rows) < expit(x @ w)).astype(float)
    y[unit(seed + 3_000_000, rows) < ties] = 0.5
    return x, y


def halves(x, y):
    """Rows, sides and weights for scikit-learn: a target y is a win of weight y and a loss of weight 1 - y."""
    rows = np.vstack([x, x])
    sides = np.r_[np.ones(len(y)), np.zeros(len(y))]
    weights = np.r_[y, 1 - y]
    keep = weights > 0
    return rows[keep], sides[keep], weights[keep]


def fit(x, y, c):
    head = LogisticRegression(C=c, fit_intercept=False, solver="newton-cholesky", tol=1e-14, max_iter=10_000)
    rows, sides, weights = halves(x, y)
    # Each once more turned round, at half the weight: the same loss, and never one class alone.
    rows, sides, weights = np.vstack([rows, -rows]), np.r_[sides, 1 - sides], np.r_[weights, weights] / 2
    return head.fit(rows, sides, sample_weight=weights).coef_[0]


def entropy(p):
    return 0.0 if p <= 0 or p >= 1 else float(-p * np.log(p) - (1 - p) * np.log1p(-p))


def gain(mean, variance):
    if variance == 0:
        return 0.0
    sd = np.sqrt(variance)
    density = lambda z: np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    whole = lambda f: quad(lambda z: f(mean + z * sd) * density(z), -9, 9, epsabs=1e-13, epsrel=1e-13, limit=2000, points=[-mean / sd] if abs(mean / sd) < 9 else None)[0]
    p = whole(lambda t: expit(-abs(mean)) if sd == 0 else expit(t))
    return entropy(p) - whole(lambda t: entropy(expit(t)))


def calibration(scores, y):
    rows, sides, weights = halves(scores[:, None], y)
    p = expit(rows[:, 0])
    confidence = expit(np.abs(scores))
    won = np.where(scores == 0, 0.5, np.where(scores > 0, y, 1 - y))
    place = np.minimum(9, np.floor((confidence - 0.5) * 20).astype(int))
    ece = sum(abs((confidence[place == b] - won[place == b]).sum()) for b in range(10)) / len(y)
    # The Brier score of a tie by its target: mean over halves less the halves' own spread, y (1 - y).
    return dict(n=len(y), log_loss=log_loss(sides, p, sample_weight=weights, labels=[0, 1]),
                brier=brier_score_loss(sides, p, sample_weight=weights, pos_label=1) - float(np.mean(y * (1 - y))), ece=float(ece))


def temperature(scores, y):
    """With one tie beside the votes, at the root mean square of their scores."""
    scores, y = np.r_[scores, np.sqrt(np.mean(scores**2))], np.r_[y, 0.5]
    loss = lambda inverse: np.mean(y * np.logaddexp(0, -inverse * scores) + (1 - y) * np.logaddexp(0, inverse * scores))
    return 1 / minimize_scalar(loss, bounds=(0.01, 100), method="bounded", options=dict(xatol=1e-13)).x


def cases():
    x, y = pairs(10, 120, 6)
    yield "120 votes, C = 1", x, y, 1.0
    yield "the same, strong regularisation", x, y, 0.001
    yield "the same, hardly any", x, y, 1000.0
    yield "without ties", *pairs(20, 90, 4, ties=0.0), 0.3
    yield "more columns than votes", *pairs(30, 15, 40), 1.0
    yield "a constant difference of 0, and one of 2", np.c_[x[:, :3], np.zeros(120), np.full(120, 2.0)], y, 0.5
    yield "each vote twice", np.vstack([x, x]), np.r_[y, y], 0.7
    yield "columns that say the same", np.c_[x[:, :2], x[:, :2]], y, 1.0
    yield "separable votes", *pairs(40, 30, 3, ties=0.0, scale=20.0), 10.0
    yield "columns of very different size", pairs(50, 80, 4)[0] * np.array([1e-3, 1.0, 1e2, 10.0]), pairs(50, 80, 4)[1], 1.0
    yield "one vote", np.array([[1.0, -2.0]]), np.array([1.0]), 1.0


def main():
    fitted = []
    for name, x, y, c in cases():
        w = fit(x, y, c)
        p = expit(x @ w)
        hessian = (x.T * (p * (1 - p))) @ x + np.eye(x.shape[1]) / c
        asked = np.vstack([x[:5], bell(77, 5 * x.shape[1]).reshape(5, -1), np.zeros((1, x.shape[1]))])
        scores = asked @ w
        full = np.einsum("ij,jk,ik->i", asked, np.linalg.inv(hessian), asked)
        diagonal = (asked**2 / np.diag(hessian)).sum(1)
        fitted.append(dict(
            name=name, c=c, columns=x.shape[1], differences=x.ravel().tolist(), targets=y.tolist(), weights=w.tolist(),
            asked=asked.ravel().tolist(), scores=scores.tolist(), variances=dict(full=full.tolist(), diagonal=diagonal.tolist()),
            margin=(1 - np.abs(2 * expit(scores) - 1)).tolist(), entropy=[entropy(q) for q in expit(scores)],
            information_gain=[gain(s, v) for s, v in zip(scores, full)]))
    judged = []
    for name, seed, factor, ties in [("too sure", 60, 3.0, 0.1), ("not sure enough", 61, 0.3, 0.1), ("without ties", 62, 1.5, 0.0), ("separated", 63, 1.0, None)]:
        true = bell(seed, 400) * 1.5
        y = (unit(seed + 9, 400) < expit(true)).astype(float)
        scores = true * factor
        if ties is None:
            scores, y = scores[:9], (scores[:9] > 0).astype(float)
        else:
            y[unit(seed + 99, 400) < ties] = 0.5
            scores[7] = 0.0
        found = temperature(scores, y)
        judged.append(dict(name=name, scores=scores.tolist(), targets=y.tolist(), temperature=found, before=calibration(scores, y), after=calibration(scores / found, y)))
    gains = [dict(score=s, variance=v, information_gain=gain(s, v)) for s in (0.0, 0.3, -2.0, 7.0) for v in (0.0, 1e-6, 0.04, 1.0, 9.0, 400.0, 10_000.0)]
    Path(__file__).with_name("reward-head.json").write_text(json.dumps(dict(fitted=fitted, judged=judged, gains=gains), indent=None).replace('{"name"', '\n{"name"') + "\n")


main()
