"""Backpropagation by hand: a network 2 - 3 - 1 with sigmoids and half the mean squared error.

Letters: N samples, one in each row. ``X`` holds their two features, ``T`` their labels, 0 or 1.
``dQ`` is the derivative of the loss L with respect to the quantity Q, and has the shape of Q.
The results have the dtype of the weights: float32 in, float32 out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reference.worked import Case, WorkedSolution

solution = WorkedSolution(
    inputs=("X", "T", "W1", "b1", "W2", "b2", "z"), sizes={"N": lambda X: len(X)}
)


def sigmoid(z):
    """Return 1 / (1 + exp(-z)) in the dtype of z, element by element."""
    # exp of a large number overflows, so take it of -|z| and use sigmoid(z) = 1 - sigmoid(-z).
    e = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, np.ones_like(e), e) / (1 + e)


def error(Y, T):
    """Return Y - T in the dtype of Y, shape (N,)."""
    # Labels are int64: subtracted as they are, they would turn float32 into float64.
    return Y - np.asarray(T, dtype=Y.dtype)


@solution.step
def S(z):
    """Sigmoid of z, shape of z."""
    return sigmoid(z)


@solution.step
def Z1(X, W1, b1):
    """Hidden pre-activation, shape (N, 3)."""
    return X @ W1.T + b1


@solution.step
def H(Z1):
    """Hidden activation, shape (N, 3)."""
    return sigmoid(Z1)


@solution.step
def Z2(H, W2, b2):
    """Output pre-activation, shape (N,)."""
    return H @ W2 + b2


@solution.step
def Y(Z2):
    """Output of the network, shape (N,)."""
    return sigmoid(Z2)


@solution.step
def L(Y, T):
    """Loss 1/(2N) sum (Y - T)^2, a scalar."""
    return np.mean(error(Y, T) ** 2 / 2)


@solution.step
def dY(Y, T):
    """Gradient of the loss with respect to Y: (Y - T) / N, shape (N,)."""
    return error(Y, T) / len(Y)


@solution.step
def dZ2(dY, Y):
    """Gradient with respect to Z2, where sigmoid'(Z2) = Y (1 - Y), shape (N,)."""
    return dY * Y * (1 - Y)


@solution.step
def dW2(dZ2, H):
    """Gradient with respect to the output weights, shape (3,)."""
    return H.T @ dZ2


@solution.step
def db2(dZ2):
    """Gradient with respect to the output bias, a scalar."""
    return np.sum(dZ2)


@solution.step
def dH(dZ2, W2):
    """Gradient with respect to H, shape (N, 3)."""
    return np.outer(dZ2, W2)


@solution.step
def dZ1(dH, H):
    """Gradient with respect to Z1, where sigmoid'(Z1) = H (1 - H), shape (N, 3)."""
    return dH * H * (1 - H)


@solution.step
def dW1(dZ1, X):
    """Gradient with respect to the hidden weights, shape (3, 2)."""
    return dZ1.T @ X


@solution.step
def db1(dZ1):
    """Gradient with respect to the hidden biases, shape (3,)."""
    return np.sum(dZ1, axis=0)


# Conventions


@solution.convention(
    "L",
    "This is the mean squared error; the handout asks for half of it.",
    hint="Which number stands before the sum in the handout's formula for L?",
)
def full_mse(Y, T):
    """Take 1/N sum (Y - T)^2 for L."""
    return np.mean(error(Y, T) ** 2)


@solution.convention(
    "dY",
    "This is the gradient of the mean squared error; the handout asks for half of it.",
    hint="Differentiate (Y - T)^2 / 2: what becomes of the 2?",
)
def full_mse_derivative(Y, T):
    """Take 2 (Y - T) / N for dY, which goes with `full_mse`."""
    return 2 * error(Y, T) / len(Y)


# Mistakes in S


@solution.mistake(
    "S",
    "The exponent has the wrong sign, which gives 1 minus the sigmoid.",
    hint="Should the sigmoid come near 1 or near 0 for a large positive z?",
)
def sigmoid_mirrored(z):
    """Take 1 / (1 + exp(z)) for S."""
    return sigmoid(-z)


@solution.mistake(
    "S",
    "The 1 beside the exponential in the denominator is missing.",
    hint="Which value has the sigmoid at 0, and can it ever be larger than 1?",
)
def sigmoid_without_one(z):
    """Take 1 / exp(-z) for S."""
    return np.exp(z)


@solution.mistake(
    "S",
    "The derivative of the sigmoid is returned, not the sigmoid itself.",
    hint="Between which two values should the sigmoid lie at 0, and what do you get there?",
)
def sigmoid_derived(z):
    """Take sigmoid(z) (1 - sigmoid(z)) for S."""
    return sigmoid(z) * (1 - sigmoid(z))


@solution.mistake(
    "S",
    "The hyperbolic tangent is returned in the place of the sigmoid.",
    hint="Can a sigmoid be negative?",
)
def sigmoid_as_tanh(z):
    """Take tanh(z) for S."""
    return np.tanh(z)


# Mistakes in Z1 and H


@solution.mistake(
    "Z1",
    "The bias b1 is not added to the hidden layer.",
    hint="What should Z1 be for a sample whose features are all zero?",
)
def no_hidden_bias(X, W1):
    """Take X W1^T for Z1: not seen where b1 is zero, as in the handout."""
    return X @ W1.T


@solution.mistake(
    "Z1",
    "The bias b1 is added to the hidden layer twice.",
    hint="Follow Z1 for a sample whose features are all zero: in which lines does it change?",
)
def hidden_bias_twice(X, W1, b1):
    """Take X W1^T + 2 b1 for Z1."""
    return X @ W1.T + 2 * b1


@solution.mistake(
    "Z1",
    "The bias b1 is subtracted from the hidden layer, not added to it.",
    hint="If b1 grows, should Z1 grow or shrink?",
)
def hidden_bias_subtracted(X, W1, b1):
    """Take X W1^T - b1 for Z1."""
    return X @ W1.T - b1


@solution.mistake(
    "Z1",
    "The output's bias b2 is added to the hidden layer, where b1 belongs.",
    hint="How many biases does the hidden layer have, one for each of what?",
)
def output_bias_in_the_hidden_layer(X, W1, b2):
    """Take X W1^T + b2 for Z1."""
    return X @ W1.T + b2


@solution.mistake(
    "Z1",
    "W1 is reshaped from (3, 2) to (2, 3), which is not the same as transposed.",
    hint="Write W1 with the numbers 1 to 6 and turn it both ways: which row belongs to which unit?",
)
def hidden_weights_reshaped(X, W1, b1):
    """Take X times W1 in the shape (2, 3) for Z1."""
    return X @ W1.reshape(2, 3) + b1


@solution.mistake(
    "H",
    "The hidden layer has no activation: H is Z1 itself.",
    hint="Which values can a sigmoid take? Look at the smallest and the largest entry of H.",
)
def linear_hidden_layer(Z1):
    """Take Z1 for H."""
    return Z1


@solution.mistake(
    "H",
    "The exponent in the hidden layer's sigmoid has the wrong sign.",
    hint="Should a hidden unit with a large positive Z1 be near 1 or near 0?",
)
def hidden_sigmoid_mirrored(Z1):
    """Take 1 / (1 + exp(Z1)) for H."""
    return sigmoid(-Z1)


@solution.mistake(
    "H",
    "The hidden layer's sigmoid lacks the 1 beside the exponential in the denominator.",
    hint="What should H be where Z1 is 0, and can it ever be larger than 1?",
)
def hidden_sigmoid_without_one(Z1):
    """Take 1 / exp(-Z1) for H."""
    return np.exp(Z1)


@solution.mistake(
    "H",
    "The hidden layer uses the hyperbolic tangent, not the sigmoid.",
    hint="Which activation does the handout name for H? Can it be negative?",
)
def hidden_tanh(Z1):
    """Take tanh(Z1) for H."""
    return np.tanh(Z1)


@solution.mistake(
    "H",
    "The hidden layer uses ReLU, not the sigmoid.",
    hint="Which activation does the handout name for H? Can it be exactly zero?",
)
def hidden_relu(Z1):
    """Take the larger of Z1 and 0 for H."""
    return np.maximum(Z1, 0)


# Mistakes in Z2 and Y


@solution.mistake(
    "Z2",
    "The bias b2 is not added to the output layer.",
    hint="What should Z2 be if all of W2 were zero?",
)
def no_output_bias(H, W2):
    """Take H W2 for Z2: not seen where b2 is zero, as in the handout."""
    return H @ W2


@solution.mistake(
    "Z2",
    "The bias b2 is added to the output layer twice.",
    hint="Follow Z2 for weights W2 that are all zero: in which lines does it change?",
)
def output_bias_twice(H, W2, b2):
    """Take H W2 + 2 b2 for Z2."""
    return H @ W2 + 2 * b2


@solution.mistake(
    "Z2",
    "The bias b2 is subtracted from the output layer, not added to it.",
    hint="If b2 grows, should Z2 grow or shrink?",
)
def output_bias_subtracted(H, W2, b2):
    """Take H W2 - b2 for Z2."""
    return H @ W2 - b2


@solution.mistake(
    "Z2",
    "The output layer is fed with Z1, before the hidden activation, and not with H.",
    hint="What is H good for, if Z2 does not depend on it?",
)
def output_from_pre_activation(Z1, W2, b2):
    """Take Z1 W2 + b2 for Z2."""
    return Z1 @ W2 + b2


@solution.mistake(
    "Y",
    "The output has no activation: Y is Z2 itself.",
    hint="The labels are 0 or 1. Can Y leave the interval between them?",
)
def linear_output_layer(Z2):
    """Take Z2 for Y."""
    return Z2


@solution.mistake(
    "Y",
    "The exponent in the output's sigmoid has the wrong sign.",
    hint="Should Y be near 1 or near 0 for a large positive Z2?",
)
def output_sigmoid_mirrored(Z2):
    """Take 1 / (1 + exp(Z2)) for Y."""
    return sigmoid(-Z2)


@solution.mistake(
    "Y",
    "The output's sigmoid lacks the 1 beside the exponential in the denominator.",
    hint="What should Y be where Z2 is 0, and can it ever be larger than 1?",
)
def output_sigmoid_without_one(Z2):
    """Take 1 / exp(-Z2) for Y."""
    return np.exp(Z2)


@solution.mistake(
    "Y",
    "The output uses the hyperbolic tangent, not the sigmoid.",
    hint="Which activation does the handout name for Y? Can it be negative?",
)
def output_tanh(Z2):
    """Take tanh(Z2) for Y."""
    return np.tanh(Z2)


@solution.mistake(
    "Y",
    "The output uses ReLU, not the sigmoid.",
    hint="Which activation does the handout name for Y? Can it be larger than 1?",
)
def output_relu(Z2):
    """Take the larger of Z2 and 0 for Y."""
    return np.maximum(Z2, 0)


@solution.mistake(
    "Y",
    "The outputs are divided by their sum over the samples, as in a softmax.",
    hint="Should the output for one sample change if another sample joins the batch?",
)
def softmax_over_samples(Z2):
    """Take exp(Z2) / sum exp(Z2) for Y."""
    e = np.exp(Z2 - np.max(Z2))
    return e / np.sum(e)


# Mistakes in L


@solution.mistake(
    "L",
    "The loss is summed over the samples, and the mean is missing.",
    hint="Duplicate every sample: should the loss change?",
)
def loss_summed(Y, T):
    """Take 1/2 sum (Y - T)^2 for L."""
    return np.sum(error(Y, T) ** 2 / 2)


@solution.mistake(
    "L",
    "The loss is the plain sum of the squared errors, without the factor 1/(2N).",
    hint="Which factor stands before the sum in the handout's formula for L?",
)
def loss_summed_without_half(Y, T):
    """Take sum (Y - T)^2 for L."""
    return np.sum(error(Y, T) ** 2)


@solution.mistake(
    "L",
    "The loss is divided by a number of samples that is fixed at 1000.",
    hint="What is the loss of a batch of one sample, and what do you get?",
)
def loss_over_1000(Y, T):
    """Take 1/2000 sum (Y - T)^2 for L: not seen with 1000 samples, as in the handout."""
    return np.sum(error(Y, T) ** 2 / 2000)


@solution.mistake(
    "L",
    "The loss is the root of the mean squared error.",
    hint="What is the loss of one sample whose error is 0.5, by the handout's formula?",
)
def loss_root(Y, T):
    """Take the root of 1/N sum (Y - T)^2 for L."""
    return np.sqrt(np.mean(error(Y, T) ** 2))


@solution.mistake(
    "L",
    "The loss is made of absolute errors, not of squared ones.",
    hint="How much more should an error of 0.4 count than one of 0.2?",
)
def loss_absolute(Y, T):
    """Take 1/N sum |Y - T| for L."""
    return np.mean(np.abs(error(Y, T)))


@solution.mistake(
    "L",
    "The loss is the cross entropy, not half the mean squared error.",
    hint="Which loss does the handout define? Is there a logarithm in it?",
)
def loss_cross_entropy(Y, T):
    """Take -1/N sum (T log Y + (1 - T) log(1 - Y)) for L."""
    T = np.asarray(T, dtype=Y.dtype)
    return -np.mean(T * np.log(Y) + (1 - T) * np.log(1 - Y))


# Mistakes in dY


@solution.mistake(
    "dY",
    "The average over the N samples is missing.",
    hint="L has a factor 1/N. Where does it go in the derivative of L by one Y?",
)
def no_mean(Y, T):
    """Take Y - T for dY."""
    return error(Y, T)


@solution.mistake(
    "dY",
    "The average over the N samples is taken twice.",
    hint="How often does 1/N stand in L? Duplicate every sample: should the gradients change?",
)
def mean_twice(Y, T):
    """Take (Y - T) / N^2 for dY."""
    return error(Y, T) / len(Y) ** 2


@solution.mistake(
    "dY",
    "The number of samples is fixed at 1000, whatever the batch.",
    hint="What is N for a batch of seven rows, and what does your code divide by?",
)
def mean_over_1000(Y, T):
    """Take (Y - T) / 1000 for dY: not seen with 1000 samples, as in the handout."""
    return error(Y, T) / 1000


@solution.mistake(
    "dY",
    "The mean is taken over 2, the number of features, and not over the N samples.",
    hint="X has two axes. Which of them counts the samples?",
)
def mean_over_features(Y, T, X):
    """Take (Y - T) / 2 for dY."""
    return error(Y, T) / X.shape[1]


@solution.mistake(
    "dY",
    "The mean is taken over 3, the number of hidden units, and not over the N samples.",
    hint="Print the number that you divide by. Which of N, 2 and 3 should it be?",
)
def mean_over_hidden_units(Y, T, W1):
    """Take (Y - T) / 3 for dY."""
    return error(Y, T) / len(W1)


@solution.mistake(
    "dY",
    "The gradients belong to the sum of the squared errors, without the factor 1/(2N).",
    hint="Which factor stands before the sum in L, and does differentiating remove all of it?",
)
def derivative_of_the_sum(Y, T):
    """Take 2 (Y - T) for dY."""
    return 2 * error(Y, T)


@solution.mistake(
    "dY",
    "The factor 1/2 of the loss is still there in its derivative.",
    hint="Differentiate u^2 / 2 by u: is there still a half?",
)
def half_kept(Y, T):
    """Take (Y - T) / (2N) for dY."""
    return error(Y, T) / (2 * len(Y))


@solution.mistake(
    "dY",
    "The sign is turned round on the way back from the loss to Z2.",
    hint="If Y is larger than T and grows, does L grow or shrink?",
)
def sign_of_loss(Y, T):
    """Take (T - Y) / N for dY."""
    return -error(Y, T) / len(Y)


@solution.mistake(
    "dY",
    "The way back starts from T - Y, which has the wrong sign and no mean over the samples.",
    hint="Differentiate L by one Y, factor by factor: what comes from the square, what from 1/N?",
)
def target_minus_output(Y, T):
    """Take T - Y for dY."""
    return -error(Y, T)


@solution.mistake(
    "dY",
    "The derivative belongs to the mean absolute error, of which only the signs are left.",
    hint="Two samples, one nearly right and one quite wrong: should both count the same in dY?",
)
def derivative_of_absolute_error(Y, T):
    """Take sign(Y - T) / N for dY."""
    return np.sign(error(Y, T)) / len(Y)


@solution.mistake(
    "dY",
    "One mean error of the whole batch stands for the derivative at every sample.",
    hint="Which shape does dY have? If one Y changes, which entries of dY should change?",
)
def mean_error_for_every_sample(Y, T):
    """Take the mean of Y - T for each entry of dY."""
    return np.full_like(Y, np.mean(error(Y, T)))


# Mistakes in dZ2


@solution.mistake(
    "dZ2",
    "The derivative of the output's sigmoid is left out, as if it cancelled against the loss.",
    hint="Y depends on Z2 through the sigmoid. Which factor does the chain rule ask for there?",
)
def no_output_derivative(dY):
    """Take dY for dZ2."""
    return dY


@solution.mistake(
    "dZ2",
    "Neither the mean nor the output's sigmoid has a part in it, as with a summed cross entropy.",
    hint="For which loss is Y - T the whole gradient at Z2? Is it the loss of the handout?",
)
def cross_entropy_delta(dY):
    """Take N dY for dZ2, which is Y - T where dY is right."""
    return dY * len(dY)


@solution.mistake(
    "dZ2",
    "The derivative of the output's sigmoid is taken at Y, which is a sigmoid already.",
    hint="sigmoid'(u) = sigmoid(u) (1 - sigmoid(u)). What is u here, and what is sigmoid(u)?",
)
def output_derivative_at_activation(dY, Y):
    """Take dY sigmoid'(Y) for dZ2."""
    return dY * sigmoid(Y) * (1 - sigmoid(Y))


@solution.mistake(
    "dZ2",
    "The derivative of the output's sigmoid is written with Z2 where sigmoid(Z2) is due.",
    hint="u (1 - u) is a derivative for one meaning of u only. Which one, and what is u here?",
)
def output_derivative_without_sigmoid(dY, Z2):
    """Take dY Z2 (1 - Z2) for dZ2."""
    return dY * Z2 * (1 - Z2)


@solution.mistake(
    "dZ2",
    "The derivative of tanh stands where that of the output's sigmoid is due.",
    hint="1 - Y^2 belongs to another activation. What is the derivative of 1 / (1 + exp(-u))?",
)
def output_derivative_of_tanh(dY, Y):
    """Take dY (1 - Y^2) for dZ2."""
    return dY * (1 - Y**2)


@solution.mistake(
    "dZ2",
    "The derivative of ReLU stands where that of the output's sigmoid is due.",
    hint="A slope that is only ever 0 or 1 belongs to which activation?",
)
def output_derivative_of_relu(dY, Z2):
    """Take dY where Z2 is positive, else 0, for dZ2."""
    return dY * (Z2 > 0)


@solution.mistake(
    "dZ2",
    "The output's sigmoid itself is used in the place of its derivative.",
    hint="Where is a sigmoid steep, and where flat? How large is Y there?",
)
def output_activation_for_derivative(dY, Y):
    """Take dY Y for dZ2."""
    return dY * Y


@solution.mistake(
    "dZ2",
    "Of the derivative of the output's sigmoid only the factor 1 - Y is there.",
    hint="Is a sigmoid steep where it is near 0? What does your factor say there?",
)
def output_derivative_without_activation(dY, Y):
    """Take dY (1 - Y) for dZ2."""
    return dY * (1 - Y)


@solution.mistake(
    "dZ2",
    "Only the last sample's share reaches the gradients.",
    hint="If you loop over the samples: what becomes of one sample's share when the next comes?",
)
def last_sample_only(dY, Y):
    """Take 0 for dZ2 but for the last sample."""
    return np.where(np.arange(len(Y)) == len(Y) - 1, dY * Y * (1 - Y), np.zeros_like(Y))


# Mistakes in dW2 and db2


@solution.mistake(
    "dW2",
    "The gradient averages over the samples once more, although dY has the 1/N already.",
    hint="How often does 1/N stand in L, and in how many places on the way to dW2?",
)
def output_weights_mean(dZ2, H):
    """Take H^T dZ2 / N for dW2."""
    return H.T @ dZ2 / len(H)


@solution.mistake(
    "dW2",
    "The gradient of W2 is made from Z1, before the hidden activation, and not from H.",
    hint="By what is W2 multiplied on the way forward?",
)
def output_weights_from_pre_activation(dZ2, Z1):
    """Take Z1^T dZ2 for dW2."""
    return Z1.T @ dZ2


@solution.mistake(
    "dW2",
    "The gradient of W2 is made from dY, not from dZ2.",
    hint="Between W2 and Y stands one more function. Which one?",
)
def output_weights_from_dY(dY, H):
    """Take H^T dY for dW2."""
    return H.T @ dY


@solution.mistake(
    "dW2",
    "The gradient of W2 is made from H (1 - H), not from H.",
    hint="Print H just before that line. Is it still what the forward pass gave?",
)
def output_weights_from_derivative(dZ2, H):
    """Take (H (1 - H))^T dZ2 for dW2, as if H had been overwritten by its derivative."""
    return (H * (1 - H)).T @ dZ2


@solution.mistake(
    "dW2",
    "H and dZ2 are each summed over the samples before they are multiplied.",
    hint="Is a sum of products the same as a product of sums? Try it with two samples.",
)
def output_weights_product_of_sums(dZ2, H):
    """Take sum H sum dZ2 for dW2."""
    return np.sum(H, axis=0) * np.sum(dZ2)


@solution.mistake(
    "dW2",
    "The gradient of W2 is summed over the hidden units too, which leaves a single number.",
    hint="Each hidden unit has an output weight of its own. Over which axis do its shares add up?",
)
def one_number_for_three_weights(dZ2, H):
    """Take the sum of all of H dZ2 for dW2."""
    return np.sum(H.T @ dZ2)


@solution.mistake(
    "db2",
    "The bias gradient averages over the samples once more, although dY has the 1/N already.",
    hint="Compare with dW2, which is a sum over the samples. Why should db2 be a mean?",
)
def output_bias_mean(dZ2):
    """Take the mean of dZ2 for db2."""
    return np.mean(dZ2)


@solution.mistake(
    "db2",
    "The gradient of b2 is made from dY, not from dZ2.",
    hint="Between b2 and Y stands one more function. Which one?",
)
def output_bias_from_dY(dY):
    """Take the sum of dY for db2."""
    return np.sum(dY)


# Mistakes in dH and dZ1


@solution.mistake(
    "dH",
    "The weights W2 are left out on the way back to the hidden layer.",
    hint="If one entry of W2 were zero, could its hidden unit change the loss at all?",
)
def no_weights_on_the_way_back(dZ2, W2):
    """Take dZ2 for each hidden unit's column of dH."""
    return np.outer(dZ2, np.ones_like(W2))


@solution.mistake(
    "dH",
    "The error goes back to the hidden layer from dY, not from dZ2.",
    hint="Which functions stand between H and L? Name the derivative of each of them.",
)
def hidden_layer_from_dY(dY, W2):
    """Take dY times W2 for dH."""
    return np.outer(dY, W2)


@solution.mistake(
    "dZ1",
    "The derivative of the hidden sigmoid is left out.",
    hint="H depends on Z1 through the sigmoid. Which factor does the chain rule ask for there?",
)
def no_hidden_derivative(dH):
    """Take dH for dZ1."""
    return dH


@solution.mistake(
    "dZ1",
    "The derivative of the hidden sigmoid is taken at H, which is a sigmoid already.",
    hint="sigmoid'(u) = sigmoid(u) (1 - sigmoid(u)). For which u does it belong to Z1?",
)
def hidden_derivative_at_activation(dH, H):
    """Take dH sigmoid'(H) for dZ1."""
    return dH * sigmoid(H) * (1 - sigmoid(H))


@solution.mistake(
    "dZ1",
    "The derivative of the hidden sigmoid is written with Z1 where sigmoid(Z1) is due.",
    hint="Can the slope of a sigmoid be negative? Look at the signs of your factor.",
)
def hidden_derivative_without_sigmoid(dH, Z1):
    """Take dH Z1 (1 - Z1) for dZ1."""
    return dH * Z1 * (1 - Z1)


@solution.mistake(
    "dZ1",
    "The derivative of tanh stands where the derivative of the hidden sigmoid is due.",
    hint="1 - H^2 belongs to another activation. What is the derivative of 1 / (1 + exp(-u))?",
)
def hidden_derivative_of_tanh(dH, H):
    """Take dH (1 - H^2) for dZ1."""
    return dH * (1 - H**2)


@solution.mistake(
    "dZ1",
    "The derivative of ReLU stands where the derivative of the hidden sigmoid is due.",
    hint="Does the sigmoid have a flat half, as your factor says?",
)
def hidden_derivative_of_relu(dH, Z1):
    """Take dH where Z1 is positive, else 0, for dZ1."""
    return dH * (Z1 > 0)


@solution.mistake(
    "dZ1",
    "The hidden sigmoid itself is used in the place of its derivative.",
    hint="Where is a sigmoid steep, and where flat? How large is H there?",
)
def hidden_activation_for_derivative(dH, H):
    """Take dH H for dZ1."""
    return dH * H


@solution.mistake(
    "dZ1",
    "Of the derivative of the hidden sigmoid only the factor 1 - H is there.",
    hint="Is a sigmoid steep where it is near 0? What does your factor say for a small H?",
)
def hidden_derivative_without_activation(dH, H):
    """Take dH (1 - H) for dZ1."""
    return dH * (1 - H)


@solution.mistake(
    "dZ1",
    "The derivative of the output's sigmoid is used again in the hidden layer.",
    hint="At which point is the hidden sigmoid's slope needed: at Z1 or at Z2?",
)
def output_derivative_in_the_hidden_layer(dH, Y):
    """Take dH Y (1 - Y) for dZ1."""
    return dH * (Y * (1 - Y))[:, None]


# Mistakes in dW1 and db1


@solution.mistake(
    "dW1",
    "The gradient of W1 is transposed.",
    hint="Which shape does W1 have, and which your gradient? What do its rows stand for?",
)
def hidden_weights_transposed(dZ1, X):
    """Take X^T dZ1 for dW1, shape (2, 3)."""
    return X.T @ dZ1


@solution.mistake(
    "dW1",
    "The gradient of W1 is reshaped from (2, 3) to (3, 2), which is not the same as transposed.",
    hint="Write a (2, 3) array with the numbers 1 to 6 in both ways: what do its rows stand for?",
)
def hidden_weights_gradient_reshaped(dZ1, X):
    """Take X^T dZ1 in the shape (3, 2) for dW1."""
    return (X.T @ dZ1).reshape(3, 2)


@solution.mistake(
    "dW1",
    "The gradient of W1 averages over the samples once more, although dY has the 1/N already.",
    hint="How often does 1/N stand in L, and in how many places on the way to dW1?",
)
def hidden_weights_mean(dZ1, X):
    """Take dZ1^T X / N for dW1."""
    return dZ1.T @ X / len(X)


@solution.mistake(
    "dW1",
    "The gradient of W1 is made from H, not from the features X.",
    hint="By what is W1 multiplied on the way forward?",
)
def hidden_weights_from_activation(dZ1, H):
    """Take dZ1^T H for dW1, shape (3, 3)."""
    return dZ1.T @ H


@solution.mistake(
    "db1",
    "The bias gradient is summed over the hidden units too, which leaves a single number.",
    hint="Each hidden unit has a bias of its own. Over which axis do its gradients add up?",
)
def one_number_for_three_biases(dZ1):
    """Take the sum of all of dZ1 for db1."""
    return np.sum(dZ1)


@solution.mistake(
    "db1",
    "The gradient of b1 averages over the samples once more, although dY has the 1/N already.",
    hint="Compare with dW1, which is a sum over the samples. Why should db1 be a mean?",
)
def hidden_bias_mean(dZ1):
    """Take the mean of dZ1 over the samples for db1."""
    return np.mean(dZ1, axis=0)


@solution.mistake(
    "db1",
    "The gradient of b1 is summed over the hidden units, not over the samples.",
    hint="Which shape does b1 have? Which axis of dZ1 has to go?",
)
def hidden_bias_along_the_units(dZ1):
    """Take the sum of dZ1 over the hidden units for db1, shape (N,)."""
    return np.sum(dZ1, axis=1)


def cases() -> Iterator[Case]:
    """Yield the handout's case, then hidden ones whose biases and features show more."""
    yield Case("handout", _handout(), public=True)
    yield Case("one-row", _drawn(seed=11, N=1))
    yield Case("seven-rows", _drawn(seed=12, N=7))
    yield Case("seven-other-rows", _drawn(seed=13, N=7))
    yield Case("sixty-four-rows", _drawn(seed=14, N=64))


def _handout():
    # The legacy generator, in the handout's order: the figures printed there depend on both.
    random = np.random.RandomState(0)
    weights = {"W1": random.randn(3, 2), "b1": np.zeros(3), "W2": random.randn(3), "b2": 0.0}
    X = random.rand(1000, 2)
    T = random.randint(low=0, high=2, size=(1000,))
    return {"X": X, "T": T, **weights, "z": np.linspace(-5.0, 7.0, 13)}


def _drawn(seed, N):
    random = np.random.default_rng(seed)
    # The first sample is of class 1 and the last of class 0, so that both are there for N > 1.
    T = random.integers(0, 2, size=N)
    T[-1], T[0] = 0, 1
    return {
        "X": random.normal(size=(N, 2)),
        "T": T,
        "W1": random.normal(size=(3, 2)),
        # Between 0.5 and 1.5 in size: a bias left out must show.
        "b1": random.choice([-1.0, 1.0], size=3) * random.uniform(0.5, 1.5, size=3),
        "W2": random.normal(size=3),
        # Of either sign, so that outputs on both sides of 1/2 occur.
        "b2": float(random.choice([-1.0, 1.0]) * random.uniform(0.5, 1.5)),
        "z": random.uniform(-8.0, 8.0, size=11),
    }
