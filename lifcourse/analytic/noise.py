"""The LIF neuron with noise: spread of the potential, firing rate, regularity of the intervals."""

import functools
import math
from typing import NamedTuple

import numpy as np

from lifcourse import _checks
from lifcourse.analytic._arguments import membrane, resettable, times
from lifcourse.analytic.lif import firing_rate

_EXPONENT = 40.0  # exp(-40) no longer counts beside 1
_ZETA_HALF = -1.4603545088095868  # Riemann's zeta function at 1/2
_STEP_SHIFT = -_ZETA_HALF / math.sqrt(2 * math.pi)  # 0.5826, Broadie, Glasserman & Kou 1997


def subthreshold_sd(params, noise_sigma, t=None):
    r"""Standard deviation of the noisy membrane potential as long as nothing fires.

    Noise widens the distribution of V and the leak narrows it, until the two balance:

    .. math:: sd(t) = \sigma \sqrt{\tfrac{\tau_m}{2} \left(1 - e^{-2t/\tau_m}\right)} \;\to\; \sigma \sqrt{\tau_m / 2}

    Parameters
    ----------
    params : NeuronParameters
        The membrane.
    noise_sigma : float
        Strength of the voltage noise, in V/√s; not negative.
    t : float or array_like, optional
        Time since V was known exactly, in s; not negative. By default the stationary value is returned.

    Returns
    -------
    float or numpy.ndarray, of the shape of `t`
        Standard deviation, in V.

    Raises
    ------
    ValueError
        If a value is not finite or negative.
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    Uhlenbeck, G. E., and L. S. Ornstein, "On the theory of the Brownian motion", Phys. Rev. 36 (1930) 823–841.
    """
    params = membrane(params)
    stationary = _checks.number("noise_sigma", noise_sigma, nonnegative=True) * math.sqrt(params.tau_m / 2)
    if t is None:
        return stationary
    t = times(t)
    return (stationary * np.sqrt(-np.expm1(-2 * t / params.tau_m)))[()]


def noisy_firing_rate(params, current, noise_sigma, tau_ref=0.0, *, dt=None):
    r"""Firing rate of the LIF neuron with voltage noise at a constant current: Siegert's formula.

    .. math::

        \frac{1}{f} &= \tau_{ref} + \tau_m \sqrt{\pi} \int_{y_r}^{y_{th}} e^{u^2} (1 + \mathrm{erf}\, u) \, du \\
        y_r &= \frac{V_{reset} - V_\infty}{\sigma \sqrt{\tau_m}},
        \quad y_{th} = \frac{V_{th} - V_\infty}{\sigma \sqrt{\tau_m}}

    Nothing overflows on the way: for ``u < 0`` the integrand is ``erfcx(-u)``, and for ``u > 0`` its growth is taken
    out as a factor ``exp(y_th**2)``, so that the result is good to about twelve digits from far below the threshold
    current to far above it, and 0 only where the rate itself is below the smallest float.

    Parameters
    ----------
    params : NeuronParameters
        The membrane.
    current : float or array_like
        Constant current, in A.
    noise_sigma : float
        Strength of the voltage noise, in V/√s; not negative. Without noise this is `firing_rate`.
    tau_ref : float, default 0.0
        Time for which a spike holds V at `V_reset`, in s; not negative.
    dt : float, optional
        Time step of a simulation whose rate is to be predicted, in s. V may cross the threshold and return between two
        samples unseen, which to first order in ``sqrt(dt)`` is as if `V_th` were raised by
        ``0.5826 * noise_sigma * sqrt(dt)``. By default time is continuous.

    Returns
    -------
    float or numpy.ndarray, of the shape of `current`
        Firing rate, in Hz.

    Raises
    ------
    ValueError
        If a value is not finite, one that must not be negative is, ``V_reset >= V_th``, or the rate overflows.
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    A. J. F. Siegert, "On the first passage time probability problem", Phys. Rev. 81 (1951) 617–623; L. M. Ricciardi,
    *Diffusion Processes and Related Topics in Biology* (Springer, 1977); N. Brunel, "Dynamics of sparsely connected
    networks of excitatory and inhibitory spiking neurons", J. Comput. Neurosci. 8 (2000) 183–208; M. Broadie,
    Glasserman, P., and S. Kou, "A continuity correction for discrete barrier options", Math. Finance 7 (1997) 325–349
    (the correction for `dt`).

    Examples
    --------
    >>> from lifcourse import presets
    >>> from lifcourse.units import nA
    >>> print(f"{noisy_firing_rate(presets.lif.params, 4 * nA, noise_sigma=0.03):.2f} Hz")
    38.45 Hz
    """
    passage = _passage(params, current, noise_sigma, tau_ref, dt)
    if passage is None:
        return firing_rate(params, current, tau_ref)
    return _noisy_rate(passage)[()]


def isi_cv(params, current, noise_sigma, tau_ref=0.0, *, dt=None):
    r"""Coefficient of variation of the interspike intervals of the LIF neuron with voltage noise.

    .. math::

        CV^2 = 2 \pi f^2 \tau_m^2 \int_{y_r}^{y_{th}} e^{x^2} dx \int_{-\infty}^{x} e^{y^2} (1 + \mathrm{erf}\, y)^2 dy

    with the limits and the rate f of `noisy_firing_rate`. It goes to 0 far above the threshold current, where the
    neuron is a clock, and to 1 far below it, where rare spikes come at random.

    Parameters
    ----------
    params : NeuronParameters
        The membrane.
    current : float or array_like
        Constant current, in A.
    noise_sigma : float
        Strength of the voltage noise, in V/√s; not negative.
    tau_ref : float, default 0.0
        Time for which a spike holds V at `V_reset`, in s; not negative.
    dt : float, optional
        Time step of a simulation to predict, in s; see `noisy_firing_rate`.

    Returns
    -------
    float or numpy.ndarray, of the shape of `current`
        Standard deviation over mean of the intervals, a pure number. Without noise it is 0 where the neuron fires and
        NaN where it does not.

    Raises
    ------
    ValueError
        If a value is not finite, one that must not be negative is, ``V_reset >= V_th``, or the rate overflows.
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    Brunel, N., "Dynamics of sparsely connected networks of excitatory and inhibitory spiking neurons", J. Comput.
    Neurosci. 8 (2000) 183–208.

    Examples
    --------
    >>> from lifcourse import presets
    >>> from lifcourse.units import nA
    >>> print(f"{isi_cv(presets.lif.params, 4 * nA, noise_sigma=0.03):.3f}")
    0.424
    """
    from scipy.special import erf, erfcx

    passage = _passage(params, current, noise_sigma, tau_ref, dt)
    if passage is None:
        return np.where(firing_rate(params, current, tau_ref) > 0, 0.0, np.nan)[()]
    _noisy_rate(passage)  # raises where the rate overflows

    def inner_below(z):
        """``exp(z**2)`` times the inner integral up to ``-z``, for ``z >= 0``."""
        x, weight = _gauss(z.ndim)
        reach = _EXPONENT / (z + np.sqrt(z**2 + _EXPONENT))
        w = reach * x
        return np.sum(weight * reach * np.exp(-w * (2 * z + w)) * erfcx(z + w) ** 2, axis=0)

    def inner_above(x):
        """``exp(-x**2)`` times the inner integral up to x, for ``x >= 0``."""
        v, dv = _descent(x, x)
        return np.exp(-(x**2)) * inner_below(np.zeros(1)) + np.sum(
            dv * np.exp(-v * (2 * x - v)) * (1 + erf(x - v)) ** 2, axis=0
        )

    z, dz, v, dv, top = passage.z, passage.dz, passage.v, passage.dv, passage.top
    double = np.exp(-2 * top**2) * np.sum(dz * inner_below(z), axis=0)
    double = double + np.sum(dv * np.exp(-2 * v * (2 * top - v)) * inner_above(top - v), axis=0)
    firing_share = passage.mean / (passage.mean + passage.held)
    return (np.sqrt(2 * np.pi * double) * params.tau_m / passage.mean * firing_share)[()]


class _Passage(NamedTuple):
    """Siegert's integral cut at ``u = 0`` into nodes and weights, in units of ``noise_sigma * sqrt(tau_m)``."""

    z: np.ndarray  # nodes -u where u < 0, and their weights
    dz: np.ndarray
    v: np.ndarray  # nodes top - u where u > 0, and their weights
    dv: np.ndarray
    top: np.ndarray  # y_th, or 0 where that is negative
    mean: np.ndarray  # time from reset to threshold times exp(-top**2), in s
    held: np.ndarray  # refractory period times exp(-top**2), in s


def _passage(params, current, noise_sigma, tau_ref, dt):
    """Check the arguments and integrate; None if there is no noise, or too little to change a digit."""
    from scipy.special import erf, erfcx

    params = resettable(params)
    current = _checks.array("current", current)
    noise_sigma = _checks.number("noise_sigma", noise_sigma, nonnegative=True)
    tau_ref = _checks.number("tau_ref", tau_ref, nonnegative=True)
    step = 0.0 if dt is None else _checks.number("dt", dt, positive=True)
    scale, height = noise_sigma * math.sqrt(params.tau_m), params.V_th - params.V_reset
    if scale < 1e-100 * height:
        return None
    shift = _STEP_SHIFT * math.sqrt(step / params.tau_m)
    width = height / scale + shift
    y_th = np.clip(params.R_m * (params.I_th - current) / scale + shift, -1e150, 1e150)
    top = np.maximum(y_th, 0.0)

    # Below u = 0: even steps in log(1 + z), since erfcx(z) falls like 1/z.
    x, weight = _gauss(top.ndim)
    first = np.maximum(-y_th, 0.0)
    log_ratio = np.log1p((width - np.minimum(top, width)) / (1 + first))
    z = first + (1 + first) * np.expm1(log_ratio * x)
    dz = weight * log_ratio * (1 + first) * np.exp(log_ratio * x)
    v, dv = _descent(top, width)
    mean = np.exp(-(top**2)) * np.sum(dz * erfcx(z), axis=0)
    mean = mean + np.sum(dv * np.exp(-v * (2 * top - v)) * (1 + erf(top - v)), axis=0)
    mean = params.tau_m * math.sqrt(math.pi) * mean
    return _Passage(z, dz, v, dv, top, mean, tau_ref * np.exp(-(top**2)))


def _noisy_rate(passage):
    with np.errstate(divide="ignore", over="ignore", under="ignore"):
        rate = np.exp(-(passage.top**2) - np.log(passage.mean + passage.held))
    if not np.isfinite(rate).all():
        raise ValueError("current or noise_sigma is too large: the firing rate overflows")
    return rate


def _descent(top, width):
    """Nodes and weights from `top` down to 0, by `width`, or until ``exp(u**2 - top**2)`` has died away."""
    x, weight = _gauss(np.ndim(top))
    with np.errstate(divide="ignore"):
        reach = _EXPONENT / (top + np.sqrt(np.maximum(top**2 - _EXPONENT, 0.0)))
    reach = np.minimum(np.minimum(top, width), reach)
    return reach * x, reach * weight


@functools.cache
def _gauss(ndim):
    """Nodes and weights of Gauss and Legendre on [0, 1], along a new first axis before `ndim` others."""
    x, weight = np.polynomial.legendre.leggauss(64)
    shape = (-1, *[1] * ndim)
    return (x.reshape(shape) + 1) / 2, weight.reshape(shape) / 2
