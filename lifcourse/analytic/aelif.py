"""The adaptive exponential neuron: nullclines, fixed points, and the currents at which its rest ends."""

import cmath
import math
from typing import NamedTuple

import numpy as np

from lifcourse import _checks
from lifcourse.models import AELIF
from lifcourse.models._exp import exp


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
        I_H &= (G_L + a) \left[V_{th} - E_L - \Delta_{th} + \Delta_{th} \ln(1 + \tau_m / \tau_{SRA})\right] \\
            &\quad + \Delta_{th} G_L \left(a / G_L - \tau_m / \tau_{SRA}\right)

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
    Touboul, J., and R. Brette, "Dynamics and bifurcations of the adaptive exponential integrate-and-fire model", Biol.
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

        \frac{dV}{dt} = 0:\; I_{SRA} &= G_L \left(E_L - V + \Delta_{th} \, e^{(V - V_{th})/\Delta_{th}}\right) + I \\
        \frac{dI_{SRA}}{dt} = 0:\; I_{SRA} &= a (V - E_L)

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
    Touboul, J., and R. Brette, "Dynamics and bifurcations of the adaptive exponential integrate-and-fire model", Biol.
    Cybern. 99 (2008) 319–334.
    """
    params, D, _ = _exponential(neuron)
    current, V = _checks.number("current", current), _checks.array("V", V)
    if V.size and V.max() > params.V_th + 650 * D:
        raise ValueError(
            f"V = {V.max():g} V is too far above V_th: the exponential is not computed beyond V_th + 650 Delta_th"
        )
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
    Touboul, J., and R. Brette, "Dynamics and bifurcations of the adaptive exponential integrate-and-fire model", Biol.
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
