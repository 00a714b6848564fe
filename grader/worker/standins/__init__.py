"""Stand-ins for the data and the libraries that handouts load, made when they are asked for.

`install` changes a fresh worker so that ``from keras.datasets import mnist``, ``open`` of the usual
data files and paths of the author's machine work without these libraries, files and a network.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from functools import partial
from types import ModuleType

from ..datafiles import DataSet, Shelf
from ..paths import Paths
from . import faster, harmless, keras, network, opening, python2, sklearn, vision
from .finder import Finder
from .library import Context, Library

_KERAS = "its data sets and to_categorical"
_SHOWN = "the names that homework uses"

LIBRARIES: Mapping[str, Library] = {
    "keras": Library(keras.keras, _KERAS, "data"),
    "tensorflow": Library(keras.tensorflow, _KERAS, "data"),
    "torchvision": Library(vision.torchvision, "its data sets and simple transforms", "data"),
    "requests": Library(network.requests, "downloads of the usual data files", "data"),
    "wget": Library(network.wget, "downloads of the usual data files", "data"),
    "gdown": Library(network.gdown, "downloads of the usual data files", "data"),
    "sklearn": Library(sklearn.sklearn, "some helpers and the assignment's data sets", "tools"),
    "google": Library(harmless.colab, "the names of Colab that homework uses", "absent"),
    "tqdm": Library(harmless.progress, _SHOWN, "absent"),
    "numba": Library(faster.numba, _SHOWN, "absent"),
    "seaborn": Library(harmless.seaborn, _SHOWN, "absent"),
    "IPython": Library(harmless.ipython, _SHOWN, "absent"),
    "past": Library(python2.past, _SHOWN, "absent"),
    "future": Library(python2.future, _SHOWN, "absent"),
    "six": Library(python2.six, _SHOWN, "absent"),
}


def install(
    sets: Mapping[str, DataSet],
    real: Collection[str],
    say: Callable[[str, str], None],
    folder: str,
) -> None:
    """Put the stand-ins in place; takes a fraction of a millisecond.

    Parameters
    ----------
    sets : mapping of str to DataSet
        What is served. Where it is empty, the libraries that hold data are not stood in for.
    real : collection of str
        Top-level packages that are left alone where they are installed.
    say : callable
        Told once of each stand-in that is used: ``("data", "keras.datasets.mnist.load_data")``,
        ``("module", "tqdm")``, ``("file", "mnist_train.csv")``, ``("path", "/content/a.npy")``.
    folder : str
        The worker's writable copy of the submission's folder.
    """
    said: set[tuple[str, str]] = set()

    def say_once(kind: str, name: str) -> None:
        if (kind, name) not in said:
            said.add((kind, name))
            say(kind, name)

    paths = Paths(folder, Shelf(sets), say_once)
    hooks: dict[str, Callable[[ModuleType], None]] = {
        "h5py": partial(opening.hook_h5py, paths),
        "urllib.request": partial(network.hook_urllib, paths),
    }
    sys.meta_path.insert(0, Finder(LIBRARIES, Context(sets, say_once, paths), real, hooks))
    for name, hook in hooks.items():
        if name in sys.modules:
            hook(sys.modules[name])
    opening.patch(paths)
