import numpy as np

def sigmoid(z):
    return 1/(1+np.exp(-z))

def sigmoid_derivative(x):
    return sigmoid(x) * (1.0 - sigmoid(x))

def forward_propagation(X, weights):
    Z1 = np.einsum('ni,hi->nh', X, weights['W1']) + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.einsum('nh,h->n', H, weights['W2']) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    n = len(X)
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    diff = Y - Y_T
    L = np.sum(diff**2) / (2*n)

    # output layer
    delta_out = diff / n * sigmoid_derivative(Z2)
    grad_W2 = np.einsum('n,nh->h', delta_out, H)
    grad_b2 = np.einsum('n->', delta_out)

    # hidden layer
    delta_hid = np.einsum('n,h->nh', delta_out, weights['W2']) * sigmoid_derivative(H)
    grad_W1 = np.einsum('nh,ni->hi', delta_hid, X)
    grad_b1 = np.einsum('nh->h', delta_hid)

    return {'W1': grad_W1, 'b1': grad_b1, 'W2': grad_W2, 'b2': grad_b2}, L
