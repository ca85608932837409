"""Formulas against reference values, against each other and against simulation."""

import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp
from scipy.special import erfc, erfcx

from lifcourse import LIF, analytic, fi_curve, presets, simulate
from lifcourse.units import mV, nA, nS, pA

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


# The noisy neuron

membrane = presets.lif.params
sigmas = st.floats(1e-4, 1.0)
loads = st.floats(-5, 20)  # currents in units of the threshold current


def test_stationary_spread_of_the_potential():
    assert analytic.subthreshold_sd(membrane, 0.01) == pytest.approx(0.71 * mV, abs=0.005 * mV)
    assert analytic.subthreshold_sd(membrane, 0.03) == pytest.approx(2.12 * mV, abs=0.005 * mV)
    growing = analytic.subthreshold_sd(membrane, 0.03, [0, 1e-9, 1.0])
    np.testing.assert_allclose(growing, [0, 0.03 * math.sqrt(1e-9), 0.03 * math.sqrt(0.005)], rtol=1e-6)


def test_spread_of_simulated_potentials_grows_as_computed():
    neuron, dt = LIF(membrane, noise_sigma=0.03), 5e-5
    rng = np.random.default_rng(4)
    runs = np.array([simulate(neuron, 0.0, duration=0.04, dt=dt, rng=rng).V for _ in range(2000)])
    at = np.array([20, 100, 200, 700])
    expected = analytic.subthreshold_sd(membrane, 0.03, at * dt)
    np.testing.assert_allclose(runs[:, at].std(axis=0), expected, rtol=4 / math.sqrt(2 * 2000))


def test_siegert_reference_values():
    assert analytic.noisy_firing_rate(membrane, 4 * nA, 0.03) == pytest.approx(38.45, abs=0.005)
    assert analytic.noisy_firing_rate(membrane, 4 * nA, 0.03, dt=1e-4) == pytest.approx(36.93, abs=0.005)
    assert analytic.noisy_firing_rate(membrane, 4 * nA, 0.03, dt=1e-5) == pytest.approx(37.97, abs=0.005)
    assert analytic.isi_cv(membrane, 4 * nA, 0.03) == pytest.approx(0.424, abs=0.0005)


def limits(current, noise_sigma):
    scale = noise_sigma * math.sqrt(membrane.tau_m)
    V_inf = membrane.E_L + membrane.R_m * current
    return (membrane.V_reset - V_inf) / scale, (membrane.V_th - V_inf) / scale


mild = [
    (0.03, 0.5),
    (0.03, 1.0),
    (0.03, 1.2),
    (0.1, -0.5),
    (0.1, 1.0),
    (0.1, 3.0),
    (1.0, -5.0),
    (1.0, 1.0),
    (1.0, 20.0),
]


@pytest.mark.parametrize(("noise_sigma", "load"), mild)
def test_rate_and_cv_are_the_printed_integrals(noise_sigma, load):
    current = load * membrane.I_th
    low, high = limits(current, noise_sigma)
    integral = quad(lambda u: math.exp(u * u) * erfc(-u), low, high, epsabs=0, epsrel=1e-12)[0]
    f = 1 / (membrane.tau_m * math.sqrt(math.pi) * integral)
    assert analytic.noisy_firing_rate(membrane, current, noise_sigma) == pytest.approx(f, rel=1e-10)

    def inner(x):
        return quad(lambda y: math.exp(-y * y) * erfcx(-y) ** 2, -12, x, epsabs=0, epsrel=1e-11, limit=200)[0]

    double = quad(lambda x: math.exp(x * x) * inner(x), low, high, epsabs=0, epsrel=1e-9, limit=200)[0]
    cv = math.sqrt(2 * math.pi * double) * f * membrane.tau_m
    assert analytic.isi_cv(membrane, current, noise_sigma) == pytest.approx(cv, rel=1e-7)


@pytest.mark.parametrize(
    ("noise_sigma", "load", "expected"),
    # 40-digit arithmetic (mpmath 1.3, piecewise Gauss-Legendre over the printed integral)
    [
        (0.0001, 1.0, 12.05549068407),
        (0.0001, 1.01, 23.09410358612),
        (0.0001, 20, 2583.010721318),
        (0.001, 0.95, 2.088226308168e-41),
        (0.01, 0.5, 2.088226308169e-41),
        (0.01, -1, 3.03513621394e-692),
        (0.03, -2, 2.158329381699e-171),
        (0.03, 0, 1.854920457152e-17),
        (0.1, -5, 1.952898306036e-60),
        (0.3, -5, 2.522910259861e-5),
        (1.0, 20, 2664.111594264),
    ],
)
def test_rate_far_from_threshold(noise_sigma, load, expected):
    rate = analytic.noisy_firing_rate(membrane, load * 4e-9, noise_sigma)
    assert rate == pytest.approx(expected, rel=1e-10, abs=0)


@given(sigmas, loads, loads)
def test_rate_is_finite_and_never_decreases_with_the_current(noise_sigma, load, other):
    low, high = sorted((load, other))
    rates = analytic.noisy_firing_rate(membrane, np.array([low, high]) * membrane.I_th, noise_sigma)
    assert np.isfinite(rates).all()
    assert rates[0] >= 0
    assert rates[1] >= rates[0] * (1 - 1e-12)


@pytest.mark.parametrize("noise_sigma", np.logspace(-4, 0, 13))
def test_rate_grows_from_each_current_of_a_fine_grid_to_the_next(noise_sigma):
    rates = analytic.noisy_firing_rate(membrane, np.linspace(-5, 20, 5001) * membrane.I_th, noise_sigma)
    assert (np.diff(rates)[rates[1:] > 1e-300] > 0).all()
    assert (np.diff(rates) >= 0).all()


@given(sigmas, loads)
def test_rate_is_zero_only_where_it_underflows(noise_sigma, load):
    current = load * membrane.I_th
    if analytic.noisy_firing_rate(membrane, current, noise_sigma) == 0:
        y_th = limits(current, noise_sigma)[1]
        # far below threshold 1/f = tau_m sqrt(pi) exp(y_th**2) / y_th
        assert math.log(y_th / (math.sqrt(math.pi) * membrane.tau_m)) - y_th**2 < math.log(5e-324) + 0.1


@given(sigmas, loads)
def test_cv_is_finite_and_positive(noise_sigma, load):
    cv = analytic.isi_cv(membrane, load * membrane.I_th, noise_sigma)
    assert 0 < cv < 2.5


def test_weak_noise_leaves_the_deterministic_rate():
    currents = np.array([-5, 0.5, 0.999, 1.001, 1.1, 5, 20]) * membrane.I_th
    exact = analytic.firing_rate(membrane, currents, 0.002)
    np.testing.assert_array_equal(analytic.noisy_firing_rate(membrane, currents, 0.0, 0.002), exact)
    for noise_sigma in (1e-7, 1e-10, 1e-50, 1e-120, 1e-300):
        near = analytic.noisy_firing_rate(membrane, currents, noise_sigma, 0.002)
        np.testing.assert_allclose(near, exact, rtol=1e-7, atol=0)
    np.testing.assert_array_equal(analytic.isi_cv(membrane, currents, 0.0), [math.nan] * 3 + [0.0] * 4)


def test_the_refractory_period_adds_to_the_mean_interval_and_not_to_its_spread():
    free = analytic.noisy_firing_rate(membrane, 4 * nA, 0.03)
    held = analytic.noisy_firing_rate(membrane, 4 * nA, 0.03, 0.005)
    assert 1 / held - 1 / free == pytest.approx(0.005)
    spread = [analytic.isi_cv(membrane, 4 * nA, 0.03, tau_ref) / f for tau_ref, f in ((0, free), (0.005, held))]
    assert spread[0] == pytest.approx(spread[1])


def test_rare_spikes_come_at_random_and_fast_ones_like_a_clock():
    assert analytic.isi_cv(membrane, 1 * nA, 0.03) == pytest.approx(1, abs=1e-6)
    assert analytic.isi_cv(membrane, 1000 * nA, 0.01) < 0.01


def test_the_shift_of_a_step_is_minus_zeta_of_a_half_over_sqrt_two_pi():
    n = 1000  # Euler-Maclaurin: sum of 1/sqrt(k) up to n, less what diverges
    zeta = np.sum(np.arange(1, n) ** -0.5) - 2 * math.sqrt(n) + 0.5 * n**-0.5 + n**-1.5 / 24
    shift = -zeta / math.sqrt(2 * math.pi)
    assert shift == pytest.approx(0.5826, abs=5e-5)
    raised = replace(membrane, V_th=membrane.V_th + shift * 0.03 * math.sqrt(1e-4))
    expected = analytic.noisy_firing_rate(raised, 4 * nA, 0.03)
    assert analytic.noisy_firing_rate(membrane, 4 * nA, 0.03, dt=1e-4) == pytest.approx(expected, rel=1e-12)


def simulated(current, noise_sigma, dt, seconds, seed):
    neuron = LIF(membrane, noise_sigma=noise_sigma)
    rng = np.random.default_rng(seed)
    return fi_curve(neuron, np.full(32, current), duration=seconds / 32, dt=dt, rng=rng)


@pytest.mark.parametrize(
    ("noise_sigma", "load", "seconds"), [(0.01, 1.0, 3200), (0.01, 1.5, 640), (0.03, 1.0, 6400), (0.1, 1.5, 3200)]
)
def test_step_correction_predicts_a_fine_simulation(noise_sigma, load, seconds):
    runs = simulated(load * membrane.I_th, noise_sigma, 2e-5, seconds, seed=7)
    rate = runs.firing_rate.mean()
    assert analytic.noisy_firing_rate(membrane, load * membrane.I_th, noise_sigma, dt=2e-5) == pytest.approx(
        rate, rel=0.005
    )
    cv = analytic.isi_cv(membrane, load * membrane.I_th, noise_sigma, dt=2e-5)
    assert cv == pytest.approx(runs.isi_cv.mean(), rel=0.01)


def test_simulated_cv():
    runs = simulated(4 * nA, 0.03, 1e-4, 3200, seed=3)
    assert runs.isi_cv.mean() == pytest.approx(0.429, abs=0.005)


def test_weak_order_is_one_half_and_with_the_correction_one():
    steps = np.array([4e-4, 1e-4, 2.5e-5])
    rates = np.array([simulated(4 * nA, 0.03, dt, 6400, seed=11).firing_rate.mean() for dt in steps])
    bias = 1 - rates / analytic.noisy_firing_rate(membrane, 4 * nA, 0.03)
    assert np.polyfit(np.log(steps), np.log(bias), 1)[0] == pytest.approx(0.5, abs=0.12)
    left = [
        1 - analytic.noisy_firing_rate(membrane, 4 * nA, 0.03, dt=dt) / f for dt, f in zip(steps, rates, strict=True)
    ]
    assert math.log(left[0] / left[1]) / math.log(4) == pytest.approx(1, abs=0.25)

    # What is left is Euler's own: its V relaxes a little faster, as if tau_m were shorter, and spreads a little wider.
    tau_m = -steps / np.log1p(-steps / membrane.tau_m)
    sigma = 0.03 * np.sqrt(membrane.tau_m / tau_m / (1 - steps / (2 * membrane.tau_m)))
    as_fast = [replace(membrane, C_m=tau / membrane.R_m) for tau in tau_m]
    free = [analytic.noisy_firing_rate(p, 4 * nA, s) for p, s in zip(as_fast, sigma, strict=True)]
    assert np.polyfit(np.log(steps), np.log(1 - rates / free), 1)[0] == pytest.approx(0.5, abs=0.05)
    cut = [analytic.noisy_firing_rate(p, 4 * nA, s, dt=dt) for p, s, dt in zip(as_fast, sigma, steps, strict=True)]
    np.testing.assert_allclose(cut, rates, rtol=0.005)


@pytest.mark.parametrize(
    ("argument", "value"), [("noise_sigma", -0.01), ("tau_ref", -0.001), ("dt", 0.0), ("current", math.nan)]
)
def test_noise_formulas_name_what_is_wrong(argument, value):
    arguments = {"current": 4 * nA, "noise_sigma": 0.03} | {argument: value}
    for function in (analytic.noisy_firing_rate, analytic.isi_cv):
        with pytest.raises(ValueError, match=rf"{argument}\W"):
            function(membrane, **arguments)


# The adapting neuron


def test_adapted_reference_rates():
    currents = np.array([260, 300, 500]) * pA
    exact = analytic.adapted_firing_rate(presets.sra, currents)
    np.testing.assert_allclose(exact, [3.512, 10.276, 41.929], rtol=0, atol=5e-4)
    estimate = analytic.adiabatic_firing_rate(presets.sra, currents)
    np.testing.assert_allclose(estimate, [1.67, 8.33, 40.61], rtol=0, atol=5e-3)


def test_simulation_agrees_with_the_periodic_solution_in_six_digits():
    currents = np.array([260, 300, 500]) * pA
    simulated = fi_curve(presets.sra, currents, duration=4.0, dt=1e-7).steady_rate
    np.testing.assert_allclose(simulated, analytic.adapted_firing_rate(presets.sra, currents), rtol=2e-6)


def event_driven(neuron, current, n):
    """The first n intervals by a high-order solver that stops at the threshold."""
    p, G, V, intervals = neuron.params, 0.0, neuron.params.E_L, []

    def slope(t, y):
        return [(p.G_L * (p.E_L - y[0]) + y[1] * (neuron.E_K - y[0]) + current) / p.C_m, -y[1] / neuron.tau_SRA]

    def crossing(t, y):
        return y[0] - p.V_th

    crossing.terminal, crossing.direction = True, 1
    for _ in range(n):
        run = solve_ivp(
            slope, (0, 10), [V, G], method="DOP853", rtol=1e-13, atol=1e-16, events=crossing, max_step=neuron.tau_SRA
        )
        intervals.append(run.t[-1])
        V, G = p.V_reset, run.y[1, -1] + neuron.Delta_G_SRA
    return np.array(intervals)


def test_every_interval_agrees_with_a_high_order_solver():
    intervals = event_driven(presets.sra, 300 * pA, 16)
    G = presets.sra.Delta_G_SRA
    for expected in intervals[1:]:
        T = analytic.adapted_isi(presets.sra, 300 * pA, G)
        assert pytest.approx(expected, rel=1e-11) == T
        G = G * math.exp(-T / presets.sra.tau_SRA) + presets.sra.Delta_G_SRA
    assert 1 / intervals[-1] == pytest.approx(analytic.adapted_firing_rate(presets.sra, 300 * pA), rel=1e-10)


adapting = st.builds(
    lambda G, tau, E_K: replace(presets.sra, Delta_G_SRA=10**G, tau_SRA=10**tau, E_K=E_K),
    st.floats(-12, -6),
    st.floats(-3.5, 0.5),
    st.floats(-0.1, -0.06),
)


@settings(max_examples=40)
@given(adapting, st.floats(1e-4, 20))
def test_periodic_solution_repeats_itself(neuron, excess):
    current = neuron.params.I_th * (1 + excess)
    f = analytic.adapted_firing_rate(neuron, current)
    G_SRA = neuron.Delta_G_SRA / -math.expm1(-1 / (f * neuron.tau_SRA))
    assert analytic.adapted_isi(neuron, current, G_SRA) * f == pytest.approx(1, rel=1e-9)
    p = neuron.params
    V = solve_ivp(
        lambda t, V: (p.G_L * (p.E_L - V) + G_SRA * math.exp(-t / neuron.tau_SRA) * (neuron.E_K - V) + current) / p.C_m,
        (0, 1 / f), [p.V_reset], method="DOP853", rtol=1e-12, atol=1e-15, max_step=neuron.tau_SRA,
    ).y[0, -1]  # fmt: skip
    assert pytest.approx(p.V_th, abs=1e-10) == V


@example(replace(presets.sra, Delta_G_SRA=1e-6), 1e-3)  # a rate far below that without adaptation
@given(adapting, st.floats(1e-3, 20))
def test_adaptation_slows_down_and_the_adiabatic_estimate_exaggerates_it(neuron, excess):
    neuron = replace(neuron, E_K=min(neuron.E_K, neuron.params.V_reset))
    current = neuron.params.I_th * (1 + excess)
    exact = analytic.adapted_firing_rate(neuron, current)
    assert exact <= analytic.firing_rate(neuron.params, current) * (1 + 1e-12)
    assert analytic.adiabatic_firing_rate(neuron, current) <= exact * (1 + 1e-9)


def test_without_adaptation_or_drive():
    plain = replace(presets.sra, Delta_G_SRA=0)
    currents = np.array([[0, 250], [251, 500]]) * pA
    expected = analytic.firing_rate(plain.params, currents)
    for function in (analytic.adapted_firing_rate, analytic.adiabatic_firing_rate):
        np.testing.assert_allclose(function(plain, currents), expected, rtol=1e-12)
        assert function(presets.sra, presets.sra.params.I_th) == 0
    assert analytic.adapted_isi(presets.sra, presets.sra.params.I_th, 0.0) == math.inf


@pytest.mark.parametrize(
    ("wrong", "message"), [({"noise_sigma": 0.01}, "noise_sigma = 0.01"), ({"E_K": -0.05}, "E_K = -0.05")]
)
def test_adaptation_formulas_name_what_is_wrong(wrong, message):
    for function in (analytic.adapted_firing_rate, analytic.adiabatic_firing_rate):
        with pytest.raises(ValueError, match=message):
            function(replace(presets.sra, **wrong), 300 * pA)
        with pytest.raises(TypeError, match="must be a LIFSRA"):
            function(presets.aelif, 300 * pA)


def test_formulas_load_no_heavy_library():
    code = "import sys; from lifcourse import analytic; print({'scipy', 'numba', 'plotly'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
