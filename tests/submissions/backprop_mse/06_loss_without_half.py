import numpy as np

sigmoid = lambda z: 1. / (1. + np.exp(-z))

def mse(y_pred, y_true):
    """mean squared error"""
    return np.mean((y_pred - y_true) ** 2)

def mse_grad(y_pred, y_true):
    return (y_pred - y_true) / y_true.size

def forward_propagation(X, weights):
    Z1 = X.dot(weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)
    Z2 = H.dot(weights['W2']) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = mse(Y, Y_T)
    g = mse_grad(Y, Y_T) * Y * (1 - Y)
    gradients = {}
    gradients['W2'] = H.T.dot(g)
    gradients['b2'] = g.sum()
    g = g[:, None] * weights['W2'][None, :] * H * (1 - H)
    gradients['W1'] = g.T.dot(X)
    gradients['b1'] = g.sum(axis=0)
    return gradients, L
