"""The Sphinx extension: what it makes of a notebook's figures, and what it asks of them."""

from __future__ import annotations

import importlib
import json
import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from pybtex.database import parse_file
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import docutils_namespace, patch_docutils

from lifcourse import plotting, presets, sphinxext, units
from lifcourse.models import Neuron

ROOT = Path(__file__).resolve().parent.parent
FIGURE = {"data": [{"type": "scatter", "y": [1, 2]}], "layout": {"height": 300}}
METADATA = {"figure": {"name": "fig-one", "caption": "A line."}, "image": {"alt": "A line that rises"}}


def build(folder: Path, metadata: dict, source: str = "figure") -> tuple[str, str]:
    """Build a book of one page, which shows FIGURE, and return its HTML and the warnings."""
    output = new_output("execute_result", data={sphinxext.PLOTLY_MIME: FIGURE, "text/plain": "Figure()"})
    cell = new_code_cell(source, metadata={"mystnb": metadata}, outputs=[output], execution_count=1)
    notebook = new_notebook(cells=[cell], metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    folder.mkdir(exist_ok=True)
    nbformat.write(notebook, folder / "index.ipynb")
    return sphinx(folder, {"extensions": ["myst_nb", "lifcourse.sphinxext"], "nb_execution_mode": "off"})


def sphinx(folder: Path, config: dict) -> tuple[str, str]:
    """Build the book in a folder and return the HTML of its first page and the warnings."""
    config |= {"lifcourse_node_modules": str(ROOT / "web" / "node_modules"), "numfig": True}
    warnings = StringIO()
    out = folder / "_build" / "html"
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            folder, None, out, folder / "_build" / "trees", "html", config, status=None, warning=warnings, freshenv=True
        )
        app.build()
    return (out / "index.html").read_text(encoding="utf-8"), warnings.getvalue()


def test_figure_is_captioned_named_described_and_complete(tmp_path: Path) -> None:
    html, warnings = build(tmp_path, METADATA)
    assert "shows a figure without" not in warnings
    assert 'id="fig-one"' in html
    assert "A line." in html.partition("<figcaption>")[2]
    assert 'role="img" aria-label="A line that rises"' in html
    assert html.count("lifcourse/figures.js") == 1
    start = html.index('<script type="application/json">') + len('<script type="application/json">')
    assert json.loads(html[start : html.index("</script>", start)]) == FIGURE


def test_figures_know_the_colours_of_the_dark_theme(tmp_path: Path) -> None:
    build(tmp_path, METADATA)
    script = (tmp_path / "_build" / "html" / "_static" / sphinxext.FIGURES).read_text(encoding="utf-8")
    colours = json.loads(script.partition("const lifColours = ")[2].partition(";")[0])
    assert colours == dict(zip(plotting.COLOURS, plotting.COLOURS_ON_DARK, strict=True))


@pytest.mark.parametrize(
    ("metadata", "missing"),
    [
        ({**METADATA, "image": {}}, "image.alt"),
        ({**METADATA, "figure": {"name": "fig-one"}}, "figure.caption"),
        ({**METADATA, "figure": {"caption": "A line."}}, "figure.name"),
        ({}, "figure.caption, figure.name, image.alt"),
    ],
)
def test_what_a_figure_lacks_is_a_warning(tmp_path: Path, metadata: dict, missing: str) -> None:
    _, warnings = build(tmp_path, metadata)
    assert f"cell 1 shows a figure without {missing};" in warnings


def test_text_cannot_break_out_of_the_html() -> None:
    class Reader(HTMLParser):
        tags: tuple[str, ...] = ()

        def handle_starttag(self, tag: str, attrs: list) -> None:
            self.tags += (tag,)

    evil = '"></script><b>'
    reader = Reader()
    reader.feed(sphinxext.plotly_html({"data": [{"name": evil}], "layout": {}}, evil))
    assert reader.tags == ("div", "script", "noscript", "p")


def test_outputs_are_forgotten_when_the_package_changes_and_only_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = tmp_path / "_build" / ".jupyter_cache" / "output"
    build(tmp_path, METADATA)
    cached.touch()
    build(tmp_path, METADATA)
    assert cached.exists()
    monkeypatch.setattr(sphinxext, "_fingerprint", lambda: "another")
    build(tmp_path, METADATA)
    assert not cached.exists()


def test_missing_node_modules_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sphinxext, "VENDORED", {"nothing/there.js": "there.js"})
    with pytest.raises(Exception, match="npm ci"):
        build(tmp_path, METADATA)


def test_a_number_and_its_unit_stay_on_one_line(tmp_path: Path) -> None:
    text = "At 2.5 ms and −70 mV it is 12 % of 3 sparks: ``5 nA``.\n\n.. math:: I = 4 nA\n"
    (tmp_path / "index.rst").write_text(f"Units\n=====\n\n{text}", encoding="utf-8")
    html, _ = sphinx(tmp_path, {"extensions": ["sphinx.ext.mathjax", "myst_nb", "lifcourse.sphinxext"]})
    assert "At 2.5\u00a0ms and −70\u00a0mV it is 12\u00a0% of 3 sparks" in html
    assert html.count("\u00a0") == 3


def test_a_formula_and_the_comma_after_it_stay_on_one_line(tmp_path: Path) -> None:
    text = "With :math:`a`, and :math:`b` (or :math:`c`): :math:`d`"
    (tmp_path / "index.rst").write_text(f"Lines\n=====\n\n{text}\n", encoding="utf-8")
    html, _ = sphinx(tmp_path, {"extensions": ["sphinx.ext.mathjax", "myst_nb", "lifcourse.sphinxext"]})
    boxes = re.findall(r'<span class="unbroken"><span class="math[^>]*>([^<]*)</span>([^<]*)</span>([^<]*)', html)
    assert boxes == [(r"\(a\)", ",", " and "), (r"\(c\)", "):", " ")]
    assert re.findall(r"\\\((.)\\\)", html) == ["a", "b", "c", "d"]


# The API reference and the literature.

API = """
Reference
=========

.. autoclass:: lifcourse.models.AELIF
.. automodule:: lifcourse.analytic
   :members: fixed_points, FixedPoint
"""


def test_reference_links_our_types_and_knows_no_field_numbers(tmp_path: Path) -> None:
    (tmp_path / "index.rst").write_text(API, encoding="utf-8")
    extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc", "lifcourse.sphinxext"]
    html, warnings = sphinx(tmp_path, {"extensions": extensions, "numpydoc_show_class_members": False})
    assert 'href="#lifcourse.models.AELIF"' in html.partition('id="lifcourse.analytic.fixed_points"')[2]
    assert "Membrane potential, in V." in html
    assert "Alias for field number" not in html
    assert "python:" not in warnings


@pytest.mark.parametrize("module", sphinxext.TYPES)
def test_linked_types_are_there_and_in_the_reference(module: str) -> None:
    reference = (ROOT / "book" / "api.md").read_text(encoding="utf-8")
    for name in sphinxext.TYPES[module]:
        assert hasattr(importlib.import_module(module), name)
        assert f"autoclass:: {module}.{name}\n" in reference or f"automodule:: {module}\n   :members:\n" in reference


def test_reference_lists_all_units_and_presets() -> None:
    reference = (ROOT / "book" / "api.md").read_text(encoding="utf-8")
    table = set(re.findall(r"`(\w+)`", reference.partition("| quantity |")[2].partition("\n\n")[0]))
    assert table == {name for name in vars(units) if not name.startswith("_")}
    described = ModuleAnalyzer.for_module(presets.__name__).find_attr_docs()
    neurons = {name for name, value in vars(presets).items() if isinstance(value, Neuron) and name[0] != "_"}
    assert neurons <= {name for _, name in described}


def test_literature_is_labelled_as_the_text_cites_it() -> None:
    entries = parse_file(str(ROOT / "book" / "references.bib")).entries
    keys = ["lapicque1907", "brette2005", "brette2007", "vanvreeswijk1996"]
    assert list(sphinxext.AuthorYearLabels().format_labels([entries[key] for key in keys])) == [
        "Lapicque, 1907",
        "Brette and Gerstner, 2005",
        "Brette et al., 2007",
        "van Vreeswijk and Sompolinsky, 1996",
    ]
