"""Loads an assignment's worked.py, and holds assignment.toml and the requirements against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reference.worked import Case, WorkedSolution, WorkedSolutionError

from .checks import Check
from .course import Assignment, load_module
from .errors import AssignmentError, GradelabError
from .fixtures import fixture_files, read_diagnosis
from .requirements import Requirement


def requirements_of(
    assignment: Assignment, checks: Iterable[Check] | None = None
) -> dict[str, Requirement]:
    """Return what quantities without an expected value have to satisfy.

    Parameters
    ----------
    checks : iterable of Check, optional
        Those of checks.py, where it is loaded already.
    """
    path = assignment.folder / "checks.py"
    if checks is None:  # fixtures can be built before there are checks
        checks = assignment.load_checks() if path.is_file() else ()
    found: dict[str, Requirement] = {}
    for check in checks:
        for quantity, requirement in check.requires.items():
            if quantity not in assignment.file.points[check.name]:
                raise AssignmentError(
                    f"{path}: {check.name} requires something of {quantity}, and [points] of "
                    "assignment.toml does not have that quantity in this check"
                )
            found[quantity] = requirement
    loss = assignment.file.loss
    named = () if loss is None else (loss.quantity, *loss.gradients)
    _require(assignment, "loss", set(named) & set(found), "has a requirement instead of a value")
    return found


def needs_no_fixture(assignment: Assignment, required: Collection[str]) -> bool:
    """Whether nothing has an expected value, so that there is one case without inputs."""
    there = assignment.worked_path.is_file() or bool(fixture_files(assignment.fixtures))
    return not there and _graded(assignment) <= set(required)


def load_solution(
    assignment: Assignment, required: Collection[str] | None = None
) -> WorkedSolution:
    """Load an assignment's worked solution alone: drawing its cases takes longer.

    Parameters
    ----------
    required : collection of str, optional
        The quantities with a requirement, where they are known already.
    """
    return _load(assignment, required)[0]


def _load(
    assignment: Assignment, required: Collection[str] | None = None
) -> tuple[WorkedSolution, Any]:
    path = assignment.worked_path
    module = load_module(path, f"gradelab_worked_{assignment.name}")
    solution, cases = getattr(module, "solution", None), getattr(module, "cases", None)
    if not isinstance(solution, WorkedSolution) or cases is None:
        raise AssignmentError(f"{path}: it needs a WorkedSolution `solution` and `cases`")
    with blamed_on(path, "solution"):
        solution.check()
    _require_conventions(assignment, solution)
    required = requirements_of(assignment) if required is None else required
    both = sorted(set(required) & set(solution.quantities))
    if both:
        raise AssignmentError(
            f"{assignment.folder / 'checks.py'}: {', '.join(both)} has a requirement, and "
            "worked.py has a step for it: a quantity has the one or the other"
        )
    known = {*solution.quantities, *required}
    _require_points(assignment, known, "worked.py has no step for, and no check a requirement")
    _require_loss(assignment, solution.inputs)
    return solution, cases


def load_worked(assignment: Assignment) -> tuple[WorkedSolution, list[Case]]:
    """Load an assignment's worked solution and its cases."""
    path = assignment.worked_path
    solution, cases = _load(assignment)
    with blamed_on(path, "cases"):
        made = list(cases() if callable(cases) else cases)
    for case in made:
        if not isinstance(case, Case) or not isinstance(case.inputs, Mapping):
            raise AssignmentError(f"{path}: cases: {case!r:.60} is no Case(name, inputs)")
    names = [case.name for case in made]
    if not names or len(set(names)) != len(names):
        raise AssignmentError(f"{path}: the cases need names, each its own: {', '.join(names)}")
    if not any(case.public for case in made):
        raise AssignmentError(f"{path}: one case at least must be public")
    return solution, made


def require_names(assignment: Assignment) -> None:
    """Hold the names in assignment.toml against worked.py, or where that is not, the fixtures."""
    if assignment.worked_path.is_file():
        load_worked(assignment)
        return
    required = requirements_of(assignment)
    stored = read_diagnosis(assignment.fixtures)
    if stored is not None:
        _require_points(assignment, {*stored.needs, *required}, "the fixtures do not have")


@contextmanager
def blamed_on(path: Path, what: str) -> Iterator[None]:
    """Turn whatever an instructor's file raises into an AssignmentError that names its place."""
    try:
        yield
    except GradelabError:
        raise
    except WorkedSolutionError as error:
        raise AssignmentError(f"{path}: {error}") from error
    except (Exception, SystemExit) as error:
        notes = "".join(f" {note}" for note in getattr(error, "__notes__", ()))
        raise AssignmentError(f"{path}: {what}: {type(error).__name__}: {error}{notes}") from error


def _graded(assignment: Assignment) -> set[str]:
    return {name for points in assignment.file.points.values() for name in points}


def _require_points(assignment: Assignment, quantities: Iterable[str], words: str) -> None:
    _require(assignment, "points", _graded(assignment) - set(quantities), words)


def _require_conventions(assignment: Assignment, solution: WorkedSolution) -> None:
    accepted = {name for group in assignment.file.conventions.values() for name in group}
    known = {convention.id for convention in solution.conventions}
    _require(assignment, "conventions", accepted - known, "is no convention of worked.py")


def _require_loss(assignment: Assignment, inputs: Iterable[str]) -> None:
    loss = assignment.file.loss
    named: Mapping[str, Any] = {} if loss is None else loss.gradients
    _require(assignment, "loss", set(named.values()) - set(inputs), "is no input of worked.py")


def _require(assignment: Assignment, table: str, unknown: set[str], words: str) -> None:
    if unknown:
        raise AssignmentError(
            f"{assignment.folder / 'assignment.toml'}: [{table}] names "
            f"{', '.join(sorted(unknown))}, which {words}"
        )
