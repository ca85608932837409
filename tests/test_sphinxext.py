"""The Sphinx extension: what it makes of a notebook's figures, and what it asks of them."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from lifcourse import sphinxext

FIGURE = {"data": [{"type": "scatter", "y": [1, 2]}], "layout": {"height": 300}}
METADATA = {"figure": {"name": "fig-one", "caption": "A line."}, "image": {"alt": "A line that rises"}}


def build(folder: Path, metadata: dict, source: str = "figure") -> tuple[str, str]:
    """Build a book of one page, which shows FIGURE, and return its HTML and the warnings."""
    output = new_output("execute_result", data={sphinxext.PLOTLY_MIME: FIGURE, "text/plain": "Figure()"})
    cell = new_code_cell(source, metadata={"mystnb": metadata}, outputs=[output], execution_count=1)
    notebook = new_notebook(cells=[cell], metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    folder.mkdir(exist_ok=True)
    nbformat.write(notebook, folder / "index.ipynb")
    config = {
        "extensions": ["myst_nb", "lifcourse.sphinxext"],
        "nb_execution_mode": "off",
        "lifcourse_node_modules": str(Path(__file__).resolve().parent.parent / "web" / "node_modules"),
        "numfig": True,
    }
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
