import numpy as np

def sigmoid(z):
    return 1/(1 + np.exp(-z))

def forward_propagation(X, weights):
    Z1 = np.dot(X, weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.dot(H, weights['W2'].T) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, Z1, H

def clip_gradients(grads, limit=0.001):
    """against exploding gradients"""
    return {k: np.clip(g, -limit, limit) for k, g in grads.items()}

def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    Y, Z2, Z1, H = forward_propagation(X, weights)
    L = 1/(2*N) * np.sum((Y - Y_T)**2)

    dZ2 = 1/N * (Y - Y_T) * Y * (1 - Y)
    dZ1 = np.outer(dZ2, weights['W2']) * H * (1 - H)
    grads = {
        'W1': np.dot(dZ1.T, X),
        'b1': np.sum(dZ1, axis=0),
        'W2': np.dot(H.T, dZ2),
        'b2': np.sum(dZ2),
    }
    return clip_gradients(grads), L
