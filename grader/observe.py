"""Runs an assignment's checks against a submission and keeps what they saw: `Observations`.

Every check starts in a fresh worker in which the submission's cells have just run, so none sees
what another left behind. Only where the cells take seconds do checks share a worker. A worker that
hangs or dies costs the case it was on; the next case gets a fresh one. Expected values are nowhere
near: this module cannot even import them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import drift, wording
from .checks import Check, Inputs
from .imports import asked_for, forbidden_imports
from .interface import Interface
from .line import Line
from .own_gradients import Loss, OwnGradients, own_gradients
from .replay import Manner, Replay
from .results import Cell, Failure, Opaque, Place
from .sandbox.parent import WarmParent
from .sandbox.worker import Worker
from .student import Student, StudentFault, description_of
from .submission import Submission


@dataclass(slots=True)
class Observations:
    """What was seen of one submission.

    Attributes
    ----------
    values : dict
        check -> case -> quantity -> a plain value, an `Opaque`, or a `Failure` in its place.
    cells : tuple of Cell
        How the cells ran.
    notes : list of str
        What the student may want to know and what costs nothing.
    active : tuple of str
        The limits that held in the worker.
    called : dict of str to str
        The function that each check called last.
    own : OwnGradients or None
        The derivatives of the student's own loss, by finite differences.
    """

    values: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()
    notes: list[str] = field(default_factory=list)
    active: tuple[str, ...] = ()
    called: dict[str, str] = field(default_factory=dict)
    own: OwnGradients | None = None

    def note(self, text: str) -> None:
        """Add a note, once."""
        if text not in self.notes:
            self.notes.append(text)


def observe(
    submission: Submission,
    checks: Sequence[Check],
    quantities: Mapping[str, Sequence[str]],
    cases: Sequence[Inputs],
    functions: Sequence[str],
    parent: WarmParent,
    manner: Manner,
    loss: Loss | None = None,
    interface: Interface | None = None,
) -> Observations:
    """Run every check on every case.

    Parameters
    ----------
    quantities : mapping of str to sequence of str
        What each check has to return, by its name.
    cases : sequence of Inputs
    functions : sequence of str
        The names that the assignment asks for as functions.
    loss : Loss, optional
        Which gradients to look at by finite differences of the student's own loss.
    interface : Interface, optional
        Under which names the submission has what checks ask for.
    """
    interface = interface or Interface()
    seen = Observations()
    for text in (*submission.notes, *interface.notes, *_twice(submission, functions, interface)):
        seen.note(text)
    replay = Replay(submission, parent, manner, interface)
    worker: Worker | None = replay.first()
    seen.cells, seen.active = tuple(replay.cells), replay.active
    forbidden = _forbidden(submission, replay, manner)
    for name, place in forbidden.items():
        seen.note(wording.forbidden_import(name, place, manner.forbidden))
    if forbidden and manner.forbidden == "no points":
        if worker is not None:
            worker.close()
        seen.values = _without_points(checks, quantities, cases, forbidden)
        return seen
    if replay.over_budget:
        seen.note(wording.over_budget(manner.limits.training))
    if worker is not None and not checks:
        worker.close()
    for check in checks:
        by_case: dict[str, dict[str, Any]] = {}
        seen.values[check.name] = by_case
        given_up: Failure | None = None
        for case in cases[:1] if check.once else cases:
            name = case.name
            failure = given_up or _unmet(check, name, seen.values)
            if failure is None and (worker is None or not worker.alive):
                worker = replay.again()
            if failure is None and worker is None:
                failure = Failure("blocked", wording.no_time_left(manner.limits.submission))
            if failure is None and worker is not None:
                line = Line(worker, replay, interface, seen.note)
                by_case[name] = _try(check, quantities[check.name], case, line, functions)
                if line.called is not None:
                    seen.called[check.name] = line.called
                if line.hung:
                    given_up = Failure("blocked", wording.hung_before(name))
            else:
                by_case[name] = dict.fromkeys(quantities[check.name], failure)
        has_loss = loss is not None and loss.quantity in quantities[check.name]
        if loss is not None and has_loss and worker is not None and worker.alive:
            line = Line(worker, replay, interface, seen.note)
            seen.own = _own(check, quantities[check.name], cases, line, functions, loss)
        if worker is not None and not replay.slow:
            worker.close()
    if replay.slow:
        seen.note(wording.shared_worker())
        if worker is not None:
            worker.close()
    for text in (*wording.stood_in(replay.said), *_drift(replay.said)):
        seen.note(text)
    return seen


def _forbidden(submission: Submission, replay: Replay, manner: Manner) -> dict[str, Place | None]:
    """Return the libraries that a submission imports and must not, with their places."""
    if manner.allowed is None:
        return {}
    found: dict[str, Place | None] = dict(forbidden_imports(submission, manner.allowed))
    for name in asked_for(replay.said):
        found.setdefault(name, None)
    return found


def _without_points(
    checks: Sequence[Check],
    quantities: Mapping[str, Sequence[str]],
    cases: Sequence[Inputs],
    forbidden: Mapping[str, Place | None],
) -> dict[str, dict[str, dict[str, Any]]]:
    name, place = next(iter(forbidden.items()))
    text = wording.no_points_for(name)
    failure = Failure("error", text, places=() if place is None else (place,))
    return {
        check.name: {
            case.name: dict.fromkeys(quantities[check.name], failure)
            for case in (cases[:1] if check.once else cases)
        }
        for check in checks
    }


def _twice(submission: Submission, functions: Sequence[str], interface: Interface) -> Iterator[str]:
    """Yield a note on each name asked for that the submission defines more than once."""
    for name in functions:
        own = interface.names.get(name, name)
        made = submission.definitions.get(own)
        if made is not None and made.earlier:
            places = [*made.earlier, (made.cell, made.line)]
            at = [Place(submission.texts[cell].label, line) for cell, line in places]
            if at[-1].cell == "adapter.py":
                continue  # it stands around the submission's own
            yield wording.defined_twice(own, at)


def _drift(said: Iterable[tuple[str, str]]) -> Iterator[str]:
    for kind, name in said:
        if kind == "drift":
            yield drift.served(name)


def _own(
    check: Check,
    quantities: Sequence[str],
    cases: Sequence[Inputs],
    line: Line,
    functions: Sequence[str],
    loss: Loss,
) -> OwnGradients | None:
    def value(case: Inputs) -> Any:
        return _try(check, quantities, case, line, functions)[loss.quantity]

    return own_gradients(value, cases, loss)


def _unmet(
    check: Check, case: str, values: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> Failure | None:
    for need in check.needs:
        # A check that is run once has its first case only.
        seen = values.get(need, {})
        found = seen.get(case) or next(iter(seen.values()), {})
        if found and all(isinstance(value, Failure) for value in found.values()):
            return Failure("blocked", wording.needs_unmet(need))
    return None


def _try(
    check: Check, quantities: Sequence[str], case: Inputs, line: Line, functions: Sequence[str]
) -> dict[str, Any]:
    """Run one check on one case; what goes wrong stands in the place of its quantities."""
    try:
        returned = check.function(Student(line, functions), case)
        if not isinstance(returned, Mapping) or set(returned) != set(quantities):
            text = wording.check_returned(check.name, quantities)
            return dict.fromkeys(quantities, Failure("internal", text))
    except StudentFault as fault:
        failure = fault.failure
        if failure.called is None and line.called is not None:  # raised by unpack or pick
            failure = line.blame(failure)
        return dict.fromkeys(quantities, failure)
    except (Exception, SystemExit) as error:  # the check itself is wrong, not the student
        text = wording.check_failed(check.name, error)
        return dict.fromkeys(quantities, Failure("internal", text))
    return {quantity: _plain(returned[quantity], line) for quantity in quantities}


def _plain(value: Any, line: Line) -> Any:
    if isinstance(value, Failure):  # one that the check caught knows its function already
        return value if value.called is not None else line.blame(value)
    kind = description_of(value)
    if kind is not None:
        return kind
    if type(value).__module__ == "grader.student":  # a function that the check did not call
        return Opaque("function")
    return value
