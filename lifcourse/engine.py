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
import sys

import numpy as np

from lifcourse.models._source import functions_used, text_of

# A call of the compiled loop cannot be interrupted; with at most so many updates of neurons side by side, and so many
# steps if they are few, it takes less than 0.1 s.
UPDATES_A_CHUNK, STEPS_A_CHUNK = 16_000_000, 1_000_000
# The compiled loop takes so many neurons through all steps of a call before it turns to the next ones: what it needs of
# them fits into the first cache. Eight of them fill a vector register, and are worked on at once.
NEURONS_A_BLOCK, _AT_ONCE = 512, 8

# Columns of the tally: of each neuron the number of spikes, the samples of the first and the last, and of the intervals
# between them, in samples, the first, the last, the shortest, and the sum of the squares.
COUNT, FIRST, LAST, FIRST_ISI, LAST_ISI, SHORTEST_ISI, SQUARES = range(7)
_NO_SPIKES = [0.0, 0.0, 0.0, np.nan, np.nan, np.inf, 0.0]


def uses_numba():
    """Whether the loop is compiled: Numba is installed, and ``LIFCOURSE_NUMBA=0`` does not stand in the environment."""
    return os.environ.get("LIFCOURSE_NUMBA", "1") != "0" and _installed("numba")


def _installed(package):
    try:
        return importlib.util.find_spec(package) is not None
    except ValueError:  # it stands in sys.modules as None
        return False


def filled(width):
    """Number of neurons that the loop works on where there are `width`: compiled, whole vector registers of them."""
    return -(-width // _AT_ONCE) * _AT_ONCE if uses_numba() else width


def plain_array(values):
    """Return `values`, or a copy if Numba would compile the loop anew for them: with gaps, or not to be written to."""
    return values if values.flags.carray else values.copy()


def new_tally(width):
    """The tally of `width` neurons that have not spiked yet."""
    tally = np.empty((width, 7))
    tally[:] = _NO_SPIKES
    return tally


def chunks(n, most):
    """Divide the samples 1 … n - 1 into slices of at most `most`, so that an interrupt need not wait for the end.

    Where there is only sample 0, the one slice is empty.
    """
    return (slice(start, min(start + most, n)) for start in range(1, max(n, 2), most))


def advance_for(neuron, *, alone=False):
    """The loop around the step of `neuron`, with its parameters in place: compiled, or plain Python.

    For a single neuron (`alone`) the parameters stay in memory. A compiler must not read `V_reset` there before it is
    needed, and so it jumps over the reset as long as there is no spike. Neurons side by side cannot jump one by one:
    for them it computes the reset in each step, and chooses.
    """
    return _advance_for(neuron, alone, uses_numba())


@functools.lru_cache(maxsize=64)
def _advance_for(neuron, alone, compiled):
    parameters = neuron.step_parameters()
    if not alone:
        parameters = tuple(parameters)
    elif compiled:
        parameters = np.array(tuple(parameters), [(name, float) for name in parameters._fields]).reshape(1)
    else:
        parameters = [parameters]
    return functools.partial(_loop_around(type(neuron), compiled), parameters, neuron.rest())


@functools.cache
def _loop_around(model, compiled):
    return _compiled(model) if compiled else _plain(model)


def _compiled(model):
    import numba

    functions = functions_used(model.step)
    for function in functions:
        _make_jitable(function, forceinline=True)
    helpers = _part, _rows, _copy, _tally, _not_finite
    for function in helpers:
        _make_jitable(function)
    shared = model.__module__ != "__main__" and "<locals>" not in model.__qualname__
    jit = functools.partial(numba.njit, nogil=True, error_model="numpy")
    make = functools.partial(_make_advance, model, NEURONS_A_BLOCK, _AT_ONCE, _part, _rows)
    if shared:
        # Numba looks only at the file and the text of `advance` itself; what it is made of has to stand in its closure.
        texts = map(text_of, (*functions, *helpers, _make_advance))
        text = "".join((repr(model.Parameters._fields), *texts))
        try:
            return make(hashlib.sha256(text.encode()).hexdigest(), jit(cache=True))
        except RuntimeError:  # there is no place for a cache where one could write
            pass
    return make("", jit())


@functools.cache
def _make_jitable(function, **options):
    from numba.extending import register_jitable

    register_jitable(error_model="numpy", **options)(function)


def _plain(model):
    # All neurons are one block: a part of a list would be a copy.
    advance = _make_advance(model, sys.maxsize, 1, lambda values, left, right: values, _lists, "", lambda loop: loop)

    def advance_lists(parameters, rest, dt, first, steps, kept, counts, drive, noise, tally, trace):
        arrays = [kept, counts, tally, trace[-1] if trace else None]
        lists = [array if array is None else array.tolist() for array in arrays]
        kept, counts, tally, seen = lists
        if trace:
            trace = *trace[:-1], seen
        if noise is not None:
            noise = noise.tolist()
        lost = advance(parameters, rest, dt, first, steps, kept, counts, drive.tolist(), noise, tally, trace)
        for array, changed in zip(arrays, lists, strict=True):
            if array is not None:
                array[:] = changed
        return lost

    return advance_lists


def _part(values, left, right):
    return values[left:right]


def _rows(width):
    """Room to work on a block of neurons: rows for V, x and y; currents; sum of V; spike counts; and marks.

    Each row begins at a line of the cache of its own, and elsewhere within its page of memory: where the last 12 bits
    of two addresses agree, a processor may take them for the same, and lets what is read from the one wait for what is
    written to the other.
    """
    line, page = 8, 512  # in numbers of eight bytes
    length = -(-width // page) * page + page // 8
    values = np.zeros(7 * length + line)
    first = -(values.ctypes.data // 8) % line
    V, x, y = values[first:][:width], values[first + length :][:width], values[first + 2 * length :][:width]
    I, V_sum = values[first + 3 * length :][:width], values[first + 4 * length :][:width]
    count, marks = values[first + 5 * length :][:width], values[first + 6 * length :][:width]
    return (V, x, y), I, V_sum, count.view(np.int64), marks.view(np.uint8)


def _lists(width):
    """The same for plain Python, which works on lists faster than on arrays, element by element."""
    marks = np.zeros(width, np.uint64).view(np.uint8)  # more than are needed, and whole groups of eight
    return [[0.0] * width for _ in range(3)], [0.0] * width, [0.0] * width, [0] * width, marks


def _make_advance(model, block, at_once, part, new_rows, text, jit):
    step, parameters_type = model.step, model.Parameters
    has_x, has_y = len(model.states) > 0, len(model.states) > 1
    n_states = 1 + len(model.states)

    @jit
    def advance(parameters, rest, dt, first, steps, kept, counts, drive, noise, tally, trace):
        """Take `steps` time steps; return the index of a neuron whose state is not finite at the end, or -1.

        parameters, rest : see `advance_for`; dt : time step
        first : index of the sample that the first step computes; if it is 1, the neurons begin at rest
        kept : rows for V, where the model has them x and y, and the sum of V, with a value a neuron, as they are after
            the last step; without columns if nobody will look at them, None for a `trace`
        counts : number of spikes of each neuron
        drive : current of each neuron; for a single one with a `trace`, one value or one a step
        noise : one value a neuron for each step, filled up to a multiple of those `at_once`; or None
        tally : what is to be known of each neuron's spikes, instead of `counts`; or None
        trace : of a single neuron, room for I, V, x and y in each step, for the samples of its spikes, and for what is
            kept instead: V, x, y, the sum of all states, and the shortest interval in samples; or ()

        Numba compiles the loop anew for each kind of result, without what the others would need.
        """
        text  # noqa: B018  held by the closure: cached machine code is found by it
        if len(trace):
            p, neurons, most, stride = parameters[0], 1, 1, 1
            I_trace, V_trace, x_trace, y_trace, samples, seen = trace
            V_j, x_j, y_j, sum_states, shortest_isi = seen
        else:
            p, neurons = parameters_type(*parameters), len(drive)
            stride, blocks = -(-neurons // at_once) * at_once, -(-neurons // block)
            most = -(-neurons // (blocks * at_once)) * at_once  # the same number in all blocks, or nearly
            rows, I, V_sum, count, marks = new_rows(most)
            V, x, y = rows
            eights = marks.view(np.uint64)
        lost = -1
        for left in range(0, neurons, most):
            right = min(left + most, neurons)
            width = right - left
            if len(trace):
                wide = 1
            else:
                # Neurons that nobody looks at fill the last register.
                wide = -(-width // at_once) * at_once
                _copy(width, part(drive, left, right), I)
                if first == 1:
                    for row in range(n_states):
                        for j in range(wide):
                            rows[row][j] = rest[row]
                    for j in range(wide):
                        V_sum[j], count[j] = rest[0], 0
                else:
                    for row in range(n_states):
                        _copy(width, part(kept[row], left, right), rows[row])
                    _copy(width, part(kept[-1], left, right), V_sum)
                    _copy(width, part(counts, left, right), count)
            for k in range(steps):
                # Where the step's noise starts. (A view of it, made at each step, costs more than a few neurons.)
                at_noise = k * stride + left
                spiked = False
                for j in range(wide):
                    if not len(trace):
                        V_j, x_j, y_j, I_j = V[j], x[j] if has_x else 0.0, y[j] if has_y else 0.0, I[j]
                    else:  # the state of a single neuron stays in registers
                        I_j = drive[k if len(drive) > 1 else 0]
                    noise_j = -0.0 if noise is None else noise[at_noise + j]
                    V_j, x_j, y_j, fired = step(p, V_j, x_j, y_j, I_j, noise_j, dt)
                    if not len(trace):
                        V[j] = V_j
                        if has_x:
                            x[j] = x_j
                        if has_y:
                            y[j] = y_j
                        if tally is None:
                            count[j] += fired
                        else:
                            V_sum[j] += V_j
                            marks[j] = fired
                    spiked |= fired
                if tally is not None and spiked:
                    _tally(marks, eights, left, width, first + k, tally)
                if len(trace):
                    if spiked:
                        samples[counts[0]] = first + k
                        if counts[0] > 0:
                            shortest_isi = min(shortest_isi, samples[counts[0]] - samples[counts[0] - 1])
                        counts[0] += 1
                    I_trace[k], V_trace[k] = I_j, V_j
                    if has_x:
                        x_trace[k] = x_j
                    if has_y:
                        y_trace[k] = y_j
                    sum_states += V_j + x_j + y_j
            if len(trace):
                seen[0], seen[1], seen[2], seen[3], seen[4] = V_j, x_j, y_j, sum_states, shortest_isi
            else:
                if tally is None:
                    _copy(width, count, part(counts, left, right))
                if len(kept[0]):
                    for row in range(n_states):
                        _copy(width, rows[row], part(kept[row], left, right))
                    _copy(width, V_sum, part(kept[-1], left, right))
                for row in range(n_states):
                    lost = max(lost, left + _not_finite(rows[row], width))
                lost = max(lost, left + _not_finite(V_sum, width))
        return lost

    return advance


def _copy(n, source, target):
    for j in range(n):
        target[j] = source[j]


def _not_finite(values, n):
    """Index of the first of `n` values that is not finite, or `-sys.maxsize`."""
    finite = True
    for j in range(n):
        finite &= values[j] - values[j] == 0.0
    if not finite:
        for j in range(n):
            if values[j] - values[j] != 0.0:
                return j
    return -sys.maxsize


def _tally(marks, eights, left, width, sample, tally):
    """Enter the spikes of one sample, looking at eight neurons at a time until one of them has spiked."""
    for eight in range((width + 7) // 8):
        if eights[eight]:
            for j in range(8 * eight, min(8 * eight + 8, width)):
                if marks[j]:
                    row = tally[left + j]
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
