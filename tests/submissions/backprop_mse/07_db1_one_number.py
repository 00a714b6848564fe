import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward_propagation(X, weights):
    Z1 = np.dot(weights['W1'], X.T).T + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.dot(weights['W2'], H.T) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    # back prop with samples in the columns like in the lecture
    m = X.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    A1 = H.T                      # (3, m)
    A2 = Y.reshape(1, -1)         # (1, m)
    T = Y_T.reshape(1, -1)

    L = 1 / (2 * m) * np.sum((A2 - T) ** 2)

    dZ2 = (A2 - T) * A2 * (1 - A2)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2)
    dZ1 = weights['W2'].reshape(-1, 1).dot(dZ2) * A1 * (1 - A1)
    dW1 = 1 / m * dZ1.dot(X)
    db1 = 1 / m * np.sum(dZ1)

    gradients = {'W1': dW1, 'b1': db1, 'W2': dW2.ravel(), 'b2': db2}
    return gradients, L
