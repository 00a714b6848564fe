"""Loads an assignment's worked.py, and holds assignment.toml against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reference.worked import Case, WorkedSolution, WorkedSolutionError

from .course import Assignment, load_module
from .errors import AssignmentError, GradelabError
from .fixtures import read_diagnosis


def load_solution(assignment: Assignment) -> WorkedSolution:
    """Load an assignment's worked solution alone: drawing its cases takes longer."""
    return _load(assignment)[0]


def _load(assignment: Assignment) -> tuple[WorkedSolution, Any]:
    path = assignment.worked_path
    module = load_module(path, f"gradelab_worked_{assignment.name}")
    solution, cases = getattr(module, "solution", None), getattr(module, "cases", None)
    if not isinstance(solution, WorkedSolution) or cases is None:
        raise AssignmentError(f"{path}: it needs a WorkedSolution `solution` and `cases`")
    with blamed_on(path, "solution"):
        solution.check()
    _require_conventions(assignment, solution)
    _require_points(assignment, solution.quantities, "worked.py has no step for")
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
    stored = read_diagnosis(assignment.fixtures)
    if stored is not None:
        _require_points(assignment, stored.needs, "the fixtures do not have")


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


def _require_points(assignment: Assignment, quantities: Iterable[str], words: str) -> None:
    graded = {name for points in assignment.file.points.values() for name in points}
    _require(assignment, "points", graded - set(quantities), words)


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
