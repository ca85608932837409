"""With Numba and without: the same results to the last bit."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lifcourse import engine, fi_curve, simulate

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
def test_same_bits_of_the_engine(firing):
    neuron, current = firing
    results = []
    for compiled in (True, False):
        advance = engine._advance_for(type(neuron).step, compiled)
        width, steps = 3, 3000
        state = tuple(np.full(width, value) for value in (*neuron.rest(), neuron.rest()[0]))
        trace = np.empty((3, steps, width))
        spikes = np.zeros((steps, width), np.uint8)
        tally = (*(np.zeros(width, np.int64) for _ in range(6)), np.zeros(width))
        noise = 1e-4 * np.random.default_rng(1).standard_normal((steps, width))
        drive = current * np.array([[0.5, 1.0, 2.0]])
        advance(neuron.step_parameters(), DT, 1, steps, state, drive, noise, tuple(trace), spikes, tally)
        results.append([*state, trace, spikes, *tally])
    assert results[0][-7].sum() > 0
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


@needs_numba
def test_edited_step_is_compiled_anew(tmp_path):
    # the cache on disk must not hand out the machine code of the text before the edit
    module = tmp_path / "edited_model.py"
    text = """
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
    program = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; import edited_model; from lifcourse import presets, simulate;"
        "print(simulate(edited_model.Edited(presets.lif.params), 0.0, duration=2e-4, dt=1e-4).V[1])"
    )
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    for factor, sign, expected in ((1.0, "", -0.07), (1.0, "-", 0.07), (2.0, "-", 0.14)):
        module.write_text(text.format(factor=factor, sign=sign), encoding="utf-8")
        found = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
        )
        assert float(found.stdout or "nan") == expected, found.stderr


def test_switch(monkeypatch):
    monkeypatch.setenv("LIFCOURSE_NUMBA", "0")
    assert not engine.uses_numba()
    monkeypatch.setenv("LIFCOURSE_NUMBA", "1")
    monkeypatch.setitem(sys.modules, "numba", None)
    assert not engine.uses_numba()
