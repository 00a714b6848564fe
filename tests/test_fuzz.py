"""A few seconds of benchmarks/fuzz.py, which goes on for as long as one likes."""

from __future__ import annotations

import importlib.util

from conftest import ROOT


def test_nonsense_is_graded_or_refused_and_never_fails(tmp_path):
    path = ROOT / "benchmarks" / "fuzz.py"
    spec = importlib.util.spec_from_file_location("fuzz", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    fuzz = module.Fuzz(seed=3, keep=tmp_path, graded=20)
    fuzz.run(lambda done: done >= 120)

    assert not fuzz.failures
    assert sum(fuzz.counts[kind, "read"] for kind in module.KINDS) > 20
