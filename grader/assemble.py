"""Judgements and observations -> the `Result` that every report is made from."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from . import wording
from .compare import as_numbers
from .findings import Finding, FoundCause, Judgement, QuantityJudgement
from .relations import Relation
from .results import Case, Cause, Check, Diagnosis, Difference, Place, Quantity

WRONG = ("wrong", "mistake")  # verdicts of a value that came and is not right
REQUIREMENT = "requirement"  # the id of what needs no cause: the requirement says what is wrong
MAX_ENTRIES = 8  # rows of a table of differences
MAX_SIDE = 20  # blocks of a map of differences, each way


def checks_of(
    judgement: Judgement, titles: Mapping[str, str], points: Mapping[str, Mapping[str, float]]
) -> tuple[Check, ...]:
    """Return the checks with their points and messages."""
    checks = []
    for name, title in titles.items():
        quantities = tuple(
            _quantity(judged, points[name][judged.quantity], judgement)
            for judged in judgement.quantities
            if judged.check == name
        )
        score = _rounded(sum(q.score for q in quantities))
        checks.append(
            Check(name, title, score, _rounded(sum(q.max_score for q in quantities)), quantities)
        )
    return tuple(checks)


def _rounded(points: float) -> float:
    return round(points, 6)  # sums of thirds and tenths


def _quantity(judged: QuantityJudgement, points: float, judgement: Judgement) -> Quantity:
    share = 0.0 if judged.share is None else judged.share  # None: nobody could judge it
    return Quantity(
        judged.quantity,
        judged.verdict,
        _rounded(share * points),
        points,
        wording.quantity(judged),
        _diagnosis(judged, judgement.causes),
        tuple(_case(finding) for finding in judged.findings),
    )


def _diagnosis(judged: QuantityJudgement, causes: Sequence[FoundCause] = ()) -> Diagnosis | None:
    cause = next((c for c in causes if judged.quantity in c.explains), None)
    if cause is not None:
        text, hint = wording.cause(cause)
        return Diagnosis("mistake", _cause_id(cause), judged.quantity, text, hint)
    wrong = [finding for finding in judged.findings if finding.verdict == "wrong"]
    if not wrong:
        return None
    if wrong[0].decision is not None:
        text, hint = _unmet(judged.quantity, wrong)
        return Diagnosis("none", REQUIREMENT, judged.quantity, text, hint)
    if judged.relation is None:
        text = wording.no_known_cause(judged.quantity, wording.finding(wrong[0]), judged.after)
        return Diagnosis("none", None, judged.quantity, text)
    text, hint = wording.relation([judged.quantity], judged.relation, _shapes([judged]))
    return Diagnosis("pattern", _relation_id(judged.relation), judged.quantity, text, hint)


def _cause_id(cause: FoundCause) -> str:
    return "|".join("+".join(r.id for r in entry) for entry in cause.alternatives)


def _relation_id(relation: Relation) -> str:
    if relation.same_as is not None:
        return f"same-as-{relation.same_as}"
    factor = relation.symbol or (None if relation.factor is None else f"{relation.factor:.6g}")
    parts = [relation.layout, f"times {factor}" if factor is not None else None]
    return " ".join(part for part in parts if part).replace(" ", "-")


def _shapes(judged: Sequence[QuantityJudgement]) -> str:
    """Return the wrong shape and the right one, where they are the same for all, for a sentence."""
    first = [next(f for f in q.findings if f.verdict == "wrong" and f.comparison) for q in judged]
    pairs = {(f.comparison.shape, f.comparison.expected_shape) for f in first if f.comparison}
    have, wanted = pairs.pop()
    if pairs or not have or not wanted or have == wanted:
        return ""
    return f": {wording.shape_text(have)} where {wording.shape_text(wanted)} was asked for"


def _case(finding: Finding) -> Case:
    c = finding.comparison
    place = finding.failure.places[-1] if finding.failure and finding.failure.places else None
    plain = Case(finding.case, finding.hidden, finding.verdict, wording.finding(finding))
    if finding.hidden or c is None:
        return Case(plain.name, plain.hidden, plain.verdict, plain.message, place=place)
    difference = _difference(finding)
    return Case(
        plain.name, False, plain.verdict, plain.message, c.max_error, c.where, difference, place
    )


def _difference(finding: Finding) -> Difference | None:
    """Return the worst entries and a map, for an array of the right shape."""
    c, expected = finding.comparison, finding.expected
    if c is None or c.excess is None or expected is None:
        return None
    observed = np.asarray(as_numbers(finding.observed), dtype=np.float64)
    worst = np.argsort(-c.excess, axis=None, kind="stable")[: min(MAX_ENTRIES, c.n_wrong)]
    entries = []
    for flat in worst:
        index = np.unravel_index(int(flat), expected.shape)
        where = f"[{', '.join(str(int(i)) for i in index)}]" if expected.shape else ""
        entries.append((where, f"{observed[index]:.8g}", f"{expected[index]:.8g}"))
    levels, block = _map(observed, expected, c.excess)
    return Difference(tuple(entries), c.n_wrong, expected.size, levels, block)


def _map(
    observed: NDArray[np.float64], expected: NDArray[np.float64], excess: NDArray[np.float64]
) -> tuple[tuple[tuple[int, ...], ...], tuple[int, int]]:
    """Return how wrong each block of the array is, 0 to 4, and the size of a block.

    1: below 1 per cent of the largest entry, 2: below 10, 3: below 100, 4: above.
    """
    largest = float(np.max(np.abs(expected), initial=0.0)) or 1.0
    error = np.abs(observed - expected) / largest
    level = np.where(excess > 1, 1 + np.digitize(error, [0.01, 0.1, 1.0]), 0)
    rows = level.reshape(1, -1) if level.ndim < 2 else level.reshape(level.shape[0], -1)
    high, wide = (max(1, -(-n // MAX_SIDE)) for n in rows.shape)
    blocks = tuple(
        tuple(
            int(rows[top : top + high, left : left + wide].max())
            for left in range(0, rows.shape[1], wide)
        )
        for top in range(0, rows.shape[0], high)
    )
    return blocks, (high, wide)


Locate = Callable[[str, str, str], Place | None]
"""From a check, a quantity of it and the step in question to that line of the submission."""


def causes_of(
    judgement: Judgement,
    locate: Locate,
    loss: str | None = None,
    own: Mapping[str, bool] | None = None,
) -> tuple[Cause, ...]:
    """Group what went wrong by its cause.

    Known mistakes come first, then patterns, failures, what is unexplained, and the requirements
    that are not met, as these may well follow from the rest. One failure at one line is one cause,
    however many quantities and cases it takes with it.

    Parameters
    ----------
    loss, own : str, mapping of str to bool, optional
        The loss, and for its gradients whether they are right for the student's own one.
    """
    checks = {judged.quantity: judged.check for judged in judgement.quantities}
    causes = [*_mistakes(judgement, checks, locate), *_patterns(judgement, locate)]
    open_ones = {q.quantity for q in judgement.quantities if not _explained(q)}
    differs = any(
        q.quantity == loss and q.verdict in WRONG and q.after is None for q in judgement.quantities
    )
    mine = [name for name, right in (own or {}).items() if right and name in open_ones]
    others = [name for name, right in (own or {}).items() if not right and name in open_ones]
    if differs and mine and loss is not None:
        explains = tuple(f"{checks[name]}.{name}" for name in mine)
        place = locate(checks[loss], loss, loss)
        causes.append(
            Cause("own-loss", loss, wording.own_loss(loss, mine, others), None, explains, place)
        )
    told = mine if differs else []
    return (
        *causes,
        *_failures(judgement),
        *_unexplained(judgement, locate, told),
        *_requirements(judgement, locate),
    )


def _explained(judged: QuantityJudgement) -> bool:
    return judged.relation is not None or all(f.verdict != "wrong" for f in judged.findings)


def _mistakes(judgement: Judgement, checks: Mapping[str, str], locate: Locate) -> list[Cause]:
    causes = []
    for found in judgement.causes:
        text, hint = wording.cause(found)
        quantity = found.alternatives[0][0].quantity
        first = found.explains[0]
        place = locate(checks[first], first, first if found.alone else quantity)
        explains = tuple(f"{checks[q]}.{q}" for q in (*found.explains, *found.carried))
        causes.append(Cause(_cause_id(found), quantity, text, hint, explains, place))
    return causes


def _patterns(judgement: Judgement, locate: Locate) -> list[Cause]:
    groups: dict[tuple[str, Relation, tuple[str, ...]], list[QuantityJudgement]] = {}
    for judged in judgement.quantities:
        if judged.relation is not None:
            on = tuple(f.case for f in judged.findings if f.verdict == "wrong")
            key = (judged.check, _shared(judged), on)
            groups.setdefault(key, []).append(judged)
    causes = []
    for (check, _, _), members in groups.items():
        names = [judged.quantity for judged in members]
        relation = members[0].relation
        assert relation is not None
        text, hint = wording.relation(names, relation, _shapes(members))
        explains = tuple(f"{check}.{name}" for name in names)
        place = locate(check, names[0], names[0])
        cases = _happens_on(members)
        text = f"{text} {wording.happens_on(cases)}" if cases else text
        causes.append(Cause(_relation_id(relation), names[0], text, hint, explains, place))
    return causes


def _happens_on(members: Sequence[QuantityJudgement]) -> list[str]:
    """Return the cases on which a pattern shows, or nothing if it shows on all."""
    findings = [f for judged in members for f in judged.findings]
    wrong = list(dict.fromkeys(f.case for f in findings if f.verdict == "wrong"))
    return [] if len(wrong) == len({f.case for f in findings}) else wrong


def _shared(judged: QuantityJudgement) -> Relation:
    """Return what quantities with the same cause have in common in their relations."""
    relation = judged.relation
    assert relation is not None
    if relation.same_as is not None:  # A goes as B and B as A: one exchange
        return Relation(same_as=" ".join(sorted([judged.quantity, relation.same_as])))
    # N differs from case to case, and a number is known to some digits.
    known = relation.symbol is None and relation.factor is not None
    factor = float(f"{relation.factor:.4g}") if known else None
    return Relation(relation.layout, factor, relation.symbol)


def _failures(judgement: Judgement) -> list[Cause]:
    """Group failures: one kind of exception at one line of the submission is one cause."""
    groups: dict[tuple[str, str | None, Place | str], list[tuple[str, Finding]]] = {}
    possible: dict[str, set[str]] = {}  # a check may have been run on the first case only
    for judged in judgement.quantities:
        possible[f"{judged.check}.{judged.quantity}"] = {f.case for f in judged.findings}
        for finding in judged.findings:
            failure = finding.failure
            if failure is None or failure.kind == "blocked":
                continue  # blocked is nobody's fault, and its cause stands here already
            at = failure.places[-1] if failure.places else failure.called or failure.text
            # Two missing keys of one dictionary are two causes, with their own words.
            what = failure.text if failure.kind == "missing" else failure.type
            name = f"{judged.check}.{judged.quantity}"
            groups.setdefault((failure.kind, what, at), []).append((name, finding))
    causes = []
    for (kind, _, at), members in groups.items():
        names = tuple(dict.fromkeys(name for name, _ in members))
        first = next((f for _, f in members if not f.hidden), members[0][1])
        cases = tuple(dict.fromkeys(finding.case for _, finding in members))
        everywhere = set(cases) == set().union(*(possible[name] for name in names))
        text = wording.failure_cause(wording.finding(first), cases, everywhere)
        place = at if isinstance(at, Place) else None
        causes.append(Cause(kind, names[0].split(".")[-1], text, None, names, place))
    return causes


def _unexplained(judgement: Judgement, locate: Locate, own: Sequence[str]) -> list[Cause]:
    """Return one honest "no known cause" for each check that needs it.

    What may follow from a value that is not finite is told there, and not for each check again.
    """
    by_check: dict[str, list[QuantityJudgement]] = {}
    behind: dict[str, list[QuantityJudgement]] = {}
    for judged in judgement.quantities:
        diagnosis = _diagnosis(judged, judgement.causes)
        if diagnosis is None or diagnosis.kind != "none" or diagnosis.id == REQUIREMENT:
            continue
        if judged.quantity in own:
            continue
        if judged.after is not None:
            behind.setdefault(judged.after, []).append(judged)
        else:
            by_check.setdefault(judged.check, []).append(judged)
    groups = []
    for found in by_check.values():
        spoilt = {q.quantity: behind.pop(q.quantity) for q in found if q.quantity in behind}
        groups.append((found, spoilt))
    groups += [([], {first: spoilt}) for first, spoilt in behind.items()]  # the first has a cause
    right = [q.quantity for q in judgement.quantities if q.verdict == "correct"]
    causes = []
    for found, spoilt in groups:
        members = [*found, *itertools.chain(*spoilt.values())]
        first = members[0]
        explains = tuple(f"{q.check}.{q.quantity}" for q in members)
        place = locate(first.check, first.quantity, first.quantity)
        text = wording.unexplained(found, spoilt, right)
        causes.append(Cause("unknown", first.quantity, text, None, explains, place))
    return causes


def _unmet(quantity: str, found: Sequence[Finding]) -> tuple[str, str | None]:
    """Return the sentence and the hint for a requirement that was not met."""
    text = wording.requirement_unmet(quantity, wording.finding(found[0]))
    # The author's sentence is about a number that is off, not about one that is not there.
    said = next((f.decision for f in found if f.decision and f.decision.why == "unmet"), None)
    if said is None:
        return text, None
    return f"{text} {said.requirement.because}".strip(), said.requirement.hint


def _requirements(judgement: Judgement, locate: Locate) -> list[Cause]:
    """Return a cause for each requirement that is not met: nothing else has to explain it."""
    causes = []
    for judged in judgement.quantities:
        unmet = [f for f in judged.findings if f.decision and f.decision.why]
        if unmet:
            cases = [f.case for f in unmet]
            text, hint = _unmet(judged.quantity, unmet)
            if len(unmet) < len(judged.findings):
                text = f"{text} {wording.happens_on(cases)}"
            explains = (f"{judged.check}.{judged.quantity}",)
            place = locate(judged.check, judged.quantity, judged.quantity)
            causes.append(Cause(REQUIREMENT, judged.quantity, text, hint, explains, place))
    return causes
