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

import numpy as np

from lifcourse.models._source import functions_used, text_of

# A call of the compiled loop cannot be interrupted; with this many updates of a neuron, it takes less than 0.1 s.
UPDATES_A_CHUNK = 1_000_000

# Columns of the tally: of each neuron the number of spikes, the samples of the first and the last, and of the intervals
# between them, in samples, the first, the last, the shortest, and the sum of the squares.
COUNT, FIRST, LAST, FIRST_ISI, LAST_ISI, SHORTEST_ISI, SQUARES = range(7)


def uses_numba():
    """Whether the loop is compiled: Numba is installed, and ``LIFCOURSE_NUMBA=0`` does not stand in the environment."""
    return os.environ.get("LIFCOURSE_NUMBA", "1") != "0" and _installed("numba")


def _installed(package):
    try:
        return importlib.util.find_spec(package) is not None
    except ValueError:  # it stands in sys.modules as None
        return False


def at_rest(neuron, width):
    """State of `width` neurons at rest: rows for V, x, y and the running sum of V, one column a neuron."""
    V, x, y = neuron.rest()
    return np.repeat([[V], [x], [y], [V]], width, axis=1)


def new_marks(width):
    """A byte a neuron to mark who spiked; those beyond `width` stay 0 and fill the last group of eight."""
    return np.zeros(-(-width // 8) * 8, np.uint8)


def new_tally(width):
    """Counts of `width` neurons that have not spiked."""
    tally = np.zeros((width, 7))
    tally[:, SHORTEST_ISI] = np.inf
    return tally


def chunks(n, most):
    """Divide the samples 1 … n - 1 into slices of at most `most`, so that an interrupt need not wait for the end."""
    return (slice(start, min(start + most, n)) for start in range(1, n, most))


def advance_for(neuron):
    """The loop around the step of `neuron`, with its parameters in place: compiled, or plain Python."""
    return functools.partial(_advance_for(type(neuron), uses_numba()), tuple(neuron.step_parameters()))


@functools.cache
def _advance_for(model, compiled):
    return _compiled(model) if compiled else _plain(model)


def _compiled(model):
    import numba

    functions = functions_used(model.step)
    for function in functions:
        _make_jitable(function, forceinline=True)
    _make_jitable(_tally)
    shared = model.__module__ != "__main__" and "<locals>" not in model.__qualname__
    jit = functools.partial(numba.njit, nogil=True, error_model="numpy")
    if shared:
        # Numba looks only at the file and the text of `advance` itself; what it is made of has to stand in its closure.
        text = repr(model.Parameters._fields) + "".join(map(text_of, (*functions, _tally, _make_advance)))
        try:
            return _make_advance(model, hashlib.sha256(text.encode()).hexdigest(), jit(cache=True))
        except RuntimeError:  # there is no place for a cache where one could write
            pass
    return _make_advance(model, "", jit())


@functools.cache
def _make_jitable(function, **options):
    from numba.extending import register_jitable

    register_jitable(error_model="numpy", **options)(function)


def _plain(model):
    advance = _make_advance(model, "", lambda function: function)

    def advance_lists(parameters, dt, first, steps, state, drive, noise, trace, samples, marks, tally):
        # Python works on lists of floats much faster than on arrays, element by element.
        lists = state.tolist(), tally.tolist()
        advance(parameters, dt, first, steps, lists[0], drive.tolist(), noise.tolist(), trace, samples, marks, lists[1])
        state[:], tally[:] = lists

    return advance_lists


def _make_advance(model, text, jit):
    step, parameters_type = model.step, model.Parameters
    has_x, has_y = len(model.states) > 0, len(model.states) > 1

    @jit
    def advance(parameters, dt, first, steps, state, drive, noise, trace, samples, marks, tally):
        """Take `steps` time steps, in place.

        parameters : the model's, in order; dt : time step; first : index of the sample that the first step computes
        state : rows for V, x, y and the running sum of V; columns over neurons
        drive, noise : one value a neuron for each step, step after step, or one value a neuron for all steps
        trace, samples : of a single neuron, V, x and y in each step, and the samples of its spikes; else empty
        marks : room to mark who spiked in a step (see `new_marks`); tally : see `COUNT` and its neighbours
        """
        text  # noqa: B018  held by the closure: cached machine code is found by it
        p = parameters_type(*parameters)
        V, x, y, V_sum = state[0], state[1], state[2], state[3]
        V_trace, x_trace, y_trace = trace
        width, eights = len(V), marks.view(np.uint64)
        for k in range(steps):
            # Where the step's values start. (A view of them, made anew at each step, costs more than a few neurons.)
            at_I, at_noise = k * width if len(drive) > width else 0, k * width if len(noise) > width else 0
            spiked = False
            for j in range(width):
                V[j], x_j, y_j, fired = step(
                    p, V[j], x[j] if has_x else 0.0, y[j] if has_y else 0.0, drive[at_I + j], noise[at_noise + j], dt
                )
                if has_x:
                    x[j] = x_j
                if has_y:
                    y[j] = y_j
                V_sum[j] += V[j]
                marks[j] = fired
                spiked |= fired
            if spiked:
                _tally(marks, eights, first + k, samples, tally)
            if len(V_trace):
                V_trace[k] = V[0]
                if has_x:
                    x_trace[k] = x[0]
                if has_y:
                    y_trace[k] = y[0]

    return advance


def _tally(marks, eights, sample, samples, tally):
    """Enter the spikes of one sample, looking at eight neurons at a time until one of them has spiked.

    Where there is room in `samples`, for a single neuron, the sample is noted there too.
    """
    for eight in range(len(eights)):
        if eights[eight]:
            for j in range(8 * eight, 8 * eight + 8):
                if marks[j]:
                    row = tally[j]
                    if len(samples):
                        samples[int(row[COUNT])] = sample
                    isi = sample - row[LAST]
                    if row[COUNT] == 0:
                        row[FIRST] = sample
                    elif row[COUNT] == 1:
                        row[FIRST_ISI] = row[LAST_ISI] = row[SHORTEST_ISI] = isi
                        row[SQUARES] = isi * isi
                    else:
                        row[LAST_ISI] = isi
                        row[SHORTEST_ISI] = min(row[SHORTEST_ISI], isi)
                        row[SQUARES] += isi * isi
                    row[COUNT] += 1
                    row[LAST] = sample
