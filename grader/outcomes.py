"""What every known mistake, and every pair of them, gives: computed when a fixture is built.

A fixture keeps it so that a machine without the worked solution can diagnose too
(`grader.explain_stored`).
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from reference.worked import Replacement, WorkedSolution

from .errors import FixtureError
from .explain import NOTHING, Causes, Known
from .explain_stored import Outcomes, Stored, StoredMistake, fingerprint


def sets_of(known: Iterable[Known]) -> tuple[Causes, ...]:
    """Return nothing, each mistake alone, and each pair at different quantities, in order."""
    listed = list(known)
    return (
        NOTHING,
        *(frozenset({one.id}) for one in listed),
        *(
            frozenset({a.id, b.id})
            for a, b in itertools.combinations(listed, 2)
            if a.quantity != b.quantity
        ),
    )


def outcomes_of(
    solution: WorkedSolution, inputs: Mapping[str, Any], wanted: Sequence[str]
) -> dict[str, Outcomes]:
    """Return what each set of mistakes gives for the wanted quantities of one case."""
    known = {r.id: r for r in replacements(solution)}
    rows: dict[str, list[int]] = {q: [] for q in wanted}
    found: dict[str, dict[tuple[tuple[int, ...], bytes], int]] = {q: {} for q in wanted}
    for causes in sets_of(known.values()):
        values = _values(solution, inputs, [known[c] for c in causes], wanted)
        for quantity in wanted:
            value = None if values is None else np.asarray(values[quantity], dtype=np.float64)
            if value is None or not np.isfinite(value).all():
                rows[quantity].append(-1)
                continue
            key = (value.shape, fingerprint(value).tobytes())
            rows[quantity].append(found[quantity].setdefault(key, len(found[quantity])))
    return {
        quantity: Outcomes(
            np.array(rows[quantity]),
            np.array([np.frombuffer(prints) for _, prints in found[quantity]]),
            [shape for shape, _ in found[quantity]],
        )
        for quantity in wanted
    }


def replacements(solution: WorkedSolution) -> tuple[Replacement, ...]:
    """Return the mistakes and the conventions of a worked solution."""
    return (*solution.mistakes, *solution.conventions)


def _values(
    solution: WorkedSolution,
    inputs: Mapping[str, Any],
    made: Sequence[Replacement],
    wanted: Sequence[str],
) -> dict[str, Any] | None:
    try:
        with np.errstate(all="ignore"):
            return solution.run(inputs, replace=made, wanted=wanted)
    except Exception:  # a mistake that does not fit the shapes of this case
        return None


def write_known(file: h5py.File, solution: WorkedSolution) -> None:
    """Write the mistakes and the graph of the worked solution into a fixture."""
    content = {
        "known": [
            {"id": r.id, "quantity": r.quantity, "text": r.text, "hint": r.hint}
            for r in replacements(solution)
        ],
        "needs": {q: list(solution.needs(q)) for q in solution.quantities},
    }
    text = json.dumps(content, ensure_ascii=False).encode()
    known = np.frombuffer(text, dtype=np.uint8)
    file.create_dataset("known", data=known).attrs["sha256"] = digest_of("known", {"": known})


def write_outcomes(group: h5py.Group, outcomes: Mapping[str, Outcomes]) -> None:
    """Write what mistakes give on one case into its group."""
    place = group.create_group("outcomes", track_order=True)
    for quantity, one in outcomes.items():
        part = place.create_group(quantity)
        part.attrs["shapes"] = json.dumps(one.shapes)
        part.create_dataset("row", data=one.row.astype("<i2"), compression="gzip")
        part.create_dataset("prints", data=one.prints, compression="gzip", shuffle=True)
    _, place.attrs["sha256"] = _read_outcomes(place)


def digest_of(*parts: str | Mapping[str, NDArray[Any]]) -> str:
    """Return a hash of texts, and of arrays with their names, dtypes and shapes."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(f"{part}\n".encode())
            continue
        for key, value in part.items():
            digest.update(f"{key} {value.dtype.str} {value.shape}".encode())
            digest.update(value.tobytes())
    return digest.hexdigest()


def read_stored(files: Iterable[tuple[Path, h5py.File]]) -> Stored | None:
    """Read what fixtures hold for diagnosing, from files that are open; None if nothing.

    Raises
    ------
    FixtureError
        If it is damaged.
    """
    known: dict[str, StoredMistake] = {}
    needs: dict[str, tuple[str, ...]] = {}
    outcomes: dict[str, dict[str, Outcomes]] = {}
    for path, file in files:
        text = file["known"][()]
        _require(path, file["known"], digest_of("known", {"": text}))
        content = json.loads(text.tobytes())
        known = {entry["id"]: StoredMistake(**entry) for entry in content["known"]}
        needs = {quantity: tuple(names) for quantity, names in content["needs"].items()}
        for name, group in file["cases"].items():
            outcomes[name], digest = _read_outcomes(group["outcomes"])
            _require(path, group["outcomes"], digest)
    return Stored(known, sets_of(known.values()), needs, outcomes) if known else None


def _read_outcomes(place: h5py.Group) -> tuple[dict[str, Outcomes], str]:
    """Return what mistakes give on one case by quantity, and the hash of all of it."""
    found = {}
    digest = place.name
    for quantity, part in place.items():
        row, prints, shapes = part["row"][()], part["prints"][()], part.attrs["shapes"]
        digest = digest_of(digest, quantity, shapes, {"row": row, "prints": prints})
        sizes = [tuple(shape) for shape in json.loads(shapes)]
        found[quantity] = Outcomes(row.astype(np.int64), prints, sizes)
    return found, digest


def _require(path: Path, place: h5py.Dataset | h5py.Group, digest: str) -> None:
    if place.attrs["sha256"] != digest:
        raise FixtureError(
            f"{path}: {place.name} is damaged; build it with: "
            f"gradelab fixtures build {path.parent.name}"
        )
