"""``gradelab ...``, for instructors: parses, calls, prints."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .cli import VISIBILITIES, complain, leave, pin_threads, put

if TYPE_CHECKING:
    from .course import Assignment, Course


NO_FIXTURE = "every quantity has a requirement and none an expected value: there is no fixture"


def parser() -> argparse.ArgumentParser:
    """Return the parser of ``gradelab``."""
    p = argparse.ArgumentParser(prog="gradelab", description="Look after a course's assignments.")
    p.add_argument("--course", type=Path, metavar="DIR", help="by default the one in gradelab")
    commands = p.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", help="list the assignments and their cases")
    doctor = commands.add_parser("doctor", help="say what keeps submissions in on this machine")
    doctor.add_argument("--python", type=Path, metavar="PATH", help="look at another Python")
    audit = commands.add_parser(
        "audit", help="prove that an assignment's checks tell right from wrong"
    )
    audit.add_argument("name", metavar="NAME", help="the assignment")
    audit.add_argument("--html", type=Path, metavar="PATH", help="write the audit as a page too")
    fixtures = commands.add_parser("fixtures", help="build or verify the fixtures of an assignment")
    actions = fixtures.add_subparsers(dest="action", required=True, metavar="ACTION")
    for action, text in (
        ("build", "compute the fixtures from worked.py and write them"),
        ("verify", "compute them again and compare with the files"),
    ):
        one = actions.add_parser(action, help=text)
        one.add_argument("name", metavar="NAME", help="the assignment")
    bundle = commands.add_parser("bundle", help="pack an assignment for another platform")
    platforms = bundle.add_subparsers(dest="platform", required=True, metavar="PLATFORM")
    gradescope = platforms.add_parser("gradescope", help="write an autograder.zip for Gradescope")
    gradescope.add_argument("name", metavar="NAME", help="the assignment")
    gradescope.add_argument(
        "--output", type=Path, metavar="PATH", default=Path("autograder.zip"), help="the zip"
    )
    gradescope.add_argument(
        "--visibility",
        choices=VISIBILITIES,
        default="visible",
        metavar="WORD",
        help=f"when students see the tests: {', '.join(VISIBILITIES)}",
    )
    return p


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    args = parser().parse_args(argv)
    pin_threads()
    from .course import find_course
    from .errors import GradelabError

    try:
        if args.command == "doctor":
            return _doctor(args.python)
        course = find_course(args.course)
        if args.command == "list":
            return _list(course)
        assignment = course.assignment(args.name)
        if args.command == "audit":
            return _audit(assignment, args.html)
        if args.command == "bundle":
            return _bundle(assignment, args.output, args.visibility)
        return _build(assignment) if args.action == "build" else _verify(assignment)
    except GradelabError as error:
        complain(f"gradelab: {error}")
        return error.exit_code
    except OSError as error:
        complain(f"gradelab: {error.filename}: {error.strerror}")
        return 3


def _list(course: Course) -> int:
    from .errors import GradelabError
    from .fixtures import RUN_ALONE, read_inputs
    from .worked_solutions import needs_no_fixture, require_names, requirements_of

    code = 0
    for name in course.names:
        try:
            assignment = course.assignment(name)
            require_names(assignment)
            alone = needs_no_fixture(assignment, requirements_of(assignment))
            cases = RUN_ALONE if alone else read_inputs(assignment.fixtures)
        except GradelabError as error:
            complain(f"gradelab: {error}")
            code = error.exit_code
            continue
        points = sum(sum(table.values()) for table in assignment.file.points.values())
        text = f"{name}: {assignment.file.title}; {points:g} points; cases: {', '.join(cases)}\n"
        code = _say(text) or code
    return code


def _doctor(python: Path | None) -> int:
    from .doctor import examine, text

    found = examine(python)
    return _say(text(found)) or (0 if found.complete else 1)


def _say(text: str) -> int:
    """Print `text` and return the exit code: 2 where that is not possible."""
    problems = put(text)
    for problem in problems:
        complain(f"gradelab: {problem}")
    return 2 if problems else 0


def _build(assignment: Assignment) -> int:
    from .build import build

    paths = build(assignment)
    if not paths:
        return _say(f"{assignment.name}: {NO_FIXTURE}\n")
    return _say("".join(f"{path}: {path.stat().st_size:,} bytes\n" for path in paths))


def _verify(assignment: Assignment) -> int:
    from .build import verify

    differences = verify(assignment)
    for text in differences:
        complain(f"gradelab: {assignment.name}: {text}")
    if differences:
        return 3
    if not assignment.worked_path.is_file():
        return _say(f"{assignment.name}: {NO_FIXTURE}\n")
    return _say(f"{assignment.name}: the fixtures agree with {assignment.worked_path}\n")


def _audit(assignment: Assignment, html: Path | None) -> int:
    from .outputs import require_outputs

    require_outputs(html)
    from .audit import audit
    from .report import audit as report

    found = audit(assignment)
    code = _say(report.text(found))
    if html is not None:
        html.write_text(report.html(found), encoding="utf-8")
    return 3 if found.problems else code


def _bundle(assignment: Assignment, path: Path, visibility: str) -> int:
    from .bundle import DEFAULT_MINUTES, bundle
    from .outputs import require_outputs

    require_outputs(path)
    minutes = bundle(assignment, path, visibility)
    text = f"{path}: {path.stat().st_size:,} bytes\n"
    if minutes >= DEFAULT_MINUTES:
        text += f"Set the timeout on Gradescope to more than {minutes} minutes.\n"
    return _say(text)


def run() -> None:
    """Be the command ``gradelab``."""
    leave(main, "gradelab failed")
