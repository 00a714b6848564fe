"""Training: epochs of minibatches, what is written down meanwhile, and how good the result is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from .batches import minibatches
from .network import MLP
from .optimizers import Optimizer
from .schedules import Schedule

__all__ = ["Evaluation", "History", "accuracy", "evaluate", "minibatches", "train"]

Array = NDArray[Any]


class Evaluation(NamedTuple):
    """How well a network does: its mean loss, and the share of samples that it gets right."""

    loss: float
    accuracy: float


@dataclass
class History:
    """One entry for each epoch.

    Attributes
    ----------
    lr : list of float
        The learning rate.
    loss, accuracy : list of float
        Means over the samples as they were learned from: of a network that changes meanwhile.
    validation_loss, validation_accuracy : list of float
        After the epoch; empty where there is nothing to validate with.
    """

    lr: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)


def accuracy(y: Array, t: Array) -> float:
    """Return the share of samples with the right class.

    Parameters
    ----------
    y : ndarray, shape (N, C)
        Scores or probabilities. With C = 1, the probability of the class 1.
    t : ndarray, shape (N, C)
        One-hot rows. With C = 1, 0 or 1.

    Returns
    -------
    float
        Between 0 and 1.
    """
    return _count_right(y, t) / len(y)


def _count_right(y: Array, t: Array) -> int:
    right = (y >= 0.5) == (t >= 0.5) if y.shape[1] == 1 else y.argmax(axis=1) == t.argmax(axis=1)
    return int(np.count_nonzero(right))


def evaluate(network: MLP, x: Array, t: Array, batch_size: int = 1000) -> Evaluation:
    """Return the mean loss and the accuracy of a network, which stays as it is.

    Parameters
    ----------
    network : MLP
        Run as in use: nothing is dropped out.
    x : ndarray, shape (N, n_in)
        Samples.
    t : ndarray, shape (N, n_out)
        Targets.
    batch_size : int, optional
        Samples at once; it limits the memory that is needed.

    Returns
    -------
    Evaluation
        Means over the N samples.
    """
    loss, right = 0.0, 0
    for x_batch, t_batch in minibatches(x, t, batch_size, None):
        y = network.forward(x_batch)
        loss += len(y) * float(network.loss.forward(y, t_batch))
        right += _count_right(y, t_batch)
    return Evaluation(loss / len(x), right / len(x))


def train(
    network: MLP,
    optimizer: Optimizer,
    x: Array,
    t: Array,
    *,
    epochs: int,
    batch_size: int,
    rng: Generator | None,
    keep_short: bool = True,
    schedule: Schedule | None = None,
    validation: tuple[Array, Array] | None = None,
    after_epoch: Callable[[int, History], object] | None = None,
) -> History:
    """Train a network; it is changed, and what happened is returned.

    Parameters
    ----------
    network : MLP
        What learns.
    optimizer : Optimizer
        Moves the network's parameters.
    x : ndarray, shape (N, n_in)
        Samples.
    t : ndarray, shape (N, n_out)
        Targets.
    epochs : int
        How often each sample is seen.
    batch_size : int
        Samples for each step of the optimizer.
    rng : Generator or None
        Shuffles the samples before each epoch; None leaves them in their order.
    keep_short : bool, optional
        Whether a last, shorter batch is used.
    schedule : Schedule, optional
        The learning rate of each epoch; that of the optimizer by default.
    validation : (x, t), optional
        Samples to evaluate the network with after each epoch.
    after_epoch : callable, optional
        Called with the number of the epoch, from 1, and the history so far.

    Returns
    -------
    History
        One entry for each epoch.
    """
    history = History()
    for epoch in range(1, epochs + 1):
        if schedule is not None:
            optimizer.lr = schedule(epoch)
        seen, loss, right = 0, 0.0, 0
        for x_batch, t_batch in minibatches(x, t, batch_size, rng, keep_short=keep_short):
            y, batch_loss = network.learn_from(x_batch, t_batch)
            optimizer.step(network.gradients)
            seen += len(y)
            loss += len(y) * float(batch_loss)
            right += _count_right(y, t_batch)
        history.lr.append(optimizer.lr)
        history.loss.append(loss / seen)
        history.accuracy.append(right / seen)
        if validation is not None:
            result = evaluate(network, *validation)
            history.validation_loss.append(result.loss)
            history.validation_accuracy.append(result.accuracy)
        if after_epoch is not None:
            after_epoch(epoch, history)
    return history
