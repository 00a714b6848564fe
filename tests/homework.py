"""A right solution to backprop_mse in parts, so that a test can spoil one of them."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from grader.results import Quantity, Result

IMPORTS = "import numpy as np"

SIGMOID = """
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
"""

FORWARD = """
def forward_propagation(X, weights):
    Z1 = X @ weights['W1'].T + weights['b1']
    H = sigmoid(Z1)
    Z2 = H @ weights['W2'] + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1
"""

BACKWARD = """
def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = np.sum((Y - Y_T) ** 2) / (2 * N)
    dLdZ2 = (Y - Y_T) / N * Y * (1 - Y)
    dLdW2 = H.T @ dLdZ2
    dLdb2 = np.sum(dLdZ2)
    dLdZ1 = np.outer(dLdZ2, weights['W2']) * H * (1 - H)
    dLdW1 = dLdZ1.T @ X
    dLdb1 = dLdZ1.sum(axis=0)
    return {'W1': dLdW1, 'b1': dLdb1, 'W2': dLdW2, 'b2': dLdb2}, L
"""

SOLUTION = (IMPORTS, SIGMOID, FORWARD, BACKWARD)


LONE: dict[str, Any] = {
    "programs": [{"module": "__main__", "package": "", "path": "a.ipynb", "folder": ""}],
    "siblings": {},
    "salvage": True,
    "pictures": False,
    "real": (),
    "allowed": None,
    "refuse": False,
    "output": 20_000,
    "returned": 2**26,
}
"""What a worker is told of a notebook that comes alone."""


def with_backward(old: str, new: str) -> tuple[str, ...]:
    """Return the solution's cells, one piece of back_propagation replaced."""
    assert old in BACKWARD
    return (IMPORTS, SIGMOID, FORWARD, BACKWARD.replace(old, new))


def with_forward(old: str, new: str) -> tuple[str, ...]:
    """Return the solution's cells, one piece of forward_propagation replaced."""
    assert old in FORWARD
    return (IMPORTS, SIGMOID, FORWARD.replace(old, new), BACKWARD)


def notebook(cells: Iterable[str], **metadata: Any) -> dict[str, Any]:
    """Return a notebook as JSON data; it names no assignment unless `metadata` does."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": metadata,
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": {},
                "outputs": [],
                "source": source.strip("\n").splitlines(keepends=True),
            }
            for source in cells
        ],
    }


def write_notebook(path: Path, cells: Iterable[str], **metadata: Any) -> Path:
    """Write a notebook and return its path."""
    path.write_text(json.dumps(notebook(cells, **metadata)), encoding="utf-8")
    return path


def quantities(result: Result) -> dict[str, Quantity]:
    """Return the quantities of all checks by name."""
    return {q.name: q for check in result.checks for q in check.quantities}


def verdicts(result: Result) -> dict[str, str]:
    """Return the verdict of each quantity."""
    return {name: q.verdict for name, q in quantities(result).items()}


def assert_linear(work: Callable[[int], object], size: int, eight_times: int) -> None:
    """Assert that work of eight times the size takes some 8 times as long, and not 64 times.

    Each is taken by its fastest run so far: a busy machine slows single ones down.
    """
    assert eight_times == 8 * size
    least = {size: math.inf, eight_times: math.inf}
    for _ in range(4):
        for n in least:
            started = time.process_time()
            work(n)
            least[n] = min(least[n], time.process_time() - started)
        if least[eight_times] < 24 * max(least[size], 0.01):
            return
    raise AssertionError(
        f"{least[size]:.3f} s, and {least[eight_times]:.3f} s for eight times that"
    )
