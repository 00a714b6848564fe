"""Runs a submission's cells in fresh workers, always the same way."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from . import pictures, wording
from .definitions import Definition, outline
from .imports import Handling
from .interface import Interface
from .results import Cell, CellState, FailureKind, Figure
from .sandbox import wire
from .sandbox.limits import Limits
from .sandbox.parent import WarmParent
from .sandbox.worker import Answer, Worker, WorkerGone
from .submission import Submission
from .traced import Traced
from .worker.statements import rest, statements

SLOW = 2.0
"""Cells that take more seconds than this together are not run again for every check."""

LEAST = 1.0
"""Seconds that a cell has when those for running all cells are used up."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a submission is run, as its assignment says.

    Attributes
    ----------
    limits : Limits
    salvage : bool
        Whether the statements around a failure run all the same.
    real : tuple of str
        The libraries that are used themselves where they are installed.
    allowed : tuple of str or None
        The libraries that may be imported; None for all.
    forbidden : {"note", "no points", "refuse"}
        What becomes of others.
    """

    limits: Limits
    salvage: bool = True
    real: tuple[str, ...] = ()
    allowed: tuple[str, ...] | None = None
    forbidden: Handling = "note"


def _state(kind: FailureKind) -> CellState:
    return kind if kind in ("timeout", "memory", "crash") else "error"


def _names(python: str) -> set[str]:
    return {name for name, _ in outline(python, python).definitions}


class Replay:
    """Runs a submission's cells in fresh workers.

    Attributes
    ----------
    cells : list of Cell
        How the cells ran the first time; then the modules that they brought in.
    output : str
        What they printed.
    said : dict of (str, str) to None
        What stood in for what is not there: kind and name, in the order in which it did.
    slow : bool
        Whether running the cells again costs so much that checks share a worker.
    over_budget : bool
        Whether the cells together have used up their time.
    """

    def __init__(
        self, submission: Submission, parent: WarmParent, manner: Manner, interface: Interface
    ) -> None:
        self._submission, self._parent, self._manner = submission, parent, manner
        self.limits = manner.limits
        self._deadline = time.monotonic() + self.limits.submission
        self._again_left = self.limits.submission  # seconds for running cells again
        self._skip: set[int] = set()  # cells that took their worker with them
        self._modules: dict[int, Cell] = {}
        self.traced = Traced(submission, interface.candidates, self._cell)
        self.cells: list[Cell] = []
        self.output = ""
        self.said: dict[tuple[str, str], None] = {}
        self.active: tuple[str, ...] = ()
        self.slow = self.over_budget = False

    @property
    def seconds_left(self) -> float:
        """What is left of the submission's time."""
        return self._deadline - time.monotonic()

    def first(self) -> Worker | None:
        """Run all cells, keep how each went, and return the worker in which they ran."""
        worker: Worker | None = self._fork(pictures=True)
        started = time.monotonic()
        budget = started + self.limits.training
        for index, cell in enumerate(self._submission.cells):
            if worker is not None and not worker.alive:
                worker = self.again(up_to=index)
            if worker is None or self.seconds_left <= 0:
                text = wording.no_time_left(self.limits.submission)
                self.cells.append(Cell(cell.label, cell.source, "skipped", text))
                continue
            seconds = min(self.limits.cell, max(budget - time.monotonic(), LEAST))
            self.cells.append(self._run(worker, index, seconds))
        self.slow = time.monotonic() - started > SLOW
        self.over_budget = time.monotonic() > budget
        self.cells += (cell for cell in self._modules.values() if cell.source.strip())
        self.output = "".join(cell.output for cell in self.cells)
        return worker

    def again(self, up_to: int | None = None) -> Worker | None:
        """Return a fresh worker in which the cells (before `up_to`) have run; None: no time left.

        A cell that takes its worker with it only now is left out from here on.
        """
        while self.seconds_left > 0:
            started = time.monotonic()
            worker = self._fork()
            for index in range(len(self._submission.cells) if up_to is None else up_to):
                if worker.alive and index not in self._skip:
                    self._run(worker, index, self.limits.cell)
                elif worker.alive and self._manner.salvage:
                    self._define(worker, index)
            # Running cells again is our way of working: up to a limit, the submission's own time
            # does not pay for it.
            free = min(time.monotonic() - started, self._again_left)
            self._deadline += free
            self._again_left -= free
            if worker.alive:
                return worker
        return None

    def hear(self, answer: Answer) -> None:
        """Keep what an answer says beside its value."""
        self.said |= dict.fromkeys(answer.said)
        for one in answer.imported:
            if one.cell not in self._modules and self._is_sibling(one.cell):
                self._modules[one.cell] = self._imported(one)

    def _cell(self, index: int) -> Cell | None:
        if index < len(self._submission.cells):
            return self.cells[index] if index < len(self.cells) else None
        return self._modules.get(index)

    def _is_sibling(self, index: int) -> bool:
        return len(self._submission.cells) <= index < len(self._submission.texts)

    def _imported(self, one: wire.Imported) -> Cell:
        module = self._submission.texts[one.cell]
        if one.error is None:
            return Cell(module.label, module.source, "ran", notes=module.notes)
        failure = self.traced.failure(one.error, None, self.limits.cell)
        line = next((p.line for p in reversed(failure.places) if p.cell == module.label), None)
        notes = (*module.notes, wording.salvaged(one.ran)) if one.ran else module.notes
        state = _state(failure.kind)
        return Cell(module.label, module.source, state, failure.text, line, notes=notes)

    def _fork(self, pictures: bool = False) -> Worker:
        submission = self._submission
        beyond = len(submission.cells)
        setup: dict[str, Any] = {
            "programs": [
                {"module": p.module, "package": p.package, "path": p.path, "folder": p.folder}
                for p in submission.programs
            ],
            "siblings": {
                path: (index, cell.label, cell.python)
                for index, (path, cell) in enumerate(submission.siblings.items(), beyond)
            },
            "salvage": self._manner.salvage,
            "pictures": pictures,
            "real": self._manner.real,
            "allowed": self._manner.allowed,
            "refuse": self._manner.forbidden == "refuse",
            "output": self.limits.output,
            "returned": self.limits.returned,
        }
        worker = Worker(self._parent, self.limits, setup, submission.files)
        self.active = worker.active
        return worker

    def _ask(
        self, worker: Worker, index: int, seconds: float, source: str, line: int = 1
    ) -> Answer:
        cell = self._submission.cells[index]
        answer = worker.run(index, cell.program, cell.label, source, seconds, line)
        self.hear(answer)
        return answer

    def _run(self, worker: Worker, index: int, seconds: float) -> Cell:
        cell = self._submission.cells[index]
        seconds = max(min(seconds, self.seconds_left), 0.1)
        try:
            answer = self._ask(worker, index, seconds, cell.python)
        except WorkerGone as gone:
            self._skip.add(index)
            text = wording.gone(None, gone.kind, gone.detail, seconds)
            return Cell(cell.label, cell.source, _state(gone.kind), text, notes=cell.notes)
        run = _Run(answer.output, [], pictures.figures(answer))
        notes = cell.notes
        error = answer.error
        if error is not None and self._manner.salvage:
            hoisted = self._hoist(worker, index, error, seconds)
            error = self._salvage(worker, index, error, hoisted is not None, seconds, run)
            said = (wording.salvaged(run.ran),) if run.ran and error is not None else ()
            said = (*said, *wording.failed_too(run.failed))
            hoisting = () if hoisted is None else (wording.hoisted(*hoisted),)
            notes = (*notes, *hoisting, *said)
        if error is None:
            done = (run.output, notes, tuple(run.figures))
            return Cell(cell.label, cell.source, "ran", None, None, *done)
        failure = self.traced.failure(error, None, seconds)
        line = next((p.line for p in reversed(failure.places) if p.cell == cell.label), None)
        state = _state(failure.kind)
        done = (run.output, notes, tuple(run.figures))
        return Cell(cell.label, cell.source, state, failure.text, line, *done)

    def _salvage(
        self,
        worker: Worker,
        index: int,
        error: wire.Error,
        again: bool,
        seconds: float,
        run: _Run,
    ) -> wire.Error | None:
        """Run the statements of a failed cell that have not run.

        Parameters
        ----------
        again : bool
            Whether the one that failed is tried again, because what it lacked is there now.

        Returns
        -------
        wire.Error or None
            The error that the cell is left with.
        """
        cell = self._submission.cells[index]
        at = [f.line for f in error.frames if f.cell == index and f.function is None]
        stopped = at[0] if at else None
        parts = rest(cell.python, stopped)
        if again and stopped is not None:
            retried = [p for p in statements(cell.python) if p.first <= stopped <= p.last]
            parts = (*retried, *(p for p in parts if p.first > stopped))
        left_with = None if again and stopped is not None else error
        until = time.monotonic() + seconds
        for part in parts:
            left = until - time.monotonic()
            if part.defines:  # counts also where the student's own work has used up the time
                left = max(left, LEAST)
            left = min(left, self.seconds_left)
            if not worker.alive:
                break
            if left <= 0:
                continue
            try:
                answer = self._ask(worker, index, left, part.text, part.first)
            except WorkerGone:
                self._skip.add(index)
                return left_with or error
            run.output += answer.output
            run.figures += pictures.figures(answer)
            if answer.error is None:
                run.ran.append(part.first)
            elif left_with is None:
                left_with = answer.error
            elif answer.error.type != "NameError":  # which most often follows from the first
                run.failed.append((part.first, self.traced.failure(answer.error, None, left).text))
        return left_with

    def _hoist(
        self, worker: Worker, index: int, error: wire.Error, seconds: float
    ) -> tuple[str, str] | None:
        """Where a cell lacks a name that a later one defines, run the definitions of those.

        Return the name and the label of the cell that defines it; None where that is not why.
        """
        name = re.fullmatch(r"name '(\w+)' is not defined.*", error.message, re.DOTALL)
        if error.type != "NameError" or name is None or worker.hoisted:
            return None
        made: Definition | None = self._submission.definitions.get(name[1])
        cells = self._submission.cells
        if made is None or made.kind == "value" or not index < made.cell < len(cells):
            return None
        if cells[made.cell].program != cells[index].program:
            return None
        worker.hoisted = True
        mine = [n for n, cell in enumerate(cells) if cell.program == cells[index].program]
        # What is defined already stays as it is until its later cell comes.
        kept = {n for at in mine if at <= index for n in _names(cells[at].python)}
        for later in (at for at in mine if at > index):
            self._define(worker, later, seconds, kept)
        return name[1], cells[made.cell].label

    def _define(
        self,
        worker: Worker,
        index: int,
        seconds: float | None = None,
        apart_from: Collection[str] = (),
    ) -> None:
        """Run only the imports and definitions of a cell."""
        for part in statements(self._submission.cells[index].python):
            if part.defines and worker.alive and not _names(part.text) & set(apart_from):
                with contextlib.suppress(WorkerGone):
                    left = seconds or self.limits.call
                    self._ask(worker, index, left, part.text, part.first)


@dataclass(slots=True)
class _Run:
    """What a cell gave while it ran: printed text, lines salvaged, figures, further failures."""

    output: str
    ran: list[int]
    figures: list[Figure]
    failed: list[tuple[int, str]] = field(default_factory=list)
