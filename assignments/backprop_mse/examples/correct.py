"""Backpropagation by hand, as a module: the same solution as in correct.ipynb."""

import numpy as np


def sigmoid(z):
    """Return the sigmoid of each element of z."""
    return 1 / (1 + np.exp(-z))


def forward_propagation(X, weights):
    """Return Y (N,), Z2 (N,), H (N, 3) and Z1 (N, 3)."""
    Z1 = X @ weights["W1"].T + weights["b1"]
    H = sigmoid(Z1)
    Z2 = H @ weights["W2"] + weights["b2"]
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1


def back_propagation(X, Y_T, weights):
    """Return the gradients by name, each in the shape of its weight, and the loss."""
    N = X.shape[0]
    Y, _, H, _ = forward_propagation(X, weights)
    L = np.sum((Y - Y_T) ** 2) / (2 * N)

    dZ2 = (Y - Y_T) / N * Y * (1 - Y)
    dZ1 = np.outer(dZ2, weights["W2"]) * H * (1 - H)
    gradients = {
        "W1": dZ1.T @ X,
        "b1": dZ1.sum(axis=0),
        "W2": H.T @ dZ2,
        "b2": dZ2.sum(),
    }
    return gradients, L


if __name__ == "__main__":
    np.random.seed(0)
    weights = {
        "W1": np.random.randn(3, 2),
        "b1": np.zeros(3),
        "W2": np.random.randn(3),
        "b2": 0,
    }
    X = np.random.rand(1000, 2)
    T = np.random.randint(low=0, high=2, size=(1000,))
    print(back_propagation(X, T, weights))
