"""The code files of a submission, each with its cells, and what it defines and imports."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from .definitions import Definition, Outline, merged, outline
from .errors import SubmissionError
from .handed_in import CODE, MAX_BYTES
from .notebooks import CodeCell, read_module, read_notebook

ADAPTERS = ("adapter.py", "adapter.toml")
MAX_BESIDE = 64 * 2**20
"""Bytes that are taken along from beside a single file."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One notebook or module.

    Attributes
    ----------
    path : str
        Below the submission's folder, with slashes.
    cells : tuple of CodeCell
    outlines : tuple of Outline
        Of its cells.
    assignment : str or None
        The assignment that a notebook's metadata names.
    definitions : mapping of str to Definition
        What it defines itself; a name that it imports is none of these.
    """

    path: str
    cells: tuple[CodeCell, ...]
    outlines: tuple[Outline, ...] = ()
    assignment: str | None = None
    definitions: Mapping[str, Definition] = field(init=False)
    imports: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        imports = frozenset().union(*(one.imports for one in self.outlines))
        found = merged(enumerate(self.outlines))
        own = {name: made for name, made in found.items() if made.kind != "import"}
        object.__setattr__(self, "definitions", own)
        object.__setattr__(self, "imports", imports)

    @property
    def folder(self) -> str:
        """The folder it lies in, ``""`` for the submission's own."""
        folder = str(PurePosixPath(self.path).parent)
        return "" if folder == "." else folder

    @property
    def stem(self) -> str:
        """Its name without the ending."""
        return PurePosixPath(self.path).stem

    @property
    def is_module(self) -> bool:
        """Whether other files can import it."""
        return self.path.lower().endswith(".py")


def read_source(path: str, data: bytes, where: str | None = None) -> SourceFile:
    """Read one file; `where` is its name in an error's text.

    Raises
    ------
    SubmissionError
        If it cannot be read.
    """
    named = None
    if path.lower().endswith(".py"):
        cells: tuple[CodeCell, ...] = (read_module(where or path, data),)
        if where:
            cells = (CodeCell(path, cells[0].source, cells[0].python, cells[0].notes),)
    else:
        cells, named = read_notebook(where or path, data)
    outlines = tuple(outline(cell.python, cell.source) for cell in cells)
    return SourceFile(path, cells, outlines, named)


def read_sources(files: Mapping[str, bytes]) -> tuple[list[SourceFile], list[str]]:
    """Read every code file; of those that cannot be read, return why."""
    sources, unread = [], []
    for path, data in sorted(files.items()):
        if path.lower().endswith(CODE) and not path.endswith(ADAPTERS):
            try:
                sources.append(read_source(path, data))
            except SubmissionError as error:
                unread.append(f"not read: {error}")
    return sources, unread


def take_along(main: SourceFile, folder: Path, adapters: Iterable[str]) -> dict[str, bytes]:
    """Return what lies beside a single file and belongs to it.

    These are the modules that it imports, and those that they do; files that its text names; and
    an adapter.
    """
    taken: dict[str, bytes] = {}
    open_ones = [main]
    while open_ones:
        source = open_ones.pop()
        names = {name.lstrip(".") for name in source.imports}
        for path in _modules_beside(folder, source.folder, names):
            if path not in taken and path != main.path and _fits(folder / path, taken):
                taken[path] = (folder / path).read_bytes()
                try:
                    open_ones.append(read_source(path, taken[path]))
                except SubmissionError:  # it stays a file that can be opened
                    continue
    named = frozenset().union(*(one.texts for one in main.outlines))
    for name in [*sorted(named), *adapters]:
        path = str(PurePosixPath(name.replace("\\", "/")))
        lies_here = not path.startswith(("/", "~")) and ".." not in PurePosixPath(path).parts
        code = path.lower().endswith(CODE) and not path.endswith(ADAPTERS)
        if lies_here and not code and path not in taken and _fits(folder / path, taken):
            taken[path] = (folder / path).read_bytes()
    return taken


def _modules_beside(folder: Path, inner: str, names: Iterable[str]) -> list[str]:
    """Return the paths below `folder` of the modules among `names` that exist there."""
    found = []
    for name in sorted(names):
        parts = name.split(".")
        if not all(part.isidentifier() for part in parts):
            continue
        for base in dict.fromkeys((inner, "")):
            path = "/".join([*([base] if base else []), *parts])
            packages = ["/".join(path.split("/")[:n]) for n in range(1, path.count("/") + 2)]
            for candidate in (f"{path}.py", *(f"{package}/__init__.py" for package in packages)):
                if _is_file(folder / candidate):
                    found.append(candidate)
    return found


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def _fits(path: Path, taken: dict[str, bytes]) -> bool:
    if not _is_file(path):
        return False
    try:
        size = path.stat().st_size
        with path.open("rb"):
            return size <= MAX_BYTES and size + sum(map(len, taken.values())) <= MAX_BESIDE
    except OSError:
        return False
