"""lifcourse: integrate-and-fire neurons, small enough to read and exact enough to trust.

The package behind the course of the same name. All quantities are in SI units; `lifcourse.units` has the usual
multiples. Start with `NeuronParameters`, one of the models, and `simulate`.
"""

import importlib

_HOMES = {
    "NeuronParameters": "lifcourse.parameters",
    "fluctuating_current": "lifcourse.currents",
    "step_current": "lifcourse.currents",
    **dict.fromkeys(
        ["AELIF", "LIF", "LIFSRA", "LIFRefractoryConductance", "LIFThresholdIncrease", "LIFVoltageClamp"],
        "lifcourse.models",
    ),
    "Recording": "lifcourse.simulation",
    "simulate": "lifcourse.simulation",
    "FICurve": "lifcourse.analysis",
    "coincidence_factor": "lifcourse.spike_trains",
    "fi_curve": "lifcourse.analysis",
    "spike_counts": "lifcourse.analysis",
    "explore": "lifcourse.explorers",
}
_MODULES = ("analytic", "explorers", "models", "plotting", "presets", "schemes", "units")

__all__ = [*_HOMES, *_MODULES]


def __getattr__(name):
    """Import a public name when it is first used, so that `import lifcourse` costs next to nothing."""
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    elif name in _MODULES:
        value = importlib.import_module(f"lifcourse.{name}")
    else:
        raise AttributeError(f"module 'lifcourse' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return sorted(__all__)
