"""Loads an assignment's worked.py."""

from __future__ import annotations

from reference.worked import Case, WorkedSolution, WorkedSolutionError

from .course import Assignment, load_module
from .errors import AssignmentError


def load_worked(assignment: Assignment) -> tuple[WorkedSolution, list[Case]]:
    """Load an assignment's worked solution and its cases."""
    path = assignment.worked_path
    module = load_module(path, f"gradelab_worked_{assignment.name}")
    solution, cases = getattr(module, "solution", None), getattr(module, "cases", None)
    if not isinstance(solution, WorkedSolution) or cases is None:
        raise AssignmentError(f"{path}: it needs a WorkedSolution `solution` and `cases`")
    try:
        solution.check()
        made = list(cases() if callable(cases) else cases)
    except WorkedSolutionError as error:
        raise AssignmentError(f"{path}: {error}") from error
    names = [case.name for case in made]
    if not names or len(set(names)) != len(names):
        raise AssignmentError(f"{path}: the cases need names, each its own: {', '.join(names)}")
    if not any(case.public for case in made):
        raise AssignmentError(f"{path}: one case at least must be public")
    return solution, made
