"""Finds a course and its assignments, reads assignment.toml and checks.py."""

from __future__ import annotations

import importlib.util
import math
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import msgspec

from .checks import Check
from .errors import AssignmentError, SubmissionError, UsageError
from .imports import Handling
from .interface import Wanted
from .sandbox.limits import Limits
from .submission import Submission

HERE = Path(__file__).resolve().parent


class ScoringTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[scoring]``: shares of the points, 0 to 1. docs/assignments.md explains each."""

    public: float = 0.5
    convention: float = 1.0
    carried: float = 1.0
    mistake: float = 0.5
    once: bool = False


class LossTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[loss]``: the quantity that is the loss, and its gradients by the input they are for."""

    quantity: str
    gradients: dict[str, str]


class RunTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[run]``: how submissions are run.

    Attributes
    ----------
    salvage : bool
        Whether statements of a failed cell that could run do so all the same.
    main : bool
        Whether modules run as ``__main__``, with what stands below that condition.
    allowed_imports : tuple of str or None
        The libraries that submissions may import beside the standard one; None for all.
    forbidden_import : {"note", "no points", "refuse"}
        What becomes of others.
    """

    salvage: bool = True
    main: bool = False
    allowed_imports: tuple[str, ...] | None = None
    forbidden_import: Handling = "note"


class DataTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[data]``: the data sets that are served in the place of downloads and files.

    Attributes
    ----------
    mnist, fashion_mnist, cifar10 : str or None
        ``"drawn"``: pictures that gradelab draws; a path below the assignment's folder: the real
        files; None: not served.
    train, test : int
        How many pictures each set has.
    seed : int
        For drawing, or for choosing among the real ones.
    installed : tuple of str
        Libraries that are used themselves where they are installed; nothing stands in for these.
    """

    mnist: str | None = None
    fashion_mnist: str | None = None
    cifar10: str | None = None
    train: int = 1000
    test: int = 200
    seed: int = 0
    installed: tuple[str, ...] = ()

    @property
    def sets(self) -> dict[str, str]:
        """The data sets that are served, and where each comes from."""
        named = {"mnist": self.mnist, "fashion_mnist": self.fashion_mnist, "cifar10": self.cifar10}
        return {name: source for name, source in named.items() if source is not None}


class AssignmentFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of assignment.toml.

    Attributes
    ----------
    points : dict
        check -> quantity -> points.
    conventions : dict
        The accepted conventions: a name of the author's own -> those of worked.py that go
        together under it.
    """

    title: str
    functions: tuple[str, ...]
    points: dict[str, dict[str, float]]
    scoring: ScoringTable = ScoringTable()
    conventions: dict[str, tuple[str, ...]] = {}
    loss: LossTable | None = None
    run: RunTable = RunTable()
    data: DataTable = DataTable()
    interface: dict[str, Wanted] = {}
    limits: Limits = Limits()


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
        file = _read_toml(folder / "assignment.toml")
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


def _read_toml(path: Path) -> AssignmentFile:
    try:
        file = msgspec.convert(tomllib.loads(path.read_text("utf-8")), AssignmentFile)
    except OSError as error:
        raise AssignmentError(f"{path}: the file cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # TOML, validation and UTF-8 errors
        raise AssignmentError(f"{path}: {error}") from error
    _require_points(path, file)
    _require_interface(path, file)
    shares: Mapping[str, float] = msgspec.structs.asdict(file.scoring)
    for key, share in shares.items():
        if not 0 <= share <= 1:
            raise AssignmentError(f"{path}: scoring.{key} is a share from 0 to 1, not {share}")
    for key, limit in msgspec.structs.asdict(file.limits).items():
        if not 0 < limit < math.inf:
            raise AssignmentError(f"{path}: limits.{key} must be above 0, not {limit}")
    return file


def _require_points(path: Path, file: AssignmentFile) -> None:
    graded = [quantity for points in file.points.values() for quantity in points]
    numbers = [p for points in file.points.values() for p in points.values()]
    if not numbers or not all(p >= 0 for p in numbers) or not math.isfinite(sum(numbers)):
        raise AssignmentError(f"{path}: [points] needs points of 0 or more for some quantity")
    for quantity in graded:
        if graded.count(quantity) > 1:
            raise AssignmentError(
                f"{path}: [points] has {quantity} in more than one check; each quantity is judged "
                "once, so rename one of them"
            )
    loss = () if file.loss is None else (file.loss.quantity, *file.loss.gradients)
    for quantity in loss:
        if quantity not in graded:
            raise AssignmentError(
                f"{path}: [loss] names {quantity}, which no check has in [points]"
            )


def _require_interface(path: Path, file: AssignmentFile) -> None:
    for name, wanted in file.interface.items():
        if name not in file.functions:
            raise AssignmentError(f"{path}: [interface.{name}]: {name} is not among the functions")
        for order in wanted.orders:
            if sorted(order) != sorted(wanted.parameters):
                raise AssignmentError(
                    f"{path}: [interface.{name}] has the order {', '.join(order)}, which is none "
                    f"of the parameters {', '.join(wanted.parameters)}"
                )
    if file.data.train < 1 or file.data.test < 1:
        raise AssignmentError(f"{path}: data.train and data.test are 1 or more")


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
