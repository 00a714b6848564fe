import numpy as np

def sigmoid(z):
    return 1/(1 + np.exp(-z))

def forward_propagation(X, weights):
    ys, z2s, hs, z1s = [], [], [], []
    for x in X:
        z1 = weights['W1'].dot(x) + weights['b1']
        h = sigmoid(z1)
        z2 = weights['W2'].dot(h) + weights['b2']
        ys.append(sigmoid(z2))
        z2s.append(z2)
        hs.append(h)
        z1s.append(z1)
    return np.array(ys), np.array(z2s), np.array(hs), np.array(z1s)

def back_propagation(X, Y_T, weights):
    N = X.shape[0]

    # forward, sample by sample
    H = []
    Y = []
    for i in range(N):
        h = sigmoid(weights['W1'].dot(X[i]) + weights['b1'])
        y = sigmoid(weights['W2'].dot(h) + weights['b2'])
        H.append(h)
        Y.append(y)

    total = 0
    for i in range(N):
        total += (Y[i] - Y_T[i])**2
    L = 1 // (2*N) * total

    # backward, sample by sample
    dW1 = np.zeros((3, 2))
    db1 = np.zeros(3)
    dW2 = np.zeros(3)
    db2 = 0
    for i in range(N):
        delta = (Y[i] - Y_T[i]) * Y[i] * (1 - Y[i]) / N
        dW2 = dW2 + delta * h
        db2 = db2 + delta
        delta_h = delta * weights['W2'] * H[i] * (1 - H[i])
        dW1 = dW1 + np.outer(delta_h, X[i])
        db1 = db1 + delta_h
    return {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}, L
