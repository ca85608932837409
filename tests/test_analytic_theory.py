"""Formulas against reference values, against each other and against simulation."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifcourse import analytic, presets, simulate
from lifcourse.units import mV, nS, pA

# The adaptive exponential neuron


def test_onset_currents_of_the_tutorial_neuron():
    onset = analytic.onset_currents(presets.aelif)
    assert onset.I_H == pytest.approx(280.17 * pA, abs=0.005 * pA)
    assert onset.I_SN == pytest.approx(280.38 * pA, abs=0.005 * pA)
    assert onset.first == "Hopf"


def test_without_a_the_rheobase_is_the_saddle_node_at_230_pA():
    onset = analytic.onset_currents(replace(presets.aelif, a=0))
    assert onset.I_SN == pytest.approx(230 * pA)
    assert math.isnan(onset.I_H)
    assert onset.first == "saddle-node"


def test_no_onset_without_a_state_of_rest():
    onset = analytic.onset_currents(replace(presets.aelif, a=-11 * nS))
    assert math.isnan(onset.I_SN)
    assert math.isnan(onset.I_H)
    assert onset.first == "none"


def test_the_fixed_point_loses_its_stability_at_the_hopf_current():
    onset = analytic.onset_currents(presets.aelif)
    below, above = (analytic.fixed_points(presets.aelif, onset.I_H * factor) for factor in (1 - 1e-6, 1 + 1e-6))
    assert [point.kind for point in below] == ["stable focus", "saddle"]
    assert [point.kind for point in above] == ["unstable focus", "saddle"]
    assert below[0].stable
    assert not above[0].stable


def test_two_fixed_points_merge_at_the_saddle_node_current():
    I_SN = analytic.onset_currents(presets.aelif).I_SN
    low, high = analytic.fixed_points(presets.aelif, I_SN * (1 - 1e-9))
    assert high.V - low.V == pytest.approx(0, abs=0.01 * mV)
    assert analytic.fixed_points(presets.aelif, I_SN * (1 + 1e-9)) == ()


conductances = st.floats(-30 * nS, 30 * nS)
currents = st.floats(-2000 * pA, 2000 * pA)


@given(conductances, currents)
def test_fixed_points_lie_on_both_nullclines(a, current):
    neuron = replace(presets.aelif, a=a)
    for point in analytic.fixed_points(neuron, current):
        if point.V < neuron.params.V_th + 20 * neuron.Delta_th:
            curves = analytic.nullclines(neuron, current, point.V)
            scale = abs(current) + abs(point.I_SRA) + 1 * pA
            assert curves.V == pytest.approx(point.I_SRA, abs=1e-6 * scale)
            assert curves.I_SRA == pytest.approx(point.I_SRA, abs=1e-12 * scale)


@given(conductances, currents)
def test_the_number_of_fixed_points_follows_from_the_saddle_node_current(a, current):
    neuron = replace(presets.aelif, a=a)
    I_SN = analytic.onset_currents(neuron).I_SN
    found = analytic.fixed_points(neuron, current)
    if math.isnan(I_SN):
        assert len(found) <= 1
    elif abs(current - I_SN) > 1e-9 * I_SN:
        assert len(found) == (2 if current < I_SN else 0)
        assert [point.kind == "saddle" for point in found] == [False, True][: len(found)]


@given(conductances, currents)
def test_eigenvalues_belong_to_the_dynamics(a, current):
    neuron = replace(presets.aelif, a=a)
    p = neuron.params
    for point in analytic.fixed_points(neuron, current):
        exponent = (point.V - p.V_th) / neuron.Delta_th
        if exponent < 20:
            slope = p.G_L * (math.exp(exponent) - 1)
            matrix = np.array([[slope / p.C_m, -1 / p.C_m], [a / neuron.tau_SRA, -1 / neuron.tau_SRA]])
            expected = sorted(np.linalg.eigvals(matrix), key=lambda value: (value.real, value.imag))
            got = sorted(point.eigenvalues, key=lambda value: (value.real, value.imag))
            np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5 * np.abs(matrix).max())


def test_simulation_settles_on_the_stable_fixed_point():
    recording = simulate(presets.aelif, 200 * pA, duration=5.0, dt=1e-4)
    rest = analytic.fixed_points(presets.aelif, 200 * pA)[0]
    assert recording.V[-1] == pytest.approx(rest.V, abs=1e-9)
    assert recording.I_SRA[-1] == pytest.approx(rest.I_SRA, rel=1e-9)


def test_nullclines_refuse_a_potential_where_they_overflow():
    with pytest.raises(ValueError, match="V = 2 V is too far above"):
        analytic.nullclines(presets.aelif, 0.0, [0.0, 2.0])


@pytest.mark.parametrize("function", [analytic.onset_currents, lambda neuron: analytic.fixed_points(neuron, 0.0)])
def test_functions_of_the_adaptive_exponential_neuron_take_no_other(function):
    with pytest.raises(TypeError, match="must be an AELIF"):
        function(presets.sra)
