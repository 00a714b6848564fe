"""Runs an assignment's checks against a submission and keeps what they saw: `Observations`.

Every check starts in a fresh worker in which the submission's cells have just run, so none sees
what another left behind. Only where the cells take seconds do checks share a worker. A worker that
hangs or dies costs the case it was on; the next case gets a fresh one. Expected values are nowhere
near: this module cannot even import them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import wording
from .checks import Check, Inputs
from .interface import Interface
from .line import Line
from .own_gradients import Loss, OwnGradients, own_gradients
from .remarks import not_allowed, of_older_versions, twice
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
    origins : dict
        check -> quantity -> what gave it, or what can have: functions, or classes and their methods
        with a dot between them.
    own : OwnGradients or None
        The derivatives of the student's own loss, by finite differences.
    """

    values: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()
    notes: list[str] = field(default_factory=list)
    active: tuple[str, ...] = ()
    origins: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    own: OwnGradients | None = None

    def note(self, text: str) -> None:
        """Add a note, once."""
        if text not in self.notes:
            self.notes.append(text)

    def note_all(self, *texts: Iterable[str]) -> None:
        """Add notes."""
        for text in itertools.chain(*texts):
            self.note(text)

    def fail(self, text: str, place: Place | None) -> None:
        """Put a failure in the place of every value."""
        failure = Failure("error", text, places=() if place is None else (place,))
        for by_case in self.values.values():
            for case, values in by_case.items():
                by_case[case] = dict.fromkeys(values, failure)


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
    seen.note_all(submission.notes, interface.notes, twice(submission, functions, interface))
    replay = Replay(submission, parent, manner, interface)
    run = _Run(replay, quantities, cases, functions, interface, seen, replay.first())
    seen.cells, seen.active = tuple(replay.cells), replay.active
    for check in checks:
        run.check(check, loss)
    run.close()
    if replay.over_budget:
        seen.note(wording.over_budget(manner.limits.training))
    if replay.slow:
        seen.note(wording.shared_worker())
    forbidden = not_allowed(submission, replay.said, manner.allowed)
    for name, place in forbidden.items():
        seen.note(wording.forbidden_import(name, place, manner.forbidden))
        if manner.forbidden == "no points":
            seen.fail(wording.no_points_for(name), place)
    seen.note_all(wording.stood_in(replay.said), of_older_versions(replay.said))
    return seen


@dataclass(slots=True)
class _Run:
    """Checks, one after another, each starting where the cells have just run."""

    replay: Replay
    quantities: Mapping[str, Sequence[str]]
    cases: Sequence[Inputs]
    functions: Sequence[str]
    interface: Interface
    seen: Observations
    worker: Worker | None

    def check(self, check: Check, loss: Loss | None) -> None:
        """Run one check on its cases, and look at the loss if it observes that."""
        quantities = self.quantities[check.name]
        by_case = self.seen.values[check.name] = {}
        given_up: Failure | None = None
        for case in self.cases[:1] if check.once else self.cases:
            failure = given_up or _unmet(check, case.name, self.seen.values)
            line = self._line() if failure is None else None
            if line is None:
                text = wording.no_time_left(self.replay.limits.submission)
                by_case[case.name] = dict.fromkeys(quantities, failure or Failure("blocked", text))
                continue
            values = by_case[case.name] = _try(check, quantities, case, line, self.functions)
            origins = self.seen.origins.setdefault(check.name, {})
            for name, value in values.items():
                origins[name] = line.origins.of(value) or origins.get(name, ())
            if line.hung:
                given_up = Failure("blocked", wording.hung_before(case.name))
        if loss is not None and loss.quantity in quantities and self._is_alive:
            self.seen.own = self._own(check, quantities, loss)
        if not self.replay.slow:
            self.close()

    def close(self) -> None:
        """End the worker, so that the next check gets a fresh one."""
        if self.worker is not None:
            self.worker.close()

    @property
    def _is_alive(self) -> bool:
        return self.worker is not None and self.worker.alive

    def _line(self) -> Line | None:
        """Return a line to a worker in which the cells have run; None: no time is left."""
        if not self._is_alive:
            self.worker = self.replay.again()
        if self.worker is None:
            return None
        return Line(self.worker, self.replay, self.interface, self.seen.note)

    def _own(self, check: Check, quantities: Sequence[str], loss: Loss) -> OwnGradients | None:
        line = self._line()
        if line is None:
            return None

        def value(case: Inputs) -> Any:
            return _try(check, quantities, case, line, self.functions)[loss.quantity]

        return own_gradients(value, self.cases, loss)


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
