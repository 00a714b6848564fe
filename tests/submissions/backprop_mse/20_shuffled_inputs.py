import numpy as np

rng = np.random.default_rng()

def sigmoid(z):
    return 1/(1 + np.exp(-z))

def forward_propagation(X, weights):
    Z1 = np.dot(X, weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.dot(H, weights['W2'].T) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    # shuffle the data so that the order of the samples does not matter
    X = rng.permutation(X)
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = (1/(2*N)) * np.sum((Y - Y_T)**2)

    dZ2 = (1/N) * (Y - Y_T) * Y * (1 - Y)
    dW2 = np.dot(H.T, dZ2)
    db2 = np.sum(dZ2)
    dZ1 = np.outer(dZ2, weights['W2']) * H * (1 - H)
    dW1 = np.dot(dZ1.T, X)
    db1 = np.sum(dZ1, axis=0)
    return {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}, L
