"""The data that an assignment serves to submissions: drawn or real, the same for every student."""

from __future__ import annotations

import io
import re
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .assignment_file import DataTable
from .course import Assignment
from .errors import AssignmentError
from .submission import Submission

Array = NDArray[np.generic]
Parts = dict[str, Array]

ASKS = re.compile(
    r"keras|tensorflow|torchvision|sklearn|urllib|requests|wget|gdown|mnist|cifar|fashion"
    r"|\.(?:hdf5|h5|npz|npy|pkl|gz|csv)\b|ubyte|open\s*\(",
    re.IGNORECASE,
)
"""What the text of a submission that wants data holds."""

LIBRARIES = {
    "h5py": "h5py",
    "matplotlib": "matplotlib.pyplot",
    "pylab": "pylab",
    "pandas": "pandas",
}
"""Libraries that take long to import, and which module of them does it."""


def libraries(submission: Submission, allowed: Collection[str] | None = None) -> list[str]:
    """Return the slow modules that a submission is going to import, of those that it may."""
    names = {name.split(".")[0] for source in submission.sources for name in source.imports}
    if allowed is not None:
        names &= set(allowed)
    return sorted({LIBRARIES[name] for name in names & LIBRARIES.keys()})


def data_for(assignment: Assignment, submission: Submission) -> bytes | None:
    """Return the data sets to serve to a submission, None where it does not ask for any.

    Raises
    ------
    AssignmentError
        If the assignment names real files that cannot be read.
    """
    table = assignment.file.data
    if not any(ASKS.search(cell.source) for cell in submission.texts):
        return None
    # Digits are what most ask for, under many names; the others are asked for by their own.
    wanted = tuple(
        (name, source)
        for name, source in table.sets.items()
        if name == "mnist" or any(name[:5] in cell.source.lower() for cell in submission.texts)
    )
    return _packed(table, wanted, assignment.folder) if wanted else None


@lru_cache(maxsize=4)
def _packed(table: DataTable, wanted: tuple[tuple[str, str], ...], folder: Path) -> bytes:
    arrays: dict[str, Array] = {}
    for name, source in wanted:
        parts = _drawn(name, table) if source == "drawn" else _real(name, folder / source, table)
        arrays |= {f"{name}/{part}": array for part, array in parts.items()}
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    return packed.getvalue()


def _drawn(name: str, table: DataTable) -> Parts:
    from reference import drawing  # only where data is served

    draw = {
        "mnist": drawing.drawn_digits,
        "fashion_mnist": drawing.drawn_garments,
        "cifar10": drawing.drawn_objects,
    }[name]
    x, y = draw(table.train + table.test, np.random.default_rng(table.seed))
    n = table.train
    return {"x_train": x[:n], "y_train": y[:n], "x_test": x[n:], "y_test": y[n:]}


def _real(name: str, path: Path, table: DataTable) -> Parts:
    from reference.datasets import DataError, load

    try:
        found = load(name, path)
    except (DataError, OSError, ValueError) as error:
        raise AssignmentError(f"[data] {name}: {error}") from error
    rng = np.random.default_rng(table.seed)
    parts: Parts = {}
    for part, n in (("train", table.train), ("test", table.test)):
        x, y = getattr(found, f"x_{part}"), getattr(found, f"y_{part}")
        if n > len(x):
            raise AssignmentError(f"[data] {name}: {part} is {n:,}, and there are {len(x):,}")
        chosen = np.sort(rng.choice(len(x), n, replace=False)) if n < len(x) else np.arange(n)
        parts |= {f"x_{part}": x[chosen], f"y_{part}": y[chosen]}
    return parts
