"""What is wrong, maybe, because something else is not finite.

One NaN spoils all that is computed from it, and hides whether that is right otherwise. So it is
told once, where it comes up first, with what it may have spoilt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from .compare import Outcome
from .findings import Finding


class Steps(Protocol):
    """Knows the steps of the worked solution, as a `grader.explain.Explainer` does."""

    def ancestors(self, quantity: str) -> frozenset[str]:
        """Return every step that a quantity needs, itself included."""

    def segment(self, quantity: str) -> frozenset[str]:
        """Return those of them that come after the observed ones it was computed from."""


Findings = Mapping[str, Sequence[Finding]]
"""What was found of each quantity, in the order of the checks."""


def spoilt_by(findings: Findings, steps: Steps) -> dict[str, str]:
    """Return for wrong quantities the first one that is not finite and may be why.

    That one is not finite on every case on which they are wrong. They are computed from it; or
    they are not finite themselves, and a step that nobody has seen the result of stands before
    both: a training loop goes through the steps of one batch by itself.
    """
    found: dict[str, str] = {}
    lost: dict[str, set[str]] = {}
    for quantity, its in findings.items():
        wrong, gone = _wrong(its), _lost(its)
        for first, cases in lost.items():
            if not wrong or not wrong <= cases:
                continue
            shared = steps.segment(quantity) & steps.segment(first)
            if first in steps.ancestors(quantity) or (gone == wrong and shared):
                found[quantity] = found.get(first, first)
                break
        if gone:
            lost[quantity] = gone
    return found


def visible_steps(findings: Findings, steps: Steps) -> dict[str, frozenset[str]]:
    """Return for wrong quantities that are computed from what is not finite the steps before that.

    A mistake behind it could not be seen on any case on which they are wrong.
    """
    lost = {quantity: _lost(its) for quantity, its in findings.items()}
    found = {}
    for quantity, its in findings.items():
        wrong = _wrong(its)
        sources = [
            steps.ancestors(q)
            for q in steps.ancestors(quantity) - {quantity}
            if wrong and wrong <= lost.get(q, set())
        ]
        if sources:
            found[quantity] = frozenset.intersection(*sources)
    return found


def _wrong(found: Sequence[Finding]) -> set[str]:
    """Return the cases on which a quantity came and is not right."""
    wrong = [f for f in found if f.verdict in ("wrong", "mistake")]
    return {f.case for f in wrong if f.comparison is not None}


def _lost(found: Sequence[Finding]) -> set[str]:
    """Return the cases on which a quantity is not finite."""
    compared = [(f.case, f.comparison) for f in found if f.comparison is not None]
    return {case for case, comparison in compared if comparison.outcome is Outcome.FINITE}
