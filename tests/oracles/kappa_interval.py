"""Writes kappa-interval.json: matrices of counts with Cohen's kappa and its standard error.

Python 3.11 with requirements.txt; run `python kappa_interval.py` in this folder. Everything is seeded. The figures are
statsmodels' (cohens_kappa: kappa and std_kappa, the large-sample error of Fleiss, Cohen and Everitt, 1969).
"""
import json
import random
from pathlib import Path

import numpy as np
from statsmodels.stats.inter_rater import cohens_kappa

cases = []
for seed in range(24):
    rng = random.Random(seed)
    size = 2 + seed % 3
    matrix = [[rng.randrange(12) + (rng.randrange(60) if i == j else 0) for j in range(size)] for i in range(size)]
    if seed % 5 == 4:
        matrix[0] = [0] * size
    result = cohens_kappa(np.array(matrix))
    cases.append(dict(counts=matrix, kappa=float(result.kappa), error=float(result.std_kappa)))
Path(__file__).with_name("kappa-interval.json").write_text(json.dumps({"cases": cases}) + "\n")
