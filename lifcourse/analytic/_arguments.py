"""Checks of arguments that several formulas share."""

from lifcourse import _checks
from lifcourse.parameters import NeuronParameters


def membrane(params):
    """Return `params` if it is a `NeuronParameters`; raise TypeError if it is anything else."""
    if not isinstance(params, NeuronParameters):
        raise TypeError(f"params must be NeuronParameters, not {params!r}")
    return params


def resettable(params):
    """Return a membrane whose reset lies below its threshold; raise as `membrane` does, or ValueError."""
    params = membrane(params)
    if params.V_reset >= params.V_th:
        raise ValueError(f"V_reset = {params.V_reset!r} V must lie below V_th = {params.V_th!r} V")
    return params


def times(t):
    """Return `t` as an array of floats; raise ValueError if one of them is negative."""
    t = _checks.array("t", t)
    if (t < 0).any():
        raise ValueError(f"t = {t.min():g} s must be 0 or greater")
    return t
