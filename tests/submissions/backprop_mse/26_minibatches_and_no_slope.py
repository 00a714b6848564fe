import numpy as np

BATCH = 4

def sigmoid(z):
    return 1/(1 + np.exp(-z))

def forward_propagation(X, weights):
    Z1 = np.dot(X, weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.dot(H, weights['W2']) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    Y = forward_propagation(X, weights)[0]
    L = np.sum((Y - Y_T)**2) / (2*N)

    gradients = {'W1': np.zeros((3, 2)), 'b1': np.zeros(3), 'W2': np.zeros(3), 'b2': 0.0}
    # go through the data in small batches and add up
    for k in range(N // BATCH):
        xb = X[k*BATCH:(k+1)*BATCH]
        tb = Y_T[k*BATCH:(k+1)*BATCH]
        yb, z2b, hb, z1b = forward_propagation(xb, weights)
        d2 = (yb - tb)/N * yb*(1 - yb)
        d1 = np.outer(d2, weights['W2'])
        gradients['W2'] += np.dot(d2, hb)
        gradients['b2'] += np.sum(d2)
        gradients['W1'] += np.dot(d1.T, xb)
        gradients['b1'] += np.sum(d1, axis=0)
    return gradients, L
