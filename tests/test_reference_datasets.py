"""Finding data, cutting it into parts, and making rows of numbers of it."""

from __future__ import annotations

import gzip
import struct

import h5py
import numpy as np
import pytest

from reference.datasets import DataError, Dataset, as_rows, load, one_hot, split


@pytest.fixture(autouse=True)
def no_data_of_this_machine(monkeypatch):
    monkeypatch.delenv("GRADELAB_DATA", raising=False)


def data(seed=0):
    """Return arrays like those of MNIST, only smaller."""
    rng = np.random.default_rng(seed)
    return Dataset(
        rng.integers(0, 256, size=(6, 5, 5), dtype=np.uint8),
        np.array([0, 1, 2, 2, 1, 0]),
        rng.integers(0, 256, size=(3, 5, 5), dtype=np.uint8),
        np.array([2, 0, 1]),
    )


def write_idx(folder, content, end=""):
    folder.mkdir(parents=True, exist_ok=True)
    for part, arrays in (
        ("train", (content.x_train, content.y_train)),
        ("t10k", (content.x_test, content.y_test)),
    ):
        for what, array in zip(("images-idx3", "labels-idx1"), arrays, strict=True):
            head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
            whole = head + array.astype(np.uint8).tobytes()
            path = folder / f"{part}-{what}-ubyte{end}"
            path.write_bytes(gzip.compress(whole) if end else whole)


def write_npz(path, content):
    np.savez(path, **vars(content))


def write_hdf5(folder, name, content):
    for part, x, y in (
        ("train", content.x_train, content.y_train),
        ("test", content.x_test, content.y_test),
    ):
        with h5py.File(folder / f"{name}_{part}data.hdf5", "w") as file:
            file["xdata"], file["ydata"] = x.reshape(len(x), -1) / 255, np.eye(3)[y]


def write_csv(folder, name, content):
    for part, x, y in (
        ("train", content.x_train, content.y_train),
        ("test", content.x_test, content.y_test),
    ):
        table = np.column_stack([y, x.reshape(len(x), -1)])
        np.savetxt(folder / f"{name}_{part}.csv", table, fmt="%d", delimiter=",")


WAYS = {
    "npz": lambda folder: write_npz(folder / "mnist.npz", data()),
    "hdf5": lambda folder: write_hdf5(folder, "mnist", data()),
    "csv": lambda folder: write_csv(folder, "mnist", data()),
    "idx": lambda folder: write_idx(folder, data()),
    "packed idx": lambda folder: write_idx(folder, data(), ".gz"),
    "idx in a folder": lambda folder: write_idx(folder / "mnist", data()),
    "idx as torchvision keeps it": lambda folder: write_idx(folder / "MNIST" / "raw", data()),
}


def assert_same(loaded, expected):
    for name, array in vars(expected).items():
        np.testing.assert_array_equal(getattr(loaded, name), array, err_msg=name)
        assert getattr(loaded, name).dtype == array.dtype


@pytest.mark.parametrize("way", WAYS)
def test_data_is_found_however_it_is_kept(tmp_path, way):
    WAYS[way](tmp_path)

    assert_same(load("mnist", tmp_path), data())


def test_a_single_file_can_be_named(tmp_path):
    write_npz(tmp_path / "digits.npz", data())

    assert_same(load("mnist", str(tmp_path / "digits.npz")), data())


def test_the_environment_says_where_to_look(tmp_path, monkeypatch):
    WAYS["csv"](tmp_path)
    monkeypatch.setenv("GRADELAB_DATA", str(tmp_path))

    assert_same(load("mnist"), data())


def test_a_path_counts_more_than_the_environment(tmp_path, monkeypatch):
    WAYS["csv"](tmp_path)
    monkeypatch.setenv("GRADELAB_DATA", "/nowhere")

    assert_same(load("mnist", tmp_path), data())


@pytest.mark.parametrize("spelling", ["fashion_mnist", "fashion-mnist", "fashion"])
def test_digits_and_garments_in_one_folder_are_told_apart(tmp_path, spelling):
    write_idx(tmp_path / "mnist", data(0))
    write_idx(tmp_path / spelling, data(1))

    assert_same(load("mnist", tmp_path), data(0))
    assert_same(load("fashion_mnist", tmp_path), data(1))


def test_without_a_path_the_words_say_what_to_do():
    with pytest.raises(DataError, match=r"Give a path, or set .* GRADELAB_DATA .* drawn_digits"):
        load("mnist")


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match="missing: there is no such file or folder"):
        load("mnist", tmp_path / "missing")


def test_a_folder_without_the_data_says_which_files_are_wanted(tmp_path):
    WAYS["hdf5"](tmp_path)

    with pytest.raises(DataError, match=r"no fashion_mnist in it\. Put there fashion_mnist\.npz"):
        load("fashion_mnist", tmp_path)


def test_half_of_the_files_are_not_enough(tmp_path):
    WAYS["hdf5"](tmp_path)
    (tmp_path / "mnist_testdata.hdf5").unlink()

    with pytest.raises(DataError, match="no mnist in it"):
        load("mnist", tmp_path)


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path):
    with pytest.raises(DataError, match=r"no data set 'cifar'\. Known are mnist, fashion_mnist"):
        load("cifar", tmp_path)


def test_one_hot_rows_have_a_place_for_classes_that_are_not_there():
    rows = one_hot(np.array([1, 0]), 4)

    assert rows.tolist() == [[0, 1, 0, 0], [1, 0, 0, 0]]
    assert rows.dtype == np.float64
    assert one_hot(np.array([1]), 2, np.float32).dtype == np.float32
    assert one_hot(np.array([], dtype=int), 3).shape == (0, 3)


@pytest.mark.parametrize("labels", [[-1, 0], [0, 3]])
def test_a_label_that_is_no_class_is_refused(labels):
    # -1 would be the last class, as Python counts.
    with pytest.raises(
        DataError, match=f"from {min(labels)} to {max(labels)} are not all in 0 to 2"
    ):
        one_hot(np.array(labels), 3)


@pytest.mark.parametrize("labels", [np.array([0.0, 1.0]), np.eye(3, dtype=int)])
def test_labels_that_are_something_else_are_refused(labels):
    with pytest.raises(DataError, match="whole numbers in one row"):
        one_hot(labels, 3)


def test_rows_go_from_0_to_1_and_keep_the_order_of_the_pixels():
    images = np.array([[[0, 255], [51, 102]]], dtype=np.uint8)

    rows = as_rows(images)

    assert rows.tolist() == [[0, 1, 0.2, 0.4]]
    assert as_rows(images, np.float32).dtype == np.float32
    assert images[0, 0, 1] == 255


def test_parts_have_no_sample_in_common():
    x = np.arange(100)

    parts = split(x, -x, (60, 30), np.random.default_rng(0))

    assert [len(part) for part, _ in parts] == [60, 30]
    assert len(set(np.concatenate([part for part, _ in parts]))) == 90
    for x_part, y_part in parts:
        np.testing.assert_array_equal(y_part, -x_part)
    assert parts[0][0].tolist() != sorted(parts[0][0])


def test_without_a_generator_parts_are_in_order():
    x = np.arange(10)

    (first, _), (second, _) = split(x, x, (5, 3), None)

    assert first.tolist() == [0, 1, 2, 3, 4]
    assert second.tolist() == [5, 6, 7]


@pytest.mark.parametrize(
    ("n", "sizes", "message"),
    [
        (10, (8, 3), "parts of 8, 3 out of 10 samples"),
        (10, (-1, 3), "parts of -1, 3"),
        (9, (5,), "9 samples, but 10 labels"),
    ],
)
def test_parts_that_cannot_be_are_refused(n, sizes, message):
    with pytest.raises(DataError, match=message):
        split(np.arange(n), np.arange(10), sizes, None)
