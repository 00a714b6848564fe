"""Proves an assignment's checks: they pass what is right and notice and name what is wrong.

The worked solution is wrapped as a submission (``wrapped.py``) and the checks run on it in this
process, once for every mistake and for a sample of the pairs. Examples and the handout are graded
for real.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from reference.worked import Replacement, WorkedSolution

from .audited import Audit, Example, Margin, Trial
from .checks import Check, Inputs
from .course import Assignment, load_module
from .errors import AssignmentError
from .explain_stored import Stored
from .findings import Expected, Judgement, compared
from .fixtures import read_diagnosis, read_expected, read_inputs, read_margins
from .grading import grade
from .judge import Scoring, judge
from .outcomes import replacements
from .reading import read_submission
from .results import Failure
from .sandbox.parent import WarmParent
from .student import StudentFault
from .worked_solutions import blamed_on, load_worked, needs_no_fixture, requirements_of

MAX_PAIRS = 300

Made = Sequence[Replacement] | Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class _Bench:
    """What every trial needs."""

    assignment: Assignment
    solution: WorkedSolution
    checks: tuple[Check, ...]
    functions: Callable[..., Mapping[str, Callable[..., Any]]] | None
    cases: tuple[Expected, ...]
    stored: Stored | None

    @property
    def quantities(self) -> dict[str, tuple[str, ...]]:
        """The quantities that the worked solution has: others have a requirement."""
        known = self.solution.quantities
        return {
            check.name: tuple(q for q in self.assignment.file.points[check.name] if q in known)
            for check in self.checks
        }

    @property
    def graded(self) -> list[str]:
        return [quantity for names in self.quantities.values() for quantity in names]

    def judgement(self, made: Made) -> tuple[Judgement, float]:
        """Judge the worked solution with some steps replaced; also the seconds for judging."""
        observed: dict[str, dict[str, Any]] = {quantity: {} for quantity in self.graded}
        for case in self.cases:
            for quantity, value in self._observe(case, made).items():
                observed[quantity][case.name] = value
        scoring = Scoring(**msgspec.structs.asdict(self.assignment.file.scoring))
        accepted = tuple(self.assignment.file.conventions.values())
        started = time.perf_counter()
        found = judge(
            self.quantities,
            observed,
            self.cases,
            scoring,
            lambda: self.solution,
            lambda: self.stored,
            accepted,
        )
        return found, time.perf_counter() - started

    def _observe(self, case: Expected, made: Made) -> dict[str, Any]:
        if self.functions is None:
            return self._directly(case, made)
        with blamed_on(self.assignment.folder / "wrapped.py", "functions(run)"):
            student = _Wrapped(self.functions(self._runner(case, made)))
        values: dict[str, Any] = {}
        for check in self.checks:
            names = self.quantities[check.name]
            if not names or (check.once and case.name != self.cases[0].name):
                continue
            try:
                returned = check.function(student, Inputs(case.name, case.inputs))  # type: ignore[arg-type]
            except StudentFault as fault:
                returned = dict.fromkeys(names, fault.failure)
            except (Exception, SystemExit) as error:  # a mistake that does not fit this case
                failure = Failure("error", f"{type(error).__name__}: {error}")
                returned = dict.fromkeys(names, failure)
            if not isinstance(returned, Mapping) or not set(names) <= set(returned):
                raise AssignmentError(
                    f"{self.assignment.folder / 'checks.py'}: {check.name} does not return "
                    f"a dictionary with {', '.join(names)}"
                )
            values |= {name: returned[name] for name in names}
        return values

    def _directly(self, case: Expected, made: Made) -> dict[str, Any]:
        try:
            with np.errstate(all="ignore"):
                values = self.solution.run(case.inputs, replace=made, wanted=self.graded)
        except (Exception, SystemExit) as error:
            return dict.fromkeys(self.graded, Failure("error", str(error)))
        return {quantity: values[quantity] for quantity in self.graded}

    def _runner(self, case: Expected, made: Made) -> Callable[..., dict[str, Any]]:
        def run(**inputs: Any) -> dict[str, Any]:
            with np.errstate(all="ignore"):
                return self.solution.run({**case.inputs, **inputs}, replace=made)

        return run


class _Wrapped:
    """Stands where a check expects the student: functions, called in this process.

    Globals that a check sets are entries of what ``functions(run)`` returned, as is all else.
    """

    def __init__(self, functions: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_functions", functions)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._functions[name]
        except KeyError:
            raise AttributeError(f"wrapped.py offers no {name}") from None

    def __setattr__(self, name: str, value: object) -> None:
        self._functions[name] = value


def audit(assignment: Assignment) -> Audit:
    """Try an assignment's checks on everything whose outcome is known in advance."""
    if needs_no_fixture(assignment, requirements_of(assignment)):
        return _examples_alone(assignment)
    bench = _bench(assignment)
    known = replacements(bench.solution)
    accepted = {i for group in assignment.file.conventions.values() for i in group}
    right, _ = bench.judgement(())
    timed = [(r, *_trial(bench, [r])) for r in known if r.id not in accepted]
    singles = tuple(trial for _, trial, _ in timed)
    everything = [
        pair
        for pair in itertools.combinations([r for r, _, _ in timed], 2)
        if pair[0].quantity != pair[1].quantity
    ]
    pairs = tuple(_trial(bench, pair)[0] for pair in _sample(everything))
    examples = tuple(_examples(assignment))
    problems = [
        *(f"the worked solution itself: {q} is {v}" for q, v in _wrong(right)),
        *_example_problems(examples),
        *_trial_problems(singles),
        *_vacuous(bench, singles, known),
    ]
    notes = _missing_examples(examples)
    if bench.functions is None:
        notes.append("there is no wrapped.py: what mistakes give was judged, but checks.py not run")
    return Audit(
        assignment=assignment.name,
        title=assignment.file.title,
        problems=tuple(problems),
        notes=tuple(notes),
        examples=examples,
        singles=singles,
        pairs=pairs,
        pairs_in_all=len(everything),
        margins=tuple(Margin(**entry) for entry in read_margins(assignment.fixtures, bench.graded)),
        judging_ms=1000 * float(np.median([seconds for _, _, seconds in timed] or [0.0])),
    )


def _missing_examples(examples: Sequence[Example]) -> list[str]:
    notes = []
    if not any(example.wanted for example in examples):
        notes.append("no example whose name begins with correct was graded")
    if not any(example.wanted == 0 for example in examples):
        notes.append("there is no handout.ipynb to grade")
    return notes


def _examples_alone(assignment: Assignment) -> Audit:
    """Grade the examples and the handout: where nothing has an expected value, they are all."""
    examples = tuple(_examples(assignment))
    problems = tuple(_example_problems(examples))
    notes = ("nothing has an expected value: only submissions show what is required",)
    return Audit(
        assignment=assignment.name,
        title=assignment.file.title,
        problems=problems,
        notes=(*_missing_examples(examples), *notes),
        examples=examples,
        singles=(),
        pairs=(),
        pairs_in_all=0,
        margins=(),
        judging_ms=0.0,
    )


def _bench(assignment: Assignment) -> _Bench:
    solution, _ = load_worked(assignment)
    inputs = read_inputs(assignment.fixtures, assignment.worked_path)
    path = assignment.folder / "wrapped.py"
    functions = None
    if path.is_file():
        module = load_module(path, f"gradelab_wrapped_{assignment.name}")
        functions = getattr(module, "functions", None)
        if not callable(functions):
            raise AssignmentError(f"{path}: it needs a function `functions(run)`")
    cases = tuple(read_expected(assignment.fixtures, inputs))
    stored = read_diagnosis(assignment.fixtures)
    return _Bench(assignment, solution, assignment.load_checks(), functions, cases, stored)


def _trial(bench: _Bench, made: Sequence[Replacement]) -> tuple[Trial, float]:
    found, seconds = bench.judgement(made)
    certain = {c.alternatives[0][0].id for c in found.causes if len(c.alternatives) == 1}
    certain |= {r.id for c in found.causes if len(c.alternatives) == 1 for r in c.alternatives[0]}
    among = {
        r.id for c in found.causes if len(c.alternatives) > 1 for e in c.alternatives for r in e
    }
    trial = Trial(
        tuple(r.id for r in made),
        bool(_wrong(found)),
        tuple(sorted(certain)),
        tuple(sorted(among)),
    )
    return trial, seconds


def _wrong(found: Judgement) -> list[tuple[str, str]]:
    return [(q.quantity, q.verdict) for q in found.quantities if q.verdict != "correct"]


def _sample(pairs: Sequence[tuple[Replacement, Replacement]]) -> list[tuple[Replacement, ...]]:
    if len(pairs) <= MAX_PAIRS:
        return list(pairs)
    chosen = np.random.default_rng(len(pairs)).choice(len(pairs), MAX_PAIRS, replace=False)
    return [pairs[i] for i in sorted(chosen)]


def _examples(assignment: Assignment) -> Iterator[Example]:
    """Grade the examples and the handout; a file whose name begins with "correct" is right."""
    paths = sorted((assignment.folder / "examples").glob("*.*"))
    handout = assignment.folder / "handout.ipynb"
    for path in [*paths, *([handout] if handout.is_file() else [])]:
        if path.suffix not in (".ipynb", ".py"):
            continue
        with WarmParent() as parent:
            result = grade(read_submission(path), assignment, parent)
        wanted = None
        if path == handout:
            wanted = 0.0
        elif path.stem.startswith("correct"):
            wanted = result.max_score
        yield Example(path.name, result.score, result.max_score, wanted)


def _example_problems(examples: Sequence[Example]) -> Iterator[str]:
    for example in examples:
        if example.wanted is not None and example.score != example.wanted:
            yield (
                f"{example.file} got {example.score:g} of {example.max_score:g} points "
                f"and should get {example.wanted:g}"
            )


def _trial_problems(trials: Sequence[Trial]) -> Iterator[str]:
    words = {
        "unnoticed": "is noticed by no check",
        "unnamed": "is noticed, but not named",
        "confused": "is taken for another one",
    }
    for trial in trials:
        if trial.outcome in words:
            called = ", ".join((*trial.called, *trial.among))
            yield f"{' and '.join(trial.made)} {words[trial.outcome]}" + (
                f": {called}" if called else ""
            )


def _vacuous(
    bench: _Bench, singles: Sequence[Trial], known: Sequence[Replacement]
) -> Iterator[str]:
    """Yield what would pass without being right, and what nothing can fail."""
    by_id = {r.id: r for r in known}
    spoilt = {
        quantity
        for trial in singles
        if trial.noticed
        for quantity, _ in _wrong(bench.judgement([by_id[i] for i in trial.made])[0])
    }
    for quantity in bench.graded:
        if quantity not in spoilt:
            yield f"{quantity}: no known mistake makes it wrong, so nothing shows what it checks"
        zeros = [compared(quantity, 0 * case.values[quantity], case) for case in bench.cases]
        if all(found.verdict == "correct" for found in zeros):
            yield f"{quantity}: zeros pass on every case"
        yield from _insensitive(bench, quantity)


def _insensitive(bench: _Bench, quantity: str) -> Iterator[str]:
    """Yield the steps before a quantity that could give all ones without changing it."""
    steps = bench.solution.ancestors(quantity) & set(bench.solution.quantities)
    for step in sorted(steps - set(bench.graded)):
        if all(_same_with_ones(bench, quantity, step, case) for case in bench.cases):
            yield f"{quantity}: on no case does it matter what {step} is; ones pass as well"


def _same_with_ones(bench: _Bench, quantity: str, step: str, case: Expected) -> bool:
    ones = {step: np.ones_like(case.values[step])}
    try:
        value = bench.solution.run(case.inputs, given=ones, wanted=[quantity])[quantity]
    except Exception:  # it does matter
        return False
    return np.allclose(value, case.values[quantity], rtol=1e-9, atol=0)
