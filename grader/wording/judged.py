"""What the judge found: a comparison, a quantity, a cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..results import Failure, Opaque
from .patterns import relation
from .required import decided
from .values import HIDDEN, described, listed, shape_text, short, times

if TYPE_CHECKING:  # checks word too, and must not load the judge
    from ..compare import Comparison
    from ..explain import Known
    from ..findings import Finding, FoundCause, QuantityJudgement


def finding(found: Finding) -> str:
    """Say how one quantity came out on one case."""
    if found.failure is not None:
        return _failure(found.failure, found.hidden)
    if found.decision is not None:
        return decided(found.decision, found.hidden)
    if found.comparison is None or found.verdict == "correct":
        return "right"
    if found.verdict == "carried":
        return f"right, given your {listed(found.given)}" if found.given else "right otherwise"
    if found.verdict == "convention":
        return "right, in another convention that is accepted"
    text = _comparison(found.comparison, found.hidden, found.observed)
    return f"{text} (computed from your {listed(found.given)})" if found.given else text


def _failure(failure: Failure, hidden: bool) -> str:
    text = failure.casual if hidden and failure.casual is not None else failure.text
    if failure.places and failure.kind in ("error", "timeout", "memory", "crash"):
        place = failure.places[-1]
        return f"{text} ({place.cell}, line {place.line})"
    return text


def _comparison(c: Comparison, hidden: bool, observed: Any) -> str:
    wanted = f"an array of shape {shape_text(c.expected_shape)}" if c.expected_shape else "a number"
    kept = c.pattern is not None and c.pattern.layout in ("transposed", "reshaped", "list")
    right = ". The values are right" if kept and c.pattern and c.pattern.factor is None else ""
    if c.outcome == "type":
        why = f" ({observed.why})" if isinstance(observed, Opaque) and observed.why else ""
        return f"is {described(observed, hidden)}{why}, expected {wanted}{right}"
    if c.outcome == "shape":
        have = f"has shape {shape_text(c.shape or ())}" if c.shape else "is one number"
        if not c.expected_shape:
            return f"{have}, expected one number{right}"
        return f"{have}, expected {shape_text(c.expected_shape)}{right}"
    if c.outcome == "dtype":
        return f"has dtype {c.dtype}, expected float64 (or float32)"
    total = 1
    for n in c.expected_shape:
        total *= n
    if c.outcome == "finite":
        where = f", the first at {_index(c.where)}" if c.where else ""
        if total == 1:
            return "is not a finite number (nan or inf)"
        return f"{c.n_wrong} of {total} values are not finite (nan or inf){where}"
    if c.outcome == "equal":
        return "follows from zeros, and shows no method"
    head = "the value differs" if total == 1 else f"{c.n_wrong} of {total} values differ"
    if hidden:
        return f"{head} {HIDDEN}"
    size = "" if c.max_error is None else f", by up to {times(c.max_error)} the largest entry"
    if total == 1:
        size = "" if c.max_error is None else f" by {times(c.max_error)} its size"
    where = f", most at {_index(c.where)}" if c.where else ""
    return f"{head}{size}{where}"


def _index(where: Sequence[int]) -> str:
    return f"[{', '.join(map(str, where))}]"


def quantity(judged: QuantityJudgement) -> str:
    """Say how one quantity came out over all cases; the cases' own messages say more."""
    groups: dict[str, list[Finding]] = {}
    for found in judged.findings:
        groups.setdefault(_brief(found), []).append(found)
    if len(groups) == 1:
        return finding(judged.findings[0])
    parts = [f"{_cases(found)}: {text}" for text, found in groups.items()]
    more = f"; and {len(parts) - 3} more" if len(parts) > 3 else ""
    return "; ".join(parts[:3]) + more


def _brief(found: Finding) -> str:
    failure = found.failure
    if failure is None or failure.kind != "error" or not failure.places or not failure.type:
        return finding(found)
    place = failure.places[-1]
    return f"{short(failure.type, 60)} in {place.cell}, line {place.line}"


def _cases(found: Sequence[Finding]) -> str:
    if len(found) > 2:
        kind = "hidden " if all(f.hidden for f in found) else ""
        return f"{len(found)} {kind}cases"
    return listed([f.case for f in found])


def cause(found: FoundCause) -> tuple[str, str | None]:
    """Return the sentence and the hint for a known mistake, or for several that look alike."""
    entries = [_made(entry) for entry in found.alternatives]
    hints = [r.hint for entry in found.alternatives for r in entry if r.hint]
    if found.relation is not None:
        text, hint = relation(found.explains, found.relation)
        return text, hints[0] if len(entries) == 1 and hints else hint
    only = f"In {listed(found.explains)} alone: " if found.alone else ""
    if len(entries) == 1:
        return f"{only}{entries[0]}.", hints[0] if hints else None
    text = "; or: ".join(entries)
    return f"{only}One of these, and the numbers cannot tell which: {text}.", None


def _made(entry: Sequence[Known]) -> str:
    """Return mistakes made together, each with the quantity at which it happened."""
    return "; and: ".join(f"{r.text.rstrip('.')} (at {r.quantity})" for r in entry)


def own_loss(loss: str, gradients: Sequence[str], others: Sequence[str] = ()) -> str:
    """Say that wrong gradients are right for the student's own loss, and which are not."""
    be = "are the right derivatives" if len(gradients) > 1 else "is the right derivative"
    text = (
        f"{listed(gradients)} {be} of your own {loss} (found by finite differences of it): "
        f"it is {loss} that differs from the one asked for."
    )
    if not others:
        return text
    return f"{text} {listed(others)} {'are' if len(others) > 1 else 'is'} not, even so."


def no_known_cause(name: str, text: str, after: str | None = None) -> str:
    """Say honestly that a wrong quantity is not explained, or what it may well follow from."""
    if after is not None:
        return f"{name}: {text}. {after} is not finite there, maybe for the same reason."
    return f"{name}: {text}. No known cause explains it."


def unexplained(
    found: Sequence[QuantityJudgement],
    spoilt: Mapping[str, Sequence[QuantityJudgement]],
    right: Sequence[str],
) -> str:
    """Say honestly what is wrong without a known cause, how far and where, and what is right.

    Parameters
    ----------
    found : sequence of QuantityJudgement
    spoilt : mapping of str to sequence of QuantityJudgement
        Others, by the quantity that is not finite and may well be why they are wrong.
    right : sequence of str
    """
    sentences = []
    if found:
        each = "; ".join(f"{judged.quantity}: {quantity(judged)}" for judged in found)
        sentences.append(f"{each}. No known cause explains {'it' if len(found) == 1 else 'them'}.")
    for first, followers in spoilt.items():
        names = [judged.quantity for judged in followers]
        be = "is" if len(names) == 1 else "are"
        sentences.append(
            f"{listed(names, 12)} {be} wrong where {first} is not finite (nan or inf), and may "
            "well be so for the same reason."
        )
    if right:
        sentences.append(f"Right: {listed(right, 12)}.")
    return " ".join(sentences)


def failure_cause(text: str, cases: Sequence[str], everywhere: bool) -> str:
    """Say a failure once for all the cases that it happened on."""
    return f"{text}." if everywhere else f"{text}. {happens_on(cases)}"


def happens_on(cases: Sequence[str]) -> str:
    """Say on which cases something happens."""
    return f"It happens on {listed(cases, 6)}."
