"""Data to learn from: found on disk or drawn, cut into parts, and made into rows of numbers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike, NDArray

from .drawing import drawn_digits, drawn_garments, drawn_objects
from .image_files import (
    DataError,
    Images,
    Labelled,
    Labels,
    read_csv,
    read_hdf5,
    read_idx_pair,
    read_npz,
)

__all__ = [
    "DataError",
    "Dataset",
    "as_rows",
    "drawn_digits",
    "drawn_garments",
    "drawn_objects",
    "load",
    "one_hot",
    "split",
]

VARIABLE = "GRADELAB_DATA"
"""The environment variable with the folder in which `load` looks."""

NAMES = ("mnist", "fashion_mnist")


@dataclass(frozen=True)
class Dataset:
    """Labelled images, those to learn from and those to test with.

    Attributes
    ----------
    x_train, x_test : ndarray of uint8, shape (N, height, width) or (N, height, width, 3)
        0 to 255.
    y_train, y_test : ndarray of int64, shape (N,)
        The classes, 0, 1, ...
    """

    x_train: Images
    y_train: Labels
    x_test: Images
    y_test: Labels


def load(name: str, path: str | os.PathLike[str] | None = None) -> Dataset:
    """Read MNIST or Fashion-MNIST from files that are already there; nothing is downloaded.

    Parameters
    ----------
    name : str
        ``"mnist"`` or ``"fashion_mnist"``.
    path : path, optional
        An .npz file, or a folder; by default the folder that the environment variable
        ``GRADELAB_DATA`` names. IDX files have the same names for both, so keep those in folders of
        their own: ``mnist/`` and ``fashion_mnist/``.

    Returns
    -------
    Dataset
        Images of shape (N, 28, 28), in the order of the files.

    Raises
    ------
    DataError
        If there are no such files, or one of them is damaged.
    """
    if name not in NAMES:
        raise DataError(f"There is no data set {name!r}. Known are {', '.join(NAMES)}.")
    place = path if path is not None else os.environ.get(VARIABLE)
    if not place:
        raise DataError(
            f"Where is {name}? Give a path, or set the environment variable {VARIABLE} to the "
            "folder with its files. Without them use drawn_digits, which needs no files."
        )
    place = Path(place)
    if place.is_file():
        return Dataset(*read_npz(place))
    if not place.is_dir():
        raise DataError(f"{place}: there is no such file or folder. Look for {name} elsewhere.")
    for files, read in _candidates(name, place):
        if all(file.is_file() for file in files):
            return Dataset(*read(files))
    raise DataError(
        f"{place}: no {name} in it. Put there {name}.npz, {name}_train.csv and {name}_test.csv, "
        f"{name}_traindata.hdf5 and {name}_testdata.hdf5, or the four IDX files in {name}/."
    )


Arrays = tuple[Images, Labels, Images, Labels]


def _candidates(
    name: str, place: Path
) -> Iterator[tuple[list[Path], Callable[[list[Path]], Arrays]]]:
    """Yield the files that together make the data set, and how to read them."""
    # Fashion-MNIST is spelled in three ways; torchvision keeps its files in <Name>/raw.
    spellings = (name, name.replace("_", "-"), *(["fashion"] if name != "mnist" else []))
    raw = {"mnist": "MNIST/raw", "fashion_mnist": "FashionMNIST/raw"}[name]
    folders = [*(place / spelling for spelling in spellings), place / raw, place]
    for folder in folders:
        for spelling in spellings:
            start = str(folder / spelling)
            yield [Path(f"{start}.npz")], lambda files: read_npz(files[0])
            yield [Path(f"{start}_{part}data.hdf5") for part in ("train", "test")], _both(read_hdf5)
            for end in ("csv", "csv.gz"):
                yield [Path(f"{start}_{part}.{end}") for part in ("train", "test")], _both(read_csv)
        for end in ("", ".gz"):
            yield (
                [
                    folder / f"{part}-{what}-ubyte{end}"
                    for part in ("train", "t10k")
                    for what in ("images-idx3", "labels-idx1")
                ],
                lambda files: (*read_idx_pair(*files[:2]), *read_idx_pair(*files[2:])),
            )


def _both(read: Callable[[Path], Labelled]) -> Callable[[list[Path]], Arrays]:
    return lambda files: (*read(files[0]), *read(files[1]))


def one_hot(
    labels: NDArray[np.integer[Any]], n_classes: int, dtype: DTypeLike = np.float64
) -> NDArray[Any]:
    """Return a row for each label, 1 in the place of its class and 0 elsewhere.

    Parameters
    ----------
    labels : ndarray of int, shape (N,)
        From 0 to n_classes - 1.
    n_classes : int
        How many there are: a batch without the highest class must not make the rows shorter.
    dtype : dtype, optional
        Of the result; float64 by default.

    Returns
    -------
    ndarray, shape (N, n_classes)
        The one-hot rows.

    Raises
    ------
    DataError
        If a label is no class.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise DataError(
            f"Labels must be whole numbers in one row, not {labels.dtype} of shape {labels.shape}."
        )
    if labels.size and not (labels.min() >= 0 and labels.max() < n_classes):
        raise DataError(
            f"Labels from {labels.min()} to {labels.max()} are not all in 0 to {n_classes - 1}."
        )
    rows = np.zeros((len(labels), n_classes), dtype=dtype)
    rows[np.arange(len(labels)), labels] = 1
    return rows


def as_rows(images: Images, dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Return each image as a row of numbers from 0 to 1.

    Parameters
    ----------
    images : ndarray of uint8, shape (N, ...)
        0 to 255.
    dtype : dtype, optional
        Of the result; float64 by default.

    Returns
    -------
    ndarray, shape (N, D)
        D is the number of pixels (times 3 for coloured ones), row after row.
    """
    rows = images.reshape(len(images), -1).astype(dtype)
    rows /= 255
    return rows


def split(
    x: NDArray[Any], y: NDArray[Any], sizes: Sequence[int], rng: Generator | None
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Cut data into parts that have no sample in common.

    Parameters
    ----------
    x, y : ndarray, shape (N, ...)
        Samples and what belongs to them.
    sizes : sequence of int
        How many samples each part gets; together at most N. The rest is left out.
    rng : Generator or None
        Draws the samples without replacement; None takes them in their order.

    Returns
    -------
    list of (x, y)
        One pair for each size.

    Raises
    ------
    DataError
        If there are not so many samples, or x and y differ in length.
    """
    if len(x) != len(y):
        raise DataError(f"split: {len(x)} samples, but {len(y)} labels.")
    if min(sizes, default=0) < 0 or sum(sizes) > len(x):
        raise DataError(f"split: parts of {', '.join(map(str, sizes))} out of {len(x)} samples.")
    order = np.arange(len(x)) if rng is None else rng.permutation(len(x))
    ends = np.cumsum(sizes, dtype=np.intp)
    return [
        (x[chosen], y[chosen])
        for chosen in (order[end - size : end] for size, end in zip(sizes, ends, strict=True))
    ]
