"""Formulas: what can be known without simulating."""

import cmath
import math
from typing import NamedTuple

import numpy as np

from lifcourse import _checks
from lifcourse.models import AELIF
from lifcourse.models._exp import exp
from lifcourse.parameters import NeuronParameters


def threshold_current(params):
    """Current that just carries the membrane potential to threshold, the rheobase of the LIF neuron.

    At a constant current V settles at ``E_L + R_m I``; that is `V_th` for ``I_th = G_L (V_th - E_L)``.

    Parameters
    ----------
    params : NeuronParameters
        The membrane.

    Returns
    -------
    float
        Threshold current, in A.

    Raises
    ------
    TypeError
        If `params` is not a `NeuronParameters`.

    References
    ----------
    P. Miller, *An Introductory Course in Computational Neuroscience* (MIT Press, 2018), tutorial 2.1.
    """
    return _membrane(params).I_th


def firing_rate(params, current, tau_ref=0.0):
    r"""Firing rate of the noise-free LIF neuron at a constant current, held at `V_reset` for `tau_ref` after a spike.

    .. math::

        \frac{1}{f} = \tau_{ref} + \tau_m \ln \frac{V_\infty - V_{reset}}{V_\infty - V_{th}},
        \qquad V_\infty = E_L + R_m I > V_{th}

    Parameters
    ----------
    params : NeuronParameters
        The membrane.
    current : float or array_like
        Constant current, in A.
    tau_ref : float, default 0.0
        Refractory period, in s; not negative.

    Returns
    -------
    float or numpy.ndarray, of the shape of `current`
        Firing rate, in Hz; exactly 0 at and below the threshold current.

    Raises
    ------
    ValueError
        If a value is not finite, `tau_ref` is negative, ``V_reset >= V_th``, or the current is so large
        that the rate overflows.
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    P. Miller, *An Introductory Course in Computational Neuroscience* (MIT Press, 2018), eq. 2.11.
    """
    params = _membrane(params)
    if params.V_reset >= params.V_th:
        raise ValueError(f"V_reset = {params.V_reset!r} V must lie below V_th = {params.V_th!r} V")
    current = _checks.array("current", current)
    tau_ref = _checks.number("tau_ref", tau_ref, nonnegative=True)
    try:
        rates = [_firing_rate(params, I, tau_ref) for I in current.ravel().tolist()]
    except ZeroDivisionError:
        rates = [math.inf]
    if not np.isfinite(rates).all():
        raise ValueError(f"current = {current.max():g} A is too large: the firing rate overflows")
    return np.array(rates, float).reshape(current.shape)[()]


def _firing_rate(p, current, tau_ref):
    """`firing_rate` at one current: a function of floats, which the page can have too."""
    excess = p.R_m * (current - p.I_th)  # V_inf - V_th
    if not excess > 0.0:
        return 0.0
    return 1.0 / (tau_ref + p.tau_m * math.log1p((p.V_th - p.V_reset) / excess))


def membrane_potential(params, t, current, V0=None):
    r"""Membrane potential at a constant current as long as nothing fires: the exact solution of the LIF equation.

    .. math:: V(t) = V_\infty + (V_0 - V_\infty) \, e^{-t / \tau_m}, \qquad V_\infty = E_L + R_m I

    Parameters
    ----------
    params : NeuronParameters
        The membrane.
    t : float or array_like
        Time since V was `V0`, in s; not negative.
    current : float or array_like
        Constant current, in A; its shape must broadcast with that of `t`.
    V0 : float, optional
        Potential at time 0, in V; by default `E_L`.

    Returns
    -------
    float or numpy.ndarray
        Membrane potential, in V.

    Raises
    ------
    ValueError
        If a value is not finite or a time is negative, or the shapes do not broadcast.
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    P. Miller, *An Introductory Course in Computational Neuroscience* (MIT Press, 2018), section 2.1.
    """
    params = _membrane(params)
    t = _checks.array("t", t)
    if (t < 0).any():
        raise ValueError(f"t = {t.min():g} s must be 0 or greater")
    current = _checks.array("current", current)
    try:
        np.broadcast_shapes(t.shape, current.shape)
    except ValueError:
        raise ValueError(f"current has shape {current.shape}, which does not broadcast with t of {t.shape}") from None
    V0 = params.E_L if V0 is None else _checks.number("V0", V0)
    V_inf = params.E_L + params.R_m * current
    return (V_inf + (V0 - V_inf) * np.exp(-t / params.tau_m))[()]


class OnsetCurrents(NamedTuple):
    """Constant currents at which the rest of an adaptive exponential neuron ends, in A; see `onset_currents`.

    Attributes
    ----------
    I_SN : float
        Saddle-node current, in A: from here on there is no fixed point. NaN if there is none.
    I_H : float
        Hopf current, in A: from here on the fixed point is there, but unstable. NaN if there is none.
    first : str
        Which of the two ends the rest as the current grows: ``"Hopf"``, ``"saddle-node"``, or ``"none"``.
    """

    I_SN: float
    I_H: float
    first: str


class Nullclines(NamedTuple):
    """The two curves of the phase plane of an adaptive exponential neuron; see `nullclines`.

    Attributes
    ----------
    V : float or numpy.ndarray
        Adaptation current at which ``dV/dt = 0``, in A.
    I_SRA : float or numpy.ndarray
        Adaptation current at which ``dI_SRA/dt = 0``, in A.
    """

    V: float | np.ndarray
    I_SRA: float | np.ndarray


class FixedPoint(NamedTuple):
    """A state in which an adaptive exponential neuron stays if nothing moves it; see `fixed_points`.

    Attributes
    ----------
    V : float
        Membrane potential, in V.
    I_SRA : float
        Adaptation current, in A.
    eigenvalues : tuple of complex
        Rates of the linearised dynamics around it, in 1/s, the one with the smaller real part first.
    kind : str
        ``"saddle"``, or ``"stable"`` or ``"unstable"`` followed by ``"node"`` or ``"focus"``.
    """

    V: float
    I_SRA: float
    eigenvalues: tuple[complex, complex]
    kind: str

    @property
    def stable(self):
        """Whether a small disturbance dies out."""
        return all(eigenvalue.real < 0 for eigenvalue in self.eigenvalues)


def onset_currents(neuron):
    r"""Constant currents at which an adaptive exponential neuron loses its state of rest.

    At ``I_SN`` the fixed point of rest meets a saddle and both vanish. Where ``a / G_L > tau_m / tau_SRA`` rest becomes
    unstable at a smaller current ``I_H``, by a Hopf bifurcation:

    .. math::

        I_{SN} &= (G_L + a) \left[V_{th} - E_L - \Delta_{th} + \Delta_{th} \ln(1 + a / G_L)\right] \\
        I_H &= (G_L + a) \left[V_{th} - E_L - \Delta_{th} + \Delta_{th} \ln(1 + \tau_m / \tau_{SRA})\right]
               + \Delta_{th} G_L \left(a / G_L - \tau_m / \tau_{SRA}\right)

    With ``a <= -G_L`` there is no current at which the neuron rests, and both are NaN.

    Parameters
    ----------
    neuron : AELIF
        The neuron.

    Returns
    -------
    OnsetCurrents
        ``I_SN`` and ``I_H``, in A, and which comes first.

    Raises
    ------
    TypeError
        If `neuron` is not an `AELIF`.

    References
    ----------
    J. Touboul and R. Brette, "Dynamics and bifurcations of the adaptive exponential integrate-and-fire model", Biol.
    Cybern. 99 (2008) 319–334.

    Examples
    --------
    >>> from lifcourse import presets
    >>> from lifcourse.units import pA
    >>> onset = onset_currents(presets.aelif)
    >>> round(onset.I_H / pA, 2), round(onset.I_SN / pA, 2), onset.first
    (280.17, 280.38, 'Hopf')
    """
    params, D, a = _exponential(neuron)
    slope, ratio = params.G_L + a, params.tau_m / neuron.tau_SRA
    if slope <= 0:
        return OnsetCurrents(math.nan, math.nan, "none")
    height = params.V_th - params.E_L - D
    I_SN = slope * (height + D * math.log1p(a / params.G_L))
    if a / params.G_L <= ratio:
        return OnsetCurrents(I_SN, math.nan, "saddle-node")
    I_H = slope * (height + D * math.log1p(ratio)) + D * (a - params.G_L * ratio)
    return OnsetCurrents(I_SN, I_H, "Hopf")


def nullclines(neuron, current, V):
    r"""Nullclines of the adaptive exponential neuron: the adaptation currents at which V, or `I_SRA`, stands still.

    .. math::

        \frac{dV}{dt} = 0:\; I_{SRA} = G_L \left(E_L - V + \Delta_{th} \, e^{(V - V_{th})/\Delta_{th}}\right) + I,
        \qquad
        \frac{dI_{SRA}}{dt} = 0:\; I_{SRA} = a (V - E_L)

    Parameters
    ----------
    neuron : AELIF
        The neuron.
    current : float
        Constant injected current, in A.
    V : float or array_like
        Membrane potentials, in V, at most ``V_th + 650 Delta_th``.

    Returns
    -------
    Nullclines
        Two values or arrays of the shape of `V`, in A.

    Raises
    ------
    ValueError
        If a value is not finite, or so far above `V_th` that the exponential overflows.
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    J. Touboul and R. Brette, "Dynamics and bifurcations of the adaptive exponential integrate-and-fire model", Biol.
    Cybern. 99 (2008) 319–334.
    """
    params, D, _ = _exponential(neuron)
    current, V = _checks.number("current", current), _checks.array("V", V)
    if V.size and V.max() > params.V_th + 650 * D:
        raise ValueError(f"V = {V.max():g} V is too far above V_th: the exponential is not computed beyond V_th + 650 Delta_th")
    p = neuron.step_parameters()
    at = V.ravel().tolist()
    curves = [_V_nullcline(p, v, current) for v in at], [_I_SRA_nullcline(p, v) for v in at]
    return Nullclines(*(np.array(values, float).reshape(V.shape)[()] for values in curves))


def _V_nullcline(p, V, current):
    """`nullclines` at one potential: a function of floats, which the page can have too."""
    return p.G_L * (p.E_L - V + p.Delta_th * exp((V - p.V_th) / p.Delta_th)) + current


def _I_SRA_nullcline(p, V):
    return p.a * (V - p.E_L)


def fixed_points(neuron, current):
    r"""Fixed points of the adaptive exponential neuron at a constant current, where its nullclines cross.

    With ``u = (V - E_L - I / g) / Delta_th`` and ``g = G_L + a``, equal nullclines mean
    ``u = (G_L / g) exp(u + (E_L + I / g - V_th) / Delta_th)``, which the branches of Lambert's function solve. The
    linearised dynamics around a fixed point have the matrix

    .. math::

        \begin{pmatrix} G_L (e^{(V - V_{th})/\Delta_{th}} - 1) / C_m & -1 / C_m \\
                        a / \tau_{SRA} & -1 / \tau_{SRA} \end{pmatrix}

    Parameters
    ----------
    neuron : AELIF
        The neuron. `V_max` and the reset play no part: a fixed point above `V_max` is never reached.
    current : float
        Constant injected current, in A.

    Returns
    -------
    tuple of FixedPoint
        From the lowest V up: two below the saddle-node current (one exactly at it), none above it; one, a saddle, if
        ``a < -G_L``; one or none if ``a = -G_L``.

    Raises
    ------
    ValueError
        If `current` is not finite.
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    J. Touboul and R. Brette, "Dynamics and bifurcations of the adaptive exponential integrate-and-fire model", Biol.
    Cybern. 99 (2008) 319–334.

    Examples
    --------
    >>> from lifcourse import presets
    >>> from lifcourse.units import mV, pA
    >>> [(round(point.V / mV, 2), point.kind) for point in fixed_points(presets.aelif, 200 * pA)]
    [(-58.31, 'stable node'), (-46.0, 'saddle')]
    """
    from scipy.special import wrightomega

    params, D, a = _exponential(neuron)
    current = _checks.number("current", current)
    g = params.G_L + a
    if g == 0:
        potentials = [params.V_th + D * math.log(-current / (params.G_L * D))] if current < 0 else []
    else:
        base = params.E_L + current / g
        k = math.log(params.G_L / abs(g)) + (base - params.V_th) / D
        if g < 0:  # -u + ln(-u) = k
            potentials = [base - D * float(wrightomega(k))]
        elif k > -1:
            potentials = []
        else:  # u - ln(u) = -k
            branches = {-float(wrightomega(complex(k, sign * math.pi)).real) for sign in (1, -1)}
            potentials = [base + D * u for u in sorted(branches)]
    return tuple(_fixed_point(neuron, V) for V in potentials)


def _fixed_point(neuron, V):
    params, D, a = _exponential(neuron)
    rise = params.G_L * math.expm1((V - params.V_th) / D) / params.C_m
    half_trace = (rise - 1 / neuron.tau_SRA) / 2
    determinant = (a / params.C_m - rise) / neuron.tau_SRA
    root = cmath.sqrt(half_trace**2 - determinant)
    if determinant < 0:
        kind = "saddle"
    else:
        kind = f"{'stable' if half_trace < 0 else 'unstable'} {'focus' if root.imag else 'node'}"
    return FixedPoint(V, a * (V - params.E_L), (half_trace - root, half_trace + root), kind)


def _exponential(neuron):
    if not isinstance(neuron, AELIF):
        raise TypeError(f"neuron must be an AELIF, not {neuron!r}")
    return neuron.params, neuron.Delta_th, neuron.a


def _membrane(params):
    if not isinstance(params, NeuronParameters):
        raise TypeError(f"params must be NeuronParameters, not {params!r}")
    return params
