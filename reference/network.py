"""A multilayer perceptron: layers one behind the other, and a loss at the end."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .initializers import Initializer, he
from .layers import Layer, Linear, Loss, ReLU, SoftmaxCrossEntropy

Array = NDArray[Any]


class MLP:
    """A chain of layers.

    Parameters
    ----------
    layers : sequence of Layer
        From the input to the output.
    loss : Loss, optional
        Softmax with cross entropy by default, so that the outputs are scores.
    """

    def __init__(self, layers: Sequence[Layer], loss: Loss | None = None) -> None:
        self.layers = list(layers)
        self.loss = SoftmaxCrossEntropy() if loss is None else loss

    @classmethod
    def of_sizes(
        cls,
        sizes: Sequence[int],
        rng: Generator,
        *,
        activation: Callable[[], Layer] = ReLU,
        initializer: Initializer = he,
        dtype: DTypeLike = np.float64,
        loss: Loss | None = None,
    ) -> MLP:
        """Build linear layers of the given sizes with an activation between each two.

        Parameters
        ----------
        sizes : sequence of int
            From the input to the output: 784, 256, 128, 10.
        rng : Generator
            Draws the weights, layer by layer from the first. The biases are zero.
        activation : callable
            Makes one layer: `ReLU`, `Tanh`, ...
        initializer : Initializer
            Makes the weights of one layer.
        dtype : dtype
            Of all parameters.
        loss : Loss, optional
            Softmax with cross entropy by default.

        Returns
        -------
        MLP
            The network. There is no activation behind its last layer.
        """
        layers: list[Layer] = []
        for n_in, n_out in itertools.pairwise(sizes):
            w = initializer(n_in, n_out, rng, dtype)
            layers += [Linear(w, np.zeros(n_out, dtype=dtype)), activation()]
        return cls(layers[:-1], loss)

    @property
    def parameters(self) -> list[Array]:
        """All that is learned: w and b of the first linear layer, of the second, and so on."""
        return [parameter for layer in self.layers for parameter in layer.parameters]

    @property
    def gradients(self) -> list[Array]:
        """The gradient of the loss by each of the parameters, of the last backward pass."""
        return [gradient for layer in self.layers for gradient in layer.gradients]

    def forward(self, x: Array, training: bool = False) -> Array:
        """Return the outputs for the inputs x.

        Parameters
        ----------
        x : ndarray, shape (N, n_in)
            One sample in each row.
        training : bool, optional
            Whether the network learns from them, which matters to dropout.

        Returns
        -------
        ndarray, shape (N, n_out)
            Scores, where the loss is softmax with cross entropy.
        """
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, dy: Array) -> None:
        """Set the gradients of all layers from dy = dL/dy, shape (N, n_out).

        Backpropagation: each layer turns the gradient by its outputs into the one by its inputs.
        """
        for layer in reversed(self.layers[1:]):
            dy = layer.backward(dy)
        self.layers[0].backward_to_parameters(dy)

    def learn_from(self, x: Array, t: ArrayLike) -> tuple[Array, Any]:
        """Go forward and backward once, so that the gradients belong to this batch.

        Parameters
        ----------
        x : ndarray, shape (N, n_in)
            One sample in each row.
        t : array_like, shape (N, n_out)
            Its target in the same row.

        Returns
        -------
        outputs : ndarray, shape (N, n_out)
            Of the forward pass.
        loss : float
            The mean over the batch.
        """
        outputs = self.forward(x, training=True)
        loss = self.loss.forward(outputs, t)
        self.backward(self.loss.backward())
        return outputs, loss

    def predict(self, x: Array) -> NDArray[np.intp]:
        """Return the class with the largest output for each row of x, shape (N,)."""
        classes: NDArray[np.intp] = np.argmax(self.forward(x), axis=1)
        return classes
