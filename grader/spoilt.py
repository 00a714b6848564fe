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


def spoilt_by(findings: Mapping[str, Sequence[Finding]], steps: Steps) -> dict[str, str]:
    """Return for wrong quantities the first one that is not finite and may be why.

    That one is not finite on every case on which they are wrong. They are computed from it; or
    they are not finite themselves, and a step that nobody has seen the result of stands before
    both: a training loop goes through the steps of one batch by itself.

    Parameters
    ----------
    findings : mapping of str to sequence of Finding
        In the order of the checks.
    steps : Steps
    """
    lost: dict[str, set[str]] = {}
    found: dict[str, str] = {}
    for quantity, its in findings.items():
        gone = _cases(its, finite=False)
        wrong = gone | _cases(its, finite=True)
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


def _cases(found: Sequence[Finding], finite: bool) -> set[str]:
    """Return the cases on which a quantity is wrong, by numbers or by what is none."""
    return {
        f.case
        for f in found
        if f.verdict in ("wrong", "mistake") and f.comparison is not None
        if (f.comparison.outcome is not Outcome.FINITE) == finite
    }
