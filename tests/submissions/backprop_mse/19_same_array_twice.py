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
    N, D = X.shape
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = np.sum((Y - Y_T)**2) / (2 * N)

    W2 = weights['W2']
    grad_W1 = np.zeros((3, D))
    grad_b1 = grad_W2 = np.zeros(3)
    grad_b2 = 0.

    for x, t, y, h in zip(X, Y_T, Y, H):
        dz2 = (y - t) * y * (1 - y) / N
        dz1 = W2 * dz2 * h * (1 - h)
        grad_W2 += dz2 * h
        grad_b2 += dz2
        grad_W1 += np.outer(dz1, x)
        grad_b1 += dz1

    return {'W1': grad_W1, 'b1': grad_b1, 'W2': grad_W2, 'b2': grad_b2}, L
