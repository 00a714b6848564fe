import numpy as np

def sigmoid(z):
    return 1/(1+np.exp(-z))

def forward_propagation(X, weights):
    Z1 = X@weights['W1'].T + weights['b1']
    H = sigmoid(Z1)
    Z2 = H@weights['W2'] + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def one_sample(x, t, y, h, W2):
    """gradient of 1/2 (y-t)^2 for a single sample"""
    d_out = (y - t) * y * (1 - y)
    d_hid = d_out * W2 * h * (1 - h)
    return np.outer(d_hid, x), d_hid, d_out * h, d_out

def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = 1/(2*N) * np.sum((Y-Y_T)**2)

    gW1 = np.zeros_like(weights['W1'], dtype=float)
    gb1 = np.zeros(3)
    gW2 = np.zeros(3)
    gb2 = 0.0
    for i in range(0, N-1):
        a, b, c, d = one_sample(X[i], Y_T[i], Y[i], H[i], weights['W2'])
        gW1 += a
        gb1 += b
        gW2 += c
        gb2 += d
    gradients = {'W1': gW1/N, 'b1': gb1/N, 'W2': gW2/N, 'b2': gb2/N}
    return gradients, L
