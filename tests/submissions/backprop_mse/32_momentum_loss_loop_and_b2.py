import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_propagation(X, weights):
    Z1 = X @ weights['W1'].T + weights['b1']
    H = sigmoid(Z1)
    Z2 = H @ weights['W2'] + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1


class Momentum:
    def __init__(self, beta=0.9):
        self.beta = beta
        self.v = {}

    def __call__(self, key, grad):
        old = self.v.get(key, 0)
        self.v[key] = self.beta * old + (1 - self.beta) * grad
        return self.v[key]


def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)

    L = 0.0
    for i in range(1, N):
        L += (Y[i] - Y_T[i]) ** 2
    L /= 2 * N

    smooth = Momentum()
    dY = (Y - Y_T) / N
    dZ2 = dY * (Y - Y ** 2)
    dH = np.outer(dZ2, weights['W2'])
    dZ1 = dH * (H - H ** 2)
    gradients = {
        'W1': smooth('W1', dZ1.T @ X),
        'b1': smooth('b1', dZ1.sum(axis=0)),
        'W2': smooth('W2', dZ2 @ H),
        'b2': smooth('b2', dY.sum()),
    }
    return gradients, L
