"""Layers: each passes values forward and gradients back.

The conventions of this library: one sample is one row, so that N samples are an array (N, n); a
weight w[i, j] leads from input i to output j, so that weights have the shape (n_in, n_out); the
loss L is a mean over the batch; dQ is the gradient of L with respect to Q, and has the shape of Q.

A forward pass keeps what the backward pass after it needs; a backward pass writes the gradients of
the layer's parameters over those of the last one. A layer must not see another forward pass between
the two.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from . import activations, losses

Array = NDArray[Any]


class Layer:
    """What all layers have in common; by itself it passes everything on unchanged.

    Attributes
    ----------
    parameters, gradients : list of ndarray
        What is learned, and dL by each of it: arrays that stay the same and change their values.
    """

    parameters: list[Array]
    gradients: list[Array]

    def __init__(self) -> None:
        self.parameters, self.gradients = [], []

    def forward(self, x: Array, training: bool = False) -> Array:
        """Return the outputs, shape (N, n_out), for the inputs x, shape (N, n_in).

        `training` matters to layers that behave differently while the network learns.
        """
        return x

    def backward(self, dy: Array) -> Array:
        """Return dx, shape (N, n_in), from dy, shape (N, n_out); set the gradients."""
        self.backward_to_parameters(dy)
        return dy

    def backward_to_parameters(self, dy: Array) -> None:
        """Set the gradients without computing dx, which the first layer has no use for."""


class Linear(Layer):
    """The affine map y = x w + b, computed in the dtype of w.

    Parameters
    ----------
    w : ndarray, shape (n_in, n_out)
        Weights. They are used as they are, not copied.
    b : ndarray, shape (n_out,)
        Biases, likewise.
    """

    def __init__(self, w: Array, b: Array) -> None:
        super().__init__()
        if w.ndim != 2 or b.shape != w.shape[1:]:
            raise ValueError(f"No layer has weights of shape {w.shape} and biases of {b.shape}.")
        self.w, self.b = w, b
        # Made once: a fresh array of the size of w for each batch costs more than filling it.
        self.dw, self.db = np.zeros(w.shape, w.dtype), np.zeros(b.shape, w.dtype)
        self.parameters, self.gradients = [w, b], [self.dw, self.db]

    def forward(self, x: Array, training: bool = False) -> Array:
        """Return y = x w + b, shape (N, n_out), for x of shape (N, n_in)."""
        self.x = np.asarray(x, dtype=self.w.dtype)
        y: Array = self.x @ self.w
        y += self.b
        return y

    def backward(self, dy: Array) -> Array:
        """Return dx = dy w^T, shape (N, n_in), from dy, shape (N, n_out); set dw and db."""
        self.backward_to_parameters(dy)
        dx: Array = np.asarray(dy, dtype=self.w.dtype) @ self.w.T
        return dx

    def backward_to_parameters(self, dy: Array) -> None:
        """Set dw = x^T dy and db = sum_n dy_n, from dy of shape (N, n_out)."""
        dy = np.asarray(dy, dtype=self.w.dtype)
        # Not np.matmul, which takes six times as long for a batch of a single sample.
        np.dot(self.x.T, dy, out=self.dw)
        dy.sum(axis=0, out=self.db)


class Activation(Layer):
    """A function of each element by itself; subclasses say which.

    The chain rule for each element: dx = dy f'(x), with f' computed from y = f(x).
    """

    def function(self, x: Array, /) -> Array:
        """Return f(x), in the shape of x."""
        raise NotImplementedError

    def derivative(self, y: Array, /) -> Array:
        """Return f'(x) from y = f(x), in the shape of y."""
        raise NotImplementedError

    def forward(self, x: Array, training: bool = False) -> Array:
        """Return y = f(x), in the shape of x."""
        self.y = self.function(x)
        return self.y

    def backward(self, dy: Array) -> Array:
        """Return dx = dy f'(x), in the shape of dy."""
        dx = self.derivative(self.y)
        dx *= dy
        return dx


class Sigmoid(Activation):
    """y = 1 / (1 + exp(-x))."""

    function = staticmethod(activations.sigmoid)
    derivative = staticmethod(activations.sigmoid_derivative)


class Tanh(Activation):
    """y = tanh(x)."""

    function = staticmethod(activations.tanh)
    derivative = staticmethod(activations.tanh_derivative)


class ReLU(Activation):
    """y = max(x, 0)."""

    function = staticmethod(activations.relu)
    derivative = staticmethod(activations.relu_derivative)


class LeakyReLU(Activation):
    """y = max(x, slope x), with a slope between 0 and 1."""

    def __init__(self, slope: float = activations.SLOPE) -> None:
        super().__init__()
        self.slope = slope

    def function(self, x: Array, /) -> Array:
        """Return max(x, slope x), in the shape of x."""
        return activations.leaky_relu(x, self.slope)

    def derivative(self, y: Array, /) -> Array:
        """Return 1 where y is positive and the slope elsewhere, in the shape of y."""
        return activations.leaky_relu_derivative(y, self.slope)


class Dropout(Layer):
    """Sets each element to zero with the probability `rate` while the network learns.

    What is left is divided by 1 - rate, so that the expected value stays the same and nothing needs
    to be done in evaluation ("inverted" dropout; Srivastava et al., Dropout, 2014, section 10).

    Parameters
    ----------
    rate : float
        At least 0 and less than 1.
    rng : Generator
        Draws which elements are kept.
    """

    def __init__(self, rate: float, rng: Generator) -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"The rate must be at least 0 and less than 1, not {rate}.")
        self.rate, self.rng = rate, rng
        self.mask: Array | None = None

    def forward(self, x: Array, training: bool = False) -> Array:
        """Return x mask, in the shape of x, with a new mask; x itself if not `training`."""
        if not training:
            self.mask = None
            return x
        kept = self.rng.random(x.shape) >= self.rate
        self.mask = kept.astype(x.dtype) / (1 - self.rate)
        return x * self.mask

    def backward(self, dy: Array) -> Array:
        """Return dx = dy mask, with the mask of the forward pass, in the shape of dy."""
        return dy if self.mask is None else dy * self.mask


class Loss:
    """The end of a network: outputs and targets come in, one number comes out.

    Subclasses say which number. The outputs and targets have the same shape (N, K).
    """

    def forward(self, y: Array, t: ArrayLike) -> Any:
        """Return the loss L of the outputs y, a number of their dtype."""
        raise NotImplementedError

    def backward(self) -> Array:
        """Return dL/dy for the outputs of the forward pass, shape (N, K)."""
        raise NotImplementedError


class SoftmaxCrossEntropy(Loss):
    """Softmax and cross entropy in one, for scores y: dL/dy is just (softmax(y) - t) / N.

    Loss and gradient need the same exponentials, so both are made in the forward pass.
    """

    def forward(self, y: Array, t: ArrayLike) -> Any:
        """Return the cross entropy of the scores y, a number of their dtype."""
        loss, self.dy = losses.cross_entropy_with_gradient(y, t)
        return loss

    def backward(self) -> Array:
        """Return dL/dy for the scores of the forward pass, shape (N, C)."""
        return self.dy


class HalfMSE(Loss):
    """Half the mean squared error."""

    def forward(self, y: Array, t: ArrayLike) -> Any:
        """Return the loss of the outputs y, a number of their dtype."""
        self.y, self.t = y, t
        return losses.half_mse(y, t)

    def backward(self) -> Array:
        """Return dL/dy for the outputs of the forward pass, shape (N, K)."""
        return losses.half_mse_gradient(self.y, self.t)


class MSE(Loss):
    """The mean squared error."""

    def forward(self, y: Array, t: ArrayLike) -> Any:
        """Return the loss of the outputs y, a number of their dtype."""
        self.y, self.t = y, t
        return losses.mse(y, t)

    def backward(self) -> Array:
        """Return dL/dy for the outputs of the forward pass, shape (N, K)."""
        return losses.mse_gradient(self.y, self.t)
