"""Formulas against simulation.

Forward Euler with step dt on the LIF neuron gives V - V_inf the factor 1 - h, h = dt / tau_m, a step, and sees the
threshold on the grid only. The interval between spikes is therefore k dt, with k the smallest whole number above
T / dt * h / -log(1 - h), where T is the exact interval. With a clamp of m samples, one of which is the spike's own,
it is (k + m - 1) dt.
"""

import math

import numpy as np
import pytest

from lifcourse import LIF, LIFVoltageClamp, NeuronParameters, analytic, fi_curve, presets, simulate
from lifcourse.units import MOhm, ms, mV, nA, pA, pF


def check_intervals(params, currents, *, dt, tau_ref=0.0):
    """Compare simulated intervals with the formula, up to the error of the grid stated above."""
    exact = 1 / analytic.firing_rate(params, currents, tau_ref)
    neuron = LIFVoltageClamp(params, tau_ref=tau_ref) if tau_ref else LIF(params)
    duration = 4 * exact.max() + 200 * dt
    curve = fi_curve(neuron, currents, duration=duration, dt=dt)
    h = dt / params.tau_m
    without_clamp = exact - tau_ref
    euler = without_clamp * h / -math.log1p(-h) + max(tau_ref - dt, 0.0)
    tolerance = 1e-9 * dt + 1e-9 * exact
    assert (curve.last_isi > euler - tolerance).all()
    assert (curve.last_isi <= euler + dt + tolerance).all()
    # and so the whole error of the interval: half of h times the free part, and one step for the grid
    assert (abs(curve.last_isi - exact) <= dt + 0.5 * h / (1 - h) * without_clamp + tolerance).all()


@pytest.mark.parametrize("dt", [1e-4, 1e-5])
@pytest.mark.parametrize("tau_ref", [0.0, 2.5 * ms])
def test_forty_currents(dt, tau_ref):
    params = presets.lif.params
    check_intervals(params, params.I_th * np.linspace(1.005, 4, 40), dt=dt, tau_ref=tau_ref)


@pytest.mark.parametrize("seed", range(40))
def test_forty_membranes(seed):
    rng = np.random.default_rng(seed)
    E_L = rng.uniform(-90, -60) * mV
    V_th = E_L + rng.uniform(5, 40) * mV
    params = NeuronParameters(
        C_m=rng.uniform(20, 2000) * pF,
        R_m=rng.uniform(5, 500) * MOhm,
        E_L=E_L,
        V_th=V_th,
        V_reset=V_th - rng.uniform(1, 30) * mV,
    )
    dt = params.tau_m / rng.uniform(50, 500)
    tau_ref = rng.choice([0.0, dt * rng.integers(1, 60)])
    check_intervals(params, params.I_th * rng.uniform(1.01, 5, 5), dt=dt, tau_ref=tau_ref)


def test_rate_with_the_clamp_at_300_pA():
    assert round(analytic.firing_rate(presets.voltage_clamp.params, 300 * pA, 2.5 * ms), 1) == 85.7


def test_mean_V_with_the_clamp_at_300_pA():
    p, tau_ref, V_inf = presets.voltage_clamp.params, 2.5 * ms, -40 * mV
    T = 10 * ms * math.log(25 / 10)
    mean_V = (tau_ref * p.V_reset + V_inf * T - p.tau_m * (p.V_th - p.V_reset)) / (T + tau_ref)
    assert round(mean_V / mV, 2) == -58.22
    # from the first spike to the last, no transient from rest; the grid shifts V by at most 15 mV * dt / ISI
    recording = simulate(presets.voltage_clamp, 300 * pA, duration=2.0, dt=1e-5)
    first, last = recording.spike_samples[[0, -1]]
    assert recording.V[first:last].mean() == pytest.approx(mean_V, abs=15 * mV * 1e-5 / 11.66e-3)


def test_no_rate_at_and_below_threshold():
    params = presets.lif.params
    currents = np.array([-1.0, 0.0, 1e-9, params.I_th * (1 - 1e-12), params.I_th])
    assert (analytic.firing_rate(params, currents) == 0).all()
    assert analytic.firing_rate(params, params.I_th * (1 + 1e-12)) > 0
    assert fi_curve(presets.lif, currents[1:], duration=1.0, dt=1e-4).n_spikes.tolist() == [0, 0, 0, 0]


def test_rate_by_hand():
    # V_inf = -45 mV: T = 10 ms log(20 / 5)
    params = presets.lif.params
    assert analytic.firing_rate(params, 5 * nA) == pytest.approx(1 / (0.01 * math.log(4)), rel=1e-12)
    assert analytic.firing_rate(params, 5 * nA, 0.002) == pytest.approx(1 / (0.002 + 0.01 * math.log(4)), rel=1e-12)


def test_threshold_current():
    assert analytic.threshold_current(presets.lif.params) == pytest.approx(4 * nA, rel=1e-12)
    assert presets.lif.params.I_th == analytic.threshold_current(presets.lif.params)


def test_shapes():
    params = presets.lif.params
    assert np.ndim(analytic.firing_rate(params, 5e-9)) == 0
    assert isinstance(analytic.firing_rate(params, 5e-9), float)
    assert analytic.firing_rate(params, [[3e-9], [5e-9]]).shape == (2, 1)
    assert analytic.firing_rate(params, []).shape == (0,)
    assert isinstance(analytic.membrane_potential(params, 0.01, 5e-9), float)
    assert analytic.membrane_potential(params, np.zeros((3, 1)), np.zeros(4)).shape == (3, 4)
    assert analytic.membrane_potential(params, [], 5e-9).shape == (0,)


@pytest.mark.parametrize("V0", [None, -80 * mV, -52 * mV])
def test_membrane_potential_against_simulation(V0):
    params, dt = presets.lif.params, 1e-5
    t = np.arange(5000) * dt
    exact = analytic.membrane_potential(params, t, 3 * nA, V0)
    V, p = params.E_L if V0 is None else V0, presets.lif.step_parameters()
    euler = np.empty_like(t)
    for i in range(len(t)):
        euler[i] = V
        V = presets.lif.step(p, V, 0.0, 0.0, 3 * nA, 0.0, dt)[0]
    # Euler's error for exponential decay is at most |V0 - V_inf| h / (2 e) / (1 - h)
    bound = abs(euler[0] + 55 * mV) * 1e-3 / (2 * math.e) * 1.01
    assert 0.9 * bound < abs(exact - euler).max() < bound


def test_membrane_potential_by_hand():
    # V_inf = -55 mV; after one tau_m, 1/e of the way of -15 mV is left
    params = presets.lif.params
    assert analytic.membrane_potential(params, 0.01, 3 * nA) == pytest.approx((-55 - 15 / math.e) * mV, rel=1e-12)
    assert analytic.membrane_potential(params, 0.0, 3 * nA, -0.06) == pytest.approx(-0.06, rel=1e-12)


def test_euler_is_of_first_order():
    exact = analytic.membrane_potential(presets.lif.params, 0.02, 3 * nA)
    errors = [simulate(presets.lif, 3 * nA, duration=0.02 + dt, dt=dt).V[-1] - exact for dt in (4e-4, 2e-4, 1e-4, 5e-5)]
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    assert orders == pytest.approx(1.0, abs=0.05)
