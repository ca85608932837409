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
    n = _checks.samples(duration, dt)
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
