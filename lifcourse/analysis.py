"""Sweeps over currents: the f–I curve and the measures of a spike train."""

import os
import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np

from lifcourse import _checks
from lifcourse.engine import advance_for
from lifcourse.simulation import check_result, new_tally, prepare

_NEURONS_A_BLOCK = 512
_UPDATES_A_CHUNK = 2_000_000
_NUMBERS_A_CHUNK = 100_000


@dataclass(frozen=True, eq=False)
class FICurve:
    """What a neuron does at each of several constant currents; NaN where a value does not exist.

    Attributes
    ----------
    currents : numpy.ndarray, shape (n,)
        Injected currents, in A.
    n_spikes : numpy.ndarray of int, shape (n,)
        Number of spikes.
    firing_rate : numpy.ndarray, shape (n,)
        Number of spikes over duration, in Hz.
    first_isi, last_isi : numpy.ndarray, shape (n,)
        First and last interspike interval, in s; NaN below two spikes.
    isi_cv : numpy.ndarray, shape (n,)
        Coefficient of variation of the interspike intervals (standard deviation over mean), dimensionless; NaN below
        three spikes.
    mean_V : numpy.ndarray, shape (n,)
        Mean potential over all samples, in V.
    """

    currents: np.ndarray
    n_spikes: np.ndarray
    firing_rate: np.ndarray
    first_isi: np.ndarray
    last_isi: np.ndarray
    isi_cv: np.ndarray
    mean_V: np.ndarray

    @property
    def initial_rate(self):
        """1 / first interspike interval, in Hz."""
        return 1.0 / self.first_isi

    @property
    def steady_rate(self):
        """1 / last interspike interval, in Hz."""
        return 1.0 / self.last_isi


def fi_curve(neuron, currents, *, duration, dt, rng=None, executor=None):
    """Simulate `neuron` at each of several constant currents, keeping rates and intervals but no traces.

    Memory grows with the number of currents and not with the number of steps. The result does not depend on how the
    work is split: not on the number of threads, and not on the executor.

    Parameters
    ----------
    neuron : Neuron
        The model neuron; at rest at the start, for each current anew.
    currents : array_like, shape (n,)
        Constant currents, in A.
    duration, dt : float
        Time to simulate and time step, in s.
    rng : numpy.random.Generator, optional
        Source of the noise; needed if ``neuron.noise_sigma`` is not 0. Each current gets a stream of its own, spawned
        from `rng`, so that the next call with the same `rng` sees other noise.
    executor : concurrent.futures.Executor, optional
        Where to run; by default in threads on all cores of this machine.

    Returns
    -------
    FICurve
        One value a current.

    Raises
    ------
    ValueError
        If `dt` is unstable for this neuron, a value is not finite, `currents` is not one-dimensional, or a noisy neuron
        gets no `rng`.
    TypeError
        If an argument is of the wrong type.

    Examples
    --------
    >>> from lifcourse import LIF, NeuronParameters
    >>> from lifcourse.units import MOhm, mV, nA, nF
    >>> params = NeuronParameters(C_m=2 * nF, R_m=5 * MOhm, E_L=-70 * mV, V_th=-50 * mV, V_reset=-65 * mV)
    >>> fi_curve(LIF(params), [3 * nA, 5 * nA], duration=1.0, dt=1e-4).n_spikes.tolist()
    [0, 72]
    """
    n, dt, scale = prepare(neuron, duration, dt, rng)
    currents = _checks.array("currents", currents)
    if currents.ndim != 1:
        raise ValueError(f"currents has shape {currents.shape}; it must be one-dimensional, one value a simulation")
    if executor is not None and not hasattr(executor, "submit"):
        raise TypeError(f"executor must be a concurrent.futures.Executor, not {executor!r}")
    streams = rng.spawn(len(currents)) if scale else None

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    size = min(_NEURONS_A_BLOCK, -(-len(currents) // cores) or 1)
    blocks = [slice(start, start + size) for start in range(0, len(currents), size)]
    jobs = [(neuron, currents[at], n, dt, scale, streams[at] if scale else None) for at in blocks]
    if executor is None:
        results = _run_here(jobs, cores)
    else:
        futures = [executor.submit(_run_block, *job) for job in jobs]
        results = [future.result() for future in futures]
    if not results:
        results = [_measures(new_tally(0), np.zeros(0), n, dt)]
    columns = [np.concatenate(column) for column in zip(*results, strict=True)]
    n_spikes, first_isi, last_isi, isi_cv, mean_V = columns
    return FICurve(currents, n_spikes, n_spikes / float(duration), first_isi, last_isi, isi_cv, mean_V)


def _run_here(jobs, cores):
    """Run the jobs in threads; an interrupt or an error in one stops them all within a chunk."""
    stop = threading.Event()
    with ThreadPoolExecutor(cores) as pool:
        futures = [pool.submit(_run_block, *job, stop) for job in jobs]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
            return [future.result() for future in futures]
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)


def _run_block(neuron, currents, n, dt, scale, streams, stop=None):
    """Simulate one block of currents, chunk by chunk, and return the measures of each."""
    advance, p, width = advance_for(neuron), neuron.step_parameters(), len(currents)
    V, x, y = (np.full(width, value) for value in neuron.rest())
    state, tally = (V, x, y, V.copy()), new_tally(width)
    no_trace, spikes = (np.empty((0, width)),) * 3, np.zeros((1, width), np.uint8)
    noise = np.zeros((1, width))
    chunk = max(1, (_NUMBERS_A_CHUNK if scale else _UPDATES_A_CHUNK) // width)
    for first in range(1, n, chunk):
        if stop is not None and stop.is_set():
            break
        steps = min(chunk, n - first)
        if scale:
            noise = scale * np.stack([stream.standard_normal(steps) for stream in streams], axis=1)
        advance(p, dt, first, steps, state, currents[np.newaxis], noise, no_trace, spikes, tally)
    check_result(neuron, dt, state, tally, currents)
    return _measures(tally, state[3], n, dt)


def _measures(tally, V_sum, n, dt):
    """Columns of an `FICurve` from the engine's counts: n_spikes, first_isi, last_isi, isi_cv, mean_V."""
    count, first, last, first_isi, last_isi, _, squares = tally
    intervals = np.maximum(count - 1, 1)
    mean = (last - first) / intervals
    variance = np.maximum(squares / intervals - mean**2, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        cv = np.where(count > 2, np.sqrt(variance) / mean, np.nan)
    two = count > 1
    return count, np.where(two, first_isi * dt, np.nan), np.where(two, last_isi * dt, np.nan), cv, V_sum / n
