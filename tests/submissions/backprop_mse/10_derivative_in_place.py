import numpy as np

def sigmoid(z):
    return 1.0/(1.0 + np.exp(-z))

def sigmoid_grad(a):
    # a = sigmoid(z) already
    a *= (1 - a)
    return a

def forward_propagation(X, weights):
    Z1 = X.dot(weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)
    Z2 = H.dot(weights['W2']) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    error = Y - Y_T

    # deltas
    delta2 = (error / N) * sigmoid_grad(Y)
    delta1 = np.outer(delta2, weights['W2']) * sigmoid_grad(H)

    # gradients
    gradients = {
        'W1': delta1.T.dot(X),
        'b1': delta1.sum(axis=0),
        'W2': delta2.dot(H),
        'b2': delta2.sum(),
    }
    L = np.sum(np.square(error)) / (2 * N)
    return gradients, L
