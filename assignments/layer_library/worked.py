"""A layer library: a linear layer 784 -> 10, ReLU, softmax with cross entropy.

Letters: N rows in a batch. ``T`` holds the one-hot labels, the `yhat` of the homework. ``dQ`` is
the derivative of the mean loss with respect to Q, and has the shape of Q. The quantities have the
names that the homework gives them: the gradient for the scores is dz where it leaves the loss, and
da where it leaves ReLU.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reference.activations import leaky_relu, leaky_relu_derivative, relu, softmax, softmax_backward
from reference.worked import Case, WorkedSolution

PIXELS, CLASSES = 784, 10
BRIGHT = 50  # pixels of a case that are not black
BATCH = 32  # of the homework's training: the fixtures have other numbers of rows

solution = WorkedSolution(
    # far: scores that differ by hundreds; X0 to b0: a batch that the layers see before the other
    inputs=("X", "T", "w", "b", "far", "X0", "T0", "w0", "b0"),
    sizes={"N": lambda X: len(X)},
)


def likely(P):
    """Return 1 for each row that holds probabilities, 0 for one that does not, shape (rows,)."""
    with np.errstate(invalid="ignore"):
        right = np.isfinite(P).all(axis=1) & (np.abs(np.sum(P, axis=1) - 1) < 1e-3)
    return right.astype(P.dtype)


@solution.step
def z(X, w, b):
    """Scores that LinearLayer_t.forward returns, shape (N, 10)."""
    return X @ w + b


@solution.step
def h(z):
    """Output of Relu_t.forward: max(0, z), shape (N, 10)."""
    return relu(z)


@solution.step
def y_pred(h):
    """Probabilities that SoftmaxCrossEntropy_t.forward returns, shape (N, 10)."""
    return softmax(h)


@solution.step
def far_rows(far):
    """1 for each row of scores far apart whose softmax holds probabilities, shape (5,)."""
    return likely(softmax(far))


@solution.step
def avg_loss(y_pred, T):
    """Loss -1/N sum yhat log y_pred that SoftmaxCrossEntropy_t.forward returns, a number."""
    return -np.sum(T * np.log(y_pred)) / len(T)


@solution.step
def dz(y_pred, T):
    """Output of SoftmaxCrossEntropy_t.backward: (y_pred - yhat) / N, shape (N, 10)."""
    return (y_pred - T) / len(T)


@solution.step
def da(dz, z):
    """Output of Relu_t.backward: dz where ReLU let through, else 0, shape (N, 10)."""
    return dz * (z > 0)


@solution.step
def dw(X, da):
    """Gradient of the weights that LinearLayer_t.backward sets: a_prev^T da, shape (784, 10)."""
    return X.T @ da


@solution.step
def db(da):
    """Gradient of the biases that LinearLayer_t.backward sets: a sum of rows, shape (1, 10)."""
    return np.sum(da, axis=0, keepdims=True)


@solution.step
def da_prev(da, w):
    """Output of LinearLayer_t.backward: da w^T, shape (N, 784)."""
    return da @ w.T


# Conventions: the 1/N of the mean loss may stand in the linear layer and not in the loss


@solution.convention(
    "dz",
    "SoftmaxCrossEntropy_t.backward leaves out the 1/N of the mean loss, and "
    "LinearLayer_t.backward does not make up for it in both dw and db.",
    hint="avg_loss has one factor 1/N. In which line of your way back does it come in, for dw and "
    "for db?",
)
def sum_in_loss(y_pred, T):
    """Take y_pred - yhat for dz."""
    return y_pred - T


@solution.convention(
    "dw",
    "LinearLayer_t.backward divides dw by the number of rows, which does not fit the rest: either "
    "the loss has divided already, or db is not divided.",
    hint="avg_loss has one factor 1/N. How many are there on the way to dw, and how many to db?",
)
def mean_in_dw(X, da):
    """Take X^T da / N for dw."""
    return X.T @ da / len(X)


@solution.convention(
    "db",
    "LinearLayer_t.backward divides db by the number of rows, which does not fit the rest: either "
    "the loss has divided already, or dw is not divided.",
    hint="avg_loss has one factor 1/N. How many are there on the way to db, and how many to dw?",
)
def mean_in_db(da):
    """Take the mean of da over the rows for db."""
    return np.mean(da, axis=0, keepdims=True)


# Mistakes in LinearLayer_t.forward


@solution.mistake(
    "z",
    "LinearLayer_t.forward does not add the bias.",
    hint="What should come out for an image that is black all over?",
)
def no_bias(X, w):
    """Take X w for the scores."""
    return X @ w


@solution.mistake(
    "z",
    "LinearLayer_t.forward adds the bias twice.",
    hint="Follow an image that is black all over: in which lines does its score change?",
)
def bias_twice(X, w, b):
    """Take X w + 2 b for the scores."""
    return X @ w + 2 * b


@solution.mistake(
    "z",
    "LinearLayer_t.forward subtracts the bias.",
    hint="If an entry of b grows, should the score of its class grow or shrink?",
)
def bias_subtracted(X, w, b):
    """Take X w - b for the scores."""
    return X @ w - b


# Mistakes in Relu_t.forward


@solution.mistake(
    "h",
    "Relu_t.forward returns what came in, the negative entries too.",
    hint="What is max(0, a) for a = -1, and what do you return?",
)
def relu_lets_all_through(z):
    """Take a for max(0, a)."""
    return z


@solution.mistake(
    "h",
    "Relu_t.forward keeps the negative entries and sets the positive ones to zero.",
    hint="Should a unit with a large positive sum be switched on or off?",
)
def relu_mirrored(z):
    """Take min(0, a) for max(0, a)."""
    return np.minimum(z, 0)


@solution.mistake(
    "h",
    "Relu_t.forward returns the absolute values.",
    hint="What is max(0, a) for a = -1, and what do you return?",
)
def relu_absolute(z):
    """Take |a| for max(0, a)."""
    return np.abs(z)


@solution.mistake(
    "h",
    "Relu_t.forward is a leaky ReLU: a hundredth of the negative entries comes through.",
    hint="Which value does max(0, a) have everywhere below zero?",
)
def relu_leaky(z):
    """Take a / 100 below zero."""
    return leaky_relu(z)


# Mistakes in SoftmaxCrossEntropy_t.forward


@solution.mistake(
    "y_pred",
    "The softmax divides by sums over the batch, class by class, not over the classes.",
    hint="Which numbers have to add up to 1: those of one image, or those of one class?",
)
def softmax_over_the_batch(h):
    """Take the softmax along the other axis."""
    return softmax(h.T).T


@solution.mistake(
    "y_pred",
    "The softmax divides by one sum over the whole batch.",
    hint="Add up the probabilities of one image. What do you get for a batch of two images?",
)
def softmax_over_everything(h):
    """Take exp(z) over the sum of all exp(z) of the batch."""
    e = np.exp(h - np.max(h))
    return e / np.sum(e)


@solution.mistake(
    "y_pred",
    "The exponentials are not divided by their sum.",
    hint="Can a probability be larger than 1?",
)
def softmax_without_sum(h):
    """Take exp(z) for the probabilities."""
    return np.exp(h)


@solution.mistake(
    "far_rows",
    "The softmax takes exp of the scores as they are, which overflows or vanishes for large ones.",
    hint="A constant that is subtracted from all scores of a row changes no probability. Which "
    "constant keeps exp from overflowing?",
)
def exp_unshifted(far):
    """Take exp(z) / sum exp(z) as it stands."""
    with np.errstate(all="ignore"):
        e = np.exp(far)
        return likely(e / np.sum(e, axis=1, keepdims=True))


@solution.mistake(
    "far_rows",
    "The softmax subtracts the largest score of the whole batch, and rows far below it become 0/0.",
    hint="What is left of exp in a row whose scores are all 1000 below the largest of the batch?",
)
def shifted_by_the_batch(far):
    """Take the maximum of all rows from each row."""
    with np.errstate(all="ignore"):
        e = np.exp(far - np.max(far))
        return likely(e / np.sum(e, axis=1, keepdims=True))


@solution.mistake(
    "avg_loss",
    "The loss is summed over the rows, and the mean is missing.",
    hint="Put every image into the batch twice: should the average loss change?",
)
def loss_summed(y_pred, T):
    """Take -sum yhat log y_pred."""
    return -np.sum(T * np.log(y_pred))


@solution.mistake(
    "avg_loss",
    "The loss is a mean over all N x 10 entries, so that it is a tenth of the cross entropy.",
    hint="With ten equal probabilities, the loss of one image is log 10 = 2.30. What do you get?",
)
def loss_over_entries(y_pred, T):
    """Take -mean(yhat log y_pred)."""
    return -np.mean(T * np.log(y_pred))


@solution.mistake(
    "avg_loss",
    "The loss is divided by 32, whatever the number of rows that come in.",
    hint="How many rows has the last batch, if 32 does not divide the number of images?",
)
def loss_over_32(y_pred, T):
    """Take -1/32 sum yhat log y_pred."""
    return -np.sum(T * np.log(y_pred)) / BATCH


@solution.mistake(
    "avg_loss",
    "The loss lacks its minus sign.",
    hint="What sign has the logarithm of a probability? Should a loss be positive?",
)
def loss_sign(y_pred, T):
    """Take 1/N sum yhat log y_pred."""
    return np.sum(T * np.log(y_pred)) / len(T)


@solution.mistake(
    "avg_loss",
    "The loss counts the classes that are not the label too, as with ten separate yes-no answers.",
    hint="Which terms of sum yhat log y_pred are left for a one-hot row?",
)
def loss_binary(y_pred, T):
    """Take -1/N sum (yhat log y_pred + (1 - yhat) log(1 - y_pred))."""
    return -np.sum(T * np.log(y_pred) + (1 - T) * np.log(1 - y_pred)) / len(T)


# Mistakes in SoftmaxCrossEntropy_t.backward


@solution.mistake(
    "dz",
    "SoftmaxCrossEntropy_t.backward returns yhat - y_pred, over N: the sign is turned round.",
    hint="If the score of a wrong class grows, does the loss grow or shrink?",
)
def sign_of_the_error(y_pred, T):
    """Take (yhat - y_pred) / N for dz."""
    return (T - y_pred) / len(T)


@solution.mistake(
    "dz",
    "SoftmaxCrossEntropy_t.backward returns yhat - y_pred: with the wrong sign and no mean.",
    hint="Differentiate avg_loss with respect to one score: which sign, and which factor?",
)
def labels_minus_outputs(y_pred, T):
    """Take yhat - y_pred for dz."""
    return T - y_pred


@solution.mistake(
    "dz",
    "SoftmaxCrossEntropy_t.backward does not use the labels.",
    hint="Two images with equal scores and different labels: can their gradients be the same?",
)
def labels_ignored(y_pred):
    """Take y_pred / N for dz."""
    return y_pred / len(y_pred)


@solution.mistake(
    "dz",
    "The mean is taken over the 10 classes, not over the rows.",
    hint="Print the number that you divide by. Is it the number of images in the batch?",
)
def mean_over_classes(y_pred, T):
    """Take (y_pred - yhat) / 10 for dz."""
    return (y_pred - T) / CLASSES


@solution.mistake(
    "dz",
    "The mean is taken over all N x 10 entries, not over the N rows.",
    hint="avg_loss is a mean over what: images, or images times classes?",
)
def mean_over_entries(y_pred, T):
    """Take (y_pred - yhat) / (10 N) for dz."""
    return (y_pred - T) / T.size


@solution.mistake(
    "dz",
    "SoftmaxCrossEntropy_t.backward divides by 32, whatever the number of rows.",
    hint="What do you divide by for a batch of seven images, and what does avg_loss divide by?",
)
def error_over_32(y_pred, T):
    """Take (y_pred - yhat) / 32 for dz."""
    return (y_pred - T) / BATCH


@solution.mistake(
    "dz",
    "The gradient stops at y_pred: the derivative of the softmax is missing.",
    hint="backward is to return the gradient for the scores z. Through which function did they go "
    "before the logarithm was taken?",
)
def gradient_of_probabilities(y_pred, T):
    """Take -yhat / y_pred / N for dz."""
    return -T / y_pred / len(T)


@solution.mistake(
    "dz",
    "The difference y_pred - yhat is sent through the softmax once more.",
    hint="y_pred - yhat comes out where the softmax's derivative is in already. Work it out for "
    "two classes.",
)
def softmax_derived_twice(y_pred, T):
    """Take the softmax's Jacobian times (y_pred - yhat) / N for dz."""
    return softmax_backward((y_pred - T) / len(T), y_pred)


@solution.mistake(
    "dz",
    "The difference y_pred - yhat is multiplied by y_pred (1 - y_pred), a sigmoid's derivative.",
    hint="Which derivative does y (1 - y) belong to, and is there such a function in this layer?",
)
def error_times_sigmoid_slope(y_pred, T):
    """Take (y_pred - yhat) y_pred (1 - y_pred) / N for dz."""
    return (y_pred - T) * y_pred * (1 - y_pred) / len(T)


@solution.mistake(
    "dz",
    "The softmax's derivative has its diagonal only: each score is taken to move its own class.",
    hint="If one score grows, what happens to the probabilities of the nine other classes?",
)
def softmax_diagonal(y_pred, T):
    """Take -yhat (1 - y_pred) / N for dz."""
    return -T * (1 - y_pred) / len(T)


# Mistakes in Relu_t.backward


@solution.mistake(
    "da",
    "Relu_t.backward passes the gradient on everywhere, also where ReLU was switched off.",
    hint="Can an entry that ReLU set to zero change the loss, if it changes a little?",
)
def relu_without_mask(dz):
    """Take the gradient as it comes in."""
    return dz


@solution.mistake(
    "da",
    "Relu_t.backward returns its 0s and 1s alone, without the gradient that comes in.",
    hint="The chain rule multiplies. What is there to multiply the slope of ReLU with?",
)
def relu_mask_alone(z):
    """Take the mask for the gradient."""
    return (z > 0).astype(z.dtype)


@solution.mistake(
    "da",
    "Relu_t.backward multiplies the gradient by ReLU's output, not by its slope.",
    hint="ReLU is a straight line above zero. How steep is it where its output is 3?",
)
def relu_output_for_slope(dz, h):
    """Take the gradient times max(0, a)."""
    return dz * h


@solution.mistake(
    "da",
    "Relu_t.backward looks at the sign of the gradient that comes in, not at that of the input.",
    hint="Which array says whether ReLU was switched on: what came in forward, or what comes back?",
)
def relu_of_the_gradient(dz):
    """Take max(0, gradient)."""
    return relu(dz)


@solution.mistake(
    "da",
    "Relu_t.backward passes the gradient where ReLU was switched off, and stops it elsewhere.",
    hint="For which inputs does the output of ReLU move with the input?",
)
def relu_mask_mirrored(dz, z):
    """Take the gradient where max(0, a) is zero."""
    return dz * (z <= 0)


@solution.mistake(
    "da",
    "Relu_t.backward lets a hundredth of the gradient through where ReLU was switched off.",
    hint="Which slope has max(0, a) below zero?",
)
def relu_leaky_slope(dz, z):
    """Take dz / 100 where z is not positive."""
    return dz * leaky_relu_derivative(z)


# Mistakes in LinearLayer_t.backward


@solution.mistake(
    "dw",
    "dw is divided by 32, the batch size of the training, whatever the number of rows.",
    hint="How many rows has a_prev in the last batch of an epoch? Must it be 32?",
)
def dw_over_32(X, da):
    """Take X^T da / 32 for dw."""
    return X.T @ da / BATCH


@solution.mistake(
    "dw",
    "dw is transposed.",
    hint="Which shape has w, and which dw? What do its rows stand for?",
)
def dw_transposed(X, da):
    """Take da^T X for dw, shape (10, 784)."""
    return da.T @ X


@solution.mistake(
    "dw",
    "a_prev and da are each summed over the rows before they are multiplied.",
    hint="Is a sum of products the same as a product of sums? Try it with two images.",
)
def dw_product_of_sums(X, da):
    """Take sum X sum da for dw."""
    return np.outer(np.sum(X, axis=0), np.sum(da, axis=0))


@solution.mistake(
    "dw",
    "dw holds the share of the last row alone.",
    hint="If you loop over the rows: what becomes of one row's share when the next one comes?",
)
def dw_of_the_last_row(X, da):
    """Take the last row's outer product for dw."""
    return np.outer(X[-1], da[-1])


@solution.mistake(
    "db",
    "db is divided by 32, the batch size of the training, whatever the number of rows.",
    hint="How many rows has da in the last batch of an epoch? And is dw divided as well?",
)
def db_over_32(da):
    """Take the sum of da over 32 for db."""
    return np.sum(da, axis=0, keepdims=True) / BATCH


@solution.mistake(
    "db",
    "db has the shape (10,), and b has the shape (1, 10).",
    hint="A sum over an axis takes that axis away. How can it be kept, with the length 1?",
)
def db_without_its_row(da):
    """Take the sum of da over the rows for db, shape (10,)."""
    return np.sum(da, axis=0)


@solution.mistake(
    "db",
    "db is summed over the classes too, which leaves a single number.",
    hint="Each class has a bias of its own. Over which axis do its shares add up?",
)
def db_one_number(da):
    """Take the sum of all of da for db."""
    return np.sum(da)


@solution.mistake(
    "db",
    "db is summed over the classes, not over the rows, which leaves one number for each image.",
    hint="Which shape has b? Which axis of da has to go?",
)
def db_along_the_classes(da):
    """Take the sum of da over the classes for db, shape (N, 1)."""
    return np.sum(da, axis=1, keepdims=True)


@solution.mistake(
    "da_prev",
    "da_prev is divided by the number of rows.",
    hint="One row of da_prev belongs to one image. What have the other images to do with it?",
)
def da_prev_mean(da, w):
    """Take da w^T / N for da_prev."""
    return da @ w.T / len(da)


@solution.mistake(
    "da_prev",
    "da_prev is divided by 32.",
    hint="One row of da_prev belongs to one image. What have the other images to do with it?",
)
def da_prev_over_32(da, w):
    """Take da w^T / 32 for da_prev."""
    return da @ w.T / BATCH


@solution.mistake(
    "da_prev",
    "da_prev is what came in, not multiplied by the weights.",
    hint="One entry of da_prev belongs to one pixel. Through which weights did the pixel act?",
)
def da_prev_without_weights(da):
    """Take da for da_prev, shape (N, 10)."""
    return da


def cases() -> Iterator[Case]:
    """Yield batches that are never of 32 rows: the homework's size would hide a fixed 32."""
    yield Case("five-rows", _drawn(seed=41, N=5, M=3), public=True)
    yield Case("one-row", _drawn(seed=42, N=1, M=4))
    yield Case("seven-rows", _drawn(seed=43, N=7, M=2))
    yield Case("no-nine", _drawn(seed=44, N=3, M=6, highest=8))


def _drawn(seed, N, M, highest=9):
    random = np.random.default_rng(seed)
    bright = random.choice(PIXELS, size=BRIGHT, replace=False)
    inputs = {
        "X": _images(random, N, bright),
        "T": _one_hot(random, N, highest),
        "w": _weights(random),
        "b": _biases(random),
        # Raised as a whole, other rows overflow: so ways to shift them are told from one another.
        "far": _far(random) + (1500 if M % 2 == 0 else 0),
    }
    before = {
        "X0": _images(random, M, bright),
        "T0": _one_hot(random, M, 9),
        "w0": _weights(random),
        "b0": _biases(random),
    }
    return {**inputs, **before}


# Few pixels that are not black, in steps of 1/16, and weights in steps of 1/64: such arrays are
# small when compressed.


def _images(random, n, bright):
    images = np.zeros((n, PIXELS))
    images[:, bright] = random.integers(0, 17, size=(n, len(bright))) / 16
    return images


def _weights(random):
    return np.round(random.normal(scale=0.25, size=(PIXELS, CLASSES)) * 64) / 64


def _biases(random):
    # Not near zero: a bias that is left out must show.
    signs = random.choice([-1.0, 1.0], size=(1, CLASSES))
    return signs * random.uniform(0.3, 0.9, size=(1, CLASSES))


def _one_hot(random, n, highest):
    classes = random.integers(0, highest + 1, size=n)
    classes[0] = highest
    return np.eye(CLASSES)[classes]


def _far(random):
    """Return scores of five rows that are far apart, within the rows and from row to row."""
    far = random.uniform(-2.0, 2.0, size=(5, CLASSES))
    far[1, random.integers(CLASSES)] += 1200  # exp overflows
    far[2] -= 1000  # all exp vanish
    far[3, random.integers(CLASSES)] -= 900  # one vanishes, which is right
    far[4, ::2] += 1000  # several overflow
    return np.round(far * 16) / 16
