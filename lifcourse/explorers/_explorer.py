"""What an explorer is: runs, controls, panels and read-outs, as data that both hosts read.

The kernel and the page show the same figure. What it consists of stands in `Explorer.spec`, plain data; how a setting
of the sliders becomes numbers stands here for the kernel (`Explorer.compute`, by `lifcourse.simulate`) and in
``compute.js`` for the page (by the models' own steps, translated). How numbers become a picture stands in ``view.js``.
"""

import functools
import hashlib
import inspect
import itertools
import math
import operator
import os
import re
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from lifcourse import units
from lifcourse.currents import step_current
from lifcourse.models import Neuron
from lifcourse.parameters import NeuronParameters
from lifcourse.plotting import COLOURS, COLOURS_ON_DARK, GREY
from lifcourse.simulation import simulate
from lifcourse.translate import translate

MIME = "application/vnd.lifcourse.explorer+json"
MOST_SAMPLES = 200_000
"""Samples that a run may have: more would make a slider wait."""
_LOOP = Path(__file__).with_name("loop.js").read_text(encoding="utf-8")
_MEMBRANE = tuple(field.name for field in fields(NeuronParameters))


@dataclass(frozen=True)
class Control:
    """A quantity that the reader sets, in the unit in which it is shown.

    Attributes
    ----------
    key : str
        Name of the parameter, or ``"current"`` or ``"dt"``.
    quantity : Quantity
        Its name, symbol, unit and factor.
    low, high, value : float
        Range and first value, in that unit.
    logarithmic : bool
        Whether the slider moves by factors.
    """

    key: str
    quantity: tuple
    low: float
    high: float
    value: float
    logarithmic: bool = False

    def __post_init__(self):
        for name in ("low", "high", "value"):
            object.__setattr__(self, name, float(f"{getattr(self, name):.12g}"))
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"the slider for {self.key} goes from {self.low:g} to {self.high:g}; it needs a range")
        if not self.low <= self.value <= self.high:
            raise ValueError(
                f"{self.key} = {self.value:g} {self.quantity.unit} lies outside its slider, "
                f"{self.low:g} to {self.high:g} {self.quantity.unit}"
            )
        if self.logarithmic and self.low <= 0:
            raise ValueError(f"the slider for {self.key} moves by factors; its low end {self.low:g} must be above 0")

    def spec(self):
        step = 10.0 ** math.floor(math.log10((self.high - self.low) / 100))
        return {
            "key": self.key,
            **self.quantity._asdict(),
            "python_unit": _python_unit(self.quantity),
            "low": self.low,
            "high": self.high,
            "step": float(f"{step:.1g}"),
            "value": self.value,
            "logarithmic": self.logarithmic,
        }


def _python_unit(quantity):
    """Name of the unit in `lifcourse.units`; empty where it has none."""
    name = quantity.unit.replace("Ω", "Ohm").replace("µ", "u")
    return name if getattr(units, name, None) == quantity.factor else ""


@dataclass(frozen=True)
class Option:
    """One of several choices: what it is called, and what it sets.

    Attributes
    ----------
    name : str
        What the reader chooses.
    controls : dict of str to float
        Values of controls, in the units in which they are shown.
    values : dict of str to float
        Parameters that have no slider, in SI units.
    texts : dict of str to str
        Parts of the Python text.
    """

    name: str
    controls: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    texts: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One simulation: a neuron, of which controls and choices set some parameters.

    Attributes
    ----------
    name : str
        What the legend calls it.
    neuron : Neuron
        The neuron; parameters that no control and no choice sets stay as they are here.
    current, dt : float or str
        Injected current (A) and time step (s): a number, or the key of what sets it.
    duration : float
        Time to simulate, in s.
    pulse : tuple of (float or str)
        The current flows from the first to the second of these times, in s.
    when : dict of str to str
        Choices under which this is simulated; always if empty.
    python_current : str
        Python text of the current; what stands in braces is filled in.
    python : bool
        Whether the Python text shows this run.
    """

    name: str
    neuron: Neuron
    current: float | str
    dt: float | str
    duration: float
    pulse: tuple = ()
    when: dict = field(default_factory=dict)
    python_current: str = "{current}"
    python: bool = True


@dataclass(frozen=True)
class Curve:
    """A formula drawn over an axis: a pure function of a run's parameters ``p`` and of numbers.

    Attributes
    ----------
    function : function
        ``function(p, ...)``, of which each further argument is the axis' quantity or the key of a control.
    over : str
        Name of the argument that runs along the axis.
    run : int
        Run whose parameters it takes.
    low, high : float
        First and last value along the axis, in SI units.
    fixed : dict of str to float
        Values of arguments that nothing sets.
    points : int
        Number of points.
    """

    function: callable
    over: str
    run: int
    low: float
    high: float
    fixed: dict = field(default_factory=dict)
    points: int = 400


@dataclass(frozen=True, eq=False)
class Explorer:
    """An interactive figure: show it in a notebook or on a page of the book.

    Attributes
    ----------
    name : str
        Short name; links to a setting carry it.
    runs, controls, curves : tuple
        What is simulated, what the reader sets, and which formulas are drawn.
    choices : dict of str to tuple of (str, dict of str to Option)
        Menus by key: their name and options; the first option is the first choice.
    panels, readouts : tuple of dict
        What is drawn and read out; ``view.js`` says how.
    seed : int
        Seed of the noise.
    """

    name: str
    runs: tuple
    controls: tuple
    panels: tuple
    readouts: tuple
    curves: tuple = ()
    choices: dict = field(default_factory=dict)
    seed: int = 1

    def __post_init__(self):
        if not 0 <= operator.index(self.seed) < 2**32:
            raise ValueError(f"seed = {self.seed!r} must be an integer from 0 to 2**32 - 1")
        if not re.fullmatch(r"[A-Za-z][\w-]*", self.name):
            raise ValueError(f"name = {self.name!r} must be a word: links to a setting carry it")
        for run in self.runs:
            if type(run.neuron).step_parameters is not Neuron.step_parameters:
                raise ValueError(f"{type(run.neuron).__name__} must not define step_parameters of its own")
        self._check_corners()

    def __repr__(self):
        models = ", ".join(dict.fromkeys(type(run.neuron).__name__ for run in self.runs))
        return f"<Explorer {self.name!r} of {models}: {len(self.controls)} sliders>"

    def setting(self, choices=None, seed=None, **controls):
        """Return a setting: as at first, but for what is given.

        Parameters
        ----------
        choices : dict of str to str, optional
            Options by the key of their menu; what an option sets is set.
        seed : int, optional
            Seed of the noise.
        **controls : float
            Values of controls, in the units in which they are shown.

        Returns
        -------
        dict
            With the keys ``controls``, ``choices`` and ``seed``.
        """
        chosen = {key: next(iter(options)) for key, (_, options) in self.choices.items()} | (choices or {})
        values = {control.key: control.value for control in self.controls}
        for key, option in (choices or {}).items():
            values |= self.choices[key][1][option].controls
        unknown = set(controls) - set(values)
        if unknown:
            raise ValueError(f"there is no slider for {', '.join(unknown)}; there are {', '.join(values)}")
        return {"controls": values | controls, "choices": chosen, "seed": self.seed if seed is None else seed}

    def values(self, setting):
        """All that a setting sets, by key, in SI units."""
        found = {}
        for key, option in setting["choices"].items():
            found |= self.choices[key][1][option].values
        for control in self.controls:
            found[control.key] = float(setting["controls"][control.key]) * control.quantity.factor
        return found

    def neuron(self, run, values):
        """The neuron of a run with these values."""
        own = [field.name for field in fields(run.neuron)[1:]]
        params = replace(run.neuron.params, **{name: values[name] for name in _MEMBRANE if name in values})
        return replace(run.neuron, params=params, **{name: values[name] for name in own if name in values})

    def active(self, run, setting):
        """Whether a run is part of the figure under this setting."""
        return all(setting["choices"][key] == option for key, option in run.when.items())

    def compute(self, setting):
        """Simulate all runs and evaluate all formulas at a setting.

        Parameters
        ----------
        setting : dict
            As `Explorer.setting` makes it.

        Returns
        -------
        dict
            ``runs``: for each run None (not part of the figure) or a dict with ``n``, ``dt``, ``problem`` (None, or why
            there is nothing to show), ``mean_V``, ``spikes`` (samples) and ``traces`` by name; ``curves``: for each
            formula its values (``y``) and its value at the present setting (``present``).
        """
        values = self.values(setting)
        return {
            "runs": [self._compute_run(run, setting, values) for run in self.runs],
            "curves": [self._compute_curve(curve, setting, values) for curve in self.curves],
        }

    def _compute_run(self, run, setting, values):
        if not self.active(run, setting):
            return None
        current, dt = (values[x] if isinstance(x, str) else x for x in (run.current, run.dt))
        n = round(run.duration / dt)
        result = {"n": n, "dt": dt, "problem": None, "mean_V": math.nan, "spikes": np.zeros(0, int), "traces": {}}
        if n > MOST_SAMPLES:
            return result | {"problem": f"dt = {dt:g} s asks for {n} samples; at most {MOST_SAMPLES} are made"}
        try:
            if run.pulse:
                start, stop = (values[x] if isinstance(x, str) else x for x in run.pulse)
                current = step_current(current, start, stop, duration=run.duration, dt=dt)
            neuron = self.neuron(run, values)
            rng = np.random.default_rng(setting["seed"]) if neuron.noise_sigma else None
            recording = simulate(neuron, current, duration=run.duration, dt=dt, rng=rng)
        except (ValueError, ArithmeticError) as error:
            return result | {"problem": str(error)}
        traces = {"V": recording.V, **recording.states}
        return result | {"mean_V": recording.mean_V, "spikes": recording.spike_samples, "traces": traces}

    def _compute_curve(self, curve, setting, values):
        run = self.runs[curve.run]
        if not self.active(run, setting):
            return None
        arguments = [values[x] if isinstance(x, str) else x for x in self._arguments(curve)]
        at = self._place(curve)
        try:
            p = SimpleNamespace(**self._parameters(self.neuron(run, values)))

            def value(x):
                return float(curve.function(p, *arguments[:at], x, *arguments[at + 1 :]))

            xs = [curve.low + (curve.high - curve.low) * (i / (curve.points - 1)) for i in range(curve.points)]
            present = math.nan if arguments[at] is None else value(arguments[at])
            return {"y": np.array([value(x) for x in xs]), "present": present}
        except (ValueError, ArithmeticError):
            return {"y": np.full(curve.points, math.nan), "present": math.nan}

    @classmethod
    def _parameters(cls, neuron):
        """All parameters of a neuron by name, with those that follow from others."""
        derived = {name: function(neuron.params) for name, function in cls._derived().items()}
        return derived | neuron.step_parameters()._asdict()

    def _arguments(self, curve):
        """What a formula is given after its parameters: numbers, keys of what sets them, or None."""
        run, names = self.runs[curve.run], list(inspect.signature(curve.function).parameters)[1:]
        known = {"current": run.current, "dt": run.dt} | {control.key: control.key for control in self.controls}
        known |= curve.fixed
        for name in names:
            if name not in known and name != curve.over:
                raise ValueError(f"nothing gives {curve.function.__name__} its argument {name}")
        return [known.get(name) for name in names]

    @staticmethod
    def _place(curve):
        """Index of the argument that runs along the axis, among those after the parameters."""
        return list(inspect.signature(curve.function).parameters).index(curve.over) - 1

    def _check_corners(self):
        """Raise a ValueError where two sliders, or a slider and a choice, could make a neuron that there cannot be."""
        menus = [[(key, option) for option in options] for key, (_, options) in self.choices.items()]
        for chosen in itertools.product(*menus):
            base = self.setting(dict(chosen))
            for first, second in itertools.combinations_with_replacement(self.controls, 2):
                for ends in itertools.product(("low", "high"), repeat=2):
                    moved = {first.key: getattr(first, ends[0]), second.key: getattr(second, ends[1])}
                    values = self.values(base | {"controls": base["controls"] | moved})
                    for run in self.runs:
                        if self.active(run, base):
                            self._check_corner(run, values, moved)

    def _check_corner(self, run, values, moved):
        try:
            self.neuron(run, values)
        except ValueError as error:
            at = " and ".join(f"{key} = {value:g}" for key, value in moved.items())
            raise ValueError(f"the sliders reach a neuron that there cannot be, at {at}: {error}") from None
        dt = values[run.dt] if isinstance(run.dt, str) else run.dt
        if not 0 < dt or run.duration / dt > MOST_SAMPLES:
            raise ValueError(f"dt = {dt:g} s asks for more than {MOST_SAMPLES} samples of {run.duration:g} s")

    # What the hosts get.

    @functools.cached_property
    def spec(self):
        """The figure as plain data, without the numbers."""
        keys = {control.key for control in self.controls}
        for _, options in self.choices.values():
            for option in options.values():
                keys |= set(option.values)
        return {
            "name": self.name,
            "title": "",
            "seed": self.seed,
            "noisy": "noise_sigma" in keys or any(run.neuron.noise_sigma for run in self.runs),
            "most_samples": MOST_SAMPLES,
            "colours": {
                name: {"grey": GREY} | {str(i): colour for i, colour in enumerate(colours)}
                for name, colours in (("light", COLOURS), ("dark", COLOURS_ON_DARK))
            },
            "controls": [control.spec() for control in self.controls],
            "choices": [
                {
                    "key": key,
                    "name": name,
                    "order": list(options),  # a stored notebook sorts the keys of what it holds
                    "options": {k: vars(option) for k, option in options.items()},
                }
                for key, (name, options) in self.choices.items()
            ],
            "runs": [self._run_spec(run, keys) for run in self.runs],
            "curves": [
                {
                    "function": curve.function.__name__,
                    "arguments": self._arguments(curve),
                    "over": self._place(curve),
                    "run": curve.run,
                    "low": curve.low,
                    "high": curve.high,
                    "points": curve.points,
                }
                for curve in self.curves
            ],
            "panels": list(self.panels),
            "readouts": list(self.readouts),
        }

    def _run_spec(self, run, keys):
        values = run.neuron.step_parameters()._asdict()
        derived = self._derived()
        p = {name: name if name in keys else value for name, value in values.items() if name not in derived}
        return {
            "name": run.name,
            "model": type(run.neuron).__name__,
            "public": type(run.neuron).__module__.startswith("lifcourse."),
            "p": p,
            "derived": list(derived),
            "states": list(run.neuron.states),
            "current": run.current,
            "dt": run.dt,
            "duration": run.duration,
            "pulse": list(run.pulse),
            "when": run.when,
            "python": self._python(run, keys) if run.python else None,
        }

    def _python(self, run, keys):
        """Python text that repeats a run; what stands in braces is the value of that key."""

        def text(name, value):
            return f"{name}={{{name}}}" if name in keys else f"{name}={value!r}"

        membrane = ", ".join(text(name, getattr(run.neuron.params, name)) for name in _MEMBRANE)
        own = "".join(
            f", {text(field.name, getattr(run.neuron, field.name))}"
            for field in fields(run.neuron)[1:]
            if field.name in keys or getattr(run.neuron, field.name) != field.default
        )
        dt = "{dt}" if isinstance(run.dt, str) else repr(run.dt)
        rng = ", rng=np.random.default_rng({seed})" if "noise_sigma" in keys or run.neuron.noise_sigma else ""
        neuron = f"{type(run.neuron).__name__}(NeuronParameters({membrane}){own})"
        return f"simulate({neuron}, {run.python_current}, duration={run.duration!r}, dt={dt}{rng})"

    @staticmethod
    def _derived():
        """Parameters of a step that follow from others, with the functions that say how."""
        return {name: value.fget for name, value in vars(NeuronParameters).items() if isinstance(value, property)}

    @functools.cached_property
    def javascript(self):
        """A JavaScript object: the models and formulas that this explorer needs, translated."""
        models = {type(run.neuron): run for run in self.runs}
        parts = []
        for model, run in models.items():
            functions = {"step": model.step, "max_dt": model.max_dt, "rest": model.rest, **self._derived()}
            translated = translate(functions, self._parameters(run.neuron))
            names = ", ".join(functions)
            lines = [f"const {{ {names} }} = {translated};", _LOOP, f"return {{ {names}, loop }};"]
            parts.append("\n".join([f"{model.__name__}: (() => {{", *lines, "})()"]))
        formulas = {curve.function.__name__: curve.function for curve in self.curves}
        parts.append(f"formulas: {translate(formulas)}")
        return "{\n" + ",\n".join(parts) + "\n}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Hand over what a page, a notebook and a printer need."""
        from lifcourse.explorers import _still

        picture = _still.png(self)
        page = {
            "spec": self.spec,
            "code": self.javascript,
            "id": hashlib.sha256(self.javascript.encode()).hexdigest()[:12],
            "still": picture,
        }
        bundle = {MIME: page, "text/plain": repr(self)}
        if os.environ.get("LIFCOURSE_BUILDING_BOOK") == "1":
            return bundle
        from lifcourse.explorers._widget import widget_of

        return bundle | {"image/png": picture} | widget_of(self)._repr_mimebundle_()[0] | {"text/plain": repr(self)}
