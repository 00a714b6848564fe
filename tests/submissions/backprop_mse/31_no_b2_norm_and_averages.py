import numpy as np

def sigmoid(z):
    return 1/(1 + np.exp(-z))

def forward_propagation(X, weights):
    Z1 = np.dot(X, weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.dot(H, weights['W2'])
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = np.linalg.norm(Y - Y_T) / (2*N)

    dZ2 = (Y - Y_T) / N * Y * (1 - Y)
    dZ1 = dZ2.reshape(-1, 1) * weights['W2'] * H * (1 - H)

    # hidden layer
    db1 = dZ1.sum(axis=0)
    dW1 = np.outer(db1, X.mean(axis=0))
    # output layer
    db2 = dZ2.sum()
    dW2 = dZ2 @ H

    gradients = {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}
    return gradients, L
