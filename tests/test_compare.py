from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.closeness import Tolerance
from grader.compare import Outcome, compare
from grader.patterns import Pattern
from grader.results import Opaque

TOLERANCE = Tolerance(1e-6, noise=1e-15, noise32=1e-7)
MATRICES = hnp.arrays(
    np.float64, st.tuples(st.integers(2, 5), st.integers(2, 5)), elements=st.floats(0.1, 10)
)
RNG = np.random.default_rng(7)
MATRIX = RNG.normal(size=(3, 2))


def outcome(observed, expected=MATRIX, tolerance=TOLERANCE):
    return compare(observed, np.asarray(expected, dtype=np.float64), tolerance).outcome


def pattern(observed, expected=MATRIX):
    return compare(observed, np.asarray(expected, dtype=np.float64), TOLERANCE).pattern


@given(MATRICES)
def test_every_array_equals_itself(matrix):
    assert outcome(matrix.copy(), matrix) is Outcome.EQUAL


@given(MATRICES, st.floats(1e-4, 1e4).filter(lambda k: abs(k - 1) > 1e-3))
def test_a_constant_factor_is_found_whatever_it_is(matrix, factor):
    found = pattern(matrix * factor, matrix)

    assert found.layout is None
    assert found.factor == pytest.approx(factor, rel=1e-6)


@given(MATRICES.filter(lambda m: m.shape[0] != m.shape[1]))
def test_a_transposed_array_has_the_wrong_shape_and_the_pattern_transposed(matrix):
    assert outcome(matrix.T, matrix) is Outcome.SHAPE
    assert pattern(matrix.T, matrix) == Pattern("transposed")


@given(MATRICES, st.data())
def test_one_entry_off_by_more_than_a_hundredth_of_itself_is_always_found(matrix, data):
    # Tiny rows beside large ones: each is a hundredth of the one before.
    matrix = matrix / 100.0 ** np.arange(matrix.shape[0])[:, None]
    index = tuple(data.draw(st.integers(0, n - 1)) for n in matrix.shape)
    # Less than that is what float32 somewhere on the way may have changed.
    assume(abs(matrix[index]) > 1e-4 * np.abs(matrix).max())
    observed = matrix.copy()
    observed[index] *= 1.02

    found = compare(observed, matrix, TOLERANCE)
    assert found.outcome is Outcome.VALUES
    assert found.where == index
    assert found.n_wrong == 1


def test_a_block_of_tiny_entries_set_to_zero_does_not_pass():
    expected = np.array([[1.0, 2.0], [3e-6, 4e-6]])
    observed = np.array([[1.0, 2.0], [0.0, 0.0]])

    assert outcome(observed, expected) is Outcome.VALUES
    assert outcome(np.array([1.0, 0.0]), np.array([1.0, 2e-6])) is Outcome.VALUES


def test_what_float32_or_an_epsilon_on_the_way_would_change_passes():
    expected = np.array([[1.0, 0.2], [1e-12, 3e-9]])

    assert outcome(expected + 1e-8, expected) is Outcome.EQUAL
    assert outcome(np.clip(expected, 1e-7, 1.0), expected) is Outcome.EQUAL


def test_a_column_is_measured_as_so_many_numbers_are():
    expected = np.array([1.0, 1e-5])
    observed = expected + np.array([0.0, 1e-6 / 2])

    assert outcome(observed, expected) is outcome(observed[:, None], expected[:, None])
    assert outcome(observed[None], expected[None]) is Outcome.EQUAL


def test_rounding_noise_beside_large_entries_passes():
    expected = np.array([1.0, 1e-17, 0.0])

    assert outcome(np.array([1.0, -2e-17, 1e-18]), expected) is Outcome.EQUAL


def test_float32_has_more_noise_than_float64():
    expected = np.array([1.0, 2e-6])
    observed = np.array([1.0, 4e-6])

    assert outcome(observed, expected) is Outcome.VALUES
    assert outcome(observed.astype(np.float32), expected) is Outcome.EQUAL


@pytest.mark.parametrize(
    ("observed", "wanted"),
    [
        (None, Outcome.TYPE),
        ("text", Outcome.TYPE),
        ({"W1": MATRIX}, Outcome.TYPE),
        (Opaque("Tensor"), Outcome.TYPE),
        (True, Outcome.TYPE),
        (MATRIX.tolist(), Outcome.TYPE),
        ([MATRIX, None], Outcome.TYPE),
        ([], Outcome.TYPE),
        (MATRIX.reshape(-1), Outcome.SHAPE),
        (MATRIX[:0], Outcome.SHAPE),
        (MATRIX + 0j, Outcome.DTYPE),
        (MATRIX > 0, Outcome.DTYPE),
        (MATRIX.astype(np.float16), Outcome.DTYPE),
        (MATRIX * np.nan, Outcome.FINITE),
        (np.where(MATRIX[0, 0] == MATRIX, np.inf, MATRIX), Outcome.FINITE),
        (MATRIX * 1e300, Outcome.VALUES),
        (MATRIX.astype(np.float32), Outcome.EQUAL),
        (MATRIX.astype(np.longdouble).astype(np.float64), Outcome.EQUAL),
        (np.asfortranarray(MATRIX), Outcome.EQUAL),
    ],
)
def test_the_first_question_answered_with_no_is_the_answer(observed, wanted):
    assert outcome(observed) is wanted


@pytest.mark.parametrize("observed", [0.5, np.float64(0.5), np.array(0.5), np.float32(0.5)])
def test_a_scalar_may_be_any_kind_of_real_number(observed):
    assert outcome(np.asarray(observed), 0.5) is Outcome.EQUAL
    assert outcome(observed if isinstance(observed, float) else np.asarray(observed), 0.5) is (
        Outcome.EQUAL
    )


def test_an_integer_passes_where_the_value_is_one():
    assert outcome(1, 1.0) is Outcome.EQUAL


@pytest.mark.parametrize(
    ("observed", "expected", "wanted"),
    [
        (-MATRIX, MATRIX, Pattern(None, -1.0)),
        (0 * MATRIX, MATRIX, Pattern(None, 0.0)),
        (MATRIX.reshape(3, 2, 1), MATRIX, Pattern("reshaped")),
        (MATRIX[:, :1], MATRIX[:, 0], Pattern("reshaped")),
        (MATRIX[::-1], MATRIX, Pattern("order")),
        (np.array(MATRIX.sum()), MATRIX, Pattern("summed")),
        (np.array([0.25]), 0.25, Pattern("reshaped")),
        (np.stack([MATRIX, 2 * MATRIX]), 3 * MATRIX, Pattern("unsummed 0")),
        (MATRIX[:2].T, MATRIX[:2], Pattern("transposed")),
        (MATRIX + 1, MATRIX, None),
        (np.full((3, 2), np.nan), MATRIX, None),
    ],
)
def test_plain_patterns_are_recognised(observed, expected, wanted):
    found = pattern(observed, expected)

    if wanted is None or wanted.factor is None:
        assert found == wanted
    else:
        assert found.layout == wanted.layout
        assert found.factor == pytest.approx(wanted.factor)


def test_a_column_minus_a_row_is_recognised_by_its_diagonal():
    Y, T = RNG.normal(size=7), RNG.normal(size=7)

    assert pattern(Y[:, None] - T, Y - T) == Pattern("diagonal")


@given(MATRICES, MATRICES)
def test_a_pattern_is_never_claimed_for_unrelated_numbers(a, b):
    found = pattern(a, b)
    if found is None:
        return
    # It must reproduce the numbers: undo it and compare.
    factor = 1.0 if found.factor is None else found.factor
    laid_out = {
        None: a,
        "transposed": a.T,
        "reshaped": a.reshape(b.shape) if a.size == b.size else a,
    }.get(found.layout)
    if found.layout == "order":
        np.testing.assert_allclose(np.sort(a, axis=None), np.sort(b, axis=None), rtol=1e-5)
    else:
        np.testing.assert_allclose(laid_out, factor * b, rtol=1e-5, atol=1e-12)
