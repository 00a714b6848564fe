"""``grade FILE``, for students: parses, calls, prints.

Only argparse is imported at the top, so that ``grade --help`` costs milliseconds; the worker is
started first of all, so that it loads NumPy while this process does.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .errors import GradelabError
    from .results import Result

EPILOG = """exit codes: 0 graded, whatever the score; 1 below --fail-under; 2 wrong usage, or a
submission that cannot be read; 3 gradelab or the assignment failed"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of ``grade``."""
    p = argparse.ArgumentParser(
        prog="grade", description="Grade a notebook or module and write a report.", epilog=EPILOG
    )
    p.add_argument("file", type=Path, metavar="FILE", help="the submission: .ipynb or .py")
    p.add_argument("--assignment", metavar="NAME", help="by default found from the submission")
    p.add_argument("--course", type=Path, metavar="DIR", help="by default the one in gradelab")
    p.add_argument("--html", type=Path, metavar="PATH", help="by default NAME.report.html, here")
    p.add_argument("--no-html", action="store_true", help="write no HTML report")
    p.add_argument("--json", type=Path, metavar="PATH", help="write the result as JSON too")
    p.add_argument("--fail-under", type=_percent, metavar="P", help="exit 1 below P per cent")
    p.add_argument(
        "--timeout", type=_seconds, metavar="S", help="seconds for each cell and each call"
    )
    p.add_argument("--quiet", action="store_true", help="print nothing but errors")
    return p


def _percent(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 100")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds above 0")
    return value


def main(argv: Sequence[str] | None = None) -> int:
    """Grade one submission and return the exit code."""
    args = parser().parse_args(argv)
    pin_threads()
    from .errors import GradelabError, UsageError

    if args.html is None:
        args.html = Path(f"{args.file.stem}.report.html")
    try:
        require_outputs(args.json, None if args.no_html else args.html, apart_from=args.file)
    except UsageError as error:  # nothing is written: a report could go where it must not
        complain(f"grade: {error}")
        return error.exit_code
    try:
        result = _graded(args)
    except GradelabError as error:
        complain(f"grade: {error}")
        _write_failure(args, error)
        return error.exit_code
    unwritten = _write(args, result)
    if not args.quiet:
        unwritten += _print(result, None if args.no_html or unwritten else args.html)
    for text in unwritten:
        complain(f"grade: {text}")
    if unwritten:
        return 2
    if any(q.verdict == "internal" for check in result.checks for q in check.quantities):
        return 3
    return int(args.fail_under is not None and result.percent < args.fail_under)


def require_outputs(*outputs: Path | None, apart_from: Path | None = None) -> None:
    """Refuse paths of reports at which something would be lost."""
    from .errors import UsageError

    taken = [] if apart_from is None else [apart_from]
    for path in outputs:
        if path is None:
            continue
        if path.suffix.lower() in (".ipynb", ".py"):
            raise UsageError(f"{path}: a report is no {path.suffix} file; give it another name")
        for other in taken:
            if _same_file(path, other):
                raise UsageError(
                    f"{path} is the same file as {other}; give the report another name"
                )
        taken.append(path)


def _same_file(one: Path, other: Path) -> bool:
    try:
        if one.exists() and not one.is_file():  # as /dev/null is, to which much can be written
            return False
        return one.samefile(other)
    except (OSError, ValueError):
        return os.path.realpath(one) == os.path.realpath(other)


def pin_threads() -> None:
    """Have NumPy use one thread: the arrays are small, and it starts in two thirds of the time."""
    for library in ("OPENBLAS", "OMP", "MKL", "VECLIB"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")


def _graded(args: argparse.Namespace) -> Result:
    from .sandbox.parent import WarmParent

    with WarmParent() as parent:
        from .course import find_course
        from .submission import read_submission

        submission = read_submission(args.file)
        course = find_course(args.course)
        if args.assignment is not None:
            assignment = course.assignment(args.assignment)
        else:
            assignment = course.assignment_for(submission)
        limits = assignment.file.limits
        if args.timeout is not None:
            from msgspec.structs import replace

            limits = replace(limits, cell=args.timeout, call=args.timeout)
        from .grading import grade

        return grade(submission, assignment, parent, limits)


def _write(args: argparse.Namespace, result: Result) -> list[str]:
    """Write the reports asked for and return, in sentences, what could not be written."""
    from .results import to_json

    unwritten = []
    wanted: list[tuple[Path, Callable[[], bytes]]] = []
    if args.json is not None:
        wanted.append((args.json, lambda: to_json(result)))
    if not args.no_html:
        wanted.append((args.html, lambda: _html(result)))
    for path, content in wanted:
        try:
            path.write_bytes(content())
        except OSError as error:
            unwritten.append(f"{path}: the report cannot be written: {error.strerror}")
    return unwritten


def _html(result: Result) -> bytes:
    from .report.html import render

    return render(result).encode("utf-8", "replace")


def _write_failure(args: argparse.Namespace, error: GradelabError) -> None:
    """Write results.json for a submission that could not be graded, where it was asked for."""
    if args.json is None:
        return
    from .grading import failed
    from .results import to_json
    from .submission import shown

    assignment = None if args.assignment is None else shown(args.assignment)
    result = failed(Path(shown(args.file)), type(error)(shown(str(error))), assignment)
    try:
        args.json.write_bytes(to_json(result))
    except OSError as problem:
        complain(f"grade: {args.json}: {problem.strerror}")


def _print(result: Result, html: Path | None) -> list[str]:
    """Print the result and return, in a sentence, that it cannot be printed."""
    import shutil

    from .report.terminal import render
    from .submission import shown

    terminal = sys.stdout is not None and sys.stdout.isatty()
    width = min(100, shutil.get_terminal_size().columns) if terminal else 80
    text = render(result, color=terminal and not os.environ.get("NO_COLOR"), width=width)
    return put(text + (f"\nReport: {shown(html)}\n" if html is not None else ""))


def put(text: str) -> list[str]:
    """Write to the standard output and return, in a sentence, that it cannot be written to."""
    if sys.stdout is None:
        return ["the standard output is closed: nothing could be printed"]
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except OSError as error:
        # What is left in the buffer must not fail once more when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # its reader has seen enough: `grade … | head`
            return []
        return [f"the result cannot be printed: {error.strerror}"]
    return []


def complain(text: str) -> None:
    """Write a sentence to the standard error, if that can be written to."""
    if sys.stderr is None:
        return
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def run() -> None:
    """Be the command ``grade``."""
    leave(main, "gradelab failed, and not your submission")


def leave(command: Callable[[], int], failed: str) -> None:
    """Run a command and end the process with its exit code; an error of ours is one sentence."""
    _open_standard_files()
    try:
        code = command()
    except KeyboardInterrupt:
        code = 130
    except Exception as error:
        if os.environ.get("GRADELAB_TRACEBACK"):
            raise
        complain(
            f"{failed}: {type(error).__name__}: {error}\n"
            "Please report it with what GRADELAB_TRACEBACK=1 shows."
        )
        code = 3
    sys.exit(code)


def _open_standard_files() -> None:
    """Give closed standard files their numbers back, which another file would get otherwise."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
