"""The data files that handouts load, written on demand from arrays in memory.

A shelf knows which names mean which file; nothing is written until one is taken from it. The
layouts are those of the files that courses hand out: LeCun's IDX, Keras' npz, Nielsen's pickle,
the CSV files of Kaggle and the HDF5 of two courses, and the batches of CIFAR-10.
"""

from __future__ import annotations

import gzip
import importlib
import io
import pickle
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# What browsers and file managers add to a name: "mnist_train (1).csv", "train copy.csv".
_DUPLICATE = re.compile(r" ?\(\d+\)(?=\.|$)|[ _-]+copy(?=\.|$)")
_UNFINISHED = re.compile(r"\.(crdownload|part|download)$")


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set of pictures, shared by all workers: hand out copies, never the arrays themselves.

    Parameters
    ----------
    name : str
        ``mnist``, ``fashion_mnist`` or ``cifar10``.
    x_train, x_test : ndarray of uint8, shape (n, 28, 28) or (n, 32, 32, 3)
    y_train, y_test : ndarray of int64, shape (n,)
    """

    name: str
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array

    def part(self, train: bool) -> tuple[Array, Array]:
        """Return pictures and labels of the training or the test part, not copied."""
        return (self.x_train, self.y_train) if train else (self.x_test, self.y_test)


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file on the shelf: its usual name, and how to write it to an open binary file."""

    name: str
    data: str
    write: Callable[[IO[bytes]], None]


class Shelf:
    """The data files that can be made from some data sets, found by name.

    Parameters
    ----------
    sets : mapping of str to DataSet
    """

    def __init__(self, sets: Mapping[str, DataSet]) -> None:
        self._sets = sets
        self._files: dict[str, list[DataFile]] = {}
        self._listed: list[str] = []

    def find(self, path: str) -> DataFile | None:
        """Return the file that the last part of `path` means, or None.

        Where two data sets have files of one name, as MNIST and Fashion-MNIST have, a path that
        says "fashion" means the second.
        """
        self._fill()
        parts = re.split(r"[\\/]", path.rstrip("\\/").lower())
        name = parts[-1]
        files = self._files.get(name) or self._files.get(
            _DUPLICATE.sub("", _UNFINISHED.sub("", name))
        )
        if not files:
            return None
        fashion = any("fashion" in part for part in parts)
        wanted = [file for file in files if (file.data == "fashion_mnist") == fashion]
        return (wanted or files)[0]

    def names(self) -> list[str]:
        """Return the usual names, one spelling of each file."""
        self._fill()
        return list(self._listed)

    def _fill(self) -> None:
        """List the files when they are first asked for: most submissions never ask."""
        if self._files:
            return
        for data in self._sets.values():
            for names, write in _files(data):
                if not any(name in self._files for name in names):
                    self._listed.append(names[0])
                for name in names:
                    file = DataFile(names[0], data.name, write)
                    self._files.setdefault(name.lower(), []).append(file)


def _files(data: DataSet) -> Iterator[tuple[list[str], Callable[[IO[bytes]], None]]]:
    """Yield the spellings of each file's name, the usual one first, with what writes it."""
    if data.name == "cifar10":
        for name, member in _cifar_members(data).items():
            yield [name], partial(_write_made, member)
        yield ["cifar-10-python.tar.gz"], partial(_write_cifar_archive, data)
        return
    stem = data.name
    for train in (True, False):
        part = "train" if train else "test"
        yield [f"{stem}_{part}data.hdf5"], partial(_write_hdf5, data, train)
        table = f"{stem}_{part}.csv"
        if stem == "mnist":
            yield [table], partial(_write_csv, data, train, _places)
            # Kaggle's "Digit Recognizer", whose test part has no labels
            header = partial(_numbered, 0, labelled=train)
            yield [f"{part}.csv"], partial(_write_csv, data, train, header)
        else:
            header = partial(_numbered, 1, labelled=True)
            yield [f"fashion-mnist_{part}.csv", table], partial(_write_csv, data, train, header)
        idx = "train" if train else "t10k"
        for kind, write in (("images-idx3", _write_images), ("labels-idx1", _write_labels)):
            spellings = [f"{idx}-{kind}-ubyte", f"{idx}-{kind.replace('-', '.')}-ubyte"]
            plain = partial(write, data, train)
            yield spellings, plain
            yield [f"{name}.gz" for name in spellings], partial(_write_zipped, plain)
    yield [f"{stem}.npz"], partial(_write_npz, data)
    yield [f"{stem}.pkl"], partial(_write_pickle, data)
    yield [f"{stem}.pkl.gz"], partial(_write_zipped, partial(_write_pickle, data))


def _places() -> list[str]:
    return ["label", *(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))]


def _numbered(first: int, labelled: bool) -> list[str]:
    return [*(["label"] if labelled else []), *(f"pixel{first + i}" for i in range(784))]


def _write_made(make: Callable[[], bytes], file: IO[bytes]) -> None:
    file.write(make())


def _write_zipped(write: Callable[[Any], None], file: IO[bytes]) -> None:
    with gzip.GzipFile("", "wb", 1, file, mtime=0) as zipped:
        write(zipped)


def _write_hdf5(data: DataSet, train: bool, file: IO[bytes]) -> None:
    try:
        h5py = importlib.import_module("h5py")
    except ImportError:
        raise OSError(
            "h5py is not installed where this is graded: no HDF5 file is served"
        ) from None
    x, y = data.part(train)
    with h5py.File(file, "w") as out:  # h5py writes to file objects too
        out["xdata"] = x.reshape(len(x), -1) / 255.0
        out["ydata"] = np.eye(10)[y]


# "0,  ", "1,  " ... "255,": the four bytes of each value as one number, to look all up at once.
_TEXTS = np.frombuffer("".join(f"{value},".ljust(4) for value in range(256)).encode(), np.uint32)


def _write_csv(data: DataSet, train: bool, names: Callable[[], list[str]], file: IO[bytes]) -> None:
    x, y = data.part(train)
    header = names()
    table = x.reshape(len(x), -1)
    if header[0] == "label":
        table = np.hstack([y.astype(np.uint8)[:, None], table])
    file.write((",".join(header) + "\n").encode())
    for row in table:
        file.write(_TEXTS[row].tobytes().replace(b" ", b"")[:-1] + b"\n")


def _write_images(data: DataSet, train: bool, file: IO[bytes]) -> None:
    x, _y = data.part(train)
    file.write(struct.pack(">4i", 2051, *x.shape))
    file.write(x.tobytes())


def _write_labels(data: DataSet, train: bool, file: IO[bytes]) -> None:
    _x, y = data.part(train)
    file.write(struct.pack(">2i", 2049, len(y)))
    file.write(y.astype(np.uint8).tobytes())


def _write_npz(data: DataSet, file: IO[bytes]) -> None:
    labels = {"y_train": data.y_train.astype(np.uint8), "y_test": data.y_test.astype(np.uint8)}
    np.savez(file, allow_pickle=False, x_train=data.x_train, x_test=data.x_test, **labels)


def _write_pickle(data: DataSet, file: IO[bytes]) -> None:
    x, y = _unit(data.x_train), data.y_train
    cut = len(x) - len(x) // 6
    parts = ((x[:cut], y[:cut]), (x[cut:], y[cut:]), (_unit(data.x_test), data.y_test))
    pickle.dump(parts, file, protocol=4)


def _unit(x: Array) -> Array:
    return x.reshape(len(x), -1).astype(np.float32) / np.float32(255)


def _cifar_members(data: DataSet) -> dict[str, Callable[[], bytes]]:
    members: dict[str, Callable[[], bytes]] = {}
    for number in range(5):
        cut = slice(number * len(data.x_train) // 5, (number + 1) * len(data.x_train) // 5)
        label = f"training batch {number + 1} of 5"
        batch = partial(_cifar_batch, data.x_train[cut], data.y_train[cut], label)
        members[f"data_batch_{number + 1}"] = batch
    members["test_batch"] = partial(_cifar_batch, data.x_test, data.y_test, "testing batch 1 of 1")
    members["batches.meta"] = _cifar_meta
    return members


def _cifar_batch(x: Array, y: Array, label: str) -> bytes:
    planes = np.ascontiguousarray(x.transpose(0, 3, 1, 2)).reshape(len(x), -1)
    names = [f"picture_{number:05d}.png" for number in range(len(x))]
    return _python2_pickle(
        {"batch_label": label, "labels": y.tolist(), "data": planes, "filenames": names}
    )


CIFAR10_CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)


def _cifar_meta() -> bytes:
    names = list(CIFAR10_CLASSES)
    return _python2_pickle({"num_cases_per_batch": 10000, "label_names": names, "num_vis": 3072})


def _write_cifar_archive(data: DataSet, file: IO[bytes]) -> None:
    import tarfile  # takes milliseconds, and few ask for it

    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as archive:
        for name, make in _cifar_members(data).items():
            content = make()
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


_Pickler: Any = pickle._Pickler  # the one in Python: how it writes a type can be replaced


class _Python2Pickler(_Pickler):  # type: ignore[misc]
    """Writes text as Python 2 did, so that ``encoding="bytes"`` gives the keys as bytes."""

    dispatch: ClassVar[dict[type, Any]] = dict(_Pickler.dispatch)

    def _save_text(self, value: str | bytes) -> None:
        raw = value.encode("latin-1") if isinstance(value, str) else value
        self.write(pickle.BINSTRING + struct.pack("<i", len(raw)) + raw)
        self.memoize(value)

    dispatch[str] = dispatch[bytes] = _save_text


def _python2_pickle(value: object) -> bytes:
    out = io.BytesIO()
    _Python2Pickler(out, protocol=2).dump(value)
    return out.getvalue()


def write_file(file: DataFile, path: str) -> None:
    """Write a data file so that an interrupted write leaves nothing behind.

    Parameters
    ----------
    file : DataFile
    path : str
        Where to; its folder exists.
    """
    unfinished = Path(f"{path}.unfinished")
    try:
        with unfinished.open("w+b") as out:
            file.write(out)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
