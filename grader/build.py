"""Builds fixtures from a worked solution, and verifies that they still agree with it.

For each quantity of each case three figures are measured, all as a share of the array's largest
entry:

noise
    The largest effect of rounding in float64: every step's result is disturbed at random by one
    unit in the last place (Monte Carlo arithmetic: D. S. Parker, UCLA CSD-970002, 1997), which
    covers other orders of summation too.
noise32
    The worked solution in float32 against float64.
nearest
    The smallest effect that any known mistake has on this quantity.

The tolerance stands between: well above the noise, well below the nearest mistake. Where there is
no room, the build fails.
"""

from __future__ import annotations

import copy
import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.worked import Case, WorkedSolution

from .closeness import FLOOR
from .course import Assignment
from .errors import AssignmentError, FixtureError
from .explain_stored import Outcomes
from .fixtures import (
    FILES,
    new_file,
    read_expected,
    read_inputs,
    seal,
    worked_sha256,
    write_case,
)
from .outcomes import outcomes_of, write_known, write_outcomes
from .sandbox.wire import DTYPES
from .worked_solutions import blamed_on, load_worked, needs_no_fixture, requirements_of

DRAWS = 8
NOISE_MARGIN = 20.0  # the tolerance is at least so many times the noise,
MISTAKE_MARGIN = 10.0  # and the nearest mistake at least so many times the tolerance
LEAST = 1e-9
MOST = 0.01  # what is out by more is wrong, whatever the rounding

QUANTITIES = frozenset({"f8", "f4", *(f"{sign}{size}" for sign in "iu" for size in (1, 2, 4, 8))})


def build(assignment: Assignment) -> list[Path]:
    """Write the fixtures of an assignment and return their paths.

    Everything is computed and written beside the old files before one of those is replaced, so
    that a build that fails leaves what was there. Where nothing has an expected value, there is
    nothing to write.
    """
    if needs_no_fixture(assignment, requirements_of(assignment)):
        return []
    solution, cases = load_worked(assignment)
    _require_same_cases(assignment, cases, load_worked(assignment)[1])
    graded = [q for q in solution.quantities if q in _graded(assignment)]
    sha = worked_sha256(assignment.worked_path)
    computed = {case.name: _compute(assignment, solution, case, graded) for case in cases}
    written = {
        assignment.fixtures / f"{part}.h5": assignment.fixtures / f".{part}.h5.new"
        for part, hidden in FILES.items()
        if any(case.public != hidden for case in cases)
    }
    try:
        for path, new in written.items():
            chosen = [case for case in cases if case.public != FILES[path.stem]]
            with new_file(new, path.stem, assignment.name, sha) as file:
                write_known(file, solution)
                for case in chosen:
                    one = computed[case.name]
                    parts = (one.inputs, one.expected, one.measured, one.sizes)
                    write_outcomes(write_case(file, case.name, *parts), one.outcomes)
            seal(new)
        for path, new in written.items():
            os.replace(new, path)  # noqa: PTH105  # says at once that it replaces
    finally:
        for new in written.values():
            new.unlink(missing_ok=True)
    for part in FILES:
        if assignment.fixtures / f"{part}.h5" not in written:
            (assignment.fixtures / f"{part}.h5").unlink(missing_ok=True)
    return list(written)


def _graded(assignment: Assignment) -> set[str]:
    return {name for points in assignment.file.points.values() for name in points}


def _require_same_cases(
    assignment: Assignment, cases: Sequence[Case], again: Sequence[Case]
) -> None:
    """Refuse cases that are drawn anew each time: nothing could verify them."""
    for one, other in itertools.zip_longest(cases, again):
        if one is None or other is None or one.name != other.name:
            raise AssignmentError(f"{assignment.worked_path}: the cases are others each time")
        first, second = _inputs_of(assignment, one), _inputs_of(assignment, other)
        for key, value in first.items():
            other_value = second.get(key, np.empty(0))
            same_kind = (value.dtype, value.shape) == (other_value.dtype, other_value.shape)
            if not same_kind or value.tobytes() != other_value.tobytes():
                raise AssignmentError(
                    f"{assignment.worked_path}: case {one.name}: the input {key} is another one "
                    "each time; draw it from np.random.default_rng(seed)"
                )


def _inputs_of(assignment: Assignment, case: Case) -> dict[str, NDArray[Any]]:
    """Return a case's inputs as arrays of a kind that can be kept and handed to a student."""
    inputs = {}
    for key, value in case.inputs.items():
        where = f"{assignment.worked_path}: case {case.name}: the input {key}"
        with blamed_on(assignment.worked_path, f"case {case.name}: the input {key}"):
            array = np.asarray(value)
        if array.dtype.newbyteorder("<").str not in DTYPES:
            raise AssignmentError(
                f"{where} is {_kind(value)}; an input is a number or an array of numbers"
            )
        inputs[key] = array
    return inputs


def _kind(value: Any) -> str:
    array = np.asarray(value)
    kind = type(value).__name__
    return f"an array of dtype {array.dtype}" if isinstance(value, np.ndarray) else f"a {kind}"


def verify(assignment: Assignment) -> list[str]:
    """Recompute the fixtures and return what differs, in sentences; empty if nothing does."""
    if needs_no_fixture(assignment, requirements_of(assignment)):
        return []
    solution, cases = load_worked(assignment)
    stored = read_inputs(assignment.fixtures, assignment.worked_path)
    expected = {case.name: case for case in read_expected(assignment.fixtures, stored)}
    found = []
    if list(stored) != [c.name for c in sorted(cases, key=lambda c: not c.public)]:
        found.append(f"the cases are {', '.join(stored)}; worked.py has other ones")
    for case in cases:
        if case.name not in stored:
            continue
        for key, value in case.inputs.items():
            if not np.array_equal(np.asarray(value), np.asarray(stored[case.name].get(key))):
                found.append(f"case {case.name}: the input {key} differs")
        with blamed_on(assignment.worked_path, f"case {case.name}"):
            values = solution.run(stored[case.name])
        for key in solution.quantities:
            have = expected[case.name].values.get(key)
            scale = float(np.max(np.abs(values[key]), initial=0.0)) or 1.0
            # Another machine's BLAS may sum in another order, so equal means equal but for that.
            if have is None or not np.allclose(have, values[key], rtol=0, atol=1e-12 * scale):
                found.append(f"case {case.name}: the expected {key} differs")
    return found


Values = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class _Computed:
    """What a fixture holds of one case."""

    inputs: Mapping[str, NDArray[Any]]
    expected: Values
    measured: Mapping[str, Mapping[str, Any]]
    sizes: Mapping[str, int]
    outcomes: Mapping[str, Outcomes]


def _compute(
    assignment: Assignment, solution: WorkedSolution, case: Case, graded: Sequence[str]
) -> _Computed:
    with blamed_on(assignment.worked_path, f"case {case.name}"):
        inputs = _inputs_of(assignment, case)
        expected = _expected(assignment, solution, case)
        noise = _rounding_noise(solution, case, expected)
        noise32 = _float32_noise(solution, case, expected)
        nearest = _nearest_mistakes(solution, case, expected)
        sizes = solution.sizes_of(case.inputs)
        outcomes = outcomes_of(solution, case.inputs, graded)
    measured = {}
    for key in expected:
        tolerance = max(LEAST, NOISE_MARGIN * max(noise[key], noise32[key]))
        distance, mistake = nearest.get(key, (None, None))
        measured[key] = {
            "tolerance": tolerance,
            "noise": noise[key],
            "noise32": noise32[key],
            "nearest": distance,
            "nearest_mistake": mistake,
        }
    for key in graded:
        where = f"{assignment.name}, case {case.name}"
        _require_room(where, key, measured[key])
    return _Computed(inputs, expected, measured, sizes, outcomes)


def _expected(assignment: Assignment, solution: WorkedSolution, case: Case) -> Values:
    """Return the quantities of the worked solution, which has to give the same ones twice."""
    where = f"{assignment.worked_path}: case {case.name}"
    # Copies: a step may return an input that it has changed in place, and would change again.
    values = {key: copy.deepcopy(value) for key, value in solution.run(case.inputs).items()}
    again = solution.run(case.inputs)
    expected = {}
    for key in solution.quantities:
        array = np.asarray(values[key])
        if array.dtype.str.lstrip("<>|=") not in QUANTITIES:
            raise AssignmentError(
                f"{where}: {key} is {_kind(values[key])}; a quantity is a number or an array of "
                "dtype float64, float32 or an integer"
            )
        expected[key] = np.asarray(array, np.float64)
        if not np.isfinite(expected[key]).all():
            raise AssignmentError(f"{where}: {key} is not finite")
        if not np.array_equal(array, np.asarray(again[key])):
            raise AssignmentError(
                f"{where}: {key} is another one each time that it is computed; draw random numbers "
                "from a generator with a seed, and change no input in place"
            )
    return expected


def _require_room(where: str, key: str, measured: Mapping[str, Any]) -> None:
    """Refuse a tolerance that would let what is wrong pass; with this one zeros never do."""
    tolerance, noise, noise32 = (measured[figure] for figure in ("tolerance", "noise", "noise32"))
    if max(tolerance, FLOOR * noise) > MOST:
        raise FixtureError(
            f"{where}: {key} is lost in rounding: that alone changes it by {noise:.1e} of its "
            f"largest entry in float64 and by {noise32:.1e} in float32, so that the tolerance "
            f"would be {max(tolerance, FLOOR * noise):.1e}, and {MOST:.0%} is the most; choose "
            "inputs in which less cancels, or do not grade it"
        )
    distance, mistake = measured["nearest"], measured["nearest_mistake"]
    if distance is not None and distance < MISTAKE_MARGIN * tolerance:
        raise FixtureError(
            f"{where}: no tolerance for {key} stands between its rounding noise "
            f"({noise32:.1e} in float32) and the mistake {mistake} ({distance:.1e}); choose "
            "inputs on which that mistake shows, or in which less cancels"
        )


def _distance(value: Any, expected: NDArray[np.float64]) -> float:
    """Return the largest difference as a share of the largest expected entry."""
    largest = float(np.max(np.abs(expected), initial=0.0)) or 1.0
    got = np.asarray(value, np.float64)
    if got.shape != expected.shape or not np.isfinite(got).all():
        return float("inf")
    return float(np.max(np.abs(got - expected), initial=0.0)) / largest


def _rounding_noise(solution: WorkedSolution, case: Case, expected: Values) -> dict[str, float]:
    eps = float(np.finfo(np.float64).eps)
    noise = dict.fromkeys(expected, eps)
    for seed in range(DRAWS):
        rng = np.random.default_rng(seed)
        values = _run_disturbed(solution, case, rng, eps)
        for key in expected:
            noise[key] = max(noise[key], _distance(values[key], expected[key]))
    return noise


def _run_disturbed(
    solution: WorkedSolution, case: Case, rng: np.random.Generator, eps: float
) -> dict[str, Any]:
    """Run the steps one after the other, disturbing each result in its last place."""
    given: dict[str, Any] = {}
    for key in solution.quantities:
        value = np.asarray(solution.run(case.inputs, given=given, wanted=[key])[key])
        given[key] = value * (1 + eps * rng.uniform(-1, 1, value.shape))
    return given


def _float32_noise(solution: WorkedSolution, case: Case, expected: Values) -> dict[str, float]:
    inputs = {key: _as_float32(value) for key, value in case.inputs.items()}
    with np.errstate(all="ignore"):  # what overflows is infinitely far away
        values = solution.run(inputs)
    eps = float(np.finfo(np.float32).eps)
    return {key: max(eps, _distance(values[key], expected[key])) for key in expected}


def _as_float32(value: Any) -> Any:
    array = np.asarray(value)
    return array.astype(np.float32)[()] if array.dtype == np.float64 else value


def _nearest_mistakes(
    solution: WorkedSolution, case: Case, expected: Values
) -> dict[str, tuple[float, str]]:
    """Return for each quantity the known mistake that changes it least, but does change it.

    One that leaves a quantity as it is but for rounding does not show there; other cases and
    quantities have to show it.
    """
    nearest: dict[str, tuple[float, str]] = {}
    for mistake in solution.mistakes:
        try:
            with np.errstate(all="ignore"):
                values = solution.run(case.inputs, replace=[mistake])
                distances = {key: _distance(values[key], expected[key]) for key in expected}
        except Exception:  # a mistake that does not fit the shapes of this case
            continue
        for key, distance in distances.items():
            if distance > 1e-12 and distance < nearest.get(key, (np.inf, ""))[0]:
                nearest[key] = (distance, mistake.id)
    return nearest
