"""What every known mistake, and every pair of them, gives: computed when a fixture is built.

A fixture keeps it so that a machine without the worked solution can diagnose too
(`grader.explain_stored`).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import h5py
import numpy as np

from reference.worked import Replacement, WorkedSolution

from .explain import NOTHING, Causes, Known, comparable
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
            if values is None:
                rows[quantity].append(-1)
                continue
            value = comparable(np.asarray(values[quantity], dtype=np.float64))
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
    file.create_dataset("known", data=np.frombuffer(text, dtype=np.uint8))


def write_outcomes(group: h5py.Group, outcomes: Mapping[str, Outcomes]) -> None:
    """Write what mistakes give on one case into its group."""
    place = group.create_group("outcomes", track_order=True)
    for quantity, one in outcomes.items():
        part = place.create_group(quantity)
        part.attrs["shapes"] = json.dumps(one.shapes)
        part.create_dataset("row", data=one.row.astype("<i2"), compression="gzip")
        part.create_dataset("prints", data=one.prints, compression="gzip", shuffle=True)


def read_stored(files: Iterable[h5py.File]) -> Stored | None:
    """Read what fixtures hold for diagnosing, from files that are open; None if nothing."""
    known: dict[str, StoredMistake] = {}
    needs: dict[str, tuple[str, ...]] = {}
    outcomes: dict[str, dict[str, Outcomes]] = {}
    for file in files:
        content = json.loads(file["known"][()].tobytes())
        known = {entry["id"]: StoredMistake(**entry) for entry in content["known"]}
        needs = {quantity: tuple(names) for quantity, names in content["needs"].items()}
        for name, group in file["cases"].items():
            outcomes[name] = {
                quantity: Outcomes(
                    part["row"][()].astype(np.int64),
                    part["prints"][()],
                    [tuple(shape) for shape in json.loads(part.attrs["shapes"])],
                )
                for quantity, part in group["outcomes"].items()
            }
    return Stored(known, sets_of(known.values()), needs, outcomes) if known else None
