"""Simulate one neuron and keep what it did."""

import math
from dataclasses import dataclass, field

import numpy as np

from lifcourse import _checks, engine
from lifcourse.models import Neuron


@dataclass(frozen=True, eq=False)
class Recording:
    """What a neuron did, sample by sample.

    Every state of the model stands here under its own name too: `V_th`, `G_ref`, `G_SRA`, `I_SRA`.

    Attributes
    ----------
    neuron : Neuron
        The neuron that was simulated.
    dt, duration : float
        Time step and simulated time, in s.
    current : numpy.ndarray, shape (n,)
        Injected current, in A.
    V : numpy.ndarray, shape (n,)
        Membrane potential, in V, without painted spikes.
    spike_samples : numpy.ndarray of int, shape (n_spikes,)
        Samples at which the neuron spiked.
    states : dict of numpy.ndarray
        The model's other states by name, each of shape (n,) and in SI units.
    """

    neuron: Neuron
    dt: float
    duration: float
    current: np.ndarray
    V: np.ndarray
    spike_samples: np.ndarray
    states: dict = field(default_factory=dict)

    def __getattr__(self, name):
        states = self.__dict__.get("states", {})
        if name in states:
            return states[name]
        known = ", ".join(states) or "none"
        raise AttributeError(f"this recording has no {name!r}; further states of this model: {known}")

    def __dir__(self):
        return [*super().__dir__(), *self.states]

    def __repr__(self):
        return (
            f"<Recording of {type(self.neuron).__name__}: {self.duration:g} s in {len(self.V)} samples, "
            f"{self.n_spikes} spikes>"
        )

    @property
    def t(self):
        """Times of the samples, ``i * dt``, in s."""
        return np.arange(len(self.V)) * self.dt

    @property
    def spike_times(self):
        """Times of the spikes, in s."""
        return self.spike_samples * self.dt

    @property
    def n_spikes(self):
        """Number of spikes."""
        return len(self.spike_samples)

    @property
    def firing_rate(self):
        """Number of spikes over duration, in Hz."""
        return self.n_spikes / self.duration

    @property
    def isi(self):
        """Interspike intervals, in s; one fewer than there are spikes."""
        return np.diff(self.spike_samples) * self.dt

    @property
    def mean_V(self):
        """Mean of V over all samples, in V."""
        return float(np.mean(self.V))


def simulate(neuron, current, *, duration, dt, rng=None):
    """Simulate `neuron` under an injected current by forward Euler.

    There are ``n = round(duration / dt)`` samples at the times ``i * dt``. The neuron is at rest at sample 0, and
    sample i follows from the states and the current of sample i - 1. A spike belongs to the sample at which its
    condition is met.

    Parameters
    ----------
    neuron : Neuron
        The model neuron.
    current : float or array_like, shape (n,)
        Injected current, in A: one value for all times or one a sample.
    duration : float
        Time to simulate, in s.
    dt : float
        Time step, in s; below the limit at which forward Euler becomes unstable.
    rng : numpy.random.Generator, optional
        Source of the noise; needed if ``neuron.noise_sigma`` is not 0. One normal number is drawn a step.

    Returns
    -------
    Recording
        All states at all samples, and the spikes.

    Raises
    ------
    ValueError
        If `dt` is unstable for this neuron, `current` has the wrong length, a value is not finite, a noisy neuron gets
        no `rng`, or the potential leaves the range of floating-point numbers.
    TypeError
        If an argument is of the wrong type.

    References
    ----------
    Miller, P., *An Introductory Course in Computational Neuroscience* (MIT Press, 2018), chapter 1 (forward Euler);
    Maruyama, G., "Continuous Markov processes and stochastic equations", Rend. Circ. Mat. Palermo 4 (1955)
    48–90 (noise).

    Examples
    --------
    >>> from lifcourse import LIF, NeuronParameters
    >>> from lifcourse.units import MOhm, mV, nA, nF
    >>> params = NeuronParameters(C_m=2 * nF, R_m=5 * MOhm, E_L=-70 * mV, V_th=-50 * mV, V_reset=-65 * mV)
    >>> simulate(LIF(params), 5 * nA, duration=0.2, dt=1e-4)
    <Recording of LIF: 0.2 s in 2000 samples, 14 spikes>
    """
    n, dt, scale = prepare(neuron, duration, dt, rng, stored=True)
    current = _checks.array("current", current, copy=False)
    if current.shape not in ((), (n,)):
        raise ValueError(f"current has shape {current.shape}; it must be one number or have shape ({n},), one a sample")
    drive = engine.plain_array(current.reshape(-1))

    advance, noise = engine.advance_for(neuron, alone=True), None
    n_spikes, samples = np.zeros(1, np.int64), np.empty(n, np.int64)
    seen = np.array([*neuron.rest(), 0.0, math.inf])
    traces = [np.empty(n if i <= len(neuron.states) else 0) for i in range(3)]
    for trace, value in zip(traces, neuron.rest(), strict=True):
        trace[:1] = value
    applied = np.empty(n)  # the caller may change `current` later
    applied[-1] = drive[-1]
    for part in engine.chunks(n, engine.STEPS_A_CHUNK):
        steps, before = part.stop - part.start, slice(part.start - 1, part.stop - 1)
        if scale:
            noise = scale * rng.standard_normal(steps)
        I = drive[before] if current.shape else drive
        trace = applied[before], *(each[part] for each in traces), samples, seen
        advance(dt, part.start, steps, None, n_spikes, I, noise, None, trace)
    *_, sum_states, shortest_isi = seen.tolist()
    neuron.check_dt(dt, shortest_isi * dt)
    if not math.isfinite(sum_states):
        raise out_of_range(neuron, drive[np.abs(drive).argmax()])
    return Recording(
        neuron=neuron,
        dt=dt,
        duration=float(duration),
        current=applied,
        V=traces[0],
        spike_samples=samples[: n_spikes[0]].copy(),
        states=dict(zip(neuron.states, traces[1:], strict=False)),
    )


def prepare(neuron, duration, dt, rng, *, stored=False):
    """Check what every run needs; return the number of samples, dt, and the standard deviation of a step's noise."""
    if not isinstance(neuron, Neuron):
        raise TypeError(f"neuron must be a model neuron such as LIF(params), not {neuron!r}")
    n = _checks.samples(duration, dt, stored=stored)
    dt = float(dt)
    neuron.check_dt(dt)
    if rng is not None:
        _checks.generator("rng", rng)
    elif neuron.noise_sigma:
        raise ValueError(
            f"rng = None, but noise_sigma = {neuron.noise_sigma!r} V/√s needs a source of randomness: "
            "give rng=numpy.random.default_rng(1), say"
        )
    return n, dt, neuron.noise_sigma * math.sqrt(dt)


def out_of_range(neuron, current):
    """The error for a potential that is not finite, reached with `current`."""
    return ValueError(
        f"current = {current:g} A: with it and the parameters {neuron!r} the potential leaves the range of "
        "floating-point numbers; take a smaller current or dt"
    )
