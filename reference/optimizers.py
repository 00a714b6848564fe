"""Optimizers: how parameters move, given the gradients.

An optimizer changes the arrays of parameters in place, and keeps what it remembers of earlier steps
in their dtype. With g for the gradient and w for the parameter, the formulas hold for each element.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Optimizer:
    """What all optimizers have in common.

    Parameters
    ----------
    parameters : sequence of ndarray
        What to change.
    lr : float
        The learning rate. It may be set anew between steps, as a schedule does.
    """

    def __init__(self, parameters: Sequence[Array], lr: float) -> None:
        self.parameters = list(parameters)
        self.lr = lr
        # For intermediate results: as large as the parameters, so better not made at every step.
        self._scratch = [np.empty_like(parameter) for parameter in self.parameters]

    def step(self, gradients: Sequence[Array]) -> None:
        """Move the parameters once.

        Parameters
        ----------
        gradients : sequence of ndarray
            The gradient of the loss by each parameter, in the same order and of the same shape.
        """
        raise NotImplementedError

    def _zeros(self) -> list[Array]:
        return [np.zeros_like(parameter) for parameter in self.parameters]


class SGD(Optimizer):
    """Stochastic gradient descent: w = w - lr g."""

    def step(self, gradients: Sequence[Array]) -> None:
        """Move the parameters once; see the class."""
        for w, g, move in zip(self.parameters, gradients, self._scratch, strict=True):
            np.multiply(g, self.lr, out=move)
            w -= move


class Momentum(Optimizer):
    """Gradient descent with momentum: v = momentum v - lr g, then w = w + v.

    Goodfellow et al., Deep Learning, algorithm 8.2. Some libraries take lr out of v; that differs
    only where the rate changes: here the next steps still carry the old rate.

    Parameters
    ----------
    parameters : sequence of ndarray
        What to change.
    lr : float
        The learning rate.
    momentum : float, optional
        The share of the last move that is kept, at least 0 and less than 1.
    """

    def __init__(self, parameters: Sequence[Array], lr: float, momentum: float = 0.9) -> None:
        super().__init__(parameters, lr)
        self.momentum = momentum
        self.velocities = self._zeros()

    def step(self, gradients: Sequence[Array]) -> None:
        """Move the parameters once; see the class."""
        for w, g, v, move in zip(
            self.parameters, gradients, self.velocities, self._scratch, strict=True
        ):
            np.multiply(g, self.lr, out=move)
            v *= self.momentum
            v -= move
            w += v


class Adam(Optimizer):
    """Adam: Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.

    ``m = beta1 m + (1 - beta1) g`` and ``v = beta2 v + (1 - beta2) g^2`` start at zero, and are
    divided by ``1 - beta1^t`` and ``1 - beta2^t`` in step t to make up for that; then
    ``w = w - lr m / (sqrt(v) + epsilon)``.

    Parameters
    ----------
    parameters : sequence of ndarray
        What to change.
    lr : float, optional
        The learning rate, about the length of a step in each parameter.
    beta1, beta2 : float, optional
        How much of the two means is kept from step to step.
    epsilon : float, optional
        Keeps the denominator from zero.
    """

    def __init__(
        self,
        parameters: Sequence[Array],
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(parameters, lr)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.t = 0
        self.m, self.v = self._zeros(), self._zeros()

    def step(self, gradients: Sequence[Array]) -> None:
        """Move the parameters once; see the class."""
        self.t += 1
        m_scale, v_scale = 1 - self.beta1**self.t, 1 - self.beta2**self.t
        for w, g, m, v, move in zip(
            self.parameters, gradients, self.m, self.v, self._scratch, strict=True
        ):
            m *= self.beta1
            m += np.multiply(g, 1 - self.beta1, out=move)
            v *= self.beta2
            np.multiply(g, g, out=move)
            move *= 1 - self.beta2
            v += move
            np.divide(v, v_scale, out=move)
            np.sqrt(move, out=move)
            move += self.epsilon
            np.divide(m, move, out=move)
            move *= self.lr / m_scale
            w -= move
