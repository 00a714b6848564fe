import math
import numpy as np

def sigmoid(z):
    if np.ndim(z) == 0:
        return 1 / (1 + math.exp(-z))
    return np.array([sigmoid(e) for e in z])

def slope(a):
    # a is the output of the sigmoid, not its input
    return a * (1 - a)

def forward_propagation(X, weights):
    W1, b1, W2, b2 = (weights[k] for k in ('W1', 'b1', 'W2', 'b2'))
    Z1 = np.array([[sum(W1[j][k] * x[k] for k in range(2)) + b1[j] for j in range(3)] for x in X])
    H = sigmoid(Z1)
    Z2 = np.array([sum(W2[j] * h[j] for j in range(3)) + b2 for h in H])
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    Y, _, H, _ = forward_propagation(X, weights)
    n = len(X)
    up = {'W1': np.zeros((3, 2)), 'b1': np.zeros(3), 'W2': np.zeros(3), 'b2': 0.0}
    sq = 0.0
    for x, t, y, h in zip(X, Y_T, Y, H):
        e = t - y                    # target minus output
        sq += e * e
        d = 2 * e * slope(y)
        up['b2'] += d
        for j in range(3):
            up['W2'][j] += d * h[j]
            dj = d * weights['W2'][j] * slope(h[j])
            up['b1'][j] += dj
            for k in range(2):
                up['W1'][j, k] += dj * x[k]
    # up points uphill for -L
    gradients = {k: -v / (2 * n) for k, v in up.items()}
    return gradients, sq / n / 2
