"""Schedules: the learning rate of each epoch. Epochs are counted from 1."""

from __future__ import annotations

from collections.abc import Callable, Collection

Schedule = Callable[[int], float]


def constant(lr: float) -> Schedule:
    """Return a schedule that never changes the rate."""
    return lambda epoch: lr


def halved_at(lr: float, epochs: Collection[int]) -> Schedule:
    """Return a schedule that halves the rate at the beginning of each of the given epochs.

    Parameters
    ----------
    lr : float
        The rate of the first epochs.
    epochs : collection of int
        ``(21, 41)`` means: lr up to epoch 20, half of it from 21, a quarter from 41 on.

    Returns
    -------
    Schedule
        From the number of an epoch, 1 for the first one, to its rate.
    """
    return lambda epoch: lr * 0.5 ** sum(start <= epoch for start in epochs)
