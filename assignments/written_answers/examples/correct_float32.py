"""Right answers of another kind: neurons that face each other, loops, and float32."""

import numpy as np


def box_weights(delta, h):
    """Return the box as "beyond 0 and before delta": both neurons are on only inside it."""
    return {
        "w1": 3.0,
        "w2": np.array([-0.5]),
        "b1": 0.0,
        "b2": np.array([delta / 2]),
        "w3": h,
        "w4": h,
        "b3": -h,
    }


def softmax(scores):
    """Return the probabilities of one sample."""
    scores = np.asarray(scores, dtype=np.float32)
    e = np.exp(scores - max(scores))
    return e / sum(e)


def softmax_jacobian(z):
    """Return d y_i / d z_j, entry by entry."""
    y = softmax(z)
    rows = []
    for i in range(len(y)):
        rows.append([y[i] * (1 - y[i]) if i == j else -y[i] * y[j] for j in range(len(y))])
    return np.array(rows, dtype=np.float32)


def cost_gradient(a, y):
    """Return -1/a for the label, 0 elsewhere."""
    grad = np.zeros(len(a), dtype=np.float32)
    label = np.argmax(y)
    grad[label] = -1 / a[label]
    return grad


def general_error(A, grad):
    """Return the product, as a column."""
    return (np.float32(A) @ np.float32(grad).reshape(-1, 1)).reshape(-1, 1)


def output_error(z, y):
    """Return the errors, sample by sample: one less where the label is."""
    errors = []
    for scores, label in zip(z, np.argmax(y, axis=1)):
        error = softmax(scores)
        error[label] -= 1
        errors.append(error)
    return np.array(errors)
