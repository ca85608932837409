"""The explorers of the course, and `explore`, which makes one of any neuron."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import fields

from lifcourse import _checks, presets
from lifcourse.analytic import _firing_rate, _I_SRA_nullcline, _V_nullcline
from lifcourse.currents import step_current
from lifcourse.explorers._explorer import Control, Curve, Explorer, Option, Run
from lifcourse.models import LIF, Neuron
from lifcourse.plotting import COLOURS
from lifcourse.symbols import QUANTITIES, Quantity
from lifcourse.units import GOhm, Hz, ms, mV, nA, nF, nS, pA, uS

_SPIKE_TOP = 20 * mV


def explore(neuron, current, *, sliders=None, show=("V",), duration=0.5, dt=1e-4, pulse=None, seed=1, name="explore"):
    """Make an interactive figure of a neuron: sliders for its parameters, and its answer at once.

    In a live notebook the numbers come from `simulate` in the kernel; on a published page from the same step function,
    translated to JavaScript when the book is built. A neuron of your own, a subclass of `lifcourse.models.Neuron`
    written in a notebook, works as well as those of the course.

    Parameters
    ----------
    neuron : Neuron or dict of str to Neuron
        What to explore; several neurons are drawn on top of each other, and a slider moves all that have its parameter.
    current : float
        Injected current at first, in A.
    sliders : sequence of str or dict of str to (float, float), optional
        What the reader can set: names of parameters, ``"current"``, ``"dt"`` or ``"noise_sigma"``, if wanted with the
        ends of the slider in SI units. By default the current and the neuron's own parameters.
    show : sequence of str or tuple of str
        Panels from top to bottom: ``"V"`` or a state such as ``"G_SRA"``; a tuple shares a panel.
    duration, dt : float
        Time to simulate and time step, in s; at most 200,000 steps.
    pulse : (float, float), optional
        The current flows from the first to the second time only, in s; by default all the time.
    seed : int, default 1
        Seed of the noise, as in ``numpy.random.default_rng(seed)``.
    name : str, default "explore"
        Short name without spaces; links to a setting carry it.

    Returns
    -------
    Explorer
        The figure; as the last expression of a cell it shows itself.

    Raises
    ------
    ValueError
        If a slider is for something that the neurons do not have, or reaches values that are not allowed, or the step
        function uses what cannot be translated.
    TypeError
        If `neuron` is something else.

    Examples
    --------
    >>> from lifcourse import presets
    >>> from lifcourse.units import nA
    >>> explore(presets.lif, 5 * nA, sliders={"current": (0, 9 * nA), "V_reset": (-0.08, -0.06)})
    <Explorer 'explore' of LIF: 2 sliders>
    """
    neurons = neuron if isinstance(neuron, Mapping) else {"": neuron}
    if not neurons or not all(isinstance(one, Neuron) for one in neurons.values()):
        raise TypeError(f"neuron must be a model neuron, or a dict of them by name, not {neuron!r}")
    duration, dt = (_checks.number(key, value, positive=True) for key, value in (("duration", duration), ("dt", dt)))
    first = {"current": _checks.number("current", current), "dt": dt}
    for one in reversed(neurons.values()):
        first |= one.step_parameters()._asdict()
    controls = tuple(_controls(sliders, neurons, first))
    keys = {control.key for control in controls}
    if pulse is None:
        interval, text = (), "{current}"
    else:
        interval = tuple(_checks.number("pulse", edge, nonnegative=True) for edge in pulse)
        step_current(0.0, *interval, duration=duration, dt=dt)  # says what is wrong with the times
        step = "{dt}" if "dt" in keys else repr(dt)
        text = f"step_current({{current}}, {interval[0]!r}, {interval[1]!r}, duration={duration!r}, dt={step})"
    runs = tuple(
        Run(
            name=label,
            neuron=one,
            current="current" if "current" in keys else first["current"],
            dt="dt" if "dt" in keys else dt,
            duration=duration,
            pulse=interval,
            python_current=text if "current" in keys else text.format(current=repr(first["current"])),
        )
        for label, one in neurons.items()
    )
    panels = [(names,) if isinstance(names, str) else tuple(names) for names in show]
    known = ["V", *dict.fromkeys(state for one in neurons.values() for state in one.states)]
    for wanted in itertools.chain.from_iterable(panels):
        if wanted not in known:
            raise ValueError(f"show: there is no {wanted!r}; these neurons have {', '.join(known)}")
    return Explorer(
        name=name,
        runs=runs,
        controls=controls,
        panels=tuple(_time_panel(runs, names, controls) for names in panels),
        readouts=tuple(
            _readout(run, index, what) for index, run in enumerate(runs) for what in ("firing_rate", "mean_V")
        ),
        seed=seed,
    )


def lif(seed=1):
    """The leaky integrate-and-fire neuron: its potential, and the formula for its rate with the present point.

    Parameters
    ----------
    seed : int, default 1
        Seed of the noise.

    Returns
    -------
    Explorer
        With sliders for current, R_m, C_m, V_th, V_reset and noise.
    """
    current = QUANTITIES["current_nA"]
    capacitance = QUANTITIES["C_m"]._replace(unit="nF", factor=nF)
    run = Run("simulated", presets.lif, "current", 1e-4, 2.0)
    controls = (
        Control("current", current, 0, 9, 5),
        Control("R_m", QUANTITIES["R_m"], 1, 15, 5),
        Control("C_m", capacitance, 0.5, 5, 2),
        Control("V_th", QUANTITIES["V_th"], -59, -40, -50),
        Control("V_reset", QUANTITIES["V_reset"], -85, -60, -65),
        Control("noise_sigma", QUANTITIES["noise_sigma"], 0, 0.05, 0),
    )
    rate = QUANTITIES["firing_rate"]
    side = {
        "kind": "curve",
        "place": "side",
        "x": _axis(current, (0, 9 * nA)),
        "y": _axis(rate, None, least=20.0),
        "series": [{"curve": 0, "name": "formula, no noise", "colour": 1}],
        "points": [
            {"x": "current", "y": {"curve": 0}, "name": "formula, now", "colour": 1, "filled": True},
            {"x": "current", "y": {"run": 0, "what": "firing_rate"}, "name": "simulated", "colour": 0},
        ],
        "words": "firing rate against current",
    }
    return Explorer(
        name="lif",
        runs=(run,),
        controls=controls,
        curves=(Curve(_firing_rate, "current", 0, 0.0, 9 * nA, fixed={"tau_ref": 0.0}),),
        panels=(_time_panel((run,), ("V",), controls, window=(0, 0.3), height=250), side),
        readouts=(
            _readout(run, 0, "firing_rate"),
            {"label": "by the formula", "curve": 0, "unit": "Hz", "factor": Hz},
            _readout(run, 0, "mean_V"),
        ),
        seed=seed,
    )


def refractory():
    """Three ways to be refractory, on top of each other at the same current.

    Returns
    -------
    Explorer
        With sliders for current, tau_ref, V_th_max and Delta_G_ref.
    """
    neurons = {
        "voltage clamp": presets.voltage_clamp,
        "threshold increase": presets.threshold_increase,
        "threshold and conductance": presets.refractory_conductance,
    }
    runs = tuple(Run(name, neuron, "current", 1e-5, 0.5) for name, neuron in neurons.items())
    conductance = QUANTITIES["Delta_G_ref"]._replace(unit="µS", factor=uS)
    controls = (
        Control("current", QUANTITIES["current"], 100, 600, 600),
        Control("tau_ref", QUANTITIES["tau_ref"], 0, 10, 2.5),
        Control("V_th_max", QUANTITIES["V_th_max"], -50, 200, 200),
        Control("Delta_G_ref", conductance, 0, 4, 2),
    )
    return Explorer(
        name="refractory",
        runs=runs,
        controls=controls,
        panels=(_time_panel(runs, ("V",), controls, window=(0, 0.08), height=280),),
        readouts=tuple(_readout(run, i, what) for i, run in enumerate(runs) for what in ("firing_rate", "mean_V")),
    )


def sra():
    """Spike-rate adaptation: the potential and the conductance that each spike adds to.

    Returns
    -------
    Explorer
        With a choice of pulse or constant current, and sliders for current, Delta_G_SRA and tau_SRA.
    """
    run = _driven(presets.sra)
    controls = (
        Control("current", QUANTITIES["current"], 0, 600, 500),
        Control("Delta_G_SRA", QUANTITIES["Delta_G_SRA"], 0, 5, 1),
        Control("tau_SRA", QUANTITIES["tau_SRA"], 10, 500, 200),
    )
    return Explorer(
        name="sra",
        runs=(run,),
        controls=controls,
        choices={"drive": _DRIVES},
        panels=(
            _time_panel((run,), ("V",), controls, band=True),
            _time_panel((run,), ("G_SRA",), controls, band=True, least=1 * nS),
        ),
        readouts=tuple(_readout(run, 0, what) for what in ("n_spikes", "initial_rate", "steady_rate")),
    )


def aelif(pattern="tutorial"):
    """The adaptive exponential neuron: potential, adaptation current, and the phase plane with both nullclines.

    Parameters
    ----------
    pattern : str, default "tutorial"
        What it starts with: the neuron of the tutorial, or one of `lifcourse.presets.firing_patterns` by name.

    Returns
    -------
    Explorer
        With the neuron of the tutorial and eight firing patterns to choose from, and sliders for the current, a, b,
        tau_SRA and Delta_th.
    """
    run = _driven(presets.aelif)
    ranges = {
        "current": (QUANTITIES["current"], 0, 800),
        "a": (QUANTITIES["a"], -11, 12),
        "b": (QUANTITIES["b"], 0, 150),
        "tau_SRA": (QUANTITIES["tau_SRA"], 10, 400),
        "Delta_th": (QUANTITIES["Delta_th"], 0.5, 5),
    }
    patterns = {"tutorial": (presets.aelif, 300 * pA), **presets.firing_patterns}
    if pattern not in patterns:
        raise ValueError(f"pattern = {pattern!r} must be one of {', '.join(patterns)}")
    patterns = {pattern: patterns[pattern], **patterns}
    first = _pattern(ranges, *patterns[pattern])
    controls = tuple(Control(key, *ranges[key], first.controls[key]) for key in ranges)
    # The phase plane ends where the upstroke takes over; the spike itself is beyond it.
    low, high = -85 * mV, -35 * mV
    phase = {
        "kind": "phase",
        "place": "side",
        "x": _axis(QUANTITIES["V"], (low, high)),
        "y": _axis(QUANTITIES["I_SRA"], None, least=40 * pA, symmetric=True),
        "series": [
            {"curve": 0, "name": "<i>V</i>-nullcline, dV/dt = 0", "colour": 0, "fit": "lowest"},
            {
                "curve": 1,
                "name": "I<sub>SRA</sub>-nullcline, dI<sub>SRA</sub>/dt = 0",
                "colour": 1,
                "dashed": True,
            },
            {
                "run": 0,
                "x": "V",
                "what": "I_SRA",
                "name": "path",
                "colour": "grey",
                "resets": {"name": "reset points", "colour": 2},
            },
        ],
        "points": [],
        "words": "phase plane: adaptation current against membrane potential",
    }
    return Explorer(
        name="aelif",
        runs=(run,),
        controls=controls,
        choices={
            "pattern": ("Neuron", {name: _pattern(ranges, *pair, name) for name, pair in patterns.items()}),
            "drive": (_DRIVES[0], dict(reversed(_DRIVES[1].items()))),
        },
        curves=(
            Curve(_V_nullcline, "V", 0, low, high),
            Curve(_I_SRA_nullcline, "V", 0, low, high, points=2),
        ),
        panels=(
            _time_panel((run,), ("V",), controls, band=True),
            _time_panel((run,), ("I_SRA",), controls, band=True, least=40 * pA),
            phase,
        ),
        readouts=tuple(_readout(run, 0, what) for what in ("n_spikes", "initial_rate", "steady_rate")),
    )


def euler_step():
    """Euler's time step: a coarse simulation on top of a fine one, and the difference of their spike times.

    Returns
    -------
    Explorer
        With a choice of models and sliders for the time step, from 1 µs to 1 ms, and the current.
    """
    neurons = {
        "LIF": LIF(presets.voltage_clamp.params),
        "refractory conductance": presets.refractory_conductance,
        "spike-rate adaptation": presets.sra,
        "adaptive exponential": presets.aelif,
    }
    runs = []
    for name, neuron in neurons.items():
        runs.append(Run("this step", neuron, "current", "dt", 0.05, when={"model": name}))
        runs.append(Run("1 µs", neuron, "current", 1e-6, 0.05, when={"model": name}, python=False))
    controls = (
        Control("dt", QUANTITIES["dt"]._replace(unit="µs", factor=1e-6), 1, 1000, 50, logarithmic=True),
        Control("current", QUANTITIES["current"], 0, 800, 600),
    )
    readouts = []
    for index in range(0, len(runs), 2):
        readouts.append(_readout(runs[index], index, "n_spikes") | {"label": "spikes"})
        readouts.append(
            {
                "label": "last spike",
                "run": index,
                "what": "last_spike",
                "unit": "ms",
                "factor": ms,
                "reference": index + 1,
            }
        )
    series = [
        {"run": i, "what": "V", "name": run.name, "colour": 3 if i % 2 else 0, "wide": bool(i % 2), "dots": not i % 2}
        for i, run in enumerate(runs)
    ]
    series = [one for pair in zip(series[1::2], series[::2], strict=True) for one in pair]  # the coarse one on top
    panel = _time_panel(runs, ("V",), controls, height=280) | {"series": series}
    panel["y"]["limits"][1] = -35 * mV  # no spikes are painted here
    return Explorer(
        name="euler",
        runs=tuple(runs),
        controls=controls,
        choices={"model": ("Model", {name: Option(name) for name in neurons})},
        panels=(panel,),
        readouts=tuple(readouts),
    )


# Parts.

_DURATION = 1.5
_DRIVES = (
    "Current",
    {
        "pulse": Option(
            "pulse from 0.5 to 1 s",
            values={"start": 0.5, "stop": 1.0},
            texts={"drive": f"step_current({{current}}, 0.5, 1.0, duration={_DURATION}, dt=0.0001)"},
        ),
        "constant": Option("constant", values={"start": 0.0, "stop": _DURATION}, texts={"drive": "{current}"}),
    },
)


def _driven(neuron):
    return Run("", neuron, "current", 1e-4, _DURATION, pulse=("start", "stop"), python_current="{drive}")


def _pattern(ranges, neuron, current, name="tutorial"):
    p = neuron.step_parameters()._asdict() | {"current": current}
    controls = {key: float(f"{p[key] / quantity.factor:.12g}") for key, (quantity, *_) in ranges.items()}
    membrane = ("C_m", "R_m", "E_L", "V_th", "V_reset", "V_max")
    return Option(name, controls=controls, values={key: p[key] for key in membrane})


def _axis(quantity, limits=None, least=0.0, symmetric=False):
    """An axis: fixed limits in SI units, or limits that follow the data and span at least `least`."""
    return {**quantity._asdict(), "limits": list(limits) if limits else None, "least": least, "symmetric": symmetric}


def _time_panel(runs, names, controls, *, window=None, band=False, least=0.0, height=190):
    quantity = _quantity(names[0])
    controlled = {control.key: control for control in controls}
    window = window or (0, runs[0].duration)
    limits, levels = None, []
    if names[0] == "V":
        lowest = [getattr(run.neuron.params, key) for run in runs for key in ("E_L", "V_reset")]
        lowest += [run.neuron.E_K for run in runs if hasattr(run.neuron, "E_K")]
        lowest += [control.low * control.quantity.factor for key, control in controlled.items() if key in _POTENTIALS]
        limits = (min(lowest) - 3 * mV, _SPIKE_TOP + 5 * mV)
        threshold = "V_th" if "V_th" in controlled else runs[0].neuron.params.V_th
        levels = [{"value": threshold, "name": QUANTITIES["V_th"].symbol}]
    return {
        "kind": "time",
        "place": "main",
        "x": _axis(QUANTITIES["t_ms" if window[1] < 0.5 else "t"], window),
        "y": _axis(quantity, limits, least),
        "height": height,
        "band": ["start", "stop"] if band else None,
        "levels": levels,
        "series": [
            {
                "run": index,
                "what": name,
                "name": ", ".join(filter(None, [run.name, _quantity(name).symbol if len(names) > 1 else ""])),
                "colour": (index + len(runs) * position) % len(COLOURS),
                "dashed": position > 0,
                "top": _SPIKE_TOP if name == "V" else None,
            }
            for position, name in enumerate(names)
            for index, run in enumerate(runs)
            if name == "V" or name in run.neuron.states
        ],
        "points": [],
        "words": f"{quantity.name} over time",
    }


_POTENTIALS = ("E_L", "E_K", "V_reset")
_MEASURES = {
    "firing_rate": ("firing rate", "Hz", Hz),
    "mean_V": ("mean potential", "mV", mV),
    "n_spikes": ("spikes", "", 1.0),
    "initial_rate": ("1 / first interval", "Hz", Hz),
    "steady_rate": ("1 / last interval", "Hz", Hz),
}


def _readout(run, index, what):
    label, unit, factor = _MEASURES[what]
    return {"label": label, "group": run.name, "run": index, "what": what, "unit": unit, "factor": factor}


def _quantity(key):
    return QUANTITIES.get(key) or Quantity(key.replace("_", " "), key, "", 1.0)


def _controls(sliders, neurons, first):
    if sliders is None:
        own = dict.fromkeys(field.name for one in neurons.values() for field in fields(one)[1:])
        sliders = ["current", *(key for key in own if key != "noise_sigma" or first[key])]
    for key in sliders:
        if key not in first or key == "G_L":
            known = ", ".join(key for key in first if key != "G_L")
            raise ValueError(f"sliders: there is no {key!r}; these neurons have {known}")
        value = first[key]
        low, high = sliders[key] if isinstance(sliders, Mapping) else _default_range(key, value)
        quantity = _fitting(_quantity(key), max(abs(low), abs(high)))
        yield Control(
            key, quantity, low / quantity.factor, high / quantity.factor, value / quantity.factor, key == "dt"
        )


_FITTING = {"pA": ("nA", nA), "pF": ("nF", nF), "nS": ("µS", uS), "MΩ": ("GΩ", GOhm), "ms": ("s", 1.0)}


def _fitting(quantity, size):
    """The quantity in the next larger unit if its numbers would have more than four digits."""
    if quantity.unit in _FITTING and size / quantity.factor > 2000:
        unit, factor = _FITTING[quantity.unit]
        return quantity._replace(unit=unit, factor=factor)
    return quantity


def _default_range(key, value):
    """Ends of a slider for which none are given."""
    if key == "noise_sigma":
        return 0.0, max(0.05, 2 * value)
    if key == "dt":
        return value / 10, value * 10
    if key in QUANTITIES and QUANTITIES[key].unit == "mV" and not key.startswith("Delta"):
        return value - 10 * mV, value + 10 * mV
    if value == 0 or not math.isfinite(value):
        raise ValueError(
            f"sliders: give the ends of the slider for {key}, which is {value!r}: {{{key!r}: (low, high)}}"
        )
    ends = 0.2 * value, 2 * value
    return min(ends), max(ends)
