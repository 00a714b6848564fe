"""What is caught of a submission's plots: with Matplotlib before and after it is imported, and
without it."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent

HARNESS = """
import importlib, importlib.util, io, json, os, sys, traceback
mode, package, *path = sys.argv[1:]
if path:
    sys.path[:] = [entry for entry in sys.path if "site-packages" not in entry] + path
import numpy as np
spec = importlib.util.spec_from_file_location(
    "gradelab_worker", package + "/__init__.py", submodule_search_locations=[package]
)
sys.modules["gradelab_worker"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["gradelab_worker"])
figures = importlib.import_module("gradelab_worker.figures")
if mode == "loaded":
    import matplotlib.pyplot

def run(request):
    os.chdir(request["folder"])
    sys.stderr = errors = io.StringIO()
    caught = figures.Figures(request["folder"], request["pictures"])
    former = set(sys.modules)
    caught.install()
    reply = {"loaded": sorted(set(sys.modules) - former), "cells": [], "errors": []}
    names, n = {"caught": caught}, 0
    for cell in request["cells"]:
        try:
            exec(cell, names)
            reply["errors"].append(None)
        except BaseException:
            reply["errors"].append(traceback.format_exc())
        reply["cells"].append([])
        for description, pixels in caught.take():
            if pixels is not None:
                assert pixels.dtype == np.uint8
                np.save(f"pixels{n}.npy", pixels)
            reply["cells"][-1].append([description, None if pixels is None else n])
            n += 1
    reply["x"] = names.get("x")
    reply["stood_in"] = caught.stood_in
    reply["stderr"] = errors.getvalue()
    return reply

for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        try:
            text = json.dumps(run(json.loads(line)))
        except BaseException:
            text = json.dumps({"broken": traceback.format_exc()})
        os.write(1, text.encode() + b"\\n")
        os._exit(0)
    os.waitpid(pid, 0)
"""


class Caught(NamedTuple):
    """What one submission's cells left behind."""

    cells: list[list[tuple[dict[str, Any], np.ndarray | None]]]
    errors: list[str | None]
    x: Any
    stderr: str
    loaded: list[str]
    stood_in: bool

    @property
    def figures(self) -> list[tuple[dict[str, Any], np.ndarray | None]]:
        return [figure for cell in self.cells for figure in cell]

    @property
    def described(self) -> list[dict[str, Any]]:
        return [description for description, _ in self.figures]


class Harness:
    """A process like the warm parent: forks for every submission."""

    def __init__(self, mode: str, folder: Path, *path: Path) -> None:
        command = [sys.executable, "-I", "-c", HARNESS, mode, str(ROOT / "grader" / "worker")]
        self._process = subprocess.Popen(
            [*command, *map(str, path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._folder, self._count = folder, 0

    def __call__(self, *cells: str, pictures: bool = True, fails: bool = False) -> Caught:
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        request = {
            "cells": [textwrap.dedent(cell) for cell in cells],
            "pictures": pictures,
            "folder": str(folder),
        }
        print(json.dumps(request), file=self._process.stdin, flush=True)
        reply = json.loads(self._process.stdout.readline())
        assert "broken" not in reply, reply["broken"]
        reply["cells"] = [
            [(d, None if n is None else np.load(folder / f"pixels{n}.npy")) for d, n in cell]
            for cell in reply["cells"]
        ]
        assert fails or not any(reply["errors"]), reply["errors"]
        return Caught(**reply)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=10)


def harness(mode, tmp_path_factory):
    path = []
    if mode != "missing" and importlib.util.find_spec("matplotlib") is None:
        pytest.skip("Matplotlib is not installed")
    if mode == "missing":
        path = [tmp_path_factory.mktemp("packages")]
        for folder in Path(np.__file__).parent.parent.glob("numpy*"):
            (path[0] / folder.name).symlink_to(folder)
    return Harness(mode, tmp_path_factory.mktemp(mode), *path)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Matplotlib is installed, and the parent has imported it."""
    started = harness("loaded", tmp_path_factory)
    yield started
    started.close()


@pytest.fixture(scope="module")
def cold(tmp_path_factory):
    """Matplotlib is installed, and the submission is the first to import it."""
    started = harness("cold", tmp_path_factory)
    yield started
    started.close()


@pytest.fixture(scope="module")
def missing(tmp_path_factory):
    """Matplotlib is not installed."""
    started = harness("missing", tmp_path_factory)
    yield started
    started.close()


@pytest.fixture(params=["loaded", "missing"])
def either(request):
    return request.getfixturevalue(request.param)


PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\n"

VARIED = """
import numpy as np
import matplotlib.pyplot as plt
from matplotlib import cm

plt.figure(figsize=(8, 4))
plt.plot([1, 2, 3], [4, 5, 6], "r--", label="train")
plt.plot(np.arange(10), label="val")
plt.axhline(0.5)
plt.title("Loss"); plt.xlabel("epoch"); plt.ylabel("L"); plt.legend(loc="best"); plt.grid(True)
plt.show()

fig, axes = plt.subplots(2, 3)
for ax in axes.flat:
    ax.imshow(np.eye(3), cmap=plt.cm.gray)
axes[1, 2].set(title="last", xlabel="x")
fig.suptitle("Digits")
plt.tight_layout()

fig, (left, right) = plt.subplots(1, 2, sharey=True)
left.semilogy([1, 10, 100], [3, 2, 1], [1, 10], [5, 5])
left.legend(["three", "two"])
right.scatter([1, 2], [3, 4], c=[0, 1], cmap="viridis")
other = right.twinx()
other.plot(np.zeros((7, 2)), label=["a", "b"])

plt.figure("named")
for number in range(4):
    plt.subplot(2, 2, number + 1)
    plt.plot(range(number + 1))
plt.subplot(221)
plt.plot([0], label=3)
plt.figure()
plt.figure("named")
plt.title("first again")

fig = plt.figure()
ax = fig.add_subplot(111)
line, = ax.plot([], [], label="later")
line.set_data([1, 2], [3, 4])
n, bins, patches = plt.hist(np.arange(100), bins=5)
bars = plt.bar(["a", "b"], [1, 2])
x = [axes.shape, len(axes.ravel()), len(bins), list(map(int, n)), len(bars), plt.get_fignums()]
plt.colorbar(plt.imshow(np.eye(3)))
plt.figure()
plt.plot([1])
plt.close()
"""


def test_an_installed_matplotlib_and_the_stand_in_describe_the_same_figures(loaded, missing):
    real, stand_in = loaded(VARIED, pictures=False), missing(VARIED)

    assert real.described == stand_in.described
    assert real.x == stand_in.x
    assert not real.stood_in
    assert stand_in.stood_in


SAVED_AND_CLOSED = """
import matplotlib.pyplot as plt
fig, ax = plt.subplots()
ax.plot([1, 2, 3], label='kept'); fig.savefig('a.png'); fig.savefig('b.png'); plt.close(fig)
plt.plot([1, 2]); plt.savefig('c.png'); plt.close('all')
plt.plot([1], label='thrown away'); plt.close()
plt.plot([1, 2, 3, 4], label='saved and shown'); plt.savefig('d.png'); plt.show(); plt.close()
"""


@pytest.mark.parametrize("mode", ["loaded", "missing"])
def test_a_figure_that_was_saved_and_closed_is_kept_and_one_that_was_only_closed_is_gone(
    request, mode
):
    found = request.getfixturevalue(mode)(SAVED_AND_CLOSED, pictures=False).described

    lines = [one["axes"][0]["lines"] for one in found]
    assert lines == [[["kept", 3]], [["", 2]], [["saved and shown", 4]]]


def test_a_figure_is_described_by_its_titles_labels_lines_and_images(loaded):
    first, digits, pair, *_ = loaded(VARIED, pictures=False).described

    lines = [["train", 3], ["val", 10], ["", 2]]
    axes = {"title": "Loss", "xlabel": "epoch", "ylabel": "L", "lines": lines, "images": 0}
    assert first == {"title": "", "axes": [axes]}
    assert digits["title"] == "Digits"
    assert [one["images"] for one in digits["axes"]] == [1] * 6
    assert pair["axes"][0]["lines"] == [["three", 3], ["two", 2]]


def test_pixels_show_what_was_drawn(loaded):
    ((_, pixels),) = loaded(
        "import matplotlib.pyplot as plt\n"
        "fig = plt.figure(facecolor='red'); fig.patches.append(plt.Rectangle((.5, 0), .5, 1,"
        " transform=fig.transFigure, color='blue'))"
    ).figures

    assert pixels.shape == (480, 640, 3)
    assert pixels[240, 100].tolist() == [255, 0, 0]
    assert pixels[240, 600].tolist() == [0, 0, 255]


def test_a_submission_that_imports_matplotlib_itself_gets_the_same_picture(loaded, cold):
    ((_, one),), ((_, other),) = loaded(PLOT).figures, cold(PLOT).figures

    np.testing.assert_array_equal(one, other)


def test_only_a_submission_that_imports_matplotlib_loads_it(cold):
    quick = cold("import sys\nx = 'matplotlib' in sys.modules")

    assert quick.x is False
    assert quick.loaded == []


def test_installing_over_a_loaded_matplotlib_loads_no_more_of_it(loaded):
    assert [name for name in loaded("").loaded if name.startswith("matplotlib")] == []


@pytest.mark.parametrize("mode", ["loaded", "cold"])
def test_other_backends_and_windows_change_nothing(request, mode):
    caught = request.getfixturevalue(mode)(
        """
        import matplotlib
        matplotlib.use("TkAgg")
        from matplotlib import pyplot as plt
        plt.switch_backend("QtAgg")
        fig = plt.figure()
        matplotlib.use("module://ipykernel.pylab.backend_inline", force=True)
        plt.rcParams["backend"] = "MacOSX"
        plt.plot([1, 2])
        fig.show()
        plt.show()
        plt.switch_backend("TkAgg")
        plt.plot([1, 2, 3])
        x = matplotlib.get_backend().lower()
        """
    )

    assert [one["axes"][0]["lines"][0][1] for one in caught.described] == [2, 3]
    assert all(pixels is not None for _, pixels in caught.figures)
    assert caught.stderr == ""


def test_nothing_waits_for_somebody_at_a_screen(either):
    started = time.monotonic()
    caught = either(
        """
        import matplotlib.pyplot as plt
        from matplotlib.animation import FuncAnimation
        plt.ion()
        fig, ax = plt.subplots()
        line, = ax.plot([0, 1])
        for _ in range(3):
            plt.pause(60)
            plt.draw()
            fig.canvas.draw_idle()
        fig.canvas.start_event_loop(60)
        x = len(plt.ginput(1, timeout=0))
        animation = FuncAnimation(fig, lambda i: (line,), frames=10, interval=1000)
        plt.show(block=True)
        plt.ioff()
        """
    )

    assert len(caught.figures) == 1
    assert caught.x == 0
    assert time.monotonic() - started < 60  # what the shortest of the waits would take


def test_figures_are_finished_at_the_end_of_their_cell_also_after_an_error(either):
    caught = either(PLOT, f"{PLOT}plt.title('two')\n1 / 0", PLOT + "plt.close('all')", fails=True)

    assert [len(cell) for cell in caught.cells] == [1, 1, 0]
    assert caught.cells[1][0][0]["axes"][0]["title"] == "two"


def test_show_finishes_what_is_open_and_the_next_plot_is_a_figure_of_its_own(either):
    ((one, two),) = either(f"{PLOT}plt.show()\nplt.show()\nplt.plot([1])").cells

    assert [d["axes"][0]["lines"] for d, _ in (one, two)] == [[["", 3]], [["", 1]]]


def test_a_finished_figure_can_still_be_saved_as_large_as_it_was_made(loaded):
    caught = loaded(
        "import matplotlib.pyplot as plt\nfig = plt.figure(dpi=200)\n"
        "plt.savefig('before.png')\nplt.show()",
        "import os\nfig.savefig('after.png')\n"
        "x = [plt.imread(name).shape[:2] for name in ('before.png', 'after.png')]",
    )

    assert caught.x == [[960, 1280]] * 2


def test_twenty_pictures_are_kept_and_a_hundred_figures_of_a_cell_are_described(loaded):
    cell = "import matplotlib.pyplot as plt\nfor _ in range({}): plt.figure(figsize=(1, 1)); {}"
    caught = loaded(cell.format(15, "plt.show()"), cell.format(130, "plt.show()"))

    assert [len(cell) for cell in caught.cells] == [15, 100]
    assert [pixels is not None for _, pixels in caught.figures] == [True] * 20 + [False] * 95


def test_a_replay_gets_descriptions_only(loaded):
    assert loaded(PLOT, pictures=False).figures[0][1] is None


@pytest.mark.parametrize(
    "size", [(6, 4), (30, 5), (3, 40), (2.345, 1.234), (1000, 1), (0.01, 0.01), (1e6, 1e6)]
)
def test_a_picture_of_any_size_fits_or_is_left_out(loaded, size):
    ((_, pixels),) = loaded(f"{PLOT}plt.gcf().set_size_inches{size}").figures

    assert pixels is None or (0 < pixels.shape[0] <= 600 and 0 < pixels.shape[1] <= 800)
    assert pixels is not None or min(size) < 1 or max(size) >= 1000


def test_labels_that_stick_out_are_in_the_picture(loaded):
    ((_, without),), ((_, with_legend),) = (
        loaded(PLOT + more).figures
        for more in ("", "plt.legend(['a curve'], bbox_to_anchor=(1.1, 1), loc='upper left')")
    )

    assert without.shape == (480, 640, 3)
    assert with_legend.shape[1] / with_legend.shape[0] > 1.4
    assert (with_legend[:, -1] == 255).all(), "nothing is cut off at the edge"


@pytest.mark.parametrize(
    "spoil",
    [
        "plt.title('$\\\\frac{')",
        "plt.gca().xaxis.set_major_formatter(lambda value, position: 1 / 0)",
        "plt.gca().get_title = None",
        "type(plt.gca()).get_legend = lambda self: 1 / 0",
        "plt.gcf().get_size_inches = lambda: 'large'",
        "plt.figure = plt.close = plt.get_fignums = plt.show = plt.switch_backend = None",
        "import matplotlib._pylab_helpers as helpers; helpers.Gcf.destroy = None; plt.close = 3",
        "import numpy as np; np.array = np.uint8 = np.uint16 = np.ndarray = None",
        "import sys; del sys.modules['matplotlib.pyplot'], sys.modules['matplotlib']",
    ],
)
def test_a_figure_that_cannot_be_drawn_or_described_costs_itself_only(loaded, spoil):
    caught = loaded(f"{PLOT}{spoil}", "x = 1")

    assert len(caught.figures) == (0 if "Gcf" in spoil else 1)
    assert caught.x == 1


def test_an_alarm_while_drawing_costs_the_picture_and_the_next_call_goes_on(loaded):
    caught = loaded(
        PLOT
        + """
class Alarm(BaseException):
    pass

def ring(value, position):
    raise Alarm

plt.gca().xaxis.set_major_formatter(ring)
plt.figure()
try:
    caught.take()
except Alarm:
    x = "rang"
"""
    )

    assert caught.x == "rang"
    assert [pixels is None for _, pixels in caught.figures] == [True, False]


def test_no_figure_is_drawn_after_a_call_that_forbids_it(loaded):
    caught = loaded(f"{PLOT}x = len(caught.take(draw=False))", PLOT)

    assert caught.x == 1
    assert [pixels for _, pixels in caught.figures] == [None]


def test_a_description_holds_plain_short_text_and_never_asks_the_submission_for_it(either):
    caught = either(
        """
        import matplotlib.pyplot as plt
        x = []
        class Name(str):
            def __str__(self):
                x.append("asked")
                return self
            def __getitem__(self, key):
                x.append("asked")
                return self
        line, = plt.plot([1], label="x" * 10_000)
        plt.title("t" * 10_000)
        plt.gcf().suptitle("s" * 10_000)
        plt.xlabel("abc")
        plt.gca().xaxis.label._text = Name("tampered")
        for _ in range(200):
            plt.plot([1])
        x.clear()
        """,
        pictures=False,
    )

    (one,) = caught.described
    assert caught.x == []
    assert len(one["title"]) == len(one["axes"][0]["title"]) == 200
    assert len(one["axes"][0]["lines"][0][0]) == 200
    assert len(one["axes"][0]["lines"]) == 50
    assert len(json.dumps(one)) < 3_000


IDIOMS = """
import numpy as np
import pylab
import matplotlib as mpl, matplotlib.pyplot as plt
import matplotlib.gridspec as gridspec, matplotlib.ticker as ticker, matplotlib.patches as mpatches
from matplotlib.colors import ListedColormap
from mpl_toolkits.mplot3d import Axes3D
from pylab import *

mpl.rcParams["figure.figsize"] = (10, 8)
plt.rcParams.update({"font.size": 12})
plt.rc("font", size=10)
plt.style.use("ggplot")
colors = plt.cm.rainbow(np.linspace(0, 1, 3))
for color, name in zip(colors, "abc"):
    plt.plot([0, 1], color=color, label=name)
cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"][0]
plt.legend(loc="upper right"); plt.xlim(0, 1); plt.xticks([0, 1], ["a", "b"], rotation=45)
low, high = plt.ylim()
a, b, c, d = plt.axis()
ax = plt.gca()
ax.spines["top"].set_visible(False)
ax.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
ax.set_xlim([0, 1]); ax.tick_params(axis="x"); ax.invert_yaxis()
ax.annotate("here", xy=(0, 0), arrowprops=dict(arrowstyle="->"))
ax.add_patch(mpatches.Circle((0, 0), 1))
handles, labels = ax.get_legend_handles_labels()
assert labels == ["a", "b", "c"], labels
assert isinstance(ax, mpl.axes.Axes) and isinstance(plt.gcf(), mpl.figure.Figure)

fig = plt.figure(figsize=(8, 6))
space = fig.add_subplot(111, projection="3d")
X, Y = np.meshgrid(np.arange(3), np.arange(3))
surface = space.plot_surface(X, Y, X + Y, cmap="coolwarm")
space.set_zlabel("loss"); space.view_init(30, 40)
fig.colorbar(surface, shrink=0.5)

grid = gridspec.GridSpec(2, 2)
top = plt.subplot(grid[0, :])
wedges, texts, autotexts = plt.pie([1, 2], labels=["a", "b"], autopct="%d%%")
plt.contourf(X, Y, X * Y, alpha=0.3, cmap=ListedColormap(["red", "blue"]))
markers, stems, base = plt.stem([1, 2, 3])
bar, caps, lines = plt.errorbar([1, 2], [3, 4], yerr=[0.1, 0.1])
plt.fill_between([0, 1], [0, 1], alpha=0.2)
fig, axs = plt.subplots(3, 1, squeeze=False)
assert axs.shape == (3, 1)
fig, one = plt.subplots()
one.set_title("one").set_fontsize(20)
box = one.boxplot([1, 2, 3])
for patch, color in zip(plt.bar([1, 2], [3, 4]), "rb"):
    patch.set_color(color)
with plt.style.context("bmh"):
    plt.clf()
mosaic, parts = plt.subplot_mosaic([["left", "right"]])
parts["left"].plot([1, 2])
plt.savefig("loss.png", dpi=50, bbox_inches="tight")
show()
x = [len(linspace(0, 1, 5)), norm([3.0, 4.0]), plt.get_fignums()]
"""


def test_what_homework_does_with_matplotlib_runs_without_it(either):
    assert either(IDIOMS).x == [5, 5.0, []]


def test_without_matplotlib_an_image_that_is_read_is_not_made_up(missing):
    caught = missing("import matplotlib.pyplot as plt\nplt.imread('digit.png')", fails=True)

    assert "ModuleNotFoundError: No module named 'matplotlib'" in caught.errors[0]


def test_the_stand_in_takes_what_nobody_has_thought_of(missing):
    caught = missing(
        """
        from matplotlib.nothing.like_it import Whatever, other
        class Mine(Whatever):
            def answer(self):
                return 42
        x = [Mine().answer(), isinstance(3, other), len(other.list_of(3)), list(other),
             float(other * 2 + 1), [int(-other) for _ in range(2)], bool(other)]
        with other(3) as something:
            something.more["key"] = other / 2
        """
    )

    assert caught.x == [42, False, 0, [], 0.0, [0, 0], True]
    assert caught.figures == []
