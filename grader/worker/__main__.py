"""Start the warm parent: ``python -P -s __main__.py FD SCRATCH LAYER,LAYER... GUARDED...``.

The package is loaded by its path under another name, because `grader` itself must not be
importable here.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

NAME = "gradelab_worker"


def main() -> None:
    """Load this folder as a package called `gradelab_worker` and hand over to its warm parent.

    That is a child of this process, which stays behind as its `keeper`.
    """
    here = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        NAME, here / "__init__.py", submodule_search_locations=[str(here)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)
    control, scratch, layers = int(sys.argv[1]), sys.argv[2], sys.argv[3].split(",")
    own = importlib.import_module(f"{NAME}.keeper").start(control, scratch, layers)
    parent = importlib.import_module(f"{NAME}.parent")
    parent.serve(control, scratch, layers, sys.argv[4:], own)


if __name__ == "__main__":
    main()
