"""Results made by hand, for the tests of the reports."""

from __future__ import annotations

import numpy as np

from grader.report.png import encode
from grader.results import (
    Axes,
    Case,
    Cause,
    Cell,
    Check,
    Diagnosis,
    Difference,
    Figure,
    Isolation,
    Place,
    Quantity,
    Result,
    SubmissionFile,
)

FORWARD = """\
# Implement the forward pass
def forward_propagation(X, weights):
    # Z1 -> output of the hidden layer before applying activation
    # H -> output of the hidden layer after applying activation

    Z1 = np.dot(X, weights['W1'].T) + weights['b1']
    H = sigmoid(Z1)

    Z2 = np.dot(H, weights['W2'].T) + weights['b2']
    Y = sigmoid(Z2)

    return Y, Z2, H, Z1
"""

BACKWARD = """\
# Implement the backward pass
# Y_T are the ground truth labels
def back_propagation(X, Y_T, weights):
    N_points = X.shape[0]

    # forward propagation
    Y, Z2, H, Z1 = forward_propagation(X, weights)
    L = (1/(2*N_points)) * np.sum(np.square(Y - Y_T))

    # back propagation
    dLdY = 1/N_points * (Y - Y_T)
    dLdZ2 = np.multiply(dLdY, (sigmoid(Z2)*(1-sigmoid(Z2))))
    dLdW2 = np.dot(H.T, dLdZ2)

    ones = np.ones((1000))
    dLdb2 = np.dot(ones.T, dLdZ2)
    dLdH = np.dot(dLdZ2.reshape(-1,1), weights['W2'].reshape(-1,1).T)
    # dLdZ1 =
    dLdZ1 = np.multiply(dLdH, (sigmoid(Z1)*(1-sigmoid(Z1))))
    # dLdW1 =
    dLdW1 = np.dot(X.T, dLdZ1)
    # dLdb1 =
    dLdb1 = np.dot(ones.T, dLdZ1)

    gradients = {
        'W1': dLdW1,
        'b1': dLdb1,
        'W2': dLdW2,
        'b2': dLdb2,
    }

    return gradients, L
"""

PIXELS = np.zeros((48, 64, 3), np.uint8)
PIXELS[..., 0], PIXELS[..., 1] = np.arange(64) * 4, np.arange(48)[:, None] * 5
PNG = encode(PIXELS)

LOSS = Axes("Training", "epoch", "L", (("train", 100), ("", 1)))
FIGURES = (Figure("", (LOSS,), PNG), Figure("Digits", (Axes(images=1), Axes())))

CELLS = (
    Cell(
        "code cell 1 (In [1])",
        "import numpy as np\nimport matplotlib.pyplot as plt\nimport pprint\n"
        "pp = pprint.PrettyPrinter(indent=4)\n",
        "ran",
        notes=("matplotlib was replaced by a stand-in that draws nothing.",),
    ),
    Cell(
        "code cell 2 (In [2])",
        "np.random.seed(0) # don't change this\nweights = {\n    'W1': np.random.randn(3, 2),\n"
        "    'b1': np.zeros(3),\n    'W2': np.random.randn(3),\n    'b2': 0,\n}\n"
        "X = np.random.rand(1000,2)\nY = np.random.randint(low=0, high=2, size=(1000,))\n",
        "ran",
    ),
    Cell(
        "code cell 4 (In [5])",
        "#Sigmoid Function\ndef sigmoid(z):\n    return 1/(1 + np.exp(-z))\n",
        "ran",
    ),
    Cell("code cell 5 (In [6])", FORWARD, "ran"),
    Cell("code cell 6 (In [8])", BACKWARD, "ran"),
    Cell(
        "code cell 7 (In [9])",
        "gradients, L = back_propagation(X, Y, weights)\nprint(L)\n",
        "ran",
        output="0.1332476222330792\n",
        figures=FIGURES,
    ),
    Cell(
        "code cell 9 (In [11])",
        "from tensorflow.keras.datasets import cifar10\n"
        "(x_dev, y_dev), (x_test, y_test) = cifar10.load_data()\n\n"
        "LABELS = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog']\n",
        "error",
        message="ModuleNotFoundError: No module named 'tensorflow'",
        line=1,
    ),
    Cell(
        "code cell 11 (In [13])",
        'print("x_dev shape:", x_dev.shape) # number, height, width, color\n',
        "error",
        message="NameError: name 'x_dev' is not defined",
        line=1,
    ),
    Cell("code cell 21", "", "skipped"),
)

NOT_ALIGNED = "ValueError: shapes (1000,) and (64,) not aligned: 1000 (dim 0) != 64 (dim 0)"
PLACE = Place("code cell 6 (In [8])", 16, "back_propagation")
CASES = (("handout", False), ("one sample", True), ("64 samples", True))

SMALL = Difference(
    entries=(
        ("[2, 1]", "-0.97824", "-0.97691"),
        ("[0, 0]", "1.76290", "1.76368"),
        ("[1, 1]", "2.24102", "2.24058"),
    ),
    n_wrong=4,
    n=6,
    levels=((2, 0), (0, 1), (1, 4)),
    block=(1, 1),
)

LARGE = Difference(
    entries=tuple(
        (f"[{index}]", f"0.61{index:03}", f"0.58{index:03}") for index in (951, 960, 977, 902, 999)
    ),
    n_wrong=412,
    n=1000,
    levels=tuple(
        (level,) for level in (0, 0, 0, 1, 0, 1, 0, 0, 2, 1, 1, 2, 2, 1, 2, 3, 2, 3, 3, 4)
    ),
    block=(50, 1),
)


def right(name: str, score: float) -> Quantity:
    """A quantity that is right on every case."""
    cases = tuple(Case(case, hidden, "correct", "Right.") for case, hidden in CASES)
    return Quantity(name, "correct", score, score, "Right on all 3 cases.", None, cases)


def aligned(name: str) -> Quantity:
    """A gradient that is right on the handout's case and never comes on the hidden ones."""
    casual = "back_propagation raised ValueError."
    cases = (
        Case("handout", False, "correct", "Right."),
        *(Case(case, True, "error", casual) for case, hidden in CASES if hidden),
    )
    diagnosis = Diagnosis("pattern", "fixed_size", name, HARD_CODED, HARD_CODED_HINT)
    return Quantity(name, "error", 1.5, 3, "Right on 1 of 3 cases. " + casual, diagnosis, cases)


HARD_CODED = "back_propagation works for 1000 samples only: it raises " + NOT_ALIGNED + "."
HARD_CODED_HINT = (
    "Which number in this line changes with the size of the batch? X.shape[0] knows it."
)
TRANSPOSED = "dW1 is transposed: it has shape (2, 3) where (3, 2) was asked; its values are right."
TRANSPOSED_HINT = "A gradient has the shape of what it is the gradient of: here that of W1."


def _backward() -> Check:
    shape = "Shape (2, 3) where (3, 2) was asked."
    d_w1 = Quantity(
        "dW1",
        "wrong",
        0,
        3,
        shape,
        Diagnosis("pattern", "transposed", "dW1", TRANSPOSED, TRANSPOSED_HINT),
        (
            Case("handout", False, "wrong", shape, place=Place("code cell 6 (In [8])", 21)),
            *(Case(case, True, "error", "back_propagation raised ValueError.") for case in "ab"),
        ),
    )
    rest = [aligned(name) for name in ("db1", "dW2", "db2")]
    return Check("backward", "Backward pass", 6, 15, (aligned("L"), d_w1, *rest))


def _training() -> Check:
    unknown = "No known cause."
    w1 = Quantity(
        "W1_after_1_epoch",
        "wrong",
        0,
        1.5,
        "4 of 6 entries differ.",
        Diagnosis("none", None, "W1_after_1_epoch", unknown),
        (
            Case("handout", False, "wrong", "4 of 6 entries differ.", 5.9e-4, (2, 1), SMALL),
            Case("64 samples", True, "wrong", "Values differ."),
        ),
    )
    y = Quantity(
        "Y_after_1_epoch",
        "wrong",
        0,
        1,
        "412 of 1000 entries differ.",
        Diagnosis("none", None, "Y_after_1_epoch", unknown),
        (Case("handout", False, "wrong", "412 of 1000 entries differ.", 0.052, (951,), LARGE),),
    )
    loss = Quantity(
        "L_after_1_epoch",
        "carried",
        1.5,
        1.5,
        "Right for the Y_after_1_epoch that it was given.",
        None,
        (Case("handout", False, "carried", "Right for the Y_after_1_epoch that it was given."),),
    )
    return Check("train", "Gradient descent", 1.5, 4, (w1, y, loss))


def mixed() -> Result:
    """A real notebook with one slip of the shape and one number that should be a variable."""
    return Result(
        assignment="backprop_mse",
        title="Backpropagation by hand",
        submission=SubmissionFile("seed002_backprop_mse.ipynb", "3f" * 32),
        score=12.5,
        max_score=24,
        status="graded",
        checks=(
            Check("sigmoid", "The sigmoid", 1, 1, (right("S", 1),)),
            Check(
                "forward",
                "Forward pass",
                4,
                4,
                tuple(right(name, 1) for name in ("Z1", "H", "Z2", "Y")),
            ),
            _backward(),
            _training(),
        ),
        causes=(
            Cause(
                "fixed_size",
                None,
                HARD_CODED,
                HARD_CODED_HINT,
                ("backward.L", "backward.db1", "backward.dW2", "backward.db2"),
                PLACE,
            ),
            Cause("transposed", "dW1", TRANSPOSED, TRANSPOSED_HINT, ("backward.dW1",)),
        ),
        notes=("The submission was read as the answer to backprop_mse: it defines sigmoid.",),
        cells=CELLS,
        isolation=Isolation("strong", ("user namespace", "seccomp", "no network"), ("cgroup",)),
        environment={"python": "3.11.2", "numpy": "2.3.5", "gradelab": "0.1.0"},
        seconds={"cells": 0.021, "checks": 0.088, "total": 0.412},
    )


def perfect() -> Result:
    """Everything right."""
    checks = (
        Check("sigmoid", "The sigmoid", 1, 1, (right("S", 1),)),
        Check("forward", "Forward pass", 4, 4, tuple(right(name, 1) for name in "ZHY")),
    )
    return Result(
        assignment="backprop_mse",
        title="Backpropagation by hand",
        submission=SubmissionFile("solution.ipynb", "ab" * 32),
        score=5,
        max_score=5,
        status="graded",
        checks=checks,
        cells=CELLS[:3],
    )


def unreadable() -> Result:
    """A file that is no notebook."""
    return Result(
        assignment=None,
        submission=SubmissionFile("homework.ipynb", None),
        score=0,
        max_score=0,
        status="failed",
        message="homework.ipynb is no notebook: line 1 is not JSON. Was it saved as a web page?",
    )


PAYLOADS = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror=fetch("//evil.example")>',
    "</style><style>*{display:none}",
    "</title></pre></code><h1>10/10",
    "{{7*7}}{% for x in () %}",
    "\x1b[31mred\x1b[0m\x1b]8;;http://evil.example\x07link\x1b]8;;\x07\x1b[2J",
    "abc\u202egnp.exe\u2066\u2069\u200f",
    "nul\x00bell\x07csi\x9bdel\x7f\ud800",
    "[bold red]markup[/bold red] :smile: [link=http://evil.example]x[/link]",
    "javascript:alert(1)",
    "' onmouseover='alert(1)",
    "&lt;b&gt; &amp;",
)


def remote(url: str) -> str:
    """Return the elements that would fetch from `url` as soon as a page holds them."""
    return (
        f'<img src="{url}/img"><link rel=stylesheet href="{url}/css"><iframe src="{url}/frame">'
        f'</iframe><script src="{url}/js"></script><style>@import "{url}/import";'
        f"body{{background:url({url}/bg)}}</style>"
    )


def hostile(url: str = "http://evil.example") -> Result:
    """A result in which every text that a submission can reach is an attack."""
    fetch = f'{remote(url)}<meta http-equiv=refresh content="0;{url}/go">'
    text = "\n".join((*PAYLOADS, fetch))
    line = " ".join((*PAYLOADS, fetch))
    place = Place(line, 2, line)
    difference = Difference(((line, line, line),), 1, 1, ((4,),), (1, 1))
    cases = (
        Case(line, False, "wrong", text, float("nan"), (0,), difference, place),
        Case(line + "2", True, "wrong", text),
    )
    quantity = Quantity(
        line, "wrong", 0, 1, text, Diagnosis("mistake", line, line, text, text), cases
    )
    axes = Axes(text, text, text, ((text, 1),), 1)
    figures = (Figure(text, (axes,), PNG), Figure(text, (axes, axes)))
    return Result(
        assignment=line,
        title=line,
        submission=SubmissionFile(line, line),
        score=0,
        max_score=1,
        status="partial",
        message=text,
        checks=(Check(line, line, 0, 1, (quantity,)),),
        causes=(Cause(line, line, text, text, (f"{line}.{line}", line), place),),
        notes=(text,),
        cells=(Cell(line, text, "error", text, 2, text, (text,), figures),),
        isolation=Isolation(line, (line,), (line,)),
        environment={line: line},
        seconds={line: 1.0},
    )
