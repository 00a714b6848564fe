import numpy as np
import copy

def sigmoid(z):
    return 1/(1 + np.exp(-z))

def forward_propagation(X, weights):
    Z1 = np.dot(X, weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.dot(H, weights['W2']) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def loss(X, Y_T, weights):
    Y = forward_propagation(X, weights)[0]
    return np.sum((Y - Y_T)**2)/(2*len(Y))

def back_propagation(X, Y_T, weights):
    # derivative = (L(w + h) - L(w - h)) / 2h
    h = 1.0
    L = loss(X, Y_T, weights)
    gradients = {}
    for key in weights:
        shape = np.shape(weights[key])
        grad = np.zeros(shape)
        for idx in np.ndindex(*shape):
            plus = copy.deepcopy(weights)
            minus = copy.deepcopy(weights)
            plus[key] = np.array(plus[key], dtype=float)
            minus[key] = np.array(minus[key], dtype=float)
            plus[key][idx] += h
            minus[key][idx] -= h
            grad[idx] = (loss(X, Y_T, plus) - loss(X, Y_T, minus))/(2*h)
        gradients[key] = grad
    return gradients, L
