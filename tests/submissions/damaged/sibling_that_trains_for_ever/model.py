import numpy as np
while True:
    pass


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_propagation(X, weights):
    Z1 = X @ weights['W1'].T + weights['b1']
    H = sigmoid(Z1)
    Z2 = H @ weights['W2'] + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1
