"""Makes submissions to backprop_mse that are damaged as real ones are, and says what must come out.

Every damage is a function that spoils a right solution, with what it may cost: written down from
the damage, not from what the grader makes of it. Those that are text and small lie in
tests/submissions/damaged as well; ``python tests/damaged.py`` writes them anew. The others, and
combinations of two or three, are made when they are tested.

The kinds and how many there are of each follow a survey of 149 public solutions and a wide scan of
690 files: most cannot import something, then files are missing, then come Python 2 and syntax.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from homework import BACKWARD, FORWARD, IMPORTS, SIGMOID

FOLDER = Path(__file__).resolve().parent / "submissions" / "damaged"

FORWARDS = ("Z1", "H", "Z2", "Y")
BACKWARDS = ("L", "dW1", "db1", "dW2", "db2")
ALL = ("S", *FORWARDS, *BACKWARDS)

SETTINGS = """
[data]
mnist = "drawn"
train = 60
test = 20

[interface.sigmoid]
parameters = ["z"]
"""
"""What the course of these tests adds to the assignment of this repository."""

ACCEPTED = {
    "forward_propagation": 'aliases = ["feed_forward"]',
    "back_propagation": 'orders = [["weights", "X", "Y_T"]]',
}
"""What it adds to the tables of the interface that are there."""

FAST = {"cell": 0.3}
"""Limits for what never ends by itself: nothing else here takes a tenth of this."""


@dataclass
class Draft:
    """A submission in the making.

    Attributes
    ----------
    cells : list of [str, str]
        What each code cell is known by here, and its text. A module has them one after another.
    form : {"notebook", "module"}
    name : str
        Of the file, without its ending.
    beside : dict of str to bytes
        Files that are handed in with it.
    packed : {"file", "folder", "zip", "zip in a zip"}
    counts : list of int, optional
        The execution counts of the cells.
    outputs : dict of str to list
        Saved outputs of cells.
    notebook : list of callable
        Change the notebook's JSON data.
    encoded : list of callable
        Change the bytes of the file.
    """

    cells: list[list[str]] = field(
        default_factory=lambda: [
            ["imports", IMPORTS],
            ["sigmoid", SIGMOID.strip("\n")],
            ["forward", FORWARD.strip("\n")],
            ["backward", BACKWARD.strip("\n")],
        ]
    )
    form: str = "notebook"
    name: str = "hw"
    ending: str = ""
    beside: dict[str, bytes] = field(default_factory=dict)
    packed: str = "file"
    counts: list[int] | None = None
    outputs: dict[str, list[Any]] = field(default_factory=dict)
    notebook: list[Callable[[dict[str, Any]], dict[str, Any] | list[Any]]] = field(
        default_factory=list
    )
    encoded: list[Callable[[bytes], bytes]] = field(default_factory=list)

    def at(self, known: str) -> int:
        return next(i for i, cell in enumerate(self.cells) if cell[0] == known)

    def text(self, known: str) -> str:
        return self.cells[self.at(known)][1]

    def change(self, known: str, old: str, new: str) -> None:
        cell = self.cells[self.at(known)]
        assert old in cell[1], (known, old)
        cell[1] = cell[1].replace(old, new)

    def first(self, text: str) -> None:
        """Put lines before ``import numpy as np`` in its own cell."""
        cell = self.cells[self.at("imports")]
        cell[1] = f"{text}\n{cell[1]}"

    def cell(self, text: str, after: str = "imports") -> None:
        self.cells.insert(self.at(after) + 1, ["", text])

    def last(self, text: str) -> None:
        self.cells.append(["", text])

    def together(self, *known: str) -> None:
        """Make one cell of several, called by the first of their names."""
        texts = [self.text(name) for name in known]
        self.cells[self.at(known[0])][1] = "\n\n\n".join(texts)
        for name in known[1:]:
            del self.cells[self.at(name)]

    def goes_along(self, path: str, text: str | bytes) -> None:
        self.beside[path] = text if isinstance(text, bytes) else text.encode()

    def code(self) -> str:
        return "\n\n\n".join(text for _, text in self.cells) + "\n"

    def content(self) -> bytes:
        """Return the bytes of the file."""
        if self.form == "module":
            data = self.code().encode()
        else:
            made: Any = {
                "cells": self._cells(),
                "metadata": {
                    "kernelspec": {"display_name": "Python 3", "name": "python3"},
                    "language_info": {"name": "python", "version": "3.9.1"},
                },
                "nbformat": 4,
                "nbformat_minor": 4,
            }
            for change in self.notebook:
                made = change(made)
            data = (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode()
        for recode in self.encoded:
            data = recode(data)
        return data

    def _cells(self) -> list[dict[str, Any]]:
        counts = self.counts or [*range(1, len(self.cells) + 1)]
        made = []
        for index, (known, text) in enumerate(self.cells):
            count = counts[index % len(counts)] if counts != [0] else None
            outputs = self.outputs.get(known, [])
            cell = {"cell_type": "code", "execution_count": count, "metadata": {}}
            made.append({**cell, "outputs": outputs, "source": text.splitlines(keepends=True)})
        return made

    def write(self, folder: Path) -> Path:
        """Write everything below `folder`; return what is handed in."""
        ending = self.ending or (".py" if self.form == "module" else ".ipynb")
        files = {self.name + ending: self.content(), **self.beside}
        if self.packed.startswith("zip"):
            data = _zipped(files)
            if self.packed == "zip in a zip":
                data = _zipped({f"{self.name}.zip": data})
            files = {f"{self.name}.zip": data}
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return folder if self.packed == "folder" else folder / next(iter(files))


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


@dataclass(frozen=True)
class Damage:
    """One way in which submissions are damaged, and what it may cost.

    Attributes
    ----------
    name, kind : str
        A kind is a row of the survey.
    spoil : callable
        Damages a draft.
    lost : tuple of str
        The quantities that are not right any more; all others are.
    says : tuple of str
        What stands in a message. A cell says its first failure only.
    notes : tuple of str
        What stands in a note whatever else has happened.
    refused : tuple of str
        The words of the sentence in which it is refused; empty: it is graded.
    form : str
        ``"notebook"``, ``"module"``, or ``""`` for both.
    touches : str
        Words; two damages that share one are not combined, and ``"*"`` with none.
    lies : bool
        Whether it lies in tests/submissions/damaged.
    """

    name: str
    kind: str
    spoil: Callable[[Draft, random.Random], None]
    lost: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    form: str = ""
    touches: str = ""
    lies: bool = True
    limits: Mapping[str, float] = field(default_factory=dict)


DAMAGES: dict[str, Damage] = {}


def damage(kind: str, **more: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Note a function as a damage; its name is the damage's."""

    def note(function: Callable[..., None]) -> Callable[..., None]:
        DAMAGES[function.__name__] = Damage(function.__name__, kind, function, **more)
        return function

    return note


def draft_of(names: tuple[str, ...], seed: int = 0) -> Draft:
    """Return a right solution with these damages, always the same."""
    rng = random.Random(f"{seed} {' '.join(names)}")
    damages = [DAMAGES[name] for name in names]
    forms = {one.form for one in damages} - {""}
    draft = Draft(form=forms.pop() if forms else rng.choice(["notebook", "notebook", "module"]))
    for one in damages:
        one.spoil(draft, rng)
    return draft


def combinations(count: int, seed: int = 4) -> list[tuple[str, ...]]:
    """Return combinations of two or three damages that can come together."""
    rng = random.Random(seed)
    order = list(DAMAGES)
    graded = [o for o in DAMAGES.values() if not o.refused and o.touches != "*"]
    found: list[tuple[str, ...]] = []
    while len(found) < count:
        chosen = rng.sample(graded, rng.choice([2, 2, 3]))
        touched = [word for one in chosen for word in one.touches.split()]
        if len(set(touched)) < len(touched) or len({o.form for o in chosen} - {""}) > 1:
            continue
        names = tuple(sorted((one.name for one in chosen), key=order.index))
        if names not in found:
            found.append(names)
    return found


# An import that fails beside `import numpy as np` ------------------------------------------------


@damage("missing sibling", says=("No module named 'utils'",), touches="imports")
def utils_that_stayed_at_home(d: Draft, rng: random.Random) -> None:
    d.first("from utils import load_mnist, one_hot, accuracy")


@damage("missing sibling", says=("No module named 'data'",), touches="imports", form="module")
def data_that_stayed_at_home(d: Draft, rng: random.Random) -> None:
    d.first("from data import X_train, Y_train, X_test, Y_test")
    d.last("if __name__ == '__main__':\n    print(X_train.shape)")


@damage("missing sibling", says=("No module named 'layers'",), touches="imports")
def star_import_of_layers_that_stayed_at_home(d: Draft, rng: random.Random) -> None:
    d.first("from layers import *\nfrom ann import *")


@damage("missing sibling", says=("No module named 'mnist'",), touches="imports", form="notebook")
def mnist_reader_that_stayed_at_home(d: Draft, rng: random.Random) -> None:
    d.first("import mnist")
    d.cell("x_train, t_train, x_test, t_test = mnist.load()\nprint(x_train.shape)")


@damage(
    "missing sibling",
    lost=("S",),
    says=("No module named 'activations'", "sigmoid is not defined"),
    touches="sigmoid forward",
)
def sigmoid_imported_from_a_file_that_stayed_at_home(d: Draft, rng: random.Random) -> None:
    d.cells[d.at("sigmoid")][1] = "from activations import sigmoid"
    for one in ("Z1", "Z2"):
        d.change("forward", f"sigmoid({one})", f"1 / (1 + np.exp(-{one}))")


@damage(
    "missing course kit",
    says=("No module named 'testCases_v2'",),
    touches="imports",
    form="notebook",
)
def test_cases_of_a_course(d: Draft, rng: random.Random) -> None:
    d.first(
        "# Package imports\nfrom testCases_v2 import *\nfrom public_tests import *\n"
        "from planar_utils import plot_decision_boundary, sigmoid, load_planar_dataset"
    )
    d.last("X_assess, parameters = forward_propagation_test_case()\nprint(X_assess.shape)")


@damage(
    "missing course kit", says=("No module named 'cs231n'",), touches="imports", form="notebook"
)
def kit_of_cs231n(d: Draft, rng: random.Random) -> None:
    d.first(
        "from cs231n.classifiers.neural_net import TwoLayerNet\n"
        "from cs231n.gradient_check import eval_numerical_gradient\n"
        "from past.builtins import xrange"
    )
    d.cell(
        "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\n\n"
        "def rel_error(x, y):\n    return np.max(np.abs(x - y))\n\n"
        "net = TwoLayerNet(4, 10, 3)"
    )


@damage("missing course kit", says=("No module named 'mytorch'",), touches="imports", form="module")
def kit_imported_on_one_line_with_numpy(d: Draft, rng: random.Random) -> None:
    d.change("imports", IMPORTS, "import mytorch.nn, os, numpy as np, sys")


@damage("missing package", says=("No module named 'nnfs'",), touches="imports")
def nnfs_and_its_init(d: Draft, rng: random.Random) -> None:
    d.first("import nnfs\nfrom nnfs.datasets import spiral_data\nnnfs.init()")


@damage("missing package", says=("No module named 'numdifftools'",), touches="imports sigmoid")
def numdifftools(d: Draft, rng: random.Random) -> None:
    d.first("import numdifftools as nd")
    d.last("check = nd.Gradient(lambda z: sigmoid(z).sum())(np.ones(3))")


@damage("missing package", says=("No module named 'kaggle_secrets'",), touches="imports")
def secrets_of_kaggle(d: Draft, rng: random.Random) -> None:
    d.first("from kaggle_secrets import UserSecretsClient\nkey = UserSecretsClient().get()")


@damage("missing package", says=("No module named 'not_there_jit'",), touches="imports backward")
def decorator_of_a_missing_package(d: Draft, rng: random.Random) -> None:
    d.first("from not_there_jit import njit")
    d.cell("@njit\ndef fast_accuracy(a, b):\n    return (a == b).mean()", after="backward")


@damage(
    "missing package",
    says=("No module named 'not_there_frames'",),
    touches="imports sigmoid forward",
)
def annotation_of_a_missing_package(d: Draft, rng: random.Random) -> None:
    d.first("import not_there_frames as nf")
    d.change("sigmoid", "def sigmoid(z):", "def sigmoid(z: nf.Tensor) -> nf.Tensor:")
    d.change("forward", "(X, weights):", "(X: nf.Tensor, weights: dict) -> tuple:")


@damage("package with a stand-in", notes=("stand-in",), form="notebook", touches="imports")
def scikit_learn_and_seaborn(d: Draft, rng: random.Random) -> None:
    d.first("import seaborn as sns\nfrom sklearn.model_selection import train_test_split")
    d.cell("sns.set()\nparts = train_test_split(np.zeros((10, 2)), np.arange(10), test_size=0.2)")


@damage(
    "package with a stand-in",
    notes=("keras.datasets.mnist", "pictures that this assignment serves"),
    form="notebook",
)
def digits_of_keras(d: Draft, rng: random.Random) -> None:
    d.cell(
        "from tensorflow.keras.datasets import mnist\n"
        "(x_train, y_train), (x_test, y_test) = mnist.load_data()\n"
        "x_train = x_train.reshape(len(x_train), 784) / 255\nassert x_train.shape[0] > 10"
    )


# Files that are not there -------------------------------------------------------------------------


@damage("missing file", says=("best_weights.npz",), form="notebook")
def weights_that_were_not_handed_in(d: Draft, rng: random.Random) -> None:
    d.cell("saved = np.load('best_weights.npz')\nW1, b1 = saved['W1'], saved['b1']")


@damage("missing file", says=("results/log.txt",), form="module")
def log_in_a_folder_that_was_not_handed_in(d: Draft, rng: random.Random) -> None:
    d.cell("rates = [float(line) for line in open('results/log.txt')]")


@damage(
    "data file",
    notes=("mnist_traindata.hdf5", "pictures that this assignment serves"),
    form="notebook",
)
def hdf5_opened_for_writing(d: Draft, rng: random.Random) -> None:
    d.cell(
        "import h5py\nwith h5py.File('mnist_traindata.hdf5', 'r+') as f:\n"
        "    x, y = f['xdata'][:], f['ydata'][:]\nassert x.max() <= 1"
    )


@damage("data file", notes=("mnist_train.csv", "pictures that this assignment serves"))
def table_in_a_folder_of_its_own_name(d: Draft, rng: random.Random) -> None:
    d.cell(
        "table = np.loadtxt('mnist_train.csv/mnist_train.csv', delimiter=',', skiprows=1)\n"
        "assert table.shape[1] == 785"
    )


@damage("data file", notes=("pictures that this assignment serves",), form="module")
def idx_files_in_a_data_folder(d: Draft, rng: random.Random) -> None:
    d.cell(
        "import gzip, os\n"
        "with gzip.open(os.path.join('data', 'train-images-idx3-ubyte.gz')) as f:\n"
        "    images = np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 784)\n"
        "assert len(images) > 10"
    )


@damage("data file", notes=("mnist.pkl.gz", "pictures that this assignment serves"))
def pickle_of_a_book(d: Draft, rng: random.Random) -> None:
    d.cell(
        "import gzip, pickle\nwith gzip.open('../data/mnist.pkl.gz', 'rb') as f:\n"
        "    train, valid, test = pickle.load(f, encoding='latin1')"
    )


@damage("data file", notes=("pictures that this assignment serves",))
def half_a_download(d: Draft, rng: random.Random) -> None:
    d.cell("size = len(open('mnist_traindata.hdf5.crdownload', 'rb').read())")


@damage("absolute path", notes=("is a path of another computer",), form="notebook")
def table_on_google_drive(d: Draft, rng: random.Random) -> None:
    d.first("from google.colab import drive\ndrive.mount('/content/drive')")
    d.cell(
        "path = '/content/drive/MyDrive/Colab Notebooks/hw4/train.csv'\n"
        "table = np.genfromtxt(path, delimiter=',', skip_header=1)"
    )


@damage("absolute path", notes=("is a path of another computer",), form="notebook")
def table_of_kaggle(d: Draft, rng: random.Random) -> None:
    d.cell(
        "import os\nfor folder, _, names in os.walk('/kaggle/input'):\n    print(folder, names)\n"
        "lines = open('/kaggle/input/digit-recognizer/train.csv').read().split('\\n')\n"
        "assert lines[0].startswith('label')"
    )


@damage("absolute path", notes=("is a path of another computer",), form="module")
def table_on_a_windows_disk(d: Draft, rng: random.Random) -> None:
    d.cell(
        "table = np.loadtxt(r'E:\\Level 4, Term 2\\mnist_train.csv', delimiter=',', skiprows=1)\n"
        "assert len(table) > 10"
    )


@damage("absolute path", notes=("is a path of another computer",), touches="packing")
def own_table_in_the_home_of_its_author(d: Draft, rng: random.Random) -> None:
    d.packed = "folder"
    d.goes_along("inputs/settings.txt", "0.1\n0.5\n")
    d.cell("rates = np.loadtxt('/Users/maria/Documents/NN/inputs/settings.txt')\nassert rates[0]")


@damage("absolute path", form="notebook", notes=("is a path of another computer",))
def change_to_a_folder_on_google_drive(d: Draft, rng: random.Random) -> None:
    d.first("import os, sys\nos.chdir('/content/drive/My Drive/hw4')\nsys.path.append(os.getcwd())")


# What Python 3 cannot read ------------------------------------------------------------------------


@damage("Python 2", says=("SyntaxError",), form="notebook", touches="sigmoid forward")
def prints_of_python_2_beside_the_definitions(d: Draft, rng: random.Random) -> None:
    d.together("sigmoid", "forward")
    cell = d.cells[d.at("sigmoid")]
    cell[1] = f"print 'Part 1'\n{cell[1]}\nprint 'done', sigmoid(0)"


@damage("Python 2", says=("SyntaxError",), touches="forward")
def print_of_python_2_in_a_function_that_nobody_asks_for(d: Draft, rng: random.Random) -> None:
    d.cell("def show(loss):\n    print 'loss: %f' % loss\n\nversion = 2", after="forward")


@damage("Python 2", says=("SyntaxError",), form="module")
def module_of_python_2(d: Draft, rng: random.Random) -> None:
    d.first("#!/usr/bin/env python2.7\n# -*- coding: utf-8 -*-")
    d.cell(
        "def load(name):\n    try:\n        return open(name)\n    except IOError, e:\n"
        "        raise ValueError, 'no %s' % name\n\nMAX = 0777\nif 1 <> 2: print `MAX`"
    )


@damage(
    "Python 2",
    lost=BACKWARDS,
    says=("back_propagation is not defined", "SyntaxError"),
    form="notebook",
    touches="backward",
)
def print_of_python_2_in_a_function_that_is_asked_for(d: Draft, rng: random.Random) -> None:
    d.change("backward", "    return", "    print 'loss', L\n    return")


@damage("syntax error", says=("SyntaxError",), form="notebook")
def cell_that_was_never_finished(d: Draft, rng: random.Random) -> None:
    d.last("def train(X, Y, epochs=\n    for epoch in range(epochs):\n        forward_propagation(")


@damage("syntax error", says=("SyntaxError",), form="notebook")
def words_in_a_code_cell(d: Draft, rng: random.Random) -> None:
    d.cell("The gradient of the loss isn't zero here, because we're averaging over N samples.")


@damage("syntax error", says=("SyntaxError",), touches="imports sigmoid")
def return_outside_a_function(d: Draft, rng: random.Random) -> None:
    d.together("imports", "sigmoid")
    d.cells[d.at("imports")][1] += "\n\nfor i in range(3):\n    x = sigmoid(i)\nreturn x"


@damage("syntax error", says=("SyntaxError: from __future__",), form="module", touches="sigmoid")
def future_import_in_the_middle(d: Draft, rng: random.Random) -> None:
    d.cell("from __future__ import division, print_function", after="sigmoid")


@damage("syntax error", says=("SyntaxError",), form="module", touches="sigmoid")
def marks_of_a_merge(d: Draft, rng: random.Random) -> None:
    d.cell(
        "<<<<<<< HEAD\nlearning_rate = 0.1\n=======\nlearning_rate = 0.01\n>>>>>>> 5f0a1c2",
        after="sigmoid",
    )


@damage("wrong indentation", form="notebook", touches="backward")
def whole_cell_pasted_with_an_indentation(d: Draft, rng: random.Random) -> None:
    # Jupyter takes the indentation away: there it ran.
    cell = d.cells[d.at("backward")]
    cell[1] = "\n".join("    " + line for line in cell[1].splitlines())


@damage("wrong indentation", says=("IndentationError",))
def lines_of_training_pasted_too_far_to_the_right(d: Draft, rng: random.Random) -> None:
    d.last("rate = 0.1\n    epochs = 10\nfor epoch in range(3):\n        pass\n    print(epoch)")


@damage("wrong indentation", says=("TabError",), form="module")
def tabs_and_blanks_in_one_function(d: Draft, rng: random.Random) -> None:
    d.last("def accuracy(a, b):\n        same = a == b\n\treturn same.mean()")


@damage("wrong indentation", lost=("S",), says=("IndentationError",), touches="sigmoid forward")
def body_of_a_function_not_indented(d: Draft, rng: random.Random) -> None:
    d.change("sigmoid", "    return", "return")
    for one in ("Z1", "Z2"):
        d.change("forward", f"sigmoid({one})", f"1 / (1 + np.exp(-{one}))")


# Networks, notebooks' shell lines and magics ------------------------------------------------------


@damage("download", notes=("pictures that this assignment serves",))
def download_of_the_usual_file(d: Draft, rng: random.Random) -> None:
    d.cell(
        "import urllib.request\n"
        "base = 'http://yann.lecun.com/exdb/mnist/'\n"
        "urllib.request.urlretrieve(base + 't10k-labels-idx1-ubyte.gz', 'labels.gz')"
    )


@damage("download", says=("no network while grading",), form="notebook")
def download_of_anything_else(d: Draft, rng: random.Random) -> None:
    d.cell(
        "import requests\npage = requests.get('https://example.org/lecture4/starter.zip')\n"
        "open('starter.zip', 'wb').write(page.content)"
    )


@damage("shell line", notes=("!pip install", "!wget"), form="notebook")
def shell_lines(d: Draft, rng: random.Random) -> None:
    d.first("!pip install -q numpy==1.19\n!rm -rf data\n!wget http://example.org/mnist.tar.gz")
    d.cell("files = !ls *.gz\nif not files:\n    !tar xzf mnist.tar.gz\n!nvidia-smi")


@damage("magic", notes=("%autoreload 2",), form="notebook")
def magics_of_the_first_cell(d: Draft, rng: random.Random) -> None:
    d.first("%matplotlib inline\n%load_ext autoreload\n%autoreload 2")
    d.cell("%config InlineBackend.figure_format = 'retina'\nget_ipython().magic('who')")


@damage("magic", form="notebook", touches="sigmoid forward")
def timed_cells_and_lines(d: Draft, rng: random.Random) -> None:
    d.cells[d.at("forward")][1] = "%%time\n" + d.text("forward")
    d.cells[d.at("sigmoid")][1] = "%%capture out\n" + d.text("sigmoid")
    d.last("%time z = sigmoid(np.zeros(3))\n%timeit -n 10 sigmoid(0)\nt = %timeit -o sigmoid(1)")


@damage("magic", notes=("%%bash, not Python",), form="notebook")
def cells_of_other_languages(d: Draft, rng: random.Random) -> None:
    d.cell("%%bash\nmkdir -p data && cd data\nfor f in *.gz; do gunzip $f; done")
    d.cell("%%html\n<style>.output { color: red }</style>")
    d.last("%%javascript\nIPython.notebook.kernel.restart()")


@damage("magic", form="notebook", touches="sigmoid")
def help_requests(d: Draft, rng: random.Random) -> None:
    d.cell("np.outer?\n?np.dot\nnp.sum??\nhelp(np.exp)", after="sigmoid")


@damage("magic", form="notebook", touches="imports")
def pylab(d: Draft, rng: random.Random) -> None:
    d.change("imports", IMPORTS, "%pylab inline")
    d.last("plot(linspace(0, 1, 5), exp(zeros(5)))")


@damage("magic", form="notebook", touches="sigmoid")
def module_written_by_a_cell(d: Draft, rng: random.Random) -> None:
    text = f"%%writefile activations.py\n{IMPORTS}\n\n{d.text('sigmoid')}"
    d.cells[d.at("sigmoid")] = ["sigmoid", text]
    d.cell("from activations import sigmoid", after="sigmoid")


# How notebooks were run and saved -----------------------------------------------------------------


@damage("counts not ascending", form="notebook", touches="counts")
def cells_run_in_another_order(d: Draft, rng: random.Random) -> None:
    d.counts = rng.sample(range(3, 60), 9)


@damage("counts with restarts", form="notebook", touches="counts")
def kernel_restarted_in_the_middle(d: Draft, rng: random.Random) -> None:
    d.counts = [1, 1770, 1, 2, 3, 2, 1]


@damage("no counts", form="notebook", touches="counts")
def never_run_as_saved(d: Draft, rng: random.Random) -> None:
    d.counts = [0]


@damage("error outputs", form="notebook")
def errors_and_pictures_saved_in_outputs(d: Draft, rng: random.Random) -> None:
    error = {"output_type": "error", "ename": "NameError", "evalue": "name 'X' is not defined"}
    picture = {"image/png": "iVBORw0KGgo=", "text/plain": ["<Figure size 432x288>"]}
    d.outputs["backward"] = [
        {**error, "traceback": ["\x1b[0;31m---\x1b[0m", "NameError Traceback (most recent call)"]},
        {"output_type": "display_data", "data": picture, "metadata": {"needs": "light"}},
    ]
    d.outputs["sigmoid"] = [{"output_type": "stream", "name": "stderr", "text": 5}]


@damage(
    "use before definition",
    notes=("move it up",),
    form="notebook",
    touches="sigmoid forward backward imports",
)
def cells_used_before_they_are_defined(d: Draft, rng: random.Random) -> None:
    d.cell(
        "w = {'W1': np.ones((3, 2)), 'b1': np.ones(3), 'W2': np.ones(3), 'b2': 1.0}\n"
        "gradients, loss = back_propagation(np.ones((5, 2)), np.ones(5), w)"
    )


@damage("use before definition", form="notebook", touches="*")
def imports_in_the_last_cell(d: Draft, rng: random.Random) -> None:
    d.cells.append(d.cells.pop(d.at("imports")))


@damage("defined twice", notes=("sigmoid is defined 2 times",), touches="sigmoid")
def first_try_left_standing(d: Draft, rng: random.Random) -> None:
    d.cell("def sigmoid(z):\n    return 1 / (1 + np.exp(z))")


@damage(
    "defined twice",
    lost=("S", "H", "Z2", "Y", *BACKWARDS),
    notes=("sigmoid is defined 2 times",),
    touches="sigmoid",
)
def wrong_one_defined_last(d: Draft, rng: random.Random) -> None:
    d.last("def sigmoid(z):\n    return np.tanh(z)")


@damage(
    "six pasted copies",
    notes=("sigmoid is defined 6 times",),
    says=("still running",),
    form="module",
    limits=FAST,
    touches="*",
)
def script_pasted_six_times_each_with_its_training(d: Draft, rng: random.Random) -> None:
    train = "def train():\n    while True:\n        sigmoid(0)\n\n\nprint('training')\ntrain()"
    right = d.code() + train
    wrong = right.replace("np.exp(-z)", "np.exp(z)")
    d.cells = [["imports", "\n\n".join([wrong] * 5)], *d.cells, ["", train]]


# Kinds of notebooks -------------------------------------------------------------------------------


def _metadata(**values: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda made: {**made, "metadata": {**made["metadata"], **values}}


@damage("Colab metadata", form="notebook", touches="format")
def notebook_of_colab(d: Draft, rng: random.Random) -> None:
    d.notebook.append(
        _metadata(
            colab={"name": "HW4.ipynb", "provenance": [], "collapsed_sections": ["a1"]},
            accelerator="GPU",
            kernelspec={"name": "python3", "display_name": "Python 3"},
        )
    )

    def with_forms(made: dict[str, Any]) -> dict[str, Any]:
        for number, cell in enumerate(made["cells"]):
            cell["metadata"] = {"id": f"x{number}", "colab": {"base_uri": "https://localhost"}}
            cell["source"] = ["#@title Part\n", *cell["source"]]
        return made

    d.notebook.append(with_forms)


@damage("foreign kernelspec", form="notebook", touches="kernel")
def kernel_of_python_2(d: Draft, rng: random.Random) -> None:
    d.notebook.append(
        _metadata(
            kernelspec={"display_name": "Python 2", "language": "python", "name": "python2"},
            language_info={"name": "python", "version": "2.7.10"},
        )
    )


@damage("foreign kernelspec", form="notebook", touches="kernel")
def kernel_of_a_conda_environment(d: Draft, rng: random.Random) -> None:
    name = "conda-env-cs231n-py"
    d.notebook.append(_metadata(kernelspec={"display_name": "cs231n", "name": name}))


@damage("no kernelspec", form="notebook", touches="kernel format")
def notebook_without_metadata(d: Draft, rng: random.Random) -> None:
    def bare(made: dict[str, Any]) -> dict[str, Any]:
        cells = [{"cell_type": "code", "source": "".join(c["source"])} for c in made["cells"]]
        return {"nbformat": 4, "cells": [{"cell_type": "markdown"}, *cells]}

    d.notebook.append(bare)


@damage("nbformat 3", form="notebook", touches="format")
def worksheets_of_2015(d: Draft, rng: random.Random) -> None:
    def old(made: dict[str, Any]) -> dict[str, Any]:
        cells = [
            {
                "cell_type": "code",
                "collapsed": False,
                "input": cell["source"],
                "language": "python",
                "metadata": {},
                "outputs": [],
                "prompt_number": cell["execution_count"],
            }
            for cell in made["cells"]
        ]
        heading = {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["HW4"]}
        sheet = {"cells": [heading, *cells], "metadata": {}}
        whole = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0}
        return {**whole, "worksheets": [sheet]}

    d.notebook.append(old)


@damage("no notebook", refused=("not a notebook", "no nbformat"), form="notebook")
def json_that_is_no_notebook(d: Draft, rng: random.Random) -> None:
    d.notebook.append(lambda made: {"cells": made["cells"]})


@damage("no notebook", refused=("not a notebook", "not valid JSON"), form="notebook")
def notebook_cut_off_in_an_upload(d: Draft, rng: random.Random) -> None:
    d.encoded.append(lambda data: data[: len(data) // 2])


@damage("no notebook", refused=("not a notebook", "not valid JSON"), form="notebook")
def web_page_saved_as_a_notebook(d: Draft, rng: random.Random) -> None:
    d.encoded.append(lambda data: b"<!DOCTYPE html>\n<html><head><title>hw4.ipynb</title></html>\n")


@damage("no notebook", refused=("the file is empty",), form="notebook")
def empty_notebook_file(d: Draft, rng: random.Random) -> None:
    d.encoded.append(lambda data: b"")


@damage("no notebook", form="notebook", lost=ALL, says=("not defined anywhere",), touches="*")
def notebook_without_code(d: Draft, rng: random.Random) -> None:
    def words(made: dict[str, Any]) -> dict[str, Any]:
        return {**made, "cells": [{"cell_type": "markdown", "metadata": {}, "source": ["See PDF"]}]}

    d.notebook.append(words)


@damage("large outputs", form="notebook", lies=False)
def four_megabytes_of_saved_outputs(d: Draft, rng: random.Random) -> None:
    d.outputs["forward"] = [
        {"output_type": "stream", "name": "stdout", "text": ["0.123456789\n"] * 200_000},
        {"output_type": "display_data", "data": {"image/png": "A" * 2**21}, "metadata": {}},
    ]


@damage("widgets", form="notebook", touches="format")
def widgets_and_their_state(d: Draft, rng: random.Random) -> None:
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "0a1b", "version_major": 2}}
    d.outputs["imports"] = [{"output_type": "display_data", "data": view, "metadata": {}}]
    state = {"0a1b": {"model_module": "@jupyter-widgets/controls", "state": {"value": 3}}}
    d.notebook.append(
        _metadata(widgets={"application/vnd.jupyter.widget-state+json": {"state": state}})
    )
    d.cell("from tqdm.notebook import tqdm\nfor i in tqdm(range(3)):\n    pass")


# Encodings ----------------------------------------------------------------------------------------


@damage("CRLF", form="module", touches="encoding")
def module_of_windows(d: Draft, rng: random.Random) -> None:
    d.encoded.append(lambda data: data.replace(b"\n", b"\r\n"))


@damage("CRLF", form="notebook", touches="encoding")
def notebook_cells_of_windows(d: Draft, rng: random.Random) -> None:
    d.encoded.append(lambda data: data.replace(b"\\n", b"\\r\\n"))


@damage("byte order mark", form="module", touches="encoding")
def module_with_a_byte_order_mark(d: Draft, rng: random.Random) -> None:
    d.encoded.append(lambda data: b"\xef\xbb\xbf" + data)


@damage("byte order mark", form="notebook", touches="encoding")
def notebook_with_a_byte_order_mark(d: Draft, rng: random.Random) -> None:
    d.encoded.append(lambda data: b"\xef\xbb\xbf" + data)


@damage("byte order mark", form="module", touches="encoding", lies=False)
def module_in_utf_16(d: Draft, rng: random.Random) -> None:
    d.encoded.append(lambda data: data.decode().encode("utf-16"))


@damage("latin-1", notes=("read as Latin-1",), form="module", touches="encoding", lies=False)
def module_in_latin_1(d: Draft, rng: random.Random) -> None:
    d.first("# Réseau de neurones à deux couches")
    d.encoded.append(lambda data: data.decode().encode("latin-1", "replace"))


@damage("tabs", touches="sigmoid forward backward imports")
def tabs_for_every_indentation(d: Draft, rng: random.Random) -> None:
    for cell in d.cells:
        cell[1] = cell[1].replace("    ", "\t")


@damage("non-ASCII identifiers", touches="backward")
def greek_and_georgian_identifiers(d: Draft, rng: random.Random) -> None:
    d.cell("α = 0.01  # 学习率\nმJⳆმBₙ = {'ŷ': 'größer'}\nσ = lambda z: 1 / (1 + np.exp(-z))")
    d.change("backward", "dLdZ2", "δ2")


@damage("pasted characters", says=("SyntaxError",), form="notebook")
def blanks_and_quotes_of_a_word_processor(d: Draft, rng: random.Random) -> None:
    d.last("rate\u00a0=\u00a00.1\nprint(\u201cdone\u201d)")


# Names of files, and how they are packed ----------------------------------------------------------


@damage("odd file name", form="notebook", touches="packing")
def blanks_and_parentheses_in_the_name(d: Draft, rng: random.Random) -> None:
    d.name = "Copy of HW 4 + bonus - O'Brien (1)"


@damage("odd file name", form="module", touches="packing")
def dots_and_letters_in_the_name(d: Draft, rng: random.Random) -> None:
    d.name = "übung-4.final.v2"


@damage("odd file name", form="module", touches="packing sigmoid")
def module_named_as_one_of_python(d: Draft, rng: random.Random) -> None:
    d.name = "random"
    d.first("import random")
    d.change("sigmoid", "    return", "    random.seed(1)\n    return")


@damage("odd file name", form="module", touches="packing")
def module_named_as_numpy(d: Draft, rng: random.Random) -> None:
    d.name = "numpy"


@damage("odd file name", form="notebook", touches="packing", lies=False)
def ending_in_capitals(d: Draft, rng: random.Random) -> None:
    d.ending = ".IPYNB"


def _folder(d: Draft, path: str, *known: str, imports: str = IMPORTS) -> None:
    """Move parts of the solution to a module beside it."""
    d.goes_along(path, "\n\n\n".join([imports, *(d.text(name) for name in known)]) + "\n")
    for name in known:
        del d.cells[d.at(name)]


@damage("siblings", form="module", touches="packing sigmoid forward")
def parts_in_modules_beside_it(d: Draft, rng: random.Random) -> None:
    d.packed = "folder"
    _folder(d, "utils.py", "sigmoid")
    _folder(d, "layers.py", "forward", imports=f"{IMPORTS}\nfrom utils import sigmoid")
    d.first("from layers import forward_propagation\nfrom utils import sigmoid\nimport data")
    d.goes_along("data.py", "import numpy as np\n\nX = np.zeros((4, 2))\n")


@damage("package", form="module", touches="packing sigmoid forward")
def package_with_relative_imports(d: Draft, rng: random.Random) -> None:
    d.packed = "folder"
    d.goes_along("net/__init__.py", "from .forward import *\nfrom .maths import sigmoid\n")
    _folder(d, "net/maths.py", "sigmoid")
    _folder(d, "net/forward.py", "forward", imports=f"{IMPORTS}\nfrom . import maths")
    text = d.beside["net/forward.py"].replace(b"sigmoid(Z", b"maths.sigmoid(Z")
    d.goes_along("net/forward.py", text)
    d.first("from net import forward_propagation, sigmoid")


@damage("package", form="module", touches="packing sigmoid")
def relative_imports_without_a_package(d: Draft, rng: random.Random) -> None:
    d.packed = "folder"
    _folder(d, "maths.py", "sigmoid")
    d.first("from .maths import sigmoid")


@damage("star import", form="module", touches="packing sigmoid forward imports")
def star_imports_of_siblings(d: Draft, rng: random.Random) -> None:
    d.packed = "folder"
    _folder(d, "helpers.py", "sigmoid", "forward")
    d.change("imports", IMPORTS, "from helpers import *")


@damage("siblings", form="notebook", says=("dataset.bin",), touches="packing sigmoid imports")
def sibling_that_reads_a_missing_file(d: Draft, rng: random.Random) -> None:
    d.packed = "folder"
    _folder(d, "helpers.py", "sigmoid", imports=f"{IMPORTS}\nRAW = open('dataset.bin').read()")
    d.first("from helpers import sigmoid")


@damage("siblings", form="notebook", says=("SyntaxError",), touches="packing sigmoid imports")
def sibling_of_python_2(d: Draft, rng: random.Random) -> None:
    d.packed = "folder"
    _folder(d, "helpers.py", "sigmoid", imports=f"print 'loading'\n{IMPORTS}")
    d.first("from helpers import *")


@damage(
    "siblings",
    form="notebook",
    says=("still running",),
    limits={"cell": 1.0},
    touches="packing sigmoid forward imports",
)
def sibling_that_trains_for_ever(d: Draft, rng: random.Random) -> None:
    d.packed = "folder"
    _folder(d, "model.py", "sigmoid", "forward", imports=f"{IMPORTS}\nwhile True:\n    pass")
    d.first("from model import sigmoid, forward_propagation")


@damage("stale .pyc", form="module", lies=False, touches="packing sigmoid")
def byte_code_of_python_2(d: Draft, rng: random.Random) -> None:
    d.packed = "folder"
    _folder(d, "layers.py", "sigmoid")
    d.first("from layers import sigmoid")
    for path in ("layers.pyc", "__pycache__/layers.cpython-27.pyc"):
        d.goes_along(path, b"\x03\xf3\r\n" + rng.randbytes(200))


@damage("two versions", form="notebook", notes=("too: the one in",), touches="*")
def copy_of_the_notebook_beside_it(d: Draft, rng: random.Random) -> None:
    d.packed = "folder"
    d.goes_along("hw-Copy1.ipynb", d.content())
    d.goes_along(".ipynb_checkpoints/hw-checkpoint.ipynb", b"{")
    d.goes_along("unfinished.ipynb", b"{")


@damage("zip", touches="packing", lies=False)
def zip_of_the_folder(d: Draft, rng: random.Random) -> None:
    d.packed = "zip"
    d.name = "HW4 Maria Ü/hw"
    d.goes_along("__MACOSX/HW4/._hw.ipynb", b"\0\5\26\7")
    d.goes_along("HW4/report.pdf", b"%PDF-1.4")


@damage("zip", touches="packing", lies=False)
def zip_in_a_zip(d: Draft, rng: random.Random) -> None:
    d.packed = "zip in a zip"


@damage("zip", refused=("cannot be read",), lies=False, form="module")
def zip_cut_off_in_an_upload(d: Draft, rng: random.Random) -> None:
    d.packed = "file"
    d.ending = ".zip"
    d.encoded.append(lambda data: _zipped({"hw.py": data})[:-30])


@damage("zip", refused=("no .ipynb or .py file in it",), lies=False, form="module")
def zip_of_a_report_alone(d: Draft, rng: random.Random) -> None:
    d.ending = ".zip"
    d.encoded.append(lambda data: _zipped({"report.pdf": b"%PDF"}))


@damage("another file", refused=("this is a .pdf file",), form="module")
def report_instead_of_code(d: Draft, rng: random.Random) -> None:
    d.ending = ".pdf"
    d.encoded.append(lambda data: b"%PDF-1.4\n")


# What happens at the top of the file --------------------------------------------------------------

TRAIN = """
def train(X, T, epochs):
    w = {'W1': np.full((3, X.shape[1]), 0.1), 'b1': np.zeros(3), 'W2': np.ones(3), 'b2': 0.0}
    for epoch in range(epochs):
        gradients, loss = back_propagation(X, T, w)
        w = {name: w[name] - 0.1 * gradients[name] for name in w}
    return w
"""


@damage("trains on import", touches="backward forward")
def training_at_the_top(d: Draft, rng: random.Random) -> None:
    d.last(f"{TRAIN}\n\nX = np.arange(12.0).reshape(6, 2)\nweights = train(X, X[:, 0] > 3, 20)")


@damage("__main__ guard", form="module")
def training_below_a_guard(d: Draft, rng: random.Random) -> None:
    d.last(f"{TRAIN}\n\nif __name__ == '__main__':\n    train(np.load('no.npy'), None, 10**9)")


@damage("command line", form="module", says=("sys.exit()",))
def arguments_of_a_command_line(d: Draft, rng: random.Random) -> None:
    d.cell(
        "import argparse\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('data_path')\nparser.add_argument('--epochs', type=int, default=5)\n"
        "args = parser.parse_args()\nEPOCHS = args.epochs"
    )


@damage("takes too long", says=("still running after",), limits=FAST, touches="backward forward")
def training_that_takes_hours(d: Draft, rng: random.Random) -> None:
    d.cell(f"{TRAIN}\n\nX = np.ones((6, 2))\ntrain(X, X[:, 0], 10**9)", after="backward")
    d.last("print('trained')")


@damage("takes too long", says=("still running after",), limits=FAST)
def endless_loop_before_the_definitions(d: Draft, rng: random.Random) -> None:
    d.cell("n = 0\nwhile True:\n    n += 1")


@damage(
    "takes too long",
    says=("still running after",),
    limits=FAST,
    form="notebook",
    touches="backward",
)
def loop_that_cannot_be_stopped(d: Draft, rng: random.Random) -> None:
    d.cell(
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n"
        "        continue",
        after="backward",
    )


@damage("takes too long", says=("still running after",), limits=FAST)
def sleeping(d: Draft, rng: random.Random) -> None:
    d.cell("import time\ntime.sleep(3600)")


@damage("plots")
def plots_that_are_shown(d: Draft, rng: random.Random) -> None:
    d.first("import matplotlib.pyplot as plt\nfrom mpl_toolkits.mplot3d import Axes3D")
    d.last("plt.plot([1, 2, 3])\nplt.title('loss')\nplt.savefig('loss.png')\nplt.show()")


@damage("input", says=("nobody is there to type",))
def question_to_the_user(d: Draft, rng: random.Random) -> None:
    d.cell("epochs = int(input('How many epochs? '))\nprint(epochs)")


@damage("exit", says=("sys.exit()",))
def exit_in_the_middle(d: Draft, rng: random.Random) -> None:
    d.cell("import sys\nif len(sys.argv) < 3:\n    sys.exit('usage: hw.py DATA EPOCHS')")


@damage("exit", says=("ended the whole Python process",), form="notebook")
def exit_at_once(d: Draft, rng: random.Random) -> None:
    d.cell("import os\nos._exit(1)")


@damage("writes files")
def files_written_beside_it(d: Draft, rng: random.Random) -> None:
    d.cell(
        "import os, pickle\nos.makedirs('out/plots', exist_ok=True)\n"
        "np.save('out/w.npy', np.ones(3))\npickle.dump({'a': 1}, open('out/w.pkl', 'wb'))\n"
        "open('/content/drive/MyDrive/log.txt', 'w').write('done')"
    )


@damage("failing self-test", says=("AssertionError",), touches="sigmoid")
def self_test_that_fails(d: Draft, rng: random.Random) -> None:
    d.last("assert np.allclose(sigmoid(np.zeros(2)), 1.0), 'sigmoid is wrong?'")


@damage("recursion", says=("RecursionError",))
def endless_recursion(d: Draft, rng: random.Random) -> None:
    d.cell("def f(n):\n    return f(n + 1)\n\n\nf(0)")


@damage("processes", form="notebook")
def processes_and_threads(d: Draft, rng: random.Random) -> None:
    d.cell(
        "import multiprocessing, os, subprocess, threading, time\n"
        "if os.fork() == 0:\n    time.sleep(60)\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "    print(pool.map(abs, [-1, 2]))\n"
        "subprocess.Popen(['sleep', '60'])"
    )


@damage("memory", says=("more memory",))
def more_memory_than_there_is(d: Draft, rng: random.Random) -> None:
    d.cell("distances = np.ones((10**6, 10**6))")


@damage("noise")
def output_without_end(d: Draft, rng: random.Random) -> None:
    d.cell("for i in range(20_000):\n    print('epoch', i, 'loss', 0.5)")


@damage("settings")
def settings_of_the_whole_process(d: Draft, rng: random.Random) -> None:
    d.cell(
        "import warnings, sys\nnp.random.seed(1)\nnp.seterr(all='raise')\n"
        "warnings.simplefilter('error')\nnp.set_printoptions(precision=2)\n"
        "sys.setrecursionlimit(10**6)"
    )


# Older NumPy and Python ---------------------------------------------------------------------------


@damage("older NumPy", notes=("np.float",), touches="sigmoid")
def names_that_numpy_has_removed(d: Draft, rng: random.Random) -> None:
    d.change("sigmoid", "(1 + np.exp(-z))", "(1 + np.exp(-z)).astype(np.float)")
    d.cell("mask = np.zeros(3, dtype=np.bool)\nn = np.asscalar(np.array([3]))")


@damage("older NumPy", notes=("np.fromstring",))
def text_mode_of_numpy(d: Draft, rng: random.Random) -> None:
    d.cell("labels = np.fromstring(b'\\x01\\x02\\x03', dtype=np.uint8)\nassert labels.sum() == 6")


# Before NumPy 2.4 this ran.
NO_FLOAT = tuple(map(int, np.__version__.split(".")[:2])) >= (2, 4)


@damage("older NumPy", says=("NumPy",) if NO_FLOAT else ())
def number_made_of_an_array_of_one(d: Draft, rng: random.Random) -> None:
    d.last("cost = float(np.array([0.25]))\nprint(cost)")


@damage("older Python", form="notebook")
def text_compared_by_identity(d: Draft, rng: random.Random) -> None:
    d.cell("def act(name):\n    return name is 'relu' or name is not 'tanh'\n\n\nact('\\d')")


@damage("older Python")
def modules_that_have_moved(d: Draft, rng: random.Random) -> None:
    d.first("try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle")
    d.cell("from collections import Iterable\nassert isinstance([], Iterable)")


# Other names, other orders ------------------------------------------------------------------------


@damage("names", notes=("backProp",), touches="backward")
def another_spelling(d: Draft, rng: random.Random) -> None:
    d.change("backward", "def back_propagation", "def backProp")


@damage("names", notes=("the assignment accepts this name",), touches="forward backward")
def accepted_name(d: Draft, rng: random.Random) -> None:
    d.change("forward", "def forward_propagation", "def feed_forward")
    d.change("backward", "= forward_propagation(", "= feed_forward(")


@damage("names", lost=BACKWARDS, says=("backprop and backward could be meant",), touches="backward")
def two_that_could_be_meant(d: Draft, rng: random.Random) -> None:
    d.change("backward", "def back_propagation", "def backprop")
    d.last("def backward(X, Y_T, weights):\n    return {}, 0.0")


@damage("argument order", notes=("in the order weights, X and Y_T",), touches="backward")
def arguments_in_another_order(d: Draft, rng: random.Random) -> None:
    d.change("backward", "(X, Y_T, weights):", "(weights, X, Y_T):")


@damage("names", notes=("as the adapter says",), touches="packing sigmoid forward")
def adapter_beside_it(d: Draft, rng: random.Random) -> None:
    d.packed = "folder"
    d.change("sigmoid", "def sigmoid", "logistic = None\n\n\ndef squash")
    d.change("forward", "sigmoid(", "squash(")
    d.goes_along("adapter.toml", '[names]\nsigmoid = "squash"\n')


@damage("names", form="notebook", touches="*")
def class_with_an_adapter_of_python(d: Draft, rng: random.Random) -> None:
    d.packed = "folder"
    d.together("sigmoid", "forward", "backward")
    body = d.text("sigmoid").replace("forward_propagation(X, w", "self.forward(X, w")
    body = body.replace("sigmoid(Z", "self.act(Z")
    for old, new in (("sigmoid(", "act(self, "), ("self.forward(", "forward(self, ")):
        body = body.replace(f"def {old}", f"def {new}")
    body = body.replace("def back_propagation(", "def backward(self, ")
    body = body.replace("\n", "\n    ")
    d.cells[d.at("sigmoid")][1] = f"class Net:\n    {body}"
    d.goes_along(
        "adapter.py",
        "net = Net()\nsigmoid = net.act\nforward_propagation = net.forward\n"
        "back_propagation = net.backward\n",
    )


@damage(
    "names", lost=("S",), says=("should be a function and is a value",), touches="sigmoid forward"
)
def function_overwritten_by_its_value(d: Draft, rng: random.Random) -> None:
    for one in ("Z1", "Z2"):
        d.change("forward", f"sigmoid({one})", f"1 / (1 + np.exp(-{one}))")
    d.last("sigmoid = sigmoid(0.5)")


@damage("names", touches="sigmoid")
def function_defined_under_a_condition(d: Draft, rng: random.Random) -> None:
    text = d.text("sigmoid").replace("\n", "\n    ")
    d.cells[d.at("sigmoid")][1] = f"STABLE = False\nif not STABLE:\n    {text}"
    d.cell("def sigmoid_(z):\n    return z")


@damage("names", touches="sigmoid packing")
def function_imported_from_a_library(d: Draft, rng: random.Random) -> None:
    d.cells[d.at("sigmoid")][1] = "def sigmoid2(z):\n    return z"
    d.goes_along("special.py", f"{IMPORTS}\n\n\ndef expit(z):\n    return 1 / (1 + np.exp(-z))\n")
    d.cell("from special import expit as sigmoid")


def write_all(folder: Path) -> None:
    """Write the submissions that lie in tests/submissions/damaged."""
    for one in DAMAGES.values():
        if one.lies:
            draft_of((one.name,)).write(folder / one.name)
    (folder / ".gitattributes").write_text("* -text\n")


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    write_all(FOLDER)
