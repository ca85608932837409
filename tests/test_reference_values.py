"""Numbers from an independent forward Euler loop: counts exactly, others to the last printed digit."""

import numpy as np
import pytest

from lifcourse import LIF, fi_curve, presets, simulate, step_current
from lifcourse.engine import uses_numba
from lifcourse.units import Hz, mV, nA, pA

fine = pytest.mark.skipif(not uses_numba(), reason="hundreds of millions of steps: too many for plain Python")
"""Runs at 1 µs: under a second with Numba."""

AELIF_CURRENTS = np.arange(150, 350, 5) * pA
AELIF_COARSE = [0] * 19 + [1, 1, 1, 1, 2, 2, 2, 3, 18, 24, 30, 36, 42, 48, 53, 59, 64, 69, 75, 80, 84]
AELIF_FINE = [*AELIF_COARSE[:33], 54, 59, 65, 70, 75, 80, 85]
SRA_CURRENTS = np.arange(150, 350, 10) * pA
SRA_COUNTS = [0] * 11 + [18, 27, 36, 45, 53, 61, 70, 78, 87]
REFRACTORY_CURRENTS = np.arange(100, 620, 20) * pA


@pytest.fixture(scope="module")
def refractory_mean_V():
    """Mean potentials, in mV, of the three methods of tutorial 2.2, at 1 µs for 2 s."""
    methods = (presets.voltage_clamp, presets.threshold_increase, presets.refractory_conductance)
    return [fi_curve(neuron, REFRACTORY_CURRENTS, duration=2.0, dt=1e-6).mean_V / mV for neuron in methods]


def test_aelif_counts():
    curve = fi_curve(presets.aelif, AELIF_CURRENTS, duration=5.0, dt=1e-4)
    assert curve.n_spikes.tolist() == AELIF_COARSE


def test_currents_with_one_spike_are_those_that_the_source_prints():
    curve = fi_curve(presets.aelif, AELIF_CURRENTS, duration=5.0, dt=1e-4)
    assert np.flatnonzero(curve.n_spikes == 1).tolist() == [19, 20, 21, 22]


@fine
def test_aelif_counts_at_one_microsecond():
    curve = fi_curve(presets.aelif, AELIF_CURRENTS, duration=5.0, dt=1e-6)
    assert curve.n_spikes.tolist() == AELIF_FINE


@pytest.mark.parametrize(
    "dt", [1e-3, 1e-4, pytest.param(1e-5, marks=fine), pytest.param(1e-6, marks=fine)]
)  # fmt: skip
def test_sra_counts(dt):
    curve = fi_curve(presets.sra, SRA_CURRENTS, duration=5.0, dt=dt)
    assert curve.n_spikes.tolist() == SRA_COUNTS


def test_aelif_rates_at_300_pA():
    recording = simulate(presets.aelif, 300 * pA, duration=5.0, dt=1e-4)
    assert round(1 / recording.isi[:3].mean() / Hz, 2) == 21.14
    assert round(1 / recording.isi[-1] / Hz, 3) == 6.707


@fine
def test_aelif_rates_at_300_pA_at_one_microsecond():
    recording = simulate(presets.aelif, 300 * pA, duration=5.0, dt=1e-6)
    assert round(1 / recording.isi[:3].mean() / Hz, 3) == 21.375
    assert round(1 / recording.isi[-1] / Hz, 3) == 6.729


@pytest.mark.parametrize(
    ("dt", "first", "last"), [(1e-3, 18.987, 10.309), pytest.param(1e-6, 18.847, 10.276, marks=fine)]
)  # fmt: skip
def test_sra_rates_at_300_pA(dt, first, last):
    recording = simulate(presets.sra, 300 * pA, duration=5.0, dt=dt)
    assert round(1 / recording.isi[:3].mean() / Hz, 3) == first
    assert round(1 / recording.isi[-1] / Hz, 3) == last


@fine
def test_sra_steady_rates():
    curve = fi_curve(presets.sra, np.array([260, 300, 500]) * pA, duration=5.0, dt=1e-6)
    assert np.round(curve.steady_rate / Hz, 3).tolist() == [3.512, 10.276, 41.929]


@fine
def test_mean_V_with_the_clamp(refractory_mean_V):
    mean_V = refractory_mean_V[0]
    expected = [-60.05, -58.06, -56.07, -54.08, -52.09, -50.10, -56.08, -56.94]
    assert np.round(mean_V[:8], 2).tolist() == expected
    assert np.round(mean_V[-1], 2) == -60.57
    assert (np.diff(mean_V[6:]) < 0).all()
    assert np.round(mean_V[10], 2) == -58.23  # 300 pA


@fine
def test_mean_V_with_the_raised_threshold(refractory_mean_V):
    mean_V = refractory_mean_V[1]
    expected = [-50.10, -55.04, -55.65, -56.00, -56.21, -56.37, -56.47, -56.51, -56.52, -56.48, -56.41, -56.32]
    assert np.round(mean_V[5:17], 2).tolist() == expected
    assert np.round(mean_V[-1], 2) == -54.96
    assert REFRACTORY_CURRENTS[6:][mean_V[6:].argmin()] == pytest.approx(360 * pA)
    assert (np.diff(mean_V[14:]) > 0).all()


@fine
def test_mean_V_with_the_raised_threshold_once_more(refractory_mean_V):
    # 240 pA, where two sources of these numbers differed by a hundredth of a mV, in a loop that shares nothing
    V, V_th, total, dt = -0.070, -0.050, -0.070, 1e-6
    for _ in range(1, 2_000_000):
        V += dt * ((-0.070 - V) / 1e8 + 240e-12) / 1e-10
        V_th += dt * (-0.050 - V_th) / 1e-3
        if V > V_th:
            V, V_th = -0.065, 0.200
        total += V
    assert refractory_mean_V[1][7] == pytest.approx(total / 2_000_000 / mV, abs=1e-6)
    assert round(total / 2_000_000 / mV, 4) == -55.6518


@fine
def test_mean_V_with_the_conductance(refractory_mean_V):
    mean_V = refractory_mean_V[2]
    assert np.round(mean_V[5:9], 2).tolist() == [-50.10, -58.92, -60.14, -60.88]
    assert np.round(mean_V[-1], 2) == -63.69
    assert (np.diff(mean_V[6:]) < 0).all()


@fine
def test_below_threshold_all_methods_agree(refractory_mean_V):
    clamp, raised, conductance = (mean_V[:6] for mean_V in refractory_mean_V)
    np.testing.assert_array_equal(clamp, raised)
    np.testing.assert_array_equal(clamp, conductance)


@fine
@pytest.mark.parametrize(("dt", "painted"), [(1e-4, -52.51), (1e-5, -54.71), (1e-6, -54.93)])
def test_painted_spikes_would_shift_the_mean(dt, painted):
    recording = simulate(presets.threshold_increase, 600 * pA, duration=2.0, dt=dt)
    V = recording.V.copy()
    V[recording.spike_samples] = 50 * mV
    assert round(V.mean() / mV, 2) == painted
    assert recording.V.max() < 50 * mV


@pytest.mark.parametrize("sigma", [0.01, 0.03])
def test_standard_deviation_of_V_without_threshold(sigma):
    # sigma sqrt(tau_m / 2): 0.71 and 2.12 mV. At rest, 20 mV below threshold, nothing fires.
    recording = simulate(
        LIF(presets.lif.params, noise_sigma=sigma), 0.0, duration=100.0, dt=1e-3, rng=np.random.default_rng(5)
    )
    assert recording.n_spikes == 0
    V = recording.V[100:]
    # Euler's own stationary value, with 10,000 correlation times: one standard error is 0.7 %
    euler = sigma * np.sqrt(0.01 / 2 / (1 - 1e-3 / 0.01 / 2))
    assert V.std() == pytest.approx(euler, rel=0.02)
    assert V.mean() == pytest.approx(-70 * mV, abs=4 * sigma * 0.01 / np.sqrt(100))


@fine
@pytest.mark.parametrize(("sigma", "printed"), [(0.01, 0.71), (0.03, 2.12)])
def test_printed_standard_deviation_of_V(sigma, printed):
    neuron = LIF(presets.lif.params, noise_sigma=sigma)
    recording = simulate(neuron, 0.0, duration=400.0, dt=1e-4, rng=np.random.default_rng(7))
    assert recording.V.std() / mV == pytest.approx(printed, abs=0.02)


@fine
@pytest.mark.parametrize(("dt", "rate"), [(1e-4, 37.13), (1e-5, 38.00)])
def test_noisy_rate_at_threshold(dt, rate):
    # CV 0.43: twenty neurons for 20 s each give about 15,000 spikes, a standard error of 0.13 Hz
    neuron = LIF(presets.lif.params, noise_sigma=0.03)
    curve = fi_curve(neuron, [4 * nA] * 20, duration=20.0, dt=dt, rng=np.random.default_rng(3))
    assert curve.firing_rate.mean() == pytest.approx(rate, abs=0.4)
    assert curve.isi_cv.mean() == pytest.approx(0.429, abs=0.01)


def test_lif_close_to_threshold():
    below, above = (simulate(presets.lif, factor * 4 * nA, duration=1.0, dt=1e-4) for factor in (0.99, 1.01))
    assert below.n_spikes == 0
    assert above.n_spikes > 10


def test_pulse_of_tutorial_2_3():
    pulse = step_current(400 * pA, 0.5, 1.0, duration=1.5, dt=1e-4)
    recording = simulate(presets.sra, pulse, duration=1.5, dt=1e-4)
    assert recording.n_spikes > 5
    assert ((recording.spike_times > 0.5) & (recording.spike_times <= 1.0)).all()
    assert (recording.V[:5001] == presets.sra.params.E_L).all()
    assert (np.diff(recording.isi) > -1.5e-4).all()  # it adapts


@pytest.mark.parametrize("name", presets.firing_patterns)
def test_firing_patterns(name):
    neuron, current = presets.firing_patterns[name]
    recording = simulate(neuron, current, duration=1.0, dt=1e-5 if uses_numba() else 1e-4)
    isi, n = recording.isi, recording.n_spikes
    short = isi < 0.35 * isi.max() if n > 2 else np.zeros(0, bool)
    found = {
        "tonic": lambda: n > 20 and isi[-5:].std() < 0.02 * isi[-5:].mean(),
        "adaptation": lambda: n > 8 and isi[-1] > 2 * isi[0] and (np.diff(isi) > -1e-3).all(),
        "initial burst": lambda: short[:2].all() and not short[3:].any(),
        "regular bursting": lambda: short[5:].any() and not short[5:].all(),
        "delayed accelerating": lambda: (
            recording.spike_times[0] > isi.max() and (np.diff(isi) < 2e-4).all() and isi[-1] < isi[0] / 2
        ),
        "delayed regular bursting": lambda: recording.spike_times[0] > 0.05 and short.any() and not short.all(),
        "transient": lambda: 1 <= n < 6 and recording.spike_times[-1] < 0.3,
        "irregular": lambda: isi.std() > 0.1 * isi.mean() and n > 5,
    }[name]()
    assert found
