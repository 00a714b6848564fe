"""Catches what a submission plots: every figure described, the first ones as pixels.

Matplotlib is never imported from here. The hook waits until the submission does: an installed one
is kept on its Agg backend and shows nothing on any screen; where there is none, `stage` stands
in for it. As in Jupyter, ``plt.show()`` and the end of a cell finish the figures that are open:
each is described, drawn and closed. One that was closed before is gone.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from .drawing import MAX_AXES, MAX_LINES, Pyplot, described, drawn, nothing
from .stage import Stage

MAX_PICTURES = 20  # of one submission; the figures that follow are described only
MAX_FIGURES = 100  # of one cell
MAX_TEXT = 200

PACKAGES = frozenset({"matplotlib", "mpl_toolkits", "pylab"})

_find = importlib.machinery.PathFinder.find_spec


class Figures:
    """The figures of one submission.

    Parameters
    ----------
    folder : str
        The working folder; Matplotlib keeps its cache there and nowhere else.
    pictures : bool
        Whether to draw figures, or only to describe them.
    """

    def __init__(self, folder: str, pictures: bool) -> None:
        self._folder = folder
        self._pictures_left = MAX_PICTURES if pictures else 0
        self._done: list[tuple[dict[str, Any], np.ndarray | None]] = []
        self._pyplot: Pyplot | None = None
        self._stage = Stage(self.finish)

    @property
    def stood_in(self) -> bool:
        """Whether the submission has got the stand-in, because Matplotlib is not installed."""
        return "matplotlib" in self._stage.modules

    def install(self) -> None:
        """Wait for Matplotlib to be imported; take hold of it where the parent has done so."""
        loaded = sys.modules.get("matplotlib")
        sys.meta_path.insert(0, Hook(self._stage, self._settle, self._hold))
        if loaded is not None:
            self._settle()
            self._hold(loaded)
            if "matplotlib.pyplot" in sys.modules:
                self._hold(sys.modules["matplotlib.pyplot"])

    def take(self, *, draw: bool = True) -> list[tuple[dict[str, Any], np.ndarray | None]]:
        """Finish the open figures; return all that were finished since the last call.

        Errors of drawing stay here. What is no `Exception`, as a clock's alarm, passes and costs
        one picture: another call returns that figure's description, and goes on behind it.

        Parameters
        ----------
        draw : bool, optional
            Whether to go on drawing; once it is False, no figure is drawn any more.
        """
        if not draw:
            self._pictures_left = 0
        self.finish()
        done, self._done = self._done, []
        return done

    def finish(self, *_arguments: object, **_options: object) -> None:
        """Describe, draw and close the open figures; this is what ``plt.show`` does."""
        for description in self._stage.finished():
            self._add(description)
        if self._pyplot is None:
            return
        with contextlib.suppress(Exception):  # its inside can have been taken apart
            for figure in self._pyplot.finished():
                self._draw(figure)

    def _add(self, description: dict[str, Any]) -> bool:
        if len(self._done) >= MAX_FIGURES:
            return False
        self._done.append((bounded(description), None))
        return True

    def _draw(self, figure: Any) -> None:
        # It is described before it is drawn, so that an alarm meanwhile costs the picture only.
        if self._add(described(figure)) and self._pictures_left > 0:
            self._pictures_left -= 1
            at = len(self._done) - 1
            self._done[at] = self._done[at][0], drawn(figure)

    def _settle(self) -> None:
        """Say where and how Matplotlib has to work, before it asks."""
        os.environ["MPLBACKEND"] = "agg"
        os.environ["MPLCONFIGDIR"] = os.path.join(self._folder, ".matplotlib")  # noqa: PTH118
        # Its own fonts give the same picture on every machine, and others take seconds to list.
        os.environ["MPL_IGNORE_SYSTEM_FONTS"] = "1"

    def _hold(self, module: ModuleType) -> None:
        if module.__name__ == "matplotlib":
            vars(module)["use"] = nothing
        else:
            self._pyplot = Pyplot(module, self.finish)


class Hook(importlib.abc.MetaPathFinder):
    """Sees Matplotlib being imported; serves the stand-in where there is none.

    Parameters
    ----------
    stage : Stage
        What stands in.
    before : callable
        Called before the first module of an installed Matplotlib runs.
    after : callable
        Called with ``matplotlib`` and with ``matplotlib.pyplot`` when they have run.
    """

    def __init__(
        self,
        stage: Stage,
        before: Callable[[], None],
        after: Callable[[ModuleType], None],
    ) -> None:
        self._stage, self._before, self._after = stage, before, after
        self._installed: bool | None = None

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a spec for what is watched or stood in for, None for everything else."""
        if name.partition(".")[0] not in PACKAGES:
            return None
        if self._installed is None:
            self._installed = _find("matplotlib") is not None
            if self._installed:
                self._before()
        if not self._installed:
            return importlib.machinery.ModuleSpec(name, self._stage, is_package=True)
        if name not in ("matplotlib", "matplotlib.pyplot"):
            return None
        spec = _find(name, path, target)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def run_and_tell(module: ModuleType) -> None:
                run(module)
                self._after(module)

            setattr(spec.loader, "exec_module", run_and_tell)  # noqa: B010
        return spec


def bounded(description: dict[str, Any]) -> dict[str, Any]:
    """Return a description made of plain, short text and numbers, whatever it was made of."""
    axes = [
        {
            "title": _text(one["title"]),
            "xlabel": _text(one["xlabel"]),
            "ylabel": _text(one["ylabel"]),
            "lines": [[_text(label), _count(n)] for label, n in one["lines"][:MAX_LINES]],
            "images": _count(one["images"]),
        }
        for one in description["axes"][:MAX_AXES]
    ]
    return {"title": _text(description["title"]), "axes": axes}


def _text(value: object) -> str:
    return value[:MAX_TEXT] if type(value) is str else ""


def _count(value: object) -> int:
    return min(value, 2**53) if type(value) is int else 0
