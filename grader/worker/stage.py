"""The modules of the stand-in for Matplotlib: ``pyplot`` with its open figures, and the others."""

# ruff: noqa: D102  (the methods have the names and the meaning of Matplotlib's)

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NoReturn

import numpy as np

from .anything import Anything, Colormap, Colormaps, Settings
from .plotting import Axes, Figure, Line

RENAMED = {
    "title": "set_title",
    "xlabel": "set_xlabel",
    "ylabel": "set_ylabel",
    "cla": "clear",
}
"""Functions of pyplot that its axes have under another name."""

OF_AXES = frozenset(name for name in vars(Axes) if name[:1] != "_") - {"clear", "described"}

ABSORBED = frozenset(
    """
    annotate arrow autoscale axhspan axvspan axline boxplot clabel clim colorbar contour contourf
    draw figtext fill fill_between grid hexbin hlines ioff ion locator_params margins
    minorticks_on pause pcolor pcolormesh polar quiver rc scatter stackplot streamplot
    subplots_adjust table text tick_params ticklabel_format tight_layout violinplot vlines xscale
    yscale
    """.split()  # noqa: SIM905
)
"""More names for ``from pylab import *``."""


class Pyplot:
    """The functions of ``pyplot``: open figures by number, and a current one.

    Parameters
    ----------
    show : callable
        What ``show()`` does.
    """

    cm, colormaps = Colormaps(), Colormaps()

    def __init__(self, show: Callable[..., None]) -> None:
        self.rcParams, self.show = Settings(), show
        self._open: dict[int, Figure] = {}
        self._saved: list[Figure] = []  # and closed
        self._labels: dict[str, int] = {}
        self._current = 0

    def finished(self) -> Iterator[Figure]:
        """Yield the figures that were saved and closed, then the open ones, closed by now."""
        closed, self._saved = self._saved, []
        yield from closed
        for number in sorted(self._open):
            yield self._open.pop(number)

    def savefig(self, *_arguments: object, **_options: object) -> None:
        """Take note that the current figure was kept."""
        self.gcf().savefig()

    def figure(self, num: Any = None, *_arguments: object, **_options: object) -> Figure:
        if isinstance(num, Figure):
            num = num.number
        if isinstance(num, str):
            num = self._labels.setdefault(num, max(self._open, default=0) + 1)
        number = num if type(num) is int else max(self._open, default=0) + 1
        if number not in self._open:
            self._open[number] = Figure()
            self._open[number].number = number
        self._current = number
        return self._open[number]

    def gcf(self) -> Figure:
        if self._current in self._open:
            return self._open[self._current]
        return self.figure(max(self._open, default=None))

    def gca(self, **_options: object) -> Axes:
        return self.gcf().gca()

    def sca(self, axes: Any) -> Any:
        if isinstance(axes, Axes) and axes.figure is not None:
            self.figure(axes.figure)
        return self.gcf().sca(axes)

    def axes(self, *arguments: Any, **_options: object) -> Axes:
        if arguments and isinstance(arguments[0], Axes):
            return self.sca(arguments[0])  # type: ignore[no-any-return]
        return self.gcf().add_axes()

    def subplot(self, *key: Any, **_options: object) -> Axes:
        return self.gcf().add_subplot(*(key or (1, 1, 1)))

    def subplots(
        self, nrows: int = 1, ncols: int = 1, *grid: Any, squeeze: bool = True, **_options: object
    ) -> tuple[Figure, Any]:
        figure = self.figure()
        return figure, figure.subplots(nrows, ncols, *grid, squeeze=squeeze)

    def subplot_mosaic(self, mosaic: Any = (), **_options: object) -> tuple[Figure, Any]:
        figure = self.figure()
        return figure, figure.subplot_mosaic(mosaic)

    def subplot2grid(self, shape: Any, loc: Any, *_span: Any, **_options: object) -> Axes:
        return self.gcf().add_subplot(tuple(shape), tuple(loc))

    def suptitle(self, label: object = "", **_options: object) -> Anything:
        return self.gcf().suptitle(label)

    def delaxes(self, axes: Any = None) -> None:
        self.gcf().delaxes(axes or self.gca())

    def clf(self) -> None:
        self.gcf().clear()

    def close(self, which: Any = None) -> None:
        """Close the current figure, one of them, or ``"all"``; one that was not saved is gone."""
        closed: list[Figure | None]
        if which == "all":
            closed = [self._open.pop(number) for number in sorted(self._open)]
        elif isinstance(which, Figure):
            closed = [self._open.pop(which.number, None)]
        else:
            number = self._labels.get(which, 0) if isinstance(which, str) else which
            closed = [self._open.pop(self._current if number is None else number, None)]
        self._saved += [figure for figure in closed if figure is not None and figure.is_saved]

    def get_fignums(self) -> list[int]:
        return sorted(self._open)

    def fignum_exists(self, num: Any) -> bool:
        return num in self._open or num in self._labels

    def matshow(self, *arguments: Any, **options: Any) -> Anything:
        return self.figure().gca().imshow(*arguments, **options)

    def get_cmap(self, *_arguments: object) -> Colormap:
        return Colormap()

    def get_backend(self) -> str:
        return "agg"

    def isinteractive(self) -> bool:
        return False

    def imread(self, *_arguments: object, **_options: object) -> NoReturn:
        # The one thing that must not be made up: it would be data.
        raise ModuleNotFoundError(
            "No module named 'matplotlib', which is needed to read an image", name="matplotlib"
        )

    def function(self, name: str) -> Any:
        """Return what pyplot has under `name`: its own, that of the current axes, or anything."""
        if name in OF_PYPLOT:
            return getattr(self, name)
        if RENAMED.get(name, name) not in OF_AXES:
            return Anything()

        def call(*arguments: Any, **options: Any) -> Any:
            return getattr(self.gca(), RENAMED.get(name, name))(*arguments, **options)

        return call


OF_PYPLOT = frozenset(name for name in vars(Pyplot) if name[:1] != "_") | {"rcParams", "show"}
OF_PYPLOT -= {"finished", "function"}

CLASSES = {"Axes": Axes, "Figure": Figure, "Line2D": Line}
"""What submissions ask ``isinstance`` about, wherever they import it from."""


class Stage(importlib.abc.Loader):
    """Makes the modules ``matplotlib``, ``mpl_toolkits``, ``pylab`` and all within them.

    Parameters
    ----------
    show : callable
        What ``plt.show`` does.
    """

    def __init__(self, show: Callable[..., None]) -> None:
        self._pyplot = Pyplot(show)
        self.modules: set[str] = set()

    def finished(self) -> Iterator[dict[str, Any]]:
        """Yield the descriptions of the open figures, each closed already."""
        for figure in self._pyplot.finished():
            yield figure.described()

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Return a module that has every name."""
        self.modules.add(spec.name)
        return StandIn(spec.name, self._pyplot)

    def exec_module(self, module: ModuleType) -> None:
        """Give a module the names that a star import takes from it."""
        name = module.__name__
        if name.endswith(("pyplot", "pylab")):
            public = {*OF_PYPLOT, *OF_AXES, *RENAMED, *ABSORBED}
            if name.endswith("pylab"):  # which is NumPy as well
                for part in (np, np.fft, np.random, np.linalg):
                    own = set(part.__all__) - set(dir(builtins)) - public
                    vars(module).update((name, getattr(part, name)) for name in own)
                    public |= own
                vars(module)["np"] = vars(module)["numpy"] = np
            vars(module)["__all__"] = sorted(public)
        elif name == "matplotlib":
            vars(module)["__version__"] = "0.0.0"


class StandIn(ModuleType):
    """A module that has every name."""

    def __init__(self, name: str, pyplot: Pyplot) -> None:
        super().__init__(name, "A stand-in: matplotlib is not installed.")
        self._pyplot = pyplot

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if name in CLASSES:
            return CLASSES[name]
        own = self.__name__
        if own.endswith((".pyplot", "pylab")):
            return self._pyplot.function(name)
        if own == "matplotlib.cm":
            return getattr(self._pyplot.cm, name)
        if own == "matplotlib" and name in ("cm", "colormaps", "rcParams", "get_backend"):
            return getattr(self._pyplot, name)
        if own == "matplotlib" and name in ("axes", "figure", "lines"):
            return StandIn(f"{own}.{name}", self._pyplot)  # there without being imported
        return Anything()
