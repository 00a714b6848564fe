import numpy as np


def sigmoid(z):
    return 1/(1 + np.exp(-z))


def forward_propagation(X, weights):
    # hidden layer
    Z1 = np.matmul(X, np.transpose(weights["W1"])) + weights["b1"]
    H = np.tanh(Z1)
    # output layer
    Z2 = np.matmul(H, weights["W2"]) + weights["b2"]
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1


def back_propagation(X, Y_T, weights):
    m = X.shape[0]
    (Y, Z2, H, Z1) = forward_propagation(X, weights)

    # cost
    L = np.sum(np.power(Y - Y_T, 2)) / (2 * m)

    dZ2 = (Y - Y_T) * Y * (1 - Y)
    dW2 = (1 / m) * np.matmul(dZ2, H)
    db2 = (1 / m) * np.sum(dZ2)
    dZ1 = np.multiply(dZ2[:, np.newaxis] * weights["W2"], 1 - np.power(H, 2))
    dW1 = (1 / m) * np.matmul(dZ1.T, X)
    db1 = (1 / m) * np.sum(dZ1, axis=0)

    gradients = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
    return gradients, L
