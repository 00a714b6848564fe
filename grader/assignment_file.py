"""assignment.toml: its tables, and what is refused in them."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from .errors import AssignmentError
from .imports import Handling
from .interface import Wanted
from .sandbox.limits import Limits


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


def read_assignment_file(path: Path) -> AssignmentFile:
    """Read an assignment.toml.

    Raises
    ------
    AssignmentError
        If it cannot be read, or says what cannot be.
    """
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
