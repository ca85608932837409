"""What is translated computes in the browser what it computes in Python, to the last bit."""

from __future__ import annotations

import base64
import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from lifcourse import explore, explorers, presets, simulate
from lifcourse.explorers._explorer import Explorer
from lifcourse.explorers._normal import ziggurat
from lifcourse.explorers.page import HERE
from lifcourse.models import Neuron
from lifcourse.translate import translate
from lifcourse.units import mV, nA, nS, pA

INF, NAN = math.inf, math.nan


# An answer with its arrays as text.
CODED = """
function coded({ runs, curves }) {
    const text = ({ buffer }) => {
        const bytes = new Uint8Array(buffer);
        const parts = [];
        for (let i = 0; i < bytes.length; i += 8192) parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
        return btoa(parts.join(""));
    };
    const all = (traces) => Object.fromEntries(Object.entries(traces).map(([name, trace]) => [name, text(trace)]));
    return {
        runs: runs.map((run) => run && { ...run, spikes: [...run.spikes], traces: all(run.traces) }),
        curves: curves.map((curve) => curve && { ...curve, y: text(curve.y) }),
    };
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page that knows how to compute."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto("about:blank")
        page.add_script_tag(content=(HERE / "compute.js").read_text(encoding="utf-8"))
        page.add_script_tag(content=f"const compute = lifCompute({json.dumps(ziggurat())});")
        page.add_script_tag(content=CODED)
        yield page


def answers(page: Page, explorer: Explorer, settings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the page computes at some settings."""
    code = f"""([spec, settings]) => {{
        const models = {explorer.javascript};
        return settings.map((setting) => coded(compute(spec, models, setting)));
    }}"""
    found = page.evaluate(code, [explorer.spec, settings])
    for answer in found:
        for part in filter(None, [*answer["runs"], *answer["curves"]]):
            if "y" in part:
                part["y"] = np.frombuffer(base64.b64decode(part["y"]))
            else:
                part["traces"] = {k: np.frombuffer(base64.b64decode(v)) for k, v in part["traces"].items()}
    return found


def random_settings(explorer: Explorer, number: int, seed: int) -> list[dict[str, Any]]:
    """Settings anywhere within the sliders, with four digits as a reader would type them."""
    chance = random.Random(seed)
    settings = []
    for _ in range(number):
        choices = {key: chance.choice(list(options)) for key, (_, options) in explorer.choices.items()}
        setting = explorer.setting(choices, seed=chance.randrange(2**32))
        for control in explorer.controls:
            setting["controls"][control.key] = float(f"{chance.uniform(control.low, control.high):.4g}")
            if control.logarithmic:
                factor = (control.high / control.low) ** chance.random()
                setting["controls"][control.key] = float(f"{control.low * factor:.3g}")
        settings.append(setting)
    return settings


# Every model, with every parameter on a slider.

WIDE = {
    "LIF": (presets.lif, 6 * nA, {"current": (0, 20 * nA)}),
    "LIFVoltageClamp": (presets.voltage_clamp, 300 * pA, {"current": (0, 900 * pA), "tau_ref": (0, 0.02)}),
    "LIFThresholdIncrease": (
        presets.threshold_increase,
        300 * pA,
        {"V_th_max": (-50 * mV, 0.3), "tau_vth": (5e-4, 9e-3)},
    ),
    "LIFRefractoryConductance": (
        presets.refractory_conductance,
        500 * pA,
        {"Delta_G_ref": (0, 3e-6), "tau_G_ref": (1e-4, 9e-4), "E_K": (-90 * mV, -70 * mV), "current": (0, 900 * pA)},
    ),
    "LIFSRA": (presets.sra, 400 * pA, {"current": (0, 900 * pA), "Delta_G_SRA": (0, 5 * nS), "tau_SRA": (0.01, 0.5)}),
    "AELIF": (
        presets.aelif,
        400 * pA,
        {"current": (0, 900 * pA), "a": (-12 * nS, 12 * nS), "b": (0, 100 * pA), "Delta_th": (3e-4, 5e-3)}
        | {"V_max": (-0.03, 0.1)},
    ),
}
MEMBRANE = ("C_m", "R_m", "E_L", "V_th", "noise_sigma")


@pytest.mark.parametrize("name", WIDE)
def test_every_model_to_the_last_bit(page: Page, name: str) -> None:
    neuron, current, ranges = WIDE[name]
    default = explore(neuron, current, sliders=[key for key in MEMBRANE if key != "V_th" or name == "AELIF"])
    ranges |= {c.key: (c.low * c.quantity.factor, c.high * c.quantity.factor) for c in default.controls}
    explorer = explore(neuron, current, sliders=ranges, duration=0.3, dt=2e-5, show=("V", *neuron.states[:1]))
    settings = random_settings(explorer, 16, seed=len(name))
    spikes = drawn = 0
    for setting, answer in zip(settings, answers(page, explorer, settings), strict=True):
        (expected,), (run,) = explorer.compute(setting)["runs"], answer["runs"]
        assert (run["problem"] is None) == (expected["problem"] is None), (run["problem"], expected["problem"])
        if expected["problem"]:
            assert ("forward Euler is unstable" in run["problem"]) == (
                "forward Euler is unstable" in expected["problem"]
            )
            continue
        assert run["spikes"] == expected["spikes"].tolist()
        assert run["traces"].keys() == expected["traces"].keys()
        for state, trace in expected["traces"].items():
            np.testing.assert_array_equal(run["traces"][state], trace, err_msg=f"{state} at {setting}")
        assert run["mean_V"] == pytest.approx(expected["mean_V"], rel=1e-12)
        spikes, drawn = spikes + len(run["spikes"]), drawn + 1
    assert drawn > 10
    assert spikes > 100


@pytest.mark.parametrize("name", ["lif", "refractory", "sra", "aelif", "euler_step"])
def test_the_explorers_of_the_course(page: Page, name: str) -> None:
    explorer = getattr(explorers, name)()
    settings = random_settings(explorer, 8, seed=3)
    for setting, answer in zip(settings, answers(page, explorer, settings), strict=True):
        expected = explorer.compute(setting)
        for run, wanted in zip(answer["runs"], expected["runs"], strict=True):
            assert (run is None) == (wanted is None)
            if wanted is None:
                continue
            assert (run["problem"] is None) == (wanted["problem"] is None)
            assert run["spikes"] == wanted["spikes"].tolist()
            for state, trace in wanted["traces"].items():
                np.testing.assert_array_equal(run["traces"][state], trace, err_msg=f"{state} at {setting}")
        for curve, wanted in zip(answer["curves"], expected["curves"], strict=True):
            np.testing.assert_allclose(curve["y"], wanted["y"], rtol=1e-13, atol=1e-25)


@dataclass(frozen=True, kw_only=True)
class WithExp(Neuron):
    """A student's exponential neuron, with the library's exp."""

    Delta_th: float = 2e-3

    states: ClassVar = ("w",)

    @staticmethod
    def step(p, V, w, y, I, noise, dt):
        upstroke = p.Delta_th * math.exp(min((V - p.V_th) / p.Delta_th, 50.0))
        V = V + dt * (p.G_L * (p.E_L - V + upstroke) - w + I) / p.C_m + noise
        w = w + dt * (2e-9 * math.tanh((V - p.E_L) / 0.01) * 0.01 - w) / 0.1
        spiked = V > 0.0
        if spiked:
            V = p.V_reset
            w += 2e-11
        return V, w, y, spiked


def test_a_students_exp(page: Page) -> None:
    neuron = WithExp(presets.aelif.params)
    explorer = explore(
        neuron, 300 * pA, sliders={"current": (100 * pA, 600 * pA), "Delta_th": (1e-3, 4e-3)}, duration=1.0
    )
    settings = random_settings(explorer, 15, seed=5)
    spikes = 0
    for setting, answer in zip(settings, answers(page, explorer, settings), strict=True):
        (expected,), (run,) = explorer.compute(setting)["runs"], answer["runs"]
        assert run["spikes"] == expected["spikes"].tolist()
        np.testing.assert_allclose(run["traces"]["V"], expected["traces"]["V"], rtol=0, atol=1e-9)
        spikes += len(run["spikes"])
    assert spikes > 50


def test_normal_numbers_are_numpys(page: Page) -> None:
    """More than a million noisy steps, and the tail of the bell curve among them."""
    explorer = explore(presets.lif, 0.0, sliders={"noise_sigma": (0.0, 0.05)}, duration=20.0, dt=1e-4)
    settings = [explorer.setting(noise_sigma=0.04, seed=seed) for seed in (0, 1, 7, 12345, 2**31, 2**32 - 1)]
    tail = 0
    for setting, answer in zip(settings, answers(page, explorer, settings), strict=True):
        rng = np.random.default_rng(setting["seed"])
        expected = simulate(
            explorer.neuron(explorer.runs[0], explorer.values(setting)), 0.0, duration=20.0, dt=1e-4, rng=rng
        )
        np.testing.assert_array_equal(answer["runs"][0]["traces"]["V"], expected.V)
        drawn = np.random.default_rng(setting["seed"]).standard_normal(200_000 - 1)
        tail += np.count_nonzero(np.abs(drawn) > ziggurat()["w"][255] * 2**52)
    assert tail > 100


# Where the languages could differ.


def least(p, x, y):
    return min(x, y, p.z)


def greatest(p, x, y):
    return max(x, y, p.z)


def truth(p, x, y):
    return (1.0 if x else 2.0) + (0.0 if not y else 4.0)


def and_or(p, x, y):
    return (x and y) or p.z


def or_and(p, x, y):
    return (x or y) and (y or x)


def comparisons(p, x, y):
    return (x < y) + 2.0 * (x <= y) + 4.0 * (x == y) + 8.0 * (x != y) + 16.0 * (x < y < p.z) + 32.0 * (x >= y > p.z)


def branches(p, x, y):
    z = 0.0
    if x < y and not x == p.z:  # noqa: SIM201  both forms are to be translated
        z = 1.0
    elif x or y < 0.0:
        z -= 2.0
    else:
        z = x
    return z


def arithmetic(p, x, y):
    return -x * y + x - y * +p.z - (x - (y - p.z)) * 1e-7


def divides(p, x, y):
    return x / y + p.z / x


def overflows(p, x, y):
    return math.exp(x) + y * 1e300 * x


def roots(p, x, y):
    return math.sqrt(x) + math.sqrt(y)


def powers(p, x, y):
    return x**2 + (x - y) ** 2


def exact_functions(p, x, y):
    return abs(x) + math.fabs(y) * math.floor(x) - math.ceil(y) + math.trunc(x) * math.sqrt(abs(y))


def library_functions(p, x, y):
    return (
        math.sin(x)
        + math.cos(y)
        + math.atan2(x, y)
        + math.tanh(x)
        + math.log1p(abs(x))
        + math.log(abs(y))
        + math.expm1(-abs(y))
        + math.pi
    )


def boolean(p, x, y):
    return float(x > y) + bool(x) * 2.0 + (True if y < 0.0 else False) * 4.0  # noqa: SIM210


def swapped(p, x, y):
    x, y = y, x + y
    x -= y
    return x / (1.0 + abs(y))


BIT_EQUAL = (
    least,
    greatest,
    truth,
    and_or,
    or_and,
    comparisons,
    branches,
    arithmetic,
    divides,
    roots,
    powers,
    boolean,
    swapped,
)
SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, 3.0, 1e-310, -1e-310, 1e308, -1e308, INF, -INF, NAN, -65.25)


def call(function: Any, x: float, y: float) -> float:
    """The function in Python; NaN where Python raises."""
    try:
        return float(function(P, x, y))
    except (ArithmeticError, ValueError):
        return NAN


class P:
    z = 0.75


def translated(page: Page, function: Any, pairs: list[tuple[float, float]]) -> np.ndarray:
    texts = [[repr(x), repr(y)] for x, y in pairs]
    code = f"""(pairs) => {{
        const {{ f }} = {translate({"f": function})};
        const number = (text) => ({{ inf: Infinity, "-inf": -Infinity, nan: NaN }})[text] ?? Number(text);
        return pairs.map(([x, y]) => {{
            const z = Number(f({{ z: 0.75 }}, number(x), number(y)));
            return Object.is(z, -0) ? "-0.0" : String(z);
        }});
    }}"""
    return np.array([float(text.replace("Infinity", "inf")) for text in page.evaluate(code, texts)])


@pytest.mark.parametrize("function", BIT_EQUAL, ids=lambda function: function.__name__)
def test_special_values(page: Page, function: Any) -> None:
    """Signed zeros, infinities, NaN, the smallest and the largest numbers: the same, where Python does not raise."""
    pairs = [(x, y) for x in SPECIAL for y in SPECIAL]
    expected = np.array([call(function, x, y) for x, y in pairs])
    found = translated(page, function, pairs)
    raised = np.array([raises(function, x, y) for x, y in pairs])
    np.testing.assert_array_equal(found[~raised], expected[~raised])
    np.testing.assert_array_equal(
        np.signbit(found[~raised & ~np.isnan(found)]), np.signbit(expected[~raised & ~np.isnan(expected)])
    )
    assert not np.isfinite(found[raised]).any(), "where Python raises, the page must see that something is wrong"


def raises(function: Any, x: float, y: float) -> bool:
    try:
        function(P, x, y)
    except (ArithmeticError, ValueError):
        return True
    return False


@pytest.mark.parametrize("function", [*BIT_EQUAL, exact_functions], ids=lambda function: function.__name__)
def test_random_values(page: Page, function: Any) -> None:
    chance = random.Random(11)
    pairs = [(chance.uniform(-4, 4), chance.choice([chance.uniform(-4, 4), 0.5])) for _ in range(400)]
    pairs += [(math.ldexp(x, chance.randrange(-60, 60)), y) for x, y in pairs]
    pairs = [(x, y) for x, y in pairs if not raises(function, x, y)]
    assert len(pairs) > 100
    np.testing.assert_array_equal(translated(page, function, pairs), [call(function, x, y) for x, y in pairs])


def test_library_functions_to_the_last_digits(page: Page) -> None:
    chance = random.Random(12)
    pairs = [(chance.uniform(-9, 9), chance.uniform(-9, 9)) for _ in range(400)]
    expected = [call(library_functions, x, y) for x, y in pairs]
    np.testing.assert_allclose(translated(page, library_functions, pairs), expected, rtol=1e-14, atol=1e-14)


def test_overflow_is_not_finite(page: Page) -> None:
    """`math.exp(800)` raises in Python; on the page it is infinite, and the explorer says so instead of drawing it."""
    found = translated(page, overflows, [(800.0, 1.0), (1e9, 1e9)])
    assert not np.isfinite(found).any()
