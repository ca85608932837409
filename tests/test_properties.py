"""Any finite input gives a finite result, or a ValueError that names an argument; nothing else, and never a hang."""

import math
import re
import warnings
from contextlib import contextmanager
from dataclasses import fields, replace

import numpy as np
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lifcourse import (
    AELIF,
    LIF,
    LIFSRA,
    LIFRefractoryConductance,
    LIFThresholdIncrease,
    LIFVoltageClamp,
    NeuronParameters,
    analytic,
    fi_curve,
    presets,
    simulate,
    step_current,
)

MODELS = (LIF, LIFVoltageClamp, LIFThresholdIncrease, LIFRefractoryConductance, LIFSRA, AELIF)
PRESETS = (
    presets.lif,
    presets.voltage_clamp,
    presets.threshold_increase,
    presets.refractory_conductance,
    presets.sra,
    presets.aelif,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(min_value=0.0, exclude_min=True, allow_infinity=False)


def of_size(*sizes):
    """Numbers of the usual sizes, either sign, beside all that floats can be."""
    usual = st.sampled_from(sizes).flatmap(lambda size: st.floats(-10 * size, 10 * size))
    return st.one_of(usual, usual, usual, finite)


def above_zero(*sizes):
    usual = st.sampled_from(sizes).flatmap(lambda size: st.floats(0.1 * size, 10 * size))
    return st.one_of(usual, usual, usual, positive)


VALUES = {
    "C_m": above_zero(1e-10),
    "R_m": above_zero(1e8),
    "E_L": of_size(0.05),
    "V_th": of_size(0.05),
    "V_reset": of_size(0.05),
    "noise_sigma": above_zero(0.01, 1.0) | st.just(0.0),
    "tau_ref": above_zero(1e-3),
    "V_th_max": of_size(0.1),
    "tau_vth": above_zero(1e-3),
    "E_K": of_size(0.05),
    "Delta_G_ref": above_zero(1e-6) | st.just(0.0),
    "tau_G_ref": above_zero(1e-3),
    "Delta_G_SRA": above_zero(1e-9) | st.just(0.0),
    "tau_SRA": above_zero(0.1),
    "Delta_th": above_zero(1e-3),
    "a": of_size(1e-9),
    "b": of_size(1e-11),
    "V_max": of_size(0.1),
}
currents = of_size(1e-10, 1e-9, 1e-6)
time_steps = above_zero(1e-5, 1e-4)


@contextmanager
def finite_or_named(*arguments):
    """Let a ValueError pass that names one of the arguments; hide the hints at unusual values; all else comes out."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".* far from any neuron's", category=UserWarning)
        try:
            yield
        except ValueError as error:
            message = str(error)
        else:
            return
    pattern = rf"(?<![A-Za-z_])({'|'.join(arguments)})(?![A-Za-z_])"
    assert re.search(pattern, message), f"names none of {arguments}: {message}"


@st.composite
def memberships(draw, names):
    """Values for all names; a sound neuron's, but for a few."""
    chosen = draw(st.sets(st.sampled_from(names)))
    return {name: draw(VALUES[name]) for name in sorted(chosen)}


@st.composite
def neurons(draw):
    """A neuron of any model, with any of its parameters changed to anything that it accepts."""
    neuron = draw(st.sampled_from(PRESETS))
    membrane = draw(memberships([field.name for field in fields(NeuronParameters)]))
    own = draw(memberships([field.name for field in fields(neuron)][1:]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            return replace(neuron, params=replace(neuron.params, **membrane), **own)
        except ValueError:
            assume(False)


def names_of(neuron):
    return [field.name for field in (*fields(neuron.params), *fields(neuron))]


def all_finite(*values):
    for value in values:
        assert np.isfinite(value).all()


@given(st.fixed_dictionaries({name: VALUES[name] | finite for name in ("C_m", "R_m", "E_L", "V_th", "V_reset")}))
def test_neuron_parameters(values):
    with finite_or_named(*values):
        params = NeuronParameters(**values)
        all_finite(params.G_L, params.tau_m, params.I_th)
        assert params.G_L > 0
        assert params.tau_m > 0


@given(st.sampled_from(PRESETS), st.data())
def test_models(neuron, data):
    names = [field.name for field in fields(neuron)][1:]
    changes = {name: data.draw(VALUES[name] | finite, name) for name in names}
    with finite_or_named(*names, "V_reset"):
        changed = replace(neuron, **changes)
        all_finite(*changed.rest(), *changed.step_parameters())


@given(neurons(), st.data(), time_steps, st.integers(1, 150), st.integers(0, 2**32 - 1))
@example(presets.lif, None, 1e-320, 10, 0)
@example(presets.sra, None, 1e-320, 10, 0)
@example(replace(presets.lif, noise_sigma=1e300), None, 1e-4, 10, 0)
def test_simulate(neuron, data, dt, n, seed):
    current = 1e300 if data is None else data.draw(currents | arrays(float, n, elements=currents), "current")
    with finite_or_named("current", "dt", "duration", *names_of(neuron)):
        recording = simulate(neuron, current, duration=n * dt, dt=dt, rng=np.random.default_rng(seed))
        assert len(recording.V) == n
        all_finite(recording.t, recording.V, *recording.states.values(), recording.spike_times)
        all_finite(recording.firing_rate, recording.isi, recording.mean_V)
        assert (recording.isi > 0).all()
        spikes = recording.spike_samples
        assert ((spikes > 0) & (spikes < n)).all()


@given(neurons(), st.lists(currents, max_size=5), time_steps, st.integers(1, 150), st.integers(0, 2**32 - 1))
@example(presets.lif, [-1e303], 1e-4, 150, 0)
def test_fi_curve(neuron, currents, dt, n, seed):
    with finite_or_named("current", "currents", "dt", "duration", *names_of(neuron)):
        curve = fi_curve(neuron, currents, duration=n * dt, dt=dt, rng=np.random.default_rng(seed))
        all_finite(curve.currents, curve.n_spikes, curve.firing_rate, curve.mean_V)
        for values, spikes in (
            (curve.first_isi, 2),
            (curve.last_isi, 2),
            (curve.initial_rate, 2),
            (curve.steady_rate, 2),
            (curve.isi_cv, 3),
        ):
            np.testing.assert_array_equal(np.isfinite(values), curve.n_spikes >= spikes)
            assert (np.isnan(values) == (curve.n_spikes < spikes)).all()
        assert (curve.n_spikes < n).all()


@given(finite, finite, finite, time_steps, st.floats(0.0, 1e4))
def test_step_current_anywhere(amplitude, start, stop, dt, n):
    with finite_or_named("amplitude", "start", "stop", "duration", "dt"):
        current = step_current(amplitude, start, stop, duration=n * dt, dt=dt)
        assert set(current.tolist()) <= {0.0, amplitude}


@given(finite, positive, positive)
def test_step_current_never_takes_all_memory(amplitude, duration, dt):
    assume(not 1e6 < duration / dt <= 1.1e9)  # lengths that it grants
    with finite_or_named("duration", "dt"):
        assert step_current(amplitude, 0.0, 0.0, duration=duration, dt=dt).sum() == 0


@given(st.floats(-1e3, 1e3), st.integers(1, 500), st.data())
def test_step_current_covers_its_samples(amplitude, n, data):
    assume(amplitude)
    start = data.draw(st.integers(0, n))
    stop = data.draw(st.integers(start, n))
    current = step_current(amplitude, start * 1e-4, stop * 1e-4, duration=n * 1e-4, dt=1e-4)
    assert np.flatnonzero(current).tolist() == list(range(start, stop))


@st.composite
def membranes(draw):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            return replace(presets.lif.params, **draw(memberships(["C_m", "R_m", "E_L", "V_th", "V_reset"])))
        except ValueError:
            assume(False)


anything = currents | arrays(float, st.integers(0, 4), elements=currents)


@given(membranes(), anything, above_zero(1e-3) | finite)
@example(presets.lif.params, math.nextafter(presets.lif.params.I_th, 1.0), 0.0)
def test_firing_rate(params, current, tau_ref):
    with finite_or_named("current", "tau_ref", "V_reset"):
        rate = analytic.firing_rate(params, current, tau_ref)
        assert np.shape(rate) == np.shape(current)
        all_finite(rate)
        assert (np.asarray(rate)[np.asarray(current) <= params.I_th] == 0).all()
        assert (np.asarray(rate) >= 0).all()


@given(membranes(), above_zero(1e-2) | finite, anything, of_size(0.05) | st.none())
def test_membrane_potential(params, t, current, V0):
    with finite_or_named("t", "current", "V0"):
        all_finite(analytic.membrane_potential(params, t, current, V0))


@given(membranes())
def test_threshold_current(params):
    assert analytic.threshold_current(params) == params.I_th


@given(st.sampled_from(PRESETS[:2]), st.floats(1.01, 10), st.floats(1.01, 10))
def test_rate_grows_with_current(neuron, one, other):
    I_th = neuron.params.I_th
    low, high = (analytic.firing_rate(neuron.params, factor * I_th, 1e-3) for factor in sorted((one, other)))
    assert low <= high < 1000
