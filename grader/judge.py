"""Observations and expected values -> verdicts, causes and points.

For each case of a quantity the first that holds: `correct`; `convention`; `carried`; `mistake`;
`wrong` with a plain pattern (`grader.relations`); `wrong` without one. Which mistakes were made is
decided over all quantities and cases at once (`grader.explain`). Pure functions; `grader.wording`
says in words what they decide.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.worked import WorkedSolution

from .compare import Comparison, Outcome, Tolerance, as_numbers, compare
from .explain import NOTHING, Explainer, Explanation, Known, Observed, explain
from .explain_stored import Stored, StoredExplainer
from .explain_worked import WorkedExplainer
from .relations import Relation, exchanged, find_relation
from .results import Failure, Verdict

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Expected:
    """One case as the judge needs it.

    Attributes
    ----------
    name : str
    hidden : bool
    sizes : mapping of str to int
        The letters of the shapes: ``{"N": 64}``.
    values : mapping of str to ndarray
        Every quantity of the worked solution.
    tolerances : mapping of str to Tolerance
    inputs : mapping of str to value
        What the quantities are computed from.
    """

    name: str
    hidden: bool
    sizes: Mapping[str, int]
    values: Mapping[str, Array]
    tolerances: Mapping[str, Tolerance]
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scoring:
    """What a verdict is worth, as a share of the points, and what public cases weigh together.

    With `once`, a mistake costs points at the first quantity that it spoils, and no others.
    """

    public: float = 0.5
    convention: float = 1.0
    carried: float = 1.0
    mistake: float = 0.5
    once: bool = False

    def worth(self, verdict: Verdict) -> float:
        """Return the share of the points that a verdict earns."""
        known = {"convention": self.convention, "carried": self.carried, "mistake": self.mistake}
        return 1.0 if verdict == "correct" else known.get(verdict, 0.0)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the judge decided on one case: a verdict, and the comparison or failure behind it.

    `given` names the student's own wrong quantities from which `expected` was computed.
    """

    case: str
    hidden: bool
    verdict: Verdict
    comparison: Comparison | None = None
    failure: Failure | None = None
    observed: Any = None
    expected: Array | None = None
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuantityJudgement:
    """One quantity of one check, over all cases; its points as a share, None if nobody can say."""

    check: str
    quantity: str
    verdict: Verdict
    share: float | None
    findings: tuple[Finding, ...]
    relation: Relation | None = None


@dataclass(frozen=True, slots=True)
class FoundCause:
    """A mistake or convention that explains quantities.

    Attributes
    ----------
    alternatives : tuple of tuple of Known
        One entry: this was done. More: one of these, and no case can tell which; an entry of
        several was done together.
    explains : tuple of str
        The quantities in whose computation it happened.
    carried : tuple of str
        Those that are wrong only because they were computed from these.
    alone : bool
        Whether it happened on the way to these quantities only, not at the common step.
    """

    alternatives: tuple[tuple[Known, ...], ...]
    explains: tuple[str, ...]
    carried: tuple[str, ...] = ()
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything decided on one submission."""

    quantities: tuple[QuantityJudgement, ...]
    causes: tuple[FoundCause, ...] = ()


Values = Mapping[str, Mapping[str, Any]]
"""quantity -> case -> what was observed, a `Failure` in the place of what never came."""


def judge(
    checks: Mapping[str, Sequence[str]],
    observed: Values,
    cases: Sequence[Expected],
    scoring: Scoring,
    solution: Callable[[], WorkedSolution] | None = None,
    stored: Callable[[], Stored | None] = lambda: None,
    accepted: Sequence[Sequence[str]] = (),
) -> Judgement:
    """Judge one submission.

    Parameters
    ----------
    checks : mapping of str to sequence of str
        The quantities that each check observes; none stands in two.
    observed : mapping of quantity to mapping of case to value
    cases : sequence of Expected
        Public ones first.
    solution : callable, optional
        Returns the worked solution, in which known mistakes are made, given the student's own
        values. It is asked for only where something is wrong.
    stored : callable, optional
        Returns what the fixtures hold of known mistakes: all there is without a solution. With
        neither, nothing is explained but plain patterns.
    accepted : sequence of sequence of str
        Conventions that the assignment accepts; those of one entry go together.
    """
    names = [name for quantities in checks.values() for name in quantities]
    findings = {
        name: [compared(name, observed[name][case.name], case) for case in cases] for name in names
    }
    swapped = {name for names in checks.values() for name in exchanged(names, findings, cases)}
    causes = _explained(solution, stored, accepted, findings, cases, swapped)
    paid: set[str] = set()
    judged = []
    for check, quantities in checks.items():
        for name in quantities:
            found = tuple(findings[name])
            failed = [f.verdict for f in found if f.verdict != "correct"]
            free = scoring.once and _paid_already(name, causes, paid)
            share = _share(found, replace(scoring, mistake=scoring.carried) if free else scoring)
            verdict: Verdict = failed[0] if failed else "correct"
            relation = find_relation(name, found, cases)
            judged.append(QuantityJudgement(check, name, verdict, share, found, relation))
    return Judgement(tuple(judged), causes)


def compared(quantity: str, value: Any, case: Expected, expected: Array | None = None) -> Finding:
    """Compare one quantity on one case with the expected value, or with another one."""
    if isinstance(value, Failure):
        return Finding(case.name, case.hidden, value.kind, failure=value)
    wanted = case.values[quantity] if expected is None else expected
    comparison = compare(value, wanted, case.tolerances[quantity])
    verdict: Verdict = "correct" if comparison.outcome is Outcome.EQUAL else "wrong"
    return Finding(case.name, case.hidden, verdict, comparison, None, value, wanted)


def _paid_already(name: str, causes: Iterable[FoundCause], paid: set[str]) -> bool:
    """Whether all mistakes of a quantity have cost points elsewhere; note that they have now."""
    ids = {str(c.alternatives) for c in causes if name in c.explains}
    before = bool(ids) and ids <= paid
    paid |= ids
    return before


def _share(findings: Sequence[Finding], scoring: Scoring) -> float | None:
    """Weigh the verdicts: public cases have their share of the points, hidden ones the rest.

    A group of cases is worth its worst case: a gradient that is N times too large is right where
    N is 1, and that earns nothing. Cases that we failed on ourselves are left out; None where no
    case is left.
    """
    judged = [f for f in findings if f.verdict != "internal"]
    groups = [
        (weight, [scoring.worth(f.verdict) for f in judged if f.hidden == hidden])
        for hidden, weight in ((False, scoring.public), (True, 1 - scoring.public))
    ]
    total = sum(weight for weight, worths in groups if worths)
    if not judged:
        return None
    if total == 0:  # only cases that weigh nothing are left
        return min(scoring.worth(f.verdict) for f in judged)
    return sum(weight * min(worths) for weight, worths in groups if worths) / total


# Mistakes, conventions and carried errors --------------------------------------------------------


def _explained(
    load: Callable[[], WorkedSolution] | None,
    stored: Callable[[], Stored | None],
    accepted: Sequence[Sequence[str]],
    findings: dict[str, list[Finding]],
    cases: Sequence[Expected],
    swapped: Collection[str],
) -> tuple[FoundCause, ...]:
    """Explain wrong findings in place and return the causes; `swapped` ones need no cause."""
    wrong = [q for q, found in findings.items() if any(f.verdict == "wrong" for f in found)]
    if not wrong:
        return ()
    seen = _observed(findings, cases)
    usable = [q for q in findings if _usable(findings[q]) and q not in swapped]
    explainer: Explainer
    base: Sequence[str] = ()
    if load is not None:
        solution = load()
        base = _base(solution, accepted, seen, usable, findings)
        chosen = [r for r in solution.conventions if r.id in base]
        explainer = WorkedExplainer(solution, seen, usable, chosen, stored)
    else:
        known = stored()
        if known is None:
            return ()
        explainer = StoredExplainer(known, seen, usable)
    sought = [q for q, found in findings.items() if _is_numbers(found) and q not in swapped]
    for quantity in sought:
        explainer.settle(quantity)
    right = [q for q in sought if explainer.holds(NOTHING, q)]
    found = explain(explainer, [q for q in wrong if q in sought and q not in right], right)
    by_name = {case.name: case for case in seen}
    for quantity in [q for q in wrong if q in sought]:
        made_from = tuple(sorted(q for q in explainer.boundary(quantity) if q in wrong))
        verdict: Verdict = "wrong"
        if quantity in right:
            another = explainer.own(frozenset(base), quantity)
            verdict = "convention" if another and not made_from else "carried"
        for explanation in found:
            if quantity in explanation.explains:
                here = explainer.own(explanation.sets[0], quantity)
                verdict = "mistake" if here else "carried"
        _revise(quantity, verdict, made_from, findings[quantity], explainer, by_name, cases)
    verdicts = {q: {f.verdict for f in findings[q]} for q in wrong}
    carried = [q for q in wrong if "carried" in verdicts[q] and "wrong" not in verdicts[q]]
    causes = [
        cause for explanation in found for cause in _causes(explanation, explainer, carried, wrong)
    ]
    order = {q: n for n, q in enumerate(cases[0].values)}
    return tuple(sorted(causes, key=lambda c: order[c.alternatives[0][0].quantity]))


def _observed(
    findings: Mapping[str, Sequence[Finding]], cases: Sequence[Expected]
) -> list[Observed]:
    """Return what was observed as numbers, the smallest case first."""
    seen = []
    for at, case in enumerate(cases):
        values = {}
        for quantity, found in findings.items():
            array = None if found[at].failure else as_numbers(found[at].observed)
            if array is not None and array.dtype.kind in "iuf" and np.isfinite(array).all():
                values[quantity] = np.asarray(array, dtype=np.float64)
        seen.append(Observed(case.name, case.inputs, values, case.tolerances))
    return sorted(seen, key=lambda case: sum(np.asarray(v).size for v in case.inputs.values()))


def _is_numbers(found: Sequence[Finding]) -> bool:
    """Whether a quantity has values, and what is wrong with them is numbers or their shape."""
    compared = [f.comparison for f in found if f.comparison is not None]
    good = (Outcome.EQUAL, Outcome.VALUES, Outcome.SHAPE)
    return bool(compared) and all(c.outcome in good for c in compared)


def _usable(found: Sequence[Finding]) -> bool:
    """Whether a quantity has on every case a value that others can be computed from."""
    good = (Outcome.EQUAL, Outcome.VALUES)
    return all(f.comparison is not None and f.comparison.outcome in good for f in found)


def _base(
    solution: WorkedSolution,
    accepted: Sequence[Sequence[str]],
    seen: Sequence[Observed],
    usable: Sequence[str],
    findings: Mapping[str, Sequence[Finding]],
) -> Sequence[str]:
    """Return the accepted convention that the submission keeps to, if it keeps to one."""
    correct = [q for q, found in findings.items() if all(f.verdict == "correct" for f in found)]
    known = {r.id: r for r in solution.conventions}
    best: Sequence[str] = ()
    most = 0
    for group in accepted:
        explainer = WorkedExplainer(solution, seen, usable, [known[i] for i in group])
        if not all(explainer.holds(NOTHING, q) for q in correct):
            continue  # one convention here, another one there
        others = [q for q in findings if q not in correct and _is_numbers(findings[q])]
        gained = sum(explainer.holds(NOTHING, q) for q in others)
        if gained > most:
            best, most = group, gained
    return best


def _revise(
    quantity: str,
    verdict: Verdict,
    given: tuple[str, ...],
    found: list[Finding],
    explainer: Explainer,
    seen: Mapping[str, Observed],
    cases: Sequence[Expected],
) -> None:
    """Give the wrong findings of a quantity their verdict; compare what stays wrong fairly."""
    for at, (finding, case) in enumerate(zip(found, cases, strict=True)):
        if finding.verdict != "wrong":
            continue
        if verdict != "wrong" or not given:
            found[at] = replace(finding, verdict=verdict, given=given)
            continue
        computed = explainer.compute(NOTHING, quantity, seen[case.name])
        if computed is not None:
            again = compared(quantity, finding.observed, case, computed)
            right: Verdict = "carried" if again.verdict == "correct" else "wrong"
            found[at] = replace(again, verdict=right, given=given)


def _causes(
    found: Explanation, explainer: Explainer, carried: Sequence[str], wrong: Sequence[str]
) -> Iterator[FoundCause]:
    """Yield a cause for each mistake that is certain, and one for those that look alike."""
    known = explainer.known
    certain = frozenset.intersection(*found.sets)
    groups: list[tuple[tuple[Known, ...], ...]] = [((known[i],),) for i in sorted(certain)]
    rest = tuple(tuple(known[i] for i in sorted(s - certain)) for s in found.sets if s - certain)
    if rest:
        groups.append(rest)
    for alternatives in groups:
        ids = frozenset(r.id for entry in alternatives for r in entry)
        explains = tuple(q for q in found.explains if explainer.own(ids, q))
        behind = tuple(q for q in carried if _comes_from(q, explains, explainer, wrong))
        yield FoundCause(alternatives, explains, behind, found.alone)


def _comes_from(
    quantity: str, sources: Sequence[str], explainer: Explainer, wrong: Sequence[str]
) -> bool:
    """Whether a carried quantity was computed, directly or not, from one of `sources`."""
    waiting, seen = [quantity], {quantity}
    while waiting:
        for before in explainer.boundary(waiting.pop()):
            if before in sources:
                return True
            if before in wrong and before not in seen:
                seen.add(before)
                waiting.append(before)
    return False
