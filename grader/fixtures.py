"""Builds, writes, reads and verifies the HDF5 fixtures. docs/fixtures.md describes the file.

Inputs and expected values are read by separate functions, because the grader holds no expected
value while student code runs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from .closeness import Tolerance
from .errors import FixtureError
from .explain_stored import Stored
from .findings import Expected
from .outcomes import read_stored

SCHEMA = "gradelab/fixture/v1"
BLOCK = 512  # bytes before the HDF5 data; it is the least that HDF5 allows
HDF5 = b"\x89HDF\r\n\x1a\n"
FILES = {"public": False, "hidden": True}


def worked_sha256(path: Path) -> str:
    """Return the hash of a worked.py by which a fixture knows what it was built from."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def fixture_files(folder: Path) -> list[Path]:
    """Return the fixture files of an assignment that are there, the public one first."""
    return [folder / f"{name}.h5" for name in FILES if (folder / f"{name}.h5").is_file()]


def read_inputs(folder: Path, worked: Path | None = None) -> dict[str, dict[str, Any]]:
    """Return the inputs of every case, by its name; public cases first.

    Parameters
    ----------
    worked : Path or None
        The worked.py that the fixtures must have been built from, where it is at hand.
    """
    cases: dict[str, dict[str, Any]] = {}
    if not (folder / "public.h5").is_file():
        raise FixtureError(f"{folder}: there is no public.h5 here; {_rebuild(folder)}")
    for path in fixture_files(folder):
        with _opened(path, worked) as file:
            for name, group in _cases(file):
                cases[name] = {key: _plain(v) for key, v in _arrays(group, "inputs").items()}
    return cases


RUN_ALONE: dict[str, dict[str, Any]] = {"run": {}}
"""The one case of an assignment in which nothing has an expected value: it has no inputs."""


def nothing_expected(inputs: Mapping[str, Mapping[str, Any]]) -> list[Expected]:
    """Return cases in which nothing has an expected value."""
    return [Expected(name, False, {}, {}, {}, values) for name, values in inputs.items()]


def read_expected(folder: Path, inputs: Mapping[str, Mapping[str, Any]]) -> list[Expected]:
    """Return the expected quantities of every case, in the order of `read_inputs`.

    Call it only when no student code can run any more.

    Parameters
    ----------
    inputs : mapping
        What `read_inputs` returned.
    """
    found = []
    for path in fixture_files(folder):
        with _opened(path, None) as file:
            for name, group in _cases(file):
                values = _arrays(group, "expected")
                measured = json.loads(group.attrs["measured"])
                sizes = json.loads(group.attrs["sizes"])
                tolerances = {
                    key: Tolerance(*(measured[key][figure] for figure in FIGURES)) for key in values
                }
                hidden = FILES[path.stem]
                found.append(Expected(name, hidden, sizes, values, tolerances, inputs[name]))
    return found


def read_diagnosis(folder: Path) -> Stored | None:
    """Return what the fixtures hold for diagnosing without a worked solution."""
    with ExitStack() as stack:
        paths = fixture_files(folder)
        return read_stored(stack.enter_context(_opened(path, None)) for path in paths)


def read_margins(folder: Path, quantities: Sequence[str]) -> list[dict[str, Any]]:
    """Return what was measured of each quantity on each case when the fixtures were built."""
    margins = []
    for path in fixture_files(folder):
        with _opened(path, None) as file:
            for name, group in _cases(file):
                measured = json.loads(group.attrs["measured"])
                for quantity in quantities:
                    figures = measured[quantity]
                    margins.append(
                        {
                            "quantity": quantity,
                            "case": name,
                            **{key: figures[key] for key in ("noise", "noise32", "tolerance")},
                            "nearest": figures["nearest"],
                            "mistake": figures["nearest_mistake"],
                        }
                    )
    return margins


FIGURES = ("tolerance", "noise", "noise32")  # what the judge uses of what was measured
COMPRESSED = 2048  # numbers from which on an array is compressed; less is not worth HDF5's chunks


def write_case(
    file: h5py.File,
    name: str,
    inputs: Mapping[str, Any],
    expected: Mapping[str, Any],
    measured: Mapping[str, Mapping[str, Any]],
    sizes: Mapping[str, int],
) -> h5py.Group:
    """Add one case to an open fixture and return its group."""
    group = file.create_group(f"cases/{name}", track_order=True)
    group.attrs["sizes"] = json.dumps(dict(sizes), sort_keys=True)
    # One text instead of five attributes for each quantity: HDF5 takes 0.1 ms for an attribute.
    group.attrs["measured"] = json.dumps(measured, sort_keys=True)
    for part, values in (("inputs", inputs), ("expected", expected)):
        place = group.create_group(part, track_order=True)
        for key, value in values.items():
            array = np.asarray(value)
            large = {"compression": "gzip", "shuffle": True} if array.size >= COMPRESSED else {}
            place.create_dataset(key, data=array, **large)
    return group


def new_file(path: Path, part: str, assignment: str, worked: str) -> h5py.File:
    """Create a fixture with its attributes alone; `part` is ``public`` or ``hidden``.

    Once it is written and closed, `seal` it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The newer layout: the index of a compressed array costs 2 kB in the older one.
    file = h5py.File(path, "w", libver="latest", track_order=True, userblock_size=BLOCK)
    file.attrs["schema"] = SCHEMA
    file.attrs["part"] = part
    file.attrs["assignment"] = assignment
    file.attrs["worked_sha256"] = worked
    file.create_group("cases", track_order=True)
    return file


def _rebuild(folder: Path) -> str:
    return f"build it with: gradelab fixtures build {folder.name}"


def seal(path: Path) -> None:
    """Write the hash of a fixture into the block that HDF5 leaves free at its beginning."""
    with path.open("r+b") as file:
        file.seek(BLOCK)
        text = _seal_of(file)
        file.seek(0)
        file.write(text)


def _seal_of(content: BufferedIOBase) -> bytes:
    """Return the first block of a fixture whose file is open behind it.

    The content passes through one small buffer: it is not to lie in memory while students' code
    runs.
    """
    digest = hashlib.file_digest(content, "sha256").hexdigest()
    text = f"gradelab fixture; SHA-256 of what follows: {digest}\n"
    return text.encode().ljust(BLOCK, b"\0")


@contextmanager
def _opened(path: Path, worked: Path | None) -> Iterator[h5py.File]:
    try:
        with path.open("rb") as raw:
            head, wanted = raw.read(BLOCK), _seal_of(raw)
    except OSError as error:
        raise FixtureError(f"{path}: this fixture cannot be read: {error.strerror}") from error
    if head.startswith(HDF5):
        raise FixtureError(
            f"{path}: this HDF5 file is no fixture of gradelab; {_rebuild(path.parent)}"
        )
    # Before HDF5 sees it: a damaged byte can make HDF5 search for ever, or crash.
    if head != wanted:
        raise FixtureError(f"{path}: this fixture is damaged; {_rebuild(path.parent)}")
    try:
        opened = h5py.File(path, "r")
    except OSError as error:  # as where a file system refuses the lock that HDF5 asks for
        raise FixtureError(f"{path}: this fixture cannot be opened: {error}") from error
    with opened as file:
        if file.attrs["schema"] != SCHEMA:
            raise FixtureError(
                f"{path}: this fixture has the schema {file.attrs['schema']}, and this gradelab "
                f"reads {SCHEMA}; {_rebuild(path.parent)}"
            )
        _require_place(path, str(file.attrs["assignment"]), str(file.attrs["part"]))
        if worked is not None and file.attrs["worked_sha256"] != worked_sha256(worked):
            raise FixtureError(
                f"{path}: this fixture was built from another version of {worked}; "
                f"{_rebuild(path.parent)}"
            )
        yield file


def _require_place(path: Path, assignment: str, part: str) -> None:
    """Refuse a fixture that stands where another one belongs."""
    if assignment != path.parent.name:
        raise FixtureError(
            f"{path}: this fixture is for the assignment {assignment}; {_rebuild(path.parent)}"
        )
    if part != path.stem:
        raise FixtureError(
            f"{path}: these are the {part} cases under the name of the {path.stem} ones; "
            f"{_rebuild(path.parent)}"
        )


def _cases(file: h5py.File) -> Iterator[tuple[str, h5py.Group]]:
    for name in file["cases"]:
        yield name, file["cases"][name]


def _arrays(group: h5py.Group, part: str) -> dict[str, NDArray[Any]]:
    return {key: np.asarray(dataset[()]) for key, dataset in group[part].items()}


def _plain(value: NDArray[Any]) -> Any:
    return value.item() if value.shape == () else value
