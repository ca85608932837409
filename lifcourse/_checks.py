"""Checks of what a caller hands in: each error names the argument, its value and what would be right."""

import math
import numbers
import sys
import warnings

import numpy as np

_MOST_STORED = 10**9


def number(name, value, *, positive=False, nonnegative=False):
    """Return `value` as a float, or say what is wrong with the argument `name`.

    Raises
    ------
    TypeError
        If the value is not a real number.
    ValueError
        If it is NaN or infinite, or not positive (not negative) where it has to be.
    """
    if type(value) is not float:
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value[()]
        if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
            raise TypeError(f"{name} must be a number, not {value!r} ({type(value).__name__})")
        try:
            value = float(value)
        except OverflowError:
            raise ValueError(f"{name} = {value!r} is too large for a float") from None
    if not math.isfinite(value):
        raise ValueError(f"{name} = {value!r} must be finite")
    if positive and value <= 0:
        raise ValueError(f"{name} = {value!r} must be greater than 0")
    if nonnegative and value < 0:
        raise ValueError(f"{name} = {value!r} must be 0 or greater")
    return value


def array(name, value, *, copy=True):
    """Return `value` as a float array of its own shape; raise as `number` does, for any of its elements.

    With ``copy=False``, an array of floats is returned itself; a result that keeps it would change with it.
    """
    try:
        found = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} = {value!r} is not rectangular; it must be a number or an array of numbers") from None
    if found.dtype.kind in "US":
        raise TypeError(f"{name} must hold numbers, not {value!r}")
    if found.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold real numbers, not {found.dtype}")
    with np.errstate(over="ignore", invalid="ignore"):
        found = found.astype(float, copy=copy)
        total = found.sum()  # finite only if all are, and sooner known
    if not np.isfinite(total) and not np.isfinite(found).all():
        where = np.argwhere(~np.isfinite(found))[0]
        at = f"[{', '.join(map(str, where))}]" if found.ndim else ""
        raise ValueError(f"{name}{at} = {float(found[tuple(where)])!r} must be finite")
    return found


def generator(name, value):
    """Return `value` if it is a `numpy.random.Generator`; raise TypeError if it is anything else."""
    if not isinstance(value, np.random.Generator):
        raise TypeError(f"{name} must be a numpy.random.Generator, say numpy.random.default_rng(1), not {value!r}")
    return value


def samples(duration, dt, *, stored=False):
    """Number of samples ``round(duration / dt)``.

    Raises
    ------
    ValueError
        If `dt` or `duration` is not a positive, finite number, or if there would be no sample, or more than 2**53, or
        more than can be `stored`.
    """
    dt = number("dt", dt, positive=True)
    duration = number("duration", duration, positive=True)
    if duration / dt >= 2.0**53 or math.isinf(2.0 / dt):
        raise ValueError(f"dt = {dt!r} s is too small to divide a duration of {duration!r} s into")
    n = round(duration / dt)
    if stored and n > _MOST_STORED:
        raise ValueError(f"dt = {dt!r} s gives {n} samples in {duration!r} s; at most {_MOST_STORED} can be kept")
    if n < 1:
        raise ValueError(f"duration = {duration!r} s is shorter than one step dt = {dt!r} s")
    return n


def usual(name, value, unit, example, *, below=None, above=None):
    """Warn when a value is so far from any neuron's that a unit was probably forgotten; it is used as it stands."""
    if (below is not None and value < below) or (above is not None and value > above):
        warnings.warn(
            f"{name} = {value:g} {unit} is far from any neuron's. Was a unit forgotten, as in {example}?",
            UserWarning,
            stacklevel=_callers_level(),
        )


def _callers_level():
    """Level of the first frame outside this package and the ``__init__`` that `dataclass` writes."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and (frame.f_globals.get("__name__", "").startswith("lifcourse.") or _generated(frame)):
        level, frame = level + 1, frame.f_back
    return level


def _generated(frame):
    return frame.f_code.co_name == "__init__" and frame.f_code.co_filename == "<string>"
