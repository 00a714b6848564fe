import numpy as np

def sigmoid(z):
    return 1/(1 + np.exp(-z))

def forward_propagation(X, weights):
    W1 = np.reshape(weights['W1'], (2, 3))
    Z1 = np.dot(X, W1) + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.dot(H, weights['W2']) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = 1/2*N * np.sum((Y - Y_T)**2)
    grad_Z2 = 1/N * (Y - Y_T) * Y * (1 - Y)
    grad_W2 = np.dot(H.T, grad_Z2)
    grad_b2 = np.sum(grad_Z2)
    grad_H = np.dot(grad_Z2[:, None], weights['W2'][None, :])
    grad_Z1 = grad_H * H * (1 - H)
    grad_W1 = np.dot(grad_Z1.T, X)
    grad_b1 = np.sum(grad_Z1, axis=0)
    gradients = {'W1': grad_W1, 'b1': grad_b1, 'W2': grad_W2, 'b2': grad_b2}
    return gradients, L
