"""Files of labelled images: IDX, .npz, .csv and HDF5, all read into the same form.

That form is ``images`` of uint8, 0 to 255, shape (N, height, width) or (N, height, width, 3), and
``labels`` of int64, shape (N,). What a file must look like is said at the function that reads it.
Whatever is wrong with a file is a `DataError` that names the file.
"""

from __future__ import annotations

import gzip
import math
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]
Labelled = tuple[Images, Labels]

IDX_UINT8 = 0x08


class DataError(ValueError):
    """A data file is missing or wrong; the text says what, where, and what to do."""


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read one array from an IDX file, compressed with gzip or not.

    Parameters
    ----------
    path : Path
        For example ``train-images-idx3-ubyte.gz``.

    Returns
    -------
    ndarray of uint8
        Of the shape that the file declares.

    Raises
    ------
    DataError
        If the file is no IDX file of bytes, or has fewer or more bytes than it declares.

    Notes
    -----
    Two zero bytes, the type of the values (0x08: uint8), the number of axes, the length of each
    axis as a big-endian 32-bit number, then the values, the last axis changing fastest: LeCun,
    Cortes and Burges, The MNIST database of handwritten digits.
    """
    try:
        with _opened(path) as file:
            head = file.read(4)
            if len(head) < 4 or head[:2] != b"\0\0" or head[2] != IDX_UINT8 or not head[3]:
                raise DataError(
                    f"{path}: this is no IDX file of bytes: it begins with {head.hex(' ')!r}, not "
                    "with '00 00 08'. Look whether it is another format or a saved error page."
                )
            lengths = file.read(4 * head[3])
            if len(lengths) < 4 * head[3]:
                raise DataError(_truncated(path, "it ends within its first line"))
            shape = struct.unpack(f">{head[3]}I", lengths)
            size = math.prod(shape)
            # Not read(size): a damaged length must not ask for more memory than the file needs.
            values = file.read()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(_truncated(path, str(error))) from error
    if len(values) < size:
        raise DataError(_truncated(path, f"{len(values)} of {size} bytes for the shape {shape}"))
    if len(values) > size:
        raise DataError(
            f"{path}: {len(values)} bytes follow where the shape {shape} needs {size}. "
            "The file is damaged; get it again."
        )
    return np.frombuffer(values, dtype=np.uint8).reshape(shape).copy()


def read_idx_pair(images: Path, labels: Path) -> Labelled:
    """Read images and their labels from two IDX files; see `read_idx`."""
    return labelled(read_idx(images), read_idx(labels), f"{images} and {labels.name}")


def read_npz(path: Path) -> tuple[Images, Labels, Images, Labels]:
    """Read training and test data from an .npz file with the names that Keras uses.

    Parameters
    ----------
    path : Path
        Holds ``x_train``, ``y_train``, ``x_test`` and ``y_test``.

    Returns
    -------
    x_train, y_train, x_test, y_test : ndarray
        In the form that this module has for all.

    Raises
    ------
    DataError
        If one of the four is missing, or the file is damaged.
    """
    names = ("x_train", "y_train", "x_test", "y_test")
    try:
        # Opened here, because np.load leaves a damaged file open.
        with _present(path).open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            missing = [name for name in names if name not in file]
            if missing:
                raise DataError(
                    f"{path}: there is no {missing[0]!r} in it, only {', '.join(file) or 'nothing'}"
                    f". It must hold {', '.join(names)}."
                )
            arrays = [file[name] for name in names]
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(_truncated(path, str(error))) from error
    train = labelled(arrays[0], arrays[1], f"{path}, x_train and y_train")
    return *train, *labelled(arrays[2], arrays[3], f"{path}, x_test and y_test")


def read_csv(path: Path) -> Labelled:
    """Read a table with one image in each line: its label, then its pixels.

    Parameters
    ----------
    path : Path
        Numbers separated by commas, with or without a line of names above them; it may be
        compressed with gzip.

    Returns
    -------
    images, labels : ndarray
        In the form that this module has for all.

    Raises
    ------
    DataError
        If a line has another length than the first one or holds something else than 0 to 255.
    """
    _present(path)
    try:
        with _opened(path) as file:
            first = file.readline()
        has_names = not first.split(b",")[0].strip().isdigit()
        with _opened(path) as file:
            if not first or (has_names and len(file.readlines(len(first) + 1)) < 2):
                raise EOFError("there is no image in it")
        with _opened(path) as file:
            table = np.loadtxt(file, np.uint8, delimiter=",", skiprows=int(has_names), ndmin=2)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(_truncated(path, str(error))) from error
    except ValueError as error:
        raise DataError(
            f"{path}: {error}. Each line must hold a label and its pixels, whole numbers from 0 to "
            "255; where only the last line is short, the file is truncated: get it again."
        ) from error
    return labelled(table[:, 1:], table[:, 0], str(path))


def read_hdf5(path: Path) -> Labelled:
    """Read an HDF5 file with the datasets ``xdata`` and ``ydata``.

    Parameters
    ----------
    path : Path
        ``xdata`` has shape (N, height * width), uint8 from 0 to 255 or floats from 0 to 1;
        ``ydata`` has shape (N, classes), 1 for the class of the image and 0 elsewhere.

    Returns
    -------
    images, labels : ndarray
        In the form that this module has for all.

    Raises
    ------
    DataError
        If one of the two is missing, or the file is damaged.
    """
    import h5py  # slow to import, and needed for this format only

    try:
        with h5py.File(_present(path), "r") as file:
            missing = [name for name in ("xdata", "ydata") if name not in file]
            if missing:
                raise DataError(
                    f"{path}: there is no {missing[0]!r} in it, only {', '.join(file) or 'nothing'}"
                    ". It must hold the datasets xdata and ydata."
                )
            x, y = file["xdata"][()], file["ydata"][()]
    except (OSError, KeyError, RuntimeError) as error:  # as h5py reports damage
        raise DataError(_truncated(path, str(error))) from error
    return labelled(x, y, str(path))


def labelled(x: NDArray[Any], y: NDArray[Any], where: str) -> Labelled:
    """Return images and labels in the form that this module has for all.

    Parameters
    ----------
    x : ndarray, shape (N, D) or (N, height, width) or (N, height, width, 3)
        Whole numbers from 0 to 255, or floats from 0 to 1. D is the square of a whole number.
    y : ndarray, shape (N,) or (N, 1) or (N, classes)
        Labels, or one-hot rows.
    where : str
        What to call them in an error.

    Returns
    -------
    images : ndarray of uint8, shape (N, height, width) or (N, height, width, 3)
        From 0 to 255.
    labels : ndarray of int64, shape (N,)
        0, 1, ...

    Raises
    ------
    DataError
        If the numbers or the shapes are others.
    """
    images, labels = _pixels(x, where), _classes(y, where)
    if len(images) != len(labels):
        raise DataError(
            f"{where}: {len(images)} images, but {len(labels)} labels. "
            "The files do not belong together, or one of them is damaged."
        )
    return images, labels


def _pixels(x: NDArray[Any], where: str) -> Images:
    if x.ndim == 2 and x.shape[1]:
        side = math.isqrt(x.shape[1])
        if side**2 != x.shape[1]:
            raise DataError(f"{where}: {x.shape[1]} pixels in a row are no square image.")
        x = x.reshape(-1, side, side)
    if x.ndim not in (3, 4) or (x.ndim == 4 and x.shape[3] != 3):
        raise DataError(
            f"{where}: the images have the shape {x.shape}. It must be (N, pixels), "
            "(N, height, width) or (N, height, width, 3)."
        )
    if x.dtype == np.uint8:
        return x
    if x.dtype.kind not in "fiu":
        raise DataError(f"{where}: the pixels are {x.dtype}, no numbers.")
    top = 1 if x.dtype.kind == "f" else 255
    # Written so that a NaN, which is neither smaller nor larger, does not pass.
    if x.size and not (x.min() >= 0 and x.max() <= top):
        raise DataError(
            f"{where}: the pixels go from {x.min()} to {x.max()}. As {x.dtype} they must be from 0 "
            f"to {top}; scale them to that."
        )
    return np.rint(x * 255).astype(np.uint8) if top == 1 else x.astype(np.uint8)


def _classes(y: NDArray[Any], where: str) -> Labels:
    if y.ndim == 2 and y.shape[1] > 1:
        if not np.all((y == 0) | (y == 1)) or not np.all(np.count_nonzero(y, axis=1) == 1):
            raise DataError(f"{where}: not every row of labels has one 1 and zeros besides.")
        y = y.argmax(axis=1)
    if y.ndim > 2 or y.dtype.kind not in "fiu":
        raise DataError(f"{where}: labels of shape {y.shape} and type {y.dtype} are no classes.")
    y = y.reshape(-1)
    if not np.all((y >= 0) & (y == np.floor(y))):
        raise DataError(f"{where}: a label must be a whole number from 0 on.")
    labels: Labels = y.astype(np.int64)
    return labels


def _opened(path: Path) -> IO[bytes]:
    # By content, not by name: browsers unpack and rename what they download.
    with _present(path).open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path)) if packed else path.open("rb")


def _present(path: Path) -> Path:
    if not path.is_file():
        raise DataError(f"{path}: there is no such file.")
    return path


def _truncated(path: Path, what: str) -> str:
    return f"{path}: truncated or damaged ({what}). Get the file again and compare its size."
