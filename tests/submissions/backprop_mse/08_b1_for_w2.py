import numpy as np

def sigmoid(z):
    return 1/(1 + np.exp(-z))

def forward_propagation(X, weights):
    w1 = weights['W1']
    b1 = weights['b1']
    w2 = weights['W2']
    b2 = weights['b2']
    Z1 = np.dot(X, w1.T) + b1
    H = sigmoid(Z1)
    Z2 = np.dot(H, w2) + b2
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    w1, w2 = weights['W1'], weights['b1']
    N = X.shape[0]

    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = (1/(2*N)) * np.sum((Y - Y_T)**2)

    dL_dY = (1/N) * (Y - Y_T)
    dL_dZ2 = dL_dY * sigmoid(Z2) * (1 - sigmoid(Z2))
    dL_dW2 = np.dot(dL_dZ2, H)
    dL_db2 = np.dot(dL_dZ2, np.ones(N))
    dL_dH = np.dot(dL_dZ2.reshape(-1,1), w2.reshape(1,-1))
    dL_dZ1 = dL_dH * sigmoid(Z1) * (1 - sigmoid(Z1))
    dL_dW1 = np.dot(dL_dZ1.T, X)
    dL_db1 = np.dot(dL_dZ1.T, np.ones(N))

    gradients = {'W1': dL_dW1, 'b1': dL_db1, 'W2': dL_dW2, 'b2': dL_db2}
    return gradients, L
