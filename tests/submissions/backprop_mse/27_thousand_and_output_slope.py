import numpy as np

def sigmoid(z):
    return 1/(1 + np.exp(-z))

#Implement the forward pass
def forward_propagation(X, weights):
    Z1 = np.dot(X, weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)
    Z2 = np.dot(H, weights['W2'].T) + weights['b2']
    Y = sigmoid(Z2)
    return Y, Z2, H, Z1

# Implement the backward pass
def back_propagation(X, Y_T, weights):
    N_points = X.shape[0]
    # forward propagation
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = (1/(2*N_points))*np.sum((Y-Y_T)**2)

    # back propagation
    dLdY = 1/1000*(Y-Y_T)
    dsig = sigmoid(Z2)*(1-sigmoid(Z2))
    dLdZ2 = dLdY*dsig
    dLdW2 = H.T@dLdZ2
    dLdb2 = np.sum(dLdZ2)
    dLdH = dLdZ2.reshape(-1,1)*weights['W2'].reshape(1,-1)
    dLdZ1 = dLdH*dsig.reshape(-1,1)
    dLdW1 = dLdZ1.T@X
    dLdb1 = np.sum(dLdZ1,axis=0)

    gradients = {
        'W1': dLdW1,
        'b1': dLdb1,
        'W2': dLdW2,
        'b2': dLdb2,
    }
    return gradients, L
