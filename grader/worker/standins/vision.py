"""torchvision: its MNIST data sets and the transforms that homework in NumPy applies to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..datafiles import CIFAR10_CLASSES, DataSet
from .library import Context, Names

Array = npt.NDArray[Any]
Transform = Callable[[Any], Any]

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_CLOTHES = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
_NAMES = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST", "cifar10": "CIFAR10"}


class Tensor(np.ndarray[Any, Any]):
    """An array with the methods of a torch tensor that turn it into an array."""

    def numpy(self) -> Array:
        """Return the plain array, sharing memory as torch does."""
        return np.asarray(self)

    def float(self) -> Any:
        """Return it as float32."""
        return self.astype(np.float32)

    def double(self) -> Any:
        """Return it as float64."""
        return self.astype(np.float64)

    def long(self) -> Any:
        """Return it as int64."""
        return self.astype(np.int64)

    def view(self, *shape: Any) -> Any:  # type: ignore[override]
        """Reshape where sizes are given, as torch does; otherwise NumPy's view."""
        if shape and all(isinstance(size, int | np.integer) for size in shape):
            return self.reshape(shape)
        return super().view(*shape)

    def unsqueeze(self, dim: int) -> Any:
        """Return it with an axis of length one more."""
        return np.expand_dims(self, dim)

    def detach(self) -> Tensor:
        """Return it: there are no gradients to part from."""
        return self

    cpu = detach


def _tensor(array: Array) -> Tensor:
    return np.ascontiguousarray(array).view(Tensor)


class VisionDataset:
    """A data set of pictures, each with its label.

    Parameters
    ----------
    root : str
        Ignored: nothing is downloaded.
    train : bool
        Whether it is the training part.
    transform, target_transform : callable, optional
        Applied to each picture and each label when they are taken.
    """

    source: ClassVar[DataSet]
    classes: ClassVar[list[str]]

    def __init__(
        self,
        root: Any = None,
        train: bool = True,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
    ) -> None:
        x, y = self.source.part(train)
        colours = self.source.name == "cifar10"  # there torchvision keeps an array and a list
        self.root, self.train = root, train
        self.transform, self.target_transform = transform, target_transform
        self.data: Any = x.copy() if colours else _tensor(x.copy())
        self.targets: Any = y.tolist() if colours else _tensor(y.astype(np.int64))

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        picture: Any = _tensor(self.data[index])
        label: Any = int(self.targets[index])
        if self.transform is not None:
            picture = self.transform(picture)
        if self.target_transform is not None:
            label = self.target_transform(label)
        return picture, label

    def __iter__(self) -> Any:
        return (self[index] for index in range(len(self)))

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The number of each class."""
        return {name: number for number, name in enumerate(self.classes)}

    # As they were called before torchvision 0.3.
    train_data = test_data = property(lambda self: self.data)
    train_labels = test_labels = property(lambda self: self.targets)


def _classes(name: str) -> list[str]:
    if name == "mnist":
        return [f"{number} - {word}" for number, word in enumerate(_DIGITS)]
    return list(_CLOTHES if name == "fashion_mnist" else CIFAR10_CLASSES)


class Compose:
    """Applies transforms one after the other."""

    def __init__(self, transforms: Sequence[Transform]) -> None:
        self.transforms = transforms

    def __call__(self, picture: Any) -> Any:
        """Return the picture, transformed."""
        for transform in self.transforms:
            picture = transform(picture)
        return picture


class ToTensor:
    """Turns a picture of 0..255, channels last, into float32 of 0..1, channels first."""

    def __call__(self, picture: Any) -> Tensor:
        """Return the picture, transformed."""
        array = np.asarray(picture)
        array = array[None] if array.ndim == 2 else array.transpose(2, 0, 1)
        if array.dtype == np.uint8:
            return _tensor(array.astype(np.float32) / np.float32(255))
        return _tensor(array)


class Normalize:
    """Takes the mean of each channel off and divides by its deviation."""

    def __init__(self, mean: Any, std: Any, inplace: bool = False) -> None:
        self.mean, self.std = mean, std

    def __call__(self, picture: Any) -> Tensor:
        """Return the picture, transformed."""
        array = np.asarray(picture)
        mean, std = (
            np.asarray(value, array.dtype).reshape(-1, 1, 1) for value in (self.mean, self.std)
        )
        return _tensor((array - mean) / std)


class Lambda:
    """Applies a function of the student's."""

    def __init__(self, lambd: Transform) -> None:
        self.lambd = lambd

    def __call__(self, picture: Any) -> Any:
        """Return the picture, transformed."""
        return self.lambd(picture)


def torchvision(context: Context) -> dict[str, Names]:
    """Return the modules of ``torchvision``."""

    def data_sets() -> dict[str, Any]:
        made = {}
        for name, source in context.sets.items():
            own = {"source": source, "classes": _classes(name)}
            kind = type(_NAMES[name], (VisionDataset,), own)
            made[_NAMES[name]] = context.telling(
                "data", f"torchvision.datasets.{_NAMES[name]}", kind
            )
        return made

    transforms = context.tools("torchvision.transforms", Compose, ToTensor, Normalize, Lambda)
    return {
        "torchvision": lambda: {"__version__": "0.18.0"},
        "torchvision.datasets": data_sets,
        "torchvision.datasets.mnist": data_sets,
        "torchvision.transforms": transforms,
        "torchvision.transforms.transforms": transforms,
    }
