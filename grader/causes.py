"""Explains wrong findings: mistakes, conventions, and errors carried forward.

Which mistakes were made is decided over all quantities and cases at once (`grader.explain`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from reference.worked import WorkedSolution

from .compare import Outcome, allowing_for, as_numbers
from .explain import (
    NOTHING,
    Explainer,
    Explanation,
    Known,
    Observed,
    comparable,
    explain,
)
from .explain_stored import Stored, StoredExplainer
from .explain_worked import WorkedExplainer
from .findings import Expected, Finding, FoundCause, compared
from .relations import paired, plain_factor
from .results import Verdict
from .spoilt import spoilt_by, visible_steps
from .telling import is_telling
from .usable import is_finite, is_usable, usable_where_finite


def explained(
    load: Callable[[], WorkedSolution] | None,
    stored: Callable[[], Stored | None],
    accepted: Sequence[Sequence[str]],
    findings: dict[str, list[Finding]],
    cases: Sequence[Expected],
    swapped: Collection[str],
    loss: str | None,
    own: Collection[str],
) -> tuple[tuple[FoundCause, ...], dict[str, str]]:
    """Explain wrong findings in place; return the causes, and what may have spoilt the rest.

    Parameters
    ----------
    swapped : collection of str
        Quantities that were exchanged, and need no other cause.
    loss, own : str or None, collection of str
        The loss, and the gradients that are right for the student's own one.
    """
    wrong = [q for q, found in findings.items() if any(f.verdict == "wrong" for f in found)]
    if not wrong:
        return (), {}
    seen = _observed(findings, cases)
    usable = [q for q in findings if is_usable(q, findings[q], seen) and q not in swapped]
    solution = None if load is None else load()
    known = stored() if solution is None else None
    if solution is None and known is None:
        return (), {}

    def with_base(
        base: Sequence[str],
        seen: Sequence[Observed] = seen,
        usable: Sequence[str] = usable,
    ) -> Explainer:
        if solution is not None:
            chosen = [r for r in solution.conventions if r.id in base]
            return WorkedExplainer(solution, seen, usable, chosen, stored)
        assert known is not None
        return StoredExplainer(known, seen, usable, base)

    base = _base(with_base, accepted, findings)
    explainer = with_base(base)
    sought = [q for q, found in findings.items() if _is_numbers(found) and q not in swapped]
    for quantity in sought:
        explainer.settle(quantity)
    # NaN is no result of a right method, whatever it was computed from.
    right = [q for q in sought if is_finite(findings[q]) and explainer.holds(NOTHING, q)]
    # With another activation the method is right if the gradient belongs to that network's loss,
    # but not if the loss is the student's invention too.
    follows = [q for q in own if q in sought and q not in right] if loss in right else []
    follows = [q for q in follows if set(wrong) & explainer.boundary(q)]
    open_ones = [q for q in wrong if q in sought and q not in (*right, *follows)]
    telling = [q for q in open_ones if is_telling(findings[q])]
    visible = visible_steps(findings, explainer)
    found = explain(explainer, open_ones, right, telling, visible)
    by_name = {case.name: case for case in seen}
    conventional: set[str] = set()
    order = {q: n for n, q in enumerate(cases[0].values)}
    for quantity in sorted((q for q in wrong if q in sought), key=order.__getitem__):
        made_from = tuple(sorted(q for q in explainer.boundary(quantity) if q in wrong))
        verdict: Verdict = "wrong"
        if quantity in follows:
            verdict = "carried"
        if quantity in right:
            another = explainer.own(frozenset(base), quantity) or made_from
            # What follows from a convention alone is as right as that is.
            verdict = "convention" if another and conventional >= {*made_from} else "carried"
            conventional |= {quantity} if verdict == "convention" else set()
        for explanation in found:
            if quantity in explanation.explains:
                here = explainer.own(explanation.sets[0], quantity)
                verdict = "mistake" if here else "carried"
        _revise(quantity, verdict, made_from, findings[quantity], explainer, by_name, cases)
    explained_ones = {q for explanation in found for q in explanation.explains}
    partly = usable_where_finite(findings, usable, swapped, seen)
    if partly is not None:
        relaxed = with_base(base, *partly)
        for quantity in (q for q in open_ones if q not in explained_ones):
            _carry_where_finite(quantity, relaxed, partly[0], findings[quantity], wrong, cases)
    verdicts = {q: {f.verdict for f in findings[q]} for q in wrong}
    carried = [q for q in wrong if "carried" in verdicts[q] and "wrong" not in verdicts[q]]
    causes: list[FoundCause] = []
    for explanation in found:
        # What is a plain multiple on its way alone is said to be that: no step need be wrong.
        first = explanation.explains[0]
        plain = plain_factor(first, findings[first], cases) if explanation.alone else None
        made = list(_causes(explanation, explainer, carried, wrong))
        causes += [replace(made[0], relation=plain)] if len(made) == 1 else made
    causes.sort(key=lambda c: order[c.alternatives[0][0].quantity])
    return tuple(causes), spoilt_by(findings, explainer)


def _observed(
    findings: Mapping[str, Sequence[Finding]], cases: Sequence[Expected]
) -> list[Observed]:
    """Return what was observed as numbers, the smallest case first."""
    seen = []
    on: dict[str, dict[str, Finding]] = {case.name: {} for case in cases}
    for quantity, found in findings.items():
        for finding in found:
            on[finding.case][quantity] = finding
    for case in cases:
        values, tolerances = {}, dict(case.tolerances)
        for quantity, finding in on[case.name].items():
            array = None if finding.failure else as_numbers(finding.observed)
            if array is not None and array.dtype.kind in "iuf":
                values[quantity] = comparable(np.asarray(array, dtype=np.float64))
                tolerances[quantity] = allowing_for(finding.observed, tolerances[quantity])
        if on[case.name]:
            seen.append(Observed(case.name, case.inputs, values, tolerances))
    return sorted(seen, key=lambda case: sum(np.asarray(v).size for v in case.inputs.values()))


def _is_numbers(found: Sequence[Finding]) -> bool:
    """Whether a quantity has values, and what is wrong with them is numbers or their shape."""
    compared = [f.comparison for f in found if f.comparison is not None]
    good = (Outcome.EQUAL, Outcome.VALUES, Outcome.SHAPE, Outcome.FINITE)
    return bool(compared) and all(c.outcome in good for c in compared)


def _carry_where_finite(
    quantity: str,
    explainer: Explainer,
    seen: Sequence[Observed],
    found: list[Finding],
    wrong: Sequence[str],
    cases: Sequence[Expected],
) -> None:
    """Carry on those cases on which all that a quantity was computed from is finite."""
    boundary = explainer.boundary(quantity)
    there = {case.name: case for case in seen if boundary <= case.values.keys()}
    made_from = tuple(sorted(boundary & {*wrong}))
    if made_from:
        _revise(quantity, "wrong", made_from, found, explainer, there, cases)


def _base(
    with_base: Callable[[Sequence[str]], Explainer],
    accepted: Sequence[Sequence[str]],
    findings: Mapping[str, Sequence[Finding]],
) -> Sequence[str]:
    """Return the accepted convention that the submission keeps to, if it keeps to one."""
    correct = [q for q, found in findings.items() if all(f.verdict == "correct" for f in found)]
    others = [q for q in findings if q not in correct and _is_numbers(findings[q])]
    best: Sequence[str] = ()
    most = 0
    for group in ((), *accepted):  # a convention has to explain more than its absence does
        explainer = with_base(group)
        if group and not all(explainer.holds(NOTHING, q) for q in correct):
            continue  # one convention here, another one there
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
    wrong = [f for f in found if f.verdict == "wrong"]
    if verdict == "carried" and not any(np.any(as_numbers(f.observed)) for f in wrong):
        return  # zeros follow from zeros without any method: they stay wrong
    for at, (finding, case) in enumerate(paired(found, cases)):
        if finding.verdict != "wrong":
            continue
        if case.name not in seen:
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
        # All of them, where the quantity at which it happened is wrong in another way as well.
        # One without which a quantity would be the same explains nothing of it.
        others = found.sets[0] - ids
        explains = tuple(q for q in found.explains if not explainer.holds(others, q))
        explains = explains or found.explains
        later = (q for q in carried if q not in explains)
        behind = tuple(q for q in later if _comes_from(q, explains, explainer, wrong))
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
