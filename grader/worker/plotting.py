"""A stand-in for Matplotlib's figures and axes: they draw nothing and count what is plotted.

They take every call. What homework unpacks or looks into has its usual shape (``line, =
ax.plot(y)``, ``n, bins, patches = ax.hist(x)``, ``axes = fig.subplots(2, 3)``); figures, axes,
titles, labels, lines and images are known by name and number; all else is `Anything`.
"""

# ruff: noqa: D102  (the methods have the names and the meaning of Matplotlib's)

from __future__ import annotations

from typing import Any

import numpy as np

from .anything import Anything

MAX_KEPT = 1_000  # lines of one plot, plots of one figure

_shape, _asarray, _empty, _histogram = np.shape, np.asarray, np.empty, np.histogram


class Line(Anything):
    """One curve: its label and its values."""

    def __init__(self, x: Any = (), y: Any = (), label: object = None, **_options: object) -> None:
        self._x, self._y, self.label = x, y, text_of(label)

    @property
    def n(self) -> int:
        """How many points it has."""
        shape = _shape_of(self._y)
        return shape[0] if shape else 1

    def set_data(self, x: Any, y: Any = None) -> None:
        self._x, self._y = x if y is None else (x, y)

    def set_xdata(self, x: Any) -> None:
        self._x = x

    def set_ydata(self, y: Any) -> None:
        self._y = y

    def get_xdata(self, *_arguments: object, **_options: object) -> Any:
        return _asarray(self._x)

    def get_ydata(self, *_arguments: object, **_options: object) -> Any:
        return _asarray(self._y)

    def set_label(self, label: object) -> None:
        self.label = text_of(label)

    def get_label(self) -> str:
        return self.label


def _shape_of(values: Any) -> tuple[int, ...]:
    try:
        return _shape(values)
    except Exception:  # rows of different lengths; whatever else is plotted
        return (len(values),) if isinstance(values, (list, tuple)) else ()


def text_of(value: object) -> str:
    """Return a label as text; only of plain values is it asked."""
    if type(value) is str:
        return value
    return str(value) if type(value) in (int, float, bool) else ""


def labelled(lines: list[list[Any]], legend: list[str]) -> list[list[Any]]:
    """Return lines with their labels, from the legend in its order where none has its own.

    Names with an underline before them are Matplotlib's own for lines without one.
    """
    own = [name if type(name) is str and name[:1] != "_" else "" for name, _ in lines]
    if not any(own) and len(legend) == len(lines):
        own = legend
    return [[name, n] for name, (_, n) in zip(own, lines, strict=True)]


class Axes(Anything):
    """One plot: what it is called and what is in it."""

    def __init__(self, figure: Figure | None = None, key: object = None, **_options: object):
        self.figure, self.key = figure, key
        self.clear()

    def clear(self) -> None:
        self.named = {"title": "", "xlabel": "", "ylabel": ""}
        self.lines: list[Line] = []
        self.n_images = 0
        self.names: list[str] = []

    cla = clear

    def described(self) -> dict[str, Any]:
        """Return the description of this plot."""
        lines = labelled([[line.label, line.n] for line in self.lines], self.names)
        return {**self.named, "lines": lines, "images": self.n_images}

    def plot(self, *values: Any, label: Any = None, **_options: object) -> list[Line]:
        """Add the lines of ``plot(y)``, ``plot(x, y, "r--")`` and several of these in a row."""
        left, made = list(values), []
        while left:
            x = y = left.pop(0)
            if left and not isinstance(left[0], str):
                y = left.pop(0)
            if left and isinstance(left[0], str):
                left.pop(0)
            shape = _shape_of(y)
            if len(shape) == 2:
                columns = _asarray(y).T[:MAX_KEPT]
                names = label if isinstance(label, (list, tuple)) else [label] * len(columns)
                made += [Line(x, y, name) for y, name in zip(columns, names, strict=False)]
            else:
                made.append(Line(x, y, label))
        self.lines += made[: MAX_KEPT - len(self.lines)]
        return made

    semilogx = semilogy = loglog = step = plot

    def axhline(self, *_arguments: object, label: object = None, **_options: object) -> Line:
        return self.plot([0, 1], [0, 1], label=label)[0]

    axvline = axhline

    def errorbar(self, x: Any, y: Any, *_arguments: object, **_options: object) -> tuple[Any, ...]:
        return self.plot(x, y)[0], (), ()

    def imshow(self, *_arguments: object, **_options: object) -> Anything:
        self.n_images += 1
        return Anything()

    matshow = spy = imshow

    def hist(
        self, x: Any, bins: Any = 10, range: Any = None, density: bool = False, **_options: object
    ) -> tuple[Any, Any, list[Anything]]:
        try:
            counts, edges = _histogram(
                _asarray(x), 10 if bins is None else bins, range, bool(density)
            )
        except Exception:  # several data sets at once, names for bins
            counts, edges = np.zeros(10), np.linspace(0.0, 1.0, 11)
        return counts, edges, [Anything() for _ in counts]

    def hist2d(self, *_arguments: object, **_options: object) -> tuple[Any, ...]:
        return np.zeros((10, 10)), np.linspace(0, 1, 11), np.linspace(0, 1, 11), Anything()

    def bar(self, x: Any = (), *_arguments: object, **_options: object) -> list[Anything]:
        return [Anything() for _ in range((*_shape_of(x), 1)[0])]

    barh = bar

    def pie(self, x: Any = (), autopct: object = None, **_options: object) -> tuple[Any, ...]:
        return (self.bar(x),) * (2 if autopct is None else 3)

    def stem(self, *_arguments: object, **_options: object) -> tuple[Any, ...]:
        return Anything(), Anything(), Anything()

    def legend(self, *arguments: Any, labels: Any = (), **_options: object) -> Anything:
        given = arguments[-1] if arguments else labels
        self.names = [text_of(name) for name in given] if isinstance(given, (list, tuple)) else []
        return Anything()

    def get_legend_handles_labels(self) -> tuple[list[Line], list[str]]:
        lines = [line for line in self.lines if line.label[:1] not in ("", "_")]
        return lines, [line.label for line in lines]

    def set_title(self, label: object = "", *_arguments: object, **_options: object) -> Anything:
        self.named["title"] = text_of(label)
        return Anything()

    def set_xlabel(self, label: object = "", *_arguments: object, **_options: object) -> Anything:
        self.named["xlabel"] = text_of(label)
        return Anything()

    def set_ylabel(self, label: object = "", *_arguments: object, **_options: object) -> Anything:
        self.named["ylabel"] = text_of(label)
        return Anything()

    def set(self, **options: object) -> None:
        for name in self.named.keys() & options.keys():
            self.named[name] = text_of(options[name])

    def get_title(self, *_arguments: object) -> str:
        return self.named["title"]

    def get_xlabel(self) -> str:
        return self.named["xlabel"]

    def get_ylabel(self) -> str:
        return self.named["ylabel"]

    def get_xlim(self, *_arguments: object, **_options: object) -> tuple[float, float]:
        return 0.0, 1.0

    get_ylim = get_zlim = set_xlim = set_ylim = xlim = ylim = get_xlim

    def axis(self, *_arguments: object, **_options: object) -> tuple[float, ...]:
        return 0.0, 1.0, 0.0, 1.0

    def xticks(self, *_arguments: object, **_options: object) -> tuple[Any, list[Any]]:
        return _empty(0), []

    yticks = xticks

    def twinx(self, **_options: object) -> Axes:
        return Axes() if self.figure is None else self.figure.add_subplot(object())

    twiny = inset_axes = twinx

    def get_figure(self) -> Any:
        return self.figure


class Figure(Anything):
    """One figure: its title and its plots."""

    def __init__(self, *_arguments: object, **_options: object) -> None:
        self.number = 0
        self.is_saved = False
        self.clear()

    def savefig(self, *_arguments: object, **_options: object) -> None:
        """Take note that it was kept; there is no picture."""
        self.is_saved = True

    def clear(self, *_arguments: object, **_options: object) -> None:
        self.title = ""
        self.axes: list[Axes] = []
        self.current: Axes | None = None

    clf = clear

    def described(self) -> dict[str, Any]:
        """Return the description of this figure."""
        return {"title": self.title, "axes": [axes.described() for axes in self.axes]}

    def suptitle(self, label: object = "", **_options: object) -> Anything:
        self.title = text_of(label)
        return Anything()

    def add_subplot(self, *key: Any, **_options: object) -> Axes:
        """Return the axes at a place: those that are there, or new ones."""
        if len(key) == 1 and type(key[0]) is int:
            key = tuple(map(int, str(key[0])))
        plain = all(type(part) in (int, tuple) for part in key)
        have = [axes for axes in self.axes if plain and key and axes.key == key]
        if not have:
            have = [Axes(self, key)]
            self.axes += have[: MAX_KEPT - len(self.axes)]
        self.current = have[0]
        return have[0]

    def add_axes(self, *_arguments: object, **_options: object) -> Axes:
        return self.add_subplot(object())

    def gca(self, **_options: object) -> Axes:
        return self.current or self.add_subplot(1, 1, 1)

    def sca(self, axes: Any) -> Any:
        self.current = axes if isinstance(axes, Axes) else self.current
        return axes

    def delaxes(self, axes: Any) -> None:
        self.axes = [one for one in self.axes if one is not axes]
        self.current = self.axes[-1] if self.axes else None

    def get_axes(self) -> list[Axes]:
        return list(self.axes)

    def get_size_inches(self) -> Any:
        return _asarray([6.4, 4.8])

    def subplots(
        self, nrows: int = 1, ncols: int = 1, *_grid: Any, squeeze: bool = True, **_options: object
    ) -> Any:
        """Return an array of axes; squeezed as Matplotlib does, to a single one where it is one."""
        made = _empty((int(nrows), int(ncols)), dtype=object)
        for at in range(made.size):
            made.flat[at] = self.add_subplot(int(nrows), int(ncols), at + 1)
        if not squeeze:
            return made
        return made.item() if made.size == 1 else made.squeeze()

    def subplot_mosaic(self, mosaic: Any = (), **_options: object) -> dict[Any, Axes]:
        rows = mosaic.split("\n") if isinstance(mosaic, str) else mosaic
        names = dict.fromkeys(name for row in rows for name in row if name not in (".", " "))
        return {name: self.add_subplot(object()) for name in names}
