"""Explorers in Python: what they are made of, what they compute, and what they hand to a notebook and to a page."""

import base64
import json
import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from lifcourse import NeuronParameters, analytic, explore, explorers, plotting, presets, simulate, step_current
from lifcourse.explorers import page
from lifcourse.explorers._explorer import MIME, MOST_SAMPLES
from lifcourse.explorers._normal import ziggurat
from lifcourse.explorers._widget import packed
from lifcourse.models import Neuron
from lifcourse.symbols import QUANTITIES
from lifcourse.units import Hz, mV, nA, nS, pA

READY = {name: getattr(explorers, name) for name in ("lif", "refractory", "sra", "aelif", "euler_step")}


@dataclass(frozen=True, kw_only=True)
class Quadratic(Neuron):
    """A neuron that a student might write."""

    k: float = 1e-6

    states: ClassVar = ("u",)

    @staticmethod
    def step(p, V, u, y, I, noise, dt):
        V = V + dt * (p.k * (V - p.E_L) * (V - p.V_th) - u + I) / p.C_m + noise
        u = u + dt * (p.G_L * (V - p.E_L) - u) / 0.05
        spiked = V > 0.0
        if spiked:
            V = p.V_reset
        return V, u, y, spiked


@pytest.fixture(params=READY)
def explorer(request):
    return READY[request.param]()


def test_spec_is_plain_data(explorer):
    text = json.dumps(explorer.spec, allow_nan=False)
    assert json.loads(text) == json.loads(json.dumps(explorer.spec))
    assert repr(explorer) == repr(explorer)
    assert "0x" not in repr(explorer)


def test_each_setting_of_each_menu_computes(explorer):
    menus = explorer.choices or {"": ("", {"": None})}
    for key, (_, options) in menus.items():
        for option in options:
            answer = explorer.compute(explorer.setting({key: option} if key else {}))
            runs = [run for run in answer["runs"] if run]
            assert runs
            for run in runs:
                assert run["problem"] is None
                assert all(np.isfinite(trace).all() for trace in run["traces"].values())


def test_explorers_have_the_controls_of_the_course():
    keys = {name: {control.key for control in make().controls} for name, make in READY.items()}
    assert keys == {
        "lif": {"current", "R_m", "C_m", "V_th", "V_reset", "noise_sigma"},
        "refractory": {"current", "tau_ref", "V_th_max", "Delta_G_ref"},
        "sra": {"current", "Delta_G_SRA", "tau_SRA"},
        "aelif": {"current", "a", "b", "tau_SRA", "Delta_th"},
        "euler_step": {"dt", "current"},
    }
    step = next(control for control in explorers.euler_step().controls if control.key == "dt")
    assert (step.low * step.quantity.factor, step.high * step.quantity.factor) == pytest.approx((1e-6, 1e-3))


def test_patterns_of_the_explorer_are_the_presets():
    explorer = explorers.aelif()
    for name, (neuron, current) in presets.firing_patterns.items():
        setting = explorer.setting({"pattern": name})
        values = explorer.values(setting)
        assert values["current"] == pytest.approx(current, rel=1e-15)
        made = explorer.neuron(explorer.runs[0], values)
        assert np.allclose(made.step_parameters(), neuron.step_parameters(), rtol=1e-14, atol=0)


def test_menus_keep_their_order_in_a_stored_notebook():
    """A notebook is stored with the keys of its outputs sorted; the first option must stay the first choice."""
    aelif = explorers.aelif()
    stored = json.loads(json.dumps(aelif.spec, sort_keys=True))
    for menu in stored["choices"]:
        _, options = aelif.choices[menu["key"]]
        assert menu["order"] == list(options)
    assert sorted(stored["choices"][0]["order"]) != stored["choices"][0]["order"]


def test_numbers_are_those_of_simulate():
    explorer = explorers.lif()
    setting = explorer.setting(current=4.5, V_th=-52.0, noise_sigma=0.02, seed=7)
    (run,) = explorer.compute(setting)["runs"]
    params = replace(presets.lif.params, V_th=-52 * mV)
    recording = simulate(
        replace(presets.lif, params=params, noise_sigma=0.02),
        4.5 * nA,
        duration=2.0,
        dt=1e-4,
        rng=np.random.default_rng(7),
    )
    np.testing.assert_array_equal(run["traces"]["V"], recording.V)
    np.testing.assert_array_equal(run["spikes"], recording.spike_samples)
    assert run["mean_V"] == recording.mean_V


def test_pulse_is_a_step_current():
    explorer = explorers.sra()
    (run,) = explorer.compute(explorer.setting(current=400.0))["runs"]
    pulse = step_current(400 * pA, 0.5, 1.0, duration=1.5, dt=1e-4)
    np.testing.assert_array_equal(run["traces"]["V"], simulate(presets.sra, pulse, duration=1.5, dt=1e-4).V)


def test_formula_is_that_of_the_book():
    explorer = explorers.lif()
    (curve,) = explorer.compute(explorer.setting(R_m=8.0))["curves"]
    params = replace(presets.lif.params, R_m=8e6)
    expected = analytic.firing_rate(params, np.linspace(0, 9 * nA, 400))
    np.testing.assert_allclose(curve["y"], expected, rtol=1e-9, atol=1e-9)


def test_formula_is_that_of_the_book_at_the_present_point():
    explorer = explorers.lif()
    (curve,) = explorer.compute(explorer.setting(current=6.0))["curves"]
    assert curve["present"] == analytic.firing_rate(presets.lif.params, 6 * nA)
    assert curve["y"][0] == 0 * Hz


def test_nullclines_are_those_of_the_book():
    explorer = explorers.aelif()
    fall, rise = explorer.compute(explorer.setting())["curves"]
    V = np.linspace(-85 * mV, -35 * mV, 400)
    expected = analytic.nullclines(presets.aelif, 300 * pA, V)
    np.testing.assert_allclose(fall["y"], expected.V, rtol=1e-9)
    np.testing.assert_allclose(rise["y"], expected.I_SRA[[0, -1]], rtol=1e-9)


def test_phase_plane_looks_like_that_of_the_book():
    """Same colours and dashes as `plotting.phase_plane`, for the same things."""
    run = simulate(presets.aelif, 300 * pA, duration=0.2, dt=1e-4)
    book = {line.name: line for line in plotting.phase_plane(run).data}
    explorer = explorers.aelif()
    colours = explorer.spec["colours"]["light"]
    V_nullcline, I_nullcline, path = explorer.panels[-1]["series"]
    for series, name in ((V_nullcline, "dV/dt = 0"), (I_nullcline, "dI<sub>SRA</sub>/dt = 0"), (path, "path")):
        assert series["name"].endswith(name)
        assert colours[str(series["colour"])] == book[name].line.color
        assert series.get("dashed", False) == (book[name].line.dash == "dash")
    assert colours[str(path["resets"]["colour"])] == book[path["resets"]["name"]].marker.color


def test_rates_of_a_burst_are_named_as_what_they_are():
    readouts = {readout["what"]: readout["label"] for readout in explorers.aelif().readouts}
    assert readouts["initial_rate"] == "1 / first interval"
    assert readouts["steady_rate"] == "1 / last interval"


def test_unstable_setting_is_told_in_words():
    explorer = explorers.euler_step()
    answer = explorer.compute(explorer.setting({"model": "refractory conductance"}, dt=500.0))
    coarse, fine = (run for run in answer["runs"] if run)
    assert "forward Euler is unstable" in coarse["problem"]
    assert coarse["traces"] == {}
    assert fine["problem"] is None


def test_a_students_model():
    params = NeuronParameters(C_m=1e-10, R_m=1e8, E_L=-60 * mV, V_th=-40 * mV, V_reset=-50 * mV)
    neuron = Quadratic(params, k=0.7e-6)
    explorer = explore(neuron, 250 * pA, sliders={"current": (0, 300 * pA), "k": (0.3e-6, 2e-6)}, show=("V", "u"))
    answer = explorer.compute(explorer.setting())
    expected = simulate(Quadratic(params, k=0.7e-6), 250 * pA, duration=0.5, dt=1e-4)
    np.testing.assert_array_equal(answer["runs"][0]["traces"]["u"], expected.u)
    assert expected.n_spikes > 0
    assert "function step(p, V, u, y, I, noise, dt)" in explorer.javascript
    assert explore(neuron, 100 * pA).controls[1].key == "k"


def test_several_neurons_share_their_sliders():
    explorer = explore(
        {"clamp": presets.voltage_clamp, "none": presets.lif}, 300 * pA, sliders=["current", "V_reset", "tau_ref"]
    )
    values = explorer.values(explorer.setting(V_reset=-62.0, tau_ref=3.0))
    clamp, none = (explorer.neuron(run, values) for run in explorer.runs)
    assert clamp.params.V_reset == none.params.V_reset == -62 * mV
    assert clamp.tau_ref == pytest.approx(3e-3)


def test_pulse_of_explore():
    explorer = explore(presets.sra, 400 * pA, pulse=(0.1, 0.3), show=("V", "G_SRA"))
    pulse = step_current(400 * pA, 0.1, 0.3, duration=0.5, dt=1e-4)
    (run,) = explorer.compute(explorer.setting())["runs"]
    np.testing.assert_array_equal(run["traces"]["G_SRA"], simulate(presets.sra, pulse, duration=0.5, dt=1e-4).G_SRA)
    assert "step_current({current}, 0.1, 0.3" in explorer.spec["runs"][0]["python"]


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({"neuron": 3.0}, TypeError, "neuron must be a model neuron"),
        ({"neuron": {}}, TypeError, "neuron must be a model neuron"),
        ({"current": math.nan}, ValueError, "current"),
        ({"duration": -1.0}, ValueError, "duration"),
        ({"dt": 0.0}, ValueError, "dt"),
        ({"dt": 1e-7}, ValueError, str(MOST_SAMPLES)),
        ({"sliders": ["tau_ref"]}, ValueError, "there is no 'tau_ref'; these neurons have"),
        ({"sliders": {"V_reset": (-0.08, -0.04)}}, ValueError, "V_reset .* must lie below V_th"),
        ({"sliders": {"V_reset": (-0.08, -0.07)}}, ValueError, "lies outside its slider"),
        ({"sliders": {"V_reset": (-0.06, -0.08)}}, ValueError, "needs a range"),
        ({"sliders": {"R_m": (-1e6, 1e7)}}, ValueError, "R_m"),
        ({"name": "a b"}, ValueError, "must be a word"),
        ({"seed": -1}, ValueError, "seed"),
        ({"seed": 2**32}, ValueError, "seed"),
        ({"show": ("W",)}, ValueError, "W"),
        ({"pulse": (0.3, 0.1)}, ValueError, "stop"),
    ],
)
def test_bad_input(arguments, kind, words):
    given = {"neuron": presets.lif, "current": 5 * nA, "sliders": ["current"]} | arguments
    with pytest.raises(kind, match=words):
        explore(given.pop("neuron"), given.pop("current"), **given)


def test_unknown_control_is_named():
    with pytest.raises(ValueError, match="there is no slider for C_k"):
        explorers.lif().setting(C_k=1.0)


# What the hosts get.


def test_a_live_notebook_gets_a_widget_and_a_picture(explorer, monkeypatch):
    monkeypatch.delenv("LIFCOURSE_BUILDING_BOOK", raising=False)
    bundle = explorer._repr_mimebundle_()
    assert set(bundle) == {MIME, "text/plain", "image/png", "application/vnd.jupyter.widget-view+json"}
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"] == repr(explorer)


def test_a_page_gets_data_and_no_widget(explorer, monkeypatch):
    monkeypatch.setenv("LIFCOURSE_BUILDING_BOOK", "1")
    bundle = explorer._repr_mimebundle_()
    assert set(bundle) == {MIME, "text/plain"}
    text = page.explorer_html(bundle[MIME], "What it shows, </script> and all")
    assert text.count("</script>") == 2
    assert len(text) < 60_000


def test_both_themes_have_each_colour(explorer):
    light, dark = (explorer.spec["colours"][theme] for theme in ("light", "dark"))
    assert light.keys() == dark.keys()
    for panel in explorer.panels:
        drawn = [*panel["series"], *panel["points"], *(s["resets"] for s in panel["series"] if "resets" in s)]
        assert {str(one["colour"]) for one in drawn} <= light.keys()


def test_nothing_from_elsewhere():
    for text in (page.script(), page.style()):
        assert "http" not in text.replace("https://github.com/leeoniya/uPlot", "")


def test_the_kernel_sends_what_the_panels_show(explorer):
    answer = explorer.compute(explorer.setting())
    message, buffers = packed(answer, explorer)
    json.dumps(message, allow_nan=False)
    assert sum(map(len, buffers)) < 1_000_000
    for run, result in zip(message["runs"], answer["runs"], strict=True):
        if run is None:
            assert result is None
            continue
        spikes = np.frombuffer(buffers[run["spikes"]["buffer"]], np.int32)
        np.testing.assert_array_equal(spikes, result["spikes"])
        V = np.frombuffer(buffers[run["traces"]["V"]["buffer"]], np.float32)
        np.testing.assert_allclose(V, result["traces"]["V"][: len(V)], rtol=1e-6)


def test_widget_answers_a_setting(monkeypatch):
    from lifcourse.explorers._widget import widget_of

    explorer = explorers.sra()
    widget, sent = widget_of(explorer), []
    monkeypatch.setattr(widget, "send", lambda content, buffers: sent.append((content, buffers)))
    widget._answer(None, {"id": "a 1", "setting": explorer.setting(current=300.0)}, [])
    ((content, buffers),) = sent
    assert content["id"] == "a 1"
    spikes = np.frombuffer(buffers[content["answer"]["runs"][0]["spikes"]["buffer"]], np.int32)
    np.testing.assert_array_equal(spikes, explorer.compute(explorer.setting(current=300.0))["runs"][0]["spikes"])


def test_tables_of_the_ziggurat():
    tables = ziggurat()
    assert [len(tables[key]) for key in "kwf"] == [256, 256, 256]
    assert tables["w"][255] * 2**52 == pytest.approx(3.6541528853610088, rel=1e-15)  # Marsaglia and Tsang's r
    areas = [x * 2**52 * (tables["f"][i] - tables["f"][i + 1]) for i, x in enumerate(tables["w"][1:-1], 1)]
    upper = [tables["w"][i + 1] * 2**52 * (tables["f"][i] - tables["f"][i + 1]) for i in range(255)]
    assert np.allclose(upper, 0.00492867323399, rtol=1e-9)
    assert max(areas) < 0.00492867323399


def test_units_of_sliders_are_those_of_the_labels():
    for make in READY.values():
        for control in make().controls:
            known = {q.unit for key, q in QUANTITIES.items() if key.split("_n")[0] == control.key}
            assert control.quantity.unit in known | {"nA", "nF", "µS", "µs"}
            assert control.quantity.name
    assert QUANTITIES["a"].factor == nS
