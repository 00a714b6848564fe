"""The whole way from a submission to a `Result`."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from . import __version__, wording
from .assemble import causes_of, checks_of
from .checks import Inputs
from .compare import agrees_with_differences
from .course import Assignment
from .definitions import Definition, line_of, method_of
from .errors import GradelabError, SubmissionError
from .findings import Judgement
from .fixtures import (
    RUN_ALONE,
    fixture_files,
    nothing_expected,
    read_diagnosis,
    read_expected,
    read_inputs,
)
from .interface import Interface, fit, read_adapter
from .judge import Scoring, judge
from .observe import Observations, observe
from .own_gradients import Loss
from .reading import focused
from .replay import Manner
from .requirements import Requirement
from .results import Failure, Isolation, Place, Result, Status, SubmissionFile
from .sandbox.limits import Limits
from .sandbox.parent import WALLS, WarmParent
from .served import data_for, libraries
from .submission import Submission
from .worked_solutions import load_solution, needs_no_fixture, requirements_of


def grade(
    submission: Submission,
    assignment: Assignment,
    parent: WarmParent,
    limits: Limits | None = None,
    adapter: bytes | None = None,
) -> Result:
    """Grade one submission; `parent` is closed before any expected value is read.

    Parameters
    ----------
    limits : Limits, optional
        Instead of the assignment's own.
    adapter : bytes, optional
        An adapter.toml, instead of one that came with the submission.

    Raises
    ------
    GradelabError
        If the assignment or its fixtures are wrong. What the submission does wrong never raises.
    """
    started = time.monotonic()
    limits = limits or assignment.file.limits
    checks = assignment.load_checks()
    quantities = {name: tuple(points) for name, points in assignment.file.points.items()}
    worked = assignment.worked_path if assignment.worked_path.is_file() else None
    required = requirements_of(assignment, checks)
    alone = needs_no_fixture(assignment, required)
    inputs = RUN_ALONE if alone else read_inputs(assignment.fixtures, worked)
    cases = [Inputs(name, values) for name, values in inputs.items()]
    table = assignment.file.loss
    loss = None if table is None else Loss(table.quantity, table.gradients)
    submission = focused(submission, assignment.wanted, assignment.file.run.main)
    likely = _interface(submission, assignment, adapter, submission.everywhere)
    meant = [*likely.names.values(), *(n for some in likely.candidates.values() for n in some)]
    if meant:  # what stands for a name asked for can have a file of its own
        wanted = (*assignment.wanted, *meant)
        submission = focused(submission, wanted, assignment.file.run.main)
    interface = _interface(submission, assignment, adapter, submission.definitions)
    run = assignment.file.run
    manner = Manner(
        limits,
        run.salvage,
        assignment.file.data.installed,
        run.allowed_imports,
        run.forbidden_import,
    )
    # What a check computes from the student's values may overflow, and is no warning to anybody.
    with parent, np.errstate(all="ignore"):
        parent.prepare(libraries(submission, run.allowed_imports), data_for(assignment, submission))
        seen = observe(
            submission,
            checks,
            quantities,
            cases,
            assignment.file.functions,
            parent,
            manner,
            loss,
            interface,
        )
    observed = time.monotonic()
    # Values near the largest number overflow when they are compared, and are wrong all the same.
    with np.errstate(all="ignore"):
        own = _own_gradients(seen, quantities, loss)
        judgement = _judge(assignment, quantities, seen, inputs, loss, own, required)
        checked = checks_of(judgement, {c.name: c.title for c in checks}, assignment.file.points)
        locate = partial(_locate, submission, seen, interface, assignment.file.functions)
        causes = causes_of(judgement, locate, None if loss is None else loss.quantity, own)
    judged = time.monotonic()
    status, message = _status(judgement, limits)
    notes = list(seen.notes)
    if len(fixture_files(assignment.fixtures)) == 1:
        notes.append(wording.public_only())
    return Result(
        assignment=assignment.name,
        title=assignment.file.title,
        submission=SubmissionFile(submission.name, submission.sha256),
        score=round(sum(check.score for check in checked), 6),
        max_score=round(sum(check.max_score for check in checked), 6),
        status=status,
        message=message,
        checks=checked,
        causes=causes,
        notes=tuple(notes),
        cells=seen.cells,
        isolation=_isolation(seen.active),
        environment=environment() | parent.versions,
        seconds={
            "running": round(observed - started, 3),
            "judging": round(judged - observed, 3),
        },
    )


def _judge(
    assignment: Assignment,
    quantities: dict[str, tuple[str, ...]],
    seen: Observations,
    inputs: dict[str, dict[str, Any]],
    loss: Loss | None,
    own: dict[str, bool],
    required: dict[str, Requirement],
) -> Judgement:
    alone = needs_no_fixture(assignment, required)
    expected = nothing_expected(inputs) if alone else read_expected(assignment.fixtures, inputs)
    by_quantity = {
        name: {case: values[name] for case, values in seen.values[check].items()}
        for check, names in quantities.items()
        for name in names
    }
    has_solution = assignment.worked_path.is_file()
    solution = partial(load_solution, assignment, required) if has_solution else None
    stored = partial(read_diagnosis, assignment.fixtures)
    scoring = Scoring(**msgspec.structs.asdict(assignment.file.scoring))
    accepted = tuple(assignment.file.conventions.values())
    name = None if loss is None else loss.quantity
    right = [quantity for quantity, agrees in own.items() if agrees]
    return judge(
        quantities,
        by_quantity,
        expected,
        scoring,
        solution,
        stored,
        accepted,
        name,
        right,
        required,
    )


def _own_gradients(
    seen: Observations, quantities: dict[str, tuple[str, ...]], loss: Loss | None
) -> dict[str, bool]:
    """Return which gradients are the derivatives of the student's own loss, as far as known."""
    if loss is None or seen.own is None:
        return {}
    observed = {
        name: value
        for check in quantities
        for name, value in seen.values[check].get(seen.own.case, {}).items()
    }
    return {
        name: agrees_with_differences(observed[name], entries)
        for name, entries in seen.own.entries.items()
        if name in observed and not isinstance(observed[name], Failure)
    }


def _locate(
    submission: Submission,
    seen: Observations,
    interface: Interface,
    wanted: Collection[str],
    check: str,
    quantity: str,
    step: str,
) -> Place | None:
    """Return the line that computes a step, else the function or method that gave the quantity.

    A step with the name of a function that is asked for is what that function returned.
    """
    name = interface.names.get(step, step)
    named = submission.definitions.get(name)
    asked = step in wanted and named is not None and named.kind == "function"
    origins = (name,) if asked else seen.origins.get(check, {}).get(quantity, ())
    owner = origins[0].partition(".")[0] if origins else ""
    definition = submission.definitions.get(owner)
    if definition is None or definition.kind == "import":
        return None
    if submission.texts[definition.cell].label == "adapter.py" and definition.earlier:
        cell, line = definition.earlier[-1]  # the adapter only stands around it
        return Place(submission.texts[cell].label, line, owner)
    if definition.kind == "value":
        return Place(submission.texts[definition.cell].label, definition.line, None)
    own = _method(submission, owner, quantity)  # an attribute that is a method is a property
    full = [origin.partition(".")[::2] for origin in origins]
    found = [own] if own is not None else [_method(submission, *names) for names in full]
    for method in found:
        if method is not None:
            at = line_of(method[1], step) or line_of(method[1], quantity)
            if at is not None:
                return Place(submission.texts[method[1].cell].label, at, method[0])
    if len(found) == 1 and found[0] is not None:
        function, inner = found[0]
        return Place(submission.texts[inner.cell].label, inner.line, function)
    line = line_of(definition, step) or line_of(definition, quantity) or definition.line
    return Place(submission.texts[definition.cell].label, line, owner)


REPLACED = (
    r"\.{0}[ \t]*=(?!=)|^[ \t]*+[\w., \t]*\.{0}[ \t]*(?:,[\w., \t]*|:[^=\n]*)=(?!=)"
    r"|setattr\([^\n]*['\"]{0}['\"]"
)
"""``obj.name = another``, also beside others, with an annotation, or by ``setattr``."""

NO_FUNCTION = Definition(0, 0)


def _method(submission: Submission, owner: str, name: str) -> tuple[str, Definition] | None:
    """Return a method with its full name, where the text leaves no doubt which one it is."""
    found = method_of(submission.definitions, owner, name)
    if found is None or found[1].perhaps or submission.definitions[found[0]].perhaps:
        return None
    if submission.definitions.get(name, NO_FUNCTION).parameters[:1] == ("self",):
        return None  # a function that is made a method afterwards
    replaced = re.compile(REPLACED.format(re.escape(name)), re.MULTILINE)
    if any(replaced.search(cell.python) for cell in submission.texts):
        return None
    return f"{found[0]}.{name}", found[1]


def _isolation(active: Sequence[str]) -> Isolation:
    missing = tuple(wall for wall in WALLS if wall not in active)
    return Isolation("process" if missing else "full", ("process", *active), missing)


def _interface(
    submission: Submission,
    assignment: Assignment,
    adapter: bytes | None,
    definitions: Mapping[str, Definition],
) -> Interface:
    """Find the submission's names; an adapter that came with it and is wrong costs only itself."""
    asked = (assignment.file.functions, assignment.file.interface, definitions)
    if adapter is not None:
        return fit(*asked, read_adapter(adapter))
    if submission.adapter is None:
        return fit(*asked)
    try:
        return fit(*asked, read_adapter(submission.adapter))
    except SubmissionError as error:
        found = fit(*asked)
        return replace(found, notes=(wording.not_adapted(str(error)), *found.notes))


def _status(judgement: Judgement, limits: Limits) -> tuple[Status, str | None]:
    failures = [
        finding.failure
        for judged in judgement.quantities
        for finding in judged.findings
        if finding.failure is not None
    ]
    if any(failure.kind == "internal" for failure in failures):
        return "partial", wording.partly()
    if any(failure.text == wording.no_time_left(limits.submission) for failure in failures):
        return "partial", wording.out_of_time(limits.submission)
    return "graded", None


def failed(path: Path, error: GradelabError, assignment: str | None = None) -> Result:
    """Return the result that stands for a submission which could not be graded at all."""
    return Result(
        assignment=assignment,
        submission=SubmissionFile(path.name, None),
        score=0.0,
        max_score=0.0,
        status="failed",
        message=str(error),
        environment=environment(),
    )


def environment() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {
        "gradelab": __version__,
        "python": ".".join(map(str, sys.version_info[:3])),
        "numpy": np.__version__,
        "system": " ".join(os.uname()[i] for i in (0, 4)) if hasattr(os, "uname") else sys.platform,
    }
