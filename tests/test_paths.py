"""Paths of the author's machine lead into the working copy, and all other paths where they did."""

from __future__ import annotations

import importlib.util

import pytest
from served_process import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("served"))
    yield server
    server.close()


@pytest.mark.parametrize(
    "path",
    [
        "/content/drive/MyDrive/hw 1/w.txt",
        "/kaggle/input/w.txt",
        "~/hw/w.txt",
        r"C:\KTH\w.txt",
        "E:/Level 4, Term 2/w.txt",
        "data/w.txt",
        "../w.txt",
        "W.TXT",
        b"/content/w.txt",
    ],
)
def test_the_students_own_file_is_found_by_its_name(server, path):
    answer = server.run(
        f"with open({path!r}) as f: x = f.read()", files={"sub/w.txt": "here", "other.txt": ""}
    )

    assert (answer.error, answer.x) == (None, "here")
    assert answer.said == [("path", path if isinstance(path, str) else path.decode())]


def test_the_longest_common_end_of_a_path_decides(server):
    files = {"a/data/w.txt": "a", "b/data/w.txt": "b", "w.txt": "top"}
    answer = server.run("x = open('/content/b/data/w.txt').read()", files=files)

    assert answer.x == "b"


def test_of_two_files_that_fit_equally_none_is_picked(server):
    files = {"a/w.txt": "a", "b/w.txt": "b"}
    answer = server.run("open('/content/w.txt')", files=files)

    assert (
        answer.error == "FileNotFoundError: [Errno 2] No such file or directory: '/content/w.txt'"
    )


def test_a_path_that_exists_is_left_alone(server):
    source = """
import os
os.chdir('sub')
x = [open('mnist_train.csv').read(), os.stat('mnist_train.csv').st_size, os.listdir('.')]
"""
    answer = server.run(source, files={"sub/mnist_train.csv": "own"})

    assert (answer.x, answer.said) == (["own", 3, ["mnist_train.csv"]], [])


def test_a_data_file_handed_in_wins_over_the_served_one(server):
    answer = server.run(
        "x = open('/content/mnist_train.csv').read()", files={"data/mnist_train.csv": "own"}
    )

    assert answer.x == "own"


@pytest.mark.parametrize(
    "read",
    [
        "np.loadtxt({path!r}, delimiter=',', skiprows=1).shape",
        "np.genfromtxt({path!r}, delimiter=',', skip_header=1).shape",
        "(len(open({path!r}).readlines()) - 1, 785)",
        "(len(__import__('pathlib').Path({path!r}).read_text().split()) - 1, 785)",
        "(len(list(__import__('csv').reader(open({path!r})))) - 1, 785)",
    ],
)
@pytest.mark.parametrize(
    "path", ["mnist_test.csv", "data/mnist_test.csv", "/content/drive/MyDrive/mnist_test.csv"]
)
def test_tables_are_served_to_every_way_of_reading_them(server, read, path):
    answer = server.run(f"x = {read.format(path=path)}")

    assert (answer.error, answer.x) == (None, [20, 785])
    assert ("file", "mnist_test.csv") in answer.said
    assert (("path", path) in answer.said) == path.startswith("/")


def test_pandas_reads_and_writes_through_mapped_paths(server):
    if importlib.util.find_spec("pandas") is None:
        pytest.skip("pandas is not installed")
    source = r"""
import pandas as pd
train = pd.read_csv(r'C:\KTH\train.csv')
train.iloc[:3].to_csv('/content/drive/MyDrive/few.csv', index=False)
far = pd.read_csv('https://example.com/raw/mnist_test.csv?raw=true')
x = [train.shape, pd.read_csv('few.csv').shape, far.shape]
"""
    answer = server.run(source)

    assert (answer.error, answer.x) == (None, [[60, 785], [3, 785], [20, 785]])


def test_binary_files_are_served_to_numpy_gzip_and_pickle(server):
    source = """
import gzip, pickle
x = [
    np.load('/kaggle/input/mnist.npz')['x_test'].shape,
    np.fromfile('MNIST/raw/train-labels-idx1-ubyte', dtype=np.uint8, offset=8).shape,
    len(gzip.open('data/t10k-images-idx3-ubyte.gz').read()),
    len(pickle.load(gzip.open('../data/mnist.pkl.gz'), encoding='latin1')),
    sorted(pickle.load(open('cifar-10-batches-py/data_batch_1', 'rb'), encoding='latin1')),
]
"""
    answer = server.run(source)

    keys = ["batch_label", "data", "filenames", "labels"]
    assert (answer.error, answer.x) == (None, [[20, 28, 28], [60], 16 + 20 * 784, 3, keys])


@pytest.mark.parametrize("early", ["", "import h5py\n"])
@pytest.mark.parametrize("mode", ["r", "r+", "a"])
def test_hdf5_files_are_served_in_every_mode_that_reads(server, mode, early):
    source = f"""
import h5py
with h5py.File('/content/drive/MyDrive/mnist_traindata.hdf5', {mode!r}) as f:
    x = [f['xdata'].shape, f['ydata'].shape, isinstance(f, h5py.File)]
with h5py.File('/content/w.h5', 'w') as f:
    f['w'] = 1
x.append(h5py.File('w.h5')['w'][()])
"""
    answer = server.run(early + source)

    assert (answer.error, answer.x) == (None, [[60, 784], [60, 10], True, 1])


def test_without_h5py_the_file_is_said_not_to_be_served(server):
    answer = server.run("import sys; sys.modules['h5py'] = None\nopen('mnist_traindata.hdf5')")

    assert answer.error.startswith("OSError: h5py is not installed where this is graded")
    assert answer.said == []


def test_a_file_missing_everywhere_fails_with_the_authors_path(server):
    source = """
import os, h5py
x = []
for attempt in (open, os.stat, os.listdir, os.remove, os.path.getsize, np.load, h5py.File):
    try:
        attempt('nothing/here.bin')
    except FileNotFoundError as error:
        x.append('nothing/here.bin' in str(error))
x.append(os.path.exists('nothing'))
"""
    answer = server.run(source)

    assert (answer.error, answer.x) == (None, [True] * 7 + [False])
    assert answer.said == []


def test_looking_whether_a_data_file_is_there_finds_it(server):
    source = """
import os
from pathlib import Path
x = [os.path.exists('mnist.npz'), os.path.isfile('data/mnist_test.csv'),
     os.path.getsize('train-labels-idx1-ubyte'), Path('/content/mnist.pkl').exists(),
     Path('test.csv/test.csv').is_file(), os.path.isdir('t10k-labels-idx1-ubyte')]
"""
    answer = server.run(source)

    assert answer.x == [True, True, 68, True, True, False]


def test_a_removed_data_file_is_served_again(server):
    source = """
import os
before = os.path.getsize('mnist.npz')
os.remove('mnist.npz')
gone = os.listdir('.')
os.remove('/content/mnist.npz')
x = [gone, os.path.getsize('mnist.npz') == before]
"""
    answer = server.run(source)

    assert (answer.error, answer.x) == (None, [[], True])


def test_a_changed_data_file_stays_changed(server):
    source = """
with open('mnist_test.csv', 'r+') as f: f.write('LABEL')
x = open('/content/mnist_test.csv').read(8)
"""
    assert server.run(source).x == "LABEL,1x"


def test_digits_and_clothes_of_one_name_do_not_mix(server):
    source = """
read = lambda path: np.fromfile(path, dtype=np.uint8)[8:].tolist()
x = [read('data/train-labels-idx1-ubyte'), read('data/fashion/train-labels-idx1-ubyte')]
x.append(read('/content/train-labels-idx1-ubyte') == x[0])
"""
    answer = server.run(source)

    digits, clothes = (server.data[f"{name}.y_train"] for name in ("mnist", "fashion_mnist"))
    assert answer.x == [digits.tolist(), clothes.tolist(), True]


def test_a_data_file_is_put_where_it_is_looked_for_if_the_folder_is_there(server):
    answer = server.run("import os; os.makedirs('data'); open('data/mnist.npz', 'rb').close()")

    assert answer.error is None
    assert (server.folder() / "data" / "mnist.npz").exists()


def test_what_cannot_be_written_elsewhere_is_written_in_the_working_copy(server):
    source = """
import os
from pathlib import Path
os.makedirs('/content/drive/MyDrive/out', exist_ok=True)
Path('/Users/me/figures').mkdir(parents=True, exist_ok=True)
np.savez('/content/drive/MyDrive/out/w.npz', w=np.ones(2))
np.savetxt('/kaggle/working/w.csv', np.ones(2))
Path('C:/KTH/notes.txt').write_text('a')
os.close(os.open('/content/low.bin', os.O_CREAT | os.O_WRONLY))
x = [sorted(os.listdir('.')), np.load('/content/drive/MyDrive/out/w.npz')['w']]
"""
    answer = server.run(source)

    assert answer.error is None
    assert answer.x == [["low.bin", "notes.txt", "w.csv", "w.npz"], [1, 1]]
    assert ("path", "/kaggle/working/w.csv") in answer.said


def test_a_relative_path_into_a_missing_folder_is_not_written(server):
    answer = server.run("open('out/w.txt', 'w')")

    assert answer.error.startswith("FileNotFoundError")


@pytest.mark.parametrize(
    "folder", ["/content/drive/My Drive/hw", "/kaggle/input", "/Users/me/hw", "~", "D:\\hw"]
)
def test_a_foreign_folder_is_the_working_copy(server, folder):
    source = f"""
import os
here = os.getcwd()
os.chdir({folder!r})
names = os.listdir({folder!r})
x = [os.getcwd() == here, 'own.py' in names, 'mnist_train.csv' in names,
     os.path.isdir({folder!r}), os.path.exists({folder + "/model.bin"!r})]
"""
    answer = server.run(source, files={"own.py": ""})

    assert (answer.error, answer.x) == (None, [True, True, True, True, False])
    assert ("path", folder) in answer.said


def test_a_foreign_folder_that_was_handed_in_is_that_one(server):
    source = """
import os
os.chdir('/content/drive/MyDrive/hw')
x = [os.path.basename(os.getcwd()), os.listdir('/content/hw')]
"""
    answer = server.run(source, files={"hw/a.txt": ""})

    assert answer.x == ["hw", ["a.txt"]]


def test_the_folder_of_digit_recognizer_lists_its_two_tables(server):
    answer = server.run("import os; x = os.listdir('/kaggle/input/digit-recognizer')")

    assert answer.x == ["test.csv", "train.csv"]


def test_settings_of_programs_are_not_looked_for_in_the_working_copy(server):
    source = """
import os, sys
x = [os.path.exists(p) for p in ('/home/you/.config/x', '/home/me/.cache', '/etc/w.txt',
     sys.prefix + '/w.txt', '/proc/w.txt')]
"""
    answer = server.run(source, files={"w.txt": ""})

    assert (answer.x, answer.said) == ([False] * 5, [])


def test_a_copy_of_a_mapped_file_onto_itself_is_no_error(server):
    source = """
import shutil
x = [shutil.copy('/content/drive/MyDrive/mnist.npz', '.'), len(np.load('mnist.npz').files)]
"""
    answer = server.run(source)

    assert (answer.error, answer.x) == (None, ["./mnist.npz", 4])


def test_folders_that_can_be_made_are_made(server):
    source = """
import os, tempfile
from pathlib import Path
deep = Path.home() / '.config' / 'program'
deep.mkdir(parents=True, exist_ok=True)
os.makedirs(Path.home() / 'data' / 'raw')
with tempfile.TemporaryDirectory() as top:
    Path(top, 'a', 'b').mkdir(parents=True)
    x = [deep.is_dir(), sorted(os.listdir(Path.home())), os.listdir(top + '/a')]
"""
    answer = server.run(source)

    assert (answer.error, answer.x) == (None, [True, [".config", "data"], ["b"]])
    assert answer.said == []


def test_the_standard_library_works_as_before(server):
    source = """
import inspect, linecache, os, shutil, tempfile
with tempfile.TemporaryDirectory() as top:
    with tempfile.NamedTemporaryFile(dir=top) as file:
        file.write(b'a')
    os.makedirs(top + '/a/b')
    shutil.copytree(top + '/a', top + '/c')
    shutil.rmtree(top + '/a')
    left = os.listdir(top)
fd = os.open('.', os.O_RDONLY)
x = [left, os.path.exists(top), inspect.signature(os.stat).parameters.keys() >= {'dir_fd'},
     linecache.getline(shutil.__file__, 1) != '', os.stat(fd) == os.stat('.'),
     os.stat('w', dir_fd=fd).st_size, os.listdir(fd), shutil._use_fd_functions,
     isinstance(os.listdir(b'.')[0], bytes), len(os.listdir())]
"""
    answer = server.run(source, files={"w": "abc"})

    safe = answer.x[7]  # depends on the platform
    assert (answer.error, answer.x) == (
        None,
        [["c"], False, True, True, True, 3, ["w"], safe, True, 1],
    )
