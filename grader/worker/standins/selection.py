"""Splitting and shuffling as scikit-learn does it, with the same rows for the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def train_test_split(
    *arrays: Any,
    test_size: Any = None,
    train_size: Any = None,
    random_state: Any = None,
    shuffle: bool = True,
    stratify: Any = None,
) -> list[Any]:
    """Return each array's training and test rows, in turn."""
    if not arrays:
        raise ValueError("At least one array required as input")
    n = _common_length(arrays)
    n_train, n_test = _sizes(n, test_size, train_size)
    if not shuffle:
        if stratify is not None:
            raise ValueError("Stratified train/test split is not implemented for shuffle=False")
        train, test = np.arange(n_train), np.arange(n_train, n_train + n_test)
    elif stratify is not None:
        train, test = _stratified(stratify, n_train, n_test, generator(random_state))
    else:
        order = generator(random_state).permutation(n)
        train, test = order[n_test : n_test + n_train], order[:n_test]
    return [taken for array in arrays for taken in (_take(array, train), _take(array, test))]


def shuffle(*arrays: Any, random_state: Any = None, n_samples: int | None = None) -> Any:
    """Return the arrays with their rows in one new order."""
    if not arrays:
        return None
    order = np.arange(_common_length(arrays))
    generator(random_state).shuffle(order)
    taken = [_take(array, order[:n_samples]) for array in arrays]
    return taken[0] if len(taken) == 1 else taken


def generator(random_state: Any) -> Any:
    """Return the `RandomState` that a seed, None or a generator means."""
    if random_state is None or random_state is np.random:
        return np.random.mtrand._rand
    if isinstance(random_state, int | np.integer):
        return np.random.RandomState(random_state)
    return random_state


def _common_length(arrays: tuple[Any, ...]) -> int:
    lengths = [array.shape[0] if hasattr(array, "shape") else len(array) for array in arrays]
    if len(set(lengths)) > 1:
        raise ValueError(f"Found input variables with inconsistent numbers of samples: {lengths}")
    return int(lengths[0])


def _sizes(n: int, test_size: Any, train_size: Any) -> tuple[int, int]:
    """Return the numbers of training and test rows; a float is a share, rounded apart."""
    for name, size in (("test_size", test_size), ("train_size", train_size)):
        share = isinstance(size, float | np.floating)
        if size is not None and not (0 < size < 1 if share else 0 < size <= n):
            raise ValueError(
                f"{name}={size} should be either positive and smaller than the number of samples "
                f"{n} or a float in the (0, 1) range"
            )
    if test_size is None and train_size is None:
        test_size = 0.25
    test, train = _count(n, test_size, np.ceil), _count(n, train_size, np.floor)
    if test is None:
        test = n - (train or 0)
    if train is None:
        train = n - test
    if train + test > n:
        raise ValueError(
            f"The sum of train_size and test_size = {train + test}, should be smaller than the "
            f"number of samples {n}. Reduce test_size and/or train_size."
        )
    if train == 0:
        raise ValueError(f"With n_samples={n} the resulting train set will be empty.")
    return train, test


def _count(n: int, size: Any, rounded: Any) -> int | None:
    if size is None:
        return None
    return int(rounded(size * n)) if isinstance(size, float | np.floating) else int(size)


def _take(array: Any, rows: Array) -> Any:
    if hasattr(array, "iloc"):  # pandas
        return array.iloc[rows]
    if hasattr(array, "shape"):
        return array[rows]
    return [array[row] for row in rows]


def _stratified(labels: Any, n_train: int, n_test: int, rng: Any) -> tuple[Array, Array]:
    """Return training and test rows with the classes in their shares; draws as scikit-learn."""
    y = np.asarray(labels)
    if y.ndim == 2:  # rows count as classes: one-hot labels
        y = np.array([" ".join(row.astype(str)) for row in y])
    classes, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    if counts.min() < 2:
        raise ValueError(
            "The least populated class in y has only 1 member, which is too few. The minimum "
            "number of groups for any class cannot be less than 2."
        )
    for name, size in (("train_size", n_train), ("test_size", n_test)):
        if size < len(classes):
            raise ValueError(
                f"The {name} = {size} should be greater or equal to the number of classes = "
                f"{len(classes)}"
            )
    members = np.split(np.argsort(codes, kind="stable"), np.cumsum(counts)[:-1])
    in_train = _apportion(counts, n_train, rng)
    in_test = _apportion(counts - in_train, n_test, rng)
    train, test = [], []
    for rows, a, b in zip(members, in_train, in_test, strict=True):
        order = rows[rng.permutation(len(rows))]
        train.extend(order[:a])
        test.extend(order[a : a + b])
    return rng.permutation(train), rng.permutation(test)


def _apportion(counts: Array, draws: int, rng: Any) -> Array:
    """Return how many of each class to draw; the largest remainders are rounded up."""
    exact = counts / counts.sum() * draws
    floors: Array = np.floor(exact)
    missing = int(draws - floors.sum())
    remainders = exact - floors
    for value in np.sort(np.unique(remainders))[::-1]:
        if missing <= 0:
            break
        (tied,) = np.where(remainders == value)
        chosen = rng.choice(tied, size=min(len(tied), missing), replace=False)
        floors[chosen] += 1
        missing -= len(chosen)
    return np.asarray(floors, int)
