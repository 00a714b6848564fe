"""From what was handed in to a `Submission`.

Nothing is run here, and nothing of it is trusted: sizes are capped, and a file that cannot be read
ends in one sentence.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from .arrange import arrange
from .errors import SubmissionError
from .handed_in import shown, take_in
from .sources import ADAPTERS, read_source, read_sources, take_along
from .submission import Submission


def read_submission(path: Path, wanted: Collection[str] = ()) -> Submission:
    """Read a ``.ipynb`` or ``.py`` file, a folder of them, or a ``.zip``.

    Parameters
    ----------
    wanted : collection of str
        The names that the assignment asks for, where it is known already.

    Raises
    ------
    SubmissionError
        If it cannot be read; the text says why and what to do.
    """
    handed = take_in(path)
    if handed.main is None:
        sources, unread = read_sources(handed.files)
        if not sources:
            why = unread[0] if unread else "there is an adapter alone; hand in what it is for"
            raise SubmissionError(f"{shown(path)}: no code file in it can be read: {why}")
        return arrange(handed, sources, unread, wanted)
    main = read_source(handed.main, handed.files[handed.main], shown(path))
    adapters = [*ADAPTERS, *(f"{path.stem}.{name}" for name in ADAPTERS)]
    beside = take_along(main, path.parent, adapters)
    sources, unread = read_sources(beside)
    handed = replace(handed, files={**beside, **handed.files})
    return arrange(handed, [main, *sources], unread, wanted)


def with_adapter(submission: Submission, python: bytes) -> Submission:
    """Return a submission with an adapter.py as its last cell, instead of one that came with it."""
    if submission.handed is None or not submission.programs:
        return submission
    folder = submission.programs[0].folder
    path = f"{folder}/adapter.py" if folder else "adapter.py"
    handed = replace(submission.handed, files={**submission.handed.files, path: python})
    return replace(focused(replace(submission, handed=handed), (), False), notes=submission.notes)


def focused(submission: Submission, wanted: Collection[str], as_main: bool) -> Submission:
    """Return a submission with those files as programs that define the names `wanted`."""
    if submission.handed is None:
        return submission
    parts = (submission.handed, submission.sources, submission.unread)
    return arrange(*parts, wanted, as_main)
