import numpy as np


# sigmoid
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# forward
def forward_propagation(X, weights):
    W1 = weights['W1']
    b1 = weights['b1']
    W2 = weights['W2']
    b2 = weights['b2']

    Z1 = X @ W1.T + b1      # (N,3)
    H = sigmoid(Z1)         # (N,3)
    Z2 = H @ W2 + b2        # (N,)
    Y = sigmoid(Z2)         # (N,)
    return Y, Z2, H, Z1


# backward
def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = 1 / (2 * N) * np.sum((Y - Y_T) ** 2)

    # chain rule, everything as columns
    dY = (Y - Y_T).reshape(N, 1)
    dZ2 = dY * (Y * (1 - Y)).reshape(N, 1)          # (N,1)
    dW2 = (H.T @ dZ2).reshape(3)
    db2 = np.sum(dZ2)

    dH = dZ2 @ weights['W2'].reshape(1, 3)          # (N,3)
    dZ1 = dH * H * (1 - H)
    dW1 = dZ1.T @ X
    db1 = np.sum(dZ1, axis=0)

    gradients = {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}
    return gradients, L
