import numpy as np

def sigmoid(z):
    sig = 1.0 / (1.0 + np.exp(-z))
    return sig

def sigmoid_prime(z):
    s = sigmoid(z)
    return s * (1 - s)

def forward_propagation(X, weights):
    Z1 = np.dot(X, weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.dot(H, weights['W2']) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    N_points = X.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = (1/(2*N_points)) * np.sum(np.square(Y - Y_T))

    # dL/dY = 1/N (Y - Y_T)
    dLdY = Y - Y_T / N_points
    dLdZ2 = dLdY * sigmoid_prime(Z2)
    dLdW2 = np.dot(H.T, dLdZ2)
    dLdb2 = dLdZ2.sum()

    dLdH = np.outer(dLdZ2, weights['W2'])
    dLdZ1 = dLdH * sigmoid_prime(Z1)
    dLdW1 = np.dot(dLdZ1.T, X)
    dLdb1 = dLdZ1.sum(axis=0)

    gradients = {
        'W1': dLdW1,
        'b1': dLdb1,
        'W2': dLdW2,
        'b2': dLdb2,
    }
    return gradients, L
