"""Libraries that handouts load are there without being there, and say so when they are used."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from served_process import Server

from grader.worker.standins import preprocessing, selection
from grader.worker.standins.sklearn import accuracy_score, confusion_matrix


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("served"))
    yield server
    server.close()


@pytest.mark.parametrize(
    ("source", "function"),
    [
        ("from keras.datasets import mnist", "keras.datasets.mnist.load_data"),
        ("from keras.api.datasets import mnist", "keras.api.datasets.mnist.load_data"),
        ("import tensorflow as tf; mnist = tf.keras.datasets.mnist", None),
        ("from tensorflow import keras; mnist = keras.datasets.mnist", None),
        ("from tensorflow.keras.datasets import mnist", None),
        ("import tensorflow.keras.datasets.mnist as mnist", None),
    ],
)
def test_keras_gives_its_digits_however_it_is_imported(server, source, function):
    use = """
(a, b), (c, d) = mnist.load_data(path='mnist.npz')
x = [a.shape, b.shape, c.shape, d.shape, {str(v.dtype) for v in (a, b, c, d)} == {'uint8'}]
"""
    answer = server.run(source + use)

    assert (answer.error, answer.x) == (None, [[60, 28, 28], [60], [20, 28, 28], [20], True])
    assert answer.said == [("data", function or "tensorflow.keras.datasets.mnist.load_data")]


def test_each_load_gives_arrays_of_its_own(server):
    source = """
from keras.datasets import fashion_mnist as f, cifar10
first = f.load_data()[0][0]; first[:] = 0
x = [f.load_data()[0][0].any(), cifar10.load_data()[0][1].shape]
"""
    assert server.run(source).x == [True, [60, 1]]


def test_labels_become_one_hot_rows(server):
    # keras.io/api/utils/python_utils/#to_categorical-function
    source = """
from keras.utils import to_categorical
from keras.utils.np_utils import to_categorical as old
x = [to_categorical([0, 1, 2, 3], num_classes=4), to_categorical(np.array([[2], [0]])),
     str(old(y=[1], dtype='float32').dtype), to_categorical([[1, 0], [0, 1]]).shape]
"""
    answer = server.run(source)

    rows = [[0, 0, 1], [1, 0, 0]]
    assert answer.x == [np.eye(4).tolist(), rows, "float32", [2, 2, 2]]


def test_seeds_are_set_as_keras_sets_them(server):
    source = """
import random, keras, tensorflow as tf
keras.utils.set_random_seed(5); first = [random.random(), np.random.rand()]
tf.random.set_seed(5); keras.utils.set_random_seed(5)
x = first == [random.random(), np.random.rand()]
"""
    answer = server.run(source)

    assert (answer.error, answer.x) == (None, True)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("from tensorflow.keras import layers, datasets", "ImportError: tensorflow.keras.layers"),
        ("import keras.models", "ImportError: keras.models"),
        ("from keras.models import Sequential", "ImportError: keras.models"),
        ("from keras.utils import plot_model", "ImportError: keras.utils.plot_model"),
        ("import keras; keras.models", "AttributeError: keras.models"),
        ("from sklearn.svm import SVC", "ImportError: sklearn.svm"),
        ("from torchvision import models", "ImportError: torchvision.models"),
    ],
)
def test_what_is_not_served_is_said_to_be_so(server, source, error):
    answer = server.run(source)

    assert answer.error.startswith(f"{error} is not served while grading: only ")


def test_torchvision_gives_pictures_and_labels(server):
    source = """
import torchvision as thv
train = thv.datasets.MNIST('./data', download=True, train=True)
picture, label = train[2]
x = [type(train.data.numpy()).__name__, train.data.shape, str(train.data.float().dtype),
     train.targets.numpy(), len(train), np.array(picture).shape, label, train.classes[2],
     train.data.view(-1, 784).shape, len(list(train))]
"""
    answer = server.run(source)

    labels = server.data["mnist.y_train"].tolist()
    assert answer.x == [
        *("ndarray", [60, 28, 28], "float32", labels, 60, [28, 28], labels[2], "2 - two"),
        *([60, 784], 60),
    ]
    assert answer.said == [("data", "torchvision.datasets.MNIST")]


def test_transforms_are_applied_to_each_picture(server):
    source = """
from torchvision import datasets, transforms
steps = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.25,)),
                            transforms.Lambda(lambda t: t.view(-1))])
data = datasets.FashionMNIST('~/d', train=False, transform=steps, target_transform=str)
picture, label = data[0]
x = [picture.shape, str(picture.dtype), picture.numpy(), label]
"""
    answer = server.run(source)

    expected = (server.data["fashion_mnist.x_test"][0].ravel() / 255 - 0.5) / 0.25
    assert answer.x[:2] == [[784], "float32"]
    np.testing.assert_allclose(answer.x[2], expected, atol=1e-6)
    assert answer.x[3] == str(server.data["fashion_mnist.y_test"][0])


def test_openml_gives_both_parts_with_labels_of_text(server):
    # scikit-learn.org, fetch_openml: (70000, 784) and strings for mnist_784
    source = """
from sklearn.datasets import fetch_openml
X, y = fetch_openml('mnist_784', version=1, return_X_y=True, as_frame=False, parser='auto')
cifar = fetch_openml('CIFAR_10', as_frame=False)
x = [X.shape, y, str(y.dtype), cifar.data.shape, cifar['target'].shape]
"""
    answer = server.run(source)

    labels = [*server.data["mnist.y_train"], *server.data["mnist.y_test"]]
    assert answer.x == [[80, 784], [str(y) for y in labels], "object", [80, 3072], [80]]
    assert answer.said == [("data", "sklearn.datasets.fetch_openml")]


def test_openml_gives_frames_where_pandas_is_installed(server):
    if importlib.util.find_spec("pandas") is None:
        pytest.skip("pandas is not installed")
    source = """
from sklearn.datasets import fetch_openml
data = fetch_openml('Fashion-MNIST')
x = [data.data.shape, data.data.columns[0], str(data.target.dtype), data.frame.shape]
"""
    assert server.run(source).x == [[80, 784], "pixel1", "category", [80, 785]]


def test_openml_without_pandas_gives_arrays(server):
    source = """
import sys; sys.modules['pandas'] = None
from sklearn.datasets import fetch_openml
x = type(fetch_openml('mnist_784').data).__name__
"""
    assert server.run(source).x == "ndarray"


def test_the_small_digits_are_the_served_ones_shrunk(server):
    source = """
from sklearn.datasets import load_digits
d = load_digits()
x = [d.data.shape, d.images.shape, d.data.min() >= 0, d.data.max() <= 16, d.target,
     load_digits(return_X_y=True)[0].shape, str(d.data.dtype)]
"""
    labels = server.data["mnist.y_train"].tolist()
    expected = [[60, 64], [60, 8, 8], True, True, labels, [60, 64], "float64"]
    assert server.run(source).x == expected


def test_a_set_that_is_not_served_needs_a_network(server):
    source = "from sklearn.datasets import fetch_openml\nfetch_openml('adult')"
    assert server.run(source).error == "URLError: <urlopen error no network while grading>"

    source = "from keras.datasets import cifar10"
    answer = server.run(source, sets=("mnist",))
    assert answer.error.startswith("ImportError: keras.datasets.cifar10 is not served")


def test_downloads_of_data_files_are_served(server):
    source = """
import gzip, urllib.request
from urllib.request import urlretrieve, urlopen, Request, build_opener
base = 'http://yann.lecun.com/exdb/mnist/'
name, headers = urlretrieve(base + 'train-labels-idx1-ubyte.gz', 'labels.gz')
x = [name, len(gzip.open('labels.gz').read())]
with urlopen(Request(base + 't10k-labels-idx1-ubyte.gz', headers={'User-Agent': 'a'})) as r:
    x += [r.status, len(gzip.decompress(r.read()))]
x.append(build_opener().open('https://github.com/a/mnist.pkl.gz?raw=true').read(2) == b'\\x1f\\x8b')
x.append(urlopen('data:text/plain,abc').read().decode())
"""
    answer = server.run(source)

    assert (answer.error, answer.x) == (None, ["labels.gz", 68, 200, 28, True, "abc"])


@pytest.mark.parametrize("early", ["", "import urllib.request\n"])
def test_other_addresses_fail_at_once(server, early):
    answer = server.run(
        f"{early}import urllib.request as r\nr.urlopen('https://example.com/a.zip')"
    )

    assert answer.error == "URLError: <urlopen error no network while grading>"


def test_requests_wget_and_gdown_give_the_same_files(server):
    source = """
import requests, wget, gdown
r = requests.get('https://storage.googleapis.com/x/mnist.npz', stream=True)
r.raise_for_status()
x = [len(b''.join(r.iter_content(1000))) == len(r.content), r.status_code,
     wget.download('http://a.b/train-labels-idx1-ubyte.gz', out='l.gz'),
     gdown.download('https://drive.google.com/uc?id=1', 'mnist_train.csv', quiet=True)]
try:
    requests.get('https://example.com')
except requests.exceptions.RequestException as error:
    x.append(str(error))
"""
    answer = server.run(source)

    files = ["l.gz", "mnist_train.csv"]
    assert (answer.error, answer.x) == (None, [True, 200, *files, "no network while grading"])


def test_colab_does_nothing(server):
    source = """
from google.colab import drive, files
from google.colab.patches import cv2_imshow
import google.colab
drive.mount('/content/drive', force_remount=True)
cv2_imshow(np.ones((2, 2)))
x = [files.upload(), files.download('a')]
"""
    answer = server.run(source)

    assert (answer.error, answer.x) == (None, [{}, {}])
    assert answer.said == [("module", "google.colab")]


def test_progress_bars_are_plain_iterators(server):
    source = """
from tqdm import tqdm, trange
from tqdm.notebook import tqdm as other
from tqdm.auto import tqdm as third
with tqdm(total=3, desc='a') as bar:
    bar.update(2); bar.set_description('b'); bar.set_postfix(loss=1)
tqdm.write('text')
x = [list(tqdm([1, 2])), list(trange(3, leave=False)), bar.n, list(other(range(2)))]
x.append(len(third('ab')))
"""
    answer = server.run(source, without=True)

    assert (answer.error, answer.x) == (None, [[1, 2], [0, 1, 2], 2, [0, 1], 2])
    assert (answer.printed, answer.said) == ("text\n", [("module", "tqdm")])


def test_what_numba_would_compile_runs_as_it_is(server):
    source = """
import numba
from numba import jit, njit, prange, float64
from numba.experimental import jitclass
@jit
def one(n):
    return sum(i for i in prange(n))
@njit(parallel=True, cache=True)
def two(n): return 2 * n
@jit(float64(float64[:, :], numba.int64), nopython=True)
def three(a, n): return a.sum() + n
@numba.vectorize([float64(float64)])
def four(v): return v if v > 0 else 0.0
@jitclass([('n', float64)])
class Five:
    def __init__(self): self.n = 5
x = [one(4), two(4), three(np.ones((2, 2)), 1), four(np.array([-1.0, 2.0])).tolist(), Five().n]
"""
    answer = server.run(source, without=True)

    assert (answer.error, answer.x) == (None, [6, 8, 5.0, [0.0, 2.0], 5])
    assert answer.said == [("module", "numba")]


def test_packages_for_python_2_are_there(server):
    source = """
from past.builtins import xrange, basestring, raw_input
from past.utils import old_div
from future.utils import iteritems
from six.moves import cPickle as pickle, range, urllib
from six.moves.urllib.request import urlretrieve
import future, six
x = [list(xrange(2)), isinstance(b'a', basestring), old_div(7, 2), list(iteritems({1: 2})),
     pickle.loads(pickle.dumps(3)), six.PY3, isinstance('a', six.string_types),
     urllib.parse.quote(' ')]
"""
    answer = server.run(source, without=True)

    assert (answer.error, answer.x) == (None, [[0, 1], True, 3, [[1, 2]], 3, True, True, "%20"])


def test_seaborn_and_ipython_show_nothing(server):
    source = """
import seaborn as sns
from IPython.display import display, Image, clear_output
from IPython import get_ipython
sns.set_theme(style='darkgrid')
axes = sns.heatmap(np.ones((2, 2)), annot=True)
axes.set_title('a').set_fontsize(3)
display(3, Image('a.png')); clear_output(wait=True)
x = get_ipython()
"""
    answer = server.run(source, without=True)

    assert (answer.error, answer.x, answer.printed) == (None, None, "3\n")
    assert answer.said == [("module", "seaborn"), ("module", "IPython")]


def test_an_installed_library_wins_only_where_the_assignment_allows_it(server):
    installed = {"keras/__init__.py": "where = 'real'", "tqdm.py": "where = 'real'"}
    keras = "import keras; x = getattr(keras, 'where', 'stood in for')"
    tqdm = "import tqdm; x = tqdm.where"

    assert server.run(keras, installed=installed).x == "stood in for"
    assert server.run(keras, installed=installed, real=("keras",)).x == "real"
    assert server.run(keras, real=("keras",), without=True).x == "stood in for"
    assert server.run(tqdm, installed=installed, without=True).x == "real"


def test_a_module_of_the_submission_wins(server):
    source = "import sys; sys.path.insert(0, '.')\nimport keras; x = keras.where"

    assert server.run(source, files={"keras.py": "where = 'own'"}).x == "own"


def test_without_data_only_the_harmless_packages_are_stood_in_for(server):
    source = """
x = []
for name in ('keras', 'tensorflow', 'torchvision', 'wget', 'tqdm', 'sklearn.model_selection'):
    try:
        __import__(name)
        x.append(name)
    except ModuleNotFoundError:
        pass
"""
    answer = server.run(source, sets=(), without=True)

    assert answer.x == ["tqdm", "sklearn.model_selection"]


def test_importing_names_of_a_library_with_a_star_gives_what_is_served(server):
    answer = server.run("from keras.utils import *\nx = to_categorical([1])")

    assert (answer.error, answer.x) == (None, [[0, 1]])


def test_helpers_say_that_they_stood_in_when_they_are_called(server):
    source = """
from sklearn.cross_validation import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import accuracy_score
train_test_split([1, 2, 3]); train_test_split([1, 2, 3]); StandardScaler()
"""
    assert server.run(source).said == [
        ("module", "sklearn.cross_validation.train_test_split"),
        ("module", "sklearn.preprocessing.StandardScaler"),
    ]


def test_splits_take_the_rows_that_scikit_learn_takes():
    # the example of scikit-learn.org, sklearn.model_selection.train_test_split
    X, y = np.arange(10).reshape((5, 2)), range(5)
    split = selection.train_test_split(X, y, test_size=0.33, random_state=42)

    assert [np.asarray(part).tolist() for part in split] == [
        *([[4, 5], [0, 1], [6, 7]], [[2, 3], [8, 9]], [2, 0, 3], [1, 4]),
    ]
    assert selection.train_test_split([*y], shuffle=False) == [[0, 1, 2], [3, 4]]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"test_size": 0.2},
        {"test_size": 7},
        {"train_size": 0.55},
        {"train_size": 20, "test_size": 0.1},
        {"shuffle": False, "test_size": 0.3},
        {"stratify": "labels"},
        {"stratify": "labels", "test_size": 0.31},
        {"stratify": "one-hot", "train_size": 41},
    ],
)
def test_splits_agree_with_scikit_learn_where_it_is_installed(options):
    theirs = pytest.importorskip("sklearn.model_selection").train_test_split
    labels = np.random.default_rng(0).integers(0, 4, 103)
    rows = np.arange(103)
    stratify = {"labels": labels, "one-hot": np.eye(4)[labels]}.get(options.get("stratify"))
    options = {**options, "stratify": stratify}
    for seed in range(0 if options.get("shuffle", True) else 42, 43):
        ours = selection.train_test_split(rows, labels, random_state=seed, **options)
        expected = theirs(rows, labels, random_state=seed, **options)

        assert all((a == b).all() for a, b in zip(ours, expected, strict=True))


def test_shuffling_and_encoding_agree_with_scikit_learn_where_it_is_installed():
    pytest.importorskip("sklearn")
    from sklearn import metrics as m
    from sklearn import preprocessing as p
    from sklearn import utils

    draw = np.random.default_rng(1)
    X, y = draw.normal(size=(50, 4)) * [1, 5, 0, 2] + 3.3, draw.integers(0, 3, 50)
    other = draw.integers(0, 4, 50)
    for seed in range(5):
        ours, theirs = (f(X, y, random_state=seed) for f in (selection.shuffle, utils.shuffle))
        assert all((a == b).all() for a, b in zip(ours, theirs, strict=True))
    for name in ("StandardScaler", "MinMaxScaler"):
        ours, theirs = getattr(preprocessing, name)(), getattr(p, name)()
        np.testing.assert_allclose(ours.fit_transform(X), theirs.fit_transform(X), atol=1e-12)
        np.testing.assert_allclose(ours.inverse_transform(ours.transform(X)), X, atol=1e-12)
        np.testing.assert_allclose(ours.scale_, theirs.scale_)
    table = np.stack([y, other], axis=1)
    ours, theirs = preprocessing.OneHotEncoder(), p.OneHotEncoder()
    assert (ours.fit_transform(table).toarray() == theirs.fit_transform(table).toarray()).all()
    assert (ours.inverse_transform(ours.transform(table)) == table).all()
    for labels in (y, y > 0, y.astype(str)):
        ours, theirs = preprocessing.LabelBinarizer(), p.LabelBinarizer()
        assert (ours.fit_transform(labels) == theirs.fit_transform(labels)).all()
        assert (ours.inverse_transform(ours.transform(labels)) == labels).all()
    assert accuracy_score(y, other) == m.accuracy_score(y, other)
    assert accuracy_score(y, other, normalize=False) == m.accuracy_score(y, other, normalize=False)
    for normalize in (None, "true", "pred", "all"):
        ours = confusion_matrix(y, other, normalize=normalize)
        np.testing.assert_allclose(ours, m.confusion_matrix(y, other, normalize=normalize))


def test_scalers_and_encoders_do_what_they_are_named_after():
    X = np.array([[0.0, 2.0], [4.0, 2.0]])

    assert preprocessing.StandardScaler().fit_transform(X).tolist() == [[-1, 0], [1, 0]]
    assert preprocessing.MinMaxScaler().fit_transform(X).tolist() == [[0, 0], [1, 0]]
    rows = preprocessing.OneHotEncoder(sparse_output=False).fit_transform([["b"], ["a"], ["b"]])
    assert rows.tolist() == [[0, 1], [1, 0], [0, 1]]
    assert preprocessing.LabelBinarizer().fit_transform([3, 5, 9]).tolist() == np.eye(3).tolist()
    assert preprocessing.LabelEncoder().fit_transform(["b", "a"]).tolist() == [1, 0]
    assert accuracy_score([1, 2, 3, 4], [1, 2, 0, 4]) == 0.75
    assert confusion_matrix([0, 1, 1], [0, 0, 1]).tolist() == [[1, 0], [1, 1]]
