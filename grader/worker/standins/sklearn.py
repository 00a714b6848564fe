"""scikit-learn: its data sets, and the helpers that homework borrows from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from . import openml, preprocessing, selection
from .library import Context, Names

Array = npt.NDArray[Any]


def sklearn(context: Context) -> dict[str, Names]:
    """Return the modules of ``sklearn``."""
    split = selection.train_test_split
    return {
        "sklearn": lambda: {"__version__": "1.5.0"},
        "sklearn.model_selection": context.tools("sklearn.model_selection", split),
        "sklearn.cross_validation": context.tools("sklearn.cross_validation", split),
        "sklearn.utils": context.tools("sklearn.utils", selection.shuffle),
        "sklearn.metrics": context.tools("sklearn.metrics", accuracy_score, confusion_matrix),
        "sklearn.preprocessing": context.tools(
            "sklearn.preprocessing",
            preprocessing.OneHotEncoder,
            preprocessing.StandardScaler,
            preprocessing.LabelBinarizer,
            preprocessing.LabelEncoder,
            preprocessing.MinMaxScaler,
        ),
        **openml.modules(context),
    }


def accuracy_score(
    y_true: Any, y_pred: Any, *, normalize: bool = True, sample_weight: Any = None
) -> float:
    """Return the share (or the number) of labels met; rows must agree in every column."""
    true, predicted = (np.asarray(y) for y in (y_true, y_pred))
    true, predicted = (
        y.ravel() if y.ndim == 2 and y.shape[1] == 1 else y for y in (true, predicted)
    )
    if len(true) != len(predicted):
        raise ValueError(
            "Found input variables with inconsistent numbers of samples: "
            f"{[len(true), len(predicted)]}"
        )
    if true.ndim != predicted.ndim:
        raise ValueError(
            "Classification metrics can't handle a mix of labels and rows of indicators"
        )
    met = true == predicted
    met = met.all(axis=1) if met.ndim > 1 else met
    if normalize:
        return float(np.average(met, weights=sample_weight))
    return float(met.sum() if sample_weight is None else np.dot(met, sample_weight))


def confusion_matrix(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    sample_weight: Any = None,
    normalize: str | None = None,
) -> Array:
    """Return how often each true label (row) was given each label (column)."""
    true, predicted = np.asarray(y_true).ravel(), np.asarray(y_pred).ravel()
    if len(true) != len(predicted):
        raise ValueError(
            "Found input variables with inconsistent numbers of samples: "
            f"{[len(true), len(predicted)]}"
        )
    known = np.unique(np.concatenate([true, predicted])) if labels is None else np.asarray(labels)
    rows, columns = true[:, None] == known, predicted[:, None] == known
    weights = np.ones(len(true), int) if sample_weight is None else np.asarray(sample_weight)
    counts: Array = (rows * weights[:, None]).T @ columns
    if normalize is None:
        return counts
    total = counts.sum(axis={"true": 1, "pred": 0}.get(normalize), keepdims=True)
    shares: Array = np.divide(counts, total, out=np.zeros(counts.shape), where=total != 0)
    return shares
