"""Reading labelled images: every format gives the same, and every damage its own words."""

from __future__ import annotations

import gzip
import struct

import h5py
import numpy as np
import pytest

from reference.image_files import (
    DataError,
    labelled,
    read_csv,
    read_hdf5,
    read_idx,
    read_idx_pair,
    read_npz,
)


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, size=(7, 4, 4), dtype=np.uint8)


LABELS = np.array([3, 0, 1, 1, 2, 0, 3])


def idx_bytes(array):
    """Return an array as its format is described: no code of the reader is used."""
    head = bytes([0, 0, 8, array.ndim]) + b"".join(struct.pack(">I", n) for n in array.shape)
    return head + array.astype(np.uint8).tobytes()


def write_csv(path, images, header=False, end="\n"):
    lines = ["label," + ",".join(f"pixel{i}" for i in range(16))] if header else []
    lines += [
        ",".join(map(str, [label, *image.ravel()]))
        for label, image in zip(LABELS, images, strict=True)
    ]
    path.write_text("\n".join(lines) + end)
    return path


def write_hdf5(path, x, y):
    with h5py.File(path, "w") as file:
        file["xdata"], file["ydata"] = x, y
    return path


def assert_same(result, images):
    x, y = result
    np.testing.assert_array_equal(x, images)
    np.testing.assert_array_equal(y, LABELS)
    assert x.dtype == np.uint8
    assert y.dtype == np.int64
    assert x.flags.writeable


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_idx_files_are_read_packed_or_not(tmp_path, images, packed):
    paths = tmp_path / "images", tmp_path / "labels"
    for path, array in zip(paths, (images, LABELS), strict=True):
        data = idx_bytes(array)
        path.write_bytes(gzip.compress(data) if packed else data)

    assert_same(read_idx_pair(*paths), images)


@pytest.mark.parametrize("header", [False, True])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_tables_are_read_with_and_without_names(tmp_path, images, header, packed):
    path = write_csv(tmp_path / "mnist.csv", images, header)
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))

    assert_same(read_csv(path), images)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("label_dtype", [np.uint8, np.float64])
def test_hdf5_files_hold_bytes_or_fractions(tmp_path, images, dtype, label_dtype):
    x = images.reshape(7, 16).astype(dtype)
    x = x if dtype == np.uint8 else x / dtype(255)

    path = write_hdf5(tmp_path / "data.hdf5", x, np.eye(4, dtype=label_dtype)[LABELS])

    assert_same(read_hdf5(path), images)


def test_npz_files_have_the_names_that_keras_gives_them(tmp_path, images):
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=images, y_train=LABELS.astype(np.uint8), x_test=images, y_test=LABELS)

    x_train, y_train, x_test, y_test = read_npz(path)

    assert_same((x_train, y_train), images)
    assert_same((x_test, y_test), images)


def test_fractions_become_the_bytes_that_they_came_from():
    # Written with few digits, some are a little too small: cut off, they would be one too low.
    every = np.arange(256).reshape(1, 16, 16)

    for fractions in (every / 255, np.round(every / 255, 4), (every / 255).astype(np.float16)):
        images, _ = labelled(fractions, np.array([0]), "all bytes")
        np.testing.assert_array_equal(images, every)


def test_coloured_images_keep_their_colours(images):
    coloured = np.stack([images] * 3, axis=-1)

    x, y = labelled(coloured, LABELS[:, None], "CIFAR-10")

    assert x.shape == (7, 4, 4, 3)
    assert y.shape == (7,)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("kept", [3, 10, 40])
def test_an_idx_file_cut_anywhere_is_refused(tmp_path, images, packed, kept):
    data = idx_bytes(images)
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(gzip.compress(data)[: kept + 10] if packed else data[:kept])

    with pytest.raises(
        DataError, match=r"train-images-idx3-ubyte: (truncated|this is no IDX file)"
    ):
        read_idx(path)


def test_a_truncated_idx_file_says_how_much_is_missing(tmp_path, images):
    path = tmp_path / "images"
    path.write_bytes(idx_bytes(images)[:-5])

    with pytest.raises(DataError, match=r"107 of 112 bytes for the shape \(7, 4, 4\)"):
        read_idx(path)


def test_an_idx_file_that_goes_on_is_refused(tmp_path, images):
    path = tmp_path / "images"
    path.write_bytes(idx_bytes(images) + b"more")

    with pytest.raises(DataError, match=r"116 bytes follow where .* needs 112"):
        read_idx(path)


def test_an_idx_file_that_declares_more_than_there_is_memory_is_refused(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(bytes([0, 0, 8, 3]) + struct.pack(">III", 2**31, 2**31, 2**31) + b"data")

    with pytest.raises(DataError, match="truncated"):
        read_idx(path)


def test_a_saved_error_page_is_no_idx_file(tmp_path):
    path = tmp_path / "images"
    path.write_text("<html>404 Not Found</html>")

    with pytest.raises(DataError, match=r"no IDX file of bytes: it begins with '3c 68 74 6d'"):
        read_idx(path)


def test_a_damaged_gzip_file_is_refused(tmp_path, images):
    data = bytearray(gzip.compress(idx_bytes(images)))
    data[-6] ^= 0xFF  # its checksum
    path = tmp_path / "images"
    path.write_bytes(data)

    with pytest.raises(DataError, match="truncated or damaged"):
        read_idx(path)


def test_labels_of_another_file_do_not_fit(tmp_path, images):
    (tmp_path / "images").write_bytes(idx_bytes(images))
    (tmp_path / "labels").write_bytes(idx_bytes(LABELS[:5]))

    with pytest.raises(DataError, match="images and labels: 7 images, but 5 labels"):
        read_idx_pair(tmp_path / "images", tmp_path / "labels")


def test_a_table_whose_last_line_is_short_is_refused(tmp_path, images):
    path = write_csv(tmp_path / "mnist.csv", images, header=True)
    path.write_text(path.read_text()[:-30])

    with pytest.raises(DataError, match=r"mnist\.csv: .*columns.*only the last line is short"):
        read_csv(path)


@pytest.mark.parametrize("value", ["256", "-1", "0.5", "x", ""])
def test_a_table_with_something_else_than_a_byte_is_refused(tmp_path, images, value):
    path = write_csv(tmp_path / "mnist.csv", images)
    first, *rest = path.read_text().splitlines()
    path.write_text("\n".join([first, *rest[:-1], rest[-1].rpartition(",")[0] + "," + value]))

    with pytest.raises(DataError, match="whole numbers from 0 to 255"):
        read_csv(path)


@pytest.mark.parametrize("text", ["", "label,pixel0\n", "\n"])
def test_a_table_without_an_image_is_refused(tmp_path, text):
    path = tmp_path / "mnist.csv"
    path.write_text(text)

    with pytest.raises(DataError, match=r"mnist\.csv: .*no image in it"):
        read_csv(path)


def test_a_table_of_images_that_are_not_square_is_refused(tmp_path):
    path = tmp_path / "mnist.csv"
    path.write_text("1,0,0,0\n2,0,0,0\n")

    with pytest.raises(DataError, match="3 pixels in a row are no square image"):
        read_csv(path)


def test_a_packed_table_cut_short_is_refused(tmp_path, images):
    path = write_csv(tmp_path / "mnist.csv", images)
    path.write_bytes(gzip.compress(path.read_bytes())[:-20])

    with pytest.raises(DataError, match="truncated or damaged"):
        read_csv(path)


@pytest.mark.parametrize("kept", [0, 100, 0.5])
def test_a_truncated_hdf5_file_is_refused(tmp_path, images, kept):
    path = write_hdf5(tmp_path / "data.hdf5", images.reshape(7, 16), np.eye(4)[LABELS])
    data = path.read_bytes()
    path.write_bytes(data[: int(kept * len(data)) if kept < 1 else kept])

    with pytest.raises(DataError, match=r"data\.hdf5: truncated or damaged"):
        read_hdf5(path)


def test_an_hdf5_chunk_with_a_wrong_checksum_is_refused(tmp_path):
    path = tmp_path / "data.hdf5"
    x = np.full((4, 16), 77, dtype=np.uint8)
    with h5py.File(path, "w") as file:
        file.create_dataset("xdata", data=x, chunks=(4, 16), fletcher32=True)
        file["ydata"] = np.eye(4)
    data = bytearray(path.read_bytes())
    data[data.index(x.tobytes())] ^= 1
    path.write_bytes(data)

    with pytest.raises(DataError, match="truncated or damaged"):
        read_hdf5(path)


def test_an_hdf5_file_of_other_data_says_what_is_in_it(tmp_path):
    path = tmp_path / "data.hdf5"
    with h5py.File(path, "w") as file:
        file["xdata"], file["labels"] = np.zeros((2, 16)), np.zeros(2)

    with pytest.raises(DataError, match="no 'ydata' in it, only labels, xdata"):
        read_hdf5(path)


def test_an_npz_file_of_other_data_says_what_is_in_it(tmp_path, images):
    np.savez(tmp_path / "mnist.npz", x_train=images, y_train=LABELS)

    with pytest.raises(DataError, match="no 'x_test' in it, only x_train, y_train"):
        read_npz(tmp_path / "mnist.npz")


def test_a_truncated_npz_file_is_refused(tmp_path, images):
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=images, y_train=LABELS, x_test=images, y_test=LABELS)
    path.write_bytes(path.read_bytes()[:500])

    with pytest.raises(DataError, match=r"mnist\.npz: truncated or damaged"):
        read_npz(path)


def test_a_pickle_in_an_npz_file_is_never_run(tmp_path, images):
    path = tmp_path / "mnist.npz"
    objects = np.array([print, 1], dtype=object)
    np.savez(path, x_train=objects, y_train=LABELS, x_test=images, y_test=LABELS)

    with pytest.raises(DataError, match="allow_pickle"):
        read_npz(path)


@pytest.mark.parametrize("read", [read_idx, read_csv, read_npz, read_hdf5])
def test_a_file_that_is_not_there_is_said_to_be_that(tmp_path, read):
    with pytest.raises(DataError, match="nothing: there is no such file"):
        read(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.full((2, 16), 2.0), [0, 1], "from 2.0 to 2.0. As float64 they must be from 0 to 1"),
        (np.full((2, 16), -0.5), [0, 1], "from -0.5"),
        (np.full((2, 16), np.nan), [0, 1], "from nan"),
        (np.full((2, 16), 256), [0, 1], "from 256 to 256. As int64 they must be from 0 to 255"),
        (np.full((2, 16), "a"), [0, 1], "no numbers"),
        (np.zeros(16), [0, 1], r"the shape \(16,\)"),
        (np.zeros((2, 4, 4, 2)), [0, 1], r"the shape \(2, 4, 4, 2\)"),
        (np.zeros((2, 0)), [0, 1], r"the shape \(2, 0\)"),
        (np.zeros((2, 16)), [[0, 1], [1, 1]], "not every row of labels has one 1"),
        (np.zeros((2, 16)), [[0, 1], [0, 0]], "not every row of labels has one 1"),
        (np.zeros((2, 16)), [[0, 1], [0, 0.5]], "not every row of labels has one 1"),
        (np.zeros((2, 16)), [0, -1], "whole number from 0 on"),
        (np.zeros((2, 16)), [0, 0.5], "whole number from 0 on"),
        (np.zeros((2, 16)), [0, np.nan], "whole number from 0 on"),
        (np.zeros((2, 16)), ["cat", "dog"], "no classes"),
        (np.zeros((2, 16)), np.zeros((2, 2, 2)), "no classes"),
    ],
)
def test_arrays_that_are_no_labelled_images_are_refused(x, y, message):
    with pytest.raises(DataError, match=f"the file: .*{message}"):
        labelled(x, np.array(y), "the file")
