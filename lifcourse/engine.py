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
    """State of `width` neurons at rest: rows for V and the model's other states, one column a neuron."""
    state = np.empty((1 + len(neuron.states), width))
    for row, value in zip(state, neuron.rest(), strict=False):
        row[:] = value
    return state


def new_trains(neuron, width):
    """Where `advance` notes what it sees of `width` neurons: the running sum of V, room for marks, and the tally.

    The marks are a byte a neuron; those beyond `width` stay 0 and fill the last group of eight.
    """
    tally = np.zeros((width, 7))
    tally[:, SHORTEST_ISI] = np.inf
    return np.full(width, neuron.rest()[0]), np.zeros(-(-width // 8) * 8, np.uint8), tally


def chunks(n, most):
    """Divide the samples 1 … n - 1 into slices of at most `most`, so that an interrupt need not wait for the end."""
    return (slice(start, min(start + most, n)) for start in range(1, n, most))


def advance_for(neuron, *, alone=False):
    """The loop around the step of `neuron`, with its parameters in place: compiled, or plain Python.

    For a single neuron (`alone`) the parameters stay in memory. A compiler must not read `V_reset` there before it is
    needed, and so it jumps over the reset as long as there is no spike. Neurons side by side cannot jump one by one:
    for them it computes the reset in each step, and chooses.
    """
    compiled, parameters = uses_numba(), neuron.step_parameters()
    if not alone:
        parameters = tuple(parameters)
    elif compiled:
        parameters = np.array([tuple(parameters)], [(name, float) for name in parameters._fields])
    else:
        parameters = [parameters]
    return functools.partial(_advance_for(type(neuron), compiled), parameters)


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

    def advance_lists(parameters, dt, first, steps, state, drive, noise, counts, trains, trace):
        # Python works on lists of floats much faster than on arrays, element by element.
        arrays = [state, counts, trains[0], trains[2]] if trains else [state, counts]
        lists = [array.tolist() for array in arrays]
        if noise is not None:
            noise = noise.tolist()
        if trains:
            trains = lists[2], trains[1], lists[3]
        advance(parameters, dt, first, steps, lists[0], drive.tolist(), noise, lists[1], trains, trace)
        for array, changed in zip(arrays, lists, strict=True):
            array[:] = changed

    return advance_lists


def _make_advance(model, text, jit):
    step, parameters_type = model.step, model.Parameters
    has_x, has_y = len(model.states) > 0, len(model.states) > 1

    @jit
    def advance(parameters, dt, first, steps, state, drive, noise, counts, trains, trace):
        """Take `steps` time steps, in place.

        parameters : see `advance_for`; dt : time step; first : index of the sample that the first step computes
        state : rows for V and, where the model has them, x and y; columns over neurons
        drive : one value a neuron for each step, step after step, or one value a neuron for all steps
        noise : one value a neuron for each step, or None
        counts : number of spikes of each neuron, unless there are `trains`
        trains : what is to be known of each neuron's spikes and mean potential (see `new_trains`), or ()
        trace : of a single neuron, room for I, V, x and y in each step and for the samples of its spikes, or ()

        Numba compiles the loop anew for each kind of result, without what `trains` or `trace` would need.
        """
        text  # noqa: B018  held by the closure: cached machine code is found by it
        V, x, y = state[0], state[1 if has_x else 0], state[2 if has_y else 0]
        if len(trace):
            p, width = parameters[0], 1
            I_trace, V_trace, x_trace, y_trace, samples = trace
            V_j, x_j, y_j = V[0], x[0] if has_x else 0.0, y[0] if has_y else 0.0
        else:
            p, width = parameters_type(*parameters), len(V)
        if len(trains):
            V_sum, marks, tally = trains
            eights = marks.view(np.uint64)
        for k in range(steps):
            # Where the step's values start. (A view of them, made anew at each step, costs more than a few neurons.)
            at_I = k * width if len(drive) > width else 0
            spiked = False
            for j in range(width):
                if not len(trace):  # the state of a single neuron stays in registers
                    V_j, x_j, y_j = V[j], x[j] if has_x else 0.0, y[j] if has_y else 0.0
                noise_j = -0.0 if noise is None else noise[k * width + j]
                V_j, x_j, y_j, fired = step(p, V_j, x_j, y_j, drive[at_I + j], noise_j, dt)
                V[j] = V_j
                if has_x:
                    x[j] = x_j
                if has_y:
                    y[j] = y_j
                if len(trains):
                    V_sum[j] += V_j
                    marks[j] = fired
                else:
                    counts[j] += fired
                spiked |= fired
            if len(trains) and spiked:
                _tally(marks, eights, first + k, tally)
            if len(trace):
                if spiked:
                    samples[counts[0] - 1] = first + k
                I_trace[k], V_trace[k] = drive[at_I], V_j
                if has_x:
                    x_trace[k] = x_j
                if has_y:
                    y_trace[k] = y_j

    return advance


def _tally(marks, eights, sample, tally):
    """Enter the spikes of one sample, looking at eight neurons at a time until one of them has spiked."""
    for eight in range(len(eights)):
        if eights[eight]:
            for j in range(8 * eight, 8 * eight + 8):
                if marks[j]:
                    row = tally[j]
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
