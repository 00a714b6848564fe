"""Objects that take whatever is done to them: the filling of stand-ins for missing packages."""

# ruff: noqa: D102  (the methods have the names and the meaning of what they stand in for)

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

_shape, _full = np.shape, np.full


class Anything:
    """Takes every attribute, call, index and operator, and gives as much back."""

    def __init__(self, *_arguments: object, **_options: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # protocols are asked for by such names: it has none of them
            raise AttributeError(name)
        return Anything()

    def __call__(self, *_arguments: object, **_options: object) -> Any:
        return Anything()

    def __getitem__(self, _key: object) -> Any:
        return Anything()

    def __setitem__(self, _key: object, _value: object) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True

    def __float__(self) -> float:
        return 0.0

    def __int__(self) -> int:
        return 0

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def __instancecheck__(self, _instance: object) -> bool:
        return False

    def __mro_entries__(self, _bases: object) -> tuple[type, ...]:
        return ()  # a class made of it is a class like any other

    def _self(self, *_operands: object) -> Any:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _self
    __truediv__ = __rtruediv__ = __neg__ = _self


class Colormap(Anything):
    """Gives a grey for every number and for every array of them."""

    N = 256

    def __call__(self, values: Any = 0, *_arguments: object, **_options: object) -> Any:
        shape = _shape(values)
        return _full((*shape, 4), 0.5) if shape else (0.5, 0.5, 0.5, 1.0)


class Colormaps(Anything):
    """``plt.cm``: a colormap under every name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Colormap()

    def get_cmap(self, *_arguments: object) -> Colormap:
        return Colormap()

    def __getitem__(self, _key: object) -> Any:
        return Colormap()


class Settings(dict[str, Any]):
    """Keeps what is set; what was not is `Anything`."""

    def __missing__(self, _key: str) -> Any:
        return Anything()
