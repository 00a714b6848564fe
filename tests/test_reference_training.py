"""Minibatches, the training loop, and what it writes down."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.layers import Dropout, HalfMSE, Linear, Sigmoid
from reference.network import MLP
from reference.optimizers import SGD, Momentum
from reference.schedules import halved_at
from reference.training import accuracy, evaluate, minibatches, train

brief = settings(deadline=None, max_examples=20)


def clouds(n, rng):
    """Return three clouds of points in the plane, and one-hot rows that say which is which."""
    labels = np.arange(n) % 3
    middle = np.array([[0.0, 2.0], [2.0, -1.0], [-2.0, -1.0]])
    return middle[labels] + 0.5 * rng.normal(size=(n, 2)), np.eye(3)[labels]


@brief
@given(n=st.integers(1, 40), size=st.integers(1, 45), shuffled=st.booleans())
def test_every_sample_comes_once_with_its_own_target(n, size, shuffled):
    x = np.arange(n, dtype=float)[:, None]
    rng = np.random.default_rng(0) if shuffled else None

    batches = list(minibatches(x, x + 1000, size, rng))

    seen = np.concatenate([batch for batch, _ in batches])
    assert sorted(seen.ravel()) == list(range(n))
    for x_batch, t_batch in batches:
        np.testing.assert_array_equal(t_batch, x_batch + 1000)
    assert {len(batch) for batch, _ in batches[:-1]} <= {size}


def test_the_last_short_batch_can_be_left_out():
    x = np.arange(10)

    assert [len(batch) for batch, _ in minibatches(x, x, 4, None)] == [4, 4, 2]
    assert [len(batch) for batch, _ in minibatches(x, x, 4, None, keep_short=False)] == [4, 4]
    assert [len(batch) for batch, _ in minibatches(x, x, 5, None, keep_short=False)] == [5, 5]


def test_batches_of_32_out_of_30000_are_937_and_a_half():
    # The figure that the homework on layers names.
    x = np.zeros(30_000)

    assert len(list(minibatches(x, x, 32, None, keep_short=False))) == 937
    assert len(list(minibatches(x, x, 32, None))) == 938


def test_batches_in_order_are_in_order():
    x = np.arange(6)

    assert [batch.tolist() for batch, _ in minibatches(x, x, 2, None)] == [[0, 1], [2, 3], [4, 5]]


def test_each_epoch_is_shuffled_anew_and_a_seed_repeats_it():
    x = np.arange(100)

    def epochs(seed):
        rng = np.random.default_rng(seed)
        return [next(minibatches(x, x, 100, rng))[0].tolist() for _ in range(2)]

    assert epochs(0) == epochs(0)
    assert epochs(0)[0] != epochs(0)[1]
    assert epochs(0) != epochs(1)


@pytest.mark.parametrize(
    ("n", "targets", "size", "keep_short", "message"),
    [
        (4, 5, 2, True, "4 samples, but 5 targets"),
        (4, 4, 0, True, "at least one sample, not 0"),
        (4, 4, 5, False, "4 samples do not fill one batch of 5"),
        (0, 0, 5, True, "0 samples do not fill one batch of 5"),
    ],
)
def test_batches_that_cannot_be_are_refused(n, targets, size, keep_short, message):
    with pytest.raises(ValueError, match=message):
        list(minibatches(np.zeros(n), np.zeros(targets), size, None, keep_short=keep_short))


def test_training_separates_what_can_be_separated():
    rng = np.random.default_rng(0)
    (x, t), validation = clouds(300, rng), clouds(90, rng)
    network = MLP.of_sizes((2, 8, 3), rng)

    history = train(
        network,
        Momentum(network.parameters, 0.1),
        x,
        t,
        epochs=5,
        batch_size=16,
        rng=rng,
        validation=validation,
    )

    assert history.loss[-1] < history.loss[0]
    assert history.accuracy[-1] > 0.97
    assert history.validation_accuracy[-1] > 0.97
    final = evaluate(network, *validation)
    assert (history.validation_loss[-1], history.validation_accuracy[-1]) == final


def test_one_epoch_is_the_steps_that_it_is_made_of():
    # x w with half the squared error: w moves by -lr x (x w - t) for each sample in turn.
    w = np.array([[0.5]])
    network = MLP([Linear(w, np.zeros(1))], HalfMSE())
    x, t = np.array([[1.0], [2.0], [-1.0]]), np.array([[1.0], [0.0], [3.0]])
    expected, b = 0.5, 0.0
    for xi, ti in [(1.0, 1.0), (2.0, 0.0), (-1.0, 3.0)]:
        error = xi * expected + b - ti
        expected, b = expected - 0.1 * error * xi, b - 0.1 * error

    train(network, SGD(network.parameters, 0.1), x, t, epochs=1, batch_size=1, rng=None)

    assert w[0, 0] == pytest.approx(expected, rel=1e-14)
    assert network.parameters[1][0] == pytest.approx(b, rel=1e-14)


def test_the_loss_of_an_epoch_weighs_samples_and_not_batches():
    # With a rate of zero nothing changes, so the mean over the samples is known.
    rng = np.random.default_rng(0)
    x, t = clouds(10, rng)
    network = MLP.of_sizes((2, 3), rng)
    whole = evaluate(network, x, t)

    history = train(network, SGD(network.parameters, 0), x, t, epochs=1, batch_size=4, rng=rng)

    assert history.loss[0] == pytest.approx(whole.loss, rel=1e-14)
    assert history.accuracy == [whole.accuracy]
    assert history.validation_loss == []


def test_the_schedule_sets_the_rate_of_each_epoch():
    rng = np.random.default_rng(0)
    network = MLP.of_sizes((2, 3), rng)
    epochs = []

    history = train(
        network,
        SGD(network.parameters, 99.0),
        *clouds(6, rng),
        epochs=4,
        batch_size=6,
        rng=None,
        schedule=halved_at(0.4, (2, 4)),
        after_epoch=lambda epoch, history: epochs.append((epoch, len(history.loss))),
    )

    assert history.lr == [0.4, 0.2, 0.2, 0.1]
    assert epochs == [(1, 1), (2, 2), (3, 3), (4, 4)]


def test_a_seed_decides_the_whole_training():
    def trained(seed):
        rng = np.random.default_rng(seed)
        x, t = clouds(30, rng)
        network = MLP.of_sizes((2, 4, 3), rng)
        train(network, SGD(network.parameters, 0.1), x, t, epochs=2, batch_size=7, rng=rng)
        return np.concatenate([parameter.ravel() for parameter in network.parameters])

    np.testing.assert_array_equal(trained(1), trained(1))
    assert not np.any(trained(1)[:8] == trained(2)[:8])


@pytest.mark.parametrize("batch_size", [1, 3, 10, 100])
def test_the_evaluation_does_not_depend_on_how_it_is_cut(batch_size):
    rng = np.random.default_rng(0)
    x, t = clouds(10, rng)
    network = MLP.of_sizes((2, 3), rng)

    result = evaluate(network, x, t, batch_size)

    assert result.loss == pytest.approx(float(network.loss.forward(network.forward(x), t)))
    assert result.accuracy == np.mean(network.predict(x) == t.argmax(axis=1))


def test_nothing_is_dropped_out_in_an_evaluation():
    rng = np.random.default_rng(0)
    network = MLP([Linear(np.eye(3), np.zeros(3)), Dropout(0.9, rng)])

    assert evaluate(network, np.eye(3), np.eye(3)).accuracy == 1


def test_accuracy_counts_the_largest_scores():
    y = np.array([[0.1, 0.9], [5.0, -1.0], [0.0, 1.0], [2.0, 3.0]])

    assert accuracy(y, np.eye(2)[[1, 0, 0, 1]]) == 0.75


def test_accuracy_of_a_single_output_is_on_which_side_of_a_half_it_is():
    assert accuracy(np.array([[0.4], [0.5], [0.9]]), np.array([[0], [1], [0]])) == 2 / 3


def test_a_single_sigmoid_learns_a_threshold():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, size=(200, 1))
    t = (x > 0).astype(float)
    network = MLP([Linear(np.zeros((1, 1)), np.zeros(1)), Sigmoid()], HalfMSE())

    train(network, SGD(network.parameters, 5.0), x, t, epochs=20, batch_size=20, rng=rng)

    assert evaluate(network, x, t).accuracy > 0.97
