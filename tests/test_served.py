"""What an assignment serves, and what checks see beside returned values, from end to end."""

from __future__ import annotations

import numpy as np
import pytest
from homework import quantities, write_notebook

from grader import served
from grader.course import find_course
from grader.errors import AssignmentError
from grader.grading import grade
from grader.reading import read_submission
from grader.sandbox.parent import WarmParent

TOML = """
title = "Training"
functions = []
[points.training]
accuracy = 1
curves = 1
weights = 1
rate = 1
[data]
mnist = "drawn"
train = 300
test = 50
seed = 3
"""

CHECKS = '''
from grader.checks import at_least, between, check, count, finite, number_after


@check(requires={"accuracy": at_least(0.5), "curves": count(2), "weights": finite(),
                 "rate": between(0.1, 0.2)}, once=True)
def training(student, case):
    """Training leaves curves, weights and an accuracy."""
    return {
        "accuracy": number_after(student.output, "Test accuracy"),
        "curves": sum(len(axes["lines"]) for figure in student.figures for axes in figure["axes"]),
        "weights": student.file("weights.npz")["W"],
        "rate": student.rate,
    }
'''

TRAINED = """
import matplotlib.pyplot as plt
import numpy as np
from tensorflow.keras.datasets import mnist
from google.colab import drive

drive.mount('/content/drive')
(x, t), (x_test, t_test) = mnist.load_data()
x, x_test = x.reshape(len(x), -1) / 255, x_test.reshape(len(x_test), -1) / 255
W, rate = np.zeros((784, 10)), 0.1
losses = []
for epoch in range(60):
    p = np.exp(x @ W)
    p /= p.sum(1, keepdims=True)
    losses.append(-np.log(p[np.arange(len(t)), t]).mean())
    p[np.arange(len(t)), t] -= 1
    W -= rate * x.T @ p / len(t)
print('Test accuracy:', np.mean((x_test @ W).argmax(1) == t_test))
plt.plot(losses, label='training')
plt.plot(losses[::2], label='every second')
plt.title('Loss')
plt.legend()
plt.show()
np.savez('weights.npz', W=W)
"""


@pytest.fixture
def graded(tmp_path):
    folder = tmp_path / "course" / "assignments" / "training"
    folder.mkdir(parents=True)
    (folder / "checks.py").write_text(CHECKS)

    def graded(cells, toml=TOML):
        (folder / "assignment.toml").write_text(toml)
        path = write_notebook(tmp_path / "hw.ipynb", cells)
        assignment = find_course(tmp_path / "course").assignment("training")
        with WarmParent() as parent:
            return grade(read_submission(path), assignment, parent)

    return graded


def test_a_network_learns_from_served_digits_and_what_it_leaves_behind_is_judged(graded):
    result = graded([TRAINED])
    assert {name: q.verdict for name, q in quantities(result).items()} == dict.fromkeys(
        ("accuracy", "curves", "weights", "rate"), "correct"
    )
    (figure,) = result.cells[0].figures
    assert figure.axes[0].title == "Loss"
    assert [label for label, _ in figure.axes[0].lines] == ["training", "every second"]
    assert any("tensorflow.keras.datasets.mnist.load_data" in note for note in result.notes)


def test_what_is_not_left_behind_is_missing_in_a_sentence(graded):
    message = quantities(graded(["x = 1"]))["accuracy"].message
    assert "printed no number after 'Test accuracy'" in message


def test_a_file_that_was_never_written_is_said(graded):
    cells = ["print('Test accuracy: 0.9')\nrate = 0.15"]
    message = quantities(graded(cells))["weights"].message
    assert "the submission has written no file weights.npz" in message


def test_every_student_gets_the_same_pictures_and_another_seed_gives_others(graded):
    show = [
        "from keras.datasets import mnist\n(x, t), _ = mnist.load_data()\nprint(x.sum(), t[:9])"
    ]
    first, second = (graded(show).cells[0].output for _ in range(2))
    other = graded(show, TOML.replace("seed = 3", "seed = 4")).cells[0].output
    assert first == second != other


def test_real_files_are_served_where_the_assignment_names_them(graded, tmp_path):
    random = np.random.default_rng(0)
    sizes = {"train": 40, "test": 20}
    arrays = {f"x_{p}": random.integers(0, 256, (n, 28, 28), np.uint8) for p, n in sizes.items()}
    arrays |= {f"y_{p}": np.arange(n) % 10 for p, n in sizes.items()}
    np.savez(tmp_path / "course" / "assignments" / "training" / "mnist.npz", **arrays)
    toml = TOML.replace('"drawn"', '"mnist.npz"').replace("300", "40").replace("50", "20")
    load = "from keras.datasets import mnist\n(x, t), (u, v) = mnist.load_data()\n"
    show = load + "print(x.sum(), u.sum())"
    result = graded([show], toml)
    assert result.cells[0].output == f"{arrays['x_train'].sum()} {arrays['x_test'].sum()}\n"


def test_more_pictures_than_there_are_is_the_authors_mistake(graded, tmp_path):
    folder = tmp_path / "course" / "assignments" / "training"
    zeros = {"x_train": np.zeros((5, 28, 28), np.uint8), "y_train": np.arange(5)}
    np.savez(folder / "mnist.npz", **zeros, x_test=zeros["x_train"], y_test=zeros["y_train"])
    with pytest.raises(AssignmentError, match="train is 300, and there are 5"):
        graded(["import keras"], TOML.replace('"drawn"', '"mnist.npz"'))


def test_nothing_is_drawn_for_a_submission_that_asks_for_no_data(tmp_path, monkeypatch):
    monkeypatch.setattr(served, "_packed", lambda *_: pytest.fail("drawn"))
    folder = tmp_path / "assignments" / "training"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(TOML)
    submission = read_submission(write_notebook(tmp_path / "hw.ipynb", ["import numpy as np"]))
    assert served.data_for(find_course(tmp_path).assignment("training"), submission) is None
