from net import forward_propagation, sigmoid
import numpy as np


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
