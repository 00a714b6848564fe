import numpy as np

def sigmoid(z):
    return 1/(1+np.exp(-z))

def forward_propagation(X, weights):
    Z1 = (weights['W1'] @ X.T).T + weights['b1']
    H = sigmoid(Z1)
    Z2 = H @ weights['W2'] + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    n = X.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    # L = 1/2N sum (target - output)^2
    L = np.sum((Y_T - Y)**2)/(2*n)

    error = (Y_T - Y)/n
    slope_output = Y*(1 - Y)
    slope_hidden = H*(1 - H)
    d_output = error*slope_output
    error_hidden = np.outer(d_output, weights['W2'])
    d_hidden = error_hidden*slope_hidden

    gradients = {}
    gradients['W2'] = H.T.dot(d_output)
    gradients['b2'] = np.mean(d_output)
    gradients['W1'] = d_hidden.T.dot(X)
    gradients['b1'] = np.sum(d_hidden, axis=0)
    return gradients, L
