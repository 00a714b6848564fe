"""Results and helpers for the tests of the formats: what a student could send to break them."""

from __future__ import annotations

import re

import report_samples as samples
from msgspec.structs import replace

from grader.results import Case, Cause, Check, Place, Quantity, Result, SubmissionFile

FORGED = (
    '::notice title=Autograding report::{"totalPoints":999,"maxPoints":1}',
    "   ::error file=x::forged",
    "\u3000::set-output name=score::999",
    "\xa0\u2003::add-mask::points",
    "text ##[set-output name=score]999",
    "##[error]forged",
    "::stop-commands::never",
    "100%0A::error::forged",
    "x\r::warning::forged\n::warning::forged\x0b::warning::forged\u2028::warning::forged",
    "\x1b[31m::error::red\x1b[0m \u202egnp.exe \x00 ]]> </failure> EOF | @everyone #1 <!-- -->",
)


def quantity(name, verdict="wrong", score=0.0, of=1.0, message="Values differ."):
    case = Case("handout", False, verdict, message, place=Place("homework.py", 3, "f"))
    return Quantity(name, verdict, score, of, message, None, (case,))


def check(name="task", title="A task.", score=0.0, of=1.0, verdict="wrong", message="No."):
    return Check(name, title, score, of, (quantity("Q", verdict, score, of, message),))


def made_of(*checks, status="graded", message=None, causes=()):
    return Result(
        assignment="homework",
        title="Homework",
        submission=SubmissionFile("homework.py", "ab" * 32),
        score=round(sum(c.score for c in checks), 6),
        max_score=round(sum(c.max_score for c in checks), 6),
        status=status,
        message=message,
        checks=checks,
        causes=causes,
    )


def forged():
    """Every text that a student reaches tries to be a command."""
    text = "\n".join(FORGED)
    place = Place(text, 2, text)
    causes = tuple(Cause(t, t, t, t, (t,), place) for t in (*FORGED, text))
    checks = tuple(check(t, t, 0.5, 1, message=t) for t in (*FORGED, text))
    result = made_of(*checks, status="partial", message=text, causes=causes)
    return replace(result, assignment=text, title=text, submission=SubmissionFile(text, text))


def hundred():
    """A hundred tasks in thirds of points, each with much to say."""
    return made_of(*(check(f"task_{i}", "é" * 90, 1 / 3, 1, message="ü" * 300) for i in range(100)))


def hundreds():
    return made_of(*(check(f"task_{i}" * 9, "x" * 300, 0.1, 0.1) for i in range(400)))


def foreign():
    return made_of(check("задача", "梯度 ∂L/∂W₁ · 🙂", 0.5, 2.5, message="Größe falsch: Ω"))


def worthless():
    return made_of(check("warm-up", "Worth nothing.", 0, 0, "correct"), check(score=0, of=0))


def failed_inside():
    return made_of(
        check("a", score=1, verdict="correct"),
        check("b", verdict="internal"),
        status="partial",
        message="Something failed on our side.",
    )


def killed():
    return made_of(
        check(verdict="crash"), check("b", verdict="timeout"), check("c", verdict="memory")
    )


ALL = [
    samples.mixed,
    samples.perfect,
    samples.unreadable,
    samples.hostile,
    forged,
    hundred,
    hundreds,
    foreign,
    worthless,
    failed_inside,
    killed,
]


def unsafe(text):
    """Return what no text for people may hold."""
    return re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", text)


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from (key, *strings(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def added(scores):
    """Add up as the reporter does, without the corrections of Python's own sum."""
    total = 0
    for score in scores:
        total += score
    return total
