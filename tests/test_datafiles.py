"""Served files are found by the names students write and laid out as courses hand them out."""

from __future__ import annotations

import csv
import gzip
import io
import pickle
import struct
import tarfile

import numpy as np
import pytest
from served_process import data_sets

from grader.worker.datafiles import DataFile, DataSet, Shelf, write_file

PARTS = ("x_train", "y_train", "x_test", "y_test")


@pytest.fixture(scope="module")
def sets():
    arrays = data_sets()
    return {
        name: DataSet(name, *(arrays[f"{name}.{part}"] for part in PARTS))
        for name in ("mnist", "fashion_mnist", "cifar10")
    }


@pytest.fixture(scope="module")
def content(sets):
    shelf = Shelf(sets)

    def content(name: str) -> bytes:
        file = shelf.find(name)
        assert file is not None
        out = io.BytesIO()
        file.write(out)
        return out.getvalue()

    return content


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("mnist_train.csv", "mnist_train.csv"),
        ("MNIST_Train.CSV", "mnist_train.csv"),
        ("mnist_train (1).csv", "mnist_train.csv"),
        ("mnist_train(2).csv", "mnist_train.csv"),
        ("mnist_train copy.csv", "mnist_train.csv"),
        ("mnist_traindata.hdf5.crdownload", "mnist_traindata.hdf5"),
        ("mnist_traindata (1).hdf5.crdownload", "mnist_traindata.hdf5"),
        (r"C:\KTH\mnist_test.csv", "mnist_test.csv"),
        ("train-images.idx3-ubyte", "train-images-idx3-ubyte"),
        ("t10k-labels.idx1-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
        ("/kaggle/input/digit-recognizer/test.csv", "test.csv"),
        ("fashion-mnist_test.csv", "fashion-mnist_test.csv"),
        ("cifar-10-batches-py/data_batch_3", "data_batch_3"),
    ],
)
def test_a_file_is_found_by_the_names_that_students_have_for_it(sets, path, name):
    assert Shelf(sets).find(path).name == name


@pytest.mark.parametrize("path", ["", "/", "notes.csv", "mnist.txt", "xmnist_train.csv", "(1).csv"])
def test_other_names_mean_no_file(sets, path):
    assert Shelf(sets).find(path) is None


def test_a_path_that_says_fashion_means_the_clothes(sets):
    shelf = Shelf(sets)

    assert shelf.find("data/train-images-idx3-ubyte.gz").data == "mnist"
    assert shelf.find("data/fashion/train-images-idx3-ubyte.gz").data == "fashion_mnist"
    only = Shelf({"fashion_mnist": sets["fashion_mnist"]})
    assert only.find("train-images-idx3-ubyte.gz").data == "fashion_mnist"


def test_only_files_of_the_served_sets_are_found(sets):
    shelf = Shelf({"cifar10": sets["cifar10"]})

    assert shelf.find("mnist.npz") is None
    assert shelf.find("train.csv") is None
    assert shelf.find("test_batch") is not None
    assert Shelf({}).names() == []


def test_idx_files_have_their_magic_numbers_and_sizes_big_endian(sets, content):
    # yann.lecun.com/exdb/mnist: 0x803 and 0x801, then the sizes, high byte first
    images, labels = content("train-images-idx3-ubyte"), content("t10k-labels-idx1-ubyte")

    assert struct.unpack(">4i", images[:16]) == (2051, 60, 28, 28)
    assert images[16:] == sets["mnist"].x_train.tobytes()
    assert struct.unpack(">2i", labels[:8]) == (2049, 20)
    assert list(labels[8:]) == sets["mnist"].y_test.tolist()
    assert gzip.decompress(content("train-images-idx3-ubyte.gz")) == images


@pytest.mark.parametrize(
    ("name", "header", "data"),
    [
        # kaggle.com/datasets/oddrationale/mnist-in-csv, .../zalando-research/fashionmnist
        ("mnist_test.csv", ["label", "1x1", "1x2", "28x28"], "mnist"),
        ("fashion-mnist_test.csv", ["label", "pixel1", "pixel2", "pixel784"], "fashion_mnist"),
    ],
)
def test_tables_have_the_label_and_then_the_pixels(sets, content, name, header, data):
    rows = list(csv.reader(io.StringIO(content(name).decode())))

    assert [rows[0][i] for i in (0, 1, 2, -1)] == header
    table = np.array(rows[1:], int)
    assert (table[:, 0] == sets[data].y_test).all()
    assert (table[:, 1:] == sets[data].x_test.reshape(20, 784)).all()


def test_the_test_table_of_digit_recognizer_has_no_labels(sets, content):
    # kaggle.com/competitions/digit-recognizer/data
    train = content("train.csv").decode().splitlines()
    test = content("test.csv").decode().splitlines()

    assert train[0].startswith("label,pixel0,pixel1,")
    assert test[0].startswith("pixel0,pixel1,")
    assert test[0].endswith("pixel783")
    assert (np.array(test[3].split(","), int) == sets["mnist"].x_test[2].ravel()).all()
    assert content("test.csv").endswith(b"\n")


def test_the_archive_of_keras_has_four_arrays_of_bytes(sets, content):
    with np.load(io.BytesIO(content("mnist.npz"))) as archive:
        assert sorted(archive.files) == ["x_test", "x_train", "y_test", "y_train"]
        assert {archive[name].dtype for name in archive.files} == {np.dtype(np.uint8)}
        assert (archive["x_train"] == sets["mnist"].x_train).all()


@pytest.mark.parametrize("encoding", ["ASCII", "latin1", "bytes"])
def test_the_pickle_has_training_validation_and_test_data(sets, content, encoding):
    # neuralnetworksanddeeplearning.com, mnist_loader.load_data
    packed = gzip.decompress(content("mnist.pkl.gz"))
    training, validation, test = pickle.loads(packed, encoding=encoding)

    assert [len(part[0]) for part in (training, validation, test)] == [50, 10, 20]
    assert training[0].dtype == np.float32
    assert training[0].max() == 1
    assert validation[1].tolist() == sets["mnist"].y_train[50:].tolist()


def test_the_hdf5_file_has_floats_and_one_hot_labels(sets, content):
    h5py = pytest.importorskip("h5py")
    with h5py.File(io.BytesIO(content("mnist_testdata.hdf5"))) as file:
        x, y = file["xdata"][:], file["ydata"][:]

    assert (x.shape, x.dtype) == ((20, 784), np.float64)
    assert (x * 255 == sets["mnist"].x_test.reshape(20, 784)).all()
    assert (y == np.eye(10)[sets["mnist"].y_test]).all()


def test_the_batches_of_cifar_have_keys_of_bytes_or_text_by_the_encoding(sets, content):
    # cs.toronto.edu/~kriz/cifar.html: Python 2 pickles, rows of 1024 red, green, blue
    raw = content("data_batch_2")
    by_bytes, by_text = pickle.loads(raw, encoding="bytes"), pickle.loads(raw, encoding="latin1")

    assert sorted(by_bytes) == [b"batch_label", b"data", b"filenames", b"labels"]
    assert sorted(by_text) == ["batch_label", "data", "filenames", "labels"]
    for data in (by_bytes[b"data"], by_text["data"]):
        pictures = data.reshape(12, 3, 32, 32).transpose(0, 2, 3, 1)
        assert (pictures == sets["cifar10"].x_train[12:24]).all()
    assert by_text["labels"] == sets["cifar10"].y_train[12:24].tolist()


def test_the_archive_of_cifar_holds_the_batches(content):
    with tarfile.open(fileobj=io.BytesIO(content("cifar-10-python.tar.gz"))) as archive:
        names = archive.getnames()
        batch = archive.extractfile("cifar-10-batches-py/test_batch").read()

    assert len(names) == 7
    assert batch == content("test_batch")


def test_every_listed_name_is_found(sets):
    shelf = Shelf(sets)

    assert [shelf.find(name).name for name in shelf.names()] == shelf.names()


def test_an_interrupted_write_leaves_nothing_behind(tmp_path):
    def write(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_file(DataFile("a.csv", "mnist", write), str(tmp_path / "a.csv"))

    assert list(tmp_path.iterdir()) == []
