"""Sweeps over currents: the f–I curve and the measures of a spike train."""

from dataclasses import dataclass

import numpy as np
from numpy.random.bit_generator import ISpawnableSeedSequence

from lifcourse import _checks, _jobs, engine
from lifcourse.simulation import out_of_range, prepare

# A job is what a thread or another machine fetches: as many neurons as fit into a processor's second cache; fewer if
# more is measured than counts, and with noise, since their streams and the numbers drawn at a time need room too.
_COUNTED_NEURONS_A_JOB, _NEURONS_A_JOB, _NOISY_NEURONS_A_JOB = 160_000, 20_000, 128
# A thread that draws must fetch the interpreter's lock for each neuron's numbers: worth it for so many of them.
_NUMBERS_A_DRAW = 2000
# Fewer updates of a neuron take less time than the start of threads; one with noise takes several times as long.
_UPDATES_WORTH_THREADS, _NOISY_UPDATES_WORTH_THREADS = 4_000_000, 800_000
# What an executor gets: it does not tell how many workers it has.
_FEWEST_NEURONS_A_JOB, _MOST_JOBS = 16, 64


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
    currents, columns = _sweep(neuron, currents, duration, dt, rng, executor)
    n_spikes, first_isi, last_isi, isi_cv, mean_V = columns
    return FICurve(currents, n_spikes, n_spikes / float(duration), first_isi, last_isi, isi_cv, mean_V)


def spike_counts(neuron, currents, *, duration, dt, rng=None, executor=None):
    """Count the spikes of `neuron` at each of several constant currents, and keep nothing else.

    The counts are those of `fi_curve`. Where the intervals and the mean potential are not needed, this is the faster
    way to a firing rate, ``spike_counts(...) / duration``.

    Parameters
    ----------
    neuron : Neuron
        The model neuron; at rest at the start, for each current anew.
    currents : array_like, shape (n,)
        Constant currents, in A.
    duration, dt : float
        Time to simulate and time step, in s.
    rng : numpy.random.Generator, optional
        Source of the noise, as for `fi_curve`.
    executor : concurrent.futures.Executor, optional
        Where to run, as for `fi_curve`.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Number of spikes at each current.

    Raises
    ------
    ValueError
        As `fi_curve` does.
    TypeError
        If an argument is of the wrong type.

    Examples
    --------
    >>> from lifcourse import presets
    >>> from lifcourse.units import nA
    >>> spike_counts(presets.lif, [3 * nA, 5 * nA], duration=1.0, dt=1e-4).tolist()
    [0, 72]
    """
    _, (n_spikes, *_) = _sweep(neuron, currents, duration, dt, rng, executor, only_counts=True)
    return n_spikes


def _sweep(neuron, currents, duration, dt, rng, executor, *, only_counts=False):
    """Check the arguments, run the jobs; return the currents and the columns of what `_run_job` measures."""
    n, dt, scale = prepare(neuron, duration, dt, rng)
    currents = _checks.array("currents", currents, copy=not only_counts)
    if currents.ndim != 1:
        raise ValueError(f"currents has shape {currents.shape}; it must be one-dimensional, one value a simulation")
    if executor is not None and not hasattr(executor, "submit"):
        raise TypeError(f"executor must be a concurrent.futures.Executor, not {executor!r}")
    if scale and not isinstance(rng.bit_generator.seed_seq, ISpawnableSeedSequence):
        raise TypeError(f"rng = {rng!r} cannot spawn a stream for each current; take numpy.random.default_rng(1), say")
    width = len(currents)
    # Where `dt` may become unstable by fast spikes, their intervals have to be known.
    only_counts = only_counts and dt < neuron.max_dt(neuron.step_parameters(), dt)
    columns = _new_columns(width, only_counts)
    most = _COUNTED_NEURONS_A_JOB if only_counts else _NEURONS_A_JOB
    if scale:
        most = _NOISY_NEURONS_A_JOB

    def jobs(size):
        size = min(max(1, engine.filled(size)), most)
        for start in range(0, width, size):
            place = slice(start, min(start + size, width))
            # Streams are spawned job by job: those of a million currents would fill the memory.
            streams = rng.spawn(place.stop - start) if scale else []
            yield place, (neuron, currents[place], n, dt, scale, streams, only_counts)

    def run(place, job, count):
        _run_job(*job, [column[place] for column in columns], count)

    def store(place, measures):
        for column, values in zip(columns, measures, strict=True):
            column[place] = values

    if executor is not None:
        size = max(_FEWEST_NEURONS_A_JOB, -(-width // _MOST_JOBS))
        _jobs.run_elsewhere(_run_job, jobs(size), store, executor)
    else:
        engine.advance_for(neuron)  # made once, before threads ask for it
        worth_threads = width * n > (_NOISY_UPDATES_WORTH_THREADS if scale else _UPDATES_WORTH_THREADS)
        threads = _jobs.cores() if worth_threads and engine.uses_numba() else 1
        # Equal jobs for all threads, so that none is idle in the last round; several where each keeps a processor busy,
        # so that a thread that is held up leaves some of its own to the others.
        rounds = max(1, -(-width // (threads * most)), min(8, width // (threads * engine.NEURONS_A_BLOCK)))
        size = -(-width // (threads * rounds))
        _jobs.run_here(run, jobs(size), width * (n - 1), threads)
    return currents, columns


def _new_columns(width, only_counts):
    """Room for the measures of `width` currents, in the order of `FICurve`: n_spikes, and unless `only_counts` more."""
    return [np.empty(width, np.int64), *(np.empty(width) for _ in range(0 if only_counts else 4))]


def _run_job(neuron, currents, n, dt, scale, streams, only_counts, columns=None, count=None):
    """Simulate some of the currents, write their measures into `columns`, and return them.

    `count` gets the number of updates after each chunk.
    """
    currents = engine.plain_array(currents)
    advance, width = engine.advance_for(neuron), len(currents)
    columns = columns or _new_columns(width, only_counts)
    tally = None if only_counts else engine.new_tally(width)
    longest = max(1, min(engine.STEPS_A_CHUNK, engine.UPDATES_A_CHUNK // width))
    if scale:
        longest = _NUMBERS_A_DRAW
    is_kept = tally is not None or longest < n - 1
    kept = np.empty((2 + len(neuron.states), width if is_kept else 0))
    wide = engine.filled(width)
    drawn, noise = np.empty((2, min(longest, n - 1) * wide if scale else 0)), None  # new for each chunk would cost more
    for part in engine.chunks(n, longest):
        steps = part.stop - part.start
        if scale:
            noise = _noise(scale, streams, *drawn.reshape(2, -1, wide)[:, :steps])
        lost = advance(dt, part.start, steps, kept, columns[0], currents, noise, tally, ())
        if count is not None:
            count(steps * width)
    if tally is not None:
        neuron.check_dt(dt, tally[:, engine.SHORTEST_ISI].min() * dt)
    if lost >= 0:
        raise out_of_range(neuron, currents[lost])
    if tally is not None:
        for column, values in zip(columns, _measures(tally, kept[-1], n, dt), strict=True):
            column[:] = values
    return columns


def _noise(scale, streams, drawn, noise):
    """Fill `noise`, a row a step, for each neuron from a stream of its own; `drawn` is room of the same size."""
    rows = drawn.reshape(-1)[: len(streams) * len(noise)].reshape(len(streams), -1)
    for stream, row in zip(streams, rows, strict=True):
        stream.standard_normal(out=row)
    rows *= scale  # first, where they lie: a product of turned rows takes twice as long as both
    noise[:, : len(streams)] = rows.T
    noise[:, len(streams) :] = 0.0
    return noise.reshape(-1)


def _measures(tally, V_sum, n, dt):
    """Columns of an `FICurve` from the engine's counts: n_spikes, first_isi, last_isi, isi_cv, mean_V."""
    count, first, last, first_isi, last_isi, _, squares = np.ascontiguousarray(tally.T)
    intervals = np.maximum(count - 1.0, 1.0)
    mean = (last - first) / intervals
    variance = np.maximum(squares / intervals - mean**2, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        cv = np.where(count > 2, np.sqrt(variance) / mean, np.nan)
    return count, first_isi * dt, last_isi * dt, cv, V_sum / n
