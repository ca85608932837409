"""The LIF neuron without noise: threshold current, f–I curve, approach to the steady potential."""

import math

import numpy as np

from lifcourse import _checks
from lifcourse.analytic._arguments import membrane, resettable, times


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
    Miller, P., *An Introductory Course in Computational Neuroscience* (MIT Press, 2018), tutorial 2.1.
    """
    return membrane(params).I_th


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
    Miller, P., *An Introductory Course in Computational Neuroscience* (MIT Press, 2018), tutorial 2.1.
    """
    params = resettable(params)
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
        If a value is not finite, a time is negative, the shapes do not broadcast, or the potential overflows.
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    Miller, P., *An Introductory Course in Computational Neuroscience* (MIT Press, 2018), tutorial 2.1.
    """
    params = membrane(params)
    t = times(t)
    current = _checks.array("current", current)
    try:
        np.broadcast_shapes(t.shape, current.shape)
    except ValueError:
        raise ValueError(f"current has shape {current.shape}, which does not broadcast with t of {t.shape}") from None
    V0 = params.E_L if V0 is None else _checks.number("V0", V0)
    with np.errstate(over="ignore", invalid="ignore"):
        V_inf = params.E_L + params.R_m * current
        V = V_inf + (V0 - V_inf) * np.exp(-t / params.tau_m)
    if not np.isfinite(V).all():
        largest = current.flat[abs(current).argmax()]
        raise ValueError(f"current = {largest:g} A or V0 = {V0!r} V is too large: the potential overflows")
    return V[()]
