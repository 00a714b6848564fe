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

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.worked import Case, WorkedSolution

from .course import Assignment
from .errors import AssignmentError, FixtureError
from .fixtures import (
    FILES,
    new_file,
    read_expected,
    read_inputs,
    worked_sha256,
    write_case,
)
from .outcomes import outcomes_of, write_known, write_outcomes
from .worked_solutions import load_worked

DRAWS = 8
NOISE_MARGIN = 20.0  # the tolerance is at least so many times the noise,
MISTAKE_MARGIN = 10.0  # and the nearest mistake at least so many times the tolerance
LEAST = 1e-9


def build(assignment: Assignment) -> list[Path]:
    """Write the fixtures of an assignment and return their paths."""
    solution, cases = load_worked(assignment)
    wanted = {name for points in assignment.file.points.values() for name in points}
    unknown = wanted - set(solution.quantities)
    if unknown:
        raise AssignmentError(
            f"{assignment.folder / 'assignment.toml'}: [points] names "
            f"{', '.join(sorted(unknown))}, which worked.py has no step for"
        )
    sha = worked_sha256(assignment.worked_path)
    # Everything is computed before anything is written: a failing build leaves what was there.
    computed = {case.name: _compute(assignment, solution, case, wanted) for case in cases}
    written = []
    for stem, hidden in FILES.items():
        chosen = [case for case in cases if case.public != hidden]
        path = assignment.fixtures / f"{stem}.h5"
        if not chosen:
            path.unlink(missing_ok=True)
            continue
        with new_file(path, assignment.name, sha) as file:
            write_known(file, solution)
            for case in chosen:
                expected, measured = computed[case.name]
                sizes = solution.sizes_of(case.inputs)
                group = write_case(file, case.name, case.inputs, expected, measured, sizes)
                names = [q for q in solution.quantities if q in wanted]
                write_outcomes(group, outcomes_of(solution, case.inputs, names))
        written.append(path)
    return written


def verify(assignment: Assignment) -> list[str]:
    """Recompute the fixtures and return what differs, in sentences; empty if nothing does."""
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
        values = solution.run(stored[case.name])
        for key in solution.quantities:
            have = expected[case.name].values.get(key)
            scale = float(np.max(np.abs(values[key]), initial=0.0)) or 1.0
            # Another machine's BLAS may sum in another order, so equal means equal but for that.
            if have is None or not np.allclose(have, values[key], rtol=0, atol=1e-12 * scale):
                found.append(f"case {case.name}: the expected {key} differs")
    return found


Measured = dict[str, dict[str, Any]]


def _compute(
    assignment: Assignment, solution: WorkedSolution, case: Case, wanted: Iterable[str]
) -> tuple[dict[str, NDArray[np.float64]], Measured]:
    try:
        values = solution.run(case.inputs)
    except Exception as error:
        raise AssignmentError(
            f"{assignment.worked_path}: case {case.name}: {type(error).__name__}: {error}"
        ) from error
    expected = {key: np.asarray(values[key], np.float64) for key in solution.quantities}
    broken = [key for key, value in expected.items() if not np.isfinite(value).all()]
    if broken:
        raise AssignmentError(
            f"{assignment.worked_path}: case {case.name}: {', '.join(broken)} not finite"
        )
    noise = _rounding_noise(solution, case, expected)
    noise32 = _float32_noise(solution, case, expected)
    nearest = _nearest_mistakes(solution, case, expected)
    measured: Measured = {}
    for key in expected:
        tolerance = max(LEAST, NOISE_MARGIN * max(noise[key], noise32[key]))
        distance, mistake = nearest.get(key, (None, None))
        if key in wanted and distance is not None and distance < MISTAKE_MARGIN * tolerance:
            raise FixtureError(
                f"{assignment.name}, case {case.name}: no tolerance for {key} stands between its "
                f"rounding noise ({noise32[key]:.1e} in float32) and the mistake {mistake} "
                f"({distance:.1e}); choose inputs on which that mistake shows, or in which less "
                "cancels"
            )
        measured[key] = {
            "tolerance": tolerance,
            "noise": noise[key],
            "noise32": noise32[key],
            "nearest": distance,
            "nearest_mistake": mistake,
        }
    return expected, measured


def _distance(value: Any, expected: NDArray[np.float64]) -> float:
    """Return the largest difference as a share of the largest expected entry."""
    largest = float(np.max(np.abs(expected), initial=0.0)) or 1.0
    got = np.asarray(value, np.float64)
    if got.shape != expected.shape or not np.isfinite(got).all():
        return float("inf")
    return float(np.max(np.abs(got - expected), initial=0.0)) / largest


def _rounding_noise(
    solution: WorkedSolution, case: Case, expected: Mapping[str, NDArray[np.float64]]
) -> dict[str, float]:
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


def _float32_noise(
    solution: WorkedSolution, case: Case, expected: Mapping[str, NDArray[np.float64]]
) -> dict[str, float]:
    inputs = {key: _as_float32(value) for key, value in case.inputs.items()}
    values = solution.run(inputs)
    eps = float(np.finfo(np.float32).eps)
    return {key: max(eps, _distance(values[key], expected[key])) for key in expected}


def _as_float32(value: Any) -> Any:
    array = np.asarray(value)
    return array.astype(np.float32)[()] if array.dtype == np.float64 else value


def _nearest_mistakes(
    solution: WorkedSolution, case: Case, expected: Mapping[str, NDArray[np.float64]]
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
        except (ValueError, IndexError, TypeError):  # shapes that do not fit on this case
            continue
        for key in expected:
            distance = _distance(values[key], expected[key])
            if distance > 1e-12 and distance < nearest.get(key, (np.inf, ""))[0]:
                nearest[key] = (distance, mistake.id)
    return nearest
