"""Numbers that say what was done, and numbers that come of many things."""

from __future__ import annotations

import numpy as np
import pytest

from grader.closeness import Tolerance
from grader.findings import Expected, compared
from grader.telling import is_telling


def finding(observed, expected):
    values = {"q": np.asarray(expected, dtype=np.float64)}
    case = Expected("handout", False, {}, values, {"q": Tolerance(1e-6)}, {})
    return compared("q", np.asarray(observed), case)


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        (np.eye(3)[[1, 0, 2]], np.eye(3)),
        ([75.0, 75.0], [62.5, 87.5]),
        ([100 * 7 / 11, 100 * 5 / 24], [100 * 8 / 11, 25.0]),
        ([np.nan, 0.123456], [0.5, 0.123456]),
        ([0.7310585786], [0.7310585786]),
    ],
    ids=["guesses", "per cent", "rounded shares", "nan", "right"],
)
def test_counts_shares_nan_and_what_is_right_tell_nothing(observed, expected):
    assert not is_telling([finding(observed, expected)])


def test_one_wrong_number_of_its_own_tells_something():
    assert is_telling([finding([1.0, 0.7310585786], [1.0, 0.5])])
    assert is_telling([finding([0.5], [0.5]), finding([np.pi], [3.0])])
