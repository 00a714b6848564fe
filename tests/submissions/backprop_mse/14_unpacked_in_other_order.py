import numpy as np

def sigmoid(z):
    return 1/(1 + np.exp(-z))

# derivative when the activation is known
def dsigmoid(a):
    return a * (1 - a)

def forward_propagation(X, weights):
    # Z1, H -> hidden layer, Z2, Y -> final layer
    Z1 = np.dot(X, weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.dot(H, weights['W2'].T) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    Y, Z2, Z1, H = forward_propagation(X, weights)
    n = Y.shape[0]
    L = np.dot(Y - Y_T, Y - Y_T) / (2*n)

    dZ2 = (Y - Y_T) / n * dsigmoid(Y)
    dW2 = np.dot(H.T, dZ2)
    db2 = np.sum(dZ2)
    dH = np.outer(dZ2, weights['W2'])
    dZ1 = dH * dsigmoid(H)
    dW1 = np.dot(dZ1.T, X)
    db1 = np.sum(dZ1, axis=0)
    return {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}, L
