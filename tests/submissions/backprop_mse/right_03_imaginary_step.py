import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward_propagation(X, weights):
    Z1 = X @ weights['W1'].T + weights['b1']
    H = sigmoid(Z1)
    Z2 = H @ weights['W2'] + weights['b2']
    return sigmoid(Z2), Z2, H, Z1

def cost(theta, X, Y_T):
    weights = {'W1': theta[:6].reshape(3, 2), 'b1': theta[6:9], 'W2': theta[9:12], 'b2': theta[12]}
    r = forward_propagation(X, weights)[0] - Y_T
    return (r * r).sum() / (2 * len(X))

def back_propagation(X, Y_T, weights):
    # f'(x) = Im f(x + ih) / h has no subtraction, so h can be tiny
    theta = np.concatenate([np.ravel(weights[k]) for k in ('W1', 'b1', 'W2', 'b2')])
    h = 1e-40
    g = np.empty(13)
    for i in range(13):
        step = np.zeros(13, dtype=complex)
        step[i] = 1j * h
        g[i] = cost(theta + step, X, Y_T).imag / h
    gradients = {'W1': g[:6].reshape(3, 2), 'b1': g[6:9], 'W2': g[9:12], 'b2': g[12]}
    return gradients, cost(theta, X, Y_T)
