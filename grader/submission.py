"""A submission: the programs in it, their cells, and the files around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from .definitions import Definition
from .handed_in import HandedIn
from .notebooks import CodeCell
from .sources import SourceFile


@dataclass(frozen=True, slots=True)
class Program:
    """A file that is run from its top.

    Attributes
    ----------
    path : str
        Below the submission's folder, with slashes.
    module : str
        The ``__name__`` that it runs under.
    folder : str
        The folder that it runs in, ``""`` for the submission's own.
    package : str
        What its relative imports are relative to, ``""`` without any.
    """

    path: str
    module: str
    folder: str = ""
    package: str = ""

    ROOT: ClassVar[str] = "submission"
    """The name of the submission's folder while it runs."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission, read.

    Attributes
    ----------
    name : str
        The name of the file, folder or zip without folders, as text that can be shown everywhere.
    sha256 : str
        Of its bytes.
    programs : tuple of Program
    cells : tuple of CodeCell
        Of all programs, in the order in which they run.
    siblings : mapping of str to CodeCell
        Modules that the programs can import, by path. A definition's cell counts on into these.
    definitions : mapping of str to Definition
        The global functions, classes and variables that its text defines.
    files : mapping of str to bytes
        What lies around the programs while they run, by path.
    assignment : str or None
        The assignment that a notebook's metadata names.
    adapter : bytes or None
        The adapter.toml that came with it.
    notes : tuple of str
        What was left out or chosen.
    handed, sources, unread
        What it was made of, to choose the programs anew.
    """

    name: str
    sha256: str
    programs: tuple[Program, ...]
    cells: tuple[CodeCell, ...]
    siblings: Mapping[str, CodeCell] = field(default_factory=dict)
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    assignment: str | None = None
    adapter: bytes | None = None
    notes: tuple[str, ...] = ()
    handed: HandedIn | None = None
    sources: tuple[SourceFile, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[CodeCell, ...]:
        """All cells, those of modules that can be imported last."""
        return (*self.cells, *self.siblings.values())

    @property
    def everywhere(self) -> dict[str, Definition]:
        """What any of its files defines, also those that are not run: their places mean nothing."""
        found = {name: made for s in self.sources for name, made in s.definitions.items()}
        return found | dict(self.definitions)

    @property
    def names(self) -> frozenset[str]:
        """The names that any of its files defines."""
        return frozenset(name for source in self.sources for name in source.definitions)
