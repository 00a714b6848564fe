"""The scalers and encoders of ``sklearn.preprocessing`` that homework uses, small and right."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Transformer:
    """What the scalers and encoders share."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from `X`."""
        raise NotImplementedError

    def transform(self, X: Any) -> Any:
        """Apply what was learnt to `X`."""
        raise NotImplementedError

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn from `X` and apply it to the same."""
        return self.fit(X, y).transform(X)


def _table(X: Any) -> Array:
    array = np.asarray(X)
    if array.ndim != 2:
        raise ValueError(
            f"Expected 2D array, got {array.ndim}D array instead. Reshape your data either using "
            "array.reshape(-1, 1) if your data has a single feature or array.reshape(1, -1) if it "
            "contains a single sample."
        )
    return array


def _numbers(X: Any) -> Array:
    array = _table(X)
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float64)


class StandardScaler(Transformer):
    """Takes off each column's mean and divides by its standard deviation.

    A column that does not vary is divided by one.
    """

    def __init__(self, *, copy: bool = True, with_mean: bool = True, with_std: bool = True) -> None:
        self.copy, self.with_mean, self.with_std = copy, with_mean, with_std

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn means and deviations."""
        x = _numbers(X).astype(np.float64)
        self.n_features_in_, self.n_samples_seen_ = x.shape[1], len(x)
        self.mean_ = x.mean(axis=0)
        self.var_ = x.var(axis=0)
        # as in scikit-learn: what rounding leaves of a constant column is no deviation
        noise = 10 * np.finfo(np.float64).eps
        still = self.var_ <= len(x) * noise * self.var_ + (len(x) * self.mean_ * noise) ** 2
        self.scale_ = np.where(still, 1.0, np.sqrt(self.var_))
        return self

    def transform(self, X: Any) -> Array:
        """Return `X` with mean zero and deviation one in each column."""
        x = _numbers(X)
        kind = x.dtype
        if self.with_mean:
            x = x - self.mean_
        if self.with_std:
            x = x / self.scale_
        return x.astype(kind)

    def inverse_transform(self, X: Any) -> Array:
        """Return what `transform` was given."""
        x = _numbers(X)
        kind = x.dtype
        if self.with_std:
            x = x * self.scale_
        if self.with_mean:
            x = x + self.mean_
        return x.astype(kind)


class MinMaxScaler(Transformer):
    """Maps each column's smallest and largest value to the ends of a range."""

    def __init__(
        self, feature_range: tuple[float, float] = (0, 1), *, copy: bool = True, clip: bool = False
    ) -> None:
        self.feature_range, self.copy, self.clip = feature_range, copy, clip

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the smallest and largest values."""
        x = _numbers(X)
        low, high = self.feature_range
        self.data_min_, self.data_max_ = np.nanmin(x, axis=0), np.nanmax(x, axis=0)
        self.data_range_ = self.data_max_ - self.data_min_
        width = np.where(self.data_range_ == 0, 1, self.data_range_)
        self.scale_ = (high - low) / width
        self.min_ = low - self.data_min_ * self.scale_
        return self

    def transform(self, X: Any) -> Array:
        """Return `X` in the range."""
        x: Array = _numbers(X) * self.scale_ + self.min_
        return np.clip(x, *self.feature_range) if self.clip else x

    def inverse_transform(self, X: Any) -> Array:
        """Return what `transform` was given."""
        x: Array = (_numbers(X) - self.min_) / self.scale_
        return x


class _Sparse(np.ndarray[Any, Any]):
    """An array that also answers as a sparse matrix does."""

    def toarray(self) -> Array:
        """Return the plain array."""
        return np.array(self)

    def todense(self) -> Any:
        """Return the plain array."""
        return np.array(self)


class OneHotEncoder(Transformer):
    """Gives each column of categories as many columns of zeros and a one."""

    def __init__(
        self,
        *,
        categories: Any = "auto",
        drop: None = None,
        sparse_output: bool = True,
        sparse: bool | None = None,
        dtype: Any = np.float64,
        handle_unknown: str = "error",
        n_values: Any = None,
        categorical_features: Any = None,
    ) -> None:
        if drop is not None:
            raise ValueError("OneHotEncoder(drop=...) is not served while grading")
        self.categories, self.dtype, self.handle_unknown = categories, dtype, handle_unknown
        self.sparse_output = sparse_output if sparse is None else sparse

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the categories of each column."""
        columns = _table(X).T
        given = columns if isinstance(self.categories, str) else self.categories
        automatic = isinstance(self.categories, str)
        self.categories_ = [np.unique(one) if automatic else np.asarray(one) for one in given]
        return self

    def transform(self, X: Any) -> Array:
        """Return the columns of zeros and ones."""
        blocks = []
        for number, (column, known) in enumerate(zip(_table(X).T, self.categories_, strict=True)):
            block = column[:, None] == known
            if self.handle_unknown == "error" and not block.any(axis=1).all():
                strange = np.unique(column[~block.any(axis=1)]).tolist()
                raise ValueError(
                    f"Found unknown categories {strange} in column {number} during transform"
                )
            blocks.append(block)
        rows = np.hstack(blocks).astype(self.dtype)
        return rows.view(_Sparse) if self.sparse_output else rows

    def inverse_transform(self, X: Any) -> Array:
        """Return the categories."""
        ends = np.cumsum([len(known) for known in self.categories_])[:-1]
        blocks = np.split(np.asarray(X), ends, axis=1)
        columns = zip(blocks, self.categories_, strict=True)
        return np.stack([known[block.argmax(axis=1)] for block, known in columns], axis=1)


class LabelEncoder(Transformer):
    """Numbers labels in their order."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the labels."""
        self.classes_ = np.unique(np.asarray(X).ravel())
        return self

    def transform(self, X: Any) -> Array:
        """Return the number of each label."""
        labels = np.asarray(X).ravel()
        strange = np.setdiff1d(labels, self.classes_)
        if len(strange):
            raise ValueError(f"y contains previously unseen labels: {strange.tolist()}")
        return np.searchsorted(self.classes_, labels)

    def inverse_transform(self, X: Any) -> Array:
        """Return the labels."""
        return np.asarray(self.classes_[np.asarray(X)])


class LabelBinarizer(Transformer):
    """Gives each label a row with one mark; two classes share one column."""

    def __init__(
        self, *, neg_label: int = 0, pos_label: int = 1, sparse_output: bool = False
    ) -> None:
        self.neg_label, self.pos_label = neg_label, pos_label

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the labels."""
        self.classes_ = np.unique(np.asarray(X))
        return self

    def transform(self, X: Any) -> Array:
        """Return the marked rows."""
        rows = np.asarray(X).reshape(-1, 1) == self.classes_
        marked = np.where(rows, self.pos_label, self.neg_label)
        return marked[:, -1:] if len(self.classes_) == 2 else marked

    def inverse_transform(self, X: Any) -> Array:
        """Return the label of each row's largest mark."""
        rows = np.asarray(X)
        if len(self.classes_) == 2 and rows.shape[-1] == 1:
            middle = (self.neg_label + self.pos_label) / 2
            return np.asarray(self.classes_[(rows.ravel() > middle).astype(int)])
        return np.asarray(self.classes_[rows.argmax(axis=1)])
