"""The results that other programs read: ``--format NAME`` or ``--format NAME=PATH``."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import UsageError

if TYPE_CHECKING:
    from .report.gradescope import Visibility
    from .results import Result

FILES = {
    "classroom": ("classroom.txt",),
    "classroom50": ("result.json", "release-body.md"),
    "github": ("summary.md", "outputs.txt", "commands.txt"),
    "gradescope": ("results.json",),
    "junit": ("junit.xml",),
}
"""Format -> the files that it consists of; the first takes the name that PATH gives."""

GITHUB = ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")
"""Where GitHub wants the first two of its files; the third is the standard output."""

Wanted = tuple[str, Path | None]
Content = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Exports:
    """What was asked for with ``--format``, and what the formats have to know beside the result.

    Attributes
    ----------
    wanted : sequence of (str, Path or None)
        The formats, each with the path that was given for it; for ``github`` that of a folder.
    submission : Path
        What was graded.
    fail_under : float
        The share of the points, 0 to 100, below which it counts as failed.
    visibility : str
        When Gradescope shows its tests.
    environment : mapping of str to str
    """

    wanted: Sequence[Wanted]
    submission: Path
    fail_under: float = 0.0
    visibility: Visibility = "visible"
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def paths(self) -> list[Path]:
        """The files that will be written over; those that GitHub names are added to instead."""
        return [path for name, given in self.wanted for path in _paths(name, given)]

    @property
    def in_log(self) -> bool:
        """Whether the standard output is a log of GitHub Actions, where lines can be commands."""
        return ("github", None) in self.wanted

    def for_log(self, text: str) -> str:
        """Return what is going to be printed, without commands where it goes to such a log."""
        if not self.in_log:
            return text
        from .report.exported import inert

        return inert(text)

    def require_environment(self) -> None:
        """Refuse formats for which something is not known, before anything is graded."""
        for name, given in self.wanted:
            needed: Sequence[str] = ()
            if name == "classroom50":
                from .report.classroom50 import NEEDED

                needed = NEEDED
            elif name == "github" and given is None:
                needed = GITHUB
            unset = [variable for variable in needed if not self.environment.get(variable)]
            if unset:
                where = "GitHub Actions; elsewhere name a folder: --format github=DIR"
                where = where if name == "github" else "the runner of Classroom 50"
                raise UsageError(
                    f"--format {name}: {', '.join(unset)} is not set; it is for {where}"
                )

    def write(self, result: Result, html: Path | None, json: Path | None) -> list[str]:
        """Write every file and return, in sentences, what could not be written.

        Parameters
        ----------
        result : Result
        html, json : Path or None
            Where the report and the result went, for the outputs of a step.
        """
        unwritten = []
        for name, given in self.wanted:
            to_github = name == "github" and given is None
            paths = (
                [Path(self.environment[v]) for v in GITHUB] if to_github else _paths(name, given)
            )
            for path, content in zip(paths, self._made(name, result, html, json), strict=False):
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with path.open("ab" if to_github else "wb") as file:
                        file.write(content())
                except OSError as error:
                    unwritten.append(f"{path}: the result cannot be written: {error.strerror}")
        return unwritten

    def commands(self, result: Result) -> str:
        """Return the workflow commands for annotations and notices."""
        from .report import github

        path = _in_workspace(self.submission, self.environment.get("GITHUB_WORKSPACE"))
        return github.commands(result, path, self.fail_under)

    def _made(
        self, name: str, result: Result, html: Path | None, json: Path | None
    ) -> list[Content]:
        """Return what makes the files of a format, in the order of `FILES`."""
        from .report import classroom, classroom50, github, gradescope, junit

        def outputs() -> bytes:
            reporter = classroom.render(result, self.fail_under).decode()
            values = github.values(result, reporter, self.fail_under)
            values["results-json"] = "" if json is None else str(json.absolute())
            values["report"] = "" if html is None else str(html.absolute())
            return github.outputs(values).encode("utf-8", "replace")

        def for_classroom50() -> bytes:
            now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            return classroom50.render(result, self.environment, now)

        makers: dict[str, list[Content]] = {
            "classroom": [lambda: classroom.render(result, self.fail_under) + b"\n"],
            "classroom50": [for_classroom50, lambda: classroom50.release_body(result)],
            "github": [
                lambda: github.summary(result).encode(),
                outputs,
                lambda: self.commands(result).encode(),
            ],
            "gradescope": [lambda: gradescope.render(result, self.visibility)],
            "junit": [lambda: junit.render(result)],
        }
        return makers[name]


def _paths(name: str, given: Path | None) -> list[Path]:
    first, *others = FILES[name]
    if name == "github":
        return [] if given is None else [given / file for file in FILES[name]]
    path = Path(first) if given is None else given
    return [path, *(path.with_name(other) for other in others)]


def _in_workspace(path: Path, workspace: str | None) -> str | None:
    """Return a path as GitHub names it, relative to the workspace; None for one outside of it."""
    from .handed_in import shown

    if not workspace:
        return shown(path)
    try:
        return shown(path.resolve().relative_to(Path(workspace).resolve()).as_posix())
    except (OSError, ValueError):
        return None
