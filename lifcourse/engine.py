"""The one loop: time outside, neurons inside.

Every simulation, a single trace or a sweep of a million neurons, runs through `advance`. With the neurons in the inner
loop, a compiler can work on several of them at once, and one body serves all models: it is made anew around each
model's `step`. Numba compiles it if it is installed and the environment variable ``LIFCOURSE_NUMBA`` is not ``0``;
otherwise Python runs the same text, with the same results to the last bit.
"""

import functools
import hashlib
import importlib.util
import os

from lifcourse.models._source import functions_used, source_of


def uses_numba():
    """Whether the loop is compiled: Numba is installed, and ``LIFCOURSE_NUMBA=0`` does not stand in the environment."""
    return os.environ.get("LIFCOURSE_NUMBA", "1") != "0" and importlib.util.find_spec("numba") is not None


def advance_for(neuron):
    """The loop around the step of `neuron`: compiled, or plain Python."""
    return _advance_for(type(neuron).step, uses_numba())


@functools.cache
def _advance_for(step, compiled):
    return _compiled(step) if compiled else _plain(step)


def _compiled(step):
    import numba

    for function in (*functions_used(step), _tally):
        _make_jitable(function)
    key = hashlib.sha256(source_of(step).encode()).hexdigest()
    return _make_advance(step, key, numba.njit(cache=True, nogil=True, error_model="numpy"))


@functools.cache
def _make_jitable(function):
    from numba.extending import register_jitable

    register_jitable(forceinline=function is not _tally, error_model="numpy")(function)


def _plain(step):
    advance = _make_advance(step, "", lambda function: function)

    def advance_lists(p, dt, first, steps, state, drive, noise, trace, spikes, tally):
        # Python works on lists of floats much faster than on arrays, element by element.
        lists = tuple(values.tolist() for values in (*state, *tally))
        advance(p, dt, first, steps, lists[:4], drive.tolist(), noise.tolist(), trace, spikes, lists[4:])
        for values, result in zip((*state, *tally), lists, strict=True):
            values[:] = result

    return advance_lists


def _make_advance(step, key, jit):
    @jit
    def advance(p, dt, first, steps, state, drive, noise, trace, spikes, tally):
        """Take `steps` time steps, in place.

        p : NamedTuple of parameters; dt : time step; first : index of the sample that the first step computes
        state : four sequences over neurons, V, x, y and the running sum of V
        drive, noise : rows over steps, columns over neurons; a single row serves all steps
        trace : V, x and y sample by sample, or three arrays with no rows
        spikes : which neurons spiked; a row a step where traces are kept, else one row used over and over
        tally : see `_tally`
        """
        key  # noqa: B018  held by the closure: cached machine code is found by it, and an edited step has another
        V, x, y, V_sum = state
        V_trace, x_trace, y_trace = trace
        one_drive, one_noise, one_row = len(drive) == 1, len(noise) == 1, len(spikes) == 1
        for k in range(steps):
            I = drive[0 if one_drive else k]
            dV = noise[0 if one_noise else k]
            spiked = spikes[0 if one_row else k]
            any_spiked = False
            for j in range(len(V)):
                V[j], x[j], y[j], fired = step(p, V[j], x[j], y[j], I[j], dV[j], dt)
                V_sum[j] += V[j]
                spiked[j] = fired
                any_spiked |= fired
            if any_spiked:
                _tally(spiked, first + k, tally)
            if len(V_trace):
                for j in range(len(V)):
                    V_trace[k, j], x_trace[k, j], y_trace[k, j] = V[j], x[j], y[j]

    return advance


def _tally(spiked, sample, tally):
    """Enter one sample's spikes: number, first and last sample, first, last, shortest ISI, and the sum of squares."""
    count, first, last, first_isi, last_isi, shortest_isi, squares = tally
    for j in range(len(spiked)):
        if spiked[j]:
            if count[j] == 0:
                first[j] = sample
            else:
                isi = sample - last[j]
                if count[j] == 1:
                    first_isi[j] = isi
                last_isi[j] = isi
                shortest_isi[j] = min(shortest_isi[j], isi)
                squares[j] += float(isi) * float(isi)
            count[j] += 1
            last[j] = sample
