"""Each model against numbers worked out by hand, and the proof that these tests notice a broken equation.

The parameters and the expected numbers stand here as literals, so that nothing of the package helps to confirm itself.
"""

import ast
import inspect
import math
import textwrap
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest

from lifcourse import (
    AELIF,
    LIF,
    LIFSRA,
    LIFRefractoryConductance,
    LIFThresholdIncrease,
    LIFVoltageClamp,
    presets,
    simulate,
)
from lifcourse.models._exp import exp
from lifcourse.units import MOhm, mV, nA, nF, nS, pA, pF, uS

LIF_MEMBRANE = {"C_m": 2e-9, "R_m": 5e6, "G_L": 2e-7, "E_L": -0.070, "V_th": -0.050, "V_reset": -0.065}
SMALL_MEMBRANE = {"C_m": 1e-10, "R_m": 1e8, "G_L": 1e-8, "E_L": -0.070, "V_th": -0.050, "V_reset": -0.065}
ADAPTING_MEMBRANE = {"C_m": 1e-10, "R_m": 1e8, "G_L": 1e-8, "E_L": -0.075, "V_th": -0.050, "V_reset": -0.080}


def takes(step, p, before, after, *, I=0.0, noise=0.0, dt, spike=False):
    """Check one step: the states before and after, and whether it spikes."""
    *states, spiked = step(p, *before, I, noise, dt)
    assert states == pytest.approx(after, rel=1e-12, abs=1e-30)
    assert bool(spiked) is spike


def check_lif(step):
    """The LIF neuron: a free step, a spike, and V at the threshold."""
    p = SimpleNamespace(**LIF_MEMBRANE)
    # 0.2 µS * (-70 + 60) mV + 5 nA = 3 nA; times 0.1 ms / 2 nF is 0.15 mV
    takes(step, p, (-0.060, 0.25, 0.5), (-59.55e-3, 0.25, 0.5), I=5e-9, noise=0.3e-3, dt=1e-4)
    # 0.2 µS * (-70 + 50.05) mV + 9 nA = 5.01 nA; times 0.1 ms / 2 nF carries V from -50.05 to -49.7995 mV
    takes(step, p, (-50.05e-3, 0.25, 0.5), (-0.065, 0.25, 0.5), I=9e-9, dt=1e-4, spike=True)
    takes(step, p, (-50.05e-3, 0.25, 0.5), (-0.065, 0.25, 0.5), I=4e-9, noise=0.2e-3, dt=1e-4, spike=True)
    p.E_L = p.V_th  # V stays exactly where it is, and V > V_th does not hold
    takes(step, p, (p.V_th, 0.25, 0.5), (p.V_th, 0.25, 0.5), dt=1e-4)


def check_voltage_clamp(step):
    """The clamped neuron: free, spiking, clamped against current and noise, and released."""
    p = SimpleNamespace(**LIF_MEMBRANE, tau_ref=2.5e-3)
    takes(step, p, (-0.060, 0.0, 0.5), (-59.55e-3, 0.0, 0.5), I=5e-9, noise=0.3e-3, dt=1e-4)
    takes(step, p, (-50.05e-3, 0.0, 0.5), (-0.065, 24.0, 0.5), I=9e-9, dt=1e-4, spike=True)
    takes(step, p, (-0.065, 3.0, 0.5), (-0.065, 2.0, 0.5), I=9e-9, noise=0.05, dt=1e-4)
    takes(step, p, (-0.065, 1.0, 0.5), (-0.065, 0.0, 0.5), I=9e-9, noise=0.05, dt=1e-4)
    # samples are whole: 0.6 of one counts as one, 0.5 of one as none. 0.2 µS * (-5 mV) + 9 nA = 8 nA; 0.4 mV
    takes(step, p, (-0.065, 0.6, 0.5), (-0.065, -0.4, 0.5), I=9e-9, dt=1e-4)
    takes(step, p, (-0.065, 0.5, 0.5), (-64.6e-3, 0.5, 0.5), I=9e-9, dt=1e-4)
    p.E_L = p.V_th
    takes(step, p, (p.V_th, 0.0, 0.5), (p.V_th, 0.0, 0.5), dt=1e-4)


def check_threshold_increase(step):
    """The neuron with the moving threshold: a free step, a spike, and which threshold counts."""
    p = SimpleNamespace(**SMALL_MEMBRANE, V_th_max=0.200, tau_vth=1e-3)
    # 10 nS * (-10 mV) + 300 pA = 200 pA; times 10 µs / 100 pF is 0.02 mV. V_th: a hundredth of -200 mV
    takes(step, p, (-0.060, 0.150, 0.5), (-59.88e-3, 0.148, 0.5), I=300e-12, noise=0.1e-3, dt=1e-5)
    takes(step, p, (-0.049, -0.050, 0.5), (-0.065, 0.200, 0.5), I=300e-12, dt=1e-5, spike=True)
    # V above the base of the threshold, below the raised one: 10 nS * (-170 mV) + 1700 pA = 0
    takes(step, p, (0.100, 0.150, 0.5), (0.100, 0.148, 0.5), I=1700e-12, dt=1e-5)
    # V stays at -49.602 mV, the threshold falls from -49.600 to -49.604 mV: the new threshold counts
    takes(step, p, (-49.602e-3, -49.6e-3, 0.5), (-0.065, 0.200, 0.5), I=203.98e-12, dt=1e-5, spike=True)
    p.E_L = p.V_th
    takes(step, p, (p.V_th, p.V_th, 0.5), (p.V_th, p.V_th, 0.5), dt=1e-5)


def check_refractory_conductance(step):
    """The neuron with threshold and conductance: a free step, and a spike that does not reset V."""
    p = SimpleNamespace(**SMALL_MEMBRANE, V_th_max=0.200, tau_vth=1e-3, E_K=-0.080, Delta_G_ref=2e-6, tau_G_ref=0.2e-3)
    # 10 nS * (-10 mV) + 400 nS * (-20 mV) + 300 pA = -7.8 nA; times 10 µs / 100 pF is -0.78 mV. G_ref: a twentieth less
    takes(step, p, (-0.060, 0.150, 4e-7), (-60.68e-3, 0.148, 3.8e-7), I=300e-12, noise=0.1e-3, dt=1e-5)
    # 10 nS * (-21 mV) + 400 nS * (-31 mV) + 13 nA = 0.39 nA; 0.039 mV
    takes(step, p, (-0.049, -0.050, 4e-7), (-48.961e-3, 0.200, 2.38e-6), I=13e-9, dt=1e-5, spike=True)
    takes(step, p, (-49.602e-3, -49.6e-3, 0.0), (-49.602e-3, 0.200, 2e-6), I=203.98e-12, dt=1e-5, spike=True)
    p.E_L = p.V_th
    takes(step, p, (p.V_th, p.V_th, 0.0), (p.V_th, p.V_th, 0.0), dt=1e-5)


def check_sra(step):
    """The neuron with the adaptation conductance: a free step and a spike."""
    p = SimpleNamespace(**ADAPTING_MEMBRANE, E_K=-0.085, Delta_G_SRA=1e-9, tau_SRA=0.2)
    # 10 nS * (-15 mV) + 5 nS * (-25 mV) + 400 pA = 125 pA; times 0.1 ms / 100 pF is 0.125 mV. G_SRA: 1/2000 less
    takes(step, p, (-0.060, 5e-9, 0.5), (-59.775e-3, 4.9975e-9, 0.5), I=400e-12, noise=0.1e-3, dt=1e-4)
    # 10 nS * (-25.1 mV) + 5 nS * (-35.1 mV) + 1 nA = 573.5 pA carries V from -49.9 to -49.3265 mV
    takes(step, p, (-49.9e-3, 5e-9, 0.5), (-0.080, 5.9975e-9, 0.5), I=1e-9, dt=1e-4, spike=True)
    p.E_L = p.V_th
    takes(step, p, (p.V_th, 0.0, 0.5), (p.V_th, 0.0, 0.5), dt=1e-4)


def check_aelif(step):
    """The adaptive exponential neuron: a step in the upstroke, a spike at V_max, and V at V_max."""
    p = SimpleNamespace(**ADAPTING_MEMBRANE, Delta_th=0.002, a=2e-9, b=20e-12, tau_SRA=0.2, V_max=0.100)
    # upstroke 2 mV * e = 5.43656365691809 mV; 10 nS * (-27 + 5.43656365691809) mV - 30 pA + 400 pA
    # = 154.3656365691809 pA; times 0.1 ms / 100 pF. I_SRA: (2 nS * 27 mV - 30 pA) / 2000 = 0.012 pA
    takes(
        step, p, (-0.048, 30e-12, 0.5), (-47.7456343634308191e-3, 30.012e-12, 0.5), I=400e-12, noise=0.1e-3, dt=1e-4
    )  # fmt: skip
    # upstroke 2 mV * exp(9) = 16.2 V: V comes to 134 mV. I_SRA: 30 pA + (2 nS * 43 mV - 30 pA) / 2000 + 20 pA
    takes(step, p, (-0.032, 30e-12, 0.5), (-0.080, 50.028e-12, 0.5), I=400e-12, dt=1e-4, spike=True)
    # no spike between V_th and V_max: 10 nS * (-80 mV + 2 mV * exp(0.5 / 2)) + 1 nA, in steps of 1 µs
    p.V_th = 0.0045
    V = 5e-3 + 1e-6 * (1e-8 * (-80e-3 + 2e-3 * math.e**0.25) + 1e-9) / 1e-10
    takes(step, p, (5e-3, 0.0, 0.5), (V, 1e-6 * 2e-9 * 80e-3 / 0.2, 0.5), I=1e-9, dt=1e-6)
    p.E_L = p.V_th = p.V_max  # the upstroke is Delta_th, and I_SRA cancels it to the last bit
    w = p.G_L * p.Delta_th
    takes(step, p, (p.V_max, w, 0.5), (p.V_max, w * (1 - 1e-4 / 0.2), 0.5), dt=1e-4)


CHECKS = {
    LIF: check_lif,
    LIFVoltageClamp: check_voltage_clamp,
    LIFThresholdIncrease: check_threshold_increase,
    LIFRefractoryConductance: check_refractory_conductance,
    LIFSRA: check_sra,
    AELIF: check_aelif,
}
models = pytest.mark.parametrize("model", CHECKS, ids=lambda model: model.__name__)


@models
def test_step_by_hand(model):
    CHECKS[model](model.step)


class Mutations(ast.NodeVisitor):
    """All small ways to break a step: a flipped operator, a doubled or wrong quantity, a missing statement, …

    Each is an entry (description, node, field, new value) of `found`.
    """

    SWAPPED: ClassVar = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
    COMPARED: ClassVar = {ast.Lt: (ast.LtE, ast.Gt), ast.Gt: (ast.GtE, ast.Lt)}

    def __init__(self, tree):
        self.tree, self.found = tree, []
        self.parameters = sorted({node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)})
        self.visit(tree)

    def swap(self, what, owner, field, new):
        self.found.append((f"line {getattr(owner, 'lineno', '?')}: {what}", owner, field, new))

    def visit_BinOp(self, node):
        new = self.SWAPPED[type(node.op)]()
        self.swap(f"{type(node.op).__name__} becomes {type(new).__name__}", node, "op", new)
        self.generic_visit(node)

    def visit_Compare(self, node):
        for new in self.COMPARED[type(node.ops[0])]:
            self.swap(f"comparison becomes {new.__name__}", node, "ops", [new()])
        self.generic_visit(node)

    def visit_If(self, node):
        for value in (True, False):
            self.swap(f"the branch is taken: {value}", node, "test", ast.Constant(value))
        for k, statement in enumerate(node.body):
            body = [*node.body[:k], ast.Pass(), *node.body[k + 1 :]]
            self.swap(f"`{ast.unparse(statement)}` is missing", node, "body", body)
        self.generic_visit(node)

    def visit_FunctionDef(self, node):
        for k, statement in enumerate(node.body[1:-1], 1):
            body = [*node.body[:k], ast.Pass(), *node.body[k + 1 :]]
            self.swap(f"`{ast.unparse(statement)}` is missing", node, "body", body)
        self.generic_visit(node)

    def generic_visit(self, node):
        for field, value in ast.iter_fields(node):
            values = value if isinstance(value, list) else [value]
            for k, child in enumerate(values):
                quantity = isinstance(child, ast.Attribute | ast.Name | ast.Constant) and not (
                    isinstance(child, ast.Name)
                    and (child.id in ("p", "exp", "spiked", "clamped") or isinstance(child.ctx, ast.Store))
                )
                if quantity and not isinstance(getattr(child, "value", None), str):
                    replacements = [("twice", ast.BinOp(ast.Constant(2.0), ast.Mult(), child))]
                    if isinstance(child, ast.Attribute):
                        others = [name for name in self.parameters if name != child.attr]
                        replacements += [(f"p.{o}", ast.Attribute(child.value, o, ast.Load())) for o in others]
                    for name, new in replacements:
                        whole = [*values[:k], new, *values[k + 1 :]] if isinstance(value, list) else new
                        self.swap(f"`{ast.unparse(child)}` becomes {name}", node, field, whole)
        super().generic_visit(node)


def mutants(step):
    """The step with each mutation in turn, and a description."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(step)))
    tree.body[0].decorator_list = []
    for what, owner, field, new in Mutations(tree).found:
        old = getattr(owner, field)
        setattr(owner, field, new)
        text = ast.unparse(ast.fix_missing_locations(tree))
        setattr(owner, field, old)
        scope = {"math": math, "exp": exp}
        exec(compile(text, what, "exec"), scope)
        yield what, scope["step"]


@models
def test_breaking_the_equation_is_noticed(model):
    survivors, tried = [], 0
    for what, step in mutants(model.step):
        tried += 1
        try:
            CHECKS[model](step)
        except (AssertionError, ArithmeticError, NameError):
            continue
        survivors.append(what)
    assert not survivors
    assert tried > 40


@models
def test_unmutated_text_passes(model):
    # what the mutants go through leaves a sound step sound
    tree = ast.parse(textwrap.dedent(inspect.getsource(model.step)))
    tree.body[0].decorator_list = []
    scope = {"math": math, "exp": exp}
    exec(ast.unparse(tree), scope)
    CHECKS[model](scope["step"])


def test_model_page_is_short():
    for model in CHECKS:
        assert len(inspect.getsource(inspect.getmodule(model)).splitlines()) <= 100


# dt, and the number of samples at V_reset: tau_ref / dt, counted, whatever the rounding of times would do
@pytest.mark.parametrize(
    ("tau_ref", "dt", "clamped"),
    [(m * dt, dt, m) for dt in (1e-6, 7e-6, 1e-5, 3e-5, 5e-5, 1e-4, 1.3e-4, 1e-3) for m in (1, 2, 3, 7, 25, 100)]
    + [(2.5e-3, dt, round(2.5e-3 / dt)) for dt in (1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4)]
    + [(0.0, 1e-4, 1), (0.3e-4, 1e-4, 1), (1.4e-4, 1e-4, 1), (1.6e-4, 1e-4, 2)],
)
def test_clamp_counts_samples(tau_ref, dt, clamped):
    neuron = LIFVoltageClamp(presets.voltage_clamp.params, tau_ref=tau_ref)
    current = 150e-12 + 1e-10 * 15e-3 / (4 * dt)  # four steps and more from V_reset to V_th
    recording = simulate(neuron, current, duration=max(1000, 4 * clamped) * dt, dt=dt)
    held = recording.V == neuron.params.V_reset
    spikes = recording.spike_samples
    assert len(spikes) > 1
    for spike in spikes[:-1]:
        assert held[spike : spike + clamped].all()
        assert not held[spike + clamped]


@pytest.mark.parametrize(
    ("neuron", "limit"),
    [
        (presets.lif, 2 * 2e-9 * 5e6),
        (presets.voltage_clamp, 2 * 1e-10 * 1e8),
        (presets.threshold_increase, 2 * 1e-3),
        (presets.refractory_conductance, 2 * 1e-10 / (1e-8 + 2e-6)),  # 99.5 µs
        (presets.sra, 2 * 1e-10 / (1e-8 + 1e-9)),
        (presets.aelif, 2 / (52.5 + math.sqrt(52.5**2 - 600))),  # the larger eigenvalue of V and I_SRA
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, float) else "",
)
def test_stability_limit(neuron, limit):
    simulate(neuron, 0.0, duration=0.5, dt=limit * (1 - 1e-9))
    with pytest.raises(ValueError, match=r"dt = .* too coarse"):
        simulate(neuron, 0.0, duration=0.5, dt=limit * (1 + 1e-9))


@pytest.mark.parametrize("neuron", [presets.lif, presets.aelif, AELIF(
    presets.aelif.params, Delta_th=2 * mV, a=50 * nS, b=0.0, tau_SRA=0.01, V_max=0.0  # complex eigenvalues
)], ids=["LIF", "AELIF", "AELIF, swinging"])  # fmt: skip
def test_euler_diverges_beyond_the_limit_and_not_before(neuron):
    p = neuron.step_parameters()
    for factor, fate in ((0.95, "settles"), (1.05, "diverges")):
        dt = factor * neuron.max_dt(p, math.inf)
        left_alone, disturbed = neuron.rest(), (neuron.params.E_L - 1e-9, *neuron.rest()[1:])
        for _ in range(150):
            left_alone = neuron.step(p, *left_alone, 0.0, 0.0, dt)[:3]
            disturbed = neuron.step(p, *disturbed, 0.0, 0.0, dt)[:3]
        apart = abs(left_alone[0] - disturbed[0])
        assert apart < 5e-10 if fate == "settles" else apart > 2e-9


def test_conductance_that_piles_up_is_refused():
    # spikes within a few samples of each other: the conductance exceeds what dt was checked for
    neuron = LIFRefractoryConductance(
        presets.lif.params, V_th_max=-50 * mV, tau_vth=1e-3, E_K=-80 * mV, Delta_G_ref=50 * uS, tau_G_ref=5e-3
    )
    with pytest.raises(ValueError, match=r"dt = 5e-05 s is too coarse for LIFRefractoryConductance"):
        simulate(neuron, 1e-3, duration=0.1, dt=5e-5)


@pytest.mark.parametrize("model", CHECKS, ids=lambda model: model.__name__)
def test_models_are_frozen_and_keyword_only(model):
    neuron = {type(n): n for n in vars(presets).values() if isinstance(n, model)}[model]
    with pytest.raises(AttributeError):
        neuron.noise_sigma = 1.0
    with pytest.raises(TypeError):
        model(neuron.params, 0.5)
    assert hash(neuron) == hash(type(neuron)(**vars(neuron)))


def test_presets_hold_the_values_of_the_tutorials():
    lif, small, adapting = presets.lif.params, presets.voltage_clamp.params, presets.sra.params
    assert (lif.C_m, lif.R_m, lif.E_L, lif.V_th, lif.V_reset) == (2 * nF, 5 * MOhm, -70 * mV, -50 * mV, -65 * mV)
    assert (small.C_m, small.R_m, small.E_L, small.V_reset) == (100 * pF, 100 * MOhm, -70 * mV, -65 * mV)
    assert (adapting.C_m, adapting.R_m, adapting.E_L, adapting.V_reset) == (100 * pF, 100 * MOhm, -75 * mV, -80 * mV)
    thresholds = [lif.I_th / nA, small.I_th / pA, adapting.I_th / pA]
    np.testing.assert_allclose(thresholds, [4, 200, 250], rtol=1e-12)
    np.testing.assert_allclose([lif.tau_m, small.tau_m, adapting.tau_m], 0.01, rtol=1e-12)
    assert len(presets.firing_patterns) == 8
