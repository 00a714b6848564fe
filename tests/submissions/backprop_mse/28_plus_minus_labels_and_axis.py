import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward_propagation(X, weights):
    Z1 = X @ weights['W1'].T + weights['b1']
    H = sigmoid(Z1)
    Z2 = H @ weights['W2'] + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def encode(labels):
    # classes -1 and +1
    return 2 * np.asarray(labels) - 1

def back_propagation(X, Y_T, weights):
    N = len(X)
    T = encode(Y_T)
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = np.sum((Y - T) ** 2) / (2 * N)
    delta2 = (Y - T) / N * Y * (1 - Y)
    delta1 = delta2[:, None] @ weights['W2'][None, :] * H * (1 - H)
    gradients = {
        'W1': delta1.T @ X,
        'b1': np.sum(delta1, axis=1),
        'W2': H.T @ delta2,
        'b2': np.sum(delta2, axis=0),
    }
    return gradients, L
