"""Currents to drive a neuron with: one value a sample."""

import numpy as np

from lifcourse import _checks


def step_current(amplitude, start, stop, *, duration, dt):
    """A current that is 0 but for one rectangular pulse.

    Parameters
    ----------
    amplitude : float
        Current during the pulse, in A.
    start, stop : float
        The pulse covers the samples with ``start <= t < stop``, in s; the edges are rounded to whole samples.
    duration, dt : float
        Length of the current and its time step, in s.

    Returns
    -------
    numpy.ndarray, shape (round(duration / dt),)
        The current at the times ``i * dt``, in A.

    Raises
    ------
    ValueError
        If a value is not finite, `dt` or `duration` is not positive, or not ``0 <= start <= stop <= duration``.
    TypeError
        If a value is not a number.

    Examples
    --------
    >>> step_current(1e-9, 0.2, 0.4, duration=0.6, dt=0.1).tolist()
    [0.0, 0.0, 1e-09, 1e-09, 0.0, 0.0]
    """
    n = _checks.samples(duration, dt, stored=True)
    duration, dt = float(duration), float(dt)
    amplitude = _checks.number("amplitude", amplitude)
    start = _checks.number("start", start, nonnegative=True)
    stop = _checks.number("stop", stop)
    if stop < start:
        raise ValueError(f"stop = {stop!r} s must not lie before start = {start!r} s")
    if stop > duration:
        raise ValueError(f"stop = {stop!r} s must not lie beyond duration = {duration!r} s")
    current = np.zeros(n)
    current[round(start / dt) : round(stop / dt)] = amplitude
    return current


def fluctuating_current(mean, sd, tau, *, duration, dt, rng):
    r"""A current that fluctuates around a mean like many small inputs together: an Ornstein–Uhlenbeck process.

    .. math:: \tau \frac{dI}{dt} = \mu - I + s \sqrt{2 \tau} \, \xi(t)

    The steps follow the exact solution, so that mean, standard deviation and correlation do not depend on `dt`.

    Parameters
    ----------
    mean, sd : float
        Mean :math:`\mu` and standard deviation :math:`s` of the current, in A.
    tau : float
        Time over which it forgets, in s; positive.
    duration, dt : float
        Length of the current and its time step, in s.
    rng : numpy.random.Generator
        Source of the fluctuations.

    Returns
    -------
    numpy.ndarray, shape (round(duration / dt),)
        The current at the times ``i * dt``, in A; stationary from the first sample on.

    Raises
    ------
    ValueError
        If a value is not finite, or out of its range.
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    Gillespie, D. T., "Exact numerical simulation of the Ornstein–Uhlenbeck process and its integral", Phys. Rev. E 54
    (1996) 2084–2091.
    """
    from scipy.signal import lfilter

    n = _checks.samples(duration, dt, stored=True)
    duration, dt = float(duration), float(dt)
    mean = _checks.number("mean", mean)
    sd = _checks.number("sd", sd, nonnegative=True)
    tau = _checks.number("tau", tau, positive=True)
    kept = np.exp(-dt / tau)
    kicks = _checks.generator("rng", rng).standard_normal(n)
    kicks[1:] *= np.sqrt(1 - kept**2)
    return mean + sd * lfilter([1.0], [1.0, -kept], kicks)
