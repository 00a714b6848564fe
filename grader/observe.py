"""Runs an assignment's checks against a submission and keeps what they saw: `Observations`.

Every check starts in a fresh worker in which the submission's cells have just run, so none sees
what another left behind. A worker that hangs or dies costs the case it was on; the next case gets
a fresh one. Expected values are nowhere near: this module cannot even import them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import wording
from .checks import Check, Inputs
from .results import Cell, CellState, Failure, FailureKind, Opaque, Place
from .sandbox import wire
from .sandbox.limits import Limits
from .sandbox.parent import WarmParent
from .sandbox.worker import Answer, Worker, WorkerGone
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
    """

    values: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()
    notes: list[str] = field(default_factory=list)
    active: tuple[str, ...] = ()
    called: dict[str, str] = field(default_factory=dict)

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
    limits: Limits,
) -> Observations:
    """Run every check on every case.

    Parameters
    ----------
    quantities : mapping of str to sequence of str
        What each check has to return, by its name.
    cases : sequence of Inputs
    functions : sequence of str
        The names that the assignment asks for as functions.
    """
    seen = Observations()
    replay = _Replay(submission, parent, limits)
    worker: Worker | None = replay.first()
    seen.cells, seen.active = tuple(replay.cells), replay.active
    if worker is not None and not checks:
        worker.close()
    for check in checks:
        by_case: dict[str, dict[str, Any]] = {}
        seen.values[check.name] = by_case
        given_up: Failure | None = None
        for case in cases:
            name = case._name
            failure = given_up or _unmet(check, name, seen.values)
            if failure is None and (worker is None or not worker.alive):
                worker = replay.again()
            if failure is None and worker is None:
                failure = Failure("blocked", wording.no_time_left(limits.submission))
            if failure is None and worker is not None:
                line = _Line(worker, replay, seen)
                by_case[name] = _try(check, quantities[check.name], case, line, functions)
                if line.called is not None:
                    seen.called[check.name] = line.called
                if line.hung:
                    given_up = Failure("blocked", wording.hung_before(name))
            else:
                by_case[name] = dict.fromkeys(quantities[check.name], failure)
        if worker is not None:
            worker.close()
    return seen


def _unmet(
    check: Check, case: str, values: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> Failure | None:
    for need in check.needs:
        found = values.get(need, {}).get(case, {})
        if found and all(isinstance(value, Failure) for value in found.values()):
            return Failure("blocked", wording.needs_unmet(need))
    return None


def _try(
    check: Check, quantities: Sequence[str], case: Inputs, line: _Line, functions: Sequence[str]
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
    except Exception as error:  # the check itself is wrong: never the student's loss
        text = wording.check_failed(check.name, error)
        return dict.fromkeys(quantities, Failure("internal", text))
    return {quantity: _plain(returned[quantity], line) for quantity in quantities}


def _plain(value: Any, line: _Line) -> Any:
    if isinstance(value, Failure):
        return line.blame(value)
    kind = description_of(value)
    if kind is not None:
        return kind
    if type(value).__module__ == "grader.student":  # a function that the check did not call
        return Opaque("function")
    return value


def _state(kind: FailureKind) -> CellState:
    return kind if kind in ("timeout", "memory", "crash") else "error"


class _Line:
    """Requests to one worker, each with its time limit; failures are worded here."""

    def __init__(self, worker: Worker, replay: _Replay, seen: Observations) -> None:
        self._worker, self._replay, self._seen = worker, replay, seen
        worker.line = self
        self.called: str | None = None
        self.hung = False

    def get(self, name: str, handle: int | None = None) -> Any:
        return self._value(name, lambda s: self._worker.get(name, handle, s))

    def set(self, name: str, value: object, handle: int | None = None) -> None:
        self._value(name, lambda s: self._worker.set(name, value, handle, s))

    def call(self, name: str | None, arguments: Sequence[object], handle: int | None = None) -> Any:
        self.called = name or self.called
        return self._value(name, lambda s: self._worker.call(name, arguments, handle, s))

    def blame(self, failure: Failure) -> Failure:
        """Return `failure` with the function that was called last, and where it is defined."""
        places = failure.places or tuple(self._replay.defined_at(self.called))
        text = wording.of_function(self.called, failure.text) if self.called else failure.text
        return Failure(failure.kind, text, failure.type, places, self.called, failure.casual)

    def _value(self, name: str | None, ask: Any) -> Any:
        label = name or self.called
        seconds = min(self._replay.limits.call, self._replay.seconds_left)
        if seconds <= 0 or not self._worker.alive:
            text = wording.no_time_left(self._replay.limits.submission)
            raise StudentFault(Failure("blocked", text, called=label))
        try:
            answer: Answer = ask(seconds)
        except WorkerGone as gone:
            self.hung = gone.kind == "timeout"
            text = wording.gone(label, gone.kind, gone.detail, seconds)
            places = tuple(self._replay.defined_at(label))
            raise StudentFault(Failure(gone.kind, text, places=places, called=label)) from gone
        for path in answer.changed:
            parameters = self._replay.parameters_of(label)
            self._seen.note(wording.changed_argument(label, path, parameters))
        if answer.error is not None:
            self.hung = answer.error.kind == "timeout"
            raise StudentFault(self._replay.failure(answer.error, label, seconds))
        return answer.value


class _Replay:
    """Runs a submission's cells in fresh workers, always the same way."""

    def __init__(self, submission: Submission, parent: WarmParent, limits: Limits) -> None:
        self._submission, self._parent, self.limits = submission, parent, limits
        self._deadline = time.monotonic() + limits.submission
        self._skip: set[int] = set()  # cells that took their worker with them
        self.cells: list[Cell] = []
        self.active: tuple[str, ...] = ()

    @property
    def seconds_left(self) -> float:
        return self._deadline - time.monotonic()

    def first(self) -> Worker | None:
        """Run all cells, keep how each went, and return the worker in which they ran."""
        worker: Worker | None = self._fork()
        for index, cell in enumerate(self._submission.cells):
            if worker is not None and not worker.alive:
                worker = self.again(up_to=index)
            if worker is None or self.seconds_left <= 0:
                text = wording.no_time_left(self.limits.submission)
                self.cells.append(Cell(cell.label, cell.source, "skipped", text))
                continue
            self.cells.append(self._run(worker, index))
        return worker

    def again(self, up_to: int | None = None) -> Worker | None:
        """Return a fresh worker in which the cells (before `up_to`) have run; None: no time left.

        A cell that takes its worker with it only now is left out from here on.
        """
        while self.seconds_left > 0:
            worker = self._fork()
            for index in range(len(self._submission.cells) if up_to is None else up_to):
                if worker.alive and index not in self._skip and self.seconds_left > 0:
                    self._run(worker, index)
            if worker.alive:
                return worker
        return None

    def _fork(self) -> Worker:
        worker = Worker(self._parent, self.limits, self._submission.module)
        self.active = worker.active
        return worker

    def _run(self, worker: Worker, index: int) -> Cell:
        cell = self._submission.cells[index]
        seconds = min(self.limits.cell, self.seconds_left)
        try:
            answer = worker.run(index, cell.label, cell.python, seconds)
        except WorkerGone as gone:
            self._skip.add(index)
            text = wording.gone(None, gone.kind, gone.detail, seconds)
            return Cell(cell.label, cell.source, _state(gone.kind), text, notes=cell.notes)
        if answer.error is None:
            return Cell(cell.label, cell.source, "ran", output=answer.output, notes=cell.notes)
        failure = self.failure(answer.error, None, seconds)
        line = next((p.line for p in reversed(failure.places) if p.cell == cell.label), None)
        state = _state(failure.kind)
        return Cell(cell.label, cell.source, state, failure.text, line, answer.output, cell.notes)

    def failure(self, error: wire.Error, called: str | None, seconds: float) -> Failure:
        """Word an exception that left the student's code."""
        places = tuple(self._places(error.frames))
        if error.kind == "missing" and called is not None:
            places = tuple(self.defined_at(called))
            text = wording.missing(called, places, self._state_of(called))
            return Failure("missing", text, called=called, places=places)
        if error.kind == "not callable" and called is not None:
            places = tuple(self.defined_at(called))
            text = wording.not_callable(called, error.message)
            return Failure("error", text, None, places, called)
        text, casual = wording.raised(called, error.kind, error.type, error.message, seconds)
        return Failure(error.failure, text, error.type, places, called, casual)

    def _places(self, frames: Iterable[wire.Frame]) -> Iterable[Place]:
        for frame in frames:
            if 0 <= frame.cell < len(self._submission.cells):
                cell = self._submission.cells[frame.cell]
                line = min(max(frame.line, 1), cell.source.count("\n") + 1)
                yield Place(cell.label, line, frame.function and frame.function[:100])

    def defined_at(self, name: str | None) -> Iterable[Place]:
        """Yield where the text defines a name."""
        definition = self._submission.definitions.get(name or "")
        if definition is not None:
            label = self._submission.cells[definition.cell].label
            yield Place(label, definition.line, name)

    def parameters_of(self, name: str | None) -> tuple[str, ...]:
        """Return the parameter names of a function, as far as the text shows them."""
        definition = self._submission.definitions.get(name or "")
        return () if definition is None else definition.parameters

    def _state_of(self, name: str) -> Cell | None:
        definition = self._submission.definitions.get(name)
        if definition is None or definition.cell >= len(self.cells):
            return None
        return self.cells[definition.cell]
