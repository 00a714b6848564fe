"""The result as JUnit XML, which GitLab, Jenkins, Azure and others show: one test per check."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from ..results import Check, Result
from .exported import name_of, number, one_line, overview, passed, text_of, undecided

# Of what `visible` leaves, these two are no characters of XML 1.0 (its production 2, Char).
_ILLEGAL = re.compile("[\ufffe\uffff]")


def render(result: Result) -> bytes:
    """Return one ``testsuite``.

    Notes
    -----
    JUnit XML knows no points: they are properties called ``points`` and ``max_points``, as
    pytest's ``record_property`` writes them. A check that has lost points is a ``failure``; one
    that could not be judged, or a submission that could not be graded, is an ``error``.
    """
    name = one_line(result.assignment or result.title or "gradelab")
    cases = [_case(check, name) for check in result.checks]
    if not cases:
        cases = [_ungraded(result, name)]
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
        "skipped": "0",
        "time": f"{sum(result.seconds.values()):.3f}",
    }
    suites = ET.Element("testsuites", {"name": "gradelab", **counts})
    suite = ET.SubElement(suites, "testsuite", {"name": _legal(name), **counts})
    _points(suite, result.score, result.max_score, status=result.status)
    suite.extend(cases)
    text = ET.SubElement(suite, "system-out")
    text.text = _legal(overview(result))
    ET.indent(suites)
    return bytes(ET.tostring(suites, encoding="utf-8", xml_declaration=True)) + b"\n"


def _case(check: Check, assignment: str) -> ET.Element:
    case = _named(name_of(check), assignment)
    _points(case, check.score, check.max_score)
    if undecided(check):
        _problem(case, "error", "gradelab could not judge this", text_of(check))
    elif not passed(check):
        got, of = number(check.score), number(check.max_score)
        _problem(case, "failure", f"{got} of {of} points", text_of(check))
    return case


def _ungraded(result: Result, assignment: str) -> ET.Element:
    case = _named("grading", assignment)
    if result.status != "graded":
        _problem(case, "error", one_line(result.message or "not graded"), overview(result))
    return case


def _named(name: str, assignment: str) -> ET.Element:
    return ET.Element("testcase", {"classname": _legal(assignment), "name": _legal(name)})


def _points(parent: ET.Element, score: float, maximum: float, **more: str) -> None:
    properties = ET.SubElement(parent, "properties")
    values = {"points": str(number(score)), "max_points": str(number(maximum)), **more}
    for name, value in values.items():
        ET.SubElement(properties, "property", {"name": name, "value": value})


def _problem(case: ET.Element, kind: str, message: str, text: str) -> None:
    ET.SubElement(case, kind, {"message": _legal(message)}).text = _legal(text)


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
