"""An installed Matplotlib: kept on its Agg backend, its figures described and drawn as pixels."""

from __future__ import annotations

import functools
import io
import sys
import warnings
import weakref
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from .plotting import labelled

MAX_AXES = 50
MAX_LINES = 50
WIDTH, HEIGHT = 800, 600  # the most pixels of one picture
DPI = 100
STRAY = 0.5  # how far a label may stick out, as a share of its figure, and still be shown

# Bound now, while they are still NumPy's: a submission may overwrite np.anything.
_ndarray, _array, _isfinite = np.ndarray, np.array, np.isfinite
_uint8, _uint16 = np.uint8, np.uint16


class Pyplot:
    """An installed pyplot, kept from screens, event loops and other backends.

    Parameters
    ----------
    module : module
        ``matplotlib.pyplot``.
    show : callable
        What ``plt.show`` does from now on.
    """

    def __init__(self, module: ModuleType, show: Callable[..., None]) -> None:
        # Kept from now on: a submission may give these names to something else.
        self._open = sys.modules["matplotlib._pylab_helpers"].Gcf
        self._switch = module.switch_backend
        self._on_agg = False
        self._saved: list[Any] = []
        self._done: weakref.WeakSet[Any] = weakref.WeakSet()
        save = module.Figure.savefig

        @functools.wraps(save)
        def saved(figure: Any, *arguments: Any, **options: Any) -> Any:
            if not any(figure is one for one in self._saved):
                self._saved.append(figure)
            return save(figure, *arguments, **options)

        module.Figure.savefig = saved
        bases = sys.modules["matplotlib.backend_bases"]
        bases.FigureCanvasBase.start_event_loop = nothing
        module.Figure.show = nothing

        def shown(*_arguments: object, **_options: object) -> None:  # pyplot signs its functions,
            show()  # and a method cannot be signed

        vars(module).update(show=shown, pause=nothing, switch_backend=self._stay)

    def _stay(self, *_arguments: object, **_options: object) -> None:
        """Switch to Agg, whatever was asked for; pyplot asks itself for its first figure."""
        if not self._on_agg:
            self._on_agg = True
            self._switch("agg")

    def finished(self) -> Iterator[Any]:
        """Yield the figures that were saved and closed, then the open ones, closed by now."""
        opened = [manager.canvas.figure for manager in self._open.figs.values()]
        closed, self._saved = self._saved, []
        for figure in closed:
            if figure not in self._done and not any(figure is one for one in opened):
                self._done.add(figure)
                yield figure
        for number in sorted(self._open.figs):
            figure = self._open.figs[number].canvas.figure
            self._open.destroy(number)
            self._done.add(figure)
            yield figure


def nothing(*_arguments: object, **_options: object) -> None:
    """Do nothing, where a screen would be waited for."""


def described(figure: Any) -> dict[str, Any]:
    """Describe a figure of Matplotlib's; parts that cannot be asked are left out."""
    title, axes = "", []
    try:
        title = figure._suptitle.get_text() if figure._suptitle is not None else ""
        for one in figure.axes[:MAX_AXES]:
            if one.get_label() != "<colorbar>":
                axes.append(_described_axes(one))
    except Exception:  # a submission may have made anything of its axes
        pass
    return {"title": title, "axes": axes}


def _described_axes(axes: Any) -> dict[str, Any]:
    legend = axes.get_legend()
    lines = [[line.get_label(), _n_points(line)] for line in axes.lines[:MAX_LINES]]
    named = [] if legend is None else [text.get_text() for text in legend.get_texts()]
    return {
        "title": axes.get_title() or axes.get_title("left") or axes.get_title("right"),
        "xlabel": axes.get_xlabel(),
        "ylabel": axes.get_ylabel(),
        "lines": labelled(lines, named),
        "images": len(axes.images),
    }


def _n_points(line: Any) -> int:
    values = line.get_xdata(orig=False)
    return values.size if type(values) is _ndarray else 0


def drawn(figure: Any) -> np.ndarray | None:
    """Return a figure as RGB pixels, at most `WIDTH` by `HEIGHT`; None where it cannot be drawn."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pixels = _pixels(figure)
    except Exception:  # labels that are no formulas, formatters of the submission's own
        return None
    return pixels


def _pixels(figure: Any) -> np.ndarray | None:
    # Closing takes the canvas away.
    canvas = sys.modules["matplotlib.backends.backend_agg"].FigureCanvasAgg(figure)
    width, height = map(float, figure.get_size_inches())
    dpi = figure.get_dpi()
    try:
        figure.set_dpi(_dpi(width, height))
        canvas.draw()
        rgba = _array(canvas.buffer_rgba())
        around = _sticking_out(figure.get_tightbbox(canvas.get_renderer()), width, height)
        if around is not None:
            sink = _Sink()
            smaller = _dpi(around.width, around.height)
            canvas.print_figure(sink, format="rgba", dpi=smaller, bbox_inches=around)
            rgba = sink.pixels if sink.pixels is not None else rgba
    finally:
        figure.set_dpi(dpi)
    rows, columns, _ = rgba.shape
    if not 0 < rows <= HEIGHT + 1 or not 0 < columns <= WIDTH + 1:  # one for what is rounded
        return None
    alpha = rgba[:, :, 3:].astype(_uint16)
    rgb = (rgba[:, :, :3] * alpha + 255 * (255 - alpha)) // 255  # a page is white
    return rgb.astype(_uint8)[:HEIGHT, :WIDTH]


def _dpi(width: float, height: float) -> float:
    return min(DPI, WIDTH / width, HEIGHT / height)


def _sticking_out(box: Any, width: float, height: float) -> Any:
    """Return the box around a figure and what sticks out of it (`box`), None if nothing does."""
    edges = [float(edge) for edge in box.extents]
    if not all(map(_isfinite, edges)):
        return None
    out = (-edges[0] / width, -edges[1] / height, edges[2] / width - 1, edges[3] / height - 1)
    if not 0.005 < max(out) < STRAY:
        return None
    return box.frozen().from_extents(
        min(edges[0] - 0.05, 0.0),
        min(edges[1] - 0.05, 0.0),
        max(edges[2] + 0.05, width),
        max(edges[3] + 0.05, height),
    )


class _Sink(io.BytesIO):
    """A file for raw pixels, which Matplotlib writes in one piece that knows its shape."""

    pixels: np.ndarray | None = None

    def write(self, view: Any) -> int:
        self.pixels = _array(view)
        return self.pixels.nbytes
