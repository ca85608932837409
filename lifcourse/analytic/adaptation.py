"""The adapting LIF neuron: its intervals and its steady rate, exactly and by the usual estimate."""

import math

import numpy as np

from lifcourse import _checks
from lifcourse.analytic.lif import firing_rate
from lifcourse.models import LIFSRA


def adapted_isi(neuron, current, G_SRA):
    r"""Time from reset to threshold of the adapting LIF neuron that starts with an adaptation conductance `G_SRA`.

    After the spike the conductance decays as ``G(t) = G_SRA exp(-t / tau_SRA)``, so V obeys a linear equation. With
    ``A(t)``, the integral of ``(G_L + G) / C_m`` from 0 to t, as integrating factor,

    .. math::

        V(t) &= V_\infty + (V_{reset} - V_\infty) \, e^{-A(t)}
               - (V_\infty - E_K) \int_0^t \frac{G(s)}{C_m} \, e^{A(s) - A(t)} \, ds \\
        V_\infty &= E_L + R_m I

    and the interval is the t at which V reaches `V_th`.

    Parameters
    ----------
    neuron : LIFSRA
        The neuron, without noise; ``E_K`` below ``V_th``, so that a spike slows down the next.
    current : float
        Constant current, in A.
    G_SRA : float
        Adaptation conductance right after a spike, in S; not negative. After the first spike it is `Delta_G_SRA`.

    Returns
    -------
    float
        Interval to the next spike, in s, to about twelve digits; infinity at and below the threshold current.

    Raises
    ------
    ValueError
        If a value is not finite, `G_SRA` is negative, the neuron is noisy or ``E_K >= V_th``.
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    Miller, P., *An Introductory Course in Computational Neuroscience* (MIT Press, 2018), tutorial 2.3 (the model).
    """
    neuron = _adapting(neuron)
    current = _checks.number("current", current)
    G_SRA = _checks.number("G_SRA", G_SRA, nonnegative=True)
    return _first_zero(neuron, current, lambda t: _above_threshold(neuron, current, G_SRA, t))


def adapted_firing_rate(neuron, current):
    r"""Steady firing rate of the adapting LIF neuron: its periodic solution.

    Firing with the period T, the conductance is what a spike adds and what has remained of all before,

    .. math:: G_{SRA} = \Delta G_{SRA} + G_{SRA} \, e^{-T/\tau_{SRA}}
        \quad\Rightarrow\quad G_{SRA} = \frac{\Delta G_{SRA}}{1 - e^{-T / \tau_{SRA}}},

    and T is the interval that `adapted_isi` finds for it.

    Parameters
    ----------
    neuron : LIFSRA
        The neuron, without noise; ``E_K`` below ``V_th``, so that a spike slows down the next.
    current : float or array_like
        Constant current, in A.

    Returns
    -------
    float or numpy.ndarray, of the shape of `current`
        Firing rate, in Hz, to about twelve digits; exactly 0 at and below the threshold current.

    Raises
    ------
    ValueError
        If a value is not finite, the neuron is noisy or ``E_K >= V_th``.
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    Miller, P., *An Introductory Course in Computational Neuroscience* (MIT Press, 2018), tutorial 2.3 (the model).

    Examples
    --------
    >>> from lifcourse import presets
    >>> from lifcourse.units import pA
    >>> print(f"{adapted_firing_rate(presets.sra, 300 * pA):.3f} Hz")
    10.276 Hz
    """
    neuron = _adapting(neuron)

    def rate(current):
        def lack(T):
            G_SRA = neuron.Delta_G_SRA / -math.expm1(-T / neuron.tau_SRA)
            return _above_threshold(neuron, current, G_SRA, T)

        return 1 / _first_zero(neuron, current, lack)

    return _each(rate, current)


def adiabatic_firing_rate(neuron, current):
    r"""Estimate of the steady rate of the adapting LIF neuron that takes its conductance as constant.

    At the rate f the mean of the adaptation conductance is :math:`f \tau_{SRA} \Delta G_{SRA}`. With that as a further
    leak toward `E_K`, the rate is that of a LIF neuron; f is the rate that agrees with itself. It lies below
    `adapted_firing_rate`, because the conductance is below its mean when V nears the threshold.

    Parameters
    ----------
    neuron : LIFSRA
        The neuron, without noise; ``E_K`` below ``V_th``, so that a spike slows down the next.
    current : float or array_like
        Constant current, in A.

    Returns
    -------
    float or numpy.ndarray, of the shape of `current`
        Firing rate, in Hz; exactly 0 at and below the threshold current.

    Raises
    ------
    ValueError
        If a value is not finite, the neuron is noisy or ``E_K >= V_th``.
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    Ermentrout, B., "Linearization of F-I curves by adaptation", Neural Comput. 10 (1998) 1721–1729.

    Examples
    --------
    >>> from lifcourse import presets
    >>> from lifcourse.units import pA
    >>> print(f"{adiabatic_firing_rate(presets.sra, 300 * pA):.2f} Hz")
    8.33 Hz
    """
    from scipy.optimize import brentq

    neuron = _adapting(neuron)
    params = neuron.params

    def rate(current):
        def gain(f):
            G = f * neuron.tau_SRA * neuron.Delta_G_SRA
            excess = current - params.I_th - G * (params.V_th - neuron.E_K)  # (G_L + G) (V_inf - V_th)
            if excess <= 0:
                return -f
            height = (params.G_L + G) * (params.V_th - params.V_reset)
            return (params.G_L + G) / (params.C_m * math.log1p(height / excess)) - f

        unadapted = firing_rate(params, current)
        return brentq(gain, 0.0, 2 * unadapted, xtol=1e-300, rtol=1e-15, maxiter=1000) if unadapted else 0.0

    return _each(rate, current)


def _above_threshold(neuron, current, G_SRA, t):
    """How far V is above the threshold, in V, at a time t after a spike that left the conductance `G_SRA`."""
    from scipy.integrate import quad

    params, tau = neuron.params, neuron.tau_SRA
    V_inf = params.E_L + params.R_m * current
    growth = G_SRA * tau / params.C_m

    def exponent(r):  # A(t) - A(t - r)
        return r / params.tau_m - growth * math.exp((r - t) / tau) * math.expm1(-r / tau)

    def pull(r):  # of the conductance at t - r, as far as it still counts at t
        return G_SRA / params.C_m * math.exp((r - t) / tau - exponent(r))

    reach = min(t, 45 * params.tau_m)
    rest = growth * math.exp(-t / tau)
    if rest > 0:
        reach = min(reach, tau * math.log1p(45 / rest))
    near_spike = max(reach - 10 * tau, reach / 2)
    pulled, _ = quad(pull, 0.0, reach, points=[near_spike], epsabs=0.0, epsrel=1e-12, limit=200) if rest else (0.0, 0)
    fallen = (V_inf - params.V_reset) * math.exp(-exponent(t)) + (V_inf - neuron.E_K) * pulled
    return params.R_m * (current - params.I_th) - fallen


def _first_zero(neuron, current, function):
    """Where `function`, negative at first and increasing, is 0; infinity at and below the threshold current."""
    from scipy.optimize import brentq

    unadapted = firing_rate(neuron.params, current)
    if not unadapted:
        return math.inf
    low, high = 1 / unadapted, 2 / unadapted
    while function(low) > 0:
        low /= 2
    while function(high) <= 0:
        high *= 2
    return brentq(function, low, high, xtol=1e-300, rtol=1e-14, maxiter=1000)


def _each(function, current):
    """Values of a function of one current for an array of them, or for one."""
    current = _checks.array("current", current)
    return np.array([function(value) for value in current.ravel().tolist()]).reshape(current.shape)[()]


def _adapting(neuron):
    if not isinstance(neuron, LIFSRA):
        raise TypeError(f"neuron must be a LIFSRA, not {neuron!r}")
    if neuron.noise_sigma:
        raise ValueError(
            f"noise_sigma = {neuron.noise_sigma!r} V/√s must be 0: with noise there is no periodic solution"
        )
    if neuron.E_K >= neuron.params.V_th:
        raise ValueError(f"E_K = {neuron.E_K!r} V must lie below V_th = {neuron.params.V_th!r} V, or a spike excites")
    return neuron
