import numpy as np

def sigmoid(z):
    return np.divide(1, np.add(1, np.exp(np.negative(z))))

def forward_propagation(X, weights):
    Z1 = np.add(np.dot(X, weights['W1'].T), weights['b1'])
    H = sigmoid(Z1)
    Z2 = np.add(np.dot(H, weights['W2']), weights['b2'])
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    m = X.shape[1]  # number of training examples
    Y, Z2, H, Z1 = forward_propagation(X, weights)

    L = np.sum(np.square(np.subtract(Y, Y_T))) / (2 * m)

    dY = np.subtract(Y, Y_T) / m
    dZ2 = dY * Y * (1 - Y)
    dW2 = np.dot(dZ2, H)
    db2 = np.sum(dZ2)
    dH = np.multiply.outer(dZ2, weights['W2'])
    dZ1 = dH * H * (1 - H)
    dW1 = np.dot(dZ1.T, X)
    db1 = np.sum(dZ1, axis=0)

    gradients = {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}
    return gradients, L
