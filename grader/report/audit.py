"""An audit for the terminal and as an HTML page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ..audited import Audit, Margin, Trial

OUTCOMES = ("named", "ambiguous", "confused", "unnamed", "unnoticed")


def counts(trials: Sequence[Trial]) -> dict[str, int]:
    """Return how many trials had each outcome."""
    found = Counter(trial.outcome for trial in trials)
    return {outcome: found[outcome] for outcome in OUTCOMES}


def closest(audit: Audit) -> list[Margin]:
    """Return for each quantity the case with the least room between tolerance and mistake."""
    best: dict[str, Margin] = {}
    for margin in audit.margins:
        have = best.get(margin.quantity)
        if have is None or room(margin) < room(have):
            best[margin.quantity] = margin
    return list(best.values())


def room(margin: Margin) -> float:
    """Return how many times the tolerance the nearest mistake lies away."""
    return float("inf") if margin.nearest is None else margin.nearest / margin.tolerance


def text(audit: Audit) -> str:
    """Return an audit as plain text."""
    return "\n".join(_lines(audit)) + "\n"


def _lines(audit: Audit) -> Iterator[str]:
    yield f"{audit.assignment}: {audit.title}"
    yield ""
    for example in audit.examples:
        wanted = "" if example.wanted is None else f", as it should get {example.wanted:g}"
        yield f"  {example.file}: {example.score:g} of {example.max_score:g}{wanted}"
    yield ""
    yield f"Mistakes, one by one: {_summary(audit.singles)}"
    for trial in audit.singles:
        if trial.outcome != "named":
            called = ", ".join(trial.called) or "one of " + ", ".join(trial.among)
            yield f"  {trial.made[0]}: {trial.outcome}: {called}"
    yield f"Pairs, {len(audit.pairs)} of {audit.pairs_in_all}: {_summary(audit.pairs)}"
    for trial in audit.pairs:
        if trial.outcome in ("confused", "unnoticed"):
            called = ", ".join((*trial.called, *trial.among))
            yield f"  {' + '.join(trial.made)}: {trial.outcome}: {called}"
    yield f"Judging takes {audit.judging_ms:.1f} ms (median)"
    yield ""
    yield "quantity  case with least room   noise    noise32  tolerance  nearest  times  mistake"
    for m in closest(audit):
        nearest = "none" if m.nearest is None else f"{m.nearest:.1e}"
        times = "" if m.nearest is None else f"{room(m):,.0f}"
        yield (
            f"{m.quantity:9} {m.case:22} {m.noise:.1e}  {m.noise32:.1e}  {m.tolerance:.1e}    "
            f"{nearest:7} {times:>6}  {m.mistake or ''}"
        )
    yield ""
    for note in audit.notes:
        yield f"Note: {note}"
    for problem in audit.problems:
        yield f"Problem: {problem}"
    yield f"{len(audit.problems)} problems" if audit.problems else "No problems"


def _summary(trials: Sequence[Trial]) -> str:
    found = counts(trials)
    share = f" ({100 * found['named'] / len(trials):.0f} % named right)" if trials else ""
    return ", ".join(f"{n} {outcome}" for outcome, n in found.items() if n) + share


def html(audit: Audit) -> str:
    """Return an audit as one self-contained HTML page."""
    from .html import page

    ids = [trial.made[0] for trial in audit.singles]
    return page(
        "audit.html",
        audit=audit,
        ids=ids,
        counts=counts,
        closest=closest(audit),
        room=room,
    )
