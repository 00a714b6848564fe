"""Finds a course and its assignments, and loads checks.py."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from .assignment_file import AssignmentFile, read_assignment_file
from .checks import Check
from .errors import AssignmentError, SubmissionError, UsageError
from .submission import Submission

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Assignment:
    """One piece of homework.

    Attributes
    ----------
    name : str
        The name of its folder.
    folder, fixtures : Path
        ``assignments/<name>`` and ``fixtures/<name>`` of its course.
    file : AssignmentFile
    """

    name: str
    folder: Path
    fixtures: Path
    file: AssignmentFile

    @property
    def worked_path(self) -> Path:
        """Where the worked solution stands, if this copy of the course has it."""
        return self.folder / "worked.py"

    @property
    def wanted(self) -> tuple[str, ...]:
        """The names that the assignment asks for, and those that it accepts in their place."""
        aliases = (alias for one in self.file.interface.values() for alias in one.aliases)
        return (*self.file.functions, *aliases)

    def load_checks(self) -> tuple[Check, ...]:
        """Load checks.py and return its checks in the order of ``[points]``."""
        path = self.folder / "checks.py"
        module = load_module(path, f"gradelab_checks_{self.name}")
        found = {c.name: c for c in vars(module).values() if isinstance(c, Check)}
        if set(found) != set(self.file.points):
            without = set(self.file.points) ^ set(found)
            raise AssignmentError(
                f"{path}: the checks here and the [points] of assignment.toml differ: "
                f"{', '.join(sorted(without))} stands in one of them only"
            )
        for check in found.values():
            unknown = set(check.needs) - set(found)
            if unknown:
                raise AssignmentError(
                    f"{path}: {check.name} needs {', '.join(sorted(unknown))}, which is no check"
                )
        return tuple(found[name] for name in self.file.points)


@dataclass(frozen=True, slots=True)
class Course:
    """A folder with ``assignments/`` and ``fixtures/``."""

    folder: Path

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the assignments, sorted."""
        files = (self.folder / "assignments").glob("*/assignment.toml")
        return tuple(sorted(file.parent.name for file in files))

    def assignment(self, name: str) -> Assignment:
        """Read one assignment."""
        if name not in self.names:
            raise UsageError(
                f"there is no assignment {name!r} in {self.folder}; "
                f"there are: {', '.join(self.names) or 'none'}"
            )
        folder = self.folder / "assignments" / name
        file = read_assignment_file(folder / "assignment.toml")
        return Assignment(name, folder, self.folder / "fixtures" / name, file)

    def assignment_for(self, submission: Submission) -> Assignment:
        """Find the assignment of a submission.

        Its metadata decides, else its file name, else the functions that it defines. The only
        assignment of a course fits everything.

        Raises
        ------
        SubmissionError
            If none or several fit; the text lists the candidates.
        AssignmentError
            If the one that fits cannot be read. Another one that cannot stops nothing.
        """
        if submission.assignment in self.names:
            return self.assignment(str(submission.assignment))
        named = [name for name in self.names if _words(name) in _words(submission.name)]
        longest = [n for n in named if not any(n != o and _words(n) in _words(o) for o in named)]
        if len(longest) == 1:
            return self.assignment(longest[0])
        candidates = longest or list(self.names)
        if len(candidates) == 1:  # whatever the submission defines, and from wherever
            return self.assignment(candidates[0])
        assignments, broken = self._readable(candidates)
        return _by_functions(assignments, broken, submission)

    def _readable(self, names: Iterable[str]) -> tuple[list[Assignment], list[str]]:
        """Read assignments; of those that cannot be read, return why."""
        assignments, broken = [], []
        for name in names:
            try:
                assignments.append(self.assignment(name))
            except AssignmentError as error:
                broken.append(str(error))
        return assignments, broken


def find_course(folder: Path | None = None) -> Course:
    """Return the course in `folder`, or the one that comes with gradelab."""
    if folder is not None:
        if not (folder / "assignments").is_dir():
            raise UsageError(f"{folder}: this is no course: it has no folder assignments/")
        return Course(folder.resolve())
    # In a clone the course lies beside grader/, in an installed package inside it.
    for candidate in (HERE.parent, HERE):
        if any((candidate / "assignments").glob("*/assignment.toml")):
            return Course(candidate)
    raise UsageError("this installation holds no assignments; name a course with --course DIR")


def load_module(path: Path, name: str) -> ModuleType:
    """Run an instructor's Python file as a module and return it."""
    if not path.is_file():
        raise AssignmentError(f"{path}: this file is missing")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except AssignmentError:
        raise
    except BaseException as error:  # a sys.exit() in the file must not end the grader
        line = getattr(error, "lineno", None) or _last_line_in(error, path)
        raise AssignmentError(f"{path}, line {line}: {type(error).__name__}: {error}") from error
    return module


def _last_line_in(error: BaseException, path: Path) -> int:
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _words(name: str) -> str:
    """Return a name's words with single underscores, for finding one name in another."""
    return "_" + re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") + "_"


def _fit(assignment: Assignment, submission: Submission) -> tuple[float, int]:
    """Return the share of an assignment's functions that a submission defines, and how many."""
    interface = assignment.file.interface
    asked = [
        (f, *(interface[f].aliases if f in interface else ())) for f in assignment.file.functions
    ]
    found = sum(any(name in submission.names for name in names) for names in asked)
    return (found / len(asked) if asked else 0.0), found


def _by_functions(
    assignments: Iterable[Assignment], broken: Sequence[str], submission: Submission
) -> Assignment:
    fits = {a.name: (_fit(a, submission), a) for a in assignments}
    best = max((fit for fit, _ in fits.values()), default=(0.0, 0))
    fitting = [a for fit, a in fits.values() if fit == best > (0.0, 0)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(a.name for a in fitting) or ", ".join(fits)
    why = "several assignments fit" if fitting else "no assignment fits its functions"
    unread = "".join(f"; one could not be read: {text}" for text in broken if not fitting)
    raise SubmissionError(
        f"{submission.name}: {why}; name one with --assignment NAME, of: {names}{unread}"
    )
