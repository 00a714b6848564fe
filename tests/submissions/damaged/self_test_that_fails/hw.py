import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_propagation(X, weights):
    Z1 = X @ weights['W1'].T + weights['b1']
    H = sigmoid(Z1)
    Z2 = H @ weights['W2'] + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1


def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = np.sum((Y - Y_T) ** 2) / (2 * N)
    dLdZ2 = (Y - Y_T) / N * Y * (1 - Y)
    dLdW2 = H.T @ dLdZ2
    dLdb2 = np.sum(dLdZ2)
    dLdZ1 = np.outer(dLdZ2, weights['W2']) * H * (1 - H)
    dLdW1 = dLdZ1.T @ X
    dLdb1 = dLdZ1.sum(axis=0)
    return {'W1': dLdW1, 'b1': dLdb1, 'W2': dLdW2, 'b2': dLdb2}, L


assert np.allclose(sigmoid(np.zeros(2)), 1.0), 'sigmoid is wrong?'
