"""What all models share: validated parameters, the state at rest, and the parameters in the form that a step takes."""

import math
from collections import namedtuple
from dataclasses import KW_ONLY, dataclass, fields
from functools import cache
from operator import attrgetter
from typing import ClassVar

from lifcourse import _checks
from lifcourse.parameters import NeuronParameters


class _ParametersType:
    """The attribute `Parameters` of a model class: its NamedTuple type, made when first asked for.

    It can be pickled by its name, say `AELIF.Parameters`, and so a later process finds the machine code made for it.
    """

    def __get__(self, neuron, model):
        return _parameters_type(model)


@cache
def _parameters_type(model):
    membrane = [field.name for field in fields(NeuronParameters)] + ["G_L"]
    own = [field.name for field in fields(model)[1:]]
    made = namedtuple("Parameters", [*membrane, *own], module=model.__module__)
    made.__qualname__ = f"{model.__qualname__}.Parameters"
    made.of = staticmethod(attrgetter(*(f"params.{name}" for name in membrane), *own))
    return made


@dataclass(frozen=True)
class Neuron:
    """A model neuron: its parameters and its rule, the function `step`.

    A subclass is a frozen dataclass with its own parameters as fields and two static, pure functions of floats. They
    may use arithmetic, comparisons, ``if``, functions of `math` and further functions of this kind, and nothing else,
    because Python, Numba and the browser all read the one text.

    ``step(p, V, x, y, I, noise, dt)`` returns ``(V, x, y, spiked)`` one time step later. Here `p` holds all parameters
    by name (`C_m`, `E_L`, `G_L`, …), `V` is the membrane potential, `x` and `y` are up to two further states, `I` is
    the current, and `noise` is the random change of `V` in this step.

    ``max_dt(p, shortest_isi)`` returns the time step from which on forward Euler is unstable for this model, when no
    two spikes follow each other faster than `shortest_isi`.

    Parameters
    ----------
    params : NeuronParameters
        The membrane.
    noise_sigma : float, default 0.0
        Strength of the voltage noise, in V/√s: every step adds ``noise_sigma * sqrt(dt) * N(0, 1)`` to V.
    """

    params: NeuronParameters
    _: KW_ONLY
    noise_sigma: float = 0.0

    states: ClassVar[tuple[str, ...]] = ()
    """Names of the states `x` and `y`, as a `Recording` has them; one that has no name here stays 0."""
    Parameters = _ParametersType()
    """NamedTuple of all parameters, the type of `p` in `step`."""
    _positive: ClassVar[tuple[str, ...]] = ()
    _nonnegative: ClassVar[tuple[str, ...]] = ("noise_sigma",)

    def __post_init__(self):
        if not isinstance(self.params, NeuronParameters):
            raise TypeError(f"params must be NeuronParameters, not {self.params!r}")
        for field in fields(self)[1:]:
            value = _checks.number(
                field.name,
                getattr(self, field.name),
                positive=field.name in self._positive,
                nonnegative=field.name in self._nonnegative,
            )
            object.__setattr__(self, field.name, value)
            if field.name in ("E_K", "V_th_max", "V_max"):
                _checks.usual(field.name, value, "V", f"{field.name}=-80 * mV", below=-1, above=1)

        name, value = self._spike_potential()
        if self.params.V_reset >= value:
            raise ValueError(f"V_reset = {self.params.V_reset!r} V must lie below {name} = {value!r} V")

    def _spike_potential(self):
        return "V_th", self.params.V_th

    @staticmethod
    def step(p, V, x, y, I, noise, dt):
        """Advance the state by one time step; each model has its own."""
        raise NotImplementedError("a model defines step(p, V, x, y, I, noise, dt)")

    @staticmethod
    def max_dt(p, shortest_isi):
        """Time step from which on Euler is unstable, in s: ``2 C_m / G_L`` unless a model says otherwise."""
        return 2.0 * p.C_m / p.G_L

    def rest(self):
        """State ``(V, x, y)`` of a neuron that has been left alone for long: the leak potential and zeros."""
        return self.params.E_L, 0.0, 0.0

    def step_parameters(self):
        """All parameters by name as a NamedTuple of floats, the form in which `step` takes them."""
        return self.Parameters._make(self.Parameters.of(self))

    def check_dt(self, dt, shortest_isi=math.inf):
        """Raise a ValueError that names `dt` if forward Euler is unstable with it."""
        limit = self.max_dt(self.step_parameters(), shortest_isi)
        if not dt < limit:
            fast = "" if shortest_isi == math.inf else f" while spikes follow each other within {shortest_isi:g} s"
            raise ValueError(
                f"dt = {dt!r} s is too coarse for {type(self).__name__}: "
                f"forward Euler is unstable from {limit:g} s on{fast}; take a smaller dt"
            )
