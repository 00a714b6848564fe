import numpy as np

def sigmoid(z):
    e = np.exp(-z)
    return 1/1 + e

def forward_propagation(X, weights):
    Z1 = np.dot(X, weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.dot(H, weights['W2']) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    N = Y.size
    L = 1/(2*N)*np.sum((Y - Y_T)**2)
    delta2 = 1/N*(Y - Y_T)*Y*(1 - Y)
    delta1 = np.outer(delta2, weights['W2'])*H*(1 - H)
    gradients = {
        'W1': np.dot(delta1.T, X),
        'b1': np.sum(delta1, axis=0),
        'W2': np.dot(H.T, delta2),
        'b2': np.sum(delta2)
    }
    return gradients, L
