import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward_propagation(X, weights):
    Z1 = np.dot(X, weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.dot(H, weights['W2']) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    T = Y_T.reshape(-1, 1)          # labels as a column
    Y, Z2, H, Z1 = forward_propagation(X, weights)

    L = 1 / (2 * N) * np.sum((Y - T) ** 2)

    Y = Y.reshape(-1, 1)
    dLdY = (Y - T) / N              # (N,1)
    dLdZ2 = dLdY * Y * (1 - Y)      # (N,1)
    dLdW2 = np.dot(Z1.T, dLdZ2)     # (3,1)
    dLdb2 = np.sum(dLdZ2)
    dLdH = np.dot(dLdZ2, weights['W2'].reshape(1, -1))
    dLdZ1 = dLdH * H * (1 - H)
    dLdW1 = np.dot(dLdZ1.T, X)
    dLdb1 = np.sum(dLdZ1, axis=0)
    gradients = {
        'W1': dLdW1,
        'b1': dLdb1,
        'W2': dLdW2.flatten(),
        'b2': dLdb2,
    }
    return gradients, L
