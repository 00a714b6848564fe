import numpy as np

HIDDEN = 3

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward_propagation(X, weights):
    W1, W2 = weights['W1'], weights['W2']
    b1 = np.zeros(HIDDEN)      # bias hidden layer
    b2 = weights['b2']         # bias output
    Z1 = np.dot(X, W1.T) + b1
    H = sigmoid(Z1)
    Z2 = np.dot(H, W2.T) + b2
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    N = Y_T.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = 0.5 * np.mean((Y_T - Y)**2)
    dL_dY = (Y - Y_T) / N
    dY_dZ2 = Y * (1 - Y)
    dL_dZ2 = dL_dY * dY_dZ2
    dL_dW2 = dL_dZ2 @ H
    dL_db2 = np.sum(dL_dZ2)
    dL_dH = np.outer(dL_dZ2, weights['W2'])
    dL_dZ1 = dL_dH * (H * (1 - H))
    dL_dW1 = dL_dZ1.T @ X
    dL_db1 = np.sum(dL_dZ1, axis=0)
    gradients = dict(W1=dL_dW1, b1=dL_db1, W2=dL_dW2, b2=dL_db2)
    return gradients, L
