"""Measures that compare spike trains."""

import numpy as np

from lifcourse import _checks


def coincidence_factor(spike_times, reference, *, window, duration):
    r"""How many spikes of a reference a model predicts, beyond what chance would.

    .. math::

        \Gamma = \frac{N_{coinc} - 2 \nu \Delta N_{ref}}{\frac{1}{2} (N + N_{ref})} \; \frac{1}{1 - 2 \nu \Delta}

    Two spikes coincide if they lie within the window :math:`\Delta` of each other; each spike counts once. A Poisson
    train of the model's rate :math:`\nu` would score :math:`2 \nu \Delta N_{ref}` coincidences. So 1 is a perfect
    prediction and 0 no better than chance.

    Parameters
    ----------
    spike_times : array_like, shape (N,)
        Spike times of the model, in s, increasing.
    reference : array_like, shape (N_ref,)
        Spike times to be predicted, in s, increasing; at least one.
    window : float
        Largest distance of two spikes that coincide, in s.
    duration : float
        Length of both spike trains, in s.

    Returns
    -------
    float
        Coincidence factor, at most 1; 0 for a model that does not spike. Dimensionless.

    Raises
    ------
    ValueError
        If a spike train decreases, the reference is empty, or the window is so wide that chance explains everything
        (``2 * window * rate >= 1``).
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    Kistler, W. M., W. Gerstner and J. L. van Hemmen, "Reduction of the Hodgkin–Huxley equations to a single-variable
    threshold model", Neural Comput. 9 (1997) 1015–1045, eq. 35.

    Examples
    --------
    >>> coincidence_factor([0.101, 0.5], [0.1, 0.5, 0.9], window=0.002, duration=1.0)
    0.7967741935483871
    """
    trains = {}
    for name, times in {"spike_times": spike_times, "reference": reference}.items():
        times = _checks.array(name, times)
        if times.ndim != 1 or (np.diff(times) < 0).any():
            raise ValueError(f"{name} must be one-dimensional and increasing, not {times!r}")
        trains[name] = times
    model, data = trains["spike_times"], trains["reference"]
    window = _checks.number("window", window, positive=True)
    duration = _checks.number("duration", duration, positive=True)
    if not len(data):
        raise ValueError("reference is empty; there must be a spike to predict")
    if not len(model):
        return 0.0
    by_chance = 2 * window * len(model) / duration
    if by_chance >= 1:
        raise ValueError(f"window = {window!r} s is too wide for {len(model)} spikes in {duration!r} s; narrow it")
    found, i = 0, 0
    for time in data:
        while i < len(model) and model[i] < time - window:
            i += 1
        if i < len(model) and model[i] <= time + window:
            found += 1
            i += 1
    return float((found - by_chance * len(data)) / (0.5 * (len(model) + len(data))) / (1 - by_chance))
