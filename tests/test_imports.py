"""Importing: cheap, lazy, and complete."""

import subprocess
import sys

import pytest

import lifcourse

HEAVY = ("numba", "plotly", "scipy", "matplotlib", "numpy", "ipywidgets", "anywidget", "sphinx")


def fresh(program):
    """What a fresh process prints, as words."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_import_of_the_package_imports_nothing_heavy():
    loaded = fresh("import sys, lifcourse; print(*sys.modules)")
    assert not {name.split(".")[0] for name in loaded} & set(HEAVY)


def test_simulating_and_formulas_need_no_plotting():
    program = """
import sys
sys.modules["numba"] = sys.modules["plotly"] = sys.modules["matplotlib"] = sys.modules["scipy"] = None
from lifcourse import LIF, NeuronParameters, analytic, fi_curve, presets, simulate, step_current
simulate(presets.lif, 5e-9, duration=0.01, dt=1e-4)
fi_curve(presets.lif, [5e-9], duration=0.01, dt=1e-4)
print(analytic.firing_rate(presets.lif.params, 5e-9) > 0)
"""
    assert fresh(program) == ["True"]


@pytest.mark.parametrize("name", lifcourse.__all__)
def test_public_names(name):
    value = getattr(lifcourse, name)
    assert value is getattr(lifcourse, name)
    assert name in dir(lifcourse)
    assert getattr(value, "__name__", name).rsplit(".", maxsplit=1)[-1] == name


def test_unknown_name():
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        lifcourse.nothing_of_that_name  # noqa: B018


def test_star_import():
    scope = {}
    exec("from lifcourse import *", scope)
    assert set(lifcourse.__all__) <= scope.keys()


def test_units():
    from lifcourse import units

    for prefix, factor in (("m", 1e-3), ("u", 1e-6), ("n", 1e-9), ("p", 1e-12), ("k", 1e3), ("M", 1e6), ("G", 1e9)):
        for unit in ("s", "V", "A", "F", "S", "Ohm", "Hz"):
            if hasattr(units, prefix + unit):
                assert getattr(units, prefix + unit) == factor
    assert 100 * units.pF == pytest.approx(1e-10, rel=1e-15)
    assert (5 * units.MOhm, 20 * units.mV, 4 * units.nA) == (5e6, 0.02, 4e-9)
