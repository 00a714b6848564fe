"""``sklearn.datasets``: what `fetch_openml` and `load_digits` give."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import numpy.typing as npt

from ..datafiles import DataSet
from .library import Context, Names
from .network import no_network

Array = npt.NDArray[Any]

# By their names, without case and with "-" for "_", and by their numbers at openml.org.
_OPENML = {
    "mnist-784": "mnist",
    554: "mnist",
    "fashion-mnist": "fashion_mnist",
    40996: "fashion_mnist",
    "cifar-10": "cifar10",
    40927: "cifar10",
    "cifar10": "cifar10",
}
DIGITS = 1797  # pictures in load_digits


class Bunch(dict[str, Any]):
    """A dict whose keys are attributes as well."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __dir__(self) -> list[str]:
        return list(self)


def modules(context: Context) -> dict[str, Names]:
    """Return ``sklearn.datasets``, or nothing where no data is served."""
    if not context.sets:
        return {}

    def fetch_openml(
        name: str | None = None,
        *,
        version: Any = "active",
        data_id: int | None = None,
        return_X_y: bool = False,
        as_frame: bool | str = "auto",
        **_options: Any,
    ) -> Any:
        data = _wanted(context, name, data_id)
        x, y = _whole(data)
        columns = _columns(data, x)
        target: Any = y.astype(str).astype(object)
        frame = None
        pandas = _pandas() if as_frame else None
        if pandas is not None:
            x = pandas.DataFrame(x, columns=columns)
            target = pandas.Series(target, name="class", dtype="category")
            frame = x.assign(**{"class": target})
        if return_X_y:
            return x, target
        return Bunch(
            data=x,
            target=target,
            frame=frame,
            categories={},
            feature_names=columns,
            target_names=["class"],
            DESCR=f"{data.name}, as served while grading",
            details={"name": name or "", "version": "1"},
            url="",
        )

    def fetch_mldata(dataname: str, **_options: Any) -> Bunch:
        """Return MNIST as mldata.org had it: uint8, float labels, in the order of the classes."""
        if dataname.lower().replace("_", " ") not in ("mnist original", "mnist (original)"):
            raise no_network()
        data = _wanted(context, "mnist_784", None)
        parts = [data.part(train) for train in (True, False)]
        orders = [np.argsort(y, kind="stable") for _x, y in parts]
        x = np.concatenate([x[order] for (x, _y), order in zip(parts, orders, strict=True)])
        y = np.concatenate([y[order] for (_x, y), order in zip(parts, orders, strict=True)])
        return Bunch(data=x.reshape(len(x), -1), target=y.astype(float), DESCR="MNIST original")

    def load_digits(*, n_class: int = 10, return_X_y: bool = False, as_frame: bool = False) -> Any:
        pictures, target = _small_digits(_wanted(context, "mnist_784", None), n_class)
        flat: Any = pictures.reshape(len(pictures), -1)
        names = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
        frame = None
        pandas = _pandas() if as_frame else None
        if pandas is not None:
            flat = pandas.DataFrame(flat, columns=names)
            target = pandas.Series(target, name="target")
            frame = flat.assign(target=target)
        if return_X_y:
            return flat, target
        return Bunch(
            data=flat,
            target=target,
            frame=frame,
            feature_names=names,
            target_names=np.arange(10)[:n_class],
            images=pictures,
            DESCR="the digits that are served while grading, shrunk to 8 x 8",
        )

    functions = (fetch_openml, fetch_mldata, load_digits)
    return {
        "sklearn.datasets": lambda: {
            function.__name__: context.telling(
                "data", f"sklearn.datasets.{function.__name__}", function
            )
            for function in functions
        }
    }


def _wanted(context: Context, name: str | None, number: int | None) -> DataSet:
    key: Any = number if name is None else name.lower().replace("_", "-")
    data = context.sets.get(_OPENML.get(key, ""))
    if data is None:
        raise no_network()
    return data


def _whole(data: DataSet) -> tuple[Array, Array]:
    """Return both parts as openml.org has them: in one table, channel by channel."""
    parts = []
    for x in (data.x_train, data.x_test):
        planes = x.transpose(0, 3, 1, 2) if x.ndim == 4 else x
        parts.append(planes.reshape(len(x), -1).astype(np.float64))
    return np.concatenate(parts), np.concatenate([data.y_train, data.y_test])


def _columns(data: DataSet, x: Array) -> list[str]:
    stem, first = ("a", 0) if data.name == "cifar10" else ("pixel", 1)
    return [f"{stem}{number + first}" for number in range(x.shape[1])]


def _small_digits(data: DataSet, n_class: int) -> tuple[Array, Array]:
    """Return pictures (n, 8, 8) of 0..16: how many of each 4 x 4 block of pixels are inked."""
    x, y = data.x_train[:DIGITS], data.y_train[:DIGITS]
    x, y = x[y < n_class], y[y < n_class]
    inked = np.pad(x > 127, ((0, 0), (2, 2), (2, 2)))
    return inked.reshape(-1, 8, 4, 8, 4).sum(axis=(2, 4)).astype(np.float64), y.copy()


def _pandas() -> Any:
    try:
        return importlib.import_module("pandas")
    except ImportError:
        return None
