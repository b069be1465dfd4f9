"""
Small `.npy` files written by NumPy itself (made with 2.4.6), as base64 in npy-cases.json.

    python3 tests/oracles/npy.py
"""
import base64
import io
import json
import pathlib

import numpy as np


def saved(array: np.ndarray, version=None) -> str:
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version)
    return base64.b64encode(out.getvalue()).decode()


matrix = np.array([[1.5, -2.25, 3e-30], [0.1, 1e30, -0.0]])
files = {
    "float32": saved(matrix.astype("<f4")),
    "float64": saved(matrix.astype("<f8")),
    "version 1": saved(matrix, (1, 0)),
    "version 2": saved(matrix, (2, 0)),
    "version 3": saved(matrix, (3, 0)),
    "one dimension": saved(np.array([0.25, 0.5], "<f4")),
    "no rows": saved(np.zeros((0, 3), "<f4")),
    "scalar": saved(np.array(2.5)),
    "fortran": saved(np.asfortranarray(matrix)),
    "int64": saved(np.arange(3)),
    "int32": saved(np.array([7, -1], "<i4")),
    "big endian": saved(matrix.astype(">f4")),
    "float16": saved(matrix.astype("<f2")),
    "record": saved(np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")])),
}
here = pathlib.Path(__file__).parent
(here / "npy-cases.json").write_text(json.dumps(files, indent=1) + "\n")
