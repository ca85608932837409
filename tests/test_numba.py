"""With Numba and without: the same results to the last bit."""

import hashlib
import importlib.util
import linecache
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lifcourse import engine, fi_curve, presets, simulate

DT, DURATION = 5e-5, 0.25

needs_numba = pytest.mark.skipif(not engine.uses_numba(), reason="needs Numba")


def fingerprint(recording, curve):
    """All bits of a result."""
    columns = [curve.n_spikes.astype(float), curve.first_isi, curve.last_isi, curve.isi_cv, curve.mean_V]
    arrays = [recording.V, recording.spike_samples.astype(float), *recording.states.values(), *columns]
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()


def run(neuron, current):
    """A noisy recording and a noisy sweep: spikes, subthreshold stretches, and too few spikes for an interval."""
    time = np.arange(round(DURATION / DT)) * DT
    wave = current * (1 + np.sin(2 * np.pi * 7 * time))
    noisy = replace(neuron, noise_sigma=0.03)
    recording = simulate(noisy, wave, duration=DURATION, dt=DT, rng=np.random.default_rng(12))
    curve = fi_curve(noisy, current * np.linspace(-1, 3, 9), duration=DURATION, dt=DT, rng=np.random.default_rng(13))
    assert recording.n_spikes > 2
    return fingerprint(recording, curve)


@needs_numba
def test_same_bits(firing, monkeypatch):
    compiled = run(*firing)
    monkeypatch.setenv("LIFCOURSE_NUMBA", "0")
    assert not engine.uses_numba()
    assert run(*firing) == compiled


@needs_numba
@pytest.mark.parametrize("noisy", [False, True])
@pytest.mark.parametrize("kept", ["counts", "trains", "trace"])
def test_same_bits_of_the_engine(firing, kept, noisy, monkeypatch):
    neuron, current = firing
    # more than a block of neurons, and neither a multiple of one nor of eight
    # more than a block of neurons, and not a multiple of eight
    width, steps = (1, 3000) if kept == "trace" else (engine.NEURONS_A_BLOCK + 11, 300)
    wide = width if kept == "trace" else width + 5
    noise = 1e-4 * np.random.default_rng(1).standard_normal((steps, wide)) if noisy else None
    drive = current * np.linspace(1.0, 2.0, width)
    results = []
    for compiled in ("1", "0"):
        monkeypatch.setenv("LIFCOURSE_NUMBA", compiled)
        advance = engine.advance_for(neuron, alone=kept == "trace")
        states, counts = np.zeros((2 + len(neuron.states), width)), np.zeros(width, int)
        tally, trace = engine.new_tally(width) if kept == "trains" else None, ()
        if kept == "trace":
            seen = np.array([*neuron.rest(), 0.0, np.inf])
            trace = (*np.zeros((4, steps)), np.zeros(steps, int), seen)
        for first in (1, 1 + steps // 3):
            part = steps // 3 if first == 1 else steps - steps // 3
            given = None if noise is None else noise[first - 1 :, : wide if compiled == "1" else width][:part].ravel()
            here = [each[first - 1 :] for each in trace[:4]]
            parts = (*here, *trace[4:]) if trace else ()
            assert advance(DT, first, part, states, counts, drive, given, tally, parts) < 0
        if tally is not None:
            counts = tally[:, engine.COUNT]
        results.append([counts, states, *trace, *([] if tally is None else [tally])])
    counts = results[0][0]
    assert counts.sum() > 0
    if kept == "trace":
        assert np.count_nonzero(results[0][6]) == counts[0]
    for compiled, plain in zip(*results, strict=True):
        np.testing.assert_array_equal(compiled, plain)


WITHOUT_NUMBA = """
import runpy, sys
sys.modules["numba"] = None  # as if it were not installed
tests = runpy.run_path({tests!r})
assert not tests["engine"].uses_numba()
for neuron, current in runpy.run_path({conftest!r})["NEURONS"].values():
    print(tests["run"](neuron, current))
assert sys.modules["numba"] is None
"""


@needs_numba
def test_same_bits_where_numba_is_missing(neurons):
    program = WITHOUT_NUMBA.format(tests=__file__, conftest=str(Path(__file__).with_name("conftest.py")))
    fresh = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert fresh.returncode == 0, fresh.stderr
    assert fresh.stdout.split() == [run(*firing) for firing in neurons.values()]


EDITED = """
from dataclasses import dataclass
from lifcourse.models import Neuron

def pull(V):
    return {factor} * V

@dataclass(frozen=True, kw_only=True)
class Edited(Neuron):
    @staticmethod
    def step(p, V, x, y, I, noise, dt):
        return {sign}pull(V), x, y, False
"""


@needs_numba
def test_edited_step_is_compiled_anew(tmp_path, monkeypatch):
    # the cache on disk must not hand out the machine code of the text before the edit, here or in what the step calls
    import numba

    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    file = tmp_path / "edited_model.py"
    for factor, sign, expected in ((1.0, "", -0.07), (1.0, "-", 0.07), (2.0, "-", 0.14)):
        file.write_text(EDITED.format(factor=factor, sign=sign), encoding="utf-8")
        linecache.clearcache()
        spec = importlib.util.spec_from_file_location("edited_model", file)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
        monkeypatch.setitem(sys.modules, "edited_model", module)
        spec.loader.exec_module(module)
        assert simulate(module.Edited(presets.lif.params), 0.0, duration=2e-4, dt=1e-4).V[1] == expected
    assert list((tmp_path / "cache").rglob("*.nbc"))


def test_switch(monkeypatch):
    monkeypatch.setenv("LIFCOURSE_NUMBA", "0")
    assert not engine.uses_numba()
    monkeypatch.setenv("LIFCOURSE_NUMBA", "1")
    monkeypatch.setitem(sys.modules, "numba", None)
    assert not engine.uses_numba()
