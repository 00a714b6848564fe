import numpy as np

def sigmoid(z):
    return 1/(1 + np.exp(-z))

def forward_propagation(X, weights):
    Z1 = np.dot(X, weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.dot(H, weights['W2'].T) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

def predict(Y):
    # class 1 if probability is at least 0.5
    return np.where(Y >= 0.5, 1, 0)

def back_propagation(X, Y_T, weights):
    N = X.shape[0]
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    loss = 0
    for y, t in zip(Y, Y_T):
        loss += (y - t)**2
    L = loss/(2*N)

    y_hat = predict(Y)
    dLdY = (y_hat - Y_T)/N
    dYdZ2 = Y*(1-Y)
    dLdZ2 = dLdY*dYdZ2
    dLdW2 = H.T@dLdZ2
    dLdb2 = np.sum(dLdZ2)
    dLdH = dLdZ2.reshape(-1,1)@weights['W2'].reshape(1,-1)
    dLdZ1 = dLdH*(H*(1-H))
    dLdW1 = dLdZ1.T@X
    dLdb1 = np.sum(dLdZ1,axis=0)
    return {'W1':dLdW1,'b1':dLdb1,'W2':dLdW2,'b2':dLdb2}, L
