"""Decides which files of a submission are run: those that define what the assignment asks for.

A file that is run is a *program*; the modules that it imports come in when it does so. Where two
files define the same name, the choice is said.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from . import wording
from .definitions import Definition, Outline, merged, outline
from .handed_in import HandedIn
from .notebooks import CodeCell, read_module
from .sources import SourceFile
from .submission import Program, Submission


def arrange(
    handed: HandedIn,
    sources: Sequence[SourceFile],
    unread: Sequence[str] = (),
    wanted: Collection[str] = (),
    as_main: bool = False,
) -> Submission:
    """Return a submission with its programs chosen.

    Parameters
    ----------
    wanted : collection of str
        The names that the assignment asks for, and their aliases.
    as_main : bool
        Whether modules are run under the name ``__main__``, so that what stands below their
        ``if __name__ == "__main__":`` runs too.
    """
    mains, notes = _chosen(handed, sources, wanted)
    programs: list[Program] = []
    cells: list[CodeCell] = []
    outlines: list[Outline] = []
    for number, source in enumerate(mains):
        programs.append(_program(source, as_main))
        outlines += source.outlines
        for cell in source.cells:
            several = len(sources) > 1 and not source.is_module and len(mains) > 1
            label = f"{source.path}, {cell.label}" if several else cell.label
            cells.append(replace(cell, label=label, program=number))
    adapter = _beside(handed.files, mains, "adapter.py")
    if adapter is not None and mains:
        cells.append(read_module("adapter.py", adapter))
        outlines.append(outline(cells[-1].python, cells[-1].source))
    modules = [source for source in sources if source.is_module and source not in mains]
    return Submission(
        name=handed.name,
        sha256=handed.sha256,
        programs=tuple(programs),
        cells=tuple(cells),
        siblings={s.path: replace(s.cells[0], label=s.path) for s in modules},
        assignment=next((s.assignment for s in sources if s.assignment is not None), None),
        definitions=_definitions(cells, outlines, modules),
        files={p: data for p, data in handed.files.items() if p != handed.main},
        adapter=_beside(handed.files, mains, "adapter.toml"),
        notes=(*handed.notes, *unread, *notes),
        handed=handed,
        sources=tuple(sources),
        unread=tuple(unread),
    )


def _chosen(
    handed: HandedIn, sources: Sequence[SourceFile], wanted: Collection[str]
) -> tuple[list[SourceFile], list[str]]:
    """Return the files to run, in the order of their dependence, and notes on the choice."""
    if handed.main is not None:
        return [source for source in sources if source.path == handed.main], []
    reached = {source.path: _reached(source, sources) for source in sources}
    open_names = {n for n in wanted if any(n in source.definitions for source in sources)}
    chosen: list[SourceFile] = []
    notes: list[str] = []
    while open_names:
        counts = {s.path: len(open_names & s.definitions.keys()) for s in sources}
        best = max(counts.values())
        first, *others = sorted((s for s in sources if counts[s.path] == best), key=_rank)
        found = open_names & first.definitions.keys()
        # One that only imports the names of another is no second solution.
        rivals = [o.path for o in others if found == open_names & o.definitions.keys()]
        if rivals:
            notes.append(wording.several_files(first.path, rivals, sorted(found)))
        chosen.append(first)
        open_names -= found
    if not chosen:
        imported = {path for paths in reached.values() for path in paths}
        chosen = sorted((s for s in sources if s.path not in imported), key=_rank)[:5]
        chosen = chosen or sorted(sources, key=_rank)[:1]
    # What another program imports anyway is not run a second time.
    needed = [s for s in chosen if not any(s.path in reached[o.path] for o in chosen if o != s)]
    needed = needed or chosen[:1]
    if len(sources) > len(needed):
        notes.insert(0, wording.run_files([source.path for source in needed]))
    return needed, notes


COPY = re.compile(r"\(\d+\)$|^copy of |[-_ ]copy[ \d]*$", re.IGNORECASE)
"""In names that browsers, desktops and Jupyter give: "hw (1).py", "Copy of hw.ipynb"."""


def _rank(source: SourceFile) -> tuple[bool, bool, int, str]:
    test = source.stem.startswith("test") or source.stem.endswith("_test")
    copied = COPY.search(source.stem) is not None
    return test, copied, source.path.count("/"), source.path


def _reached(source: SourceFile, sources: Sequence[SourceFile]) -> set[str]:
    """Return the paths of the files that come in when `source` runs."""
    by_path = {s.path: s for s in sources}
    found: set[str] = set()
    open_ones = [source]
    while open_ones:
        one = open_ones.pop()
        for name in one.imports:
            places = list(_places(one, name))
            if not any(path in by_path for path in places):  # the worker searches all folders
                places = [path for path in by_path if path.endswith(f"/{places[-2]}")]
            for path in places:
                if path in by_path and path not in found and path != source.path:
                    found.add(path)
                    open_ones.append(by_path[path])
    return found


def _places(source: SourceFile, name: str) -> Iterable[str]:
    bare = name.lstrip(".")
    level = len(name) - len(bare)
    tail = bare.replace(".", "/")
    parts = PurePosixPath(source.folder).parts
    bases = ["/".join(parts[: len(parts) - level + 1])] if level else [source.folder, ""]
    for base in bases:
        stem = "/".join(part for part in (base, tail) if part)
        yield f"{stem}.py"
        yield f"{stem}/__init__.py" if stem else "__init__.py"


def _program(source: SourceFile, as_main: bool) -> Program:
    relative = any(name.startswith(".") for name in source.imports)
    # A package is known by its folder; the submission's own folder has a name of ours.
    package = ".".join((Program.ROOT, *PurePosixPath(source.folder).parts)) if relative else ""
    name = source.stem if source.is_module and not as_main else "__main__"
    return Program(source.path, name, source.folder, package)


def _definitions(
    cells: Sequence[CodeCell], outlines: Sequence[Outline], modules: Sequence[SourceFile]
) -> Mapping[str, Definition]:
    """Return what the texts define; a program's own names win over those of imported modules."""
    found: dict[str, Definition] = {}
    for index, module in enumerate(modules, len(cells)):
        found |= merged([(index, module.outlines[0])])
    for number in sorted({cell.program for cell in cells}, reverse=True):
        mine = [index for index, cell in enumerate(cells) if cell.program == number]
        for name, made in merged((index, outlines[index]) for index in mine).items():
            if made.kind != "import" or name not in found:  # else it is that of the module
                found[name] = made
    return found


def _beside(files: Mapping[str, bytes], mains: Sequence[SourceFile], name: str) -> bytes | None:
    for folder in dict.fromkeys([*(main.folder for main in mains), ""]):
        for candidate in (name, *(f"{main.stem}.{name}" for main in mains)):
            path = f"{folder}/{candidate}" if folder else candidate
            if path in files:
                return files[path]
    return None
