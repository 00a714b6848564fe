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
    from .exports import Exports, Wanted
    from .results import Result
    from .submission import Submission

FORMATS = ("classroom", "classroom50", "github", "gradescope", "junit")
VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")

EPILOG = """exit codes: 0 graded, whatever the score; 1 below --fail-under; 2 wrong usage, or a
submission that cannot be read; 3 gradelab or the assignment failed"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of ``grade``."""
    p = argparse.ArgumentParser(
        prog="grade",
        description="Grade a notebook, a module or a folder of them and write a report.",
        epilog=EPILOG,
    )
    p.add_argument(
        "file", type=Path, metavar="FILE", help="the submission: .ipynb, .py, a folder, .zip"
    )
    p.add_argument("--assignment", metavar="NAME", help="by default found from the submission")
    p.add_argument("--course", type=Path, metavar="DIR", help="by default the one in gradelab")
    p.add_argument("--html", type=Path, metavar="PATH", help="by default NAME.report.html, here")
    p.add_argument("--no-html", action="store_true", help="write no HTML report")
    p.add_argument(
        "--json", type=Path, metavar="PATH", help="write the result as JSON too; - prints it alone"
    )
    p.add_argument(
        "--format",
        type=_format,
        action="append",
        default=[],
        metavar="NAME[=PATH]",
        help=f"write the result for another program too: {', '.join(FORMATS)}",
    )
    p.add_argument(
        "--visibility",
        choices=VISIBILITIES,
        default="visible",
        metavar="WORD",
        help=f"when Gradescope shows the tests: {', '.join(VISIBILITIES)}",
    )
    p.add_argument(
        "--notebook",
        type=Path,
        metavar="PATH",
        help="write what was run, with its marks: .ipynb, .html",
    )
    p.add_argument(
        "--adapter",
        type=Path,
        metavar="PATH",
        help="other names for what is asked for: .toml, or a last cell: .py",
    )
    p.add_argument("--python", type=Path, metavar="PATH", help="run the submission on this Python")
    p.add_argument(
        "--isolation",
        choices=("auto", "require", "off"),
        default="auto",
        help="use the walls that this system has; refuse without all of them; none",
    )
    p.add_argument("--fail-under", type=_percent, metavar="P", help="exit 1 below P per cent")
    p.add_argument(
        "--timeout", type=_seconds, metavar="S", help="seconds for each cell and each call"
    )
    p.add_argument("--quiet", action="store_true", help="print nothing but errors")
    return p


def _format(text: str) -> Wanted:
    name, equals, path = text.partition("=")
    if name not in FORMATS or (equals and not path):
        raise argparse.ArgumentTypeError(
            f"{text} is none of {', '.join(FORMATS)}, with =PATH or without"
        )
    return name, Path(path) if path else None


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
    from .exports import Exports
    from .outputs import require_notebook, require_outputs
    from .results import to_json

    print_json = args.json == Path("-")
    args.json = None if print_json else args.json

    if args.html is None:
        named = args.file if args.file.name not in ("", "..") else args.file.resolve()
        args.html = Path(f"{named.stem}.report.html")
    try:
        html = None if args.no_html else args.html
        exports = Exports(args.format, args.file, args.fail_under or 0.0, args.visibility)
        exports.require_environment()
        require_outputs(args.json, html, *exports.paths, apart_from=args.file)
        if args.notebook is not None:
            require_notebook(args.notebook, args.file, args.json, html)
    except UsageError as error:  # nothing is written: a report could go where it must not
        complain(f"grade: {error}")
        return error.exit_code
    try:
        result, submission = _graded(args)
    except GradelabError as error:
        _tell(exports, error)
        _write_failure(args, exports, error, print_json)
        return error.exit_code
    unwritten = _write(args, exports, result, submission)
    if print_json:
        unwritten += put(to_json(result).decode())
    elif not args.quiet:
        unwritten += _print(exports, result, None if args.no_html or unwritten else args.html)
    if exports.in_log:
        unwritten += put(exports.commands(result))
    for text in unwritten:
        _tell(exports, text)
    if unwritten:
        return 2
    if any(q.verdict == "internal" for check in result.checks for q in check.quantities):
        return 3
    return int(args.fail_under is not None and result.percent < args.fail_under)


def pin_threads() -> None:
    """Have NumPy use one thread: the arrays are small, and it starts in two thirds of the time."""
    for library in ("OPENBLAS", "OMP", "MKL", "VECLIB"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")


def _graded(args: argparse.Namespace) -> tuple[Result, Submission]:
    from .sandbox.parent import WarmParent

    with WarmParent(args.python, args.isolation) as parent:
        from .course import find_course
        from .reading import read_submission

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

        adapter = _adapter(args.adapter)
        if adapter is not None and args.adapter.suffix.lower() == ".py":
            from .reading import with_adapter

            submission, adapter = with_adapter(submission, adapter), None
        elif adapter is not None:
            from .interface import read_adapter

            read_adapter(adapter, str(args.adapter))  # what is wrong with it is said of this file
        result = grade(submission, assignment, parent, limits, adapter)
        return result, submission


def _adapter(path: Path | None) -> bytes | None:
    from .errors import UsageError

    try:
        return None if path is None else path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the adapter cannot be read: {error.strerror}") from error


def _write(
    args: argparse.Namespace, exports: Exports, result: Result, submission: Submission
) -> list[str]:
    """Write the reports asked for and return, in sentences, what could not be written."""
    from . import outputs
    from .results import to_json

    html = None if args.no_html else args.html
    unwritten = outputs.write(
        [
            (args.json, lambda: to_json(result)),
            (html, lambda: outputs.as_html(result)),
            (args.notebook, lambda: outputs.as_notebook(result, submission, args.notebook)),
        ]
    )
    return unwritten + exports.write(result, html, args.json)


def _write_failure(
    args: argparse.Namespace, exports: Exports, error: GradelabError, print_json: bool
) -> None:
    """Write, where it was asked for, the result of a submission that could not be graded."""
    if args.json is None and not args.format and not print_json:
        return
    from .grading import failed
    from .handed_in import shown
    from .outputs import write
    from .results import to_json

    assignment = None if args.assignment is None else shown(args.assignment)
    result = failed(Path(shown(args.file)), type(error)(shown(str(error))), assignment)
    unwritten = write([(args.json, lambda: to_json(result))])
    unwritten += exports.write(result, None, args.json)
    if print_json:
        unwritten += put(to_json(result).decode())
    if exports.in_log:
        unwritten += put(exports.commands(result))
    for text in unwritten:
        _tell(exports, text)


def _print(exports: Exports, result: Result, html: Path | None) -> list[str]:
    """Print the result and return, in a sentence, that it cannot be printed."""
    import shutil

    from .handed_in import shown
    from .report.terminal import render

    terminal = sys.stdout is not None and sys.stdout.isatty()
    width = min(100, shutil.get_terminal_size().columns) if terminal else 80
    text = render(result, color=terminal and not os.environ.get("NO_COLOR"), width=width)
    text += f"\nReport: {shown(html)}\n" if html is not None else ""
    return put(exports.for_log(text))


def _tell(exports: Exports, error: object) -> None:
    """Write a sentence to the standard error, which a log takes in like the standard output."""
    complain(exports.for_log(f"grade: {error}"))


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
