"""Proofs and constructions checked as numbers: a box made of steps, softmax, and its error.

Letters: N samples, one in each row of Z and T; C classes. ``Z`` are scores, ``T`` one-hot labels;
``z``, ``t`` and ``p`` are scores, label and probabilities of a single sample. ``A`` is the
derivative of an activation a of its input s in the denominator convention,
A[m, n] = d a_n / d s_m, and ``g`` is the gradient of a cost for a.

A box function has no single right set of weights, so the weights are not compared: ``f`` is the
function that a network with them computes, at points ``x`` of which none lies on an edge.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reference.activations import sigmoid, sigmoid_derivative
from reference.activations import softmax_jacobian as jacobian_of
from reference.worked import Case, WorkedSolution

solution = WorkedSolution(
    inputs=("delta", "h", "x", "z", "shift", "t", "p", "A", "g", "Z", "shifts", "T"),
    sizes={"N": lambda Z: len(Z), "C": lambda Z: Z.shape[1]},
)


# 1. The box ---------------------------------------------------------------------------------------


def together(*numbers):
    """Return numbers as one array of their dtype, shape (k,)."""
    return np.stack([np.asarray(number, np.result_type(*numbers)) for number in numbers])


def edges(left, right):
    """Return w1, w2, b1, b2 of neurons that switch on at these places, shape (4,)."""
    return together(1.0, 1.0, -left, -right)


@solution.step
def hidden(delta):
    """Weights w1, w2, b1, b2: one neuron is 1 beyond 0, the other one beyond delta, shape (4,)."""
    return edges(0 * delta, delta)


@solution.step
def output(h):
    """Weights w3, w4, b3: what the first neuron adds the second one takes away, shape (3,)."""
    return together(h, -h, 0 * h)


@solution.step
def f(x, hidden, output):
    """Output of the network with the weights of box_weights at points x, shape of x."""
    w1, w2, b1, b2 = hidden
    w3, w4, b3 = output
    return w3 * (w1 * x + b1 > 0) + w4 * (w2 * x + b2 > 0) + b3


# 2. The derivative of softmax ---------------------------------------------------------------------


def as_is_and_shifted(Z, shifts):
    """Return the scores, and the scores with one number added to each row, shape (2, ..., C)."""
    return np.stack([Z, Z + np.asarray(shifts)[..., None]])


def exponentials(Z, shifts, over):
    """Return exp of the scores less their largest ones over some axes, less nothing for None."""
    both = as_is_and_shifted(Z, shifts)
    base = 0 if over is None else np.max(both, axis=over, keepdims=True)
    with np.errstate(over="ignore"):
        return np.exp(both - base)


def divided(e, total):
    """Return e / total, nan where both are zero or infinite."""
    with np.errstate(all="ignore"):
        return e / total


@solution.step
def y_exp(z, shift):
    """Numbers exp(z - max z) of both kinds of scores in softmax_jacobian, shape (2, C)."""
    return exponentials(z, shift, over=-1)


@solution.step
def y(y_exp):
    """Probabilities in softmax_jacobian, of the scores and of the shifted ones, shape (2, C)."""
    return divided(y_exp, np.sum(y_exp, axis=-1, keepdims=True))


@solution.step
def jacobians(y):
    """Jacobian d y_i / d z_j = y_i (delta_ij - y_j) of both, shape (2, C, C)."""
    return jacobian_of(y)


@solution.step
def J(jacobians):
    """Jacobian d y_i / d z_j that softmax_jacobian returns, shape (C, C)."""
    return jacobians[0]


@solution.step
def J_shifted(J, jacobians):
    """J for scores that a number was added to: J again, shape (C, C)."""
    # Written so that it follows from J, whatever that is, where the shift changes nothing.
    return J + (jacobians[1] - jacobians[0])


# 3. The output error ------------------------------------------------------------------------------


@solution.step
def grad_a(p, t):
    """Gradient -y / a of the cross entropy that cost_gradient returns, shape (C,)."""
    return -t / p


@solution.step
def A_grad(A, g):
    """Output error A grad_a C that general_error returns, shape (C,)."""
    return A @ g


@solution.step
def a_exp(Z, shifts):
    """Numbers exp(z - max z) of both kinds of scores in output_error, shape (2, N, C)."""
    return exponentials(Z, shifts, over=-1)


@solution.step
def a(a_exp):
    """Probabilities in output_error, of the scores and of the shifted ones, shape (2, N, C)."""
    return divided(a_exp, np.sum(a_exp, axis=-1, keepdims=True))


@solution.step
def errors(a, T):
    """Output errors a - y for the scores and the shifted ones, shape (2, N, C)."""
    return a - T


@solution.step
def error(errors):
    """Output error a - y that output_error returns, shape (N, C)."""
    return errors[0]


@solution.step
def error_shifted(error, errors):
    """Output error where a number was added to the scores of each row: the same, shape (N, C)."""
    return error + (errors[1] - errors[0])


# Mistakes in the edges of the box


@solution.mistake(
    "hidden",
    "Both edges of the box lie one too far inside: it begins at 1 and ends at delta - 1. Where "
    "delta is below 2, the two have even changed places.",
    hint="At which x does a neuron switch that has w = 1 and b = -1? Where should it switch?",
)
def both_edges_inside(delta):
    """Take b1 = -1 and b2 = delta - 1 beside w1 = 1 and w2 = -1."""
    return edges(0 * delta + 1, delta - 1)


@solution.mistake(
    "hidden",
    "The box begins at 1, not at 0.",
    hint="Solve w x + b = 0 for the neuron of the left edge.",
)
def left_edge_at_one(delta):
    """Let only the left edge be one too far to the right."""
    return edges(0 * delta + 1, delta)


@solution.mistake(
    "hidden",
    "The box ends at delta - 1, not at delta.",
    hint="Solve w x + b = 0 for the neuron of the right edge.",
)
def right_edge_one_early(delta):
    """Let only the right edge be one too far to the left."""
    return edges(0 * delta, delta - 1)


@solution.mistake(
    "hidden",
    "The second neuron switches at -delta: its bias has the wrong sign for its weight.",
    hint="Where does w x + b change its sign: at b / w or at -b / w?",
)
def right_edge_mirrored(delta):
    """Take b2 = delta beside w2 = 1."""
    return edges(0 * delta, -delta)


@solution.mistake(
    "hidden",
    "The box stands on the wrong side of 0: it goes from -delta to 0.",
    hint="Which sign does x have where both neurons matter in your network?",
)
def box_on_the_left(delta):
    """Take the edges -delta and 0."""
    return edges(-delta, 0 * delta)


@solution.mistake(
    "hidden",
    "The box has its middle at 0: it goes from -delta/2 to delta/2.",
    hint="What should f be at x = -delta/4?",
)
def box_in_the_middle(delta):
    """Take the edges -delta/2 and delta/2."""
    return edges(-delta / 2, delta / 2)


@solution.mistake(
    "hidden",
    "The box is twice as wide as it should be: it goes from -delta to delta.",
    hint="Which of your two neurons knows where 0 is?",
)
def box_twice_as_wide(delta):
    """Take the edges -delta and delta."""
    return edges(-delta, delta)


@solution.mistake(
    "hidden",
    "The right edge of the box does not depend on delta: it lies at 1.",
    hint="For which delta did you try your network? Try another one.",
)
def box_of_width_one(delta):
    """Take the edges 0 and 1."""
    return edges(0 * delta, 0 * delta + 1)


# Mistakes in the height of the box


@solution.mistake(
    "output",
    "The function lies h too high everywhere: h outside the box and 2h inside it.",
    hint="How many of your neurons are on far to the left and far to the right? What takes their "
    "share away there?",
)
def base_not_taken_away(h):
    """Leave out b3 = -h, where one neuron is on outside the box and both inside it."""
    return together(h, -h, h)


@solution.mistake(
    "output",
    "The function lies h too low everywhere: -h outside the box and 0 inside it.",
    hint="Write down what your two neurons give far to the left. What has b3 to be, so that the "
    "sum is 0 there?",
)
def base_taken_away_twice(h):
    """Take b3 = -h where nothing has to be taken away, or -2h where h has."""
    return together(h, -h, -h)


@solution.mistake(
    "output",
    "The second neuron adds h where it should take it away: a staircase of h and then 2h.",
    hint="What is f far to the right of delta, where both neurons are on?",
)
def staircase(h):
    """Take w4 = h where both neurons switch on from left to right."""
    return together(h, h, 0 * h)


@solution.mistake(
    "output",
    "Nothing ends the box: f stays h beyond delta.",
    hint="What is f far to the right of delta, and which neuron could bring it back to 0?",
)
def never_ends(h):
    """Take w4 = 0."""
    return together(h, 0 * h, 0 * h)


@solution.mistake(
    "output",
    "The height h is shared between the two neurons, so that the box is h/2 high.",
    hint="By how much does f jump at each edge, and how many neurons switch there?",
)
def half_the_height(h):
    """Take w3 = h/2 and w4 = -h/2."""
    return together(h / 2, -h / 2, 0 * h)


@solution.mistake(
    "output",
    "The box is 2h high.",
    hint="By how much does f jump at each edge, and how many neurons switch there?",
)
def twice_the_height(h):
    """Take w3 = 2h and w4 = -2h."""
    return together(2 * h, -2 * h, 0 * h)


@solution.mistake(
    "output",
    "The height of the box does not depend on h: it is 1.",
    hint="Between which values can a step jump, and which weight stretches it?",
)
def height_one(h):
    """Take w3 = 1 and w4 = -1."""
    return together(0 * h + 1, 0 * h - 1, 0 * h)


@solution.mistake(
    "output",
    "The box hangs upside down: f is -h between 0 and delta.",
    hint="Which of your neurons switches first on the way from left to right, and does it add or "
    "take away?",
)
def upside_down(h):
    """Take w3 = -h and w4 = h."""
    return together(-h, h, 0 * h)


@solution.mistake(
    "output",
    "Inside and outside have changed places: f is 0 between 0 and delta and h elsewhere.",
    hint="For x far to the left: which of your neurons are on, and should any of them count there?",
)
def inside_out(h):
    """Take h minus the box."""
    return together(-h, h, h)


# Mistakes in the probabilities that the Jacobian is made of


@solution.mistake(
    "y_exp",
    "The softmax in softmax_jacobian takes exp of the scores as they are: large ones overflow, and "
    "very negative ones become 0/0.",
    hint="If one number is subtracted from all scores, how do the probabilities change? Which "
    "number keeps exp from overflowing?",
)
def jacobian_unshifted(z, shift):
    """Take exp(z) for exp(z - max z)."""
    return exponentials(z, shift, over=None)


@solution.mistake(
    "y",
    "softmax_jacobian puts the scores into the formula, where the probabilities belong.",
    hint="What is y in y_i (delta_ij - y_j), and what does your function get?",
)
def jacobian_of_scores(z, shift):
    """Take z for softmax(z)."""
    return as_is_and_shifted(z, shift)


@solution.mistake(
    "y",
    "softmax_jacobian puts sigmoids of the scores into the formula, where softmax belongs.",
    hint="What do your y add up to?",
)
def jacobian_of_sigmoids(z, shift):
    """Take sigmoid(z) for softmax(z)."""
    return sigmoid(as_is_and_shifted(z, shift))


@solution.mistake(
    "y",
    "The softmax in softmax_jacobian does not divide by the sum of the exponentials.",
    hint="What do your y add up to?",
)
def jacobian_without_sum(y_exp):
    """Take the exponentials for softmax(z)."""
    return y_exp


# Mistakes in the Jacobian


def products(y):
    """Return y_i y_j, shape (2, C, C)."""
    return y[..., :, None] * y[..., None, :]


def on_diagonal(values):
    """Return matrices with values on their diagonals and 0 elsewhere."""
    return values[..., :, None] * np.eye(values.shape[-1], dtype=values.dtype)


@solution.mistake(
    "jacobians",
    "Only the diagonal y_i (1 - y_i) is there, as if no y_i depended on the other scores.",
    hint="If z_j grows and z_i stays, what happens to the sum that y_i is divided by?",
)
def diagonal_only(y):
    """Take the derivative of a sigmoid for each entry."""
    return on_diagonal(y * (1 - y))


@solution.mistake(
    "jacobians",
    "The sign is the wrong one everywhere: y_i (y_j - delta_ij).",
    hint="Does the probability of a class grow or shrink when its own score grows?",
)
def jacobian_sign(y):
    """Take y_i (y_j - delta_ij)."""
    return -jacobian_of(y)


@solution.mistake(
    "jacobians",
    "The term with delta_ij is missing: -y_i y_j stands on the diagonal too.",
    hint="Differentiate e^z_i / sum for i = j: how many places does z_i occur in?",
)
def no_delta(y):
    """Take -y_i y_j."""
    return -products(y)


@solution.mistake(
    "jacobians",
    "delta_ij is taken for 1 everywhere: y_i (1 - y_j) off the diagonal too.",
    hint="What is d z_i / d z_j where i and j differ?",
)
def delta_always_one(y):
    """Take y_i (1 - y_j)."""
    return y[..., :, None] * (1 - y[..., None, :])


@solution.mistake(
    "jacobians",
    "delta_ij is turned round: it is taken for 1 where i and j differ, and for 0 where they agree.",
    hint="What is d z_i / d z_j where i and j differ, and what is it where they agree?",
)
def delta_turned_round(y):
    """Take y_i (1 - delta_ij - y_j)."""
    return delta_always_one(y) - on_diagonal(y)


@solution.mistake(
    "jacobians",
    "The sign of y_i y_j is the wrong one on and off the diagonal: y_i (delta_ij + y_j).",
    hint="The probabilities always add up to 1. What do their derivatives with respect to z_j add "
    "up to?",
)
def plus_for_minus(y):
    """Take y_i (delta_ij + y_j)."""
    return on_diagonal(y) + products(y)


@solution.mistake(
    "jacobians",
    "The sign off the diagonal is the wrong one: y_i y_j where -y_i y_j belongs.",
    hint="Does the probability of a class grow or shrink when the score of another one grows?",
)
def off_diagonal_sign(y):
    """Take y_i (1 - y_i) on the diagonal and y_i y_j off it."""
    return 2 * on_diagonal(y * (1 - y)) - jacobian_of(y)


@solution.mistake(
    "jacobians",
    "The factor y_i is missing: delta_ij - y_j is the derivative of log y_i.",
    hint="What does the derivative of log y_i have to be multiplied by to become that of y_i?",
)
def of_the_logarithm(y):
    """Take delta_ij - y_j."""
    return on_diagonal(np.ones_like(y)) - y[..., None, :]


@solution.mistake(
    "jacobians",
    "The two indices have become one: y_i (delta_ij - y_i), with y_i squared off the diagonal.",
    hint="Which two probabilities should the entry in row 0 and column 1 depend on?",
)
def one_index_twice(y):
    """Take y_i (delta_ij - y_i)."""
    return on_diagonal(y) - (y * y)[..., :, None] * np.ones_like(y)[..., None, :]


@solution.mistake(
    "jacobians",
    "y_i is squared on the diagonal, diag(y^2) - y y^T, so that the diagonal is zero.",
    hint="Which power of y_i is left where y_i (delta_ij - y_j) is multiplied out for i = j?",
)
def squared_on_diagonal(y):
    """Take y_i^2 delta_ij - y_i y_j."""
    return on_diagonal(y * y) - products(y)


# Mistakes in the gradient of the cost


@solution.mistake(
    "grad_a",
    "The minus sign of the cross entropy is lost.",
    hint="Should the cost grow or shrink when the probability of the right class grows?",
)
def cost_sign(p, t):
    """Take y / a."""
    return t / p


@solution.mistake(
    "grad_a",
    "The label is missing: -1/a for all classes.",
    hint="Which terms does the sum of y_k log a_k have where y is one-hot?",
)
def cost_without_label(p):
    """Take -1 / a."""
    return -1 / p


@solution.mistake(
    "grad_a",
    "That is the cost itself, -y log a, not its derivative.",
    hint="What is the derivative of log a?",
)
def cost_itself(p, t):
    """Take -y log a."""
    return -t * np.log(p)


@solution.mistake(
    "grad_a",
    "a - y is the gradient with respect to the scores; this one is with respect to a.",
    hint="Is softmax on the way from a to the cost?",
)
def cost_error(p, t):
    """Take a - y."""
    return p - t


@solution.mistake(
    "grad_a",
    "The terms with 1 - y belong to yes-no answers: -y/a + (1 - y)/(1 - a).",
    hint="Which a_k occur in -sum of y_k log a_k where y is one-hot?",
)
def cost_binary(p, t):
    """Take the gradient of the binary cross entropy."""
    return -t / p + (1 - t) / (1 - p)


@solution.mistake(
    "grad_a",
    "The cross entropy of a sample is a sum over the classes; it is divided by their number here.",
    hint="With C equal probabilities, the cost of a sample is log C. What would yours be?",
)
def cost_over_classes(p, t):
    """Take -y / (C a)."""
    return -t / p / p.shape[-1]


# Mistakes in the general formula


@solution.mistake(
    "A_grad",
    "A is transposed: in the denominator convention it already is what grad_a C is multiplied by.",
    hint="d C / d s_m is a sum over n of d a_n / d s_m times d C / d a_n. Is n the row or the "
    "column of A?",
)
def numerator_convention(A, g):
    """Take A^T grad_a C, or grad_a C^T A."""
    return A.T @ g


@solution.mistake(
    "A_grad",
    "Only the diagonal of A is used, as if each a_n depended on its own s_n alone.",
    hint="Along how many ways does s_m act on the cost where a is a softmax of s?",
)
def general_diagonal_only(A, g):
    """Take the product with the diagonal, entry by entry."""
    return np.diag(A) * g


@solution.mistake(
    "A_grad",
    "The sign is the wrong one: -A grad_a C.",
    hint="The minus sign of a step down the gradient belongs to the update. Is this one?",
)
def general_sign(A, g):
    """Take -A grad_a C."""
    return -A @ g


@solution.mistake(
    "A_grad",
    "The product is divided by the number of classes: a mean where a sum belongs.",
    hint="What does the chain rule do with the ways along which s_m acts on the cost?",
)
def general_mean(A, g):
    """Take A grad_a C / C."""
    return A @ g / len(g)


# Mistakes in the probabilities of the output error


def without_overflow(Z, shifts, a_exp, over):
    """Return exponentials over other axes; where nothing was subtracted, nothing is here either."""
    with np.errstate(invalid="ignore"):
        return exponentials(Z, shifts, over) if np.max(a_exp) < 2 else a_exp


@solution.mistake(
    "a_exp",
    "The softmax in output_error takes exp of the scores as they are: large ones overflow, and "
    "very negative ones become 0/0.",
    hint="If one number is subtracted from all scores of a row, how do its probabilities change? "
    "Which number keeps exp from overflowing?",
)
def error_unshifted(Z, shifts):
    """Take exp(z) for exp(z - max z)."""
    return exponentials(Z, shifts, over=None)


@solution.mistake(
    "a_exp",
    "The softmax in output_error subtracts the largest score of all rows, and rows far below it "
    "become 0/0.",
    hint="What is left of exp in a row whose scores are all 1000 below the largest of all?",
)
def error_shifted_by_the_batch(Z, shifts):
    """Take one largest score for all rows."""
    return exponentials(Z, shifts, over=(1, 2))


@solution.mistake(
    "a",
    "The softmax in output_error goes over the samples: each class adds up to 1, not each row.",
    hint="Which numbers should add up to 1: those of one sample, or those of one class?",
)
def error_over_samples(Z, shifts, a_exp):
    """Take the softmax along the other axis."""
    e = without_overflow(Z, shifts, a_exp, over=1)
    return divided(e, np.sum(e, axis=1, keepdims=True))


@solution.mistake(
    "a",
    "The softmax in output_error divides by one sum over all rows.",
    hint="Add up the probabilities of one sample. What do you get where there are two?",
)
def error_over_everything(Z, shifts, a_exp):
    """Take exp(z) over the sum of all exp(z)."""
    e = without_overflow(Z, shifts, a_exp, over=(1, 2))
    return divided(e, np.sum(e, axis=(1, 2), keepdims=True))


@solution.mistake(
    "a",
    "output_error takes the scores for the probabilities: z - y.",
    hint="Can an entry of a - y be larger than 1? Can one of yours?",
)
def error_of_scores(Z, shifts):
    """Take z for softmax(z)."""
    return as_is_and_shifted(Z, shifts)


@solution.mistake(
    "a",
    "output_error takes sigmoids of the scores, where softmax belongs.",
    hint="What do the probabilities of one sample add up to?",
)
def error_of_sigmoids(Z, shifts):
    """Take sigmoid(z) for softmax(z)."""
    return sigmoid(as_is_and_shifted(Z, shifts))


# Mistakes in the output error


@solution.mistake(
    "errors",
    "The sign is the wrong one: y - a.",
    hint="If the score of a wrong class grows, does the cost grow or shrink?",
)
def error_sign(a, T):
    """Take y - a."""
    return T - a


@solution.mistake(
    "errors",
    "a - y is multiplied by the derivative of a sigmoid of the scores.",
    hint="Where in softmax with cross entropy is there a sigmoid? Which factor does a_i have in "
    "the derivative of softmax, and what does 1/a_i in that of the logarithm do to it?",
)
def error_times_sigmoid_slope(a, T, Z, shifts):
    """Take (a - y) sigmoid'(z)."""
    return (a - T) * sigmoid_derivative(sigmoid(as_is_and_shifted(Z, shifts)))


@solution.mistake(
    "errors",
    "a - y is multiplied by a (1 - a), but a - y has the derivative of softmax in it already.",
    hint="With respect to what is a - y the derivative of the cost: a, or the scores?",
)
def error_times_slope(a, T):
    """Take (a - y) a (1 - a)."""
    return (a - T) * a * (1 - a)


@solution.mistake(
    "errors",
    "That is the error for half the squared distance, A (a - y), not for the cross entropy.",
    hint="Which gradient with respect to a does your cost have: a - y or -y/a?",
)
def error_of_squares(a, T):
    """Take the Jacobian times a - y."""
    d = a - T
    return a * (d - np.sum(d * a, axis=-1, keepdims=True))


@solution.mistake(
    "errors",
    "Only the label's entry is there, y (a - 1): the sum over the classes has lost the terms off "
    "the diagonal of the Jacobian.",
    hint="Can the score of a wrong class be too high? What should push it down?",
)
def error_of_label_alone(a, T):
    """Take -y (1 - a)."""
    return T * (a - 1)


@solution.mistake(
    "errors",
    "The label is not subtracted: a alone.",
    hint="What should the error be for a network that is right and sure of it?",
)
def error_without_label(a, T):
    """Take a."""
    return a + 0 * T


@solution.mistake(
    "errors",
    "a - y is divided by the number of samples; each row should be the error of its own sample.",
    hint="Does the error of a sample change when another one stands beside it?",
)
def error_averaged(a, T):
    """Take (a - y) / N."""
    return (a - T) / len(T)


@solution.mistake(
    "errors",
    "a - y is divided by the number of classes.",
    hint="Is the cross entropy of a sample a sum or a mean over the classes?",
)
def error_over_classes(a, T):
    """Take (a - y) / C."""
    return (a - T) / T.shape[-1]


@solution.mistake(
    "errors",
    "a - y is doubled, as if it came from a square.",
    hint="Where does the factor come from, if the cost is -sum of y_k log a_k?",
)
def error_doubled(a, T):
    """Take 2 (a - y)."""
    return 2 * (a - T)


# Cases


def cases() -> Iterator[Case]:
    """Yield the cases: wide and narrow boxes, one row, a class that no label names."""
    yield Case("wide", drawn(1, 3.4, 2.5, labels=[2, 0, 4, 1], classes=5), public=True)
    yield Case("narrow", drawn(2, 0.7, 4.0, labels=[1, 3, 0], classes=4), public=True)
    yield Case("upward-and-down", drawn(3, 1.6, -1.7, labels=[0, 3, 2, 3, 1, 0], classes=7))
    yield Case("one-row", drawn(4, 5.3, 0.3, labels=[1], classes=3))
    yield Case("very-narrow", drawn(5, 0.06, 30.0, labels=[3, 5, 1, 4, 0, 2, 2], classes=6))


SHIFTS = np.array([800.0, -790.0, 2.0, 850.0, -1.0, 5.0, -820.0])
"""Beyond what exp can take, far below it, and little; each row of a case has another one."""


def drawn(seed, delta, h, labels, classes):
    """Return a case; `labels` of its samples among so many classes."""
    random = np.random.default_rng(seed)
    n = len(labels)
    weights = random.uniform(0.5, 2.0, size=classes)
    Z = random.normal(scale=1.3, size=(n, classes)) + 0.4
    T = np.eye(classes)[labels]
    return {
        "delta": delta,
        "h": h,
        "x": points(delta),
        "z": random.normal(scale=1.3, size=classes) + 0.4,
        "shift": float(SHIFTS[seed - 1]),
        "t": T[-1],
        "p": weights / weights.sum(),
        "A": random.normal(size=(classes, classes)),
        "g": random.normal(size=classes),
        "Z": Z,
        "shifts": SHIFTS[:n],
        "T": T,
    }


def points(delta):
    """Return places on both sides of each edge, right or mistaken, none of them on one."""
    switching = [-delta, -delta / 2, 0.0, delta / 2, delta - 1, 1.0, delta, 1 - delta, delta + 1]
    nearby = [place + side for place in switching for side in (-0.011, 0.011)]
    return np.array(sorted({round(place, 6) for place in [*nearby, -1000.0, -7.0, 9.0, 1000.0]}))
