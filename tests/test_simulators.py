"""The same neurons in Brian2 and NEST: results as committed, and how they compare with lifcourse.

The simulators live in an environment of their own, `.venv-simulators`, made by ``make test`` and ``make simulators``.
"""

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lifcourse import presets, schemes, simulate, step_current
from lifcourse.units import ms, nA, pA

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "simulators"
PYTHON = ROOT / ".venv-simulators" / "bin" / "python"
RESULTS = json.loads((FOLDER / "results.json").read_text("utf-8"))

irregular, irregular_current = presets.firing_patterns["irregular"]
RUNS = {
    "lif": (presets.lif, 5 * nA, 200 * ms, 0.1 * ms),
    "voltage_clamp": (presets.voltage_clamp, 300 * pA, 100 * ms, 0.01 * ms),
    "threshold_increase": (presets.threshold_increase, 300 * pA, 100 * ms, 0.01 * ms),
    "refractory_conductance": (presets.refractory_conductance, 300 * pA, 100 * ms, 0.01 * ms),
    "sra": (presets.sra, (400 * pA, 100 * ms, 600 * ms), 700 * ms, 0.1 * ms),
    "aelif": (presets.aelif, (300 * pA, 100 * ms, 600 * ms), 700 * ms, 0.1 * ms),
    "irregular": (irregular, irregular_current, 800 * ms, 0.1 * ms),
}


def lifcourse_run(run, dt=None):
    neuron, current, duration, usual = RUNS[run]
    dt = dt or usual
    if isinstance(current, tuple):
        current = step_current(*current, duration=duration, dt=dt)
    return simulate(neuron, current, duration=duration, dt=dt)


def steps(simulator, run, as_run=None):
    """Times that a simulator reports, in steps of dt."""
    times = np.array(RESULTS[simulator][run]) * ms / RUNS[as_run or run][3]
    assert abs(times - np.rint(times)).max() < 1e-6
    return np.rint(times).astype(int)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_results_come_out_again(tmp_path):
    if not PYTHON.exists():
        pytest.skip(f"{PYTHON} does not exist; `make simulators` makes it")
    new = tmp_path / "results.json"
    done = subprocess.run([PYTHON, FOLDER / "run.py", new], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(new.read_text("utf-8"))
    assert "brian2" in found, done.stdout
    if "nest" not in found:
        print(next(line for line in done.stdout.splitlines() if line.startswith("nest does not run")), file=sys.stderr)
    for simulator, runs in found.items():
        assert runs.keys() == RESULTS[simulator].keys()
        for run, times in runs.items():
            if run == "version":
                continue
            # Chaos: beyond these, the last bit of a library's exp decides.
            first = 20 if run == "irregular" else None
            np.testing.assert_allclose(times[:first], RESULTS[simulator][run][:first], rtol=0, atol=2e-6, err_msg=run)


@pytest.mark.parametrize("run", [run for run in RUNS if run != "irregular"])
def test_brian2_fires_on_the_same_samples(run):
    # Brian2 gives a spike the time at which the step begins, lifcourse the time at which it ends.
    assert steps("brian2", run).tolist() == (lifcourse_run(run).spike_samples - 1).tolist()


def test_chaos_parts_brian2_and_lifcourse_after_thirty_spikes():
    ours, theirs = lifcourse_run("irregular").spike_samples - 1, steps("brian2", "irregular")
    assert ours[:25].tolist() == theirs[:25].tolist()
    assert ours[:40].tolist() != theirs[:40].tolist()
    assert abs(len(ours) - len(theirs)) <= 2


def test_nest_and_brian2_exact_fire_as_our_exact_scheme():
    params, current, duration, dt = presets.lif.params, *RUNS["lif"][1:]
    ours = np.rint(schemes.spike_times(params, current, duration=duration, dt=dt, step="exact") / dt).astype(int)
    assert steps("nest", "lif").tolist() == ours.tolist()
    assert steps("brian2", "lif_exact", "lif").tolist() == (ours - 1).tolist()
    assert steps("nest", "lif_from_generator", "lif").tolist() == (ours + 2).tolist()


def test_nest_off_the_grid_has_the_interval_of_the_formula_and_one_step_more():
    params = presets.lif.params
    exact = params.tau_m * math.log((-45 + 65) / (-45 + 50)) + 0.1 * ms
    np.testing.assert_allclose(np.diff(RESULTS["nest"]["lif_off_grid"]) * ms, exact, rtol=0, atol=2e-9)


def test_nest_clamps_for_one_sample_more():
    crossing = 10 * ms * math.log((-40 + 65) / (-40 + 50)) / (0.01 * ms)
    assert set(np.diff(steps("nest", "voltage_clamp"))) == {250 + math.ceil(crossing)}
    assert set(np.diff(steps("brian2", "voltage_clamp"))) == {
        249 + math.floor(crossing)
    }  # Euler crosses one step early


@pytest.mark.parametrize(("run", "latest"), [("sra", 0.6 * ms), ("aelif", 0.25 * ms)])
def test_nest_is_near_the_converged_spike_times(run, latest):
    fine = lifcourse_run(run, dt=0.0005 * ms).spike_times
    late = np.array(RESULTS["nest"][run]) * ms - fine
    assert late.min() > 0  # its current comes one step late, its spikes at the end of a step
    assert late.max() < latest


def test_two_simulators_that_agree_are_both_late():
    fine = lifcourse_run("aelif", dt=0.0005 * ms).spike_times
    assert lifcourse_run("aelif").spike_times[-1] - fine[-1] > 4 * ms


def test_a_simulator_that_is_missing_is_named(tmp_path):
    shutil.copy(FOLDER / "run.py", tmp_path)
    done = subprocess.run([sys.executable, tmp_path / "run.py", tmp_path / "r.json"], capture_output=True, text=True)
    assert done.returncode != 0
    assert "brian2 does not run here: No module named" in done.stdout
    assert "`make simulators`" in done.stderr
