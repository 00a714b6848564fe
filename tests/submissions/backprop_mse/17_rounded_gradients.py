import numpy as np

def sigmoid(z):
    return 1/(1 + np.exp(-z))

def forward_propagation(X, weights):
    Z1 = X @ weights['W1'].T + weights['b1']
    H = sigmoid(Z1)
    Z2 = H @ weights['W2'] + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    N = len(Y_T)
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    err = Y - Y_T
    L = (err**2).sum()/(2*N)

    dZ2 = err/N*Y*(1-Y)
    dZ1 = dZ2[:,None]*weights['W2']*H*(1-H)

    gradients = {
        'W1': dZ1.T @ X,
        'b1': dZ1.sum(0),
        'W2': H.T @ dZ2,
        'b2': dZ2.sum(),
    }
    # nicer output
    for name in gradients:
        gradients[name] = np.round(gradients[name], 3)
    return gradients, L
