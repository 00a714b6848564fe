"""Initializers: the variances that were promised, and the same start in both precisions."""

from __future__ import annotations

import numpy as np
import pytest

from reference.initializers import he, max_fan, normal, spectral, xavier

EVERY = {
    "normal": normal(0.3),
    "max_fan": max_fan,
    "he": he,
    "xavier": xavier,
    "spectral": spectral,
}
VARIANCES = [
    (normal(0.3), 0.3**2),
    (max_fan, 1 / 300),
    (he, 2 / 300),
    (xavier, 2 / 500),
]


@pytest.mark.parametrize(("initializer", "variance"), VARIANCES, ids=["normal", *list(EVERY)[1:4]])
def test_the_variance_is_the_one_that_was_promised(initializer, variance):
    w = initializer(300, 200, np.random.default_rng(1))

    # Of 60,000 draws the variance has a standard error of sqrt(2 / 60000) = 0.6 per cent.
    assert np.var(w) == pytest.approx(variance, rel=0.025)
    assert abs(np.mean(w)) < 4 * np.sqrt(variance / w.size)


def test_the_larger_side_counts_whichever_it_is():
    wide = max_fan(200, 300, np.random.default_rng(1))

    assert np.var(wide) == pytest.approx(1 / 300, rel=0.025)


@pytest.mark.parametrize("shape", [(784, 10), (3, 50), (1, 1)])
def test_the_largest_singular_value_becomes_one(shape):
    w = spectral(*shape, np.random.default_rng(2))

    # The eigenvalues of w^T w are the squares of the singular values.
    assert np.max(np.linalg.eigvalsh(w.T @ w)) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("initializer", EVERY.values(), ids=EVERY)
def test_shape_and_dtype_are_as_asked(initializer):
    w = initializer(4, 3, np.random.default_rng(0), np.float32)

    assert w.shape == (4, 3)
    assert w.dtype == np.float32


@pytest.mark.parametrize("initializer", EVERY.values(), ids=EVERY)
def test_both_precisions_start_at_the_same_weights(initializer):
    wide = initializer(5, 7, np.random.default_rng(3))
    narrow = initializer(5, 7, np.random.default_rng(3), np.float32)

    np.testing.assert_array_equal(narrow, wide.astype(np.float32))


@pytest.mark.parametrize("initializer", EVERY.values(), ids=EVERY)
def test_one_generator_gives_new_weights_for_each_layer(initializer):
    rng = np.random.default_rng(4)

    assert not np.any(initializer(5, 5, rng) == initializer(5, 5, rng))
