"""Files that a submission has written, read in its own process: reading runs its pickles too."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np

MAX_BYTES = 64 * 2**20
MAX_DATASETS = 1_000


def read(folder: str, name: str) -> Any:
    """Return what a file below `folder` holds, as plain a value as its kind allows.

    ``.npz``, ``.h5`` and ``.hdf5``: a dictionary of arrays; ``.npy``: an array; ``.pkl``: whatever
    was pickled; ``.csv``, ``.txt``, ``.json``, ``.md``: text; all others: bytes, as an array of
    uint8.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    """
    path = Path(folder, name)
    if not path.is_file():
        raise FileNotFoundError(f"the submission has written no file {name}")
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"{name} has more than {MAX_BYTES // 2**20} MB")
    match path.suffix.lower():
        case ".npz":
            with np.load(path, allow_pickle=True) as archive:
                return {key: archive[key] for key in archive.files[:MAX_DATASETS]}
        case ".npy":
            return np.load(path, allow_pickle=True)
        case ".h5" | ".hdf5":
            return _hdf5(path)
        case ".pkl" | ".pickle":
            with path.open("rb") as file:
                return pickle.load(file)
        case ".csv" | ".txt" | ".json" | ".md":
            return path.read_text("utf-8", "replace")
    return np.frombuffer(path.read_bytes(), dtype=np.uint8)


def _hdf5(path: Path) -> dict[str, Any]:
    import h5py  # only for those who ask for such a file

    found: dict[str, Any] = {}

    def keep(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and len(found) < MAX_DATASETS:
            found[name] = item[()]

    with h5py.File(path, "r") as file:
        file.visititems(keep)
    return found
