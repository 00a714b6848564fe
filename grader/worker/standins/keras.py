"""Keras and TensorFlow: the data sets, one-hot labels and seeds."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from ..datafiles import DataSet
from .library import Context, Names, empty
from .network import no_network

Array = npt.NDArray[Any]


def keras(context: Context) -> dict[str, Names]:
    """Return the modules of ``keras``."""
    return {**_keras(context, "keras"), **_keras(context, "keras.api")}


def tensorflow(context: Context) -> dict[str, Names]:
    """Return the modules of ``tensorflow``, with Keras inside."""
    return {
        "tensorflow": lambda: {"__version__": "2.16.1"},
        "tensorflow.random": lambda: {"set_seed": _seed_of_tensorflow},
        "tensorflow.python": empty,
        **_keras(context, "tensorflow.keras"),
        **_keras(context, "tensorflow.python.keras"),
    }


def _keras(context: Context, root: str) -> dict[str, Names]:
    def data(name: str, kept: DataSet) -> Names:
        function = f"{root}.datasets.{name}.load_data"
        return lambda: {"load_data": context.telling("data", function, _loader(kept))}

    def get_file(fname: str | None = None, origin: str | None = None, **_options: Any) -> str:
        found = context.paths.data(origin or "") or context.paths.data(fname or "")
        if found is None:
            raise no_network()
        return found

    tools = context.tools(f"{root}.utils", to_categorical, set_random_seed, get_file)
    one_hot = context.tools(f"{root}.utils", to_categorical)
    return {
        root: lambda: {"__version__": "3.3.3"},
        f"{root}.datasets": empty,
        **{f"{root}.datasets.{name}": data(name, kept) for name, kept in context.sets.items()},
        f"{root}.utils": tools,
        f"{root}.utils.np_utils": one_hot,
    }


def _loader(data: DataSet) -> Any:
    def load_data(path: str = "") -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """Return ``((x_train, y_train), (x_test, y_test))``, all uint8 as in Keras."""
        train, test = map(partial(_copies, data), (True, False))
        return train, test

    return load_data


def _copies(data: DataSet, train: bool) -> tuple[Array, Array]:
    x, y = data.part(train)
    labels = y.astype(np.uint8)
    return x.copy(), labels[:, None] if data.name == "cifar10" else labels


def to_categorical(
    x: Any = None, num_classes: int | None = None, dtype: Any = None, *, y: Any = None
) -> Array:
    """Return one-hot rows; Keras 2 calls the labels `y`, Keras 3 `x`."""
    labels = np.array(y if x is None else x, dtype=np.int64)
    shape = labels.shape
    if len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    labels = labels.reshape(-1)
    width = num_classes or int(labels.max()) + 1
    rows = np.zeros((len(labels), width), dtype or np.float64)
    rows[np.arange(len(labels)), labels] = 1
    return rows.reshape(*shape, width)


def set_random_seed(seed: int) -> None:
    """Seed Python's and NumPy's generators, as Keras does beside its own."""
    random.seed(seed)
    np.random.seed(seed)


def _seed_of_tensorflow(seed: int) -> None:
    """Seed TensorFlow's generator, of which nothing is here."""
