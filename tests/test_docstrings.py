"""Docstrings: every public name has one in numpydoc form, each quantity with its unit, and the examples hold."""

import doctest
import importlib
import inspect
import pkgutil
import re

import pytest
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

import lifcourse
from lifcourse.models._exp import exp

# What numpydoc's validator may ask for: a summary, each parameter by name with type and description, Returns, the order
# of sections. Not: "See Also", examples for everything, a verb first, the order of arguments that go by keyword.
ASKED = {"GL01", "GL06", "GL07", "GL08", "PR01", "PR02", "PR04", "PR05", "PR07", "PR10", "RT01", "RT03", "SS01", "SS03"}

UNITS = r"V/√s|V/s|A√s|1/s|[VAFSsΩ]|Hz|ms"
UNIT = re.compile(rf"\bin (?:SI units|its SI unit|(?:{UNITS})(?![A-Za-z]))|(?i:dimensionless|pure number|in any unit)")
QUANTITY = re.compile(r"\b(float|array_like|ndarray)\b")
COUNTED = re.compile(r"\bint\b|of int\b|of bool\b|of str\b")


def belongs(thing, module):
    return getattr(thing, "__module__", "").startswith(module.__name__)


def public():
    """Public classes and functions by full name: those of `lifcourse` and of its public modules."""
    found = {"lifcourse.models._exp.exp": exp}
    for name in lifcourse.__all__:
        value = getattr(lifcourse, name)
        inside = {name: value}
        if inspect.ismodule(value):
            names = getattr(value, "__all__", [n for n in vars(value) if not n.startswith("_")])
            inside = {f"{name}.{n}": getattr(value, n) for n in names if belongs(getattr(value, n), value)}
        for each, thing in inside.items():
            if (inspect.isclass(thing) or inspect.isfunction(thing)) and thing not in found.values():
                found[f"lifcourse.{each}"] = thing
    return found


PUBLIC = public()
everything = pytest.mark.parametrize("name", PUBLIC)


def own_methods(thing):
    """Public methods and properties that a class defines itself."""
    if not inspect.isclass(thing) or issubclass(thing, tuple):
        return {}
    return {n: v for n, v in vars(thing).items() if not n.startswith("_") and callable(getattr(v, "fget", v))}


def sections(thing):
    """Parameters, attributes and returned values as (name, type, description)."""
    doc = NumpyDocString(inspect.getdoc(thing))
    wanted = ("Parameters", "Attributes") if inspect.isclass(thing) else ("Parameters", "Returns")
    return [(p.name, p.type, " ".join(p.desc)) for section in wanted for p in doc[section]]


@everything
def test_numpydoc_form(name):
    thing = PUBLIC[name]
    errors = [(code, text) for code, text in validate(f"{thing.__module__}.{thing.__qualname__}")["errors"]]
    documented = {p[0] for p in sections(thing)}
    for code, text in errors:
        if code == "PR01" and inspect.isclass(thing):  # results list what they hold under Attributes
            missing = set(re.findall(r"'([^']+)'", text))
            assert missing <= {part for p in documented for part in p.split(", ")}, text
        else:
            assert code not in ASKED, (code, text)


@everything
def test_every_quantity_has_its_unit(name):
    without = [
        parameter
        for parameter, kind, text in sections(PUBLIC[name])
        if (QUANTITY.search(kind) or QUANTITY.search(parameter)) and not COUNTED.search(kind) and not UNIT.search(text)
    ]
    assert not without


@everything
def test_methods_have_a_docstring(name):
    for method, value in own_methods(PUBLIC[name]).items():
        assert inspect.getdoc(value), method


@everything
def test_sections_are_there(name):
    thing = PUBLIC[name]
    text = inspect.getdoc(thing)
    if inspect.isfunction(thing) and name.startswith("lifcourse.analytic"):
        for section in ("Parameters", "Returns", "Raises", "References"):
            assert re.search(rf"^{section}\n-+$", text, re.MULTILINE), section
    if (
        thing.__module__.startswith("lifcourse.models")
        and inspect.isclass(thing)
        and thing is not lifcourse.models.Neuron
    ):
        for section in ("Parameters", "Raises", "References"):
            assert re.search(rf"^{section}\n-+$", text, re.MULTILINE), section
        assert ".. math::" in text


def test_the_check_of_units_sees_a_missing_one():
    def f(x, y):
        """Sum.

        Parameters
        ----------
        x : float
            One of them.
        y : float
            The other, in V.

        Returns
        -------
        float
            The sum of
            quantities.
        """

    assert [UNIT.search(text) is not None for _, _, text in sections(f)] == [False, True, False]


def modules():
    names = [info.name for info in pkgutil.walk_packages(lifcourse.__path__, "lifcourse.")]
    return [name for name in ["lifcourse", *names] if "sphinxext" not in name]


@pytest.mark.parametrize("name", modules())
def test_modules_are_documented_and_examples_hold(name):
    module = importlib.import_module(name)
    assert module.__doc__
    results = doctest.testmod(module)
    assert results.failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    number = sum(len(test.examples) for name in modules() for test in finder.find(importlib.import_module(name)))
    assert number > 10
