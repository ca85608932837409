"""Orders of convergence are measured, not asserted: of the schemes, and of the package's own simulation."""

import numpy as np
import pytest

from lifcourse import LIF, analytic, fi_curve, presets, schemes, simulate
from lifcourse.units import ms, mV, nA, pA

params = presets.lif.params
I = 6 * nA
exact_isi = 1 / analytic.firing_rate(params, I)


def isi_error(dt, step, spike, duration=1.0):
    times = schemes.spike_times(params, I, duration=duration, dt=dt, step=step, spike=spike)
    return np.diff(times).mean() / exact_isi - 1


@pytest.mark.parametrize(
    ("step", "spike", "expected"),
    [
        ("euler", "linear", 1),
        ("midpoint", "linear", 2),
        ("exact", "linear", 2),
        ("euler", "grid", 1),
        ("exact", "grid", 1),
    ],
)
def test_order(step, spike, expected):
    if spike == "grid":  # erratic: only the largest error over many currents is a straight line
        dts, currents = np.array([0.4, 0.1, 0.025]) * ms, np.linspace(5, 8, 61) * nA
        isis = 1 / analytic.firing_rate(params, currents)
        errors = [
            max(
                abs(np.diff(schemes.spike_times(params, i, duration=0.1, dt=dt, step=step)).mean() / isi - 1)
                for i, isi in zip(currents, isis, strict=True)
            )
            for dt in dts
        ]
        tolerance = 0.1
    else:
        dts = np.array([1, 0.5, 0.2, 0.1, 0.05, 0.02]) * ms
        errors = [abs(isi_error(dt, step, spike)) for dt in dts]
        tolerance = 0.03
    assert schemes.order(dts, errors) == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize(
    ("step", "spike", "expected"),
    [
        ("euler", "grid", 1.8e-2),
        ("euler", "linear", 2.5e-2),
        ("midpoint", "linear", 6.6e-4),
        ("exact", "grid", 3.7e-2),
        ("exact", "linear", 2.3e-4),
    ],
)
def test_error_of_the_interval_at_half_a_millisecond(step, spike, expected):
    assert float(f"{abs(isi_error(0.5 * ms, step, spike, duration=0.6)):.1e}") == expected


@pytest.mark.parametrize("dt", [2 * ms, 0.5 * ms, 0.013 * ms, 25 * ms])
def test_exact_crossing_has_no_error(dt):
    """Not even when a step is longer than the interval: then there are two spikes in it."""
    times = schemes.spike_times(params, I, duration=1.0, dt=dt, step="exact", spike="exact")
    np.testing.assert_allclose(np.diff(times), exact_isi, rtol=1e-11)


def test_leading_errors_are_those_of_the_book():
    x = 0.02 * ms / params.tau_m
    assert isi_error(0.02 * ms, "euler", "linear") == pytest.approx(-x / 2, rel=0.01)
    chord = x**2 * params.tau_m / 12 / exact_isi
    assert isi_error(0.02 * ms, "exact", "linear", 3.0) == pytest.approx(chord, rel=0.05)
    assert isi_error(0.02 * ms, "midpoint", "linear", 3.0) == pytest.approx(x**2 / 6 + chord, rel=0.05)


@pytest.mark.parametrize("current", [4.1 * nA, 6 * nA, 20 * nA])
def test_euler_on_the_grid_is_what_simulate_does(current):
    recording = simulate(presets.lif, current, duration=0.2, dt=0.1 * ms)
    times = schemes.spike_times(params, current, duration=0.2, dt=0.1 * ms)
    np.testing.assert_array_equal(times, recording.spike_times)
    assert recording.n_spikes > 3


def test_simulated_mean_potential_converges_with_order_1():
    dts = np.array([0.1, 0.05, 0.025]) * ms
    neuron = LIF(presets.voltage_clamp.params)
    fine = fi_curve(neuron, [150 * pA], duration=0.1, dt=0.0005 * ms).mean_V[0]
    errors = [abs(fi_curve(neuron, [150 * pA], duration=0.1, dt=dt).mean_V[0] - fine) for dt in dts]
    assert schemes.order(dts, errors) == pytest.approx(1, abs=0.05)


def test_painted_spikes_shift_the_mean_in_proportion_to_the_time_step():
    dts, shifts = np.array([0.1, 0.01, 0.001]) * ms, []
    for dt in dts:
        recording = simulate(presets.threshold_increase, 600 * pA, duration=1.0, dt=dt)
        painted = recording.V.copy()
        painted[recording.spike_samples] = 50 * mV
        shifts.append(painted.mean() - recording.mean_V)
    assert schemes.order(dts, shifts) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"step": "rk4"}, "step = 'rk4' must be one of euler, midpoint, exact"),
        ({"spike": "cubic"}, "spike = 'cubic' must be one of grid, linear, exact"),
        ({"spike": "exact"}, "spike = 'exact' goes with step = 'exact'"),
        ({"dt": 20 * ms}, "dt = 0.02 s is too coarse"),
        ({"dt": 0.0}, "dt"),
        ({"current": float("nan")}, "current"),
    ],
)
def test_bad_input_is_named(given, message):
    arguments = {"current": I, "duration": 1.0, "dt": 0.1 * ms} | given
    with pytest.raises(ValueError, match=message):
        schemes.spike_times(params, **arguments)


def test_order_refuses_what_has_no_slope():
    assert schemes.order([1, 2, 4], [3, 12, 48]) == pytest.approx(2)
    for dts, errors in (([1.0], [1.0]), ([1, 2], [1, 0]), ([1, 1], [1, 2]), ([1, 2], [1, 2, 3])):
        with pytest.raises(ValueError, match=r"dts|errors"):
            schemes.order(dts, errors)
    with pytest.raises(TypeError, match="params"):
        schemes.spike_times("lif", I, duration=1.0, dt=0.1 * ms)
