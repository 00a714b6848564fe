import numpy as np

def sigmoid(z):
    return 1/(1 + np.exp(-z))

def forward_propagation(X, weights):
    Z1 = np.dot(X, weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.dot(H, weights['W2'].T) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = np.sum((Y - Y_T)**2)/(2*N)

    dLdY = (Y - Y_T)/N
    dYdZ2 = np.gradient(Y, Z2)      # slope of Y over Z2
    dLdZ2 = dLdY*dYdZ2
    dLdW2 = np.dot(dLdZ2, H)
    dLdb2 = np.sum(dLdZ2)

    dLdH = np.outer(dLdZ2, weights['W2'])
    dHdZ1 = H*(1 - H)
    dLdZ1 = dLdH*dHdZ1
    dLdW1 = np.dot(dLdZ1.T, X)
    dLdb1 = np.sum(dLdZ1, axis=0)

    gradients = {'W1': dLdW1, 'b1': dLdb1, 'W2': dLdW2, 'b2': dLdb2}
    return gradients, L
