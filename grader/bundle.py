"""Packs an assignment and gradelab itself into the autograder.zip that Gradescope takes.

Layout as in the documentation of gradescope/autograder_samples: ``setup.sh`` and ``run_autograder``
at the top of the zip. The course is readable to the grader alone; the scripts say how.
"""

from __future__ import annotations

import importlib.util
import math
import shlex
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from .course import Assignment
from .errors import UsageError
from .fixtures import fixture_files

HERE = Path(__file__).resolve().parent
SCRIPTS = ("setup.sh", "run_autograder", "student-python")

NOT_NEEDED = frozenset({"examples", "__pycache__", "handout.ipynb"})
"""Of an assignment: what students have already, and solutions that no grading needs."""

SPARE_MINUTES = 2
"""Between the assignment's own limit and the one that ends everything."""

DEFAULT_MINUTES = 10
"""What Gradescope gives an autograder unless the assignment's settings there say otherwise."""

SAME_TIME = (2020, 1, 1, 0, 0, 0)  # two bundles of the same things are the same bytes


def bundle(assignment: Assignment, path: Path, visibility: str) -> int:
    """Write the zip and return how many minutes grading can take.

    Parameters
    ----------
    assignment : Assignment
    path : Path
        Of the zip.
    visibility : str
        When students see the tests, as `grader.report.gradescope.render` takes it.

    Raises
    ------
    UsageError
        If gradelab is not installed, so that nobody knows what it needs.
    """
    minutes = math.ceil(assignment.file.limits.submission / 60) + SPARE_MINUTES
    settings = {"ASSIGNMENT": assignment.name, "VISIBILITY": visibility, "MINUTES": str(minutes)}
    texts = {
        "settings.sh": "".join(f"{k}={shlex.quote(v)}\n" for k, v in settings.items()),
        "requirements.txt": "".join(f"{line}\n" for line in _requirements()),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            _put(archive, name, text.encode())
        for name in SCRIPTS:
            _put(archive, name, (HERE / "gradescope" / name).read_bytes(), 0o755)
        for name, file in sorted(_files(assignment)):
            _put(archive, name, file.read_bytes())
    return minutes


def _put(archive: zipfile.ZipFile, name: str, data: bytes, mode: int = 0o644) -> None:
    info = zipfile.ZipInfo(name, SAME_TIME)
    info.external_attr = (0o100000 | mode) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data)


def _requirements() -> list[str]:
    try:
        required = metadata.requires("gradelab") or []
    except metadata.PackageNotFoundError as error:
        raise UsageError("gradelab is not installed here: install it with pip") from error
    return [line for line in required if "extra ==" not in line]


def _files(assignment: Assignment) -> Iterator[tuple[str, Path]]:
    """Yield the assignment, its fixtures and gradelab's own modules, and no other assignment."""
    name = assignment.name
    for file in _below(assignment.folder, NOT_NEEDED):
        yield f"course/assignments/{name}/{file.relative_to(assignment.folder).as_posix()}", file
    for file in fixture_files(assignment.fixtures):
        yield f"course/fixtures/{name}/{file.name}", file
    # In a wheel the course lies within the package, and with it the answers to everything else.
    for file in _below(HERE, frozenset({"__pycache__", "assignments", "fixtures"})):
        yield f"gradelab/grader/{file.relative_to(HERE).as_posix()}", file
    spec = importlib.util.find_spec("reference")
    assert spec is not None
    assert spec.origin is not None
    reference = Path(spec.origin).parent
    for file in _below(reference, frozenset({"__pycache__"})):
        yield f"gradelab/reference/{file.relative_to(reference).as_posix()}", file


def _below(folder: Path, without: frozenset[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in without or path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _below(path, frozenset({"__pycache__"}))
        elif path.is_file():
            yield path
