"""Ways to take a time step and to place a spike in it, for the one neuron whose exact answer is known: the LIF neuron.

`simulate` uses the first of each, forward Euler and the spike on the grid. The others show what that costs.
"""

import math

import numpy as np

from lifcourse import _checks
from lifcourse.parameters import NeuronParameters

STEPS = {
    "euler": lambda x: 1.0 - x,
    "midpoint": lambda x: 1.0 - x * (1.0 - x / 2.0),
    "exact": lambda x: math.exp(-x),
}
"""What a step of ``x = h / tau_m`` leaves of the distance from V to V_inf; the exact answer is ``exp(-x)``."""

SPIKES = ("grid", "linear", "exact")
"""Where in the step that crosses the threshold the spike is: at its end, on the chord, or on the exact solution."""


def spike_times(params, current, *, duration, dt, step="euler", spike="grid"):
    r"""Spike times of the LIF neuron at a constant current, by the scheme of your choice.

    A step of length `h` is :math:`V \to V_\infty + (V - V_\infty) \, r(h / \tau_m)` with `r` from `STEPS`. Off the
    grid, V starts from `V_reset` at the time of the spike and takes what is left of the step.

    Parameters
    ----------
    params : NeuronParameters
        The membrane; at rest at time 0.
    current : float
        Constant current, in A.
    duration, dt : float
        Time to simulate and time step, in s.
    step : {"euler", "midpoint", "exact"}
        Forward Euler (order 1), the midpoint method (order 2), or the exact solution of the equation.
    spike : {"grid", "linear", "exact"}
        The sample after the crossing, linear interpolation, or the exact crossing, which needs the exact step.

    Returns
    -------
    numpy.ndarray, shape (n_spikes,)
        Spike times, in s.

    Raises
    ------
    ValueError
        If a name is unknown, `dt` is unstable, a value is not finite, or ``V_reset >= V_th``.
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    Rotter, S., and M. Diesmann, "Exact digital simulation of time-invariant linear systems with applications to
    neuronal modeling", Biol. Cybern. 81 (1999) 381–402; A. Morrison, S. Straube, H. E. Plesser and M. Diesmann, "Exact
    subthreshold integration with continuous spike times in discrete-time neural network simulations", Neural Comput. 19
    (2007) 47–79.
    """
    if not isinstance(params, NeuronParameters):
        raise TypeError(f"params must be NeuronParameters, not {params!r}")
    if params.V_reset >= params.V_th:
        raise ValueError(f"V_reset = {params.V_reset!r} V must lie below V_th = {params.V_th!r} V")
    for name, value, known in (("step", step, STEPS), ("spike", spike, SPIKES)):
        if value not in known:
            raise ValueError(f"{name} = {value!r} must be one of {', '.join(known)}")
    if spike == "exact" and step != "exact":
        raise ValueError(f"spike = 'exact' goes with step = 'exact', not with step = {step!r}")
    n, tau_m = _checks.samples(duration, dt), params.tau_m
    if step != "exact" and dt >= 2.0 * tau_m:
        raise ValueError(f"dt = {dt!r} s is too coarse: step = {step!r} is unstable from {2.0 * tau_m:g} s on")
    V_inf = params.E_L + params.R_m * _checks.number("current", current)
    V_th, V_reset, remains, times = params.V_th, params.V_reset, STEPS[step], []
    of_a_step = remains(dt / tau_m)
    V = params.E_L
    for i in range(1, n):
        V_before, left = V, dt
        V = V_inf + (V - V_inf) * of_a_step
        while V > V_th:
            if spike == "grid":
                times.append(i * dt)
                V = V_reset
                break
            if spike == "linear":
                left -= left * (V_th - V_before) / (V - V_before)
            else:
                left -= tau_m * math.log((V_inf - V_before) / (V_inf - V_th))
            left = max(left, 0.0)
            times.append(i * dt - left)
            V_before, V = V_reset, V_inf + (V_reset - V_inf) * remains(left / tau_m)
    return np.array(times)


def order(dts, errors):
    """Order of convergence: the slope of the errors against the time steps on logarithmic axes, by least squares.

    Parameters
    ----------
    dts, errors : array_like, shape (n,)
        Time steps in s, and the errors that go with them, in any unit; at least two, all positive.

    Returns
    -------
    float
        The order, a pure number: near 1 if half the time step makes half the error, near 2 if it makes a quarter.

    Raises
    ------
    ValueError
        If there are fewer than two different time steps, the lengths differ, or a value is not positive.
    """
    dts, errors = _checks.array("dts", dts), _checks.array("errors", errors)
    if dts.ndim != 1 or errors.shape != dts.shape or len(np.unique(dts)) < 2:
        raise ValueError(f"dts and errors must be two or more pairs, not of shapes {dts.shape} and {errors.shape}")
    for name, values in (("dts", dts), ("errors", errors)):
        if (values <= 0).any():
            raise ValueError(f"{name} = {values.min():g} must be greater than 0")
    return float(np.polyfit(np.log(dts), np.log(errors), 1)[0])
