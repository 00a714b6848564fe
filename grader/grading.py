"""The whole way from a submission to a `Result`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
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
from .definitions import Definition
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
from .places import place_of
from .reading import focused
from .replay import Manner
from .requirements import Requirement
from .results import Failure, Isolation, Result, Status, SubmissionFile
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
        locate = partial(place_of, submission, seen.origins, interface, assignment.file.functions)
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
