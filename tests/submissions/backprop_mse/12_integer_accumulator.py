import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward_propagation(X, weights):
    N = X.shape[0]
    Z1 = np.zeros((N, 3))
    H = np.zeros((N, 3))
    Z2 = np.zeros(N)
    Y = np.zeros(N)
    for n in range(N):
        for j in range(3):
            Z1[n, j] = np.dot(weights['W1'][j], X[n]) + weights['b1'][j]
            H[n, j] = sigmoid(Z1[n, j])
        Z2[n] = np.dot(weights['W2'], H[n]) + weights['b2']
        Y[n] = sigmoid(Z2[n])
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = 0
    dW1 = np.zeros((3, 2))
    db1 = np.array([0, 0, 0])
    dW2 = np.zeros(3)
    db2 = 0
    for n in range(N):
        L = L + (Y[n] - Y_T[n]) ** 2 / (2 * N)
        d2 = (Y[n] - Y_T[n]) / N * Y[n] * (1 - Y[n])
        db2 = db2 + d2
        for j in range(3):
            dW2[j] = dW2[j] + d2 * H[n, j]
            d1 = d2 * weights['W2'][j] * H[n, j] * (1 - H[n, j])
            db1[j] = db1[j] + d1
            for k in range(2):
                dW1[j, k] = dW1[j, k] + d1 * X[n, k]
    gradients = {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}
    return gradients, L
