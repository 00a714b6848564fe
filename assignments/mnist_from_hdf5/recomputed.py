"""The network that a script has left behind, computed once more on the pictures it was given.

A module beside checks.py, which loads it. Nothing in here is the student's but eight arrays.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.results import Failure
from grader.student import Student, StudentFault
from reference.activations import relu, tanh
from reference.datasets import as_rows, drawn_digits, one_hot
from reference.losses import cross_entropy

Array = NDArray[Any]
Network = tuple[Array, ...]

WEIGHTS = ("w1", "b1", "w2", "b2", "w3", "b3", "w4", "b4")
NEW_SEED = 20_260  # for digits that no submission was served


def attempt(ask: Callable[[], Any]) -> Any:
    """Return what `ask` returns; what goes wrong stands in its place, and costs it alone."""
    try:
        return ask()
    except StudentFault as fault:
        return fault.failure


def missing(text: str) -> Failure:
    """Return what stands for a value that is not there."""
    return Failure("missing", text, casual=text)


def parameters(student: Student) -> Network:
    """Return w1, b1, ..., w4, b4 as the script has left them."""
    for names in (WEIGHTS, tuple(name.upper() for name in WEIGHTS)):
        values = [attempt(lambda name=name: getattr(student, name)) for name in names]
        if not any(isinstance(value, Failure) for value in values):
            return _checked(values)
    for name in ("params", "parameters", "weights"):
        kept = attempt(lambda name=name: getattr(student, name))
        if isinstance(kept, dict):
            kept = [kept.get(n, kept.get(n.upper())) for n in WEIGHTS]
        if isinstance(kept, (list, tuple)) and len(kept) == len(WEIGHTS):
            return _checked(kept)
    raise StudentFault(missing("there are no w1, b1, ..., w4, b4 among the global names"))


def _checked(values: Any) -> Network:
    arrays = [np.asarray(v) for v in values if isinstance(v, (np.ndarray, list))]
    if len(arrays) < len(WEIGHTS) or any(a.dtype.kind not in "fiu" for a in arrays):
        raise StudentFault(missing("w1, b1, ..., w4, b4 are not all arrays of numbers"))
    network = tuple(array.astype(np.float64) for array in arrays)
    if not all(np.isfinite(array).all() for array in network):
        n = table()["train"]
        text = (
            "the parameters that the script has left hold nan. If it counts on 60,000 pictures: "
            f"the file has {n:,} while this is graded"
        )
        raise StudentFault(missing(text))
    try:
        _scores(network, np.zeros((1, 784)), tanh)
    except ValueError:
        raise StudentFault(missing("w1, b1, ..., w4, b4 do not fit together")) from None
    return network


def _scores(network: Network, x: Array, activation: Callable[[Array], Array]) -> Array:
    *hidden, (w, b) = zip(network[::2], network[1::2], strict=True)
    for weights, bias in hidden:
        x = activation(x @ weights + bias.reshape(1, -1))
    return x @ w + b.reshape(1, -1)


def evaluated(network: Network, part: str) -> tuple[float, float]:
    """Return loss and accuracy of a network, with that of the activations that fits it better."""
    x, y = pictures()[part]
    made = (_scores(network, x, activation) for activation in (tanh, relu))
    return min(
        (float(cross_entropy(z, y)), float(np.mean(z.argmax(axis=1) == y.argmax(axis=1))))
        for z in made
    )


def table() -> dict[str, Any]:
    """Return `[data]` of assignment.toml: what submissions are served."""
    text = Path(__file__).with_name("assignment.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)["data"]
    return found


@lru_cache(maxsize=1)
def pictures() -> dict[str, tuple[Array, Array]]:
    """Return the pictures that submissions were served, by part, and as many new ones."""
    served_by = table()
    n, n_test = served_by["train"], served_by["test"]
    cut = n * 5 // 6
    served = drawn_digits(n + n_test, np.random.default_rng(served_by["seed"]))
    new = drawn_digits(n_test, np.random.default_rng(NEW_SEED))
    return dict(_parts(served, new, cut, n))


def _parts(served: Any, new: Any, cut: int, n: int) -> Iterator[tuple[str, tuple[Array, Array]]]:
    ends = {"train": slice(0, cut), "valid": slice(cut, n), "test": slice(n, None)}
    for name, rows in ends.items():
        yield name, (as_rows(served[0][rows]), one_hot(served[1][rows], 10))
    yield "new", (as_rows(new[0]), one_hot(new[1], 10))
