"""Bad input: an error that names the argument and its value, before the first step; a likely slip: a warning."""

from dataclasses import replace

import numpy as np
import pytest

from lifcourse import (
    AELIF,
    LIF,
    LIFSRA,
    LIFRefractoryConductance,
    LIFThresholdIncrease,
    LIFVoltageClamp,
    NeuronParameters,
    analytic,
    fi_curve,
    presets,
    simulate,
    step_current,
)

NAN, INF = float("nan"), float("inf")
MEMBRANE = {"C_m": 2e-9, "R_m": 5e6, "E_L": -0.070, "V_th": -0.050, "V_reset": -0.065}
RUN = {"duration": 0.01, "dt": 1e-4}
RNG = np.random.default_rng(1)


def neuron(name, **changes):
    return replace(getattr(presets, name), **changes)


def membrane(**changes):
    return NeuronParameters(**MEMBRANE | changes)


def run(current=1e-9, neuron=presets.lif, **changes):
    return simulate(neuron, current, **RUN | changes)


def sweep(currents=(1e-9,), neuron=presets.lif, **changes):
    return fi_curve(neuron, currents, **RUN | changes)


def pulse(amplitude=1e-9, start=0.1, stop=0.2, duration=0.3, dt=1e-4):
    return step_current(amplitude, start, stop, duration=duration, dt=dt)


def noisy(**changes):
    return run(neuron=LIF(presets.lif.params, noise_sigma=0.01), **changes)


# call, what the message names, what it says of the value
VALUES = {
    # the membrane
    "capacitance negative": (lambda: membrane(C_m=-2e-9), "C_m", "-2e-09"),
    "capacitance 0": (lambda: membrane(C_m=0), "C_m", "0"),
    "capacitance NaN": (lambda: membrane(C_m=NAN), "C_m", "nan"),
    "capacitance too small for floats": (lambda: membrane(C_m=5e-324), "C_m", "5e-324"),
    "resistance negative": (lambda: membrane(R_m=-1), "R_m", "-1"),
    "resistance infinite": (lambda: membrane(R_m=INF), "R_m", "inf"),
    "rest infinite": (lambda: membrane(E_L=-INF), "E_L", "-inf"),
    "threshold NaN": (lambda: membrane(V_th=NAN), "V_th", "nan"),
    "integer beyond floats": (lambda: membrane(V_th=10**400), "V_th", "1000"),
    # the models
    "reset at threshold": (lambda: LIF(membrane(V_reset=-0.050)), "V_reset", "-0.05"),
    "reset above threshold": (lambda: LIF(membrane(V_reset=-0.040)), "V_reset", "-0.04"),
    "reset above threshold, clamp": (
        lambda: LIFVoltageClamp(membrane(V_reset=-0.040), tau_ref=0.001), "V_reset", "-0.04"),
    "reset above threshold, raised": (
        lambda: LIFThresholdIncrease(membrane(V_reset=-0.040), V_th_max=0.2, tau_vth=1e-3), "V_reset", "-0.04"),
    "reset above threshold, SRA": (
        lambda: LIFSRA(membrane(V_reset=-0.040), E_K=-0.08, Delta_G_SRA=1e-9, tau_SRA=0.2), "V_reset", "-0.04"),
    "reset above V_max": (lambda: neuron("aelif", params=membrane(V_reset=0.2)), "V_reset", "0.2"),
    "V_max below threshold": (lambda: neuron("aelif", V_max=-0.06, params=membrane(V_reset=-0.07)), "V_max", "-0.06"),
    "raised threshold below its base": (lambda: neuron("threshold_increase", V_th_max=-0.06), "V_th_max", "-0.06"),
    "the same, with conductance": (lambda: neuron("refractory_conductance", V_th_max=-0.06), "V_th_max", "-0.06"),
    "tau_ref negative": (lambda: neuron("voltage_clamp", tau_ref=-0.001), "tau_ref", "-0.001"),
    "tau_vth 0": (lambda: neuron("threshold_increase", tau_vth=0), "tau_vth", "0"),
    "tau_G_ref negative": (lambda: neuron("refractory_conductance", tau_G_ref=-1), "tau_G_ref", "-1"),
    "Delta_G_ref negative": (lambda: neuron("refractory_conductance", Delta_G_ref=-1e-6), "Delta_G_ref", "-1e-06"),
    "E_K NaN": (lambda: neuron("sra", E_K=NAN), "E_K", "nan"),
    "Delta_G_SRA negative": (lambda: neuron("sra", Delta_G_SRA=-1e-9), "Delta_G_SRA", "-1e-09"),
    "tau_SRA 0": (lambda: neuron("sra", tau_SRA=0.0), "tau_SRA", "0"),
    "Delta_th 0": (lambda: neuron("aelif", Delta_th=0.0), "Delta_th", "0"),
    "a NaN": (lambda: neuron("aelif", a=NAN), "a = nan", "nan"),
    "b infinite": (lambda: neuron("aelif", b=INF), "b = inf", "inf"),
    "noise negative": (lambda: neuron("lif", noise_sigma=-0.01), "noise_sigma", "-0.01"),
    # simulate
    "current NaN": (lambda: run(NAN), "current", "nan"),
    "current infinite": (lambda: run(-INF), "current", "-inf"),
    "current with a NaN": (lambda: run(np.where(np.arange(100) == 7, NAN, 1.0)), "current[7]", "nan"),
    "current with a NaN at the end": (lambda: run(np.where(np.arange(100) == 99, NAN, 1.0)), "current[99]", "nan"),
    "current too long": (lambda: run(np.zeros(101)), "current", "(101,)"),
    "current too short": (lambda: run(np.zeros(99)), "current", "(99,)"),
    "current of one element": (lambda: run([1e-9]), "current", "(1,)"),
    "current empty": (lambda: run([]), "current", "(0,)"),
    "current two-dimensional": (lambda: run(np.zeros((100, 1))), "current", "(100, 1)"),
    "current ragged": (lambda: run([[1.0], [1.0, 2.0]]), "current", "[[1.0], [1.0, 2.0]]"),
    "current out of this world": (lambda: run(-1e307, duration=1.0), "current", "-1e+307"),
    "dt 0": (lambda: run(dt=0), "dt", "0"),
    "dt negative": (lambda: run(dt=-1e-4), "dt", "-0.0001"),
    "dt NaN": (lambda: run(dt=NAN), "dt", "nan"),
    "dt infinite": (lambda: run(dt=INF), "dt", "inf"),
    "dt tiny": (lambda: run(dt=1e-300), "dt", "1e-300"),
    "dt so small that memory ends": (lambda: run(dt=1e-13), "dt", "1e-13"),
    "dt longer than duration": (lambda: run(dt=0.021), "duration", "0.01"),
    "dt unstable, membrane": (lambda: run(dt=0.021, duration=1.0), "dt", "0.021"),
    "dt unstable, conductance": (lambda: run(neuron=presets.refractory_conductance, dt=1e-4), "dt", "0.0001"),
    "duration 0": (lambda: run(duration=0), "duration", "0"),
    "duration negative": (lambda: run(duration=-1.0), "duration", "-1"),
    "duration NaN": (lambda: run(duration=NAN), "duration", "nan"),
    "noise without rng": (noisy, "rng", "None"),
    # fi_curve
    "currents NaN": (lambda: sweep([0.0, NAN]), "currents[1]", "nan"),
    "currents a number": (lambda: sweep(1e-9), "currents", "()"),
    "currents two-dimensional": (lambda: sweep([[1e-9]]), "currents", "(1, 1)"),
    "currents ragged": (lambda: sweep([[1.0], [1.0, 2.0]]), "currents", "[[1.0], [1.0, 2.0]]"),
    "sweep, dt 0": (lambda: sweep(dt=0), "dt", "0"),
    "sweep, dt unstable": (lambda: sweep(neuron=presets.refractory_conductance, dt=1e-4), "dt", "0.0001"),
    "sweep, noise without rng": (
        lambda: sweep(neuron=LIF(presets.lif.params, noise_sigma=0.01)), "rng", "None"),
    "sweep, current out of this world": (lambda: sweep([0.0, -1e307], duration=1.0), "current", "-1e+307"),
    # step_current
    "pulse NaN": (lambda: pulse(NAN), "amplitude", "nan"),
    "pulse starts before 0": (lambda: pulse(start=-0.1), "start", "-0.1"),
    "pulse stops before it starts": (lambda: pulse(start=0.2, stop=0.1), "stop", "0.1"),
    "pulse stops after the end": (lambda: pulse(stop=0.4), "stop", "0.4"),
    "pulse, dt 0": (lambda: pulse(dt=0.0), "dt", "0"),
    "pulse, dt so small that memory ends": (lambda: pulse(dt=1e-13), "dt", "1e-13"),
    # analytic
    "rate at NaN": (lambda: analytic.firing_rate(presets.lif.params, NAN), "current", "nan"),
    "rate, tau_ref negative": (lambda: analytic.firing_rate(presets.lif.params, 1e-9, -1e-3), "tau_ref", "-0.001"),
    "rate, reset above threshold": (lambda: analytic.firing_rate(membrane(V_reset=0.0), 1e-9), "V_reset", "0.0"),
    "rate overflows": (lambda: analytic.firing_rate(presets.lif.params, 1e308), "current", "1e+308"),
    "potential before time 0": (
        lambda: analytic.membrane_potential(presets.lif.params, [0.0, -1.0], 0.0), "t", "-1"),
    "potential, shapes": (
        lambda: analytic.membrane_potential(presets.lif.params, np.zeros(2), np.zeros(3)), "current", "(3,)"),
    "potential, V0 NaN": (lambda: analytic.membrane_potential(presets.lif.params, 0.0, 0.0, NAN), "V0", "nan"),
    "potential overflows": (
        lambda: analytic.membrane_potential(presets.lif.params, 0.0, 1e305), "current", "1e+305"),
}  # fmt: skip

TYPES = {
    "capacitance a string": (lambda: membrane(C_m="2 nF"), "C_m", "'2 nF'"),
    "capacitance None": (lambda: membrane(C_m=None), "C_m", "None"),
    "capacitance an array": (lambda: membrane(C_m=np.ones(2)), "C_m", "1."),
    "capacitance a list": (lambda: membrane(C_m=[1e-9]), "C_m", "[1e-09]"),
    "threshold complex": (lambda: membrane(V_th=1j), "V_th", "1j"),
    "threshold a truth value": (lambda: membrane(V_th=True), "V_th", "True"),
    "params a number": (lambda: LIF(5.0), "params", "5.0"),
    "params a neuron": (lambda: LIF(presets.lif), "params", "LIF("),
    "tau_ref a string": (lambda: neuron("voltage_clamp", tau_ref="2.5 ms"), "tau_ref", "'2.5 ms'"),
    "noise_sigma a string": (lambda: neuron("lif", noise_sigma="much"), "noise_sigma", "'much'"),
    "Delta_th None": (
        lambda: AELIF(presets.lif.params, Delta_th=None, a=0.0, b=0.0, tau_SRA=0.1, V_max=0.0), "Delta_th", "None"),
    "E_K a string": (
        lambda: LIFRefractoryConductance(
            presets.lif.params, V_th_max=0.2, tau_vth=1e-3, E_K="K", Delta_G_ref=1e-9, tau_G_ref=1e-3), "E_K", "'K'"),
    "current a string": (lambda: run("5 nA"), "current", "'5 nA'"),
    "current strings": (lambda: run(["5"] * 100), "current", "'5'"),
    "current bytes": (lambda: run(b"5"), "current", ""),
    "current None": (lambda: run(None), "current", "object"),
    "current complex": (lambda: run(1j), "current", "complex"),
    "current truth values": (lambda: run(np.ones(100, bool)), "current", "bool"),
    "current a generator": (lambda: run(I for I in range(100)), "current", "object"),
    "current a dict": (lambda: run({}), "current", "object"),
    "duration a string": (lambda: run(duration="1 s"), "duration", "'1 s'"),
    "dt None": (lambda: run(dt=None), "dt", "None"),
    "dt a truth value": (lambda: run(dt=True), "dt", "True"),
    "rng a seed": (lambda: run(rng=42), "rng", "42"),
    "rng the module": (lambda: run(rng=np.random), "rng", "numpy.random"),
    "rng of the old kind": (lambda: noisy(rng=np.random.RandomState(1)), "rng", "RandomState"),
    "rng that cannot spawn": (
        lambda: sweep(
            neuron=LIF(presets.lif.params, noise_sigma=0.01),
            rng=np.random.Generator(np.random.RandomState(1)._bit_generator),
        ), "rng", "Generator"),
    "neuron its parameters": (lambda: run(neuron=presets.lif.params), "neuron", "NeuronParameters("),
    "neuron a class": (lambda: run(neuron=LIF), "neuron", "LIF"),
    "currents a string": (lambda: sweep("5 nA"), "currents", "'5 nA'"),
    "executor a number": (lambda: sweep(executor=2), "executor", "2"),
    "amplitude a string": (lambda: pulse("5 nA"), "amplitude", "'5 nA'"),
    "start None": (lambda: pulse(start=None), "start", "None"),
    "formula, params a neuron": (lambda: analytic.threshold_current(presets.lif), "params", "LIF("),
    "formula, current a string": (lambda: analytic.firing_rate(presets.lif.params, "5"), "current", "'5'"),
    "formula, tau_ref a string": (lambda: analytic.firing_rate(presets.lif.params, 5e-9, "2"), "tau_ref", "'2'"),
}  # fmt: skip

SLIPS = {
    "E_L": (lambda: membrane(E_L=-70), "-70 V"),
    "V_th": (lambda: membrane(V_th=-50), "-50 V"),
    "V_reset": (lambda: membrane(V_reset=-65), "-65 V"),
    "C_m": (lambda: membrane(C_m=2), "2 F"),
    "R_m": (lambda: membrane(R_m=5), "5 Ω"),
    "E_K": (lambda: neuron("sra", E_K=-80), "-80 V"),
    "V_th_max": (lambda: neuron("threshold_increase", V_th_max=200), "200 V"),
    "V_max": (lambda: neuron("aelif", V_max=100), "100 V"),
}


@pytest.mark.parametrize(("call", "name", "value"), VALUES.values(), ids=VALUES)
def test_wrong_value(call, name, value):
    with pytest.raises(ValueError) as error:
        call()
    assert type(error.value) is ValueError
    assert name in str(error.value)
    assert value in str(error.value)


@pytest.mark.parametrize(("call", "name", "value"), TYPES.values(), ids=TYPES)
def test_wrong_type(call, name, value):
    with pytest.raises(TypeError) as error:
        call()
    assert name in str(error.value)
    assert value in str(error.value)


@pytest.mark.parametrize("name", SLIPS)
def test_likely_slip_of_a_unit(name):
    call, value = SLIPS[name]
    with pytest.warns(UserWarning, match=rf"{name} = {value} is far from any neuron's"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        "NeuronParameters(C_m=2e-9, R_m=5e6, E_L=-70, V_th=-0.05, V_reset=-0.065)",
        "LIFSRA(params, E_K=-80, Delta_G_SRA=0, tau_SRA=1)",
        "AELIF(params, Delta_th=1, a=0, b=0, tau_SRA=1, V_max=100)",
    ],
)
def test_warning_points_at_the_line_of_the_caller(call):
    scope = {"NeuronParameters": NeuronParameters, "LIFSRA": LIFSRA, "AELIF": AELIF, "params": presets.lif.params}
    code = compile(call, "notes of the reader.py", "exec")
    with pytest.warns(UserWarning, match="far from any neuron's") as warned:
        exec(code, scope)
    assert [w.filename for w in warned] == ["notes of the reader.py"]


def test_limits_of_the_usual_do_not_warn():
    membrane(E_L=-1, V_th=1, V_reset=-1, C_m=1e-6, R_m=1e3)


def test_a_slip_is_used_as_it_stands():
    with pytest.warns(UserWarning, match="E_L"):
        assert membrane(E_L=-70).E_L == -70


def test_errors_come_before_the_first_step():
    # a million steps of plain Python would be noticed; the check of the last argument comes first
    state = RNG.bit_generator.state
    with pytest.raises(ValueError, match="current"):
        noisy(current=np.zeros(5), duration=1e5, rng=RNG)
    assert RNG.bit_generator.state == state


def test_missing_and_unknown_arguments():
    with pytest.raises(TypeError, match="duration"):
        simulate(presets.lif, 0.0, dt=1e-4)
    with pytest.raises(TypeError, match="positional"):
        simulate(presets.lif, 0.0, 1.0, 1e-4)
    with pytest.raises(TypeError, match="positional"):
        NeuronParameters(2e-9, 5e6, -0.07, -0.05, -0.065)
    with pytest.raises(TypeError, match="tau_m"):
        NeuronParameters(**MEMBRANE, tau_m=0.01)


def test_derived_values_cannot_go_stale():
    params = membrane()
    with pytest.raises(AttributeError):
        params.R_m = 1e6
    with pytest.raises(AttributeError):
        params.tau_m = 1.0
    assert replace(params, R_m=10e6).tau_m == pytest.approx(0.02)
