"""Sphinx extension that puts the package's figures on a page of plain files.

Listed in ``_config.yml``, it

* turns every Plotly output of a notebook into a ``<figure>`` that one deferred script draws when it scrolls into view,
  and asks for a caption, a name and an alternative text in the cell's metadata;
* brings MathJax, Plotly, the script and a small style sheet along, so that a page asks no other host for anything;
* has the API reference link the package's own types, and leave out what Python says of the fields of named tuples;
* lists the literature by author and year, as the text cites it;
* keeps a number and its unit on one line, and a formula and the comma after it;
* forgets the outputs of chapters that ran with another version of the package (the execution cache looks at the
  notebooks only);
* tells the kernels that a book is being built (``LIFCOURSE_BUILDING_BOOK=1``), where live widgets would be dead weight.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import shutil
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from numpydoc.xref import DEFAULT_LINKS
from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style
from pybtex.style.labels import BaseLabelStyle
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinxcontrib.bibtex.style.referencing import PersonStyle
from sphinxcontrib.bibtex.style.template import join, year

from lifcourse.plotting import COLOURS, COLOURS_ON_DARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from myst_nb.core.render import MimeData, NbElementRenderer
    from pybtex.database import Entry
    from sphinx.application import Sphinx
    from sphinx.config import Config

PLOTLY_MIME = "application/vnd.plotly.v1+json"
PAGES = Path(__file__).parent / "pages"
FIGURES = "lifcourse/figures.js"
REPAIRS = "lifcourse/pages.js"
STYLE = "lifcourse/pages.css"
MATHJAX = "lifcourse/tex-svg-full.js"
DEFAULT_HEIGHT = 420

# What npm brings into web/node_modules, and its name below _static/lifcourse/.
VENDORED = {
    "plotly.js-cartesian-dist-min/plotly-cartesian.min.js": "plotly-cartesian.min.js",
    "plotly.js-cartesian-dist-min/LICENSE": "plotly.LICENSE.txt",
    "mathjax/es5/tex-svg-full.js": "tex-svg-full.js",
    "mathjax/LICENSE": "mathjax.LICENSE.txt",
}
# Outputs are run again when one of these changes.
DECISIVE = ("numpy", "numba", "scipy", "matplotlib", "plotly")
# The space between a number and its unit.
UNIT = re.compile(r"(?<=\d) (?=(?:[mµn]?s|[mµ]?V|[pnµ]?A|[pnµ]?F|[µn]?S|[MG]?Ω|k?Hz|[kMG]B)\b|%)")
# What must not begin a line.
CLOSING = re.compile(r"[.,;:?!)]+")
VERBATIM = (nodes.literal, nodes.math, nodes.FixedTextElement)

# Types that docstrings name, and where book/api.md has them.
TYPES = {
    "lifcourse.parameters": ("NeuronParameters",),
    "lifcourse.models": (
        "Neuron",
        "LIF",
        "LIFVoltageClamp",
        "LIFThresholdIncrease",
        "LIFRefractoryConductance",
        "LIFSRA",
        "AELIF",
    ),
    "lifcourse.simulation": ("Recording",),
    "lifcourse.analysis": ("FICurve",),
    "lifcourse.analytic": ("FixedPoint", "Nullclines", "OnsetCurrents"),
    "lifcourse.explorers": ("Explorer",),
    "lifcourse.symbols": ("Quantity",),
}

logger = logging.getLogger(__name__)


class FigureRenderer:
    """Renders what a code cell shows; registered with myst-nb by an entry point of the package."""

    mime_priority_overrides: ClassVar[list[tuple[str, str, int | None]]] = [("*", PLOTLY_MIME, 1)]

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """Return the nodes of a Plotly figure; None leaves the output to myst-nb.

        Parameters
        ----------
        renderer : NbElementRenderer
            What renders the notebook.
        data : MimeData
            The output, with the metadata of its cell.
        inline : bool
            Whether the output stands within a line of text.

        Returns
        -------
        list of nodes.Element or None
            One raw HTML node, or None.
        """
        if data.mime_type in ("image/png", "image/jpeg", "image/svg+xml"):
            _described(renderer, data)
            return None
        if data.mime_type != PLOTLY_MIME or inline:
            return None
        alt = _described(renderer, data)
        node = nodes.raw("", plotly_html(data.content, alt), format="html", classes=["output"])
        node["lifcourse_figure"] = True
        return [node]


def plotly_html(figure: dict[str, Any], alt: str) -> str:
    """Return the HTML from which ``figures.js`` draws a Plotly figure.

    Parameters
    ----------
    figure : dict
        The figure as Plotly's JSON: ``data``, ``layout``, and ``config`` (dropped).
    alt : str
        What the figure shows, for those who do not see it.

    Returns
    -------
    str
        A ``<div class="lif-plotly" role="img">`` that holds the figure as JSON, and a text for readers without
        JavaScript.
    """
    layout = figure.get("layout", {})
    text = json.dumps({"data": figure.get("data", []), "layout": layout}, separators=(",", ":"), ensure_ascii=False)
    text = text.replace("<", "\\u003c")  # nothing in it may close the script element
    height = int(layout.get("height") or DEFAULT_HEIGHT)
    label = html.escape(alt, quote=True)
    return (
        f'<div class="lif-plotly" role="img" aria-label="{label}" style="min-height:{height}px">'
        f'<script type="application/json">{text}</script></div>\n'
        f"<noscript><p>This figure is drawn with JavaScript, which is switched off. It shows: {label}</p></noscript>"
    )


def figure_script() -> str:
    """Return the script that draws the figures of a page, with the line colours of the dark theme."""
    colours = json.dumps(dict(zip(COLOURS, COLOURS_ON_DARK, strict=True)))
    return f"const lifColours = {colours};\n" + (PAGES / "figures.js").read_text(encoding="utf-8")


def _described(renderer: NbElementRenderer, data: MimeData) -> str:
    """Return the alternative text of a figure; warn about what its cell's metadata lacks."""
    config = renderer.renderer.get_cell_level_config
    figure = config("render_figure_options", data.cell_metadata, line=data.line) or {}
    alt = (config("render_image_options", data.cell_metadata, line=data.line) or {}).get("alt", "")
    given = {"figure.caption": figure.get("caption"), "figure.name": figure.get("name"), "image.alt": alt}
    if missing := [key for key, value in given.items() if not str(value or "").strip()]:
        logger.warning(
            "cell %s shows a figure without %s; give it in the cell's metadata: "
            '"mystnb": {"figure": {"name": "fig-…", "caption": "…"}, "image": {"alt": "…"}}',
            (data.cell_index or 0) + 1,
            ", ".join(missing),
            location=(renderer.renderer.sphinx_env.docname, data.line),
            type="lifcourse",
            subtype="figure",
        )
    return str(alt)


class AuthorYearLabels(BaseLabelStyle):
    """Labels that read as the text cites: "Brette and Gerstner, 2005"."""

    def format_labels(self, sorted_entries: Sequence[Entry]) -> Iterator[str]:
        """Yield the label of each entry.

        Parameters
        ----------
        sorted_entries : sequence of pybtex.database.Entry
            The literature.

        Yields
        ------
        str
            Authors and year.
        """
        self.person = PersonStyle()
        label = join(sep=", ")[self.person.author_or_editor_or_title(full=False), year]
        for entry in sorted_entries:
            yield str(label.format_data({"entry": entry, "style": self}))


class AuthorYearStyle(Style):
    """The style ``plain`` with authors and years in place of numbers."""

    default_label_style = AuthorYearLabels


def _link_types(app: Sphinx, config: Config) -> None:
    """Let numpydoc link our own types; other words, which it would look for on other sites, stay words."""
    config.numpydoc_xref_param_type = True
    config.numpydoc_xref_ignore = "all"
    config.numpydoc_xref_aliases = {word: word for word in DEFAULT_LINKS} | {
        name: f"{home}.{name}" for home, names in TYPES.items() for name in names
    }


def _without_field_numbers(app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """Leave out the fields of a named tuple: the class describes them, Python says "Alias for field number 0" only."""
    return True if type(obj).__name__ == "_tuplegetter" else None


def _keep_units(app: Sphinx, doctree: nodes.document) -> None:
    """Put a no-break space between each number and its unit, except in code and formulas."""
    for text in list(doctree.findall(nodes.Text)):
        kept = UNIT.sub("\u00a0", text)
        if kept != text and not isinstance(text.parent, VERBATIM):
            text.parent.replace(text, nodes.Text(kept))


def _keep_punctuation(app: Sphinx, doctree: nodes.document) -> None:
    """Put each formula within a line into one unbreakable box with the punctuation that follows it."""
    for formula in list(doctree.findall(nodes.math)):
        parent, following = formula.parent, formula.next_node(descend=False, siblings=True)
        if isinstance(following, nodes.Text) and (closing := CLOSING.match(following)):
            box = nodes.inline(classes=["unbroken"])
            parent.replace(formula, box)
            box += [formula, nodes.Text(closing[0])]
            parent.replace(following, nodes.Text(following[closing.end() :]))


def _configure(app: Sphinx, config: Config) -> None:
    config.mathjax_path = MATHJAX
    config.nb_ipywidgets_js = {}  # else myst-nb loads require.js and more from another host
    _forget_stale_outputs(app, config)


def _fingerprint() -> str:
    """Identify the package's source and the versions of what decides its numbers and figures."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    for source in sorted(package.rglob("*.py")):
        digest.update(source.relative_to(package).as_posix().encode())
        digest.update(source.read_bytes())
    for name in DECISIVE:
        digest.update(f"{name} {metadata.version(name)}".encode())
    return digest.hexdigest()


def _forget_stale_outputs(app: Sphinx, config: Config) -> None:
    """Clear cached outputs, and the pages made of them, if the package has changed since."""
    cache = Path(config.nb_execution_cache_path or app.outdir.parent / ".jupyter_cache")
    stamp = cache / "lifcourse.sha256"
    now = _fingerprint()
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != now:
        if cache.is_dir():
            logger.info("lifcourse has changed: all chapters run again")
        shutil.rmtree(cache, ignore_errors=True)
        shutil.rmtree(app.doctreedir, ignore_errors=True)
        Path(app.doctreedir).mkdir(parents=True, exist_ok=True)
        cache.mkdir(parents=True, exist_ok=True)
        stamp.write_text(now, encoding="utf-8")


def _copy_assets(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "lifcourse")
    target.mkdir(parents=True, exist_ok=True)
    for source in PAGES.iterdir():
        shutil.copyfile(source, target / source.name)
    (target / "figures.js").write_text(figure_script(), encoding="utf-8")
    modules = Path(app.srcdir, app.config.lifcourse_node_modules)
    for source, name in VENDORED.items():
        if not (modules / source).is_file():
            raise ExtensionError(
                f"{modules / source} is missing: run `npm ci` in {modules.parent}, or `pip install -e .`"
            )
        shutil.copyfile(modules / source, target / name)


def _add_assets(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None) -> None:
    """Put style and repairs on every page, and the script that draws on those that have a figure."""
    if app.builder.format != "html":
        return
    app.add_css_file(STYLE, priority=900)
    app.add_js_file(REPAIRS, loading_method="defer")
    if doctree is not None and any(node.get("lifcourse_figure") for node in doctree.findall(nodes.raw)):
        app.add_js_file(FIGURES, loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx.

    Parameters
    ----------
    app : Sphinx
        The application.

    Returns
    -------
    dict
        The version, and that reading and writing may run in parallel.
    """
    os.environ["LIFCOURSE_BUILDING_BOOK"] = "1"
    app.add_config_value("lifcourse_node_modules", "web/node_modules", "env", [str])
    register_plugin("pybtex.style.formatting", "author_year", AuthorYearStyle)
    app.connect("config-inited", _configure)
    app.connect("config-inited", _link_types, priority=400)  # before numpydoc reads its settings
    app.connect("doctree-read", _keep_units)
    app.connect("doctree-read", _keep_punctuation)
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-skip-member", _without_field_numbers)
    app.connect("builder-inited", _copy_assets)
    app.connect("html-page-context", _add_assets)
    return {"version": metadata.version("lifcourse"), "parallel_read_safe": True, "parallel_write_safe": True}
